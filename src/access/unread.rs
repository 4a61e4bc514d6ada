//! Certificates and keys without the feature `cert`: nothing reads them, so that nothing is claimed of them.

use super::credential::{Credential, Login};
use super::note::Note;
use super::pem::{Pem, known_mistake};
use super::question::Question;
use crate::error::{Error, ErrorKind};
use crate::finding::{Code, Effect, Finding};
use rustls_pki_types::UnixTime;

/// A CA bundle.
pub(crate) struct Trust {
    notes: Vec<Finding>,
    is_of_system: bool,
}

/// A client certificate with its key.
pub(crate) struct Client {
    of_certificate: Vec<Finding>,
    of_key: Vec<Finding>,
}

/// What each is called, and what is said where it is not there.
const CA: [&str; 2] = ["the CA", "unable to load root certificates: no certificate found"];
const CERTIFICATE: [&str; 2] = ["the client certificate", "no certificate found"];
const KEY: [&str; 2] = ["the private key", "no private key found"];

impl Trust {
    pub(super) fn read(pem: Option<&Pem<'_>>, _: &Question) -> Self {
        let Some(pem) = pem else { return Trust { notes: Vec::new(), is_of_system: true } };
        // An empty file means the authorities of the system.
        let is_empty = pem.read().is_ok_and(|content| content.is_empty());
        let notes = if is_empty { Vec::new() } else { judge(pem, CA, is_certificate, Code::CertUnreadable) };
        Trust { notes, is_of_system: is_empty }
    }

    pub(super) fn notes(&self) -> &[Finding] {
        &self.notes
    }

    pub(super) fn for_server(&self, _: &str, _: &'static str) -> Vec<Note> {
        Vec::new()
    }

    pub(super) fn doubts(&self, _: &'static str) -> Vec<Note> {
        Vec::new()
    }

    pub(crate) fn is_of_system(&self) -> bool {
        self.is_of_system
    }

    pub(super) fn until(&self) -> Option<UnixTime> {
        None
    }
}

impl Client {
    pub(super) fn read(certificate: &Pem<'_>, key: Option<&Pem<'_>>, _: &Question) -> Self {
        Client {
            of_certificate: judge(certificate, CERTIFICATE, is_certificate, Code::CertUnreadable),
            of_key: key.map(|key| judge(key, KEY, is_key, Code::KeyUnreadable)).unwrap_or_default(),
        }
    }

    pub(super) fn credential(&self) -> Credential {
        Credential::new(Login::ClientCertificate)
    }

    pub(super) fn of_certificate(&self) -> &[Finding] {
        &self.of_certificate
    }

    pub(super) fn of_key(&self) -> &[Finding] {
        &self.of_key
    }

    pub(super) fn under(&self, _: &Trust, _: UnixTime) -> Vec<Finding> {
        Vec::new()
    }
}

/// What has no label of the right kind is refused by kubectl; of all else nothing is known.
fn judge(pem: &Pem<'_>, [what, none]: [&str; 2], is_it: fn(&[u8]) -> bool, code: Code) -> Vec<Finding> {
    match pem.read() {
        Err(error) => pem.unreadable(code, &error).into_iter().collect(),
        Ok(content) if !content.split(|&b| b == b'\n').filter_map(label).any(is_it) => {
            let mut error = Error::new(ErrorKind::InvalidConfiguration, none.to_owned())
                .with_help("it is looked for in PEM, below a line like -----BEGIN CERTIFICATE-----, not indented");
            if let Some(mistake) = known_mistake(&content) {
                error = error.with_help(mistake);
            }
            pem.unreadable(code, &error).into_iter().collect()
        }
        Ok(_) => {
            let message = format!("{what} was not verified: the features `cert` and `verify` are off");
            vec![Finding::new(Code::NotVerified, message).with_effect(Effect::Unknown)]
        }
    }
}

fn label(line: &[u8]) -> Option<&[u8]> {
    line.strip_prefix(b"-----BEGIN ")?.trim_ascii_end().strip_suffix(b"-----")
}

fn is_certificate(label: &[u8]) -> bool {
    label == b"CERTIFICATE"
}

fn is_key(label: &[u8]) -> bool {
    label.ends_with(b"PRIVATE KEY")
}
