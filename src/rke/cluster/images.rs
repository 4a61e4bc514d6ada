//! The images RKE runs.

use super::model::model;
use crate::secret::Secret;

model! {
    /// The images, where they are not those that the RKE release has for the Kubernetes version. RKE's `RKESystemImages`.
    pub struct SystemImages {
        /// etcd.
        "etcd" => pub etcd: Option<String>,
        /// Helpers of RKE's own (`rke-tools`).
        "alpine" => pub alpine: Option<String>,
        /// The proxy on each node in front of the API servers.
        "nginx_proxy" => pub nginx_proxy: Option<String>,
        /// Puts certificates onto the nodes.
        "cert_downloader" => pub cert_downloader: Option<String>,
        /// The container beside each component.
        "kubernetes_services_sidecar" => pub kubernetes_services_sidecar: Option<String>,
        /// kube-dns.
        "kubedns" => pub kubedns: Option<String>,
        /// dnsmasq, for kube-dns.
        "dnsmasq" => pub dnsmasq: Option<String>,
        /// kube-dns' sidecar.
        "kubedns_sidecar" => pub kubedns_sidecar: Option<String>,
        /// kube-dns' autoscaler.
        "kubedns_autoscaler" => pub kubedns_autoscaler: Option<String>,
        /// CoreDNS.
        "coredns" => pub coredns: Option<String>,
        /// CoreDNS' autoscaler.
        "coredns_autoscaler" => pub coredns_autoscaler: Option<String>,
        /// The DNS cache on every node.
        "nodelocal" => pub nodelocal: Option<String>,
        /// The components of Kubernetes (`hyperkube`).
        "kubernetes" => pub kubernetes: Option<String>,
        /// Flannel.
        "flannel" => pub flannel: Option<String>,
        /// Flannel's CNI plugin.
        "flannel_cni" => pub flannel_cni: Option<String>,
        /// Calico on each node.
        "calico_node" => pub calico_node: Option<String>,
        /// Calico's CNI plugin.
        "calico_cni" => pub calico_cni: Option<String>,
        /// Calico's controllers.
        "calico_controllers" => pub calico_controllers: Option<String>,
        /// calicoctl.
        "calico_ctl" => pub calico_ctl: Option<String>,
        /// Calico's volume driver.
        "calico_flexvol" | "calicoFlexVol" => pub calico_flexvol: Option<String>,
        /// Canal on each node.
        "canal_node" => pub canal_node: Option<String>,
        /// Canal's CNI plugin.
        "canal_cni" => pub canal_cni: Option<String>,
        /// Canal's controllers.
        "canal_controllers" => pub canal_controllers: Option<String>,
        /// Flannel, for Canal.
        "canal_flannel" => pub canal_flannel: Option<String>,
        /// Canal's volume driver.
        "canal_flexvol" | "canalFlexVol" => pub canal_flexvol: Option<String>,
        /// Weave.
        "weave_node" => pub weave_node: Option<String>,
        /// Weave's CNI plugin.
        "weave_cni" => pub weave_cni: Option<String>,
        /// The container that holds the namespaces of a pod (`pause`).
        "pod_infra_container" => pub pod_infra_container: Option<String>,
        /// The ingress controller.
        "ingress" => pub ingress: Option<String>,
        /// The ingress controller's backend for unknown names.
        "ingress_backend" => pub ingress_backend: Option<String>,
        /// The ingress controller's webhook.
        "ingress_webhook" => pub ingress_webhook: Option<String>,
        /// The metrics server.
        "metrics_server" => pub metrics_server: Option<String>,
        /// As `pod_infra_container`, on Windows.
        "windows_pod_infra_container" => pub windows_pod_infra_container: Option<String>,
        /// ACI: puts the CNI plugin onto the nodes.
        "aci_cni_deploy_container" => pub aci_cni_deploy_container: Option<String>,
        /// ACI: the agent on each node.
        "aci_host_container" => pub aci_host_container: Option<String>,
        /// ACI: the OpFlex agent.
        "aci_opflex_container" => pub aci_opflex_container: Option<String>,
        /// ACI: the multicast daemon.
        "aci_mcast_container" => pub aci_mcast_container: Option<String>,
        /// ACI: Open vSwitch.
        "aci_ovs_container" => pub aci_ovs_container: Option<String>,
        /// ACI: the controller.
        "aci_controller_container" => pub aci_controller_container: Option<String>,
        /// ACI: the GBP server.
        "aci_gbp_server_container" => pub aci_gbp_server_container: Option<String>,
        /// ACI: the OpFlex server.
        "aci_opflex_server_container" => pub aci_opflex_server_container: Option<String>,
    }
}

model! {
    /// A registry to pull images from.
    pub struct PrivateRegistry {
        /// Its host, perhaps with a port and a path; Docker Hub where absent.
        "url" => pub url: Option<String>,
        /// The user's name.
        "user" => pub user: Option<String>,
        /// The user's password.
        "password" => pub password: Option<Secret<String>>,
        /// Whether the images that have no registry in their name come from here.
        "is_default" => pub is_default: Option<bool>,
        /// Credentials for Amazon's registry in place of name and password.
        "ecr_credential_plugin" => pub ecr_credential_plugin: Option<EcrCredentialPlugin>,
    }
}

model! {
    /// Credentials for Amazon's registry; where absent, those of the machine.
    pub struct EcrCredentialPlugin {
        /// The access key's id.
        "aws_access_key_id" => pub aws_access_key_id: Option<Secret<String>>,
        /// The access key itself.
        "aws_secret_access_key" => pub aws_secret_access_key: Option<Secret<String>>,
        /// The session's token. In rkestate it is called `awsAccessToken`.
        "aws_session_token" | "awsAccessToken" => pub aws_session_token: Option<Secret<String>>,
    }
}
