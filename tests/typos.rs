//! Secrets that stand where they should not: without the blank behind the colon, as a key, as a list, one level too
//! high or too low, in a comment. Planted by the fields of the models, in every kind of file; no verb shows them in any
//! form.

mod common;

use common::canary::{CANARY, check, found};
use common::program::run;
use kubeconfig::check::Checker;
use kubeconfig::edit::Diff;
use kubeconfig::rke::{self, ClusterConfig};
use kubeconfig::syntax::Document;
use kubeconfig::{Kubeconfig, cert, config};
use std::fs;
use std::path::Path;

/// A value of a document, as it is written in flow style.
#[derive(Clone)]
enum Tree {
    Text(String),
    List(Vec<Tree>),
    /// A key may stand without a value.
    Map(Vec<(String, Option<Tree>)>),
}
use Tree::{List, Map, Text};

impl Tree {
    fn write(&self) -> String {
        let joined = |parts: Vec<String>| parts.join(", ");
        match self {
            Text(text) => text.clone(),
            List(items) => format!("[{}]", joined(items.iter().map(Tree::write).collect())),
            Map(pairs) => {
                let pair = |(key, value): &(String, Option<Tree>)| match value {
                    Some(value) => format!("{key}: {}", value.write()),
                    None => key.clone(),
                };
                format!("{{{}}}", joined(pairs.iter().map(pair).collect()))
            }
        }
    }

    /// The map at `steps`, made where it is missing.
    fn map(&mut self, steps: &[String]) -> &mut Vec<(String, Option<Tree>)> {
        let Some((step, rest)) = steps.split_first() else {
            if !matches!(self, Map(_)) {
                *self = Map(Vec::new());
            }
            let Map(pairs) = self else { unreachable!() };
            return pairs;
        };
        if step == "[]" {
            if !matches!(self, List(_)) {
                *self = List(vec![Map(Vec::new())]);
            }
            let List(items) = self else { unreachable!() };
            return items[0].map(rest);
        }
        let pairs = self.map(&[]);
        if !pairs.iter().any(|(key, _)| key == step) {
            pairs.push((step.clone(), Some(Map(Vec::new()))));
        }
        let (_, value) = pairs.iter_mut().find(|(key, _)| key == step).unwrap();
        value.get_or_insert(Map(Vec::new())).map(rest)
    }

    /// Puts a value in the place of what is at `steps`.
    fn put(&mut self, steps: &[String], value: Tree) {
        let Some((last, before)) = steps.split_last() else {
            *self = value;
            return;
        };
        if last == "[]" {
            return self.put(before, List(vec![value]));
        }
        let pairs = self.map(before);
        match pairs.iter_mut().find(|(key, _)| key == last) {
            Some((_, old)) => *old = Some(value),
            None => pairs.push((last.clone(), Some(value))),
        }
    }
}

/// `users[].user.token` as `users`, `[]`, `user`, `token`.
fn steps(path: &str) -> Vec<String> {
    path.split('.')
        .flat_map(|step| {
            let key = step.trim_end_matches("[]");
            let key = if key == "*" { "some-key" } else { key };
            std::iter::once(key.to_owned()).chain(std::iter::repeat_n("[]".to_owned(), step.matches("[]").count()))
        })
        .collect()
}

/// The secret of the field at `path`, in the right place and in all the wrong ones: how, and the document.
fn planted(base: &Tree, path: &str, secret: &str) -> Vec<(String, String)> {
    let steps = steps(path);
    let last = steps.iter().rposition(|step| step != "[]").unwrap();
    let (parent, key) = (&steps[..last], steps[last].as_str());
    let text = || Text(secret.to_owned());
    let (glued, equal) = (format!("{key}:{secret}"), format!("{key}={secret}"));
    let quoted = format!("\"{key}:{secret}\"");
    let map = |key: &str, value: Option<Tree>| Map(vec![(key.to_owned(), value)]);
    let pairs: Vec<(&str, String, Option<Tree>)> = vec![
        ("as it should be", key.into(), Some(text())),
        ("without the blank", glued.clone(), None),
        ("without the blank, with a value", glued.clone(), Some(Text("x".into()))),
        ("in quotes without the blank", quoted.clone(), Some(Text("1".into()))),
        ("behind an equals sign", equal.clone(), None),
        ("as a key", secret.into(), Some(Text("x".into()))),
        ("as a key without a value", secret.into(), None),
        ("as a key of a map", secret.into(), Some(map("a", Some(Text("b".into()))))),
        ("as a key of a list", secret.into(), Some(List(vec![Text("a".into())]))),
        ("as a list", key.into(), Some(List(vec![text()]))),
        ("as a list of lists", key.into(), Some(List(vec![List(vec![text()])]))),
        ("as a list of maps", key.into(), Some(List(vec![map(key, Some(text()))]))),
        ("as a list of what has no blank", key.into(), Some(List(vec![Text(glued.clone())]))),
        ("one level too low", key.into(), Some(map(key, Some(text())))),
        ("one level too low, as a key", key.into(), Some(map(secret, None))),
        ("one level too low without the blank", key.into(), Some(map(&glued, None))),
        ("its name twice", key.into(), Some(Text(quoted.clone()))),
        ("with a tag", key.into(), Some(Text(format!("!!int \"{secret}\"")))),
        ("as a tag", key.into(), Some(Text(format!("!{secret} x")))),
        ("as an anchor", key.into(), Some(Text(format!("&{secret} x")))),
        ("as an alias", key.into(), Some(Text(format!("*{secret}")))),
        ("with an open quote", key.into(), Some(Text(format!("\"{secret}")))),
        ("as a merged key", "<<".into(), Some(map(&glued, Some(Text("x".into()))))),
        ("with a blank too few colons", format!("{key} {secret}"), Some(Text("y".into()))),
    ];
    let mut all = Vec::new();
    let mut push = |how: &str, tree: &Tree| {
        let Map(pairs) = tree else { return all.push((how.to_owned(), tree.write() + "\n")) };
        // Lists of their own below the keys at the top: a line each.
        let line = |(key, value): &(String, Option<Tree>)| match value {
            Some(value) => format!("{key}: {}\n", value.write()),
            None => format!("? {key}\n"),
        };
        all.push((how.to_owned(), pairs.iter().map(line).collect()));
    };
    for (how, new_key, value) in pairs {
        // In its own map, one level up, two levels up; and in the maps beside it.
        let mut places = vec![("", parent.to_vec())];
        let above = |count: usize| parent.len().checked_sub(count).map(|end| parent[..end].to_vec());
        places.extend(above(1).map(|place| ("one level too high, ", place)));
        places.extend(above(2).map(|place| ("two levels too high, ", place)));
        for (where_, place) in places {
            let mut tree = base.clone();
            let map = tree.map(&place);
            map.retain(|(key, _)| *key != new_key);
            map.push((new_key.clone(), value.clone()));
            push(&format!("{where_}{how}"), &tree);
            if where_.is_empty() {
                // And once more: what stands twice is told of.
                tree.map(&place).push((new_key.clone(), value.clone()));
                push(&format!("twice, {how}"), &tree);
            }
        }
        let mut tree = base.clone();
        for (_, beside) in tree.map(parent) {
            if let Some(Map(pairs)) = beside {
                pairs.push((new_key.clone(), value.clone()));
            }
        }
        push(&format!("in the maps beside it, {how}"), &tree);
    }
    for (how, value) in [
        ("in the place of the map", Text(glued.clone())),
        ("in a list in the place of the map", List(vec![Text(glued.clone())])),
        ("as the only key", map(&glued, None)),
        ("alone", text()),
    ] {
        let mut tree = base.clone();
        tree.put(parent, value);
        push(how, &tree);
    }
    // The line goes on where it was indented too far, and a list has one more item.
    let mut tree = base.clone();
    for (_, beside) in tree.map(parent) {
        match beside {
            Some(Text(text)) => text.push_str(&format!("\n      {glued}")),
            Some(List(items)) => items.push(Text(glued.clone())),
            _ => {}
        }
    }
    push("behind the value before", &tree);
    all
}

fn map<const N: usize>(pairs: [(&str, Tree); N]) -> Tree {
    Map(pairs.into_iter().map(|(key, value)| (key.to_owned(), Some(value))).collect())
}

fn text(text: &str) -> Tree {
    Text(text.to_owned())
}

/// A kubeconfig with a context for the user in question.
fn kubeconfig() -> Tree {
    let cluster = map([("server", text("https://h.example.com:6443")), ("tls-server-name", text("h"))]);
    let groups = List(vec![text("g")]);
    let user = map([("username", text("ann")), ("as", text("ben")), ("as-groups", groups)]);
    let context = map([("cluster", text("c")), ("user", text("u")), ("namespace", text("ns"))]);
    map([
        ("clusters", List(vec![map([("name", text("c")), ("cluster", cluster)])])),
        ("contexts", List(vec![map([("name", text("x")), ("context", context)])])),
        ("users", List(vec![map([("name", text("u")), ("user", user)])])),
        ("current-context", text("x")),
    ])
}

fn cluster_yml() -> Tree {
    let node = map([
        ("address", text("10.0.0.1")),
        ("user", text("rke")),
        ("role", List(["controlplane", "etcd", "worker"].map(text).into())),
        ("labels", map([("a", text("b"))])),
    ]);
    map([
        ("cluster_name", text("c")),
        ("kubernetes_version", text("v1.27.16-rancher1-1")),
        ("nodes", List(vec![node])),
        ("network", map([("plugin", text("canal")), ("options", map([("a", text("b"))]))])),
        ("private_registries", List(vec![map([("url", text("r")), ("user", text("u"))])])),
    ])
}

/// The fields of a kubeconfig that may hold secrets. A certificate is none, but in its place may be a key.
fn secrets() -> Vec<String> {
    let fields = config::fields();
    let is_hidden = |path: &str| config::shown(path, "x") == "[hidden]";
    let secret = fields.iter().filter(|field| field.is_secret);
    assert!(secret.clone().all(|field| is_hidden(&field.path)), "what is secret is hidden");
    let secrets: Vec<String> = secret.map(|field| field.path.clone()).collect();
    assert!(secrets.len() >= 6, "{secrets:?}");
    secrets
}

fn secrets_of_rke() -> Vec<String> {
    rke::fields().iter().filter(|field| field.is_secret).map(|field| field.yaml.clone()).collect()
}

/// All that the library says of a text.
fn check_library(what: &str, name: &str, document: &str) {
    let checker = Checker::at(cert::parse_time("2026-08-15").unwrap());
    let report = checker.bytes(name, document);
    check(&format!("{what}: check"), &format!("{report}\n{}\n{}\n{report:?}", report.to_json(), report.to_sarif()));
    let error = |error: kubeconfig::Error| format!("{error} {error:?} {:?}", error.field());
    let said = match name {
        "config" => {
            for (before, after) in [(None, document.as_bytes()), (Some(document.as_bytes()), &b"users: []\n"[..])] {
                check(&format!("{what}: diff"), &Diff::between(name, before, after).to_string());
            }
            document.parse::<Kubeconfig>().map_or_else(error, |config| format!("{:?} {:?}", config.users, config.other))
        }
        _ => {
            let read =
                document.parse::<ClusterConfig>().map_or_else(error, |config| format!("{:?}", config.validate()));
            let found = Document::parse(document).map(|document| format!("{:?}", rke::validate(&document)));
            format!("{read} {found:?}")
        }
    };
    check(&format!("{what}: reading"), &said);
}

#[test]
fn the_library_shows_none() {
    let (kubeconfig, cluster_yml) = (kubeconfig(), cluster_yml());
    let mut count = 0;
    for (name, base, paths) in [("config", &kubeconfig, secrets()), ("cluster.yml", &cluster_yml, secrets_of_rke())] {
        for path in paths {
            for (how, document) in planted(base, &path, CANARY) {
                // Not every map has others or texts beside its fields.
                assert!(found(&document) || how.contains("beside") || how.starts_with("behind"), "{path}, {how}");
                check_library(&format!("{path}, {how}"), name, &document);
                count += 1;
            }
        }
    }
    assert!(count > 5000, "{count}");
}

/// Every verb, with the arguments under which it says most.
const VERBS: &[&[&str]] = &[
    &["check", "config"],
    &["check", "config", "-o", "json"],
    &["check", "config", "-o", "sarif", "--client", "python"],
    &["certs", "config"],
    &["certs", "config", "-o", "json"],
    &["outage", "config"],
    &["outage", "config", "-o", "json", "--rancher-down"],
    &["resolve", "--kubeconfig", "config"],
    &["resolve", "--kubeconfig", "config", "-o", "json"],
    &["export", "--kubeconfig", "config", "--out", "out", "--force"],
    &["merge", "config", "other", "--out", "out", "--force", "--on-conflict", "rename"],
    &["merge", "other", "--into", "config", "--dry-run", "--on-conflict", "rename"],
    &["merge", "config", "--into", "new", "--dry-run"],
    &["ace", "x", "--kubeconfig", "config", "--fqdn", "f.example.com", "--ca-public", "--into", "config", "--dry-run"],
    &["ace", "y", "--kubeconfig", "other", "--from", "config", "--ca-public", "--out", "out", "--force"],
    &["recover", "config", "--out", "out", "--force"],
    &["use-context", "x", "--dry-run", "--kubeconfig", "config"],
    &["set-context", "x", "--namespace", "q", "--dry-run", "--kubeconfig", "config"],
    &["set-cluster", "c", "--server", "https://new", "--dry-run", "--kubeconfig", "config"],
    &["set-credentials", "u", "--username", "q", "--dry-run", "--kubeconfig", "config"],
    &["set", "users.u.username", "q", "--dry-run", "--kubeconfig", "config"],
    &["unset", "users.u.username", "--dry-run", "--kubeconfig", "config"],
    &["unset", "users", "--dry-run", "--kubeconfig", "config"],
    &["rename-context", "x", "z", "--cascade", "--dry-run", "--kubeconfig", "config"],
    &["delete-context", "x", "--cascade", "--dry-run", "--kubeconfig", "config"],
    &["delete-cluster", "c", "--dry-run", "--kubeconfig", "config"],
    &["delete-user", "u", "--dry-run", "--kubeconfig", "config"],
    &["prune", "--dry-run", "--kubeconfig", "config"],
    &["get-contexts", "--kubeconfig", "config"],
    &["get-clusters", "--kubeconfig", "config"],
    &["get-users", "--kubeconfig", "config"],
    &["current-context", "--kubeconfig", "config"],
    &["view", "--kubeconfig", "config"],
    &["view", "--kubeconfig", "config", "--flatten", "--minify", "-o", "json"],
    // And for good.
    &["set", "users.u.as", "q", "--kubeconfig", "config"],
    &["restore", "--dry-run", "--kubeconfig", "config"],
    &["restore", "--list", "--kubeconfig", "config"],
    &["restore", "--kubeconfig", "config"],
    &["delete-user", "u", "--kubeconfig", "config"],
];

const VERBS_FOR_RKE: &[&[&str]] = &[
    &["check", "cluster.yml"],
    &["check", ".", "-o", "json"],
    &["check", "cluster.yml", "-o", "sarif"],
    &["certs", "."],
    &["recover", "cluster.yml", "--out", "out", "--force"],
    &["ace", "y", "--kubeconfig", "other", "--from", "cluster.yml", "--ca-public", "--out", "out", "--force"],
    &["outage", "kube_config_cluster.yml"],
    &["merge", "cluster.yml", "other", "--out", "out", "--force"],
];

/// What stands beside the file in question.
const OTHER: &str = "\
clusters: [{name: c, cluster: {server: 'https://o'}}]
contexts: [{name: y, context: {cluster: c, user: u}}]
users: [{name: u, user: {token: o}}]
current-context: y
";

fn check_verbs(what: &str, folder: &Path, verbs: &[&[&str]]) {
    for arguments in verbs {
        let out = run(folder, arguments);
        check(&format!("{what}: {arguments:?}"), &out.stderr);
        assert!(!out.stderr.contains("panicked"), "{what}: {arguments:?}: {}", out.stderr);
        // These print what kubectl prints: names, and what its own view shows.
        let prints_as_kubectl = arguments[0].starts_with("get-") || ["view", "current-context"].contains(&arguments[0]);
        if !prints_as_kubectl {
            check(&format!("{what}: {arguments:?}"), &out.stdout);
        }
    }
}

#[test]
fn no_verb_shows_any() {
    let (kubeconfig, cluster_yml) = (kubeconfig(), cluster_yml());
    let state = r#"{"desiredState": {"rkeConfig": {"nodes": [{"address": "10.0.0.9"}]}}, "currentState": {}}"#;
    for (name, base, paths, verbs) in
        [("config", &kubeconfig, secrets(), VERBS), ("cluster.yml", &cluster_yml, secrets_of_rke(), VERBS_FOR_RKE)]
    {
        // Each way to go wrong with another field.
        let ways = planted(base, &paths[0], CANARY).len();
        for way in 0..ways {
            let path = &paths[way % paths.len()];
            let mut all = planted(base, path, CANARY);
            let (how, document) = all.swap_remove(way % all.len());
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join(name), document).unwrap();
            fs::write(folder.path().join("other"), OTHER).unwrap();
            if name == "cluster.yml" {
                fs::write(folder.path().join("cluster.rkestate"), state).unwrap();
                fs::write(folder.path().join("kube_config_cluster.yml"), OTHER).unwrap();
            }
            // Each verb a third of the ways: starting the program takes long.
            let verbs: Vec<&[&str]> =
                verbs.iter().enumerate().filter(|(i, _)| (i + way) % 3 == 0).map(|(_, v)| *v).collect();
            check_verbs(&format!("{path}, {how}"), folder.path(), &verbs);
        }
    }
}

#[test]
fn every_verb_is_tried() {
    let folder = tempfile::tempdir().unwrap();
    let help = run(folder.path(), &["--help"]).stdout;
    let listed = help.split("Verbs:\n").nth(1).and_then(|help| help.split("\n\n").next()).unwrap();
    for verb in listed.lines().filter_map(|line| line.split_whitespace().next()) {
        let is_tried = VERBS.iter().any(|arguments| arguments[0] == verb);
        assert!(is_tried || ["completions", "help"].contains(&verb), "{verb} has no row");
    }
}

/// An rkestate by its own fields: keys in JSON, each with the secret behind its name, and as a name of a certificate.
#[test]
fn no_state_shows_any() {
    let entry = format!(r#"{{"certificatePEM": "c", "keyPEM": "k", "config": "{CANARY}", "name": "kube-ca"}}"#);
    let side = |bundle: &str, more: &str| {
        let nodes = r#""rkeConfig": {"nodes": [{"address": "10.0.0.1", "role": ["controlplane"]}]}"#;
        format!(r#"{{{nodes}, "certificatesBundle": {{"kube-ca": {entry}{bundle}}}{more}}}"#)
    };
    let glued = |key: &str| format!(r#", "{key}:{CANARY}": 1"#);
    for (how, text) in [
        ("as it should be", side("", "")),
        ("a key in the bundle", side(&glued("keyPEM"), "")),
        ("a key for a certificate", side(&format!(r#", "{CANARY}": {entry}"#), "")),
        ("a list for a certificate", side(&format!(r#", "{CANARY}": ["a"]"#), "")),
        ("one level too high", side("", &format!(r#", "keyPEM": "{CANARY}""#))),
        ("one level too high, as a key", side("", &glued("keyPEM"))),
        ("one level too low", side(&format!(r#", "kube-admin": {{"keyPEM": {{"keyPEM": "{CANARY}"}}}}"#), "")),
        ("a key of an entry", side(&format!(r#", "kube-admin": {{"keyPEM:{CANARY}": "x"}}"#), "")),
        ("the secret as a list", side("", &format!(r#", "encryptionConfig": ["{CANARY}"]"#))),
        ("the secret as a key", side("", &format!(r#", "encryptionConfig": {{"{CANARY}": 1}}"#))),
    ] {
        for (desired, current) in [(&*text, "{}"), ("{}", &*text), (&*text, &*text)] {
            let state = format!(r#"{{"desiredState": {desired}, "currentState": {current}}}"#);
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join("cluster.rkestate"), &state).unwrap();
            fs::write(folder.path().join("cluster.yml"), cluster_yml().write()).unwrap();
            fs::write(folder.path().join("kube_config_cluster.yml"), OTHER).unwrap();
            let verbs: &[&[&str]] = &[
                &["check", "cluster.rkestate"],
                &["check", ".", "-o", "json"],
                &["check", "cluster.rkestate", "-o", "sarif"],
                &["certs", "."],
                &["recover", "cluster.rkestate", "--out", "out", "--force"],
                &["outage", "kube_config_cluster.yml"],
            ];
            check_verbs(how, folder.path(), verbs);
        }
    }
}
