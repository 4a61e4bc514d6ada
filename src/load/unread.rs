//! What stands in a file and is not in the configuration, because kubectl does not read it either.

use super::Loaded;
use crate::config::fields::Keys;
use crate::config::{AuthInfo, Cluster, Context};
use crate::error::{Error, Position, Printable};
use crate::syntax::{Document, Node, NodeKind, Resolved};
use std::fmt;
use std::path::PathBuf;

/// Something in a file that is not read: it stands behind the first YAML document, or under a key that comes again, as in
/// two files that were joined by `cat`. kubectl passes over both without a word.
///
/// `Display` says where it is, why it is not read, and what to do. Nothing in it is secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unread {
    /// The file, as given.
    pub file: PathBuf,
    /// Where it begins.
    pub position: Position,
    /// What it is.
    pub text: UnreadText,
}

/// What is not read; see [`Unread`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnreadText {
    /// All that follows the first YAML document.
    LaterDocument,
    /// The value of a key that comes again in the same map.
    RepeatedKey {
        /// The key, if it is a field of client-go's; others may be secrets.
        key: Option<&'static str>,
        /// Where the same key comes next.
        again: Position,
    },
}

impl Loaded {
    /// Returns what stands in the files and is not in the configuration, in their order. A key that comes again with the same
    /// text, or that held nothing, is passed over: nothing is lost by it.
    pub fn unread(&self) -> Vec<Unread> {
        let of_source = |source: &super::Source| {
            let file = source.path().to_owned();
            let unread = texts(source.document());
            unread.into_iter().map(move |(position, text)| Unread { file: file.clone(), position, text })
        };
        self.sources().iter().flat_map(of_source).collect()
    }
}

/// Adds to an error that something is not there, that it may stand where nobody reads it.
pub(crate) fn with_unread<'a>(error: Error, loaded: impl IntoIterator<Item = &'a Loaded>) -> Error {
    let Some(unread) = loaded.into_iter().flat_map(Loaded::unread).next() else { return error };
    let help = error.help().map(|help| format!("{help}; ")).unwrap_or_default();
    error.with_help(format!("{help}{unread}"))
}

fn texts(document: &Document) -> Vec<(Position, UnreadText)> {
    let source = |node: Node<'_>| {
        let span = node.span();
        document.text().get(span.start as usize..span.end as usize).unwrap_or_default()
    };
    let mut unread = Vec::new();
    for hidden in document.hidden_keys() {
        let (value, again) = (hidden.value.resolve(), hidden.again);
        let is_nothing = match value.kind() {
            NodeKind::Scalar => matches!(value.resolved(), Some(Resolved::Null | Resolved::Str(""))),
            NodeKind::Sequence => value.items().next().is_none(),
            _ => value.written_pairs().next().is_none(),
        };
        if is_nothing || source(hidden.value) == source(hidden.next_value) {
            continue;
        }
        let key = known(&hidden.text);
        unread.push((hidden.key.position(), UnreadText::RepeatedKey { key, again: again.position() }));
    }
    let following = document.following().map(|span| document.position(span.start));
    unread.extend(following.map(|position| (position, UnreadText::LaterDocument)));
    unread
}

/// The key, if it is one that may be shown.
fn known(key: &str) -> Option<&'static str> {
    const OTHERS: &[&str] = &[
        "apiVersion",
        "kind",
        "clusters",
        "users",
        "contexts",
        "current-context",
        "preferences",
        "extensions",
        "name",
        "cluster",
        "user",
        "context",
    ];
    let lists = [OTHERS, Cluster::KEYS, AuthInfo::KEYS, Context::KEYS];
    lists.into_iter().flatten().copied().find(|known| *known == key)
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", Printable(&self.file.to_string_lossy()), self.position)?;
        match &self.text {
            UnreadText::LaterDocument => f.write_str(
                "what follows is not read, because kubectl reads the first YAML document only; move it into a file of \
                 its own, and merge the two",
            ),
            UnreadText::RepeatedKey { key, again } => {
                let key = key.map(|key| format!(" {key}")).unwrap_or_default();
                write!(
                    f,
                    "the key{key} is not read, because it comes again at {again} and kubectl takes the last; put what \
                     both hold under one key"
                )
            }
        }
    }
}
