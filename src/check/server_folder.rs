//! What the files in the data folder of a K3s or RKE2 server say of each other.

use super::input::{Content, Input};
use crate::cert::{self, Certificate, ChainVerdict, KeyMatch, Purpose, Verifier};
use crate::finding::{Code, Finding, Severity};
use rustls_pki_types::UnixTime;
use std::collections::HashMap;
use std::path::Path;

const CLIENTS: &str = "client-ca.crt";
const SERVERS: &str = "server-ca.crt";

/// Adds to the findings of each file whether its key belongs to its certificate, and whether that is of the CA beside it.
pub(super) fn check(inputs: &[Input], at: UnixTime, found: &mut [Vec<Finding>]) {
    let mut pems: HashMap<&Path, (usize, &[u8])> = HashMap::new();
    for (i, input) in inputs.iter().enumerate() {
        if let (Some(place), Content::Pem(pem)) = (input.place.as_deref(), &input.content) {
            pems.insert(place, (i, pem));
        }
    }
    let beside = |place: &Path, name: &str| pems.get(&*place.with_file_name(name)).copied();
    // Each is read once, whatever it signed.
    let mut authorities: HashMap<usize, Vec<Certificate>> = HashMap::new();
    for (place, (i, pem)) in &pems {
        let Some(name) = place.file_name().and_then(|name| name.to_str()) else { continue };
        if beside(place, CLIENTS).is_none() || beside(place, SERVERS).is_none() {
            continue;
        }
        let Ok(all) = cert::certificates(pem) else { continue };
        let Some((leaf, sent)) = all.split_first() else { continue };
        let key = name.strip_suffix(".crt").and_then(|stem| beside(place, &format!("{stem}.key")));
        if let Some((of_key, key)) = key {
            let is_of_another = |key: cert::PrivateKey| key.belongs_to(leaf) == KeyMatch::Mismatch;
            if cert::private_key(key).is_ok_and(is_of_another) {
                let message = format!("the private key does not belong to {name} beside it");
                add(found, of_key, Finding::new(Code::KeyMismatch, message));
            }
        }
        let Some(authority) = authority_of(name) else { continue };
        let Some((of_ca, pem)) = beside(place, authority) else { continue };
        let of_ca = authorities.entry(of_ca).or_insert_with(|| cert::certificates(pem).unwrap_or_default());
        let verdict = Verifier::new(of_ca).with_intermediates(sent).verify(leaf, Purpose::Any, at).verdict();
        if matches!(verdict, ChainVerdict::UnknownIssuer | ChainVerdict::SelfSigned | ChainVerdict::BadSignature) {
            let message = format!("{authority} beside it did not sign the certificate");
            let finding = Finding::new(Code::UnknownIssuer, message).with_severity(Severity::Error);
            add(
                found,
                *i,
                finding.with_help("Restart the service: K3s and RKE2 make such certificates when they start."),
            );
        }
    }
}

/// The CA that signs the certificates of that name. What etcd and the front proxy have is of other CAs.
fn authority_of(name: &str) -> Option<&'static str> {
    match name {
        CLIENTS | SERVERS | "client-auth-proxy.crt" => None,
        "dynamic-cert.json" => Some(SERVERS),
        _ if name.ends_with(".nochain.crt") || !name.ends_with(".crt") => None,
        _ if name.starts_with("client-") => Some(CLIENTS),
        _ if name.starts_with("serving-") => Some(SERVERS),
        _ => None,
    }
}

fn add(found: &mut [Vec<Finding>], at: usize, finding: Finding) {
    if let Some(found) = found.get_mut(at) {
        found.push(finding);
    }
}
