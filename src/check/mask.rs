//! What of a text may be shown: what is not known to be harmless is hidden.
//!
//! It goes by fields, not by what a value looks like. Shown are the names of known fields, and the values of fields that hold
//! names, addresses, paths and switches; a URL without its name, password and query.

use super::schema::Schema;
use super::words;
use crate::access::is_placeholder;
use crate::config::command_name;
use crate::config::describe::Kind;
use crate::secret::without_content;
use crate::syntax::{Document, Node, NodeKind, Span};
use crate::url::without_userinfo;
use std::borrow::Cow;

/// What stands for what is hidden.
pub(super) const HIDDEN: &str = "[hidden]";

/// Which nodes of a document may be shown.
pub(super) struct Mask {
    /// By the number of the node.
    shown: Vec<bool>,
}

impl Mask {
    pub(super) fn of(document: &Document, schema: &Schema) -> Self {
        let mut mask = Mask { shown: vec![false; document.nodes().count()] };
        if let Some(root) = document.root() {
            mask.allow(root, schema);
        }
        mask
    }

    /// The text of a scalar as it may be shown; `None` where it may not.
    pub(super) fn show<'d>(&self, node: Node<'d>) -> Option<Cow<'d, str>> {
        let is_shown = self.shown.get(node.index() as usize).copied().unwrap_or_default();
        // The name of an anchor and a tag could be anything.
        if !is_shown || node.anchor().is_some() || node.tag().is_some() {
            return None;
        }
        let (span, text) = (node.span(), node.text()?);
        let raw = node.document().text().get(span.start as usize..span.end as usize)?;
        let quote = raw.chars().next().filter(|c| matches!(c, '"' | '\''));
        let is_as_written = quote.map_or(raw == text, |quote| raw.trim_matches(quote) == text);
        match (is_as_written, harmless(text)) {
            (_, shown) if shown.contains(['\n', '\r']) => None,
            (true, Cow::Borrowed(_)) => Some(raw.into()),
            (_, shown) => Some(shown),
        }
    }

    fn allow(&mut self, node: Node<'_>, schema: &Schema) {
        match (schema, node.kind()) {
            (Schema::Leaf(leaf), NodeKind::Scalar) if leaf.is_harmless => self.mark(node),
            // What stands for a secret is none, and whoever looks for it wants to see it.
            (Schema::Leaf(_), NodeKind::Scalar) if node.text().is_some_and(is_placeholder) => self.mark(node),
            (Schema::Items(inner), NodeKind::Sequence) => {
                // What an alias stands for is seen where it stands.
                for item in node.items().filter(|item| is_within(item.span(), node.span())) {
                    self.allow(item, inner);
                }
            }
            (Schema::Fields(_) | Schema::Keys(_), NodeKind::Mapping) => {
                for (key, value) in node.occurrences() {
                    if !is_within(key.span(), node.span()) {
                        continue;
                    }
                    let name = key.key();
                    let Some(inner) = schema.field(&name) else {
                        if words::is_field_name(&name, value) {
                            self.mark(key);
                        }
                        continue;
                    };
                    if matches!(schema, Schema::Fields(_)) {
                        self.mark(key);
                    }
                    if value.text().is_none_or(|text| may_be_shown(&name, text)) {
                        self.allow(value, inner);
                    }
                }
            }
            _ => {}
        }
    }

    fn mark(&mut self, node: Node<'_>) {
        if let Some(shown) = self.shown.get_mut(node.index() as usize) {
            *shown = true;
        }
    }
}

/// Whether a field that may hold secrets is set.
pub(super) fn holds_secrets(document: &Document, schema: &Schema) -> bool {
    fn any(node: Node<'_>, schema: &Schema) -> bool {
        match schema {
            Schema::Unknown => false,
            Schema::Leaf(leaf) => {
                leaf.kind == Kind::Text && !leaf.is_harmless && node.text().is_some_and(|text| !text.is_empty())
            }
            Schema::Items(inner) => node.items().any(|item| any(item, inner)),
            Schema::Fields(_) | Schema::Keys(_) => node
                .entries()
                .into_iter()
                .any(|(key, value)| schema.field(&key.key()).is_some_and(|inner| any(value.resolve(), inner))),
        }
    }
    document.root().is_some_and(|root| any(root, schema))
}

/// Whether the value of a harmless field is as harmless as it should be.
fn may_be_shown(field: &str, text: &str) -> bool {
    match field {
        // A command may have arguments in its name, which may be secret.
        "command" => command_name(text) == text,
        // What is of another kind may be anything.
        "kind" => text == "Config",
        "apiVersion" => text == "v1" || text.strip_prefix("client.authentication.k8s.io/v1").is_some_and(is_stage),
        _ => true,
    }
}

fn is_stage(text: &str) -> bool {
    matches!(text, "" | "beta1" | "alpha1")
}

fn is_within(inner: Span, outer: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// A value of a harmless field without what should not be in it: the name and password of a URL, and its query; and a key or a
/// token in the place of its path.
pub(super) fn harmless(text: &str) -> Cow<'_, str> {
    match without_content(text) {
        Cow::Borrowed(text) => without_userinfo(text),
        hidden => hidden,
    }
}
