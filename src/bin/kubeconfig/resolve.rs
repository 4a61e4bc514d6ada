//! `resolve`: what a context comes to, as text or JSON.

use crate::args::{OverrideArgs, ResolveArgs};
use crate::load;
use crate::output::{Failure, Out, say};
use crate::pflag::is_timeout;
use crate::pointer;
use kubeconfig::access::{Access, Examiner};
use kubeconfig::config::shown;
use kubeconfig::load::{Auth, Environment, Overrides, Target};
use kubeconfig::{AuthInfo, Cluster, Error, ErrorKind, Loaded, Printable, Secret};
use rustls_pki_types::UnixTime;
use serde::Serialize;
use std::borrow::Cow;
use std::fmt::Write;

/// What JSON says; `text` says the same. Nothing in it is secret.
#[derive(Serialize)]
struct Answer<'a> {
    schema: u32,
    accepted: bool,
    context: Option<Cow<'a, str>>,
    cluster: Option<Cow<'a, str>>,
    user: Option<Cow<'a, str>>,
    server: Cow<'a, str>,
    server_is_default: bool,
    tls: bool,
    tls_server_name: Option<Cow<'a, str>>,
    proxy_url: Option<Cow<'a, str>>,
    certificate_authority: Authority<'a>,
    auth: Vec<Credential<'a>>,
    prompts: bool,
    impersonates: Option<Cow<'a, str>>,
    namespace: Cow<'a, str>,
    /// Whether the context works, and why not.
    verdict: String,
    reasons: Vec<String>,
}

/// Whom the server's certificate must come from.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "path")]
enum Authority<'a> {
    File(Cow<'a, str>),
    Embedded,
    System,
    Unchecked,
    None,
}

/// Kind and, where there is one, the name of the file, the command or the plugin.
#[derive(Serialize)]
struct Credential<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<Cow<'a, str>>,
}

#[derive(Serialize)]
struct Refusal<'a> {
    schema: u32,
    accepted: bool,
    errors: Vec<Reason<'a>>,
}

#[derive(Serialize)]
struct Reason<'a> {
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u32>,
}

pub(crate) fn resolve(args: &ResolveArgs, out: &mut Out) -> Result<u8, Failure> {
    let as_json = args.output == "json";
    let loaded = match load::loader(&args.source).and_then(|loader| Ok(loader.load()?)) {
        Ok(loaded) => loaded,
        Err(failure) => {
            if as_json {
                out.text(&json(&refusal(&failure))?)?;
            }
            return Err(failure);
        }
    };
    match target(&loaded, args) {
        Ok((target, access)) => {
            let answer = answer(&loaded, &target, &access, args);
            let text = if as_json { json(&answer)? } else { text(&answer) };
            out.text(&text)?;
            out.flush()?;
            access.reasons().iter().for_each(|reason| say(&format_args!("warning: {reason}")));
            if access.is_explained_by_check() {
                pointer::to_check([&loaded], None);
            }
            Ok(0)
        }
        Err(failure) => {
            out.set_status(1);
            if as_json {
                out.text(&json(&refusal(&failure))?)?;
            }
            out.flush()?;
            failure.report();
            // Of what is wrong on the command line `check` knows nothing.
            let is_of_file = |error: &Error| error.kind() == ErrorKind::InvalidConfiguration;
            if matches!(&failure, Failure::Library(error) if error.errors().iter().any(is_of_file)) {
                pointer::to_check([&loaded], None);
            }
            Ok(1)
        }
    }
}

fn target(loaded: &Loaded, args: &ResolveArgs) -> Result<(Target, Access), Failure> {
    if args.overrides.request_timeout.as_deref().is_some_and(|time| !is_timeout(time)) {
        return Err(Failure::said("--request-timeout is a number of seconds, or as in 1m30s"));
    }
    let default_server = Environment::process().default_server();
    let target = loaded.target_with(&overrides(&args.overrides).default_server(default_server))?;
    let access = Examiner::at(UnixTime::now()).examine(&target);
    access.check_client()?;
    Ok((target, access))
}

/// kubectl's flags as the library takes them.
fn overrides(args: &OverrideArgs) -> Overrides {
    let secret = |text: &Option<String>| text.clone().map(Secret::new);
    let mut overrides = Overrides::new();
    overrides.context = args.context.clone();
    overrides.cluster = args.cluster.clone();
    overrides.user = args.user.clone();
    overrides.namespace = args.namespace.clone();
    let Cluster { server, tls_server_name, insecure_skip_tls_verify, certificate_authority, .. } =
        &mut overrides.cluster_info;
    *server = args.server.clone();
    *tls_server_name = args.tls_server_name.clone();
    *insecure_skip_tls_verify = args.insecure_skip_tls_verify;
    *certificate_authority = args.certificate_authority.clone();
    let user: &mut AuthInfo = &mut overrides.auth_info;
    user.client_certificate = args.client_certificate.clone();
    user.client_key = args.client_key.clone();
    user.token = secret(&args.token);
    user.username = args.username.clone();
    user.password = secret(&args.password);
    user.impersonate = args.impersonate.clone();
    user.impersonate_uid = args.impersonate_uid.clone();
    user.impersonate_groups = args.impersonate_groups.clone();
    for (key, value) in &args.impersonate_user_extra {
        overrides = overrides.impersonate_user_extra(key, value);
    }
    overrides
}

fn answer<'a>(loaded: &Loaded, target: &'a Target, access: &Access, args: &ResolveArgs) -> Answer<'a> {
    let cluster = target.cluster();
    let configured = loaded.config().clusters.get(target.cluster_name().unwrap_or_default());
    let server = |cluster: &Cluster| set(&cluster.server).is_some();
    Answer {
        schema: 1,
        accepted: true,
        context: target.context_name().map(|name| shown("contexts[].name", name)),
        cluster: target.cluster_name().map(|name| shown("clusters[].name", name)),
        user: target.user_name().map(|name| shown("users[].name", name)),
        server: shown("clusters[].cluster.server", cluster.server.as_deref().unwrap_or_default()),
        server_is_default: set(&args.overrides.server).is_none() && !configured.is_some_and(server),
        tls: target.is_tls(),
        tls_server_name: of(&cluster.tls_server_name, "clusters[].cluster.tls-server-name").filter(|_| target.is_tls()),
        proxy_url: of(&cluster.proxy_url, "clusters[].cluster.proxy-url"),
        certificate_authority: authority(target),
        auth: target.auth_methods().into_iter().map(|auth| credential(auth, target.auth_info())).collect(),
        prompts: target.prompts(),
        impersonates: target.impersonate().map(|name| shown("users[].user.as", name)),
        namespace: shown("contexts[].context.namespace", target.namespace()),
        verdict: access.verdict().to_string(),
        reasons: access.reasons(),
    }
}

fn authority(target: &Target) -> Authority<'_> {
    let cluster = target.cluster();
    if !target.is_tls() {
        Authority::None
    } else if cluster.insecure_skip_tls_verify {
        Authority::Unchecked
    } else if let Some(path) = of(&cluster.certificate_authority, "clusters[].cluster.certificate-authority") {
        Authority::File(path)
    } else if cluster.certificate_authority_data.as_ref().is_some_and(|data| !data.is_empty()) {
        Authority::Embedded
    } else {
        Authority::System
    }
}

fn credential(auth: Auth, user: &AuthInfo) -> Credential<'_> {
    let (kind, name) = match auth {
        Auth::ClientCertificate => {
            ("client-certificate", of(&user.client_certificate, "users[].user.client-certificate"))
        }
        Auth::Token => ("token", None),
        Auth::TokenFile => ("token-file", of(&user.token_file, "users[].user.tokenFile")),
        Auth::Basic => ("basic", of(&user.username, "users[].user.username")),
        Auth::Exec => ("exec", user.exec.as_ref().and_then(|exec| of(&exec.command, "users[].user.exec.command"))),
        Auth::AuthProvider => {
            let plugin = user.auth_provider.as_ref();
            ("auth-provider", plugin.and_then(|plugin| of(&plugin.name, "users[].user.auth-provider.name")))
        }
        _ => ("other", None),
    };
    Credential { kind, name }
}

fn set(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.is_empty())
}

/// What a field says, as it may be shown.
fn of<'t>(text: &'t Option<String>, field: &str) -> Option<Cow<'t, str>> {
    set(text).map(|text| shown(field, text))
}

fn text(answer: &Answer<'_>) -> String {
    let mut text = String::new();
    let mut line = |label: &str, value: &str, remark: &str| {
        // Writing to a String does not fail.
        let _ = writeln!(text, "{label}: {}{remark}", Printable(value));
    };
    line("context", answer.context.as_deref().unwrap_or("none"), "");
    line("cluster", answer.cluster.as_deref().unwrap_or("none"), "");
    line("server", &answer.server, if answer.server_is_default { " (kubectl's default)" } else { "" });
    if let Some(name) = &answer.tls_server_name {
        line("tls-server-name", name, "");
    }
    if let Some(url) = &answer.proxy_url {
        line("proxy", url, "");
    }
    match &answer.certificate_authority {
        Authority::File(path) => line("certificate authority", path, ""),
        Authority::Embedded => line("certificate authority", "embedded", ""),
        Authority::System => line("certificate authority", "those of the system", ""),
        Authority::Unchecked => line("certificate authority", "not checked", " (insecure-skip-tls-verify)"),
        Authority::None => line("certificate authority", "none", " (the server is not https)"),
    }
    line("user", answer.user.as_deref().unwrap_or("none"), "");
    for credential in &answer.auth {
        match &credential.name {
            Some(name) => line("auth", &format!("{} {name}", credential.kind), ""),
            None => line("auth", credential.kind, ""),
        }
    }
    if answer.prompts {
        line("auth", "none", " (kubectl would ask for a user name)");
    } else if answer.auth.is_empty() {
        line("auth", "none", " (the server is not https: kubectl sends no credentials)");
    }
    if let Some(name) = &answer.impersonates {
        line("impersonates", name, "");
    }
    line("namespace", &answer.namespace, "");
    text
}

fn refusal(failure: &Failure) -> Refusal<'_> {
    let errors = match failure {
        Failure::Library(error) => error.errors().iter().map(reason).collect(),
        Failure::Said(lines) => lines.iter().map(|line| said(line.clone())).collect(),
        Failure::Usage(line) => vec![said((*line).to_owned())],
        Failure::Output(line) => vec![said(line.clone())],
        Failure::Closed(_) => Vec::new(),
    };
    Refusal { schema: 1, accepted: false, errors }
}

fn reason(error: &Error) -> Reason<'_> {
    Reason {
        message: error.to_string(),
        file: error.file().map(|file| file.to_string_lossy()),
        line: error.position().map(|position| position.line),
        column: error.position().map(|position| position.column),
    }
}

fn said<'a>(message: String) -> Reason<'a> {
    Reason { message, file: None, line: None, column: None }
}

fn json(value: &impl Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(value).map_err(Failure::said)?;
    Ok(text + "\n")
}
