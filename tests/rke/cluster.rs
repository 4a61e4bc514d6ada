//! Reading and writing `ClusterConfig`.

use kubeconfig::finding::Code;
use kubeconfig::rke::ClusterConfig;
use kubeconfig::syntax::{Document, Mapping, to_json};

#[test]
fn both_spellings() {
    let text = "nodes:\n- address: 1.2.3.4\n  port: 0022\n  role: [etcd]\n  x-mine: 1\nservices:\n  etcd:\n    extra_args:\n      v: 4\n    x: true\n  kube-api:\n    service_cluster_ip_range: 10.43.0.0/16\n";
    let config: ClusterConfig = text.parse().unwrap();
    assert_eq!(config.nodes[0].port.as_deref(), Some("0022"));
    assert_eq!(
        config.to_yaml().unwrap().expose().as_str(),
        text.replace("0022", "\"0022\"").replace(" [etcd]", "\n  - etcd").replace("v: 4", "v: \"4\"")
    );
    let json = serde_json::to_string_pretty(&config).unwrap();
    let again: ClusterConfig = serde_json::from_str(&json).unwrap();
    assert_eq!(config.services, again.services, "{json}");
}

/// The cases recorded from RKE's own structs and readers.
#[test]
fn files_are_read_as_rke_reads_them() {
    let text = include_str!("../data/rke/cases.txt");
    let mut count = 0;
    for case in text.split("\n=== ").skip(1) {
        let (name, rest) = case.split_once('\n').unwrap();
        let (file, expected) = rest.split_once(">>> ").unwrap();
        let expected = expected.trim_end();
        count += 1;
        let config = file.parse::<ClusterConfig>();
        if expected == "refused" {
            let error = config.err().unwrap_or_else(|| panic!("{name}: read, and RKE refuses it"));
            assert!(error.position().is_some(), "{name}: {error}");
            continue;
        }
        let mut config = config.unwrap_or_else(|e| panic!("{name}: {e}"));
        drop_unknown(&mut config);
        let written = to_json(&config.to_state_value()).unwrap();
        let written: String = written.lines().map(|line| line.trim_start().replace("\": ", "\":")).collect();
        assert_eq!(written, expected, "{name}");
    }
    assert!(count > 45);
}

/// RKE drops what it does not know; these are the places where the cases have something of the kind.
fn drop_unknown(config: &mut ClusterConfig) {
    let nodes = config.nodes.iter_mut().map(|node| &mut node.other);
    let tolerations = config.network.tolerations.iter_mut().map(|toleration| &mut toleration.other);
    let rotate = config.rotate_certificates.iter_mut().map(|rotate| &mut rotate.other);
    let flannel = config.network.flannel_network_provider.iter_mut().map(|flannel| &mut flannel.other);
    let services = [&mut config.services.other, &mut config.services.scheduler.other];
    let all = nodes.chain(tolerations).chain(rotate).chain(flannel).chain(services).chain([&mut config.other]);
    all.for_each(|other| *other = Mapping::new());
}

/// Three files, and what RKE's own structs and readers make of them.
const EXAMPLES: &[(&str, &str, &str)] = &[
    ("minimal", include_str!("../data/rke/minimal.yml"), include_str!("../data/rke/minimal.json")),
    ("example", include_str!("../data/rke/example.yml"), include_str!("../data/rke/example.json")),
    ("full", include_str!("../data/rke/full.yml"), include_str!("../data/rke/full.json")),
];

#[test]
fn whole_files_are_read_without_loss() {
    for (name, file, json) in EXAMPLES {
        let config: ClusterConfig = file.parse().unwrap();
        let state = config.to_state_value();
        assert_eq!(differences("", &state.to_json().unwrap(), &as_rke_reads_it(&config, json)), "", "{name}");
        // Out into each spelling and in again, and across.
        let yaml = config.to_yaml().unwrap();
        assert_eq!(yaml.expose().parse::<ClusterConfig>().unwrap(), config, "{name}");
        let from_state = ClusterConfig::from_state_value(&state).unwrap();
        assert_eq!(from_state.to_state_value().to_json().unwrap(), state.to_json().unwrap(), "{name}");
        let across: ClusterConfig = from_state.to_yaml().unwrap().expose().parse().unwrap();
        assert_eq!(across.to_state_value().to_json().unwrap(), state.to_json().unwrap(), "{name}");
        // Every key is one that RKE knows.
        let found = kubeconfig::rke::validate(&Document::parse(*file).unwrap()).unwrap();
        let keys: Vec<_> = found.iter().filter(|f| f.code == Code::DroppedKey).collect();
        assert!(keys.is_empty(), "{name}: {keys:?}");
    }
}

/// Where two values differ, a line each.
fn differences(path: &str, a: &serde_json::Value, b: &serde_json::Value) -> String {
    match (a, b) {
        (serde_json::Value::Object(x), serde_json::Value::Object(y)) => {
            let keys: std::collections::BTreeSet<_> = x.keys().chain(y.keys()).collect();
            keys.into_iter()
                .map(|key| differences(&format!("{path}.{key}"), &a[key.as_str()], &b[key.as_str()]))
                .collect()
        }
        _ if a == b => String::new(),
        _ => format!("{path}: {a} and {b}\n"),
    }
}

/// What RKE makes of the file, with what it drops and we keep: notes, and the fields that only older releases have.
fn as_rke_reads_it(config: &ClusterConfig, json: &str) -> serde_json::Value {
    let mut expected: serde_json::Value = serde_json::from_str(json).unwrap();
    for (key, value) in config.other.iter() {
        expected[key] = value.to_json().unwrap();
    }
    // RKE 1.7 writes this one by Go's own names; here it stays as it stands.
    if let Some(limit) =
        config.services.kube_api.event_rate_limit.as_ref().and_then(|limit| limit.configuration.as_ref())
    {
        let written = &mut expected["services"]["kubeApi"]["eventRateLimit"]["configuration"];
        assert!(written["Limits"][0]["QPS"].is_number());
        *written = limit.to_json().unwrap();
    }
    if let Some(on) = config.services.kube_api.pod_security_policy {
        expected["services"]["kubeApi"]["podSecurityPolicy"] = on.into();
    }
    if let Some(on) = config.network.enable_br_netfilter {
        expected["network"]["enableBrNetfilter"] = on.into();
    }
    if let Some(aci) = &config.network.aci_network_provider {
        for (key, value) in [
            ("accProvisionOperatorMemoryRequest", &aci.acc_provision_operator_memory_request),
            ("accProvisionOperatorMemoryLimit", &aci.acc_provision_operator_memory_limit),
            ("aciContainersOperatorMemoryRequest", &aci.aci_containers_operator_memory_request),
            ("aciContainersOperatorMemoryLimit", &aci.aci_containers_operator_memory_limit),
        ] {
            expected["network"]["aciNetworkProvider"][key] = value.clone().unwrap().into();
        }
    }
    expected
}

#[test]
fn the_full_file_has_every_field() {
    let config: ClusterConfig = EXAMPLES[2].1.parse().unwrap();
    let state = config.to_state_value().to_json().unwrap();
    for row in super::table::rows() {
        let found = super::table::at(
            &state,
            &row.json.replace(".labels.*", ".labels.zone").replace("network.options.*", "network.options.canal_iface"),
        );
        assert!(found.is_some(), "{}", row.yaml);
    }
}

#[test]
fn the_example_has_its_findings() {
    let found = kubeconfig::rke::validate(&Document::parse(EXAMPLES[1].1).unwrap()).unwrap();
    assert!(found.is_empty(), "{found:?}");
    let found = kubeconfig::rke::validate(&Document::parse(EXAMPLES[0].1).unwrap()).unwrap();
    assert_eq!(found.iter().map(|f| f.code).collect::<Vec<_>>(), [Code::NotHighlyAvailable]);
}
