//! What a certificate says by itself, wherever it stands.

use super::pem::known_mistake;
use super::question::Question;
use super::when::{ago, ahead};
use crate::cert::{self, Certificate, SectionKind, Validity};
use crate::error::Error;
use crate::finding::{Code, Effect, Finding};

/// What the dates of a certificate say; `what` is its name in the message.
pub(crate) fn dates(
    certificate: &Certificate,
    what: &str,
    [over, soon]: [Code; 2],
    question: &Question,
) -> Option<Finding> {
    let (at, end) = (question.at, certificate.not_after());
    match certificate.is_valid_at(at) {
        // "Until" leaves the last second out, in every verb.
        Validity::Valid if end.as_secs() == at.as_secs() => {
            Some(Finding::new(over, format!("{what} ended {}", ago(end, at))))
        }
        Validity::Expired => Some(Finding::new(over, format!("{what} ended {}", ago(end, at)))),
        Validity::NotYetValid => {
            let start = ahead(certificate.not_before(), at);
            Some(Finding::new(Code::CertNotYetValid, format!("{what} is valid from {start}")))
        }
        Validity::Valid => {
            let left = end.as_secs().saturating_sub(at.as_secs());
            let is_soon = question.within.is_some_and(|within| left <= within.as_secs());
            is_soon.then(|| Finding::new(soon, format!("{what} ends {}", ahead(end, at))))
        }
    }
}

/// A key that is too short, and a signature that can be forged. At the signature of a root nobody looks.
pub(crate) fn strength(certificate: &Certificate, what: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    let (key, signature) = (certificate.public_key(), certificate.signature_algorithm());
    if key.is_weak() {
        found.push(Finding::new(Code::WeakKey, format!("the key of {what} is {key}")));
    }
    if signature.is_weak() && !certificate.is_self_issued() {
        found.push(Finding::new(Code::WeakSignature, format!("{what} is signed with {signature}")));
    }
    found
}

pub(super) fn not_verified(what: &str) -> Finding {
    let message = format!("{what} was not verified: the feature `verify` is off");
    Finding::new(Code::NotVerified, message).with_effect(Effect::Unknown)
}

/// Says what is in the place of a certificate or a key.
pub(super) fn explained(error: Error, content: &[u8], wanted: &str) -> Error {
    if let Some(mistake) = known_mistake(content) {
        return error.with_help(mistake);
    }
    let kinds: Vec<SectionKind> = cert::sections(content).flatten().map(|section| section.kind()).collect();
    let only = |is: fn(&SectionKind) -> bool| !kinds.is_empty() && kinds.iter().all(is);
    match () {
        () if wanted == "certificate" && only(|kind| matches!(kind, SectionKind::PrivateKey(_))) => {
            error.with_help("it is a private key: put the certificate there, and keep the key to yourself")
        }
        () if wanted == "certificate" && only(|kind| *kind == SectionKind::Csr) => {
            error.with_help("it is a certificate request: put there what the CA made of it")
        }
        () => error,
    }
}
