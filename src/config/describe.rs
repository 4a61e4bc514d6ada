//! The fields of the model as a list, for those who look at the tree before it is read as the model.

use super::{Data, Kubeconfig};
use crate::secret::{Secret, Wipe};
use crate::syntax::Value;
use std::collections::BTreeMap;

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Bool,
    Base64,
    /// Anything at all.
    Any,
}

/// The form of a harmless text. What has another one got there by mistake, and may be secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Form {
    /// A name, a path, a text for people.
    #[default]
    Text,
    /// A URL, which may hold a name, a password and a query.
    Url,
    /// A command, which may have its arguments behind it.
    Command,
    /// The name of a variable of the environment.
    Variable,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A number, a share, a boolean.
    Number,
}

/// A field of a [`Kubeconfig`] that holds a value (and not other fields).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KubeconfigField {
    /// Where it is: `users[].user.token`. `[]` stands for the items of a list, `*` for the keys of a map.
    pub path: String,
    /// Whether it is secret, or may hold secrets: the model wraps it in [`Secret`].
    pub is_secret: bool,
    pub(crate) kind: Kind,
    pub(crate) form: Form,
}

/// Returns every field of a kubeconfig with its path, in the order in which they are written.
///
/// ```
/// let fields = kubeconfig::config::fields();
/// assert!(fields.iter().any(|field| field.path == "users[].user.exec.args[]" && field.is_secret));
/// assert!(fields.iter().any(|field| field.path == "clusters[].cluster.server" && !field.is_secret));
/// ```
pub fn fields() -> Vec<KubeconfigField> {
    let mut list = List { fields: Vec::new(), path: String::new(), form: Form::default(), is_secret: false };
    Kubeconfig::describe(&mut list);
    list.fields
}

/// Collects the fields.
pub(crate) struct List {
    fields: Vec<KubeconfigField>,
    path: String,
    form: Form,
    is_secret: bool,
}

impl List {
    pub(crate) fn key(&mut self, key: &str, inner: impl FnOnce(&mut Self)) {
        let dot = if self.path.is_empty() { "" } else { "." };
        self.step(&format!("{dot}{key}"), inner);
    }

    pub(crate) fn step(&mut self, step: &str, inner: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        self.path.push_str(step);
        inner(self);
        self.path.truncate(length);
    }

    /// What the next leaf has.
    pub(crate) fn form(&mut self, form: Form) {
        self.form = form;
    }

    fn leaf(&mut self, kind: Kind) {
        let form = std::mem::take(&mut self.form);
        let form = if kind == Kind::Bool { Form::Number } else { form };
        let (path, is_secret) = (self.path.clone(), self.is_secret);
        self.fields.push(KubeconfigField { path, is_secret, kind, form });
    }
}

/// A type of the model, or of a field of it.
pub(crate) trait Describe {
    fn describe(list: &mut List);
}

macro_rules! leaves {
    ($($type:ty: $kind:ident)*) => {$(
        impl Describe for $type {
            fn describe(list: &mut List) {
                list.leaf(Kind::$kind);
            }
        }
    )*};
}

leaves! {
    String: Text
    bool: Bool
    Data: Base64
    Value: Any
}

impl<T: Describe> Describe for Box<T> {
    fn describe(list: &mut List) {
        T::describe(list);
    }
}

impl<T: Describe> Describe for Option<T> {
    fn describe(list: &mut List) {
        T::describe(list);
    }
}

impl<T: Describe + Wipe> Describe for Secret<T> {
    fn describe(list: &mut List) {
        list.is_secret = true;
        T::describe(list);
        list.is_secret = false;
    }
}

impl<T: Describe> Describe for Vec<T> {
    fn describe(list: &mut List) {
        list.step("[]", T::describe);
    }
}

impl<T: Describe> Describe for BTreeMap<String, T> {
    fn describe(list: &mut List) {
        list.key("*", T::describe);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_of_a_kubeconfig() {
        let fields = fields();
        let find = |path: &str| fields.iter().find(|f| f.path == path).map(|f| (f.kind, f.is_secret));
        assert_eq!(find("clusters[].name"), Some((Kind::Text, false)));
        assert_eq!(find("clusters[].cluster.certificate-authority-data"), Some((Kind::Base64, false)));
        assert_eq!(find("users[].user.client-key-data"), Some((Kind::Base64, true)));
        assert_eq!(find("users[].user.exec.env[].value"), Some((Kind::Text, true)));
        assert_eq!(find("users[].user.exec.args[]"), Some((Kind::Text, true)));
        assert_eq!(find("users[].user.auth-provider.config.*"), Some((Kind::Text, true)));
        assert_eq!(find("users[].user.as-user-extra.*[]"), Some((Kind::Text, false)));
        assert_eq!(find("contexts[].context.extensions[].extension"), Some((Kind::Any, false)));
        assert_eq!(find("preferences.colors"), Some((Kind::Bool, false)));
    }
}
