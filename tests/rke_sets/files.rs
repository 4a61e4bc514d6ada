//! The same where a kubeconfig does not embed its certificates but names their files, and where a file cannot be read.

use super::common::rke_state::{Cluster, RkeState};
use super::{ends, folder, pair};
use kubeconfig::finding::Code;
use kubeconfig::rke::{FileSet, Recovery};
use kubeconfig::{Loader, cert};
use std::fs;
use tempfile::TempDir;

const KUBECONFIG: &str = "kube_config_cluster.yml";

fn older() -> Option<RkeState> {
    (Cluster { days: 3000, ..Cluster::three() }).state()
}

fn of_another_ca() -> Option<RkeState> {
    (Cluster { other_ca: true, ..Cluster::three() }).state()
}

/// How a kubeconfig names files.
#[derive(Clone, Copy, Debug)]
enum Paths {
    Relative,
    Absolute,
}

/// RKE's kubeconfig with its certificates in files below the folder, in place of what is embedded in the one there.
fn move_out(set: &TempDir, made: &RkeState, paths: Paths) {
    let pki = set.path().join("pki");
    fs::create_dir_all(&pki).expect("a new folder");
    let shown = match paths {
        Paths::Relative => "pki".to_owned(),
        Paths::Absolute => pki.display().to_string(),
    };
    let text = made.kubeconfig();
    let lines = text.lines().map(|line| {
        let (field, _) = line.split_once("-data: ")?;
        let name = format!("{}.pem", field.trim());
        let pem = match field.trim() {
            "certificate-authority" => made.field("kube-ca", "certificatePEM"),
            "client-certificate" => made.field("kube-admin", "certificatePEM"),
            _ => made.field("kube-admin", "keyPEM"),
        };
        fs::write(pki.join(&name), pem).expect("a new file");
        Some(format!("{field}: {shown}/{name}"))
    });
    let lines: Vec<_> = text.lines().zip(lines).map(|(line, moved)| moved.unwrap_or_else(|| line.to_owned())).collect();
    fs::write(set.path().join(KUBECONFIG), lines.join("\n")).expect("a file");
}

fn read(set: &TempDir, name: &str) -> String {
    fs::read_to_string(set.path().join(name)).expect("a text")
}

/// That neither way of writing over the kubeconfig goes without `--older`.
#[track_caller]
fn assert_kept(set: &TempDir, says: &str) {
    let before = read(set, KUBECONFIG);
    for to in ["--out", "--into"] {
        let out = ends(set, &["recover", "cluster.rkestate", to, KUBECONFIG, "--force"], 1);
        assert!(out.stderr.contains(says) && out.stderr.contains("--older"), "{to}: {}", out.stderr);
        assert!(read(set, KUBECONFIG) == before, "{to}: it was changed");
    }
}

#[test]
fn a_newer_kubeconfig_is_kept_wherever_its_certificates_are() {
    let (Some(new), Some(old)) = (Cluster::three().state(), older()) else { return };
    let until = cert::rfc3339(cert::leaf(new.field("kube-admin", "certificatePEM").as_bytes()).unwrap().not_after());
    for paths in [Paths::Relative, Paths::Absolute] {
        let set = pair(&new, &old);
        move_out(&set, &new, paths);
        assert_kept(&set, &until);
        let out = ends(&set, &["recover", "cluster.rkestate", "--out", "new"], 3);
        assert!(out.stderr.contains("the kubeconfig beside the state is newer"), "{paths:?}: {}", out.stderr);
        let out = ends(&set, &["check", "--fail-on", "error", KUBECONFIG], 0);
        assert!(out.stdout.contains("warning[stale-state]"), "{paths:?}: {}", out.stdout);
        // The library, of what was read elsewhere.
        let existing = Loader::from_env().explicit(set.path().join(KUBECONFIG)).load().unwrap();
        let recovered = Recovery::open(set.path().join("cluster.rkestate")).unwrap().build().unwrap();
        assert!(recovered.newer_in(&existing).unwrap().is_some(), "{paths:?}");
        // From another folder, and of a state that lies elsewhere.
        let elsewhere = folder(&[("copy.json", &old.text())]);
        let file = set.path().join(KUBECONFIG).display().to_string();
        ends(&elsewhere, &["recover", "copy.json", "--out", &file, "--force"], 1);
        ends(&set, &["recover", "cluster.rkestate", "--into", KUBECONFIG, "--force", "--older"], 0);
        // What is older may be replaced.
        let set = pair(&old, &new);
        move_out(&set, &old, paths);
        let out = ends(&set, &["check", "--fail-on", "error", KUBECONFIG], 0);
        assert!(out.stdout.contains("warning[stale-kubeconfig]"), "{paths:?}: {}", out.stdout);
        ends(&set, &["recover", "cluster.rkestate", "--out", KUBECONFIG, "--force"], 0);
    }
    // Of 17 MiB, all but some of it comments.
    let large = format!("{}\n{}", new.kubeconfig(), "# comment\n".repeat(1_800_000));
    let set = folder(&[(KUBECONFIG, &large), ("cluster.rkestate", &old.text())]);
    assert_kept(&set, &until);
}

#[test]
fn what_cannot_be_read_is_not_taken_for_older() {
    let (Some(new), Some(old)) = (Cluster::three().state(), older()) else { return };
    for lost in ["certificate-authority.pem", "client-certificate.pem"] {
        for is_folder in [false, true] {
            let set = pair(&new, &old);
            move_out(&set, &new, Paths::Relative);
            fs::remove_file(set.path().join("pki").join(lost)).unwrap();
            if is_folder {
                fs::create_dir(set.path().join("pki").join(lost)).unwrap();
            }
            assert_kept(&set, lost);
            ends(&set, &["recover", "cluster.rkestate", "--out", KUBECONFIG, "--force", "--older"], 0);
        }
    }
    // Whose CA it is does not matter where the kubeconfig is older; and what is no certificate is of no use to anybody.
    for (kubeconfig, state, file) in [(&old, &new, "certificate-authority.pem"), (&new, &old, "client-certificate.pem")]
    {
        let set = pair(kubeconfig, state);
        move_out(&set, kubeconfig, Paths::Relative);
        fs::write(set.path().join("pki").join(file), "none").unwrap();
        ends(&set, &["recover", "cluster.rkestate", "--out", KUBECONFIG, "--force"], 0);
    }
}

#[test]
fn a_state_with_another_ca_is_foreign_wherever_the_certificates_are() {
    let (Some(made), Some(other)) = (Cluster::three().state(), of_another_ca()) else { return };
    for paths in [None, Some(Paths::Relative), Some(Paths::Absolute)] {
        let set = pair(&made, &other);
        if let Some(paths) = paths {
            move_out(&set, &made, paths);
        }
        ends(&set, &["outage", KUBECONFIG], 1);
        ends(&set, &["export", "--kubeconfig", KUBECONFIG, "--out", "backup"], 3);
        let out = ends(&set, &["check", KUBECONFIG], 1);
        assert!(out.stdout.contains("error[foreign-kubeconfig]"), "{paths:?}: {}", out.stdout);
        let out = ends(&set, &["recover", "cluster.rkestate", "--out", "new"], 3);
        assert!(out.stderr.contains("has another CA"), "{paths:?}: {}", out.stderr);
        // The field that is there.
        let open = FileSet::open(set.path().join(KUBECONFIG)).unwrap();
        let foreign = open.findings().iter().find(|finding| finding.code == Code::ForeignKubeconfig).unwrap();
        let data = if paths.is_none() { "-data" } else { "" };
        let field = format!("clusters[0].cluster.certificate-authority{data}");
        assert_eq!(foreign.field.as_deref(), Some(field.as_str()), "{paths:?}");
    }
    // A state that is of this CA in one of its halves is not foreign to any verb.
    let mut halves = made.json();
    halves.set("currentState", other.side());
    let set = folder(&[(KUBECONFIG, &made.kubeconfig()), ("cluster.rkestate", &halves.indented())]);
    let out = ends(&set, &["recover", "cluster.rkestate", "--out", "new"], 3);
    assert!(!out.stderr.contains("has another CA"), "{}", out.stderr);
    // Which of the two the cluster has, nobody knows.
    let out = ends(&set, &["outage", KUBECONFIG], 3);
    assert!(out.stdout.contains("a rotation was not finished"), "{}", out.stdout);
    ends(&set, &["export", "--kubeconfig", KUBECONFIG, "--out", "other"], 3);
}

#[test]
fn a_server_that_the_state_does_not_know_is_in_doubt() {
    let Some(made) = Cluster::three().state() else { return };
    let kubeconfig: kubeconfig::Kubeconfig = made.kubeconfig().parse().unwrap();
    let server = kubeconfig.clusters.iter().find_map(|(_, cluster)| cluster.server.clone()).unwrap();
    let text = made.kubeconfig().replace(&server, "https://198.51.100.99:6443");
    let set = folder(&[(KUBECONFIG, &text), ("cluster.rkestate", &made.text())]);
    let out = ends(&set, &["outage", KUBECONFIG], 3);
    assert!(out.stdout.contains("198.51.100.99 is no control-plane node"), "{}", out.stdout);
    ends(&set, &["export", "--kubeconfig", KUBECONFIG, "--out", "backup"], 3);
    let set = folder(&[(KUBECONFIG, &made.kubeconfig()), ("cluster.rkestate", &made.text())]);
    ends(&set, &["outage", KUBECONFIG], 0);
}

/// Nobody named the state: it is read as what a kubeconfig refers to, and what that leaves open is said.
#[test]
fn a_state_beside_that_cannot_be_read_is_told_once() {
    let Some(made) = Cluster::three().state() else { return };
    let large = format!("{}{}", made.text(), " ".repeat(17 << 20));
    let snapshot = "PK\u{3}\u{4}";
    // Of two contexts.
    let second = "contexts:\n- {name: two, context: {cluster: prod, user: kube-admin-prod}}\n";
    let text = made.kubeconfig().replacen("contexts:\n", second, 1);
    for (state, says) in [(large.as_str(), "larger than the limit"), ("{", ""), ("", ""), (snapshot, "")] {
        let set = folder(&[(KUBECONFIG, &text), ("cluster.rkestate", state)]);
        assert_told(&set, says);
    }
    let set = folder(&[(KUBECONFIG, &made.kubeconfig())]);
    assert_eq!(ends(&set, &["outage", KUBECONFIG], 0).stderr.matches("cluster.rkestate").count(), 0, "there is none");
    fs::create_dir(set.path().join("cluster.rkestate")).unwrap();
    assert_told(&set, "is a directory");
    #[cfg(unix)]
    {
        let fifo = set.path().join("cluster.rkestate");
        fs::remove_dir(&fifo).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        assert_told(&set, "is not a regular file");
    }
}

#[track_caller]
fn assert_told(set: &TempDir, says: &str) {
    let out = ends(set, &["outage", KUBECONFIG], 0);
    assert_eq!(out.stderr.matches("cluster.rkestate").count(), 1, "{}", out.stderr);
    assert!(out.stderr.contains("the state beside it") && out.stderr.contains(says), "{}", out.stderr);
    let out = ends(set, &["export", "--kubeconfig", KUBECONFIG, "--out", "backup", "--force"], 0);
    assert!(out.stderr.contains("stands alone"), "{}", out.stderr);
    assert_eq!(out.stderr.matches("cluster.rkestate").count(), 1, "{}", out.stderr);
}
