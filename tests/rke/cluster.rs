//! Reading and writing `ClusterConfig`.

use kubeconfig::rke::ClusterConfig;

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
