//! Changing a large kubeconfig, beside the real kubectl doing the same to the same file: the current context among 10,000,
//! and all of 1,000 clusters removed.
//!
//! `cargo bench --bench edit`; `KUBECONFIG_TEST_KUBECTL` names a kubectl, else the table is without it. The two take turns in
//! every round, each on a file made anew; the figures are medians. Ours are [`Store::edit`], from reading the file to having
//! it and the kept copy of the old one on disk, under the lock; kubectl's include its start. The file is an hour old, so that
//! nobody seems to be busy with it. kubectl needs half a minute for the second change: it is asked once.

use kubeconfig::load::Environment;
use kubeconfig::store::{Draft, Store};
use kubeconfig::{Kubeconfig, Loader};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

const ROUNDS: usize = 7;

struct Case {
    /// As kubectl is told it.
    arguments: &'static [&'static str],
    change: fn(&mut Draft),
    is_done: fn(&Kubeconfig) -> bool,
    text: fn(usize) -> String,
    entries: usize,
    kubectl_rounds: usize,
}

const CASES: [Case; 2] = [
    Case {
        arguments: &["use-context", "c5000"],
        change: |draft| draft.config.current_context = Some("c5000".into()),
        is_done: |config| config.current_context() == Some("c5000") && config.contexts.len() == 10_000,
        text: contexts,
        entries: 10_000,
        kubectl_rounds: ROUNDS,
    },
    Case {
        arguments: &["unset", "clusters"],
        change: |draft| draft.config.clusters = Default::default(),
        is_done: |config| config.clusters.is_empty(),
        text: clusters,
        entries: 1_000,
        kubectl_rounds: 1,
    },
];

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let kubectl = std::env::var_os("KUBECONFIG_TEST_KUBECTL");
    let environment = Environment::new(folder.path()).var("XDG_STATE_HOME", folder.path().join("state"));
    let path = folder.path().join("config");
    let (store, loader) = (Store::new(&environment), Loader::new(environment).explicit(&path));
    println!("| change | entries | MB | `Store::edit` | `kubectl config` | times |");
    println!("|---|---:|---:|---:|---:|---:|");
    for case in CASES {
        let text = (case.text)(case.entries);
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            write(&path, &text);
            timed(&mut ours, || {
                let edited = store.edit(&loader, |draft| {
                    (case.change)(draft);
                    Ok(())
                });
                assert_eq!(edited.expect("a change").changed.len(), 1);
            });
            check(&case, &path);
            if let Some(kubectl) = kubectl.as_ref().filter(|_| round < case.kubectl_rounds) {
                write(&path, &text);
                let mut command = Command::new(kubectl);
                command.arg("config").args(case.arguments).env_clear().env("KUBECONFIG", &path);
                command.stdout(Stdio::null()).stderr(Stdio::null());
                timed(&mut theirs, || assert!(command.status().expect("kubectl starts").success()));
                check(&case, &path);
            }
        }
        let (ours, theirs) = (median(ours), median(theirs));
        let (change, entries, size) = (case.arguments.join(" "), case.entries, text.len() as f64 / 1e6);
        let ratio = if theirs.is_nan() { "-".into() } else { format!("{:.0}", theirs / ours) };
        let times = [ours, theirs].map(milliseconds).join(" | ");
        println!("| `{change}` | {entries} | {size:.1} | {times} | {ratio} |");
    }
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).expect("a file");
    let hour_ago = SystemTime::now() - Duration::from_secs(3600);
    File::options().write(true).open(path).and_then(|file| file.set_modified(hour_ago)).expect("a time");
}

fn check(case: &Case, path: &Path) {
    let config = Kubeconfig::from_slice(&fs::read(path).expect("a file")).expect("a kubeconfig");
    assert!((case.is_done)(&config));
}

fn timed(times: &mut Vec<f64>, deed: impl FnOnce()) {
    let start = Instant::now();
    deed();
    times.push(start.elapsed().as_secs_f64());
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

fn milliseconds(seconds: f64) -> String {
    if seconds.is_nan() { "-".into() } else { format!("{:.1} ms", seconds * 1e3) }
}

fn contexts(number: usize) -> String {
    let mut text = String::from("apiVersion: v1\nclusters:\n- cluster:\n    server: https://c\n  name: c\ncontexts:\n");
    for n in 0..number {
        let _ = writeln!(text, "- context:\n    cluster: c\n    user: u\n  name: c{n}");
    }
    text + "current-context: c0\nkind: Config\npreferences: {}\nusers:\n- name: u\n  user:\n    token: t\n"
}

fn clusters(number: usize) -> String {
    let mut text = String::from("apiVersion: v1\nclusters:\n");
    for n in 0..number {
        let _ = writeln!(text, "- cluster:\n    server: https://c{n}.example.com:6443\n  name: c{n}");
    }
    text + "contexts: []\ncurrent-context: \"\"\nkind: Config\npreferences: {}\nusers: []\n"
}
