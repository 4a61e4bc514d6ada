//! Certificates as they are made in the field. Those in `data/go` were made with Go's `crypto/x509` and the templates
//! of RKE, K3s and cert-manager; `make.go` beside them is how.

use crate::common::{openssl, pki};
use crate::{at, facts};
use kubeconfig::cert::{
    Certificate, ChainVerdict, KeyMatch, KeyUsage, Purpose, SignatureCheck, SubjectAltName, Validity, Verifier,
    certificates, leaf, private_key,
};

const NOW: &str = "2026-11-22";

/// The certificates of `data/go`, by the names in the text between them.
fn made_with_go(name: &str) -> Certificate {
    let text = include_str!("../data/go/certificates.pem");
    let (_, from) = text.split_once(&format!("# {name}\n")).unwrap();
    leaf(from.as_bytes()).unwrap()
}

fn verdict(certificate: &str, cas: &[&str], others: &[&str], time: &str) -> ChainVerdict {
    let cas: Vec<_> = cas.iter().map(|name| made_with_go(name)).collect();
    let others: Vec<_> = others.iter().map(|name| made_with_go(name)).collect();
    let certificate = made_with_go(certificate);
    let purpose = if certificate.allows(Purpose::ClientAuth) { Purpose::ClientAuth } else { Purpose::ServerAuth };
    Verifier::new(&cas).with_intermediates(&others).verify(&certificate, purpose, at(time)).verdict()
}

#[test]
fn made_with_go_facts() {
    let all = certificates(include_bytes!("../data/go/certificates.pem")).unwrap();
    assert_eq!(all.len(), 9);
    for certificate in &all {
        assert_eq!(certificate.is_ca(), certificate.is_self_issued() || certificate.common_name() == Some("between"));
        if openssl::available() {
            facts::compare(certificate);
        }
    }
    let rke = made_with_go("rke ca");
    assert_eq!((rke.serial(), rke.path_length()), ("00", None));
    let usage = KeyUsage::DIGITAL_SIGNATURE | KeyUsage::KEY_ENCIPHERMENT | KeyUsage::KEY_CERT_SIGN;
    assert_eq!(rke.key_usage(), Some(usage));
    assert_eq!(usage.to_string(), "digitalSignature, keyEncipherment, keyCertSign");
    assert_eq!(rke.signature_algorithm().to_string(), "SHA256-RSA");
    let admin = made_with_go("rke admin");
    assert!(admin.allows(Purpose::ClientAuth) && !admin.allows(Purpose::ServerAuth) && admin.allows(Purpose::Any));
    assert_eq!(admin.organizations(), ["system:masters"]);
    assert!(admin.not_after() > rke.not_after(), "it outlives its issuer");
    let without_subject = made_with_go("cert-manager leaf");
    assert_eq!((without_subject.subject(), without_subject.common_name()), ("", None));
    assert_eq!(without_subject.subject_alt_names(), [SubjectAltName::Dns("*.example.com".into())]);
    assert_eq!(without_subject.public_key().to_string(), "Ed25519");
    assert_eq!(without_subject.signature_algorithm().to_string(), "ECDSA-SHA512");
    assert_eq!(made_with_go("cert-manager intermediate").path_length(), Some(0));
    assert_eq!(made_with_go("cert-manager intermediate").signature_algorithm().to_string(), "SHA256-RSA");
    assert_eq!(made_with_go("cert-manager root").signature_algorithm().to_string(), "SHA384-RSAPSS");
}

#[test]
fn made_with_go_chains() {
    let middle = "cert-manager intermediate";
    for (certificate, cas, others, time, expected) in [
        ("rke admin", &["rke ca"][..], &[][..], NOW, ChainVerdict::Trusted),
        ("rke apiserver", &["rke ca"], &[], NOW, ChainVerdict::Trusted),
        ("rke admin", &["rke ca"], &[], "2025-12-31", ChainVerdict::NotYetValid),
        // It lives on after its CA, and does not help anybody.
        ("rke admin", &["rke ca"], &[], "2036-02-01", ChainVerdict::Expired),
        ("k3s admin", &["k3s server ca"], &["k3s client ca"], NOW, ChainVerdict::SelfSigned),
        ("k3s admin", &["k3s server ca"], &[], NOW, ChainVerdict::UnknownIssuer),
        ("k3s admin", &["k3s client ca"], &[], NOW, ChainVerdict::Trusted),
        ("cert-manager leaf", &["cert-manager root"], &[middle], NOW, ChainVerdict::Trusted),
        ("cert-manager leaf", &[middle], &[], NOW, ChainVerdict::Trusted),
        ("cert-manager leaf", &["cert-manager root"], &[], NOW, ChainVerdict::UnknownIssuer),
        (middle, &["cert-manager root"], &[], NOW, ChainVerdict::Trusted),
    ] {
        assert_eq!(verdict(certificate, cas, others, time), expected, "{certificate} under {cas:?} at {time}");
    }
    // Which one ended it: not the one that was asked about.
    let (cas, admin) = ([made_with_go("rke ca")], made_with_go("rke admin"));
    let verifier = Verifier::new(&cas);
    let chain = verifier.verify(&admin, Purpose::ClientAuth, at("2036-02-01"));
    assert_eq!((chain.certificate(), admin.is_valid_at(at("2036-02-01"))), (&cas[0], Validity::Valid));
}

/// The credentials of the tests' clusters: each key belongs to its certificate and to no other.
#[test]
fn pairs_of_clusters() {
    let world = pki::world();
    let pairs = [&world.rke_admin, &world.k3s_admin, &world.plain_admin, &world.plain_expired, &world.cloud_admin];
    for (i, one) in pairs.iter().enumerate() {
        for (j, other) in pairs.iter().enumerate() {
            let certificate = leaf(other.certificate.as_bytes()).unwrap();
            for text in [&one.key, &one.key_pkcs8] {
                let found = private_key(text.as_bytes()).unwrap().belongs_to(&certificate);
                assert_eq!(found, if i == j { KeyMatch::Match } else { KeyMatch::Mismatch });
            }
        }
    }
    let expired = leaf(world.plain_expired.certificate.as_bytes()).unwrap();
    let cas = certificates(world.plain_ca.certificate.as_bytes()).unwrap();
    assert_eq!(expired.signed_by(&cas[0]), SignatureCheck::Good);
    assert!(cas[0].is_self_signed() && !expired.is_self_signed());
    let now = kubeconfig::cert::rfc3339(rustls_pki_types::UnixTime::now());
    let verifier = Verifier::new(&cas);
    assert_eq!(verifier.verify(&expired, Purpose::ClientAuth, at(&now)).verdict(), ChainVerdict::Expired);
    assert_eq!(format!("{verifier:?}"), "Verifier { trusted: 1, intermediates: 0, .. }");
}

/// Nothing that is printed holds a byte of a key.
#[test]
fn no_key_in_what_is_printed() {
    let pair = &pki::world().plain_admin;
    let key = private_key(pair.key.as_bytes()).unwrap();
    assert_eq!(
        format!("{key:?}"),
        "PrivateKey { form: Sec1, info: KeyInfo { algorithm: Ecdsa(P256), bits: Some(256) }, .. }"
    );
    let lines: Vec<_> = pair.key.lines().collect();
    let broken = pair.key.replacen(lines[1], &lines[1][..lines[1].len() - 4], 1);
    let label = pair.key.replacen("EC PRIVATE", "SECRET-CANARY PRIVATE", 2);
    for text in [broken, label, pair.certificate.replace("CERTIFICATE", "PRIVATE KEY"), "SECRET-CANARY".to_owned()] {
        let printed = format!("{:?}", private_key(text.as_bytes()));
        let hidden = lines[1..].iter().all(|line| !printed.contains(line)) && !printed.contains("CANARY");
        assert!(hidden, "{printed}");
    }
}
