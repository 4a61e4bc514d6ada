//! No chain takes long to judge, and nothing that was changed is trusted.

use crate::at;
use crate::plan::{Made, ca, client, key};
use kubeconfig::cert::{Certificate, ChainVerdict, KeyMatch, PrivateKey, Purpose, Verifier, certificates};
use proptest::prelude::*;
use rcgen::KeyPair;
use std::time::{Duration, Instant};

const NOW: &str = "2026-11-22";

fn verdict(leaf: &Certificate, cas: &[Certificate], others: &[Certificate]) -> ChainVerdict {
    let start = Instant::now();
    let verifier = Verifier::new(cas).with_intermediates(others);
    let verdict = verifier.verify(leaf, Purpose::ClientAuth, at(NOW)).verdict();
    // Debug builds on a busy machine; what is quadratic takes hours.
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
    verdict
}

fn copy(pair: &KeyPair) -> KeyPair {
    KeyPair::from_pem(&pair.serialize_pem()).unwrap()
}

fn certificates_of(made: &[Made]) -> Vec<Certificate> {
    made.iter().map(|made| made.certificate.clone()).collect()
}

#[test]
fn a_bundle_of_ten_thousand() {
    let root = ca("root").self_signed();
    let leaf = client().signed_by(&root).certificate;
    // Different names, keys and dates, as they are in no bundle; each has a serial number of its own by its name.
    let name = |i: u32| {
        let mut params = rcgen::CertificateParams::new(vec![]).unwrap();
        params.distinguished_name.push(rcgen::DnType::CommonName, format!("ca {i}"));
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        params
    };
    let pair = key();
    let mut text: String = (0..10_000).map(|i| name(i).self_signed(&pair).unwrap().pem()).collect();
    let start = Instant::now();
    let mut bundle = certificates(text.as_bytes()).unwrap();
    assert_eq!(bundle.len(), 10_000);
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
    assert_eq!(verdict(&leaf, &bundle, &[]), ChainVerdict::UnknownIssuer);
    assert_eq!(verdict(&leaf, &bundle, &bundle), ChainVerdict::UnknownIssuer);
    text.push_str(&root.pem);
    bundle.push(root.certificate.clone());
    assert_eq!(verdict(&leaf, &certificates(text.as_bytes()).unwrap(), &[]), ChainVerdict::Trusted);
    // The same one ten thousand times.
    assert_eq!(verdict(&leaf, &vec![root.certificate.clone(); 10_000], &bundle), ChainVerdict::Trusted);
    assert_eq!(verdict(&leaf, &[], &vec![root.certificate.clone(); 10_000]), ChainVerdict::SelfSigned);
}

#[test]
fn many_of_one_name() {
    let root = ca("root").self_signed();
    let leaf = client().signed_by(&root).certificate;
    let others: Vec<_> = (0..120).map(|_| ca("root").self_signed().certificate).collect();
    // With the right one last, it is beyond the limit for one without key identifiers.
    let with_right: Vec<_> = others.iter().cloned().chain([root.certificate.clone()]).collect();
    assert_eq!(verdict(&leaf, &others[..99], &[]), ChainVerdict::BadSignature);
    assert_eq!(verdict(&leaf, &with_right[21..], &[]), ChainVerdict::Trusted);
    assert_eq!(verdict(&leaf, &with_right, &[]), ChainVerdict::Limit);
    let named = crate::plan::Plan { authority_key_id: true, ..client() }.signed_by(&root).certificate;
    assert_eq!(verdict(&named, &with_right, &[]), ChainVerdict::Trusted);
}

#[test]
fn long_chains() {
    let root = ca("root").self_signed();
    let mut chain = vec![root];
    for i in 0..120 {
        chain.push(ca(format!("{i}").leak()).signed_by(chain.last().unwrap()));
    }
    let others = certificates_of(&chain);
    for (length, expected) in [(50, ChainVerdict::Trusted), (98, ChainVerdict::Trusted), (110, ChainVerdict::Limit)] {
        let leaf = client().signed_by(&chain[length]).certificate;
        assert_eq!(verdict(&leaf, &others[..1], &others), expected, "{length}");
    }
}

/// Layers of certificates with the same few names and keys: there are more ways through them than can be gone.
#[test]
fn a_maze() {
    let pairs: Vec<_> = (0..6).map(|_| key()).collect();
    let names = ["a", "b", "c", "d", "e", "f"];
    let made: Vec<_> = names.iter().zip(&pairs).map(|(name, pair)| ca(name).self_signed_with(copy(pair))).collect();
    // Each signed by each other, and each twice.
    let mut others = Vec::new();
    for (i, name) in names.iter().enumerate() {
        for (j, issuer) in made.iter().enumerate().filter(|(j, _)| *j != i) {
            for from in [2019, 2020] {
                others
                    .push(ca(name).years(from - (j as i32 % 2), 2040).signed_with(copy(&pairs[i]), issuer).certificate);
            }
        }
    }
    let leaf = client().signed_by(&made[0]).certificate;
    let unrelated = ca("root").self_signed().certificate;
    assert!([ChainVerdict::UnknownIssuer, ChainVerdict::Limit].contains(&verdict(&leaf, &[unrelated], &others)));
    let last = &made[5].certificate;
    assert_eq!(verdict(&leaf, std::slice::from_ref(last), &others), ChainVerdict::Trusted);
}

/// Every bit of a certificate that can be changed: what can still be read is not trusted.
#[test]
fn no_changed_certificate_is_trusted() {
    let root = ca("root").self_signed();
    let leaf = client().signed_by(&root);
    let cas = [root.certificate.clone()];
    let verifier = Verifier::new(&cas);
    let der = leaf.certificate.der();
    let mut read = 0;
    for bit in 0..der.len() * 8 {
        let mut changed = der.to_vec();
        changed[bit / 8] ^= 1 << (bit % 8);
        let Ok(changed) = Certificate::from_der(&changed) else { continue };
        read += 1;
        let verdict = verifier.verify(&changed, Purpose::ClientAuth, at(NOW)).verdict();
        assert_ne!(verdict, ChainVerdict::Trusted, "byte {} of {}, bit {}", bit / 8, der.len(), bit % 8);
    }
    assert!(read > 800, "only {read} could be read");
}

/// The same for a private key: what is compared is computed.
#[test]
fn no_changed_key_matches() {
    let made = client().self_signed();
    let pkcs8 = made.issuer.key().serialize_der();
    let number = pkcs8.windows(4).position(|w| w == [2, 1, 1, 4]).unwrap() + 5;
    for bit in 0..pkcs8.len() * 8 {
        let mut changed = pkcs8.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let Ok(changed) = PrivateKey::from_der(&changed) else { continue };
        let found = changed.belongs_to(&made.certificate);
        if (number..number + 32).contains(&(bit / 8)) {
            assert!(matches!(found, KeyMatch::Mismatch | KeyMatch::Broken), "byte {}: {found:?}", bit / 8);
        }
    }
}

proptest! {
    #[test]
    fn keys_of_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let certificate = client().self_signed().certificate;
        if let Ok(key) = PrivateKey::from_der(&bytes) {
            let _ = key.belongs_to(&certificate);
        }
    }
}
