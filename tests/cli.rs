//! The program as its users see it: exit codes, what goes to which stream, and what never goes anywhere.
#![cfg(unix)]

use serde_json::{Value, json};
use std::ffi::OsStr;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

const VERBS: [&str; 21] = [
    "view",
    "current-context",
    "get-contexts",
    "get-clusters",
    "get-users",
    "resolve",
    "export",
    "merge",
    "use-context",
    "set-context",
    "set-cluster",
    "set-credentials",
    "set",
    "unset",
    "rename-context",
    "delete-context",
    "delete-cluster",
    "delete-user",
    "prune",
    "restore",
    "completions",
];
const CANARY: &str = "SECRET-CANARY";

/// A folder of its own for a test, removed when it passes.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cli-{test}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn file(&self, name: impl AsRef<Path>, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// The program, started in this folder with an environment that names no kubeconfig.
    fn program(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kubeconfig"));
        command.args(args).current_dir(&self.0).env_clear().env("HOME", &self.0).stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> Answer {
        self.program(args).output().unwrap().into()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = fs::remove_dir_all(&self.0);
        }
    }
}

#[derive(Debug)]
struct Answer {
    status: i32,
    stdout: String,
    stderr: String,
}

impl From<Output> for Answer {
    fn from(output: Output) -> Self {
        let answer = Answer {
            status: output.status.code().expect("no signal"),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        assert!(!answer.stderr.contains("panicked"), "{answer:?}");
        assert!(!answer.stderr.contains(CANARY), "{answer:?}");
        answer
    }
}

impl Answer {
    #[track_caller]
    fn is(&self, status: i32) -> &Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    #[track_caller]
    fn says(&self, what: &str) -> &Self {
        assert!(self.stderr.contains(what), "no {what:?} in {self:?}");
        self
    }

    #[track_caller]
    fn prints(&self, what: &str) -> &Self {
        assert!(self.stdout.contains(what), "no {what:?} in {self:?}");
        self
    }
}

/// Everything that may be secret is the canary.
fn config() -> Value {
    json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "prod",
        "clusters": [
            {"name": "prod", "cluster": {"server": "https://prod.example.com:6443"}},
            {"name": "rancher", "cluster": {"server": "https://rancher.example.com/k8s/clusters/c-abcde"}},
        ],
        "users": [
            {"name": "admin", "user": {"token": CANARY}},
            {"name": "nobody", "user": {}},
            {"name": "exec", "user": {"exec": {
                "apiVersion": "client.authentication.k8s.io/v1", "command": "get-token", "interactiveMode": "Never",
                "args": [CANARY], "env": [{"name": "X", "value": CANARY}]}}},
        ],
        "contexts": [
            {"name": "prod", "context": {"cluster": "prod", "user": "admin", "namespace": "web"}},
            {"name": "asks", "context": {"cluster": "prod", "user": "nobody"}},
            {"name": "runs", "context": {"cluster": "prod", "user": "exec"}},
            {"name": "through", "context": {"cluster": "rancher", "user": "admin"}},
        ],
    })
}

#[test]
fn usage_errors_have_kubectls_status_in_its_verbs_and_2_elsewhere() {
    let folder = Folder::new("usage");
    for verb in VERBS {
        let status =
            if ["resolve", "export", "merge", "prune", "restore", "completions"].contains(&verb) { 2 } else { 1 };
        let answer = folder.run(&[verb, "--no-such-flag"]);
        answer.is(status).says("error: ");
        assert_eq!(answer.stdout, "");
    }
    folder.run(&["resolve", "-o", "yaml"]).is(2);
    folder.run(&["view", "--raw=perhaps"]).is(1);
    folder.run(&["view", "extra"]).is(1).says("extra");
    for args in [&[][..], &["no-such-verb"], &["--kubeconfig", "x"]] {
        let answer = folder.run(args);
        answer.is(1).says("view").says("export").says("Usage");
        assert_eq!(answer.stdout, "");
    }
}

#[test]
fn every_verb_has_help() {
    let folder = Folder::new("help");
    let all = folder.run(&["--help"]);
    all.is(0);
    for verb in VERBS {
        let line = all.stdout.lines().find(|l| l.trim_start().starts_with(verb)).expect(verb);
        assert!(line.trim().len() > verb.len() + 20, "{line}");
        for help in [&[verb, "--help"][..], &[verb, "-h"], &["-h", verb]] {
            let answer = folder.run(help);
            answer.is(0).prints("Usage: kubeconfig ").prints(verb);
            assert_eq!(answer.stderr, "");
        }
    }
    folder.run(&["--version"]).is(0).prints(env!("CARGO_PKG_VERSION"));
}

#[test]
fn completions_are_scripts() {
    let folder = Folder::new("completions");
    for shell in ["bash", "zsh", "fish"] {
        folder.run(&["completions", shell]).is(0).prints("kubeconfig").prints("current-context");
    }
    let script = folder.file("script", folder.run(&["completions", "bash"]).stdout);
    if let Ok(checked) = Command::new("bash").arg("-n").arg(script).status() {
        assert!(checked.success());
    }
}

#[test]
fn the_last_kubeconfig_wins_wherever_it_stands() {
    let folder = Folder::new("last");
    folder.file("a", r#"{"current-context": "a"}"#);
    folder.file("b", r#"{"current-context": "b"}"#);
    assert_eq!(folder.run(&["--kubeconfig=a", "current-context", "--kubeconfig", "b"]).is(0).stdout, "b\n");
    assert_eq!(folder.run(&["--kubeconfig", "b", "--kubeconfig=a", "current-context"]).is(0).stdout, "a\n");
    let listed =
        folder.program(&["current-context", "--context", "x", "--kubeconfig="]).env("KUBECONFIG", "b:a").output();
    assert_eq!(Answer::from(listed.unwrap()).stdout, "b\n");
    folder.file(OsStr::from_bytes(b"\xff"), r#"{"current-context": "not UTF-8"}"#);
    let odd = folder.program(&["current-context", "--kubeconfig"]).arg(OsStr::from_bytes(b"\xff")).output();
    assert_eq!(Answer::from(odd.unwrap()).stdout, "not UTF-8\n");
}

#[test]
fn a_dash_is_stdin() {
    let folder = Folder::new("stdin");
    for (args, status, what) in [
        (&["view", "--kubeconfig", "-", "-o", "json"][..], 0, "\"current-context\": \"prod\""),
        (&["--kubeconfig=-", "current-context"], 0, "prod\n"),
        (&["resolve", "--kubeconfig=-"], 0, "https://prod.example.com:6443"),
        (&["export", "--kubeconfig=-", "--context=prod"], 0, "https://prod.example.com:6443"),
    ] {
        feed(&mut folder.program(args), config().to_string().as_bytes()).is(status).prints(what);
    }
    feed(&mut folder.program(&["view", "--kubeconfig=-"]), b"{").is(1).says("error: -:1:");
}

fn feed(command: &mut Command, input: &[u8]) -> Answer {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap().into()
}

/// JSON has no end that could be mistaken: half a file is no empty one.
#[test]
fn a_file_that_was_cut_off_is_refused() {
    let text = config().to_string();
    for end in 1..text.len() {
        assert!(text[..end].parse::<kubeconfig::Kubeconfig>().is_err(), "{}", &text[..end]);
    }
    feed(&mut Folder::new("cut").program(&["view", "--kubeconfig=-"]), &text.as_bytes()[..40])
        .is(1)
        .says("error: -:1:33: ");
}

#[test]
fn a_reader_that_goes_away_is_no_error_to_speak_of() {
    let folder = Folder::new("pipe");
    let contexts: Vec<Value> = (0..20_000).map(|i| json!({"name": format!("c{i}"), "context": {}})).collect();
    folder.file("many", json!({"contexts": contexts}).to_string());
    for args in [&["view", "--kubeconfig=many"][..], &["get-contexts", "--kubeconfig=many"], &["completions", "zsh"]] {
        let mut child: Child = folder.program(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdout = child.stdout.take().unwrap();
        stdout.read_exact(&mut [0; 10]).unwrap();
        drop(stdout);
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        assert!(output.status.code().is_some());
    }
    if let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") {
        for args in [&["get-contexts", "--kubeconfig=many"][..], &["completions", "bash"]] {
            let output = folder.program(args).stdout(full.try_clone().unwrap()).output().unwrap();
            Answer::from(output).is(1).says("error: standard output: ");
        }
    }
}

#[test]
fn get_contexts() {
    let folder = Folder::new("contexts");
    folder.file("c", config().to_string());
    let table = "\
CURRENT   NAME      CLUSTER   AUTHINFO   NAMESPACE
          asks      prod      nobody     \n\
*         prod      prod      admin      web
          runs      prod      exec       \n          through   rancher   admin      \n";
    assert_eq!(folder.run(&["get-contexts", "--kubeconfig", "c"]).is(0).stdout, table);
    let some = folder.run(&["get-contexts", "--kubeconfig", "c", "--no-headers", "x", "prod", "\u{1b}[1m"]);
    some.is(1).says("error: context x not found\nerror: context \\u{1b}[1m not found\n");
    assert_eq!(some.stdout, "*     prod   prod   admin   web\n");
    assert_eq!(folder.run(&["get-contexts", "--kubeconfig=c", "-oname", "prod"]).is(0).stdout, "prod\n");
    folder.run(&["get-contexts", "--kubeconfig", "c", "-o", "json"]).is(1).says("-o json");
    assert_eq!(folder.run(&["get-clusters", "--kubeconfig", "c", "extra"]).is(0).stdout, "NAME\nprod\nrancher\n");
    assert_eq!(folder.run(&["get-users", "--kubeconfig", "c"]).is(0).stdout, "NAME\nadmin\nexec\nnobody\n");
}

#[test]
fn view_refuses_what_only_kubectl_prints() {
    let folder = Folder::new("formats");
    for format in
        ["jsonpath={.a}", "go-template={{.}}", "go-template-file=x", "template", "jsonpath-file=y", "name", "xml", ""]
    {
        let answer = folder.run(&["view", "-o", format]);
        answer.is(1).says("error: ").says(format.split('=').next().unwrap());
        assert_eq!(answer.stdout, "");
    }
    folder.run(&["view", "--template={{.}}"]).is(1).says("template");
    folder.run(&["view", "--merge=false"]).is(1).says("--kubeconfig");
    folder.run(&["view", "--merge=false", "--kubeconfig=gone"]).is(1).says("gone");
    folder.run(&["view", "--kubeconfig=gone", "-o=JSON"]).is(0).prints("\"contexts\": null");
}

#[test]
fn secrets_stay_hidden() {
    let folder = Folder::new("canary");
    folder.file("c", config().to_string());
    let mut broken = config();
    broken["clusters"][0]["cluster"] = json!({
        "server": format!("https://{CANARY}:{CANARY}@prod.example.com"),
        "proxy-url": format!("ftp://{CANARY}:{CANARY}@proxy"),
        "certificate-authority-data": "", "unknown": CANARY,
    });
    broken["users"][0]["user"]["username"] = CANARY.into();
    broken["users"][0]["user"]["auth-provider"] = json!({"name": "oidc", "config": {"id-token": CANARY}});
    folder.file("broken", broken.to_string());
    folder.file("twice", json!({"users": [broken["users"][0], broken["users"][0]]}).to_string());
    let whole = config().to_string();
    folder.file("cut", &whole[..whole.len() / 2]);
    for file in ["c", "broken", "twice", "cut"] {
        for args in [
            &["view"][..],
            &["view", "--raw", "--minify", "--context=gone"],
            &["view", "--flatten"],
            &["get-contexts", "gone"],
            &["current-context"],
            &["resolve"],
            &["resolve", "-o", "json", "--token", CANARY, "--username", CANARY, "--password", CANARY],
            &["resolve", "--context", "runs"],
            &["resolve", "--server", "https://SECRET-CANARY@x"],
            &["export", "--out", "backup", "--force"],
            &["export", "--out", "backup", "--force", "--server", "ftp://SECRET-CANARY@x"],
        ] {
            // That stderr is clean is asked of every answer.
            let answer = folder.run(&[args, &["--kubeconfig", file]].concat());
            if args[0] == "resolve" || args[0] == "export" {
                assert!(!answer.stdout.contains(CANARY), "{args:?} {answer:?}");
            }
        }
    }
}

#[test]
fn resolve_says_where_it_leads() {
    let folder = Folder::new("resolve");
    folder.file("c", config().to_string());
    let prod = folder.run(&["resolve", "--kubeconfig", "c"]);
    prod.is(0);
    for line in [
        "context: prod",
        "cluster: prod",
        "server: https://prod.example.com:6443",
        "user: admin",
        "auth: token",
        "namespace: web",
    ] {
        assert!(prod.stdout.lines().any(|l| l == line), "no {line:?} in {prod:?}");
    }
    folder
        .run(&["resolve", "--kubeconfig=c", "--context=asks"])
        .is(0)
        .prints("auth: none (kubectl would ask for a user name)");
    folder
        .run(&["resolve", "--kubeconfig=c", "--context=runs", "-n", "x"])
        .is(0)
        .prints("get-token")
        .prints("namespace: x");
    folder.run(&["resolve", "--kubeconfig=c", "--context=gone"]).is(1).says("error: ").says("gone");
    folder.run(&["resolve", "--kubeconfig=gone"]).is(1).says("gone");
    folder.run(&["resolve"]).is(0).prints("server: http://localhost:8080 (kubectl's default)");
    let master = folder.program(&["resolve"]).env("KUBERNETES_MASTER", "https://10.0.0.1").output().unwrap();
    Answer::from(master).is(0).prints("server: https://10.0.0.1 (kubectl's default)");
}

#[test]
fn resolve_as_json() {
    let folder = Folder::new("json");
    folder.file("c", config().to_string());
    let answer: Value =
        serde_json::from_str(&folder.run(&["resolve", "--kubeconfig=c", "-ojson", "--as=root"]).is(0).stdout).unwrap();
    assert_eq!(answer["schema"], 1);
    assert_eq!(answer["accepted"], true);
    assert_eq!(answer["server"], "https://prod.example.com:6443");
    assert_eq!(answer["namespace"], "web");
    let refused = folder.run(&["resolve", "--kubeconfig=c", "-ojson", "--context=gone"]);
    refused.is(1).says("error: ");
    let answer: Value = serde_json::from_str(&refused.stdout).unwrap();
    assert_eq!(answer["schema"], 1);
    assert_eq!(answer["accepted"], false);
    assert!(answer["errors"][0]["message"].as_str().unwrap().contains("gone"), "{answer}");
}

#[test]
fn export_statuses() {
    let folder = Folder::new("export");
    folder.file("c", config().to_string());
    let alone = folder.run(&["export", "--kubeconfig=c", "--context=prod", "--out=one"]);
    alone.is(0).says("prod: token; stands alone");
    assert_eq!(alone.stdout, "");
    let mode = fs::metadata(folder.0.join("one")).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o600);
    assert!(fs::read_to_string(folder.0.join("one")).unwrap().contains(CANARY));

    folder.run(&["export", "--kubeconfig=c", "--out=all"]).is(3).says("only through Rancher").says("needs get-token");
    folder.run(&["export", "--kubeconfig=c", "--out=also", "--allow-dependent"]).is(0).says("only through Rancher");
    folder.run(&["export", "--kubeconfig=c", "--direct-only", "--out=direct", "--allow-dependent"]).is(0);
    assert!(!fs::read_to_string(folder.0.join("direct")).unwrap().contains("rancher"));

    let again = folder.run(&["export", "--kubeconfig=c", "--context=prod", "--out=one", "--name=x"]);
    again.is(1).says("error: ").says("nothing was");
    let forced = [
        "export",
        "--kubeconfig=c",
        "--context=prod",
        "--out=one",
        "--name=x",
        "--force",
        "--server=x=https://a",
        "--server",
        "https://b",
    ];
    folder.run(&forced[..6]).is(0);
    assert!(folder.run(&["current-context", "--kubeconfig=one"]).stdout == "x\n");
    folder.run(&["export", "--kubeconfig=c", "--context=gone"]).is(1).says("nothing was written");
    for args in [
        &["--context=gone", "--out=new"][..],
        &["--context=prod", "--out=no/such/folder"],
        &["--context=prod", "--out=c", "--force"],
        &["--context=prod", "--out=new", "--server=no-url"],
        &["--out=new", "--name=one-for-all"],
        &["--kubeconfig=gone", "--out=new"],
    ] {
        folder.run(&[&["export", "--kubeconfig=c"], args].concat()).is(1).says("error: ");
        assert!(!folder.0.join("new").exists());
        assert_eq!(fs::read_to_string(folder.0.join("c")).unwrap(), config().to_string());
    }
    let servers = folder.run(&[
        "export",
        "--kubeconfig=c",
        "--context=prod",
        "--context=runs",
        "--server=https://a:1",
        "--server=runs=https://b:2",
    ]);
    servers.is(3).prints("https://a:1").prints("https://b:2").says("prod: ").says("runs: ");
    let piped = folder.run(&["export", "--kubeconfig=c", "--context=prod", "--out", "-"]);
    piped.is(0).prints(CANARY);
}

/// Runs a shell line with a terminal for stdout and stderr; `None` where there is no `script`.
fn on_a_terminal(folder: &Folder, line: &str) -> Option<String> {
    let output = Command::new("script")
        .args(["-qec", line, "/dev/null"])
        .current_dir(&folder.0)
        .env("HOME", &folder.0)
        .env("KUBECONFIG_PROGRAM", env!("CARGO_BIN_EXE_kubeconfig"))
        .env_remove("KUBECONFIG")
        .stdin(Stdio::null())
        .output();
    if !cfg!(target_os = "linux") || output.is_err() {
        assert!(
            std::env::var("CI").as_deref() != Ok("true") || !cfg!(target_os = "linux"),
            "script not found, and this is CI"
        );
        println!("skipped: script (util-linux) not found");
        return None;
    }
    Some(String::from_utf8_lossy(&output.unwrap().stdout).into_owned())
}

#[test]
fn a_terminal_gets_neither_control_characters_nor_credentials() {
    let folder = Folder::new("terminal");
    let evil = "\u{1b}]0;x\u{7}\n\u{202e}";
    let mut config = config();
    config["contexts"] = json!([{"name": evil, "context": {"cluster": evil, "user": "admin", "namespace": evil}}]);
    config["clusters"] = json!([{"name": evil, "cluster": {"server": format!("https://a{evil}")}}]);
    config["current-context"] = evil.into();
    folder.file("c", config.to_string());
    for verb in [
        "view",
        "view -o json",
        "current-context",
        "get-contexts",
        "get-contexts -o name",
        "get-clusters",
        "resolve",
        "resolve -o json",
        "export",
        "get-contexts gone",
    ] {
        let Some(shown) = on_a_terminal(&folder, &format!("\"$KUBECONFIG_PROGRAM\" {verb} --kubeconfig c")) else {
            return;
        };
        assert!(!shown.is_empty(), "{verb}");
        assert!(!shown.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{verb}: {shown:?}");
        // As with kubectl, `view` shows the arguments and variables of a login command.
        assert!(verb.starts_with("view") || !shown.contains(CANARY), "{verb}: {shown:?}");
    }
    let refused = on_a_terminal(&folder, "\"$KUBECONFIG_PROGRAM\" export --kubeconfig c; echo \"status $?\"").unwrap();
    assert!(refused.contains("--out -") && refused.contains("status 1"), "{refused}");
    let asked = on_a_terminal(&folder, "\"$KUBECONFIG_PROGRAM\" export --kubeconfig c --out -").unwrap();
    assert!(asked.contains(CANARY), "{asked}");
}
