//! Any document and any change: what is read again is the change made to what was read, and comments stay.

#![no_main]

#[path = "../../tests/edit/generate.rs"]
mod generate;

use generate::{Change, Choices, Deed, Text, plain};
use kubeconfig::ErrorKind;
use kubeconfig::syntax::{Document, Editor, Value, from_document};
use libfuzzer_sys::fuzz_target;
use serde_json::Value as Json;

fuzz_target!(|bytes: &[u8]| {
    let Some((form, rest)) = bytes.split_first() else { return };
    // A text made from the bytes, or the bytes themselves behind the choices.
    let mut choices = Choices(rest);
    let text = match form % 2 {
        0 => Text::generate(&mut choices).into_bytes(),
        _ => {
            let Some((head, text)) = rest.split_at_checked(24) else { return };
            choices = Choices(head);
            text.to_vec()
        }
    };
    let shown = String::from_utf8_lossy(&text).into_owned();
    let Ok(document) = Document::parse(text) else { return };
    let (Ok(mut editor), Some(mut model)) = (Editor::new(&document), read(&document)) else { return };
    let mut changes = Vec::new();
    for _ in 0..=choices.below(4) {
        let change = Change::choose(&mut choices, &model);
        match change.make(&mut editor) {
            Ok(true) => change.apply(&mut model),
            Ok(false) => continue,
            Err(error) => panic!("{error}\n{change:?}\n{shown}"),
        }
        changes.push(change);
    }
    let result = match editor.finish() {
        Ok(result) => result,
        // A copy of what an alias stands for may be too deep.
        Err(error) if error.kind() == ErrorKind::Limit => return,
        // Nothing parts what stands behind it from the document.
        Err(error) if error.help().is_some_and(|help| help.contains("is no part of the document")) => return,
        Err(error) => panic!("{error}\n{changes:?}\n{shown:?}\n{shown}"),
    };
    let after = result.text();
    assert_eq!(read(&result).as_ref(), Some(&model), "\n{changes:?}\n{shown}\n---- became\n{after}");
    assert_eq!(result.encoding(), document.encoding());
    // What is only added takes nothing away, be it a comment or not.
    let adds = |change: &Change| matches!(&change.deed, Deed::Insert(..));
    if changes.iter().all(adds) && !document.text().contains(['*', '[', '{', '|', '>', '?', '~', 'n', 'N']) {
        let lines = |text: &str| text.split(['\n', '\r']).map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
        let mut left = lines(after).into_iter();
        for line in lines(document.text()) {
            assert!(
                left.any(|other| other.starts_with(&line)),
                "{line:?} is gone\n{changes:?}\n{shown}\n---- became\n{after}"
            );
        }
    }
});

fn read(document: &Document) -> Option<Json> {
    plain(&from_document::<Value>(document).ok()?)
}
