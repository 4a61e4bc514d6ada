//! Certificates and keys in kubeconfigs: whose, until when, and whether they fit.

use super::group::Group;
use super::kubeconfig::{ConfigFile, Entry, Listed};
use super::notes::Notes;
use super::permissions;
use super::when;
use super::x509::{self, of_authority, of_leaf, strength};
use crate::cert::{self, Certificate, KeyMatch, Purpose, SectionKind, Validity, Verdict, Verifier};
use crate::config::{AuthInfo, Cluster, Data, set};
use crate::error::{Error, Printable, Result};
use crate::finding::{Code, Finding, Severity};
use crate::load::read_reference;
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use zeroize::Zeroizing;

/// Looks at the group as a whole; `notes` has one for each file.
pub(super) fn check(group: &Group<'_, '_>, notes: &mut [Notes<'_>]) {
    let mut authorities: HashMap<&str, Vec<Certificate>> = HashMap::new();
    let mut clients: HashMap<&str, Client<'_, '_>> = HashMap::new();
    for (i, (file, notes)) in group.files.iter().zip(notes.iter_mut()).enumerate() {
        for cluster in &file.clusters {
            let Some(pem) = Pem::authority(file, &cluster.body) else { continue };
            let certificates = authority(&pem, cluster, notes);
            if group.file_of::<Cluster>(&cluster.name) == Some(i) {
                authorities.entry(&cluster.name).or_insert(certificates);
            }
        }
        let mut users = HashMap::new();
        for user in &file.users {
            permissions_of(file, user, notes);
            let client = Client::look_at(i, file, user, notes);
            if let Some(client) = client {
                client.shared(&mut users, notes);
                if group.file_of::<AuthInfo>(&user.name) == Some(i) {
                    clients.entry(&user.name).or_insert(client);
                }
            }
        }
    }
    chains(group, &authorities, &clients, notes);
}

/// Whether the CA of each cluster signed the certificates of the users it is used with.
fn chains(
    group: &Group<'_, '_>,
    authorities: &HashMap<&str, Vec<Certificate>>,
    clients: &HashMap<&str, Client<'_, '_>>,
    notes: &mut [Notes<'_>],
) {
    let mut told = HashSet::new();
    let mut pairs = HashSet::new();
    for (_, context) in group.config.contexts.iter() {
        let (Some(cluster), Some(user)) = (set(&context.cluster), set(&context.user)) else { continue };
        let (Some(bundle), Some(client)) = (authorities.get(cluster), clients.get(user)) else { continue };
        if bundle.is_empty() || !pairs.insert((cluster, user)) {
            continue;
        }
        let Some(notes) = notes.get_mut(client.file) else { continue };
        let found = client.chain(cluster, bundle, notes);
        add(client.entry, client.field, found.filter(|finding| told.insert((user, finding.code))), notes);
    }
}

fn permissions_of(file: &ConfigFile<'_>, user: &Entry<'_, AuthInfo>, notes: &mut Notes<'_>) {
    for (field, path) in [("client-key", &user.body.client_key), ("tokenFile", &user.body.token_file)] {
        let finding = set(path).and_then(|path| permissions::check_reference(&file.resolve(path), &file.place()));
        if let Some((finding, span)) = finding.map(|finding| user.find(finding, field)) {
            notes.add(finding, span);
        }
    }
}

/// A PEM text in a kubeconfig, or in a file that it names.
pub(super) struct Pem {
    /// The field that holds or names it.
    pub(super) field: &'static str,
    /// The file, if it is in one.
    pub(super) file: Option<PathBuf>,
    pub(super) content: Result<Zeroizing<Vec<u8>>>,
}

impl Pem {
    pub(super) fn authority(file: &ConfigFile<'_>, cluster: &Cluster) -> Option<Pem> {
        let (path, data) = (&cluster.certificate_authority, cluster.certificate_authority_data.as_ref());
        Pem::of(file, ["certificate-authority", "certificate-authority-data"], path, data)
    }

    pub(super) fn client_certificate(file: &ConfigFile<'_>, user: &AuthInfo) -> Option<Pem> {
        let (path, data) = (&user.client_certificate, user.client_certificate_data.as_ref());
        Pem::of(file, ["client-certificate", "client-certificate-data"], path, data)
    }

    pub(super) fn client_key(file: &ConfigFile<'_>, user: &AuthInfo) -> Option<Pem> {
        let data = user.client_key_data.as_ref().map(|data| data.expose());
        Pem::of(file, ["client-key", "client-key-data"], &user.client_key, data)
    }

    /// The data before the file, as in client-go where it does not refuse both.
    fn of(
        file: &ConfigFile<'_>,
        [path_field, data_field]: [&'static str; 2],
        path: &Option<String>,
        data: Option<&Data>,
    ) -> Option<Pem> {
        if let Some(data) = data.filter(|data| !data.is_empty()) {
            return Some(Pem { field: data_field, file: None, content: Ok(data.decode().into_bytes()) });
        }
        let path = file.resolve(set(path)?);
        Some(Pem { field: path_field, content: read_reference(&path), file: Some(path) })
    }

    /// ` in /etc/ca.crt`, where it is in a file.
    fn place(&self) -> String {
        match &self.file {
            Some(file) => format!(" in {}", Printable(&file.to_string_lossy())),
            None => String::new(),
        }
    }

    /// That there is nothing to be read. A file that can't be opened is told of by client-go's own rule.
    fn unreadable(&self, code: Code, error: &Error) -> Option<Finding> {
        let is_told = self.content.is_err() && error.io_error().is_some();
        let message = match &self.file {
            Some(file) => format!("{}: {}", Printable(&file.to_string_lossy()), error.message()),
            None => error.message().to_owned(),
        };
        let mut finding = Finding::new(code, message);
        finding.help = error.help().map(str::to_owned);
        Some(finding).filter(|_| !is_told)
    }
}

fn add<T: Listed>(entry: &Entry<'_, T>, field: &str, found: impl IntoIterator<Item = Finding>, notes: &mut Notes<'_>) {
    for finding in found {
        let (finding, span) = entry.find(finding, field);
        notes.add(finding, span);
    }
}

/// Looks at a CA bundle; its certificates.
fn authority(pem: &Pem, cluster: &Entry<'_, Cluster>, notes: &mut Notes<'_>) -> Vec<Certificate> {
    let certificates = match pem.content.as_ref().map(|content| cert::certificates(content)) {
        Ok(Ok(certificates)) => certificates,
        Ok(Err(error)) => {
            add(cluster, pem.field, pem.unreadable(Code::CertUnreadable, &error), notes);
            return Vec::new();
        }
        Err(error) => {
            add(cluster, pem.field, pem.unreadable(Code::CertUnreadable, error), notes);
            return Vec::new();
        }
    };
    let place = pem.place();
    let at = notes.checker().at;
    let mut found = passed_over(pem, certificates.len());
    let others_hold = certificates.iter().any(|certificate| certificate.is_valid_at(at) == Validity::Valid);
    for certificate in &certificates {
        let what = match certificates.len() {
            1 => format!("the CA{place}"),
            _ => format!("the CA {}{place}", Printable(certificate.subject())),
        };
        // One that is kept beside a newer one does no harm.
        let end = of_authority(certificate, &what, notes.checker()).map(|end| match end.code {
            Code::CaExpired | Code::CertNotYetValid if others_hold => end.with_severity(Severity::Note),
            _ => end,
        });
        found.extend(end);
        found.extend(strength(certificate, &what));
        if !certificate.is_ca() {
            let message = format!("the certificate {}{place} is no CA", Printable(certificate.subject()));
            found.push(Finding::new(Code::NotACa, message));
        }
    }
    add(cluster, pem.field, found, notes);
    certificates
}

/// Broken sections of a bundle, which Go passes over without a word; `good` are not broken.
fn passed_over(pem: &Pem, good: usize) -> Vec<Finding> {
    let Ok(content) = &pem.content else { return Vec::new() };
    let is_good = |section: Result<cert::Section>| section.is_ok_and(|s| s.kind() == SectionKind::Certificate);
    // Of a big bundle nothing is read twice, as long as all of it is well.
    if cert::sections(content).map(is_good).eq(std::iter::repeat_n(true, good)) {
        return Vec::new();
    }
    let place = pem.place();
    let broken = cert::sections(content).filter_map(|section| match section {
        Err(error) => Some(error),
        Ok(section) if section.kind() == SectionKind::Certificate => section.certificate().err(),
        Ok(_) => None,
    });
    let of = |error: Error| {
        let message = format!("{}{place}; it is passed over", error.message());
        Finding::new(Code::CertUnreadable, message).with_severity(Severity::Warning)
    };
    broken.map(of).collect()
}

/// A user's client certificate.
struct Client<'g, 'd> {
    file: usize,
    entry: &'g Entry<'d, AuthInfo>,
    field: &'static str,
    /// The certificate, and those that are sent along.
    chain: Vec<Certificate>,
}

impl<'g, 'd> Client<'g, 'd> {
    /// Looks at the certificate and the key of a user; the certificate if there is one.
    fn look_at(
        file: usize,
        config: &ConfigFile<'_>,
        entry: &'g Entry<'d, AuthInfo>,
        notes: &mut Notes<'_>,
    ) -> Option<Self> {
        let pem = Pem::client_certificate(config, &entry.body);
        let chain = pem.as_ref().and_then(|pem| client_certificate(pem, entry, notes)).unwrap_or_default();
        if let Some(key) = Pem::client_key(config, &entry.body) {
            add(entry, key.field, client_key(&key, &chain), notes);
        }
        Some(Client { file, entry, field: pem?.field, chain }).filter(|client| !client.chain.is_empty())
    }

    /// Whether another user of the file has the same client certificate.
    fn shared(&self, users: &mut HashMap<cert::Fingerprint, &'g str>, notes: &mut Notes<'_>) {
        let Some(leaf) = self.chain.first() else { return };
        let first = *users.entry(leaf.fingerprint()).or_insert(&self.entry.name);
        if first != self.entry.name {
            let message = format!("the user \"{}\" has this very certificate too", Printable(first));
            add(self.entry, self.field, [Finding::new(Code::SharedCertificate, message)], notes);
        }
    }

    /// What its way to the CA of a cluster says.
    fn chain(&self, cluster: &str, bundle: &[Certificate], notes: &Notes<'_>) -> Option<Finding> {
        let (leaf, sent) = self.chain.split_first()?;
        let verifier = Verifier::new(bundle).with_intermediates(sent);
        let chain = verifier.verify(leaf, Purpose::Any, notes.checker().at);
        let cluster = Printable(cluster);
        match chain.verdict() {
            Verdict::Trusted => x509::outlives(&chain, "the client certificate"),
            Verdict::UnknownIssuer | Verdict::SelfSigned => {
                let issuer = Printable(chain.certificate().issuer()).to_string();
                let message = format!("signed by {issuer}, which is not the CA of the cluster \"{cluster}\"");
                Some(Finding::new(Code::UnknownIssuer, message))
            }
            Verdict::BadSignature => {
                let name = Printable(chain.certificate().issuer()).to_string();
                let message = format!(
                    "its issuer is called {name} as the CA of the cluster \"{cluster}\" is, but that CA did not sign it"
                );
                Some(Finding::new(Code::BadSignature, message))
            }
            Verdict::Expired if sent.contains(chain.certificate()) => {
                let subject = Printable(chain.certificate().subject()).to_string();
                let end = when::ago(chain.certificate().not_after(), notes.checker().at);
                let message =
                    format!("its way to the CA of the cluster \"{cluster}\" goes through {subject}, which ended {end}");
                let help = "Get the client certificate with a current certificate of its issuer, or replace that one in the file.";
                Some(Finding::new(Code::CaExpired, message).with_help(help))
            }
            Verdict::NotACa | Verdict::PathLength => {
                let subject = Printable(chain.certificate().subject()).to_string();
                let message =
                    format!("{subject} on its way to the CA of the cluster \"{cluster}\" {}", chain.verdict());
                let help = "Servers refuse such a chain: get a client certificate from a CA that may sign it.";
                Some(Finding::new(Code::NotACa, message).with_severity(Severity::Error).with_help(help))
            }
            // Dates are told of each certificate by itself.
            Verdict::Expired | Verdict::NotYetValid => None,
            verdict => {
                let subject = Printable(chain.certificate().subject()).to_string();
                Some(Finding::new(Code::CertUnsupported, format!("{subject}: {verdict}")))
            }
        }
    }
}

/// Looks at a client certificate: itself first, then those sent along.
fn client_certificate(pem: &Pem, user: &Entry<'_, AuthInfo>, notes: &mut Notes<'_>) -> Option<Vec<Certificate>> {
    let place = pem.place();
    let leaf = match pem.content.as_ref().map(|content| cert::leaf(content)) {
        Ok(Ok(leaf)) => leaf,
        Ok(Err(error)) => {
            add(user, pem.field, pem.unreadable(Code::CertUnreadable, &error), notes);
            return None;
        }
        Err(error) => {
            add(user, pem.field, pem.unreadable(Code::CertUnreadable, error), notes);
            return None;
        }
    };
    let checker = notes.checker();
    let what = format!("the client certificate{place}");
    let mut found: Vec<Finding> = of_leaf(&leaf, &what, checker).into_iter().collect();
    found.extend(strength(&leaf, &what));
    if !leaf.allows(Purpose::ClientAuth) {
        let message = format!("{what} is not for clients: its extended key usage lacks clientAuth");
        found.push(Finding::new(Code::NotClientAuth, message));
    }
    if leaf.organizations().iter().any(|group| group == "system:masters") {
        let name = Printable(leaf.common_name().unwrap_or_default());
        let message = format!("\"{name}\" is in the group system:masters: it may do everything");
        found.push(Finding::new(Code::ClusterAdmin, message));
    }
    let sent = pem.content.as_ref().ok().and_then(|content| cert::certificates(content).ok()).unwrap_or_default();
    // K3s and RKE2 send the CA of the clients along, which is the only one that signed the certificate.
    let issuers = sent.iter().filter(|other| **other != leaf && leaf.is_issued_by(other));
    let only = issuers.clone().next().filter(|root| issuers.count() == 1 && root.is_issued_by(root)).cloned();
    let mut chain = vec![leaf];
    for certificate in sent {
        if chain.contains(&certificate) {
            continue;
        }
        // Of others the server may have newer ones to go by; what is sent along helps it find them.
        let what = format!("{}, sent along with the client certificate{place},", Printable(certificate.subject()));
        let is_only = only.as_ref() == Some(&certificate);
        let finding = of_authority(&certificate, &what, checker);
        found.extend(finding.map(|found| if is_only { found } else { found.with_severity(Severity::Note) }));
        chain.push(certificate);
    }
    add(user, pem.field, found, notes);
    Some(chain)
}

fn client_key(pem: &Pem, chain: &[Certificate]) -> Option<Finding> {
    let key = match pem.content.as_ref().map(|content| cert::client_key(content)) {
        Err(error) => return pem.unreadable(Code::KeyUnreadable, error),
        Ok(Err(error)) => return pem.unreadable(Code::KeyUnreadable, &error),
        Ok(Ok(key)) => key,
    };
    let (leaf, others) = chain.split_first()?;
    match key.belongs_to(leaf) {
        KeyMatch::Match | KeyMatch::Unsupported => return None,
        KeyMatch::Broken => {
            let message = format!("the numbers of the private key{} contradict each other", pem.place());
            return Some(Finding::new(Code::KeyUnreadable, message));
        }
        KeyMatch::Mismatch => {}
    }
    let message = format!("the private key{} does not belong to the client certificate", pem.place());
    let finding = Finding::new(Code::KeyMismatch, message);
    // kubectl takes the first certificate for the client's own.
    match others.iter().position(|other| key.belongs_to(other) == KeyMatch::Match) {
        Some(i) => {
            Some(finding.with_help(format!("it belongs to certificate {} of the text: put that one first", i + 2)))
        }
        None => Some(finding),
    }
}
