//! What goes to stdout and stderr, and how.

use kubeconfig::{Error, Printable};
use std::fmt;
use std::io::{self, BufWriter, IsTerminal, Stdout, Write};
use std::path::{Path, PathBuf};

/// Standard output, buffered.
pub(crate) struct Out {
    writer: BufWriter<Stdout>,
    is_terminal: bool,
    is_broken: bool,
    /// How the verb ends where nobody reads the output.
    status: u8,
    /// The files that the verb has changed.
    changed: Vec<PathBuf>,
}

impl Out {
    pub(crate) fn new() -> Self {
        let stdout = io::stdout();
        let is_terminal = stdout.is_terminal();
        let writer = BufWriter::with_capacity(1 << 16, stdout);
        Out { writer, is_terminal, is_broken: false, status: 0, changed: Vec::new() }
    }

    /// Sets the exit status for the case that nobody reads what comes: that of the answer, where it has one.
    pub(crate) fn set_status(&mut self, status: u8) {
        self.status = status;
    }

    /// Notes that a file was changed: an output that fails later says so.
    pub(crate) fn note_changed(&mut self, file: &Path) {
        self.changed.push(file.to_owned());
    }

    pub(crate) fn has_changed_files(&self) -> bool {
        !self.changed.is_empty()
    }

    pub(crate) fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// Whether colours are wanted: on a terminal that has them, unless `$NO_COLOR` says no.
    pub(crate) fn has_color(&self) -> bool {
        let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        self.is_terminal && !is_set("NO_COLOR") && !is_dumb
    }

    /// What is safe for a terminal already.
    pub(crate) fn safe(&mut self, text: &dyn fmt::Display) -> Result<(), Failure> {
        let done = write!(self.writer, "{text}");
        self.done(done)
    }

    /// A name from a file: as it is for another program, made safe for a terminal.
    pub(crate) fn name(&self, name: &str) -> String {
        if self.is_terminal { Printable(name).to_string() } else { name.to_owned() }
    }

    /// Text of several lines, made safe for a terminal but for its line ends.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), Failure> {
        if self.is_broken {
            return Ok(());
        }
        let done = match self.is_terminal {
            true => text.split_inclusive('\n').try_for_each(|line| {
                let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
                write!(self.writer, "{}{end}", Printable(line))
            }),
            false => self.writer.write_all(text.as_bytes()),
        };
        self.done(done)
    }

    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        if self.is_broken {
            return Ok(());
        }
        let done = self.writer.flush();
        self.done(done)
    }

    /// A failure is told once, and what could not be written is dropped.
    fn done(&mut self, done: io::Result<()>) -> Result<(), Failure> {
        let Err(error) = done else { return Ok(()) };
        self.is_broken = true;
        // Dropped, the writer would try once more to write what it holds.
        drop(std::mem::replace(&mut self.writer, BufWriter::new(io::stdout())).into_parts());
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Err(Failure::Closed(self.status));
        }
        let files: Vec<_> = self.changed.iter().map(|file| file.to_string_lossy()).collect();
        let were = if files.len() == 1 { "was" } else { "were" };
        Err(Failure::Output(match files.is_empty() {
            true => format!("standard output: {error}"),
            false => {
                let files = files.join(", ");
                format!("{} {were} changed; the output could not be written: {error}", Printable(&files))
            }
        }))
    }
}

/// Why a verb ends early.
pub(crate) enum Failure {
    /// The library says no.
    Library(Error),
    /// The program says no, a line each.
    Said(Vec<String>),
    /// Options that do not go together.
    Usage(&'static str),
    /// The output could not be written; the line says what was changed before that.
    Output(String),
    /// Whoever read the output went away, as `head` does. That is no error: the exit status is this one.
    Closed(u8),
}

impl Failure {
    pub(crate) fn said(line: impl fmt::Display) -> Self {
        Failure::Said(vec![line.to_string()])
    }

    /// Says so on stderr.
    pub(crate) fn report(&self) {
        match self {
            Failure::Library(error) => error.errors().iter().for_each(|error| complain(error)),
            Failure::Said(lines) => lines.iter().for_each(|line| complain(line)),
            Failure::Usage(line) => complain(line),
            Failure::Output(line) => complain(line),
            Failure::Closed(_) => {}
        }
    }

    /// The exit status, where that of an error is `error`.
    pub(crate) fn status(&self, error: u8) -> u8 {
        match self {
            Failure::Closed(status) => *status,
            _ => error,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Library(error)
    }
}

/// `error: …` on stderr.
pub(crate) fn complain(what: &dyn fmt::Display) {
    say(&format_args!("error: {what}"));
}

/// A line on stderr. Where that is closed there is nobody to tell.
pub(crate) fn say(line: &dyn fmt::Display) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}
