//! cluster.yml against the `rkeConfig` that RKE made of it.

use crate::error::ANY_KEY;
use crate::rke::ClusterConfig;
use crate::rke::effective::{Spelling, effective, get, known, same};
use crate::rke::schema::cluster_schema;
use crate::syntax::{Document, Node, Value};
use std::collections::{HashMap, HashSet};

/// A step from the root of a configuration to a field.
#[derive(Clone)]
pub(super) enum Step {
    Key(String),
    Item(usize),
}

/// The fields that `config` sets and that say something else in `state`, in the order of the configuration.
///
/// Both are looked at with RKE's defaults filled in. What is empty or 0 in the configuration is not set, and what RKE
/// does not know it drops. Only what is set is looked at: the rest is RKE's defaults, and what was set once and is not
/// any more can't be told from those. Where a part is not in the state at all, the part is told and not each field in
/// it.
pub(super) fn drift(config: &ClusterConfig, state: &ClusterConfig) -> Vec<Vec<Step>> {
    let version = state.kubernetes_version.as_deref().filter(|version| !version.is_empty());
    let full = effective(config, version).to_yaml_value();
    let made = effective(state, version).to_yaml_value();
    let mut walk = Walk { steps: Vec::new(), found: Vec::new() };
    walk.compare(&known(config.to_yaml_value(), Spelling::Yaml), Some(&full), Some(&made));
    walk.found
}

/// `services.etcd.image`, `nodes[2].role`; with `*` for a key of a map that takes any.
pub(super) fn path(steps: &[Step]) -> String {
    let mut path = String::new();
    let schema = cluster_schema();
    for step in steps {
        match step {
            Step::Key(key) => {
                path.push_str(if path.is_empty() { "" } else { "." });
                path.push_str(if schema.has_key(key) { key } else { ANY_KEY });
            }
            Step::Item(index) => path.push_str(&format!("[{index}]")),
        }
    }
    path
}

/// The node at a path, or the last one on the way.
pub(super) fn node<'d>(document: &'d Document, steps: &[Step]) -> Option<Node<'d>> {
    let mut node = document.root()?;
    for step in steps {
        let next = match step {
            Step::Key(key) => node.get(key),
            Step::Item(index) => node.items().nth(*index),
        };
        match next {
            Some(next) => node = next,
            None => break,
        }
    }
    Some(node)
}

struct Walk {
    steps: Vec<Step>,
    found: Vec<Vec<Step>>,
}

impl Walk {
    /// `given` is what the file says, `full` what RKE makes of it, `made` what the state says.
    fn compare(&mut self, given: &Value, full: Option<&Value>, made: Option<&Value>) {
        if is_unset(given) {
            return;
        }
        match (given, full, made) {
            // RKE drops it, or takes it from elsewhere: the command line, `system_images`.
            (_, None, _) => {}
            (Value::Mapping(map), Some(full), Some(made @ Value::Mapping(_))) => {
                for (key, value) in map.iter() {
                    let step = Step::Key(key.to_owned());
                    self.inside(step, |walk| walk.compare(value, get(full, key), get(made, key)));
                }
            }
            (Value::Sequence(items), Some(Value::Sequence(full)), Some(Value::Sequence(made)))
                if items.len() == full.len() && full.len() == made.len() =>
            {
                let order = order(full, made);
                for (index, item) in items.iter().enumerate() {
                    let made = order.get(index).and_then(|at| made.get(*at));
                    self.inside(Step::Item(index), |walk| walk.compare(item, full.get(index), made));
                }
            }
            (_, full, made) if same(full, made) => {}
            _ => self.found.push(self.steps.clone()),
        }
    }

    fn inside(&mut self, step: Step, inner: impl FnOnce(&mut Self)) {
        self.steps.push(step);
        inner(self);
        self.steps.pop();
    }
}

/// Which item of the state each item is to be compared with: the same one, if all are there in another order (`role`),
/// the one with the same `address` (`nodes`), else the one at the same place.
fn order(full: &[Value], made: &[Value]) -> Vec<usize> {
    let key = |item: &Value| item.get("address").unwrap_or(item).as_scalar().map(|scalar| scalar.text().to_owned());
    let places: HashMap<_, usize> = made.iter().enumerate().filter_map(|(at, item)| Some((key(item)?, at))).collect();
    let found: Option<Vec<usize>> = full.iter().map(|item| places.get(&key(item)?).copied()).collect();
    let is_whole = |order: &Vec<usize>| order.iter().collect::<HashSet<_>>().len() == made.len();
    found.filter(is_whole).unwrap_or_else(|| (0..made.len()).collect())
}

/// Whether a value of cluster.yml is no more than an absent one: RKE fills in its default for it, which depends on its
/// release.
fn is_unset(value: &Value) -> bool {
    match value {
        Value::Scalar(scalar) => value.is_null() || matches!(scalar.text(), "" | "0"),
        Value::Sequence(items) => items.is_empty(),
        Value::Mapping(map) => map.iter().all(|(_, value)| is_unset(value)),
    }
}
