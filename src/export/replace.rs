//! What mends a file that only works where it was written: other servers, another name.

use super::report::{Note, Report};
use crate::config::{Cluster, Kubeconfig, set};
use crate::error::{Error, ErrorKind, Result};
use std::collections::HashMap;

/// The contexts of one cluster by the server they want; `None` is the one it has.
type Wishes<'a> = Vec<(Option<&'a str>, Vec<String>)>;

/// Gives the contexts the servers `of` names for them, and the others the server `all`.
pub(super) fn servers(
    config: &mut Kubeconfig,
    all: Option<&str>,
    of: &[(String, String)],
    report: &mut Report,
) -> Result<()> {
    if all.is_none() && of.is_empty() {
        return Ok(());
    }
    for (cluster, mut wishes) in wishes(config, all, of)? {
        // Whoever keeps the server keeps the cluster; where nobody does, the first takes it over.
        wishes.sort_by_key(|(url, _)| url.is_some());
        let Some(original) = config.clusters.get(&cluster).cloned() else { continue };
        for (i, (url, contexts)) in wishes.into_iter().enumerate() {
            let Some(url) = url else { continue };
            let name = if i == 0 { cluster.clone() } else { copy(config, &cluster, original.clone(), &contexts) };
            if name != cluster {
                report.notes.push(Note::ClusterCopied { cluster: cluster.clone(), copy: name.clone() });
            }
            if let Some(body) = config.clusters.get_mut(&name) {
                set_server(&name, body, url, report);
            }
        }
    }
    Ok(())
}

/// The clusters in the order in which the contexts name them.
fn wishes<'a>(
    config: &Kubeconfig,
    all: Option<&'a str>,
    of: &'a [(String, String)],
) -> Result<Vec<(String, Wishes<'a>)>> {
    let of: HashMap<&str, &str> = of.iter().map(|(context, url)| (context.as_str(), url.as_str())).collect();
    let mut clusters: Vec<(String, Wishes<'a>)> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for (name, context) in config.contexts.iter() {
        let Some(cluster) = set(&context.cluster) else {
            if of.contains_key(name) {
                let message = format!("the context {name:?} has no cluster whose server could be replaced");
                return Err(Error::new(ErrorKind::Usage, message));
            }
            continue;
        };
        let has = config.clusters.get(cluster).and_then(|cluster| set(&cluster.server));
        let url = of.get(name).copied().or(all).filter(|url| has != Some(url));
        let place = *places.entry(cluster).or_insert(clusters.len());
        if place == clusters.len() {
            clusters.push((cluster.to_owned(), Vec::new()));
        }
        let Some((_, wishes)) = clusters.get_mut(place) else { continue };
        match wishes.iter_mut().find(|(other, _)| *other == url) {
            Some((_, contexts)) => contexts.push(name.to_owned()),
            None => wishes.push((url, vec![name.to_owned()])),
        }
    }
    Ok(clusters)
}

/// Copies a cluster for these contexts; returns the name of the copy.
fn copy(config: &mut Kubeconfig, cluster: &str, body: Cluster, contexts: &[String]) -> String {
    let wanted = contexts.first().map_or(cluster, String::as_str);
    let mut name = wanted.to_owned();
    let mut number = 2;
    while config.clusters.contains(&name) {
        name = format!("{wanted}-{number}");
        number += 1;
    }
    let other = config.clusters.other(cluster).cloned().unwrap_or_default();
    config.clusters.insert(name.as_str(), body);
    if let Some(place) = config.clusters.other_mut(&name) {
        *place = other;
    }
    for context in contexts {
        if let Some(context) = config.contexts.get_mut(context) {
            context.cluster = Some(name.clone());
        }
    }
    name
}

fn set_server(name: &str, cluster: &mut Cluster, url: &str, report: &mut Report) {
    cluster.server = Some(url.to_owned());
    if set(&cluster.tls_server_name).is_some() {
        cluster.tls_server_name = None;
        report.notes.push(Note::TlsServerNameDropped { cluster: name.to_owned() });
    }
}

/// Renames the only context, its cluster and its user.
pub(super) fn name(config: &mut Kubeconfig, old: &str, new: &str) {
    config.contexts.rename(old, new);
    config.current_context = Some(new.to_owned());
    let Some(context) = config.contexts.get_mut(new) else { return };
    if let Some(cluster) = set(&context.cluster) {
        config.clusters.rename(cluster, new);
        context.cluster = Some(new.to_owned());
    }
    if let Some(user) = set(&context.user) {
        config.users.rename(user, new);
        context.user = Some(new.to_owned());
    }
}
