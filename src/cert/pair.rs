//! Whether a private key belongs to a certificate.

use super::algorithm::{Curve, KeyAlgorithm, bit_length, rsa_public_key};
use super::key::RsaNumbers;
use super::point::p224_public_key;
use super::{Certificate, PrivateKey};
use aws_lc_rs::agreement::{self, ECDH_P256, ECDH_P384, ECDH_P521};
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
    ///
    /// There is one exception: kubectl 1.32 does not look at the last three numbers of an RSA key, which only save
    /// time. Newer versions refuse the key if they are wrong.
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
    /// That is done for Ed25519, for ECDSA on P-224, P-256, P-384 and P-521, and for RSA up to 16,384 bits, whose
    /// numbers are all checked against each other. Everything else is [`Unsupported`](KeyMatch::Unsupported), unless
    /// the two are of different kinds. kubectl can't use keys of other kinds.
    ///
    /// kubectl compares only the modulus of RSA keys. Here the public exponent has to be the same too: with another one
    /// the server would refuse every signature.
    pub fn belongs_to(&self, certificate: &Certificate) -> KeyMatch {
        let Some(layout) = certificate.layout() else { return KeyMatch::Unsupported };
        let public = &*layout.public_key.key();
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

/// Whether the first private key of a PEM text, which is the one kubectl takes, is surely not the key of `certificate`.
#[cfg(feature = "rke")]
pub(crate) fn is_key_of_another(certificate: &Certificate, pem: &[u8]) -> bool {
    let key = super::private_key(pem);
    key.is_ok_and(|key| matches!(key.belongs_to(certificate), KeyMatch::Mismatch | KeyMatch::Broken))
}

/// Whether two keys of that kind can be of different kinds, or of the same under different names.
fn is_vague(key: KeyAlgorithm) -> bool {
    use KeyAlgorithm::{Ecdsa, Other, RsaPss};
    matches!(key, Other(_) | RsaPss | Ecdsa(Curve::Unnamed))
}

fn compare(computed: &[u8], public: &[u8]) -> KeyMatch {
    if computed == public { KeyMatch::Match } else { KeyMatch::Mismatch }
}

fn rsa(secret: &[u8], public: &[u8]) -> KeyMatch {
    let (Some(numbers), Some(public)) = (RsaNumbers::of(secret), rsa_public_key(public)) else {
        return KeyMatch::Unsupported;
    };
    match bit_length(numbers.n) {
        bits if bits > MAX_RSA_BITS => KeyMatch::Unsupported,
        _ if !is_right(&numbers) => KeyMatch::Broken,
        _ if (numbers.n, numbers.e) == public => KeyMatch::Match,
        _ => KeyMatch::Mismatch,
    }
}

/// Returns whether the numbers make a key, by the rules of Go: the primes make up the modulus, and the private exponent
/// undoes the public one. Go does not look whether the primes are primes.
fn is_right(numbers: &RsaNumbers<'_>) -> bool {
    let RsaNumbers { n, e, d, ref primes, times } = *numbers;
    // All of them are less than n. Looking at that first keeps what follows from computing with numbers of any size.
    let fits = |number: &&[u8]| number.len() <= n.len();
    let extra = times.iter().flatten();
    if primes.len() > 32 || ![e, d].iter().chain(primes).chain(extra).all(fits) {
        return false;
    }
    let e_is_usual = (2..=31).contains(&bit_length(e));
    let modulus = primes.iter().fold(Number::new(&[1]), |product, prime| product.times(&Number::new(prime)));
    let (d, both) = (Number::new(d), Number::new(d).times(&Number::new(e)));
    let undone = |prime: &&[u8]| both.modulo(&Number::new(prime).minus_one()).is_one();
    let saved = || match (times, primes.as_slice()) {
        (Some([dp, dq, inverse]), [p, q]) => {
            let [p, q] = [Number::new(p), Number::new(q)];
            d.modulo(&p.minus_one()) == Number::new(dp)
                && d.modulo(&q.minus_one()) == Number::new(dq)
                && Number::new(inverse).times(&q).modulo(&p).is_one()
        }
        _ => true,
    };
    e_is_usual && modulus == Number::new(n) && primes.iter().all(undone) && saved()
}

/// A number of any size, the lowest digit first, without zeros before it. It is wiped when it is dropped.
#[derive(PartialEq)]
struct Number(Zeroizing<Vec<u32>>);

impl Number {
    fn new(bytes: &[u8]) -> Self {
        let digits = bytes.rchunks(4).map(|chunk| chunk.iter().fold(0, |digit, byte| digit << 8 | u32::from(*byte)));
        Number(Zeroizing::new(digits.collect())).trimmed()
    }

    fn trimmed(mut self) -> Self {
        let zeros = self.0.iter().rev().take_while(|digit| **digit == 0).count();
        let length = self.0.len() - zeros;
        self.0.truncate(length);
        self
    }

    fn is_one(&self) -> bool {
        self.0[..] == [1]
    }

    /// Zero stays zero.
    fn minus_one(&self) -> Self {
        let mut less = self.0.clone();
        for digit in less.iter_mut() {
            let (changed, borrow) = digit.overflowing_sub(1);
            *digit = changed;
            if !borrow {
                return Number(less).trimmed();
            }
        }
        Number(Zeroizing::new(Vec::new()))
    }

    fn times(&self, other: &Number) -> Self {
        let mut product = Zeroizing::new(vec![0; self.0.len() + other.0.len()]);
        for (i, x) in self.0.iter().enumerate() {
            let mut carry = 0;
            for (digit, y) in product.iter_mut().skip(i).zip(other.0.iter().chain(&[0])) {
                let sum = u64::from(*x) * u64::from(*y) + u64::from(*digit) + carry;
                (*digit, carry) = (sum as u32, sum >> 32);
            }
        }
        Number(product).trimmed()
    }

    /// Returns the rest of the division by `other`, bit by bit; zero if that is zero.
    fn modulo(&self, other: &Number) -> Self {
        // One digit more, so that a rest can be doubled.
        let length = other.0.len() + 1;
        let mut rest = Zeroizing::new(vec![0; length]);
        let mut less = Zeroizing::new(vec![0; length]);
        for digit in self.0.iter().rev() {
            for bit in (0..32).rev() {
                let mut carry = digit >> bit & 1;
                let mut borrow = false;
                let divisor = other.0.iter().chain(&[0]);
                for ((digit, less), subtracted) in rest.iter_mut().zip(less.iter_mut()).zip(divisor) {
                    (*digit, carry) = (*digit << 1 | carry, *digit >> 31);
                    let (difference, first) = digit.overflowing_sub(*subtracted);
                    let (difference, second) = difference.overflowing_sub(u32::from(borrow));
                    (*less, borrow) = (difference, first || second);
                }
                if !borrow {
                    std::mem::swap(&mut rest, &mut less);
                }
            }
        }
        if other.0.is_empty() { Number(Zeroizing::new(Vec::new())) } else { Number(rest).trimmed() }
    }
}

fn ecdsa(curve: Curve, secret: &[u8], public: &[u8]) -> KeyMatch {
    let algorithm = match curve {
        Curve::P256 => &ECDH_P256,
        Curve::P384 => &ECDH_P384,
        Curve::P521 => &ECDH_P521,
        Curve::P224 => {
            let computed = p224_public_key(secret);
            return computed.map_or(KeyMatch::Broken, |computed| compare(&computed, public));
        }
        Curve::Other(_) | Curve::Unnamed => return KeyMatch::Unsupported,
    };
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
