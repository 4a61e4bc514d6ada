//! The defaults of the components.

use super::Defaults;
use crate::rke::cluster::{AuditLog, AuditLogConfig, ClusterConfig, KubeApiService};
use crate::rke::version::KubeVersion;
use crate::syntax::{Mapping, Value};

impl Defaults {
    pub(super) fn services(self, config: &mut ClusterConfig, version: Option<&KubeVersion>) {
        let services = &mut config.services;
        let images = &config.system_images;
        for base in [
            &mut services.kube_api.base,
            &mut services.kube_controller.base,
            &mut services.kubelet.base,
            &mut services.scheduler,
            &mut services.kubeproxy,
        ] {
            self.overwrite(&mut base.image, images.kubernetes.clone());
        }
        self.overwrite(&mut services.etcd.base.image, images.etcd.clone());

        let etcd = &mut services.etcd;
        self.set(&mut etcd.snapshot, true);
        self.text(&mut etcd.creation, "12h");
        self.text(&mut etcd.retention, "72h");
        self.entry(&mut etcd.base.extra_args, "election-timeout", "5000");
        self.entry(&mut etcd.base.extra_args, "heartbeat-interval", "500");
        if let Some(backup) = etcd.backup_config.as_mut().filter(|backup| backup.enabled != Some(false)) {
            self.number(&mut backup.interval_hours, 12);
            self.number(&mut backup.retention, 6);
            self.number(&mut backup.timeout, 300);
        }

        let kubelet = &mut services.kubelet;
        self.text(&mut kubelet.cluster_dns_server, "10.43.0.10");
        self.text(&mut kubelet.cluster_domain, "cluster.local");
        if let Some(image) = &images.pod_infra_container {
            self.text(&mut kubelet.infra_container_image, image);
        }
        self.text(&mut services.kube_controller.service_cluster_ip_range, "10.43.0.0/16");
        self.text(&mut services.kube_controller.cluster_cidr, "10.42.0.0/16");
        self.text(&mut services.kube_api.service_cluster_ip_range, "10.43.0.0/16");
        self.text(&mut services.kube_api.service_node_port_range, "30000-32767");
        self.kube_api(&mut services.kube_api, version);
    }

    fn kube_api(self, api: &mut KubeApiService, version: Option<&KubeVersion>) {
        // Whoever brings an admission configuration of his own gets none of RKE's.
        if !api.base.extra_args.contains_key("admission-control-config-file") {
            if let Some(limit) = api.event_rate_limit.as_mut().filter(|limit| limit.enabled == Some(true)) {
                self.value(&mut limit.configuration, event_rate_limit);
            }
            if version.is_some_and(|v| v.is_at_least(1, 23, 0)) {
                self.text(&mut api.pod_security_configuration, "privileged");
            }
        }
        let default = AuditLog { enabled: Some(true), ..AuditLog::default() };
        let is_logged = version.is_some_and(needs_audit_log);
        if is_logged && self == Defaults::Fill {
            api.audit_log.get_or_insert_with(|| default.clone());
        }
        if let Some(log) = api.audit_log.as_mut().filter(|log| log.enabled == Some(true)) {
            self.audit_log(&mut log.configuration);
        }
        if is_logged {
            self.end(&mut api.audit_log, &default);
        }
    }

    fn audit_log(self, configuration: &mut Option<AuditLogConfig>) {
        let default = AuditLogConfig {
            max_age: Some(30),
            max_backup: Some(10),
            max_size: Some(100),
            path: Some("/var/log/kube-audit/audit-log.json".to_owned()),
            format: Some("json".to_owned()),
            ..AuditLogConfig::default()
        };
        if self == Defaults::Fill {
            configuration.get_or_insert_with(|| default.clone());
        }
        if let Some(configuration) = configuration {
            self.value(&mut configuration.policy, audit_policy);
        }
        self.end(configuration, &default);
    }

    /// A part of Kubernetes' own API; quotes, the order of keys and what is empty in it do not matter.
    fn value(self, field: &mut Option<Value>, default: fn() -> Value) {
        match (self, &field) {
            (Defaults::Fill, None) => *field = Some(default()),
            (Defaults::Strip, Some(value)) if plain(value).is_some_and(|json| Some(json) == plain(&default())) => {
                *field = None;
            }
            _ => {}
        }
    }
}

/// RKE's range for an audit log that is there unless one says otherwise.
fn needs_audit_log(version: &KubeVersion) -> bool {
    (version.is_minor(1, 15) && version.is_at_least(1, 15, 11))
        || (version.is_minor(1, 16) && version.is_at_least(1, 16, 8))
        || version.is_at_least(1, 17, 4)
}

/// As Go writes it, with the metadata that nobody gave it.
fn audit_policy() -> Value {
    map([
        ("kind", "Policy".into()),
        ("apiVersion", "audit.k8s.io/v1".into()),
        ("metadata", map([("creationTimestamp", Value::null())])),
        ("rules", vec![map([("level", "Metadata".into())])].into()),
    ])
}

/// As Go writes it from RKE 1.4.5 on, by the names of its own fields.
fn event_rate_limit() -> Value {
    let limit =
        [("Type", "Server".into()), ("QPS", 5000i64.into()), ("Burst", 20000i64.into()), ("CacheSize", 0i64.into())];
    map([
        ("kind", "Configuration".into()),
        ("apiVersion", "eventratelimit.admission.k8s.io/v1alpha1".into()),
        ("Limits", vec![map(limit)].into()),
    ])
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    entries.into_iter().collect::<Mapping>().into()
}

/// A value as JSON, without what is empty and with the keys that RKE reads in any case in lower case.
fn plain(value: &Value) -> Option<serde_json::Value> {
    value.to_json().ok().map(without_empty)
}

fn without_empty(json: serde_json::Value) -> serde_json::Value {
    use serde_json::Value as Json;
    match json {
        Json::Object(map) => {
            let entries = map.into_iter().map(|(key, value)| (key.to_lowercase(), without_empty(value)));
            let is_empty = |value: &Json| match value {
                Json::Null => true,
                Json::Number(number) => number.as_i64() == Some(0),
                Json::Object(map) => map.is_empty(),
                _ => false,
            };
            entries.filter(|(_, value)| !is_empty(value)).collect()
        }
        Json::Array(items) => items.into_iter().map(without_empty).collect(),
        json => json,
    }
}
