//! The text of one file and the tree of its nodes.

use super::encoding::Encoding;
use super::lines::{Mark, marks, position_after};
use super::scalar::{Resolved, ScalarStyle};
use super::tag::resolve_tagged;
use super::text::{Piece, Slice, Text};
use super::tree::{NodeData, Shape, Tree};
use crate::error::{Error, Position};
use std::fmt;
use std::sync::{Arc, OnceLock};

/// What a document may cost. Beyond a limit reading fails with [`ErrorKind::Limit`](crate::ErrorKind::Limit) and the figure.
///
/// ```
/// use kubeconfig::syntax::{Document, Limits};
/// let mut limits = Limits::default();
/// limits.input = 10;
/// let error = Document::parse_with("current-context: prod", &limits).unwrap_err();
/// assert!(error.is_limit());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of input; 1 GiB. Values above [`Limits::MAX_INPUT`] count as that: spans are `u32`.
    pub input: u64,
    /// Levels of nesting, flow and block each; 10,000, as in kubectl.
    pub depth: u32,
    /// Values and keys, 8,000,000: a kubeconfig of 100,000 contexts has some 3,000,000. Each takes more memory than the few
    /// bytes it may be written with, so a text with more than 100,000 of them must also have at least five bytes for each.
    pub nodes: u32,
    /// Nodes made by aliases; 4,000,000. kubectl's rule on their share (99 % of small documents, 10 % of large ones) holds beside it.
    pub aliased_nodes: u32,
    /// Bytes of text in nodes made by aliases, which are copied with each use; 64 MiB.
    pub aliased_bytes: u64,
    /// Levels of nesting of a typed value, a [`Value`](super::Value) among them; 128. Unlike the tree these are read by
    /// recursion, and so many levels fit the stack of a thread with 2 MiB, also in a debug build. Raise it only with a
    /// larger stack: a stack that overflows ends the process.
    pub value_depth: u32,
    /// Whether a key in brackets may be of any length and several lines, as in JSON.
    pub(crate) keys_of_json: bool,
}

impl Limits {
    /// The largest input there can be: 2 GiB.
    pub const MAX_INPUT: u64 = 1 << 31;
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            input: 1 << 30,
            depth: 10_000,
            nodes: 8_000_000,
            aliased_nodes: 4_000_000,
            aliased_bytes: 64 << 20,
            value_depth: 128,
            keys_of_json: false,
        }
    }
}

/// A range of bytes of a document's UTF-8 text ([`Document::text`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte behind the last.
    pub end: u32,
}

/// The text of one file and the tree of its nodes, as kubectl's YAML 1.1 reader sees it. JSON is read by the same rules.
///
/// Of several documents in the text the first is read; what follows is not parsed, but kept. The text is wiped when the
/// document and all that was read from it are gone; `Debug` shows kinds and spans, never text. Cloning copies the tree, not the text.
///
/// ```
/// use kubeconfig::syntax::Document;
/// let document = Document::parse("clusters:\n- name: prod  # ours\n").unwrap();
/// let name = document.root().unwrap().get("clusters").unwrap().items().next().unwrap().get("name").unwrap();
/// assert_eq!(name.as_str(), Some("prod"));
/// assert_eq!(document.position(name.span().start).to_string(), "2:9");
/// ```
pub struct Document {
    text: Arc<Text>,
    tree: Arc<Tree>,
    encoding: Encoding,
    limits: Limits,
    marks: OnceLock<Vec<Mark>>,
}

impl Document {
    pub(super) fn of(text: Text, tree: Tree, encoding: Encoding, limits: Limits) -> Self {
        Document { text: Arc::new(text), tree: Arc::new(tree), encoding, limits, marks: OnceLock::new() }
    }

    /// The text as UTF-8, without a byte order mark. Spans are ranges of it.
    pub fn text(&self) -> &str {
        &self.text.source
    }

    /// How the bytes it was read from are encoded.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The bytes it was read from: encoding, byte order mark and line ends as they were. They are the caller's to wipe.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.encoding.encode(&self.text.source)
    }

    /// The top node; none where the text is empty, blank or only comments.
    pub fn root(&self) -> Option<Node<'_>> {
        (!self.tree.nodes.is_empty()).then_some(Node { document: self, index: 0 })
    }

    /// What stands behind the document and is not read: the marker it begins with, or its first line where none parts it from
    /// the document.
    pub(crate) fn following(&self) -> Option<Span> {
        let text = self.text();
        let start = self.root().map_or(0, |root| root.span().end) as usize;
        // A document of nothing ends where the next begins, and its own beginning is no end.
        let mut is_begun = start > 0;
        let mut marker = None;
        let mut at = start;
        for line in text.get(start..).unwrap_or_default().split_inclusive('\n') {
            let line_start = at;
            at += line.len();
            let is_first = line_start == start && is_begun;
            let content = line.trim();
            let is_marker =
                !is_first && (content.starts_with("---") || content.starts_with("...")) && line.starts_with(['-', '.']);
            let behind = if is_marker { content[3..].trim() } else { content };
            if is_marker {
                if is_begun || marker.is_some() {
                    marker.get_or_insert((line_start, content.len()));
                }
                is_begun = true;
            }
            let is_nothing = behind.is_empty() || behind.starts_with('#') || (!is_marker && line.starts_with('%'));
            if !is_nothing && is_begun {
                let line = (line_start + line.len() - line.trim_start().len(), content.len());
                let (start, length) = marker.unwrap_or(line);
                let clamp = |at| u32::try_from(at).unwrap_or(u32::MAX);
                return Some(Span { start: clamp(start), end: clamp(start + length) });
            }
        }
        None
    }

    /// Line and column of the byte `offset` of the text.
    ///
    /// A line ends as YAML 1.1 has it: LF, CR, CR LF, NEL, and the Unicode separators of lines and paragraphs. The first call
    /// counts the lines of the text, the others look them up.
    pub fn position(&self, offset: u32) -> Position {
        let marks = self.marks.get_or_init(|| marks(&self.text.source));
        position_after(marks, &self.text.source, offset)
    }

    /// The offset of a place; the end of its line, where that has fewer characters.
    #[cfg(feature = "check")]
    pub(crate) fn offset(&self, position: Position) -> u32 {
        let marks = self.marks.get_or_init(|| marks(&self.text.source));
        let index = marks.partition_point(|mark| mark.position <= position).saturating_sub(1);
        let Some(mark) = marks.get(index) else { return 0 };
        let rest = self.text.source.get(mark.offset as usize..).unwrap_or_default();
        let behind = rest.char_indices().nth((position.column - mark.position.column.min(position.column)) as usize);
        let limit = marks.get(index + 1).map_or(self.text.source.len() as u32, |next| next.offset);
        (mark.offset + behind.map_or(rest.len(), |(at, _)| at) as u32).min(limit)
    }

    /// All nodes, each before its children.
    pub fn nodes(&self) -> impl Iterator<Item = Node<'_>> {
        (0..self.tree.nodes.len() as u32).map(|index| Node { document: self, index })
    }

    /// The last node that begins at `offset` or before it: nodes stand in the order of the text.
    #[cfg(feature = "check")]
    pub(crate) fn last_node_before(&self, offset: u32) -> Option<Node<'_>> {
        let behind = self.tree.nodes.partition_point(|node| node.start <= offset);
        let index = u32::try_from(behind.checked_sub(1)?).ok()?;
        Some(Node { document: self, index })
    }

    /// `node` and all that follow it in the text.
    #[cfg(feature = "check")]
    pub(crate) fn nodes_from<'d>(&'d self, node: Node<'d>) -> impl Iterator<Item = Node<'d>> {
        (node.index..self.tree.nodes.len() as u32).map(|index| Node { document: self, index })
    }

    pub(super) fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The node at that place of the tree.
    pub(super) fn node(&self, index: u32) -> Node<'_> {
        Node { document: self, index }
    }

    /// What it was read with.
    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    pub(super) fn value_depth(&self) -> u32 {
        self.limits.value_depth
    }

    pub(crate) fn locate(&self, error: Error) -> Error {
        error.locate(|offset| self.position(offset as u32))
    }
}

impl Clone for Document {
    fn clone(&self) -> Self {
        Document {
            text: Arc::clone(&self.text),
            tree: Arc::clone(&self.tree),
            encoding: self.encoding,
            limits: self.limits.clone(),
            marks: OnceLock::new(),
        }
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document")
            .field("encoding", &self.encoding)
            .field("bytes", &self.text.source.len())
            .field("nodes", &self.tree.nodes.len())
            .field("root", &self.root())
            .finish()
    }
}

/// What a [`Node`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NodeKind {
    /// Null, a boolean, a number or a string.
    Scalar,
    /// A list.
    Sequence,
    /// A map.
    Mapping,
    /// `*name`: stands for the node with the anchor `&name`.
    Alias,
}

/// A node of a [`Document`].
#[derive(Clone, Copy)]
pub struct Node<'d> {
    document: &'d Document,
    index: u32,
}

impl<'d> Node<'d> {
    /// The document it belongs to.
    pub fn document(&self) -> &'d Document {
        self.document
    }

    /// What it is.
    pub fn kind(&self) -> NodeKind {
        match self.data().shape {
            Shape::Scalar { .. } => NodeKind::Scalar,
            Shape::Sequence { .. } => NodeKind::Sequence,
            Shape::Mapping { .. } => NodeKind::Mapping,
            Shape::Alias(_) => NodeKind::Alias,
        }
    }

    /// Where it stands in the text: from its anchor or tag, if it has one, to its end. A block ends with its last child.
    pub fn span(&self) -> Span {
        let data = self.data();
        Span { start: data.start, end: data.end.max(data.start) }
    }

    /// Line and column of its start.
    pub fn position(&self) -> Position {
        self.document.position(self.span().start)
    }

    /// The node an alias stands for; any other node itself.
    pub fn resolve(self) -> Node<'d> {
        match self.data().shape {
            Shape::Alias(target) => Node { index: target, ..self },
            _ => self,
        }
    }

    /// How a scalar is written; none for other nodes.
    pub fn style(&self) -> Option<ScalarStyle> {
        match self.data().shape {
            Shape::Scalar { style, .. } => Some(style),
            _ => None,
        }
    }

    /// Whether it is a list or map in brackets.
    pub fn is_flow(&self) -> bool {
        matches!(self.data().shape, Shape::Sequence { flow: true } | Shape::Mapping { flow: true })
    }

    /// Its anchor, without the `&`.
    pub fn anchor(&self) -> Option<&'d str> {
        self.document.tree.anchor(self.index).map(|name| self.document.text.get(name))
    }

    /// Its tag: `str` for `!!str`, others whole.
    pub fn tag(&self) -> Option<&'d str> {
        self.document.tree.tag(self.index)
    }

    /// The text of a scalar, without quotes, escapes resolved, lines folded; aliases are followed. None for other nodes.
    pub fn text(&self) -> Option<&'d str> {
        match self.resolve().data().shape {
            Shape::Scalar { text, .. } => Some(self.document.text.get(text)),
            _ => None,
        }
    }

    /// The text, if it is a string to kubectl (and not a number, a boolean or null).
    pub fn as_str(&self) -> Option<&'d str> {
        match self.resolved()? {
            Resolved::Str(text) => Some(text),
            _ => None,
        }
    }

    /// What a scalar means to kubectl; aliases are followed. None for lists and maps, and for a scalar whose tag is not
    /// true (`!!int x`).
    pub fn resolved(&self) -> Option<Resolved<'d>> {
        let node = self.resolve();
        match node.data().shape {
            Shape::Scalar { text, style } => resolve_tagged(self.document.text.get(text), style, node.tag()),
            _ => None,
        }
    }

    /// The items of a list, aliases followed; nothing for other nodes.
    pub fn items(&self) -> impl Iterator<Item = Node<'d>> + use<'d> {
        let node = self.resolve();
        let is_sequence = node.is_sequence();
        node.children().filter(move |_| is_sequence).map(Node::resolve)
    }

    /// Keys and values of a map as they are written, a `<<` among them; nothing for other nodes.
    pub(crate) fn written_pairs(self) -> impl Iterator<Item = (Node<'d>, Node<'d>)> {
        let is_mapping = self.is_mapping();
        self.children_as_pairs().filter(move |_| is_mapping)
    }

    /// Its place in the tree: each node comes before its children.
    pub(crate) fn index(&self) -> u32 {
        self.index
    }

    pub(super) fn data(&self) -> NodeData {
        const NOTHING: NodeData = NodeData {
            shape: Shape::Scalar { text: Piece { decoded: false, start: 0, end: 0 }, style: ScalarStyle::Plain },
            start: 0,
            end: 0,
            next: 0,
        };
        self.document.tree.nodes.get(self.index as usize).copied().unwrap_or(NOTHING)
    }

    pub(super) fn is_scalar(&self) -> bool {
        self.kind() == NodeKind::Scalar
    }

    pub(super) fn is_sequence(&self) -> bool {
        self.kind() == NodeKind::Sequence
    }

    pub(super) fn is_mapping(&self) -> bool {
        self.kind() == NodeKind::Mapping
    }

    pub(super) fn is_alias(&self) -> bool {
        self.kind() == NodeKind::Alias
    }

    pub(super) fn children(self) -> Children<'d> {
        Children { document: self.document, next: self.index + 1, end: self.data().next }
    }

    pub(super) fn children_as_pairs(self) -> Pairs<'d> {
        Pairs(self.children())
    }

    /// The text of a scalar as a slice that shares the document's text.
    pub(super) fn slice(&self) -> Option<Slice> {
        match self.resolve().data().shape {
            Shape::Scalar { text, .. } => Some(Slice::new(Arc::clone(&self.document.text), text)),
            _ => None,
        }
    }
}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let span = self.span();
        write!(f, "{:?} at {}..{}", self.kind(), span.start, span.end)
    }
}

/// The nodes directly below another, in the order of the text.
#[derive(Clone)]
pub(super) struct Children<'d> {
    document: &'d Document,
    next: u32,
    end: u32,
}

impl<'d> Iterator for Children<'d> {
    type Item = Node<'d>;

    fn next(&mut self) -> Option<Node<'d>> {
        if self.next >= self.end {
            return None;
        }
        let node = Node { document: self.document, index: self.next };
        self.next = node.data().next;
        Some(node)
    }
}

/// The children of a map by twos.
pub(super) struct Pairs<'d>(Children<'d>);

impl<'d> Iterator for Pairs<'d> {
    type Item = (Node<'d>, Node<'d>);

    fn next(&mut self) -> Option<Self::Item> {
        Some((self.0.next()?, self.0.next()?))
    }
}
