//! Certificates and keys in kubeconfigs: whose, until when, and whether they fit.

use super::kubeconfig::{ConfigFile, Entry, Listed};
use super::notes::Notes;
use super::{permissions, when};
use crate::cert::{self, Certificate, PrivateKeyKind, SectionKind, Validity};
use crate::config::{AuthInfo, Cluster, Data, set};
use crate::error::{Error, Printable, Result};
use crate::finding::{Code, Finding, Severity};
use crate::load::read_reference;
use std::collections::HashMap;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// Looks at one file.
pub(super) fn check(file: &ConfigFile<'_>, notes: &mut Notes<'_>) {
    for cluster in &file.clusters {
        let pem = Pem::authority(file, &cluster.body);
        add(cluster, pem, authority, notes);
    }
    let mut users: HashMap<Vec<u8>, &str> = HashMap::new();
    for user in &file.users {
        let pem = Pem::client_certificate(file, &user.body);
        if let Some(finding) = pem.as_ref().and_then(|pem| shared(pem, &user.name, &mut users)) {
            let (finding, span) = user.find(finding, pem.as_ref().map_or("", |pem| pem.field));
            notes.add(finding, span);
        }
        add(user, pem, client_certificate, notes);
        add(user, Pem::client_key(file, &user.body), |pem, _| client_key(pem), notes);
        for (field, path) in [("client-key", &user.body.client_key), ("tokenFile", &user.body.token_file)] {
            let finding = set(path).and_then(|path| permissions::check_reference(&file.resolve(path), &file.place()));
            if let Some((finding, span)) = finding.map(|finding| user.find(finding, field)) {
                notes.add(finding, span);
            }
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

fn add<T: Listed>(
    entry: &Entry<'_, T>,
    pem: Option<Pem>,
    look: impl Fn(&Pem, &Notes<'_>) -> Vec<Finding>,
    notes: &mut Notes<'_>,
) {
    let Some(pem) = pem else { return };
    for finding in look(&pem, notes) {
        let (finding, span) = entry.find(finding, pem.field);
        notes.add(finding, span);
    }
}

fn authority(pem: &Pem, notes: &Notes<'_>) -> Vec<Finding> {
    let place = pem.place();
    let certificates = match pem.content.as_ref().map(|content| cert::certificates(content)) {
        Ok(Ok(certificates)) => certificates,
        Ok(Err(error)) => return pem.unreadable(Code::CertUnreadable, &error).into_iter().collect(),
        Err(error) => return pem.unreadable(Code::CertUnreadable, error).into_iter().collect(),
    };
    let mut found = passed_over(pem);
    let is_one = certificates.len() == 1;
    let is_valid = |certificate: &Certificate| certificate.is_valid_at(notes.checker().at) == Validity::Valid;
    let others_hold = certificates.iter().any(is_valid);
    for certificate in &certificates {
        let what = match is_one {
            true => format!("the CA{place}"),
            false => format!("the CA {}{place}", Printable(certificate.subject())),
        };
        let end = of_authority(certificate, &what, notes);
        // One that is kept beside a newer one does no harm.
        found.extend(end.map(|end| match end.code {
            Code::CaExpired | Code::CertNotYetValid if others_hold => end.with_severity(Severity::Note),
            _ => end,
        }));
        if !certificate.is_ca() {
            let message = format!("the certificate {}{place} is no CA", Printable(certificate.subject()));
            found.push(Finding::new(Code::NotACa, message));
        }
    }
    found
}

/// Broken sections of a bundle, which Go passes over without a word.
fn passed_over(pem: &Pem) -> Vec<Finding> {
    let Ok(content) = &pem.content else { return Vec::new() };
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

/// What the dates of a CA say.
pub(super) fn of_authority(certificate: &Certificate, what: &str, notes: &Notes<'_>) -> Option<Finding> {
    dates(certificate, what, [Code::CaExpired, Code::CaExpiresSoon], notes)
}

/// What the dates of a certificate say that is no CA's.
pub(super) fn of_leaf(certificate: &Certificate, what: &str, notes: &Notes<'_>) -> Option<Finding> {
    dates(certificate, what, [Code::CertExpired, Code::CertExpiresSoon], notes)
}

fn dates(certificate: &Certificate, what: &str, [over, soon]: [Code; 2], notes: &Notes<'_>) -> Option<Finding> {
    let (at, end) = (notes.checker().at, certificate.not_after());
    match certificate.is_valid_at(at) {
        Validity::Expired => Some(Finding::new(over, format!("{what} ended {}", when::ago(end, at)))),
        Validity::NotYetValid => {
            let start = when::ahead(certificate.not_before(), at);
            Some(Finding::new(Code::CertNotYetValid, format!("{what} is valid from {start}")))
        }
        Validity::Valid => {
            let is_soon = end.as_secs() - at.as_secs() <= notes.checker().within.as_secs();
            is_soon.then(|| Finding::new(soon, format!("{what} ends {}", when::ahead(end, at))))
        }
    }
}

fn client_certificate(pem: &Pem, notes: &Notes<'_>) -> Vec<Finding> {
    let place = pem.place();
    let leaf = match pem.content.as_ref().map(|content| cert::leaf(content)) {
        Ok(Ok(leaf)) => leaf,
        Ok(Err(error)) => return pem.unreadable(Code::CertUnreadable, &error).into_iter().collect(),
        Err(error) => return pem.unreadable(Code::CertUnreadable, error).into_iter().collect(),
    };
    let mut found: Vec<Finding> =
        of_leaf(&leaf, &format!("the client certificate{place}"), notes).into_iter().collect();
    if leaf.organizations().iter().any(|group| group == "system:masters") {
        let name = leaf.common_name().unwrap_or_default();
        let message = format!("\"{}\" is in the group system:masters: it may do everything", Printable(name));
        found.push(Finding::new(Code::ClusterAdmin, message));
    }
    // What the client sends along for the server to find its way to a CA.
    let chain = pem.content.as_ref().ok().and_then(|content| cert::certificates(content).ok()).unwrap_or_default();
    for certificate in chain.iter().skip(1) {
        let what = format!("{} in the chain of the client certificate{place}", Printable(certificate.subject()));
        found.extend(of_authority(certificate, &what, notes).map(|finding| finding.with_severity(Severity::Note)));
    }
    found
}

fn client_key(pem: &Pem) -> Vec<Finding> {
    let message = match pem.content.as_ref().map(|content| cert::private_key_kind(content)) {
        Err(error) => return pem.unreadable(Code::KeyUnreadable, error).into_iter().collect(),
        Ok(Err(error)) => return pem.unreadable(Code::KeyUnreadable, &error).into_iter().collect(),
        Ok(Ok(None)) => "there is no private key",
        Ok(Ok(Some(PrivateKeyKind::Encrypted))) => "the private key is encrypted, which kubectl can't read",
        Ok(Ok(Some(_))) => return Vec::new(),
    };
    vec![Finding::new(Code::KeyUnreadable, format!("{message}{}", pem.place()))]
}

/// That another user has the same client certificate.
fn shared<'n>(pem: &Pem, name: &'n str, users: &mut HashMap<Vec<u8>, &'n str>) -> Option<Finding> {
    let leaf = cert::leaf(pem.content.as_ref().ok()?).ok()?;
    let first = *users.entry(leaf.der().to_vec()).or_insert(name);
    if first == name {
        return None;
    }
    let message = format!("the user \"{}\" has this very certificate too", Printable(first));
    Some(Finding::new(Code::SharedCertificate, message))
}
