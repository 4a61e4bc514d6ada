//! Conflicts, all of them, as errors with their places.

use super::content::{Body, differences};
use super::list::{Item, List};
use super::plan::Plan;
use super::report::{EntryKind, Place};
use super::rest::Difference;
use crate::config::{Entries, Kubeconfig, set};
use crate::error::{Error, ErrorKind, Printable};

/// The conflicts of clusters, users and contexts, each in the order of the inputs; then the contexts that would be given a
/// cluster or user that is not theirs, and what else differs.
pub(super) fn of(plan: &Plan<'_>, differences: &[Difference]) -> Vec<Error> {
    let mut errors = Vec::new();
    of_list(plan, &plan.clusters, EntryKind::Cluster, |config| &config.clusters, &mut errors);
    of_list(plan, &plan.users, EntryKind::User, |config| &config.users, &mut errors);
    of_list(plan, &plan.contexts, EntryKind::Context, |config| &config.contexts, &mut errors);
    of_missing(plan, &mut errors);
    errors.extend(
        differences
            .iter()
            .map(|Difference { what, taken, other }| placed(format!("the {what} is another at {other}"), taken)),
    );
    errors
}

fn of_list<'a, T: Body + 'a>(
    plan: &'a Plan<'_>,
    list: &List<'_>,
    kind: EntryKind,
    entries: impl Fn(&'a Kubeconfig) -> &'a Entries<T>,
    errors: &mut Vec<Error>,
) {
    let place = |item: &Item<'_>| plan.inputs[item.first()].place(kind.subject(item.name));
    for (name, items) in list.by_name.iter() {
        let items: Vec<&Item<'_>> = items.iter().map(|&i| &list.items[i]).collect();
        let [first, others @ ..] = &*items else { continue };
        if others.is_empty() {
            continue;
        }
        let body = |item: &Item<'_>| {
            let entries = entries(&plan.inputs[item.first()].config);
            Some((entries.get(item.name)?, entries.other(item.name)))
        };
        let others = others.iter().map(|other| {
            let mut fields = match (body(first), body(other)) {
                (Some(one), Some(other)) => differences(one, other),
                _ => Vec::new(),
            };
            if kind == EntryKind::Context {
                fields.extend(targets_that_differ(plan, first, other));
            }
            format!("{} (with another {})", place(other), fields.join(", "))
        });
        let others: Vec<String> = others.collect();
        let message = format!("another has this name at {}", others.join(", at "));
        errors.push(placed(message, &place(first)).in_field(format!("{}[{name}]", kind.list())));
    }
}

fn targets_that_differ(plan: &Plan<'_>, a: &Item<'_>, b: &Item<'_>) -> Vec<&'static str> {
    let (Some(a), Some(b)) = (plan.whole(a), plan.whole(b)) else { return Vec::new() };
    let differ = [("cluster", a.cluster != b.cluster), ("user", a.user != b.user)];
    differ.into_iter().filter(|(_, differs)| *differs).map(|(what, _)| what).collect()
}

fn of_missing(plan: &Plan<'_>, errors: &mut Vec<Error>) {
    for (i, input) in plan.inputs.iter().enumerate() {
        for (name, context) in input.config.contexts.iter() {
            let uses =
                [(EntryKind::Cluster, &plan.clusters, &context.cluster), (EntryKind::User, &plan.users, &context.user)];
            for (kind, list, used) in uses {
                let Some(used) = set(used).filter(|used| list.item(i, used).is_none()) else { continue };
                let Some(other) = list.by_name.get(used).and_then(|items| items.first()) else { continue };
                let other = &list.items[*other];
                let message = format!(
                    "its own file has no {kind} \"{}\"; the one at {} is another's",
                    Printable(used),
                    plan.inputs[other.first()].place(kind.subject(used))
                );
                let error = placed(message, &input.place(EntryKind::Context.subject(name)));
                errors.push(error.in_field(format!("contexts[{name}].{kind}")));
            }
        }
    }
}

/// A conflict, said of the first of its places.
fn placed(message: String, place: &Place) -> Error {
    let error = Error::new(ErrorKind::Conflict, message);
    match (&place.file, place.position) {
        (Some(file), Some(position)) => error.in_file(file).at(position),
        (Some(file), None) => error.in_file(file),
        (None, _) => Error::new(ErrorKind::Conflict, format!("{place}: {}", error.message())),
    }
}
