//! Text to tokens, by libyaml's rules as kubectl's reader applies them (YAML 1.1).
//!
//! Where YAML is context-sensitive the scanner looks ahead: a token that may turn out to be a key without `?` is held back
//! until its `:` is seen, or can't come any more (another line, or more than 1,024 characters on).

use super::scalar::ScalarStyle;
use super::text::Piece;
use crate::error::{Error, ErrorKind, Result};
use std::collections::VecDeque;

/// What a token is. The two directives carry what they say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    StreamEnd,
    VersionDirective { major: u8, minor: u8 },
    TagDirective { handle: Piece, prefix: Piece },
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias(Piece),
    Anchor(Piece),
    Tag { handle: Piece, suffix: Piece },
    Scalar { text: Piece, style: ScalarStyle },
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: u32,
    pub(super) end: u32,
    /// The flow level at which this token is a possible key, counted from 1; 0 for none.
    key_level: u32,
}

/// Where the scanner stands. Columns and the index count characters, offsets bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mark {
    pub(super) offset: usize,
    line: u32,
    line_start: usize,
    /// Bytes of this line, and of all, that are not the first of their character.
    line_tails: usize,
    tails: usize,
}

impl Mark {
    /// -1 does not occur: a column is compared with an indentation, which may be.
    pub(super) fn column(&self) -> i64 {
        (self.offset - self.line_start - self.line_tails) as i64
    }

    fn index(&self) -> usize {
        self.offset - self.tails
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct SimpleKey {
    possible: bool,
    required: bool,
    token: u64,
    mark: Mark,
}

/// Characters from the start of a key to its `:`; libyaml's limit, and YAML's.
const MAX_KEY: usize = 1024;

pub(super) struct Scanner<'t> {
    /// The text up to its end, or up to the first character that YAML does not allow.
    text: &'t [u8],
    pub(super) mark: Mark,
    /// What scalars decode to where it is no piece of the text.
    pub(super) decoded: String,
    pub(super) tokens: VecDeque<Token>,
    /// Number of tokens handed out.
    taken: u64,
    done: bool,
    pub(super) indent: i64,
    indents: Vec<i64>,
    pub(super) simple_key_allowed: bool,
    simple_keys: Vec<SimpleKey>,
    max_depth: u32,
    keys_of_json: bool,
}

pub(super) fn is_break_at(text: &[u8], at: usize) -> bool {
    match text.get(at) {
        Some(b'\n' | b'\r') => true,
        Some(0xC2) => text.get(at + 1) == Some(&0x85),
        Some(0xE2) => text.get(at + 1) == Some(&0x80) && matches!(text.get(at + 2), Some(0xA8 | 0xA9)),
        _ => false,
    }
}

fn width(first: u8) -> usize {
    match first {
        0..=0x7F => 1,
        0x80..=0xDF => 2,
        0xE0..=0xEF => 3,
        _ => 4,
    }
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str, max_depth: u32, keys_of_json: bool) -> Self {
        Scanner {
            text: text.as_bytes(),
            mark: Mark::default(),
            decoded: String::new(),
            tokens: VecDeque::new(),
            taken: 0,
            done: false,
            indent: -1,
            indents: Vec::new(),
            simple_key_allowed: true,
            simple_keys: vec![SimpleKey::default()],
            max_depth,
            keys_of_json,
        }
    }

    /// The token at the head of the queue, once it is certain that it is no key.
    pub(super) fn peek(&mut self) -> Result<Token> {
        loop {
            if let Some(&head) = self.tokens.front() {
                // Nothing comes behind the end, so nothing that was held back becomes a key any more.
                if self.done || !self.may_become_key(head)? {
                    return Ok(head);
                }
            }
            if self.done {
                // The stream's end was handed out already; it stays the end.
                let end = offset(self.text.len());
                return Ok(Token { kind: Kind::StreamEnd, start: end, end, key_level: 0 });
            }
            self.fetch()?;
        }
    }

    pub(super) fn skip_token(&mut self) {
        if self.tokens.pop_front().is_some() {
            self.taken += 1;
        }
    }

    /// Whether the whole text was looked at.
    pub(super) fn at_end(&self) -> bool {
        self.mark.offset >= self.text.len()
    }

    fn may_become_key(&mut self, head: Token) -> Result<bool> {
        let Some(level) = (head.key_level as usize).checked_sub(1) else { return Ok(false) };
        match self.simple_keys.get(level) {
            Some(key) if key.possible && key.token == self.taken => self.key_is_valid(level),
            _ => Ok(false),
        }
    }

    fn key_is_valid(&mut self, level: usize) -> Result<bool> {
        let (line, index) = (self.mark.line, self.mark.index());
        let Some(key) = self.simple_keys.get_mut(level) else { return Ok(false) };
        if !key.possible {
            return Ok(false);
        }
        let is_of_json = self.keys_of_json && level > 0;
        if !is_of_json && (key.mark.line < line || key.mark.index() + MAX_KEY < index) {
            if key.required {
                return Err(missing_colon(key.mark.offset));
            }
            key.possible = false;
        }
        Ok(key.possible)
    }

    pub(super) fn at(&self, ahead: usize) -> u8 {
        self.text.get(self.mark.offset + ahead).copied().unwrap_or(0)
    }

    pub(super) fn rest(&self) -> &'t [u8] {
        self.text.get(self.mark.offset..).unwrap_or_default()
    }

    pub(super) fn slice(&self, start: usize, end: usize) -> &'t str {
        // Both ends lie on character boundaries of what was a str.
        self.text.get(start..end).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or_default()
    }

    pub(super) fn is_break(&self, ahead: usize) -> bool {
        is_break_at(self.text, self.mark.offset + ahead)
    }

    pub(super) fn is_end(&self, ahead: usize) -> bool {
        self.mark.offset + ahead >= self.text.len()
    }

    /// A blank, a tab, a line break or the end.
    pub(super) fn is_blank_or_end(&self, ahead: usize) -> bool {
        matches!(self.at(ahead), b' ' | b'\t') || self.is_break(ahead) || self.is_end(ahead)
    }

    /// One character on; not for line breaks.
    pub(super) fn skip(&mut self) {
        let width = width(self.at(0));
        self.mark.offset = (self.mark.offset + width).min(self.text.len());
        self.mark.line_tails += width - 1;
        self.mark.tails += width - 1;
    }

    /// `bytes` on, all of them ASCII.
    pub(super) fn skip_ascii(&mut self, bytes: usize) {
        self.mark.offset = (self.mark.offset + bytes).min(self.text.len());
    }

    /// Over a line break. Returns what it reads as: `\n`, or the Unicode separators as they are.
    pub(super) fn skip_break(&mut self) -> &'static str {
        let (width, tails, reads_as) = match (self.at(0), self.at(1)) {
            (b'\r', b'\n') => (2, 0, "\n"),
            (b'\r' | b'\n', _) => (1, 0, "\n"),
            (0xC2, _) => (2, 1, "\n"),
            (0xE2, _) if self.at(2) == 0xA8 => (3, 2, "\u{2028}"),
            (0xE2, _) => (3, 2, "\u{2029}"),
            _ => (0, 0, ""),
        };
        self.mark.offset = (self.mark.offset + width).min(self.text.len());
        self.mark.line += 1;
        self.mark.line_start = self.mark.offset;
        self.mark.line_tails = 0;
        self.mark.tails += tails;
        reads_as
    }

    pub(super) fn error(&self, message: &'static str) -> Error {
        error_at(self.mark.offset, message)
    }

    pub(super) fn in_flow(&self) -> bool {
        self.simple_keys.len() > 1
    }

    /// `---` or `...` at the start of a line, followed by a blank or the end.
    pub(super) fn at_document_indicator(&self) -> bool {
        self.mark.offset == self.mark.line_start
            && matches!((self.at(0), self.at(1), self.at(2)), (b'-', b'-', b'-') | (b'.', b'.', b'.'))
            && self.is_blank_or_end(3)
    }

    fn fetch(&mut self) -> Result<()> {
        self.skip_to_token();
        self.unroll_indent(self.mark.column());
        if self.is_end(0) {
            return self.fetch_stream_end();
        }
        let at_line_start = self.mark.column() == 0;
        if at_line_start && self.at(0) == b'%' {
            return self.fetch_directive();
        }
        if at_line_start && self.at_document_indicator() {
            let kind = if self.at(0) == b'-' { Kind::DocumentStart } else { Kind::DocumentEnd };
            self.unroll_indent(-1);
            self.remove_simple_key()?;
            self.simple_key_allowed = false;
            self.fetch_indicator(kind, 3);
            return Ok(());
        }
        let flow = self.in_flow();
        match self.at(0) {
            b'[' => self.fetch_flow_start(Kind::FlowSequenceStart),
            b'{' => self.fetch_flow_start(Kind::FlowMappingStart),
            b']' => self.fetch_flow_end(Kind::FlowSequenceEnd),
            b'}' => self.fetch_flow_end(Kind::FlowMappingEnd),
            b',' => {
                self.remove_simple_key()?;
                self.simple_key_allowed = true;
                self.fetch_indicator(Kind::FlowEntry, 1);
                Ok(())
            }
            b'-' if self.is_blank_or_end(1) => self.fetch_block_entry(),
            b'?' if flow || self.is_blank_or_end(1) => self.fetch_key(),
            b':' if flow || self.is_blank_or_end(1) => self.fetch_value(),
            b'*' | b'&' => self.fetch_anchor(),
            b'!' => self.fetch_tag(),
            b'|' | b'>' if !flow => {
                self.remove_simple_key()?;
                self.simple_key_allowed = true;
                let token = self.scan_block_scalar()?;
                self.tokens.push_back(token);
                Ok(())
            }
            b'\'' | b'"' => {
                self.save_simple_key()?;
                self.simple_key_allowed = false;
                let token = self.scan_quoted()?;
                self.push_key_candidate(token);
                Ok(())
            }
            b'-' if !matches!(self.at(1), b' ' | b'\t') => self.fetch_plain(),
            b'?' | b':' if !flow => self.fetch_plain(),
            b'\t' => Err(self.error("a tab where YAML allows only spaces").with_help("indent with spaces")),
            b'-' | b'?' | b':' | b'#' | b'|' | b'>' | b'%' | b'@' | b'`' => {
                Err(self.error("a value can't begin with this character").with_help("put the value in quotes"))
            }
            _ => self.fetch_plain(),
        }
    }

    fn fetch_plain(&mut self) -> Result<()> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        let token = self.scan_plain()?;
        self.push_key_candidate(token);
        Ok(())
    }

    pub(super) fn token(&self, kind: Kind, start: usize) -> Token {
        Token { kind, start: offset(start), end: offset(self.mark.offset), key_level: 0 }
    }

    pub(super) fn token_to(&self, kind: Kind, start: usize, end: usize) -> Token {
        Token { kind, start: offset(start), end: offset(end), key_level: 0 }
    }

    fn fetch_indicator(&mut self, kind: Kind, width: usize) {
        let start = self.mark.offset;
        self.skip_ascii(width);
        let token = self.token(kind, start);
        self.tokens.push_back(token);
    }

    /// Pushes a token that was just saved as a possible key, if it was.
    pub(super) fn push_key_candidate(&mut self, mut token: Token) {
        let level = self.simple_keys.len();
        let number = self.taken + self.tokens.len() as u64;
        if self.simple_keys.last().is_some_and(|key| key.possible && key.token == number) {
            token.key_level = u32::try_from(level).unwrap_or(0);
        }
        self.tokens.push_back(token);
    }

    fn skip_to_token(&mut self) {
        // A second byte order mark at the very start, as gluing files together leaves it.
        if self.mark.offset == 0 && self.rest().starts_with("\u{feff}".as_bytes()) {
            self.skip();
        }
        loop {
            let tabs = self.in_flow() || !self.simple_key_allowed;
            while self.at(0) == b' ' || (tabs && self.at(0) == b'\t') {
                self.skip_ascii(1);
            }
            if self.at(0) == b'#' {
                self.skip_line_rest();
            }
            if !self.is_break(0) {
                return;
            }
            self.skip_break();
            if !self.in_flow() {
                self.simple_key_allowed = true;
            }
        }
    }

    /// Up to the line break or the end.
    pub(super) fn skip_line_rest(&mut self) {
        while !self.is_break(0) && !self.is_end(0) {
            self.skip();
        }
    }

    pub(super) fn unroll_indent(&mut self, column: i64) {
        if self.in_flow() {
            return;
        }
        while self.indent > column {
            let token = self.token(Kind::BlockEnd, self.mark.offset);
            self.tokens.push_back(token);
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    /// Opens a block collection at `column`; `before` is the number of the token it goes in front of, none for the end.
    fn roll_indent(&mut self, column: i64, before: Option<u64>, kind: Kind, at: usize) -> Result<()> {
        if self.in_flow() || self.indent >= column {
            return Ok(());
        }
        self.indents.push(self.indent);
        self.indent = column;
        if self.indents.len() > self.max_depth as usize {
            return Err(self.too_deep());
        }
        let token = self.token_to(kind, at, at);
        match before {
            Some(number) => self.insert(number, token),
            None => self.tokens.push_back(token),
        }
        Ok(())
    }

    fn too_deep(&self) -> Error {
        let message = format!("nested deeper than {} levels", self.max_depth);
        Error::new(ErrorKind::Limit, message).at_offset(self.mark.offset)
    }

    fn insert(&mut self, number: u64, token: Token) {
        let index = usize::try_from(number.saturating_sub(self.taken)).unwrap_or(usize::MAX);
        self.tokens.insert(index.min(self.tokens.len()), token);
    }

    pub(super) fn save_simple_key(&mut self) -> Result<()> {
        if self.simple_key_allowed {
            let required = !self.in_flow() && self.indent == self.mark.column();
            let token = self.taken + self.tokens.len() as u64;
            self.remove_simple_key()?;
            if let Some(key) = self.simple_keys.last_mut() {
                *key = SimpleKey { possible: true, required, token, mark: self.mark };
            }
        }
        Ok(())
    }

    pub(super) fn remove_simple_key(&mut self) -> Result<()> {
        if let Some(key) = self.simple_keys.last_mut() {
            if key.possible && key.required {
                return Err(missing_colon(key.mark.offset));
            }
            key.possible = false;
        }
        Ok(())
    }

    fn fetch_stream_end(&mut self) -> Result<()> {
        self.unroll_indent(-1);
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        self.done = true;
        let token = self.token(Kind::StreamEnd, self.mark.offset);
        self.tokens.push_back(token);
        Ok(())
    }

    fn fetch_flow_start(&mut self, kind: Kind) -> Result<()> {
        self.save_simple_key()?;
        let start = self.mark.offset;
        self.skip_ascii(1);
        let token = self.token(kind, start);
        self.push_key_candidate(token);
        self.simple_keys.push(SimpleKey::default());
        if self.simple_keys.len() > self.max_depth as usize + 1 {
            return Err(self.too_deep());
        }
        self.simple_key_allowed = true;
        Ok(())
    }

    fn fetch_flow_end(&mut self, kind: Kind) -> Result<()> {
        self.remove_simple_key()?;
        if self.in_flow() {
            self.simple_keys.pop();
        }
        self.simple_key_allowed = false;
        self.fetch_indicator(kind, 1);
        Ok(())
    }

    fn fetch_block_entry(&mut self) -> Result<()> {
        if !self.in_flow() {
            if !self.simple_key_allowed {
                return Err(self.error("a list item can't begin here").with_help("begin it on a line of its own"));
            }
            self.roll_indent(self.mark.column(), None, Kind::BlockSequenceStart, self.mark.offset)?;
        }
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        self.fetch_indicator(Kind::BlockEntry, 1);
        Ok(())
    }

    fn fetch_key(&mut self) -> Result<()> {
        if !self.in_flow() {
            if !self.simple_key_allowed {
                return Err(self.error("a key can't begin here"));
            }
            self.roll_indent(self.mark.column(), None, Kind::BlockMappingStart, self.mark.offset)?;
        }
        self.remove_simple_key()?;
        self.simple_key_allowed = !self.in_flow();
        self.fetch_indicator(Kind::Key, 1);
        Ok(())
    }

    fn fetch_value(&mut self) -> Result<()> {
        let level = self.simple_keys.len() - 1;
        if self.key_is_valid(level)? {
            let key = self.simple_keys[level];
            let token = self.token_to(Kind::Key, key.mark.offset, key.mark.offset);
            self.insert(key.token, token);
            self.roll_indent(key.mark.column(), Some(key.token), Kind::BlockMappingStart, key.mark.offset)?;
            self.simple_keys[level].possible = false;
            self.simple_key_allowed = false;
        } else {
            if !self.in_flow() {
                if !self.simple_key_allowed {
                    return Err(self
                        .error("a ':' where no key can end")
                        .with_help("check the indentation, put a value that holds ': ' in quotes, and keep keys below 1,024 characters"));
                }
                self.roll_indent(self.mark.column(), None, Kind::BlockMappingStart, self.mark.offset)?;
            }
            self.simple_key_allowed = !self.in_flow();
        }
        self.fetch_indicator(Kind::Value, 1);
        Ok(())
    }

    pub(super) fn skip_blanks(&mut self) {
        while matches!(self.at(0), b' ' | b'\t') {
            self.skip_ascii(1);
        }
    }

    /// Blanks and a comment to the end of the line, and the line break.
    pub(super) fn skip_header_rest(&mut self) -> Result<()> {
        self.skip_blanks();
        if self.at(0) == b'#' {
            self.skip_line_rest();
        }
        if !self.is_break(0) && !self.is_end(0) {
            return Err(self.error("only a comment may follow on this line"));
        }
        if self.is_break(0) {
            self.skip_break();
        }
        Ok(())
    }

    /// Makes room for all that this text can decode to, so that the buffer never moves and leaves a copy behind:
    /// `\L`, two bytes, becomes three, and nothing grows more. Untouched memory costs nothing.
    pub(super) fn reserve_decoded(&mut self) {
        if self.decoded.capacity() == 0 {
            self.decoded.reserve_exact(self.text.len() / 2 * 3 + 4);
        }
    }

    /// The decoded text, in a buffer of its size.
    pub(super) fn into_decoded(self) -> String {
        let mut exact = String::with_capacity(self.decoded.len());
        exact.push_str(&self.decoded);
        exact
    }

    pub(super) fn push_decoded(&mut self, text: &str) -> Piece {
        self.reserve_decoded();
        let start = offset(self.decoded.len());
        self.decoded.push_str(text);
        Piece { decoded: true, start, end: offset(self.decoded.len()) }
    }
}

impl Drop for Scanner<'_> {
    fn drop(&mut self) {
        // Only what was written: to wipe the room behind it would be the first to touch it.
        let mut used = std::mem::take(&mut self.decoded).into_bytes();
        zeroize::Zeroize::zeroize(used.as_mut_slice());
    }
}

/// Offsets fit `u32`: the size of the input is limited before it is scanned.
pub(super) fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

pub(super) fn source(start: usize, end: usize) -> Piece {
    Piece { decoded: false, start: offset(start), end: offset(end) }
}

#[cold]
pub(super) fn error_at(at: usize, message: &'static str) -> Error {
    Error::new(ErrorKind::Syntax, message).at_offset(at)
}

#[cold]
fn missing_colon(at: usize) -> Error {
    error_at(at, "a key without ':' after it").with_help("write `key: value`; check the indentation of this line")
}
