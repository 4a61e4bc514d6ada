//! Who made a cluster.

use crate::error::Printable;
use std::fmt;

/// Who made a cluster, and how Rancher came to know it.
///
/// A kubeconfig tells little of it, see [`ClusterGroup::provisioner`](super::ClusterGroup::provisioner); an object of
/// Rancher's tells it, see [`ManagedCluster`](super::ManagedCluster).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Provisioner {
    /// Rancher, on machines that it made itself; with the name of the node driver in lower case: `amazonec2`, `azure`,
    /// `vmwarevsphere`. Empty where nodes of several drivers are in it.
    NodeDriver(String),
    /// Rancher, on machines that were there.
    Custom,
    /// A cloud, which runs the control plane: `EKS`, `GKE`, `AKS`, `Alibaba` or another. There is no authorized cluster
    /// endpoint.
    Hosted(String),
    /// Somebody else; it was imported into Rancher.
    Imported,
    /// Nobody Rancher knows: the cluster it runs in itself.
    Local,
    /// Nothing tells.
    #[default]
    Unknown,
}

impl fmt::Display for Provisioner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let driver = match self {
            Provisioner::NodeDriver(driver) => driver,
            Provisioner::Custom => return f.write_str("custom nodes"),
            Provisioner::Hosted(cloud) => return write!(f, "hosted ({})", Printable(cloud)),
            Provisioner::Imported => return f.write_str("imported"),
            Provisioner::Local => return f.write_str("Rancher's own"),
            Provisioner::Unknown => return f.write_str("unknown"),
        };
        match driver.as_str() {
            "" => f.write_str("nodes made by Rancher"),
            "amazonec2" => f.write_str("nodes made by Rancher on EC2"),
            "azure" => f.write_str("nodes made by Rancher on Azure"),
            "vmwarevsphere" => f.write_str("nodes made by Rancher on vSphere"),
            other => write!(f, "nodes made by Rancher ({})", Printable(other)),
        }
    }
}
