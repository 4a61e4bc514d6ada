//! A whole kubeconfig as it may be shown, line by line.

use super::mask::{HIDDEN, Mask};
use super::schema::Schema;
use crate::secret::is_secret_word;
use crate::syntax::{Document, NodeKind};
use crate::url::without_userinfo;
use std::ops::Range;

const HIDDEN_COMMENT: &str = "# (hidden)";

/// The text of a kubeconfig with all that is not known to be harmless hidden. It has the same number of lines.
///
/// Comments among the users are hidden, whatever they say, but for those that Rancher writes. Elsewhere a comment is
/// hidden where it names a secret, and where something beside it is hidden.
///
/// `document` is `None` where the text is no YAML: then nothing of it is shown.
pub(crate) fn masked(document: Option<&Document>, text: &str) -> String {
    let mut lines = Masked { text, users: Vec::new(), shown: String::with_capacity(text.len()), is_hidden: false };
    let mut at = 0;
    if let Some((document, root)) = document.and_then(|document| Some((document, document.root()?))) {
        let mask = Mask::of(document, Schema::kubeconfig());
        lines.users = users(document);
        let leaves = document.nodes().filter(|node| matches!(node.kind(), NodeKind::Scalar | NodeKind::Alias));
        for node in leaves {
            let (start, end) = (node.span().start as usize, node.span().end as usize);
            let written = text.get(start..end).unwrap_or_default();
            let shown = mask.show(node).filter(|_| !written.contains(['\n', '\r']));
            let is_hidden = shown.is_none() && !written.is_empty();
            if start > at {
                lines.gap(at..start, is_hidden);
            }
            match shown {
                Some(shown) => lines.shown.push_str(&shown),
                None => lines.hide(written),
            }
            if !written.is_empty() {
                lines.is_hidden = is_hidden;
            }
            at = at.max(end);
        }
        let end = root.span().end as usize;
        if end > at {
            lines.gap(at..end, false);
            at = end;
        }
    }
    lines.behind(at);
    lines.shown
}

/// Where the users stand in the text: each from its key to the next key at the top.
fn users(document: &Document) -> Vec<Range<usize>> {
    let pairs = document.root().into_iter().flat_map(|root| root.written_pairs());
    let keys: Vec<_> = pairs.map(|(key, _)| (key.span().start as usize, key.key() == "users")).collect();
    let ends = keys.iter().skip(1).map(|(start, _)| *start).chain([document.text().len()]);
    keys.iter().zip(ends).filter(|((_, is_users), _)| *is_users).map(|((start, _), end)| *start..end).collect()
}

struct Masked<'t> {
    text: &'t str,
    users: Vec<Range<usize>>,
    shown: String,
    /// The value before was hidden, and a comment beside it may repeat it.
    is_hidden: bool,
}

impl Masked<'_> {
    /// What stands between two values: blanks, punctuation and comments. Anchors, tags and directives could be
    /// anything.
    fn gap(&mut self, range: Range<usize>, is_next_hidden: bool) {
        let mut at = range.start;
        for line in self.text.get(range).unwrap_or_default().split_inclusive('\n') {
            let comment = comment_in(line);
            let (content, comment) = line.split_at(comment.unwrap_or(line.len()));
            let mut is_told = false;
            for c in content.chars() {
                let is_punctuation = c.is_whitespace() || "-:,[]{}?".contains(c) || content.trim() == "...";
                match is_punctuation {
                    true => self.shown.push(c),
                    false if !is_told => self.shown.push_str(HIDDEN),
                    false => {}
                }
                is_told = !is_punctuation;
            }
            if !comment.is_empty() {
                self.comment(at + content.len(), comment, self.is_hidden || is_next_hidden);
            }
            at += line.len();
        }
    }

    /// A value: the ends of lines and their indentation stay.
    fn hide(&mut self, text: &str) {
        for line in text.split_inclusive('\n') {
            let content = line.trim();
            match line.find(content).filter(|_| !content.is_empty()) {
                Some(at) => {
                    let behind = line.get(at + content.len()..).unwrap_or_default();
                    self.shown.extend([line.get(..at).unwrap_or_default(), HIDDEN, behind]);
                }
                None => self.shown.push_str(line),
            }
        }
    }

    /// Further documents, or a text that is none: comments, and nothing else.
    fn behind(&mut self, start: usize) {
        let mut at = start;
        for line in self.text.get(start..).unwrap_or_default().split_inclusive('\n') {
            let content = line.trim();
            match comment_in(line).filter(|comment| line.get(..*comment).is_some_and(|line| line.trim().is_empty())) {
                Some(comment) => {
                    let (indent, comment) = line.split_at(comment);
                    self.shown.push_str(indent);
                    self.comment(at + indent.len(), comment, self.is_hidden);
                }
                None if content.chars().all(|c| "[]{},.-".contains(c)) => self.shown.push_str(line),
                None => {
                    self.hide(line);
                    self.is_hidden = true;
                }
            }
            at += line.len();
        }
    }

    /// A comment at `at`, with the end of its line.
    fn comment(&mut self, at: usize, comment: &str, is_beside_hidden: bool) {
        let text = comment.trim_end();
        let is_users = self.users.iter().any(|users| users.contains(&at));
        let is_hidden = (is_users || is_beside_hidden || gives_away(text)) && !is_ranchers(text);
        let end = comment.get(text.len()..).unwrap_or_default();
        self.shown.extend([if is_hidden { HIDDEN_COMMENT } else { text }, end]);
    }
}

/// Where a comment begins in what stands between two values.
fn comment_in(line: &str) -> Option<usize> {
    let is_start =
        |at: &usize| line.get(..*at).is_some_and(|before| before.is_empty() || before.ends_with([' ', '\t']));
    line.match_indices('#').map(|(at, _)| at).find(is_start)
}

/// Whether it is one of the comments that Rancher 2.12 and later writes at the head of a file, and nothing more. This
/// program writes none.
fn is_ranchers(comment: &str) -> bool {
    let is = |key: &str, value: fn(u8) -> bool, most: usize| {
        let found = comment.strip_prefix("# ").and_then(|comment| comment.strip_prefix(key)?.strip_prefix(": "));
        found.is_some_and(|found| !found.is_empty() && found.len() <= most && found.bytes().all(value))
    };
    comment == "# Generated by Rancher"
        || is("createdTimestamp", |c| c.is_ascii_digit() || b"TZ:+-.".contains(&c), 35)
        || is("ttl", |c| c.is_ascii_digit(), 12)
        || comment.strip_prefix("# name: kubeconfig-").is_some_and(|name| {
            (1..=10).contains(&name.len()) && name.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        })
}

/// Whether a comment may hold a secret: it has a word that names one or looks like one, or a URL with a password.
fn gives_away(comment: &str) -> bool {
    let is_token = |word: &str| {
        let has = |is: fn(&char) -> bool| word.chars().any(|c| is(&c));
        let is_mixed = has(char::is_ascii_digit) && has(char::is_ascii_alphabetic);
        !word.contains("://") && (word.len() >= 16 && is_mixed || word.len() >= 40)
    };
    let mut words = comment.split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_')));
    words.any(is_secret_word) || comment.split_whitespace().any(|word| is_token(word) || without_userinfo(word) != word)
}
