//! The types of fields: scalars, secrets, lists, maps, and structs that may be absent.

use super::fields::{Kind, Lister};
use super::model::{Form, Model, Part, Rules, Tag};
use super::read::{
    Wrong, is_null, items, key_text, pairs, read_bool, read_float, read_int, read_struct, read_text, read_value,
};
use crate::config::HIDDEN;
use crate::config::fields::text;
use crate::error::Result;
use crate::secret::{Secret, names_secret};
use crate::syntax::{Mapping, Node, Scalar, Value};
use crate::url::without_userinfo;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

/// What a scalar is written as: where it is absent or empty, Go's tags decide.
fn scalar(value: Option<Value>, is_zero: bool, zero: impl Into<Value>, form: Form, tag: Tag) -> Option<Value> {
    match value {
        Some(value) if form != Form::Json || tag.always || tag.pointer || !is_zero => Some(value),
        None if form == Form::Json && tag.always => Some(if tag.pointer { Value::null() } else { zero.into() }),
        _ => None,
    }
}

/// A harmless text, without what should not be in it.
fn debugged(text: &str) -> Cow<'_, str> {
    if names_secret(text, |word| word.ends_with("cert")) { HIDDEN.into() } else { without_userinfo(text) }
}

impl Part for Option<String> {
    fn read(&mut self, node: Node<'_>, rules: Rules) -> Result<()> {
        *self = read_text(node, rules)?.map(|text| text.into_owned());
        Ok(())
    }
    fn value(&self, form: Form, tag: Tag) -> Option<Value> {
        scalar(self.as_deref().map(text), self.as_deref() == Some(""), text(""), form, tag)
    }
    fn is_set(&self) -> bool {
        self.is_some()
    }
    fn debug(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.as_deref().map(debugged), f)
    }
    fn as_text(&mut self) -> Option<&mut Option<String>> {
        Some(self)
    }
    fn list(lister: &mut Lister<'_>) {
        lister.leaf(Kind::String);
    }
}

impl Part for Option<Secret<String>> {
    fn read(&mut self, node: Node<'_>, rules: Rules) -> Result<()> {
        *self = read_text(node, rules)?.map(|text| Secret::new(text.into_owned()));
        Ok(())
    }
    fn value(&self, form: Form, tag: Tag) -> Option<Value> {
        let exposed = self.as_ref().map(|secret| secret.expose().as_str());
        scalar(exposed.map(text), exposed == Some(""), text(""), form, tag)
    }
    fn is_set(&self) -> bool {
        self.is_some()
    }
    fn debug(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
    fn list(lister: &mut Lister<'_>) {
        lister.secret();
        lister.leaf(Kind::String);
    }
}

macro_rules! scalars {
    ($($type:ty: $kind:ident, $zero:expr, $read:expr, $write:expr;)*) => {$(
        impl Part for Option<$type> {
            fn read(&mut self, node: Node<'_>, rules: Rules) -> Result<()> {
                let read: fn(Node<'_>, Rules) -> Result<Option<$type>> = $read;
                *self = read(node, rules)?;
                Ok(())
            }
            fn value(&self, form: Form, tag: Tag) -> Option<Value> {
                scalar(self.map($write), *self == Some($zero), $zero, form, tag)
            }
            fn is_set(&self) -> bool {
                self.is_some()
            }
            fn debug(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(self, f)
            }
            fn list(lister: &mut Lister<'_>) {
                lister.leaf(Kind::$kind);
            }
        }
    )*};
}

scalars! {
    bool: Bool, false, |node, _| read_bool(node), Value::from;
    i64: Int, 0i64, read_int, Value::from;
    f64: Float, 0.0f64, |node, _| read_float(node), float;
}

/// As Go writes it: a whole number without a fraction.
fn float(value: f64) -> Value {
    if value.is_finite() { Value::Scalar(Scalar::plain(value.to_string())) } else { value.into() }
}

/// A part of Kubernetes' own API that RKE hands on.
impl Part for Option<Value> {
    fn read(&mut self, node: Node<'_>, _: Rules) -> Result<()> {
        *self = if is_null(node) { None } else { Some(read_value(node)?) };
        Ok(())
    }
    fn value(&self, form: Form, tag: Tag) -> Option<Value> {
        self.clone().or_else(|| (form == Form::Json && tag.always).then(Value::null))
    }
    fn is_set(&self) -> bool {
        self.is_some()
    }
    fn debug(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
    fn list(lister: &mut Lister<'_>) {
        lister.leaf(Kind::Value);
    }
}

/// What can be an item of a list or the value of a map: a null among them is an empty one, as in Go.
pub(crate) trait Item: Default {
    fn read_item(&mut self, node: Node<'_>, rules: Rules) -> Result<()>;
    fn item_value(&self, form: Form) -> Value;
    fn debug_item(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
    fn list_item(lister: &mut Lister<'_>);
}

impl Item for String {
    fn read_item(&mut self, node: Node<'_>, rules: Rules) -> Result<()> {
        *self = read_text(node, rules)?.unwrap_or_default().into_owned();
        Ok(())
    }
    fn item_value(&self, _: Form) -> Value {
        text(self)
    }
    fn debug_item(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&debugged(self), f)
    }
    fn list_item(lister: &mut Lister<'_>) {
        lister.leaf(Kind::String);
    }
}

impl Item for Secret<String> {
    fn read_item(&mut self, node: Node<'_>, rules: Rules) -> Result<()> {
        *self = Secret::new(read_text(node, rules)?.unwrap_or_default().into_owned());
        Ok(())
    }
    fn item_value(&self, _: Form) -> Value {
        text(self.expose())
    }
    fn debug_item(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
    fn list_item(lister: &mut Lister<'_>) {
        lister.secret();
        lister.leaf(Kind::String);
    }
}

impl Item for Value {
    fn read_item(&mut self, node: Node<'_>, _: Rules) -> Result<()> {
        *self = read_value(node)?;
        Ok(())
    }
    fn item_value(&self, _: Form) -> Value {
        self.clone()
    }
    fn debug_item(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
    fn list_item(lister: &mut Lister<'_>) {
        lister.leaf(Kind::Value);
    }
}

impl<M: Model> Item for M {
    fn read_item(&mut self, node: Node<'_>, rules: Rules) -> Result<()> {
        read_struct(self, node, rules)
    }
    fn item_value(&self, form: Form) -> Value {
        written(self, form).into()
    }
    fn debug_item(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
    fn list_item(lister: &mut Lister<'_>) {
        M::list_fields(lister);
    }
}

impl<T: Item> Item for Vec<T> {
    fn read_item(&mut self, node: Node<'_>, rules: Rules) -> Result<()> {
        self.clear();
        if is_null(node) {
            return Ok(());
        }
        let mut wrong = Wrong::default();
        for (i, item) in items(node)?.enumerate() {
            let mut value = T::default();
            let read = value.read_item(item, rules);
            wrong.take(read.map_err(|e| e.at_offset(item.span().start as usize).inside(format_args!("[{i}]"))))?;
            self.push(value);
        }
        wrong.finish()
    }
    fn item_value(&self, form: Form) -> Value {
        self.iter().map(|item| item.item_value(form)).collect::<Vec<_>>().into()
    }
    fn debug_item(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(Shown)).finish()
    }
    fn list_item(lister: &mut Lister<'_>) {
        lister.inside_list(T::list_item);
    }
}

impl<T: Item> Item for BTreeMap<String, T> {
    fn read_item(&mut self, node: Node<'_>, rules: Rules) -> Result<()> {
        if is_null(node) {
            self.clear();
            return Ok(());
        }
        let mut wrong = Wrong::default();
        for (key, value) in pairs(node, rules)? {
            let key = key_text(key, rules);
            let mut item = T::default();
            let read = item.read_item(value, rules);
            wrong.take(read.map_err(|e| e.at_offset(value.span().start as usize).of_any_key().inside(&key)))?;
            self.insert(key.into_owned(), item);
        }
        wrong.finish()
    }
    fn item_value(&self, form: Form) -> Value {
        let map: Mapping = self.iter().map(|(key, item)| (key.as_str(), item.item_value(form))).collect();
        map.into()
    }
    fn debug_item(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Its keys may be values that got there by mistake.
        f.debug_map().entries(self.values().map(|item| (format_args!("*"), Shown(item)))).finish()
    }
    fn list_item(lister: &mut Lister<'_>) {
        lister.inside_map(T::list_item);
    }
}

struct Shown<'a, T>(&'a T);

impl<T: Item> fmt::Debug for Shown<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.debug_item(f)
    }
}

macro_rules! collections {
    ($($type:ty)*) => {$(
        impl<T: Item> Part for $type {
            fn read(&mut self, node: Node<'_>, rules: Rules) -> Result<()> {
                self.read_item(node, rules)
            }
            fn value(&self, form: Form, tag: Tag) -> Option<Value> {
                match self.is_empty() {
                    false => Some(self.item_value(form)),
                    true => (form == Form::Json && tag.always).then(Value::null),
                }
            }
            fn is_set(&self) -> bool {
                !self.is_empty()
            }
            fn debug(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.debug_item(f)
            }
            fn list(lister: &mut Lister<'_>) {
                Self::list_item(lister);
            }
        }
    )*};
}

collections! { Vec<T> BTreeMap<String, T> }

/// A struct that always is there: Go writes it as an object even where it is empty.
impl<M: Model> Part for M {
    fn read(&mut self, node: Node<'_>, rules: Rules) -> Result<()> {
        read_struct(self, node, rules)
    }
    fn value(&self, form: Form, _: Tag) -> Option<Value> {
        (form == Form::Json || self.is_any_set()).then(|| written(self, form).into())
    }
    fn is_set(&self) -> bool {
        self.is_any_set()
    }
    fn debug(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
    fn list(lister: &mut Lister<'_>) {
        M::list_fields(lister);
    }
}

impl<M: Model> Part for Option<M> {
    fn read(&mut self, node: Node<'_>, rules: Rules) -> Result<()> {
        if is_null(node) {
            *self = None;
            return Ok(());
        }
        read_struct(self.get_or_insert_default(), node, rules)
    }
    fn value(&self, form: Form, tag: Tag) -> Option<Value> {
        match self {
            Some(model) => Some(written(model, form).into()),
            None => (form == Form::Json && tag.always).then(Value::null),
        }
    }
    fn is_set(&self) -> bool {
        self.is_some()
    }
    fn debug(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
    fn list(lister: &mut Lister<'_>) {
        M::list_fields(lister);
    }
}

pub(crate) fn written<M: Model>(model: &M, form: Form) -> Mapping {
    let mut map = Mapping::new();
    model.write_fields(&mut map, form);
    map
}
