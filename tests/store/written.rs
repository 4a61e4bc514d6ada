//! What is written, and what the file is like then.

use super::*;
use std::os::unix::fs::chown;

#[test]
fn a_new_file_is_for_its_owner_only() {
    let folder = Folder::new();
    let path = folder.path("new");
    let written = new(&path, CANARY).unwrap();
    assert_eq!((&written.path, written.replaced), (&path, false));
    assert_eq!(fs::read(&path).unwrap(), CANARY);
    assert_eq!((mode(&path), fs::metadata(&path).unwrap().nlink()), (0o600, 1));
    assert_eq!(folder.names(), ["new"]);
}

#[test]
fn no_umask_changes_the_mode_of_a_new_file() {
    for umask in ["000", "022", "077", "777"] {
        let folder = Folder::new();
        let path = folder.path("new");
        child(&["sh", "-c", &format!("umask {umask}; exec \"$@\""), "sh"], "new", &path).unwrap();
        assert_eq!(mode(&path), 0o600, "umask {umask}");
    }
}

#[test]
fn a_replaced_file_hands_its_mode_on() {
    for bits in [0o600, 0o640, 0o644, 0o400, 0o000, 0o777] {
        let folder = Folder::new();
        let path = folder.file("old", "old");
        chmod(&path, bits);
        let before = fs::metadata(&path).unwrap();
        assert!(force(&path, CANARY).unwrap().replaced);
        let after = fs::metadata(&path).unwrap();
        assert_eq!(mode(&path), bits);
        assert_eq!((after.uid(), after.gid()), (before.uid(), before.gid()));
        assert_ne!(after.ino(), before.ino(), "a new file took the name");
        chmod(&path, 0o600);
        assert_eq!(fs::read(&path).unwrap(), CANARY);
        assert_eq!(folder.names(), ["old"]);
    }
}

#[test]
fn owner_and_group_stay_where_the_process_may_set_them() {
    if !is_root() {
        return eprintln!("skipped: only root gives files away");
    }
    let folder = Folder::new();
    let path = folder.file("old", "old");
    chown(&path, Some(65534), Some(65533)).unwrap();
    chmod(&path, 0o640);
    force(&path, CANARY).unwrap();
    let after = fs::metadata(&path).unwrap();
    assert_eq!((after.uid(), after.gid(), mode(&path)), (65534, 65533, 0o640));
}

#[test]
fn a_group_that_cannot_be_kept_gives_no_rights_to_another() {
    if !is_root() {
        return eprintln!("skipped: only root can make a file of a group that others are not in");
    }
    for (before, after) in [(0o660, 0o600), (0o644, 0o644), (0o664, 0o644), (0o604, 0o604)] {
        let folder = Folder::new();
        let path = folder.file("old", "old");
        chmod(&path, before);
        let Some(done) = unprivileged("force", &path) else { return };
        done.unwrap();
        assert_eq!(mode(&path), after, "from {before:o}");
    }
}

#[test]
fn symbolic_links_are_followed_and_stay() {
    for (first, end) in [("end", "end"), ("second", "sub/end"), ("sub/../end", "end")] {
        for exists in [true, false] {
            let folder = Folder::new();
            fs::create_dir(folder.path("sub")).unwrap();
            let link = folder.link("link", first);
            folder.link("second", "sub/third");
            folder.link("sub/third", "end");
            if exists {
                chmod(&folder.file(end, "old"), 0o640);
                assert_eq!(new(&link, CANARY).unwrap_err().kind(), ErrorKind::Refused);
                assert_eq!(fs::read(folder.path(end)).unwrap(), b"old");
            }
            let written = write(&link, CANARY, &WriteOptions::new().force(exists)).unwrap();
            assert_eq!(written.replaced, exists);
            assert_eq!(written.path.canonicalize().unwrap(), folder.path(end).canonicalize().unwrap());
            assert_eq!(fs::read_link(&link).unwrap(), Path::new(first));
            assert_eq!(fs::read(folder.path(end)).unwrap(), CANARY);
            assert_eq!(mode(&folder.path(end)), if exists { 0o640 } else { 0o600 });
        }
    }
}

#[test]
fn names_of_any_length_and_script() {
    let folder = Folder::new();
    let names = ["a".repeat(255), "ä".repeat(127), "\u{1f511}".repeat(63), "...".into(), "a\nb".into(), "-".into()];
    for name in names {
        let path = folder.path(&name);
        new(&path, CANARY).unwrap();
        force(&path, b"other").unwrap();
        assert_eq!(folder.names(), [name]);
        fs::remove_file(path).unwrap();
    }
    let error = new(&folder.path(&"a".repeat(256)), CANARY).unwrap_err();
    assert!(error.to_string().contains("too long"), "{error}");
    assert_eq!(folder.names(), [""; 0]);
}

#[test]
fn a_bare_name_is_written_to_the_current_folder() {
    let folder = Folder::new();
    let script = format!("cd '{}'; exec \"$@\"", folder.0.display());
    child(&["sh", "-c", &script, "sh"], "new", Path::new("bare")).unwrap();
    assert_eq!(folder.names(), ["bare"]);
}

#[test]
fn other_hard_links_keep_the_old_contents() {
    let folder = Folder::new();
    let path = folder.file("old", "old");
    fs::hard_link(&path, folder.path("other")).unwrap();
    force(&path, CANARY).unwrap();
    assert_eq!(fs::read(folder.path("other")).unwrap(), b"old");
}
