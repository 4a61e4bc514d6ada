//! A kubeconfig's text as it may be shown: line by line the same, without what is or may be secret.

use crate::syntax::{Document, Node, NodeKind, Resolved, ScalarStyle};
use crate::url::without_userinfo;

const HIDDEN: &str = "[hidden]";

/// The text with all values hidden but those known to be harmless. It has the same number of lines.
pub(super) fn mask(document: Option<&Document>, text: &str) -> String {
    let mut mask = Mask { text, spans: Vec::new() };
    let root = document.and_then(Document::root);
    if let Some(root) = root {
        mask.map(root, ROOT);
    }
    let end = root.map_or(0, |root| root.span().end as usize);
    let tokens = document.map(tokens).unwrap_or_default();
    mask.spans.sort_by_key(|span| span.start);
    mask.shown(&tokens, end)
}

/// A part of the text that is shown otherwise.
struct Span {
    start: usize,
    end: usize,
    /// `None`: hidden, line by line.
    shown: Option<String>,
}

struct Mask<'t> {
    text: &'t str,
    spans: Vec<Span>,
}

/// What to do with the value of a key.
#[derive(Clone, Copy)]
enum Rule {
    Show,
    /// As [`Rule::Show`], without userinfo and query.
    Url,
    Map(Keys),
    /// A list of such maps; or, as in `apiVersion: __internal`, such maps by name.
    List(Keys, Keys),
    /// Values are hidden, keys are not.
    KeysOnly,
    /// A list of harmless texts, or such lists by name.
    Texts,
}

type Keys = &'static [(&'static str, Rule)];

const ROOT: Keys = &[
    ("apiVersion", Rule::Show),
    ("kind", Rule::Show),
    ("current-context", Rule::Show),
    ("preferences", Rule::Map(&[("colors", Rule::Show), ("extensions", EXTENSIONS)])),
    ("clusters", Rule::List(&[("name", Rule::Show), ("cluster", Rule::Map(CLUSTER))], CLUSTER)),
    ("users", Rule::List(&[("name", Rule::Show), ("user", Rule::Map(USER))], USER)),
    ("contexts", Rule::List(&[("name", Rule::Show), ("context", Rule::Map(CONTEXT))], CONTEXT)),
    ("extensions", EXTENSIONS),
];
const EXTENSIONS: Rule = Rule::List(&[("name", Rule::Show)], &[]);
const CLUSTER: Keys = &[
    ("server", Rule::Url),
    ("proxy-url", Rule::Url),
    ("tls-server-name", Rule::Show),
    ("insecure-skip-tls-verify", Rule::Show),
    ("certificate-authority", Rule::Show),
    ("disable-compression", Rule::Show),
    ("extensions", EXTENSIONS),
];
const USER: Keys = &[
    ("client-certificate", Rule::Show),
    ("client-key", Rule::Show),
    ("tokenFile", Rule::Show),
    ("as", Rule::Show),
    ("as-uid", Rule::Show),
    ("as-groups", Rule::Texts),
    ("as-user-extra", Rule::Texts),
    ("username", Rule::Show),
    ("auth-provider", Rule::Map(&[("name", Rule::Show), ("config", Rule::KeysOnly)])),
    ("exec", Rule::Map(EXEC)),
    ("extensions", EXTENSIONS),
];
const EXEC: Keys = &[
    ("apiVersion", Rule::Show),
    ("command", Rule::Show),
    ("interactiveMode", Rule::Show),
    ("provideClusterInfo", Rule::Show),
    ("env", Rule::List(&[("name", Rule::Show)], &[])),
];
const CONTEXT: Keys =
    &[("cluster", Rule::Show), ("user", Rule::Show), ("namespace", Rule::Show), ("extensions", EXTENSIONS)];

impl Mask<'_> {
    /// Hides what is not in `keys`. As deep as the rules are; what stands deeper is hidden.
    fn map(&mut self, node: Node<'_>, keys: Keys) {
        if node.kind() != NodeKind::Mapping {
            return self.hide(node);
        }
        for (key, value) in node.written_pairs() {
            let name = key.key();
            match keys.iter().find(|(key, _)| *key == name) {
                // What an alias stands for is judged where it stands.
                _ if value.kind() == NodeKind::Alias => {}
                Some((_, rule)) => self.value(value, *rule),
                None if name == "<<" => self.map(value, keys),
                None => self.hide(value),
            }
        }
    }

    fn value(&mut self, node: Node<'_>, rule: Rule) {
        match (rule, node.kind()) {
            (_, NodeKind::Alias) | (Rule::Show, NodeKind::Scalar) => {}
            (Rule::Url, NodeKind::Scalar) => {
                // Decoded: an escape may hide what parts the password from the host.
                let url = node.as_str().unwrap_or_default();
                let shown = without_userinfo(url);
                if shown != url {
                    let quote = match node.style() {
                        Some(ScalarStyle::DoubleQuoted) => "\"",
                        Some(ScalarStyle::SingleQuoted) => "'",
                        _ => "",
                    };
                    self.replace(node, format!("{quote}{shown}{quote}"));
                }
            }
            (Rule::Map(keys), _) => self.map(node, keys),
            (Rule::List(item, _), NodeKind::Sequence) => {
                for item_node in node.items().filter(|item| is_in(*item, node)) {
                    self.map(item_node, item);
                }
            }
            (Rule::List(_, keys), NodeKind::Mapping) => {
                node.written_pairs().for_each(|(_, value)| self.value(value, Rule::Map(keys)));
            }
            (Rule::KeysOnly, NodeKind::Mapping) => {
                node.written_pairs().for_each(|(_, value)| self.hide(value));
            }
            (Rule::Texts, NodeKind::Sequence) => {
                for item in node.items().filter(|item| is_in(*item, node)) {
                    self.value(item, Rule::Show);
                }
            }
            (Rule::Texts, NodeKind::Mapping) => {
                node.written_pairs().for_each(|(_, value)| self.value(value, Rule::Texts));
            }
            _ => self.hide(node),
        }
    }

    /// Shows `text` in the place of a node; of one in several lines nothing, so that their number stays.
    fn replace(&mut self, node: Node<'_>, text: String) {
        let (start, end) = (node.span().start as usize, node.span().end as usize);
        let is_one_line = self.text.get(start..end).is_some_and(|written| !written.contains('\n'));
        self.spans.push(Span { start, end, shown: is_one_line.then_some(text) });
    }

    /// Hides all of a node; null hides nothing.
    fn hide(&mut self, node: Node<'_>) {
        let (start, end) = (node.span().start as usize, node.span().end as usize);
        if node.kind() != NodeKind::Alias && start < end && node.resolved() != Some(Resolved::Null) {
            self.spans.push(Span { start, end, shown: None });
        }
    }

    /// The text with the spans put in; what stands between `tokens` are comments, and behind `end` anything.
    fn shown(&self, tokens: &[(usize, usize)], end: usize) -> String {
        let mut shown = String::with_capacity(self.text.len());
        let mut at = 0;
        let mut tokens = tokens.iter().peekable();
        let mut spans = self.spans.iter().peekable();
        // Beside what is hidden a comment may repeat it.
        let mut beside_hidden = false;
        let part = |from: usize, to: usize| self.text.get(from..to).unwrap_or_default();
        while at < end {
            if let Some(span) = spans.next_if(|span| span.start <= at) {
                if span.end > at {
                    match &span.shown {
                        Some(text) => {
                            shown.push_str(text);
                            beside_hidden = true;
                        }
                        None => {
                            hide_lines(part(at, span.end), &mut shown);
                            beside_hidden = !part(at, span.end).ends_with('\n');
                        }
                    }
                    at = span.end;
                }
                continue;
            }
            if let Some((_, token_end)) = tokens.next_if(|(start, _)| *start <= at) {
                let next = spans.peek().map_or(*token_end, |span| span.start.min(*token_end));
                if next > at {
                    shown.push_str(part(at, next));
                    at = next;
                }
                continue;
            }
            let next_span = spans.peek().map_or(end, |span| span.start);
            let next = tokens.peek().map_or(end, |(start, _)| *start).min(next_span).min(end).max(at + 1);
            comments(part(at, next), &mut beside_hidden, &mut shown);
            at = next;
        }
        behind(part(end, self.text.len()), &mut beside_hidden, &mut shown);
        shown
    }
}

/// Whether `item` is written inside `node`, and not brought in by an alias.
fn is_in(item: Node<'_>, node: Node<'_>) -> bool {
    node.span().start <= item.span().start && item.span().end <= node.span().end
}

/// Where scalars and aliases stand, in their order.
fn tokens(document: &Document) -> Vec<(usize, usize)> {
    let leaves = document.nodes().filter(|node| matches!(node.kind(), NodeKind::Scalar | NodeKind::Alias));
    leaves.map(|node| (node.span().start as usize, node.span().end as usize)).collect()
}

/// Line ends and indentation stay.
fn hide_lines(text: &str, shown: &mut String) {
    for line in text.split_inclusive('\n') {
        let content = line.trim();
        match line.find(content).filter(|_| !content.is_empty()) {
            Some(at) => {
                shown.push_str(line.get(..at).unwrap_or_default());
                shown.push_str(HIDDEN);
                shown.push_str(line.get(at + content.len()..).unwrap_or_default());
            }
            None => shown.push_str(line),
        }
    }
}

/// What stands between values: indicators and comments; `beside_hidden` says of the first line that something is hidden in it, and then
/// of the last.
fn comments(text: &str, beside_hidden: &mut bool, shown: &mut String) {
    for line in text.split_inclusive('\n') {
        let is_start =
            |at: &usize| line.get(..*at).is_some_and(|before| before.is_empty() || before.ends_with([' ', '\t']));
        match line.match_indices('#').map(|(at, _)| at).find(is_start) {
            Some(at) => {
                let (before, text) = line.split_at(at);
                shown.push_str(before);
                if *beside_hidden {
                    let end = line.get(line.trim_end().len()..).unwrap_or_default();
                    shown.push_str(&["# ", HIDDEN, end].concat());
                } else {
                    comment(text, shown);
                }
            }
            None => shown.push_str(line),
        }
        *beside_hidden &= !line.ends_with('\n');
    }
}

/// Further documents, or a text that is none: comments, and nothing else.
fn behind(text: &str, beside_hidden: &mut bool, shown: &mut String) {
    for line in text.split_inclusive('\n') {
        let content = line.trim();
        if content.starts_with('#') {
            comments(line, beside_hidden, shown);
        } else if content.chars().all(|c| "[]{},.-".contains(c)) {
            shown.push_str(line);
        } else {
            hide_lines(line, shown);
        }
        *beside_hidden &= !line.ends_with('\n');
    }
}

/// A comment, words left out that may be secret: what follows the name of a secret, and what looks like one.
fn comment(text: &str, shown: &mut String) {
    let mut after_name = false;
    for word in text.split_inclusive([' ', '\t']) {
        let content = word.trim();
        let lower = content.to_ascii_lowercase();
        let names_secret = ["token", "password", "secret", "key", "-data"].iter().any(|name| lower.contains(name));
        let (name, value) = content.split_once([':', '=']).map_or((content, ""), |(name, value)| (name, value));
        if after_name && !content.is_empty() && content != "#" || looks_secret(content) {
            shown.push_str(&word.replacen(content, HIDDEN, 1));
        } else if names_secret && !value.is_empty() {
            shown.push_str(&word.replacen(content, &format!("{name}: {HIDDEN}"), 1));
        } else if content.contains("://") {
            shown.push_str(&word.replacen(content, &without_userinfo(content), 1));
        } else {
            shown.push_str(word);
        }
        after_name |= names_secret && content.ends_with([':', '=']);
    }
}

fn looks_secret(word: &str) -> bool {
    let has = |is: fn(&char) -> bool| word.chars().any(|c| is(&c));
    let is_mixed = has(char::is_ascii_digit) && has(char::is_ascii_alphabetic);
    !word.contains("://") && (word.len() >= 16 && is_mixed || word.len() >= 40)
}
