//! DER as Go reads it in certificates.
//!
//! The reader follows `cryptobyte`, the package that Go's `x509.ParseCertificate` uses. It is strict about lengths,
//! numbers and bit strings. It ignores what follows the last part that was asked for, because Go ignores that too. A
//! general DER crate refuses some certificates that kubectl takes, and takes some that kubectl refuses.

use std::borrow::Cow;

pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const OID: u8 = 0x06;
pub(super) const UTC_TIME: u8 = 0x17;
pub(super) const GENERALIZED_TIME: u8 = 0x18;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;

/// The tag of a context-specific element that holds a plain value.
pub(super) const fn context(number: u8) -> u8 {
    0x80 | number
}

/// The tag of a context-specific element that holds other elements.
pub(super) const fn context_constructed(number: u8) -> u8 {
    0xa0 | number
}

/// The elements that are still to be read.
#[derive(Clone, Copy, Default)]
pub(super) struct Der<'a>(&'a [u8]);

/// One element.
#[derive(Clone, Copy)]
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    /// Tag, length and value.
    pub(super) whole: &'a [u8],
    pub(super) value: &'a [u8],
}

/// The value of a BIT STRING.
#[derive(Clone, Copy)]
pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    /// How many bits of the last byte do not count, 0 to 7.
    unused: u8,
}

impl<'a> Der<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Der(bytes)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns whether an element with that tag is next.
    pub(super) fn is_next(&self, tag: u8) -> bool {
        self.0.first() == Some(&tag)
    }

    /// Reads the next element, whatever its tag. Tags of two bytes are refused. A length must be written as short as
    /// possible.
    pub(super) fn any(&mut self) -> Option<Element<'a>> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, rest) = rest.split_first()?;
        if tag & 0x1f == 0x1f {
            return None;
        }
        let (length, header) = match first {
            0..=0x7f => (usize::from(first), 2),
            0x81..=0x84 => {
                let count = usize::from(first & 0x7f);
                let digits = rest.get(..count)?;
                let length = digits.iter().fold(0, |length, digit| length << 8 | u32::from(*digit));
                if length < 128 || digits.first() == Some(&0) {
                    return None;
                }
                (usize::try_from(length).ok()?, 2 + count)
            }
            _ => return None,
        };
        let (whole, rest) = self.0.split_at_checked(length.checked_add(header)?)?;
        self.0 = rest;
        Some(Element { tag, whole, value: whole.get(header..)? })
    }

    /// Reads an element with that tag.
    pub(super) fn element(&mut self, tag: u8) -> Option<Element<'a>> {
        self.any().filter(|element| element.tag == tag)
    }

    /// Reads the value of an element with that tag.
    pub(super) fn value(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.element(tag).map(|element| element.value)
    }

    /// Reads the value of an element with that tag if it is next: `Some(None)` where it is not, `None` where it is
    /// broken.
    pub(super) fn optional(&mut self, tag: u8) -> Option<Option<&'a [u8]>> {
        if self.is_next(tag) { self.value(tag).map(Some) } else { Some(None) }
    }

    /// Reads an element that holds others.
    pub(super) fn inside(&mut self, tag: u8) -> Option<Der<'a>> {
        self.value(tag).map(Der)
    }

    /// Reads a SEQUENCE.
    pub(super) fn sequence(&mut self) -> Option<Der<'a>> {
        self.inside(SEQUENCE)
    }

    pub(super) fn boolean(&mut self) -> Option<bool> {
        match self.value(BOOLEAN)? {
            [0] => Some(false),
            [0xff] => Some(true),
            _ => None,
        }
    }

    /// Reads an INTEGER: its bytes in two's complement, as few as possible.
    pub(super) fn integer(&mut self) -> Option<&'a [u8]> {
        match self.value(INTEGER)? {
            [] => None,
            [0, second, ..] if *second < 0x80 => None,
            [0xff, second, ..] if *second >= 0x80 => None,
            bytes => Some(bytes),
        }
    }

    /// Reads an INTEGER of at most 64 bits.
    pub(super) fn int64(&mut self) -> Option<i64> {
        let bytes = self.integer()?;
        let sign = if is_negative(bytes) { -1 } else { 0 };
        (bytes.len() <= 8).then(|| bytes.iter().fold(sign, |number, byte| number << 8 | i64::from(*byte)))
    }

    /// Reads an INTEGER above zero: its bytes without leading zeros.
    pub(super) fn positive(&mut self) -> Option<&'a [u8]> {
        let bytes = self.integer().filter(|bytes| !is_negative(bytes))?;
        let bytes = bytes.strip_prefix(&[0]).unwrap_or(bytes);
        (!bytes.is_empty()).then_some(bytes)
    }

    /// Reads an OBJECT IDENTIFIER whose numbers fit in 31 bits: its value.
    pub(super) fn oid(&mut self) -> Option<&'a [u8]> {
        let value = self.value(OID)?;
        let fits = value.split_inclusive(|byte| *byte < 0x80).all(|number| match number {
            [0x80, ..] => false,
            // Five groups of seven bits are 35; the first may have only the lowest three of its own.
            [first, _, _, _, _] => *first < 0x88,
            number => number.len() < 5,
        });
        (ends_an_oid(value) && fits).then_some(value)
    }

    pub(super) fn bits(&mut self) -> Option<Bits<'a>> {
        let (&unused, bytes) = self.value(BIT_STRING)?.split_first()?;
        let in_use = match bytes.last() {
            None => unused == 0,
            Some(last) => unused <= 7 && last & ((1 << unused) - 1) == 0,
        };
        in_use.then_some(Bits { bytes, unused })
    }
}

/// Returns whether the value of an OBJECT IDENTIFIER ends where a number ends.
pub(super) fn ends_an_oid(value: &[u8]) -> bool {
    value.last().is_some_and(|last| *last < 0x80)
}

/// Returns whether an INTEGER is below zero.
pub(super) fn is_negative(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|first| *first >= 0x80)
}

impl<'a> Bits<'a> {
    /// Returns the bits from the first on.
    pub(super) fn iter(self) -> impl Iterator<Item = bool> + 'a {
        let length = self.bytes.len() * 8 - usize::from(self.unused);
        self.bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1)).take(length)
    }

    /// Returns the bytes. Where bits of the last one do not count, all are shifted to the end, as Go does.
    pub(super) fn right_aligned(self) -> Cow<'a, [u8]> {
        if self.unused == 0 {
            return Cow::Borrowed(self.bytes);
        }
        let before = [0].iter().chain(self.bytes);
        let shifted = self.bytes.iter().zip(before);
        Cow::Owned(shifted.map(|(byte, before)| byte >> self.unused | before << (8 - self.unused)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_as_short_as_possible() {
        let read = |bytes: &[u8]| Der::new(bytes).any().map(|element| element.value.len());
        assert_eq!(read(&[4, 0]), Some(0));
        assert_eq!(read(&[4, 1, 7]), Some(1));
        assert_eq!(read(&[&[4, 0x81, 0x80][..], &[0; 128]].concat()), Some(128));
        assert_eq!(read(&[&[4, 0x82, 1, 0][..], &[0; 256]].concat()), Some(256));
        for bytes in [
            &[][..],
            &[4],
            &[4, 1],
            &[4, 0x80, 0, 0],
            &[4, 0x81, 1, 0],
            &[&[4, 0x82, 0, 0x80][..], &[0; 128]].concat(),
            &[4, 0x84, 0xff, 0xff, 0xff, 0xff],
            &[4, 0x85, 1, 0, 0, 0, 0],
            &[0x1f, 0x21, 0],
        ] {
            assert_eq!(read(bytes), None, "{bytes:02x?}");
        }
    }

    #[test]
    fn numbers_are_as_short_as_possible() {
        let read = |value: &[u8]| {
            let der = [&[2, value.len() as u8], value].concat();
            (Der::new(&der).int64(), Der::new(&der).positive().map(<[u8]>::to_vec))
        };
        assert_eq!(read(&[0]), (Some(0), None));
        assert_eq!(read(&[0x7f]), (Some(127), Some(vec![127])));
        assert_eq!(read(&[0, 0x80]), (Some(128), Some(vec![128])));
        assert_eq!(read(&[0xff]), (Some(-1), None));
        assert_eq!(read(&[0x80, 0]), (Some(-32768), None));
        assert_eq!(read(&[0x7f; 8]), (Some(0x7f7f_7f7f_7f7f_7f7f), Some(vec![0x7f; 8])));
        assert_eq!(read(&[0x7f; 9]), (None, Some(vec![0x7f; 9])));
        for value in [&[][..], &[0, 0x7f], &[0, 0], &[0xff, 0x80]] {
            assert_eq!(read(value), (None, None), "{value:02x?}");
        }
    }

    #[test]
    fn identifiers_and_bits() {
        let oid = |value: &[u8]| Der::new(&[&[6, value.len() as u8], value].concat()).oid().is_some();
        assert!(oid(&[0x2a]) && oid(&[0x87, 0xff, 0xff, 0xff, 0x7f]) && oid(&[0x55, 0x1d, 0x0f]));
        for value in [&[][..], &[0x80], &[0x55, 0x80, 1], &[0x55, 0x81], &[0x88, 0x80, 0x80, 0x80, 0]] {
            assert!(!oid(value), "{value:02x?}");
        }
        let bits = |value: &[u8]| {
            let der = [&[3, value.len() as u8], value].concat();
            Der::new(&der).bits().map(|bits| (bits.iter().count(), bits.right_aligned().into_owned()))
        };
        assert_eq!(bits(&[0]), Some((0, vec![])));
        assert_eq!(bits(&[0, 1, 2]), Some((16, vec![1, 2])));
        assert_eq!(bits(&[4, 0x12, 0x30]), Some((12, vec![0x01, 0x23])));
        for value in [&[][..], &[1], &[8, 0], &[1, 1]] {
            assert_eq!(bits(value), None, "{value:02x?}");
        }
    }
}
