//! The result of an export, and its way into a file.

use super::report::Report;
use crate::config::Kubeconfig;
use crate::error::Result;
use crate::load::Loaded;
use crate::store::{Finished, Saved, WriteOptions};
use std::path::Path;

/// A configuration that stands on its own, as far as its [`Report`] says so.
///
/// `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct Backup {
    config: Kubeconfig,
    finished: Finished,
    report: Report,
}

impl Backup {
    pub(super) fn new(config: Kubeconfig, report: Report, loaded: &Loaded) -> Result<Self> {
        let inputs = loaded.files().chain(report.embedded.iter().map(|embedded| embedded.file.clone()));
        let finished = Finished::new(&config, inputs)?;
        Ok(Backup { config, finished, report })
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
        self.finished.to_yaml()
    }

    /// Writes it to a file by the rules of [`store::write`](crate::store::write()), and reads it back.
    ///
    /// # Errors
    /// Those of [`store::write`](crate::store::write()); [`ErrorKind::Refused`](crate::ErrorKind::Refused) also where the
    /// file is one of those the backup was made from, whatever the options say: the source is what one has if the backup
    /// fails. [`ErrorKind::Io`](crate::ErrorKind::Io) where the file does not hold afterwards what was written.
    pub fn write(&self, path: impl AsRef<Path>, options: &WriteOptions) -> Result<Saved> {
        self.finished.write(path.as_ref(), options)
    }
}
