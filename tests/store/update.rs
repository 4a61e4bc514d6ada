//! Several files changed as one: under the lock, each at most once, and what becomes of those that change meanwhile.

use super::*;
use kubeconfig::store::{How, Updated};
use std::cell::Cell;

/// Appends `text` to each of the files.
fn append(store: &Store, paths: &[impl AsRef<Path>], text: &str) -> Result<Updated<()>, Error> {
    store.update(paths, |files| {
        for i in 0..files.len() {
            add(files, i, text);
        }
        Ok(())
    })
}

fn add(files: &mut Files, i: usize, text: &str) {
    files.set(i, [files.old(i).unwrap_or_default(), text.as_bytes()].concat());
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

#[test]
fn a_file_is_created_and_replaced() {
    let folder = Folder::new();
    let path = folder.path("deep/er/config");
    let updated = append(&folder.store(), &[&path], "one\n").unwrap();
    assert_eq!(updated.changed.len(), 1);
    let change = &updated.changed[0];
    assert_eq!((&change.path, change.how, change.locked, &change.kept), (&path, How::Created, true, &None));
    assert_eq!((mode(&path), mode(&folder.path("deep")), mode(&folder.path("deep/er"))), (0o600, 0o700, 0o700));
    chmod(&path, 0o640);
    let updated = append(&folder.store(), &[&path], "two\n").unwrap();
    let change = &updated.changed[0];
    assert_eq!((change.how, change.locked), (How::Replaced, true));
    assert_eq!(read(&path), "one\ntwo\n");
    assert_eq!(mode(&path), 0o640);
    assert_eq!(fs::read_dir(folder.path("deep/er")).unwrap().count(), 1);
}

#[test]
fn nothing_is_written_or_locked_where_nothing_changes() {
    let folder = Folder::new();
    let (one, two) = (folder.file("one", "1"), folder.file("two", "2"));
    let before = [&one, &two].map(|path| fs::metadata(path).unwrap().ino());
    // Held by somebody else, the lock of a file that is only read is in nobody's way.
    folder.file("two.lock", "");
    let store = folder.store().wait(Duration::ZERO);
    let updated = store.update(&[&one, &two], |files| {
        files.set(0, files.old(0).unwrap().to_vec());
        assert_eq!(files.old(2), None);
        files.set(2, "beyond the last");
        Ok(files.len())
    });
    let updated = updated.unwrap();
    assert_eq!((updated.value, updated.changed.len()), (2, 0));
    append(&store, &[&one], "+").unwrap();
    let after = [&one, &two].map(|path| fs::metadata(path).unwrap().ino());
    assert_eq!(before[1], after[1]);
    assert_eq!(folder.names(), ["one", "two", "two.lock"]);
    let error = append(&store, &[&one, &two], "+").unwrap_err();
    assert!(error.is_locked() && error.to_string().contains("nothing was changed"), "{error}");
    assert_eq!(read(&one), "1+");
    assert_eq!(folder.names(), ["one", "two", "two.lock"]);
}

#[test]
fn the_lock_is_there_while_the_file_is_read_for_good() {
    let folder = Folder::new();
    let path = folder.file("config", "a");
    let calls = Cell::new(0);
    let updated = folder.store().update(&[&path], |files| {
        // Somebody comes in before the lock.
        if calls.replace(calls.get() + 1) == 0 {
            assert!(!folder.path("config.lock").exists());
            fs::write(&path, "b").unwrap();
        } else {
            assert!(folder.path("config.lock").exists());
        }
        add(files, 0, "+");
        Ok(())
    });
    assert_eq!(updated.unwrap().changed.len(), 1);
    assert_eq!((read(&path), calls.get()), ("b+".into(), 2));
    assert_eq!(folder.names(), ["config"]);
}

#[test]
fn what_changes_again_and_again_is_left_alone() {
    let folder = Folder::new();
    let path = folder.file("config", "");
    let mut calls = 0;
    let result = folder.store().update(&[&path], |files| {
        calls += 1;
        fs::write(&path, calls.to_string()).unwrap();
        add(files, 0, "+");
        Ok(())
    });
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(error.to_string().contains("a program that takes no lock; nothing was changed"), "{error}");
    assert!((2..50).contains(&calls));
    assert_eq!(read(&path), calls.to_string());
    assert_eq!(folder.names(), ["config"]);
}

#[test]
fn a_file_that_goes_or_comes_meanwhile() {
    for (before, meanwhile, after) in [(Some("a"), None, "+"), (None, Some("b"), "b+"), (Some("a"), Some("b"), "b+")] {
        let folder = Folder::new();
        let path = folder.path("config");
        let set = |contents: Option<&str>| match contents {
            Some(contents) => fs::write(&path, contents).unwrap(),
            None => drop(fs::remove_file(&path)),
        };
        set(before);
        let mut meanwhile = Some(meanwhile);
        let updated = folder.store().update(&[&path], |files| {
            add(files, 0, "+");
            meanwhile.take().into_iter().for_each(set);
            Ok(())
        });
        assert_eq!(updated.unwrap().changed.len(), 1);
        assert_eq!(read(&path), after);
        assert_eq!(folder.names(), ["config"]);
    }
}

#[test]
fn an_error_changes_nothing() {
    let folder = Folder::new();
    let path = folder.file("old", "old");
    let result = folder.store().update(&[&path, &folder.path("new/config")], |files| {
        add(files, 0, "+");
        add(files, 1, "+");
        Kubeconfig::from_slice(b"clusters: [")
    });
    assert!(result.unwrap_err().is_syntax());
    folder.assert_untouched();
}

#[test]
fn a_panic_leaves_no_lock() {
    let folder = Folder::new();
    let path = folder.file("old", "old");
    let mut calls = 0;
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        folder.store().update(&[&path], |files| {
            add(files, 0, "+");
            calls += 1;
            if calls == 1 {
                fs::write(&path, "older").unwrap();
            } else {
                fs::write(&path, "old").unwrap();
                panic!("on purpose, under the lock");
            }
            Ok(())
        })
    }));
    assert!(result.is_err() && calls == 2);
    folder.assert_untouched();
}

/// kubectl empties a file before it fills it: who reads in between must not take that for the truth.
#[test]
fn half_a_file_is_read_again() {
    for contents in ["", "clusters:\n- name: [", "current-context: x\n"] {
        let folder = Folder::new();
        let path = folder.file("config", contents);
        let lock = folder.file("config.lock", "");
        let store = folder.store().wait(Duration::from_secs(60));
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_millis(200));
                fs::write(&path, "current-context: whole\n").unwrap();
                fs::remove_file(lock).unwrap();
            });
            let updated = store.update(&[&path], |files| {
                let config = Kubeconfig::from_slice(files.old(0).unwrap())?;
                if config.current_context() == Some("whole") {
                    files.set(0, "current-context: changed\n");
                }
                Ok(())
            });
            assert_eq!(updated.unwrap().changed.len(), 1);
        });
        assert_eq!(read(&path), "current-context: changed\n");
    }
}

/// A lock that was left behind long ago holds nobody up who writes nothing.
#[test]
fn an_old_lock_is_nobody_writing() {
    let folder = Folder::new();
    let path = folder.file("old", "old");
    let lock = fs::File::create(folder.path("old.lock")).unwrap();
    lock.set_modified(std::time::SystemTime::now() - Duration::from_secs(60)).unwrap();
    let start = std::time::Instant::now();
    let store = folder.store().wait(Duration::from_secs(120));
    assert!(store.update(&[&path], |_| Ok(())).unwrap().changed.is_empty());
    assert!(store.update(&[path], |_| Kubeconfig::from_slice(b"[")).unwrap_err().is_syntax());
    assert!(start.elapsed() < Duration::from_secs(30));
}

#[test]
fn two_paths_to_one_file() {
    let folder = Folder::new();
    let path = folder.file("config", "a");
    let link = folder.link("link", "config");
    let dotted = folder.0.join("./config");
    let paths = [path.clone(), link, dotted];
    // Of kubectl it is known that it stops at its own lock then.
    let updated = append(&folder.store(), &paths, "+").unwrap();
    assert_eq!((updated.changed.len(), read(&path)), (1, "a+".into()));
    let result = folder.store().update(&paths, |files| {
        files.set(0, "one");
        files.set(1, "other");
        Ok(())
    });
    assert_eq!(result.unwrap_err().kind(), ErrorKind::Usage);
    assert_eq!(read(&path), "a+");
    assert_eq!(folder.names(), ["config", "link"]);
}

#[test]
fn a_link_is_locked_at_both_ends() {
    for locked in ["link.lock", "sub/config.lock"] {
        let folder = Folder::new();
        fs::create_dir(folder.path("sub")).unwrap();
        let config = folder.file("sub/config", "a");
        let link = folder.link("link", "sub/config");
        let lock = folder.file(locked, "");
        let store = folder.store().wait(Duration::ZERO);
        assert!(append(&store, &[&link], "+").unwrap_err().is_locked());
        fs::remove_file(lock).unwrap();
        let updated = append(&store, &[&link], "+").unwrap();
        assert_eq!((&updated.changed[0].path, &updated.changed[0].target), (&link, &config));
        assert_eq!(read(&config), "a+");
        assert_eq!(fs::read_link(&link).unwrap(), Path::new("sub/config"));
        assert_eq!(folder.names(), ["link", "sub"]);
    }
}

#[test]
fn a_preview_writes_nothing() {
    let folder = Folder::new();
    let path = folder.file("old", "old");
    folder.file("old.lock", "");
    let preview = folder.store().preview(&[&path, &folder.path("new/config")], |files| {
        add(files, 0, "SECRET-CANARY");
        add(files, 1, "+");
        Ok(7)
    });
    let preview = preview.unwrap();
    let shown: Vec<_> = preview.files.iter().map(|file| (file.before(), file.after())).collect();
    assert_eq!(shown, [(Some(&b"old"[..]), &b"oldSECRET-CANARY"[..]), (None, &b"+"[..])]);
    assert_eq!((preview.value, &preview.files[0].path), (7, &path));
    assert!(!format!("{preview:?}").contains("CANARY"), "{preview:?}");
    fs::remove_file(folder.path("old.lock")).unwrap();
    folder.assert_untouched();
}

#[test]
fn a_lock_that_was_taken_away_stops_the_change() {
    let folder = Folder::new();
    let path = folder.file("old", "a");
    let mut calls = 0;
    let result = folder.store().update(&[&path], |files| {
        add(files, 0, "+");
        calls += 1;
        match calls {
            1 => fs::write(&path, "old").unwrap(),
            _ => fs::remove_file(folder.path("old.lock")).unwrap(),
        }
        Ok(())
    });
    let error = result.unwrap_err();
    assert!(error.is_locked() && error.to_string().contains("somebody else removed the lock"), "{error}");
    folder.assert_untouched();
}

/// kubectl reads before it locks: what was added between the two it would remove. While others are about, the lock is
/// held longer than it needs from the one to the other.
#[test]
fn a_file_others_are_busy_with_stays_locked_a_moment() {
    let folder = Folder::new();
    let path = folder.file("config", "recent");
    let time = |store: Store| {
        let start = std::time::Instant::now();
        append(&store, &[&path], "+").unwrap();
        start.elapsed()
    };
    assert!(time(folder.store()) >= Duration::from_millis(20));
    assert!(time(folder.store().linger(Duration::from_millis(300))) >= Duration::from_millis(20));
}

#[test]
fn a_failure_midway_says_what_was_done() {
    // The second file is a mount point on a disk that is full: it is noticed only when it can't be replaced.
    let folder = Folder::new();
    let script = "cd \"$0\" && mkdir disk && mount -t tmpfs -o size=4k tmpfs disk && echo old >disk/b || exit 99
        echo old >a && touch b && mount --bind disk/b b || exit 99
        \"$@\"; echo \"exit $?\"; head -c 3 a; cat b; ls -A";
    let launcher = ["unshare", "-rm", "sh", "-c", script, folder.0.to_str().unwrap()];
    let Some(output) = run(&launcher, "two", &folder.path("a")).filter(|output| output.status.success()) else {
        return eprintln!("skipped: nothing can be mounted here");
    };
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("No space left") && !text.contains("nothing was changed"), "{text}");
    assert!(text.contains("/b: ") && text.contains("/a was changed; not changed: this file\n"), "{text}");
    assert!(text.ends_with("exit 3\nnewold\na\nb\ndisk\n"), "{text}");
}
