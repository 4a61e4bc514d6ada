//! Loading: which files, merged how, and what a context comes to. The rules are client-go's.

mod files;
mod merging;
mod minify;
mod paths;
mod targets;
mod validation;

use kubeconfig::load::{Environment, Loaded, Loader};
use std::path::Path;
use tempfile::TempDir;

/// A folder with these files; `home` in it is the home of [`environment`].
fn folder(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    dir
}

fn environment(dir: &Path) -> Environment {
    Environment::new(dir).var("HOME", dir.join("home"))
}

/// What `$KUBECONFIG` with `list` loads in `dir`.
fn load(dir: &TempDir, list: &str) -> Loaded {
    Loader::new(environment(dir.path()).var("KUBECONFIG", list)).load().unwrap()
}

/// One file, `in.yaml`, and what it loads as.
fn loaded(text: &str) -> Loaded {
    let dir = folder(&[("in.yaml", text)]);
    load(&dir, "in.yaml")
}
