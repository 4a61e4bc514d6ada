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

/// A path as it may be shown: without what is no path, but a key or a token that was put into a field for its path.
pub(crate) fn without_content(path: &str) -> Cow<'_, str> {
    const HIDDEN: &str = "[hidden: this looks like a key or a token itself, not like its path]";
    match content_in(path).and_then(|at| path.get(..at)) {
        Some(folder) => [folder, HIDDEN].concat().into(),
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
        name.len() > LONGEST_NAME || name.contains('\n') || is_der || is_jwt || is_ranchers
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
