//! One error for the whole crate: what went wrong, in which file, at which line and column.
//!
//! Messages are made from kinds, places, names of fields and entries, and, where client-go names them too, from paths,
//! namespaces, versions and URLs without userinfo and query. A token, a password, a key, an argument or variable of an exec
//! plugin, a setting of an auth-provider or the value of an unknown field does not appear in an [`Error`], whatever the input was.

use crate::secret::path_without_content;
use std::borrow::Cow;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// The result of most functions of the crate; in public signatures it shows as std's.
pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

/// A place in a text: line and column, both counted from 1, columns in characters (not bytes).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// What stands in the path of a field for a key that may be a value: one of a map that takes any, and one that is not
/// known.
pub(crate) const ANY_KEY: &str = "*";

/// What kind of failure an [`Error`] is. Compare with [`Error::kind`] or ask the predicates of [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The text is not YAML (or JSON) as kubectl reads it, or not in an encoding that YAML allows.
    Syntax,
    /// A value of the wrong type for its field: a number where a string is expected, a list where a map is.
    Type,
    /// Two entries of one list have the same name.
    DuplicateName,
    /// A `*-data` field that is not standard, padded base64.
    Base64,
    /// `kind` or `apiVersion` name something other than a kubeconfig.
    Version,
    /// A limit of this crate was reached; the message names the limit and its figure.
    Limit,
    /// A file could not be read or written.
    Io,
    /// Something that was asked for by name is not there: a context, a cluster, a user.
    NotFound,
    /// The configuration holds nothing at all (client-go's `IsEmptyConfig`).
    EmptyConfig,
    /// The chosen context is not in the configuration (client-go's `IsContextNotFound`).
    ContextNotFound,
    /// The configuration breaks a rule of client-go's validation (client-go's `IsConfigurationInvalid`).
    InvalidConfiguration,
    /// Text that is not a PEM document, or a certificate that is not X.509.
    Certificate,
    /// The target exists already, is one of the sources, or may not be written for another reason of ours.
    Refused,
    /// The file is locked: another program writes it, or left its lock behind.
    Locked,
    /// A value that can't be written in the form asked for (a control character in YAML, infinity in JSON).
    Unrepresentable,
    /// Two inputs have different entries of one name.
    Conflict,
    /// Arguments that contradict each other.
    Usage,
    /// Several errors at once; see [`Error::errors`].
    Several,
}

/// What was done to files before an error came up: [`Error::progress`].
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Progress {
    /// Nothing was changed: it came up before any file was to be written. `Display` of the error does not mention it.
    #[default]
    NotBegun,
    /// A file was to be written, and nothing was changed. `Display` of the error says so.
    Unchanged,
    /// These files were changed, in the order in which that was done. `Display` of the error names them.
    Changed(Vec<PathBuf>),
}

/// What went wrong, and where.
///
/// It is opaque: [`kind`](Error::kind) says what it is, [`position`](Error::position), [`file`](Error::file) and
/// [`field`](Error::field) where, [`progress`](Error::progress) what was changed all the same. `Display` gives
/// `file:line:column: field: what is wrong; what was changed; what to do`, and one line an error where there are
/// several. It never holds a secret, nor the value that has the wrong type.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
    help: Option<Cow<'static, str>>,
    file: Option<PathBuf>,
    position: Option<Position>,
    /// A byte offset that waits for the document to turn it into a position.
    offset: Option<usize>,
    field: Option<String>,
    /// It is in a value that may be anything, so that the key of it may be, too.
    is_of_any_key: bool,
    source: Option<io::Error>,
    progress: Progress,
    errors: Vec<Error>,
}

impl Error {
    #[cold]
    pub(crate) fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Error(Box::new(Inner {
            kind,
            message: message.into(),
            help: None,
            file: None,
            position: None,
            offset: None,
            field: None,
            is_of_any_key: false,
            source: None,
            progress: Progress::NotBegun,
            errors: Vec::new(),
        }))
    }

    /// An error of the operating system on `path`; `what` is the deed that failed, as in "open".
    #[cold]
    pub(crate) fn io(what: &'static str, path: &Path, source: io::Error) -> Self {
        let mut error = Error::new(ErrorKind::Io, what);
        error.0.file = Some(path_without_content(path));
        error.0.source = Some(source);
        error
    }

    /// One error out of several: the only one itself, or an error of kind [`ErrorKind::Several`].
    ///
    /// Returns `None` where there is none.
    #[cold]
    pub(crate) fn several(mut errors: Vec<Error>) -> Option<Self> {
        if errors.len() <= 1 {
            return errors.pop();
        }
        let mut error = Error::new(ErrorKind::Several, "several errors");
        error.0.errors = errors;
        Some(error)
    }

    /// The single errors, to keep.
    #[cfg(feature = "rke")]
    pub(crate) fn into_errors(mut self) -> Vec<Error> {
        let errors = std::mem::take(&mut self.0.errors);
        if errors.is_empty() { vec![self] } else { errors }
    }

    pub(crate) fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    pub(crate) fn with_help(mut self, help: impl Into<Cow<'static, str>>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    /// Says that the error kept a file from being written, and that nothing was changed.
    pub(crate) fn unchanged(mut self) -> Self {
        self.0.progress = Progress::Unchanged;
        self
    }

    /// Says which files were changed all the same.
    pub(crate) fn after_change<'p>(mut self, files: impl IntoIterator<Item = &'p Path>) -> Self {
        self.0.progress = Progress::Changed(files.into_iter().map(path_without_content).collect());
        self
    }

    /// The place as a byte offset, for those who can't count lines; the first one given stays.
    pub(crate) fn at_offset(self, offset: usize) -> Self {
        self.each(|mut error| {
            error.0.offset.get_or_insert(offset);
            error
        })
    }

    /// The same with each of the errors it holds, or with itself.
    fn each(mut self, change: impl Fn(Error) -> Error) -> Self {
        if self.0.errors.is_empty() {
            return change(self);
        }
        self.0.errors = std::mem::take(&mut self.0.errors).into_iter().map(change).collect();
        self
    }

    /// Turns the offset into a position, if one waits.
    pub(crate) fn locate(self, position: impl Fn(usize) -> Position) -> Self {
        self.each(|mut error| {
            if let (Some(offset), None) = (error.0.offset, error.0.position) {
                error.0.position = Some(position(offset));
            }
            error
        })
    }

    /// The step that is put in front next is a key that may be a value by mistake: [`ANY_KEY`] stands for it.
    pub(crate) fn of_any_key(self) -> Self {
        self.each(|mut error| {
            error.0.is_of_any_key = true;
            error
        })
    }

    /// Puts a step in front of the path of the field: `users`, then `[3]`, then `.token` come in from the inside out.
    pub(crate) fn inside(self, step: impl fmt::Display) -> Self {
        self.each(|mut error| {
            let is_hidden = std::mem::take(&mut error.0.is_of_any_key);
            let step = if is_hidden { ANY_KEY.to_owned() } else { step.to_string() };
            error.0.field = Some(match error.0.field.take() {
                None => step,
                Some(field) if field.starts_with('[') => format!("{step}{field}"),
                Some(field) => format!("{step}.{field}"),
            });
            error
        })
    }

    /// The same error in a text that has so many lines before this one.
    pub(crate) fn below(mut self, lines: u32) -> Self {
        if let Some(position) = &mut self.0.position {
            position.line = position.line.saturating_add(lines);
        }
        self.0.errors = self.0.errors.into_iter().map(|error| error.below(lines)).collect();
        self
    }

    pub(crate) fn at(mut self, position: Position) -> Self {
        self.0.position.get_or_insert(position);
        self
    }

    /// Forgets line and column: those of a text that nobody sees.
    #[cfg(feature = "rke")]
    pub(crate) fn without_position(self) -> Self {
        self.each(|mut error| {
            error.0.position = None;
            error.0.offset = None;
            error
        })
    }

    /// Names the file, in this error and in those it holds, where none is named yet.
    pub fn in_file(mut self, file: &Path) -> Self {
        self.0.errors = std::mem::take(&mut self.0.errors).into_iter().map(|e| e.in_file(file)).collect();
        if self.0.errors.is_empty() {
            self.0.file.get_or_insert_with(|| path_without_content(file));
        }
        self
    }

    /// Forgets the file where it is this one, for a message that becomes a part of another about the same file.
    #[cfg(feature = "rke")]
    pub(crate) fn without_file(self, file: &Path) -> Self {
        self.each(|mut error| {
            error.0.file = error.0.file.take().filter(|named| named != file);
            error
        })
    }

    pub(crate) fn in_field(mut self, field: impl Into<String>) -> Self {
        self.0.field.get_or_insert_with(|| field.into());
        self
    }

    /// Takes the file this is about into the message, so that the place can be that of the entry which names the file.
    pub(crate) fn about(mut self, file: &Path) -> Self {
        self.0.message = format!("{}: {}", path_without_content(file).display(), self.0.message).into();
        self.0.file = None;
        self.0.position = None;
        self
    }

    /// What kind of failure this is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The sentence that says what is wrong, without place and without advice.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What to do about it, where there is something to say.
    pub fn help(&self) -> Option<&str> {
        self.0.help.as_deref()
    }

    /// The file it is about; `-` for standard input.
    pub fn file(&self) -> Option<&Path> {
        self.0.file.as_deref()
    }

    /// Line and column in that file.
    pub fn position(&self) -> Option<Position> {
        self.0.position
    }

    /// The path of the field, as in `users[3].user.token`; never its value. `*` stands for a key that is not known, or
    /// of a map that takes any: it may be a value that got there by mistake.
    pub fn field(&self) -> Option<&str> {
        self.0.field.as_deref()
    }

    /// The error of the operating system, if one is behind it.
    pub fn io_error(&self) -> Option<&io::Error> {
        self.0.source.as_ref()
    }

    /// What was done to files before the error came up; of several errors the greatest.
    pub fn progress(&self) -> &Progress {
        self.0.errors.iter().map(Error::progress).chain([&self.0.progress]).max().unwrap_or(&self.0.progress)
    }

    /// The single errors: those collected in this one, or this one alone.
    pub fn errors(&self) -> &[Error] {
        if self.0.errors.is_empty() { std::slice::from_ref(self) } else { &self.0.errors }
    }

    /// Whether the text could not be read as YAML or JSON at all.
    pub fn is_syntax(&self) -> bool {
        self.any(ErrorKind::Syntax)
    }

    /// Whether a value has the wrong type for its field.
    pub fn is_type(&self) -> bool {
        self.any(ErrorKind::Type)
    }

    /// Whether a limit was reached.
    pub fn is_limit(&self) -> bool {
        self.any(ErrorKind::Limit)
    }

    /// Whether reading or writing a file failed.
    pub fn is_io(&self) -> bool {
        self.any(ErrorKind::Io)
    }

    /// Whether the file that was asked for does not exist.
    pub fn is_file_not_found(&self) -> bool {
        self.errors().iter().any(|e| e.0.source.as_ref().is_some_and(|s| s.kind() == io::ErrorKind::NotFound))
    }

    /// Whether a file is locked by another program.
    pub fn is_locked(&self) -> bool {
        self.any(ErrorKind::Locked)
    }

    /// Whether the configuration was refused by one of the rules of client-go's validation: its
    /// `IsConfigurationInvalid`. As there, a missing context and an empty configuration count too.
    pub fn is_configuration_invalid(&self) -> bool {
        self.any(ErrorKind::InvalidConfiguration) || self.is_context_not_found() || self.is_empty_config()
    }

    /// Whether the chosen context is not there: client-go's `IsContextNotFound`.
    pub fn is_context_not_found(&self) -> bool {
        self.any(ErrorKind::ContextNotFound)
    }

    /// Whether there is no configuration at all: client-go's `IsEmptyConfig`.
    pub fn is_empty_config(&self) -> bool {
        self.any(ErrorKind::EmptyConfig)
    }

    /// Whether inputs have different entries of one name.
    pub fn is_conflict(&self) -> bool {
        self.any(ErrorKind::Conflict)
    }

    fn any(&self, kind: ErrorKind) -> bool {
        self.errors().iter().any(|e| e.0.kind == kind)
    }
}

/// As `Display`, so that `fn main() -> Result<(), Error>` says what is wrong.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        if !inner.errors.is_empty() {
            for (i, error) in inner.errors.iter().enumerate() {
                if i > 0 {
                    f.write_str("\n")?;
                }
                error.fmt(f)?;
            }
            return Ok(());
        }
        if let Some(file) = &inner.file {
            write!(f, "{}:", Printable(&file.to_string_lossy()))?;
            if let Some(position) = inner.position {
                write!(f, "{position}:")?;
            }
            f.write_str(" ")?;
        } else if let Some(position) = inner.position {
            write!(f, "line {}, column {}: ", position.line, position.column)?;
        }
        if let Some(field) = &inner.field {
            write!(f, "{}: ", Printable(field))?;
        }
        write!(f, "{}", Printable(&inner.message))?;
        if let Some(source) = &inner.source {
            write!(f, ": {}", Printable(&source.to_string()))?;
        }
        match &inner.progress {
            Progress::NotBegun => {}
            Progress::Unchanged => f.write_str("; nothing was changed")?,
            Progress::Changed(files) => write!(f, "; {}", Printable(&inner.were_changed(files)))?,
        }
        if let Some(help) = &inner.help {
            write!(f, "; {}", Printable(help))?;
        }
        Ok(())
    }
}

impl Inner {
    /// `a was changed`, `a, b were changed`; the file that the error names already is `this file`.
    fn were_changed(&self, files: &[PathBuf]) -> String {
        let name = |file| if self.file.as_ref() == Some(file) { "this file".into() } else { file.to_string_lossy() };
        let names: Vec<_> = files.iter().map(name).collect();
        format!("{} {} changed", names.join(", "), if names.len() == 1 { "was" } else { "were" })
    }
}

/// `source()` is none: `Display` says it all. The error of the operating system is at [`Error::io_error`].
impl std::error::Error for Error {}

/// Text from a file, made safe for a terminal: control characters, and those that turn or hide text, are escaped
/// (`\u{1b}`). Wrap every name that goes to a terminal in it.
///
/// ```
/// use kubeconfig::Printable;
/// assert_eq!(Printable("a\u{1b}[31mb").to_string(), "a\\u{1b}[31mb");
/// ```
#[derive(Clone, Copy)]
pub struct Printable<'a>(pub &'a str);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(i) = rest.find(is_unprintable) {
            f.write_str(&rest[..i])?;
            let c = rest[i..].chars().next().unwrap_or_default();
            write!(f, "{}", c.escape_default())?;
            rest = &rest[i + c.len_utf8()..];
        }
        f.write_str(rest)
    }
}

impl fmt::Debug for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.0, f)
    }
}

fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}
