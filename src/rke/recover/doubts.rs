//! What makes one doubt that a recovered kubeconfig works.

use super::admin::{Admin, MASTERS};
use super::note::RecoveryNote;
use super::server_of;
use crate::access::{Examiner, Need};
use crate::cert::{self, Certificate, SubjectAltName, Validity};
use crate::config::{Cluster, Kubeconfig};
use crate::finding::Code;
use crate::load::{Loaded, read_reference};
use crate::rke::ClusterConfig;
use crate::rke::state::State;
use crate::syntax::Document;
use crate::url::ServerUrl;
use rustls_pki_types::UnixTime;
use std::collections::HashSet;
use std::path::Path;

/// Whether a state is of the cluster.yml it was found beside. What is no cluster.yml, or is not there, says nothing.
pub(super) fn of_config(file: &Path, state: &State) -> Vec<RecoveryNote> {
    let mut doubts = Vec::new();
    let document = read_reference(file).ok().and_then(|mut text| Document::parse(std::mem::take(&mut *text)).ok());
    let config = document.and_then(|document| ClusterConfig::from_document(&document).ok());
    let side = if state.current.is_empty() { &state.desired } else { &state.current };
    if let Some(config) = config.filter(|config| !config.nodes.is_empty()) {
        let mut parts = Vec::new();
        if config.cluster_name.as_deref().filter(|name| !name.is_empty()).unwrap_or("local") != side.cluster_name() {
            parts.push("cluster_name".to_owned());
        }
        let is_control_plane = |role: &String| role == "controlplane";
        let nodes = config.nodes.iter().filter(|node| node.role.iter().any(is_control_plane));
        let of_config = nodes.filter_map(|node| node.address.as_deref());
        let of_state: HashSet<_> = side.control_plane().iter().map(|node| node.address).collect();
        if of_config.collect::<HashSet<_>>() != of_state {
            parts.push("the control-plane nodes".to_owned());
        }
        if !parts.is_empty() {
            doubts.push(RecoveryNote::OtherCluster { parts });
        }
    }
    let others = ["yml", "yaml"].map(|extension| file.with_extension(extension));
    let shared = others.into_iter().find(|other| file.is_file() && other != file && other.is_file());
    doubts.extend(shared.map(|file| RecoveryNote::SharedState { file }));
    doubts
}

/// What speaks against the contexts as every verb judges them, and against the administrator in particular.
pub(super) fn of_contexts(config: &Kubeconfig, admin: &Admin, now: UnixTime) -> Vec<RecoveryNote> {
    let loaded = Loaded::from_config(config.clone(), "/");
    let mut doubts = Vec::new();
    for access in Examiner::at(now).contexts(&loaded) {
        if access.needs().any(|need| *need == Need::ThisMachine) {
            doubts.push(RecoveryNote::ThisMachine { context: access.context().to_owned() });
        }
        let is_of_issuer = |code| matches!(code, Code::UnknownIssuer | Code::BadSignature);
        // Who issues the certificates of clients is known better here.
        let objections = access.objections().filter(|one| admin.client_authority.is_empty() || !is_of_issuer(one.code));
        for objection in objections {
            let is_said = |note: &RecoveryNote| matches!(note, RecoveryNote::Access(said) if said.code == objection.code && said.message == objection.message);
            if !doubts.iter().any(is_said) {
                doubts.push(RecoveryNote::Access(Box::new(objection.clone())));
            }
        }
    }
    doubts
}

/// Whether the certificates are of the cluster's CAs, and the administrator is one.
pub(super) fn of_certificates(admin: &Admin, now: UnixTime) -> Vec<RecoveryNote> {
    let mut doubts = Vec::new();
    let authority = authority(&admin.cluster);
    if let Some(certificate) = &admin.certificate {
        let issuers: Vec<&Certificate> =
            admin.client_authority.iter().filter(|ca| certificate.is_issued_by(ca)).collect();
        if !admin.client_authority.is_empty() && issuers.is_empty() {
            doubts.push(RecoveryNote::NotIssued);
        }
        if !certificate.organizations().iter().any(|group| group == MASTERS) {
            doubts.push(RecoveryNote::NotAdmin { subject: certificate.subject().to_owned() });
        }
        // K3s and RKE2 have a CA for clients alone.
        let of_clients = issuers.into_iter().filter(|ca| !authority.contains(ca));
        doubts.extend(ended(of_clients, now).map(|at| RecoveryNote::ClientAuthorityExpired { at }));
    }
    let is_issued = |serving: &Certificate| authority.iter().any(|ca| serving.is_issued_by(ca));
    if !authority.is_empty() && !admin.serving.is_empty() && !admin.serving.iter().any(is_issued) {
        doubts.push(RecoveryNote::ServingNotIssued);
    }
    doubts.extend(ended(admin.serving.iter(), now).map(|at| RecoveryNote::ServingExpired { at }));
    doubts
}

fn authority(cluster: &Cluster) -> Vec<Certificate> {
    let data = cluster.certificate_authority_data.as_ref();
    data.and_then(|data| cert::certificates(&data.decode()).ok()).unwrap_or_default()
}

/// When the last of them ended, if all have.
fn ended<'c>(all: impl Iterator<Item = &'c Certificate>, now: UnixTime) -> Option<UnixTime> {
    let mut last = None;
    for certificate in all {
        if certificate.is_valid_at(now) != Validity::Expired {
            return None;
        }
        last = last.max(Some(certificate.not_after().as_secs()));
    }
    last.map(|seconds| UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds)))
}

/// Servers that are not those of the cluster's certificate, and servers without a port.
pub(super) fn of_servers(config: &Kubeconfig, serving: &[Certificate]) -> Vec<RecoveryNote> {
    let mut doubts = Vec::new();
    for (name, context) in config.contexts.iter() {
        let server = ServerUrl::of(server_of(config, context));
        let context = || name.to_owned();
        if server.port().is_none() {
            doubts.push(RecoveryNote::NoPort { context: context() });
        }
        if !serving.is_empty() && !serving.iter().any(|certificate| certificate.is_for(server.host())) {
            let names = serving.iter().flat_map(Certificate::subject_alt_names).map(shown).take(20).collect();
            doubts.push(RecoveryNote::NotInCertificate { context: context(), host: server.host().to_owned(), names });
        }
    }
    doubts
}

fn shown(name: &SubjectAltName) -> String {
    match name {
        SubjectAltName::Dns(name) | SubjectAltName::Email(name) | SubjectAltName::Uri(name) => name.clone(),
        SubjectAltName::Ip(ip) => ip.to_string(),
    }
}
