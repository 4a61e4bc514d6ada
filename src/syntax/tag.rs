//! Tags: `!!str 12`, `!!bool "yes"`, `!!binary aGk=`.

use super::scalar::{Resolved, ScalarStyle, resolve_plain};
use super::write::is_timestamp;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// What a scalar means, its tag considered, or `None` where kubectl refuses it (`!!int x`).
///
/// `!!binary` is left to the caller: its text has to be decoded first.
pub(crate) fn resolve_tagged<'a>(text: &'a str, style: ScalarStyle, tag: Option<&str>) -> Option<Resolved<'a>> {
    let Some(tag) = tag else {
        return Some(if style == ScalarStyle::Plain { resolve_plain(text) } else { Resolved::Str(text) });
    };
    Some(match (tag, resolve_plain(text)) {
        ("str" | "binary", _) => Resolved::Str(text),
        ("null", Resolved::Null) => Resolved::Null,
        ("bool", Resolved::Bool(b)) => Resolved::Bool(b),
        ("int", Resolved::Int(i)) => Resolved::Int(i),
        ("int", Resolved::Uint(u)) => Resolved::Uint(u),
        ("float", Resolved::Float(f)) => Resolved::Float(f),
        ("float", Resolved::Int(i)) => Resolved::Float(i as f64),
        ("timestamp", _) if is_timestamp(text) => Resolved::Str(text),
        ("timestamp" | "null" | "bool" | "int" | "float", _) => return None,
        // A tag of somebody's own: the text as it stands.
        _ => Resolved::Str(text),
    })
}

/// What `!!binary` stands for, or `None` where it is not base64. Bytes that are no UTF-8 become U+FFFD, as in Go's JSON.
pub(crate) fn decode_binary(text: &str) -> Option<String> {
    let joined = Zeroizing::new(text.replace(['\r', '\n'], ""));
    let bytes = Zeroizing::new(STANDARD.decode(&*joined).ok()?);
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        // One for each byte, as Go does, where Rust makes one of a cut-off character.
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    Some(text)
}
