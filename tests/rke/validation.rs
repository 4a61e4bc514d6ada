//! What is wrong with a cluster.yml, by tables.

use kubeconfig::finding::{Code, Finding, Severity};
use kubeconfig::rke::{self, ClusterConfig};
use kubeconfig::syntax::Document;

/// A file that nothing is wrong with; `$` is where a case puts its lines.
const GOOD: &str = "\
kubernetes_version: v1.27.16-rancher1-1
nodes:
- {address: 192.168.0.1, user: rke, role: [controlplane, etcd, worker]}
- {address: 192.168.0.2, user: rke, role: [controlplane, etcd, worker]}
- {address: 192.168.0.3, user: rke, role: [controlplane, etcd, worker]}
";

fn findings(text: &str) -> Vec<Finding> {
    let document = Document::parse(text).unwrap();
    rke::validate(&document).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

fn shown(findings: &[Finding]) -> String {
    findings.iter().map(|f| format!("{f} ({})\n", f.field.as_deref().unwrap_or("-"))).collect()
}

/// Adds `text` to the good file: lines that begin with `nodes:` or `kubernetes_version:` take the place of those there.
fn with(text: &str) -> String {
    let mut good: Vec<&str> = GOOD.lines().collect();
    if text.contains("kubernetes_version:") {
        good.remove(0);
    }
    if text.starts_with("nodes:") || text.contains("\nnodes:") {
        good.retain(|line| !line.starts_with("nodes") && !line.starts_with('-'));
    }
    format!("{}\n{text}\n", good.join("\n"))
}

#[test]
fn nothing_is_wrong_with_a_good_file() {
    assert_eq!(shown(&findings(GOOD)), "");
    let config: ClusterConfig = GOOD.parse().unwrap();
    assert_eq!(shown(&config.with_defaults().validate()), "");
    // What RKE would write of it is as good.
    let state = ClusterConfig::from_state_value(&config.with_defaults().to_state_value()).unwrap();
    assert_eq!(shown(&state.validate()), "");
    assert_eq!(shown(&findings(state.without_defaults().to_yaml().unwrap().expose())), "");
}

/// What is added to the good file, and the finding that is to come of it: code, severity, field, and a piece of what it
/// says. Each case has exactly this one.
#[rustfmt::skip]
const CASES: &[(&str, &str, &str, &str, &str)] = &[
    // RKE's rule 1.
    ("kubernetes_version: 1.27.16", "invalid-cluster", "error", "kubernetes_version", "no version"),
    ("kubernetes_version: v1.27", "invalid-cluster", "error", "kubernetes_version", "no version"),
    // 4 and 5.
    ("nodes:\n- {address: a, user: u, role: [etcd, controlplane, worker]}\n- {address: b, user: u, role: [etcd, controlplane, worker]}\n- {address: A, user: u, role: [etcd, controlplane, worker]}", "duplicate-node", "error", "nodes[2].address", "nodes 1 and 3 have the same address"),
    ("nodes:\n- {address: a, user: u, role: [etcd, controlplane, worker]}\n- {address: b, hostname_override: A, user: u, role: [etcd, controlplane, worker]}\n- {address: c, user: u, role: [etcd, controlplane, worker]}", "duplicate-node", "error", "nodes[1].hostname_override", "nodes 1 and 2 have the same name"),
    ("nodes:\n- {address: a, internal_address: 10.1.0.1, user: u, role: [etcd, controlplane, worker]}\n- {address: b, user: u, role: [etcd, controlplane, worker]}\n- {address: c, internal_address: 10.1.0.1, user: u, role: [etcd, controlplane, worker]}", "duplicate-node", "error", "nodes[2].internal_address", "internal address"),
    // 6.
    ("nodes:\n- {user: u, role: [etcd, controlplane, worker]}\n- {address: b, user: u, role: [etcd, controlplane, worker]}\n- {address: c, user: u, role: [etcd, controlplane, worker]}", "invalid-cluster", "error", "nodes[0].address", "node 1 has no address"),
    ("nodes:\n- {address: a, role: [etcd, controlplane, worker]}\n- {address: b, user: u, role: [etcd, controlplane, worker]}\n- {address: c, user: u, role: [etcd, controlplane, worker]}", "invalid-cluster", "error", "nodes[0].user", "node 1 has no user"),
    ("nodes:\n- {address: a, user: u, role: [etcd, controlplane, worker]}\n- {address: b, user: u, role: [etcd, controlplane, worker]}\n- {address: c, user: u, role: [etcd, controlplane, worker]}\n- {address: d, user: u}", "invalid-cluster", "error", "nodes[3].role", "node 4 has no role"),
    // 7.
    ("nodes:\n- {address: a, hostname_override: under_score, user: u, role: [etcd, controlplane, worker]}\n- {address: b, user: u, role: [etcd, controlplane, worker]}\n- {address: c, user: u, role: [etcd, controlplane, worker]}", "invalid-cluster", "error", "nodes[0].hostname_override", "\"under_score\" can't be the name"),
    ("nodes:\n- {address: a, user: u, role: [etcd, controlplane, worker]}\n- {address: b, user: u, role: [etcd, controlplane, worker]}\n- {address: c, user: u, role: [etcd, controlplane, worker]}\n- {address: '2001:db8::1', user: u, role: [worker]}", "invalid-cluster", "error", "nodes[3].hostname_override", "\"2001:db8::1\" can't be the name"),
    // 8.
    ("nodes:\n- {address: a, user: u, role: [etcd, controlplane, worker, master]}\n- {address: b, user: u, role: [etcd, controlplane, worker]}\n- {address: c, user: u, role: [etcd, controlplane, worker]}", "invalid-cluster", "error", "nodes[0].role[3]", "\"master\" is no role"),
    ("nodes:\n- {address: a, user: u, role: [etcd, controlplane, worker, etcd]}\n- {address: b, user: u, role: [etcd, controlplane, worker]}\n- {address: c, user: u, role: [etcd, controlplane, worker]}", "invalid-cluster", "warning", "nodes[0].role[3]", "named twice"),
    // 9.
    ("authentication: {strategy: x509|token}", "invalid-cluster", "error", "authentication.strategy", "does not have"),
    ("authentication: {strategy: webhook}", "invalid-cluster", "error", "authentication.strategy", "x509 must be among"),
    // 10 to 13.
    ("network: {plugin: cilium}", "invalid-cluster", "error", "network.plugin", "\"cilium\" is no network plugin"),
    ("network: {plugin: flannel, mtu: 1400}", "invalid-cluster", "error", "network.mtu", "flannel"),
    ("network: {plugin: weave}", "invalid-cluster", "warning", "network.plugin", "on its way out"),
    ("kubernetes_version: v1.30.4-rancher1-1\nnetwork: {plugin: weave}", "invalid-cluster", "error", "network.plugin", "no Weave"),
    ("services: {kube-controller: {cluster_cidr: '10.42.0.0/16,2001:db8:42::/56'}}", "invalid-cluster", "error", "services.kube-controller.cluster_cidr", "dual stack"),
    // 15.
    ("ingress: {provider: traefik}", "invalid-cluster", "error", "ingress.provider", "ingress controller"),
    ("ingress: {dns_policy: First}", "invalid-cluster", "error", "ingress.dns_policy", "DNS policy"),
    ("ingress: {network_mode: host}", "invalid-cluster", "error", "ingress.network_mode", "network mode"),
    ("ingress: {http_port: 65536}", "invalid-cluster", "error", "ingress.http_port", "no port"),
    ("ingress: {https_port: -1}", "invalid-cluster", "error", "ingress.https_port", "no port"),
    ("ingress: {http_port: 443}", "invalid-cluster", "error", "ingress.https_port", "same port"),
    // 16.
    ("kubernetes_version: v1.20.4-rancher1-1\nenable_cri_dockerd: true", "invalid-cluster", "error", "enable_cri_dockerd", "1.21"),
    // 17.
    ("authorization: {mode: none}", "invalid-cluster", "error", "services.kube-api.pod_security_configuration", "rbac"),
    ("kubernetes_version: v1.22.4-rancher1-1\nservices: {kube-api: {pod_security_configuration: restricted}}", "invalid-cluster", "error", "services.kube-api.pod_security_configuration", "1.23"),
    ("services: {kube-api: {pod_security_configuration: baseline}}", "invalid-cluster", "error", "services.kube-api.pod_security_configuration", "level"),
    // 20.
    ("services: {etcd: {backup_config: {s3backupconfig: {bucket_name: b}}}}", "invalid-cluster", "error", "services.etcd.backup_config.s3backupconfig.endpoint", "endpoint is missing"),
    ("services: {etcd: {backup_config: {s3backupconfig: {endpoint: e}}}}", "invalid-cluster", "error", "services.etcd.backup_config.s3backupconfig.bucket_name", "bucket_name is missing"),
    ("services: {etcd: {backup_config: {s3backupconfig: {bucket_name: b, endpoint: e, custom_ca: none}}}}", "invalid-cluster", "error", "services.etcd.backup_config.s3backupconfig.custom_ca", "no certificate"),
    // 21.
    ("services: {etcd: {external_urls: ['https://etcd:2379'], ca_cert: a, cert: b, key: c, path: /d}}", "invalid-cluster", "error", "nodes[0].role", "external etcd"),
    // Outside of validation.go.
    ("cloud_provider: {name: aws}", "invalid-cluster", "error", "cloud_provider", "1.27"),
    ("cloud_provider: {customCloudProvider: text}", "invalid-cluster", "error", "cloud_provider.name", "needs a name"),
    ("services: {kube-api: {service_cluster_ip_range: 10.43.0.0}, kube-controller: {service_cluster_ip_range: 10.43.0.0/16}}", "invalid-cluster", "error", "services.kube-api.service_cluster_ip_range", "no network"),
    ("upgrade_strategy: {max_unavailable_worker: 0%}", "invalid-cluster", "error", "upgrade_strategy.max_unavailable_worker", "neither a number"),
    ("upgrade_strategy: {max_unavailable_controlplane: 0}", "invalid-cluster", "error", "upgrade_strategy.max_unavailable_controlplane", "neither a number"),
    ("upgrade_strategy: {node_drain_input: {ignore_daemonsets: false, timeout: 60}}", "invalid-cluster", "warning", "upgrade_strategy.node_drain_input.ignore_daemonsets", "loses this setting"),
    ("services: {kube-api: {admission_configuration: {plugins: []}}}", "invalid-cluster", "error", "services.kube-api.admission_configuration", "apiVersion"),
    ("services: {kube-api: {audit_log: {enabled: true, configuration: {policy: {rules: []}}}}}", "invalid-cluster", "error", "services.kube-api.audit_log.configuration.policy", "apiVersion"),
    ("nodes:\n- {address: a, user: u, role: [etcd, controlplane, worker]}\n- {address: b, user: u, role: [etcd, controlplane, worker]}\n- {address: c, user: u, role: [etcd, controlplane, worker], taints: [{key: node-role.kubernetes.io/etcd, effect: NoExecute}]}", "invalid-cluster", "warning", "nodes[2].taints[0]", "RKE sets this taint itself"),
    ("nodes:\n- {address: a, user: u, role: [etcd, controlplane, worker]}\n- {address: b, user: u, role: [etcd, controlplane, worker]}\n- {address: c, user: u, role: [etcd, controlplane, worker], taints: [{key: k, effect: NoExecute}, {key: k, value: v, effect: NoExecute}]}", "invalid-cluster", "warning", "nodes[2].taints[1]", "second taint"),
    ("services: {kube-api: {secrets_encryption_config: {custom_config: {resources: []}}}}", "invalid-cluster", "warning", "services.kube-api.secrets_encryption_config.custom_config", "RKE drops"),
    // What RKE forgets.
    ("cluster_name: 'a\"b'", "invalid-cluster", "warning", "cluster_name", "unescaped"),
    ("nodes:\n- {address: a, user: u, role: [etcd, controlplane, worker]}\n- {address: b, user: u, role: [etcd, controlplane, worker]}\n- {address: '2001:db8::1', hostname_override: c, user: u, role: [etcd, controlplane, worker]}", "unbracketed-ipv6", "warning", "nodes[2].address", "without brackets"),
    ("nodes:\n- {address: a, user: u, role: [controlplane, worker]}\n- {address: b, user: u, role: [controlplane, worker]}", "no-etcd", "error", "nodes", "no node has the role etcd"),
    ("nodes:\n- {address: a, user: u, role: [etcd, controlplane, worker]}\n- {address: b, user: u, role: [etcd, controlplane, worker]}\n- {address: c, user: u, role: [etcd, controlplane, worker]}\n- {address: d, user: u, role: [etcd]}", "even-etcd", "warning", "nodes", "4 etcd nodes bear the loss of 1, no more than 3 would"),
    ("nodes:\n- {address: a, user: u, role: [etcd, worker]}\n- {address: b, user: u, role: [etcd, worker]}\n- {address: c, user: u, role: [etcd, worker]}", "no-control-plane", "error", "nodes", "no API server"),
    ("nodes:\n- {address: a, user: u, role: [etcd, controlplane]}\n- {address: b, user: u, role: [etcd, controlplane]}\n- {address: c, user: u, role: [etcd, controlplane]}", "no-worker", "warning", "nodes", "no pod can run"),
    ("nodes:\n- {address: a, user: u, role: [etcd, controlplane, worker]}", "not-highly-available", "note", "nodes", "with etcd on 1 node the loss of one stops the cluster"),
    ("nodes:\n- {address: a, user: u, role: [etcd, controlplane, worker]}\n- {address: b, user: u, role: [etcd, worker]}\n- {address: c, user: u, role: [etcd, worker]}", "not-highly-available", "note", "nodes", "one API server"),
    ("nodes:\n- {address: a, user: u, role: [etcd, controlplane, worker]}\n- {address: b, user: u, role: [etcd, controlplane]}\n- {address: c, user: u, role: [etcd, controlplane]}", "not-highly-available", "note", "nodes", "only one node has the role worker"),
    ("services: {kube-controller: {service_cluster_ip_range: 10.44.0.0/16}}", "differing-cidr", "error", "services.kube-controller.service_cluster_ip_range", "different networks"),
    ("services: {kubelet: {cluster_dns_server: 10.44.0.10}}", "differing-cidr", "error", "services.kubelet.cluster_dns_server", "DNS"),
    ("services: {kube-controller: {cluster_cidr: 10.40.0.0/13}}", "overlapping-cidr", "error", "services.kube-controller.cluster_cidr", "overlap"),
    ("services: {kube-controller: {cluster_cidr: 192.168.0.1/32}}", "overlapping-cidr", "error", "nodes[0].address", "lies in a network"),
    // Keys.
    ("cluster_name: a\ncluster_name: a", "duplicate-key", "warning", "cluster_name", "stands at 6:1 already"),
    ("services: {kubelet: {extra_args: {v: 1, v: 2}}}", "duplicate-key", "warning", "services.kubelet.extra_args.*", "already"),
    ("clusterName: a", "dropped-key", "warning", "clusterName", "drops it"),
    ("services: {kubeApi: {}}", "dropped-key", "warning", "services.kubeApi", "drops it"),
    ("services: {kube_api: {}}", "dropped-key", "warning", "services.kube_api", "drops it"),
    ("network: {tolerations: [{key: a, tolerationSeconds: 5}]}", "dropped-key", "warning", "network.tolerations[0].tolerationSeconds", "drops it"),
    ("services: {kubelet: {pod-infra-container-image: x}}", "dropped-key", "warning", "services.kubelet.pod-infra-container-image", "own example"),
    ("system_images: {wave_node: x}", "dropped-key", "warning", "system_images.wave_node", "since RKE 0.2.0"),
    ("authentication: {options: {}}", "dropped-key", "warning", "authentication.options", "no options"),
    ("kubernetesVersion: x", "dropped-key", "warning", "kubernetesVersion", "drops it"),
];

#[test]
fn each_rule_finds_what_it_is_for_and_nothing_else() {
    for (text, code, severity, field, message) in CASES {
        let text = with(text);
        let found = findings(&text);
        let all = shown(&found);
        assert_eq!(found.len(), 1, "{text}\n{all}");
        let finding = &found[0];
        assert_eq!((finding.code.as_str(), finding.severity.as_str()), (*code, *severity), "{text}\n{all}");
        assert_eq!(finding.field.as_deref(), Some(*field), "{text}\n{all}");
        assert!(finding.message.contains(message), "{text}\n{all}");
        assert!(finding.help.is_some(), "{text}\n{all}");
        assert!(finding.position.is_some() && finding.end >= finding.position, "{text}\n{all}");
        // Without the text there are no keys to look at; everything else is the same.
        let config: ClusterConfig = text.parse().unwrap();
        let keys = [Code::DuplicateKey, Code::DroppedKey].contains(&finding.code);
        let expected: Vec<_> = found.iter().filter(|_| !keys).map(|f| (f.code, &f.message)).collect();
        let again = config.validate();
        assert_eq!(again.iter().map(|f| (f.code, &f.message)).collect::<Vec<_>>(), expected, "{text}");
    }
}

#[test]
fn the_right_key_is_suggested() {
    for (text, help) in [
        ("clusterName: a", "write cluster_name"),
        ("kubernetesVersion: a", "write kubernetes_version"),
        ("cluster-name: a", "write cluster_name"),
        ("ClusterName: a", "write cluster_name"),
        ("Nodes: []", "write nodes"),
        ("services: {kubeApi: {}}", "write kube-api"),
        ("services: {kube-apiserver: {}}", "did you mean kube-api?"),
        ("services: {kube-controllers: {}}", "did you mean kube-controller?"),
        ("services: {etcd: {backup_config: {s3_backup_config: {}}}}", "write s3backupconfig"),
        ("network: {tolerations: [{tolerationSeconds: 5}]}", "write tolerationseconds"),
        ("upgrade_strategy: {node_drain_input: {ignoreDaemonSets: true}}", "write ignore_daemonsets"),
        ("private_registries: [{ecr_credential_plugin: {awsAccessToken: x}}]", "write aws_session_token"),
        ("cloud_provider: {openstackCloudProvider: {global: {auth_url: x}}}", "write auth-url"),
        ("private_registries: [{username: x}]", "did you mean user?"),
        ("nodes: [{hostname: x}]", "did you mean hostname_override?"),
        // Of the same map, or none: what is a key elsewhere is another thing here.
        ("service_node_port_range: 1-2", "-"),
        ("username: x", "-"),
        ("nodes: [{ssh_key_file: x}]", "-"),
        ("addon_includes: []", "did you mean addons_include?"),
        ("machine: []", "-"),
    ] {
        let found = findings(&with(text));
        let finding = found.iter().find(|f| f.code == Code::DroppedKey).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(finding.help.as_deref().unwrap_or("-"), help, "{text}");
    }
}

#[test]
fn what_is_no_slip_is_not_told_of() {
    for text in [
        // Read by their JSON keys, in any case.
        "network: {update_strategy: {strategy: RollingUpdate, rollingupdate: {maxunavailable: 1}}}",
        "dns: {provider: coredns, update_strategy: {rollingUpdate: {maxUnavailable: 1, maxSurge: 0}}}",
        // Kubernetes' own, as it stands.
        "ingress: {extra_envs: [{name: A, valueFrom: {fieldRef: {fieldPath: b}}}]}",
        "services: {kube-api: {event_rate_limit: {enabled: true, configuration: {limits: [{type: Server, qps: 1}]}}}}",
        // The user's own maps.
        "services: {kubelet: {extra_args: {maxPods: 250}}}",
        "network: {options: {anything: 1}, node_selector: {a.b/c: d}}",
        "cloud_provider: {azureCloudProvider: {tenantId: x}}",
        // Notes and what is merged from them.
        "x-common: {a: b}\n.hidden: 1",
        "common: &common {extra_args: {v: 2}}\nservices: {kubelet: {<<: *common}, scheduler: {<<: *common, extra_args: {v: 3}}}",
    ] {
        assert_eq!(shown(&findings(&with(text))), "", "{text}");
    }
}

#[test]
fn merged_keys_are_told_of_once() {
    let text =
        with("x-common: &common {extraArgs: {v: 2}}\nservices: {kubelet: {<<: *common}, scheduler: {<<: *common}}");
    let found = findings(&text);
    assert_eq!(found.len(), 1, "{}", shown(&found));
    assert_eq!(found[0].position.unwrap().line, 6);
    assert_eq!(found[0].help.as_deref(), Some("write extra_args"));
}

#[test]
fn a_file_of_ranchers_is_recognised() {
    let inside = GOOD.replace('\n', "\n  ");
    let found = findings(&format!(
        "docker_root_dir: /var/lib/docker\nrancher_kubernetes_engine_config:\n  {}\n",
        inside.trim_end()
    ));
    assert_eq!(found.len(), 1, "{}", shown(&found));
    assert_eq!((found[0].code, found[0].severity), (Code::DroppedKey, Severity::Note));
    assert_eq!(found[0].position.unwrap().to_string(), "2:1");
    // What is below is checked, and the machines are Rancher's.
    let text = "rancher_kubernetes_engine_config:\n  network: {plugin: cilium}\n  clusterName: a\n";
    let found = findings(text);
    let shown: Vec<_> = found.iter().map(|f| (f.code, f.field.as_deref().unwrap(), f.position.unwrap().line)).collect();
    let at = |field| format!("rancher_kubernetes_engine_config.{field}");
    assert_eq!(
        shown,
        [
            (Code::DroppedKey, "rancher_kubernetes_engine_config", 1),
            (Code::InvalidCluster, at("network.plugin").as_str(), 2),
            (Code::DroppedKey, at("clusterName").as_str(), 3)
        ]
    );
    // Rancher spells keys as it does everywhere.
    let text = "rancher_kubernetes_engine_config:\n  services:\n    kube_api: {pod_security_policy: false}\n    etcd: \
                {backup_config: {s3_backup_config: {bucket_name: b}}}\n  upgrade_strategy: {node_drain_input: \
                {ignore_daemon_sets: true}}\n  network: {plugin: canal}\n";
    let dropped: Vec<_> = findings(text).into_iter().filter(|f| f.severity > Severity::Note).collect();
    assert!(dropped.is_empty(), "{dropped:#?}");
    assert!(
        findings(&text.replace("  services", "  kube_api: {}\n  services")).iter().any(|f| f.code == Code::DroppedKey)
    );
    for empty in ["rancher_kubernetes_engine_config: {}\n", "rancher_kubernetes_engine_config:\n"] {
        assert_eq!(findings(empty).len(), 1, "{empty}");
    }
    assert!(findings("rancher_kubernetes_engine_config: 1\n").iter().any(|f| f.code == Code::InvalidCluster));
}

#[test]
fn arguments_go_before_fields() {
    let services = |text: &str| shown(&findings(&with(&format!("services: {text}"))));
    let same = "{kube-api: {service_cluster_ip_range: 10.43.0.0/16, extra_args: {service-cluster-ip-range: \
                10.50.0.0/16}}, kube-controller: {extra_args: {service-cluster-ip-range: 10.50.0.0/16, cluster-cidr: \
                10.51.0.0/16}}, kubelet: {cluster_dns_server: 10.50.0.10}}";
    assert_eq!(services(same), "");
    assert_eq!(
        services(&same.replace("cluster_dns_server: 10", "extra_args: {cluster-dns: 10").replace(".10}}", ".10}}}")),
        ""
    );
    let array = same.replace(
        "extra_args: {service-cluster-ip-range: 10.50.0.0/16}",
        "extra_args_array: {service-cluster-ip-range: [10.50.0.0/16]}",
    );
    assert_ne!(array, same);
    assert_eq!(services(&array), "");
    for (text, code, field) in [
        (
            same.replace(
                "service-cluster-ip-range: 10.50.0.0/16, cluster",
                "service-cluster-ip-range: 10.52.0.0/16, cluster",
            ),
            "differing-cidr",
            "services.kube-controller.extra_args.service-cluster-ip-range",
        ),
        (
            same.replace("cluster-cidr: 10.51.0.0/16", "cluster-cidr: 10.50.0.0/17"),
            "overlapping-cidr",
            "services.kube-controller.extra_args.cluster-cidr",
        ),
        (same.replace("10.50.0.10", "10.43.0.10"), "differing-cidr", "services.kubelet.cluster_dns_server"),
    ] {
        let found = findings(&with(&format!("services: {text}")));
        let [finding] = &found[..] else { panic!("{text}: {}", shown(&found)) };
        assert_eq!((finding.code.as_str(), finding.field.as_deref()), (code, Some(field)), "{text}");
    }
}

#[test]
fn aci_needs_what_rke_wants_of_it() {
    let found = findings(&with("network: {plugin: aci}"));
    assert_eq!(found.len(), 1, "{}", shown(&found));
    let needed = "system_id token apic_user_name apic_user_key apic_user_crt encap_type mcast_range_start mcast_range_end \
                  node_subnet aep vrf_name vrf_tenant l3out extern_dynamic extern_static node_svc_subnet kube_api_vlan \
                  service_vlan infra_vlan apic_hosts l3out_external_networks";
    let needed: Vec<&str> = needed.split_whitespace().collect();
    let found = findings(&with("network: {plugin: aci, aci_network_provider: {tenant: t}}"));
    let fields: Vec<_> = found.iter().map(|f| f.field.clone().unwrap()).collect();
    let expected: Vec<_> = needed.iter().map(|key| format!("network.aci_network_provider.{key}")).collect();
    assert_eq!(fields, expected);

    let value =
        |key: &str| if ["apic_hosts", "l3out_external_networks"].contains(&key) { "[a]" } else { "SECRET-CANARY" };
    let all: String = needed.iter().map(|key| format!("{key}: {}, ", value(key))).collect();
    let complete = format!("network: {{plugin: aci, aci_network_provider: {{{all}}}}}");
    assert_eq!(shown(&findings(&with(&complete))), "");
    for (key, refused) in
        [("capic", "true"), ("ep_registry", "SECRET-CANARY"), ("opflex_server_port", "1"), ("kafka_client_key", "k")]
    {
        let found = findings(&with(&complete.replace("}}", &format!("{key}: {refused}}}}}"))));
        assert_eq!(found.len(), 1, "{}", shown(&found));
        assert!(found[0].message.contains("cloud") && !shown(&found).contains("CANARY"), "{}", shown(&found));
    }
    // Dual stack from a revision on.
    let dual = "services: {kube-controller: {cluster_cidr: '10.42.0.0/16,2001:db8::/56'}}";
    for (version, count) in [
        ("v1.23.16-rancher2-2", 1),
        ("v1.23.16-rancher2-3", 0),
        ("v1.24.13-rancher2-1", 1),
        ("v1.24.17-rancher1-1", 0),
        ("v1.25.8-rancher2-2", 1),
        ("v1.27.16-rancher1-1", 0),
    ] {
        let found = findings(&with(&format!("kubernetes_version: {version}\n{complete}\n{dual}")));
        assert_eq!(found.len(), count, "{version} {}", shown(&found));
    }
}

#[test]
fn an_external_etcd_needs_four_things() {
    let nodes = "nodes:\n- {address: a, user: u, role: [controlplane, worker]}\n- {address: b, user: u, role: [controlplane, worker]}\n";
    let found = findings(&with(&format!("{nodes}services: {{etcd: {{external_urls: ['https://etcd:2379']}}}}")));
    let fields: Vec<_> = found.iter().map(|f| f.field.as_deref().unwrap()).collect();
    let expected = ["ca_cert", "cert", "key", "path"].map(|key| format!("services.etcd.{key}"));
    assert_eq!(fields, expected, "{}", shown(&found));
}

#[test]
fn a_custom_config_changes_how_unquoted_texts_are_read() {
    let custom = "secrets_encryption_config: {enabled: true, custom_config: {resources: [{resources: [secrets], providers: [{identity: {}}]}]}}";
    let text = |scalar: &str| with(&format!("services: {{kube-api: {{extra_args: {{a: {scalar}}}, {custom}}}}}"));
    for scalar in ["0644", "yes", "1.10", "1_000", "0x10"] {
        let found = findings(&text(scalar));
        assert_eq!(found.len(), 1, "{scalar}: {}", shown(&found));
        assert_eq!(found[0].field.as_deref(), Some("services.kube-api.extra_args.*"));
        assert!(found[0].severity == Severity::Warning && found[0].help.as_deref() == Some("put it in quotes"));
        let config: ClusterConfig = text(scalar).parse().unwrap();
        assert_ne!(config.services.kube_api.base.extra_args["a"].expose(), scalar, "so it is");
    }
    for scalar in ["644", "true", "1.5", "-3", "'0644'", "\"yes\"", "text", "~", "2001-01-01"] {
        assert_eq!(shown(&findings(&text(scalar))), "", "{scalar}");
    }
    // Without it, the spelling is kept.
    assert_eq!(shown(&findings(&with("services: {kube-api: {extra_args: {a: 0644}}}"))), "");
}

#[test]
fn a_hundred_of_a_kind_are_enough() {
    let nodes: String = (0..5_000).map(|_| "- {}\n".to_owned()).collect();
    let found = findings(&format!("nodes:\n{nodes}"));
    let of_nodes = found.iter().filter(|f| f.code == Code::InvalidCluster).count();
    assert_eq!(of_nodes, 101);
    let more = found.last().unwrap();
    assert_eq!(more.message, "14900 more of this kind");
    assert_eq!(more.position, None);
}

#[test]
fn findings_are_in_the_order_of_the_file() {
    let text = with("network: {plugin: x}\nunknown: 1\nnodes:\n- {}\ncluster_name: 'a\"'\n");
    let found = findings(&text);
    let positions: Vec<_> = found.iter().map(|f| f.position.unwrap()).collect();
    assert!(positions.is_sorted(), "{}", shown(&found));
    assert!(positions.len() > 5);
}

#[test]
fn findings_hold_no_secret() {
    for row in super::table::rows() {
        let text = super::table::document(row.yaml, "SECRET-CANARY");
        let document = Document::parse(text.as_bytes()).unwrap();
        let Ok(found) = rke::validate(&document) else { continue };
        let all = format!("{} {found:?}", shown(&found));
        // Addresses, roles and names of plugins are told; they are no secrets.
        let is_told =
            ["nodes[].hostname_override", "nodes[].address", "nodes[].role[]", "network.plugin"].contains(&row.yaml);
        assert!(is_told || !all.contains("SECRET-CANARY"), "{text}\n{all}");
    }
}

#[test]
fn values_of_another_kind_do_not_hide_one_another() {
    let text = "nodes:\n- address: 10.0.0.1\n  role: worker\n  internalAddress: x\n- address: [a]\n  role: [etcd]\n\
                ssh_agent_auth: \"yes\"\nservices:\n  etcd: {snapshot: maybe, uid: 1.5.6}\n";
    let found = findings(text);
    let told: Vec<String> = found
        .iter()
        .map(|f| format!("{} {} {}", f.position.unwrap(), f.code.as_str(), f.field.as_deref().unwrap()))
        .collect();
    let expected = [
        "3:9 invalid-cluster nodes[0].role",
        "4:3 dropped-key nodes[0].internalAddress",
        "5:12 invalid-cluster nodes[1].address",
        "7:17 invalid-cluster ssh_agent_auth",
        "9:20 invalid-cluster services.etcd.snapshot",
        "9:32 invalid-cluster services.etcd.uid",
    ];
    assert_eq!(told, expected);
    // Those who read it get all of them, too.
    let error = text.parse::<kubeconfig::rke::ClusterConfig>().unwrap_err();
    assert!(error.is_type() && error.errors().len() == 5, "{error}");
}
