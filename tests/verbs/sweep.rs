//! Every writing verb, with every system call that touches its files failing once, and killed at each of them.
//!
//! One run of each verb is traced. Then it is run again and again: each time one `write`, `fsync`, `rename`, `link`,
//! `fchmod`, `openat` or `close` (or a relative of these) of the first run fails with ENOSPC, EIO, EACCES or EINTR, or
//! kills the program. Each time
//! - the file is whole, and holds what it held or what it was to hold;
//! - what is said is true: success only where the file changed, "nothing was changed" only where it did not, "… was
//!   changed" only where it did; the exit status goes with that, and the file is named once;
//! - nothing is left behind, but by a kill;
//! - the next run works at once, and clears away what a kill left.
//!
//! `cargo test` runs a sample, spread over all verbs, calls and faults. `KUBECONFIG_TEST_SWEEP` asks for more: `all` for
//! each of them (some 8,000 runs, 8 minutes on two cores), a number for every so-manieth, `more` for the calls as well
//! that look at files or remove them (some 50,000 runs):
//!
//! ```text
//! KUBECONFIG_TEST_SWEEP=all cargo test --all-features --test verbs sweep -- --nocapture
//! ```

use crate::common::program::{PROGRAM, command};
use crate::common::rke_state::Cluster;
use crate::common::strace::{self, Call};
use crate::common::{on_ci, process};
use kubeconfig::Kubeconfig;
use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, SystemTime};

/// The calls that are made to fail.
const CALLS: &[&str] = &[
    "write",
    "pwrite64",
    "writev",
    "fsync",
    "fdatasync",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "chmod",
    "fchmod",
    "fchmodat",
    "open",
    "openat",
    "close",
];

/// Others that touch files.
const MORE_CALLS: &[&str] = &[
    "access",
    "faccessat",
    "fchown",
    "fcntl",
    "fstat",
    "ftruncate",
    "getcwd",
    "getdents64",
    "ioctl",
    "lseek",
    "lstat",
    "mkdir",
    "mkdirat",
    "newfstatat",
    "read",
    "readlink",
    "readlinkat",
    "stat",
    "statx",
    "unlink",
    "unlinkat",
    "utimensat",
];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    Error(&'static str),
    Kill,
}

const FAULTS: &[Fault] =
    &[Fault::Error("ENOSPC"), Fault::Error("EIO"), Fault::Error("EACCES"), Fault::Error("EINTR"), Fault::Kill];

/// The program's own calls begin with this one: what comes before is the loader's.
const BEGIN: &str = "/proc/self/status";
const CANARY: &str = "SECRET-CANARY";
const LIMIT: Duration = Duration::from_secs(60);

/// A verb, and what it works on. Files have names that stand in no other path.
struct Case {
    /// The verb and its arguments.
    arguments: Vec<&'static str>,
    /// The files that it writes, and those that are not there before.
    files: &'static [&'static str],
    /// What is run before.
    before: &'static [&'static [&'static str]],
    /// `$KUBECONFIG`
    list: &'static str,
}

fn case(arguments: &[&'static str]) -> Case {
    Case { arguments: arguments.to_vec(), files: &["prod.conf"], before: &[], list: "prod.conf" }
}

fn cases(has_state: bool) -> Vec<Case> {
    let ace = ["ace", "edge", "--fqdn", "edge.example.com:6443", "--ca-public"];
    let with = |verb: &[&'static str], more: &[&'static str]| case(&[verb, more].concat());
    let new = |case: Case| Case { files: &["new.conf"], ..case };
    let merge = ["merge", "prod.conf", "other.conf", "--on-conflict", "keep", "--out"];
    let switch: &[&str] = &["use-context", "b"];
    let mut cases = vec![
        case(switch),
        Case { before: &[&["use-context", "b"]], ..case(&["use-context", "-"]) },
        case(&["set-context", "b", "--namespace", "n"]),
        case(&["set-cluster", "a", "--server", "https://other:6443"]),
        case(&["set-credentials", "a", "--token", CANARY]),
        case(&["set", "clusters.a.server", "https://other:6443"]),
        case(&["unset", "users.b"]),
        case(&["rename-context", "a", "z", "--cascade"]),
        case(&["delete-context", "b", "--cascade"]),
        case(&["delete-cluster", "b"]),
        case(&["delete-user", "b"]),
        case(&["prune"]),
        Case { before: &[&["use-context", "b"]], ..case(&["restore"]) },
        // The first of several old versions goes.
        Case { before: &[&["use-context", "b"], &["use-context", "a", "--keep", "2"]], ..case(switch) },
        case(&["use-context", "b", "--keep", "0"]),
        // A file and a folder that are not there, a link, and two files at once.
        Case { files: &["deep/new.conf"], list: "deep/new.conf", ..case(&["set-context", "n"]) },
        Case { list: "link.conf", ..case(switch) },
        Case {
            files: &["prod.conf", "other.conf"],
            list: "prod.conf:other.conf",
            before: &[&["use-context", "c"]],
            ..case(&["rename-context", "c", "z", "--cascade"])
        },
        case(&["merge", "other.conf", "--into", "prod.conf"]),
        new(with(&merge, &["new.conf"])),
        Case { files: &["old.conf"], ..with(&merge, &["old.conf", "--force"]) },
        new(case(&["export", "--context", "a", "--out", "new.conf"])),
        Case { files: &["old.conf"], ..case(&["export", "--context", "a", "--out", "old.conf", "--force"]) },
        with(&ace, &["--into", "prod.conf"]),
        new(with(&ace, &["--out", "new.conf"])),
    ];
    if has_state {
        cases.push(case(&["recover", "cluster.rkestate", "--into", "prod.conf"]));
        cases.push(new(case(&["recover", "cluster.rkestate", "--out", "new.conf"])));
        cases.push(Case {
            files: &["old.conf"],
            ..case(&["recover", "cluster.rkestate", "--out", "old.conf", "--force"])
        });
    }
    cases
}

fn entries(names: &[&str], more: &str) -> String {
    let list = |key: &str, entry: &dyn Fn(&str) -> String| {
        names
            .iter()
            .fold(format!("{key}s:\n"), |list, name| list + &format!("- name: {name}\n  {key}: {}\n", entry(name)))
    };
    format!(
        "# kept\n{}{}{}{more}",
        list("cluster", &|name| format!("{{server: 'https://{name}:6443', insecure-skip-tls-verify: true}}")),
        list("user", &|name| format!("{{token: {CANARY}-{name}}}   # by hand")),
        list("context", &|name| format!("{{cluster: {name}, user: {name}}}")),
    )
}

/// A folder as it is before a run.
struct Place {
    folder: PathBuf,
    /// All that is in it: contents and mode, or where a link leads.
    files: BTreeMap<PathBuf, Item>,
}

enum Item {
    Folder(u32),
    File(Vec<u8>, u32),
    Link(PathBuf),
}

impl Place {
    fn of(folder: PathBuf, case: &Case, state: Option<&str>) -> Place {
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let file = |name: &str, text: &str| {
            fs::write(folder.join(name), text).unwrap();
            fs::set_permissions(folder.join(name), Permissions::from_mode(0o600)).unwrap();
        };
        let rancher = "- name: edge\n  cluster: {server: 'https://rancher.example.com/k8s/clusters/c-m-aaaaaaaa'}\n";
        let text =
            entries(&["a", "b"], "current-context: a\n").replacen("clusters:\n", &format!("clusters:\n{rancher}"), 1);
        let text = text.replacen(
            "users:\n",
            &format!("users:\n- name: edge\n  user: {{token: 'kubeconfig-u-abcde12345:{CANARY}'}}\n"),
            1,
        );
        let text = text.replacen("contexts:\n", "contexts:\n- name: edge\n  context: {cluster: edge, user: edge}\n", 1);
        // One cluster that no context uses, for prune.
        let text =
            text.replacen("clusters:\n", "clusters:\n- name: unused\n  cluster: {server: 'https://unused:6443'}\n", 1);
        file("prod.conf", &text);
        file("other.conf", &entries(&["c"], ""));
        file("old.conf", &entries(&["o"], ""));
        symlink("prod.conf", folder.join("link.conf")).unwrap();
        if let Some(state) = state {
            file("cluster.rkestate", state);
        }
        let mut place = Place { folder, files: BTreeMap::new() };
        for arguments in case.before {
            let done = place.command(case, arguments).output().unwrap();
            assert!(done.status.success(), "{arguments:?}: {done:?}");
        }
        place.files = place.found();
        place
    }

    /// What is in the folder now.
    fn found(&self) -> BTreeMap<PathBuf, Item> {
        let mut found = BTreeMap::new();
        let mut folders = vec![self.folder.clone()];
        while let Some(next) = folders.pop() {
            for entry in fs::read_dir(next).unwrap() {
                let path = entry.unwrap().path();
                let data = fs::symlink_metadata(&path).unwrap();
                let mode = data.permissions().mode() & 0o777;
                let item = match () {
                    () if data.is_symlink() => Item::Link(fs::read_link(&path).unwrap()),
                    () if data.is_dir() => {
                        folders.push(path.clone());
                        Item::Folder(mode)
                    }
                    () => Item::File(fs::read(&path).unwrap(), mode),
                };
                found.insert(path, item);
            }
        }
        found
    }

    /// Makes the folder what it was before the first run.
    fn restore(&self) {
        fs::remove_dir_all(&self.folder).unwrap();
        fs::create_dir(&self.folder).unwrap();
        for (path, item) in &self.files {
            match item {
                Item::Folder(mode) => {
                    fs::create_dir(path).unwrap();
                    fs::set_permissions(path, Permissions::from_mode(*mode)).unwrap();
                }
                Item::File(bytes, mode) => {
                    fs::write(path, bytes).unwrap();
                    fs::set_permissions(path, Permissions::from_mode(*mode)).unwrap();
                    settle(path);
                }
                Item::Link(end) => symlink(end, path).unwrap(),
            }
        }
    }

    fn command(&self, case: &Case, arguments: &[&str]) -> Command {
        let mut command = command(&self.folder, arguments);
        command.env("KUBECONFIG", case.list);
        command
    }

    /// The verb, traced with these options.
    fn run(&self, case: &Case, options: &[&str]) -> Output {
        let launcher = strace::launcher(options);
        let mut command = Command::new(launcher[0]);
        command.args(&launcher[1..]).arg(PROGRAM).args(&case.arguments).current_dir(&self.folder).env_clear();
        command.env("HOME", &self.folder).env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("KUBECONFIG", case.list);
        process::output(&mut command, LIMIT)
    }

    fn contents(&self, case: &Case) -> Vec<Option<Vec<u8>>> {
        case.files.iter().map(|name| fs::read(self.folder.join(name)).ok()).collect()
    }
}

/// Makes a file look as if nobody had changed it a moment ago: otherwise the program leaves time for a kubectl that did.
fn settle(path: &Path) {
    if let Ok(file) = File::options().write(true).open(path) {
        file.set_modified(SystemTime::now() - Duration::from_secs(60)).unwrap();
    }
}

/// A run in which nothing failed.
struct Undisturbed {
    old: Vec<Option<Vec<u8>>>,
    new: Vec<Option<Vec<u8>>>,
    output: Output,
    moments: Vec<(Call, Fault)>,
}

/// What is to happen at which call.
fn moments(calls: Vec<Call>) -> Vec<(Call, Fault)> {
    let mut folders = HashSet::new();
    let mut moments = Vec::new();
    for call in calls {
        let result = call.text.rsplit_once("= ").map(|(_, result)| result.to_owned());
        let closed = call.text.strip_prefix("close(").and_then(|rest| rest.split_once(')')).map(|(number, _)| number);
        // No file system of Linux has anything to say when a folder is closed, and std's `ReadDir` relies on it.
        let is_folder = closed.is_some_and(|number| folders.remove(number));
        if call.text.contains("O_DIRECTORY") {
            folders.extend(result);
        }
        let faults = FAULTS.iter().filter(|fault| !is_folder || **fault == Fault::Kill);
        moments.extend(faults.map(|fault| (call.clone(), *fault)));
    }
    moments
}

impl Undisturbed {
    fn of(place: &Place, case: &Case, wanted: &[&str]) -> Undisturbed {
        place.restore();
        let old = place.contents(case);
        let log = place.folder.with_extension("log");
        let output = place.run(case, &["-o", log.to_str().unwrap()]);
        assert!(matches!(output.status.code(), Some(0 | 3)), "{:?}: {output:?}", case.arguments);
        let new = place.contents(case);
        assert!(old.iter().zip(&new).all(|(old, new)| old != new), "{:?} changes nothing", case.arguments);
        let calls = strace::calls(&fs::read_to_string(log).unwrap(), BEGIN, None, |name| wanted.contains(&name));
        let moments = moments(calls);
        Undisturbed { old, new, output, moments }
    }
}

/// What became of the files of a case.
fn judge(
    place: &Place,
    case: &Case,
    was: &Undisturbed,
    call: &Call,
    fault: Fault,
    output: &Output,
) -> Result<(), String> {
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    let now = place.contents(case);
    let mut changed = Vec::new();
    for (i, name) in case.files.iter().enumerate() {
        let is_new = now[i] == was.new[i];
        if !is_new && now[i] != was.old[i] {
            let text = now[i].as_deref().map(String::from_utf8_lossy);
            return Err(format!("{name} is neither old nor new: {text:?}"));
        }
        changed.extend(is_new.then_some(*name));
    }
    if stdout.contains(CANARY) || stderr.contains(CANARY) || stderr.contains("panicked") {
        return Err("a secret, or a panic".into());
    }
    let left: Vec<_> = place.found().into_keys().filter(|path| is_left_behind(path)).collect();
    if fault == Fault::Kill {
        let is_killed = output.status.signal() == Some(9);
        return if is_killed { Ok(()) } else { Err("it was not killed".into()) };
    }
    if !left.is_empty() {
        return Err(format!("it leaves behind {left:?}"));
    }
    // What could not be said was not said.
    let is_mute = call.name == "write" && call.text.starts_with("write(2,");
    let says_change = stderr.contains("was changed")
        && stderr.replace("nothing was changed", "").contains("was changed")
        || stderr.contains("were changed");
    let says_nothing = stderr.contains("nothing was changed") || stderr.contains("nothing was written");
    let is_success = output.status.code() == was.output.status.code();
    match () {
        () if is_success && changed.len() < case.files.len() => Err("success, and not all is changed".into()),
        () if is_success && !says_the_same(&stdout, &String::from_utf8_lossy(&was.output.stdout)) => {
            Err("success says something else".into())
        }
        () if is_success && (says_change || says_nothing) => Err("success speaks of an error".into()),
        () if is_success => Ok(()),
        () if output.status.code() != Some(1) => Err("the exit status is neither success nor 1".into()),
        () if is_mute => Ok(()),
        () if !stderr.contains("error: ") => Err("an error without a word".into()),
        () if changed.is_empty() && says_change => Err("it says a change that was not made".into()),
        () if !changed.is_empty() && (says_nothing || !says_change) => Err("it says no change, and made one".into()),
        () => stderr.lines().filter(|line| line.starts_with("error: ")).try_for_each(|line| {
            let names = ["prod.conf", "other.conf", "old.conf", "new.conf", "link.conf", "cluster.rkestate"];
            let most = names.iter().map(|name| line.matches(name).count()).max().unwrap_or_default();
            let is_named = most > 0 || line.contains(place.folder.to_str().unwrap()) || line.starts_with("error: .: ");
            match () {
                () if most > 1 => Err("the file is named twice".into()),
                () if !is_named && !line.starts_with("error: standard output: ") => Err("no file is named".into()),
                () => Ok(()),
            }
        }),
    }
}

/// Nothing else is said; a copy that could not be kept holds no credentials.
fn says_the_same(now: &str, then: &str) -> bool {
    let is_of_copies = |line: &&str| line.starts_with("a kept copy still holds");
    let known: Vec<&str> = then.lines().collect();
    now.lines().all(|line| known.contains(&line))
        && known.iter().filter(|line| !is_of_copies(line)).all(|line| now.lines().any(|said| said == *line))
}

/// A lock, or a temporary file.
fn is_left_behind(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(".tmp") || name.contains(".lock")
}

/// The next run works at once, whatever was left, and clears away what held secrets.
fn next_works(place: &Place, case: &Case) -> Result<(), String> {
    // By the way that the verb came, for there the lock is.
    let is_one = case.arguments.iter().any(|argument| ["--out", "--into"].contains(argument));
    let names: Vec<&str> = if is_one { case.files.to_vec() } else { case.list.split(':').collect() };
    for name in names {
        let path = place.folder.join(name);
        settle(&path);
        let next =
            place.command(case, &["--kubeconfig", name, "set-context", "next", "--cluster", "next"]).output().unwrap();
        if !next.status.success() || !next.stderr.is_empty() {
            return Err(format!("the next run on {name}: {next:?}"));
        }
        let config = Kubeconfig::from_slice(&fs::read(&path).unwrap()).map_err(|error| error.to_string())?;
        if !config.contexts.contains("next") {
            return Err(format!("the next run did not change {name}"));
        }
    }
    for path in place.found().into_keys().filter(|path| is_left_behind(path)) {
        let bytes = fs::read(&path).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        let is_lock = bytes.is_empty() || bytes.starts_with(b"kubeconfig lock 1\n");
        let name = path.file_name().unwrap().to_string_lossy();
        let is_candidate = is_lock && (name.ends_with(".tmp") || name.contains(".lock."));
        // Nobody knows whether the one who makes a file anew is at it still.
        let is_made_anew = case.arguments.contains(&"--out") || name.contains(".context.");
        let is_harmless = is_made_anew && name.ends_with(".tmp") && mode == 0o600;
        if !(is_candidate || is_harmless) {
            return Err(format!("the next run leaves {name} where it is"));
        }
    }
    Ok(())
}

/// Every how many moments is one tried, and of which calls.
fn asked() -> (usize, Vec<&'static str>) {
    let asked = std::env::var("KUBECONFIG_TEST_SWEEP");
    let calls = if asked.as_deref() == Ok("more") { [CALLS, MORE_CALLS].concat() } else { CALLS.to_vec() };
    let step = match asked.as_deref() {
        Ok("all" | "more") => 1,
        Ok(step) => step.parse().expect("KUBECONFIG_TEST_SWEEP is all, more or a number"),
        Err(_) if on_ci() => 7,
        Err(_) => 37,
    };
    (step, calls)
}

#[test]
fn every_call_of_every_verb_fails_once() {
    if !strace::is_there() {
        return;
    }
    let (step, wanted) = asked();
    let state = Cluster::one().state().map(|state| state.text());
    let cases = cases(state.is_some());
    let root = tempfile::tempdir().unwrap();
    let (next, runs, errors, kills) =
        (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    let wrong = Mutex::new(Vec::new());
    let worker = |number: usize| {
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let place = Place::of(root.path().join(number.to_string()), case, state.as_deref());
            let was = Undisturbed::of(&place, case, &wanted);
            // Not with each verb the same ones.
            for (call, fault) in was.moments.iter().skip(case.arguments.concat().len() % step).step_by(step) {
                place.restore();
                let how = match fault {
                    Fault::Kill => "signal=KILL".to_owned(),
                    Fault::Error(error) => format!("error={error}"),
                };
                let inject = format!("inject={}:{how}:when={}", call.name, call.number);
                let output =
                    place.run(case, &["-o", "/dev/null", "-e", &format!("trace={}", call.name), "-e", &inject]);
                runs.fetch_add(1, Ordering::Relaxed);
                errors.fetch_add(usize::from(output.status.code() == Some(1)), Ordering::Relaxed);
                kills.fetch_add(usize::from(*fault == Fault::Kill), Ordering::Relaxed);
                let verdict = judge(&place, case, &was, call, *fault, &output).and_then(|()| next_works(&place, case));
                if let Err(why) = verdict {
                    let said = String::from_utf8_lossy(&output.stderr);
                    let what = format!("{:?} {}", case.arguments, case.list);
                    let status = output.status;
                    let text =
                        format!("{what}\n  {fault:?} in {} {}\n  {status}: {why}\n  {said}", call.number, call.text);
                    wrong.lock().unwrap().push(text);
                }
            }
        }
    };
    thread::scope(|scope| {
        let workers = thread::available_parallelism().map_or(2, |number| number.get().max(2));
        for number in 0..workers {
            scope.spawn(move || worker(number));
        }
    });
    let (runs, errors, kills) = (runs.into_inner(), errors.into_inner(), kills.into_inner());
    let wrong = wrong.into_inner().unwrap();
    eprintln!(
        "{} verbs, {runs} runs: {kills} killed, {errors} ended with an error; {} wrong",
        cases.len(),
        wrong.len()
    );
    assert!(wrong.is_empty(), "{} wrong of {runs}:\n{}", wrong.len(), wrong.join("\n"));
}
