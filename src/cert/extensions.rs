//! The extensions that are read (RFC 5280, 4.2.1).

use super::algorithm::Oid;
use super::asn1::{self, Der, INTEGER, OCTET_STRING, context, context_constructed, ends_an_oid};
use super::go_names::{is_address, is_domain_constraint, is_mailbox, is_uri};
use super::layout::{Extension, Fault};
use std::fmt;
use std::net::IpAddr;

/// A name a certificate is valid for, as its `subjectAltName` extension has it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SubjectAltName {
    /// A host name; `*.example.com` is possible.
    Dns(String),
    /// An address.
    Ip(IpAddr),
    /// A mail address.
    Email(String),
    /// A URI, as in SPIFFE.
    Uri(String),
}

/// What the key of a certificate may be used for by its `keyUsage` extension (RFC 5280, 4.2.1.3): a set.
///
/// `Display` and `Debug` give the RFC's names, `digitalSignature, keyCertSign`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyUsage(u16);

impl KeyUsage {
    /// Signatures other than on certificates and revocation lists: what TLS asks of a client.
    pub const DIGITAL_SIGNATURE: KeyUsage = KeyUsage(1);
    /// Signatures that bind, also called `contentCommitment`.
    pub const NON_REPUDIATION: KeyUsage = KeyUsage(1 << 1);
    /// Encryption of keys.
    pub const KEY_ENCIPHERMENT: KeyUsage = KeyUsage(1 << 2);
    /// Encryption of data.
    pub const DATA_ENCIPHERMENT: KeyUsage = KeyUsage(1 << 3);
    /// Agreement on keys.
    pub const KEY_AGREEMENT: KeyUsage = KeyUsage(1 << 4);
    /// Signatures on certificates: what a CA needs.
    pub const KEY_CERT_SIGN: KeyUsage = KeyUsage(1 << 5);
    /// Signatures on revocation lists.
    pub const CRL_SIGN: KeyUsage = KeyUsage(1 << 6);
    /// With key agreement: for encryption only.
    pub const ENCIPHER_ONLY: KeyUsage = KeyUsage(1 << 7);
    /// With key agreement: for decryption only.
    pub const DECIPHER_ONLY: KeyUsage = KeyUsage(1 << 8);

    /// By bit, from 0.
    const NAMES: [&'static str; 9] = [
        "digitalSignature",
        "nonRepudiation",
        "keyEncipherment",
        "dataEncipherment",
        "keyAgreement",
        "keyCertSign",
        "cRLSign",
        "encipherOnly",
        "decipherOnly",
    ];

    /// Whether all of `usage` are in it.
    pub fn contains(self, usage: KeyUsage) -> bool {
        self.0 & usage.0 == usage.0
    }

    /// Returns whether the set is empty: then the extension is there but names no use. Go takes that for any use.
    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl std::ops::BitOr for KeyUsage {
    type Output = KeyUsage;

    fn bitor(self, other: KeyUsage) -> KeyUsage {
        KeyUsage(self.0 | other.0)
    }
}

impl fmt::Display for KeyUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Self::NAMES.iter().enumerate().filter(|(bit, _)| self.0 & 1 << bit != 0).map(|(_, name)| *name);
        f.write_str(&names.collect::<Vec<_>>().join(", "))
    }
}

impl fmt::Debug for KeyUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyUsage({self})")
    }
}

/// A purpose that the `extendedKeyUsage` extension names (RFC 5280, 4.2.1.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExtendedKeyUsage {
    /// `anyExtendedKeyUsage`: every purpose.
    Any,
    /// TLS servers.
    ServerAuth,
    /// TLS clients.
    ClientAuth,
    /// Signed code.
    CodeSigning,
    /// Mail.
    EmailProtection,
    /// Time stamps.
    TimeStamping,
    /// Answers of OCSP.
    OcspSigning,
    /// Another purpose.
    Other(Oid),
}

/// What a certificate is to be used for, when one asks whether it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Authenticating a client, as the certificate of a kubeconfig's user does.
    ClientAuth,
    /// Authenticating a server.
    ServerAuth,
    /// Whatever it may be.
    Any,
}

impl Purpose {
    /// Whether a certificate with these purposes, or without the extension, may be used for it.
    ///
    /// As in Go, an extension that names none forbids none.
    pub(super) fn allowed_by(self, usages: Option<&[ExtendedKeyUsage]>) -> bool {
        let wanted = match self {
            Self::ClientAuth => ExtendedKeyUsage::ClientAuth,
            Self::ServerAuth => ExtendedKeyUsage::ServerAuth,
            Self::Any => return true,
        };
        usages.is_none_or(|usages| {
            usages.is_empty() || usages.iter().any(|usage| *usage == wanted || *usage == ExtendedKeyUsage::Any)
        })
    }
}

/// The extensions below `id-ce` (2.5.29), by their last number.
const ID_CE: [u8; 2] = [0x55, 0x1d];
const SUBJECT_KEY_ID: u8 = 14;
const KEY_USAGE: u8 = 15;
const SUBJECT_ALT_NAME: u8 = 17;
const BASIC_CONSTRAINTS: u8 = 19;
const NAME_CONSTRAINTS: u8 = 30;
const CRL_DISTRIBUTION_POINTS: u8 = 31;
const CERTIFICATE_POLICIES: u8 = 32;
const AUTHORITY_KEY_ID: u8 = 35;
const EXTENDED_KEY_USAGE: u8 = 37;

/// 1.3.6.1.5.5.7.1.1
const AUTHORITY_INFO_ACCESS: [u8; 8] = [0x2b, 6, 1, 5, 5, 7, 1, 1];

/// What the extensions say.
#[derive(Clone, Default)]
pub(super) struct Extensions {
    /// Whether it is a CA, and how many more may follow; `None` where the extension is not there.
    pub(super) basic_constraints: Option<(bool, Option<u64>)>,
    /// Whether `basic_constraints` is marked as critical.
    #[cfg(feature = "check")]
    pub(super) constraints_are_critical: bool,
    pub(super) key_usage: Option<KeyUsage>,
    pub(super) extended_key_usage: Option<Vec<ExtendedKeyUsage>>,
    pub(super) subject_alt_names: Vec<SubjectAltName>,
    pub(super) subject_key_id: Option<Vec<u8>>,
    pub(super) authority_key_id: Option<Vec<u8>>,
    /// Whether there is a critical one that Go does not handle.
    pub(super) unknown_critical: bool,
    pub(super) name_constraints: bool,
}

impl Extensions {
    /// Reads all extensions that Go reads, or says why Go refuses one of them. Some are read only for that.
    pub(super) fn read(extensions: &[Extension<'_>]) -> Result<Self, Fault> {
        let mut said = Extensions::default();
        for extension in extensions {
            let handled = said.take(extension)?;
            said.unknown_critical |= extension.critical && !handled;
        }
        Ok(said)
    }

    /// Reads one; returns whether Go handles it.
    fn take(&mut self, extension: &Extension<'_>) -> Result<bool, Fault> {
        let (value, part) = (Der::new(extension.value), Fault::Part);
        if extension.oid == AUTHORITY_INFO_ACCESS {
            not_critical(extension, "its authority information access is marked as critical")?;
            authority_info_access(value).ok_or(part("authority information access"))?;
            return Ok(true);
        }
        let Some(&[last]) = extension.oid.strip_prefix(&ID_CE) else { return Ok(false) };
        match last {
            SUBJECT_KEY_ID => {
                not_critical(extension, "its subject key identifier is marked as critical")?;
                let mut value = value;
                let id = value.value(OCTET_STRING).ok_or(part("subject key identifier"))?;
                self.subject_key_id = Some(id.to_vec());
            }
            KEY_USAGE => self.key_usage = Some(key_usage(value).ok_or(part("key usage"))?),
            SUBJECT_ALT_NAME => {
                self.subject_alt_names = alt_names(value)?;
                return Ok(!self.subject_alt_names.is_empty());
            }
            BASIC_CONSTRAINTS => {
                self.basic_constraints = Some(basic_constraints(value).ok_or(part("basic constraints"))?);
                #[cfg(feature = "check")]
                {
                    self.constraints_are_critical = extension.critical;
                }
            }
            NAME_CONSTRAINTS => {
                self.name_constraints = true;
                return name_constraints(value);
            }
            CRL_DISTRIBUTION_POINTS => crl_distribution_points(value).ok_or(part("CRL distribution points"))?,
            CERTIFICATE_POLICIES => certificate_policies(value).ok_or(part("certificate policies"))?,
            AUTHORITY_KEY_ID => {
                not_critical(extension, "its authority key identifier is marked as critical")?;
                self.authority_key_id = authority_key_id(value).ok_or(part("authority key identifier"))?;
            }
            EXTENDED_KEY_USAGE => {
                self.extended_key_usage = Some(extended_key_usage(value).ok_or(part("extended key usage"))?);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

fn not_critical(extension: &Extension<'_>, otherwise: &'static str) -> Result<(), Fault> {
    if extension.critical { Err(Fault::Rule(otherwise)) } else { Ok(()) }
}

/// `KeyUsage ::= BIT STRING`; bits that have no name are left out.
fn key_usage(mut value: Der<'_>) -> Option<KeyUsage> {
    let named = value.bits()?.iter().take(KeyUsage::NAMES.len()).enumerate();
    Some(KeyUsage(named.fold(0, |set, (bit, is_set)| set | u16::from(is_set) << bit)))
}

/// `ExtKeyUsageSyntax ::= SEQUENCE SIZE (1..MAX) OF OBJECT IDENTIFIER`
fn extended_key_usage(mut value: Der<'_>) -> Option<Vec<ExtendedKeyUsage>> {
    use ExtendedKeyUsage::{Any, ClientAuth, CodeSigning, EmailProtection, OcspSigning, ServerAuth, TimeStamping};
    /// 2.5.29.37.0
    const ANY: [u8; 4] = [0x55, 0x1d, 0x25, 0];
    /// 1.3.6.1.5.5.7.3
    const ID_KP: [u8; 7] = [0x2b, 6, 1, 5, 5, 7, 3];
    let mut purposes = value.sequence()?;
    let mut found = Vec::new();
    while !purposes.is_empty() {
        let oid = purposes.oid()?;
        found.push(match oid.strip_prefix(&ID_KP) {
            Some([1]) => ServerAuth,
            Some([2]) => ClientAuth,
            Some([3]) => CodeSigning,
            Some([4]) => EmailProtection,
            Some([8]) => TimeStamping,
            Some([9]) => OcspSigning,
            _ if oid == ANY => Any,
            _ => ExtendedKeyUsage::Other(Oid::new(oid)),
        });
    }
    Some(found)
}

/// `BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER (0..MAX) OPTIONAL }`
///
/// A negative length is no limit to Go 1.23, which kubectl 1.32 is built with. Go 1.25 refuses it.
fn basic_constraints(mut value: Der<'_>) -> Option<(bool, Option<u64>)> {
    let mut constraints = value.sequence()?;
    let ca = if constraints.is_next(asn1::BOOLEAN) { constraints.boolean()? } else { false };
    let length = if constraints.is_next(INTEGER) { constraints.int64()? } else { -1 };
    Some((ca, u64::try_from(length).ok()))
}

/// `AuthorityKeyIdentifier ::= SEQUENCE { keyIdentifier [0] OCTET STRING OPTIONAL, ... }`
fn authority_key_id(mut value: Der<'_>) -> Option<Option<Vec<u8>>> {
    let id = value.sequence()?.optional(context(0))?;
    Some(id.map(<[u8]>::to_vec))
}

/// `GeneralNames`: a SEQUENCE of values that are told apart by their tag (RFC 5280, 4.2.1.6).
fn alt_names(mut value: Der<'_>) -> Result<Vec<SubjectAltName>, Fault> {
    const EMAIL: u8 = context(1);
    const DNS: u8 = context(2);
    const URI: u8 = context(6);
    const IP: u8 = context(7);
    let part = Fault::Part("subject alternative names");
    let mut names = value.sequence().ok_or(part)?;
    let mut found = Vec::new();
    while !names.is_empty() {
        let name = names.any().ok_or(part)?;
        let text = || match name.value.is_ascii() {
            true => Ok(String::from_utf8_lossy(name.value).into_owned()),
            false => Err(Fault::Rule("a subject alternative name is not ASCII")),
        };
        found.push(match name.tag {
            EMAIL => SubjectAltName::Email(text()?),
            DNS => SubjectAltName::Dns(text()?),
            URI => {
                let uri = text()?;
                if !is_uri(name.value) {
                    return Err(Fault::Rule("a URI among the subject alternative names is not valid"));
                }
                SubjectAltName::Uri(uri)
            }
            IP => {
                SubjectAltName::Ip(address(name.value).ok_or(Fault::Rule(
                    "an IP address among the subject alternative names has neither 4 nor 16 bytes",
                ))?)
            }
            _ => continue,
        });
    }
    Ok(found)
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from),
        _ => <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from),
    }
}

/// `NameConstraints ::= SEQUENCE { permittedSubtrees [0], excludedSubtrees [1] }` (RFC 5280, 4.2.1.10), each a list of
/// `SEQUENCE { base GeneralName, ... }`. Returns whether Go understands all of them.
fn name_constraints(mut value: Der<'_>) -> Result<bool, Fault> {
    let part = Fault::Part("name constraints");
    let mut constraints = value.sequence().filter(|_| value.is_empty()).ok_or(part)?;
    let mut subtrees =
        |number| Ok(Der::new(constraints.optional(context_constructed(number)).ok_or(part)?.unwrap_or_default()));
    let lists: [Der<'_>; 2] = [subtrees(0)?, subtrees(1)?];
    if !constraints.is_empty() {
        return Err(part);
    }
    if lists.iter().all(Der::is_empty) {
        return Err(Fault::Rule("its name constraints are empty"));
    }
    let mut all_known = true;
    for mut list in lists {
        while !list.is_empty() {
            let base = list.sequence().and_then(|mut subtree| subtree.any()).ok_or(part)?;
            match is_valid_constraint(base.tag, base.value) {
                Some(true) => {}
                Some(false) => return Err(Fault::Rule("one of its name constraints is not valid")),
                None => all_known = false,
            }
        }
    }
    Ok(all_known)
}

/// Returns whether Go takes a name as a constraint; `None` for kinds of names that it does not know.
fn is_valid_constraint(tag: u8, name: &[u8]) -> Option<bool> {
    const EMAIL: u8 = context(1);
    const DNS: u8 = context(2);
    const URI: u8 = context(6);
    const IP: u8 = context(7);
    Some(match tag {
        EMAIL if name.contains(&b'@') => name.is_ascii() && is_mailbox(name),
        EMAIL | DNS => name.is_ascii() && is_domain_constraint(name),
        URI => name.is_ascii() && !is_address(name) && is_domain_constraint(name),
        IP => match name.len() {
            8 | 32 => name.get(name.len() / 2..).is_some_and(is_mask),
            _ => false,
        },
        _ => return None,
    })
}

/// Returns whether a mask is ones followed by zeros.
fn is_mask(mask: &[u8]) -> bool {
    let bits = mask.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1));
    bits.is_sorted_by(|one, next| one >= next)
}

/// `CRLDistributionPoints ::= SEQUENCE OF SEQUENCE { distributionPoint [0] { fullName [0] GeneralNames, ... }, ... }`
fn crl_distribution_points(mut value: Der<'_>) -> Option<()> {
    let mut points = value.sequence()?;
    while !points.is_empty() {
        let Some(name) = points.sequence()?.optional(context_constructed(0))? else { continue };
        let mut names = Der::new(name).inside(context_constructed(0))?;
        while names.is_next(context(6)) {
            names.any()?;
        }
    }
    Some(())
}

/// `CertificatePolicies ::= SEQUENCE OF SEQUENCE { policyIdentifier OBJECT IDENTIFIER, ... }`. The numbers may be of
/// any size. Go 1.25 refuses a policy that is there twice, Go 1.23 takes it.
fn certificate_policies(mut value: Der<'_>) -> Option<()> {
    let mut policies = value.sequence()?;
    while !policies.is_empty() {
        let oid = policies.sequence()?.value(asn1::OID)?;
        let short = oid.split_inclusive(|byte| *byte < 0x80).all(|number| number.first() != Some(&0x80));
        (short && ends_an_oid(oid)).then_some(())?;
    }
    Some(())
}

/// `AuthorityInfoAccessSyntax ::= SEQUENCE OF SEQUENCE { accessMethod OBJECT IDENTIFIER, accessLocation GeneralName }`
fn authority_info_access(mut value: Der<'_>) -> Option<()> {
    let mut descriptions = value.sequence()?;
    while !descriptions.is_empty() {
        let mut description = descriptions.sequence()?;
        description.oid()?;
        description.optional(context(6))?;
    }
    Some(())
}
