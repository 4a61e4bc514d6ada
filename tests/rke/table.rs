//! The table of all fields, `tests/data/rke/fields.tsv`: each of them in both spellings.

use kubeconfig::rke::{ClusterConfig, Kind, fields};
use kubeconfig::syntax::{Document, Value};
use serde_json::json;

/// A row of the table.
pub(crate) struct Row {
    pub(crate) yaml: &'static str,
    pub(crate) json: &'static str,
    kind: &'static str,
    emission: &'static str,
    pub(crate) is_secret: bool,
}

pub(crate) fn rows() -> Vec<Row> {
    let table = include_str!("../data/rke/fields.tsv").lines().filter(|line| !line.starts_with('#'));
    let row = |line: &'static str| match line.split('\t').collect::<Vec<_>>()[..] {
        [yaml, json, kind, emission, secret] => Row { yaml, json, kind, emission, is_secret: secret == "secret" },
        _ => panic!("not a row: {line}"),
    };
    table.map(row).collect()
}

impl Row {
    fn sample(&self) -> &'static str {
        match self.kind {
            "string" => "some text",
            "bool" => "true",
            "int" => "7",
            "float" => "1.5",
            "int-or-string" => "25%",
            "value" => "{a: [1, two], \"k\": {}}",
            other => panic!("{other}"),
        }
    }

    pub(crate) fn is_text(&self) -> bool {
        self.kind == "string"
    }

    /// A value that RKE would not have filled in; none where what a field holds decides over other defaults.
    pub(crate) fn other_than_default(&self) -> Option<&'static str> {
        match self.yaml {
            "upgrade_strategy.node_drain_input.ignore_daemonsets" => None,
            // By the version.
            "ingress.default_backend" | "services.kube-api.audit_log.enabled" => None,
            path if path.contains("update_strategy") => None,
            _ if self.kind == "bool" && self.emission.contains("pointer") => Some("false"),
            _ => Some(self.sample()),
        }
    }

    fn sample_json(&self) -> serde_json::Value {
        match self.kind {
            "bool" => json!(true),
            "int" => json!(7),
            "float" => json!(1.5),
            "value" => json!({"a": [1, "two"], "k": {}}),
            _ => json!(self.sample()),
        }
    }
}

fn last_key(path: &str) -> &str {
    path.trim_end_matches("[]").trim_end_matches(".*").rsplit('.').next().unwrap()
}

/// A document in which only `path` is set.
pub(crate) fn document(path: &str, value: &str) -> String {
    let (mut before, mut after) = (String::new(), String::new());
    for key in path.split('.') {
        let lists = key.matches("[]").count();
        match key.trim_end_matches("[]") {
            "*" => before.push_str("{some-key: "),
            key => before.push_str(&format!("{{{key}: ")),
        }
        after.insert(0, '}');
        for _ in 0..lists {
            before.push('[');
            after.insert(0, ']');
        }
    }
    before + value + &after
}

/// What stands at `path`, lists by their first item.
pub(crate) fn at<'a>(json: &'a serde_json::Value, path: &str) -> Option<&'a serde_json::Value> {
    let mut found = json;
    for key in path.split('.') {
        found = match key.trim_end_matches("[]") {
            "*" => found.get("some-key")?,
            key => found.get(key)?,
        };
        for _ in 0..key.matches("[]").count() {
            found = found.get(0)?;
        }
    }
    Some(found)
}

fn to_json(value: &Value) -> serde_json::Value {
    value.to_json().unwrap()
}

fn yaml(config: &ClusterConfig) -> serde_json::Value {
    let text = config.to_yaml().unwrap();
    let value: Value = kubeconfig::syntax::from_document(&Document::parse(text.expose().as_bytes()).unwrap()).unwrap();
    to_json(&value)
}

fn value(text: &str) -> Value {
    kubeconfig::syntax::from_document(&Document::parse(text).unwrap()).unwrap()
}

#[test]
fn the_table_is_the_models() {
    let listed = fields();
    let rows = rows();
    assert!(rows.len() > 500);
    for (field, row) in listed.iter().zip(&rows) {
        let kind = match field.kind {
            Kind::String => "string",
            Kind::Bool => "bool",
            Kind::Int => "int",
            Kind::Float => "float",
            Kind::IntOrString => "int-or-string",
            Kind::Value => "value",
            _ => panic!("{field:?}"),
        };
        let found = (field.yaml.as_str(), field.json.as_str(), kind, field.is_secret);
        assert_eq!(found, (row.yaml, row.json, row.kind, row.is_secret));
    }
    assert_eq!(listed.len(), rows.len());
}

#[test]
fn every_field_is_read_and_written_in_both_spellings() {
    for row in rows() {
        let text = document(row.yaml, row.sample());
        let config: ClusterConfig = text.parse().unwrap();
        let state = to_json(&config.to_state_value());
        assert_eq!(at(&state, row.json), Some(&row.sample_json()), "{text} as JSON: {state}");
        assert_eq!(at(&yaml(&config), row.yaml), Some(&row.sample_json()), "{text} as YAML");
        // Nothing else is set.
        let again: ClusterConfig = config.to_yaml().unwrap().expose().parse().unwrap();
        assert_eq!(to_json(&again.to_state_value()), state, "{text}");
        assert!(config.other.is_empty());

        let from_state = ClusterConfig::from_state_value(&value(&document(row.json, row.sample()))).unwrap();
        assert_eq!(to_json(&from_state.to_state_value()), state, "{}", row.json);
        assert_eq!(yaml(&from_state), yaml(&config), "{}", row.json);
        let by_serde: ClusterConfig = serde_json::from_value(state.clone()).unwrap();
        assert_eq!(serde_json::to_value(&by_serde).unwrap(), state, "{}", row.json);
    }
}

#[test]
fn json_keys_match_in_any_case() {
    for row in rows() {
        let shouted = row.json.to_uppercase().replace("SOME-KEY", "some-key");
        // The K of Kelvin, which Go folds to k.
        let shouted = if row.json.contains("kube") { shouted.replacen('K', "\u{212a}", 1) } else { shouted };
        let config = ClusterConfig::from_state_value(&value(&document(&shouted, row.sample()))).unwrap();
        let state = to_json(&config.to_state_value());
        assert_eq!(at(&state, row.json), Some(&row.sample_json()), "{shouted}: {state}");
    }
}

#[test]
fn yaml_keys_match_as_they_are_only() {
    for row in rows() {
        if row.yaml.contains("update_strategy") || row.yaml.contains("custom_config") {
            // Read by its JSON keys.
            continue;
        }
        let parent = &row.yaml[..row.yaml.rfind(last_key(row.yaml)).unwrap()];
        let rest = &row.json[row.json.rfind(last_key(row.json)).unwrap()..];
        for key in [rest.to_owned(), rest.to_uppercase()] {
            if key == row.yaml[parent.len()..] {
                continue;
            }
            let text = document(&format!("{parent}{key}"), row.sample());
            let config: ClusterConfig = text.parse().unwrap();
            let state = to_json(&config.to_state_value());
            let read = at(&state, row.json) == Some(&row.sample_json());
            assert!(!read, "{text}: {state}");
            // It is kept, where it stands.
            assert_eq!(at(&yaml(&config), &format!("{parent}{key}")), Some(&row.sample_json()), "{text}");
        }
    }
}

#[test]
fn empty_fields_are_written_as_go_writes_them() {
    for row in rows() {
        let zero = match row.kind {
            "string" => "\"\"",
            "bool" => "false",
            "int" => "0",
            "float" => "0",
            "int-or-string" => "0",
            _ => "{}",
        };
        let config: ClusterConfig = document(row.yaml, zero).parse().unwrap();
        let state = to_json(&config.to_state_value());
        let expected: serde_json::Value = serde_json::from_str(zero).unwrap();
        let is_written = row.emission != "omit";
        assert_eq!(at(&state, row.json).is_some(), is_written, "{}: {state}", row.yaml);
        if is_written && row.kind != "float" {
            assert_eq!(at(&state, row.json), Some(&expected), "{}", row.yaml);
        }
        // The parent is there, the field is not.
        let config: ClusterConfig = document(row.yaml, "null").parse().unwrap();
        let state = to_json(&config.to_state_value());
        let absent = match row.emission {
            "always" => Some(expected),
            "always pointer" => Some(json!(null)),
            "item" if row.kind == "string" => Some(json!("")),
            _ => None,
        };
        if row.emission == "item" && row.kind != "string" {
            continue;
        }
        let found = at(&state, row.json).cloned();
        let found = if row.kind == "value" { found.filter(|v| !v.is_null()) } else { found };
        assert_eq!(found, absent, "{}: {state}", row.yaml);
    }
}

#[test]
fn unquoted_scalars_in_text_keep_their_spelling() {
    for row in rows().iter().filter(|row| row.kind == "string") {
        for spelled in ["0022", "1.10", "yes", "0x1F", "2001-01-01", "1_000", "Off", "-0", ".5", "12:30"] {
            // What RKE reads as JSON must be quoted, and with `custom_config` it takes everything as JSON.
            if row.yaml.contains("update_strategy") || row.yaml.contains("custom_config") {
                continue;
            }
            let text = document(row.yaml, spelled);
            let config: ClusterConfig = text.parse().unwrap();
            let state = to_json(&config.to_state_value());
            assert_eq!(at(&state, row.json), Some(&json!(spelled)), "{text}");
            assert_eq!(at(&yaml(&config), row.yaml), Some(&json!(spelled)), "{text}");
        }
        // In JSON a number is no text.
        let error = ClusterConfig::from_state_value(&value(&document(row.json, "22"))).unwrap_err();
        assert!(error.is_type(), "{}: {error}", row.json);
    }
}

#[test]
fn a_wrong_type_is_an_error_that_names_the_place() {
    for row in rows() {
        let wrong = match row.kind {
            "value" => continue,
            "string" => "[SECRET-CANARY]",
            _ => "[1]",
        };
        let text = document(row.yaml, wrong);
        let error = text.parse::<ClusterConfig>().unwrap_err();
        assert!(error.is_type(), "{text}: {error}");
        let field = error.field().unwrap().replace("[0]", "[]").replace("some-key", "*");
        assert_eq!(field, row.yaml, "{error}");
        let column = error.position().unwrap().column as usize;
        assert!(text[column - 1..].starts_with(wrong), "{text}: {error}");
        assert!(!error.to_string().contains("CANARY"), "{error}");

        let error = ClusterConfig::from_state_value(&value(&document(row.json, wrong))).unwrap_err();
        let field = error.field().unwrap().replace("[0]", "[]").replace("some-key", "*");
        assert_eq!(field, row.json, "{error}");
        assert_eq!(error.position(), None, "the text was made on the way");
    }
}

#[test]
fn secrets_do_not_show() {
    for row in rows().iter().filter(|row| row.kind == "string") {
        let config: ClusterConfig = document(row.yaml, "SECRET-CANARY").parse().unwrap();
        let shown = format!("{config:?} {config:#?}");
        assert_eq!(shown.contains("SECRET-CANARY"), !row.is_secret, "{}: {shown}", row.yaml);
        assert!(config.to_yaml().unwrap().expose().contains("SECRET-CANARY"), "it is written");
        assert!(!format!("{:?} {:?}", config.to_yaml().unwrap(), config.to_state_value()).contains("SECRET-CANARY"));
    }
}
