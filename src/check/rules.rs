//! client-go's own rules, and names that lead nowhere.

use super::group::Group;
use super::kubeconfig::{ConfigFile, Entry, Listed};
use super::notes::{Notes, of_error};
use crate::access::NO_CREDENTIALS;
use crate::config::{AuthInfo, Context, Data, set, set_secret};
use crate::error::Printable;
use crate::finding::{Code, Finding, Severity};
use crate::load::{Fault, validate_context};

/// Looks at one file of the group.
pub(super) fn check(group: &Group<'_, '_>, file: usize, notes: &mut Notes<'_>) {
    let Some(this) = group.files.get(file) else { return };
    current_context(group, file, this, notes);
    for context in &this.contexts {
        faults(context, context_faults(group, context), notes);
        shadowed(group, file, context, notes);
    }
    for cluster in &this.clusters {
        unused(group, cluster, Code::UnusedCluster, notes);
        shadowed(group, file, cluster, notes);
    }
    for user in &this.users {
        if user.is_whole() && !has_credentials(&user.body) {
            let finding = Finding::new(Code::NoCredentials, NO_CREDENTIALS);
            let (finding, span) = user.find(finding, "name");
            notes.add(finding, span);
        }
        unused(group, user, Code::UnusedUser, notes);
        shadowed(group, file, user, notes);
    }
}

fn current_context(group: &Group<'_, '_>, file: usize, this: &ConfigFile<'_>, notes: &mut Notes<'_>) {
    match (&group.current, &this.current) {
        (Some((of, name)), Some((_, span))) if *of == file && !group.config.contexts.contains(name) => {
            let message = format!("the current context \"{}\" is not there", crate::config::ShownName(name));
            notes.add(Finding::new(Code::DanglingCurrentContext, message).in_field("current-context"), *span);
        }
        (None, _) if file == 0 && !group.config.contexts.is_empty() => {
            notes.add(Finding::new(Code::NoCurrentContext, "no context is the current one"), None);
        }
        _ => {}
    }
}

fn context_faults(group: &Group<'_, '_>, context: &Entry<'_, Context>) -> Vec<Fault> {
    let config = &group.config;
    let is_user = |name: &str| config.users.contains(name);
    validate_context(&context.name, &context.body, is_user, |name| config.clusters.contains(name))
}

fn has_credentials(user: &AuthInfo) -> bool {
    let data = |data: Option<&Data>| data.is_some_and(|data| !data.is_empty());
    let has_certificate = set(&user.client_certificate).is_some() || data(user.client_certificate_data.as_ref());
    let has_token = set_secret(&user.token).is_some() || set(&user.token_file).is_some();
    let has_name = set(&user.username).is_some() || set_secret(&user.password).is_some();
    has_certificate || has_token || has_name || user.exec.is_some() || user.auth_provider.is_some()
}

fn faults<T: Listed>(entry: &Entry<'_, T>, faults: Vec<Fault>, notes: &mut Notes<'_>) {
    for Fault { code, field, error } in faults.into_iter().filter(|fault| !entry.is_unread(fault.field)) {
        let error = match error.file().map(ToOwned::to_owned) {
            Some(file) => error.about(&file),
            None => error,
        };
        let (finding, span) = entry.find(of_error(code, &error), field);
        notes.add(finding, span);
    }
}

fn unused<T: Listed>(group: &Group<'_, '_>, entry: &Entry<'_, T>, code: Code, notes: &mut Notes<'_>) {
    if group.is_used::<T>(&entry.name) || entry.is_unread("name") {
        return;
    }
    let (finding, span) =
        entry.find(Finding::new(code, format!("no context uses {}", T::subject(&entry.name))), "name");
    notes.add(finding, span);
}

fn shadowed<T: Listed + PartialEq>(group: &Group<'_, '_>, file: usize, entry: &Entry<'_, T>, notes: &mut Notes<'_>) {
    let Some(used) = group.file_of::<T>(&entry.name).filter(|used| *used != file) else { return };
    let Some(path) = group.files.get(used).map(|file| file.path.to_string_lossy()) else { return };
    let is_same = T::list(&group.config).get(&entry.name).is_some_and(|body| *body == *entry.body);
    let message = match is_same {
        true => format!("{} has an entry of the same name, which says the same", Printable(&path)),
        false => format!("{} has another entry of the same name, which is used in place of this one", Printable(&path)),
    };
    let mut finding = Finding::new(Code::ShadowedEntry, message);
    if is_same {
        finding.severity = Severity::Note;
    }
    let (finding, span) = entry.find(finding, "name");
    notes.add(finding, span);
}
