//! What Rancher's own objects say of a cluster: who made it, its authorized endpoint, its control plane.

use super::Provisioner;
use crate::config::Data;
use crate::error::{Error, ErrorKind, Result};
use crate::syntax::{Resolved, Value, documents, from_document};
use indexmap::IndexMap;

/// A cluster as Rancher describes it, read from a saved object.
///
/// It is put together from what there is of one cluster: `clusters.management.cattle.io`,
/// `clusters.provisioning.cattle.io`, `nodes.management.cattle.io`, the same of Rancher's v3 API, and Kubernetes' own nodes.
/// Field names and rules are those of Rancher's `pkg/apis` and `pkg/node`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ManagedCluster {
    /// Rancher's id: `local`, `c-xxxxx`, `c-m-xxxxxxxx`.
    pub id: Option<String>,
    /// The name that people see, and that Rancher writes into kubeconfigs.
    pub display_name: Option<String>,
    /// Who made it.
    pub provisioner: Provisioner,
    /// The distribution as Rancher detected it: `rke`, `k3s`, `rke2`, `eks`, `gke`, `aks` and others.
    pub provider: Option<String>,
    /// Its authorized cluster endpoint, enabled or not.
    pub endpoint: Option<LocalClusterAuthEndpoint>,
    /// The CA of its API server, in PEM. Rancher knows it once the cluster was reached.
    pub ca: Option<Vec<u8>>,
    /// The nodes with a control plane, as the endpoint would use them; empty where the saved objects name none.
    pub control_plane: Vec<ControlPlaneNode>,
}

/// The settings of an authorized cluster endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LocalClusterAuthEndpoint {
    /// Whether it is switched on.
    pub enabled: bool,
    /// The name under which the control plane is reached, as it was typed: with a port or without.
    pub fqdn: Option<String>,
    /// The CA of what answers there, in PEM; without it the certificate is publicly trusted.
    pub ca: Option<Vec<u8>>,
}

/// A node with a control plane.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ControlPlaneNode {
    /// Its name, without that of the cluster.
    pub name: String,
    /// Its address: of IPv6 without brackets.
    pub address: String,
}

impl ControlPlaneNode {
    /// A node of that name at that address.
    pub fn new(name: impl Into<String>, address: impl Into<String>) -> Self {
        ControlPlaneNode { name: name.into(), address: address.into() }
    }
}

impl ManagedCluster {
    /// Reads what `kubectl get … -o yaml` or `-o json` prints of Rancher's objects, or its v3 API: one object, a list, a
    /// collection, or several documents of those. What belongs to one cluster is put together, in the order in which the
    /// clusters come up. Objects of other kinds are passed over.
    ///
    /// # Errors
    /// [`ErrorKind::Syntax`] and [`ErrorKind::Limit`] for what can't be read; [`ErrorKind::NotFound`] where there is no
    /// cluster in it.
    pub fn read_all(bytes: impl Into<Vec<u8>>) -> Result<Vec<ManagedCluster>> {
        let mut gathered = Gathered::default();
        for document in documents(bytes)? {
            gathered.add(&from_document::<Value>(&document)?);
        }
        gathered.finish()
    }

    /// Whether the cluster can have an authorized endpoint: not where a cloud runs the control plane, for Rancher's
    /// webhook can't be put there.
    pub fn can_have_endpoint(&self) -> bool {
        let provider = self.provider.as_deref().unwrap_or_default().to_ascii_lowercase();
        !matches!(self.provisioner, Provisioner::Hosted(_)) && !matches!(&*provider, "eks" | "gke" | "aks" | "alibaba")
    }
}

/// What the objects of a text say, by cluster.
#[derive(Default)]
struct Gathered {
    clusters: IndexMap<String, Parts>,
    /// Nodes that don't say of which cluster they are: Kubernetes' own.
    nodes: Vec<ControlPlaneNode>,
}

/// What the objects of one cluster say, each as far as it can.
#[derive(Default)]
struct Parts {
    cluster: ManagedCluster,
    /// By `clusters.management.cattle.io`: RKE made it, and the nodes tell on which machines.
    is_rke: bool,
    /// Of Rancher's nodes: the node drivers; `None` is a machine that was there.
    machines: Vec<Option<String>>,
    /// Nodes by the configuration of RKE, for want of better.
    configured: Vec<ControlPlaneNode>,
}

impl Gathered {
    fn add(&mut self, object: &Value) {
        let kind = text(object, "kind").or_else(|| text(object, "type")).unwrap_or_default();
        let group = text(object, "apiVersion").unwrap_or_default();
        let group = group.split('/').next().unwrap_or_default();
        match (group, kind) {
            ("management.cattle.io", "Cluster") => self.management(object),
            ("provisioning.cattle.io", "Cluster") => self.provisioning(object),
            ("management.cattle.io", "Node") => self.rancher_node(object),
            ("v1", "Node") => self.nodes.extend(kubernetes_node(object)),
            ("", "cluster") => self.norman(object),
            ("", "node") => self.norman_node(object),
            _ => {}
        }
        // Of kinds like `List`, `ClusterList`, and the API's `collection`.
        for list in ["items", "data"] {
            object.get(list).and_then(Value::as_sequence).into_iter().flatten().for_each(|item| self.add(item));
        }
    }

    fn of(&mut self, id: &str) -> &mut Parts {
        let parts = self.clusters.entry(id.to_owned()).or_default();
        parts.cluster.id = Some(id.to_owned());
        parts
    }

    fn management(&mut self, object: &Value) {
        let Some(id) = at(object, &["metadata", "name"]).and_then(Value::as_str) else { return };
        let Some(spec) = object.get("spec") else { return };
        let nothing = Value::null();
        let status = object.get("status").unwrap_or(&nothing);
        self.of(id).described(spec, status, text(spec, "displayName"));
    }

    /// The v3 API has spec and status in one.
    fn norman(&mut self, object: &Value) {
        if let Some(id) = text(object, "id") {
            self.of(id).described(object, object, text(object, "name"));
        }
    }

    fn provisioning(&mut self, object: &Value) {
        let Some(name) = at(object, &["metadata", "name"]).and_then(Value::as_str) else { return };
        let id = at(object, &["status", "clusterName"]).and_then(Value::as_str);
        let Some(spec) = object.get("spec") else { return };
        // Not seen by its controller yet it has no id, and its own name then keeps it apart from others.
        let cluster = match id {
            Some(id) => &mut self.of(id).cluster,
            None => &mut self.clusters.entry(format!("provisioning/{name}")).or_default().cluster,
        };
        cluster.display_name.get_or_insert_with(|| name.to_owned());
        if let Some(endpoint) = endpoint(spec) {
            cluster.endpoint = Some(endpoint);
        }
        cluster.provisioner = match spec.get("rkeConfig").filter(|config| !config.is_null()) {
            _ if id == Some("local") => Provisioner::Local,
            // Clusters of clouds, and of RKE, have such an object too.
            None if cluster.provisioner != Provisioner::Unknown => return,
            None => Provisioner::Imported,
            Some(config) => {
                let pools = config.get("machinePools").and_then(Value::as_sequence).unwrap_or_default();
                let drivers = pools.iter().map(|pool| {
                    let kind = at(pool, &["machineConfigRef", "kind"]).and_then(Value::as_str).unwrap_or_default();
                    Some(kind.strip_suffix("Config").unwrap_or(kind).to_ascii_lowercase())
                });
                machines(drivers).unwrap_or(Provisioner::Custom)
            }
        };
    }

    fn rancher_node(&mut self, object: &Value) {
        let Some(cluster) = at(object, &["metadata", "namespace"]).and_then(Value::as_str) else { return };
        let Some(spec) = object.get("spec") else { return };
        let is_made = text(spec, "nodeTemplateName").is_some();
        let is_custom = spec.get("customConfig").is_some_and(|config| !config.is_null());
        let driver = at(object, &["status", "nodeTemplateSpec", "driver"]).and_then(Value::as_str).unwrap_or_default();
        let name = text(spec, "requestedHostname").or_else(|| at(object, &["status", "nodeName"])?.as_str());
        let addresses = at(object, &["status", "internalNodeStatus", "addresses"]);
        let node = name.zip(address(addresses, at(object, &["status", "nodeAnnotations"])));
        let parts = self.of(cluster);
        if is_made || is_custom {
            parts.machines.push(is_made.then(|| driver.to_ascii_lowercase()));
        }
        if is_true(spec.get("controlPlane")) {
            parts.cluster.control_plane.extend(node.map(|(name, address)| ControlPlaneNode::new(name, address)));
        }
    }

    fn norman_node(&mut self, object: &Value) {
        let Some(cluster) = text(object, "clusterId") else { return };
        let is_made = text(object, "nodeTemplateId").is_some();
        let is_custom = object.get("customConfig").is_some_and(|config| !config.is_null());
        let name = text(object, "requestedHostname").or_else(|| text(object, "nodeName"));
        let address = text(object, "externalIpAddress").or_else(|| text(object, "ipAddress"));
        let node = name.zip(address);
        let parts = self.of(cluster);
        if is_made || is_custom {
            // The template names the driver, and is an object of its own.
            parts.machines.push(is_made.then(String::new));
        }
        if is_true(object.get("controlPlane")) {
            parts.cluster.control_plane.extend(node.map(|(name, address)| ControlPlaneNode::new(name, address)));
        }
    }

    fn finish(self) -> Result<Vec<ManagedCluster>> {
        let mut clusters: Vec<ManagedCluster> = self.clusters.into_values().map(Parts::finish).collect();
        // Nodes alone, without an object that names their cluster, describe none.
        clusters.retain(|cluster| *cluster != ManagedCluster { id: cluster.id.clone(), ..ManagedCluster::default() });
        match &mut clusters[..] {
            [] => {
                return Err(Error::new(ErrorKind::NotFound, "there is no object of a Rancher cluster in it").with_help(
                    "save one with kubectl get clusters.management.cattle.io ID -o yaml, against Rancher's own cluster",
                ));
            }
            [one] if one.control_plane.is_empty() => one.control_plane = self.nodes,
            _ => {}
        }
        Ok(clusters)
    }
}

impl Parts {
    /// Takes in what `clusters.management.cattle.io` says.
    fn described(&mut self, spec: &Value, status: &Value, name: Option<&str>) {
        let cluster = &mut self.cluster;
        if let Some(name) = name {
            cluster.display_name = Some(name.to_owned());
        }
        cluster.provider = text(status, "provider").map(str::to_owned);
        cluster.endpoint = cluster.endpoint.take().or_else(|| endpoint(spec));
        cluster.ca = text(status, "caCert").and_then(certificates);
        self.is_rke = is_set(spec, "rancherKubernetesEngineConfig");
        if let Some(provisioner) = provisioner(cluster.id.as_deref(), spec, status) {
            cluster.provisioner = provisioner;
        }
        let configured = ["appliedSpec", ""].iter().find_map(|place| {
            let spec = if place.is_empty() { Some(spec) } else { status.get(place) };
            at(spec?, &["rancherKubernetesEngineConfig", "nodes"])?.as_sequence().filter(|nodes| !nodes.is_empty())
        });
        self.configured = configured.unwrap_or_default().iter().filter_map(rke_node).collect();
    }

    fn finish(mut self) -> ManagedCluster {
        if self.cluster.control_plane.is_empty() {
            self.cluster.control_plane = self.configured;
        }
        if matches!(self.cluster.provisioner, Provisioner::Unknown | Provisioner::Imported) && self.is_rke {
            self.cluster.provisioner = machines(self.machines.into_iter()).unwrap_or(Provisioner::Unknown);
        }
        self.cluster
    }
}

/// By `clusters.management.cattle.io` alone.
fn provisioner(id: Option<&str>, spec: &Value, status: &Value) -> Option<Provisioner> {
    const CLOUDS: [(&str, &str); 7] = [
        ("aliConfig", "Alibaba"),
        ("eksConfig", "EKS"),
        ("gkeConfig", "GKE"),
        ("aksConfig", "AKS"),
        ("amazonElasticContainerServiceConfig", "EKS"),
        ("googleKubernetesEngineConfig", "GKE"),
        ("azureKubernetesServiceConfig", "AKS"),
    ];
    if id == Some("local") || is_true(spec.get("internal")) {
        return Some(Provisioner::Local);
    }
    if let Some((_, cloud)) = CLOUDS.iter().find(|(field, _)| is_set(spec, field)) {
        return Some(Provisioner::Hosted((*cloud).into()));
    }
    if let Some(driver) = at(spec, &["genericEngineConfig", "driverName"]).and_then(Value::as_str) {
        let known = CLOUDS.iter().find(|(field, _)| field.strip_suffix("Config") == Some(driver));
        return Some(Provisioner::Hosted(known.map_or(driver, |(_, cloud)| cloud).into()));
    }
    match text(status, "driver")? {
        cloud @ ("EKS" | "GKE" | "AKS" | "Alibaba") => Some(Provisioner::Hosted(cloud.into())),
        // Of those with ids of the second form, some were made by Rancher: their other object tells.
        "imported" | "k3s" | "k3os" | "rke2" if !id.is_some_and(|id| id.starts_with("c-m-")) => {
            Some(Provisioner::Imported)
        }
        _ => None,
    }
}

/// By the machines: those made by a node driver, or `None` for one that was there.
fn machines(drivers: impl Iterator<Item = Option<String>>) -> Option<Provisioner> {
    let one = |a: Provisioner, b: Provisioner| match (a, b) {
        (a, b) if a == b => a,
        (Provisioner::NodeDriver(_), Provisioner::NodeDriver(_)) => Provisioner::NodeDriver(String::new()),
        _ => Provisioner::Unknown,
    };
    drivers.map(|driver| driver.map_or(Provisioner::Custom, Provisioner::NodeDriver)).reduce(one)
}

fn endpoint(spec: &Value) -> Option<LocalClusterAuthEndpoint> {
    let endpoint = spec.get("localClusterAuthEndpoint").filter(|endpoint| endpoint.as_mapping().is_some())?;
    let ca = text(endpoint, "caCerts");
    Some(LocalClusterAuthEndpoint {
        enabled: is_true(endpoint.get("enabled")),
        fqdn: text(endpoint, "fqdn").map(str::to_owned),
        ca: ca.map(|pem| pem.as_bytes().to_vec()),
    })
}

/// `status.caCert` is base64 of PEM; the endpoint's `caCerts` is PEM.
fn certificates(base64: &str) -> Option<Vec<u8>> {
    Data::from_base64(base64).ok().map(|data| data.decode().to_vec())
}

/// An entry of RKE's `nodes`.
fn rke_node(node: &Value) -> Option<ControlPlaneNode> {
    let roles = node.get("role").and_then(Value::as_sequence)?;
    if !roles.iter().any(|role| role.as_str() == Some("controlplane")) {
        return None;
    }
    let address = text(node, "address")?;
    Some(ControlPlaneNode::new(text(node, "hostnameOverride").unwrap_or(address), address))
}

fn kubernetes_node(object: &Value) -> Option<ControlPlaneNode> {
    let labels = at(object, &["metadata", "labels"])?.as_mapping()?;
    let has = |role: &str| labels.get(&format!("node-role.kubernetes.io/{role}")).is_some();
    if !["control-plane", "controlplane", "master"].into_iter().any(has) {
        return None;
    }
    let name = at(object, &["metadata", "name"])?.as_str()?;
    let address = address(at(object, &["status", "addresses"]), at(object, &["metadata", "annotations"]))?;
    Some(ControlPlaneNode::new(name, address))
}

/// The address Rancher takes: the first external one, else that of RKE's annotation, else the last internal one.
fn address<'a>(addresses: Option<&'a Value>, annotations: Option<&'a Value>) -> Option<&'a str> {
    let of = |wanted: &'static str| {
        let all = addresses.and_then(Value::as_sequence).unwrap_or_default().iter();
        all.filter(move |one| text(one, "type") == Some(wanted)).filter_map(|one| text(one, "address"))
    };
    let annotation = || annotations.and_then(|all| text(all, "rke.cattle.io/external-ip"));
    of("ExternalIP").next().or_else(annotation).or_else(|| of("InternalIP").next_back())
}

fn at<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, key| value.get(key))
}

/// A text that is neither absent nor empty.
fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str().filter(|text| !text.is_empty())
}

fn is_set(value: &Value, key: &str) -> bool {
    value.get(key).is_some_and(|value| !value.is_null())
}

pub(super) fn is_true(value: Option<&Value>) -> bool {
    value.and_then(Value::as_scalar).is_some_and(|scalar| scalar.resolve() == Resolved::Bool(true))
}
