//! From one value to another by the changes between them.

use super::same::{Side, same};
use super::{Editor, Step};
use crate::error::Result;
use crate::syntax::document::Node;
use crate::syntax::value::{Mapping, Value};
use std::collections::{HashMap, HashSet};

/// Whether two values are the same to kubectl, however they are spelled; the order of keys does not count.
pub(crate) fn same_values(a: &Value, b: &Value) -> bool {
    same(Side::Value(a), Side::Value(b))
}

/// Whether a node is that value to kubectl, however it is spelled.
pub(crate) fn is_value(node: Node<'_>, value: &Value) -> bool {
    same(Side::Node(node), Side::Value(value))
}

/// What becomes of the items of a list, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Item {
    /// The old one and the new one are the same item, which may have changed.
    Stays(usize, usize),
    Goes(usize),
    Comes(usize),
}

/// Above so many comparisons items are paired as they stand.
const COMPARISONS: usize = 1 << 18;

impl Editor<'_> {
    /// Changes what is at `path` by what differs between `old`, which it says now, and `new`.
    ///
    /// The document may say more than `old` does, in what the caller does not read: that stays.
    pub(crate) fn change(&mut self, path: &[Step<'_>], old: &Value, new: &Value) -> Result<()> {
        if same_values(old, new) {
            return Ok(());
        }
        match (old, new) {
            (Value::Mapping(old), Value::Mapping(new)) if !new.is_empty() => self.change_map(path, old, new),
            (Value::Sequence(old), Value::Sequence(new)) if !new.is_empty() => self.change_list(path, old, new),
            _ => self.set(path, new.clone()),
        }
    }

    /// As [`change`](Self::change), for a map.
    pub(crate) fn change_map(&mut self, path: &[Step<'_>], old: &Mapping, new: &Mapping) -> Result<()> {
        for (key, _) in old.iter().filter(|(key, _)| new.get(key).is_none()) {
            self.remove(&[path, &[Step::key(key)]].concat())?;
        }
        for (key, value) in new.iter() {
            let path = [path, &[Step::key(key)]].concat();
            match old.get(key) {
                Some(old) => self.change(&path, old, value)?,
                None => self.set(&path, value.clone())?,
            }
        }
        Ok(())
    }

    fn change_list(&mut self, path: &[Step<'_>], old: &[Value], new: &[Value]) -> Result<()> {
        if self.len_of(path) != Some(old.len()) {
            // Of entries with one name the caller reads one.
            return match (names(old), names(new)) {
                (Some(old_names), Some(new_names)) => self.change_entries(path, (&old_names, old), (&new_names, new)),
                _ => self.set(path, new.to_vec()),
            };
        }
        // From the back, so that the places before stay.
        let mut next = old.len();
        for item in align(old, new).into_iter().rev() {
            let at = |place| [path, &[Step::place(place)]].concat();
            match item {
                Item::Stays(i, j) => {
                    if let (Some(old), Some(new)) = (old.get(i), new.get(j)) {
                        self.change(&at(i), old, new)?;
                    }
                    next = i;
                }
                Item::Goes(i) => {
                    self.remove(&at(i))?;
                    next = i;
                }
                Item::Comes(j) => {
                    if let Some(value) = new.get(j) {
                        self.insert(path, next, value.clone())?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Changes entries by their names, whatever their order.
    fn change_entries(
        &mut self,
        path: &[Step<'_>],
        (old_names, old): (&[&str], &[Value]),
        (new_names, new): (&[&str], &[Value]),
    ) -> Result<()> {
        let wanted: HashSet<&str> = new_names.iter().copied().collect();
        let there: HashMap<&str, &Value> = old_names.iter().copied().zip(old).collect();
        for name in old_names.iter().filter(|name| !wanted.contains(*name)) {
            self.remove(&[path, &[Step::entry(name)]].concat())?;
        }
        for (name, value) in new_names.iter().zip(new) {
            match there.get(name) {
                Some(old) => self.change(&[path, &[Step::entry(name)]].concat(), old, value)?,
                None => self.push(path, value.clone())?,
            }
        }
        Ok(())
    }
}

fn name(value: &Value) -> Option<&str> {
    value.get("name")?.as_str()
}

/// The names of all items, if each has one of its own.
fn names(items: &[Value]) -> Option<Vec<&str>> {
    let mut seen = HashSet::new();
    items.iter().map(|item| name(item).filter(|name| seen.insert(*name))).collect()
}

/// Whether two items are one: by their names, or else by what they say.
fn is_one(old: &Value, new: &Value) -> bool {
    match (name(old), name(new)) {
        (Some(old), Some(new)) => old == new,
        _ => same_values(old, new),
    }
}

fn align(old: &[Value], new: &[Value]) -> Vec<Item> {
    let shorter = old.len().min(new.len());
    let head = (0..shorter).take_while(|&i| is_one(&old[i], &new[i])).count();
    let fits = |i: &usize| is_one(&old[old.len() - 1 - i], &new[new.len() - 1 - i]);
    let tail = (0..shorter - head).take_while(fits).count();
    let (old_mid, new_mid) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
    let mut items: Vec<Item> = (0..head).map(|i| Item::Stays(i, i)).collect();
    let (mut goes, mut comes) = (Vec::new(), Vec::new());
    let (mut i, mut j) = (head, head);
    for (next_i, next_j) in common(old_mid, new_mid).into_iter().chain([(old_mid.len(), new_mid.len())]) {
        let (next_i, next_j) = (head + next_i, head + next_j);
        goes.extend(i..next_i);
        comes.extend(j..next_j);
        settle(&mut items, &mut goes, &mut comes, (old, new));
        if next_i < old.len() - tail {
            items.push(Item::Stays(next_i, next_j));
        }
        (i, j) = (next_i + 1, next_j + 1);
    }
    items.extend((0..tail).rev().map(|i| Item::Stays(old.len() - 1 - i, new.len() - 1 - i)));
    items
}

/// What stands between two items that stay: the one in the place of another takes its place.
fn settle(items: &mut Vec<Item>, goes: &mut Vec<usize>, comes: &mut Vec<usize>, (old, new): (&[Value], &[Value])) {
    let is_entry = |&i: &usize, of: &[Value]| of.get(i).and_then(name).is_some();
    let pairs = goes.iter().zip(comes.iter()).take_while(|(i, j)| !is_entry(i, old) && !is_entry(j, new)).count();
    items.extend(goes.drain(..pairs).zip(comes.drain(..pairs)).map(|(i, j)| Item::Stays(i, j)));
    items.extend(goes.drain(..).map(Item::Goes));
    items.extend(comes.drain(..).map(Item::Comes));
}

/// The longest common subsequence, as pairs of indices.
fn common(old: &[Value], new: &[Value]) -> Vec<(usize, usize)> {
    let width = new.len() + 1;
    if old.len().saturating_mul(new.len()) > COMPARISONS {
        return Vec::new();
    }
    // lengths[i * width + j]: how long it is from there on.
    let mut lengths = vec![0u32; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            lengths[i * width + j] = match is_one(&old[i], &new[j]) {
                true => lengths[(i + 1) * width + j + 1] + 1,
                false => lengths[(i + 1) * width + j].max(lengths[i * width + j + 1]),
            };
        }
    }
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while i < old.len() && j < new.len() {
        if is_one(&old[i], &new[j]) {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if lengths[(i + 1) * width + j] >= lengths[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> Vec<Value> {
        text.split_whitespace().map(Value::string).collect()
    }

    #[test]
    fn items_are_found_again() {
        use Item::{Comes, Goes, Stays};
        for (old, new, expected) in [
            ("a b c", "a b c", vec![Stays(0, 0), Stays(1, 1), Stays(2, 2)]),
            ("a b c", "a x c", vec![Stays(0, 0), Stays(1, 1), Stays(2, 2)]),
            ("a b c d", "b d", vec![Goes(0), Stays(1, 0), Goes(2), Stays(3, 1)]),
            ("a c", "a b c", vec![Stays(0, 0), Comes(1), Stays(1, 2)]),
            ("", "a", vec![Comes(0)]),
            ("a b", "b a", vec![Goes(0), Stays(1, 0), Comes(1)]),
            ("a a", "a", vec![Stays(0, 0), Goes(1)]),
        ] {
            assert_eq!(align(&list(old), &list(new)), expected, "{old:?} to {new:?}");
        }
    }
}
