//! What several integration tests share: certificates made on the spot, kubeconfigs as the programs out there write
//! them, a real kubectl to compare with, and a kubeconfig full of planted secrets.

// Each test program takes what it needs of this.
#![allow(dead_code, unreachable_pub)]

pub mod api;
#[cfg(feature = "cli")]
pub mod apiserver;
pub mod canary;
#[cfg(feature = "cli")]
pub mod clients;
#[cfg(feature = "cert")]
pub mod der;
pub mod kubectl;
#[cfg(feature = "cli")]
pub mod network;
pub mod openssl;
pub mod pki;
#[cfg(feature = "cli")]
pub mod process;
#[cfg(feature = "cli")]
pub mod program;
#[cfg(feature = "rke")]
pub mod rke_state;
#[cfg(feature = "cli")]
pub mod service;
pub mod shapes;
pub mod shapes_cloud;
pub mod shapes_rancher;
pub mod shell;
pub mod strace;

use std::path::Path;

/// Whether a missing tool is a failure: on CI it is, elsewhere the test says what it skipped.
pub fn on_ci() -> bool {
    std::env::var_os("CI").is_some_and(|v| v == "true")
}

/// Says that a tool is missing; fails on CI.
pub fn skipped(what: &str) {
    assert!(!on_ci(), "{what} not found, and CI=true");
    eprintln!("skipped: {what} not found");
}

/// The names of everything below `folder`, sorted, with sizes: to see that nothing was written.
pub fn listing(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).expect("a readable folder") {
            let entry = entry.expect("a readable entry");
            let meta = entry.metadata().expect("metadata");
            names.push(format!("{} {:?} {}", entry.path().display(), meta.file_type(), meta.len()));
            if meta.is_dir() {
                folders.push(entry.path());
            }
        }
    }
    names.sort();
    names
}
