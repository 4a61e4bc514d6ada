//! The components of Kubernetes.

use super::model::model;
use crate::secret::Secret;
use std::collections::BTreeMap;

model! {
    /// The components of Kubernetes. RKE's `RKEConfigServices`.
    pub struct Services {
        /// etcd.
        "etcd" => pub etcd: EtcdService,
        /// kube-apiserver.
        "kube-api" => pub kube_api: KubeApiService,
        /// kube-controller-manager.
        "kube-controller" => pub kube_controller: KubeControllerService,
        /// kube-scheduler.
        "scheduler" => pub scheduler: BaseService,
        /// kubelet.
        "kubelet" => pub kubelet: KubeletService,
        /// kube-proxy.
        "kubeproxy" => pub kubeproxy: BaseService,
    }
}

model! {
    /// What all services have. RKE's `BaseService`.
    pub struct BaseService {
        /// The image; RKE overwrites it with that of `system_images`.
        "image" => pub image: Option<String>,
        /// Arguments of the component, without dashes. They may carry secrets.
        "extra_args" => pub extra_args: BTreeMap<String, Secret<String>>,
        /// Arguments that may be given several times. They may carry secrets.
        "extra_args_array" => pub extra_args_array: BTreeMap<String, Vec<Secret<String>>>,
        /// Folders of the machine that the container sees, as `/from:/to`.
        "extra_binds" => pub extra_binds: Vec<String>,
        /// Variables of the container's environment, as `NAME=value`. They may carry secrets.
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
    /// etcd. RKE's `ETCDService`.
    pub struct EtcdService with base: BaseService {
        /// The URLs of an etcd that RKE does not run; then no node may have the role `etcd`.
        "external_urls" => pub external_urls: Vec<String>,
        /// The CA of the external etcd, as PEM.
        "ca_cert" => pub ca_cert: Option<String>,
        /// The client certificate for the external etcd, as PEM.
        "cert" => pub cert: Option<String>,
        /// The client key for the external etcd, as PEM.
        "key" => pub key: Option<Secret<String>>,
        /// The prefix of all keys in the external etcd.
        "path" => pub path: Option<String>,
    }
}

model! {
    /// kube-apiserver. RKE's `KubeAPIService`.
    pub struct KubeApiService with base: BaseService {
        /// The addresses of services; `10.43.0.0/16` where absent. Two with a comma between them are dual stack.
        "service_cluster_ip_range" => pub service_cluster_ip_range: Option<String>,
    }
}

model! {
    /// kube-controller-manager. RKE's `KubeControllerService`.
    pub struct KubeControllerService with base: BaseService {
        /// The addresses of pods; `10.42.0.0/16` where absent.
        "cluster_cidr" => pub cluster_cidr: Option<String>,
        /// The addresses of services, as kube-apiserver has them.
        "service_cluster_ip_range" => pub service_cluster_ip_range: Option<String>,
    }
}

model! {
    /// kubelet. RKE's `KubeletService`.
    pub struct KubeletService with base: BaseService {
        /// The cluster's domain; `cluster.local` where absent.
        "cluster_domain" => pub cluster_domain: Option<String>,
    }
}
