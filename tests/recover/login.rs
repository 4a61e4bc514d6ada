//! The real clients log in with what `recover` writes, to servers that show kube-apiserver's own certificate and let in whom
//! the cluster's CA has signed.

use super::common::apiserver::{ApiServer, Config, Who};
use super::common::clients::{Client, need_clients};
use super::common::network::Network;
use super::common::pki::{self, world};
use super::common::rke_state::{Cluster, Json, Machine, RkeState, object};
use super::server_folder::k3s;
use super::{folder, recover, write};
use tempfile::TempDir;

/// A network with the API server of a cluster, reached at all of its control-plane nodes and at its name.
struct Scene {
    network: Network,
    clients: Vec<Client>,
    server: ApiServer,
    folder: TempDir,
}

impl Scene {
    fn new(config: Config, hosts: &[&str]) -> Scene {
        let network = Network::start();
        let server = ApiServer::start(config);
        for host in hosts {
            network.put(host, server.addr());
        }
        Scene { clients: need_clients(Some(&network)), network, server, folder: folder() }
    }

    /// The cluster of that state.
    fn of(made: &RkeState) -> Scene {
        let ca = made.field("kube-ca", "certificatePEM").to_owned();
        let config = Config {
            name: "rke".into(),
            certificate: made.pair("kube-apiserver"),
            ca: ca.clone(),
            client_ca: Some(ca),
            tokens: Vec::new(),
            behind: None,
        };
        let addresses = made.cluster.machines.iter().map(|machine| match machine.address.contains(':') {
            true => format!("[{}]:6443", machine.address),
            false => format!("{}:6443", machine.address),
        });
        let hosts: Vec<String> = addresses.chain(["k8s.example.com:443".into()]).collect();
        Scene::new(config, &hosts.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Recovers with those arguments, which ends with that code, and logs in with each of the contexts.
    fn logs_in(&self, arguments: &[&str], code: i32, contexts: &[&str], who: &str) {
        recover(&self.folder, &[arguments, &["--out", "out", "--force"]].concat(), code);
        let written = self.folder.path().join("out");
        for client in &self.clients {
            for context in contexts {
                let before = self.server.requests().len();
                let said = client.log_in(&written, Some(context));
                assert!(said.succeeded, "{:?} with {context:?}: {}", client.words, said.stderr);
                let requests = &self.server.requests()[before..];
                let who = Some(Who::Certificate(who.into()));
                assert!(!requests.is_empty() && requests.iter().all(|request| request.who == who), "{requests:#?}");
            }
        }
    }

    fn stays_out(&self, arguments: &[&str], code: i32) {
        recover(&self.folder, &[arguments, &["--out", "out", "--force"]].concat(), code);
        for client in &self.clients {
            let said = client.log_in(&self.folder.path().join("out"), None);
            assert!(!said.succeeded, "{:?}: {}", client.words, said.stdout);
        }
    }
}

#[test]
fn into_every_node_of_every_kind_of_cluster() {
    let machines = vec![Machine::new("2001:db8::10", "cp1"), Machine::new("2001:db8::11", "cp2")];
    for (cluster, code, contexts) in [
        (Cluster::three(), 0, &["prod", "prod-cp2", "prod-cp3"][..]),
        (Cluster::one(), 0, &["local"]),
        (Cluster { rotated: true, ..Cluster::three() }, 0, &["prod", "prod-cp3"]),
        // The first `rke up` made the cluster, but did not come to its end.
        (Cluster { init_only: true, ..Cluster::three() }, 3, &["prod"]),
        (Cluster { name: "six", machines, ..Cluster::one() }, 0, &["six", "six-cp2"]),
    ] {
        let Some(made) = cluster.state() else { return };
        let scene = Scene::of(&made);
        write(&scene.folder, "cluster.rkestate", made.text());
        scene.logs_in(&["cluster.rkestate"], code, contexts, "kube-admin");
        if cluster.sans.is_empty() {
            continue;
        }
        let by_name = ["cluster.yml", "--server", "https://k8s.example.com", "--name", "by name"];
        scene.logs_in(&by_name, code, &["by name", "by name-cp1"], "kube-admin");
        assert!(scene.network.called().contains(&"k8s.example.com:443".to_owned()));
    }
}

#[test]
fn with_what_was_saved_of_the_cluster() {
    let Some(made) = Cluster::one().state() else { return };
    let scene = Scene::of(&made);
    let metadata = object([("name", "full-cluster-state".into()), ("namespace", "kube-system".into())]);
    let data = object([("full-cluster-state", pki::base64(made.json().compact()).as_str().into())]);
    let secret = object([("kind", "Secret".into()), ("metadata", metadata), ("data", data)]);
    let list = object([("kind", "List".into()), ("items", Json::Array(vec![secret]))]);
    write(&scene.folder, "saved.json", list.indented());
    scene.logs_in(&["saved.json"], 0, &["local"], "kube-admin");
}

#[test]
fn where_a_doubt_is_told_the_doors_are_closed() {
    let (Some(expired), Some(other)) = ((Cluster { days: -1, ..Cluster::one() }).state(), Cluster::one().state())
    else {
        return;
    };
    let scene = Scene::of(&other);
    write(&scene.folder, "expired.rkestate", expired.text());
    scene.stays_out(&["expired.rkestate"], 3);
    // Served under a name that is not in the certificate.
    let other_name = "elsewhere.example.com:6443";
    scene.network.put(other_name, scene.server.addr());
    write(&scene.folder, "cluster.rkestate", other.text());
    scene.stays_out(&["cluster.rkestate", "--server", &format!("https://{other_name}")], 3);
}

#[test]
fn into_k3s() {
    let w = world();
    let config = Config::cluster("k3s", &w.k3s_server_ca, &["203.0.113.20"]).clients_of(&w.k3s_client_ca);
    let scene = Scene::new(config, &["203.0.113.20:6443"]);
    k3s(&scene.folder, "var/lib/rancher/k3s/", &["203.0.113.20"]);
    let arguments = ["var/lib/rancher/k3s", "--server", "https://203.0.113.20:6443", "--name", "edge"];
    scene.logs_in(&arguments, 0, &["edge"], "system:admin");
}
