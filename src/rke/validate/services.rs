//! Components and what belongs to them: RKE's rules 9 and 16 to 20, and those of other files of RKE's.

use super::Report;
use crate::cert;
use crate::rke::cluster::{ClusterConfig, EtcdService, Node};
use crate::rke::version::KubeVersion;
use crate::syntax::Value;

/// `full` has its defaults, `given` is what the file says.
pub(super) fn check(full: &ClusterConfig, given: &ClusterConfig, version: Option<&KubeVersion>, report: &mut Report) {
    name(full, report);
    authentication(full, report);
    etcd(&full.services.etcd, report);
    let is_etcd = |node: &Node| node.role.iter().any(|role| role == "etcd");
    let with_etcd = full.nodes.iter().position(is_etcd);
    if let Some(i) = with_etcd.filter(|_| !full.services.etcd.external_urls.is_empty()) {
        let message = "a node has the role etcd, and an external etcd is named too";
        report.invalid(format!("nodes[{i}].role"), message, "keep one of the two");
    }
    kube_api(full, version, report);
    if full.enable_cri_dockerd == Some(true) && version.is_some_and(|v| !v.is_at_least(1, 21, 0)) {
        report.invalid(
            "enable_cri_dockerd",
            "cri-dockerd needs Kubernetes 1.21 or later",
            "remove enable_cri_dockerd, or take a later kubernetes_version",
        );
    }
    cloud(full, version, report);
    upgrade(given, report);
}

/// RKE puts the name between double quotes in the kubeconfig, unescaped.
fn name(config: &ClusterConfig, report: &mut Report) {
    let name = config.cluster_name.as_deref().unwrap_or_default();
    if name.contains(['"', '\\']) || name.contains(char::is_control) {
        report.warning(
            "cluster_name",
            "RKE writes this name unescaped into the kubeconfig, which then can't be read",
            "leave out quotes, backslashes and control characters",
        );
    }
}

fn authentication(config: &ClusterConfig, report: &mut Report) {
    let strategy = config.authentication.strategy.as_deref().unwrap_or_default();
    let strategies: Vec<String> = strategy.split('|').map(|one| one.trim().to_lowercase()).collect();
    let field = "authentication.strategy";
    let help = "write x509, or x509|webhook";
    if !strategies.iter().all(|one| matches!(one.as_str(), "x509" | "webhook")) {
        report.invalid(field, "an authentication strategy that RKE does not have", help);
    }
    if !strategies.iter().any(|one| one == "x509") {
        report.invalid(field, "x509 must be among the authentication strategies", help);
    }
}

fn etcd(etcd: &EtcdService, report: &mut Report) {
    let is_empty = |text: &Option<String>| text.as_deref().unwrap_or_default().is_empty();
    if !etcd.external_urls.is_empty() {
        let no_key = etcd.key.as_ref().is_none_or(|key| key.expose().is_empty());
        for (key, is_missing) in [
            ("ca_cert", is_empty(&etcd.ca_cert)),
            ("cert", is_empty(&etcd.cert)),
            ("key", no_key),
            ("path", is_empty(&etcd.path)),
        ] {
            if is_missing {
                let message = format!("an external etcd is named, but not its {key}");
                report.invalid(format!("services.etcd.{key}"), message, format!("set {key}"));
            }
        }
    }
    let Some(s3) = etcd.backup_config.as_ref().and_then(|backup| backup.s3_backup_config.as_ref()) else { return };
    let field = |key: &str| format!("services.etcd.backup_config.s3backupconfig.{key}");
    for (key, is_missing) in [("endpoint", is_empty(&s3.endpoint)), ("bucket_name", is_empty(&s3.bucket_name))] {
        if is_missing {
            let message = format!("snapshots shall go to a bucket, but {key} is missing");
            report.invalid(field(key), message, format!("set {key}"));
        }
    }
    let ca = s3.custom_ca.as_deref().unwrap_or_default();
    if !ca.is_empty() && cert::certificates(ca.as_bytes()).map_or(true, |certificates| certificates.is_empty()) {
        report.invalid(field("custom_ca"), "there is no certificate in it", "put the CA's certificate there, as PEM");
    }
}

fn kube_api(config: &ClusterConfig, version: Option<&KubeVersion>, report: &mut Report) {
    let api = &config.services.kube_api;
    let level = api.pod_security_configuration.as_deref().unwrap_or_default();
    if !level.is_empty() {
        let field = "services.kube-api.pod_security_configuration";
        if config.authorization.mode.as_deref() != Some("rbac") {
            report.invalid(field, "pod security needs the authorization mode rbac", "set authorization.mode to rbac");
        }
        if version.is_some_and(|v| !v.is_at_least(1, 23, 0)) {
            report.invalid(field, "pod security needs Kubernetes 1.23 or later", "remove it");
        }
        if !["privileged", "restricted"].contains(&level) {
            report.invalid(field, "a level of pod security that RKE does not have", "write privileged or restricted");
        }
    }
    let encryption = api.secrets_encryption_config.as_ref();
    if encryption.is_some_and(|config| config.custom_config.is_some() && config.enabled != Some(true)) {
        report.warning(
            "services.kube-api.secrets_encryption_config.custom_config",
            "RKE drops this configuration, because encryption is not enabled",
            "set enabled: true beside it, or remove it",
        );
    }
    let has = |value: &Option<Value>, key: &str| {
        value.as_ref().is_none_or(|value| value.get(key).and_then(Value::as_str).is_some_and(|text| !text.is_empty()))
    };
    let admission = &api.admission_configuration;
    if !(has(admission, "apiVersion") && has(admission, "kind")) {
        report.invalid(
            "services.kube-api.admission_configuration",
            "an admission configuration without apiVersion or kind",
            "write apiVersion: apiserver.config.k8s.io/v1 and kind: AdmissionConfiguration",
        );
    }
    let log = api.audit_log.as_ref().and_then(|log| log.configuration.as_ref());
    if let Some(policy) = log.map(|configuration| &configuration.policy) {
        if !(has(policy, "apiVersion") && has(policy, "kind")) {
            report.invalid(
                "services.kube-api.audit_log.configuration.policy",
                "an audit policy without apiVersion or kind",
                "write apiVersion: audit.k8s.io/v1 and kind: Policy",
            );
        }
    }
}

/// `cluster/defaults.go`, `setCloudProvider`.
fn cloud(config: &ClusterConfig, version: Option<&KubeVersion>, report: &mut Report) {
    let cloud = &config.cloud_provider;
    let name = cloud.name.as_deref().unwrap_or_default();
    let custom = cloud.custom_cloud_provider.as_ref().is_some_and(|text| !text.expose().is_empty());
    if custom && name.is_empty() {
        let help = "set cloud_provider.name";
        report.invalid("cloud_provider.name", "a cloud provider of your own needs a name", help);
    }
    let is_aws = if custom { name == "aws" } else { name == "aws" || cloud.aws_cloud_provider.is_some() };
    let others = cloud.azure_cloud_provider.is_some()
        || cloud.openstack_cloud_provider.is_some()
        || cloud.vsphere_cloud_provider.is_some()
        || cloud.harvester_cloud_provider.is_some();
    if is_aws && (custom || !others) && version.is_some_and(|v| v.is_at_least(1, 27, 0)) {
        report.invalid(
            "cloud_provider",
            "Kubernetes has no cloud provider for AWS from 1.27 on",
            "name external-aws, and install the AWS cloud controller manager",
        );
    }
}

fn upgrade(config: &ClusterConfig, report: &mut Report) {
    let Some(strategy) = &config.upgrade_strategy else { return };
    for (key, text) in [
        ("max_unavailable_worker", &strategy.max_unavailable_worker),
        ("max_unavailable_controlplane", &strategy.max_unavailable_controlplane),
    ] {
        let text = text.as_deref().unwrap_or_default();
        if !text.is_empty() && !is_amount(text) {
            report.invalid(
                format!("upgrade_strategy.{key}"),
                "neither a number above 0 nor a share above 0 %",
                "write it as 1 or 10%",
            );
        }
    }
    let Some(drain) = &strategy.node_drain_input else { return };
    if drain.ignore_daemonsets == Some(false) && (drain.timeout.is_none() || drain.grace_period.is_none()) {
        report.warning(
            "upgrade_strategy.node_drain_input.ignore_daemonsets",
            "RKE loses this setting unless timeout and grace_period are given too, and takes true",
            "set timeout (RKE's default is 120) and grace_period (-1) beside it",
        );
    }
}

/// `services/node_util.go`, `CalculateMaxUnavailable`.
fn is_amount(text: &str) -> bool {
    match text.strip_suffix('%') {
        Some(share) => text != "0%" && !share.is_empty() && share.bytes().all(|b| b.is_ascii_digit()),
        None => text.parse::<i32>().is_ok_and(|number| number > 0),
    }
}
