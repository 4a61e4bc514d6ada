//! `--dry-run`: a difference without secrets, and nothing written.

use crate::common::canary;
use crate::common::program::{command, run};
use crate::{folder, on_config, read};
use kubeconfig::edit::Diff;
use std::fs;
use std::process::Command;

const FILE: &str = "\
# head
clusters:
- name: a
  cluster: {server: \"https://ann:SECRET-CANARY-1@a:6443/?x=SECRET-CANARY-2\"}
contexts:
- name: x   # token: SECRET-CANARY-3
  context: {cluster: a, user: u}
users:
- name: u
  user:
    token: SECRET-CANARY-4
    x-note: SECRET-CANARY-5
current-context: x
";

#[test]
fn every_verb_shows_and_writes_nothing() {
    for arguments in [
        &["use-context", "w"][..],
        &["set-context", "x", "--namespace=n"],
        &["set-cluster", "a", "--server=https://bob:SECRET-CANARY-6@b"],
        &["set-credentials", "u", "--token=SECRET-CANARY-7"],
        &["set", "users.u.password", "SECRET-CANARY-8"],
        &["unset", "users.u.token"],
        &["rename-context", "x", "z", "--cascade"],
        &["delete-context", "x", "--cascade"],
        &["delete-cluster", "a"],
        &["delete-user", "u"],
        &["prune"],
        &["restore"],
        &["merge", "other", "--into", "config"],
    ] {
        let folder = folder("");
        // Something to bring back.
        crate::quietly(folder.path(), &["set", "current-context", "SECRET-CANARY-9"]);
        let file = FILE.replace("users:", "- {name: w, context: {}}\nusers:") + "x-more: SECRET-CANARY-10\n";
        let file = if arguments == ["prune"] { file.replace("user: u}", "user: v}") } else { file };
        fs::write(folder.path().join("config"), &file).unwrap();
        fs::write(folder.path().join("other"), "users:\n- {name: o, user: {token: SECRET-CANARY-11}}\n").unwrap();
        let before = crate::common::listing(folder.path());
        let shown = match arguments {
            ["merge", ..] => run(folder.path(), &[arguments, &["--dry-run"]].concat()),
            _ => on_config(folder.path(), &[arguments, &["--dry-run"]].concat()),
        };
        assert_eq!(shown.code, Some(0), "{arguments:?}: {}", shown.stderr);
        assert!(shown.stdout.starts_with("--- config\n+++ config\n@@ -"), "{arguments:?}: {}", shown.stdout);
        // A restored file may name what it likes as its current context, and names are shown.
        let stdout = shown.stdout.replace("current-context: SECRET-CANARY-9", "");
        assert!(!stdout.contains("CANARY"), "{arguments:?}: {stdout}");
        assert!(!shown.stderr.contains("CANARY"), "{arguments:?}: {}", shown.stderr);
        assert!(shown.stderr.contains("nothing was written: this is a dry run"), "{}", shown.stderr);
        assert_eq!(crate::common::listing(folder.path()), before, "{arguments:?}");
        assert_eq!(read(folder.path(), "config"), file);
    }
    let folder = folder(FILE);
    let same = on_config(folder.path(), &["use-context", "x", "--dry-run"]);
    assert_eq!((same.stdout.as_str(), same.stderr.as_str()), ("", "nothing would change\n"));
}

/// A comment may repeat what is hidden before it, in words that nothing gives away.
#[test]
fn comments_beside_secrets_are_hidden() {
    for (line, shown) in [
        ("    token: a # was CANARY", "    token: [hidden] # [hidden]"),
        ("    token: \"a # b\"  # CANARY", "    token: [hidden]  # [hidden]"),
        ("    exec: {command: c, args: [a, b]} # CANARY", "    exec: {command: c, args: [hidden]} # [hidden]"),
        ("    username: me # of the team", "    username: me # of the team"),
    ] {
        let text = format!("users:\n- name: u # mine\n  user:\n    # of old\n{line}\n# the end\ncurrent-context: x\n");
        let diff = Diff::between("config", None, text.as_bytes()).to_string();
        assert!(diff.contains(&format!("+{shown}\n")), "{line}: {diff}");
        assert!(diff.contains("# mine\n") && diff.contains("# of old\n") && diff.contains("# the end\n"), "{diff}");
        // At the end of the text.
        let text = format!("users:\n- name: u\n  user:\n{line}");
        let diff = Diff::between("config", None, text.as_bytes()).to_string();
        assert!(diff.contains(&format!("+{shown}\n")) && !diff.contains("CANARY"), "{line}: {diff}");
    }
}

/// A kubeconfig with a secret at every place there is one, each line removed and added.
#[test]
fn no_planted_secret_is_shown() {
    let planted = canary::kubeconfig();
    let text = planted.as_bytes();
    for (before, after) in
        [(Some(text), &b""[..]), (None, text), (Some(&b"{"[..]), text), (Some(text), b"{ not: [yaml")]
    {
        let shown = Diff::between("config", before, after).to_string();
        assert!(shown.lines().count() > 10, "{shown}");
        canary::check("the difference", &shown);
    }
}

/// The form is `patch`'s: what it makes of the shown difference is the new text.
#[test]
fn patch_understands_it() {
    let folder = tempfile::tempdir().unwrap();
    let lines =
        |from: usize, to: usize| (from..to).map(|i| format!("- name: c{i}\n  cluster: {{}}\n")).collect::<String>();
    let old = format!("clusters:\n{}current-context: x", lines(0, 40));
    for (i, new) in [
        old.replace("c7\n", "d7\n").replace("c9\n", "d9\n").replace("c33\n", "d33\n"),
        format!("# head\n{old}\n"),
        old.replace(&lines(3, 30), ""),
        format!("clusters:\n{}", lines(39, 90)),
        old.replace("clusters:\n", ""),
        old.replace("  cluster: {}\n- name: c20", "  cluster: {}\n\n- name: new\n  cluster: {}\n- name: c20"),
        String::new(),
    ]
    .iter()
    .enumerate()
    {
        fs::write(folder.path().join("config"), &old).unwrap();
        let diff = Diff::between("config", Some(old.as_bytes()), new.as_bytes());
        fs::write(folder.path().join("diff"), diff.to_string()).unwrap();
        let Ok(output) =
            Command::new("patch").args(["-s", "--posix", "config", "diff"]).current_dir(folder.path()).output()
        else {
            return crate::common::skipped("patch");
        };
        assert!(output.status.success(), "{i}: {output:?}\n{diff}");
        let patched = fs::read_to_string(folder.path().join("config")).unwrap_or_default();
        assert_eq!(patched, *new, "{i}\n{diff}");
        assert!(i > 0 || diff.to_string().lines().count() == 25, "{diff}");
    }
    assert!(Diff::between("config", Some(old.as_bytes()), old.as_bytes()).is_empty());
}

#[test]
fn a_new_file_is_shown_as_one() {
    let folder = tempfile::tempdir().unwrap();
    let output =
        command(folder.path(), &["set-cluster", "a", "--server=https://a", "--dry-run", "--kubeconfig", "new"])
            .output();
    let shown = String::from_utf8(output.unwrap().stdout).unwrap();
    assert!(shown.starts_with("--- /dev/null\n+++ new\n@@ -0,0 +1,"), "{shown}");
    assert!(!folder.path().join("new").exists());
}
