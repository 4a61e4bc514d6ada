//! Whether a signature is right.

use super::Certificate;
use super::algorithm::{Curve, Hash, KeyAlgorithm, KeyInfo, SignatureAlgorithm};
use aws_lc_rs::signature::{self as lc, ParsedPublicKey, VerificationAlgorithm};

/// Whether a certificate was signed with a key; see [`Certificate::signed_by`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignatureCheck {
    /// It was.
    Good,
    /// It was not, or was changed since.
    Bad,
    /// That can't be told here; see [`Certificate::signed_by`] for what can.
    Unsupported,
}

impl Certificate {
    /// Whether the key of `issuer` made the signature on this certificate (feature `verify`). Names, dates and whether
    /// `issuer` is a CA play no part; a [`Verifier`](super::Verifier) looks at those.
    ///
    /// What can be checked:
    ///
    /// | key | hash functions |
    /// |---|---|
    /// | RSA, 2,048 to 8,192 bits | SHA-256, SHA-384, SHA-512, each with both paddings; SHA-1 with PKCS #1 |
    /// | RSA from 1,024 bits | SHA-1, SHA-256, SHA-512 with PKCS #1 |
    /// | ECDSA on P-256, P-384, P-521 | SHA-256, SHA-384, SHA-512; SHA-1 not on P-384 |
    /// | Ed25519 | |
    ///
    /// All else is [`Unsupported`](SignatureCheck::Unsupported), as MD5, DSA, Ed448 and ML-DSA. The limit for RSA is
    /// that of Go's TLS. A good signature can be [weak](SignatureAlgorithm::is_weak), and then Go refuses it all the
    /// same.
    pub fn signed_by(&self, issuer: &Certificate) -> SignatureCheck {
        let (Some(signed), Some(signing)) = (self.layout(), issuer.layout()) else {
            return SignatureCheck::Unsupported;
        };
        let (said, key) = (self.signature_algorithm(), issuer.public_key());
        if !may_be_made_with(said, key.algorithm()) {
            return SignatureCheck::Bad;
        }
        let Some(algorithm) = verification(said, key) else { return SignatureCheck::Unsupported };
        let key = signing.public_key.key();
        // A key that is none, or has an exponent beyond 33 bits, is another matter than a wrong signature.
        let Ok(key) = ParsedPublicKey::new(algorithm, &*key) else { return SignatureCheck::Unsupported };
        match key.verify_sig(signed.tbs, &signed.signature()) {
            Ok(()) => SignatureCheck::Good,
            Err(_) => SignatureCheck::Bad,
        }
    }

    /// Whether it is signed with its own key (feature `verify`): nobody else vouches for it. All roots are so, and some
    /// servers.
    pub fn is_self_signed(&self) -> bool {
        self.is_self_issued() && self.signed_by(self) == SignatureCheck::Good
    }
}

/// Whether keys of that kind make signatures of that kind; where one of the two is unknown, they may.
fn may_be_made_with(signature: SignatureAlgorithm, key: KeyAlgorithm) -> bool {
    use KeyAlgorithm as Key;
    use SignatureAlgorithm as Said;
    match signature {
        Said::Rsa(_) => matches!(key, Key::Rsa | Key::Other(_)),
        Said::RsaPss(_) => matches!(key, Key::Rsa | Key::RsaPss | Key::Other(_)),
        Said::Dsa(_) => matches!(key, Key::Dsa | Key::Other(_)),
        Said::Ecdsa(_) => matches!(key, Key::Ecdsa(_) | Key::Other(_)),
        Said::Ed25519 => matches!(key, Key::Ed25519 | Key::Other(_)),
        Said::Ed448 => matches!(key, Key::Ed448 | Key::Other(_)),
        Said::MlDsa44 => matches!(key, Key::MlDsa44 | Key::Other(_)),
        Said::MlDsa65 => matches!(key, Key::MlDsa65 | Key::Other(_)),
        Said::MlDsa87 => matches!(key, Key::MlDsa87 | Key::Other(_)),
        Said::Other(_) => true,
    }
}

fn verification(signature: SignatureAlgorithm, key: KeyInfo) -> Option<&'static dyn VerificationAlgorithm> {
    use SignatureAlgorithm as Said;
    Some(match (signature, key.algorithm(), key.bits().unwrap_or(0)) {
        (Said::Rsa(Hash::Sha1), KeyAlgorithm::Rsa, 1024..=8192) => &lc::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
        (Said::Rsa(Hash::Sha256), KeyAlgorithm::Rsa, 1024..=8192) => {
            &lc::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY
        }
        (Said::Rsa(Hash::Sha384), KeyAlgorithm::Rsa, 2048..=8192) => &lc::RSA_PKCS1_2048_8192_SHA384,
        (Said::Rsa(Hash::Sha512), KeyAlgorithm::Rsa, 1024..=8192) => {
            &lc::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY
        }
        (Said::RsaPss(Hash::Sha256), KeyAlgorithm::Rsa, 2048..=8192) => &lc::RSA_PSS_2048_8192_SHA256,
        (Said::RsaPss(Hash::Sha384), KeyAlgorithm::Rsa, 2048..=8192) => &lc::RSA_PSS_2048_8192_SHA384,
        (Said::RsaPss(Hash::Sha512), KeyAlgorithm::Rsa, 2048..=8192) => &lc::RSA_PSS_2048_8192_SHA512,
        (Said::Ecdsa(hash), KeyAlgorithm::Ecdsa(curve), _) => return ecdsa(hash, curve),
        (Said::Ed25519, KeyAlgorithm::Ed25519, _) => &lc::ED25519,
        _ => return None,
    })
}

fn ecdsa(hash: Hash, curve: Curve) -> Option<&'static dyn VerificationAlgorithm> {
    Some(match (curve, hash) {
        (Curve::P256, Hash::Sha1) => &lc::ECDSA_P256_SHA1_ASN1,
        (Curve::P256, Hash::Sha256) => &lc::ECDSA_P256_SHA256_ASN1,
        (Curve::P256, Hash::Sha384) => &lc::ECDSA_P256_SHA384_ASN1,
        (Curve::P256, Hash::Sha512) => &lc::ECDSA_P256_SHA512_ASN1,
        (Curve::P384, Hash::Sha256) => &lc::ECDSA_P384_SHA256_ASN1,
        (Curve::P384, Hash::Sha384) => &lc::ECDSA_P384_SHA384_ASN1,
        (Curve::P384, Hash::Sha512) => &lc::ECDSA_P384_SHA512_ASN1,
        (Curve::P521, Hash::Sha1) => &lc::ECDSA_P521_SHA1_ASN1,
        (Curve::P521, Hash::Sha256) => &lc::ECDSA_P521_SHA256_ASN1,
        (Curve::P521, Hash::Sha384) => &lc::ECDSA_P521_SHA384_ASN1,
        (Curve::P521, Hash::Sha512) => &lc::ECDSA_P521_SHA512_ASN1,
        _ => return None,
    })
}
