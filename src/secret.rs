//! What is secret: hidden in `Debug`, wiped on drop.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};

/// Types whose memory can be wiped. Sealed: `String` and [`Data`](crate::config::Data).
pub trait Wipe: sealed::Sealed {
    #[doc(hidden)]
    fn wipe(&mut self);
}

pub(crate) mod sealed {
    pub trait Sealed {}
    impl Sealed for String {}
}

impl Wipe for String {
    fn wipe(&mut self) {
        wipe(&mut std::mem::take(self).into_bytes());
    }
}

/// Wipes the memory of a text or of bytes as a whole; `Vec::zeroize` takes one element after the other, which is ten times
/// slower.
pub(crate) fn wipe(bytes: &mut Vec<u8>) {
    bytes.clear();
    // All of it is spare now.
    zeroize::Zeroize::zeroize(bytes);
}

/// Bytes that may be a private key, wiped when they are dropped.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct SecretBytes(Vec<u8>);

impl SecretBytes {
    /// Room for so many, so that growing leaves no copies behind.
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        SecretBytes(Vec::with_capacity(bytes))
    }
}

impl From<Vec<u8>> for SecretBytes {
    fn from(bytes: Vec<u8>) -> Self {
        SecretBytes(bytes)
    }
}

impl Deref for SecretBytes {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.0
    }
}

impl DerefMut for SecretBytes {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }
}

impl Drop for SecretBytes {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

/// A secret: a token, a password, a private key.
///
/// `Debug` prints `[secret]`, there is no `Display`, and its memory is wiped when it is dropped. [`expose`](Secret::expose)
/// gives the value. `Serialize` writes the value in clear: a kubeconfig without its secrets would be none.
///
/// ```
/// use kubeconfig::Secret;
/// let token = Secret::from("s3cr3t");
/// assert_eq!(format!("{token:?}"), "[secret]");
/// assert_eq!(token.expose(), "s3cr3t");
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Secret<T: Wipe>(T);

impl<T: Wipe> Secret<T> {
    /// Marks `value` as secret.
    pub fn new(value: T) -> Self {
        Secret(value)
    }

    /// The value itself. What is copied from it is no longer guarded.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Wipe> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.wipe();
    }
}

impl<T: Wipe> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl<T: Wipe> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Secret(value)
    }
}

impl From<&str> for Secret<String> {
    fn from(value: &str) -> Self {
        Secret(value.to_owned())
    }
}

impl<T: Wipe + Serialize> Serialize for Secret<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: Wipe + Deserialize<'de>> Deserialize<'de> for Secret<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Secret)
    }
}

/// Whether a text holds a word that names a secret with something behind it, as in `ann password:hunter2` or
/// `TOKEN=abc`, or another one glued to what follows a blank: so it is where a blank is missing, or where a line was
/// indented too far and goes on with the value before. `is_secret` knows more words for secrets.
pub(crate) fn names_secret(text: &str, is_secret: impl Fn(&str) -> bool) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    if is_service_account(text) {
        return false;
    }
    text.match_indices([':', '=']).any(|(at, _)| {
        let (before, behind) = (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default());
        let before = before.trim_end_matches(['"', '\'']);
        let start =
            before.rfind(|c| !is_word(c)).map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
        let word = before.get(start..).unwrap_or_default();
        let value = behind.trim_start_matches([' ', '"', '\'']);
        let digits = value.bytes().take_while(u8::is_ascii_digit).count();
        // A host with a port behind it.
        let is_port = (1..=5).contains(&digits) && !value.get(digits..).is_some_and(|rest| rest.starts_with(is_word));
        let is_glued = !word.is_empty()
            && before.get(..start).is_some_and(|before| before.ends_with(char::is_whitespace))
            && !behind.starts_with(|c: char| c.is_whitespace() || matches!(c, '/' | '\\'));
        !value.is_empty() && !is_port && (is_glued || is_secret_word(word) || is_secret(word))
    })
}

/// Whether it is what Kubernetes calls a service account: its namespace may well be called `external-secrets`.
fn is_service_account(text: &str) -> bool {
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.' | ':');
    let name = text.strip_prefix("system:serviceaccount:");
    name.is_some_and(|name| name.split(':').count() == 2 && name.chars().all(is_name))
}

/// Whether a word is what people call a secret.
pub(crate) fn is_secret_word(word: &str) -> bool {
    const PARTS: &[&str] =
        &["token", "passw", "secret", "bearer", "credential", "authoriz", "-data", "privat", "passphrase"];
    const WORDS: &[&str] = &["key", "pass", "pwd", "pw"];
    let word = word.to_ascii_lowercase();
    let last = word.rsplit(['-', '_']).next().unwrap_or_default();
    PARTS.iter().any(|part| word.contains(part)) || WORDS.contains(&last)
}

/// A path as it may be shown: without what is no path, but a key or a token that was put into a field for its path.
pub(crate) fn without_content(path: &str) -> Cow<'_, str> {
    const HIDDEN: &str = "[hidden: this looks like a key or a token itself, not like its path]";
    match content_in(path).and_then(|at| path.get(..at)) {
        Some(folder) => [folder, HIDDEN].concat().into(),
        None if names_secret(path, |_| false) => HIDDEN.to_owned().into(),
        None => path.into(),
    }
}

/// As [`without_content`], of a path.
pub(crate) fn path_without_content(path: &Path) -> PathBuf {
    match path.to_str().map(without_content) {
        Some(Cow::Owned(shown)) => shown.into(),
        _ => path.to_owned(),
    }
}

/// Where in a path something begins that is none: PEM, its base64, DER in base64, a JWT, a token of Rancher's, or more than any
/// file is called.
fn content_in(path: &str) -> Option<usize> {
    const LONGEST_NAME: usize = 255;
    let is_content = |name: &str| {
        let is_base64 = || name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'=' | b'/'));
        let is_der =
            ["MII", "MIG", "MHc"].iter().any(|start| name.starts_with(start)) && name.len() > 40 && is_base64();
        let is_jwt = name.starts_with("eyJ") && name.matches('.').count() > 1;
        let is_ranchers = ["kubeconfig-", "token-"].iter().any(|start| name.starts_with(start)) && name.contains(':');
        name.len() > LONGEST_NAME
            || name.contains('\n')
            || is_der
            || is_jwt
            || is_ranchers
            || names_secret(name, |_| false)
    };
    let pem = ["-----BEGIN", "LS0tLS1CRUdJTi"].iter().filter_map(|start| path.find(start)).min();
    let mut begin = 0;
    for name in path.split(['/', '\\']) {
        if is_content(name) || pem.is_some_and(|at| (begin..begin + name.len()).contains(&at)) {
            return Some(begin);
        }
        begin += name.len() + 1;
    }
    pem
}
