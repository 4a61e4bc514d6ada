//! Entries that go, and what goes with them.

use crate::config::{AuthInfo, Context, Entries, Kubeconfig, Section, set};
use crate::error::{Error, ErrorKind, Result};
use crate::load::Subject;
use crate::store::Draft;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

/// The cluster and the user that belong to one context alone, and so go its way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Followers {
    /// The clusters, by the names they had.
    pub clusters: Vec<String>,
    /// The users, by the names they had.
    pub users: Vec<String>,
}

/// Gives the context `old` the name `new`; `current-context` follows.
///
/// With `cascade` its cluster and its user get the name `new` too, unless another context uses them: also one that is hidden by a context of
/// an earlier file. Which they were is returned.
///
/// # Errors
/// [`ErrorKind::Usage`] for an empty name, [`ErrorKind::ContextNotFound`] where there is no `old`, [`ErrorKind::Refused`] where there is
/// a `new` already: a context, or with `cascade` a cluster or user.
pub fn rename_context(draft: &mut Draft, old: &str, new: &str, cascade: bool) -> Result<Followers> {
    if old.is_empty() || new.is_empty() {
        return Err(Error::new(ErrorKind::Usage, "the name of the context is empty"));
    }
    let Some(context) = draft.config.contexts.get(old) else { return Err(no_context(old)) };
    if draft.config.contexts.contains(new) {
        return Err(Error::new(ErrorKind::Refused, format!("there is a context {new:?} already")));
    }
    let context = context.clone();
    let followers = if cascade { own(draft, old, &context) } else { Followers::default() };
    draft.rename(Section::Contexts, old, new)?;
    for cluster in followers.clusters.iter().filter(|cluster| *cluster != new) {
        draft.rename(Section::Clusters, cluster, new)?;
    }
    for user in followers.users.iter().filter(|user| *user != new) {
        draft.rename(Section::Users, user, new)?;
    }
    if let Some(context) = draft.config.contexts.get_mut(new) {
        if !followers.clusters.is_empty() {
            context.cluster = Some(new.to_owned());
        }
        if !followers.users.is_empty() {
            context.user = Some(new.to_owned());
        }
    }
    if draft.config.current_context() == Some(old) {
        draft.config.current_context = Some(new.to_owned());
    }
    Ok(followers)
}

/// Removes the context `name`; `current-context` stays, as in kubectl.
///
/// With `cascade` its cluster and its user go too, unless another context uses them: also one that is hidden by a context of an earlier
/// file. Which they were is returned.
///
/// # Errors
/// [`ErrorKind::ContextNotFound`] where there is none.
pub fn delete_context(draft: &mut Draft, name: &str, cascade: bool) -> Result<Followers> {
    let Some(context) = draft.config.contexts.get(name).cloned() else { return Err(no_context(name)) };
    let followers = if cascade { own(draft, name, &context) } else { Followers::default() };
    draft.config.contexts.remove(name);
    followers.clusters.iter().for_each(|cluster| drop(draft.config.clusters.remove(cluster)));
    followers.users.iter().for_each(|user| drop(draft.config.users.remove(user)));
    Ok(followers)
}

/// Removes the cluster `name`. Contexts that use it stay.
///
/// # Errors
/// [`ErrorKind::NotFound`] where there is none.
pub fn delete_cluster(config: &mut Kubeconfig, name: &str) -> Result<()> {
    match config.clusters.remove(name) {
        Some(_) => Ok(()),
        None => Err(Error::new(ErrorKind::NotFound, format!("there is no cluster {name:?}"))),
    }
}

/// Removes the user `name`, and returns it: to say where its credentials are left
/// ([`Store::copies_holding`](crate::store::Store::copies_holding)). Contexts that use it stay.
///
/// # Errors
/// [`ErrorKind::NotFound`] where there is none.
pub fn delete_user(config: &mut Kubeconfig, name: &str) -> Result<AuthInfo> {
    match config.users.remove(name) {
        Some(user) => Ok(user),
        None => Err(Error::new(ErrorKind::NotFound, format!("there is no user {name:?}"))),
    }
}

/// Removes clusters and users that no context uses, hidden ones of later files included. Which they were is returned, in their order.
///
/// # Errors
/// [`ErrorKind::Refused`] where there are clusters or users and no context at all: nothing tells which of them are of use.
pub fn prune(draft: &mut Draft) -> Result<Followers> {
    let hidden = hidden(draft);
    let config = &draft.config;
    if config.contexts.is_empty() && hidden.is_empty() && !(config.clusters.is_empty() && config.users.is_empty()) {
        let message = "there is no context at all, so every cluster and every user would be removed";
        let help = "if that is meant, unset clusters and unset users remove them";
        return Err(Error::new(ErrorKind::Refused, message).with_help(help));
    }
    let Kubeconfig { clusters, users, contexts, .. } = &mut draft.config;
    let all = || contexts.iter().map(|(_, context)| context).chain(&hidden);
    let used_clusters: HashSet<&str> = all().filter_map(|context| set(&context.cluster)).collect();
    let used_users: HashSet<&str> = all().filter_map(|context| set(&context.user)).collect();
    Ok(Followers { clusters: retain(clusters, &used_clusters), users: retain(users, &used_users) })
}

/// Removes the entries that are not `used`. Their names.
fn retain<T: Clone>(entries: &mut Entries<T>, used: &HashSet<&str>) -> Vec<String> {
    let mut removed = Vec::new();
    entries.retain(|name, _| {
        let is_used = used.contains(name);
        if !is_used {
            removed.push(name.to_owned());
        }
        is_used
    });
    removed
}

/// The cluster and the user that only the context `name` uses, where they are there.
fn own(draft: &Draft, name: &str, context: &Context) -> Followers {
    let hidden = hidden(draft);
    let others = || {
        let others = draft.config.contexts.iter().filter(|(other, _)| *other != name).map(|(_, context)| context);
        others.chain(hidden.iter())
    };
    let cluster = set(&context.cluster)
        .filter(|cluster| draft.config.clusters.contains(cluster))
        .filter(|cluster| !others().any(|other| set(&other.cluster) == Some(cluster)));
    let user = set(&context.user)
        .filter(|user| draft.config.users.contains(user))
        .filter(|user| !others().any(|other| set(&other.user) == Some(user)));
    Followers {
        clusters: cluster.into_iter().map(str::to_owned).collect(),
        users: user.into_iter().map(str::to_owned).collect(),
    }
}

/// The contexts of later files that are hidden by one of the same name: to whoever uses those files alone they are there.
fn hidden(draft: &Draft) -> Vec<Context> {
    // One file under two names hides nothing from itself.
    let sources = draft.loaded().sources().iter().map(|source| source.path());
    let files: HashMap<&Path, PathBuf> = sources.filter_map(|path| Some((path, path.canonicalize().ok()?))).collect();
    let is_same = |one: &Path, other: &Path| files.contains_key(one) && files.get(one) == files.get(other);
    let shadowed = draft.loaded().shadowed().into_iter();
    let contexts = shadowed.filter_map(|shadowed| match shadowed.subject {
        Subject::Context(_) if is_same(shadowed.used.path(), shadowed.hidden.path()) => None,
        Subject::Context(name) => shadowed.hidden.source().config().contexts.get(name).cloned(),
        _ => None,
    });
    contexts.collect()
}

#[cold]
fn no_context(name: &str) -> Error {
    Error::new(ErrorKind::ContextNotFound, format!("there is no context {name:?}"))
}
