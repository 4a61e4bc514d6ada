//! Which contexts need Rancher.

use super::login::is_by_rancher;
use super::token::is_rancher_token;
use crate::config::{AuthInfo, Kubeconfig, set, set_secret};
use crate::url::ServerUrl;
use std::collections::{HashMap, HashSet};

/// Returns the contexts that depend on Rancher: it is their server, or its program their login command.
pub(crate) fn through_rancher(config: &Kubeconfig) -> HashSet<&str> {
    let mut found = server_is_rancher(config);
    let is_by_rancher = |name: Option<&str>| name.and_then(|name| config.users.get(name)).is_some_and(is_by_rancher);
    let by_login = config.contexts.iter().filter(|(_, context)| is_by_rancher(set(&context.user)));
    found.extend(by_login.map(|(name, _)| name));
    found
}

/// Returns the contexts that do not work without Rancher: its proxy is their server, or Rancher itself. That shows by
/// another context, which has the proxy at the same address, or by the names of an entry that Rancher writes for
/// itself.
pub(crate) fn server_is_rancher(config: &Kubeconfig) -> HashSet<&str> {
    let servers: HashMap<&str, ServerUrl<'_>> = config
        .clusters
        .iter()
        .filter_map(|(name, cluster)| Some((name, ServerUrl::of(set(&cluster.server)?))))
        .collect();
    let is_proxy = |url: &&ServerUrl<'_>| url.rancher_cluster().is_some();
    let origins: HashSet<String> = servers.values().filter(is_proxy).map(ServerUrl::origin).collect();
    let contexts = config.contexts.iter().filter(|(name, context)| {
        let cluster = set(&context.cluster).unwrap_or_default();
        let user_name = set(&context.user).unwrap_or_default();
        let user = config.users.get(user_name);
        let is_rancher = |url: &ServerUrl<'_>| {
            let is_named = [*name, cluster, user_name].iter().all(|name| *name == "rancher");
            let is_bare = url.port().is_none() && url.path().trim_end_matches('/').is_empty();
            origins.contains(&url.origin()) || is_named && is_bare && user.is_some_and(has_rancher_token)
        };
        servers.get(cluster).is_some_and(is_rancher)
    });
    contexts.map(|(name, _)| name).collect()
}

fn has_rancher_token(user: &AuthInfo) -> bool {
    set_secret(&user.token).is_some_and(is_rancher_token)
}
