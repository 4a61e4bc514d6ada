//! A client certificate and its key.

use super::certificate::{dates, explained, strength};
use super::credential::{Credential, End, Login, Proof};
use super::pem::{Pem, known_mistake};
use super::question::Question;
use super::trust::Trust;
use crate::cert::{self, Certificate, KeyAlgorithm, Purpose, SectionKind};
use crate::error::{Error, Printable, Result};
use crate::finding::{Code, Effect, Finding, Severity};
use rustls_pki_types::UnixTime;
use std::cmp::Reverse;

/// A client certificate with its key, and what is to be said of the two, whatever the cluster.
pub(crate) struct Client {
    /// The certificate, and those above it as far as they stand beside it. Empty where it cannot be read.
    chain: Vec<Certificate>,
    /// All that is sent along, in the order of the text.
    sent: Vec<Certificate>,
    of_certificate: Vec<Finding>,
    of_key: Vec<Finding>,
}

/// Go refuses RSA keys of less.
const SMALLEST: u32 = 1024;

impl Client {
    pub(super) fn read(certificate: &Pem<'_>, key: Option<&Pem<'_>>, question: &Question) -> Self {
        let mut client = Client { chain: Vec::new(), sent: Vec::new(), of_certificate: Vec::new(), of_key: Vec::new() };
        let content = certificate.read();
        match content.and_then(|content| Ok((leaf(&content)?, content))) {
            Ok((leaf, content)) => client.judge(leaf, &content, &certificate.place(), question),
            Err(error) => client.of_certificate.extend(certificate.unreadable(Code::CertUnreadable, &error)),
        }
        if let Some(key) = key {
            client.of_key = match key.read() {
                Ok(content) => client.key(&content, key),
                Err(error) => key.unreadable(Code::KeyUnreadable, &error).into_iter().collect(),
            };
        }
        client
    }

    fn judge(&mut self, leaf: Certificate, content: &[u8], place: &str, question: &Question) {
        let what = format!("the client certificate{place}");
        let dated = dates(&leaf, &what, [Code::CertExpired, Code::CertExpiresSoon], question);
        let renewed = dated.map(|finding| match renewal(leaf.issuer()) {
            Some(help) if finding.code != Code::CertNotYetValid => finding.with_help(help),
            _ => finding,
        });
        let mut found: Vec<Finding> = renewed.into_iter().collect();
        found.extend(strength(&leaf, &what).into_iter().map(|finding| of_leaf(finding, &leaf)));
        if !leaf.allows(Purpose::ClientAuth) {
            let message = format!("{what} is not for clients: its extended key usage lacks clientAuth");
            found.push(Finding::new(Code::NotClientAuth, message));
        }
        if leaf.common_name().is_none_or(str::is_empty) {
            let message = format!("{what} has no common name (CN), which is the user's name to Kubernetes");
            found.push(Finding::new(Code::NotClientAuth, message));
        }
        // The first one is the leaf, which was read.
        let all = if cert::count_sections(content) > 1 { content } else { &[] };
        let others = cert::sections(all).flatten().filter(|one| one.kind() == SectionKind::Certificate).skip(1);
        let (mut sent, mut unread) = (Vec::new(), None);
        for section in others {
            match section.certificate() {
                // What has headers serves nobody for an issuer.
                Ok(certificate) if !section.has_headers() && certificate != leaf => sent.push(certificate),
                Ok(_) => {}
                Err(error) => unread = unread.or(Some(error)),
            }
        }
        sent.dedup();
        // Go sends all of them, and a server that cannot read one takes none.
        if let Some(error) = unread {
            let message = format!("{}, sent along with the client certificate{place}", error.message());
            found.push(Finding::new(Code::CertUnreadable, message).with_effect(Effect::Fails));
        }
        self.chain = chain_of(leaf, &sent);
        for certificate in &sent {
            let subject = Printable(certificate.subject()).to_string();
            let what = format!("{subject}, sent along with the client certificate{place},");
            let is_on_the_way = self.chain.contains(certificate);
            let ended = dates(certificate, &what, [Code::CaExpired, Code::CaExpiresSoon], question);
            // Of others the server may have newer ones to go by.
            found.extend(ended.map(|one| if is_on_the_way { one } else { one.with_severity(Severity::Note) }));
            if is_on_the_way && !certificate.is_self_issued() {
                found.extend(limits(certificate, &what));
            }
            if is_on_the_way && !certificate.is_authority() {
                let message = format!("the client certificate{place} is signed by {subject}, which is not a CA");
                found.push(Finding::new(Code::NotACa, message).with_severity(Severity::Error));
            }
        }
        if cfg!(not(feature = "verify")) {
            found.push(super::certificate::not_verified(&what));
        }
        self.sent = sent;
        self.of_certificate = found;
    }

    fn key(&self, content: &[u8], pem: &Pem<'_>) -> Vec<Finding> {
        match cert::client_key(content).map_err(|error| explained(error, content, "private key")) {
            Ok(key) => self.fits(&key, pem),
            Err(error) => {
                let finding = pem.unreadable(Code::KeyUnreadable, &error);
                finding
                    .into_iter()
                    .map(|one| match known_mistake(content) {
                        Some(mistake) => one.with_help(mistake),
                        None => one,
                    })
                    .collect()
            }
        }
    }

    #[cfg(not(feature = "verify"))]
    fn fits(&self, _: &cert::PrivateKey, _: &Pem<'_>) -> Vec<Finding> {
        Vec::new()
    }

    /// Whether the key is that of the certificate. Go asks the first certificate alone.
    #[cfg(feature = "verify")]
    fn fits(&self, key: &cert::PrivateKey, pem: &Pem<'_>) -> Vec<Finding> {
        use crate::cert::KeyMatch;
        let Some(leaf) = self.chain.first() else { return Vec::new() };
        let refused = |code, message: String| Finding::new(code, message).with_effect(Effect::Refused);
        match key.belongs_to(leaf) {
            KeyMatch::Match => Vec::new(),
            KeyMatch::Unsupported if leaf.public_key().is_foreign_to_go() => {
                let message =
                    format!("the client certificate has a key of a kind that kubectl can't use: {}", leaf.public_key());
                vec![refused(Code::CertUnreadable, message)]
            }
            KeyMatch::Unsupported => {
                let message =
                    format!("whether the private key{} belongs to the client certificate cannot be told", pem.place());
                vec![Finding::new(Code::CertUnsupported, message).with_effect(Effect::Unknown)]
            }
            KeyMatch::Broken => {
                let message = format!("the numbers of the private key{} contradict each other", pem.place());
                vec![refused(Code::KeyUnreadable, message)]
            }
            KeyMatch::Mismatch => {
                let message = format!("the private key{} does not belong to the client certificate", pem.place());
                let finding = refused(Code::KeyMismatch, message);
                // kubectl takes the first certificate for the client's own.
                let position = self.sent.iter().position(|other| key.belongs_to(other) == KeyMatch::Match);
                vec![match position {
                    Some(i) => finding
                        .with_help(format!("it belongs to certificate {} of the text: put that one first", i + 2)),
                    None => finding,
                }]
            }
        }
    }

    pub(super) fn credential(&self) -> Credential {
        let mut credential = Credential::new(Login::ClientCertificate);
        // K3s and RKE2 write the CA of the clients beside the certificate, which may end first.
        let until = self.chain.iter().map(Certificate::not_after).min_by_key(UnixTime::as_secs);
        if let Some(until) = until {
            credential.end = End::At(until);
            credential.proof = Some(Proof::Certificate);
        }
        credential.from = self.chain.first().map(Certificate::not_before);
        credential
    }

    pub(super) fn of_certificate(&self) -> &[Finding] {
        &self.of_certificate
    }

    pub(super) fn of_key(&self) -> &[Finding] {
        &self.of_key
    }

    /// The certificate, then those above it as far as they stand beside it.
    #[cfg(feature = "check")]
    pub(crate) fn chain(&self) -> &[Certificate] {
        &self.chain
    }

    /// What the CA of a cluster has to say of it.
    pub(super) fn under(&self, trust: &Trust, at: UnixTime) -> Vec<Finding> {
        #[cfg(feature = "verify")]
        return super::issuer::judge(&self.chain, &self.sent, &trust.certificates, at);
        #[cfg(not(feature = "verify"))]
        {
            let _ = (trust, at);
            Vec::new()
        }
    }
}

/// How the certificate of an administrator of K3s or RKE2 is renewed: when the service starts.
pub(crate) fn renewal(issuer: &str) -> Option<&'static str> {
    match () {
        () if issuer.contains("k3s-client-ca") => Some(
            "K3s renews it when its service starts: systemctl restart k3s on a server, then copy \
             /etc/rancher/k3s/k3s.yaml",
        ),
        () if issuer.contains("rke2-client-ca") => Some(
            "RKE2 renews it when its service starts: systemctl restart rke2-server on a server, then copy \
             /etc/rancher/rke2/rke2.yaml",
        ),
        () => None,
    }
}

/// Why servers may refuse a chain through this CA, which is not the root.
fn limits(certificate: &Certificate, what: &str) -> Option<Finding> {
    if certificate.signature_algorithm().is_weak() {
        let message = format!("{what} is signed with {}", certificate.signature_algorithm());
        return Some(Finding::new(Code::WeakSignature, message).with_effect(Effect::Unknown));
    }
    let is_for_others = !certificate.allows(Purpose::ClientAuth);
    let message = format!("{what} is not for clients: its extended key usage lacks clientAuth");
    let finding = Finding::new(Code::NotClientAuth, message).with_severity(Severity::Warning);
    is_for_others.then(|| finding.with_effect(Effect::Unknown))
}

/// The certificate of the client. Where there is none, the error says what is there instead.
fn leaf(content: &[u8]) -> Result<Certificate> {
    cert::leaf(content).map_err(|error: Error| explained(error, content, "certificate"))
}

/// What servers refuse of a client certificate is an error, elsewhere it is a warning.
fn of_leaf(finding: Finding, leaf: &Certificate) -> Finding {
    let key = leaf.public_key();
    let is_tiny = key.algorithm() == KeyAlgorithm::Rsa && key.bits().is_some_and(|bits| bits < SMALLEST);
    match finding.code {
        Code::WeakKey if is_tiny => finding.with_severity(Severity::Error).with_effect(Effect::CannotConnect),
        Code::WeakSignature => finding.with_severity(Severity::Error),
        _ => finding,
    }
}

/// A certificate and its issuers, as far as they stand beside it; of several the one that ends last.
fn chain_of(leaf: Certificate, all: &[Certificate]) -> Vec<Certificate> {
    /// As many steps as a chain has in Go's reckoning, and more than any file.
    const STEPS: usize = 16;
    let mut chain = vec![leaf];
    for _ in 0..STEPS {
        let Some(link) = chain.last() else { break };
        let is_named = |issuer: &&Certificate| link.issuer() == issuer.subject() && !chain.contains(issuer);
        let mut named: Vec<&Certificate> = all.iter().filter(is_named).collect();
        named.sort_by_key(|issuer| Reverse(issuer.not_after().as_secs()));
        // A bundle may have one many times, and signatures are dear.
        named.dedup();
        let Some(issuer) = named.into_iter().find(|issuer| link.is_issued_by(issuer)).cloned() else { break };
        chain.push(issuer);
    }
    chain
}
