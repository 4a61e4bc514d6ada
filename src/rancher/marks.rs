//! What this program writes into a context that it adds, to know it again.

use crate::config::Kubeconfig;

/// The extension of a context with Rancher's id of the cluster that it leads to.
pub(super) const ENDPOINT_OF: &str = "kubeconfig-rs/endpoint-of";

/// The extension of a context that was added without a proof that its token is valid there.
pub(super) const UNPROVEN: &str = "kubeconfig-rs/token-unproven";

/// Whether `context` was added without such a proof.
pub(super) fn is_unproven(config: &Kubeconfig, context: &str) -> bool {
    config.contexts.get(context).is_some_and(|context| context.extensions.contains(UNPROVEN))
}
