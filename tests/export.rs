//! Export: what goes into a backup, what it says of itself, and what is refused.

mod common;

use common::canary;
use common::pki::{self, base64, world};
use common::shapes::{self, Shape};
use kubeconfig::export::{Backup, Dependence, Export, Note};
use kubeconfig::load::Environment;
use kubeconfig::store::WriteOptions;
use kubeconfig::{Error, ErrorKind, Kubeconfig, Loaded, Loader};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A folder with a kubeconfig in it.
struct Place {
    folder: TempDir,
    config: PathBuf,
}

impl Place {
    fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config");
        fs::write(&config, text).unwrap();
        Place { folder, config }
    }

    fn of(shape: &Shape) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = shape.lay_out(folder.path());
        Place { folder, config }
    }

    fn with(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        fs::write(self.folder.path().join(name), bytes).unwrap();
        self
    }

    fn load(&self) -> Loaded {
        Loader::new(Environment::new(self.folder.path())).explicit(&self.config).load().unwrap()
    }

    fn build(&self) -> Result<Backup, Error> {
        self.load().export().build()
    }
}

/// A kubeconfig with the context `c`, whose cluster and user have these bodies in flow style.
fn one(cluster: &str, user: &str) -> Place {
    Place::new(&format!(
        "clusters:\n- name: k\n  cluster: {{server: 'https://10.0.0.1:6443', {cluster}}}\nusers:\n- name: u\n  user: {{{user}}}\n\
         contexts:\n- name: c\n  context: {{cluster: k, user: u}}\ncurrent-context: c\n"
    ))
}

fn loaded(text: &str) -> Loaded {
    Loaded::from_config(text.parse().unwrap(), "/nowhere")
}

/// Three contexts over two clusters and two users, and one of each that nobody needs.
const THREE: &str = "
x-top: kept
preferences: {colors: true}
extensions: [{name: e, extension: {n: 0x10}}]
current-context: b
contexts:
- name: a
  x-entry: 1
  context: {cluster: one, user: u1, x-context: yes}
- name: b
  context: {cluster: two, user: u2, namespace: web}
- name: c
  context: {cluster: one, user: u2}
clusters:
- name: unused
  cluster: {server: 'https://unused'}
- name: one
  x-entry: 0777
  cluster: {server: 'https://one:6443', tls-server-name: kubernetes, x-cluster: '1.10'}
- name: two
  cluster: {server: 'https://two:6443'}
users:
- name: u2
  user: {token: t2}
- name: u1
  user: {token: t1, x-user: ~}
- name: unused
  user: {token: t3}
";

#[test]
fn every_shape() {
    let kubectl = common::kubectl::need_kubectl();
    for shape in shapes::all() {
        let what = shape.name;
        let place = Place::of(&shape);
        let loaded = place.load();
        let build = |loaded: &Loaded| judged(loaded.export()).build().unwrap_or_else(|e| panic!("{what}: {e}"));
        let backup = build(&loaded);
        let config = backup.config();
        assert_eq!(config.current_context(), Some(shape.current.as_str()), "{what}");
        let names: Vec<_> = shape.contexts.iter().map(|c| c.name.as_str()).collect();
        assert!(config.contexts.names().eq(names.iter().copied()), "{what}: order");
        for (expected, report) in shape.contexts.iter().zip(&backup.report().contexts) {
            assert_eq!(report.name, expected.name, "{what}");
            assert_eq!(report.cluster.as_ref(), Some(&expected.cluster), "{what}");
            assert_eq!(report.user.as_ref(), Some(&expected.user), "{what}");
            if let Some(words) = expected.depends.words() {
                assert!(report.to_string().contains(&words), "{what}: {report} lacks {words}");
                assert_eq!(report.stands_alone(), expected.depends == shapes::Depends::StandsAlone, "{what}: {report}");
            }
        }
        no_references(what, config);

        // Once more, from the backup: nothing changes.
        let file = place.folder.path().join("backup");
        backup.write(&file, &WriteOptions::new()).unwrap();
        let again = Loader::new(Environment::new("/")).explicit(&file).load().unwrap();
        let again = build(&again);
        assert_eq!(again.to_yaml(), backup.to_yaml(), "{what}");
        assert_eq!(again.report().contexts, backup.report().contexts, "{what}");
        assert_eq!(again.report().embedded, [], "{what}");

        if let Some(kubectl) = kubectl {
            let theirs = kubectl.view_raw_json(&file).unwrap_or_else(|e| panic!("{what}: {e}"));
            let ours = kubeconfig::config::View::of(config).raw(true).to_json().unwrap();
            assert_eq!(theirs, ours, "{what}");
        }
    }
}

#[cfg(feature = "rancher")]
fn judged(export: Export<'_>) -> Export<'_> {
    export.judge(kubeconfig::rancher::judge)
}

#[cfg(not(feature = "rancher"))]
fn judged(export: Export<'_>) -> Export<'_> {
    export
}

fn no_references(what: &str, config: &Kubeconfig) {
    assert!(config.clusters.iter().all(|(_, c)| c.certificate_authority.is_none()), "{what}");
    for (_, user) in config.users.iter() {
        assert_eq!((&user.client_certificate, &user.client_key, &user.token_file), (&None, &None, &None), "{what}");
    }
}

#[test]
fn chosen_contexts_and_nothing_else() {
    let loaded = loaded(THREE);
    for (chosen, contexts, clusters, users, current) in [
        (&[][..], &["a", "b", "c"][..], &["one", "two"][..], &["u2", "u1"][..], "b"),
        (&["a"], &["a"], &["one"], &["u1"], "a"),
        (&["b"], &["b"], &["two"], &["u2"], "b"),
        // The file's order, and the first named as the current one.
        (&["c", "a", "c"], &["a", "c"], &["one"], &["u2", "u1"], "c"),
        (&["c", "b"], &["b", "c"], &["one", "two"], &["u2"], "b"),
    ] {
        let backup = loaded.export().contexts(chosen.iter().copied()).build().unwrap();
        let config = backup.config();
        assert!(config.contexts.names().eq(contexts.iter().copied()), "{chosen:?}");
        assert!(config.clusters.names().eq(clusters.iter().copied()), "{chosen:?}");
        assert!(config.users.names().eq(users.iter().copied()), "{chosen:?}");
        assert_eq!(config.current_context(), Some(current), "{chosen:?}");
        let chosen_now = backup.report().notes.contains(&Note::CurrentContextChosen { context: current.into() });
        assert_eq!(chosen_now, current != "b", "{chosen:?}");
    }
}

#[test]
fn unknown_fields_and_order_stay() {
    let backup = loaded(THREE).export().contexts(["a"]).build().unwrap();
    let yaml = backup.to_yaml();
    for kept in ["x-top: kept", "colors: true", "n: 0x10", "x-entry: 1", "x-context: yes", "x-entry: 0777", "x-user: ~"]
    {
        assert!(yaml.contains(kept), "{kept}:\n{yaml}");
    }
    assert!(yaml.contains("x-cluster: '1.10'") || yaml.contains("x-cluster: \"1.10\""), "{yaml}");
    assert!(yaml.contains("kind: Config") && yaml.contains("apiVersion: v1"), "{yaml}");
    assert_eq!(&yaml.parse::<Kubeconfig>().unwrap(), backup.config());
}

#[test]
fn current_context() {
    let loaded = loaded(THREE);
    let current = |export: Export<'_>| export.build().map(|b| b.config().current_context().map(str::to_owned));
    assert_eq!(current(loaded.export().current("c")).unwrap().as_deref(), Some("c"));
    assert_eq!(current(loaded.export().current_by(|c| c.contexts.names().last())).unwrap().as_deref(), Some("c"));
    assert_eq!(current(loaded.export().current_by(|_| None)).unwrap().as_deref(), Some("b"));
    // The chooser sees what will be written: the source's choice is only there if it was kept.
    assert_eq!(
        current(loaded.export().contexts(["c", "a"]).current_by(|c| {
            assert_eq!(c.current_context(), None);
            c.contexts.names().next()
        }))
        .unwrap()
        .as_deref(),
        Some("a")
    );
    for bad in [loaded.export().current("nope"), loaded.export().contexts(["a"]).current("b")] {
        assert_eq!(bad.build().unwrap_err().kind(), ErrorKind::ContextNotFound);
    }
    let elsewhere = loaded.export().contexts(["a"]).current_by(|_| Some("b")).build().unwrap_err();
    assert_eq!(elsewhere.kind(), ErrorKind::ContextNotFound);
}

#[test]
fn filter() {
    let loaded = loaded(THREE);
    let backup = loaded.export().contexts(["c", "b"]).filter(|_| vec!["a", "c"]).build().unwrap();
    assert!(backup.config().contexts.names().eq(["c"]));
    assert!(backup.report().notes.contains(&Note::LeftOut { context: "b".into() }));
    let error = loaded.export().filter(|_| vec![]).build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[test]
fn servers() {
    type Servers<'a> = &'a [(&'a str, &'a str, Option<&'a str>)];
    let loaded = loaded(THREE);
    let cases: &[(Option<&str>, &[(&str, &str)], Servers<'_>)] = &[
        (Some("https://x"), &[], &[("a", "https://x", None), ("b", "https://x", None), ("c", "https://x", None)]),
        // The one that stays keeps the cluster with its name for TLS, the other gets a copy without.
        (None, &[("a", "https://x")], &[("a", "https://x", None), ("c", "https://one:6443", Some("kubernetes"))]),
        (None, &[("b", "https://x")], &[("b", "https://x", None), ("a", "https://one:6443", Some("kubernetes"))]),
        (
            Some("https://y"),
            &[("c", "https://x")],
            &[("a", "https://y", None), ("b", "https://y", None), ("c", "https://x", None)],
        ),
        // The same server as before is no change.
        (None, &[("a", "https://one:6443")], &[("a", "https://one:6443", Some("kubernetes"))]),
        (None, &[("a", "https://x"), ("a", "https://y")], &[("a", "https://y", None)]),
    ];
    for (all, of, expected) in cases {
        let mut export = loaded.export();
        if let Some(url) = all {
            export = export.server(*url);
        }
        for (context, url) in *of {
            export = export.server_of(*context, *url);
        }
        let backup = export.build().unwrap();
        let config = backup.config();
        for (context, server, tls) in *expected {
            let cluster = &config.clusters[config.contexts[context].cluster.as_deref().unwrap()];
            assert_eq!(cluster.server.as_deref(), Some(*server), "{all:?} {of:?} {context}");
            assert_eq!(cluster.tls_server_name.as_deref(), *tls, "{all:?} {of:?} {context}");
        }
        let used: std::collections::BTreeSet<_> = config.contexts.iter().map(|(_, c)| c.cluster.clone()).collect();
        assert_eq!(used.len(), config.clusters.len(), "{all:?} {of:?}: no cluster that nobody uses");
    }
    // A copy is whole, and called after its context, or with a number behind where that name is taken.
    let text = THREE.replace("name: two\n", "name: a\n").replace("cluster: two", "cluster: a");
    let loaded = Loaded::from_config(text.parse().unwrap(), "/nowhere");
    let backup = loaded.export().server_of("a", "https://x").build().unwrap();
    let config = backup.config();
    assert_eq!(config.contexts["a"].cluster.as_deref(), Some("a-2"));
    assert_eq!(config.clusters.other("a-2"), config.clusters.other("one"));
    assert_eq!(config.clusters["a-2"].other, config.clusters["one"].other);
    assert!(backup.report().notes.contains(&Note::ClusterCopied { cluster: "one".into(), copy: "a-2".into() }));
}

#[test]
fn name() {
    let place = Place::of(&shapes::k3s());
    let loaded = place.load();
    let backup = loaded.export().server("https://k3s.example.com:6443").name("my k3s").build().unwrap();
    let config = backup.config();
    assert!(config.contexts.names().chain(config.clusters.names()).chain(config.users.names()).eq(["my k3s"; 3]));
    assert_eq!(config.current_context(), Some("my k3s"));
    let context = &config.contexts["my k3s"];
    assert_eq!((context.cluster.as_deref(), context.user.as_deref()), (Some("my k3s"), Some("my k3s")));
    assert!(backup.report().stands_alone(), "{}", backup.report());
    // The entries of one context never clash, whatever else the source has.
    let loaded = self::loaded(THREE);
    let backup = loaded.export().contexts(["b"]).name("a").build().unwrap();
    assert!(backup.config().users.names().eq(["a"]));
}

#[test]
fn arguments_that_are_refused() {
    let loaded = loaded(THREE);
    let cases: Vec<(Export<'_>, ErrorKind, &[&str])> = vec![
        (loaded.export().contexts(["a", "nope"]), ErrorKind::ContextNotFound, &["\"nope\"", "\"a\", \"b\", \"c\""]),
        (loaded.export().contexts(["no", "nope"]), ErrorKind::Several, &["\"no\"", "\"nope\""]),
        (loaded.export().name("x"), ErrorKind::Usage, &["3 contexts"]),
        (loaded.export().contexts(["a"]).name(""), ErrorKind::Usage, &["empty"]),
        (loaded.export().server("10.0.0.1:6443"), ErrorKind::Usage, &["scheme", "https://"]),
        (loaded.export().server(""), ErrorKind::Usage, &["scheme"]),
        (loaded.export().server("https://u:SECRET-CANARY@x"), ErrorKind::Usage, &["user name"]),
        (loaded.export().server_of("nope", "https://x"), ErrorKind::ContextNotFound, &["\"nope\""]),
        (loaded.export().contexts(["a"]).server_of("b", "https://x"), ErrorKind::ContextNotFound, &["\"b\""]),
    ];
    for (export, kind, parts) in cases {
        let error = export.build().unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        let text = error.to_string();
        assert!(parts.iter().all(|part| text.contains(part)), "{text}");
        canary::check("error", &text);
    }
    let empty = Place::new("");
    let error = empty.build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::EmptyConfig);
    assert_eq!(error.file(), Some(empty.config.as_path()));
}

#[test]
fn dangling_references() {
    let text = "contexts:\n- name: a\n  context: {cluster: gone, user: lost}\n- name: b\n  context: {cluster: k}\n\
                clusters: [{name: k, cluster: {server: 'https://k'}}]\n";
    let place = Place::new(text);
    let error = place.build().unwrap_err();
    let texts: Vec<String> = error.errors().iter().map(ToString::to_string).collect();
    assert_eq!(texts.len(), 2, "{error}");
    let start = format!("{}:2:", place.config.display());
    assert!(texts.iter().all(|text| text.starts_with(&start)), "{error}");
    assert!(texts[0].contains("\"gone\"") && texts[1].contains("\"lost\""), "{error}");
    // A context that was not chosen does no harm, and one without a user is kept, and said to be of little use.
    let backup = place.load().export().contexts(["b"]).build().unwrap();
    assert_eq!(backup.report().contexts[0].dependences, [Dependence::Credentials]);
}

#[test]
fn token_files() {
    let jwt = "a.b.c";
    for (user, file, expected) in [
        ("tokenFile: t", Some("  from-file \r\n\n"), Ok(("from-file", None))),
        ("tokenFile: ./x/../t", Some(jwt), Ok((jwt, None))),
        ("tokenFile: t, token: old", Some("new"), Ok(("new", Some(Note::TokenFileWins { user: "u".into() })))),
        ("tokenFile: '', token: old", None, Ok(("old", None))),
        ("tokenFile: t", None, Err("No such file")),
        ("tokenFile: t", Some(" \n"), Err("empty")),
        ("tokenFile: t, token: old", Some(""), Err("empty")),
        ("tokenFile: t", Some("two\nlines"), Err("nothing else")),
    ] {
        let mut place = one("", user);
        if let Some(file) = file {
            place = place.with("t", file);
        }
        match (place.build(), expected) {
            (Ok(backup), Ok((token, note))) => {
                let entry = &backup.config().users["u"];
                assert_eq!(entry.token.as_ref().map(|t| t.expose().as_str()), Some(token), "{user}");
                assert_ne!(entry.token_file.as_deref(), Some("t"), "{user}");
                assert_eq!(backup.report().notes, Vec::from_iter(note), "{user}");
                let embedded: Vec<_> = backup.report().embedded.iter().map(|e| (e.file.clone(), e.field)).collect();
                let there = file.map(|_| (place.folder.path().join("t"), "tokenFile"));
                assert_eq!(embedded, Vec::from_iter(there), "{user}");
            }
            (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{user}: {error}"),
            (got, _) => panic!("{user}: {got:?}"),
        }
    }
    // As at run time, the token beside a file that is not there is used.
    let place = one("", "tokenFile: t, token: old");
    let backup = place.build().unwrap();
    let file = place.folder.path().join("t");
    assert_eq!(backup.report().notes, [Note::TokenFileMissing { user: "u".into(), file }]);
    assert_eq!(backup.config().users["u"].token.as_ref().unwrap().expose(), "old");
}

#[test]
fn all_missing_files_at_once_with_their_places() {
    let place = one("certificate-authority: ca.pem", "client-certificate: c.pem, client-key: k.pem");
    let error = place.build().unwrap_err();
    let folder = place.folder.path();
    assert!(error.is_file_not_found());
    let texts: Vec<String> = error.errors().iter().map(ToString::to_string).collect();
    let config = place.config.display();
    for (text, (place, file)) in texts.iter().zip([
        (format!("{config}:2:3: clusters[k].certificate-authority: "), "ca.pem"),
        (format!("{config}:5:3: users[u].client-certificate: "), "c.pem"),
        (format!("{config}:5:3: users[u].client-key: "), "k.pem"),
    ]) {
        assert!(text.starts_with(&place), "{text}");
        assert!(text.contains(&folder.join(file).display().to_string()), "{text}");
    }
    assert_eq!(texts.len(), 3);
    // A file that a whole fleet names is told of once.
    let text = "clusters:\n- name: a\n  cluster: {certificate-authority: ca}\n- name: b\n  cluster: {certificate-authority: ca}\n\
                contexts:\n- name: a\n  context: {cluster: a}\n- name: b\n  context: {cluster: b}\n";
    assert_eq!(Place::new(text).build().unwrap_err().errors().len(), 1);
}

#[test]
fn files_that_are_refused() {
    let w = world();
    let encrypted = w.plain_admin.key_pkcs8.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    let cases: &[(&str, &str, &str, &str)] = &[
        ("certificate-authority: f", "", "", "empty"),
        ("certificate-authority: f", "", "SECRET-CANARY", "no PEM"),
        ("certificate-authority: f", "", &w.plain_admin.key, "no"),
        ("", "client-certificate: f", &w.plain_admin.key, "no"),
        ("", "client-key: f", &w.plain_admin.certificate, "private key"),
        ("", "client-key: f", &encrypted, "encrypted"),
        ("certificate-authority: f, certificate-authority-data: QUJD", "", &w.plain_ca.certificate, "both"),
        ("", "client-key: f, client-key-data: QUJD", &w.plain_admin.key, "both"),
    ];
    for (cluster, user, content, part) in cases {
        let needs_cert = *part != "empty" && *part != "both";
        if needs_cert && !cfg!(feature = "cert") {
            continue;
        }
        let place = one(cluster, user).with("f", content);
        let error = place.build().expect_err(part);
        let text = error.to_string();
        assert!(text.contains(part), "{text}");
        assert!(text.starts_with(&place.config.display().to_string()), "{text}");
        canary::check("error", &text);
    }
    // A pair of an empty *-data and a file is none, as in kubectl.
    let place =
        one("certificate-authority: f, certificate-authority-data: ''", "token: t").with("f", &w.plain_ca.certificate);
    let backup = place.build().unwrap();
    let data = backup.config().clusters["k"].certificate_authority_data.as_ref().unwrap();
    assert_eq!(&*data.decode(), w.plain_ca.certificate.as_bytes());
}

#[cfg(unix)]
#[test]
fn only_regular_files_of_a_sane_size() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let huge = folder.path().join("huge");
    fs::File::create(&huge).unwrap().set_len(17 << 20).unwrap();
    for (path, part) in [
        (folder.path().to_owned(), "directory"),
        (pipe, "not a regular file"),
        (huge, "16777216"),
        (PathBuf::from("/dev/zero"), "not a regular file"),
        (folder.path().join("huge/below"), "directory"),
    ] {
        for (cluster, user) in [("certificate-authority: ", ""), ("", "tokenFile: "), ("", "client-key: ")] {
            let quoted = |key: &str| if key.is_empty() { String::new() } else { format!("{key}'{}'", path.display()) };
            let text = one(&quoted(cluster), &quoted(user)).build().unwrap_err().to_string();
            assert!(text.to_lowercase().contains(part), "{text}");
        }
    }
}

#[test]
fn paths_start_from_each_entrys_own_file() {
    let w = world();
    let folder = tempfile::tempdir().unwrap();
    let below = folder.path().join("below");
    fs::create_dir(&below).unwrap();
    let text = |n: &str| {
        format!(
            "clusters:\n- name: k{n}\n  cluster: {{server: 'https://k', certificate-authority: ca}}\n\
             users:\n- name: u{n}\n  user: {{exec: {{command: bin/../login, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}}}}\n\
             contexts:\n- name: c{n}\n  context: {{cluster: k{n}, user: u{n}}}\n"
        )
    };
    fs::write(folder.path().join("a"), text("1")).unwrap();
    fs::write(below.join("b"), text("2")).unwrap();
    fs::write(folder.path().join("ca"), &w.plain_ca.certificate).unwrap();
    fs::write(below.join("ca"), &w.cloud_ca.certificate).unwrap();
    let environment =
        Environment::new(folder.path()).var("KUBECONFIG", if cfg!(windows) { "a;below/b" } else { "a:below/b" });
    let backup = Loader::new(environment).load().unwrap().export().build().unwrap();
    for (n, folder, ca) in [("1", folder.path(), &w.plain_ca), ("2", &below, &w.cloud_ca)] {
        let data = backup.config().clusters[format!("k{n}").as_str()].certificate_authority_data.as_ref().unwrap();
        assert_eq!(&*data.decode(), ca.certificate.as_bytes());
        let user = format!("u{n}");
        let command = backup.config().users[user.as_str()].exec.as_ref().unwrap().command.clone().unwrap();
        assert_eq!(Path::new(&command), folder.join("login"));
        let told = Note::CommandMadeAbsolute { user, command: command.clone() };
        assert!(backup.report().notes.contains(&told), "{:?}", backup.report().notes);
        let report = backup.report().contexts.iter().find(|c| c.name == format!("c{n}")).unwrap();
        assert_eq!(report.dependences, [Dependence::Command(command)]);
    }
}

#[test]
fn what_a_context_depends_on() {
    const EXEC: &str = "exec: {command: login, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}";
    let oidc = "auth-provider: {name: oidc, config: {idp-issuer-url: 'https://i', client-id: x}}";
    let exec_and_token = format!("{EXEC}, token: t");
    let exec_and_name = format!("{EXEC}, username: n");
    for (server, cluster, user, line) in [
        ("https://10.0.0.1", "", "token: t", "token; stands alone"),
        ("https://10.0.0.1", "", "username: n, password: p", "user name and password; stands alone"),
        ("https://10.0.0.1", "", "", "no credentials; needs credentials typed in"),
        ("https://10.0.0.1", "", EXEC, "command; needs login on the machine"),
        // What client-go would not run is not needed.
        ("https://10.0.0.1", "", &exec_and_token, "token; stands alone"),
        ("https://10.0.0.1", "", &exec_and_name, "user name and password; stands alone"),
        ("https://10.0.0.1", "", oidc, "login plugin oidc; needs the login plugin oidc (auth-provider)"),
        ("https://127.0.0.1:6443", "", "token: t", "token; this machine only"),
        ("https://[::1]:6443", "", EXEC, "command; this machine only; needs login on the machine"),
        ("https://localhost", "", "token: t", "token; this machine only"),
        ("https://10.0.0.1", "proxy-url: 'socks5://localhost:1080'", "token: t", "token; this machine only"),
        ("https://10.0.0.1", "proxy-url: 'http://proxy:3128'", "token: t", "token; stands alone"),
        // Plain http takes no credentials, and without a server it goes to localhost:8080.
        ("http://10.0.0.1:8080", "", "token: t", "no credentials; stands alone"),
        ("10.0.0.1:8080", "", EXEC, "no credentials; stands alone"),
        ("", "", "token: t", "no credentials; this machine only"),
        // What kubectl would refuse is of no use anywhere.
        ("https://10.0.0.1", "", "token: t, username: n", "refused by kubectl: "),
        ("https://10.0.0.1", "", "client-certificate-data: QUJD", "refused by kubectl: "),
        ("https://10.0.0.1", "", "auth-provider: {name: gcp}", "refused by kubectl: "),
        ("https://10.0.0.1", "certificate-authority-data: QUJD", "token: t", "refused by kubectl: "),
    ] {
        let text = format!(
            "clusters: [{{name: k, cluster: {{server: '{server}', {cluster}}}}}]\nusers: [{{name: u, user: {{{user}}}}}]\n\
             contexts: [{{name: c, context: {{cluster: k, user: u}}}}]"
        );
        let backup = loaded(&text).export().build().unwrap_or_else(|e| panic!("{text}: {e}"));
        let shown = backup.report().contexts[0].to_string();
        match line.strip_suffix(' ') {
            Some(part) => assert!(shown.contains(part), "{shown}"),
            None => assert_eq!(shown, format!("c: {line}"), "{text}"),
        }
        assert_eq!(backup.report().stands_alone(), line.ends_with("stands alone"));
    }
}

#[cfg(feature = "cert")]
#[test]
fn until_when() {
    use kubeconfig::cert::parse_time;
    use pki::{Algorithm, Ca, Validity};
    let day = |text: &str| parse_time(text).unwrap();
    let validity = |from: &str, until: &str| Validity { from: day(from).as_secs(), until: day(until).as_secs() };
    let ca = Ca::valid("ca", None, Algorithm::Ec, validity("2020-01-01", "2040-01-01"));
    let old_ca = Ca::valid("old", None, Algorithm::Ec, validity("2020-01-01", "2022-01-01"));
    let admin = ca.client("admin", None, validity("2025-01-01", "2026-01-01"));
    let certificate =
        format!("client-certificate-data: {}, client-key-data: {}", base64(&admin.certificate), base64(&admin.key));
    let jwt =
        |claims: &str| format!("e30.{}.sig", base64(claims).trim_end_matches('=').replace('+', "-").replace('/', "_"));
    let token = format!("token: {}", jwt(r#"{"sub": "x", "exp": 1767225600}"#)); // 2026-01-01
    let with_ca = |ca: &Ca| format!("certificate-authority-data: {}", base64(&ca.certificate));
    let bundle = format!("{}{}", old_ca.certificate, ca.certificate);
    let both = format!("{certificate}, token: opaque");
    for (cluster, user, at, line) in [
        (String::new(), &certificate, "2025-06-01", "client certificate until 2026-01-01T00:00:00Z; stands alone"),
        (
            String::new(),
            &certificate,
            "2026-01-02",
            "client certificate until 2026-01-01T00:00:00Z; the client certificate has expired",
        ),
        (with_ca(&ca), &token, "2025-06-01", "token until 2026-01-01T00:00:00Z; stands alone"),
        (with_ca(&ca), &token, "2026-06-01", "token until 2026-01-01T00:00:00Z; the token has expired"),
        (with_ca(&old_ca), &"token: t".into(), "2025-06-01", "token; the CA has expired"),
        (
            format!("certificate-authority-data: {}", base64(&bundle)),
            &"token: t".into(),
            "2025-06-01",
            "token; stands alone",
        ),
        // One of two is enough.
        (String::new(), &both, "2026-06-01", "client certificate until 2026-01-01T00:00:00Z, token; stands alone"),
        (String::new(), &format!("token: {}", jwt("{}")), "2025-06-01", "token; stands alone"),
        (String::new(), &format!("token: {}", jwt(r#"{"exp": 1e300}"#)), "2025-06-01", "token; stands alone"),
        (String::new(), &format!("token: {}", jwt(r#"{"exp": "x"}"#)), "2025-06-01", "token; stands alone"),
    ] {
        let place = one(&cluster, user);
        let backup = place.load().export().at(day(at)).build().unwrap();
        assert_eq!(backup.report().contexts[0].to_string(), format!("c: {line}"));
    }
}

#[test]
fn writing() {
    let w = world();
    let place =
        one("certificate-authority: ca", "tokenFile: token").with("ca", &w.plain_ca.certificate).with("token", "t");
    let backup = place.build().unwrap();
    let folder = place.folder.path();
    let options = WriteOptions::new();
    let force = WriteOptions::new().force(true);

    let target = folder.join("backup");
    let saved = backup.write(&target, &options).unwrap();
    assert_eq!(fs::read_to_string(&target).unwrap(), backup.to_yaml());
    assert_eq!((saved.written.replaced, saved.git_work_tree), (false, None));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(backup.write(&target, &options).unwrap_err().kind(), ErrorKind::Refused);
    assert!(backup.write(&target, &force).unwrap().written.replaced);

    // Not over what it was made from, by whatever way.
    let mut ways = vec![folder.join("config"), folder.join("ca"), folder.join("./token")];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("config", folder.join("link")).unwrap();
        fs::hard_link(folder.join("token"), folder.join("hard")).unwrap();
        ways.extend([folder.join("link"), folder.join("hard")]);
    }
    let before = common::listing(folder);
    for way in ways {
        let error = backup.write(&way, &force).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused, "{error}");
        assert!(error.to_string().contains("made from"), "{error}");
    }
    assert_eq!(common::listing(folder), before);

    fs::create_dir(folder.join(".git")).unwrap();
    fs::write(folder.join(".git/HEAD"), "ref: refs/heads/main\n").unwrap();
    let saved = backup.write(folder.join("in-git"), &options).unwrap();
    assert!(saved.git_work_tree.is_some());
}

#[test]
fn nothing_secret_shows() {
    let place = Place::new(&canary::kubeconfig());
    let loaded = place.load();
    let backup = judged(loaded.export()).build().unwrap();
    assert!(canary::found(backup.to_yaml()));
    canary::check("report", &backup.report().to_string());
    canary::check("debug", &format!("{backup:?} {:?}", backup.report()));
    let path = place.folder.path().join("out");
    let saved = backup.write(&path, &WriteOptions::new()).unwrap();
    canary::check("saved", &format!("{saved:?}"));
    canary::check("again", &backup.write(&path, &WriteOptions::new()).unwrap_err().to_string());

    let files = one("certificate-authority: f", "client-certificate: f, client-key: f");
    for content in
        ["SECRET-CANARY", "-----BEGIN CERTIFICATE-----\nSECRET-CANARY\n", "-----BEGIN PRIVATE KEY-----\nSECRET-CANARY"]
    {
        fs::write(files.folder.path().join("f"), content).unwrap();
        if let Err(error) = files.build() {
            canary::check("file", &format!("{error} {error:?}"));
        }
    }
    let token = one("", "tokenFile: f").with("f", "SECRET-CANARY\nSECRET-CANARY");
    let error = token.build().unwrap_err();
    canary::check("token", &format!("{error} {error:?}"));
}

/// Names that would paint the terminal.
#[test]
fn names_are_made_harmless() {
    let text = "contexts: [{name: \"\\e[31mred\", context: {cluster: \"k\\r\", user: u}}]\n\
                clusters: [{name: \"k\\r\", cluster: {server: 'https://k'}}]\n\
                users: [{name: u, user: {exec: {command: \"a\\e[0m\", apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}}}]";
    let loaded = loaded(text);
    let backup = loaded.export().server_of("\u{1b}[31mred", "https://x").build().unwrap();
    let mut shown = backup.report().to_string();
    shown.push_str(&loaded.export().contexts(["x"]).build().unwrap_err().to_string());
    assert!(!shown.contains('\u{1b}') && !shown.contains('\r'), "{shown:?}");
}

#[test]
fn ten_thousand_contexts() {
    let w = world();
    let mut config = Kubeconfig::new();
    for n in 0..10_000 {
        let name = format!("c{n}");
        let mut cluster = kubeconfig::Cluster::new(format!("https://c{n}:6443"));
        cluster.certificate_authority = Some("ca".into());
        config.clusters.insert(name.as_str(), cluster);
        config.users.insert(name.as_str(), kubeconfig::AuthInfo::with_token(format!("kubeconfig-u-abcde:{n}")));
        config.contexts.insert(name.as_str(), kubeconfig::Context::new(name.as_str(), name.as_str()));
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("ca"), &w.plain_ca.certificate).unwrap();
    let loaded = Loaded::from_config(config, folder.path());
    let start = std::time::Instant::now();
    let export = judged(loaded.export()).server_of("c7", "https://x");
    #[cfg(feature = "rancher")]
    let export = export.filter(kubeconfig::rancher::direct).current_by(kubeconfig::rancher::prefer_direct);
    let backup = export.build().unwrap();
    assert_eq!(backup.report().contexts.len(), 10_000);
    // Seconds even where nothing is optimised; hours if it were quadratic anywhere.
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
    eprintln!("10,000 contexts: {:?}", start.elapsed());
}

mod properties {
    use super::*;
    use proptest::prelude::*;

    /// Clusters, users and contexts that refer to some of them; no context without a cluster.
    fn model() -> impl Strategy<Value = (Kubeconfig, Vec<String>)> {
        let contexts = prop::collection::vec(
            (0..4usize, prop::option::of(0..4usize), any::<bool>(), "[ -~é\u{1F980}]{0,6}"),
            1..7,
        );
        (contexts, prop::option::of(0..8usize)).prop_map(|(contexts, current)| {
            let mut config = Kubeconfig::new();
            let mut chosen = Vec::new();
            for n in 0..4 {
                config.clusters.insert(format!("k{n}"), kubeconfig::Cluster::new(format!("https://k{n}:6443")));
                config.users.insert(format!("u{n}"), kubeconfig::AuthInfo::with_token(format!("t{n}")));
            }
            for (n, (cluster, user, choose, name)) in contexts.into_iter().enumerate() {
                let name = format!("{name}{n}");
                let mut context = kubeconfig::Context::new(format!("k{cluster}"), "");
                context.user = user.map(|user| format!("u{user}"));
                config.contexts.insert(name.as_str(), context);
                if choose {
                    chosen.push(name);
                }
            }
            config.current_context = current.and_then(|n| config.contexts.names().nth(n).map(str::to_owned));
            (config, chosen)
        })
    }

    proptest! {
        #[test]
        fn exactly_what_is_referred_to((config, chosen) in model()) {
            let loaded = Loaded::from_config(config.clone(), "/");
            let backup = loaded.export().contexts(chosen.clone()).build().unwrap();
            let got = backup.config();
            let kept = |name: &str| chosen.is_empty() || chosen.iter().any(|c| c == name);
            let contexts: Vec<_> = config.contexts.iter().filter(|(name, _)| kept(name)).collect();
            prop_assert!(got.contexts.iter().eq(contexts.iter().copied()));
            let clusters = config.clusters.iter().filter(|(k, _)| contexts.iter().any(|(_, c)| c.cluster.as_deref() == Some(*k)));
            prop_assert!(got.clusters.iter().eq(clusters));
            let users = config.users.iter().filter(|(u, _)| contexts.iter().any(|(_, c)| c.user.as_deref() == Some(*u)));
            prop_assert!(got.users.iter().eq(users));
            prop_assert!(got.contexts.contains(got.current_context().unwrap()));

            let again = Loaded::from_config(backup.to_yaml().parse().unwrap(), "/");
            let again = again.export().build().unwrap();
            prop_assert_eq!(again.to_yaml(), backup.to_yaml());
            prop_assert_eq!(again.config(), got);
            prop_assert!(again.report().notes.is_empty());
        }
    }
}
