//! What is secret: hidden in `Debug`, wiped on drop.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

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
        zeroize::Zeroize::zeroize(self);
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
