//! Any bytes as a cluster.yml and as an rkestate's rkeConfig: nothing panics, what is read is written and read again, and
//! defaults go in and out.

#![no_main]

use kubeconfig::rke::{self, ClusterConfig, Topology};
use kubeconfig::syntax::{Document, Limits, Value, from_document};
use libfuzzer_sys::fuzz_target;
use serde_json::Value as Json;

fuzz_target!(|bytes: &[u8]| {
    let Ok(document) = Document::parse_with(bytes, &Limits::default()) else { return };
    // Aliases can make of a little text a lot; what they may is bounded, and slow here.
    if document.text().matches('*').count() > 100 {
        return;
    }
    let findings = rke::validate(&document);
    match ClusterConfig::from_document(&document) {
        Ok(config) => {
            for finding in findings.expect("what is read has findings, or none") {
                assert!(finding.position.is_none() || finding.end >= finding.position);
                assert!(!finding.to_string().contains('\n'));
            }
            both_ways(&config);
        }
        Err(error) => {
            // Values of another kind are findings.
            assert!(findings.is_err() || findings.is_ok_and(|found| !found.is_empty()) && error.is_type());
            let _ = format!("{error} {error:?}");
        }
    }
    if let Ok(config) = from_document::<Value>(&document).and_then(|value| ClusterConfig::from_state_value(&value)) {
        both_ways(&config);
    }
});

fn both_ways(config: &ClusterConfig) {
    let _ = (format!("{config:?}"), config.validate(), Topology::of(config).guidance());
    let state = config.to_state_value();
    // Infinity has no word in JSON.
    let Ok(json) = state.to_json() else { return };
    let again = ClusterConfig::from_state_value(&state).expect("what was written is read");
    assert_eq!(
        in_floats(again.to_state_value().to_json().expect("as before")),
        in_floats(json),
        "rkestate keeps everything"
    );
    // An unknown key that would be known in the other spelling is left out, so that it does not become known; the next time
    // everything stays.
    let yaml = config.to_yaml().expect("what JSON has words for, YAML has");
    let once: ClusterConfig = yaml.expose().parse().expect("what was written is read");
    let yaml = once.to_yaml().expect("as before");
    let twice: ClusterConfig = yaml.expose().parse().expect("what was written is read");
    assert_eq!(
        twice.to_state_value().to_json().ok().map(in_floats),
        once.to_state_value().to_json().ok().map(in_floats),
        "cluster.yml keeps everything"
    );
    let full = config.with_defaults();
    let slim = full.without_defaults();
    assert_eq!(slim.without_defaults(), slim, "nothing is left to take out");
}

/// JSON has one kind of number: `192.` is written `192`, as Go writes it.
fn in_floats(json: Json) -> Json {
    match json {
        Json::Number(number) => number.as_f64().into(),
        Json::Array(items) => items.into_iter().map(in_floats).collect(),
        Json::Object(map) => map.into_iter().map(|(key, value)| (key, in_floats(value))).collect(),
        other => other,
    }
}
