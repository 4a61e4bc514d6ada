//! What a user's entry logs in with, and until when by what it says itself.

use super::report::{Login, Proof};
use crate::cert::{self, Certificate, KeyAlgorithm, Purpose};
use crate::config::{Cluster, Context, Data, Kubeconfig, set, set_secret};
use crate::error::{Error, ErrorKind, Result};
use crate::export::without_arguments;
use crate::jwt::{self, Claims};
use crate::load::{Auth, Loaded, Subject, Target, read_reference};
use crate::rancher::kind::{file_name, is_rancher};
use rustls_pki_types::UnixTime;
use serde_json::Value;
use std::cmp::Reverse;
use std::path::Path;
use zeroize::Zeroizing;

/// A user's entry.
pub(in crate::rancher) struct User {
    /// Why kubectl refuses it, whatever the cluster.
    pub(in crate::rancher) refused: Option<String>,
    /// All that kubectl sends, by its own choice of what the entry has.
    pub(in crate::rancher) credentials: Vec<Credential>,
    /// The client certificate, where it can be read, and those above it as far as they stand beside it.
    pub(in crate::rancher) chain: Vec<Certificate>,
}

pub(in crate::rancher) enum Credential {
    /// A client certificate, or a token that is a JWT.
    Dated {
        login: Login,
        proof: Proof,
        from: Option<UnixTime>,
        until: Option<UnixTime>,
        doubts: Doubts,
    },
    /// A token that says nothing of itself.
    Token(Zeroizing<String>),
    Basic,
    /// Rancher's own program.
    RancherCommand,
    Command(String),
    Provider(String),
}

/// What a token's claims tell against it.
#[derive(Default)]
pub(in crate::rancher) struct Doubts {
    pub(super) tied: Option<&'static str>,
    /// The host whose keys prove the token.
    pub(super) issuer: Option<String>,
}

impl User {
    pub(in crate::rancher) fn read(loaded: &Loaded, name: &str) -> Self {
        match Self::try_read(loaded, name) {
            Ok((credentials, chain)) => User { refused: None, credentials, chain },
            Err(error) => User { refused: Some(sentences(&error)), credentials: Vec::new(), chain: Vec::new() },
        }
    }

    fn try_read(loaded: &Loaded, name: &str) -> Result<(Vec<Credential>, Vec<Certificate>)> {
        let target = alone(loaded, Subject::User(name))?;
        let (mut credentials, mut chain) = (Vec::new(), Vec::new());
        for auth in target.auth_methods() {
            let user = target.auth_info();
            credentials.extend(match auth {
                Auth::ClientCertificate => {
                    let (credential, own) = certificate(&target)?;
                    chain = own;
                    Some(credential)
                }
                Auth::Token | Auth::TokenFile => token(&target)?,
                Auth::Basic => Some(Credential::Basic),
                Auth::AuthProvider => {
                    let name = user.auth_provider.as_ref().and_then(|provider| set(&provider.name));
                    Some(Credential::Provider(name.unwrap_or_default().to_owned()))
                }
                Auth::Exec => user.exec.as_ref().map(|exec| match is_rancher(exec) {
                    true => Credential::RancherCommand,
                    false => {
                        let command = without_arguments(set(&exec.command).unwrap_or_default());
                        Credential::Command(file_name(command).to_owned())
                    }
                }),
                Auth::None => None,
            });
        }
        Ok((credentials, chain))
    }
}

/// What kubectl makes of one cluster or one user, with nothing beside it that it could refuse.
///
/// Looked at one by one, each is looked at once, however many contexts there are.
pub(super) fn alone(loaded: &Loaded, subject: Subject<'_>) -> Result<Target> {
    let mut config = Kubeconfig::new();
    let mut context = Context::default();
    match subject {
        Subject::Cluster(name) => {
            config.clusters.adopt(name, &loaded.config().clusters);
            context.cluster = Some(name.to_owned());
        }
        Subject::User(name) => {
            config.clusters.insert("", Cluster::new("https://cluster.invalid"));
            config.users.adopt(name, &loaded.config().users);
            context.user = Some(name.to_owned());
        }
        _ => {}
    }
    config.contexts.insert("alone", context);
    let target = Loaded::from_config(config, loaded.folder_of(subject)).target(Some("alone"))?;
    target.check_client()?;
    Ok(target)
}

/// The sentences of an error; they hold names, never values.
pub(super) fn sentences(error: &Error) -> String {
    let sentences: Vec<&str> = error.errors().iter().map(Error::message).collect();
    sentences.join(", ")
}

/// What a pair of data and path comes to.
pub(super) fn bytes(data: Option<&Data>, path: &Option<String>) -> Result<Option<Zeroizing<Vec<u8>>>> {
    match (data.filter(|data| !data.is_empty()), set(path)) {
        (Some(data), _) => Ok(Some(data.decode().into_bytes())),
        (None, Some(path)) => read_reference(Path::new(path)).map(Some),
        (None, None) => Ok(None),
    }
}

/// The first certificate is the client's own; those behind it are of its issuers.
fn certificate(target: &Target) -> Result<(Credential, Vec<Certificate>)> {
    let user = target.auth_info();
    let pem = bytes(user.client_certificate_data.as_ref(), &user.client_certificate)?.unwrap_or_default();
    let key = user.client_key_data.as_ref().map(|data| data.expose());
    let key = bytes(key, &user.client_key)?.unwrap_or_default();
    let leaf = cert::leaf(&pem)?;
    cert::client_key(&key)?;
    if cert::public::fits(&leaf, &key) == Some(false) {
        return Err(Error::new(ErrorKind::Certificate, "the private key does not belong to the certificate"));
    }
    if !leaf.allows(Purpose::ClientAuth) {
        return Err(Error::new(ErrorKind::Certificate, "the certificate is not one for clients"));
    }
    // Go refuses both: keys of less since 1.24, these signatures since 1.18 at the latest.
    const SMALLEST: u32 = 1024;
    let key = leaf.public_key();
    if key.algorithm() == KeyAlgorithm::Rsa && key.bits().is_some_and(|bits| bits < SMALLEST) {
        return Err(Error::new(ErrorKind::Certificate, format!("the certificate's key is too small: {key}")));
    }
    if leaf.signature_algorithm().is_weak() {
        let message = "the certificate is signed with MD5 or SHA-1, which servers since Kubernetes 1.24 refuse";
        return Err(Error::new(ErrorKind::Certificate, message));
    }
    let from = Some(leaf.not_before());
    let chain = chain_of(leaf, &cert::certificates(&pem).unwrap_or_default());
    if chain.iter().skip(1).any(|issuer| !issuer.is_ca()) {
        return Err(Error::new(ErrorKind::Certificate, "the certificate is signed by one that is no CA"));
    }
    let credential = Credential::Dated {
        login: Login::ClientCertificate,
        proof: Proof::Certificate,
        from,
        // K3s and RKE2 write the CA of the clients beside it, which may end first.
        until: chain.iter().map(Certificate::not_after).min_by_key(UnixTime::as_secs),
        doubts: Doubts::default(),
    };
    Ok((credential, chain))
}

/// A certificate and its issuers, as far as they stand beside it; of several the one that ends last.
fn chain_of(leaf: Certificate, all: &[Certificate]) -> Vec<Certificate> {
    /// As many steps as a chain has in Go's reckoning, and more than any file.
    const STEPS: usize = 16;
    let mut chain = vec![leaf];
    for _ in 0..STEPS {
        let Some(link) = chain.last() else { break };
        let is_named = |issuer: &&Certificate| link.issuer() == issuer.subject() && !chain.contains(issuer);
        let mut named: Vec<&Certificate> = all.iter().filter(is_named).collect();
        named.sort_by_key(|issuer| Reverse(issuer.not_after().as_secs()));
        // A bundle may have one many times, and signatures are dear.
        named.dedup();
        let Some(issuer) = named.into_iter().find(|issuer| link.is_issued_by(issuer)).cloned() else { break };
        chain.push(issuer);
    }
    chain
}

/// The token that is sent: that of the file, and where there is none the other one.
fn token(target: &Target) -> Result<Option<Credential>> {
    let user = target.auth_info();
    let of_file = set(&user.token_file).map(|path| read_reference(Path::new(path)));
    let token = match (of_file, set_secret(&user.token)) {
        (Some(Ok(bytes)), _) => Zeroizing::new(String::from_utf8_lossy(&bytes).trim().to_owned()),
        (_, Some(token)) => Zeroizing::new(token.to_owned()),
        (Some(Err(error)), None) => return Err(error),
        (None, None) => return Ok(None),
    };
    if let Some(fault) = jwt::unusable(&token) {
        return Err(Error::new(ErrorKind::InvalidConfiguration, format!("the token {fault}")));
    }
    let token = Zeroizing::new(token.trim_end_matches(' ').to_owned());
    Ok(Some(match Claims::of(&token) {
        Some(claims) => of_claims(&claims),
        None => Credential::Token(token),
    }))
}

fn of_claims(claims: &Claims) -> Credential {
    let is_service_account = claims.text("sub").is_some_and(|sub| sub.starts_with("system:serviceaccount:"));
    let issuer = claims.text("iss").filter(|issuer| !issuer.is_empty());
    let bound = |to: &str| claims.get("kubernetes.io").and_then(|bound| bound.get(to)).is_some();
    let tied = match issuer {
        None => Some("its token is a JWT without an issuer, and Kubernetes takes none of those"),
        Some(_) if bound("pod") || bound("node") => {
            Some("its token lives only as long as the pod or node it is bound to")
        }
        Some(issuer) if is_service_account && !is_for_api_server(claims.get("aud"), issuer) => {
            Some("its token is for somebody else than the API server")
        }
        // Rancher as an OIDC provider.
        Some(issuer) if issuer.trim_end_matches('/').ends_with("/oidc") => {
            Some("its token is proved by keys that its issuer hands out, perhaps Rancher")
        }
        Some(_) => None,
    };
    Credential::Dated {
        login: if is_service_account { Login::ServiceAccountToken } else { Login::IdToken },
        proof: Proof::Jwt,
        from: claims.time("nbf"),
        until: claims.time("exp"),
        doubts: Doubts { tied, issuer: issuer.map(str::to_owned) },
    }
}

/// Whether a service account's token is one for the API server: for its issuer, which is what an API server takes by
/// default, or for a name of Kubernetes' own. The tokens of old had no audience at all.
fn is_for_api_server(audience: Option<&Value>, issuer: &str) -> bool {
    let fits = |audience: &Value| {
        let known = |text: &str| text == issuer || text.starts_with("https://kubernetes.default.svc");
        audience.as_str().is_some_and(|text| known(text) || matches!(text, "api" | "k3s" | "rke2"))
    };
    match audience {
        None | Some(Value::Null) => true,
        Some(Value::Array(audiences)) => audiences.is_empty() || audiences.iter().any(fits),
        Some(audience) => fits(audience),
    }
}
