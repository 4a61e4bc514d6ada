//! From bytes to a document.

use super::document::{Document, Limits};
use super::effective;
use super::encoding::Encoding;
use super::lines::position_in;
use super::parser;
use super::scanner::error_at;
use super::text::Text;
use crate::error::{Error, ErrorKind, Result};
use zeroize::Zeroizing;

impl Document {
    /// Reads a text with the default [`Limits`].
    ///
    /// # Errors
    /// [`ErrorKind::Syntax`] with line and column where the text is not YAML as kubectl reads it, [`ErrorKind::Limit`]
    /// where it is too large, too deep, or made too large by aliases.
    pub fn parse(bytes: impl Into<Vec<u8>>) -> Result<Document> {
        Self::parse_with(bytes, &Limits::default())
    }

    /// Reads a text with limits of your own.
    ///
    /// # Errors
    /// As [`parse`](Document::parse).
    pub fn parse_with(bytes: impl Into<Vec<u8>>, limits: &Limits) -> Result<Document> {
        let mut bytes = Zeroizing::new(bytes.into());
        let limit = limits.input.min(Limits::MAX_INPUT);
        if bytes.len() as u64 > limit {
            return Err(Error::new(ErrorKind::Limit, format!("more than {limit} bytes")));
        }
        let (source, encoding) = Encoding::decode(std::mem::take(&mut *bytes))?;
        // The text may end before a character that YAML forbids. Whether that is an error depends on whether the parser
        // comes that far: it may stand behind the first document.
        let forbidden = forbidden_character(source.as_bytes());
        let readable = source.get(..forbidden.unwrap_or(source.len())).unwrap_or_default();
        let (parsed, at_end) = parser::parse(readable, limits);
        let parsed = match forbidden {
            Some(at) if at_end => Err(error_at(at, "a control character, or another that YAML does not allow")
                .with_help("remove it, or write it as an escape in double quotes")),
            _ => parsed,
        };
        let mut text = Text { source, decoded: String::new() };
        let parsed = parsed.map_err(|e| e.locate(|at| position_in(&text.source, at)))?;
        text.decoded = parsed.decoded;
        let document = Document::of(text, parsed.tree, encoding, limits.clone());
        effective::check(&document, limits).map_err(|e| document.locate(e))?;
        Ok(document)
    }
}

/// The offset of the first character that YAML 1.1 does not allow in a stream: C0 except tab and line ends, DEL, C1 except NEL,
/// U+FFFE and U+FFFF.
fn forbidden_character(text: &[u8]) -> Option<usize> {
    let suspicious = |b: u8| (b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r')) || matches!(b, 0x7F | 0xC2 | 0xEF);
    let mut at = 0;
    for chunk in text.chunks(64) {
        if chunk.iter().fold(false, |any, &b| any | suspicious(b)) {
            for (i, &b) in chunk.iter().enumerate() {
                let next = |n: usize| text.get(at + i + n).copied().unwrap_or(0);
                let forbidden = match b {
                    0xC2 => next(1) < 0xA0 && next(1) != 0x85,
                    0xEF => next(1) == 0xBF && next(2) >= 0xBE,
                    _ => suspicious(b),
                };
                if forbidden {
                    return Some(at + i);
                }
            }
        }
        at += chunk.len();
    }
    None
}
