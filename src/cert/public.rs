//! Whether a private key belongs to a certificate, as far as the public half stands in its file.

use super::Certificate;
use super::pem::{PrivateKeyKind, SectionKind, sections};
use x509_cert::der::asn1::{AnyRef, BitStringRef, IntRef, ObjectIdentifier, OctetStringRef, UintRef};
use x509_cert::der::{Decode, Reader, SliceReader, Tag, TagMode, TagNumber, Tagged};
use x509_cert::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

/// Whether the first private key in a PEM text, which is the one kubectl takes, belongs to `certificate`.
///
/// It compares the public halves: of an RSA key the modulus, of an elliptic one the point. `None` where the text does not
/// hold it (which is allowed of elliptic keys, and usual of Ed25519), or the key is of a form that is not known here.
pub(crate) fn fits(certificate: &Certificate, key: &[u8]) -> Option<bool> {
    let section = sections(key).flatten().find(|section| matches!(section.kind(), SectionKind::PrivateKey(_)))?;
    let of_key = match section.kind() {
        SectionKind::PrivateKey(PrivateKeyKind::Pkcs1) => Public::of_pkcs1(section.bytes()),
        SectionKind::PrivateKey(PrivateKeyKind::Sec1) => Public::of_sec1(section.bytes()),
        SectionKind::PrivateKey(PrivateKeyKind::Pkcs8) => Public::of_pkcs8(section.bytes()),
        _ => None,
    }?;
    Some(Public::of_certificate(certificate)? == of_key)
}

/// The public half of a key, as far as it is needed to tell two keys apart.
#[derive(PartialEq)]
enum Public<'a> {
    /// The modulus, without leading zeros.
    Rsa(&'a [u8]),
    Point(&'a [u8]),
}

impl<'a> Public<'a> {
    /// `SubjectPublicKeyInfo` is the seventh field of a certificate (RFC 5280, 4.1), the version being optional.
    fn of_certificate(certificate: &'a Certificate) -> Option<Self> {
        let mut tbs = sequence(sequence_of(certificate.der())?.decode().ok()?)?;
        tbs.context_specific::<IntRef<'_>>(TagNumber(0), TagMode::Explicit).ok()?;
        for _ in ["serial number", "algorithm", "issuer", "dates", "subject"] {
            tbs.decode::<AnyRef<'_>>().ok()?;
        }
        let info: SubjectPublicKeyInfoRef<'_> = tbs.decode().ok()?;
        let key = info.subject_public_key.as_bytes()?;
        match info.algorithm.oid {
            RSA => Self::modulus(&mut sequence_of(key)?),
            EC => Some(Public::Point(key)),
            _ => None,
        }
    }

    /// `RSAPrivateKey ::= SEQUENCE { version, modulus, ... }` (RFC 8017, A.1.2)
    fn of_pkcs1(der: &'a [u8]) -> Option<Self> {
        let mut key = sequence_of(der)?;
        key.decode::<UintRef<'_>>().ok()?;
        Self::modulus(&mut key)
    }

    fn modulus(key: &mut SliceReader<'a>) -> Option<Self> {
        Some(Public::Rsa(key.decode::<UintRef<'_>>().ok()?.as_bytes()))
    }

    /// `ECPrivateKey ::= SEQUENCE { version, privateKey, [0] parameters OPTIONAL, [1] publicKey OPTIONAL }` (RFC 5915, 3)
    fn of_sec1(der: &'a [u8]) -> Option<Self> {
        let mut key = sequence_of(der)?;
        key.decode::<UintRef<'_>>().ok()?;
        key.decode::<&OctetStringRef>().ok()?;
        key.context_specific::<ObjectIdentifier>(TagNumber(0), TagMode::Explicit).ok()?;
        let point = key.context_specific::<BitStringRef<'_>>(TagNumber(1), TagMode::Explicit).ok()??;
        Some(Public::Point(point.as_bytes()?))
    }

    /// `PrivateKeyInfo ::= SEQUENCE { version, algorithm, privateKey, ... }` (RFC 5958, 2)
    fn of_pkcs8(der: &'a [u8]) -> Option<Self> {
        let mut key = sequence_of(der)?;
        key.decode::<UintRef<'_>>().ok()?;
        let algorithm: AlgorithmIdentifierRef<'_> = key.decode().ok()?;
        let inner = key.decode::<&OctetStringRef>().ok()?.as_bytes();
        match algorithm.oid {
            RSA => Self::of_pkcs1(inner),
            EC => Self::of_sec1(inner),
            _ => None,
        }
    }
}

fn sequence_of(der: &[u8]) -> Option<SliceReader<'_>> {
    sequence(AnyRef::from_der(der).ok()?)
}

fn sequence(value: AnyRef<'_>) -> Option<SliceReader<'_>> {
    if value.tag() == Tag::Sequence { SliceReader::new(value.value()).ok() } else { None }
}
