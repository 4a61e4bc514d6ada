//! A Kubernetes API server for the tests: TLS, logins, and as much of the API as the real `kubectl get` and
//! `helm list` ask for.
//!
//! It lets clients in as kube-apiserver does with `--anonymous-auth=false`. The handshake asks for a client certificate and
//! takes what comes; whether it is worth anything is found out with the request, and if it is not, the bearer token is looked
//! at. Who shows neither gets 401 Unauthorized. As Rancher it looks at tokens only, and has clusters under
//! `/k8s/clusters/<id>`.
//!
//! It listens on 127.0.0.1; a [`Network`](super::network::Network) puts it where a kubeconfig looks for it.

mod answers;
mod http;
mod login;

use super::pki::{Ca, Pair, Validity};
use super::service::{Service, lock};
use login::Door;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

/// A server to be.
pub struct Config {
    /// The cluster's name. A namespace and a helm release are called so: an answer shows whose it is.
    pub name: String,
    /// The certificate it shows, and the key.
    pub certificate: Pair,
    /// What a client must trust, as PEM.
    pub ca: String,
    /// Clients with a certificate of this CA (PEM) are let in; without one no certificate is asked for.
    pub client_ca: Option<String>,
    /// The tokens it knows, each with the name of whom it lets in.
    pub tokens: Vec<(String, String)>,
    /// The ids of the clusters behind it, if it is Rancher.
    pub behind: Option<Vec<String>>,
}

impl Config {
    /// A cluster's own API server. Its certificate is made by `ca` for those names and addresses.
    pub fn cluster(name: &str, ca: &Ca, names: &[&str]) -> Config {
        Config {
            name: name.to_owned(),
            certificate: ca.server("kube-apiserver", names, Validity::days(365)),
            ca: ca.certificate.clone(),
            client_ca: None,
            tokens: Vec::new(),
            behind: None,
        }
    }

    /// Rancher, with clusters of those ids behind it. It answers for them itself, as one of that name.
    pub fn rancher(name: &str, ca: &Ca, names: &[&str], ids: &[&str]) -> Config {
        let behind = Some(ids.iter().map(|&id| id.to_owned()).collect());
        Config { behind, ..Config::cluster(name, ca, names) }
    }

    /// Lets clients with certificates of that CA in.
    pub fn clients_of(mut self, ca: &Ca) -> Config {
        self.client_ca = Some(ca.certificate.clone());
        self
    }

    /// Lets clients with that token in, as `name`.
    pub fn token(mut self, token: &str, name: &str) -> Config {
        self.tokens.push((token.to_owned(), name.to_owned()));
        self
    }
}

/// A request, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// With the query.
    pub path: String,
    /// The common name of the certificate that the client showed, whether or not it is worth anything.
    pub certificate: Option<String>,
    /// Whether there was a bearer token, whether or not it is worth anything.
    pub token: bool,
    /// As whom the client was let in.
    pub who: Option<Who>,
    pub status: u16,
}

/// Somebody who was let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// By the certificate of that common name.
    Certificate(String),
    /// By the token of that name.
    Token(String),
}

/// A running server; stopped when dropped.
pub struct ApiServer {
    service: Service,
    name: String,
    ca: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl ApiServer {
    /// Starts it on a free port of 127.0.0.1.
    pub fn start(config: Config) -> ApiServer {
        let door = Door::new(&config);
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (name, ca) = (config.name.clone(), config.ca.clone());
        let seen = Arc::clone(&requests);
        let service = Service::start(move |stream| {
            let Some((mut stream, visitor)) = door.open(stream) else { return };
            while let Some(asked) = http::read(&mut stream) {
                let who = door.who(&visitor, asked.token.as_deref());
                let answer = answers::to(&config, &asked, who.is_some());
                lock(&seen).push(Request {
                    certificate: visitor.common_name(),
                    token: asked.token.is_some(),
                    who,
                    status: answer.status,
                    path: asked.path,
                });
                if http::write(&mut stream, &answer).is_err() {
                    return;
                }
            }
        });
        ApiServer { service, name, ca, requests }
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.service.address()
    }

    /// The cluster's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The CA a client must trust.
    pub fn ca_pem(&self) -> &str {
        &self.ca
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.requests).clone()
    }

    /// Ends all connections and closes the port.
    pub fn stop(&self) {
        self.service.stop();
    }
}
