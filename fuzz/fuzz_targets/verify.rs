//! Keys and chains: no input panics or takes long, and what is called trusted has every reason to be.
#![no_main]

use kubeconfig::cert::{self, Certificate, ChainVerdict, PrivateKey, Purpose, SignatureCheck, Validity, Verifier};
use kubeconfig::pki_types::UnixTime;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut certificates = cert::certificates(data).unwrap_or_default();
    certificates.extend(Certificate::from_der(data).ok());
    keys(data, &certificates);
    let Some(leaf) = certificates.first() else { return };
    // Half of the rest is trusted, the first of them or the last.
    let (one, other) = certificates.split_at(certificates.len().div_ceil(2));
    for (bundle, others) in [(one, other), (other, one), (&certificates[..], &[])] {
        for time in [leaf.not_before(), leaf.not_after()] {
            chain(leaf, bundle, others, time);
        }
    }
});

fn keys(data: &[u8], certificates: &[Certificate]) {
    let sections = cert::sections(data).flatten().filter_map(|section| section.private_key().ok());
    for key in sections.chain(PrivateKey::from_der(data).ok()).take(8) {
        assert!(!format!("{key:?} {}", key.info()).is_empty());
        for certificate in certificates.iter().take(8) {
            let _ = key.belongs_to(certificate);
        }
    }
}

fn chain(leaf: &Certificate, bundle: &[Certificate], others: &[Certificate], time: UnixTime) {
    let verifier = Verifier::new(bundle).with_intermediates(others);
    let found = verifier.verify(leaf, Purpose::ClientAuth, time);
    let path = found.path();
    assert_eq!(path.first(), Some(&leaf));
    assert!(path.contains(&found.certificate()));
    assert!(path.windows(2).all(|pair| pair[0].signed_by(pair[1]) == SignatureCheck::Good));
    if found.is_trusted() {
        assert!(path.last().is_some_and(|last| bundle.contains(last)));
        assert!(path.iter().all(|link| link.is_valid_at(time) == Validity::Valid && link.allows(Purpose::ClientAuth)));
        assert!(path[..path.len() - 1].iter().skip(1).all(|link| link.is_ca()));
    }
    // The order of those in between is of no matter.
    let reversed: Vec<_> = others.iter().rev().cloned().collect();
    let verifier = Verifier::new(bundle).with_intermediates(&reversed);
    let again = verifier.verify(leaf, Purpose::ClientAuth, time);
    let given_up = [found.verdict(), again.verdict()].contains(&ChainVerdict::Limit);
    assert!(given_up || found.is_trusted() == again.is_trusted());
}
