//! What is written: in our own order and spelling, and as kubectl writes it.

use kubeconfig::config::{Data, View};
use kubeconfig::syntax::{Mapping, Value, to_json, to_yaml};
use kubeconfig::{AuthInfo, Cluster, Context, ErrorKind, ExecConfig, Kubeconfig, Secret};
use proptest::prelude::*;

/// A configuration with `text` as its current context, and what kubectl writes for that.
fn current(text: &str) -> String {
    let mut config = Kubeconfig::new();
    config.current_context = Some(text.into());
    let yaml = View::of(&config).to_yaml().unwrap();
    let start = yaml.find("current-context:").unwrap() + "current-context:".len();
    yaml[start..yaml.find("\nkind:").unwrap()].to_owned()
}

#[test]
fn kubectl_styles() {
    // Each of these was printed by kubectl 1.32.5.
    for (text, expected) in [
        ("", " \"\""),
        ("a", " a"),
        ("yes", " \"yes\""),
        ("012", " \"012\""),
        ("12:30:45", " \"12:30:45\""),
        ("2001-01-01", " \"2001-01-01\""),
        ("a: b", " 'a: b'"),
        ("it's: ", " 'it''s: '"),
        ("- a", " '- a'"),
        ("<<", " <<"),
        ("a\nb", " |-\n  a\n  b"),
        ("a\n", " |\n  a"),
        ("\n", " |2+\n"),
        (" a\n\n", " |2+\n   a\n"),
        ("a \nb", " \"a \\nb\""),
        ("a\tb", " \"a\\tb\""),
        ("😀", " \"\\U0001F600\""),
        ("\u{feff}x", " \"\\uFEFF\\x78\""),
        ("a\u{2028}b", " 'a\u{2028}  b'"),
        ("a\u{85}b", " a b"),
        ("a \u{85}\u{85} b", " |-\n  a\n  b"),
    ] {
        assert_eq!(current(text), expected, "{text:?}");
    }
    let words = "word ".repeat(40);
    let words = words.trim_end();
    for line in current(words).lines() {
        assert!(line.len() <= 90, "{line}");
    }
    assert!(!current(&words.replace(' ', "_")).contains('\n'));
}

#[test]
fn view_fills_in_sorts_and_redacts() {
    let mut config = Kubeconfig::default();
    config.other.insert("unknown", "SECRET-CANARY");
    config.contexts.insert("b", Context::new("c", "u"));
    config.contexts.insert("a10", Context::default());
    config.contexts.insert("a2", Context::default());
    let mut user = AuthInfo::with_token("SECRET-CANARY");
    user.password = Some("SECRET-CANARY".into());
    user.client_key_data = Some(Secret::new(Data::encode(b"")));
    let mut exec = ExecConfig::default();
    exec.api_version = Some("client.authentication.k8s.io/v1beta1".into());
    user.exec = Some(exec.into());
    config.users.insert("u", user);
    let view = View::of(&config);
    let yaml = "apiVersion: v1\nclusters: null\ncontexts:\n- context:\n    cluster: \"\"\n    user: \"\"\n  name: a10\n\
                - context:\n    cluster: \"\"\n    user: \"\"\n  name: a2\n- context:\n    cluster: c\n    user: u\n  \
                name: b\ncurrent-context: \"\"\nkind: Config\npreferences: {}\nusers:\n- name: u\n  user:\n    \
                client-key-data: DATA+OMITTED\n    exec:\n      apiVersion: client.authentication.k8s.io/v1beta1\n      \
                args: null\n      command: \"\"\n      env: null\n      interactiveMode: IfAvailable\n      \
                provideClusterInfo: false\n    password: REDACTED\n    token: REDACTED\n";
    assert_eq!(view.to_yaml().unwrap(), yaml);
    assert!(!view.to_json().unwrap().contains("SECRET-CANARY"));
    assert!(!view.raw(true).to_yaml().unwrap().contains("client-key-data"));
    assert!(view.raw(true).to_json().unwrap().contains("\"token\": \"SECRET-CANARY\""));
    assert!(!format!("{view:?}").contains("SECRET-CANARY"));
}

#[test]
fn view_json() {
    let mut config = Kubeconfig::new();
    config.extensions.insert("e", serde_json::json!({"b": [1.0, 1e21, -0.5, "<&>"], "a": null, "c": []}).into());
    config.current_context = Some("\u{8}\u{1}\u{7f}\u{2028}é😀".into());
    let json = r#"{
    "kind": "Config",
    "apiVersion": "v1",
    "preferences": {},
    "clusters": null,
    "users": null,
    "contexts": null,
    "current-context": "\b\u0001DEL\u2028é😀",
    "extensions": [
        {
            "name": "e",
            "extension": {
                "a": null,
                "b": [
                    1,
                    1e+21,
                    -0.5,
                    "\u003c\u0026\u003e"
                ],
                "c": []
            }
        }
    ]
}
"#;
    assert_eq!(View::of(&config).to_json().unwrap(), json.replace("DEL", "\u{7f}"));
}

#[test]
fn data_is_written_as_go_encodes_it() {
    for (text, expected) in
        [("YQ==", "YQ=="), ("YR==", "YQ=="), ("AAAAYWJ=", "AAAAYWI="), ("YW\nJj\r\n", "YWJj"), ("YWJj", "YWJj")]
    {
        let mut config = Kubeconfig::new();
        let mut cluster = Cluster::default();
        cluster.certificate_authority_data = Some(Data::from_base64(text).unwrap());
        config.clusters.insert("c", cluster);
        let yaml = View::of(&config).raw(true).to_yaml().unwrap();
        assert!(yaml.contains(&format!("certificate-authority-data: {expected}\n")), "{yaml}");
    }
}

#[test]
fn what_kubectl_cannot_write_is_an_error_without_the_value() {
    let mut config = Kubeconfig::new();
    config.users.insert("u", AuthInfo::with_token("SECRET-CANARY\u{7f}"));
    let view = View::of(&config).raw(true);
    let error = view.to_yaml().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unrepresentable);
    assert_eq!(error.field(), Some("users[u].user.token"));
    assert!(!format!("{error} {error:?}").contains("SECRET-CANARY"));
    assert!(view.to_json().is_ok() && config.to_yaml().is_ok());

    let mut map = Mapping::new();
    map.insert("SECRET-CANARY\u{80}", "SECRET-CANARY");
    config.users.insert("u", AuthInfo::default());
    config.extensions.insert("e", map.into());
    let error = View::of(&config).to_yaml().unwrap_err();
    assert_eq!(error.field(), Some("extensions[e].extension"));
    assert!(!format!("{error} {error:?}").contains("SECRET-CANARY"));

    config.extensions.insert("e", Value::from(f64::INFINITY));
    for error in [View::of(&config).to_yaml(), View::of(&config).to_json(), config.to_json()] {
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Unrepresentable);
    }
}

#[test]
fn own_order_and_nothing_added() {
    let text = r#"{"x": 1, "contexts": [{"name": "b", "more": [], "context": {"z": "on"}}, {"name": "a"}],
        "kind": "Config", "users": [{"name": "2001-01-01", "user": {"token": "12"}}]}"#;
    let config: Kubeconfig = serde_json::from_str(text).unwrap();
    let yaml = "kind: Config\nusers:\n- name: \"2001-01-01\"\n  user:\n    token: \"12\"\ncontexts:\n- name: b\n  \
                context:\n    z: \"on\"\n  more: []\n- name: a\n  context: {}\nx: 1\n";
    assert_eq!(config.to_yaml().unwrap(), yaml);
    assert_eq!(Kubeconfig::default().to_yaml().unwrap(), "{}\n");
    assert_eq!(Kubeconfig::default().to_json().unwrap(), "{}\n");
    assert_eq!(to_json(&serde_json::json!({"a": [1, {}]}).into()).unwrap(), "{\n  \"a\": [\n    1,\n    {}\n  ]\n}\n");
}

#[test]
fn base64_stays_on_one_line() {
    let mut config = Kubeconfig::new();
    let mut cluster = Cluster::default();
    cluster.certificate_authority_data = Some(Data::encode(&[0; 9999]));
    config.clusters.insert("c", cluster);
    assert!(config.to_yaml().unwrap().lines().any(|line| line.len() > 13000));
}

/// Strings of pieces that mean something to YAML.
fn text() -> impl Strategy<Value = String> {
    let pieces = [
        "yes",
        "012",
        "~",
        "- a",
        "a: b",
        " ",
        "  ",
        "'",
        "\"",
        "\\",
        "\n",
        "\t",
        "😀",
        "\u{1}",
        "\r",
        "\u{2028}",
        "\u{feff}",
        "\u{85}",
        "\u{7f}",
        "\u{ffff}",
        "12:30",
        "2001-01-01",
        "=",
        "<<",
        "%",
        "@",
        "!x",
        "&a",
        "*a",
        "#",
        "?",
        "---",
        "...",
        "{",
        "[",
        ",",
        ":",
        "|",
        "é",
        "word",
    ];
    let piece = prop_oneof![4 => proptest::sample::select(pieces.to_vec()).prop_map(String::from), 1 => ".{0,8}"];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

fn config() -> impl Strategy<Value = Kubeconfig> {
    let names = || proptest::collection::vec((text(), text()), 0..4);
    (names(), names(), names(), text()).prop_map(|(clusters, users, extensions, current)| {
        let mut config = Kubeconfig::new();
        config.current_context = Some(current);
        for (name, server) in clusters {
            config.contexts.insert(server.as_str(), Context::new(name.as_str(), "u"));
            config.clusters.insert(name, Cluster::new(server));
        }
        for (name, token) in users {
            let mut user = AuthInfo::with_token(token.as_str());
            user.impersonate_groups = vec![token.clone(), name.clone()];
            user.impersonate_user_extra.insert(token, Some(vec![name.clone()]));
            config.users.insert(name, user);
        }
        for (name, value) in extensions {
            let nested = serde_json::json!({value.as_str(): [value.as_str(), {"k": value.as_str()}]});
            config.extensions.insert(name, nested.into());
        }
        config
    })
}

proptest! {
    #[test]
    fn json_reads_back(config in config()) {
        let json = config.to_json().unwrap();
        let back: Kubeconfig = json.parse().unwrap();
        prop_assert_eq!(&back.users, &config.users);
        prop_assert_eq!(&back.clusters, &config.clusters);
        prop_assert_eq!(&back.contexts, &config.contexts);
        prop_assert_eq!(back.to_json().unwrap(), json);
    }

    #[test]
    fn no_text_breaks_a_writer(config in config()) {
        let value: Value = serde_json::to_value(&config).unwrap().into();
        prop_assert!(to_yaml(&value).unwrap().ends_with("\n"), "not whole");
        let json = View::of(&config).to_json().unwrap();
        prop_assert!(json.ends_with("}\n"), "not whole");
        if let Err(error) = View::of(&config).raw(true).to_yaml() {
            prop_assert_eq!(error.kind(), ErrorKind::Unrepresentable);
        }
    }
}

#[test]
fn numbers_that_kubectl_has_no_words_for_are_not_written() {
    use kubeconfig::syntax::{Scalar, Value, to_json, to_yaml};
    for value in [Value::from(f64::INFINITY), Value::from(f64::NAN), Value::Scalar(Scalar::plain("-.Inf"))] {
        for result in [to_yaml(&value), to_yaml(&Value::from(vec![value.clone()])), to_json(&value)] {
            assert_eq!(result.unwrap_err().kind(), kubeconfig::ErrorKind::Unrepresentable);
        }
    }
    assert_eq!(to_yaml(&Value::string(".inf")).unwrap(), "\".inf\"\n");
}
