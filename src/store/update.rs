//! Read, change and write several files as one.

use super::lock::Request;
use super::locks::{self, Locks};
use super::record::look;
use super::replace::{How, Prepared};
use super::snapshot::Snapshot;
use super::{Store, failed, flush, held};
use crate::error::{Error, ErrorKind, Printable, Progress, Result};
use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant, SystemTime};
use zeroize::Zeroizing;

/// How often a change is made anew because the files changed meanwhile.
const MOST_ROUNDS: u32 = 16;
/// A lock younger than this may belong to somebody who is writing right now. kubectl needs some seconds for the largest files.
const LONGEST_WRITE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(5);

/// The files of an [`update`](Store::update): what they hold, and what they are to hold.
pub struct Files {
    files: Vec<Entry>,
}

struct Entry {
    was: Snapshot,
    new: Option<Zeroizing<Vec<u8>>>,
}

/// What an [`update`](Store::update) did.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Updated<T> {
    /// What the change returned.
    pub value: T,
    /// The files that were written, in the order in which they were given. None where nothing was to be changed.
    pub changed: Vec<Changed>,
    /// What could not be done of keeping old versions, a sentence each, for people: that no copy was kept of a file, that
    /// the number of copies could not be stored, that one could not be removed. The change itself was made.
    pub warnings: Vec<String>,
}

/// A file that was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Changed {
    /// The path as given.
    pub path: PathBuf,
    /// The file itself: the end of the symbolic links the path leads through.
    pub target: PathBuf,
    /// How its contents came there.
    pub how: How,
    /// Whether kubectl's lock was held meanwhile. It can't be where the folder may not be written to.
    pub locked: bool,
    /// The copy of what it held before, where one was kept.
    pub kept: Option<PathBuf>,
}

/// What an [`update`](Store::update) would do.
#[non_exhaustive]
pub struct Preview<T> {
    /// What the change returned.
    pub value: T,
    /// The files that would be written.
    pub files: Vec<PreviewedFile>,
}

/// A file that would be changed. `Debug` shows no contents.
#[non_exhaustive]
pub struct PreviewedFile {
    /// The path as given.
    pub path: PathBuf,
    old: Option<Zeroizing<Vec<u8>>>,
    new: Zeroizing<Vec<u8>>,
}

impl Files {
    fn read(paths: &[impl AsRef<Path>]) -> Result<Self> {
        let entry = |path: &Path| Ok(Entry { was: Snapshot::read(path)?, new: None });
        Ok(Files { files: paths.iter().map(|path| entry(path.as_ref())).collect::<Result<_>>()? })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// What the file at `index` (in the order in which the paths were given) holds; `None` where it does not exist, and for an
    /// index beyond the last.
    pub fn old(&self, index: usize) -> Option<&[u8]> {
        self.files.get(index)?.was.bytes()
    }

    /// Says what the file at `index` is to hold. An index beyond the last is ignored.
    pub fn set(&mut self, index: usize, contents: impl Into<Vec<u8>>) {
        let contents = Zeroizing::new(contents.into());
        if let Some(file) = self.files.get_mut(index) {
            file.new = Some(contents).filter(|new| file.was.bytes() != Some(new.as_slice()));
        }
    }

    /// The files to be written, each once.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] where two paths lead to the same file, and it is to hold different things.
    fn to_write(&self) -> Result<Vec<(&Snapshot, &[u8])>> {
        let mut seen: HashMap<&Path, &[u8]> = HashMap::new();
        let mut out = Vec::new();
        for file in &self.files {
            let Some(new) = &file.new else { continue };
            match seen.insert(file.was.identity(), new) {
                None => out.push((&file.was, new.as_slice())),
                Some(same) if same == new.as_slice() => {}
                Some(_) => {
                    let message = "two of the paths lead to this file, and it would have to hold two things";
                    return Err(Error::new(ErrorKind::Usage, message).in_file(file.was.path()));
                }
            }
        }
        Ok(out)
    }

    fn are_current(&self) -> Result<bool> {
        for file in &self.files {
            if !file.was.is_current()? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl Store {
    /// Reads the files `paths`, lets `change` say what they are to hold, and writes those that are to change.
    ///
    /// # One after the other
    /// kubectl's lock (the file `<path>.lock`) is taken for each file that is to be written, and for no other; what was read before that is
    /// read again. So of all who take the lock, here or by kubectl, no one loses what another wrote. What others write without a lock
    /// is noticed up to the moment of the last step. Where a file changed meanwhile, `change` is called again with what it
    /// holds then: it may be called several times, and must go by [`Files`] alone.
    ///
    /// A lock left behind by a process of this crate that was killed is taken over where it is beyond doubt that the process is gone: it ran on this
    /// host, since this boot, in this PID namespace, and no process with its number and start is left. Any other is waited for
    /// (see [`wait`](Store::wait)) and then reported. kubectl's lock is never removed without [`break_lock`](Store::break_lock).
    ///
    /// # Whole or not at all
    /// Each file is replaced in one step as by [`write()`](super::write()), which says what happens to links, modes and owners. All
    /// are prepared before the first is replaced. Where a file can't be replaced but may be written (it is a mount point, its
    /// folder is closed, its owner would be another), it is written in place after a copy of it was kept, and [`Changed::how`] says so. A folder
    /// that does not exist is made. Old versions are kept as [`keep`](Store::keep) says; where that can't be, the change goes
    /// on, and [`Updated::warnings`] say why.
    ///
    /// # Errors
    /// Those of `change`; [`ErrorKind::Locked`]; [`ErrorKind::Refused`] for what is not a regular file, and where the files keep
    /// changing; [`ErrorKind::Io`]. After an error nothing was changed, unless its [`progress`](Error::progress) says what was: of several
    /// files some may have been replaced when the system refused the next one.
    pub fn update<T>(
        &self,
        paths: &[impl AsRef<Path>],
        mut change: impl FnMut(&mut Files) -> Result<T>,
    ) -> Result<Updated<T>> {
        let mut request = self.request();
        let mut locks = None;
        let updated = self.update_locked(paths, &mut change, &mut request, &mut locks);
        // Also where nothing was written: it may have been handed over by one who wrote.
        locks.into_iter().for_each(|locks| locks.stay(self.linger, &request));
        updated
    }

    fn update_locked<T>(
        &self,
        paths: &[impl AsRef<Path>],
        change: &mut impl FnMut(&mut Files) -> Result<T>,
        request: &mut Request<'_>,
        locks: &mut Option<Locks>,
    ) -> Result<Updated<T>> {
        for _ in 0..MOST_ROUNDS {
            let (files, value) = self.plan(paths, change, request)?;
            let to_write = files.to_write()?;
            if to_write.is_empty() {
                let warnings = self.keep_unchanged(&files, request, locks)?;
                return Ok(Updated { value, changed: Vec::new(), warnings });
            }
            if !locks.as_ref().is_some_and(|locks| to_write.iter().all(|(file, _)| locks.cover(file))) {
                drop(locks.take());
                *locks = Some(Locks::acquire(to_write.iter().map(|(file, _)| *file), request)?);
                request.break_lock = false;
            }
            let Some(held) = locks else { continue };
            if files.are_current()? {
                if let Some((changed, warnings)) = self.replace(&files, &to_write, held, &request.id)? {
                    held.note_change(&to_write);
                    return Ok(Updated { value, changed, warnings });
                }
            }
        }
        let message = "the files are changed again and again by a program that takes no lock";
        Err(Error::new(ErrorKind::Refused, message).unchanged().with_help("end that program, or try again"))
    }

    /// Stores how many copies are to be kept of the one file that stays as it is, where that was said.
    fn keep_unchanged(&self, files: &Files, request: &Request<'_>, locks: &mut Option<Locks>) -> Result<Vec<String>> {
        let copies = self.kept();
        let [Entry { was: file, .. }] = &*files.files else { return Ok(Vec::new()) };
        if file.bytes().is_none() || copies.are_finished(file.identity()) {
            return Ok(Vec::new());
        }
        if !locks.as_ref().is_some_and(|locks| locks.cover(file)) {
            drop(locks.take());
            *locks = Some(Locks::acquire([file].into_iter(), request)?);
        }
        Ok(sentences(copies.finish(file.identity())))
    }

    /// What [`update`](Store::update) would do. Nothing is locked and nothing is written.
    ///
    /// # Errors
    /// Those of `change`, and of reading the files.
    pub fn preview<T>(
        &self,
        paths: &[impl AsRef<Path>],
        mut change: impl FnMut(&mut Files) -> Result<T>,
    ) -> Result<Preview<T>> {
        let (files, value) = self.plan(paths, &mut change, &self.request())?;
        files.to_write()?;
        let previewed = |file: Entry| {
            let (path, old) = file.was.into_parts();
            file.new.map(|new| PreviewedFile { path, old, new })
        };
        Ok(Preview { value, files: files.files.into_iter().filter_map(previewed).collect() })
    }

    /// Reads the files and asks `change` what they are to hold.
    fn plan<T>(
        &self,
        paths: &[impl AsRef<Path>],
        change: &mut impl FnMut(&mut Files) -> Result<T>,
        request: &Request<'_>,
    ) -> Result<(Files, T)> {
        let mut rounds = 0..MOST_ROUNDS;
        loop {
            let mut files = Files::read(paths)?;
            let value = change(&mut files);
            let goes_on = value.is_ok() && files.files.iter().any(|file| file.new.is_some());
            // An error, or nothing to do, is final only if it was not half a file that was read: kubectl empties a file
            // before it fills it.
            if goes_on || rounds.next().is_none() || self.is_settled(&files, request)? {
                return value.map(|value| (files, value));
            }
        }
    }

    /// Whether nobody is writing the files, and they hold what was read.
    fn is_settled(&self, files: &Files, request: &Request<'_>) -> Result<bool> {
        let is_writing = |path: PathBuf| {
            let Ok(Some(found)) = look(&path) else { return false };
            let age = found.since.and_then(|since| SystemTime::now().duration_since(since).ok()).unwrap_or_default();
            found.identity != request.id && !request.knows_gone(&found) && age < LONGEST_WRITE
        };
        while files.files.iter().any(|file| locks::of(&file.was).any(is_writing)) && Instant::now() < request.deadline {
            thread::sleep(PAUSE);
        }
        files.are_current()
    }

    /// Writes the files; `None` where one is not what it was.
    fn replace(
        &self,
        files: &Files,
        to_write: &[(&Snapshot, &[u8])],
        locks: &Locks,
        tag: &str,
    ) -> Result<Option<(Vec<Changed>, Vec<String>)>> {
        let copies = self.kept();
        let mut prepared = Vec::new();
        for (file, new) in to_write {
            prepared.push(Prepared::new(file, new, tag, &copies)?);
        }
        // What is most likely to fail comes first.
        prepared.sort_by_key(|file| !file.is_in_place());
        let committing = held::commit().map_err(|e| failed("cannot be written", to_write[0].0.path(), e))?;
        locks.check()?;
        if !files.are_current()? {
            return Ok(None);
        }
        let mut changed = Vec::new();
        let mut unflushed = None;
        for i in 0..prepared.len() {
            let file = &mut prepared[i];
            match file.commit(&copies) {
                Ok(Some(how)) => changed.push(Changed {
                    path: file.file.path().to_owned(),
                    target: file.file.target().to_owned(),
                    how,
                    locked: locks.lock(file.file),
                    kept: file.kept.take(),
                }),
                Ok(None) if changed.is_empty() => return Ok(None),
                Ok(None) => {
                    let error = Error::new(ErrorKind::Refused, "somebody created the file meanwhile");
                    return Err(halfway(error.in_file(file.file.path()), &changed, &prepared[i..]));
                }
                Err(error) => return Err(halfway(error, &changed, &prepared[i..])),
            }
            unflushed = unflushed.or(flush(prepared[i].file.as_target().folder()).err());
        }
        drop(committing);
        let mut warnings = Vec::new();
        for file in &mut prepared {
            let unkept = file.unkept.take();
            // Where none could be kept, none need be removed.
            if unkept.is_none() || copies.asked.is_some() {
                warnings.extend(sentences(copies.finish(&super::target::absolute(file.file.target()))));
            }
            let name = file.file.path().to_string_lossy();
            warnings.extend(unkept.map(|why| format!("no old version of {} is kept: {why}", Printable(&name))));
        }
        for change in &mut changed {
            change.kept = change.kept.take().filter(|kept| kept.exists());
        }
        let place = |path: &Path| to_write.iter().position(|(file, _)| file.path() == path);
        changed.sort_by_key(|change| place(&change.path));
        match unflushed {
            None => Ok(Some((changed, warnings))),
            Some(error) => Err(error.after_change(changed.iter().map(|change| change.path.as_path()))),
        }
    }
}

fn sentences(done: Result<()>) -> Vec<String> {
    done.err().iter().flat_map(Error::errors).map(ToString::to_string).collect()
}

/// An error after which some files are changed and some are not.
fn halfway(error: Error, changed: &[Changed], left: &[Prepared<'_>]) -> Error {
    if changed.is_empty() {
        return error;
    }
    // The first of those left may be half written.
    let is_torn = matches!(error.progress(), Progress::Changed(_));
    let (torn, left) = left.split_at(usize::from(is_torn));
    let torn = torn.iter().map(|file| file.file.path());
    let name = |file: &Prepared<'_>| match error.file() == Some(file.file.target()) {
        true => "this file".to_owned(),
        false => file.file.path().to_string_lossy().into_owned(),
    };
    let left: Vec<String> = left.iter().map(name).collect();
    let left = Some(format!("not changed: {}", left.join(", "))).filter(|_| !left.is_empty());
    let help: Vec<String> = error.help().map(str::to_owned).into_iter().chain(left).collect();
    error.after_change(changed.iter().map(|change| change.path.as_path()).chain(torn)).with_help(help.join("; "))
}

impl PreviewedFile {
    /// What the file holds; `None` where it does not exist.
    pub fn before(&self) -> Option<&[u8]> {
        self.old.as_ref().map(|bytes| bytes.as_slice())
    }

    /// What it would hold.
    pub fn after(&self) -> &[u8] {
        &self.new
    }
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.files.iter().map(|file| file.was.path())).finish()
    }
}

impl<T: fmt::Debug> fmt::Debug for Preview<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Preview").field("value", &self.value).field("files", &self.files).finish()
    }
}

impl fmt::Debug for PreviewedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let old = self.old.as_ref().map(|bytes| bytes.len());
        f.debug_struct("PreviewedFile")
            .field("path", &self.path)
            .field("old", &old)
            .field("new", &self.new.len())
            .finish()
    }
}
