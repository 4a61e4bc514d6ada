//! The three kinds of scalars: plain, quoted, block. A scalar that is a piece of the text as it stands is not copied.

use super::scalar::ScalarStyle;
use super::scanner::{Kind, Scanner, Token, error_at, offset, source};
use super::text::Piece;
use crate::error::Result;

/// A scalar under construction: a piece of the source as long as it can be, copied once it can't.
struct Content {
    /// Where the run of source begins that is part of the value but not yet copied.
    run: usize,
    /// Where in the buffer of decoded text this scalar begins, once it has been copied.
    copied_from: Option<usize>,
}

impl Content {
    fn new(at: usize) -> Self {
        Content { run: at, copied_from: None }
    }

    /// Copies what has run up to `end`, appends `text`, and goes on at `next`.
    fn replace(&mut self, scanner: &mut Scanner<'_>, end: usize, text: &str, next: usize) {
        if self.copied_from.is_none() {
            scanner.reserve_decoded();
            self.copied_from = Some(scanner.decoded.len());
        }
        let run = scanner.slice(self.run, end);
        scanner.decoded.push_str(run);
        scanner.decoded.push_str(text);
        self.run = next;
    }

    fn finish(mut self, scanner: &mut Scanner<'_>, end: usize) -> Piece {
        if self.copied_from.is_none() {
            return source(self.run, end);
        }
        self.replace(scanner, end, "", end);
        let start = offset(self.copied_from.unwrap_or_default());
        Piece { decoded: true, start, end: offset(scanner.decoded.len()) }
    }
}

/// What line breaks between two parts of a scalar read as: one break is a blank, more lose the first.
#[derive(Default)]
struct Fold {
    first: &'static str,
    more: String,
}

impl Fold {
    fn push(&mut self, line_break: &'static str) {
        if self.first.is_empty() {
            self.first = line_break;
        } else {
            self.more.push_str(line_break);
        }
    }

    fn reads_as(&self) -> String {
        match (self.first, self.more.as_str()) {
            // An escaped line break: nothing but the empty lines after it.
            ("", more) => more.to_owned(),
            ("\n", "") => " ".to_owned(),
            ("\n", more) => more.to_owned(),
            // The Unicode separators are not folded.
            (first, more) => format!("{first}{more}"),
        }
    }
}

impl Scanner<'_> {
    pub(super) fn scan_plain(&mut self) -> Result<Token> {
        let start = self.mark.offset;
        let indent = self.indent + 1;
        let flow = self.in_flow();
        let mut content = Content::new(start);
        let mut end = start;
        let mut fold: Option<Fold> = None;
        loop {
            if self.at_document_indicator() || self.at(0) == b'#' {
                break;
            }
            let word = self.mark.offset;
            self.skip_plain_word(flow);
            if self.mark.offset > word {
                if let Some(fold) = fold.take() {
                    content.replace(self, end, &fold.reads_as(), word);
                }
                end = self.mark.offset;
            }
            if !matches!(self.at(0), b' ' | b'\t') && !self.is_break(0) {
                break;
            }
            loop {
                match self.at(0) {
                    b'\t' if fold.is_some() && self.mark.column() < indent => {
                        return Err(self.error("a tab in the indentation").with_help("indent with spaces"));
                    }
                    b' ' | b'\t' => self.skip_ascii(1),
                    _ if self.is_break(0) => {
                        let line_break = self.skip_break();
                        fold.get_or_insert_default().push(line_break);
                    }
                    _ => break,
                }
            }
            if !flow && self.mark.column() < indent {
                break;
            }
        }
        if fold.is_some() {
            self.simple_key_allowed = true;
        }
        let text = content.finish(self, end);
        Ok(self.token_to(Kind::Scalar { text, style: ScalarStyle::Plain }, start, end))
    }

    /// Over the characters of a plain scalar up to a blank or what ends it.
    fn skip_plain_word(&mut self, flow: bool) {
        const STOP: u8 = 1;
        const FLOW: u8 = 2;
        const CLASS: [u8; 256] = {
            let mut class = [0u8; 256];
            let mut i = 0;
            while i < 256 {
                class[i] = match i as u8 {
                    b' ' | b'\t' | b'\n' | b'\r' | b':' | 0x80..=0xFF => STOP,
                    b',' | b'?' | b'[' | b']' | b'{' | b'}' => FLOW,
                    _ => 0,
                };
                i += 1;
            }
            class
        };
        let stops = if flow { STOP | FLOW } else { STOP };
        loop {
            let rest = self.rest();
            let mut run = 0;
            // Base64 of some kilobytes is what most bytes of a kubeconfig are: go by chunks while nothing stops.
            for chunk in rest.chunks_exact(16) {
                if chunk.iter().fold(0, |all, &b| all | CLASS[b as usize]) & stops != 0 {
                    break;
                }
                run += 16;
            }
            while rest.get(run).is_some_and(|&b| CLASS[b as usize] & stops == 0) {
                run += 1;
            }
            self.skip_ascii(run);
            match self.at(0) {
                b':' if !self.is_blank_or_end(1) => self.skip_ascii(1),
                0x80..=0xFF if !self.is_break(0) => self.skip(),
                _ => return,
            }
        }
    }

    pub(super) fn scan_quoted(&mut self) -> Result<Token> {
        let start = self.mark.offset;
        let quote = self.at(0);
        self.skip_ascii(1);
        let mut content = Content::new(self.mark.offset);
        loop {
            if self.at_document_indicator() {
                return Err(self.error("a document ends inside a quoted value").with_help("close the quote"));
            }
            if self.is_end(0) {
                return Err(error_at(start, "a quote that is never closed"));
            }
            let escaped_break = self.scan_quoted_word(quote, &mut content)?;
            if self.at(0) == quote {
                break;
            }
            self.scan_quoted_blanks(escaped_break, &mut content);
        }
        let text = content.finish(self, self.mark.offset);
        self.skip_ascii(1);
        let style = if quote == b'"' { ScalarStyle::DoubleQuoted } else { ScalarStyle::SingleQuoted };
        Ok(self.token(Kind::Scalar { text, style }, start))
    }

    /// Characters and escapes up to a blank, a line break or the closing quote. Returns whether it went over an escaped
    /// line break.
    fn scan_quoted_word(&mut self, quote: u8, content: &mut Content) -> Result<bool> {
        loop {
            let rest = self.rest();
            let run = rest
                .iter()
                .take_while(|&&b| !matches!(b, b' ' | b'\t' | b'\n' | b'\r' | b'\\' | 0x80..=0xFF) && b != quote)
                .count();
            self.skip_ascii(run);
            let here = self.mark.offset;
            match self.at(0) {
                b'\'' if quote == b'\'' && self.at(1) == b'\'' => {
                    self.skip_ascii(2);
                    content.replace(self, here, "'", here + 2);
                }
                b'\\' if quote == b'"' && self.is_break(1) => {
                    self.skip_ascii(1);
                    self.skip_break();
                    content.replace(self, here, "", self.mark.offset);
                    return Ok(true);
                }
                b'\\' if quote == b'"' => {
                    let c = self.scan_escape()?;
                    content.replace(self, here, c.encode_utf8(&mut [0; 4]), self.mark.offset);
                }
                b'\\' => self.skip_ascii(1),
                0x80..=0xFF if !self.is_break(0) => self.skip(),
                _ => return Ok(false),
            }
        }
    }

    /// Blanks and line breaks inside quotes: blanks stay unless a line break is among them.
    fn scan_quoted_blanks(&mut self, escaped_break: bool, content: &mut Content) {
        let from = self.mark.offset;
        let mut fold = escaped_break.then(Fold::default);
        let mut broken = false;
        loop {
            match self.at(0) {
                b' ' | b'\t' => self.skip_ascii(1),
                _ if self.is_break(0) => {
                    let line_break = self.skip_break();
                    let fold = fold.get_or_insert_default();
                    if escaped_break {
                        fold.more.push_str(line_break);
                    } else {
                        fold.push(line_break);
                    }
                    broken = true;
                }
                _ => break,
            }
        }
        if escaped_break || broken {
            let text = fold.unwrap_or_default().reads_as();
            content.replace(self, from, &text, self.mark.offset);
        }
    }

    fn scan_escape(&mut self) -> Result<char> {
        let digits = match self.at(1) {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            other => {
                let c = match other {
                    b'0' => '\0',
                    b'a' => '\u{7}',
                    b'b' => '\u{8}',
                    b't' | b'\t' => '\t',
                    b'n' => '\n',
                    b'v' => '\u{b}',
                    b'f' => '\u{c}',
                    b'r' => '\r',
                    b'e' => '\u{1b}',
                    b' ' => ' ',
                    b'"' => '"',
                    b'\'' => '\'',
                    b'\\' => '\\',
                    b'N' => '\u{85}',
                    b'_' => '\u{a0}',
                    b'L' => '\u{2028}',
                    b'P' => '\u{2029}',
                    b'/' => {
                        return Err(self
                            .error("the escape '\\/' of JSON, which kubectl does not know")
                            .with_help("write '/' without the backslash"));
                    }
                    _ => {
                        return Err(self
                            .error("an escape that YAML does not know")
                            .with_help("write a backslash as '\\\\', or use single quotes"));
                    }
                };
                self.skip_ascii(2);
                return Ok(c);
            }
        };
        let hex = self.rest().get(2..2 + digits).unwrap_or_default();
        if hex.len() < digits || !hex.iter().all(u8::is_ascii_hexdigit) {
            return Err(self.error("an escape with too few hexadecimal digits"));
        }
        let code = hex.iter().fold(0u32, |n, &b| n << 4 | (b as char).to_digit(16).unwrap_or(0));
        let c = char::from_u32(code).ok_or_else(|| {
            self.error("an escape that is no Unicode character; kubectl takes no surrogate pairs")
                .with_help("write the character itself")
        })?;
        self.skip_ascii(2 + digits);
        Ok(c)
    }

    pub(super) fn scan_block_scalar(&mut self) -> Result<Token> {
        let start = self.mark.offset;
        let literal = self.at(0) == b'|';
        self.skip_ascii(1);
        let (keep, increment) = self.scan_block_header()?;
        let mut indent = match increment {
            0 => 0,
            n if self.indent >= 0 => self.indent + n,
            n => n,
        };
        let mut end = self.mark.offset;
        let mut content = Content::new(self.mark.offset);
        // Every line may lose its indentation, so the text is put together from lines.
        self.reserve_decoded();
        content.copied_from = Some(self.decoded.len());
        let mut breaks = String::new();
        self.scan_block_breaks(&mut indent, &mut breaks, &mut end)?;
        let mut leading_break = "";
        let mut leading_blank = false;
        while self.mark.column() == indent && !self.is_end(0) {
            let blank = matches!(self.at(0), b' ' | b'\t');
            if !literal && !leading_blank && !blank && leading_break == "\n" {
                if breaks.is_empty() {
                    self.decoded.push(' ');
                }
            } else {
                self.decoded.push_str(leading_break);
            }
            self.decoded.push_str(&breaks);
            breaks.clear();
            leading_blank = blank;
            let line = self.mark.offset;
            self.skip_line_rest();
            let text = self.slice(line, self.mark.offset);
            self.decoded.push_str(text);
            leading_break = if self.is_break(0) { self.skip_break() } else { "" };
            self.scan_block_breaks(&mut indent, &mut breaks, &mut end)?;
        }
        if keep != Some(false) {
            self.decoded.push_str(leading_break);
        }
        if keep == Some(true) {
            self.decoded.push_str(&breaks);
        }
        content.run = self.mark.offset;
        let text = content.finish(self, self.mark.offset);
        let style = if literal { ScalarStyle::Literal } else { ScalarStyle::Folded };
        Ok(self.token_to(Kind::Scalar { text, style }, start, end))
    }

    /// What follows `|` or `>` on its line: whether to keep (`+`) or strip (`-`) the last line breaks, and by how much the
    /// text is indented (0 where it is to be seen from the text).
    fn scan_block_header(&mut self) -> Result<(Option<bool>, i64)> {
        let mut keep = None;
        let mut increment = 0;
        for _ in 0..2 {
            match self.at(0) {
                sign @ (b'+' | b'-') if keep.is_none() => keep = Some(sign == b'+'),
                b'0' if increment == 0 => return Err(self.error("an indentation of 0 for a block of text")),
                digit @ b'1'..=b'9' if increment == 0 => increment = i64::from(digit - b'0'),
                _ => break,
            }
            self.skip_ascii(1);
        }
        self.skip_header_rest()?;
        Ok((keep, increment))
    }

    /// Indentation and empty lines. `indent` 0 means that it is to be found; `end` is behind the last line break.
    fn scan_block_breaks(&mut self, indent: &mut i64, breaks: &mut String, end: &mut usize) -> Result<()> {
        *end = self.mark.offset;
        let mut deepest = 0;
        loop {
            while (*indent == 0 || self.mark.column() < *indent) && self.at(0) == b' ' {
                self.skip_ascii(1);
            }
            deepest = deepest.max(self.mark.column());
            if (*indent == 0 || self.mark.column() < *indent) && self.at(0) == b'\t' {
                return Err(self.error("a tab in the indentation of a block of text").with_help("indent with spaces"));
            }
            if !self.is_break(0) {
                break;
            }
            breaks.push_str(self.skip_break());
            *end = self.mark.offset;
        }
        if *indent == 0 {
            *indent = deepest.max(self.indent + 1).max(1);
        }
        Ok(())
    }
}
