//! What this process must not leave behind: its locks and its temporary files. For an end without destructors.

use super::record::Mark;
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
    /// For a lock: what it must be still, for somebody may have broken it and taken his own.
    mark: Option<Mark>,
}

/// How often a file is tried to be removed. A single failure of a disk or a network is no reason to leave a lock.
const TRIES: u32 = 3;

impl Ours {
    fn id(&self) -> Option<&str> {
        self.mark.as_ref().map(Mark::id)
    }

    /// Nobody is left to hear of a failure.
    fn remove(self) {
        for _ in 0..TRIES {
            let removed = match self.mark.as_ref().map_or(Ok(true), |mark| mark.is_at(&self.path)) {
                Ok(true) => fs::remove_file(&self.path),
                Ok(false) => return,
                Err(e) => Err(e),
            };
            match removed {
                Err(e) if e.kind() != io::ErrorKind::NotFound => {}
                _ => return,
            }
        }
    }
}

impl Held {
    fn find(&self, path: &Path, id: Option<&str>) -> Option<usize> {
        self.files.iter().position(|ours| ours.path == path && ours.id() == id)
    }

    fn add(&mut self, path: &Path, mark: Option<Mark>) {
        let ours = Ours { path: path.to_owned(), mark };
        match self.find(path, ours.id()) {
            Some(at) => self.files[at] = ours,
            None => self.files.push(ours),
        }
    }

    fn take(&mut self, path: &Path, id: Option<&str>) -> Option<Ours> {
        self.find(path, id).map(|at| self.files.swap_remove(at))
    }
}

fn held() -> MutexGuard<'static, Held> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes the file `path` by `make`, and remembers it as ours if that went well.
pub(super) fn create<T>(path: &Path, make: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let mut held = held();
    refuse_at_end(&held)?;
    let made = make()?;
    held.add(path, None);
    Ok(made)
}

/// As [`create`] for the lock `path`.
pub(super) fn lock(path: &Path, make: impl FnOnce() -> io::Result<Mark>) -> io::Result<()> {
    let mut held = held();
    refuse_at_end(&held)?;
    let mark = make()?;
    held.add(path, Some(mark));
    Ok(())
}

/// Remembers as ours a lock that somebody else may make for us.
pub(super) fn expect(path: &Path, mark: Mark) {
    held().add(path, Some(mark));
}

/// Whether the lock `path` with this id, which was taken, is there still.
pub(super) fn is_there(path: &Path, id: &str) -> io::Result<bool> {
    // Not with the list in hand: a network may take its time.
    let mark = {
        let held = held();
        held.find(path, Some(id)).and_then(|at| held.files.get(at)?.mark.clone())
    };
    mark.map_or(Ok(false), |mark| mark.is_at(path))
}

/// Removes the file, if it is there still and ours; `id` for a lock.
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
/// A change of files that has begun is finished first, so that a set of files is not left half changed; that takes as
/// long as the disk does. From then on this process takes no lock and writes no file any more: what asks for it gets an error.
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
