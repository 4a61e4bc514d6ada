//! Whether a CA may be the one that issued a certificate.

use super::Certificate;

impl Certificate {
    /// Whether `authority` issued it, as far as that can be told: by names and key identifiers (RFC 5280, 4.2.1.1), and
    /// with the feature `verify` by the signature.
    pub(crate) fn is_issued_by(&self, authority: &Certificate) -> bool {
        let ids = self.authority_key_id().zip(authority.subject_key_id());
        self.issuer() == authority.subject() && ids.is_none_or(|(said, is)| said == is) && self.is_signed_by(authority)
    }

    #[cfg(feature = "verify")]
    fn is_signed_by(&self, authority: &Certificate) -> bool {
        self.signed_by(authority) != super::SignatureCheck::Bad
    }

    #[cfg(not(feature = "verify"))]
    fn is_signed_by(&self, _: &Certificate) -> bool {
        true
    }
}
