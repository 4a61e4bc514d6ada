//! The entries of one kind, of all inputs: which are the same, which have one name and say different things, and what
//! becomes of them.

use super::OnConflict;
use super::names::{self, Facts, Pending, Taken, Template};
use indexmap::IndexMap;
use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

/// A name with what it stands for, in as many inputs as have it.
pub(super) struct Item<'a> {
    pub(super) name: &'a str,
    /// The number of what it says.
    pub(super) content: usize,
    /// The inputs that have it, in their order; at least one.
    pub(super) holders: Vec<usize>,
    pub(super) fate: Fate,
    /// Whether a context that stays uses it.
    pub(super) used: bool,
    /// Whether no context uses it in one of the inputs that have it.
    pub(super) unused_at_home: bool,
}

/// What becomes of an item.
pub(super) enum Fate {
    /// It keeps its name.
    Stays,
    /// It gets a new name; empty until that is known.
    Renamed(String),
    LeftOut,
    /// It is not added, as this item says the same.
    Same(usize),
}

impl Item<'_> {
    /// Its name in the result.
    pub(super) fn final_name(&self) -> Option<&str> {
        match &self.fate {
            Fate::Stays => Some(self.name),
            Fate::Renamed(name) => Some(name),
            Fate::LeftOut | Fate::Same(_) => None,
        }
    }

    pub(super) fn first(&self) -> usize {
        self.holders.first().copied().unwrap_or_default()
    }

    fn last(&self) -> usize {
        self.holders.last().copied().unwrap_or_default()
    }
}

#[derive(Default)]
pub(super) struct List<'a> {
    pub(super) items: Vec<Item<'a>>,
    /// For each input its items by name.
    pub(super) of_input: Vec<HashMap<&'a str, usize>>,
    /// The items of one name, each of which says something else.
    pub(super) by_name: IndexMap<&'a str, Vec<usize>>,
    /// Names that contexts use for nothing, and what they will use in their place.
    pub(super) missing: IndexMap<&'a str, String>,
    /// Whether the first input is the target, whose entries keep their names.
    has_target: bool,
    /// Names that contexts of the target use for nothing.
    kept_free: HashSet<&'a str>,
}

impl<'a> List<'a> {
    /// Takes the entries of all inputs: names, and the numbers of what they say.
    pub(super) fn of<E: Iterator<Item = (&'a str, usize)>>(inputs: impl Iterator<Item = E>, has_target: bool) -> Self {
        let mut list = List { has_target, ..List::default() };
        let mut known: HashMap<(&'a str, usize), usize> = HashMap::new();
        for (input, entries) in inputs.enumerate() {
            let mut own = HashMap::new();
            for (name, content) in entries {
                let item = *known.entry((name, content)).or_insert(list.items.len());
                if item == list.items.len() {
                    list.by_name.entry(name).or_default().push(item);
                    list.items.push(Item {
                        name,
                        content,
                        holders: Vec::new(),
                        fate: Fate::Stays,
                        used: false,
                        unused_at_home: false,
                    });
                }
                list.items[item].holders.push(input);
                own.insert(name, item);
            }
            list.of_input.push(own);
        }
        list
    }

    /// The item that an entry of an input has become.
    pub(super) fn item(&self, input: usize, name: &str) -> Option<usize> {
        self.of_input.get(input)?.get(name).copied()
    }

    /// The item itself if it stays, else what has its name.
    pub(super) fn in_its_place(&self, item: usize) -> Option<usize> {
        if !matches!(self.items[item].fate, Fate::LeftOut) {
            return Some(item);
        }
        let same_name = self.by_name.get(self.items[item].name)?;
        same_name.iter().copied().find(|&i| matches!(self.items[i].fate, Fate::Stays))
    }

    /// Takes note of a name that a context of `input` uses, the first input first. Where it stands for nothing there,
    /// it must not stand for something in the result.
    pub(super) fn note_use(&mut self, input: usize, name: &'a str) {
        if self.item(input, name).is_some() || self.missing.contains_key(name) {
            return;
        }
        let mut instead = name.to_owned();
        let mut number = 1;
        if self.has_target && input == 0 {
            self.kept_free.insert(name);
        }
        let is_free = |name: &str| self.kept_free.contains(name) || !self.by_name.contains_key(name);
        while !is_free(&instead) {
            instead = if number == 1 { format!("{name}-missing") } else { format!("{name}-missing-{number}") };
            number += 1;
        }
        self.missing.insert(name, instead);
    }

    /// Marks the items of an input that none of its contexts uses; `used` are the names that they use.
    pub(super) fn mark_unused(&mut self, input: usize, is_used: impl Fn(&str) -> bool) {
        let Some(own) = self.of_input.get(input) else { return };
        for (name, item) in own {
            self.items[*item].unused_at_home |= !is_used(name);
        }
    }

    /// Decides who has which name. A context that loses its name is left out, and so is a cluster or user that no context
    /// needs which stays.
    pub(super) fn decide(&mut self, on_conflict: OnConflict) {
        if self.has_target && on_conflict == OnConflict::Rename {
            return self.decide_beside_target();
        }
        let items = &mut self.items;
        for same_name in self.by_name.values() {
            let is_all = on_conflict == OnConflict::Rename;
            let stays = |item: &Item<'_>| is_all || item.used || item.unused_at_home;
            let stay: Vec<usize> = same_name.iter().copied().filter(|&i| stays(&items[i])).collect();
            let winner = match (on_conflict, &*stay) {
                (_, [one]) => Some(*one),
                (OnConflict::Rename, _) => None,
                (OnConflict::Replace, several) => several.iter().copied().max_by_key(|&i| items[i].last()),
                (OnConflict::Keep | OnConflict::Fail, several) => {
                    several.iter().copied().min_by_key(|&i| items[i].first())
                }
            };
            for &i in same_name {
                items[i].fate = match winner {
                    Some(winner) if winner == i => Fate::Stays,
                    _ if is_all || items[i].used => Fate::Renamed(String::new()),
                    _ => Fate::LeftOut,
                };
            }
        }
    }

    /// What is in the target stays as it is. What comes in and says the same as something there, or in an input before,
    /// is that; the others keep their names if nobody else has them.
    fn decide_beside_target(&mut self) {
        let items = &mut self.items;
        let mut known: HashMap<usize, Vec<usize>> = HashMap::new();
        for i in 0..items.len() {
            let same = known.entry(items[i].content).or_default();
            let before = same.first().copied().filter(|&first| items[first].first() < items[i].first());
            match before {
                Some(before) if items[i].first() > 0 => items[i].fate = Fate::Same(before),
                // Nothing can name an entry without a name.
                _ if items[i].name.is_empty() => {}
                _ => same.push(i),
            }
        }
        for (name, same_name) in &self.by_name {
            let is_new = |i: &usize| matches!(items[*i].fate, Fate::Stays) && items[*i].first() > 0;
            let new: Vec<usize> = same_name.iter().copied().filter(is_new).collect();
            let is_in_target = same_name.iter().any(|&i| items[i].first() == 0);
            if is_in_target || self.kept_free.contains(name) || new.len() > 1 {
                new.into_iter().for_each(|i| items[i].fate = Fate::Renamed(String::new()));
            }
        }
        // A second name within one file is not worth a new one.
        for same in known.into_values() {
            let Some(&stays) = same.iter().find(|&&i| matches!(items[i].fate, Fate::Stays)) else { continue };
            for i in same {
                if matches!(items[i].fate, Fate::Renamed(_)) {
                    items[i].fate = Fate::Same(stays);
                }
            }
        }
        for own in &mut self.of_input {
            for item in own.values_mut() {
                if let Fate::Same(other) = items[*item].fate {
                    *item = other;
                }
            }
        }
    }

    /// Gives new names to those that need one. `facts` are those of an item in one of the inputs that have it.
    pub(super) fn name<'f>(
        &mut self,
        templates: &[Template],
        facts: impl Fn(&Item<'a>, usize) -> Facts<'f>,
        compare: impl Fn(usize, usize) -> Ordering,
    ) {
        let needs_one: Vec<usize> =
            (0..self.items.len()).filter(|&i| matches!(self.items[i].fate, Fate::Renamed(_))).collect();
        if needs_one.is_empty() {
            return;
        }
        let pending: Vec<Pending<'_>> = needs_one
            .iter()
            .map(|&i| {
                let item = &self.items[i];
                // Where several inputs have it: the name that sorts first.
                let wish = |template: &Template| {
                    item.holders.iter().filter_map(|&holder| template.expand(&facts(item, holder))).min()
                };
                Pending { name: item.name, content: item.content, wishes: templates.iter().map(wish).collect() }
            })
            .collect();
        let mut taken: Taken<'_> = HashMap::new();
        for (name, items) in &self.by_name {
            let only = if let [one] = &**items { Some(self.items[*one].content) } else { None };
            taken.insert(name, only);
        }
        for (name, instead) in &self.missing {
            taken.entry(name).or_insert(None);
            taken.entry(instead).or_insert(None);
        }
        taken.extend(self.kept_free.iter().map(|name| (*name, None)));
        let names = names::give(&pending, &taken, compare);
        for (i, name) in needs_one.into_iter().zip(names) {
            self.items[i].fate = Fate::Renamed(name);
        }
    }
}
