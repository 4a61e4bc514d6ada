//! What was found in a file: one shape for everybody who looks into files.

use crate::error::{Position, Printable};
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How bad a finding is; ordered from the least to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// Worth knowing; nothing has to be done.
    Note,
    /// It works, but not as one may think, or not for long.
    Warning,
    /// It does not work, or is refused by the program it is for.
    Error,
}

impl Severity {
    /// `note`, `warning` or `error`.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What is looked for: a rule with a name of its own. Every [`Finding`] comes from one.
#[derive(Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Rule {
    /// Its name, in kebab case. It does not change once it has been released.
    pub code: &'static str,
    /// How bad it is where it is found.
    pub severity: Severity,
    /// What it is about and why, in a sentence or two, whose rule it is among it.
    pub explanation: &'static str,
}

impl Rule {
    pub(crate) const fn new(code: &'static str, severity: Severity, explanation: &'static str) -> Self {
        Rule { code, severity, explanation }
    }
}

/// Something found in a file: what, how bad, where, and what to do.
///
/// As an [`Error`](crate::Error) it is made from kinds, names and places: it never holds a secret. `Display` gives
/// `file:line:column: severity: entry: field: what is wrong [code]; what to do`, on one line, safe for a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    rule: &'static Rule,
    message: String,
    help: Option<String>,
    entry: Option<String>,
    field: Option<String>,
    // Many findings are about one file.
    file: Option<Arc<PathBuf>>,
    position: Option<Position>,
    span: Option<Range<u32>>,
}

impl Finding {
    pub(crate) fn new(rule: &'static Rule, message: impl Into<String>) -> Self {
        Finding {
            rule,
            message: message.into(),
            help: None,
            entry: None,
            field: None,
            file: None,
            position: None,
            span: None,
        }
    }

    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn about(mut self, entry: impl Into<String>) -> Self {
        self.entry = Some(entry.into());
        self
    }

    pub(crate) fn in_field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    pub(crate) fn at(mut self, position: Position, span: Range<u32>) -> Self {
        self.position = Some(position);
        self.span = Some(span);
        self
    }

    /// The same finding, in that file.
    #[must_use]
    pub fn in_file(mut self, file: impl AsRef<Path>) -> Self {
        self.file = Some(Arc::new(file.as_ref().to_owned()));
        self
    }

    /// The rule it comes from.
    pub fn rule(&self) -> &'static Rule {
        self.rule
    }

    /// The name of its rule, in kebab case: `duplicate-address`.
    pub fn code(&self) -> &'static str {
        self.rule.code
    }

    /// How bad it is.
    pub fn severity(&self) -> Severity {
        self.rule.severity
    }

    /// What is wrong, without place and without advice.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it, where there is something to say.
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// What it is about, where that has a name: a node, a context, a certificate.
    pub fn entry(&self) -> Option<&str> {
        self.entry.as_deref()
    }

    /// The path of the field, as in `nodes[2].address`; never its value.
    pub fn field(&self) -> Option<&str> {
        self.field.as_deref()
    }

    /// The file it was found in; `-` for standard input.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_ref().map(|file| file.as_path())
    }

    /// Line and column in that file.
    pub fn position(&self) -> Option<Position> {
        self.position
    }

    /// The bytes it is about, of the file's text as UTF-8 ([`Document::text`](crate::syntax::Document::text)).
    pub fn span(&self) -> Option<Range<u32>> {
        self.span.clone()
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.file(), self.position) {
            (Some(file), Some(position)) => write!(f, "{}:{position}: ", Printable(&file.to_string_lossy()))?,
            (Some(file), None) => write!(f, "{}: ", Printable(&file.to_string_lossy()))?,
            (None, Some(position)) => write!(f, "line {}, column {}: ", position.line, position.column)?,
            (None, None) => {}
        }
        write!(f, "{}: ", self.severity())?;
        for subject in [self.entry(), self.field()].into_iter().flatten() {
            write!(f, "{}: ", Printable(subject))?;
        }
        write!(f, "{} [{}]", Printable(&self.message), self.code())?;
        match self.help() {
            Some(help) => write!(f, "; {}", Printable(help)),
            None => Ok(()),
        }
    }
}
