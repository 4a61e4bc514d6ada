use super::{folder, load, loaded};
use kubeconfig::load::{Loaded, Origin, Subject};
use kubeconfig::{Kubeconfig, Position};
use proptest::prelude::*;

const FIRST: &str = "\
apiVersion: v1
current-context: ''
clusters:
- name: both
  cluster:
    server: https://first
    stray: 1
  beside: kept
- name: empty
users:
- name: u
  user: {token: first}
preferences: {colors: false}
extensions:
- name: e
  extension: 1
odd: 1
";

const SECOND: &str = "\
kind: Config
current-context: x
clusters:
- {name: both, cluster: {server: https://second, proxy-url: http://p}}
- {name: empty, cluster: {server: https://full}}
- {name: more, cluster: {server: https://more}}
users:
- {name: u, user: {token: second, username: name}}
contexts:
- {name: x, context: {cluster: both, user: u}}
preferences: {colors: true, extensions: [{name: p, extension: 2}]}
extensions: [{name: e, extension: 2}, {name: f, extension: 2}]
odd: 2
even: 2
";

const THIRD: &str = "{current-context: other, preferences: {colors: false}, clusters: [{name: last}]}";

#[test]
fn the_first_file_wins_everything() {
    let dir = folder(&[("a", FIRST), ("b", SECOND), ("c", THIRD)]);
    let loaded = load(&dir, "a:b:c");
    let config = loaded.config();
    assert_eq!(config.clusters.names().collect::<Vec<_>>(), ["both", "empty", "more", "last"]);
    // Whole entries: nothing of the second file's gets into the first's, not even into an empty one.
    assert_eq!(config.clusters["both"].server.as_deref(), Some("https://first"));
    assert_eq!(config.clusters["both"].proxy_url, None);
    assert!(config.clusters["both"].other.get("stray").is_some());
    assert!(config.clusters.other("both").unwrap().get("beside").is_some());
    assert_eq!(config.clusters["empty"].server, None);
    assert_eq!(config.users["u"].token.as_ref().unwrap().expose(), "first");
    assert_eq!(config.users["u"].username, None);
    assert_eq!(config.current_context(), Some("x"));
    assert!(config.preferences.colors);
    assert_eq!(config.extensions.names().collect::<Vec<_>>(), ["e", "f"]);
    assert_eq!(config.extensions["e"].as_scalar().unwrap().text(), "1");
    assert!(config.preferences.extensions.contains("p"));
    assert_eq!(config.other.get("odd").unwrap().as_scalar().unwrap().text(), "1");
    assert!(config.other.get("even").is_some());
    assert_eq!((config.api_version.as_deref(), config.kind.as_deref()), (Some("v1"), Some("Config")));
}

/// Another file's context then uses the first file's credentials: kubectl does so too, and `shadowed` tells.
#[test]
fn the_first_identity_is_used_by_every_file() {
    let dir = folder(&[("a", FIRST), ("b", SECOND)]);
    let loaded = load(&dir, "a:b");
    let target = loaded.target(None).unwrap();
    assert_eq!(target.auth_info().token.as_ref().unwrap().expose(), "first");
    let shadowed = loaded.shadowed();
    let subjects: Vec<_> = shadowed.iter().map(|s| s.subject).collect();
    assert_eq!(subjects, [Subject::Cluster("both"), Subject::Cluster("empty"), Subject::User("u")]);
    for entry in &shadowed {
        assert_eq!((entry.used.path().to_str(), entry.hidden.path().to_str()), (Some("a"), Some("b")));
        assert!(!entry.equal);
    }
    assert_eq!(shadowed[0].hidden.position(), Some(Position { line: 4, column: 3 }));
    assert!(load(&dir, "a:a").shadowed().is_empty());
    assert!(load(&dir, "a:./a").shadowed().iter().all(|s| s.equal));
}

#[test]
fn everything_has_an_origin() {
    let dir = folder(&[("a", FIRST), ("sub/b", SECOND)]);
    let loaded = load(&dir, "a:sub/b");
    let at = |subject| {
        let origin: Origin<'_> = loaded.origin(subject).unwrap();
        let position = origin.position().unwrap();
        (origin.path().to_str().unwrap().to_owned(), position.line, position.column)
    };
    let at =
        |subject, file: &str, line, column| assert_eq!(at(subject), (file.to_owned(), line, column), "{subject:?}");
    at(Subject::Cluster("both"), "a", 4, 3);
    at(Subject::Cluster("empty"), "a", 9, 3);
    at(Subject::Cluster("more"), "sub/b", 6, 3);
    at(Subject::User("u"), "a", 11, 3);
    at(Subject::Context("x"), "sub/b", 10, 3);
    at(Subject::CurrentContext, "sub/b", 2, 18);
    at(Subject::Extension("e"), "a", 15, 3);
    at(Subject::Extension("f"), "sub/b", 12, 39);
    at(Subject::PreferencesColors, "sub/b", 11, 23);
    at(Subject::PreferencesExtension("p"), "sub/b", 11, 42);
    assert!(loaded.origin(Subject::Cluster("gone")).is_none());
    assert_eq!(loaded.folder_of(Subject::Cluster("both")), dir.path());
    assert_eq!(loaded.folder_of(Subject::Cluster("more")), dir.path().join("sub"));
    // What is left out of a smaller configuration has none there.
    let small = loaded.minify(None).unwrap();
    assert!(small.origin(Subject::Cluster("both")).is_some());
    assert!(small.origin(Subject::Cluster("more")).is_none());
    assert_eq!(small.shadowed().len(), 2);
}

#[test]
fn entries_without_a_name_have_an_origin_too() {
    let loaded = loaded("clusters:\n- cluster: {server: https://s}\nusers: [null]\n");
    assert_eq!(loaded.origin(Subject::Cluster("")).unwrap().position(), Some(Position { line: 2, column: 3 }));
    assert!(loaded.origin(Subject::User("")).is_some());
}

#[test]
fn a_configuration_of_ones_own() {
    let config: Kubeconfig = "{users: [{name: u, user: {tokenFile: t}}]}".parse().unwrap();
    let loaded = Loaded::from_config(config.clone(), "/srv/k");
    assert!(loaded.origin(Subject::User("u")).is_none() && loaded.sources().is_empty());
    assert_eq!(loaded.resolve(Subject::User("u"), "t"), std::path::Path::new("/srv/k/t"));
    assert_eq!(loaded.into_config(), config);
}

#[test]
fn into_config_gives_the_merged_one() {
    let dir = folder(&[("a", FIRST), ("b", SECOND)]);
    for list in ["a", "a:b"] {
        let loaded = load(&dir, list);
        let config = loaded.config().clone();
        assert_eq!(loaded.into_config(), config);
    }
}

#[test]
fn nothing_secret_is_shown() {
    let dir = folder(&[(
        "a",
        "{users: [{name: u, user: {token: SECRET-CANARY, password: SECRET-CANARY, x: SECRET-CANARY,
          exec: {command: c, args: [SECRET-CANARY]}, auth-provider: {config: {id-token: SECRET-CANARY}}}}],
          clusters: [{name: c, cluster: {server: 'https://u:SECRET-CANARY@h', proxy-url: 'http://u:SECRET-CANARY@h'}}]}",
    )]);
    let loaded = load(&dir, "a");
    assert!(!format!("{loaded:?} {:?}", loaded.shadowed()).contains("CANARY"));
}

/// Many entries, every one asked after: a table that were searched from its start each time would show here.
#[test]
fn asking_after_everything_is_linear() {
    let n = 20_000;
    let mut text = String::from("clusters:\n");
    for i in 0..n {
        text.push_str(&format!("- {{name: c{i}, cluster: {{}}}}\n"));
    }
    let dir = folder(&[("a", &text), ("b", &text)]);
    let start = std::time::Instant::now();
    let loaded = load(&dir, "a:b");
    for name in loaded.config().clusters.names() {
        assert!(loaded.origin(Subject::Cluster(name)).is_some());
    }
    assert_eq!(loaded.shadowed().len(), n);
    assert!(loaded.validate().is_err());
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// However entries are spread over files, the first of each name is what remains, in order.
    #[test]
    fn splitting_at_file_boundaries_changes_nothing(files in prop::collection::vec(
        prop::collection::btree_map("[a-d]", "[a-z]{1,3}", 0..4), 1..5,
    )) {
        let text = |file: &std::collections::BTreeMap<String, String>| {
            let items: Vec<_> = file.iter().map(|(n, s)| format!("{{name: '{n}', cluster: {{server: '{s}'}}}}")).collect();
            format!("{{clusters: [{}]}}", items.join(", "))
        };
        let mut want: Vec<(String, String)> = Vec::new();
        for (name, server) in files.iter().flatten() {
            if !want.iter().any(|(n, _)| n == name) {
                want.push((name.clone(), server.clone()));
            }
        }
        let dir = tempfile::tempdir().unwrap();
        let names: Vec<String> = (0..files.len()).map(|i| format!("f{i}")).collect();
        for (name, file) in names.iter().zip(&files) {
            std::fs::write(dir.path().join(name), text(file)).unwrap();
        }
        let merged = load(&dir, &names.join(":"));
        let got: Vec<_> = merged.config().clusters.iter()
            .map(|(n, c)| (n.to_owned(), c.server.clone().unwrap_or_default())).collect();
        prop_assert_eq!(&got, &want);
        // Merging what was merged so far with the rest is the same.
        let (head, rest) = names.split_at(names.len() / 2);
        let head = load(&dir, &if head.is_empty() { ":".to_owned() } else { head.join(":") });
        std::fs::write(dir.path().join("head"), head.config().to_yaml().unwrap()).unwrap();
        let again = load(&dir, &format!("head:{}", rest.join(":")));
        prop_assert_eq!(&again.config().clusters, &merged.config().clusters);
    }
}
