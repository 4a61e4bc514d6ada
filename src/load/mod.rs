//! Which files are read, in which order, merged how, and what a context comes to in the end.
//!
//! The rules are client-go's (`tools/clientcmd`: `loader.go`, `client_config.go`, `validation.go`) in the version of
//! kubectl 1.32. Reading never writes: where kubectl would copy `~/.kube/.kubeconfig` of old to `~/.kube/config`, the
//! old file is read where it lies. Nothing is ever executed, and nothing falls back on a pod's service account unasked.
//!
//! ```no_run
//! use kubeconfig::Loader;
//! # fn main() -> Result<(), kubeconfig::Error> {
//! let loaded = Loader::from_env().load()?;
//! let target = loaded.target(None)?;
//! println!("{:?}", target.cluster().server);
//! # Ok(())
//! # }
//! ```

mod client;
mod environment;
mod files;
mod loaded;
mod merge;
mod minify;
mod overrides;
mod paths;
mod rebase;
mod target;
mod unread;
mod validate;

pub(crate) use client::login_faults;
pub use environment::{Environment, Os};
pub use files::REFERENCE_LIMIT;
#[cfg(feature = "check")]
pub(crate) use files::read_regular;
pub(crate) use files::{read_config, read_reference};
pub(crate) use target::methods;
pub(crate) use validate::not_found_for;
#[cfg(feature = "check")]
pub(crate) use validate::validate_context;
pub(crate) use validate::{Fault, validate_cluster, validate_user};

pub use loaded::{Loaded, Origin, Shadowed, Source, Subject};
pub use overrides::Overrides;
pub use target::{Auth, Target};
pub(crate) use unread::with_unread;
pub use unread::{Unread, UnreadText};

use crate::config::Kubeconfig;
use crate::error::{Error, Result};
use crate::syntax::{Document, Limits};
use std::collections::HashSet;
use std::fmt;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Finds and reads kubeconfigs: a file given by name, else those of `$KUBECONFIG`, else `~/.kube/config`.
///
/// Nothing in a path is expanded (no `~`, no `$VAR`). Empty parts of `$KUBECONFIG` are left out, a path that stands
/// there twice is read once, and a file that does not exist is skipped; `KUBECONFIG=:` reads nothing at all.
#[derive(Clone)]
pub struct Loader {
    environment: Environment,
    explicit: Option<PathBuf>,
    require_explicit: bool,
    limits: Limits,
    stdin: Option<Zeroizing<Vec<u8>>>,
}

impl Kubeconfig {
    /// Reads one file as kubectl reads it; relative paths in it are left as they are written.
    ///
    /// For absolute ones, `-` and several files see [`Loader`]: `Loader::from_env().explicit(path).load()?.rebased()?`.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io), and those of [`Kubeconfig::from_document`]; they name the file.
    ///
    /// ```
    /// use kubeconfig::Kubeconfig;
    /// let config = Kubeconfig::read("tests/data/rancher-ace.yaml")?;
    /// assert_eq!(config.current_context(), Some("prod-fqdn"));
    /// # Ok::<(), kubeconfig::Error>(())
    /// ```
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let bytes = read_config(path, path, Limits::default().input)?;
        let document = Document::parse(bytes).map_err(|error| error.in_file(path))?;
        Kubeconfig::from_document(&document).map_err(|error| error.in_file(path))
    }
}

impl Loader {
    /// With the environment of this process.
    pub fn from_env() -> Self {
        Self::new(Environment::process())
    }

    /// With an environment of the caller's making.
    pub fn new(environment: Environment) -> Self {
        Loader { environment, explicit: None, require_explicit: true, limits: Limits::default(), stdin: None }
    }

    /// Reads this file and no other: kubectl's `--kubeconfig`. An empty path is as good as none.
    pub fn explicit(mut self, path: impl Into<PathBuf>) -> Self {
        self.explicit = Some(path.into()).filter(|path| !path.as_os_str().is_empty());
        self
    }

    /// Whether it is an error where the file of [`explicit`](Loader::explicit) does not exist.
    ///
    /// It is by default, as for kubectl's commands that talk to a cluster. With `false` it counts as empty and is among
    /// [`Loaded::missing`], as for `kubectl config`.
    pub fn require_explicit(mut self, required: bool) -> Self {
        self.require_explicit = required;
        self
    }

    /// The limits that each file is read with.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// What the path `-` stands for. Without it `-` is a file of that name, as for kubectl.
    ///
    /// Relative paths in it start from the current folder.
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = Some(Zeroizing::new(bytes.into()));
        self
    }

    /// The paths that [`load`](Loader::load) tries, in the order in which they win.
    pub fn paths(&self) -> Vec<PathBuf> {
        if let Some(path) = &self.explicit {
            return vec![path.clone()];
        }
        let Some(list) = self.environment.get("KUBECONFIG") else {
            return vec![self.environment.default_files().0];
        };
        let mut seen = HashSet::new();
        let list = self.environment.rules().split_list_os(list);
        list.into_iter().filter(|path| !path.is_empty() && seen.insert(path.clone())).map(PathBuf::from).collect()
    }

    /// Reads all of them and merges them.
    ///
    /// # Errors
    /// What is wrong with any file, the errors of all of them together. A file that does not exist is none, but for the
    /// one of [`explicit`](Loader::explicit).
    pub fn load(&self) -> Result<Loaded> {
        match self.load_partial() {
            (loaded, None) => Ok(loaded),
            (_, Some(error)) => Err(error),
        }
    }

    /// As [`load`](Loader::load), but the good files are there also where others are bad.
    pub fn load_partial(&self) -> (Loaded, Option<Error>) {
        let mut sources = Vec::new();
        let mut missing = Vec::new();
        let mut errors = Vec::new();
        for path in self.paths() {
            match self.read(&path) {
                Ok(source) => sources.push(source),
                Err(error) if error.is_file_not_found() && !self.is_required() => missing.push(path),
                Err(error) => errors.push(error),
            }
        }
        (Loaded::from_sources(sources, missing, &self.environment), Error::several(errors))
    }

    pub(crate) fn is_required(&self) -> bool {
        self.explicit.is_some() && self.require_explicit
    }

    fn read(&self, path: &Path) -> Result<Source> {
        match self.read_one(path) {
            Err(error) if error.is_file_not_found() => match self.migrated(path) {
                Some(old) => self.read_one(&old).map_err(|error| error.in_file(&old)),
                None => Err(error),
            },
            read => read,
        }
        .map_err(|error| error.in_file(path))
    }

    /// The file of old that kubectl would copy to `path` before reading it.
    fn migrated(&self, path: &Path) -> Option<PathBuf> {
        let (default, old) = self.environment.default_files();
        let (os, cwd) = (self.environment.rules(), self.environment.cwd());
        let same = os.abs_os(cwd, path.as_os_str()) == os.abs_os(cwd, default.as_os_str());
        (same && old != default && self.environment.locate(&old).is_file()).then_some(old)
    }

    fn read_one(&self, path: &Path) -> Result<Source> {
        let bytes = match &self.stdin {
            Some(bytes) if path == Path::new("-") => bytes.to_vec(),
            _ => {
                let limit = self.limits.input.min(Limits::MAX_INPUT);
                files::read_config(&self.environment.locate(path), path, limit)?
            }
        };
        self.parse(bytes, path)
    }

    fn parse(&self, bytes: Vec<u8>, path: &Path) -> Result<Source> {
        let document = Document::parse_with(bytes, &self.limits)?;
        let config = Kubeconfig::from_document(&document)?;
        let folder = self.environment.rules().folder_of(self.environment.cwd(), path);
        Ok(Source::new(path.to_owned(), folder, document, config))
    }

    /// As [`load`](Loader::load), with the texts of the files as they were read by somebody else; `None` for one that does
    /// not exist, which is never an error. What kubectl would copy from the file of old counts as the text of the new one.
    pub(crate) fn load_texts<'t>(&self, texts: impl Iterator<Item = (PathBuf, Option<&'t [u8]>)>) -> Result<Loaded> {
        let (mut sources, mut missing, mut errors) = (Vec::new(), Vec::new(), Vec::new());
        for (path, text) in texts {
            let old = |old: PathBuf| files::read_config(&self.environment.locate(&old), &old, Limits::MAX_INPUT);
            let text = match text {
                Some(text) => Ok(Some(text.to_vec())),
                None => self.migrated(&path).map(old).transpose(),
            };
            match text.and_then(|text| text.map(|text| self.parse(text, &path)).transpose()) {
                Ok(Some(source)) => sources.push(source),
                Ok(None) => missing.push(path),
                Err(error) => errors.push(error.in_file(&path)),
            }
        }
        match Error::several(errors) {
            Some(error) => Err(error),
            None => Ok(Loaded::from_sources(sources, missing, &self.environment)),
        }
    }

    /// Where the file `path` is found from this process.
    pub(crate) fn locate(&self, path: &Path) -> PathBuf {
        self.environment.locate(path)
    }
}

impl Default for Loader {
    /// As [`Loader::from_env`].
    fn default() -> Self {
        Self::from_env()
    }
}

impl fmt::Debug for Loader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loader")
            .field("environment", &self.environment)
            .field("explicit", &self.explicit)
            .field("require_explicit", &self.require_explicit)
            .field("limits", &self.limits)
            .field("stdin", &self.stdin.as_ref().map(|bytes| bytes.len()))
            .finish()
    }
}
