//! RKE's cluster.yml: both spellings, defaults, topology, and what is wrong with it.

mod bad_input;
mod canaries;
mod cluster;
#[path = "../common/mod.rs"]
mod common;
mod defaults;
mod table;
mod topology;
mod validation;
