//! The report as SARIF 2.1.0.

use super::{Each, Report};
use crate::error::Position;
use crate::finding::{Code, Finding, Severity};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

#[derive(Serialize)]
struct Log<R> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<R>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<R> {
    tool: Value,
    invocations: Value,
    column_kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<Value>,
    results: R,
}

pub(super) fn document(report: &Report) -> impl Serialize {
    // Each code that was found, with its place in the list of rules.
    let mut rules: BTreeMap<Code, usize> = report.findings().map(|finding| (finding.code, 0)).collect();
    for (i, place) in rules.values_mut().enumerate() {
        *place = i;
    }
    let driver = json!({
        "name": env!("CARGO_PKG_NAME"),
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "informationUri": env!("CARGO_PKG_REPOSITORY"),
        "rules": rules.keys().map(|code| rule(*code)).collect::<Vec<_>>(),
    });
    let rules = Rc::new(rules);
    let omitted = report.omitted_by_code();
    Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: json!({"driver": driver}),
            invocations: json!([{"executionSuccessful": report.unread().next().is_none()}]),
            column_kind: "unicodeCodePoints",
            properties: (!omitted.is_empty()).then(|| json!({"omitted": omitted})),
            results: Each(move || {
                let rules = Rc::clone(&rules);
                report.findings().map(move |finding| result(finding, &rules))
            }),
        }],
    }
}

fn rule(code: Code) -> Value {
    json!({
        "id": code.as_str(),
        "shortDescription": {"text": code.what()},
        "fullDescription": {"text": code.why()},
        "help": {"text": code.fix()},
        "defaultConfiguration": {"level": level(code.severity())},
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn result(finding: &Finding, rules: &BTreeMap<Code, usize>) -> Value {
    let mut result = Map::new();
    result.insert("ruleId".into(), finding.code.as_str().into());
    if let Some(place) = rules.get(&finding.code) {
        result.insert("ruleIndex".into(), (*place).into());
    }
    result.insert("level".into(), level(finding.severity).into());
    let text = match &finding.help {
        Some(help) => format!("{}. {help}", finding.message),
        None => finding.message.clone(),
    };
    result.insert("message".into(), json!({"text": text}));
    if let Some(location) = location(finding) {
        result.insert("locations".into(), json!([location]));
    }
    result.into()
}

fn location(finding: &Finding) -> Option<Value> {
    let mut location = Map::new();
    let file = finding.file.as_ref()?;
    let mut physical = json!({"artifactLocation": {"uri": uri(file)}});
    if let (Some(position), Some(physical)) = (finding.position, physical.as_object_mut()) {
        physical.insert("region".into(), region(position, finding.end));
    }
    location.insert("physicalLocation".into(), physical);
    let names = [("name", &finding.entry), ("fullyQualifiedName", &finding.field)];
    let logical: Map<String, Value> =
        names.iter().filter_map(|(key, name)| Some(((*key).to_owned(), name.as_deref()?.into()))).collect();
    if !logical.is_empty() {
        location.insert("logicalLocations".into(), json!([logical]));
    }
    Some(location.into())
}

fn region(start: Position, end: Option<Position>) -> Value {
    let mut region = json!({"startLine": start.line, "startColumn": start.column});
    if let (Some(end), Some(region)) = (end.filter(|end| *end > start), region.as_object_mut()) {
        region.insert("endLine".into(), end.line.into());
        region.insert("endColumn".into(), end.column.into());
    }
    region
}

/// A path as a URI reference (RFC 3986): relative where the path is.
fn uri(path: &Path) -> String {
    let text = path.to_string_lossy();
    let text = if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() };
    let mut uri = String::new();
    if text.starts_with('/') {
        uri.push_str("file://");
    } else if cfg!(windows) && text.get(1..2) == Some(":") {
        uri.push_str("file:///");
    }
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    for byte in text.bytes() {
        match byte {
            byte if is_unreserved(byte) => uri.push(byte.into()),
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}
