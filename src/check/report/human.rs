//! The report for a person, as rustc writes its own.

use super::{Found, Report};
use crate::check::excerpt::Excerpt;
use crate::error::Printable;
use crate::finding::Severity;
use std::fmt;

/// A [`Report`] for a person; made by [`Report::human`]. `Display` prints it.
///
/// ```text
/// error[cert-expired]: the client certificate ended 2026-05-01T00:00:00Z, 31 days ago
///   --> config:18:30 (user "prod")
///    |
/// 18 |     client-certificate-data: [hidden]
///    |                              ^^^^^^^^
///    = help: Get a new kubeconfig: ...
///
/// 1 error, 0 warnings, 0 notes in 1 file
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use = "it is printed with `Display`"]
pub struct Human<'a> {
    report: &'a Report,
    color: bool,
}

impl<'a> Human<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        Human { report, color: false }
    }

    /// With colours, for a terminal that has them. Off unless asked for.
    pub fn color(mut self, color: bool) -> Self {
        self.color = color;
        self
    }

    /// An ANSI sequence, where colours are wanted.
    fn style(&self, sequence: &'static str) -> &'static str {
        if self.color { sequence } else { "" }
    }

    fn of_severity(&self, severity: Severity) -> &'static str {
        self.style(match severity {
            Severity::Error => "\u{1b}[1;31m",
            Severity::Warning => "\u{1b}[1;33m",
            Severity::Note => "\u{1b}[1;32m",
        })
    }

    fn found(&self, f: &mut fmt::Formatter<'_>, found: &Found) -> fmt::Result {
        let finding = &found.finding;
        let (severity, bold) = (self.of_severity(finding.severity), self.style("\u{1b}[1m"));
        let (line, end) = (self.style("\u{1b}[1;34m"), self.style("\u{1b}[0m"));
        let message = Printable(&finding.message);
        writeln!(f, "{severity}{}[{}]{end}{bold}: {message}{end}", finding.severity, finding.code)?;
        let number = finding.position.map(|position| position.line.to_string()).unwrap_or_default();
        let indent = number.len().max(1);
        if let Some(file) = &finding.file {
            write!(f, "{:indent$}{line}-->{end} {}", "", Printable(&file.to_string_lossy()))?;
            if let Some(position) = finding.position {
                write!(f, ":{position}")?;
            }
            writeln!(f, "{}", self.subject(found))?;
        }
        if let Some(Excerpt { text, start, width }) = &found.excerpt {
            writeln!(f, "{:indent$} {line}|{end}", "")?;
            writeln!(f, "{line}{number:indent$} |{end} {text}")?;
            writeln!(f, "{:indent$} {line}|{end} {:start$}{severity}{}{end}", "", "", "^".repeat(*width))?;
        }
        if let Some(help) = &finding.help {
            writeln!(f, "{:indent$} {line}={end} {bold}help{end}: {}", "", Printable(help))?;
        }
        writeln!(f)
    }

    /// What it is about, where the line of source does not say.
    fn subject(&self, found: &Found) -> String {
        match (&found.finding.entry, &found.finding.field) {
            (Some(entry), _) => format!(" ({})", Printable(entry)),
            (None, Some(field)) => format!(" ({})", Printable(field)),
            (None, None) => String::new(),
        }
    }
}

impl fmt::Display for Human<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for found in &self.report.found {
            self.found(f, found)?;
        }
        for omitted in &self.report.omitted {
            let (severity, end) = (self.of_severity(omitted.severity), self.style("\u{1b}[0m"));
            write!(f, "{severity}{}[{}]{end}: and {} more", omitted.severity, omitted.code, omitted.count)?;
            match &omitted.file {
                Some(file) => writeln!(f, " in {}\n", Printable(&file.to_string_lossy()))?,
                None => writeln!(f, "\n")?,
            }
        }
        writeln!(f, "{}", self.report.summary())
    }
}
