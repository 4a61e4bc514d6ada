//! Kubeconfigs edited: which file a change goes to, and what stays as it was.

use super::*;
use crate::common::kubectl::need_kubectl;
use kubeconfig::config::Section;
use kubeconfig::load::Subject;
use kubeconfig::store::{Draft, Edited, How};
use kubeconfig::{AuthInfo, Cluster, Context, Loader};

/// A folder with the files `contents`, and what reads them as one.
fn files(contents: &[(&str, &str)], list: &str) -> (Folder, Loader) {
    let folder = Folder::new();
    for (name, text) in contents {
        folder.file(name, text);
    }
    let environment = Environment::new(&folder.0).var("HOME", &folder.0).var("KUBECONFIG", list);
    (folder, Loader::new(environment))
}

fn edit(folder: &Folder, loader: &Loader, change: impl Fn(&mut Draft)) -> Edited<()> {
    folder
        .store()
        .edit(loader, |draft| {
            change(draft);
            Ok(())
        })
        .unwrap()
}

fn changed<T>(edited: &Edited<T>) -> Vec<String> {
    edited.changed.iter().map(|change| change.path.display().to_string()).collect()
}

const COMMENTED: &str = "\
# Clusters of the team. Don't reorder.
apiVersion: v1
kind: Config
clusters:
  # the one that matters
  - name: prod
    cluster: {server: 'https://prod.example.com:6443'}   # behind the VPN
contexts:
- context:
    user:    me
    cluster: prod
  name: prod

- name: old # to be removed
  context: {cluster: prod, user: me}
users: [{name: me, user: {token: SECRET-CANARY}}]
current-context: old
x-team: blue
";

#[test]
fn only_what_is_meant_changes() {
    type Case = (fn(&mut Draft), &'static str, &'static str);
    let cases: [Case; 5] = [
        (|d| d.config.current_context = Some("prod".into()), "current-context: old", "current-context: prod"),
        (|d| d.rename(Section::Contexts, "old", "new").unwrap(), "- name: old #", "- name: new #"),
        (
            |d| d.config.clusters.get_mut("prod").unwrap().server = Some("https://10.0.0.1".into()),
            "'https://prod.example.com:6443'",
            "'https://10.0.0.1'",
        ),
        (|d| assert!(d.config.contexts.rename("prod", "live")), "  name: prod\n\n", "  name: live\n\n"),
        (
            |d| drop(d.config.contexts.remove("old")),
            "- name: old # to be removed\n  context: {cluster: prod, user: me}\n",
            "",
        ),
    ];
    for (change, from, to) in cases {
        let (folder, loader) = files(&[("config", COMMENTED)], "config");
        let edited = edit(&folder, &loader, change);
        assert_eq!(changed(&edited), ["config"]);
        let expected = COMMENTED.replacen(from, to, 1);
        assert_ne!(expected, COMMENTED);
        assert_eq!(fs::read_to_string(folder.path("config")).unwrap(), expected);
        assert_eq!(folder.names(), ["config"]);
    }
}

#[test]
fn nothing_is_written_where_nothing_changes() {
    let (folder, loader) = files(&[("config", COMMENTED)], "config");
    let before = fs::metadata(folder.path("config")).unwrap().ino();
    let changes: [fn(&mut Draft); 2] = [|_| {}, |d| d.config.current_context = Some("old".into())];
    for change in changes {
        assert!(edit(&folder, &loader, change).changed.is_empty());
    }
    assert_eq!(fs::metadata(folder.path("config")).unwrap().ino(), before);
}

#[test]
fn what_can_not_be_read_is_not_written() {
    for (bad, other) in [("clusters: [", "{}"), ("kind: Pod\n", "{}"), ("users: 3\n", "{}"), ("\u{0}", "")] {
        let (folder, loader) = files(&[("good", other), ("bad", bad)], "good:bad");
        let add = |draft: &mut Draft| {
            drop(draft.config.users.insert("new", AuthInfo::with_token("t")));
            Ok(())
        };
        let error = folder.store().edit(&loader, add).unwrap_err();
        assert!(error.to_string().contains("bad"), "{error}");
        assert_eq!(fs::read_to_string(folder.path("bad")).unwrap(), bad);
        assert_eq!(fs::read_to_string(folder.path("good")).unwrap(), other);
        assert_eq!(folder.names(), ["bad", "good"]);
    }
}

#[test]
fn kind_and_version_take_one_value() {
    let (folder, loader) = files(&[("config", "contexts: []\n")], "config");
    let sets: [fn(&mut Draft); 2] =
        [|d| d.config.kind = Some("Pod".into()), |d| d.config.api_version = Some("v2".into())];
    for set in sets {
        let error = folder
            .store()
            .edit(&loader, |draft| {
                let _: () = set(draft);
                Ok(())
            })
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused);
        assert!(error.to_string().contains("nothing was changed"), "{error}");
    }
    edit(&folder, &loader, |d| d.config.kind = Some("Config".into()));
    edit(&folder, &loader, |d| d.config.api_version = Some("v1".into()));
    let config = Kubeconfig::from_slice(&fs::read(folder.path("config")).unwrap()).unwrap();
    assert_eq!((config.kind.as_deref(), config.api_version.as_deref()), (Some("Config"), Some("v1")));
}

#[test]
fn a_new_file_is_one_that_every_client_takes() {
    for (contents, list) in [(&[][..], "new"), (&[("new", "")], "new"), (&[("new", "# mine\n")], "new")] {
        let (folder, loader) = files(contents, list);
        let edited = edit(&folder, &loader, |draft| {
            draft.config.clusters.insert("c", Cluster::new("https://c:6443"));
        });
        assert_eq!(edited.changed[0].how, if contents.is_empty() { How::Created } else { How::Replaced });
        let text = fs::read_to_string(folder.path("new")).unwrap();
        assert!(text.contains("apiVersion: v1\nkind: Config\n"), "{text}");
        assert!(text.contains("# mine") || contents.first().is_none_or(|(_, text)| text.is_empty()), "{text}");
    }
}

/// kubectl would copy `~/.kube/.kubeconfig` to `~/.kube/config` before anything else.
#[test]
fn the_file_of_old_is_carried_over() {
    let folder = Folder::new();
    fs::create_dir(folder.path(".kube")).unwrap();
    folder.file(".kube/.kubeconfig", "# old\ncurrent-context: a\n");
    let loader = Loader::new(Environment::new(&folder.0).var("HOME", &folder.0));
    assert!(edit(&folder, &loader, |_| {}).changed.is_empty());
    assert!(!folder.path(".kube/config").exists());
    edit(&folder, &loader, |draft| draft.config.current_context = Some("b".into()));
    assert_eq!(fs::read_to_string(folder.path(".kube/config")).unwrap(), "# old\ncurrent-context: b\n");
    assert_eq!(fs::read_to_string(folder.path(".kube/.kubeconfig")).unwrap(), "# old\ncurrent-context: a\n");
}

#[test]
fn without_a_file_there_is_nothing_to_write_to() {
    let (folder, loader) = files(&[], ":");
    assert!(edit(&folder, &loader, |_| {}).changed.is_empty());
    let set = |draft: &mut Draft| {
        let _: () = draft.config.current_context = Some("x".into());
        Ok(())
    };
    let error = folder.store().edit(&loader, set).unwrap_err();
    assert!(error.to_string().contains("there is no file to write to"), "{error}");
}

fn named(names: &[(&str, &str)], current: &str) -> String {
    let mut config = Kubeconfig::new();
    for (name, namespace) in names {
        let mut context = Context::new(format!("c-{name}"), format!("u-{name}"));
        context.namespace = Some((*namespace).into());
        config.contexts.insert(*name, context);
        config.clusters.insert(format!("c-{name}"), Cluster::new(format!("https://{namespace}:6443")));
        config.users.insert(format!("u-{name}"), AuthInfo::with_token(*namespace));
    }
    config.current_context = Some(current.to_owned()).filter(|name| !name.is_empty());
    config.to_yaml().unwrap()
}

#[test]
fn the_caller_sees_where_a_change_goes() {
    let (a, b) = (named(&[("x", "a")], ""), named(&[("x", "b"), ("xb", "b")], "xb"));
    let (folder, loader) = files(&[("a", &a), ("sub-b", &b)], "gone:a:sub-b");
    let edited = edit(&folder, &loader, |draft| {
        assert_eq!(draft.default_file(), Path::new("a"));
        for (subject, file) in [
            (Subject::Context("x"), "a"),
            (Subject::Context("xb"), "sub-b"),
            (Subject::Cluster("c-xb"), "sub-b"),
            (Subject::User("u-xb"), "sub-b"),
            (Subject::User("new"), "a"),
            (Subject::CurrentContext, "a"),
        ] {
            assert_eq!(draft.file_of(subject), Path::new(file), "{subject}");
            assert_eq!(draft.folder_of(subject), folder.0);
        }
        draft.rename(Section::Contexts, "xb", "y").unwrap();
        draft.rename(Section::Contexts, "y", "z").unwrap();
        assert_eq!(draft.file_of(Subject::Context("z")), Path::new("sub-b"));
        assert_eq!(draft.rename(Section::Contexts, "xb", "w").unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(draft.rename(Section::Contexts, "x", "z").unwrap_err().kind(), ErrorKind::Refused);
        draft.config.contexts.remove("x");
    });
    assert_eq!(changed(&edited), ["a", "sub-b"]);
    let uncovered: Vec<_> = edited.uncovered.iter().map(|u| (u.section, &*u.name, u.path.to_str().unwrap())).collect();
    assert_eq!(uncovered, [(Some(Section::Contexts), "x", "sub-b")]);
}

#[test]
fn a_name_hidden_in_the_same_file_is_not_taken_twice() {
    let (a, b) = (named(&[("x", "a")], ""), named(&[("x", "b"), ("y", "b")], ""));
    let (folder, loader) = files(&[("a", &a), ("b", &b)], "a:b");
    let error = folder.store().edit(&loader, |draft| {
        draft.config.contexts.remove("x");
        draft.rename(Section::Contexts, "y", "x")
    });
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Refused);
    assert_eq!(fs::read_to_string(folder.path("a")).unwrap(), a);
}

#[test]
fn names_can_be_swapped() {
    let (folder, loader) = files(&[("a", &named(&[("x", "1"), ("y", "2")], ""))], "a");
    edit(&folder, &loader, |draft| {
        for (old, new) in [("x", "t"), ("y", "x"), ("t", "y")] {
            draft.rename(Section::Contexts, old, new).unwrap();
        }
    });
    let config = Kubeconfig::from_slice(&fs::read(folder.path("a")).unwrap()).unwrap();
    assert_eq!(config.contexts.names().collect::<Vec<_>>(), ["y", "x"]);
    assert_eq!(config.contexts["y"].namespace.as_deref(), Some("1"));
}

/// What each change does to each of several files, beside what the real kubectl does to them.
#[test]
fn every_change_goes_where_kubectl_puts_it() {
    let Some(kubectl) = need_kubectl() else { return };
    let a = named(&[("x", "a"), ("xa", "a")], "xa");
    let b = named(&[("x", "b"), ("xb", "b")], "xb");
    let colors = |text: &str| format!("{text}preferences:\n  colors: true\n");
    let none = named(&[], "");
    type Change = fn(&mut Draft);
    let changes: &[(&[&str], Change)] = &[
        (&["use-context", "xb"], |d| d.config.current_context = Some("xb".into())),
        (&["unset", "current-context"], |d| d.config.current_context = None),
        (&["set-context", "xb", "--namespace=n"], |d| {
            d.config.contexts.get_mut("xb").unwrap().namespace = Some("n".into());
        }),
        (&["set-context", "x", "--namespace=n"], |d| {
            d.config.contexts.get_mut("x").unwrap().namespace = Some("n".into());
        }),
        (&["set-context", "new", "--cluster=c"], |d| {
            let mut context = Context::default();
            context.cluster = Some("c".into());
            d.config.contexts.insert("new", context);
        }),
        (&["set-cluster", "c-xb", "--server=https://new"], |d| {
            d.config.clusters.get_mut("c-xb").unwrap().server = Some("https://new".into());
        }),
        (&["set-cluster", "new", "--server=https://new"], |d| {
            d.config.clusters.insert("new", Cluster::new("https://new"));
        }),
        (&["set-credentials", "u-xb", "--token=t"], |d| {
            d.config.users.insert("u-xb", AuthInfo::with_token("t"));
        }),
        (&["set-credentials", "new", "--token=t"], |d| {
            d.config.users.insert("new", AuthInfo::with_token("t"));
        }),
        (&["delete-context", "xb"], |d| drop(d.config.contexts.remove("xb"))),
        (&["delete-context", "x"], |d| drop(d.config.contexts.remove("x"))),
        (&["delete-cluster", "c-x"], |d| drop(d.config.clusters.remove("c-x"))),
        (&["delete-user", "u-xb"], |d| drop(d.config.users.remove("u-xb"))),
        (&["rename-context", "x", "y"], |d| d.rename(Section::Contexts, "x", "y").unwrap()),
        (&["rename-context", "xb", "y"], |d| {
            d.rename(Section::Contexts, "xb", "y").unwrap();
            if d.config.current_context() == Some("xb") {
                d.config.current_context = Some("y".into());
            }
        }),
        (&["unset", "contexts"], |d| d.config.contexts = Default::default()),
        (&["unset", "clusters"], |d| d.config.clusters = Default::default()),
        (&["set", "preferences.colors", "true"], |d| d.config.preferences.colors = true),
        (&["set", "preferences.colors", "false"], |d| d.config.preferences.colors = false),
    ];
    let sets: &[(&[(&str, &str)], &str)] = &[
        (&[("a", &a), ("b", &b)], "a:b"),
        (&[("a", &b), ("b", &a)], "a:b"),
        (&[("a", &none), ("b", &b)], "a:b"),
        (&[("a", &none), ("b", &b)], "gone:a:b"),
        (&[("a", &a), ("b", &colors(&b))], "a:b"),
        (&[("a", &colors(&a)), ("b", &colors(&b))], "b:a"),
        (&[("a", &colors(&b))], "a:gone"),
    ];
    let mut compared = 0;
    for (contents, list) in sets {
        thread::scope(|scope| {
            let compare = |(arguments, change): &(&[&str], Change)| {
                let (theirs, _) = files(contents, list);
                let done = kubectl.config_list(&theirs.0, list, arguments);
                if !done.status.success() {
                    // A name that is not there in this set.
                    return 0;
                }
                let (ours, loader) = files(contents, list);
                edit(&ours, &loader, change);
                assert_eq!(ours.names(), theirs.names(), "{list} {arguments:?}");
                for name in ours.names() {
                    let read = |folder: &Folder| content(&fs::read(folder.path(&name)).unwrap());
                    assert_eq!(read(&ours), read(&theirs), "{list} {arguments:?}: {name}");
                }
                1
            };
            let threads: Vec<_> = changes.iter().map(|case| scope.spawn(move || compare(case))).collect();
            compared += threads.into_iter().map(|thread| thread.join().unwrap()).sum::<u32>();
        });
    }
    assert!(compared > 100, "{compared}");
}

/// What a file says: without the head, which kubectl always writes, and in kubectl's order.
fn content(text: &[u8]) -> String {
    let mut config = Kubeconfig::from_slice(text).unwrap();
    (config.kind, config.api_version) = (None, None);
    kubeconfig::config::View::of(&config).raw(true).to_json().unwrap()
}
