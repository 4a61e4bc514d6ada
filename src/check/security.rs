//! What is unsafe, and what one should know before using a file of somebody else's.

use super::kubeconfig::{ConfigFile, Entry, Listed};
use super::notes::Notes;
use crate::config::{AuthInfo, Cluster, ExecConfig, set, shown};
use crate::error::Printable;
use crate::finding::{Code, Finding, Severity};
use crate::load::Os;
use crate::secret::without_content;
use std::path::Path;

/// Looks at one file.
pub(super) fn check(file: &ConfigFile<'_>, notes: &mut Notes<'_>) {
    for cluster in &file.clusters {
        for (finding, field) in of_cluster(cluster, file) {
            let (finding, span) = cluster.find(finding, &field);
            notes.add(finding, span);
        }
    }
    for user in &file.users {
        for (finding, field) in of_user(user, file) {
            let (finding, span) = user.find(finding, &field);
            notes.add(finding, span);
        }
    }
}

type Findings = Vec<(Finding, String)>;

fn of_cluster(cluster: &Entry<'_, Cluster>, file: &ConfigFile<'_>) -> Findings {
    let mut found = Vec::new();
    let body = &cluster.body;
    if body.insecure_skip_tls_verify {
        let finding = Finding::new(Code::InsecureSkipTlsVerify, "the server's certificate is not checked");
        found.push((finding, "insecure-skip-tls-verify".into()));
    }
    if let Some(proxy) = set(&body.proxy_url) {
        let proxy = shown("clusters[].cluster.proxy-url", proxy);
        let message = format!("all connections go through {}", Printable(&proxy));
        found.push((Finding::new(Code::Proxy, message), "proxy-url".into()));
    }
    if let Some(path) = set(&body.certificate_authority) {
        found.extend(outside(file, path, "certificate-authority", Severity::Note));
    }
    found
}

fn of_user(user: &Entry<'_, AuthInfo>, file: &ConfigFile<'_>) -> Findings {
    let mut found = Vec::new();
    let body = &user.body;
    for (field, path) in [("client-certificate", &body.client_certificate), ("client-key", &body.client_key)] {
        found.extend(set(path).and_then(|path| outside(file, path, field, Severity::Note)));
    }
    if let Some(path) = set(&body.token_file) {
        found.extend(outside(file, path, "tokenFile", Severity::Warning));
    }
    if let Some(name) = set(&body.impersonate) {
        let name = shown("users[].user.as", name);
        let message = format!("requests are made as {}", Printable(&name));
        found.push((Finding::new(Code::Impersonation, message), "as".into()));
    }
    if let Some(exec) = &body.exec {
        of_exec(exec, file, &mut found);
    }
    found
}

fn of_exec(exec: &ExecConfig, file: &ConfigFile<'_>, found: &mut Findings) {
    if let Some(command) = set(&exec.command) {
        let named = shown("users[].user.exec.command", command);
        let shown_command = Printable(&named).to_string();
        let is_path = command.contains(Os::current().separator());
        let (message, looked_up) = match is_path {
            false => (format!("{shown_command} is run to log in, wherever $PATH has it"), true),
            true => {
                let place = file.resolve(&named);
                (format!("{} is run to log in", Printable(&place.to_string_lossy())), false)
            }
        };
        let hint = set(&exec.install_hint).map(|hint| shown("users[].user.exec.installHint", hint));
        let help = hint.map(|hint| format!("the file says of it: {}", one_line(&hint)));
        let mut finding = Finding::new(Code::ExecCommand, message);
        finding.help = help;
        found.push((finding, "exec.command".into()));
        if looked_up {
            let message = format!("the first {shown_command} in $PATH is run");
            found.push((Finding::new(Code::ExecPathLookup, message), "exec.command".into()));
        }
        let is_there = match is_path {
            true => file.resolve(command).is_file(),
            false => is_in_path(command),
        };
        if !is_there {
            let message = format!("{shown_command} is not on this machine: the login fails here");
            found.push((Finding::new(Code::ExecNotFound, message), "exec.command".into()));
        }
    }
    for (i, variable) in exec.variables().iter().enumerate() {
        let Some(name) = set(&variable.name).filter(|name| is_powerful(name)) else { continue };
        let name = shown("users[].user.exec.env[].name", name);
        let message =
            format!("the login command is given {}, which changes what is run or where it connects", Printable(&name));
        found.push((Finding::new(Code::ExecEnv, message), format!("exec.env[{i}].name")));
    }
}

/// Whether a folder of $PATH has the command; on Windows with one of the usual endings.
fn is_in_path(command: &str) -> bool {
    const ENDINGS: &[&str] = &["", ".exe", ".cmd", ".bat"];
    let endings = if cfg!(windows) { ENDINGS } else { &ENDINGS[..1] };
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let mut files = std::env::split_paths(&folders)
        .flat_map(|folder| endings.iter().map(move |ending| folder.join(format!("{command}{ending}"))));
    files.any(|file| file.is_file())
}

/// Variables that make another program of a program, or lead its connections elsewhere.
fn is_powerful(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "PATH",
        "IFS",
        "ENV",
        "BASH_ENV",
        "SHELLOPTS",
        "BASHOPTS",
        "PS4",
        "PROMPT_COMMAND",
        "CDPATH",
        "GCONV_PATH",
        "PYTHONPATH",
        "PYTHONHOME",
        "PYTHONSTARTUP",
        "PYTHONINSPECT",
        "PERL5LIB",
        "PERL5OPT",
        "PERLLIB",
        "RUBYLIB",
        "RUBYOPT",
        "NODE_OPTIONS",
        "NODE_PATH",
        "NODE_EXTRA_CA_CERTS",
        "NODE_TLS_REJECT_UNAUTHORIZED",
        "JAVA_TOOL_OPTIONS",
        "_JAVA_OPTIONS",
        "JDK_JAVA_OPTIONS",
        "CLASSPATH",
        "LUA_PATH",
        "LUA_INIT",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "FTP_PROXY",
        "NO_PROXY",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
        "AWS_CA_BUNDLE",
        "OPENSSL_CONF",
        "SSLKEYLOGFILE",
        "PAGER",
        "EDITOR",
        "VISUAL",
        "BROWSER",
        "GIT_SSH",
        "GIT_SSH_COMMAND",
        "GIT_ASKPASS",
        "SSH_ASKPASS",
        "RESOLV_HOST_CONF",
        "LOCALDOMAIN",
        "HOSTALIASES",
        "CLOUDSDK_PYTHON",
        "GODEBUG",
    ];
    let upper = name.to_ascii_uppercase();
    // Proxies are looked for in small letters too; of the others only these spellings count.
    let is_proxy = upper.ends_with("_PROXY");
    NAMES.contains(&name)
        || is_proxy && NAMES.contains(&upper.as_str())
        || ["LD_", "DYLD_", "MALLOC_", "GLIBC_"].iter().any(|start| name.starts_with(start))
        || name.starts_with("AWS_ENDPOINT_URL")
}

fn one_line(text: &str) -> String {
    const LONGEST: usize = 300;
    let words: Vec<&str> = text.split_whitespace().collect();
    Printable(&words.join(" ").chars().take(LONGEST).collect::<String>()).to_string()
}

/// A path that leads out of the kubeconfig's folder. Certificates and keys are only shown to a server that is trusted, so
/// that is worth a note; the content of a token file is sent.
fn outside(file: &ConfigFile<'_>, path: &str, field: &str, severity: Severity) -> Option<(Finding, String)> {
    let target = file.resolve(path);
    let target = Os::current().clean(&target.to_string_lossy());
    if Path::new(&target).starts_with(&file.folder) {
        return None;
    }
    let message = format!("{} is not in the folder of the kubeconfig", Printable(&without_content(&target)));
    Some((Finding::new(Code::OutsideReference, message).with_severity(severity), field.to_owned()))
}

/// Names with characters that a terminal acts on, of what has no document: there the walk over its structure sees them.
pub(super) fn names(file: &ConfigFile<'_>, notes: &mut Notes<'_>) {
    file.clusters.iter().for_each(|cluster| name(cluster, notes));
    file.users.iter().for_each(|user| name(user, notes));
    file.contexts.iter().for_each(|context| name(context, notes));
}

fn name<T: Listed>(entry: &Entry<'_, T>, notes: &mut Notes<'_>) {
    let shown = Printable(&entry.name).to_string();
    if shown != entry.name {
        let message = format!("characters that a terminal acts on, or that can't be seen: {shown}");
        let (finding, span) = entry.find(Finding::new(Code::ControlCharacters, message), "name");
        notes.add(finding, span);
    }
}
