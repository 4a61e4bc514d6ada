//! Changes to what stands in lines.

use super::geometry::Part;
use super::plan::{Entry, Item, ListPlan, MapPlan, Plan};
use super::render::{Place, Render, Under, is_scalar_or_empty};
use super::replace::without_last_break;
use crate::error::Result;
use crate::syntax::document::Node;
use crate::syntax::spelled::Scalar;
use crate::syntax::write::{FlowWriter, Layout, Writer};
use zeroize::Zeroizing;

/// A part of a block as it shall be, in order.
enum Piece<'p> {
    Old { part: &'p Part, plan: &'p Plan, is_removed: bool },
    Pair(&'p Entry),
    Item(&'p Item),
}

impl<'d> Render<'d> {
    /// Changes a map in lines.
    pub(super) fn block_map(&mut self, map: &MapPlan, node: Node<'d>, place: &Place<'_>) -> Result<()> {
        let parts = self.at.parts(node, place.after);
        let mut left = parts.iter();
        let mut pieces = Vec::with_capacity(map.entries.len());
        for entry in &map.entries {
            match entry.origin {
                None if entry.is_removed => {}
                None => pieces.push(Piece::Pair(entry)),
                Some(_) => {
                    let Some(part) = left.next() else { break };
                    pieces.push(Piece::Old { part, plan: &entry.value, is_removed: entry.is_removed });
                    if !entry.is_removed {
                        self.pair(entry, part)?;
                    }
                }
            }
        }
        if map.changes() {
            self.arrange(&pieces, &parts, place, node)?;
        }
        Ok(())
    }

    /// Changes a list in lines.
    pub(super) fn block_list(&mut self, list: &ListPlan, node: Node<'d>, place: &Place<'_>) -> Result<()> {
        let parts = self.at.parts(node, place.after);
        let mut left = parts.iter();
        let mut pieces = Vec::with_capacity(list.items.len());
        for item in &list.items {
            match item.origin {
                None if item.is_removed => {}
                None => pieces.push(Piece::Item(item)),
                Some(_) => {
                    let Some(part) = left.next() else { break };
                    pieces.push(Piece::Old { part, plan: &item.value, is_removed: item.is_removed });
                    if !item.is_removed && item.value.changes() {
                        let after = part.after.unwrap_or(part.end);
                        let under = Under::Dash { column: self.at.text.column(part.start) };
                        self.value(&item.value, self.at.node(part.value), &Place { after, under })?;
                    }
                }
            }
        }
        if list.changes() {
            self.arrange(&pieces, &parts, place, node)?;
        }
        Ok(())
    }

    /// Changes key and value of a pair that stays.
    fn pair(&mut self, entry: &Entry, part: &Part) -> Result<()> {
        let Some(key) = part.key.map(|key| self.at.node(key)) else { return Ok(()) };
        if entry.is_renamed {
            let span = key.span();
            let scalar = self.like(Scalar::string(entry.key.as_str()), key);
            let mut writer = Writer::new(self.layout(None));
            writer.key(&entry.key, Some(&scalar));
            self.splices.replace(span.start as usize, span.end as usize, &[without_last_break(&writer.finish()?)]);
        }
        if !entry.value.changes() {
            return Ok(());
        }
        let column = self.at.text.column(part.start);
        let value = self.at.node(part.value);
        let end = key.span().end as usize;
        let after = match part.after {
            Some(after) => after,
            // `? key` of several lines: it can't stand before a `:` on its line.
            None if self.at.text.get(key.span().start as usize, end).contains('\n') => {
                let end = if self.at.is_block_scalar(key) { self.at.text.before_break(end) } else { end };
                self.splices.insert(end, &[self.at.text.line_break(), &" ".repeat(column), ":"]);
                end
            }
            // `? key` alone: it becomes `key:`.
            None => {
                self.splices.remove(part.start, key.span().start as usize);
                self.splices.insert(end, &[":"]);
                end
            }
        };
        self.value(&entry.value, value, &Place { after, under: Under::Key { column } })
    }

    /// Takes parts out, and puts new ones in.
    fn arrange(&mut self, pieces: &[Piece<'_>], parts: &[Part], place: &Place<'_>, node: Node<'d>) -> Result<()> {
        let Some(first) = parts.first() else { return Ok(()) };
        let stays = pieces.iter().find_map(|piece| match piece {
            Piece::Old { part, is_removed: false, .. } => Some(*part),
            _ => None,
        });
        match stays {
            Some(stays) => self.rearrange(pieces, parts, stays, place),
            None => self.refill_block(pieces, parts, first, place, node),
        }
    }

    /// Takes all parts out. What comes in their place stands where the first one stood.
    fn refill_block(
        &mut self,
        pieces: &[Piece<'_>],
        parts: &[Part],
        first: &Part,
        place: &Place<'_>,
        node: Node<'d>,
    ) -> Result<()> {
        let (at, text) = (self.at, self.at.text);
        let column = text.column(first.start);
        let is_root = matches!(place.under, Under::Root);
        let in_lines = text.indentation(first.start).is_some();
        let mut fresh = Zeroizing::new(String::new());
        for piece in pieces.iter().filter(|piece| !matches!(piece, Piece::Old { .. })) {
            if !fresh.is_empty() {
                fresh.extend(std::iter::repeat_n(' ', column));
            }
            fresh.push_str(&self.fresh(piece, column, Some(first))?);
        }
        let top = at.top(first, is_root);
        let bottom = parts.last().map_or(top, |last| at.bottom(last));
        if fresh.is_empty() {
            let brackets = if node.is_mapping() { "{}" } else { "[]" };
            match in_lines {
                true if is_root => self.splices.insert_lines(top, &[&" ".repeat(column), brackets, "\n"]),
                true => self.splices.insert(at.properties_end(node).unwrap_or(place.after), &[" ", brackets]),
                false => self.splices.insert(first.start, &[brackets]),
            }
        } else if in_lines {
            self.splices.insert_lines(top, &[&" ".repeat(column), &fresh]);
        } else {
            self.splices.insert(first.start, &[without_last_break(&fresh)]);
        }
        if in_lines {
            self.remove_lines(parts.iter(), is_root, bottom);
        } else {
            // The line goes on with what is new; its end stays.
            let end = at.bottom(first);
            self.splices.remove(first.start, text.before_break(end));
            self.remove_lines(parts.iter().skip(1), false, bottom);
        }
        Ok(())
    }

    /// Removes the lines of neighbours, and blank lines between them.
    fn remove_lines<'p>(&mut self, parts: impl Iterator<Item = &'p Part>, is_head: bool, end: usize) {
        let mut is_head = is_head;
        for part in parts {
            let bottom = self.at.bottom(part);
            let below = self.at.text.over_blank_lines(bottom).min(end.max(bottom));
            self.splices.remove(self.at.top(part, std::mem::take(&mut is_head)), below);
        }
    }

    /// Takes parts out, and puts new ones in, where `stays` is the first that stays.
    fn rearrange(&mut self, pieces: &[Piece<'_>], parts: &[Part], stays: &Part, place: &Place<'_>) -> Result<()> {
        let (at, text) = (self.at, self.at.text);
        let is_root = matches!(place.under, Under::Root);
        let Some(first) = parts.first() else { return Ok(()) };
        let is_head = |part: &Part| is_root && first.start == part.start;
        let column = text.column(first.start);
        let indent = " ".repeat(column);
        let is_spaced = match parts {
            [.., before, last] => text.has_blank_line(at.bottom(before), at.top(last, false)),
            _ => false,
        };
        let mut above: Option<(&Part, &Plan)> = None;
        // Blank lines that come to stand below a text which keeps them would be part of it.
        let keeps = |above: Option<(&Part, &Plan)>| {
            above.and_then(|(_, plan)| plan.last_kept(at.document)).is_some_and(|leaf| at.keeps_empty_lines(leaf))
        };
        for (i, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Old { part, plan, is_removed: false } => above = Some((part, plan)),
                Piece::Old { part, is_removed: true, .. } => {
                    let behind = pieces.get(i + 1..).unwrap_or_default();
                    let top = at.top(part, is_head(part));
                    let bottom = match behind.first() {
                        _ if text.indentation(part.start).is_none() => self.pulled_up(behind, part),
                        // Blank lines between two that go.
                        Some(Piece::Old { is_removed: true, .. }) => text.over_blank_lines(at.bottom(part)),
                        _ if keeps(above) => text.over_blank_lines(at.bottom(part)),
                        _ => at.bottom(part),
                    };
                    self.splices.remove(top, bottom);
                }
                Piece::Pair(_) | Piece::Item(_) => {
                    let lines = self.fresh(piece, column, above.map(|(part, _)| part).or(Some(first)))?;
                    match above {
                        Some((part, _)) => {
                            self.keep_text_at_end(part);
                            self.insert_below(at.bottom(part), is_spaced && !keeps(above), &[&indent, &lines]);
                        }
                        // In front of all that stays.
                        None if text.indentation(first.start).is_none() => {
                            self.splices.insert(first.start, &[&lines, &indent]);
                        }
                        None => {
                            self.splices.insert_lines(at.top(stays, is_head(stays)), &[&indent, &lines]);
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// Inserts lines where the part above them ends, perhaps with a blank line between.
    fn insert_below(&mut self, bottom: usize, is_spaced: bool, [indent, lines]: &[&str; 2]) {
        let text = self.at.text;
        if let Some(&moved) = self.moved.get(&bottom) {
            // Behind what an inner part put there.
            let blank = if is_spaced { "\n" } else { "" };
            return self.splices.insert_lines(moved, &[blank, indent, lines]);
        }
        let next = text.over_blank_lines(bottom);
        let second = text.next_line(bottom);
        // Of two blank lines that are left where an entry was removed one takes the new entry in.
        if is_spaced && next > bottom && (next > second || next >= text.len()) {
            self.moved.insert(bottom, second);
            return self.splices.insert_lines(second, &[indent, lines]);
        }
        let blank = if is_spaced { "\n" } else { "" };
        self.splices.insert_lines(bottom, &[blank, indent, lines]);
    }

    /// Up to where the text has to go for the next part to stand where `part` begins, in the middle of a line.
    fn pulled_up(&self, behind: &[Piece<'_>], part: &Part) -> usize {
        let (at, text) = (self.at, self.at.text);
        let over_blank_lines = |line| text.over_blanks(text.over_blank_lines(line));
        let mut end = over_blank_lines(at.bottom(part));
        for piece in behind {
            let Piece::Old { part, is_removed: true, .. } = piece else { break };
            if over_blank_lines(at.top(part, false)) != end {
                break;
            }
            end = over_blank_lines(at.bottom(part));
        }
        end
    }

    /// A text in lines that the document ends with, without a line break, would get one if anything came behind it.
    fn keep_text_at_end(&mut self, part: &Part) {
        let leaf = self.at.last_of(self.at.node(part.value));
        let text = self.at.text;
        let ends_text = self.at.is_block_scalar(leaf) && part.end == text.len() && !text.ends_line(text.len());
        if !ends_text || std::mem::replace(&mut self.is_end_kept, true) {
            return;
        }
        let (header, end) = (self.at.content_start(leaf), self.at.header_end(leaf));
        // Unless it is no longer there.
        if !text.get(header, end).contains('-') && !self.splices.touch(header) {
            let digits = text.get(header, end).replace('+', "");
            self.splices.replace(header, end, &[&digits, "-"]);
        }
    }

    /// A new pair or item, from its first character to the line break behind it.
    fn fresh(&self, piece: &Piece<'_>, column: usize, like: Option<&Part>) -> Result<Zeroizing<String>> {
        // A neighbour to look at for each new entry should not be large.
        let like = like.map(|part| self.at.node(part.value)).filter(|node| node.data().next - node.index() < 1000);
        let mut writer = Writer::new(self.layout(like));
        match piece {
            Piece::Old { .. } => return Ok(Zeroizing::default()),
            Piece::Pair(entry) => {
                let value = entry.value.to_value(self.at.document)?;
                writer.pair(&entry.key, entry.spelling.as_deref(), &value, column);
            }
            Piece::Item(item) => {
                let value = item.value.to_value(self.at.document)?;
                let Some(like) = like else {
                    writer.item(&value, column);
                    return writer.finish();
                };
                let value = self.at.ordered_like(value, like);
                if self.at.has_brackets(like) && !is_scalar_or_empty(&value) {
                    let style = self.at.flow_style(like, &self.at.parts(like, 0), &self.flow_style());
                    let mut flow = FlowWriter::new(&style, &" ".repeat(column));
                    flow.value(&value)?;
                    let blanks = " ".repeat(self.layout(None).item - 1);
                    return Ok(Zeroizing::new(["-", &blanks, &flow.finish(), "\n"].concat()));
                }
                writer.item(&value, column);
            }
        }
        writer.finish()
    }

    /// How lines are indented near that node, or in the document.
    pub(super) fn layout(&self, near: Option<Node<'_>>) -> Layout {
        let all = || *self.seen.get_or_init(|| self.at.layout_of(0..self.at.document.tree().nodes.len() as u32));
        let seen = near.map(|node| self.at.layout_of(node.index()..node.data().next)).unwrap_or_default();
        if seen.is_complete() { seen.layout() } else { seen.or(all()).layout() }
    }
}
