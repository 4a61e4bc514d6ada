//! What may stand where in RKE's files, for who looks at the text: from the list of fields.

use super::cluster::{self, RANCHERS, fields};
use crate::config::describe::{Form, Kind};
use crate::config::{HIDDEN, Leaf, Schema};
use std::sync::OnceLock;

/// Of cluster.yml, bare or as Rancher wraps it.
pub(crate) fn cluster_schema() -> &'static Schema {
    static SCHEMA: OnceLock<Schema> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        let mut schema = Schema::default();
        for field in fields() {
            schema.insert(&field.yaml, leaf(field));
            schema.insert(&format!("{RANCHERS}.{}", field.yaml), leaf(field));
        }
        schema
    })
}

#[cfg(feature = "check")]
/// Of an rkestate, and of the objects that one is saved in.
pub(crate) fn state_schema() -> &'static Schema {
    static SCHEMA: OnceLock<Schema> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        const ENTRY: &[&str] = &[
            "name",
            "commonName",
            "ouName",
            "envName",
            "path",
            "keyEnvName",
            "keyPath",
            "configEnvName",
            "configPath",
        ];
        const SECRET: &[&str] = &["certificatePEM", "keyPEM", "config"];
        let text = |is_harmless| Leaf { kind: Kind::Text, is_harmless, form: Form::Text };
        let mut schema = Schema::default();
        for side in ["desiredState", "currentState"] {
            for field in fields() {
                schema.insert(&format!("{side}.rkeConfig.{}", field.json), leaf(field));
            }
            let bundle = format!("{side}.certificatesBundle.*");
            ENTRY.iter().for_each(|key| schema.insert(&format!("{bundle}.{key}"), text(true)));
            SECRET.iter().for_each(|key| schema.insert(&format!("{bundle}.{key}"), text(false)));
            schema.insert(&format!("{side}.encryptionConfig"), text(false));
        }
        for path in ["kind", "apiVersion", "metadata.name", "metadata.namespace"] {
            schema.insert(path, text(true));
            schema.insert(&format!("items[].{path}"), text(true));
        }
        for data in ["data", "stringData"] {
            schema.insert(&format!("{data}.full-cluster-state"), text(false));
            schema.insert(&format!("items[].{data}.full-cluster-state"), text(false));
        }
        schema
    })
}

fn leaf(field: &cluster::Field) -> Leaf {
    let (kind, form) = match field.kind {
        cluster::Kind::Value => (Kind::Any, Form::Text),
        cluster::Kind::String => (Kind::Text, Form::Text),
        _ => (Kind::Text, Form::Number),
    };
    Leaf { kind, is_harmless: !field.is_secret && kind == Kind::Text, form }
}

/// The name of a certificate of a state, as it may be shown: RKE's all begin with `kube-`. Another one may be what was
/// written one level too high.
pub(crate) fn shown_certificate(name: &str) -> &str {
    let is_of_name = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, b'-' | b'.');
    if name.starts_with("kube-") && name.bytes().all(is_of_name) { name } else { HIDDEN }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rke_keeps_secret_is_hidden() {
        let (cluster, state) = (cluster_schema(), state_schema());
        for (schema, path, is_harmless) in [
            (cluster, "nodes[].address", true),
            (cluster, "nodes[].ssh_key", false),
            (cluster, "rancher_kubernetes_engine_config.nodes[].ssh_key", false),
            (cluster, "addons", false),
            (cluster, "private_registries[].password", false),
            (state, "currentState.certificatesBundle.kube-ca.keyPEM", false),
            (state, "currentState.certificatesBundle.kube-ca.name", true),
            (state, "desiredState.rkeConfig.nodes[].sshKey", false),
            (state, "data.full-cluster-state", false),
        ] {
            assert_eq!(schema.leaf(path).map(|leaf| leaf.is_harmless), Some(is_harmless), "{path}");
        }
    }
}
