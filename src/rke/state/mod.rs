//! rkestate: what RKE (0.2.0 and later) knows of a cluster, with all of its certificates and keys.
//!
//! The model follows RKE's `cluster/state.go` (`FullState`, `State`) and `pki/pki.go` (`CertificatePKI`).

mod config;
mod differ;
mod entry;
mod json;
mod read;
mod write;

pub use entry::CertificateEntry;
pub(super) use read::{behind, no_end, position};
pub(crate) use read::{document, is_state};

use crate::cert;
use crate::rke::schema::shown_certificate;
use crate::secret::Secret;
use crate::syntax::{Mapping, Value};
use std::collections::BTreeMap;

/// What RKE knows of a cluster: the file `cluster.rkestate`, or a copy of it (RKE's `FullState`).
///
/// It is full of private keys. `Debug` shows names and counts only, and all texts are wiped when it is dropped.
///
/// ```
/// use kubeconfig::rke::State;
/// let text = br#"{
///   "desiredState": {
///     "rkeConfig": {"clusterName": "prod"}
///   },
///   "currentState": {}
/// }"#;
/// let state = State::from_slice(text)?;
/// assert_eq!(state.desired.rke_config.as_ref().unwrap().get("clusterName").unwrap().as_str(), Some("prod"));
/// assert!(state.current.is_empty());
/// # Ok::<(), kubeconfig::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct State {
    /// `desiredState`: what the last `rke up` set out to make. It is written before any node is touched.
    pub desired: ClusterState,
    /// `currentState`: what the last `rke up` that went through has made. Empty after `rke up --init`, after a first `up`
    /// that failed, and while a snapshot is restored.
    pub current: ClusterState,
    /// Fields this crate does not know. They are written back, behind the others.
    pub other: Mapping,
}

/// One of the two states in a [`State`] (RKE's `State`).
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClusterState {
    /// `rkeConfig`: the cluster.yml, in camelCase and with RKE's defaults filled in, as it stands in the file.
    pub rke_config: Option<Value>,
    /// `certificatesBundle`: certificates with their keys by name: `kube-ca`, `kube-admin`, `kube-etcd-10-0-0-1`. Sorted, as
    /// RKE writes them.
    pub certificates: BTreeMap<String, CertificateEntry>,
    /// `encryptionConfig`: the file for kube-apiserver's `--encryption-provider-config`, AES keys in clear (RKE 1.0.0 and later).
    pub encryption_config: Option<Secret<String>>,
    /// Fields this crate does not know. They are written back, behind the others.
    pub other: Mapping,
}

impl ClusterState {
    /// Whether there is nothing in it, as in `currentState` before the first `rke up` went through.
    pub fn is_empty(&self) -> bool {
        self.rke_config.is_none()
            && self.certificates.is_empty()
            && self.encryption_config.is_none()
            && self.other.is_empty()
    }
}

impl State {
    /// Whether both have a `kube-ca` in common: whether they are of one cluster, as far as that can be told.
    pub(super) fn shares_authority(&self, other: &State) -> bool {
        let authorities = |state: &'_ State| -> Vec<String> {
            let entries = [&state.current, &state.desired].map(|state| state.certificates.get("kube-ca"));
            entries.into_iter().flatten().map(|entry| entry.certificate_pem.trim().to_owned()).collect()
        };
        let (own, others) = (authorities(self), authorities(other));
        own.is_empty() || others.is_empty() || own.iter().any(|ca| others.contains(ca))
    }

    /// How new it is: the latest end of `kube-admin`'s certificate, which RKE makes anew with every `rke up`, and that of any
    /// that is no CA's; in seconds since 1970.
    pub(super) fn newest_end(&self) -> (u64, u64) {
        let bundles = [&self.current.certificates, &self.desired.certificates];
        let end = |entry: &CertificateEntry| {
            let leaf = cert::leaf(entry.certificate_pem.as_bytes()).ok().filter(|leaf| !leaf.is_ca())?;
            Some(leaf.not_after().as_secs())
        };
        let admin = bundles.iter().filter_map(|bundle| end(bundle.get("kube-admin")?)).max();
        let any = bundles.into_iter().flat_map(BTreeMap::values).filter_map(end).max();
        (admin.unwrap_or(0), any.unwrap_or(0))
    }
}

impl std::fmt::Debug for ClusterState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("ClusterState");
        let names: Vec<&str> = self.certificates.keys().map(|name| shown_certificate(name)).collect();
        shown.field("rke_config", &self.rke_config).field("certificates", &names);
        shown.field("encryption_config", &self.encryption_config);
        if !self.other.is_empty() {
            shown.field("other", &self.other);
        }
        shown.finish()
    }
}
