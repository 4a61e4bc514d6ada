//! RKE, K3s and RKE2: their files, and the admin kubeconfig out of what is left of a cluster.
//!
//! RKE keeps three files side by side: `cluster.yml`, what one asks for; `cluster.rkestate`, what there is, with every
//! certificate and key; `kube_config_cluster.yml`, the way in. [`FileSet`] knows their names and compares them, [`State`]
//! is the second of them, also where it was saved from the cluster, and [`Recovery`] makes the third one again.
//! [`ClusterConfig`] is the first one as data, in both of RKE's spellings; [`validate`] says what is wrong with it, [`Topology`] how
//! many nodes it can lose.

mod archive;
pub mod cluster;
mod defaults;
mod effective;
mod fileset;
mod input;
mod recover;
mod saved;
mod schema;
mod server_folder;
mod state;
mod topology;
mod validate;
mod version;
mod wanted;

pub use cluster::{ClusterConfig, Field, Kind, fields};
#[cfg(feature = "rancher")]
pub(crate) use fileset::StatesBeside;
#[cfg(feature = "check")]
pub(crate) use fileset::unfinished;
pub use fileset::{FileSet, OpenFileSet};
pub use recover::{Recovered, Recovery, RecoveryNote};
pub use saved::{Place, SavedState, SavedStates};
#[cfg(feature = "check")]
pub(crate) use schema::{cluster_schema, shown_certificate, state_schema};
pub use server_folder::ServerFolder;
#[cfg(feature = "check")]
pub(crate) use server_folder::{tls_folders, tls_secret};
pub use state::{CertificateEntry, ClusterState, State};
#[cfg(feature = "check")]
pub(crate) use state::{document as state_document, is_state};
pub use topology::{Datastore, Distribution, Topology};
#[cfg(feature = "check")]
pub(crate) use validate::Locator;
pub use validate::validate;
#[cfg(feature = "check")]
pub(crate) use wanted::is_of_server;
