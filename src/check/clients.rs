//! What kubectl takes and clients in other languages refuse: certificates and keys.
//!
//! What is said of Rust was measured with rustls 0.23.46, webpki 0.103.17 and ring 0.17.14; a test holds it. What is said
//! of Python was measured with Python 3.11.7, OpenSSL 3.0.19 and the flags that are on by default from Python 3.13 on:
//! `VERIFY_X509_STRICT`, `VERIFY_X509_PARTIAL_CHAIN` (kubernetes-client/python#2394). kubectl 1.32.5 takes all of it.

use crate::access::{ClusterFacts, Note, Pem, UserFacts};
use crate::cert::{self, Certificate, Curve, KeyAlgorithm, KeyInfo};
use crate::config::{AuthInfo, Cluster};
use crate::error::{Error, ErrorKind, Printable};
use crate::finding::{Code, Finding};
use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

/// The program that is to connect; see [`Checker::client`](super::Checker::client).
///
/// Each has a TLS library with rules of its own. Other settings of a library, and other versions, may have other rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Client {
    /// kubectl, and whatever else is written with client-go.
    #[default]
    Go,
    /// kube with rustls and ring.
    Rust,
    /// The `kubernetes` package with Python's `ssl`, strict as it is from Python 3.13 on.
    Python,
}

impl Client {
    /// `go`, `rust` or `python`.
    pub fn as_str(self) -> &'static str {
        match self {
            Client::Go => "go",
            Client::Rust => "rust",
            Client::Python => "python",
        }
    }
}

impl FromStr for Client {
    type Err = Error;

    /// # Errors
    /// [`ErrorKind::Usage`] where it is none of the three.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "go" => Ok(Client::Go),
            "rust" => Ok(Client::Rust),
            "python" => Ok(Client::Python),
            _ => Err(Error::new(ErrorKind::Usage, "use go, rust or python")),
        }
    }
}

impl fmt::Display for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

const RUSTLS: &str = "Rust's kube (rustls with ring)";
const PYTHON: &str = "Python from 3.13 on (ssl with OpenSSL)";

/// What the client has against the CA of a cluster.
pub(super) fn of_cluster(client: Client, cluster: &Cluster, facts: &ClusterFacts) -> Vec<Note> {
    let judge = match client {
        Client::Go => return Vec::new(),
        Client::Rust => rust_authority,
        Client::Python => python_authority,
    };
    let Some(field) = Pem::authority(cluster).map(|pem| pem.field) else { return Vec::new() };
    let mut seen = HashSet::new();
    let distinct = facts.trust.certificates().iter().filter(|certificate| seen.insert(certificate.fingerprint()));
    distinct.flat_map(judge).map(|finding| Note::new(field, finding)).collect()
}

/// What the client has against the certificate and the key of a user.
pub(super) fn of_user(client: Client, user: &AuthInfo, facts: &UserFacts) -> Vec<Note> {
    let Some((field, leaf)) = facts.client.as_ref().and_then(|(field, client)| Some((*field, client.chain().first()?)))
    else {
        return Vec::new();
    };
    let mut found = Vec::new();
    match client {
        Client::Go => {}
        Client::Rust => {
            let version = leaf.version();
            if version < 3 {
                let message =
                    format!("{RUSTLS} refuses the client certificate: it is X.509 version {version}, and not 3");
                found.push(Note::new(field, refused(message, AS_VERSION_3)));
            }
            // A key that kubectl can't use is told of already.
            let key =
                Pem::client_key(user).and_then(|pem| Some((pem.field, cert::client_key(&pem.read().ok()?).ok()?)));
            let why = key.and_then(|(field, key)| Some((field, rust_key(&key)?)));
            found.extend(why.map(|(field, why)| {
                let help = "renew certificate and key with a key on P-256, or of RSA 2048 with two primes";
                Note::new(field, refused(format!("{RUSTLS} refuses the client's private key: {why}"), help))
            }));
        }
        Client::Python if is_short_to_openssl(leaf.public_key()) => {
            let key = leaf.public_key();
            let message = format!("{PYTHON} refuses the client certificate: its key is {key}, which is too short");
            let help = "renew certificate and key with a key on P-256, or of RSA 2048";
            found.push(Note::new(field, refused(message, help)));
        }
        Client::Python => {}
    }
    found
}

const AS_VERSION_3: &str = "renew it as X.509 version 3: `openssl x509 -req` does so with -extfile";

fn refused(message: String, help: &str) -> Finding {
    Finding::new(Code::RefusedByClient, message).with_help(help)
}

fn rust_authority(ca: &Certificate) -> Vec<Finding> {
    let (name, key, version) = (Printable(ca.subject()), ca.public_key(), ca.version());
    let mut found = Vec::new();
    if version < 3 && ca.is_version_written() {
        let message = format!(
            "{RUSTLS} refuses the whole bundle for the sake of the CA {name}: X.509 version {version} is written in it"
        );
        found.push(refused(message, AS_VERSION_3));
    }
    let is_verified = match key.algorithm() {
        KeyAlgorithm::Rsa => key.bits().is_none_or(|bits| (LEAST_FOR_RING..=8192).contains(&bits)),
        KeyAlgorithm::Ecdsa(curve) => !matches!(curve, Curve::P224 | Curve::P521),
        // The others are no good to kubectl either.
        _ => true,
    };
    if !is_verified {
        let message =
            format!("{RUSTLS} refuses every server of the CA {name}: ring verifies nothing signed with {key}");
        found.push(refused(message, "renew the CA with a key on P-256, or of RSA 2048 to 8192"));
    }
    if !ca.is_authority() && !ca.is_self_issued() {
        let message =
            format!("{RUSTLS} refuses a server that shows {name}: it trusts only what a CA of the file signed");
        found.push(refused(message, "put the certificate of its CA there"));
    }
    found
}

/// ring counts whole bytes.
const LEAST_FOR_RING: u32 = 2041;

fn rust_key(key: &cert::PrivateKey) -> Option<String> {
    let info = key.info();
    match info.algorithm() {
        KeyAlgorithm::Rsa if key.is_multi_prime() => Some("ring reads no RSA key of more than two primes".to_owned()),
        KeyAlgorithm::Rsa if !matches!(info.bits(), Some(2048 | 3072 | 4096)) => {
            Some(format!("it is {info}, and ring takes RSA of 2048, 3072 and 4096 bits"))
        }
        KeyAlgorithm::Ecdsa(Curve::P521) => Some(format!("it is {info}, and ring signs with P-256 and P-384")),
        _ => None,
    }
}

/// OpenSSL puts RSA of 1963 bits and more at the 112 bits of strength that Python's security level 2 asks for.
fn is_short_to_openssl(key: KeyInfo) -> bool {
    matches!(key.algorithm(), KeyAlgorithm::Rsa) && key.bits().is_some_and(|bits| bits < 1963)
}

fn python_authority(ca: &Certificate) -> Vec<Finding> {
    if !ca.is_authority() {
        // A server that shows this very certificate is taken.
        return Vec::new();
    }
    let mut faults = Vec::new();
    if ca.version() < 3 {
        faults.push(format!("it has X.509 version {}, which can't say that it is a CA", ca.version()));
    } else {
        faults.extend(ca.key_usage().is_none().then(|| "it has no key usage".to_owned()));
        let is_plain = !ca.is_basic_constraints_critical();
        faults.extend(is_plain.then(|| "its basic constraints are not critical".to_owned()));
        faults.extend(ca.subject_key_id().is_none().then(|| "it has no subject key identifier".to_owned()));
    }
    let is_short = is_short_to_openssl(ca.public_key());
    if is_short {
        faults.push(format!("its key is {}, which is too short", ca.public_key()));
    }
    if faults.is_empty() {
        return Vec::new();
    }
    let (name, faults) = (Printable(ca.subject()), faults.join("; "));
    let help = match is_short {
        true => "renew the CA with a key on P-256, or of RSA 2048",
        false => {
            "renew the CA's certificate, for its old key, with critical basicConstraints, keyUsage and \
                  subjectKeyIdentifier"
        }
    };
    vec![refused(format!("{PYTHON} refuses every server of the CA {name}: {faults}"), help)]
}
