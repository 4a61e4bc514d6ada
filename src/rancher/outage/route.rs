//! Where a cluster's entry leads, and what it needs on the way there.

use super::Outage;
use super::credential::{alone, bytes, sentences};
use super::report::{Fault, Proof};
use super::standing::{Standing, is_of_rke, standing};
use crate::cert::{self, Certificate, Validity};
use crate::config::{Cluster, set};
use crate::error::Result;
use crate::export::{Brackets, Server};
use crate::load::{Loaded, Subject, Target};
use rustls_pki_types::UnixTime;

/// A cluster's entry.
#[derive(Default)]
pub(super) struct Route {
    pub(super) faults: Vec<Fault>,
    /// Until when the client trusts the server, if it does by a CA in the file.
    pub(super) until: Option<UnixTime>,
    /// Whether it is RKE's, by the name of its CA.
    pub(super) is_rke: bool,
    /// The hosts on the way: server and proxy, in small letters.
    pub(super) hosts: Vec<String>,
    authority: Vec<Certificate>,
}

impl Route {
    pub(super) fn read(loaded: &Loaded, name: &str, cluster: &Cluster, outage: &Outage) -> Self {
        let mut route = Route::default();
        let Some(text) = set(&cluster.server) else {
            route.faults.push(Fault::Refused("the cluster has no server".into()));
            return route;
        };
        let server = Server::of(text);
        route.hosts.push(host(&server));
        if server.is_this_machine() && !outage.on_node {
            route.faults.push(Fault::ThisMachine);
        }
        route.faults.extend(server.local_to().map(|what| Fault::Needs(what.into())));
        // Rancher's proxy, written in a way in which no Rancher writes it.
        if cleaned(server.path).contains("/k8s/clusters") {
            route.faults.push(Fault::ThroughRancher);
        }
        if server.has_impossible_port() {
            route.faults.push(Fault::Refused("its server has a port that there is not".into()));
        }
        if let Some(proxy) = set(&cluster.proxy_url).map(Server::of) {
            let port = proxy.port.map(|port| format!(":{port}")).unwrap_or_default();
            route.faults.push(Fault::Needs(format!("the proxy {}{port}", host(&proxy))));
            route.hosts.push(host(&proxy));
        }
        route.faults.extend(match server.brackets() {
            Brackets::Fine => None,
            Brackets::Missing => Some(Fault::NoBrackets),
            Brackets::Misleading => Some(Fault::Refused("its IPv6 address has no brackets".into())),
        });
        if let Err(error) =
            alone(loaded, Subject::Cluster(name)).and_then(|target| route.trust(&target, &server, outage))
        {
            route.faults.push(Fault::Refused(sentences(&error)));
        }
        route
    }

    pub(super) fn standing(&self, chain: &[Certificate]) -> Standing {
        standing(&self.authority, chain)
    }

    /// Whether the client trusts the server at that time, and until when.
    fn trust(&mut self, target: &Target, server: &Server<'_>, outage: &Outage) -> Result<()> {
        if !target.is_tls() {
            self.faults.push(Fault::PlainHttp);
            return Ok(());
        }
        let cluster = target.cluster();
        let pem = bytes(cluster.certificate_authority_data.as_ref(), &cluster.certificate_authority)?;
        // An empty file is none: the system's authorities count.
        let Some(pem) = pem.filter(|pem| !pem.is_empty()) else {
            if server.ip().is_some() && !cluster.insecure_skip_tls_verify {
                self.faults.push(Fault::NoAuthority);
            }
            return Ok(());
        };
        let mut all = cert::certificates(&pem)?;
        all.dedup();
        self.authority = all.clone();
        self.is_rke = all.iter().any(is_of_rke);
        let valid = all.iter().filter(|ca| ca.is_valid_at(outage.at) == Validity::Valid);
        // Which of several the server's certificate is of, nobody knows here: the first to end counts.
        self.until = valid.map(|ca| ca.not_after()).min_by_key(UnixTime::as_secs);
        if self.until.is_none() {
            let proof = Proof::CertificateAuthority;
            let last = all.iter().filter(|ca| ca.is_valid_at(outage.at) == Validity::Expired);
            let last = last.map(|ca| ca.not_after()).max_by_key(UnixTime::as_secs);
            let first = all.iter().map(|ca| ca.not_before()).min_by_key(UnixTime::as_secs);
            self.faults.extend(match (last, first) {
                (Some(at), _) => Some(Fault::Ended { proof, at }),
                (None, first) => first.map(|at| Fault::NotYet { proof, at }),
            });
        }
        Ok(())
    }
}

/// A path as client-go sends it: `%6b` is a letter, and empty steps, `.` and `..` are taken out.
fn cleaned(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let digits = behind.get(..2).and_then(|digits| std::str::from_utf8(digits).ok()).filter(|_| *first == b'%');
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = behind.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    let text = String::from_utf8_lossy(&bytes);
    let mut steps = Vec::new();
    for step in text.split('/') {
        match step {
            "" | "." => {}
            ".." => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    format!("/{}", steps.join("/"))
}

pub(super) fn host(server: &Server<'_>) -> String {
    server.host.trim_end_matches('.').to_ascii_lowercase()
}
