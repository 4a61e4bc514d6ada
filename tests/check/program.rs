//! The verbs `check` and `certs`.

use super::common::program::{run, run_with_input};
use super::pki::{self, Validity};
use super::{Files, World, good, set_mode, with, with_user, world};
use kubeconfig::finding::Code;
use serde_json::Value;

#[test]
fn exit_codes_of_check() {
    let folder = Files::named("good", good())
        .with("note", good().replace("current-context: x\n", ""))
        .with("warning", with_user("username: me"))
        .with("error", good().replace("    cluster: c\n", "    cluster: gone\n"))
        .with("broken", "a: b: c")
        .with("other", "just text")
        .lay_out();
    for (arguments, code) in [
        (&["good"][..], 0),
        (&["note"], 0),
        (&["warning"], 0),
        (&["error"], 1),
        (&["broken"], 2),
        (&["other"], 2),
        (&["gone"], 2),
        (&["error", "gone"], 2),
        (&["note", "--fail-on", "note"], 1),
        (&["note", "--fail-on", "warning"], 0),
        (&["warning", "--fail-on", "warning"], 1),
        (&["good", "--fail-on", "note"], 0),
        (&["error", "--allow", "dangling-cluster"], 0),
        (&["error", "--allow", "no-such-code"], 2),
        (&["good", "--at", "2100-01-01"], 1),
        (&["good", "--within", "3000d", "--fail-on", "warning"], 1),
        (&["good", "--within", "x"], 2),
        (&["good", "--at", "soon"], 2),
        (&["good", "--fail-on", "fatal"], 2),
        (&["good", "-o", "xml"], 2),
        (&["good", "--client", "rust", "--fail-on", "note"], 0),
        (&["good", "--client", "python", "--fail-on", "note"], 0),
        (&["good", "--client", "java"], 2),
        (&["--kubeconfig", "error"], 1),
        (&["--kubeconfig", "gone"], 2),
        (&["--kubeconfig", "good", "error"], 2),
        (&["--explain", "cert-expired", "good"], 2),
        (&[], 2),
    ] {
        let mut all = vec!["check"];
        all.extend(arguments);
        let run = run(folder.path(), &all);
        assert_eq!(run.code, Some(code), "{arguments:?}: {}{}", run.stdout, run.stderr);
        assert!(!run.stderr.contains("panicked"), "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn a_folder_is_every_file_in_it_that_is_one_of_ours() {
    let World { ca, client } = world();
    let folder = Files::named("b/config", good())
        .with("b/ca.crt", ca.certificate.clone())
        .with("b/jane.pem", format!("{}{}", client.certificate, client.key))
        .with("b/notes.txt", "nothing of ours")
        .with("b/picture", vec![0x89, b'P', b'N', b'G', 0, 0])
        .with("b/deployment.yaml", "kind: Deployment\napiVersion: apps/v1\n")
        .with("b/cut-off", &good()[..good().find("users:").expect("users")])
        .with("b/below/config", "a: b: c")
        .lay_out();
    let run = run(folder.path(), &["check", "b", "-o", "json"]);
    assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
    let json: Value = serde_json::from_str(&run.stdout).expect("JSON");
    // Half a kubeconfig is read as one: what is missing shows.
    assert_eq!(json["summary"]["files"], 4, "{}", run.stdout);
    std::fs::write(folder.path().join("b/cut-off"), "clusters:\n- name: a\nusers: [\n").expect("a file");
    let run = run_again(&folder, &["check", "b"]);
    assert_eq!(run.code, Some(2), "{}", run.stdout);
    std::fs::remove_file(folder.path().join("b/cut-off")).expect("a file");
    // What is broken is told where its name or its words are ours, and passed over where they are not.
    for (name, text, code) in [
        ("cluster.yml", "a: [", 2),
        ("x.rkestate", "{\"a\": ", 2),
        ("kube_config_x.yml", "a: [", 2),
        ("nodes.txt", "nodes:\n- address: [\ncluster_name: x\n", 2),
        ("state.json", "{\n  \"desiredState\": {\n  \"rkeConfig\": {\n", 2),
        ("key.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n", 1),
        ("values.yaml", "image: [\n", 0),
        ("template.yaml", "nodes: {{ .Values.nodes }}\n", 0),
    ] {
        let path = folder.path().join("b").join(name);
        std::fs::write(&path, text).expect("a new file");
        let run = run_again(&folder, &["check", "b"]);
        assert_eq!(run.code, Some(code), "{name}: {}{}", run.stdout, run.stderr);
        assert_eq!(run.stdout.contains(name), code != 0, "{name}: {}", run.stdout);
        std::fs::remove_file(path).expect("a file");
    }
}

fn run_again(folder: &tempfile::TempDir, arguments: &[&str]) -> super::common::program::Run {
    run(folder.path(), arguments)
}

#[test]
fn standard_input() {
    let folder = Files::named("x", "").lay_out();
    let out = run_with_input(folder.path(), &["check", "-"], good().as_bytes());
    assert_eq!(out.code, Some(0), "{}{}", out.stdout, out.stderr);
    assert_eq!(out.stdout, "0 errors, 0 warnings, 0 notes in 1 file\n");
    let bad = good().replace("    cluster: c\n", "    cluster: gone\n");
    let out = run_with_input(folder.path(), &["check", "-"], bad.as_bytes());
    assert_eq!(out.code, Some(1), "{}{}", out.stdout, out.stderr);
    assert!(out.stdout.contains("--> -:16:14"), "{}", out.stdout);
    let out = run_with_input(folder.path(), &["certs", "-"], good().as_bytes());
    assert_eq!((out.code, out.stdout.lines().count()), (Some(0), 3), "{}{}", out.stdout, out.stderr);
}

#[test]
fn every_code_is_explained() {
    let folder = Files::named("x", "").lay_out();
    for code in Code::ALL {
        let out = run(folder.path(), &["check", "--explain", code.as_str()]);
        assert_eq!(out.code, Some(0), "{code}: {}", out.stderr);
        assert_eq!(out.stdout, code.page(), "{code}");
    }
}

#[test]
fn certs_lists_every_certificate_sorted_by_its_end() {
    let World { ca, client } = world();
    let old = ca.client("old", Some("dev"), Validity::over());
    let server = ca.server("kube-apiserver", &["k8s.example.com", "10.0.0.1"], Validity::days(500));
    let text = with(&ca.certificate, &format!("{}{}", client.certificate, ca.certificate), &client.key)
        .replace("contexts:", "- name: old\n  user: {client-certificate: old.crt, client-key: old.key}\ncontexts:");
    let folder = Files::named("config", text)
        .with("old.crt", old.certificate.clone())
        .with("old.key", old.key.clone())
        .with(
            "server.pem",
            format!("{}{}", server.certificate, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        )
        .lay_out();
    let out = run(folder.path(), &["certs", "config", "server.pem", "-o", "json"]);
    assert_eq!(out.code, Some(0), "{}{}", out.stdout, out.stderr);
    assert!(out.stderr.contains("server.pem") && out.stderr.contains("cert-unreadable"), "{}", out.stderr);
    let json: Value = serde_json::from_str(&out.stdout).expect("JSON");
    assert_eq!(json["schema"], 1);
    let found: Vec<_> = json["certificates"].as_array().expect("a list").iter().collect();
    let column = |key: &str| found.iter().map(|c| c[key].as_str().unwrap_or("-").to_owned()).collect::<Vec<_>>();
    assert_eq!(column("role"), ["client", "server", "client", "ca", "chain"]);
    assert_eq!(column("entry"), ["user \"old\"", "-", "user \"u\"", "cluster \"c\"", "user \"u\""]);
    assert_eq!(column("subject")[0], "CN=old,O=dev");
    assert!(column("file")[0].ends_with("old.crt") && column("file")[2] == "config", "{:?}", column("file"));
    assert_eq!(found[0]["days_left"], -1 - 1 + 1);
    assert_eq!(found[1]["sans"], serde_json::json!(["k8s.example.com", "10.0.0.1"]));
    assert_eq!(found[1]["issuer"], "CN=kube-ca");
    for key in [
        "file",
        "entry",
        "role",
        "subject",
        "issuer",
        "serial",
        "not_before",
        "not_after",
        "days_left",
        "key",
        "sans",
        "sha256",
    ] {
        assert!(found.iter().all(|c| c.get(key).is_some()), "{key}");
    }
    assert!(found.iter().all(|c| c["sha256"].as_str().is_some_and(|sha| sha.len() == 64)));

    let table = run(folder.path(), &["certs", "config"]);
    let lines: Vec<&str> = table.stdout.lines().collect();
    assert!(lines[0].starts_with("DAYS  "), "{}", table.stdout);
    assert!(lines[1].contains("CN=old,O=dev") && lines[1].contains("old.crt"), "{}", table.stdout);
    assert_eq!(lines.len(), 5);
}

#[test]
fn exit_codes_of_certs() {
    let folder = Files::named("config", good()).with("broken", "a: b: c").lay_out();
    for (arguments, code) in [
        (&["config"][..], 0),
        (&["config", "--within", "30d"], 0),
        (&["config", "--within", "1000d"], 1),
        (&["config", "--within", "30d", "--at", "2200-01-01"], 1),
        (&["config", "--at", "2200-01-01"], 0),
        (&["config", "broken"], 2),
        (&["gone"], 2),
        (&["config", "-o", "yaml"], 2),
        (&["--kubeconfig", "config"], 0),
        (&[], 2),
    ] {
        let mut all = vec!["certs"];
        all.extend(arguments);
        let run = run(folder.path(), &all);
        assert_eq!(run.code, Some(code), "{arguments:?}: {}{}", run.stdout, run.stderr);
    }
    // What is no certificate is told, by name and place.
    let text = with(&world().ca.certificate, &world().client.certificate, &world().client.key);
    let ca = super::base64(&world().ca.certificate);
    let folder = Files::named("config", text.replace(&ca, "not*base64")).lay_out();
    let out = run(folder.path(), &["certs", "config"]);
    assert!(out.stderr.contains("config:") && out.stderr.contains("not base64"), "{}", out.stderr);
    assert!(out.stdout.contains("user \"u\""), "the rest is listed: {}", out.stdout);
    let _ = (pki::now(), set_mode);
}

#[test]
fn what_is_not_there_is_said() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("pictures")).unwrap();
    std::fs::write(folder.path().join("pictures/notes.txt"), "nothing of ours").unwrap();
    std::fs::write(folder.path().join("config"), good()).unwrap();
    for verb in ["check", "certs"] {
        for arguments in [&["pictures"][..], &["config", "pictures"], &["."], &["gone"]] {
            let out = run(folder.path(), &[&[verb], arguments].concat());
            let is_there = arguments == ["."];
            assert_eq!(
                out.code,
                Some(if is_there { 0 } else { 2 }),
                "{verb} {arguments:?}: {}{}",
                out.stdout,
                out.stderr
            );
            let said = format!("{}{}", out.stdout, out.stderr);
            let is_folder = arguments.contains(&"pictures");
            assert_eq!(
                said.contains("there is no kubeconfig, cluster.yml, rkestate or PEM file in this folder"),
                is_folder
            );
        }
        // Of a list that is there in part nothing is said; kubectl passes over what is not.
        for (list, code) in [("gone:lost", 2), ("gone:config", 0)] {
            let out = super::common::program::command(folder.path(), &[verb]).env("KUBECONFIG", list).output().unwrap();
            assert_eq!(out.status.code(), Some(code), "{verb} {list}");
        }
        assert_eq!(run(folder.path(), &[verb]).code, Some(2), "{verb}: nothing at home");
    }
    let out = run(folder.path(), &["check", "--explain", "cert-expires"]);
    assert_eq!(out.code, Some(2));
    assert!(out.stderr.contains("cert-expires-soon"), "{}", out.stderr);
}
