//! Replacements of ranges of a text, made in one pass.

use super::text::Text;
use zeroize::Zeroizing;

#[derive(Default)]
pub(super) struct Splices {
    list: Vec<Splice>,
}

struct Splice {
    start: usize,
    end: usize,
    text: Zeroizing<String>,
    /// Whole lines: they begin on a line of their own.
    is_lines: bool,
}

impl Splices {
    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(super) fn replace(&mut self, start: usize, end: usize, text: impl Into<String>) {
        let text = Zeroizing::new(text.into());
        if start < end || !text.is_empty() {
            self.list.push(Splice { start, end: end.max(start), text, is_lines: false });
        }
    }

    pub(super) fn remove(&mut self, start: usize, end: usize) {
        self.replace(start, end, "");
    }

    /// What is inserted at one place stands in the order in which it was asked for, and in front of what is replaced there.
    pub(super) fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.replace(at, at, text);
    }

    /// Whether the character at `at` is replaced.
    pub(super) fn touch(&self, at: usize) -> bool {
        self.list.iter().any(|splice| (splice.start..splice.end).contains(&at))
    }

    /// Inserts lines where a line begins, or at the end of the text; each ends with a line break.
    pub(super) fn insert_lines(&mut self, at: usize, text: impl Into<String>) {
        self.list.push(Splice { start: at, end: at, text: Zeroizing::new(text.into()), is_lines: true });
    }

    /// The text with all replacements made. Ranges that are removed may overlap.
    pub(super) fn apply(mut self, text: Text<'_>) -> Zeroizing<String> {
        self.list.sort_by_key(|splice| (splice.start, splice.end > splice.start));
        let line_break = text.line_break();
        let more: usize = self.list.iter().map(|splice| splice.text.len() + line_break.len()).sum();
        // The buffer does not move, and leaves no copy behind.
        let mut out = Zeroizing::new(String::with_capacity(text.len() + more));
        let mut at = 0;
        for splice in &self.list {
            if splice.start > at {
                out.push_str(text.get(at, splice.start));
            }
            if splice.is_lines && !out.is_empty() && !Text::new(&out).ends_line(out.len()) {
                out.push_str(line_break);
            }
            for (i, line) in splice.text.split('\n').enumerate() {
                if i > 0 {
                    out.push_str(line_break);
                }
                out.push_str(line);
            }
            at = at.max(splice.end);
        }
        out.push_str(text.get(at, text.len()));
        out
    }
}
