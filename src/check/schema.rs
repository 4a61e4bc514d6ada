//! What may stand where in a file: the fields of a model as a tree.

use crate::config::describe::{self, Kind};
use crate::rke;
use std::collections::HashMap;
use std::sync::OnceLock;

/// What may stand at a place.
#[derive(Debug, Default)]
pub(super) enum Schema {
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
pub(super) struct Leaf {
    pub(super) kind: Kind,
    /// Whether it may be shown.
    pub(super) is_harmless: bool,
}

impl Schema {
    /// Of a kubeconfig.
    pub(super) fn kubeconfig() -> &'static Schema {
        static SCHEMA: OnceLock<Schema> = OnceLock::new();
        SCHEMA.get_or_init(|| {
            let mut schema = Schema::default();
            for field in describe::fields() {
                // Certificates are no secrets, but in their place may stand a key.
                let is_harmless = !field.is_secret && matches!(field.kind, Kind::Text | Kind::Bool);
                schema.insert(&field.path, Leaf { kind: field.kind, is_harmless });
            }
            schema
        })
    }

    /// Of cluster.yml, bare or as Rancher wraps it.
    pub(super) fn cluster() -> &'static Schema {
        static SCHEMA: OnceLock<Schema> = OnceLock::new();
        SCHEMA.get_or_init(|| {
            let mut schema = Schema::default();
            for field in rke::fields() {
                schema.insert(&field.yaml, rke_leaf(field));
                schema.insert(&format!("rancher_kubernetes_engine_config.{}", field.yaml), rke_leaf(field));
            }
            schema
        })
    }

    /// Of an rkestate, and of the objects that one is saved in.
    pub(super) fn state() -> &'static Schema {
        static SCHEMA: OnceLock<Schema> = OnceLock::new();
        SCHEMA.get_or_init(|| {
            const ENTRY: &[&str] = &[
                "name",
                "commonName",
                "ouName",
                "envName",
                "path",
                "keyEnvName",
                "keyPath",
                "configEnvName",
                "configPath",
            ];
            const SECRET: &[&str] = &["certificatePEM", "keyPEM", "config"];
            let text = |is_harmless| Leaf { kind: Kind::Text, is_harmless };
            let mut schema = Schema::default();
            for side in ["desiredState", "currentState"] {
                for field in rke::fields() {
                    schema.insert(&format!("{side}.rkeConfig.{}", field.json), rke_leaf(field));
                }
                let bundle = format!("{side}.certificatesBundle.*");
                ENTRY.iter().for_each(|key| schema.insert(&format!("{bundle}.{key}"), text(true)));
                SECRET.iter().for_each(|key| schema.insert(&format!("{bundle}.{key}"), text(false)));
                schema.insert(&format!("{side}.encryptionConfig"), text(false));
            }
            for path in ["kind", "apiVersion", "metadata.name", "metadata.namespace"] {
                schema.insert(path, text(true));
                schema.insert(&format!("items[].{path}"), text(true));
            }
            for data in ["data", "stringData"] {
                schema.insert(&format!("{data}.full-cluster-state"), text(false));
                schema.insert(&format!("items[].{data}.full-cluster-state"), text(false));
            }
            schema
        })
    }

    /// What may stand below `key`, if that is known.
    pub(super) fn field(&self, key: &str) -> Option<&Schema> {
        match self {
            Schema::Fields(fields) => fields.iter().find(|(name, _)| name == key).map(|(_, inner)| inner),
            Schema::Keys(inner) => Some(inner),
            _ => None,
        }
    }

    /// The keys that are known here.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        let fields = if let Schema::Fields(fields) = self { Some(fields) } else { None };
        fields.into_iter().flat_map(|fields| fields.iter().map(|(name, _)| name.as_str()))
    }

    /// The map of a kubeconfig that has a field of that name, if there is just one.
    pub(super) fn home_of(key: &str) -> Option<&'static str> {
        static HOMES: OnceLock<HashMap<String, Option<String>>> = OnceLock::new();
        let homes = HOMES.get_or_init(|| {
            let mut homes = HashMap::new();
            for field in describe::fields() {
                let parts: Vec<&str> = field.path.split('.').collect();
                for depth in 1..parts.len() {
                    let name = parts[depth].trim_end_matches("[]").to_owned();
                    let home = parts[..depth].join(".");
                    let known = homes.entry(name).or_insert_with(|| Some(home.clone()));
                    if known.as_ref().is_some_and(|known| *known != home) {
                        *known = None;
                    }
                }
            }
            homes
        });
        homes.get(key)?.as_deref()
    }

    /// Whether there is a field of that name anywhere.
    pub(super) fn has_key(&self, key: &str) -> bool {
        match self {
            Schema::Unknown | Schema::Leaf(_) => false,
            Schema::Keys(inner) | Schema::Items(inner) => inner.has_key(key),
            Schema::Fields(fields) => fields.iter().any(|(name, inner)| name == key || inner.has_key(key)),
        }
    }

    /// Adds a leaf: keys with dots between them, `[]` for the items of a list, `*` for any key.
    fn insert(&mut self, path: &str, leaf: Leaf) {
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

fn rke_leaf(field: &rke::Field) -> Leaf {
    let kind = match field.kind {
        rke::Kind::Value => Kind::Any,
        _ => Kind::Text,
    };
    Leaf { kind, is_harmless: !field.is_secret && kind == Kind::Text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at<'s>(schema: &'s Schema, path: &[&str]) -> Option<&'s Schema> {
        path.iter().try_fold(schema, |schema, step| match schema {
            Schema::Items(inner) if *step == "[]" => Some(&**inner),
            schema => schema.field(step),
        })
    }

    #[test]
    fn what_rke_keeps_secret_is_hidden() {
        let harmless = |schema: &'static Schema, path: &[&str]| match at(schema, path) {
            Some(Schema::Leaf(leaf)) => Some(leaf.is_harmless),
            _ => None,
        };
        let cluster = Schema::cluster();
        assert_eq!(harmless(cluster, &["nodes", "[]", "address"]), Some(true));
        assert_eq!(harmless(cluster, &["nodes", "[]", "ssh_key"]), Some(false));
        assert_eq!(harmless(cluster, &["addons"]), Some(false));
        assert_eq!(harmless(cluster, &["private_registries", "[]", "password"]), Some(false));
        let state = Schema::state();
        assert_eq!(harmless(state, &["currentState", "certificatesBundle", "kube-ca", "keyPEM"]), Some(false));
        assert_eq!(harmless(state, &["currentState", "certificatesBundle", "kube-ca", "name"]), Some(true));
        assert_eq!(harmless(state, &["desiredState", "rkeConfig", "nodes", "[]", "sshKey"]), Some(false));
        assert_eq!(harmless(state, &["data", "full-cluster-state"]), Some(false));
    }

    #[test]
    fn the_tree_of_a_kubeconfig() {
        let schema = Schema::kubeconfig();
        let leaf = |path: &[&str]| match at(schema, path) {
            Some(Schema::Leaf(leaf)) => Some((leaf.kind, leaf.is_harmless)),
            _ => None,
        };
        assert_eq!(leaf(&["clusters", "[]", "cluster", "server"]), Some((Kind::Text, true)));
        assert_eq!(leaf(&["users", "[]", "user", "token"]), Some((Kind::Text, false)));
        assert_eq!(leaf(&["users", "[]", "user", "client-certificate-data"]), Some((Kind::Base64, false)));
        assert_eq!(leaf(&["users", "[]", "user", "exec", "env", "[]", "value"]), Some((Kind::Text, false)));
        assert_eq!(leaf(&["users", "[]", "user", "auth-provider", "config", "x"]), Some((Kind::Text, false)));
        assert_eq!(leaf(&["contexts", "[]", "context", "extensions", "[]", "extension"]), Some((Kind::Any, false)));
        assert_eq!(leaf(&["current-context"]), Some((Kind::Text, true)));
        assert!(at(schema, &["users", "[]", "user", "tokne"]).is_none());
    }
}
