//! The verbs that write kubeconfigs: what they write is judged as its source was.

use super::assert_none;
use super::common::program::run;
use super::table::{Row, rows};
use super::verbs::{judge, verdict_of};
use super::{Case, SERVER, all, base, pki, write};
use serde_json::json;
use std::fs;
use std::path::Path;

/// A kubeconfig that leads through Rancher, with a token of Rancher's.
fn through_rancher() -> String {
    let token = super::common::shapes_rancher::token();
    let server = "https://rancher.example.com/k8s/clusters/c-m-7xk2m9qd";
    let config = json!({"apiVersion": "v1", "kind": "Config", "current-context": "prod",
        "clusters": [{"name": "prod", "cluster": {"server": server,
            "certificate-authority-data": pki::base64(&pki::world().rancher_ca.certificate)}}],
        "users": [{"name": "prod", "user": {"token": token}}],
        "contexts": [{"name": "prod", "context": {"cluster": "prod", "user": "prod"}}]});
    format!("{config:#}\n")
}

/// `merge --out` of one file changes nothing of its verdict.
fn merged(case: &Case, row: &Row) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    case.lay_out(folder);
    let run = run(folder, &["merge", "config", "--out", "merged"]);
    let mut faults = leaks(case, &format!("{}{}", run.stdout, run.stderr));
    let Ok(_) = fs::read(folder.join("merged")) else {
        if row.outage == "yes" {
            faults.push(format!("merge refuses a good file: {}", run.stderr));
        }
        return faults;
    };
    let (verdict, before) = (verdict_in(folder, "merged"), verdict_in(folder, "config"));
    if verdict != before {
        faults.push(format!("outage says {verdict:?} of the merged file, and {before:?} of its source"));
    }
    faults
}

/// The verdict on a file in its folder, beside what it refers to.
fn verdict_in(folder: &Path, name: &str) -> String {
    super::verbs::verdict(&run(folder, &["outage", name, "-o", "json"]))
}

fn leaks(case: &Case, said: &str) -> Vec<String> {
    let secrets = case.secrets();
    let leaks = secrets.iter().filter(|secret| said.contains(secret.as_str()));
    leaks.map(|_| "a secret is printed".to_owned()).collect()
}

/// `ace` with the credentials and the CA of the case, beside a context through Rancher. The server is a good one.
fn with_ace(case: &Case, row: &Row) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    case.lay_out(folder);
    write(&folder.join("rancher"), through_rancher().as_bytes(), 0o600);
    let ca = ca_of(case);
    write(&folder.join("trusted.pem"), &ca, 0o600);
    let authority = format!("--fqdn={}", SERVER.trim_start_matches("https://"));
    let run = run(
        folder,
        &[
            "ace",
            "prod",
            "--kubeconfig",
            "rancher",
            &authority,
            "--ca=trusted.pem",
            "--credentials-from=config",
            "--out=direct",
        ],
    );
    let mut faults = leaks(case, &format!("{}{}", run.stdout, run.stderr));
    let verdict = verdict_in(folder, "direct");
    let written = folder.join("direct").exists();
    let expected: &[i32] = match row.outage.as_str() {
        "yes" => &[0],
        "no" => &[1, 3],
        // What a login asks for is for the user to know, who has named it.
        _ => &[0, 1, 3],
    };
    if !run.code.is_some_and(|code| expected.contains(&code)) {
        faults.push(format!("ace exits {:?}, not {expected:?}: {}", run.code, run.stderr));
    }
    if written != matches!(run.code, Some(0 | 3)) {
        faults.push("ace writes just where it exits 0 or 3".to_owned());
    }
    if verdict == "yes" && row.outage != "yes" {
        faults.push(format!("outage says yes of what ace wrote, and {:?} of its credentials", row.outage));
    }
    if run.code == Some(0) && verdict == "no" {
        faults.push("ace exits 0, and outage says no of what it wrote".to_owned());
    }
    faults
}

/// The CA of the case as PEM.
fn ca_of(case: &Case) -> Vec<u8> {
    use base64::Engine;
    let data = case.cluster["certificate-authority-data"].as_str();
    let decoded = data.and_then(|data| base64::engine::general_purpose::STANDARD.decode(data).ok());
    let file = || {
        let name = case.cluster["certificate-authority"].as_str()?;
        Some(case.files.iter().find(|(file, _)| file == name)?.1.clone())
    };
    decoded.or_else(file).unwrap_or_else(|| base().ca.certificate.clone().into_bytes())
}

/// Whether `ace` can be given what is wrong: CA, certificate, key, token or login, and not the server or the context.
fn is_for_ace(case: &Case, row: &Row) -> bool {
    let has_own_ca = ["ca-insecure", "ca-twice", "ca-missing", "insecure", "no-ca", "imported"].contains(&case.row);
    // Placed with a good server's name, these are good.
    let is_of_the_server = case.cluster["server"] != SERVER || case.cluster.get("tls-server-name").is_some();
    // ace takes a user and no comments; what those say of a token's end stays behind.
    let is_in_comments = !case.comments.is_empty();
    ["Trust", "Client certificate", "Token", "Other logins", ""].contains(&row.section.as_str())
        && !(has_own_ca || is_of_the_server || is_in_comments)
        && case.cluster.get("certificate-authority-data").is_some()
}

#[test]
fn merge_leaves_the_verdict_as_it_is() {
    let rows = rows();
    assert_none(&judge(all(), |case| label(case, merged(case, &rows[case.row]))));
}

#[test]
fn ace_with_broken_credentials_is_in_doubt() {
    let rows = rows();
    let cases: Vec<&Case> = all().iter().filter(|case| is_for_ace(case, &rows[case.row])).collect();
    assert!(cases.len() > 120, "{}", cases.len());
    assert_none(&judge(&cases, |case| label(case, with_ace(case, &rows[case.row]))));
}

/// `use-context --direct` of the case's cluster: it refuses a context that would not work, and changes nothing then.
fn chosen(case: &Case, row: &Row) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let path = case.lay_out(folder);
    let run = run(folder, &["use-context", "--kubeconfig", "config", "--direct", case.names[0]]);
    let mut faults = leaks(case, &format!("{}{}", run.stdout, run.stderr));
    let expected = i32::from(row.outage == "no");
    if run.code != Some(expected) {
        faults.push(format!("use-context --direct exits {:?}, not {expected}: {}", run.code, run.stderr));
    }
    if fs::read_to_string(path).expect("the file is there") != case.text() {
        faults.push("use-context --direct changes a file whose context is the current one".to_owned());
    }
    faults
}

#[test]
fn use_context_chooses_only_what_may_work() {
    let rows = rows();
    assert_none(&judge(all(), |case| label(case, chosen(case, &rows[case.row]))));
}

/// What was said with the name of the case in front.
fn label(case: &Case, faults: Vec<String>) -> Vec<String> {
    faults.into_iter().map(|fault| format!("{}: {fault}", case.label())).collect()
}

/// A backup with another server: export judges what it writes, not what it read.
#[test]
fn export_judges_the_server_that_it_writes() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let broken = Case::new("url-slip", "").server("https://<IP>:6443");
    for (case, server, code) in [
        (&broken, "https://k8s.example.com:6443", 0),
        (&broken, "https://203.0.113.10:6443", 0),
        (&Case::new(super::GOOD, ""), "https://10.0.0.256:6443", 3),
        (&Case::new(super::GOOD, ""), "https://localhost:6443", 3),
        (&Case::new(super::GOOD, ""), "https://kubernetes.default.svc", 3),
    ] {
        case.lay_out(folder);
        let _ = fs::remove_file(folder.join("new"));
        let run = run(folder, &["export", "--kubeconfig", "config", "--server", server, "--out", "new"]);
        // A server that cannot be one may be refused as an argument.
        let refused = code == 3 && matches!(run.code, Some(1 | 2)) && !folder.join("new").exists();
        assert!(run.code == Some(code) || refused, "{server}: {:?} {}", run.code, run.stderr);
        if let Ok(text) = fs::read_to_string(folder.join("new")) {
            assert_eq!(verdict_of(&text) == "yes", code == 0, "{server}: {}", run.stderr);
        }
    }
}
