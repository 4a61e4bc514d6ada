//! The few calls of the library that many tests make, in one place.

use kubeconfig::config::View;
use kubeconfig::export::Backup;
use kubeconfig::load::{Environment, Loaded, Loader};
use kubeconfig::{Error, Kubeconfig};
use std::path::Path;

/// Loads that file, in its folder and without variables.
pub fn load(file: &Path) -> Result<Loaded, Error> {
    let folder = file.parent().expect("a file in a folder");
    Loader::new(Environment::new(folder)).explicit(file).load()
}

/// Exports all contexts of that file, and says of each whether it leads through Rancher.
pub fn export(file: &Path) -> Result<Backup, Error> {
    load(file)?.export().build()
}

/// What `kubectl config view --raw -o json` says, by us.
pub fn view_raw_json(config: &Kubeconfig) -> Result<String, Error> {
    View::of(config).raw(true).to_json()
}
