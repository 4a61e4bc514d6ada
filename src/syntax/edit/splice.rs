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

    /// Where the first change is.
    pub(super) fn start(&self) -> usize {
        self.list.iter().map(|splice| splice.start).min().unwrap_or(0)
    }

    /// Puts the pieces, one behind the other, in the place of a range.
    pub(super) fn replace(&mut self, start: usize, end: usize, pieces: &[&str]) {
        let text = Zeroizing::new(pieces.concat());
        if start < end || !text.is_empty() {
            self.list.push(Splice { start, end: end.max(start), text, is_lines: false });
        }
    }

    pub(super) fn remove(&mut self, start: usize, end: usize) {
        self.replace(start, end, &[]);
    }

    /// What is inserted at one place stands in the order in which it was asked for, and in front of what is replaced there.
    pub(super) fn insert(&mut self, at: usize, pieces: &[&str]) {
        self.replace(at, at, pieces);
    }

    /// Whether the character at `at` is replaced.
    pub(super) fn touch(&self, at: usize) -> bool {
        self.list.iter().any(|splice| (splice.start..splice.end).contains(&at))
    }

    /// Inserts lines where a line begins, or at the end of the text; each ends with a line break.
    pub(super) fn insert_lines(&mut self, at: usize, pieces: &[&str]) {
        let text = Zeroizing::new(pieces.concat());
        self.list.push(Splice { start: at, end: at, text, is_lines: true });
    }

    /// The text with all replacements made. Ranges that are removed may overlap.
    pub(super) fn apply(mut self, text: Text<'_>) -> Zeroizing<String> {
        self.list.sort_by_key(|splice| (splice.start, splice.end > splice.start));
        let line_break = text.line_break();
        // A line break before it, and each of its own may become longer.
        let length = |text: &str| text.len() + text.matches('\n').count() + line_break.len();
        let more: usize = self.list.iter().map(|splice| length(&splice.text)).sum();
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
