//! What came out of a check, and the forms it can be printed in.

mod human;
mod json;
mod sarif;

pub use human::Human;

use super::excerpt::Excerpt;
use crate::error::Printable;
use crate::finding::{Code, Finding, Severity};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::io;
use std::path::{Path, PathBuf};

/// What a [`Checker`](super::Checker) found: findings in the order of the files and of the places in them.
///
/// It holds no secret, and its texts hold names as they stand in the files: [`Human`] and `Display` escape what a
/// terminal would act on, JSON escapes control characters of itself.
#[derive(Clone, Debug, Default)]
pub struct Report {
    found: Vec<Found>,
    omitted: Vec<Omitted>,
    files: Vec<CheckedFile>,
}

/// What was found in one file.
#[derive(Default)]
pub(super) struct FileFindings {
    pub(super) found: Vec<Found>,
    pub(super) omitted: Vec<Omitted>,
}

/// Findings that were left out, since there are [too many](super::Checker::max_findings).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Omitted {
    /// The file they are about.
    pub file: Option<PathBuf>,
    /// Their code.
    pub code: Code,
    /// Their severity.
    pub severity: Severity,
    /// How many there are.
    pub count: usize,
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
    pub(super) fn of(files: impl IntoIterator<Item = (Option<CheckedFile>, FileFindings)>) -> Self {
        let mut report = Report::default();
        for (file, of_file) in files {
            report.files.extend(file);
            report.found.extend(of_file.found);
            report.omitted.extend(of_file.omitted);
        }
        report
    }

    /// What was left out of the findings, by file and code.
    pub fn omitted(&self) -> &[Omitted] {
        &self.omitted
    }

    /// How many findings of each code were left out.
    fn omitted_by_code(&self) -> BTreeMap<&'static str, usize> {
        let mut by_code = BTreeMap::new();
        for omitted in &self.omitted {
            *by_code.entry(omitted.code.as_str()).or_default() += omitted.count;
        }
        by_code
    }

    /// The findings, but for those [left out](Report::omitted): by file in the order given, within a file by place.
    pub fn findings(&self) -> impl ExactSizeIterator<Item = &Finding> {
        self.found.iter().map(|found| &found.finding)
    }

    /// The files that were looked at, in the order given.
    pub fn files(&self) -> &[CheckedFile] {
        &self.files
    }

    /// How many there are of each severity, those left out among them.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary { files: self.files.len(), ..Summary::default() };
        for (severity, count) in self.severities() {
            match severity {
                Severity::Error => summary.errors += count,
                Severity::Warning => summary.warnings += count,
                Severity::Note => summary.notes += count,
            }
        }
        summary
    }

    /// The worst there is, also of those left out.
    pub fn worst(&self) -> Option<Severity> {
        self.severities().map(|(severity, _)| severity).max()
    }

    fn severities(&self) -> impl Iterator<Item = (Severity, usize)> {
        let omitted = self.omitted.iter().map(|omitted| (omitted.severity, omitted.count));
        self.findings().map(|finding| (finding.severity, 1)).chain(omitted)
    }

    /// The files that could not be checked: they can't be read, or are of no kind known here.
    pub fn unread(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().filter(|file| file.kind.is_none()).map(|file| file.path.as_path())
    }

    /// For a person: as rustc writes it, with the line of source, secrets hidden, and a count at the end.
    pub fn human(&self) -> Human<'_> {
        Human::of(self)
    }

    /// As JSON: `{"schema": 1, "findings": [...], "omitted": {...}, "summary": {...}}`, with a line end behind it.
    ///
    /// Each finding has `code`, `severity`, `file`, `line`, `column`, `entry`, `field`, `message` and `help`, null where
    /// there is none. What was left out is counted by code. The summary has `errors`, `warnings`, `notes` and `files`.
    pub fn to_json(&self) -> String {
        self.json().to_string()
    }

    /// As [`to_json`](Report::to_json), to be written piece by piece: the text may be long.
    pub fn json(&self) -> impl fmt::Display {
        Pretty(json::document(self))
    }

    /// As [SARIF 2.1.0](https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html), with a line end behind it.
    ///
    /// The rules are the [codes](Code) that were found, with their pages. What was left out is counted by code in the
    /// `properties` of the run.
    pub fn to_sarif(&self) -> String {
        self.sarif().to_string()
    }

    /// As [`to_sarif`](Report::to_sarif), to be written piece by piece: the text may be long.
    pub fn sarif(&self) -> impl fmt::Display {
        Pretty(sarif::document(self))
    }

    /// Whether there is a finding of that code.
    pub fn has(&self, code: Code) -> bool {
        let is_omitted = self.omitted.iter().any(|omitted| omitted.code == code);
        is_omitted || self.findings().any(|finding| finding.code == code)
    }
}

/// As [`Report::human`], without colour.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.human().fmt(f)
    }
}

/// A value as JSON with indentation, and a line end behind it; what a terminal would act on is escaped.
pub(super) struct Pretty<T>(pub(super) T);

impl<T: Serialize> fmt::Display for Pretty<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What is written here are maps with text keys, lists, texts and numbers: only the formatter can fail.
        serde_json::to_writer_pretty(Escaping(f), &self.0).map_err(|_| fmt::Error)?;
        f.write_str("\n")
    }
}

/// Writes JSON, whose own escapes are those of ASCII. What else a terminal would act on can stand in strings only.
struct Escaping<'a, 'f>(&'a mut fmt::Formatter<'f>);

impl io::Write for Escaping<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let is_safe = |c: char| c.is_ascii() || Printable(c.encode_utf8(&mut [0; 4])).to_string().len() == c.len_utf8();
        // It comes in whole pieces of text.
        let text = std::str::from_utf8(bytes).map_err(io::Error::other)?;
        let written = match text.chars().all(is_safe) {
            true => self.0.write_str(text),
            false => text.chars().try_for_each(|c| match is_safe(c) {
                true => self.0.write_char(c),
                false => c.encode_utf16(&mut [0; 2]).iter().try_for_each(|unit| write!(self.0, "\\u{unit:04x}")),
            }),
        };
        written.map(|()| bytes.len()).map_err(io::Error::other)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What an iterator gives, as a list that is never there as a whole.
struct Each<F>(F);

impl<F: Fn() -> I, I: Iterator<Item: Serialize>> Serialize for Each<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}
