//! What is given beside the files: the logins of Rancher's program, Rancher's objects, and which clusters are one.

use super::Verdict::{No, Unknown, Yes};
use super::*;
use kubeconfig::ErrorKind;
use kubeconfig::rancher::{CachedLogins, ManagedCluster, SavedTokens};

const ID: &str = "c-m-7xk2m9qd";
const TOKEN: &str = "kubeconfig-u-abcde12345k9xzp";

fn login(arguments: &[&str]) -> Value {
    json!({"exec": {"apiVersion": "client.authentication.k8s.io/v1beta1", "command": "rancher", "args": arguments}})
}

/// A file without a token, as Rancher writes it with `kubeconfig-generate-token=false`.
fn file_of(user: Value) -> File {
    let fqdn = server("https://prod.k8s.example.com:6443");
    File::new().user("prod", user).way("prod", proxy(ID), "prod").way("prod-fqdn", fqdn, "prod")
}

fn file() -> File {
    file_of(login(&["token", "--server=rancher.example.com", "--user=prod", &format!("--cluster={ID}")]))
}

/// As rancher/cli writes it.
fn cli2(server: &str, key: &str, status: Value) -> Value {
    json!({"Servers": {server: {"accessKey": "", "secretKey": "", "tokenKey": "", "url": "", "project": "", "cacert": "",
        "kubeCredentials": {key: {"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1beta1",
            "spec": {}, "status": status}},
        "kubeConfigs": null}}, "CurrentServer": ""})
}

fn status(end: Option<UnixTime>) -> Value {
    match end {
        Some(end) => json!({"expirationTimestamp": rfc3339(end), "token": format!("{TOKEN}:{SECRET}")}),
        None => json!({"token": format!("{TOKEN}:{SECRET}")}),
    }
}

fn logins(content: &Value) -> CachedLogins {
    let logins = CachedLogins::read_all(content.to_string()).expect("logins");
    assert!(!format!("{logins:?}").contains("ffff"), "{logins:?}");
    logins
}

#[test]
fn a_login_that_rancher_s_program_keeps() {
    let key = format!("prod_{ID}");
    let kept = |end| cli2("rancher.example.com", &key, status(end));
    let two = ["token", "--server", "rancher.example.com", "--user", "prod", "--cluster", ID];
    let without_cluster = login(&["token", "--server=rancher.example.com", "--user=prod"]);
    for (what, file, content, verdict) in [
        ("it has not ended", file(), kept(Some(days(1))), Yes),
        ("arguments in two", file_of(login(&two)), kept(Some(days(1))), Yes),
        ("it has no end", file(), kept(None), Yes),
        ("it has ended", file(), kept(Some(days(-1))), No),
        (
            "an end that nobody can read",
            file(),
            cli2(
                "rancher.example.com",
                &key,
                json!({"token": "a:b",
            "expirationTimestamp": "soon"}),
            ),
            Unknown,
        ),
        ("of another Rancher", file(), cli2("other.example.com", &key, status(None)), Unknown),
        ("of another user", file(), cli2("rancher.example.com", "dev_c-m-7xk2m9qd", status(None)), Unknown),
        ("of another cluster", file(), cli2("rancher.example.com", "prod_c-m-other", status(None)), Unknown),
        ("no token in it", file(), cli2("rancher.example.com", &key, json!({})), Unknown),
        ("a token that is none", file(), cli2("rancher.example.com", &key, json!({"token": "REDACTED"})), No),
        ("a token that cannot be sent", file(), cli2("rancher.example.com", &key, json!({"token": "a\nb"})), No),
        ("deleted", file(), cli2("rancher.example.com", &key, Value::Null), Unknown),
        // A token that is for no cluster is good for Rancher alone.
        ("for no cluster", file_of(without_cluster), cli2("rancher.example.com", "prod_", status(None)), No),
    ] {
        let cluster = one_with(&file, &Outage::at(today()).cached_logins(logins(&content)));
        assert_verdict(what, &cluster, verdict);
        if verdict == Yes {
            assert_eq!(
                cluster.by().next().map(proof),
                Some(Some(if what == "it has no end" { Proof::CertificateAuthority } else { Proof::CachedLogin }))
            );
        }
    }
    assert_verdict("no file", &one(&file()), Unknown);
    assert!(wrong(&one(&file())).contains("a login in ~/.rancher/cli2.json"));
    // Through Rancher it is of no use.
    let through = File::new().user("prod", file().users[0]["user"].clone()).way("prod", proxy(ID), "prod");
    let outage = || Outage::at(today()).cached_logins(logins(&kept(None)));
    assert_verdict("through Rancher", &one_with(&through, &outage()), No);
    // The cluster may know better.
    let list = json!({"apiVersion": "v1", "kind": "List", "items": []});
    let saved = SavedTokens::read_all(list.to_string()).unwrap().of_cluster("prod");
    assert_verdict("not in the cluster", &one_with(&file(), &outage().saved_tokens(saved)), No);
    // Cut off anywhere it is refused, or says less.
    let text = kept(Some(days(1))).to_string();
    for cut in 0..text.len() {
        if let Ok(logins) = CachedLogins::read_all(&text.as_bytes()[..cut]) {
            assert_ne!(one_with(&file(), &Outage::at(today()).cached_logins(logins)).verdict, Yes, "{cut}");
        }
    }
    for (text, kind) in [("", ErrorKind::NotFound), ("{}", ErrorKind::NotFound), ("{", ErrorKind::Syntax)] {
        assert_eq!(CachedLogins::read_all(text).unwrap_err().kind(), kind, "{text}");
    }
}

/// What can never log in is no way at all.
#[test]
fn a_login_command_without_a_server() {
    let file = file_of(login(&["token", "--server=", "--user=prod", &format!("--cluster={ID}")]));
    let content = cli2("", &format!("prod_{ID}"), status(None));
    let cluster = one_with(&file, &Outage::at(today()).cached_logins(logins(&content)));
    assert_verdict("an empty server", &cluster, No);
    assert!(wrong(&cluster).contains("names no server") && !wrong(&cluster).contains("cli2.json"), "{cluster:#?}");
    let told = format!("{:?}", cluster.missing);
    assert!(told.contains("rancher clusters kubeconfig"), "an endpoint that is there is not advised: {told}");
}

/// Every Rancher has a `local`, and no file shows which admin file is that of its cluster.
#[test]
fn the_admin_file_of_a_rancher_s_own_cluster() {
    let admin = |name: &str| {
        let user = certificate(&cluster_ca().client("admin", Some("system:masters"), Validity::days(300)));
        File::new().user(name, user).way(name, server("https://192.0.2.51:6443"), name)
    };
    let local = |rancher: &str| {
        let server = json!({"server": format!("https://{rancher}/k8s/clusters/local")});
        File::new().user("local", token(&format!("{TOKEN}:{SECRET}"))).way("local", server, "local")
    };
    let (one, other) = (local("rancher.example.com"), local("rancher.example.org"));
    let (a, b) = (admin("default"), admin("spare"));
    let report = drill(&Outage::at(today()).same("local", "default"), &[&one, &a]);
    assert_eq!((report.clusters.len(), report.verdict(), &report.problems[..]), (1, Some(Yes), &[][..]), "{report:#?}");
    assert_eq!((report.clusters[0].name.as_str(), report.clusters[0].cluster_id.as_deref()), ("local", Some("local")));
    assert_eq!(report.clusters[0].ways.len(), 2);
    // The other way round, and by the name that the report shows.
    for (cluster, context) in [("default", "local"), ("local (rancher.example.com)", "default")] {
        let report = drill(&Outage::at(today()).same(cluster, context), &[&a, &one]);
        assert_eq!((report.clusters.len(), report.verdict()), (1, Some(Yes)), "{report:#?}");
    }
    let both =
        Outage::at(today()).same("local (rancher.example.com)", "default").same("local (rancher.example.org)", "spare");
    let report = drill(&both, &[&one, &other, &a, &b]);
    assert_eq!((report.clusters.len(), report.verdict()), (2, Some(Yes)), "{report:#?}");
    let names: Vec<&str> = report.clusters.iter().map(|cluster| cluster.name.as_str()).collect();
    assert_eq!(names, ["local (rancher.example.com)", "local (rancher.example.org)"]);
    for (what, cluster, context, problem) in [
        ("several", "local", "default", "several clusters are called \"local\""),
        ("none", "lokal", "default", "no context leads into a cluster \"lokal\""),
        (
            "two of Rancher's",
            "local (rancher.example.com)",
            "local (rancher.example.org)",
            "two clusters by Rancher's ids",
        ),
    ] {
        let report = drill(&Outage::at(today()).same(cluster, context), &[&one, &other, &a]);
        assert!(report.problems.len() == 1 && report.problems[0].contains(problem), "{what}: {report:#?}");
        assert_eq!(report.clusters.len(), 3, "{what}");
    }
    // A cluster has one CA that it made for itself.
    let [kubeadm, k3s] = ["kubernetes", "k3s-server-ca@1767225600"].map(|name| {
        let ca = common::pki::Ca::new(name, None, common::pki::Algorithm::Ec);
        let mut body = server("https://192.0.2.61:6443");
        body["certificate-authority-data"] = json!(common::pki::base64(&ca.certificate));
        File::new().user(name, token(&format!("{TOKEN}:{SECRET}"))).way(name, body, name)
    });
    let report = drill(&Outage::at(today()).same("kubernetes", "k3s-server-ca@1767225600"), &[&kubeadm, &k3s]);
    assert!(report.problems.len() == 1 && report.problems[0].contains("a CA of its own"), "{report:#?}");
    // Nor does a token that both have make one of two.
    assert_eq!(report.clusters.len(), 2, "{report:#?}");
}

/// Who made a cluster tells what its endpoint is worth.
#[test]
fn what_rancher_s_objects_tell() {
    let object = |spec: Value, status: Value| {
        let object = json!({"apiVersion": "management.cattle.io/v3", "kind": "Cluster", "metadata": {"name": "c-7xk2m"},
            "spec": spec, "status": status});
        ManagedCluster::read_all(object.to_string()).unwrap()
    };
    let fqdn = || server("https://prod.k8s.example.com:6443");
    let ace = File::new().made(5, 30 * DAY).user("prod", token(&format!("{TOKEN}:{SECRET}"))).way(
        "prod",
        proxy("c-7xk2m"),
        "prod",
    );
    let through = ace.clone();
    let ace = ace.way("prod-fqdn", fqdn(), "prod");
    assert_verdict("nothing told", &one(&ace), Yes);
    for (what, managed, verdict, words) in [
        ("imported", object(json!({}), json!({"driver": "k3s"})), Unknown, "kube-api-authn-webhook.yaml"),
        ("EKS", object(json!({"eksConfig": {}}), json!({})), No, "not bound to this cluster"),
        ("Alibaba", object(json!({"aliConfig": {}}), json!({})), No, "not bound to this cluster"),
        ("imported from a cloud", object(json!({}), json!({"driver": "imported", "provider": "eks"})), No, "not bound"),
        ("RKE", object(json!({"rancherKubernetesEngineConfig": {}, "displayName": "prod"}), json!({})), Yes, ""),
    ] {
        let outage = Outage::at(today()).managed(managed);
        let cluster = one_with(&ace, &outage);
        assert_verdict(what, &cluster, verdict);
        assert!(wrong(&cluster).contains(words), "{what}: {}", wrong(&cluster));
        // Nobody is told to enable what cannot be.
        let told = format!("{:?}", one_with(&through, &outage).missing);
        assert_eq!(told.contains("authorized cluster endpoint"), verdict != No, "{what}: {told}");
    }
    // Where a context leads to a cloud's own address nobody needs to be told.
    let eks = "https://0123456789ABCDEF0123456789ABCDEF.gr7.eu-central-1.eks.amazonaws.com";
    let told = format!("{:?}", one(&through.clone().way("prod-eks", server(eks), "prod")).missing);
    assert!(!told.contains("authorized cluster endpoint"), "{told}");
}

/// `rancher` is also a name for a cluster.
#[test]
fn a_cluster_displayed_as_rancher() {
    let file = File::new().user("rancher", token(&format!("{TOKEN}:{SECRET}"))).way("rancher", proxy(ID), "rancher");
    let cluster = one(&file);
    assert_eq!((cluster.name.as_str(), cluster.verdict), ("rancher", No));
    let fqdn = server("https://rancher.k8s.example.com:6443");
    let cluster = one_with(&file.way("rancher-fqdn", fqdn, "rancher"), &Outage::at(today()).downloaded(days(-5)));
    assert_verdict("its endpoint", &cluster, Yes);
}
