//! Whether a token is the one whose hash Rancher keeps (`pkg/auth/tokens/hashers` of rancher/rancher).

use std::fmt;

/// What Rancher keeps of a token's secret: `$2:SALT:HASH` with SHA-256, `$3:1:SALT:HASH` with SHA3-512, and `$1:…` with
/// scrypt, which is not computed here.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct TokenHash(Box<str>);

impl TokenHash {
    pub(super) fn new(text: &str) -> Self {
        TokenHash(text.into())
    }

    /// Whether it is the hash of `secret`, what stands behind the colon of a token; `None` where that can't be told.
    #[cfg(feature = "verify")]
    pub(super) fn is_of(&self, secret: &str) -> Option<bool> {
        use aws_lc_rs::digest;
        use base64::Engine;
        use base64::engine::general_purpose::STANDARD_NO_PAD;
        let (algorithm, rest) = match self.0.strip_prefix('$')?.split_once(':')? {
            ("2", rest) => (&digest::SHA256, rest),
            ("3", rest) => (&digest::SHA3_512, rest.strip_prefix("1:")?),
            _ => return None,
        };
        let (salt, hash) = rest.split_once(':')?;
        let (salt, hash) = (STANDARD_NO_PAD.decode(salt).ok()?, STANDARD_NO_PAD.decode(hash).ok()?);
        let mut context = digest::Context::new(algorithm);
        context.update(&salt);
        context.update(secret.as_bytes());
        Some(context.finish().as_ref() == hash)
    }

    /// Without the feature `verify` nothing is computed.
    #[cfg(not(feature = "verify"))]
    pub(super) fn is_of(&self, _secret: &str) -> Option<bool> {
        None
    }
}

impl fmt::Debug for TokenHash {
    /// Nothing of it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(…)")
    }
}
