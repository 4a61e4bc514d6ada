//! Reading the parts of a configuration from the tree, by yaml.v2's rules or those of Go's `encoding/json`.

use super::model::{Keys, Model, Rules};
use crate::error::{Error, ErrorKind, Result};
use crate::syntax::{Mapping, Node, NodeKind, Resolved, Scalar, ScalarStyle, Value};
use std::borrow::Cow;

/// A struct: known keys into its fields, the others into `other`.
///
/// Null is a struct without anything, and a key that comes again adds to what it said before, in both of Go's readers.
pub(crate) fn read_struct<M: Model>(model: &mut M, node: Node<'_>, rules: Rules) -> Result<()> {
    if is_null(node) {
        if rules.is_yaml() {
            *model = M::default();
        }
        return Ok(());
    }
    let mut wrong = Wrong::default();
    for (key, value) in pairs(node, rules)? {
        let name = key_text(key, rules);
        let read = read_pair(model, &name, key, value, rules);
        wrong.take(read.map_err(|e| e.at_offset(value.span().start as usize).inside(&name)))?;
    }
    wrong.finish()
}

/// The errors of what stands side by side: as with yaml.v2, one of them does not hide the others.
#[derive(Default)]
pub(crate) struct Wrong(Vec<Error>);

impl Wrong {
    /// As many are told at most.
    const MOST: usize = 100;

    /// Keeps an error; one of many, or one that is not about a type, ends it.
    pub(crate) fn take(&mut self, read: Result<()>) -> Result<()> {
        let Err(error) = read else { return Ok(()) };
        let goes_on = error.is_type();
        self.0.extend(error.into_errors());
        if goes_on && self.0.len() < Self::MOST { Ok(()) } else { std::mem::take(self).finish() }
    }

    pub(crate) fn finish(self) -> Result<()> {
        Error::several(self.0).map_or(Ok(()), Err)
    }
}

fn read_pair<M: Model>(model: &mut M, name: &str, key: Node<'_>, value: Node<'_>, rules: Rules) -> Result<()> {
    let mut known = model.read_field(name, value, rules)?;
    if !known && rules.keys == Keys::Json {
        known = model.read_field(name, value, Rules { keys: Keys::JsonAnyCase, ..rules })?;
    }
    if known { Ok(()) } else { keep(model.other_mut(), key, value).map_err(Error::of_any_key) }
}

/// An unknown key with its value, as it is spelled.
fn keep(other: &mut Mapping, key: Node<'_>, value: Node<'_>) -> Result<()> {
    let target = key.resolve();
    let (name, raw) = (key.key().into_owned(), target.text().unwrap_or_default());
    let is_plain = target.style() == Some(ScalarStyle::Plain) && target.tag().is_none();
    let spelling = (is_plain && name != raw).then(|| Scalar::plain(raw));
    other.insert_spelled(name, spelling, read_value(value)?);
    Ok(())
}

pub(crate) fn read_value(node: Node<'_>) -> Result<Value> {
    crate::syntax::de::from_node(node)
}

/// The pairs of a map as Go's readers meet them: repeated keys each time, what is merged where the `<<` stands.
pub(crate) fn pairs<'d>(node: Node<'d>, rules: Rules) -> Result<Vec<(Node<'d>, Node<'d>)>> {
    if node.resolve().kind() != NodeKind::Mapping {
        return Err(mismatch(node, "a map"));
    }
    Ok(if rules.resolved { node.entries() } else { node.occurrences() })
}

pub(crate) fn items<'d>(node: Node<'d>) -> Result<impl Iterator<Item = Node<'d>>> {
    match node.resolve().kind() {
        NodeKind::Sequence => Ok(node.items()),
        _ => Err(mismatch(node, "a list")),
    }
}

/// A key as text: yaml.v2 takes it as it is spelled.
pub(crate) fn key_text<'d>(key: Node<'d>, rules: Rules) -> Cow<'d, str> {
    match key.resolve().text() {
        Some(text) if rules.is_yaml() && !rules.resolved && key.resolve().tag() != Some("binary") => text.into(),
        _ => key.key(),
    }
}

pub(crate) fn is_null(node: Node<'_>) -> bool {
    node.resolved() == Some(Resolved::Null)
}

/// A text; none for null.
pub(crate) fn read_text(node: Node<'_>, rules: Rules) -> Result<Option<Cow<'_, str>>> {
    let Some(resolved) = node.resolved() else { return Err(mismatch(node, "a string")) };
    if resolved == Resolved::Null {
        return Ok(None);
    }
    let text = match resolved {
        // `!!binary` is decoded, which is what makes a key of it.
        Resolved::Str(_) => node.key(),
        // yaml.v2 keeps the spelling of an unquoted number or boolean.
        _ if rules.is_yaml() && !rules.resolved => node.text().unwrap_or_default().into(),
        Resolved::Float(f) if rules.is_yaml() => f.to_string().into(),
        _ if rules.is_yaml() => node.key(),
        _ => return Err(mismatch(node, "a string")),
    };
    Ok(Some(text))
}

pub(crate) fn read_bool(node: Node<'_>) -> Result<Option<bool>> {
    match node.resolved() {
        Some(Resolved::Null) => Ok(None),
        Some(Resolved::Bool(b)) => Ok(Some(b)),
        _ => Err(mismatch(node, "a boolean")),
    }
}

pub(crate) fn read_int(node: Node<'_>, rules: Rules) -> Result<Option<i64>> {
    // Both readers take the fraction of a float off where there is none; yaml.v2 takes it off in any case.
    const LARGEST: f64 = 9e15;
    match node.resolved() {
        Some(Resolved::Null) => Ok(None),
        Some(Resolved::Int(i)) => Ok(Some(i)),
        Some(Resolved::Float(f)) if f.abs() < LARGEST && (rules.is_yaml() || f.fract() == 0.0) => Ok(Some(f as i64)),
        _ => Err(mismatch(node, "a whole number")),
    }
}

pub(crate) fn read_float(node: Node<'_>) -> Result<Option<f64>> {
    match node.resolved() {
        Some(Resolved::Null) => Ok(None),
        Some(Resolved::Int(i)) => Ok(Some(i as f64)),
        Some(Resolved::Uint(u)) => Ok(Some(u as f64)),
        Some(Resolved::Float(f)) => Ok(Some(f)),
        _ => Err(mismatch(node, "a number")),
    }
}

#[cold]
pub(crate) fn mismatch(node: Node<'_>, expected: &str) -> Error {
    let target = node.resolve();
    let found = match (target.resolved(), target.kind()) {
        (Some(resolved), _) => resolved.noun(),
        (None, NodeKind::Sequence) => "a list",
        (None, NodeKind::Mapping) => "a map",
        (None, _) => "another kind of value",
    };
    let error = Error::new(ErrorKind::Type, format!("{found} where {expected} is expected"))
        .at_offset(node.span().start as usize);
    match (found, expected) {
        ("a string", "a boolean" | "a whole number" | "a number") => error.with_help("write it without quotes"),
        _ => error,
    }
}
