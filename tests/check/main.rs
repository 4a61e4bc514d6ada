//! `check`: what is found in files, where, and how it is told.

#[path = "../common/mod.rs"]
mod common;

mod bad_input;
mod certificates;
mod clients;
mod output;
#[cfg(feature = "cli")]
mod program;
mod rancher;
mod rke;
mod rules;
mod security;
mod structure;
mod table;
mod tokens;

use common::pki::{self, Algorithm, Ca, Pair, Validity, base64};
use kubeconfig::check::{Checker, Client, Report};
use kubeconfig::finding::{Code, Finding, Severity};
use rustls_pki_types::UnixTime;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;
use tempfile::TempDir;

/// A file with a fault, and the same file without it.
struct Row {
    code: Code,
    severity: Severity,
    /// What the line of the finding has in it; nothing where it is about the whole file.
    line: &'static str,
    bad: Files,
    good: Files,
}

/// Files side by side; the first is checked.
#[derive(Clone, Default)]
struct Files {
    files: Vec<(&'static str, Vec<u8>)>,
    /// Modes that are not 0600.
    modes: Vec<(&'static str, u32)>,
    /// All are checked, as one configuration.
    together: bool,
    is_reversed: bool,
    client: Client,
}

impl Files {
    fn one(text: impl Into<Vec<u8>>) -> Self {
        Files::named("config", text)
    }

    fn named(name: &'static str, text: impl Into<Vec<u8>>) -> Self {
        Files { files: vec![(name, text.into())], ..Files::default() }
    }

    fn with(mut self, name: &'static str, text: impl Into<Vec<u8>>) -> Self {
        self.files.push((name, text.into()));
        self
    }

    fn mode(mut self, name: &'static str, mode: u32) -> Self {
        self.modes.push((name, mode));
        self
    }

    fn client(mut self, client: Client) -> Self {
        self.client = client;
        self
    }

    fn together(mut self) -> Self {
        self.together = true;
        self
    }

    /// Lays them out and checks them.
    fn check(&self) -> Report {
        let folder = self.lay_out();
        let path = |name: &str| folder.path().join(name);
        if self.together {
            let mut list: Vec<_> = self.files.iter().map(|(name, _)| path(name).display().to_string()).collect();
            if self.is_reversed {
                list.reverse();
            }
            let environment = kubeconfig::load::Environment::new(folder.path()).var("KUBECONFIG", list.join(":"));
            return checker().loader(&kubeconfig::Loader::new(environment));
        }
        checker().client(self.client).paths([path(self.files[0].0)])
    }

    fn lay_out(&self) -> TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, bytes) in &self.files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a new folder");
            fs::write(&path, bytes).expect("a new file");
            set_mode(&path, 0o600);
        }
        for (name, mode) in &self.modes {
            set_mode(&folder.path().join(name), *mode);
        }
        folder
    }

    /// The text of the file that is checked.
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.files[0].1).into_owned()
    }
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a mode");
}

#[cfg(not(unix))]
fn set_mode(_: &Path, _: u32) {}

impl Row {
    fn new(code: Code, severity: Severity, line: &'static str, bad: Files, good: Files) -> Self {
        Row { code, severity, line, bad, good }
    }

    /// `text` with `from` replaced by `to` is bad, `text` is good.
    fn changed(code: Code, severity: Severity, line: &'static str, text: &str, from: &str, to: &str) -> Self {
        assert_eq!(text.matches(from).count(), 1, "{code}: {from}");
        Row::new(code, severity, line, Files::one(text.replace(from, to)), Files::one(text))
    }

    /// What is wrong with it: the finding is not where it belongs, or is one where it does not.
    fn fault(&self) -> Option<String> {
        let code = self.code;
        let report = self.bad.check();
        let is_right =
            |finding: &Finding| finding.code == code && finding.severity == self.severity && self.is_at(finding);
        if !report.findings().any(is_right) {
            let text = self.bad.text();
            return Some(format!("{code}: {} at {:?} is not in\n{report}of\n{text}", self.severity, self.line));
        }
        let report = self.good.check();
        report.has(code).then(|| format!("{code}: found without the fault\n{report}"))
    }

    fn is_at(&self, finding: &Finding) -> bool {
        let Some(position) = finding.position else { return self.line.is_empty() };
        let text = self.bad.text();
        let line = text.lines().nth(position.line as usize - 1).unwrap_or_default();
        !self.line.is_empty() && line.contains(self.line)
    }
}

/// At the time of this run.
fn checker() -> Checker {
    Checker::at(now())
}

fn now() -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(pki::now()))
}

/// A CA and a client of it.
struct World {
    ca: Ca,
    client: Pair,
}

fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| {
        let ca = Ca::new("kube-ca", None, Algorithm::Ec);
        let client = ca.client("jane", Some("dev"), Validity::days(1000));
        World { ca, client }
    })
}

/// A kubeconfig in which nothing is wrong, with those certificates.
fn with(ca: &str, certificate: &str, key: &str) -> String {
    format!(
        "apiVersion: v1
kind: Config
clusters:
- name: c
  cluster:
    server: https://k8s.example.com:6443
    certificate-authority-data: {}
users:
- name: u
  user:
    client-certificate-data: {}
    client-key-data: {}
contexts:
- name: x
  context:
    cluster: c
    user: u
    namespace: web
current-context: x
",
        base64(ca),
        base64(certificate),
        base64(key)
    )
}

/// As [`with`], with those of [`world`].
fn good() -> String {
    let World { ca, client } = world();
    with(&ca.certificate, &client.certificate, &client.key)
}

/// A kubeconfig whose user is this.
fn with_user(user: &str) -> String {
    let text = good();
    let start = text.find("  user:\n").expect("a user") + "  user:\n".len();
    let end = text.find("contexts:").expect("contexts");
    let lines: Vec<String> = user.lines().map(|line| format!("    {line}\n")).collect();
    format!("{}{}{}", &text[..start], lines.concat(), &text[end..])
}

#[test]
fn a_good_file_has_no_findings() {
    let report = Files::one(good()).check();
    assert_eq!(report.findings().count(), 0, "{report}");
    assert_eq!(report.summary().files, 1);
    let report = Files::one(with_user("token: abc")).check();
    assert_eq!(report.findings().count(), 0, "{report}");
}
