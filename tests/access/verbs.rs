//! Every case through every verb that judges: what the table says, and no contradiction.

use super::common::program::{Run, run};
use super::table::{Row, rows};
use super::{Case, all, assert_none, common};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::thread;

/// What the verbs said of one file.
#[derive(Debug)]
pub(super) struct Answers {
    /// Of the file's one cluster; empty where there is none.
    pub(super) outage: String,
    pub(super) export: Option<i32>,
    pub(super) resolve: Option<i32>,
    /// Code and severity.
    pub(super) findings: Vec<(String, String)>,
    pub(super) has_finding_error: bool,
    export_says: String,
    resolve_says: String,
    /// All that was printed.
    pub(super) said: String,
    /// What export wrote.
    pub(super) written: Option<String>,
}

/// Runs the verbs in that folder, on its file `config`.
pub(super) fn ask(folder: &Path) -> Answers {
    let out = "backup.yaml";
    let _ = fs::remove_file(folder.join(out));
    let outage = run(folder, &["outage", "config", "-o", "json"]);
    let export = run(folder, &["export", "--kubeconfig", "config", "--out", out]);
    let check = run(folder, &["check", "config", "-o", "json"]);
    let resolve = run(folder, &["resolve", "--kubeconfig", "config"]);
    let said = |run: &Run| format!("{}{}", run.stdout, run.stderr);
    let found: Value = serde_json::from_str(&check.stdout).unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let findings = found["findings"].as_array().into_iter().flatten();
    let findings: Vec<_> = findings.map(|finding| (text(&finding["code"]), text(&finding["severity"]))).collect();
    Answers {
        outage: verdict(&outage),
        export: export.code,
        resolve: resolve.code,
        has_finding_error: findings.iter().any(|(_, severity)| severity == "error"),
        findings,
        export_says: said(&export),
        resolve_says: said(&resolve),
        said: [&outage, &export, &check, &resolve].map(said).concat(),
        written: fs::read_to_string(folder.join(out)).ok(),
    }
}

/// The verdict of `outage -o json` on its one cluster.
pub(super) fn verdict(run: &Run) -> String {
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or_default();
    let clusters = report["clusters"].as_array().map(Vec::as_slice).unwrap_or_default();
    let Some(cluster) = clusters.first() else { return String::new() };
    assert_eq!(clusters.len(), 1, "{}", run.stdout);
    cluster["verdict"].as_str().unwrap_or_default().to_owned()
}

/// The verdict on that kubeconfig, in a folder of its own.
pub(super) fn verdict_of(text: &str) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    super::write(&folder.path().join("config"), text.as_bytes(), 0o600);
    verdict(&run(folder.path(), &["outage", "config", "-o", "json"]))
}

impl Answers {
    /// In what the verbs contradict each other.
    pub(super) fn contradictions(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut must = |holds: bool, what: &str| {
            if !holds {
                faults.push(what.to_owned());
            }
        };
        let is_yes = self.outage == "yes";
        must(!is_yes || self.export == Some(0), "outage says yes, and export does not");
        must(!is_yes || self.resolve == Some(0), "outage says yes, and resolve does not");
        must(!self.has_finding_error || !is_yes, "check finds an error, and outage says yes");
        must(!self.has_finding_error || self.export != Some(0), "check finds an error, and export does not");
        must(self.resolve != Some(1) || self.outage == "no", "resolve refuses, and outage does not say no");
        must(self.resolve != Some(1) || self.export != Some(0), "resolve refuses, and export does not");
        let stands_alone = self.export_says.contains("stands alone");
        must((self.export == Some(0)) == stands_alone, "export says \"stands alone\" just where it exits 0");
        must(self.written.is_some() == matches!(self.export, Some(0 | 3)), "export writes just where it exits 0 or 3");
        must(!self.said.contains("panicked"), "a panic");
        faults
    }

    fn differences(&self, row: &Row, codes: &[&str]) -> Vec<String> {
        let mut faults = self.contradictions();
        if self.outage != row.outage {
            faults.push(format!("outage says {:?}, not {:?}", self.outage, row.outage));
        }
        if self.export != Some(row.export) {
            faults.push(format!("export exits {:?}, not {}", self.export, row.export));
        }
        if self.resolve != row.resolve {
            faults.push(format!("resolve exits {:?}, not {:?}", self.resolve, row.resolve));
        }
        if row.has_warning && !self.resolve_says.contains("warning") {
            faults.push("resolve does not warn".to_owned());
        }
        let expected = row.severity.as_deref().unwrap_or("none");
        let allowed = if codes.is_empty() { row.codes.iter().map(String::as_str).collect() } else { codes.to_vec() };
        let found = |(code, severity): &(String, String)| allowed.contains(&code.as_str()) && severity == expected;
        if row.severity.is_some() && !self.findings.iter().any(found) {
            faults.push(format!("check finds no {expected} {allowed:?}: {:?}", self.findings));
        }
        if expected != "error" && self.has_finding_error {
            faults.push(format!("check finds an error: {:?}", self.findings));
        }
        faults
    }
}

/// What is wrong with the answers to that case.
fn faults(case: &Case, row: &Row) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    case.lay_out(folder.path());
    let answers = ask(folder.path());
    let mut faults = answers.differences(row, &case.codes);
    for secret in case.secrets() {
        if answers.said.contains(&secret) {
            faults.push("a secret is printed".to_owned());
        }
    }
    if let Some(written) = &answers.written {
        let verdict = verdict_of(written);
        if (verdict == "yes") != (answers.outage == "yes") {
            faults.push(format!("outage says {verdict:?} of the backup, and {:?} of its source", answers.outage));
        }
    }
    faults
}

/// Judges each item on a few threads. All faults, a line each.
pub(super) fn judge<T: Sync>(items: &[T], judge: impl Fn(&T) -> Vec<String> + Sync) -> Vec<String> {
    let (faults, next) = (Mutex::new(Vec::new()), Mutex::new(items.iter().enumerate()));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let item = next.lock().expect("nobody panicked").next();
                    let Some((number, item)) = item else { break };
                    let found = judge(item);
                    let mut faults = faults.lock().expect("nobody panicked");
                    faults.extend(found.into_iter().map(|fault| (number, fault)));
                }
            });
        }
    });
    let mut faults = faults.into_inner().expect("nobody panicked");
    faults.sort_by_key(|(number, _)| *number);
    faults.into_iter().map(|(_, fault)| fault).collect()
}

/// Fails with all that is wrong.
#[track_caller]
fn section(name: &str) {
    let rows = rows();
    let cases: Vec<&Case> = all().iter().filter(|case| rows[case.row].section == name).collect();
    assert!(!cases.is_empty(), "no cases of {name:?}");
    assert_none(&judge(&cases, |case| {
        let faults = faults(case, &rows[case.row]);
        faults.into_iter().map(|fault| format!("{}: {fault}", case.label())).collect()
    }));
}

#[test]
fn nothing_wrong() {
    section("");
}

#[test]
fn servers() {
    section("Server");
}

#[test]
fn trust() {
    section("Trust");
}

#[test]
fn client_certificates() {
    section("Client certificate");
}

#[test]
fn tokens() {
    section("Token");
}

#[test]
fn other_logins() {
    section("Other logins");
}

#[test]
fn contexts() {
    section("Context");
}

/// The file that all others are made from.
#[test]
fn the_good_file_is_good_for_every_verb() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let case = Case::new(super::GOOD, "as it is");
    case.lay_out(folder.path());
    let answers = ask(folder.path());
    assert_eq!(answers.outage, "yes", "{}", answers.said);
    assert_eq!((answers.export, answers.resolve), (Some(0), Some(0)), "{}", answers.said);
    assert_eq!(answers.findings, [], "{}", answers.said);
    assert_eq!(answers.contradictions(), Vec::<String>::new(), "{}", answers.said);
    assert_eq!(case.secrets().len(), 1);
    let before = common::listing(folder.path());
    ask(folder.path());
    assert_eq!(common::listing(folder.path()), before, "only the backup is written");
}
