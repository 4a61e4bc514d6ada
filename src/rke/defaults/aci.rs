//! The defaults of Cisco ACI, and how RKE copies its settings into `network.options`.

use super::Defaults;
use crate::rke::cluster::{self, AciNetworkProvider};
use crate::secret::Secret;
use crate::syntax::{Scalar, Value};
use std::collections::BTreeMap;

/// Defaults by the keys of cluster.yml.
const DEFAULTS: &[(&str, &str)] = &[
    ("ovs_memory_limit", "1Gi"),
    ("ovs_memory_request", "128Mi"),
    ("image_pull_policy", "Always"),
    ("pbr_tracking_non_snat", "false"),
    ("install_istio", "false"),
    ("istio_profile", "demo"),
    ("drop_log_enable", "true"),
    ("controller_log_level", "info"),
    ("host_agent_log_level", "info"),
    ("opflex_log_level", "info"),
    ("apic_refresh_time", "1200"),
    ("service_monitor_interval", "5"),
    ("no_priority_class", "false"),
    ("use_aci_cni_priority_class", "false"),
    ("max_nodes_svc_graph", "32"),
    ("snat_contract_scope", "global"),
    ("pod_subnet_chunk_size", "32"),
    ("enable_endpoint_slice", "false"),
    ("snat_namespace", "aci-containers-system"),
    ("snat_port_range_start", "5000"),
    ("snat_port_range_end", "65000"),
    ("snat_ports_per_node", "3000"),
    ("opflex_client_ssl", "true"),
    ("use_privileged_container", "false"),
    ("use_opflex_server_volume", "false"),
    ("use_host_netns_volume", "false"),
    ("capic", "false"),
    ("use_aci_anywhere_crd", "false"),
    ("run_gbp_container", "false"),
    ("run_opflex_server_container", "false"),
    ("sriov_enable", "false"),
    ("node_pod_if_enable", "false"),
    ("multus_disable", "true"),
    ("disable_periodic_snat_global_info_sync", "false"),
    ("apic_subscription_delay", "0"),
    ("apic_refresh_ticker_adjust", "0"),
    ("opflex_device_delete_timeout", "0"),
    ("mtu_head_room", "0"),
    ("duration_wait_for_network", "210"),
    ("disable_wait_for_network", "false"),
    ("use_cluster_role", "true"),
    ("no_wait_for_service_ep_readiness", "false"),
    ("add_external_subnets_to_rdconfig", "false"),
    ("service_graph_endpoint_add_delay", "0"),
    ("hpp_optimization", "false"),
    ("sleep_time_snat_global_info_sync", "0"),
    ("opflex_agent_opflex_asyncjson_enabled", "false"),
    ("opflex_agent_ovs_asyncjson_enabled", "false"),
    ("opflex_agent_policy_retry_delay_timer", "10"),
    ("aci_multipod", "false"),
    ("aci_multipod_ubuntu", "false"),
    ("dhcp_renew_max_retry_count", "0"),
    ("dhcp_delay", "0"),
    ("use_system_node_priority_class", "false"),
    ("aci_containers_memory_limit", "3Gi"),
    ("aci_containers_memory_request", "128Mi"),
    ("opflex_agent_statistics", "true"),
    ("add_external_contract_to_default_epg", "false"),
    ("enable_opflex_agent_reconnect", "false"),
    ("opflex_openssl_compat", "false"),
    ("toleration_seconds", "600"),
    ("disable_hpp_rendering", "false"),
    ("apic_connection_retry_limit", "5"),
    ("taint_not_ready_node", "false"),
    ("enable_hpp_direct", "false"),
    ("drop_log_disable_events", "false"),
    ("opflex_startup_enabled", "false"),
    ("opflex_startup_policy_duration", "60"),
    ("opflex_startup_resolve_aft_conn", "false"),
    ("opflex_switch_sync_delay", "5"),
    ("opflex_switch_sync_dynamic", "10"),
];

/// The name of a setting among the options.
pub(in crate::rke) fn option(key: &str) -> String {
    let name = match key {
        "opflex_log_level" => "opflex_agent_log_level",
        "service_monitor_interval" => "server_monitor_interval",
        "system_id" => "system_identifier",
        "extern_dynamic" => "dynamic_external_subnet",
        "extern_static" => "static_external_subnet",
        "node_svc_subnet" => "service_graph_subnet",
        "kube_api_vlan" => "kubeapi_vlan",
        key => key,
    };
    format!("aci_{name}")
}

/// RKE copies every text, set or not. Lists are not copied.
pub(super) fn defaults(
    mode: Defaults,
    provider: &mut AciNetworkProvider,
    options: &mut BTreeMap<String, Secret<String>>,
) {
    let set = cluster::written(provider);
    let fields = cluster::fields();
    let keys = fields.iter().filter_map(|field| field.yaml.strip_prefix("network.aci_network_provider."));
    // Lists are not copied, and neither were the settings that only older releases had.
    for key in keys.filter(|key| !key.contains("[]") && !key.contains("operator_memory")) {
        let text = set.get(key).and_then(Value::as_scalar).map_or("", Scalar::text);
        let default = DEFAULTS.iter().find(|(name, _)| *name == key).map_or("", |(_, default)| default);
        mode.entry(options, &option(key), if text.is_empty() { default } else { text });
    }
    for (key, default) in DEFAULTS {
        if let Some(field) = cluster::text_mut(provider, key) {
            mode.text(field, default);
        }
    }
}
