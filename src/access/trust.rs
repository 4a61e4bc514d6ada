//! Whom kubectl trusts as the server: the CA bundle of a cluster.

use super::certificate::{dates, explained, strength};
use super::note::Note;
use super::pem::Pem;
use super::question::Question;
use crate::cert::{self, Certificate, Purpose, SectionKind, Validity};
use crate::error::{Error, Printable, Result};
use crate::finding::{Code, Effect, Finding, Severity};
use rustls_pki_types::UnixTime;

/// A CA bundle, and what is to be said of it whatever the server.
pub(crate) struct Trust {
    pub(super) certificates: Vec<Certificate>,
    notes: Vec<Finding>,
    until: Option<UnixTime>,
    is_of_system: bool,
}

impl Trust {
    /// Reads a bundle; without one, or where its file is empty, the authorities of the system count.
    pub(super) fn read(pem: Option<&Pem<'_>>, question: &Question) -> Self {
        let mut trust = Trust { certificates: Vec::new(), notes: Vec::new(), until: None, is_of_system: true };
        let Some(pem) = pem else { return trust };
        let content = pem.read();
        if content.as_ref().is_ok_and(|content| content.is_empty()) {
            return trust;
        }
        trust.is_of_system = false;
        match content.and_then(|content| Ok((certificates(&content)?, content))) {
            Ok((certificates, content)) => {
                trust.certificates = certificates;
                trust.judge(pem, &content, question);
            }
            Err(error) => trust.notes.extend(pem.unreadable(Code::CertUnreadable, &error).map(|mut finding| {
                if finding.code == Code::CertUnreadable {
                    finding.message = format!("unable to load root certificates: {}", finding.message);
                }
                finding
            })),
        }
        trust
    }

    fn judge(&mut self, pem: &Pem<'_>, content: &[u8], question: &Question) {
        let place = pem.place();
        let at = question.at;
        self.notes.extend(passed_over(content, &place, self.certificates.len()));
        let mut all = std::mem::take(&mut self.certificates);
        all.dedup();
        let is_valid = |certificate: &Certificate| certificate.is_valid_at(at) == Validity::Valid;
        // One that was renewed with its key is of no account any more.
        let is_replaced = |old: &Certificate| {
            let is_new = |new: &&Certificate| {
                new.subject() == old.subject() && new.public_key_fingerprint() == old.public_key_fingerprint()
            };
            all.iter().filter(|new| is_valid(new)).any(|new| is_new(&new))
        };
        let others_hold = all.iter().any(is_valid);
        for certificate in &all {
            let what = match all.len() {
                1 => format!("the CA{place}"),
                _ => format!("the CA {}{place}", Printable(certificate.subject())),
            };
            let ended = dates(certificate, &what, [Code::CaExpired, Code::CaExpiresSoon], question);
            self.notes.extend(ended.map(|finding| match finding.effect {
                Effect::None => finding,
                _ if !others_hold => finding.with_effect(Effect::CannotConnect),
                _ => {
                    let effect = if is_replaced(certificate) { Effect::None } else { Effect::Unknown };
                    finding.with_severity(Severity::Note).with_effect(effect)
                }
            }));
            self.notes.extend(strength(certificate, &what));
        }
        // Which of several signed the server's certificate nobody knows here: the first to end counts.
        let counting = all.iter().filter(|ca| is_valid(ca) || !is_replaced(ca));
        self.until = counting.map(Certificate::not_after).min_by_key(UnixTime::as_secs);
        self.certificates = all;
    }

    /// What is to be said whatever the server.
    pub(super) fn notes(&self) -> &[Finding] {
        &self.notes
    }

    /// What is to be said of the server with that name or address.
    pub(super) fn for_server(&self, name: &str, field: &'static str) -> Vec<Note> {
        let mut found = Vec::new();
        let what = if self.certificates.len() == 1 { "the CA in the file" } else { "one of the CAs in the file" };
        let can_sign = self.certificates.iter().any(Certificate::is_authority);
        for certificate in self.certificates.iter().filter(|certificate| !certificate.is_authority()) {
            let subject = Printable(certificate.subject()).to_string();
            let is_shown = certificate.is_for(name);
            let message = match is_shown {
                true => format!(
                    "{what} is a leaf certificate (CA:FALSE): kubectl trusts only a server that shows this very \
                     certificate, {subject}"
                ),
                false => format!(
                    "{what} is a leaf certificate for other names (CA:FALSE): {subject} is not the certificate of {}",
                    Printable(name)
                ),
            };
            let finding = Finding::new(Code::NotACa, message);
            let is_fatal = !is_shown && !can_sign && !self.certificates.iter().any(|other| other.is_for(name));
            found.push(match is_fatal {
                true => finding.with_severity(Severity::Error).with_effect(Effect::CannotConnect),
                false => finding,
            });
        }
        found.into_iter().map(|finding| Note::new(field, finding)).collect()
    }

    /// What speaks against the CA, unless Rancher is the server: by its name it signs something else.
    pub(super) fn doubts(&self, field: &'static str) -> Vec<Note> {
        let doubt = |certificate: &Certificate| {
            let subject = Printable(certificate.subject());
            Some(match certificate.common_name().and_then(other_task) {
                Some(task) => format!("by its name the CA {subject} signs {task}, not API servers"),
                None if !certificate.allows(Purpose::ServerAuth) => {
                    format!("the CA {subject} is not for servers: its extended key usage lacks serverAuth")
                }
                None if certificate.is_limited() => {
                    format!(
                        "the CA {subject} is limited to some names or uses, and nothing shows that the server is among them"
                    )
                }
                None => return None,
            })
        };
        let doubts: Option<Vec<String>> = self.certificates.iter().map(doubt).collect();
        // One that may be the server's is enough.
        let doubts = doubts.unwrap_or_default().into_iter();
        let note = |message| Note::new(field, Finding::new(Code::DoubtfulCa, message).with_effect(Effect::Unknown));
        doubts.map(note).collect()
    }

    /// Whether there is no CA in the file, so that the authorities of the system count.
    pub(crate) fn is_of_system(&self) -> bool {
        self.is_of_system
    }

    /// When the first of the CAs ends, or ended.
    pub(super) fn until(&self) -> Option<UnixTime> {
        self.until
    }

    /// The certificates of the bundle.
    #[cfg(feature = "rancher")]
    pub(crate) fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }
}

/// The certificates of a bundle. Where there is none, the error says what is there instead.
fn certificates(content: &[u8]) -> Result<Vec<Certificate>> {
    cert::certificates(content).map_err(|error| explained(error, content, "certificate"))
}

/// Broken sections of a bundle, which Go leaves out without a word; `good` are not broken.
fn passed_over(content: &[u8], place: &str, good: usize) -> Vec<Finding> {
    // Nothing is read twice, as long as all of it is well.
    if cert::count_sections(content) == good {
        return Vec::new();
    }
    let broken = cert::sections(content).filter_map(|section| match section {
        Err(error) => Some(error),
        Ok(section) if section.kind() == SectionKind::Certificate => section.certificate().err(),
        Ok(_) => None,
    });
    let of = |error: Error| {
        let message = format!("{}{place}; kubectl leaves it out without a word", error.message());
        Finding::new(Code::CertUnreadable, message).with_severity(Severity::Warning).with_effect(Effect::Unknown)
    };
    broken.map(of).collect()
}

/// What a CA of that name signs, where that is something other than API servers.
fn other_task(name: &str) -> Option<&'static str> {
    let is = |known: &[&str]| {
        known.iter().any(|known| name == *known || name.strip_prefix(known).is_some_and(|rest| rest.starts_with('@')))
    };
    match () {
        () if is(&["k3s-client-ca", "rke2-client-ca"]) => Some("clients"),
        () if is(&["dynamiclistener-ca"]) => Some("Rancher's own server"),
        () if is(&[
            "k3s-request-header-ca",
            "rke2-request-header-ca",
            "front-proxy-ca",
            "kube-apiserver-requestheader-ca",
        ]) =>
        {
            Some("the front proxy")
        }
        () if is(&["etcd-server-ca", "etcd-peer-ca", "etcd-ca", "kube-etcd-client-ca"]) => Some("etcd"),
        () => None,
    }
}
