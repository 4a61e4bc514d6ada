//! Merging 100 files of 100 contexts, beside `kubectl config view --raw` of the same files; and that it takes time in
//! proportion.
//!
//! `cargo bench --bench merge --all-features`; `KUBECONFIG_TEST_KUBECTL` names a kubectl, else the table is without it. The
//! programs take turns in every round; the figures are medians, and of programs they include their start. `apart`: no file
//! has a name that another has. `clash`: all files call their contexts, clusters and users the same, and mean other ones;
//! all get new names here, while kubectl shows those of the first file and drops the rest. Each context has a cluster with a CA
//! and a user with a client certificate, in sizes of RSA-2048 (5.7 KB a context).

#[allow(unreachable_pub)]
mod timing;

use kubeconfig::load::Environment;
use kubeconfig::merge::{Merge, OnConflict};
use kubeconfig::{Loaded, Loader};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use timing::{median, milliseconds, timed};

const CONTEXTS: usize = 100;
const FILES: [usize; 3] = [1, 10, 100];
const ROUNDS: usize = 7;

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let kubectl = std::env::var_os("KUBECONFIG_TEST_KUBECTL");
    println!("| names | files | contexts | MB | loaded | merged | `kubeconfig merge` | `kubectl config view --raw` |");
    println!("|---|---:|---:|---:|---:|---:|---:|---:|");
    for names in [Names::Apart, Names::Clash] {
        let mut per_context = Vec::new();
        for number in FILES {
            let files: Vec<PathBuf> = (0..number).map(|f| names.write(folder.path(), f)).collect();
            let size: u64 = files.iter().map(|file| file.metadata().expect("a file").len()).sum();
            let [mut loading, mut merging, mut ours, mut kubectls] = [const { Vec::new() }; 4];
            for _ in 0..ROUNDS {
                let loaded = timed(&mut loading, || load(&files));
                timed(&mut merging, || merge(&loaded));
                let mut command = Command::new(env!("CARGO_BIN_EXE_kubeconfig"));
                command.args(["merge", "--on-conflict", "rename"]).args(&files);
                timed(&mut ours, || run(command.env_clear()));
                if let Some(kubectl) = &kubectl {
                    let mut command = Command::new(kubectl);
                    let list = std::env::join_paths(&files).expect("a list");
                    command.args(["config", "view", "--raw"]).env_clear().env("KUBECONFIG", list);
                    timed(&mut kubectls, || run(&mut command));
                }
            }
            let contexts = number * CONTEXTS;
            let merged = median(merging);
            per_context.push(merged / contexts as f64);
            let times = [median(loading), merged, median(ours), median(kubectls)].map(milliseconds).join(" | ");
            println!("| {names:?} | {number} | {contexts} | {:.1} | {times} |", size as f64 / 1e6);
        }
        let times: Vec<String> = per_context.iter().map(|seconds| format!("{:.1}", seconds * 1e6)).collect();
        eprintln!("{names:?}: merging, microseconds a context: {}", times.join(", "));
    }
}

fn load(files: &[PathBuf]) -> Vec<Loaded> {
    let loader = Loader::new(Environment::new("/"));
    files.iter().map(|file| loader.clone().explicit(file).load().expect("a kubeconfig")).collect()
}

fn merge(loaded: &[Loaded]) {
    let merge = loaded.iter().fold(Merge::new(), Merge::input);
    let merged = merge.on_conflict(OnConflict::Rename).build().expect("a merged file");
    assert_eq!(merged.config().contexts.len(), loaded.len() * CONTEXTS);
}

fn run(command: &mut Command) {
    let done = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(done.expect("the program starts").success());
}

#[derive(Clone, Copy, Debug)]
enum Names {
    Apart,
    Clash,
}

impl Names {
    /// Writes the file with that number.
    fn write(self, folder: &Path, file: usize) -> PathBuf {
        let mut random = Random(file as u64 + 1);
        let (mut clusters, mut users, mut contexts) = (String::new(), String::new(), String::new());
        for n in 0..CONTEXTS {
            let name = match self {
                Names::Apart => format!("f{file}-c{n}"),
                Names::Clash => format!("c{n}"),
            };
            let (ca, certificate, key) = (random.base64(1_476), random.base64(1_708), random.base64(2_240));
            let _ = writeln!(
                clusters,
                "- cluster:\n    certificate-authority-data: {ca}\n    server: https://f{file}.example.com:{}\n  name: {name}",
                6443 + n
            );
            let _ = writeln!(
                users,
                "- name: {name}\n  user:\n    client-certificate-data: {certificate}\n    client-key-data: {key}"
            );
            let _ = writeln!(contexts, "- context:\n    cluster: {name}\n    user: {name}\n  name: {name}");
        }
        let path = folder.join(format!("{self:?}-{file}.yaml"));
        let text = format!(
            "apiVersion: v1\nclusters:\n{clusters}contexts:\n{contexts}current-context: \"\"\nkind: Config\n\
             preferences: {{}}\nusers:\n{users}"
        );
        std::fs::write(&path, text).expect("a new file");
        path
    }
}

/// A linear congruential generator: the same text in every run.
struct Random(u64);

impl Random {
    /// So many characters of base64, a multiple of four.
    fn base64(&mut self, length: usize) -> String {
        const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let digit = |_| {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            char::from(DIGITS[(self.0 >> 58) as usize])
        };
        // PEM begins so.
        "LS0t".chars().chain((4..length).map(digit)).collect()
    }
}
