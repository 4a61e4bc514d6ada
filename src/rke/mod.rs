//! RKE: its `cluster.yml`, what it means, and what is wrong with it.

pub mod cluster;
mod defaults;
mod version;

pub use cluster::{ClusterConfig, Field, Kind, fields};
