//! Which texts may stand plain (unquoted), and what they would mean.

use crate::syntax::scalar::{Resolved, resolve_plain};

/// Whether kubectl's writer takes the plain scalar `text` for text: it quotes words, numbers, dates and `12:30:45`.
pub(crate) fn means_text(text: &str) -> bool {
    matches!(resolve_plain(text), Resolved::Str(_)) && !is_base60(text) && !is_timestamp(text)
}

/// `^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$`: a float to YAML 1.1, text to go-yaml, which quotes it nonetheless.
fn is_base60(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let mut parts = text.split(':');
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    if !parts.next().is_some_and(digits) {
        return false;
    }
    let sixty = |part: &str| match part.as_bytes() {
        [ones] => ones.is_ascii_digit(),
        [tens, ones] => (b'0'..=b'5').contains(tens) && ones.is_ascii_digit(),
        _ => false,
    };
    let mut seen = false;
    let mut rest = parts.peekable();
    while let Some(part) = rest.next() {
        seen = true;
        let fits = match part.split_once('.') {
            Some((whole, fraction)) => rest.peek().is_none() && sixty(whole) && digits(fraction),
            None => sixty(part),
        };
        if !fits {
            return false;
        }
    }
    seen
}

/// Go's `time.Parse` with the four layouts go-yaml tries: a date alone, with `T`, `t` or blanks and a time.
pub(crate) fn is_timestamp(text: &str) -> bool {
    date_and_time(text).is_some()
}

fn date_and_time(text: &str) -> Option<()> {
    let bytes = text.as_bytes();
    if bytes.len() < 6 || !bytes[..4].iter().all(u8::is_ascii_digit) || bytes[4] != b'-' {
        return None;
    }
    let year: u32 = text.get(..4)?.parse().ok()?;
    let (month, rest) = number(&bytes[5..])?;
    let (day, rest) = number(rest.strip_prefix(b"-")?)?;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=days).contains(&day) {
        return None;
    }
    match rest {
        [] => Some(()),
        [b'T' | b't', rest @ ..] => zone(time(rest)?),
        [b' ', ..] => {
            let blanks = rest.iter().take_while(|&&b| b == b' ').count();
            time(&rest[blanks..])?.is_empty().then_some(())
        }
        _ => None,
    }
}

/// One digit or two.
fn number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let digit = |b: &u8| u32::from(b - b'0');
    match bytes {
        [a, b, rest @ ..] if a.is_ascii_digit() && b.is_ascii_digit() => Some((digit(a) * 10 + digit(b), rest)),
        [a, rest @ ..] if a.is_ascii_digit() => Some((digit(a), rest)),
        _ => None,
    }
}

/// Hours, minutes, seconds and perhaps a fraction; the rest.
fn time(bytes: &[u8]) -> Option<&[u8]> {
    let (hour, rest) = number(bytes)?;
    let (minute, rest) = number(rest.strip_prefix(b":")?)?;
    let (second, rest) = number(rest.strip_prefix(b":")?)?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    Some(match rest {
        [b'.' | b',', digits @ ..] if digits.first().is_some_and(u8::is_ascii_digit) => {
            &digits[digits.iter().take_while(|b| b.is_ascii_digit()).count()..]
        }
        _ => rest,
    })
}

/// `Z`, or an offset; Go takes `+24:60` too.
fn zone(bytes: &[u8]) -> Option<()> {
    match bytes {
        [b'Z'] => Some(()),
        [b'+' | b'-', rest @ ..] => {
            let (hours, rest) = two(rest)?;
            let (minutes, rest) = two(rest.strip_prefix(b":")?)?;
            (hours <= 24 && minutes <= 60 && rest.is_empty()).then_some(())
        }
        _ => None,
    }
}

/// Two digits.
fn two(bytes: &[u8]) -> Option<(u32, &[u8])> {
    if !bytes.get(1).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    number(bytes)
}

/// A line break to YAML 1.1.
pub(super) fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What go-yaml's writer leaves unescaped: nothing beyond the basic plane.
pub(super) fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{fffd}') && c != '\u{feff}'
}

/// What go-yaml's reader takes as it stands.
pub(super) fn is_readable(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}') || matches!(c, '\t' | '\n' | '\r' | '\u{85}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_numbers_and_times_are_no_text() {
        for text in [
            "",
            "~",
            "yes",
            "on",
            "N",
            "012",
            "1_000",
            "-0b1",
            "1e3",
            "12:30:45",
            "1:30",
            "-1:2.5_",
            "2001-01-01",
            "2001-1-1",
            "2000-02-29",
            "2001-12-14t21:59:43.10-05:00",
            "2001-12-14T1:2:3Z",
            "2001-12-14  21:59:43.1",
            "2001-12-14 21:59:43,123456789012",
            "0000-02-29",
            "2001-01-01T00:00:00+24:60",
        ] {
            assert!(!means_text(text), "{text}");
        }
        for text in [
            "a",
            "=",
            "<<",
            "1:60",
            "1:2:",
            "1:2.5:3",
            "12:345",
            "a:1",
            "2001-02-29",
            "1900-02-29",
            "2001-13-01",
            "2001-00-01",
            "2001-01-00",
            "2001-1-",
            "2001-01-01x",
            "2001-01-01T00:00:00",
            "2001-01-01 24:00:00",
            "2001-01-01T00:00:00+5:00",
            "01-01-2001",
            "2001-01-01 ",
            "1.2.3",
            "0x",
            "１２",
        ] {
            assert!(means_text(text), "{text}");
        }
    }
}
