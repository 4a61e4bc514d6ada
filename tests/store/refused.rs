//! What is refused, what fails, and that both change nothing.

use super::*;
use std::os::unix::net::UnixListener;

fn fifo(folder: &Folder) -> PathBuf {
    assert!(Command::new("mkfifo").arg(folder.path("fifo")).status().unwrap().success());
    folder.path("fifo")
}

fn socket(folder: &Folder) -> PathBuf {
    drop(UnixListener::bind(folder.path("socket")).unwrap());
    folder.path("socket")
}

/// Puts something into the folder, and gives the path to write to.
type Prepare = fn(&Folder) -> PathBuf;

#[test]
fn refusals_change_nothing() {
    let cases: [(Prepare, ErrorKind, &str); 14] = [
        (|_| PathBuf::new(), ErrorKind::Refused, "empty"),
        (|f| f.path("new/"), ErrorKind::Refused, "names a folder"),
        (|f| f.path("new/."), ErrorKind::Refused, "names a folder"),
        (|f| f.path(".."), ErrorKind::Refused, "names a folder"),
        (|f| f.0.clone(), ErrorKind::Refused, "this is a folder"),
        (|_| "/dev/null".into(), ErrorKind::Refused, "this is a device"),
        (fifo, ErrorKind::Refused, "this is a named pipe"),
        (|f| f.link("link", fifo(f)), ErrorKind::Refused, "this is a named pipe"),
        (socket, ErrorKind::Refused, "this is a socket"),
        (|f| f.link("link", "new/"), ErrorKind::Refused, "leads to a folder"),
        (|f| f.link("loop", "loop"), ErrorKind::Io, "this symbolic link can't be followed"),
        (|f| f.path("missing/new"), ErrorKind::Io, "missing: the folder to write to does not exist"),
        (|f| f.link("link", "gone/new"), ErrorKind::Io, "gone: the folder to write to does not exist"),
        (|f| f.file("file", "old").join("new"), ErrorKind::Io, "a part of this path is a file"),
    ];
    for (prepare, kind, sentence) in cases {
        for force in [false, true] {
            let folder = Folder::new();
            let path = prepare(&folder);
            let names = folder.names();
            let error = write(&path, CANARY, &WriteOptions::new().force(force)).unwrap_err();
            assert_eq!(error.kind(), kind, "{error}");
            assert!(error.to_string().contains(sentence), "{error}");
            assert!(!format!("{error} {error:?}").contains("CANARY"), "{error:?}");
            assert_eq!(folder.names(), names, "{error}");
        }
    }
}

#[test]
fn an_error_says_what_was_changed() {
    let folder = Folder::new();
    let path = folder.file("old", "old");
    let exists = new(&path, CANARY).unwrap_err();
    assert_eq!(exists.progress(), &Progress::Unchanged);
    let locked = fs::write(folder.path("old.lock"), "").map(|()| folder.store().wait(Duration::ZERO)).unwrap();
    let set = |files: &mut Files| {
        files.set(0, "new");
        Ok(())
    };
    let error = locked.update(&[&path], set).unwrap_err();
    assert_eq!(error.progress(), &Progress::Unchanged);
    assert_eq!(error.to_string().matches("nothing was changed").count(), 1, "{error}");
    fs::remove_file(folder.path("old.lock")).unwrap();
    // One of the change itself comes before anything is written, and has nothing to say of it.
    let of_change = folder.store().update(&[&path], |_| Kubeconfig::from_slice(b"{").map(drop)).unwrap_err();
    assert_eq!(of_change.progress(), &Progress::NotBegun);
    assert!(!of_change.to_string().contains("changed"), "{of_change}");
    folder.assert_untouched();
}

#[test]
fn an_existing_file_is_kept_without_force() {
    let folder = Folder::new();
    let path = folder.file("old", "old");
    let before = fs::metadata(&path).unwrap();
    let error = new(&path, CANARY).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    let sentence = "the file exists already; nothing was changed; choose another name, or allow overwriting (--force)";
    assert_eq!(error.to_string(), format!("{}: {sentence}", path.display()));
    let after = fs::metadata(&path).unwrap();
    assert_eq!((before.ino(), before.modified().unwrap()), (after.ino(), after.modified().unwrap()));
    folder.assert_untouched();
}

#[test]
fn a_folder_one_may_not_write_to() {
    for (deed, name) in [("new", "new"), ("force", "new"), ("force", "old")] {
        let folder = Folder::new();
        chmod(&folder.file("old", "old"), 0o666);
        chmod(&folder.0, 0o555);
        let Some(done) = unprivileged(deed, &folder.path(name)) else { return };
        let error = done.unwrap_err();
        assert!(error.contains("no file can be created in its folder"), "{error}");
        assert!(error.contains("nothing was changed"), "{error}");
        folder.assert_untouched();
    }
}

#[test]
fn a_folder_one_may_not_enter() {
    let folder = Folder::new();
    chmod(&folder.0, 0o600);
    let Some(done) = unprivileged("new", &folder.path("new")) else { return };
    let error = done.unwrap_err();
    assert!(error.contains("the way to this file is closed to this user"), "{error}");
}

#[test]
fn a_folder_one_may_write_to_but_not_read() {
    let folder = Folder::new();
    chmod(&folder.0, 0o333);
    let Some(done) = unprivileged("new", &folder.path("new")) else { return };
    done.unwrap();
    chmod(&folder.0, 0o777);
    assert_eq!(folder.names(), ["new"]);
}

#[test]
fn a_file_cut_short_by_a_limit_harms_nothing() {
    // A limit on the size of files fails as a full disk does: in the middle of the contents.
    for (deed, name) in [("force", "old"), ("new", "new")] {
        let folder = Folder::new();
        folder.file("old", "old");
        let limited = ["sh", "-c", "trap '' XFSZ; ulimit -f 8; exec \"$@\"", "sh"];
        let error = child(&limited, deed, &folder.path(name)).unwrap_err();
        assert!(
            error.contains("larger than files may be here: File too large (os error 27); nothing was changed"),
            "{error}"
        );
        folder.assert_untouched();
    }
}

#[test]
fn a_full_disk_harms_nothing() {
    for (deed, name) in [("force", "old"), ("new", "new")] {
        let folder = Folder::new();
        let script = "mount -t tmpfs -o size=64k tmpfs \"$0\" || exit 99
            echo content >\"$0/old\" && \"$@\"; echo \"exit $?\"; cat \"$0/old\"; ls -A \"$0\"";
        let launcher = ["unshare", "-rm", "sh", "-c", script, folder.0.to_str().unwrap()];
        let output = run(&launcher, deed, &folder.path(name));
        let Some(output) = output.filter(|output| output.status.success()) else {
            return eprintln!("skipped: no tmpfs can be mounted here");
        };
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(
            text.contains("the disk is full: No space left on device (os error 28); nothing was changed"),
            "{text}"
        );
        assert!(text.ends_with("exit 3\ncontent\nold\n"), "{text}");
    }
}
