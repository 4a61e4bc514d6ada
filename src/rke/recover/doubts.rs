//! What makes one doubt that a recovered kubeconfig works.

use super::admin::{Admin, MASTERS};
use super::note::RecoveryNote;
use super::server_of;
use crate::cert::{self, Certificate, Purpose, SubjectAltName, Validity};
use crate::config::{Cluster, Kubeconfig};
use crate::export::Server;
use crate::load::read_reference;
use crate::rke::ClusterConfig;
use crate::rke::state::State;
use crate::syntax::Document;
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

/// Whether the certificates are what they should be.
pub(super) fn of_certificates(admin: &Admin) -> Vec<RecoveryNote> {
    let mut doubts = Vec::new();
    if let Some(certificate) = &admin.certificate {
        let issuers = admin.client_authority.iter();
        if !admin.client_authority.is_empty() && !issuers.into_iter().any(|ca| certificate.is_issued_by(ca)) {
            doubts.push(RecoveryNote::NotIssued);
        }
        if !certificate.allows(Purpose::ClientAuth) {
            doubts.push(RecoveryNote::NotForClients);
        } else if !certificate.organizations().iter().any(|group| group == MASTERS) {
            doubts.push(RecoveryNote::NotAdmin { subject: certificate.subject().to_owned() });
        }
    }
    let authority = authority(&admin.cluster);
    let is_issued = |serving: &Certificate| authority.iter().any(|ca| serving.is_issued_by(ca));
    if !authority.is_empty() && !admin.serving.is_empty() && !admin.serving.iter().any(is_issued) {
        doubts.push(RecoveryNote::ServingNotIssued);
    }
    doubts
}

fn authority(cluster: &Cluster) -> Vec<Certificate> {
    let data = cluster.certificate_authority_data.as_ref();
    data.and_then(|data| cert::certificates(&data.decode()).ok()).unwrap_or_default()
}

/// What has ended, or not begun.
pub(super) fn of_time(admin: &Admin, now: UnixTime) -> Vec<RecoveryNote> {
    let mut doubts = Vec::new();
    if let Some(certificate) = &admin.certificate {
        match certificate.is_valid_at(now) {
            Validity::Valid => {}
            Validity::Expired => doubts.push(RecoveryNote::Expired { at: certificate.not_after() }),
            Validity::NotYetValid => doubts.push(RecoveryNote::NotYetValid { from: certificate.not_before() }),
        }
    }
    let authority = authority(&admin.cluster);
    // One that is valid is enough.
    doubts.extend(ended(authority.iter(), now).map(|at| RecoveryNote::AuthorityExpired { at }));
    // K3s and RKE2 have a CA for clients alone.
    let issuers = || {
        let signed = |ca: &&Certificate| admin.certificate.as_ref().is_some_and(|leaf| leaf.is_issued_by(ca));
        admin.client_authority.iter().filter(|ca| !authority.contains(ca)).filter(signed)
    };
    doubts.extend(ended(issuers(), now).map(|at| RecoveryNote::ClientAuthorityExpired { at }));
    doubts.extend(ended(admin.serving.iter(), now).map(|at| RecoveryNote::ServingExpired { at }));
    doubts
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

/// Servers that are not those of the cluster's certificate, or only so on the server itself.
pub(super) fn of_servers(config: &Kubeconfig, serving: &[Certificate]) -> Vec<RecoveryNote> {
    let mut doubts = Vec::new();
    for (name, context) in config.contexts.iter() {
        let server = Server::of(server_of(config, context));
        let context = || name.to_owned();
        if server.scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("http")) {
            doubts.push(RecoveryNote::PlainHttp { context: context() });
        }
        if server.port.is_none() {
            doubts.push(RecoveryNote::NoPort { context: context() });
        }
        if server.is_this_machine() {
            doubts.push(RecoveryNote::ThisMachine { context: context() });
        }
        if !serving.is_empty() && !serving.iter().any(|certificate| certificate.is_for(server.host)) {
            let names = serving.iter().flat_map(Certificate::subject_alt_names).map(shown).take(20).collect();
            doubts.push(RecoveryNote::NotInCertificate { context: context(), host: server.host.to_owned(), names });
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
