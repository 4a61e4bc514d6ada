//! What a certificate says of itself.

use super::{name, time};
use crate::error::{Error, ErrorKind, Result};
use rustls_pki_types::{CertificateDer, UnixTime};
use std::fmt;
use std::net::IpAddr;
use x509_cert::der::asn1::{AnyRef, BitStringRef, IntRef, ObjectIdentifier};
use x509_cert::der::{self, Decode, Reader, SliceReader, Tag, TagMode, TagNumber, Tagged};
use x509_cert::ext::Extension;
use x509_cert::name::Name;
use x509_cert::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const ORGANIZATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");
const SUBJECT_ALT_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.17");
const BASIC_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");

/// An X.509 certificate: its DER, and the facts that are read out of it.
///
/// It is lenient where certificates in the field need it: serial numbers may be zero, negative or long, the version is
/// not looked at, strings may hold what their type forbids, times may lie before 1970, lack their seconds or have an
/// offset. Signature and key are not looked into, nor are extensions other than the two that are shown here.
///
/// Two are equal if their DER is. Strings hold control characters as they are: wrap them in
/// [`Printable`](crate::Printable) for a terminal.
#[derive(Clone)]
pub struct Certificate {
    der: CertificateDer<'static>,
    subject: String,
    issuer: String,
    common_names: Vec<String>,
    organizations: Vec<String>,
    serial: String,
    /// Seconds since 1970. Signed, as the dates may lie before.
    not_before: i64,
    not_after: i64,
    ca: bool,
    subject_alt_names: Vec<SubjectAltName>,
}

/// What a certificate is at a given time; see [`Certificate::is_valid_at`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Validity {
    /// Before `notBefore`.
    NotYetValid,
    /// Neither before nor after.
    Valid,
    /// After `notAfter`.
    Expired,
}

/// A name a certificate is valid for, as its `subjectAltName` extension has it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SubjectAltName {
    /// A host name; `*.example.com` is possible.
    Dns(String),
    /// An address.
    Ip(IpAddr),
    /// A mail address.
    Email(String),
    /// A URI, as in SPIFFE.
    Uri(String),
}

impl Certificate {
    /// Reads a certificate from DER.
    ///
    /// # Errors
    /// [`ErrorKind::Certificate`] where it is not one; the message names the part that can't be read.
    pub fn from_der(der: &[u8]) -> Result<Self> {
        Self::read(der).map_err(|part| {
            Error::new(ErrorKind::Certificate, format!("not an X.509 certificate: can't read its {part}"))
        })
    }

    /// Reads it, or says which part can't be read.
    ///
    /// The outermost structure is read here and not by `x509_cert::Certificate`, because that refuses the whole for a
    /// date before 1970, a serial number over 21 bytes, or an unknown version.
    pub(super) fn read(der: &[u8]) -> Result<Self, &'static str> {
        let structure = "outer structure";
        let mut reader = sequence(AnyRef::from_der(der), structure)?;
        let mut tbs = sequence(reader.decode(), structure)?;
        AlgorithmIdentifierRef::decode(&mut reader).map_err(|_| "signature algorithm")?;
        BitStringRef::decode(&mut reader).map_err(|_| "signature")?;
        reader.finish().map_err(|_| structure)?;

        tbs.context_specific::<IntRef<'_>>(TagNumber(0), TagMode::Explicit).map_err(|_| "version")?;
        let serial: AnyRef<'_> = tbs.decode().map_err(|_| "serial number")?;
        let serial = serial_number(serial).ok_or("serial number")?;
        AlgorithmIdentifierRef::decode(&mut tbs).map_err(|_| "signature algorithm")?;
        let issuer: Name = tbs.decode().map_err(|_| "issuer")?;
        let mut validity = sequence(tbs.decode(), "dates")?;
        let not_before = seconds(validity.decode()).ok_or("notBefore date")?;
        let not_after = seconds(validity.decode()).ok_or("notAfter date")?;
        validity.finish().map_err(|_| "dates")?;
        let subject: Name = tbs.decode().map_err(|_| "subject")?;
        SubjectPublicKeyInfoRef::decode(&mut tbs).map_err(|_| "public key")?;
        for unique_id in [1, 2] {
            tbs.context_specific::<BitStringRef<'_>>(TagNumber(unique_id), TagMode::Implicit)
                .map_err(|_| "unique identifiers")?;
        }
        let extensions = tbs.context_specific::<Vec<Extension>>(TagNumber(3), TagMode::Explicit);
        let extensions = extensions.map_err(|_| "extensions")?.unwrap_or_default();
        tbs.finish().map_err(|_| structure)?;

        let ca = match extension(&extensions, BASIC_CONSTRAINTS)? {
            Some(value) => is_ca(value).map_err(|_| "basic constraints")?,
            None => false,
        };
        let subject_alt_names = match extension(&extensions, SUBJECT_ALT_NAME)? {
            Some(value) => alt_names(value).ok_or("subject alternative names")?,
            None => Vec::new(),
        };
        Ok(Certificate {
            der: CertificateDer::from(der.to_vec()),
            subject: name::to_text(&subject),
            issuer: name::to_text(&issuer),
            common_names: name::values(&subject, COMMON_NAME),
            organizations: name::values(&subject, ORGANIZATION),
            serial,
            not_before,
            not_after,
            ca,
            subject_alt_names,
        })
    }

    /// The certificate itself.
    pub fn der(&self) -> &CertificateDer<'static> {
        &self.der
    }

    /// Whom it is for, as RFC 4514 writes names (last part first): `CN=system:admin,O=system:masters`. May be empty.
    ///
    /// The types have Go's names (`CN`, `OU`, `ST`, ...); the order is always that of the certificate, where Go sorts the
    /// parts of some names.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Who signed it, written like [`subject`](Certificate::subject).
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The common name of the subject: to Kubernetes the name of the user. Of several it is the last, as in Go.
    pub fn common_name(&self) -> Option<&str> {
        self.common_names.last().map(String::as_str)
    }

    /// The organizations of the subject, in order: to Kubernetes the groups of the user.
    pub fn organizations(&self) -> &[String] {
        &self.organizations
    }

    /// The serial number in hexadecimal, as `openssl x509 -serial` prints it: `0A1B`, `-01` for a negative one.
    pub fn serial(&self) -> &str {
        &self.serial
    }

    /// The first second at which it is valid. A date before 1970, which a `UnixTime` can't hold, becomes 1970.
    pub fn not_before(&self) -> UnixTime {
        time::unix_time(self.not_before)
    }

    /// The last second at which it is valid. A date before 1970, which a `UnixTime` can't hold, becomes 1970.
    pub fn not_after(&self) -> UnixTime {
        time::unix_time(self.not_after)
    }

    /// Whether it is valid at a time, by its dates alone. Both ends belong to it (RFC 5280, 4.1.2.5).
    pub fn is_valid_at(&self, time: UnixTime) -> Validity {
        let time = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        if time < self.not_before {
            Validity::NotYetValid
        } else if time > self.not_after {
            Validity::Expired
        } else {
            Validity::Valid
        }
    }

    /// Whether it says that it is a certificate authority (`basicConstraints`, RFC 5280, 4.2.1.9).
    ///
    /// `false` does not make it useless in a CA bundle: Go trusts every certificate there as it stands.
    pub fn is_ca(&self) -> bool {
        self.ca
    }

    /// The host names, addresses, mail addresses and URIs of the `subjectAltName` extension, in order. Names of other
    /// kinds are left out.
    pub fn subject_alt_names(&self) -> &[SubjectAltName] {
        &self.subject_alt_names
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("subject", &self.subject)
            .field("issuer", &self.issuer)
            .field("serial", &self.serial)
            .field("not_before", &time::rfc3339(self.not_before()))
            .field("not_after", &time::rfc3339(self.not_after()))
            .finish_non_exhaustive()
    }
}

/// The inside of a SEQUENCE.
fn sequence<'a>(value: der::Result<AnyRef<'a>>, part: &'static str) -> Result<SliceReader<'a>, &'static str> {
    match value {
        Ok(value) if value.tag() == Tag::Sequence => SliceReader::new(value.value()).map_err(|_| part),
        _ => Err(part),
    }
}

/// In hexadecimal, as openssl prints it: the sign, then whole bytes without leading zeros.
fn serial_number(value: AnyRef<'_>) -> Option<String> {
    let bytes = value.value();
    let negative = *bytes.first()? >= 0x80;
    if value.tag() != Tag::Integer {
        return None;
    }
    let mut magnitude = bytes.to_vec();
    if negative {
        let mut carry = true;
        for byte in magnitude.iter_mut().rev() {
            (*byte, carry) = (!*byte).overflowing_add(u8::from(carry));
        }
    }
    let zeros = magnitude.iter().take_while(|b| **b == 0).count().min(magnitude.len() - 1);
    let sign = if negative { "-" } else { "" };
    Some(format!("{sign}{}", name::hex(magnitude.get(zeros..)?, true)))
}

fn seconds(value: der::Result<AnyRef<'_>>) -> Option<i64> {
    let value = value.ok()?;
    match value.tag() {
        Tag::UtcTime => time::parse_asn1(value.value(), false),
        Tag::GeneralizedTime => time::parse_asn1(value.value(), true),
        _ => None,
    }
}

/// The value of an extension. One that is there twice is an error, as in Go: the two could say different things.
fn extension(extensions: &[Extension], oid: ObjectIdentifier) -> Result<Option<&[u8]>, &'static str> {
    let mut found = extensions.iter().filter(|e| e.extn_id == oid);
    match (found.next(), found.next()) {
        (Some(_), Some(_)) => Err("extensions"),
        (extension, _) => Ok(extension.map(|e| e.extn_value.as_bytes())),
    }
}

/// `BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER OPTIONAL }`, of which the length
/// may be any figure.
fn is_ca(value: &[u8]) -> der::Result<bool> {
    let mut reader = SliceReader::new(value)?;
    let ca = reader.sequence(|reader| {
        let ca = Option::<bool>::decode(reader)?;
        Option::<IntRef<'_>>::decode(reader)?;
        der::Result::Ok(ca.unwrap_or(false))
    })?;
    reader.finish()?;
    Ok(ca)
}

/// `GeneralNames`: a SEQUENCE of values that are told apart by their tag (RFC 5280, 4.2.1.6).
fn alt_names(value: &[u8]) -> Option<Vec<SubjectAltName>> {
    let mut names = sequence(AnyRef::from_der(value), "").ok()?;
    let mut found = Vec::new();
    while !names.is_finished() {
        let name: AnyRef<'_> = names.decode().ok()?;
        let text = || String::from_utf8_lossy(name.value()).into_owned();
        let Tag::ContextSpecific { number, .. } = name.tag() else { continue };
        found.push(match number.value() {
            1 => SubjectAltName::Email(text()),
            2 => SubjectAltName::Dns(text()),
            6 => SubjectAltName::Uri(text()),
            7 => SubjectAltName::Ip(address(name.value())?),
            _ => continue,
        });
    }
    Some(found)
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from),
        _ => <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from),
    }
}
