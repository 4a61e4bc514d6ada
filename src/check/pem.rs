//! Files of certificates and keys.

use super::certificates::{of_authority, of_leaf};
use super::excerpt::Excerpt;
use super::notes::Notes;
use crate::cert::{self, PrivateKeyKind, SectionKind};
use crate::error::{Position, Printable};
use crate::finding::{Code, Finding, Severity};

/// Looks at a file of PEM sections.
pub(super) fn check(pem: &[u8], notes: &mut Notes<'_>) {
    for section in cert::sections(pem) {
        let section = match section {
            Ok(section) => section,
            Err(error) => {
                notes.put(Finding::new(Code::CertUnreadable, error.message()), None);
                continue;
            }
        };
        let number = section.line();
        let found: Vec<Finding> = match section.kind() {
            SectionKind::Certificate => match section.certificate() {
                Err(error) => vec![Finding::new(Code::CertUnreadable, error.message())],
                Ok(certificate) => {
                    let subject = Printable(certificate.subject()).to_string();
                    let end = match certificate.is_ca() {
                        true => of_authority(&certificate, &format!("the CA {subject}"), notes),
                        false => of_leaf(&certificate, &format!("the certificate {subject}"), notes),
                    };
                    end.into_iter().map(|finding| finding.of(subject.clone())).collect()
                }
            },
            SectionKind::PrivateKey(PrivateKeyKind::Encrypted) => {
                let message = "the private key is encrypted, which kubectl can't read";
                vec![Finding::new(Code::KeyUnreadable, message).with_severity(Severity::Warning)]
            }
            _ => Vec::new(),
        };
        for finding in found {
            let text = begin(section.kind());
            let position = Position { line: u32::try_from(number).unwrap_or(u32::MAX), column: 1 };
            let width = u32::try_from(text.chars().count()).unwrap_or(0);
            let end = Position { column: 1 + width, ..position };
            notes.put(finding.at(position, end), Some(Excerpt::whole(text)));
        }
    }
}

/// Whether there is a private key in it.
pub(super) fn has_key(pem: &[u8]) -> bool {
    cert::sections(pem).flatten().any(|section| matches!(section.kind(), SectionKind::PrivateKey(_)))
}

/// The line that begins a section of that kind.
fn begin(kind: SectionKind) -> &'static str {
    match kind {
        SectionKind::Certificate => "-----BEGIN CERTIFICATE-----",
        SectionKind::PrivateKey(_) => "-----BEGIN PRIVATE KEY-----",
        _ => "-----BEGIN",
    }
}
