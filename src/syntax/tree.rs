//! The nodes of a document in one list, parents before children: built and dropped without recursion.

use super::scalar::ScalarStyle;
use super::scanner::error_at;
use super::text::Piece;
use crate::error::{Error, ErrorKind, Result};
use std::collections::HashMap;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Scalar {
        text: Piece,
        style: ScalarStyle,
    },
    Sequence {
        flow: bool,
    },
    Mapping {
        flow: bool,
    },
    /// An alias; `u32` is the node it stands for.
    Alias(u32),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct NodeData {
    pub(super) shape: Shape,
    pub(super) start: u32,
    pub(super) end: u32,
    /// The node behind the last one of this subtree: the next sibling, if there is one.
    pub(super) next: u32,
}

/// `next` of a collection whose end has not been seen; 0 is nobody's next.
const OPEN: u32 = 0;

#[derive(Default)]
pub(super) struct Tree {
    pub(super) nodes: Vec<NodeData>,
    /// Tags and anchors by node, in the order of nodes: few documents have any.
    pub(super) tags: Vec<(u32, Box<str>)>,
    pub(super) anchors: Vec<(u32, Piece)>,
    pub(super) has_aliases: bool,
}

impl Tree {
    pub(super) fn tag(&self, node: u32) -> Option<&str> {
        let index = self.tags.binary_search_by_key(&node, |(n, _)| *n).ok()?;
        self.tags.get(index).map(|(_, tag)| &**tag)
    }

    pub(super) fn anchor(&self, node: u32) -> Option<Piece> {
        let index = self.anchors.binary_search_by_key(&node, |(n, _)| *n).ok()?;
        self.anchors.get(index).map(|(_, name)| *name)
    }
}

/// Tag and anchor of a node about to be added.
#[derive(Default)]
pub(super) struct Properties {
    pub(super) start: Option<u32>,
    pub(super) end: u32,
    pub(super) tag: Option<Box<str>>,
    pub(super) anchor: Option<(Piece, Box<str>)>,
}

pub(super) struct Builder {
    pub(super) tree: Tree,
    open: Vec<u32>,
    names: HashMap<Box<str>, u32>,
    /// As many nodes there may be, by the caller's limit and by the length of the text.
    most: [u32; 2],
}

/// So many nodes a text may have, however short they are written.
const FEW: u32 = 100_000;
/// So many bytes a node of a longer text is written with on average. Real files have ten and more; the shortest contexts,
/// in brackets and with names of six letters, 6.4.
const BYTES_PER_NODE: u32 = 5;

impl Builder {
    pub(super) fn new(text: usize, most: u32) -> Self {
        // A guess that spares most of the growing: kubeconfigs have a node for some 15 bytes, or far fewer.
        let nodes = Vec::with_capacity(text / 24);
        let by_length = u32::try_from(text).unwrap_or(u32::MAX) / BYTES_PER_NODE;
        let most = [most, by_length.max(FEW)];
        Builder { tree: Tree { nodes, ..Tree::default() }, open: Vec::new(), names: HashMap::new(), most }
    }

    /// Makes room for another node: by half of what there is, and not for more than there may be.
    #[cold]
    fn grow(&mut self, at: u32) -> Result<()> {
        let nodes = &mut self.tree.nodes;
        let [limit, by_length] = self.most.map(|most| most as usize);
        let most = limit.min(by_length);
        if nodes.len() < most {
            nodes.reserve_exact((nodes.len() / 2).max(64).min(most - nodes.len()));
            return Ok(());
        }
        let message = match limit <= by_length {
            true => format!("more than {limit} values and keys"),
            false => format!("more than {most} values and keys, which are too many for so short a text"),
        };
        Err(Error::new(ErrorKind::Limit, message).at_offset(at as usize))
    }

    fn add(&mut self, shape: Shape, start: u32, end: u32, properties: Properties) -> Result<u32> {
        let start = properties.start.unwrap_or(start);
        let node = self.tree.nodes.len();
        if node == self.tree.nodes.capacity() || node == self.most[0] as usize {
            self.grow(start)?;
        }
        let node = node as u32;
        self.tree.nodes.push(NodeData { shape, start, end, next: node + 1 });
        if let Some(tag) = properties.tag {
            self.tree.tags.push((node, tag));
        }
        if let Some((piece, name)) = properties.anchor {
            self.tree.anchors.push((node, piece));
            self.names.insert(name, node);
        }
        Ok(node)
    }

    pub(super) fn scalar(
        &mut self,
        text: Piece,
        style: ScalarStyle,
        start: u32,
        end: u32,
        properties: Properties,
    ) -> Result<()> {
        self.add(Shape::Scalar { text, style }, start, end, properties)?;
        Ok(())
    }

    pub(super) fn alias(&mut self, name: &str, start: u32, end: u32) -> Result<()> {
        let at = start as usize;
        let Some(&target) = self.names.get(name) else {
            return Err(error_at(at, "an alias to an anchor that was not defined before it")
                .with_help("put a value that begins with '*' in quotes"));
        };
        // A node that is still open holds the alias: what it stands for would have no end.
        if self.tree.nodes.get(target as usize).is_some_and(|node| node.next == OPEN) {
            return Err(error_at(at, "an alias inside the very value it stands for"));
        }
        self.tree.has_aliases = true;
        self.add(Shape::Alias(target), start, end, Properties::default())?;
        Ok(())
    }

    pub(super) fn open(&mut self, shape: Shape, start: u32, properties: Properties) -> Result<()> {
        let node = self.add(shape, start, start, properties)?;
        if let Some(data) = self.tree.nodes.get_mut(node as usize) {
            data.next = OPEN;
        }
        self.open.push(node);
        Ok(())
    }

    /// Closes the innermost collection; `end` is where its bracket ends, none for a block, which ends with its last child.
    pub(super) fn close(&mut self, end: Option<u32>) {
        let Some(node) = self.open.pop() else { return };
        let next = self.tree.nodes.len() as u32;
        let end = end.unwrap_or_else(|| self.last_child_end(node));
        if let Some(data) = self.tree.nodes.get_mut(node as usize) {
            data.next = next;
            data.end = end.max(data.end);
        }
    }

    /// The furthest end within the subtree just built: its last node's or that of a flow collection around it.
    fn last_child_end(&self, node: u32) -> u32 {
        let mut end = 0;
        let mut child = node + 1;
        while let Some(data) = self.tree.nodes.get(child as usize) {
            end = data.end;
            child = data.next;
        }
        end
    }
}
