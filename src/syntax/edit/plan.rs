//! What a document is to become: a tree laid over its nodes, which says of each part whether it stays.

use crate::error::Result;
use crate::syntax::de::value_of;
use crate::syntax::document::{Document, Node};
use crate::syntax::effective::{self, is_merge_key, key_text};
use crate::syntax::spelled::Scalar;
use crate::syntax::value::{Mapping, Value};
use hashbrown::{HashTable, hash_table};
use indexmap::IndexMap;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

/// What is to stand somewhere.
pub(super) enum Plan {
    /// The node that stands there.
    Kept(u32),
    /// The value of a node that stands elsewhere, written anew; with an anchor where aliases shall lead here from now on.
    Copy {
        node: u32,
        anchor: Option<Box<str>>,
    },
    New(Value),
    Map(Box<MapPlan>),
    List(Box<ListPlan>),
}

/// A map some part of which may change.
pub(super) struct MapPlan {
    /// The map that stands there; none where it is written anew.
    pub(super) node: Option<u32>,
    /// The pairs of that map in their order, then new ones.
    pub(super) entries: Vec<Entry>,
    /// Keys that come from `<<` alone, with the nodes of their values.
    pub(super) merged: IndexMap<String, u32>,
    /// Where the entry of a key is.
    places: Places,
    /// Whether there is a `<<`, or a key that comes twice.
    merges: bool,
    repeats: bool,
}

pub(super) struct Entry {
    pub(super) key: String,
    pub(super) spelling: Option<Box<Scalar>>,
    /// The nodes of key and value.
    pub(super) origin: Option<(u32, u32)>,
    pub(super) role: Role,
    pub(super) value: Plan,
    pub(super) is_removed: bool,
    pub(super) is_renamed: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Own,
    /// Another pair of the same key, or what `<<` brings in, wins over it.
    Hidden,
    /// `<<`
    Merge,
}

/// A list some part of which may change.
pub(super) struct ListPlan {
    /// The list that stands there; none where it is written anew.
    pub(super) node: Option<u32>,
    pub(super) items: Vec<Item>,
    /// Up to where no item is removed.
    pub(super) intact: usize,
    /// Where the entry of a name is, once somebody asked; of several the last.
    pub(super) names: Option<HashMap<String, usize>>,
    /// Whether two entries have one name.
    pub(super) repeats: bool,
}

pub(super) struct Item {
    pub(super) origin: Option<u32>,
    pub(super) value: Plan,
    pub(super) is_removed: bool,
}

impl Plan {
    pub(super) fn nothing() -> Self {
        Plan::New(Value::null())
    }

    /// Whether it stands for a node that another node, or nobody, holds: what is changed in it has to be a copy.
    pub(super) fn elsewhere<'d>(&self, document: &'d Document) -> Option<Node<'d>> {
        match self {
            Plan::Kept(node) => Some(document.node(*node)).filter(Node::is_alias),
            Plan::Copy { node, .. } => Some(document.node(*node)),
            _ => None,
        }
    }

    /// Makes a map of it that can be changed in parts, if it is one.
    pub(super) fn open_map(&mut self, document: &Document) -> Option<&mut MapPlan> {
        match self {
            Plan::Kept(node) | Plan::Copy { node, .. } if document.node(*node).resolve().is_mapping() => {
                let there = matches!(self, Plan::Kept(_));
                let node = document.node(self.node()?);
                let map = if there && !node.is_alias() { MapPlan::of(node) } else { MapPlan::copy_of(node) };
                *self = Plan::Map(Box::new(map));
            }
            Plan::New(Value::Mapping(map)) => *self = Plan::Map(Box::new(MapPlan::new(std::mem::take(map)))),
            _ => {}
        }
        if let Plan::Map(map) = self { Some(map) } else { None }
    }

    /// Makes a list of it that can be changed in parts, if it is one.
    pub(super) fn open_list(&mut self, document: &Document) -> Option<&mut ListPlan> {
        match self {
            Plan::Kept(node) | Plan::Copy { node, .. } if document.node(*node).resolve().is_sequence() => {
                let there = matches!(self, Plan::Kept(_));
                let node = document.node(self.node()?);
                *self = Plan::List(Box::new(ListPlan::of(node, there && !node.is_alias())));
            }
            Plan::New(Value::Sequence(items)) => {
                *self = Plan::List(Box::new(ListPlan::new(std::mem::take(items).into_vec())))
            }
            _ => {}
        }
        if let Plan::List(list) = self { Some(list) } else { None }
    }

    fn node(&self) -> Option<u32> {
        match self {
            Plan::Kept(node) | Plan::Copy { node, .. } => Some(*node),
            _ => None,
        }
    }

    /// Whether it is other than the node that stands there.
    pub(super) fn changes(&self) -> bool {
        match self {
            Plan::Kept(_) => false,
            Plan::Copy { .. } | Plan::New(_) => true,
            Plan::Map(map) => map.node.is_none() || map.changes() || map.entries.iter().any(|e| e.value.changes()),
            Plan::List(list) => list.node.is_none() || list.changes() || list.items.iter().any(|i| i.value.changes()),
        }
    }

    /// The last node in it that stays, where that is what it ends with.
    pub(super) fn last_kept<'d>(&self, document: &'d Document) -> Option<Node<'d>> {
        match self {
            Plan::Kept(node) => {
                let node = document.node(*node);
                Some(document.node(node.data().next.saturating_sub(1).max(node.index())))
            }
            Plan::Map(map) => map.entries.iter().rfind(|entry| !entry.is_removed)?.value.last_kept(document),
            Plan::List(list) => list.items.iter().rfind(|item| !item.is_removed)?.value.last_kept(document),
            Plan::Copy { .. } | Plan::New(_) => None,
        }
    }

    pub(super) fn to_value(&self, document: &Document) -> Result<Value> {
        let depth = document.value_depth();
        Ok(match self {
            Plan::Kept(node) | Plan::Copy { node, .. } => value_of(document.node(*node), depth)?,
            Plan::New(value) => value.clone(),
            Plan::List(list) => {
                list.live().map(|item| item.value.to_value(document)).collect::<Result<Vec<_>>>()?.into()
            }
            Plan::Map(map) => {
                let mut value = Mapping::new();
                for entry in map.live() {
                    let spelling = entry.spelling.as_deref().cloned();
                    value.insert_spelled(entry.key.clone(), spelling, entry.value.to_value(document)?);
                }
                for (key, node) in &map.merged {
                    value.insert(key.as_str(), value_of(document.node(*node), depth)?);
                }
                value.into()
            }
        })
    }
}

impl MapPlan {
    fn empty(node: Option<u32>) -> Self {
        MapPlan {
            node,
            entries: Vec::new(),
            merged: IndexMap::new(),
            places: Places::default(),
            merges: false,
            repeats: false,
        }
    }

    /// The map that stands there.
    fn of(node: Node<'_>) -> Self {
        let mut plan = MapPlan::empty(Some(node.index()));
        for (key, value) in node.children_as_pairs() {
            let at = plan.entries.len();
            let role = if is_merge_key(key) { Role::Merge } else { Role::Own };
            let text = key_text(key).into_owned();
            if role == Role::Merge {
                plan.merges = true;
            } else if let Some(earlier) = plan.places.insert(&plan.entries, &text, at) {
                plan.repeats = true;
                plan.hide(earlier);
            }
            plan.entries.push(Entry {
                key: text,
                spelling: None,
                origin: Some((key.index(), value.index())),
                role,
                value: Plan::Kept(value.index()),
                is_removed: false,
                is_renamed: false,
            });
        }
        if plan.merges {
            plan.settle(node);
        }
        plan
    }

    /// Finds out which keys come from `<<`.
    fn settle(&mut self, node: Node<'_>) {
        let own: HashMap<u32, usize> =
            self.entries.iter().enumerate().filter_map(|(i, entry)| Some((entry.origin?.0, i))).collect();
        for pair in effective::pairs(node) {
            if own.contains_key(&pair.key.index()) {
                continue;
            }
            if let Some(hidden) = self.places.remove(&self.entries, &pair.text) {
                self.repeats = true;
                self.hide(hidden);
            }
            self.merged.insert(pair.text.into_owned(), pair.value.index());
        }
    }

    fn hide(&mut self, at: usize) {
        if let Some(entry) = self.entries.get_mut(at) {
            entry.role = Role::Hidden;
        }
    }

    /// A map that is written anew, with the values of `node`.
    fn copy_of(node: Node<'_>) -> Self {
        let mut plan = MapPlan::empty(None);
        for pair in effective::pairs(node) {
            let spelling = crate::syntax::de::spelling(&pair);
            plan.add(pair.text.into_owned(), spelling, Plan::Copy { node: pair.value.index(), anchor: None });
        }
        plan
    }

    fn new(map: Mapping) -> Self {
        let mut plan = MapPlan::empty(None);
        for (key, spelling, value) in map.into_spelled() {
            plan.add(key, spelling, Plan::New(value));
        }
        plan
    }

    /// The entries that count.
    pub(super) fn live(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.role == Role::Own && !entry.is_removed)
    }

    /// Whether a pair comes, goes, or changes its key.
    pub(super) fn changes(&self) -> bool {
        self.entries.iter().any(|entry| entry.is_renamed || entry.is_removed == entry.origin.is_some())
    }

    pub(super) fn place(&self, key: &str) -> Option<usize> {
        self.places.get(&self.entries, key)
    }

    pub(super) fn value(&mut self, place: usize) -> Option<&mut Plan> {
        self.entries.get_mut(place).map(|entry| &mut entry.value)
    }

    /// Adds an entry at the end, where it wins over all others.
    pub(super) fn add(&mut self, key: String, spelling: Option<Scalar>, value: Plan) -> usize {
        let at = self.entries.len();
        self.places.insert(&self.entries, &key, at);
        self.entries.push(Entry {
            key,
            spelling: spelling.map(Box::new),
            origin: None,
            role: Role::Own,
            value,
            is_removed: false,
            is_renamed: false,
        });
        at
    }

    /// Gives the map a pair of its own for a key that comes from `<<`.
    pub(super) fn adopt(&mut self, key: &str) -> Option<usize> {
        let node = self.merged.shift_remove(key)?;
        self.remove_own(key);
        Some(self.add(key.to_owned(), None, Plan::Copy { node, anchor: None }))
    }

    /// Removes a key, wherever it comes from. Returns whether there was one.
    pub(super) fn remove(&mut self, document: &Document, key: &str) -> bool {
        let own = self.place(key).is_some();
        let merged = self.merged.contains_key(key);
        if own {
            self.remove_own(key);
        }
        if merged || own && self.merges_bring(document, key) {
            self.unmerge(key);
        }
        own || merged
    }

    fn remove_own(&mut self, key: &str) {
        if let Some(place) = self.places.remove(&self.entries, key) {
            self.remove_at(place);
        }
        // What it hid would come to light.
        if self.repeats {
            for entry in self.entries.iter_mut().filter(|entry| entry.role == Role::Hidden && entry.key == key) {
                entry.is_removed = true;
            }
        }
    }

    fn remove_at(&mut self, place: usize) {
        let Some(entry) = self.entries.get_mut(place) else { return };
        entry.is_removed = true;
        // What never stood there leaves nothing behind.
        if entry.origin.is_none() && place + 1 == self.entries.len() {
            self.entries.pop();
        }
    }

    fn merges_bring(&self, document: &Document, key: &str) -> bool {
        self.merges
            && self.entries.iter().filter(|entry| entry.role == Role::Merge && !entry.is_removed).any(|entry| {
                let Some((_, value)) = entry.origin else { return false };
                let value = document.node(value).resolve();
                let has = |map: Node<'_>| map.get(key).is_some();
                if value.is_sequence() { value.children().any(has) } else { has(value) }
            })
    }

    /// Replaces all `<<` by what they bring in, but for `key`.
    fn unmerge(&mut self, key: &str) {
        for entry in self.entries.iter_mut().filter(|entry| entry.role == Role::Merge) {
            entry.is_removed = true;
        }
        for (text, node) in std::mem::take(&mut self.merged) {
            // A pair of its own that `<<` won over would be there twice.
            self.remove_own(&text);
            if text != key {
                self.add(text, None, Plan::Copy { node, anchor: None });
            }
        }
    }

    /// Gives the entry of a key another one, which must be free.
    pub(super) fn rename(&mut self, document: &Document, old: &str, new: &str) {
        let Some(place) = self.place(old).or_else(|| self.adopt(old)) else { return };
        self.places.remove(&self.entries, old);
        if let Some(entry) = self.entries.get_mut(place) {
            entry.key = new.to_owned();
            entry.spelling = None;
            entry.is_renamed = entry.origin.is_some();
        }
        self.remove_own(old);
        if self.merges_bring(document, old) {
            self.unmerge(old);
        }
        self.places.insert(&self.entries, new, place);
    }
}

/// Where the entries of keys are. The keys themselves are kept in the entries alone: there may be very many.
#[derive(Default)]
struct Places {
    table: HashTable<u32>,
    hasher: RandomState,
}

impl Places {
    fn get(&self, entries: &[Entry], key: &str) -> Option<usize> {
        self.table.find(self.hasher.hash_one(key), is(entries, key)).map(|&at| at as usize)
    }

    /// Returns the place it had.
    fn insert(&mut self, entries: &[Entry], key: &str, at: usize) -> Option<usize> {
        let hash_of = |&at: &u32| self.hasher.hash_one(entries.get(at as usize).map_or("", |entry| &entry.key));
        match self.table.entry(self.hasher.hash_one(key), is(entries, key), hash_of) {
            hash_table::Entry::Occupied(mut place) => Some(std::mem::replace(place.get_mut(), at as u32) as usize),
            hash_table::Entry::Vacant(place) => {
                place.insert(at as u32);
                None
            }
        }
    }

    fn remove(&mut self, entries: &[Entry], key: &str) -> Option<usize> {
        let found = self.table.find_entry(self.hasher.hash_one(key), is(entries, key)).ok()?;
        Some(found.remove().0 as usize)
    }
}

fn is<'a>(entries: &'a [Entry], key: &'a str) -> impl Fn(&u32) -> bool + 'a {
    move |&at| entries.get(at as usize).is_some_and(|entry| entry.key == key)
}

impl ListPlan {
    /// The list that stands there, or a copy of it.
    fn of(node: Node<'_>, there: bool) -> Self {
        let target = node.resolve();
        let item = |item: Node<'_>| {
            let node = item.index();
            match there {
                true => Item { origin: Some(node), value: Plan::Kept(node), is_removed: false },
                false => Item { origin: None, value: Plan::Copy { node, anchor: None }, is_removed: false },
            }
        };
        ListPlan {
            node: there.then_some(target.index()),
            items: target.children().map(item).collect(),
            intact: target.children().count(),
            names: None,
            repeats: false,
        }
    }

    fn new(items: Vec<Value>) -> Self {
        let item = |value| Item { origin: None, value: Plan::New(value), is_removed: false };
        let items: Vec<Item> = items.into_iter().map(item).collect();
        ListPlan { node: None, intact: items.len(), items, names: None, repeats: false }
    }

    /// The items that count.
    pub(super) fn live(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| !item.is_removed)
    }

    /// Whether an item comes or goes.
    pub(super) fn changes(&self) -> bool {
        self.items.iter().any(|item| item.is_removed == item.origin.is_some())
    }

    /// Where the item `index` of those that count is.
    pub(super) fn place(&self, index: usize) -> Option<usize> {
        if index < self.intact {
            return Some(index);
        }
        self.items.iter().enumerate().filter(|(_, item)| !item.is_removed).nth(index).map(|(place, _)| place)
    }

    /// Notes that names may have changed in any way.
    pub(super) fn forget_names(&mut self) {
        self.names = None;
    }

    pub(super) fn value(&mut self, place: usize) -> Option<&mut Plan> {
        self.items.get_mut(place).filter(|item| !item.is_removed).map(|item| &mut item.value)
    }

    pub(super) fn remove(&mut self, place: usize) {
        if let Some(item) = self.items.get_mut(place) {
            item.is_removed = true;
            self.intact = self.intact.min(place);
        }
    }
}
