//! client-go's own rules (`validation.go`, and what it refuses when it builds a client).

use super::{Files, Row, good, with_user};
use kubeconfig::finding::Code::*;
use kubeconfig::finding::Severity::{Error, Warning};
use kubeconfig::finding::{Code, Severity};

pub(super) fn rows() -> Vec<Row> {
    let good = good();
    let mut rows = Vec::new();
    let mut cluster = |code, line, from: &str, to: &str| {
        rows.push(Row::changed(code, Error, line, &good, from, to));
    };
    cluster(NoServer, "name: c", "    server: https://k8s.example.com:6443\n", "");
    cluster(NoServer, "server:", "https://k8s.example.com:6443", "''");
    cluster(InvalidServer, "server:", "https://k8s.example.com:6443", "https://k8s.example.com:port");
    cluster(InvalidServer, "server:", "https://k8s.example.com:6443", "https://k8s.example.com:65536");
    cluster(InvalidServer, "server:", "https://k8s.example.com:6443", "https://k8s.example.com:0");
    cluster(InvalidServer, "server:", "https://k8s.example.com:6443", "k8s.example.com/path");
    cluster(InvalidServer, "server:", "https://k8s.example.com:6443", "ftp://k8s.example.com:6443");
    cluster(InvalidContext, "name: x", "    user: u\n", "");
    cluster(InvalidContext, "cluster:", "    cluster: c\n", "    cluster: ''\n");
    cluster(InvalidContext, "name: ''", "- name: x", "- name: ''");
    cluster(InvalidProxyUrl, "proxy-url", "    server:", "    proxy-url: socks5h://h\n    server:");
    cluster(InvalidProxyUrl, "proxy-url", "    server:", "    proxy-url: localhost:3128\n    server:");
    cluster(
        InvalidCertificateAuthority,
        "authority: ca",
        "    server:",
        "    certificate-authority: ca.crt\n    server:",
    );
    cluster(InvalidCertificateAuthority, "insecure", "    server:", "    insecure-skip-tls-verify: true\n    server:");

    // kubectl asks no rule about it before a request.
    for name in ["Bad_Name", &"a".repeat(64)] {
        let namespace = format!("namespace: {name}");
        rows.push(Row::changed(InvalidNamespace, Warning, "namespace:", &good, "namespace: web", &namespace));
    }

    let mut user = |code: Code, line, bad: &str, good: &str| {
        rows.push(Row::new(code, Error, line, Files::one(with_user(bad)), Files::one(with_user(good))));
    };
    user(
        InvalidClientCertificate,
        "client-certificate: gone",
        "client-certificate: gone\nclient-key-data: QQ==",
        "token: t",
    );
    user(
        InvalidClientCertificate,
        "client-certificate: config",
        "client-certificate: config\nclient-certificate-data: QQ==\nclient-key-data: QQ==",
        "token: t",
    );
    user(InvalidClientKey, "client-certificate-data", "client-certificate-data: QQ==", "token: t");
    user(InvalidClientKey, "client-key: gone", "client-certificate-data: QQ==\nclient-key: gone", "token: t");
    user(
        InvalidClientKey,
        "client-key: config",
        "client-certificate-data: QQ==\nclient-key: config\nclient-key-data: QQ==",
        "token: t",
    );
    user(InvalidAuth, "token", "token: t\nusername: me", "token: t");
    user(InvalidAuth, "username", "tokenFile: config\nusername: me", "tokenFile: config");
    let exec =
        |fields: &str| format!("exec:\n{}", fields.lines().map(|line| format!("  {line}\n")).collect::<String>());
    let whole = exec("apiVersion: client.authentication.k8s.io/v1\ncommand: a\ninteractiveMode: Never");
    let mut login = |code, line, fields: &str| user(code, line, &exec(fields), &whole);
    login(InvalidExec, "apiVersion", "apiVersion: client.authentication.k8s.io/v1\ninteractiveMode: Never");
    login(InvalidExec, "command", "command: a\ninteractiveMode: Never");
    login(InvalidExec, "apiVersion", "apiVersion: client.authentication.k8s.io/v1\ncommand: a");
    login(InvalidExec, "Mode: no", "apiVersion: client.authentication.k8s.io/v1\ncommand: a\ninteractiveMode: nope");
    login(InvalidExec, "v9", "apiVersion: client.authentication.k8s.io/v9\ncommand: a\ninteractiveMode: Never");
    login(
        InvalidExec,
        "value",
        "apiVersion: client.authentication.k8s.io/v1\ncommand: a\ninteractiveMode: Never\nenv:\n- {value: v}",
    );
    login(
        RemovedExecVersion,
        "v1alpha1",
        "apiVersion: client.authentication.k8s.io/v1alpha1\ncommand: a\ninteractiveMode: Never",
    );
    let both = format!("auth-provider: {{name: oidc, config: {{client-id: a, idp-issuer-url: b}}}}\n{whole}");
    user(InvalidExec, "auth-provider", &both, &whole);
    let oidc = "auth-provider: {name: oidc, config: {client-id: a, idp-issuer-url: b}}";
    user(InvalidAuthProvider, "client-id", "auth-provider:\n  name: oidc\n  config: {client-id: a}", oidc);
    user(RemovedAuthProvider, "gcp", "auth-provider:\n  name: gcp", oidc);
    user(RemovedAuthProvider, "azure", "auth-provider:\n  name: azure", oidc);
    user(RemovedAuthProvider, "mine", "auth-provider:\n  name: mine", oidc);
    user(InvalidImpersonation, "as-groups", "token: t\nas-groups: [a]", "token: t\nas: b\nas-groups: [a]");
    user(InvalidImpersonation, "as-uid", "token: t\nas-uid: '1'", "token: t\nas: b\nas-uid: '1'");
    rows
}

#[test]
fn what_is_in_another_file_of_the_same_configuration_is_not_missing() {
    let (clusters, rest) =
        good().split_once("users:").map(|(a, b)| (a.to_owned(), format!("users:{b}"))).expect("users");
    let files = Files::named("a", clusters).with("b", rest).together();
    let report = files.check();
    assert_eq!(report.findings().count(), 0, "{report}");
    assert_eq!(report.files().len(), 2);
    // Each by itself lacks the other.
    let folder = files.lay_out();
    let report = super::checker().paths(["a", "b"].map(|name| folder.path().join(name)));
    assert!(report.has(DanglingCluster) && report.has(UnusedCluster), "{report}");
}

#[test]
fn the_same_entry_in_a_later_file_is_only_noted() {
    let files = Files::named("a", good()).with("b", good()).together();
    let report = files.check();
    assert!(report.has(ShadowedEntry));
    assert!(report.findings().all(|f| f.severity == Severity::Note), "{report}");
    let other = good().replace("https://k8s", "https://other");
    let report = Files::named("a", good()).with("b", other).together().check();
    let shadowed: Vec<_> = report.findings().filter(|f| f.severity == Warning).collect();
    assert_eq!(shadowed.len(), 1, "{report}");
    assert_eq!(shadowed[0].entry.as_deref(), Some("cluster \"c\""));
}
