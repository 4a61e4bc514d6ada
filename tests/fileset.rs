//! RKE's three files as one set: names, and what they say of each other.

use kubeconfig::rke::FileSet;
use std::path::{Path, PathBuf};

#[test]
fn names_by_rke_s_rules() {
    for (config, kubeconfig, state, certificates) in [
        ("cluster.yml", "kube_config_cluster.yml", "cluster.rkestate", "cluster_certs"),
        ("rancher-cluster.yml", "kube_config_rancher-cluster.yml", "rancher-cluster.rkestate", "rancher-cluster_certs"),
        ("prod.yaml", "kube_config_prod.yaml", "prod.rkestate", "prod_certs"),
        ("prod", "kube_config_prod", "prod.rkestate", "prod_certs"),
        ("eu.prod.yml", "kube_config_eu.prod.yml", "eu.prod.rkestate", "eu.prod_certs"),
        // The last extension goes, whatever it is.
        ("eu.prod", "kube_config_eu.prod", "eu.rkestate", "eu_certs"),
        ("prod.yml.bak", "kube_config_prod.yml.bak", "prod.yml.rkestate", "prod.yml_certs"),
        ("prod.", "kube_config_prod.", "prod.rkestate", "prod_certs"),
        // Dots of folders do no harm.
        ("conf.d/prod", "conf.d/kube_config_prod", "conf.d/prod.rkestate", "conf.d/prod_certs"),
        ("../a.b/prod.yml", "../a.b/kube_config_prod.yml", "../a.b/prod.rkestate", "../a.b/prod_certs"),
        ("/x.yml", "/kube_config_x.yml", "/x.rkestate", "/x_certs"),
        (".yml", "kube_config_.yml", ".rkestate", "_certs"),
        ("é x.yml", "kube_config_é x.yml", "é x.rkestate", "é x_certs"),
    ] {
        for given in [config, kubeconfig] {
            let set = FileSet::of(given);
            assert_eq!(set.config(), Path::new(config), "of {given}");
            assert_eq!(set.kubeconfig(), Path::new(kubeconfig), "of {given}");
            assert_eq!(set.state(), Path::new(state), "of {given}");
            assert_eq!(set.certificates(), Path::new(certificates), "of {given}");
            assert_eq!(set.configs().len(), 1, "of {given}");
        }
        // A state does not tell whose it is; what is likely is told.
        let set = FileSet::of(state);
        assert_eq!((set.state(), &set.certificates()), (Path::new(state), &PathBuf::from(certificates)));
        let likely: Vec<&Path> = set.configs().collect();
        let unlikely = ["eu.prod", "prod.yml.bak", "prod."];
        assert_eq!(likely.contains(&Path::new(config)), !unlikely.contains(&config), "of {state}: {likely:?}");
    }
    assert_eq!(FileSet::of("prod.yml").state(), FileSet::of("prod.yaml").state());
    let names: Vec<PathBuf> = FileSet::of("a/prod.rkestate").configs().map(Path::to_owned).collect();
    assert_eq!(names, ["a/prod.yml", "a/prod.yaml", "a/prod"].map(PathBuf::from));
}

#[test]
fn odd_paths() {
    for path in ["", "/", ".", "..", "a/..", "kube_config_", ".rkestate", "a.rkestate/", "kube_config_x.rkestate"] {
        let set = FileSet::of(path);
        let _ = (set.config().to_owned(), set.kubeconfig(), set.certificates());
        assert!(set.configs().len() >= 1);
    }
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        let path = Path::new(std::ffi::OsStr::from_bytes(b"a/\xff.yml"));
        assert_eq!(FileSet::of(path).state().as_os_str().as_bytes(), b"a/\xff.rkestate");
        assert_eq!(FileSet::of(path).kubeconfig().as_os_str().as_bytes(), b"a/kube_config_\xff.yml");
    }
}

mod common;

use common::rke_state::{Cluster, Json, RkeState, object};
use kubeconfig::finding::{Code, Finding, Severity};
use std::fs;
use tempfile::TempDir;

/// The cluster.yml the state of [`Cluster::three`] was made from. What is not in it, RKE fills in.
const CLUSTER_YML: &str = "\
cluster_name: prod
nodes:
- address: 203.0.113.10
  hostname_override: CP1 # RKE makes it lower
  user: rke
  port: 22
  ssh_agent_auth: true # that of the cluster counts
  role: [controlplane, etcd, worker]
- address: 203.0.113.11
  hostname_override: cp2
  user: rke
  role: [controlplane, etcd, worker]
- address: 203.0.113.12
  hostname_override: cp3
  user: rke
  role:
  - controlplane
  - etcd
  - worker
authentication:
  sans: [k8s.example.com]
services:
  etcd:
    image: of/nobody # that of system_images counts
    snapshot: yes
    backup_config: {interval_hours: 12}
  kube-api:
    service_cluster_ip_range: 10.43.0.0/16
    extra_args: {}
network:
  plugin: canal
kubernetes_version: v1.27.16-rancher1-1
ignore_docker_version: true
enable_cri_dockerd: true
addons_include: []
";

struct Scene {
    folder: TempDir,
    made: RkeState,
}

impl Scene {
    fn new() -> Option<Scene> {
        let scene = Scene { folder: tempfile::tempdir().unwrap(), made: Cluster::three().state()? };
        scene.write("prod.yml", CLUSTER_YML);
        scene.write("prod.rkestate", &scene.made.text());
        scene.write("kube_config_prod.yml", &scene.made.kubeconfig());
        Some(scene)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// What is found, each as `FILE: CODE`, and the messages.
    fn found(&self, of: &str) -> (Vec<String>, Vec<Finding>) {
        let open = FileSet::open(self.folder.path().join(of)).unwrap_or_else(|e| panic!("{e}"));
        let findings = open.findings().to_vec();
        let name = |finding: &Finding| finding.file.as_ref().unwrap().file_name().unwrap().to_str().unwrap().to_owned();
        (findings.iter().map(|finding| format!("{}: {}", name(finding), finding.code)).collect(), findings)
    }
}

#[test]
fn a_set_that_fits() {
    let Some(scene) = Scene::new() else { return };
    for file in ["prod.yml", "prod.rkestate", "kube_config_prod.yml"] {
        let (found, findings) = scene.found(file);
        assert_eq!(found, Vec::<String>::new(), "of {file}: {findings:#?}");
        let open = FileSet::open(scene.folder.path().join(file)).unwrap();
        assert_eq!(open.files(), &FileSet::of(scene.folder.path().join("prod.yml")));
        assert_eq!(open.config().unwrap().nodes.len(), 3);
        assert_eq!(open.state().unwrap().current.certificates.len(), scene.made.bundle.len());
        assert_eq!(open.kubeconfig().unwrap().current_context(), Some("prod"));
    }
    // What `recover` makes fits as well, whichever server was chosen.
    let state = kubeconfig::rke::State::read(scene.folder.path().join("prod.rkestate")).unwrap();
    for server in ["https://203.0.113.12:6443", "https://k8s.example.com:6443"] {
        let made = kubeconfig::rke::Recovery::of_state(state.clone()).server(server).build().unwrap();
        scene.write("kube_config_prod.yml", made.to_yaml());
        assert_eq!(scene.found("prod.yml").0, Vec::<String>::new(), "{server}");
    }
}

#[test]
fn missing_and_broken_files() {
    let Some(scene) = Scene::new() else { return };
    let path = |name: &str| scene.folder.path().join(name);
    fs::remove_file(path("kube_config_prod.yml")).unwrap();
    assert_eq!(scene.found("prod.yml").0, ["kube_config_prod.yml: missing-kubeconfig"]);
    fs::remove_file(path("prod.rkestate")).unwrap();
    let (found, findings) = scene.found("prod.yml");
    assert_eq!(found, ["prod.rkestate: missing-state", "kube_config_prod.yml: missing-kubeconfig"]);
    let help = findings[0].help.as_deref().unwrap();
    assert!(help.contains("full-cluster-state") && help.contains("RKE before 0.2.0"), "{help}");
    scene.write("kube_config_prod.yml", "kind: Config\n");
    fs::remove_file(path("prod.yml")).unwrap();
    let (found, _) = scene.found("kube_config_prod.yml");
    assert_eq!(found, ["prod.yml: missing-config", "prod.rkestate: missing-state"]);
    fs::remove_file(path("kube_config_prod.yml")).unwrap();
    let error = FileSet::open(path("prod.yml")).unwrap_err();
    assert_eq!(error.kind(), kubeconfig::ErrorKind::NotFound);

    scene.write("prod.yml", "nodes:\n- address: [1]\n  role: etcd\n");
    scene.write("prod.rkestate", "{\n\"desiredState\": {");
    scene.write("kube_config_prod.yml", "clusters: 1\n");
    let (found, findings) = scene.found("prod.rkestate");
    let expected = [
        "prod.yml: unreadable",
        "prod.yml: unreadable",
        "prod.rkestate: unreadable",
        "kube_config_prod.yml: unreadable",
    ];
    assert_eq!(found, expected);
    let places: Vec<_> = findings.iter().map(|finding| finding.position.unwrap().line).collect();
    assert_eq!(places, [2, 3, 2, 1]);

    // Two configurations, one state.
    let Some(scene) = Scene::new() else { return };
    scene.write("prod.yaml", CLUSTER_YML);
    for of in ["prod.yml", "prod.rkestate"] {
        assert_eq!(scene.found(of).0, ["prod.rkestate: state-name-collision"], "of {of}");
    }
}

#[test]
fn a_kubeconfig_that_does_not_fit() {
    let Some(mut scene) = Scene::new() else { return };
    let own = scene.made.kubeconfig();
    let other = Cluster::three().state().unwrap();
    // Another cluster has another CA; here the times differ, and so do the certificates.
    let foreign = own.replace(&ca_line(&own), &common::pki::base64(&common::pki::world().rke_ca.certificate));
    let stale = {
        *scene.made.field_mut("kube-admin", "certificatePEM") = common::pki::world().rke_admin.certificate.clone();
        scene.made.kubeconfig()
    };
    let wrong_key = own.replace(
        &common::pki::base64(other.field("kube-admin", "keyPEM")),
        &common::pki::base64(other.field("kube-proxy", "keyPEM")),
    );
    for (what, text, code, severity, says) in [
        ("another cluster's", foreign, Code::ForeignKubeconfig, Severity::Error, "of another cluster"),
        (
            "an older one",
            stale,
            Code::StaleKubeconfig,
            Severity::Warning,
            "the kubeconfig is older than the state: its certificate ends on 20",
        ),
        ("another key", wrong_key, Code::StaleKubeconfig, Severity::Error, "its key does not belong"),
        (
            "another server",
            own.replace("203.0.113.10", "203.0.113.99"),
            Code::StaleKubeconfig,
            Severity::Warning,
            "its server 203.0.113.99 is no control-plane node",
        ),
    ] {
        assert_ne!(text, own, "{what}");
        scene.write("kube_config_prod.yml", &text);
        let (_, findings) = scene.found("prod.yml");
        let [finding] = &findings[..] else { panic!("{what}: {findings:#?}") };
        assert_eq!((finding.code, finding.severity), (code, severity), "{what}");
        assert!(finding.message.contains(says), "{what}: {finding}");
    }
    // One that embeds nothing can't be compared.
    scene.write("kube_config_prod.yml", "current-context: a\ncontexts: [{name: a, context: {cluster: a, user: a}}]\n");
    assert_eq!(scene.found("prod.yml").0, Vec::<String>::new());
}

fn ca_line(kubeconfig: &str) -> String {
    kubeconfig.lines().find_map(|line| line.trim().strip_prefix("certificate-authority-data: ")).unwrap().to_owned()
}

#[test]
fn a_configuration_that_drifted() {
    let Some(scene) = Scene::new() else { return };
    for (from, to, field, line) in [
        ("cluster_name: prod", "cluster_name: production", "cluster_name", 1),
        ("hostname_override: cp2", "hostname_override: cp9", "nodes[1].hostname_override", 10),
        ("  - etcd\n", "", "nodes[2].role", 17),
        ("[k8s.example.com]", "[k8s.example.com, SECRET-CANARY]", "authentication.sans", 21),
        ("snapshot: yes", "snapshot: no", "services.etcd.snapshot", 25),
        ("interval_hours: 12", "interval_hours: 6", "services.etcd.backup_config.interval_hours", 26),
        ("10.43.0.0/16", "10.44.0.0/16", "services.kube-api.service_cluster_ip_range", 28),
        ("extra_args: {}", "extra_args: {audit-log-path: SECRET-CANARY}", "services.kube-api.extra_args", 29),
        ("addons_include: []", "addons_include: [a]", "addons_include", 35),
    ] {
        let text = CLUSTER_YML.replace(from, to);
        assert_ne!(text, CLUSTER_YML);
        scene.write("prod.yml", &text);
        let (found, findings) = scene.found("prod.yml");
        assert_eq!(found, ["prod.yml: state-drift"], "{to}: {findings:#?}");
        assert_eq!(findings[0].field.as_deref(), Some(field), "{to}");
        assert_eq!(findings[0].position.unwrap().line, line, "{to}");
        common::canary::check(to, &format!("{} {findings:?}", findings[0]));
    }
    // A node more, and many fields at once.
    let more = CLUSTER_YML
        .replace("authentication:", "- address: 203.0.113.13\n  user: rke\n  role: [worker]\nauthentication:");
    scene.write("prod.yml", &more);
    assert_eq!(scene.found("prod.yml").1[0].field.as_deref(), Some("nodes"));
    let many: String = (0..200).map(|i| format!("      x{i}: y\n")).collect();
    let image = "    image: of/nobody # that of system_images counts\n";
    scene.write("prod.yml", &CLUSTER_YML.replace(image, &format!("    extra_args:\n{many}")));
    let (found, findings) = scene.found("prod.yml");
    assert!(found.iter().all(|found| found == "prod.yml: state-drift") && found.len() == 51, "{found:?}");
    assert!(findings[50].message.starts_with("150 more fields"), "{}", findings[50]);
}

#[test]
fn what_rke_reads_as_nothing_is_no_drift() {
    let Some(scene) = Scene::new() else { return };
    for more in [
        // Zero values, and maps of only such.
        "ingress: {http_port: 0, https_port: 0, network_mode: '', default_backend: ~, node_selector: {}}\n",
        "cloud_provider: {name: ''}\nbastion_host: {address: '', port: '', ignore_proxy_env_vars: false}\n",
        "addon_job_timeout: 0\nprefix_path: ''\nrestore: {restore: false, snapshot_name: ''}\n",
        "monitoring: {replicas: ~, options: {}, update_strategy: ~}\ndns: ~\nssh_cert_path: ''\n",
        "private_registries: []\naddons: ''\n",
        // RKE's own defaults, in words of cluster.yml.
        "ingress: {provider: nginx, http_port: 80, https_port: 443, network_mode: hostPort, default_backend: false}\n",
        "monitoring: {provider: metrics-server, replicas: 1}\nprefix_path: /\naddon_job_timeout: 45\n",
        "upgrade_strategy: {max_unavailable_worker: 10%, max_unavailable_controlplane: 1}\n",
        "upgrade_strategy: {node_drain_input: {ignore_daemonsets: true, timeout: 120, grace_period: -1}}\n",
        "upgrade_strategy: {node_drain_input: {ignore_daemonsets: true, timeout: 120}}\n",
        "dns: {provider: coredns, update_strategy: {rollingUpdate: {maxUnavailable: 1, maxSurge: 0}}}\n",
        // Orders, and what the command line overwrites.
        "rotate_certificates: {cacertificates: true}\nrotate_encryption_key: true\n",
        "restore: {restore: true, snapshot_name: a}\n",
        // What RKE does not know, wherever it is.
        "hosts: [a]\nx: {y: z}\nsystem_images: {tiller: a}\ndns: {unknown: 1}\n",
    ] {
        scene.write("prod.yml", &format!("{CLUSTER_YML}{more}"));
        let (found, findings) = scene.found("prod.yml");
        assert_eq!(found, Vec::<String>::new(), "{more}: {findings:#?}");
    }
    for (from, to) in [
        // Within parts that the state has.
        ("    image: of", "    uid: 0\n    external_urls: []\n    path: ''\n    unknown: 1\n    image: of"),
        ("    extra_args: {}", "    extra_env: [RKE_AUDITLOG_CONFIG_CHECKSUM=1]\n    always_pull_images: false"),
        ("    extra_args: {}", "    secrets_encryption_config: {enabled: false, custom_config: {resources: []}}"),
        ("  plugin: canal", "  plugin: canal\n  mtu: 0\n  options: {}\n  tolerations: []\n  unknown: {a: b}"),
        // The order of roles, and that of nodes.
        ("role: [controlplane, etcd, worker]", "role: [worker, controlplane, etcd]"),
        ("kubernetes_version: v1.27.16-rancher1-1", "kubernetes_version: ''"),
    ] {
        let text = CLUSTER_YML.replace(from, to);
        assert_ne!(text, CLUSTER_YML, "{from}");
        scene.write("prod.yml", &text);
        let (found, findings) = scene.found("prod.yml");
        assert_eq!(found, Vec::<String>::new(), "{to}: {findings:#?}");
    }
    let second = CLUSTER_YML.find("- address: 203.0.113.11").unwrap();
    let first = CLUSTER_YML.find("- address: 203.0.113.10").unwrap();
    let end = CLUSTER_YML.find("authentication:").unwrap();
    let moved = [&CLUSTER_YML[..first], &CLUSTER_YML[second..end], &CLUSTER_YML[first..second], &CLUSTER_YML[end..]];
    scene.write("prod.yml", &moved.concat());
    assert_eq!(scene.found("prod.yml").0, Vec::<String>::new());
}

/// What RKE writes into `currentState` alone, at the end of `rke up`.
#[test]
fn what_rke_adds_to_the_current_state_is_no_drift() {
    let Some(scene) = Scene::new() else { return };
    let drain = || {
        object([("ignoreDaemonSets", Json::Bool(true)), ("gracePeriod", Json::Int(-1)), ("timeout", Json::Int(120))])
    };
    let strategy = || vec![("maxUnavailableWorker", "10%".into()), ("maxUnavailableControlplane", "1".into())];
    let variable = |name: &str| Json::Array(vec![format!("{name}=d41d8cd9").as_str().into()]);
    type Change<'a> = &'a dyn Fn(&mut Json);
    let changes: [(&str, Change<'_>); 5] = [
        ("nodeDrainInput", &|json| {
            json.at(&["desiredState", "rkeConfig"]).push("upgradeStrategy", object(strategy()));
            let mut filled = strategy();
            filled.push(("nodeDrainInput", drain()));
            json.at(&["currentState", "rkeConfig"]).push("upgradeStrategy", object(filled));
        }),
        ("RKE_*", &|json| {
            let services = json.at(&["currentState", "rkeConfig", "services"]);
            services.at(&["kubeApi"]).push("extraEnv", variable("RKE_AUDITLOG_CONFIG_CHECKSUM"));
            services.at(&["kubelet"]).push("extraEnv", variable("RKE_KUBELET_DOCKER_CONFIG"));
        }),
        ("zero values", &|json| {
            let current = json.at(&["currentState", "rkeConfig"]);
            current.push("prefixPath", "".into());
            current.push("monitoring", object([("options", object([])), ("provider", "".into())]));
            current.at(&["network"]).push("mtu", Json::Int(0));
        }),
        ("a key that RKE does not know", &|json| {
            let current = json.at(&["currentState", "rkeConfig"]);
            current.push("unknown", object([("a", "b".into())]));
            current.at(&["nodes", "0"]).push("unknown", "a".into());
        }),
        ("an order", &|json| {
            let order = object([("caCertificates", Json::Bool(true)), ("services", Json::Null)]);
            json.at(&["desiredState", "rkeConfig"]).push("rotateCertificates", order);
        }),
    ];
    for (what, change) in changes {
        let mut json = scene.made.json();
        change(&mut json);
        scene.write("prod.rkestate", &json.indented());
        let (found, findings) = scene.found("prod.yml");
        assert_eq!(found, Vec::<String>::new(), "{what}: {findings:#?}");
        let path = scene.folder.path().join("prod.rkestate");
        let recovered = kubeconfig::rke::Recovery::open(path).unwrap().build().unwrap();
        assert!(!recovered.is_doubtful(), "{what}: {:?}", recovered.notes());
    }
    // A variable of one's own, nodes and certificates are findings.
    let mut json = scene.made.json();
    json.at(&["currentState", "rkeConfig", "services", "kubeApi"]).push("extraEnv", variable("OWN"));
    *json.at(&["currentState", "rkeConfig", "nodes", "1", "role", "1"]) = "worker".into();
    *json.at(&["currentState", "certificatesBundle", "kube-proxy", "certificatePEM"]) = "other".into();
    scene.write("prod.rkestate", &json.indented());
    let (found, findings) = scene.found("prod.yml");
    assert_eq!(found, ["prod.rkestate: state-drift"]);
    let says = "differ in rkeConfig.nodes, rkeConfig.services, certificatesBundle.kube-proxy: the last";
    assert!(findings[0].message.contains(says), "{}", findings[0]);
}

#[test]
fn a_state_that_was_not_reached() {
    let Some(scene) = Scene::new() else { return };
    let mut json = scene.made.json();
    *json.at(&["currentState", "rkeConfig", "kubernetesVersion"]) = "v1.26".into();
    scene.write("prod.rkestate", &json.indented());
    let (found, findings) = scene.found("prod.yml");
    assert_eq!(found, ["prod.rkestate: state-drift"]);
    assert!(findings[0].message.contains("differ in rkeConfig.kubernetesVersion: the last"), "{}", findings[0]);
    *json.at(&["currentState"]) = object([]);
    scene.write("prod.rkestate", &json.indented());
    assert_eq!(scene.found("prod.yml").0, ["prod.rkestate: empty-current-state"]);
    *json.at(&["desiredState", "rkeConfig", "nodes"]) = "no list".into();
    scene.write("prod.rkestate", &json.indented());
    let (found, findings) = scene.found("prod.yml");
    assert_eq!(found, ["prod.rkestate: empty-current-state", "prod.rkestate: unreadable"]);
    assert_eq!(findings[1].field.as_deref(), Some("desiredState.rkeConfig.nodes"));
}
