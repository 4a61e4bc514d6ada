//! The entries of another configuration, brought into this one.

use crate::config::{Body, Entries, Kubeconfig};
use crate::error::{Error, ErrorKind, Result};
use crate::store::Draft;

/// What [`add`] did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Added {
    /// The contexts that are new or were replaced.
    pub contexts: Vec<String>,
    /// How many clusters, users and contexts were added.
    pub added: usize,
    /// How many were replaced.
    pub replaced: usize,
}

/// Adds the clusters, users and contexts of `from`, whose paths must be absolute, and its current context where there is none yet.
///
/// What says the same already stays as it is, its paths relative or not. Entries of one name that say something else are replaced if
/// `replace` says so, unknown fields included.
///
/// # Errors
/// [`ErrorKind::Conflict`] for each entry that would have to be replaced and may not be, all of them together.
pub fn add(draft: &mut Draft, from: &Kubeconfig, replace: bool) -> Result<Added> {
    let mut out = Added::default();
    let mut errors = Vec::new();
    let before = draft.loaded().clone();
    let Kubeconfig { clusters, users, contexts, .. } = &mut draft.config;
    let mut adding = Adding { replace, out: &mut out, errors: &mut errors };
    adding.entries(clusters, &from.clusters, |name| before.cluster_with_paths(name));
    adding.entries(users, &from.users, |name| before.user_with_paths(name));
    let came = adding.entries(contexts, &from.contexts, |_| None);
    out.contexts = came;
    if draft.config.current_context().is_none() && from.current_context().is_some() {
        draft.config.current_context.clone_from(&from.current_context);
    }
    Error::several(errors).map_or(Ok(out), Err)
}

struct Adding<'a> {
    replace: bool,
    out: &'a mut Added,
    errors: &'a mut Vec<Error>,
}

impl Adding<'_> {
    /// Adds entries; the names of those that came.
    fn entries<T: Body + Clone + PartialEq>(
        &mut self,
        to: &mut Entries<T>,
        from: &Entries<T>,
        absolute: impl Fn(&str) -> Option<T>,
    ) -> Vec<String> {
        let mut came = Vec::new();
        for (name, body) in from.iter() {
            if to.adopt(name, from) {
                self.out.added += 1;
            } else if to.is_entry_of(name, from, name) || absolute(name).is_some_and(|there| there == *body) {
                continue;
            } else if self.replace {
                to.put(name, from);
                self.out.replaced += 1;
            } else {
                let message = format!("there is a {} {name:?} already, and it says something else", T::KEY);
                let help = "replace it (--force), or rename one of the two";
                self.errors.push(Error::new(ErrorKind::Conflict, message).unchanged().with_help(help));
            }
            came.push(name.to_owned());
        }
        came
    }
}
