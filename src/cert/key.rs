//! Private keys: what kind they are.

use super::algorithm::{Curve, KeyAlgorithm, KeyInfo, bit_length, curve, key_algorithm};
use super::asn1::{BIT_STRING, Der, INTEGER, OCTET_STRING, SEQUENCE, context_constructed, is_negative};
use super::layout::Algorithm;
use crate::error::{Error, ErrorKind, Result};
use std::fmt;
use zeroize::Zeroizing;

/// The form a private key is written in, by its label. kubectl does not go by the label but tries the first three in
/// turn; it takes no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PrivateKeyKind {
    /// `RSA PRIVATE KEY`, as RKE writes it.
    Pkcs1,
    /// `EC PRIVATE KEY`, as K3s writes it.
    Sec1,
    /// `PRIVATE KEY`.
    Pkcs8,
    /// `ENCRYPTED PRIVATE KEY`, or any of them with the header `Proc-Type: 4,ENCRYPTED`. kubectl can use it only if
    /// that is wrong.
    Encrypted,
    /// Another label, such as `OPENSSH PRIVATE KEY`. kubectl can use it only if the label is wrong.
    Other,
}

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
                Error::new(ErrorKind::Certificate, format!("{what} is not a PKCS #1, PKCS #8 or SEC 1 key"))
            }
        }
    }
}

impl PrivateKey {
    /// Reads a key from DER: PKCS #1 (RFC 8017, A.1.2), PKCS #8 (RFC 5958) or SEC 1 (RFC 5915). Which of them it is
    /// shows in the bytes, so that a wrong label does no harm, as in Go.
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
        let Some(mut inside) = Der::new(der).sequence() else { return Err(not_a_key) };
        if inside.is_next(SEQUENCE) {
            // EncryptedPrivateKeyInfo ::= SEQUENCE { algorithm SEQUENCE, encryptedData OCTET STRING }
            let encrypted = inside.sequence().is_some() && inside.is_next(OCTET_STRING);
            return Err(if encrypted { Unusable::Encrypted } else { not_a_key });
        }
        let Some(version) = inside.integer() else { return Err(not_a_key) };
        let key = if inside.is_next(INTEGER) {
            pkcs1(der)
        } else if inside.is_next(SEQUENCE) && version.len() <= 8 {
            pkcs8(inside)
        } else {
            sec1(version, inside, None)
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

    /// Whether it is an RSA key of more than two primes.
    #[cfg(feature = "check")]
    pub(crate) fn is_multi_prime(&self) -> bool {
        let numbers = matches!(self.info.algorithm(), KeyAlgorithm::Rsa).then(|| RsaNumbers::of(&self.secret));
        numbers.flatten().is_some_and(|numbers| numbers.primes.len() > 2)
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
    pub(super) n: &'a [u8],
    pub(super) e: &'a [u8],
    pub(super) d: &'a [u8],
    /// Two, or more.
    pub(super) primes: Vec<&'a [u8]>,
    /// d mod p-1, d mod q-1, and the inverse of q mod p: they save time. Some keys lack them.
    pub(super) times: Option<[&'a [u8]; 3]>,
}

impl<'a> RsaNumbers<'a> {
    /// `RSAPrivateKey ::= SEQUENCE { version, n, e, d, p, q, dP, dQ, qInv, otherPrimeInfos OPTIONAL }`, where each of
    /// the other primes is a `SEQUENCE { prime, exponent, coefficient }`.
    pub(super) fn of(der: &'a [u8]) -> Option<Self> {
        let mut all = Der::new(der);
        let mut reader = all.sequence().filter(|_| all.is_empty())?;
        if reader.int64()? > 1 {
            return None;
        }
        let (n, e, d) = (reader.positive()?, reader.positive()?, reader.positive()?);
        let mut primes = vec![reader.positive()?, reader.positive()?];
        let mut times = [None; 3];
        for number in &mut times {
            if !reader.is_next(INTEGER) {
                break;
            }
            // Go 1.23 does not look at the sign. Without a byte it is zero, which is never right.
            let signed = reader.integer()?;
            *number = Some(if is_negative(signed) { &[] } else { signed.strip_prefix(&[0]).unwrap_or(signed) });
        }
        let times = match times {
            [Some(dp), Some(dq), Some(inverse)] => Some([dp, dq, inverse]),
            _ => None,
        };
        let mut others = if reader.is_next(SEQUENCE) { reader.sequence()? } else { Der::default() };
        while !others.is_empty() {
            let mut other = others.sequence()?;
            primes.push(other.positive()?);
            other.integer()?;
            other.integer()?;
        }
        Some(RsaNumbers { n, e, d, primes, times })
    }
}

/// `PrivateKeyInfo ::= SEQUENCE { version, privateKeyAlgorithm, privateKey OCTET STRING, attributes, publicKey }`; the
/// reader is past the version, the last two are not looked at.
fn pkcs8(mut reader: Der<'_>) -> Option<PrivateKey> {
    let said = Algorithm::read(reader.sequence()?)?;
    let inner = reader.value(OCTET_STRING)?;
    let form = PrivateKeyKind::Pkcs8;
    let algorithm = key_algorithm(said.oid, || named_curve(said.parameters));
    match algorithm {
        KeyAlgorithm::Rsa => pkcs1(inner).map(|rsa| PrivateKey { form, ..rsa }),
        KeyAlgorithm::Ecdsa(named) => {
            let mut reader = Der::new(inner).sequence()?;
            sec1(reader.integer()?, reader, Some(named)).map(|ec| PrivateKey { form, ..ec })
        }
        KeyAlgorithm::Ed25519 => {
            // CurvePrivateKey ::= OCTET STRING (RFC 8410, 7)
            let seed = Der::new(inner).value(OCTET_STRING)?;
            (seed.len() == 32 && said.parameters.is_none()).then(|| key(form, algorithm, None, seed))
        }
        _ => Some(key(form, algorithm, None, &[])),
    }
}

/// `ECPrivateKey ::= SEQUENCE { version 1, privateKey OCTET STRING, parameters [0], publicKey [1] }`; the reader is
/// past the version. The public key is not looked at: it follows from the private one.
fn sec1(version: &[u8], mut reader: Der<'_>, outside: Option<Curve>) -> Option<PrivateKey> {
    let number = reader.value(OCTET_STRING).filter(|_| version == [1])?;
    let inside = reader.optional(context_constructed(0))?;
    let curve = match outside {
        Some(curve) if curve != Curve::Unnamed => curve,
        _ => named_curve(inside),
    };
    // Go wants to be able to read the public key, if there is one.
    if let Some(public) = reader.optional(context_constructed(1))? {
        let mut public = Der::new(public);
        if public.is_empty() || public.is_next(BIT_STRING) {
            public.bits()?;
        }
    }
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

/// `ECParameters` (RFC 5480, 2.1.1), of which only the name of a curve is understood.
fn named_curve(parameters: Option<&[u8]>) -> Curve {
    parameters.and_then(|named| Der::new(named).oid()).map_or(Curve::Unnamed, curve)
}
