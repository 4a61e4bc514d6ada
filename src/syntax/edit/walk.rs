//! Along a path: to see what is there, and to change it.

use super::plan::{ListPlan, Plan};
use super::same::{Look, Side};
use super::{Editor, Kind, Path, Step};
use crate::error::{Error, ErrorKind, Result};
use crate::syntax::document::Document;
use crate::syntax::value::Mapping;

impl Editor<'_> {
    /// What is at `path` now.
    pub(super) fn find(&mut self, path: &[Step<'_>]) -> Result<Option<Side<'_>>> {
        let document = self.document;
        let mut plan = &mut self.root;
        for (i, step) in path.iter().enumerate() {
            let below = |side| walk(side, path, i);
            if plan.elsewhere(document).is_some() {
                return below(Side::Plan(plan, document));
            }
            let at = Side::Plan(plan, document);
            if at.is_null() {
                return Ok(None);
            }
            // Opening a collection changes nothing, and finds its entries faster the next time.
            let next = match step.0 {
                Kind::Key(key) => {
                    if plan.open_map(document).is_none() {
                        return Err(mismatch(Side::Plan(plan, document), path, i));
                    }
                    let Plan::Map(map) = plan else { return Ok(None) };
                    match map.place(key) {
                        Some(place) => map.value(place),
                        None => {
                            let Some(&node) = map.merged.get(key) else { return Ok(None) };
                            return walk(Side::Node(document.node(node)), path, i + 1);
                        }
                    }
                }
                _ => {
                    if plan.open_list(document).is_none() {
                        return Err(mismatch(Side::Plan(plan, document), path, i));
                    }
                    let Plan::List(list) = plan else { return Ok(None) };
                    let place = match step.0 {
                        Kind::Entry(name) => list.place_of(document, name),
                        Kind::Place(place) => Some(place),
                        Kind::Index(index) => list.place(index),
                        Kind::Key(_) => None,
                    };
                    place.and_then(|place| list.value(place))
                }
            };
            match next {
                Some(next) => plan = next,
                None => return Ok(None),
            }
        }
        Ok(Some(Side::Plan(plan, document)))
    }

    /// The place at `path`, to change it; what is missing on the way is added. Whatever is reached through an alias or `<<` is a copy
    /// from here on.
    pub(super) fn reach(&mut self, path: &[Step<'_>]) -> Result<&mut Plan> {
        let document = self.document;
        // What is changed is held in values, which are read and written by recursion.
        if path.len() > document.value_depth() as usize {
            return Err(too_deep(document));
        }
        let mut plan = &mut self.root;
        for (i, step) in path.iter().enumerate() {
            let is_null = Side::Plan(plan, document).is_null();
            let next = match step.0 {
                Kind::Key(key) => {
                    if is_null {
                        *plan = Plan::New(Mapping::new().into());
                    }
                    if plan.open_map(document).is_none() {
                        return Err(mismatch(Side::Plan(plan, document), path, i));
                    }
                    let Plan::Map(map) = plan else { return Err(missing(path, i)) };
                    let place = map.place(key).or_else(|| map.adopt(key));
                    let place = place.unwrap_or_else(|| map.add(key.to_owned(), None, Plan::nothing()));
                    map.value(place)
                }
                _ => {
                    if is_null {
                        *plan = Plan::New(Vec::new().into());
                    }
                    if plan.open_list(document).is_none() {
                        return Err(mismatch(Side::Plan(plan, document), path, i));
                    }
                    let Plan::List(list) = plan else { return Err(missing(path, i)) };
                    let place = match step.0 {
                        Kind::Entry(name) => {
                            let place = list.place_of(document, name);
                            place.or_else(|| Some(list.insert(document, usize::MAX, entry(name))))
                        }
                        Kind::Place(place) => Some(place),
                        Kind::Index(index) => list.place(index),
                        Kind::Key(_) => None,
                    };
                    place.and_then(|place| list.value(place))
                }
            };
            plan = next.ok_or_else(|| missing(path, i))?;
        }
        Ok(plan)
    }

    /// Where the entry called `name` of the list at `path` is, for [`Step::place`].
    pub(crate) fn place_of(&mut self, path: &[Step<'_>], name: &str) -> Option<usize> {
        let document = self.document;
        if !matches!(self.find(path), Ok(Some(_))) {
            return None;
        }
        self.reach(path).ok()?.open_list(document)?.place_of(document, name)
    }

    /// How many items the list at `path` has; none where there is no list.
    pub(super) fn len_of(&mut self, path: &[Step<'_>]) -> Option<usize> {
        match self.find(path).ok()??.look() {
            Look::List(items) => Some(items.count()),
            _ => None,
        }
    }

    /// Notes that what is at `path` changed: it may be an entry of a list, or the name of one.
    pub(super) fn names_change(&mut self, path: &[Step<'_>]) {
        let is_item = |step: &Step<'_>| !matches!(step.0, Kind::Key(_));
        let list = match path {
            [list @ .., item] if is_item(item) => list,
            [list @ .., item, Step(Kind::Key("name"))] if is_item(item) => list,
            _ => return,
        };
        let document = self.document;
        if let Ok(plan) = self.reach(list) {
            plan.open_list(document).into_iter().for_each(ListPlan::forget_names);
        }
    }

    /// An error where there is something else at `path`.
    pub(super) fn is_list_or_nothing(&mut self, path: &[Step<'_>]) -> Result<()> {
        match self.find(path)? {
            Some(side) if !side.is_null() && !side.is_list() => Err(wrong(side, path, "a list")),
            _ => Ok(()),
        }
    }
}

fn entry(name: &str) -> Plan {
    let mut map = Mapping::new();
    map.insert("name", name);
    Plan::New(map.into())
}

/// What is at the rest of `path`, from its step `from` on, below `side`.
fn walk<'a>(mut side: Side<'a>, path: &[Step<'_>], from: usize) -> Result<Option<Side<'a>>> {
    for (i, step) in path.iter().enumerate().skip(from) {
        let next = match (step.0, side.look()) {
            (Kind::Key(key), Look::Map(pairs)) => pairs.into_iter().find(|(k, _)| k == key).map(|(_, side)| side),
            (Kind::Index(index) | Kind::Place(index), Look::List(mut items)) => items.nth(index),
            (Kind::Entry(name), Look::List(items)) => items.filter(|item| item.name().as_deref() == Some(name)).last(),
            _ if side.is_null() => None,
            _ => return Err(mismatch(side, path, i)),
        };
        match next {
            Some(next) => side = next,
            None => return Ok(None),
        }
    }
    Ok(Some(side))
}

/// The step `at` of `path` has no place in what is there.
#[cold]
fn mismatch(side: Side<'_>, path: &[Step<'_>], at: usize) -> Error {
    let wanted = match path.get(at).map(|step| step.0) {
        Some(Kind::Key(_)) => "a map",
        _ => "a list",
    };
    wrong(side, path.get(..at).unwrap_or_default(), wanted)
}

#[cold]
fn wrong(side: Side<'_>, path: &[Step<'_>], wanted: &'static str) -> Error {
    let error = Error::new(ErrorKind::Type, format!("{} where {wanted} is expected", noun(side)));
    let error = if path.is_empty() { error } else { error.in_field(Path(path).to_string()) };
    match side.position() {
        Some((document, offset)) => document.locate(error.at_offset(offset)),
        None => error,
    }
}

#[cold]
pub(super) fn too_deep(document: &Document) -> Error {
    Error::new(ErrorKind::Limit, format!("a change deeper than {} levels", document.value_depth()))
}

#[cold]
fn missing(path: &[Step<'_>], at: usize) -> Error {
    let path = path.get(..=at).unwrap_or(path);
    Error::new(ErrorKind::NotFound, "there is no such item").in_field(Path(path).to_string())
}

/// What the parts of a map or a list are called, for errors.
fn noun(side: Side<'_>) -> &'static str {
    match side.look() {
        Look::List(_) => "a list",
        Look::Map(_) => "a map",
        Look::Decoded(_) => "a string",
        Look::Scalar(resolved) => resolved.noun(),
    }
}
