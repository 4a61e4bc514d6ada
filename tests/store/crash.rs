//! Writers that are killed: at random moments, at every system call, and by signals they can answer.

use super::*;
use crate::common::{on_ci, strace};
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::time::Instant;

const OLD: u8 = b'o';
const NEW: u8 = b'n';

/// Contents of one letter: a mixture shows.
fn contents(letter: u8) -> Vec<u8> {
    vec![letter; if letter == OLD { 50_000 } else { 70_001 }]
}

pub(crate) fn set(path: &Path, letter: u8) -> Result<(), Error> {
    let store = Store::from_env().wait(Duration::ZERO).linger(Duration::ZERO).keep(3);
    let change = |files: &mut Files| {
        files.set(0, contents(letter));
        Ok(())
    };
    store.update(&[path], change).map(drop)
}

/// Neither old nor new would be the end of a kubeconfig.
fn assert_whole(path: &Path) {
    let found = fs::read(path).unwrap();
    assert!(found == contents(OLD) || found == contents(NEW), "torn: {} bytes", found.len());
}

/// Whatever was left: the next one goes ahead at once, and clears away what held secrets.
fn assert_next_goes_ahead(folder: &Folder) {
    let path = folder.path("config");
    assert_whole(&path);
    // The number of versions is stored whole or not at all.
    let copies = folder.state().join("kubeconfig/copies").join(path.canonicalize().unwrap().strip_prefix("/").unwrap());
    let number = fs::read_to_string(copies.join("versions-to-keep"));
    assert!(number.as_ref().map_or(true, |number| number == "3\n"), "{number:?}");
    let is_old = fs::read(&path).unwrap() == contents(OLD);
    let store = folder.store().wait(Duration::ZERO).linger(Duration::ZERO);
    let next = contents(if is_old { NEW } else { OLD });
    let updated = store.update(&[&path], |files| {
        files.set(0, next.clone());
        Ok(())
    });
    assert_eq!(updated.unwrap().changed.len(), 1);
    assert_eq!(fs::read(&path).unwrap(), next);
    for name in folder.names().into_iter().filter(|name| name != "config") {
        let text = fs::read_to_string(folder.path(&name)).unwrap();
        // A lock that never became one, or one on taking over a lock that is gone by now; and nothing else.
        let is_candidate = name.starts_with(".config.lock.") && name.ends_with(".tmp");
        let is_claim = name.strip_prefix("config.lock.").is_some_and(|id| id.len() == 16);
        assert!(is_candidate || is_claim, "{name}");
        assert!((is_candidate && text.is_empty()) || text.starts_with("kubeconfig lock 1\n"), "{name}: {text:?}");
        fs::remove_file(folder.path(&name)).unwrap();
    }
}

/// So many as `$KUBECONFIG_TEST_CRASHES` says; on CI 2,000.
fn crashes() -> usize {
    let asked = std::env::var("KUBECONFIG_TEST_CRASHES").ok().map(|number| number.parse().unwrap());
    asked.unwrap_or(if on_ci() { 2_000 } else { 100 })
}

#[test]
fn killed_at_random_moments() {
    let total = crashes();
    let left = AtomicUsize::new(total);
    let (locked, half, read) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    let worker = || {
        let folder = Folder::new();
        let path = folder.path("config");
        fs::write(&path, contents(OLD)).unwrap();
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    assert_whole(&path);
                    read.fetch_add(1, Ordering::Relaxed);
                    thread::sleep(Duration::from_millis(1));
                }
            });
            while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
                let number = left.load(Ordering::Relaxed) as u64;
                let inode = || fs::metadata(&path).unwrap().ino();
                let before = inode();
                let mut writer = command(&["env"], "set-forever", &path).stdout(Stdio::null()).spawn().unwrap();
                let start = Instant::now();
                while inode() == before {
                    assert!(start.elapsed() < Duration::from_secs(60), "the writer does not write");
                    thread::sleep(Duration::from_micros(500));
                }
                thread::sleep(Duration::from_micros(u64::from(writer.id()) * 7919 % 6_007 + number % 13 * 100));
                writer.kill().unwrap();
                writer.wait().unwrap();
                let names = folder.names();
                locked.fetch_add(usize::from(names.contains(&"config.lock".into())), Ordering::Relaxed);
                half.fetch_add(usize::from(names.iter().any(|name| name.starts_with(".config."))), Ordering::Relaxed);
                assert_next_goes_ahead(&folder);
            }
            done.store(true, Ordering::Relaxed);
        });
    };
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(worker);
        }
    });
    // How often each came about is a matter of luck; that nothing came of it was asserted each time.
    let (locked, half, read) = (locked.into_inner(), half.into_inner(), read.into_inner());
    eprintln!("{total} killed, {locked} of them with the lock, {half} with a temporary file; {read} reads beside them");
}

const BEGIN: &str = "/kubeconfig-test-begin";
const END: &str = "/kubeconfig-test-end";

/// What the child of the next test does.
pub(crate) fn set_between_marks(path: &Path) -> Result<(), Error> {
    // strace counts the calls of each thread, and kills at the first that has made so many. This one is to be ahead of the one that
    // waits for it.
    let elsewhere = PathBuf::from(std::env::var_os("XDG_STATE_HOME").unwrap()).join("ahead");
    (0..AHEAD).try_for_each(|i| set(&elsewhere, b"no"[i % 2]))?;
    let _ = fs::metadata(BEGIN);
    let done = set(path, NEW);
    let _ = fs::metadata(END);
    done
}

const AHEAD: usize = 2;

/// Calls that touch no file: to be killed in one of them is to be killed before the next.
const OF_NO_FILE: &[&str] = &["mmap", "munmap", "mprotect", "mremap", "madvise", "brk", "futex", "getpid", "getrandom"];

/// strace, running the child with `options`.
fn traced(options: &[&str], path: &Path) -> Option<Output> {
    run(&strace::launcher(options), "set-between-marks", path)
}

#[test]
fn killed_at_every_system_call() {
    if !strace::is_there() {
        return;
    }
    let prepare = |stale: bool| {
        let folder = Folder::new();
        folder.file("config", std::str::from_utf8(&contents(OLD)).unwrap());
        if stale {
            folder.file("config.lock", &lock::dead_lock());
        }
        folder
    };
    for stale in [false, true] {
        let log = Folder::new();
        let folder = prepare(stale);
        let output = traced(&["-o", log.path("log").to_str().unwrap()], &folder.path("config")).unwrap();
        assert!(output.status.success(), "{output:?}");
        let mut moments = strace::calls(&fs::read_to_string(log.path("log")).unwrap(), BEGIN, Some(END), |name| {
            !name.contains(' ') && !OF_NO_FILE.contains(&name)
        });
        // The mark itself is none.
        moments.remove(0);
        // Of each kind of call some, where not all are asked for.
        moments.sort_by(|a, b| (&a.name, a.number).cmp(&(&b.name, b.number)));
        if stale && !on_ci() {
            // Most of these calls are those of the first round.
            moments = moments.into_iter().step_by(4).collect();
        }
        let next = AtomicUsize::new(0);
        let (killed, new) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let worker = || {
            while let Some(call) = moments.get(next.fetch_add(1, Ordering::Relaxed)) {
                let folder = prepare(stale);
                let inject = format!("inject={}:signal=KILL:when={}", call.name, call.number);
                let trace = format!("trace={}", call.name);
                let options = ["-o", "/dev/null", "-e", &trace, "-e", &inject];
                let output = traced(&options, &folder.path("config")).unwrap();
                killed.fetch_add(usize::from(output.status.signal() == Some(9)), Ordering::Relaxed);
                new.fetch_add(
                    usize::from(fs::read(folder.path("config")).unwrap() == contents(NEW)),
                    Ordering::Relaxed,
                );
                assert_next_goes_ahead(&folder);
            }
        };
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(worker);
            }
        });
        let (killed, new) = (killed.into_inner(), new.into_inner());
        eprintln!("stale lock: {stale}; killed at {killed} of {} system calls; {new} times new", moments.len());
        assert_eq!(killed, moments.len());
        assert!(killed > 40 && new > 0 && new < killed, "{killed} {new}");
    }
}

#[test]
fn a_signal_leaves_nothing_behind() {
    if cfg!(not(feature = "signals")) {
        return;
    }
    // What is ignored where the tests run, as under nohup, would end nobody.
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).map(str::trim);
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask, 16).ok()).unwrap_or(0);
    let mut signals = vec![("INT", 2), ("TERM", 15), ("HUP", 1)];
    signals.retain(|(_, number)| ignored & 1 << (number - 1) == 0);
    let mut held = 0;
    for (name, number) in signals.iter().cycle().take(10 * signals.len()).copied() {
        let folder = Folder::new();
        let path = folder.path("config");
        fs::write(&path, contents(OLD)).unwrap();
        let before = fs::metadata(&path).unwrap().ino();
        let mut writer = command(&["env"], "set-forever-signals", &path).stdout(Stdio::null()).spawn().unwrap();
        while fs::metadata(&path).unwrap().ino() == before {
            thread::sleep(Duration::from_micros(500));
        }
        thread::sleep(Duration::from_micros(u64::from(writer.id()) * 7919 % 6_007));
        held += usize::from(folder.path("config.lock").exists());
        assert!(Command::new("kill").args(["-s", name, &writer.id().to_string()]).status().unwrap().success());
        let status = writer.wait().unwrap();
        assert_eq!(status.signal(), Some(number), "{status}");
        assert_whole(&path);
        assert_eq!(folder.names(), ["config"], "after SIG{name}");
    }
    eprintln!("{held} of {} seen with the lock before the signal", 10 * signals.len());
}

#[test]
fn a_signal_that_is_ignored_stays_ignored() {
    if cfg!(not(all(feature = "signals", target_os = "linux"))) {
        return;
    }
    let folder = Folder::new();
    let path = folder.file("config", "");
    let launcher = ["sh", "-c", "trap '' HUP; exec \"$@\"", "sh"];
    let mut holder = command(&launcher, "hold-signals", &path).stdout(Stdio::null()).spawn().unwrap();
    let lock = folder.path("config.lock");
    while !lock.exists() {
        thread::sleep(Duration::from_millis(1));
    }
    let send = |name: &str| {
        assert!(Command::new("kill").args(["-s", name, &holder.id().to_string()]).status().unwrap().success());
    };
    send("HUP");
    thread::sleep(Duration::from_millis(200));
    assert!(lock.exists());
    send("TERM");
    assert_eq!(holder.wait().unwrap().signal(), Some(15));
    assert_eq!(folder.names(), ["config"]);
}
