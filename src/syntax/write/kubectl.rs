//! YAML byte for byte as kubectl writes it: JSON that go-yaml v2 reads again and then writes.
//!
//! The rules were taken from go-yaml's `encode.go` and `emitterc.go`: which style a text gets, where lines of 80 columns
//! are folded, when a key needs a `?`. The state below has the same parts as there, since its odder results (dashes in
//! line with their key, deeper behind `? key`) come out of their interplay.

use super::plain::{is_break, is_printable};
use super::shape::{Shape, Style, escape, reread, shortest};
use super::{Tree, control_character, order};
use crate::error::{Error, Result};
use crate::syntax::scalar::{Resolved, resolve_plain};

/// The column behind which a blank becomes a line break.
const WIDTH: usize = 80;
/// The longest key, in bytes, that is written without `?`.
const SIMPLE_KEY: usize = 128;

pub(super) fn write(tree: &Tree<'_>) -> Result<String> {
    let mut emitter = Emitter { out: String::new(), column: 0, indent: None, whitespace: true, indention: true };
    emitter.node(tree, false).map_err(Failure::into_error)?;
    emitter.indent = None;
    emitter.line();
    Ok(emitter.out)
}

/// An error and the way to it, innermost first.
struct Failure {
    error: Error,
    path: Vec<String>,
}

impl Failure {
    fn new(error: Error) -> Self {
        Failure { error, path: Vec::new() }
    }

    fn within(mut self, part: impl Into<String>) -> Self {
        self.path.push(part.into());
        self
    }

    fn into_error(self) -> Error {
        if self.path.is_empty() {
            return self.error;
        }
        let mut field = String::new();
        for part in self.path.iter().rev() {
            if !field.is_empty() && !part.starts_with('[') {
                field.push('.');
            }
            field.push_str(part);
        }
        self.error.in_field(field)
    }
}

struct Emitter {
    out: String,
    column: usize,
    /// None around the document.
    indent: Option<usize>,
    /// The last character was a blank, or none is needed.
    whitespace: bool,
    /// Only indentation and indicators stand on this line.
    indention: bool,
}

impl Emitter {
    fn node(&mut self, tree: &Tree<'_>, in_mapping: bool) -> Result<(), Failure> {
        match tree {
            Tree::Null => self.plain("null", true),
            Tree::Bool(b) => self.plain(if *b { "true" } else { "false" }, true),
            Tree::Number(number) => self.number(number),
            Tree::Text(text) => self.value(text)?,
            Tree::Owned(text) => self.value(text)?,
            Tree::List(items) => self.list(items, in_mapping)?,
            Tree::Struct(fields) => self.map(fields.iter().map(|(k, v)| (*k, v)), true)?,
            Tree::Map(entries) => self.map(entries.iter().map(|(k, v)| (&**k, v)), false)?,
        }
        Ok(())
    }

    /// A number is what its JSON text means to YAML: `1.0` was written `1` there, and is whole from then on.
    fn number(&mut self, json: &str) {
        let text = match resolve_plain(json) {
            Resolved::Int(i) => i.to_string(),
            Resolved::Uint(u) => u.to_string(),
            Resolved::Float(f) => shortest(f),
            _ => json.to_owned(),
        };
        self.indented(true, false, |emitter| emitter.plain(&text, true));
    }

    fn value(&mut self, text: &str) -> Result<(), Failure> {
        let text = reread(text).map_err(Failure::new)?;
        self.text(&text, &Shape::of(&text), false);
        Ok(())
    }

    fn list(&mut self, items: &[Tree<'_>], in_mapping: bool) -> Result<(), Failure> {
        if items.is_empty() {
            self.indicator("[", true, true, false);
            self.indicator("]", false, false, false);
            return Ok(());
        }
        let dashes_under_key = in_mapping && !self.indention;
        let outer = self.indent;
        self.deepen(false, dashes_under_key);
        for (i, item) in items.iter().enumerate() {
            self.line();
            self.indicator("-", true, false, true);
            self.node(item, false).map_err(|failure| failure.within(place(i, item)))?;
        }
        self.indent = outer;
        Ok(())
    }

    fn map<'t, 'a: 't>(
        &mut self,
        entries: impl ExactSizeIterator<Item = (&'t str, &'t Tree<'a>)>,
        known: bool,
    ) -> Result<(), Failure> {
        if entries.len() == 0 {
            self.indicator("{", true, true, false);
            self.indicator("}", false, false, false);
            return Ok(());
        }
        let mut sorted = entries.collect();
        order::sort(&mut sorted, |(key, _)| key);
        let outer = self.indent;
        self.deepen(false, false);
        for (key, value) in sorted {
            self.pair(key, value).map_err(|mut failure| {
                // The keys of the user's own maps say something of what is in them: errors stop at the field.
                if !known {
                    failure.path.clear();
                    return failure;
                }
                failure.within(key)
            })?;
        }
        self.indent = outer;
        Ok(())
    }

    fn pair(&mut self, key: &str, value: &Tree<'_>) -> Result<(), Failure> {
        self.line();
        if key.contains('\u{85}') {
            // As a line break it would end the key of the JSON text.
            return Err(Failure::new(control_character()));
        }
        let key = reread(key).map_err(Failure::new)?;
        let shape = Shape::of(&key);
        if !shape.multiline && key.len() <= SIMPLE_KEY {
            self.text(&key, &shape, true);
            self.indicator(":", false, false, false);
        } else {
            self.indicator("?", true, false, true);
            self.text(&key, &shape, false);
            self.line();
            self.indicator(":", true, false, true);
        }
        self.node(value, true)
    }

    fn text(&mut self, text: &str, shape: &Shape, simple_key: bool) {
        let style = shape.style(text, simple_key);
        self.indented(true, false, |emitter| match style {
            Style::Plain => emitter.plain(text, !simple_key),
            Style::Single => emitter.single_quoted(text, !simple_key),
            Style::Double => emitter.double_quoted(text, !simple_key),
            Style::Literal => emitter.literal(text),
        });
    }

    fn plain(&mut self, text: &str, fold: bool) {
        if !self.whitespace {
            self.put(' ');
        }
        self.broken_at_blanks(text, fold, false);
        self.whitespace = false;
        self.indention = false;
    }

    fn single_quoted(&mut self, text: &str, fold: bool) {
        self.indicator("'", true, false, false);
        self.broken_at_blanks(text, fold, true);
        self.indicator("'", false, false, false);
        self.whitespace = false;
        self.indention = false;
    }

    /// The inside of a plain or a single-quoted scalar.
    fn broken_at_blanks(&mut self, text: &str, fold: bool, quoted: bool) {
        let (mut blanks, mut breaks) = (false, false);
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let behind = &rest[c.len_utf8()..];
            if c == ' ' {
                let inside = !quoted || rest.len() < text.len() && !behind.is_empty();
                if fold && !blanks && self.column > WIDTH && inside && !behind.starts_with(' ') {
                    self.line();
                } else {
                    self.put(' ');
                }
                blanks = true;
                rest = behind;
            } else if is_break(c) {
                if !breaks && c == '\n' {
                    self.put_break('\n');
                }
                self.put_break(c);
                self.indention = true;
                breaks = true;
                rest = behind;
            } else {
                if breaks {
                    self.line();
                }
                let end = rest.find(|c| c == ' ' || is_break(c)).unwrap_or(rest.len());
                let (word, behind) = rest.split_at(end);
                if quoted && word.contains('\'') {
                    self.put_all(&word.replace('\'', "''"));
                } else {
                    self.put_all(word);
                }
                self.indention = false;
                (blanks, breaks) = (false, false);
                rest = behind;
            }
        }
    }

    fn double_quoted(&mut self, text: &str, fold: bool) {
        self.indicator("\"", true, false, false);
        // go-yaml looks for a byte order mark at the start of the text, wherever it is in it: then all is escaped.
        let all = text.starts_with('\u{feff}');
        let mut blanks = false;
        for (at, c) in text.char_indices() {
            if all || !is_printable(c) || is_break(c) || matches!(c, '"' | '\\') {
                self.put_all(&escape(c));
                blanks = false;
            } else if c == ' ' {
                let inside = at > 0 && at + 1 < text.len();
                if fold && !blanks && self.column > WIDTH && inside {
                    self.line();
                    if text[at + 1..].starts_with(' ') {
                        self.put('\\');
                    }
                } else {
                    self.put(' ');
                }
                blanks = true;
            } else {
                self.put(c);
                blanks = false;
            }
        }
        self.indicator("\"", false, false, false);
        self.whitespace = false;
        self.indention = false;
    }

    fn literal(&mut self, text: &str) {
        self.indicator("|", true, false, false);
        if text.starts_with(|c| c == ' ' || is_break(c)) {
            self.indicator("2", false, false, false);
        }
        let mut backwards = text.chars().rev();
        if !backwards.next().is_some_and(is_break) {
            self.indicator("-", false, false, false);
        } else if backwards.next().is_none_or(is_break) {
            self.indicator("+", false, false, false);
        }
        self.put_break('\n');
        self.indention = true;
        self.whitespace = true;
        let mut breaks = true;
        for c in text.chars() {
            if is_break(c) {
                self.put_break(c);
                self.indention = true;
                breaks = true;
            } else {
                if breaks {
                    self.line();
                }
                self.put(c);
                self.indention = false;
                breaks = false;
            }
        }
    }

    fn indented(&mut self, flow: bool, in_line: bool, write: impl FnOnce(&mut Self)) {
        let outer = self.indent;
        self.deepen(flow, in_line);
        write(self);
        self.indent = outer;
    }

    fn deepen(&mut self, flow: bool, in_line: bool) {
        self.indent = Some(match self.indent {
            None if flow => 2,
            None => 0,
            Some(indent) if in_line => indent,
            Some(indent) => indent + 2,
        });
    }

    /// Goes to the indentation: to the next line, unless this one has nothing else on it.
    fn line(&mut self) {
        let indent = self.indent.unwrap_or(0);
        if !self.indention || self.column > indent || self.column == indent && !self.whitespace {
            self.put_break('\n');
        }
        while self.column < indent {
            self.put(' ');
        }
        self.whitespace = true;
        self.indention = true;
    }

    fn indicator(&mut self, indicator: &str, need_whitespace: bool, is_whitespace: bool, is_indention: bool) {
        if need_whitespace && !self.whitespace {
            self.put(' ');
        }
        self.put_all(indicator);
        self.whitespace = is_whitespace;
        self.indention &= is_indention;
    }

    fn put(&mut self, c: char) {
        self.out.push(c);
        self.column += 1;
    }

    fn put_all(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += if text.is_ascii() { text.len() } else { text.chars().count() };
    }

    fn put_break(&mut self, c: char) {
        self.out.push(c);
        self.column = 0;
    }
}

/// How an error calls an item of a list: by its name where it has one.
fn place(index: usize, item: &Tree<'_>) -> String {
    let name = match item {
        Tree::Struct(fields) => fields.iter().find(|(key, _)| *key == "name").map(|(_, value)| value),
        _ => None,
    };
    match name {
        Some(Tree::Text(name)) if reread(name).is_ok() => format!("[{name}]"),
        _ => format!("[{index}]"),
    }
}
