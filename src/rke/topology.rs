//! Which nodes a cluster has, and how many of them it can lose.

use super::cluster::{ClusterConfig, Node};
use crate::finding::{Code, Finding};

/// The program a cluster is made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Distribution {
    /// RKE: each node has its roles.
    Rke,
    /// RKE2: servers have etcd and the control plane, and may run pods.
    Rke2,
    /// K3s: as RKE2.
    K3s,
}

/// Where a cluster keeps its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Datastore {
    /// In etcd on nodes of its own. It works as long as more than half of them do.
    Embedded,
    /// Outside: a database, or an etcd that somebody else runs. How many failures that bears is not known here.
    External,
}

/// The nodes of a cluster by what they do.
///
/// ```
/// use kubeconfig::rke::{ClusterConfig, Datastore, Distribution, Topology};
/// let config: ClusterConfig = "
/// nodes:
/// - {address: 10.0.0.1, role: [etcd, controlplane, worker]}
/// - {address: 10.0.0.2, role: [etcd, controlplane, worker]}
/// - {address: 10.0.0.3, role: [etcd, controlplane, worker]}
/// ".parse()?;
/// assert_eq!(Topology::of(&config).failures_tolerated(), 1);
///
/// let k3s = Topology::of_servers(Distribution::K3s, Datastore::Embedded, ["one", "two"]);
/// assert!(!k3s.is_highly_available());
/// assert_eq!(k3s.guidance()[0].code.as_str(), "even-etcd");
/// # Ok::<(), kubeconfig::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Topology {
    /// What the cluster is made with.
    pub distribution: Distribution,
    /// Where its data is.
    pub datastore: Datastore,
    /// The nodes with etcd, by name; none where the data is outside.
    pub etcd: Vec<String>,
    /// The nodes with an API server, by name.
    pub control_plane: Vec<String>,
    /// The nodes that run pods, by name.
    pub workers: Vec<String>,
}

impl Topology {
    /// The nodes of a cluster.yml or of the `rkeConfig` of a state. Their names are `hostname_override` or, where that is
    /// absent, `address`.
    pub fn of(config: &ClusterConfig) -> Topology {
        let with = |role: &str| {
            let nodes = config.nodes.iter().filter(|node| node.role.iter().any(|r| r == role));
            nodes.map(|node| name_of(node).to_owned()).collect::<Vec<_>>()
        };
        let is_external = !config.services.etcd.external_urls.is_empty();
        Topology {
            distribution: Distribution::Rke,
            datastore: if is_external { Datastore::External } else { Datastore::Embedded },
            etcd: with("etcd"),
            control_plane: with("controlplane"),
            workers: with("worker"),
        }
    }

    /// The servers of K3s or RKE2. They run pods too; add agents to [`workers`](Topology::workers).
    pub fn of_servers<N: Into<String>>(
        distribution: Distribution,
        datastore: Datastore,
        servers: impl IntoIterator<Item = N>,
    ) -> Topology {
        let servers: Vec<String> = servers.into_iter().map(Into::into).collect();
        let etcd = if datastore == Datastore::Embedded { servers.clone() } else { Vec::new() };
        Topology { distribution, datastore, etcd, control_plane: servers.clone(), workers: servers }
    }

    /// How many etcd nodes may fail at once: with `n` of them more than `n / 2` must work. `None` where the data is outside.
    pub fn etcd_failures_tolerated(&self) -> Option<usize> {
        (self.datastore == Datastore::Embedded).then(|| self.etcd.len().saturating_sub(1) / 2)
    }

    /// How many nodes may fail at once, whichever they are, while the API still answers and remembers. An outside
    /// datastore is taken to work.
    pub fn failures_tolerated(&self) -> usize {
        let control_plane = self.control_plane.len().saturating_sub(1);
        self.etcd_failures_tolerated().map_or(control_plane, |etcd| etcd.min(control_plane))
    }

    /// Whether any one node may fail.
    pub fn is_highly_available(&self) -> bool {
        self.failures_tolerated() > 0
    }

    /// What is to be said about it: roles that nobody has, an even number of etcd nodes, and whether one failing node stops
    /// the cluster, with what its documentation recommends.
    ///
    /// Rancher's documentation asks for three nodes with all roles for RKE, for two servers and an outside database or three
    /// servers with etcd for K3s, and for three servers for RKE2; each with a load balancer before them.
    pub fn guidance(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let (etcd, control_plane, workers) = (self.etcd.len(), self.control_plane.len(), self.workers.len());
        let is_embedded = self.datastore == Datastore::Embedded;
        if is_embedded && etcd == 0 {
            findings.push(
                Finding::new(Code::NoEtcd, "no node has the role etcd, and there is no external etcd")
                    .with_help("give the role to three nodes; one is enough for a cluster that may be lost"),
            );
        }
        if is_embedded && etcd > 0 && etcd % 2 == 0 {
            let bears = etcd.saturating_sub(1) / 2;
            let message = format!("{etcd} etcd nodes bear the loss of {bears}, no more than {} would", etcd - 1);
            findings.push(Finding::new(Code::EvenEtcd, message).with_help("take an odd number: three or five"));
        }
        if control_plane == 0 {
            findings.push(
                Finding::new(Code::NoControlPlane, "no node has the role controlplane: there would be no API server")
                    .with_help("give the role to two nodes or more"),
            );
        }
        if workers == 0 {
            findings.push(
                Finding::new(Code::NoWorker, "no node has the role worker: no pod can run, those of RKE among them")
                    .with_help("give the role to two nodes or more"),
            );
        }
        let is_complete = control_plane > 0 && (etcd > 0 || !is_embedded);
        if is_complete && !self.is_highly_available() {
            findings.push(Finding::new(Code::NotHighlyAvailable, self.what_stops_it()).with_help(self.advice()));
        }
        if self.is_highly_available() && workers == 1 {
            let message = "only one node has the role worker: when it fails, its pods have nowhere to go";
            findings
                .push(Finding::new(Code::NotHighlyAvailable, message).with_help("give the role to two nodes or more"));
        }
        findings
    }

    fn what_stops_it(&self) -> String {
        let (etcd, control_plane) = (self.etcd.len(), self.control_plane.len());
        let nodes = |n: usize| if n == 1 { "1 node".to_owned() } else { format!("{n} nodes") };
        match self.datastore {
            Datastore::Embedded if control_plane > 1 || etcd == 1 && control_plane == 1 => {
                format!("with etcd on {} the loss of one stops the cluster", nodes(etcd))
            }
            _ => "with one API server its loss stops the cluster".to_owned(),
        }
    }

    fn advice(&self) -> &'static str {
        match (self.distribution, self.datastore) {
            (Distribution::Rke, Datastore::Embedded) => {
                "three nodes with the roles etcd and controlplane bear the loss of one; put a load balancer before them"
            }
            (Distribution::Rke, Datastore::External) => {
                "two nodes with the role controlplane bear the loss of one; put a load balancer before them"
            }
            (_, Datastore::Embedded) => "three servers bear the loss of one; give them a fixed registration address",
            (_, Datastore::External) => "two servers bear the loss of one; put a load balancer before them",
        }
    }
}

/// The name of a node: that in Kubernetes, or its address.
pub(super) fn name_of(node: &Node) -> &str {
    let set = |text: &'_ Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
    let name = if set(&node.hostname_override) { &node.hostname_override } else { &node.address };
    name.as_deref().unwrap_or_default()
}
