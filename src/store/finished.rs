//! A configuration ready to be written.

use super::{WriteOptions, Written, git_work_tree, write};
use crate::config::Kubeconfig;
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The text of a configuration, with the files it was made from: over those it is never written.
#[derive(Clone, Debug)]
pub(crate) struct Finished {
    yaml: Secret<String>,
    inputs: Vec<PathBuf>,
}

/// What became of a configuration that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Saved {
    /// The file.
    pub written: Written,
    /// The git work tree it lies in, if there is one: a place from which credentials get published.
    pub git_work_tree: Option<PathBuf>,
    /// The permission bits of a file that its group or everybody may read or change: a file that is replaced keeps those it
    /// had.
    pub open_to_others: Option<u32>,
}

impl Finished {
    /// Writes `config` as text, and reads it back to see that it says the same.
    pub(crate) fn new(config: &Kubeconfig, inputs: impl IntoIterator<Item = PathBuf>) -> Result<Self> {
        Self::with_text(config, Secret::new(config.to_yaml()?), inputs)
    }

    /// As [`new`](Finished::new), with a text of the caller's own.
    pub(crate) fn with_text(
        config: &Kubeconfig,
        yaml: Secret<String>,
        inputs: impl IntoIterator<Item = PathBuf>,
    ) -> Result<Self> {
        let read_back = Kubeconfig::from_slice(yaml.expose().as_bytes());
        if read_back.ok().as_ref() != Some(config) {
            let message = "what would be written would not read back as what it was made from, so it was not made";
            return Err(Error::new(ErrorKind::Unrepresentable, message));
        }
        let mut inputs: Vec<PathBuf> = inputs.into_iter().collect();
        // What comes by way of standard input may be a file all the same.
        if inputs.iter().any(|input| input.file_name().is_some_and(|name| name == "-")) {
            inputs.push("/dev/stdin".into());
        }
        Ok(Finished { yaml, inputs })
    }

    pub(crate) fn to_yaml(&self) -> &str {
        self.yaml.expose()
    }

    /// Writes the text by the rules of [`write()`], and reads it back.
    pub(crate) fn write(&self, path: &Path, options: &WriteOptions) -> Result<Saved> {
        if self.inputs.iter().any(|input| same_file(input, path)) {
            let message = "what would be written is made from this file, so it is not overwritten";
            return Err(Error::new(ErrorKind::Refused, message)
                .in_file(path)
                .unchanged()
                .with_help("write it to another one"));
        }
        let written = write(path, self.to_yaml().as_bytes(), options)?;
        let changed = |error: Error| error.after_change([written.path.as_path()]);
        let stored = std::fs::read(&written.path)
            .map_err(|e| changed(Error::io("the file was written, but can't be read back", &written.path, e)))?;
        if *Zeroizing::new(stored) != self.to_yaml().as_bytes() {
            let message = "the file does not hold what was written to it";
            return Err(changed(Error::new(ErrorKind::Io, message).in_file(&written.path)));
        }
        let git_work_tree = git_work_tree(&written.path);
        let open_to_others = open_to_others(&written.path);
        Ok(Saved { written, git_work_tree, open_to_others })
    }
}

#[cfg(unix)]
fn open_to_others(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    let mode = path.metadata().ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then_some(mode)
}

#[cfg(not(unix))]
fn open_to_others(_: &Path) -> Option<u32> {
    None
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
