//! The network of pods.

use super::aci::AciNetworkProvider;
use super::kubernetes::{Toleration, UpdateStrategy};
use super::model::model;
use crate::secret::Secret;
use std::collections::BTreeMap;

model! {
    /// The network of pods. RKE's `NetworkConfig`.
    pub struct Network {
        /// `canal` (where absent), `calico`, `flannel`, `weave`, `aci` or `none`.
        "plugin" => pub plugin: Option<String>,
        /// The plugin's options. RKE copies what the providers below say into it, secrets among it.
        "options" => pub options: BTreeMap<String, Secret<String>>,
        /// The MTU; 0 leaves it to the plugin.
        "mtu" => pub mtu: Option<i64>,
        /// Calico.
        "calico_network_provider" => pub calico_network_provider: Option<CalicoNetworkProvider>,
        /// Canal.
        "canal_network_provider" => pub canal_network_provider: Option<CanalNetworkProvider>,
        /// Flannel.
        "flannel_network_provider" => pub flannel_network_provider: Option<FlannelNetworkProvider>,
        /// Weave.
        "weave_network_provider" => pub weave_network_provider: Option<WeaveNetworkProvider>,
        /// Cisco ACI.
        "aci_network_provider" => pub aci_network_provider: Option<AciNetworkProvider>,
        /// On which nodes the plugin's controllers may run.
        "node_selector" => pub node_selector: BTreeMap<String, String>,
        /// How the plugin's daemon set is replaced.
        "update_strategy" [json] => pub update_strategy: Option<UpdateStrategy>,
        /// What taints the plugin's deployments tolerate.
        "tolerations" => pub tolerations: Vec<Toleration>,
        /// Load the kernel module br_netfilter on the machines (RKE 1.6, 1.7 and 1.8 of March 2025).
        "enable_br_netfilter" [pointer] => pub enable_br_netfilter: Option<bool>,
    }
}

model! {
    /// Calico.
    pub struct CalicoNetworkProvider {
        /// `aws`, `gce` or `none`.
        "cloudprovider" | "cloudProvider" [always] => pub cloud_provider: Option<String>,
    }
}

model! {
    /// Canal.
    pub struct CanalNetworkProvider {
        /// The interface for traffic between machines.
        "iface" [always] => pub iface: Option<String>,
    }
}

model! {
    /// Flannel.
    pub struct FlannelNetworkProvider {
        /// The interface for traffic between machines.
        "iface" [always] => pub iface: Option<String>,
    }
}

model! {
    /// Weave, which RKE takes up to Kubernetes 1.29.
    pub struct WeaveNetworkProvider {
        /// Encrypts the traffic between machines.
        "password" => pub password: Option<Secret<String>>,
    }
}
