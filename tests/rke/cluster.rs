//! Reading and writing `ClusterConfig`.

use kubeconfig::rke::ClusterConfig;
use kubeconfig::syntax::{Mapping, to_json};

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
