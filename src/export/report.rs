//! What an export says of itself: nothing in here is secret.

use crate::error::Printable;
use std::fmt;
use std::path::{Path, PathBuf};

#[cfg(feature = "cert")]
use rustls_pki_types::UnixTime;

/// What a context of a backup still needs beside the file. A context without any stands alone.
///
/// `Display` gives the words of the summary: `needs aws on the machine`, `only through Rancher`, `this machine only`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dependence {
    /// A command that must be there to log in: the `exec` of a user whom nothing better authenticates.
    Command(String),
    /// A login plugin of client-go itself (`auth-provider`), by name.
    Provider(String),
    /// Rancher must be up: it is the server, or it hands out the token.
    ThroughRancher,
    /// The server, or the proxy in front of it, is the machine the file is used on.
    ThisMachine,
    /// There is nothing to log in with; kubectl would ask for a user name and a password.
    Credentials,
    /// Nothing shows that the cluster takes the token: Rancher may have made it for itself alone.
    UnprovenToken,
    /// It is over: the client certificate, the token or the CA named here has ended.
    Expired(Ending),
    /// kubectl refuses the context as it stands; the text says why.
    Refused(String),
}

impl fmt::Display for Dependence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Dependence::Command(name) => write!(f, "needs {} on the machine", Printable(name)),
            Dependence::Provider(name) => write!(f, "needs the login plugin {} (auth-provider)", Printable(name)),
            Dependence::ThroughRancher => f.write_str("only through Rancher"),
            Dependence::ThisMachine => f.write_str("this machine only"),
            Dependence::Credentials => f.write_str("needs credentials typed in"),
            Dependence::UnprovenToken => f.write_str("nothing shows that the cluster takes its token"),
            Dependence::Expired(what) => write!(f, "{what} has expired"),
            Dependence::Refused(why) => write!(f, "refused by kubectl: {}", Printable(why)),
        }
    }
}

/// What can end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ending {
    /// The client certificate: after that the server takes the client for nobody.
    ClientCertificate,
    /// The token, by its own `exp`.
    Token,
    /// Every certificate of the CA: after that the client does not trust the server.
    CertificateAuthority,
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Ending::ClientCertificate => "the client certificate",
            Ending::Token => "the token",
            Ending::CertificateAuthority => "the CA",
        })
    }
}

/// How a context authenticates.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CredentialKind {
    /// `client-certificate` and `client-key`.
    ClientCertificate,
    /// A bearer token.
    Token,
    /// User name and password.
    Basic,
    /// A command that prints credentials.
    Exec,
    /// A login plugin of client-go, by name.
    Provider(String),
}

/// One of the credentials a context sends.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Credential {
    /// What it is.
    pub kind: CredentialKind,
    /// Until when it is valid, if it says so itself: a certificate's `notAfter`, the `exp` of a token that is a JWT.
    #[cfg(feature = "cert")]
    pub until: Option<UnixTime>,
}

impl fmt::Display for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            CredentialKind::ClientCertificate => f.write_str("client certificate")?,
            CredentialKind::Token => f.write_str("token")?,
            CredentialKind::Basic => f.write_str("user name and password")?,
            CredentialKind::Exec => f.write_str("command")?,
            CredentialKind::Provider(name) => write!(f, "login plugin {}", Printable(name))?,
        }
        #[cfg(feature = "cert")]
        if let Some(until) = self.until {
            write!(f, " until {}", crate::cert::rfc3339(until))?;
        }
        Ok(())
    }
}

/// What a backup says of one of its contexts.
///
/// `Display` gives one line: `NAME: how it authenticates; what it still depends on`, and `stands alone` where that is
/// nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ContextReport {
    /// The context's name in the backup.
    pub name: String,
    /// The name of its cluster, if it has one.
    pub cluster: Option<String>,
    /// The name of its user, if it has one.
    pub user: Option<String>,
    /// How it authenticates: what is really used of what the user's entry has. Empty for plain http.
    pub credentials: Vec<Credential>,
    /// What it still depends on; empty where it stands alone.
    pub dependences: Vec<Dependence>,
}

impl ContextReport {
    /// Whether it works on another machine, by what the file alone tells.
    pub fn stands_alone(&self) -> bool {
        self.dependences.is_empty()
    }
}

impl fmt::Display for ContextReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", Printable(&self.name))?;
        if self.credentials.is_empty() {
            f.write_str("no credentials")?;
        }
        separated(f, &self.credentials, ", ")?;
        f.write_str("; ")?;
        if self.stands_alone() {
            return f.write_str("stands alone");
        }
        separated(f, &self.dependences, "; ")
    }
}

fn separated<T: fmt::Display>(f: &mut fmt::Formatter<'_>, items: &[T], separator: &str) -> fmt::Result {
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            f.write_str(separator)?;
        }
        item.fmt(f)?;
    }
    Ok(())
}

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
        write!(f, "{} ({} of {})", path(&self.file), self.field, Printable(&self.entry))
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
    /// The token file is not there; the `token` beside it, which kubectl falls back to, was kept.
    TokenFileMissing {
        /// The user's entry.
        user: String,
        /// The file that is not there.
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
    /// The cluster's server is an IPv6 address without brackets, as Rancher writes them: newer programs refuse it.
    NoBrackets {
        /// The cluster.
        cluster: String,
    },
    /// Chosen contexts that did not pass the filter.
    LeftOut {
        /// Their names.
        contexts: Vec<String>,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::CommandMadeAbsolute { user, command } => {
                write!(
                    f,
                    "the login command of {} can't be embedded; its path is {} now",
                    Printable(user),
                    Printable(command)
                )
            }
            Note::TokenFileWins { user } => {
                write!(f, "{} has a token and a token file: the file's was kept, as kubectl uses it", Printable(user))
            }
            Note::TokenFileMissing { user, file } => {
                write!(f, "the token file of {} is not there ({}): its token was kept", Printable(user), path(file))
            }
            Note::TlsServerNameDropped { cluster } => {
                write!(f, "the server of {} is another now, so its tls-server-name was dropped", Printable(cluster))
            }
            Note::ClusterCopied { cluster, copy } => {
                write!(
                    f,
                    "the cluster {} is reached by different servers: {} is a copy of it",
                    Printable(cluster),
                    Printable(copy)
                )
            }
            Note::CurrentContextChosen { context } => write!(f, "the current context is {} now", Printable(context)),
            Note::Shadowed { entry, file, taken } => write!(
                f,
                "warning: the {entry} of {} is NOT in the backup, {} has another of that name; export it by itself, with --name",
                path(file),
                path(taken)
            ),
            Note::NoBrackets { cluster } => write!(
                f,
                "warning: the server of {} is an IPv6 address without brackets: kubectl of today takes it, programs built with Go \
                 1.26 or later refuse it; --server NAME=https://[ADDRESS]:6443 puts it right",
                Printable(cluster)
            ),
            Note::SourceMissing { file } => write!(f, "warning: {} does not exist", path(file)),
            Note::LeftOut { contexts } => write!(f, "left out: {}", listed(contexts.iter().map(String::as_str))),
        }
    }
}

/// What an export read, changed and found. Nothing in it is secret.
///
/// `Display` gives the whole summary, one line each: the files read into the backup, the notes, and last a line per
/// context.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The files that were read into the backup, in the order of the entries.
    pub embedded: Vec<Embedded>,
    /// What was changed or decided on the way.
    pub notes: Vec<Note>,
    /// The contexts, in the order of the backup.
    pub contexts: Vec<ContextReport>,
}

impl Report {
    /// Whether every context works on another machine, by what the file alone tells.
    pub fn stands_alone(&self) -> bool {
        self.contexts.iter().all(ContextReport::stands_alone)
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
        Ok(())
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
