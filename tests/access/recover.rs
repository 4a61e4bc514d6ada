//! `recover`: what it makes of a server's folder and of a state is judged like any other kubeconfig.

use super::assert_none;
use super::common::openssl;
use super::common::program::run;
use super::common::rke_state::{Cluster, RkeState};
use super::made::{Tool, cut, signed_wrong, spoilt};
use super::pki::{self, Algorithm, Ca, Pair, Validity};
use super::verbs::verdict_of;
use super::{DAY, write};
use std::fs;
use std::path::Path;

const PLACE: &str = "https://10.0.0.1:6443";

/// What a K3s server leaves in its data folder.
struct ServerFolder {
    server_ca: String,
    client_ca: String,
    admin: Pair,
    serving: String,
}

impl ServerFolder {
    /// Of two CAs of one time.
    fn new(server_ca: &Ca, client_ca: &Ca, admin: Pair) -> ServerFolder {
        let serving = server_ca.server("kube-apiserver", &["10.0.0.1", "127.0.0.1", "localhost"], Validity::days(365));
        ServerFolder {
            server_ca: server_ca.certificate.clone(),
            client_ca: client_ca.certificate.clone(),
            admin,
            serving: serving.certificate,
        }
    }

    fn lay_out(&self, folder: &Path) {
        let chain = format!("{}{}", self.admin.certificate, self.client_ca);
        for (name, text) in [
            ("server-ca.crt", &self.server_ca),
            ("client-ca.crt", &self.client_ca),
            ("client-admin.crt", &chain),
            ("client-admin.key", &self.admin.key),
            ("serving-kube-apiserver.crt", &self.serving),
        ] {
            write(&folder.join("x/server/tls").join(name), text.as_bytes(), 0o600);
        }
    }
}

/// Recovers from `source`. Where that is not good, it is in doubt or refused, and outage does not say yes.
fn judged(what: &str, folder: &Path, source: &str, server: &str, is_good: bool) -> Vec<String> {
    let _ = fs::remove_file(folder.join("new"));
    let run = run(folder, &["recover", source, "--out", "new", "--server", server]);
    let written = fs::read_to_string(folder.join("new")).ok();
    let verdict = written.as_deref().map(verdict_of).unwrap_or_default();
    let is_right = match is_good {
        true => run.code == Some(0) && verdict == "yes",
        false => matches!(run.code, Some(1..=3)) && verdict != "yes",
    };
    let is_told = written.is_some() == matches!(run.code, Some(0 | 3));
    let fault = format!("{what}: {:?}, and outage says {verdict:?}: {}", run.code, run.stderr);
    if is_right && is_told { Vec::new() } else { vec![fault] }
}

/// The server folder of K3s, with one fault each.
#[test]
fn from_a_server_folder() {
    let stamp = "@1767225600";
    let authority = |name: &str, validity| Ca::valid(&format!("{name}{stamp}"), None, Algorithm::Ec, validity);
    let long = Validity::days(3650);
    let year = Validity::days(365);
    let (server_ca, client_ca) = (authority("k3s-server-ca", long), authority("k3s-client-ca", long));
    let admin = |ca: &Ca, validity| ca.client("system:admin", Some("system:masters"), validity);
    let folder_of = |change: &dyn Fn(&mut ServerFolder)| {
        let mut folder = ServerFolder::new(&server_ca, &client_ca, admin(&client_ca, year));
        change(&mut folder);
        folder
    };
    let old_server_ca = authority("k3s-server-ca", Validity::over());
    let old_client_ca = authority("k3s-client-ca", Validity::over());
    let again = authority("k3s-client-ca", long);
    let early = Validity { from: pki::now() + DAY, until: pki::now() + 100 * DAY };
    let other_key = admin(&client_ca, year).key;
    let cases: [(&str, ServerFolder); 9] = [
        ("an expired certificate", folder_of(&|it| it.admin = admin(&client_ca, Validity::over()))),
        ("a certificate of tomorrow", folder_of(&|it| it.admin = admin(&client_ca, early))),
        ("the key of another", folder_of(&|it| it.admin.key.clone_from(&other_key))),
        ("a key that is cut off", folder_of(&|it| it.admin.key = cut(&it.admin.key))),
        ("a certificate that is spoilt", folder_of(&|it| it.admin.certificate = spoilt(&it.admin.certificate))),
        ("a wrong signature", folder_of(&|it| it.admin.certificate = signed_wrong(&it.admin.certificate))),
        ("a CA of clients made again", folder_of(&|it| it.admin = admin(&again, year))),
        ("an expired CA", ServerFolder::new(&old_server_ca, &client_ca, admin(&client_ca, year))),
        ("an expired CA of clients", ServerFolder::new(&server_ca, &old_client_ca, admin(&old_client_ca, year))),
    ];
    let mut faults = Vec::new();
    for (what, made) in cases {
        let folder = tempfile::tempdir().expect("a temporary folder");
        made.lay_out(folder.path());
        faults.extend(judged(what, folder.path(), "x", PLACE, false));
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    folder_of(&|_| ()).lay_out(folder.path());
    faults.extend(judged("as it is", folder.path(), "x", PLACE, true));
    for server in [
        "https://127.0.0.1:6443",
        "https://[::1]:6443",
        "https://<IP>:6443",
        "https://10.0.0.256:6443",
        "https://10.0.0.1:0",
        "https://10.0.0.1:99999",
        "http://10.0.0.1:6443",
        "https://kubernetes.default.svc",
        "https://rancher.example.com/k8s/clusters/c-7xk2m",
        "https://https://10.0.0.1:6443",
    ] {
        faults.extend(judged(server, folder.path(), "x", server, false));
    }
    assert_none(&faults);
}

#[test]
fn from_a_state_of_rke() {
    let Some(made) = Cluster::one().state() else { return };
    let admin_certificate = made.field("kube-admin", "certificatePEM").to_owned();
    let admin_key = made.field("kube-admin", "keyPEM").to_owned();
    let ca = made.field("kube-ca", "certificatePEM").to_owned();
    let other_key = made.field("kube-proxy", "keyPEM").to_owned();
    let proxy = made.field("kube-apiserver", "certificatePEM").to_owned();
    let with = |entry: &str, field: &str, text: &str| {
        let mut json = made.json();
        for side in ["currentState", "desiredState"] {
            *json.at(&[side, "certificatesBundle", entry, field]) = text.into();
        }
        json.compact()
    };
    let place = "https://203.0.113.10:6443";
    let mut faults = Vec::new();
    let mut check = |what: &str, text: String, is_good: bool| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        write(&folder.path().join("cluster.rkestate"), text.as_bytes(), 0o600);
        faults.extend(judged(what, folder.path(), "cluster.rkestate", place, is_good));
    };
    check("as it is", RkeState::text(&made), true);
    let expired = Cluster { days: -10, ..Cluster::one() }.state().expect("openssl is there");
    check("expired", expired.text(), false);
    check("the key of another", with("kube-admin", "keyPEM", &other_key), false);
    check("a key that is cut off", with("kube-admin", "keyPEM", &cut(&admin_key)), false);
    check("a certificate that is spoilt", with("kube-admin", "certificatePEM", &spoilt(&admin_certificate)), false);
    check("a wrong signature", with("kube-admin", "certificatePEM", &signed_wrong(&admin_certificate)), false);
    check("a server's certificate", with("kube-admin", "certificatePEM", &proxy), false);
    check("a CA that is spoilt", with("kube-ca", "certificatePEM", &spoilt(&ca)), false);
    check("another CA", with("kube-ca", "certificatePEM", &pki::world().rke_ca.certificate), false);
    if openssl::available() {
        let tool = Tool::new();
        let encrypted = tool.run(&["rsa", "-aes128", "-traditional", "-passout", "pass:kp-correct-horse"], &admin_key);
        check("an encrypted key", with("kube-admin", "keyPEM", &encrypted), false);
    }
    assert_none(&faults);
}
