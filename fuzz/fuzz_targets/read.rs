//! Any bytes: reading them never panics, and what is read gives back the same bytes.

#![no_main]

use kubeconfig::syntax::{Document, Node};
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
    if let Some(root) = document.root() {
        walk(&document, root);
    }
});

/// Looks at nodes until the work is a small multiple of the input: aliases can make a tree far larger than its text.
fn walk(document: &Document, root: Node<'_>) {
    let mut left = 10_000;
    let mut nodes = vec![root];
    while let Some(node) = nodes.pop() {
        let span = node.span();
        assert!(document.text().get(span.start as usize..span.end as usize).is_some(), "a span is a piece of the text");
        let (start, end) = (document.position(span.start), document.position(span.end));
        assert!(start <= end);
        let _ = node.as_str().map(str::len);
        for key in ["clusters", "users", "contexts", "name", "cluster", "user", "extension", "a"] {
            nodes.extend(node.get(key));
        }
        nodes.extend(node.items());
        left -= 1;
        if left == 0 {
            return;
        }
    }
}
