//! Networks and what is reached over them: RKE's rules 10 to 13 and 15, and the networks that RKE does not compare.

use super::cidr::Cidr;
use super::{Report, aci, quoted};
use crate::finding::{Code, Finding, Severity};
use crate::rke::cluster::{BaseService, ClusterConfig, Ingress};
use crate::rke::version::KubeVersion;
use std::net::IpAddr;

const SERVICES: &str = "services.kube-api.service_cluster_ip_range";
const CONTROLLER_SERVICES: &str = "services.kube-controller.service_cluster_ip_range";
const PODS: &str = "services.kube-controller.cluster_cidr";
const DNS_SERVER: &str = "services.kubelet.cluster_dns_server";
/// kube-apiserver's and kube-controller-manager's argument.
const SERVICE_RANGE: &str = "service-cluster-ip-range";

pub(super) fn check(config: &ClusterConfig, version: Option<&KubeVersion>, report: &mut Report) {
    plugin(config, version, report);
    networks(config, report);
    ingress(&config.ingress, report);
}

fn plugin(config: &ClusterConfig, version: Option<&KubeVersion>, report: &mut Report) {
    let network = &config.network;
    let plugin = network.plugin.as_deref().unwrap_or_default();
    if !["none", "flannel", "calico", "canal", "weave", "aci"].contains(&plugin) {
        let message = format!("{} is no network plugin of RKE's", quoted(plugin));
        report.invalid("network.plugin", message, "write canal, calico, flannel, weave, aci or none");
    }
    if plugin == "flannel" && network.mtu.unwrap_or_default() != 0 {
        report.invalid("network.mtu", "with flannel the MTU can't be set", "remove it, or take canal");
    }
    if plugin == "weave" && version.is_some_and(|v| v.is_at_least(1, 30, 0)) {
        let help = "take another plugin; it can't be changed in a living cluster";
        report.invalid("network.plugin", "RKE has no Weave from Kubernetes 1.30 on", help);
    } else if plugin == "weave" && version.is_some_and(|v| v.is_at_least(1, 27, 0)) {
        let help = "plan for another cluster: a plugin can't be changed in a living one";
        report.warning("network.plugin", "Weave is on its way out: RKE has none from Kubernetes 1.30 on", help);
    }
    let is_dual = |field: &Option<String>| field.as_deref().unwrap_or_default().contains(',');
    let (services, pods) =
        (&config.services.kube_api.service_cluster_ip_range, &config.services.kube_controller.cluster_cidr);
    if is_dual(services) || is_dual(pods) {
        let field = if is_dual(services) { SERVICES } else { PODS };
        if !["calico", "aci"].contains(&plugin) {
            let message = "two networks (dual stack) are there with the plugins calico and aci only";
            report.invalid(field, message, "take calico, or one network");
        } else if plugin == "aci" && version.is_some_and(|v| !aci_has_dual_stack(v)) {
            let message = "ACI has dual stack from v1.23.16-rancher2-3, v1.24.13-rancher2-2 and v1.25.9-rancher2-2 on";
            report.invalid(field, message, "take a later kubernetes_version, or one network");
        }
    }
    if plugin == "aci" {
        aci::check(config, report);
    }
}

/// RKE's `>=1.23.16-rancher2-3 <=1.23.99 || >=1.24.13-rancher2-2 <=1.24.99 || >=1.25.9-rancher2-2`.
fn aci_has_dual_stack(version: &KubeVersion) -> bool {
    (version.is_minor(1, 23) && version.is_at_least_revision([1, 23, 16], "rancher2-3"))
        || (version.is_minor(1, 24) && version.is_at_least_revision([1, 24, 13], "rancher2-2"))
        || version.is_at_least_revision([1, 25, 9], "rancher2-2")
}

/// A setting as the component gets it: an argument of that name in `extra_args` goes before the field.
fn setting(base: &BaseService, argument: &str, field: &Option<String>, path: &str) -> (String, String) {
    let array = || base.extra_args_array.get(argument).and_then(|values| values.first());
    match base.extra_args.get(argument).or_else(array) {
        Some(value) => {
            let service = path.rsplit_once('.').map_or(path, |(service, _)| service);
            let map = if base.extra_args.contains_key(argument) { "extra_args" } else { "extra_args_array" };
            (value.expose().clone(), format!("{service}.{map}.{argument}"))
        }
        None => (field.clone().unwrap_or_default(), path.to_owned()),
    }
}

fn networks(config: &ClusterConfig, report: &mut Report) {
    let (api, controller) = (&config.services.kube_api, &config.services.kube_controller);
    let (of_services, services_at) = setting(&api.base, SERVICE_RANGE, &api.service_cluster_ip_range, SERVICES);
    let (of_controller, controller_at) =
        setting(&controller.base, SERVICE_RANGE, &controller.service_cluster_ip_range, CONTROLLER_SERVICES);
    let (of_pods, pods_at) = setting(&controller.base, "cluster-cidr", &controller.cluster_cidr, PODS);
    let service_networks = parse(&services_at, &of_services, report);
    let controller_networks = if of_controller == of_services {
        service_networks.clone()
    } else {
        parse(&controller_at, &of_controller, report)
    };
    let pod_networks = parse(&pods_at, &of_pods, report);
    if let (Some(a), Some(b)) = (&service_networks, &controller_networks) {
        if a != b {
            let message = "kube-api and kube-controller have different networks for services";
            let finding = Finding::new(Code::DifferingCidr, message).in_field(&controller_at);
            report.push(finding.with_help(format!("write the same as at {services_at}")));
        }
    }
    let (Some(service_networks), Some(pod_networks)) = (service_networks, pod_networks) else { return };
    let overlap = |pods: &Cidr| service_networks.iter().any(|services| services.overlaps(pods));
    if pod_networks.iter().any(overlap) {
        let finding =
            Finding::new(Code::OverlappingCidr, "the networks of pods and services overlap").in_field(&pods_at);
        report.push(finding.with_help(format!("choose one that shares no address with {services_at}")));
    }
    for (i, node) in config.nodes.iter().enumerate() {
        for (key, address) in [("address", &node.address), ("internal_address", &node.internal_address)] {
            let Ok(address) = address.as_deref().unwrap_or_default().parse::<IpAddr>() else { continue };
            let of = |networks: &[Cidr]| networks.iter().any(|network| network.contains(address));
            let whose = match (of(&pod_networks), of(&service_networks)) {
                (true, _) => &pods_at,
                (_, true) => &services_at,
                _ => continue,
            };
            let message = format!("a node's address lies in a network of the cluster's own, {whose}");
            let finding = Finding::new(Code::OverlappingCidr, message).in_field(format!("nodes[{i}].{key}"));
            report.push(finding.with_help("choose networks for pods and services that no machine is in"));
            break;
        }
    }
    let kubelet = &config.services.kubelet;
    let (server, server_at) = setting(&kubelet.base, "cluster-dns", &kubelet.cluster_dns_server, DNS_SERVER);
    let servers: Vec<_> = server.split(',').map(str::parse::<IpAddr>).collect();
    if !servers.iter().all(|server| match server {
        Ok(server) => service_networks.iter().any(|network| network.contains(*server)),
        Err(_) => false,
    }) {
        let message = "the address of the DNS service is not in the network of services: no pod will find a name";
        let finding = Finding::new(Code::DifferingCidr, message).with_severity(Severity::Error).in_field(server_at);
        report.push(finding.with_help(format!("take an address out of {services_at}, by custom its tenth")));
    }
}

/// The networks of a field, with a comma between them and no blank, as RKE splits them.
fn parse(field: &str, text: &str, report: &mut Report) -> Option<Vec<Cidr>> {
    // Kubernetes takes one of each kind.
    let networks: Option<Vec<Cidr>> = text.split(',').take(3).map(Cidr::parse).collect();
    let networks = networks.filter(|networks| networks.len() <= 2);
    if networks.is_none() {
        let help = "write it as 10.43.0.0/16; two with a comma and without a blank between them";
        report.invalid(field, "no network, or more than two", help);
    }
    networks
}

fn ingress(ingress: &Ingress, report: &mut Report) {
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    if !["nginx", "none"].contains(&text(&ingress.provider).as_str()) {
        report.invalid("ingress.provider", "an ingress controller that RKE does not have", "write nginx or none");
    }
    if !["", "ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"].contains(&text(&ingress.dns_policy).as_str())
    {
        let help = "write ClusterFirst, ClusterFirstWithHostNet, Default or None";
        report.invalid("ingress.dns_policy", "a DNS policy that Kubernetes does not have", help);
    }
    let mode = text(&ingress.network_mode);
    if !["", "hostNetwork", "hostPort", "none"].contains(&mode.as_str()) {
        let help = "write hostPort, hostNetwork or none";
        report.invalid("ingress.network_mode", "a network mode that RKE does not have", help);
    }
    if mode == "hostPort" {
        let (http, https) = (ingress.http_port.unwrap_or_default(), ingress.https_port.unwrap_or_default());
        for (key, port) in [("http_port", http), ("https_port", https)] {
            if !(0..=65_535).contains(&port) {
                report.invalid(format!("ingress.{key}"), "no port", "write a number from 0 to 65535");
            }
        }
        if http != 0 && http == https {
            report.invalid("ingress.https_port", "HTTP and HTTPS have the same port", "give each its own");
        }
    }
}
