//! What came out of a check, and the forms it can be printed in.

mod human;
mod json;
mod sarif;

pub use human::Human;

use super::excerpt::Excerpt;
use crate::error::Printable;
use crate::finding::{Code, Finding, Severity};
use std::fmt;
use std::path::{Path, PathBuf};

/// What a [`Checker`](super::Checker) found: findings in the order of the files and of the places in them.
///
/// It holds no secret, and its texts hold names as they stand in the files: [`Human`] and `Display` escape what a
/// terminal would act on, JSON escapes control characters of itself.
#[derive(Clone, Debug, Default)]
pub struct Report {
    found: Vec<Found>,
    files: Vec<CheckedFile>,
}

/// A finding with the line of source it is about.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) finding: Finding,
    pub(super) excerpt: Option<Excerpt>,
}

/// A file that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CheckedFile {
    /// Its path as given; `-` is standard input.
    pub path: PathBuf,
    /// What it is; `None` where it can't be read, or not as anything known here.
    pub kind: Option<FileKind>,
}

/// What a file is, told from its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FileKind {
    /// A kubeconfig.
    Kubeconfig,
    /// RKE's cluster.yml.
    RkeCluster,
    /// RKE's state: an rkestate, or what one is saved in.
    RkeState,
    /// Certificates or keys as PEM.
    Pem,
    /// Nothing but requests for certificates, as PEM: what `rke cert generate-csr` writes beside the keys.
    CertificateRequest,
}

impl CheckedFile {
    pub(super) fn of(path: &Path, kind: Option<FileKind>) -> Self {
        CheckedFile { path: path.to_owned(), kind }
    }
}

impl FileKind {
    /// `kubeconfig`, `rke-cluster`, `rke-state`, `pem`, `certificate-request`.
    pub fn as_str(self) -> &'static str {
        match self {
            FileKind::Kubeconfig => "kubeconfig",
            FileKind::RkeCluster => "rke-cluster",
            FileKind::RkeState => "rke-state",
            FileKind::Pem => "pem",
            FileKind::CertificateRequest => "certificate-request",
        }
    }
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How many findings there are, and in how many files was looked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// Findings of severity error.
    pub errors: usize,
    /// Findings of severity warning.
    pub warnings: usize,
    /// Findings of severity note.
    pub notes: usize,
    /// The files that were looked at, those that can't be read among them.
    pub files: usize,
}

impl fmt::Display for Summary {
    /// `2 errors, 1 warning, 0 notes in 3 files`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
        write!(
            f,
            "{}, {}, {} in {}",
            count(self.errors, "error"),
            count(self.warnings, "warning"),
            count(self.notes, "note"),
            count(self.files, "file")
        )
    }
}

impl Report {
    /// Puts it together from files and what was found in each.
    pub(super) fn of(files: impl IntoIterator<Item = (Option<CheckedFile>, Vec<Found>)>) -> Self {
        let mut report = Report::default();
        for (file, found) in files {
            report.files.extend(file);
            report.found.extend(found);
        }
        report
    }

    /// The findings: by file in the order given, within a file by place.
    pub fn findings(&self) -> impl ExactSizeIterator<Item = &Finding> {
        self.found.iter().map(|found| &found.finding)
    }

    /// The files that were looked at, in the order given.
    pub fn files(&self) -> &[CheckedFile] {
        &self.files
    }

    /// How many there are of each severity.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary { files: self.files.len(), ..Summary::default() };
        for finding in self.findings() {
            match finding.severity {
                Severity::Error => summary.errors += 1,
                Severity::Warning => summary.warnings += 1,
                Severity::Note => summary.notes += 1,
            }
        }
        summary
    }

    /// The worst there is.
    pub fn worst(&self) -> Option<Severity> {
        self.findings().map(|finding| finding.severity).max()
    }

    /// The files that could not be checked: they can't be read, or are of no kind known here.
    pub fn unread(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().filter(|file| file.kind.is_none()).map(|file| file.path.as_path())
    }

    /// For a person: as rustc writes it, with the line of source, secrets hidden, and a count at the end.
    pub fn human(&self) -> Human<'_> {
        Human::of(self)
    }

    /// As JSON: `{"schema": 1, "findings": [...], "summary": {...}}`, with a line end behind it.
    ///
    /// Each finding has `code`, `severity`, `file`, `line`, `column`, `entry`, `field`, `message` and `help`, null where
    /// there is none. The summary has `errors`, `warnings`, `notes` and `files`.
    pub fn to_json(&self) -> String {
        json::write(self)
    }

    /// As [SARIF 2.1.0](https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html), with a line end behind it.
    ///
    /// The rules are the [codes](Code) that were found, with their pages.
    pub fn to_sarif(&self) -> String {
        sarif::write(self)
    }

    /// Whether there is a finding of that code.
    pub fn has(&self, code: Code) -> bool {
        self.findings().any(|finding| finding.code == code)
    }
}

/// As [`Report::human`], without colour.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.human().fmt(f)
    }
}

/// A value as JSON with indentation, and a line end behind it; what a terminal would act on is escaped.
pub(super) fn pretty(value: &impl serde::Serialize) -> String {
    // What is written here are maps with text keys, lists, texts and numbers: that does not fail.
    let json = serde_json::to_string_pretty(value).unwrap_or_default() + "\n";
    // JSON itself escapes those of ASCII. The others can stand in strings only.
    let is_safe = |c: char| c.is_ascii() || Printable(c.encode_utf8(&mut [0; 4])).to_string().len() == c.len_utf8();
    if json.chars().all(is_safe) {
        return json;
    }
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        match is_safe(c) {
            true => safe.push(c),
            false => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| safe.push_str(&format!("\\u{unit:04x}"))),
        }
    }
    safe
}
