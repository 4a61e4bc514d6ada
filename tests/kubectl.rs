//! Runs the recorded answers of kubectl (`tests/kubectl/README.md`) against the program.
//!
//! Compared are the exit status, stdout byte for byte, whether there is anything on stderr (the words are free), and
//! the files: those kubectl changed or made, and no other. A file that was edited (`mut-`) must say the same as kubectl's to
//! client-go, and still have what client-go does not know; kubectl drops that, with comments and order. For `kubectl get --raw /`, which is `resolve` here, stdout is free
//! and the status is 0 where kubectl went on to connect, 1 where it refused the configuration. No case may show a
//! canary or panic. A case's `better` frees parts of the answer; `tests/kubectl-differences.tsv` lists deliberate differences.
//!
//! `KUBECONFIG_TEST_KUBECTL=/path/to/kubectl` runs the same against that kubectl too, where it is of the version that was recorded:
//! whether the records, and this file, still tell the truth.
#![cfg(unix)]

use kubeconfig::Kubeconfig;
use kubeconfig::config::View;
use kubeconfig::syntax::Mapping;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Files of a case that are not inputs; `out.*` is the other kind.
const ABOUT: &[&str] = &["cmd", "desc", "better", "sort", "links", "modes", "stdout", "stderr", "rc", "tree"];

/// kubectl got as far as to connect, so the configuration was fine.
const CONNECTED: &[&str] = &[
    "was refused",
    "Unable to connect",
    "getting credentials",
    "actively refused",
    "i/o timeout",
    "server gave HTTP",
    "connect: ",
    "no such host",
    "unsupported protocol scheme",
    "proxyconnect",
    "the server could not find",
    "context deadline",
    "You must be logged in",
];

const CANARY: &str = "SECRET-CANARY";
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// What may be wrong with an answer. The first four can be freed by `better`, those and no others.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Status,
    Stdout,
    Stderr,
    Files,
    /// A panic, a secret, no answer in time: never excused.
    Never,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Part::Status => "rc",
            Part::Stdout => "stdout",
            Part::Stderr => "stderr",
            Part::Files => "files",
            Part::Never => "",
        }
    }
}

type Problems = Vec<(Part, String)>;

/// What takes kubectl's place.
struct Subject {
    program: OsString,
    is_kubectl: bool,
    /// `$PATH`, with a `kubectl` in front that hands over to the program.
    path: String,
}

impl Subject {
    fn install(bin: &Path, kubectl: Option<OsString>) -> Outcome<Self> {
        let (program, shim) = match kubectl {
            Some(kubectl) => (Some(kubectl), "#!/bin/sh\nexec \"$KUBECONFIG_TEST_PROGRAM\" \"$@\"\n"),
            None => (None, include_str!("kubectl/kubectl.sh")),
        };
        fs::create_dir_all(bin)?;
        fs::write(bin.join("kubectl"), shim)?;
        fs::set_permissions(bin.join("kubectl"), fs::Permissions::from_mode(0o755))?;
        Ok(Subject {
            is_kubectl: program.is_some(),
            program: program.unwrap_or_else(|| env!("CARGO_BIN_EXE_kubeconfig").into()),
            path: format!("{}:/usr/local/bin:/usr/bin:/bin", bin.display()),
        })
    }
}

struct Answer {
    status: ExitStatus,
    stdout: String,
    stderr: String,
    before: BTreeMap<PathBuf, Vec<u8>>,
    after: BTreeMap<PathBuf, Vec<u8>>,
}

/// The version of kubectl that gave the answers.
const RECORDED: &str = "Client Version: v1.32.";

#[test]
fn recorded_cases() -> Outcome<()> {
    compare_all(None)
}

#[test]
fn kubectl_answers_as_recorded() -> Outcome<()> {
    let Some(kubectl) = std::env::var_os("KUBECONFIG_TEST_KUBECTL") else {
        println!("skipped: no KUBECONFIG_TEST_KUBECTL");
        return Ok(());
    };
    let version = Command::new(&kubectl).args(["version", "--client"]).output()?.stdout;
    match String::from_utf8_lossy(&version).starts_with(RECORDED) {
        true => compare_all(Some(kubectl)),
        false => {
            println!("skipped: another version of kubectl than the recorded one");
            Ok(())
        }
    }
}

fn compare_all(kubectl: Option<OsString>) -> Outcome<()> {
    if Command::new("bash").arg("-c").arg(":").status().is_err() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "bash not found, and this is CI");
        println!("skipped: bash not found");
        return Ok(());
    }
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut cases: Vec<PathBuf> =
        fs::read_dir(tests.join("kubectl/cases"))?.map(|e| Ok(e?.path())).collect::<Outcome<_>>()?;
    cases.sort();

    let scratch =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("kubectl-{}-{}", std::process::id(), kubectl.is_some()));
    fs::create_dir_all(&scratch)?;
    // The home and the case's folder are cut out of what is printed, so their names must be the ones a program sees.
    let scratch = scratch.canonicalize()?;
    // Once, before anything is started: a script that is still open for writing in some child can't be run.
    let subject = Subject::install(&scratch.join("bin"), kubectl)?;
    let results = run_all(&cases, &subject, &scratch);
    fs::remove_dir_all(&scratch)?;

    let listed: Vec<String> = fs::read_to_string(tests.join("kubectl-differences.tsv"))?
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| match line.split_once('\t') {
            Some((glob, why)) if !why.trim().is_empty() => Ok(glob.to_owned()),
            _ => Err(format!("kubectl-differences.tsv: no reason in {line:?}")),
        })
        .collect::<Result<_, _>>()?;
    let (mut identical, mut excused, mut bad) = (0, 0, String::new());
    let mut used = BTreeSet::new();
    for (name, problems) in &results {
        let globs: Vec<&String> = listed.iter().filter(|glob| matches(glob.as_bytes(), name.as_bytes())).collect();
        if problems.is_empty() {
            identical += 1;
        } else if !globs.is_empty() && problems.iter().all(|(part, _)| *part != Part::Never) {
            excused += 1;
            used.extend(globs);
        } else {
            let desc = fs::read_to_string(tests.join("kubectl/cases").join(name).join("desc")).unwrap_or_default();
            let said: Vec<&str> = problems.iter().map(|(_, said)| said.as_str()).collect();
            writeln!(bad, "{name}: {}   [{}]", said.join("; "), desc.trim())?;
        }
    }
    println!("kubectl cases: {identical} of {} identical, {excused} listed", results.len());
    assert!(bad.is_empty(), "\n{bad}");
    let unused: Vec<&String> = listed.iter().filter(|glob| !used.contains(glob)).collect();
    assert!(subject.is_kubectl || unused.is_empty(), "kubectl-differences.tsv: no difference is left for {unused:?}");
    Ok(())
}

fn run_all(cases: &[PathBuf], subject: &Subject, scratch: &Path) -> BTreeMap<String, Problems> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(BTreeMap::new());
    let worker = || {
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let name = case.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let problems = run(case, subject, &scratch.join("cases").join(&name))
                .unwrap_or_else(|e| vec![(Part::Never, format!("the case could not be run: {e}"))]);
            results.lock().expect("no worker panics").insert(name, problems);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, Into::into) {
            scope.spawn(worker);
        }
    });
    results.into_inner().expect("no worker panics")
}

fn run(case: &Path, subject: &Subject, work: &Path) -> Outcome<Problems> {
    let dir = work.join("dir");
    copy_inputs(case, &dir)?;
    let home = if dir.join("home").is_dir() { dir.join("home") } else { work.join("emptyhome") };
    fs::create_dir_all(&home)?;
    let Some(answer) = ask(case, subject, work, &dir, &home)? else {
        return Ok(vec![(Part::Never, format!("no answer in {TIME_LIMIT:?}"))]);
    };
    let mut problems = judge_words(case, subject, &answer)?;
    problems.extend(judge_files(case, subject, &dir, &home, &answer)?);
    let better = optional(&case.join("better"))?;
    let free: Vec<&str> = better.split_whitespace().collect();
    problems.retain(|(part, _)| !free.contains(&part.name()));
    Ok(problems)
}

/// Runs the case's line in `dir`; `None` where it did not end in time.
fn ask(case: &Path, subject: &Subject, work: &Path, dir: &Path, home: &Path) -> Outcome<Option<Answer>> {
    let before = contents(dir)?;
    let line = fs::read_to_string(case.join("cmd"))?;
    let mut child = Command::new("bash")
        .args(["-c", &format!("umask 022\n{line}")])
        .current_dir(dir)
        .env_clear()
        .env("PATH", &subject.path)
        .env("HOME", home)
        .env("LC_ALL", "C")
        .env("TZ", "UTC")
        .env("KUBECONFIG_TEST_PROGRAM", &subject.program)
        .stdin(Stdio::null())
        .stdout(File::create(work.join("stdout"))?)
        .stderr(File::create(work.join("stderr"))?)
        .spawn()?;
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if start.elapsed() > TIME_LIMIT {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(3));
    };
    let said = |name: &str| -> Outcome<String> { Ok(normal(&fs::read(work.join(name))?, dir, home)) };
    Ok(Some(Answer { status, stdout: said("stdout")?, stderr: said("stderr")?, before, after: contents(dir)? }))
}

fn judge_words(case: &Path, subject: &Subject, answer: &Answer) -> Outcome<Problems> {
    let mut problems = Vec::new();
    let status = answer.status.code();
    let want_status: i32 = fs::read_to_string(case.join("rc"))?.trim().parse()?;
    let want_stderr = lossy(&case.join("stderr"))?;
    if fs::read_to_string(case.join("cmd"))?.contains("get --raw") {
        let accepted = want_status == 0 || connected(&want_stderr);
        let ours = if subject.is_kubectl { status == Some(0) || connected(&answer.stderr) } else { status == Some(0) };
        // There kubectl asks for a user name, or looks into the PEM: both answers will do.
        let either = want_stderr.contains("error: EOF") || want_stderr.lines().any(|l| l.starts_with("error: tls: "));
        if !matches!(status, Some(0 | 1)) {
            problems.push((Part::Status, format!("resolve: {}", answer.status)));
        } else if !either && ours != accepted {
            let verdict = if accepted { "accepted" } else { "refused" };
            problems
                .push((Part::Status, format!("resolve: {}, but kubectl {verdict} the configuration", answer.status)));
        }
        if answer.stdout.contains(CANARY) {
            problems.push((Part::Never, "a secret on stdout".into()));
        }
    } else {
        if status != Some(want_status) {
            problems.push((Part::Status, format!("{}, kubectl {want_status}", answer.status)));
        }
        let mut stdout = answer.stdout.clone();
        if optional(&case.join("sort"))?.contains("stdout") {
            let mut lines: Vec<&str> = stdout.split_inclusive('\n').collect();
            lines.sort_unstable();
            stdout = lines.concat();
        }
        if stdout != lossy(&case.join("stdout"))? {
            problems.push((Part::Stdout, "stdout differs".into()));
        }
        match (answer.stderr.trim(), want_stderr.trim()) {
            ("", "") => {}
            ("", _) => problems.push((Part::Stderr, "stderr: silent".into())),
            (said, "") => problems.push((Part::Stderr, format!("stderr: kubectl was silent, got {said:.120}"))),
            _ => {}
        }
    }
    if answer.stderr.contains("panicked at") {
        problems.push((Part::Never, "panicked".into()));
    }
    if answer.stderr.contains(CANARY) {
        problems.push((Part::Never, "a secret on stderr".into()));
    }
    Ok(problems)
}

fn judge_files(case: &Path, subject: &Subject, dir: &Path, home: &Path, answer: &Answer) -> Outcome<Problems> {
    let mut problems = Vec::new();
    let mut expected = BTreeSet::new();
    for entry in fs::read_dir(case)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(changed) = name.strip_prefix("out.") else { continue };
        let path = if changed == "yaml" { "in.yaml".to_owned() } else { changed.replace("__", "/") };
        match answer.after.get(Path::new(&path)) {
            None => problems.push((Part::Files, format!("{path}: not there"))),
            Some(have) => {
                let (have, want) = (normal(have, dir, home), lossy(&entry.path())?);
                let edited = case.file_name().is_some_and(|name| name.to_string_lossy().starts_with("mut-"));
                if have != want && !(edited && same_view(&have, &want)) {
                    problems.push((Part::Files, format!("{path}: other content than kubectl wrote")));
                }
                let before = answer.before.get(Path::new(&path)).filter(|_| edited && !subject.is_kubectl);
                if let Some(lost) = before.and_then(|before| lost(&normal(before, dir, home), &have)) {
                    problems.push((Part::Files, format!("{path}: lost {lost}")));
                }
            }
        }
        expected.insert(PathBuf::from(path));
    }
    let paths: BTreeSet<&PathBuf> = answer.before.keys().chain(answer.after.keys()).collect();
    for path in paths {
        if !expected.contains(path) && answer.before.get(path) != answer.after.get(path) {
            problems.push((Part::Files, format!("{}: changed or made, kubectl left it", path.display())));
        }
    }
    Ok(problems)
}

/// Whether client-go sees the same in both.
fn same_view(a: &str, b: &str) -> bool {
    let view = |text: &str| View::of(&text.parse::<Kubeconfig>().ok()?).raw(true).to_yaml().ok();
    a == b || view(a).is_some() && view(a) == view(b)
}

/// What of `before` client-go does not know and is not in `after`, though its place is still there.
fn lost(before: &str, after: &str) -> Option<String> {
    // client-go's form without versions is written as v1, which has other fields.
    if before.contains("__internal") {
        return None;
    }
    let (before, after): (Kubeconfig, Kubeconfig) = (before.parse().ok()?, after.parse().ok()?);
    let all = |before: &Mapping, after: &Mapping| before.iter().all(|(key, value)| after.get(key) == Some(value));
    if !all(&before.other, &after.other) {
        return Some("fields at the top".into());
    }
    let cluster = |name| Some((&before.clusters.get(name)?.other, &after.clusters.get(name)?.other));
    let user = |name| Some((&before.users.get(name)?.other, &after.users.get(name)?.other));
    let context = |name| Some((&before.contexts.get(name)?.other, &after.contexts.get(name)?.other));
    let clusters = before.clusters.names().filter(|name| cluster(name).is_some_and(|(old, new)| !all(old, new)));
    let users = before.users.names().filter(|name| user(name).is_some_and(|(old, new)| !all(old, new)));
    let contexts = before.contexts.names().filter(|name| context(name).is_some_and(|(old, new)| !all(old, new)));
    let name = clusters.chain(users).chain(contexts).next()?;
    Some(format!("fields of {name}"))
}

fn copy_inputs(case: &Path, dir: &Path) -> Outcome<()> {
    fs::create_dir_all(dir)?;
    for entry in fs::read_dir(case)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !ABOUT.contains(&name.as_str()) && !name.starts_with("out.") {
            copy(&entry.path(), &dir.join(&name))?;
        }
    }
    for line in optional(&case.join("modes"))?.lines() {
        let (mode, path) = line.split_once('\t').ok_or("modes: no tab")?;
        fs::set_permissions(dir.join(path), fs::Permissions::from_mode(u32::from_str_radix(mode, 8)?))?;
    }
    for line in optional(&case.join("links"))?.lines() {
        let (link, target) = line.split_once('\t').ok_or("links: no tab")?;
        symlink(target, dir.join(link))?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Outcome<()> {
    if from.is_dir() {
        fs::create_dir(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
    } else {
        fs::write(to, fs::read(from)?)?;
        fs::set_permissions(to, fs::Permissions::from_mode(0o600))?;
    }
    Ok(())
}

/// Every plain file below `dir`, by its path in there.
fn contents(dir: &Path) -> Outcome<BTreeMap<PathBuf, Vec<u8>>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                found.insert(entry.path().strip_prefix(dir)?.to_owned(), fs::read(entry.path())?);
            }
        }
    }
    Ok(found)
}

fn connected(stderr: &str) -> bool {
    CONNECTED.iter().any(|sign| stderr.contains(sign))
}

fn normal(bytes: &[u8], dir: &Path, home: &Path) -> String {
    String::from_utf8_lossy(bytes).replace(&*dir.to_string_lossy(), "$DIR").replace(&*home.to_string_lossy(), "$HOME")
}

fn lossy(path: &Path) -> Outcome<String> {
    Ok(String::from_utf8_lossy(&fs::read(path)?).into_owned())
}

fn optional(path: &Path) -> Outcome<String> {
    if path.exists() { lossy(path) } else { Ok(String::new()) }
}

/// Shell globs, as far as they are needed: `*` and `?`.
fn matches(glob: &[u8], name: &[u8]) -> bool {
    match (glob.split_first(), name.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), _) => matches(rest, name) || !name.is_empty() && matches(glob, &name[1..]),
        (Some((b'?', rest)), Some((_, name))) => matches(rest, name),
        (Some((a, rest)), Some((b, name))) => a == b && matches(rest, name),
        _ => false,
    }
}
