//! How much memory the program takes at most, counted byte by byte, for the worst inputs: a small multiple of the input, which
//! depends on the verb ([`VERBS`]). It is compiled into the program's own tests, so that all of the program is counted.
//!
//! `KUBECONFIG_TEST_MEMORY=BYTES` measures with inputs of another size and prints what each took, without judging it.

use std::alloc::System;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

#[global_allocator]
static MEMORY: cap::Cap<System> = cap::Cap::new(System, usize::MAX);

/// Inputs of this size: small enough to be quick, large enough that what does not depend on them does not count, and that
/// there are more values than any text may have.
const SIZE: usize = 650_000;

/// In the process that is measured: what it is called with, and where it says how much it took.
const ARGUMENTS: &str = "KUBECONFIG_TEST_MEMORY_ARGUMENTS";
const ANSWER: &str = "KUBECONFIG_TEST_MEMORY_ANSWER";

/// One run of the program, in a process of its own.
#[test]
fn one_run() {
    let Some(answer) = std::env::var_os(ANSWER) else { return };
    let arguments = std::env::var(ARGUMENTS).unwrap();
    let arguments = std::iter::once("kubeconfig").chain(arguments.split('\n')).map(OsString::from);
    let before = MEMORY.allocated();
    super::start(arguments.collect());
    fs::write(answer, (MEMORY.max_allocated() - before).to_string()).unwrap();
}

/// Repeats a piece until there are `size` bytes of it.
fn many(size: usize, piece: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    (0..).take_while(|&i| write!(text, "{}", piece(i)).is_ok() && text.len() < size).for_each(drop);
    text
}

/// Inputs that cost more than they look: by kind, as short as they can be written.
fn inputs(size: usize) -> Vec<(&'static str, String)> {
    let fill = |head: &str, piece: &dyn Fn(usize) -> String, tail: &str| {
        // With as long a comment as it takes for all that stands around the pieces.
        let comment = "#".repeat(size / 50);
        format!("apiVersion: v1\nkind: Config\n{head}{}{tail}\n{comment}\n", many(size, piece))
    };
    let user = "users:\n- name: a\n  user:\n";
    let exec = format!(
        "{user}    exec:\n      apiVersion: client.authentication.k8s.io/v1\n      command: a\n      \
         interactiveMode: Never\n"
    );
    vec![
        ("as many values as a byte can hold", fill("x: [", &|_| "1,".into(), "]")),
        ("a list in brackets", fill("x: [", &|_| "1234,".into(), "]")),
        ("a list in lines", fill("x:\n", &|_| "-   1\n".into(), "")),
        ("lists in lists", fill("x: [", &|_| "[[[[      1       ]]]],   ".into(), "]")),
        ("maps in lists", fill("x: [", &|_| "{a:   {b:  {}}},         ".into(), "]")),
        ("a map in brackets", fill("x: {", &|i| format!("{i:06}: 1,"), "}")),
        ("unknown fields at the top", fill("", &|i| format!("{i:06}: 1\n"), "")),
        ("unknown fields of a user", fill(user, &|i| format!("    {i:05}: 1\n"), "")),
        ("users that are only a name", fill("users:\n", &|i| format!("- {{name: {i:05}x}}\n"), "")),
        ("users without a name", fill("users:\n", &|_| "- {} \n".into(), "")),
        ("users with a token", fill("users:\n", &|i| format!("- {{name: a{i:06}, user: {{token: a}}}}\n"), "")),
        ("clusters that are only a name", fill("clusters:\n", &|i| format!("- {{name: {i:05}x}}\n"), "")),
        (
            "clusters with a server",
            fill("clusters:\n", &|i| format!("- {{name: a{i:06}, cluster: {{server: a}}}}\n"), ""),
        ),
        (
            "contexts",
            fill(
                "contexts:\n",
                &|i| format!("- {{name: a{i:06}, context: {{cluster: a{i:06}, user: a{i:06}}}}}\n"),
                "",
            ),
        ),
        ("extensions", fill("extensions:\n", &|i| format!("- {{name: {i:05}x}}\n"), "")),
        ("arguments", fill(&format!("{exec}      args:\n"), &|_| "      - a\n".into(), "")),
        ("variables", fill(&format!("{exec}      env:\n"), &|_| "      - {name: a, value: b}\n".into(), "")),
        ("groups", fill(&format!("{user}    as: a\n    as-groups: ["), &|_| "a,   ".into(), "]")),
        ("a long text", fill("x: ", &|_| "a".into(), "")),
        ("a long text of escapes", fill("x: \"", &|_| "\\u0041".into(), "\"")),
        ("a long token", fill(&format!("{user}    token: "), &|_| "a".into(), "")),
        ("anchors", fill("x: [", &|i| format!("&a{i:04} 1,"), "]")),
        ("merged maps", fill("w: &a {x: 1}\nx:\n", &|_| "- {<<: *a,      y: 1}\n".into(), "")),
        ("keys that come again", fill("", &|_| "x: 1     \n".into(), "")),
        ("comments", fill("", &|_| "#a\n".into(), "")),
        ("documents", fill("", &|_| "---\n".into(), "")),
    ]
}

/// Lines of verbs, with how many bytes each takes at most for one of the input; `IN` is the input, `COPY` a copy that may
/// be changed, `SMALL` another file. What most inputs take is far below: these are the worst for the verb.
const VERBS: &[(&str, f64)] = &[
    ("view --raw -o json --kubeconfig IN", 40.0),
    ("resolve --kubeconfig IN", 30.0),
    ("set-context z --cluster=a --kubeconfig COPY", 60.0),
    ("merge SMALL --into COPY", 95.0),
    ("export --kubeconfig IN --out OUT", 50.0),
    ("check --max-findings all -o sarif IN", 75.0),
    ("outage --kubeconfig IN", 100.0),
    ("recover IN --out OUT", 25.0),
];

const SMALL: &str = "\
apiVersion: v1
kind: Config
current-context: s
clusters: [{name: s, cluster: {server: 'https://s.example.com'}}]
contexts: [{name: s, context: {cluster: s, user: s}}]
users: [{name: s, user: {token: t}}]
";

/// What a run of the program took at most, in bytes.
fn measure(folder: &Path, verb: &str, input: &str) -> usize {
    let file = |name: &str| folder.join(name);
    for (name, text) in [("in", input), ("copy", input), ("small", SMALL)] {
        fs::write(file(name), text).unwrap();
    }
    let _ = fs::remove_file(file("out"));
    let argument = |word: &str| match word {
        "IN" | "COPY" | "SMALL" | "OUT" => file(&word.to_lowercase()).to_string_lossy().into_owned(),
        word => word.to_owned(),
    };
    let arguments: Vec<String> = verb.split(' ').map(argument).collect();
    let run = Command::new(std::env::current_exe().unwrap())
        .args(["memory::one_run", "--exact", "--nocapture"])
        .env_clear()
        .env("HOME", folder)
        .env(ARGUMENTS, arguments.join("\n"))
        .env(ANSWER, file("answer"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(run.success(), "{verb}: {run}");
    fs::read_to_string(file("answer")).unwrap().parse().unwrap()
}

#[test]
fn the_worst_inputs_take_a_small_multiple_of_their_size() {
    let size = std::env::var("KUBECONFIG_TEST_MEMORY").ok();
    let inputs = inputs(size.as_ref().map_or(SIZE, |size| size.parse().expect("a number of bytes")));
    let runs: Vec<_> = inputs.iter().flat_map(|input| VERBS.iter().map(move |verb| (input, verb))).collect();
    let (next, results) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                let folder = tempfile::tempdir().unwrap();
                while let Some(((name, input), (verb, most))) = runs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let factor = measure(folder.path(), verb, input) as f64 / input.len() as f64;
                    if size.is_some() {
                        println!("{factor:6.1}  {name}: {verb}");
                    }
                    if factor > *most {
                        results.lock().unwrap().push((factor, *name, *verb));
                    }
                }
            });
        }
    });
    let too_much = results.into_inner().unwrap();
    assert!(size.is_some() || too_much.is_empty(), "bytes for each of the input: {too_much:#?}");
}
