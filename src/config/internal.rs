//! `apiVersion: __internal`: client-go's unversioned type, which kubectl reads too. Lists are maps there, impersonation has
//! other keys, and extensions can only be null: their Go type is an interface.

use super::{Entries, Kubeconfig, Preferences};
use crate::error::{Error, ErrorKind, Result};
use crate::syntax::de::{from_node, from_node_without};
use crate::syntax::{Node, Resolved, Value};
use serde::de::{DeserializeOwned, IgnoredAny};
use std::collections::{BTreeMap, HashMap};

/// Keys that are unknown to this type, or have another form in it.
const OTHERWISE: &[&str] = &[
    "extensions",
    "as",
    "as-uid",
    "as-groups",
    "as-user-extra",
    "act-as",
    "act-as-uid",
    "act-as-groups",
    "act-as-user-extra",
];

/// Reads the map `root`; that it is one was seen when its version was.
pub(super) fn read(root: Node<'_>) -> Result<Kubeconfig> {
    let preferences = match root.get("preferences") {
        None => Preferences::default(),
        Some(node) => {
            let mut preferences: Preferences = body(node).map_err(|e| e.inside("preferences"))?;
            preferences.extensions = extensions(node).map_err(|e| e.inside("preferences"))?;
            preferences
        }
    };
    Ok(Kubeconfig {
        preferences,
        clusters: named(root, "clusters", |cluster: &mut super::Cluster, node| {
            cluster.extensions = extensions(node)?;
            Ok(())
        })?,
        users: named(root, "users", |user: &mut super::AuthInfo, node| {
            user.extensions = extensions(node)?;
            let fields: HashMap<_, _> = node.entries().into_iter().map(|(key, value)| (key.key(), value)).collect();
            let field = |key: &str| fields.get(key).copied();
            user.impersonate = optional(field("act-as"), "act-as")?;
            user.impersonate_uid = optional(field("act-as-uid"), "act-as-uid")?;
            user.impersonate_groups = optional(field("act-as-groups"), "act-as-groups")?.unwrap_or_default();
            user.impersonate_user_extra =
                optional(field("act-as-user-extra"), "act-as-user-extra")?.unwrap_or_default();
            Ok(())
        })?,
        contexts: named(root, "contexts", |context: &mut super::Context, node| {
            context.extensions = extensions(node)?;
            Ok(())
        })?,
        current_context: optional(root.get("current-context"), "current-context")?,
        extensions: extensions(root)?,
        ..Kubeconfig::new()
    })
}

/// The entries of the map `key`; `finish` reads of a body what has another form here.
fn named<T: Clone + DeserializeOwned + Default>(
    root: Node<'_>,
    key: &str,
    finish: impl Fn(&mut T, Node<'_>) -> Result<()>,
) -> Result<Entries<T>> {
    let Some(node) = root.get(key) else { return Ok(Entries::new()) };
    // As a type first, so that a list in place of the map is an error with a place.
    from_node::<Option<BTreeMap<String, IgnoredAny>>>(node).map_err(|e| e.inside(key))?;
    let entry = |(name, value): (Node<'_>, Node<'_>)| {
        let name = name.key().into_owned();
        let read = body(value).and_then(|mut body| finish(&mut body, value).map(|()| body));
        match read {
            Ok(body) => Ok((name, body)),
            Err(error) => Err(error.inside(name).inside(key)),
        }
    };
    node.entries().into_iter().map(entry).collect()
}

fn body<T: DeserializeOwned + Default>(node: Node<'_>) -> Result<T> {
    Ok(from_node_without::<Option<T>>(node, OTHERWISE)?.unwrap_or_default())
}

/// The extensions of `node`: a map of nulls, if anything.
fn extensions(node: Node<'_>) -> Result<Entries<Value>> {
    let Some(node) = node.get("extensions") else { return Ok(Entries::new()) };
    from_node::<Option<BTreeMap<String, IgnoredAny>>>(node).map_err(|e| e.inside("extensions"))?;
    let null = |(name, value): (Node<'_>, Node<'_>)| match value.resolved() {
        Some(Resolved::Null) => Ok((name.key().into_owned(), Value::null())),
        _ => Err(Error::new(ErrorKind::Type, "an extension, which apiVersion __internal can't hold")
            .with_help("write apiVersion: v1, with lists of named entries")
            .in_field("extensions")
            .at(value.position())),
    };
    node.entries().into_iter().map(null).collect()
}

fn optional<T: DeserializeOwned>(node: Option<Node<'_>>, key: &str) -> Result<Option<T>> {
    node.map_or(Ok(None), |node| from_node::<Option<T>>(node).map_err(|e| e.inside(key)))
}
