//! The line of source beside a finding, with what may be shown of it.

use crate::config::{HIDDEN, Mask, Schema};
use crate::error::Printable;
use crate::syntax::{Document, NodeKind, Span};

/// A line of source, made safe to be shown, and the place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Excerpt {
    /// The line, or what is around the place where it is long.
    pub(super) text: String,
    /// The first character of the place.
    pub(super) start: usize,
    /// How many characters it has, at least one.
    pub(super) width: usize,
}

/// So many bytes of a line are looked at before the place and behind its beginning.
const BEFORE: usize = 80;
const BEHIND: usize = 120;
/// So many characters of a value are shown.
const LONGEST: usize = 100;
const CUT: &str = "…";

impl Excerpt {
    /// The line of a document on which `span` begins.
    pub(super) fn of(document: &Document, mask: &Mask, span: Span) -> Self {
        let text = document.text();
        let (start, end) = (floor(text, span.start as usize), floor(text, span.end as usize));
        let Window { from, to, is_cut_before, is_cut_behind } = Window::around(text, start);
        let mut line_text = Line::new(start, end);
        if is_cut_before {
            line_text.push(CUT);
        }
        let mut at = from;
        let first = document.last_node_before(u32::try_from(from).unwrap_or(u32::MAX));
        let leaves = first.or(document.root()).into_iter().flat_map(|node| document.nodes_from(node));
        for node in leaves {
            let span = node.span();
            let (node_start, node_end) = (span.start as usize, span.end as usize);
            if node_start >= to {
                break;
            }
            if !matches!(node.kind(), NodeKind::Scalar | NodeKind::Alias) || node_end <= at {
                continue;
            }
            line_text.gap(text, at, node_start);
            let shown = if node_start < from { None } else { mask.show(node) };
            line_text.value(node_start.max(at), shown.as_deref());
            at = node_end;
        }
        line_text.gap(text, at, to);
        if is_cut_behind {
            line_text.push(CUT);
        }
        line_text.finish()
    }

    /// A line of a text that can't be parsed, so that nothing is known of its parts: of it no more is shown than the known
    /// field at its beginning.
    pub(super) fn unparsed(line: &str, column: usize) -> Self {
        let rest = line.trim_start_matches([' ', '-']);
        let indent = line.len() - rest.len();
        let word = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(rest.len());
        let is_known = rest[word..].starts_with(':') && Schema::kubeconfig().has_key(&rest[..word]);
        let shown = if is_known { indent + word + 1 } else { indent };
        // The beginning is of ASCII: a byte is a character.
        let mut text = line.get(..shown.min(BEFORE)).unwrap_or_default().to_owned();
        let behind = line.get(shown..).unwrap_or_default().trim();
        let at = column.saturating_sub(1);
        let (start, width) = if at < text.len() || behind.is_empty() {
            (at.min(text.len()), 1)
        } else {
            let start = text.len() + usize::from(is_known);
            (start, HIDDEN.len())
        };
        if !behind.is_empty() {
            text.push_str(if is_known { " " } else { "" });
            text.push_str(HIDDEN);
        }
        Excerpt { text, start, width }
    }

    /// A line that is known to be harmless, all of it.
    pub(super) fn whole(line: &str) -> Self {
        let text = Printable(line).to_string();
        let width = text.chars().count().max(1);
        Excerpt { text, start: 0, width }
    }
}

/// Puts the line together and notes where the place comes to stand.
struct Line {
    text: String,
    chars: usize,
    /// The place in the source.
    place: (usize, usize),
    start: Option<usize>,
    end: Option<usize>,
}

impl Line {
    fn new(start: usize, end: usize) -> Self {
        Line { text: String::new(), chars: 0, place: (start, end), start: None, end: None }
    }

    fn push(&mut self, text: &str) {
        let shown = Printable(text).to_string();
        self.chars += shown.chars().count();
        self.text.push_str(&shown);
    }

    /// Notes that what is pushed next stands at `at` in the source.
    fn at(&mut self, at: usize) {
        if at >= self.place.0 {
            self.start.get_or_insert(self.chars);
        }
        if at >= self.place.1 {
            self.end.get_or_insert(self.chars);
        }
    }

    fn value(&mut self, at: usize, shown: Option<&str>) {
        self.at(at);
        match shown {
            None => self.push(HIDDEN),
            Some(text) => match text.char_indices().nth(LONGEST) {
                None => self.push(text),
                Some((cut, _)) => {
                    self.push(&text[..cut]);
                    self.push(CUT);
                }
            },
        }
    }

    /// What stands between the values: blanks and punctuation. A comment, an anchor and a tag could be anything.
    fn gap(&mut self, text: &str, from: usize, to: usize) {
        let mut is_hidden = false;
        let mut before = ' ';
        for (i, c) in text.get(from..to).unwrap_or_default().char_indices() {
            if matches!(c, '\n' | '\r') {
                continue;
            }
            self.at(from + i);
            let is_comment = c == '#' && before.is_whitespace();
            before = c;
            match c {
                ' ' | '\t' => self.push(" "),
                '-' | ':' | ',' | '[' | ']' | '{' | '}' | '?' => self.push(c.encode_utf8(&mut [0; 4])),
                _ if is_comment => {
                    self.push("# ");
                    self.push(HIDDEN);
                    break;
                }
                _ if !is_hidden => self.push(HIDDEN),
                _ => {}
            }
            is_hidden = !(c.is_whitespace() || ",[]{}".contains(c));
        }
        self.at(to);
    }

    fn finish(mut self) -> Excerpt {
        let kept = self.text.trim_end().len();
        self.text.truncate(kept);
        let chars = self.text.chars().count();
        let start = self.start.unwrap_or(chars).min(chars);
        let end = self.end.unwrap_or(chars).min(chars);
        Excerpt { text: self.text, start, width: end.saturating_sub(start).max(1) }
    }
}

/// The line around a place, or as much of it as is looked at: files of one line stay linear.
struct Window {
    from: usize,
    to: usize,
    is_cut_before: bool,
    is_cut_behind: bool,
}

impl Window {
    fn around(text: &str, at: usize) -> Self {
        // The ends of lines by YAML 1.1 that are not of ASCII come out escaped, which is as good.
        let is_end = |c: char| matches!(c, '\n' | '\r');
        let (first, last) = (floor(text, at.saturating_sub(BEFORE)), floor(text, at.saturating_add(BEHIND)));
        let start = text.get(first..at).and_then(|before| before.rfind(is_end));
        let end = text.get(at..last).and_then(|behind| behind.find(is_end));
        let is_line_end = |at: usize| text.get(at..).and_then(|rest| rest.chars().next()).is_none_or(is_end);
        let is_line_start = |at: usize| text.get(..at).and_then(|rest| rest.chars().next_back()).is_none_or(is_end);
        Window {
            from: start.map_or(first, |end| first + end + 1),
            to: end.map_or(last, |end| at + end),
            is_cut_before: start.is_none() && !is_line_start(first),
            is_cut_behind: end.is_none() && !is_line_end(last),
        }
    }
}

fn floor(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
