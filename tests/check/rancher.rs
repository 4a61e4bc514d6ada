//! What Rancher's kubeconfigs are known for.

use super::common::shapes_rancher as shapes;
use super::{Files, Row, checker, common};
use kubeconfig::finding::Code::*;
use kubeconfig::finding::Severity::{Error, Note, Warning};
use kubeconfig::finding::{Code, Severity};

pub(super) fn rows() -> Vec<Row> {
    let shape = |code: Code, severity: Severity, line, bad: common::shapes::Shape, good: common::shapes::Shape| {
        Row::new(code, severity, line, Files::one(bad.text), Files::one(good.text))
    };
    vec![
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
        shape(FqdnWithoutCa, Note, "server", shapes::ace_fqdn_public(), shapes::ace_fqdn()),
        shape(UnbracketedIpv6, Warning, "server", shapes::ace_nodes_ipv6(), shapes::ace_nodes()),
        Row::changed(
            UnbracketedIpv6,
            Error,
            "server",
            &super::good(),
            "https://k8s.example.com:6443",
            "https://fd00::1",
        ),
        shape(HtmlEscaped, Note, "&", shapes::ace_escaped(), shapes::ace_fqdn()),
    ]
}

/// What is clean has nothing that would break or is unsafe: no noise.
#[test]
fn clean_files_have_neither_errors_nor_warnings() {
    let clean = [
        "rke",
        "rke-0.1.2",
        "k3s",
        "rke2",
        "kubeadm",
        "eks",
        "gke",
        "aks-kubelogin",
        "aks-admin",
        "rancher-ace-fqdn",
        "rancher-ace-fqdn-public-ca",
        "rancher-ace-nodes",
        "rancher-2.15-ext-token",
    ];
    let shapes = common::shapes::all();
    let names: Vec<&str> = shapes.iter().map(|shape| shape.name).collect();
    for name in clean {
        let shape =
            shapes.iter().find(|shape| shape.name == name).unwrap_or_else(|| panic!("{name} is not in {names:?}"));
        let report = Files::one(shape.text.clone()).check();
        let worst = report.worst();
        assert!(worst.is_none_or(|worst| worst == Note), "{name}: {report}");
    }
}

/// What is expected of every shape, so that a change is seen.
#[test]
fn every_shape() {
    let mut seen = String::new();
    for shape in common::shapes::all() {
        let mut files = Files::one(shape.text);
        for (name, bytes) in shape.files {
            files = files.with(name, bytes);
        }
        let report = files.check();
        let found: Vec<String> = report
            .findings()
            .filter(|f| f.severity > Note)
            .map(|f| format!("{} {}", f.position.map_or(0, |p| p.line), f.code))
            .collect();
        seen.push_str(&format!("{}: {}\n", shape.name, found.join(", ")));
    }
    println!("{seen}");
    let _ = checker();
}
