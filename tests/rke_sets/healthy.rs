//! Sets as `rke up` leaves them: no verb warns of anything.

use super::common::pki::{self, Algorithm, Ca, Validity};
use super::common::rke_state::{Cluster, Json, Machine, RkeState, object};
use super::{ends, folder};
use std::collections::BTreeMap;

/// What `rke config` writes of one machine, all its zero values included.
const CONFIG_OUTPUT: &str = include_str!("../data/rke/config-output.yml");

/// The three files.
struct Shape {
    name: &'static str,
    config: String,
    state: String,
    kubeconfig: String,
}

impl Shape {
    fn new(name: &'static str, config: impl Into<String>, made: &RkeState) -> Shape {
        Shape { name, config: config.into(), state: made.text(), kubeconfig: made.kubeconfig() }
    }

    /// With changes to the state as JSON: to `rkeConfig` of both sides, or of one.
    fn with(mut self, made: &RkeState, change: impl Fn(&'static str, &mut Json)) -> Shape {
        let mut json = made.json();
        for side in ["desiredState", "currentState"] {
            change(side, json.at(&[side, "rkeConfig"]));
        }
        self.state = json.indented();
        self
    }
}

/// cluster.yml as people write it.
fn by_hand(cluster: &Cluster) -> String {
    let mut text = format!("cluster_name: {}\nnodes:\n", cluster.name);
    for machine in &cluster.machines {
        text.push_str(&format!(
            "- address: {}\n  hostname_override: {}\n  user: rke\n  role: [{}]\n",
            machine.address,
            machine.hostname,
            machine.roles.join(", ")
        ));
    }
    text + "authentication:\n  strategy: x509\n  sans: [k8s.example.com]\n"
}

/// The images of `rke config`, which RKE keeps in the state.
fn images() -> Json {
    let config: kubeconfig::rke::ClusterConfig = CONFIG_OUTPUT.parse().expect("RKE's own file");
    let state = config.to_state_value().to_json().expect("JSON");
    let images = state["systemImages"].as_object().expect("images").clone();
    let pairs = images.iter().map(|(key, value)| (key.as_str(), Json::from(value.as_str().expect("an image"))));
    object(pairs.collect::<Vec<_>>())
}

fn strategy(with_drain: bool) -> Json {
    let mut strategy = object([("maxUnavailableWorker", "10%".into()), ("maxUnavailableControlplane", "1".into())]);
    if with_drain {
        let drain =
            [("ignoreDaemonSets", Json::Bool(true)), ("gracePeriod", Json::Int(-1)), ("timeout", Json::Int(120))];
        strategy.push("nodeDrainInput", object(drain));
    }
    strategy
}

/// What the releases of RKE write, and what they did not have yet.
fn eras(three: &Cluster, made: &RkeState) -> Vec<Shape> {
    let variables =
        |names: &[&str]| Json::Array(names.iter().map(|name| format!("{name}=0a1b2c").as_str().into()).collect());
    let shape =
        |name, version: &str| Shape::new(name, by_hand(three) + &format!("kubernetes_version: {version}\n"), made);
    let version = |config: &mut Json, version: &str| config.set("kubernetesVersion", version.into());
    let without = |config: &mut Json, keys: &[&str]| keys.iter().for_each(|key| config.remove(key));
    let late = ["enableCriDockerd", "rotateEncryptionKey", "upgradeStrategy", "dns"];
    vec![
        shape("RKE 0.2", "v1.13.5-rancher1-2").with(made, |side, config| {
            version(config, "v1.13.5-rancher1-2");
            without(config, &late);
            config.set("ignoreDockerVersion", Json::Bool(false));
            config.set("addonJobTimeout", Json::Int(30));
            config.set("ingress", object([("provider", "nginx".into())]));
            if side == "currentState" {
                let kubelet = config.at(&["services", "kubelet"]);
                kubelet.push("extraEnv", variables(&["RKE_KUBELET_DOCKER_CONFIG", "RKE_KUBELET_DOCKER_FILE"]));
            }
        }),
        shape("RKE 1.0", "v1.17.2-rancher1-2").with(made, |side, config| {
            version(config, "v1.17.2-rancher1-2");
            without(config, &late[..3]);
            config.set("addonJobTimeout", Json::Int(30));
            if side == "currentState" {
                config.at(&["services", "kubeApi"]).push("extraEnv", variables(&["RKE_CLOUD_CONFIG_CHECKSUM"; 2]));
            }
        }),
        shape("RKE 1.2", "v1.19.16-rancher2-1").with(made, |side, config| {
            version(config, "v1.19.16-rancher2-1");
            without(config, &late[..1]);
            config.set("upgradeStrategy", strategy(side == "currentState"));
            if side == "currentState" {
                config.at(&["services", "kubeApi"]).push("extraEnv", variables(&["RKE_AUDITLOG_CONFIG_CHECKSUM"]));
            }
        }),
        shape("RKE 1.4", "v1.24.17-rancher1-1").with(made, |side, config| {
            version(config, "v1.24.17-rancher1-1");
            config.set("upgradeStrategy", strategy(side == "currentState"));
            config.at(&["services", "kubeApi"]).push("podSecurityPolicy", Json::Bool(false));
            if side == "currentState" {
                config.at(&["services", "kubeApi"]).push("extraEnv", variables(&["RKE_AUDITLOG_CONFIG_CHECKSUM"]));
            }
        }),
        shape("RKE 1.6", "v1.30.4-rancher1-1").with(made, |side, config| {
            version(config, "v1.30.4-rancher1-1");
            config.set("upgradeStrategy", strategy(side == "currentState"));
        }),
        {
            let mut newest = shape("RKE 1.8", "v1.31.5-rancher1-1");
            newest.config += "network:\n  plugin: canal\n  enable_br_netfilter: true\n";
            newest.with(made, |side, config| {
                version(config, "v1.31.5-rancher1-1");
                config.set("upgradeStrategy", strategy(side == "currentState"));
                config.at(&["network"]).push("enableBrNetfilter", Json::Bool(true));
            })
        },
    ]
}

/// An etcd outside of the cluster, whose certificates are the user's.
fn external_etcd() -> Option<Shape> {
    let machines = Cluster::three().machines.into_iter().map(|m| Machine { roles: &["controlplane", "worker"], ..m });
    let cluster = Cluster { machines: machines.collect(), ..Cluster::three() };
    let mut made = cluster.state()?;
    let authority = Ca::new("etcd of our own", None, Algorithm::Rsa);
    let client = authority.client("kube-apiserver", Some("etcd"), Validity::days(400));
    let key = pki::traditional(&rcgen::KeyPair::from_pem(&client.key_pkcs8).expect("a key"));
    for (name, certificate, key) in [
        ("kube-etcd-client", client.certificate.clone(), key.clone()),
        ("kube-etcd-client-ca", authority.certificate.clone(), String::new()),
    ] {
        let mut entry = made.bundle["kube-proxy"].clone();
        for (field, text) in &mut entry {
            match *field {
                "certificatePEM" => *text = certificate.clone(),
                "keyPEM" => *text = key.clone(),
                "config" | "configPath" => text.clear(),
                "name" | "commonName" => *text = name.to_owned(),
                _ => {}
            }
        }
        made.bundle.insert(name.to_owned(), entry);
    }
    let indented = |pem: &str| pem.lines().map(|line| format!("      {line}\n")).collect::<String>();
    let etcd = format!(
        "services:\n  etcd:\n    path: /etcdcluster\n    external_urls: [https://etcd.example.com:2379]\n    ca_cert: \
         |\n{}    cert: |\n{}    key: |\n{}",
        indented(&authority.certificate),
        indented(&client.certificate),
        indented(&key)
    );
    let shape = Shape::new("external etcd", by_hand(&cluster) + &etcd, &made);
    Some(shape.with(&made, |_, config| {
        let etcd = config.at(&["services", "etcd"]);
        etcd.push("externalUrls", Json::Array(vec!["https://etcd.example.com:2379".into()]));
        etcd.push("path", "/etcdcluster".into());
        etcd.push("caCert", authority.certificate.as_str().into());
        etcd.push("cert", client.certificate.as_str().into());
        etcd.push("key", key.as_str().into());
    }))
}

fn shapes() -> Option<Vec<Shape>> {
    let (one, three) = (Cluster::one(), Cluster::three());
    let (single, made) = (one.state()?, three.state()?);
    let simple = |name, cluster: &Cluster| Some(Shape::new(name, by_hand(cluster), &cluster.state()?));
    let mut shapes = vec![
        Shape::new("rke config", CONFIG_OUTPUT, &single).with(&single, |_, config| {
            config.set("systemImages", images());
            config.at(&["nodes", "0"]).push("dockerSocket", "/var/run/docker.sock".into());
        }),
        simple("by hand", &three)?,
        simple("rotated", &Cluster { rotated: true, ..three.clone() })?,
        simple("custom certificates", &Cluster { custom: true, ..three.clone() })?,
        simple("one of a kind", &Cluster { machines: roles_apart(), ..three.clone() })?,
        external_etcd()?,
        Shape { config: by_hand(&three).replace('\n', "\r\n"), ..Shape::new("Windows", "", &made) },
        Shape { state: made.json().compact(), ..Shape::new("get-state-file", by_hand(&three), &made) },
    ];
    shapes.extend(eras(&three, &made));
    // The CA was rotated, long after the first one ended: the certificate of service accounts is of that one still.
    let mut rotated = (Cluster { rotated: true, other_ca: true, ..three.clone() }).state()?;
    let old = (Cluster { days: -10, ..three.clone() }).state()?;
    for field in ["certificatePEM", "keyPEM"] {
        *rotated.field_mut("kube-service-account-token", field) = old.field("kube-service-account-token", field).into();
    }
    let order = || object([("caCertificates", Json::Bool(true)), ("services", Json::Null)]);
    let shape = Shape::new("rotated CA", by_hand(&three), &rotated);
    shapes.push(shape.with(&rotated, |_, config| config.set("rotateCertificates", order())));
    // Before it was a certificate of its own there was a key alone.
    let mut early = three.state()?;
    early.field_mut("kube-service-account-token", "certificatePEM").clear();
    shapes.push(Shape::new("a key of service accounts alone", by_hand(&three), &early));
    Some(shapes)
}

/// Machines with one role each.
fn roles_apart() -> Vec<Machine> {
    let machine = |address, roles| Machine { roles, ..Machine::new(address, address) };
    vec![
        machine("203.0.113.10", &["controlplane"]),
        machine("203.0.113.11", &["controlplane"]),
        machine("203.0.113.20", &["etcd"]),
        machine("203.0.113.21", &["etcd"]),
        machine("203.0.113.22", &["etcd"]),
        machine("203.0.113.30", &["worker"]),
        machine("203.0.113.31", &["worker"]),
    ]
}

/// In how many sets each code is found: notes alone.
#[test]
fn on_healthy_sets_no_verb_warns() {
    let Some(shapes) = shapes() else { return };
    let mut rates: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut wrong = String::new();
    for shape in &shapes {
        let Shape { name, config, state, kubeconfig } = shape;
        let set =
            folder(&[("cluster.yml", config), ("cluster.rkestate", state), ("kube_config_cluster.yml", kubeconfig)]);
        let out = ends(&set, &["check", ".", "-o", "json"], 0);
        let report: serde_json::Value = serde_json::from_str(&out.stdout).expect("JSON");
        let mut codes: Vec<(String, String)> = Vec::new();
        for finding in report["findings"].as_array().expect("findings") {
            let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
            if text("severity") != "note" {
                wrong += &format!("{name}: {finding:#}\n");
            }
            codes.push((text("severity"), text("code")));
        }
        codes.sort();
        codes.dedup();
        codes.into_iter().for_each(|code| *rates.entry(code).or_default() += 1);
        ends(&set, &["certs", ".", "--within", "300d"], 0);
        ends(&set, &["outage", "kube_config_cluster.yml"], 0);
        let out = ends(&set, &["export", "--kubeconfig", "kube_config_cluster.yml", "--out", "backup"], 0);
        assert!(out.stderr.contains("stands alone"), "{name}: {}", out.stderr);
        for named in ["cluster.rkestate", "cluster.yml", "kube_config_cluster.yml"] {
            let out = ends(&set, &["recover", named, "--out", "kube_config_cluster.yml", "--force"], 0);
            assert!(!out.stderr.contains("warning"), "{name}: {}", out.stderr);
        }
    }
    eprintln!("of {} healthy sets:", shapes.len());
    rates.iter().for_each(|((severity, code), count)| eprintln!("  {severity} {code}: {count}"));
    assert!(wrong.is_empty(), "{wrong}");
    // What is noted of a healthy set is worth a note: nothing else is.
    let known = ["cluster-admin", "not-highly-available", "outlives-issuer"];
    let others: Vec<_> = rates.keys().filter(|(_, code)| !known.contains(&code.as_str())).collect();
    assert!(others.is_empty(), "{others:?}");
}
