//! Token files that look like something else. Nothing in them is trusted, and nothing of them is shown.

use super::kubeconfig::ConfigFile;
use super::notes::Notes;
use crate::config::set;
use crate::error::Printable;
use crate::finding::{Code, Finding};
use crate::load::read_reference;
use crate::secret::without_content;
use std::path::{Component, Path};

/// Looks at one file.
pub(super) fn check(file: &ConfigFile<'_>, notes: &mut Notes<'_>) {
    for user in &file.users {
        let mut found = Vec::new();
        if let Some(path) = set(&user.body.token_file) {
            found.extend(token_file(file, path));
        }
        for (finding, field) in found {
            let (finding, span) = user.find(finding, field);
            notes.add(finding, span);
        }
    }
}

const TOKEN_FILE: &str = "tokenFile";

/// A file that looks like something else than a token.
fn token_file(file: &ConfigFile<'_>, path: &str) -> Option<(Finding, &'static str)> {
    let path = file.resolve(path);
    let shown = Printable(&without_content(&path.to_string_lossy())).to_string();
    let suspicion = match &read_reference(&path) {
        Ok(content) => no_token(content).or(private_place(&path)),
        Err(_) => private_place(&path),
    };
    let message = format!("{shown} {}; kubectl sends what is in it to the server", suspicion?);
    Some((Finding::new(Code::TokenFileAsSecretRead, message), TOKEN_FILE))
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
