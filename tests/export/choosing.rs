//! Which entries are kept, under which names, with which servers.

use super::*;

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
    assert!(backup.report().notes.contains(&Note::LeftOut { contexts: vec!["b".into()] }));
    let error = loaded.export().filter(|_| vec![]).build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[test]
fn servers() {
    /// All contexts' server, single ones' servers; then what each context has: its server, its name for TLS.
    type Case<'a> = (Option<&'a str>, &'a [(&'a str, &'a str)], &'a [(&'a str, &'a str, Option<&'a str>)]);
    let loaded = loaded(THREE);
    let cases: &[Case<'_>] = &[
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
        let copies = backup.report().notes.iter().filter(|n| matches!(n, Note::ClusterCopied { .. })).count();
        assert_eq!(config.clusters.len(), 2 + copies, "{all:?} {of:?}");
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
    assert_eq!(backup.report().stands_alone(), cfg!(feature = "verify"), "{}", backup.report());
    assert_eq!(backup.report().notes, []);
    // The entries of one context never clash, whatever else the source has.
    let loaded = self::loaded(THREE);
    let backup = loaded.export().contexts(["b"]).name("a").build().unwrap();
    assert!(backup.config().users.names().eq(["a"]));
    let backup = loaded.export().contexts(["c"]).name("new").build().unwrap();
    assert_eq!(backup.report().notes, [Note::CurrentContextChosen { context: "new".into() }]);
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
    let error = place.load().export().contexts(["a", "b"]).build().unwrap_err();
    let texts: Vec<String> = error.errors().iter().map(ToString::to_string).collect();
    assert_eq!(texts.len(), 2, "{error}");
    // Where nobody asked for it by name it is left out.
    let notes = place.build().unwrap().report().notes.clone();
    assert!(notes.contains(&Note::NotInBackup { contexts: vec!["a".into()], reasons: texts.clone() }), "{notes:?}");
    let start = format!("{}:2:", place.config.display());
    assert!(texts.iter().all(|text| text.starts_with(&start)), "{error}");
    assert!(texts[0].contains("\"gone\"") && texts[1].contains("\"lost\""), "{error}");
    // A context that was not chosen does no harm, and one without a user is kept, and said to be of little use.
    let backup = place.load().export().contexts(["b"]).build().unwrap();
    assert!(backup.report().contexts[0].needs().any(|need| *need == Need::Person));
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
