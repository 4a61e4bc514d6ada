//! What a JSON Web Token says of itself (RFC 7519), as service accounts and OIDC have them. Nothing is verified.

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use rustls_pki_types::UnixTime;
use serde_json::{Map, Value};
use std::time::Duration;
use zeroize::Zeroizing;

const URL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The last second that RFC 3339 has words for.
const YEAR_9999: f64 = 253_402_300_799.0;

/// The claims of a token.
pub(crate) struct Claims(Map<String, Value>);

impl Claims {
    /// Those of `token`, if it is a signed JWT: three parts, the second base64 of a JSON object.
    pub(crate) fn of(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let (Some(_), Some(claims), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
            return None;
        };
        let claims = Zeroizing::new(URL.decode(claims).ok()?);
        serde_json::from_slice(&claims).ok().map(Claims)
    }

    /// A time in seconds since 1970, such as `exp`. `None` where it is absent, and where it is none that a calendar knows.
    pub(crate) fn time(&self, claim: &str) -> Option<UnixTime> {
        let seconds = self.0.get(claim)?.as_f64()?;
        (0.0..=YEAR_9999).contains(&seconds).then(|| UnixTime::since_unix_epoch(Duration::from_secs(seconds as u64)))
    }

    pub(crate) fn get(&self, claim: &str) -> Option<&Value> {
        self.0.get(claim)
    }

    pub(crate) fn text(&self, claim: &str) -> Option<&str> {
        self.get(claim)?.as_str()
    }
}
