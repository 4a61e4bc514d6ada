//! Kinds of keys and signatures, by their object identifiers.

use super::asn1::{Der, context_constructed};
use super::layout::Algorithm;
use std::fmt;

/// An object identifier, for what has no name here. `Display` gives the dotted form, `1.3.6.1.5.5.7.3.2`.
///
/// It holds 62 bytes, more than any identifier in use has. A longer one is cut off there and shown with `...` at its
/// end.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Oid {
    bytes: [u8; Oid::MAX],
    /// How many of the bytes count; more than there are if some were cut off.
    length: u8,
}

impl Oid {
    const MAX: usize = 62;

    /// Keeps the value of an identifier.
    pub(super) fn new(value: &[u8]) -> Self {
        let mut bytes = [0; Oid::MAX];
        bytes.iter_mut().zip(value).for_each(|(byte, given)| *byte = *given);
        Oid { bytes, length: u8::try_from(value.len()).unwrap_or(u8::MAX) }
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.bytes.get(..usize::from(self.length)).unwrap_or(&self.bytes);
        write_dotted(f, value)?;
        if value.len() < usize::from(self.length) { f.write_str("...") } else { Ok(()) }
    }
}

/// Writes the value of an identifier with dots.
pub(super) fn write_dotted(f: &mut impl fmt::Write, value: &[u8]) -> fmt::Result {
    for (i, number) in value.split_inclusive(|byte| *byte < 0x80).enumerate() {
        let number = number.iter().fold(0u64, |number, byte| number << 7 | u64::from(byte & 0x7f));
        match (i, number) {
            (0, 0..80) => write!(f, "{}.{}", number / 40, number % 40)?,
            (0, _) => write!(f, "2.{}", number - 80)?,
            _ => write!(f, ".{number}")?,
        }
    }
    Ok(())
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

    /// The size in bits: of the modulus for RSA, of the field for a curve with a name. `None` for kinds that come in
    /// one size only, and where the key itself can't be read.
    pub fn bits(&self) -> Option<u32> {
        self.bits
    }

    /// Returns whether Go's `crypto/tls`, and so kubectl, can't use a private key of this kind. It loads a key on
    /// P-224, but then the handshake fails.
    pub(crate) fn is_foreign_to_go(&self) -> bool {
        use KeyAlgorithm::{Ecdsa, Ed25519, Rsa};
        !matches!(self.algorithm, Rsa | Ed25519 | Ecdsa(Curve::P256 | Curve::P384 | Curve::P521))
    }

    /// Whether it is too small by today's measure: RSA under 2,048 bits (NIST SP 800-131A). Go 1.24 and newer refuse
    /// RSA under 1,024 bits altogether.
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

// The values of the identifiers, as they are in DER.
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1]; // 1.2.840.10045.2.1
const RSASSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 0x0a]; // 1.2.840.113549.1.1.10
const MGF1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 8]; // 1.2.840.113549.1.1.8

/// Kinds of keys; elliptic curves are told apart by their parameters.
const KEYS: &[(&[u8], KeyAlgorithm)] = &[
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1], KeyAlgorithm::Rsa), // 1.2.840.113549.1.1.1
    (RSASSA_PSS, KeyAlgorithm::RsaPss),
    (&[0x2a, 0x86, 0x48, 0xce, 0x38, 4, 1], KeyAlgorithm::Dsa), // 1.2.840.10040.4.1
    (&[0x2b, 0x65, 0x70], KeyAlgorithm::Ed25519),               // 1.3.101.112
    (&[0x2b, 0x65, 0x71], KeyAlgorithm::Ed448),                 // 1.3.101.113
    (&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, 0x11], KeyAlgorithm::MlDsa44), // 2.16.840.1.101.3.4.3.17
    (&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, 0x12], KeyAlgorithm::MlDsa65), // 2.16.840.1.101.3.4.3.18
    (&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, 0x13], KeyAlgorithm::MlDsa87), // 2.16.840.1.101.3.4.3.19
];

const CURVES: &[(&[u8], Curve)] = &[
    (&[0x2b, 0x81, 4, 0, 0x21], Curve::P224),                // 1.3.132.0.33
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7], Curve::P256), // 1.2.840.10045.3.1.7
    (&[0x2b, 0x81, 4, 0, 0x22], Curve::P384),                // 1.3.132.0.34
    (&[0x2b, 0x81, 4, 0, 0x23], Curve::P521),                // 1.3.132.0.35
];

/// Kinds of signatures; what PSS hashes with stands in its parameters.
const SIGNATURES: &[(&[u8], SignatureAlgorithm)] = &[
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 2], SignatureAlgorithm::Rsa(Hash::Md2)), // 1.2.840.113549.1.1.2
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 4], SignatureAlgorithm::Rsa(Hash::Md5)), // 1.2.840.113549.1.1.4
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5], SignatureAlgorithm::Rsa(Hash::Sha1)), // 1.2.840.113549.1.1.5
    // ISO's, from before PKCS #1 had one; Go knows it too.
    (&[0x2b, 0x0e, 3, 2, 0x1d], SignatureAlgorithm::Rsa(Hash::Sha1)), // 1.3.14.3.2.29
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 0x0e], SignatureAlgorithm::Rsa(Hash::Sha224)), // 1.2.840.113549.1.1.14
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 0x0b], SignatureAlgorithm::Rsa(Hash::Sha256)), // 1.2.840.113549.1.1.11
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 0x0c], SignatureAlgorithm::Rsa(Hash::Sha384)), // 1.2.840.113549.1.1.12
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 0x0d], SignatureAlgorithm::Rsa(Hash::Sha512)), // 1.2.840.113549.1.1.13
    (&[0x2a, 0x86, 0x48, 0xce, 0x38, 4, 3], SignatureAlgorithm::Dsa(Hash::Sha1)), // 1.2.840.10040.4.3
    (&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, 1], SignatureAlgorithm::Dsa(Hash::Sha224)), // 2.16.840.1.101.3.4.3.1
    (&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, 2], SignatureAlgorithm::Dsa(Hash::Sha256)), // 2.16.840.1.101.3.4.3.2
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1], SignatureAlgorithm::Ecdsa(Hash::Sha1)), // 1.2.840.10045.4.1
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 1], SignatureAlgorithm::Ecdsa(Hash::Sha224)), // 1.2.840.10045.4.3.1
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2], SignatureAlgorithm::Ecdsa(Hash::Sha256)), // 1.2.840.10045.4.3.2
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3], SignatureAlgorithm::Ecdsa(Hash::Sha384)), // 1.2.840.10045.4.3.3
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 4], SignatureAlgorithm::Ecdsa(Hash::Sha512)), // 1.2.840.10045.4.3.4
    (&[0x2b, 0x65, 0x70], SignatureAlgorithm::Ed25519),               // 1.3.101.112
    (&[0x2b, 0x65, 0x71], SignatureAlgorithm::Ed448),                 // 1.3.101.113
    (&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, 0x11], SignatureAlgorithm::MlDsa44), // 2.16.840.1.101.3.4.3.17
    (&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, 0x12], SignatureAlgorithm::MlDsa65), // 2.16.840.1.101.3.4.3.18
    (&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, 0x13], SignatureAlgorithm::MlDsa87), // 2.16.840.1.101.3.4.3.19
];

const HASHES: &[(&[u8], Hash)] = &[
    (&[0x2b, 0x0e, 3, 2, 0x1a], Hash::Sha1),                  // 1.3.14.3.2.26
    (&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 4], Hash::Sha224), // 2.16.840.1.101.3.4.2.4
    (&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1], Hash::Sha256), // 2.16.840.1.101.3.4.2.1
    (&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2], Hash::Sha384), // 2.16.840.1.101.3.4.2.2
    (&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3], Hash::Sha512), // 2.16.840.1.101.3.4.2.3
];

fn find<T: Copy>(table: &[(&[u8], T)], oid: &[u8]) -> Option<T> {
    table.iter().find(|(known, _)| *known == oid).map(|(_, meaning)| *meaning)
}

/// Returns the kind that a public or private key is said to have; `curve` is asked for the curve of an elliptic one.
pub(super) fn key_algorithm(oid: &[u8], curve: impl FnOnce() -> Curve) -> KeyAlgorithm {
    match find(KEYS, oid) {
        Some(known) => known,
        None if oid == EC_PUBLIC_KEY => KeyAlgorithm::Ecdsa(curve()),
        None => KeyAlgorithm::Other(Oid::new(oid)),
    }
}

/// Returns the curve with that name.
pub(super) fn curve(oid: &[u8]) -> Curve {
    find(CURVES, oid).unwrap_or(Curve::Other(Oid::new(oid)))
}

/// Returns modulus and exponent of an `RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }` (RFC
/// 8017, A.1.1), without leading zeros. As in Go both are above zero, and the exponent has at most 63 bits.
pub(super) fn rsa_public_key(key: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut numbers = Der::new(key).sequence()?;
    let (modulus, exponent) = (numbers.positive()?, numbers.positive()?);
    (bit_length(exponent) < 64).then_some((modulus, exponent))
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

/// Returns how something is said to be signed.
pub(super) fn signature_algorithm(said: &Algorithm<'_>) -> SignatureAlgorithm {
    let known = match find(SIGNATURES, said.oid) {
        // Go does not know it with parameters.
        Some(SignatureAlgorithm::Ed25519) if said.parameters.is_some() => None,
        None if said.oid == RSASSA_PSS => said.parameters.and_then(pss_hash).map(SignatureAlgorithm::RsaPss),
        known => known,
    };
    known.unwrap_or(SignatureAlgorithm::Other(Oid::new(said.oid)))
}

/// Returns the hash of `RSASSA-PSS-params` (RFC 4055, 3.1), if all of them go together.
fn pss_hash(parameters: &[u8]) -> Option<Hash> {
    let mut fields = Der::new(parameters).sequence()?;
    let (hash, mask) = (explicit(&mut fields, 0)?, explicit(&mut fields, 1)?);
    // The salt is followed by a trailer field, which has one value only.
    let salt = match fields.optional(context_constructed(2))? {
        Some(explicit) => Der::new(explicit).int64()?,
        None => 20,
    };
    let hash = hash.map_or(Some(Hash::Sha1), |hash| find(HASHES, hash.oid))?;
    let mask_hash = match mask {
        None => Hash::Sha1,
        Some(mask) if mask.oid == MGF1 => {
            let hash = Algorithm::read(Der::new(mask.parameters?).sequence()?)?;
            find(HASHES, hash.oid)?
        }
        Some(_) => return None,
    };
    (mask_hash == hash && salt == hash.length()).then_some(hash)
}

/// Reads an optional field with an algorithm: `Some(None)` where it is not there, `None` where it is broken.
fn explicit<'a>(fields: &mut Der<'a>, number: u8) -> Option<Option<Algorithm<'a>>> {
    match fields.optional(context_constructed(number))? {
        Some(explicit) => Algorithm::read(Der::new(explicit).sequence()?).map(Some),
        None => Some(None),
    }
}

impl Hash {
    /// In bytes.
    fn length(self) -> i64 {
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
