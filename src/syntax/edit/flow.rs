//! Changes to what stands in brackets.

use super::geometry::Part;
use super::plan::{Entry, Plan};
use super::render::{Place, Render, Under};
use crate::error::Result;
use crate::syntax::document::Node;
use crate::syntax::spelled::Scalar;
use crate::syntax::value::Value;
use crate::syntax::write::{FlowStyle, FlowWriter};
use zeroize::Zeroizing;

/// An element as it shall be, in order.
enum Piece {
    Old { part: usize, is_removed: bool },
    New(Zeroizing<String>),
}

/// A collection in brackets as it stands.
struct Group<'s> {
    parts: Vec<Part>,
    /// Where the comma behind each part is.
    commas: Vec<Option<usize>>,
    open: usize,
    close: usize,
    style: &'s FlowStyle,
    /// What the lines of its elements begin with.
    indent: &'s str,
}

impl<'d> Render<'d> {
    /// Changes a collection in brackets. Returns whether it could: not if it has to be written anew.
    pub(super) fn flow(&mut self, plan: &Plan, node: Node<'d>, place: &Place<'_>) -> Result<bool> {
        let at = self.at;
        let parts = at.parts(node, 0);
        let structure = match plan {
            Plan::Map(map) => map.changes(),
            Plan::List(list) => list.changes(),
            _ => return Ok(false),
        };
        if structure && !at.has_brackets(node) {
            return Ok(false);
        }
        // `[]` and `{}` below a key or a dash get lines.
        if parts.is_empty() && matches!(place.under, Under::Key { .. } | Under::Dash { .. }) {
            return Ok(!structure);
        }
        let default = self.flow_style();
        let (around, outer) = match &place.under {
            Under::Flow { style, indent } => (*style, *indent),
            _ => (&default, ""),
        };
        let style = at.flow_style(node, &parts, around);
        let open = at.content_start(node);
        let indent = match (&style.unit, parts.first()) {
            (None, _) => String::new(),
            (Some(_), Some(first)) if at.text.indentation(first.start).is_some() => {
                at.line_indentation(first.start).to_owned()
            }
            (Some(unit), _) => format!("{outer}{unit}"),
        };
        let mut pieces = Vec::new();
        let mut left = parts.iter().enumerate();
        match plan {
            Plan::Map(map) => {
                for entry in &map.entries {
                    if entry.origin.is_none() {
                        if !entry.is_removed {
                            pieces.push(Piece::New(self.flow_pair(entry, &style, &indent)?));
                        }
                        continue;
                    }
                    let Some((i, part)) = left.next() else { break };
                    pieces.push(Piece::Old { part: i, is_removed: entry.is_removed });
                    if !entry.is_removed {
                        self.change_flow_pair(entry, part, &style, &indent)?;
                    }
                }
            }
            Plan::List(list) => {
                for item in &list.items {
                    if item.origin.is_none() {
                        if !item.is_removed {
                            let value = item.value.to_value(at.document)?;
                            pieces.push(Piece::New(flow_text(&value, &style, &indent)?));
                        }
                        continue;
                    }
                    let Some((i, part)) = left.next() else { break };
                    pieces.push(Piece::Old { part: i, is_removed: item.is_removed });
                    if !item.is_removed {
                        let under = Under::Flow { style: &style, indent: &indent };
                        self.value(&item.value, at.node(part.value), &Place { after: part.start, under })?;
                    }
                }
            }
            _ => {}
        }
        if structure {
            let close = node.span().end.saturating_sub(1) as usize;
            let next = |i: usize| parts.get(i + 1).map_or(close, |part: &Part| part.start);
            let commas = parts.iter().enumerate().map(|(i, part)| at.text.find(b',', part.end, next(i))).collect();
            let group = Group { commas, open, close, style: &style, indent: &indent, parts };
            self.arrange_flow(&pieces, &group);
        }
        Ok(true)
    }

    fn flow_pair(&self, entry: &Entry, style: &FlowStyle, indent: &str) -> Result<Zeroizing<String>> {
        let mut writer = FlowWriter::new(style, indent);
        writer.pair(&entry.key, entry.spelling.as_deref(), &entry.value.to_value(self.at.document)?)?;
        Ok(writer.finish())
    }

    /// Changes key and value of a pair that stays.
    fn change_flow_pair(&mut self, entry: &Entry, part: &Part, style: &FlowStyle, indent: &str) -> Result<()> {
        let Some(key) = part.key.map(|key| self.at.node(key)) else { return Ok(()) };
        let (start, end) = (key.span().start as usize, key.span().end as usize);
        if entry.is_renamed {
            let scalar = self.like(Scalar::string(entry.key.as_str()), key);
            let mut writer = FlowWriter::new(style, indent);
            writer.key(&entry.key, Some(&scalar))?;
            self.splices.replace(start, end, &[&writer.finish()]);
        }
        if !entry.value.changes() {
            return Ok(());
        }
        let after = part.after.unwrap_or_else(|| {
            self.splices.insert(end, &[":"]);
            end
        });
        let under = Under::Flow { style, indent };
        self.value(&entry.value, self.at.node(part.value), &Place { after, under })
    }

    /// Puts a value where a node stands in brackets.
    pub(super) fn replace_in_flow(
        &mut self,
        value: &Value,
        anchor: Option<&str>,
        node: Node<'d>,
        after: usize,
        (style, indent): (&FlowStyle, &str),
    ) -> Result<()> {
        let written = flow_text(value, style, indent)?;
        let anchor = anchor.map(|name| format!("&{name} ")).unwrap_or_default();
        if self.at.is_empty(node) {
            let lead = style.colon.strip_prefix(':').unwrap_or(" ");
            self.splices.insert(after, &[lead, &anchor, &written, self.blank(&written, after)]);
        } else {
            let end = self.at.end(node);
            let blank = self.blank(&written, end);
            self.splices.replace(node.span().start as usize, end, &[&anchor, &written, blank]);
        }
        Ok(())
    }

    /// Takes elements out, and puts new ones in.
    fn arrange_flow(&mut self, pieces: &[Piece], group: &Group<'_>) {
        let kept = |piece: &Piece| match piece {
            Piece::Old { part, is_removed: false } => Some(*part),
            _ => None,
        };
        let (Some(first), Some(last)) = (pieces.iter().find_map(kept), pieces.iter().rev().find_map(kept)) else {
            return self.refill(pieces, group);
        };
        let has_comma = self.remove_elements(pieces, group, last);
        let trails = group.commas.last().is_some_and(Option::is_some);
        let follows = pieces.iter().rev().take_while(|piece| kept(piece).is_none()).any(|p| matches!(p, Piece::New(_)));
        let Some(tail) = group.parts.get(last) else { return };
        match (has_comma, follows || trails) {
            (None, true) if follows => self.splices.insert(tail.end, &[","]),
            (Some(comma), false) => self.splices.remove(comma, comma + 1),
            _ => {}
        }
        let mut above = None;
        for (i, piece) in pieces.iter().enumerate() {
            let text = match piece {
                Piece::Old { part, is_removed: false } => {
                    above = Some(*part);
                    continue;
                }
                Piece::Old { .. } => continue,
                Piece::New(text) => text,
            };
            match above {
                None => self.element_in_front(text, first, group),
                Some(part) => {
                    let comma = if part == last { has_comma } else { group.commas.get(part).copied().flatten() };
                    let more = pieces.iter().skip(i + 1).any(|p| !matches!(p, Piece::Old { is_removed: true, .. }));
                    let comma_behind = more || part == last && trails && has_comma.is_some();
                    self.element_behind(text, part, comma, comma_behind, group);
                }
            }
        }
    }

    fn element_in_front(&mut self, written: &str, first: usize, group: &Group<'_>) {
        let Some(part) = group.parts.get(first) else { return };
        let text = self.at.text;
        match text.indentation(part.start).filter(|_| group.style.unit.is_some()) {
            Some(line) => {
                let top = text.over_comments_above(line, part.start - line, part.floor);
                self.splices.insert(top, &[group.indent, written, ",\n"]);
            }
            None => self.splices.insert(part.start, &[written, ",", &group.style.gap]),
        }
    }

    fn element_behind(
        &mut self,
        written: &str,
        part: usize,
        comma: Option<usize>,
        comma_behind: bool,
        group: &Group<'_>,
    ) {
        let Some(part) = group.parts.get(part) else { return };
        let text = self.at.text;
        let behind = comma.map_or(part.end, |comma| comma + 1);
        let comma = if comma_behind { "," } else { "" };
        match &group.style.unit {
            Some(_) => {
                // Behind a comment, but not where the line goes on or goes away.
                let at = if text.is_line_over(behind) { text.line_end(behind) } else { behind };
                self.splices.insert(at, &["\n", group.indent, written, comma]);
            }
            None => self.splices.insert(behind, &[&group.style.gap, written, comma]),
        }
    }

    /// Removes what is to go. Returns where the comma behind the last element that stays is, if it is still there.
    fn remove_elements(&mut self, pieces: &[Piece], group: &Group<'_>, last: usize) -> Option<usize> {
        let text = self.at.text;
        let comma = |i: usize| group.commas.get(i).copied().flatten();
        let behind = |i: usize, part: &Part| comma(i).map_or(part.end, |comma| comma + 1);
        let lines = |i: usize, part: &Part| {
            let line = text.indentation(part.start)?;
            let end = behind(i, part);
            let top = text.over_comments_above(line, part.start - line, part.floor);
            text.is_line_over(end).then(|| (top, text.next_line(end)))
        };
        let mut gone = Vec::new();
        for piece in pieces {
            if let Piece::Old { part: i, is_removed: true } = piece {
                gone.extend(group.parts.get(*i).map(|part| (*i, part)));
            }
        }
        let tail_in_lines = gone.iter().filter(|(i, _)| *i > last).all(|(i, part)| lines(*i, part).is_some());
        for (i, part) in &gone {
            let next = group.parts.get(i + 1);
            match (lines(*i, part), next) {
                (Some((start, end)), _) if *i < last || tail_in_lines => self.splices.remove(start, end),
                (_, Some(next)) if *i < last && text.is_plain_gap(part.end, next.start) => {
                    self.splices.remove(part.start, next.start);
                }
                (_, _) if *i < last => self.splices.remove(part.start, behind(*i, part)),
                _ => {}
            }
        }
        if tail_in_lines {
            return comma(last);
        }
        // All behind the last one that stays goes at once, its comma too.
        let (tail, next, end) = (group.parts.get(last)?, group.parts.get(last + 1)?, group.parts.len() - 1);
        let end = group.parts.get(end).map_or(next.end, |part| behind(end, part));
        if text.is_plain_gap(tail.end, next.start) {
            self.splices.remove(tail.end, end);
        } else {
            let comma = comma(last).unwrap_or(next.start);
            self.splices.remove(comma, (comma + 1).min(next.start));
            self.splices.remove(next.start, end);
        }
        None
    }

    /// Writes new elements in the place of all that were there.
    fn refill(&mut self, pieces: &[Piece], group: &Group<'_>) {
        let style = group.style;
        let mut inside = Zeroizing::new(String::new());
        for piece in pieces {
            let Piece::New(text) = piece else { continue };
            let is_first = inside.is_empty();
            inside.push_str(if is_first { "" } else { "," });
            match &style.unit {
                Some(_) => inside.extend(["\n", group.indent]),
                None if is_first => inside.push_str(&style.pad),
                None => inside.push_str(&style.gap),
            }
            inside.push_str(text);
        }
        if let (Some(unit), false) = (&style.unit, inside.is_empty()) {
            inside.push('\n');
            inside.push_str(group.indent.strip_suffix(unit.as_str()).unwrap_or_default());
        } else if !inside.is_empty() {
            inside.push_str(&style.pad);
        }
        self.splices.replace(group.open + 1, group.close, &[&inside]);
    }
}

/// A value in brackets.
pub(super) fn flow_text(value: &Value, style: &FlowStyle, indent: &str) -> Result<Zeroizing<String>> {
    let mut writer = FlowWriter::new(style, indent);
    writer.value(value)?;
    Ok(writer.finish())
}
