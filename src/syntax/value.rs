//! A value of our own for what the model does not know: ordered, and each scalar with its spelling.

use super::scalar::{Resolved, json_float};
use super::spelled::{Scalar, ShortText};
use crate::error::{Error, ErrorKind, Result};
use hashbrown::HashTable;
use hashbrown::hash_table::Entry as Place;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::ops::Deref;
use std::sync::Arc;

/// Any value of YAML or JSON: what stands in an unknown field or an extension.
///
/// Maps keep their order and scalars their spelling, so `1.10`, `0777` and `yes` come back as they stood. With serde it
/// is plain data: `0777` serializes as the number 511. `Debug` shows kinds, never texts.
///
/// ```
/// use kubeconfig::syntax::Value;
/// let value: Value = serde_json::json!({"a": [1, "yes"]}).into();
/// assert_eq!(value.get("a").unwrap().as_sequence().unwrap().len(), 2);
/// assert_eq!(value.to_json().unwrap(), serde_json::json!({"a": [1, "yes"]}));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// Null, a boolean, a number or a string.
    Scalar(Scalar),
    /// A list.
    Sequence(Sequence),
    /// A map.
    Mapping(Mapping),
}

impl Value {
    /// `null`.
    pub fn null() -> Self {
        Value::Scalar(Scalar::plain("null"))
    }

    /// A string.
    pub fn string(text: impl Into<String>) -> Self {
        Value::Scalar(Scalar::string(text))
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Scalar(s) if s.resolve() == Resolved::Null)
    }

    /// The scalar, if it is one.
    pub fn as_scalar(&self) -> Option<&Scalar> {
        if let Value::Scalar(scalar) = self { Some(scalar) } else { None }
    }

    /// The text, if it is a string (and not a number, a boolean or null).
    pub fn as_str(&self) -> Option<&str> {
        match self.as_scalar()?.resolve() {
            Resolved::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The items, if it is a list.
    pub fn as_sequence(&self) -> Option<&[Value]> {
        if let Value::Sequence(items) = self { Some(items) } else { None }
    }

    /// The map, if it is one.
    pub fn as_mapping(&self) -> Option<&Mapping> {
        if let Value::Mapping(map) = self { Some(map) } else { None }
    }

    /// The value of `key`, if this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_mapping()?.get(key)
    }

    /// As JSON: numbers and booleans resolved as kubectl resolves them, keys as text.
    ///
    /// # Errors
    /// [`ErrorKind::Unrepresentable`] where a number is infinite or no number (`.inf`, `.nan`), as in kubectl.
    pub fn to_json(&self) -> Result<serde_json::Value> {
        use serde_json::Value as Json;
        Ok(match self {
            Value::Scalar(scalar) => match scalar.resolve() {
                Resolved::Null => Json::Null,
                Resolved::Bool(b) => b.into(),
                Resolved::Int(i) => i.into(),
                Resolved::Uint(u) => u.into(),
                Resolved::Float(f) => serde_json::Number::from_f64(f).ok_or_else(not_finite)?.into(),
                Resolved::Str(s) => s.into(),
            },
            Value::Sequence(items) => Json::Array(items.iter().map(Value::to_json).collect::<Result<_>>()?),
            Value::Mapping(map) => {
                Json::Object(map.iter().map(|(k, v)| Ok((k.to_owned(), v.to_json()?))).collect::<Result<_>>()?)
            }
        })
    }
}

#[cold]
pub(crate) fn not_finite() -> Error {
    Error::new(
        ErrorKind::Unrepresentable,
        "a number that is infinite or not a number, which kubectl and JSON have no words for",
    )
}

impl Default for Value {
    /// Null.
    fn default() -> Self {
        Value::null()
    }
}

impl From<serde_json::Value> for Value {
    fn from(json: serde_json::Value) -> Self {
        use serde_json::Value as Json;
        match json {
            Json::Null => Value::null(),
            Json::Bool(b) => Value::Scalar(Scalar::plain(if b { "true" } else { "false" })),
            Json::Number(n) => number(&n),
            Json::String(s) => Value::string(s),
            Json::Array(items) => items.into_iter().map(Value::from).collect::<Vec<_>>().into(),
            Json::Object(map) => Value::Mapping(map.into_iter().map(|(k, v)| (k, Value::from(v))).collect()),
        }
    }
}

fn number(n: &serde_json::Number) -> Value {
    match (n.as_i64(), n.as_u64(), n.as_f64()) {
        (Some(i), _, _) => i.into(),
        (_, Some(u), _) => u.into(),
        (_, _, Some(f)) => f.into(),
        _ => Value::null(),
    }
}

impl TryFrom<&Value> for serde_json::Value {
    type Error = Error;

    fn try_from(value: &Value) -> Result<Self> {
        value.to_json()
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::string(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::string(text)
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Value::Scalar(Scalar::plain(if b { "true" } else { "false" }))
    }
}

impl From<i64> for Value {
    fn from(i: i64) -> Self {
        Value::Scalar(Scalar::plain(i.to_string()))
    }
}

impl From<u64> for Value {
    fn from(u: u64) -> Self {
        Value::Scalar(Scalar::plain(u.to_string()))
    }
}

impl From<f64> for Value {
    /// The number in a spelling that reads back as a float: `3` becomes `3.0`.
    fn from(f: f64) -> Self {
        let text = match json_float(f) {
            Some(text) if text.contains(['.', 'e']) => text,
            Some(text) => format!("{text}.0"),
            None if f.is_nan() => ".nan".into(),
            None if f > 0.0 => ".inf".into(),
            None => "-.inf".into(),
        };
        Value::Scalar(Scalar::plain(text))
    }
}

impl From<Mapping> for Value {
    fn from(map: Mapping) -> Self {
        Value::Mapping(map)
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Value::Sequence(items.into())
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Scalar(scalar) => scalar.fmt(f),
            Value::Sequence(items) => items.fmt(f),
            Value::Mapping(map) => map.fmt(f),
        }
    }
}

/// The items of a list. Cloning shares them: to change a list, take the items out ([`into_vec`](Sequence::into_vec)) and make another.
///
/// ```
/// use kubeconfig::syntax::Value;
/// let value = Value::from(vec!["one".into(), "two".into()]);
/// let Value::Sequence(items) = value else { unreachable!() };
/// assert_eq!(items.len(), 2);
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Sequence(Arc<Vec<Value>>);

impl Sequence {
    /// The items, to keep: copied where another value shares them.
    pub fn into_vec(self) -> Vec<Value> {
        Arc::unwrap_or_clone(self.0)
    }

    pub(crate) fn is_shared_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Deref for Sequence {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        &self.0
    }
}

impl From<Vec<Value>> for Sequence {
    fn from(items: Vec<Value>) -> Self {
        Sequence(Arc::new(items))
    }
}

impl FromIterator<Value> for Sequence {
    fn from_iter<I: IntoIterator<Item = Value>>(items: I) -> Self {
        Vec::from_iter(items).into()
    }
}

impl IntoIterator for Sequence {
    type Item = Value;
    type IntoIter = std::vec::IntoIter<Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.into_vec().into_iter()
    }
}

impl<'a> IntoIterator for &'a Sequence {
    type Item = &'a Value;
    type IntoIter = std::slice::Iter<'a, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Debug for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "list of {}", self.len())
    }
}

/// A map with text keys that keeps their order.
///
/// Keys are what kubectl makes of them: the key `0x10` is the text `16`, `yes` is `true`. How a key was spelled is kept
/// beside it for writing. Cloning shares the entries until one of the two is changed. `Debug` shows the number of keys only.
#[derive(Clone, Default)]
pub struct Mapping {
    /// None where there is no entry and never was: most maps of unknown fields.
    entries: Option<Arc<Entries>>,
}

#[derive(Clone, Default)]
struct Entries {
    list: Vec<Entry>,
    /// Where keys are, once there are more than [`FEW`].
    index: Option<Box<Index>>,
}

#[derive(Clone, PartialEq, Eq)]
struct Entry {
    key: ShortText,
    /// The spelling of the key where it is not the key itself.
    spelling: Option<Box<Scalar>>,
    value: Value,
}

#[derive(Clone, Default)]
struct Index {
    table: HashTable<u32>,
    hasher: RandomState,
}

/// Among so many keys one is found by looking at each. Most maps have fewer, and a table would take more room than they do.
const FEW: usize = 12;

impl Entries {
    fn place(&self, key: &str) -> Option<usize> {
        let is_key = |entry: &Entry| entry.key.as_str() == key;
        match &self.index {
            None => self.list.iter().position(is_key),
            Some(index) => {
                let is_it = |&place: &u32| self.list.get(place as usize).is_some_and(is_key);
                index.table.find(index.hasher.hash_one(key), is_it).map(|&place| place as usize)
            }
        }
    }

    fn get(&self, key: &str) -> Option<&Entry> {
        self.list.get(self.place(key)?)
    }

    /// Sets the entry of its key; a new one goes to the end. Returns the one that was there.
    fn insert(&mut self, entry: Entry) -> Option<Entry> {
        if let Some(there) = self.place(entry.key.as_str()).and_then(|place| self.list.get_mut(place)) {
            return Some(std::mem::replace(there, entry));
        }
        self.list.push(entry);
        match &mut self.index {
            Some(index) => index.add(&self.list, self.list.len() - 1),
            None if self.list.len() > FEW => self.find_anew(),
            None => {}
        }
        None
    }

    fn remove(&mut self, key: &str) -> Option<Entry> {
        let place = self.place(key)?;
        let entry = self.list.remove(place);
        self.find_anew();
        Some(entry)
    }

    /// Makes the index of the list as it is.
    fn find_anew(&mut self) {
        self.index = (self.list.len() > FEW).then(Box::default);
        if let Some(index) = &mut self.index {
            (0..self.list.len()).for_each(|place| index.add(&self.list, place));
        }
    }
}

impl Index {
    fn add(&mut self, list: &[Entry], place: usize) {
        let key_of = |place: usize| list.get(place).map_or("", |entry| entry.key.as_str());
        let hash_of = |&place: &u32| self.hasher.hash_one(key_of(place as usize));
        let key = key_of(place);
        if let Place::Vacant(vacant) =
            self.table.entry(self.hasher.hash_one(key), |&other| key_of(other as usize) == key, hash_of)
        {
            vacant.insert(place as u32);
        }
    }
}

impl PartialEq for Mapping {
    /// The order does not count.
    fn eq(&self, other: &Self) -> bool {
        match (&self.entries, &other.entries) {
            (Some(one), Some(two)) => {
                let same = |entry: &Entry| two.get(entry.key.as_str()) == Some(entry);
                self.is_shared_with(other) || one.list.len() == two.list.len() && one.list.iter().all(same)
            }
            _ => self.is_empty() && other.is_empty(),
        }
    }
}

impl Eq for Mapping {}

impl Mapping {
    /// A map without entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.list().len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.list().is_empty()
    }

    /// The value of `key`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.entries.as_ref()?.get(key).map(|entry| &entry.value)
    }

    /// The value of `key`, to change it.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        let place = self.entries.as_ref()?.place(key)?;
        self.own().list.get_mut(place).map(|entry| &mut entry.value)
    }

    /// Sets `key`; a new key goes to the end. Returns the value it had.
    pub fn insert(&mut self, key: impl Into<String>, value: impl Into<Value>) -> Option<Value> {
        let entry = Entry { key: key.into().into(), spelling: None, value: value.into() };
        self.own().insert(entry).map(|entry| entry.value)
    }

    pub(crate) fn insert_spelled(&mut self, key: String, spelling: Option<Scalar>, value: Value) {
        self.own().insert(Entry { key: key.into(), spelling: spelling.map(Box::new), value });
    }

    /// Gives back the room that was made for more.
    pub(crate) fn shrink(&mut self) {
        if let Some(entries) = self.entries.as_mut().and_then(Arc::get_mut) {
            entries.list.shrink_to_fit();
        }
    }

    /// Removes `key`; the others keep their order. Linear in the size of the map.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        self.get(key)?;
        self.own().remove(key).map(|entry| entry.value)
    }

    /// Keys and values in their order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.list().iter().map(|entry| (entry.key.as_str(), &entry.value))
    }

    /// Keys, their spelling where it is another, and values, taken out.
    pub(crate) fn into_spelled(self) -> impl ExactSizeIterator<Item = (String, Option<Scalar>, Value)> {
        let entries = self.entries.map(Arc::unwrap_or_clone).unwrap_or_default();
        let spelled =
            |entry: Entry| (entry.key.as_str().to_owned(), entry.spelling.map(|spelling| *spelling), entry.value);
        entries.list.into_iter().map(spelled)
    }

    /// Keys, their spelling where it is another, and values.
    pub(crate) fn iter_spelled(&self) -> impl ExactSizeIterator<Item = (&str, Option<&Scalar>, &Value)> {
        self.list().iter().map(|entry| (entry.key.as_str(), entry.spelling.as_deref(), &entry.value))
    }

    pub(crate) fn is_shared_with(&self, other: &Self) -> bool {
        matches!((&self.entries, &other.entries), (Some(one), Some(other)) if Arc::ptr_eq(one, other))
    }

    fn list(&self) -> &[Entry] {
        self.entries.as_ref().map_or(&[], |entries| &entries.list)
    }

    fn own(&mut self) -> &mut Entries {
        Arc::make_mut(self.entries.get_or_insert_default())
    }
}

impl<K: Into<String>> FromIterator<(K, Value)> for Mapping {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(entries: I) -> Self {
        let mut map = Mapping::new();
        for (key, value) in entries {
            map.insert(key, value);
        }
        map
    }
}

impl fmt::Debug for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "map of {}", self.len())
    }
}
