//! The entries of a list, by their names.

use super::plan::{Item, ListPlan, Plan};
use super::same::Side;
use crate::syntax::document::Document;
use std::collections::HashMap;

impl ListPlan {
    /// Where the entry called `name` is; of several the last.
    pub(super) fn place_of(&mut self, document: &Document, name: &str) -> Option<usize> {
        let place = self.names(document).get(name).copied()?;
        if self.is_called(document, place, name) {
            return Some(place);
        }
        // It is called otherwise by now.
        self.names = None;
        self.names(document).get(name).copied()
    }

    fn is_called(&self, document: &Document, place: usize, name: &str) -> bool {
        let item = self.items.get(place).filter(|item| !item.is_removed);
        item.is_some_and(|item| Side::Plan(&item.value, document).name().as_deref() == Some(name))
    }

    fn names(&mut self, document: &Document) -> &mut HashMap<String, usize> {
        let (items, repeats) = (&self.items, &mut self.repeats);
        self.names.get_or_insert_with(|| {
            let mut names = HashMap::new();
            *repeats = false;
            for (place, item) in items.iter().enumerate().filter(|(_, item)| !item.is_removed) {
                if let Some(name) = Side::Plan(&item.value, document).name() {
                    *repeats |= names.insert(name, place).is_some();
                }
            }
            names
        })
    }

    /// Notes that the entry `old` is called `new` now.
    pub(super) fn renamed(&mut self, document: &Document, old: &str, new: &str) {
        if self.repeats {
            // Another one of the old name may be left.
            self.names = None;
            return;
        }
        let names = self.names(document);
        if let Some(place) = names.remove(old) {
            names.insert(new.to_owned(), place);
        }
    }

    /// Adds an item in front of the item `index` of those that count, or at the end.
    pub(super) fn insert(&mut self, document: &Document, index: usize, value: Plan) -> usize {
        let end = self.items.len();
        let place = if index < end { self.place(index).unwrap_or(end) } else { end };
        if place < self.items.len() {
            self.names = None;
        } else if let Some(names) = &mut self.names {
            if let Some(name) = Side::Plan(&value, document).name() {
                self.repeats |= names.insert(name, place).is_some();
            }
        }
        self.items.insert(place, Item { origin: None, value, is_removed: false });
        self.intact += usize::from(place <= self.intact);
        place
    }

    /// Removes all entries called `name`. Returns whether there was one.
    pub(super) fn remove_named(&mut self, document: &Document, name: &str) -> bool {
        let Some(place) = self.place_of(document, name) else { return false };
        self.names(document).remove(name);
        self.remove(place);
        if self.repeats {
            for place in 0..self.items.len() {
                if self.is_called(document, place, name) {
                    self.remove(place);
                }
            }
        }
        true
    }
}
