//! Files and folders that are not as they should be: a clear word, and nothing harmed.

use crate::common::program::{Run, command, is_root, run, run_in_shell, run_unprivileged};
use crate::{folder, on_config, quietly, read, refused};
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const FILE: &str =
    "# kept\ncontexts:\n- {name: a, context: {cluster: a, user: a}}\n- {name: b, context: {cluster: b, user: b}}\n";
const USE: &[&str] = &["--kubeconfig", "config", "use-context", "b"];

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("a file").permissions().mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("its mode");
}

#[test]
fn what_is_no_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("folder")).unwrap();
    assert!(Command::new("mkfifo").arg(at("fifo")).status().unwrap().success());
    symlink("loop", at("loop")).unwrap();
    symlink("/dev/null", at("device")).unwrap();
    fs::write(at("file"), FILE).unwrap();
    for name in ["folder", "fifo", "loop", "device", "file/below", "folder/"] {
        for verb in [&["use-context", "b"][..], &["set-context", "n"], &["unset", "users"], &["restore"]] {
            let start = Instant::now();
            let run = run(folder.path(), &[&["--kubeconfig", name], verb].concat());
            assert_eq!(run.code, Some(1), "{name} {verb:?}: {}", run.stdout);
            assert!(run.stderr.starts_with("error: ") && run.stdout.is_empty(), "{name} {verb:?}: {}", run.stderr);
            assert!(start.elapsed() < Duration::from_secs(3), "{name} {verb:?}");
        }
    }
    assert_eq!(read(folder.path(), "file"), FILE);
}

#[test]
fn links_are_followed() {
    let folder = folder(FILE);
    symlink("config", folder.path().join("link")).unwrap();
    symlink("new", folder.path().join("dangling")).unwrap();
    assert_eq!(run(folder.path(), &["--kubeconfig", "link", "use-context", "b"]).code, Some(0));
    assert_eq!(read(folder.path(), "config"), format!("{FILE}current-context: b\n"));
    assert_eq!(run(folder.path(), &["--kubeconfig", "dangling", "set-context", "new"]).code, Some(0));
    assert!(read(folder.path(), "new").contains("- name: new"));
    for link in ["link", "dangling"] {
        assert!(folder.path().join(link).is_symlink());
    }
}

#[test]
fn what_can_not_be_read_is_never_written() {
    for text in [
        "{",
        "a: b: c",
        "\t",
        "users: 1",
        "kind: Pod\napiVersion: v1\n",
        "contexts:\n- {name: a}\n- {name: a}\n",
        "\u{fffe}",
        "token: \"SECRET-CANARY",
    ] {
        for verb in [
            &["use-context", "b"][..],
            &["set-context", "n"],
            &["unset", "users"],
            &["prune"],
            &["set-cluster", "c"],
            &["delete-user", "u"],
        ] {
            let folder = folder(text);
            let said = refused(folder.path(), verb);
            assert!(said.contains("config") && !said.contains("CANARY"), "{said}");
            assert_eq!(read(folder.path(), "config"), text, "{verb:?}");
        }
        // Nor by way of another file of the list.
        let folder = folder(text);
        fs::write(folder.path().join("good"), FILE).unwrap();
        let run = command(folder.path(), &["set-context", "n"]).env("KUBECONFIG", "good:config").output().unwrap();
        assert_eq!(run.status.code(), Some(1));
        assert_eq!((read(folder.path(), "config").as_str(), read(folder.path(), "good").as_str()), (text, FILE));
    }
}

/// Runs it as somebody without rights, for whom the modes of `.kube` and of the file in it hold; `None` where that can't be.
fn as_nobody(home: &Path, folder_mode: u32, file_mode: u32) -> Option<Run> {
    let (folder, file) = (home.join(".kube"), home.join(".kube/config"));
    fs::create_dir(&folder).expect("a folder");
    fs::write(&file, FILE).expect("a file");
    if is_root() {
        // The modes are those of an owner who is not root.
        for path in [home, &folder, &file] {
            chown(path, Some(65534), Some(65534)).expect("another owner");
        }
    }
    set_mode(&file, file_mode);
    set_mode(&folder, folder_mode);
    let run = run_unprivileged(home, &["use-context", "b"]);
    set_mode(&folder, 0o755);
    run
}

/// In a folder that can't be written to the file is changed in place, after a copy was kept; where the file can't be
/// written either, nothing is.
#[test]
fn rights_that_are_missing() {
    for (folder_mode, file_mode, works) in [
        (0o755, 0o640, true),
        (0o555, 0o600, true),
        (0o755, 0o444, false),
        (0o555, 0o444, false),
        (0o755, 0o000, false),
        (0o000, 0o600, false),
    ] {
        let home = tempfile::tempdir().unwrap();
        let Some(run) = as_nobody(home.path(), folder_mode, file_mode) else { return };
        let case = format!("folder {folder_mode:o}, file {file_mode:o}: {} {}", run.stdout, run.stderr);
        let file = home.path().join(".kube/config");
        assert_eq!(mode(&file), file_mode, "{case}");
        set_mode(&file, 0o600);
        let text = fs::read_to_string(&file).unwrap();
        if works {
            assert_eq!(run.code, Some(0), "{case}");
            let said = if folder_mode == 0o555 { "note: .kube/config was written in place" } else { "" };
            assert!(run.stderr.replace(&format!("{}/", home.path().display()), "").starts_with(said), "{case}");
            assert_eq!(run.stderr.is_empty(), said.is_empty(), "{case}");
            assert_eq!(text, format!("{FILE}current-context: b\n"), "{case}");
        } else {
            assert_eq!(run.code, Some(1), "{case}");
            assert!(run.stderr.starts_with("error: "), "{case}");
            assert_eq!(text, FILE, "{case}");
        }
        let left = crate::common::listing(&home.path().join(".kube"));
        assert_eq!(left.len(), 1, "{case}: {left:?}");
    }
}

#[test]
fn modes_do_not_depend_on_the_umask() {
    for umask in ["000", "022", "077"] {
        let folder = folder(FILE);
        let at = |name: &str| folder.path().join(name);
        set_mode(&at("config"), 0o644);
        let script = format!(
            "umask {umask}; \"$0\" --kubeconfig config use-context b && \"$0\" --kubeconfig deep/er/new set-context n"
        );
        let run = run_in_shell(folder.path(), &script, &[]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert_eq!((mode(&at("config")), mode(&at("deep/er/new"))), (0o644, 0o600), "{umask}");
        let state = at(".local/state/kubeconfig");
        assert_eq!(mode(&state), 0o700, "{umask}");
        let store = kubeconfig::store::Store::new(
            &kubeconfig::load::Environment::new(folder.path()).var("HOME", folder.path()),
        );
        let copies = store.copies(&at("config")).unwrap();
        assert_eq!(copies.iter().map(|copy| mode(&copy.path)).collect::<Vec<_>>(), [0o600], "{umask}");
    }
}

#[test]
fn without_a_home() {
    let folder = folder(FILE);
    let run = command(folder.path(), USE).env_remove("HOME").output().unwrap();
    assert_eq!((run.status.code(), run.stderr.as_slice()), (Some(0), &b""[..]));
    assert!(!folder.path().join(".local").exists());
    let before = crate::common::listing(folder.path());
    let lost = command(folder.path(), &["use-context", "b"]).env_remove("HOME").output().unwrap();
    assert_eq!(lost.status.code(), Some(1), "{lost:?}");
    let stdin = on_config(folder.path(), &["--kubeconfig", "-", "use-context", "b"]);
    assert_eq!(stdin.code, Some(1), "{}", stdin.stdout);
    assert_eq!(crate::common::listing(folder.path()), before);
}

/// One of kubectl's: it says nothing of who holds it.
#[test]
fn a_lock_in_the_way() {
    let folder = folder(FILE);
    fs::write(folder.path().join("config.lock"), "").unwrap();
    // What changes nothing needs no lock.
    quietly(folder.path(), &["unset", "users"]);
    let said = refused(folder.path(), &["use-context", "b"]);
    assert!(said.contains("config.lock") && said.contains("--break-lock"), "{said}");
    assert_eq!(read(folder.path(), "config"), FILE);
    quietly(folder.path(), &["use-context", "b", "--break-lock"]);
    assert!(!folder.path().join("config.lock").exists());
}

/// A hundred thousand; fewer where nothing is optimized.
#[test]
fn many_entries() {
    const ENTRIES: usize = if cfg!(debug_assertions) { 20_000 } else { 100_000 };
    let mut text = String::from("contexts:\n");
    (0..ENTRIES).for_each(|i| text.push_str(&format!("- {{name: c{i}, context: {{cluster: c, user: u}}}}\n")));
    let folder = folder(&text);
    for verb in [&["use-context", "c19999"][..], &["delete-context", "c5000", "--cascade"], &["unset", "contexts"]] {
        let start = Instant::now();
        let run = on_config(folder.path(), verb);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        println!("{verb:?}: {:?}", start.elapsed());
        assert!(start.elapsed() < Duration::from_secs(30), "{verb:?}: {:?}", start.elapsed());
    }
}
