//! Secrets do not show: not in errors, not in `Debug`, not in what the program says on standard error.

mod common;

use common::canary::{broken, check, kubeconfig};
use kubeconfig::config::View;
use kubeconfig::load::{Environment, Loaded, Loader};
use kubeconfig::merge::{Merge, OnConflict};
use kubeconfig::syntax::Document;
use kubeconfig::{Error, Kubeconfig};
use std::error::Error as _;
use std::fs;
use tempfile::TempDir;

fn folder_with(bytes: &[u8]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("config"), bytes).expect("a new file");
    folder
}

fn load(folder: &TempDir) -> Result<Loaded, Error> {
    Loader::new(Environment::new(folder.path())).explicit("config").load()
}

/// All an error has to say.
fn check_error(what: &str, error: &Error) {
    check(what, &format!("{error}\n{error:?}\n{error:#?}\n{}", error.message()));
    check(what, &format!("{:?} {:?} {:?}", error.help(), error.field(), error.file()));
    let mut source = error.source();
    while let Some(inner) = source {
        check(what, &format!("{inner} {inner:?}"));
        source = inner.source();
    }
    for inner in error.errors() {
        check(what, &format!("{inner} {inner:?}"));
    }
}

/// All the model shows of itself.
fn check_config(what: &str, config: &Kubeconfig) {
    check(what, &format!("{config:?}\n{config:#?}"));
    for (name, cluster) in config.clusters.iter() {
        check(what, &format!("{name} {cluster:?} {:?}", config.clusters.other(name)));
    }
    for (name, user) in config.users.iter() {
        check(what, &format!("{name} {user:?} {user:#?} {:?} {:?}", user.exec, user.auth_provider));
        check(what, &format!("{:?} {:?} {:?}", user.token, user.password, user.client_key_data));
        check(what, &format!("{:?} {:?}", user.other, config.users.other(name)));
    }
    for (name, context) in config.contexts.iter() {
        check(what, &format!("{name} {context:?} {:?}", config.contexts.other(name)));
    }
    check(what, &format!("{:?} {:?} {:?}", config.extensions, config.preferences, config.other));
    for (key, value) in config.other.iter() {
        check(what, &format!("{key} {value:?}"));
    }
}

#[test]
fn the_canary_is_found_where_it_is() {
    for shift in 0..3 {
        let text = format!("{}{}", "x".repeat(shift), common::canary::CANARY);
        assert!(common::canary::found(&text));
        assert!(common::canary::found(&format!("{{\"a\": \"{}\"}}", common::pki::base64(&text))));
    }
    assert!(!common::canary::found("SECRET, CANARY"));
    assert!(common::canary::found(&kubeconfig()));
}

#[test]
fn debug_of_everything() {
    let text = kubeconfig();
    let document = Document::parse(text.as_bytes()).expect("a document");
    check("Debug of a document", &format!("{document:?} {document:#?}"));
    check("Debug of a node", &format!("{:?}", document.root()));
    let config: Kubeconfig = text.parse().expect("a kubeconfig");
    check_config("Debug of the model", &config);
    check("Debug of a view", &format!("{:?}", View::of(&config)));
    check("Debug of a raw view", &format!("{:?}", View::of(&config).raw(true)));

    let folder = folder_with(text.as_bytes());
    let loaded = load(&folder).expect("a kubeconfig");
    check("Debug of what is loaded", &format!("{loaded:?} {loaded:#?} {:?}", loaded.sources()));
    for name in config.contexts.names() {
        match loaded.target(Some(name)) {
            Ok(target) => check("Debug of a target", &format!("{target:?} {:?}", target.auth())),
            Err(error) => check_error("the error of a target", &error),
        }
    }
    let backup = loaded.export().build().expect("a backup");
    check("Debug of a backup", &format!("{backup:?} {backup:#?}"));
    let report = backup.report();
    check("the report of a backup", &format!("{report} {report:?}"));

    let secret = "KUBECONFIG_SECRET";
    let environment = Environment::new("/").var(secret, common::canary::CANARY);
    check("Debug of an environment", &format!("{environment:?} {:?}", Loader::new(environment.clone())));
}

#[test]
fn a_redacted_view_hides_what_kubectl_hides() {
    // What kubectl shows (exec arguments, auth-provider, extensions, userinfo), a view shows too: its bytes are kubectl's.
    let text = "users:\n- name: u\n  user:\n    token: SECRET-CANARY\n    x: SECRET-CANARY\n- name: v\n  user:\n    \
                username: a\n    password: SECRET-CANARY\n    client-key-data: U0VDUkVULUNBTkFSWQ==\n";
    let config: Kubeconfig = text.parse().expect("a kubeconfig");
    let view = View::of(&config);
    check("a redacted view", &view.to_yaml().expect("YAML"));
    check("a redacted view", &view.to_json().expect("JSON"));
}

#[test]
fn errors_of_every_broken_file() {
    let mut refused = 0;
    for variant in broken() {
        let what = &variant.how;
        let read = match Document::parse(variant.bytes.clone()) {
            Ok(document) => {
                check(what, &format!("{document:?}"));
                Kubeconfig::from_document(&document)
            }
            Err(error) => Err(error),
        };
        match read {
            Ok(config) => {
                assert!(!variant.refused, "{what}: accepted");
                check_config(what, &config);
            }
            Err(error) => {
                refused += 1;
                check_error(what, &error);
                assert!(error.position().is_some() || !error.errors().is_empty(), "{what}: where? {error}");
            }
        }
    }
    assert!(refused > 500, "most of them are errors; {refused} were");
}

#[test]
fn errors_of_loading_and_exporting() {
    // Every seventh: this goes through files.
    for (i, variant) in broken().into_iter().enumerate().filter(|(i, _)| i % 7 == 0) {
        let what = format!("{i}: {}", variant.how);
        let folder = folder_with(&variant.bytes);
        let loaded = match load(&folder) {
            Ok(loaded) => loaded,
            Err(error) => {
                check_error(&what, &error);
                continue;
            }
        };
        check(&what, &format!("{loaded:?}"));
        match loaded.export().build() {
            Ok(backup) => check(&what, &format!("{:?} {}", backup, backup.report())),
            Err(error) => check_error(&what, &error),
        }
        // With a whole one beside it nearly all clashes.
        let whole = Loaded::from_config(kubeconfig().parse().expect("a kubeconfig"), "/");
        for on_conflict in [OnConflict::Fail, OnConflict::Rename] {
            match Merge::new().input(&loaded).input(&whole).on_conflict(on_conflict).build() {
                Ok(merged) => {
                    let contexts: Vec<String> = merged.report().contexts.iter().map(ToString::to_string).collect();
                    check(&what, &format!("{:?} {} {contexts:?}", merged, merged.report()));
                    check(
                        &what,
                        &merged.config().clusters.names().chain(merged.config().users.names()).collect::<String>(),
                    );
                }
                Err(error) => check_error(&what, &error),
            }
        }
        for name in loaded.config().contexts.names() {
            if let Err(error) = loaded.target(Some(name)) {
                check_error(&what, &error);
            }
        }
    }
}

#[cfg(feature = "cli")]
mod program {
    use super::*;
    use common::program::run;

    #[test]
    fn standard_error_of_every_verb() {
        let text = kubeconfig();
        let folder = folder_with(text.as_bytes());
        for arguments in [
            &["view", "--raw"][..],
            &["view", "--flatten", "--minify", "-o", "json"],
            &["view", "-o", "jsonpath={.users}"],
            &["get-contexts"],
            &["get-contexts", "none"],
            &["get-users"],
            &["get-clusters"],
            &["current-context"],
            &["resolve"],
            &["resolve", "--context", "exec"],
            &["resolve", "--context", "basic", "--token", "SECRET-CANARY"],
            &["resolve", "--server", "https://a:SECRET-CANARY@b.example.com"],
            &["resolve", "--server", "::SECRET-CANARY::"],
            &["check"],
            &["check", "-o", "json"],
            &["check", "-o", "sarif", "--fail-on", "note"],
            &["certs"],
            &["certs", "-o", "json"],
            &["export", "--out", "out"],
            &["export", "--out", "in/none"],
            &["export", "--context", "key", "--name", "new", "--server", "https://a:SECRET-CANARY@b", "--out", "two"],
            &["export", "--out", "out", "--force", "--server", "none=https://a:SECRET-CANARY@b"],
        ] {
            let mut all = arguments.to_vec();
            all.extend(["--kubeconfig", "config"]);
            let out = run(folder.path(), &all);
            check(&format!("{arguments:?}"), &out.stderr);
            let shows = ["view", "export"].contains(&arguments[0]);
            if !shows {
                check(&format!("{arguments:?}, standard output"), &out.stdout);
            }
        }
    }

    /// A key or a token that was put into a field for its path is no path, and every message that names the file would show it.
    #[test]
    fn secrets_in_the_place_of_paths() {
        const CANARY: &str = common::canary::CANARY;
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{CANARY}\n-----END PRIVATE KEY-----\n");
        let base64 = |text: &str| common::pki::base64(text);
        let jwt = format!("eyJhbGciOiJSUzI1NiJ9.{}.{CANARY}", base64(&format!("{{\"a\":\"{CANARY}\"}}")));
        let der = format!("MIIEpAIBAAKCAQEA{}", base64(&CANARY.repeat(4)));
        let contents = [pem.clone(), base64(&pem), jwt, der, format!("kubeconfig-u-abc12:{CANARY}"), CANARY.repeat(30)];
        for content in contents {
            for field in ["client-key", "client-certificate", "tokenFile", "certificate-authority"] {
                let value = serde_json::to_string(&content).expect("JSON");
                let (cluster, user) = match field {
                    "certificate-authority" => (format!(", {field}: {value}"), "token: t".to_owned()),
                    "client-key" => (String::new(), format!("client-certificate: gone.crt, {field}: {value}")),
                    "client-certificate" => (String::new(), format!("client-key: gone.key, {field}: {value}")),
                    _ => (String::new(), format!("{field}: {value}")),
                };
                let text = format!(
                    "clusters: [{{name: c, cluster: {{server: 'https://h:6443'{cluster}}}}}]\nusers: [{{name: u, user: {{{user}}}}}]\n\
                     contexts: [{{name: x, context: {{cluster: c, user: u}}}}]\ncurrent-context: x\n"
                );
                let folder = folder_with(text.as_bytes());
                fs::write(folder.path().join("other"), text.replace("name: x", "name: y")).expect("a new file");
                for arguments in [
                    &["check", "config"][..],
                    &["check", "config", "-o", "json"],
                    &["check", "config", "-o", "sarif"],
                    &["certs", "config"],
                    &["outage", "config"],
                    &["outage", "config", "-o", "json"],
                    &["resolve", "--kubeconfig", "config"],
                    &["export", "--kubeconfig", "config", "--out", "out"],
                    &["merge", "config", "other", "--out", "out"],
                    &["merge", "config", "other", "--paths", "embed", "--out", "out"],
                    &["get-contexts", "--kubeconfig", "config"],
                ] {
                    let out = run(folder.path(), arguments);
                    let what = format!("{field}, {arguments:?}");
                    check(&what, &format!("{}{}", out.stdout, out.stderr));
                    assert!(!out.stderr.contains("panicked"), "{what}: {}", out.stderr);
                }
            }
        }
    }

    #[test]
    fn standard_error_of_broken_files() {
        // Every 29th: this starts the program.
        for variant in broken().into_iter().step_by(29) {
            let folder = folder_with(&variant.bytes);
            for verb in ["view", "resolve"] {
                let out = run(folder.path(), &[verb, "--kubeconfig", "config"]);
                check(&format!("{}: {verb}", variant.how), &out.stderr);
                assert!(!out.stderr.contains("panicked"), "{}: {}", variant.how, out.stderr);
                assert!(!variant.refused || out.code == Some(1), "{}: {verb}: {:?}", variant.how, out.code);
            }
            let out = run(folder.path(), &["check", "config"]);
            check(&format!("{}: check", variant.how), &format!("{}{}", out.stdout, out.stderr));
            assert!(matches!(out.code, Some(1 | 2)) || !variant.refused, "{}: check: {:?}", variant.how, out.code);
        }
    }
}
