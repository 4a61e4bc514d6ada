//! From the path of a field to its place in the text.

use crate::finding::Finding;
use crate::syntax::Node;
use std::collections::HashMap;

/// Finds fields of a document. What it has found it remembers, so that many findings take no longer than one look each.
pub(crate) struct Locator<'d> {
    root: Node<'d>,
    nodes: HashMap<String, Node<'d>>,
    items: HashMap<String, Vec<Node<'d>>>,
}

impl<'d> Locator<'d> {
    pub(crate) fn new(root: Node<'d>) -> Self {
        Locator { root, nodes: HashMap::new(), items: HashMap::new() }
    }

    /// Gives a finding the place of its field, or of the deepest part of the path that is there.
    pub(super) fn locate(&mut self, finding: &mut Finding) {
        let (None, Some(field)) = (finding.position, &finding.field) else { return };
        place(finding, self.find(&field.clone()));
    }

    pub(crate) fn find(&mut self, path: &str) -> Node<'d> {
        let mut found = self.root;
        let mut start = 0;
        // Each end of a step: at a dot, before a bracket, at the end.
        for (end, _) in path.match_indices(['.', '[']).chain([(path.len(), "")]) {
            let prefix = path.get(..end).unwrap_or_default();
            let step = path.get(start..end).unwrap_or_default();
            start = end + 1;
            if step.is_empty() {
                continue;
            }
            let next = match step.strip_suffix(']').and_then(|index| index.parse::<usize>().ok()) {
                Some(index) => self.item(prefix, found, index),
                None => self.key(prefix, found, step),
            };
            match next {
                Some(node) => found = node,
                None => break,
            }
        }
        found
    }

    fn key(&mut self, prefix: &str, node: Node<'d>, key: &str) -> Option<Node<'d>> {
        if let Some(found) = self.nodes.get(prefix) {
            return Some(*found);
        }
        let found = node.get(key)?;
        self.nodes.insert(prefix.to_owned(), found);
        Some(found)
    }

    fn item(&mut self, prefix: &str, node: Node<'d>, index: usize) -> Option<Node<'d>> {
        let list = prefix.rsplit_once('[').map_or(prefix, |(list, _)| list);
        if !self.items.contains_key(list) {
            self.items.insert(list.to_owned(), node.items().collect());
        }
        self.items.get(list)?.get(index).copied()
    }
}

/// Gives a finding the place of a node.
pub(super) fn place(finding: &mut Finding, node: Node<'_>) {
    let (span, document) = (node.span(), node.document());
    finding.position = Some(document.position(span.start));
    finding.end = Some(document.position(span.end));
}
