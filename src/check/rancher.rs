//! What Rancher's kubeconfigs are known for.

use super::group::Group;
use super::kubeconfig::{Entry, Listed};
use super::notes::Notes;
use crate::access::{Credential, End, Examiner, Login, Proof, endpoint_without_ca, is_rancher_token, token_ends};
use crate::config::{AuthInfo, Cluster, Kubeconfig, set, set_secret};
use crate::error::Printable;
use crate::finding::{Code, Finding};
use crate::load::Subject;
use crate::rancher::{Bindings, ContextKind, Lifetime, direct_but, lifetime_by_comments, unescape};
use crate::url::ServerUrl;
use std::collections::HashSet;

/// Looks at the group as a whole; `notes` has one for each file.
pub(super) fn check(group: &Group<'_, '_>, through: &HashSet<&str>, examiner: &Examiner, notes: &mut [Notes<'_>]) {
    let of_tokens = Bindings::of(&[&group.config]);
    bindings(group, &of_tokens, through, notes);
    let mut at_server = |cluster: &str, finding: Finding| {
        let Some((file, cluster)) = group.entry_of::<Cluster>(cluster) else { return };
        let (finding, span) = cluster.find(finding, "server");
        if let Some(notes) = notes.get_mut(file) {
            notes.add(finding, span);
        }
    };
    let cluster_of = |context: &str| group.config.contexts.get(context).and_then(|context| set(&context.cluster));
    let mut endpoints = HashSet::new();
    for member in of_tokens.groups().iter().flat_map(|cluster| &cluster.members) {
        let is_fqdn = member.kind.kind == ContextKind::AceFqdn;
        let Some(cluster) = cluster_of(member.context).filter(|_| is_fqdn) else { continue };
        if !endpoints.insert(cluster) {
            continue;
        }
        let Some(body) = group.config.clusters.get(cluster) else { continue };
        for finding in of_fqdn(body) {
            at_server(cluster, finding);
        }
    }
    for (context, message) in proxied_only(group, through, &of_tokens) {
        if let Some(cluster) = cluster_of(context) {
            at_server(cluster, Finding::new(Code::ProxiedOnly, message));
        }
    }
    for (file, notes) in group.files.iter().zip(notes) {
        for cluster in &file.clusters {
            escaped(group, cluster, notes);
        }
        let document = file.users.iter().find_map(Entry::document);
        let config = || Kubeconfig::from_document(document?).ok();
        let end = document.and_then(|document| lifetime_by_comments(document.text(), config));
        for user in &file.users {
            token(user, end, examiner, notes);
            escaped(group, user, notes);
        }
        file.contexts.iter().for_each(|context| escaped(group, context, notes));
    }
}

/// Clusters that no context leads into without Rancher: the first of their contexts.
fn proxied_only<'g>(
    group: &'g Group<'_, '_>,
    through: &HashSet<&str>,
    bindings: &Bindings<'g>,
) -> Vec<(&'g str, String)> {
    let direct: HashSet<&str> = direct_but(&group.config, through).into_iter().collect();
    let is_proxy = |kind: &ContextKind| matches!(kind, ContextKind::RancherProxy { .. });
    let mut found = Vec::new();
    for cluster in bindings.groups() {
        let Some(proxy) = cluster.members.iter().find(|member| is_proxy(&member.kind.kind)) else { continue };
        if cluster.members.iter().any(|member| direct.contains(member.context)) {
            continue;
        }
        let way = match cluster.members.iter().any(|member| !is_proxy(&member.kind.kind)) {
            true => "logs in by Rancher",
            false => "goes through Rancher",
        };
        found.push((
            proxy.context,
            format!("every way into the cluster \"{}\" {way}", crate::config::ShownName(&cluster.name)),
        ));
    }
    found
}

fn of_fqdn(cluster: &Cluster) -> Vec<Finding> {
    let mut found = Vec::new();
    let server = ServerUrl::of(set(&cluster.server).unwrap_or_default());
    if server.port().is_none() {
        let message = "an authorized cluster endpoint without a port: clients connect to 443";
        found.push(Finding::new(Code::FqdnWithoutPort, message));
    }
    let has_ca = set(&cluster.certificate_authority).is_some()
        || cluster.certificate_authority_data.as_ref().is_some_and(|data| !data.is_empty());
    if !has_ca && !cluster.insecure_skip_tls_verify {
        found.push(endpoint_without_ca());
    }
    found
}

/// Of a token of Rancher's: until when, by what was kept beside it, or by the comments of its file.
fn token(user: &Entry<'_, AuthInfo>, end: Option<Lifetime>, examiner: &Examiner, notes: &mut Notes<'_>) {
    let Some(token) = set_secret(&user.body.token).filter(|token| is_rancher_token(token)) else { return };
    let mut credential = Credential::new(Login::RancherToken);
    if let Some(lifetime) = Lifetime::of_user(&user.body, token).unwrap_or(end) {
        credential.from = Some(lifetime.from);
        credential.end = lifetime.until.map_or(End::Never, End::At);
    }
    let ended = token_ends(&credential, "the token", &Proof::Comments.to_string(), examiner.question());
    let message = "a token that Rancher made: it ends when Rancher's record of it does";
    let finding = ended.unwrap_or_else(|| Finding::new(Code::RancherToken, message));
    let (finding, span) = user.find(finding, "token");
    notes.add(finding, span);
}

/// Tokens that Rancher bound to another cluster than the one they are used with, or to none.
fn bindings(group: &Group<'_, '_>, bindings: &Bindings<'_>, through: &HashSet<&str>, notes: &mut [Notes<'_>]) {
    let mut told = HashSet::new();
    for cluster in bindings.groups() {
        for member in cluster.members.iter().filter(|member| !through.contains(member.context)) {
            let user_name = group.config.contexts.get(member.context).and_then(|context| set(&context.user));
            let Some(name) = user_name else { continue };
            let Some((file, entry)) = group.entry_of::<AuthInfo>(name) else { continue };
            let Some(notes) = notes.get_mut(file) else { continue };
            if let Some(doubt) = bindings.doubt_of(cluster, member).filter(|doubt| told.insert((name, doubt.severity)))
            {
                let (finding, span) = entry.find(doubt, "token");
                notes.add(finding, span);
            }
        }
    }
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
