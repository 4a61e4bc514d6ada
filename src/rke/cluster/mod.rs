//! The whole of cluster.yml as data, in both of RKE's spellings.

mod fields;
mod model;
mod node;
mod parts;
mod read;
mod services;

pub use fields::{Field, Kind, fields};
pub use node::{Node, Taint};
pub use services::{BaseService, EtcdService, KubeApiService, KubeControllerService, KubeletService, Services};

use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::syntax::{Document, Value};
use model::{Form, Part, model};
use read::Rules;
use zeroize::Zeroizing;

model! {
    /// RKE's configuration of a cluster: what cluster.yml says, and what rkestate keeps as `rkeConfig`.
    ///
    /// RKE's `RancherKubernetesEngineConfig`, of v1.7.
    pub struct ClusterConfig {
        /// The machines and what runs on them.
        "nodes" => pub nodes: Vec<Node>,
        /// The components of Kubernetes.
        "services" => pub services: Services,
        /// How requests to the API server are authenticated, and the names in its certificate.
        "authentication" => pub authentication: Authentication,
        /// The name in the kubeconfig that RKE writes; `local` where absent.
        "cluster_name" => pub cluster_name: Option<String>,
        /// The Kubernetes version, as in `v1.27.16-rancher1-1`.
        "kubernetes_version" => pub kubernetes_version: Option<String>,
    }
}

model! {
    /// How requests to the API server are authenticated.
    pub struct Authentication {
        /// `x509`, or `x509|webhook`.
        "strategy" => pub strategy: Option<String>,
        /// Further names and addresses in kube-apiserver's certificate: those of load balancers above all.
        "sans" => pub sans: Vec<String>,
        /// A webhook beside the client certificates.
        "webhook" => pub webhook: Option<AuthWebhook>,
    }
}

model! {
    /// An authentication webhook.
    pub struct AuthWebhook {
        /// The text of a kubeconfig that leads to the webhook.
        "config_file" => pub config_file: Option<Secret<String>>,
        /// How long answers are kept, as in `5s`.
        "cache_timeout" => pub cache_timeout: Option<String>,
    }
}

impl ClusterConfig {
    /// Reads a cluster.yml by RKE's rules: those of yaml.v2, and where RKE reads a part a second time, those of Go's
    /// JSON.
    ///
    /// # Errors
    /// [`ErrorKind::Type`](crate::ErrorKind::Type) with line, column and the path of the field, never with a value.
    pub fn from_document(document: &Document) -> Result<Self> {
        read_document(document, Rules::YAML)
    }

    /// Reads an `rkeConfig` of its own: the JSON that rkestate holds, with camelCase keys of any case.
    ///
    /// # Errors
    /// As [`from_document`](ClusterConfig::from_document).
    pub fn from_state_document(document: &Document) -> Result<Self> {
        read_document(document, Rules::JSON)
    }

    /// The configuration as a cluster.yml: keys in RKE's order, and only what is set.
    ///
    /// Secrets are written in clear.
    ///
    /// # Errors
    /// [`ErrorKind::Unrepresentable`](crate::ErrorKind::Unrepresentable) for a number that is infinite or not a number.
    pub fn to_yaml(&self) -> Result<String> {
        crate::syntax::to_yaml(&parts::written(self, Form::Yaml).into())
    }

    /// The configuration as the `rkeConfig` of an rkestate: camelCase keys in RKE's order, empty fields left out or
    /// written as Go's `encoding/json` does it.
    ///
    /// Secrets stand in it in clear; [`Value`] shows them in no `Debug` and wipes them.
    pub fn to_state_value(&self) -> Value {
        parts::written(self, Form::Json).into()
    }
}

fn read_document(document: &Document, rules: Rules) -> Result<ClusterConfig> {
    crate::syntax::de::check_json(document)?;
    let mut config = ClusterConfig::default();
    if let Some(root) = document.root() {
        config.read(root, rules).map_err(|e| document.locate(e))?;
    }
    Ok(config)
}

impl std::str::FromStr for ClusterConfig {
    type Err = Error;

    /// As [`from_document`](ClusterConfig::from_document), with the default [`Limits`](crate::syntax::Limits).
    fn from_str(text: &str) -> Result<Self> {
        Self::from_document(&Document::parse(text)?)
    }
}

/// The `rkeConfig` of an rkestate: what [`to_state_value`](ClusterConfig::to_state_value) gives.
impl serde::Serialize for ClusterConfig {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_state_value().serialize(serializer)
    }
}

/// The `rkeConfig` of an rkestate, as [`from_state_document`](ClusterConfig::from_state_document) reads it.
impl<'de> serde::Deserialize<'de> for ClusterConfig {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let read = || {
            let json = Zeroizing::new(crate::syntax::to_json(&value)?);
            Self::from_state_document(&Document::parse(json.as_bytes())?)
        };
        read().map_err(serde::de::Error::custom)
    }
}
