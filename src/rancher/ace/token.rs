//! Whether a user's token is one that a cluster accepts on its direct way.

use super::note::AceNote;
use crate::access::is_rancher_token;
use crate::config::Kubeconfig;
use crate::jwt;
use crate::rancher::clusters::clusters;
use crate::rancher::kind::{ContextKind, View};
use crate::rancher::marks::is_unproven;

/// What speaks against the user `name` of `config` on the direct way into the cluster with Rancher's id `id`; nothing
/// where there is evidence that it works, or the credentials are none of Rancher's.
pub(super) fn doubts(config: &Kubeconfig, name: &str, id: &str) -> Vec<AceNote> {
    let user = || name.to_owned();
    let view = View::of_user(config, name);
    if view.logs_in_by_rancher() {
        // Rancher's program names the cluster only where the endpoint is enabled.
        return match view.cluster_id() {
            Some(named) if named == id => vec![AceNote::LoginNeedsRancher { user: user() }],
            _ => vec![AceNote::LoginNeedsRancher { user: user() }, AceNote::TokenUnproven { user: user() }],
        };
    }
    // Rancher takes no other tokens than its own, whatever they look like; but the cluster takes those that it signed.
    let is_ranchers = |token: &str| is_rancher_token(token) || jwt::Claims::of(token).is_none();
    if view.has_certificate() || !view.token().is_some_and(is_ranchers) {
        return Vec::new();
    }
    if let Some(named) = view.cluster_id() {
        let other = || AceNote::TokenOfAnotherCluster { user: user(), cluster_id: named.to_owned() };
        return if named == id { Vec::new() } else { vec![other()] };
    }
    let groups = clusters(&[config]);
    let is_users = |context: &str| View::of(config, context).user_name == name;
    let mut ways = groups.iter().flat_map(|group| group.members.iter().map(move |member| (group, member)));
    let is_bound = ways.any(|(group, member)| {
        let is_ace = matches!(member.kind.kind, ContextKind::AceFqdn | ContextKind::AceNode);
        is_ace
            && !is_unproven(config, member.context)
            && group.cluster_id.as_deref() == Some(id)
            && is_users(member.context)
    });
    let mut reached: Vec<&str> = groups
        .iter()
        .filter(|group| group.members.iter().any(|member| is_users(member.context)))
        .filter_map(|group| group.cluster_id.as_deref())
        .collect();
    reached.dedup();
    match () {
        () if reached.len() > 1 => vec![AceNote::TokenShared { user: user() }],
        () if is_bound => Vec::new(),
        () => vec![AceNote::TokenUnproven { user: user() }],
    }
}
