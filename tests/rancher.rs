//! What kind of context it is, over the files that Rancher, RKE, K3s and the clouds write.
#![cfg(feature = "rancher")]

mod common;

use common::shapes;
use kubeconfig::rancher::{ContextKind, Evidence, direct, is_through_rancher, kind_of, kinds, prefer_direct};
use kubeconfig::{Kubeconfig, Loaded};

fn shape(name: &str) -> Kubeconfig {
    shapes::named(name).text.parse().unwrap()
}

/// The kind without what it carries.
fn word(kind: &ContextKind) -> String {
    let text = format!("{kind:?}");
    text.split([' ', '{']).next().unwrap().to_owned()
}

#[test]
fn every_shape_has_its_kind() {
    let expected = |name: &str, context: &str| match (name, context) {
        ("rancher-multi-cluster", "rancher") => "RancherServer",
        (_, "prod-fqdn" | "R&amp;D-fqdn") => "AceFqdn",
        (name, context) if name.starts_with("rancher") && context.starts_with("prod-") || context.contains("-cp") => {
            "AceNode"
        }
        ("rke" | "rke-0.1.2", _) => "RkeAdmin",
        // The certificates of both are made by a CA of K3s's name.
        ("k3s" | "rke2", _) => "K3s",
        ("eks", _) => "Eks",
        ("gke" | "gke-auth-provider", _) => "Gke",
        ("aks-kubelogin" | "aks-admin", _) => "Aks",
        ("kubeadm" | "kubeadm-expired" | "files" | "generic" | "authn-webhook", _) => "Unknown",
        ("openshift" | "kind" | "minikube", _) => "Unknown",
        _ => "",
    };
    let mut seen = std::collections::BTreeSet::new();
    for shape in shapes::all() {
        let config: Kubeconfig = shape.text.parse().unwrap();
        for ((name, kind), context) in kinds(&config).into_iter().zip(&shape.contexts) {
            assert_eq!(name, context.name);
            assert_eq!(kind, kind_of(&config, name));
            let wanted = match expected(shape.name, name) {
                "" if context.server.contains("/k8s/clusters/") => "RancherProxy",
                wanted => wanted,
            };
            let got = word(&kind.kind);
            assert_eq!(got, wanted, "{} {name} ({}): {:?}", shape.name, context.server, kind.evidence);
            assert_eq!(kind.evidence.is_empty(), wanted == "Unknown", "{} {name}", shape.name);
            seen.insert(got);
        }
    }
    eprintln!("{seen:?}");
}

#[test]
fn the_proxy_names_rancher_and_the_cluster() {
    for (server, rancher, id) in [
        ("https://rancher.example.com/k8s/clusters/c-abcde", "https://rancher.example.com", "c-abcde"),
        ("https://Rancher.example.com:443/k8s/clusters/local/", "https://rancher.example.com", "local"),
        ("https://r:8443/k8s/clusters/c-m-12345678/x", "https://r:8443", "c-m-12345678"),
        ("https://u:SECRET-CANARY@[fd00::1]:8443/k8s/clusters/c-1?q", "https://[fd00::1]:8443", "c-1"),
    ] {
        let config = one("prod", "prod", server, "token: x");
        let kind = ContextKind::RancherProxy { rancher: rancher.into(), cluster_id: id.into() };
        assert_eq!(kind_of(&config, "prod").kind, kind);
        assert!(is_through_rancher(&config, "prod"));
    }
    for server in ["https://r/k8s/cluster/c-1", "https://r?/k8s/clusters/c-1", "https://k8s/clusters/c-1", ""] {
        assert!(!is_through_rancher(&one("prod", "prod", server, "token: x"), "prod"), "{server}");
    }
    // Rancher is asked, and nothing tells for which cluster.
    let config = one("prod", "prod", "https://r/k8s/clusters/", "token: x");
    assert!(is_through_rancher(&config, "prod"));
    assert!(!matches!(kind_of(&config, "prod").kind, ContextKind::RancherProxy { .. }));
}

fn one(name: &str, user: &str, server: &str, body: &str) -> Kubeconfig {
    format!(
        "clusters: [{{name: '{name}', cluster: {{server: '{server}'}}}}]\nusers: [{{name: '{user}', user: {{{body}}}}}]\n\
         contexts: [{{name: '{name}', context: {{cluster: '{name}', user: '{user}'}}}}]"
    )
    .parse()
    .unwrap()
}

#[test]
fn what_a_context_is_told_by() {
    const RANCHER: &str = "token: 'kubeconfig-u-abcde:secret'";
    let exec = |command: &str, args: &str| format!("exec: {{command: '{command}', args: [{args}], apiVersion: v1}}");
    for (name, user, server, body, kind, through) in [
        ("p-fqdn", "p", "https://p.example.com", RANCHER.to_owned(), ContextKind::AceFqdn, false),
        ("mine", "p", "https://p.example.com:6443", RANCHER.to_owned(), ContextKind::AceFqdn, false),
        (
            "p-n1",
            "p",
            "https://10.0.0.1:6443",
            "token: 'ext/token-abcde:secret'".to_owned(),
            ContextKind::AceNode,
            false,
        ),
        ("p-n1", "p", "https://fd00::1:6443", RANCHER.to_owned(), ContextKind::AceNode, false),
        ("p-fqdn", "p", "https://10.0.0.1:6443", RANCHER.to_owned(), ContextKind::AceFqdn, false),
        ("rancher", "rancher", "https://r.example.com", RANCHER.to_owned(), ContextKind::RancherServer, true),
        ("rancher", "rancher", "https://r.example.com:6443", RANCHER.to_owned(), ContextKind::AceFqdn, false),
        // Two colons, no secret, and other people's tokens are none of Rancher's.
        ("p", "p", "https://10.0.0.1:6443", "token: 'kubeconfig-u:a:b'".to_owned(), ContextKind::Unknown, false),
        ("p", "p", "https://10.0.0.1:6443", "token: 'kubeconfig-u:'".to_owned(), ContextKind::Unknown, false),
        ("p", "p", "https://10.0.0.1:6443", "token: 'a:b'".to_owned(), ContextKind::Unknown, false),
        ("p", "p", "https://p.example.com", exec("/opt/rancher", "token"), ContextKind::AceFqdn, true),
        ("p", "p", "https://p.example.com", exec("C:\\rancher.exe", "auth, get-token"), ContextKind::AceFqdn, true),
        // A command that client-go would not run does not count.
        (
            "p",
            "p",
            "https://p.example.com",
            format!("{}, token: t", exec("rancher", "token")),
            ContextKind::Unknown,
            false,
        ),
        ("p", "p", "https://p.example.com", exec("aws", "eks, get-token"), ContextKind::Eks, false),
        ("p", "p", "https://p.example.com", exec("aws", "sts"), ContextKind::Unknown, false),
        ("p", "p", "https://p.example.com", exec("kubelogin", "get-token"), ContextKind::Unknown, false),
        ("kube", "kube-admin-kube", "https://10.0.0.1:6443", "token: t".to_owned(), ContextKind::Unknown, false),
        (
            "kube",
            "kube-admin-kube",
            "https://10.0.0.1:6443",
            "client-certificate: f".to_owned(),
            ContextKind::RkeAdmin,
            false,
        ),
    ] {
        let config = one(name, user, server, &body);
        let got = kind_of(&config, name);
        assert_eq!(got.kind, kind, "{name} {server} {:?}", got.evidence);
        assert_eq!(is_through_rancher(&config, name), through, "{name} {server}");
        assert_eq!(direct(&config).len(), usize::from(!through));
    }
    let config = Kubeconfig::new();
    assert_eq!((kind_of(&config, "x").kind, is_through_rancher(&config, "x")), (ContextKind::Unknown, false));
}

#[test]
fn rancher_itself_is_known_by_its_proxies() {
    // Renamed, but the same server as the proxy's.
    let config: Kubeconfig = "
clusters:
- {name: up, cluster: {server: 'https://r.example.com/'}}
- {name: prod, cluster: {server: 'https://R.example.com:443/k8s/clusters/c-1'}}
users: [{name: me, user: {token: 'kubeconfig-u:x'}}]
contexts:
- {name: top, context: {cluster: up, user: me}}
- {name: prod, context: {cluster: prod, user: me}}"
        .parse()
        .unwrap();
    let kind = kind_of(&config, "top");
    assert_eq!(kind.kind, ContextKind::RancherServer);
    assert_eq!(kind.evidence, [Evidence::SameServerAs("prod".into()), Evidence::TokenForm]);
    assert!(direct(&config).is_empty());
}

#[test]
fn a_direct_context_is_preferred() {
    let with = |current: &str, config: &Kubeconfig| {
        let mut config = config.clone();
        config.current_context = Some(current.to_owned());
        prefer_direct(&config).map(str::to_owned)
    };
    let multi = shape("rancher-multi-cluster");
    for (current, expected) in [
        ("prod", "prod-fqdn"),
        ("staging", "staging-cp1"),
        ("staging-cp1", "staging-cp1"),
        ("prod-fqdn", "prod-fqdn"),
        // None of its own: a context of another cluster would be a trap.
        ("test", "test"),
        ("rancher", "rancher"),
    ] {
        assert_eq!(with(current, &multi).as_deref(), Some(expected), "{current}");
    }
    assert_eq!(with("", &multi).as_deref(), Some("prod-fqdn"));

    // One user for several clusters, as in files of 2.2 brought together: then names decide.
    let mut text = String::from("users: [{name: u, user: {token: 'kubeconfig-u:x'}}]\nclusters:\n");
    let names = ["prod", "prod-eu", "prod-eu-fqdn", "prod-fqdn", "x-fqdn"];
    for (i, name) in names.iter().enumerate() {
        let server = if i < 2 { format!("https://r/k8s/clusters/c-{i}") } else { format!("https://{name}") };
        text += &format!("- {{name: {name}, cluster: {{server: '{server}'}}}}\n");
    }
    text += "contexts:\n";
    for name in names {
        text += &format!("- {{name: {name}, context: {{cluster: {name}, user: u}}}}\n");
    }
    let merged: Kubeconfig = text.parse().unwrap();
    assert_eq!(with("prod", &merged).as_deref(), Some("prod-fqdn"));
    assert_eq!(with("prod-eu", &merged).as_deref(), Some("prod-eu-fqdn"));
    assert_eq!(prefer_direct(&Kubeconfig::new()), None);
}

#[test]
fn direct_contexts_only() {
    let loaded = Loaded::from_config(shape("rancher-multi-cluster"), "/");
    let backup = loaded.export().filter(direct).build().unwrap();
    assert!(backup.config().contexts.names().eq(["prod-fqdn", "staging-cp1"]));
    assert!(backup.config().users.names().eq(["prod", "staging"]));
    assert!(backup.report().stands_alone(), "{}", backup.report());
    let only_proxy = Loaded::from_config(shape("rancher-exec"), "/");
    assert!(only_proxy.export().filter(direct).build().is_err());
}

#[test]
fn the_certificate_tells_the_distribution() {
    use common::pki::{Algorithm, Ca, Validity, base64};
    for (ca, name, kind, evidence) in [
        ("k3s-client-ca@1700000000", "system:admin", ContextKind::K3s, Evidence::Issuer),
        ("rke2-client-ca@1700000000", "system:admin", ContextKind::Rke2, Evidence::Issuer),
        ("kube-ca", "kube-admin", ContextKind::RkeAdmin, Evidence::Subject),
    ] {
        let ca = Ca::new(ca, None, Algorithm::Ec);
        let admin = ca.client(name, Some("system:masters"), Validity::days(9));
        let body = format!("client-certificate-data: {}", base64(&admin.certificate));
        let got = kind_of(&one("renamed", "me", "https://10.0.0.1:6443", &body), "renamed");
        assert_eq!((got.kind, got.evidence), (kind, vec![evidence]));
    }
}
