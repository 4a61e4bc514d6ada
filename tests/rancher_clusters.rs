//! Which contexts are brought together as one cluster, and by what.
#![cfg(feature = "rancher")]

mod common;

use common::pki::{Algorithm, Ca, base64, world};
use common::shapes;
use kubeconfig::rancher::{ContextKind, Provisioner, clusters};
use kubeconfig::{AuthInfo, Cluster, Context, Kubeconfig};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// A cluster a line: its name, Rancher's id of it, and `FILE/CONTEXT` with what ties it to the others.
fn drawn(configs: &[&Kubeconfig]) -> Vec<String> {
    let describe = |group: &kubeconfig::rancher::ClusterGroup<'_>| {
        let id = group.cluster_id.as_ref().map(|id| format!(" ({id})")).unwrap_or_default();
        let members = group.members.iter().map(|member| {
            let tie = member.tie.map(|tie| format!(" by {tie}")).unwrap_or_default();
            format!("{}/{}{tie}", member.config, member.context)
        });
        format!("{}{id}: {}", group.name, members.collect::<Vec<_>>().join(", "))
    };
    clusters(configs).iter().map(describe).collect()
}

/// `CONTEXT USER TOKEN SERVER`, a context a line; the cluster is called like the context.
fn config(lines: &str) -> Kubeconfig {
    let mut config = Kubeconfig::new();
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let [name, user, token, server] = line.split_whitespace().collect::<Vec<_>>()[..] else { panic!("{line}") };
        config.clusters.insert(name, Cluster::new(server));
        config.users.insert(user, AuthInfo::with_token(token));
        config.contexts.insert(name, Context::new(name, user));
    }
    config
}

#[test]
fn the_contexts_of_each_shape() {
    let expected = |name: &str| match name {
        "rancher-2.0" | "rancher-2.0-public-ca" => "prod (c-7xk2m): 0/prod",
        "rancher-2.2-ace" | "rancher-2.5-ace" => "prod (c-7xk2m): 0/prod, 0/prod-node1 by the cluster's id",
        "rancher-local" => "local (local): 0/local",
        "rancher-ace-html-escaped" => "R&amp;D (c-m-7xk2m9qd): 0/R&amp;D, 0/R&amp;D-fqdn by the user",
        "rancher-ace-fqdn" | "rancher-ace-fqdn-public-ca" | "rancher-2.15-ext-token" => {
            "prod (c-m-7xk2m9qd): 0/prod, 0/prod-fqdn by the user"
        }
        "rancher-exec-ace" | "rancher-exec-get-token" => "prod (c-m-7xk2m9qd): 0/prod, 0/prod-fqdn by the cluster's id",
        // The nodes know each other by the CA, and the proxy by the user.
        "rancher-ace-nodes" | "rancher-ace-nodes-ipv6" => {
            "prod (c-m-7xk2m9qd): 0/prod, 0/prod-cp1 by the user, 0/prod-cp2 by the cluster's CA, 0/prod-cp3 by the cluster's CA"
        }
        "rancher-multi-cluster" => {
            "rancher: 0/rancher\nprod (c-m-7xk2m9qd): 0/prod, 0/prod-fqdn by the user\n\
             staging (c-m-4hj6n8vb): 0/staging, 0/staging-cp1 by the user\ntest (c-5tgbn): 0/test"
        }
        "rancher-multi-cluster-exec" => "test (c-5tgbn): 0/test",
        "rancher-provisioning-secret" => "default (c-m-7xk2m9qd): 0/default",
        "files" => "admin@bare-metal: 0/admin@bare-metal, 0/robot@bare-metal by the same cluster entry",
        _ => "",
    };
    let mut seen = 0;
    for shape in shapes::all() {
        let config: Kubeconfig = shape.text.parse().unwrap();
        let drawn = drawn(&[&config]).join("\n");
        match expected(shape.name) {
            // Files of others, and those with one context: each of them is a cluster of its own.
            "" => assert_eq!(drawn.lines().count(), config.contexts.len(), "{}: {drawn}", shape.name),
            wanted => {
                assert_eq!(drawn, wanted, "{}", shape.name);
                seen += 1;
            }
        }
    }
    assert_eq!(seen, 17);
}

#[test]
fn across_files() {
    const PROXY: &str = "https://r.example.com/k8s/clusters";
    for (what, files, expected) in [
        (
            "a direct context alone in its file, by the token",
            vec![format!("prod prod kubeconfig-u-a:s {PROXY}/c-m-1"), "x y kubeconfig-u-a:s https://p.example.com:6443".into()],
            vec!["prod (c-m-1): 0/prod, 1/x by the user"],
        ),
        (
            "by the id in the token of 2.2 to 2.5",
            vec![format!("prod u kubeconfig-u-a:s {PROXY}/c-1"), "x y kubeconfig-u-b.c-1:s https://10.0.0.1:6443".into()],
            vec!["prod (c-1): 0/prod, 1/x by the cluster's id"],
        ),
        (
            "by name, where nothing else tells",
            vec![format!("prod u kubeconfig-u-a:s {PROXY}/c-1"), "prod-fqdn prod kubeconfig-u-b:s https://p.example.com".into()],
            vec!["prod (c-1): 0/prod, 1/prod-fqdn by the names"],
        ),
        (
            "not by a name that two clusters have",
            vec![
                format!("prod u kubeconfig-u-a:s {PROXY}/c-1"),
                "prod v kubeconfig-u-c:s https://other.example.com/k8s/clusters/c-2".into(),
                "prod-fqdn w kubeconfig-u-b:s https://p.example.com".into(),
            ],
            vec!["prod (c-1): 0/prod", "prod (c-2): 1/prod", "prod: 2/prod-fqdn"],
        ),
        (
            "the longest name counts",
            vec![
                format!("prod u kubeconfig-u-a:s {PROXY}/c-1\nprod-eu v kubeconfig-u-b:s {PROXY}/c-2"),
                "prod-eu-fqdn w kubeconfig-u-c:s https://p.example.com".into(),
            ],
            vec!["prod (c-1): 0/prod", "prod-eu (c-2): 0/prod-eu, 1/prod-eu-fqdn by the names"],
        ),
        (
            "Rancher's address changed",
            vec![format!("prod u kubeconfig-u-a:s {PROXY}/c-m-1"), "old v kubeconfig-u-b:s https://old.example.com/k8s/clusters/c-m-1".into()],
            vec!["prod (c-m-1): 0/prod, 1/old by the cluster's id"],
        ),
        (
            "each Rancher has its own local cluster",
            vec![format!("local u kubeconfig-u-a:s {PROXY}/local"), "local v kubeconfig-u-b:s https://other.example.com/k8s/clusters/local".into()],
            vec!["local (local): 0/local", "local (local): 1/local"],
        ),
        (
            "one user for all clusters, in a file of 2.2",
            vec![format!(
                "prod u-abc kubeconfig-u-abc:s {PROXY}/c-1\nprod-fqdn u-abc kubeconfig-u-abc:s https://p.example.com\n\
                 stage-fqdn u-abc kubeconfig-u-abc:s https://s.example.com"
            )],
            vec!["prod (c-1): 0/prod, 0/prod-fqdn by the user", "stage: 0/stage-fqdn"],
        ),
        (
            "a bound token of one cluster is no way into another of that name",
            vec![format!("prod u kubeconfig-u-a:s {PROXY}/c-1"), "prod-fqdn v kubeconfig-u-b.c-2:s https://p.example.com".into()],
            vec!["prod (c-1): 0/prod", "prod (c-2): 1/prod-fqdn"],
        ),
        (
            "the same server by name, but not by a private address",
            vec![
                "a u t https://k8s.example.com:6443\nb v t https://10.0.0.1:6443".into(),
                "c w s https://K8S.example.com:6443\nd x s https://10.0.0.1:6443\ne y s https://localhost:6443".into(),
            ],
            vec!["a: 0/a, 1/c by the server", "b: 0/b", "d: 1/d", "e: 1/e"],
        ),
        (
            "a direct context without its proxy is called like its user",
            vec!["prod-cp1 prod kubeconfig-u-b:s https://10.0.0.1:6443\nprod-cp2 prod kubeconfig-u-b:s https://10.0.0.2:6443".into()],
            vec!["prod: 0/prod-cp1, 0/prod-cp2 by the user"],
        ),
    ] {
        let configs: Vec<Kubeconfig> = files.iter().map(|lines| config(lines)).collect();
        assert_eq!(drawn(&configs.iter().collect::<Vec<_>>()), expected, "{what}");
    }
    assert!(clusters(&[]).is_empty());
}

#[test]
fn a_clusters_own_ca_ties_and_a_companys_does_not() {
    let with = |mut config: Kubeconfig, pem: &str| {
        for (_, cluster) in config.clusters.iter_mut() {
            cluster.certificate_authority_data = Some(kubeconfig::config::Data::encode(pem.as_bytes()));
        }
        config
    };
    let node = config("prod-cp1 prod kubeconfig-u-b:s https://10.0.0.1:6443");
    let admin = config("kube-prod kube-admin-kube-prod none https://10.0.0.1:6443");
    let rke2 = Ca::new("rke2-server-ca@1700000000", None, Algorithm::Ec).certificate;
    for (ca, count) in [(&world().kube_ca.certificate, 1), (&rke2, 1), (&world().balancer_ca.certificate, 2)] {
        let (node, admin) = (with(node.clone(), ca), with(admin.clone(), &format!("# copied\n{ca}")));
        assert_eq!(clusters(&[&node, &admin]).len(), count);
    }
}

#[test]
fn who_made_a_cluster_is_told_or_unknown() {
    for shape in shapes::all() {
        let config: Kubeconfig = shape.text.parse().unwrap();
        let expected = match shape.name {
            "rancher-local" => Provisioner::Local,
            "eks" => Provisioner::Hosted("EKS".into()),
            "gke" | "gke-auth-provider" => Provisioner::Hosted("GKE".into()),
            "aks-kubelogin" | "aks-admin" => Provisioner::Hosted("AKS".into()),
            _ => Provisioner::Unknown,
        };
        for group in clusters(&[&config]) {
            assert_eq!(group.provisioner(), expected, "{} {}", shape.name, group.name);
        }
    }
}

#[test]
fn ten_thousand_contexts_with_long_names_take_linear_time() {
    let name = "x-".repeat(5_000);
    let mut all = Kubeconfig::new();
    let mut few = 0;
    for i in 0..10_000 {
        let context = if i % 100 == 0 { format!("{name}{i}") } else { format!("c{}-{}", i / 10, i % 10) };
        let server = match i % 10 {
            0 => format!("https://r/k8s/clusters/c-{i}"),
            _ => format!("https://10.0.{}.{}:6443", i / 250, i % 250),
        };
        few += usize::from(i % 10 == 0);
        all.clusters.insert(&*context, Cluster::new(server));
        all.users.insert(&*context, AuthInfo::with_token(format!("kubeconfig-u-{i}:s")));
        all.contexts.insert(&*context, Context::new(&*context, &*context));
    }
    let start = std::time::Instant::now();
    assert!(clusters(&[&all]).len() >= few);
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Each context is in one cluster, and clusters of other ids or other Ranchers' `local` never in one.
    #[test]
    fn every_context_has_one_cluster(
        files in prop::collection::vec(
            prop::collection::vec(("[ab](-[ab]){0,2}(-fqdn)?", "(u-)?[ab]", "[ab]", 0..7_usize), 0..6), 0..4)
    ) {
        let servers = [
            "https://r/k8s/clusters/local", "https://q/k8s/clusters/local", "https://r/k8s/clusters/c-1",
            "https://q/k8s/clusters/c-2", "https://a.example.com", "https://10.0.0.1:6443", "https://r",
        ];
        let configs: Vec<Kubeconfig> = files.iter().map(|lines| {
            let lines = lines.iter().map(|(name, user, token, server)| {
                format!("{name} {user} kubeconfig-u-{token}:s {}", servers[*server])
            });
            config(&lines.collect::<Vec<_>>().join("\n"))
        }).collect();
        let groups = clusters(&configs.iter().collect::<Vec<_>>());
        let mut seen = BTreeSet::new();
        for group in &groups {
            prop_assert!(group.members[0].tie.is_none() && group.members[1..].iter().all(|member| member.tie.is_some()));
            let mut ids = BTreeSet::new();
            for member in &group.members {
                prop_assert!(seen.insert((member.config, member.context)));
                if let ContextKind::RancherProxy { rancher, cluster_id } = &member.kind.kind {
                    ids.insert(if cluster_id == "local" { rancher.clone() } else { cluster_id.clone() });
                }
            }
            prop_assert!(ids.len() <= 1, "{ids:?}");
        }
        prop_assert_eq!(seen.len(), configs.iter().map(|config| config.contexts.len()).sum::<usize>());
        prop_assert!(groups.is_sorted_by_key(|group| (group.members[0].config, configs[group.members[0].config]
            .contexts.names().position(|name| name == group.members[0].context))));
    }
}

#[test]
fn data_that_is_no_certificate_ties_nothing() {
    let text = |name: &str| {
        format!(
            "clusters: [{{name: {name}, cluster: {{server: 'https://10.0.0.1', certificate-authority-data: {}}}}}]\n\
             contexts: [{{name: {name}, context: {{cluster: {name}}}}}]",
            base64("no certificate")
        )
    };
    let (a, b): (Kubeconfig, Kubeconfig) = (text("a").parse().unwrap(), text("b").parse().unwrap());
    assert_eq!(clusters(&[&a, &b]).len(), 2);
}
