//! What a user logs in with, and until when.

use super::Verdict::{No, Unknown, Yes};
use super::*;
use common::pki::{Pair, pem};

/// A client certificate from and until so many days from now.
fn pair(from: i64, until: i64) -> Pair {
    let at = |days: i64| super::days(days).as_secs();
    cluster_ca().client("admin", Some("system:masters"), Validity { from: at(from), until: at(until) })
}

fn claims(extra: Value) -> Value {
    let mut claims = json!({"iss": "https://kubernetes.default.svc.cluster.local",
        "sub": "system:serviceaccount:kube-system:breakglass",
        "aud": ["https://kubernetes.default.svc.cluster.local"],
        "exp": days(10).as_secs(), "nbf": days(-1).as_secs(), "iat": days(-1).as_secs(),
        "kubernetes.io": {"namespace": "kube-system", "serviceaccount": {"name": "breakglass", "uid": "x"}}});
    for (key, value) in extra.as_object().expect("an object") {
        match value {
            Value::Null => claims.as_object_mut().expect("an object").remove(key),
            value => claims.as_object_mut().expect("an object").insert(key.clone(), value.clone()),
        };
    }
    claims
}

fn claiming(extra: Value) -> Value {
    token(&jwt(claims(extra)))
}

/// Each user with the answer, and a piece of what is said to be wrong.
#[track_caller]
fn check(cases: &[(&str, Value, Verdict, &str)]) {
    for (what, user, verdict, says) in cases {
        let cluster = one(&plain(user.clone()));
        assert_verdict(what, &cluster, *verdict);
        assert!(wrong(&cluster).contains(says), "{what}: {}", wrong(&cluster));
    }
}

#[test]
fn client_certificates() {
    let good = pair(-1, 10);
    let with = |certificate: &str, key: &str| json!({"client-certificate-data": base64(certificate), "client-key-data": base64(key)});
    let chain = |first: &Pair, second: &Pair| with(&format!("{}{}", first.certificate, second.certificate), &first.key);
    let (over, early) = (pair(-700, -1), pair(1, 10));
    let mut impersonating = certificate(&good);
    impersonating["as"] = json!("someone");
    check(&[
        ("valid", certificate(&good), Yes, ""),
        ("as someone", impersonating, Yes, ""),
        ("key as PKCS #8", with(&good.certificate, &good.key_pkcs8), Yes, ""),
        ("over", certificate(&over), No, " ended "),
        ("not yet valid", certificate(&early), No, " is valid from "),
        ("the first of a chain counts", chain(&good, &over), Yes, ""),
        ("the first of a chain counts", chain(&over, &good), No, " ended "),
        ("no key", json!({"client-certificate-data": base64(&good.certificate)}), No, "client-key"),
        ("no key in it", with(&good.certificate, &pem("PRIVATE KEY", b"no key")), No, "kubectl refuses it"),
        ("only a key", json!({"client-key-data": base64(&good.key)}), No, "nothing to log in with"),
        ("no certificate", with("nothing", &good.key), No, "kubectl refuses it"),
        ("not X.509", with(&pem("CERTIFICATE", b"nothing"), &good.key), No, "kubectl refuses it"),
        ("a key that is none", with(&good.certificate, "nothing"), No, "kubectl refuses it"),
        ("an encrypted key", with(&good.certificate, &pem("ENCRYPTED PRIVATE KEY", b"x")), No, "encrypted"),
        ("the key of another", with(&good.certificate, &over.key), No, "does not belong to"),
        ("the key of another, PKCS #8", with(&good.certificate, &over.key_pkcs8), No, "does not belong to"),
        (
            "the key of another chain",
            with(&format!("{}{}", good.certificate, over.certificate), &over.key),
            No,
            "belong",
        ),
        ("an empty one", json!({"client-certificate-data": ""}), No, "nothing to log in with"),
    ]);
    let cluster = one(&plain(certificate(&good)));
    let way = cluster.by().next().unwrap();
    assert_eq!(until(way), Some(days(10)), "{way:#?}");
    assert_eq!((login(way), proof(way)), (Some(Login::ClientCertificate), Some(Proof::Certificate)));
}

/// What Go refuses in a chain, whoever made it.
#[test]
fn chains_that_servers_refuse() {
    if !common::openssl::available() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let run = |arguments: &str| common::openssl::run(folder.path(), &arguments.split(' ').collect::<Vec<_>>(), b"");
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect("a file");
    std::fs::write(folder.path().join("client"), "extendedKeyUsage=clientAuth\n").expect("a file");
    std::fs::write(folder.path().join("ca"), "basicConstraints=critical,CA:TRUE\n").expect("a file");
    let sign = |name: &str, issuer: &str, digest: &str, kind: &str| {
        run(&format!("req -new -key {name}.key -subj /CN={name} -out {name}.csr"));
        run(&format!(
            "x509 -req -in {name}.csr -CA {issuer}.crt -CAkey {issuer}.key -days 500 -{digest} -extfile {kind} -out {name}.crt"
        ));
    };
    for (name, bits) in [("root", 2048), ("middle", 2048), ("none", 2048), ("small", 512), ("large", 2048)] {
        run(&format!("genrsa -out {name}.key {bits}"));
    }
    run("req -x509 -new -key root.key -subj /CN=kubernetes -days 1000 -out root.crt");
    sign("middle", "root", "sha256", "ca");
    sign("none", "root", "sha256", "client");
    let user = |name: &str, others: &[&str]| {
        let chain: String = others.iter().map(|other| read(&format!("{other}.crt"))).collect();
        json!({"client-certificate-data": base64(format!("{}{chain}", read(&format!("{name}.crt")))),
            "client-key-data": base64(read(&format!("{name}.key")))})
    };
    let mut cases = Vec::new();
    sign("large", "root", "sha256", "client");
    cases.push(("as it should be", user("large", &[]), Yes, ""));
    cases.push(("with its CA", user("large", &["root"]), Yes, ""));
    sign("large", "root", "sha1", "client");
    cases.push(("SHA-1", user("large", &[]), No, "signed with SHA1-RSA"));
    sign("small", "root", "sha256", "client");
    cases.push(("a key of 512 bits", user("small", &[]), No, " is RSA 512"));
    sign("large", "middle", "sha256", "client");
    cases.push(("over a CA in between", user("large", &["middle"]), Yes, ""));
    sign("large", "none", "sha256", "client");
    cases.push(("over one that is no CA", user("large", &["none"]), No, "which is not a CA"));
    for (what, user, verdict, says) in cases {
        // Tomorrow: openssl's begin when they are made.
        let file = File::new()
            .user("admin", user)
            .cluster("c", with_ca("https://c.example.com:6443", &read("root.crt")))
            .context("c", "c", "admin");
        let cluster = one_with(&file, &Outage::at(super::days(1)));
        assert_verdict(what, &cluster, verdict);
        assert!(wrong(&cluster).contains(says), "{what}: {}", wrong(&cluster));
    }
}

/// RKE has one CA for servers and clients: an administrator's certificate of another is of another cluster, or time.
#[test]
fn an_administrator_of_rke_is_of_the_cluster_s_ca() {
    let world = common::pki::world();
    let other =
        Ca::new("system:kube-ca", None, Algorithm::Ec).client("kube-admin", Some("system:masters"), Validity::days(99));
    let k3s = Ca::new("k3s-client-ca@1767225601", None, Algorithm::Ec).client(
        "system:admin",
        Some("system:masters"),
        Validity::days(99),
    );
    for (what, ca, pair, verdict) in [
        ("its own", &world.rke_ca.certificate, &world.rke_admin, Yes),
        ("another's", &world.rke_ca.certificate, &other, Unknown),
        ("behind a load balancer", &world.balancer_ca.certificate, &world.rke_admin, Unknown),
        ("K3s has two", &world.k3s_server_ca.certificate, &k3s, Yes),
    ] {
        let file = File::new()
            .user("kube-admin-prod", certificate(pair))
            .cluster("prod", with_ca("https://192.0.2.11:6443", ca))
            .context("prod", "prod", "kube-admin-prod");
        let cluster = one(&file);
        assert_verdict(what, &cluster, verdict);
        assert_eq!(wrong(&cluster).contains("which is not the CA of the cluster"), verdict == Unknown, "{what}");
    }
}

/// "Later" is later: the last second itself is none to count on.
#[test]
fn the_last_second() {
    let pair = pair(-1, 10);
    let file = plain(certificate(&pair));
    let until = one(&file).by().next().and_then(until).unwrap();
    for (seconds, verdict) in [(-1i64, Yes), (0, No), (1, No)] {
        let at = UnixTime::since_unix_epoch(Duration::from_secs(until.as_secs().checked_add_signed(seconds).unwrap()));
        assert_verdict("the last second", &one_with(&file, &Outage::at(at)), verdict);
    }
}

#[test]
fn tokens_that_say_what_they_are() {
    let bound = |to: Value| claiming(json!({"kubernetes.io": to}));
    check(&[
        ("a service account's", claiming(json!({})), Yes, ""),
        ("over", claiming(json!({"exp": days(-1).as_secs()})), No, " ended "),
        ("not yet valid", claiming(json!({"nbf": days(1).as_secs()})), No, " is valid from "),
        ("no nbf", claiming(json!({"nbf": null})), Yes, ""),
        ("no end", claiming(json!({"exp": null})), Unknown, "lives as long as its Secret"),
        (
            "of old",
            token(&jwt(json!({"iss": "kubernetes/serviceaccount", "sub": "system:serviceaccount:a:b",
                "kubernetes.io/serviceaccount/secret.name": "b-token-x7k2m"}))),
            Unknown,
            "lives as long as its Secret",
        ),
        ("bound to a pod", bound(json!({"pod": {"name": "p", "uid": "x"}})), Unknown, "pod or node"),
        ("bound to a node", bound(json!({"node": {"name": "n", "uid": "x"}})), Unknown, "pod or node"),
        ("bound to a Secret", bound(json!({"secret": {"name": "s", "uid": "x"}})), Yes, ""),
        ("for somebody else", claiming(json!({"aud": ["vault"]})), Unknown, "an audience other than the API server"),
        (
            "for somebody else alone",
            claiming(json!({"aud": "vault"})),
            Unknown,
            "an audience other than the API server",
        ),
        ("for several", claiming(json!({"aud": ["vault", "https://kubernetes.default.svc"]})), Yes, ""),
        (
            "for its issuer",
            claiming(json!({"iss": "https://oidc.example.com/x", "aud": "https://oidc.example.com/x"})),
            Yes,
            "",
        ),
        ("K3s's", claiming(json!({"aud": ["k3s"]})), Yes, ""),
        ("no issuer", claiming(json!({"iss": null})), Unknown, "without an issuer"),
        ("of OIDC", claiming(json!({"iss": "https://login.example.com", "sub": "joe", "aud": "kubernetes"})), Yes, ""),
        (
            "of OIDC, no end",
            claiming(json!({"iss": "https://login.example.com", "sub": "joe", "exp": null})),
            Unknown,
            "no file says",
        ),
        (
            "of Rancher's OIDC",
            claiming(json!({"iss": "https://r.example.com/oidc", "sub": "joe"})),
            Unknown,
            "perhaps Rancher",
        ),
        ("an end that is none", claiming(json!({"exp": "tomorrow"})), Unknown, "Secret"),
        ("an end before 1970", claiming(json!({"exp": -1})), Unknown, "Secret"),
        ("an end beyond the calendar", claiming(json!({"exp": 1e300})), Unknown, "Secret"),
        ("an end with a fraction", claiming(json!({"exp": days(10).as_secs() as f64 + 0.5})), Yes, ""),
        ("claims that are no object", token("e30.W10.c2ln"), Unknown, "no file says when its token ends"),
        ("two parts", token("e30.e30"), Unknown, "no file says when its token ends"),
        ("four parts", token("e30.e30.e30.e30"), Unknown, "no file says when its token ends"),
        ("opaque", token("07401b.f395accd246ae52d"), Unknown, "no file says when its token ends"),
        ("with a colon", token("K10abcdef::server:password"), Unknown, "no file says when its token ends"),
    ]);
}

/// A token is checked by its issuer's keys; if the issuer is Rancher, there are none when it is gone.
#[test]
fn tokens_that_rancher_proves() {
    let user = claiming(json!({"iss": "https://rancher.example.com:8443/x", "sub": "joe"}));
    let file = plain(user).user("prod", token("kubeconfig-u-abcde:x")).way("prod", proxy("c-abcde"), "prod");
    let report = drill(&Outage::at(today()), &[&file]);
    let cluster = report.clusters.iter().find(|cluster| cluster.name == "c").unwrap();
    assert_verdict("Rancher's keys", cluster, Unknown);
    assert!(wrong(cluster).contains("keys that Rancher hands out"), "{}", wrong(cluster));
}

#[test]
fn what_else_one_logs_in_with() {
    let (good, over) = (pair(-1, 10), pair(-700, -1));
    let both = |pair: &Pair, exp: i64| {
        let mut user = certificate(pair);
        user["token"] = claiming(json!({"exp": days(exp).as_secs()}))["token"].clone();
        user
    };
    let exec = |command: &str, version: &str| {
        json!({"exec": {"apiVersion": format!("client.authentication.k8s.io/{version}"), "command": command,
            "interactiveMode": "Never", "args": ["--token", "SECRET-CANARY"]}})
    };
    let mut exec_beside = certificate(&good);
    exec_beside["exec"] = exec("aws", "v1")["exec"].clone();
    check(&[
        ("nothing", json!({}), No, "nothing to log in with"),
        ("an empty token", token(""), No, "nothing to log in with"),
        ("a token with a line break", token("abc\n"), No, "line break"),
        ("a token with a blank", token("abc def"), No, "blank"),
        ("a password", json!({"username": "admin", "password": "x"}), Unknown, "since 1.19"),
        (
            "a password and a token",
            json!({"username": "admin", "password": "x", "token": "y"}),
            No,
            "kubectl refuses it",
        ),
        ("a good certificate and a token that is over", both(&good, -1), Yes, ""),
        ("a certificate that is over and a good token", both(&over, 10), Yes, ""),
        ("both over", both(&over, -1), No, " ended "),
        ("aws", exec("aws", "v1"), Unknown, "needs aws"),
        ("kubelogin", exec("/usr/local/bin/kubelogin", "v1beta1"), Unknown, "kubelogin on the machine"),
        (
            "gke",
            exec("C:\\tools\\gke-gcloud-auth-plugin.exe", "v1"),
            Unknown,
            "gke-gcloud-auth-plugin.exe on the machine",
        ),
        ("a command with its arguments", exec("aws --token=a/SECRET-CANARY", "v1"), Unknown, "aws on the machine"),
        ("rancher", exec("rancher", "v1beta1"), Unknown, "asks Rancher"),
        ("rancher somewhere", exec("/opt/bin/rancher", "v1beta1"), Unknown, "asks Rancher"),
        ("rancher on Windows", exec("C:\\rancher.exe", "v1beta1"), Unknown, "asks Rancher"),
        ("rancher in a shell", exec("sh", "v1"), Unknown, "needs sh"),
        ("a version kubectl does not run", exec("aws", "v1alpha1"), No, "kubectl refuses it"),
        ("a command that is not asked", exec_beside, Yes, ""),
        (
            "oidc",
            json!({"auth-provider": {"name": "oidc", "config": {"idp-issuer-url": "https://a", "client-id": "b"}}}),
            Unknown,
            "needs the login plugin oidc",
        ),
        ("gcp", json!({"auth-provider": {"name": "gcp"}}), No, "kubectl refuses it"),
    ]);
    let cluster = one(&plain(exec("aws", "v1")));
    assert_eq!(
        cluster.by().next().unwrap().access.needs().map(ToString::to_string).collect::<Vec<_>>(),
        ["needs aws on the machine"]
    );
}

#[test]
fn what_is_not_there() {
    let user = certificate(&pair(-1, 10));
    let file = |file: File| {
        let mut report = drill(&Outage::at(today()), &[&file]);
        assert_eq!(report.clusters.len(), 1, "{report:#?}");
        report.clusters.remove(0)
    };
    let base = || File::new().user("admin", user.clone()).cluster("c", server("https://c.example.com"));
    for (what, cluster, says) in [
        ("a user that is not there", file(base().context("c", "c", "gone")), "user \"gone\" was not found for context"),
        (
            "a cluster that is not there",
            file(base().context("c", "gone", "admin")),
            "cluster \"gone\" was not found for context",
        ),
        ("neither", file(base().context("c", "gone", "gone")), "was not found"),
        ("no user", file(base().context("c", "c", "")), "nothing to log in with"),
        ("no cluster", file(base().context("c", "", "admin")), "this machine only"),
        ("nothing", file(base().context("", "", "")), "this machine only"),
    ] {
        assert_verdict(what, &cluster, No);
        assert!(wrong(&cluster).contains(says), "{what}: {}", wrong(&cluster));
    }
}

#[test]
fn files_that_the_user_names() {
    let good = pair(-1, 10);
    let fresh = claiming(json!({}))["token"].as_str().unwrap().to_owned();
    let stale = claiming(json!({"exp": days(-1).as_secs()}))["token"].as_str().unwrap().to_owned();
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("pki")).unwrap();
    for (name, text) in [
        ("pki/c.crt", good.certificate.as_str()),
        ("pki/c.key", &good.key),
        ("fresh", &format!("{fresh}\n")),
        ("stale", &stale),
        ("empty", ""),
    ] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    for (what, user, verdict, says) in [
        ("a certificate in files", json!({"client-certificate": "pki/c.crt", "client-key": "pki/c.key"}), Yes, ""),
        (
            "no such file",
            json!({"client-certificate": "pki/d.crt", "client-key": "pki/c.key"}),
            No,
            "kubectl refuses it",
        ),
        ("a folder", json!({"client-certificate": "pki", "client-key": "pki/c.key"}), No, "kubectl refuses it"),
        (
            "a key for a certificate",
            json!({"client-certificate": "pki/c.key", "client-key": "pki/c.key"}),
            No,
            "kubectl refuses it",
        ),
        (
            "a certificate for a key",
            json!({"client-certificate": "pki/c.crt", "client-key": "pki/c.crt"}),
            No,
            "kubectl refuses it",
        ),
        ("a token file", json!({"tokenFile": "fresh"}), Yes, ""),
        ("a token file that is over", json!({"tokenFile": "stale"}), No, " ended "),
        ("the file wins", json!({"tokenFile": "stale", "token": fresh}), No, " ended "),
        ("the file wins", json!({"tokenFile": "fresh", "token": stale}), Yes, ""),
        ("no such token file", json!({"tokenFile": "gone"}), No, "kubectl refuses it"),
        ("no such token file, but a token", json!({"tokenFile": "gone", "token": fresh}), Yes, ""),
        ("an empty token file", json!({"tokenFile": "empty"}), No, "empty is empty"),
        (
            "a token file in a pod",
            json!({"tokenFile": "/var/run/secrets/kubernetes.io/serviceaccount/token"}),
            No,
            "kubectl refuses it",
        ),
    ] {
        let loaded = load(&folder, "config", &plain(user).text());
        let report = Outage::at(today()).run(&[&loaded]);
        assert_verdict(what, &report.clusters[0], verdict);
        assert!(wrong(&report.clusters[0]).contains(says), "{what}: {}", wrong(&report.clusters[0]));
    }
}
