//! Where nodes, and the pairs and items they are in, begin and end in the text.

use super::text::Text;
use crate::syntax::document::{Document, Node};
use crate::syntax::scalar::ScalarStyle;

#[derive(Clone, Copy)]
pub(super) struct Geometry<'d> {
    pub(super) document: &'d Document,
    pub(super) text: Text<'d>,
}

/// A pair of a map or an item of a list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    /// Where the one before it ends, or the indicator that leads to the collection.
    pub(super) floor: usize,
    /// Its first character: of the key, of `?` or of `-`.
    pub(super) start: usize,
    pub(super) key: Option<u32>,
    pub(super) value: u32,
    /// Behind the `:` or `-` that leads to its value; none where there is none.
    pub(super) after: Option<usize>,
    pub(super) end: usize,
}

impl<'d> Geometry<'d> {
    pub(super) fn new(document: &'d Document) -> Self {
        Geometry { document, text: Text::new(document.text()) }
    }

    pub(super) fn node(&self, index: u32) -> Node<'d> {
        self.document.node(index)
    }

    fn start(&self, node: Node<'_>) -> usize {
        node.span().start as usize
    }

    /// Whether nothing at all is written.
    pub(super) fn is_empty(&self, node: Node<'_>) -> bool {
        let span = node.span();
        node.is_scalar() && span.start == span.end
    }

    /// Behind anchor and tag; none where the node has neither.
    pub(super) fn properties_end(&self, node: Node<'_>) -> Option<usize> {
        let count = usize::from(node.anchor().is_some()) + usize::from(node.tag().is_some());
        let mut end = None;
        for _ in 0..count {
            let mut at = self.text.over_gap(end.unwrap_or(self.start(node)));
            while at < self.text.len() && !matches!(self.text.byte(at), b' ' | b'\t') && !self.text.is_break(at) {
                at += 1;
            }
            end = Some(at);
        }
        end
    }

    /// Behind anchor and tag: where the value itself begins.
    pub(super) fn content_start(&self, node: Node<'_>) -> usize {
        match self.properties_end(node) {
            Some(end) => self.text.over_gap(end),
            None => self.start(node),
        }
    }

    /// Whether it is a collection with brackets of its own: `[a: b]` has a map without.
    pub(super) fn has_brackets(&self, node: Node<'_>) -> bool {
        node.is_flow() && matches!(self.text.byte(self.content_start(node)), b'[' | b'{')
    }

    pub(super) fn is_block_collection(&self, node: Node<'_>) -> bool {
        !node.is_flow() && (node.is_mapping() || node.is_sequence())
    }

    pub(super) fn is_block_scalar(&self, node: Node<'_>) -> bool {
        matches!(node.style(), Some(ScalarStyle::Literal | ScalarStyle::Folded)) && !node.is_alias()
    }

    /// The last node of those that make up `node`.
    pub(super) fn last_of(&self, node: Node<'d>) -> Node<'d> {
        self.node(node.data().next.saturating_sub(1).max(node.index()))
    }

    /// Where it ends. Where the last thing in it is a null of which nothing is written, the tree says where the next token
    /// begins, which may be far behind.
    pub(super) fn end(&self, node: Node<'d>) -> usize {
        let mut node = node;
        loop {
            let braceless = node.is_flow() && !self.has_brackets(node);
            let collection = node.is_mapping() || node.is_sequence();
            if !collection || !braceless && (node.is_flow() || !self.is_empty(self.last_of(node))) {
                return node.span().end as usize;
            }
            let Some(last) = node.children().last() else { return node.span().end as usize };
            if node.is_mapping() && self.is_empty(last) {
                let key = node.children_as_pairs().last().map_or(last, |(key, _)| key);
                return self.colon(key, last).unwrap_or(key.span().end as usize);
            }
            node = last;
        }
    }

    /// Behind the `:` between a key and its value.
    fn colon(&self, key: Node<'_>, value: Node<'_>) -> Option<usize> {
        Some(self.text.find(b':', key.span().end as usize, self.start(value))? + 1)
    }

    /// The pairs or items of a collection; `after` is where the indicator that leads to it ends.
    pub(super) fn parts(&self, node: Node<'d>, after: usize) -> Vec<Part> {
        let inside = self.content_start(node) + usize::from(self.has_brackets(node));
        let floor = if node.is_flow() { inside } else { self.properties_end(node).unwrap_or(after) };
        let mut parts: Vec<Part> = Vec::new();
        // The first one is looked for behind anchor and tag, which may hold the characters of indicators.
        let before = |parts: &[Part]| parts.last().map_or((floor, inside), |part| (part.end, part.end));
        if node.is_mapping() {
            for (key, value) in node.children_as_pairs() {
                let (floor, from) = before(&parts);
                let start = self.start(key);
                let start = self.text.find(b'?', from, start).unwrap_or(start);
                let after = self.colon(key, value);
                let end = match self.is_empty(value) {
                    true => after.unwrap_or(key.span().end as usize),
                    false => self.end(value),
                };
                parts.push(Part { floor, start, key: Some(key.index()), value: value.index(), after, end });
            }
        } else {
            for item in node.children() {
                let (floor, from) = before(&parts);
                let mut start = self.start(item);
                let mut after = start;
                if !node.is_flow() {
                    start = self.text.find(b'-', from, start).unwrap_or(start);
                    after = start + 1;
                }
                let end = if self.is_empty(item) { after } else { self.end(item) };
                parts.push(Part { floor, start, key: None, value: item.index(), after: Some(after), end });
            }
        }
        parts
    }

    /// Where the lines of a part of a block begin, with the comments above it that belong to it.
    pub(super) fn top(&self, part: &Part, is_head: bool) -> usize {
        match self.text.indentation(part.start) {
            Some(line) if is_head => line,
            Some(line) => self.text.over_comments_above(line, self.text.column(part.start), part.floor),
            None => part.start,
        }
    }

    /// Where the line behind a part of a block begins, the comments inside it passed.
    pub(super) fn bottom(&self, part: &Part) -> usize {
        self.bottom_of(self.node(part.value), part.end, self.text.column(part.start))
    }

    /// As [`bottom`](Self::bottom), for a value in a part at `column`.
    pub(super) fn bottom_of(&self, value: Node<'d>, end: usize, column: usize) -> usize {
        let leaf = self.last_of(value);
        let line = match self.is_block_scalar(leaf) {
            true => self.text_end(leaf, column),
            false => self.text.next_line(end),
        };
        self.text.over_comments_below(line, column)
    }

    /// Behind the last line of a text in lines: blank lines below it belong to it only where it keeps them.
    fn text_end(&self, leaf: Node<'_>, column: usize) -> usize {
        let mut end = leaf.span().end as usize;
        if self.keeps_empty_lines(leaf) {
            return end;
        }
        let floor = self.text.next_line(self.content_start(leaf));
        while end > floor {
            let line_end = self.text.before_break(end);
            let line = self.text.line_start(line_end);
            if line < floor || self.text.over_blanks(line) < line_end || line_end - line > column {
                break;
            }
            end = line;
        }
        end
    }

    /// Whether empty lines below it belong to it.
    pub(super) fn keeps_empty_lines(&self, leaf: Node<'_>) -> bool {
        self.is_block_scalar(leaf) && self.text.get(self.content_start(leaf), self.header_end(leaf)).contains('+')
    }

    /// Behind the indicators at the head of a text in lines: `|2-`.
    pub(super) fn header_end(&self, node: Node<'_>) -> usize {
        let mut at = self.content_start(node);
        while matches!(self.text.byte(at), b'|' | b'>' | b'+' | b'-' | b'0'..=b'9') {
            at += 1;
        }
        at
    }
}
