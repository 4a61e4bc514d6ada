//! A commented file that somebody formatted by hand goes through each verb, and only the lines meant are other ones then.

use crate::{changed_lines, folder, quietly, read};
use kubeconfig::Kubeconfig;
use kubeconfig::config::View;

/// Every style at once: comments at each place, dashes indented and not, flow and block, quotes, unknown fields, a further document.
const FILE: &str = r#"# Clusters of the shop. Ask ann before you touch prod.

apiVersion: v1
kind: Config
x-team: {name: shop, pager: "+49 123"}   # not kubectl's

clusters:
  # production
  - name: prod          # behind Rancher
    cluster:
      server: 'https://rancher.example.com/k8s/clusters/c-m-abcdefgh'   # the proxy
      tls-server-name: "rancher"
      certificate-authority: pki/ca.crt
      x-rack: 7

  # for the night shift
  - name: my.server.prod
    cluster: {server: "https://10.0.0.1:6443", insecure-skip-tls-verify: yes}

contexts:
- name: prod
  context:   # as admin
    cluster: prod
    user: ann
    # the web shop
    namespace: web

- {name: night, context: {cluster: my.server.prod, user: bob}}   # at night

users:
    - name: ann
      # from the vault
      user:
          token: "t0ken"
    - name: bob
      user: {username: bob, password: 'p', x-note: keep me}
current-context: 'prod'   # by day
---
# another document
kind: Other
"#;

/// A command line, what it prints, and the lines that are other ones then.
const TABLE: &[(&[&str], &str, &[&str])] = &[
    (
        &["use-context", "night"],
        "Switched to context \"night\".\n",
        &["-current-context: 'prod'   # by day", "+current-context: 'night'   # by day"],
    ),
    (
        &["use", "night"],
        "Switched to context \"night\".\n",
        &["-current-context: 'prod'   # by day", "+current-context: 'night'   # by day"],
    ),
    (&["use-context", "prod"], "Switched to context \"prod\".\n", &[]),
    (&["set-context", "prod", "--namespace=web"], "Context \"prod\" modified.\n", &[]),
    (
        &["set-context", "--current", "--namespace", "api"],
        "Context \"prod\" modified.\n",
        &["-    namespace: web", "+    namespace: api"],
    ),
    (
        &["set-context", "prod", "--namespace="],
        "Context \"prod\" modified.\n",
        &["-    # the web shop", "-    namespace: web"],
    ),
    (
        &["set-context", "night", "--namespace=jobs", "--user=ann"],
        "Context \"night\" modified.\n",
        &[
            "-- {name: night, context: {cluster: my.server.prod, user: bob}}   # at night",
            "+- {name: night, context: {cluster: my.server.prod, user: ann, namespace: jobs}}   # at night",
        ],
    ),
    (
        &["set-context", "new", "--cluster=prod", "--user=ann"],
        "Context \"new\" created.\n",
        // A blank line, as its neighbours have it.
        &["+- {name: new, context: {cluster: prod, user: ann}}", "+"],
    ),
    (
        &["set-cluster", "prod", "--server=https://other:6443"],
        "Cluster \"prod\" set.\n",
        &[
            "-      server: 'https://rancher.example.com/k8s/clusters/c-m-abcdefgh'   # the proxy",
            "-      tls-server-name: \"rancher\"",
            "+      server: 'https://other:6443'   # the proxy",
        ],
    ),
    (
        &["set-cluster", "prod", "--certificate-authority=pki/../pki/new.crt"],
        "Cluster \"prod\" set.\n",
        &["-      certificate-authority: pki/ca.crt", "+      certificate-authority: pki/new.crt"],
    ),
    (
        &["set-cluster", "my.server.prod", "--insecure-skip-tls-verify=false"],
        "Cluster \"my.server.prod\" set.\n",
        &[
            "-    cluster: {server: \"https://10.0.0.1:6443\", insecure-skip-tls-verify: yes}",
            "+    cluster: {server: \"https://10.0.0.1:6443\"}",
        ],
    ),
    (
        &["set-credentials", "ann", "--token=new"],
        "User \"ann\" set.\n",
        &["-          token: \"t0ken\"", "+          token: \"new\""],
    ),
    (
        &["set-credentials", "bob", "--token=t"],
        "User \"bob\" set.\n",
        &["-      user: {username: bob, password: 'p', x-note: keep me}", "+      user: {x-note: keep me, token: t}"],
    ),
    (
        &["set", "clusters.my.server.prod.server", "https://10.0.0.2:6443"],
        "Property \"clusters.my.server.prod.server\" set.\n",
        &[
            "-    cluster: {server: \"https://10.0.0.1:6443\", insecure-skip-tls-verify: yes}",
            "+    cluster: {server: \"https://10.0.0.2:6443\", insecure-skip-tls-verify: yes}",
        ],
    ),
    (
        &["set", "current-context", "yes"],
        "Property \"current-context\" set.\n",
        &["-current-context: 'prod'   # by day", "+current-context: 'yes'   # by day"],
    ),
    (&["unset", "current-context"], "Property \"current-context\" unset.\n", &["-current-context: 'prod'   # by day"]),
    (
        &["unset", "clusters.prod.tls-server-name"],
        "Property \"clusters.prod.tls-server-name\" unset.\n",
        &["-      tls-server-name: \"rancher\""],
    ),
    (
        &["unset", "users.ann"],
        "Property \"users.ann\" unset.\n",
        &["-    - name: ann", "-      # from the vault", "-      user:", "-          token: \"t0ken\""],
    ),
    (
        &["rename-context", "prod", "shop"],
        "Context \"prod\" renamed to \"shop\".\n",
        &[
            "-- name: prod",
            "+- name: shop",
            "-current-context: 'prod'   # by day",
            "+current-context: 'shop'   # by day",
        ],
    ),
    (
        &["rename-context", "prod", "shop", "--cascade"],
        "Context \"prod\" renamed to \"shop\".\nCluster \"prod\" renamed to \"shop\".\nUser \"ann\" renamed to \"shop\".\n",
        &[
            "-  - name: prod          # behind Rancher",
            "+  - name: shop          # behind Rancher",
            "-- name: prod",
            "+- name: shop",
            "-    cluster: prod",
            "-    user: ann",
            "+    cluster: shop",
            "+    user: shop",
            "-    - name: ann",
            "+    - name: shop",
            "-current-context: 'prod'   # by day",
            "+current-context: 'shop'   # by day",
        ],
    ),
    (
        &["delete-context", "night"],
        "deleted context night from config\n",
        &["-- {name: night, context: {cluster: my.server.prod, user: bob}}   # at night"],
    ),
    (
        &["delete-cluster", "prod"],
        "deleted cluster prod from config\n",
        &[
            "-  # production",
            "-  - name: prod          # behind Rancher",
            "-    cluster:",
            "-      server: 'https://rancher.example.com/k8s/clusters/c-m-abcdefgh'   # the proxy",
            "-      tls-server-name: \"rancher\"",
            "-      certificate-authority: pki/ca.crt",
            "-      x-rack: 7",
        ],
    ),
    (
        &["--keep=0", "delete-user", "bob"],
        "deleted user bob from config\n",
        &["-    - name: bob", "-      user: {username: bob, password: 'p', x-note: keep me}"],
    ),
    (&["prune"], "", &[]),
];

#[test]
fn only_the_lines_meant_change() {
    let mut wrong = String::new();
    for (arguments, said, lines) in TABLE {
        let folder = folder(FILE);
        let stdout = match arguments {
            ["prune"] => crate::on_config(folder.path(), arguments).stdout,
            _ => quietly(folder.path(), arguments),
        };
        assert_eq!(stdout, *said, "{arguments:?}");
        let text = read(folder.path(), "config");
        let changed = changed_lines(FILE, &text);
        if changed != *lines {
            wrong.push_str(&format!("{arguments:?}: {changed:#?}\n"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The same with other line ends, and with a byte order mark in front.
#[test]
fn line_ends_and_byte_order_mark_stay() {
    let file = format!("\u{feff}{}", FILE.replace('\n', "\r\n"));
    for (arguments, _, lines) in TABLE.iter().filter(|(arguments, ..)| *arguments != ["prune"]) {
        let folder = folder(&file);
        quietly(folder.path(), arguments);
        let text = read(folder.path(), "config");
        let lines: Vec<String> = lines.iter().map(|line| format!("{line}\r")).collect();
        assert_eq!(changed_lines(&file, &text), lines, "{arguments:?}\n{text}");
    }
}

/// kubectl's own verb, on the same file, gives what kubectl sees in ours.
#[test]
fn kubectl_sees_what_kubectl_would_have_written() {
    let Some(kubectl) = crate::common::kubectl::need_kubectl() else { return };
    for (arguments, ..) in TABLE {
        let flags = arguments.iter().any(|a| a.starts_with("--keep") || *a == "--cascade");
        // A name with a field in it, which kubectl can't reach; and what it does not have.
        let is_ours = flags || *arguments == ["prune"] || arguments.contains(&"clusters.my.server.prod.server");
        if is_ours {
            continue;
        }
        let (ours, theirs) = (folder(FILE), folder(FILE));
        quietly(ours.path(), arguments);
        let output = kubectl.config(&theirs.path().join("config"), arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        let view = |text: &str| {
            let config: Kubeconfig = text.parse().expect("a kubeconfig");
            View::of(&config).raw(true).to_yaml().expect("a view")
        };
        assert_eq!(view(&read(ours.path(), "config")), view(&read(theirs.path(), "config")), "{arguments:?}");
    }
}
