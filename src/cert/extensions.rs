//! The extensions that are read (RFC 5280, 4.2.1).

use super::algorithm::Oid;
use super::layout::{Extension, sequence};
use std::fmt;
use std::net::IpAddr;
use x509_cert::der::asn1::{AnyRef, BitStringRef, ObjectIdentifier, OctetStringRef, UintRef};
use x509_cert::der::{self, Decode, Reader, SliceReader, Tag, TagMode, TagNumber, Tagged};

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

/// What the key of a certificate may be used for by its `keyUsage` extension (RFC 5280, 4.2.1.3): a set.
///
/// `Display` and `Debug` give the RFC's names, `digitalSignature, keyCertSign`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyUsage(u16);

impl KeyUsage {
    /// Signatures other than on certificates and revocation lists: what TLS asks of a client.
    pub const DIGITAL_SIGNATURE: KeyUsage = KeyUsage(1);
    /// Signatures that bind, also called `contentCommitment`.
    pub const NON_REPUDIATION: KeyUsage = KeyUsage(1 << 1);
    /// Encryption of keys.
    pub const KEY_ENCIPHERMENT: KeyUsage = KeyUsage(1 << 2);
    /// Encryption of data.
    pub const DATA_ENCIPHERMENT: KeyUsage = KeyUsage(1 << 3);
    /// Agreement on keys.
    pub const KEY_AGREEMENT: KeyUsage = KeyUsage(1 << 4);
    /// Signatures on certificates: what a CA needs.
    pub const KEY_CERT_SIGN: KeyUsage = KeyUsage(1 << 5);
    /// Signatures on revocation lists.
    pub const CRL_SIGN: KeyUsage = KeyUsage(1 << 6);
    /// With key agreement: for encryption only.
    pub const ENCIPHER_ONLY: KeyUsage = KeyUsage(1 << 7);
    /// With key agreement: for decryption only.
    pub const DECIPHER_ONLY: KeyUsage = KeyUsage(1 << 8);

    /// By bit, from 0.
    const NAMES: [&'static str; 9] = [
        "digitalSignature",
        "nonRepudiation",
        "keyEncipherment",
        "dataEncipherment",
        "keyAgreement",
        "keyCertSign",
        "cRLSign",
        "encipherOnly",
        "decipherOnly",
    ];

    /// Whether all of `usage` are in it.
    pub fn contains(self, usage: KeyUsage) -> bool {
        self.0 & usage.0 == usage.0
    }
}

impl std::ops::BitOr for KeyUsage {
    type Output = KeyUsage;

    fn bitor(self, other: KeyUsage) -> KeyUsage {
        KeyUsage(self.0 | other.0)
    }
}

impl fmt::Display for KeyUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Self::NAMES.iter().enumerate().filter(|(bit, _)| self.0 & 1 << bit != 0).map(|(_, name)| *name);
        f.write_str(&names.collect::<Vec<_>>().join(", "))
    }
}

impl fmt::Debug for KeyUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyUsage({self})")
    }
}

/// A purpose that the `extendedKeyUsage` extension names (RFC 5280, 4.2.1.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExtendedKeyUsage {
    /// `anyExtendedKeyUsage`: every purpose.
    Any,
    /// TLS servers.
    ServerAuth,
    /// TLS clients.
    ClientAuth,
    /// Signed code.
    CodeSigning,
    /// Mail.
    EmailProtection,
    /// Time stamps.
    TimeStamping,
    /// Answers of OCSP.
    OcspSigning,
    /// Another purpose.
    Other(Oid),
}

/// What a certificate is to be used for, when one asks whether it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Authenticating a client, as the certificate of a kubeconfig's user does.
    ClientAuth,
    /// Authenticating a server.
    ServerAuth,
    /// Whatever it may be.
    Any,
}

impl Purpose {
    /// Whether a certificate with these purposes, or without the extension, may be used for it.
    ///
    /// As in Go, an extension that names none forbids none.
    pub(super) fn allowed_by(self, usages: Option<&[ExtendedKeyUsage]>) -> bool {
        let wanted = match self {
            Self::ClientAuth => ExtendedKeyUsage::ClientAuth,
            Self::ServerAuth => ExtendedKeyUsage::ServerAuth,
            Self::Any => return true,
        };
        usages.is_none_or(|usages| {
            usages.is_empty() || usages.iter().any(|usage| *usage == wanted || *usage == ExtendedKeyUsage::Any)
        })
    }
}

const fn oid(dotted: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(dotted)
}

const SUBJECT_KEY_ID: ObjectIdentifier = oid("2.5.29.14");
const KEY_USAGE: ObjectIdentifier = oid("2.5.29.15");
const SUBJECT_ALT_NAME: ObjectIdentifier = oid("2.5.29.17");
const BASIC_CONSTRAINTS: ObjectIdentifier = oid("2.5.29.19");
const NAME_CONSTRAINTS: ObjectIdentifier = oid("2.5.29.30");
const AUTHORITY_KEY_ID: ObjectIdentifier = oid("2.5.29.35");
const EXTENDED_KEY_USAGE: ObjectIdentifier = oid("2.5.29.37");

/// Extensions that may be critical without harm to a verdict: those that are taken into account, and those that say
/// nothing about who may sign what: issuerAltName, cRLDistributionPoints, certificatePolicies (any policy will do here).
const HARMLESS: [ObjectIdentifier; 9] = [
    SUBJECT_KEY_ID,
    KEY_USAGE,
    SUBJECT_ALT_NAME,
    BASIC_CONSTRAINTS,
    AUTHORITY_KEY_ID,
    EXTENDED_KEY_USAGE,
    oid("2.5.29.18"),
    oid("2.5.29.31"),
    oid("2.5.29.32"),
];

/// What the extensions say.
#[derive(Clone, Default)]
pub(super) struct Extensions {
    /// Whether it is a CA, and how many more may follow; `None` where the extension is not there.
    pub(super) basic_constraints: Option<(bool, Option<u64>)>,
    pub(super) key_usage: Option<KeyUsage>,
    pub(super) extended_key_usage: Option<Vec<ExtendedKeyUsage>>,
    pub(super) subject_alt_names: Vec<SubjectAltName>,
    pub(super) subject_key_id: Option<Vec<u8>>,
    pub(super) authority_key_id: Option<Vec<u8>>,
    /// Whether there is a critical one that nobody here looks at.
    pub(super) unknown_critical: bool,
    pub(super) name_constraints: bool,
}

impl Extensions {
    /// Reads them, or says which can't be read. One that is there twice can't, as in Go: the two could say different
    /// things. Key identifiers only help to find an issuer, so a broken one is as good as none.
    pub(super) fn read(extensions: &[Extension<'_>]) -> Result<Self, &'static str> {
        let mut said = Extensions::default();
        let mut seen = Vec::new();
        for extension in extensions {
            let value = extension.value;
            match extension.oid {
                SUBJECT_KEY_ID => {
                    let id = <&OctetStringRef>::from_der(value);
                    said.subject_key_id = id.ok().map(|id| id.as_bytes().to_vec());
                }
                KEY_USAGE => said.key_usage = Some(key_usage(value).ok_or("key usage")?),
                SUBJECT_ALT_NAME => said.subject_alt_names = alt_names(value).ok_or("subject alternative names")?,
                BASIC_CONSTRAINTS => {
                    said.basic_constraints = Some(basic_constraints(value).map_err(|_| "basic constraints")?);
                }
                NAME_CONSTRAINTS => said.name_constraints = true,
                AUTHORITY_KEY_ID => said.authority_key_id = authority_key_id(value),
                EXTENDED_KEY_USAGE => {
                    said.extended_key_usage = Some(extended_key_usage(value).ok_or("extended key usage")?);
                }
                _ => {}
            }
            let known = HARMLESS.contains(&extension.oid);
            said.unknown_critical |= extension.critical && !known;
            if known {
                if seen.contains(&extension.oid) {
                    return Err("extensions");
                }
                seen.push(extension.oid);
            }
        }
        Ok(said)
    }
}

/// `KeyUsage ::= BIT STRING`; bits that have no name are left out.
fn key_usage(value: &[u8]) -> Option<KeyUsage> {
    let bits = BitStringRef::from_der(value).ok()?;
    let named = bits.bits().take(KeyUsage::NAMES.len()).enumerate();
    Some(KeyUsage(named.fold(0, |set, (bit, is_set)| set | u16::from(is_set) << bit)))
}

/// `ExtKeyUsageSyntax ::= SEQUENCE SIZE (1..MAX) OF OBJECT IDENTIFIER`
fn extended_key_usage(value: &[u8]) -> Option<Vec<ExtendedKeyUsage>> {
    use ExtendedKeyUsage::{Any, ClientAuth, CodeSigning, EmailProtection, OcspSigning, ServerAuth, TimeStamping};
    const KNOWN: [(ObjectIdentifier, ExtendedKeyUsage); 7] = [
        (oid("2.5.29.37.0"), Any),
        (oid("1.3.6.1.5.5.7.3.1"), ServerAuth),
        (oid("1.3.6.1.5.5.7.3.2"), ClientAuth),
        (oid("1.3.6.1.5.5.7.3.3"), CodeSigning),
        (oid("1.3.6.1.5.5.7.3.4"), EmailProtection),
        (oid("1.3.6.1.5.5.7.3.8"), TimeStamping),
        (oid("1.3.6.1.5.5.7.3.9"), OcspSigning),
    ];
    let mut purposes = sequence(value)?;
    let mut found = Vec::new();
    while !purposes.is_finished() {
        let oid: ObjectIdentifier = purposes.decode().ok()?;
        let known = KNOWN.iter().find(|(known, _)| *known == oid);
        found.push(known.map_or(ExtendedKeyUsage::Other(Oid(oid)), |(_, usage)| *usage));
    }
    Some(found)
}

/// `BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER (0..MAX) OPTIONAL }`, of which the
/// length may be any figure.
fn basic_constraints(value: &[u8]) -> der::Result<(bool, Option<u64>)> {
    let mut reader = SliceReader::new(value)?;
    let constraints = reader.sequence(|reader| {
        let ca = Option::<bool>::decode(reader)?;
        let length = Option::<UintRef<'_>>::decode(reader)?;
        der::Result::Ok((ca.unwrap_or(false), length.map(|length| number(length.as_bytes()))))
    })?;
    reader.finish()?;
    Ok(constraints)
}

/// What does not fit becomes the largest number there is.
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().try_fold(0u64, |n, b| n.checked_mul(256)?.checked_add(u64::from(*b))).unwrap_or(u64::MAX)
}

/// `AuthorityKeyIdentifier ::= SEQUENCE { keyIdentifier [0] OCTET STRING OPTIONAL, ... }`
fn authority_key_id(value: &[u8]) -> Option<Vec<u8>> {
    let id = sequence(value)?.context_specific::<&OctetStringRef>(TagNumber(0), TagMode::Implicit).ok()??;
    Some(id.as_bytes().to_vec())
}

/// `GeneralNames`: a SEQUENCE of values that are told apart by their tag (RFC 5280, 4.2.1.6).
fn alt_names(value: &[u8]) -> Option<Vec<SubjectAltName>> {
    let mut names = sequence(value)?;
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
