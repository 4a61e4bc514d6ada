//! Every certificate in the files, by the day on which it ends.

use super::Checker;
use super::access::{cluster_of, user_of};
use super::input::{Content, Input};
use super::kubeconfig::{ConfigFile, Entry, Listed};
use super::notes::{Notes, of_error};
use super::rke::SERVICE_ACCOUNTS;
use crate::access::Pem;
use crate::cert::{self, Certificate, Purpose, SectionKind, SubjectAltName, rfc3339};
use crate::config::Schema;
use crate::error::Error;
use crate::finding::{Code, Finding, Severity};
use crate::rke::{ClusterState, shown_certificate};
use crate::secret::path_without_content;
use rustls_pki_types::UnixTime;
use serde::Serialize;
use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What a certificate is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Role {
    /// A client shows it: the first certificate of a user, or one that is for clients only.
    Client,
    /// It is sent along with a client certificate.
    Chain,
    /// A CA, or what stands in the place of one.
    Ca,
    /// A server shows it.
    Server,
    /// It does not say.
    Other,
    /// Nobody uses it. Of RKE's `kube-service-account-token` the key alone is used: its certificate is never made again,
    /// and its end is nothing to [wait for](Inventory::ends_within).
    Unused,
}

impl Role {
    /// `client`, `chain`, `ca`, `server`, `other`, `unused`.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Client => "client",
            Role::Chain => "chain",
            Role::Ca => "ca",
            Role::Server => "server",
            Role::Other => "other",
            Role::Unused => "unused",
        }
    }

    /// By what the certificate says of itself.
    fn of(certificate: &Certificate) -> Self {
        let has_usages = certificate.extended_key_usage().is_some_and(|usages| !usages.is_empty());
        match () {
            () if certificate.is_ca() => Role::Ca,
            // RKE's servers are clients of each other too.
            () if has_usages && certificate.allows(Purpose::ServerAuth) => Role::Server,
            () if has_usages && certificate.allows(Purpose::ClientAuth) => Role::Client,
            () => Role::Other,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A certificate, and where it stands.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FoundCertificate {
    /// The file it stands in: the kubeconfig, or the file that names.
    pub file: PathBuf,
    /// Whose it is: `user "prod"`, `certificate "kube-ca"`; none in a file of certificates.
    pub entry: Option<String>,
    /// What it is there for.
    pub role: Role,
    /// The certificate.
    pub certificate: Certificate,
}

impl FoundCertificate {
    /// Whole days until it ends, seen from `at`; negative where it has ended.
    pub fn days_left(&self, at: UnixTime) -> i64 {
        let seconds = |time: UnixTime| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        seconds(self.certificate.not_after()).saturating_sub(seconds(at)).div_euclid(86_400)
    }
}

/// Every certificate in files, made by [`Checker::certificates`]: sorted by the time at which they end.
#[derive(Clone, Debug)]
pub struct Inventory {
    at: UnixTime,
    certificates: Vec<FoundCertificate>,
    problems: Vec<Finding>,
    unread: Vec<PathBuf>,
    files: usize,
}

impl Inventory {
    pub(super) fn of(checker: &Checker, inputs: &[Input]) -> Self {
        let (certificates, problems, unread) = (Vec::new(), Vec::new(), Vec::new());
        let mut inventory = Inventory { at: checker.at, certificates, problems, unread, files: inputs.len() };
        for input in inputs {
            inventory.file(checker, input);
        }
        inventory.certificates.sort_by_key(|found| found.certificate.not_after().as_secs());
        inventory
    }

    /// The certificates, those that end first before the others.
    pub fn certificates(&self) -> &[FoundCertificate] {
        &self.certificates
    }

    /// What could not be read: files, and certificates in them.
    pub fn problems(&self) -> &[Finding] {
        &self.problems
    }

    /// How many files were looked into, those that could not be read among them.
    pub fn files(&self) -> usize {
        self.files
    }

    /// The files that could not be read at all: among those looked into, and those that they name. One without any PEM that a
    /// kubeconfig names counts too.
    pub fn unread(&self) -> impl Iterator<Item = &Path> {
        self.unread.iter().map(PathBuf::as_path)
    }

    /// Whether one of them that is used ends within that time, or has ended.
    pub fn ends_within(&self, time: Duration) -> bool {
        let until = self.at.as_secs().saturating_add(time.as_secs());
        self.certificates
            .iter()
            .any(|found| found.role != Role::Unused && found.certificate.not_after().as_secs() <= until)
    }

    /// As JSON: `{"schema": 1, "certificates": [...]}`, with a line end behind it.
    ///
    /// Each has `file`, `entry`, `role`, `subject`, `issuer`, `serial`, `not_before`, `not_after`, `days_left`, `key`, `sans`
    /// and `sha256`; `entry` is null where there is none.
    pub fn to_json(&self) -> String {
        let certificates = self.certificates.iter().map(|found| Item::of(found, self.at)).collect();
        super::report::Pretty(&Document { schema: 1, certificates }).to_string()
    }

    fn file(&mut self, checker: &Checker, input: &Input) {
        match &input.content {
            Content::Unreadable(error, _) | Content::Unknown(error) => {
                self.unread.push(input.path.clone());
                self.problem(&input.path, None, Code::Unreadable, error);
            }
            // There are none in it.
            Content::Cluster(_) => {}
            Content::Kubeconfig(document) => {
                let mut notes = Notes::of_document(checker, &input.path, document, Schema::kubeconfig());
                let file = ConfigFile::read(document, None, &input.path, &input.folder, &mut notes);
                let found = notes.finish().found.into_iter().map(|found| found.finding);
                self.problems.extend(found.filter(is_of_certificate));
                for cluster in &file.clusters {
                    let body = cluster_of(&file, cluster);
                    self.pem(&file, cluster, Pem::authority(&body), |_| Role::Ca);
                }
                for user in &file.users {
                    let role = |i| if i == 0 { Role::Client } else { Role::Chain };
                    let body = user_of(&file, user);
                    self.pem(&file, user, Pem::client_certificate(&body), role);
                }
            }
            Content::State(states, _) => {
                for saved in states.iter() {
                    self.state(&input.path, &saved.state.current, None);
                    self.state(&input.path, &saved.state.desired, Some(&saved.state.current));
                }
            }
            Content::Pem(content) => self.sections(&input.path, None, content, |_| None),
        }
    }

    fn pem<T: Listed>(
        &mut self,
        file: &ConfigFile<'_>,
        entry: &Entry<'_, T>,
        pem: Option<Pem<'_>>,
        role: impl Fn(usize) -> Role,
    ) {
        let Some(pem) = pem else { return };
        let path = pem.file().unwrap_or(&file.path);
        let file = pem.file().map(path_without_content);
        let subject = T::subject(&entry.name).to_string();
        match &pem.read() {
            Ok(content) => {
                if cert::sections(content).next().is_none() {
                    self.unread.extend(file);
                }
                self.sections(path, Some(&subject), content, |i| Some(role(i)));
            }
            Err(error) => {
                self.unread.extend(file);
                self.problem(path, Some(&subject), Code::CertUnreadable, error);
            }
        }
    }

    /// All certificates of a text; `role` says what each is by its number, if not by what it says itself.
    fn sections(&mut self, file: &Path, entry: Option<&str>, pem: &[u8], role: impl Fn(usize) -> Option<Role>) {
        let mut count = 0;
        for section in cert::sections(pem) {
            let certificate = match section {
                Ok(section) if section.kind() == SectionKind::Certificate => section.certificate(),
                Ok(_) => continue,
                Err(error) => Err(error),
            };
            match certificate {
                Err(error) => self.problem(file, entry, Code::CertUnreadable, &error),
                Ok(certificate) => {
                    let role = role(count).unwrap_or_else(|| Role::of(&certificate));
                    self.add(file, entry, role, certificate);
                    count += 1;
                }
            }
        }
        if count == 0 && entry.is_some() && cert::sections(pem).next().is_none() {
            let error = Error::new(crate::ErrorKind::Certificate, "no certificate found");
            self.problem(file, entry, Code::CertUnreadable, &error);
        }
    }

    /// The certificates of a state that `seen` has not as well.
    fn state(&mut self, file: &Path, state: &ClusterState, seen: Option<&ClusterState>) {
        for (name, entry) in &state.certificates {
            let twin = seen.and_then(|seen| seen.certificates.get(name));
            if entry.certificate_pem.is_empty()
                || twin.is_some_and(|twin| twin.certificate_pem == entry.certificate_pem)
            {
                continue;
            }
            let subject = format!("certificate \"{}\"", shown_certificate(name));
            let role = (name == SERVICE_ACCOUNTS).then_some(Role::Unused);
            self.sections(file, Some(&subject), entry.certificate_pem.as_bytes(), |_| role);
        }
    }

    fn add(&mut self, file: &Path, entry: Option<&str>, role: Role, certificate: Certificate) {
        let entry = entry.map(str::to_owned);
        self.certificates.push(FoundCertificate { file: file.to_owned(), entry, role, certificate });
    }

    fn problem(&mut self, file: &Path, entry: Option<&str>, code: Code, error: &Error) {
        let mut finding = of_error(code, error).in_file(file);
        finding.entry = entry.map(str::to_owned);
        finding.position = error.position();
        self.problems.push(finding);
    }
}

/// Whether it is why the value of a field with certificates is left out.
fn is_of_certificate(finding: &Finding) -> bool {
    const FIELDS: &[&str] = &["certificate-authority-data", "client-certificate-data"];
    let field = finding.field.as_deref().and_then(|field| field.rsplit('.').next());
    finding.severity == Severity::Error && field.is_some_and(|field| FIELDS.contains(&field))
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    certificates: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Item<'a> {
    file: Cow<'a, str>,
    entry: Option<&'a str>,
    role: &'a str,
    subject: &'a str,
    issuer: &'a str,
    serial: &'a str,
    not_before: String,
    not_after: String,
    days_left: i64,
    key: String,
    sans: Vec<String>,
    sha256: String,
}

impl<'a> Item<'a> {
    fn of(found: &'a FoundCertificate, at: UnixTime) -> Self {
        let FoundCertificate { file, entry, role, certificate } = found;
        Item {
            file: file.to_string_lossy(),
            entry: entry.as_deref(),
            role: role.as_str(),
            subject: certificate.subject(),
            issuer: certificate.issuer(),
            serial: certificate.serial(),
            not_before: rfc3339(certificate.not_before()),
            not_after: rfc3339(certificate.not_after()),
            days_left: found.days_left(at),
            key: certificate.public_key().to_string(),
            sans: certificate.subject_alt_names().iter().map(name).collect(),
            sha256: certificate.fingerprint().to_string(),
        }
    }
}

fn name(name: &SubjectAltName) -> String {
    match name {
        SubjectAltName::Dns(name) | SubjectAltName::Email(name) | SubjectAltName::Uri(name) => name.clone(),
        SubjectAltName::Ip(ip) => ip.to_string(),
    }
}
