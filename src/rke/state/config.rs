//! `rkeConfig`: typed, and the little of it that access needs, read leniently, so that what else is wrong in it does not
//! stand in the way.

use super::ClusterState;
use crate::error::Result;
use crate::rke::ClusterConfig;
use crate::syntax::Value;

/// A node of the control plane.
#[derive(PartialEq)]
pub(crate) struct ControlPlaneNode<'a> {
    /// Where RKE reaches it, and where the kubeconfig leads.
    pub(crate) address: &'a str,
    /// Its name in Kubernetes, else its address.
    pub(crate) name: &'a str,
}

impl ClusterState {
    /// `rkeConfig` as a typed configuration; `None` where there is none.
    ///
    /// # Errors
    /// As [`ClusterConfig::from_state_value`].
    pub fn config(&self) -> Result<Option<ClusterConfig>> {
        self.rke_config.as_ref().map(ClusterConfig::from_state_value).transpose()
    }

    /// The name that RKE builds the kubeconfig's names from; `local` is RKE's default.
    pub(in crate::rke) fn cluster_name(&self) -> &str {
        let name = self.rke_config.as_ref().and_then(|config| text(config, "clusterName"));
        name.unwrap_or("local")
    }

    /// The nodes of the control plane in the order of the configuration, which is the order in which RKE tries them.
    pub(crate) fn control_plane(&self) -> Vec<ControlPlaneNode<'_>> {
        let nodes = self.rke_config.as_ref().and_then(|config| get(config, "nodes")?.as_sequence());
        let is_control_plane = |node: &&Value| {
            let roles = get(node, "role").and_then(Value::as_sequence).unwrap_or_default();
            roles.iter().any(|role| role.as_str() == Some("controlplane"))
        };
        let node = |node| {
            let address = text(node, "address")?;
            Some(ControlPlaneNode { address, name: text(node, "hostnameOverride").unwrap_or(address) })
        };
        nodes.unwrap_or_default().iter().filter(is_control_plane).filter_map(node).collect()
    }
}

/// The value of a key of whatever case, as Go reads JSON.
fn get<'a>(map: &'a Value, key: &str) -> Option<&'a Value> {
    let map = map.as_mapping()?;
    let folded = || map.iter().find(|(found, _)| found.eq_ignore_ascii_case(key)).map(|(_, value)| value);
    map.get(key).or_else(folded)
}

fn text<'a>(map: &'a Value, key: &str) -> Option<&'a str> {
    get(map, key)?.as_str().filter(|text| !text.is_empty())
}
