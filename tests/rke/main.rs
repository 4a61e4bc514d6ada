//! RKE's cluster.yml: both spellings, defaults, topology, and what is wrong with it.

mod cluster;
mod table;
mod topology;
mod validation;
