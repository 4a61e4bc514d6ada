//! JSON, as kubectl writes it and as we do.

use super::Tree;
use super::plain::is_readable;
use std::fmt::Write;

/// Whose JSON it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Four spaces; what HTML cares for is escaped, as Go's `encoding/json` does unless told not to.
    Kubectl,
    /// Two spaces; whatever kubectl's reader, which takes JSON for YAML, would not take raw is escaped.
    Own,
    /// Two spaces and no newline at the end; escaped as by `Kubectl`: Go's `json.MarshalIndent`, as RKE uses it.
    Rke,
}

pub(super) fn write(tree: &Tree<'_>, dialect: Dialect) -> String {
    let mut writer = Writer { out: String::new(), dialect, depth: 0 };
    if dialect == Dialect::Rke {
        // All of it is secret: nothing grows, so that no copy is left behind in most cases.
        writer.out.reserve(size(tree));
    }
    writer.tree(tree);
    if dialect != Dialect::Rke {
        writer.out.push('\n');
    }
    writer.out
}

/// About as many bytes as it takes, with room for indentation and escapes.
fn size(tree: &Tree<'_>) -> usize {
    let text = |text: &str| text.len() + text.len() / 8 + 16;
    match tree {
        Tree::Null | Tree::Bool(_) => 16,
        Tree::Number(number) => text(number),
        Tree::Text(value) => text(value),
        Tree::Owned(value) => text(value),
        Tree::List(items) => items.iter().map(size).sum::<usize>() + 16,
        Tree::Struct(fields) => fields.iter().map(|(key, value)| text(key) + size(value)).sum::<usize>() + 16,
        Tree::Map(entries) => entries.iter().map(|(key, value)| text(key) + size(value)).sum::<usize>() + 16,
    }
}

struct Writer {
    out: String,
    dialect: Dialect,
    depth: usize,
}

impl Writer {
    fn tree(&mut self, tree: &Tree<'_>) {
        match tree {
            Tree::Null => self.out.push_str("null"),
            Tree::Bool(b) => self.out.push_str(if *b { "true" } else { "false" }),
            Tree::Number(number) => self.out.push_str(number),
            Tree::Text(text) => self.text(text),
            Tree::Owned(text) => self.text(text),
            Tree::List(items) => self.group('[', ']', items.iter(), |writer, item| writer.tree(item)),
            Tree::Struct(fields) => self.group('{', '}', fields.iter(), |writer, (key, value)| writer.pair(key, value)),
            Tree::Map(entries) => self.group('{', '}', entries.iter(), |writer, (key, value)| writer.pair(key, value)),
        }
    }

    fn group<T>(
        &mut self,
        open: char,
        close: char,
        items: impl ExactSizeIterator<Item = T>,
        each: impl Fn(&mut Self, T),
    ) {
        self.out.push(open);
        if items.len() > 0 {
            self.depth += 1;
            for (i, item) in items.enumerate() {
                if i > 0 {
                    self.out.push(',');
                }
                self.line();
                each(self, item);
            }
            self.depth -= 1;
            self.line();
        }
        self.out.push(close);
    }

    fn line(&mut self) {
        self.out.push('\n');
        let width = if self.dialect == Dialect::Kubectl { 4 } else { 2 };
        self.out.extend(std::iter::repeat_n(' ', self.depth * width));
    }

    fn pair(&mut self, key: &str, value: &Tree<'_>) {
        self.text(key);
        self.out.push_str(": ");
        self.tree(value);
    }

    fn text(&mut self, text: &str) {
        quote(&mut self.out, text, self.dialect);
    }
}

/// A string of JSON.
pub(super) fn quote(out: &mut String, text: &str, dialect: Dialect) {
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.find(|c| escaped(c, dialect)) {
        let (raw, special) = rest.split_at(at);
        out.push_str(raw);
        let mut chars = special.chars();
        match chars.next() {
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some('\u{8}') => out.push_str("\\b"),
            Some('\u{c}') => out.push_str("\\f"),
            // Nothing beyond the basic plane is ever escaped. Writing to a String can't fail.
            Some(c) => drop(write!(out, "\\u{:04x}", u32::from(c))),
            None => {}
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

fn escaped(c: char, dialect: Dialect) -> bool {
    if c < ' ' || matches!(c, '"' | '\\' | '\u{2028}' | '\u{2029}') {
        return true;
    }
    match dialect {
        Dialect::Kubectl | Dialect::Rke => matches!(c, '<' | '>' | '&'),
        Dialect::Own => c == '\u{85}' || c == '\u{feff}' || !is_readable(c),
    }
}
