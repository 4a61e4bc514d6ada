//! What goes to stdout and stderr, and how.

use kubeconfig::{Error, Printable};
use std::fmt;
use std::io::{self, BufWriter, IsTerminal, Stdout, Write};

/// Standard output, buffered.
pub(crate) struct Out {
    writer: BufWriter<Stdout>,
    is_terminal: bool,
    is_broken: bool,
}

impl Out {
    pub(crate) fn new() -> Self {
        let stdout = io::stdout();
        Out { is_terminal: stdout.is_terminal(), writer: BufWriter::with_capacity(1 << 16, stdout), is_broken: false }
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
        Ok(write!(self.writer, "{text}")?)
    }

    /// A name from a file: as it is for another program, made safe for a terminal.
    pub(crate) fn name(&self, name: &str) -> String {
        if self.is_terminal { Printable(name).to_string() } else { name.to_owned() }
    }

    /// Text of several lines, made safe for a terminal but for its line ends.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), Failure> {
        if !self.is_terminal {
            return Ok(self.writer.write_all(text.as_bytes())?);
        }
        for line in text.split_inclusive('\n') {
            let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
            write!(self.writer, "{}{end}", Printable(line))?;
        }
        Ok(())
    }

    /// A failure is told once: what could not be written is dropped.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        if self.is_broken {
            return Ok(());
        }
        let done = self.writer.flush();
        self.is_broken = done.is_err();
        Ok(done?)
    }
}

/// Why a verb ends with exit status 1, or 2 where the command line is wrong.
pub(crate) enum Failure {
    /// The library says no.
    Library(Error),
    /// The program says no, a line each.
    Said(Vec<String>),
    /// Options that do not go together.
    Usage(&'static str),
    /// Nobody takes the output.
    Output(io::Error),
}

impl Failure {
    pub(crate) fn said(line: impl fmt::Display) -> Self {
        Failure::Said(vec![line.to_string()])
    }

    /// Says so on stderr. A reader of stdout who went away, as `head` does, needs no message.
    pub(crate) fn report(&self) {
        match self {
            Failure::Library(error) => error.errors().iter().for_each(|error| complain(error)),
            Failure::Said(lines) => lines.iter().for_each(|line| complain(line)),
            Failure::Usage(line) => complain(line),
            Failure::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
            Failure::Output(error) => complain(&format_args!("standard output: {error}")),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Library(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Failure::Output(error)
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
