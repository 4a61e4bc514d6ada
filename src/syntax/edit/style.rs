//! How a document is written: indentation and brackets, seen from what is there.

use super::geometry::{Geometry, Part};
use crate::syntax::document::Node;
use crate::syntax::scalar::ScalarStyle;
use crate::syntax::value::{Mapping, Value};
use crate::syntax::write::{FlowStyle, Layout, Texts};
use std::collections::HashMap;
use std::ops::Range;

/// What was seen of a [`Layout`] so far.
#[derive(Clone, Copy, Default)]
pub(super) struct Seen {
    step: Option<usize>,
    dash: Option<usize>,
    item: Option<usize>,
}

impl Seen {
    pub(super) fn is_complete(&self) -> bool {
        self.step.is_some() && self.dash.is_some() && self.item.is_some()
    }

    /// Takes from `other` what was not seen here.
    pub(super) fn or(self, other: Seen) -> Seen {
        Seen { step: self.step.or(other.step), dash: self.dash.or(other.dash), item: self.item.or(other.item) }
    }

    pub(super) fn layout(self) -> Layout {
        Layout {
            step: self.step.unwrap_or(Layout::OWN.step),
            dash: self.dash.unwrap_or(Layout::OWN.dash),
            item: self.item.unwrap_or(Layout::OWN.item),
            single: true,
            texts: Texts::WithoutEmptyEnd,
        }
    }
}

impl<'d> Geometry<'d> {
    /// Looks at the nodes of that range until all is seen.
    pub(super) fn layout_of(&self, nodes: Range<u32>) -> Seen {
        let mut seen = Seen::default();
        for index in nodes {
            if seen.is_complete() {
                break;
            }
            let node = self.node(index);
            if !self.is_block_collection(node) {
                continue;
            }
            let start = self.content_start(node);
            // Only where it begins a line: the columns of a long line would be counted again and again.
            let deeper = |child: Node<'_>| {
                let below = self.is_block_collection(child).then(|| self.content_start(child))?;
                let line = self.text.indentation(below)?;
                (below - line).checked_sub(self.text.column(start))
            };
            if node.is_mapping() {
                for (_, value) in node.children_as_pairs() {
                    if value.is_sequence() && seen.dash.is_none() {
                        seen.dash = deeper(value);
                    } else if value.is_mapping() && seen.step.is_none() {
                        seen.step = deeper(value).filter(|&step| step > 0);
                    }
                }
            } else if seen.item.is_none() {
                let first = node.children().next().filter(|item| self.is_block_collection(*item));
                let behind = first.map(|item| self.content_start(item)).filter(|&at| self.text.line_end(start) > at);
                seen.item = behind.map(|at| at - start).filter(|&item| item > 1);
            }
        }
        seen
    }

    /// The style of a collection in brackets, where it shows; `around` says the rest.
    pub(super) fn flow_style(&self, node: Node<'_>, parts: &[Part], around: &FlowStyle) -> FlowStyle {
        let mut style = around.clone();
        let Some(first) = parts.first() else { return style };
        let quoted = |index: u32| self.node(index).style() == Some(ScalarStyle::DoubleQuoted);
        match first.key {
            Some(key) => style.json = quoted(key),
            None => {
                if let Some(text) = parts.iter().find(|part| self.node(part.value).as_str().is_some()) {
                    style.json = quoted(text.value);
                }
            }
        }
        if let (Some(key), Some(after)) = (first.key, first.after) {
            let (end, value) = (self.node(key).span().end as usize, self.node(first.value).span().start as usize);
            if after == end + 1 && self.text.over_blanks(after) == value {
                style.colon = self.text.get(end, value).to_owned();
            }
        }
        let open = self.content_start(node) + 1;
        if self.text.is_plain_gap(open, first.start) {
            style.unit = None;
            style.pad = self.text.get(open, first.start).to_owned();
        } else if let Some(indent) = self.text.indentation(first.start) {
            let deeper = self.text.get(indent, first.start);
            let base = self.line_indentation(open);
            style.unit = Some(deeper.strip_prefix(base).filter(|unit| !unit.is_empty()).unwrap_or("  ").to_owned());
        }
        if let [first, second, ..] = parts {
            if let Some(comma) = self.text.find(b',', first.end, second.start) {
                if self.text.is_plain_gap(comma, second.start) {
                    style.gap = self.text.get(comma + 1, second.start).to_owned();
                }
            }
        } else if style.colon == ":" {
            style.gap = String::new();
        }
        if !style.json && style.colon == ":" {
            style.colon = ": ".to_owned();
        }
        style
    }

    /// The blanks the line that holds `at` begins with.
    pub(super) fn line_indentation(&self, at: usize) -> &'d str {
        let line = self.text.line_start(at);
        self.text.get(line, self.text.over_blanks(line))
    }

    /// `value` with the keys of its maps in the order of those of `node`, and new ones behind them.
    pub(super) fn ordered_like(&self, value: Value, node: Node<'_>) -> Value {
        let Value::Mapping(map) = value else { return value };
        if !node.resolve().is_mapping() {
            return map.into();
        }
        let mut entries: Vec<_> = map.into_spelled().map(Some).collect();
        let places: HashMap<String, usize> =
            entries.iter().flatten().enumerate().map(|(place, (key, _, _))| (key.clone(), place)).collect();
        let mut ordered = Mapping::new();
        for (key, below) in node.entries() {
            let place = places.get(&*key.key());
            if let Some((key, spelling, value)) = place.and_then(|&place| entries.get_mut(place)?.take()) {
                ordered.insert_spelled(key, spelling, self.ordered_like(value, below));
            }
        }
        for (key, spelling, value) in entries.into_iter().flatten() {
            ordered.insert_spelled(key, spelling, value);
        }
        ordered.into()
    }
}
