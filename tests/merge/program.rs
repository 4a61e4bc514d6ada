//! The verb `merge`: what goes where, and when it ends how.

use super::*;
use common::program::{Run, run, run_with_input};

fn k3s(host: &str, token: &str) -> String {
    let text = text(&format!("default={host}"), &format!("default={token}"), "default=default/default");
    text.replacen('{', "{\"current-context\": \"default\", ", 1)
}

fn place() -> Place {
    Place::of(&[("a.yaml", &k3s("a", "SECRET-CANARY-1")), ("b.yaml", &k3s("b", "SECRET-CANARY-2"))])
}

fn clean(run: Run) -> Run {
    common::canary::check("standard error", &run.stderr);
    run
}

#[test]
fn conflicts_are_listed_and_nothing_is_written() {
    let place = place();
    let ended = clean(run(place.0.path(), &["merge", "a.yaml", "b.yaml", "--out", "out"]));
    assert_eq!((ended.code, &*ended.stdout), (Some(1), ""));
    let lines: Vec<&str> = ended.stderr.lines().collect();
    assert_eq!(lines.len(), 5, "{lines:?}");
    assert!(lines[0].starts_with("error: a.yaml:1:"), "{lines:?}");
    assert!(lines[2].contains("contexts[default]: another has this name at b.yaml:1:"), "{lines:?}");
    assert_eq!(lines[3], "nothing was written");
    assert!(lines[4].contains("--on-conflict"), "{lines:?}");
    assert!(!place.path("out").exists());
}

#[test]
fn a_file_and_standard_output() {
    let place = place();
    let folder = place.0.path();
    let merge = ["merge", "a.yaml", "b.yaml", "--on-conflict=rename"];
    let with = |more: &[&str]| clean(run(folder, &[&merge[..], more].concat()));
    let ended = with(&["--out", "out"]);
    assert_eq!((ended.code, &*ended.stdout), (Some(0), ""), "{}", ended.stderr);
    assert!(ended.stderr.starts_with("wrote out\nrenamed the cluster default of a.yaml:1:"), "{}", ended.stderr);
    assert!(ended.stderr.ends_with("from 2 inputs; the current context is default-a\n"), "{}", ended.stderr);
    let text = fs::read_to_string(place.path("out")).unwrap();
    assert_eq!(with(&[]).stdout, text);
    assert_eq!(with(&["--out=-"]).stdout, text);
    assert!(with(&["--current=default-b"]).stdout.contains("current-context: default-b\n"));
    assert!(with(&["--name-template={file}/{name}"]).stdout.contains("name: b/default\n"));

    let ended = with(&["--out", "out"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("exists already"), "{}", ended.stderr);
    assert_eq!(with(&["--out", "out", "--force"]).code, Some(0));
    // Merged again it is the same file.
    let again = clean(run(folder, &["merge", "out", "b.yaml", "a.yaml", "--on-conflict", "rename"]));
    assert_eq!(again.stdout, text);
    // Not over an input, with or without --force.
    let ended = with(&["--out", "a.yaml", "--force"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("made from this file"), "{}", ended.stderr);
    assert_eq!(fs::read_to_string(place.path("a.yaml")).unwrap(), k3s("a", "SECRET-CANARY-1"));
}

#[test]
fn a_dry_run_shows_all_but_secrets() {
    let place = place();
    for more in [&[][..], &["--out", "a.yaml"]] {
        let arguments = ["merge", "a.yaml", "b.yaml", "--on-conflict", "keep", "--dry-run"];
        let ended = clean(run(place.0.path(), &[&arguments[..], more].concat()));
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        common::canary::check("standard output", &ended.stdout);
        let first = ended.stdout.lines().next().unwrap();
        assert!(first.starts_with("default: cluster default at https://a, user default; from a.yaml:1:"), "{first}");
        assert!(ended.stdout.contains("left out the user default of b.yaml:1:"), "{}", ended.stdout);
        assert_eq!(ended.stderr, "nothing was written: this is a dry run\n");
    }
    assert_eq!(fs::read_to_string(place.path("a.yaml")).unwrap(), k3s("a", "SECRET-CANARY-1"));
}

#[test]
fn what_is_wrong_with_files_is_told_together() {
    let place = place();
    place.write("bad", "{users: SECRET-CANARY}");
    let ended = clean(run(place.0.path(), &["merge", "none", "a.yaml", "bad"]));
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("error: none: ") && ended.stderr.contains("error: bad:1:9: "), "{}", ended.stderr);
    for arguments in
        [&["merge"][..], &["merge", "a.yaml", "--on-conflict", "random"], &["merge", "a.yaml", "--paths", "x"]]
    {
        assert_eq!(run(place.0.path(), arguments).code, Some(2), "{arguments:?}");
    }
    let ended = run(place.0.path(), &["merge", "a.yaml", "--paths", "relative"]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("--out"), "{}", ended.stderr);
    let ended = run(place.0.path(), &["merge", "a.yaml", "--name-template", "{nam}"]);
    assert!(ended.code == Some(1) && ended.stderr.contains("{name}"), "{}", ended.stderr);
}

#[test]
fn a_dash_is_standard_input() {
    let place = place();
    let arguments = ["merge", "-", "b.yaml", "--on-conflict", "rename"];
    let ended = clean(run_with_input(place.0.path(), &arguments, k3s("c", "SECRET-CANARY-3").as_bytes()));
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stdout.contains("name: default-c\n") && ended.stdout.contains("SECRET-CANARY-3"), "{}", ended.stdout);
    assert!(ended.stderr.contains("the user default of -:1:"), "{}", ended.stderr);
}

#[test]
fn paths_from_where_the_result_lies() {
    let place = Place::of(&[("in/a", "{users: [{name: u, user: {tokenFile: t}}]}"), ("in/t", "token")]);
    fs::create_dir(place.path("in/deep")).unwrap();
    for (out, how, field) in [
        ("out", "relative", "tokenFile: in/t".to_owned()),
        ("in/out", "relative", "tokenFile: t".to_owned()),
        ("in/deep/out", "relative", format!("tokenFile: {}", place.path("in/t").display())),
        ("out-embed", "embed", "token: token".to_owned()),
        ("out-absolute", "absolute", format!("tokenFile: {}", place.path("in/t").display())),
    ] {
        let ended = run(place.0.path(), &["merge", "in/a", "--paths", how, "--out", out]);
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        let text = fs::read_to_string(place.path(out)).unwrap();
        assert!(text.contains(&format!("{field}\n")), "{out}: {text}");
    }
}

/// What kubectl does not read of a file is not in the result, and that is said.
#[test]
fn files_that_are_not_read_as_a_whole() {
    let place = place();
    let [a, b] = ["a.yaml", "b.yaml"].map(|name| fs::read_to_string(place.path(name)).unwrap());
    place.write("joined.yaml", &format!("{a}\n---\n{b}\n"));
    place.write(
        "twice.yaml",
        "users: [{name: v, user: {token: SECRET-CANARY-4}}]\nusers: [{name: w, user: {token: t}}]\n",
    );
    let into = "c.yaml";
    place.write(into, &format!("{}\n---\nusers: []\n", text("c=c", "c=3", "c=c/c")));
    let pointer = "To see how to fix it: kubeconfig check joined.yaml twice.yaml\n";
    for more in [&["--out", "out"][..], &["--into", into], &["--into", into, "--dry-run"]] {
        let arguments = ["merge", "a.yaml", "joined.yaml", "twice.yaml", "--on-conflict", "rename"];
        let ended = clean(run(place.0.path(), &[&arguments[..], more].concat()));
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        for words in [
            "warning: joined.yaml:2:1: what follows is not read, ",
            "warning: twice.yaml:1:1: the key users is not read, because it comes again at 2:1 ",
            pointer,
        ] {
            assert_eq!(ended.stderr.matches(words).count(), 1, "{more:?}: {}", ended.stderr);
        }
        let of_target = ended.stderr.matches("warning: c.yaml:2:1: what follows is not read, ").count();
        assert_eq!(of_target, usize::from(more[0] == "--into"), "{more:?}: {}", ended.stderr);
        assert!(!ended.stderr.contains("a.yaml:2"), "{}", ended.stderr);
    }
    // It is there still.
    assert!(fs::read_to_string(place.path(into)).unwrap().ends_with("\n---\nusers: []\n"));
}
