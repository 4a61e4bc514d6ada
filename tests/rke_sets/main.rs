//! RKE's three files side by side, as every verb sees them.

#[path = "../common/mod.rs"]
mod common;

mod beside;
mod files;
mod healthy;
mod states;

use common::program::{Run, run};
use common::rke_state::RkeState;
use std::fs;
use tempfile::TempDir;

/// A folder of files that only their owner reads.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("a new file");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("a mode");
        }
    }
    folder
}

#[track_caller]
fn ends(folder: &TempDir, arguments: &[&str], code: i32) -> Run {
    let run = run(folder.path(), arguments);
    assert_eq!(run.code, Some(code), "{arguments:?}\n{}\n{}", run.stdout, run.stderr);
    run
}

/// Two of the three files.
fn pair(kubeconfig: &RkeState, state: &RkeState) -> TempDir {
    folder(&[("kube_config_cluster.yml", &kubeconfig.kubeconfig()), ("cluster.rkestate", &state.text())])
}
