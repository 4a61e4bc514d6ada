//! What a configuration comes to: with RKE's defaults, and without what RKE adds by itself. By this two of them are
//! compared.

use super::cluster::{ClusterConfig, Field, Kind, fields};
use crate::syntax::Value;
use std::collections::HashMap;
use std::sync::LazyLock;

/// RKE's variables for checksums of its own files (`cluster/plan.go`).
const RKES_OWN: &str = "RKE_";

/// The configuration as a run of RKE knows it at its end, of a cluster of the Kubernetes `version` if it names none
/// itself.
pub(super) fn effective(config: &ClusterConfig, version: Option<&str>) -> ClusterConfig {
    let mut filled = config.clone();
    // Which defaults there are depends on the version.
    let own = filled.kubernetes_version.clone();
    filled.kubernetes_version = version.map(str::to_owned).or_else(|| own.clone());
    // Twice, as RKE does: the second time it finds an upgrade strategy, and adds how nodes are drained.
    let mut filled = filled.with_defaults().with_defaults();
    filled.kubernetes_version = own.filter(|own| !own.is_empty()).or_else(|| version.map(str::to_owned));
    let services = &mut filled.services;
    let bases = [&mut services.kube_api.base, &mut services.kube_controller.base, &mut services.kubelet.base];
    let others = [&mut services.etcd.base, &mut services.scheduler, &mut services.kubeproxy];
    for base in bases.into_iter().chain(others) {
        base.extra_env.retain(|variable| !variable.expose().starts_with(RKES_OWN));
    }
    // RKE drops it unless it is switched on.
    if let Some(encryption) = services.kube_api.secrets_encryption_config.as_mut() {
        if encryption.enabled != Some(true) {
            encryption.custom_config = None;
        }
    }
    // Orders to RKE and no settings, and what the command line overwrites.
    filled.ignore_docker_version = None;
    filled.restore = super::cluster::Restore::default();
    filled.rotate_certificates = None;
    filled.rotate_encryption_key = None;
    filled
}

/// Whose keys a value has.
#[derive(Clone, Copy)]
pub(super) enum Spelling {
    /// Those of cluster.yml.
    Yaml,
    /// Those of rkestate.
    Json,
}

/// A configuration without the keys that RKE does not know: it drops them. What is Kubernetes' own is handed on whole.
pub(super) fn known(config: Value, spelling: Spelling) -> Value {
    static PATHS: LazyLock<[HashMap<String, Kind>; 2]> =
        LazyLock::new(|| [paths(|field| &field.yaml), paths(|field| &field.json)]);
    let [yaml, json] = &*PATHS;
    let paths = match spelling {
        Spelling::Yaml => yaml,
        Spelling::Json => json,
    };
    below("", config, paths)
}

/// The paths of RKE's fields, and of the parts they are in.
fn paths(of: fn(&Field) -> &str) -> HashMap<String, Kind> {
    let mut paths = HashMap::new();
    for field in fields() {
        let path = of(field).replace("[]", "");
        for (end, _) in path.match_indices('.') {
            paths.entry(path.get(..end).unwrap_or_default().to_owned()).or_insert(Kind::String);
        }
        paths.insert(path, field.kind);
    }
    paths
}

fn below(path: &str, value: Value, paths: &HashMap<String, Kind>) -> Value {
    if paths.get(path) == Some(&Kind::Value) {
        return value;
    }
    match value {
        Value::Sequence(items) => items.into_iter().map(|item| below(path, item, paths)).collect::<Vec<_>>().into(),
        Value::Mapping(map) => {
            let dot = if path.is_empty() { "" } else { "." };
            let known = map.iter().filter_map(|(key, value)| {
                let names = [key, "*"].into_iter().map(|key| format!("{path}{dot}{key}"));
                let inner = names.into_iter().find(|name| paths.contains_key(name))?;
                Some((key.to_owned(), below(&inner, value.clone(), paths)))
            });
            Value::Mapping(known.collect())
        }
        scalar => scalar,
    }
}

/// Whether a value means as much as none: null, an empty text, `0`, `false`, and lists and maps of nothing else.
pub(super) fn is_zero(value: &Value) -> bool {
    match value {
        Value::Scalar(scalar) => value.is_null() || matches!(scalar.text(), "" | "0" | "false"),
        Value::Sequence(items) => items.is_empty(),
        Value::Mapping(map) => map.iter().all(|(_, value)| is_zero(value)),
    }
}

/// The value of a key; as Go reads JSON, of whatever case.
pub(super) fn get<'v>(map: &'v Value, key: &str) -> Option<&'v Value> {
    let folded = || map.as_mapping()?.iter().find(|(found, _)| found.eq_ignore_ascii_case(key)).map(|(_, value)| value);
    map.get(key).or_else(folded)
}

/// Whether two values say the same. What is zero is as good as absent.
pub(super) fn same(a: Option<&Value>, b: Option<&Value>) -> bool {
    match (a, b) {
        (Some(Value::Mapping(a_map)), Some(Value::Mapping(b_map))) => {
            let covers = |map: &crate::syntax::Mapping, from: Option<&Value>, other: Option<&Value>| {
                map.iter().all(|(key, _)| same(from.and_then(|v| get(v, key)), other.and_then(|v| get(v, key))))
            };
            covers(a_map, a, b) && covers(b_map, b, a)
        }
        (Some(Value::Sequence(a)), Some(Value::Sequence(b))) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(Some(a), Some(b)))
        }
        (Some(Value::Scalar(a)), Some(Value::Scalar(b))) if a.text() == b.text() => true,
        (a, b) => a.is_none_or(is_zero) && b.is_none_or(is_zero),
    }
}
