//! Kubeconfigs by kubectl's rules: header, names, base64, unknown fields, the unversioned type.

use kubeconfig::config::View;
use kubeconfig::{ErrorKind, Kubeconfig};
use serde_json::json;

fn read(text: &str) -> Kubeconfig {
    text.parse().unwrap_or_else(|e| panic!("{text:?}: {e}"))
}

/// kubectl's view, without what is always there.
fn view(text: &str) -> serde_json::Value {
    let mut view: serde_json::Value =
        serde_json::from_str(&View::of(&read(text)).raw(true).to_json().unwrap()).unwrap();
    let map = view.as_object_mut().unwrap();
    map.retain(|key, value| {
        !matches!(key.as_str(), "kind" | "apiVersion") && ![json!(null), json!(""), json!({})].contains(value)
    });
    view
}

#[test]
fn headers() {
    for good in [
        "",
        "null",
        "{}",
        "kind: Config",
        "apiVersion: v1",
        "kind: ~\napiVersion: ''",
        "apiVersion: /v1",
        "apiVersion: /",
        "KIND: Other\nkind: Config",
    ] {
        assert!(good.parse::<Kubeconfig>().is_ok(), "{good:?}");
    }
    for (bad, expected) in [
        ("kind: config", "line 1, column 7: kind: not the kind of a kubeconfig, which is Config"),
        ("KIND: Other", "line 1, column 7: kind: not the kind of a kubeconfig, which is Config"),
        ("apiVersion: v2", "line 1, column 13: apiVersion: not the apiVersion of a kubeconfig, which is v1"),
        ("apiVersion: a/b/c", "line 1, column 13: apiVersion: not the apiVersion of a kubeconfig, which is v1"),
        ("apiVersion: 1", "line 1, column 13: apiVersion: something else where a string is expected; put it in quotes"),
        ("- a", "line 1, column 1: a kubeconfig must be a map at the top"),
        ("a", "line 1, column 1: a kubeconfig must be a map at the top"),
    ] {
        assert_eq!(bad.parse::<Kubeconfig>().unwrap_err().to_string(), expected, "{bad:?}");
    }
}

#[test]
fn two_of_a_name_are_refused_with_both_places_and_no_value() {
    let table = [
        (
            "users:\n- name: u\n  user: {token: SECRET-CANARY}\n- name: u\n",
            "line 4, column 9: users[1].name: the name \"u\" stands at 2:9 already",
        ),
        (
            "clusters: [{cluster: {}}, {name: ''}]",
            "line 1, column 34: clusters[1].name: the name \"\" stands at 1:12 already",
        ),
        (
            "contexts:\n- {name: a, context: {extensions: [{name: e, extension: 1}, {name: e}]}}",
            "line 2, column 68: contexts[0].context.extensions[1].name: the name \"e\" stands at 2:43 already",
        ),
        (
            "preferences: {extensions: [{name: e, extension: 1}, {name: e}]}",
            "line 1, column 60: preferences.extensions[1].name: the name \"e\" stands at 1:35 already",
        ),
    ];
    for (text, expected) in table {
        let error = text.parse::<Kubeconfig>().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::DuplicateName, "{text}");
        assert!(error.to_string().starts_with(expected), "{error}\n{expected}");
    }
    // client-go does not see a duplicate of a null extension.
    assert_eq!(
        view("extensions: [{name: e}, {name: e, extension: 1}]"),
        json!({"extensions": [{"name": "e", "extension": 1}]})
    );
}

#[test]
fn base64_is_checked_when_read_and_decoded_when_asked_for() {
    let read = |data: &str| format!("users: [{{name: u, user: {{client-key-data: {data}}}}}]").parse::<Kubeconfig>();
    for (data, bytes) in [
        ("aGk=", "hi"),
        ("\"aG\\nk=\\r\\n\"", "hi"),
        ("aGl=", "hi"),
        ("[104, 1.05e2]", "hi"),
        ("~", ""),
        ("''", ""),
        ("!!binary YUdrPQ==", "hi"),
    ] {
        let config = read(data).unwrap_or_else(|e| panic!("{data}: {e}"));
        let key = config.users["u"].client_key_data.as_ref();
        assert_eq!(
            key.map_or(String::new(), |k| String::from_utf8(k.expose().decode().to_vec()).unwrap()),
            bytes,
            "{data}"
        );
    }
    for (data, message) in [
        ("aGk", "not base64: illegal byte at offset 3"),
        ("'aGk= '", "not base64: illegal byte at offset 4"),
        ("aG-_", "not base64: illegal byte at offset 2"),
        ("a===", "not base64: illegal byte at offset 1"),
        ("12", "a number where a string of base64 is expected; put it in quotes"),
        ("[256]", "a number that is not a byte, 0 to 255,"),
        ("[a]", "a string where a number is expected"),
        ("{}", "a map where base64 text is expected"),
    ] {
        let error = read(data).expect_err(data);
        assert!(error.to_string().contains(message), "{data}: {error}");
        assert!(error.field().unwrap_or_default().starts_with("users[0].user.client-key-data"), "{data}: {error}");
    }
    assert_eq!(read("aGk").unwrap_err().kind(), ErrorKind::Base64);
}

#[test]
fn unknown_fields_come_back_as_they_stood_and_view_leaves_them_out() {
    let text = "apiVersion: v1\nkind: Config\nclusters:\n- name: c\n  cluster:\n    server: https://c\n    x-a: 0777\n  x-b: 1.10\nusers:\n- name: u\n  user:\n    exec:\n      command: c\n      x-c:\n      - yes\n      - 'no'\ncontexts:\n- name: x\n  context:\n    cluster: c\n    user: u\nx-d: ~\n0x10: on\n";
    let config = read(text);
    assert_eq!(config.to_yaml().unwrap(), text);
    assert_eq!(config.clusters["c"].other.len(), 1);
    assert!(!View::of(&config).raw(true).to_yaml().unwrap().contains("x-"));
    assert!(!format!("{config:?}").contains("0777"));
}

#[test]
fn the_unversioned_type() {
    let user = |user: &str| format!("apiVersion: __internal\nusers: {{u: {user}}}");
    let table = [
        (
            "apiVersion: __internal\nclusters: {c: {server: s}, d: }\ncurrent-context: x".to_owned(),
            json!({
                "clusters": [{"name": "c", "cluster": {"server": "s"}}, {"name": "d", "cluster": {"server": ""}}], "current-context": "x",
            }),
        ),
        (
            "apiVersion: __internal\npreferences: {colors: true}\nextensions: {e: ~}".to_owned(),
            json!({
                "preferences": {"colors": true}, "extensions": [{"name": "e", "extension": null}],
            }),
        ),
        (
            user("{act-as: a, act-as-groups: [g], as: 5, as-groups: {}, token: t}"),
            json!({
                "users": [{"name": "u", "user": {"token": "t", "as": "a", "as-groups": ["g"]}}],
            }),
        ),
        (user("{extensions: {}}"), json!({"users": [{"name": "u", "user": {}}]})),
    ];
    for (text, expected) in table {
        assert_eq!(view(&text), expected, "{text}");
    }
    for (text, expected) in [
        (user("{act-as: 5}"), "users.u.act-as: a number where a string is expected"),
        (user("{extensions: {e: 1}}"), "users.u.extensions: an extension, which apiVersion __internal can't hold"),
        ("apiVersion: __internal\nusers: [{name: u}]".to_owned(), "users: a list where a map is expected"),
    ] {
        let error = text.parse::<Kubeconfig>().unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}
