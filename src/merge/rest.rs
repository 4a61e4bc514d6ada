//! What belongs to no cluster, user or context: preferences, extensions, unknown fields at the top.

use super::content::same;
use super::input::Input;
use super::report::{Note, Place};
use crate::config::{Entries, Kubeconfig};
use crate::load::Subject;
use crate::syntax::{Mapping, Value};
use std::collections::HashMap;

/// Something that two inputs say differently.
pub(super) struct Difference {
    /// As in `extension "x"`.
    pub(super) what: String,
    /// Where the one stands that was taken.
    pub(super) taken: Place,
    pub(super) other: Place,
}

impl From<Difference> for Note {
    fn from(Difference { what, taken, other }: Difference) -> Self {
        Note::Differs { what, taken, other }
    }
}

/// Puts it into `config`. Where inputs differ the first wins, or the last.
pub(super) fn merge(inputs: &[Input<'_>], last_wins: bool, config: &mut Kubeconfig) -> Vec<Difference> {
    let mut differences = Vec::new();
    let mut merge = Merge { inputs, last_wins, differences: &mut differences };
    merge.extensions(|config| &config.extensions, Subject::Extension, &mut config.extensions);
    merge.extensions(
        |config| &config.preferences.extensions,
        Subject::PreferencesExtension,
        &mut config.preferences.extensions,
    );
    merge.unknown(|config| &config.other, &[], &mut config.other);
    merge.unknown(|config| &config.preferences.other, &["preferences"], &mut config.preferences.other);
    config.preferences.colors = inputs.iter().any(|input| input.config.preferences.colors);
    differences
}

struct Merge<'a> {
    inputs: &'a [Input<'a>],
    last_wins: bool,
    differences: &'a mut Vec<Difference>,
}

impl<'a> Merge<'a> {
    fn extensions(
        &mut self,
        of: impl Fn(&'a Kubeconfig) -> &'a Entries<Value>,
        subject: impl Fn(&'a str) -> Subject<'a>,
        to: &mut Entries<Value>,
    ) {
        let mut taken: HashMap<&str, usize> = HashMap::new();
        for (i, input) in self.inputs.iter().enumerate() {
            let from = of(&input.config);
            for (name, value) in from.iter() {
                let Some(&winner) = taken.get(name) else {
                    taken.insert(name, i);
                    to.adopt(name, from);
                    continue;
                };
                let beside = (from.other(name), to.other(name));
                let is_same = to.get(name).is_some_and(|there| same(there, value));
                if is_same && beside.0.zip(beside.1).is_none_or(|(a, b)| same_maps(a, b)) {
                    continue;
                }
                let place = |input: usize| self.inputs[input].place(subject(name));
                let (here, there) = (place(i), place(winner));
                self.differ(subject(name).to_string(), there, here);
                if self.last_wins {
                    taken.insert(name, i);
                    to.insert(name, value.clone());
                    if let (Some(to), Some(from)) = (to.other_mut(name), from.other(name)) {
                        to.clone_from(from);
                    }
                }
            }
        }
    }

    fn unknown(&mut self, of: impl Fn(&'a Kubeconfig) -> &'a Mapping, path: &[&str], to: &mut Mapping) {
        let mut taken: HashMap<&str, usize> = HashMap::new();
        for (i, input) in self.inputs.iter().enumerate() {
            for (key, spelling, value) in of(&input.config).iter_spelled() {
                if let Some(&winner) = taken.get(key) {
                    if to.get(key).is_some_and(|there| same(there, value)) {
                        continue;
                    }
                    let place = |input: usize| self.inputs[input].place_of_field(&[path, &[key]].concat());
                    let (here, there) = (place(i), place(winner));
                    self.differ(format!("field \"{}\"", [path, &[key]].concat().join(".")), there, here);
                    if !self.last_wins {
                        continue;
                    }
                }
                taken.insert(key, i);
                to.insert_spelled(key.to_owned(), spelling.cloned(), value.clone());
            }
        }
    }

    fn differ(&mut self, what: String, first: Place, second: Place) {
        let (taken, other) = if self.last_wins { (second, first) } else { (first, second) };
        self.differences.push(Difference { what, taken, other });
    }
}

fn same_maps(a: &Mapping, b: &Mapping) -> bool {
    same(&Value::Mapping(a.clone()), &Value::Mapping(b.clone()))
}
