//! One definition a field: its key in cluster.yml, its key in rkestate, its type and what it is for. Reading and writing
//! both spellings, `Debug` and the list of fields come out of it.

use super::fields::Lister;
use crate::config::fold_char;
use crate::error::Result;
use crate::syntax::{Mapping, Node, Value};
use std::fmt;

/// A part of the configuration, as the type of a field.
pub(crate) trait Part {
    /// Takes over what `node` says.
    fn read(&mut self, node: Node<'_>, rules: Rules) -> Result<()>;
    /// The value as it is written; none where the field is left out.
    fn value(&self, form: Form, tag: Tag) -> Option<Value>;
    /// Whether anything is set: it is left out of cluster.yml and of `Debug` where not.
    fn is_set(&self) -> bool;
    fn debug(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
    /// The field itself, if it is a text and no secret.
    fn as_text(&mut self) -> Option<&mut Option<String>> {
        None
    }
    /// Adds the fields at and below this one.
    fn list(lister: &mut Lister<'_>);
}

/// A field for `Debug`.
pub(crate) struct Shown<'a, P>(pub(crate) &'a P);

impl<P: Part> fmt::Debug for Shown<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.debug(f)
    }
}

/// What the Go field says beside its name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tag {
    /// No `omitempty`: it stands in rkestate even where it is empty.
    pub(crate) always: bool,
    /// A pointer: empty is not absent.
    pub(crate) pointer: bool,
    /// Read by its JSON keys in cluster.yml as well, because RKE reads this part a second time.
    pub(crate) json: bool,
}

/// By whose rules a part is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    pub(super) keys: Keys,
    /// RKE has turned the document into JSON and back before it reads it: `0644` is `420` then.
    pub(super) resolved: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keys {
    Yaml,
    Json,
    /// What is left of the JSON keys after an exact match was looked for.
    JsonAnyCase,
}

impl Rules {
    /// yaml.v2 reading cluster.yml.
    pub(crate) const YAML: Rules = Rules { keys: Keys::Yaml, resolved: false };
    /// yaml.v2 reading a cluster.yml that RKE had to write anew first.
    pub(crate) const REWRITTEN_YAML: Rules = Rules { keys: Keys::Yaml, resolved: true };
    /// `encoding/json` reading rkestate.
    pub(crate) const JSON: Rules = Rules { keys: Keys::Json, resolved: false };

    pub(crate) fn is_key(self, key: &str, yaml: &str, json: &str) -> bool {
        match self.keys {
            Keys::Yaml => key == yaml,
            Keys::Json => key == json,
            Keys::JsonAnyCase => same_key(key, json),
        }
    }

    /// The rules for what a field with that tag holds.
    pub(crate) fn inside(self, tag: Tag) -> Self {
        let keys = if self.keys == Keys::Yaml && !tag.json { Keys::Yaml } else { Keys::Json };
        Rules { keys, ..self }
    }

    pub(super) fn is_yaml(self) -> bool {
        self.keys == Keys::Yaml
    }
}

/// How a configuration is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// As cluster.yml: what is set.
    Yaml,
    /// What is set, with JSON keys: the parts of cluster.yml that RKE reads so.
    YamlWithJsonKeys,
    /// As Go's `encoding/json` writes RKE's structs into rkestate.
    Json,
}

impl Form {
    pub(crate) fn inside(self, tag: Tag) -> Self {
        if tag.json && self == Form::Yaml { Form::YamlWithJsonKeys } else { self }
    }

    pub(crate) fn key(self, yaml: &'static str, json: &'static str) -> &'static str {
        if self == Form::Yaml { yaml } else { json }
    }

    pub(crate) fn is_key(self, key: &str, yaml: &str, json: &str) -> bool {
        if self == Form::Yaml { key == yaml } else { same_key(key, json) }
    }
}

/// Whether Go's `encoding/json` takes `key` for the field `json`.
pub(crate) fn same_key(key: &str, json: &str) -> bool {
    key.chars().map(fold_char).eq(json.chars().map(fold_char))
}

/// What RKE does not know, behind the fields. A key that would become known by being written in the other spelling
/// (`internalAddress` of a cluster.yml in rkestate) is left out: nobody has ever read it.
pub(crate) fn write_other<M: Model>(map: &mut Mapping, other: &Mapping, form: Form) {
    for (key, spelling, value) in other.iter_spelled() {
        if !M::has_field(key, form) {
            map.insert_spelled(key.to_owned(), spelling.cloned(), value.clone());
        }
    }
}

/// A struct of the model. Its methods are for the blanket impl of [`Part`].
pub(crate) trait Model: Default + fmt::Debug {
    /// Reads the field called `key`; returns whether there is one.
    fn read_field(&mut self, key: &str, node: Node<'_>, rules: Rules) -> Result<bool>;
    fn write_fields(&self, map: &mut Mapping, form: Form);
    /// Whether there is a field with that key, as who reads `form` would find it.
    fn has_field(key: &str, form: Form) -> bool;
    fn list_fields(lister: &mut Lister<'_>);
    fn is_any_set(&self) -> bool;
    /// The text called `key` in cluster.yml.
    fn text_mut(&mut self, key: &str) -> Option<&mut Option<String>>;
    fn other_mut(&mut self) -> &mut Mapping;
}

/// `serviceClusterIpRange` for `service_cluster_ip_range`: what RKE's JSON keys are but for the exceptions that the
/// definitions name.
pub(crate) const fn camel<const LEN: usize>(key: &str) -> [u8; LEN] {
    let bytes = key.as_bytes();
    let mut out = [0; LEN];
    let (mut from, mut to, mut upper) = (0, 0, false);
    while from < bytes.len() {
        if bytes[from] == b'_' {
            upper = true;
        } else {
            out[to] = if upper { bytes[from].to_ascii_uppercase() } else { bytes[from] };
            upper = false;
            to += 1;
        }
        from += 1;
    }
    out
}

pub(crate) const fn camel_len(key: &str) -> usize {
    let bytes = key.as_bytes();
    let (mut at, mut len) = (0, 0);
    while at < bytes.len() {
        if bytes[at] != b'_' {
            len += 1;
        }
        at += 1;
    }
    len
}

pub(crate) const fn key_text(bytes: &[u8]) -> &str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => "",
    }
}

/// The JSON key of a field, made when the crate is compiled.
macro_rules! json_key {
    ($yaml:literal) => {{
        const LEN: usize = $crate::rke::cluster::model::camel_len($yaml);
        const BYTES: [u8; LEN] = $crate::rke::cluster::model::camel($yaml);
        const KEY: &str = $crate::rke::cluster::model::key_text(&BYTES);
        KEY
    }};
    ($yaml:literal $json:literal) => {
        $json
    };
}
pub(crate) use json_key;

/// Defines a struct of the model: `"yaml key" | "json key" [tags] => pub field: Type`, in RKE's order. The JSON key is
/// named where it is not the YAML key in camel case; the tags are those of [`Tag`]. `with base: Type` in the head takes in
/// the fields of another struct, as Go's `inline`.
macro_rules! model {
    (
        $(#[$meta:meta])*
        pub struct $name:ident $(with $base:ident: $base_type:ty)? {
            $( $(#[$field_meta:meta])* $yaml:literal $(| $json:literal)? $([$($tag:ident)+])? => pub $field:ident: $type:ty, )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Default, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $(
                /// What all services have.
                pub $base: $base_type,
            )?
            $( $(#[$field_meta])* pub $field: $type, )*
            /// Keys that RKE does not know here, in their order, with their spelling. They are written back.
            pub other: $crate::syntax::Mapping,
        }

        const _: () = {
            use $crate::error::Result;
            use $crate::rke::cluster::fields::Lister;
            use $crate::rke::cluster::model::{Form, Model, Part, Rules, Shown, json_key, tag, write_other};
            use $crate::syntax::{Mapping, Node as SyntaxNode};
            use std::fmt;

            impl fmt::Debug for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    let mut shown = f.debug_struct(stringify!($name));
                    $( shown.field(stringify!($base), &self.$base); )?
                    $( if Part::is_set(&self.$field) {
                        shown.field(stringify!($field), &Shown(&self.$field));
                    } )*
                    if !self.other.is_empty() {
                        shown.field("other", &self.other);
                    }
                    shown.finish()
                }
            }

            impl Model for $name {
                fn read_field(&mut self, key: &str, node: SyntaxNode<'_>, rules: Rules) -> Result<bool> {
                    $( if Model::read_field(&mut self.$base, key, node, rules)? {
                        return Ok(true);
                    } )?
                    $( if rules.is_key(key, $yaml, json_key!($yaml $($json)?)) {
                        let rules = rules.inside(tag!($($($tag)+)?));
                        Part::read(&mut self.$field, node, rules)?;
                        return Ok(true);
                    } )*
                    Ok(false)
                }

                fn write_fields(&self, map: &mut Mapping, form: Form) {
                    $( Model::write_fields(&self.$base, map, form); )?
                    $( {
                        let tag = tag!($($($tag)+)?);
                        if let Some(value) = Part::value(&self.$field, form.inside(tag), tag) {
                            map.insert(form.key($yaml, json_key!($yaml $($json)?)), value);
                        }
                    } )*
                    write_other::<Self>(map, &self.other, form);
                }

                fn has_field(key: &str, form: Form) -> bool {
                    $( <$base_type as Model>::has_field(key, form) || )?
                    $( form.is_key(key, $yaml, json_key!($yaml $($json)?)) || )*
                    false
                }

                fn list_fields(lister: &mut Lister<'_>) {
                    $( <$base_type as Model>::list_fields(lister); )?
                    $( {
                        let json_keys = tag!($($($tag)+)?).json;
                        lister.field($yaml, json_key!($yaml $($json)?), json_keys, <$type as Part>::list);
                    } )*
                }

                fn text_mut(&mut self, key: &str) -> Option<&mut Option<String>> {
                    $( if key == $yaml {
                        return Part::as_text(&mut self.$field);
                    } )*
                    None
                }

                fn is_any_set(&self) -> bool {
                    $( Model::is_any_set(&self.$base) || )?
                    $( Part::is_set(&self.$field) || )*
                    !self.other.is_empty()
                }

                fn other_mut(&mut self) -> &mut Mapping {
                    &mut self.other
                }
            }
        };
    };
}
pub(crate) use model;

macro_rules! tag {
    ($($tag:ident)*) => {{
        #[allow(unused_mut, reason = "a field without tags changes nothing")]
        let mut tag = $crate::rke::cluster::model::Tag::default();
        $( tag.$tag = true; )*
        tag
    }};
}
pub(crate) use tag;

#[cfg(test)]
mod tests {
    #[test]
    fn json_keys_are_made_from_yaml_keys() {
        assert_eq!(json_key!("service_cluster_ip_range"), "serviceClusterIpRange");
        assert_eq!(json_key!("subnet-id"), "subnet-id");
        assert_eq!(json_key!("nodes"), "nodes");
        assert_eq!(json_key!("s3backupconfig" "s3BackupConfig"), "s3BackupConfig");
    }
}
