//! Cisco ACI.

use super::model::model;
use crate::secret::Secret;
use std::collections::BTreeMap;

model! {
    /// Cisco ACI. RKE's `AciNetworkProvider`; numbers and switches are text.
    ///
    /// RKE up to 1.2.5 spelled some of the JSON keys otherwise (`l3Out`, `kubeAPIVlan`), which Go and this crate read as well.
    /// What is *for the cloud only* RKE refuses unless it is at its default.
    pub struct AciNetworkProvider {
        /// ACI's name of the cluster.
        "system_id" => pub system_id: Option<String>,
        /// The APIC controllers.
        "apic_hosts" => pub apic_hosts: Vec<String>,
        /// The id of this version of the configuration.
        "token" => pub token: Option<Secret<String>>,
        /// The user's name at the APIC.
        "apic_user_name" => pub apic_user_name: Option<String>,
        /// The user's private key, in base64.
        "apic_user_key" => pub apic_user_key: Option<Secret<String>>,
        /// The user's certificate, in base64.
        "apic_user_crt" => pub apic_user_crt: Option<Secret<String>>,
        /// Seconds between two subscriptions; 1200 where absent.
        "apic_refresh_time" => pub apic_refresh_time: Option<String>,
        /// The VMM domain.
        "vmm_domain" => pub vmm_domain: Option<String>,
        /// The VMM controller.
        "vmm_controller" => pub vmm_controller: Option<String>,
        /// `vlan` or `vxlan`.
        "encap_type" => pub encap_type: Option<String>,
        /// The addresses of nodes.
        "node_subnet" => pub node_subnet: Option<String>,
        /// The first multicast address.
        "mcast_range_start" => pub mcast_range_start: Option<String>,
        /// The last multicast address.
        "mcast_range_end" => pub mcast_range_end: Option<String>,
        /// The attachable entity profile.
        "aep" => pub aep: Option<String>,
        /// The VRF.
        "vrf_name" => pub vrf_name: Option<String>,
        /// The VRF's tenant.
        "vrf_tenant" => pub vrf_tenant: Option<String>,
        /// The L3Out.
        "l3out" => pub l3out: Option<String>,
        /// The L3Out's external networks.
        "l3out_external_networks" => pub l3out_external_networks: Vec<String>,
        /// The subnet of dynamic external addresses.
        "extern_dynamic" => pub extern_dynamic: Option<String>,
        /// The subnet of static external addresses.
        "extern_static" => pub extern_static: Option<String>,
        /// The subnet of service graphs.
        "node_svc_subnet" => pub node_svc_subnet: Option<String>,
        /// The VLAN of nodes.
        "kube_api_vlan" => pub kube_api_vlan: Option<String>,
        /// The VLAN of service graphs.
        "service_vlan" => pub service_vlan: Option<String>,
        /// The VLAN of the infrastructure.
        "infra_vlan" => pub infra_vlan: Option<String>,
        /// The tenant.
        "tenant" => pub tenant: Option<String>,
        /// Memory Open vSwitch may use; `1Gi` where absent.
        "ovs_memory_limit" => pub ovs_memory_limit: Option<String>,
        /// Memory Open vSwitch asks for; `128Mi` where absent.
        "ovs_memory_request" => pub ovs_memory_request: Option<String>,
        /// When images are pulled; `Always` where absent.
        "image_pull_policy" => pub image_pull_policy: Option<String>,
        /// The name of the Secret that images are pulled with.
        "image_pull_secret" => pub image_pull_secret: Option<String>,
        /// Seconds between two looks at services; 5 where absent.
        "service_monitor_interval" => pub service_monitor_interval: Option<String>,
        /// Watch services without SNAT too; `false` where absent.
        "pbr_tracking_non_snat" => pub pbr_tracking_non_snat: Option<String>,
        /// Install Istio; `false` where absent.
        "install_istio" => pub install_istio: Option<String>,
        /// Istio's profile; `demo` where absent.
        "istio_profile" => pub istio_profile: Option<String>,
        /// Log dropped packets; `true` where absent.
        "drop_log_enable" => pub drop_log_enable: Option<String>,
        /// What the controller logs; `info` where absent.
        "controller_log_level" => pub controller_log_level: Option<String>,
        /// What the agent on each node logs; `info` where absent.
        "host_agent_log_level" => pub host_agent_log_level: Option<String>,
        /// What the OpFlex agent logs; `info` where absent.
        "opflex_log_level" => pub opflex_log_level: Option<String>,
        /// Use ACI's own priority class; `false` where absent.
        "use_aci_cni_priority_class" => pub use_aci_cni_priority_class: Option<String>,
        /// Use no priority class; `false` where absent.
        "no_priority_class" => pub no_priority_class: Option<String>,
        /// The most nodes in a service graph; 32 where absent.
        "max_nodes_svc_graph" => pub max_nodes_svc_graph: Option<String>,
        /// The scope of SNAT contracts; `global` where absent.
        "snat_contract_scope" => pub snat_contract_scope: Option<String>,
        /// How many pod addresses a node gets at once; 32 where absent.
        "pod_subnet_chunk_size" => pub pod_subnet_chunk_size: Option<String>,
        /// Use EndpointSlices; `false` where absent.
        "enable_endpoint_slice" => pub enable_endpoint_slice: Option<String>,
        /// The namespace of SNAT's objects; `aci-containers-system` where absent.
        "snat_namespace" => pub snat_namespace: Option<String>,
        /// For the cloud only: where endpoints are kept.
        "ep_registry" => pub ep_registry: Option<String>,
        /// For the cloud only: OpFlex' mode.
        "opflex_mode" => pub opflex_mode: Option<String>,
        /// The first port for SNAT; 5000 where absent.
        "snat_port_range_start" => pub snat_port_range_start: Option<String>,
        /// The last port for SNAT; 65000 where absent.
        "snat_port_range_end" => pub snat_port_range_end: Option<String>,
        /// Ports for SNAT on each node; 3000 where absent.
        "snat_ports_per_node" => pub snat_ports_per_node: Option<String>,
        /// OpFlex over TLS; `true` where absent.
        "opflex_client_ssl" => pub opflex_client_ssl: Option<String>,
        /// Run privileged; `false` where absent.
        "use_privileged_container" => pub use_privileged_container: Option<String>,
        /// For the cloud only: mount the machine's network namespaces.
        "use_host_netns_volume" => pub use_host_netns_volume: Option<String>,
        /// For the cloud only: mount a volume for the OpFlex server.
        "use_opflex_server_volume" => pub use_opflex_server_volume: Option<String>,
        /// For the cloud only: the domain of the subnet.
        "subnet_domain_name" => pub subnet_domain_name: Option<String>,
        /// For the cloud only: Kafka's brokers.
        "kafka_brokers" => pub kafka_brokers: Vec<String>,
        /// For the cloud only: Kafka's client certificate.
        "kafka_client_crt" => pub kafka_client_crt: Option<String>,
        /// For the cloud only: Kafka's client key.
        "kafka_client_key" => pub kafka_client_key: Option<Secret<String>>,
        /// For the cloud only: make a cloud APIC.
        "capic" => pub capic: Option<String>,
        /// For the cloud only: use the ACI Anywhere resources.
        "use_aci_anywhere_crd" => pub use_aci_anywhere_crd: Option<String>,
        /// For the cloud only: the VRF of the overlay.
        "overlay_vrf_name" => pub overlay_vrf_name: Option<String>,
        /// For the cloud only: the subnet of pods in GBP.
        "gbp_pod_subnet" => pub gbp_pod_subnet: Option<String>,
        /// For the cloud only: run the GBP server.
        "run_gbp_container" => pub run_gbp_container: Option<String>,
        /// For the cloud only: run the OpFlex server.
        "run_opflex_server_container" => pub run_opflex_server_container: Option<String>,
        /// For the cloud only: the OpFlex server's port.
        "opflex_server_port" => pub opflex_server_port: Option<String>,
        /// Seconds to wait for the network; 210 where absent.
        "duration_wait_for_network" => pub duration_wait_for_network: Option<String>,
        /// Don't wait for the network; `false` where absent.
        "disable_wait_for_network" => pub disable_wait_for_network: Option<String>,
        /// Milliseconds between subscriptions; 0 where absent.
        "apic_subscription_delay" => pub apic_subscription_delay: Option<String>,
        /// Seconds a refresh comes early; 0 where absent.
        "apic_refresh_ticker_adjust" => pub apic_refresh_ticker_adjust: Option<String>,
        /// Don't bring SNAT's data up to date periodically; `false` where absent.
        "disable_periodic_snat_global_info_sync" => pub disable_periodic_snat_global_info_sync: Option<String>,
        /// Seconds until a lost OpFlex device is deleted; 0 where absent.
        "opflex_device_delete_timeout" => pub opflex_device_delete_timeout: Option<String>,
        /// Bytes kept free in each packet; 0 where absent.
        "mtu_head_room" => pub mtu_head_room: Option<String>,
        /// Keep objects of nodes' pod interfaces; `false` where absent.
        "node_pod_if_enable" => pub node_pod_if_enable: Option<String>,
        /// Use SR-IOV; `false` where absent.
        "sriov_enable" => pub sriov_enable: Option<String>,
        /// Don't use Multus; `true` where absent.
        "multus_disable" => pub multus_disable: Option<String>,
        /// Use a ClusterRole; `true` where absent.
        "use_cluster_role" => pub use_cluster_role: Option<String>,
        /// Don't wait for services' endpoints; `false` where absent.
        "no_wait_for_service_ep_readiness" => pub no_wait_for_service_ep_readiness: Option<String>,
        /// External subnets into the routing domain; `false` where absent.
        "add_external_subnets_to_rdconfig" => pub add_external_subnets_to_rdconfig: Option<String>,
        /// Seconds until an endpoint is added to a service graph; 0 where absent.
        "service_graph_endpoint_add_delay" => pub service_graph_endpoint_add_delay: Option<String>,
        /// The services that this delay holds for.
        "service_graph_endpoint_add_services" => pub service_graph_endpoint_add_services: Vec<BTreeMap<String, String>>,
        /// Fewer host protection policies; `false` where absent.
        "hpp_optimization" => pub hpp_optimization: Option<String>,
        /// Seconds between two updates of SNAT's data; 0 where absent.
        "sleep_time_snat_global_info_sync" => pub sleep_time_snat_global_info_sync: Option<String>,
        /// OpFlex' JSON asynchronously; `false` where absent.
        "opflex_agent_opflex_asyncjson_enabled" => pub opflex_agent_opflex_asyncjson_enabled: Option<String>,
        /// Open vSwitch's JSON asynchronously; `false` where absent.
        "opflex_agent_ovs_asyncjson_enabled" => pub opflex_agent_ovs_asyncjson_enabled: Option<String>,
        /// Seconds until a policy is asked for again; 10 where absent.
        "opflex_agent_policy_retry_delay_timer" => pub opflex_agent_policy_retry_delay_timer: Option<String>,
        /// The fabric has several pods; `false` where absent.
        "aci_multipod" => pub aci_multipod: Option<String>,
        /// Seconds to wait for an OpFlex device that comes back.
        "opflex_device_reconnect_wait_timeout" => pub opflex_device_reconnect_wait_timeout: Option<String>,
        /// Several pods, with Ubuntu on the nodes; `false` where absent.
        "aci_multipod_ubuntu" => pub aci_multipod_ubuntu: Option<String>,
        /// How often DHCP is tried again; 0 where absent.
        "dhcp_renew_max_retry_count" => pub dhcp_renew_max_retry_count: Option<String>,
        /// Seconds between two tries of DHCP; 0 where absent.
        "dhcp_delay" => pub dhcp_delay: Option<String>,
        /// Use the priority class `system-node-critical`; `false` where absent.
        "use_system_node_priority_class" => pub use_system_node_priority_class: Option<String>,
        /// Memory of the acc-provision operator; removed in RKE 1.5.3.
        "acc_provision_operator_memory_request" => pub acc_provision_operator_memory_request: Option<String>,
        /// Memory of the acc-provision operator; removed in RKE 1.5.3.
        "acc_provision_operator_memory_limit" => pub acc_provision_operator_memory_limit: Option<String>,
        /// Memory the controller asks for.
        "aci_containers_controller_memory_request" => pub aci_containers_controller_memory_request: Option<String>,
        /// Memory the controller may use.
        "aci_containers_controller_memory_limit" => pub aci_containers_controller_memory_limit: Option<String>,
        /// Memory the agent on each node asks for.
        "aci_containers_host_memory_request" => pub aci_containers_host_memory_request: Option<String>,
        /// Memory the agent on each node may use.
        "aci_containers_host_memory_limit" => pub aci_containers_host_memory_limit: Option<String>,
        /// Memory of the operator; removed in RKE 1.5.3.
        "aci_containers_operator_memory_request" => pub aci_containers_operator_memory_request: Option<String>,
        /// Memory of the operator; removed in RKE 1.5.3.
        "aci_containers_operator_memory_limit" => pub aci_containers_operator_memory_limit: Option<String>,
        /// Memory the multicast daemon asks for.
        "mcast_daemon_memory_request" => pub mcast_daemon_memory_request: Option<String>,
        /// Memory the multicast daemon may use.
        "mcast_daemon_memory_limit" => pub mcast_daemon_memory_limit: Option<String>,
        /// Memory the OpFlex agent asks for.
        "opflex_agent_memory_request" => pub opflex_agent_memory_request: Option<String>,
        /// Memory the OpFlex agent may use.
        "opflex_agent_memory_limit" => pub opflex_agent_memory_limit: Option<String>,
        /// Memory the other containers ask for; `128Mi` where absent.
        "aci_containers_memory_request" => pub aci_containers_memory_request: Option<String>,
        /// Memory the other containers may use; `3Gi` where absent.
        "aci_containers_memory_limit" => pub aci_containers_memory_limit: Option<String>,
        /// Statistics of the OpFlex agent; `true` where absent.
        "opflex_agent_statistics" => pub opflex_agent_statistics: Option<String>,
        /// The external contract into the default endpoint group; `false` where absent.
        "add_external_contract_to_default_epg" => pub add_external_contract_to_default_epg: Option<String>,
        /// Let the OpFlex agent connect again; `false` where absent.
        "enable_opflex_agent_reconnect" => pub enable_opflex_agent_reconnect: Option<String>,
        /// Old ciphers for OpFlex; `false` where absent.
        "opflex_openssl_compat" => pub opflex_openssl_compat: Option<String>,
        /// Nodes that traffic is not redirected to for SNAT.
        "node_snat_redirect_exclude" => pub node_snat_redirect_exclude: Vec<BTreeMap<String, String>>,
        /// Seconds pods stay on a failing node; 600 where absent.
        "toleration_seconds" => pub toleration_seconds: Option<String>,
        /// Make no host protection policies; `false` where absent.
        "disable_hpp_rendering" => pub disable_hpp_rendering: Option<String>,
        /// How often an APIC is tried before the next; 5 where absent.
        "apic_connection_retry_limit" => pub apic_connection_retry_limit: Option<String>,
        /// Taint nodes whose network is not ready; `false` where absent.
        "taint_not_ready_node" => pub taint_not_ready_node: Option<String>,
        /// No events for dropped packets; `false` where absent.
        "drop_log_disable_events" => pub drop_log_disable_events: Option<String>,
        /// Start with a saved policy; `false` where absent.
        "opflex_startup_enabled" => pub opflex_startup_enabled: Option<String>,
        /// Seconds the saved policy holds; 60 where absent.
        "opflex_startup_policy_duration" => pub opflex_startup_policy_duration: Option<String>,
        /// Resolve policies once connected; `false` where absent.
        "opflex_startup_resolve_aft_conn" => pub opflex_startup_resolve_aft_conn: Option<String>,
        /// Seconds until the switch is brought up to date; 5 where absent.
        "opflex_switch_sync_delay" => pub opflex_switch_sync_delay: Option<String>,
        /// Seconds by which that delay grows; 10 where absent.
        "opflex_switch_sync_dynamic" => pub opflex_switch_sync_dynamic: Option<String>,
        /// What is done with packets to unknown addresses.
        "unknown_mac_unicast_action" => pub unknown_mac_unicast_action: Option<String>,
        /// Make host protection policies on the nodes; `false` where absent.
        "enable_hpp_direct" => pub enable_hpp_direct: Option<String>,
        /// Seconds to wait after the OpFlex agent was reset.
        "opflex_agent_reset_wait_delay" => pub opflex_agent_reset_wait_delay: Option<String>,
    }
}
