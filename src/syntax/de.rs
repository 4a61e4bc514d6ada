//! serde over the tree: types derive `Deserialize`, and every error knows line, column and the path of the field.

use super::document::{Document, Node};
use super::effective::{self, Pair};
use super::scalar::{Resolved, ScalarStyle};
use super::spelled::Scalar;
use super::tag::decode_binary;
use super::text::Slice;
use super::value::{Mapping, Value};
use crate::error::{Error, ErrorKind, Result};
use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor,
};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::fmt;

/// The name under which [`Value`] asks our own deserializer to hand it over whole, with its spelling.
pub(crate) const VALUE: &str = "$kubeconfig::Value";
/// The name under which base64 data asks for a slice of the document instead of a copy.
pub(crate) const SLICE: &str = "$kubeconfig::Slice";
/// The name under which a key of the model asks for its spelling.
pub(crate) const KEY: &str = "$kubeconfig::Key";

/// What goes from our deserializer to a visitor that asked for it by one of these names, beside serde's data model: set right before
/// the visitor is called, and taken by it at once.
enum Handover {
    Value(Value),
    Slice(Slice),
    Key(Scalar),
}

thread_local! {
    static HANDOVER: RefCell<Option<Handover>> = const { RefCell::new(None) };
}

pub(crate) fn take_handover() -> Option<Value> {
    match HANDOVER.take() {
        Some(Handover::Value(value)) => Some(value),
        _ => None,
    }
}

pub(crate) fn take_slice() -> Option<Slice> {
    match HANDOVER.take() {
        Some(Handover::Slice(slice)) => Some(slice),
        _ => None,
    }
}

pub(crate) fn take_key_spelling() -> Option<Scalar> {
    match HANDOVER.take() {
        Some(Handover::Key(scalar)) => Some(scalar),
        _ => None,
    }
}

/// Reads a type from a document, by Go's rules for JSON as far as serde has words for them: null is a field's zero value for
/// `Option`, lists and maps, a number is no string. An empty document is null.
///
/// # Errors
/// [`ErrorKind::Type`] with line, column and the path of the field, [`ErrorKind::Limit`] where the value is nested deeper
/// than [`Limits::value_depth`](super::Limits::value_depth), [`ErrorKind::Syntax`] for what YAML has and JSON has not (a list as a key, infinity).
/// The message never holds a value.
///
/// ```
/// use kubeconfig::syntax::{Document, from_document};
///
/// #[derive(serde::Deserialize)]
/// struct User { name: String }
///
/// let document = Document::parse("name: 12").unwrap();
/// let error = from_document::<User>(&document).err().unwrap();
/// assert_eq!(error.to_string(), "line 1, column 7: name: a number where a string is expected; put it in quotes");
/// ```
pub fn from_document<T: DeserializeOwned>(document: &Document) -> Result<T> {
    check_json(document)?;
    match document.root() {
        Some(root) => from_node(root),
        None => T::deserialize(().into_deserializer()),
    }
}

/// Checks what holds for every document that is read into a type, whatever the type.
pub(crate) fn check_json(document: &Document) -> Result<()> {
    effective::check_json(document).map_err(|e| document.locate(e))
}

/// As [`from_document`], for a node. The document must have passed `check_json`.
pub(crate) fn from_node<T: DeserializeOwned>(node: Node<'_>) -> Result<T> {
    from_node_without(node, &[])
}

/// As [`from_node`], as if the map `node` had none of the keys `without`.
pub(crate) fn from_node_without<'d, T: DeserializeOwned>(node: Node<'d>, without: &'d [&'d str]) -> Result<T> {
    let depth = node.document().value_depth();
    T::deserialize(NodeDeserializer { node, depth, without }).map_err(|e| node.document().locate(e))
}

impl de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Error::new(ErrorKind::Type, message.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Error::new(ErrorKind::Type, format!("{} where {expected} is expected", kind_of(found)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Error::new(ErrorKind::Type, format!("{} that is not {expected}", kind_of(found)))
    }

    fn unknown_field(_: &str, expected: &'static [&'static str]) -> Self {
        Error::new(ErrorKind::Type, format!("a field that is not one of {}", expected.join(", ")))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Error::new(ErrorKind::Type, format!("not one of {}", expected.join(", ")))
    }
}

/// What serde found, without the value that it would print.
fn kind_of(found: Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "a boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "a number",
        Unexpected::Char(_) | Unexpected::Str(_) => "a string",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Seq | Unexpected::Bytes(_) => "a list",
        Unexpected::Map => "a map",
        _ => "another kind of value",
    }
}

struct NodeDeserializer<'d> {
    node: Node<'d>,
    /// Levels that may still follow.
    depth: u32,
    /// Keys of this map that are passed over.
    without: &'d [&'d str],
}

impl<'d> NodeDeserializer<'d> {
    fn new(node: Node<'d>, depth: u32) -> Self {
        NodeDeserializer { node, depth, without: &[] }
    }

    fn start(&self) -> usize {
        self.node.span().start as usize
    }

    fn resolved(&self) -> Result<Option<Resolved<'d>>> {
        let node = self.node.resolve();
        if node.tag() == Some("binary") {
            return Ok(None);
        }
        Ok(node.resolved())
    }

    #[cold]
    fn mismatch(&self, expected: &dyn de::Expected) -> Error {
        let node = self.node.resolve();
        let (found, help) = match node.resolved() {
            Some(resolved) => (resolved.noun(), node.style() == Some(ScalarStyle::Plain)),
            None if node.is_sequence() => ("a list", false),
            None if node.is_mapping() => ("a map", false),
            None => ("another kind of value", false),
        };
        let expected = expected.to_string();
        let error =
            Error::new(ErrorKind::Type, format!("{found} where {expected} is expected")).at_offset(self.start());
        match (expected.contains("string") && help, found) {
            (true, "a number" | "a boolean") => error.with_help("put it in quotes"),
            _ if found == "a string" && expected.contains("boolean") => {
                error.with_help("write true or false without quotes")
            }
            _ => error,
        }
    }

    fn deeper(&self) -> Result<u32> {
        self.depth.checked_sub(1).ok_or_else(|| too_deep(self.node))
    }

    fn visit_list<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value> {
        let depth = self.deeper()?;
        let at = self.start();
        visitor.visit_seq(Items { items: self.node.resolve().children(), index: 0, depth }).map_err(|e| e.at_offset(at))
    }

    fn visit_fields<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value> {
        let depth = self.deeper()?;
        let at = self.start();
        let mut pairs = effective::pairs(self.node);
        if !self.without.is_empty() {
            pairs.retain(|pair| !self.without.contains(&pair.text.as_ref()));
        }
        let pairs = pairs.into_iter();
        visitor.visit_map(Fields::new(pairs, depth)).map_err(|e| e.at_offset(at))
    }

    /// The text of `!!binary`: decoded once, as YAML says. That it decodes was checked.
    fn binary(&self) -> String {
        self.node.text().and_then(decode_binary).unwrap_or_default()
    }
}

#[cold]
fn too_deep(node: Node<'_>) -> Error {
    let limit = node.document().value_depth();
    Error::new(ErrorKind::Limit, format!("a value nested deeper than {limit} levels"))
        .at_offset(node.span().start as usize)
}

macro_rules! numbers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value> {
            match self.resolved()? {
                // Go's JSON takes 1.0 for an integer too: it writes it as 1 before it reads it.
                Some(Resolved::Float(f)) if f.fract() == 0.0 && (0.0..9e15).contains(&f) => {
                    let at = self.start();
                    visitor.visit_u64(f as u64).map_err(|e: Error| e.at_offset(at))
                }
                Some(Resolved::Int(_) | Resolved::Uint(_) | Resolved::Float(_)) => self.deserialize_any(visitor),
                Some(Resolved::Null) => visitor.visit_u8(0),
                _ => Err(self.mismatch(&"a number")),
            }
        }
    )*};
}

impl<'d> Deserializer<'d> for NodeDeserializer<'d> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value> {
        let at = self.start();
        let node = self.node.resolve();
        if node.is_sequence() {
            return self.visit_list(visitor);
        }
        if node.is_mapping() {
            return self.visit_fields(visitor);
        }
        let result: Result<V::Value> = match self.resolved()? {
            Some(Resolved::Null) => visitor.visit_unit(),
            Some(Resolved::Bool(b)) => visitor.visit_bool(b),
            Some(Resolved::Int(i)) => match u64::try_from(i) {
                Ok(u) => visitor.visit_u64(u),
                Err(_) => visitor.visit_i64(i),
            },
            Some(Resolved::Uint(u)) => visitor.visit_u64(u),
            Some(Resolved::Float(f)) => visitor.visit_f64(f),
            Some(Resolved::Str(text)) => visitor.visit_borrowed_str(text),
            None => visitor.visit_string(self.binary()),
        };
        result.map_err(|e| e.at_offset(at))
    }

    fn deserialize_bool<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value> {
        match self.resolved()? {
            Some(Resolved::Bool(b)) => visitor.visit_bool(b),
            Some(Resolved::Null) => visitor.visit_bool(false),
            _ => Err(self.mismatch(&"a boolean")),
        }
    }

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64
    }

    fn deserialize_str<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value> {
        let at = self.start();
        let node = self.node.resolve();
        if !node.is_scalar() {
            return Err(self.mismatch(&"a string"));
        }
        let result: Result<V::Value> = match self.resolved()? {
            Some(Resolved::Str(text)) => visitor.visit_borrowed_str(text),
            Some(Resolved::Null) => visitor.visit_borrowed_str(""),
            None => visitor.visit_string(self.binary()),
            _ => return Err(self.mismatch(&"a string")),
        };
        result.map_err(|e| e.at_offset(at))
    }

    fn deserialize_string<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_char<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_any(visitor)
    }

    fn deserialize_byte_buf<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value> {
        match self.resolved()? {
            Some(Resolved::Null) => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_unit<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value> {
        match self.resolved()? {
            Some(Resolved::Null) => visitor.visit_unit(),
            _ => Err(self.mismatch(&visitor)),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'d>>(self, _: &'static str, visitor: V) -> Result<V::Value> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'d>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        let at = self.start();
        if name == VALUE {
            let value = value_of(self.node, self.depth).map_err(Error::of_any_key)?;
            HANDOVER.set(Some(Handover::Value(value)));
            return visitor.visit_newtype_struct(self);
        }
        if name == SLICE {
            match self.resolved()? {
                Some(Resolved::Str(_) | Resolved::Null) => {
                    HANDOVER.set(self.node.slice().map(Handover::Slice));
                    return visitor
                        .visit_newtype_struct(self)
                        .map_err(|e| e.with_kind(ErrorKind::Base64).at_offset(at));
                }
                Some(_) => return Err(self.mismatch(&"a string of base64")),
                // A list of bytes, or !!binary.
                None => return self.deserialize_any(visitor),
            }
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value> {
        match self.resolved()? {
            Some(Resolved::Null) => visitor.visit_seq(Items::none(self.node)),
            _ if self.node.resolve().is_sequence() => self.visit_list(visitor),
            _ => Err(self.mismatch(&"a list")),
        }
    }

    fn deserialize_tuple<V: Visitor<'d>>(self, _: usize, visitor: V) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'d>>(self, _: &'static str, _: usize, visitor: V) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value> {
        match self.resolved()? {
            Some(Resolved::Null) => visitor.visit_map(Fields::new(Vec::new().into_iter(), 0)),
            _ if self.node.resolve().is_mapping() => self.visit_fields(visitor),
            _ => Err(self.mismatch(&"a map")),
        }
    }

    fn deserialize_struct<V: Visitor<'d>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'d>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        let at = self.start();
        if let Some(Resolved::Str(text)) = self.resolved()? {
            let variant: StrDeserializer<'_, Error> = text.into_deserializer();
            return visitor.visit_enum(variant).map_err(|e| e.at_offset(at));
        }
        let depth = self.deeper()?;
        let node = self.node.resolve();
        let mut pairs = if node.is_mapping() { effective::pairs(node) } else { Vec::new() }.into_iter();
        match (pairs.next(), pairs.next()) {
            (Some(pair), None) => {
                let value = NodeDeserializer::new(pair.value, depth);
                visitor.visit_enum(Variant { key: pair, value }).map_err(|e| e.at_offset(at))
            }
            _ => Err(self.mismatch(&"the name of a variant, or a map with one key")),
        }
    }

    fn deserialize_identifier<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_unit()
    }
}

struct Items<'d> {
    items: super::document::Children<'d>,
    index: usize,
    depth: u32,
}

impl<'d> Items<'d> {
    /// The items of a scalar: none.
    fn none(node: Node<'d>) -> Self {
        Items { items: node.resolve().children(), index: 0, depth: 0 }
    }
}

impl<'d> SeqAccess<'d> for Items<'d> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'d>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        let Some(node) = self.items.next() else { return Ok(None) };
        let index = self.index;
        self.index += 1;
        seed.deserialize(NodeDeserializer::new(node, self.depth))
            .map(Some)
            .map_err(|e| e.at_offset(node.span().start as usize).inside(format_args!("[{index}]")))
    }
}

struct Fields<'d> {
    pairs: std::vec::IntoIter<Pair<'d>>,
    /// The pair whose key was read last, for its value.
    current: Option<Pair<'d>>,
    /// The key was read as the name of a field, and not as a text, which it may say anything in.
    is_field: Cell<bool>,
    depth: u32,
}

impl<'d> Fields<'d> {
    fn new(pairs: std::vec::IntoIter<Pair<'d>>, depth: u32) -> Self {
        Fields { pairs, current: None, is_field: Cell::new(false), depth }
    }
}

impl<'d> MapAccess<'d> for Fields<'d> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'d>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        let Some(pair) = self.pairs.next() else { return Ok(None) };
        let key = self.current.insert(pair);
        let at = key.key.span().start as usize;
        self.is_field.set(false);
        seed.deserialize(KeyDeserializer { pair: key.clone(), is_field: &self.is_field })
            .map(Some)
            .map_err(|e| e.at_offset(at))
    }

    fn next_value_seed<V: DeserializeSeed<'d>>(&mut self, seed: V) -> Result<V::Value> {
        let Some(Pair { text, value, .. }) = self.current.take() else {
            return Err(Error::new(ErrorKind::Type, "a value was asked for before its key"));
        };
        let is_field = self.is_field.get();
        seed.deserialize(NodeDeserializer::new(value, self.depth)).map_err(|e| {
            let error = e.at_offset(value.span().start as usize);
            if is_field { error.inside(text) } else { error.of_any_key().inside(text) }
        })
    }
}

/// A key: always text.
struct KeyDeserializer<'d, 'f> {
    pair: Pair<'d>,
    is_field: &'f Cell<bool>,
}

impl<'d> Deserializer<'d> for KeyDeserializer<'d, '_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value> {
        match self.pair.text {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'d>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        if name == KEY {
            self.is_field.set(true);
            if let Some(spelling) = spelling(&self.pair) {
                HANDOVER.set(Some(Handover::Key(spelling)));
                return visitor.visit_str(&self.pair.text);
            }
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_identifier<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value> {
        self.is_field.set(true);
        self.deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_some(self)
    }

    fn deserialize_enum<V: Visitor<'d>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        let variant: StrDeserializer<'_, Error> = self.pair.text.as_ref().into_deserializer();
        visitor.visit_enum(variant)
    }

    serde::forward_to_deserialize_any! {
        <W: Visitor<'d>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct ignored_any
    }
}

struct Variant<'d> {
    key: Pair<'d>,
    value: NodeDeserializer<'d>,
}

impl<'d> EnumAccess<'d> for Variant<'d> {
    type Error = Error;
    type Variant = NodeDeserializer<'d>;

    fn variant_seed<V: DeserializeSeed<'d>>(self, seed: V) -> Result<(V::Value, NodeDeserializer<'d>)> {
        let is_field = &Cell::new(false);
        Ok((seed.deserialize(KeyDeserializer { pair: self.key, is_field })?, self.value))
    }
}

impl<'d> VariantAccess<'d> for NodeDeserializer<'d> {
    type Error = Error;

    fn unit_variant(self) -> Result<()> {
        de::Deserialize::deserialize(self)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'d>>(self, seed: T) -> Result<T::Value> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'d>>(self, _: usize, visitor: V) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'d>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value> {
        self.deserialize_map(visitor)
    }
}

/// The spelling of a key, where it is plain and not the key itself.
pub(super) fn spelling(pair: &Pair<'_>) -> Option<Scalar> {
    let key = pair.key.resolve();
    let text = key.text()?;
    (pair.text != text && key.style() == Some(ScalarStyle::Plain) && key.tag().is_none()).then(|| Scalar::plain(text))
}

/// The node as a value: aliases and merges resolved, order and spelling kept.
pub(super) fn value_of(node: Node<'_>, depth: u32) -> Result<Value> {
    let node = node.resolve();
    if node.is_scalar() {
        let style = node.style().unwrap_or(ScalarStyle::Plain);
        let text = node.text().unwrap_or_default();
        if node.tag() == Some("binary") {
            return Ok(Value::string(decode_binary(text).unwrap_or_default()));
        }
        return Ok(Value::Scalar(Scalar::spelled(text, style, node.tag().unwrap_or_default())));
    }
    let depth = depth.checked_sub(1).ok_or_else(|| too_deep(node))?;
    if node.is_sequence() {
        let mut items = Vec::with_capacity(node.children().count());
        for item in node.children() {
            items.push(value_of(item, depth)?);
        }
        return Ok(items.into());
    }
    let mut map = Mapping::new();
    for pair in effective::pairs(node) {
        let spelling = spelling(&pair);
        map.insert_spelled(pair.text.into_owned(), spelling, value_of(pair.value, depth)?);
    }
    map.shrink();
    Ok(Value::Mapping(map))
}
