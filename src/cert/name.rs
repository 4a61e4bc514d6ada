//! Distinguished names as text.

use x509_cert::attr::{AttributeTypeAndValue, AttributeValue};
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::der::{Encode, Tag, Tagged};
use x509_cert::name::Name;

pub(super) const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
pub(super) const ORGANIZATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");

/// A name as RFC 4514 has it: last part first, as in `CN=system:admin,O=system:masters`.
///
/// Types without a name here are written as an object identifier with the value's DER in hexadecimal, as Go and openssl
/// do. Control characters stay as they are.
pub(super) fn to_text(name: &Name) -> String {
    let mut parts: Vec<_> = name.iter_rdn().collect();
    parts.reverse();
    let mut text = String::new();
    for (i, part) in parts.into_iter().enumerate() {
        for (j, one) in part.iter().enumerate() {
            text.push_str(if j > 0 {
                "+"
            } else if i > 0 {
                ","
            } else {
                ""
            });
            text.push_str(&attribute(one));
        }
    }
    text
}

/// The values of one type that are strings, in order.
pub(super) fn values(name: &Name, oid: ObjectIdentifier) -> Vec<String> {
    name.iter().filter(|a| a.oid == oid).filter_map(|a| string(&a.value)).collect()
}

/// Types of attributes, by Go's names.
const LABELS: [(ObjectIdentifier, &str); 12] = [
    (COMMON_NAME, "CN"),
    (ObjectIdentifier::new_unwrap("2.5.4.5"), "SERIALNUMBER"),
    (ObjectIdentifier::new_unwrap("2.5.4.6"), "C"),
    (ObjectIdentifier::new_unwrap("2.5.4.7"), "L"),
    (ObjectIdentifier::new_unwrap("2.5.4.8"), "ST"),
    (ObjectIdentifier::new_unwrap("2.5.4.9"), "STREET"),
    (ORGANIZATION, "O"),
    (ObjectIdentifier::new_unwrap("2.5.4.11"), "OU"),
    (ObjectIdentifier::new_unwrap("2.5.4.17"), "POSTALCODE"),
    (ObjectIdentifier::new_unwrap("0.9.2342.19200300.100.1.1"), "UID"),
    (ObjectIdentifier::new_unwrap("0.9.2342.19200300.100.1.25"), "DC"),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.1"), "emailAddress"),
];

fn attribute(attribute: &AttributeTypeAndValue) -> String {
    let Some((_, label)) = LABELS.iter().find(|(oid, _)| *oid == attribute.oid) else {
        return format!("{}=#{}", attribute.oid, hex_of_der(&attribute.value));
    };
    match string(&attribute.value) {
        Some(value) => format!("{label}={}", escape(&value)),
        None => format!("{label}=#{}", hex_of_der(&attribute.value)),
    }
}

/// The value as text, if it is a string. What its type does not allow is replaced, not refused: names are for reading.
fn string(value: &AttributeValue) -> Option<String> {
    let bytes = value.value();
    match value.tag() {
        Tag::Utf8String
        | Tag::PrintableString
        | Tag::Ia5String
        | Tag::NumericString
        | Tag::VisibleString
        | Tag::GeneralString => Some(String::from_utf8_lossy(bytes).into_owned()),
        // T.61 by the book, Latin-1 in practice.
        Tag::TeletexString => Some(bytes.iter().map(|b| char::from(*b)).collect()),
        Tag::BmpString => {
            let units: Vec<u16> = bytes.chunks(2).map(|c| c.iter().fold(0, |n, b| n << 8 | u16::from(*b))).collect();
            Some(String::from_utf16_lossy(&units))
        }
        _ => None,
    }
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

fn hex_of_der(value: &AttributeValue) -> String {
    hex(&value.to_der().unwrap_or_default(), false)
}

/// Bytes in hexadecimal, two digits each.
pub(super) fn hex(bytes: &[u8], upper: bool) -> String {
    let digit = |digit| char::from_digit(u32::from(digit), 16).unwrap_or_default();
    let digits = bytes.iter().flat_map(|b| [digit(b >> 4), digit(b & 15)]);
    if upper { digits.map(|digit| digit.to_ascii_uppercase()).collect() } else { digits.collect() }
}
