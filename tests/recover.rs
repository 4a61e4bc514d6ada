//! `recover`: the admin kubeconfig, made again from what is left of a cluster. Each file is read by the real kubectl.

mod common;

use common::kubectl::need_kubectl;
use common::pki::{self, world};
use common::program::{Run, run, run_with_input};
use common::rke_state::{Cluster, Machine, RkeState, object};
use kubeconfig::rke::{Recovery, RecoveryNote, ServerFolder, State};
use kubeconfig::{ErrorKind, Kubeconfig, cert};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn write(folder: &TempDir, name: &str, contents: impl AsRef<[u8]>) {
    let path = folder.path().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, contents).unwrap();
}

/// Runs `recover ARGUMENTS`, which is to end with that code.
fn recover(folder: &TempDir, arguments: &[&str], code: i32) -> Run {
    let arguments = [&["recover"], arguments].concat();
    let run = run(folder.path(), &arguments);
    assert_eq!(run.code, Some(code), "{arguments:?}: {}", run.stderr);
    if code == 1 {
        assert!(run.stdout.is_empty(), "{arguments:?}: {}", run.stdout);
        let end = run.stderr.lines().last().unwrap_or_default();
        let said = ["nothing was written", "nothing was changed", "it is not overwritten"];
        assert!(said.iter().any(|words| end.contains(words)), "{}", run.stderr);
    }
    run
}

/// The kubeconfig in a text; kubectl must read it as the same.
fn accepted(text: &str) -> Kubeconfig {
    let config: Kubeconfig = text.parse().unwrap_or_else(|e| panic!("{e}"));
    if let Some(kubectl) = need_kubectl() {
        let folder = folder();
        write(&folder, "config", text);
        let seen = kubectl.view_raw_json(&folder.path().join("config")).unwrap_or_else(|e| panic!("{e}"));
        let seen: Kubeconfig = seen.parse().unwrap();
        assert!(seen.clusters == config.clusters && seen.users == config.users && seen.contexts == config.contexts);
        assert_eq!(seen.current_context, config.current_context);
    }
    config
}

fn servers(config: &Kubeconfig) -> Vec<(&str, &str)> {
    config.clusters.iter().map(|(name, cluster)| (name, cluster.server.as_deref().unwrap())).collect()
}

/// Stderr without the lines for every file: what is noted of this one.
fn notes(run: &Run) -> Vec<&str> {
    run.stderr.lines().filter(|line| line.starts_with("note: ") || line.starts_with("warning: ")).collect()
}

#[test]
fn as_rke_wrote_it() {
    for cluster in [Cluster::one(), Cluster { rotated: true, ..Cluster::three() }] {
        let Some(made) = cluster.state() else { return };
        let folder = folder();
        write(&folder, "cluster.rkestate", made.text());
        let run = recover(&folder, &["cluster.rkestate", "--out", "-"], 0);
        let config = accepted(&run.stdout);
        assert_eq!(notes(&run), Vec::<&str>::new());
        let rke: Kubeconfig = made.kubeconfig().parse().unwrap();
        assert_eq!(config.users, rke.users);
        assert_eq!(config.current_context, rke.current_context);
        let name = cluster.name;
        assert_eq!(config.contexts[name], rke.contexts[name]);
        assert_eq!(config.clusters[name].server, rke.clusters[name].server);
        assert_eq!(config.clusters[name].certificate_authority_data, rke.clusters[name].certificate_authority_data);
        // From the library, without a clock.
        let state = State::read(folder.path().join("cluster.rkestate")).unwrap();
        assert_eq!(state.admin_kubeconfig().unwrap(), config);
        if cluster.machines.len() == 1 {
            // To the byte, but for the field that no reader knows, and with a newline at the end.
            assert_eq!(run.stdout, made.kubeconfig().replace("    api-version: v1\n", "") + "\n");
        }
    }
}

#[test]
fn a_context_for_every_control_plane_node() {
    let mut cluster = Cluster::three();
    cluster.machines.push(Machine { roles: &["worker"], ..Machine::new("203.0.113.20", "worker") });
    let Some(made) = cluster.state() else { return };
    let folder = folder();
    write(&folder, "cluster.rkestate", made.text());
    let out = |arguments: &[&str], code| {
        let arguments = [&["cluster.rkestate", "--out", "-"], arguments].concat();
        accepted(&recover(&folder, &arguments, code).stdout)
    };
    let nodes = [
        ("prod", "https://203.0.113.10:6443"),
        ("prod-cp2", "https://203.0.113.11:6443"),
        ("prod-cp3", "https://203.0.113.12:6443"),
    ];
    let config = out(&[], 0);
    assert_eq!(servers(&config), nodes);
    assert_eq!(config.contexts.names().collect::<Vec<_>>(), ["prod", "prod-cp2", "prod-cp3"]);
    assert_eq!(config.users.names().collect::<Vec<_>>(), ["kube-admin-prod"]);
    assert_eq!(config.current_context(), Some("prod"));

    let config = out(&["--server", "https://k8s.example.com:6443"], 0);
    let expected = [
        ("prod", "https://k8s.example.com:6443"),
        ("prod-cp1", nodes[0].1),
        ("prod-cp2", nodes[1].1),
        ("prod-cp3", nodes[2].1),
    ];
    assert_eq!(servers(&config), expected);
    // A node that is the server needs no second context.
    let config = out(&["--server", nodes[1].1, "--name", "new"], 0);
    assert_eq!(servers(&config), [("new", nodes[1].1), ("new-cp1", nodes[0].1), ("new-cp3", nodes[2].1)]);
    assert_eq!(config.users.names().collect::<Vec<_>>(), ["kube-admin-new"]);
}

#[test]
fn addresses_of_ipv6_stand_in_brackets_and_odd_names_in_quotes() {
    let machines = vec![
        Machine::new("2001:db8::10", "cp1"),
        Machine::new("2001:db8::11", "cp\"2\" # \\"),
        // Two of a name, and what is no address at all.
        Machine::new("203.0.113.12", "same"),
        Machine::new("203.0.113.13", "same"),
        Machine::new("203.0.113.14:6443", "with-port"),
    ];
    let Some(made) = (Cluster { name: "pr\"od: ", machines, ..Cluster::one() }).state() else { return };
    let folder = folder();
    write(&folder, "x.rkestate", made.text());
    let run = recover(&folder, &["x.rkestate", "--out", "-"], 3);
    let config = accepted(&run.stdout);
    let expected = [
        ("pr\"od: ", "https://[2001:db8::10]:6443"),
        ("pr\"od: -cp\"2\" # \\", "https://[2001:db8::11]:6443"),
        ("pr\"od: -same", "https://203.0.113.12:6443"),
        ("pr\"od: -same-2", "https://203.0.113.13:6443"),
    ];
    assert_eq!(servers(&config), expected);
    assert_eq!(notes(&run).len(), 1, "{}", run.stderr);
    assert!(notes(&run)[0].contains("the address of the node with-port"), "{}", run.stderr);
}

#[test]
fn written_all_the_same_where_there_are_doubts() {
    let Some(made) = Cluster::three().state() else { return };
    let expired = (Cluster { days: -10, ..Cluster::three() }).state().unwrap().text();
    let init_only = (Cluster { init_only: true, ..Cluster::three() }).state().unwrap().text();
    let mut rotating = made.json();
    let (_, other_ca) = pki_pair();
    *rotating.at(&["desiredState", "certificatesBundle", "kube-ca", "certificatePEM"]) = other_ca.as_str().into();
    *rotating.at(&["desiredState", "rkeConfig", "nodes", "0", "address"]) = "203.0.113.99".into();
    let mut broken = made.json();
    *broken.at(&["currentState", "certificatesBundle", "kube-admin", "keyPEM"]) =
        made.field("kube-proxy", "keyPEM").into();
    let text = made.text();
    for (what, state, arguments, says) in [
        ("expired", &expired, &[][..], "the client certificate expired on 20"),
        (
            "not a name",
            &text,
            &["--server", "https://other.example.com"],
            "prod leads to other.example.com, which the certificate of kube-apiserver is not for",
        ),
        ("not an address", &text, &["--server", "https://[2001:db8::1]:6443"], "prod leads to 2001:db8::1, which"),
        ("this machine", &text, &["--server", "https://127.0.0.1:6443"], "prod leads to the machine it is used on"),
        ("--init only", &init_only, &[], "these are the certificates of desiredState, as currentState has none"),
        (
            "rotating",
            &rotating.compact(),
            &[],
            "desiredState and currentState differ in certificatesBundle.kube-ca, the control-plane nodes; this is currentState",
        ),
        (
            "another key",
            &broken.compact(),
            &[],
            "those of currentState can't be used: currentState.certificatesBundle.kube-admin.keyPEM: the private key belongs to another",
        ),
    ] {
        let folder = folder();
        write(&folder, "cluster.rkestate", state);
        let arguments = [&["cluster.rkestate", "--out", "out"], arguments].concat();
        let run = recover(&folder, &arguments, 3);
        assert!(run.stderr.starts_with("wrote out\n"), "{what}: {}", run.stderr);
        assert_eq!(notes(&run).len(), 1, "{what}: {}", run.stderr);
        assert!(notes(&run)[0].contains(says) && notes(&run)[0].starts_with("warning: "), "{what}: {}", run.stderr);
        let config = accepted(&fs::read_to_string(folder.path().join("out")).unwrap());
        assert!(config.users["kube-admin-prod"].client_key_data.is_some());
    }
    // By the library's clock.
    let at = |time: &str| {
        Recovery::from_slice(text.as_bytes()).unwrap().at(cert::parse_time(time).unwrap()).build().unwrap()
    };
    assert!(!at("2030-01-01").is_doubtful());
    assert!(matches!(at("2020-01-01").notes(), [RecoveryNote::NotYetValid { .. }]));
    // The CA ends before the certificates it signed.
    assert!(matches!(at("2099-01-01").notes(), [RecoveryNote::Expired { .. }, RecoveryNote::AuthorityExpired { .. }]));
    let between = cert::rfc3339(cert::leaf(made.field("kube-ca", "certificatePEM").as_bytes()).unwrap().not_after());
    let between = format!("{}-12-31", between[..4].parse::<u32>().unwrap());
    let notes = at(&between);
    assert!(matches!(notes.notes(), [RecoveryNote::AuthorityExpired { .. }]), "{:?}", notes.notes());
}

/// A key and a certificate that belong to nobody here.
fn pki_pair() -> (String, String) {
    (world().plain_admin.key.clone(), world().plain_ca.certificate.clone())
}

#[test]
fn what_is_missing_is_named() {
    let Some(made) = Cluster::three().state() else { return };
    let (other_key, _) = pki_pair();
    type Change = fn(&mut RkeState, &str);
    let remove_admin: Change = |state, _| drop(state.bundle.remove("kube-admin"));
    for (what, change, says) in [
        (
            "no kube-admin",
            remove_admin,
            "currentState.certificatesBundle.kube-admin: the administrator's certificate is not in this state; these client certificates \
          with rights of their own are there: kube-controller-manager (system:kube-controller-manager); kube-node (system:node of \
          system:nodes); kube-proxy (system:kube-proxy); kube-scheduler (system:kube-scheduler)",
        ),
        (
            "another of masters",
            |state, _| {
                let admin = state.bundle.remove("kube-admin").unwrap();
                state.bundle = [("kube-break-glass".to_owned(), admin)].into();
            },
            "are there: kube-break-glass (kube-admin of system:masters, which may do everything)",
        ),
        (
            "nobody at all",
            |state, _| state.bundle.retain(|name, _| name == "kube-ca"),
            "and no other client certificate",
        ),
        (
            "no CA",
            |state, _| drop(state.bundle.remove("kube-ca")),
            "certificatesBundle.kube-ca: the CA of the cluster is not in",
        ),
        (
            "a CA that is none",
            |state, _| *state.field_mut("kube-ca", "certificatePEM") = "hello".into(),
            "certificatesBundle.kube-ca.certificatePEM: no certificate found",
        ),
        (
            "a certificate cut off",
            |state, _| {
                let pem = state.field_mut("kube-admin", "certificatePEM");
                pem.truncate(pem.len() / 2);
            },
            "certificatesBundle.kube-admin.certificatePEM: the certificate at line 1 has no END line",
        ),
        (
            "no key",
            |state, _| state.field_mut("kube-admin", "keyPEM").clear(),
            "kube-admin.keyPEM: there is no private key",
        ),
        (
            "another key",
            |state, key| *state.field_mut("kube-admin", "keyPEM") = key.into(),
            "key belongs to another certificate",
        ),
        (
            "a key of the same kind",
            |state, _| {
                let other = state.field("kube-proxy", "keyPEM").to_owned();
                *state.field_mut("kube-admin", "keyPEM") = other;
            },
            "key belongs to another certificate",
        ),
        (
            "a locked key",
            |state, _| {
                let pem = state.field_mut("kube-admin", "keyPEM");
                *pem = pem.replace("RSA PRIVATE", "ENCRYPTED PRIVATE");
            },
            "the private key is encrypted",
        ),
        (
            "no nodes",
            |state, _| *state.config.at(&["nodes"]) = common::rke_state::Json::Array(vec![]),
            "no control-plane node in this state, so it is not known where the cluster is; name a server (--server",
        ),
        ("nothing", |state, _| state.bundle.clear(), "there is no certificate in this state"),
    ] {
        let mut state =
            RkeState { bundle: made.bundle.clone(), config: made.config.clone(), ..Cluster::three().state().unwrap() };
        change(&mut state, &other_key);
        let folder = folder();
        write(&folder, "cluster.rkestate", state.text());
        let run = recover(&folder, &["cluster.rkestate", "--out", "out"], 1);
        assert!(run.stderr.contains(says), "{what}: {}", run.stderr);
        assert_eq!(common::listing(folder.path()).len(), 1, "{what}: nothing is written");
        if what == "no nodes" {
            let server = ["cluster.rkestate", "--out", "-", "--server", "https://k8s.example.com:6443"];
            let config = accepted(&recover(&folder, &server, 0).stdout);
            assert_eq!(servers(&config), [("prod", "https://k8s.example.com:6443")]);
        }
    }
    let error = Recovery::from_slice(b"{\"desiredState\": {}, \"currentState\": {}}").unwrap().build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[test]
fn keys_in_every_form() {
    let Some(made) = Cluster::one().state() else { return };
    let (Some(mut made), pair) = (Cluster::one().state(), made.pair("kube-admin")) else { return };
    *made.field_mut("kube-admin", "keyPEM") = pair.key_pkcs8;
    State::from_slice(made.text().as_bytes()).unwrap().admin_kubeconfig().expect("PKCS #8");
    // A state whose certificates were replaced by others: elliptic, by custom CAs.
    let world = world();
    let ca = pki::Ca::new("kube-ca", None, pki::Algorithm::Ec);
    let admin = ca.client("kube-admin", Some("system:masters"), pki::Validity::days(10));
    *made.field_mut("kube-ca", "certificatePEM") = ca.certificate.clone();
    *made.field_mut("kube-admin", "certificatePEM") = admin.certificate;
    for key in [&admin.key, &admin.key_pkcs8] {
        *made.field_mut("kube-admin", "keyPEM") = key.clone();
        State::from_slice(made.text().as_bytes()).unwrap().admin_kubeconfig().expect("its own key");
    }
    for key in [&world.k3s_admin.key, &world.k3s_admin.key_pkcs8, &world.rke_admin.key] {
        *made.field_mut("kube-admin", "keyPEM") = key.clone();
        let error = State::from_slice(made.text().as_bytes()).unwrap().admin_kubeconfig().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Certificate);
    }
}

#[test]
fn by_whichever_of_the_three_files() {
    let Some(made) = Cluster::one().state() else { return };
    let folder = folder();
    write(&folder, "eu/rancher.rkestate", made.text());
    let expected = recover(&folder, &["eu/rancher.rkestate", "--out", "-"], 0).stdout;
    // Lost or there, damaged or not.
    for contents in [None, Some("nodes: []\n"), Some(""), Some("kind: Config\n")] {
        for name in ["eu/rancher.yml", "eu/kube_config_rancher.yml"] {
            if let Some(contents) = contents {
                write(&folder, name, contents);
            }
            let run = recover(&folder, &[name, "--out", "-"], 0);
            assert_eq!(run.stdout, expected, "{name}");
            assert_eq!(notes(&run), ["note: the state is eu/rancher.rkestate"]);
        }
    }
    // What it is made from is never written over.
    for out in ["eu/rancher.rkestate", "eu/rancher.yml"] {
        let run = recover(&folder, &["eu/kube_config_rancher.yml", "--out", out, "--force"], 1);
        assert!(run.stderr.contains("it is not overwritten"), "{}", run.stderr);
    }
    assert_eq!(fs::read_to_string(folder.path().join("eu/rancher.rkestate")).unwrap(), made.text());

    let kubeconfig = "eu/kube_config_rancher.yml";
    recover(&folder, &[kubeconfig, "--out", kubeconfig, "--force"], 0);
    assert_eq!(fs::read_to_string(folder.path().join(kubeconfig)).unwrap(), expected);

    let run = recover(&folder, &["none.yml"], 1);
    assert!(run.stderr.contains("none.yml: cannot open"), "{}", run.stderr);
    write(&folder, "old.yml", "nodes: []\n");
    let run = recover(&folder, &["old.yml"], 1);
    for says in ["there is no RKE state in this file", "old.rkestate", "0.2.0"] {
        assert!(run.stderr.contains(says), "{}", run.stderr);
    }
}

#[test]
fn from_standard_input_and_dumps() {
    let (Some(older), Some(newer)) = ((Cluster { days: 3000, ..Cluster::one() }).state(), Cluster::one().state())
    else {
        return;
    };
    let folder = folder();
    write(&folder, "cluster.rkestate", newer.text());
    let expected = recover(&folder, &["cluster.rkestate", "--out", "-"], 0).stdout;
    let object = |kind: &str, name: &str, text: &str| {
        let metadata = object([("name", name.into()), ("namespace", "kube-system".into())]);
        let data = object([("full-cluster-state", text.into())]);
        object([("kind", kind.into()), ("metadata", metadata), ("data", data)]).compact()
    };
    let secret = object("Secret", "full-cluster-state", &pki::base64(newer.json().compact()));
    let map = object("ConfigMap", "full-cluster-state", &older.json().compact());
    let run = run_with_input(folder.path(), &["recover", "-"], format!("{map}\n---\n{secret}\n").as_bytes());
    assert_eq!((run.code, &run.stdout), (Some(0), &expected), "{}", run.stderr);
    let says = [
        "note: the state is in the Secret kube-system/full-cluster-state (line 3)",
        "note: older by its certificates, and left alone: the ConfigMap kube-system/full-cluster-state (line 1)",
    ];
    assert_eq!(notes(&run), says);
    let run = run_with_input(folder.path(), &["recover", "-"], &newer.text().as_bytes()[..1000]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.starts_with("error: -:"), "{}", run.stderr);
}

#[test]
fn the_file_is_ours_alone_and_nothing_is_overwritten() {
    let Some(made) = Cluster::one().state() else { return };
    let folder = folder();
    write(&folder, "cluster.rkestate", made.text());
    recover(&folder, &["cluster.rkestate", "--out", "out"], 0);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(folder.path().join("out")).unwrap().permissions().mode() & 0o777, 0o600);
    }
    write(&folder, "out", "mine");
    let run = recover(&folder, &["cluster.rkestate", "--out", "out"], 1);
    assert!(run.stderr.contains("the file exists already"), "{}", run.stderr);
    let run = recover(&folder, &["cluster.rkestate", "--out", "out", "--force"], 0);
    assert!(run.stderr.starts_with(
        "replaced out\nlocal -> https://203.0.113.10:6443\nas CN=kube-admin,O=system:masters, valid until "
    ));
    for (arguments, says) in [
        (&["--server", "k8s.example.com:6443"][..], "has no scheme"),
        (&["--server", "https://u:SECRET-CANARY@a"], "user name or password"),
        (&["--name", ""], "the new name is empty"),
    ] {
        let run = recover(&folder, &[&["cluster.rkestate", "--out", "other"], arguments].concat(), 1);
        assert!(run.stderr.contains(says) && !run.stderr.contains("CANARY"), "{}", run.stderr);
    }
}

/// What a K3s server leaves in its data folder.
fn k3s(folder: &TempDir, below: &str, names: &[&str]) {
    let world = world();
    let chain = format!("{}{}", world.k3s_admin.certificate, world.k3s_client_ca.certificate);
    let tls = format!("{below}server/tls");
    write(folder, &format!("{tls}/server-ca.crt"), &world.k3s_server_ca.certificate);
    write(folder, &format!("{tls}/client-admin.crt"), chain);
    write(folder, &format!("{tls}/client-admin.key"), &world.k3s_admin.key);
    write(folder, &format!("{tls}/client-ca.key"), "a key that is not read");
    let serving = world.k3s_server_ca.server("kube-apiserver", names, pki::Validity::days(365));
    write(folder, &format!("{tls}/serving-kube-apiserver.crt"), serving.certificate);
}

/// The file K3s wrote.
fn k3s_yaml() -> String {
    common::shapes::k3s().text
}

#[test]
fn from_a_server_s_folder() {
    let written: Kubeconfig = k3s_yaml().parse().unwrap();
    for below in ["", "k3s/", "var/lib/rancher/k3s/", "rancher/rke2/", "var/lib/rancher/rke2/"] {
        let folder = folder();
        k3s(&folder, &format!("x/{below}"), &["10.0.0.1", "k3s.example.com"]);
        // On the server itself, as it wrote it.
        let run = recover(&folder, &["x", "--out", "-"], 3);
        let config = accepted(&run.stdout);
        assert_eq!((&config.clusters, &config.contexts), (&written.clusters, &written.contexts), "{below}");
        assert_eq!(config.users, written.users, "{below}");
        assert_eq!(notes(&run).len(), 1);
        assert!(notes(&run)[0].starts_with("warning: default leads to the machine it is used on"), "{}", run.stderr);
        let read = ServerFolder::read(folder.path().join("x")).unwrap();
        assert_eq!(read.admin_kubeconfig().unwrap(), config);
        let arguments = ["x", "--out", "-", "--server", "https://k3s.example.com:6443", "--name", "edge"];
        let run = recover(&folder, &arguments, 0);
        let config = accepted(&run.stdout);
        assert_eq!(servers(&config), [("edge", "https://k3s.example.com:6443")]);
        assert_eq!((config.users.names().collect::<Vec<_>>(), config.current_context()), (vec!["edge"], Some("edge")));
        let arguments = ["x", "--out", "-", "--server", "https://other.example.com"];
        let run = recover(&folder, &arguments, 3);
        assert!(notes(&run)[0].contains("it is for 10.0.0.1, k3s.example.com"), "{}", run.stderr);
        // From below, too.
        let server = format!("x/{below}server");
        for path in [server.clone(), format!("{server}/tls")] {
            recover(&folder, &[&path, "--out", "-", "--server", "https://10.0.0.1:6443"], 0);
        }
    }
}

#[test]
fn the_written_kubeconfig_tells_the_address_and_stands_in() {
    let folder = folder();
    k3s(&folder, "x/", &["10.0.0.1"]);
    write(&folder, "x/etc/rancher/k3s/k3s.yaml", k3s_yaml().replace("127.0.0.1:6443", "10.0.0.1:7443"));
    let run = recover(&folder, &["x", "--out", "-"], 0);
    assert_eq!(servers(&accepted(&run.stdout)), [("default", "https://10.0.0.1:7443")]);
    // What is shown to everybody is what counts.
    let other = world().k3s_server_ca.server("k3s", &["10.0.0.2"], pki::Validity::days(365));
    let secret = object([("data", object([("tls.crt", pki::base64(other.certificate).as_str().into())]))]);
    write(&folder, "x/server/tls/dynamic-cert.json", secret.compact());
    let run = recover(&folder, &["x", "--out", "-"], 3);
    assert!(
        notes(&run)[0].contains("default leads to 10.0.0.1, which") && notes(&run)[0].ends_with("it is for 10.0.0.2")
    );

    fs::remove_dir_all(folder.path().join("x/server/tls")).unwrap();
    let run = recover(&folder, &["x", "--out", "-"], 0);
    assert_eq!(servers(&accepted(&run.stdout)), [("default", "https://10.0.0.1:7443")]);
    assert!(notes(&run)[0].starts_with("note: this is the kubeconfig that the server wrote itself"), "{}", run.stderr);
    // K3s's first ones had a password.
    let early = "apiVersion: v1\nkind: Config\nclusters:\n- name: default\n  cluster: {server: 'https://localhost:6443'}\ncontexts:\n\
                 - name: default\n  context: {cluster: default, user: default}\ncurrent-context: default\nusers:\n- name: default\n  \
                 user: {username: admin, password: SECRET-CANARY}\n";
    write(&folder, "early/server/kubeconfig-k3s.yaml", early);
    let run = recover(&folder, &["early", "--out", "-", "--server", "https://10.0.0.1:6443", "--name", "old"], 0);
    assert!(accepted(&run.stdout).users["old"].password.is_some());
    assert!(!run.stderr.contains("CANARY"));
}

#[test]
fn what_is_no_server_s_folder() {
    let folder = folder();
    write(&folder, "agent/agent/client-kubelet.crt", "");
    write(&folder, "early/server/tls/token-ca.crt", "");
    for (path, says) in [
        ("agent", "an agent has none"),
        ("early", "K3s before 0.6"),
        (".", "there is no client-admin.crt in this folder"),
    ] {
        let run = recover(&folder, &[path], 1);
        assert!(run.stderr.contains(says), "{path}: {}", run.stderr);
    }
    k3s(&folder, "two/k3s/", &[]);
    k3s(&folder, "two/rke2/", &[]);
    let run = recover(&folder, &["two"], 1);
    assert!(
        run.stderr.contains("two servers' folders in it: \"k3s/server/tls\" and \"rke2/server/tls\"; name one"),
        "{}",
        run.stderr
    );
    for (name, says) in [
        ("server-ca.crt", "there is no server-ca.crt beside"),
        ("client-admin.key", "there is no client-admin.key beside"),
    ] {
        k3s(&folder, "x/", &[]);
        fs::remove_file(folder.path().join("x/server/tls").join(name)).unwrap();
        let run = recover(&folder, &["x"], 1);
        assert!(run.stderr.contains(says), "{}", run.stderr);
        k3s(&folder, "x/", &[]);
        write(&folder, &format!("x/server/tls/{name}"), "SECRET-CANARY");
        let run = recover(&folder, &["x"], 1);
        assert!(
            run.stderr.contains(&format!("{name}: no")) || run.stderr.contains(&format!("{name}: there is no")),
            "{}",
            run.stderr
        );
        assert!(!run.stderr.contains("CANARY"));
    }
    k3s(&folder, "x/", &[]);
    write(&folder, "x/server/tls/client-admin.key", &world().plain_admin.key);
    let run = recover(&folder, &["x"], 1);
    assert!(run.stderr.contains("client-admin.key: the private key belongs to another certificate"), "{}", run.stderr);
}

/// `tar` with those arguments, in that folder.
#[cfg(unix)]
fn tar(folder: &Path, arguments: &[&str]) -> bool {
    let out = std::process::Command::new("tar").args(arguments).current_dir(folder).output();
    let done = out.is_ok_and(|out| out.status.success());
    if !done {
        common::skipped("tar");
    }
    done
}

#[cfg(unix)]
#[test]
fn from_a_tar_file_of_it() {
    let folder = folder();
    let deep = format!("{}/", "a-folder-with-a-long-name/".repeat(8).trim_end_matches('/'));
    k3s(&folder, "x/var/lib/rancher/k3s/", &["10.0.0.1"]);
    write(&folder, "x/var/lib/rancher/k3s/server/db/state.db", vec![7; 1 << 20]);
    write(&folder, "x/etc/rancher/k3s/k3s.yaml", k3s_yaml().replace("127.0.0.1", "10.0.0.1"));
    let expected = recover(&folder, &["x", "--out", "-"], 0).stdout;
    fs::create_dir_all(folder.path().join("y").join(&deep)).unwrap();
    fs::rename(folder.path().join("x"), folder.path().join("y").join(&deep).join("x")).unwrap();
    let before = folder.path().join("y");
    for form in ["ustar", "gnu", "pax", "v7", "oldgnu"] {
        for packed in ["-cf", "-czf"] {
            let file = folder.path().join("x.tar");
            let from = if form == "v7" { before.join(&deep) } else { before.clone() };
            if !tar(&from, &[&format!("--format={form}"), packed, file.to_str().unwrap(), "."]) {
                return;
            }
            let run = recover(&folder, &["x.tar", "--out", "-"], 0);
            assert_eq!(run.stdout, expected, "{form} {packed}");
            let bytes = fs::read(&file).unwrap();
            let run = run_with_input(folder.path(), &["recover", "-"], &bytes);
            assert_eq!((run.code, run.stdout), (Some(0), expected.clone()), "{form} {packed}: {}", run.stderr);
            // Cut off, it is refused, or all that is needed came before.
            for cut in (1..bytes.len()).step_by(bytes.len() / 17) {
                match Recovery::from_slice(&bytes[..cut]).and_then(|recovery| recovery.build()) {
                    Ok(recovered) => assert_eq!(recovered.config().users, accepted(&expected).users),
                    Err(error) => assert!(!error.to_string().is_empty()),
                }
            }
        }
    }
    // A sparse file before what is wanted, in GNU's form and in pax's.
    write(&folder, "z/server/tls/unused", "");
    let sparse = fs::File::create(folder.path().join("z/server/a-sparse-one")).unwrap();
    for i in 0..64 {
        use std::os::unix::fs::FileExt;
        sparse.write_at(b"data", i << 20).unwrap();
    }
    k3s(&folder, "z/", &["10.0.0.1"]);
    for form in ["gnu", "pax"] {
        assert!(tar(
            &folder.path().join("z"),
            &[&format!("--format={form}"), "--sparse", "-cf", "../z.tar", "server/a-sparse-one", "server/tls"]
        ));
        recover(&folder, &["z.tar", "--out", "-", "--server", "https://10.0.0.1:6443"], 0);
    }
    // Somebody else's.
    assert!(tar(&folder.path().join("z"), &["-cf", "../other.tar", "server/a-sparse-one"]));
    let run = recover(&folder, &["other.tar"], 1);
    assert!(run.stderr.contains("other.tar: there is no client-admin.crt"), "{}", run.stderr);
}

#[test]
fn a_snapshot_of_k3s_has_no_keys() {
    let folder = folder();
    let mut database = vec![0; 8192];
    database[16..20].copy_from_slice(&0xED0C_DAED_u32.to_le_bytes());
    write(&folder, "etcd-snapshot-server1-1767225600", &database);
    let run = recover(&folder, &["etcd-snapshot-server1-1767225600"], 1);
    for says in
        ["an etcd database alone, without keys", "server token", "--cluster-reset-restore-path=FILE --token=TOKEN"]
    {
        assert!(run.stderr.contains(says), "{}", run.stderr);
    }
}
