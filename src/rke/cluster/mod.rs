//! The whole of cluster.yml as data, in both of RKE's spellings.

mod aci;
mod addons;
mod cloud;
mod fields;
mod images;
mod kubernetes;
mod model;
mod network;
mod node;
mod parts;
mod read;
mod services;
mod upgrade;

pub use aci::AciNetworkProvider;
pub use addons::{Dns, Ingress, LinearAutoscalerParams, Monitoring, Nodelocal};
pub use cloud::{
    AwsCloudProvider, AwsGlobal, AwsServiceOverride, AzureCloudProvider, CloudProvider, HarvesterCloudProvider,
    OpenstackBlockStorage, OpenstackCloudProvider, OpenstackGlobal, OpenstackLoadBalancer, OpenstackMetadata,
    OpenstackRoute, VirtualCenter, VsphereCloudProvider, VsphereDisk, VsphereGlobal, VsphereNetwork, VsphereWorkspace,
};
pub use fields::{Field, Kind};
pub use images::{EcrCredentialPlugin, PrivateRegistry, SystemImages};
pub use kubernetes::{
    EncryptionConfiguration, EncryptionKey, EncryptionKeys, IntOrString, KmsConfiguration, ProviderConfiguration,
    ResourceConfiguration, RollingUpdate, Toleration, UpdateStrategy,
};
pub use network::{CalicoNetworkProvider, CanalNetworkProvider, FlannelNetworkProvider, Network, WeaveNetworkProvider};
pub use node::{BastionHost, Node, Taint};
pub use services::{
    AuditLog, AuditLogConfig, BackupConfig, BaseService, EtcdService, EventRateLimit, KubeApiService,
    KubeControllerService, KubeletService, S3BackupConfig, SecretsEncryptionConfig, Services,
};
pub use upgrade::{NodeDrainInput, Restore, RotateCertificates, UpgradeStrategy};

use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;
use crate::syntax::{Document, Mapping, Node as SyntaxNode, NodeKind, Value};
use fields::Lister;
use model::{Form, Model, Part, Rules, model};
use std::collections::BTreeMap;
use std::sync::LazyLock;
use zeroize::Zeroizing;

model! {
    /// RKE's configuration of a cluster: what cluster.yml says, and what rkestate keeps as `rkeConfig`.
    ///
    /// The fields are those of RKE 1.7 (`RancherKubernetesEngineConfig`), with a few that older releases had. What is absent
    /// in the file is `None` or empty here; Go makes no difference between an empty text, 0 or `false` and an absent one, but for a few
    /// fields. [`with_defaults`](ClusterConfig::with_defaults) fills in what RKE would.
    pub struct ClusterConfig {
        /// The machines and their roles.
        "nodes" => pub nodes: Vec<Node>,
        /// The components of Kubernetes.
        "services" => pub services: Services,
        /// The network of pods.
        "network" => pub network: Network,
        /// How requests to the API server are authenticated.
        "authentication" => pub authentication: Authentication,
        /// Manifests for the cluster, as text. They often hold secrets.
        "addons" => pub addons: Option<Secret<String>>,
        /// Files and URLs with manifests for the cluster.
        "addons_include" => pub addons_include: Vec<String>,
        /// The images RKE runs.
        "system_images" => pub system_images: SystemImages,
        /// Path of the private SSH key; `~/.ssh/id_rsa` where absent.
        "ssh_key_path" => pub ssh_key_path: Option<String>,
        /// Path of the SSH certificate.
        "ssh_cert_path" => pub ssh_cert_path: Option<String>,
        /// Use the SSH agent.
        "ssh_agent_auth" [always] => pub ssh_agent_auth: Option<bool>,
        /// How requests to the API server are authorized.
        "authorization" => pub authorization: Authorization,
        /// Take any version of Docker. `rke up` overwrites it with its flag.
        "ignore_docker_version" [pointer always] => pub ignore_docker_version: Option<bool>,
        /// Use cri-dockerd; from Kubernetes 1.24 on so where absent.
        "enable_cri_dockerd" [pointer always] => pub enable_cri_dockerd: Option<bool>,
        /// The Kubernetes version, as `v1.27.16-rancher1-1`; the one of the RKE release where absent.
        "kubernetes_version" => pub kubernetes_version: Option<String>,
        /// Registries to pull images from.
        "private_registries" => pub private_registries: Vec<PrivateRegistry>,
        /// The ingress controller.
        "ingress" => pub ingress: Ingress,
        /// The name in the kubeconfig RKE writes; `local` where absent.
        "cluster_name" => pub cluster_name: Option<String>,
        /// The cloud under the cluster.
        "cloud_provider" => pub cloud_provider: CloudProvider,
        /// Where RKE's files are on the machines; `/` where absent, and `/opt/rke` on some systems.
        "prefix_path" => pub prefix_path: Option<String>,
        /// As `prefix_path`, on Windows; `c:/` where absent.
        "win_prefix_path" => pub win_prefix_path: Option<String>,
        /// Seconds the job of an addon may take; 45 where absent.
        "addon_job_timeout" => pub addon_job_timeout: Option<i64>,
        /// A machine through which RKE reaches the others.
        "bastion_host" => pub bastion_host: BastionHost,
        /// The metrics server.
        "monitoring" => pub monitoring: Monitoring,
        /// A snapshot to restore; Rancher sets it.
        "restore" => pub restore: Restore,
        /// Certificates to make anew.
        "rotate_certificates" => pub rotate_certificates: Option<RotateCertificates>,
        /// Make a new key for the encryption of secrets.
        "rotate_encryption_key" [always] => pub rotate_encryption_key: Option<bool>,
        /// The cluster's DNS.
        "dns" => pub dns: Option<Dns>,
        /// How nodes are upgraded.
        "upgrade_strategy" => pub upgrade_strategy: Option<UpgradeStrategy>,
        /// The address cri-dockerd's streaming server listens on.
        "cri_dockerd_stream_server_address" => pub cri_dockerd_stream_server_address: Option<String>,
        /// The port cri-dockerd's streaming server listens on.
        "cri_dockerd_stream_server_port" => pub cri_dockerd_stream_server_port: Option<String>,
    }
}

model! {
    /// How requests to the API server are authenticated. RKE's `AuthnConfig`.
    pub struct Authentication {
        /// `x509` (where absent), or `x509|webhook`.
        "strategy" => pub strategy: Option<String>,
        /// Further names and addresses for kube-apiserver's certificate: those of load balancers above all.
        "sans" => pub sans: Vec<String>,
        /// A webhook that knows tokens.
        "webhook" => pub webhook: Option<AuthWebhook>,
    }
}

model! {
    /// A webhook that knows tokens. RKE's `AuthWebhookConfig`.
    pub struct AuthWebhook {
        /// The text of a kubeconfig that leads to the webhook; where absent, one to Rancher's agent on the same machine.
        "config_file" => pub config_file: Option<Secret<String>>,
        /// How long answers are kept; `5s` where absent.
        "cache_timeout" => pub cache_timeout: Option<String>,
    }
}

model! {
    /// How requests to the API server are authorized. RKE's `AuthzConfig`.
    pub struct Authorization {
        /// `rbac` (where absent) or `none`.
        "mode" => pub mode: Option<String>,
        /// Options of the mode.
        "options" => pub options: BTreeMap<String, String>,
    }
}

impl ClusterConfig {
    /// Reads a cluster.yml by RKE's rules: those of yaml.v2, and where RKE reads a part a second time, those of Go's
    /// `encoding/json`.
    ///
    /// Any unquoted scalar is a text where a text is expected, with its spelling: `port: 0022` is `0022`. A key that comes
    /// twice adds to what it said before. Of several documents the first is read. What RKE does not know is kept.
    ///
    /// # Errors
    /// [`ErrorKind::Type`] with line, column and the path of the field, never with a value, where RKE
    /// fails too. Parts of Kubernetes' own API that are kept as a [`Value`] are not checked. [`ErrorKind::Limit`] for more than
    /// 1,000,000 values.
    pub fn from_document(document: &Document) -> Result<Self> {
        Self::from_node(document, document.root())
    }

    /// As [`from_document`](ClusterConfig::from_document), of a part of the document.
    pub(super) fn from_node(document: &Document, node: Option<SyntaxNode<'_>>) -> Result<Self> {
        let is_rewritten = node.is_some_and(is_rewritten);
        read_node(document, node, if is_rewritten { Rules::REWRITTEN_YAML } else { Rules::YAML })
    }

    /// Reads the `rkeConfig` of an rkestate: the same with camelCase keys, in any case, by the rules of Go's `encoding/json`.
    ///
    /// # Errors
    /// [`ErrorKind::Type`] with the path of the field, never with a value.
    pub fn from_state_value(config: &Value) -> Result<Self> {
        let json = Zeroizing::new(crate::syntax::to_json(config)?);
        let document = Document::parse(json.as_bytes())?;
        // A line of the text made here would tell nobody anything.
        read_node(&document, document.root(), Rules::JSON).map_err(Error::without_position)
    }

    /// The configuration as a cluster.yml: keys in RKE's order, and only what is set.
    ///
    /// Secrets are in clear. Comments and quotes are not kept: what is written is what the configuration says.
    ///
    /// # Errors
    /// [`ErrorKind::Unrepresentable`] for a number that is infinite or not a number.
    pub fn to_yaml(&self) -> Result<Secret<String>> {
        crate::syntax::to_yaml(&self.to_yaml_value()).map(Secret::new)
    }

    /// As [`to_yaml`](ClusterConfig::to_yaml), not as text yet.
    pub(super) fn to_yaml_value(&self) -> Value {
        parts::written(self, Form::Yaml).into()
    }

    /// The configuration as the `rkeConfig` of an rkestate: camelCase keys in RKE's order, and what is empty left out or
    /// written as Go's `encoding/json` does it for RKE 1.7.
    ///
    /// Secrets are in clear, but [`Value`] shows them in no `Debug` and wipes them.
    pub fn to_state_value(&self) -> Value {
        parts::written(self, Form::Json).into()
    }
}

/// What is set in a part, with the keys of cluster.yml.
pub(super) fn written(part: &AciNetworkProvider) -> Mapping {
    parts::written(part, Form::Yaml)
}

/// The text of a part that is called `key` in cluster.yml.
pub(super) fn text_mut<'a>(part: &'a mut AciNetworkProvider, key: &str) -> Option<&'a mut Option<String>> {
    part.text_mut(key)
}

/// The most nodes of a document: a cluster of a thousand machines has some 50,000. Each may become a struct many times its size.
const MOST_NODES: usize = 1_000_000;

fn read_node(document: &Document, node: Option<SyntaxNode<'_>>, rules: Rules) -> Result<ClusterConfig> {
    if document.nodes().count() > MOST_NODES {
        return Err(Error::new(ErrorKind::Limit, format!("more than {MOST_NODES} values in one configuration")));
    }
    crate::syntax::de::check_json(document)?;
    let mut config = ClusterConfig::default();
    match node {
        Some(node) => config.read(node, rules).map_err(|e| document.locate(e)).map(|()| config),
        None => Ok(config),
    }
}

/// The key below which Rancher's configuration of a cluster has RKE's.
pub(super) const RANCHERS: &str = "rancher_kubernetes_engine_config";

/// RKE's configuration within Rancher's, if it is one.
pub(super) fn of_rancher(root: SyntaxNode<'_>) -> Option<SyntaxNode<'_>> {
    root.get(RANCHERS)
}

/// Whether RKE makes JSON of the document and YAML of that, before it reads it: it does to get at `custom_config`.
pub(super) fn is_rewritten(root: SyntaxNode<'_>) -> bool {
    let path = ["services", "kube-api", "secrets_encryption_config", "custom_config"];
    let found = path.iter().try_fold(root, |node, key| node.get(key));
    found.is_some_and(|node| node.kind() == NodeKind::Mapping)
}

impl std::str::FromStr for ClusterConfig {
    type Err = Error;

    /// As [`from_document`](ClusterConfig::from_document), with the default [`Limits`](crate::syntax::Limits).
    fn from_str(text: &str) -> Result<Self> {
        Self::from_document(&Document::parse(text)?)
    }
}

/// The `rkeConfig` of an rkestate, as [`to_state_value`](ClusterConfig::to_state_value) gives it; with its secrets.
impl serde::Serialize for ClusterConfig {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_state_value().serialize(serializer)
    }
}

/// The `rkeConfig` of an rkestate, as [`from_state_value`](ClusterConfig::from_state_value) reads it.
impl<'de> serde::Deserialize<'de> for ClusterConfig {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_state_value(&Value::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// Every field of [`ClusterConfig`] with its path in both spellings, in RKE's order.
///
/// ```
/// let fields = kubeconfig::rke::fields();
/// let range = fields.iter().find(|f| f.yaml == "services.kube-api.service_cluster_ip_range").unwrap();
/// assert_eq!(range.json, "services.kubeApi.serviceClusterIpRange");
/// assert!(fields.iter().any(|f| f.yaml == "nodes[].ssh_key" && f.is_secret));
/// ```
pub fn fields() -> &'static [Field] {
    static FIELDS: LazyLock<Vec<Field>> = LazyLock::new(|| Lister::fields(ClusterConfig::list_fields));
    &FIELDS
}
