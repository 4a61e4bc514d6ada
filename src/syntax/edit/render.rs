//! From a plan to splices.

use super::geometry::Geometry;
use super::plan::Plan;
use super::splice::Splices;
use super::style::Seen;
use crate::error::Result;
use crate::syntax::document::{Document, Node};
use crate::syntax::value::Value;
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
        let document = self.at.document;
        match document.root() {
            Some(root) if root.is_flow() || plan_node(plan) == Some(root.index()) => {
                let place = Place { after: root.span().start as usize, under: Under::Root };
                self.value(plan, root, &place)
            }
            root => self.replace_root(&plan.to_value(document)?, root),
        }
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

/// The node whose parts a plan changes.
pub(super) fn plan_node(plan: &Plan) -> Option<u32> {
    match plan {
        Plan::Map(map) => map.node,
        Plan::List(list) => list.node,
        _ => None,
    }
}

pub(super) fn is_scalar_or_empty(value: &Value) -> bool {
    match value {
        Value::Scalar(_) => true,
        Value::Sequence(items) => items.is_empty(),
        Value::Mapping(map) => map.is_empty(),
    }
}
