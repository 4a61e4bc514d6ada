//! The result of an export, and its way into a file.

use super::report::Report;
use crate::config::Kubeconfig;
use crate::error::{Error, ErrorKind, Result};
use crate::load::Loaded;
use crate::secret::Secret;
use crate::store::{self, WriteOptions, Written};
use std::path::{Path, PathBuf};

/// A configuration that stands on its own, as far as its [`Report`] says so.
///
/// `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct Backup {
    config: Kubeconfig,
    yaml: Secret<String>,
    report: Report,
    /// The files it was made from.
    inputs: Vec<PathBuf>,
}

/// What [`Backup::write`] did.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Saved {
    /// The file.
    pub written: Written,
    /// The git work tree it lies in, if there is one: a place from which credentials get published.
    pub git_work_tree: Option<PathBuf>,
}

impl Backup {
    pub(super) fn new(config: Kubeconfig, report: Report, loaded: &Loaded) -> Result<Self> {
        let yaml = Secret::new(config.to_yaml()?);
        let read_back = Kubeconfig::from_slice(yaml.expose().as_bytes());
        if read_back.ok().as_ref() != Some(&config) {
            let message = "the backup would not read back as what it was made from, so it was not made";
            return Err(Error::new(ErrorKind::Unrepresentable, message));
        }
        let sources =
            loaded.sources().iter().filter_map(|source| Some(source.folder().join(source.path().file_name()?)));
        // What comes by way of standard input may be a file all the same.
        let stdin = loaded.sources().iter().any(|source| source.path() == Path::new("-")).then(|| "/dev/stdin".into());
        let inputs = sources.chain(stdin).chain(report.embedded.iter().map(|embedded| embedded.file.clone())).collect();
        Ok(Backup { config, yaml, report, inputs })
    }

    /// The configuration, with everything embedded.
    pub fn config(&self) -> &Kubeconfig {
        &self.config
    }

    /// What was read into it, and what its contexts still depend on.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// The text of the file, secrets and all.
    pub fn to_yaml(&self) -> &str {
        self.yaml.expose()
    }

    /// Writes it to a file by the rules of [`store::write`], and reads it back.
    ///
    /// # Errors
    /// Those of [`store::write`]; [`ErrorKind::Refused`] also where the file is one of those the backup was made
    /// from, whatever the options say: the source is what one has if the backup fails. [`ErrorKind::Io`] where the
    /// file does not hold afterwards what was written.
    pub fn write(&self, path: impl AsRef<Path>, options: &WriteOptions) -> Result<Saved> {
        let path = path.as_ref();
        if self.inputs.iter().any(|input| same_file(input, path)) {
            return Err(Error::new(ErrorKind::Refused, "the backup is made from this file, so it is not overwritten")
                .in_file(path)
                .with_help("write it to another one"));
        }
        let written = store::write(path, self.to_yaml().as_bytes(), options)?;
        let stored = std::fs::read(&written.path).map_err(|e| Error::io("cannot read back", &written.path, e))?;
        let stored = zeroize::Zeroizing::new(stored);
        if *stored != self.to_yaml().as_bytes() {
            return Err(
                Error::new(ErrorKind::Io, "the file does not hold what was written to it").in_file(&written.path)
            );
        }
        let git_work_tree = store::git_work_tree(&written.path);
        Ok(Saved { written, git_work_tree })
    }
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
