//! What RKE does once or step by step: upgrades, restoring, rotating certificates.

use super::model::model;

model! {
    /// How nodes are upgraded. RKE's `NodeUpgradeStrategy`.
    pub struct UpgradeStrategy {
        /// How many workers may be down at once, or their share in percent; `10%` where absent.
        "max_unavailable_worker" => pub max_unavailable_worker: Option<String>,
        /// How many control plane nodes may be down at once; `1` where absent.
        "max_unavailable_controlplane" => pub max_unavailable_controlplane: Option<String>,
        /// Whether nodes are drained first.
        "drain" [pointer] => pub drain: Option<bool>,
        /// How they are drained. RKE loses `ignore_daemonsets` unless `timeout` and `grace_period` are there too.
        "node_drain_input" => pub node_drain_input: Option<NodeDrainInput>,
    }
}

model! {
    /// How nodes are drained, as `kubectl drain` does it.
    pub struct NodeDrainInput {
        /// Also pods that nobody makes again.
        "force" => pub force: Option<bool>,
        /// Leave the pods of daemon sets; so where absent.
        "ignore_daemonsets" | "ignoreDaemonSets" [pointer] => pub ignore_daemonsets: Option<bool>,
        /// Also pods with local data.
        "delete_local_data" => pub delete_local_data: Option<bool>,
        /// Seconds a pod has to end; -1, where absent, leaves it to the pod.
        "grace_period" => pub grace_period: Option<i64>,
        /// Seconds a try may take; 120 where absent.
        "timeout" [always] => pub timeout: Option<i64>,
    }
}

model! {
    /// A snapshot to restore; Rancher sets it.
    pub struct Restore {
        /// Whether to restore.
        "restore" => pub restore: Option<bool>,
        /// The snapshot.
        "snapshot_name" => pub snapshot_name: Option<String>,
    }
}

model! {
    /// Certificates to make anew; Rancher and `rke cert rotate` set it.
    pub struct RotateCertificates {
        /// The CAs too, and with them all certificates.
        "cacertificates" | "caCertificates" => pub ca_certificates: Option<bool>,
        /// Those of these components only.
        "services" => pub services: Vec<String>,
    }
}
