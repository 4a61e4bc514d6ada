//! DER and certificates byte by byte, for what no tool makes.

use kubeconfig::cert::Certificate;

/// DER, by hand.
pub fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let value = parts.concat();
    let mut der = vec![tag];
    match value.len() {
        0..=0x7f => der.push(value.len() as u8),
        0x80..=0xff => der.extend([0x81, value.len() as u8]),
        _ => der.extend([0x82, (value.len() >> 8) as u8, value.len() as u8]),
    }
    der.extend(value);
    der
}

/// The OID of common names.
pub const CN: &[u8] = &[0x06, 3, 0x55, 4, 3];

/// The OID of keys on elliptic curves.
pub const EC_PUBLIC_KEY: &[u8] = &[0x06, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];

/// The OID of the curve P-256.
pub const P256: &[u8] = &[0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];

/// A point on P-256: its generator, the public key to the private key 1.
pub const POINT: &[u8] =
    b"\x04\x6b\x17\xd1\xf2\xe1\x2c\x42\x47\xf8\xbc\xe6\xe5\x63\xa4\x40\xf2\x77\x03\x7d\x81\x2d\xeb\x33\
    \xa0\xf4\xa1\x39\x45\xd8\x98\xc2\x96\x4f\xe3\x42\xe2\xfe\x1a\x7f\x9b\x8e\xe7\xeb\x4a\x7c\x0f\x9e\x16\x2b\xce\x33\
    \x57\x6b\x31\x5e\xce\xcb\xb6\x40\x68\x37\xbf\x51\xf5";

/// The `subjectPublicKeyInfo` of a key on P-256.
pub fn p256_key(point: &[u8]) -> Vec<u8> {
    tlv(0x30, &[&tlv(0x30, &[EC_PUBLIC_KEY, P256]), &tlv(3, &[&[0], point])])
}

/// A certificate as no tool makes it: any part may be odd.
pub struct Odd {
    pub version: Vec<u8>,
    pub serial: Vec<u8>,
    pub not_before: Vec<u8>,
    pub not_after: Vec<u8>,
    pub subject: Vec<u8>,
    pub extensions: Vec<Vec<u8>>,
    pub public_key_info: Vec<u8>,
    /// How it says it is signed. It is not.
    pub algorithm: Vec<u8>,
}

impl Odd {
    pub fn new() -> Self {
        Odd {
            version: tlv(0xa0, &[&tlv(2, &[&[2]])]),
            serial: vec![1],
            not_before: tlv(0x17, &[b"260101000000Z"]),
            not_after: tlv(0x17, &[b"270101000000Z"]),
            subject: tlv(0x30, &[]),
            extensions: Vec::new(),
            public_key_info: p256_key(POINT),
            algorithm: tlv(0x30, &[&[0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2]]),
        }
    }

    pub fn der(&self) -> Vec<u8> {
        let extensions = match self.extensions.is_empty() {
            true => Vec::new(),
            false => tlv(0xa3, &[&tlv(0x30, &[&self.extensions.concat()])]),
        };
        let tbs = tlv(
            0x30,
            &[
                &self.version,
                &tlv(2, &[&self.serial]),
                &self.algorithm,
                &name(&[&[(CN, 12, b"issuer")]]),
                &tlv(0x30, &[&self.not_before, &self.not_after]),
                &self.subject,
                &self.public_key_info,
                &extensions,
            ],
        );
        tlv(0x30, &[&tbs, &self.algorithm, &tlv(3, &[&[0]])])
    }

    pub fn read(&self) -> Certificate {
        Certificate::from_der(&self.der()).unwrap()
    }
}

/// Its OID in DER, the tag of its value, its value.
pub type Attribute<'a> = (&'a [u8], u8, &'a [u8]);

pub fn name(parts: &[&[Attribute<'_>]]) -> Vec<u8> {
    let sets: Vec<_> = parts
        .iter()
        .map(|part| {
            let attributes: Vec<_> =
                part.iter().map(|(oid, tag, value)| tlv(0x30, &[oid, &tlv(*tag, &[value])])).collect();
            tlv(0x31, &[&attributes.concat()])
        })
        .collect();
    tlv(0x30, &[&sets.concat()])
}

pub fn extension(last_arc: u8, value: &[u8]) -> Vec<u8> {
    tlv(0x30, &[&[0x06, 3, 0x55, 0x1d, last_arc], &tlv(4, &[value])])
}
