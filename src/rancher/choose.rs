//! Direct or through Rancher: the questions an export asks.

use super::ace::is_unproven;
use super::clusters::clusters;
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

/// The contexts that don't need Rancher, for [`Export::filter`](crate::Export::filter). One whose cluster or user is not there is none
/// of them: it leads nowhere.
pub fn direct(config: &Kubeconfig) -> Vec<&str> {
    let index = Index::of(config);
    let is_direct = |name: &&str| {
        let view = View::of(config, name);
        let is_there = |name: &str, is: bool| name.is_empty() || is;
        is_there(view.cluster_name, config.clusters.contains(view.cluster_name))
            && is_there(view.user_name, config.users.contains(view.user_name))
            && !index.is_through_rancher(&view)
    };
    config.contexts.names().filter(is_direct).collect()
}

/// The contexts that need Rancher, and those made by [`AuthorizedEndpoint`](super::AuthorizedEndpoint) without a proof that
/// their token is valid there, for [`Export::judge`](crate::Export::judge).
pub fn judge(config: &Kubeconfig) -> Vec<(&str, Dependence)> {
    let index = Index::of(config);
    let judged = |name| {
        if index.is_through_rancher(&View::of(config, name)) {
            return Some((name, Dependence::ThroughRancher));
        }
        is_unproven(config, name).then_some((name, Dependence::UnprovenToken))
    };
    config.contexts.names().filter_map(judged).collect()
}

/// The contexts that lead past Rancher with a token of Rancher's. Nothing in the token says when it ends;
/// [`outage`](super::outage) tells what a file knows of that.
pub fn direct_with_rancher_token(config: &Kubeconfig) -> Vec<&str> {
    let index = Index::of(config);
    let is_one = |name: &&str| {
        let view = View::of(config, name);
        view.has_rancher_token() && !index.is_through_rancher(&view)
    };
    config.contexts.names().filter(is_one).collect()
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
    if proxy.through().is_none() {
        return Some(current);
    }
    let direct: HashSet<&str> = direct.into_iter().collect();
    let groups = clusters(&[config]);
    let group = groups.into_iter().find(|group| group.members.iter().any(|member| member.context == current));
    let of_cluster = group.into_iter().flat_map(|group| group.members).map(|member| member.context);
    of_cluster.into_iter().find(|name| direct.contains(name)).or(Some(current))
}

/// As [`prefer_direct`], for an export without the contexts through Rancher: only `source` still knows which of the direct
/// ones is in place of the current one.
///
/// ```
/// use kubeconfig::{Loader, rancher};
/// # fn main() -> Result<(), kubeconfig::Error> {
/// let loaded = Loader::from_env().explicit("tests/data/rancher-ace.yaml").load()?;
/// let current = rancher::prefer_direct_of(loaded.config());
/// let backup = loaded.export().filter(rancher::direct).current_by(current).build()?;
/// assert_eq!(backup.config().current_context(), Some("prod-fqdn"));
/// # Ok(())
/// # }
/// ```
pub fn prefer_direct_of(source: &Kubeconfig) -> impl for<'c> Fn(&'c Kubeconfig) -> Option<&'c str> + '_ {
    let wanted = prefer_direct(source);
    move |config| {
        let kept = config.contexts.names().find(|name| Some(*name) == wanted);
        kept.or_else(|| prefer_direct(config))
    }
}
