//! How findings are told: for a person, as JSON, as SARIF; and that no secret is among it.

use super::common::canary::{self, CANARY};
use super::{Files, checker, good, with_user};
use kubeconfig::check::{Checker, Report};
use kubeconfig::finding::Code;
use serde_json::Value;
use std::collections::HashSet;
use std::path::Path;

#[test]
fn for_a_person_as_rustc_writes_it() {
    let text = "\
clusters:
- name: prod
  cluster:
    server: http://name:password@h.example.com:8080/x # not for your eyes
users:
- name: jane
  user:
    token: 12345
    tokne: secret
contexts:
- {name: \"x\\e[2J\", context: {cluster: prod, user: jane}}
current-context: prod
";
    let report = Checker::at(super::now()).bytes("dir/config", text);
    let expected = "\
warning[userinfo-in-server]: kubectl sends the user name and password of the URL instead of any token
 --> dir/config:4:13 (cluster \"prod\")
  |
4 |     server: http://[hidden]@h.example.com:8080/x # [hidden]
  |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  = help: Remove them from the URL.

warning[plain-http]: its server is not https, so kubectl sends no credentials
 --> dir/config:4:13 (cluster \"prod\")
  |
4 |     server: http://[hidden]@h.example.com:8080/x # [hidden]
  |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  = help: Write https://.

error[ambiguous-scalar]: without quotes this is a number to kubectl, and a string belongs here
 --> dir/config:8:12 (user \"jane\")
  |
8 |     token: [hidden]
  |            ^^^^^^^^
  = help: put the value in quotes

warning[unknown-field]: client-go does not know the field tokne here
 --> dir/config:9:5 (user \"jane\")
  |
9 |     tokne: [hidden]
  |     ^^^^^
  = help: did you mean token?

warning[control-characters]: characters that a terminal acts on, or that can't be seen: x\\u{1b}[2J
  --> dir/config:11:10 (context \"x\\u{1b}[2J\")
   |
11 | - {name: x\\u{1b}[2J, context: {cluster: prod, user: jane}}
   |          ^^^^^^^^^^
   = help: Rename it.

error[dangling-current-context]: the current context \"prod\" is not there
  --> dir/config:12:18 (current-context)
   |
12 | current-context: prod
   |                  ^^^^
   = help: Name another: `use-context NAME`.

2 errors, 4 warnings, 0 notes in 1 file
";
    assert_eq!(report.to_string(), expected);
    assert_eq!(report.human().to_string(), expected);
    let coloured = report.human().color(true).to_string();
    assert!(coloured.contains("\u{1b}[1;31merror[ambiguous-scalar]\u{1b}[0m"), "{coloured}");
    assert!(!coloured.contains("\u{1b}[2J"), "{coloured}");
}

#[test]
fn lines_of_every_kind_are_shown_and_hidden_aright() {
    let table = [
        // What stands there, and what is shown of it.
        ("    server: 'http://h'", "    server: 'http://h'"),
        ("    server: \"http://h\"   # SECRET", "    server: \"http://h\"   # [hidden]"),
        ("    server: http://h?token=SECRET", "    server: http://h?[hidden]"),
        ("    server: &SECRET http://h", "    server: [hidden]"),
        ("    server: !!str http://h", "    server: [hidden]"),
        ("    {server: http://h, x-mine: SECRET}", "    {server: http://h, [hidden]: [hidden]}"),
        (
            "    {server: http://h, proxy-url: 'http://a:SECRET@h'}",
            "    {server: http://h, proxy-url: http://[hidden]@h}",
        ),
        (
            "    {\"server\": \"http://h\", \"extensions\": [{\"name\": \"n\", \"extension\": {\"SECRET\": 1}}]}",
            "    {\"server\": \"http://h\", \"extensions\": [{\"name\": \"n\", \"extension\": {[hidden]: [hidden]}}]}",
        ),
        ("    server: \"http://\\\n      h\"", "    server: http://h"),
    ];
    for (line, shown) in table {
        let text = format!("clusters:\n- name: c\n  cluster:\n{line}\n");
        let report = checker().bytes("config", text);
        let human = report.to_string();
        let begun = human.find("warning[plain-http]").unwrap_or_else(|| panic!("{line}: {human}"));
        let found = human[begun..].lines().nth(3).unwrap_or_default();
        let found = found.split_once("| ").map(|(_, found)| found).unwrap_or_default();
        assert_eq!(found, shown, "{line}: {human}");
    }
}

#[test]
fn long_lines_are_cut_around_the_place() {
    let long = format!(
        "{{\"x\": \"{}\", \"clusters\": [{{\"name\": \"c\", \"cluster\": {{\"server\": \"http://h\"}}}}], \"y\": \"{}\"}}",
        "a".repeat(5000),
        "b".repeat(5000)
    );
    let report = checker().bytes("config", long);
    let human = report.to_string();
    assert!(human.contains("\"server\": \"http://h\""), "{human}");
    assert!(human.lines().all(|line| line.chars().count() < 400), "{human}");
    let begun = human.find("[plain-http]").expect("a finding");
    let lines: Vec<&str> = human[begun..].lines().skip(3).take(2).collect();
    let at = lines[1].find('^').expect("the mark");
    let chars: String = lines[0].chars().skip(lines[1][..at].chars().count()).collect();
    assert!(chars.starts_with("\"http://h\""), "{human}");
}

#[test]
fn of_what_cant_be_parsed_no_more_is_shown_than_the_field() {
    for (text, shown) in [
        ("users:\n- name: u\n  user:\n    token: a: SECRET-CANARY\n", "    token: [hidden]"),
        ("SECRET-CANARY\u{1}\n", "[hidden]"),
        ("clusters:\n- name: c\n  \"SECRET-CANARY\n", "- name: [hidden]"),
        ("a: b\n  SECRET-CANARY: c\n", "  [hidden]"),
    ] {
        let report = checker().bytes("config", text);
        assert!(report.has(Code::Unreadable), "{text}: {report}");
        let human = report.to_string();
        canary::check(text, &human);
        assert!(human.lines().any(|line| line.ends_with(shown)) || human.contains("[hidden]"), "{text}: {human}");
    }
}

#[test]
fn json_has_what_was_promised() {
    let report = Files::one(with_user("token: 12\nusername: me")).check();
    let json: Value = serde_json::from_str(&report.to_json()).expect("JSON");
    assert_eq!(json["schema"], 1);
    let findings = json["findings"].as_array().expect("findings");
    assert_eq!(findings.len(), report.findings().len());
    for (json, finding) in findings.iter().zip(report.findings()) {
        let keys: Vec<&str> = json.as_object().expect("an object").keys().map(String::as_str).collect();
        let mut wanted = ["code", "severity", "file", "line", "column", "entry", "field", "message", "help"];
        wanted.sort_unstable();
        assert_eq!(
            {
                let mut keys = keys;
                keys.sort_unstable();
                keys
            },
            wanted
        );
        assert_eq!(json["code"], finding.code.as_str());
        assert_eq!(json["severity"], finding.severity.as_str());
        assert_eq!(json["line"].as_u64().map(|line| line as u32), finding.position.map(|p| p.line));
        assert_eq!(json["message"], finding.message);
    }
    let summary = report.summary();
    assert_eq!(json["summary"]["errors"], summary.errors);
    assert_eq!(json["summary"]["warnings"], summary.warnings);
    assert_eq!(json["summary"]["notes"], summary.notes);
    assert_eq!(json["summary"]["files"], 1);
    let empty: Value = serde_json::from_str(&Files::one(good()).check().to_json()).expect("JSON");
    assert_eq!(empty["findings"], serde_json::json!([]));
}

/// Everything that can be in a report: places and none, entries and none, several files, awkward names.
fn reports() -> Vec<Report> {
    let mut reports = vec![
        Report::default(),
        Files::one(good()).check(),
        checker().bytes("a dir/\u{e9}%#?:\u{1}.yaml", canary::kubeconfig()),
        checker().bytes("-", "- a"),
        checker().paths(["/gone/file", "gone"]),
    ];
    reports.extend(canary::broken().into_iter().step_by(97).map(|variant| checker().bytes("config", variant.bytes)));
    reports
}

#[test]
fn sarif_is_valid() {
    let rules: Value = serde_json::from_str(include_str!("../data/sarif-2.1.0-used.json")).expect("JSON");
    for report in reports() {
        let text = report.to_sarif();
        let sarif: Value = serde_json::from_str(&text).expect("JSON");
        validate(&sarif, &Value::String("log".into()), &rules, "log");
        let run = &sarif["runs"][0];
        assert_eq!(run["results"].as_array().map(Vec::len), Some(report.findings().len()));
        for result in run["results"].as_array().expect("results") {
            let index = result["ruleIndex"].as_u64().expect("an index") as usize;
            assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
        }
        assert_eq!(run["invocations"][0]["executionSuccessful"], report.unread().next().is_none());
    }
}

/// Whether a value is what the schema says; `what` is a name of an object, a list of words, or a kind of value.
fn validate(value: &Value, what: &Value, rules: &Value, path: &str) {
    match what {
        Value::Array(words) => assert!(words.contains(value), "{path}: {value}"),
        Value::Object(list) => {
            let items = value.as_array().unwrap_or_else(|| panic!("{path}: no list"));
            let inner = list.get("items").or(list.get("unique")).expect("a rule");
            items.iter().enumerate().for_each(|(i, item)| validate(item, inner, rules, &format!("{path}[{i}]")));
            let different: HashSet<String> = items.iter().map(Value::to_string).collect();
            assert!(list.get("unique").is_none() || different.len() == items.len(), "{path}: twice the same");
        }
        Value::String(kind) => match kind.as_str() {
            "string" => assert!(value.is_string(), "{path}: {value}"),
            "boolean" => assert!(value.is_boolean(), "{path}: {value}"),
            "positive" => assert!(value.as_u64().is_some_and(|n| n >= 1), "{path}: {value}"),
            "index" => assert!(value.as_i64().is_some_and(|n| n >= -1), "{path}: {value}"),
            "uri" | "uri-reference" => {
                let uri = value.as_str().unwrap_or_else(|| panic!("{path}: {value}"));
                let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c);
                assert!(uri.chars().all(allowed), "{path}: {uri}");
                assert!(kind != "uri" || uri.starts_with("https://"), "{path}: {uri}");
                // Of a reference without a scheme the first part has no colon (RFC 3986, 4.2).
                assert!(
                    uri.contains("://") || !uri.split('/').next().unwrap_or_default().contains(':'),
                    "{path}: {uri}"
                );
            }
            name => {
                let rule = &rules[name];
                let object = value.as_object().unwrap_or_else(|| panic!("{path}: no object"));
                for required in rule["required"].as_array().expect("a list") {
                    assert!(object.contains_key(required.as_str().expect("a name")), "{path}: {required} is missing");
                }
                for (key, value) in object {
                    let inner = rule["properties"].get(key).unwrap_or_else(|| panic!("{path}: {key} is not known"));
                    validate(value, inner, rules, &format!("{path}.{key}"));
                }
            }
        },
        _ => panic!("{path}: no rule"),
    }
}

/// All that a report says of itself.
fn all_of(report: &Report) -> String {
    let findings: Vec<String> = report.findings().map(|finding| format!("{finding} {finding:?}")).collect();
    format!(
        "{report}\n{:?}\n{}\n{}\n{}\n{}\n{:?}",
        report,
        report.human().color(true),
        report.to_json(),
        report.to_sarif(),
        findings.join("\n"),
        report.files()
    )
}

#[test]
fn no_secret_in_any_form() {
    let text = canary::kubeconfig();
    canary::check("a kubeconfig full of secrets", &all_of(&checker().bytes("config", text.clone())));
    // Each line made the place of a finding in turn.
    for (i, line) in text.lines().enumerate() {
        let twice: Vec<&str> =
            text.lines().enumerate().flat_map(|(at, l)| if at == i { vec![l, l] } else { vec![l] }).collect();
        let report = checker().bytes("config", twice.join("\n"));
        canary::check(&format!("line {}: {}", i + 1, line.replace(CANARY, "…")), &all_of(&report));
    }
    let mut refused = 0;
    for variant in canary::broken() {
        let report = checker().bytes("config", variant.bytes);
        canary::check(&variant.how, &all_of(&report));
        refused += usize::from(report.summary().errors > 0);
        assert!(!variant.refused || report.summary().errors > 0, "{}: nothing is wrong?\n{report}", variant.how);
    }
    assert!(refused > 500, "{refused}");
}

#[test]
fn no_secret_of_rkes_files() {
    for field in kubeconfig::rke::fields().iter().filter(|field| field.is_secret) {
        let text = yaml_of(&field.yaml);
        // A key that nobody knows beside it, and the same key twice: the line is shown.
        let report = checker()
            .bytes("cluster.yml", format!("cluster_name: a\nkubernetes_version: v1.27.16\nnetwrok: {CANARY}\n{text}"));
        canary::check(&field.yaml, &all_of(&report));
    }
    let Some(state) = super::rke::state() else { return };
    for entry in ["kube-ca", "kube-admin", "kube-node"] {
        for field in ["keyPEM", "certificatePEM", "config"] {
            let text = state
                .text()
                .replace(&serde_json::to_string(state.field(entry, field)).expect("JSON"), &format!("\"{CANARY}\""));
            let report = checker().bytes("cluster.rkestate", text);
            canary::check(&format!("{entry} {field}"), &all_of(&report));
        }
    }
}

/// A document with a value at that path, in flow style: `a: {b: [{c: VALUE}]}`.
fn yaml_of(path: &str) -> String {
    let steps: Vec<&str> = path.split('.').collect();
    let mut text = format!("\"{CANARY}\"");
    for (i, step) in steps.iter().enumerate().rev() {
        let (name, lists) = (step.trim_end_matches("[]"), step.matches("[]").count());
        let name = if name == "*" { "any" } else { name };
        let inner = format!("{}{text}{}", "[".repeat(lists), "]".repeat(lists));
        text = if i == 0 { format!("{name}: {inner}\n") } else { format!("{{{name}: {inner}}}") };
    }
    text
}

#[test]
fn no_secret_of_pem_files() {
    for text in [
        format!("{CANARY}\n-----BEGIN {CANARY} PRIVATE KEY-----\n{CANARY}\n-----END {CANARY} PRIVATE KEY-----\n"),
        format!("-----BEGIN CERTIFICATE-----\n{CANARY}\n-----END CERTIFICATE-----\n"),
        format!("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n{CANARY}: a\n\n{CANARY}\n"),
        format!("-----BEGIN EC PRIVATE KEY-----\n{}\n-----END EC PRIVATE KEY-----\n", super::base64(CANARY)),
    ] {
        let report = checker().bytes("key.pem", text.clone());
        assert!(report.findings().len() > 0, "{text}");
        canary::check(&text.replace(CANARY, "…"), &all_of(&report));
    }
}

#[test]
fn a_code_that_is_allowed_is_not_told() {
    let text = with_user("token: 12\nusername: me");
    let report = checker().allow(Code::AmbiguousScalar).allow(Code::BasicAuth).bytes("config", text);
    assert_eq!(report.findings().count(), 0, "{report}");
}

#[test]
fn what_is_loaded_is_checked_as_its_files_are() {
    let folder = Files::one(with_user("username: me")).lay_out();
    let path = folder.path().join("config");
    let loaded =
        kubeconfig::Loader::new(kubeconfig::load::Environment::new("/")).explicit(&path).load().expect("a kubeconfig");
    let (a, b) = (checker().run(&loaded), checker().paths([&path]));
    assert_eq!(a.to_json(), b.to_json());
    assert!(a.has(Code::BasicAuth));
    // What came from no file has no place.
    let config = loaded.config().clone();
    let report = checker().run(&kubeconfig::Loaded::from_config(config, Path::new("/")));
    assert!(
        report.has(Code::BasicAuth) && report.findings().all(|f| f.position.is_none() && f.file.is_none()),
        "{report}"
    );
}

/// Of each code and file so many are told; the others are counted, and count.
#[test]
fn too_many_findings_are_counted() {
    let users: String = (0..250).map(|i| format!("- {{name: u{i}, user: {{username: me{i}}}}}\n")).collect();
    let text = format!("users:\n{users}- {{name: last, user: {{token: 12}}}}\n");
    let all = checker().max_findings(usize::MAX).bytes("config", text.clone());
    let (every, summary) = (all.findings().count(), all.summary());
    assert!(all.omitted().is_empty() && summary.warnings >= 250 && summary.errors == 1, "{summary}");
    for (most, told) in [(100, 100), (7, 7), (0, 0), (250, 250), (1000, 250)] {
        let report = checker().max_findings(most).bytes("config", text.clone());
        assert_eq!(report.summary(), summary, "{most}");
        assert_eq!(report.worst(), all.worst(), "{most}");
        assert!(report.has(Code::BasicAuth) && report.has(Code::AmbiguousScalar), "{most}");
        let of_code: Vec<_> = report.findings().filter(|finding| finding.code == Code::BasicAuth).collect();
        assert_eq!(of_code.len(), told, "{most}");
        // The first ones, in the order of the file.
        assert!(of_code.iter().zip(0..).all(|(finding, i)| finding.position.is_some_and(|at| at.line == i + 2)));
        let omitted: usize = report.omitted().iter().map(|omitted| omitted.count).sum();
        assert_eq!(report.findings().count() + omitted, every, "{most}");
        let json: Value = serde_json::from_str(&report.to_json()).expect("JSON");
        let sarif: Value = serde_json::from_str(&report.to_sarif()).expect("JSON");
        assert_eq!(sarif["runs"][0]["results"].as_array().map(Vec::len), Some(every - omitted));
        let left = 250 - told;
        let shown = report.to_string();
        if left > 0 {
            assert_eq!(json["omitted"]["basic-auth"], left, "{most}");
            assert_eq!(sarif["runs"][0]["properties"]["omitted"]["basic-auth"], left, "{most}");
            assert!(shown.contains(&format!("warning[basic-auth]: and {left} more in config\n")), "{shown}");
        } else {
            assert!(json["omitted"].get("basic-auth").is_none(), "{most}");
            assert!(!shown.contains("[basic-auth]: and "), "{shown}");
        }
    }
}
