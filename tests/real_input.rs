//! Kubeconfigs as the programs out there write them: each is read as kubectl reads it, and exported to a backup that
//! works without anything beside it.

mod common;

use common::shapes::{Auth, ROBOT_TOKEN, Shape, all, named};
use common::{api, kubectl::need_kubectl, pki};
use kubeconfig::Kubeconfig;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

/// A shape, laid out in a folder of its own.
fn laid_out(shape: &Shape) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = shape.lay_out(folder.path());
    (folder, file)
}

/// The backup of a shape: its text, and a folder with nothing in it but the file of that text.
fn backup(shape: &Shape) -> (String, TempDir, PathBuf) {
    let (folder, file) = laid_out(shape);
    let backup = api::export(&file).unwrap_or_else(|e| panic!("{}: {e}", shape.name));
    let text = backup.to_yaml().to_owned();
    drop(folder);
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    let copy = elsewhere.path().join("backup");
    fs::write(&copy, &text).expect("a new file");
    (text, elsewhere, copy)
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn every_shape_has_its_own_name() {
    let names: Vec<_> = all().iter().map(|s| s.name).collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{names:?}");
}

#[test]
fn kubectl_accepts_every_shape() {
    let Some(kubectl) = need_kubectl() else { return };
    for shape in all() {
        let (_folder, file) = laid_out(&shape);
        let view = json(&kubectl.view_raw_json(&file).unwrap_or_else(|e| panic!("{}: {e}", shape.name)));
        assert_eq!(view["current-context"], shape.current, "{}", shape.name);
        let names: BTreeSet<_> = view["contexts"]
            .as_array()
            .expect("contexts")
            .iter()
            .map(|c| c["name"].as_str().expect("a name"))
            .collect();
        assert_eq!(names, shape.contexts.iter().map(|c| c.name.as_str()).collect(), "{}", shape.name);
    }
}

#[test]
fn every_shape_is_read() {
    for shape in all() {
        let (_folder, file) = laid_out(&shape);
        let loaded = api::load(&file).unwrap_or_else(|e| panic!("{}: {e}", shape.name));
        let config = loaded.config();
        assert_eq!(config.current_context(), Some(&*shape.current), "{}", shape.name);
        let names: Vec<_> = config.contexts.names().collect();
        let expected: Vec<_> = shape.contexts.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names, expected, "{}: in the order of the file", shape.name);
        for expected in &shape.contexts {
            let context = &config.contexts[&expected.name];
            assert_eq!(context.cluster.as_deref(), Some(&*expected.cluster), "{}", shape.name);
            assert_eq!(context.user.as_deref(), Some(&*expected.user), "{}", shape.name);
            assert_eq!(config.clusters[&expected.cluster].server.as_deref(), Some(&*expected.server), "{}", shape.name);
            let user = &config.users[&expected.user];
            let (token, certificate) = (user.token.is_some(), user.client_certificate_data.is_some());
            match expected.auth {
                Auth::None => assert!(!token && !certificate && user.exec.is_none()),
                Auth::Token => assert!(token && !certificate),
                Auth::TokenFile => assert!(user.token_file.is_some() && !token),
                Auth::Certificate => assert!((certificate || user.client_certificate.is_some()) && !token),
                Auth::CertificateAndToken => assert!(certificate && token),
                Auth::Exec => assert!(user.exec.is_some() && !token),
                Auth::Provider => assert!(user.auth_provider.is_some()),
            }
        }
    }
}

#[test]
fn every_shape_is_seen_as_kubectl_sees_it() {
    let Some(kubectl) = need_kubectl() else { return };
    for shape in all() {
        let (_folder, file) = laid_out(&shape);
        let theirs = kubectl.view_raw_json(&file).unwrap_or_else(|e| panic!("{}: {e}", shape.name));
        let loaded = api::load(&file).unwrap_or_else(|e| panic!("{}: {e}", shape.name));
        let ours = api::view_raw_json(loaded.config()).unwrap_or_else(|e| panic!("{}: {e}", shape.name));
        assert!(ours == theirs, "{}: kubectl sees\n{theirs}\nand we see\n{ours}", shape.name);
    }
}

#[test]
fn folded_ca_data_comes_out_whole() {
    let shape = named("rancher-proxy");
    assert!(shape.text.contains("\\\n      "), "the shape is folded");
    let config: Kubeconfig = shape.text.parse().expect("a kubeconfig");
    let data = config.clusters["prod"].certificate_authority_data.as_ref().expect("CA data");
    assert_eq!(&*data.decode(), pki::world().rancher_ca.certificate.as_bytes());
}

#[test]
fn rke_keys_are_pkcs_1() {
    let shape = named("rke");
    assert!(!shape.text.ends_with('\n'), "RKE ends its file without a newline");
    let config: Kubeconfig = shape.text.parse().expect("a kubeconfig");
    let key = config.users["kube-admin-prod"].client_key_data.as_ref().expect("a key").expose().decode();
    if pki::have_rsa() {
        assert!(key.starts_with(b"-----BEGIN RSA PRIVATE KEY-----\n"));
    }
    assert!(config.clusters.iter().all(|(_, c)| c.other.get("api-version").is_some()), "the stray key is kept");
}

#[test]
fn every_backup_refers_to_nothing() {
    for shape in all() {
        let (text, _elsewhere, copy) = backup(&shape);
        let loaded = api::load(&copy).unwrap_or_else(|e| panic!("{}: {e}\n{text}", shape.name));
        let config = loaded.config();
        assert_eq!(config.contexts.len(), shape.contexts.len(), "{}", shape.name);
        let current = config.current_context().unwrap_or_else(|| panic!("{}: no current context", shape.name));
        assert!(config.contexts.contains(current), "{}", shape.name);
        for (name, cluster) in config.clusters.iter() {
            assert_eq!(cluster.certificate_authority, None, "{}: {name}", shape.name);
        }
        for (name, user) in config.users.iter() {
            assert_eq!(user.client_certificate, None, "{}: {name}", shape.name);
            assert_eq!(user.client_key, None, "{}: {name}", shape.name);
            assert_eq!(user.token_file, None, "{}: {name}", shape.name);
        }
        for expected in &shape.contexts {
            let target = loaded.target(Some(&expected.name));
            // kubectl itself refuses some as they stand; those say so in the summary.
            if expected.depends == common::shapes::Depends::StandsAlone {
                target.unwrap_or_else(|e| panic!("{}: {}: {e}", shape.name, expected.name));
            }
        }
    }
}

#[test]
fn every_backup_is_seen_as_kubectl_sees_it() {
    let Some(kubectl) = need_kubectl() else { return };
    for shape in all() {
        let (text, _elsewhere, copy) = backup(&shape);
        let theirs = kubectl.view_raw_json(&copy).unwrap_or_else(|e| panic!("{}: {e}\n{text}", shape.name));
        let config: Kubeconfig = text.parse().unwrap_or_else(|e| panic!("{}: {e}", shape.name));
        let ours = api::view_raw_json(&config).unwrap_or_else(|e| panic!("{}: {e}", shape.name));
        assert!(ours == theirs, "{}: kubectl sees\n{theirs}\nand we see\n{ours}", shape.name);
        // And nothing was lost or added: where all is in use and nothing was to embed, it is what the source was.
        if shape.files.is_empty() && shape.name != "generic" {
            let (_folder, file) = laid_out(&shape);
            let source = kubectl.view_raw_json(&file).unwrap_or_else(|e| panic!("{}: {e}", shape.name));
            assert!(theirs == source, "{}: the source is\n{source}\nand the backup\n{theirs}", shape.name);
        }
    }
}

#[test]
fn files_and_token_files_are_embedded() {
    let shape = named("files");
    let (text, _elsewhere, _copy) = backup(&shape);
    let config: Kubeconfig = text.parse().expect("a kubeconfig");
    let file = |name: &str| &shape.files.iter().find(|(n, _)| *n == name).expect("a file of that name").1;
    let ca = config.clusters["bare-metal"].certificate_authority_data.as_ref().expect("the CA");
    assert_eq!(*ca.decode(), *file("pki/ca.pem"));
    let admin = &config.users["admin"];
    assert_eq!(*admin.client_certificate_data.as_ref().expect("a certificate").decode(), *file("pki/admin.pem"));
    assert_eq!(*admin.client_key_data.as_ref().expect("a key").expose().decode(), *file("pki/admin-key.pem"));
    let robot = &config.users["robot"];
    assert_eq!(robot.token.as_ref().expect("a token").expose(), ROBOT_TOKEN, "without the blanks around it");
}

#[test]
fn a_backup_keeps_what_is_unknown_and_leaves_out_what_is_unused() {
    let (text, _elsewhere, _copy) = backup(&named("generic"));
    let config: Kubeconfig = text.parse().expect("a kubeconfig");
    assert_eq!(config.clusters.names().collect::<Vec<_>>(), ["example"]);
    assert!(config.users["deployer"].other.get("x-rotated").is_some());
    let extension = config.clusters["example"].extensions.get("cluster_info").expect("the extension");
    let expected = serde_json::json!({"provider": "minikube.sigs.k8s.io", "version": "v1.35.0", "ports": [8443, 22]});
    assert_eq!(extension.to_json().expect("JSON"), expected);
}

#[test]
#[cfg(feature = "rancher")]
fn every_backup_says_what_its_contexts_depend_on() {
    for shape in all() {
        let (_folder, file) = laid_out(&shape);
        let backup = api::export(&file).unwrap_or_else(|e| panic!("{}: {e}", shape.name));
        let reports = &backup.report().contexts;
        let names: Vec<_> = reports.iter().map(|r| r.context()).collect();
        assert_eq!(names, shape.contexts.iter().map(|c| &*c.name).collect::<Vec<_>>(), "{}", shape.name);
        for (report, expected) in reports.iter().zip(&shape.contexts) {
            let line = report.to_string();
            for words in expected.auth.words() {
                assert!(line.contains(words), "{}: {line}", shape.name);
            }
            if let Some(words) = expected.depends.words() {
                assert!(line.contains(&words), "{}: {line:?} should say {words:?}", shape.name);
                assert_eq!(report.stands_alone(), words == "stands alone", "{}: {line}", shape.name);
            }
        }
        if let Some(alone) = shape.stands_alone() {
            assert_eq!(backup.report().stands_alone(), alone, "{}", shape.name);
        }
    }
}

#[test]
#[cfg(feature = "rancher")]
fn the_file_of_the_readme_is_exported() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/rancher-ace.yaml");
    let backup = api::export(&file).expect("a backup");
    let reports = &backup.report().contexts;
    let alone: Vec<_> = reports.iter().filter(|r| r.stands_alone()).map(|r| r.context()).collect();
    assert_eq!(alone, ["prod-fqdn", "edge-cp1", "edge-cp2", "edge-cp3"]);
    assert_eq!(reports.len(), 6);
}

/// Makes `tests/data/rancher-ace.yaml` anew: `cargo test --test real_input -- --ignored`.
#[test]
#[ignore = "writes a file of the repository"]
fn write_the_file_of_the_readme() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/rancher-ace.yaml");
    fs::write(file, common::shapes_rancher::readme()).expect("the file is written");
}

#[cfg(feature = "cli")]
mod program {
    use super::*;
    use common::program::run;

    #[test]
    fn export_writes_every_shape() {
        for shape in all() {
            let (folder, file) = laid_out(&shape);
            let elsewhere = tempfile::tempdir().expect("a temporary folder");
            let target = elsewhere.path().join("backup.yaml");
            let arguments = |extra: &[&'static str]| {
                let mut all = vec!["export", "--kubeconfig", file.to_str().unwrap(), "--out", target.to_str().unwrap()];
                all.extend(extra);
                all.into_iter().map(str::to_owned).collect::<Vec<_>>()
            };
            let go = |extra: &[&'static str]| {
                let arguments = arguments(extra);
                run(folder.path(), &arguments.iter().map(String::as_str).collect::<Vec<_>>())
            };
            let first = go(&[]);
            let expected = match shape.stands_alone() {
                Some(true) => &[0][..],
                Some(false) => &[3],
                None => &[0, 3],
            };
            assert!(expected.contains(&first.code.unwrap_or(-1)), "{}: {:?} {}", shape.name, first.code, first.stderr);
            assert_eq!(first.stdout, "", "{}", shape.name);
            for context in &shape.contexts {
                assert!(first.stderr.contains(&context.name), "{}: {}", shape.name, first.stderr);
            }
            let text = fs::read_to_string(&target).unwrap_or_else(|e| panic!("{}: {e}: {}", shape.name, first.stderr));
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                let mode = fs::metadata(&target).expect("metadata").permissions().mode();
                assert_eq!(mode & 0o7777, 0o600, "{}", shape.name);
            }
            assert_eq!(common::listing(elsewhere.path()).len(), 1, "nothing beside it: {}", shape.name);
            // Nothing secret in what it says.
            let config: Kubeconfig = text.parse().unwrap_or_else(|e| panic!("{}: {e}", shape.name));
            for (_, user) in config.users.iter() {
                let token = user.token.as_ref().map(|t| t.expose().as_str());
                assert!(token.is_none_or(|t| !first.stderr.contains(t)), "{}: {}", shape.name, first.stderr);
            }
            // Again: refused, and the file as it was; with --force and --allow-dependent: done.
            let again = go(&[]);
            assert_eq!(again.code, Some(1), "{}: {}", shape.name, again.stderr);
            assert_eq!(fs::read_to_string(&target).expect("the backup"), text, "{}", shape.name);
            let forced = go(&["--force", "--allow-dependent"]);
            assert_eq!(forced.code, Some(0), "{}: {}", shape.name, forced.stderr);
            assert_eq!(fs::read_to_string(&target).expect("the backup"), text, "{}: the same again", shape.name);
        }
    }

    #[test]
    fn k3s_is_mended_by_name_and_server() {
        let (folder, file) = laid_out(&named("k3s"));
        let (file, server) = (file.to_str().unwrap(), "https://k3s.example.com:6443");
        let out =
            run(folder.path(), &["export", "--kubeconfig", file, "--server", server, "--name", "edge", "--out", "e"]);
        assert_eq!(out.code, Some(0), "{}", out.stderr);
        assert!(out.stderr.contains("stands alone"), "{}", out.stderr);
        let config: Kubeconfig = fs::read_to_string(folder.path().join("e")).unwrap().parse().unwrap();
        assert_eq!(config.current_context(), Some("edge"));
        assert_eq!(config.clusters["edge"].server.as_deref(), Some(server));
        assert!(config.users.contains("edge") && config.contexts.contains("edge"));
    }

    #[test]
    fn through_rancher_or_around_it() {
        let (folder, file) = laid_out(&named("rancher-ace-nodes"));
        let file = file.to_str().unwrap();
        let out = run(folder.path(), &["export", "--kubeconfig", file, "--direct-only", "--out", "direct"]);
        assert_eq!(out.code, Some(0), "{}", out.stderr);
        let config: Kubeconfig = fs::read_to_string(folder.path().join("direct")).unwrap().parse().unwrap();
        assert_eq!(config.contexts.names().collect::<Vec<_>>(), ["prod-cp1", "prod-cp2", "prod-cp3"]);
        assert_eq!(config.clusters.len(), 3);
        assert!(config.current_context().is_some_and(|c| config.contexts.contains(c)));
    }

    #[test]
    fn a_backup_goes_through_standard_input_and_output() {
        let shape = named("rke");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let arguments = ["export", "--kubeconfig", "-", "--out", "-"];
        let out = common::program::run_with_input(folder.path(), &arguments, shape.text.as_bytes());
        assert_eq!(out.code, Some(0), "{}", out.stderr);
        let config: Kubeconfig = out.stdout.parse().expect("a kubeconfig");
        assert_eq!(config.current_context(), Some("prod"));
        assert_eq!(common::listing(folder.path()), [] as [String; 0]);
    }
}
