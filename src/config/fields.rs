//! How the structs of the model read and write their fields: one macro, so that every struct treats null, unknown
//! fields and order alike.

use super::command::command_name;
use super::describe::Form;
use crate::secret::{Secret, Wipe, names_secret};
use crate::syntax::de::KEY;
use crate::syntax::write::{Writer, means_text};
use crate::syntax::{Mapping, Scalar, ScalarStyle, Value};
use crate::url::without_userinfo;
use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::SerializeMap;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

/// What the macro needs to know of the type of a field.
pub(crate) trait Field {
    /// Left out when writing.
    fn is_absent(&self) -> bool;
    /// For `Debug`, of a text in that form.
    fn debug(&self, f: &mut fmt::Formatter<'_>, form: Form) -> fmt::Result;
    /// For writing in our own order; what is absent is not asked.
    fn to_value(&self) -> Value;
    /// Writes it at the top of a file.
    fn write(&self, key: &str, writer: &mut Writer) {
        writer.pair(key, None, &self.to_value(), 0);
    }
}

impl Field for Option<String> {
    fn is_absent(&self) -> bool {
        self.is_none()
    }
    fn debug(&self, f: &mut fmt::Formatter<'_>, form: Form) -> fmt::Result {
        fmt::Debug::fmt(&self.as_deref().map(|text| debugged(text, form)), f)
    }
    fn to_value(&self) -> Value {
        self.as_deref().map_or_else(Value::null, text)
    }
}

impl<T: Wipe + ToValue> Field for Option<Secret<T>> {
    fn is_absent(&self) -> bool {
        self.is_none()
    }
    fn debug(&self, f: &mut fmt::Formatter<'_>, _: Form) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
    fn to_value(&self) -> Value {
        self.as_ref().map_or_else(Value::null, |secret| secret.expose().to_value())
    }
}

impl Field for Option<super::Data> {
    fn is_absent(&self) -> bool {
        self.is_none()
    }
    fn debug(&self, f: &mut fmt::Formatter<'_>, _: Form) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
    fn to_value(&self) -> Value {
        self.as_ref().map_or_else(Value::null, ToValue::to_value)
    }
}

impl Field for bool {
    fn is_absent(&self) -> bool {
        !self
    }
    fn debug(&self, f: &mut fmt::Formatter<'_>, _: Form) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
    fn to_value(&self) -> Value {
        (*self).into()
    }
}

macro_rules! plain_fields {
    ($([$($generics:tt)*] $type:ty: $absent:ident;)*) => {$(
        impl<$($generics)*> Field for $type {
            fn is_absent(&self) -> bool {
                self.$absent()
            }
            fn debug(&self, f: &mut fmt::Formatter<'_>, _: Form) -> fmt::Result {
                fmt::Debug::fmt(self, f)
            }
            fn to_value(&self) -> Value {
                ToValue::to_value(self)
            }
        }
    )*};
}

plain_fields! {
    [] super::Preferences: is_empty;
    [] Option<Vec<Secret<String>>>: is_none;
    [] Option<Vec<super::ExecEnvVar>>: is_none;
    [] Option<Box<super::ExecConfig>>: is_none;
    [] Option<Box<super::AuthProviderConfig>>: is_none;
}

/// A harmless text, without what should not be in it.
fn debugged(text: &str, form: Form) -> Cow<'_, str> {
    match form {
        Form::Command => command_name(text).into(),
        _ if names_secret(text, |_| false) && form != Form::Url => "[hidden]".into(),
        _ => without_userinfo(text),
    }
}

impl Field for Vec<String> {
    fn is_absent(&self) -> bool {
        self.is_empty()
    }
    fn debug(&self, f: &mut fmt::Formatter<'_>, form: Form) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|text| debugged(text, form))).finish()
    }
    fn to_value(&self) -> Value {
        ToValue::to_value(self)
    }
}

/// Keys of a map that takes any may be values that got there by mistake, so `Debug` shows none.
impl<T: fmt::Debug + ToValue> Field for BTreeMap<String, T> {
    fn is_absent(&self) -> bool {
        self.is_empty()
    }
    fn debug(&self, f: &mut fmt::Formatter<'_>, _: Form) -> fmt::Result {
        f.debug_map().entries(self.values().map(|value| (format_args!("*"), value))).finish()
    }
    fn to_value(&self) -> Value {
        ToValue::to_value(self)
    }
}

impl Field for Option<BTreeMap<String, Secret<String>>> {
    fn is_absent(&self) -> bool {
        self.is_none()
    }
    fn debug(&self, f: &mut fmt::Formatter<'_>, _: Form) -> fmt::Result {
        self.as_ref().map_or(Ok(()), |map| map.debug(f, Form::Text))
    }
    fn to_value(&self) -> Value {
        ToValue::to_value(self)
    }
}

/// What a part of the model is as a value, with the spelling of its unknown fields.
pub(crate) trait ToValue {
    fn to_value(&self) -> Value;
}

/// The known fields of a struct of the model, by their keys in the file.
pub(crate) trait Keys {
    const KEYS: &'static [&'static str];
}

/// A string: quoted where kubectl would quote it, so that no other reader takes it for a date or a number either.
pub(crate) fn text(text: &str) -> Value {
    let style = if means_text(text) { ScalarStyle::Plain } else { ScalarStyle::DoubleQuoted };
    Value::Scalar(Scalar::spelled(text, style, ""))
}

impl ToValue for Value {
    fn to_value(&self) -> Value {
        self.clone()
    }
}

impl ToValue for String {
    fn to_value(&self) -> Value {
        text(self)
    }
}

impl<T: Wipe + ToValue> ToValue for Secret<T> {
    fn to_value(&self) -> Value {
        self.expose().to_value()
    }
}

impl ToValue for super::Data {
    /// On one line, whatever it had.
    fn to_value(&self) -> Value {
        match self.as_base64() {
            base64 if base64.contains(['\r', '\n']) => text(&zeroize::Zeroizing::new(base64.replace(['\r', '\n'], ""))),
            base64 => text(base64),
        }
    }
}

impl<T: ToValue> ToValue for Vec<T> {
    fn to_value(&self) -> Value {
        self.iter().map(ToValue::to_value).collect::<Vec<_>>().into()
    }
}

impl<T: ToValue> ToValue for BTreeMap<String, T> {
    fn to_value(&self) -> Value {
        Value::Mapping(self.iter().map(|(key, value)| (key.as_str(), value.to_value())).collect())
    }
}

impl<T: ToValue> ToValue for Box<T> {
    fn to_value(&self) -> Value {
        T::to_value(self)
    }
}

impl<T: ToValue> ToValue for Option<T> {
    fn to_value(&self) -> Value {
        self.as_ref().map_or_else(Value::null, ToValue::to_value)
    }
}

/// A value read as Go's `encoding/json` reads it: null is the type's zero value, at every level of lists and maps.
pub(crate) struct Go<T>(pub(crate) T);

pub(crate) trait FromGo<'de>: Sized {
    fn from_go<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

impl<'de, T: FromGo<'de>> Deserialize<'de> for Go<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::from_go(deserializer).map(Go)
    }
}

impl<'de, T: FromGo<'de>> FromGo<'de> for Option<T> {
    fn from_go<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<Go<T>>::deserialize(deserializer)?.map(|value| value.0))
    }
}

impl<'de, T: FromGo<'de>> FromGo<'de> for Box<T> {
    fn from_go<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::from_go(deserializer).map(Box::new)
    }
}

impl<'de> FromGo<'de> for super::Data {
    fn from_go<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

impl<'de> FromGo<'de> for Secret<super::Data> {
    fn from_go<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

impl<'de, T: FromGo<'de>> FromGo<'de> for Vec<T> {
    fn from_go<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let items = Option::<Vec<Go<T>>>::deserialize(deserializer)?;
        Ok(items.unwrap_or_default().into_iter().map(|item| item.0).collect())
    }
}

impl<'de, T: FromGo<'de>> FromGo<'de> for BTreeMap<String, T> {
    fn from_go<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let items = Option::<BTreeMap<String, Go<T>>>::deserialize(deserializer)?;
        Ok(items.unwrap_or_default().into_iter().map(|(key, item)| (key, item.0)).collect())
    }
}

macro_rules! from_go {
    ($($type:ty)*) => {$(
        impl<'de> FromGo<'de> for $type {
            fn from_go<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Option::<Self>::deserialize(deserializer).map(Option::unwrap_or_default)
            }
        }
    )*};
}

from_go! {
    String bool Secret<String> super::ExecEnvVar super::Preferences super::ExecConfig super::AuthProviderConfig
}

/// A key of a map, with its spelling where it is not its own.
pub(crate) struct Key<'de> {
    text: Cow<'de, str>,
    spelling: Option<Scalar>,
}

impl Key<'_> {
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn keep(self, other: &mut Mapping, value: Value) {
        other.insert_spelled(self.text.into_owned(), self.spelling, value);
    }
}

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl<'de> Visitor<'de> for Text {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_newtype_struct<D: Deserializer<'de>>(self, d: D) -> Result<Key<'de>, D::Error> {
                d.deserialize_str(self)
            }

            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Key<'de>, E> {
                Ok(Key { text: text.into(), spelling: None })
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Key<'de>, E> {
                Ok(Key { text: text.to_owned().into(), spelling: crate::syntax::de::take_key_spelling() })
            }
        }

        deserializer.deserialize_newtype_struct(KEY, Text)
    }
}

/// Unknown fields go behind the known ones.
pub(crate) fn serialize_other<M: SerializeMap>(map: &mut M, other: &Mapping) -> Result<(), M::Error> {
    for (key, value) in other.iter() {
        map.serialize_entry(key, value)?;
    }
    Ok(())
}

/// As [`serialize_other`], with spelling.
pub(crate) fn copy_other(map: &mut Mapping, other: &Mapping) {
    for (key, spelling, value) in other.iter_spelled() {
        map.insert_spelled(key.to_owned(), spelling.cloned(), value.clone());
    }
}

/// Defines a struct of the model: known fields with their keys in the order they are written in, and `other` for the
/// rest. Behind the key stands in brackets what form a harmless text has, where that is not
/// [`Form::Text`](super::describe::Form::Text). Null is the field's default, as in Go; a repeated key's last value
/// stays.
macro_rules! model {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $( $(#[$field_meta:meta])* $key:literal $([$form:expr])? => pub $field:ident: $type:ty, )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct $name {
            $( $(#[$field_meta])* pub $field: $type, )*
            /// Fields this crate does not know, in their order, with their spelling. They are written back.
            pub other: $crate::syntax::Mapping,
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                struct Shown<'a, T>(&'a T, $crate::config::describe::Form);
                impl<T: $crate::config::fields::Field> std::fmt::Debug for Shown<'_, T> {
                    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        self.0.debug(f, self.1)
                    }
                }
                let mut shown = f.debug_struct(stringify!($name));
                $( if !$crate::config::fields::Field::is_absent(&self.$field) {
                    shown.field(stringify!($field), &Shown(&self.$field, $crate::config::fields::form!($($form)?)));
                } )*
                if !self.other.is_empty() {
                    shown.field("other", &self.other);
                }
                shown.finish()
            }
        }

        impl $crate::config::describe::Describe for $name {
            fn describe(list: &mut $crate::config::describe::List) {
                $( list.key($key, |list| {
                    list.form($crate::config::fields::form!($($form)?));
                    <$type as $crate::config::describe::Describe>::describe(list);
                }); )*
            }
        }

        impl $crate::config::fields::Keys for $name {
            const KEYS: &'static [&'static str] = &[$($key),*];
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap;
                let mut map = serializer.serialize_map(None)?;
                $( if !$crate::config::fields::Field::is_absent(&self.$field) {
                    map.serialize_entry($key, &self.$field)?;
                } )*
                $crate::config::fields::serialize_other(&mut map, &self.other)?;
                map.end()
            }
        }

        impl $crate::config::fields::ToValue for $name {
            fn to_value(&self) -> $crate::syntax::Value {
                let mut map = $crate::syntax::Mapping::new();
                $( if !$crate::config::fields::Field::is_absent(&self.$field) {
                    map.insert($key, $crate::config::fields::Field::to_value(&self.$field));
                } )*
                $crate::config::fields::copy_other(&mut map, &self.other);
                map.into()
            }
        }

        impl $name {
            /// Writes the fields as those of a file, one after the other: the value of all of them together would take
            /// several times the room of the text.
            #[allow(dead_code, reason = "one of them is a whole file")]
            pub(crate) fn write_fields(&self, writer: &mut $crate::syntax::write::Writer) {
                $( if !$crate::config::fields::Field::is_absent(&self.$field) {
                    $crate::config::fields::Field::write(&self.$field, $key, writer);
                } )*
                for (key, spelling, value) in self.other.iter_spelled() {
                    writer.pair(key, spelling, value, 0);
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Fields;
                impl<'de> serde::de::Visitor<'de> for Fields {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("a map")
                    }

                    fn visit_unit<E: serde::de::Error>(self) -> Result<$name, E> {
                        Ok($name::default())
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<$name, A::Error> {
                        let mut out = $name::default();
                        while let Some(key) = map.next_key::<$crate::config::fields::Key<'de>>()? {
                            match key.as_str() {
                                $( $key => {
                                    out.$field = map.next_value::<$crate::config::fields::Go<$type>>()?.0;
                                } )*
                                _ => key.keep(&mut out.other, map.next_value()?),
                            }
                        }
                        out.other.shrink();
                        Ok(out)
                    }
                }
                deserializer.deserialize_map(Fields)
            }
        }
    };
}
pub(crate) use model;

/// The form of a field.
macro_rules! form {
    () => {
        $crate::config::describe::Form::Text
    };
    ($form:expr) => {
        $form
    };
}
pub(crate) use form;
