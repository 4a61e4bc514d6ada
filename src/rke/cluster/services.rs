//! The components of Kubernetes.

use super::kubernetes::EncryptionConfiguration;
use super::model::model;
use crate::secret::Secret;
use crate::syntax::Value;
use std::collections::BTreeMap;

model! {
    /// The components of Kubernetes. RKE's `RKEConfigServices`.
    pub struct Services {
        /// etcd.
        "etcd" => pub etcd: EtcdService,
        /// kube-apiserver.
        "kube-api" | "kubeApi" => pub kube_api: KubeApiService,
        /// kube-controller-manager.
        "kube-controller" | "kubeController" => pub kube_controller: KubeControllerService,
        /// kube-scheduler.
        "scheduler" => pub scheduler: BaseService,
        /// kubelet.
        "kubelet" => pub kubelet: KubeletService,
        /// kube-proxy.
        "kubeproxy" => pub kubeproxy: BaseService,
    }
}

model! {
    /// What all components have. RKE's `BaseService`.
    pub struct BaseService {
        /// The image. RKE overwrites it with the one of `system_images`.
        "image" => pub image: Option<String>,
        /// Arguments of the component, without their dashes. They may carry secrets.
        "extra_args" => pub extra_args: BTreeMap<String, Secret<String>>,
        /// Arguments that are given several times. They may carry secrets.
        "extra_args_array" => pub extra_args_array: BTreeMap<String, Vec<Secret<String>>>,
        /// What of the machine the container sees, as `/from:/to`.
        "extra_binds" => pub extra_binds: Vec<String>,
        /// Variables of the container, as `NAME=value`. They may carry secrets.
        "extra_env" => pub extra_env: Vec<Secret<String>>,
        /// As `extra_args`, on Windows.
        "win_extra_args" => pub win_extra_args: BTreeMap<String, Secret<String>>,
        /// As `extra_args_array`, on Windows.
        "win_extra_args_array" => pub win_extra_args_array: BTreeMap<String, Vec<Secret<String>>>,
        /// As `extra_binds`, on Windows.
        "win_extra_binds" => pub win_extra_binds: Vec<String>,
        /// As `extra_env`, on Windows.
        "win_extra_env" => pub win_extra_env: Vec<Secret<String>>,
    }
}

model! {
    /// etcd: RKE's own on the nodes with that role, or an external one. RKE's `ETCDService`.
    pub struct EtcdService with base: BaseService {
        /// The URLs of an external etcd. With them no node may have the role `etcd`.
        "external_urls" => pub external_urls: Vec<String>,
        /// The CA of the external etcd, as PEM.
        "ca_cert" => pub ca_cert: Option<String>,
        /// The client certificate for the external etcd, as PEM.
        "cert" => pub cert: Option<String>,
        /// The client key for the external etcd, as PEM.
        "key" => pub key: Option<Secret<String>>,
        /// The prefix of the keys in the external etcd.
        "path" => pub path: Option<String>,
        /// The user id etcd runs as.
        "uid" => pub uid: Option<i64>,
        /// The group id etcd runs as.
        "gid" => pub gid: Option<i64>,
        /// Whether snapshots are taken; true where absent.
        "snapshot" [pointer] => pub snapshot: Option<bool>,
        /// How long snapshots are kept, as `72h`, where there is no `backup_config`.
        "retention" => pub retention: Option<String>,
        /// How often a snapshot is taken, as `12h`, where there is no `backup_config`.
        "creation" => pub creation: Option<String>,
        /// How often snapshots are taken, how many are kept, and where.
        "backup_config" => pub backup_config: Option<BackupConfig>,
    }
}

model! {
    /// etcd's snapshots.
    pub struct BackupConfig {
        /// Whether snapshots are taken; true where absent.
        "enabled" [pointer] => pub enabled: Option<bool>,
        /// Hours between two snapshots; 12 where absent.
        "interval_hours" => pub interval_hours: Option<i64>,
        /// How many snapshots are kept; 6 where absent.
        "retention" => pub retention: Option<i64>,
        /// A bucket for the snapshots.
        "s3backupconfig" | "s3BackupConfig" [always] => pub s3_backup_config: Option<S3BackupConfig>,
        /// Names without the characters that some file systems refuse.
        "safe_timestamp" => pub safe_timestamp: Option<bool>,
        /// Seconds a snapshot may take; 300 where absent.
        "timeout" => pub timeout: Option<i64>,
    }
}

model! {
    /// A bucket for etcd's snapshots.
    pub struct S3BackupConfig {
        /// The access key's id.
        "access_key" => pub access_key: Option<Secret<String>>,
        /// The access key itself.
        "secret_key" => pub secret_key: Option<Secret<String>>,
        /// The bucket.
        "bucket_name" => pub bucket_name: Option<String>,
        /// The bucket's region.
        "region" => pub region: Option<String>,
        /// Host of the service.
        "endpoint" [always] => pub endpoint: Option<String>,
        /// The CA of the service, as PEM.
        "custom_ca" => pub custom_ca: Option<String>,
        /// The folder in the bucket.
        "folder" => pub folder: Option<String>,
    }
}

model! {
    /// kube-apiserver. RKE's `KubeAPIService`.
    pub struct KubeApiService with base: BaseService {
        /// The addresses of services; `10.43.0.0/16` where absent. Two of them, with a comma, are dual stack.
        "service_cluster_ip_range" => pub service_cluster_ip_range: Option<String>,
        /// The ports of NodePort services; `30000-32767` where absent.
        "service_node_port_range" => pub service_node_port_range: Option<String>,
        /// Removed in RKE 1.6.0, which no longer reads it.
        "pod_security_policy" => pub pod_security_policy: Option<bool>,
        /// `privileged` (from Kubernetes 1.23 on the default) or `restricted`.
        "pod_security_configuration" => pub pod_security_configuration: Option<String>,
        /// Pull images each time a container starts.
        "always_pull_images" => pub always_pull_images: Option<bool>,
        /// Whether secrets are encrypted in etcd, and how.
        "secrets_encryption_config" => pub secrets_encryption_config: Option<SecretsEncryptionConfig>,
        /// The audit log.
        "audit_log" => pub audit_log: Option<AuditLog>,
        /// Kubernetes' `AdmissionConfiguration`, with `apiVersion` and `kind`, as it stands.
        "admission_configuration" => pub admission_configuration: Option<Value>,
        /// A limit to the rate of events.
        "event_rate_limit" => pub event_rate_limit: Option<EventRateLimit>,
    }
}

model! {
    /// The encryption of secrets in etcd.
    pub struct SecretsEncryptionConfig {
        /// Whether they are encrypted.
        "enabled" => pub enabled: Option<bool>,
        /// How, where RKE is not to choose. With it in cluster.yml RKE writes the whole file anew before it reads it: in strings,
        /// `0644` is `420` then.
        "custom_config" [json] => pub custom_config: Option<EncryptionConfiguration>,
    }
}

model! {
    /// kube-apiserver's audit log.
    pub struct AuditLog {
        /// Whether there is one.
        "enabled" => pub enabled: Option<bool>,
        /// How it is written.
        "configuration" => pub configuration: Option<AuditLogConfig>,
    }
}

model! {
    /// How the audit log is written.
    pub struct AuditLogConfig {
        /// Days an old file is kept.
        "max_age" => pub max_age: Option<i64>,
        /// How many old files are kept.
        "max_backup" => pub max_backup: Option<i64>,
        /// Megabytes at which a new file begins.
        "max_size" => pub max_size: Option<i64>,
        /// The file.
        "path" => pub path: Option<String>,
        /// `json` or `legacy`.
        "format" => pub format: Option<String>,
        /// Kubernetes' audit `Policy`, with `apiVersion` and `kind`, as it stands.
        "policy" => pub policy: Option<Value>,
    }
}

model! {
    /// A limit to the rate of events.
    pub struct EventRateLimit {
        /// Whether there is one.
        "enabled" => pub enabled: Option<bool>,
        /// Kubernetes' `Configuration` of it, as it stands. From RKE 1.4.5 on its keys in rkestate are Go's (`Limits`, `QPS`).
        "configuration" => pub configuration: Option<Value>,
    }
}

model! {
    /// kube-controller-manager. RKE's `KubeControllerService`.
    pub struct KubeControllerService with base: BaseService {
        /// The addresses of pods; `10.42.0.0/16` where absent. Two of them, with a comma, are dual stack.
        "cluster_cidr" => pub cluster_cidr: Option<String>,
        /// The addresses of services; `10.43.0.0/16` where absent. It must be the one of kube-apiserver.
        "service_cluster_ip_range" => pub service_cluster_ip_range: Option<String>,
    }
}

model! {
    /// kubelet. RKE's `KubeletService`.
    pub struct KubeletService with base: BaseService {
        /// The cluster's domain; `cluster.local` where absent.
        "cluster_domain" => pub cluster_domain: Option<String>,
        /// The image that holds the namespaces of a pod; the one of `system_images` where absent.
        "infra_container_image" => pub infra_container_image: Option<String>,
        /// The address of the cluster's DNS service, out of the services' addresses; `10.43.0.10` where absent.
        "cluster_dns_server" => pub cluster_dns_server: Option<String>,
        /// Refuse to start where the machine swaps.
        "fail_swap_on" => pub fail_swap_on: Option<bool>,
        /// A serving certificate of its own for each kubelet, signed by kube-ca.
        "generate_serving_certificate" => pub generate_serving_certificate: Option<bool>,
    }
}
