//! Whether a private key belongs to a certificate.

use super::algorithm::{Curve, KeyAlgorithm, bit_length, rsa_public_key};
use super::key::RsaNumbers;
use super::{Certificate, PrivateKey};
use aws_lc_rs::agreement::{self, ECDH_P256, ECDH_P384, ECDH_P521};
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use zeroize::Zeroizing;

/// Whether a private key belongs to a certificate; see [`PrivateKey::belongs_to`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyMatch {
    /// It does.
    Match,
    /// It is the key to another certificate.
    Mismatch,
    /// Its numbers contradict each other, so it is the key to nothing. kubectl refuses it.
    Broken,
    /// That can't be told here; see [`PrivateKey::belongs_to`] for what can.
    Unsupported,
}

/// Beyond this there is no RSA key in the field, and openssl takes none.
const MAX_RSA_BITS: u32 = 16_384;

impl PrivateKey {
    /// Whether this is the key to `certificate` (feature `verify`): the public key is computed from the private one and
    /// compared with that in the certificate.
    ///
    /// That is done for Ed25519, ECDSA on P-256, P-384 and P-521, and RSA with two primes up to 16,384 bits. From 2,048 to 8,192
    /// bits all numbers of an RSA key are checked against each other; beside that range the product of the primes alone.
    /// Everything else is [`Unsupported`](KeyMatch::Unsupported), unless the two are of different kinds.
    pub fn belongs_to(&self, certificate: &Certificate) -> KeyMatch {
        let Some((_, public)) = certificate.layout().and_then(|layout| layout.public_key()) else {
            return KeyMatch::Unsupported;
        };
        match (self.info().algorithm(), certificate.public_key().algorithm()) {
            (KeyAlgorithm::Rsa, KeyAlgorithm::Rsa) => rsa(&self.secret, public),
            (KeyAlgorithm::Ed25519, KeyAlgorithm::Ed25519) => ed25519(&self.secret, public),
            (KeyAlgorithm::Ecdsa(curve), KeyAlgorithm::Ecdsa(other)) if curve == other => {
                ecdsa(curve, &self.secret, public)
            }
            (one, other) if one == other || is_vague(one) || is_vague(other) => KeyMatch::Unsupported,
            _ => KeyMatch::Mismatch,
        }
    }
}

/// Whether two keys of that kind can be of different kinds, or of the same under different names.
fn is_vague(key: KeyAlgorithm) -> bool {
    use KeyAlgorithm::{Ecdsa, Other, RsaPss};
    matches!(key, Other(_) | RsaPss | Ecdsa(Curve::Unnamed | Curve::Other(_)))
}

fn compare(computed: &[u8], public: &[u8]) -> KeyMatch {
    if computed == public { KeyMatch::Match } else { KeyMatch::Mismatch }
}

fn rsa(secret: &[u8], public: &[u8]) -> KeyMatch {
    let (Some(numbers), Some(public)) = (RsaNumbers::of(secret), rsa_public_key(public)) else {
        return KeyMatch::Unsupported;
    };
    let bits = bit_length(numbers.n);
    if numbers.multi_prime || bits > MAX_RSA_BITS {
        return KeyMatch::Unsupported;
    }
    // All of them are less than n. Looking at that first keeps what follows from computing with numbers of any size.
    let fits = [numbers.e, numbers.p, numbers.q].iter().chain(&numbers.others).all(|x| x.len() <= numbers.n.len());
    let right = match bits {
        2048..=8192 => fits && rsa::KeyPair::from_der(secret).is_ok(),
        _ => fits && *product(numbers.p, numbers.q) == numbers.n,
    };
    match right {
        false => KeyMatch::Broken,
        true if (numbers.n, numbers.e) == public => KeyMatch::Match,
        true => KeyMatch::Mismatch,
    }
}

/// The product of two numbers, big-endian, without leading zeros.
fn product(a: &[u8], b: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut product = Zeroizing::new(vec![0; a.len() + b.len()]);
    for (i, x) in a.iter().rev().enumerate() {
        let mut carry = 0;
        for (j, digit) in product.iter_mut().rev().skip(i).enumerate() {
            let y = b.iter().rev().nth(j).copied().unwrap_or(0);
            let sum = u32::from(*x) * u32::from(y) + u32::from(*digit) + carry;
            *digit = sum as u8;
            carry = sum >> 8;
        }
    }
    let zeros = product.iter().take_while(|digit| **digit == 0).count();
    Zeroizing::new(product.get(zeros..).unwrap_or_default().to_vec())
}

fn ecdsa(curve: Curve, secret: &[u8], public: &[u8]) -> KeyMatch {
    let algorithm = match curve {
        Curve::P256 => &ECDH_P256,
        Curve::P384 => &ECDH_P384,
        Curve::P521 => &ECDH_P521,
        _ => return KeyMatch::Unsupported,
    };
    // Points are written in full (RFC 5480, 2.2). Go reads no other, and the one computed here is.
    if public.first() != Some(&4) {
        return KeyMatch::Unsupported;
    }
    // The number has to lie between 0 and the order of the curve.
    let key = agreement::PrivateKey::from_private_key(algorithm, secret);
    match key.ok().and_then(|key| key.compute_public_key().ok()) {
        Some(computed) => compare(computed.as_ref(), public),
        None => KeyMatch::Broken,
    }
}

fn ed25519(seed: &[u8], public: &[u8]) -> KeyMatch {
    match Ed25519KeyPair::from_seed_unchecked(seed) {
        Ok(key) => compare(key.public_key().as_ref(), public),
        Err(_) => KeyMatch::Broken,
    }
}
