//! Real clients log in: `kubectl get ns` and `helm list` with the files this program writes, against servers that check
//! certificates and tokens as kube-apiserver and Rancher do.
//!
//! The files name the hosts they would name in the world; the test's network leads to servers on this machine. A login is
//! seen from both sides: the client prints what only that server has, and the server says whom it let in.

mod common;

use common::apiserver::{ApiServer, Config, Who};
use common::clients::{Client, need_clients};
use common::network::Network;
use common::pki::{self, Pair, Validity, world};
use common::shapes::{self, Shape};
use common::shapes_rancher::{self, token};
use common::{process, program};
use kubeconfig::Kubeconfig;
use kubeconfig::cert;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Whom tokens belong to.
const USER: &str = "u-abcde12345";

/// A network with servers, the clients, and a folder for kubeconfigs.
struct Scene {
    network: Network,
    clients: Vec<Client>,
    folder: tempfile::TempDir,
}

impl Scene {
    fn new() -> Scene {
        let network = Network::start();
        let clients = need_clients(Some(&network));
        Scene { network, clients, folder: tempfile::tempdir().unwrap() }
    }

    /// Starts a server and puts it where these hosts are.
    fn server(&self, config: Config, hosts: &[&str]) -> ApiServer {
        let server = ApiServer::start(config);
        for host in hosts {
            self.network.put(host, server.addr());
        }
        server
    }

    /// Runs the program in the kubeconfig's folder, which is to end with that code; `FILE` among the arguments is the
    /// kubeconfig. The file it writes.
    fn write(&self, name: &str, kubeconfig: &Path, arguments: &[&str], code: i32) -> PathBuf {
        let written = self.folder.path().join(name);
        let file = |argument| if argument == "FILE" { kubeconfig.to_str().unwrap() } else { argument };
        let mut arguments: Vec<&str> = arguments.iter().copied().map(file).collect();
        arguments.extend(["--out", written.to_str().unwrap()]);
        let mut command = program::command(kubeconfig.parent().unwrap(), &arguments);
        let out = process::output(&mut command, Duration::from_secs(60));
        assert_eq!(out.status.code(), Some(code), "{arguments:?}: {}", String::from_utf8_lossy(&out.stderr));
        written
    }

    /// Every client gets into that server with that context, as `who`; the current context, if none is named.
    fn gets_in(&self, kubeconfig: &Path, context: Option<&str>, server: &ApiServer, who: &Who) {
        for client in &self.clients {
            gets_in(client, kubeconfig, context, server, who);
        }
    }

    /// No client gets in. What they all say.
    fn stays_out(&self, kubeconfig: &Path, context: Option<&str>) -> Vec<String> {
        let said = self.clients.iter().map(|client| {
            let said = client.log_in(kubeconfig, context);
            assert!(!said.succeeded, "{:?} {context:?}: {}", client.words, said.stdout);
            said.stderr
        });
        said.collect()
    }
}

/// The token of that user.
fn token_of(shape: &Shape, user: &str) -> String {
    let config: Kubeconfig = shape.text.parse().unwrap();
    config.users[user].token.as_ref().unwrap().expose().clone()
}

fn gets_in(client: &Client, kubeconfig: &Path, context: Option<&str>, server: &ApiServer, who: &Who) {
    let asked = format!("{:?} with {context:?}", client.words);
    let before = server.requests().len();
    let said = client.log_in(kubeconfig, context);
    assert!(said.succeeded, "{asked}: {}", said.stderr);
    assert!(said.stdout.contains(server.name()), "{asked}: {}", said.stdout);
    let requests = &server.requests()[before..];
    assert!(!requests.is_empty(), "{asked}: somebody else has answered");
    assert!(requests.iter().all(|request| request.who.as_ref() == Some(who)), "{asked}: {requests:#?}");
}

/// What a verb makes of a file, and who comes in with it. Each verb that writes kubeconfigs has its cases below.
struct Case {
    shape: Shape,
    /// The program's arguments, as [`Scene::write`] takes them.
    run: &'static [&'static str],
    /// The contexts that lead to the server then.
    contexts: &'static [&'static str],
    /// The server, and where it is.
    server: Config,
    hosts: &'static [&'static str],
    who: Who,
}

fn check(cases: impl IntoIterator<Item = Case>) {
    let scene = Scene::new();
    for (i, case) in cases.into_iter().enumerate() {
        let server = scene.server(case.server, case.hosts);
        let source = tempfile::tempdir().unwrap();
        let written = scene.write(&format!("{i}.yaml"), &case.shape.lay_out(source.path()), case.run, 0);
        // What is written stands alone: its source may go.
        drop(source);
        for context in case.contexts {
            scene.gets_in(&written, Some(context), &server, &case.who);
        }
    }
}

#[test]
fn export_of_what_rancher_hands_out() {
    let w = world();
    let nodes_v4 = ["192.0.2.11", "192.0.2.12", "192.0.2.13"];
    let user = || Who::Token(USER.into());
    check([
        Case {
            shape: shapes_rancher::ace_fqdn(),
            run: &["export", "--kubeconfig", "FILE", "--context", "prod-fqdn"],
            contexts: &["prod-fqdn"],
            server: Config::cluster("by-name", &w.balancer_ca, &["prod.k8s.example.com"]).token(&token(), USER),
            hosts: &["prod.k8s.example.com:6443"],
            who: user(),
        },
        Case {
            shape: shapes_rancher::ace_nodes(),
            run: &["export", "--kubeconfig", "FILE", "--direct-only"],
            contexts: &["prod-cp1", "prod-cp2", "prod-cp3"],
            server: Config::cluster("by-node", &w.kube_ca, &nodes_v4).token(&token(), USER),
            hosts: &["192.0.2.11:6443", "192.0.2.12:6443", "192.0.2.13:6443"],
            who: user(),
        },
        Case {
            // Rancher leaves the brackets out, and newer clients refuse that.
            shape: shapes_rancher::ace_nodes_ipv6(),
            run: &["export", "--kubeconfig", "FILE", "--context=prod-cp2", "--server=https://[2001:db8::12]:6443"],
            contexts: &["prod-cp2"],
            server: Config::cluster("ipv6", &w.kube_ca, &["2001:db8::12"]).token(&token(), USER),
            hosts: &["[2001:db8::12]:6443"],
            who: user(),
        },
        Case {
            shape: shapes_rancher::ace_fqdn(),
            run: &["export", "--kubeconfig", "FILE", "--direct-only", "--name", "way in"],
            contexts: &["way in"],
            server: Config::cluster("renamed", &w.balancer_ca, &["prod.k8s.example.com"]).token(&token(), USER),
            hosts: &["prod.k8s.example.com:6443"],
            who: user(),
        },
        Case {
            shape: shapes_rancher::proxy_only(),
            run: &["export", "--kubeconfig", "FILE", "--allow-dependent"],
            contexts: &["prod"],
            server: Config::rancher("rancher", &w.rancher_ca, &["rancher.example.com"], &["c-m-7xk2m9qd"])
                .token(&token(), USER),
            hosts: &["rancher.example.com:443"],
            who: user(),
        },
    ]);
}

#[test]
fn export_of_admin_certificates_and_files() {
    let w = world();
    let plain = || {
        let server = Config::cluster("bare-metal", &w.plain_ca, &["10.20.0.11"]).clients_of(&w.plain_ca);
        server.token(shapes::ROBOT_TOKEN, "robot")
    };
    let certificate = |name: &str| Who::Certificate(name.into());
    check([
        Case {
            shape: shapes::rke(),
            run: &["export", "--kubeconfig", "FILE"],
            contexts: &["prod"],
            server: Config::cluster("rke", &w.rke_ca, &["203.0.113.10"]).clients_of(&w.rke_ca),
            hosts: &["203.0.113.10:6443"],
            who: certificate("kube-admin"),
        },
        Case {
            // As it lies on the node it only leads to the node it is used on.
            shape: shapes::k3s(),
            run: &["export", "--kubeconfig", "FILE", "--server", "https://203.0.113.20:6443", "--name", "edge"],
            contexts: &["edge"],
            server: Config::cluster("k3s", &w.k3s_server_ca, &["203.0.113.20"]).clients_of(&w.k3s_client_ca),
            hosts: &["203.0.113.20:6443"],
            who: certificate("system:admin"),
        },
        Case {
            shape: shapes::files(),
            run: &["export", "--kubeconfig", "FILE"],
            contexts: &["admin@bare-metal"],
            server: plain(),
            hosts: &["10.20.0.11:6443"],
            who: certificate("kubernetes-admin"),
        },
        Case {
            shape: shapes::files(),
            run: &["export", "--kubeconfig", "FILE"],
            contexts: &["robot@bare-metal"],
            server: plain(),
            hosts: &["10.20.0.11:6443"],
            who: Who::Token("robot".into()),
        },
    ]);
}

/// A shape with another file beside it.
fn with_file(mut shape: Shape, name: &'static str, content: &str) -> Shape {
    shape.files.push((name, content.as_bytes().to_vec()));
    shape
}

#[test]
fn ace_beside_what_leads_through_rancher() {
    let w = world();
    let user = || Who::Token(USER.into());
    let bound = shapes_rancher::ace_2_2();
    check([
        Case {
            // The cluster's id is in the token, so it is valid there.
            run: &["ace", "prod", "--kubeconfig", "FILE", "--fqdn=prod.k8s.example.com:6443", "--ca=balancer.pem"],
            contexts: &["prod-fqdn"],
            server: Config::cluster("by-name", &w.balancer_ca, &["prod.k8s.example.com"])
                .token(&token_of(&bound, "u-46tmn"), USER),
            hosts: &["prod.k8s.example.com:6443"],
            who: user(),
            shape: with_file(bound, "balancer.pem", &w.balancer_ca.certificate),
        },
        Case {
            // So is that of a user who has a direct context already.
            shape: with_file(shapes_rancher::ace_fqdn(), "kube-ca.pem", &w.kube_ca.certificate),
            run: &["ace", "prod", "--kubeconfig", "FILE", "--node=cp1=2001:db8::11", "--ca=kube-ca.pem"],
            contexts: &["prod-cp1"],
            server: Config::cluster("by-node", &w.kube_ca, &["2001:db8::11"]).token(&token(), USER),
            hosts: &["[2001:db8::11]:6443"],
            who: user(),
        },
        Case {
            shape: with_file(
                with_file(shapes_rancher::proxy_only(), "kube_config_cluster.yml", &shapes::rke().text),
                "kube-ca.pem",
                &w.rke_ca.certificate,
            ),
            run: &[
                "ace",
                "prod",
                "--kubeconfig",
                "FILE",
                "--node=cp1=203.0.113.10",
                "--ca=kube-ca.pem",
                "--credentials-from=kube_config_cluster.yml",
            ],
            contexts: &["prod-cp1"],
            server: Config::cluster("admin", &w.rke_ca, &["203.0.113.10"]).clients_of(&w.rke_ca),
            hosts: &["203.0.113.10:6443"],
            who: Who::Certificate("kube-admin".into()),
        },
    ]);
}

/// The program says it with exit 3, and so it is: a token that Rancher did not bind to the cluster is nothing there.
#[test]
fn ace_with_a_token_of_rancher_alone() {
    let w = world();
    let scene = Scene::new();
    let host = "prod.k8s.example.com";
    let server = scene.server(Config::cluster("prod", &w.balancer_ca, &[host]), &["prod.k8s.example.com:6443"]);
    let shape = with_file(shapes_rancher::proxy_only(), "ca.pem", &w.balancer_ca.certificate);
    let run = ["ace", "prod", "--kubeconfig", "FILE", "--fqdn=prod.k8s.example.com:6443", "--ca=ca.pem"];
    let source = tempfile::tempdir().unwrap();
    let written = scene.write("config", &shape.lay_out(source.path()), &run, 3);
    for said in scene.stays_out(&written, Some("prod-fqdn")) {
        assert!(said.contains("provide credentials"), "{said}");
    }
    assert!(server.requests().iter().all(|request| request.token && request.who.is_none()));
}

/// Two servers whose files call everything `default`, as K3s does: each context of the merged file leads to its own server
/// with its own certificate, under every strategy that keeps it.
#[test]
fn merged_files_in_which_all_is_called_alike() {
    let w = world();
    let scene = Scene::new();
    let one = Config::cluster("one", &w.k3s_server_ca, &["203.0.113.20"]).clients_of(&w.k3s_client_ca);
    let one = scene.server(one, &["203.0.113.20:6443"]);
    let two = Config::cluster("two", &w.plain_ca, &["203.0.113.21"]).clients_of(&w.plain_ca);
    let two = scene.server(two, &["203.0.113.21:6443"]);
    let (admin, other) = (Who::Certificate("system:admin".into()), Who::Certificate("kubernetes-admin".into()));

    let text = shapes::k3s().text;
    let chain = format!("{}{}", w.k3s_admin.certificate, w.k3s_client_ca.certificate);
    let mut other_text = text.replace("127.0.0.1", "203.0.113.21");
    for (from, to) in [
        (&w.k3s_server_ca.certificate, &w.plain_ca.certificate),
        (&chain, &w.plain_admin.certificate),
        (&w.k3s_admin.key, &w.plain_admin.key),
    ] {
        assert!(other_text.contains(&pki::base64(from)));
        other_text = other_text.replace(&pki::base64(from), &pki::base64(to));
    }
    let file = scene.folder.path().join("one.yaml");
    fs::write(&file, text.replace("127.0.0.1", "203.0.113.20")).unwrap();
    fs::write(scene.folder.path().join("two.yaml"), &other_text).unwrap();

    let written = scene.write("renamed", &file, &["merge", "FILE", "two.yaml", "--on-conflict=rename"], 0);
    scene.gets_in(&written, None, &one, &admin);
    scene.gets_in(&written, Some("default-203.0.113.20"), &one, &admin);
    scene.gets_in(&written, Some("default-203.0.113.21"), &two, &other);

    // A context of another name, whose user's name is taken: with kubectl's own merge it would come with the first one's.
    let other_text = other_text.replace(
        "- context:\n    cluster: default\n    user: default\n  name: default\n",
        "- context:\n    cluster: default\n    user: default\n  name: other\n",
    );
    assert!(other_text.contains("name: other"));
    fs::write(scene.folder.path().join("three.yaml"), other_text).unwrap();
    let written = scene.write("kept", &file, &["merge", "FILE", "three.yaml", "--on-conflict=keep"], 0);
    scene.gets_in(&written, Some("default"), &one, &admin);
    scene.gets_in(&written, Some("other"), &two, &other);
}

/// No proxy and no network of the test's: the client calls the address in the file.
#[test]
fn k3s_on_its_own_node() {
    let w = world();
    let config = Config::cluster("on-the-node", &w.k3s_server_ca, &["127.0.0.1"]).clients_of(&w.k3s_client_ca);
    let server = ApiServer::start(config);
    let folder = tempfile::tempdir().unwrap();
    let mut shape = shapes::k3s();
    shape.text = shape.text.replace("127.0.0.1:6443", &server.addr().to_string());
    let file = shape.lay_out(folder.path());
    for client in need_clients(None) {
        gets_in(&client, &file, None, &server, &Who::Certificate("system:admin".into()));
    }
    server.stop();
    for client in need_clients(None) {
        let said = client.log_in(&file, None);
        assert!(!said.succeeded, "{said:?}");
    }
}

/// A user in Australia, Rancher in the US, a cluster in Australia with an authorized endpoint.
#[test]
fn rancher_is_gone_and_the_cluster_is_reached() {
    let w = world();
    let (proxy, direct) = ("User Cluster 1", "User Cluster 1-fqdn");
    let user = Who::Token(USER.into());
    let scene = Scene::new();
    let rancher = Config::rancher("rancher-us", &w.rancher_ca, &["rancher.us.example.com"], &["c-m-9sydn3yx"]);
    let rancher = scene.server(rancher.token(&token(), USER), &["rancher.us.example.com:443"]);
    let cluster = Config::cluster("cluster-au", &w.balancer_ca, &["user-cluster-1.au.example.com"]);
    let cluster = scene.server(cluster.token(&token(), USER), &["user-cluster-1.au.example.com:6443"]);

    // A quiet day: what was downloaded leads in through Rancher, and straight.
    let downloaded = shapes_rancher::user_cluster_1().lay_out(scene.folder.path());
    scene.gets_in(&downloaded, None, &rancher, &user);
    scene.gets_in(&downloaded, Some(proxy), &rancher, &user);
    scene.gets_in(&downloaded, Some(direct), &cluster, &user);

    // Someone keeps a backup of the way that needs no Rancher.
    let backup = scene.write("backup.yaml", &downloaded, &["export", "--kubeconfig", "FILE", "--direct-only"], 0);

    // The drill says of both files what is seen below: straight in, and no other way. Of the token's end only the day of
    // the download tells something.
    let day = |from_now: i64| {
        let now = rustls::pki_types::UnixTime::now().as_secs().saturating_add_signed(from_now * 86_400);
        cert::rfc3339(rustls::pki_types::UnixTime::since_unix_epoch(Duration::from_secs(now)))
    };
    let (yesterday, tomorrow, in_a_month) = (day(-1), day(1), day(32));
    for (file, arguments, code, verdict) in [
        (&downloaded, &["--downloaded", &yesterday, "--at", &tomorrow][..], 0, "yes"),
        (&downloaded, &["--downloaded", &yesterday, "--at", &in_a_month], 1, "no"),
        (&backup, &["--downloaded", &yesterday, "--at", &tomorrow], 0, "yes"),
        (&backup, &[], 3, "unknown"),
    ] {
        let path = file.to_str().unwrap();
        let ran = program::run(scene.folder.path(), &[&["outage", path, "-o", "json"], arguments].concat());
        let drill: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        let answer = &drill["clusters"][0];
        assert_eq!((ran.code, answer["verdict"].as_str()), (Some(code), Some(verdict)), "{}", ran.stdout);
        let by: Vec<&str> = answer["by"].as_array().unwrap().iter().filter_map(|way| way["context"].as_str()).collect();
        assert_eq!(by, if verdict == "no" { vec![] } else { vec![direct] });
    }

    // Rancher is gone, and its way with it.
    rancher.stop();
    let answered = (rancher.requests().len(), cluster.requests().len());
    scene.stays_out(&downloaded, None);
    scene.stays_out(&downloaded, Some(proxy));
    assert_eq!((rancher.requests().len(), cluster.requests().len()), answered);
    let called = scene.network.called().len();
    scene.gets_in(&downloaded, Some(direct), &cluster, &user);
    scene.gets_in(&backup, None, &cluster, &user);
    let called = scene.network.called().split_off(called);
    assert!(called.iter().all(|host| host == "user-cluster-1.au.example.com:6443"), "{called:?}");
}

/// A kubeconfig for `https://api.example.com:6443` with that CA and those credentials.
fn kubeconfig(ca: &str, user: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: Config, current-context: c, clusters: [{{name: c, cluster: {{server: \
         'https://api.example.com:6443', certificate-authority-data: {}}}}}], users: [{{name: u, user: {{{user}}}}}], \
         contexts: [{{name: c, context: {{cluster: c, user: u}}}}]}}",
        pki::base64(ca)
    )
}

fn with_certificate(pair: &Pair) -> String {
    let [certificate, key] = [&pair.certificate, &pair.key].map(pki::base64);
    format!("client-certificate-data: {certificate}, client-key-data: {key}")
}

/// If these got in, the other tests would say nothing.
#[test]
fn who_has_no_business_there_stays_out() {
    let w = world();
    let scene = Scene::new();
    let host = "api.example.com:6443";
    let config = Config::cluster("api", &w.plain_ca, &["api.example.com"]).clients_of(&w.plain_ca);
    let server = scene.server(config.token("good", "robot"), &[host]);
    let file = scene.folder.path().join("config");
    let ca = w.plain_ca.certificate.as_str();
    let admin = with_certificate(&w.plain_admin);

    // The same files with good credentials do lead in.
    for (user, who) in [
        (admin.clone(), Who::Certificate("kubernetes-admin".into())),
        ("token: good".to_owned(), Who::Token("robot".into())),
        // A certificate that is worth nothing is no harm beside a good token.
        (format!("{}, token: good", with_certificate(&w.plain_expired)), Who::Token("robot".into())),
        (format!("{admin}, token: bad"), Who::Certificate("kubernetes-admin".into())),
    ] {
        fs::write(&file, kubeconfig(ca, &user)).unwrap();
        scene.gets_in(&file, None, &server, &who);
    }

    let stranger = w.k3s_client_ca.client("kubernetes-admin", Some("system:masters"), Validity::days(30));
    let yet_to_come = Validity { from: pki::now() + 86_400, until: pki::now() + 2 * 86_400 };
    let early = w.plain_ca.client("kubernetes-admin", Some("system:masters"), yet_to_come);
    for (user, shown) in [
        (with_certificate(&stranger), Some("kubernetes-admin")),
        (with_certificate(&w.plain_expired), Some("kubernetes-admin")),
        (with_certificate(&early), Some("kubernetes-admin")),
        ("token: bad".to_owned(), None),
        (format!("token: {}", token()), None),
        // Neither: what a server's own certificate would be good for.
        (with_certificate(&w.plain_ca.server("api", &["api.example.com"], Validity::days(30))), Some("api")),
    ] {
        fs::write(&file, kubeconfig(ca, &user)).unwrap();
        let before = server.requests().len();
        for said in scene.stays_out(&file, None) {
            assert!(said.contains("the server has asked for the client to provide credentials"), "{said}");
        }
        let requests = &server.requests()[before..];
        assert!(scene.clients.is_empty() || !requests.is_empty());
        for request in requests {
            assert_eq!((request.status, &request.who), (401, &None), "{request:?}");
            assert_eq!(request.certificate.as_deref(), shown, "{request:?}");
        }
    }

    // A server the client has no reason to trust, and one that is somebody else's: no request is made.
    let before = server.requests().len();
    fs::write(&file, kubeconfig(&w.kube_ca.certificate, &admin)).unwrap();
    for said in scene.stays_out(&file, None) {
        assert!(said.contains("certificate signed by unknown authority"), "{said}");
    }
    assert_eq!(server.requests().len(), before);
    let other = scene.server(Config::cluster("api", &w.plain_ca, &["other.example.com"]), &[host]);
    fs::write(&file, kubeconfig(ca, &admin)).unwrap();
    for said in scene.stays_out(&file, None) {
        assert!(said.contains("certificate is valid for other.example.com, not api.example.com"), "{said}");
    }
    assert_eq!(other.requests(), []);
}

#[test]
fn rancher_looks_at_tokens_and_knows_its_clusters() {
    let w = world();
    let scene = Scene::new();
    let rancher = Config::rancher("rancher", &w.rancher_ca, &["rancher.example.com"], &["c-m-7xk2m9qd"]);
    let rancher = scene.server(rancher.token(&token(), USER), &["rancher.example.com:443"]);
    let file = shapes_rancher::proxy_only().lay_out(scene.folder.path());
    scene.gets_in(&file, None, &rancher, &Who::Token(USER.into()));

    let text = fs::read_to_string(&file).unwrap();
    for (from, to, words) in [
        (token(), "kubeconfig-u-zyxwv98765:ffff".to_owned(), "provide credentials"),
        (
            format!("token: \"{}\"", token()),
            with_certificate(&w.plain_admin).replace(", ", "\n    "),
            "provide credentials",
        ),
        ("c-m-7xk2m9qd".to_owned(), "c-m-44444444".to_owned(), "could not find the requested resource"),
    ] {
        fs::write(&file, text.replace(&from, &to)).unwrap();
        for said in scene.stays_out(&file, None) {
            assert!(said.contains(words), "{said}");
        }
    }
    assert!(rancher.requests().iter().all(|request| request.path.starts_with("/k8s/clusters/")));
}
