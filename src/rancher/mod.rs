//! What kind of context one looks at: through Rancher, or on a direct way into the cluster.
//!
//! A kubeconfig from Rancher leads through Rancher itself (`https://rancher.example.com/k8s/clusters/c-m-abcdefgh`)
//! and, where the authorized cluster endpoint (ACE) is enabled, straight into the cluster as well. Only the latter
//! works when Rancher is down. [`kind_of`] tells them apart, by what the file alone says, and says by what.
//!
//! For a backup there are [`Outage::export`](outage::Outage::export), which judges Rancher's tokens too, and for other choices
//! [`direct`] and [`prefer_direct`]:
//!
//! ```
//! use kubeconfig::{Loaded, rancher};
//! # fn main() -> Result<(), kubeconfig::Error> {
//! # let text = r#"{"clusters": [
//! #   {"name": "prod", "cluster": {"server": "https://rancher.example.com/k8s/clusters/c-abcde"}},
//! #   {"name": "prod-fqdn", "cluster": {"server": "https://prod.example.com:6443", "insecure-skip-tls-verify": true}}],
//! #  "users": [{"name": "prod", "user": {"token": "kubeconfig-u-abcde:secret"}}],
//! #  "contexts": [{"name": "prod", "context": {"cluster": "prod", "user": "prod"}},
//! #   {"name": "prod-fqdn", "context": {"cluster": "prod-fqdn", "user": "prod"}}],
//! #  "current-context": "prod"}"#;
//! # let loaded = Loaded::from_config(text.parse()?, std::path::Path::new("/"));
//! let backup = loaded.export().current_by(rancher::prefer_direct).build()?;
//! assert_eq!(backup.config().current_context(), Some("prod-fqdn"));
//! assert!(!backup.report().contexts[0].stands_alone()); // prod: only through Rancher
//! assert!(backup.report().contexts[1].stands_alone()); // prod-fqdn
//! # Ok(())
//! # }
//! ```

mod ace;
mod binding;
mod choose;
mod clusters;
mod kind;
mod knowledge;
mod lifetime;
mod logins;
mod marks;
mod objects;
pub mod outage;
mod provisioner;
mod same;
mod saved_tokens;
mod token_hash;

pub use ace::{AceContext, AceNote, AddEndpoint, AuthorizedEndpoint, Extended};
#[cfg(feature = "check")]
pub(crate) use binding::Bindings;
#[cfg(feature = "check")]
pub(crate) use choose::direct_but;
pub use choose::{direct, is_through_rancher, prefer_direct, prefer_direct_of};
#[cfg(feature = "check")]
pub(crate) use clusters::unescape;
pub use clusters::{ClusterGroup, Member, Tie, clusters};
pub use kind::{ContextKind, Evidence, Kind, kind_of, kinds};
#[cfg(feature = "check")]
pub(crate) use lifetime::{Lifetime, lifetime_by_comments};
pub use lifetime::{disown_new_tokens, keep_lifetimes};
pub use logins::CachedLogins;
pub use objects::{ControlPlaneNode, LocalClusterAuthEndpoint, ManagedCluster};
pub use provisioner::Provisioner;
pub use saved_tokens::SavedTokens;
