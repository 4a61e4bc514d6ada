//! Texts of several documents.

use super::document::Document;
use crate::error::Result;
use zeroize::Zeroizing;

/// All documents of a text, such as several objects printed one after the other with `---` between them.
///
/// kubectl reads the first document of a kubeconfig only, and so does [`Document::parse`]. Documents that hold nothing but
/// comments are left out. A marker at the beginning of a line parts documents wherever it stands, by YAML's own rule.
///
/// # Errors
/// Those of [`Document::parse`], of the first document that has any; lines are counted from the beginning of the text.
pub fn documents(bytes: impl Into<Vec<u8>>) -> Result<Vec<Document>> {
    let bytes = Zeroizing::new(bytes.into());
    let parts = parts(&bytes);
    if parts.len() <= 1 {
        return Ok(vec![Document::parse(bytes.to_vec())?]);
    }
    let mut documents = Vec::new();
    for Part { text, line } in parts {
        let document = Document::parse(text).map_err(|error| error.below(line))?;
        if document.root().is_some() {
            documents.push(document);
        }
    }
    Ok(documents)
}

/// A document of a text of several.
pub(crate) struct Part<'a> {
    pub(crate) text: &'a [u8],
    /// Lines before it.
    pub(crate) line: u32,
}

/// The documents of a text, not read yet.
pub(crate) fn parts(text: &[u8]) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let (mut begin, mut begin_line, mut at) = (0, 0, 0);
    let mut is_begun = false;
    for (number, line) in text.split_inclusive(|byte| *byte == b'\n').enumerate() {
        if is_marker(line) {
            if is_begun {
                parts.push(Part { text: &text[begin..at], line: begin_line });
                (begin, begin_line) = (at, u32::try_from(number).unwrap_or(u32::MAX));
            }
            is_begun = true;
        } else if !line.starts_with(b"%") && !is_blank(line) {
            is_begun = true;
        }
        at += line.len();
    }
    parts.push(Part { text: &text[begin..], line: begin_line });
    parts
}

fn is_marker(line: &[u8]) -> bool {
    line.strip_prefix(b"---").is_some_and(|rest| rest.first().is_none_or(u8::is_ascii_whitespace))
}

fn is_blank(line: &[u8]) -> bool {
    line.trim_ascii_start().first().is_none_or(|byte| *byte == b'#')
}
