//! What looks like a way in, and is another cluster's, or opens nothing.

use super::Verdict::{No, Unknown, Yes};
use super::*;

fn user_token(name: &str) -> Value {
    token(&format!("kubeconfig-{name}abcde:{SECRET}"))
}

fn downloaded() -> Outage {
    Outage::at(today()).downloaded(days(-5))
}

/// The file of one cluster as Rancher writes it, with or without the way through Rancher.
fn of_cluster(name: &str, id: &str, is_whole: bool) -> File {
    let direct = format!("{name}-fqdn");
    let file = File::new().user(name, user_token(id));
    let file = if is_whole { file.way(name, proxy(id), name) } else { file };
    file.way(&direct, server(&format!("https://{name}.example.com:6443")), name)
}

fn through(name: &str, id: &str) -> File {
    File::new().user(name, user_token(id)).way(name, proxy(id), name)
}

#[test]
fn a_cluster_is_not_reached_by_another_one_s_way() {
    // One is called like the beginning of the other.
    let report =
        drill(&downloaded(), &[&through("prod", "c-m-aaaaaaaa"), &of_cluster("prod-eu", "c-m-bbbbbbbb", false)]);
    let verdicts: Vec<_> = report.clusters.iter().map(|cluster| (cluster.name.as_str(), cluster.verdict)).collect();
    assert_eq!(verdicts, [("prod", No), ("prod-eu", Yes)], "{report:#?}");

    // Two are called alike, and of one only the direct way was kept: the names are all that speaks for it.
    let report = drill(&downloaded(), &[&through("prod", "c-m-aaaaaaaa"), &of_cluster("prod", "c-m-bbbbbbbb", false)]);
    assert_eq!(report.clusters[0].verdict, Unknown, "{report:#?}");
    assert!(wrong(&report.clusters[0]).contains("only its name tells"), "{report:#?}");

    // A user who stands in the context of another cluster.
    let mixed = through("prod", "c-m-aaaaaaaa").way("staging-fqdn", server("https://staging.example.com:6443"), "prod");
    let report = drill(&downloaded(), &[&mixed]);
    assert!(report.clusters.iter().all(|cluster| cluster.verdict != Yes), "{report:#?}");

    // And as it should be.
    let report = drill(&downloaded(), &[&of_cluster("prod", "c-m-aaaaaaaa", true)]);
    assert_eq!(report.clusters[0].verdict, Yes, "{report:#?}");
}

#[test]
fn certificates_that_open_nothing() {
    let years = || Validity { from: now() - 400 * DAY, until: days(3000).as_secs() };
    let ca = |name: &str, until: i64| {
        let validity = Validity { from: now() - 800 * DAY, until: days(until).as_secs() };
        Ca::valid(name, None, Algorithm::Ec, validity)
    };
    let file = |authority: &Ca, user: Value| {
        let cluster = with_ca("https://c.example.com:6443", &authority.certificate);
        File::new().user("admin", user).way("c", cluster, "admin")
    };
    let (own, namesake) = (ca("kubernetes", 3650), ca("kubernetes", 3650));
    let below = |until: i64| {
        let validity = Validity { from: now() - 800 * DAY, until: days(until).as_secs() };
        own.authority("clients", validity, None)
    };
    let admin = |ca: &Ca| ca.client("admin", Some("system:masters"), years());
    let chain = |client: &Ca| {
        let mut pair = admin(client);
        pair.certificate.push_str(&client.certificate);
        certificate(&pair)
    };
    for (what, file, verdict, until, says) in [
        ("of the cluster's CA", file(&own, certificate(&admin(&own))), Yes, 3000, ""),
        ("of another CA of its name", file(&own, certificate(&admin(&namesake))), No, 0, "that CA did not sign it"),
        ("a server's", file(&own, certificate(&own.server("admin", &["a"], years()))), No, 0, "is not for clients"),
        ("of a CA that ends sooner", file(&own, chain(&below(100))), Yes, 100, ""),
        ("of a CA that ended", file(&own, chain(&below(-1))), No, 0, " ended "),
        (
            "of another CA that is there",
            file(&own, chain(&ca("clients", 100))),
            Unknown,
            0,
            "not the CA of the cluster",
        ),
    ] {
        let cluster = one(&file);
        assert_verdict(what, &cluster, verdict);
        assert!(wrong(&cluster).contains(says), "{what}: {}", wrong(&cluster));
        if verdict == Yes {
            assert_eq!(cluster.by().next().map(super::until).unwrap(), Some(days(until)), "{what}");
        }
    }
}

#[test]
fn rancher_by_other_names() {
    let admin = || {
        let ca = Ca::new("clients", None, Algorithm::Ec);
        certificate(&ca.client("admin", None, Validity { from: now() - DAY, until: now() + 300 * DAY }))
    };
    // As client-go sends them, these all lead through Rancher.
    for path in
        ["//k8s//clusters/c-abcde", "/%6b8s/clusters/c-abcde", "/k8s/./clusters/c-abcde", "/k8s/x/../clusters/c-abcde"]
    {
        let cluster = one(&plain(admin()).with_server(&format!("https://c.example.com{path}")));
        assert_verdict(path, &cluster, No);
    }
    for port in ["0", "65536", "99999"] {
        let cluster = one(&plain(admin()).with_server(&format!("https://c.example.com:{port}")));
        assert_verdict(port, &cluster, No);
    }
    // Known by its own entry alone, or by a login command.
    let direct = |file: File| file.user("a", admin()).way("x", server(&format!("{RANCHER}:6443")), "a");
    let own = File::new().user("rancher", user_token("u-")).way("rancher", json!({"server": RANCHER}), "rancher");
    let host = RANCHER.trim_start_matches("https://");
    let login = json!({"exec": {"apiVersion": "client.authentication.k8s.io/v1", "interactiveMode": "Never",
        "command": "Rancher.EXE", "args": ["token", format!("--server={host}"), "--user=x"]}});
    let command = File::new().user("l", login).way("l", server("https://l.example.com:6443"), "l");
    for (what, file) in [("its own entry", direct(own)), ("a login command", direct(command))] {
        let report = drill(&Outage::at(today()), &[&file]);
        let cluster = report.clusters.iter().find(|cluster| cluster.name == "x").unwrap();
        assert_eq!(cluster.verdict, Unknown, "{what}: {report:#?}");
        assert!(wrong(cluster).contains("where Rancher answers"), "{what}: {}", wrong(cluster));
    }
}

#[test]
fn what_is_no_token_of_ranchers() {
    for text in ["kubeconfig-:x", "ext/token-:x", "kubeconfig-u-x.:x"] {
        let file = through("prod", "c-m-aaaaaaaa").user("me", token(text)).way(
            "prod-fqdn",
            server("https://prod.example.com:6443"),
            "me",
        );
        let report = drill(&downloaded(), &[&file]);
        assert!(report.clusters.iter().all(|cluster| cluster.verdict != Yes), "{text}: {report:#?}");
    }
}

#[test]
fn the_mend_does_not_go_through_what_is_dead() {
    let ca = Ca::new("kube-ca", None, Algorithm::Ec);
    let pair =
        ca.client("kube-admin", Some("system:masters"), Validity { from: now() - 400 * DAY, until: now() - DAY });
    let cluster = with_ca("https://10.0.0.1:6443", &ca.certificate);
    let cluster = one(&File::new().user("kube-admin-c", certificate(&pair)).way("c", cluster, "kube-admin-c"));
    assert_verdict("an RKE admin that ended", &cluster, No);
    let mend = cluster.missing.iter().find_map(|missing| missing.mend.as_deref()).unwrap_or_default();
    // The state holds the same certificate.
    assert_eq!(mend, "rke cert rotate --config cluster.yml");
}

/// Behind one host and port a gateway tells clusters apart by path or name, and each proxy is a network of its own.
#[test]
fn clusters_behind_one_gateway() {
    let pair = certificate(&common::pki::world().plain_admin);
    for (field, one, other) in [
        ("server", "https://gw.example.com/clusters/a", "https://gw.example.com/clusters/b"),
        ("tls-server-name", "a.example.com", "b.example.com"),
        ("proxy-url", "http://a.example.com:3128", "http://b.example.com:3128"),
    ] {
        let cluster = |value: &str| {
            let mut body = server("https://gw.example.com");
            body[field] = json!(value);
            body
        };
        let file = File::new()
            .user("good", pair.clone())
            .user("none", json!({}))
            .cluster("a", cluster(one))
            .cluster("b", cluster(other))
            .context("a", "a", "good")
            .context("b", "b", "none");
        let report = drill(&Outage::at(today()), &[&file]);
        let verdicts: Vec<_> = report.clusters.iter().map(|cluster| cluster.verdict).collect();
        assert_eq!(verdicts.len(), 2, "{field}: {report:#?}");
        assert_eq!(verdicts[1], Verdict::No, "{field}");
        let loaded = file.load();
        assert_eq!(
            Outage::at(today()).run(&[&loaded]).way_into("b").map(|way| way.context().to_owned()).ok(),
            None,
            "{field}"
        );
    }
}

/// Two clusters' CAs in one bundle say nothing of which is whose.
#[test]
fn a_bundle_of_several_cas_ties_nothing() {
    let (one, other) = (Ca::new("kube-ca", None, Algorithm::Ec), Ca::new("kube-ca", None, Algorithm::Ec));
    let pair = one.client("kube-admin", Some("system:masters"), Validity::days(99));
    let bundle = format!("{}{}", one.certificate, other.certificate);
    let file = File::new()
        .user("good", certificate(&pair))
        .user("none", json!({}))
        .cluster("a", with_ca("https://10.0.0.1:6443", &bundle))
        .cluster("b", with_ca("https://10.9.0.1:6443", &bundle))
        .context("a", "a", "good")
        .context("b", "b", "none");
    let report = drill(&Outage::at(today()), &[&file]);
    let verdicts: Vec<_> = report.clusters.iter().map(|cluster| cluster.verdict).collect();
    assert_eq!(verdicts, [Verdict::Yes, Verdict::No], "{report:#?}");
}

/// kubectl's silent swap: the second file's context logs in as the first file's user.
#[test]
fn the_user_of_another_k3s() {
    let ca = |kind: &str, at: u64| Ca::new(&format!("{kind}-ca@{at}"), None, Algorithm::Ec);
    let admin = |ca: &Ca| certificate(&ca.client("system:admin", Some("system:masters"), Validity::days(99)));
    let server = ca("k3s-server", 1_700_000_000);
    for (what, client, verdict) in [
        ("made together", ca("k3s-client", 1_700_000_003), Verdict::Yes),
        ("of another", ca("k3s-client", 1_600_000_000), Verdict::Unknown),
        ("of RKE2", ca("rke2-client", 1_700_000_003), Verdict::Unknown),
        ("of RKE", Ca::new("kube-ca", None, Algorithm::Ec), Verdict::Unknown),
        ("somebody's own", Ca::new("Example Corp", None, Algorithm::Ec), Verdict::Unknown),
    ] {
        let file = File::new()
            .user("default", admin(&client))
            .cluster("b", with_ca("https://10.0.0.1:6443", &server.certificate))
            .context("b", "b", "default");
        assert_verdict(what, &one(&file), verdict);
    }
}

/// Rancher 2.2 to 2.5 wrote the cluster's id into the token. In the user of another cluster it says nothing of where that one's contexts lead.
#[test]
fn the_token_of_another_cluster() {
    let file = File::new()
        .user("u-xx", token(&format!("kubeconfig-u-xx.c-zzzzz:{SECRET}")))
        .way("prod", proxy("c-abcde"), "u-xx")
        .way("prod-fqdn", server("https://prod.example.com:6443"), "u-xx")
        .way("dev", proxy("c-zzzzz"), "u-xx")
        .way("dev-fqdn", server("https://dev.example.com:6443"), "u-xx");
    let loaded = file.load();
    let report = Outage::at(today()).downloaded(days(-1)).run(&[&loaded]);
    let dev = report.clusters.iter().find(|cluster| cluster.name == "dev").expect("dev");
    let ways: Vec<&str> = dev.ways.iter().map(|way| way.context()).collect();
    assert_eq!(ways, ["dev", "dev-fqdn"], "{report:#?}");
    let prod = report.clusters.iter().find(|cluster| cluster.name == "prod").expect("prod");
    assert_eq!(prod.verdict, Verdict::No, "{prod:#?}");
    assert_ne!(report.way_into("dev").map(|way| way.context()).ok(), Some("prod-fqdn"));
}

/// What a token in a file of its own is used for nobody sees.
#[test]
fn a_token_of_ranchers_in_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("tok"), format!("kubeconfig-u-abcde12345:{SECRET}\n")).expect("a file");
    let file = File::new()
        .user("prod", json!({"tokenFile": "tok"}))
        .way("prod", proxy("c-1"), "prod")
        .way("dev", proxy("c-2"), "prod")
        .way("prod-fqdn", server("https://prod.example.com:6443"), "prod");
    let loaded = load(&folder, "config", &file.text());
    let report = Outage::at(today()).downloaded(days(-1)).run(&[&loaded]);
    assert!(report.clusters.iter().all(|cluster| cluster.verdict != Verdict::Yes), "{report:#?}");
}
