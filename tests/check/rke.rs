//! RKE's files.

use super::common::rke_state::{Cluster, Json, Machine, RkeState};
use super::{Files, Row, checker, common};
use kubeconfig::finding::Code::*;
use kubeconfig::finding::Severity::{Error, Note, Warning};
use kubeconfig::finding::{Code, Severity};
use std::sync::OnceLock;

const CLUSTER: &str = "\
cluster_name: prod
nodes:
- address: 203.0.113.10
  hostname_override: cp1
  user: rke
  role: [controlplane, etcd, worker]
- address: 203.0.113.11
  hostname_override: cp2
  user: rke
  role: [controlplane, etcd, worker]
- address: 203.0.113.12
  hostname_override: cp3
  user: rke
  role: [controlplane, etcd, worker]
services:
  kube-api:
    service_cluster_ip_range: 10.43.0.0/16
authentication:
  sans: [k8s.example.com]
";

/// A state of three machines, made once.
pub(super) fn state() -> Option<&'static RkeState> {
    static STATE: OnceLock<Option<RkeState>> = OnceLock::new();
    STATE.get_or_init(|| Cluster::three().state()).as_ref()
}

/// The three files as `rke up` leaves them.
fn set(state: &RkeState) -> Files {
    Files::named("cluster.yml", CLUSTER)
        .with("cluster.rkestate", state.text())
        .with("kube_config_cluster.yml", state.kubeconfig())
}

pub(super) fn rows() -> Vec<Row> {
    let changed = |code: Code, severity: Severity, line, from: &str, to: &str| {
        assert!(CLUSTER.contains(from), "{from}");
        Row::new(
            code,
            severity,
            line,
            Files::named("cluster.yml", CLUSTER.replace(from, to)),
            Files::named("cluster.yml", CLUSTER),
        )
    };
    let networks = |code: Code, line, pods: &str, services: &str| {
        Row::new(code, Error, line, with_networks(pods, services), with_networks("10.42.0.0/16", "10.43.0.0/16"))
    };
    let mut rows = vec![
        changed(NoEtcd, Error, "203.0.113.10", ", etcd", ""),
        changed(NoControlPlane, Error, "203.0.113.10", "controlplane, ", ""),
        changed(NoWorker, Warning, "203.0.113.10", ", worker", ""),
        changed(DuplicateNode, Error, "203.0.113.11", "address: 203.0.113.12", "address: 203.0.113.11"),
        changed(DroppedKey, Warning, "clusterName", "cluster_name", "clusterName"),
        changed(InvalidCluster, Error, "role", "[controlplane, etcd, worker]", "[controlplane, etcd, worker, boss]"),
        networks(OverlappingCidr, "cluster_cidr", "10.43.0.0/16", "10.43.0.0/16"),
        networks(DifferingCidr, "10.99", "10.42.0.0/16", "10.99.0.0/16"),
        changed(DuplicateKey, Warning, "user: root", "  user: rke\n  role", "  user: rke\n  user: root\n  role"),
        changed(LaterDocument, Warning, "---", "  sans: [k8s.example.com]\n", "  sans: [k8s.example.com]\n---\na: b\n"),
        Row::new(
            EvenEtcd,
            Warning,
            "203.0.113.10",
            Files::named("cluster.yml", CLUSTER.replacen(", etcd", "", 1)),
            Files::named("cluster.yml", CLUSTER),
        ),
        Row::new(
            NotHighlyAvailable,
            Note,
            "203.0.113.10",
            Files::named("cluster.yml", one_node()),
            Files::named("cluster.yml", CLUSTER),
        ),
        // Alone a configuration has perhaps never been used.
        Row::new(MissingState, Note, "", Files::named("cluster.yml", CLUSTER), with_empty_state()),
        Row::new(
            StateNameCollision,
            Warning,
            "",
            Files::named("cluster.yml", CLUSTER).with("cluster.yaml", CLUSTER),
            Files::named("cluster.yml", CLUSTER),
        ),
    ];
    if let Some(state) = state() {
        rows.extend(of_states(state));
    }
    rows
}

/// With the networks of pods and services as kube-controller is told of them.
fn with_networks(pods: &str, services: &str) -> Files {
    let controller =
        format!("  kube-controller:\n    cluster_cidr: {pods}\n    service_cluster_ip_range: {services}\n");
    Files::named("cluster.yml", CLUSTER.replace("authentication:", &format!("{controller}authentication:")))
}

fn one_node() -> String {
    let end = CLUSTER.find("- address: 203.0.113.11").expect("a node");
    let services = CLUSTER.find("services:").expect("services");
    format!("{}{}", &CLUSTER[..end], &CLUSTER[services..])
}

fn with_empty_state() -> Files {
    Files::named("cluster.yml", CLUSTER).with("cluster.rkestate", "{\"desiredState\": {}, \"currentState\": {}}")
}

fn of_states(state: &RkeState) -> Vec<Row> {
    let good = || set(state);
    let without = |name: &str| {
        let mut files = good();
        files.files.retain(|(file, _)| *file != name);
        files
    };
    let first = |mut files: Files, name: &str| {
        let at = files.files.iter().position(|(file, _)| *file == name).expect("a file");
        files.files.rotate_left(at);
        files
    };
    let changed = |name: &'static str, from: &str, to: &str| {
        let mut files = good();
        for (file, bytes) in &mut files.files {
            if *file == name {
                let text = String::from_utf8(bytes.clone()).expect("text");
                assert!(text.contains(from), "{from}");
                *bytes = text.replace(from, to).into_bytes();
            }
        }
        first(files, name)
    };
    let other = Cluster::three().state().expect("a state");
    let foreign = |mut files: Files| {
        let own = super::base64(state.field("kube-ca", "certificatePEM"));
        let foreign = super::base64(&common::pki::world().rke_ca.certificate);
        files.files[2].1 = state.kubeconfig().replace(&own, &foreign).into_bytes();
        first(files, "kube_config_cluster.yml")
    };
    // The administrator's certificate of before, of the same CA: that of another client.
    let stale = |mut files: Files| {
        let pair = state.pair("kube-admin");
        let old = state.pair("kube-controller-manager");
        let text = state
            .kubeconfig()
            .replace(&super::base64(&pair.certificate), &super::base64(&old.certificate))
            .replace(&super::base64(&pair.key), &super::base64(&old.key));
        files.files[2].1 = text.into_bytes();
        first(files, "kube_config_cluster.yml")
    };
    let init = Cluster { init_only: true, ..Cluster::three() }.state().expect("a state");
    let mut init_set = set(&init);
    init_set.files.rotate_left(1);
    let state_file = || first(good(), "cluster.rkestate");
    let kubeconfig = || first(good(), "kube_config_cluster.yml");
    vec![
        Row::new(MissingState, Warning, "", without("cluster.rkestate"), good()),
        Row::new(MissingConfig, Note, "", without("cluster.yml"), good()),
        Row::new(MissingKubeconfig, Note, "", without("kube_config_cluster.yml"), good()),
        Row::new(ForeignKubeconfig, Error, "certificate-authority-data", foreign(good()), kubeconfig()),
        Row::new(StaleKubeconfig, Warning, "client-certificate-data", stale(good()), kubeconfig()),
        Row::new(
            StaleKubeconfig,
            Warning,
            "server",
            changed("kube_config_cluster.yml", "203.0.113.10", "203.0.113.99"),
            kubeconfig(),
        ),
        Row::new(StaleState, Warning, "", first(older_state(state), "cluster.rkestate"), state_file()),
        Row::new(
            NotAdmin,
            Warning,
            "certificatePEM",
            with_pair_of(state, "kube-admin", "kube-controller-manager"),
            state_file(),
        ),
        Row::new(StateDrift, Warning, "address", changed("cluster.yml", "203.0.113.12", "203.0.113.13"), good()),
        Row::new(IncompleteState, Warning, "currentState", without_entry(state, "kube-admin"), state_file()),
        Row::new(IncompleteState, Warning, "currentState", with_field(state, "kube-admin", "keyPEM", ""), state_file()),
        Row::new(IncompleteState, Warning, "currentState", without_entry(state, "kube-ca"), state_file()),
        Row::new(EmptyCurrentState, Note, "currentState", init_set, state_file()),
        Row::new(
            ServerNotInSans,
            Error,
            "certificatePEM",
            first(with_address(state, "203.0.113.12", "203.0.113.77"), "cluster.rkestate"),
            state_file(),
        ),
        Row::new(KeyMismatch, Error, "keyPEM", with_key_of(state, "kube-admin", "kube-node"), state_file()),
        Row::new(UnknownIssuer, Error, "certificatePEM", with_ca_of(state, &other), state_file()),
        // Each has a CA of its own: that of extension servers' clients is none for the rest.
        Row::new(
            UnknownIssuer,
            Error,
            "certificatePEM",
            with_pair_of(state, "kube-admin", "kube-apiserver-proxy-client"),
            state_file(),
        ),
        Row::new(
            UnknownIssuer,
            Error,
            "certificatePEM",
            with_pair_of(state, "kube-apiserver-proxy-client", "kube-admin"),
            state_file(),
        ),
        Row::new(
            CertUnreadable,
            Error,
            "certificatePEM",
            with_field(state, "kube-admin", "certificatePEM", "garbage"),
            state_file(),
        ),
        Row::new(KeyUnreadable, Error, "keyPEM", with_field(state, "kube-admin", "keyPEM", "garbage"), state_file()),
    ]
}

/// The files, with the state of before the last `rke up`.
fn older_state(state: &RkeState) -> Files {
    let mut files = set(state);
    files.files[1].1 = (Cluster { days: 3000, ..Cluster::three() }).state().expect("a state").text().into_bytes();
    files
}

/// The state with another text in a field of both sides.
fn with_field(state: &RkeState, entry: &str, field: &str, value: &str) -> Files {
    let mut json = state.json();
    for side in ["desiredState", "currentState"] {
        *json.at(&[side, "certificatesBundle", entry, field]) = Json::Text(value.to_owned());
    }
    Files::named("cluster.rkestate", json.indented())
}

/// The state without an entry of its bundles.
fn without_entry(state: &RkeState, entry: &str) -> Files {
    let mut json = state.json();
    for side in ["desiredState", "currentState"] {
        let Json::Object(bundle) = json.at(&[side, "certificatesBundle"]) else { panic!("a bundle") };
        bundle.retain(|(name, _)| name != entry);
    }
    Files::named("cluster.rkestate", json.indented())
}

/// The state with certificate and key of one entry in the place of another's.
fn with_pair_of(state: &RkeState, entry: &str, other: &str) -> Files {
    let mut json = state.json();
    for (side, field) in
        ["desiredState", "currentState"].into_iter().flat_map(|s| ["certificatePEM", "keyPEM"].map(|f| (s, f)))
    {
        *json.at(&[side, "certificatesBundle", entry, field]) = Json::Text(state.field(other, field).to_owned());
    }
    Files::named("cluster.rkestate", json.indented())
}

fn with_key_of(state: &RkeState, entry: &str, other: &str) -> Files {
    with_field(state, entry, "keyPEM", state.field(other, "keyPEM"))
}

/// The state with the CA of another cluster, which has another name here.
fn with_ca_of(state: &RkeState, other: &RkeState) -> Files {
    with_field(state, "kube-ca", "certificatePEM", other.field("kube-apiserver-requestheader-ca", "certificatePEM"))
}

fn with_address(state: &RkeState, from: &str, to: &str) -> Files {
    Files::named(
        "cluster.rkestate",
        state.text().replace(&format!("\"address\": \"{from}\""), &format!("\"address\": \"{to}\"")),
    )
}

#[test]
fn the_three_files_as_rke_leaves_them_are_clean() {
    let Some(state) = state() else { return };
    let folder = set(state).lay_out();
    let report = checker().paths([folder.path()]);
    assert_eq!(report.files().len(), 3, "{report}");
    assert!(report.worst().is_none_or(|worst| worst == Note), "{report}");
    let set = kubeconfig::rke::FileSet::of(folder.path().join("cluster.yml"));
    assert_eq!(checker().file_set(&set).findings().len(), report.findings().len());
    let rotated = Cluster { rotated: true, ..Cluster::three() }.state().expect("a state");
    let report = Files::named("cluster.rkestate", rotated.text()).check();
    assert!(report.worst().is_none_or(|worst| worst == Note), "{report}");
}

#[test]
fn a_kubeconfig_that_was_copied_away_is_not_asked_for_the_others() {
    let Some(state) = state() else { return };
    let report = Files::named("kube_config_cluster.yml", state.kubeconfig()).check();
    assert!(!report.has(MissingState) && !report.has(MissingKubeconfig), "{report}");
}

#[test]
fn what_the_files_say_of_each_other_is_said_once_and_at_the_file_it_is_about() {
    let Some(state) = state() else { return };
    let mut files = set(state);
    files.files[0].1 = CLUSTER.replace("203.0.113.12", "203.0.113.13").into_bytes();
    let folder = files.lay_out();
    let report = checker().paths([folder.path()]);
    let drift: Vec<_> = report.findings().filter(|f| f.code == StateDrift).collect();
    assert_eq!(drift.len(), 1, "{report}");
    assert_eq!(drift[0].file.as_deref(), Some(folder.path().join("cluster.yml").as_path()));
    assert_eq!(drift[0].field.as_deref(), Some("nodes[2].address"));
}

#[test]
fn expired_certificates_of_a_state_are_found_where_they_stand() {
    let Some(state) = (Cluster { days: 10, ..Cluster::one() }).state() else { return };
    let report = Files::named("cluster.rkestate", state.text()).check();
    let soon: Vec<_> = report.findings().filter(|f| f.code == CertExpiresSoon).collect();
    // Of kube-service-account-token the key alone is used.
    assert!(soon.len() == 8, "{report}");
    assert!(soon.iter().any(|f| {
        f.entry.as_deref() == Some("certificate \"kube-admin\"")
            && f.field.as_deref() == Some("currentState.certificatesBundle.kube-admin.certificatePEM")
    }));
}

#[test]
fn a_state_in_a_secret_is_checked_too() {
    let Some(state) = (Cluster { days: 10, ..Cluster::one() }).state() else { return };
    let data = super::base64(state.json().compact());
    let text = format!(
        "kind: Secret\nmetadata: {{name: full-cluster-state, namespace: kube-system}}\ndata:\n  full-cluster-state: {data}\n"
    );
    let report = Files::one(text).check();
    let found = report.findings().find(|f| f.code == CertExpiresSoon).unwrap_or_else(|| panic!("{report}"));
    assert!(found.position.is_some(), "{report}");
    assert_eq!(report.files()[0].kind, Some(kubeconfig::check::FileKind::RkeState));
}

#[test]
fn a_wrapped_configuration_of_ranchers_is_recognised() {
    let text = format!(
        "rancher_kubernetes_engine_config:\n{}",
        CLUSTER.lines().map(|l| format!("  {l}\n")).collect::<String>()
    );
    let folder = Files::named("cluster.yml", text).lay_out();
    let report = checker().paths([folder.path()]);
    assert_eq!(report.files()[0].kind, Some(kubeconfig::check::FileKind::RkeCluster), "{report}");
    let codes: Vec<_> = report.findings().map(|f| (f.code, f.severity)).collect();
    assert_eq!(codes, [(DroppedKey, Note)], "no missing-state, no missing-kubeconfig: {report}");
}

#[test]
fn files_of_others_are_not_taken_for_ours() {
    for text in [
        "services:\n  web: {image: nginx}\nnetworks: {}\nvolumes: {}\n",
        "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes:\n- role: control-plane\n",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n",
        "just text",
        "[1, 2]",
        "{\"name\": \"package\", \"version\": \"1\"}",
    ] {
        let report = Files::one(text).check();
        assert_eq!(report.files()[0].kind, None, "{text}");
        assert!(report.has(Unreadable), "{report}");
        // In a folder they are passed over.
        let folder = Files::one(text).with("mine", super::good()).lay_out();
        let report = checker().paths([folder.path()]);
        assert_eq!(report.files().len(), 1, "{text}: {report}");
    }
    let _ = (common::on_ci(), Machine::new("a", "b"));
}
