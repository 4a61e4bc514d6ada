//! Updates where something is in the way: rights, full disks, odd files, mount points.

use super::*;
use kubeconfig::store::How;
use std::os::unix::net::UnixListener;

fn append(store: &Store, path: &Path) -> Result<kubeconfig::store::Updated<()>, Error> {
    store.update(&[path], |files| {
        files.set(0, [files.old(0).unwrap_or_default(), b"+"].concat());
        Ok(())
    })
}

#[test]
fn what_is_no_regular_file_is_never_opened() {
    type Prepare = fn(&Folder) -> PathBuf;
    let fifo: Prepare = |folder| {
        assert!(Command::new("mkfifo").arg(folder.path("fifo")).status().unwrap().success());
        folder.path("fifo")
    };
    let cases: [(Prepare, &str); 10] = [
        (fifo, "this is a named pipe"),
        (|f| f.0.clone(), "this is a folder"),
        (|_| "/dev/null".into(), "this is a device"),
        (|_| "/dev/zero".into(), "this is a device"),
        (
            |f| {
                drop(UnixListener::bind(f.path("socket")).unwrap());
                f.path("socket")
            },
            "this is a socket",
        ),
        (|f| f.link("link", "/dev/tty"), "this is a device"),
        (|f| f.link("loop", "loop"), "this symbolic link can't be followed"),
        (|f| f.link("link", "gone/config"), "gone: the folder to write to does not exist"),
        (|f| f.file("file", "old").join("config"), "a part of this path is a file"),
        (|_| PathBuf::new(), "empty"),
    ];
    for (prepare, sentence) in cases {
        let folder = Folder::new();
        let path = prepare(&folder);
        let names = folder.names();
        let error = append(&folder.store(), &path).unwrap_err();
        assert!(error.to_string().contains(sentence), "{error}");
        assert_eq!(folder.names(), names, "{error}");
        assert!(!folder.state().exists(), "{error}");
    }
}

#[test]
fn a_dangling_link_is_followed() {
    let folder = Folder::new();
    let link = folder.link("link", "config");
    let updated = append(&folder.store(), &link).unwrap();
    assert_eq!(updated.changed[0].how, How::Created);
    assert_eq!(fs::read(folder.path("config")).unwrap(), b"+");
    assert_eq!(folder.names(), ["config", "link"]);
}

#[test]
fn a_file_one_may_not_write_is_not_replaced_either() {
    for bits in [0o400, 0o440, 0o444] {
        let folder = Folder::new();
        let path = folder.file("old", "old");
        std::os::unix::fs::chown(&path, is_root().then_some(65534), None).unwrap();
        chmod(&path, bits);
        let Some(done) = unprivileged("append", &path) else { return };
        let error = done.unwrap_err();
        assert!(error.contains("this user may not write the file: Permission denied"), "{error}");
        assert!(error.contains("nothing was changed"), "{error}");
        folder.assert_untouched();
    }
}

#[test]
fn a_file_one_may_not_read_is_not_written() {
    let folder = Folder::new();
    let path = folder.file("old", "old");
    chmod(&path, 0o200);
    let Some(done) = unprivileged("append", &path) else { return };
    let error = done.unwrap_err();
    assert!(error.contains("Permission denied"), "{error}");
    chmod(&path, 0o600);
    folder.assert_untouched();
}

#[test]
fn in_a_folder_one_may_not_write_to_the_file_is_written_in_place() {
    let folder = Folder::new();
    let path = folder.file("old", "old");
    chmod(&path, 0o666);
    chmod(&folder.0, 0o555);
    let before = fs::metadata(&path).unwrap();
    let Some(done) = unprivileged("append", &path) else { return };
    // Where there is nobody to be, this is root's folder all the same.
    let text = done.unwrap();
    assert!(text.contains("InPlace") && text.contains("locked: false"), "{text}");
    let after = fs::metadata(&path).unwrap();
    assert_eq!((before.ino(), before.uid(), before.mode()), (after.ino(), after.uid(), after.mode()));
    assert_eq!(fs::read(&path).unwrap(), b"old+");
    chmod(&folder.0, 0o777);
    assert_eq!(folder.names(), ["old"]);
    assert_eq!(folder.kept(&path), [b"old"]);
    // A new file can't be made there in any way.
    chmod(&folder.0, 0o555);
    let Some(done) = unprivileged("append", &folder.path("new")) else { return };
    let error = done.unwrap_err();
    assert!(error.contains("the lock can't be made") && error.contains("nothing was changed"), "{error}");
}

#[test]
fn without_a_place_for_a_copy_nothing_is_written_in_place() {
    let folder = Folder::new();
    let path = folder.file("old", "old");
    chmod(&path, 0o666);
    chmod(&folder.0, 0o555);
    fs::write(folder.state(), "in the way").unwrap();
    let Some(done) = unprivileged("append", &path) else { return };
    let error = done.unwrap_err();
    assert!(error.contains("no copy can be kept for writing it in place"), "{error}");
    assert!(error.contains("nothing was changed; set XDG_STATE_HOME"), "{error}");
    folder.assert_untouched();
    fs::remove_file(folder.state()).unwrap();
}

#[test]
fn a_file_that_would_change_its_owner_is_written_in_place() {
    if !is_root() {
        return eprintln!("skipped: only root has files of others");
    }
    for (uid, gid, in_place) in [(0, 0, true), (0, 65534, true), (65534, 0, false)] {
        let folder = Folder::new();
        let path = folder.file("old", "old");
        std::os::unix::fs::chown(&path, Some(uid), Some(gid)).unwrap();
        chmod(&path, 0o666);
        chmod(&folder.0, 0o777);
        let before = fs::metadata(&path).unwrap();
        let Some(done) = unprivileged("append", &path) else { return };
        let text = done.unwrap();
        assert!(
            text.contains(if in_place { "InPlace" } else { "Replaced" }) && text.contains("locked: true"),
            "{text}"
        );
        let after = fs::metadata(&path).unwrap();
        let facts = |file: &fs::Metadata| (file.ino(), file.uid(), file.gid(), file.mode());
        assert_eq!((before.uid(), in_place), (after.uid(), facts(&before) == facts(&after)));
        assert_eq!(fs::read(&path).unwrap(), b"old+");
        assert_eq!(folder.names(), ["old"]);
        assert_eq!(folder.kept(&path), [b"old"]);
        // Where no copy can be kept it is replaced all the same.
        fs::remove_dir_all(folder.state()).unwrap();
        fs::write(folder.state(), "in the way").unwrap();
        let text = unprivileged("append", &path).unwrap().unwrap();
        assert!(text.contains("Replaced"), "{text}");
        assert_eq!(fs::read(&path).unwrap(), b"old++");
        fs::remove_file(folder.state()).unwrap();
    }
}

#[test]
fn others_files_in_a_sticky_folder_are_written_in_place() {
    let folder = Folder::new();
    let path = folder.file("old", "old");
    chmod(&path, 0o666);
    chmod(&folder.0, 0o1777);
    if !is_root() {
        return eprintln!("skipped: only root has files of others");
    }
    let Some(done) = unprivileged("append", &path) else { return };
    let text = done.unwrap();
    assert!(text.contains("InPlace") && text.contains("locked: true"), "{text}");
    assert_eq!(fs::read(&path).unwrap(), b"old+");
    assert_eq!(folder.names(), ["old"]);
}

/// Runs `script` with mounts of its own; the deed is its `"$@"`, the folder its `"$0"`. `None` where that can't be.
fn with_mounts(folder: &Folder, script: &str, deed: &str, path: &Path) -> Option<String> {
    let launcher = ["unshare", "-rm", "sh", "-c", script, folder.0.to_str().unwrap()];
    let Some(output) = run(&launcher, deed, path).filter(|output| output.status.code() != Some(99)) else {
        eprintln!("skipped: nothing can be mounted here");
        return None;
    };
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn a_file_that_is_a_mount_point_is_written_in_place() {
    let folder = Folder::new();
    let script = "cd \"$0\" && echo old >real && touch old && mount --bind real old || exit 99
        \"$@\"; echo \"exit $?\"; cat old; ls -A";
    let Some(text) = with_mounts(&folder, script, "append", &folder.path("old")) else { return };
    assert!(text.contains("InPlace") && text.contains("locked: true"), "{text}");
    assert!(text.ends_with("exit 0\nold\n+old\nreal\n"), "{text}");
    assert_eq!(fs::read(folder.path("real")).unwrap(), b"old\n+");
    assert_eq!(fs::read(&folder.store().copies(&folder.path("old")).unwrap()[0].path).unwrap(), b"old\n");
}

#[test]
fn a_file_that_gets_shorter_in_place() {
    let folder = Folder::new();
    let script = "cd \"$0\" && printf 'long and old' >real && touch old && mount --bind real old || exit 99
        \"$@\"; echo \"exit $?\"";
    let Some(text) = with_mounts(&folder, script, "shorten", &folder.path("old")) else { return };
    assert!(text.contains("InPlace") && text.ends_with("exit 0\n"), "{text}");
    assert_eq!(fs::read(folder.path("real")).unwrap(), b"new");
}

#[test]
fn a_read_only_file_system() {
    let folder = Folder::new();
    let script = "mount -t tmpfs tmpfs \"$0\" && cd \"$0\" && echo old >old && mount -o remount,ro \"$0\" || exit 99
        \"$@\"; echo \"exit $?\"; cat old; ls -A";
    for name in ["old", "new", "sub/new"] {
        let Some(text) = with_mounts(&folder, script, "append", &folder.path(name)) else { return };
        assert!(text.contains("ead-only file system"), "{text}");
        assert!(text.ends_with("exit 3\nold\nold\n"), "{text}");
    }
}

#[test]
fn a_full_disk_harms_nothing() {
    // Full from the beginning, or too small for the new file beside the old one.
    for fill in ["cat /dev/zero >zero", "head -c 40000 /dev/zero >zero"] {
        for (deed, name) in [("large", "old"), ("large", "new")] {
            let folder = Folder::new();
            let script = format!(
                "mount -t tmpfs -o size=64k tmpfs \"$0\" && cd \"$0\" || exit 99
                echo old >old; {fill} 2>/dev/null; \"$@\"; echo \"exit $?\"; cat old; ls -A"
            );
            let Some(text) = with_mounts(&folder, &script, deed, &folder.path(name)) else { return };
            assert!(
                text.contains("the disk is full: No space left on device (os error 28); nothing was changed"),
                "{text}"
            );
            assert!(text.ends_with("exit 3\nold\nold\nzero\n"), "{text}");
        }
    }
}

#[test]
fn a_full_disk_harms_nothing_that_is_written_in_place_either() {
    let folder = Folder::new();
    let script = "cd \"$0\" && mkdir disk && mount -t tmpfs -o size=64k tmpfs disk && echo old >disk/real || exit 99
        touch old && mount --bind disk/real old || exit 99
        \"$@\"; echo \"exit $?\"; cat old; ls -A";
    let Some(text) = with_mounts(&folder, script, "large", &folder.path("old")) else { return };
    assert!(text.contains("cannot be written, and holds what it held"), "{text}");
    assert!(text.ends_with("exit 3\nold\ndisk\nold\n"), "{text}");
}

#[test]
fn a_full_disk_for_copies_is_no_reason_to_stop() {
    let folder = Folder::new();
    let script = "mkdir -p \"$XDG_STATE_HOME\" && mount -t tmpfs -o size=4k tmpfs \"$XDG_STATE_HOME\" || exit 99
        cd \"$0\"; head -c 40000 /dev/zero >old; \"$@\"; echo \"exit $?\"; find \"$XDG_STATE_HOME\" -type f";
    let Some(text) = with_mounts(&folder, script, "append", &folder.path("old")) else { return };
    assert!(text.contains("kept: None") && text.ends_with("exit 0\n"), "{text}");
    assert_eq!(fs::metadata(folder.path("old")).unwrap().len(), 40001);
}

#[test]
fn a_limit_on_the_size_of_files_harms_nothing() {
    let folder = Folder::new();
    let path = folder.file("old", "old");
    let limited = ["sh", "-c", "trap '' XFSZ; ulimit -f 8; exec \"$@\"", "sh"];
    let error = child(&limited, "large", &path).unwrap_err();
    assert!(
        error.contains("larger than files may be here: File too large (os error 27); nothing was changed"),
        "{error}"
    );
    folder.assert_untouched();
}

#[test]
fn no_umask_changes_the_modes() {
    for (umask, lock) in [("000", 0o644), ("022", 0o644), ("077", 0o600)] {
        let folder = Folder::new();
        let launcher = ["sh", "-c", &format!("umask {umask}; exec \"$@\""), "sh"];
        child(&launcher, "append", &folder.path("new/config")).unwrap();
        assert_eq!((mode(&folder.path("new/config")), mode(&folder.path("new"))), (0o600, 0o700), "umask {umask}");
        let path = folder.file("old", "old");
        chmod(&path, 0o664);
        let text = child(&launcher, "lock", &path).unwrap();
        assert!(text.contains(&format!("lock {lock:o}")), "umask {umask}: {text}");
        child(&launcher, "append", &path).unwrap();
        assert_eq!(mode(&path), 0o664, "umask {umask}");
    }
}

#[test]
fn no_home_is_no_reason_to_stop() {
    let folder = Folder::new();
    let path = folder.file("old", "old");
    let text = child(&["env", "-u", "HOME", "-u", "XDG_STATE_HOME"], "append", &path).unwrap();
    assert!(text.contains("kept: None"), "{text}");
    assert_eq!(fs::read(&path).unwrap(), b"old+");
}

#[test]
fn a_hundred_thousand_entries() {
    let folder = Folder::new();
    let mut text = String::from("contexts:\n");
    for i in 0..100_000 {
        text += &format!("- name: c{i}\n  context: {{cluster: c, user: u}}\n");
    }
    let path = folder.file("config", &text);
    let loader = kubeconfig::Loader::new(Environment::new(&folder.0)).explicit(&path);
    let start = std::time::Instant::now();
    let edited = folder.store().edit(&loader, |draft| {
        draft.rename(kubeconfig::config::Section::Contexts, "c50000", "renamed")?;
        draft.config.contexts.retain(|name, _| !name.ends_with("77"));
        draft.config.current_context = Some("renamed".into());
        Ok(())
    });
    assert_eq!(edited.unwrap().changed.len(), 1);
    eprintln!("100,000 contexts, 1,001 changes: {:?}", start.elapsed());
    let config = Kubeconfig::from_slice(&fs::read(&path).unwrap()).unwrap();
    assert_eq!((config.contexts.len(), config.current_context()), (99_000, Some("renamed")));
}
