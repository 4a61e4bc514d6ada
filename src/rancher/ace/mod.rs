//! The authorized cluster endpoint (ACE): contexts that lead straight into a cluster, beside the one through Rancher.
//!
//! With it a cluster's own API server asks an agent beside it, not Rancher, whom a token belongs to. Rancher writes the contexts
//! into the kubeconfigs that are downloaded after the endpoint was enabled. [`AuthorizedEndpoint`] makes the same contexts where
//! a file lacks them: it was downloaded earlier, or Rancher is gone.
//!
//! ```
//! use kubeconfig::{Loader, rancher::AuthorizedEndpoint};
//! # fn main() -> Result<(), kubeconfig::Error> {
//! let loaded = Loader::from_env().explicit("tests/data/rancher-ace.yaml").load()?;
//! let endpoint = AuthorizedEndpoint::fqdn("edge.k8s.example.com").default_port(6443).public_ca();
//! let extended = endpoint.add_to(&loaded, "edge").build()?;
//! assert_eq!(extended.contexts()[0].name, "edge-fqdn");
//! assert_eq!(extended.contexts()[0].server, "https://edge.k8s.example.com:6443");
//! assert!(extended.is_likely_valid()); // Rancher's own direct contexts of this user are in the file.
//! # Ok(())
//! # }
//! ```
//!
//! # What Rancher would make, and what is put right
//! - By FQDN: one context `NAME-fqdn`, server `https://FQDN`. Rancher adds no port, so that clients use 443
//!   (rancher#43612); [`default_port`](AuthorizedEndpoint::default_port) adds one. Its CA is the one given for it, and never
//!   the cluster's own for want of another: what answers there may be a load balancer with a certificate of its own.
//! - By nodes: one context `NAME-NODE` for each control-plane node, a leading `NAME-` of the node's name left out; server
//!   `https://ADDRESS:6443`; the cluster's own CA. Rancher writes IPv6 addresses without brackets, which RFC
//!   3986 forbids and programs built with Go 1.26 or later refuse; here they have them, unless [`rancher_spelling`](AuthorizedEndpoint::rancher_spelling) is asked for.
//! - Of a cluster that was imported, by a saved object, the endpoint works only once Rancher's webhook is on every
//!   server: the cluster carries the extension `kubeconfig-rs/imported`, and the context is in doubt.
//! - The user is that of the context through Rancher, which stays the current one.
//!
//! # Whether the token is valid there
//! Rancher binds a token to a cluster when it is made for a cluster whose endpoint is enabled. A token made before, or
//! one that several clusters share, is refused on the direct way. A kubeconfig shows a bound one by Rancher's own
//! direct contexts of the same user, or by the cluster's id in the token (Rancher 2.2 to 2.5). Without
//! such evidence [`Extended::is_likely_valid`] is false, [`Extended::notes`] say why, and the contexts carry the extension
//! `kubeconfig-rs/token-unproven`, so that nobody takes them for Rancher's later.

mod add;
mod note;
mod token;

pub use add::{AceContext, AddEndpoint, Extended};
pub use note::AceNote;

use super::{ControlPlaneNode, ManagedCluster, Provisioner};
use crate::config::Data;
use crate::error::{Error, ErrorKind, Result};
use crate::load::Loaded;
use crate::shell;
use crate::url::{check_new_server, without_userinfo};
use std::net::IpAddr;

/// How a cluster is reached without Rancher; see the [module](super).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizedEndpoint {
    reach: Reach,
    trust: Trust,
    port: Option<u16>,
    as_rancher: bool,
    is_imported: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Reach {
    Fqdn(String),
    Nodes(Vec<ControlPlaneNode>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Trust {
    /// Nothing was said of it.
    Unsaid,
    /// What every client trusts.
    Public,
    Ca(Data),
}

/// The port of API servers that Rancher writes for nodes.
const PORT: u16 = 6443;

impl AuthorizedEndpoint {
    /// By a name, with a port or without: what Rancher's field *FQDN* holds.
    pub fn fqdn(host: impl Into<String>) -> Self {
        Self::new(Reach::Fqdn(host.into()))
    }

    /// By the control-plane nodes.
    pub fn nodes(nodes: impl IntoIterator<Item = ControlPlaneNode>) -> Self {
        Self::new(Reach::Nodes(nodes.into_iter().collect()))
    }

    fn new(reach: Reach) -> Self {
        AuthorizedEndpoint { reach, trust: Trust::Unsaid, port: None, as_rancher: false, is_imported: false }
    }

    /// As a saved object of Rancher's has it.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`] where the cluster has no endpoint, or can't have one; [`ErrorKind::NotFound`] where it has one
    /// without an FQDN, and the saved objects name no control-plane node.
    pub fn of(cluster: &ManagedCluster) -> Result<Self> {
        if !cluster.can_have_endpoint() {
            let cloud = match &cluster.provisioner {
                Provisioner::Hosted(cloud) => cloud,
                _ => cluster.provider.as_deref().unwrap_or("its provider"),
            };
            return Err(impossible(cloud));
        }
        let Some(endpoint) = cluster.endpoint.as_ref().filter(|endpoint| endpoint.enabled) else {
            return Err(Error::new(ErrorKind::Refused, "the authorized endpoint of this cluster is not enabled")
                .with_help(
                    "enable it in Rancher, then download the kubeconfig again: it has the direct contexts in it",
                ));
        };
        if let Some(fqdn) = &endpoint.fqdn {
            let by_name = Self::fqdn(fqdn).imported(&cluster.provisioner);
            return endpoint.ca.as_ref().map_or_else(|| Ok(by_name.clone()), |ca| by_name.clone().ca(ca));
        }
        if cluster.control_plane.is_empty() {
            return Err(Error::new(
                ErrorKind::NotFound,
                "the endpoint has no FQDN, and no control-plane node is saved",
            )
            .with_help(format!(
                "save the nodes too, in the same file: kubectl {} get nodes.management.cattle.io -o yaml",
                shell::option("-n", cluster.id.as_deref().unwrap_or("CLUSTER_ID"))
            )));
        }
        let by_node = Self::nodes(cluster.control_plane.iter().cloned()).imported(&cluster.provisioner);
        cluster.ca.as_ref().map_or_else(|| Ok(by_node.clone()), |ca| by_node.clone().ca(ca))
    }

    fn imported(mut self, provisioner: &Provisioner) -> Self {
        self.is_imported = *provisioner == Provisioner::Imported;
        self
    }

    /// The control-plane nodes of a cluster that RKE made, by its `cluster.yml`. It does not hold the CA.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where no node has the role `controlplane`.
    #[cfg(feature = "rke")]
    pub fn of_rke(config: &crate::rke::ClusterConfig) -> Result<Self> {
        let in_control = config.nodes.iter().filter(|node| node.role.iter().any(|role| role == "controlplane"));
        let nodes: Vec<ControlPlaneNode> = in_control
            .filter_map(|node| {
                let address = crate::config::set(&node.address)?;
                Some(ControlPlaneNode::new(crate::config::set(&node.hostname_override).unwrap_or(address), address))
            })
            .collect();
        match nodes.is_empty() {
            true => Err(Error::new(ErrorKind::NotFound, "no node in it has the role controlplane and an address")),
            false => Ok(Self::nodes(nodes)),
        }
    }

    /// The control-plane nodes of a cluster that RKE made, and its CA, by its state: what there is, else what was desired.
    ///
    /// # Errors
    /// Those of [`of_rke`](AuthorizedEndpoint::of_rke); [`ErrorKind::NotFound`] where the state is empty.
    #[cfg(feature = "rke")]
    pub fn of_state(state: &crate::rke::State) -> Result<Self> {
        let state = if state.current.is_empty() { &state.desired } else { &state.current };
        let Some(config) = state.config()? else {
            return Err(Error::new(ErrorKind::NotFound, "the state knows no configuration of a cluster"));
        };
        let by_node = Self::of_rke(&config)?;
        match state.certificates.get("kube-ca") {
            Some(ca) => by_node.ca(&ca.certificate_pem),
            None => Ok(by_node),
        }
    }

    /// Of the cluster that `context` of `loaded` leads to, out of a text that
    /// [`ManagedCluster::read_all`] reads: by its id, else by its name. With the feature `rke` it is also the `cluster.yml` or
    /// the state (`.rkestate`, a saved `full-cluster-state`) of a cluster that RKE made, which knows nothing of that id.
    ///
    /// # Errors
    /// Those of [`read_all`](ManagedCluster::read_all) and [`of`](AuthorizedEndpoint::of); [`ErrorKind::NotFound`] where the
    /// text holds other clusters only; [`ErrorKind::ContextNotFound`].
    pub fn read(bytes: impl Into<Vec<u8>>, loaded: &Loaded, context: &str) -> Result<Self> {
        let (id, name) = add::cluster_of(loaded, context)?;
        let bytes = zeroize::Zeroizing::new(bytes.into());
        #[cfg(feature = "rke")]
        if let Ok(saved) = crate::rke::SavedStates::from_bytes(bytes.to_vec()) {
            return Self::of_state(&saved.newest().state);
        }
        #[cfg(feature = "rke")]
        if let Some(config) = cluster_yml(&bytes) {
            return Self::of_rke(&config?);
        }
        let clusters = ManagedCluster::read_all(bytes.to_vec())?;
        let found = match clusters.iter().find(|cluster| cluster.id.as_deref() == Some(&id)) {
            Some(found) => Some(found),
            None => {
                clusters.iter().find(|cluster| cluster.id.is_none() && cluster.display_name.as_deref() == Some(&name))
            }
        };
        let Some(found) = found else {
            let of = |cluster: &ManagedCluster| cluster.id.clone().or_else(|| cluster.display_name.clone());
            let known: Vec<String> =
                clusters.iter().filter_map(|cluster| Some(format!("{:?}", of(cluster)?))).collect();
            let message = format!(
                "the context {context:?} leads to the cluster {id:?}, and the file is about {}",
                if known.is_empty() { "none that it names".to_owned() } else { known.join(", ") }
            );
            return Err(Error::new(ErrorKind::NotFound, message).with_help("save the object of that cluster"));
        };
        Self::of(found)
    }

    /// Trusts these certificates, in PEM: of the load balancer by FQDN, of the cluster by nodes.
    ///
    /// # Errors
    /// [`ErrorKind::Certificate`] where there is none that can be read.
    pub fn ca(mut self, pem: impl AsRef<[u8]>) -> Result<Self> {
        crate::cert::certificates(pem.as_ref())?;
        self.trust = Trust::Ca(Data::encode(pem.as_ref()));
        Ok(self)
    }

    /// Trusts what clients trust anyway: the certificate there is of a public CA.
    pub fn public_ca(mut self) -> Self {
        self.trust = Trust::Public;
        self
    }

    /// The port of an FQDN that names none. Rancher writes none, which is 443.
    pub fn default_port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// Writes IPv6 addresses as Rancher does, without the brackets that they need.
    pub fn rancher_spelling(mut self) -> Self {
        self.as_rancher = true;
        self
    }

    /// Begins to add the contexts beside `context`, one that goes through Rancher.
    pub fn add_to<'a>(self, loaded: &'a Loaded, context: impl Into<String>) -> AddEndpoint<'a> {
        AddEndpoint::new(self, loaded, context.into())
    }

    /// The names and servers of the contexts, for a cluster of that name.
    fn contexts(&self, name: &str) -> Result<Vec<(String, String)>> {
        match &self.reach {
            Reach::Fqdn(fqdn) => Ok(vec![(format!("{name}-fqdn"), self.server(fqdn, self.port)?)]),
            Reach::Nodes(nodes) if nodes.is_empty() => {
                Err(Error::new(ErrorKind::Usage, "no control-plane node is given"))
            }
            Reach::Nodes(nodes) => nodes.iter().map(|node| self.of_node(name, node)).collect(),
        }
    }

    fn of_node(&self, name: &str, node: &ControlPlaneNode) -> Result<(String, String)> {
        // Rancher leaves a leading name of the cluster out, so that it does not stand there twice.
        let short = node.name.strip_prefix(name).and_then(|rest| rest.strip_prefix('-')).unwrap_or(&node.name);
        if short.is_empty() {
            return Err(Error::new(ErrorKind::Usage, format!("the node at {:?} has no name", node.address)));
        }
        Ok((format!("{name}-{short}"), self.server(&node.address, Some(PORT))?))
    }

    fn server(&self, address: &str, port: Option<u16>) -> Result<String> {
        let is_v6 = matches!(address.parse(), Ok(IpAddr::V6(_)));
        let host = if is_v6 && !self.as_rancher { format!("[{address}]") } else { address.to_owned() };
        let has_port = !is_v6 && host.rsplit_once(':').is_some_and(|(_, port)| !port.contains(']'));
        let server = match port.filter(|_| !has_port) {
            Some(port) => format!("https://{host}:{port}"),
            None => format!("https://{host}"),
        };
        let as_it_is = is_v6 && self.as_rancher;
        if address.contains('/') || !as_it_is && check_new_server(&server).is_err() {
            let message = format!("{:?} is no host to reach a control plane at", without_userinfo(address));
            return Err(Error::new(ErrorKind::Usage, message).with_help("write HOST, HOST:PORT or an address"));
        }
        Ok(server)
    }
}

/// The text as `cluster.yml`, if it is one: a map with nodes, and none of Kubernetes' or Rancher's objects.
#[cfg(feature = "rke")]
fn cluster_yml(bytes: &[u8]) -> Option<Result<crate::rke::ClusterConfig>> {
    let document = crate::syntax::Document::parse(bytes).ok()?;
    let root = document.root()?;
    let is_object = ["apiVersion", "kind", "type"].iter().any(|key| root.get(key).is_some());
    (!is_object && root.get("nodes").is_some()).then(|| crate::rke::ClusterConfig::from_document(&document))
}

/// Says that a cluster of this cloud can't have an endpoint.
fn impossible(cloud: &str) -> Error {
    let message = format!(
        "this cluster can't have an authorized endpoint: {cloud} runs its control plane, where Rancher's webhook can't be put"
    );
    let how = match &*cloud.to_ascii_uppercase() {
        "EKS" => "aws eks update-kubeconfig",
        "GKE" => "gcloud container clusters get-credentials",
        "AKS" => "az aks get-credentials",
        _ => "from its console",
    };
    Error::new(ErrorKind::Refused, message).with_help(format!("keep a kubeconfig of the cloud's own instead ({how})"))
}
