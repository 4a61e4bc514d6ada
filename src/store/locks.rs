//! The locks of all files that are to be written.

use super::failed;
use super::lock::{Lock, Refusal, Request};
use super::snapshot::Snapshot;
use crate::error::{Error, ErrorKind, Result};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

/// Locks held, and those that could not be.
pub(super) struct Locks {
    /// By the path of the lock, in the order in which they were taken. None where the folder can't be written to: no one
    /// else of our rights can lock there either.
    held: BTreeMap<PathBuf, Option<Lock>>,
    /// For how long they are held on at the end.
    stay: Duration,
}

/// What kubectl needs from reading a small file to locking it: some milliseconds, and many more on a machine that is busy.
const KUBECTL_READS: Duration = Duration::from_millis(100);
const KUBECTL_READS_A_BYTE: Duration = Duration::from_nanos(100);
/// A file changed that recently has others who are busy with it.
const RECENTLY: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(5);

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
        let waited = held.values().flatten().any(Lock::waited);
        Ok(Locks { held, stay: if waited { KUBECTL_READS } else { Duration::ZERO } })
    }

    /// Whether nothing is missing for `file`.
    pub(super) fn cover(&self, file: &Snapshot) -> bool {
        of(file).all(|path| self.held.contains_key(&path))
    }

    /// Whether `file` is locked, as far as kubectl and programs like this one are concerned.
    pub(super) fn lock(&self, file: &Snapshot) -> bool {
        of(file).all(|path| self.held.get(&path).is_some_and(Option::is_some))
    }

    /// Takes note of what was written, in the place of what the snapshots hold.
    pub(super) fn note_change(&mut self, written: &[(&Snapshot, &[u8])]) {
        let is_recent = |file: &Snapshot| {
            let modified = file.metadata().and_then(|found| found.modified().ok());
            modified.is_some_and(|time| SystemTime::now().duration_since(time).is_ok_and(|age| age < RECENTLY))
        };
        if !self.stay.is_zero() || written.iter().any(|(file, _)| is_recent(file)) {
            let bytes: usize = written.iter().map(|(_, new)| new.len()).sum();
            self.stay = KUBECTL_READS + KUBECTL_READS_A_BYTE * u32::try_from(bytes).unwrap_or(u32::MAX);
        }
    }

    /// Holds the locks until somebody else of ours who waits for them has got them; or, if others are busy with the files, until a
    /// kubectl that read them before they were changed has given up.
    pub(super) fn stay(mut self, most: Duration, request: &Request<'_>) {
        let end = Instant::now() + self.stay.min(most);
        loop {
            self.held.retain(|_, lock| lock.as_ref().is_some_and(|lock| !lock.hand_over(request)));
            let left = end.saturating_duration_since(Instant::now());
            if self.held.is_empty() || left.is_zero() {
                return;
            }
            thread::sleep(left.min(PAUSE));
        }
    }

    /// # Errors
    /// [`ErrorKind::Locked`]: somebody removed one by hand, and may be writing. [`ErrorKind::Io`]: one can't be looked at.
    pub(super) fn check(&self) -> Result<()> {
        for lock in self.held.values().flatten() {
            match lock.is_held() {
                Ok(true) => {}
                Ok(false) => {
                    let message = "somebody else removed the lock while it was in use";
                    return Err(Error::new(ErrorKind::Locked, message)
                        .in_file(lock.path())
                        .unchanged()
                        .with_help("try again"));
                }
                Err(e) => return Err(failed("the lock that was taken can't be looked at", lock.path(), e)),
            }
        }
        Ok(())
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
