//! Old versions: how many are kept, which one comes back, and what is said where they are out of reach.

use super::*;
use crate::common::program::{is_root, run_unprivileged};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::PathBuf;
use std::time::{Duration, UNIX_EPOCH};

const FILE: &str = "users:\n- name: u\n  user: {token: SECRET-CANARY-1}\n";

/// The state folder of a run in `folder`.
fn state(folder: &Path) -> PathBuf {
    folder.join(".local/state/kubeconfig")
}

/// The folder with the copies of `file` in `folder`.
fn copies(folder: &Path, file: &str) -> PathBuf {
    let folder = folder.canonicalize().unwrap();
    state(&folder).join("copies").join(folder.join(file).strip_prefix("/").unwrap())
}

/// Changes the namespace of a context: each number is another version.
fn set(folder: &Path, number: usize, flags: &[&str]) {
    let namespace = format!("--namespace=n{number}");
    quietly(folder, &[&["set-context", "c", &namespace], flags].concat());
}

/// The rows of `restore --list` without the path: number, time, verb, size.
fn list(folder: &Path) -> Vec<[String; 4]> {
    let run = on_config(folder, &["restore", "--list"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let rows = run.stdout.lines().skip(1).map(|line| {
        let mut cells = line.split_whitespace().map(str::to_owned);
        std::array::from_fn(|_| cells.next().unwrap())
    });
    rows.collect()
}

fn numbers(folder: &Path) -> Vec<u64> {
    list(folder).iter().map(|row| row[0].parse().unwrap()).collect()
}

#[test]
fn the_number_that_was_asked_for_holds_until_another_is() {
    let folder = folder(FILE);
    let at = folder.path();
    (1..=8).for_each(|number| set(at, number, &[]));
    assert_eq!(numbers(at), [8, 7, 6, 5, 4], "five where nothing was asked for");
    set(at, 9, &["--keep", "7"]);
    (10..=13).for_each(|number| set(at, number, &[]));
    assert_eq!(numbers(at), [13, 12, 11, 10, 9, 8, 7]);
    // A restore keeps what was there, and removes nothing.
    (0..2).for_each(|_| drop(quietly(at, &["restore"])));
    assert_eq!(numbers(at), [15, 14, 13, 12, 11, 10, 9, 8, 7]);
    quietly(at, &["restore", "--keep", "2"]);
    assert_eq!(numbers(at).len(), 10);
    set(at, 16, &[]);
    assert_eq!(numbers(at), [17, 16]);
    // Another file has its own number, and its own history.
    fs::write(at.join("other"), FILE).unwrap();
    for number in 1..=6 {
        let namespace = format!("--namespace=n{number}");
        assert_eq!(run(at, &["--kubeconfig=other", "set-context", "c", &namespace]).code, Some(0));
    }
    assert_eq!(fs::read_dir(copies(at, "other")).unwrap().count(), 5);
    assert_eq!(numbers(at), [17, 16]);
    // What changes nothing stores it all the same, and removes what is beyond it.
    quietly(at, &["set-context", "c", "--namespace=n16", "--keep=1"]);
    assert_eq!(numbers(at), [17]);
    set(at, 17, &[]);
    assert_eq!(numbers(at), [18]);
    set(at, 18, &["--keep=0"]);
    set(at, 19, &[]);
    assert!(numbers(at).is_empty());
    let left: Vec<_> = fs::read_dir(copies(at, "config")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!(fs::metadata(&left[0]).unwrap().mode() & 0o777, 0o600);
    assert!(refused(at, &["restore"]).contains("no earlier version"));
    // A dry run stores nothing.
    let dry = on_config(at, &["set-context", "c", "--namespace=x", "--dry-run", "--keep=3"]);
    assert_eq!(dry.code, Some(0), "{}", dry.stderr);
    set(at, 20, &[]);
    assert!(numbers(at).is_empty());
    set(at, 21, &["--keep=3"]);
    set(at, 22, &[]);
    assert_eq!(numbers(at).len(), 2);
}

/// Whatever lies in its place: nothing is removed, it is told, and the next number that is asked for counts.
#[test]
fn a_stored_number_that_can_not_be_read() {
    type Spoil = fn(&Path);
    let spoils: [(&str, Spoil, bool); 10] = [
        ("empty", |path| fs::write(path, "").unwrap(), true),
        ("a word", |path| fs::write(path, "none\n").unwrap(), true),
        ("half", |path| fs::write(path, "1").unwrap(), true),
        ("negative", |path| fs::write(path, "-1\n").unwrap(), true),
        ("too large", |path| fs::write(path, "99999999999999999999\n").unwrap(), true),
        ("long", |path| fs::write(path, "0".repeat(1 << 20)).unwrap(), true),
        ("not UTF-8", |path| fs::write(path, b"\xff\n").unwrap(), true),
        ("a link", |path| symlink("000001-set-context.kubeconfig", path).unwrap(), true),
        ("a pipe", |path| assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success()), true),
        ("a folder", |path| fs::create_dir(path).unwrap(), false),
    ];
    for (case, spoil, is_mended) in spoils {
        let folder = folder(FILE);
        let at = folder.path();
        (1..=6).for_each(|number| set(at, number, &["--keep=9"]));
        let path = copies(at, "config").join("versions-to-keep");
        assert_eq!(fs::read_to_string(&path).unwrap(), "9\n");
        fs::remove_file(&path).unwrap();
        spoil(&path);
        for number in 7..=12 {
            let namespace = format!("--namespace=n{number}");
            let run = on_config(at, &["set-context", "c", &namespace]);
            assert_eq!(run.code, Some(0), "{case}: {}", run.stderr);
            assert!(
                run.stderr.starts_with("warning: ") && run.stderr.contains("versions-to-keep"),
                "{case}: {}",
                run.stderr
            );
            assert!(run.stderr.contains("say it again with --keep N"), "{case}: {}", run.stderr);
        }
        assert_eq!(numbers(at).len(), 12, "{case}");
        let run = on_config(at, &["set-context", "c", "--namespace=last", "--keep=2"]);
        assert_eq!((run.code, run.stderr.is_empty()), (Some(0), is_mended), "{case}: {}", run.stderr);
        assert_eq!(numbers(at).len(), 2, "{case}");
        assert_eq!(fs::read_to_string(&path).is_ok_and(|text| text == "2\n"), is_mended, "{case}");
    }
    // The largest number is one.
    let folder = folder(FILE);
    set(folder.path(), 1, &[&format!("--keep={}", usize::MAX)]);
    set(folder.path(), 2, &[]);
    assert_eq!(numbers(folder.path()).len(), 2);
}

#[test]
fn a_version_is_asked_for_by_its_number_or_a_time() {
    let folder = folder(FILE);
    let at = folder.path();
    (1..=6).for_each(|number| set(at, number, &["--keep=4"]));
    assert!(list(at).iter().all(|row| row[2] == "set-context"));
    // Version K was replaced at K hours. What it holds is what change K - 1 wrote.
    for row in list(at) {
        let path = copies(at, "config").join(format!("{:06}-set-context.kubeconfig", row[0].parse::<u64>().unwrap()));
        assert_eq!(row[3], fs::metadata(&path).unwrap().len().to_string());
        let time = UNIX_EPOCH + Duration::from_secs(3600 * row[0].parse::<u64>().unwrap());
        fs::File::open(path).unwrap().set_modified(time).unwrap();
    }
    assert_eq!(list(at)[0][..2], ["6", "1970-01-01T06:00:00Z"]);
    let now = read(at, "config");
    let cases: &[(&[&str], Result<usize, &str>)] = &[
        (&["--version", "3"], Ok(2)),
        (&["--version=6"], Ok(5)),
        (&["--version=2"], Err("version 2 of this file is not kept; kept are 6, 5, 4, 3")),
        (&["--version=0"], Err("version 0 of this file is not kept")),
        (&["--before", "1970-01-01T05:59:59Z"], Ok(5)),
        (&["--before", "1970-01-01T06:00:00Z"], Ok(5)),
        (&["--before", "1970-01-01T05:00:00Z"], Ok(4)),
        (&["--before", "1970-01-01T04:30:00+01:00"], Ok(3)),
        (&["--before", "1970-01-01T03:00:01Z"], Ok(3)),
        (&["--before", "1970-01-01T06:00:01Z"], Err("no change of this file is known since 1970-01-01T06:00:01Z")),
        (&["--before", "2999-01-01"], Err("replaced version 6 at 1970-01-01T06:00:00Z")),
        (&["--before", "1970-01-01T03:00:00Z"], Err("the oldest is version 3, replaced at 1970-01-01T03:00:00Z")),
        (&["--before", "1970-01-01"], Err("what this file held before 1970-01-01T00:00:00Z is no longer kept")),
    ];
    for (flags, expected) in cases {
        let dry = on_config(at, &[&["restore", "--dry-run"], *flags].concat());
        match expected {
            Ok(number) => {
                assert_eq!(dry.code, Some(0), "{flags:?}: {}", dry.stderr);
                assert!(dry.stdout.contains(&format!("+    namespace: n{number}")), "{flags:?}: {}", dry.stdout);
            }
            Err(sentence) => {
                assert_eq!(dry.code, Some(1), "{flags:?}");
                assert!(dry.stderr.contains(sentence), "{flags:?}: {}", dry.stderr);
                let said = refused(at, &[&["restore"], *flags].concat());
                assert!(said.starts_with("error: config: "), "{said}");
            }
        }
        assert_eq!(read(at, "config"), now, "{flags:?}");
    }
    let said = quietly(at, &["restore", "--before", "1970-01-01T05:00:00Z"]);
    assert!(said.starts_with("restored config from version 5: /"), "{said}");
    assert!(read(at, "config").contains("namespace: n4"));
    let again = on_config(at, &["restore", "--version", "5"]);
    assert_eq!((again.code, again.stdout.as_str()), (Some(0), ""), "{}", again.stderr);
    assert_eq!(again.stderr, "config holds version 5 already\n");
    let both = &["--version=1", "--before=2020-01-01"][..];
    for usage in [both, &["--version=x"], &["--before=x"], &["--list", "--version=1"]] {
        assert_eq!(on_config(at, &[&["restore"], usage].concat()).code, Some(2), "{usage:?}");
    }
}

/// The first version that is kept is the oldest there was.
#[test]
fn before_the_first_change() {
    let folder = folder(FILE);
    set(folder.path(), 1, &[]);
    set(folder.path(), 2, &[]);
    quietly(folder.path(), &["restore", "--before", "2000-01-01"]);
    assert_eq!(read(folder.path(), "config"), FILE);
}

/// After all versions were thrown away the first one that is kept is not the first there was.
#[test]
fn numbers_are_not_given_twice() {
    let folder = folder(FILE);
    let at = folder.path();
    set(at, 1, &[]);
    set(at, 2, &["--keep=0"]);
    assert_eq!(numbers(at), [0; 0]);
    set(at, 3, &["--keep=5"]);
    set(at, 4, &[]);
    assert_eq!(numbers(at), [3, 2]);
    let said = refused(at, &["restore", "--before", "2000-01-01"]);
    assert!(said.contains("is no longer kept; the oldest is version 2"), "{said}");
}

/// Where each version says what the file does there is nothing to bring back, and no version is missing.
#[test]
fn the_same_is_not_brought_back() {
    let folder = folder(FILE);
    let at = folder.path();
    set(at, 1, &[]);
    fs::write(at.join("config"), FILE).unwrap();
    let again = on_config(at, &["restore"]);
    assert_eq!((again.code, again.stderr.as_str()), (Some(0), "config holds version 1 already\n"), "{}", again.stdout);
}

/// Copies without a verb in their name, as this program made them first.
#[test]
fn copies_of_the_earlier_layout_are_read() {
    let folder = folder(FILE);
    let at = folder.path();
    let copies = copies(at, "config");
    fs::create_dir_all(&copies).unwrap();
    for number in [7, 8] {
        fs::write(copies.join(format!("{number:06}.kubeconfig")), format!("current-context: v{number}\n")).unwrap();
    }
    // What no layout has.
    for name in ["9", "000009-", "000009-UP", "000009-a.b", "+00009", "000009-set ", "00000009"] {
        fs::write(copies.join(format!("{name}.kubeconfig")), "").unwrap();
    }
    fs::create_dir(copies.join("000010.kubeconfig")).unwrap();
    symlink("000007.kubeconfig", copies.join("000011-restore.kubeconfig")).unwrap();
    assert_eq!(numbers(at), [8, 7]);
    assert!(list(at).iter().all(|row| row[2] == "-"));
    quietly(at, &["restore", "--version", "7"]);
    assert_eq!(read(at, "config"), "current-context: v7\n");
    assert_eq!(numbers(at), [9, 8, 7]);
    assert_eq!(list(at)[0][2], "restore");
    // The file came to hold the same again by other hands: it is kept once, and until now.
    fs::write(at.join("config"), FILE).unwrap();
    set(at, 1, &[]);
    assert_eq!(numbers(at), [9, 8, 7]);
    assert_eq!(list(at)[0][2], "set-context");
}

/// One way in which the copies are out of reach.
struct Barrier {
    case: &'static str,
    /// Where, below the state folder's parent.
    place: fn(&Path) -> PathBuf,
    mode: u32,
}

/// Gives everything in `folder` to a user without rights.
fn give_away(folder: &Path) {
    assert!(std::process::Command::new("chown").args(["-R", "65534:65534"]).arg(folder).status().unwrap().success());
}

/// What can't be read is not nothing: it is told, and an edit goes on.
#[test]
fn copies_that_can_not_be_read_are_told() {
    let barriers = [
        Barrier { case: "state", place: state, mode: 0o000 },
        Barrier { case: "state without x", place: state, mode: 0o600 },
        Barrier { case: "copies", place: |at| state(at).join("copies"), mode: 0o000 },
        Barrier { case: "file", place: |at| copies(at, "config"), mode: 0o000 },
        Barrier { case: "file without r", place: |at| copies(at, "config"), mode: 0o300 },
        Barrier { case: "file without x", place: |at| copies(at, "config"), mode: 0o600 },
    ];
    for Barrier { case, place, mode } in barriers {
        let folder = folder(FILE);
        let at = folder.path();
        set(at, 1, &[]);
        if is_root() {
            give_away(at);
        }
        let place = place(at);
        fs::set_permissions(&place, fs::Permissions::from_mode(mode)).unwrap();
        let name = place.file_name().unwrap().to_string_lossy().into_owned();
        let try_it = |arguments: &[&str]| run_unprivileged(at, &[&["--kubeconfig", "config"], arguments].concat());
        let before = read(at, "config");
        for verb in [&["restore"][..], &["restore", "--list"], &["restore", "--version=1"], &["restore", "--dry-run"]] {
            let Some(run) = try_it(verb) else { return };
            assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{case} {verb:?}: {}", run.stderr);
            assert!(run.stderr.contains(&name) && run.stderr.contains("can't be read"), "{case}: {}", run.stderr);
            assert_eq!(read(at, "config"), before, "{case}");
        }
        if case.starts_with("state") {
            let run = try_it(&["use-context", "-"]).unwrap();
            assert_eq!(run.code, Some(1), "{case}: {}", run.stdout);
            assert!(run.stderr.contains("can't be read"), "{case}: {}", run.stderr);
        }
        let run = try_it(&["set-context", "c", "--namespace=new"]).unwrap();
        assert_eq!(run.code, Some(0), "{case}: {}", run.stderr);
        assert!(run.stdout.contains("modified"), "{case}: {}", run.stdout);
        assert!(run.stderr.starts_with("warning: no old version of "), "{case}: {}", run.stderr);
        assert!(run.stderr.contains("can't be read") && run.stderr.lines().count() == 1, "{case}: {}", run.stderr);
        let run = try_it(&["delete-user", "u", "--keep=0"]).unwrap();
        assert_eq!(run.code, Some(0), "{case}: {}", run.stderr);
        let said = "warning: kept copies could not be searched for the credentials: ";
        assert!(run.stderr.contains(said) && run.stderr.contains(&name), "{case}: {}", run.stderr);
        // That they were not removed is told too.
        assert!(run.stderr.lines().any(|line| line.starts_with("warning: /")), "{case}: {}", run.stderr);
        assert_eq!(fs::metadata(&place).unwrap().mode() & 0o777, mode, "{case}: a right that was taken stays taken");
        fs::set_permissions(&place, fs::Permissions::from_mode(0o700)).unwrap();
    }
}

/// Only real folders are used, whose owner this is; others are neither read, nor written to, nor closed.
#[test]
fn a_folder_that_is_not_a_real_one_of_this_user_is_not_used() {
    type Place = fn(&Path) -> PathBuf;
    let places: [(&str, Place); 3] =
        [("state", state), ("copies", |at| state(at).join("copies")), ("file", |at| copies(at, "config"))];
    for (case, place) in places {
        for kind in ["a link", "a file", "another owner"] {
            let case = format!("{case}: {kind}");
            let folder = folder(FILE);
            let at = folder.path();
            set(at, 1, &["--keep=9"]);
            let place = place(at);
            let elsewhere = at.join("elsewhere");
            match kind {
                "a link" => {
                    fs::rename(&place, &elsewhere).unwrap();
                    symlink(&elsewhere, &place).unwrap();
                }
                "a file" => {
                    fs::remove_dir_all(&place).unwrap();
                    fs::write(&place, "").unwrap();
                }
                _ if !is_root() => continue,
                _ => chown(&place, Some(65534), None).unwrap(),
            }
            let seen = if kind == "a link" { &elsewhere } else { &place };
            fs::set_permissions(seen, fs::Permissions::from_mode(0o755)).unwrap();
            let facts = || {
                let found = fs::metadata(seen).unwrap();
                let names = if found.is_dir() { common::listing(seen) } else { Vec::new() };
                (found.mode(), found.uid(), names)
            };
            let before = facts();
            let said = refused(at, &["restore"]);
            let sentence = match kind {
                "a link" => "this is a symbolic link; only a real folder of this user is used",
                "a file" => "this is not a folder; only a real folder of this user is used",
                _ => "this folder belongs to another user (uid 65534) and is not used",
            };
            assert!(said.contains(sentence) && said.contains("XDG_STATE_HOME"), "{case}: {said}");
            assert!(refused(at, &["restore", "--list"]).contains(sentence), "{case}");
            let run = on_config(at, &["set-context", "c", "--namespace=new"]);
            assert_eq!(run.code, Some(0), "{case}: {}", run.stderr);
            assert!(read(at, "config").contains("namespace: new"), "{case}");
            assert!(run.stderr.starts_with("warning: no old version of "), "{case}: {}", run.stderr);
            assert!(run.stderr.contains(sentence) && run.stderr.lines().count() == 1, "{case}: {}", run.stderr);
            let run = on_config(at, &["delete-user", "u"]);
            assert_eq!(run.code, Some(0), "{case}: {}", run.stderr);
            // In a file in the way of a folder there is nothing to search.
            let is_told = run.stderr.contains("could not be searched for the credentials: ");
            assert_eq!(is_told, case != "file: a file", "{case}: {}", run.stderr);
            assert!(run.stderr.lines().all(|line| line.starts_with("warning: ")), "{case}: {}", run.stderr);
            assert_eq!(facts(), before, "{case}");
        }
    }
}

/// As under sudo, which may keep `$HOME`: root makes nothing in the home of somebody else.
#[test]
fn root_leaves_the_home_of_another_user_alone() {
    if !is_root() {
        return;
    }
    for made in ["", ".local", ".local/state", ".local/state/kubeconfig"] {
        let folder = folder(FILE);
        let at = folder.path();
        fs::create_dir_all(at.join(made)).unwrap();
        give_away(at);
        let before = common::listing(at);
        let run = on_config(at, &["set-context", "c", "--namespace=new"]);
        assert_eq!(run.code, Some(0), "{made}: {}", run.stderr);
        let sentence = "this folder belongs to another user (uid 65534) and is not used";
        assert!(run.stderr.starts_with("warning: no old version of /"), "{made}: {}", run.stderr);
        assert!(run.stderr.contains(sentence) && run.stderr.lines().count() == 1, "{made}: {}", run.stderr);
        assert_eq!(common::listing(at).len(), before.len(), "{made}");
        assert_eq!(fs::metadata(at.join("config")).unwrap().uid(), 65534, "{made}");
        assert!(run.stdout.contains("created"), "{made}");
    }
}

/// A link on the way to the state folder is the user's own affair.
#[test]
fn a_link_above_the_state_folder_is_followed() {
    let folder = folder(FILE);
    let at = folder.path();
    fs::create_dir(at.join("elsewhere")).unwrap();
    symlink("elsewhere", at.join(".local")).unwrap();
    set(at, 1, &[]);
    assert_eq!(numbers(at), [1]);
}
