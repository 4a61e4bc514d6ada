//! Reads every kubeconfig as kubectl reads it, and exports backups that stand on their own.
//!
//! It is for the hour in which Rancher is down and someone has to reach a cluster, and for the quiet weeks before it. What
//! a kubeconfig means is decided by client-go, and this crate follows it case by case: the same files and the same
//! environment give the same entries, the same files are refused. Beyond that it keeps what client-go drops (unknown fields, order,
//! spelling), says where every value came from, never puts a secret into a message, and writes files whole or not at all. It
//! opens no connection and runs no command.
//!
//! ```
//! use kubeconfig::Loader;
//!
//! # fn main() -> Result<(), kubeconfig::Error> {
//! // $KUBECONFIG or ~/.kube/config, as kubectl; here one file, as with --kubeconfig.
//! let loaded = Loader::from_env().explicit("tests/data/rancher-ace.yaml").load()?;
//!
//! // What a client would use: server, CA, credentials, namespace; or why kubectl would refuse.
//! let target = loaded.target(None)?;
//! assert_eq!(target.context_name(), Some("prod-fqdn"));
//!
//! // One file with all that is needed: certificates, keys and token files embedded.
//! let backup = loaded.export().contexts(["prod-fqdn"]).build()?;
//! assert_eq!(backup.config().contexts.len(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! # Where to look
//!
//! | for | see |
//! |---|---|
//! | which files, merged how, where a value came from, what a context leads to | [`Loader`], [`Loaded`], [`Target`] |
//! | the data: every field of client-go's `v1.Config` | [`Kubeconfig`], [`config`] |
//! | one file read or written in one call | [`Kubeconfig::read`], [`Kubeconfig::write`] |
//! | `kubectl config view`, byte for byte | [`config::View`] |
//! | a backup and what it still depends on | [`Loaded::export`], [`export`] |
//! | would a context still work: yes, no or unknown, until when, and what stands in the way | [`access`], [`access::Examiner`] |
//! | where a server's URL leads, as kubectl reads it | [`url::ServerUrl`] |
//! | names and files in a command that is printed, quoted for a POSIX shell | [`shell`] |
//! | changes that keep comments, order and spelling | [`config::Edit`], [`syntax::Editor`] |
//! | several files as one, each context with its own cluster and credentials | [`Merge`], [`merge`] |
//! | kubeconfigs changed without harm: comments kept, under kubectl's lock, whole or not at all | [`store`], [`store::Store::edit`] |
//! | what `kubectl config` changes, and more: cascades, unused entries, what would change | [`edit`] |
//! | text and tree: YAML 1.1 and JSON with positions, serde over them | [`syntax`] |
//! | PEM and X.509: whose, until when (feature `cert`, on by default) | [`cert`](https://docs.rs/kubeconfig/latest/kubeconfig/cert/) |
//! | what is wrong with a file, and what will be (feature `check`) | [`check`](https://docs.rs/kubeconfig/latest/kubeconfig/check/) |
//! | what kind a context is, which cluster it leads into, the drill for the day Rancher is gone (feature `rancher`) | [`rancher`](https://docs.rs/kubeconfig/latest/kubeconfig/rancher/) |
//! | cluster.yml, rkestate, and the admin kubeconfig out of them (feature `rke`) | [`rke`](https://docs.rs/kubeconfig/latest/kubeconfig/rke/) |
//!
//! # Errors and secrets
//!
//! There is one [`Error`], with file, line, column and the path of the field. It is made from kinds and places, never from
//! values: tokens, passwords, keys, userinfo of URLs, arguments and environment of exec plugins, auth-provider settings and
//! unknown fields appear neither in it nor in any `Debug`. Texts that may hold them are wiped when dropped.
//!
//! # Where this differs from kubectl
//!
//! The README has the list, under that name. In short: no secret in an error, several errors at once, nothing written by
//! reading, no prompt, nothing executed, referenced files only if they are regular files of up to 16 MiB, and single values nested at most
//! [`value_depth`](syntax::Limits::value_depth) levels deep.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

pub mod access;
mod calendar;
#[cfg(feature = "cert")]
pub mod cert;
#[cfg(feature = "check")]
pub mod check;
pub mod config;
pub mod edit;
mod error;
pub mod export;
pub mod finding;
mod jwt;
pub mod load;
pub mod merge;
#[cfg(feature = "rancher")]
pub mod rancher;
#[cfg(feature = "rke")]
pub mod rke;
mod secret;
pub mod shell;
pub mod store;
pub mod syntax;
pub mod url;

pub use config::{AuthInfo, AuthProviderConfig, Cluster, Context, ExecConfig, Kubeconfig, Preferences};
pub use error::{Error, ErrorKind, Position, Printable, Progress};
pub use export::{Backup, Export};
pub use load::{Loaded, Loader, Overrides, Target};
pub use merge::{Merge, Merged};
/// The crate whose types stand for DER and for times in this crate's interface.
pub use rustls_pki_types as pki_types;
pub use secret::{Secret, Wipe};

/// The README's examples are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeDoctests;
