//! What RKE fills in, and what is left when it is taken out again.

use super::table::{at, document, rows};
use kubeconfig::rke::ClusterConfig;
use kubeconfig::syntax::to_json;

const VERSION: &str = "kubernetes_version: v1.27.16-rancher1-1\n";

fn json(config: &ClusterConfig) -> serde_json::Value {
    config.to_state_value().to_json().unwrap()
}

#[test]
fn defaults_are_those_of_rke() {
    let text = include_str!("../data/rke/defaults.txt");
    let mut count = 0;
    for case in text.split("\n=== ").skip(1) {
        let (name, rest) = case.split_once('\n').unwrap();
        let (file, expected) = rest.split_once(">>> ").unwrap();
        let config: ClusterConfig = file.parse().unwrap();
        let written = to_json(&config.with_defaults().to_state_value()).unwrap();
        let written: String = written.lines().map(|line| line.trim_start().replace("\": ", "\":")).collect();
        assert_eq!(written, expected.trim_end(), "{name}");
        count += 1;
    }
    assert!(count > 20);
}

#[test]
fn without_a_version_nothing_that_depends_on_it_is_filled_in() {
    let config: ClusterConfig = "nodes: [{address: a}]".parse().unwrap();
    let full = config.with_defaults();
    assert_eq!(full.kubernetes_version, None);
    assert_eq!(full.enable_cri_dockerd, None);
    assert_eq!(full.dns, None);
    assert_eq!(full.ingress.network_mode, None);
    assert_eq!(full.ingress.default_backend, None);
    assert_eq!(full.services.kube_api.audit_log, None);
    assert_eq!(full.services.kube_api.pod_security_configuration, None);
    assert_eq!(full.services.kube_api.service_cluster_ip_range.as_deref(), Some("10.43.0.0/16"));
    assert_eq!(full.system_images, Default::default());
}

#[test]
fn a_state_gives_back_the_file_it_was_made_of() {
    for file in [
        include_str!("../data/rke/minimal.yml"),
        include_str!("../data/rke/example.yml"),
        include_str!("../data/rke/full.yml"),
    ] {
        let file = if file.contains("kubernetes_version") { file.to_owned() } else { format!("{VERSION}{file}") };
        let config: ClusterConfig = file.parse().unwrap();
        let state = ClusterConfig::from_state_value(&config.with_defaults().to_state_value()).unwrap();
        let slim = state.without_defaults();
        assert_eq!(json(&slim.with_defaults()), json(&config.with_defaults()));
        assert_eq!(slim.without_defaults(), slim);
        // And a file that a person would write is the very same.
        if config.nodes.len() == 1 && config.addons.is_none() {
            assert_eq!(json(&slim), json(&config));
        }
    }
}

/// Fields that RKE overwrites whatever stands there.
fn is_overwritten(path: &str) -> bool {
    path.ends_with(".image") || path == "nodes[].ssh_agent_auth" || path == "nodes[].hostname_override"
}

#[test]
fn what_one_sets_is_never_taken_for_a_default() {
    for row in rows() {
        let Some(sample) = row.other_than_default() else { continue };
        for version in ["", VERSION] {
            if row.yaml == "kubernetes_version" && !version.is_empty() {
                continue;
            }
            let mut config: ClusterConfig = document(row.yaml, sample).parse().unwrap();
            if !version.is_empty() {
                config.kubernetes_version = version.trim().strip_prefix("kubernetes_version: ").map(str::to_owned);
            }
            let full = config.with_defaults();
            let slim = full.without_defaults();
            let full = json(&full);
            assert_eq!(json(&slim.with_defaults()), full, "{}", row.yaml);
            assert_eq!(slim.without_defaults(), slim, "{}: taken out twice", row.yaml);
            let given = at(&json(&config), row.json).cloned();
            assert!(given.is_some(), "{}", row.yaml);
            if !is_overwritten(row.yaml) {
                assert_eq!(at(&full, row.json).cloned(), given, "{} is kept", row.yaml);
                assert_eq!(at(&json(&slim), row.json).cloned(), given, "{} is kept", row.yaml);
            }
        }
    }
}
