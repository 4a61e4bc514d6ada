//! The defaults of the network.

use super::{Defaults, aci};
use crate::rke::cluster::ClusterConfig;

/// Where Calico and Canal put their volume driver.
const FLEX_VOLUME_DIR: &str = "/usr/libexec/kubernetes/kubelet-plugins/volume/exec/nodeagent~uds";

impl Defaults {
    pub(super) fn network(self, config: &mut ClusterConfig) {
        let network = &mut config.network;
        let plugin = network.plugin.as_deref().filter(|plugin| !plugin.is_empty()).unwrap_or("canal").to_owned();
        let options = &mut network.options;
        // What a provider says goes before the plugin's defaults.
        if let Some(calico) = &mut network.calico_network_provider {
            let cloud = calico.cloud_provider.clone().filter(|cloud| !cloud.is_empty());
            self.entry(options, "calico_cloud_provider", cloud.as_deref().unwrap_or("none"));
            self.text(&mut calico.cloud_provider, "none");
        }
        if let Some(flannel) = &network.flannel_network_provider {
            self.entry(options, "flannel_iface", flannel.iface.as_deref().unwrap_or_default());
        }
        if let Some(canal) = &network.canal_network_provider {
            self.entry(options, "canal_iface", canal.iface.as_deref().unwrap_or_default());
        }
        if let Some(weave) = &network.weave_network_provider {
            let password = weave.password.as_ref().map_or("", |password| password.expose().as_str());
            self.entry(options, "WeavePassword", password);
        }
        if let Some(provider) = &mut network.aci_network_provider {
            aci::defaults(self, provider, options);
        }
        let of_plugin: &[(&str, &str)] = match plugin.as_str() {
            "calico" => &[("calico_cloud_provider", "none"), ("calico_flex_volume_plugin_dir", FLEX_VOLUME_DIR)],
            "flannel" => {
                &[("flannel_backend_type", "vxlan"), ("flannel_backend_port", "8472"), ("flannel_backend_vni", "1")]
            }
            "canal" => &[
                ("canal_flannel_backend_type", "vxlan"),
                ("canal_flannel_backend_port", "8472"),
                ("canal_flannel_backend_vni", "1"),
                ("canal_flex_volume_plugin_dir", FLEX_VOLUME_DIR),
            ],
            // A slip of RKE's: these two names are no options of anything.
            "aci" => &[("AciContainersMemoryLimit", "3Gi"), ("AciContainersMemoryRequest", "128Mi")],
            _ => &[],
        };
        for (key, default) in of_plugin {
            // With a provider of its own that has been seen to.
            if *key != "calico_cloud_provider" || network.calico_network_provider.is_none() {
                self.entry(options, key, default);
            }
        }
        self.text(&mut network.plugin, "canal");
    }
}
