//! What an export says of itself: nothing in here is secret.

use crate::access::{Access, End};
use crate::config::{ShownName, shown};
use crate::error::Printable;
use crate::load::Unread;
use std::fmt;
use std::path::{Path, PathBuf};

/// A file that was read into a backup.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Embedded {
    /// The file.
    pub file: PathBuf,
    /// The field that named it: `certificate-authority`, `client-certificate`, `client-key` or `tokenFile`.
    pub field: &'static str,
    /// The name of the cluster or user, in the source.
    pub entry: String,
}

impl fmt::Display for Embedded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} of {})", path(&self.file), self.field, ShownName(&self.entry))
    }
}

/// Something an export changed or decided that its user should know.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// The path of a login command was relative to the file and is absolute now.
    CommandMadeAbsolute {
        /// The user's entry.
        user: String,
        /// The path as it is now.
        command: String,
    },
    /// A token file was embedded in the place of a `token`: kubectl too prefers the file.
    TokenFileWins {
        /// The user's entry.
        user: String,
    },
    /// The token file is not there, or has nothing in it; the `token` beside it, which kubectl falls back to, was kept.
    TokenFileMissing {
        /// The user's entry.
        user: String,
        /// The file.
        file: PathBuf,
    },
    /// `tls-server-name` was the old server's and went with it, as with kubectl's `--server`.
    TlsServerNameDropped {
        /// The cluster in the backup.
        cluster: String,
    },
    /// Contexts of one cluster got different servers, so the cluster was copied.
    ClusterCopied {
        /// The cluster in the source.
        cluster: String,
        /// The copy.
        copy: String,
    },
    /// The source's current context is none of those kept, or it has none: another was chosen.
    CurrentContextChosen {
        /// What it is now.
        context: String,
    },
    /// An entry of a later file is not in the backup: an earlier file has another of that name, which wins, as in kubectl.
    Shadowed {
        /// What it is, as in `context "default"`.
        entry: String,
        /// The file it stands in.
        file: PathBuf,
        /// The file whose entry was taken.
        taken: PathBuf,
    },
    /// A file named in `$KUBECONFIG` does not exist, which kubectl passes over without a word.
    SourceMissing {
        /// The file.
        file: PathBuf,
    },
    /// Chosen contexts that did not pass the filter.
    LeftOut {
        /// Their names.
        contexts: Vec<String>,
    },
    /// Contexts that are not in the backup, because something that they need is not there or can't be embedded.
    NotInBackup {
        /// Their names.
        contexts: Vec<String>,
        /// What is wrong, a line each.
        reasons: Vec<String>,
    },
    /// Something in a file that kubectl does not read, so that it is not in the backup.
    Unread(Unread),
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::CommandMadeAbsolute { user, command } => {
                write!(
                    f,
                    "the login command of {} can't be embedded; its path is {} now",
                    ShownName(user),
                    Printable(&shown("users[].user.exec.command", command))
                )
            }
            Note::TokenFileWins { user } => {
                write!(f, "{} has a token and a token file: the file's was kept, as kubectl uses it", ShownName(user))
            }
            Note::TokenFileMissing { user, file } => {
                write!(
                    f,
                    "the token file of {} is not there or empty ({}): its token was kept",
                    ShownName(user),
                    path(file)
                )
            }
            Note::TlsServerNameDropped { cluster } => {
                write!(f, "the server of {} is another now, so its tls-server-name was dropped", ShownName(cluster))
            }
            Note::ClusterCopied { cluster, copy } => {
                write!(
                    f,
                    "the cluster {} is reached by different servers: {} is a copy of it",
                    ShownName(cluster),
                    ShownName(copy)
                )
            }
            Note::CurrentContextChosen { context } => write!(f, "the current context is {} now", ShownName(context)),
            Note::Shadowed { entry, file, taken } => write!(
                f,
                "warning: the {entry} of {} is NOT in the backup, {} has another of that name; export it by itself, with --name",
                path(file),
                path(taken)
            ),
            Note::SourceMissing { file } => write!(f, "warning: {} does not exist", path(file)),
            Note::LeftOut { contexts } => write!(f, "left out: {}", listed(contexts.iter().map(String::as_str))),
            Note::NotInBackup { contexts, reasons } => {
                reasons.iter().try_for_each(|reason| writeln!(f, "warning: {reason}"))?;
                let these = if contexts.len() == 1 { "this context is" } else { "these contexts are" };
                let names = listed(contexts.iter().map(String::as_str));
                write!(
                    f,
                    "warning: {these} NOT in the backup: {names}; restore what is missing, or delete what is of no use"
                )
            }
            Note::Unread(unread) => write!(f, "warning: NOT in the backup: {unread}"),
        }
    }
}

/// What an export read, changed and found. Nothing in it is secret.
///
/// `Display` gives the whole summary, one line each: the files read into the backup, the notes, and last a line per
/// context.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// The files that were read into the backup, in the order of the entries.
    pub embedded: Vec<Embedded>,
    /// What was changed or decided on the way.
    pub notes: Vec<Note>,
    /// The judgement of each context, in the order of the backup.
    pub contexts: Vec<Access>,
}

impl Report {
    /// Returns whether every context works on another machine and without Rancher, by what the file alone tells.
    pub fn stands_alone(&self) -> bool {
        self.contexts.iter().all(Access::stands_alone)
    }

    /// Returns whether all that was to go into the backup is in it: no chosen context was left out because something it
    /// needs is not there, and nothing stands in the files that kubectl does not read. What a filter left out does not
    /// count.
    pub fn is_complete(&self) -> bool {
        !self.notes.iter().any(|note| matches!(note, Note::NotInBackup { .. } | Note::Unread(_)))
    }

    /// Returns the contexts that stand alone with a token of which nothing says when it ends.
    pub fn without_end(&self) -> impl Iterator<Item = &Access> {
        let is_unknown = |access: &&Access| access.credential().is_some_and(|one| one.end == End::Unknown);
        self.contexts.iter().filter(|access| access.stands_alone()).filter(is_unknown)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for file in &self.embedded {
            writeln!(f, "embedded {file}")?;
        }
        for note in &self.notes {
            writeln!(f, "{note}")?;
        }
        for context in &self.contexts {
            writeln!(f, "{context}")?;
        }
        let names: Vec<&str> = self.without_end().map(Access::context).collect();
        match &*names {
            [] => Ok(()),
            [one] => writeln!(f, "note: no file says when the token of {} ends", ShownName(one)),
            several => {
                writeln!(
                    f,
                    "note: no file says when the tokens of these contexts end: {}",
                    listed(several.iter().copied())
                )
            }
        }
    }
}

/// Names for a sentence: the first twenty of them.
pub(super) fn listed<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    const MOST: usize = 20;
    let more = names.len().saturating_sub(MOST);
    let names: Vec<String> = names.take(MOST).map(|name| format!("{name:?}")).collect();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    names.join(", ") + &more
}

fn path(path: &Path) -> String {
    Printable(&path.to_string_lossy()).to_string()
}
