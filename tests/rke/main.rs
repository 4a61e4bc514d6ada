//! RKE's cluster.yml, in both spellings.

mod cluster;
mod table;
