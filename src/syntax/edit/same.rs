//! Whether two values are the same to kubectl, whatever they are made of and however they are spelled.

use super::plan::Plan;
use crate::syntax::document::{Document, Node};
use crate::syntax::effective;
use crate::syntax::scalar::Resolved;
use crate::syntax::tag::decode_binary;
use crate::syntax::value::Value;
use std::borrow::Cow;
use std::collections::HashMap;
use zeroize::Zeroizing;

/// A value, as one of the things it may be kept in.
#[derive(Clone, Copy)]
pub(super) enum Side<'a> {
    /// The root of a document that has none.
    Nothing,
    Value(&'a Value),
    Node(Node<'a>),
    Plan(&'a Plan, &'a Document),
}

/// What a value is at its top.
pub(super) enum Look<'a> {
    Scalar(Resolved<'a>),
    /// `!!binary`, which is decoded.
    Decoded(Zeroizing<String>),
    List(Items<'a>),
    Map(Vec<(Cow<'a, str>, Side<'a>)>),
}

/// The items of a list, one after the other: together they may take many times the room of their text.
pub(super) type Items<'a> = Box<dyn Iterator<Item = Side<'a>> + 'a>;

impl<'a> Side<'a> {
    pub(super) fn look(self) -> Look<'a> {
        match self {
            Side::Nothing => Look::Scalar(Resolved::Null),
            Side::Value(value) => match value {
                Value::Scalar(scalar) => Look::Scalar(scalar.resolve()),
                Value::Sequence(items) => Look::List(Box::new(items.iter().map(Side::Value))),
                Value::Mapping(map) => Look::Map(map.iter().map(|(k, v)| (k.into(), Side::Value(v))).collect()),
            },
            Side::Node(node) => look_at(node.resolve()),
            Side::Plan(plan, document) => match plan {
                Plan::Kept(node) | Plan::Copy { node, .. } => look_at(document.node(*node).resolve()),
                Plan::New(value) => Side::Value(value).look(),
                Plan::List(list) => Look::List(Box::new(list.live().map(|item| Side::Plan(&item.value, document)))),
                Plan::Map(map) => {
                    let own = map.live().map(|entry| (entry.key.as_str().into(), Side::Plan(&entry.value, document)));
                    let merged = map.merged.iter().map(|(k, n)| (k.as_str().into(), Side::Node(document.node(*n))));
                    Look::Map(own.chain(merged).collect())
                }
            },
        }
    }

    /// What an entry of a list is called: the text of its `name`; empty for one without, and for null.
    pub(super) fn name(self) -> Option<String> {
        match self.look() {
            Look::Scalar(Resolved::Null) => Some(String::new()),
            Look::Map(pairs) => {
                let name = pairs.into_iter().find(|(key, _)| key == "name");
                match name.map_or(Side::Nothing, |(_, name)| name).look() {
                    Look::Scalar(Resolved::Str(name)) => Some(name.to_owned()),
                    Look::Decoded(name) => Some(name.to_string()),
                    Look::Scalar(Resolved::Null) => Some(String::new()),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    pub(super) fn is_null(self) -> bool {
        match self {
            Side::Plan(Plan::Map(_) | Plan::List(_), _) => false,
            Side::Plan(Plan::Kept(node) | Plan::Copy { node, .. }, document) => {
                document.node(*node).resolved() == Some(Resolved::Null)
            }
            Side::Node(node) => node.resolved() == Some(Resolved::Null),
            Side::Plan(Plan::New(value), _) | Side::Value(value) => value.is_null(),
            Side::Nothing => true,
        }
    }

    /// Whether the two are one and the same list or map.
    fn is_shared_with(self, other: Self) -> bool {
        match (self, other) {
            (Side::Value(Value::Sequence(one)), Side::Value(Value::Sequence(other))) => one.is_shared_with(other),
            (Side::Value(Value::Mapping(one)), Side::Value(Value::Mapping(other))) => one.is_shared_with(other),
            _ => false,
        }
    }

    /// Where in a document it stands.
    pub(super) fn position(self) -> Option<(&'a Document, usize)> {
        let node = match self {
            Side::Node(node) => node,
            Side::Plan(Plan::Kept(node) | Plan::Copy { node, .. }, document) => document.node(*node),
            Side::Plan(Plan::Map(map), document) => document.node(map.node?),
            Side::Plan(Plan::List(list), document) => document.node(list.node?),
            Side::Plan(Plan::New(_), _) | Side::Value(_) | Side::Nothing => return None,
        };
        Some((node.document(), node.span().start as usize))
    }

    pub(super) fn is_list(self) -> bool {
        match self {
            Side::Plan(Plan::List(_), _) => true,
            Side::Plan(Plan::Kept(node) | Plan::Copy { node, .. }, document) => {
                document.node(*node).resolve().is_sequence()
            }
            Side::Node(node) => node.resolve().is_sequence(),
            Side::Plan(Plan::New(value), _) | Side::Value(value) => value.as_sequence().is_some(),
            Side::Plan(Plan::Map(_), _) | Side::Nothing => false,
        }
    }
}

fn look_at(node: Node<'_>) -> Look<'_> {
    if node.is_sequence() {
        return Look::List(Box::new(node.children().map(Side::Node)));
    }
    if node.is_mapping() {
        return Look::Map(effective::pairs(node).into_iter().map(|pair| (pair.text, Side::Node(pair.value))).collect());
    }
    let text = node.text().unwrap_or_default();
    if node.tag() == Some("binary") {
        return Look::Decoded(Zeroizing::new(decode_binary(text).unwrap_or_default()));
    }
    Look::Scalar(node.resolved().unwrap_or(Resolved::Str(text)))
}

/// Whether there is no [`difference`].
pub(super) fn same(a: Side<'_>, b: Side<'_>) -> bool {
    difference(a, b).is_none()
}

/// A difference, as the offset of what `a` has there in its document, or of the nearest around it that stands in one.
///
/// Compares without recursion, so that the depth of a document does not matter.
pub(super) fn difference(a: Side<'_>, b: Side<'_>) -> Option<usize> {
    let mut work = vec![Work::Pair(a, b, 0)];
    while let Some(next) = work.last_mut() {
        let (a, b, around) = match next {
            Work::Pair(a, b, around) => {
                let pair = (*a, *b, *around);
                work.pop();
                pair
            }
            Work::Lists(a, b, here) => match (a.next(), b.next()) {
                (Some(a), Some(b)) => (a, b, *here),
                (None, None) => {
                    work.pop();
                    continue;
                }
                _ => return Some(*here),
            },
            Work::Maps(pairs, here) => match pairs.next() {
                Some(((_, a), (_, b))) => (a, b, *here),
                None => {
                    work.pop();
                    continue;
                }
            },
        };
        if a.is_shared_with(b) {
            continue;
        }
        let here = a.position().map_or(around, |(_, offset)| offset);
        match (a.look(), b.look()) {
            (Look::List(a), Look::List(b)) => work.push(Work::Lists(a, b, here)),
            (Look::Map(a), Look::Map(b)) => {
                if a.len() != b.len() {
                    return Some(here);
                }
                if a.iter().zip(&b).all(|((a, _), (b, _))| a == b) {
                    work.push(Work::Maps(a.into_iter().zip(b), here));
                    continue;
                }
                let mut others: HashMap<Cow<'_, str>, Side<'_>> = b.into_iter().collect();
                for (key, side) in a {
                    let Some(other) = others.remove(&key) else { return Some(here) };
                    work.push(Work::Pair(side, other, here));
                }
            }
            (Look::List(_) | Look::Map(_), _) | (_, Look::List(_) | Look::Map(_)) => return Some(here),
            (a, b) => {
                if !same_scalar(&a, &b) {
                    return Some(here);
                }
            }
        }
    }
    None
}

type Pairs<'a> = std::vec::IntoIter<(Cow<'a, str>, Side<'a>)>;

/// What is still to be compared, and the offset of what is around it.
enum Work<'a> {
    Pair(Side<'a>, Side<'a>, usize),
    Lists(Items<'a>, Items<'a>, usize),
    /// Maps with the same keys in the same order.
    Maps(std::iter::Zip<Pairs<'a>, Pairs<'a>>, usize),
}

fn same_scalar(a: &Look<'_>, b: &Look<'_>) -> bool {
    fn text<'l>(look: &'l Look<'_>) -> Option<&'l str> {
        match look {
            Look::Scalar(Resolved::Str(text)) => Some(text),
            Look::Decoded(text) => Some(text),
            _ => None,
        }
    }
    match (a, b) {
        (Look::Scalar(a), Look::Scalar(b)) => a == b || same_number(*a, *b),
        _ => text(a).is_some() && text(a) == text(b),
    }
}

/// `3.0` is `3`: JSON, which kubectl makes of everything, knows no difference. The infinite ones are equal to themselves.
fn same_number(a: Resolved<'_>, b: Resolved<'_>) -> bool {
    let whole = |number: Resolved<'_>| match number {
        Resolved::Int(i) => Some(i128::from(i)),
        Resolved::Uint(u) => Some(i128::from(u)),
        Resolved::Float(f) if f.fract() == 0.0 && f.abs() < 1e30 => Some(f as i128),
        _ => None,
    };
    match (a, b) {
        (Resolved::Float(a), Resolved::Float(b)) => a == b || a.is_nan() && b.is_nan(),
        _ => whole(a).is_some() && whole(a) == whole(b),
    }
}
