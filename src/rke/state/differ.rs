//! What was asked for against what is.

use super::{CertificateEntry, ClusterState, State};
use crate::error::ANY_KEY;
use crate::rke::cluster::fields as rke_fields;
use crate::rke::effective::{Spelling, effective, known, same};
use crate::rke::schema::shown_certificate;
use crate::syntax::{Mapping, Value};
use std::borrow::Cow;

impl State {
    /// Where `desiredState` and `currentState` differ, as paths: `rkeConfig.nodes`, `certificatesBundle.kube-admin`. Empty where
    /// the last `rke up` went through, and nothing was asked for since.
    ///
    /// Of `rkeConfig` the fields at its top are told, with RKE's defaults filled in on both sides, and without what RKE
    /// writes into `currentState` by itself: `upgradeStrategy.nodeDrainInput`, and `RKE_*` in the `extraEnv` of
    /// services. What is zero in one and absent in the other is the same. Orders (`restore`, `rotateCertificates`),
    /// what the command line overwrites (`ignoreDockerVersion`) and keys that RKE does not know are no settings. Of the
    /// bundle the entries are named whose certificate or key differ (the rest of an entry RKE rewrites on the way). What
    /// is in only one of the two differs too.
    pub fn differences(&self) -> Vec<String> {
        let (desired, current) = (&self.desired, &self.current);
        let (a, b) = configs(desired, current);
        let keys = union(a.iter().map(|(key, _)| key), b.iter().map(|(key, _)| key));
        let fields = keys.into_iter().filter(|key| !same(a.get(key), b.get(key)));
        let is_known = |key: &str| rke_fields().iter().any(|field| field.json.split(['.', '[']).next() == Some(key));
        let fields = fields.map(|key| format!("rkeConfig.{}", if is_known(key) { key } else { ANY_KEY }));

        let (a, b) = (&desired.certificates, &current.certificates);
        let names = union(a.keys().map(String::as_str), b.keys().map(String::as_str));
        let is_same = |name: &str| a.get(name).zip(b.get(name)).is_some_and(|(a, b)| is_same_pair(a, b));
        let entries = names
            .into_iter()
            .filter(|name| !is_same(name))
            .map(|name| format!("certificatesBundle.{}", shown_certificate(name)));

        let encryption =
            (desired.encryption_config != current.encryption_config).then(|| "encryptionConfig".to_owned());
        fields.chain(entries).chain(encryption).collect()
    }
}

fn is_same_pair(a: &CertificateEntry, b: &CertificateEntry) -> bool {
    a.certificate_pem.trim() == b.certificate_pem.trim() && a.key_pem.expose().trim() == b.key_pem.expose().trim()
}

/// The two configurations: as a run of RKE leaves them, or as they stand there where one of them can't be read.
fn configs<'a>(desired: &'a ClusterState, current: &'a ClusterState) -> (Cow<'a, Mapping>, Cow<'a, Mapping>) {
    static NONE: std::sync::LazyLock<Mapping> = std::sync::LazyLock::new(Mapping::new);
    if let (Ok(Some(a)), Ok(Some(b))) = (desired.config(), current.config()) {
        let version = a.kubernetes_version.as_deref().filter(|version| !version.is_empty());
        let filled = [&a, &b].map(|config| known(effective(config, version).to_state_value(), Spelling::Json));
        if let [Value::Mapping(a), Value::Mapping(b)] = filled {
            return (Cow::Owned(a), Cow::Owned(b));
        }
    }
    let raw = |state: &'a ClusterState| state.rke_config.as_ref().and_then(Value::as_mapping).unwrap_or(&NONE);
    (Cow::Borrowed(raw(desired)), Cow::Borrowed(raw(current)))
}

/// What is in either, in the order of the first and then of the second.
fn union<'a>(a: impl Iterator<Item = &'a str>, b: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = std::collections::HashSet::new();
    a.chain(b).filter(|key| seen.insert(*key)).collect()
}
