//! RKE's files: cluster.yml, rkestate, and the three files that lie side by side.

use super::notes::{Notes, of_error};
use super::report::FileKind;
use super::x509;
use crate::cert::{self, Certificate, ChainVerdict, KeyMatch, Purpose, Verifier};
use crate::config::{Kubeconfig, set};
use crate::error::{Error, Position, Printable};
use crate::finding::{Code, Finding, Severity};
use crate::rke::{self, CertificateEntry, ClusterState, FileSet, State, shown_certificate};
use crate::syntax::{Document, Node, Span};
use crate::url::{ServerUrl, without_userinfo};
use std::collections::HashMap;
use std::path::Path;

/// Looks at a cluster.yml.
pub(super) fn cluster(document: &Document, notes: &mut Notes<'_>) {
    super::structure::later_document(document, notes);
    match rke::validate(document) {
        Ok(found) => found.into_iter().for_each(|finding| notes.add_located(finding)),
        Err(error) => notes.add_error(Code::InvalidCluster, &error),
    }
}

/// What RKE's three files say of each other; `path` is one of them. What each is by itself is told by those who look at it.
pub(super) fn file_set(path: &Path, is_checked: impl Fn(&Path) -> bool) -> Vec<Finding> {
    let Ok(set) = FileSet::open(path) else { return Vec::new() };
    let is_made = set.state().is_some() || set.kubeconfig().is_some();
    let is_told = |finding: &Finding| {
        let is_of_state = finding.file.as_deref() == Some(set.files().state());
        let by_itself = match finding.code {
            Code::Unreadable | Code::EmptyCurrentState => true,
            Code::StateDrift => is_of_state,
            _ => false,
        };
        by_itself && finding.file.as_deref().is_some_and(&is_checked)
    };
    let mut found: Vec<Finding> = set.findings().iter().filter(|finding| !is_told(finding)).cloned().collect();
    for finding in &mut found {
        // A configuration alone may never have been used, or not here.
        if finding.code == Code::MissingState && !is_made {
            finding.severity = Severity::Note;
        }
    }
    found
}

/// Whether a file of that kind is one of RKE's three, so that the others matter. A kubeconfig is often copied away alone.
pub(super) fn is_of_set(path: &Path, kind: Option<FileKind>) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match kind {
        Some(FileKind::RkeCluster) => true,
        Some(FileKind::RkeState) => name.ends_with(".rkestate"),
        Some(FileKind::Kubeconfig) => name.starts_with("kube_config_") && FileSet::of(path).state().is_file(),
        _ => false,
    }
}

/// Looks at a state: `currentState`, and of `desiredState` what is different.
pub(super) fn state(state: &State, places: &Places<'_>, notes: &mut Notes<'_>) {
    if let Some(finding) = rke::unfinished(state) {
        let side = finding.field.clone().unwrap_or_default();
        places.add(finding, |places| places.side(&side), notes);
    }
    let current = Side { name: "currentState", state: &state.current, places };
    let desired = Side { name: "desiredState", state: &state.desired, places };
    current.certificates(None, notes);
    desired.certificates(Some(&state.current), notes);
    let made = if state.current.certificates.is_empty() { desired } else { current };
    made.servers(notes);
    if let Some(finding) = incomplete(state) {
        places.add(finding, |places| places.side(made.name), notes);
    }
}

/// That no administrator's kubeconfig can be made of it.
fn incomplete(state: &State) -> Option<Finding> {
    let has = |name: &str, with_key: bool| {
        let entries = [&state.current, &state.desired].into_iter().filter_map(|side| side.certificates.get(name));
        let lacks = |entry: &CertificateEntry| {
            entry.certificate_pem.is_empty() || with_key && entry.key_pem.expose().is_empty()
        };
        !entries.into_iter().all(lacks)
    };
    let wanted = [(CLUSTER_AUTHORITY, false, "the CA kube-ca"), ("kube-admin", true, "kube-admin with its key")];
    let missing: Vec<&str> = wanted.iter().filter(|(name, key, _)| !has(name, *key)).map(|(.., what)| *what).collect();
    let message = format!("the state lacks {}: no kubeconfig can be recovered from it", missing.join(" and "));
    (!missing.is_empty()).then(|| Finding::new(Code::IncompleteState, message))
}

/// Where the parts of a state stand.
pub(super) enum Places<'d> {
    /// In the document that is the state: its sides, and the entries of their certificates.
    In { sides: Vec<(String, Node<'d>)>, entries: HashMap<(String, String), Node<'d>> },
    /// Within something else, all at one place.
    At(Option<Position>),
}

impl<'d> Places<'d> {
    pub(super) fn of(root: Node<'d>) -> Self {
        let pairs = |node: Node<'d>| node.entries().into_iter().map(|(key, value)| (key.key().into_owned(), value));
        let sides: Vec<_> = pairs(root).collect();
        let mut entries = HashMap::new();
        for (side, node) in &sides {
            // Go takes keys of any case.
            let bundle = pairs(*node).find(|(key, _)| key.eq_ignore_ascii_case("certificatesBundle"));
            for (name, entry) in bundle.into_iter().flat_map(|(_, bundle)| pairs(bundle)) {
                entries.insert((side.to_ascii_lowercase(), name), entry);
            }
        }
        Places::In { sides, entries }
    }

    fn add(&self, finding: Finding, span: impl Fn(&Self) -> Option<Span>, notes: &mut Notes<'_>) {
        match self {
            Places::At(Some(position)) => notes.put(finding.at(*position, *position), None),
            Places::At(None) => notes.put(finding, None),
            Places::In { .. } => notes.add(finding, span(self)),
        }
    }

    fn side(&self, side: &str) -> Option<Span> {
        let Places::In { sides, .. } = self else { return None };
        let found = sides.iter().find(|(name, _)| name.eq_ignore_ascii_case(side));
        found.map(|(_, node)| node.span())
    }

    fn entry(&self, side: &str, name: &str, key: &str) -> Option<Span> {
        let Places::In { entries, .. } = self else { return None };
        let entry = entries.get(&(side.to_ascii_lowercase(), name.to_owned()))?;
        let field = entry.entries().into_iter().find(|(found, _)| found.key().eq_ignore_ascii_case(key));
        Some(field.map_or(*entry, |(_, value)| value).span())
    }
}

/// One of the two states.
struct Side<'s, 'd> {
    name: &'static str,
    state: &'s ClusterState,
    places: &'s Places<'d>,
}

const CERTIFICATE: &str = "certificatePEM";
const KEY: &str = "keyPEM";
const HELP: &str = "`rke cert rotate` makes it anew; the cluster's own copy of the state may be newer than this one.";
const MIXED_HELP: &str = "Parts of two clusters, or of two times, were mixed. Take the cluster's own copy, which is \
    that of today: kubectl -n kube-system get secret full-cluster-state -o json (a ConfigMap before RKE 1.4.19 and \
    1.5.10). A copy of before a rotation of the CA has a CA that the cluster no longer trusts.";
/// What the user gives RKE in cluster.yml for an etcd outside of the cluster.
const ETCD_HELP: &str = "It is your own and not RKE's: renew it where the certificates of your etcd come from, write \
    it into services.etcd of cluster.yml (ca_cert, cert, key), and run `rke up`.";
const ADMIN_HELP: &str = "`rke cert rotate` or `rke up` makes it anew; the cluster's own copy of the state may be newer than this \
    one: kubectl -n kube-system get secret full-cluster-state -o json.";

impl Side<'_, '_> {
    fn add(&self, name: &str, key: &str, finding: Finding, notes: &mut Notes<'_>) {
        let field = format!("{}.certificatesBundle.{}.{key}", self.name, shown_certificate(name));
        let finding = finding.of(format!("certificate \"{}\"", shown_certificate(name))).in_field(field);
        self.places.add(finding, |places| places.entry(self.name, name, key), notes);
    }

    /// Looks at the certificates and keys that `seen` has not as well.
    fn certificates(&self, seen: Option<&ClusterState>, notes: &mut Notes<'_>) {
        let is_new = |name: &str, entry: &CertificateEntry| {
            let twin = seen.and_then(|seen| seen.certificates.get(name));
            twin.is_none_or(|twin| twin.certificate_pem != entry.certificate_pem || twin.key_pem != entry.key_pem)
        };
        let mut authorities = Vec::new();
        let mut leafs: Vec<(&str, Certificate)> = Vec::new();
        for (name, entry) in &self.state.certificates {
            let is_new = is_new(name, entry);
            let certificate = if is_new { self.entry(name, entry, notes) } else { read(entry).ok() };
            match certificate {
                // Of an etcd outside of the cluster the state has no more than the first certificate of each.
                Some(_) if [ETCD_CLIENT, ETCD_AUTHORITY].contains(&name.as_str()) => {}
                Some(certificate) if certificate.is_ca() => authorities.push((name.as_str(), certificate)),
                Some(certificate) if is_new => leafs.push((name, certificate)),
                _ => {}
            }
        }
        self.chains(&authorities, &leafs, notes);
    }

    fn entry(&self, name: &str, entry: &CertificateEntry, notes: &mut Notes<'_>) -> Option<Certificate> {
        let has_key = !entry.key_pem.expose().is_empty();
        if name == SERVICE_ACCOUNTS {
            // RKE uses the key alone. It never makes the certificate again, not even after the CA was rotated.
            if let Some(Err(error)) = has_key.then(|| cert::private_key(entry.key_pem.expose().as_bytes())) {
                self.add(name, KEY, of_error(Code::KeyUnreadable, &error), notes);
            }
            return None;
        }
        if entry.certificate_pem.is_empty() && !has_key {
            return None;
        }
        let certificate = match read(entry) {
            Ok(certificate) => certificate,
            Err(error) => {
                self.add(name, CERTIFICATE, of_error(Code::CertUnreadable, &error), notes);
                return None;
            }
        };
        let what = format!("the certificate of {}", shown_certificate(name));
        let checker = notes.checker();
        let help = match name {
            "kube-admin" => ADMIN_HELP,
            ETCD_CLIENT | ETCD_AUTHORITY => ETCD_HELP,
            _ => HELP,
        };
        for finding in x509::of_certificate(&certificate, &what, help, checker) {
            self.add(name, CERTIFICATE, finding, notes);
        }
        if is_client(name) && !certificate.allows(Purpose::ClientAuth) {
            let message = format!("{what} is not for clients: its extended key usage lacks clientAuth");
            self.add(name, CERTIFICATE, Finding::new(Code::NotClientAuth, message), notes);
        }
        if name == "kube-admin" && !certificate.organizations().iter().any(|group| group == "system:masters") {
            let subject = Printable(certificate.subject());
            let message = format!("{what} is that of {subject}, who is not of system:masters as an administrator is");
            self.add(name, CERTIFICATE, Finding::new(Code::NotAdmin, message), notes);
        }
        if has_key {
            match cert::private_key(entry.key_pem.expose().as_bytes()) {
                Err(error) => self.add(name, KEY, of_error(Code::KeyUnreadable, &error), notes),
                Ok(key) if key.belongs_to(&certificate) == KeyMatch::Mismatch => {
                    let message =
                        format!("the private key of {} does not belong to its certificate", shown_certificate(name));
                    self.add(name, KEY, Finding::new(Code::KeyMismatch, message), notes);
                }
                Ok(_) => {}
            }
        }
        Some(certificate)
    }

    /// Whether the CAs in the state signed the certificates in it: there are no others here.
    fn chains(&self, authorities: &[(&str, Certificate)], leafs: &[(&str, Certificate)], notes: &mut Notes<'_>) {
        // Each has a CA of its own; where that is missing any of them will do for the rest to be told.
        let of = |authority: &str| -> Vec<Certificate> {
            let is_there = authorities.iter().any(|(name, _)| *name == authority);
            let wanted = authorities.iter().filter(|(name, _)| !is_there || *name == authority);
            wanted.map(|(_, certificate)| certificate.clone()).collect()
        };
        let (cluster, proxies) = (of(CLUSTER_AUTHORITY), of(PROXY_AUTHORITY));
        let mut longer = Vec::new();
        for (name, certificate) in leafs {
            let (bundle, authority) = match *name {
                PROXY_CLIENT => (&proxies, PROXY_AUTHORITY),
                _ => (&cluster, CLUSTER_AUTHORITY),
            };
            let verifier = Verifier::new(bundle);
            let chain = verifier.verify(certificate, Purpose::Any, notes.checker().at);
            let shown = shown_certificate(name);
            let finding = match chain.verdict() {
                ChainVerdict::Trusted => {
                    let first = chain.path().iter().skip(1).map(|above| above.not_after()).min();
                    if first.is_some_and(|first| certificate.not_after() > first) {
                        longer.push(*name);
                    }
                    continue;
                }
                ChainVerdict::UnknownIssuer | ChainVerdict::SelfSigned => {
                    let issuer = Printable(chain.certificate().issuer()).to_string();
                    let message = format!(
                        "the certificate of {shown} is signed by {issuer}, and not by the {authority} of the state"
                    );
                    Finding::new(Code::UnknownIssuer, message).with_severity(Severity::Error).with_help(MIXED_HELP)
                }
                ChainVerdict::BadSignature => {
                    let issuer = Printable(chain.certificate().issuer()).to_string();
                    let message =
                        format!("the certificate of {shown} names {issuer} as its issuer, which did not sign it");
                    Finding::new(Code::BadSignature, message)
                }
                // Dates are told of each certificate by itself.
                ChainVerdict::Expired | ChainVerdict::NotYetValid => continue,
                verdict => Finding::new(Code::CertUnsupported, format!("the certificate of {shown}: {verdict}")),
            };
            self.add(name, CERTIFICATE, finding, notes);
        }
        // RKE makes the administrator's anew with each `rke up`, and the CA once.
        if !longer.is_empty() {
            let names: Vec<&str> = longer.iter().take(20).map(|name| shown_certificate(name)).collect();
            let message = format!("{} certificates are valid longer than their CA: {}", longer.len(), names.join(", "));
            let finding =
                Finding::new(Code::OutlivesIssuer, message).in_field(format!("{}.certificatesBundle", self.name));
            self.places.add(finding, |places| places.side(self.name), notes);
        }
    }

    /// Whether the API server's certificate is for the addresses under which it is reached.
    fn servers(&self, notes: &mut Notes<'_>) {
        let Some(apiserver) = self.state.certificates.get("kube-apiserver").and_then(|entry| read(entry).ok()) else {
            return;
        };
        let nodes = self.state.control_plane();
        for node in &nodes {
            if !apiserver.is_for(node.address) {
                let message =
                    format!("the node {} is not in the certificate of kube-apiserver", Printable(node.address));
                self.add("kube-apiserver", CERTIFICATE, Finding::new(Code::ServerNotInSans, message), notes);
            }
        }
        let admin = self.state.certificates.get("kube-admin");
        let config = admin.and_then(|admin| Kubeconfig::from_slice(admin.config.expose().as_bytes()).ok());
        for (_, cluster) in config.iter().flat_map(|config| config.clusters.iter()) {
            let Some(text) = set(&cluster.server) else { continue };
            let server = ServerUrl::of(text);
            if nodes.iter().any(|node| node.address == server.host()) || apiserver.is_for(server.host()) {
                continue;
            }
            let shown = without_userinfo(text);
            let message = format!("the server {} is not in the certificate of kube-apiserver", Printable(&shown));
            self.add("kube-admin", "config", Finding::new(Code::ServerNotInSans, message), notes);
        }
    }
}

fn read(entry: &CertificateEntry) -> Result<Certificate, Error> {
    cert::leaf(entry.certificate_pem.as_bytes())
}

/// Whether somebody logs in with it. etcd's and the API server's own are for both sides.
fn is_client(name: &str) -> bool {
    const CLIENTS: &[&str] =
        &["kube-admin", "kube-node", "kube-proxy", "kube-controller-manager", "kube-scheduler", PROXY_CLIENT];
    CLIENTS.contains(&name)
}

const CLUSTER_AUTHORITY: &str = "kube-ca";
/// The CA of the one certificate with which kube-apiserver goes to extension servers.
const PROXY_AUTHORITY: &str = "kube-apiserver-requestheader-ca";
const PROXY_CLIENT: &str = "kube-apiserver-proxy-client";
/// The key that signs the tokens of service accounts, with a certificate that means nothing.
pub(super) const SERVICE_ACCOUNTS: &str = "kube-service-account-token";
/// Of an etcd outside of the cluster.
const ETCD_CLIENT: &str = "kube-etcd-client";
const ETCD_AUTHORITY: &str = "kube-etcd-client-ca";
