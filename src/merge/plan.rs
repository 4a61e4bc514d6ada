//! Which entries there are, and what becomes of each.

use super::OnConflict;
use super::content::Contents;
use super::input::{Input, Uses};
use super::list::{Fate, Item, List};
use super::names::{Facts, Template};
use crate::config::{Context, set};
use indexmap::IndexSet;
use std::cmp::Ordering;
use std::collections::HashSet;

pub(super) struct Plan<'a> {
    pub(super) inputs: &'a [Input<'a>],
    /// Whether the first input is what the others are merged into.
    pub(super) has_target: bool,
    pub(super) clusters: List<'a>,
    pub(super) users: List<'a>,
    pub(super) contexts: List<'a>,
    /// What the entries say: those of clusters, users, and contexts without their cluster and user.
    contents: Contents,
    /// What contexts say as a whole; the contents in `contexts` are places in it.
    wholes: IndexSet<Whole>,
}

/// What a context says.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Whole {
    pub(super) cluster: Target,
    pub(super) user: Target,
    pub(super) own: usize,
}

/// What the name of a cluster or user in a context stands for.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum Target {
    /// There is no name.
    None,
    /// An entry that says this.
    Entry(usize),
    /// Nothing: no entry of its input has that name. It is the one used in the result.
    Missing(String),
}

impl<'a> Plan<'a> {
    /// Finds out what the inputs have; nothing is decided yet.
    /// `has_target` says that what the first input has keeps its names.
    pub(super) fn of(inputs: &'a [Input<'a>], has_target: bool) -> Self {
        let mut contents = Contents::default();
        let clusters: Vec<Vec<_>> = inputs
            .iter()
            .map(|input| {
                let clusters = &input.config.clusters;
                clusters.iter().map(|(name, body)| (name, contents.number(body, clusters.other(name)))).collect()
            })
            .collect();
        let users: Vec<Vec<_>> = inputs
            .iter()
            .map(|input| {
                let users = &input.config.users;
                users.iter().map(|(name, body)| (name, contents.number(body, users.other(name)))).collect()
            })
            .collect();
        let mut plan = Plan {
            inputs,
            has_target,
            clusters: List::of(clusters.into_iter().map(Vec::into_iter), has_target),
            users: List::of(users.into_iter().map(Vec::into_iter), has_target),
            contexts: List::default(),
            contents,
            wholes: IndexSet::new(),
        };
        plan.note_uses();
        plan.read_contexts();
        plan
    }

    /// Whether the inputs have no entry at all.
    pub(super) fn is_empty(&self) -> bool {
        [&self.clusters, &self.users, &self.contexts].iter().all(|list| list.items.is_empty())
    }

    fn note_uses(&mut self) {
        for (i, input) in self.inputs.iter().enumerate() {
            let (mut clusters, mut users) = (HashSet::new(), HashSet::new());
            for (_, context) in input.config.contexts.iter() {
                if let Some(cluster) = set(&context.cluster) {
                    self.clusters.note_use(i, cluster);
                    clusters.insert(cluster);
                }
                if let Some(user) = set(&context.user) {
                    self.users.note_use(i, user);
                    users.insert(user);
                }
            }
            self.clusters.mark_unused(i, |name| clusters.contains(name));
            self.users.mark_unused(i, |name| users.contains(name));
        }
    }

    fn read_contexts(&mut self) {
        let mut contexts = Vec::with_capacity(self.inputs.len());
        for (i, input) in self.inputs.iter().enumerate() {
            let mut of_input = Vec::with_capacity(input.config.contexts.len());
            for (name, context) in input.config.contexts.iter() {
                let whole = Whole {
                    cluster: target(&self.clusters, i, set(&context.cluster)),
                    user: target(&self.users, i, set(&context.user)),
                    own: self.contents.number(context, input.config.contexts.other(name)),
                };
                of_input.push((name, self.wholes.insert_full(whole).0));
            }
            contexts.push(of_input);
        }
        self.contexts = List::of(contexts.into_iter().map(Vec::into_iter), self.has_target);
        for i in 0..self.inputs.len() {
            self.contexts.mark_unused(i, |_| false);
        }
    }

    /// Decides what becomes of each entry, and finds the new names.
    pub(super) fn decide(&mut self, on_conflict: OnConflict, templates: &[Template]) {
        self.contexts.decide(on_conflict);
        for (i, input) in self.inputs.iter().enumerate() {
            for (name, context) in input.config.contexts.iter() {
                let stays = |item: &Item<'_>| !matches!(item.fate, Fate::LeftOut);
                if !self.contexts.item(i, name).is_some_and(|item| stays(&self.contexts.items[item])) {
                    continue;
                }
                for (list, name) in [(&mut self.clusters, &context.cluster), (&mut self.users, &context.user)] {
                    if let Some(item) = set(name).and_then(|name| list.item(i, name)) {
                        list.items[item].used = true;
                    }
                }
            }
        }
        self.clusters.decide(on_conflict);
        self.users.decide(on_conflict);

        let inputs = self.inputs;
        let uses: Vec<Uses<'_>> = inputs.iter().map(Input::uses).collect();
        let contents = &self.contents;
        self.clusters.name(
            templates,
            |item, holder| Facts {
                cluster: Some(item.name),
                server: inputs[holder].config.clusters.get(item.name).and_then(|cluster| set(&cluster.server)),
                ..facts(&inputs[holder], item.name, uses[holder].of_cluster.get(item.name).copied())
            },
            |a, b| contents.compare(a, b),
        );
        self.users.name(
            templates,
            |item, holder| Facts {
                user: Some(item.name),
                ..facts(&inputs[holder], item.name, uses[holder].of_user.get(item.name).copied())
            },
            |a, b| contents.compare(a, b),
        );
        let wholes = &self.wholes;
        self.contexts.name(
            templates,
            |item, holder| facts(&inputs[holder], item.name, inputs[holder].config.contexts.get(item.name)),
            |a, b| compare(contents, wholes, a, b),
        );
    }

    /// What a context says as a whole.
    pub(super) fn whole(&self, item: &Item<'_>) -> Option<&Whole> {
        self.wholes.get_index(item.content)
    }
}

fn target(list: &List<'_>, input: usize, name: Option<&str>) -> Target {
    let Some(name) = name else { return Target::None };
    match list.item(input, name) {
        Some(item) => Target::Entry(list.items[item].content),
        None => Target::Missing(list.missing.get(name).cloned().unwrap_or_default()),
    }
}

fn facts<'f>(input: &'f Input<'_>, name: &'f str, context: Option<&'f Context>) -> Facts<'f> {
    Facts {
        name,
        cluster: context.and_then(|context| set(&context.cluster)),
        user: context.and_then(|context| set(&context.user)),
        server: context.and_then(|context| input.server(context)),
        file: &input.file,
        folder: &input.folder,
    }
}

/// An order of contexts that comes from what they say.
fn compare(contents: &Contents, wholes: &IndexSet<Whole>, a: usize, b: usize) -> Ordering {
    let (Some(a), Some(b)) = (wholes.get_index(a), wholes.get_index(b)) else { return Ordering::Equal };
    let targets = |a: &Target, b: &Target| match (a, b) {
        (Target::Entry(a), Target::Entry(b)) => contents.compare(*a, *b),
        (Target::Missing(a), Target::Missing(b)) => a.cmp(b),
        _ => rank(a).cmp(&rank(b)),
    };
    targets(&a.cluster, &b.cluster).then_with(|| targets(&a.user, &b.user)).then_with(|| contents.compare(a.own, b.own))
}

fn rank(target: &Target) -> u8 {
    match target {
        Target::None => 0,
        Target::Entry(_) => 1,
        Target::Missing(_) => 2,
    }
}
