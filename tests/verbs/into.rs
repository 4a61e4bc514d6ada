//! `--into`: merged, made and recovered contexts in a kubeconfig that is there already.

use crate::common::program::run;
use crate::common::rke_state::Cluster;
use crate::{changed_lines, folder, read};
use kubeconfig::cert::rfc3339;
use rustls_pki_types::UnixTime;
use std::fs;

const MINE: &str = "\
# mine
clusters:
- name: a   # A
  cluster: {server: https://a:6443, certificate-authority: pki/ca.crt}
users:
- name: a
  user: {tokenFile: token}   # by cron
contexts:
- name: a
  context: {cluster: a, user: a}
x-mine: yes
";

const OTHER: &str = r#"{"clusters": [{"name": "b", "cluster": {"server": "https://b:6443"}}],
 "users": [{"name": "b", "user": {"token": "t"}}], "contexts": [{"name": "b", "context": {"cluster": "b", "user": "b"}}]}"#;

#[test]
fn merged_into_a_file_that_stays_what_it_was() {
    let folder = folder(MINE);
    fs::write(folder.path().join("other"), OTHER).unwrap();
    let merged = run(folder.path(), &["merge", "other", "--into", "config"]);
    assert_eq!((merged.code, merged.stdout.as_str()), (Some(0), ""), "{}", merged.stderr);
    assert!(merged.stderr.starts_with("changed config\n"), "{}", merged.stderr);
    let text = read(folder.path(), "config");
    // Relative paths stay relative, although they are compared as absolute ones.
    assert_eq!(
        changed_lines(MINE, &text),
        [
            "+- name: b",
            "+  cluster:",
            "+    server: https://b:6443",
            "+- name: b",
            "+  user:",
            "+    token: t",
            "+- name: b",
            "+  context:",
            "+    cluster: b",
            "+    user: b",
        ],
        "{text}"
    );
    let again = run(folder.path(), &["merge", "other", "--into", "config"]);
    assert!(again.stderr.starts_with("there is nothing to change in config\n"), "{}", again.stderr);
    assert_eq!(read(folder.path(), "config"), text);
}

#[test]
fn conflicts_change_nothing_and_renamed_entries_keep_their_comments() {
    let folder = folder(MINE);
    fs::write(folder.path().join("other"), OTHER.replace("\"b\"", "\"a\"")).unwrap();
    let refused = run(folder.path(), &["merge", "other", "--into", "config"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("--on-conflict"), "{}", refused.stderr);
    assert_eq!(read(folder.path(), "config"), MINE);
    let renamed = run(folder.path(), &["merge", "other", "--into", "config", "--on-conflict=rename"]);
    assert_eq!(renamed.code, Some(0), "{}", renamed.stderr);
    let text = read(folder.path(), "config");
    assert!(
        text.contains("- name: a-a   # A\n  cluster: {server: https://a:6443, certificate-authority: pki/ca.crt}"),
        "{text}"
    );
    assert!(text.contains("- name: a-a\n  user: {tokenFile: token}   # by cron\n"), "{text}");
    assert!(text.contains("  context: {cluster: a-a, user: a-a}\n"), "{text}");
    assert!(text.starts_with("# mine\n") && text.contains("\nx-mine: yes\n"), "{text}");
}

#[test]
fn merged_into_a_file_that_is_not_there() {
    let folder = folder("");
    fs::write(folder.path().join("other"), OTHER).unwrap();
    let merged = run(folder.path(), &["merge", "other", "--into", "new"]);
    assert_eq!((merged.code, merged.stderr.lines().next()), (Some(0), Some("wrote new")), "{}", merged.stderr);
    assert!(!merged.stderr.contains("warning"), "{}", merged.stderr);
    assert!(read(folder.path(), "new").starts_with("apiVersion: v1\nkind: Config\n"));
    let both = run(folder.path(), &["merge", "other", "--into", "new", "--out", "x"]);
    assert_eq!(both.code, Some(2));
}

#[test]
fn direct_contexts_into_the_file_itself_and_into_another() {
    // Its tokens made today.
    let now = rfc3339(UnixTime::now());
    let file = include_str!("../data/rancher-ace.yaml");
    let file: String = file
        .lines()
        .map(|line| match line.starts_with("# createdTimestamp:") {
            true => format!("# createdTimestamp: {now}\n"),
            false => format!("{line}\n"),
        })
        .collect();
    let file = file.as_str();
    let folder = folder(file);
    let ace = ["ace", "edge", "--kubeconfig", "config", "--fqdn", "edge.example.com:6443", "--ca-public", "--into"];
    let made = run(folder.path(), &[&ace[..], &["config"]].concat());
    assert_eq!((made.code, made.stdout.as_str()), (Some(0), ""), "{}", made.stderr);
    let text = read(folder.path(), "config");
    let lines = changed_lines(file, &text);
    assert!(lines.iter().all(|line| line.starts_with('+')) && lines.len() == 10, "{lines:?}");
    // A second time changes nothing.
    assert_eq!(run(folder.path(), &[&ace[..], &["config"]].concat()).code, Some(0));
    assert_eq!(read(folder.path(), "config"), text);

    fs::write(folder.path().join("other"), MINE).unwrap();
    let made = run(folder.path(), &[&ace[..], &["other"]].concat());
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let other = read(folder.path(), "other");
    assert!(changed_lines(MINE, &other).iter().all(|line| line.starts_with('+')), "{other}");
    assert!(other.contains("- name: edge-fqdn\n"), "{other}");
    // Comments don't go into another file: what they said of the token's end stands beside it there.
    assert!(other.contains("name: kubeconfig-rs/token-lifetime"), "{other}");
    let way = run(folder.path(), &["use-context", "--direct", "edge-fqdn", "--kubeconfig", "other"]);
    assert!(!way.stdout.contains("not known") && way.code == Some(0), "{}{}", way.stdout, way.stderr);
    assert_eq!(run(folder.path(), &[&ace[..], &["other"]].concat()).code, Some(0));
    assert!(changed_lines(&other, &read(folder.path(), "other")).len() <= 2, "nothing but the current context");
    assert!(!text.contains("token-lifetime"), "where the comments are they are enough");
    // Somebody else's user of that name is not taken for this one.
    fs::write(folder.path().join("third"), MINE.replace("name: a", "name: edge")).unwrap();
    let refused = run(folder.path(), &[&ace[..], &["third"]].concat());
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("there is a user \"edge\" already"), "{}", refused.stderr);
    assert_eq!(run(folder.path(), &[&ace[..], &["third", "--force"]].concat()).code, Some(0));
}

/// Comments stay in the file, and say nothing of tokens that come in later.
#[test]
fn comments_do_not_speak_for_later_tokens() {
    let head = |created: &str| format!("# Generated by Rancher\n# createdTimestamp: {created}\n# ttl: 2592000\n");
    let file = |name: &str, id: &str, secret: &str| {
        format!(
            "apiVersion: v1\nkind: Config\nclusters:\n- name: {name}\n  cluster: {{server: 'https://rancher.example.com/k8s/clusters/{id}'}}\n\
             - name: {name}-fqdn\n  cluster: {{server: 'https://{name}.example.com:6443', insecure-skip-tls-verify: true}}\nusers:\n- name: {name}\n  user: {{token: '{secret}'}}\n\
             contexts:\n- name: {name}\n  context: {{cluster: {name}, user: {name}}}\n- name: {name}-fqdn\n  context: {{cluster: {name}-fqdn, user: {name}}}\n"
        )
    };
    let now = rfc3339(UnixTime::now());
    let new = format!("{}{}", head(&now), file("b", "c-m-bbbbbbbb", "kubeconfig-u-abcdefghij11111:s"));
    // What its own comments said of a token goes along.
    for (old_head, verdict, code) in [(String::new(), "unknown", 0), (head("2026-01-01T00:00:00Z"), "no", 3)] {
        let folder = folder(&new);
        fs::write(
            folder.path().join("old"),
            format!("{old_head}{}", file("prod", "c-m-aaaaaaaa", "kubeconfig-u-abcdefghij22222:s")),
        )
        .unwrap();
        let answer = |path: &str| {
            let json: serde_json::Value =
                serde_json::from_str(&run(folder.path(), &["outage", path, "-o", "json"]).stdout).unwrap();
            let clusters = json["clusters"].as_array().unwrap().clone();
            clusters
                .into_iter()
                .map(|c| (c["name"].as_str().unwrap().to_owned(), c["verdict"].as_str().unwrap().to_owned()))
                .collect::<Vec<_>>()
        };
        assert_eq!(answer("config"), [("b".to_owned(), "yes".to_owned())]);
        assert_ne!(answer("old")[0].1, "yes");
        assert_eq!(run(folder.path(), &["merge", "old", "--into", "config"]).code, Some(0));
        let merged = answer("config");
        assert_eq!(
            merged.iter().map(|(_, verdict)| verdict.as_str()).collect::<Vec<_>>(),
            ["yes", verdict],
            "{merged:?}"
        );
        // Nor does an export of it.
        assert_eq!(
            run(folder.path(), &["export", "--kubeconfig", "config", "--direct-only", "--out", "backup"]).code,
            Some(code)
        );
        let exported = answer("backup");
        assert!(exported.iter().all(|(name, verdict)| name.starts_with('b') == (verdict == "yes")), "{exported:?}");
        // A token that is set anew.
        crate::quietly(folder.path(), &["set-credentials", "b", "--token=kubeconfig-u-abcdefghij33333:s"]);
        assert!(answer("config").iter().all(|(_, verdict)| verdict != "yes"), "{:?}", answer("config"));
        // Names change, tokens don't.
        fs::write(folder.path().join("config"), &new).unwrap();
        crate::quietly(folder.path(), &["rename-context", "b-fqdn", "b-direct"]);
        assert!(!read(folder.path(), "config").contains("token-lifetime"));
    }
}

/// An expired certificate is replaced where it stands.
#[test]
fn an_admin_made_again() {
    let expired = Cluster { days: -1, ..Cluster::one() };
    let (Some(old), Some(new)) = (expired.state(), Cluster::one().state()) else { return };
    let folder = folder(MINE);
    fs::write(folder.path().join("old.rkestate"), old.text()).unwrap();
    fs::write(folder.path().join("new.rkestate"), new.text()).unwrap();
    let recover =
        |state: &str, more: &[&str]| run(folder.path(), &[&["recover", state, "--into", "config"], more].concat());
    assert_eq!(recover("old.rkestate", &[]).code, Some(3));
    let with_old = read(folder.path(), "config");
    assert!(changed_lines(MINE, &with_old).iter().all(|line| line.starts_with('+')), "{with_old}");
    let refused = recover("new.rkestate", &[]);
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    assert!(refused.stderr.contains("already, and it says something else") && refused.stderr.contains("--force"));
    assert_eq!(read(folder.path(), "config"), with_old);
    let shown = recover("new.rkestate", &["--force", "--dry-run"]);
    assert!(shown.stdout.contains("+") && !shown.stdout.contains("LS0tLS1CRUdJTi"), "{}", shown.stdout);
    assert_eq!(recover("new.rkestate", &["--force"]).code, Some(0));
    let config: kubeconfig::Kubeconfig = read(folder.path(), "config").parse().unwrap();
    let made: kubeconfig::Kubeconfig = new.kubeconfig().parse().unwrap();
    assert_eq!(config.users["kube-admin-local"], made.users["kube-admin-local"]);
    assert!(read(folder.path(), "config").starts_with("# mine\n"));
    assert_eq!(run(folder.path(), &["recover", "new.rkestate", "--dry-run", "--out", "-"]).code, Some(2));
}

/// What nothing proves stays said: in the file, and of each copy of it.
#[test]
fn a_token_without_proof_does_not_stand_alone() {
    let folder = folder(
        "clusters:\n- name: shop\n  cluster: {server: 'https://rancher.example.com/k8s/clusters/c-m-7xk2m9qd'}\n\
         users:\n- name: shop\n  user: {token: 'kubeconfig-u-abcde12345k9xzp:fffff'}\n\
         contexts:\n- name: shop\n  context: {cluster: shop, user: shop}\n",
    );
    let made = ["ace", "shop", "--kubeconfig=config", "--fqdn=shop.example.com:6443", "--ca-public", "--into=config"];
    let made = run(folder.path(), &made);
    assert_eq!(made.code, Some(3), "{}", made.stderr);
    let backup = run(folder.path(), &["export", "--kubeconfig=config", "--direct-only", "--out=backup"]);
    assert_eq!(backup.code, Some(3), "{}", backup.stderr);
    for said in [
        "shop-fqdn: Rancher token; nothing shows that Rancher bound its token to this cluster",
        "no file says when its token ends",
    ] {
        assert!(backup.stderr.contains(said), "{said}\n{}", backup.stderr);
    }
    // The copy knows it as well.
    assert_eq!(run(folder.path(), &["export", "--kubeconfig=backup", "--out=again"]).code, Some(3));
    assert_eq!(run(folder.path(), &["outage", "backup"]).code, Some(3));
}
