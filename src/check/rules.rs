//! client-go's own rules, and names that lead nowhere.

use super::group::Group;
use super::kubeconfig::{ConfigFile, Entry, Listed};
use super::notes::{Notes, of_error};
use crate::config::{AuthInfo, Cluster, Context, Data, set, set_secret, without_userinfo};
use crate::error::Printable;
use crate::export::Server;
use crate::finding::{Code, Finding, Severity};
use crate::load::{Fault, is_server, login_faults, validate_cluster, validate_context, validate_user};

/// Looks at one file of the group.
pub(super) fn check(group: &Group<'_, '_>, file: usize, notes: &mut Notes<'_>) {
    let Some(this) = group.files.get(file) else { return };
    current_context(group, file, this, notes);
    for context in &this.contexts {
        faults(context, context_faults(group, context), notes);
        shadowed(group, file, context, notes);
    }
    for cluster in &this.clusters {
        faults(cluster, cluster_faults(this, cluster), notes);
        client(cluster, notes);
        unused(group, cluster, Code::UnusedCluster, notes);
        shadowed(group, file, cluster, notes);
    }
    for user in &this.users {
        let refused = user_faults(this, user);
        if refused.is_empty() && user.is_whole() && !has_credentials(&user.body) {
            let finding = Finding::new(Code::NoCredentials, "there is nothing in it to log in with");
            let (finding, span) = user.find(finding, "name");
            notes.add(finding, span);
        }
        faults(user, refused, notes);
        unused(group, user, Code::UnusedUser, notes);
        shadowed(group, file, user, notes);
    }
}

fn current_context(group: &Group<'_, '_>, file: usize, this: &ConfigFile<'_>, notes: &mut Notes<'_>) {
    match (&group.current, &this.current) {
        (Some((of, name)), Some((_, span))) if *of == file && !group.config.contexts.contains(name) => {
            let message = format!("the current context \"{}\" is not there", Printable(name));
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

fn cluster_faults(file: &ConfigFile<'_>, cluster: &Entry<'_, Cluster>) -> Vec<Fault> {
    let mut body = cluster.body.clone();
    file.absolute(&mut body.certificate_authority);
    validate_cluster(&cluster.name, &body)
}

fn user_faults(file: &ConfigFile<'_>, user: &Entry<'_, AuthInfo>) -> Vec<Fault> {
    let mut body = user.body.clone();
    file.absolute(&mut body.client_certificate);
    file.absolute(&mut body.client_key);
    let mut faults = validate_user(&user.name, &body);
    // What is refused once for being absent need not be refused again for being wrong.
    let is_new = |fault: &Fault| {
        !faults.iter().any(|seen| {
            seen.field == fault.field || (seen.code == Code::InvalidAuth && fault.code == Code::InvalidAuth)
        })
    };
    let more: Vec<Fault> = login_faults(&body).into_iter().filter(is_new).collect();
    faults.extend(more);
    faults
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

/// What is refused when a client is built.
fn client(cluster: &Entry<'_, Cluster>, notes: &mut Notes<'_>) {
    let body = &cluster.body;
    let has_ca = set(&body.certificate_authority).is_some()
        || body.certificate_authority_data.as_ref().is_some_and(|ca| !ca.is_empty());
    if body.insecure_skip_tls_verify && has_ca {
        let message = "specifying a root certificates file with the insecure flag is not allowed";
        let finding = Finding::new(Code::InvalidCertificateAuthority, message)
            .with_help("remove insecure-skip-tls-verify: the server is checked by the CA");
        let (finding, span) = cluster.find(finding, "insecure-skip-tls-verify");
        notes.add(finding, span);
    }
    let Some(text) = set(&body.server) else { return };
    let server = Server::of(text);
    let message = match () {
        () if !is_server(text) => {
            format!("host must be a URL or a host:port pair: \"{}\"", Printable(&without_userinfo(text)))
        }
        () if server.scheme.is_some_and(|scheme| !is_spoken(scheme)) => {
            "kubectl speaks http and https alone: unsupported protocol scheme".to_owned()
        }
        // kubectl tries, and the dialer says no.
        () if server.has_impossible_port() => {
            format!("there is no port {}: they go from 1 to 65535", Printable(server.port.unwrap_or_default()))
        }
        () => return,
    };
    let (finding, span) = cluster.find(Finding::new(Code::InvalidServer, message), "server");
    notes.add(finding, span);
}

fn is_spoken(scheme: &str) -> bool {
    ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
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
    let is_same = T::list(&group.config).get(&entry.name).is_some_and(|body| *body == entry.body);
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
