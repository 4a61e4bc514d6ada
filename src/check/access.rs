//! What the judge of [`access`](crate::access) says of the entries of kubeconfigs, each at its place.

use super::clients;
use super::group::Group;
use super::kubeconfig::{ConfigFile, Entry, Listed};
use super::notes::Notes;
use super::permissions;
use crate::access::{ClusterFacts, Examiner, Note, UserFacts};
use crate::config::{AuthInfo, Cluster, set};
use crate::error::Printable;
use crate::finding::{Code, Finding};
use crate::load::Subject;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// Looks at the group as a whole; `notes` has one for each file.
/// `through` are the contexts that need Rancher.
pub(super) fn check(group: &Group<'_, '_>, through: &HashSet<&str>, examiner: &Examiner, notes: &mut [Notes<'_>]) {
    let mut clusters: HashMap<&str, ClusterFacts> = HashMap::with_capacity(group.config.clusters.len());
    let mut users: HashMap<&str, User<'_, '_>> = HashMap::with_capacity(group.config.users.len());
    for (i, (file, notes)) in group.files.iter().zip(notes.iter_mut()).enumerate() {
        for entry in &file.clusters {
            let cluster = cluster_of(file, entry);
            let facts = examiner.cluster(&entry.name, &cluster);
            add(entry, &facts.notes, notes);
            add(entry, &clients::of_cluster(notes.checker().client, &cluster, &facts), notes);
            if group.file_of::<Cluster>(&entry.name) == Some(i) {
                clusters.entry(&entry.name).or_insert(facts);
            }
        }
        let mut owners = HashMap::new();
        for entry in &file.users {
            permissions_of(file, entry, notes);
            let user = user_of(file, entry);
            let facts = examiner.user(&entry.name, &user);
            add(entry, &facts.notes, notes);
            add(entry, &facts.of_client, notes);
            facts.credentials.iter().for_each(|credential| add(entry, &credential.notes, notes));
            add(entry, &clients::of_user(notes.checker().client, &user, &facts), notes);
            remarks(entry, &facts, &mut owners, notes);
            if group.file_of::<AuthInfo>(&entry.name) == Some(i) {
                users.entry(&entry.name).or_insert(User { file: i, entry, facts });
            }
        }
    }
    pairs(group, through, examiner, &clusters, &users, notes);
}

struct User<'g, 'd> {
    file: usize,
    entry: &'g Entry<'d, AuthInfo>,
    facts: UserFacts,
}

/// What is to be said of a cluster and a user together: whether the CA signed the certificate, and is one for servers.
fn pairs(
    group: &Group<'_, '_>,
    through: &HashSet<&str>,
    examiner: &Examiner,
    clusters: &HashMap<&str, ClusterFacts>,
    users: &HashMap<&str, User<'_, '_>>,
    notes: &mut [Notes<'_>],
) {
    let mut found = Vec::new();
    let mut seen = HashSet::with_capacity(group.config.contexts.len());
    let mut doubted = HashSet::new();
    for (name, context) in group.config.contexts.iter() {
        let (Some(cluster), Some(user)) = (set(&context.cluster), set(&context.user)) else { continue };
        let (Some(facts), Some(of)) = (clusters.get(cluster), users.get(user)) else { continue };
        if !facts.is_tls || !seen.insert((cluster, user)) {
            continue;
        }
        if !through.contains(name) {
            let entry = group.entry_of::<Cluster>(cluster);
            if let Some((file, entry)) = entry.filter(|_| doubted.insert(cluster)) {
                notes.get_mut(file).into_iter().for_each(|notes| add(entry, &facts.doubts_of_ca, notes));
            }
        }
        found.extend(examiner.pair(facts, &of.facts).into_iter().map(|note| Doubt {
            context: name,
            cluster,
            of,
            note,
        }));
    }
    doubts(found, &seen, notes);
}

/// What is wrong with the user of a context because of the CA of its cluster.
struct Doubt<'a, 'g, 'd> {
    context: &'a str,
    cluster: &'a str,
    of: &'a User<'g, 'd>,
    note: Note,
}

/// Notes what is wrong with a user everywhere once, as a fault of the user's; what is wrong in some clusters of several is a
/// fault of these contexts, as the others work. `seen` has each cluster with each of its users.
fn doubts(found: Vec<Doubt<'_, '_, '_>>, seen: &HashSet<(&str, &str)>, notes: &mut [Notes<'_>]) {
    if found.is_empty() {
        return;
    }
    let kind = |doubt: &Doubt<'_, '_, '_>| (doubt.note.finding.code, doubt.note.finding.severity);
    let mut clusters: HashMap<&str, usize> = HashMap::new();
    seen.iter().for_each(|(_, user)| *clusters.entry(user).or_default() += 1);
    let mut failing: HashMap<_, HashSet<&str>> = HashMap::new();
    for doubt in &found {
        failing.entry((doubt.of.entry.name.as_str(), kind(doubt))).or_default().insert(doubt.cluster);
    }
    let failing: HashMap<_, usize> = failing.into_iter().map(|(key, clusters)| (key, clusters.len())).collect();
    let mut told = HashSet::new();
    for mut doubt in found {
        let entry = doubt.of.entry;
        let key = (entry.name.as_str(), kind(&doubt));
        let is_everywhere = failing.get(&key) == clusters.get(entry.name.as_str());
        if is_everywhere && !told.insert(key) {
            continue;
        }
        let Some(notes) = notes.get_mut(doubt.of.file).filter(|_| !entry.is_unread(&doubt.note.field)) else {
            continue;
        };
        let cluster = format!("the CA of the cluster \"{}\"", crate::config::ShownName(doubt.cluster));
        let message = &mut doubt.note.finding.message;
        *message = message.replace("the CA of the cluster", &cluster);
        let (finding, span) = entry.find(doubt.note.finding, &doubt.note.field);
        let about = Subject::Context(doubt.context);
        notes.add(if is_everywhere { finding } else { finding.of(about.to_string()) }, span);
    }
}

fn add<T: Listed>(entry: &Entry<'_, T>, found: &[Note], notes: &mut Notes<'_>) {
    for note in found.iter().filter(|note| !entry.is_unread(&note.field)) {
        let (finding, span) = entry.find(note.finding.clone(), &note.field);
        notes.add(finding, span);
    }
}

/// What is worth knowing of a client certificate that works.
fn remarks<'g>(
    entry: &'g Entry<'_, AuthInfo>,
    facts: &UserFacts,
    owners: &mut HashMap<Vec<u8>, &'g str>,
    notes: &mut Notes<'_>,
) {
    let Some((field, client)) = &facts.client else { return };
    let Some(leaf) = client.chain().first() else { return };
    let mut found = Vec::new();
    if leaf.organizations().iter().any(|group| group == "system:masters") {
        let name = Printable(leaf.common_name().unwrap_or_default());
        let message = format!("\"{name}\" is in the group system:masters: it may do everything");
        found.push(Finding::new(Code::ClusterAdmin, message));
    } else if entry.name == "kube-admin" || entry.name.starts_with("kube-admin-") {
        // RKE's name for its administrator.
        let subject = Printable(leaf.subject());
        let message =
            format!("its certificate is that of {subject}, who is not of system:masters as an administrator is");
        found.push(Finding::new(Code::NotAdmin, message));
    }
    let first = owners.get(leaf.der().as_ref()).copied().unwrap_or_else(|| {
        owners.insert(leaf.der().to_vec(), &entry.name);
        &entry.name
    });
    if first != entry.name {
        let message = format!("the user \"{}\" has this very certificate too", crate::config::ShownName(first));
        found.push(Finding::new(Code::SharedCertificate, message));
    }
    for finding in found {
        let (finding, span) = entry.find(finding, field);
        notes.add(finding, span);
    }
}

fn permissions_of(file: &ConfigFile<'_>, user: &Entry<'_, AuthInfo>, notes: &mut Notes<'_>) {
    for (field, path) in [("client-key", &user.body.client_key), ("tokenFile", &user.body.token_file)] {
        let finding = set(path).and_then(|path| permissions::check_reference(&file.resolve(path), &file.place()));
        if let Some((finding, span)) = finding.map(|finding| user.find(finding, field)) {
            notes.add(finding, span);
        }
    }
}

/// The entry with its paths made absolute.
pub(super) fn cluster_of<'e>(file: &ConfigFile<'_>, cluster: &'e Entry<'_, Cluster>) -> Cow<'e, Cluster> {
    let mut body = Cow::Borrowed(&*cluster.body);
    if set(&body.certificate_authority).is_some() {
        file.absolute(&mut body.to_mut().certificate_authority);
    }
    body
}

/// The entry with its paths made absolute.
pub(super) fn user_of<'e>(file: &ConfigFile<'_>, user: &'e Entry<'_, AuthInfo>) -> Cow<'e, AuthInfo> {
    let mut body = Cow::Borrowed(&*user.body);
    if [&body.client_certificate, &body.client_key, &body.token_file].into_iter().any(|path| set(path).is_some()) {
        let body = body.to_mut();
        file.absolute(&mut body.client_certificate);
        file.absolute(&mut body.client_key);
        file.absolute(&mut body.token_file);
    }
    body
}
