//! The administrator's credentials, out of a state.

use super::note::RecoveryNote;
use crate::cert::{self, Certificate, Purpose, is_key_of_another};
use crate::config::{AuthInfo, Cluster, Data};
use crate::error::{Error, ErrorKind, Result};
use crate::rke::fileset::copies;
use crate::rke::schema::shown_certificate;
use crate::rke::state::{CertificateEntry, ClusterState, State};
use crate::secret::Secret;
use crate::url::{ServerUrl, check_new_server};

/// What a kubeconfig is made from.
pub(in crate::rke) struct Admin {
    /// The cluster, as yet without a server.
    pub(in crate::rke) cluster: Cluster,
    pub(in crate::rke) user: AuthInfo,
    /// The client certificate; none where a user logs in otherwise, as with early K3s.
    pub(in crate::rke) certificate: Option<Certificate>,
    pub(in crate::rke) names: Names,
    /// Where it leads: what tells a server's context from others, and its URL. The first is the current context.
    pub(in crate::rke) servers: Vec<(String, String)>,
    /// Who may have issued the client certificate; empty where that is not known.
    pub(in crate::rke) client_authority: Vec<Certificate>,
    /// The certificates that servers show; empty where they are not known.
    pub(in crate::rke) serving: Vec<Certificate>,
    pub(in crate::rke) notes: Vec<RecoveryNote>,
}

/// How the names and the text are made.
pub(in crate::rke) enum Names {
    /// As RKE does since 0.1.10; with the name of the cluster.
    Rke(String),
    /// As K3s and RKE2 do: `default`.
    Default,
}

impl Names {
    /// The name of the cluster and of the current context.
    pub(super) fn of_cluster(&self) -> &str {
        match self {
            Names::Rke(name) => name,
            Names::Default => "default",
        }
    }
}

/// The group whose members may do everything.
pub(super) const MASTERS: &str = "system:masters";

const KUBE_ADMIN: &str = "kube-admin";
const KUBE_CA: &str = "kube-ca";

/// As many contexts are made at most, and with so many bytes of text: each repeats the CA.
const CONTEXTS: usize = 1000;
const TEXT: usize = 4 << 20;

/// As many differences are told one by one.
const PARTS: usize = 20;

/// The port is a constant in RKE.
const PORT: u16 = 6443;

impl Admin {
    /// From `currentState`, else from `desiredState`.
    pub(super) fn of_state(state: &State) -> Result<Self> {
        let current = Self::of_side(&state.current, "currentState");
        let desired = || Self::of_side(&state.desired, "desiredState");
        match current {
            Ok(Some(mut admin)) => {
                admin.notes.extend(disagreement(state));
                Ok(admin)
            }
            Ok(None) => match desired()? {
                Some(mut admin) => {
                    admin.notes.push(RecoveryNote::FromDesired);
                    Ok(admin)
                }
                None => {
                    Err(Error::new(ErrorKind::NotFound, "there is no certificate in this state").with_help(copies()))
                }
            },
            Err(error) => match desired() {
                Ok(Some(mut admin)) => {
                    admin.notes.push(RecoveryNote::CurrentUnusable { why: error.to_string() });
                    Ok(admin)
                }
                _ => Err(error),
            },
        }
    }

    /// From one of the two; `None` where it has no certificates at all.
    fn of_side(state: &ClusterState, side: &str) -> Result<Option<Self>> {
        if state.certificates.is_empty() {
            return Ok(None);
        }
        let field = |name: &str, field: &str| format!("{side}.certificatesBundle.{name}{field}");
        let entry = |name: &str| state.certificates.get(name).filter(|entry| !entry.certificate_pem.is_empty());
        let admin = entry(KUBE_ADMIN).ok_or_else(|| no_admin(state).in_field(field(KUBE_ADMIN, "")))?;
        let ca = entry(KUBE_CA).ok_or_else(|| {
            Error::new(ErrorKind::NotFound, "the CA of the cluster is not in this state").in_field(field(KUBE_CA, ""))
        })?;
        let mut client_authority = cert::certificates(ca.certificate_pem.as_bytes())
            .map_err(|e| e.in_field(field(KUBE_CA, ".certificatePEM")))?;
        let certificate = cert::leaf(admin.certificate_pem.as_bytes())
            .map_err(|e| e.in_field(field(KUBE_ADMIN, ".certificatePEM")))?;
        let key = admin.key_pem.expose().as_bytes();
        check_key(&certificate, key).map_err(|e| e.in_field(field(KUBE_ADMIN, ".keyPEM")))?;

        // With certificates of one's own (`rke up --custom-certs`) those in between may stand behind the first.
        let between = cert::certificates(admin.certificate_pem.as_bytes()).unwrap_or_default();
        client_authority.extend(between.into_iter().skip(1));

        let mut notes = Vec::new();
        let mut servers = Vec::new();
        let nodes = state.control_plane();
        let most = CONTEXTS.min(TEXT / ca.certificate_pem.len().max(1)).max(1);
        if nodes.len() > most {
            notes.push(RecoveryNote::NodesLeftOut { count: nodes.len() - most });
        }
        for node in nodes.into_iter().take(most) {
            match url(node.address) {
                Some(url) => servers.push((node.name.to_owned(), url)),
                None => notes.push(RecoveryNote::AddressUnusable { node: node.name.to_owned() }),
            }
        }
        let apiserver = entry("kube-apiserver").and_then(|entry| cert::leaf(entry.certificate_pem.as_bytes()).ok());
        if apiserver.is_none() {
            notes.push(RecoveryNote::ServersUnchecked);
        }
        Ok(Some(Admin {
            cluster: cluster(ca.certificate_pem.as_bytes()),
            user: user(admin.certificate_pem.as_bytes(), key),
            certificate: Some(certificate),
            names: Names::Rke(state.cluster_name().to_owned()),
            servers,
            client_authority,
            serving: apiserver.into_iter().collect(),
            notes,
        }))
    }
}

pub(in crate::rke) fn cluster(authority: &[u8]) -> Cluster {
    Cluster { certificate_authority_data: Some(Data::encode(authority)), ..Cluster::default() }
}

pub(in crate::rke) fn user(certificate: &[u8], key: &[u8]) -> AuthInfo {
    AuthInfo {
        client_certificate_data: Some(Data::encode(certificate)),
        client_key_data: Some(Secret::new(Data::encode(key))),
        ..AuthInfo::default()
    }
}

/// Whether `key` is the private key of `certificate`, as far as can be told.
pub(in crate::rke) fn check_key(certificate: &Certificate, key: &[u8]) -> Result<()> {
    use crate::cert::PrivateKeyKind;
    let wrong = |message| Err(Error::new(ErrorKind::Certificate, message));
    match cert::private_key_kind(key)? {
        None => wrong("there is no private key in it"),
        Some(PrivateKeyKind::Encrypted) => wrong("the private key is encrypted, which no Kubernetes client can use"),
        Some(_) if is_key_of_another(certificate, key) => {
            wrong("the private key belongs to another certificate than the one beside it")
        }
        Some(_) => Ok(()),
    }
}

/// As RKE writes it, but an IPv6 address stands in brackets.
fn url(address: &str) -> Option<String> {
    let bare = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(address);
    let url = match bare.parse() {
        Ok(std::net::IpAddr::V6(_)) => format!("https://[{bare}]:{PORT}"),
        _ => format!("https://{address}:{PORT}"),
    };
    let is_host = ServerUrl::of(&url).host() == bare && check_new_server(&url).is_ok();
    is_host.then_some(url)
}

/// What `rke up` left unfinished.
fn disagreement(state: &State) -> Option<RecoveryNote> {
    if state.desired.is_empty() {
        return None;
    }
    let mut parts: Vec<String> = state.differences();
    if parts.len() > PARTS {
        let more = parts.len() - PARTS;
        parts.truncate(PARTS);
        parts.push(format!("{more} more"));
    }
    if parts.is_empty() { None } else { Some(RecoveryNote::StatesDiffer { parts }) }
}

/// There is no kube-admin; which other certificates one could log in with.
fn no_admin(state: &ClusterState) -> Error {
    let error = Error::new(ErrorKind::NotFound, "the administrator's certificate is not in this state");
    let others: Vec<String> =
        state.certificates.iter().filter_map(|(name, entry)| rights(name, entry)).take(10).collect();
    if others.is_empty() {
        return error.with_help("and no other client certificate that has rights");
    }
    error.with_help(format!("these client certificates with rights of their own are there: {}", others.join("; ")))
}

/// What Kubernetes lets the holder of a certificate do by its own default roles, which go by user and groups.
fn rights(name: &str, entry: &CertificateEntry) -> Option<String> {
    let certificate = cert::leaf(entry.certificate_pem.as_bytes()).ok()?;
    let is_client = !certificate.is_ca() && certificate.allows(Purpose::ClientAuth);
    // The API server shows it to extension servers, and takes none of its CA itself.
    let is_proxys = name == "kube-apiserver-proxy-client";
    if !is_client || is_proxys || entry.key_pem.expose().is_empty() {
        return None;
    }
    let groups = certificate.organizations();
    let user = certificate.common_name().unwrap_or_default();
    let name = shown_certificate(name);
    if groups.iter().any(|group| group == MASTERS) {
        return Some(format!("{name} ({user} of system:masters, which may do everything)"));
    }
    if !user.starts_with("system:") && groups.is_empty() {
        return None;
    }
    let of = if groups.is_empty() { String::new() } else { format!(" of {}", groups.join(", ")) };
    Some(format!("{name} ({user}{of})"))
}
