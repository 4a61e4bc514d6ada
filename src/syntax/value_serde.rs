//! [`Value`] and [`Mapping`] with serde. From a document of our own a value comes whole, with its spelling.

use super::de::{VALUE, take_handover};
use super::scalar::Resolved;
use super::value::{Mapping, Value};
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use std::fmt;

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Scalar(scalar) => match scalar.resolve() {
                Resolved::Null => serializer.serialize_unit(),
                Resolved::Bool(b) => serializer.serialize_bool(b),
                Resolved::Int(i) => serializer.serialize_i64(i),
                Resolved::Uint(u) => serializer.serialize_u64(u),
                Resolved::Float(f) => serializer.serialize_f64(f),
                Resolved::Str(s) => serializer.serialize_str(s),
            },
            Value::Sequence(items) => {
                let mut seq = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    seq.serialize_element(item)?;
                }
                seq.end()
            }
            Value::Mapping(map) => map.serialize(serializer),
        }
    }
}

impl Serialize for Mapping {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (key, value) in self.iter() {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any value")
            }

            fn visit_newtype_struct<D: Deserializer<'de>>(self, d: D) -> Result<Value, D::Error> {
                match take_handover() {
                    Some(value) => Ok(value),
                    None => d.deserialize_any(self),
                }
            }

            fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
                Ok(Value::null())
            }

            fn visit_none<E: de::Error>(self) -> Result<Value, E> {
                Ok(Value::null())
            }

            fn visit_some<D: Deserializer<'de>>(self, d: D) -> Result<Value, D::Error> {
                d.deserialize_any(self)
            }

            fn visit_bool<E: de::Error>(self, b: bool) -> Result<Value, E> {
                Ok(b.into())
            }

            fn visit_i64<E: de::Error>(self, i: i64) -> Result<Value, E> {
                Ok(i.into())
            }

            fn visit_u64<E: de::Error>(self, u: u64) -> Result<Value, E> {
                Ok(u.into())
            }

            fn visit_f64<E: de::Error>(self, f: f64) -> Result<Value, E> {
                Ok(f.into())
            }

            fn visit_str<E: de::Error>(self, s: &str) -> Result<Value, E> {
                Ok(Value::string(s))
            }

            fn visit_string<E: de::Error>(self, s: String) -> Result<Value, E> {
                Ok(Value::string(s))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(items.into())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
                let mut map = Mapping::new();
                while let Some((key, value)) = access.next_entry::<String, Value>()? {
                    map.insert(key, value);
                }
                Ok(Value::Mapping(map))
            }
        }

        deserializer.deserialize_newtype_struct(VALUE, Any)
    }
}

impl<'de> Deserialize<'de> for Mapping {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Mapping(map) => Ok(map),
            value if value.is_null() => Ok(Mapping::new()),
            _ => Err(de::Error::custom("a map was expected")),
        }
    }
}
