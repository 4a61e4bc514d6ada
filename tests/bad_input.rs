//! Bad input through the program: exit 1, a message that says where, nothing written, nothing secret shown.
#![cfg(all(feature = "cli", unix))]

mod common;

use common::canary::{CANARY, check};
use common::program::{Run, run, run_in_shell, run_unprivileged, run_with_input};
use common::{listing, pki};
use kubeconfig::syntax::{Document, Limits};
use kubeconfig::{ErrorKind, Kubeconfig};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// A kubeconfig without a flaw, whose token is the canary.
fn good() -> String {
    with_user(&format!("token: {CANARY}"))
}

/// One whose user has these fields; the first of them stands in line [`FIELDS`].
fn with_user(fields: &str) -> String {
    let fields = fields.replace('\n', "\n    ");
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters:\n- name: c\n  cluster:\n    \
         server: https://c.example.com\ncontexts:\n- {{name: c, context: {{cluster: c, user: u}}}}\nusers:\n- {{name: v, user: {{token: {CANARY}}}}}\n\
         - name: u\n  user:\n    {fields}\n"
    )
}

/// The line in which [`with_user`]'s fields begin.
const FIELDS: u32 = 14;

/// A folder that others can look into, with a kubeconfig `in` in it.
fn folder_with(text: impl AsRef<[u8]>) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("its mode");
    fs::write(folder.path().join("in"), text).expect("a new file");
    folder
}

const EXPORT: [&str; 5] = ["export", "--kubeconfig", "in", "--out", "out"];

/// Exit 1, a message, and neither secrets nor a backtrace in it.
fn assert_refused(what: &str, run: &Run) {
    assert_eq!(run.code, Some(1), "{what}: {}", run.stderr);
    assert!(!run.stderr.trim().is_empty(), "{what}: no message");
    assert!(!run.stderr.contains("panicked"), "{what}: {}", run.stderr);
    assert_eq!(run.stdout, "", "{what}");
    check(what, &run.stderr);
}

/// Exports `in` and expects a refusal that changes nothing in the folder.
fn refused(what: &str, folder: &Path) -> Run {
    let before = listing(folder);
    let run = run(folder, &EXPORT);
    assert_refused(what, &run);
    assert_eq!(listing(folder), before, "{what}: something was written");
    run
}

/// Line and column behind `in:` in a message.
fn place(message: &str) -> Option<(u32, u32)> {
    let at = message.match_indices("in:").find_map(|(i, _)| {
        let mut parts = message[i + 3..].splitn(3, ':');
        Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    });
    at.filter(|&(line, column)| line > 0 && column > 0)
}

/// What it is called; the text with the line of the flaw, where that is certain; what the message must say.
type Case<'a> = (&'a str, (Vec<u8>, Option<u32>), &'a [&'a str]);

#[test]
fn text_that_is_no_kubeconfig() {
    let base64 = format!("client-key-data: {CANARY}");
    let tabs = "\tapiVersion: v1\n\tkind: Config\n\tusers:\n\t- name: u\n\t  user:\n\t\ttoken: SECRET-CANARY\n";
    let user = |fields: &str, line: u32| (with_user(fields).into_bytes(), Some(FIELDS + line));
    let mut cases: Vec<Case> = vec![
        ("no YAML: an open list", (format!("users: [{{name: {CANARY}").into_bytes(), None), &[]),
        ("no YAML: an open quote", (format!("users: \"{CANARY}\n").into_bytes(), None), &[]),
        ("no YAML: a key in the wrong place", (format!("a: b: {CANARY}\n").into_bytes(), Some(1)), &[]),
        ("no YAML: more indentation", user(&format!("token: x\n  as: {CANARY}"), 1), &[]),
        ("tabs, as in a template that Rancher's sources have", (tabs.into(), Some(1)), &["tab"]),
        ("a text", (format!("{CANARY} is no kubeconfig\n").into_bytes(), Some(1)), &[]),
        ("a certificate", (pki::world().plain_ca.certificate.clone().into_bytes(), None), &[]),
        ("a list", (format!("- {CANARY}\n").into_bytes(), Some(1)), &[]),
        (
            "another kind",
            (format!("apiVersion: v1\nkind: Secret\ndata: {{a: {CANARY}}}\n").into_bytes(), None),
            &["kind"],
        ),
        ("another version", (format!("apiVersion: v2\nkind: Config\nx: {CANARY}\n").into_bytes(), None), &[]),
        ("a map for a list", (format!("users:\n  u: {{token: {CANARY}}}\n").into_bytes(), Some(2)), &["users"]),
        ("a number for a text", user("token: 12345", 0), &["token", "quote"]),
        ("an exponent for a text", user("token: 433e40", 0), &["token", "quote"]),
        ("a word that is a boolean for a text", user("username: n", 0), &["username", "quote"]),
        ("a map for a text", user(&format!("token: {{a: {CANARY}}}"), 0), &["token"]),
        ("a list for a text", user(&format!("token:\n- {CANARY}"), 1), &["token"]),
        ("a text for a map", user(&format!("exec: {CANARY}"), 0), &["exec"]),
        ("a text for a list", user(&format!("exec:\n  command: x\n  args: {CANARY}"), 2), &["args"]),
        ("a number in a list of texts", user(&format!("exec:\n  command: x\n  args: [{CANARY}, 1]"), 2), &["args"]),
        ("a text for a switch", user(&format!("exec:\n  command: x\n  provideClusterInfo: \"{CANARY}\""), 2), &[]),
        ("no base64", user(&base64, 0), &["client-key-data", "base64"]),
        ("no padding", user("client-key-data: YWI", 0), &["client-key-data", "base64"]),
        ("the alphabet for URLs", user("client-key-data: _-__", 0), &["client-key-data", "base64"]),
        (
            "PEM where its base64 is due",
            user(&format!("client-key-data: |\n  -----BEGIN X-----\n  {CANARY}"), 0),
            &["base64"],
        ),
        ("an alias of nothing", user(&format!("token: *{CANARY}"), 0), &[]),
        ("a control character", user(&format!("token: {CANARY}\u{7}"), 0), &[]),
        ("NUL", user(&format!("token: {CANARY}\0"), 0), &[]),
        ("YAML 1.2", (format!("%YAML 1.2\n---\nx: {CANARY}\n").into_bytes(), Some(1)), &[]),
    ];
    let mut utf8 = with_user(&format!("token: {CANARY}?")).into_bytes();
    let at = utf8.iter().position(|&b| b == b'?').expect("the mark");
    utf8[at] = 0xff;
    cases.push(("invalid UTF-8", (utf8, Some(FIELDS)), &["UTF-8"]));

    for (name, (text, line), says) in &cases {
        let folder = folder_with(text);
        let run = refused(name, folder.path());
        let found = place(&run.stderr).unwrap_or_else(|| panic!("{name}: no line and column in {}", run.stderr));
        if let Some(line) = line {
            assert_eq!(found.0, *line, "{name}: {}", run.stderr);
        }
        for word in *says {
            assert!(run.stderr.contains(word), "{name}: no {word:?} in {}", run.stderr);
        }
        // The same from standard input, and by the other verbs.
        let run = run_with_input(folder.path(), &["export", "--kubeconfig", "-", "--out", "out"], text);
        assert_refused(name, &run);
        for verb in ["view", "current-context", "get-contexts", "get-clusters", "get-users", "resolve"] {
            let run = common::program::run(folder.path(), &[verb, "--kubeconfig", "in"]);
            assert_refused(&format!("{name}: {verb}"), &run);
        }
    }
}

#[test]
fn a_name_twice_names_both_places() {
    let user = |name: &str| format!("- name: {name}\n  user: {{token: {CANARY}}}\n");
    let extensions = format!("extensions:\n- name: u\n  extension: {CANARY}\n- name: v\n  extension: 1\n- name: u\n");
    for text in [format!("users:\n{}{}{}", user("u"), user("v"), user("u")), extensions] {
        let folder = folder_with(text);
        let run = refused("a name twice", folder.path());
        let (line, _) = place(&run.stderr).expect("a place");
        assert!([2, 6].contains(&line), "{}", run.stderr);
        let other = if line == 2 { "6" } else { "2" };
        assert!(run.stderr.contains(other), "the other place too: {}", run.stderr);
    }
}

#[test]
fn aliases_that_explode() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for i in 1..12 {
        let items = vec![format!("*a{}", i - 1); 10].join(", ");
        text.push_str(&format!("a{i}: &a{i} [{items}]\n"));
    }
    text.push_str(&format!("users: [{{name: u, user: {{token: {CANARY}}}}}]\n"));
    let folder = folder_with(text);
    let run = refused("an alias bomb", folder.path());
    assert!(place(&run.stderr).is_some(), "{}", run.stderr);
}

/// A list in a list in a list…
fn nested(depth: usize) -> String {
    format!("x: {}{}\n", "[".repeat(depth), "]".repeat(depth))
}

#[test]
fn nesting_ends_somewhere() {
    // On the smallest stack that threads usually have.
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(|| {
        let limits = Limits::default();
        let depth = limits.depth as usize;
        Document::parse(nested(depth - 10)).expect("as deep as kubectl goes");
        let error = Document::parse(nested(depth + 10)).expect_err("deeper");
        assert_eq!(error.kind(), ErrorKind::Limit, "{error}");
        assert!(error.to_string().contains(&depth.to_string()), "{error}");

        let depth = limits.value_depth as usize;
        let config: Kubeconfig = nested(depth / 2).parse().expect("a value of a common depth");
        assert!(config.other.get("x").is_some());
        let error = nested(depth + 10).parse::<Kubeconfig>().expect_err("deeper");
        assert_eq!(error.kind(), ErrorKind::Limit, "{error}");
        assert!(error.to_string().contains(&depth.to_string()), "{error}");
        assert!(error.position().is_some(), "{error}");
    });
    thread.expect("a thread").join().expect("no panic");

    for text in [
        nested(10_001),
        nested(300_000),
        "- ".repeat(20_000) + "x\n",
        "{a: ".repeat(20_000) + &"}".repeat(20_000),
        "[".repeat(1_000_000),
        (0..10_100).map(|i| format!("{}a:\n", " ".repeat(i))).collect(),
    ] {
        let folder = folder_with(&text);
        let run = refused("deep nesting", folder.path());
        assert!(place(&run.stderr).is_some(), "{}", run.stderr);
    }
}

#[test]
fn files_that_are_not_there_or_not_files() {
    let ca = "certificate-authority: ca.pem\n    server: https://c.example.com";
    let with_ca = good().replace("server: https://c.example.com", ca);
    let user = |fields: &str| with_user(&format!("{fields}\nx-canary: {CANARY}"));
    let pair = "client-certificate: cert.pem\nclient-key: key.pem";
    for (name, text, path) in [
        ("a CA", with_ca, "ca.pem"),
        ("a client certificate", user(pair), "cert.pem"),
        ("a client key", user(pair), "key.pem"),
        ("a token file", user("tokenFile: token.txt"), "token.txt"),
    ] {
        let lay_out = || {
            let folder = folder_with(&text);
            for other in ["cert.pem", "key.pem"] {
                if other != path {
                    fs::write(folder.path().join(other), &pki::world().plain_admin.certificate).expect("a new file");
                }
            }
            let file = folder.path().join(path);
            (folder, file)
        };
        let says = |what: &str, run: &Run, words: &[&str]| {
            assert!(run.stderr.contains(path), "{what}: which file? {}", run.stderr);
            let lower = run.stderr.to_lowercase();
            assert!(words.iter().any(|w| lower.contains(w)), "{what}: none of {words:?} in {}", run.stderr);
        };

        let what = format!("{name} that is missing");
        let (folder, _) = lay_out();
        says(&what, &refused(&what, folder.path()), &["no such file"]);

        let what = format!("{name} that is a folder");
        let (folder, file) = lay_out();
        fs::create_dir(&file).expect("a new folder");
        says(&what, &refused(&what, folder.path()), &["folder", "directory", "regular"]);

        let what = format!("{name} that is a pipe");
        let (folder, file) = lay_out();
        let made = Command::new("mkfifo").arg(&file).status().expect("mkfifo starts");
        assert!(made.success());
        says(&what, &refused(&what, folder.path()), &["pipe", "fifo", "regular"]);

        let what = format!("{name} that is a device");
        let (folder, file) = lay_out();
        symlink("/dev/zero", &file).expect("a new link");
        says(&what, &refused(&what, folder.path()), &["device", "regular"]);

        let what = format!("{name} that is huge");
        let (folder, file) = lay_out();
        let huge = fs::File::create(&file).expect("a new file");
        huge.set_len((64 << 20) + 1).expect("a sparse file");
        let run = refused(&what, folder.path());
        says(&what, &run, &["limit", "large", "big"]);
        assert!(run.stderr.chars().any(|c| c.is_ascii_digit()), "{what}: which limit? {}", run.stderr);

        let what = format!("{name} that links to itself");
        let (folder, file) = lay_out();
        symlink(&file, &file).expect("a new link");
        says(&what, &refused(&what, folder.path()), &["symbolic link"]);

        let what = format!("{name} that may not be read");
        let (folder, file) = lay_out();
        fs::write(&file, CANARY).expect("a new file");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).expect("its mode");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).expect("its mode");
        let before = listing(folder.path());
        let Some(run) = run_unprivileged(folder.path(), &EXPORT) else { continue };
        assert_refused(&what, &run);
        says(&what, &run, &["permission denied"]);
        assert_eq!(listing(folder.path()), before, "{what}: something was written");
    }
}

#[test]
fn path_and_data_together() {
    let folder = folder_with(with_user(&format!(
        "client-certificate: cert.pem\nclient-certificate-data: YWJj\nclient-key-data: YWJj\nx: {CANARY}"
    )));
    fs::write(folder.path().join("cert.pem"), CANARY).expect("a new file");
    let run = refused("path and data", folder.path());
    assert!(run.stderr.contains("client-certificate"), "{}", run.stderr);
}

#[test]
fn kubeconfigs_that_cannot_be_read() {
    let folder = folder_with(good());
    for (name, path) in [("missing", "none"), ("a folder", "."), ("through a file", "in/x"), ("no name", "")] {
        let before = listing(folder.path());
        let run = run(folder.path(), &["export", "--kubeconfig", path, "--out", "out"]);
        assert_refused(name, &run);
        assert_eq!(listing(folder.path()), before, "{name}: something was written");
    }
    let huge = fs::File::create(folder.path().join("huge")).expect("a new file");
    huge.set_len((1 << 30) + 1).expect("a sparse file");
    let run = run(folder.path(), &["export", "--kubeconfig", "huge", "--out", "out"]);
    assert_refused("huge", &run);
    assert!(run.stderr.contains("huge"), "{}", run.stderr);

    let folder = folder_with(good());
    fs::set_permissions(folder.path().join("in"), fs::Permissions::from_mode(0o000)).expect("its mode");
    if let Some(run) = run_unprivileged(folder.path(), &EXPORT) {
        assert_refused("unreadable", &run);
        assert!(run.stderr.to_lowercase().contains("permission denied"), "{}", run.stderr);
    }
}

#[test]
fn contexts_that_are_not_there() {
    for (name, text, context) in
        [("an unknown context", good(), &["--context", "none"][..]), ("nothing", String::new(), &[])]
    {
        let folder = folder_with(text);
        let before = listing(folder.path());
        let run = run(folder.path(), &[&EXPORT[..], context].concat());
        assert_refused(name, &run);
        assert_eq!(listing(folder.path()), before, "{name}: something was written");
    }
    // Where only a part is missing it may be written, but not as if all were well.
    for gone in ["cluster: c,", "user: u}"] {
        let key = gone.split(':').next().expect("a key");
        let text = good().replace(gone, &format!("{key}: gone{}", &gone[gone.len() - 1..]));
        let folder = folder_with(text);
        let run = run(folder.path(), &EXPORT);
        assert!(matches!(run.code, Some(1 | 3)), "{gone}: {:?} {}", run.code, run.stderr);
        check(gone, &run.stderr);
    }
}

#[test]
fn targets_that_cannot_be_written() {
    let folder = folder_with(good());
    let path = folder.path();
    fs::create_dir(path.join("folder")).expect("a new folder");
    fs::write(path.join("taken"), "mine").expect("a new file");
    fs::write(path.join("file"), "mine").expect("a new file");
    symlink("nowhere/at/all", path.join("dangling")).expect("a new link");
    for (name, target, force, says) in [
        ("a missing folder", "none/out", false, "none"),
        ("a file as folder", "file/out", false, "file"),
        ("a folder", "folder", false, "folder"),
        ("a folder by force", "folder", true, "folder"),
        ("a file that is there", "taken", false, "taken"),
        ("a link into a missing folder", "dangling", true, "nowhere"),
    ] {
        let before = listing(path);
        let mut arguments = vec!["export", "--kubeconfig", "in", "--out", target];
        if force {
            arguments.push("--force");
        }
        let run = run(path, &arguments);
        assert_refused(name, &run);
        assert!(run.stderr.contains(says), "{name}: {}", run.stderr);
        assert_eq!(listing(path), before, "{name}: something was written");
    }
    assert_eq!(fs::read_to_string(path.join("taken")).expect("the file"), "mine");
}

#[test]
fn a_target_folder_without_the_right_to_write() {
    let folder = folder_with(good());
    let target = folder.path().join("target");
    fs::create_dir(&target).expect("a new folder");
    fs::set_permissions(&target, fs::Permissions::from_mode(0o555)).expect("its mode");
    let arguments = ["export", "--kubeconfig", "in", "--out", "target/out"];
    let run = run_unprivileged(folder.path(), &arguments);
    fs::set_permissions(&target, fs::Permissions::from_mode(0o755)).expect("its mode");
    let Some(run) = run else { return };
    assert_refused("a read-only folder", &run);
    assert!(run.stderr.to_lowercase().contains("permission denied"), "{}", run.stderr);
    assert_eq!(listing(&target), [] as [String; 0]);
}

#[test]
fn a_target_that_is_a_source() {
    let text = with_user(&format!("tokenFile: token\nx-canary: {CANARY}"));
    for target in ["in", "./in", "sub/../in", "link", "hard", "sub/link", "token"] {
        let folder = folder_with(&text);
        let path = folder.path();
        fs::create_dir(path.join("sub")).expect("a new folder");
        fs::write(path.join("token"), "a-token").expect("a new file");
        symlink("in", path.join("link")).expect("a new link");
        symlink("../in", path.join("sub/link")).expect("a new link");
        fs::hard_link(path.join("in"), path.join("hard")).expect("a new link");
        let before = listing(path);
        let run = run(path, &["export", "--kubeconfig", "in", "--out", target, "--force"]);
        assert_refused(target, &run);
        assert_eq!(listing(path), before, "{target}: something was written");
        assert_eq!(fs::read_to_string(path.join("in")).expect("the source"), text, "{target}");
        assert_eq!(fs::read_to_string(path.join("token")).expect("the token"), "a-token", "{target}");
    }
}

#[test]
fn a_full_disk() {
    // Not the disk, but the size of files is limited (to 1 KiB): the write fails in the same place.
    let script = "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\"";
    let text = with_user(&format!("token: {CANARY}\nx-large: {}", "y".repeat(100_000)));
    let folder = folder_with(&text);
    let path = folder.path();
    let before = listing(path);
    let run = run_in_shell(path, script, &EXPORT);
    assert_refused("a full disk", &run);
    assert_eq!(listing(path), before, "a full disk: something was left behind");

    fs::write(path.join("out"), "the backup of yesterday").expect("a new file");
    let before = listing(path);
    let run = run_in_shell(path, script, &["export", "--kubeconfig", "in", "--out", "out", "--force"]);
    assert_refused("a full disk", &run);
    assert_eq!(listing(path), before, "a full disk: something was left behind");
    assert_eq!(fs::read_to_string(path.join("out")).expect("the old file"), "the backup of yesterday");
}

#[test]
fn a_full_standard_output() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let folder = folder_with(good());
    for verb in [&["export", "--kubeconfig", "in", "--out", "-"][..], &["view", "--kubeconfig", "in", "--raw"]] {
        let run = run_in_shell(folder.path(), "exec \"$0\" \"$@\" >/dev/full", verb);
        assert_refused("/dev/full", &run);
    }
}
