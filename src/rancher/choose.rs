//! Direct or through Rancher: the questions an export asks.

use super::kind::{Index, View};
use crate::config::Kubeconfig;
use crate::export::Dependence;
use std::collections::HashSet;

/// Whether `context` is of no use when Rancher is down: Rancher is its server, or its program the login command.
///
/// It looks at the whole file; for many contexts at once there are [`direct`] and [`judge`].
pub fn is_through_rancher(config: &Kubeconfig, context: &str) -> bool {
    Index::of(config).is_through_rancher(&View::of(config, context))
}

/// The contexts that don't need Rancher, for [`Export::filter`](crate::Export::filter).
pub fn direct(config: &Kubeconfig) -> Vec<&str> {
    let index = Index::of(config);
    config.contexts.names().filter(|name| !index.is_through_rancher(&View::of(config, name))).collect()
}

/// The contexts that need Rancher, for [`Export::judge`](crate::Export::judge).
pub fn judge(config: &Kubeconfig) -> Vec<(&str, Dependence)> {
    let index = Index::of(config);
    let through = config.contexts.names().filter(|name| index.is_through_rancher(&View::of(config, name)));
    through.map(|name| (name, Dependence::ThroughRancher)).collect()
}

/// A direct context rather than one through Rancher, for [`Export::current_by`](crate::Export::current_by).
///
/// A current context that goes through Rancher's proxy gives way to a direct one of the same cluster, the first of
/// them. Where there is none it stays: a context of another cluster would be a trap. Without a current context it is
/// the first direct one.
pub fn prefer_direct(config: &Kubeconfig) -> Option<&str> {
    let direct = direct(config);
    let Some(current) = config.current_context() else { return direct.first().copied() };
    let proxy = View::of(config, current);
    let Some(reached) = proxy.through() else { return Some(current) };
    // Rancher gives both the same user. Files of Rancher 2.2 that were brought together share it between clusters; then
    // names decide: the direct context of `prod` is `prod-fqdn` or `prod-NODE`, that of `prod-eu` is `prod-eu-fqdn`.
    let of_user = config.contexts.names().map(|name| View::of(config, name)).filter(|v| v.user_name == proxy.user_name);
    let others: HashSet<&str> = of_user
        .filter(|other| other.through().is_some_and(|through| through != reached))
        .map(|other| other.cluster_name)
        .collect();
    let belongs = |name: &str| {
        let view = View::of(config, name);
        if proxy.user_name.is_empty() || view.user_name != proxy.user_name {
            return false;
        }
        let mut prefixes = view.cluster_name.match_indices('-').map(|(at, _)| &view.cluster_name[..at]).rev();
        let owner = prefixes.find(|prefix| *prefix == proxy.cluster_name || others.contains(prefix));
        owner.map_or(others.is_empty(), |owner| owner == proxy.cluster_name)
    };
    direct.into_iter().find(|name| belongs(name)).or(Some(current))
}
