//! Bytes to UTF-8 and back: YAML allows UTF-8 and, with a byte order mark, UTF-16.

use super::lines::position_in;
use super::scanner::error_at;
use crate::error::Result;
use zeroize::Zeroizing;

/// How a document's bytes are encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Encoding {
    /// UTF-8, without a byte order mark.
    #[default]
    Utf8,
    /// UTF-8 with a byte order mark.
    Utf8Bom,
    /// UTF-16, low byte first; always with a byte order mark.
    Utf16Le,
    /// UTF-16, high byte first; always with a byte order mark.
    Utf16Be,
}

impl Encoding {
    /// Takes the text out of `bytes`, without its byte order mark.
    pub(super) fn decode(bytes: Vec<u8>) -> Result<(String, Encoding)> {
        match bytes.as_slice() {
            [0xEF, 0xBB, 0xBF, ..] => {
                let mut bytes = bytes;
                bytes.drain(..3);
                Ok((utf8(bytes)?, Encoding::Utf8Bom))
            }
            [0xFF, 0xFE, ..] => Ok((utf16(Zeroizing::new(bytes), u16::from_le_bytes)?, Encoding::Utf16Le)),
            [0xFE, 0xFF, ..] => Ok((utf16(Zeroizing::new(bytes), u16::from_be_bytes)?, Encoding::Utf16Be)),
            _ => Ok((utf8(bytes)?, Encoding::Utf8)),
        }
    }

    /// The bytes of `text` in this encoding, with its byte order mark.
    pub(crate) fn encode(self, text: &str) -> Vec<u8> {
        match self {
            Encoding::Utf8 => text.as_bytes().to_vec(),
            Encoding::Utf8Bom => [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
            Encoding::Utf16Le => {
                "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
            }
            Encoding::Utf16Be => {
                "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect()
            }
        }
    }
}

fn utf8(bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let bytes = Zeroizing::new(error.into_bytes());
        let before = std::str::from_utf8(bytes.get(..at).unwrap_or_default()).unwrap_or_default();
        error_at(at, "bytes that are not UTF-8").with_help("save the file as UTF-8").at(position_in(before, at))
    })
}

fn utf16(bytes: Zeroizing<Vec<u8>>, unit: fn([u8; 2]) -> u16) -> Result<String> {
    let pairs = bytes.chunks_exact(2);
    let odd = !pairs.remainder().is_empty();
    let units = pairs.skip(1).map(|pair| unit([pair[0], pair[1]]));
    // Three bytes of UTF-8 for one unit is the most: the buffer does not move and leaves no copy behind.
    let mut text = String::with_capacity(bytes.len() / 2 * 3);
    for c in char::decode_utf16(units) {
        match c {
            Ok(c) => text.push(c),
            Err(_) => return Err(broken_utf16(&text)),
        }
    }
    if odd { Err(broken_utf16(&text)) } else { Ok(text) }
}

#[cold]
fn broken_utf16(text: &str) -> crate::error::Error {
    error_at(text.len(), "bytes that are not UTF-16")
        .with_help("save the file as UTF-8")
        .at(position_in(text, text.len()))
}
