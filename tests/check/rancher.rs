//! What Rancher's kubeconfigs are known for.

use super::common::shapes_rancher as shapes;
use super::{Algorithm, Ca, Files, Row, Validity, base64, common, good, with};
use kubeconfig::finding::Code::*;
use kubeconfig::finding::Severity::{Error, Note, Warning};
use kubeconfig::finding::{Code, Severity};
use kubeconfig::pki_types::UnixTime;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

pub(super) fn rows() -> Vec<Row> {
    let shape = |code: Code, severity: Severity, line, bad: common::shapes::Shape, good: common::shapes::Shape| {
        Row::new(code, severity, line, Files::one(bad.text), Files::one(good.text))
    };
    let multi = shapes::multi_cluster().text;
    let made = |days_ago: u64| {
        let at = UnixTime::since_unix_epoch(Duration::from_secs(common::pki::now() - days_ago * 86_400));
        Files::one(multi.replace("2026-08-01T09:30:00Z", &kubeconfig::cert::rfc3339(at)).replace("2592000", "8640000"))
    };
    vec![
        // By the comments of the file: made so many days ago, for a hundred days.
        Row::new(TokenExpired, Error, "token:", made(101), made(1)),
        Row::new(TokenExpiresSoon, Warning, "token:", made(71), made(69)),
        shape(ProxiedOnly, Note, "/k8s/clusters/", shapes::proxy_only(), shapes::ace_nodes()),
        shape(ProxiedOnly, Note, "/k8s/clusters/", shapes::exec_ace(), shapes::ace_fqdn()),
        Row::changed(
            FqdnWithoutPort,
            Note,
            "prod.k8s",
            &shapes::ace_fqdn().text,
            ".k8s.example.com:6443",
            ".k8s.example.com",
        ),
        Row::changed(
            LoginWithoutServer,
            Warning,
            "- token",
            &shapes::exec_ace().text,
            "--server=rancher.example.com",
            "--server=",
        ),
        Row::changed(
            EndpointWebhook,
            Warning,
            "server",
            &good(),
            "  cluster:\n    server:",
            "  cluster:\n    extensions: [{name: kubeconfig-rs/imported, extension: true}]\n    server:",
        ),
        shape(FqdnWithoutCa, Note, "server", shapes::ace_fqdn_public(), shapes::ace_fqdn()),
        shape(UnbracketedIpv6, Warning, "server", shapes::ace_nodes_ipv6(), shapes::ace_nodes()),
        shape(HtmlEscaped, Note, "&", shapes::ace_escaped(), shapes::ace_fqdn()),
    ]
}

/// Files as the tools write them have neither errors nor warnings: no noise. But for what is wrong with some of them.
/// How often each code comes up over all of them stands below: whoever changes a rule sees what it does to healthy
/// files.
#[test]
fn files_as_tools_write_them_are_quiet() {
    let wrong = [
        ("rancher-ace-nodes-ipv6", UnbracketedIpv6),
        // Its --server is empty.
        ("rancher-multi-cluster-exec", LoginWithoutServer),
        ("gke-auth-provider", RemovedAuthProvider),
        // By its comments, and long ago.
        ("rancher-multi-cluster", TokenExpired),
        ("rancher-2.15-ext-token", TokenExpired),
        ("kubeadm-expired", CertExpired),
        ("authn-webhook", InsecureSkipTlsVerify),
        ("authn-webhook", UnknownField),
    ];
    let shapes = common::shapes::all();
    for (name, _) in wrong {
        assert!(shapes.iter().any(|shape| shape.name == name), "there is no {name}");
    }
    // In how many of the healthy files each note is.
    let mut rates: BTreeMap<Code, usize> = BTreeMap::new();
    for shape in shapes {
        let is_stray = shape.text.contains("api-version: v1");
        let mut files = Files::one(shape.text);
        for (name, bytes) in shape.files {
            files = files.with(name, bytes);
        }
        let report = files.check();
        let found: BTreeSet<Code> = report.findings().filter(|f| f.severity > Note).map(|f| f.code).collect();
        let expected: BTreeSet<Code> =
            wrong.iter().filter(|(name, _)| *name == shape.name).map(|(_, code)| *code).collect();
        assert_eq!(found, expected, "{}: {report}", shape.name);
        if expected.is_empty() {
            let notes: BTreeSet<Code> = report.findings().map(|finding| finding.code).collect();
            // Whether a command is on this machine is not the file's to say. RKE's own files have a table of theirs,
            // and the stray api-version of its kubeconfigs is in early ones of Rancher too.
            let is_rkes = shape.name == "rke" || shape.name.starts_with("rke-");
            let is_of_file = |code: &Code| *code != ExecNotFound && !is_rkes && !(is_stray && *code == UnknownField);
            notes.into_iter().filter(is_of_file).for_each(|code| *rates.entry(code).or_default() += 1);
        }
    }
    let expected = BTreeMap::from([
        (UnknownField, 1),
        (UnusedCluster, 1),
        (ClusterAdmin, 5),
        (RancherToken, 12),
        (ExecCommand, 6),
        (ExecPathLookup, 6),
        (ProxiedOnly, 10),
        (FqdnWithoutPort, 1),
        (FqdnWithoutCa, 1),
        (HtmlEscaped, 2),
    ]);
    assert_eq!(rates, expected);
}

/// The data folder of a server: its certificates are looked into, where they are.
#[test]
fn a_server_s_folder_is_looked_into() {
    let w = common::pki::world();
    let serving = w.k3s_server_ca.server("k3s", &["127.0.0.1", "localhost"], Validity::days(365));
    let secret = serde_json::json!({"kind": "Secret", "apiVersion": "v1", "metadata": {"name": "k3s-serving",
        "namespace": "kube-system"}, "type": "kubernetes.io/tls",
        "data": {"tls.crt": base64(&serving.certificate), "tls.key": base64(&serving.key)}});
    let etcd = Ca::new("etcd-server-ca@1767225600", None, Algorithm::Ec);
    let folder = Files::named("k3s/server/tls/server-ca.crt", w.k3s_server_ca.certificate.clone())
        .with("k3s/server/tls/client-ca.crt", w.k3s_client_ca.certificate.clone())
        .with("k3s/server/tls/client-admin.crt", format!("{}{}", w.k3s_admin.certificate, w.k3s_client_ca.certificate))
        .with("k3s/server/tls/client-admin.key", w.k3s_admin.key.clone())
        .with("k3s/server/tls/dynamic-cert.json", secret.to_string())
        .with("k3s/server/tls/etcd/server-ca.crt", etcd.certificate.clone())
        .with("k3s/server/token", "K10::server:0")
        .lay_out();
    let path = |below: &str| folder.path().join("k3s").join(below);
    for (below, files) in [("", 6), ("server", 6), ("server/tls", 6), ("server/tls/etcd", 1)] {
        let report = super::checker().paths([path(below)]);
        assert_eq!((report.summary().files, report.findings().count()), (files, 0), "{below}: {report}");
        let inventory = super::checker().certificates([path(below)]);
        assert!(inventory.problems().is_empty(), "{below}: {:?}", inventory.problems());
        let of = |name: &str| inventory.certificates().iter().filter(|found| found.file.ends_with(name)).count();
        assert_eq!(of("dynamic-cert.json"), usize::from(files > 1), "{below}");
        assert_eq!(of("etcd/server-ca.crt"), 1, "{below}");
    }
    // What has ended there is told.
    let over = w.k3s_server_ca.server("k3s", &["localhost"], Validity::over());
    std::fs::write(path("server/tls/serving-kube-apiserver.crt"), over.certificate).unwrap();
    assert!(super::checker().paths([path("")]).has(CertExpired));
    // Each file is compared with those beside it.
    let other = Ca::new("k3s-client-ca@1600000000", None, Algorithm::Ec);
    let admin = other.client("system:admin", Some("system:masters"), Validity::days(300));
    let serving = other.server("k3s", &["localhost"], Validity::days(300));
    for (code, file, text, about) in [
        (KeyMismatch, "client-admin.key", &admin.key, "client-admin.key"),
        (UnknownIssuer, "client-admin.crt", &admin.certificate, "client-admin.crt"),
        (UnknownIssuer, "serving-kube-apiserver.crt", &serving.certificate, "serving-kube-apiserver.crt"),
    ] {
        let file = path("server/tls").join(file);
        let before = std::fs::read(&file).ok();
        std::fs::write(&file, text).unwrap();
        let report = super::checker().paths([path("")]);
        let found = report.findings().find(|one| one.code == code && one.severity == Error);
        assert!(found.is_some_and(|one| one.file.as_ref().unwrap().ends_with(about)), "{about}: {report}");
        before.map_or_else(|| std::fs::remove_file(&file), |bytes| std::fs::write(&file, bytes)).unwrap();
    }
    // Where the API server asks Rancher's webhook is no kubeconfig of anybody's.
    let webhook = "apiVersion: v1\nkind: Config\nclusters:\n- name: Default\n  cluster:\n    insecure-skip-tls-verify: \
                   true\n    server: http://127.0.0.1:6440/v1/authenticate\n";
    std::fs::write(path("kube-api-authn-webhook.yaml"), webhook).unwrap();
    assert!(!super::checker().paths([path("")]).has(InsecureSkipTlsVerify));
    // One above it holds no folder of a server, and nothing else.
    let none = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(none.path().join("server/tls")).unwrap();
    let report = super::checker().paths([none.path()]);
    assert!(report.has(Unreadable) && report.unread().count() == 1, "{report}");
}

/// By its name and its place it is the server's, so that it is not passed over where it can't be read.
#[test]
fn what_cannot_be_read_in_a_server_s_folder_is_told() {
    let w = common::pki::world();
    let serving = w.k3s_server_ca.server("k3s", &["localhost"], Validity::days(365));
    let whole = serde_json::json!({"kind": "Secret", "apiVersion": "v1", "type": "kubernetes.io/tls",
        "data": {"tls.crt": base64(&serving.certificate), "tls.key": base64(&serving.key)}})
    .to_string();
    let (half, binary) = (&whole.as_bytes()[..whole.len() / 2], [whole.as_bytes(), b"\0"].concat());
    let other: &[u8] = br#"{"kind": "Secret", "data": {"tls.crt": "bm9uZQ=="}}"#;
    for name in ["dynamic-cert.json", "client-admin.crt"] {
        for text in [&b""[..], half, b"{}", &binary, other] {
            let folder = Files::named("server/tls/server-ca.crt", w.k3s_server_ca.certificate.clone()).lay_out();
            std::fs::write(folder.path().join("server/tls").join(name), text).unwrap();
            assert_unread(folder.path(), name);
        }
        // In place of a file, and alone there.
        for make in [|path: &Path| std::fs::create_dir(path).unwrap(), special] {
            let folder = tempfile::tempdir().unwrap();
            std::fs::create_dir_all(folder.path().join("server/tls")).unwrap();
            make(&folder.path().join("server/tls").join(name));
            assert_unread(folder.path(), name);
        }
    }
}

#[cfg(unix)]
fn special(path: &Path) {
    assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[cfg(not(unix))]
fn special(path: &Path) {
    std::fs::create_dir(path).unwrap();
}

#[track_caller]
fn assert_unread(folder: &Path, name: &str) {
    for folder in [folder.to_owned(), folder.join("server"), folder.join("server/tls")] {
        let report = super::checker().paths([&folder]);
        let unread: Vec<_> = report.unread().collect();
        assert!(unread.len() == 1 && unread[0].ends_with(name), "{}: {unread:?} {report}", folder.display());
        assert_eq!(super::checker().certificates([&folder]).problems().len(), 1, "{}", folder.display());
    }
}

/// A link neither leads out of the folder that was named, nor makes two files of one.
#[cfg(unix)]
#[test]
fn links_in_a_server_s_folder() {
    use std::os::unix::fs::symlink;
    let w = common::pki::world();
    let ca = || w.k3s_server_ca.certificate.clone();
    let folder = Files::named("k3s/server/tls/server-ca.crt", ca())
        .with("k3s/server/tls/etcd/server-ca.crt", ca())
        .with("elsewhere/tls/server-ca.crt", ca())
        .lay_out();
    let at = |below: &str| folder.path().join(below);
    symlink(at("k3s/server/tls/etcd"), at("k3s/server/tls/again")).unwrap();
    symlink(at("elsewhere/tls"), at("k3s/server/tls/out")).unwrap();
    symlink("server/tls", at("k3s/tls")).unwrap();
    symlink(".", at("k3s/k3s")).unwrap();
    for below in ["k3s", "k3s/server", "k3s/server/tls"] {
        let report = super::checker().paths([at(below)]);
        assert_eq!((report.summary().files, report.unread().count()), (2, 0), "{below}: {report}");
        assert_eq!(super::checker().certificates([at(below)]).certificates().len(), 2, "{below}");
    }
    // The folder that is named may be a link itself.
    symlink("k3s", at("link")).unwrap();
    assert_eq!(super::checker().paths([at("link")]).summary().files, 2);
    // What is not looked into though a server keeps its certificates there is told.
    std::fs::remove_dir_all(at("k3s")).unwrap();
    std::fs::create_dir(at("k3s")).unwrap();
    symlink(at("elsewhere"), at("k3s/server")).unwrap();
    let report = super::checker().paths([at("k3s")]);
    let unread: Vec<_> = report.unread().collect();
    assert!(unread.len() == 1 && unread[0].ends_with("server/tls"), "{unread:?} {report}");
    assert!(report.to_string().contains("leads out of"), "{report}");
}

/// K3s and RKE2 renew what ends when they start.
#[test]
fn how_an_administrator_of_k3s_renews_its_certificate() {
    for (name, service) in
        [("k3s-client-ca@1767225600", "restart k3s"), ("rke2-client-ca@1767225600", "restart rke2-server")]
    {
        let server_ca = Ca::new(&name.replace("client", "server"), None, Algorithm::Ec);
        let admin = Ca::new(name, None, Algorithm::Ec).client("system:admin", Some("system:masters"), Validity::over());
        let report = Files::one(with(&server_ca.certificate, &admin.certificate, &admin.key)).check();
        let found = report.findings().find(|finding| finding.code == CertExpired).expect("it has ended");
        assert!(found.help.as_deref().is_some_and(|help| help.contains(service)), "{found:?}");
    }
}

/// Go's programs make a CA and a certificate one after the other, both for as many years.
#[test]
fn certificates_that_were_made_in_one_go() {
    let validity = |later: u64| {
        let from = common::pki::now() - 86_400 + later;
        Validity { from, until: from + 3650 * 86_400 }
    };
    for (later, is_told) in [(0, false), (1, false), (90, false), (86_400, true)] {
        let ca = Ca::valid("kube-ca", None, Algorithm::Ec, validity(0));
        let admin = ca.client("kube-admin", Some("system:masters"), validity(later));
        let report = Files::one(with(&ca.certificate, &admin.certificate, &admin.key)).check();
        assert_eq!(report.has(OutlivesIssuer), is_told, "{later} seconds later: {report}");
    }
}
