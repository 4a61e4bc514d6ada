//! The machines.

use super::model::model;
use crate::secret::Secret;
use std::collections::BTreeMap;

model! {
    /// A machine and its roles. RKE's `RKEConfigNode`.
    pub struct Node {
        /// Rancher's name of the machine; RKE itself does not use it.
        "nodeName" => pub node_name: Option<String>,
        /// The IP address or name under which RKE reaches the machine.
        "address" => pub address: Option<String>,
        /// The port of SSH; 22 where absent.
        "port" => pub port: Option<String>,
        /// The IP address that the components use among themselves; `address` where absent.
        "internal_address" => pub internal_address: Option<String>,
        /// Any of `controlplane`, `etcd` and `worker`.
        "role" => pub role: Vec<String>,
        /// The node's name in Kubernetes, which RKE puts into lower case; `address` where absent.
        "hostname_override" => pub hostname_override: Option<String>,
        /// The user RKE logs in as.
        "user" => pub user: Option<String>,
        /// Docker's socket on the machine; `/var/run/docker.sock` where absent.
        "docker_socket" => pub docker_socket: Option<String>,
        /// Use the SSH agent. RKE overwrites it with the setting of the whole cluster.
        "ssh_agent_auth" => pub ssh_agent_auth: Option<bool>,
        /// The private SSH key itself.
        "ssh_key" => pub ssh_key: Option<Secret<String>>,
        /// Path of the private SSH key; that of the whole cluster where absent.
        "ssh_key_path" => pub ssh_key_path: Option<String>,
        /// The SSH certificate itself.
        "ssh_cert" => pub ssh_cert: Option<String>,
        /// Path of the SSH certificate.
        "ssh_cert_path" => pub ssh_cert_path: Option<String>,
        /// The node's labels in Kubernetes.
        "labels" => pub labels: BTreeMap<String, String>,
        /// The node's taints in Kubernetes.
        "taints" => pub taints: Vec<Taint>,
    }
}

model! {
    /// A taint.
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

model! {
    /// A machine in between: RKE reaches the others through it.
    pub struct BastionHost {
        /// Its IP address or name.
        "address" => pub address: Option<String>,
        /// The port of SSH; 22 where absent.
        "port" => pub port: Option<String>,
        /// The user RKE logs in as.
        "user" => pub user: Option<String>,
        /// Use the SSH agent. RKE overwrites it with the setting of the whole cluster.
        "ssh_agent_auth" => pub ssh_agent_auth: Option<bool>,
        /// The private SSH key itself.
        "ssh_key" => pub ssh_key: Option<Secret<String>>,
        /// Path of the private SSH key; that of the whole cluster where absent.
        "ssh_key_path" => pub ssh_key_path: Option<String>,
        /// The SSH certificate itself.
        "ssh_cert" => pub ssh_cert: Option<String>,
        /// Path of the SSH certificate.
        "ssh_cert_path" => pub ssh_cert_path: Option<String>,
        /// Don't use the proxy that the environment names.
        "ignore_proxy_env_vars" => pub ignore_proxy_env_vars: Option<bool>,
    }
}
