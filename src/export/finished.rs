//! A configuration that is ready to be written, and its way into a file.

use crate::config::Kubeconfig;
use crate::error::{Error, ErrorKind, Result};
use crate::load::Loaded;
use crate::secret::Secret;
use crate::store::{self, WriteOptions, Written};
use std::path::{Path, PathBuf};

/// A configuration with its text, of which is known that it reads back as the same, and the files it was made from.
#[derive(Clone, Debug)]
pub(crate) struct Finished {
    config: Kubeconfig,
    yaml: Secret<String>,
    inputs: Vec<PathBuf>,
}

/// What [`Backup::write`](super::Backup::write) and [`Merged::write`](crate::merge::Merged::write) did.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Saved {
    /// The file.
    pub written: Written,
    /// The git work tree it lies in, if there is one: a place from which credentials get published.
    pub git_work_tree: Option<PathBuf>,
}

impl Finished {
    /// Reads the text back to see that it says the same. `inputs` are files that are never overwritten.
    pub(crate) fn new(config: Kubeconfig, mut inputs: Vec<PathBuf>) -> Result<Self> {
        let yaml = Secret::new(config.to_yaml()?);
        let read_back = Kubeconfig::from_slice(yaml.expose().as_bytes());
        if read_back.ok().as_ref() != Some(&config) {
            let message = "the result would not read back as what it was made from, so it was not made";
            return Err(Error::new(ErrorKind::Unrepresentable, message));
        }
        // Fleets name the same file in every entry.
        inputs.sort_unstable();
        inputs.dedup();
        Ok(Finished { config, yaml, inputs })
    }

    pub(crate) fn config(&self) -> &Kubeconfig {
        &self.config
    }

    pub(crate) fn yaml(&self) -> &str {
        self.yaml.expose()
    }

    /// Writes the text to `path`, whole or not at all, and reads it back.
    pub(crate) fn write(&self, path: &Path, options: &WriteOptions) -> Result<Saved> {
        if self.inputs.iter().any(|input| same_file(input, path)) {
            return Err(Error::new(ErrorKind::Refused, "the result is made from this file, so it is not overwritten")
                .in_file(path)
                .with_help("write it to another one"));
        }
        let written = store::write(path, self.yaml().as_bytes(), options)?;
        let stored = std::fs::read(&written.path).map_err(|e| Error::io("cannot read back", &written.path, e))?;
        let stored = zeroize::Zeroizing::new(stored);
        if *stored != self.yaml().as_bytes() {
            return Err(
                Error::new(ErrorKind::Io, "the file does not hold what was written to it").in_file(&written.path)
            );
        }
        let git_work_tree = store::git_work_tree(&written.path);
        Ok(Saved { written, git_work_tree })
    }
}

/// The files a configuration was read from.
pub(crate) fn files_of(loaded: &Loaded) -> impl Iterator<Item = PathBuf> {
    let sources = loaded.sources().iter().filter_map(|source| Some(source.folder().join(source.path().file_name()?)));
    // What comes by way of standard input may be a file all the same.
    let stdin = loaded.sources().iter().any(|source| source.path() == Path::new("-")).then(|| "/dev/stdin".into());
    sources.chain(stdin)
}

/// Whether both paths lead to one file: by links of any kind.
fn same_file(a: &Path, b: &Path) -> bool {
    if a == b {
        return true;
    }
    let (Ok(a), Ok(b)) = (a.canonicalize(), b.canonicalize()) else { return false };
    a == b || same_inode(&a, &b)
}

#[cfg(unix)]
fn same_inode(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (a.metadata(), b.metadata()) {
        (Ok(a), Ok(b)) => (a.dev(), a.ino()) == (b.dev(), b.ino()),
        _ => false,
    }
}

#[cfg(not(unix))]
fn same_inode(_: &Path, _: &Path) -> bool {
    false
}
