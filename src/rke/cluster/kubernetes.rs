//! What RKE takes from Kubernetes' own API, where this crate looks into it.

use super::fields::{Kind, Lister};
use super::model::{Form, Part, Rules, Tag, model};
use super::read::mismatch;
use crate::config::fields::text;
use crate::error::Result;
use crate::secret::Secret;
use crate::syntax::{Node, Resolved, Value};
use std::fmt;

model! {
    /// What taints a pod tolerates. Kubernetes' `v1.Toleration`.
    pub struct Toleration {
        /// The taint's key; every key where empty.
        "key" => pub key: Option<String>,
        /// `Exists`, or `Equal` where absent.
        "operator" => pub operator: Option<String>,
        /// The taint's value.
        "value" => pub value: Option<String>,
        /// The taint's effect; every effect where empty.
        "effect" => pub effect: Option<String>,
        /// Seconds a pod stays; for ever where absent. In cluster.yml the key is all lower case.
        "tolerationseconds" | "tolerationSeconds" [pointer] => pub toleration_seconds: Option<i64>,
    }
}

model! {
    /// How pods are replaced. RKE's `DeploymentStrategy` and `DaemonSetUpdateStrategy`; it reads them by their JSON keys.
    pub struct UpdateStrategy {
        /// `RollingUpdate`, or `Recreate` for deployments, `OnDelete` for daemon sets.
        "strategy" => pub strategy: Option<String>,
        /// How many at once.
        "rollingUpdate" => pub rolling_update: Option<RollingUpdate>,
    }
}

model! {
    /// How many pods are replaced at once.
    pub struct RollingUpdate {
        /// How many may be missing.
        "maxUnavailable" [pointer] => pub max_unavailable: Option<IntOrString>,
        /// How many there may be too many.
        "maxSurge" [pointer] => pub max_surge: Option<IntOrString>,
    }
}

/// A number, or a share in percent. Kubernetes' `IntOrString`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IntOrString {
    /// So many.
    Int(i64),
    /// As `25%`.
    String(String),
}

impl fmt::Display for IntOrString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            IntOrString::Int(i) => i.fmt(f),
            IntOrString::String(s) => crate::error::Printable(s).fmt(f),
        }
    }
}

impl Part for Option<IntOrString> {
    fn read(&mut self, node: Node<'_>, _: Rules) -> Result<()> {
        *self = match node.resolved() {
            Some(Resolved::Null) => None,
            Some(Resolved::Int(i)) => Some(IntOrString::Int(i)),
            Some(Resolved::Str(s)) => Some(IntOrString::String(s.to_owned())),
            _ => return Err(mismatch(node, "a whole number or a share in percent")),
        };
        Ok(())
    }
    fn value(&self, _: Form, _: Tag) -> Option<Value> {
        self.as_ref().map(|value| match value {
            IntOrString::Int(i) => (*i).into(),
            IntOrString::String(s) => text(s),
        })
    }
    fn is_set(&self) -> bool {
        self.is_some()
    }
    fn debug(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
    fn list(lister: &mut Lister<'_>) {
        lister.leaf(Kind::IntOrString);
    }
}

model! {
    /// How Kubernetes encrypts what it keeps in etcd. Kubernetes' `EncryptionConfiguration`.
    pub struct EncryptionConfiguration {
        /// `EncryptionConfiguration`.
        "kind" => pub kind: Option<String>,
        /// `apiserver.config.k8s.io/v1`.
        "apiVersion" => pub api_version: Option<String>,
        /// Which resources are encrypted how.
        "resources" [always] => pub resources: Vec<ResourceConfiguration>,
    }
}

model! {
    /// Resources and how they are encrypted.
    pub struct ResourceConfiguration {
        /// The resources, as `secrets`.
        "resources" [always] => pub resources: Vec<String>,
        /// The first one writes, all of them read.
        "providers" [always] => pub providers: Vec<ProviderConfiguration>,
    }
}

model! {
    /// A way to encrypt: one of its fields is set.
    pub struct ProviderConfiguration {
        /// AES in GCM mode.
        "aesgcm" => pub aesgcm: Option<EncryptionKeys>,
        /// AES in CBC mode.
        "aescbc" => pub aescbc: Option<EncryptionKeys>,
        /// XSalsa20 and Poly1305.
        "secretbox" => pub secretbox: Option<EncryptionKeys>,
        /// No encryption: an empty map.
        "identity" => pub identity: Option<Value>,
        /// A key management service.
        "kms" => pub kms: Option<KmsConfiguration>,
    }
}

model! {
    /// Keys: the first one writes, all of them read.
    pub struct EncryptionKeys {
        /// The keys.
        "keys" [always] => pub keys: Vec<EncryptionKey>,
    }
}

model! {
    /// A key.
    pub struct EncryptionKey {
        /// Its name, which stands beside what it encrypts.
        "name" [always] => pub name: Option<String>,
        /// The key itself, in base64.
        "secret" [always] => pub secret: Option<Secret<String>>,
    }
}

model! {
    /// A key management service.
    pub struct KmsConfiguration {
        /// Its protocol, `v1` or `v2`; `v1` where absent.
        "apiVersion" [always] => pub api_version: Option<String>,
        /// Its name.
        "name" [always] => pub name: Option<String>,
        /// How many keys are kept decrypted.
        "cachesize" [pointer] => pub cachesize: Option<i64>,
        /// The socket it listens on.
        "endpoint" [always] => pub endpoint: Option<String>,
        /// How long it may take, as `3s`.
        "timeout" [pointer] => pub timeout: Option<String>,
    }
}
