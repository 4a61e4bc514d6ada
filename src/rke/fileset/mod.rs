//! RKE's three files as one set.

#[cfg(feature = "rancher")]
mod beside;
mod drift;
mod open;
mod sides;

#[cfg(feature = "rancher")]
pub(crate) use beside::StatesBeside;
pub use open::OpenFileSet;
#[cfg(feature = "check")]
pub(crate) use open::unfinished;
pub(super) use sides::{Sides, context_of_rke, entries, existing};

use super::input::SNAPSHOTS;
use std::path::{Path, PathBuf};

/// The names of the files that RKE keeps side by side, told from any one of them.
///
/// The rules are RKE's own (`pki/util.go`, `cluster/state.go`): `kube_config_` is put before the whole name of the configuration,
/// while its last extension gives way to `.rkestate` and `_certs`. So `prod.yml` and `prod.yaml` in one folder share a state, and
/// `eu.prod` (without `.yml`) has the state `eu.rkestate`.
///
/// The other way a state does not tell which configuration it belongs to: `prod.rkestate` may be that of `prod.yml`, `prod.yaml`,
/// `prod` or any other `prod.x`. [`configs`](FileSet::configs) are all that are likely, and [`config`](FileSet::config) the first.
///
/// ```
/// use kubeconfig::rke::FileSet;
/// use std::path::Path;
/// let set = FileSet::of("clusters/rancher-cluster.yml");
/// assert_eq!(set.state(), Path::new("clusters/rancher-cluster.rkestate"));
/// assert_eq!(set.kubeconfig(), Path::new("clusters/kube_config_rancher-cluster.yml"));
/// assert_eq!(FileSet::of(set.kubeconfig()), set);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSet {
    /// Never empty.
    configs: Vec<PathBuf>,
    state: PathBuf,
}

/// Where to look for a state that is not beside the other files.
pub(super) fn copies() -> String {
    format!(
        "a copy of the state is in the Secret full-cluster-state of kube-system (before RKE 1.4.19 and 1.5.10 in the \
         ConfigMap). {SNAPSHOTS}. RKE before 0.2.0 wrote no such file: its certificates are in the Secrets kube-ca and \
         kube-admin of kube-system, on the nodes in /etc/kubernetes/ssl, and in pki.bundle.tar.gz beside the snapshots"
    )
}

const KUBECONFIG: &str = "kube_config_";
const STATE: &str = ".rkestate";

impl FileSet {
    /// The set that `path` belongs to, by its name alone: a state where it ends in `.rkestate`, a kubeconfig where it begins with
    /// `kube_config_`, else a configuration. No file is looked at.
    pub fn of(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        let name = path.file_name().unwrap_or_default();
        let Some(name) = name.to_str() else { return Self::of_unreadable(path) };
        match name.strip_suffix(STATE) {
            Some(stem) => {
                let configs =
                    ["yml", "yaml"].iter().map(|extension| path.with_file_name(format!("{stem}.{extension}")));
                // Without an extension of its own the last dot of the stem would begin one.
                let bare = (!stem.is_empty() && !stem.contains('.')).then(|| path.with_file_name(stem));
                FileSet { configs: configs.chain(bare).collect(), state: path.to_owned() }
            }
            None => {
                let config = name.strip_prefix(KUBECONFIG).filter(|config| !config.is_empty()).unwrap_or(name);
                // Go's `path.Ext`: from the last dot on, even where nothing stands before it.
                let stem = config.rfind('.').and_then(|dot| config.get(..dot)).unwrap_or(config);
                FileSet {
                    configs: vec![path.with_file_name(config)],
                    state: path.with_file_name(format!("{stem}{STATE}")),
                }
            }
        }
    }

    /// A name that is not UTF-8 is taken for that of a configuration.
    fn of_unreadable(path: &Path) -> Self {
        FileSet { configs: vec![path.to_owned()], state: path.with_extension("rkestate") }
    }

    /// The configuration, `cluster.yml`; of several that are possible the likeliest.
    pub fn config(&self) -> &Path {
        self.configs.first().map_or(Path::new(""), PathBuf::as_path)
    }

    /// All configurations that are likely, where the set is told from a state; else the one.
    pub fn configs(&self) -> impl ExactSizeIterator<Item = &Path> {
        self.configs.iter().map(PathBuf::as_path)
    }

    /// The state, `cluster.rkestate`.
    pub fn state(&self) -> &Path {
        &self.state
    }

    /// The kubeconfig that RKE writes, `kube_config_cluster.yml`, of [`config`](FileSet::config).
    pub fn kubeconfig(&self) -> PathBuf {
        let mut name = std::ffi::OsString::from(KUBECONFIG);
        name.push(self.config().file_name().unwrap_or_default());
        self.config().with_file_name(name)
    }

    /// The folder for certificates of one's own (`rke up --custom-certs`) and for signing requests: `cluster_certs`.
    pub fn certificates(&self) -> PathBuf {
        let mut name = self.state.file_stem().unwrap_or_default().to_owned();
        if self.state.extension().is_none() {
            // The state of a configuration named `.yml` is `.rkestate`.
            name.clear();
        }
        name.push("_certs");
        self.state.with_file_name(name)
    }
}
