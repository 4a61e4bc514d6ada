//! PEM and X.509: what an embedded certificate says of itself, above all until when it is valid, and, with the feature
//! `verify`, whether it is signed by a CA and goes with a private key.
//!
//! | what | by |
//! |---|---|
//! | the certificates of a bundle; that of a client; a private key | [`certificates`], [`leaf`], [`private_key`] |
//! | everything in a text, broken or not, with lines | [`sections`] |
//! | who, until when, for what, which key, signed how | [`Certificate`] |
//! | what kind of key | [`PrivateKey`], [`private_key_kind`] |
//! | does the key belong to the certificate (`verify`) | [`PrivateKey::belongs_to`][belongs] |
//! | does the certificate lead to a CA (`verify`) | [`Verifier`][verifier] |
//!
//! [belongs]: https://docs.rs/kubeconfig/latest/kubeconfig/cert/struct.PrivateKey.html#method.belongs_to
//! [verifier]: https://docs.rs/kubeconfig/latest/kubeconfig/cert/struct.Verifier.html
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
//! # What counts as a certificate
//! A certificate is read if kubectl takes it, and refused if kubectl refuses it; see [`Certificate`]. The rules are
//! those of Go's `crypto/x509`.
//!
//! Go takes certificates with keys and signatures of kinds that it can't compute with (ML-DSA, Ed448), and so does this
//! module: [`KeyInfo`] and [`SignatureAlgorithm`] say the kind, and what asks for a computation gets `Unsupported` for
//! an answer. So does an RSA key over 8,192 bits whose signature is to be checked, and one over 16,384 bits that is to
//! be compared with a certificate. Go refuses elliptic keys on other curves than P-224, P-256, P-384 and P-521.
//!
//! # What counts as PEM
//! The rules are those of Go's `encoding/pem`, which kubectl reads by, so that a text has the same certificates here
//! and there:
//! * `-----BEGIN x-----` and `-----END x-----` stand at the start of a line, and only blanks may follow them. A line
//!   that is indented, or has a byte order mark before it, is not seen.
//! * Lines end with LF or CRLF (not CR alone), the last one needs no end. Text around the sections is ignored.
//! * Inside a section blanks and line breaks don't matter, padding is required, bits left over are ignored.
//! * A section that has no end, another end, or is not base64, does not count: kubectl skips it silently. [`sections`]
//!   gives an error for it, with its line, and goes on.
//!
//! `rustls-pki-types` has a PEM parser too; it goes by other rules. It takes a section without an end together with the
//! next one, fails at headers (`Proc-Type`), reads CR line ends and base64 without padding, and its errors print lines
//! of the text, in a key file lines of the key. A test holds that both agree where the text is well-formed.
//!
//! # Errors
//! All are of [`ErrorKind::Certificate`](crate::ErrorKind::Certificate) unless stated otherwise. The line they name is
//! that of the PEM text, so it stands in the message; [`Error::position`](crate::Error::position) is left to the file
//! that the text came from. No error holds a byte of the text.

mod algorithm;
mod asn1;
mod certificate;
#[cfg(feature = "verify")]
mod chain;
mod extensions;
mod go_names;
mod host;
mod issued;
mod key;
mod layout;
mod name;
#[cfg(feature = "verify")]
mod pair;
mod pem;
mod point;
mod public_key;
#[cfg(feature = "verify")]
mod signature;
mod time;

pub use algorithm::{Curve, Hash, KeyAlgorithm, KeyInfo, Oid, SignatureAlgorithm};
pub use certificate::{Certificate, Fingerprint, Validity};
#[cfg(feature = "verify")]
pub use chain::{Chain, ChainVerdict, Verifier};
pub use extensions::{ExtendedKeyUsage, KeyUsage, Purpose, SubjectAltName};
pub use key::{PrivateKey, PrivateKeyKind};
#[cfg(feature = "verify")]
pub use pair::KeyMatch;
#[cfg(feature = "rke")]
pub(crate) use pair::is_key_of_another;
pub use pem::{Section, SectionKind, Sections, certificates, leaf, private_key, private_key_kind, sections};
pub(crate) use pem::{client_key, count_sections};
#[cfg(feature = "verify")]
pub use signature::SignatureCheck;
pub use time::{parse_time, rfc3339};
