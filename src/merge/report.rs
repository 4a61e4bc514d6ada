//! What a merge says of itself: nothing in here is secret.

use crate::error::{Position, Printable};
use crate::export::{self, Embedded};
use crate::load::{Subject, Unread};
use std::fmt;
use std::path::{Path, PathBuf};

/// One of the three lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// `clusters`
    Cluster,
    /// `users`
    User,
    /// `contexts`
    Context,
}

impl EntryKind {
    pub(super) fn list(self) -> &'static str {
        match self {
            EntryKind::Cluster => "clusters",
            EntryKind::User => "users",
            EntryKind::Context => "contexts",
        }
    }

    pub(super) fn subject(self, name: &str) -> Subject<'_> {
        match self {
            EntryKind::Cluster => Subject::Cluster(name),
            EntryKind::User => Subject::User(name),
            EntryKind::Context => Subject::Context(name),
        }
    }
}

impl fmt::Display for EntryKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            EntryKind::Cluster => "cluster",
            EntryKind::User => "user",
            EntryKind::Context => "context",
        })
    }
}

/// Where something stands in the inputs. `Display` gives `file:line:column`, as far as they are known.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Place {
    /// The number of the input, from 1.
    pub input: usize,
    /// The file, unless the input came from none.
    pub file: Option<PathBuf>,
    /// Line and column in the file.
    pub position: Option<Position>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(file) = &self.file else { return write!(f, "input {}", self.input) };
        path(file).fmt(f)?;
        self.position.map_or(Ok(()), |position| write!(f, ":{position}"))
    }
}

/// A context of the result.
///
/// `Display` gives one line: `NAME: cluster CLUSTER at SERVER, user USER; from PLACE`, with the name that it had there if
/// that was another.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MergedContext {
    /// Its name in the result.
    pub name: String,
    /// The cluster it names in the result, if any.
    pub cluster: Option<String>,
    /// The user it names in the result, if any.
    pub user: Option<String>,
    /// The cluster's server, without userinfo and query.
    pub server: Option<String>,
    /// The contexts of the inputs that it stands for: those say all the same.
    pub from: Vec<InputContext>,
}

/// A context of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InputContext {
    /// Its name there.
    pub name: String,
    /// Where it stands.
    pub place: Place,
}

impl fmt::Display for MergedContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", Printable(&self.name))?;
        match &self.cluster {
            Some(cluster) => write!(f, "cluster {}", Printable(cluster))?,
            None => f.write_str("no cluster")?,
        }
        if let Some(server) = &self.server {
            write!(f, " at {}", Printable(server))?;
        }
        match &self.user {
            Some(user) => write!(f, ", user {}", Printable(user))?,
            None => f.write_str(", no user")?,
        }
        let from: Vec<String> = self
            .from
            .iter()
            .map(|from| match &from.name {
                name if *name == self.name => from.place.to_string(),
                name => format!("{} of {}", Printable(name), from.place),
            })
            .collect();
        write!(f, "; from {}", Listed(&from))
    }
}

/// An entry that has a new name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Renamed {
    /// What it is.
    pub kind: EntryKind,
    /// The name it had.
    pub from: String,
    /// The name it has.
    pub to: String,
    /// Where it stands: a place for each input that has it.
    pub places: Vec<Place>,
}

impl fmt::Display for Renamed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = (Printable(&self.from), Printable(&self.to));
        write!(f, "renamed the {} {from} of {} to {to}", self.kind, Listed(&self.places))
    }
}

/// An entry that is not in the result.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftOut {
    /// What it is.
    pub kind: EntryKind,
    /// Its name.
    pub name: String,
    /// Where it stands: a place for each input that has it.
    pub places: Vec<Place>,
    /// The entry that has its name, if one has.
    pub winner: Option<Place>,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "left out the {} {} of {}: ", self.kind, Printable(&self.name), Listed(&self.places))?;
        match &self.winner {
            Some(winner) => write!(f, "the one of {winner} has its name"),
            None => f.write_str("only contexts that were left out use it"),
        }
    }
}

/// What makes an entry worth a second look before it is used.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Risk {
    /// The user logs in by a command that is run on this machine; without its arguments.
    Command(String),
    /// The user logs in by a plugin of client-go (`auth-provider`), by name.
    Provider(String),
    /// The server's certificate is not checked (`insecure-skip-tls-verify`).
    Insecure,
    /// The cluster is reached through a proxy (`proxy-url`); without userinfo and query.
    Proxy(String),
}

/// What of one kind the inputs bring in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Incoming {
    /// What it is.
    pub risk: Risk,
    /// The entries in the result, clusters or users, each with a place of the inputs that it comes from.
    pub entries: Vec<(String, Place)>,
}

impl fmt::Display for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.risk {
            Risk::Command(command) => write!(f, "runs the command {} to log in: user ", Printable(command))?,
            Risk::Provider(name) => write!(f, "logs in by the plugin {}: user ", Printable(name))?,
            Risk::Insecure => f.write_str("does not check the server's certificate: cluster ")?,
            Risk::Proxy(url) => write!(f, "goes through the proxy {}: cluster ", Printable(url))?,
        }
        let entries: Vec<String> =
            self.entries.iter().map(|(name, place)| format!("{} of {place}", Printable(name))).collect();
        Listed(&entries).fmt(f)
    }
}

/// Something else a user of the result should know.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// An input without any cluster, user or context.
    Nothing {
        /// The input.
        place: Place,
    },
    /// A file of an input does not exist.
    Missing {
        /// The file.
        file: PathBuf,
    },
    /// An input was loaded from several files, of which a later one has an entry that an earlier one hides.
    Shadowed {
        /// What it is, as in `context "default"`.
        entry: String,
        /// The file it stands in.
        file: PathBuf,
        /// The file whose entry was taken.
        taken: PathBuf,
    },
    /// A context names a cluster or user that its input does not have.
    Dangling {
        /// The context in the result.
        context: String,
        /// What it lacks.
        kind: EntryKind,
        /// The name it uses in the input.
        name: String,
        /// The name it uses in the result: another where that is taken by an entry of another input.
        now: String,
        /// Where the context stands.
        place: Place,
    },
    /// The `current-context` of an input has no context, so it was passed over.
    NoSuchCurrent {
        /// The name it has.
        name: String,
        /// Where it stands.
        place: Place,
    },
    /// An extension or an unknown field at the top is not the same in all inputs; one was taken.
    Differs {
        /// What it is, as in `extension "x"` or `field "x"`.
        what: String,
        /// The one that was taken.
        taken: Place,
        /// The one that was not.
        other: Place,
    },
    /// An entry was not added, as the target has it under another name, or an input before.
    AlreadyThere {
        /// What it is.
        kind: EntryKind,
        /// Its name.
        name: String,
        /// Where it stands: a place for each input that has it.
        places: Vec<Place>,
        /// The name of the entry in the result that says the same.
        there: String,
    },
    /// Something in a file that kubectl does not read, so that it is not in the result. What stands so in the target
    /// stays there.
    Unread(Unread),
    /// Something about files that were embedded.
    Embedding(export::Note),
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::Nothing { place } => write!(f, "warning: {place} has no cluster, user or context"),
            Note::Missing { file } => write!(f, "warning: {} does not exist", path(file)),
            Note::Shadowed { entry, file, taken } => {
                write!(f, "warning: the {entry} of {} is hidden by that of {}", path(file), path(taken))
            }
            Note::Dangling { context, kind, name, now, place } => {
                write!(f, "the context {} has no {kind}: {place} names ", Printable(context))?;
                write!(f, "{}, which is not in its file", Printable(name))?;
                if name != now {
                    write!(f, "; it is {} now, as another file has one of that name", Printable(now))?;
                }
                Ok(())
            }
            Note::NoSuchCurrent { name, place } => {
                write!(f, "the current-context of {place} is {}, which is not in its file", Printable(name))
            }
            Note::Differs { what, taken, other } => {
                write!(f, "the {} was taken from {taken}; {other} has another", Printable(what))
            }
            Note::AlreadyThere { kind, name, places, there } => {
                write!(f, "the {kind} {} of {} is there already as ", Printable(name), Listed(places))?;
                Printable(there).fmt(f)
            }
            Note::Unread(unread) => write!(f, "warning: {unread}"),
            Note::Embedding(note) => note.fmt(f),
        }
    }
}

/// What a merge renamed, left out and found. Nothing in it is secret.
///
/// `Display` gives a line for each thing a user should know, and a last one with the numbers. [`contexts`](Report::contexts) are
/// not in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The number of inputs.
    pub inputs: usize,
    /// The number of clusters in the result.
    pub clusters: usize,
    /// The number of users in the result.
    pub users: usize,
    /// The contexts of the result, in its order.
    pub contexts: Vec<MergedContext>,
    /// The current context, if the result has one.
    pub current: Option<String>,
    /// Entries that have a new name.
    pub renamed: Vec<Renamed>,
    /// Entries that are not in the result.
    pub left_out: Vec<LeftOut>,
    /// Files that were embedded.
    pub embedded: Vec<Embedded>,
    /// Commands, login plugins, proxies and unchecked certificates in the result.
    pub incoming: Vec<Incoming>,
    /// What else there is to know.
    pub notes: Vec<Note>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for file in &self.embedded {
            writeln!(f, "embedded {file}")?;
        }
        for renamed in &self.renamed {
            writeln!(f, "{renamed}")?;
        }
        for left_out in &self.left_out {
            writeln!(f, "{left_out}")?;
        }
        for note in &self.notes {
            writeln!(f, "{note}")?;
        }
        for incoming in &self.incoming {
            writeln!(f, "{incoming}")?;
        }
        let counts = [
            Count(self.contexts.len(), "context"),
            Count(self.clusters, "cluster"),
            Count(self.users, "user"),
            Count(self.inputs, "input"),
        ];
        let [contexts, clusters, users, inputs] = counts;
        write!(f, "{contexts}, {clusters} and {users} from {inputs}; ")?;
        match &self.current {
            Some(current) => writeln!(f, "the current context is {}", Printable(current)),
            None => writeln!(f, "no context is the current one"),
        }
    }
}

struct Count(usize, &'static str);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Count(number, what) = self;
        write!(f, "{number} {what}{}", if *number == 1 { "" } else { "s" })
    }
}

/// The first few of them.
struct Listed<'a, T>(&'a [T]);

impl<T: fmt::Display> fmt::Display for Listed<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 20;
        for (i, item) in self.0.iter().take(MOST).enumerate() {
            let separator = if i == 0 { "" } else { ", " };
            write!(f, "{separator}{item}")?;
        }
        match self.0.len().saturating_sub(MOST) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

fn path(path: &Path) -> impl fmt::Display {
    Printable(&path.to_string_lossy()).to_string()
}
