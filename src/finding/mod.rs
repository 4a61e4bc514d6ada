//! What was found in a file that somebody should know.
//!
//! A [`Finding`] has a [`Code`] that never changes its meaning, a [`Severity`], a place, and words for a person. `check` collects
//! them; the modules that know a kind of file make them.

mod codes;

pub use codes::Code;

use crate::error::{Position, Printable};
use crate::secret::path_without_content;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// Good to know.
    Note,
    /// It will break soon, or is unsafe.
    Warning,
    /// It does not work.
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

impl FromStr for Severity {
    type Err = crate::Error;

    /// # Errors
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage) where it is none of the three.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "note" => Ok(Severity::Note),
            "warning" => Ok(Severity::Warning),
            "error" => Ok(Severity::Error),
            _ => Err(crate::Error::new(crate::ErrorKind::Usage, "use error, warning or note")),
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a finding means for the question whether a context works, the worst last. See [`access`](crate::access).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// The context works all the same.
    #[default]
    None,
    /// Nobody can tell from the file whether it works.
    Unknown,
    /// It does not work: the server refuses it, or is never reached.
    Fails,
    /// It does not work: kubectl takes it, and always fails when it connects: it refuses the server in the handshake,
    /// or has nowhere to connect to.
    CannotConnect,
    /// It does not work: kubectl itself refuses it, before it connects.
    Refused,
}

/// Something that was found in a file.
///
/// It holds names and places, never a secret. Its texts may hold names out of a file with whatever characters are in them;
/// `Display` escapes those that a terminal would act on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// What it is.
    pub code: Code,
    /// How much it matters; at first what the code says.
    pub severity: Severity,
    /// What it means for the contexts that use the entry; at first [`Effect::Fails`] for errors and nothing for others.
    pub effect: Effect,
    /// The file.
    pub file: Option<PathBuf>,
    /// Where it begins.
    pub position: Option<Position>,
    /// Where it ends: the place behind its last character.
    pub end: Option<Position>,
    /// What it is about: `user "prod"`, `node 3`.
    pub entry: Option<String>,
    /// The field, as a path from the root of the file: `users[0].user.token`.
    pub field: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Effect {
    fn of(severity: Severity) -> Self {
        if severity == Severity::Error { Effect::Fails } else { Effect::None }
    }
}

impl Finding {
    /// A finding of that code, without a place.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Finding {
            code,
            severity: code.severity(),
            effect: Effect::of(code.severity()),
            file: None,
            position: None,
            end: None,
            entry: None,
            field: None,
            message: message.into(),
            help: None,
        }
    }

    /// Says what to do.
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Gives it another severity than its code's, and the effect that goes with that.
    pub fn with_severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self.effect = Effect::of(severity);
        self
    }

    /// Says what it means for a context.
    pub fn with_effect(mut self, effect: Effect) -> Self {
        self.effect = effect;
        self
    }

    /// Says what it is about.
    pub fn of(mut self, entry: impl Into<String>) -> Self {
        self.entry = Some(entry.into());
        self
    }

    /// Names the field.
    pub fn in_field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Says where it stands, and where that ends.
    pub fn at(mut self, position: Position, end: Position) -> Self {
        self.position = Some(position);
        self.end = Some(end);
        self
    }

    /// Names the file, if none is named yet.
    pub fn in_file(mut self, file: &Path) -> Self {
        self.file.get_or_insert_with(|| path_without_content(file));
        self
    }
}

/// `file:line:column: severity[code]: message; help`, without what is not known.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{}:", Printable(&file.to_string_lossy()))?;
        }
        if let Some(position) = self.position {
            write!(f, "{position}:")?;
        }
        if self.file.is_some() || self.position.is_some() {
            f.write_str(" ")?;
        }
        write!(f, "{}[{}]: {}", self.severity, self.code, Printable(&self.message))?;
        match &self.help {
            Some(help) => write!(f, "; {}", Printable(help)),
            None => Ok(()),
        }
    }
}
