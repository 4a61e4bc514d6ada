//! What a certificate says by itself, wherever it stands.

use super::{Checker, when};
use crate::cert::{Certificate, Chain, Validity};
use crate::error::Printable;
use crate::finding::{Code, Finding};

/// What the dates of a CA say; `what` is its name in the message.
pub(super) fn of_authority(certificate: &Certificate, what: &str, checker: &Checker) -> Option<Finding> {
    dates(certificate, what, [Code::CaExpired, Code::CaExpiresSoon], checker)
}

/// What the dates of a certificate say that is no CA's.
pub(super) fn of_leaf(certificate: &Certificate, what: &str, checker: &Checker) -> Option<Finding> {
    dates(certificate, what, [Code::CertExpired, Code::CertExpiresSoon], checker)
}

/// As one of the two, by what it says of itself; `help` is for one that is no CA and has ended.
pub(super) fn of_either(certificate: &Certificate, what: &str, help: &str, checker: &Checker) -> Option<Finding> {
    match certificate.is_ca() {
        true => of_authority(certificate, what, checker),
        false => of_leaf(certificate, what, checker).map(|finding| match finding.code {
            Code::CertExpired => finding.with_help(help),
            _ => finding,
        }),
    }
}

fn dates(certificate: &Certificate, what: &str, [over, soon]: [Code; 2], checker: &Checker) -> Option<Finding> {
    let (at, end) = (checker.at, certificate.not_after());
    match certificate.is_valid_at(at) {
        Validity::Expired => Some(Finding::new(over, format!("{what} ended {}", when::ago(end, at)))),
        Validity::NotYetValid => {
            let start = when::ahead(certificate.not_before(), at);
            Some(Finding::new(Code::CertNotYetValid, format!("{what} is valid from {start}")))
        }
        Validity::Valid => {
            let is_soon = end.as_secs().saturating_sub(at.as_secs()) <= checker.within.as_secs();
            is_soon.then(|| Finding::new(soon, format!("{what} ends {}", when::ahead(end, at))))
        }
    }
}

/// A key that is too short, and a signature that can be forged. At the signature of a root nobody looks.
pub(super) fn strength(certificate: &Certificate, what: &str) -> Vec<Finding> {
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

/// That a certificate says it is valid longer than one of the CAs above it.
pub(super) fn outlives(chain: &Chain<'_>, what: &str) -> Option<Finding> {
    let (leaf, above) = chain.path().split_first()?;
    let first = above.iter().min_by_key(|certificate| certificate.not_after())?;
    if leaf.not_after() <= first.not_after() {
        return None;
    }
    let (end, name) = (crate::cert::rfc3339(first.not_after()), Printable(first.subject()));
    let message =
        format!("{what} is valid until {}, but {name} above it ends {end}", crate::cert::rfc3339(leaf.not_after()));
    Some(Finding::new(Code::OutlivesIssuer, message))
}
