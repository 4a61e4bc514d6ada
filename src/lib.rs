#![forbid(unsafe_code)]
#![doc = "placeholder"]
pub mod config;
mod error;
mod secret;
pub mod store;
pub mod syntax;

pub use config::{AuthInfo, AuthProviderConfig, Cluster, Context, ExecConfig, Kubeconfig, Preferences};
pub use error::{Error, ErrorKind, Position, Printable};
pub use secret::Secret;
