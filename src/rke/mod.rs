//! RKE: its `cluster.yml`, what it means, and what is wrong with it.

pub mod cluster;

pub use cluster::{ClusterConfig, Field, Kind, fields};
