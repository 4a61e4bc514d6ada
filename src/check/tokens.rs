//! Tokens: until when, and whether the file of one is one. Nothing in them is trusted, and nothing of them is shown.

use super::kubeconfig::{ConfigFile, Entry};
use super::notes::Notes;
use super::when;
use crate::config::{AuthInfo, set, set_secret};
use crate::error::Printable;
use crate::finding::{Code, Finding, Severity};
use crate::jwt::{self, Claims};
use crate::load::read_reference;
use crate::secret::without_content;
use std::path::{Component, Path};

/// Looks at one file.
pub(super) fn check(file: &ConfigFile<'_>, notes: &mut Notes<'_>) {
    for user in &file.users {
        let mut found = Vec::new();
        if let Some(path) = set(&user.body.token_file) {
            token_file(file, user, path, notes, &mut found);
        }
        if let Some(token) = set_secret(&user.body.token) {
            let fault =
                jwt::unusable(token).map(|fault| Finding::new(Code::InvalidToken, format!("the token {fault}")));
            found.extend(fault.map(|finding| (finding, "token")));
            found.extend(end(token, "the token", notes).map(|finding| (finding, "token")));
        }
        for (finding, field) in found {
            let (finding, span) = user.find(finding, field);
            notes.add(finding, span);
        }
    }
}

const TOKEN_FILE: &str = "tokenFile";

fn token_file(
    file: &ConfigFile<'_>,
    user: &Entry<'_, AuthInfo>,
    path: &str,
    notes: &Notes<'_>,
    found: &mut Vec<(Finding, &'static str)>,
) {
    let path = file.resolve(path);
    let shown = Printable(&without_content(&path.to_string_lossy())).to_string();
    let content = read_reference(&path);
    let suspicion = match &content {
        Ok(content) => no_token(content).or(private_place(&path)),
        Err(_) => private_place(&path),
    };
    if let Some(what) = suspicion {
        let message = format!("{shown} {what}; kubectl sends what is in it to the server");
        found.push((Finding::new(Code::TokenFileAsSecretRead, message), TOKEN_FILE));
    }
    let missing = match &content {
        Err(error) => match error.io_error() {
            Some(source) => format!("{shown}: {source}"),
            None => format!("{shown} {}", error.message()),
        },
        Ok(content) if content.trim_ascii().is_empty() => format!("{shown} is empty"),
        Ok(content) => {
            let token = std::str::from_utf8(content).unwrap_or_default().trim();
            found.extend(end(token, &format!("the token in {shown}"), notes).map(|finding| (finding, TOKEN_FILE)));
            return;
        }
    };
    let finding = Finding::new(Code::TokenFileMissing, missing);
    // kubectl falls back on it.
    let has_token = set_secret(&user.body.token).is_some();
    found.push((if has_token { finding.with_severity(Severity::Note) } else { finding }, TOKEN_FILE));
}

/// What speaks against a token in the content of a file.
fn no_token(content: &[u8]) -> Option<&'static str> {
    const LONGEST: usize = 64 << 10;
    let content = content.trim_ascii();
    if content.starts_with(b"-----BEGIN") {
        Some("is PEM, not a token")
    } else if content.len() > LONGEST {
        Some("is too long for a token")
    } else if content.iter().any(|byte| !byte.is_ascii_graphic()) {
        Some("is no token: it has blanks, lines or binary in it")
    } else {
        None
    }
}

/// Where other secrets lie.
fn private_place(path: &Path) -> Option<&'static str> {
    const FOLDERS: &[&str] = &[".ssh", ".gnupg", ".aws", ".azure", ".docker", ".password-store", ".mozilla"];
    const FILES: &[&str] =
        &["shadow", "gshadow", "sudoers", ".netrc", ".pgpass", ".git-credentials", ".npmrc", ".pypirc"];
    let named = |part: Component<'_>, names: &[&str]| matches!(part, Component::Normal(name) if names.iter().any(|known| name == *known));
    let is_private = path.components().any(|part| named(part, FOLDERS))
        || path.components().next_back().is_some_and(|part| named(part, FILES));
    is_private.then_some("lies where secrets of another kind do")
}

/// What is to be said of the end of a token that is a JWT.
fn end(token: &str, what: &str, notes: &Notes<'_>) -> Option<Finding> {
    let claims = Claims::of(token)?;
    let checker = notes.checker();
    let end = claims.time("exp")?;
    if end.as_secs() <= checker.at.as_secs() {
        return Some(Finding::new(Code::TokenExpired, format!("{what} ended {}", when::ago(end, checker.at))));
    }
    if let Some(start) = claims.time("nbf").filter(|start| start.as_secs() > checker.at.as_secs()) {
        return Some(Finding::new(
            Code::TokenNotYetValid,
            format!("{what} is valid from {}", when::ahead(start, checker.at)),
        ));
    }
    let is_soon = end.as_secs() - checker.at.as_secs() <= checker.within.as_secs();
    is_soon.then(|| Finding::new(Code::TokenExpiresSoon, format!("{what} ends {}", when::ahead(end, checker.at))))
}
