//! Values in the place of others, where these do not stand in brackets.

use super::render::{Place, Render, Under, is_scalar_or_empty};
use crate::error::Result;
use crate::syntax::document::Node;
use crate::syntax::scalar::{Resolved, ScalarStyle};
use crate::syntax::spelled::Scalar;
use crate::syntax::value::Value;
use crate::syntax::write::{Layout, Texts, Writer};
use zeroize::Zeroizing;

/// A value as it stands behind the indicator that leads to it: the rest of the line, and lines below.
struct Written(Zeroizing<String>);

impl Written {
    fn new(anchor: Option<&str>, gap: &str, text: &str) -> Self {
        let text = without_last_break(text);
        Written(Zeroizing::new(match anchor {
            Some(name) => ["&", name, gap, text].concat(),
            None if gap == "\n" => [gap, text].concat(),
            None => text.to_owned(),
        }))
    }

    /// What stands on the line; nothing where all stands below.
    fn first(&self) -> &str {
        self.0.split('\n').next().unwrap_or_default()
    }

    /// The lines below, each behind a line break.
    fn rest(&self) -> &str {
        self.0.get(self.first().len()..).unwrap_or_default()
    }

    /// Whether nothing stands on the line.
    fn is_below(&self) -> bool {
        self.first().is_empty()
    }
}

impl<'d> Render<'d> {
    /// Writes a value behind an indicator. What does not begin on a line of its own begins at `column`.
    fn written(
        &self,
        value: &Value,
        anchor: Option<&str>,
        under: &Under<'_>,
        column: usize,
        layout: Layout,
    ) -> Result<Written> {
        let mut writer = Writer::new(layout);
        let below = match (under, value) {
            (_, value) if is_scalar_or_empty(value) => None,
            (Under::Root, _) => Some(column),
            (Under::Key { column }, Value::Mapping(_)) => Some(column + layout.step),
            (Under::Key { column }, _) => Some(column + layout.dash),
            // An anchor on its line would be that of the first key.
            (Under::Dash { column }, _) => anchor.map(|_| column + layout.item),
            (Under::Flow { .. }, _) => None,
        };
        if let Some(column) = below {
            writer.lines(value, column);
            return Ok(Written::new(anchor, "\n", &writer.finish()?));
        }
        match (value, under) {
            (Value::Mapping(map), _) if !map.is_empty() => writer.map(map, column, true),
            (Value::Sequence(items), _) if !items.is_empty() => writer.list(items, column, true),
            (value, Under::Dash { column }) => writer.inline(value, *column, layout.item),
            (value, under) => writer.inline(value, under.column(), layout.step),
        }
        Ok(Written::new(anchor, " ", &writer.finish()?))
    }

    /// Puts a value where a node stands.
    pub(super) fn replace_in_block(
        &mut self,
        value: &Value,
        anchor: Option<&str>,
        node: Node<'d>,
        place: &Place<'_>,
    ) -> Result<()> {
        let (at, text, after) = (self.at, self.at.text, place.after);
        let start = node.span().start as usize;
        let content = at.content_start(node);
        let is_empty = at.is_empty(node);
        let is_collection = at.is_block_collection(node);
        let on_line = text.line_end(after) >= content;
        let mut layout = self.layout(None);
        if !is_collection && !at.is_block_scalar(node) {
            // Comments below it that stay, deeper than it, would become lines of a text.
            let next = text.next_line(if is_empty { after } else { at.end(node) });
            if text.over_comments_below(next, place.under.column()) > next {
                layout.texts = Texts::No;
            }
        }
        let column = match place.under {
            Under::Dash { column } if is_empty || is_collection && !on_line => column + layout.item,
            _ => text.column(if is_collection { content } else { start }),
        };
        let written = self.written(value, anchor, &place.under, column, layout)?;
        let (first, rest) = (written.first(), written.rest());
        let lead = match place.under {
            _ if first.is_empty() => String::new(),
            Under::Dash { .. } => " ".repeat(layout.item - 1),
            _ => " ".to_owned(),
        };
        if is_empty {
            // Blanks at the end of the line would stand behind it.
            let line_end = text.line_end(after);
            let behind = if text.over_blanks(after) == line_end { line_end } else { after };
            self.splices.replace(after, behind, &[&lead, first, self.blank(first, after)]);
            self.splices.insert(line_end, &[rest]);
        } else if is_collection {
            let end = text.before_break(at.bottom_of(node, at.end(node), place.under.column()));
            let properties_end = at.properties_end(node).unwrap_or(after);
            match on_line {
                true if written.is_below() => self.splices.replace(text.before_blanks(start), end, &[rest]),
                true => self.splices.replace(start, end, &[first, rest]),
                false => {
                    self.splices.replace(after, properties_end, &[&lead, first]);
                    self.splices.replace(text.line_end(properties_end), end, &[rest]);
                }
            }
        } else if at.is_block_scalar(node) {
            let header_end = at.header_end(node);
            let bottom = at.bottom_of(node, node.span().end as usize, place.under.column());
            let from = if written.is_below() { after } else { start };
            self.splices.replace(from, header_end, &[first]);
            self.splices.replace(text.line_end(header_end), text.before_break(bottom), &[rest]);
        } else {
            let end = at.end(node);
            if !written.is_below() {
                self.splices.replace(start, end, &[first, self.blank(first, end)]);
                self.splices.insert(text.line_end(end), &[rest]);
            } else if on_line {
                self.splices.remove(text.before_blanks(start).max(after), end);
                self.splices.insert(text.line_end(end), &[rest]);
            } else {
                let line = text.indentation(start).unwrap_or(start);
                self.splices.insert(text.line_end(after), &[rest]);
                self.splices.remove(line, text.next_line(end));
            }
        }
        Ok(())
    }

    /// Puts a value where the whole document's stands, or at the end of one that has none.
    pub(super) fn replace_root(&mut self, value: &Value, root: Option<Node<'d>>) -> Result<()> {
        let (at, text) = (self.at, self.at.text);
        let start = root.map_or(text.len(), |root| root.span().start as usize);
        let in_lines = text.indentation(start).is_some();
        let column = if in_lines && root.is_some() { text.column(start) } else { 0 };
        let mut layout = self.layout(None);
        if let Some(root) = root.filter(|root| !at.is_block_collection(*root) && !at.is_block_scalar(*root)) {
            // Comments below it that stay would become lines of a text.
            let next = text.next_line(at.end(root));
            if text.over_comments_below(next, 0) > next {
                layout.texts = Texts::No;
            }
        }
        let written = self.written(value, None, &Under::Root, column, layout)?;
        let lines = written.0.trim_start_matches(['\n', ' ']);
        let Some(root) = root.filter(|root| !at.is_empty(*root)) else {
            // Behind comments and the document's mark, in front of the next one's.
            self.splices.insert_lines(start, &[lines, "\n"]);
            return Ok(());
        };
        let end = match at.is_block_collection(root) || at.is_block_scalar(root) {
            true => text.before_break(at.bottom_of(root, at.end(root), 0)),
            false => at.end(root),
        };
        let is_alone = in_lines && text.over_blanks(end) == text.line_end(end);
        let is_text_in_lines = value.as_scalar().is_some() && lines.contains('\n');
        if !is_alone && is_text_in_lines {
            // The comment stays behind the sign that a text in lines begins with.
            let (first, rest) = (written.first(), written.rest());
            self.splices.replace(start, end, &[first, self.blank(first, end)]);
            self.splices.insert(text.line_end(end), &[rest]);
        } else if is_alone || !written.is_below() {
            // Blanks at the end of the line would become part of a text in lines.
            let end = if is_alone && lines.contains('\n') { text.line_end(end) } else { end };
            let blank = if lines.contains('\n') { "" } else { self.blank(lines, end) };
            self.splices.replace(start, end, &[lines, blank]);
        } else {
            self.splices.remove(text.before_blanks(start), end);
            self.splices.insert(text.line_end(end), &[&written.0]);
        }
        Ok(())
    }

    /// A blank where a comment follows at once: it needs one before it, but for behind quotes.
    pub(super) fn blank(&self, written: &str, end: usize) -> &'static str {
        let needed = self.at.text.byte(end) == b'#' && !written.is_empty() && !written.ends_with(['"', '\'']);
        if needed { " " } else { "" }
    }

    /// A value that replaces that of a node: a string in the place of one in quotes is in quotes too.
    pub(super) fn styled(&self, value: Value, node: Node<'_>) -> Value {
        match value {
            Value::Scalar(scalar) => Value::Scalar(self.like(scalar, node)),
            value => value,
        }
    }

    /// As [`styled`](Self::styled), for a scalar.
    pub(super) fn like(&self, scalar: Scalar, node: Node<'_>) -> Scalar {
        let is_string = matches!(scalar.resolve(), Resolved::Str(_)) && scalar.tag().is_none();
        match node.style() {
            Some(style @ (ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted))
                if is_string && !scalar.text().contains('\n') =>
            {
                scalar.in_style(style)
            }
            _ => scalar,
        }
    }
}

pub(super) fn without_last_break(text: &str) -> &str {
    text.strip_suffix('\n').unwrap_or(text)
}
