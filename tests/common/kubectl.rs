//! A real kubectl to compare with, and where it is. Run from here is only `kubectl config`, which reads and writes files and
//! calls nobody.

use std::env::consts::EXE_EXTENSION;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// A kubectl, with a home folder that has nothing in it.
pub struct Kubectl {
    program: PathBuf,
    home: tempfile::TempDir,
}

/// The kubectl of this machine: `$KUBECONFIG_TEST_KUBECTL`, else the one in `$PATH`.
pub fn kubectl() -> Option<&'static Kubectl> {
    static FOUND: OnceLock<Option<Kubectl>> = OnceLock::new();
    FOUND
        .get_or_init(|| {
            let program = find_kubectl()?;
            Some(Kubectl { program, home: tempfile::tempdir().expect("a temporary folder") })
        })
        .as_ref()
}

/// [`kubectl`], or a word that the test was skipped; a failure on CI.
pub fn need_kubectl() -> Option<&'static Kubectl> {
    let found = kubectl();
    if found.is_none() {
        super::skipped("kubectl");
    }
    found
}

/// Where kubectl is.
pub fn find_kubectl() -> Option<PathBuf> {
    named("KUBECONFIG_TEST_KUBECTL").or_else(|| {
        let found = in_path("kubectl")?;
        // The Google Cloud SDK's kubectl dials the cluster to choose among its versions; take the version itself.
        let plain = found.canonicalize().ok()?.with_file_name("kubectl.1.32");
        Some(if plain.is_file() { plain } else { found })
    })
}

/// Where helm is: `$KUBECONFIG_TEST_HELM`, else the one in `$PATH`.
pub fn find_helm() -> Option<PathBuf> {
    named("KUBECONFIG_TEST_HELM").or_else(|| in_path("helm"))
}

fn named(variable: &str) -> Option<PathBuf> {
    let named = PathBuf::from(std::env::var_os(variable).filter(|v| !v.is_empty())?);
    assert!(named.is_file(), "{variable} names no file: {}", named.display());
    Some(named)
}

fn in_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program).with_extension(EXE_EXTENSION)).find(|f| f.is_file())
}

impl Kubectl {
    /// `kubectl config ARGUMENTS` on that file, in that file's folder.
    pub fn config(&self, kubeconfig: &Path, arguments: &[&str]) -> Output {
        let mut command = Command::new(&self.program);
        command.arg("config").args(arguments).env_clear().env("HOME", self.home.path());
        command.env("KUBECONFIG", kubeconfig);
        if let Some(folder) = kubeconfig.parent().filter(|f| !f.as_os_str().is_empty()) {
            command.current_dir(folder);
        }
        command.output().expect("kubectl starts")
    }

    /// `kubectl config ARGUMENTS` in that folder, with that list of files.
    pub fn config_list(&self, folder: &Path, list: &str, arguments: &[&str]) -> Output {
        let mut command = Command::new(&self.program);
        command.arg("config").args(arguments).env_clear().env("HOME", self.home.path());
        command.env("KUBECONFIG", list).current_dir(folder).output().expect("kubectl starts")
    }

    /// `kubectl config view --raw -o json` of that file; its standard error where kubectl refuses the file.
    pub fn view_raw_json(&self, kubeconfig: &Path) -> Result<String, String> {
        let out = self.config(kubeconfig, &["view", "--raw", "-o", "json"]);
        if out.status.success() {
            Ok(String::from_utf8(out.stdout).expect("JSON is UTF-8"))
        } else {
            Err(String::from_utf8_lossy(&out.stderr).into_owned())
        }
    }
}
