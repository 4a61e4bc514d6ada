//! What is special about the certificates and the files of a state.

use super::common::rke_state::Cluster;
use super::{ends, folder};
use kubeconfig::finding::Code;

/// Only its key is used: RKE never makes the certificate again.
#[test]
fn the_certificate_of_service_accounts_means_nothing() {
    let Some(mut made) = Cluster::three().state() else { return };
    let ended = (Cluster { days: -10, other_ca: true, ..Cluster::three() }).state().unwrap();
    *made.field_mut("kube-service-account-token", "certificatePEM") =
        ended.field("kube-service-account-token", "certificatePEM").into();
    let set = folder(&[("cluster.rkestate", &made.text())]);
    ends(&set, &["check", "cluster.rkestate", "--fail-on", "warning"], 0);
    let out = ends(&set, &["certs", "cluster.rkestate", "--within", "300d"], 0);
    let line = out.stdout.lines().find(|line| line.contains("kube-service-account-token")).unwrap();
    assert!(line.contains(" unused "), "{line}");
    // Its key is read all the same.
    *made.field_mut("kube-service-account-token", "keyPEM") = "garbage".into();
    let set = folder(&[("cluster.rkestate", &made.text())]);
    let out = ends(&set, &["check", "cluster.rkestate"], 1);
    assert!(out.stdout.contains("error[key-unreadable]"), "{}", out.stdout);
    // Any other certificate counts.
    *made.field_mut("kube-proxy", "certificatePEM") = ended.field("kube-proxy", "certificatePEM").into();
    let set = folder(&[("cluster.rkestate", &made.text())]);
    ends(&set, &["certs", "cluster.rkestate", "--within", "300d"], 1);
    let out = ends(&set, &["check", "cluster.rkestate"], 1);
    assert!(out.stdout.contains("the certificate of kube-proxy"), "{}", out.stdout);
    assert!(!out.stdout.contains("earlier copy") && out.stdout.contains("full-cluster-state"), "{}", out.stdout);
}

#[test]
fn an_empty_state_and_one_cut_off_are_no_states() {
    let Some(made) = Cluster::one().state() else { return };
    let text = made.text();
    let half = &text[..text.len() / 2];
    let nothing = "{\"desiredState\": {}, \"currentState\": {}}";
    for state in
        ["", "\n", "{}", "null", "{", "[]", "hello", &"\0".repeat(5000), nothing, half, &text[..text.len() - 1]]
    {
        let set = folder(&[("cluster.rkestate", state)]);
        for arguments in
            [&["check", "cluster.rkestate"][..], &["check", "."], &["certs", "cluster.rkestate"], &["certs", "."]]
        {
            ends(&set, arguments, 2);
        }
        ends(&set, &["recover", "cluster.rkestate", "--out", "new"], 1);
        let set = folder(&[("cluster.rkestate", state), ("cluster.yml", "cluster_name: prod\n")]);
        ends(&set, &["recover", "cluster.yml", "--out", "new"], 1);
    }
    // One that was saved from the cluster, and one that comes through a pipe.
    let data = super::common::pki::base64(made.json().compact());
    let secret = |data: &str| {
        format!(
            "kind: Secret\nmetadata: {{name: full-cluster-state, namespace: kube-system}}\ndata:\n  \
             full-cluster-state: {data}\n"
        )
    };
    for data in ["\"\"", &data[..400]] {
        let set = folder(&[("state.yaml", &secret(data))]);
        ends(&set, &["check", "state.yaml"], 2);
        ends(&set, &["recover", "state.yaml", "--out", "new"], 1);
    }
    for (input, code) in [(nothing, 2), (half, 2), (text.as_str(), 0)] {
        let set = folder(&[]);
        let run = super::common::program::run_with_input(set.path(), &["check", "-"], input.as_bytes());
        assert_eq!(run.code, Some(code), "{}", run.stdout);
    }
}

#[test]
fn requests_are_a_kind_of_their_own() {
    let Some(made) = Cluster::one().state() else { return };
    let request = "-----BEGIN CERTIFICATE REQUEST-----\nMIIBAA==\n-----END CERTIFICATE REQUEST-----\n";
    let set = folder(&[
        ("kube-admin-csr.pem", request),
        ("kube-admin-key.pem", made.field("kube-admin", "keyPEM")),
        ("new.csr", &request.replace("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST")),
    ]);
    ends(&set, &["check", ".", "--fail-on", "note"], 0);
    let report = kubeconfig::check::Checker::at(kubeconfig::pki_types::UnixTime::now()).paths([set.path()]);
    let kinds: Vec<_> = report.files().iter().map(|file| file.kind.unwrap().as_str()).collect();
    assert_eq!(kinds, ["certificate-request", "pem", "certificate-request"]);
    ends(&set, &["certs", "kube-admin-csr.pem"], 0);
}

#[test]
fn recover_is_offered_where_there_is_a_state() {
    let Some(made) = Cluster::three().state() else { return };
    let config = ("cluster.yml", "cluster_name: prod\n");
    for (files, is_offered) in [(vec![config], false), (vec![config, ("cluster.rkestate", &made.text())], true)] {
        let set = folder(&files);
        let open = kubeconfig::rke::FileSet::open(set.path().join("cluster.yml")).unwrap();
        let finding = open.findings().iter().find(|f| f.code == Code::MissingKubeconfig).unwrap();
        assert_eq!(finding.help.as_deref().unwrap().contains("recover"), is_offered, "{finding}");
    }
}

#[test]
fn an_administrator_without_rights_is_said_to_be_that() {
    let Some(mut made) = Cluster::three().state() else { return };
    for field in ["certificatePEM", "keyPEM"] {
        *made.field_mut("kube-admin", field) = made.field("kube-proxy", field).to_owned();
    }
    *made.field_mut("kube-admin", "config") = made.kubeconfig();
    let set = super::pair(&made, &made);
    let out = ends(&set, &["recover", "cluster.rkestate", "--out", "new"], 3);
    assert!(out.stderr.contains("who is not of system:masters"), "{}", out.stderr);
    for file in ["cluster.rkestate", "kube_config_cluster.yml"] {
        let out = ends(&set, &["check", file, "--allow", "stale-kubeconfig"], 0);
        assert!(out.stdout.contains("warning[not-admin]"), "{file}: {}", out.stdout);
    }
}

/// kube-apiserver shows it to others, and takes none of its CA itself.
#[test]
fn the_client_of_extension_servers_has_no_rights() {
    let Some(mut made) = Cluster::three().state() else { return };
    let admin = made.bundle.remove("kube-admin").unwrap();
    made.bundle =
        [("kube-apiserver-proxy-client".to_owned(), admin), ("kube-ca".to_owned(), made.bundle["kube-ca"].clone())]
            .into();
    let set = folder(&[("cluster.rkestate", &made.text())]);
    let out = ends(&set, &["recover", "cluster.rkestate", "--out", "new"], 1);
    assert!(out.stderr.contains("and no other client certificate that has rights"), "{}", out.stderr);
}

#[test]
fn the_stray_field_of_rke_is_known() {
    let Some(made) = Cluster::one().state() else { return };
    let set = folder(&[("config", &made.kubeconfig())]);
    let out = ends(&set, &["check", "config"], 0);
    assert!(!out.stdout.contains("unknown-field"), "{}", out.stdout);
    // Elsewhere it is not.
    let set = folder(&[("config", &made.kubeconfig().replace("  user:\n", "  user:\n    api-version: v1\n"))]);
    let out = ends(&set, &["check", "config"], 0);
    assert!(out.stdout.contains("unknown-field"), "{}", out.stdout);
}

#[test]
fn no_text_promises_a_state_in_a_snapshot() {
    let set = folder(&[("cluster.yml", "cluster_name: prod\n"), ("snapshot", "PK\u{3}\u{4}")]);
    let out = ends(&set, &["recover", "cluster.yml", "--out", "new"], 1);
    for says in ["may hold", "unzip -l", "1.1.5", "0.1.108"] {
        assert!(out.stderr.contains(says), "{}", out.stderr);
    }
    let mut database = vec![0; 64];
    database[16..20].copy_from_slice(&0xED0C_DAED_u32.to_le_bytes());
    std::fs::write(set.path().join("snapshot"), database).unwrap();
    let out = ends(&set, &["recover", "snapshot", "--out", "new"], 1);
    assert!(out.stderr.contains("unzip -l") && !out.stderr.contains("1.1.4"), "{}", out.stderr);
}
