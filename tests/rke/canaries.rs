//! Secrets do not show: with a canary in every field that may hold one, nothing that is said has it, whatever is done to the
//! file.

use super::common::canary::{CANARY, check, found};
use super::table::{at, rows};
use kubeconfig::rke::{self, ClusterConfig};
use kubeconfig::syntax::Document;
use serde_json::{Value, json};

/// A configuration with the canary in all secret fields and in unknown ones, at every level.
fn planted() -> ClusterConfig {
    let mut all = json!({"x-top": CANARY});
    for row in rows().iter().filter(|row| row.is_secret) {
        let one = row.json.rsplit('.').fold(Value::from(format!("{CANARY} {}", row.json)), |below, key| {
            let items = (0..key.matches("[]").count()).fold(below, |below, _| vec![below].into());
            let key = if key.trim_end_matches("[]") == "*" { "some-key" } else { key.trim_end_matches("[]") };
            json!({ key: items })
        });
        merge(&mut all, one);
    }
    plant_unknown(&mut all);
    serde_json::from_value(all).unwrap()
}

/// Adds one map to another; lists have one item, whose map grows.
fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (Value::Array(into), Value::Array(mut from)) if into.len() == 1 && from.len() == 1 => {
            merge(&mut into[0], from.remove(0));
        }
        (into, from) => *into = from,
    }
}

fn plant_unknown(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.values_mut().for_each(plant_unknown);
            // A map of the user's takes texts only.
            if !map.contains_key("some-key") {
                map.insert("x-unknown".into(), json!([CANARY, {"deep": CANARY}]));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(plant_unknown),
        _ => {}
    }
}

#[test]
fn it_is_everywhere() {
    let config = planted();
    let state = serde_json::to_value(&config).unwrap();
    let mut count = 0;
    for row in rows().iter().filter(|row| row.is_secret) {
        let text = at(&state, row.json).and_then(Value::as_str).unwrap_or_default();
        assert!(found(text), "{} has no canary", row.yaml);
        count += 1;
    }
    assert!(count > 60);
    assert!(found(config.to_yaml().unwrap().expose()), "what is asked for is written");
}

#[test]
fn nothing_shows_it() {
    let config = planted();
    check("Debug", &format!("{config:?} {config:#?} {:?} {:?}", config.to_yaml(), config.to_state_value()));
    check("Debug with defaults", &format!("{:?} {:?}", config.with_defaults(), config.without_defaults()));
    let findings = config.validate();
    assert!(!findings.is_empty());
    check("findings", &format!("{findings:?} {}", lines(&findings)));
    let yaml = config.to_yaml().unwrap();
    let document = Document::parse(yaml.expose().as_bytes()).unwrap();
    let findings = rke::validate(&document).unwrap();
    check("findings of the file", &format!("{findings:?} {} {document:?}", lines(&findings)));
    check("guidance", &format!("{:?}", rke::Topology::of(&config).guidance()));
}

fn lines(findings: &[kubeconfig::finding::Finding]) -> String {
    findings.iter().map(|finding| format!("{finding}\n")).collect()
}

#[test]
fn no_error_shows_it() {
    let yaml = planted().to_yaml().unwrap();
    let text = yaml.expose();
    let mut refused = 0;
    let mut look = |what: &str, text: &str| {
        if let Err(error) = text.parse::<ClusterConfig>() {
            check(what, &format!("{error} {error:?} {:?} {:?}", error.help(), error.field()));
            refused += 1;
        }
        if let Ok(document) = Document::parse(text) {
            check(what, &format!("{:?}", rke::validate(&document)));
        }
    };
    // Each line that has the canary, with something else in its place.
    for line in text.lines().filter(|line| found(line)) {
        let before = line.len() - line.trim_start().len();
        let (indent, rest) = line.split_at(before);
        let key = rest.split(": ").next().unwrap();
        for wrong in [
            format!("{indent}{key}: [{CANARY}]"),
            format!("{indent}{key}: {{a: {CANARY}}}"),
            format!("{indent}{key}: !!int {CANARY}"),
            format!("{indent}{key}: *{CANARY}"),
            format!("{indent}{key}: \"{CANARY}"),
            format!("{indent}{key}: {CANARY}\n{line}"),
            format!("{indent}\t{CANARY}"),
        ] {
            look(line, &text.replacen(line, &wrong, 1));
        }
    }
    for end in (0..text.len()).step_by(61) {
        look("cut off", &text[..end]);
    }
    assert!(refused > 200, "{refused}");
}
