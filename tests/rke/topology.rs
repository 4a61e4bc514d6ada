//! How many nodes a cluster can lose.

use kubeconfig::rke::{ClusterConfig, Datastore, Distribution, Topology};

/// Nodes by their roles, as `ecw`.
fn cluster(nodes: &[&str], external: bool) -> Topology {
    let mut text = String::from("nodes:\n");
    for (i, roles) in nodes.iter().enumerate() {
        let role = |c: char| match c {
            'e' => "etcd",
            'c' => "controlplane",
            _ => "worker",
        };
        let roles: Vec<_> = roles.chars().map(role).collect();
        text.push_str(&format!("- {{address: node-{i}, role: [{}]}}\n", roles.join(", ")));
    }
    if external {
        text.push_str("services: {etcd: {external_urls: ['https://etcd:2379']}}\n");
    }
    Topology::of(&text.parse::<ClusterConfig>().unwrap())
}

fn codes(topology: &Topology) -> Vec<&'static str> {
    topology.guidance().iter().map(|finding| finding.code.as_str()).collect()
}

#[test]
fn rke() {
    for (nodes, external, etcd, tolerated, guidance) in [
        (&["ecw"][..], false, Some(0), 0, &["not-highly-available"][..]),
        (&["ecw"; 2], false, Some(0), 0, &["even-etcd", "not-highly-available"]),
        (&["ecw"; 3], false, Some(1), 1, &[]),
        (&["ecw"; 4], false, Some(1), 1, &["even-etcd"]),
        (&["ecw"; 5], false, Some(2), 2, &[]),
        (&["ecw"; 6], false, Some(2), 2, &["even-etcd"]),
        (&["ecw"; 7], false, Some(3), 3, &[]),
        (&["e", "e", "e", "c", "w", "w"], false, Some(1), 0, &["not-highly-available"]),
        (&["e", "e", "e", "c", "c", "w", "w"], false, Some(1), 1, &[]),
        (&["e", "e", "e", "c", "c", "w"], false, Some(1), 1, &["not-highly-available"]),
        (&["e", "e", "e", "c", "c"], false, Some(1), 1, &["no-worker"]),
        (&["cw", "cw"], false, Some(0), 0, &["no-etcd"]),
        (&["cw", "cw"], true, None, 1, &[]),
        (&["cw"], true, None, 0, &["not-highly-available"]),
        (&["ew", "ew", "ew"], false, Some(1), 0, &["no-control-plane"]),
        (&[], false, Some(0), 0, &["no-etcd", "no-control-plane", "no-worker"]),
    ] {
        let topology = cluster(nodes, external);
        assert_eq!(topology.etcd_failures_tolerated(), etcd, "{nodes:?}");
        assert_eq!(topology.failures_tolerated(), tolerated, "{nodes:?}");
        assert_eq!(topology.is_highly_available(), tolerated > 0, "{nodes:?}");
        assert_eq!(codes(&topology), guidance, "{nodes:?}");
    }
}

#[test]
fn k3s_and_rke2() {
    for (distribution, datastore, servers, tolerated, guidance, advice) in [
        (Distribution::K3s, Datastore::External, 1, 0, &["not-highly-available"][..], "two servers"),
        (Distribution::K3s, Datastore::External, 2, 1, &[], ""),
        (Distribution::K3s, Datastore::Embedded, 1, 0, &["not-highly-available"], "three servers"),
        (Distribution::K3s, Datastore::Embedded, 2, 0, &["even-etcd", "not-highly-available"], "three servers"),
        (Distribution::K3s, Datastore::Embedded, 3, 1, &[], ""),
        (Distribution::Rke2, Datastore::Embedded, 1, 0, &["not-highly-available"], "three servers"),
        (Distribution::Rke2, Datastore::Embedded, 3, 1, &[], ""),
        (Distribution::Rke2, Datastore::Embedded, 5, 2, &[], ""),
    ] {
        let topology = Topology::of_servers(distribution, datastore, (0..servers).map(|i| format!("server-{i}")));
        assert_eq!(topology.failures_tolerated(), tolerated, "{topology:?}");
        assert_eq!(codes(&topology), guidance, "{topology:?}");
        let help: String = topology.guidance().into_iter().filter_map(|finding| finding.help).collect();
        assert!(help.contains(advice), "{help}");
    }
}

#[test]
fn nodes_have_their_names() {
    let config: ClusterConfig = "\
nodes:
- {address: 10.0.0.1, hostname_override: one, role: [etcd, controlplane]}
- {address: 10.0.0.2, role: [worker, etcd]}
"
    .parse()
    .unwrap();
    let topology = Topology::of(&config);
    assert_eq!(topology.etcd, ["one", "10.0.0.2"]);
    assert_eq!(topology.control_plane, ["one"]);
    assert_eq!(topology.workers, ["10.0.0.2"]);
    assert_eq!(
        topology,
        Topology::of(&ClusterConfig::from_state_value(&config.with_defaults().to_state_value()).unwrap())
    );
}
