//! What may stand where in a file: the fields of a model as a tree.

use super::describe::{self, Form, Kind};
use super::words::nearest;
use std::sync::OnceLock;

/// What may stand at a place.
#[derive(Debug, Default)]
pub(crate) enum Schema {
    /// Nothing that is known.
    #[default]
    Unknown,
    /// A value.
    Leaf(Leaf),
    /// A map with known keys. There are few: to compare their lengths is quicker than to hash a key.
    Fields(Vec<(String, Schema)>),
    /// A map with any keys.
    Keys(Box<Schema>),
    /// A list.
    Items(Box<Schema>),
}

/// A value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leaf {
    pub(crate) kind: Kind,
    /// Whether it may be shown, as far as it has the form of what belongs there.
    pub(crate) is_harmless: bool,
    pub(crate) form: Form,
}

impl Schema {
    /// Of a kubeconfig.
    pub(crate) fn kubeconfig() -> &'static Schema {
        static SCHEMA: OnceLock<Schema> = OnceLock::new();
        SCHEMA.get_or_init(|| {
            let mut schema = Schema::default();
            for field in describe::fields() {
                // Certificates are no secrets, but in their place may stand a key.
                let is_harmless = !field.is_secret && matches!(field.kind, Kind::Text | Kind::Bool);
                schema.insert(&field.path, Leaf { kind: field.kind, is_harmless, form: field.form });
            }
            schema
        })
    }

    /// What may stand below `key`, if that is known.
    pub(crate) fn field(&self, key: &str) -> Option<&Schema> {
        match self {
            Schema::Fields(fields) => fields.iter().find(|(name, _)| name == key).map(|(_, inner)| inner),
            Schema::Keys(inner) => Some(inner),
            _ => None,
        }
    }

    /// The keys that are known here.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        let fields = if let Schema::Fields(fields) = self { Some(fields) } else { None };
        fields.into_iter().flat_map(|fields| fields.iter().map(|(name, _)| name.as_str()))
    }

    /// The path of the map that has a field of that name, if there is just one.
    #[cfg(feature = "check")]
    pub(crate) fn home_of(&self, key: &str) -> Option<String> {
        fn find(schema: &Schema, key: &str, path: &mut String, homes: &mut Vec<String>) {
            let length = path.len();
            match schema {
                Schema::Unknown | Schema::Leaf(_) => {}
                Schema::Keys(inner) => {
                    path.push_str(".*");
                    find(inner, key, path, homes);
                }
                Schema::Items(inner) => {
                    path.push_str("[]");
                    find(inner, key, path, homes);
                }
                Schema::Fields(fields) => {
                    for (name, inner) in fields {
                        if name == key && !path.is_empty() {
                            homes.push(path.clone());
                        }
                        path.push_str(if path.is_empty() { "" } else { "." });
                        path.push_str(name);
                        find(inner, key, path, homes);
                        path.truncate(length);
                    }
                }
            }
            path.truncate(length);
        }
        let mut homes = Vec::new();
        find(self, key, &mut String::new(), &mut homes);
        homes.pop().filter(|_| homes.is_empty())
    }

    /// Whether a key that is not known here may be shown: it is that of a field elsewhere in `root`, or a slip away
    /// from a field that is known here. Any other may be a value itself, which got there by mistake.
    pub(crate) fn may_show(&self, key: &str, root: &Schema) -> bool {
        let is_word = key.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_'));
        root.has_key(key) || is_word && nearest(key, self.keys()).is_some()
    }

    /// The value at a path, with `[]` for the items of a list and `*` for any key.
    pub(crate) fn leaf(&self, path: &str) -> Option<Leaf> {
        let steps = path.split('.').flat_map(|step| {
            let (key, items) = (step.trim_end_matches("[]"), step.matches("[]").count());
            std::iter::once(key).chain(std::iter::repeat_n("[]", items))
        });
        let found = steps.into_iter().try_fold(self, |schema, step| match schema {
            Schema::Items(inner) if step == "[]" => Some(&**inner),
            schema => schema.field(step),
        });
        match found {
            Some(Schema::Leaf(leaf)) => Some(*leaf),
            _ => None,
        }
    }

    /// Whether a field of that name, or what is right below one, may be secret.
    pub(crate) fn is_secret_key(&self, key: &str) -> bool {
        let is_secret = |schema: &Schema| match schema {
            Schema::Leaf(leaf) => leaf.kind != Kind::Any && !leaf.is_harmless,
            Schema::Items(inner) | Schema::Keys(inner) => matches!(**inner, Schema::Leaf(leaf) if !leaf.is_harmless),
            _ => false,
        };
        match self {
            Schema::Unknown | Schema::Leaf(_) => false,
            Schema::Keys(inner) | Schema::Items(inner) => inner.is_secret_key(key),
            Schema::Fields(fields) => {
                fields.iter().any(|(name, inner)| name == key && is_secret(inner) || inner.is_secret_key(key))
            }
        }
    }

    /// Whether there is a field of that name anywhere.
    pub(crate) fn has_key(&self, key: &str) -> bool {
        match self {
            Schema::Unknown | Schema::Leaf(_) => false,
            Schema::Keys(inner) | Schema::Items(inner) => inner.has_key(key),
            Schema::Fields(fields) => fields.iter().any(|(name, inner)| name == key || inner.has_key(key)),
        }
    }

    /// Adds a leaf: keys with dots between them, `[]` for the items of a list, `*` for any key.
    pub(crate) fn insert(&mut self, path: &str, leaf: Leaf) {
        if path.is_empty() {
            *self = Schema::Leaf(leaf);
            return;
        }
        if let Some(rest) = path.strip_prefix("[]") {
            if !matches!(self, Schema::Items(_)) {
                *self = Schema::Items(Box::default());
            }
            if let Schema::Items(inner) = self {
                inner.insert(rest.strip_prefix('.').unwrap_or(rest), leaf);
            }
            return;
        }
        let end = path.find(['.', '[']).unwrap_or(path.len());
        let (key, rest) = path.split_at(end);
        let rest = rest.strip_prefix('.').unwrap_or(rest);
        let inner = if key == "*" {
            if !matches!(self, Schema::Keys(_)) {
                *self = Schema::Keys(Box::default());
            }
            match self {
                Schema::Keys(inner) => &mut **inner,
                _ => return,
            }
        } else {
            if !matches!(self, Schema::Fields(_)) {
                *self = Schema::Fields(Vec::new());
            }
            match self {
                Schema::Fields(fields) => {
                    let known = fields.iter().position(|(name, _)| name == key);
                    let at = known.unwrap_or_else(|| {
                        fields.push((key.to_owned(), Schema::default()));
                        fields.len() - 1
                    });
                    &mut fields[at].1
                }
                _ => return,
            }
        };
        inner.insert(rest, leaf);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_of_a_kubeconfig() {
        let schema = Schema::kubeconfig();
        let leaf = |path: &str| schema.leaf(path).map(|leaf| (leaf.kind, leaf.is_harmless, leaf.form));
        assert_eq!(leaf("clusters[].cluster.server"), Some((Kind::Text, true, Form::Url)));
        assert_eq!(leaf("users[].user.token"), Some((Kind::Text, false, Form::Text)));
        assert_eq!(leaf("users[].user.client-certificate-data"), Some((Kind::Base64, false, Form::Text)));
        assert_eq!(leaf("users[].user.exec.command"), Some((Kind::Text, true, Form::Command)));
        assert_eq!(leaf("users[].user.exec.env[].name"), Some((Kind::Text, true, Form::Variable)));
        assert_eq!(leaf("users[].user.exec.env[].value"), Some((Kind::Text, false, Form::Text)));
        assert_eq!(leaf("users[].user.exec.args[]"), Some((Kind::Text, false, Form::Text)));
        assert_eq!(leaf("users[].user.auth-provider.config.x"), Some((Kind::Text, false, Form::Text)));
        assert_eq!(leaf("contexts[].context.extensions[].extension"), Some((Kind::Any, false, Form::Text)));
        assert_eq!(leaf("current-context"), Some((Kind::Text, true, Form::Text)));
        assert_eq!(leaf("users[].user.tokne"), None);
    }

    #[test]
    fn keys_that_may_be_shown() {
        let root = Schema::kubeconfig();
        let user = root.field("users").and_then(|list| match list {
            Schema::Items(item) => item.field("user"),
            _ => None,
        });
        let user = user.expect("the fields of a user");
        for (key, is_shown) in [
            ("tokne", true),
            ("token-file", true),
            ("server", true),
            ("token:abc", false),
            ("token=abc", false),
            ("hunter2", false),
            ("x-note", false),
            ("", false),
        ] {
            assert_eq!(user.may_show(key, root), is_shown, "{key}");
        }
        assert!(root.is_secret_key("args") && root.is_secret_key("config") && !root.is_secret_key("server"));
    }

    #[cfg(feature = "check")]
    #[test]
    fn the_map_that_a_field_belongs_into() {
        let root = Schema::kubeconfig();
        assert_eq!(root.home_of("tls-server-name").as_deref(), Some("clusters[].cluster"));
        assert_eq!(root.home_of("extensions"), None);
    }
}
