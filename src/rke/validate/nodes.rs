//! Nodes: RKE's rules 4 to 8, taints, and addresses that two nodes share.

use super::{Report, quoted};
use crate::finding::{Code, Finding};
use crate::rke::cluster::{ClusterConfig, Node};
use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

pub(super) fn check(config: &ClusterConfig, report: &mut Report) {
    for (i, node) in config.nodes.iter().enumerate() {
        one(i, node, report);
    }
    duplicates(&config.nodes, report);
}

fn one(i: usize, node: &Node, report: &mut Report) {
    let field = |key: &str| format!("nodes[{i}].{key}");
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let address = text(&node.address);
    for (key, is_missing) in
        [("address", address.is_empty()), ("user", text(&node.user).is_empty()), ("role", node.role.is_empty())]
    {
        if is_missing {
            report.invalid(field(key), format!("node {} has no {key}", i + 1), format!("set {key}"));
        }
    }
    let mut roles = HashSet::new();
    for (j, role) in node.role.iter().enumerate() {
        let field = format!("nodes[{i}].role[{j}]");
        if !["etcd", "controlplane", "worker"].contains(&role.as_str()) {
            let message = format!("{} is no role", quoted(role));
            report.invalid(field, message, "the roles are controlplane, etcd and worker");
        } else if !roles.insert(role) {
            let message = format!("the role {role} is named twice: RKE counts the node twice");
            report.warning(field, message, "name it once");
        }
    }
    let hostname = text(&node.hostname_override);
    if !address.is_empty() && !is_dns_name(&hostname) {
        let message = format!("{} can't be the name of a node in Kubernetes", quoted(&hostname));
        let help = "set hostname_override to a name of letters, digits, '-' and '.'; an IPv6 address always needs one";
        report.invalid(field("hostname_override"), message, help);
    }
    if address.parse::<std::net::Ipv6Addr>().is_ok() && node.role.iter().any(|role| role == "controlplane") {
        let message = "RKE writes an IPv6 address without brackets into the kubeconfig, where it is no URL";
        let help =
            "give the control plane a name for its address, or correct the kubeconfig's server after each 'rke up'";
        report.push(Finding::new(Code::UnbracketedIpv6, message).with_help(help).in_field(field("address")));
    }
    taints(i, node, report);
}

/// RKE warns of these and leaves them out (`cluster/reconcile.go`).
fn taints(i: usize, node: &Node, report: &mut Report) {
    let mut seen = HashSet::new();
    for (j, taint) in node.taints.iter().enumerate() {
        let field = format!("nodes[{i}].taints[{j}]");
        let (key, effect) = (taint.key.as_deref().unwrap_or_default(), taint.effect.as_deref().unwrap_or_default());
        let is_reserved = matches!(
            (key, effect),
            ("node-role.kubernetes.io/etcd", "NoExecute") | ("node-role.kubernetes.io/controlplane", "NoSchedule")
        );
        if is_reserved {
            report.warning(field, "RKE sets this taint itself and leaves yours out", "remove it; the roles decide");
        } else if !seen.insert((key, effect)) {
            let message = "a second taint of this key and effect, which RKE leaves out";
            report.warning(field, message, "keep one of the two");
        }
    }
}

/// RKE refuses nodes with the same `address` or name; it says nothing of addresses that only look different, nor of
/// internal ones.
fn duplicates(nodes: &[Node], report: &mut Report) {
    let mut addresses: HashMap<String, usize> = HashMap::new();
    let mut names: HashMap<&str, usize> = HashMap::new();
    let mut internal: HashMap<String, usize> = HashMap::new();
    for (i, node) in nodes.iter().enumerate() {
        let address = node.address.as_deref().unwrap_or_default();
        if address.is_empty() {
            continue;
        }
        let found = |key: &str, first: usize, what: &str| {
            let message = format!("nodes {} and {} have the same {what}", first + 1, i + 1);
            let finding = Finding::new(Code::DuplicateNode, message).of(format!("node {address}"));
            finding.in_field(format!("nodes[{i}].{key}"))
        };
        let other = "give one of the two its own, or remove it if it is the same machine";
        let first = *addresses.entry(canonical(address)).or_insert(i);
        if first != i {
            report.push(found("address", first, "address").with_help(other));
            continue;
        }
        let name = node.hostname_override.as_deref().unwrap_or_default();
        let first = *names.entry(name).or_insert(i);
        if first != i {
            report.push(found("hostname_override", first, "name in Kubernetes").with_help(other));
        }
        let inside = node.internal_address.as_deref().unwrap_or_default();
        let first = *internal.entry(canonical(inside)).or_insert(i);
        if first != i {
            let help = "give one of the two its own: the components would take the nodes for one";
            report.push(found("internal_address", first, "internal address").with_help(help));
        }
    }
}

/// One spelling for each address: `::1` for `0:0::1`, small letters for names.
fn canonical(address: &str) -> String {
    match address.parse::<IpAddr>() {
        Ok(address) => address.to_string(),
        Err(_) => address.to_lowercase(),
    }
}

/// Kubernetes' `IsDNS1123Subdomain`.
fn is_dns_name(name: &str) -> bool {
    let is_letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let is_label = |label: &str| {
        let bytes = label.as_bytes();
        bytes.first().is_some_and(|b| is_letter(*b))
            && bytes.last().is_some_and(|b| is_letter(*b))
            && bytes.iter().all(|b| is_letter(*b) || *b == b'-')
    };
    name.len() <= 253 && name.split('.').all(is_label)
}
