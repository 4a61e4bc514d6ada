//! What of a file may be shown: what is not known to be harmless is hidden. There is no other judge of that.
//!
//! It goes by the fields of the model, not by what a value looks like. Shown are the keys of known fields, and the
//! values of fields that hold names, addresses, paths and switches, as far as they have the form of such: what was
//! written without the blank behind the colon, or stands one level too high or too low, may be a secret in the place of
//! a key or a name.

use super::command::command_name;
use super::describe::Form;
use super::read::{Version, header};
use super::schema::{Leaf, Schema};
use crate::error::Printable;
use crate::secret::without_content;
use crate::syntax::{Document, Node, NodeKind, Resolved, ScalarStyle, Span};
use crate::url::without_userinfo;
use std::borrow::Cow;
use std::fmt;

/// What stands for what is hidden.
pub(crate) const HIDDEN: &str = "[hidden]";

/// Which nodes of a document may be shown.
pub(crate) struct Mask {
    /// By the number of the node.
    shown: Vec<Shown>,
    schema: &'static Schema,
    /// Entries by name in the place of lists.
    is_internal: bool,
}

/// How a node may be shown. One byte for each node.
#[derive(Clone, Copy, PartialEq)]
enum Shown {
    Not,
    Text,
    Url,
    Command,
}

impl Mask {
    pub(crate) fn of(document: &Document, schema: &'static Schema) -> Self {
        let root = document.root();
        let is_internal = root.is_some_and(|root| matches!(header(root), Ok(Version::Internal)));
        let mut mask = Mask { shown: vec![Shown::Not; document.nodes().count()], schema, is_internal };
        if let Some(root) = root {
            mask.allow(root, schema);
        }
        mask
    }

    /// The text of a scalar as it may be shown; `None` where it may not.
    pub(crate) fn show<'d>(&self, node: Node<'d>) -> Option<Cow<'d, str>> {
        // The name of an anchor and a tag could be anything.
        if node.kind() != NodeKind::Scalar || node.anchor().is_some() || node.tag().is_some() {
            return None;
        }
        let (span, text) = (node.span(), node.text()?);
        let raw = node.document().text().get(span.start as usize..span.end as usize)?;
        if node.resolved() == Some(Resolved::Null) {
            return Some(raw.into());
        }
        // A line that was indented too far goes on with the value before.
        if node.style() == Some(ScalarStyle::Plain) && raw.contains(['\n', '\r']) {
            return None;
        }
        let quote = raw.chars().next().filter(|c| matches!(c, '"' | '\''));
        let is_as_written = quote.map_or(raw == text, |quote| raw.trim_matches(quote) == text);
        let shown = match self.shown.get(node.index() as usize)? {
            Shown::Not => return None,
            Shown::Text => shown_text(Form::Text, text, self.schema)?,
            Shown::Url => shown_text(Form::Url, text, self.schema)?,
            Shown::Command => shown_text(Form::Command, text, self.schema)?,
        };
        match (is_as_written, shown) {
            (_, shown) if shown.contains(['\n', '\r']) => None,
            (true, Cow::Borrowed(shown)) if shown == text => Some(raw.into()),
            (_, shown) => Some(shown),
        }
    }

    /// Whether a key may be shown.
    #[cfg(feature = "check")]
    pub(crate) fn shows(&self, key: Node<'_>) -> bool {
        self.show(key).is_some()
    }

    fn allow(&mut self, node: Node<'_>, schema: &Schema) {
        match (schema, node.kind()) {
            (Schema::Leaf(leaf), NodeKind::Scalar) => self.allow_value(node, *leaf),
            (Schema::Items(inner), NodeKind::Sequence) => {
                // What an alias stands for is seen where it stands.
                for item in node.items().filter(|item| is_within(item.span(), node.span())) {
                    self.allow(item, inner);
                }
            }
            (Schema::Items(inner), NodeKind::Mapping) if self.is_internal => {
                let body = inner.keys().find(|key| *key != "name").and_then(|key| inner.field(key));
                for (name, value) in node.written_pairs() {
                    self.mark(name, Shown::Text);
                    body.into_iter().for_each(|body| self.allow(value, body));
                }
            }
            (Schema::Fields(_), NodeKind::Mapping) => {
                for (key, value) in node.written_pairs() {
                    let name = key.key();
                    match schema.field(&name) {
                        Some(inner) => {
                            self.mark(key, Shown::Text);
                            self.allow(value, inner);
                        }
                        // What is merged stands there as if it stood here.
                        None if name == "<<" => {
                            self.mark(key, Shown::Text);
                            let is_map = |node: &Node<'_>| node.kind() == NodeKind::Mapping;
                            let items = value.items().filter(|item| is_within(item.span(), value.span()));
                            let maps = std::iter::once(value).chain(items).filter(is_map);
                            maps.for_each(|map| self.allow(map, schema));
                        }
                        None if schema.may_show(&name, self.schema) => self.mark(key, Shown::Text),
                        None => {}
                    }
                }
            }
            // Of a map with any keys nothing tells its keys from values that got there by mistake.
            (Schema::Keys(inner), NodeKind::Mapping) if matches!(**inner, Schema::Fields(_)) => {
                node.written_pairs().for_each(|(_, value)| self.allow(value, inner));
            }
            _ => {}
        }
    }

    fn allow_value(&mut self, node: Node<'_>, leaf: Leaf) {
        let Some(text) = node.text() else { return };
        // What kubectl prints in the place of a secret is none, and who looks for it wants to see it.
        let is_redacted = matches!(text, "REDACTED" | "DATA+OMITTED");
        let shown = match leaf.form {
            _ if is_redacted => Shown::Text,
            _ if !leaf.is_harmless => return,
            Form::Url => Shown::Url,
            Form::Command => Shown::Command,
            form if shown_text(form, text, self.schema).is_none() => return,
            _ => Shown::Text,
        };
        self.mark(node, shown);
    }

    fn mark(&mut self, node: Node<'_>, shown: Shown) {
        if let Some(place) = self.shown.get_mut(node.index() as usize) {
            *place = shown;
        }
    }
}

/// Whether a field that may hold secrets is set.
#[cfg(feature = "check")]
pub(crate) fn holds_secrets(document: &Document, schema: &Schema) -> bool {
    fn any(node: Node<'_>, schema: &Schema) -> bool {
        match schema {
            Schema::Unknown => false,
            Schema::Leaf(leaf) => {
                leaf.kind == super::describe::Kind::Text
                    && !leaf.is_harmless
                    && node.text().is_some_and(|text| !text.is_empty())
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

/// The name of an entry, safe for a terminal; hidden where the next line, which was indented too far, may have become
/// part of it.
pub(crate) struct ShownName<'n>(pub(crate) &'n str);

impl fmt::Display for ShownName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Printable(if names_secret(self.0, Schema::kubeconfig()) { HIDDEN } else { self.0 }).fmt(f)
    }
}

fn is_within(inner: Span, outer: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// Returns the value of a field of a kubeconfig as it may be shown: `field` is its path, with `[]` for the items of a
/// list.
///
/// A field that may hold secrets, and one that is not known, is `[hidden]`. A URL comes without name, password and
/// query, a command without what may be its arguments; a key or a token in the place of a path or a name is hidden.
/// Every message and every difference of this crate goes by the same rules.
///
/// ```
/// use kubeconfig::config::shown;
/// assert_eq!(shown("users[].user.username", "ann"), "ann");
/// assert_eq!(shown("users[].user.username", "ann password:hunter2"), "[hidden]");
/// assert_eq!(shown("users[].user.token", "abc"), "[hidden]");
/// assert_eq!(shown("users[].user.exec.command", "aws --token abc"), "aws");
/// assert_eq!(shown("clusters[].cluster.server", "https://ann:pw@h:6443"), "https://[hidden]@h:6443");
/// ```
pub fn shown<'t>(field: &str, value: &'t str) -> Cow<'t, str> {
    let leaf = Schema::kubeconfig().leaf(field).filter(|leaf| leaf.is_harmless);
    leaf.and_then(|leaf| shown_text(leaf.form, value, Schema::kubeconfig())).unwrap_or(HIDDEN.into())
}

/// A value of a harmless field without what should not be in it; `None` where it has not the form of what belongs
/// there.
pub(crate) fn shown_text<'t>(form: Form, text: &'t str, schema: &Schema) -> Option<Cow<'t, str>> {
    if form == Form::Text && names_secret(text, schema) {
        return None;
    }
    let shown = match form {
        Form::Word(words) => words.contains(&text).then_some(text.into()),
        Form::Number => is_number(text).then_some(text.into()),
        Form::Variable => is_variable(text).then_some(text.into()),
        Form::Command => Some(without_content(command_name(text))),
        Form::Url => Some(without_userinfo(text)),
        Form::Text => Some(match without_content(text) {
            // A name may have an @ in it: `ann@prod`. With a colon before, it may be a password.
            Cow::Borrowed(text) if text.contains("://") || has_colon(text) => without_userinfo(text),
            shown => shown,
        }),
    };
    shown.filter(|shown| !names_secret(shown, schema))
}

/// Whether there is a colon before the last `@`.
fn has_colon(text: &str) -> bool {
    text.rsplit_once('@').is_some_and(|(before, _)| before.contains(':'))
}

fn is_number(text: &str) -> bool {
    const WORDS: &[&str] = &["true", "false", "yes", "no", "on", "off", "y", "n"];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
        || text.len() <= 24 && text.chars().all(|c| c.is_ascii_digit() || "+-.%_e".contains(c))
}

/// As a shell takes it, and with dots and dashes. Behind an equals sign would be the value.
fn is_variable(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
}

/// As [`secret::names_secret`](crate::secret::names_secret), by the fields of the model that are secret too.
fn names_secret(text: &str, schema: &Schema) -> bool {
    crate::secret::names_secret(text, |word| schema.is_secret_key(word))
}
