//! What is printed beside an answer that is not yes: the cause, the step, and where more help is. Commands work as
//! printed.
#![cfg(all(unix, feature = "cli"))]

mod common;

use common::pki::{Algorithm, Ca, Validity, base64, world};
use common::program::{Run, command, run, run_with_input};
use common::shell;
use serde_json::{Value, json};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tempfile::TempDir;

const TOKEN: &str = "kubeconfig-u-abcde12345k9xzp:ffffffffffffffffffffffffffffffffffffffffffffffffffffff";
/// Names that mean something to a shell, and one that is no text.
const NAMES: [&[u8]; 9] =
    [b"$(touch x)", b"-dash", b"a b", b"it's", b"new\nline", b"end\n", b"caf\xe9", b"`id`;*", b"=ls"];

fn with_ca(url: &str, ca: &str) -> Value {
    json!({"server": url, "certificate-authority-data": base64(ca)})
}

/// A kubeconfig of one user, with a context for each cluster.
fn config(user: Value, clusters: &[(&str, Value)]) -> String {
    let list = |key: &str, of: &dyn Fn(&str, &Value) -> Value| -> Vec<Value> {
        clusters.iter().map(|(name, body)| json!({"name": name, key: of(name, body)})).collect()
    };
    json!({"apiVersion": "v1", "kind": "Config", "users": [{"name": "prod", "user": user}],
        "clusters": list("cluster", &|_, body| body.clone()),
        "contexts": list("context", &|name, _| json!({"cluster": name, "user": "prod"}))})
    .to_string()
}

fn proxy(id: &str) -> (&'static str, Value) {
    ("prod", json!({"server": format!("https://rancher.example.com/k8s/clusters/{id}")}))
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("a file");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("a mode");
    }
    folder
}

/// What the program says of a file.
fn outage(text: &str, options: &[&str]) -> Run {
    let folder = folder(&[("config", text)]);
    run(folder.path(), &[&["outage", "config"], options].concat())
}

/// The lines that a shell gets.
fn commands(run: &Run) -> Vec<&str> {
    // The table ends with an empty line.
    run.stdout.lines().skip_while(|line| !line.is_empty()).filter_map(|line| line.strip_prefix("    ")).collect()
}

/// A cluster of RKE behind Rancher, with a node of its endpoint.
fn rke() -> String {
    let node = with_ca("https://192.0.2.11:6443", &world().rke_ca.certificate);
    config(json!({"token": TOKEN}), &[proxy("c-7xk2m"), ("prod-cp1", node)])
}

fn k3s(kind: &str) -> String {
    let ca = Ca::new(&format!("{kind}-server-ca@1767225600"), None, Algorithm::Ec);
    let node = with_ca("https://192.0.2.11:6443", &ca.certificate);
    config(json!({"token": TOKEN}), &[proxy("c-m-7xk2m9qd"), ("prod-cp1", node)])
}

#[test]
fn the_cause_comes_first_then_one_step() {
    let leaf = world().balancer_ca.server("lb.example.com", &["lb.example.com"], Validity::days(900)).certificate;
    let fqdn = ("prod-fqdn", with_ca("https://prod.example.com:6443", &leaf));
    let of_leaf = config(json!({"token": TOKEN}), &[proxy("c-m-7xk2m9qd"), fqdn]);
    for (text, causes) in [
        (of_leaf, 2),
        (rke(), 2),
        (k3s("k3s"), 2),
        (config(json!({"token": TOKEN}), &[proxy("c-m-7xk2m9qd")]), 1),
        (config(json!({"token": "t"}), &[("c", json!({"server": "https://c.example.com"}))]), 1),
    ] {
        let found = outage(&text, &[]);
        let mut lines = found.stdout.lines().skip_while(|line| !line.starts_with("prod: ") && !line.starts_with("c: "));
        let lines: Vec<&str> = lines.by_ref().skip(1).take_while(|line| !line.is_empty()).collect();
        assert!(lines[..causes].iter().all(|line| !line.contains("to fix it")), "{}", found.stdout);
        assert!(lines[causes].starts_with("  to fix it: "), "{}", found.stdout);
        assert_eq!(lines.iter().filter(|line| line.contains("to fix it")).count(), 1, "{}", found.stdout);
    }
    let ca_first = outage(&config(json!({"token": TOKEN}), &[("c", with_ca("https://c.example.com", &leaf))]), &[]);
    let cause =
        "c: kubectl fails when it connects: the CA in the file is a leaf certificate for other names (CA:FALSE): ";
    assert!(ca_first.stdout.contains(cause), "{}", ca_first.stdout);
}

#[test]
fn rancher_down_changes_the_advice_alone() {
    for text in [rke(), k3s("rke2"), config(json!({"token": TOKEN}), &[proxy("c-7xk2m")])] {
        let (up, down) = (outage(&text, &[]), outage(&text, &["--rancher-down"]));
        assert_eq!(up.code, down.code);
        let answers = |run: &Run| {
            let lines = run.stdout.lines().take_while(|line| !line.contains("to fix it"));
            lines.map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(answers(&up), answers(&down));
        assert_ne!(commands(&up), commands(&down));
        assert!(
            !down.stdout.contains("--context prod ") && !down.stdout.contains("rancher clusters"),
            "{}",
            down.stdout
        );
    }
}

#[test]
fn without_rancher_the_direct_context_comes_first() {
    for text in [rke(), k3s("k3s")] {
        let down = outage(&text, &["--rancher-down"]);
        assert_eq!(commands(&down)[0], "kubectl --kubeconfig config --context prod-cp1 get nodes", "{}", down.stdout);
    }
}

#[test]
fn on_a_node_of_rke_the_state_is_read_with_the_kubelets_rights() {
    let down = outage(&rke(), &["--rancher-down"]);
    let kubectl = "./kubectl --kubeconfig /etc/kubernetes/ssl/kubecfg-kube-node.yaml -n kube-system get";
    assert_eq!(
        commands(&down)[1..],
        [
            "umask 077 && rm -f state.json",
            &format!(
                "docker cp kubelet:/usr/local/bin/kubectl . && {kubectl} secret full-cluster-state -o json > state.json"
            ),
            &format!("test -s state.json || {kubectl} configmap full-cluster-state -o json > state.json"),
            "kubeconfig recover state.json --out FILE",
        ]
    );
    assert!(down.stdout.contains("on the control-plane node 192.0.2.11 ("), "{}", down.stdout);
    let Some(run) = shell::arguments(&commands(&down)[1..].join("\n")) else { return };
    let programs: Vec<_> = run.iter().map(|words| String::from_utf8_lossy(&words[0]).into_owned()).collect();
    // Nothing came of the first, so that the second is run too.
    assert_eq!(programs, ["rm", "docker", "kubectl", "kubectl", "kubeconfig"]);
}

#[test]
fn of_k3s_and_rke2_it_is_the_file_of_a_server_that_is_named() {
    for (kind, file) in [("k3s", "/etc/rancher/k3s/k3s.yaml"), ("rke2", "/etc/rancher/rke2/rke2.yaml")] {
        let down = outage(&k3s(kind), &["--rancher-down"]);
        let export =
            format!("kubeconfig export --kubeconfig {file} --server https://192.0.2.11:6443 --name prod --out FILE");
        assert_eq!(commands(&down)[1..], [&export], "{}", down.stdout);
        assert!(down.stdout.contains("on the server node 192.0.2.11, "), "{}", down.stdout);
    }
}

#[test]
fn a_known_address_stands_in_place_of_host() {
    let ca = &world().k3s_server_ca.certificate;
    for (server, filled) in [
        ("https://[2001:db8::7]:6443", "'https://[2001:db8::7]:6443'"),
        ("https://k3s.example.com", "https://k3s.example.com"),
        ("https://192.0.2.7:7443", "https://192.0.2.7:7443"),
        ("https://127.0.0.1:6443", "https://HOST:6443"),
    ] {
        let down = outage(&config(json!({"token": "t"}), &[("c", with_ca(server, ca))]), &["--rancher-down"]);
        let last = commands(&down).last().copied().unwrap_or_default().to_owned();
        assert!(last.contains(&format!(" --server {filled} ")), "{server}: {}", down.stdout);
    }
}

/// What a token that is over gets, from a file that tells its end.
#[test]
fn no_fresh_token_without_the_setting_that_ends_it() {
    let comments = "# Generated by Rancher\n# createdTimestamp: 2020-01-01T00:00:00Z\n# ttl: 2592000\n";
    let fqdn = ("prod-fqdn", json!({"server": "https://prod.example.com:6443", "insecure-skip-tls-verify": true}));
    let text = format!("{comments}{}", config(json!({"token": TOKEN}), &[proxy("c-m-7xk2m9qd"), fqdn]));
    let found = outage(&text, &[]);
    assert!(found.stdout.contains("kubeconfig-default-token-ttl-minutes (30 days by default, "), "{}", found.stdout);
    assert!(found.stdout.contains("an administrator's certificate lasts longer"), "{}", found.stdout);
    assert!(!found.stdout.contains("lives longer"), "{}", found.stdout);
    assert_eq!(commands(&found), ["rancher clusters kubeconfig c-m-7xk2m9qd > FILE"]);

    // And of a backup the same, with the id and not the name.
    let folder = folder(&[("config", &text)]);
    let export = run(folder.path(), &["export", "--kubeconfig", "config", "--direct-only", "--out", "backup"]);
    assert_eq!(export.code, Some(3), "{}", export.stderr);
    let found = run(folder.path(), &["outage", "backup"]);
    assert_eq!(commands(&found), ["rancher clusters kubeconfig c-m-7xk2m9qd > FILE"], "{}", found.stdout);
    let found = run(folder.path(), &["outage", "backup", "-o", "json"]);
    let answer: Value = serde_json::from_str(&found.stdout).expect("JSON");
    assert_eq!(answer["clusters"][0]["cluster_id"], "c-m-7xk2m9qd");
}

#[test]
fn no_endpoint_is_enabled_twice_and_none_where_there_can_be_none() {
    let enable = "enable the authorized cluster endpoint";
    let node = ("prod-cp1", with_ca("https://192.0.2.11:6443", &world().balancer_ca.certificate));
    let eks = ("prod-eks", json!({"server": "https://X.gr7.eu-central-1.eks.amazonaws.com"}));
    for (what, clusters, is_said) in [
        ("only through Rancher", vec![proxy("c-m-7xk2m9qd")], true),
        ("with a node", vec![proxy("c-m-7xk2m9qd"), node], false),
        ("hosted", vec![eks], false),
    ] {
        let found = outage(&config(json!({"token": TOKEN}), &clusters), &[]);
        assert_eq!(found.stdout.contains(enable), is_said, "{what}: {}", found.stdout);
        // A file that is downloaded then has the contexts in it.
        assert!(!found.stdout.contains("kubeconfig ace"), "{what}: {}", found.stdout);
    }
}

#[test]
fn no_file_of_another_kind_of_cluster() {
    let files = ["k3s.yaml", "rke2.yaml", "admin.conf", "kubecfg-kube-node.yaml", "cluster.rkestate"];
    let of = |ca: &str| config(json!({"token": "t"}), &[("c", with_ca("https://192.0.2.11:6443", ca))]);
    let kubeadm = Ca::new("kubernetes", None, Algorithm::Ec).certificate;
    for (what, text, own) in [
        ("K3s", k3s("k3s"), &files[..1]),
        ("RKE2", k3s("rke2"), &files[1..2]),
        ("kubeadm", of(&kubeadm), &files[2..3]),
        ("RKE", rke(), &files[3..]),
    ] {
        let found = outage(&text, &["--rancher-down"]);
        for file in files {
            assert_eq!(found.stdout.contains(file), own.contains(&file), "{what}, {file}: {}", found.stdout);
        }
    }
}

/// What follows `--kubeconfig`, or the words `start`, in the one command of a line.
fn named(line: &str, start: &[&str]) -> Option<Vec<u8>> {
    let commands = shell::arguments(line)?;
    let words = commands.first().expect("a command");
    let expected = start.iter().map(|word| word.as_bytes());
    assert!(words.iter().map(Vec::as_slice).zip(expected).all(|(word, start)| word == start), "{line}");
    words.get(start.len()).cloned()
}

/// The name as a command should have it.
fn undashed(name: &[u8]) -> Vec<u8> {
    if name.starts_with(b"-") { [b"./", name].concat() } else { name.to_owned() }
}

fn run_on(folder: &Path, before: &[&str], file: &OsStr) -> Run {
    let out = command(folder, before).arg(file).output().expect("the program starts");
    Run {
        code: out.status.code(),
        stdout: String::from_utf8_lossy(&out.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&out.stderr).into_owned(),
    }
}

#[test]
fn files_are_quoted_for_a_posix_shell() {
    let text = config(json!({"token": "t"}), &[("c", json!({"server": "http://c.example.com"}))]);
    for name in NAMES {
        let folder = tempfile::tempdir().expect("a folder");
        let file = OsStr::from_bytes(name);
        let path = folder.path().join(file);
        // Not every file system has such names.
        if fs::write(&path, &text).is_err() {
            continue;
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("a mode");
        let pick = |text: &str, start: &str| -> String {
            let line = text.lines().find_map(|line| Some(line.split_once(start)?.1.to_owned()));
            let line = line.unwrap_or_else(|| panic!("{start}: {text}"));
            assert!(!line.contains(char::is_control), "{line:?}");
            line
        };
        let mut joint = OsString::from("--kubeconfig=");
        joint.push(file);
        let check = run_on(folder.path(), &["check"], OsStr::from_bytes(&undashed(name)));
        let chmod = pick(&check.stdout, "help: chmod");
        assert_eq!(named(&format!("chmod{chmod}"), &["chmod", "600"]), Some(undashed(name)));
        for (verb, before) in
            [("outage", &["outage"][..]), ("export", &["export", "--out=-"]), ("resolve", &["resolve"])]
        {
            let out = run_on(folder.path(), before, &joint);
            let pointer = pick(&out.stderr, "To see how to fix it: ");
            assert_eq!(named(&pointer, &["kubeconfig", "check"]), Some(undashed(name)), "{verb}: {pointer}");
        }
        let out = run_on(folder.path(), &["outage"], &joint);
        let step = commands(&out)[0];
        assert_eq!(named(step, &["kubeconfig", "export", "--kubeconfig"]), Some(undashed(name)), "{step}");
        let Some(_) = shell::arguments(step) else { return };
        assert!(!folder.path().join("x").exists());
    }
}

#[test]
fn names_are_quoted_for_a_posix_shell() {
    for name in
        ["$(touch x)", "-dash", "--", "a b", "it's", "new\nline", "end\n\n", "", "\u{1b}[2J", "`id`", "=ls", "~", "x\\"]
    {
        let text = config(json!({"token": "t"}), &[(name, json!({"server": "http://c.example.com"}))]);
        for options in [&[][..], &["--rancher-down"]] {
            let out = outage(&text, options);
            for line in commands(&out) {
                let Some(words) = shell::words(line) else { return };
                let is_it = |option: &str| {
                    let joint = format!("{option}={name}");
                    let is_apart = words.windows(2).any(|pair| pair[0] == option && pair[1] == name);
                    is_apart && !name.starts_with('-') || words.contains(&joint)
                };
                assert!(is_it("--context") || is_it("--name"), "{name:?}: {line}");
            }
            assert!(!commands(&out).is_empty(), "{name:?}: {}", out.stdout);
        }
    }
}

/// A file that was open to others stays so, and how to close it is said.
#[test]
fn a_file_that_others_may_read() {
    let folder =
        folder(&[("config", &config(json!({"token": "t"}), &[("c", json!({"server": "https://c.example.com"}))]))]);
    let out = folder.path().join("a b");
    fs::write(&out, "").expect("a file");
    fs::set_permissions(&out, fs::Permissions::from_mode(0o644)).expect("a mode");
    let export = run(folder.path(), &["export", "--kubeconfig=config", "--out=a b", "--force"]);
    let line = export.stderr.lines().find(|line| line.contains("chmod")).expect("a warning");
    let command = &line[line.find("chmod").expect("it is there")..];
    let Some(words) = shell::words(command) else { return };
    assert_eq!(words[..2], ["chmod", "600"]);
    assert!(words[2].ends_with("a b") && words.len() == 3, "{line}");
}

#[test]
fn after_a_bad_answer_there_is_a_pointer_to_check() {
    const POINTER: &str = "To see how to fix it: kubeconfig check config\n";
    let broken = config(
        json!({"client-certificate-data": "QUJD", "client-key-data": "QUJD"}),
        &[("c", json!({"server": "https://c.example.com"}))],
    );
    let dangling = broken.replace("\"user\":\"prod\"", "\"user\":\"gone\"");
    let good = config(json!({"token": "t"}), &[("c", json!({"server": "https://c.example.com"}))]);
    for (text, is_bad) in [(broken, true), (dangling, true), (good, false)] {
        let folder = folder(&[("config", &text)]);
        for arguments in [
            &["outage", "config"][..],
            &["outage", "--kubeconfig=config", "-o=json"],
            &["resolve", "--kubeconfig=config", "--context=c"],
            &["resolve", "--kubeconfig=config", "--context=c", "-ojson"],
            &["use-context", "--kubeconfig=config", "--direct=c", "--dry-run"],
        ] {
            let out = run(folder.path(), arguments);
            assert_eq!(out.stderr.ends_with(POINTER), is_bad, "{arguments:?}: {}", out.stderr);
            assert_eq!(out.stderr.matches(POINTER).count(), usize::from(is_bad), "{arguments:?}: {}", out.stderr);
        }
        let at = run(folder.path(), &["outage", "config", "--at=2030-01-01"]);
        let pointer = "To see how to fix it: kubeconfig check --at 2030-01-01T00:00:00Z config\n";
        assert_eq!(at.stderr.ends_with(pointer), is_bad, "{}", at.stderr);
    }
    // Of what came through a pipe there is no file to name; of several together `check` takes the same.
    let text = config(json!({"token": "t"}), &[("c", json!({"server": "http://c.example.com"}))]);
    let folder = folder(&[("config", &text), ("other", &text)]);
    let piped = run_with_input(folder.path(), &["outage", "-"], text.as_bytes());
    assert!(!piped.stderr.contains("To see"), "{}", piped.stderr);
    let both = run(folder.path(), &["outage", "config", "other"]);
    assert!(both.stderr.ends_with("To see how to fix it: kubeconfig check config other\n"), "{}", both.stderr);
    let together = command(folder.path(), &["outage"]).env("KUBECONFIG", "config:other").output().expect("a run");
    let said = String::from_utf8_lossy(&together.stderr).into_owned();
    assert!(said.ends_with("To see how to fix it: kubeconfig check\n"), "{said}");
}

#[test]
fn resolve_names_what_is_not_there() {
    for (what, text) in [("cluster", "\"cluster\":\"c\""), ("user", "\"user\":\"prod\"")] {
        let gone = config(json!({"token": "t"}), &[("c", json!({"server": "https://c.example.com"}))]);
        let gone = gone.replace(&format!("\"context\":{{{text}"), &format!("\"context\":{{\"{what}\":\"gone\""));
        let gone = gone.replace(&format!("{text}}}"), &format!("\"{what}\":\"gone\"}}"));
        let folder = folder(&[("config", &gone)]);
        let warning = format!("{what} \"gone\" was not found for context \"c\"");
        let said = |arguments: &[&str]| {
            let out = run(folder.path(), arguments);
            format!("{}{}", out.stdout, out.stderr)
        };
        let resolved = said(&["resolve", "--kubeconfig=config", "--context=c"]);
        let first = resolved.lines().find(|line| line.starts_with("warning: ")).unwrap_or_default();
        assert_eq!(first, format!("warning: {warning}"), "{resolved}");
        // One wording in every verb.
        for arguments in
            [&["outage", "config"][..], &["export", "--kubeconfig=config", "--out=-"], &["check", "config"]]
        {
            let said = said(arguments);
            assert!(said.contains(&warning), "{arguments:?}: {said}");
        }
    }
}

#[test]
fn outage_names_the_file_that_is_no_kubeconfig() {
    let good = config(json!({"token": "t"}), &[("c", json!({"server": "https://c.example.com"}))]);
    let yml = "nodes: []\ncluster_name: x\n";
    let folder = folder(&[("cluster.yml", yml), ("a b", "{}"), ("text", "hello"), ("good", &good)]);
    for (arguments, code, start) in [
        (&["cluster.yml"][..], 2, "error: cluster.yml: "),
        (&["a b"], 2, "error: a b: "),
        (&["text"], 2, "error: text:1:1: "),
        (&["good", "text"], 2, "error: text:1:1: "),
        (&["good", "cluster.yml"], 3, "warning: cluster.yml: "),
    ] {
        let out = run(folder.path(), &[&["outage"], arguments].concat());
        assert_eq!(out.code, Some(code), "{}", out.stderr);
        let mut lines = out.stderr.lines().skip_while(|line| !line.starts_with(start)).skip(1);
        let line = lines.next().unwrap_or_else(|| panic!("{}", out.stderr));
        let command = line.strip_prefix("To see what it is: ").expect("advice");
        let Some(words) = shell::words(command) else { return };
        assert_eq!(words, ["kubeconfig", "check", arguments.last().expect("a file")], "{line}");
    }
    let none = run(folder.path(), &["outage"]);
    assert!(none.code == Some(2) && none.stderr.contains("name a kubeconfig"), "{}", none.stderr);
}

/// Where kubectl takes a file and fails in the handshake, no verb says that it refuses the file.
#[test]
fn a_failure_to_connect_is_called_so() {
    let over = Ca::valid("over", None, Algorithm::Ec, Validity::over()).certificate;
    let leaf = world().balancer_ca.server("lb.example.com", &["lb.example.com"], Validity::days(9)).certificate;
    for (what, cluster, words) in [
        ("a CA that ended", with_ca("https://c.example.com", &over), "kubectl fails when it connects: the CA ended"),
        (
            "a leaf",
            with_ca("https://c.example.com", &leaf),
            "kubectl fails when it connects: the CA in the file is a leaf",
        ),
        ("no such port", json!({"server": "https://c.example.com:0"}), "kubectl cannot connect: "),
        ("no URL", json!({"server": "https://c example.com"}), "kubectl refuses it: "),
        ("no PEM", with_ca("https://c.example.com", "x"), "kubectl refuses it: unable to load root certificates"),
    ] {
        let folder = folder(&[("config", &config(json!({"token": "t"}), &[("c", cluster)]))]);
        for verb in [&["outage", "config"][..], &["export", "--kubeconfig=config", "--out=-"]] {
            let out = run(folder.path(), verb);
            let said = format!("{}{}", out.stdout, out.stderr);
            assert!(said.contains(words), "{what}, {verb:?}: {said}");
        }
    }
}
