//! The labels, tried on the real kubectl that `$KUBECONFIG_TEST_KUBECTL` names.
//!
//! It calls nobody outside: all that it asks for goes to a network of the test, in which the API server of the case is
//! where the file looks for it, or the file names this machine.

use super::assert_none;
use super::common::apiserver::{ApiServer, Config};
use super::common::network::Network;
use super::common::process;
use super::common::service::Service;
use super::table::{Row, rows};
use super::verbs::judge;
use super::{Case, HOST, Real, all, common};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

fn kubectl() -> Option<PathBuf> {
    let named = std::env::var_os("KUBECONFIG_TEST_KUBECTL").filter(|name| !name.is_empty());
    if named.is_none() {
        common::skipped("kubectl");
    }
    named.map(PathBuf::from)
}

struct Said {
    succeeded: bool,
    stderr: String,
}

/// `kubectl get --raw` of the namespaces, by that file.
fn get(kubectl: &Path, folder: &Path, network: Option<&Network>) -> Said {
    let mut command = Command::new(kubectl);
    // No $PATH: nothing else is to be started.
    command.args(["get", "--raw", "/api/v1/namespaces"]).env_clear().env("HOME", folder).current_dir(folder);
    command.env("KUBECONFIG", folder.join("config"));
    if let Some(network) = network {
        command.env("HTTPS_PROXY", network.url()).env("HTTP_PROXY", network.url());
    }
    let out = process::output(&mut command, Duration::from_secs(60));
    Said { succeeded: out.status.success(), stderr: String::from_utf8_lossy(&out.stderr).trim().to_owned() }
}

/// What disagrees with the label.
fn differences(kubectl: &Path, case: &Case, row: &Row) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    match case.real {
        Real::Undecided(_) => Vec::new(),
        Real::Network => on_the_network(kubectl, folder, case, row),
        Real::Here => {
            let server = case.cluster["server"].as_str().unwrap_or_default().replace(HOST, "127.0.0.1");
            case.clone().server(&server).lay_out(folder);
            let said = get(kubectl, folder, None);
            if said.succeeded { vec!["kubectl gets in".to_owned()] } else { Vec::new() }
        }
        Real::Plain => without_tls(kubectl, folder, case),
    }
}

fn on_the_network(kubectl: &Path, folder: &Path, case: &Case, row: &Row) -> Vec<String> {
    let network = Network::start();
    let server = ApiServer::start(Config {
        name: "one".to_owned(),
        certificate: case.serving.clone(),
        ca: String::new(),
        client_ca: case.client_ca.clone(),
        tokens: case.known_token.iter().map(|token| (token.clone(), "robot".to_owned())).collect(),
        behind: None,
    });
    case.at.iter().for_each(|host| network.put(host, server.addr()));
    case.lay_out(folder);
    let said = get(kubectl, folder, Some(&network));
    let (requests, called) = (server.requests(), network.called());
    let mut faults = Vec::new();
    let mut must = |holds: bool, what: &str| {
        if !holds {
            faults.push(format!("{what}\n    kubectl: {}\n    {called:?} {requests:?}", said.stderr));
        }
    };
    match row.outage.as_str() {
        "yes" => must(said.succeeded && !requests.is_empty(), "yes, and kubectl does not get in"),
        "no" => must(!said.succeeded, "no, and kubectl gets in"),
        _ => {}
    }
    if row.resolve == Some(1) {
        must(requests.is_empty(), "resolve refuses, and kubectl makes a request");
        // The rows say where kubectl connects first.
        let at_once = ["builds the client", "loads the context", "before it connects"];
        if at_once.iter().any(|words| row.kubectl.contains(words)) && !row.kubectl.contains("two files") {
            must(called.is_empty(), "kubectl refuses, and calls the server");
        }
    } else if row.outage == "no" && row.kubectl.contains("the server refuses it") {
        must(!requests.is_empty(), "the server refuses it, and there is no request");
    }
    faults
}

/// kubectl comes without TLS, and without credentials.
fn without_tls(kubectl: &Path, folder: &Path, case: &Case) -> Vec<String> {
    let seen = Arc::new(Mutex::new(String::new()));
    let heard = Arc::clone(&seen);
    let service = Service::start(move |mut stream| {
        let mut request = Vec::new();
        let mut byte = [0];
        while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read > 0) {
            request.push(byte[0]);
        }
        heard.lock().expect("nobody panicked").push_str(&String::from_utf8_lossy(&request));
        let _ = stream.write_all(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    });
    let before = case.cluster["server"].as_str().unwrap_or_default();
    let scheme = before.find("://").map_or("", |end| &before[..end + 3]);
    case.clone().server(&format!("{scheme}{}", service.address())).lay_out(folder);
    let said = get(kubectl, folder, None);
    let seen = seen.lock().expect("nobody panicked");
    let has_credentials = seen.to_ascii_lowercase().contains("authorization:");
    if said.succeeded || has_credentials || !seen.starts_with("GET ") {
        return vec![format!("kubectl sends credentials, or nothing: {seen:?} {}", said.stderr)];
    }
    Vec::new()
}

#[test]
fn the_labels_are_true_of_kubectl() {
    let Some(kubectl) = kubectl() else { return };
    let rows = rows();
    let decided: Vec<&Case> = all().iter().filter(|case| !matches!(case.real, Real::Undecided(_))).collect();
    let mut others: BTreeMap<&str, usize> = BTreeMap::new();
    for case in all() {
        if let Real::Undecided(why) = case.real {
            *others.entry(why).or_default() += 1;
        }
    }
    eprintln!("{} of {} cases; not decided here: {others:#?}", decided.len(), all().len());
    assert_none(&judge(&decided, |case| {
        let faults = differences(&kubectl, case, &rows[case.row]);
        faults.into_iter().map(|fault| format!("{}: {fault}", case.label())).collect()
    }));
}
