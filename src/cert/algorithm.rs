//! Kinds of keys and signatures, by their object identifiers.

use super::layout::sequence;
use std::fmt;
use x509_cert::der::asn1::{AnyRef, ObjectIdentifier, SequenceRef, UintRef};
use x509_cert::der::{Reader, SliceReader, TagMode, TagNumber};
use x509_cert::spki::AlgorithmIdentifierRef;

/// An object identifier, for what has no name here. `Display` gives the dotted form, `1.3.6.1.5.5.7.3.2`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Oid(pub(super) ObjectIdentifier);

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The kind of a key: in a certificate the `subjectPublicKeyInfo` (RFC 5280, 4.1.2.7) says it, in a private key its
/// `privateKeyAlgorithm` (RFC 5958) or its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyAlgorithm {
    /// RSA (RFC 3279, 2.3.1), for signatures of both paddings.
    Rsa,
    /// RSA for PSS signatures alone (RFC 4055, 1.2). Go does not know it.
    RsaPss,
    /// DSA (RFC 3279, 2.3.2).
    Dsa,
    /// An elliptic curve (RFC 5480).
    Ecdsa(Curve),
    /// Ed25519 (RFC 8410).
    Ed25519,
    /// Ed448 (RFC 8410). Go does not know it.
    Ed448,
    /// ML-DSA-44 (RFC 9881), after quantum computers; as the next two not verified here.
    MlDsa44,
    /// ML-DSA-65.
    MlDsa65,
    /// ML-DSA-87.
    MlDsa87,
    /// Any other.
    Other(Oid),
}

/// An elliptic curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Curve {
    /// P-224, secp224r1.
    P224,
    /// P-256, secp256r1, prime256v1.
    P256,
    /// P-384, secp384r1.
    P384,
    /// P-521, secp521r1.
    P521,
    /// Another one with a name.
    Other(Oid),
    /// None is named: its parameters stand there (RFC 5480, 2.1.1 forbids it), or nothing at all.
    Unnamed,
}

/// What kind of key it is, and how large. `Display` gives it in short: `RSA 2048`, `ECDSA P-256`, `Ed25519`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyInfo {
    algorithm: KeyAlgorithm,
    bits: Option<u32>,
}

/// A hash function, as part of a [`SignatureAlgorithm`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the names say it")]
pub enum Hash {
    Md2,
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

/// How a certificate is signed (RFC 5280, 4.1.1.2). `Display` gives Go's names: `SHA256-RSA`, `ECDSA-SHA384`,
/// `SHA256-RSAPSS`, `Ed25519`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignatureAlgorithm {
    /// RSA with PKCS #1 v1.5 padding.
    Rsa(Hash),
    /// RSA with PSS padding: MGF1 with the same hash, and a salt as long as the hash. With other parameters it is
    /// [`Other`](SignatureAlgorithm::Other), as in Go.
    RsaPss(Hash),
    /// DSA.
    Dsa(Hash),
    /// ECDSA.
    Ecdsa(Hash),
    /// Ed25519.
    Ed25519,
    /// Ed448.
    Ed448,
    /// ML-DSA-44 (RFC 9881); as the next two not verified here.
    MlDsa44,
    /// ML-DSA-65.
    MlDsa65,
    /// ML-DSA-87.
    MlDsa87,
    /// Any other.
    Other(Oid),
}

impl KeyInfo {
    pub(super) fn new(algorithm: KeyAlgorithm, bits: Option<u32>) -> Self {
        KeyInfo { algorithm, bits }
    }

    /// The kind.
    pub fn algorithm(&self) -> KeyAlgorithm {
        self.algorithm
    }

    /// The size in bits: of the modulus for RSA, of the field for a curve with a name. `None` for kinds that come in one
    /// size only, and where the key itself can't be read.
    pub fn bits(&self) -> Option<u32> {
        self.bits
    }

    /// Whether Go's `crypto/tls` takes no private key of this kind, and so kubectl neither.
    #[cfg(feature = "rancher")]
    pub(crate) fn is_foreign_to_go(&self) -> bool {
        use KeyAlgorithm::{Dsa, Ecdsa, Ed448, RsaPss};
        matches!(self.algorithm, RsaPss | Dsa | Ed448 | Ecdsa(Curve::Other(_)))
    }

    /// Whether it is too small by today's measure: RSA under 2,048 bits (NIST SP 800-131A). Go 1.24 and newer refuse RSA
    /// under 1,024 bits altogether.
    pub fn is_weak(&self) -> bool {
        let rsa = matches!(self.algorithm, KeyAlgorithm::Rsa | KeyAlgorithm::RsaPss);
        rsa && self.bits.is_some_and(|bits| bits < 2048)
    }
}

impl SignatureAlgorithm {
    /// The hash function, where there is a choice.
    pub fn hash(&self) -> Option<Hash> {
        match self {
            Self::Rsa(hash) | Self::RsaPss(hash) | Self::Dsa(hash) | Self::Ecdsa(hash) => Some(*hash),
            _ => None,
        }
    }

    /// Whether it is broken: MD2, MD5 or SHA-1. Go takes no such signature, except that of a trusted certificate, at
    /// which it does not look.
    pub fn is_weak(&self) -> bool {
        matches!(self.hash(), Some(Hash::Md2 | Hash::Md5 | Hash::Sha1))
    }
}

impl fmt::Display for KeyInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.algorithm {
            KeyAlgorithm::Rsa => f.write_str("RSA"),
            KeyAlgorithm::RsaPss => f.write_str("RSA-PSS"),
            KeyAlgorithm::Dsa => f.write_str("DSA"),
            KeyAlgorithm::Ecdsa(curve) => return write!(f, "ECDSA {curve}"),
            KeyAlgorithm::Ed25519 => f.write_str("Ed25519"),
            KeyAlgorithm::Ed448 => f.write_str("Ed448"),
            KeyAlgorithm::MlDsa44 => f.write_str("ML-DSA-44"),
            KeyAlgorithm::MlDsa65 => f.write_str("ML-DSA-65"),
            KeyAlgorithm::MlDsa87 => f.write_str("ML-DSA-87"),
            KeyAlgorithm::Other(oid) => oid.fmt(f),
        }?;
        self.bits.map_or(Ok(()), |bits| write!(f, " {bits}"))
    }
}

impl fmt::Display for Curve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::P224 => f.write_str("P-224"),
            Self::P256 => f.write_str("P-256"),
            Self::P384 => f.write_str("P-384"),
            Self::P521 => f.write_str("P-521"),
            Self::Other(oid) => oid.fmt(f),
            Self::Unnamed => f.write_str("without a named curve"),
        }
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Md2 => "MD2",
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA1",
            Self::Sha224 => "SHA224",
            Self::Sha256 => "SHA256",
            Self::Sha384 => "SHA384",
            Self::Sha512 => "SHA512",
        })
    }
}

impl fmt::Display for SignatureAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa(hash) => write!(f, "{hash}-RSA"),
            Self::RsaPss(hash) => write!(f, "{hash}-RSAPSS"),
            Self::Dsa(hash) => write!(f, "DSA-{hash}"),
            Self::Ecdsa(hash) => write!(f, "ECDSA-{hash}"),
            Self::Ed25519 => f.write_str("Ed25519"),
            Self::Ed448 => f.write_str("Ed448"),
            Self::MlDsa44 => f.write_str("ML-DSA-44"),
            Self::MlDsa65 => f.write_str("ML-DSA-65"),
            Self::MlDsa87 => f.write_str("ML-DSA-87"),
            Self::Other(oid) => oid.fmt(f),
        }
    }
}

const fn oid(dotted: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(dotted)
}

const EC_PUBLIC_KEY: ObjectIdentifier = oid("1.2.840.10045.2.1");
const RSASSA_PSS: ObjectIdentifier = oid("1.2.840.113549.1.1.10");
const MGF1: ObjectIdentifier = oid("1.2.840.113549.1.1.8");

/// Kinds of keys; elliptic curves are told apart by their parameters.
const KEYS: &[(ObjectIdentifier, KeyAlgorithm)] = &[
    (oid("1.2.840.113549.1.1.1"), KeyAlgorithm::Rsa),
    (RSASSA_PSS, KeyAlgorithm::RsaPss),
    (oid("1.2.840.10040.4.1"), KeyAlgorithm::Dsa),
    (oid("1.3.101.112"), KeyAlgorithm::Ed25519),
    (oid("1.3.101.113"), KeyAlgorithm::Ed448),
    (oid("2.16.840.1.101.3.4.3.17"), KeyAlgorithm::MlDsa44),
    (oid("2.16.840.1.101.3.4.3.18"), KeyAlgorithm::MlDsa65),
    (oid("2.16.840.1.101.3.4.3.19"), KeyAlgorithm::MlDsa87),
];

const CURVES: &[(ObjectIdentifier, Curve)] = &[
    (oid("1.3.132.0.33"), Curve::P224),
    (oid("1.2.840.10045.3.1.7"), Curve::P256),
    (oid("1.3.132.0.34"), Curve::P384),
    (oid("1.3.132.0.35"), Curve::P521),
];

/// Kinds of signatures; what PSS hashes with stands in its parameters.
const SIGNATURES: &[(ObjectIdentifier, SignatureAlgorithm)] = &[
    (oid("1.2.840.113549.1.1.2"), SignatureAlgorithm::Rsa(Hash::Md2)),
    (oid("1.2.840.113549.1.1.4"), SignatureAlgorithm::Rsa(Hash::Md5)),
    (oid("1.2.840.113549.1.1.5"), SignatureAlgorithm::Rsa(Hash::Sha1)),
    // ISO's, from before PKCS #1 had one; Go knows it too.
    (oid("1.3.14.3.2.29"), SignatureAlgorithm::Rsa(Hash::Sha1)),
    (oid("1.2.840.113549.1.1.14"), SignatureAlgorithm::Rsa(Hash::Sha224)),
    (oid("1.2.840.113549.1.1.11"), SignatureAlgorithm::Rsa(Hash::Sha256)),
    (oid("1.2.840.113549.1.1.12"), SignatureAlgorithm::Rsa(Hash::Sha384)),
    (oid("1.2.840.113549.1.1.13"), SignatureAlgorithm::Rsa(Hash::Sha512)),
    (oid("1.2.840.10040.4.3"), SignatureAlgorithm::Dsa(Hash::Sha1)),
    (oid("2.16.840.1.101.3.4.3.1"), SignatureAlgorithm::Dsa(Hash::Sha224)),
    (oid("2.16.840.1.101.3.4.3.2"), SignatureAlgorithm::Dsa(Hash::Sha256)),
    (oid("1.2.840.10045.4.1"), SignatureAlgorithm::Ecdsa(Hash::Sha1)),
    (oid("1.2.840.10045.4.3.1"), SignatureAlgorithm::Ecdsa(Hash::Sha224)),
    (oid("1.2.840.10045.4.3.2"), SignatureAlgorithm::Ecdsa(Hash::Sha256)),
    (oid("1.2.840.10045.4.3.3"), SignatureAlgorithm::Ecdsa(Hash::Sha384)),
    (oid("1.2.840.10045.4.3.4"), SignatureAlgorithm::Ecdsa(Hash::Sha512)),
    (oid("1.3.101.112"), SignatureAlgorithm::Ed25519),
    (oid("1.3.101.113"), SignatureAlgorithm::Ed448),
    (oid("2.16.840.1.101.3.4.3.17"), SignatureAlgorithm::MlDsa44),
    (oid("2.16.840.1.101.3.4.3.18"), SignatureAlgorithm::MlDsa65),
    (oid("2.16.840.1.101.3.4.3.19"), SignatureAlgorithm::MlDsa87),
];

const HASHES: &[(ObjectIdentifier, Hash)] = &[
    (oid("1.3.14.3.2.26"), Hash::Sha1),
    (oid("2.16.840.1.101.3.4.2.4"), Hash::Sha224),
    (oid("2.16.840.1.101.3.4.2.1"), Hash::Sha256),
    (oid("2.16.840.1.101.3.4.2.2"), Hash::Sha384),
    (oid("2.16.840.1.101.3.4.2.3"), Hash::Sha512),
];

fn find<T: Copy>(table: &[(ObjectIdentifier, T)], oid: ObjectIdentifier) -> Option<T> {
    table.iter().find(|(known, _)| *known == oid).map(|(_, meaning)| *meaning)
}

/// The kind a public or private key is said to have.
pub(super) fn key_algorithm(said: &AlgorithmIdentifierRef<'_>) -> KeyAlgorithm {
    match said.oid {
        EC_PUBLIC_KEY => KeyAlgorithm::Ecdsa(curve(said.parameters)),
        oid => find(KEYS, oid).unwrap_or(KeyAlgorithm::Other(Oid(oid))),
    }
}

/// `ECParameters` (RFC 5480, 2.1.1), of which only the name of a curve is understood.
pub(super) fn curve(parameters: Option<AnyRef<'_>>) -> Curve {
    match parameters.and_then(|named| named.decode_as::<ObjectIdentifier>().ok()) {
        Some(oid) => find(CURVES, oid).unwrap_or(Curve::Other(Oid(oid))),
        None => Curve::Unnamed,
    }
}

/// The public key of a certificate: kind and size.
pub(super) fn public_key(said: &AlgorithmIdentifierRef<'_>, key: &[u8]) -> KeyInfo {
    let algorithm = key_algorithm(said);
    let bits = match algorithm {
        KeyAlgorithm::Rsa | KeyAlgorithm::RsaPss => rsa_public_key(key).map(|(n, _)| bit_length(n)),
        // Dss-Parms ::= SEQUENCE { p INTEGER, q INTEGER, g INTEGER } (RFC 3279, 2.3.2)
        KeyAlgorithm::Dsa => said.parameters.and_then(|p| first_number(p.value())).map(bit_length),
        KeyAlgorithm::Ecdsa(curve) => curve.bits(),
        _ => None,
    };
    KeyInfo { algorithm, bits }
}

/// Modulus and exponent of an `RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }` (RFC 8017, A.1.1),
/// without leading zeros; `None` if it is not one.
pub(super) fn rsa_public_key(key: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut numbers = sequence(key)?;
    let (modulus, exponent): (UintRef<'_>, UintRef<'_>) = (numbers.decode().ok()?, numbers.decode().ok()?);
    numbers.is_finished().then(|| (modulus.as_bytes(), exponent.as_bytes()))
}

fn first_number(numbers: &[u8]) -> Option<&[u8]> {
    Some(SliceReader::new(numbers).ok()?.decode::<UintRef<'_>>().ok()?.as_bytes())
}

/// Of a number without leading zeros.
pub(super) fn bit_length(number: &[u8]) -> u32 {
    let top = number.first().map_or(0, |top| 8 - top.leading_zeros());
    u32::try_from(number.len().saturating_sub(1)).map_or(u32::MAX, |bytes| bytes.saturating_mul(8).saturating_add(top))
}

impl Curve {
    /// The size of the field.
    pub(super) fn bits(self) -> Option<u32> {
        match self {
            Self::P224 => Some(224),
            Self::P256 => Some(256),
            Self::P384 => Some(384),
            Self::P521 => Some(521),
            Self::Other(_) | Self::Unnamed => None,
        }
    }
}

/// How something is said to be signed.
pub(super) fn signature_algorithm(said: &AlgorithmIdentifierRef<'_>) -> SignatureAlgorithm {
    let known = match said.oid {
        RSASSA_PSS => pss_hash(said.parameters).map(SignatureAlgorithm::RsaPss),
        oid => find(SIGNATURES, oid),
    };
    known.unwrap_or(SignatureAlgorithm::Other(Oid(said.oid)))
}

/// The hash of `RSASSA-PSS-params` (RFC 4055, 3.1), if all of them go together.
fn pss_hash(parameters: Option<AnyRef<'_>>) -> Option<Hash> {
    let mut reader = SliceReader::new(parameters?.decode_as::<&SequenceRef>().ok()?.as_bytes()).ok()?;
    let mut algorithm =
        |number| reader.context_specific::<AlgorithmIdentifierRef<'_>>(TagNumber(number), TagMode::Explicit).ok();
    let (hash, mask) = (algorithm(0)?, algorithm(1)?);
    // What follows the salt is a trailer field, which has one value only.
    let salt = reader.context_specific::<u16>(TagNumber(2), TagMode::Explicit).ok()?.unwrap_or(20);
    let hash = hash.map_or(Some(Hash::Sha1), |hash| find(HASHES, hash.oid))?;
    let mask_hash = match mask {
        None => Hash::Sha1,
        Some(mask) if mask.oid == MGF1 => {
            find(HASHES, mask.parameters?.decode_as::<AlgorithmIdentifierRef<'_>>().ok()?.oid)?
        }
        Some(_) => return None,
    };
    (mask_hash == hash && salt == hash.length()).then_some(hash)
}

impl Hash {
    /// In bytes.
    fn length(self) -> u16 {
        match self {
            Self::Md2 | Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha224 => 28,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}
