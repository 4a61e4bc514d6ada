//! What becomes of entries of one name, strategy by strategy.

use super::*;
use OnConflict::{Fail, Keep, Rename, Replace};

/// Clusters, users and contexts of a file, as in [`text`].
type File = [&'static str; 3];

fn merged(files: &[File], on_conflict: OnConflict) -> Result<Merged, Error> {
    let place = Place::new();
    let names: Vec<String> = (0..files.len()).map(|i| format!("{}.yaml", char::from(b'p' + i as u8))).collect();
    for (name, [clusters, users, contexts]) in names.iter().zip(files) {
        place.write(name, &text(clusters, users, contexts));
    }
    place.merge(&names.iter().map(String::as_str).collect::<Vec<_>>(), on_conflict)
}

const K3S: [File; 2] =
    [["default=a", "default=1", "default=default/default"], ["default=b", "default=2", "default=default/default"]];
/// Two clusters, and a user of the same name for each: what kubectl, and konfig with it, mixes up.
const ADMINS: [File; 2] = [["a=a", "admin=1", "a=a/admin"], ["b=b", "admin=2", "b=b/admin"]];
/// One context name for different things, under names that don't clash.
const CONTEXT: [File; 2] = [["a=a", "u=1", "prod=a/u"], ["b=b", "v=2", "prod=b/v"]];
/// The first file's context has no user; the second has one of that name.
const DANGLING: [File; 2] = [["a=a", "", "a=a/admin"], ["b=b", "admin=2", "b=b/admin"]];
/// The second file's new names are there already.
const TAKEN: [File; 3] =
    [["c=a", "u=1", "c=c/u"], ["c=b", "u=2", "c=c/u"], ["c-a=x c-b=y", "u-a=3 u-b=4", "c-a=c-a/u-a c-b=c-b/u-b"]];

#[test]
fn contexts_and_what_they_lead_to() {
    type Row = (&'static str, &'static [File], OnConflict, &'static [&'static str], [&'static [&'static str]; 2]);
    #[rustfmt::skip]
    let rows: &[Row] = &[
        ("the same", &[K3S[0], K3S[0]], Fail, &["default=a/1"], [&["default"], &["default"]]),
        ("nothing in common", &[K3S[0], ["b=b", "u=2", "b=b/u"]], Fail, &["default=a/1", "b=b/2"], [&["b", "default"], &["default", "u"]]),
        ("K3s", &K3S, Keep, &["default=a/1"], [&["default"], &["default"]]),
        ("K3s", &K3S, Replace, &["default=b/2"], [&["default"], &["default"]]),
        ("K3s", &K3S, Rename, &["default-a=a/1", "default-b=b/2"], [&["default-a", "default-b"], &["default-a", "default-b"]]),
        ("admins", &ADMINS, Keep, &["a=a/1", "b=b/2"], [&["a", "b"], &["admin", "admin-b"]]),
        ("admins", &ADMINS, Replace, &["a=a/1", "b=b/2"], [&["a", "b"], &["admin", "admin-a"]]),
        ("admins", &ADMINS, Rename, &["a=a/1", "b=b/2"], [&["a", "b"], &["admin-a", "admin-b"]]),
        ("context", &CONTEXT, Keep, &["prod=a/1"], [&["a"], &["u"]]),
        ("context", &CONTEXT, Replace, &["prod=b/2"], [&["b"], &["v"]]),
        ("context", &CONTEXT, Rename, &["prod-a=a/1", "prod-b=b/2"], [&["a", "b"], &["u", "v"]]),
        ("dangling", &DANGLING, Keep, &["a=a/admin-missing?", "b=b/2"], [&["a", "b"], &["admin"]]),
        ("dangling", &DANGLING, Replace, &["a=a/admin-missing?", "b=b/2"], [&["a", "b"], &["admin"]]),
        ("dangling", &DANGLING, Rename, &["a=a/admin-missing?", "b=b/2"], [&["a", "b"], &["admin"]]),
        ("dangling alone", &DANGLING[..1], Fail, &["a=a/admin?"], [&["a"], &[]]),
        ("dangling, and the new name is there", &[DANGLING[0], DANGLING[1], ["", "admin-missing=3", ""]], Rename,
            &["a=a/admin-missing-2?", "b=b/2"], [&["a", "b"], &["admin", "admin-missing"]]),
        ("new names are taken", &TAKEN, Rename, &["c-p=a/1", "c-q=b/2", "c-a=x/3", "c-b=y/4"],
            [&["c-a", "c-b", "c-p", "c-q"], &["u-a", "u-b", "u-p", "u-q"]]),
        ("no names", &[["", "", "c=/"], ["a=a", "u=1", "c=a/u"]], Rename, &["c-p=/", "c-a=a/1"], [&["a"], &["u"]]),
        ("no names", &[["", "", "c=/"], ["a=a", "u=1", "c=a/u"]], Keep, &["c=/"], [&[], &[]]),
        ("one cluster, two users", &[["c=h", "u=1", "c=c/u"], ["c=h", "u=2", "c=c/u"]], Rename, &["c-p=h/1", "c-q=h/2"],
            [&["c"], &["u-p", "u-q"]]),
        ("two users and one that nobody uses", &[["", "u=9", ""], ["c=h", "u=2", "c=c/u"]], Keep, &["c=h/2"], [&["c"], &["u", "u-h"]]),
        ("two users and one that nobody uses", &[["", "u=9", ""], ["c=h", "u=2", "c=c/u"]], Replace, &["c=h/2"], [&["c"], &["u"]]),
        ("what only a context used that is left out frees its name", &[["a=a", "v=1", "c=a/v"], ["b=b", "u=2", "c=b/u"], ["d=d", "u=3", "d=d/u"]],
            Keep, &["c=a/1", "d=d/3"], [&["a", "d"], &["u", "v"]]),
        ("the same under other names", &[["k2=h", "u2=1", "c=k2/u2"], ["k1=h", "u1=1", "c=k1/u1"]], Fail, &["c=h/1"],
            [&["k1", "k2"], &["u1", "u2"]]),
        ("three, of which two are the same", &[K3S[0], K3S[1], K3S[0]], Rename, &["default-a=a/1", "default-b=b/2"],
            [&["default-a", "default-b"], &["default-a", "default-b"]]),
        ("the last of three", &[K3S[0], K3S[1], K3S[0]], Replace, &["default=a/1"], [&["default"], &["default"]]),
    ];
    for (what, files, on_conflict, contexts, [clusters, users]) in rows {
        let merged = merged(files, *on_conflict).unwrap_or_else(|e| panic!("{what}: {e}"));
        assert_eq!(shown(&merged), *contexts, "{what}, {on_conflict:?}");
        assert_eq!(names(merged.config().clusters.names()), *clusters, "{what}, {on_conflict:?}");
        assert_eq!(names(merged.config().users.names()), *users, "{what}, {on_conflict:?}");
    }
    // Whichever file comes first.
    for files in [[rows[23].1[0], rows[23].1[1]], [rows[23].1[1], rows[23].1[0]]] {
        let merged = merged(&files, Fail).unwrap();
        assert_eq!(merged.config().contexts["c"].cluster.as_deref(), Some("k1"));
    }
}

#[test]
fn all_conflicts_are_told_with_all_their_places() {
    let place = Place::of(&[
        (
            "a",
            "clusters:\n- name: k\n  cluster: {server: https://a, proxy-url: 'http://SECRET-CANARY@p'}\nusers:\n- {name: u, user: {token: SECRET-CANARY-1}}\ncontexts:\n- {name: c, context: {cluster: k, user: u}}\n- {name: d, context: {cluster: k, user: gone}}\n",
        ),
        (
            "b",
            "contexts:\n- {name: c, context: {cluster: k, user: u, namespace: web}}\nusers:\n- {name: u, user: {token: SECRET-CANARY-2, x: SECRET-CANARY}}\nclusters:\n- {name: k, cluster: {server: https://b}}\n",
        ),
        (
            "c",
            "users:\n- {name: u, user: {token: SECRET-CANARY-1}}\n- {name: gone, user: {}}\nextensions: [{name: e, extension: 1}]\nx-top: SECRET-CANARY\n",
        ),
        (
            "d",
            "users: [{name: u, user: {username: SECRET-CANARY-3}, x: 1}]\nextensions: [{name: e, extension: 2}]\npreferences: {x: 1}\nx-top: 1\n",
        ),
    ]);
    let error = place.merge(&["a", "b", "c", "d"], Fail).unwrap_err();
    assert!(error.is_conflict());
    common::canary::check("conflicts", &format!("{error} {error:?}"));
    let told: Vec<String> = error.errors().iter().map(ToString::to_string).collect();
    let expected = [
        "a:2:3: clusters[k]: another has this name at b:6:3 (with another server, proxy-url)",
        "a:5:3: users[u]: another has this name at b:4:3 (with another token, unknown field), at d:1:9 (with another token, username, unknown field)",
        "a:7:3: contexts[c]: another has this name at b:2:3 (with another namespace, cluster, user)",
        "a:8:3: contexts[d].user: its own file has no user \"gone\"; the one at c:3:3 is another's",
        "c:4:14: the extension \"e\" is another at d:2:14",
        "c:5:8: the field \"x-top\" is another at d:4:8",
    ];
    assert_eq!(told, expected);
    // From memory there are no places but numbers.
    let inputs = ["{users: [{name: u, user: {token: a}}]}", "{users: [{name: u, user: {token: b}}]}"];
    let inputs = inputs.map(|text| Loaded::from_config(text.parse().unwrap(), "/"));
    let error = merge_as(&inputs, |merge| merge).unwrap_err();
    assert_eq!(error.to_string(), "users[u]: input 1: another has this name at input 2 (with another token)");
}

#[test]
fn what_is_the_same() {
    let user = |body: &str| format!("{{users: [{body}]}}");
    let key = common::pki::base64("k");
    #[rustfmt::skip]
    let rows: Vec<(bool, String, String)> = vec![
        (true, user("{name: u, user: {token: t, username: ''}}"), user("{user: {token: \"t\"}, name: u}")),
        (true, user("{name: u, user: {as-groups: [], exec: {command: c, args: null}}}"), user("{name: u, user: {exec: {command: c, args: []}}}")),
        (true, user("{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: c}}}"),
            user("{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: c, interactiveMode: IfAvailable}}}")),
        (false, user("{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: c}}}"),
            user("{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: c, interactiveMode: IfAvailable}}}")),
        (false, user("{name: u, user: {exec: {command: c, args: ['']}}}"), user("{name: u, user: {exec: {command: c}}}")),
        (false, user("{name: u, user: {exec: {command: c, args: [a, b]}}}"), user("{name: u, user: {exec: {command: c, args: [b, a]}}}")),
        (false, user("{name: u, user: {exec: {}}}"), user("{name: u, user: {}}")),
        (true, user(&format!("{{name: u, user: {{client-key-data: {key}}}}}")), user("{name: u, user: {client-key-data: \"aw\\n==\"}}")),
        (true, user(&format!("{{name: u, user: {{client-key-data: {key}}}}}")), user("{name: u, user: {client-key-data: ax==}}")),
        (false, user(&format!("{{name: u, user: {{client-key-data: {key}}}}}")), user("{name: u, user: {client-key-data: bA==}}")),
        (true, user("{name: u, user: {x: {a: 0x10, b: yes}, y: 1}}"), user("{name: u, user: {y: 1, x: {b: true, a: 16}}}")),
        (false, user("{name: u, user: {x: '1'}}"), user("{name: u, user: {x: 1}}")),
        (false, user("{name: u, user: {x: 1}}"), user("{name: u, user: {}}")),
        (false, user("{name: u, x: 1, user: {}}"), user("{name: u, user: {}}")),
        (true, user("{name: u, user: {extensions: [{name: a, extension: 1}, {name: b, extension: 2}]}}"),
            user("{name: u, user: {extensions: [{name: b, extension: 2}, {name: a, extension: 1}]}}")),
        (true, user("{name: u, user: {as-user-extra: {b: [p], a: [q]}}}"), user("{name: u, user: {as-user-extra: {a: [q], b: [p]}}}")),
        (true, user("{name: u, user: {tokenFile: t}}"), user("{name: u, user: {tokenFile: ./x/../t}}")),
        (false, user("{name: u, user: {tokenFile: t}}"), user("{name: u, user: {tokenFile: s}}")),
        (true, "{clusters: [{name: k, cluster: {insecure-skip-tls-verify: false}}]}".into(), "{clusters: [{name: k}]}".into()),
        (true, "{contexts: [{name: c, context: {namespace: ''}}]}".into(), "{contexts: [{name: c}]}".into()),
        (false, "{contexts: [{name: c, context: {namespace: default}}]}".into(), "{contexts: [{name: c}]}".into()),
        (true, "{contexts: [{name: c, context: {cluster: '', user: null}}]}".into(), "{contexts: [{name: c}]}".into()),
        (false, "{contexts: [{name: c, context: {cluster: gone}}]}".into(), "{contexts: [{name: c, context: {cluster: away}}]}".into()),
    ];
    for (same, one, two) in rows {
        let place = Place::of(&[("one", &one), ("two", &two)]);
        for names in [["one", "two"], ["two", "one"]] {
            match place.merge(&names, Fail) {
                Ok(_) => assert!(same, "{one} and {two} are not the same"),
                Err(error) => assert!(!same && error.is_conflict(), "{one} and {two}: {error}"),
            }
        }
    }
}

/// A path means a file, from the folder of its own file.
#[test]
fn the_same_path_in_another_folder_is_another_file() {
    let text = text("k=h", "u=1", "c=k/u").replace("\"token\":\"1\"", "\"tokenFile\":\"t\"");
    let place = Place::of(&[("a/x", &text), ("b/x", &text), ("a/y", &text), ("z", &text.replace("\"t\"", "\"a/t\""))]);
    assert!(place.merge(&["a/x", "b/x"], Fail).unwrap_err().is_conflict());
    assert_eq!(place.merge(&["a/x", "a/y", "z"], Fail).unwrap().config().users.len(), 1);
}

/// Clusters of two Ranchers have the same names; clusters of one may have.
#[test]
fn two_ranchers() {
    let rancher = |host: &str, id: &str, token: &str| {
        text(&format!("local={host}/k8s/clusters/{id}"), &format!("local={token}"), "local=local/local")
    };
    let place = Place::of(&[
        ("x", &rancher("r1.example.com", "local", "1")),
        ("y", &rancher("r2.example.com", "local", "2")),
        ("z", &rancher("r2.example.com", "c-m-abc", "3")),
    ]);
    let merged = place.merge(&["x", "y"], Rename).unwrap();
    assert_eq!(
        shown(&merged),
        [
            "local-r1.example.com=r1.example.com/k8s/clusters/local/1",
            "local-r2.example.com=r2.example.com/k8s/clusters/local/2"
        ]
    );
    let merged = place.merge(&["x", "y", "z"], Rename).unwrap();
    assert_eq!(
        names(merged.config().users.names()),
        ["local-r1.example.com", "local-r2.example.com-c-m-abc", "local-r2.example.com-local"]
    );
}

/// All at one address, in files that are all called alike.
#[test]
fn names_from_folders_and_numbers_in_any_order() {
    let file = |token: &str| text("default=127.0.0.1:6443", &format!("default={token}"), "default=default/default");
    // The first is a copy of the last.
    let files = ["x/n2/k3s.yaml", "n2/k3s.yaml", "x/n1/other.json", "n3/k3s.yaml", "n1/k3s.yaml"];
    let tokens = ["1", "2", "3", "4", "1"];
    let place = Place::new();
    files.iter().zip(tokens).for_each(|(name, token)| place.write(name, &file(token)));
    for order in [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [1, 0, 4, 3, 2], [3, 4, 2, 0, 1]] {
        let order: Vec<&str> = order.iter().map(|&i: &usize| files[i]).collect();
        let merged = place.merge(&order, Rename).unwrap();
        let mut contexts = shown(&merged);
        contexts.sort();
        // What two files have has the name of the one that sorts first.
        let expected = ["n1=127.0.0.1:6443/1", "n2=127.0.0.1:6443/2", "n3=127.0.0.1:6443/4", "other=127.0.0.1:6443/3"];
        assert_eq!(contexts, expected.map(|context| format!("default-{context}")), "{order:?}");
        // The cluster is one and the same.
        assert_eq!(names(merged.config().clusters.names()), ["default"]);
    }
    // `n2` is asked for by two: they get numbers, in an order that comes from what they say.
    place.write("y/n2/k3s.yaml", &file("5"));
    for order in [["n2/k3s.yaml", "y/n2/k3s.yaml"], ["y/n2/k3s.yaml", "n2/k3s.yaml"]] {
        let merged = place.merge(&order, Rename).unwrap();
        let mut contexts = shown(&merged);
        contexts.sort();
        assert_eq!(contexts, ["default-n2-1=127.0.0.1:6443/2", "default-n2-2=127.0.0.1:6443/5"]);
    }
}

#[test]
fn templates() {
    let place = Place::of(&[
        ("a.kubeconfig", &text("k=h1:6443", "u=1", "c=k/u")),
        ("b.yml", &text("k=h2:6443", "u=2", "c=k/u")),
    ]);
    for (templates, contexts, users) in [
        (&["{file}"][..], ["a=h1:6443/1", "b=h2:6443/2"], ["a", "b"]),
        (&["{user}@{server}"], ["u@h1-6443=h1:6443/1", "u@h2-6443=h2:6443/2"], ["u@h1-6443", "u@h2-6443"]),
        (&["{name}.{cluster}", "{name}/{host}"], ["c/h1=h1:6443/1", "c/h2=h2:6443/2"], ["u/h1", "u/h2"]),
        (&["one"], ["one-1=h1:6443/1", "one-2=h2:6443/2"], ["one-1", "one-2"]),
        (&["{name}"], ["c-1=h1:6443/1", "c-2=h2:6443/2"], ["u-1", "u-2"]),
        (&[], ["c-h1=h1:6443/1", "c-h2=h2:6443/2"], ["u-h1", "u-h2"]),
    ] {
        let loaded = [place.load("a.kubeconfig"), place.load("b.yml")];
        let merged = merge_as(&loaded, |merge| merge.on_conflict(Rename).name_templates(templates.iter().copied()));
        let merged = merged.unwrap();
        assert_eq!(shown(&merged), contexts, "{templates:?}");
        assert_eq!(names(merged.config().users.names()), users, "{templates:?}");
    }
    let loaded = place.load("b.yml");
    let error = merge_as([&loaded], |merge| merge.name_templates(["{name}", "{token}"])).unwrap_err();
    assert_eq!(error.kind(), kubeconfig::ErrorKind::Usage);
    assert!(error.to_string().contains("{host}"), "{error}");
}

#[test]
fn what_cannot_be_merged() {
    let empty = Loaded::from_config("{}".parse().unwrap(), "/");
    let one = Loaded::from_config(text("k=h", "", "c=k/").parse().unwrap(), "/");
    let kind = |result: Result<Merged, Error>| result.unwrap_err().kind();
    assert_eq!(kind(Merge::new().build()), kubeconfig::ErrorKind::Usage);
    assert_eq!(kind(merge_as([&empty, &empty], |merge| merge)), kubeconfig::ErrorKind::EmptyConfig);
    assert_eq!(kind(merge_as([&one], |merge| merge.current("k"))), kubeconfig::ErrorKind::ContextNotFound);
    let merged = merge_as([&empty, &one], |merge| merge).unwrap();
    assert_eq!(merged.report().notes[0].to_string(), "warning: input 1 has no cluster, user or context");
    assert_eq!(shown(&merged), ["c=h/"]);
}
