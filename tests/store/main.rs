//! Writing whole or not at all, seen from outside: what is in the folder after each success, failure and killing.
#![cfg(unix)]

mod any_edit;
#[path = "../common/mod.rs"]
mod common;
mod concurrency;
mod copies;
mod crash;
mod edit;
mod faults;
mod git;
mod lock;
mod meanwhile;
mod refused;
mod sequence;
mod update;
mod written;

use kubeconfig::load::Environment;
use kubeconfig::store::{Files, Store, WriteOptions, Written, git_work_tree, write};
use kubeconfig::{Error, ErrorKind, Kubeconfig, Progress};
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

const CANARY: &[u8] = b"SECRET-CANARY";

/// A folder for one test, open to every user (unprivileged children work in it too), removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("kubeconfig-store-{}-{number}", std::process::id()));
        fs::create_dir(&path).unwrap();
        chmod(&path, 0o777);
        Folder(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn file(&self, name: &str, contents: &str) -> PathBuf {
        fs::write(self.path(name), contents).unwrap();
        self.path(name)
    }

    fn link(&self, name: &str, end: impl AsRef<Path>) -> PathBuf {
        symlink(end, self.path(name)).unwrap();
        self.path(name)
    }

    /// A store with this folder's own place for copies, outside of it.
    fn store(&self) -> Store {
        Store::new(&Environment::new("/").var("XDG_STATE_HOME", self.state()))
    }

    fn state(&self) -> PathBuf {
        state_of(&self.0)
    }

    /// What the copies of `path` hold, the oldest first, whoever's they are.
    fn kept(&self, path: &Path) -> Vec<Vec<u8>> {
        let path = path.canonicalize().unwrap();
        let copies = self.state().join("kubeconfig/copies").join(path.strip_prefix("/").unwrap());
        let mut copies: Vec<_> = fs::read_dir(copies).unwrap().map(|entry| entry.unwrap().path()).collect();
        copies.sort();
        copies.iter().map(|copy| fs::read(copy).unwrap()).collect()
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap();
        let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Nothing but the file `old`, as it was.
    fn assert_untouched(&self) {
        assert_eq!(fs::read_to_string(self.path("old")).unwrap(), "old");
        assert_eq!(self.names(), ["old"]);
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        chmod(&self.0, 0o777);
        fs::remove_dir_all(&self.0).unwrap();
        let _ = fs::remove_dir_all(self.state());
    }
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o7777
}

fn new(path: &Path, contents: &[u8]) -> Result<Written, Error> {
    write(path, contents, &WriteOptions::new())
}

fn force(path: &Path, contents: &[u8]) -> Result<Written, Error> {
    write(path, contents, &WriteOptions::new().force(true))
}

/// Contents that show where they were cut or mixed: of two kinds, of different length.
fn big(round: usize) -> Vec<u8> {
    if round % 2 == 0 { vec![b'a'; 2_000_000] } else { vec![b'b'; 1_000_001] }
}

const DEED: &str = "KUBECONFIG_STORE_TEST_DEED";
const TARGET: &str = "KUBECONFIG_STORE_TEST_TARGET";

/// Not a test: what the children of the tests do.
#[test]
#[ignore = "run by other tests, in a process of its own"]
fn child_process() {
    let Some(target) = std::env::var_os(TARGET).map(PathBuf::from) else { return };
    let result = match std::env::var(DEED).unwrap().as_str() {
        "new" => new(&target, &CANARY.repeat(100_000)).map(drop),
        "force" => force(&target, &CANARY.repeat(100_000)).map(drop),
        "append" => update(&target, |old| [old, b"+"].concat()),
        "shorten" => update(&target, |_| b"new".to_vec()),
        "large" => update(&target, |_| CANARY.repeat(100_000)),
        "two" => {
            let paths = [target.clone(), target.with_file_name("b")];
            let set = |files: &mut Files| {
                (0..2).for_each(|i| files.set(i, b"new".repeat(10_000)));
                Ok(())
            };
            Store::from_env().update(&paths, set).map(drop)
        }
        "add" => concurrency::add(&target),
        "set-between-marks" => crash::set_between_marks(&target),
        "set-forever" => loop {
            b"no".iter().for_each(|letter| crash::set(&target, *letter).unwrap());
        },
        #[cfg(feature = "signals")]
        "set-forever-signals" => {
            kubeconfig::store::end_on_signals().unwrap();
            loop {
                // At the end there may be no lock any more.
                b"no".iter().for_each(|letter| drop(crash::set(&target, *letter)));
            }
        }
        #[cfg(feature = "signals")]
        "hold-signals" => {
            kubeconfig::store::end_on_signals().unwrap();
            let _lock = Store::from_env().lock(&target).unwrap();
            thread::sleep(Duration::from_secs(60));
            Ok(())
        }
        "lock" => Store::from_env().lock(&target).map(|lock| println!("lock {:o}", mode(lock.path()))),
        _ => loop {
            for round in 0..2 {
                force(&target, &big(round)).unwrap();
            }
        },
    };
    if let Err(error) = result {
        println!("error: {error}");
        std::process::exit(3);
    }
}

/// Changes the file by [`Store::update`], and says how.
fn update(path: &Path, change: impl Fn(&[u8]) -> Vec<u8>) -> Result<(), Error> {
    let updated = Store::from_env().update(&[path], |files| {
        files.set(0, change(files.old(0).unwrap_or_default()));
        Ok(())
    });
    updated.map(|updated| println!("{:?}", updated.changed))
}

/// This program, started by `launcher`, doing `deed` to `target`.
fn command(launcher: &[&str], deed: &str, target: &Path) -> Command {
    let mut command = Command::new(launcher[0]);
    command.args(&launcher[1..]).arg(std::env::current_exe().unwrap());
    command.args(["--exact", "child_process", "--ignored", "--nocapture"]).env(DEED, deed).env(TARGET, target);
    // Where the folder of the test has its state.
    let is_folder =
        |path: &&Path| path.file_name().is_some_and(|n| n.to_string_lossy().starts_with("kubeconfig-store-"));
    let state = target.ancestors().find(is_folder).map(state_of).unwrap_or_default();
    command.env("XDG_STATE_HOME", state);
    command
}

fn state_of(folder: &Path) -> PathBuf {
    let mut name = folder.to_owned().into_os_string();
    name.push("-state");
    name.into()
}

/// `None` where there is no such launcher.
fn run(launcher: &[&str], deed: &str, target: &Path) -> Option<Output> {
    let (send, receive) = mpsc::channel();
    let mut command = command(launcher, deed, target);
    thread::spawn(move || send.send(command.output()));
    receive.recv_timeout(Duration::from_secs(120)).expect("the child ends").ok()
}

/// What the child said, or the error it met.
fn child(launcher: &[&str], deed: &str, target: &Path) -> Result<String, String> {
    let output = run(launcher, deed, target).expect("the launcher exists");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!text.contains("CANARY"), "{text}");
    match output.status.code() {
        Some(0) => Ok(text),
        Some(3) => Err(text),
        _ => panic!("{output:?}"),
    }
}

fn is_root() -> bool {
    fs::metadata(&Folder::new().0).unwrap().uid() == 0
}

/// [`child`] as somebody without privileges; `None` where that can't be had.
fn unprivileged(deed: &str, target: &Path) -> Option<Result<String, String>> {
    unprivileged_after("true", deed, target)
}

/// As [`unprivileged`], after `setup` in the shell that becomes the child.
fn unprivileged_after(setup: &str, deed: &str, target: &Path) -> Option<Result<String, String>> {
    if !is_root() {
        return Some(child(&["sh", "-c", &format!("{setup}; exec \"$@\""), "sh"], deed, target));
    }
    if Command::new("setpriv").arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "setpriv not found");
        eprintln!("skipped: setpriv not found");
        return None;
    }
    // A copy, for the build folder may be closed to that user. Not by this process: a child forked off meanwhile
    // would hold the copy open for writing, and then it can't be run.
    let folder = Folder::new();
    let copy = folder.path("test");
    assert!(Command::new("cp").arg(std::env::current_exe().unwrap()).arg(&copy).status().unwrap().success());
    chmod(&copy, 0o755);
    let script = format!("shift; {setup}; exec '{}' \"$@\"", copy.display());
    let user = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "sh", "-c", &script, "sh"];
    Some(child(&user, deed, target))
}
