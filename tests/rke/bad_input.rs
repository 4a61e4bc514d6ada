//! What nobody would write: it is refused or read, and never takes the program down.

use kubeconfig::Error;
use kubeconfig::rke::{self, ClusterConfig, Topology};
use kubeconfig::syntax::Document;
use proptest::prelude::*;
use std::time::{Duration, Instant};

const EXAMPLE: &str = include_str!("../data/rke/example.yml");

/// Does all there is to do with a text.
fn everything(text: &[u8]) -> Option<ClusterConfig> {
    let document = Document::parse(text).ok()?;
    let findings = rke::validate(&document);
    let config = ClusterConfig::from_document(&document);
    // Values of another kind are findings.
    let is_of_types = |e: &Error| e.errors().iter().all(Error::is_type);
    assert_eq!(findings.is_ok(), config.as_ref().err().is_none_or(is_of_types));
    assert!(config.is_ok() || findings.as_ref().is_ok_and(|f| !f.is_empty()) || findings.is_err());
    for finding in findings.iter().flatten() {
        assert!(!finding.to_string().contains('\n'));
        assert!(finding.position.is_none() || finding.end >= finding.position);
    }
    let config = config.ok()?;
    let _ = (config.validate(), Topology::of(&config).guidance(), format!("{config:?}"));
    let (full, slim) = (config.with_defaults(), config.without_defaults());
    let _ = (full.without_defaults(), slim.with_defaults(), full.to_yaml(), slim.to_state_value());
    Some(config)
}

#[test]
fn cut_off_anywhere() {
    for end in (0..EXAMPLE.len()).step_by(31) {
        everything(&EXAMPLE.as_bytes()[..end]);
    }
}

#[test]
fn with_a_byte_changed() {
    for at in (0..EXAMPLE.len()).step_by(97) {
        for byte in [b'\t', b'{', b'*', 0, 0xff] {
            let mut text = EXAMPLE.as_bytes().to_vec();
            text[at] = byte;
            everything(&text);
        }
    }
}

#[test]
fn nested_deeply() {
    for (open, close) in [("[", "]"), ("{a: ", "}")] {
        for field in ["unknown", "nodes", "ingress: {extra_envs", "services: {kube-api: {admission_configuration"] {
            let text = |depth: usize| {
                let braces = "}".repeat(field.matches('{').count());
                format!("{field}: {}{}{braces}", open.repeat(depth), close.repeat(depth))
            };
            everything(text(5_000).as_bytes());
            // Where anything may stand there is a limit that says so.
            let error = text(5_000).parse::<ClusterConfig>().unwrap_err();
            assert!(error.is_limit() || error.is_type(), "{field}: {error}");
        }
    }
}

#[test]
fn many_aliases() {
    let mut text = String::from("x-a: &a0 {extra_args: {a: b}}\n");
    for i in 1..30 {
        text.push_str(&format!("x-{i}: &a{i} [*a{}, *a{0}]\n", i - 1));
    }
    text.push_str("nodes: *a29\n");
    let error = text.parse::<ClusterConfig>().unwrap_err();
    assert!(error.is_limit() || error.is_type(), "{error}");
    // Merged over and over: no more than the budget allows.
    let bases: String = (0..200).map(|i| format!("x-{i}: &b{i} {{<<: [{}], k{i}: 1}}\n", all_before(i))).collect();
    everything(format!("{bases}services: {{kubelet: {{<<: *b199}}}}\n").as_bytes());
}

fn all_before(i: usize) -> String {
    (0..i).rev().take(2).map(|j| format!("*b{j}")).collect::<Vec<_>>().join(", ")
}

#[test]
fn too_many_values_are_an_error_with_a_figure() {
    let text = format!("nodes: [{}]", "~,    ".repeat(1_000_001));
    let error = text.parse::<ClusterConfig>().unwrap_err();
    assert!(error.is_limit(), "{error}");
    assert!(error.to_string().contains("1000000"), "{error}");
}

#[test]
fn many_machines_take_no_longer_each() {
    let cluster = |count: usize| {
        let node = |i: usize| {
            format!(
                "- {{address: 10.{}.{}.{}, user: rke, role: [worker], labels: {{a: b, n: {i}}}}}\n",
                i / 65_536,
                i / 256 % 256,
                i % 256
            )
        };
        format!("nodes:\n{}", (0..count).map(node).collect::<String>())
    };
    let time = |text: &str| {
        let start = Instant::now();
        assert!(everything(text.as_bytes()).is_some());
        start.elapsed()
    };
    let (small, large) = (cluster(200), cluster(2_000));
    let fastest = |text: &str| (0..3).map(|_| time(text)).min().unwrap();
    let (small, large) = (fastest(&small), fastest(&large));
    assert!(large < small * 40 + Duration::from_millis(200), "{small:?} for 200, {large:?} for 2,000");
}

#[test]
fn many_wrong_keys_take_no_longer_each() {
    let text = |count: usize| (0..count).map(|i| format!("nodez{i}: 1\n")).collect::<String>();
    let time = |text: &str| {
        let start = Instant::now();
        assert!(everything(text.as_bytes()).is_some());
        start.elapsed()
    };
    let (small, large) = (time(&text(1_000)), time(&text(10_000)));
    assert!(large < small * 40 + Duration::from_millis(500), "{small:?} for 1,000, {large:?} for 10,000");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any texts, in any fields: written as YAML and as JSON they come back.
    #[test]
    fn any_text_comes_back(values in proptest::collection::vec((0usize..10_000, ".{0,12}"), 1..20)) {
        let rows: Vec<_> = super::table::rows().into_iter().filter(|row| row.is_text()).collect();
        let mut config = ClusterConfig::default();
        for (i, text) in &values {
            let row = &rows[i % rows.len()];
            // One field at a time, by way of JSON, added to what is there.
            let one = row.json.rsplit('.').fold(serde_json::Value::from(text.as_str()), |below, key| {
                let items = (0..key.matches("[]").count()).fold(below, |below, _| vec![below].into());
                serde_json::json!({ key.trim_end_matches("[]"): items })
            });
            let mut all = serde_json::to_value(&config).unwrap();
            merge(&mut all, one);
            config = serde_json::from_value(all).unwrap();
        }
        let yaml = config.to_yaml().unwrap();
        let again: ClusterConfig = yaml.expose().parse().map_err(|e| TestCaseError::fail(format!("{e}\n{}", yaml.expose())))?;
        prop_assert_eq!(serde_json::to_value(&again).unwrap(), serde_json::to_value(&config).unwrap());
        everything(yaml.expose().as_bytes());
    }
}

fn merge(into: &mut serde_json::Value, from: serde_json::Value) {
    match (into, from) {
        (serde_json::Value::Object(into), serde_json::Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key).or_insert(serde_json::Value::Null), value);
            }
        }
        (into, from) => *into = from,
    }
}
