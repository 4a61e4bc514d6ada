//! Several kubeconfigs as one: the first that has something wins.

use crate::config::{Entries, Kubeconfig};
use crate::syntax::Mapping;

/// Puts `configs` together as client-go's loading rules do: entries by name, whole, from the first file that has one of
/// that name; the first `current-context` that is not empty; `colors` where any file sets it.
///
/// Order is kept: the entries of the first file, then what the second adds. Unknown fields at the top are taken from the
/// first file that has them; those inside an entry travel with it.
pub(crate) fn merge<'a>(configs: impl IntoIterator<Item = &'a Kubeconfig>) -> Kubeconfig {
    let mut configs = configs.into_iter();
    let Some(mut merged) = configs.next().cloned() else { return Kubeconfig::default() };
    for next in configs {
        if merged.current_context().is_none() && next.current_context().is_some() {
            merged.current_context.clone_from(&next.current_context);
        }
        first(&mut merged.api_version, &next.api_version);
        first(&mut merged.kind, &next.kind);
        entries(&mut merged.clusters, &next.clusters);
        entries(&mut merged.users, &next.users);
        entries(&mut merged.contexts, &next.contexts);
        entries(&mut merged.extensions, &next.extensions);
        merged.preferences.colors |= next.preferences.colors;
        entries(&mut merged.preferences.extensions, &next.preferences.extensions);
        unknown(&mut merged.preferences.other, &next.preferences.other);
        unknown(&mut merged.other, &next.other);
    }
    merged
}

fn first(merged: &mut Option<String>, next: &Option<String>) {
    if merged.is_none() {
        merged.clone_from(next);
    }
}

fn entries<T: Clone>(merged: &mut Entries<T>, next: &Entries<T>) {
    for name in next.names() {
        merged.adopt(name, next);
    }
}

fn unknown(merged: &mut Mapping, next: &Mapping) {
    for (key, spelling, value) in next.iter_spelled() {
        if merged.get(key).is_none() {
            merged.insert_spelled(key.to_owned(), spelling.cloned(), value.clone());
        }
    }
}
