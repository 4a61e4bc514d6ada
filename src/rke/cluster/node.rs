//! The machines.

use super::model::model;
use crate::secret::Secret;
use std::collections::BTreeMap;

model! {
    /// A machine and the roles it has. RKE's `RKEConfigNode`.
    pub struct Node {
        /// Rancher's name of the machine; RKE itself does not use it.
        "nodeName" => pub node_name: Option<String>,
        /// IP address or name under which RKE reaches the machine with SSH.
        "address" => pub address: Option<String>,
        /// SSH port; 22 where absent.
        "port" => pub port: Option<String>,
        /// IP address that the components use among themselves; `address` where absent.
        "internal_address" => pub internal_address: Option<String>,
        /// `controlplane`, `etcd`, `worker`, or several of them.
        "role" => pub role: Vec<String>,
        /// The name of the node in Kubernetes, always lower-cased; `address` where absent.
        "hostname_override" => pub hostname_override: Option<String>,
        /// The user RKE logs in as.
        "user" => pub user: Option<String>,
        /// Docker's socket on the machine; `/var/run/docker.sock` where absent.
        "docker_socket" => pub docker_socket: Option<String>,
        /// Use the SSH agent; RKE overwrites it with the setting of the whole cluster.
        "ssh_agent_auth" => pub ssh_agent_auth: Option<bool>,
        /// The private SSH key itself, as PEM.
        "ssh_key" => pub ssh_key: Option<Secret<String>>,
        /// Path of the private SSH key; that of the whole cluster where absent.
        "ssh_key_path" => pub ssh_key_path: Option<String>,
        /// The SSH certificate itself.
        "ssh_cert" => pub ssh_cert: Option<String>,
        /// Path of the SSH certificate; that of the whole cluster where absent.
        "ssh_cert_path" => pub ssh_cert_path: Option<String>,
        /// Labels of the node in Kubernetes.
        "labels" => pub labels: BTreeMap<String, String>,
        /// Taints of the node in Kubernetes.
        "taints" => pub taints: Vec<Taint>,
    }
}

model! {
    /// A taint. RKE's `RKETaint`.
    pub struct Taint {
        /// Its key.
        "key" => pub key: Option<String>,
        /// Its value.
        "value" => pub value: Option<String>,
        /// `NoSchedule`, `PreferNoSchedule` or `NoExecute`.
        "effect" => pub effect: Option<String>,
        /// When it was added, as RFC 3339.
        "timeAdded" [pointer] => pub time_added: Option<String>,
    }
}
