//! Base64 fields (`certificate-authority-data` and its kind).

use crate::error::{Error, ErrorKind, Result};
use crate::secret::{SecretBytes, Wipe, sealed};
use crate::syntax::de::{SLICE, take_slice};
use crate::syntax::text::Slice;
use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use zeroize::Zeroizing;

/// Bytes in a `*-data` field: the base64 text as it stood in the file, decoded when asked for.
///
/// Read from a document it is a slice of the document's text, not a copy, and holding it holds that text. It is checked
/// when it is made, by Go's rules, which kubectl reads by: the standard alphabet, padding required, carriage returns and
/// newlines ignored, bits left over ignored. Equality compares the bytes, `Debug` shows their number only.
///
/// ```
/// use kubeconfig::config::Data;
/// let data = Data::encode(b"hello");
/// assert_eq!(data.as_base64(), "aGVsbG8=");
/// assert_eq!(&*data.decode(), b"hello");
/// assert!(Data::from_base64("aGVsbG8").is_err()); // no padding
/// ```
#[derive(Clone)]
pub struct Data(Slice);

const GO: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical),
);

impl Data {
    /// The base64 of `bytes`.
    pub fn encode(bytes: &[u8]) -> Self {
        Data(GO.encode(bytes).into())
    }

    /// Takes base64 text.
    ///
    /// # Errors
    /// [`ErrorKind::Base64`] with the offset of the first byte that is not base64, where it is not.
    pub fn from_base64(text: impl Into<String>) -> Result<Self> {
        Self::checked(text.into().into()).map_err(|at| {
            Error::new(ErrorKind::Base64, format!("not base64: illegal byte at offset {at}")).with_help(HELP)
        })
    }

    fn checked(slice: Slice) -> Result<Self, usize> {
        match illegal_byte(slice.as_str().as_bytes()) {
            None => Ok(Data(slice)),
            Some(at) => Err(at),
        }
    }

    /// The text, line breaks included if it has any.
    pub fn as_base64(&self) -> &str {
        self.0.as_str()
    }

    /// Whether there are no bytes. kubectl takes an empty field for an absent one.
    pub fn is_empty(&self) -> bool {
        self.as_base64().bytes().all(|b| matches!(b, b'\r' | b'\n'))
    }

    /// The text as Go encodes the bytes, without line breaks and without bits that mean nothing; `None` where it is so.
    pub(crate) fn canonical(&self) -> Option<Zeroizing<String>> {
        let text = self.as_base64();
        if text.contains(['\r', '\n']) {
            return Some(Zeroizing::new(Data::encode(&self.decode()).as_base64().to_owned()));
        }
        // Only the last group can hold bits that mean nothing, and mostly does not.
        let (head, tail) = text.split_at_checked(text.len().saturating_sub(4))?;
        let group = Data::from_base64(tail).ok().filter(|_| tail.ends_with('='))?;
        let group = Data::encode(&group.decode());
        (group.as_base64() != tail).then(|| Zeroizing::new([head, group.as_base64()].concat()))
    }

    /// The bytes.
    pub fn decode(&self) -> Decoded {
        let text = self.as_base64();
        let mut bytes = SecretBytes::with_capacity(text.len() / 4 * 3 + 3);
        // Checked when it was made, so decoding can't fail; if it did, no bytes are better than a panic.
        let decoded = if [b'\r', b'\n'].iter().any(|end| text.as_bytes().contains(end)) {
            let joined = Zeroizing::new(text.replace(['\r', '\n'], ""));
            GO.decode_vec(&*joined, &mut bytes)
        } else {
            GO.decode_vec(text, &mut bytes)
        };
        debug_assert!(decoded.is_ok(), "checked base64 decodes");
        Decoded(bytes)
    }
}

/// Bytes decoded from a [`Data`], wiped when dropped. `Debug` shows their number only.
#[derive(Clone, PartialEq, Eq)]
pub struct Decoded(SecretBytes);

impl Decoded {
    pub(crate) fn into_bytes(self) -> SecretBytes {
        self.0
    }
}

impl std::ops::Deref for Decoded {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for Decoded {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Decoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

pub(crate) const HELP: &str = "it must be standard base64 with padding on one line, as in `base64 -w0 FILE`";

/// The offset of the first byte that Go's `base64.StdEncoding` refuses.
pub(crate) fn illegal_byte(text: &[u8]) -> Option<usize> {
    const SKIP: u8 = 1;
    const DIGIT: u8 = 2;
    const CLASS: [u8; 256] = {
        let mut class = [0u8; 256];
        let mut i = 0;
        while i < 256 {
            let b = i as u8;
            if b.is_ascii_alphanumeric() || b == b'+' || b == b'/' {
                class[i] = DIGIT;
            } else if b == b'\n' || b == b'\r' {
                class[i] = SKIP;
            }
            i += 1;
        }
        class
    };
    // Whole chunks of digits first: nearly all of every real field.
    let mut at = 0;
    let mut digits = 0;
    for chunk in text.chunks_exact(32) {
        if !chunk.iter().fold(true, |all, &b| all & (CLASS[b as usize] == DIGIT)) {
            break;
        }
        at += 32;
        digits += 32;
    }
    while let Some(&b) = text.get(at) {
        match CLASS[b as usize] {
            DIGIT => digits += 1,
            SKIP => {}
            _ => break,
        }
        at += 1;
    }
    let padding = match digits % 4 {
        0 => 0,
        1 => return Some(at),
        rest => 4 - rest,
    };
    let mut seen = 0;
    while let Some(&b) = text.get(at) {
        match b {
            b'=' if seen < padding => seen += 1,
            b'\n' | b'\r' => {}
            _ => return Some(at),
        }
        at += 1;
    }
    (seen != padding).then_some(text.len())
}

impl Wipe for Data {
    /// The shared text wipes itself when the last slice of it goes.
    fn wipe(&mut self) {}
}

impl sealed::Sealed for Data {}

impl PartialEq for Data {
    fn eq(&self, other: &Self) -> bool {
        self.as_base64() == other.as_base64() || self.decode() == other.decode()
    }
}

impl Eq for Data {}

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes of base64", self.as_base64().len())
    }
}

impl Serialize for Data {
    /// The text on one line, as kubectl writes it.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.as_base64() {
            text if text.contains(['\r', '\n']) => {
                serializer.serialize_str(&Zeroizing::new(text.replace(['\r', '\n'], "")))
            }
            text => serializer.serialize_str(text),
        }
    }
}

/// A byte of a list: `u8`, with words of its own for what is none.
struct Byte(u8);

impl<'de> Deserialize<'de> for Byte {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Number;

        impl Visitor<'_> for Number {
            type Value = Byte;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a byte, 0 to 255,")
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Byte, E> {
                u8::try_from(number).map(Byte).map_err(|_| E::invalid_value(de::Unexpected::Unsigned(number), &self))
            }
        }

        deserializer.deserialize_u8(Number)
    }
}

impl<'de> Deserialize<'de> for Data {
    /// A string of base64, or a list of bytes, as Go's `encoding/json` takes them for `[]byte`.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Base64;

        impl<'de> Visitor<'de> for Base64 {
            type Value = Data;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("base64 text")
            }

            fn visit_newtype_struct<D: Deserializer<'de>>(self, d: D) -> Result<Data, D::Error> {
                match take_slice() {
                    Some(slice) => checked(slice),
                    None => d.deserialize_any(self),
                }
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Data, E> {
                checked(text.to_owned().into())
            }

            fn visit_string<E: de::Error>(self, text: String) -> Result<Data, E> {
                checked(text.into())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Data, A::Error> {
                let mut bytes = Zeroizing::new(Vec::new());
                while let Some(Byte(byte)) = seq.next_element()? {
                    bytes.push(byte);
                }
                Ok(Data::encode(&bytes))
            }
        }

        fn checked<E: de::Error>(slice: Slice) -> Result<Data, E> {
            Data::checked(slice)
                .map_err(|at| E::custom(format_args!("not base64: illegal byte at offset {at}; {HELP}")))
        }

        deserializer.deserialize_newtype_struct(SLICE, Base64)
    }
}
