//! Public keys of certificates: their kind and size, and whether Go takes them.

use super::algorithm::{Curve, KeyAlgorithm, KeyInfo, bit_length, curve, key_algorithm, rsa_public_key};
use super::asn1::Der;
use super::layout::{Fault, PublicKey};
use super::point::is_on_curve;

/// Returns kind and size of the public key of a certificate, or says why Go refuses it. Go refuses no key of a kind
/// that it does not know.
pub(super) fn read(said: &PublicKey<'_>) -> Result<KeyInfo, Fault> {
    let parameters = said.algorithm.parameters;
    let named = || parameters.and_then(|whole| Der::new(whole).oid()).map_or(Curve::Unnamed, curve);
    let algorithm = key_algorithm(said.algorithm.oid, named);
    let key = said.key();
    let bits = match algorithm {
        KeyAlgorithm::Rsa => {
            if parameters != Some(&[5, 0]) {
                return Err(Fault::Rule("the parameters of its RSA key are not NULL"));
            }
            let (modulus, _) = rsa_public_key(&key).ok_or(Fault::Part("RSA public key"))?;
            Some(bit_length(modulus))
        }
        KeyAlgorithm::RsaPss => rsa_public_key(&key).map(|(modulus, _)| bit_length(modulus)),
        KeyAlgorithm::Dsa => {
            let part = Fault::Part("DSA public key");
            Der::new(&key).positive().ok_or(part)?;
            Some(dsa_bits(parameters.unwrap_or_default()).ok_or(part)?)
        }
        KeyAlgorithm::Ecdsa(curve) => {
            not_on_curve(curve, &key).map_or(Ok(()), |fault| Err(Fault::Rule(fault)))?;
            curve.bits()
        }
        KeyAlgorithm::Ed25519 if parameters.is_some() => return Err(Fault::Rule("its Ed25519 key has parameters")),
        KeyAlgorithm::Ed25519 if key.len() != 32 => return Err(Fault::Rule("its Ed25519 key is not 32 bytes long")),
        _ => None,
    };
    Ok(KeyInfo::new(algorithm, bits))
}

/// Returns why a key is not a public key on a curve.
fn not_on_curve(curve: Curve, key: &[u8]) -> Option<&'static str> {
    match curve {
        Curve::Unnamed => Some("its public key names no elliptic curve"),
        Curve::Other(_) => Some("its public key is on a curve other than P-224, P-256, P-384 and P-521"),
        _ if is_on_curve(curve, key) => None,
        Curve::P224 => Some("its public key is not a point on the curve P-224"),
        Curve::P256 => Some("its public key is not a point on the curve P-256"),
        Curve::P384 => Some("its public key is not a point on the curve P-384"),
        Curve::P521 => Some("its public key is not a point on the curve P-521"),
    }
}

/// Returns the size of the prime in `Dss-Parms ::= SEQUENCE { p INTEGER, q INTEGER, g INTEGER }` (RFC 3279, 2.3.2).
fn dsa_bits(parameters: &[u8]) -> Option<u32> {
    let mut numbers = Der::new(parameters).sequence()?;
    let (p, _, _) = (numbers.positive()?, numbers.positive()?, numbers.positive()?);
    Some(bit_length(p))
}
