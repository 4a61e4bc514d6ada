//! cluster.yml against the `rkeConfig` that RKE made of it.

use crate::rke::ClusterConfig;
use crate::syntax::{Document, Node, Value};

/// A step from the root of a configuration to a field.
#[derive(Clone)]
pub(super) enum Step {
    Key(String),
    Item(usize),
}

/// The fields that `config` sets and that say something else in `state`, in the order of the configuration.
///
/// Only what is set is looked at: the rest is RKE's defaults, and what was set once and is not any more can't be told from
/// those. Where a part is not in the state at all, the part is told and not each field in it.
pub(super) fn drift(config: &ClusterConfig, state: &ClusterConfig) -> Vec<Vec<Step>> {
    let mut found = Vec::new();
    compare(&config.to_yaml_value(), Some(&state.to_yaml_value()), &mut Vec::new(), &mut found);
    found
}

/// `services.etcd.image`, `nodes[2].role`.
pub(super) fn path(steps: &[Step]) -> String {
    let mut path = String::new();
    for step in steps {
        match step {
            Step::Key(key) if path.is_empty() => path.push_str(key),
            Step::Key(key) => path.extend([".", key]),
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

fn compare(config: &Value, state: Option<&Value>, steps: &mut Vec<Step>, found: &mut Vec<Vec<Step>>) {
    if is_unset(config) || is_rke_s(steps) {
        return;
    }
    match (config, state) {
        (Value::Mapping(config), Some(Value::Mapping(state))) => {
            for (key, value) in config.iter() {
                steps.push(Step::Key(key.to_owned()));
                compare(value, state.get(key), steps, found);
                steps.pop();
            }
        }
        (Value::Sequence(config), Some(Value::Sequence(state))) if config.len() == state.len() => {
            for (index, item) in config.iter().enumerate() {
                steps.push(Step::Item(index));
                compare(item, state.get(index), steps, found);
                steps.pop();
            }
        }
        (Value::Scalar(_), Some(state @ Value::Scalar(_))) if same(config, state, steps) => {}
        // Go leaves out what is false or 0.
        (Value::Scalar(scalar), None) if matches!(scalar.text(), "false" | "0") => {}
        _ => found.push(steps.clone()),
    }
}

/// To Go, what is empty is as good as absent.
fn is_unset(value: &Value) -> bool {
    match value {
        Value::Scalar(scalar) => value.is_null() || scalar.text().is_empty(),
        Value::Sequence(items) => items.is_empty(),
        Value::Mapping(map) => map.is_empty(),
    }
}

fn same(a: &Value, b: &Value, steps: &[Step]) -> bool {
    let text = |value: &Value| value.as_scalar().map(|scalar| scalar.text().to_owned()).unwrap_or_default();
    match steps.last() {
        // RKE puts it into lower case.
        Some(Step::Key(key)) if key == "hostname_override" => text(a).eq_ignore_ascii_case(&text(b)),
        _ => text(a) == text(b),
    }
}

/// What RKE overwrites whatever cluster.yml says, and what is an order to it and no setting.
fn is_rke_s(steps: &[Step]) -> bool {
    let keys: Vec<&str> = steps
        .iter()
        .map(|step| match step {
            Step::Key(key) => key.as_str(),
            Step::Item(_) => "[]",
        })
        .collect();
    matches!(
        *keys,
        // From `system_images`.
        ["services", _, "image"]
            // From the setting of the whole cluster.
            | ["nodes", "[]", "ssh_agent_auth"]
            | ["bastion_host", "ssh_agent_auth"]
            // From the command line.
            | ["ignore_docker_version"]
            | ["restore" | "rotate_certificates" | "rotate_encryption_key"]
    )
}
