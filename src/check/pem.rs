//! Files of certificates and keys.

use super::excerpt::Excerpt;
use super::notes::{Notes, of_error};
use super::x509;
use crate::access::renewal;
use crate::cert::{self, Certificate, KeyMatch, PrivateKey, PrivateKeyKind, SectionKind};
use crate::error::{Position, Printable};
use crate::finding::{Code, Finding, Severity};

/// Looks at a file of PEM sections.
pub(super) fn check(pem: &[u8], notes: &mut Notes<'_>) {
    let mut certificates: Vec<Certificate> = Vec::new();
    let mut keys: Vec<(usize, PrivateKey)> = Vec::new();
    let (mut others, mut has_ours) = (Vec::new(), false);
    let mut sections = cert::sections(pem);
    while let Some((kind, section)) = sections.next_section() {
        let line = sections.begun();
        let is_key = matches!(kind, SectionKind::PrivateKey(_));
        has_ours |= is_key || kind == SectionKind::Certificate;
        let section = match section {
            Ok(section) => section,
            Err(error) => {
                let code = if is_key { Code::KeyUnreadable } else { Code::CertUnreadable };
                add(of_error(code, &error), line, if is_key { KEY } else { CERTIFICATE }, notes);
                continue;
            }
        };
        match section.kind() {
            SectionKind::Certificate => match section.certificate() {
                Err(error) => add(of_error(Code::CertUnreadable, &error), line, CERTIFICATE, notes),
                Ok(certificate) => {
                    of_certificate(&certificate, line, notes);
                    certificates.push(certificate);
                }
            },
            SectionKind::PrivateKey(PrivateKeyKind::Encrypted) => {
                let message = "the private key is encrypted, which kubectl can't read";
                let finding = Finding::new(Code::KeyUnreadable, message).with_severity(Severity::Warning);
                add(finding, line, KEY, notes);
            }
            SectionKind::PrivateKey(_) => match section.private_key() {
                Ok(key) => keys.push((line, key)),
                Err(error) => add(of_error(Code::KeyUnreadable, &error), line, KEY, notes),
            },
            kind => others.push((line, kind)),
        }
    }
    // As `X509 CERTIFICATE` and `TRUSTED CERTIFICATE` of openssl's. Elsewhere they may be there for another program.
    let is_known = |kind: SectionKind| matches!(kind, SectionKind::Crl | SectionKind::Csr);
    if !has_ours && others.iter().any(|(_, kind)| !is_known(*kind)) {
        let message =
            "there is no certificate and no private key in the file: kubectl passes over sections of other names";
        let finding = Finding::new(Code::CertUnreadable, message).with_severity(Severity::Warning);
        let help = "openssl x509 -in FILE -out NEW makes a CERTIFICATE of openssl's own kinds";
        add(finding.with_help(help), others.first().map_or(1, |(line, _)| *line), "", notes);
    }
    // A key beside certificates is meant for one of them. A heap of keys is a heap.
    const FEW: usize = 4;
    for (line, key) in keys.iter().filter(|_| keys.len() <= FEW) {
        let matches = |wanted: KeyMatch| certificates.iter().any(|certificate| key.belongs_to(certificate) == wanted);
        if !certificates.is_empty() && !matches(KeyMatch::Match) && !matches(KeyMatch::Unsupported) {
            let message = "the private key belongs to none of the certificates in the file";
            add(Finding::new(Code::KeyMismatch, message), *line, KEY, notes);
        }
    }
}

const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----";
const KEY: &str = "-----BEGIN PRIVATE KEY-----";

const HELP: &str = "Ask whoever made it to renew it.";

fn of_certificate(certificate: &Certificate, line: usize, notes: &mut Notes<'_>) {
    let subject = Printable(certificate.subject()).to_string();
    let what = format!("{} {subject}", if certificate.is_authority() { "the CA" } else { "the certificate" });
    let help = renewal(certificate.issuer()).unwrap_or(HELP);
    for finding in x509::of_certificate(certificate, &what, help, notes.checker()) {
        add(finding.of(subject.clone()), line, CERTIFICATE, notes);
    }
}

/// Puts a finding down at the line that begins a section. Of a line whose text is not known nothing is shown.
fn add(finding: Finding, line: usize, text: &'static str, notes: &mut Notes<'_>) {
    let position = Position { line: u32::try_from(line).unwrap_or(u32::MAX), column: 1 };
    let end = Position { column: 1 + u32::try_from(text.len()).unwrap_or(0), ..position };
    notes.put(finding.at(position, end), (!text.is_empty()).then(|| Excerpt::whole(text)));
}

/// Whether there is nothing in it but requests for certificates.
pub(super) fn is_request(pem: &[u8]) -> bool {
    let mut sections = cert::sections(pem);
    std::iter::from_fn(|| sections.next_section()).all(|(kind, _)| kind == SectionKind::Csr)
}

/// Whether there is a private key in it.
pub(super) fn has_key(pem: &[u8]) -> bool {
    cert::sections(pem).flatten().any(|section| matches!(section.kind(), SectionKind::PrivateKey(_)))
}
