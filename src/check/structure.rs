//! What is wrong with a kubeconfig before it is read as one: types, unknown and repeated keys, what stands behind it.

use super::notes::{Notes, of_error};
use crate::config::describe::Kind;
use crate::config::{BASE64_HELP, HIDDEN, Leaf, Schema, Version, header, illegal_byte, nearest, repeated, shown_text};
use crate::error::{ANY_KEY, Printable};
use crate::finding::{Code, Finding, Severity};
use crate::load::Subject;
use crate::syntax::de::{check_json, from_node_without};
use crate::syntax::{Document, Node, NodeKind, Pair, Resolved, ScalarStyle, Span};
use std::collections::HashSet;

/// Nodes that kubectl can't read as what belongs there, by number; and the nodes around them.
#[derive(Default)]
pub(super) struct Bad(HashSet<u32>);

impl Bad {
    pub(super) fn contains(&self, node: Node<'_>) -> bool {
        self.0.contains(&node.index()) || self.0.contains(&node.resolve().index())
    }
}

/// Looks over the whole document. `None` where it is of client-go's unversioned type, whose lists are maps. Where kubectl's
/// rules let it be read, what they refuse is not looked for again.
pub(super) fn check(document: &Document, is_read: bool, notes: &mut Notes<'_>) -> Option<Bad> {
    repeated_keys(document, notes);
    later_document(document, notes);
    if let Err(error) = if is_read { Ok(()) } else { check_json(document) } {
        notes.add_error(Code::WrongType, &error);
    }
    let Some(root) = document.root() else { return Some(Bad::default()) };
    let version = match header(root) {
        Ok(version) => version,
        Err(error) => {
            notes.add_error(Code::WrongVersion, &document.locate(error));
            Version::V1
        }
    };
    if version == Version::Internal {
        return None;
    }
    if !is_read {
        repeated_names(root, notes);
    }
    let mut walk = Walk { notes, is_read, bad: HashSet::new(), seen: HashSet::new(), path: String::new(), entry: None };
    walk.node(root, Schema::kubeconfig());
    Some(Bad(walk.bad))
}

/// Keys that stand twice in one map, anywhere in the document.
pub(super) fn repeated_keys(document: &Document, notes: &mut Notes<'_>) {
    for hidden in document.hidden_keys() {
        let name = &hidden.text;
        let shown = if notes.shows(hidden.key) { format!("the key {name} stands") } else { "a key stands".into() };
        let line = hidden.key.position().line;
        let message = format!("{shown} in the same map at line {line} already; kubectl takes the last");
        notes.add(Finding::new(Code::DuplicateKey, message), Some(hidden.again.span()));
    }
}

/// What stands behind the first document of the text.
pub(super) fn later_document(document: &Document, notes: &mut Notes<'_>) {
    if let Some(span) = document.following() {
        let message = "what follows here is not read: it stands behind the first YAML document";
        notes.add(Finding::new(Code::LaterDocument, message), Some(span));
    }
}

/// Names that stand twice in one list, as kubectl refuses them.
fn repeated_names(root: Node<'_>, notes: &mut Notes<'_>) {
    let mut look = |list: Option<Node<'_>>, path: &str| {
        // Names that are none are told of by themselves.
        let is_name = |place: Node<'_>| match place.kind() {
            NodeKind::Scalar if place.tag().is_some() => text_of(place).is_some(),
            NodeKind::Scalar => matches!(place.resolved(), Some(Resolved::Str(_) | Resolved::Null)),
            kind => kind == NodeKind::Mapping,
        };
        let repeated = list.into_iter().flat_map(|list| repeated(list, path));
        for name in repeated.filter(|name| is_name(name.place.resolve())) {
            notes.add(
                Finding::new(Code::DuplicateName, name.message()).in_field(name.field.clone()),
                Some(name.place.span()),
            );
        }
    };
    for (key, body) in [("clusters", "cluster"), ("users", "user"), ("contexts", "context")] {
        let Some(list) = root.get(key) else { continue };
        look(Some(list), key);
        for (i, item) in list.items().enumerate() {
            if let Some(extensions) = item.get(body).and_then(|body| body.get("extensions")) {
                look(Some(extensions), &format!("{key}[{i}].{body}.extensions"));
            }
        }
    }
    look(root.get("extensions"), "extensions");
    look(root.get("preferences").and_then(|node| node.get("extensions")), "preferences.extensions");
}

struct Walk<'w, 'a> {
    notes: &'w mut Notes<'a>,
    is_read: bool,
    bad: HashSet<u32>,
    /// What aliases stand for and was looked at.
    seen: HashSet<u32>,
    path: String,
    /// The entry of the file this is in: its list and its node.
    entry: Option<(usize, Node<'w>)>,
}

impl<'w> Walk<'w, '_> {
    /// Whether the node is what belongs there.
    fn node(&mut self, node: Node<'w>, schema: &Schema) -> bool {
        let target = node.resolve();
        if node.kind() == NodeKind::Alias && !self.seen.insert(target.index()) {
            return !self.bad.contains(&target.index());
        }
        let is_good = match schema {
            Schema::Unknown => true,
            Schema::Leaf(leaf) => self.leaf(node, *leaf),
            _ if target.resolved() == Some(Resolved::Null) => true,
            Schema::Fields(_) | Schema::Keys(_) if target.kind() == NodeKind::Mapping => self.map(target, schema),
            Schema::Items(inner) if target.kind() == NodeKind::Sequence => self.list(target, inner),
            Schema::Fields(_) | Schema::Keys(_) => self.wrong(node, "a map"),
            Schema::Items(_) => self.wrong(node, "a list"),
        };
        if !is_good {
            self.bad.extend([node.index(), target.index()]);
        }
        is_good
    }

    fn map(&mut self, map: Node<'w>, schema: &Schema) -> bool {
        let mut is_good = true;
        for Pair { text: name, key, value } in map.fields() {
            match schema.field(&name) {
                Some(inner) => {
                    let step = if matches!(schema, Schema::Keys(_)) { ANY_KEY } else { &*name };
                    is_good &= self.inside(&[".", step], |walk| walk.node(value, inner));
                }
                None => self.unknown(key, &name, schema),
            }
        }
        is_good
    }

    fn list(&mut self, list: Node<'w>, inner: &Schema) -> bool {
        let is_top = ["clusters", "users", "contexts"].iter().position(|name| *name == self.path);
        let mut is_good = true;
        for (i, item) in list.items().enumerate() {
            if let Some(of) = is_top {
                self.entry = Some((of, item));
            }
            is_good &= self.inside(&[&format!("[{i}]")], |walk| walk.node(item, inner));
        }
        if is_top.is_some() {
            self.entry = None;
        }
        is_good
    }

    fn inside<T>(&mut self, step: &[&str], inner: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        let step = if length == 0 { step.strip_prefix(&["."]).unwrap_or(step) } else { step };
        self.path.extend(step.iter().copied());
        let result = inner(self);
        self.path.truncate(length);
        result
    }

    fn leaf(&mut self, node: Node<'w>, leaf: Leaf) -> bool {
        let target = node.resolve();
        let resolved = target.resolved();
        match leaf.kind {
            Kind::Any => true,
            // Tags are left to the reader of types.
            _ if target.tag().is_some() || resolved == Some(Resolved::Null) => true,
            Kind::Bool => matches!(resolved, Some(Resolved::Bool(_))) || self.wrong(node, "a boolean"),
            Kind::Text => match resolved {
                Some(Resolved::Str(text)) => {
                    if leaf.is_harmless {
                        self.control_characters(node, text, leaf);
                    }
                    true
                }
                Some(_) => self.ambiguous(node),
                None => self.wrong(node, "a string"),
            },
            Kind::Base64 => match resolved {
                Some(Resolved::Str(text)) => self.base64(node, text),
                Some(_) => self.ambiguous(node),
                // A list of bytes is as good.
                None => target.kind() == NodeKind::Sequence || self.wrong(node, "a string of base64"),
            },
        }
    }

    fn add(&mut self, code: Code, severity: Option<Severity>, message: String, help: Option<String>, node: Node<'_>) {
        let mut finding = Finding::new(code, message).in_field(self.path.clone());
        finding.severity = severity.unwrap_or(finding.severity);
        finding.help = help;
        finding.entry = self.entry.map(|(list, item)| {
            let name = item.get("name").and_then(text_of).unwrap_or_default();
            [Subject::Cluster(&name), Subject::User(&name), Subject::Context(&name)][list].to_string()
        });
        self.notes.add(finding, Some(node.span()));
    }

    fn wrong(&mut self, node: Node<'_>, expected: &str) -> bool {
        let message = format!("{} where {expected} belongs", noun(node));
        let is_quoted_bool = expected == "a boolean" && noun(node) == "a string";
        let help = is_quoted_bool.then(|| "write true or false without quotes".to_owned());
        self.add(Code::WrongType, None, message, help, node);
        false
    }

    fn ambiguous(&mut self, node: Node<'_>) -> bool {
        if node.resolve().style() != Some(ScalarStyle::Plain) {
            return self.wrong(node, "a string");
        }
        let message = format!("without quotes this is {} to kubectl, and a string belongs here", noun(node));
        self.add(Code::AmbiguousScalar, None, message, Some("put the value in quotes".into()), node);
        false
    }

    fn base64(&mut self, node: Node<'_>, text: &str) -> bool {
        let illegal = if self.is_read { None } else { illegal_byte(text.as_bytes()) };
        let Some(at) = illegal else { return true };
        let is_key = self.path.ends_with("client-key-data");
        let code = if is_key { Code::KeyUnreadable } else { Code::CertUnreadable };
        let help = match text.trim_start().starts_with("-----BEGIN") {
            true => "this is PEM as it is; the field holds the base64 of it, as `base64 -w0 FILE` prints it",
            false => BASE64_HELP,
        };
        self.add(code, None, format!("not base64: illegal byte at offset {at}"), Some(help.into()), node);
        false
    }

    fn control_characters(&mut self, node: Node<'_>, text: &str, leaf: Leaf) {
        // Advice may have several lines.
        let is_advice = self.path.ends_with(".installHint");
        let is_bad = |c: char| {
            Printable(c.encode_utf8(&mut [0; 4])).to_string().len() != c.len_utf8() && !(is_advice && c == '\n')
        };
        let is_plain = text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
        if is_plain || !text.chars().any(is_bad) {
            return;
        }
        let shown = shown_text(leaf.form, text, Schema::kubeconfig()).unwrap_or(HIDDEN.into());
        let shown = Printable(&shown).to_string();
        let message = format!("characters that a terminal acts on, or that can't be seen: {shown}");
        self.add(Code::ControlCharacters, None, message, None, node);
    }

    fn unknown(&mut self, key: Node<'_>, name: &str, schema: &Schema) {
        // RKE, and Rancher before 2.2, write this into each cluster.
        if name == "api-version" && self.path.starts_with("clusters[") && self.path.ends_with("].cluster") {
            return;
        }
        let root = Schema::kubeconfig();
        if !schema.may_show(name, root) {
            let message = "a key that client-go does not know; it is not shown, as it may be a value".to_owned();
            let help = nearest_before_a_value(name, schema);
            let severity = help.as_ref().map(|_| Severity::Warning);
            let step = [".", ANY_KEY];
            return self.inside(&step, |walk| walk.add(Code::UnknownField, severity, message, help, key));
        }
        let (severity, help) = match nearest(name, schema.keys()) {
            Some(nearest) => (Some(Severity::Warning), Some(format!("did you mean {nearest}?"))),
            None => match root.home_of(name) {
                Some(home) => (Some(Severity::Warning), Some(format!("it is a field of {home}: it does nothing here"))),
                None => (None, None),
            },
        };
        let message = format!("client-go does not know the field {name} here");
        self.inside(&[".", name], |walk| walk.add(Code::UnknownField, severity, message, help, key));
    }
}

/// What to do about `token:abc`, which is a key with nothing behind it.
fn nearest_before_a_value(name: &str, schema: &Schema) -> Option<String> {
    let (word, _) = name.split_once([':', '='])?;
    let meant = schema.keys().find(|key| *key == word)?;
    Some(format!("did you mean {meant}? Write a colon and a blank behind it"))
}

fn noun(node: Node<'_>) -> &'static str {
    let target = node.resolve();
    match (target.resolved(), target.kind()) {
        (Some(resolved), _) => resolved.noun(),
        (None, NodeKind::Sequence) => "a list",
        (None, NodeKind::Mapping) => "a map",
        (None, _) => "another kind of value",
    }
}

/// Puts down an error of the reader of types that the walk above did not foresee.
pub(super) fn unforeseen(error: &crate::Error, entry: &str, span: Option<Span>, notes: &mut Notes<'_>) {
    notes.add(of_error(Code::WrongType, error).of(entry), span);
}

/// A text, with what `!!binary` stands for; `None` where it is none. One that needs quotes is what was meant.
pub(super) fn text_of(node: Node<'_>) -> Option<String> {
    match node.resolve().tag() {
        None if node.resolve().resolved() == Some(Resolved::Null) => None,
        None => node.resolve().text().map(str::to_owned),
        Some(_) => from_node_without::<Option<String>>(node, &[]).ok().flatten(),
    }
}
