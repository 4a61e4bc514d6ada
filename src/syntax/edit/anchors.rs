//! Anchors whose node changes or goes: their aliases shall mean what they meant.

use super::plan::Plan;
use crate::syntax::document::{Document, Node, NodeKind};
use crate::syntax::tree::Shape;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// Gives the first alias that stays of each anchor that does not stay as it is a copy of what it stood for, and the anchor.
pub(super) fn keep_aliases(document: &Document, plan: &mut Plan) {
    if !document.tree().has_aliases {
        return;
    }
    let mut intact = Vec::new();
    collect_intact(document, plan, document.root(), &mut intact);
    let is_intact = |index: u32| {
        let at = intact.partition_point(|range: &Range<u32>| range.end <= index);
        intact.get(at).is_some_and(|range| range.contains(&index))
    };
    let mappings = document.nodes().filter(Node::is_mapping);
    let keys: HashSet<u32> = mappings.flat_map(Node::children_as_pairs).map(|(key, _)| key.index()).collect();
    let mut carriers: HashMap<u32, u32> = HashMap::new();
    for node in document.nodes() {
        let Shape::Alias(target) = node.data().shape else { continue };
        if !is_intact(node.index()) || is_intact(target) {
            continue;
        }
        if keys.contains(&node.index()) {
            // A key is short: each gets its text.
            replace(document, plan, node.index(), Plan::nothing());
        } else {
            carriers.entry(target).or_insert(node.index());
        }
    }
    // In the order of the text, so that the same input gives the same output.
    let mut carriers: Vec<(u32, u32)> = carriers.into_iter().collect();
    carriers.sort_unstable();
    for (target, alias) in carriers {
        let anchor = document.node(target).anchor().map(Into::into);
        replace(document, plan, alias, Plan::Copy { node: target, anchor });
    }
}

/// The nodes that stay as they stand, in the order of the tree. Returns whether all of `node` does.
fn collect_intact(document: &Document, plan: &Plan, node: Option<Node<'_>>, intact: &mut Vec<Range<u32>>) {
    let Some(node) = node else { return };
    let whole = |node: Node<'_>| node.index()..node.data().next;
    if !plan.changes() {
        intact.push(whole(node));
        return;
    }
    match plan {
        Plan::Map(map) if map.node == Some(node.index()) => {
            for entry in map.entries.iter().filter(|entry| !entry.is_removed) {
                let Some((key, value)) = entry.origin else { continue };
                if !entry.is_renamed {
                    intact.push(whole(document.node(key)));
                }
                collect_intact(document, &entry.value, Some(document.node(value)), intact);
            }
        }
        Plan::List(list) if list.node == Some(node.index()) => {
            for item in list.items.iter().filter(|item| !item.is_removed) {
                collect_intact(document, &item.value, item.origin.map(|item| document.node(item)), intact);
            }
        }
        _ => {}
    }
}

/// Puts `new` where the node `index`, which stays as it is, stands; where that is a key, its text.
fn replace(document: &Document, plan: &mut Plan, index: u32, new: Plan) {
    let mut plan = plan;
    loop {
        let holds = |node: u32| (node..document.node(node).data().next).contains(&index);
        let next = match plan {
            Plan::Kept(node) if *node == index => {
                *plan = new;
                return;
            }
            Plan::Kept(_) | Plan::Map(_) | Plan::List(_) => {
                let node = match plan {
                    Plan::Kept(node) => document.node(*node).kind(),
                    Plan::Map(_) => NodeKind::Mapping,
                    _ => NodeKind::Sequence,
                };
                if node == NodeKind::Mapping {
                    let Some(map) = plan.open_map(document) else { return };
                    let entry = map
                        .entries
                        .iter_mut()
                        .find(|entry| entry.origin.is_some_and(|(key, value)| holds(key) || holds(value)));
                    entry.and_then(|entry| match entry.origin {
                        Some((key, _)) if key == index => {
                            entry.is_renamed = true;
                            None
                        }
                        _ => Some(&mut entry.value),
                    })
                } else {
                    let Some(list) = plan.open_list(document) else { return };
                    let item = list.items.iter_mut().find(|item| item.origin.is_some_and(&holds));
                    item.map(|item| &mut item.value)
                }
            }
            Plan::Copy { .. } | Plan::New(_) => return,
        };
        match next {
            Some(next) => plan = next,
            None => return,
        }
    }
}
