//! What makes one doubt that a recovered kubeconfig works.

use super::admin::Admin;
use super::note::RecoveryNote;
use super::server_of;
use crate::cert::{self, Certificate, SubjectAltName, Validity};
use crate::config::Kubeconfig;
use crate::export::Server;
use rustls_pki_types::UnixTime;

/// What has ended, or not begun.
pub(super) fn of_time(config: &Kubeconfig, admin: &Admin, now: UnixTime) -> Vec<RecoveryNote> {
    let mut doubts = Vec::new();
    if let Some(certificate) = &admin.certificate {
        match certificate.is_valid_at(now) {
            Validity::Valid => {}
            Validity::Expired => doubts.push(RecoveryNote::Expired { at: certificate.not_after() }),
            Validity::NotYetValid => doubts.push(RecoveryNote::NotYetValid { from: certificate.not_before() }),
        }
    }
    let authority = config.clusters.iter().next().and_then(|(_, cluster)| cluster.certificate_authority_data.as_ref());
    let authority = authority.and_then(|data| cert::certificates(&data.decode()).ok()).unwrap_or_default();
    // One that is valid is enough.
    if authority.iter().all(|ca| ca.is_valid_at(now) == Validity::Expired) {
        let last = authority.iter().map(Certificate::not_after).max_by_key(UnixTime::as_secs);
        doubts.extend(last.map(|at| RecoveryNote::AuthorityExpired { at }));
    }
    doubts
}

/// Servers that are not those of the cluster's certificate, or only so on the server itself.
pub(super) fn of_servers(config: &Kubeconfig, serving: &[Certificate]) -> Vec<RecoveryNote> {
    let mut doubts = Vec::new();
    for (name, context) in config.contexts.iter() {
        let server = Server::of(server_of(config, context));
        let context = || name.to_owned();
        if server.is_this_machine() {
            doubts.push(RecoveryNote::ThisMachine { context: context() });
        } else if !serving.is_empty() && !serving.iter().any(|certificate| certificate.is_for(server.host)) {
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
