//! What Rancher's kubeconfigs are known for.

use super::common::shapes_rancher as shapes;
use super::{Files, Row, common, good};
use kubeconfig::finding::Code::*;
use kubeconfig::finding::Severity::{Error, Note, Warning};
use kubeconfig::finding::{Code, Severity};
use kubeconfig::pki_types::UnixTime;
use std::collections::BTreeSet;
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
    for shape in shapes {
        let mut files = Files::one(shape.text);
        for (name, bytes) in shape.files {
            files = files.with(name, bytes);
        }
        let report = files.check();
        let found: BTreeSet<Code> = report.findings().filter(|f| f.severity > Note).map(|f| f.code).collect();
        let expected: BTreeSet<Code> =
            wrong.iter().filter(|(name, _)| *name == shape.name).map(|(_, code)| *code).collect();
        assert_eq!(found, expected, "{}: {report}", shape.name);
    }
}
