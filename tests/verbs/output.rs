//! Where the output can't be written, or a file can't be written or read back: what is said, and the exit status.

use crate::common::listing;
use crate::common::program::{Run, command, is_root, run, run_in_shell, run_unprivileged};
use crate::{folder, read};
use std::fs::{self, File, Permissions};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Stdio;

const FILE: &str = "\
# kept
current-context: a
clusters:
- {name: a, cluster: {server: 'https://a:6443'}}
- {name: b, cluster: {server: 'https://b:6443'}}
- {name: unused, cluster: {server: 'https://unused:6443'}}
users:
- {name: a, user: {token: SECRET-CANARY}}
- {name: b, user: {token: SECRET-CANARY}}
contexts:
- {name: a, context: {cluster: a, user: a}}
- {name: b, context: {cluster: b, user: b}}
";
const OTHER: &str = "{users: [{name: o, user: {token: t}}]}";

/// Verbs that print something after they changed the file.
const CHANGES: &[&[&str]] = &[
    &["use-context", "b"],
    &["set-context", "b", "--namespace", "n"],
    &["set-cluster", "b", "--server", "https://c:6443"],
    &["set-credentials", "b", "--username", "n", "--password", "SECRET-CANARY"],
    &["set", "clusters.a.server", "https://c:6443"],
    &["unset", "users.b"],
    &["rename-context", "b", "c", "--cascade"],
    &["delete-context", "b", "--cascade"],
    &["delete-cluster", "b"],
    &["delete-user", "b"],
    &["prune"],
];

/// Verbs that change nothing, and their exit status.
const READS: &[(&[&str], i32)] = &[
    (&["view"], 0),
    (&["view", "--raw", "-o", "json"], 0),
    (&["current-context"], 0),
    (&["get-contexts"], 0),
    (&["get-clusters"], 0),
    (&["get-users"], 0),
    (&["resolve"], 0),
    (&["resolve", "-o", "json"], 0),
    (&["export", "--out", "-"], 0),
    (&["merge", "other", "--out", "-"], 0),
    (&["merge", "other", "--dry-run"], 0),
    (&["merge", "other", "--into", "config", "--dry-run"], 0),
    (&["use-context", "b", "--dry-run"], 0),
    (&["check", "config"], 0),
    (&["check", "config", "-o", "sarif"], 0),
    (&["check", "--explain", "cert-expired"], 0),
    (&["completions", "bash"], 0),
    (&["--help"], 0),
    (&["--version"], 0),
    // Nobody reads the answer, and it is not yes all the same.
    (&["check", "broken"], 2),
    (&["resolve", "--context", "gone", "-o", "json"], 1),
];

/// Runs it with that as standard output.
fn run_into(folder: &Path, arguments: &[&str], stdout: impl Into<Stdio>) -> Run {
    let mut command = command(folder, arguments);
    command.env("KUBECONFIG", "config").stdout(stdout).stderr(Stdio::piped());
    Run::of(command.spawn().expect("the program starts").wait_with_output().expect("the program ends"))
}

fn closed_pipe() -> OwnedFd {
    UnixStream::pair().expect("two ends").0.into()
}

fn place() -> tempfile::TempDir {
    let folder = folder(FILE);
    fs::write(folder.path().join("other"), OTHER).unwrap();
    fs::write(folder.path().join("broken"), "{").unwrap();
    folder
}

#[test]
fn a_closed_pipe_is_silent() {
    for verb in CHANGES {
        let (piped, usual) = (place(), place());
        assert_eq!(run(usual.path(), &[verb, &["--kubeconfig=config"][..]].concat()).code, Some(0));
        let ended = run_into(piped.path(), verb, closed_pipe());
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{verb:?}");
        assert_eq!(read(piped.path(), "config"), read(usual.path(), "config"), "{verb:?}");
        assert_ne!(read(piped.path(), "config"), FILE, "{verb:?}");
    }
    for (verb, code) in READS {
        let folder = place();
        let ended = run_into(folder.path(), verb, closed_pipe());
        assert_eq!(ended.code, Some(*code), "{verb:?}: {}", ended.stderr);
        assert!(ended.stderr.is_empty() || ended.stderr.contains("gone"), "{verb:?}: {}", ended.stderr);
        assert_eq!(read(folder.path(), "config"), FILE, "{verb:?}");
    }
    // More than is held back until the end.
    let many: String = (0..20_000).map(|i| format!("- {{name: u{i}, cluster: {{server: 'https://u'}}}}\n")).collect();
    let folder = folder(&FILE.replacen("users:", &format!("{many}users:"), 1));
    for verb in [&["get-clusters"][..], &["view"], &["prune"]] {
        let ended = run_into(folder.path(), verb, closed_pipe());
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{verb:?}");
    }
    assert!(read(folder.path(), "config").lines().count() < 20, "pruned");
    // Nor is a long answer yes because nobody reads it.
    let many = |entry: &str| (0..2_000).map(|i| entry.replace('N', &i.to_string())).collect::<String>();
    let contexts = many("- {name: c-N, context: {cluster: a, user: nobody-N}}\n");
    fs::write(folder.path().join("config"), format!("{FILE}{contexts}")).unwrap();
    for verb in [&["outage"][..], &["outage", "-o", "json"], &["check", "-o", "json"]] {
        let code = run(folder.path(), &[verb, &["config"][..]].concat()).code;
        assert_ne!(code, Some(0), "{verb:?}");
        let ended = run_into(folder.path(), &[verb, &["config"][..]].concat(), closed_pipe());
        assert_eq!((ended.code, ended.stderr.as_str()), (code, ""), "{verb:?}");
    }
}

#[test]
fn an_output_that_can_not_be_written() {
    let full = || File::options().write(true).open("/dev/full").expect("/dev/full");
    const LOST: &str = "the output could not be written: No space left on device (os error 28)\n";
    for verb in CHANGES {
        let folder = place();
        let ended = run_into(folder.path(), verb, full());
        assert_eq!(ended.code, Some(1), "{verb:?}: {}", ended.stderr);
        assert_eq!(ended.stderr, format!("error: config was changed; {LOST}"), "{verb:?}");
        assert_ne!(read(folder.path(), "config"), FILE, "{verb:?}");
    }
    let restored = place();
    run(restored.path(), &["use-context", "b", "--kubeconfig=config"]);
    let ended = run_into(restored.path(), &["restore"], full());
    assert_eq!((ended.code, ended.stderr), (Some(1), format!("error: config was changed; {LOST}")));
    for (verb, code) in READS {
        let folder = place();
        let ended = run_into(folder.path(), verb, full());
        assert_eq!(ended.code, Some(if verb[0] == "check" { 2 } else { 1 }), "{verb:?} {code}: {}", ended.stderr);
        let said = "error: standard output: No space left on device (os error 28)\n";
        assert_eq!(ended.stderr.matches(said).count(), 1, "{verb:?}: {}", ended.stderr);
        assert!(!ended.stderr.contains("changed"), "{verb:?}: {}", ended.stderr);
        assert_eq!(read(folder.path(), "config"), FILE, "{verb:?}");
    }
    // Of two files both are named.
    let folder = place();
    fs::write(folder.path().join("first"), "current-context: b\n").unwrap();
    let mut command = command(folder.path(), &["rename-context", "b", "c"]);
    let ended = command.env("KUBECONFIG", "first:config").stdout(full()).output().unwrap();
    let stderr = String::from_utf8_lossy(&ended.stderr);
    assert_eq!((ended.status.code(), &*stderr), (Some(1), &*format!("error: first, config were changed; {LOST}")));
}

/// A file that its owner may write and not read keeps that mode.
#[test]
fn a_file_that_was_written_and_can_not_be_read_back() {
    let state = crate::common::rke_state::Cluster::one().state().map(|state| state.text());
    let said = "error: old: the file was written, but can't be read back: Permission denied (os error 13); \
                this file was changed\n";
    for verb in [
        &["export", "--kubeconfig", "config"][..],
        &["merge", "config", "other"],
        &["recover", "cluster.rkestate", "--older"],
    ] {
        let folder = place();
        if verb[0] == "recover" && state.is_none() {
            continue;
        }
        fs::write(folder.path().join("cluster.rkestate"), state.as_deref().unwrap_or_default()).unwrap();
        let old = folder.path().join("old");
        fs::write(&old, OTHER).unwrap();
        for name in ["config", "other", "cluster.rkestate", "old", "."] {
            if is_root() {
                chown(folder.path().join(name), Some(65534), Some(65534)).unwrap();
            }
        }
        fs::set_permissions(&old, Permissions::from_mode(0o200)).unwrap();
        let Some(ended) = run_unprivileged(folder.path(), &[verb, &["--out", "old", "--force"]].concat()) else {
            return;
        };
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(1), said), "{verb:?}");
        if let ["recover", state, _] = verb {
            // That it can't be read is said before anything is written, and the file is named once.
            let ended = run_unprivileged(folder.path(), &["recover", state, "--out", "old", "--force"]).unwrap();
            assert_eq!(ended.code, Some(1), "{}", ended.stderr);
            assert!(ended.stderr.starts_with("error: old: whether the kubeconfig there is newer"), "{}", ended.stderr);
            assert!(ended.stderr.contains("can't be told: cannot open: Permission denied"), "{}", ended.stderr);
            assert!(ended.stderr.ends_with("\nnothing was written\n"), "{}", ended.stderr);
        }
        fs::set_permissions(&old, Permissions::from_mode(0o600)).unwrap();
        assert_ne!(read(folder.path(), "old"), OTHER, "{verb:?}");
    }
}

/// With a signal that nobody answers, the program would end in the middle of it.
#[test]
fn a_limit_on_the_size_of_files_is_an_error() {
    let long = "n".repeat(20_000);
    let set = ["set-context", "b", "--kubeconfig", "config", "--namespace", &long];
    for (blocks, arguments) in [
        ("0", &["use-context", "b", "--kubeconfig", "config"][..]),
        ("0", &["export", "--kubeconfig", "config", "--out", "out"]),
        ("0", &["merge", "other", "--into", "config"]),
        ("4", &set),
    ] {
        let folder = place();
        let before = listing(folder.path());
        let ended = run_in_shell(folder.path(), &format!("ulimit -f {blocks}; exec \"$0\" \"$@\""), arguments);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""), "{blocks} {}: {}", arguments[0], ended.stderr);
        let said = "the file would be larger than files may be here: File too large (os error 27); nothing was changed";
        assert!(ended.stderr.contains(said), "{blocks} {}: {}", arguments[0], ended.stderr);
        let mut after = listing(folder.path());
        assert!(after.iter().all(|name| !name.contains(".tmp File") && !name.contains(".lock")), "{after:?}");
        after.retain(|name| !name.contains("/.local"));
        assert_eq!(after, before, "{blocks} {}", arguments[0]);
    }
    // The output may be such a file too.
    let folder = place();
    let ended = run_in_shell(folder.path(), "ulimit -f 0; exec \"$0\" --kubeconfig config view >out", &[]);
    let said = "error: standard output: File too large (os error 27)\n";
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(1), said));
}

/// Each is told on standard error, named once, and whatever could be read is listed.
#[test]
fn certificates_in_files_that_can_not_be_read() {
    use crate::common::pki::world;
    for (name, said) in [("gone.crt", "No such file"), ("folder", "is a directory"), ("text", "no certificate found")] {
        for field in ["client-certificate", "certificate-authority"] {
            let (cluster, user) = match field {
                "client-certificate" => (String::new(), format!("{field}: {name}, client-key: k")),
                _ => (format!(", {field}: {name}"), "client-certificate: good.crt, client-key: k".to_owned()),
            };
            let folder = folder(&format!(
                "clusters: [{{name: c, cluster: {{server: 'https://c'{cluster}}}}}]\n\
                 users: [{{name: u, user: {{{user}}}}}]\n"
            ));
            fs::create_dir(folder.path().join("folder")).unwrap();
            fs::write(folder.path().join("text"), "no PEM").unwrap();
            fs::write(folder.path().join("good.crt"), &world().rke_admin.certificate).unwrap();
            for more in [&[][..], &["--within", "1d"], &["-o", "json"]] {
                let ended = run(folder.path(), &[&["certs", "config"], more].concat());
                assert_eq!(ended.code, Some(2), "{field} {name} {more:?}: {}", ended.stderr);
                assert!(ended.stderr.contains(said), "{field} {name}: {}", ended.stderr);
                assert_eq!(ended.stderr.matches(name).count(), 1, "{field} {name}: {}", ended.stderr);
                assert_eq!(ended.stdout.contains("good.crt"), field != "client-certificate", "{}", ended.stdout);
            }
        }
    }
}
