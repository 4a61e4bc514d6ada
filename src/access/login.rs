//! What a user's entry logs in with.

use super::Client;
use super::credential::{Credential, Login};
use super::entry::{Judged, UserFacts};
use super::need::Need;
use super::note::{Note, of_error, only_warn};
use super::pem::Pem;
use super::placeholder::placeholder;
use super::question::Question;
use super::token;
use crate::config::{AuthInfo, ExecConfig, set, set_secret};
use crate::error::Printable;
use crate::finding::{Code, Effect, Finding, Severity};
use crate::load::{Auth, Fault, login_faults, methods, read_reference, validate_user};
use std::path::Path;
use std::sync::Arc;

/// Judges a user's entry. Paths in it are absolute.
pub(super) fn judge(
    name: &str,
    user: &AuthInfo,
    question: &Question,
    client: impl Fn(&Pem<'_>, Option<&Pem<'_>>) -> Arc<Client>,
) -> UserFacts {
    let (notes, of_client) = refused(name, user);
    let mut facts = UserFacts { notes, of_client, credentials: Vec::new(), client: None };
    for auth in methods(user) {
        let judged = match auth {
            Auth::ClientCertificate => certificate(user, &client, &mut facts),
            Auth::Token => {
                Some(token::judge(set_secret(&user.token).unwrap_or_default(), "token", "the token", question))
            }
            Auth::TokenFile => token_file(user, question, &mut facts),
            Auth::Basic => Some(basic(user)),
            Auth::AuthProvider => user.auth_provider.as_ref().map(|provider| {
                let name = set(&provider.name).unwrap_or_default();
                needing(Login::Provider(name.to_owned()), Need::Provider(name.to_owned()))
            }),
            Auth::Exec => user.exec.as_deref().map(command),
            Auth::None => None,
        };
        facts.credentials.extend(judged);
    }
    facts.notes.extend(impersonation(user));
    if facts.credentials.iter().any(|one| one.effect() < Effect::Fails) {
        only_warn(facts.credentials.iter_mut().flat_map(|one| &mut one.notes));
    }
    facts
}

fn certificate(
    user: &AuthInfo,
    client: impl Fn(&Pem<'_>, Option<&Pem<'_>>) -> Arc<Client>,
    facts: &mut UserFacts,
) -> Option<Judged> {
    let certificate = Pem::client_certificate(user)?;
    let key = Pem::client_key(user);
    let client = client(&certificate, key.as_ref());
    let mut judged = Judged::new(client.credential());
    let notes = client.of_certificate().iter().map(|finding| Note::new(certificate.field, finding.clone()));
    judged.notes.extend(notes);
    if let Some(key) = key {
        judged.notes.extend(client.of_key().iter().map(|finding| Note::new(key.field, finding.clone())));
    }
    facts.client = Some((certificate.field, client));
    Some(judged)
}

/// The token of the file, and where that cannot be read the other one.
fn token_file(user: &AuthInfo, question: &Question, facts: &mut UserFacts) -> Option<Judged> {
    const FIELD: &str = "tokenFile";
    let path = set(&user.token_file)?;
    let shown = crate::secret::without_content(path);
    let shown = Printable(&shown);
    let missing = |why: String, effect| Finding::new(Code::TokenFileMissing, why).with_effect(effect);
    let finding = match read_reference(Path::new(path)) {
        Err(error) => {
            let why = match error.io_error() {
                Some(source) => format!("{shown}: tokenFile: {source}"),
                None => format!("{shown} {}", error.message()),
            };
            missing(why, Effect::Refused)
        }
        // kubectl has nothing to send then, and asks for a user name.
        Ok(content) if content.is_empty() => missing(format!("{shown} is empty"), Effect::Fails),
        Ok(content) if content.trim_ascii().is_empty() => {
            missing(format!("{shown} has nothing but blanks in it, which no request can carry"), Effect::Refused)
        }
        Ok(content) => {
            // What is not UTF-8 is sent as it is, and refused.
            let text = String::from_utf8_lossy(&content);
            return Some(token::judge(text.trim(), FIELD, &token::in_file(path), question));
        }
    };
    match set_secret(&user.token) {
        Some(other) => {
            facts.of_client.push(Note::new(FIELD, finding.with_severity(Severity::Note)));
            Some(token::judge(other, "token", "the token", question))
        }
        None => {
            facts.of_client.push(Note::new(FIELD, finding));
            None
        }
    }
}

/// Names that no header of a request can carry.
fn impersonation(user: &AuthInfo) -> Option<Note> {
    let is_bad = token::cannot_be_sent;
    let is_extra = user.impersonate_user_extra.values().flatten().flatten().any(|value| is_bad(value));
    let field = match () {
        () if set(&user.impersonate).is_some_and(is_bad) => "as",
        () if set(&user.impersonate_uid).is_some_and(is_bad) => "as-uid",
        () if user.impersonate_groups.iter().any(|group| is_bad(group)) => "as-groups",
        () if is_extra => "as-user-extra",
        () => return None,
    };
    let message = "whom to impersonate has a line break or another control character in it, which no request can carry";
    Some(Note::new(field, Finding::new(Code::InvalidImpersonation, message).with_effect(Effect::Refused)))
}

fn needing(login: Login, need: Need) -> Judged {
    let mut judged = Judged::new(Credential::new(login));
    judged.needs.push(need);
    judged
}

fn basic(user: &AuthInfo) -> Judged {
    let mut judged = Judged::new(Credential::new(Login::Basic));
    let message = "logs in with a user name and a password, which Kubernetes takes no more since 1.19";
    let finding = Finding::new(Code::BasicAuth, message).with_effect(Effect::Unknown);
    judged.notes.push(Note::new("username", finding));
    if let Some(placeholder) = set_secret(&user.password).and_then(placeholder) {
        let message = format!("the password is {placeholder}: the secret itself is not in the file");
        judged.notes.push(Note::new("password", Finding::new(Code::PlaceholderSecret, message)));
    }
    judged
}

fn command(exec: &ExecConfig) -> Judged {
    if !is_rancher_command(exec) {
        return needing(Login::Command, Need::Command(exec.command_name().unwrap_or("a command").to_owned()));
    }
    match failing(exec).filter(|_| is_token_command(exec)) {
        Some(note) => {
            let mut judged = Judged::new(Credential::new(Login::Command));
            judged.notes.push(note);
            judged
        }
        None => needing(Login::Command, Need::RancherLogin),
    }
}

/// Why `rancher token` always fails. `runCredential` of rancher/cli refuses empty arguments before it looks for a login that
/// it keeps, and prints no other version than v1beta1.
fn failing(exec: &ExecConfig) -> Option<Note> {
    for (flag, what) in [("--server", "server"), ("--user", "user")] {
        if argument(exec, flag).is_none_or(str::is_empty) {
            let message =
                format!("its login command, rancher token, names no {what} ({flag} is empty), so it always fails");
            let finding = Finding::new(Code::LoginWithoutServer, message).with_effect(Effect::Fails);
            return Some(Note::new("exec.args", finding));
        }
    }
    const PRINTED: &str = "client.authentication.k8s.io/v1beta1";
    let version = set(&exec.api_version).filter(|version| *version != PRINTED)?;
    let message = format!(
        "its login command, rancher token, prints {PRINTED} and not {}, so kubectl does not take what it prints",
        Printable(version)
    );
    let finding = Finding::new(Code::InvalidExec, message).with_help(format!("set apiVersion to {PRINTED}"));
    Some(Note::new("exec.apiVersion", finding))
}

/// Whether the arguments are those of `rancher token`.
pub(crate) fn is_token_command(exec: &ExecConfig) -> bool {
    exec.arguments().iter().any(|argument| argument.expose() == "token")
}

/// The value of a flag of Rancher's program, `--server=HOST` or `--server HOST`; the last one counts.
pub(crate) fn argument<'e>(exec: &'e ExecConfig, flag: &str) -> Option<&'e str> {
    let mut arguments = exec.arguments().iter().map(|argument| argument.expose().as_str());
    let mut found = None;
    while let Some(argument) = arguments.next() {
        found = match argument.strip_prefix(flag) {
            Some("") => arguments.next(),
            Some(rest) => rest.strip_prefix('='),
            None => None,
        }
        .or(found);
    }
    found
}

/// What client-go refuses of the entry when it loads the context, and what when it builds a client.
fn refused(name: &str, user: &AuthInfo) -> (Vec<Note>, Vec<Note>) {
    let loading = validate_user(name, user);
    // What is refused once for being absent need not be refused again for being wrong.
    let is_new = |fault: &Fault| {
        !loading.iter().any(|seen| {
            seen.field == fault.field || (seen.code == Code::InvalidAuth && fault.code == Code::InvalidAuth)
        })
    };
    let building: Vec<Fault> = login_faults(user).into_iter().filter(is_new).collect();
    let note = |fault: Fault| Note::new(fault.field, of_error(fault.code, &fault.error).with_effect(Effect::Refused));
    (loading.into_iter().map(note).collect(), building.into_iter().map(note).collect())
}

/// Whether the user logs in by Rancher's own program.
pub(super) fn is_by_rancher(user: &AuthInfo) -> bool {
    methods(user).first() == Some(&Auth::Exec) && user.exec.as_deref().is_some_and(is_rancher_command)
}

/// Whether the login command is Rancher's program.
pub(crate) fn is_rancher_command(exec: &ExecConfig) -> bool {
    file_name(set(&exec.command).unwrap_or_default()).eq_ignore_ascii_case("rancher")
}

/// The name of a command, without folders and without Windows' `.exe`.
pub(crate) fn file_name(command: &str) -> &str {
    let name = command.rsplit(['/', '\\']).next().unwrap_or(command);
    let is_windows = name.len() > 4 && name.get(name.len() - 4..).is_some_and(|end| end.eq_ignore_ascii_case(".exe"));
    if is_windows { name.get(..name.len() - 4).unwrap_or(name) } else { name }
}
