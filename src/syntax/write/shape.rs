//! What go-yaml's writer makes of a single text or number.

use super::control_character;
use super::plain::{is_break, is_printable, is_readable, means_text};
use crate::error::{Error, ErrorKind, Result};
use std::borrow::Cow;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Single,
    Double,
    Literal,
}

/// What go-yaml makes of a text that Go wrote as JSON: NEL, which is not escaped there, is a line break and is folded.
pub(super) fn reread(text: &str) -> Result<Cow<'_, str>> {
    if text.is_ascii() {
        return if text.contains('\u{7f}') { Err(control_character()) } else { Ok(text.into()) };
    }
    // What is below the blank was escaped.
    if text.chars().any(|c| c >= ' ' && !is_readable(c)) {
        return Err(control_character());
    }
    if !text.contains('\u{85}') {
        return Ok(text.into());
    }
    let mut lines = text.split('\u{85}');
    let mut out = lines.next().unwrap_or_default().trim_end_matches(' ').to_owned();
    let mut breaks = 0;
    let mut lines = lines.peekable();
    while let Some(line) = lines.next() {
        let last = lines.peek().is_none();
        if is_document_mark(line, last) {
            return Err(Error::new(
                ErrorKind::Unrepresentable,
                "it holds a line of `---` or `...` behind U+0085, which kubectl can't write as YAML",
            ));
        }
        breaks += 1;
        let line = line.trim_start_matches(' ');
        let line = if last { line } else { line.trim_end_matches(' ') };
        if line.is_empty() && !last {
            continue;
        }
        match breaks {
            1 => out.push(' '),
            n => out.extend(std::iter::repeat_n('\n', n - 1)),
        }
        breaks = 0;
        out.push_str(line);
    }
    Ok(out.into())
}

fn is_document_mark(line: &str, last: bool) -> bool {
    let behind = line.strip_prefix("---").or_else(|| line.strip_prefix("..."));
    behind.is_some_and(|rest| if rest.is_empty() { !last } else { rest.starts_with(' ') })
}

/// What the characters of a text allow.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) multiline: bool,
    plain: bool,
    single: bool,
    block: bool,
}

impl Shape {
    pub(super) fn of(text: &str) -> Self {
        if text.is_empty() {
            return Shape { multiline: false, plain: true, single: true, block: false };
        }
        let blank = |c: Option<char>| matches!(c, None | Some(' ' | '\t'));
        let mut indicators = text.starts_with("---") || text.starts_with("...");
        let (mut multiline, mut special) = (false, false);
        let (mut break_then_space, mut space_then_break) = (false, false);
        let mut before = None;
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            let last = chars.peek().is_none();
            let blank_behind = blank(chars.peek().copied());
            indicators |= match (c, before) {
                ('?' | '-', None) => blank_behind,
                (':', _) => blank_behind,
                ('#', Some(before)) => matches!(before, ' ' | '\t' | '\0') || is_break(before),
                (',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>', None) => true,
                ('#' | '\'' | '"' | '%' | '@' | '`', None) => true,
                _ => false,
            };
            special |= !is_printable(c);
            if c == ' ' {
                indicators |= before.is_none() || last;
                break_then_space |= before.is_some_and(is_break);
            } else if is_break(c) {
                multiline = true;
                space_then_break |= before == Some(' ');
            }
            before = Some(c);
        }
        let escape = space_then_break || special;
        Shape {
            multiline,
            plain: !(indicators || multiline || escape),
            single: !(break_then_space || escape),
            block: !(text.ends_with(' ') || escape),
        }
    }

    pub(super) fn style(&self, text: &str, simple_key: bool) -> Style {
        let wanted = if text.contains('\n') {
            Style::Literal
        } else if means_text(text) {
            Style::Plain
        } else {
            Style::Double
        };
        match wanted {
            Style::Plain if self.plain => Style::Plain,
            Style::Plain if self.single => Style::Single,
            Style::Literal if self.block && !simple_key => Style::Literal,
            _ => Style::Double,
        }
    }
}

/// A character in double quotes, as go-yaml escapes it.
pub(super) fn escape(c: char) -> String {
    let short = match c {
        '\0' => '0',
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        '\u{1b}' => 'e',
        '"' | '\\' => c,
        '\u{85}' => 'N',
        '\u{a0}' => '_',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        _ => {
            return match u32::from(c) {
                c @ ..=0xff => format!("\\x{c:02X}"),
                c @ ..=0xffff => format!("\\u{c:04X}"),
                c => format!("\\U{c:08X}"),
            };
        }
    };
    format!("\\{short}")
}

/// Go's `FormatFloat(f, 'g', -1, 64)`: an exponent below 1e-4 and from 1e6 on.
pub(super) fn shortest(f: f64) -> String {
    let text = format!("{f:e}");
    let Some((digits, exponent)) = text.split_once('e') else { return text };
    let Ok(power) = exponent.parse::<i32>() else { return text };
    if !(-4..6).contains(&power) {
        let sign = if power < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", power.abs());
    }
    format!("{f}")
}
