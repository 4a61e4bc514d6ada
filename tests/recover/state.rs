//! From states of RKE.

use super::common::pki::{self, world};
use super::common::program::run_with_input;
use super::common::rke_state::{Cluster, Json, Machine, RkeState, object};
use super::{accepted, common, folder, notes, recover, servers, write};
use kubeconfig::finding::Code;
use kubeconfig::rke::{Recovery, RecoveryNote, State};
use kubeconfig::{ErrorKind, Kubeconfig, cert};
use std::fs;

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
    let changed = |path: &[&str], value: &str| {
        let mut json = made.json();
        for side in ["currentState", "desiredState"] {
            *json.at(&[&[side], path].concat()) = value.into();
        }
        json.compact()
    };
    let admin = ["certificatesBundle", "kube-admin"];
    let foreign_ca = changed(&["certificatesBundle", "kube-ca", "certificatePEM"], &other_ca);
    let mut server_as_admin = made.json();
    for (side, field) in
        ["currentState", "desiredState"].iter().flat_map(|s| ["certificatePEM", "keyPEM"].map(|f| (*s, f)))
    {
        *server_as_admin.at(&[side, admin[0], admin[1], field]) = made.field("kube-apiserver", field).into();
    }
    let mut upgrading = made.json();
    *upgrading.at(&["desiredState", "certificatesBundle", "kube-apiserver", "certificatePEM"]) =
        other_ca.as_str().into();
    for (what, state, arguments, says) in [
        ("of another CA", &foreign_ca, &[][..], "the client certificate was not issued by the CA of the clients"),
        ("not a client's", &server_as_admin.compact(), &[], "who is not of system:masters"),
        (
            "kube-apiserver",
            &upgrading.compact(),
            &[],
            "desiredState and currentState differ in certificatesBundle.kube-apiserver",
        ),
        ("no TLS", &text, &["--server", "http://203.0.113.10:6443"], "its server is not https"),
        ("expired", &expired, &[][..], "the client certificate ended 20"),
        (
            "not a name",
            &text,
            &["--server", "https://other.example.com:6443"],
            "prod leads to other.example.com, which the certificate of kube-apiserver is not for",
        ),
        ("not an address", &text, &["--server", "https://[2001:db8::1]:6443"], "prod leads to 2001:db8::1, which"),
        ("this machine", &text, &["--server", "https://127.0.0.1:6443"], "prod leads to the machine it is used on"),
        ("--init only", &init_only, &[], "these are the certificates of desiredState, as currentState has none"),
        (
            "rotating",
            &rotating.compact(),
            &[],
            "desiredState and currentState differ in rkeConfig.nodes, certificatesBundle.kube-ca; this is currentState",
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
        // A wrong CA is wrong in more than one way, and what ends for the one side mostly ends for the other.
        assert!(notes(&run).len() == 1 || ["of another CA", "expired"].contains(&what), "{what}: {}", run.stderr);
        let is_said = |note: &&str| note.contains(says) && note.starts_with("warning: ");
        assert!(notes(&run).iter().any(is_said), "{what}: {}", run.stderr);
        let config = accepted(&fs::read_to_string(folder.path().join("out")).unwrap());
        assert!(config.users["kube-admin-prod"].client_key_data.is_some());
    }
    // By the library's clock.
    let at = |time: &str| {
        Recovery::from_bytes(text.as_bytes()).unwrap().at(cert::parse_time(time).unwrap()).build().unwrap()
    };
    let codes = |time: &str| -> Vec<Code> {
        let recovered = at(time);
        let of = |note: &RecoveryNote| match note {
            RecoveryNote::Access(finding) => Some(finding.code),
            _ => None,
        };
        recovered.notes().iter().filter_map(of).collect()
    };
    assert!(!at("2030-01-01").is_doubtful());
    assert!(codes("2020-01-01").contains(&Code::CertNotYetValid));
    // The CA ends before the certificates it signed.
    assert_eq!(codes("2099-01-01"), [Code::CaExpired, Code::CertExpired]);
    assert!(at("2099-01-01").notes().iter().any(|note| matches!(note, RecoveryNote::ServingExpired { .. })));
    let between = cert::rfc3339(cert::leaf(made.field("kube-ca", "certificatePEM").as_bytes()).unwrap().not_after());
    let between = format!("{}-12-31", between[..4].parse::<u32>().unwrap());
    assert_eq!(codes(&between), [Code::CaExpired]);
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
            |state, _| *state.config.at(&["nodes"]) = Json::Array(vec![]),
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
    let error = Recovery::from_bytes(b"{\"desiredState\": {}, \"currentState\": {}}").unwrap().build().unwrap_err();
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
    for contents in [None, Some("nodes: []\n"), Some(""), Some("kind: Config\n"), Some("nodes: [\n")] {
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
    // Another cluster's is not merely older, and what others keep under the same keys is passed over.
    let mut other = older.json();
    for side in ["desiredState", "currentState"] {
        *other.at(&[side, "certificatesBundle", "kube-ca", "certificatePEM"]) =
            world().plain_ca.certificate.as_str().into();
    }
    let other = object("ConfigMap", "full-cluster-state", &other.compact());
    let foreign = "kind: Secret\ndata: {cluster: \"[\", full-cluster-state: AAAA}\n";
    let dump = format!("{secret}\n---\n{other}\n---\n{foreign}");
    let run = run_with_input(folder.path(), &["recover", "-"], dump.as_bytes());
    assert_eq!((run.code, &run.stdout), (Some(3), &expected), "{}", run.stderr);
    let says = "warning: another cluster's, or of before the CA was rotated, and left alone: the ConfigMap \
                kube-system/full-cluster-state (line 3); save the one that is meant to a file of its own";
    assert_eq!(notes(&run)[1..], [says]);
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
    // A file that was open to others stays so, and it is said.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        write(&folder, "open", "mine");
        fs::set_permissions(folder.path().join("open"), fs::Permissions::from_mode(0o644)).unwrap();
        let run = recover(&folder, &["cluster.rkestate", "--out", "open", "--force"], 0);
        assert!(run.stderr.contains("its mode is 0644"), "{}", run.stderr);
    }
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

#[test]
fn what_is_said_holds_no_secret() {
    let Some(mut made) = Cluster::one().state() else { return };
    for name in ["kube-ca", "kube-node", "kube-apiserver"] {
        *made.field_mut(name, "keyPEM") = common::canary::CANARY.into();
    }
    *made.config.at(&["addons"]) = common::canary::CANARY.into();
    made.encryption = common::canary::CANARY.into();
    let folder = folder();
    write(&folder, "cluster.rkestate", made.text());
    write(&folder, "broken.rkestate", made.text().replace("\"kube-node\"", "kube-node"));
    *made.field_mut("kube-admin", "keyPEM") = common::canary::CANARY.into();
    write(&folder, "no-key.rkestate", made.text());
    for (file, code) in [("cluster.rkestate", 0), ("broken.rkestate", 1), ("no-key.rkestate", 1)] {
        let run = recover(&folder, &[file, "--out", "out"], code);
        common::canary::check(file, &format!("{} {}", run.stdout, run.stderr));
    }
    // Nor does the file hold more than it must.
    common::canary::check("the file", &fs::read_to_string(folder.path().join("out")).unwrap());
}

#[test]
fn a_state_of_another_cluster_is_told_from_the_configuration_s_own() {
    let Some(made) = Cluster::three().state() else { return };
    let folder = folder();
    write(&folder, "a.rkestate", made.text());
    let nodes = |addresses: &[&str]| -> String {
        addresses.iter().map(|a| format!("- {{address: {a}, user: u, role: [controlplane, etcd, worker]}}\n")).collect()
    };
    let own = nodes(&["203.0.113.10", "203.0.113.11", "203.0.113.12"]);
    for (text, code, says) in [
        (format!("cluster_name: prod\nnodes:\n{own}"), 0, "the state is a.rkestate"),
        (format!("cluster_name: other\nnodes:\n{own}"), 3, "differ in cluster_name: this is the cluster of the state"),
        (format!("cluster_name: prod\nnodes:\n{}", nodes(&["9.9.9.9"])), 3, "differ in the control-plane nodes"),
    ] {
        write(&folder, "a.yml", text);
        let run = recover(&folder, &["a.yml", "--out", "-"], code);
        assert!(notes(&run).last().unwrap().contains(says), "{}", run.stderr);
    }
    write(&folder, "a.yml", format!("cluster_name: prod\nnodes:\n{own}"));
    write(&folder, "a.yaml", "");
    let run = recover(&folder, &["a.yml", "--out", "-"], 3);
    assert!(run.stderr.contains("a.yaml has the same state"), "{}", run.stderr);
    // Whatever is named, the configuration is not what is written over.
    for out in ["a.yml", "a.yaml", "a.rkestate"] {
        let run = recover(&folder, &["a.rkestate", "--out", out, "--force"], 1);
        assert!(run.stderr.contains("it is not overwritten"), "{}", run.stderr);
    }
}

#[test]
fn what_is_said_of_the_odd_cases() {
    let Some(made) = Cluster::one().state() else { return };
    let folder = folder();
    write(&folder, "cluster.rkestate", made.text());
    // A port that is not named, and a server spelled otherwise than RKE spells it.
    let run = recover(&folder, &["cluster.rkestate", "--out", "-", "--server", "https://203.0.113.10"], 0);
    assert!(notes(&run)[0].contains("leads to port 443"), "{}", run.stderr);
    let run = recover(&folder, &["cluster.rkestate", "--out", "-", "--server", "https://203.0.113.10:6443/"], 0);
    assert_eq!(accepted(&run.stdout).contexts.len(), 1);
    let mut json = made.json();
    for side in ["currentState", "desiredState"] {
        json.at(&[side, "certificatesBundle"]).remove("kube-apiserver");
    }
    write(&folder, "no-api.rkestate", json.compact());
    let run = recover(&folder, &["no-api.rkestate", "--out", "-"], 0);
    assert!(notes(&run)[0].contains("was not checked"), "{}", run.stderr);
    // Errors of what is in the file name it.
    for side in ["currentState", "desiredState"] {
        json.at(&[side, "certificatesBundle"]).remove("kube-ca");
    }
    write(&folder, "no-ca.rkestate", json.compact());
    let secret = object([("full-cluster-state", "eyJkZXNpcmVkU3RhdGUiOnsicmtlQ29uZ".into())]);
    let metadata = object([("name", "full-cluster-state".into())]);
    let secret = object([("kind", "Secret".into()), ("metadata", metadata), ("data", secret)]);
    for (file, contents, says) in [
        ("no-ca.rkestate", json.compact().into_bytes(), "no-ca.rkestate: currentState.certificatesBundle.kube-ca: "),
        ("cut.json", secret.compact().into_bytes(), "is its data cut off?"),
        ("empty.rkestate", b" \n".to_vec(), "there is nothing in this file"),
        ("state.xz", b"\xfd7zXZ\0...".to_vec(), "compressed with xz"),
        ("k3s.yaml", common::shapes::k3s().text.into_bytes(), "`export --server` copies it with another address"),
    ] {
        write(&folder, file, contents);
        let run = recover(&folder, &[file], 1);
        assert!(run.stderr.contains(says), "{file}: {}", run.stderr);
    }
}
