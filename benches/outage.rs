//! The drill over 10,000 contexts, beside `kubectl config view` of the same file; and that it takes time in proportion.
//!
//! `cargo bench --bench outage --all-features`; `KUBECONFIG_TEST_KUBECTL` names a kubectl, else the table is without it. The
//! programs take turns in every round; the figures are medians, and of programs they include their start. `token` is a file
//! as Rancher writes it for 5,000 clusters, each with its way through Rancher and its direct one; `cert` has a client
//! certificate and a CA for each context; in `shared` all contexts have one cluster and one user, with bundles of 400
//! certificates.

#[allow(dead_code, unreachable_pub)]
#[path = "../tests/common/pki.rs"]
mod pki;
#[allow(unreachable_pub)]
mod timing;

use kubeconfig::access::Verdict;
use kubeconfig::cert::parse_time;
use kubeconfig::load::Environment;
use kubeconfig::rancher::outage::Outage;
use kubeconfig::{Loaded, Loader};
use pki::{Algorithm, Ca, Validity, base64};
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use timing::{median, milliseconds, timed};

const SIZES: [usize; 3] = [100, 1_000, 10_000];
const ROUNDS: usize = 9;

/// Where [`pki`] says what it misses.
fn skipped(what: &str) {
    eprintln!("{what} not found");
}

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let kubectl = std::env::var_os("KUBECONFIG_TEST_KUBECTL");
    println!("| file | contexts | MB | loaded | the drill | `kubeconfig outage` | `kubectl config view` |");
    println!("|---|---:|---:|---:|---:|---:|---:|");
    for kind in [Kind::Token, Kind::Cert, Kind::Shared] {
        let mut per_context = Vec::new();
        for contexts in SIZES {
            let text = kind.text(contexts);
            let path = folder.path().join("config");
            std::fs::write(&path, &text).expect("a new file");
            let [mut loading, mut drilling, mut ours, mut kubectls] = [const { Vec::new() }; 4];
            for _ in 0..ROUNDS {
                let loaded = timed(&mut loading, || load(&path));
                timed(&mut drilling, || drill(&loaded, contexts));
                let mut command = Command::new(env!("CARGO_BIN_EXE_kubeconfig"));
                command.args(["outage", "--at", "2026-11-22"]).arg(&path);
                timed(&mut ours, || run(command));
                if let Some(kubectl) = &kubectl {
                    let mut command = Command::new(kubectl);
                    command.args(["config", "view", "--kubeconfig"]).arg(&path);
                    timed(&mut kubectls, || run(command));
                }
            }
            let drill = median(drilling);
            per_context.push(drill / contexts as f64);
            let times = [median(loading), drill, median(ours), median(kubectls)].map(milliseconds);
            println!("| {kind:?} | {contexts} | {:.1} | {} |", text.len() as f64 / 1e6, times.join(" | "));
        }
        let times: Vec<String> = per_context.iter().map(|seconds| format!("{:.1}", seconds * 1e6)).collect();
        eprintln!("{kind:?}: the drill, microseconds a context: {}", times.join(", "));
    }
}

fn load(path: &Path) -> Loaded {
    Loader::new(Environment::new("/")).explicit(path).load().expect("a kubeconfig")
}

fn drill(loaded: &Loaded, contexts: usize) {
    let at = parse_time("2026-11-22").expect("a date");
    let report = Outage::at(at).run(&[loaded]);
    assert_eq!(report.clusters.iter().map(|cluster| cluster.ways.len()).sum::<usize>(), contexts);
    assert_eq!(report.verdict(), Some(Verdict::Yes));
}

fn run(mut command: Command) {
    let done = command.env_clear().stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(done.expect("the program starts").success());
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Token,
    Cert,
    Shared,
}

impl Kind {
    fn text(self, contexts: usize) -> String {
        let validity = Validity { from: 1_767_225_600, until: 4_102_444_800 };
        let ca = Ca::valid("Example CA", None, Algorithm::Ec, validity);
        let pair = ca.client("admin", Some("system:masters"), validity);
        let (mut clusters, mut users, mut names) = (String::new(), String::new(), String::new());
        let mut context = |name: &str, cluster: &str, user: &str| {
            let _ = writeln!(names, "- context:\n    cluster: {cluster}\n    user: {user}\n  name: {name}");
        };
        let many = if matches!(self, Kind::Shared) { 400 } else { 1 };
        let authority = base64(ca.certificate.repeat(many));
        let chain = base64(format!("{}{}", pair.certificate, ca.certificate.repeat(many)));
        let with_ca = |name: &str, server: &str| {
            format!("- cluster:\n    certificate-authority-data: {authority}\n    server: {server}\n  name: {name}\n")
        };
        let admin = |name: &str| {
            let key = base64(&pair.key);
            format!("- name: {name}\n  user:\n    client-certificate-data: {chain}\n    client-key-data: {key}\n")
        };
        match self {
            Kind::Token => {
                for n in 0..contexts / 2 {
                    let proxy = format!("https://rancher.example.com/k8s/clusters/c-m-{n:08}");
                    clusters.push_str(&with_ca(&format!("c{n}"), &proxy));
                    clusters.push_str(&with_ca(&format!("c{n}-fqdn"), &format!("https://c{n}.example.com:6443")));
                    let secret = "f".repeat(54);
                    let _ = writeln!(users, "- name: c{n}\n  user:\n    token: kubeconfig-u-abcde12345{n:05}:{secret}");
                    context(&format!("c{n}"), &format!("c{n}"), &format!("c{n}"));
                    context(&format!("c{n}-fqdn"), &format!("c{n}-fqdn"), &format!("c{n}"));
                }
            }
            Kind::Cert => {
                for n in 0..contexts {
                    clusters.push_str(&with_ca(&format!("c{n}"), &format!("https://c{n}.example.com:6443")));
                    users.push_str(&admin(&format!("u{n}")));
                    context(&format!("c{n}"), &format!("c{n}"), &format!("u{n}"));
                }
            }
            Kind::Shared => {
                clusters = with_ca("c", "https://c.example.com:6443");
                users = admin("u");
                (0..contexts).for_each(|n| context(&format!("c{n}"), "c", "u"));
            }
        }
        format!(
            "# Generated by Rancher\n# name: kubeconfig-q7w8e\n# createdTimestamp: 2026-11-20T00:00:00Z\n# ttl: 2592000\n\
             apiVersion: v1\nkind: Config\nclusters:\n{clusters}contexts:\n{names}current-context: c0\nusers:\n{users}"
        )
    }
}
