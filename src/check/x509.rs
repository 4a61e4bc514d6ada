//! What a certificate says by itself, in a file that is not a kubeconfig.

use super::Checker;
use crate::access::{Question, dates, strength};
use crate::cert::Certificate;
use crate::finding::{Code, Finding};

/// Looks at a certificate as at a CA or as at another, by what it says of itself; `what` is its name in messages, and `help` is
/// for one that is not a CA and has ended.
pub(super) fn of_certificate(certificate: &Certificate, what: &str, help: &str, checker: &Checker) -> Vec<Finding> {
    let question = Question { at: checker.at, within: Some(checker.within), on_node: false };
    let codes = match certificate.is_authority() {
        true => [Code::CaExpired, Code::CaExpiresSoon],
        false => [Code::CertExpired, Code::CertExpiresSoon],
    };
    let ended = dates(certificate, what, codes, &question).map(|finding| match finding.code {
        Code::CertExpired => finding.with_help(help),
        _ => finding,
    });
    ended.into_iter().chain(strength(certificate, what)).collect()
}
