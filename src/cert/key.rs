//! Private keys: what kind they are.

use super::algorithm::{Curve, KeyAlgorithm, KeyInfo, bit_length, curve, key_algorithm};
use super::layout::sequence;
use super::pem::PrivateKeyKind;
use crate::error::{Error, ErrorKind, Result};
use std::fmt;
use x509_cert::der::asn1::{AnyRef, OctetStringRef, UintRef};
use x509_cert::der::{Decode, Reader, SliceReader, Tag, TagNumber, Tagged};
use x509_cert::spki::AlgorithmIdentifierRef;
use zeroize::Zeroizing;

/// A private key of a client certificate or a CA: its kind and size, and the secret part for
/// [`belongs_to`](https://docs.rs/kubeconfig/latest/kubeconfig/cert/struct.PrivateKey.html#method.belongs_to).
///
/// `Debug` shows its kind only; the key is wiped when it is dropped.
pub struct PrivateKey {
    form: PrivateKeyKind,
    info: KeyInfo,
    /// RSA: the `RSAPrivateKey` in DER; curves: the number, as long as the field; Ed25519: the seed; otherwise nothing.
    #[cfg_attr(not(feature = "verify"), expect(dead_code, reason = "it is for comparing it with a certificate"))]
    pub(super) secret: Zeroizing<Vec<u8>>,
}

/// Why there is no key to be had from some bytes.
pub(super) enum Unusable {
    Encrypted,
    NotAKey,
}

impl Unusable {
    /// The error about `what`, as in "the private key at line 3".
    pub(super) fn error(self, what: fmt::Arguments<'_>) -> Error {
        match self {
            Self::Encrypted => Error::new(ErrorKind::Certificate, format!("{what} is encrypted"))
                .with_help("kubectl asks for no passphrase; openssl pkey -in KEY -out FILE writes it in clear"),
            Self::NotAKey => {
                Error::new(ErrorKind::Certificate, format!("{what} is none in the form of PKCS #1, PKCS #8 or SEC 1"))
            }
        }
    }
}

impl PrivateKey {
    /// Reads a key from DER: PKCS #1 (RFC 8017, A.1.2), PKCS #8 (RFC 5958) or SEC 1 (RFC 5915). Which of them it is shows in
    /// the bytes, so that a wrong label does no harm, as in Go.
    ///
    /// Keys of any kind are read, usable here or not. Whether the numbers in it make a key is not looked at.
    ///
    /// # Errors
    /// [`ErrorKind::Certificate`] where it is none of the three, or is encrypted.
    pub fn from_der(der: &[u8]) -> Result<Self> {
        Self::read(der).map_err(|unusable| unusable.error(format_args!("the private key")))
    }

    /// The three forms begin with a number and differ in what follows; an encrypted key begins otherwise.
    pub(super) fn read(der: &[u8]) -> Result<Self, Unusable> {
        let not_a_key = Unusable::NotAKey;
        let Some(mut reader) = sequence(der) else { return Err(not_a_key) };
        let Ok(first) = reader.decode::<AnyRef<'_>>() else { return Err(not_a_key) };
        let key = match (first.tag(), Tag::peek(&reader)) {
            // EncryptedPrivateKeyInfo ::= SEQUENCE { algorithm SEQUENCE, encryptedData OCTET STRING }
            (Tag::Sequence, Ok(Tag::OctetString)) => return Err(Unusable::Encrypted),
            (Tag::Integer, Ok(Tag::Integer)) => pkcs1(der),
            (Tag::Integer, Ok(Tag::Sequence)) => pkcs8(reader),
            (Tag::Integer, Ok(Tag::OctetString)) => sec1(reader, None),
            _ => None,
        };
        key.ok_or(not_a_key)
    }

    /// The form it has, whatever its label said: never [`Encrypted`](PrivateKeyKind::Encrypted) or
    /// [`Other`](PrivateKeyKind::Other).
    pub fn form(&self) -> PrivateKeyKind {
        self.form
    }

    /// Kind and size.
    pub fn info(&self) -> KeyInfo {
        self.info
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey").field("form", &self.form).field("info", &self.info).finish_non_exhaustive()
    }
}

fn key(form: PrivateKeyKind, algorithm: KeyAlgorithm, bits: Option<u32>, secret: &[u8]) -> PrivateKey {
    PrivateKey { form, info: KeyInfo::new(algorithm, bits), secret: Zeroizing::new(secret.to_vec()) }
}

fn pkcs1(der: &[u8]) -> Option<PrivateKey> {
    let numbers = RsaNumbers::of(der)?;
    Some(key(PrivateKeyKind::Pkcs1, KeyAlgorithm::Rsa, Some(bit_length(numbers.n)), der))
}

/// The numbers of an `RSAPrivateKey`, without leading zeros.
#[cfg_attr(not(feature = "verify"), expect(dead_code, reason = "the rest is for comparing it with a certificate"))]
pub(super) struct RsaNumbers<'a> {
    /// Whether there are more primes than the two.
    pub(super) multi_prime: bool,
    pub(super) n: &'a [u8],
    pub(super) e: &'a [u8],
    pub(super) p: &'a [u8],
    pub(super) q: &'a [u8],
    /// d, d mod p-1, d mod q-1, and the inverse of q mod p.
    pub(super) others: [&'a [u8]; 4],
}

impl<'a> RsaNumbers<'a> {
    /// `RSAPrivateKey ::= SEQUENCE { version, n, e, d, p, q, dP, dQ, qInv, otherPrimeInfos OPTIONAL }`
    pub(super) fn of(der: &'a [u8]) -> Option<Self> {
        let mut reader = sequence(der)?;
        let mut number = || reader.decode::<UintRef<'_>>().ok().map(|number| number.as_bytes());
        let (version, n, e, d, p, q) = (number()?, number()?, number()?, number()?, number()?, number()?);
        let others = [d, number()?, number()?, number()?];
        let multi_prime = version == [1];
        if multi_prime {
            reader.tlv_bytes().ok()?;
        }
        let known_version = multi_prime || version == [0];
        (known_version && reader.is_finished()).then_some(RsaNumbers { multi_prime, n, e, p, q, others })
    }
}

/// `PrivateKeyInfo ::= SEQUENCE { version, privateKeyAlgorithm, privateKey OCTET STRING, attributes, publicKey }`; the
/// reader is past the version, the last two are not looked at.
fn pkcs8(mut reader: SliceReader<'_>) -> Option<PrivateKey> {
    let said: AlgorithmIdentifierRef<'_> = reader.decode().ok()?;
    let inner = reader.decode::<&OctetStringRef>().ok()?.as_bytes();
    let form = PrivateKeyKind::Pkcs8;
    let algorithm = key_algorithm(&said);
    match algorithm {
        KeyAlgorithm::Rsa => pkcs1(inner).map(|rsa| PrivateKey { form, ..rsa }),
        KeyAlgorithm::Ecdsa(named) => {
            let mut reader = sequence(inner)?;
            reader.decode::<UintRef<'_>>().ok()?;
            sec1(reader, Some(named)).map(|ec| PrivateKey { form, ..ec })
        }
        KeyAlgorithm::Ed25519 => {
            // CurvePrivateKey ::= OCTET STRING (RFC 8410, 7)
            let seed = <&OctetStringRef>::from_der(inner).ok()?.as_bytes();
            (seed.len() == 32).then(|| key(form, algorithm, None, seed))
        }
        _ => Some(key(form, algorithm, None, &[])),
    }
}

/// `ECPrivateKey ::= SEQUENCE { version, privateKey OCTET STRING, parameters [0], publicKey [1] }`; the reader is past the
/// version. The public key is not looked at: it follows from the private one.
fn sec1(mut reader: SliceReader<'_>, outside: Option<Curve>) -> Option<PrivateKey> {
    let number = reader.decode::<&OctetStringRef>().ok()?.as_bytes();
    let curve = match outside.filter(|curve| *curve != Curve::Unnamed) {
        Some(curve) => curve,
        None => {
            let parameters = reader.decode::<Option<AnyRef<'_>>>().ok()?;
            curve(parameters.filter(is_explicit_0).and_then(|explicit| AnyRef::from_der(explicit.value()).ok()))
        }
    };
    let Some(bits) = curve.bits() else {
        return Some(key(PrivateKeyKind::Sec1, KeyAlgorithm::Ecdsa(curve), None, &[]));
    };
    // Some leave leading zeros out, some put more of them in; Go takes both.
    let zeros = number.iter().take_while(|b| **b == 0).count();
    let digits = number.get(zeros..)?;
    let length = usize::try_from(bits.div_ceil(8)).ok()?;
    let mut secret = Zeroizing::new(Vec::with_capacity(length));
    secret.resize(length.checked_sub(digits.len())?, 0);
    secret.extend_from_slice(digits);
    let info = KeyInfo::new(KeyAlgorithm::Ecdsa(curve), Some(bits));
    Some(PrivateKey { form: PrivateKeyKind::Sec1, info, secret })
}

fn is_explicit_0(value: &AnyRef<'_>) -> bool {
    value.tag() == Tag::ContextSpecific { constructed: true, number: TagNumber(0) }
}
