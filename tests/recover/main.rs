//! `recover`: the admin kubeconfig, made again from what is left of a cluster. Each file is read by the real kubectl.

#[path = "../common/mod.rs"]
mod common;
mod login;
mod server_folder;
mod state;

use common::kubectl::need_kubectl;
use common::program::{Run, run};
use kubeconfig::Kubeconfig;
use std::fs;
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn write(folder: &TempDir, name: &str, contents: impl AsRef<[u8]>) {
    let path = folder.path().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, contents).unwrap();
}

/// Runs `recover ARGUMENTS`, which is to end with that code.
fn recover(folder: &TempDir, arguments: &[&str], code: i32) -> Run {
    let arguments = [&["recover"], arguments].concat();
    let run = run(folder.path(), &arguments);
    assert_eq!(run.code, Some(code), "{arguments:?}: {}", run.stderr);
    if code == 1 {
        assert!(run.stdout.is_empty(), "{arguments:?}: {}", run.stdout);
        let end = run.stderr.lines().last().unwrap_or_default();
        let said = ["nothing was written", "nothing was changed", "it is not overwritten"];
        assert!(said.iter().any(|words| end.contains(words)), "{}", run.stderr);
    }
    run
}

/// The kubeconfig in a text; kubectl must read it as the same.
fn accepted(text: &str) -> Kubeconfig {
    let config: Kubeconfig = text.parse().unwrap_or_else(|e| panic!("{e}"));
    if let Some(kubectl) = need_kubectl() {
        let folder = folder();
        write(&folder, "config", text);
        let seen = kubectl.view_raw_json(&folder.path().join("config")).unwrap_or_else(|e| panic!("{e}"));
        let seen: Kubeconfig = seen.parse().unwrap();
        assert!(seen.clusters == config.clusters && seen.users == config.users && seen.contexts == config.contexts);
        assert_eq!(seen.current_context, config.current_context);
    }
    config
}

fn servers(config: &Kubeconfig) -> Vec<(&str, &str)> {
    config.clusters.iter().map(|(name, cluster)| (name, cluster.server.as_deref().unwrap())).collect()
}

/// Stderr without the lines for every file: what is noted of this one.
fn notes(run: &Run) -> Vec<&str> {
    run.stderr.lines().filter(|line| line.starts_with("note: ") || line.starts_with("warning: ")).collect()
}
