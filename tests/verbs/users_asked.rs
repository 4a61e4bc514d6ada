//! What users asked kubectl for in vain: cascades, unused entries, the previous context, the way without Rancher, the way back.

use crate::common::program::{command, run};
use crate::{folder, on_config, quietly, read, refused};
use kubeconfig::cert::rfc3339;
use kubeconfig::{Kubeconfig, edit};
use rustls_pki_types::UnixTime;
use std::fs;
use std::time::Duration;

/// Rancher's form: a user for several contexts; and an entry nobody uses.
const SHARED: &str = "\
clusters:
- {name: prod, cluster: {server: https://rancher/k8s/clusters/c-1}}
- {name: prod-fqdn, cluster: {server: https://prod:6443}}
- {name: old, cluster: {server: https://old:6443}}
users:
- {name: prod, user: {token: t}}
- {name: left, user: {token: u}}
contexts:
- {name: prod, context: {cluster: prod, user: prod}}
- {name: prod-fqdn, context: {cluster: prod-fqdn, user: prod}}
current-context: prod
";

fn names(text: &str) -> [Vec<String>; 3] {
    let config: Kubeconfig = text.parse().unwrap();
    let all = |names: &mut dyn Iterator<Item = &str>| names.map(str::to_owned).collect();
    [all(&mut config.clusters.names()), all(&mut config.users.names()), all(&mut config.contexts.names())]
}

#[test]
fn a_cascade_takes_what_is_the_contexts_own() {
    let folder = folder(SHARED);
    let said = quietly(folder.path(), &["rename-context", "prod-fqdn", "direct", "--cascade"]);
    assert_eq!(said, "Context \"prod-fqdn\" renamed to \"direct\".\nCluster \"prod-fqdn\" renamed to \"direct\".\n");
    let text = read(folder.path(), "config");
    assert_eq!(text, SHARED.replace("prod-fqdn", "direct"));

    let said = quietly(folder.path(), &["delete-context", "direct", "--cascade"]);
    assert_eq!(said, "deleted context direct from config\ndeleted cluster direct\n");
    let said = on_config(folder.path(), &["delete-context", "prod", "--cascade"]);
    assert_eq!(said.stdout, "deleted context prod from config\ndeleted cluster prod\ndeleted user prod\n");
    assert!(said.stderr.starts_with("warning: this removed your active context"), "{}", said.stderr);
    assert_eq!(names(&read(folder.path(), "config")), [vec!["old".to_owned()], vec!["left".to_owned()], vec![]]);
}

#[test]
fn a_cascade_never_takes_another_ones_name() {
    let folder = folder(&SHARED.replace("name: old", "name: direct"));
    let said = refused(folder.path(), &["rename-context", "prod-fqdn", "direct", "--cascade"]);
    assert!(said.contains("clusters[\"direct\"]") && said.contains("already"), "{said}");
    assert_eq!(read(folder.path(), "config"), SHARED.replace("name: old", "name: direct"));
    quietly(folder.path(), &["rename-context", "prod-fqdn", "direct"]);
}

#[test]
fn unused_entries_go_and_no_other() {
    let folder = folder(SHARED);
    assert_eq!(quietly(folder.path(), &["prune"]), "deleted cluster old\ndeleted user left\n");
    let text = read(folder.path(), "config");
    let [clusters, users, contexts] = names(&text);
    assert_eq!([clusters, users, contexts.clone()], [contexts.clone(), vec!["prod".to_owned()], contexts]);
    let again = on_config(folder.path(), &["prune"]);
    assert_eq!((again.code, again.stdout.as_str()), (Some(0), ""));
    assert_eq!(again.stderr, "every cluster and every user is used by a context\n");
}

/// In a file without contexts nothing tells what is of use.
#[test]
fn without_a_context_nothing_is_pruned() {
    let text = "clusters:\n- {name: c, cluster: {}}\nusers:\n- {name: u, user: {token: t}}\n";
    for text in [text.to_owned(), format!("{text}contexts: []\n")] {
        let folder = folder(&text);
        let said = refused(folder.path(), &["prune"]);
        assert!(said.contains("no context at all") && said.contains("unset clusters"), "{said}");
        assert_eq!(read(folder.path(), "config"), text);
    }
    // Nothing to lose.
    let folder = folder("contexts: []\n");
    assert_eq!(on_config(folder.path(), &["prune"]).code, Some(0));
}

#[test]
fn a_misspelt_property_is_told_its_names() {
    let folder = folder(SHARED);
    for (path, words) in [
        ("users.prod.tokn", "there is no such property; its fields are client-certificate, "),
        ("clusters.prod.servr", "its fields are server, tls-server-name, "),
        ("preferences.colour", "its fields are colors, extensions"),
        ("users.prod", "this is no single value"),
        ("clusters[prod].server", "a name in brackets stands in double quotes; write [\"NAME\"]"),
        ("user.prod.token", "a property begins with clusters, users, contexts, "),
        ("", "no property is named; a property begins with "),
    ] {
        let said = refused(folder.path(), &["set", path, "x"]);
        assert!(said.contains(words) && !said.contains("error: :"), "{path}: {said}");
    }
    assert!(refused(folder.path(), &["unset", ""]).contains("no property is named"));
    assert!(refused(folder.path(), &["unset", "users[prod]"]).contains("double quotes"));
    assert_eq!(read(folder.path(), "config"), SHARED);
}

/// A context of a later file that is hidden by one of the same name: who uses that file alone needs what it names.
#[test]
fn what_a_hidden_context_uses_stays() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a"), "contexts:\n- {name: x, context: {cluster: c, user: u}}\n").unwrap();
    fs::write(folder.path().join("b"), "contexts:\n- {name: x, context: {cluster: d, user: u}}\nclusters:\n- {name: c, cluster: {}}\n- {name: d, cluster: {}}\n- {name: e, cluster: {}}\nusers:\n- {name: u, user: {}}\n").unwrap();
    let list = |arguments: &[&str]| {
        let out = command(folder.path(), arguments).env("KUBECONFIG", "a:b").output().unwrap();
        String::from_utf8(out.stdout).unwrap()
    };
    assert_eq!(list(&["prune"]), "deleted cluster e\n");
    let said = list(&["delete-context", "x", "--cascade"]);
    assert_eq!(said, "deleted context x from a\ndeleted cluster c\nb has a context x too, which is used from now on\n");
    assert_eq!(names(&read(folder.path(), "b")), ["d", "u", "x"].map(|name| vec![name.to_owned()]));
}

#[test]
fn the_previous_context() {
    let folder = folder(SHARED);
    assert!(refused(folder.path(), &["use-context", "-"]).contains("no previous context"));
    quietly(folder.path(), &["use-context", "prod-fqdn"]);
    // What changes nothing is not remembered.
    quietly(folder.path(), &["use-context", "prod-fqdn"]);
    quietly(folder.path(), &["use-context", "prod", "--dry-run=false"]);
    on_config(folder.path(), &["use-context", "-", "--dry-run"]);
    assert_eq!(quietly(folder.path(), &["use-context", "-"]), "Switched to context \"prod-fqdn\".\n");
    assert_eq!(quietly(folder.path(), &["use", "-"]), "Switched to context \"prod\".\n");
    // Another file has its own.
    fs::copy(folder.path().join("config"), folder.path().join("other")).unwrap();
    let other = run(folder.path(), &["--kubeconfig", "other", "use", "-"]);
    assert_eq!(other.code, Some(1), "{}", other.stdout);
    // Under another name meanwhile.
    quietly(folder.path(), &["rename-context", "prod-fqdn", "x"]);
    assert_eq!(quietly(folder.path(), &["use", "-"]), "Switched to context \"x\".\n");
    assert_eq!(quietly(folder.path(), &["use", "-"]), "Switched to context \"prod\".\n");
    // Gone meanwhile.
    quietly(folder.path(), &["delete-context", "x"]);
    assert!(refused(folder.path(), &["use", "-"]).contains("the context before, \"x\", is not there any more"));
    // Changed by another verb.
    quietly(folder.path(), &["set", "current-context", "test"]);
    quietly(folder.path(), &["set", "current-context", "test"]);
    assert_eq!(quietly(folder.path(), &["use", "-"]), "Switched to context \"prod\".\n");
    // A context may be called so.
    quietly(folder.path(), &["rename-context", "prod", "-"]);
    assert_eq!(quietly(folder.path(), &["use-context", "-"]), "Switched to context \"-\".\n");
}

#[test]
fn the_way_without_rancher() {
    let now = UnixTime::now().as_secs();
    let time = |seconds: u64| rfc3339(UnixTime::since_unix_epoch(Duration::from_secs(seconds)));
    // As Rancher writes it: when a token was made, and how long it lives.
    let notes = format!("# createdTimestamp: {}\n", time(now - 60));
    let text = format!("{notes}{SHARED}");
    let ace = include_str!("../data/rancher-ace.yaml").replace("ttl: 0", "ttl: 2592000");
    let folder = folder(&ace);
    let said = refused(folder.path(), &["use-context", "--direct", "nope"]);
    assert!(said.contains("there are \"prod\""), "{said}");
    // Its tokens are over: no way, and the error says what each context lacks.
    let said = refused(folder.path(), &["use-context", "--direct", "prod"]);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(
        lines[..2],
        ["error: no context reaches the cluster \"prod\" without Rancher", "  prod: only through Rancher"]
    );
    assert!(lines[2].starts_with("  prod-fqdn: the token ended "), "{said}");
    assert_eq!(lines.last(), Some(&"To see how to fix it: kubeconfig check config"), "{said}");
    // Whoever asks for it is without Rancher.
    assert!(said.contains("  to fix it: ") && !said.contains("rancher clusters"), "{said}");
    assert_eq!(read(folder.path(), "config"), ace);
    // Without the comments nothing tells the end: the best there is.
    let open: String =
        ace.lines().filter(|line| !line.trim_start().starts_with('#')).map(|l| format!("{l}\n")).collect();
    fs::write(folder.path().join("config"), open).unwrap();
    quietly(folder.path(), &["use-context", "prod"]);
    // With and without a change the doubt is a warning.
    let doubt = "warning: prod-fqdn may not work: no file says when its token ends";
    let shown = on_config(folder.path(), &["use-context", "--direct", "prod", "--dry-run"]);
    assert!(shown.code == Some(0) && shown.stderr.contains(doubt), "{}", shown.stderr);
    assert!(shown.stdout.contains("+current-context"), "{}", shown.stdout);
    let said = on_config(folder.path(), &["use-context", "--direct", "prod"]);
    assert_eq!((said.code, said.stdout.as_str()), (Some(0), "Switched to context \"prod-fqdn\".\n"));
    assert!(said.stderr.starts_with(doubt) && said.stderr.lines().count() == 1, "{}", said.stderr);
    assert_eq!(quietly(folder.path(), &["use-context", "-"]), "Switched to context \"prod\".\n");
    assert!(text.len() > SHARED.len());
}

/// kubeadm calls the cluster `kubernetes`, and the context otherwise.
#[test]
fn the_way_into_a_cluster_by_its_entry() {
    let folder = folder(
        "clusters:\n- name: kubernetes\n  cluster: {server: 'https://k.example.com:6443'}\n\
         users:\n- name: kubernetes-admin\n  user: {token: t}\n\
         contexts:\n- name: kubernetes-admin@kubernetes\n  context: {cluster: kubernetes, user: kubernetes-admin}\n",
    );
    let said = on_config(folder.path(), &["use-context", "--direct", "kubernetes"]);
    assert_eq!(said.stdout, "Switched to context \"kubernetes-admin@kubernetes\".\n", "{}", said.stderr);
}

/// The old name may lead elsewhere from then on.
#[test]
fn the_way_back_and_forth_again() {
    let folder = folder(SHARED);
    assert!(refused(folder.path(), &["restore"]).contains("no earlier version"));
    quietly(folder.path(), &["prune"]);
    let pruned = read(folder.path(), "config");
    assert!(quietly(folder.path(), &["restore"]).starts_with("restored config from "));
    assert_eq!(read(folder.path(), "config"), SHARED);
    quietly(folder.path(), &["restore"]);
    assert_eq!(read(folder.path(), "config"), pruned);
    // A file that somebody broke comes back too.
    fs::write(folder.path().join("config"), "{").unwrap();
    let shown = on_config(folder.path(), &["restore", "--dry-run"]);
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
    quietly(folder.path(), &["restore"]);
    assert_eq!(names(&read(folder.path(), "config")), names(SHARED));
    let kept = quietly(folder.path(), &["restore", "--list"]);
    let lines: Vec<Vec<&str>> = kept.lines().map(|line| line.split_whitespace().collect()).collect();
    let column = |i: usize| lines.iter().map(|line| line[i]).collect::<Vec<_>>();
    assert_eq!(column(0), ["VERSION", "4", "3", "2", "1"], "{kept}");
    assert_eq!(column(2), ["VERB", "restore", "restore", "restore", "prune"], "{kept}");
    let size = SHARED.len().to_string();
    assert_eq!(column(3), ["SIZE", "1", &size, &pruned.len().to_string(), &size], "{kept}");
}

#[test]
fn a_deleted_users_credentials_are_told() {
    let folder = folder(SHARED);
    let said = quietly(folder.path(), &["delete-user", "left"]);
    let (first, second) = said.split_once('\n').unwrap();
    assert_eq!(first, "deleted user left from config");
    let copy = second.strip_prefix("a kept copy still holds the credentials: ").unwrap().trim_end();
    assert_eq!(fs::read_to_string(copy).unwrap(), SHARED);
    fs::write(folder.path().join("config"), SHARED).unwrap();
    assert_eq!(quietly(folder.path(), &["delete-user", "left", "--keep", "0"]), "deleted user left from config\n");
}

#[test]
fn names_that_hold_the_names_of_fields() {
    let text = "clusters:\n- {name: my.server.prod, cluster: {server: https://a}}\n- {name: my, cluster: {server: https://b}}\n";
    for (path, cluster, server) in [
        ("clusters.my.server.prod.server", "my.server.prod", "https://new"),
        ("clusters[\"my.server.prod\"].server", "my.server.prod", "https://new"),
        ("clusters.my.server", "my", "https://new"),
        ("clusters.new.server.name.server", "new.server.name", "https://new"),
        ("clusters[\"a.server\"].server", "a.server", "https://new"),
        ("clusters.10.0.0.1.server", "10.0.0.1", "https://new"),
    ] {
        let mut config: Kubeconfig = text.parse().unwrap();
        edit::set_property(&mut config, path, server).unwrap();
        assert_eq!(config.clusters[cluster].server.as_deref(), Some(server), "{path}");
        assert_eq!(config.clusters.len(), if ["my", "my.server.prod"].contains(&cluster) { 2 } else { 3 }, "{path}");
        edit::unset_property(&mut config, path).unwrap();
        assert_eq!(config.clusters[cluster].server, None, "{path}");
    }
    // As kubectl reads it, `my.server` is a field; where there is no `my` it is the entry.
    let mut config: Kubeconfig = "contexts:\n- {name: a.user, context: {}}\n".parse().unwrap();
    edit::unset_property(&mut config, "contexts.a.user").unwrap();
    assert!(config.contexts.is_empty());
}

#[test]
fn paths_that_lead_nowhere_change_nothing() {
    let mut config: Kubeconfig = SHARED.parse().unwrap();
    config.extensions.insert("x", kubeconfig::syntax::Value::from(true));
    let before = config.clone();
    for path in [
        "",
        ".",
        "foo",
        "foo.bar",
        "clusters",
        "clusters.",
        "clusters.prod",
        "clusters.prod.nope",
        "clusters.prod.server.x",
        "current-context.x",
        "users.prod.exec",
        "users.prod.exec.command",
        "users.prod.auth-provider.config.k",
        "users.prod.act-as-groups",
        "users.prod.act-as-user-extra.k",
        "preferences",
        "preferences.nope",
        "extensions",
        "extensions.x",
        "clusters.prod.extensions.foo",
        "clusters[\"prod\"]",
        "clusters[\"prod",
        "clusters[\"prod\"]x",
        "clusters[]",
        "clusters.prod.insecure-skip-tls-verify",
        "clusters.prod.certificate-authority-data",
    ] {
        let error = edit::set_property(&mut config, path, "%SECRET-CANARY%").unwrap_err();
        assert!(!error.to_string().contains("CANARY"), "{error}");
        assert_eq!(config, before, "{path}");
    }
    for path in
        ["", "foo", "current-context.x", "clusters.nope.server", "users.prod.exec.command", "clusters.prod.server.x"]
    {
        edit::unset_property(&mut config, path).unwrap_err();
        assert_eq!(config, before, "{path}");
    }
    edit::unset_property(&mut config, "extensions.x").unwrap();
    assert!(config.extensions.is_empty());
}

/// A path stays a path: kubectl makes a bare name of `./plug`, which is then looked up in `$PATH`.
#[test]
fn a_command_in_the_kubeconfigs_folder_stays_a_path() {
    let folder = folder("");
    let here = folder.path().canonicalize().unwrap();
    let absolute = here.join("plug").to_str().unwrap().to_owned();
    for (given, written) in [
        ("./plug", "./plug"),
        ("plug", "plug"),
        ("./bin/../plug", "./plug"),
        ("./bin/plug", "bin/plug"),
        (absolute.as_str(), absolute.as_str()),
        ("/usr/bin/plug", "/usr/bin/plug"),
    ] {
        let file = here.join("config").to_str().unwrap().to_owned();
        let run = run(&here, &["--kubeconfig", &file, "set-credentials", "u", "--exec-command", given]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let config: Kubeconfig = read(&here, "config").parse().unwrap();
        assert_eq!(config.users["u"].exec.as_ref().unwrap().command.as_deref(), Some(written), "{given}");
        // Other fields of the user leave it alone.
        quietly(&here, &["set-credentials", "u", "--exec-api-version=client.authentication.k8s.io/v1"]);
        let config: Kubeconfig = read(&here, "config").parse().unwrap();
        assert_eq!(config.users["u"].exec.as_ref().unwrap().command.as_deref(), Some(written), "{given}");
    }
}

/// A backup for the hour in which Rancher is gone has the best way current, and no context that leads nowhere.
#[test]
fn an_export_for_the_outage_knows_the_outage() {
    let world = crate::common::pki::world();
    let user = |pair: &crate::common::pki::Pair| {
        let (certificate, key) = (crate::common::pki::base64(&pair.certificate), crate::common::pki::base64(&pair.key));
        format!("{{client-certificate-data: {certificate}, client-key-data: {key}}}")
    };
    let ca = crate::common::pki::base64(&world.plain_ca.certificate);
    let text = format!(
        "clusters:\n- {{name: prod, cluster: {{server: 'https://rancher.example.com/k8s/clusters/c-1'}}}}\n\
         - {{name: prod-fqdn, cluster: {{server: 'https://prod.example.com:6443', certificate-authority-data: {ca}}}}}\n\
         - {{name: other, cluster: {{server: 'https://rancher.example.com/k8s/clusters/c-2'}}}}\n\
         users:\n- {{name: prod, user: {{token: 'kubeconfig-u-abcde12345:s'}}}}\n- {{name: old, user: {}}}\n- {{name: new, user: {}}}\n\
         contexts:\n- {{name: prod, context: {{cluster: prod, user: prod}}}}\n- {{name: old, context: {{cluster: prod-fqdn, user: old}}}}\n\
         - {{name: prod-fqdn, context: {{cluster: prod-fqdn, user: prod}}}}\n- {{name: new, context: {{cluster: prod-fqdn, user: new}}}}\n\
         - {{name: gone, context: {{cluster: prod-fqdn, user: nobody}}}}\n- {{name: other, context: {{cluster: other, user: prod}}}}\n\
         current-context: prod\n",
        user(&world.plain_expired),
        user(&world.plain_admin)
    );
    let folder = folder(&text);
    let done = run(folder.path(), &["export", "--kubeconfig", "config", "--direct-only", "--out", "backup"]);
    assert_eq!(done.code, Some(3), "{}", done.stderr);
    assert!(done.stderr.contains("the current context is new now"), "{}", done.stderr);
    assert!(done.stderr.contains("left out: \"prod\", \"gone\", \"other\""), "{}", done.stderr);
    // One token for two clusters is bound to neither.
    assert!(done.stderr.contains("its token is Rancher's and not bound to this cluster"), "{}", done.stderr);
    assert_eq!(run(folder.path(), &["current-context", "--kubeconfig", "backup"]).stdout, "new\n");
}

/// One file under two names in $KUBECONFIG is one file: nothing of it is hidden, and nothing comes to light.
#[test]
fn one_file_under_two_names() {
    let text = "clusters:\n- {name: c, cluster: {server: 'https://c'}}\nusers:\n- {name: u, user: {token: t}}\n\
                contexts:\n- {name: x, context: {cluster: c, user: u}}\n- {name: other, context: {}}\n";
    for second in ["link", "./config"] {
        let folder = folder(text);
        std::os::unix::fs::symlink("config", folder.path().join("link")).unwrap();
        let out = command(folder.path(), &["delete-context", "x", "--cascade"])
            .env("KUBECONFIG", format!("config:{second}"))
            .output()
            .unwrap();
        let said = String::from_utf8(out.stdout).unwrap();
        assert_eq!(said, "deleted context x from config\ndeleted cluster c\ndeleted user u\n", "{second}");
        assert_eq!(names(&read(folder.path(), "config")), [vec![], vec![], vec!["other".to_owned()]], "{second}");
    }
}
