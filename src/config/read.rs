//! Documents to kubeconfigs, by kubectl's rules.

use super::{DUPLICATE_NAME, Kubeconfig};
use crate::error::{Error, ErrorKind, Printable, Result};
use crate::syntax::{Document, Node, Resolved, from_document};
use std::collections::HashMap;

impl Kubeconfig {
    /// Reads a document by kubectl's rules: `kind` and `apiVersion` are those of a kubeconfig or absent, names are unique,
    /// a number or boolean is no string, `*-data` is base64.
    ///
    /// `apiVersion: __internal` is read as kubectl reads it: maps in place of lists, `act-as` in place of `as`; the result
    /// is an ordinary one.
    ///
    /// # Errors
    /// With line, column and the path of the field, never with a value: [`ErrorKind::Type`], [`ErrorKind::DuplicateName`]
    /// (naming both places), [`ErrorKind::Base64`], [`ErrorKind::Version`], [`ErrorKind::Limit`].
    pub fn from_document(document: &Document) -> Result<Self> {
        let Some(root) = document.root() else { return Ok(Self::default()) };
        match header(root).map_err(|e| document.locate(e))? {
            Version::V1 => from_document(document).map_err(|e| explain(e, document)),
            Version::Internal => {
                from_document::<Unchecked>(document)?;
                super::internal::read(root)
            }
        }
    }

    /// Reads a text by kubectl's rules; as [`str::parse`], under the name that the crate `kube` has for it. JSON is YAML.
    ///
    /// # Errors
    /// As [`from_slice`](Kubeconfig::from_slice).
    ///
    /// ```
    /// use kubeconfig::Kubeconfig;
    /// let config = Kubeconfig::from_yaml("current-context: prod\n")?;
    /// assert_eq!(config.current_context(), Some("prod"));
    /// # Ok::<(), kubeconfig::Error>(())
    /// ```
    pub fn from_yaml(text: &str) -> Result<Self> {
        Self::from_slice(text.as_bytes())
    }

    /// Reads a text by kubectl's rules, with the default [`Limits`](crate::syntax::Limits).
    ///
    /// # Errors
    /// As [`Document::parse`] and [`from_document`](Kubeconfig::from_document).
    pub fn from_slice(text: &[u8]) -> Result<Self> {
        Self::from_document(&Document::parse(text)?)
    }
}

impl std::str::FromStr for Kubeconfig {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::from_slice(text.as_bytes())
    }
}

/// A type that takes anything: for what `from_document` checks beside types.
struct Unchecked;

impl<'de> serde::Deserialize<'de> for Unchecked {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde::de::IgnoredAny::deserialize(deserializer).map(|_| Unchecked)
    }
}

/// Whether it is of client-go's unversioned type, which looks otherwise.
pub(super) fn is_internal(document: &Document) -> bool {
    matches!(document.root().map(header), Some(Ok(Version::Internal)))
}

/// The versions of a kubeconfig that kubectl reads.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Version {
    V1,
    /// client-go's unversioned type.
    Internal,
}

/// What `kind` and `apiVersion` say. They are looked for as Go's `encoding/json` does, whatever the case of the key; of
/// several spellings the one that sorts last counts.
pub(crate) fn header(root: Node<'_>) -> Result<Version> {
    let at = root.span().start as usize;
    if root.resolved() == Some(Resolved::Null) {
        return Ok(Version::V1);
    }
    let mut entries: Vec<(String, Node<'_>)> =
        root.entries().into_iter().map(|(key, value)| (key.key().into_owned(), value)).collect();
    if entries.is_empty() && root.resolve().kind() != crate::syntax::NodeKind::Mapping {
        return Err(Error::new(ErrorKind::Type, "a kubeconfig must be a map at the top").at_offset(at));
    }
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    let mut found: [(Option<&str>, usize); 2] = [(None, at); 2];
    for (key, value) in &entries {
        let place = match fold(key).as_str() {
            "kind" => 0,
            "apiversion" => 1,
            _ => continue,
        };
        let at = value.span().start as usize;
        match value.resolved() {
            Some(Resolved::Null) => {}
            Some(Resolved::Str(text)) => found[place] = (Some(text), at),
            _ => {
                return Err(Error::new(ErrorKind::Type, "something else where a string is expected")
                    .with_help("put it in quotes")
                    .in_field(key.clone())
                    .at_offset(at));
            }
        }
    }
    let [(kind, kind_at), (version, version_at)] = found;
    let version = match version.unwrap_or_default() {
        // An empty group is no group.
        "" | "/" | "v1" | "/v1" => Version::V1,
        "__internal" | "/__internal" => Version::Internal,
        _ => {
            return Err(Error::new(ErrorKind::Version, "not the apiVersion of a kubeconfig, which is v1")
                .in_field("apiVersion")
                .at_offset(version_at));
        }
    };
    match kind {
        None | Some("" | "Config") => Ok(version),
        Some(_) => Err(Error::new(ErrorKind::Version, "not the kind of a kubeconfig, which is Config")
            .in_field("kind")
            .at_offset(kind_at)),
    }
}

/// Lower case as `encoding/json` folds it.
fn fold(key: &str) -> String {
    key.chars().map(fold_char).collect()
}

/// Lower case as `encoding/json` folds it: ASCII, and the two characters of Unicode that fold to ASCII.
pub(crate) fn fold_char(c: char) -> char {
    match c {
        '\u{212a}' => 'k',
        '\u{17f}' => 's',
        c => c.to_ascii_lowercase(),
    }
}

/// Gives an error of two entries with one name both places: serde's errors have room for one.
fn explain(error: Error, document: &Document) -> Error {
    if error.message() != DUPLICATE_NAME {
        return error;
    }
    document.root().and_then(duplicate).map_or(error, |e| document.locate(e))
}

fn duplicate(root: Node<'_>) -> Option<Error> {
    let lists = |node: Node<'_>, path: &str| -> Option<Error> {
        in_list(node.get("extensions")?, &format!("{path}extensions"))
    };
    for (list, body) in [("clusters", "cluster"), ("users", "user"), ("contexts", "context")] {
        let Some(list_node) = root.get(list) else { continue };
        if let Some(error) = in_list(list_node, list) {
            return Some(error);
        }
        for (i, item) in list_node.items().enumerate() {
            let body_node = item.get(body);
            if let Some(error) = body_node.and_then(|node| lists(node, &format!("{list}[{i}].{body}."))) {
                return Some(error);
            }
        }
    }
    lists(root, "").or_else(|| lists(root.get("preferences")?, "preferences."))
}

/// A name that an earlier item of the list has already.
pub(crate) struct Repeated<'d> {
    /// `clusters[3].name`
    pub(crate) field: String,
    /// The name, or the item if it has none.
    pub(crate) place: Node<'d>,
    name: &'d str,
    first: Node<'d>,
}

impl Repeated<'_> {
    pub(crate) fn message(&self) -> String {
        let shown = format!("{:?}", self.name);
        format!("the name {} stands at {} already", Printable(&shown), self.first.position())
    }
}

fn in_list(list: Node<'_>, path: &str) -> Option<Error> {
    let repeated = repeated(list, path).next()?;
    Some(
        Error::new(ErrorKind::DuplicateName, repeated.message())
            .with_help("give one of the two another name, or remove it")
            .at(repeated.place.position())
            .in_field(repeated.field),
    )
}

/// The items of a list of named entries whose name stands there already.
pub(crate) fn repeated<'d>(list: Node<'d>, path: &str) -> impl Iterator<Item = Repeated<'d>> {
    // The item that has a name now, and where the name stands.
    let mut seen: HashMap<&str, (Node<'_>, Node<'_>)> = HashMap::new();
    let may_be_null = path.ends_with("extensions");
    list.items().enumerate().filter_map(move |(i, item)| {
        let name = item.get("name");
        let text = name.and_then(|n| n.as_str()).unwrap_or_default();
        let place = name.unwrap_or(item);
        let (earlier, first) = seen.insert(text, (item, place))?;
        let null = |item: Node<'_>| item.get("extension").is_none_or(|value| value.resolved() == Some(Resolved::Null));
        if may_be_null && null(earlier) {
            return None;
        }
        Some(Repeated { field: format!("{path}[{i}].name"), place, name: text, first })
    })
}
