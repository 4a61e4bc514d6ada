//! Documents to states, by the rules of Go's `encoding/json`: null is nothing, the case of keys does not matter.

use super::{CertificateEntry, ClusterState, State, json};
use crate::error::{Error, ErrorKind, Position, Result};
use crate::rke::schema::shown_certificate;
use crate::secret::Secret;
use crate::syntax::de::{check_json, from_node};
use crate::syntax::{Document, Limits, Node, NodeKind, Resolved, Value};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

impl State {
    /// Reads an rkestate: JSON as RKE writes it, compact or indented, or the same as YAML.
    ///
    /// As in Go, the case of keys does not matter, and null is as good as absent. Unlike Go, a state without any of its parts is an
    /// error: any JSON object would be one. A state inside something else (a Secret, a snapshot) is found by
    /// [`SavedStates`](crate::rke::SavedStates).
    ///
    /// # Errors
    /// With line and column, never with a value: [`ErrorKind::Syntax`] where the text is broken or cut off, [`ErrorKind::Type`]
    /// where it is something else, or a field has the wrong type, [`ErrorKind::Limit`] for one too large or nested too deep.
    pub fn from_slice(text: &[u8]) -> Result<Self> {
        let document = document(text)?;
        if let Some(behind) = behind(text) {
            return Err(no_end().at(position(text, behind)));
        }
        let Some(root) = document.root().filter(|root| is_state(*root)) else {
            return Err(Error::new(
                ErrorKind::Type,
                "this is no rkestate: it has neither desiredState nor currentState",
            ));
        };
        State::from_node(root).map_err(|e| document.locate(e))
    }

    /// The state in a node of a document that has passed [`check_json`].
    pub(in crate::rke) fn from_node(root: Node<'_>) -> Result<Self> {
        let mut state = State::default();
        for (key, value) in fields(root)? {
            let of = if key.eq_ignore_ascii_case("desiredState") {
                &mut state.desired
            } else if key.eq_ignore_ascii_case("currentState") {
                &mut state.current
            } else {
                state.other.insert(key, from_node::<Value>(value)?);
                continue;
            };
            *of = cluster_state(value).map_err(|e| e.inside(key))?;
        }
        Ok(state)
    }
}

/// The document of a text that is JSON, or else YAML.
pub(crate) fn document(text: &[u8]) -> Result<Document> {
    let json = std::str::from_utf8(text).ok().filter(|text| {
        // Of several documents each but the first has this before it.
        let text = text.trim_ascii_start();
        text.strip_prefix("---").unwrap_or(text).trim_ascii_start().starts_with(['{', '['])
    });
    let limits = Limits { keys_of_json: json.is_some(), ..Limits::default() };
    let document = match json.and_then(json::for_yaml) {
        Some(text) => Document::parse_with(text.as_bytes(), &limits),
        None => Document::parse_with(text, &limits),
    }?;
    check_json(&document)?;
    Ok(document)
}

/// Where something stands behind the value of a text that is JSON: another value, or what was left there by mistake. YAML, and
/// comments as YAML knows them, are none of it.
pub(in crate::rke) fn behind(text: &[u8]) -> Option<usize> {
    let blank = text.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let value = text.get(blank..).filter(|value| value.starts_with(b"{") || value.starts_with(b"["))?;
    let (mut depth, mut in_string, mut escaped) = (0_u32, false, false);
    let mut end = None;
    for (at, byte) in value.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            end = Some(blank + at + 1);
            break;
        }
    }
    let mut at = end?;
    loop {
        let rest = text.get(at..)?;
        at += rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        match text.get(at)? {
            b'#' => at += text.get(at..)?.iter().take_while(|byte| **byte != b'\n').count(),
            _ => return Some(at),
        }
    }
}

/// What to say where [`behind`] finds something.
#[cold]
pub(in crate::rke) fn no_end() -> Error {
    Error::new(ErrorKind::Syntax, "something stands behind the end of the JSON")
        .with_help("was it edited, or cut together?")
}

/// The place of an offset of a text.
pub(in crate::rke) fn position(text: &[u8], offset: usize) -> Position {
    let before = String::from_utf8_lossy(text.get(..offset).unwrap_or(text)).into_owned();
    let before = Zeroizing::new(before);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Position { line: number(line), column: number(column) }
}

/// Whether it has what makes an rkestate one.
pub(crate) fn is_state(node: Node<'_>) -> bool {
    let is = |key: &str| ["desiredState", "currentState"].iter().any(|name| key.eq_ignore_ascii_case(name));
    node.entries().iter().any(|(key, _)| is(&key.key()))
}

fn cluster_state(node: Node<'_>) -> Result<ClusterState> {
    let mut state = ClusterState::default();
    for (key, value) in fields(node)? {
        state.set(&key, value).map_err(|e| e.inside(key))?;
    }
    Ok(state)
}

impl ClusterState {
    fn set(&mut self, key: &str, value: Node<'_>) -> Result<()> {
        if key.eq_ignore_ascii_case("rkeConfig") {
            self.rke_config = match is_null(value) {
                true => None,
                false => fields(value).and_then(|_| from_node(value)).map(Some)?,
            };
        } else if key.eq_ignore_ascii_case("certificatesBundle") {
            self.certificates = bundle(value)?;
        } else if key.eq_ignore_ascii_case("encryptionConfig") {
            self.encryption_config = text(value)?.map(Secret::from);
        } else {
            let other = from_node::<Value>(value).map_err(Error::of_any_key)?;
            self.other.insert(key, other);
        }
        Ok(())
    }
}

fn bundle(node: Node<'_>) -> Result<BTreeMap<String, CertificateEntry>> {
    let entry = |(name, node): (String, Node<'_>)| match entry(node) {
        Ok(entry) => Ok((name, entry)),
        Err(error) => Err(error.inside(shown_certificate(&name))),
    };
    fields(node)?.into_iter().map(entry).collect()
}

fn entry(node: Node<'_>) -> Result<CertificateEntry> {
    let mut entry = CertificateEntry::default();
    for (key, value) in fields(node)? {
        let Some(field) = entry.field_mut(&key) else {
            entry.other.insert(key, from_node::<Value>(value)?);
            continue;
        };
        if let Some(text) = text(value).map_err(|e| e.inside(key))? {
            field.set(text);
        }
    }
    Ok(entry)
}

/// Keys and values of a map; none of null.
fn fields<'d>(node: Node<'d>) -> Result<Vec<(String, Node<'d>)>> {
    if node.resolve().kind() != NodeKind::Mapping && !is_null(node) {
        return Err(mismatch(node, "a map"));
    }
    Ok(node.entries().into_iter().map(|(key, value)| (key.key().into_owned(), value)).collect())
}

/// A string; none for null.
fn text<'d>(node: Node<'d>) -> Result<Option<&'d str>> {
    match node.as_str() {
        None if !is_null(node) => Err(mismatch(node, "a string")),
        text => Ok(text),
    }
}

fn is_null(node: Node<'_>) -> bool {
    node.resolved() == Some(Resolved::Null)
}

fn mismatch(node: Node<'_>, expected: &str) -> Error {
    Error::new(ErrorKind::Type, format!("something else where {expected} is expected"))
        .at_offset(node.span().start as usize)
}
