//! A certificate of the bundle with all that RKE keeps beside it.

use crate::secret::Secret;
use crate::syntax::Mapping;

/// Defines the entry by its fields and their keys, in RKE's order.
macro_rules! entry {
    ($( $(#[$doc:meta])* $key:literal => $field:ident: $type:ty, )*) => {
        /// A certificate of the bundle, with its key and what RKE keeps beside the two (RKE's `CertificatePKI`).
        ///
        /// RKE always writes all twelve fields; one that is missing reads as empty, as in Go.
        #[derive(Clone, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct CertificateEntry {
            $( $(#[$doc])* pub $field: $type, )*
            /// Fields this crate does not know. They are written back, behind the others.
            pub other: Mapping,
        }

        impl CertificateEntry {
            /// The field that `key` means: as Go reads JSON, whatever its case.
            pub(super) fn field_mut(&mut self, key: &str) -> Option<&mut dyn Text> {
                $( if key.eq_ignore_ascii_case($key) {
                    return Some(&mut self.$field);
                } )*
                None
            }

            /// Keys and values in RKE's order.
            pub(super) fn fields(&self) -> impl Iterator<Item = (&'static str, &str)> {
                [$( ($key, self.$field.text()) ),*].into_iter()
            }
        }
    };
}

entry! {
    /// One certificate, PEM.
    "certificatePEM" => certificate_pem: String,
    /// Its private key, PEM (RSA, PKCS #1); empty where RKE has none, as for the CA of an external etcd.
    "keyPEM" => key_pem: Secret<String>,
    /// The kubeconfig of the component, by paths on a node; of `kube-admin` the whole admin kubeconfig, key and all.
    "config" => config: Secret<String>,
    /// The name of the entry.
    "name" => name: String,
    /// A label; often not the common name of the certificate (`system:kube-ca` of `kube-ca`).
    "commonName" => common_name: String,
    /// Despite its name, the organization.
    "ouName" => ou_name: String,
    /// The variable that carries the certificate into RKE's deployer: `KUBE_ADMIN`.
    "envName" => env_name: String,
    /// The certificate's file on a node: `/etc/kubernetes/ssl/kube-admin.pem`.
    "path" => path: String,
    /// The variable that carries the key: `KUBE_ADMIN_KEY`.
    "keyEnvName" => key_env_name: String,
    /// The key's file on a node: `/etc/kubernetes/ssl/kube-admin-key.pem`.
    "keyPath" => key_path: String,
    /// The variable that carries the kubeconfig: `KUBECFG_KUBE_ADMIN`.
    "configEnvName" => config_env_name: String,
    /// The kubeconfig's file on a node; of `kube-admin` the file beside cluster.yml.
    "configPath" => config_path: String,
}

/// A text field, secret or not.
pub(super) trait Text {
    fn text(&self) -> &str;
    fn set(&mut self, text: &str);
}

impl Text for String {
    fn text(&self) -> &str {
        self
    }

    fn set(&mut self, text: &str) {
        *self = text.to_owned();
    }
}

impl Text for Secret<String> {
    fn text(&self) -> &str {
        self.expose()
    }

    fn set(&mut self, text: &str) {
        *self = text.into();
    }
}

impl std::fmt::Debug for CertificateEntry {
    /// What can be a secret is not shown, and a certificate is too long to be.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CertificateEntry").field("name", &self.name).finish_non_exhaustive()
    }
}
