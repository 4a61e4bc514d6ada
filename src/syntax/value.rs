//! A value of our own for what the model does not know: ordered, and each scalar with its spelling.

use super::scalar::{Resolved, ScalarStyle, json_float};
use super::tag::resolve_tagged;
use super::write::means_text;
use crate::error::{Error, ErrorKind, Result};
use indexmap::IndexMap;
use std::fmt;
use zeroize::Zeroize;

/// A scalar: its text, without quotes and escapes, and how it was written.
///
/// `Debug` shows the style, never the text; the text is wiped on drop.
#[derive(Clone, PartialEq, Eq)]
pub struct Scalar {
    text: String,
    style: ScalarStyle,
    /// `str` for `!!str`, the whole tag for others; empty for none.
    tag: Box<str>,
}

impl Scalar {
    /// A plain scalar with the spelling `text`: `Scalar::plain("0777")` is the number 511 and is written `0777`.
    ///
    /// A text that can't stand unquoted in YAML is quoted when it is written.
    pub fn plain(text: impl Into<String>) -> Self {
        Scalar { text: text.into(), style: ScalarStyle::Plain, tag: "".into() }
    }

    /// A string. It is written plain where kubectl would write it so, and quoted elsewhere: `yes`, `12`, `2001-01-01`.
    pub fn string(text: impl Into<String>) -> Self {
        let text = text.into();
        let style = if means_text(&text) { ScalarStyle::Plain } else { ScalarStyle::DoubleQuoted };
        Scalar { text, style, tag: "".into() }
    }

    pub(crate) fn spelled(text: String, style: ScalarStyle, tag: &str) -> Self {
        Scalar { text, style, tag: tag.into() }
    }

    /// The text, without quotes, with escapes resolved.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How it is written.
    pub fn style(&self) -> ScalarStyle {
        self.style
    }

    /// Its explicit tag, if it has one: `str` for `!!str`, and the whole text for others (`!mine`).
    pub fn tag(&self) -> Option<&str> {
        (!self.tag.is_empty()).then_some(&*self.tag)
    }

    /// The same in another style.
    pub(crate) fn in_style(mut self, style: ScalarStyle) -> Self {
        self.style = style;
        self
    }

    /// What it means to kubectl.
    pub fn resolve(&self) -> Resolved<'_> {
        resolve_tagged(&self.text, self.style, self.tag()).unwrap_or(Resolved::Str(&self.text))
    }
}

impl Drop for Scalar {
    fn drop(&mut self) {
        self.text.zeroize();
    }
}

impl fmt::Debug for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} scalar", self.style)
    }
}

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
    Sequence(Vec<Value>),
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
            Json::Array(items) => Value::Sequence(items.into_iter().map(Value::from).collect()),
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
        Value::Sequence(items)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Scalar(scalar) => scalar.fmt(f),
            Value::Sequence(items) => write!(f, "list of {}", items.len()),
            Value::Mapping(map) => map.fmt(f),
        }
    }
}

/// A map with text keys that keeps their order.
///
/// Keys are what kubectl makes of them: the key `0x10` is the text `16`, `yes` is `true`. How a key was spelled is kept
/// beside it for writing. `Debug` shows the number of keys only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Mapping {
    entries: IndexMap<String, Slot>,
}

#[derive(Clone, PartialEq, Eq)]
struct Slot {
    /// The spelling of the key where it is not the key itself.
    spelling: Option<Scalar>,
    value: Value,
}

impl Mapping {
    /// A map without entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The value of `key`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.entries.get(key).map(|slot| &slot.value)
    }

    /// The value of `key`, to change it.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.entries.get_mut(key).map(|slot| &mut slot.value)
    }

    /// Sets `key`; a new key goes to the end. Returns the value it had.
    pub fn insert(&mut self, key: impl Into<String>, value: impl Into<Value>) -> Option<Value> {
        let slot = Slot { spelling: None, value: value.into() };
        self.entries.insert(key.into(), slot).map(|slot| slot.value)
    }

    pub(crate) fn insert_spelled(&mut self, key: String, spelling: Option<Scalar>, value: Value) {
        self.entries.insert(key, Slot { spelling, value });
    }

    /// Removes `key`; the others keep their order. Linear in the size of the map.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        self.entries.shift_remove(key).map(|slot| slot.value)
    }

    /// Keys and values in their order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.entries.iter().map(|(k, slot)| (k.as_str(), &slot.value))
    }

    /// Keys, their spelling where it is another, and values, taken out.
    pub(crate) fn into_spelled(self) -> impl ExactSizeIterator<Item = (String, Option<Scalar>, Value)> {
        self.entries.into_iter().map(|(k, slot)| (k, slot.spelling, slot.value))
    }

    /// Keys, their spelling where it is another, and values.
    pub(crate) fn iter_spelled(&self) -> impl ExactSizeIterator<Item = (&str, Option<&Scalar>, &Value)> {
        self.entries.iter().map(|(k, slot)| (k.as_str(), slot.spelling.as_ref(), &slot.value))
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
