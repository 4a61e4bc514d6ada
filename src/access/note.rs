//! A finding and the field it is about.

use crate::error::{Error, Printable};
use crate::finding::{Code, Effect, Finding, Severity};
use crate::load::Subject;
use std::borrow::Cow;

/// A finding about a field of an entry's body, such as `exec.command`.
#[derive(Clone, Debug)]
pub(crate) struct Note {
    pub(crate) field: Cow<'static, str>,
    pub(crate) finding: Finding,
}

impl Note {
    pub(crate) fn new(field: impl Into<Cow<'static, str>>, finding: Finding) -> Self {
        Note { field: field.into(), finding }
    }

    /// The finding with its entry and its path: `users[prod].user.token`.
    pub(super) fn placed(self, list: &str, body: &str, name: &str) -> Finding {
        let shown = crate::config::ShownName(name);
        let path = match &*self.field {
            "name" | "" => format!("{list}[{shown}]"),
            field => format!("{list}[{shown}].{body}.{field}"),
        };
        let subject = if list == "clusters" { Subject::Cluster(name) } else { Subject::User(name) };
        self.finding.of(subject.to_string()).in_field(path)
    }
}

/// Makes warnings of what would fail alone: kubectl sends all credentials, and one that holds is enough.
pub(super) fn only_warn<'n>(notes: impl IntoIterator<Item = &'n mut Note>) {
    for note in notes.into_iter().filter(|note| note.finding.effect == Effect::Fails) {
        note.finding.severity = Severity::Warning;
    }
}

/// What an error says, without its place; the file that it is about stands in the message.
pub(super) fn of_error(code: Code, error: &Error) -> Finding {
    let message = match (error.file(), error.io_error()) {
        (Some(file), Some(source)) => format!("{}: {}: {source}", Printable(&file.to_string_lossy()), error.message()),
        (Some(file), None) => format!("{}: {}", Printable(&file.to_string_lossy()), error.message()),
        (None, Some(source)) => format!("{}: {source}", error.message()),
        (None, None) => error.message().to_owned(),
    };
    let mut finding = Finding::new(code, message);
    finding.help = error.help().map(str::to_owned);
    finding
}
