//! Distinguished names as text.

use super::algorithm::write_dotted;
use super::asn1::{Der, Element, SET};
use super::layout::Fault;

/// 2.5.4.3
pub(super) const COMMON_NAME: &[u8] = &[0x55, 4, 3];
/// 2.5.4.10
pub(super) const ORGANIZATION: &[u8] = &[0x55, 4, 10];

/// A name that Go takes: attributes in sets, in order.
pub(super) struct Name<'a>(Vec<Vec<Attribute<'a>>>);

/// One attribute of a name.
struct Attribute<'a> {
    /// The value of the identifier.
    oid: &'a [u8],
    element: Element<'a>,
    text: String,
}

impl<'a> Name<'a> {
    /// `Name ::= SEQUENCE OF SET OF SEQUENCE { type OBJECT IDENTIFIER, value ANY }` (RFC 5280, 4.1.2.4). `part` is the
    /// name for messages. As in Go the values have to be strings.
    pub(super) fn read(name: &'a [u8], part: Part) -> Result<Self, Fault> {
        let unreadable = Fault::Part(part.name());
        let mut sets = Der::new(name).sequence().ok_or(unreadable)?;
        let mut found = Vec::new();
        while !sets.is_empty() {
            let mut set = sets.inside(SET).ok_or(unreadable)?;
            let mut attributes = Vec::new();
            while !set.is_empty() {
                let mut attribute = set.sequence().ok_or(unreadable)?;
                let oid = attribute.oid().ok_or(unreadable)?;
                let element = attribute.any().ok_or(unreadable)?;
                let text = string(element).map_err(|problem| Fault::Rule(part.of(problem)))?;
                attributes.push(Attribute { oid, element, text });
            }
            found.push(attributes);
        }
        Ok(Name(found))
    }

    /// Returns the name as RFC 4514 has it: last part first, as in `CN=system:admin,O=system:masters`.
    ///
    /// Types without a name here are written as an object identifier with the value's DER in hexadecimal, as Go and
    /// openssl do. Control characters stay as they are.
    pub(super) fn to_text(&self) -> String {
        let sets = self.0.iter().rev().filter(|set| !set.is_empty());
        let sets = sets.map(|set| set.iter().map(Attribute::to_text).collect::<Vec<_>>().join("+"));
        sets.collect::<Vec<_>>().join(",")
    }

    /// Returns the values of one type, in order.
    pub(super) fn values(&self, oid: &[u8]) -> Vec<String> {
        self.0.iter().flatten().filter(|attribute| attribute.oid == oid).map(|a| a.text.clone()).collect()
    }
}

/// Which name of a certificate it is.
#[derive(Clone, Copy)]
pub(super) enum Part {
    Issuer,
    Subject,
}

/// What is wrong with a value in a name.
#[derive(Clone, Copy)]
enum Problem {
    Utf8,
    Printable,
    Ascii,
    Numeric,
    Bmp,
    NotAString,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Issuer => "issuer",
            Self::Subject => "subject",
        }
    }

    fn of(self, problem: Problem) -> &'static str {
        match (self, problem) {
            (Self::Issuer, Problem::Utf8) => "its issuer has a UTF8String that is not UTF-8",
            (Self::Subject, Problem::Utf8) => "its subject has a UTF8String that is not UTF-8",
            (Self::Issuer, Problem::Printable) => "its issuer has a character that a PrintableString must not have",
            (Self::Subject, Problem::Printable) => "its subject has a character that a PrintableString must not have",
            (Self::Issuer, Problem::Ascii) => "its issuer has an IA5String that is not ASCII",
            (Self::Subject, Problem::Ascii) => "its subject has an IA5String that is not ASCII",
            (Self::Issuer, Problem::Numeric) => "its issuer has a NumericString with something other than digits",
            (Self::Subject, Problem::Numeric) => "its subject has a NumericString with something other than digits",
            (Self::Issuer, Problem::Bmp) => "its issuer has a BMPString with an odd number of bytes",
            (Self::Subject, Problem::Bmp) => "its subject has a BMPString with an odd number of bytes",
            (Self::Issuer, Problem::NotAString) => "its issuer has a value of a type that Go does not read",
            (Self::Subject, Problem::NotAString) => "its subject has a value of a type that Go does not read",
        }
    }
}

/// Types of attributes, by Go's names.
const LABELS: [(&[u8], &str); 12] = [
    (COMMON_NAME, "CN"),
    (&[0x55, 4, 5], "SERIALNUMBER"),
    (&[0x55, 4, 6], "C"),
    (&[0x55, 4, 7], "L"),
    (&[0x55, 4, 8], "ST"),
    (&[0x55, 4, 9], "STREET"),
    (ORGANIZATION, "O"),
    (&[0x55, 4, 11], "OU"),
    (&[0x55, 4, 17], "POSTALCODE"),
    // 0.9.2342.19200300.100.1.1 and 0.9.2342.19200300.100.1.25
    (&[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 1], "UID"),
    (&[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 25], "DC"),
    // 1.2.840.113549.1.9.1
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1], "emailAddress"),
];

impl Attribute<'_> {
    fn to_text(&self) -> String {
        if let Some((_, label)) = LABELS.iter().find(|(oid, _)| *oid == self.oid) {
            return format!("{label}={}", escape(&self.text));
        }
        let mut text = String::new();
        // A `String` takes everything.
        let _ = write_dotted(&mut text, self.oid);
        text + "=#" + &hex(self.element.whole, false)
    }
}

/// Returns the text of a value, if it is of a type that Go takes and holds what its type allows.
fn string(value: Element<'_>) -> Result<String, Problem> {
    const UTF8: u8 = 12;
    const NUMERIC: u8 = 18;
    const PRINTABLE: u8 = 19;
    const T61: u8 = 20;
    const IA5: u8 = 22;
    const BMP: u8 = 30;
    let bytes = value.value;
    let (allowed, problem) = match value.tag {
        UTF8 => return String::from_utf8(bytes.to_vec()).map_err(|_| Problem::Utf8),
        BMP => return bmp(bytes).ok_or(Problem::Bmp),
        // T.61 by the book, Latin-1 in practice.
        T61 => (true, Problem::NotAString),
        PRINTABLE => (bytes.iter().all(is_printable), Problem::Printable),
        IA5 => (bytes.is_ascii(), Problem::Ascii),
        NUMERIC => (bytes.iter().all(|byte| byte.is_ascii_digit() || *byte == b' '), Problem::Numeric),
        _ => (false, Problem::NotAString),
    };
    if allowed { Ok(bytes.iter().map(|byte| char::from(*byte)).collect()) } else { Err(problem) }
}

/// What Go takes in a PrintableString. By the standard `*` and `&` are not among it.
fn is_printable(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || b" '()+,-./:=?*&".contains(byte)
}

/// Reads UTF-16; a zero at the end is left out. Go 1.23 replaces what is not UTF-16, Go 1.25 refuses it.
fn bmp(bytes: &[u8]) -> Option<String> {
    if bytes.len() % 2 != 0 {
        return None;
    }
    let bytes = if bytes.ends_with(&[0, 0]) { bytes.get(..bytes.len() - 2)? } else { bytes };
    let units: Vec<u16> = bytes.chunks(2).map(|c| c.iter().fold(0, |n, b| n << 8 | u16::from(*b))).collect();
    Some(String::from_utf16_lossy(&units))
}

fn escape(value: &str) -> String {
    let last = value.chars().count().saturating_sub(1);
    let mut escaped = String::with_capacity(value.len());
    for (i, c) in value.chars().enumerate() {
        let special = matches!(c, ',' | '+' | '"' | '\\' | '<' | '>' | ';');
        if special || (c == '#' && i == 0) || (c == ' ' && (i == 0 || i == last)) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// Bytes in hexadecimal, two digits each.
pub(super) fn hex(bytes: &[u8], upper: bool) -> String {
    let digit = |digit| char::from_digit(u32::from(digit), 16).unwrap_or_default();
    let digits = bytes.iter().flat_map(|b| [digit(b >> 4), digit(b & 15)]);
    if upper { digits.map(|digit| digit.to_ascii_uppercase()).collect() } else { digits.collect() }
}
