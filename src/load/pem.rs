//! What client-go must find in a PEM text to build a client from it.

/// A part of a client's configuration that is PEM.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Part {
    /// Any one certificate that is one is enough; Go's `AppendCertsFromPEM` leaves out the others.
    Authority,
    /// The first certificate, which must be one: Go's `tls.X509KeyPair`.
    Certificate,
    /// A private key of any label.
    Key,
}

/// Whether `content` has what is wanted. Without the feature `cert` a certificate is taken for one by its label.
#[cfg(feature = "cert")]
pub(super) fn has(content: &[u8], part: Part) -> bool {
    use crate::cert::{Section, SectionKind, sections};
    let mut sections = sections(content).flatten();
    let is_certificate = |section: &Section| section.kind() == SectionKind::Certificate;
    match part {
        Part::Authority => sections.any(|s| is_certificate(&s) && !s.has_headers() && s.certificate().is_ok()),
        Part::Certificate => sections.find(is_certificate).is_some_and(|section| section.certificate().is_ok()),
        Part::Key => sections.any(|section| matches!(section.kind(), SectionKind::PrivateKey(_))),
    }
}

/// Whether `content` has what is wanted. Without the feature `cert` a certificate is taken for one by its label.
#[cfg(not(feature = "cert"))]
pub(super) fn has(content: &[u8], part: Part) -> bool {
    let label =
        |line: &[u8]| line.strip_prefix(b"-----BEGIN ")?.trim_ascii_end().strip_suffix(b"-----").map(<[u8]>::to_vec);
    let mut labels = content.split(|&b| b == b'\n').filter_map(label);
    match part {
        Part::Authority | Part::Certificate => labels.any(|label| label == b"CERTIFICATE"),
        Part::Key => labels.any(|label| label.ends_with(b"PRIVATE KEY")),
    }
}
