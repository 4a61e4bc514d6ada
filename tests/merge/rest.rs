//! What belongs to no entry: the current context, preferences, extensions, unknown fields; and the report.

use super::*;
use OnConflict::{Fail, Keep, Rename, Replace};
use kubeconfig::merge::{EntryKind, Note, Risk};

#[test]
fn the_current_context() {
    let file = |host: &str, context: &str, current: &str| {
        let text = text(&format!("k={host}"), "", &format!("{context}=k/"));
        text.replacen('{', &format!("{{\"current-context\": \"{current}\", "), 1)
    };
    let place = Place::of(&[
        ("none", &file("n", "n", "")),
        ("a", &file("a", "a", "a")),
        ("b", &file("b", "b", "b")),
        ("other-a", &file("o", "a", "a")),
        ("dangling", &file("d", "d", "a")),
    ]);
    for (files, on_conflict, current, notes) in [
        (&["none"][..], Fail, None, 0),
        (&["none", "a", "none"], Rename, Some("a"), 0),
        (&["a", "b"], Keep, Some("a"), 0),
        (&["b", "a"], Keep, Some("b"), 0),
        (&["a", "b"], Replace, Some("b"), 0),
        (&["a", "none"], Replace, Some("a"), 0),
        // Under its new name; and what another file calls so is not meant.
        (&["a", "other-a"], Rename, Some("a-a"), 0),
        (&["other-a", "a"], Rename, Some("a-o"), 0),
        (&["dangling", "a"], Rename, Some("a"), 1),
        (&["dangling", "b", "a"], Keep, Some("b"), 1),
        (&["dangling", "none"], Rename, None, 1),
        (&["a", "dangling"], Replace, Some("a"), 1),
        // The first that has one has lost it.
        (&["none", "other-a", "a"], Keep, Some("a"), 0),
    ] {
        let merged = place.merge(files, on_conflict).unwrap();
        assert_eq!(merged.config().current_context(), current, "{files:?} {on_conflict:?}");
        assert_eq!(merged.report().current.as_deref(), current);
        let found = merged.report().notes.iter().filter(|note| matches!(note, Note::NoSuchCurrent { .. })).count();
        assert_eq!(found, notes, "{files:?} {on_conflict:?}");
    }
    // It is the name in the result that is asked for.
    let how = |name: &'static str| place.merge_as(&["a", "other-a"], move |m| m.on_conflict(Rename).current(name));
    assert_eq!(how("a-o").unwrap().config().current_context(), Some("a-o"));
    assert_eq!(how("a").unwrap_err().kind(), kubeconfig::ErrorKind::ContextNotFound);
}

const ONE: &str = "
x-top: {a: 0x10, b: [SECRET-CANARY]}
x-one: 1
preferences: {x-pref: 1, extensions: [{name: p, extension: 1}]}
extensions:
- {name: e, extension: {v: 1}, x-beside: 1}
- {name: f, extension: 1}
contexts: [{name: a}]
";
/// `x-top` and `f` are the same, spelled otherwise.
const TWO: &str = "
x-two: 2
x-top: {b: [SECRET-CANARY], a: 16}
preferences: {colors: true, x-pref: 2, extensions: [{name: p, extension: 2}, {name: q, extension: 2}]}
extensions:
- {name: f, extension: 0b1}
- {name: e, extension: {v: SECRET-CANARY}}
contexts: [{name: b}]
";

#[test]
fn preferences_extensions_and_unknown_fields() {
    let place = Place::of(&[("one", ONE), ("two", TWO)]);
    let error = place.merge(&["one", "two"], Fail).unwrap_err();
    common::canary::check("conflicts", &error.to_string());
    let told: Vec<String> = error.errors().iter().map(ToString::to_string).collect();
    let expected = [
        "one:6:3: the extension \"e\" is another at two:7:3",
        "one:4:39: the extension of preferences \"p\" is another at two:4:53",
        "one:4:23: the field \"preferences.x-pref\" is another at two:4:37",
    ];
    assert_eq!(told, expected);

    for (on_conflict, winner, files) in
        [(Keep, 1, ["one", "two"]), (Rename, 1, ["one", "two"]), (Replace, 2, ["two", "one"])]
    {
        let merged = place.merge(&["one", "two"], on_conflict).unwrap();
        let json: serde_json::Value = serde_json::from_str(&merged.config().to_json().unwrap()).unwrap();
        let e = if winner == 1 {
            serde_json::json!({"name": "e", "extension": {"v": 1}, "x-beside": 1})
        } else {
            serde_json::json!({"name": "e", "extension": {"v": "SECRET-CANARY"}})
        };
        let expected = serde_json::json!({
            "apiVersion": "v1", "kind": "Config",
            "preferences": {
                "colors": true,
                "extensions": [{"name": "p", "extension": winner}, {"name": "q", "extension": 2}],
                "x-pref": winner
            },
            "contexts": [{"name": "a", "context": {}}, {"name": "b", "context": {}}],
            "extensions": [e, {"name": "f", "extension": 1}],
            "x-top": {"a": 16, "b": ["SECRET-CANARY"]}, "x-one": 1, "x-two": 2
        });
        assert_eq!(json, expected, "{on_conflict:?}");
        // In the spelling of the first file.
        assert!(merged.to_yaml().contains("0x10"), "{}", merged.to_yaml());
        let notes: Vec<String> = merged.report().notes.iter().map(ToString::to_string).collect();
        assert_eq!(notes.len(), 3, "{notes:?}");
        for note in &notes {
            assert!(note.contains(&format!("was taken from {}:", files[0])) && note.contains(files[1]), "{note}");
            common::canary::check("note", note);
        }
    }
    // What only one file says is there, without a word.
    let merged = place.merge(&["one"], Fail).unwrap();
    assert_eq!(merged.report().notes, []);
    assert_eq!(merged.config().other.get("x-one"), place.load("one").config().other.get("x-one"));
}

#[test]
fn the_report() {
    let place = Place::of(&[
        (
            "a",
            "clusters:\n- {name: k, cluster: {server: 'https://u:SECRET-CANARY@a', proxy-url: 'http://u:SECRET-CANARY@p:1'}}\n- {name: l, cluster: {server: 'https://l', insecure-skip-tls-verify: true}}\nusers:\n- {name: u, user: {exec: {command: aws, args: [SECRET-CANARY], env: [{name: X, value: SECRET-CANARY}]}}}\ncontexts:\n- {name: c, context: {cluster: k, user: u}}\n",
        ),
        (
            "b",
            "clusters:\n- {name: k, cluster: {server: 'https://b'}}\nusers:\n- {name: u, user: {exec: {command: aws}}}\n- {name: o, user: {auth-provider: {name: oidc, config: {x: SECRET-CANARY}}}}\n- {name: x, user: {exec: {command: 'get --token=SECRET-CANARY'}}}\ncontexts:\n- {name: c, context: {cluster: k, user: u}}\n- {name: d, context: {cluster: gone}}\n",
        ),
    ]);
    let merged = place.merge(&["a", "b"], Rename).unwrap();
    let report = merged.report();
    let text = report.to_string();
    common::canary::check("report", &text);
    common::canary::check("debug", &format!("{report:?}"));
    let expected = "\
renamed the cluster k of a:2:3 to k-a
renamed the cluster k of b:2:3 to k-b
renamed the user u of a:5:3 to u-a
renamed the user u of b:4:3 to u-b
renamed the context c of a:7:3 to c-a
renamed the context c of b:8:3 to c-b
the context d has no cluster: b:9:3 names gone, which is not in its file
goes through the proxy http://[hidden]@p:1: cluster k-a of a:2:3
does not check the server's certificate: cluster l of a:3:3
runs the command aws to log in: user u-a of a:5:3, u-b of b:4:3
logs in by the plugin oidc: user o of b:5:3
runs the command get to log in: user x of b:6:3
3 contexts, 3 clusters and 4 users from 2 inputs; no context is the current one
";
    assert_eq!(text, expected);
    let contexts: Vec<String> = report.contexts.iter().map(ToString::to_string).collect();
    let expected = [
        "c-a: cluster k-a at https://[hidden]@a, user u-a; from c of a:7:3",
        "c-b: cluster k-b at https://b, user u-b; from c of b:8:3",
        "d: cluster gone, no user; from b:9:3",
    ];
    assert_eq!(contexts, expected);
    assert_eq!(report.incoming[1].risk, Risk::Insecure);
    assert_eq!(
        (report.renamed[2].kind, &*report.renamed[2].from, &*report.renamed[2].to),
        (EntryKind::User, "u", "u-a")
    );

    let report = place.merge(&["a", "b"], Keep).unwrap().report().to_string();
    let left_out = report.lines().filter(|line| line.starts_with("left out")).collect::<Vec<_>>();
    let expected = [
        "left out the cluster k of b:2:3: the one of a:2:3 has its name",
        "left out the user u of b:4:3: the one of a:5:3 has its name",
        "left out the context c of b:8:3: the one of a:7:3 has its name",
    ];
    assert_eq!(left_out, expected);
}

/// What only left-out contexts use is left out with them, and the report has another word for it.
#[test]
fn what_goes_with_a_context() {
    let place = Place::of(&[("a", &text("a=a", "u=1", "prod=a/u")), ("b", &text("b=b unused=x", "v=2", "prod=b/v"))]);
    let merged = place.merge(&["a", "b"], Keep).unwrap();
    assert_eq!(names(merged.config().clusters.names()), ["a", "unused"]);
    let left_out: Vec<String> = merged.report().left_out.iter().map(ToString::to_string).collect();
    assert_eq!(left_out.len(), 3);
    assert!(left_out[0].starts_with("left out the cluster b of b:"), "{left_out:?}");
    assert!(left_out[0].ends_with(": only contexts that were left out use it"), "{left_out:?}");
}

/// One input of several files is what kubectl makes of them.
#[test]
fn files_loaded_together() {
    let place = Place::of(&[
        ("contexts", &text("", "", "c=k/u")),
        ("entries", &text("k=h", "u=1", "")),
        ("hidden", &text("k=x", "", "")),
        ("other", &text("k=o", "u=2", "c=k/u")),
    ]);
    let environment = Environment::new(place.0.path()).var("KUBECONFIG", "contexts:entries:hidden:none");
    let together = Loader::new(environment).load().unwrap();
    let other = place.load("other");
    let merged = merge_as([&together, &other], |merge| merge.on_conflict(Rename)).unwrap();
    assert_eq!(shown(&merged), ["c-h=h/1", "c-o=o/2"]);
    let notes: Vec<String> = merged.report().notes.iter().map(ToString::to_string).collect();
    let expected =
        ["warning: none does not exist", "warning: the cluster \"k\" of hidden is hidden by that of entries"];
    assert_eq!(notes, expected);
    assert_eq!(merged.report().contexts[0].from[0].place.to_string(), "contexts:1:28");
}

/// Names that would paint the terminal.
#[test]
fn names_are_made_harmless() {
    let file = |token: &str| {
        format!(
            "{{users: [{{name: \"\\e[31mu\", user: {{token: {token}, exec: {{command: \"\\e[0m\"}}}}}}], clusters: [{{name: \"k\\r\", cluster: {{server: \"https://h\\e[1m\", proxy-url: \"\\e[2m\"}}}}], contexts: [{{name: \"c\\e[31m\", context: {{cluster: \"k\\r\", user: \"\\e[31mu\"}}}}, {{name: d, context: {{user: \"\\e[3m\"}}}}], current-context: \"\\e[4m\"}}"
        )
    };
    let place = Place::of(&[("a", &file("a")), ("b", &file("b"))]);
    let error = place.merge(&["a", "b"], Fail).unwrap_err().to_string();
    let mut all = error;
    for on_conflict in [Rename, Keep] {
        let merged = place.merge(&["a", "b"], on_conflict).unwrap();
        all.push_str(&merged.report().to_string());
        merged.report().contexts.iter().for_each(|context| all.push_str(&context.to_string()));
    }
    assert!(!all.contains('\u{1b}') && !all.contains('\r'), "{all:?}");
}
