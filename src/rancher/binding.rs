//! Which of Rancher's tokens a cluster accepts on a direct way: those that Rancher bound to it.

use super::clusters::{ClusterGroup, Member};
use super::kind::{ContextKind, View};
use super::lifetime::SHARED_USER;
use super::marks::is_unproven;
use crate::access::is_rancher_token;
use crate::config::Kubeconfig;
use crate::finding::{Code, Effect, Finding, Severity};
use crate::url::ServerUrl;
use std::collections::{HashMap, HashSet};

/// What configurations together show of the tokens in them.
pub(crate) struct Bindings<'a> {
    configs: Vec<&'a Kubeconfig>,
    /// The clusters, with their contexts.
    pub(super) groups: Vec<ClusterGroup<'a>>,
    /// What the contexts through Rancher use each token for.
    uses: HashMap<&'a str, Use>,
    /// The clusters' entries that contexts of several clusters use.
    disputed: HashSet<(usize, &'a str)>,
    /// Every Rancher that a context goes through: scheme, host and port.
    ranchers: HashSet<String>,
    rancher_hosts: HashSet<String>,
}

/// What a token is used for.
struct Use {
    through: Through,
    /// Whether a user through Rancher is called like its cluster, as Rancher calls users with a token of their own.
    own: bool,
    /// The one cluster it is used for, by number; `None` for several.
    group: Option<usize>,
}

/// Where a token goes through Rancher.
#[derive(PartialEq)]
enum Through {
    Nowhere,
    /// To one cluster: its id, and its Rancher where the id alone tells nothing.
    One(Option<String>, String),
    /// To several, or to Rancher itself.
    Several,
}

impl<'a> Bindings<'a> {
    #[cfg(feature = "check")]
    pub(crate) fn of(configs: &[&'a Kubeconfig]) -> Self {
        Self::with(configs, super::clusters::clusters(configs))
    }

    /// By configurations, and the clusters that their contexts lead to.
    pub(super) fn with(configs: &[&'a Kubeconfig], groups: Vec<ClusterGroup<'a>>) -> Self {
        let ranchers: HashSet<String> = groups.iter().filter_map(|group| group.rancher.clone()).collect();
        let mut rancher_hosts: HashSet<String> =
            ranchers.iter().map(|rancher| ServerUrl::of(rancher).host_key()).collect();
        // Rancher may be known by its own entry, or by a login command, alone.
        for member in groups.iter().flat_map(|group| &group.members) {
            let view = &member.view;
            let is_server = member.kind.kind == ContextKind::RancherServer;
            let own = is_server.then(|| view.server().host_key()).filter(|host| !host.is_empty());
            rancher_hosts.extend(own.into_iter().chain(view.login_host()));
        }
        Bindings {
            configs: configs.to_vec(),
            uses: uses(&groups),
            disputed: disputed(&groups),
            ranchers,
            rancher_hosts,
            groups,
        }
    }

    /// The clusters with their contexts, in the order of their first contexts.
    pub(crate) fn groups(&self) -> &[ClusterGroup<'a>] {
        &self.groups
    }

    /// Whether Rancher itself answers at the server of a context.
    pub(super) fn is_rancher(&self, view: &View<'_>) -> bool {
        self.ranchers.contains(&view.origin())
    }

    pub(super) fn is_rancher_host(&self, host: &str) -> bool {
        self.rancher_hosts.contains(host)
    }

    /// Whether the token is used for one cluster alone, as far as the files show.
    pub(super) fn is_of_one_cluster(&self, token: &str) -> bool {
        self.uses.get(token).is_none_or(|known| known.group.is_some())
    }

    /// What speaks against Rancher having bound the token in the file to the cluster of a context; nothing where there is none
    /// of Rancher's.
    pub(crate) fn doubt_of(&self, group: &ClusterGroup<'a>, member: &Member<'a>) -> Option<Finding> {
        let token = member.view.token().filter(|token| is_rancher_token(token))?;
        self.doubt(token, group, member)
    }

    /// What speaks against Rancher having bound `token` to the cluster of a context.
    pub(crate) fn doubt(&self, token: &str, group: &ClusterGroup<'a>, member: &Member<'a>) -> Option<Finding> {
        let config = self.configs.get(member.config)?;
        let view = &member.view;
        if let Some(id) = view.cluster_id() {
            // With tokens of two clusters on one way, one of them is wrong.
            let is_disputed = self.disputed.contains(&(member.config, view.cluster_name));
            return match group.cluster_id.as_deref() {
                Some(known) if known == id => is_disputed.then(perhaps_unbound),
                _ => Some(unbound()),
            };
        }
        // A cloud's own address is that of a hosted cluster, where Rancher cannot put its webhook.
        if view.is_hosted() {
            return Some(unbound());
        }
        let is_made_by_rancher = !is_unproven(config, view.context);
        let this = group.rancher.as_deref().zip(group.cluster_id.as_deref());
        let is_this = |through: &Through| this.is_some_and(|(rancher, id)| *through == of_rancher(rancher, id));
        match self.uses.get(token) {
            Some(Use { through: Through::Several, .. }) => Some(unbound()),
            Some(Use { through: Through::One(..), .. })
                if view.user_name == SHARED_USER && !view.is_named_after_user() =>
            {
                Some(unbound())
            }
            Some(Use { through: one @ Through::One(..), own: true, .. })
                if is_this(one) && is_made_by_rancher && view.is_named_after_user() =>
            {
                None
            }
            Some(Use { through: Through::One(..), .. }) => Some(perhaps_unbound()),
            _ if view.is_named_after_user() && is_made_by_rancher => None,
            _ => Some(perhaps_unbound()),
        }
    }
}

pub(super) fn unbound() -> Finding {
    let message = "its token is Rancher's and not bound to this cluster, so it is good only for Rancher";
    Finding::new(Code::UnboundToken, message).with_severity(Severity::Error)
}

pub(super) fn perhaps_unbound() -> Finding {
    let message = "nothing shows that Rancher bound its token to this cluster";
    Finding::new(Code::UnboundToken, message).with_effect(Effect::Unknown)
}

fn uses<'a>(groups: &[ClusterGroup<'a>]) -> HashMap<&'a str, Use> {
    let mut uses: HashMap<&str, Use> = HashMap::with_capacity(groups.len());
    let members =
        groups.iter().enumerate().flat_map(|(at, group)| group.members.iter().map(move |member| (at, member)));
    for (group, member) in members {
        let view = &member.view;
        let Some(token) = view.token() else { continue };
        let new = || Use { through: Through::Nowhere, own: false, group: Some(group) };
        let known = uses.entry(token).or_insert_with(new);
        known.group = known.group.filter(|other| *other == group);
        let through = match &member.kind.kind {
            ContextKind::RancherProxy { rancher, cluster_id } => of_rancher(rancher, cluster_id),
            ContextKind::RancherServer => Through::Several,
            _ => continue,
        };
        known.own |= view.user_name == view.cluster_name;
        if known.through == Through::Nowhere {
            known.through = through;
        } else if known.through != through {
            known.through = Through::Several;
        }
    }
    uses
}

fn disputed<'a>(groups: &[ClusterGroup<'a>]) -> HashSet<(usize, &'a str)> {
    let mut of_entry = HashMap::with_capacity(groups.len());
    let mut disputed = HashSet::new();
    for (at, group) in groups.iter().enumerate() {
        for member in &group.members {
            let entry = (member.config, member.view.cluster_name);
            if *of_entry.entry(entry).or_insert(at) != at {
                disputed.insert(entry);
            }
        }
    }
    disputed
}

/// A cluster's id, which is the same in every Rancher for the cluster that it runs in itself.
fn of_rancher(rancher: &str, cluster_id: &str) -> Through {
    Through::One((cluster_id == "local").then(|| rancher.to_owned()), cluster_id.to_owned())
}
