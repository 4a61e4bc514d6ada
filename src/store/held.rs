//! What this process must not leave behind: its locks and its temporary files. For an end without destructors.

use super::record;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

/// Files of ours that exist, or are just being made.
static HELD: Mutex<Held> = Mutex::new(Held { ending: false, files: Vec::new() });

/// Held by those that change files for good; who ends the process waits for them.
static COMMIT: RwLock<()> = RwLock::new(());

struct Held {
    /// The process is about to end: nothing is made any more.
    ending: bool,
    files: Vec<Ours>,
}

struct Ours {
    path: PathBuf,
    /// For a lock: what it must say still, for somebody may have broken it and taken his own.
    id: Option<String>,
}

impl Ours {
    fn remove(self) {
        if self.id.is_none_or(|id| record::is_by(&self.path, &id)) {
            // Nobody is left to hear of a failure.
            let _ = fs::remove_file(self.path);
        }
    }
}

impl Held {
    fn find(&self, path: &Path, id: Option<&str>) -> Option<usize> {
        self.files.iter().position(|ours| ours.path == path && ours.id.as_deref() == id)
    }

    fn add(&mut self, path: &Path, id: Option<&str>) {
        if self.find(path, id).is_none() {
            self.files.push(Ours { path: path.to_owned(), id: id.map(str::to_owned) });
        }
    }

    fn take(&mut self, path: &Path, id: Option<&str>) -> Option<Ours> {
        self.find(path, id).map(|at| self.files.swap_remove(at))
    }
}

fn held() -> MutexGuard<'static, Held> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes the file `path` by `make`, and remembers it as ours if that went well; `id` for a lock.
pub(super) fn create<T>(path: &Path, id: Option<&str>, make: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let mut held = held();
    refuse_at_end(&held)?;
    let made = make()?;
    held.add(path, id);
    Ok(made)
}

/// Remembers as ours a lock that somebody else may make for us.
pub(super) fn expect(path: &Path, id: &str) {
    held().add(path, Some(id));
}

/// Removes the file, if it is there still and ours; `id` as it was created with.
pub(super) fn remove(path: &Path, id: Option<&str>) {
    let mut held = held();
    if let Some(ours) = held.take(path, id) {
        ours.remove();
    }
}

/// Forgets the file: it has another name now.
pub(super) fn keep(path: &Path) {
    held().take(path, None);
}

/// To be held while files are changed for good.
pub(super) fn commit() -> io::Result<RwLockReadGuard<'static, ()>> {
    let guard = COMMIT.read().unwrap_or_else(PoisonError::into_inner);
    refuse_at_end(&held())?;
    Ok(guard)
}

fn refuse_at_end(held: &Held) -> io::Result<()> {
    match held.ending {
        true => Err(io::Error::new(io::ErrorKind::Interrupted, "this process is about to end")),
        false => Ok(()),
    }
}

/// Removes all locks and temporary files of this process, for an end without destructors: call it right before.
///
/// A change of files that has begun is finished first, so that a set of files is not left half changed; that takes as long as
/// the disk does. From then on this process takes no lock and writes no file any more: what asks for it gets an error.
///
/// It is meant for the thread that waits for signals (with the feature `signals` there is one ready made:
/// `store::end_on_signals`), and for whoever calls [`std::process::exit`] while a [`Store`](super::Store) is at
/// work. It must not be called from a signal handler itself: it takes locks and memory.
pub fn release_before_exit() {
    let _all_done = COMMIT.write().unwrap_or_else(PoisonError::into_inner);
    let mut held = held();
    held.ending = true;
    std::mem::take(&mut held.files).into_iter().for_each(Ours::remove);
}
