//! From a plan to splices.

use super::block::is_scalar_or_empty;
use super::geometry::Geometry;
use super::plan::Plan;
use super::splice::Splices;
use super::style::Seen;
use crate::error::Result;
use crate::syntax::document::{Document, Node};
use crate::syntax::scalar::Resolved;
use crate::syntax::value::{Scalar, ScalarStyle, Value};
use crate::syntax::write::FlowStyle;
use std::cell::OnceCell;
use std::collections::HashMap;

pub(super) struct Render<'d> {
    pub(super) at: Geometry<'d>,
    pub(super) splices: Splices,
    /// Where lines were put that belong behind the line that begins there: further ones go behind them.
    pub(super) moved: HashMap<usize, usize>,
    /// Whether a text in lines at the end of the document was seen to.
    pub(super) is_end_kept: bool,
    /// How the document is indented, once somebody asked.
    pub(super) seen: OnceCell<Seen>,
}

/// Where a value stands, or is to stand.
pub(super) struct Place<'s> {
    /// Behind the indicator that leads to it.
    pub(super) after: usize,
    pub(super) under: Under<'s>,
}

/// What leads to a value.
pub(super) enum Under<'s> {
    Root,
    /// A key at that column.
    Key {
        column: usize,
    },
    /// A dash at that column.
    Dash {
        column: usize,
    },
    /// Nothing: it stands in brackets, whose elements' lines have that indentation.
    Flow {
        style: &'s FlowStyle,
        indent: &'s str,
    },
}

impl Under<'_> {
    pub(super) fn column(&self) -> usize {
        match self {
            Under::Key { column } | Under::Dash { column } => *column,
            Under::Root | Under::Flow { .. } => 0,
        }
    }
}

impl<'d> Render<'d> {
    /// The splices that make `plan` of the document.
    pub(super) fn splices(document: &'d Document, plan: &Plan) -> Result<Splices> {
        let mut render = Render {
            at: Geometry::new(document),
            splices: Splices::default(),
            moved: HashMap::new(),
            is_end_kept: false,
            seen: OnceCell::new(),
        };
        render.root(plan)?;
        Ok(render.splices)
    }

    fn root(&mut self, plan: &Plan) -> Result<()> {
        let text = self.at.text;
        let document = self.at.document;
        let under = Under::Root;
        let Some(root) = document.root() else {
            let value = plan.to_value(document)?;
            let lines = self.block_text(&value, None, &under, 0, self.layout(None))?;
            self.splices.insert_lines(text.len(), format!("{}\n", lines.trim_start_matches('\n')));
            return Ok(());
        };
        let start = root.span().start as usize;
        if matches!(plan, Plan::Map(_) | Plan::List(_)) && plan_node(plan) == Some(root.index()) {
            return self.value(plan, root, &Place { after: start, under });
        }
        let value = plan.to_value(document)?;
        if root.is_flow() {
            return self.value(plan, root, &Place { after: start, under });
        }
        let column = if text.indentation(start).is_some() { text.column(start) } else { 0 };
        let written = self.block_text(&value, None, &under, column, self.layout(None))?;
        let lines = written.strip_prefix('\n').unwrap_or(&written).trim_start_matches(' ');
        if self.at.is_empty(root) {
            // The document's mark stands before it, and the next one's mark or the end behind it.
            self.splices.insert_lines(start, format!("{lines}\n"));
            return Ok(());
        }
        let end = match self.at.is_block_collection(root) || self.at.is_block_scalar(root) {
            true => text.before_break(self.at.bottom_of(root, self.at.end(root), 0)),
            false => self.at.end(root),
        };
        let alone = text.indentation(start).is_some();
        match (alone && !text_follows(self, end), written.starts_with('\n')) {
            (true, true) | (_, false) => self.splices.replace(start, end, lines),
            (false, true) => {
                self.splices.remove(text.before_blanks(start), end);
                self.splices.insert(text.line_end(end), written);
            }
        }
        Ok(())
    }

    /// Makes `plan` of the node that stands there.
    pub(super) fn value(&mut self, plan: &Plan, node: Node<'d>, place: &Place<'_>) -> Result<()> {
        let there = Some(node.index());
        match plan {
            Plan::Kept(_) => return Ok(()),
            Plan::Map(map) if map.node == there && !node.is_flow() => return self.block_map(map, node, place),
            Plan::List(list) if list.node == there && !node.is_flow() => return self.block_list(list, node, place),
            Plan::Map(_) | Plan::List(_) if plan_node(plan) == there => {
                let is_done = self.flow(plan, node, place)?;
                if is_done {
                    return Ok(());
                }
            }
            _ => {}
        }
        let anchor = match plan {
            Plan::Copy { anchor, .. } => anchor.as_deref(),
            _ => None,
        };
        let value = self.styled(plan.to_value(self.at.document)?, node);
        match &place.under {
            Under::Flow { style, indent } => self.replace_in_flow(&value, anchor, node, place.after, (style, indent)),
            // What stood in brackets stays in brackets.
            _ if self.at.has_brackets(node) && !is_scalar_or_empty(&value) && node.children().next().is_some() => {
                let style = self.at.flow_style(node, &self.at.parts(node, 0), &self.flow_style());
                let indent = match style.unit {
                    Some(_) => self.at.line_indentation(self.at.content_start(node)),
                    None => "",
                };
                self.replace_in_flow(&value, anchor, node, place.after, (&style, indent))
            }
            _ => self.replace_in_block(&value, anchor, node, place),
        }
    }

    /// A string that replaces one in quotes is in quotes too.
    fn styled(&self, value: Value, node: Node<'_>) -> Value {
        match value {
            Value::Scalar(scalar) => Value::Scalar(self.like(&scalar, node)),
            value => value,
        }
    }

    /// `scalar` in the quotes of `node`, if it is a string and has some.
    pub(super) fn like(&self, scalar: &Scalar, node: Node<'_>) -> Scalar {
        let quotes = [ScalarStyle::SingleQuoted, ScalarStyle::DoubleQuoted];
        let is_string = matches!(scalar.resolve(), Resolved::Str(_)) && scalar.tag().is_none();
        match node.style() {
            Some(style) if is_string && quotes.contains(&style) && !scalar.text().contains('\n') => {
                scalar.in_style(style)
            }
            _ => scalar.in_style(scalar.style()),
        }
    }

    /// How a collection in brackets is written where nothing shows it.
    pub(super) fn flow_style(&self) -> FlowStyle {
        let is_root = self.at.document.root().is_some_and(|root| root.is_flow());
        FlowStyle {
            json: is_root,
            colon: ": ".into(),
            gap: " ".into(),
            pad: String::new(),
            unit: is_root.then(|| "  ".into()),
        }
    }
}

fn text_follows(render: &Render<'_>, at: usize) -> bool {
    let text = render.at.text;
    text.over_blanks(at) < text.line_end(at)
}

/// The node whose parts a plan changes.
pub(super) fn plan_node(plan: &Plan) -> Option<u32> {
    match plan {
        Plan::Map(map) => map.node,
        Plan::List(list) => list.node,
        _ => None,
    }
}
