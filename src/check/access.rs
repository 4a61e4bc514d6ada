//! What the judge of [`access`](crate::access) says of the entries of kubeconfigs, each at its place.

use super::clients;
use super::group::Group;
use super::kubeconfig::{ConfigFile, Entry, Listed};
use super::notes::Notes;
use super::permissions;
use crate::access::{ClusterFacts, Examiner, Note, UserFacts};
use crate::cert::Fingerprint;
use crate::config::{AuthInfo, Cluster, set};
use crate::error::Printable;
use crate::finding::{Code, Finding};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// Looks at the group as a whole; `notes` has one for each file.
/// `through` are the contexts that need Rancher.
pub(super) fn check(group: &Group<'_, '_>, through: &HashSet<&str>, examiner: &Examiner, notes: &mut [Notes<'_>]) {
    let mut clusters: HashMap<&str, ClusterFacts> = HashMap::new();
    let mut users: HashMap<&str, User<'_, '_>> = HashMap::new();
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
    let mut told = HashSet::new();
    let mut seen = HashSet::new();
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
        let Some(notes) = notes.get_mut(of.file) else { continue };
        let mut found = examiner.pair(facts, &of.facts);
        found.retain(|note| told.insert((user, note.finding.code, note.finding.severity)));
        for note in &mut found {
            let message = &mut note.finding.message;
            *message =
                message.replace("the CA of the cluster", &format!("the CA of the cluster \"{}\"", Printable(cluster)));
        }
        add(of.entry, &found, notes);
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
    owners: &mut HashMap<Fingerprint, &'g str>,
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
    let first = *owners.entry(leaf.fingerprint()).or_insert(&entry.name);
    if first != entry.name {
        let message = format!("the user \"{}\" has this very certificate too", Printable(first));
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
    let mut body = Cow::Borrowed(&cluster.body);
    if set(&body.certificate_authority).is_some() {
        file.absolute(&mut body.to_mut().certificate_authority);
    }
    body
}

/// The entry with its paths made absolute.
pub(super) fn user_of<'e>(file: &ConfigFile<'_>, user: &'e Entry<'_, AuthInfo>) -> Cow<'e, AuthInfo> {
    let mut body = Cow::Borrowed(&user.body);
    if [&body.client_certificate, &body.client_key, &body.token_file].into_iter().any(|path| set(path).is_some()) {
        let body = body.to_mut();
        file.absolute(&mut body.client_certificate);
        file.absolute(&mut body.client_key);
        file.absolute(&mut body.token_file);
    }
    body
}
