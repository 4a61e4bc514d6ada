//! Paths, embedded files, and the way into a file; with kubectl as the judge.

use super::*;
use OnConflict::{Fail, Rename};
use common::shapes;
use kubeconfig::config::View;
use kubeconfig::merge::Paths;
use kubeconfig::store::WriteOptions;
use kubeconfig::{ErrorKind, Overrides};
use std::path::Path;

const PATHS: &str = "
clusters:
- {name: k, cluster: {server: 'https://h', certificate-authority: pki/ca.pem}}
users:
- {name: cert, user: {client-certificate: ./pki/c.pem, client-key: ../key.pem}}
- {name: token, user: {tokenFile: /etc/token}}
- {name: path, user: {exec: {command: bin/login}}}
- {name: bare, user: {exec: {command: login}}}
- {name: here, user: {exec: {command: ./login}}}
contexts:
- {name: c, context: {cluster: k, user: cert}}
";

fn paths(merged: &Merged) -> Vec<String> {
    let config = merged.config();
    let mut paths = vec![config.clusters["k"].certificate_authority.clone()];
    let cert = &config.users["cert"];
    paths.extend([cert.client_certificate.clone(), cert.client_key.clone(), config.users["token"].token_file.clone()]);
    let command = |user: &str| config.users[user].exec.as_ref().unwrap().command.clone();
    paths.extend([command("path"), command("bare"), command("here")]);
    paths.into_iter().map(Option::unwrap).collect()
}

#[cfg(unix)]
#[test]
fn absolute_and_relative() {
    let place = Place::of(&[("in/a", PATHS)]);
    let root = place.0.path().to_str().unwrap().to_owned();
    let at = |path: &str| format!("{root}/{path}");
    let merged = place.merge(&["in/a"], Fail).unwrap();
    let absolute = [
        at("in/pki/ca.pem"),
        at("in/pki/c.pem"),
        at("key.pem"),
        "/etc/token".into(),
        at("in/bin/login"),
        "login".into(),
        at("in/login"),
    ];
    assert_eq!(paths(&merged), absolute);

    let relative = |folder: PathBuf| {
        let merged = place.merge_as(&["in/a"], |merge| merge.paths(Paths::RelativeTo(folder))).unwrap();
        paths(&merged)
    };
    let expected = ["in/pki/ca.pem", "in/pki/c.pem", "key.pem", "/etc/token", "./in/bin/login", "login", "./in/login"];
    assert_eq!(relative(place.path("")), expected);
    assert_eq!(relative(place.path("in/../in/..")), expected);
    let expected = [
        "pki/ca.pem".into(),
        "pki/c.pem".into(),
        at("key.pem"),
        "/etc/token".into(),
        "./bin/login".into(),
        "login".into(),
        "./login".into(),
    ];
    assert_eq!(relative(place.path("in")), expected);
    assert_eq!(relative(place.path("elsewhere")), absolute);
    // A folder whose name begins alike is another.
    assert_eq!(relative(place.path("i")), absolute);

    // From where the result lies they mean the same; and it is merged as the same.
    for (name, how) in
        [("out", Paths::Absolute), ("deep/out", Paths::Absolute), ("out-relative", Paths::RelativeTo(place.path("")))]
    {
        let merged = place.merge_as(&["in/a"], |merge| merge.paths(how.clone())).unwrap();
        place.write(name, merged.to_yaml());
        for files in [["in/a", name], [name, "in/a"]] {
            let again = place.merge_as(&files, |merge| merge.paths(how.clone())).unwrap();
            assert_eq!(again.to_yaml(), merged.to_yaml(), "{name}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_not_utf8() {
    use std::os::unix::ffi::OsStrExt;
    let place = Place::new();
    let folder = place.0.path().join(std::ffi::OsStr::from_bytes(b"\xff"));
    if fs::create_dir(&folder).is_err() {
        return;
    }
    fs::write(folder.join("config"), "{users: [{name: u, user: {tokenFile: t}}]}").unwrap();
    fs::write(folder.join("t"), "token").unwrap();
    let loaded = Loader::new(Environment::new("/")).explicit(folder.join("config")).load().unwrap();
    let error = merge_as([&loaded], |merge| merge).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unrepresentable);
    assert!(error.to_string().contains("embed"), "{error}");
    let merged = merge_as([&loaded], |merge| merge.paths(Paths::Embed)).unwrap();
    assert_eq!(merged.config().users["u"].token.as_ref().unwrap().expose(), "token");
}

#[test]
fn embedded() {
    let world = common::pki::world();
    let ca = &world.plain_ca.certificate;
    let file = "{clusters: [{name: k, cluster: {server: 'https://h', certificate-authority: ca}}], users: [{name: u, user: {tokenFile: t, token: old}}], contexts: [{name: c, context: {cluster: k, user: u}}]}";
    let place = Place::of(&[("a/x", file), ("a/ca", ca), ("a/t", "one"), ("b/x", file), ("b/ca", ca), ("b/t", "two")]);
    let embed = |files: &[&str]| {
        let loaded: Vec<Loaded> = files.iter().map(|name| place.load(name)).collect();
        merge_as(&loaded, |merge| merge.on_conflict(Rename).paths(Paths::Embed))
    };
    let merged = embed(&["a/x", "b/x"]).unwrap();
    // The CA is the same, whatever file it is in.
    assert_eq!(names(merged.config().clusters.names()), ["k"]);
    assert_eq!(shown(&merged), ["c-a=h/one", "c-b=h/two"]);
    assert_eq!(merged.report().embedded.len(), 4);
    assert!(merged.report().to_string().contains("embedded "), "{}", merged.report());
    place.write("out", merged.to_yaml());
    assert_eq!(embed(&["out", "a/x", "b/x"]).unwrap().to_yaml(), merged.to_yaml());
    assert_eq!(embed(&["b/x", "a/x", "out"]).unwrap().config().users.len(), 2);
    // Not over a file that was embedded.
    let error = merged.write(place.path("a/t"), &WriteOptions::new().force(true)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);

    fs::remove_file(place.path("a/ca")).unwrap();
    fs::remove_file(place.path("b/t")).unwrap();
    fs::remove_file(place.path("b/ca")).unwrap();
    let error = embed(&["a/x", "b/x"]).unwrap_err();
    assert_eq!(error.errors().len(), 2, "{error}");
    assert!(error.to_string().contains("a/x:1:13: clusters[k].certificate-authority"), "{error}");
    assert!(error.to_string().contains("b/x:1:13: clusters[k].certificate-authority"), "{error}");
}

#[test]
fn writing() {
    let place = Place::of(&[("a", &text("k=h", "u=1", "c=k/u")), ("b", &text("l=i", "v=2", "d=l/v"))]);
    let merged = place.merge(&["a", "b"], Fail).unwrap();
    let (options, force) = (WriteOptions::new(), WriteOptions::new().force(true));
    let target = place.path("out");
    assert!(!merged.write(&target, &options).unwrap().written.replaced);
    assert_eq!(fs::read_to_string(&target).unwrap(), merged.to_yaml());
    assert_eq!(merged.write(&target, &options).unwrap_err().kind(), ErrorKind::Refused);
    assert!(merged.write(&target, &force).unwrap().written.replaced);
    let before = common::listing(place.0.path());
    let mut ways = vec![place.path("a"), place.path("./b")];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("a", place.path("link")).unwrap();
        ways.push(place.path("link"));
    }
    for way in ways {
        let error = merged.write(&way, &force).unwrap_err();
        assert!(error.to_string().contains("is made from this file"), "{error}");
    }
    fs::remove_file(place.path("link")).unwrap_or_default();
    assert_eq!(common::listing(place.0.path()), before);
}

/// The files of all programs, each with a clashing twin that leads elsewhere: what a context comes to, in the sense of
/// client-go, is what it came to in its own file; and kubectl reads the same.
#[test]
fn every_shape() {
    let place = Place::new();
    let mut files: Vec<PathBuf> = Vec::new();
    for (i, shape) in shapes::all().into_iter().enumerate() {
        let folder = place.path(&format!("{i}"));
        fs::create_dir(&folder).unwrap();
        let file = shape.lay_out(&folder);
        let twin = folder.join("twin.yaml");
        let text = fs::read_to_string(&file).unwrap().replace("https://", "https://twin-");
        fs::write(&twin, text).unwrap();
        files.extend([file, twin]);
    }
    let load = |file: &Path| Loader::new(Environment::new("/")).explicit(file).load().unwrap();
    let loaded: Vec<Loaded> = files.iter().map(|file| load(file)).collect();
    let merge = |order: &[&Loaded]| merge_as(order.iter().copied(), |merge| merge.on_conflict(Rename)).unwrap();
    let inputs: Vec<&Loaded> = loaded.iter().collect();
    let merged = merge(&inputs);
    let out = place.path("out");
    merged.write(&out, &WriteOptions::new()).unwrap();
    let written = load(&out);

    let comes_to = |loaded: &Loaded, context: &str| {
        let target = loaded.target_with(&Overrides::new().context(context)).map_err(|error| error.kind())?;
        Ok::<_, ErrorKind>((target.cluster().clone(), target.auth_info().clone(), target.namespace().to_owned()))
    };
    let mut contexts = 0;
    for context in &merged.report().contexts {
        for from in &context.from {
            let own = comes_to(inputs[from.place.input - 1], &from.name);
            assert_eq!(comes_to(&written, &context.name), own, "{context}");
            contexts += 1;
        }
    }
    assert_eq!(contexts, loaded.iter().map(|loaded| loaded.config().contexts.len()).sum::<usize>());
    assert!(contexts > 100, "{contexts} contexts");

    let turned: Vec<&Loaded> = inputs.iter().rev().copied().collect();
    assert_eq!(names(merge(&turned).config().users.names()), names(merged.config().users.names()));
    let with_result: Vec<&Loaded> = std::iter::once(&written).chain(turned).collect();
    assert_eq!(merge(&with_result).to_yaml(), merged.to_yaml());

    let Some(kubectl) = common::kubectl::need_kubectl() else { return };
    let theirs = kubectl.view_raw_json(&out).unwrap();
    // kubectl shows paths as they are written, too.
    assert_eq!(theirs, View::of(merged.config()).raw(true).to_json().unwrap());
}

/// Names of all kinds, in the result and read by kubectl.
#[test]
fn awkward_names() {
    let long = "x".repeat(10_240);
    let list =
        ["a b", "it's \"quoted\"", "two\nlines", "Caf\u{e9} &amp; more", "yes", "1.10", "-", "{name}", "a:b", &long];
    let file = |host: &str| {
        let entries: Vec<_> = list
            .iter()
            .map(|name| {
                serde_json::json!([
                    {"name": name, "cluster": {"server": format!("https://{host}")}},
                    {"name": name, "user": {"token": host}},
                    {"name": name, "context": {"cluster": name, "user": name}},
                ])
            })
            .collect();
        let column = |i: usize| entries.iter().map(|entry| entry[i].clone()).collect::<Vec<_>>();
        serde_json::json!({"clusters": column(0), "users": column(1), "contexts": column(2)}).to_string()
    };
    let place = Place::of(&[("a", &file("h1")), ("b", &file("[fd00::1]:6443"))]);
    let merged = place.merge(&["a", "b"], Rename).unwrap();
    assert_eq!(merged.config().contexts.len(), 2 * list.len());
    for name in list {
        let context = &merged.config().contexts[&*format!("{name}-fd00::1")];
        let user = context.user.as_deref().unwrap();
        assert_eq!(merged.config().users[user].token.as_ref().unwrap().expose(), "[fd00::1]:6443");
    }
    let Some(kubectl) = common::kubectl::need_kubectl() else { return };
    place.write("out", merged.to_yaml());
    assert_eq!(
        kubectl.view_raw_json(&place.path("out")).unwrap(),
        View::of(merged.config()).raw(true).to_json().unwrap()
    );
}
