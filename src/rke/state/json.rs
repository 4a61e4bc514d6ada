//! JSON made readable for a YAML parser.
//!
//! kubectl's reader takes nearly all JSON, but not all that Go's `encoding/json` reads and writes: it knows neither the escape
//! `\/` nor surrogate pairs, folds lines at separators that JSON knows nothing of, and refuses control characters that Go
//! leaves raw.

use zeroize::Zeroizing;

/// `text` with what the YAML parser reads otherwise written so that it reads the same; `None` where there is nothing of that.
pub(super) fn for_yaml(text: &str) -> Option<Zeroizing<String>> {
    let count = odd_pieces(text).count();
    if count == 0 {
        return None;
    }
    // An escape has six bytes. Nothing grows, so that no copy of a secret is left behind.
    let mut out = Zeroizing::new(String::with_capacity(text.len() + 6 * count));
    let mut copied = 0;
    for (at, length, c) in odd_pieces(text) {
        out.push_str(text.get(copied..at).unwrap_or_default());
        if is_odd(c) {
            let code = u32::from(c);
            out.push_str("\\u");
            out.extend((0..4).rev().filter_map(|i| char::from_digit(code >> (4 * i) & 0xf, 16)));
        } else {
            out.push(c);
        }
        copied = at + length;
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    Some(out)
}

/// Characters of the basic plane that JSON allows raw in a string and the parser does not take as they are.
fn is_odd(c: char) -> bool {
    matches!(c, '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// The pieces to write otherwise: where each begins, its length, and the character it means.
fn odd_pieces(text: &str) -> impl Iterator<Item = (usize, usize, char)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let (length, odd) = piece(text, at)?;
            at += length;
            if let Some(c) = odd {
                return Some((at - length, length, c));
            }
        }
    })
}

/// The piece at `at`: its length, and what it means if it is to be written otherwise.
fn piece(text: &str, at: usize) -> Option<(usize, Option<char>)> {
    let rest = || text.get(at..).unwrap_or_default();
    Some(match text.as_bytes().get(at)? {
        b'\\' if rest().starts_with("\\/") => (2, Some('/')),
        b'\\' => surrogates(rest()).map_or((2, None), |c| (12, Some(c))),
        // The first bytes of those in `is_odd`.
        0x7f | 0xc2 | 0xe2 | 0xef => match rest().chars().next() {
            Some(c) => (c.len_utf8(), is_odd(c).then_some(c)),
            None => (1, None),
        },
        _ => (1, None),
    })
}

/// The character of a surrogate pair: `\ud83d\ude00`.
fn surrogates(text: &str) -> Option<char> {
    let unit = |text: &str| u16::from_str_radix(text.strip_prefix("\\u")?, 16).ok();
    let pair = [unit(text.get(..6)?)?, unit(text.get(6..12)?)?];
    match char::decode_utf16(pair).next() {
        Some(Ok(c)) if c > '\u{ffff}' => Some(c),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{Document, Value, from_document};

    #[test]
    fn reads_as_json_does() {
        for text in [
            r#"["a\/b", "\\/c", "\ud83d\ude00\\ud83d", "\u00e9"]"#,
            "[\"a\u{7f}b\u{85}c\u{2028}d\u{2029}e\u{feff}f\u{fffe}\u{ffff}g\u{9f}\", \"é‘’\"]",
            "[\"plain\", 1, null]",
            "[\"\\ud83d\u{7f}",
            "\\",
            "",
        ] {
            let own = for_yaml(text);
            let own = own.as_ref().map_or(text, |own| own.as_str());
            let Ok(json) = serde_json::from_str::<serde_json::Value>(text) else { continue };
            let value: Value = from_document(&Document::parse(own).unwrap()).unwrap();
            assert_eq!(value.to_json().unwrap(), json, "{text}");
        }
        assert!(for_yaml("{\"a\": \"\\\\\\n\\u0041\"}").is_none(), "nothing to do, nothing done");
    }
}
