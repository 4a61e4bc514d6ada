//! For any document and any change, what is read again is the change made to what was read; and what the change is not about
//! stays as it was, byte for byte.

use crate::generate::{At, Change, Choices, Deed, Text, plain};
use kubeconfig::syntax::{Document, Editor, NodeKind, Value, from_document};
use proptest::prelude::*;
use serde_json::Value as Json;

fn read(document: &Document) -> Option<Json> {
    plain(&from_document::<Value>(document).ok()?)
}

/// Some documents, and what was done with them: to see that the generator does not make nothing but nonsense.
#[derive(Default)]
struct Tally {
    made: usize,
    nonsense: usize,
}

fn check(bytes: &[u8], tally: &mut Tally) -> Result<(), TestCaseError> {
    let mut choices = Choices(bytes);
    let text = Text::generate(&mut choices);
    let Ok(document) = Document::parse(text.as_bytes()) else {
        tally.nonsense += 1;
        return Ok(());
    };
    let (Ok(mut editor), Some(mut model)) = (Editor::new(&document), read(&document)) else {
        tally.nonsense += 1;
        return Ok(());
    };
    let mut changes = Vec::new();
    for _ in 0..=choices.below(3) {
        let change = Change::choose(&mut choices, &model);
        let made = change.make(&mut editor);
        prop_assert!(made.is_ok(), "{:?}\n{change:?}\n{text}", made);
        if made.unwrap_or_default() {
            change.apply(&mut model);
            changes.push(change);
        }
    }
    let result = match editor.finish() {
        Ok(result) => result,
        Err(error) => {
            return Err(TestCaseError::fail(format!("{error}\n{changes:?}\n{text:?}\n{text}")));
        }
    };
    prop_assert_eq!(read(&result), Some(model), "\n{:?}\n{}\n---- became\n{}", changes, text, result.text());
    prop_assert_eq!(result.encoding(), document.encoding());
    if text.contains('\n') && !text.contains(['\r', '\u{85}', '\u{2028}', '\u{2029}']) {
        // Other line ends make no difference but themselves.
        let other = Document::parse(text.replace('\n', "\r\n")).unwrap();
        let mut editor = Editor::new(&other).unwrap();
        changes.iter().for_each(|change| drop(change.make(&mut editor)));
        let other = editor.finish().map(|other| other.text().to_owned());
        prop_assert_eq!(other.ok(), Some(result.text().replace('\n', "\r\n")), "\n{:?}\n{}", changes, text);
    }
    if let ([change], false) = (changes.as_slice(), text.contains('&')) {
        if let Some((start, end)) = touched(&document, change) {
            let (old, new) = (document.text(), result.text());
            let stays =
                new.starts_with(&old[..start]) && new.ends_with(&old[end..]) && new.len() >= start + old.len() - end;
            prop_assert!(stays, "only {start}..{end} may change\n{change:?}\n{text:?}\n{text}\n---- became\n{new}");
        }
    }
    tally.made += 1;
    Ok(())
}

/// The range of the text that a change is about: the lines of the entry and its comments, or, in brackets and for what is
/// added, of the collection.
fn touched(document: &Document, change: &Change) -> Option<(usize, usize)> {
    let text = document.text();
    let mut node = document.root()?;
    let (mut start, mut end) = (0, text.len());
    let mut in_brackets = false;
    let steps = change.path.len();
    for (i, step) in change.path.iter().enumerate() {
        // A collection that loses its last entry becomes `[]`.
        let is_last = i + 1 == steps && matches!(change.deed, Deed::Remove);
        in_brackets |= node.is_flow() || is_last && node.entries().len() + node.items().count() == 1;
        let next = match step {
            At::Key(key) => {
                let entries = node.entries();
                let Some((key, value)) = entries.iter().find(|(k, _)| k.key() == *key) else { break };
                // Of repeated keys all go.
                if text.matches(key.text().unwrap_or_default()).count() > 1
                    && matches!(change.deed, Deed::Remove | Deed::Rename(_))
                {
                    break;
                }
                if !in_brackets {
                    (start, end) = (key.span().start as usize, key.span().end.max(value.span().end) as usize);
                }
                *value
            }
            At::Index(index) => {
                let item = node.items().nth(*index)?;
                if !in_brackets {
                    (start, end) = (item.span().start as usize, item.span().end as usize);
                }
                item
            }
            At::Entry(_) => break,
        };
        node = next;
    }
    if node.kind() == NodeKind::Alias {
        return None;
    }
    let (start, end) = (above(text, start), below(text, end));
    // A text without a line break at its end gets none.
    let start = if end == text.len() { text[..start].trim_end_matches(['\n', '\r']).len() } else { start };
    Some((start, end))
}

/// Up to the beginning of the line, and over comments and empty values above.
fn above(text: &str, at: usize) -> usize {
    let breaks = ['\n', '\r'];
    let mut line = text[..at].rfind(breaks).map_or(0, |at| at + 1);
    loop {
        let before = text[..line].trim_end_matches(breaks);
        let previous = before.rfind(breaks).map_or(0, |at| at + 1);
        let content = before[previous.min(before.len())..].trim();
        let content = content.trim_start_matches(['-', ' ']);
        if line == 0 || !(content.is_empty() || content.starts_with(['#', '?'])) {
            return line;
        }
        line = previous;
    }
}

/// Over the rest of the line, and over comments and blank lines below.
fn below(text: &str, at: usize) -> usize {
    let breaks = ['\n', '\r'];
    let mut end = text[at..].find(breaks).map_or(text.len(), |i| at + i + 1);
    while let Some(line) = text[end..].split_inclusive(breaks).next() {
        if !(line.trim().is_empty() || line.trim().starts_with('#')) {
            break;
        }
        end += line.len();
    }
    // Where the first of a line goes, the next one takes its place.
    end + (text.len() - end - text[end..].trim_start_matches(' ').len())
}

/// More than usual, if nobody says otherwise: a case is small.
fn config() -> ProptestConfig {
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    let default = ProptestConfig::default();
    ProptestConfig { cases: if asked { default.cases } else { 4096 }, ..default }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_change_to_any_document(bytes in proptest::collection::vec(any::<u8>(), 0..160)) {
        check(&bytes, &mut Tally::default())?;
    }
}

#[test]
fn the_generator_makes_sense() {
    let mut tally = Tally::default();
    let mut seed = 1u64;
    for _ in 0..500 {
        let bytes: Vec<u8> = (0..160)
            .map(|_| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (seed >> 33) as u8
            })
            .collect();
        check(&bytes, &mut tally).unwrap();
    }
    assert!(tally.made > 4 * tally.nonsense, "{} made, {} nonsense", tally.made, tally.nonsense);
}
