//! Certificates to be, and what `openssl verify` says of them.

#![allow(unreachable_pub)]

use crate::common::openssl;
use crate::{at, read};
use kubeconfig::cert::{Certificate, ChainVerdict, Purpose};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SerialNumber, date_time_ymd,
};
use std::fs;
use tempfile::TempDir;

/// A certificate to be.
#[derive(Clone)]
pub struct Plan {
    pub name: &'static str,
    pub ca: IsCa,
    /// From the first of January of the one until that of the other.
    pub years: (i32, i32),
    pub usages: Vec<KeyUsagePurpose>,
    pub purposes: Vec<ExtendedKeyUsagePurpose>,
    pub extensions: Vec<CustomExtension>,
    pub authority_key_id: bool,
}

/// A certificate with its key.
pub struct Made {
    pub pem: String,
    pub certificate: Certificate,
    pub issuer: Issuer<'static, KeyPair>,
}

pub fn ca(name: &'static str) -> Plan {
    Plan {
        name,
        ca: IsCa::Ca(BasicConstraints::Unconstrained),
        years: (2020, 2040),
        usages: vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature],
        purposes: vec![],
        extensions: vec![],
        authority_key_id: false,
    }
}

pub fn leaf(purposes: &[ExtendedKeyUsagePurpose]) -> Plan {
    Plan { ca: IsCa::NoCa, usages: vec![KeyUsagePurpose::DigitalSignature], purposes: purposes.to_vec(), ..ca("leaf") }
}

/// A client's.
pub fn client() -> Plan {
    leaf(&[ExtendedKeyUsagePurpose::ClientAuth])
}

pub fn path_length(most: u8) -> IsCa {
    IsCa::Ca(BasicConstraints::Constrained(most))
}

pub fn key() -> KeyPair {
    KeyPair::generate().unwrap()
}

impl Plan {
    pub fn years(mut self, from: i32, to: i32) -> Self {
        self.years = (from, to);
        self
    }

    fn params(&self) -> CertificateParams {
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, self.name);
        params.serial_number = Some(SerialNumber::from(vec![0]));
        params.not_before = date_time_ymd(self.years.0, 1, 1);
        params.not_after = date_time_ymd(self.years.1, 1, 1);
        params.is_ca = self.ca;
        params.key_usages = self.usages.clone();
        params.extended_key_usages = self.purposes.clone();
        params.custom_extensions = self.extensions.clone();
        params.use_authority_key_identifier_extension = self.authority_key_id;
        params
    }

    pub fn self_signed(&self) -> Made {
        self.self_signed_with(key())
    }

    pub fn self_signed_with(&self, key: KeyPair) -> Made {
        let params = self.params();
        let pem = params.self_signed(&key).unwrap().pem();
        Made { certificate: read(&pem), pem, issuer: Issuer::new(params, key) }
    }

    pub fn signed_by(&self, issuer: &Made) -> Made {
        self.signed_with(key(), issuer)
    }

    pub fn signed_with(&self, key: KeyPair, issuer: &Made) -> Made {
        let params = self.params();
        let pem = params.signed_by(&key, &issuer.issuer).unwrap().pem();
        Made { certificate: read(&pem), pem, issuer: Issuer::new(params, key) }
    }
}

/// Texts for `openssl verify`.
pub struct Case<'a> {
    pub cas: &'a [&'a str],
    pub others: &'a [&'a str],
    pub purpose: Purpose,
    pub time: &'a str,
}

/// The numbers `openssl verify` has for each of the certificates (X509_V_ERR_*), 0 where it is content. It goes on
/// after most errors.
pub fn judge(folder: &TempDir, case: &Case<'_>, leaves: &[&str]) -> Vec<Vec<u32>> {
    let time = at(case.time).as_secs().to_string();
    let purpose = match case.purpose {
        Purpose::ClientAuth => "sslclient",
        Purpose::ServerAuth => "sslserver",
        Purpose::Any => "any",
    };
    // As Go does, it shall trust every certificate of the bundle, and the system's not at all.
    let mut args = vec!["verify", "-partial_chain", "-no-CApath", "-no-CAstore", "-attime", &time, "-purpose", purpose];
    if case.cas.is_empty() {
        args.push("-no-CAfile");
    } else {
        fs::write(folder.path().join("cas"), case.cas.concat()).unwrap();
        args.extend(["-CAfile", "cas"]);
    }
    if !case.others.is_empty() {
        fs::write(folder.path().join("others"), case.others.concat()).unwrap();
        args.extend(["-untrusted", "others"]);
    }
    let names: Vec<_> = (0..leaves.len()).map(|i| format!("leaf{i}")).collect();
    for (name, leaf) in names.iter().zip(leaves) {
        fs::write(folder.path().join(name), leaf).unwrap();
    }
    args.extend(names.iter().map(String::as_str));
    let answer = openssl::ask(folder.path(), &args, b"");
    // Each one's errors come before its `error leaf0: verification failed`.
    let mut judged = vec![Vec::new(); leaves.len()];
    let mut errors = Vec::new();
    for line in answer.err.lines() {
        let Some(rest) = line.strip_prefix("error ") else { continue };
        let word = rest.split([' ', ':']).next().unwrap();
        match (word.parse(), word.strip_prefix("leaf")) {
            (Ok(number), _) => errors.push(number),
            (_, Some(i)) => judged[i.parse::<usize>().unwrap()] = std::mem::take(&mut errors),
            _ => panic!("{line}"),
        }
    }
    // It says each time which are fine.
    let fine = String::from_utf8(answer.out).unwrap().lines().filter(|line| line.ends_with(": OK")).count();
    assert_eq!(fine, judged.iter().filter(|errors| errors.is_empty()).count(), "{}", answer.err);
    judged.iter_mut().filter(|errors| errors.is_empty()).for_each(|errors| errors.push(0));
    judged
}

/// Whether a verdict says what one of openssl's numbers says.
pub fn agree(verdict: ChainVerdict, errors: &[u32]) -> bool {
    errors.iter().any(|error| meaning(*error).contains(&verdict))
}

fn meaning(error: u32) -> &'static [ChainVerdict] {
    match error {
        0 => &[ChainVerdict::Trusted],
        7 => &[ChainVerdict::BadSignature],
        9 => &[ChainVerdict::NotYetValid],
        10 => &[ChainVerdict::Expired],
        18 | 19 => &[ChainVerdict::SelfSigned],
        // It does not take a key for an issuer that may not sign, where it says so with key usage.
        2 | 20 | 21 => &[ChainVerdict::UnknownIssuer, ChainVerdict::NotACa],
        24 | 79 => &[ChainVerdict::NotACa],
        25 => &[ChainVerdict::PathLength],
        26 => &[ChainVerdict::Purpose],
        34 => &[ChainVerdict::UnsupportedExtension],
        _ => &[],
    }
}
