//! The sections of a PEM text, found as Go's `encoding/pem` finds them.

use super::Certificate;
use super::key::{PrivateKey, PrivateKeyKind, Unusable};
use super::layout::Fault;
use crate::error::{Error, ErrorKind, Result};
use crate::secret::SecretBytes;
use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use std::fmt;

/// How Go's `base64.StdEncoding` decodes.
const GO: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical),
);

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";

/// What a [`Section`] holds, by its label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SectionKind {
    /// `CERTIFICATE`.
    Certificate,
    /// A label that ends in `PRIVATE KEY`, which is what Go looks for.
    PrivateKey(PrivateKeyKind),
    /// `X509 CRL`: a certificate revocation list.
    Crl,
    /// `CERTIFICATE REQUEST` or `NEW CERTIFICATE REQUEST`.
    Csr,
    /// Any other label.
    Other,
}

impl SectionKind {
    fn of(label: &[u8]) -> Self {
        match label {
            b"CERTIFICATE" => Self::Certificate,
            b"RSA PRIVATE KEY" => Self::PrivateKey(PrivateKeyKind::Pkcs1),
            b"EC PRIVATE KEY" => Self::PrivateKey(PrivateKeyKind::Sec1),
            b"PRIVATE KEY" => Self::PrivateKey(PrivateKeyKind::Pkcs8),
            b"ENCRYPTED PRIVATE KEY" => Self::PrivateKey(PrivateKeyKind::Encrypted),
            b"X509 CRL" => Self::Crl,
            b"CERTIFICATE REQUEST" | b"NEW CERTIFICATE REQUEST" => Self::Csr,
            _ if label.ends_with(b" PRIVATE KEY") => Self::PrivateKey(PrivateKeyKind::Other),
            _ => Self::Other,
        }
    }

    /// The name for messages. Not the label: that is input, and a section may begin anywhere.
    fn name(self) -> &'static str {
        match self {
            Self::Certificate => "certificate",
            Self::PrivateKey(_) => "private key",
            Self::Crl => "revocation list",
            Self::Csr => "certificate request",
            Self::Other => "PEM section",
        }
    }
}

/// One section of a PEM text: its kind, where it begins, the bytes in it.
///
/// `Debug` shows kind and line only; the bytes are wiped when it is dropped.
pub struct Section {
    kind: SectionKind,
    line: usize,
    headers: bool,
    bytes: SecretBytes,
}

impl Section {
    /// What it holds, by its label.
    pub fn kind(&self) -> SectionKind {
        self.kind
    }

    /// The line of the PEM text on which it begins, from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// Whether there are headers (`Name: value`) before the base64. kubectl skips a certificate authority that has any.
    pub fn has_headers(&self) -> bool {
        self.headers
    }

    /// The bytes: DER, unless it is an encrypted key or something else altogether. Of a private key they are secret.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The certificate in it, whatever its label.
    ///
    /// # Errors
    /// Where kubectl refuses the bytes as a certificate; with the line of the section.
    pub fn certificate(&self) -> Result<Certificate> {
        Certificate::read(&self.bytes).map_err(|fault| {
            let line = self.line;
            let message = match fault {
                Fault::Part(part) => format!("the certificate at line {line} is not X.509: can't read its {part}"),
                Fault::Rule(broken) => format!("kubectl refuses the certificate at line {line}: {broken}"),
            };
            Error::new(ErrorKind::Certificate, message)
        })
    }

    /// The private key in it, whatever its label.
    ///
    /// # Errors
    /// Where the bytes are not a private key, or one that is encrypted; with the line of the section. As in Go a label
    /// that says that it is encrypted does no harm to a key that is not.
    pub fn private_key(&self) -> Result<PrivateKey> {
        let key = PrivateKey::read(&self.bytes).map_err(|unusable| match self.kind {
            SectionKind::PrivateKey(PrivateKeyKind::Encrypted) => Unusable::Encrypted,
            _ => unusable,
        });
        key.map_err(|unusable| unusable.error(format_args!("the private key at line {}", self.line)))
    }
}

impl fmt::Debug for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Section").field("kind", &self.kind).field("line", &self.line).finish_non_exhaustive()
    }
}

/// The sections of a PEM text, in order; see [`sections`].
#[derive(Clone)]
pub struct Sections<'a> {
    rest: &'a [u8],
    line: usize,
    /// The line on which the last section began.
    begun: usize,
}

/// The sections of a PEM text, in order. A broken one is an error in its place, and the next one follows.
///
/// What is broken: a section without an end (up to the next beginning), one with the end of another, one that is not
/// base64. kubectl passes over those. The text is read once, as the iterator goes.
pub fn sections(pem: &[u8]) -> Sections<'_> {
    Sections { rest: pem, line: 0, begun: 0 }
}

impl fmt::Debug for Sections<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sections").field("line", &self.line).finish_non_exhaustive()
    }
}

impl<'a> Sections<'a> {
    /// The line on which the section began that came last.
    #[cfg(feature = "check")]
    pub(crate) fn begun(&self) -> usize {
        self.begun
    }

    /// The next line, without its end and the blanks before that.
    fn next_line(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        self.line += 1;
        let end = memchr::memchr(b'\n', self.rest).map_or(self.rest.len(), |i| i + 1);
        let (line, rest) = self.rest.split_at(end);
        self.rest = rest;
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        Some(trim_end(line))
    }

    /// The next section with its kind, which is known of a broken one too.
    pub(crate) fn next_section(&mut self) -> Option<(SectionKind, Result<Section>)> {
        let label = loop {
            if let Some(label) = label_of(self.next_line()?, BEGIN) {
                break label;
            }
        };
        let (kind, line) = (SectionKind::of(label), self.line);
        self.begun = line;
        let broken = |what| {
            let message = format!("the {} at line {line} {what}", kind.name());
            Some((kind, Err(Error::new(ErrorKind::Certificate, message))))
        };
        let (mut headers, mut encrypted) = (false, false);
        let mut body = self.rest;
        loop {
            let before = self.clone();
            let Some(line) = self.next_line() else { return broken("has no END line") };
            if line.starts_with(BEGIN) {
                *self = before;
                return broken("has no END line");
            }
            if line.starts_with(END) {
                if label_of(line, END) != Some(label) {
                    return broken("ends with the END line of something else");
                }
                body = body.get(..body.len() - before.rest.len()).unwrap_or_default();
                break;
            }
            // The headers are the lines with a colon before the first one without.
            if body.len() == before.rest.len() && line.contains(&b':') {
                body = self.rest;
                headers = true;
                encrypted |= line.starts_with(b"Proc-Type:") && line.ends_with(b"ENCRYPTED");
            }
        }
        let kind = match kind {
            SectionKind::PrivateKey(_) if encrypted => SectionKind::PrivateKey(PrivateKeyKind::Encrypted),
            kind => kind,
        };
        match decode(body) {
            Some(bytes) => Some((kind, Ok(Section { kind, line, headers, bytes }))),
            None => broken("is not base64"),
        }
    }
}

impl Iterator for Sections<'_> {
    type Item = Result<Section>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_section().map(|(_, section)| section)
    }
}

/// How many sections begin in a PEM text, at most: it is quicker than to read them.
#[cfg(feature = "cert")]
pub(crate) fn count_sections(pem: &[u8]) -> usize {
    memchr::memmem::find_iter(pem, BEGIN).count()
}

fn trim_end(line: &[u8]) -> &[u8] {
    let blanks = line.iter().rev().take_while(|b| matches!(b, b' ' | b'\t')).count();
    line.get(..line.len() - blanks).unwrap_or_default()
}

/// The label of a BEGIN or END line.
fn label_of<'a>(line: &'a [u8], prefix: &[u8]) -> Option<&'a [u8]> {
    line.strip_prefix(prefix)?.strip_suffix(DASHES)
}

/// Decodes what may be a private key: no copy of it is left in memory, as nothing grows.
fn decode(body: &[u8]) -> Option<SecretBytes> {
    let mut text = SecretBytes::with_capacity(body.len());
    let mut rest = body;
    while !rest.is_empty() {
        let (line, behind) = rest.split_at(memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1));
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        // Most lines have no blanks, and come over as a whole.
        match line.iter().fold(true, |all, byte| all & (*byte > b' ')) {
            true => text.extend_from_slice(line),
            false => text.extend(line.iter().filter(|byte| !matches!(byte, b' ' | b'\t' | b'\r'))),
        }
        rest = behind;
    }
    let mut bytes = SecretBytes::with_capacity(text.len() / 4 * 3 + 3);
    GO.decode_vec(&*text, &mut bytes).ok()?;
    Some(bytes)
}

/// All certificates of a PEM text, in order: a CA bundle, or a client certificate with its chain.
///
/// As client-go fills its pool of roots, it takes what it can: a section that is broken or not X.509 is passed over as
/// long as there is another certificate ([`sections`] tells of each). Sections of other kinds are skipped, and so are
/// certificates with PEM headers, as by kubectl.
///
/// # Errors
/// Where there is none. If that is because of a broken one, the error is about the first of those.
pub fn certificates(pem: &[u8]) -> Result<Vec<Certificate>> {
    let mut sections = sections(pem);
    let mut certificates = Vec::new();
    let mut first_error = None;
    while let Some((kind, section)) = sections.next_section() {
        if kind != SectionKind::Certificate || section.as_ref().is_ok_and(Section::has_headers) {
            continue;
        }
        match section.and_then(|section| section.certificate()) {
            Ok(certificate) => certificates.push(certificate),
            Err(error) => first_error = first_error.or(Some(error)),
        }
    }
    if certificates.is_empty() { Err(first_error.unwrap_or_else(|| no_certificate(pem))) } else { Ok(certificates) }
}

/// The certificate a client shows: the first of the PEM text, as Go's `tls.X509KeyPair` takes it.
///
/// # Errors
/// Where there is none, and where the first one is not X.509, even if others follow: kubectl refuses that too.
pub fn leaf(pem: &[u8]) -> Result<Certificate> {
    let section = first(pem, |kind| kind == SectionKind::Certificate)?;
    section.ok_or_else(|| no_certificate(pem))?.certificate()
}

/// The form of the private key in a PEM text, `None` if there is no section for one.
///
/// As in Go's `tls.X509KeyPair` the first section with a label that ends in `PRIVATE KEY` counts. The key itself is not
/// looked into.
///
/// # Errors
/// Where there are such sections and all are broken; it is the error of the first.
pub fn private_key_kind(pem: &[u8]) -> Result<Option<PrivateKeyKind>> {
    let section = first(pem, |kind| matches!(kind, SectionKind::PrivateKey(_)))?;
    Ok(section.and_then(|section| match section.kind {
        SectionKind::PrivateKey(kind) => Some(kind),
        _ => None,
    }))
}

/// The private key in a PEM text, if kubectl could use it.
pub(crate) fn client_key(pem: &[u8]) -> Result<PrivateKey> {
    let key = private_key(pem)?;
    match key.info().is_foreign_to_go() {
        true => {
            let message = format!("the private key is of a kind that kubectl can't use: {}", key.info());
            Err(Error::new(ErrorKind::Certificate, message))
        }
        false => Ok(key),
    }
}

/// The private key of a PEM text: the first, as Go's `tls.X509KeyPair` takes it.
///
/// # Errors
/// Where there is none, and where the first one is encrypted or not a key, even if others follow: kubectl refuses those
/// too.
pub fn private_key(pem: &[u8]) -> Result<PrivateKey> {
    let none = || {
        Error::new(ErrorKind::Certificate, "no private key found")
            .with_help("it is looked for below a line like -----BEGIN PRIVATE KEY-----, not indented")
    };
    first(pem, |kind| matches!(kind, SectionKind::PrivateKey(_)))?.ok_or_else(none)?.private_key()
}

/// The first section of a kind that is not broken; if all are, the error of the first.
fn first(pem: &[u8], wanted: impl Fn(SectionKind) -> bool) -> Result<Option<Section>> {
    let mut sections = sections(pem);
    let mut first_error = None;
    while let Some((kind, section)) = sections.next_section() {
        match section {
            Ok(section) if wanted(kind) => return Ok(Some(section)),
            Err(error) if wanted(kind) => first_error = first_error.or(Some(error)),
            _ => {}
        }
    }
    first_error.map_or(Ok(None), Err)
}

fn no_certificate(pem: &[u8]) -> Error {
    Error::new(ErrorKind::Certificate, "no certificate found").with_help(match sections(pem).next() {
        None => {
            "it is looked for between the lines -----BEGIN CERTIFICATE----- and -----END CERTIFICATE-----, not indented"
        }
        Some(_) => "the PEM sections in the text are broken, of another kind, or have headers",
    })
}
