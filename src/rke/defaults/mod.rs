//! What RKE fills in where cluster.yml says nothing (`cluster/defaults.go`).

mod aci;
mod addons;
mod network;
mod services;

use super::cluster::{AuthWebhook, ClusterConfig, NodeDrainInput, UpgradeStrategy};
use super::version::KubeVersion;
use crate::secret::Secret;
pub(super) use aci::option as aci_option;
use std::collections::BTreeMap;

/// The kubeconfig to Rancher's agent on the same machine, RKE's `templates/authn-webhook.go`.
const AUTHN_WEBHOOK: &str = "
apiVersion: v1
kind: Config
clusters:
- name: Default
  cluster:
    insecure-skip-tls-verify: true
    server: http://127.0.0.1:6440/v1/authenticate
users:
- name: Default
  user:
    insecure-skip-tls-verify: true
current-context: webhook
contexts:
- name: webhook
  context:
    user: Default
    cluster: Default
";

impl ClusterConfig {
    /// The configuration with what RKE fills in, as it stands in the `rkeConfig` of an rkestate.
    ///
    /// This follows RKE 1.7. Offline nobody can know what depends on the metadata of an RKE release: `kubernetes_version`
    /// where it is absent, `system_images` and with them the images of services, and `prefix_path` on the systems that need
    /// another. Defaults that depend on the Kubernetes version (DNS provider, audit log, pod security, cri-dockerd, the ingress
    /// controller's network) are filled in where `kubernetes_version` is set and valid.
    ///
    /// ```
    /// use kubeconfig::rke::ClusterConfig;
    /// let config: ClusterConfig = "nodes: [{address: 10.0.0.1, user: rke, role: [etcd]}]".parse()?;
    /// let full = config.with_defaults();
    /// assert_eq!(full.cluster_name.as_deref(), Some("local"));
    /// assert_eq!(full.nodes[0].port.as_deref(), Some("22"));
    /// assert_eq!(full.without_defaults(), config);
    /// # Ok::<(), kubeconfig::Error>(())
    /// ```
    pub fn with_defaults(&self) -> ClusterConfig {
        let mut config = self.clone();
        Defaults::Fill.all(&mut config);
        config
    }

    /// The configuration without what RKE would fill in: a cluster.yml as a person would write it, out of the `rkeConfig` of
    /// an rkestate.
    ///
    /// [`with_defaults`](ClusterConfig::with_defaults) puts the same in again. What can't be told from a person's wish is
    /// kept: `kubernetes_version`, and all of `system_images`, which an rkestate has in full. As long as they stand there a new
    /// `kubernetes_version` has no effect on them; clear [`system_images`](ClusterConfig::system_images) unless images of
    /// your own were meant.
    pub fn without_defaults(&self) -> ClusterConfig {
        let mut config = self.clone();
        Defaults::Strip.all(&mut config);
        config
    }
}

/// Fills defaults in, or takes them out: one walk for both, so that they agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Defaults {
    Fill,
    Strip,
}

impl Defaults {
    fn all(self, config: &mut ClusterConfig) {
        let version = config.kubernetes_version.as_deref().and_then(KubeVersion::parse);
        self.nodes(config);
        self.text(&mut config.ssh_key_path, "~/.ssh/id_rsa");
        self.text(&mut config.prefix_path, "/");
        self.text(&mut config.authorization.mode, "rbac");
        self.text(&mut config.cluster_name, "local");
        self.number(&mut config.addon_job_timeout, 45);
        if config.cloud_provider.name.as_deref() == Some("aws") {
            self.set(&mut config.cloud_provider.use_instance_metadata_hostname, false);
        }
        if version.as_ref().is_some_and(|v| v.is_at_least(1, 24, 0)) {
            self.set(&mut config.enable_cri_dockerd, true);
        }
        self.services(config, version.as_ref());
        self.network(config);
        self.authentication(config);
        self.upgrade(&mut config.upgrade_strategy);
        self.addons(config, version.as_ref());
    }

    /// A text that RKE fills in where it is absent or empty.
    fn text(self, field: &mut Option<String>, default: &str) {
        let is_empty = field.as_deref().unwrap_or_default().is_empty();
        match self {
            Defaults::Fill if is_empty && !default.is_empty() => *field = Some(default.to_owned()),
            Defaults::Strip if is_empty || field.as_deref() == Some(default) => *field = None,
            _ => {}
        }
    }

    fn secret(self, field: &mut Option<Secret<String>>, default: &str) {
        let text = field.as_ref().map_or("", |secret| secret.expose().as_str());
        match self {
            Defaults::Fill if text.is_empty() => *field = Some(default.into()),
            Defaults::Strip if text.is_empty() || text == default => *field = None,
            _ => {}
        }
    }

    /// A number that RKE fills in where it is absent or 0.
    fn number(self, field: &mut Option<i64>, default: i64) {
        let is_empty = field.unwrap_or_default() == 0;
        match self {
            Defaults::Fill if is_empty => *field = Some(default),
            Defaults::Strip if is_empty || *field == Some(default) => *field = None,
            _ => {}
        }
    }

    /// A field that RKE fills in where it is absent: a pointer in Go.
    fn set<T: PartialEq>(self, field: &mut Option<T>, default: T) {
        match self {
            Defaults::Fill => {
                field.get_or_insert(default);
            }
            Defaults::Strip if *field == Some(default) => *field = None,
            Defaults::Strip => {}
        }
    }

    /// An entry that RKE adds where the key is absent.
    fn entry(self, map: &mut BTreeMap<String, Secret<String>>, key: &str, default: &str) {
        match self {
            Defaults::Fill => {
                map.entry(key.to_owned()).or_insert_with(|| default.into());
            }
            Defaults::Strip if map.get(key).is_some_and(|value| value.expose() == default) => {
                map.remove(key);
            }
            Defaults::Strip => {}
        }
    }

    /// A text that RKE overwrites, whatever it was.
    fn overwrite<T>(self, field: &mut Option<T>, value: Option<T>) {
        *field = if self == Defaults::Fill { value } else { None };
    }

    fn nodes(self, config: &mut ClusterConfig) {
        let set = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let key_path = set(&config.ssh_key_path).unwrap_or_else(|| "~/.ssh/id_rsa".to_owned());
        for node in &mut config.nodes {
            let address = node.address.clone().unwrap_or_default();
            if self == Defaults::Fill {
                // Also one that was given.
                node.hostname_override = set(&node.hostname_override).map(|name| name.to_lowercase());
            }
            self.text(&mut node.internal_address, &address);
            self.text(&mut node.hostname_override, &address.to_lowercase());
            self.text(&mut node.port, "22");
            self.text(&mut node.ssh_key_path, &key_path);
            self.overwrite(&mut node.ssh_agent_auth, config.ssh_agent_auth);
        }
        let bastion = &mut config.bastion_host;
        if set(&bastion.address).is_some() {
            self.text(&mut bastion.port, "22");
            self.text(&mut bastion.ssh_key_path, &key_path);
            self.overwrite(&mut bastion.ssh_agent_auth, config.ssh_agent_auth);
        }
    }

    fn authentication(self, config: &mut ClusterConfig) {
        let authentication = &mut config.authentication;
        let strategy = authentication.strategy.as_deref().unwrap_or_default();
        let has_webhook = strategy.split('|').any(|one| one.trim().eq_ignore_ascii_case("webhook"));
        if has_webhook {
            self.start(&mut authentication.webhook);
        }
        if let Some(webhook) = &mut authentication.webhook {
            self.secret(&mut webhook.config_file, AUTHN_WEBHOOK);
            self.text(&mut webhook.cache_timeout, "5s");
        }
        if has_webhook {
            self.end(&mut authentication.webhook, &AuthWebhook::default());
        }
        self.text(&mut authentication.strategy, "x509");
    }

    fn upgrade(self, strategy: &mut Option<UpgradeStrategy>) {
        let is_given = strategy.is_some();
        self.start(strategy);
        let Some(upgrade) = strategy else { return };
        self.text(&mut upgrade.max_unavailable_worker, "10%");
        self.text(&mut upgrade.max_unavailable_controlplane, "1");
        let drain = &mut upgrade.node_drain_input;
        let is_drained = upgrade.drain == Some(true);
        match (self, &drain) {
            (Defaults::Fill, Some(input)) => *drain = Some(filled(input)),
            (Defaults::Fill, None) if is_given && !is_drained => *drain = Some(default_drain()),
            (Defaults::Strip, Some(input)) if !is_drained && *input == default_drain() => {
                *drain = None;
                // RKE fills it in where anything of the strategy is there.
                if *upgrade == UpgradeStrategy::default() {
                    upgrade.node_drain_input = Some(default_drain());
                }
            }
            _ => {}
        }
        self.end(strategy, &UpgradeStrategy::default());
    }

    /// Makes a struct where there is none, to fill it in.
    fn start<T: Default>(self, field: &mut Option<T>) {
        if self == Defaults::Fill {
            field.get_or_insert_default();
        }
    }

    /// Takes a struct away where nothing is left in it.
    fn end<T: PartialEq>(self, field: &mut Option<T>, nothing: &T) {
        if self == Defaults::Strip && field.as_ref() == Some(nothing) {
            *field = None;
        }
    }
}

fn default_drain() -> NodeDrainInput {
    NodeDrainInput {
        ignore_daemonsets: Some(true),
        timeout: Some(120),
        grace_period: Some(-1),
        ..NodeDrainInput::default()
    }
}

/// As soon as one of three keys is missing RKE makes all of it anew, and an `ignore_daemonsets` that was given is lost on the
/// way (`cluster/cluster.go`, `parseNodeDrainInput`).
fn filled(input: &NodeDrainInput) -> NodeDrainInput {
    let mut filled = input.clone();
    if input.ignore_daemonsets.is_none() || input.timeout.is_none() || input.grace_period.is_none() {
        filled.ignore_daemonsets = if input.ignore_daemonsets.is_none() { Some(true) } else { None };
        filled.timeout.get_or_insert(120);
        filled.grace_period.get_or_insert(-1);
    }
    filled
}
