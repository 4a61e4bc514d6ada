//! Where a cluster's entry leads.

use super::Verdict::{No, Unknown, Yes};
use super::*;

/// A user who logs in for years with a certificate of the cluster's CA.
fn admin() -> Value {
    static USER: OnceLock<Value> = OnceLock::new();
    let validity = Validity { from: now() - 400 * DAY, until: now() + 3000 * DAY };
    let make = || certificate(&cluster_ca().client("admin", Some("system:masters"), validity));
    USER.get_or_init(make).clone()
}

/// A user who logs in for years, whatever the CA.
fn robot() -> Value {
    token(&jwt(json!({"iss": "https://kubernetes.default.svc", "sub": "system:serviceaccount:a:b",
        "exp": days(3000).as_secs()})))
}

fn ca(from: i64, until: i64) -> Ca {
    Ca::valid("Example CA", None, Algorithm::Ec, Validity { from: days(from).as_secs(), until: days(until).as_secs() })
}

fn file(cluster: Value) -> File {
    File::new().user("admin", admin()).way("c", cluster, "admin")
}

#[test]
fn servers() {
    for (server, anywhere, on_node, says) in [
        ("https://c.example.com:6443", Yes, Yes, ""),
        ("https://192.0.2.11:6443", Yes, Yes, ""),
        ("https://[2001:db8::11]:6443", Yes, Yes, ""),
        ("HTTPS://C.example.com", Yes, Yes, ""),
        ("https://c.example.com/some/prefix", Yes, Yes, ""),
        ("https://127.0.0.1:6443", No, Yes, "this machine only"),
        ("https://127.8.9.1:6443", No, Yes, "this machine only"),
        ("https://localhost:6443", No, Yes, "this machine only"),
        ("https://[::1]:6443", No, Yes, "this machine only"),
        ("https://0.0.0.0:40123", No, Yes, "this machine only"),
        ("https://kubernetes.docker.internal:6443", No, Yes, "this machine only"),
        ("https://[::127.0.0.1]:6443", No, Yes, "this machine only"),
        ("https://127.0.0.1.nip.io:6443", No, Yes, "this machine only"),
        ("https://kubernetes.default.svc", Unknown, Unknown, "the DNS inside the cluster"),
        ("https://api.kube-system.svc.cluster.local.:443", Unknown, Unknown, "the DNS inside the cluster"),
        ("https://169.254.1.1:6443", Unknown, Unknown, "network link"),
        ("https://[fe80::1%25eth0]:6443", Unknown, Unknown, "network link"),
        ("http://c.example.com:8080", No, No, "not https"),
        ("c.example.com:6443", No, No, "no scheme"),
        ("http://localhost:8080", No, No, "not https"),
        ("", No, No, "no server found"),
        ("https://c example.com", No, No, "kubectl refuses it"),
        ("https://c.example.com:", Yes, Yes, ""),
        ("https://c.example.com:99999", No, No, "there is no port 99999"),
        ("https://c.example.com:port", No, No, "kubectl refuses it"),
        // Measured with kubectl 1.27 to 1.33: with a port it connects. Go 1.26 refuses both.
        ("https://2001:db8::11:6443", Unknown, Unknown, "without brackets"),
        ("https://2001:db8::11", No, No, "no brackets"),
        ("https://::1:6443", No, Unknown, "without brackets"),
        ("https://rancher.example.com/k8s/clusters/c-abcde", No, No, "only through Rancher"),
        ("https://rancher.example.com/k8s/clusters/", No, No, "only through Rancher"),
        ("https://rancher.example.com/x/k8s/clusters/local/", No, No, "only through Rancher"),
    ] {
        let mut cluster = super::server(server);
        if server.is_empty() {
            cluster = json!({});
        }
        let file = file(cluster);
        for (on_node, verdict) in [(false, anywhere), (true, on_node)] {
            let cluster = one_with(&file, &Outage::at(today()).on_node(on_node));
            assert_verdict(server, &cluster, verdict);
            assert!(verdict == Yes || wrong(&cluster).contains(says), "{server}: {}", wrong(&cluster));
        }
    }
}

#[test]
fn trust() {
    let with = |pems: &[&Ca]| {
        let bundle: String = pems.iter().map(|ca| ca.certificate.as_str()).collect();
        with_ca("https://c.example.com:6443", &bundle)
    };
    let trusting = |cluster: Value| File::new().user("robot", robot()).way("c", cluster, "robot");
    let (good, over, early) = (ca(-10, 10), ca(-10, -1), ca(1, 10));
    let insecure = |url: &str| json!({"server": url, "insecure-skip-tls-verify": true});
    let mut both = super::server("https://c.example.com");
    both["insecure-skip-tls-verify"] = json!(true);
    for (what, cluster, verdict, says) in [
        ("a CA", with(&[&good]), Yes, ""),
        ("a CA that is over", with(&[&over]), No, " ended "),
        ("a CA that is not valid yet", with(&[&early]), No, " is valid from "),
        ("two that are over", with(&[&over, &over]), No, " ended "),
        ("one of two is over", with(&[&over, &good]), Unknown, " ended "),
        ("no CA for a name: publicly trusted", json!({"server": "https://c.example.com"}), Yes, ""),
        ("no CA for an address", json!({"server": "https://192.0.2.11:6443"}), Unknown, "no CA"),
        ("no CA for an address, unchecked", insecure("https://192.0.2.11:6443"), Yes, ""),
        ("unchecked and a CA", both, No, "kubectl refuses it"),
        ("a CA that is none", with_ca("https://c.example.com", "nothing"), No, "kubectl refuses it"),
        (
            "a CA file that is not there",
            json!({"server": "https://c.example.com", "certificate-authority": "gone"}),
            No,
            "kubectl refuses it",
        ),
    ] {
        let cluster = one(&trusting(cluster));
        assert_verdict(what, &cluster, verdict);
        assert!(wrong(&cluster).contains(says), "{what}: {}", wrong(&cluster));
    }
    // The certificate lives for years, the trust for ten days.
    let cluster = one(&trusting(with(&[&good, &ca(-10, 20)])));
    let way = cluster.by().next().unwrap();
    assert_eq!(until(way), Some(days(10)), "{way:#?}");
    assert_eq!(proof(way).unwrap().to_string(), "CA in the file");
    assert_verdict("after the CA", &one_with(&trusting(with(&[&good])), &Outage::at(days(11))), No);
}

#[test]
fn what_stands_in_between() {
    let through = |proxy: &str| {
        let mut cluster = super::server("https://c.example.com:6443");
        cluster["proxy-url"] = json!(proxy);
        cluster
    };
    for (proxy, verdict, needs) in [
        ("http://user:SECRET-CANARY@proxy.example.com:3128", Unknown, "needs the proxy proxy.example.com:3128"),
        ("socks5://localhost:1080", No, ""),
        ("ftp://proxy.example.com", No, ""),
    ] {
        let cluster = one(&file(through(proxy)));
        assert_verdict(proxy, &cluster, verdict);
        assert!(!format!("{cluster:?}").contains("CANARY"));
        assert_eq!(
            cluster.by().flat_map(|way| way.access.needs().map(ToString::to_string)).collect::<String>(),
            needs,
            "{proxy}"
        );
    }
}

/// What shares a host with Rancher goes with it, or may.
#[test]
fn hosts_of_rancher() {
    let file = |url: &str, proxy_url: Option<&str>| {
        let mut cluster = super::server(url);
        cluster["proxy-url"] = json!(proxy_url);
        File::new()
            .user("u", token("kubeconfig-u-abcde:x"))
            .way("prod", proxy("c-abcde"), "u")
            .user("admin", admin())
            .way("direct", cluster, "admin")
    };
    for (url, proxy_url, verdict, says) in [
        ("https://c.example.com:6443", None, Yes, ""),
        ("https://RANCHER.example.com.:6443", None, Unknown, "needs rancher.example.com, where Rancher answers"),
        ("https://c.example.com:6443", Some("http://rancher.example.com:3128"), Unknown, "where Rancher answers"),
        ("https://rancher.example.com", None, No, "only through Rancher"),
        ("https://rancher.example.com:443/v3", None, No, "only through Rancher"),
    ] {
        let report = drill(&Outage::at(today()), &[&file(url, proxy_url)]);
        let of = |cluster: &&ClusterVerdict| cluster.ways.iter().any(|way| way.context() == "direct");
        match report.clusters.iter().find(of) {
            Some(cluster) => {
                assert_verdict(url, cluster, verdict);
                assert!(wrong(cluster).contains(says), "{url}: {}", wrong(cluster));
            }
            // Rancher's own API is no cluster.
            None => assert_eq!(verdict, No, "{url}"),
        }
    }
    // Told by another file.
    let one = File::new().user("u", token("kubeconfig-u-abcde:x")).way("prod", proxy("c-abcde"), "u");
    for (url, verdict) in [("https://rancher.example.com", No), ("https://rancher.example.com:6443", Unknown)] {
        let other = File::new().user("admin", admin()).way("direct", super::server(url), "admin");
        let report = drill(&Outage::at(today()), &[&one, &other]);
        assert_verdict(url, &report.clusters[1], verdict);
    }
}
