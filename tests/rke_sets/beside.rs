//! A kubeconfig and the state beside it: of one CA or not, and which of the two is newer.

use super::common::rke_state::{Cluster, RkeState};
use super::{ends, folder, pair};
use kubeconfig::rancher::outage::Outage;
use kubeconfig::rke::{Recovery, RecoveryNote};
use kubeconfig::{ErrorKind, Kubeconfig, Loaded, Loader, cert};
use std::fs;

const KUBECONFIG: &str = "kube_config_cluster.yml";

fn older() -> Cluster {
    Cluster { days: 3000, ..Cluster::three() }
}

#[test]
fn a_state_with_another_ca_is_a_no() {
    let (Some(made), Some(other)) =
        (Cluster::three().state(), (Cluster { other_ca: true, ..Cluster::three() }).state())
    else {
        return;
    };
    let set = pair(&made, &other);
    let out = ends(&set, &["outage", KUBECONFIG], 1);
    assert!(out.stdout.contains("not that of the state beside it, cluster.rkestate"), "{}", out.stdout);
    let out = ends(&set, &["export", "--kubeconfig", KUBECONFIG, "--out", "backup"], 3);
    assert!(!out.stderr.contains("stands alone"), "{}", out.stderr);
    assert!(out.stderr.contains("not that of the state beside it"), "{}", out.stderr);
    let out = ends(&set, &["check", KUBECONFIG], 1);
    assert!(out.stdout.contains("error[foreign-kubeconfig]"), "{}", out.stdout);
    ends(&set, &["resolve", "--kubeconfig", KUBECONFIG], 0);
    // Of the library the same.
    let loaded = Loader::from_env().explicit(set.path().join(KUBECONFIG)).load().unwrap();
    let outage = Outage::at(kubeconfig::pki_types::UnixTime::now());
    assert!(!outage.export(&loaded).build().unwrap().report().stands_alone());
    // A context that was added to the file is not judged by it, though it is the current one.
    let foreign = "apiVersion: v1\nclusters: [{name: other, cluster: {server: 'https://other.example.com'}}]\n\
                   users: [{name: other, user: {token: kp-other}}]\n\
                   contexts: [{name: other, context: {cluster: other, user: other}}]\ncurrent-context: other\n";
    let more = folder(&[("other", foreign), (KUBECONFIG, &made.kubeconfig()), ("cluster.rkestate", &other.text())]);
    ends(&more, &["merge", "other", KUBECONFIG, "--out", "merged"], 0);
    fs::rename(more.path().join("merged"), more.path().join(KUBECONFIG)).unwrap();
    let out = ends(&more, &["outage", KUBECONFIG], 1);
    let added = out.stdout.lines().find(|line| line.starts_with("other ")).unwrap();
    assert!(added.contains("unknown"), "{}", out.stdout);
    let out = ends(&more, &["check", KUBECONFIG], 1);
    assert!(!out.stdout.contains("its server other.example.com"), "{}", out.stdout);
    // What RKE did not write is not judged by it; the current context is, whatever its names are.
    let text = fs::read_to_string(set.path().join(KUBECONFIG)).unwrap();
    fs::write(set.path().join(KUBECONFIG), text.replace("kube-admin-prod", "me")).unwrap();
    ends(&set, &["outage", KUBECONFIG], 1);
    let text = text.replace("kube-admin-prod", "me").replace("current-context: \"prod\"", "current-context: \"\"");
    fs::write(set.path().join(KUBECONFIG), text).unwrap();
    ends(&set, &["outage", KUBECONFIG], 0);
    // Nor is a file of another name, one without a state, and one beside a state that cannot be read.
    fs::write(set.path().join("other"), made.kubeconfig()).unwrap();
    ends(&set, &["outage", "other"], 0);
    for state in ["", "{", "{\"desiredState\": {}, \"currentState\": {}}"] {
        let set = folder(&[(KUBECONFIG, &made.kubeconfig()), ("cluster.rkestate", state)]);
        ends(&set, &["outage", KUBECONFIG], 0);
    }
}

#[test]
fn of_one_ca_the_one_that_ends_later_is_newer() {
    let (Some(new), Some(old)) = (Cluster::three().state(), older().state()) else { return };
    for (kubeconfig, state, code, says) in [
        (&new, &new, None, ""),
        (&old, &new, Some("stale-kubeconfig"), "the kubeconfig is older than the state"),
        (&new, &old, Some("stale-state"), "the state is older than the kubeconfig"),
    ] {
        let set = pair(kubeconfig, state);
        ends(&set, &["outage", KUBECONFIG], 0);
        ends(&set, &["export", "--kubeconfig", KUBECONFIG, "--out", "backup"], 0);
        let out = ends(&set, &["check", "--fail-on", "error", KUBECONFIG, "cluster.rkestate"], 0);
        for known in ["stale-kubeconfig", "stale-state"] {
            let is_found = out.stdout.contains(&format!("warning[{known}]"));
            assert_eq!(is_found, code == Some(known), "{}", out.stdout);
        }
        assert!(out.stdout.contains(says), "{}", out.stdout);
    }
}

#[test]
fn a_newer_kubeconfig_is_not_replaced() {
    let (Some(new), Some(old)) = (Cluster::three().state(), older().state()) else { return };
    let set = pair(&new, &old);
    let text = fs::read_to_string(set.path().join(KUBECONFIG)).unwrap();
    fs::write(set.path().join("cluster.yml"), "cluster_name: prod\n").unwrap();
    let until = cert::rfc3339(cert::leaf(new.field("kube-admin", "certificatePEM").as_bytes()).unwrap().not_after());
    for named in ["cluster.rkestate", "cluster.yml", KUBECONFIG] {
        for force in [&["--force"][..], &[]] {
            let arguments = [&["recover", named, "--out", KUBECONFIG], force].concat();
            let out = ends(&set, &arguments, 1);
            assert!(out.stderr.contains(&until) && out.stderr.contains("--older"), "{}", out.stderr);
            assert_eq!(fs::read_to_string(set.path().join(KUBECONFIG)).unwrap(), text);
        }
        // Elsewhere it is written, with a warning.
        let out = ends(&set, &["recover", named, "--out", "new", "--force"], 3);
        assert!(
            out.stderr.contains("warning: the kubeconfig beside the state is newer than this one"),
            "{}",
            out.stderr
        );
        let out = ends(&set, &["recover", named, "--into", KUBECONFIG, "--force"], 1);
        assert!(out.stderr.contains("--older"), "{}", out.stderr);
    }
    // What kubectl does not read, or not all of, may be newer: nobody knows.
    let other = "current-context: a\ncontexts:\n- {name: a, context: {cluster: a, user: a}}\n";
    let broken = format!("{text}oops: [\n");
    let twice = format!("{text}users: []\n");
    for (name, joined) in [
        ("joined", format!("{other}---\n{text}")),
        ("joined without a line between", format!("{text}{other}")),
        ("broken", broken),
        ("a list twice", twice),
    ] {
        fs::write(set.path().join("joined"), &joined).unwrap();
        let out = ends(&set, &["recover", "cluster.rkestate", "--out", "joined", "--force"], 1);
        assert!(out.stderr.contains("can't be told") && out.stderr.contains("--older"), "{name}: {}", out.stderr);
        assert_eq!(fs::read_to_string(set.path().join("joined")).unwrap(), joined, "{name}");
    }
    // From elsewhere too.
    let elsewhere = folder(&[("copy.json", &old.json().compact())]);
    let into = set.path().join(KUBECONFIG).display().to_string();
    ends(&elsewhere, &["recover", "copy.json", "--out", &into, "--force"], 1);
    ends(&elsewhere, &["recover", "copy.json", "--out", &into, "--force", "--older"], 0);
    let recovered: Kubeconfig = fs::read_to_string(set.path().join(KUBECONFIG)).unwrap().parse().unwrap();
    assert_eq!(recovered.users, old.kubeconfig().parse::<Kubeconfig>().unwrap().users);
    // The way back is open: what is older may be replaced.
    let newer = folder(&[("copy.json", &new.json().compact())]);
    ends(&newer, &["recover", "copy.json", "--out", &into, "--force"], 0);
}

#[test]
fn the_library_says_which_is_newer() {
    let (Some(new), Some(old)) = (Cluster::three().state(), older().state()) else { return };
    let other = (Cluster { other_ca: true, ..Cluster::three() }).state().unwrap();
    let set = pair(&new, &old);
    let state = set.path().join("cluster.rkestate");
    let recovered = Recovery::open(&state).unwrap().build().unwrap();
    assert!(matches!(recovered.notes(), [RecoveryNote::NewerKubeconfig { .. }]), "{:?}", recovered.notes());
    let error = recovered.write(set.path().join(KUBECONFIG), &kubeconfig::store::WriteOptions::new().force(true));
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Refused);
    let recovered = Recovery::open(&state).unwrap().older(true).build().unwrap();
    assert!(!recovered.is_doubtful(), "{:?}", recovered.notes());
    let read = |made: &RkeState| Loaded::from_config(made.kubeconfig().parse().unwrap(), "");
    assert!(recovered.newer_in(&read(&new)).unwrap().is_some());
    for same_or_other in [&old, &other] {
        assert_eq!(recovered.newer_in(&read(same_or_other)).unwrap(), None);
    }
    // A kubeconfig of another CA says nothing of which is newer.
    let set = pair(&other, &old);
    let recovered = Recovery::open(set.path().join("cluster.rkestate")).unwrap().build().unwrap();
    assert!(matches!(recovered.notes(), [RecoveryNote::OtherKubeconfig { .. }]), "{:?}", recovered.notes());
    assert!(recovered.is_doubtful());
}
