//! Lists of named entries (`clusters`, `users`, `contexts`, `extensions`) as maps that keep their order.

use super::describe::{Describe, Form, List};
use super::fields::{Field, FromGo, ToValue, copy_other, text};
use crate::error::Result;
use crate::syntax::de::from_node;
use crate::syntax::write::Writer;
use crate::syntax::{Mapping, Node, Value, same_values};
use indexmap::IndexMap;
use serde::de::{self, Deserialize, DeserializeOwned, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

/// What can stand in a list of named entries.
pub trait Body: Clone + private::Sealed {
    /// The key beside `name`: `cluster`, `user`, `context`, `extension`.
    #[doc(hidden)]
    const KEY: &'static str;
    /// Whether a later entry of the same name replaces this one without a word: client-go's null extensions.
    #[doc(hidden)]
    fn yields(&self) -> bool {
        false
    }
}

pub(crate) mod private {
    pub trait Sealed {}
}

impl private::Sealed for Value {}
impl Body for Value {
    const KEY: &'static str = "extension";
    fn yields(&self) -> bool {
        self.is_null()
    }
}

/// A list of named entries: a map from names to bodies that keeps the order of the file.
///
/// Looking up a name takes the same time however many there are. Unknown fields beside `name` and the body are kept. Cloning
/// shares the entries until one of the two lists is changed.
///
/// ```
/// use kubeconfig::{Cluster, Kubeconfig};
/// let mut config = Kubeconfig::new();
/// config.clusters.insert("prod", Cluster::new("https://prod.example.com:6443"));
/// assert_eq!(config.clusters["prod"].server.as_deref(), Some("https://prod.example.com:6443"));
/// ```
#[derive(Clone)]
pub struct Entries<T> {
    map: Arc<IndexMap<String, Arc<Slot<T>>>>,
}

#[derive(Clone, PartialEq, Eq)]
struct Slot<T> {
    body: T,
    other: Mapping,
}

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Entries { map: Arc::default() }
    }
}

impl<T: PartialEq> PartialEq for Entries<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.map, &other.map) || self.map == other.map
    }
}

impl<T: Eq> Eq for Entries<T> {}

impl<T> Entries<T> {
    /// A list without entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// Whether there is an entry called `name`.
    pub fn contains(&self, name: &str) -> bool {
        self.map.contains_key(name)
    }

    /// The entry called `name`.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.map.get(name).map(|slot| &slot.body)
    }

    /// The names in their order.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.map.keys().map(String::as_str)
    }

    /// Names and bodies in their order.
    pub fn iter(&self) -> Iter<'_, T> {
        self.into_iter()
    }

    /// The unknown fields of the entry called `name`, those beside `name` and the body.
    pub fn other(&self, name: &str) -> Option<&Mapping> {
        self.map.get(name).map(|slot| &slot.other)
    }

    /// The entry called `name` as it stands in the list.
    pub(super) fn entry(&self, name: &str) -> Option<Mapping>
    where
        T: Body + ToValue,
    {
        self.map.get(name).map(|slot| slot.to_value(name))
    }

    /// Whether two lists say the same, however it is spelled and in whatever order.
    pub(super) fn says(&self, other: &Self) -> bool
    where
        T: Body + ToValue + PartialEq,
    {
        let same = |(name, slot): (&String, &Arc<Slot<T>>)| {
            other.map.get(name).is_some_and(|other| slot == other || slot.says(other))
        };
        Arc::ptr_eq(&self.map, &other.map) || self.len() == other.len() && self.map.iter().all(same)
    }

    /// Whether this is what is read from a list.
    ///
    /// # Errors
    /// Those of reading.
    pub(super) fn is_said_by(&self, list: Node<'_>) -> Result<bool>
    where
        T: Body + ToValue + PartialEq + Default + DeserializeOwned,
    {
        // Of each entry, once it was seen: whether it says what this one does, and whether a later one may take its place.
        let mut seen: Vec<Option<(bool, bool)>> = vec![None; self.len()];
        for item in list.items() {
            let entry = from_node::<Option<Entry<T>>>(item)?;
            let mut entry = entry.unwrap_or(Entry { name: String::new(), slot: None });
            let Some((at, _, slot)) = self.map.get_full(&entry.name) else { return Ok(false) };
            let read = entry.slot();
            let says = **slot == *read || slot.says(read);
            if matches!(seen[at].replace((says, read.body.yields())), Some((_, false))) {
                return Ok(false);
            }
        }
        Ok(seen.iter().all(|seen| matches!(seen, Some((true, _)))))
    }

    /// Whether the entry called `name` is the one called `other_name` in `other`, but for the name.
    pub(crate) fn is_entry_of(&self, name: &str, other: &Self, other_name: &str) -> bool
    where
        T: PartialEq,
    {
        match (self.map.get(name), other.map.get(other_name)) {
            (Some(one), Some(other)) => one == other,
            _ => false,
        }
    }
}

impl<T: Clone> Entries<T> {
    /// The entry called `name`, to change it.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut T> {
        self.map.get_index_of(name)?;
        self.own().get_mut(name).map(|slot| &mut Arc::make_mut(slot).body)
    }

    /// Sets the entry called `name`; a new one goes to the end. Returns the body it had; unknown fields beside it stay.
    pub fn insert(&mut self, name: impl Into<String>, body: T) -> Option<T> {
        match self.own().entry(name.into()) {
            indexmap::map::Entry::Occupied(mut slot) => {
                Some(std::mem::replace(&mut Arc::make_mut(slot.get_mut()).body, body))
            }
            indexmap::map::Entry::Vacant(slot) => {
                slot.insert(Arc::new(Slot { body, other: Mapping::new() }));
                None
            }
        }
    }

    /// Takes the entry called `name` out; the others keep their order. Linear in the number of entries.
    pub fn remove(&mut self, name: &str) -> Option<T> {
        self.map.get_index_of(name)?;
        self.own().shift_remove(name).map(|slot| Arc::unwrap_or_clone(slot).body)
    }

    /// Keeps only the entries for which `keep` says so, in their order.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &mut T) -> bool) {
        self.own().retain(|name, slot| keep(name, &mut Arc::make_mut(slot).body));
    }

    /// Gives the entry called `old` the name `new`, in its place. Linear in the number of entries.
    ///
    /// Returns whether that was done: not if there is no `old`, or a `new` already.
    pub fn rename(&mut self, old: &str, new: impl Into<String>) -> bool {
        let new = new.into();
        let Some(index) = self.map.get_index_of(old) else { return false };
        self.own().replace_index(index, new).is_ok()
    }

    /// Names and bodies in their order, to change the bodies.
    pub fn iter_mut(&mut self) -> IterMut<'_, T> {
        self.into_iter()
    }

    /// The unknown fields of the entry called `name`, to change them.
    pub fn other_mut(&mut self, name: &str) -> Option<&mut Mapping> {
        self.map.get_index_of(name)?;
        self.own().get_mut(name).map(|slot| &mut Arc::make_mut(slot).other)
    }

    /// Makes the entry called `name` that of `from`, whole; a new one goes to the end.
    pub(crate) fn put(&mut self, name: &str, from: &Entries<T>) {
        if let Some(slot) = from.map.get(name) {
            self.own().insert(name.to_owned(), slot.clone());
        }
    }

    /// Copies the entry called `name` from `from`, whole, unless there is one of that name here already.
    pub(crate) fn adopt(&mut self, name: &str, from: &Entries<T>) -> bool {
        self.adopt_as(name, from, name)
    }

    /// As [`adopt`](Entries::adopt), under the name `new`.
    pub(crate) fn adopt_as(&mut self, name: &str, from: &Entries<T>, new: &str) -> bool {
        let Some(slot) = from.map.get(name) else { return false };
        if self.map.contains_key(new) {
            return false;
        }
        self.own().insert(new.to_owned(), slot.clone());
        true
    }

    /// Gives entries other bodies; those for which there is none stay shared.
    pub(crate) fn change_each(&mut self, mut change: impl FnMut(&str, &T) -> Option<T>) {
        let entries = self.map.iter().enumerate();
        let changed = entries.filter_map(|(i, (name, slot))| Some((i, change(name, &slot.body)?)));
        for (i, body) in changed.collect::<Vec<_>>() {
            if let Some((_, slot)) = self.own().get_index_mut(i) {
                Arc::make_mut(slot).body = body;
            }
        }
    }

    fn own(&mut self) -> &mut IndexMap<String, Arc<Slot<T>>> {
        Arc::make_mut(&mut self.map)
    }
}

impl<'a, T> IntoIterator for &'a Entries<T> {
    type Item = (&'a str, &'a T);
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        Iter(self.map.iter())
    }
}

/// Names and bodies of [`Entries`] in their order.
pub struct Iter<'a, T>(indexmap::map::Iter<'a, String, Arc<Slot<T>>>);

impl<T> Clone for Iter<'_, T> {
    fn clone(&self) -> Self {
        Iter(self.0.clone())
    }
}

impl<'a, T> Iterator for Iter<'a, T> {
    type Item = (&'a str, &'a T);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, slot)| (name.as_str(), &slot.body))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<T> ExactSizeIterator for Iter<'_, T> {}

impl<'a, T: Clone> IntoIterator for &'a mut Entries<T> {
    type Item = (&'a str, &'a mut T);
    type IntoIter = IterMut<'a, T>;

    fn into_iter(self) -> IterMut<'a, T> {
        IterMut(self.own().iter_mut())
    }
}

/// Names and bodies of [`Entries`] in their order, to change the bodies.
pub struct IterMut<'a, T>(indexmap::map::IterMut<'a, String, Arc<Slot<T>>>);

impl<'a, T: Clone> Iterator for IterMut<'a, T> {
    type Item = (&'a str, &'a mut T);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, slot)| (name.as_str(), &mut Arc::make_mut(slot).body))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<T: Clone> ExactSizeIterator for IterMut<'_, T> {}

impl<T> std::ops::Index<&str> for Entries<T> {
    type Output = T;

    /// The entry called `name`.
    ///
    /// # Panics
    /// Where there is none; [`get`](Entries::get) does not.
    fn index(&self, name: &str) -> &T {
        &self.map[name].body
    }
}

impl<T: Clone, N: Into<String>> FromIterator<(N, T)> for Entries<T> {
    fn from_iter<I: IntoIterator<Item = (N, T)>>(entries: I) -> Self {
        let mut list = Entries::new();
        list.extend(entries);
        list
    }
}

impl<T: Clone, N: Into<String>> Extend<(N, T)> for Entries<T> {
    fn extend<I: IntoIterator<Item = (N, T)>>(&mut self, entries: I) {
        for (name, body) in entries {
            self.insert(name, body);
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Entries<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

struct Named<'a, T> {
    name: &'a str,
    slot: &'a Slot<T>,
}

impl<T: Body + Serialize> Serialize for Named<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2 + self.slot.other.len()))?;
        map.serialize_entry("name", self.name)?;
        map.serialize_entry(T::KEY, &self.slot.body)?;
        super::fields::serialize_other(&mut map, &self.slot.other)?;
        map.end()
    }
}

impl<T: Body + Serialize> Serialize for Entries<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(Some(self.len()))?;
        for (name, slot) in &*self.map {
            seq.serialize_element(&Named { name, slot })?;
        }
        seq.end()
    }
}

impl<T: Body + ToValue> ToValue for Entries<T> {
    fn to_value(&self) -> Value {
        self.map.iter().map(|(name, slot)| slot.to_value(name).into()).collect::<Vec<Value>>().into()
    }
}

impl<T: Body + ToValue> Slot<T> {
    fn says(&self, other: &Self) -> bool {
        same_values(&self.to_value("").into(), &other.to_value("").into())
    }

    fn to_value(&self, name: &str) -> Mapping {
        let mut map = Mapping::new();
        map.insert("name", text(name));
        map.insert(T::KEY, self.body.to_value());
        copy_other(&mut map, &self.other);
        map
    }
}

/// An entry as it is read: none of the two where it has nothing but a name.
struct Entry<T> {
    name: String,
    slot: Option<Slot<T>>,
}

impl<T: Default> Entry<T> {
    fn slot(&mut self) -> &mut Slot<T> {
        self.slot.get_or_insert_with(|| Slot { body: T::default(), other: Mapping::new() })
    }
}

impl<'de, T: Body + Default + Deserialize<'de>> Deserialize<'de> for Entry<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntryVisitor<T>(PhantomData<T>);

        impl<'de, T: Body + Default + Deserialize<'de>> Visitor<'de> for EntryVisitor<T> {
            type Value = Entry<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a map with the keys name and {}", T::KEY)
            }

            fn visit_unit<E: de::Error>(self) -> Result<Entry<T>, E> {
                Ok(Entry { name: String::new(), slot: None })
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entry<T>, A::Error> {
                let mut entry: Entry<T> = self.visit_unit()?;
                while let Some(key) = map.next_key::<super::fields::Key<'de>>()? {
                    match key.as_str() {
                        "name" => entry.name = map.next_value::<Option<String>>()?.unwrap_or_default(),
                        k if k == T::KEY => {
                            entry.slot().body = map.next_value::<Option<T>>()?.unwrap_or_default();
                        }
                        _ => key.keep(&mut entry.slot().other, map.next_value()?),
                    }
                }
                Ok(entry)
            }
        }

        deserializer.deserialize_map(EntryVisitor(PhantomData))
    }
}

impl<'de, T: Body + Default + Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ListVisitor<T>(PhantomData<T>);

        impl<'de, T: Body + Default + Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
            type Value = Entries<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a list of maps with the keys name and {}", T::KEY)
            }

            fn visit_unit<E: de::Error>(self) -> Result<Entries<T>, E> {
                Ok(Entries::new())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Entries<T>, A::Error> {
                let mut map = IndexMap::new();
                // Shared by all that have only a name: each of its own would take a hundred times the room of its text.
                let empty = Arc::new(Slot { body: T::default(), other: Mapping::new() });
                while let Some(entry) = seq.next_element::<Option<Entry<T>>>()? {
                    let Entry { name, slot } = entry.unwrap_or(Entry { name: String::new(), slot: None });
                    let slot = slot.map_or_else(|| empty.clone(), Arc::new);
                    match map.entry(name) {
                        indexmap::map::Entry::Vacant(place) => {
                            place.insert(slot);
                        }
                        indexmap::map::Entry::Occupied(mut place) if place.get().body.yields() => {
                            place.insert(slot);
                        }
                        indexmap::map::Entry::Occupied(_) => {
                            return Err(de::Error::custom(super::DUPLICATE_NAME));
                        }
                    }
                }
                map.shrink_to_fit();
                Ok(Entries { map: Arc::new(map) })
            }
        }

        deserializer.deserialize_seq(ListVisitor(PhantomData))
    }
}

impl<T: fmt::Debug + Body + ToValue> Field for Entries<T> {
    fn write(&self, key: &str, writer: &mut Writer) {
        writer.pair_of_items(key, self.map.iter().map(|(name, slot)| slot.to_value(name).into()));
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }

    fn debug(&self, f: &mut fmt::Formatter<'_>, _: Form) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }

    fn to_value(&self) -> Value {
        ToValue::to_value(self)
    }
}

impl<'de, T: Body + Default + Deserialize<'de>> FromGo<'de> for Entries<T> {
    fn from_go<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::<Self>::deserialize(deserializer).map(Option::unwrap_or_default)
    }
}

impl<T: Describe + Body> Describe for Entries<T> {
    fn describe(list: &mut List) {
        list.step("[]", |list| {
            list.key("name", String::describe);
            list.key(T::KEY, T::describe);
        });
    }
}
