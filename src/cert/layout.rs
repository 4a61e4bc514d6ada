//! The outer structure of a certificate (RFC 5280, 4.1), borrowed from its DER.

use super::time;
use x509_cert::der::asn1::{AnyRef, BitStringRef, IntRef, ObjectIdentifier, OctetStringRef, SequenceRef};
use x509_cert::der::{self, Decode, Reader, SliceReader, Tag, TagMode, TagNumber, Tagged};
use x509_cert::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

/// The parts of a certificate. Names, keys and the algorithms stand here as they are signed: tag, length and value.
///
/// It is read here and not by `x509_cert::Certificate`, because that refuses the whole for a date before 1970, a serial
/// number over 21 bytes, or an unknown version.
#[cfg_attr(not(feature = "verify"), expect(dead_code, reason = "some parts are for checking signatures only"))]
pub(super) struct Layout<'a> {
    /// What is signed.
    pub(super) tbs: &'a [u8],
    pub(super) version_3: bool,
    pub(super) serial: AnyRef<'a>,
    /// What the signed part says of the signature; it has to be the same as outside (RFC 5280, 4.1.1.2).
    pub(super) algorithm_inside: &'a [u8],
    pub(super) algorithm: &'a [u8],
    pub(super) issuer: &'a [u8],
    /// Seconds since 1970. Signed, as the dates may lie before.
    pub(super) not_before: i64,
    pub(super) not_after: i64,
    pub(super) subject: &'a [u8],
    pub(super) public_key_info: &'a [u8],
    extensions: Option<&'a [u8]>,
    pub(super) signature: &'a [u8],
}

/// An extension (RFC 5280, 4.1.2.9).
pub(super) struct Extension<'a> {
    pub(super) oid: ObjectIdentifier,
    pub(super) critical: bool,
    pub(super) value: &'a [u8],
}

impl<'a> Layout<'a> {
    /// Takes the DER apart, or says which part can't be read.
    pub(super) fn of(der: &'a [u8]) -> Result<Self, &'static str> {
        let structure = "outer structure";
        let mut reader = sequence(der).ok_or(structure)?;
        let tbs = reader.tlv_bytes().map_err(|_| structure)?;
        let algorithm = algorithm(&mut reader)?;
        let signature = reader.decode::<BitStringRef<'_>>().ok().and_then(|bits| bits.as_bytes()).ok_or("signature")?;
        reader.finish().map_err(|_| structure)?;

        let mut reader = sequence(tbs).ok_or(structure)?;
        let version = reader.context_specific::<IntRef<'_>>(TagNumber(0), TagMode::Explicit).map_err(|_| "version")?;
        let serial = reader.decode().map_err(|_| "serial number")?;
        let algorithm_inside = self::algorithm(&mut reader)?;
        let issuer = reader.tlv_bytes().map_err(|_| "issuer")?;
        let mut validity = reader.tlv_bytes().ok().and_then(sequence).ok_or("dates")?;
        let not_before = seconds(validity.decode()).ok_or("notBefore date")?;
        let not_after = seconds(validity.decode()).ok_or("notAfter date")?;
        validity.finish().map_err(|_| "dates")?;
        let subject = reader.tlv_bytes().map_err(|_| "subject")?;
        let public_key_info = reader.tlv_bytes().map_err(|_| "public key")?;
        for unique_id in [1, 2] {
            reader
                .context_specific::<BitStringRef<'_>>(TagNumber(unique_id), TagMode::Implicit)
                .map_err(|_| "unique identifiers")?;
        }
        let extensions = reader.context_specific::<&SequenceRef>(TagNumber(3), TagMode::Explicit);
        let extensions = extensions.map_err(|_| "extensions")?.map(SequenceRef::as_bytes);
        reader.finish().map_err(|_| structure)?;
        Ok(Layout {
            tbs,
            version_3: version.is_some_and(|version| version.as_bytes() == [2]),
            serial,
            algorithm_inside,
            algorithm,
            issuer,
            not_before,
            not_after,
            subject,
            public_key_info,
            extensions,
            signature,
        })
    }

    /// The extensions, in order; `None` where they can't be read.
    pub(super) fn extensions(&self) -> Option<Vec<Extension<'a>>> {
        let mut reader = SliceReader::new(self.extensions.unwrap_or_default()).ok()?;
        let mut found = Vec::new();
        while !reader.is_finished() {
            let extension = reader.sequence(|extension| {
                der::Result::Ok(Extension {
                    oid: extension.decode()?,
                    critical: extension.decode::<Option<bool>>()?.unwrap_or(false),
                    value: extension.decode::<&OctetStringRef>()?.as_bytes(),
                })
            });
            found.push(extension.ok()?);
        }
        Some(found)
    }

    /// Kind and bytes of the public key.
    pub(super) fn public_key(&self) -> Option<(AlgorithmIdentifierRef<'a>, &'a [u8])> {
        let info = SubjectPublicKeyInfoRef::from_der(self.public_key_info).ok()?;
        Some((info.algorithm, info.subject_public_key.as_bytes()?))
    }

    /// Whether subject and issuer are the same name (RFC 5280, 3.2), compared byte by byte as Go does.
    pub(super) fn is_self_issued(&self) -> bool {
        self.subject == self.issuer
    }
}

/// The inside of a SEQUENCE that is all there is.
pub(super) fn sequence(der: &[u8]) -> Option<SliceReader<'_>> {
    SliceReader::new(<&SequenceRef>::from_der(der).ok()?.as_bytes()).ok()
}

fn algorithm<'a>(reader: &mut SliceReader<'a>) -> Result<&'a [u8], &'static str> {
    let tlv = reader.tlv_bytes().map_err(|_| "signature algorithm")?;
    AlgorithmIdentifierRef::from_der(tlv).map(|_| tlv).map_err(|_| "signature algorithm")
}

fn seconds(value: der::Result<AnyRef<'_>>) -> Option<i64> {
    let value = value.ok()?;
    match value.tag() {
        Tag::UtcTime => time::parse_asn1(value.value(), false),
        Tag::GeneralizedTime => time::parse_asn1(value.value(), true),
        _ => None,
    }
}
