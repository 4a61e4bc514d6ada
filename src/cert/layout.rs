//! The outer structure of a certificate (RFC 5280, 4.1), borrowed from its DER.

use super::asn1::{self, Bits, Der, GENERALIZED_TIME, INTEGER, OCTET_STRING, SEQUENCE, UTC_TIME};
use super::time;
use std::borrow::Cow;

/// Why Go's `x509.ParseCertificate` refuses a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It can't read this part.
    Part(&'static str),
    /// It can read everything, but this is not allowed. A whole sentence.
    Rule(&'static str),
}

/// The parts of a certificate. Names and the public key are whole elements: tag, length and value.
#[cfg_attr(not(feature = "verify"), expect(dead_code, reason = "some parts are for checking signatures only"))]
pub(super) struct Layout<'a> {
    /// The part that is signed.
    pub(super) tbs: &'a [u8],
    /// 1, 2 or 3.
    pub(super) version: u8,
    /// In two's complement.
    pub(super) serial: &'a [u8],
    pub(super) algorithm: Algorithm<'a>,
    pub(super) issuer: &'a [u8],
    /// Seconds since 1970. Signed, as the dates may lie before.
    pub(super) not_before: i64,
    pub(super) not_after: i64,
    pub(super) subject: &'a [u8],
    pub(super) public_key_info: &'a [u8],
    pub(super) public_key: PublicKey<'a>,
    extensions: Option<Der<'a>>,
    signature: Bits<'a>,
}

/// `AlgorithmIdentifier ::= SEQUENCE { algorithm OBJECT IDENTIFIER, parameters ANY OPTIONAL }`
#[derive(Clone, Copy)]
pub(super) struct Algorithm<'a> {
    /// The value of the identifier.
    pub(super) oid: &'a [u8],
    /// The whole element.
    pub(super) parameters: Option<&'a [u8]>,
}

/// `SubjectPublicKeyInfo ::= SEQUENCE { algorithm AlgorithmIdentifier, subjectPublicKey BIT STRING }`
#[derive(Clone, Copy)]
pub(super) struct PublicKey<'a> {
    pub(super) algorithm: Algorithm<'a>,
    bits: Bits<'a>,
}

/// An extension (RFC 5280, 4.1.2.9).
pub(super) struct Extension<'a> {
    /// The value of the identifier.
    pub(super) oid: &'a [u8],
    pub(super) critical: bool,
    pub(super) value: &'a [u8],
}

impl<'a> Layout<'a> {
    /// Takes the DER apart as Go does, or says what is wrong with it.
    ///
    /// Like Go it ignores what follows the last part of each SEQUENCE, and the unique identifiers and extensions of
    /// versions that have none.
    pub(super) fn of(der: &'a [u8]) -> Result<Self, Fault> {
        let structure = Fault::Part("outer structure");
        let mut input = Der::new(der);
        let mut outer = input.sequence().ok_or(structure)?;
        let tbs = outer.element(SEQUENCE).ok_or(structure)?;
        let mut inner = Der::new(tbs.value);

        let version = version(&mut inner)?;
        let serial = inner.integer().ok_or(Fault::Part("serial number"))?;
        if asn1::is_negative(serial) {
            return Err(Fault::Rule("the serial number is negative"));
        }
        let algorithm_part = Fault::Part("signature algorithm");
        let said = inner.value(SEQUENCE).ok_or(algorithm_part)?;
        if outer.value(SEQUENCE).ok_or(algorithm_part)? != said {
            return Err(Fault::Rule("it names two different signature algorithms"));
        }
        let algorithm = Algorithm::read(Der::new(said)).ok_or(algorithm_part)?;
        let issuer = inner.element(SEQUENCE).ok_or(Fault::Part("issuer"))?.whole;
        let mut validity = inner.sequence().ok_or(Fault::Part("dates"))?;
        let not_before = seconds(&mut validity).ok_or(Fault::Part("notBefore date"))?;
        let not_after = seconds(&mut validity).ok_or(Fault::Part("notAfter date"))?;
        let subject = inner.element(SEQUENCE).ok_or(Fault::Part("subject"))?.whole;
        let key = inner.element(SEQUENCE).ok_or(Fault::Part("public key"))?;
        let public_key = PublicKey::read(Der::new(key.value)).ok_or(Fault::Part("public key"))?;
        if version > 1 {
            for unique_id in [1, 2] {
                inner.optional(asn1::context(unique_id)).ok_or(Fault::Part("unique identifiers"))?;
            }
        }
        let extensions = if version == 3 { extensions(&mut inner)? } else { None };
        let signature = outer.bits().ok_or(Fault::Part("signature"))?;
        if !input.is_empty() {
            return Err(Fault::Rule("more data follows its end"));
        }
        Ok(Layout {
            tbs: tbs.whole,
            version,
            serial,
            algorithm,
            issuer,
            not_before,
            not_after,
            subject,
            public_key_info: key.whole,
            public_key,
            extensions,
            signature,
        })
    }

    /// Returns the extensions, in order.
    pub(super) fn extensions(&self) -> Result<Vec<Extension<'a>>, Fault> {
        let mut reader = self.extensions.unwrap_or_default();
        let mut found: Vec<Extension<'a>> = Vec::new();
        while !reader.is_empty() {
            let mut extension = reader.sequence().ok_or(Fault::Part("extensions"))?;
            let extension = Extension::read(&mut extension).ok_or(Fault::Part("extensions"))?;
            found.push(extension);
        }
        let mut oids: Vec<_> = found.iter().map(|extension| extension.oid).collect();
        oids.sort_unstable();
        match oids.windows(2).any(|pair| pair.first() == pair.last()) {
            true => Err(Fault::Rule("it has the same extension twice")),
            false => Ok(found),
        }
    }

    /// Returns whether the version stands there.
    #[cfg(feature = "check")]
    pub(super) fn is_version_written(&self) -> bool {
        Der::new(self.tbs).sequence().is_some_and(|tbs| tbs.is_next(asn1::context_constructed(0)))
    }

    /// Returns whether subject and issuer are the same name (RFC 5280, 3.2), compared byte by byte as Go does.
    pub(super) fn is_self_issued(&self) -> bool {
        self.subject == self.issuer
    }

    #[cfg(feature = "verify")]
    pub(super) fn signature(&self) -> Cow<'a, [u8]> {
        self.signature.right_aligned()
    }
}

impl<'a> Algorithm<'a> {
    pub(super) fn read(mut said: Der<'a>) -> Option<Self> {
        let oid = said.oid()?;
        let parameters = if said.is_empty() { None } else { Some(said.any()?.whole) };
        Some(Algorithm { oid, parameters })
    }
}

impl<'a> PublicKey<'a> {
    fn read(mut info: Der<'a>) -> Option<Self> {
        Some(PublicKey { algorithm: Algorithm::read(info.sequence()?)?, bits: info.bits()? })
    }

    /// Returns the bytes of the key.
    pub(super) fn key(&self) -> Cow<'a, [u8]> {
        self.bits.right_aligned()
    }
}

impl<'a> Extension<'a> {
    fn read(extension: &mut Der<'a>) -> Option<Self> {
        let oid = extension.oid()?;
        let critical = if extension.is_next(asn1::BOOLEAN) { extension.boolean()? } else { false };
        Some(Extension { oid, critical, value: extension.value(OCTET_STRING)? })
    }
}

/// `version [0] EXPLICIT INTEGER { v1(0), v2(1), v3(2) } DEFAULT v1`
fn version(inner: &mut Der<'_>) -> Result<u8, Fault> {
    let part = Fault::Part("version");
    let Some(explicit) = inner.optional(asn1::context_constructed(0)).ok_or(part)? else { return Ok(1) };
    let mut explicit = Der::new(explicit);
    let number = explicit.is_next(INTEGER).then(|| explicit.int64()).flatten().filter(|_| explicit.is_empty());
    match number.ok_or(part)? {
        0 => Ok(1),
        1 => Ok(2),
        2 => Ok(3),
        ..0 => Err(Fault::Rule("its X.509 version is negative")),
        _ => Err(Fault::Rule("its X.509 version is above 3")),
    }
}

/// `extensions [3] EXPLICIT SEQUENCE OF Extension OPTIONAL`
fn extensions<'a>(inner: &mut Der<'a>) -> Result<Option<Der<'a>>, Fault> {
    let part = Fault::Part("extensions");
    match inner.optional(asn1::context_constructed(3)).ok_or(part)? {
        Some(explicit) => Der::new(explicit).sequence().map(Some).ok_or(part),
        None => Ok(None),
    }
}

fn seconds(validity: &mut Der<'_>) -> Option<i64> {
    let time = validity.any()?;
    match time.tag {
        UTC_TIME => time::parse_asn1(time.value, false),
        GENERALIZED_TIME => time::parse_asn1(time.value, true),
        _ => None,
    }
}
