//! A second opinion on YAML: `yaml_serde`, the living continuation of `serde_yaml`, reads the same values wherever
//! YAML 1.1 (kubectl) and YAML 1.2 agree. Where they don't, the tests say which of kubectl's rules one loses with it.

use kubeconfig::Kubeconfig;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// A value together with a way to write it.
#[derive(Clone, Debug)]
enum Written {
    Plain(Value, String),
    Quoted(String, Quotes),
    Literal(Vec<String>),
    List(Vec<Written>, Shape),
    Dict(Vec<(String, Written)>, Shape),
}

#[derive(Clone, Copy, Debug)]
enum Quotes {
    Single,
    Double,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Shape {
    Block,
    Flow,
}

impl Written {
    fn value(&self) -> Value {
        match self {
            Written::Plain(value, _) => value.clone(),
            Written::Quoted(text, _) => json!(text),
            Written::Literal(lines) => json!(lines.iter().map(|line| format!("{line}\n")).collect::<String>()),
            Written::List(items, _) => items.iter().map(Written::value).collect(),
            Written::Dict(entries, _) => {
                Value::Object(entries.iter().map(|(k, v)| (k.clone(), v.value())).collect::<Map<_, _>>())
            }
        }
    }

    /// Writes the value after `key:` or `-`, so it begins with a blank or a line break.
    fn write(&self, out: &mut String, indent: usize) {
        match self {
            Written::Literal(lines) => {
                out.push_str(" |\n");
                for line in lines {
                    out.push_str(&format!("{:indent$}{line}\n", ""));
                }
            }
            Written::List(items, Shape::Block) if !items.is_empty() => {
                out.push('\n');
                for item in items {
                    out.push_str(&format!("{:indent$}-", ""));
                    item.write(out, indent + 2);
                }
            }
            Written::Dict(entries, Shape::Block) if !entries.is_empty() => {
                out.push('\n');
                for (key, value) in entries {
                    out.push_str(&format!("{:indent$}{key}:", ""));
                    value.write(out, indent + 2);
                }
            }
            flow => {
                out.push(' ');
                flow.write_flow(out);
                out.push('\n');
            }
        }
    }

    fn write_flow(&self, out: &mut String) {
        match self {
            Written::Plain(_, text) => out.push_str(text),
            Written::Quoted(text, Quotes::Single) => out.push_str(&format!("'{}'", text.replace('\'', "''"))),
            Written::Quoted(text, Quotes::Double) => out.push_str(&json!(text).to_string()),
            // A block scalar can't stand in flow; a double-quoted one means the same.
            Written::Literal(_) => out.push_str(&self.value().to_string()),
            Written::List(items, _) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    out.push_str(if i > 0 { ", " } else { "" });
                    item.write_flow(out);
                }
                out.push(']');
            }
            Written::Dict(entries, _) => {
                out.push('{');
                for (i, (key, value)) in entries.iter().enumerate() {
                    out.push_str(if i > 0 { ", " } else { "" });
                    out.push_str(&format!("{key}: "));
                    value.write_flow(out);
                }
                out.push('}');
            }
        }
    }
}

/// A plain word that is a string in both: not a boolean or null of either, no number.
fn word() -> impl Strategy<Value = String> {
    "[a-z]{2,5}[-./_][a-z0-9./_-]{0,12}[a-z]".prop_filter("reads as a string", |w| !w.contains("//"))
}

/// Text for quotes: printable, on one line, neither blank at its ends.
fn text() -> impl Strategy<Value = String> {
    r#"[!-~äß→日]([ -~äß→日]{0,20}[!-~äß→日])?"#
}

fn scalar() -> impl Strategy<Value = Written> {
    let plain = |value: Value, text: &str| Written::Plain(value, text.to_owned());
    prop_oneof![
        word().prop_map(|w| Written::Plain(json!(w), w)),
        text().prop_map(|t| Written::Quoted(t, Quotes::Single)),
        text().prop_map(|t| Written::Quoted(t, Quotes::Double)),
        any::<i32>().prop_map(|i| Written::Plain(json!(i), i.to_string())),
        (-9_999i32..9_999, 1u32..99).prop_map(|(i, f)| {
            let text = format!("{i}.{f:02}5");
            Written::Plain(json!(text.parse::<f64>().unwrap()), text)
        }),
        any::<bool>().prop_map(move |b| plain(json!(b), if b { "true" } else { "false" })),
        Just(plain(Value::Null, "null")),
        Just(plain(Value::Null, "~")),
        vec("[a-zA-Z0-9#:,'\"-][ -~]{0,12}[a-zA-Z0-9#:,'\"-]", 1..4).prop_map(Written::Literal),
    ]
}

fn written() -> impl Strategy<Value = Written> {
    scalar().prop_recursive(4, 40, 5, |inner| {
        let shape = prop_oneof![Just(Shape::Block), Just(Shape::Flow)];
        prop_oneof![
            (vec(inner.clone(), 0..5), shape.clone()).prop_map(|(items, shape)| Written::List(items, shape)),
            (prop::collection::btree_map("[a-z]{3}-[a-z]{1,4}", inner, 0..5), shape)
                .prop_map(|(entries, shape)| Written::Dict(entries.into_iter().collect(), shape)),
        ]
    })
}

proptest! {
    #[test]
    fn reads_the_same_values(written in written()) {
        let mut text = String::from("extensions:\n- name: it\n  extension:");
        written.write(&mut text, 4);
        let theirs: Value = serde_yaml::from_str(&text).unwrap();
        prop_assert_eq!(&theirs["extensions"][0]["extension"], &written.value(), "the generator\n{}", text);
        let ours: Kubeconfig = text.parse().unwrap();
        prop_assert_eq!(ours.extensions["it"].to_json().unwrap(), written.value(), "{}", text);
    }

    #[test]
    fn reads_the_same_configurations(entries in vec((word(), word(), text(), any::<bool>(), written()), 0..4)) {
        let mut text = String::from("apiVersion: v1\nkind: Config\nclusters:\n");
        for (i, (name, host, _, insecure, extra)) in entries.iter().enumerate() {
            text += &format!("- name: {name}{i}\n  cluster:\n    server: https://{}\n", host.replace('/', "."));
            text += &format!("    insecure-skip-tls-verify: {insecure}\n    x-extra:");
            extra.write(&mut text, 6);
        }
        text += if entries.is_empty() { "    []\nusers: []\n" } else { "users:\n" };
        for (i, (name, _, token, _, _)) in entries.iter().enumerate() {
            text += &format!("- name: {name}{i}\n  user:\n    token: {}\n", json!(token));
        }
        let theirs: Kubeconfig = serde_yaml::from_str(&text).unwrap();
        let ours: Kubeconfig = text.parse().unwrap();
        prop_assert_eq!(serde_json::to_value(&theirs).unwrap(), serde_json::to_value(&ours).unwrap(), "{}", text);
    }
}

/// Every field once, in a text both read alike.
const FULL: &str = r#"apiVersion: v1
kind: Config
preferences:
  colors: true
clusters:
- name: prod
  cluster:
    server: https://prod.example.com:6443
    tls-server-name: kubernetes
    certificate-authority-data: LS0tLQ==
    proxy-url: http://proxy.example.com:3128
    disable-compression: true
    extensions:
    - name: client.authentication.k8s.io/exec
      extension: {audience: prod, list: [1, 2.5, null, true]}
    x-unknown: {a: [b]}
- name: files
  cluster:
    server: https://10.0.0.1:6443
    certificate-authority: ca.pem
    insecure-skip-tls-verify: false
users:
- name: prod
  user:
    client-certificate-data: LS0tLQ==
    client-key-data: LS0tLQ==
    as: admin
    as-uid: "7"
    as-groups: [a, b]
    as-user-extra:
      scopes: [x]
- name: files
  user:
    client-certificate: cert.pem
    client-key: key.pem
    tokenFile: token
    token: t0ken
    username: u
    password: "012"
- name: plugins
  user:
    auth-provider:
      name: oidc
      config:
        id-token: abc
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: rancher
      args: [token, --server=rancher.example.com]
      env:
      - name: A
        value: b
      installHint: install it
      provideClusterInfo: true
      interactiveMode: Never
contexts:
- name: prod
  context:
    cluster: prod
    user: prod
    namespace: kube-system
current-context: prod
extensions:
- name: note
  extension: text
"#;

#[test]
fn the_model_works_with_it() {
    let theirs: Kubeconfig = serde_yaml::from_str(FULL).unwrap();
    let ours: Kubeconfig = FULL.parse().unwrap();
    assert_eq!(serde_json::to_value(&theirs).unwrap(), serde_json::to_value(&ours).unwrap());
    let written = serde_yaml::to_string(&theirs).unwrap();
    let again: Kubeconfig = written.parse().unwrap();
    assert_eq!(serde_json::to_value(&again).unwrap(), serde_json::to_value(&ours).unwrap());
}

#[test]
fn the_model_works_with_json() {
    let ours: Kubeconfig = FULL.parse().unwrap();
    let json = serde_json::to_string(&ours).unwrap();
    let through_serde: Kubeconfig = serde_json::from_str(&json).unwrap();
    let through_us: Kubeconfig = json.parse().unwrap();
    assert_eq!(serde_json::to_value(&through_serde).unwrap(), serde_json::to_value(&ours).unwrap());
    assert_eq!(serde_json::to_value(&through_us).unwrap(), serde_json::to_value(&ours).unwrap());
}

fn theirs(text: &str) -> Result<Kubeconfig, serde_yaml::Error> {
    serde_yaml::from_str(text)
}

fn ours(text: &str) -> Result<Kubeconfig, kubeconfig::Error> {
    text.parse()
}

/// kubectl's rules that are lost when the model is read with another crate's YAML. One `#[test]` a rule, so that a new
/// version of that crate which reads as kubectl does is noticed.
mod lost {
    use super::*;

    const CLUSTER: &str = "clusters:\n- name: a\n  cluster:\n    server: https://a\n";

    #[test]
    fn words_that_are_booleans() {
        let text = format!("{CLUSTER}    insecure-skip-tls-verify: yes\n");
        assert!(ours(&text).unwrap().clusters["a"].insecure_skip_tls_verify);
        assert!(theirs(&text).is_err());
    }

    #[test]
    fn words_that_are_no_names() {
        let text = "contexts:\n- name: on\n  context: {cluster: a, user: a}\n";
        assert!(ours(text).unwrap_err().is_type());
        assert!(theirs(text).unwrap().contexts.contains("on"));
    }

    #[test]
    fn numbers_that_are_no_names() {
        let text = "current-context: 1_000\n";
        assert!(ours(text).unwrap_err().is_type());
        assert_eq!(theirs(text).unwrap().current_context(), Some("1_000"));
    }

    #[test]
    fn numbers_in_octal_and_with_underscores() {
        let text = "extensions:\n- name: a\n  extension: [0777, 1_000]\n";
        assert_eq!(ours(text).unwrap().extensions["a"].to_json().unwrap(), json!([511, 1000]));
        assert_ne!(theirs(text).unwrap().extensions["a"].to_json().unwrap(), json!([511, 1000]));
    }

    #[test]
    fn merge_keys() {
        let text = "x-base: &base {server: \"https://a\"}\nclusters:\n- name: a\n  cluster:\n    <<: *base\n";
        assert_eq!(ours(text).unwrap().clusters["a"].server.as_deref(), Some("https://a"));
        assert_eq!(theirs(text).unwrap().clusters["a"].server, None);
    }

    #[test]
    fn the_first_document_of_several() {
        let text = "current-context: a\n---\ncurrent-context: b\n";
        assert_eq!(ours(text).unwrap().current_context(), Some("a"));
        assert!(theirs(text).is_err());
    }

    #[test]
    fn the_kind() {
        let text = "apiVersion: v1\nkind: Secret\n";
        assert!(ours(text).is_err());
        assert!(theirs(text).is_ok());
    }

    #[test]
    fn the_spelling_of_unknown_fields() {
        let text = "x-version: 1.10\n";
        let spelling =
            |config: Kubeconfig| config.other.get("x-version").unwrap().as_scalar().unwrap().text().to_owned();
        assert_eq!(spelling(ours(text).unwrap()), "1.10");
        assert_eq!(spelling(theirs(text).unwrap()), "1.1");
    }

    #[test]
    fn names_that_kubectl_reads_back() {
        let mut config = Kubeconfig::new();
        config.current_context = Some("on".into());
        assert_eq!(ours(&config.to_yaml().unwrap()).unwrap().current_context(), Some("on"));
        assert!(ours(&serde_yaml::to_string(&config).unwrap()).unwrap_err().is_type());
    }

    #[test]
    fn errors_without_secrets() {
        let text = "users:\n- name: a\n  user: SECRET-CANARY\n";
        assert!(theirs(text).unwrap_err().to_string().contains("SECRET-CANARY"));
        let error = ours(text).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("SECRET-CANARY"));
        assert_eq!(error.position().map(|p| p.line), Some(3));
    }
}
