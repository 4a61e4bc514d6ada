//! Cisco ACI: RKE's rule 14.

use super::Report;
use crate::rke::cluster::ClusterConfig;
use crate::rke::defaults::aci_option;

/// Settings for the cloud, by their keys in cluster.yml, and the only value RKE takes.
const CLOUD: &[(&str, &str)] = &[
    ("ep_registry", ""),
    ("opflex_mode", ""),
    ("use_host_netns_volume", "false"),
    ("use_opflex_server_volume", "false"),
    ("subnet_domain_name", ""),
    ("kafka_client_crt", ""),
    ("kafka_client_key", ""),
    ("capic", "false"),
    ("overlay_vrf_name", ""),
    ("gbp_pod_subnet", ""),
    ("run_gbp_container", "false"),
    ("run_opflex_server_container", "false"),
    ("opflex_server_port", ""),
];

/// Settings that must be there.
const NEEDED: &[&str] = &[
    "system_id",
    "token",
    "apic_user_name",
    "apic_user_key",
    "apic_user_crt",
    "encap_type",
    "mcast_range_start",
    "mcast_range_end",
    "node_subnet",
    "aep",
    "vrf_name",
    "vrf_tenant",
    "l3out",
    "extern_dynamic",
    "extern_static",
    "node_svc_subnet",
    "kube_api_vlan",
    "service_vlan",
    "infra_vlan",
];

/// `config` has its defaults: they have copied the provider's settings into the options, where RKE looks for them.
pub(super) fn check(config: &ClusterConfig, report: &mut Report) {
    let field = |key: &str| format!("network.aci_network_provider.{key}");
    let Some(provider) = &config.network.aci_network_provider else {
        let help = "set the fabric, the user and the VLANs that your ACI administrator has for the cluster";
        report.invalid("network.aci_network_provider", "the plugin aci needs aci_network_provider", help);
        return;
    };
    let option = |key: &str| config.network.options.get(&aci_option(key)).map(|value| value.expose().as_str());
    for (key, allowed) in CLOUD {
        if option(key).is_some_and(|value| value != *allowed) {
            report.invalid(field(key), format!("{key} is for ACI in the cloud, which RKE does not do"), "remove it");
        }
    }
    let lists = [
        ("apic_hosts", provider.apic_hosts.is_empty()),
        ("l3out_external_networks", provider.l3out_external_networks.is_empty()),
    ];
    let texts = NEEDED.iter().map(|key| (*key, option(key).unwrap_or_default().is_empty()));
    for (key, is_missing) in texts.chain(lists) {
        if is_missing {
            report.invalid(field(key), format!("the plugin aci needs {key}"), format!("set {key}"));
        }
    }
}
