//! Anchors, aliases, tags and directives: rare in a kubeconfig, and apart from what is not.

use super::scanner::{Kind, Scanner, error_at, source};
use super::text::Piece;
use crate::error::Result;

impl Scanner<'_> {
    pub(super) fn fetch_anchor(&mut self) -> Result<()> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        let alias = self.at(0) == b'*';
        let start = self.mark.offset;
        self.skip_ascii(1);
        let name = self.skip_word();
        let ended =
            self.is_blank_or_end(0) || matches!(self.at(0), b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`');
        if name.start == name.end || !ended {
            return Err(self
                .error("the name of an anchor or alias may hold only letters, digits, '_' and '-'")
                .with_help("put a value that begins with '&' or '*' in quotes"));
        }
        let token = self.token(if alias { Kind::Alias(name) } else { Kind::Anchor(name) }, start);
        self.push_key_candidate(token);
        Ok(())
    }

    /// Letters, digits, `_` and `-`.
    fn skip_word(&mut self) -> Piece {
        let start = self.mark.offset;
        let length = self.rest().iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')).count();
        self.skip_ascii(length);
        source(start, self.mark.offset)
    }

    pub(super) fn fetch_directive(&mut self) -> Result<()> {
        self.unroll_indent(-1);
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        let start = self.mark.offset;
        self.skip_ascii(1);
        let name = self.skip_word();
        if !self.is_blank_or_end(0) {
            return Err(self.error("a line that begins with '%' must be a %YAML or %TAG directive"));
        }
        let kind = match self.slice(name.start as usize, name.end as usize) {
            "YAML" => {
                self.skip_blanks();
                let major = self.scan_version_number()?;
                if self.at(0) != b'.' {
                    return Err(self.error("a %YAML directive needs a version such as 1.1"));
                }
                self.skip_ascii(1);
                let minor = self.scan_version_number()?;
                Kind::VersionDirective { major, minor }
            }
            "TAG" => {
                self.skip_blanks();
                let handle = self.scan_tag_handle()?;
                let text = self.slice(handle.start as usize, handle.end as usize);
                if text != "!" && !(text.len() > 1 && text.ends_with('!')) || !matches!(self.at(0), b' ' | b'\t') {
                    return Err(self.error("a %TAG directive needs a handle such as !a! and a prefix"));
                }
                self.skip_blanks();
                let prefix = self.scan_tag_uri(None)?;
                if !self.is_blank_or_end(0) {
                    return Err(self.error("a character that can't stand in a tag"));
                }
                Kind::TagDirective { handle, prefix }
            }
            _ => return Err(self.error("a line that begins with '%' must be a %YAML or %TAG directive")),
        };
        let token = self.token(kind, start);
        self.skip_header_rest()?;
        self.tokens.push_back(token);
        Ok(())
    }

    fn scan_version_number(&mut self) -> Result<u8> {
        let digits = self.rest().iter().take_while(|b| b.is_ascii_digit()).count();
        let number = self.slice(self.mark.offset, self.mark.offset + digits);
        match number.parse() {
            Ok(number) if digits <= 2 => {
                self.skip_ascii(digits);
                Ok(number)
            }
            _ => Err(self.error("a %YAML directive needs a version such as 1.1")),
        }
    }

    pub(super) fn fetch_tag(&mut self) -> Result<()> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        let start = self.mark.offset;
        let kind = if self.at(1) == b'<' {
            self.skip_ascii(2);
            let suffix = self.scan_tag_uri(None)?;
            if self.at(0) != b'>' {
                return Err(self.error("a tag that begins with '!<' must end with '>'"));
            }
            self.skip_ascii(1);
            Kind::Tag { handle: source(start, start), suffix }
        } else {
            let handle = self.scan_tag_handle()?;
            let length = handle.end - handle.start;
            if length > 1 && self.slice(handle.start as usize, handle.end as usize).ends_with('!') {
                Kind::Tag { handle, suffix: self.scan_tag_uri(None)? }
            } else {
                // No handle after all: `!suffix`, or `!` alone.
                let suffix = self.scan_tag_uri(Some(start + 1))?;
                let bang = source(start, start + 1);
                if suffix.start == suffix.end {
                    Kind::Tag { handle: source(start, start), suffix: bang }
                } else {
                    Kind::Tag { handle: bang, suffix }
                }
            }
        };
        if !self.is_blank_or_end(0) {
            return Err(self
                .error("a character that can't stand in a tag")
                .with_help("put a value that begins with '!' in quotes"));
        }
        let token = self.token(kind, start);
        self.push_key_candidate(token);
        Ok(())
    }

    /// `!`, `!word` or `!word!`.
    fn scan_tag_handle(&mut self) -> Result<Piece> {
        let start = self.mark.offset;
        if self.at(0) != b'!' {
            return Err(self.error("a tag must begin with '!'"));
        }
        self.skip_ascii(1);
        self.skip_word();
        if self.at(0) == b'!' {
            self.skip_ascii(1);
        }
        Ok(source(start, self.mark.offset))
    }

    /// The rest of a tag; from `head` on where it has begun already, and then it may be empty.
    fn scan_tag_uri(&mut self, head: Option<usize>) -> Result<Piece> {
        let start = head.unwrap_or(self.mark.offset);
        let mut escaped = false;
        loop {
            match self.at(0) {
                b'%' => {
                    if !(self.at(1).is_ascii_hexdigit() && self.at(2).is_ascii_hexdigit()) {
                        return Err(self.error("'%' in a tag must be followed by two hexadecimal digits"));
                    }
                    escaped = true;
                    self.skip_ascii(3);
                }
                b if b.is_ascii_alphanumeric() || b"_-;/?:@&=+$,.!~*'()[]".contains(&b) => self.skip_ascii(1),
                _ => break,
            }
        }
        let end = self.mark.offset;
        if start == end && head.is_none() {
            return Err(self.error("a tag without a name"));
        }
        if !escaped {
            return Ok(source(start, end));
        }
        let bytes = percent_decode(self.slice(start, end).as_bytes());
        let text = String::from_utf8(bytes).map_err(|_| error_at(start, "a tag whose escapes are not UTF-8"))?;
        Ok(self.push_decoded(&text))
    }
}

fn percent_decode(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, tail)) = rest.split_first() {
        let hex = |b: u8| (b as char).to_digit(16).unwrap_or(0) as u8;
        match (first, tail) {
            (b'%', [high, low, tail @ ..]) => {
                out.push(hex(*high) << 4 | hex(*low));
                rest = tail;
            }
            _ => {
                out.push(first);
                rest = tail;
            }
        }
    }
    out
}
