//! The locks of all files that are to be written.

use super::failed;
use super::lock::{Lock, Refusal, Request};
use super::snapshot::Snapshot;
use crate::error::{Error, ErrorKind, Result};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

/// Locks held, and those that could not be.
pub(super) struct Locks {
    /// By the path of the lock, in the order in which they were taken. None where the folder can't be written to: no one
    /// else of our rights can lock there either.
    held: BTreeMap<PathBuf, Option<Lock>>,
}

impl Locks {
    /// Takes the locks of `files`, in the order of their paths as client-go does, so that two who need the same ones don't
    /// wait for each other.
    pub(super) fn acquire<'a>(files: impl Iterator<Item = &'a Snapshot>, request: &Request<'_>) -> Result<Self> {
        let mut wanted = BTreeMap::new();
        for file in files {
            file.make_folder()?;
            wanted.extend(of(file).map(|lock| (lock, file)));
        }
        let mut held = BTreeMap::new();
        for (path, file) in wanted {
            let lock = match Lock::acquire(&path, request) {
                Ok(lock) => Some(lock),
                Err(Refusal::Error(error)) => return Err(error),
                Err(Refusal::Unable(e)) if file.bytes().is_some() && is_forbidden(&e) => None,
                Err(Refusal::Unable(e)) => return Err(failed("the lock can't be made", &path, e)),
            };
            held.insert(path, lock);
        }
        Ok(Locks { held })
    }

    /// Whether nothing is missing for `file`.
    pub(super) fn cover(&self, file: &Snapshot) -> bool {
        of(file).all(|path| self.held.contains_key(&path))
    }

    /// Whether `file` is locked, as far as kubectl and programs like this one are concerned.
    pub(super) fn lock(&self, file: &Snapshot) -> bool {
        of(file).all(|path| self.held.get(&path).is_some_and(Option::is_some))
    }

    /// Whether somebody else held one of them first.
    pub(super) fn waited(&self) -> bool {
        self.held.values().flatten().any(Lock::waited)
    }

    /// # Errors
    /// [`ErrorKind::Locked`]: somebody removed one by hand, and may be writing.
    pub(super) fn check(&self) -> Result<()> {
        match self.held.values().flatten().find(|lock| !lock.is_held()) {
            None => Ok(()),
            Some(lock) => {
                let message = "somebody else removed the lock while it was in use; nothing was changed";
                Err(Error::new(ErrorKind::Locked, message).in_file(lock.path()).with_help("try again"))
            }
        }
    }
}

/// The locks of a file: beside the path as given, where kubectl puts it, and, where that is a symbolic link, beside the file
/// itself, for those who come another way.
pub(super) fn of(file: &Snapshot) -> impl Iterator<Item = PathBuf> + use<> {
    let [given, end] = [file.path(), file.target()].map(|path| beside(&super::target::absolute(path)));
    let end = (end != given).then_some(end);
    [given].into_iter().chain(end)
}

/// kubectl's lock of `path`.
pub(super) fn beside(path: &Path) -> PathBuf {
    let mut lock: OsString = path.as_os_str().to_owned();
    lock.push(".lock");
    lock.into()
}

fn is_forbidden(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
}
