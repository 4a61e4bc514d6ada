//! What a map holds once aliases are followed, `<<` is merged and repeated keys are settled, as kubectl settles them.

use super::document::{Document, Limits, Node};
use super::scalar::{Resolved, ScalarStyle, json_float};
use super::scanner::error_at;
use super::tag::decode_binary;
use super::tree::Shape;
use crate::error::{Error, ErrorKind, Result};
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use std::borrow::Cow;
use std::hash::{BuildHasher, RandomState};

/// A key, its text, and its value.
#[derive(Clone)]
pub(crate) struct Pair<'d> {
    pub(crate) text: Cow<'d, str>,
    pub(crate) key: Node<'d>,
    pub(crate) value: Node<'d>,
}

/// A key that comes again in its map, so that kubectl does not read its value.
pub(crate) struct Hidden<'d> {
    pub(crate) text: Cow<'d, str>,
    pub(crate) key: Node<'d>,
    pub(crate) value: Node<'d>,
    /// The same key where it comes next, and its value there.
    pub(crate) again: Node<'d>,
    pub(crate) next_value: Node<'d>,
}

impl Document {
    /// Returns the keys that come again in their map, anywhere in the document, in the order of what hides them; `<<`
    /// does not count.
    pub(crate) fn hidden_keys(&self) -> Vec<Hidden<'_>> {
        /// Up to so many keys a look at each is the quickest.
        const FEW: usize = 16;
        let mut hidden = Vec::new();
        let mut pairs: Vec<Pair<'_>> = Vec::new();
        let hasher = RandomState::new();
        for map in self.nodes().filter(|node| node.is_mapping()) {
            pairs.clear();
            let written = map.children_as_pairs().filter(|(key, _)| !is_merge_key(*key));
            pairs.extend(written.map(|(key, value)| Pair { text: key_text(key), key, value }));
            let is_new = |i: usize| !pairs[..i].iter().any(|pair| pair.text == pairs[i].text);
            if pairs.len() <= FEW && (1..pairs.len()).all(is_new) {
                continue;
            }
            let mut last: HashTable<u32> = HashTable::with_capacity(pairs.len());
            let hash_of = |&place: &u32| hasher.hash_one(&pairs[place as usize].text);
            for (at, pair) in pairs.iter().enumerate() {
                let is_it = |&place: &u32| pairs[place as usize].text == pair.text;
                match last.entry(hasher.hash_one(&pair.text), is_it, hash_of) {
                    Entry::Occupied(mut place) => {
                        let Pair { text, key, value } = pairs[*place.get() as usize].clone();
                        hidden.push(Hidden { text, key, value, again: pair.key, next_value: pair.value });
                        *place.get_mut() = at as u32;
                    }
                    Entry::Vacant(place) => {
                        place.insert(at as u32);
                    }
                }
            }
        }
        hidden
    }
}

impl<'d> Node<'d> {
    /// Keys and values of a map in their order, `<<` merged and repeated keys settled as kubectl does: the last one wins.
    /// Nothing for other nodes.
    pub fn entries(&self) -> Vec<(Node<'d>, Node<'d>)> {
        self.fields().into_iter().map(|pair| (pair.key, pair.value)).collect()
    }

    /// As [`entries`](Node::entries), with the text of each key.
    pub(crate) fn fields(self) -> Vec<Pair<'d>> {
        if self.resolve().is_mapping() { pairs(self) } else { Vec::new() }
    }

    /// As [`entries`](Node::entries), with every occurrence of a repeated key: the earlier ones are overwritten in kubectl,
    /// added to in RKE.
    #[cfg(feature = "rke")]
    pub(crate) fn occurrences(&self) -> Vec<(Node<'d>, Node<'d>)> {
        if !self.resolve().is_mapping() {
            return Vec::new();
        }
        occurrences(*self).into_iter().map(|pair| (pair.key, pair.value)).collect()
    }

    /// The value of a key of a map, found as in [`entries`](Node::entries).
    pub fn get(&self, key: &str) -> Option<Node<'d>> {
        let map = self.resolve();
        if !map.is_mapping() {
            return None;
        }
        let mut found = None;
        for (name, value) in map.children_as_pairs() {
            if is_merge_key(name) {
                return pairs(map).into_iter().find(|pair| pair.text == key).map(|pair| pair.value.resolve());
            }
            // Of a repeated key the last one counts.
            if key_text(name) == key {
                found = Some(value.resolve());
            }
        }
        found
    }

    /// The text of a node that is a key: numbers and booleans become text (`0x10` is `16`, `yes` is `true`).
    pub fn key(&self) -> Cow<'d, str> {
        key_text(*self)
    }
}

/// Whether `node` is the merge key: a plain `<<`. In quotes it is a key as any other.
pub(super) fn is_merge_key(node: Node<'_>) -> bool {
    let Shape::Scalar { style, .. } = node.data().shape else { return false };
    node.text() == Some("<<")
        && match node.tag() {
            None => style == ScalarStyle::Plain,
            Some(tag) => tag == "!" || tag == "merge",
        }
}

/// The pairs of the map `node`: a key that comes again replaces the value it had, and so does a merged one; the place is
/// that of the first. The tree has been checked, so what is merged is a map.
pub(super) fn pairs<'d>(node: Node<'d>) -> Vec<Pair<'d>> {
    settle(occurrences(node))
}

/// As [`pairs`], but with every occurrence of a key: what is merged stands where its `<<` does.
pub(super) fn occurrences<'d>(node: Node<'d>) -> Vec<Pair<'d>> {
    let node = node.resolve();
    // Most maps have neither merges nor repeated keys, and few keys.
    let mut found: Vec<Pair<'d>> = Vec::with_capacity(node.children_as_pairs().count());
    for (key, value) in node.children_as_pairs() {
        if is_merge_key(key) {
            return merged(node);
        }
        found.push(Pair { text: key_text(key), key, value });
    }
    found
}

fn merged<'d>(node: Node<'d>) -> Vec<Pair<'d>> {
    let mut found = Vec::new();
    // What is still to be read, last first: pairs of a map from a child on.
    let mut work = vec![node.children_as_pairs()];
    while let Some(top) = work.last_mut() {
        match top.next() {
            None => {
                work.pop();
            }
            Some((key, value)) if is_merge_key(key) => {
                let value = value.resolve();
                if value.is_sequence() {
                    // The first of the list shall win, so it is read last: it lies deepest on the stack.
                    work.extend(value.children().map(|map| map.resolve().children_as_pairs()));
                } else {
                    work.push(value.children_as_pairs());
                }
            }
            Some((key, value)) => found.push(Pair { text: key_text(key), key, value }),
        }
    }
    found
}

/// Above so many pairs a table finds repeated keys, below a look at each.
const FEW: usize = 24;

fn settle(mut found: Vec<Pair<'_>>) -> Vec<Pair<'_>> {
    let unique = found.len() <= FEW && {
        let repeats = |i: usize| found[..i].iter().any(|earlier| earlier.text == found[i].text);
        !(1..found.len()).any(repeats)
    };
    if unique {
        return found;
    }
    // Places of those that are kept, which move to the front.
    let mut places: HashTable<u32> = HashTable::with_capacity(found.len());
    let hasher = RandomState::new();
    let mut kept = 0;
    for at in 0..found.len() {
        let is_it = |&place: &u32| found[place as usize].text == found[at].text;
        let hash_of = |&place: &u32| hasher.hash_one(&found[place as usize].text);
        let place = match places.entry(hasher.hash_one(&found[at].text), is_it, hash_of) {
            Entry::Occupied(place) => *place.get() as usize,
            Entry::Vacant(place) => {
                place.insert(kept as u32);
                kept += 1;
                kept - 1
            }
        };
        found.swap(place, at);
    }
    found.truncate(kept);
    found
}

/// What a scalar is as a key: text. Numbers and booleans become text as in `sigs.k8s.io/yaml` (`0x10` is `16`).
pub(super) fn key_text<'d>(node: Node<'d>) -> Cow<'d, str> {
    match node.resolved() {
        Some(Resolved::Str(text)) if node.resolve().tag() == Some("binary") => {
            decode_binary(text).unwrap_or_default().into()
        }
        Some(Resolved::Str(text)) => text.into(),
        Some(Resolved::Bool(b)) => (if b { "true" } else { "false" }).into(),
        Some(Resolved::Int(i)) => i.to_string().into(),
        Some(Resolved::Uint(u)) => u.to_string().into(),
        Some(Resolved::Float(f)) => go_float_key(f).into(),
        Some(Resolved::Null) | None => "".into(),
    }
}

/// Go's `strconv.FormatFloat(f, 'g', -1, 32)`, with YAML's words for what is not finite.
fn go_float_key(f: f64) -> String {
    let f = f as f32;
    if f.is_nan() {
        return ".nan".into();
    }
    if f.is_infinite() {
        return if f > 0.0 { ".inf" } else { "-.inf" }.into();
    }
    let scientific = format!("{f:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        // The shortest digits of the f32, not those of the f64 next to it.
        let shortest = scientific.parse().ok().and_then(json_float);
        return shortest.unwrap_or(scientific);
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

/// Checks what holds for every document: what is merged is a map, and aliases stay within their budget.
///
/// The budget is go-yaml's: above 100 nodes made by aliases and 1,000 in all, their share may be 99 % up to 400,000
/// nodes, falling to 10 % at 4,000,000; and the limit of the caller on top.
pub(super) fn check(document: &Document, limits: &Limits) -> Result<()> {
    if !document.tree().has_aliases && !document.text().contains("<<") {
        return Ok(());
    }
    let Some(root) = document.root() else { return Ok(()) };
    let mut budget = Budget { decoded: 0, aliased: 0, bytes: 0, limits };
    // Nodes to be visited, last first, and whether an alias led there.
    let mut work = vec![(root, false)];
    while let Some((node, aliased)) = work.pop() {
        budget.count(node, aliased)?;
        let first = work.len();
        match node.data().shape {
            Shape::Scalar { text, .. } if aliased => budget.count_bytes(node, text.end - text.start)?,
            Shape::Scalar { .. } => {}
            Shape::Alias(_) => work.push((node.resolve(), true)),
            Shape::Sequence { .. } => work.extend(node.children().map(|child| (child, aliased))),
            Shape::Mapping { .. } => {
                for (key, value) in node.children_as_pairs() {
                    if is_merge_key(key) {
                        let merged = value.resolve();
                        if value.is_sequence() && !value.is_alias() {
                            for item in value.children() {
                                wants_map(item)?;
                                work.push((item, aliased));
                            }
                        } else {
                            wants_map(merged)?;
                            work.push((value, aliased));
                        }
                    } else {
                        work.push((key, aliased));
                        work.push((value, aliased));
                    }
                }
            }
        }
        if let Some(added) = work.get_mut(first..) {
            added.reverse();
        }
    }
    Ok(())
}

fn wants_map(node: Node<'_>) -> Result<()> {
    if node.resolve().is_mapping() {
        return Ok(());
    }
    Err(error_at(node.span().start as usize, "only a map, or a list of maps, can be merged with '<<'"))
}

struct Budget<'l> {
    decoded: u64,
    aliased: u64,
    bytes: u64,
    limits: &'l Limits,
}

impl Budget<'_> {
    /// The text of scalars behind aliases: each use of an alias is a copy of its own.
    fn count_bytes(&mut self, node: Node<'_>, bytes: u32) -> Result<()> {
        self.bytes += u64::from(bytes);
        if self.bytes <= self.limits.aliased_bytes {
            return Ok(());
        }
        let message = format!("aliases make more than {} bytes of text", self.limits.aliased_bytes);
        Err(Error::new(ErrorKind::Limit, message).at_offset(node.span().start as usize))
    }

    fn count(&mut self, node: Node<'_>, aliased: bool) -> Result<()> {
        self.decoded += 1;
        self.aliased += u64::from(aliased);
        let (decoded, aliased) = (self.decoded as f64, self.aliased as f64);
        let share = 0.99 - 0.89 * ((decoded - 400_000.0) / 3_600_000.0).clamp(0.0, 1.0);
        let refused_by_kubectl = self.aliased > 100 && self.decoded > 1000 && aliased / decoded > share;
        let limit = u64::from(self.limits.aliased_nodes);
        if !refused_by_kubectl && self.aliased <= limit {
            return Ok(());
        }
        let message = if self.aliased > limit {
            format!("aliases make more than {limit} nodes")
        } else {
            format!(
                "aliases make {} of the first {} nodes, more than the {:.0} % that are allowed",
                self.aliased,
                self.decoded,
                share * 100.0
            )
        };
        Err(Error::new(ErrorKind::Limit, message).at_offset(node.span().start as usize))
    }
}

/// Checks what holds for a document that is to be JSON: keys are scalars and not null, numbers finite, tags true.
pub(super) fn check_json(document: &Document) -> Result<()> {
    if let Some(root) = document.root() {
        check_value(root)?;
    }
    for node in document.nodes() {
        match node.data().shape {
            Shape::Mapping { .. } => {
                for (key, value) in node.children_as_pairs() {
                    check_key(key)?;
                    check_value(value)?;
                }
            }
            Shape::Sequence { .. } => node.children().try_for_each(check_value)?,
            Shape::Scalar { .. } | Shape::Alias(_) => {}
        }
    }
    Ok(())
}

fn check_key(key: Node<'_>) -> Result<()> {
    let at = key.span().start as usize;
    let target = key.resolve();
    if !target.is_scalar() {
        return Err(error_at(at, "a list or map as a key").with_help("keys must be text"));
    }
    check_binary(target)?;
    match target.resolved() {
        None => Err(wrong_tag(at)),
        Some(Resolved::Null | Resolved::Uint(_)) => {
            Err(error_at(at, "a key that is null or too large a number").with_help("put the key in quotes"))
        }
        Some(_) => Ok(()),
    }
}

fn check_binary(node: Node<'_>) -> Result<()> {
    if node.is_scalar() && node.tag() == Some("binary") && node.text().and_then(decode_binary).is_none() {
        return Err(error_at(node.span().start as usize, "!!binary that is not base64"));
    }
    Ok(())
}

fn check_value(value: Node<'_>) -> Result<()> {
    let at = value.span().start as usize;
    check_binary(value)?;
    match value.resolved() {
        None if value.is_scalar() => Err(wrong_tag(at)),
        Some(Resolved::Float(f)) if !f.is_finite() => {
            Err(error_at(at, "a number that is infinite or not a number").with_help("put it in quotes if it is text"))
        }
        _ => Ok(()),
    }
}

#[cold]
fn wrong_tag(at: usize) -> Error {
    error_at(at, "a value that is not what its tag says")
}
