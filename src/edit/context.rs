//! `use-context` and `set-context`.

use crate::config::{Context, Kubeconfig, set};
use crate::error::{Error, ErrorKind, Result};

/// Makes `name` the current context. Returns the one it was before, if there was one and it was another.
///
/// # Errors
/// [`ErrorKind::ContextNotFound`] where there is no such context, [`ErrorKind::Usage`] for the empty name.
pub fn use_context(config: &mut Kubeconfig, name: &str) -> Result<Option<String>> {
    if name.is_empty() {
        return Err(Error::new(ErrorKind::Usage, "the name of the context is empty"));
    }
    if !config.contexts.contains(name) {
        return Err(Error::new(ErrorKind::ContextNotFound, format!("there is no context {name:?}")));
    }
    let before = config.current_context().filter(|before| *before != name).map(str::to_owned);
    if config.current_context() != Some(name) {
        config.current_context = Some(name.to_owned());
    }
    Ok(before)
}

/// Fields of a context to change: kubectl's `set-context`. What is `None` stays, an empty text removes the field.
///
/// ```
/// use kubeconfig::{Kubeconfig, edit::SetContext};
/// let mut config = Kubeconfig::new();
/// let mut change = SetContext::default();
/// change.namespace = Some("web".into());
/// assert!(change.apply(&mut config, "prod"));
/// assert_eq!(config.contexts["prod"].namespace.as_deref(), Some("web"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SetContext {
    /// The name of the cluster.
    pub cluster: Option<String>,
    /// The name of the user.
    pub user: Option<String>,
    /// The namespace used where none is named.
    pub namespace: Option<String>,
}

impl SetContext {
    /// Changes the context `name`, or makes it. Returns whether it is new. Whether cluster and user are there is not checked.
    pub fn apply(&self, config: &mut Kubeconfig, name: &str) -> bool {
        let is_new = !config.contexts.contains(name);
        if is_new {
            // kubectl writes both even where they are empty.
            config.contexts.insert(name, Context::new("", ""));
        }
        if let Some(context) = config.contexts.get_mut(name) {
            change(&mut context.cluster, &self.cluster);
            change(&mut context.user, &self.user);
            change(&mut context.namespace, &self.namespace);
        }
        is_new
    }
}

/// Gives `field` the value `wanted`, if there is one; an empty one removes it.
pub(super) fn change(field: &mut Option<String>, wanted: &Option<String>) {
    if wanted.is_some() && set(field) != set(wanted) {
        *field = set(wanted).map(str::to_owned);
    }
}
