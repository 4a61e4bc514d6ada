//! Words for a POSIX shell: the names and files in the commands that messages print.
//!
//! All text they make is printable and in one line. What no terminal should get raw is made by the shell itself, with
//! `printf`.
//!
//! ```
//! use kubeconfig::shell;
//! assert_eq!(shell::word("prod"), "prod");
//! assert_eq!(shell::word("it's $(id)"), r"'it'\''s $(id)'");
//! assert_eq!(shell::word("a\u{1b}b"), r#""$(printf 'a\033b')""#);
//! assert_eq!(shell::file("-q/a b".as_ref()), "'./-q/a b'");
//! assert_eq!(shell::option("--context", "-n"), "--context=-n");
//! assert_eq!(shell::operand("-n"), "-- -n");
//! ```

use crate::error::Printable;
use std::fmt::Write;
use std::path::Path;

/// Returns the word that a POSIX shell reads as this text.
pub fn word(text: &str) -> String {
    // zsh takes a leading `=` for the name of a command.
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !text.is_empty() && !text.starts_with('=') && text.chars().all(is_plain) {
        return text.to_owned();
    }
    match Printable(text).to_string() == text {
        true => format!("'{}'", text.replace('\'', r"'\''")),
        false => printed(text.as_bytes()),
    }
}

/// Returns the word for a file: as [`word`], with `./` before a leading dash, and every byte of a name that is not
/// UTF-8.
pub fn file(path: &Path) -> String {
    let bytes = path.as_os_str().as_encoded_bytes();
    let dashed = bytes.starts_with(b"-").then(|| [b"./", bytes].concat());
    let bytes = dashed.as_deref().unwrap_or(bytes);
    // Windows has names that no text can hold; its shells are others.
    match std::str::from_utf8(bytes) {
        Ok(text) => word(text),
        Err(_) => printed(bytes),
    }
}

/// Returns an option with its value. A value with a leading dash is joined to it: apart it would be an option itself.
pub fn option(name: &str, value: &str) -> String {
    let joint = if value.starts_with('-') { '=' } else { ' ' };
    format!("{name}{joint}{}", word(value))
}

/// Returns a name as the last argument of a command: as [`word`], after `--` where it has a leading dash.
pub fn operand(name: &str) -> String {
    let end_of_options = if name.starts_with('-') { "-- " } else { "" };
    format!("{end_of_options}{}", word(name))
}

/// The word as the output of `printf`. The shell takes line ends off that: `IFS` has one to put behind it.
fn printed(bytes: &[u8]) -> String {
    let end = bytes.iter().rposition(|byte| *byte != b'\n').map_or(0, |last| last + 1);
    let body = bytes.get(..end).unwrap_or_default();
    let mut word = String::from("\"$(printf '");
    for (i, &byte) in body.iter().enumerate() {
        let is_plain = byte.is_ascii_alphanumeric() || b"_./:@+=, ".contains(&byte) || byte == b'-' && i > 0;
        let _ = match is_plain {
            true => write!(word, "{}", char::from(byte)),
            false => write!(word, "\\{byte:03o}"),
        };
    }
    word.push_str("')");
    word.push_str(&"${IFS#??}".repeat(bytes.len() - body.len()));
    word + "\""
}
