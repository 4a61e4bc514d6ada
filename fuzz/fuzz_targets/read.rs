//! Any bytes: reading them never panics, and what is read gives back the same bytes.

#![no_main]

use kubeconfig::syntax::Document;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let document = match Document::parse(bytes) {
        Ok(document) => document,
        Err(error) => {
            let _ = format!("{error} {error:?}");
            return;
        }
    };
    assert_eq!(document.to_bytes(), bytes, "an untouched document is saved as it was");
    let text = document.text();
    // Aliases can make a tree far larger than its text: the nodes as they are written, and one step from each.
    for node in document.nodes().take(10_000) {
        let span = node.span();
        assert!(text.get(span.start as usize..span.end as usize).is_some(), "a span is a piece of the text");
        assert!(document.position(span.start) <= document.position(span.end));
        let _ = (node.kind(), node.style(), node.anchor(), node.tag(), node.text(), node.resolved(), node.key());
        let target = node.resolve();
        let _ = (target.as_str(), target.items().count(), target.get("name").is_some());
    }
    if let Some(root) = document.root() {
        // What a key leads to is among the effective entries.
        for (key, value) in root.entries().into_iter().take(50) {
            let found = root.get(&key.key()).expect("a key that is listed is found");
            assert_eq!(found.span(), value.resolve().span());
        }
    }
});
