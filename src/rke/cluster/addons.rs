//! What runs in the cluster beside Kubernetes: ingress, DNS, metrics.

use super::kubernetes::{Toleration, UpdateStrategy};
use super::model::model;
use crate::secret::Secret;
use crate::syntax::Value;
use std::collections::BTreeMap;

model! {
    /// The ingress controller. RKE's `IngressConfig`.
    pub struct Ingress {
        /// `nginx` (where absent) or `none`.
        "provider" => pub provider: Option<String>,
        /// Entries of the controller's ConfigMap.
        "options" => pub options: BTreeMap<String, String>,
        /// On which nodes it runs.
        "node_selector" => pub node_selector: BTreeMap<String, String>,
        /// Arguments of the controller, without their dashes. They may carry secrets.
        "extra_args" => pub extra_args: BTreeMap<String, Secret<String>>,
        /// `ClusterFirst`, `ClusterFirstWithHostNet`, `Default` or `None`.
        "dns_policy" => pub dns_policy: Option<String>,
        /// Variables of the controller: Kubernetes' `EnvVar`s, as they stand.
        "extra_envs" => pub extra_envs: Vec<Value>,
        /// Volumes of its pods: Kubernetes' `Volume`s, as they stand.
        "extra_volumes" => pub extra_volumes: Vec<Value>,
        /// Where the volumes are mounted: Kubernetes' `VolumeMount`s, as they stand.
        "extra_volume_mounts" => pub extra_volume_mounts: Vec<Value>,
        /// How its daemon set is replaced.
        "update_strategy" [json] => pub update_strategy: Option<UpdateStrategy>,
        /// The port for HTTP; 80 where absent.
        "http_port" => pub http_port: Option<i64>,
        /// The port for HTTPS; 443 where absent.
        "https_port" => pub https_port: Option<i64>,
        /// `hostPort` (from Kubernetes 1.21 on where absent), `hostNetwork` (before that) or `none`.
        "network_mode" => pub network_mode: Option<String>,
        /// What taints its pods tolerate.
        "tolerations" => pub tolerations: Vec<Toleration>,
        /// Whether there is a backend for unknown names; from Kubernetes 1.21 on not where absent.
        "default_backend" [pointer] => pub default_backend: Option<bool>,
        /// The priority class of that backend.
        "default_http_backend_priority_class_name" => pub default_http_backend_priority_class_name: Option<String>,
        /// The priority class of the controller.
        "nginx_ingress_controller_priority_class_name" => pub nginx_ingress_controller_priority_class_name: Option<String>,
        /// Whether its ingress class is the default one; so where absent.
        "default_ingress_class" [pointer] => pub default_ingress_class: Option<bool>,
    }
}

model! {
    /// The metrics server. RKE's `MonitoringConfig`.
    pub struct Monitoring {
        /// `metrics-server` (where absent) or `none`.
        "provider" => pub provider: Option<String>,
        /// Arguments of the metrics server.
        "options" => pub options: BTreeMap<String, String>,
        /// On which nodes it runs.
        "node_selector" => pub node_selector: BTreeMap<String, String>,
        /// How its pods are replaced.
        "update_strategy" [json] => pub update_strategy: Option<UpdateStrategy>,
        /// How many pods it has; 1 where absent.
        "replicas" [pointer] => pub replicas: Option<i64>,
        /// What taints its pods tolerate.
        "tolerations" => pub tolerations: Vec<Toleration>,
        /// Its priority class.
        "metrics_server_priority_class_name" => pub metrics_server_priority_class_name: Option<String>,
    }
}

model! {
    /// The cluster's DNS. RKE's `DNSConfig`.
    pub struct Dns {
        /// `coredns` (from Kubernetes 1.14 on where absent), `kube-dns` or `none`.
        "provider" => pub provider: Option<String>,
        /// Options of the provider.
        "options" => pub options: BTreeMap<String, String>,
        /// Who is asked for names outside of the cluster.
        "upstreamnameservers" => pub upstreamnameservers: Vec<String>,
        /// Networks whose addresses are looked up in the cluster.
        "reversecidrs" => pub reversecidrs: Vec<String>,
        /// Domains and the servers that are asked for them (kube-dns).
        "stubdomains" => pub stubdomains: BTreeMap<String, Vec<String>>,
        /// On which nodes it runs.
        "node_selector" => pub node_selector: BTreeMap<String, String>,
        /// A cache on every node.
        "nodelocal" => pub nodelocal: Option<Nodelocal>,
        /// How its pods are replaced.
        "update_strategy" [json] => pub update_strategy: Option<UpdateStrategy>,
        /// How many pods it has, by the size of the cluster.
        "linear_autoscaler_params" => pub linear_autoscaler_params: Option<LinearAutoscalerParams>,
        /// What taints its pods tolerate.
        "tolerations" => pub tolerations: Vec<Toleration>,
    }
}

model! {
    /// A DNS cache on every node.
    pub struct Nodelocal {
        /// Its link-local address.
        "ip_address" => pub ip_address: Option<String>,
        /// How its daemon set is replaced.
        "update_strategy" [json] => pub update_strategy: Option<UpdateStrategy>,
        /// On which nodes it runs.
        "node_selector" => pub node_selector: BTreeMap<String, String>,
        /// Its priority class.
        "node_local_dns_priority_class_name" => pub node_local_dns_priority_class_name: Option<String>,
    }
}

model! {
    /// How many DNS pods there are, by the size of the cluster.
    pub struct LinearAutoscalerParams {
        /// Cores for which there is a pod; 128 where the whole is absent.
        "cores_per_replica" => pub cores_per_replica: Option<f64>,
        /// Nodes for which there is a pod; 4 where the whole is absent.
        "nodes_per_replica" => pub nodes_per_replica: Option<f64>,
        /// The fewest pods; 1 where the whole is absent.
        "min" => pub min: Option<i64>,
        /// The most pods; 0 is no limit.
        "max" => pub max: Option<i64>,
        /// At least two pods where there are two nodes.
        "prevent_single_point_failure" => pub prevent_single_point_failure: Option<bool>,
    }
}
