//! A kubeconfig against what is known of a cluster: whether they are of one CA, and which of the two is newer.

use crate::access::Pem;
use crate::cert::{self, Certificate, is_key_of_another, rfc3339};
use crate::config::{AuthInfo, Cluster, Context, Kubeconfig, set};
use crate::error::{ErrorKind, Printable, Result};
use crate::finding::{Code, Effect, Finding, Severity};
use crate::load::{Loaded, Loader};
use crate::rke::state::{ClusterState, State};
use crate::url::ServerUrl;
use rustls_pki_types::UnixTime;
use std::cmp::Ordering;
use std::path::Path;

/// The certificates of a cluster that kubeconfigs are compared with: of a state those of both sides, as what is in
/// either of them is not foreign.
#[derive(Clone, Debug)]
pub(in crate::rke) struct Sides {
    authorities: Vec<Certificate>,
    /// The administrator's; the first is the one that `recover` takes.
    admins: Vec<Certificate>,
}

/// The administrator's certificate in a kubeconfig against the one that is known.
enum Age {
    Same(Box<Certificate>),
    /// Of the same name, and ending later.
    Newer(UnixTime),
    Older(UnixTime),
    /// Somebody else's.
    Other(UnixTime),
}

impl Sides {
    pub(in crate::rke) fn of(state: &State) -> Self {
        let admins = certificates(state, "kube-admin").collect();
        Sides { authorities: certificates(state, "kube-ca").collect(), admins }
    }

    /// Of a kubeconfig whose files are not named but embedded.
    pub(in crate::rke) fn of_recovered(cluster: &Cluster, admin: Option<&Certificate>) -> Self {
        Sides { authorities: authorities(cluster).unwrap_or_default(), admins: admin.cloned().into_iter().collect() }
    }

    /// Whether the CAs of a cluster's entry are not the known ones; not so where there is nothing to compare. Paths
    /// are absolute, here and below.
    pub(in crate::rke) fn is_foreign(&self, cluster: &Cluster) -> Result<bool> {
        let found = authorities(cluster)?;
        Ok(!self.authorities.is_empty() && !found.is_empty() && !found.iter().any(|ca| self.authorities.contains(ca)))
    }

    /// Of a kubeconfig of the same CA: RKE, K3s and RKE2 make another certificate of the administrator at each renewal,
    /// so that the one that ends later is newer.
    fn age(&self, user: &AuthInfo) -> Result<Option<Age>> {
        let Some(last) = self.admins.first() else { return Ok(None) };
        let Some(pem) = Pem::client_certificate(user).map(|pem| pem.read()).transpose()? else { return Ok(None) };
        let Ok(found) = cert::leaf(&pem) else { return Ok(None) };
        let end = found.not_after();
        let is_admin = found.common_name() == last.common_name();
        Ok(Some(match end.as_secs().cmp(&last.not_after().as_secs()) {
            _ if self.admins.contains(&found) => Age::Same(Box::new(found)),
            Ordering::Greater if is_admin => Age::Newer(end),
            Ordering::Less if is_admin => Age::Older(end),
            _ => Age::Other(end),
        }))
    }

    /// When the last certificate of the same administrator in `existing` ends, if that is later than the known one
    /// does. What can't be read and may be newer is an error.
    pub(in crate::rke) fn newer_in(&self, existing: &Loaded) -> Result<Option<UnixTime>> {
        let mut last: Option<UnixTime> = None;
        for (_, context) in existing.config().contexts.iter() {
            let (cluster, user) = entries(existing, context);
            let is_foreign = cluster.map_or(Ok(false), |cluster| self.is_foreign(&cluster));
            if matches!(is_foreign, Ok(true)) {
                continue;
            }
            if let Some(Age::Newer(end)) = user.map(|user| self.age(&user)).transpose()?.flatten() {
                is_foreign?;
                last = last.into_iter().chain([end]).max_by_key(UnixTime::as_secs);
            }
        }
        Ok(last)
    }

    /// That the administrator's certificate in a kubeconfig of the same CA is not the state's, and which of the two is
    /// newer. What can't be read says nothing.
    pub(super) fn stale(&self, user: &AuthInfo) -> Option<Finding> {
        let of_state = rfc3339(self.admins.first()?.not_after());
        let stale = |message: String| Finding::new(Code::StaleKubeconfig, message).with_severity(Severity::Warning);
        // The CA is the same, so that the certificate is good until it ends.
        Some(match self.age(user).ok()?? {
            Age::Same(certificate) => {
                let key = Pem::client_key(user).and_then(|key| key.read().ok())?;
                let message = "its key does not belong to its certificate";
                return is_key_of_another(&certificate, &key).then(|| Finding::new(Code::StaleKubeconfig, message));
            }
            Age::Newer(end) => {
                let message = format!(
                    "the state is older than the kubeconfig beside it: its kube-admin ends on {of_state}, that of the \
                     kubeconfig on {}",
                    rfc3339(end)
                );
                Finding::new(Code::StaleState, message)
            }
            Age::Older(end) => stale(format!(
                "the kubeconfig is older than the state: its certificate ends on {}, the kube-admin of the state on \
                 {of_state}",
                rfc3339(end)
            ))
            .with_help("it works until then; `recover` makes it again from the state"),
            Age::Other(end) => stale(format!(
                "its certificate is not the one that the state has for kube-admin, but another, valid until {}",
                rfc3339(end)
            ))
            .with_help("it works until then; `recover` makes the administrator's from the state"),
        })
    }
}

/// That the server of a kubeconfig is none that the state knows: whoever answers there shows another certificate.
pub(super) fn unserved(state: &State, cluster: &Cluster) -> Option<Finding> {
    let server = ServerUrl::of(set(&cluster.server)?);
    let is_named_otherwise = set(&cluster.tls_server_name).is_some() || cluster.insecure_skip_tls_verify;
    (!is_named_otherwise && serves(state, &server) == Some(false)).then(|| {
        let message = format!(
            "its server {} is no control-plane node of the state, nor in the certificate of kube-apiserver",
            Printable(server.host())
        );
        let finding = Finding::new(Code::StaleKubeconfig, message).with_severity(Severity::Warning);
        finding.with_effect(Effect::Unknown)
    })
}

/// That a rotation of the CA was not finished: the two sides of the state have CAs of which the cluster has one.
#[cfg(feature = "rancher")]
pub(super) fn half_rotated(state: &State) -> Option<Finding> {
    let ca = |side: &ClusterState| cert::leaf(side.certificates.get("kube-ca")?.certificate_pem.as_bytes()).ok();
    let (current, desired) = (ca(&state.current)?, ca(&state.desired)?);
    (current != desired).then(|| {
        let message =
            "the state beside it has two CAs, as a rotation was not finished: nothing tells which one the cluster has";
        Finding::new(Code::StateDrift, message).with_effect(Effect::Unknown)
    })
}

/// Whether a server is a control-plane node of the state, or in the certificate that those show; `None` where that
/// can't be told.
fn serves(state: &State, server: &ServerUrl<'_>) -> Option<bool> {
    let nodes: Vec<_> = sides(state).into_iter().flat_map(ClusterState::control_plane).collect();
    let same = |address: &str| match (address.parse(), server.ip()) {
        (Ok(a), Some(b)) => std::net::IpAddr::to_canonical(&a) == b.to_canonical(),
        _ => address.eq_ignore_ascii_case(server.host()),
    };
    let is_node = nodes.iter().any(|node| same(node.address));
    let is_named = || certificates(state, "kube-apiserver").any(|certificate| certificate.is_for(server.host()));
    (!nodes.is_empty() && !server.host().is_empty()).then(|| is_node || is_named())
}

fn sides(state: &State) -> [&ClusterState; 2] {
    [&state.current, &state.desired]
}

fn certificates<'a>(state: &'a State, name: &'a str) -> impl Iterator<Item = Certificate> + 'a {
    let entries = sides(state).into_iter().filter_map(move |side| side.certificates.get(name));
    entries.filter_map(|entry| cert::leaf(entry.certificate_pem.as_bytes()).ok())
}

/// The CAs of a cluster's entry. What is no certificate says nothing.
fn authorities(cluster: &Cluster) -> Result<Vec<Certificate>> {
    let pem = Pem::authority(cluster).map(|pem| pem.read()).transpose()?;
    Ok(pem.and_then(|pem| cert::certificates(&pem).ok()).unwrap_or_default())
}

/// The kubeconfig in a regular file; `None` where there is none, or something else that is no kubeconfig.
///
/// # Errors
/// Where it can't be read, so that it is not known what it is.
pub(in crate::rke) fn existing(file: &Path) -> Result<Option<Loaded>> {
    if !file.is_file() {
        return Ok(None);
    }
    match Loader::from_env().explicit(file).load() {
        Ok(loaded) => Ok(Some(loaded)),
        Err(error) if matches!(error.kind(), ErrorKind::Io | ErrorKind::Limit) => Err(error),
        Err(_) => Ok(None),
    }
}

/// The context that RKE wrote: the current one, unless others were added to the file and one of them is current.
pub(in crate::rke) fn context_of_rke(config: &Kubeconfig) -> Option<&Context> {
    let mut contexts = config.contexts.iter().filter(|(name, context)| is_rkes(config, name, context));
    let current = contexts.clone().find(|(name, _)| config.current_context() == Some(*name));
    current.or_else(|| contexts.next()).map(|(_, context)| context)
}

/// Whether RKE wrote a context, by the name of its user; of a file in which no user has that name it is the current
/// context.
pub(super) fn is_rkes(config: &Kubeconfig, name: &str, context: &Context) -> bool {
    let is_admin = |context: &Context| context.user.as_deref().is_some_and(|user| user.starts_with("kube-admin"));
    let is_current = || config.current_context() == Some(name);
    is_admin(context) || is_current() && !config.contexts.iter().any(|(_, other)| is_admin(other))
}

/// The entries of a context, with absolute paths.
pub(in crate::rke) fn entries(loaded: &Loaded, context: &Context) -> (Option<Cluster>, Option<AuthInfo>) {
    let cluster = context.cluster.as_deref().and_then(|name| loaded.cluster_with_paths(name));
    (cluster, context.user.as_deref().and_then(|name| loaded.user_with_paths(name)))
}
