//! What is unsafe.

use super::{Files, Row, good, with_user};
use kubeconfig::finding::Code::*;
use kubeconfig::finding::Severity::{Note, Warning};
#[cfg(unix)]
use {super::checker, super::common::program, super::set_mode};

pub(super) fn rows() -> Vec<Row> {
    let good = good();
    let ca = good.lines().find(|line| line.contains("certificate-authority-data")).expect("a CA").to_owned() + "\n";
    let without_ca = good.replace(&ca, "");
    let cluster = |code, severity, line, to: &str| {
        Row::changed(code, severity, line, &without_ca, "    server:", &format!("    {to}\n    server:"))
    };
    let server = |severity, to: &str| {
        Row::changed(PlainHttp, severity, "server:", &without_ca, "https://k8s.example.com:6443", to)
    };
    let user = |code, severity, line, bad: &str, good: &str| {
        Row::new(code, severity, line, Files::one(with_user(bad)), Files::one(with_user(good)))
    };
    let exec = |fields: &str| {
        format!("exec:\n  apiVersion: client.authentication.k8s.io/v1\n  interactiveMode: Never\n{fields}")
    };
    let mut rows = vec![
        cluster(InsecureSkipTlsVerify, Warning, "insecure", "insecure-skip-tls-verify: true"),
        cluster(Proxy, Note, "proxy-url", "proxy-url: http://name:SECRET-CANARY@proxy.example.com:3128"),
        server(Warning, "http://k8s.example.com:8080"),
        server(Warning, "k8s.example.com:443"),
        server(Note, "http://127.0.0.1:8080"),
        Row::changed(
            UserinfoInServer,
            Warning,
            "server:",
            &good,
            "https://k8s.example.com:6443",
            "https://name:SECRET-CANARY@k8s.example.com:6443",
        ),
        user(ExecCommand, Note, "command", &exec("  command: aws\n"), "token: t"),
        Row::new(
            ExecNotFound,
            Note,
            "command",
            Files::one(with_user(&exec("  command: ./login\n"))),
            Files::one(with_user(&exec("  command: ./login\n"))).with("login", ""),
        ),
        user(ExecPathLookup, Note, "command: aws", &exec("  command: aws\n"), &exec("  command: ./aws\n")),
        user(
            ExecEnv,
            Warning,
            "HTTPS_PROXY",
            &exec("  command: ./a\n  env:\n  - {name: AWS_PROFILE, value: b}\n  - {name: HTTPS_PROXY, value: b}\n"),
            &exec("  command: ./a\n  env:\n  - {name: AWS_PROFILE, value: b}\n"),
        ),
        user(ExecEnv, Warning, "LD_PRE", &exec("  command: ./a\n  env: [{name: LD_PRELOAD, value: b}]\n"), "token: t"),
        user(
            ExecEnv,
            Warning,
            "https_proxy",
            &exec("  command: ./a\n  env: [{name: https_proxy, value: b}]\n"),
            "token: t",
        ),
        user(BasicAuth, Warning, "username", "username: a\npassword: b", "token: t"),
        user(Impersonation, Note, "as:", "token: t\nas: root", "token: t"),
        user(OutsideReference, Warning, "tokenFile", "tokenFile: ../token", "tokenFile: sub/token"),
        user(
            OutsideReference,
            Note,
            "client-key",
            "client-certificate: a\nclient-key: /elsewhere/key",
            "client-certificate: a\nclient-key: key",
        ),
        user(ControlCharacters, Warning, "as:", "token: t\nas: \"a\\e[2J\"", "token: t\nas: a"),
        Row::changed(ControlCharacters, Warning, "name: \"x", &good, "- name: x", "- name: \"x\\u202e\""),
    ];
    if cfg!(unix) {
        let mode = |severity, mode| {
            let bad = Files::one(good.clone()).mode("config", mode);
            Row::new(LoosePermissions, severity, "", bad, Files::one(good.clone()))
        };
        rows.extend([mode(Warning, 0o644), mode(Note, 0o640), mode(Warning, 0o620), mode(Warning, 0o602)]);
        let folder = |mode| Files::named("in/config", good.clone()).mode("in", mode);
        rows.push(Row::new(LoosePermissions, Warning, "", folder(0o777), folder(0o755)));
        rows.push(Row::new(LoosePermissions, Note, "", folder(0o775), folder(0o1777)));
        let key = |mode| {
            let user = "client-certificate: crt\nclient-key: key";
            Files::one(with_user(user)).with("crt", "").with("key", "").mode("key", mode)
        };
        rows.push(Row::new(LoosePermissions, Warning, "client-key", key(0o644), key(0o600)));
    }
    rows
}

#[test]
#[cfg(unix)]
fn without_secrets_a_file_may_be_read_but_not_written_by_others() {
    let text =
        with_user("exec:\n  apiVersion: client.authentication.k8s.io/v1\n  interactiveMode: Never\n  command: a\n");
    let of = |mode| Files::one(text.clone()).mode("config", mode).check();
    assert!(!of(0o644).has(LoosePermissions));
    assert!(of(0o646).has(LoosePermissions));
}

#[test]
#[cfg(unix)]
fn modes_as_somebody_without_rights_sees_them() {
    let files = Files::one(good()).with("locked", good()).mode("config", 0o644).mode("locked", 0o000);
    let folder = files.lay_out();
    set_mode(folder.path(), 0o755);
    let Some(run) = program::run_unprivileged(folder.path(), &["check", "config"]) else { return };
    assert_eq!(run.code, Some(0), "{} {}", run.stdout, run.stderr);
    assert!(run.stdout.contains("everybody on this machine can read the file (mode 0644)"), "{}", run.stdout);
    let run = program::run_unprivileged(folder.path(), &["check", "locked"]).expect("a run");
    assert_eq!(run.code, Some(2), "{} {}", run.stdout, run.stderr);
    assert!(run.stdout.contains("error[unreadable]: cannot open: Permission denied"), "{}", run.stdout);
    // In a folder it is told too: nobody should believe that it was looked at.
    let run = program::run_unprivileged(folder.path(), &["check", "."]).expect("a run");
    assert_eq!(run.code, Some(2), "{} {}", run.stdout, run.stderr);
    assert!(run.stdout.contains("in 2 files"), "{}", run.stdout);
}

#[test]
#[cfg(unix)]
fn pipes_and_devices_in_a_folder_are_left_alone() {
    let folder = Files::one(good()).lay_out();
    let made = std::process::Command::new("mkfifo").arg(folder.path().join("pipe")).status();
    assert!(made.is_ok_and(|status| status.success()));
    std::os::unix::fs::symlink("/dev/zero", folder.path().join("zero")).expect("a link");
    std::os::unix::fs::symlink("gone", folder.path().join("nowhere")).expect("a link");
    let report = checker().paths([folder.path()]);
    assert_eq!(report.files().len(), 1, "{report}");
}

/// Who names a pipe would wait for ever; what a device holds may have no end. Standard input may be either.
#[test]
#[cfg(unix)]
fn pipes_and_devices_that_are_named_are_refused() {
    let folder = Files::one(good()).lay_out();
    let pipe = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.is_ok_and(|status| status.success()));
    std::os::unix::fs::symlink("pipe", folder.path().join("link")).expect("a link");
    for path in [pipe.clone(), folder.path().join("link"), "/dev/zero".into(), "/dev/null".into()] {
        let name = path.to_str().expect("a name");
        for arguments in [
            vec!["check", name],
            vec!["certs", name],
            vec!["check", "--kubeconfig", name],
            vec!["certs", "--kubeconfig", name],
        ] {
            let run = super::common::program::run(folder.path(), &arguments);
            let said = format!("{}{}", run.stdout, run.stderr);
            assert_eq!(run.code, Some(2), "{arguments:?}: {said}");
            assert!(
                said.contains("is not a regular file") && said.contains("name `-` as the path"),
                "{arguments:?}: {said}"
            );
        }
    }
    let run = super::common::program::run_with_input(folder.path(), &["check", "-"], good().as_bytes());
    assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
}

/// Something wrong in one field of a login hides nothing of the rest of it.
#[test]
fn a_number_hides_no_login_command() {
    let exec = |args: &str| {
        let text = format!(
            "exec:\n  apiVersion: client.authentication.k8s.io/v1alpha1\n  command: evil\n  interactiveMode: Never\n  args: [{args}]\n  \
             env:\n  - {{name: LD_PRELOAD, value: 1}}"
        );
        super::checker().bytes("config", super::with_user(&text))
    };
    for args in ["8080", "a, true", "{a: b}", "[a]", "a"] {
        let report = exec(args);
        assert!(report.has(AmbiguousScalar) || report.has(WrongType), "{args}: {report}");
        if !args.starts_with(['{', '[']) {
            for code in [ExecCommand, ExecPathLookup, ExecEnv, RemovedExecVersion] {
                assert!(report.has(code), "{args}: {code}: {report}");
            }
        }
    }
    let provider = super::with_user("auth-provider:\n  name: gcp\n  config: {expiry: 5}");
    let report = super::checker().bytes("config", provider);
    assert!(report.has(RemovedAuthProvider) && report.has(AmbiguousScalar), "{report}");
}
