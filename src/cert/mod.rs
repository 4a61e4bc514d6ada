//! PEM and X.509: what an embedded certificate says of itself, above all until when it is valid, and, with the feature
//! `verify`, whether it is signed by a CA and goes with a private key.
//!
//! | what | by |
//! |---|---|
//! | the certificates of a bundle; that of a client; a private key | [`certificates`], [`leaf`], [`private_key`] |
//! | everything in a text, broken or not, with lines | [`sections`] |
//! | who, until when, for what, which key, signed how | [`Certificate`] |
//! | what kind of key | [`PrivateKey`], [`private_key_kind`] |
//! | does the key belong to the certificate (`verify`) | [`PrivateKey::belongs_to`](https://docs.rs/kubeconfig/latest/kubeconfig/cert/struct.PrivateKey.html#method.belongs_to) |
//! | does the certificate lead to a CA (`verify`) | [`Verifier`](https://docs.rs/kubeconfig/latest/kubeconfig/cert/struct.Verifier.html) |
//!
//! Nothing looks at the clock: the time to judge by is passed in.
//!
//! ```no_run
//! use kubeconfig::cert::{self, Validity};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let now = cert::parse_time("2030-01-01")?;
//! for certificate in cert::certificates(&std::fs::read("ca.crt")?)? {
//!     if certificate.is_valid_at(now) == Validity::Expired {
//!         println!("{} expired on {}", certificate.subject(), cert::rfc3339(certificate.not_after()));
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Kinds that are not known
//! A key or a signature of a kind that nobody here can compute with (ML-DSA, DSA, Ed448, a curve by its numbers) is no reason to
//! fail: the certificate is read, [`KeyInfo`] and [`SignatureAlgorithm`] say the kind, and what asks for a computation
//! gets `Unsupported` for an answer. So does an RSA key over 8,192 bits whose signature is to be checked, and one over
//! 16,384 bits that is to be compared with a certificate.
//!
//! # What counts as PEM
//! The rules are those of Go's `encoding/pem`, which kubectl reads by, so that a text has the same certificates here and
//! there:
//! * `-----BEGIN x-----` and `-----END x-----` stand at the start of a line, and only blanks may follow them. A line that
//!   is indented, or has a byte order mark before it, is not seen.
//! * Lines end with LF or CRLF (not CR alone), the last one needs no end. Text around the sections is ignored.
//! * Inside a section blanks and line breaks don't matter, padding is required, bits left over are ignored.
//! * A section that has no end, another end, or is not base64, does not count: kubectl skips it silently. [`sections`]
//!   gives an error for it, with its line, and goes on.
//!
//! `rustls-pki-types` has a PEM parser too; it goes by other rules. It takes a section without an end together with the
//! next one, fails at headers (`Proc-Type`), reads CR line ends and base64 without padding, and its errors print lines of
//! the text, in a key file lines of the key. A test holds that both agree where the text is well-formed.
//!
//! # Errors
//! All are of [`ErrorKind::Certificate`](crate::ErrorKind::Certificate) unless stated otherwise. The line they name is
//! that of the PEM text, so it stands in the message; [`Error::position`](crate::Error::position) is left to the file that
//! the text came from. No error holds a byte of the text.

mod algorithm;
mod certificate;
#[cfg(feature = "verify")]
mod chain;
mod extensions;
mod host;
#[cfg(any(feature = "rancher", feature = "rke"))]
mod issued;
mod key;
mod layout;
mod name;
#[cfg(feature = "verify")]
mod pair;
mod pem;
#[cfg(any(feature = "rancher", feature = "rke"))]
pub(crate) mod public;
#[cfg(feature = "verify")]
mod signature;
mod time;

pub use algorithm::{Curve, Hash, KeyAlgorithm, KeyInfo, Oid, SignatureAlgorithm};
pub use certificate::{Certificate, Fingerprint, Validity};
#[cfg(feature = "verify")]
pub use chain::{Chain, Verdict, Verifier};
pub use extensions::{ExtendedKeyUsage, KeyUsage, Purpose, SubjectAltName};
pub use key::PrivateKey;
#[cfg(feature = "verify")]
pub use pair::KeyMatch;
pub(crate) use pem::check_client_key;
#[cfg(feature = "rancher")]
pub(crate) use pem::client_key;
pub use pem::{
    PrivateKeyKind, Section, SectionKind, Sections, certificates, leaf, private_key, private_key_kind, sections,
};
#[cfg(feature = "verify")]
pub use signature::SignatureCheck;
pub use time::{parse_time, rfc3339};
