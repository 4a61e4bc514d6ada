//! What Rancher's kubeconfigs are known for.

use super::group::Group;
use super::kubeconfig::{Entry, Listed};
use super::notes::Notes;
use super::when;
use crate::config::{AuthInfo, Cluster, Kubeconfig, set, set_secret};
use crate::error::Printable;
use crate::export::{Brackets, Server};
use crate::finding::{Code, Finding, Severity};
use crate::load::Subject;
use crate::rancher::outage::{end_by_comments, end_of_token};
use crate::rancher::{ContextKind, clusters, direct, is_rancher_token, kinds, unescape};
use rustls_pki_types::UnixTime;
use std::collections::{HashMap, HashSet};

/// Looks at the group as a whole; `notes` has one for each file.
pub(super) fn check(group: &Group<'_, '_>, notes: &mut [Notes<'_>]) {
    let by_name: HashMap<&str, (usize, &Entry<'_, Cluster>)> = group
        .files
        .iter()
        .enumerate()
        .rev()
        .flat_map(|(i, file)| file.clusters.iter().rev().map(move |cluster| (cluster.name.as_str(), (i, cluster))))
        .collect();
    let mut at_server = |cluster: &str, finding: Finding| {
        let Some((file, cluster)) = by_name.get(cluster) else { return };
        let (finding, span) = cluster.find(finding, "server");
        if let Some(notes) = notes.get_mut(*file) {
            notes.add(finding, span);
        }
    };
    let cluster_of = |context: &str| group.config.contexts.get(context).and_then(|context| set(&context.cluster));
    let mut endpoints = HashSet::new();
    for (context, kind) in kinds(&group.config) {
        let Some(cluster) = cluster_of(context).filter(|_| kind.kind == ContextKind::AceFqdn) else { continue };
        if !endpoints.insert(cluster) {
            continue;
        }
        let Some(body) = group.config.clusters.get(cluster) else { continue };
        for finding in of_fqdn(body) {
            at_server(cluster, finding);
        }
    }
    for (context, message) in proxied_only(group) {
        if let Some(cluster) = cluster_of(context) {
            at_server(cluster, Finding::new(Code::ProxiedOnly, message));
        }
    }
    for (file, notes) in group.files.iter().zip(notes) {
        for cluster in &file.clusters {
            brackets(cluster, notes);
            escaped(group, cluster, notes);
        }
        let document = file.users.iter().find_map(Entry::document);
        let config = || Kubeconfig::from_document(document?).ok();
        let end = document.and_then(|document| end_by_comments(document.text(), config));
        for user in &file.users {
            token(user, end, notes);
            escaped(group, user, notes);
        }
        file.contexts.iter().for_each(|context| escaped(group, context, notes));
    }
}

/// Clusters that no context leads into without Rancher: the first of their contexts.
fn proxied_only<'g>(group: &'g Group<'_, '_>) -> Vec<(&'g str, String)> {
    let config = &group.config;
    let direct: HashSet<&str> = direct(config).into_iter().collect();
    let is_proxy = |kind: &ContextKind| matches!(kind, ContextKind::RancherProxy { .. });
    let mut found = Vec::new();
    for cluster in clusters(&[config]) {
        let Some(proxy) = cluster.members.iter().find(|member| is_proxy(&member.kind.kind)) else { continue };
        if cluster.members.iter().any(|member| direct.contains(member.context)) {
            continue;
        }
        let way = match cluster.members.iter().any(|member| !is_proxy(&member.kind.kind)) {
            true => "logs in by Rancher",
            false => "goes through Rancher",
        };
        found.push((proxy.context, format!("every way into the cluster \"{}\" {way}", Printable(&cluster.name))));
    }
    found
}

fn of_fqdn(cluster: &Cluster) -> Vec<Finding> {
    let mut found = Vec::new();
    let server = Server::of(set(&cluster.server).unwrap_or_default());
    if server.port.is_none() {
        let message = "an authorized cluster endpoint without a port: clients connect to 443";
        found.push(Finding::new(Code::FqdnWithoutPort, message));
    }
    let has_ca = set(&cluster.certificate_authority).is_some()
        || cluster.certificate_authority_data.as_ref().is_some_and(|data| !data.is_empty());
    if !has_ca && !cluster.insecure_skip_tls_verify {
        let message = "an authorized cluster endpoint without a CA: its certificate must be publicly trusted";
        found.push(Finding::new(Code::FqdnWithoutCa, message));
    }
    found
}

fn brackets(cluster: &Entry<'_, Cluster>, notes: &mut Notes<'_>) {
    let (message, severity) = match Server::of(set(&cluster.body.server).unwrap_or_default()).brackets() {
        Brackets::Fine => return,
        Brackets::Missing => ("an IPv6 address without brackets: not every client can read it", Severity::Warning),
        Brackets::Misleading => (
            "an IPv6 address without brackets and without a port: its last part is taken for the port",
            Severity::Error,
        ),
    };
    let finding = Finding::new(Code::UnbracketedIpv6, message).with_severity(severity);
    let (finding, span) = cluster.find(finding, "server");
    notes.add(finding, span);
}

/// Of a token of Rancher's: until when, where its file tells, which is `end`, or what was kept beside it.
fn token(user: &Entry<'_, AuthInfo>, end: Option<UnixTime>, notes: &mut Notes<'_>) {
    if set_secret(&user.body.token).is_none_or(|token| !is_rancher_token(token)) {
        return;
    }
    let checker = notes.checker();
    let told = "createdTimestamp and ttl in the comments of the file";
    let finding = match end_of_token(&user.body, end) {
        Some(end) if end.as_secs() <= checker.at.as_secs() => {
            Finding::new(Code::TokenExpired, format!("the token ended {} ({told})", when::ago(end, checker.at)))
        }
        Some(end) if end.as_secs() - checker.at.as_secs() <= checker.within.as_secs() => {
            Finding::new(Code::TokenExpiresSoon, format!("the token ends {} ({told})", when::ahead(end, checker.at)))
        }
        _ => Finding::new(Code::RancherToken, "a token that Rancher made: it ends when Rancher's record of it does"),
    };
    let (finding, span) = user.find(finding, "token");
    notes.add(finding, span);
}

/// Names with HTML entities: of entries that have the name of a context, that says it for all.
fn escaped<T: Listed>(group: &Group<'_, '_>, entry: &Entry<'_, T>, notes: &mut Notes<'_>) {
    let is_context = matches!(T::subject(&entry.name), Subject::Context(_));
    let plain = unescape(&entry.name);
    if plain == entry.name || (!is_context && group.config.contexts.contains(&entry.name)) {
        return;
    }
    let message = format!("the name is escaped as in HTML: it was \"{}\"", Printable(&plain));
    let (finding, span) = entry.find(Finding::new(Code::HtmlEscaped, message), "name");
    notes.add(finding, span);
}
