//! What was asked for against what is.

use super::{CertificateEntry, ClusterState, State};
use crate::syntax::{Mapping, Value};

impl State {
    /// Where `desiredState` and `currentState` differ, as paths: `rkeConfig.nodes`, `certificatesBundle.kube-admin`. Empty where
    /// the last `rke up` went through, and nothing was asked for since.
    ///
    /// Of `rkeConfig` the fields at its top are told, of the bundle the entries whose certificate or key differ (what stands
    /// beside those, RKE rewrites on the way). What stands in one of the two only differs too.
    pub fn differences(&self) -> Vec<String> {
        let (desired, current) = (&self.desired, &self.current);
        let (a, b) = (config(desired), config(current));
        let keys = union(a.iter().map(|(key, _)| key), b.iter().map(|(key, _)| key));
        let fields = keys.into_iter().filter(|key| a.get(key) != b.get(key)).map(|key| format!("rkeConfig.{key}"));

        let (a, b) = (&desired.certificates, &current.certificates);
        let names = union(a.keys().map(String::as_str), b.keys().map(String::as_str));
        let is_same = |name: &str| a.get(name).zip(b.get(name)).is_some_and(|(a, b)| same(a, b));
        let entries = names.into_iter().filter(|name| !is_same(name)).map(|name| format!("certificatesBundle.{name}"));

        let encryption =
            (desired.encryption_config != current.encryption_config).then(|| "encryptionConfig".to_owned());
        fields.chain(entries).chain(encryption).collect()
    }
}

fn same(a: &CertificateEntry, b: &CertificateEntry) -> bool {
    a.certificate_pem.trim() == b.certificate_pem.trim() && a.key_pem.expose().trim() == b.key_pem.expose().trim()
}

fn config(state: &ClusterState) -> &Mapping {
    static NONE: std::sync::LazyLock<Mapping> = std::sync::LazyLock::new(Mapping::new);
    state.rke_config.as_ref().and_then(Value::as_mapping).unwrap_or(&NONE)
}

/// What is in either, in the order of the first and then of the second.
fn union<'a>(a: impl Iterator<Item = &'a str>, b: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = std::collections::HashSet::new();
    a.chain(b).filter(|key| seen.insert(*key)).collect()
}
