//! Any path, any text: no panic, no secret, nothing half done.

use kubeconfig::Kubeconfig;
use kubeconfig::edit::{self, Diff};
use proptest::prelude::*;

const FILE: &str = "\
clusters:
- {name: a, cluster: {server: https://a}}
- {name: my.server.b, cluster: {certificate-authority: ca}}
users:
- {name: u.token, user: {token: t, exec: {command: c}, extensions: [{name: e, extension: 1}]}}
contexts:
- {name: '', context: {user: u}}
";

/// Paths made of what paths are made of.
fn path() -> impl Strategy<Value = String> {
    let parts = prop::sample::select(vec![
        "clusters",
        "users",
        "contexts",
        "extensions",
        "preferences",
        "current-context",
        "kind",
        "a",
        "my",
        "server",
        "b",
        "my.server.b",
        "u",
        "token",
        "exec",
        "command",
        "namespace",
        "[\"",
        "\"]",
        "[\"a\"]",
        ".",
        "..",
        "",
        "e",
        "colors",
        "ü",
        "act-as-groups",
        "certificate-authority-data",
    ]);
    prop::collection::vec(parts, 0..7).prop_map(|parts| parts.join("."))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_path_is_set_or_nothing_is(path in path(), value in "(true|QUVB|[a-z.]{0,3})") {
        let before: Kubeconfig = FILE.parse().unwrap();
        let mut config = before.clone();
        if edit::set_property(&mut config, &path, &value).is_err() {
            prop_assert_eq!(&config, &before);
        } else {
            // What was set is found again under the same path, and set a second time it is the same.
            let set = config.clone();
            edit::set_property(&mut config, &path, &value).unwrap();
            prop_assert_eq!(&config, &set);
            edit::unset_property(&mut config, &path).unwrap();
            prop_assert_ne!(&config, &set);
        }
        let mut config = before.clone();
        if edit::unset_property(&mut config, &path).is_err() {
            prop_assert_eq!(&config, &before);
        }
    }

    /// Every line of both texts is accounted for, whatever they are.
    #[test]
    fn a_difference_has_every_line(old in "([ -]{0,2}[a-c#:\\[{\"|&*]{0,4}\n|users:\n|- name: x\n){0,12}", new in "([ -]{0,2}[a-c#:\\[{\"|&*]{0,4}\n|users:\n|- name: x\n){0,12}") {
        let shown = Diff::between("f", Some(old.as_bytes()), new.as_bytes()).to_string();
        let count = |sign: char| shown.lines().skip(2).filter(|line| line.starts_with(sign)).count() as i64;
        prop_assert_eq!(count('+') - count('-'), new.lines().count() as i64 - old.lines().count() as i64, "{}", shown);
        prop_assert_eq!(shown.is_empty(), old == new);
    }

    /// A token is shown nowhere, however it is written.
    #[test]
    fn no_token_is_shown(
        style in prop::sample::select(vec!["token: CANARY", "token: 'CANARY'", "token: \"CANARY\"", "\"token\": CANARY", "token: |\n      CANARY\n      CANARY", "token: >-\n      CANARY", "token: !!str CANARY", "token: &a CANARY", "? token\n    : CANARY", "token:\n      CANARY", "x-other: [a, {b: CANARY}]", "exec: {args: [CANARY]}", "auth-provider: {config: {k: CANARY}}", "token: CANARY # token: CANARY", "<<: {token: CANARY}"]),
        ends in prop::sample::select(vec!["\n", "\r\n"]),
        bom in prop::bool::ANY,
    ) {
        let text = format!("{}users:\n- name: u\n  user:\n    {style}\n# end\n", if bom { "\u{feff}" } else { "" }).replace('\n', ends);
        let config: Kubeconfig = text.parse().unwrap();
        prop_assert!(config.users.contains("u"));
        let shown = Diff::between("f", Some(text.as_bytes()), b"").to_string();
        prop_assert!(!shown.contains("CANARY") && shown.contains("[hidden]"), "{}", shown);
    }
}
