//! The result, put together as planned.

use super::OnConflict;
use super::content::lifetime;
use super::list::{Fate, Item, List};
use super::plan::Plan;
use super::report::{EntryKind, Incoming, InputContext, LeftOut, MergedContext, Note, Place, Renamed, Report, Risk};
use crate::access::TOKEN_LIFETIME;
use crate::config::{AuthInfo, Cluster, Context, Entries, Kubeconfig, set, shown};
use crate::error::{Error, ErrorKind, Result};
use crate::load::Subject;
use indexmap::IndexMap;
use std::collections::HashMap;

/// Puts the entries into `config`.
pub(super) fn entries(plan: &Plan<'_>, config: &mut Kubeconfig, report: &mut Report) {
    let mut risks = Risks::default();
    for item in adopt(plan, &plan.clusters, |config| &config.clusters, &mut config.clusters) {
        let place = || place(plan, EntryKind::Cluster, item);
        if let Some(cluster) = plan.inputs[item.first()].config.clusters.get(item.name) {
            risks.of_cluster(cluster, item, place);
        }
    }
    for item in adopt(plan, &plan.users, |config| &config.users, &mut config.users) {
        let place = || place(plan, EntryKind::User, item);
        if let Some(user) = plan.inputs[item.first()].config.users.get(item.name) {
            risks.of_user(user, item, place);
        }
    }
    keep_lifetimes(plan, config);
    adopt(plan, &plan.contexts, |config| &config.contexts, &mut config.contexts);
    refer(plan, config, report);

    report.inputs = plan.inputs.iter().filter(|input| !input.is_absent).count();
    report.clusters = config.clusters.len();
    report.users = config.users.len();
    report.incoming = risks.0.into_iter().map(|(risk, entries)| Incoming { risk, entries }).collect();
    let lists =
        [(EntryKind::Cluster, &plan.clusters), (EntryKind::User, &plan.users), (EntryKind::Context, &plan.contexts)];
    for (kind, list) in lists {
        tell(plan, list, kind, report);
    }
}

/// Copies what stays of one list, each from the first input that has it, in the order of the inputs. What takes the name of
/// something left out takes its place too.
fn adopt<'p, T: Clone + 'p>(
    plan: &'p Plan<'_>,
    list: &'p List<'p>,
    entries: impl Fn(&'p Kubeconfig) -> &'p Entries<T>,
    to: &mut Entries<T>,
) -> Vec<&'p Item<'p>> {
    let mut adopted = Vec::new();
    let mut done = vec![false; list.items.len()];
    for (i, input) in plan.inputs.iter().enumerate() {
        for name in entries(&input.config).names() {
            let item = list.item(i, name).and_then(|item| list.in_its_place(item));
            let Some(item) = item.filter(|item| !std::mem::replace(&mut done[*item], true)) else { continue };
            let item = &list.items[item];
            let Some(final_name) = item.final_name() else { continue };
            if to.adopt_as(item.name, entries(&plan.inputs[item.first()].config), final_name) {
                adopted.push(item);
            }
        }
    }
    adopted
}

/// Gives users the end of their token that another input knows of.
fn keep_lifetimes(plan: &Plan<'_>, config: &mut Kubeconfig) {
    for (i, input) in plan.inputs.iter().enumerate() {
        for (name, user) in input.config.users.iter() {
            let Some(kept) = lifetime(user) else { continue };
            let item = plan.users.item(i, name).and_then(|item| plan.users.items[item].final_name());
            let there = item.and_then(|name| config.users.get_mut(name));
            if let Some(there) = there.filter(|there| there.token == user.token && lifetime(there).is_none()) {
                there.extensions.insert(TOKEN_LIFETIME, kept.clone());
            }
        }
    }
}

/// Where a context of the result comes from.
struct Sources<'p> {
    from: Vec<InputContext>,
    /// What its cluster and its user are called. Where inputs that say the same have other names for them: those of the
    /// target, else those that sort first.
    names: (Option<&'p str>, Option<&'p str>),
}

/// Makes the contexts name what they named in their own input.
fn refer(plan: &Plan<'_>, config: &mut Kubeconfig, report: &mut Report) {
    let mut sources: HashMap<&str, Sources<'_>> = HashMap::new();
    for (i, input) in plan.inputs.iter().enumerate() {
        for (was, context) in input.config.contexts.iter() {
            let item = plan.contexts.item(i, was).map(|item| &plan.contexts.items[item]);
            let Some(name) = item.and_then(Item::final_name) else { continue };
            let from = InputContext { name: was.to_owned(), place: input.place(Subject::Context(was)) };
            let names = (final_name(&plan.clusters, i, &context.cluster), final_name(&plan.users, i, &context.user));
            match sources.get_mut(name) {
                Some(sources) => {
                    let is_in_target = || sources.from.first().is_some_and(|first| first.place.input == 1);
                    if !plan.has_target || !is_in_target() {
                        sources.names = sources.names.min(names);
                    }
                    sources.from.push(from);
                }
                None => {
                    note_dangling(plan, i, context, name, &from.place, report);
                    sources.insert(name, Sources { from: vec![from], names });
                }
            }
        }
    }
    for (name, context) in config.contexts.iter_mut() {
        let Some(Sources { from, names: (cluster, user) }) = sources.remove(name) else { continue };
        for (field, name) in [(&mut context.cluster, cluster), (&mut context.user, user)] {
            if set(field).is_some() {
                *field = name.map(str::to_owned);
            }
        }
        let server = cluster.and_then(|name| set(&config.clusters.get(name)?.server));
        report.contexts.push(MergedContext {
            name: name.to_owned(),
            cluster: cluster.map(str::to_owned),
            user: user.map(str::to_owned),
            server: server.map(|url| shown("clusters[].cluster.server", url).into_owned()),
            from,
        });
    }
}

/// What is called `name` in an input is called so in the result. Never what another input calls so.
fn final_name<'p>(list: &'p List<'_>, input: usize, name: &Option<String>) -> Option<&'p str> {
    let name = set(name)?;
    match list.item(input, name) {
        Some(item) => list.items[item].final_name(),
        None => list.missing.get(name).map(String::as_str),
    }
}

fn note_dangling(plan: &Plan<'_>, input: usize, context: &Context, name: &str, place: &Place, report: &mut Report) {
    let uses = [(EntryKind::Cluster, &plan.clusters, &context.cluster), (EntryKind::User, &plan.users, &context.user)];
    for (kind, list, used) in uses {
        let Some(used) = set(used).filter(|used| list.item(input, used).is_none()) else { continue };
        report.notes.push(Note::Dangling {
            context: name.to_owned(),
            kind,
            name: used.to_owned(),
            now: list.missing.get(used).cloned().unwrap_or_default(),
            place: place.clone(),
        });
    }
}

/// What was renamed, and what was left out.
fn tell(plan: &Plan<'_>, list: &List<'_>, kind: EntryKind, report: &mut Report) {
    for (i, item) in list.items.iter().enumerate() {
        let places = || item.holders.iter().map(|&i| plan.inputs[i].place(kind.subject(item.name))).collect();
        match &item.fate {
            Fate::Stays => {}
            Fate::Renamed(to) => {
                report.renamed.push(Renamed { kind, from: item.name.to_owned(), to: to.clone(), places: places() });
            }
            Fate::LeftOut => {
                let winner = list.in_its_place(i).map(|winner| place(plan, kind, &list.items[winner]));
                report.left_out.push(LeftOut { kind, name: item.name.to_owned(), places: places(), winner });
            }
            Fate::Same(other) => {
                let Some(there) = list.items[*other].final_name().filter(|there| *there != item.name) else { continue };
                report.notes.push(Note::AlreadyThere {
                    kind,
                    name: item.name.to_owned(),
                    places: places(),
                    there: there.to_owned(),
                });
            }
        }
    }
}

fn place(plan: &Plan<'_>, kind: EntryKind, item: &Item<'_>) -> Place {
    plan.inputs[item.first()].place(kind.subject(item.name))
}

/// Sets the current context.
pub(super) fn current(
    plan: &Plan<'_>,
    on_conflict: OnConflict,
    wanted: Option<&str>,
    config: &mut Kubeconfig,
    report: &mut Report,
) -> Result<()> {
    let current = match wanted {
        Some(name) if !config.contexts.contains(name) => {
            let message = format!("the context {name:?} can't be the current one, as it is not in the result");
            return Err(Error::new(ErrorKind::ContextNotFound, message));
        }
        Some(name) => Some(name.to_owned()),
        None => {
            let mut found = None;
            for (i, input) in plan.inputs.iter().enumerate() {
                let Some(name) = input.config.current_context() else { continue };
                let Some(item) = plan.contexts.item(i, name) else {
                    let place = input.place(Subject::CurrentContext);
                    report.notes.push(Note::NoSuchCurrent { name: name.to_owned(), place });
                    continue;
                };
                let Some(name) = plan.contexts.items[item].final_name() else { continue };
                if found.is_none() || on_conflict == OnConflict::Replace {
                    found = Some(name.to_owned());
                }
            }
            found
        }
    };
    report.current.clone_from(&current);
    config.current_context = current;
    Ok(())
}

/// What the result has that one should look at.
#[derive(Default)]
struct Risks(IndexMap<Risk, Vec<(String, Place)>>);

impl Risks {
    fn of_cluster(&mut self, cluster: &Cluster, item: &Item<'_>, place: impl Fn() -> Place) {
        if cluster.insecure_skip_tls_verify {
            self.add(Risk::Insecure, item, place());
        }
        if let Some(proxy) = set(&cluster.proxy_url) {
            self.add(Risk::Proxy(shown("clusters[].cluster.proxy-url", proxy).into_owned()), item, place());
        }
    }

    fn of_user(&mut self, user: &AuthInfo, item: &Item<'_>, place: impl Fn() -> Place) {
        if let Some(exec) = &user.exec {
            let command = shown("users[].user.exec.command", set(&exec.command).unwrap_or_default());
            self.add(Risk::Command(command.into_owned()), item, place());
        }
        if let Some(provider) = &user.auth_provider {
            let name = shown("users[].user.auth-provider.name", set(&provider.name).unwrap_or_default());
            self.add(Risk::Provider(name.into_owned()), item, place());
        }
    }

    fn add(&mut self, risk: Risk, item: &Item<'_>, place: Place) {
        let name = item.final_name().unwrap_or(item.name).to_owned();
        self.0.entry(risk).or_default().push((name, place));
    }
}
