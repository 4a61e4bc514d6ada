//! From the data folders of K3s and RKE2 servers.

use super::common::pki::{self, world};
use super::common::program::run_with_input;
use super::common::rke_state::object;
use super::{accepted, common, folder, notes, recover, servers, write};
use kubeconfig::Kubeconfig;
use kubeconfig::rke::{Recovery, RecoveryNote, ServerFolder};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// What a K3s server leaves in its data folder.
pub(super) fn k3s(folder: &TempDir, below: &str, names: &[&str]) {
    let world = world();
    let chain = format!("{}{}", world.k3s_admin.certificate, world.k3s_client_ca.certificate);
    let tls = format!("{below}server/tls");
    write(folder, &format!("{tls}/server-ca.crt"), &world.k3s_server_ca.certificate);
    write(folder, &format!("{tls}/client-admin.crt"), chain);
    write(folder, &format!("{tls}/client-admin.key"), &world.k3s_admin.key);
    write(folder, &format!("{tls}/client-ca.key"), "a key that is not read");
    let names = [names, &["127.0.0.1", "localhost"]].concat();
    let serving = world.k3s_server_ca.server("kube-apiserver", &names, pki::Validity::days(365));
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
        let arguments = ["x", "--out", "-", "--server", "https://other.example.com:6443"];
        let run = recover(&folder, &arguments, 3);
        assert!(notes(&run)[0].contains("it is for 10.0.0.1, k3s.example.com, 127.0.0.1, localhost"), "{}", run.stderr);
        // From below, too.
        let server = format!("x/{below}server");
        for path in [server.clone(), format!("{server}/tls")] {
            recover(&folder, &[&path, "--out", "-", "--server", "https://10.0.0.1:6443"], 0);
        }
    }
}

/// The cluster takes a client certificate only while the CA of the clients holds.
#[test]
fn the_ca_of_the_clients_counts_too() {
    let arguments = ["x", "--out", "-", "--server", "https://10.0.0.1:6443"];
    let notes_with = |client_ca: &str, code: i32| {
        let folder = folder();
        k3s(&folder, "x/", &["10.0.0.1"]);
        write(&folder, "x/server/tls/client-ca.crt", client_ca);
        let run = recover(&folder, &arguments, code);
        accepted(&run.stdout);
        notes(&run).join("\n")
    };
    assert_eq!(notes_with(&world().k3s_client_ca.certificate, 0), "");
    let other = pki::Ca::new("k3s-client-ca@1", None, pki::Algorithm::Ec).certificate;
    let foreign = notes_with(&other, 3);
    assert!(foreign.contains("was not issued by the CA of the clients") && foreign.contains("client-ca"), "{foreign}");
    // The end is that of the CA, though the certificate itself says it lives longer.
    let validity = pki::Validity { from: pki::now() - 100 * 86_400, until: pki::now() + 10 * 86_400 };
    let short = pki::Ca::valid("k3s-client-ca@2", None, pki::Algorithm::Ec, validity);
    let admin = short.client("system:admin", Some("system:masters"), pki::Validity::days(365));
    let folder = folder();
    k3s(&folder, "x/", &["10.0.0.1"]);
    for (name, text) in [
        ("client-ca.crt", &short.certificate),
        ("client-admin.crt", &admin.certificate),
        ("client-admin.key", &admin.key),
    ] {
        write(&folder, &format!("x/server/tls/{name}"), text);
    }
    for (days, is_over) in [(5, false), (20, true)] {
        let time =
            rustls_pki_types::UnixTime::since_unix_epoch(std::time::Duration::from_secs(pki::now() + days * 86_400));
        let recovered =
            Recovery::open(folder.path().join("x")).unwrap().server("https://10.0.0.1:6443").at(time).build().unwrap();
        let is_told = recovered.notes().iter().any(|note| matches!(note, RecoveryNote::ClientAuthorityExpired { .. }));
        assert_eq!((is_told, recovered.is_doubtful()), (is_over, is_over), "{:?}", recovered.notes());
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

    // Of RKE2 it is shown to agents alone.
    k3s(&folder, "up/rke2/", &["10.0.0.1"]);
    write(&folder, "up/rke2/server/tls/dynamic-cert.json", secret.compact());
    recover(&folder, &["up", "--out", "-", "--server", "https://10.0.0.1:6443"], 0);

    fs::remove_dir_all(folder.path().join("x/server/tls")).unwrap();
    let run = recover(&folder, &["x", "--out", "-"], 0);
    assert_eq!(servers(&accepted(&run.stdout)), [("default", "https://10.0.0.1:7443")]);
    assert!(notes(&run)[0].starts_with("note: this is the kubeconfig that the server wrote itself"), "{}", run.stderr);
    // K3s's first ones had a password.
    let ca = pki::base64(&world().k3s_server_ca.certificate);
    let early = format!(
        "apiVersion: v1\nkind: Config\nclusters:\n- name: default\n  cluster: {{server: 'https://localhost:6443', \
         certificate-authority-data: {ca}}}\ncontexts:\n- name: default\n  context: {{cluster: default, user: default}}\n\
         current-context: default\nusers:\n- name: default\n  user: {{username: admin, password: SECRET-CANARY}}\n"
    );
    write(&folder, "early/server/kubeconfig-k3s.yaml", &early);
    let run = recover(&folder, &["early", "--out", "-", "--server", "https://10.0.0.1:6443", "--name", "old"], 3);
    assert!(accepted(&run.stdout).users["old"].password.is_some());
    // A server writes no commands and no paths; who does is somebody else.
    let hostile = early.replace("username: admin", "username: admin, exec: {command: evil}, client-key: /etc/shadow");
    write(
        &folder,
        "early/server/kubeconfig-k3s.yaml",
        hostile.replace("cluster: {server", "cluster: {proxy-url: http://evil, server"),
    );
    let hostile = recover(&folder, &["early", "--out", "-", "--server", "https://10.0.0.1:6443", "--name", "old"], 3);
    assert_eq!(hostile.stdout, run.stdout);
    assert!(!run.stderr.contains("CANARY"));
}

#[test]
fn what_is_no_server_s_folder() {
    let folder = folder();
    write(&folder, "agent/agent/client-kubelet.crt", "");
    write(&folder, "early/server/tls/token-ca.crt", "");
    for (path, says) in [
        ("agent", "an agent has none"),
        ("early", "K3s of early 2019"),
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

/// Files of a server's folder are small. One that is not is not read, packed or not.
#[cfg(unix)]
#[test]
fn files_of_a_folder_have_a_limit() {
    let folder = tempfile::tempdir().unwrap();
    for (name, head, piece) in [("server/k3s.yaml", "x: [", "1,"), ("server/tls/dynamic-cert.json", "{\"x\": [", "1,")]
    {
        let place = folder.path().join("x").join(name);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::write(&place, format!("{head}{}", piece.repeat(9 << 20))).unwrap();
        let file = folder.path().join("x.tgz");
        if tar(&folder.path().join("x"), &["-czf", file.to_str().unwrap(), "."]) {
            let run = recover(&folder, &["x.tgz", "--out", "-"], 1);
            assert!(run.stderr.contains("larger than the limit of 16777216 bytes"), "{}", run.stderr);
            assert!(run.stderr.contains(name), "{}", run.stderr);
        }
        let run = recover(&folder, &["x", "--out", "-"], 1);
        assert!(run.stderr.contains("larger than the limit of 16777216 bytes"), "{}", run.stderr);
        std::fs::remove_file(place).unwrap();
    }
}

/// `tar` with those arguments, in that folder.
#[cfg(unix)]
fn tar(folder: &Path, arguments: &[&str]) -> bool {
    let Ok(out) = std::process::Command::new("tar").args(arguments).current_dir(folder).output() else {
        common::skipped("tar");
        return false;
    };
    assert!(out.status.success(), "tar {arguments:?}: {}", String::from_utf8_lossy(&out.stderr));
    true
}

#[cfg(unix)]
#[test]
fn from_a_tar_file_of_it() {
    let folder = folder();
    // Longer than the 100 bytes of the first form, and not than the 155 more of ustar.
    let deep = "a-folder-with-a-long-name/".repeat(4);
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
                match Recovery::from_bytes(&bytes[..cut]).and_then(|recovery| recovery.build()) {
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

/// K3s renews it when it starts.
#[test]
fn an_administrator_s_certificate_that_has_ended() {
    let world = world();
    let over = world.k3s_client_ca.client("system:admin", Some("system:masters"), pki::Validity::over());
    let folder = folder();
    for (name, text) in [
        ("server-ca.crt", &world.k3s_server_ca.certificate),
        ("client-admin.crt", &over.certificate),
        ("client-admin.key", &over.key),
    ] {
        write(&folder, &format!("server/tls/{name}"), text);
    }
    let run = recover(&folder, &[".", "--out", "-", "--server", "https://10.0.0.1:6443"], 3);
    assert!(run.stderr.contains("systemctl restart k3s on a server"), "{}", run.stderr);
}

#[test]
fn what_the_server_wrote_is_taken_only_if_it_leads_in() {
    let world = world();
    let ca = pki::base64(&world.k3s_server_ca.certificate);
    let (certificate, key) = (pki::base64(&world.k3s_admin.certificate), pki::base64(&world.k3s_admin.key));
    let other_key = pki::base64(&world.plain_admin.key);
    let authority = format!("certificate-authority-data: {ca}, ");
    let pair = |key: &str| format!("client-certificate-data: {certificate}, client-key-data: {key}");
    let server = ["--server", "https://10.0.0.1:6443"];
    for (cluster, user, code, says) in [
        (authority.as_str(), pair(&key), 0, "this is the kubeconfig that the server wrote itself"),
        ("", pair(&key), 3, "no CA for an address"),
        (&authority, pair(&other_key), 1, "client-key-data: the private key belongs to another certificate"),
        (&authority, "token: SECRET-CANARY".into(), 1, "neither a certificate with its key nor a password"),
        (&authority, "client-certificate: a.crt, client-key: a.key".into(), 1, "neither a certificate with its key"),
        (&authority, "username: admin".into(), 1, "neither a certificate with its key"),
    ] {
        let folder = folder();
        let text = format!(
            "apiVersion: v1\nkind: Config\nclusters:\n- name: default\n  cluster: {{{cluster}server: 'https://127.0.0.1:6443'}}\n\
             contexts:\n- name: default\n  context: {{cluster: default, user: default}}\ncurrent-context: default\nusers:\n\
             - name: default\n  user: {{{user}}}\n"
        );
        write(&folder, "x/k3s.yaml", text);
        let run = recover(&folder, &[&["x", "--out", "-"], &server[..]].concat(), code);
        assert!(run.stderr.contains(says) && !run.stderr.contains("CANARY"), "{says}: {}", run.stderr);
    }
}

#[test]
#[cfg(unix)]
fn what_one_can_do_without_does_not_stand_in_the_way() {
    let folder = folder();
    k3s(&folder, "x/var/lib/rancher/k3s/", &["10.0.0.1"]);
    // As `--write-kubeconfig` makes it; the copy does not hold where it leads.
    let written = folder.path().join("x/etc/rancher/k3s");
    fs::create_dir_all(&written).unwrap();
    std::os::unix::fs::symlink("/nowhere/at/all", written.join("k3s.yaml")).unwrap();
    let run = recover(&folder, &["x", "--out", "-", "--server", "https://10.0.0.1:6443"], 0);
    assert!(notes(&run)[0].starts_with("note: left out: ") && notes(&run)[0].contains("k3s.yaml"), "{}", run.stderr);
    // What is needed does.
    let key = folder.path().join("x/var/lib/rancher/k3s/server/tls/client-admin.key");
    fs::remove_file(&key).unwrap();
    std::os::unix::fs::symlink("/nowhere/at/all", key).unwrap();
    let run = recover(&folder, &["x", "--out", "-"], 1);
    assert!(run.stderr.contains("client-admin.key: cannot read"), "{}", run.stderr);
}

#[test]
fn a_ca_of_another_server_is_a_doubt() {
    let folder = folder();
    k3s(&folder, "x/", &["10.0.0.1"]);
    write(&folder, "x/server/tls/server-ca.crt", &world().plain_ca.certificate);
    let run = recover(&folder, &["x", "--out", "-", "--server", "https://10.0.0.1:6443"], 3);
    assert!(notes(&run)[0].contains("was not issued by the CA beside it"), "{}", run.stderr);
}
