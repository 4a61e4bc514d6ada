//! Anchors whose node changes or goes: their aliases shall mean what they meant.

use super::plan::Plan;
use super::walk::too_deep;
use crate::error::Result;
use crate::syntax::document::{Document, Node};
use crate::syntax::tree::Shape;
use std::collections::HashSet;
use std::ops::Range;

/// Gives the first alias that stays of each anchor that does not stay as it is a copy of what it stood for, and the anchor.
pub(super) fn keep_aliases(document: &Document, plan: &mut Plan) -> Result<()> {
    if !document.tree().has_aliases {
        return Ok(());
    }
    let mut intact = Vec::new();
    collect_intact(document, plan, document.root(), &mut intact);
    let is_intact = |index: u32| {
        let at = intact.partition_point(|range: &Range<u32>| range.end <= index);
        intact.get(at).is_some_and(|range| range.contains(&index))
    };
    let mappings = document.nodes().filter(Node::is_mapping);
    let keys: HashSet<u32> = mappings.flat_map(Node::children_as_pairs).map(|(key, _)| key.index()).collect();
    // The aliases that get a copy, and of which node.
    let mut copies = Vec::new();
    let mut carried: HashSet<u32> = HashSet::new();
    for node in document.nodes() {
        let Shape::Alias(target) = node.data().shape else { continue };
        // A key is short: each gets its text, and none the anchor.
        let is_key = keys.contains(&node.index());
        if is_intact(node.index()) && !is_intact(target) && (is_key || carried.insert(target)) {
            copies.push((node.index(), target));
        }
    }
    put_copies(document, plan, &copies, document.value_depth())
}

/// The nodes that stay as they stand, in the order of the tree.
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

/// Puts copies where the aliases stand, all of which stay as they are and lie below `plan`, in their order.
fn put_copies(document: &Document, plan: &mut Plan, copies: &[(u32, u32)], levels: u32) -> Result<()> {
    let Some(&(alias, target)) = copies.first() else { return Ok(()) };
    let alias_at = |index: u32| document.node(index).span().start as usize;
    let levels = levels.checked_sub(1).ok_or_else(|| document.locate(too_deep(document).at_offset(alias_at(alias))))?;
    // Those within a node.
    let within = |node: u32| {
        let end = document.node(node).data().next;
        let from = copies.partition_point(|(alias, _)| *alias < node);
        let to = copies.partition_point(|(alias, _)| *alias < end);
        copies.get(from..to).unwrap_or_default()
    };
    if matches!(plan, Plan::Kept(node) if *node == alias) {
        *plan = Plan::Copy { node: target, anchor: document.node(target).anchor().map(Into::into) };
        return Ok(());
    }
    if let Some(map) = plan.open_map(document) {
        for entry in &mut map.entries {
            let Some((key, value)) = entry.origin else { continue };
            entry.is_renamed |= !within(key).is_empty();
            put_copies(document, &mut entry.value, within(value), levels)?;
        }
    } else if let Some(list) = plan.open_list(document) {
        for item in &mut list.items {
            if let Some(origin) = item.origin {
                put_copies(document, &mut item.value, within(origin), levels)?;
            }
        }
    }
    Ok(())
}
