#![forbid(unsafe_code)]
#![doc = "placeholder"]
#[cfg(feature = "cert")]
pub mod cert;
pub mod config;
mod error;
pub mod export;
pub mod load;
#[cfg(feature = "rancher")]
pub mod rancher;
mod secret;
pub mod store;
pub mod syntax;

pub use config::{AuthInfo, AuthProviderConfig, Cluster, Context, ExecConfig, Kubeconfig, Preferences};
pub use error::{Error, ErrorKind, Position, Printable};
pub use export::{Backup, Export};
pub use load::{Loaded, Loader, Overrides, Target};
pub use secret::Secret;
