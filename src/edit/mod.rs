//! What `kubectl config` changes, and what its users asked for in vain: as functions on a configuration.
//!
//! They change data. To change files, lossless and under kubectl's lock, call them in [`Store::edit`](crate::store::Store::edit):
//!
//! ```
//! # let folder = std::env::temp_dir().join(format!("kubeconfig-doc-verbs-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder).unwrap();
//! # std::fs::write(folder.join("config"), "contexts: # ours\n- {name: a, context: {cluster: a, user: a}}\n").unwrap();
//! # let environment = kubeconfig::load::Environment::new(&folder).var("HOME", &folder).var("KUBECONFIG", "config");
//! use kubeconfig::{Loader, edit};
//! use kubeconfig::store::Store;
//!
//! // In a program: Store::from_env(), Loader::from_env().
//! let (store, loader) = (Store::new(&environment), Loader::new(environment));
//! let edited = store.edit(&loader, |draft| {
//!     edit::set_property(&mut draft.config, "contexts.a.namespace", "web")?;
//!     edit::use_context(&mut draft.config, "a")
//! })?;
//! assert_eq!(edited.value, None); // No context was the current one before.
//! # let text = std::fs::read_to_string(folder.join("config")).unwrap();
//! # assert_eq!(text, "contexts: # ours\n- {name: a, context: {cluster: a, user: a, namespace: web}}\ncurrent-context: a\n");
//! # std::fs::remove_dir_all(&folder).unwrap();
//! # Ok::<(), kubeconfig::Error>(())
//! ```
//!
//! | to do | call | kubectl's verb |
//! |---|---|---|
//! | choose the current context | [`use_context`] | `use-context` |
//! | change some fields of an entry, or make one | [`SetContext`], [`SetCluster`], [`SetCredentials`] | `set-context`, `set-cluster`, `set-credentials` |
//! | set or remove what a path names | [`set_property`], [`set_property_bytes`], [`unset_property`] | `set`, `unset` |
//! | rename or remove a context, with what it alone uses | [`rename_context`], [`delete_context`] | `rename-context`, `delete-context` |
//! | remove an entry | [`delete_cluster`], [`delete_user`] | `delete-cluster`, `delete-user` |
//! | remove what no context uses | [`prune`] | |
//! | add what another configuration has | [`add`] | |
//! | show what would change | [`Diff`] | |

mod add;
mod cluster;
mod context;
mod credentials;
mod diff;
mod entries;
mod exec;
mod path;
mod property;

pub use add::{Added, add};
pub use cluster::SetCluster;
pub use context::{SetContext, use_context};
pub use credentials::SetCredentials;
pub use diff::Diff;
pub use entries::{Followers, delete_cluster, delete_context, delete_user, prune, rename_context};
pub use exec::SetExec;
pub use property::{set_property, set_property_bytes, unset_property};
