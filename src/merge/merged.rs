//! The result of a merge.

use super::report::Report;
use crate::config::Kubeconfig;
use crate::error::Result;
use crate::load::Loaded;
use crate::store::{Finished, Saved, WriteOptions};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// Several kubeconfigs as one.
///
/// `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct Merged {
    config: Kubeconfig,
    finished: Finished,
    report: Report,
}

impl Merged {
    pub(super) fn new(config: Kubeconfig, report: Report, inputs: &[&Loaded]) -> Result<Self> {
        // Fleets name the same file in every entry.
        let embedded: HashSet<PathBuf> = report.embedded.iter().map(|embedded| embedded.file.clone()).collect();
        let finished = Finished::new(&config, inputs.iter().flat_map(|loaded| loaded.files()).chain(embedded))?;
        Ok(Merged { config, finished, report })
    }

    /// The configuration.
    pub fn config(&self) -> &Kubeconfig {
        &self.config
    }

    /// What was renamed, left out and found on the way.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// The text of the file, secrets and all.
    pub fn to_yaml(&self) -> &str {
        self.finished.to_yaml()
    }

    /// Writes it to a file by the rules of [`store::write`](crate::store::write()), and reads it back.
    ///
    /// # Errors
    /// Those of [`store::write`](crate::store::write()); [`ErrorKind::Refused`](crate::ErrorKind::Refused) also where
    /// the file is one of the inputs or was embedded, whatever the options say: it may hold comments, and with some
    /// strategies entries, that the result does not have. [`ErrorKind::Io`](crate::ErrorKind::Io) where the file does not hold
    /// afterwards what was written.
    pub fn write(&self, path: impl AsRef<Path>, options: &WriteOptions) -> Result<Saved> {
        self.finished.write(path.as_ref(), options)
    }
}
