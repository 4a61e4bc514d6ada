//! What stands between the nodes of a text: blanks, comments, line breaks, and the indicators `-`, `?`, `:` and `,`.

use crate::syntax::scanner::is_break_at;

/// The bytes of a text, asked for lines and gaps. Offsets lie between characters.
#[derive(Clone, Copy)]
pub(super) struct Text<'t> {
    source: &'t str,
}

impl<'t> Text<'t> {
    pub(super) fn new(source: &'t str) -> Self {
        Text { source }
    }

    pub(super) fn len(&self) -> usize {
        self.source.len()
    }

    pub(super) fn get(&self, start: usize, end: usize) -> &'t str {
        self.source.get(start..end).unwrap_or_default()
    }

    pub(super) fn byte(&self, at: usize) -> u8 {
        self.source.as_bytes().get(at).copied().unwrap_or(0)
    }

    pub(super) fn is_break(&self, at: usize) -> bool {
        is_break_at(self.source.as_bytes(), at)
    }

    fn is_break_or_end(&self, at: usize) -> bool {
        at >= self.len() || self.is_break(at)
    }

    /// Behind the line break at `at`, if there is one.
    pub(super) fn over_break(&self, at: usize) -> usize {
        let width = match self.byte(at) {
            b'\r' if self.byte(at + 1) == b'\n' => 2,
            b'\n' | b'\r' => 1,
            0xC2 if self.is_break(at) => 2,
            0xE2 if self.is_break(at) => 3,
            _ => 0,
        };
        at + width
    }

    /// In front of the line break that ends at `at`; `at` itself where none does.
    pub(super) fn before_break(&self, at: usize) -> usize {
        let back = |width: usize| at.checked_sub(width);
        if let Some(start) = back(2).filter(|&start| self.get(start, at) == "\r\n") {
            return start;
        }
        let ends_here = |&start: &usize| self.is_break(start) && self.over_break(start) == at;
        [1, 2, 3].into_iter().filter_map(back).find(ends_here).unwrap_or(at)
    }

    pub(super) fn ends_line(&self, at: usize) -> bool {
        self.before_break(at) < at
    }

    /// Where the line that holds `at` begins.
    pub(super) fn line_start(&self, at: usize) -> usize {
        let mut at = at;
        while at > 0 && !self.ends_line(at) {
            at -= 1;
            while !self.source.is_char_boundary(at) {
                at -= 1;
            }
        }
        at
    }

    /// Where the line that holds `at` ends, in front of its line break.
    pub(super) fn line_end(&self, at: usize) -> usize {
        let mut at = at;
        while !self.is_break_or_end(at) {
            at += 1;
        }
        at
    }

    /// Where the line behind the one that holds `at` begins.
    pub(super) fn next_line(&self, at: usize) -> usize {
        self.over_break(self.line_end(at))
    }

    /// Over blanks and tabs.
    pub(super) fn over_blanks(&self, at: usize) -> usize {
        let mut at = at;
        while matches!(self.byte(at), b' ' | b'\t') {
            at += 1;
        }
        at
    }

    /// Back over blanks and tabs.
    pub(super) fn before_blanks(&self, at: usize) -> usize {
        let mut at = at;
        while at > 0 && matches!(self.byte(at - 1), b' ' | b'\t') {
            at -= 1;
        }
        at
    }

    /// Where the indentation of the line begins, if nothing but that stands before `at`: behind a byte order mark too.
    pub(super) fn indentation(&self, at: usize) -> Option<usize> {
        let start = self.before_blanks(at);
        (start == 0 || self.ends_line(start) || self.get(0, start) == "\u{feff}").then_some(start)
    }

    /// The column in characters, from 0.
    pub(super) fn column(&self, at: usize) -> usize {
        self.get(self.line_start(at), at).chars().count()
    }

    /// Whether nothing but blanks, and perhaps a comment, is left of the line.
    pub(super) fn is_line_over(&self, at: usize) -> bool {
        let next = self.over_blanks(at);
        self.is_break_or_end(next) || self.byte(next) == b'#'
    }

    /// Over blanks, line breaks and comments, to where a node or an indicator begins.
    pub(super) fn over_gap(&self, at: usize) -> usize {
        let mut at = at;
        loop {
            at = self.over_blanks(at);
            if self.byte(at) == b'#' {
                at = self.line_end(at);
            }
            if !self.is_break(at) {
                return at;
            }
            at = self.over_break(at);
        }
    }

    /// Where, from `from` up to `to`, the indicator `byte` stands; nothing but gaps and other indicators may stand there.
    pub(super) fn find(&self, byte: u8, from: usize, to: usize) -> Option<usize> {
        let mut at = self.over_gap(from);
        while at < to {
            if self.byte(at) == byte {
                return Some(at);
            }
            at = self.over_gap(at + 1);
        }
        None
    }

    /// Whether there is a comment or a line break between two offsets between which no node stands.
    pub(super) fn is_plain_gap(&self, from: usize, to: usize) -> bool {
        let gap = self.get(from, to);
        !gap.contains('#') && (from..to).all(|at| !self.source.is_char_boundary(at) || !self.is_break(at))
    }

    /// Up over the comment lines that stand right above the line beginning at `line`, with `column` blanks before them, but
    /// not above `floor`.
    pub(super) fn over_comments_above(&self, line: usize, column: usize, floor: usize) -> usize {
        let mut top = line;
        while top > floor {
            let start = self.line_start(self.before_break(top));
            let hash = self.over_blanks(start);
            if start < floor || start == top || hash - start != column || self.byte(hash) != b'#' {
                break;
            }
            top = start;
        }
        top
    }

    /// Down over comment lines that are indented deeper than `column`, with the blank lines between them.
    pub(super) fn over_comments_below(&self, line: usize, column: usize) -> usize {
        let (mut bottom, mut at) = (line, line);
        while at < self.len() {
            let start = self.over_blanks(at);
            if self.byte(start) == b'#' && start - at > column {
                at = self.next_line(start);
                bottom = at;
            } else if self.is_break(start) {
                at = self.over_break(start);
            } else {
                break;
            }
        }
        bottom
    }

    /// Down over blank lines.
    pub(super) fn over_blank_lines(&self, line: usize) -> usize {
        let mut line = line;
        loop {
            let end = self.over_blanks(line);
            if !self.is_break(end) {
                return line;
            }
            line = self.over_break(end);
        }
    }

    /// Whether there is a blank line between two offsets at which lines begin.
    pub(super) fn has_blank_line(&self, from: usize, to: usize) -> bool {
        let mut at = from;
        while at < to {
            if self.is_break_or_end(self.over_blanks(at)) {
                return true;
            }
            at = self.next_line(at);
        }
        false
    }

    /// The line break of this text, if it is one that new lines may have.
    pub(super) fn line_break(&self) -> &'static str {
        let at = self.line_end(0);
        match (self.byte(at), self.byte(at + 1)) {
            (b'\r', b'\n') => "\r\n",
            (b'\r', _) => "\r",
            _ => "\n",
        }
    }
}
