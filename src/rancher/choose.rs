//! Direct or through Rancher: the questions an export asks.

use super::clusters::clusters;
use super::kind::View;
use crate::access::through_rancher;
use crate::config::Kubeconfig;
use std::collections::HashSet;

/// Returns whether `context` is of no use when Rancher is down: Rancher is its server, or its program the login command.
///
/// It looks at the whole file; for many contexts at once there is [`direct`].
pub fn is_through_rancher(config: &Kubeconfig, context: &str) -> bool {
    through_rancher(config).contains(context)
}

/// Returns the contexts that don't need Rancher, for [`Export::filter`](crate::Export::filter). One whose cluster or user is not
/// there is not among them: it leads nowhere.
pub fn direct(config: &Kubeconfig) -> Vec<&str> {
    direct_but(config, &through_rancher(config))
}

/// As [`direct`], where it is known which contexts need Rancher.
pub(crate) fn direct_but<'c>(config: &'c Kubeconfig, through: &HashSet<&str>) -> Vec<&'c str> {
    let is_direct = |name: &&str| {
        let view = View::of(config, name);
        let is_there = |name: &str, is: bool| name.is_empty() || is;
        is_there(view.cluster_name, config.clusters.contains(view.cluster_name))
            && is_there(view.user_name, config.users.contains(view.user_name))
            && !through.contains(name)
    };
    config.contexts.names().filter(is_direct).collect()
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
