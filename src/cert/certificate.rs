//! What a certificate says of itself.

use super::algorithm::{self, KeyInfo, SignatureAlgorithm};
use super::extensions::{ExtendedKeyUsage, Extensions, KeyUsage, Purpose, SubjectAltName};
use super::layout::{Fault, Layout};
use super::name::{Name, Part};
use super::{name, public_key, time};
use crate::error::{Error, ErrorKind, Result};
use rustls_pki_types::{CertificateDer, UnixTime};
use std::fmt;

/// An X.509 certificate: its DER, and the facts that are read out of it.
///
/// It takes exactly the certificates that kubectl 1.32 takes, which reads them with Go 1.23's `x509.ParseCertificate`.
/// So it refuses a negative serial number, a public key that is not a point on its curve, a name with characters that
/// its type forbids, a URI that Go can't parse, and more. It takes serial numbers of any length, times before 1970,
/// without seconds or with an offset, and keys and signatures of any kind, known here or not. What follows a part that
/// Go reads is ignored.
///
/// Newer versions of Go refuse a little more: `tests/data/go/certificates.tsv` has examples with the answers of two
/// versions of kubectl.
///
/// The Kubernetes API server, K3s, RKE2, RKE and Rancher read certificates with Go too, so the same rules hold for the
/// certificates in their files. The clients in other languages have other rules.
///
/// Two are equal if their DER is. Strings hold control characters as they are: wrap them in
/// [`Printable`](crate::Printable) for a terminal.
#[derive(Clone)]
pub struct Certificate {
    der: CertificateDer<'static>,
    version: u8,
    subject: String,
    issuer: String,
    self_issued: bool,
    common_names: Vec<String>,
    organizations: Vec<String>,
    serial: String,
    /// Seconds since 1970. Signed, as the dates may lie before.
    not_before: i64,
    not_after: i64,
    public_key: KeyInfo,
    signature_algorithm: SignatureAlgorithm,
    pub(super) extensions: Extensions,
}

/// What a certificate is at a given time; see [`Certificate::is_valid_at`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Validity {
    /// Before `notBefore`.
    NotYetValid,
    /// Neither before nor after.
    Valid,
    /// After `notAfter`.
    Expired,
}

/// A SHA-256. `Display` and `Debug` give it in hexadecimal, small letters, without colons.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    fn of(bytes: &[u8]) -> Self {
        Fingerprint(hmac_sha256::Hash::hash(bytes))
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&name::hex(&self.0, false))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Certificate {
    /// Reads a certificate from DER.
    ///
    /// # Errors
    /// [`ErrorKind::Certificate`] where kubectl refuses it. The message names the part that can't be read, or the rule
    /// that the certificate breaks.
    pub fn from_der(der: &[u8]) -> Result<Self> {
        Self::read(der).map_err(|fault| {
            let message = match fault {
                Fault::Part(part) => format!("not an X.509 certificate: can't read its {part}"),
                Fault::Rule(broken) => format!("kubectl refuses the certificate: {broken}"),
            };
            Error::new(ErrorKind::Certificate, message)
        })
    }

    /// Reads it, or says why kubectl refuses it.
    pub(super) fn read(der: &[u8]) -> Result<Self, Fault> {
        let layout = Layout::of(der)?;
        let issuer = Name::read(layout.issuer, Part::Issuer)?;
        let subject = Name::read(layout.subject, Part::Subject)?;
        let public_key = public_key::read(&layout.public_key)?;
        let extensions = Extensions::read(&layout.extensions()?)?;
        Ok(Certificate {
            version: layout.version,
            subject: subject.to_text(),
            issuer: issuer.to_text(),
            self_issued: layout.is_self_issued(),
            common_names: subject.values(name::COMMON_NAME),
            organizations: subject.values(name::ORGANIZATION),
            serial: serial_number(layout.serial),
            not_before: layout.not_before,
            not_after: layout.not_after,
            public_key,
            signature_algorithm: algorithm::signature_algorithm(&layout.algorithm),
            extensions,
            der: CertificateDer::from(der.to_vec()),
        })
    }

    /// Its parts; always there, as it was read once.
    pub(super) fn layout(&self) -> Option<Layout<'_>> {
        Layout::of(&self.der).ok()
    }

    /// The certificate itself.
    pub fn der(&self) -> &CertificateDer<'static> {
        &self.der
    }

    /// Whom it is for, as RFC 4514 writes names (last part first): `CN=system:admin,O=system:masters`. May be empty.
    ///
    /// The types have Go's names (`CN`, `OU`, `ST`, ...); the order is always that of the certificate, where Go sorts
    /// the parts of some names.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Who signed it, written like [`subject`](Certificate::subject).
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Whether subject and issuer are the same name (RFC 5280, 3.2). Whether it signed itself is another question:
    /// a CA that changes its key signs the new one with the old.
    pub fn is_self_issued(&self) -> bool {
        self.self_issued
    }

    /// The common name of the subject: to Kubernetes the name of the user. Of several it is the last, as in Go.
    pub fn common_name(&self) -> Option<&str> {
        self.common_names.last().map(String::as_str)
    }

    /// The organizations of the subject, in order: to Kubernetes the groups of the user.
    pub fn organizations(&self) -> &[String] {
        &self.organizations
    }

    /// Returns the X.509 version: 1, 2 or 3. Only version 3 has extensions, so certificates of the others can't say
    /// that they are a CA, or which hosts they are for. rustls refuses them.
    pub fn version(&self) -> u8 {
        self.version
    }

    /// The serial number in hexadecimal, as `openssl x509 -serial` prints it: `0A1B`.
    pub fn serial(&self) -> &str {
        &self.serial
    }

    /// The first second at which it is valid. A date before 1970, which a `UnixTime` can't hold, becomes 1970.
    pub fn not_before(&self) -> UnixTime {
        time::unix_time(self.not_before)
    }

    /// The last second at which it is valid. A date before 1970, which a `UnixTime` can't hold, becomes 1970.
    pub fn not_after(&self) -> UnixTime {
        time::unix_time(self.not_after)
    }

    /// Whether it is valid at a time, by its dates alone. Both ends belong to it (RFC 5280, 4.1.2.5).
    pub fn is_valid_at(&self, time: UnixTime) -> Validity {
        let time = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        if time < self.not_before {
            Validity::NotYetValid
        } else if time > self.not_after {
            Validity::Expired
        } else {
            Validity::Valid
        }
    }

    /// Whether it says that it is a certificate authority (`basicConstraints`, RFC 5280, 4.2.1.9).
    ///
    /// `false` does not make it useless in a CA bundle: certificates of version 1 can't say it; see
    /// [`is_authority`](Certificate::is_authority).
    pub fn is_ca(&self) -> bool {
        matches!(self.extensions.basic_constraints, Some((true, _)))
    }

    /// Returns whether it works as a CA certificate: whether kubectl believes what its key signed, once it is in the CA
    /// bundle.
    ///
    /// That is so if `basicConstraints` says that it is a CA. A certificate of version 1 or 2 has no extensions, so Go
    /// takes every one of them that is in the bundle for a CA. A certificate of version 3 without `basicConstraints` is
    /// not a CA. If there is a `keyUsage`, it must allow to sign certificates (or be empty, which Go takes for no
    /// limit).
    ///
    /// A certificate that is not a CA has one use in a bundle: a server that shows this very certificate is trusted.
    pub fn is_authority(&self) -> bool {
        let ca = match self.extensions.basic_constraints {
            Some((ca, _)) => ca,
            None => self.version < 3,
        };
        ca && self.key_usage().is_none_or(|usage| usage.is_empty() || usage.contains(KeyUsage::KEY_CERT_SIGN))
    }

    /// Whether it limits the names it vouches for, or has a critical extension that is not understood here.
    pub(crate) fn is_limited(&self) -> bool {
        self.extensions.name_constraints || self.extensions.unknown_critical
    }

    /// Whether it says that it is a CA in an extension that is marked as critical, as RFC 5280, 4.2.1.9 demands.
    #[cfg(feature = "check")]
    pub(crate) fn is_basic_constraints_critical(&self) -> bool {
        self.extensions.constraints_are_critical
    }

    /// Whether the X.509 version stands in it. A certificate of version 1 leaves it out, if it keeps to DER.
    #[cfg(feature = "check")]
    pub(crate) fn is_version_written(&self) -> bool {
        self.layout().is_some_and(|layout| layout.is_version_written())
    }

    /// How many other CAs may stand between this one and the certificate at the end of a chain (`pathLenConstraint`,
    /// RFC 5280, 4.2.1.9); those that are [self-issued](Certificate::is_self_issued) don't count. `None` is no limit.
    pub fn path_length(&self) -> Option<u64> {
        self.extensions.basic_constraints.and_then(|(_, length)| length)
    }

    /// What its key may be used for (`keyUsage`, RFC 5280, 4.2.1.3); `None` where the extension is not there, which
    /// means for anything.
    pub fn key_usage(&self) -> Option<KeyUsage> {
        self.extensions.key_usage
    }

    /// The purposes it is for (`extKeyUsage`, RFC 5280, 4.2.1.12), in order; `None` where the extension is not there,
    /// which means for every purpose.
    pub fn extended_key_usage(&self) -> Option<&[ExtendedKeyUsage]> {
        self.extensions.extended_key_usage.as_deref()
    }

    /// Whether its [`extended_key_usage`](Certificate::extended_key_usage) allows a purpose.
    ///
    /// [`key_usage`](Certificate::key_usage) is not asked: Go, which is to say the API server, does not ask it either.
    pub fn allows(&self, purpose: Purpose) -> bool {
        purpose.allowed_by(self.extended_key_usage())
    }

    /// The host names, addresses, mail addresses and URIs of the `subjectAltName` extension (RFC 5280, 4.2.1.6), in
    /// order. Names of other kinds are left out.
    pub fn subject_alt_names(&self) -> &[SubjectAltName] {
        &self.extensions.subject_alt_names
    }

    /// The name it gives its key (`subjectKeyIdentifier`, RFC 5280, 4.2.1.2): any bytes, usually a SHA-1 of the key.
    pub fn subject_key_id(&self) -> Option<&[u8]> {
        self.extensions.subject_key_id.as_deref()
    }

    /// The name its issuer gives the key it signed with (`authorityKeyIdentifier`, RFC 5280, 4.2.1.1).
    pub fn authority_key_id(&self) -> Option<&[u8]> {
        self.extensions.authority_key_id.as_deref()
    }

    /// Kind and size of its public key (RFC 5280, 4.1.2.7).
    pub fn public_key(&self) -> KeyInfo {
        self.public_key
    }

    /// How it is signed (RFC 5280, 4.1.1.2).
    pub fn signature_algorithm(&self) -> SignatureAlgorithm {
        self.signature_algorithm
    }

    /// The SHA-256 of its DER, as `openssl x509 -fingerprint -sha256` has it: the same for the same certificate only.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.der)
    }

    /// The SHA-256 of its public key (`subjectPublicKeyInfo`, in DER): the same for all certificates of one key. It is
    /// what kubeadm's `--discovery-token-ca-cert-hash` takes, and what HTTP public key pinning did (RFC 7469, 2.4).
    pub fn public_key_fingerprint(&self) -> Fingerprint {
        Fingerprint::of(self.layout().map_or(&[], |layout| layout.public_key_info))
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("subject", &self.subject)
            .field("issuer", &self.issuer)
            .field("serial", &self.serial)
            .field("not_before", &time::rfc3339(self.not_before()))
            .field("not_after", &time::rfc3339(self.not_after()))
            .finish_non_exhaustive()
    }
}

/// Returns the bytes in hexadecimal, as openssl prints it: without leading zeros, except for zero itself.
fn serial_number(bytes: &[u8]) -> String {
    match bytes {
        [0, rest @ ..] if !rest.is_empty() => name::hex(rest, true),
        bytes => name::hex(bytes, true),
    }
}
