//! A kubeconfig against a state: whether they are of one cluster, and which of the two is older.

use crate::cert::{self, Certificate, is_key_of_another, rfc3339};
use crate::config::{AuthInfo, Cluster, Context, Data, Kubeconfig};
use crate::finding::{Code, Finding, Severity};
use crate::load::read_reference;
use crate::rke::state::{ClusterState, State};
use crate::url::ServerUrl;
use std::path::Path;

/// The two states: what is in either of them is not foreign.
pub(super) struct Sides<'a>([&'a ClusterState; 2]);

impl<'a> Sides<'a> {
    pub(super) fn of(state: &'a State) -> Self {
        Sides([&state.current, &state.desired])
    }

    fn certificates(&self, name: &str) -> Vec<Certificate> {
        let entries = self.0.iter().filter_map(|state| state.certificates.get(name));
        entries.filter_map(|entry| cert::leaf(entry.certificate_pem.as_bytes()).ok()).collect()
    }

    /// That the CAs in a kubeconfig are not the state's; `None` also where there is nothing to compare.
    pub(super) fn foreign(&self, embedded: &[Certificate]) -> Option<Finding> {
        let own = self.certificates("kube-ca");
        let is_foreign = !own.is_empty() && !embedded.is_empty() && !embedded.iter().any(|ca| own.contains(ca));
        let message = "the CA in it is not that of the state: it is the kubeconfig of another cluster, or of before \
                       the CA was rotated";
        is_foreign.then(|| Finding::new(Code::ForeignKubeconfig, message))
    }

    pub(super) fn serves(&self, server: &ServerUrl<'_>) -> Option<bool> {
        let nodes: Vec<_> = self.0.iter().flat_map(|state| state.control_plane()).collect();
        let same = |address: &str| match (address.parse(), server.ip()) {
            (Ok(a), Some(b)) => std::net::IpAddr::to_canonical(&a) == b.to_canonical(),
            _ => address.eq_ignore_ascii_case(server.host()),
        };
        let is_node = nodes.iter().any(|node| same(node.address));
        let is_named =
            || self.certificates("kube-apiserver").iter().any(|certificate| certificate.is_for(server.host()));
        (!nodes.is_empty() && !server.host().is_empty()).then(|| is_node || is_named())
    }

    /// That the administrator's certificate in a kubeconfig of the same CA is not the state's, and which of the two is
    /// newer: RKE makes another with each `rke up`, so it is the one that ends later. Of the state it is the one that
    /// `recover` takes.
    pub(super) fn age(&self, user: &AuthInfo) -> Option<Finding> {
        let bytes = |data: &Option<Data>| Some(data.as_ref().filter(|data| !data.is_empty())?.decode());
        let certificate = cert::leaf(&bytes(&user.client_certificate_data)?).ok()?;
        let admins = self.certificates("kube-admin");
        let last = admins.first()?;
        if admins.contains(&certificate) {
            let key = user.client_key_data.as_ref().map(|key| key.expose().decode());
            let is_own_key = key.as_deref().is_none_or(|key| !is_key_of_another(&certificate, key));
            let message = "its key does not belong to its certificate";
            return (!is_own_key).then(|| Finding::new(Code::StaleKubeconfig, message));
        }
        let (end, of_state) = (certificate.not_after(), last.not_after());
        let is_admin = certificate.common_name() == last.common_name();
        // The CA is the same, so that the certificate is good until it ends.
        Some(match end.as_secs().cmp(&of_state.as_secs()) {
            std::cmp::Ordering::Greater if is_admin => {
                let message = format!(
                    "the state is older than the kubeconfig beside it: its kube-admin ends on {}, that of the \
                     kubeconfig on {}",
                    rfc3339(of_state),
                    rfc3339(end)
                );
                Finding::new(Code::StaleState, message)
            }
            std::cmp::Ordering::Less if is_admin => {
                let message = format!(
                    "the kubeconfig is older than the state: its certificate ends on {}, the kube-admin of the state \
                     on {}",
                    rfc3339(end),
                    rfc3339(of_state)
                );
                let finding = Finding::new(Code::StaleKubeconfig, message).with_severity(Severity::Warning);
                finding.with_help("it works until then; `recover` makes it again from the state")
            }
            _ => {
                let message = format!(
                    "its certificate is not the one that the state has for kube-admin, but another, valid until {}",
                    rfc3339(end)
                );
                let finding = Finding::new(Code::StaleKubeconfig, message).with_severity(Severity::Warning);
                finding.with_help("it works until then; `recover` makes the administrator's from the state")
            }
        })
    }
}

/// Whether RKE wrote a context, by the name of its user; of a file in which no user has that name it is the current
/// context.
pub(super) fn is_rkes(config: &Kubeconfig, name: &str, context: &Context) -> bool {
    let is_admin = |context: &Context| context.user.as_deref().is_some_and(|user| user.starts_with("kube-admin"));
    let is_current = || config.current_context() == Some(name);
    is_admin(context) || is_current() && !config.contexts.iter().any(|(_, other)| is_admin(other))
}

/// The CAs of a cluster's entry, whose paths are absolute. What can't be read says nothing.
pub(super) fn authorities(cluster: &Cluster) -> Vec<Certificate> {
    let data = cluster.certificate_authority_data.as_ref().filter(|data| !data.is_empty());
    let file = cluster.certificate_authority.as_deref().filter(|path| Path::new(path).is_absolute());
    let read = match (data, file) {
        (Some(data), _) => cert::certificates(&data.decode()).ok(),
        (None, Some(file)) => read_reference(Path::new(file)).ok().and_then(|pem| cert::certificates(&pem).ok()),
        (None, None) => None,
    };
    read.unwrap_or_default()
}
