//! RKE: its `cluster.yml`, what it means, and what is wrong with it.

pub mod cluster;
mod defaults;
mod topology;
mod validate;
mod version;

pub use cluster::{ClusterConfig, Field, Kind, fields};
pub use topology::{Datastore, Distribution, Topology};
pub use validate::validate;
