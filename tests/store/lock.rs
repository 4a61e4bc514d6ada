//! kubectl's lock: who waits, who takes over, and who never does.

use super::*;
use kubeconfig::store::{Lock, Process};

const KUBECTL: &str = "";

/// The id in the text of a lock.
fn id_of(lock: &str) -> &str {
    lock.lines().find_map(|line| line.strip_prefix("id ")).unwrap()
}

/// The lock of a process of this machine that is gone.
pub(crate) fn dead_lock() -> String {
    let text = lock_text();
    let pid = format!("pid {}\n", std::process::id());
    assert!(text.contains(&pid), "{text}");
    // No system gives out such numbers.
    text.replace(&pid, "pid 4194999\n")
}

/// What a lock of this process says.
fn lock_text() -> String {
    let folder = Folder::new();
    let file = folder.file("config", "");
    let lock = folder.store().lock(&file).unwrap();
    fs::read_to_string(lock.path()).unwrap()
}

fn quick(folder: &Folder) -> Store {
    folder.store().wait(Duration::from_millis(20))
}

fn take(folder: &Folder) -> Result<Lock, Error> {
    quick(folder).lock(&folder.path("config"))
}

#[test]
fn a_lock_says_who_holds_it_and_goes_with_its_holder() {
    let folder = Folder::new();
    folder.file("config", "");
    let lock = take(&folder).unwrap();
    assert_eq!(folder.names(), ["config", "config.lock"]);
    assert_eq!(lock.path().file_name().unwrap(), "config.lock");
    let text = fs::read_to_string(lock.path()).unwrap();
    let keys: Vec<_> = text.lines().map(|line| line.split(' ').next().unwrap()).collect();
    if cfg!(target_os = "linux") {
        assert_eq!(keys, ["kubeconfig", "id", "pid", "host", "boot", "pid-namespace", "start"], "{text}");
    }
    assert!(text.contains(&format!("pid {}\n", std::process::id())));
    let error = take(&folder).unwrap_err();
    assert!(error.is_locked() && error.kind() == ErrorKind::Locked);
    let shown = error.to_string();
    assert!(shown.contains("config.lock: the file is locked since 20"), "{shown}");
    assert!(shown.contains(&format!("by process {};", std::process::id())), "{shown}");
    assert!(shown.contains("--break-lock"), "{shown}");
    drop(lock);
    assert_eq!(folder.names(), ["config"]);
    drop(take(&folder).unwrap());
}

#[test]
fn a_lock_goes_with_a_panic() {
    let folder = Folder::new();
    folder.file("config", "");
    let result = std::panic::catch_unwind(|| {
        let _lock = take(&folder).unwrap();
        panic!("on purpose");
    });
    assert!(result.is_err());
    assert_eq!(folder.names(), ["config"]);
}

#[test]
fn a_lock_is_waited_for() {
    let folder = Folder::new();
    folder.file("config", "");
    let path = folder.file("config.lock", KUBECTL);
    let store = folder.store().wait(Duration::from_secs(30));
    let start = std::time::Instant::now();
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(200));
            fs::remove_file(&path).unwrap();
        });
        let _lock = store.lock(&folder.path("config")).unwrap();
        assert!(start.elapsed() >= Duration::from_millis(200));
    });
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn only_a_lock_of_a_process_that_is_gone_is_taken_over() {
    let process = Process::current();
    let host = process.host().unwrap().to_owned();
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
    let namespace =
        lock_text().lines().find_map(|line| line.strip_prefix("pid-namespace ").map(str::to_owned)).unwrap();
    let dead = dead_lock();
    let alive = lock_text();
    let start = alive.lines().last().unwrap();
    let cases = [
        (dead.clone(), true, ""),
        // Its number belongs to another process now.
        (alive.replace(start, "start 1"), true, ""),
        (alive.clone(), false, &format!("by process {}", std::process::id())[..]),
        (KUBECTL.into(), false, "as kubectl does"),
        ("some other program's".into(), false, "as kubectl does"),
        (dead.replace(&format!("host {host}\n"), "host elsewhere\n"), false, "on elsewhere"),
        (dead.replace(boot.trim(), "0-0"), false, "of that name; in another container, or before it was last started"),
        (dead.replace(&namespace, "17"), false, "in another container"),
        (dead.replace(&format!("host {host}\n"), ""), false, "an unknown host"),
        (dead.replace("boot ", "boots "), false, "another container"),
        (dead.replace("pid-namespace ", "pid-namespaces "), false, "another container"),
        (dead.replace("start ", "started "), false, "by process 4194999"),
        (dead.replace("lock 1", "lock 2"), false, "as kubectl does"),
    ];
    for (contents, is_taken, by) in cases {
        let folder = Folder::new();
        folder.file("config", "");
        folder.file("config.lock", &contents);
        match take(&folder) {
            Ok(lock) => {
                assert!(is_taken, "taken: {contents}");
                assert!(fs::read_to_string(lock.path()).unwrap().contains(&format!("pid {}\n", std::process::id())));
                assert_eq!(folder.names(), ["config", "config.lock"]);
                drop(lock);
                assert_eq!(folder.names(), ["config"]);
            }
            Err(error) => {
                assert!(!is_taken, "{error} {contents}");
                assert!(error.to_string().contains(by), "{error}");
                assert_eq!(fs::read_to_string(folder.path("config.lock")).unwrap(), contents);
                assert_eq!(folder.names(), ["config", "config.lock"]);
            }
        }
    }
}

#[test]
fn a_lock_of_any_kind_is_waited_for_without_being_opened() {
    let kinds: [fn(&Path); 4] = [
        |path| fs::create_dir(path).unwrap(),
        |path| symlink("nowhere", path).unwrap(),
        |path| assert!(Command::new("mkfifo").arg(path).status().unwrap().success()),
        |path| {
            fs::write(path, "").unwrap();
            chmod(path, 0o000);
        },
    ];
    for make in kinds {
        let folder = Folder::new();
        folder.file("config", "");
        make(&folder.path("config.lock"));
        assert!(take(&folder).unwrap_err().is_locked());
        assert_eq!(folder.names(), ["config", "config.lock"]);
    }
}

#[test]
fn by_order_any_lock_is_broken() {
    let process = Process::current().with_host("elsewhere").with_boot_id("1").with_pid_namespace("1");
    for own in [false, true] {
        let folder = Folder::new();
        folder.file("config", "");
        let theirs = own.then(|| folder.store().process(process.clone()).lock(&folder.path("config")).unwrap());
        if !own {
            chmod(&folder.file("config.lock", KUBECTL), 0o000);
        }
        assert!(take(&folder).unwrap_err().is_locked());
        let lock = quick(&folder).break_lock(true).lock(&folder.path("config")).unwrap();
        // Whoever comes back finds that the lock is not his own any more, and leaves it.
        drop(theirs);
        assert_eq!(folder.names(), ["config", "config.lock"]);
        drop(lock);
        assert_eq!(folder.names(), ["config"]);
    }
}

/// An empty one is removed, and nothing else: a folder with something in it was no program's lock.
#[test]
fn by_order_a_folder_in_the_way_is_removed_if_it_is_empty() {
    let folder = Folder::new();
    folder.file("config", "");
    let in_the_way = folder.path("config.lock");
    for name in [None, Some("config.lock/mine")] {
        fs::create_dir(&in_the_way).unwrap();
        name.map(|name| folder.file(name, ""));
        let lock = quick(&folder).break_lock(true).lock(&folder.path("config"));
        match name {
            None => drop(lock.unwrap()),
            Some(name) => {
                let error = lock.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Refused);
                assert!(error.to_string().contains("not a lock; nothing was changed; move it away"), "{error}");
                assert!(folder.path(name).exists());
                assert_eq!(folder.names(), ["config", "config.lock"]);
                fs::remove_dir_all(&in_the_way).unwrap();
            }
        }
        assert_eq!(folder.names(), ["config"]);
    }
}

/// Whoever has a lock knows it, whether or not it can be opened, and lets it go.
#[test]
fn no_umask_hides_a_lock_from_its_holder() {
    for umask in ["0777", "0477", "0577", "0377", "0177", "0222"] {
        let folder = Folder::new();
        let path = folder.file("config", "old");
        chmod(&path, 0o666);
        let setup = format!("umask {umask}");
        let Some(lock) = unprivileged_after(&setup, "lock", &path) else { return };
        assert!(lock.as_ref().is_ok_and(|lock| lock.contains("lock 6")), "{umask}: {lock:?}");
        let done = unprivileged_after(&setup, "append", &path).unwrap();
        assert!(done.is_ok_and(|done| done.contains("locked: true")), "{umask}");
        assert_eq!(fs::read(&path).unwrap(), b"old+", "{umask}");
        assert_eq!(folder.names(), ["config"], "{umask}");
        // A folder that does not exist yet is made with rights to it.
        let Some(done) = unprivileged_after(&setup, "append", &folder.path("new/config")) else { return };
        assert!(done.is_ok(), "{umask}: {done:?}");
        assert_eq!((mode(&folder.path("new")), mode(&folder.path("new/config"))), (0o700, 0o600), "{umask}");
        fs::remove_dir_all(folder.path("new")).unwrap();
    }
}

/// However few files a process may open: the change is made or it is not, it says which, and nothing stays.
#[test]
fn too_few_open_files_leave_no_lock() {
    let mut done = [0; 2];
    for most in 3..24 {
        let folder = Folder::new();
        let path = folder.file("config", "old");
        // The test itself needs some to begin with.
        let Some(output) = run(&["sh", "-c", "ulimit -n $0; exec \"$@\"", &most.to_string()], "append", &path) else {
            return;
        };
        let text = String::from_utf8_lossy(&output.stdout);
        let is_new = fs::read(&path).unwrap() == b"old+";
        assert_eq!(is_new, text.contains("locked: true"), "{most}: {text}");
        assert!(!text.contains("somebody else"), "{most}: {text}");
        assert!(is_new || fs::read(&path).unwrap() == b"old", "{most}");
        assert_eq!(folder.names(), ["config"], "{most}: {text}");
        done[usize::from(is_new)] += 1;
    }
    assert!(done.iter().all(|count| *count > 0), "{done:?}");
}

#[test]
fn what_the_dead_left_goes_with_its_lock() {
    let folder = Folder::new();
    folder.file("config", "");
    let dead = dead_lock();
    let id = id_of(&dead);
    folder.file("config.lock", &dead);
    folder.file(&format!(".config.{id}.tmp"), "token: SECRET-CANARY");
    folder.file(&format!(".config.lock.{id}-lock.tmp"), &dead);
    folder.file(".config.0123456789abcdef.tmp", "somebody else's");
    drop(take(&folder).unwrap());
    assert_eq!(folder.names(), [".config.0123456789abcdef.tmp", "config"]);
}

/// One that was killed while it waited left no lock, and so nobody takes it over.
#[test]
fn what_the_dead_left_who_waited_goes_with_the_next_change() {
    let folder = Folder::new();
    let path = folder.file("config", "");
    let dead = dead_lock();
    let id = id_of(&dead);
    let elsewhere = dead.replace("host ", "host elsewhere-");
    folder.file(&format!(".config.lock.{id}-lock.tmp"), &dead);
    folder.file(".config.lock.0123456789abcdef-lock.tmp", &elsewhere.replace(id, "0123456789abcdef"));
    let change = |files: &mut Files| {
        files.set(0, "new");
        Ok(())
    };
    folder.store().update(&[&path], change).unwrap();
    assert_eq!(folder.names(), [".config.lock.0123456789abcdef-lock.tmp", "config"], "only what is beyond doubt");
}

/// One that took over a lock may have been killed in the middle of it, and so may the next.
#[test]
fn a_takeover_that_was_killed_is_taken_over() {
    let folder = Folder::new();
    folder.file("config", "");
    let dead = dead_lock();
    let id = id_of(&dead).to_owned();
    let (second, third) = ("1".repeat(16), "2".repeat(16));
    folder.file("config.lock", &dead);
    folder.file(&format!("config.lock.{id}"), &dead.replace(&id, &second));
    folder.file(&format!("config.lock.{id}.{second}"), &dead.replace(&id, &third));
    drop(take(&folder).unwrap());
    assert_eq!(folder.names(), ["config"]);
}

#[test]
fn a_takeover_under_way_is_waited_for() {
    let folder = Folder::new();
    folder.file("config", "");
    let dead = dead_lock();
    let id = id_of(&dead).to_owned();
    folder.file("config.lock", &dead);
    folder.file(&format!("config.lock.{id}"), &lock_text());
    assert!(take(&folder).unwrap_err().is_locked());
    assert_eq!(fs::read_to_string(folder.path("config.lock")).unwrap(), dead);
}

/// Many find the lock of a dead process at once: one after the other has it, never two.
#[test]
fn two_can_not_both_take_over() {
    let dead = dead_lock();
    let id = id_of(&dead);
    let folder = Folder::new();
    folder.file("config", "");
    for round in 0..50 {
        folder.file("config.lock", &dead.replace(id, &format!("{round:016x}")));
        let inside = std::sync::atomic::AtomicBool::new(false);
        let barrier = std::sync::Barrier::new(8);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let store = folder.store().wait(Duration::from_secs(60));
                    barrier.wait();
                    let lock = store.lock(&folder.path("config")).unwrap();
                    assert!(!inside.swap(true, Ordering::SeqCst), "two have the lock");
                    thread::sleep(Duration::from_micros(300));
                    inside.store(false, Ordering::SeqCst);
                    drop(lock);
                });
            }
        });
        assert_eq!(folder.names(), ["config"]);
    }
}

#[test]
fn where_no_lock_can_be_made() {
    let folder = Folder::new();
    for (path, sentence) in [("missing/config", "does not exist"), (".", "names a folder")] {
        let error = quick(&folder).lock(&folder.path(path)).unwrap_err();
        assert!(error.to_string().contains(sentence), "{error}");
    }
    chmod(&folder.0, 0o555);
    if let Some(done) = unprivileged("lock", &folder.path("config")) {
        assert!(done.unwrap_err().contains("the lock can't be made"));
    }
}

/// Who waits for a lock gets it from its holder: to kubectl it is never free.
#[test]
fn a_lock_passes_from_one_to_the_next() {
    let folder = Folder::new();
    let path = folder.file("config", "0");
    let done = std::sync::atomic::AtomicBool::new(false);
    // As kubectl does it, but faster than any.
    let (tries, got) = thread::scope(|scope| {
        let other = scope.spawn(|| {
            let (mut tries, mut got) = (0, 0);
            let lock = folder.path("config.lock");
            while !folder.names().contains(&"config.lock".into()) {
                thread::yield_now();
            }
            while !done.load(Ordering::SeqCst) {
                tries += 1;
                if fs::OpenOptions::new().write(true).create_new(true).open(&lock).is_ok() {
                    got += 1;
                    fs::remove_file(&lock).unwrap();
                }
            }
            (tries, got)
        });
        let add = || {
            for _ in 0..20 {
                let store = folder.store().wait(Duration::from_secs(60)).linger(Duration::from_secs(60));
                let count = store.update(&[&path], |files| {
                    let count: u32 = std::str::from_utf8(files.old(0).unwrap()).unwrap().parse().unwrap();
                    // The last change waits for one who never comes.
                    files.set(0, (count + 1).to_string().into_bytes());
                    Ok(count + 1)
                });
                if count.unwrap().value >= 80 {
                    done.store(true, Ordering::SeqCst);
                }
            }
        };
        let threads: Vec<_> = (0..5).map(|_| scope.spawn(add)).collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        other.join().unwrap()
    });
    assert_eq!(fs::read_to_string(&path).unwrap(), "100");
    assert_eq!(folder.names(), ["config"]);
    eprintln!("free {got} times of {tries}");
    // None, unless all who are to wait get no time at all; without passing it on, one of two times.
    assert!(got < 8, "free {got} times of {tries}");
}

/// Who waits elsewhere, or waits no longer, gets nothing.
#[test]
fn a_lock_goes_to_nobody_who_may_be_dead() {
    let folder = Folder::new();
    let path = folder.file("config", "");
    let dead = dead_lock();
    let id = id_of(&dead);
    let elsewhere = lock_text().replace("host ", "host not-");
    let other = id_of(&elsewhere);
    let alive = lock_text();
    for (id, text) in [(id, &*dead), (other, &*elsewhere), ("0123456789abcdef", &*alive), (id, "")] {
        let name = format!(".config.lock.{id}-lock.tmp");
        folder.file(&name, text);
        let store = folder.store().linger(Duration::from_millis(30));
        let change = |files: &mut Files| {
            files.set(0, text);
            Ok(())
        };
        store.update(&[&path], change).unwrap();
        // Where the dead is known to be dead, it goes.
        let names = [name.as_str(), "config"];
        assert_eq!(folder.names(), names[usize::from(text == dead)..], "{text}");
        let _ = fs::remove_file(folder.path(&name));
        fs::write(&path, "x").unwrap();
    }
}
