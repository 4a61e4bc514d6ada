//! Changes to documents: what they mean is there, all other bytes stay.

mod cases;
mod generate;
mod kubeconfig;
mod property;
mod recorded;
mod styles;
mod whole;
