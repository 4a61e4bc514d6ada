//! Kept copies: what a file held before it was changed.

use super::private;
use super::target::Target;
use super::temporary::Temporary;
use crate::config::Kubeconfig;
use crate::error::{Error, Result};
use crate::load::read_config;
use crate::syntax::Limits;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::ErrorKind as IoErrorKind;
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;
use zeroize::Zeroizing;

/// An old version of a file, kept when the file was changed.
///
/// Copies lie in the folder `copies` of the [state folder](super::Store::state_folder), each under the path of the file
/// it is of, named by number and verb: `…/kubeconfig/copies/home/me/.kube/config/000001-use-context.kubeconfig`, or
/// without a verb `000001.kubeconfig`. Folders have mode 0700, copies 0600.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeptCopy {
    /// The copy.
    pub path: PathBuf,
    /// The file it is of, from the root, at the end of symbolic links.
    pub of: PathBuf,
    /// Its number: higher than those of all older copies of the file.
    pub number: u64,
    /// When it was kept: the time of the change that replaced this version.
    pub time: Option<SystemTime>,
    /// What made that change, as [`Store::verb`](super::Store::verb) said it.
    pub verb: Option<String>,
    /// Its size in bytes.
    pub size: u64,
}

impl KeptCopy {
    /// The configuration in it.
    ///
    /// # Errors
    /// Those of reading a file, and of [`Kubeconfig::from_slice`].
    pub fn config(&self) -> Result<Kubeconfig> {
        Kubeconfig::from_slice(&self.read()?).map_err(|error| error.in_file(&self.path))
    }

    pub(super) fn holds(&self, contents: &[u8]) -> bool {
        self.size == contents.len() as u64 && self.read().is_ok_and(|bytes| *bytes == contents)
    }

    pub(super) fn read(&self) -> Result<Zeroizing<Vec<u8>>> {
        read_config(&self.path, &self.path, Limits::MAX_INPUT).map(Zeroizing::new)
    }
}

/// So many old versions of a file are kept where nothing else was ever asked for.
const DEFAULT: usize = 5;
/// The file beside the copies of a file that holds how many are kept of that one.
const NUMBER: &str = "versions-to-keep";
/// No two numbers are longer.
const LONGEST_NUMBER: u64 = 64;

/// What is stored beside the copies of a file.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stored {
    /// How many are kept.
    keep: usize,
    /// The number of the next copy, where there is none now: numbers are not given twice.
    next: u64,
}

/// The copies of all files.
pub(super) struct Copies<'a> {
    pub(super) root: Option<&'a Path>,
    /// How many are to be kept from now on; `None` where that was not said.
    pub(super) asked: Option<usize>,
    pub(super) verb: Option<&'a str>,
    pub(super) now: SystemTime,
    /// Whether a change removes those beyond the number.
    pub(super) rolls: bool,
}

impl<'a> Copies<'a> {
    /// Whether an ordinary change of `file` keeps a copy. Where that can't be known, one is better than none.
    pub(super) fn are_wanted(&self, file: &Path) -> bool {
        self.place(file).is_some_and(|(root, folder)| self.number(root, &folder).map_or(true, |number| number > 0))
    }

    /// The state folder, and in it the one with the copies of `file`, an absolute path.
    pub(super) fn place(&self, file: &Path) -> Option<(&'a Path, PathBuf)> {
        let mut folder = self.root?.join("copies");
        for component in file.components() {
            match component {
                Component::Normal(name) => folder.push(name),
                // `C:` is no name on Windows.
                Component::Prefix(prefix) => {
                    folder.push(prefix.as_os_str().to_string_lossy().replace(['\\', '/', ':'], "_"));
                }
                _ => {}
            }
        }
        Some((self.root?, folder))
    }

    /// How many copies of a file are kept.
    fn number(&self, root: &Path, folder: &Path) -> Result<usize> {
        match self.asked {
            Some(asked) => Ok(asked),
            // Nobody else's number counts.
            None if private::is_usable(root, folder)? => Ok(stored(folder)?.map_or(DEFAULT, |stored| stored.keep)),
            None => Ok(DEFAULT),
        }
    }

    /// Keeps `old`, what `file` holds, unless that is what was kept last. `None` where there is no place for copies.
    pub(super) fn keep(&self, file: &Path, old: &[u8]) -> Result<Option<PathBuf>> {
        let Some((root, folder)) = self.place(file) else { return Ok(None) };
        private::make(root, &folder)?;
        let number = match list(&folder, file)?.pop() {
            Some(newest) if newest.holds(old) => return Ok(Some(self.renew(newest))),
            Some(newest) => newest.number.saturating_add(1),
            None => stored(&folder).ok().flatten().map_or(1, |stored| stored.next),
        };
        let cannot = |e| Error::io("it can't be written", &folder, e);
        for number in number..number.saturating_add(16) {
            let target = Target { path: folder.join(name(number, self.verb)), old: None };
            let mut temporary = Temporary::create(&target, None).map_err(cannot)?;
            temporary.fill(old, None).map_err(cannot)?;
            // What can't be marked with a time has one all the same.
            let _ = temporary.set_modified(self.now);
            match temporary.become_new(&target.path) {
                Ok(()) => {
                    flush(&folder);
                    return Ok(Some(target.path));
                }
                // Somebody else, who could not lock the file either.
                Err(e) if e.kind() == IoErrorKind::AlreadyExists => {}
                Err(e) => return Err(cannot(e)),
            }
        }
        Err(cannot(IoErrorKind::AlreadyExists.into()))
    }

    /// Marks the newest copy as what this change replaced: the file had come to hold the same again. Returns its path.
    fn renew(&self, copy: KeptCopy) -> PathBuf {
        let _ = File::open(&copy.path).and_then(|file| file.set_modified(self.now));
        let renewed = copy.path.with_file_name(name(copy.number, self.verb));
        let is_free = self.verb.is_some() && fs::symlink_metadata(&renewed).is_err();
        match is_free && fs::rename(&copy.path, &renewed).is_ok() {
            true => renewed,
            false => copy.path,
        }
    }

    /// Whether [`finish`](Copies::finish) has nothing to do.
    pub(super) fn are_finished(&self, file: &Path) -> bool {
        let (Some(asked), Some((root, folder))) = (self.asked, self.place(file)) else { return true };
        private::is_usable(root, &folder).is_ok_and(|usable| usable)
            && stored(&folder).is_ok_and(|stored| stored.is_some_and(|stored| stored.keep == asked))
            && list(&folder, file).is_ok_and(|copies| !self.rolls || copies.len() <= asked)
    }

    /// After a change of `file`: stores how many copies of it are to be kept, if that was said, and removes the oldest
    /// of those beyond that number.
    ///
    /// # Errors
    /// What could not be done of that. Where the number can't be read, nothing is removed.
    pub(super) fn finish(&self, file: &Path) -> Result<()> {
        let Some((root, folder)) = self.place(file) else { return Ok(()) };
        match private::is_usable(root, &folder) {
            Ok(true) => {}
            // There is nothing to remove, or nothing that is known.
            _ if self.asked.is_none() => return Ok(()),
            usable => {
                usable?;
            }
        }
        clear(&folder);
        let stored = self.asked.map_or(Ok(()), |number| store(root, &folder, number, None));
        let rolled = match self.rolls {
            true => self.number(root, &folder).and_then(|number| roll(root, &folder, file, number)),
            false => Ok(()),
        };
        Error::several([stored, rolled].into_iter().filter_map(Result::err).collect()).map_or(Ok(()), Err)
    }
}

/// The number that was stored, if there is one.
fn stored(folder: &Path) -> Result<Option<Stored>> {
    let path = folder.join(NUMBER);
    let advice = |error: Error| error.with_help("say it again with --keep N; until then none is removed");
    let unreadable = |e| advice(Error::io("how many old versions to keep can't be read", &path, e));
    let found = match fs::symlink_metadata(&path) {
        Err(e) if e.kind() == IoErrorKind::NotFound => return Ok(None),
        found => found.map_err(unreadable)?,
    };
    if !found.is_file() {
        return Err(unreadable(IoErrorKind::InvalidData.into()));
    }
    let text = read_config(&path, &path, LONGEST_NUMBER).map_err(advice)?;
    parse(&text).map(Some).ok_or_else(|| unreadable(IoErrorKind::InvalidData.into()))
}

/// `5`, or `0 7` where the next copy gets the number 7.
fn parse(text: &[u8]) -> Option<Stored> {
    let text = std::str::from_utf8(text).ok()?.strip_suffix('\n')?;
    let (keep, next) = text.split_once(' ').unwrap_or((text, "1"));
    Some(Stored { keep: keep.parse().ok()?, next: next.parse().ok()? })
}

/// Stores the number, whole or not at all.
fn store(root: &Path, folder: &Path, keep: usize, next: Option<u64>) -> Result<()> {
    private::make(root, folder)?;
    let there = stored(folder).ok().flatten();
    let next = next.or(there.map(|there| there.next)).unwrap_or(1);
    if there == Some(Stored { keep, next }) {
        return Ok(());
    }
    let text = if next > 1 { format!("{keep} {next}\n") } else { format!("{keep}\n") };
    let target = Target { path: folder.join(NUMBER), old: None };
    let written = Temporary::create(&target, None).and_then(|mut temporary| {
        temporary.fill(text.as_bytes(), None)?;
        temporary.replace(&target.path)
    });
    written.map_err(|e| Error::io("how many old versions to keep can't be stored", &target.path, e))?;
    flush(folder);
    Ok(())
}

/// A copy that a power cut may undo is better than none.
fn flush(folder: &Path) {
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

/// Removes all but the newest `number` copies of `file`.
fn roll(root: &Path, folder: &Path, file: &Path, number: usize) -> Result<()> {
    let copies = list(folder, file)?;
    if let Some(newest) = copies.last().filter(|_| number == 0) {
        store(root, folder, number, Some(newest.number.saturating_add(1)))?;
    }
    let superfluous = copies.len().saturating_sub(number);
    let mut errors = Vec::new();
    for copy in copies.into_iter().take(superfluous) {
        match fs::remove_file(&copy.path) {
            Err(e) if e.kind() != IoErrorKind::NotFound => {
                errors.push(Error::io("this old version can't be removed", &copy.path, e));
            }
            _ => {}
        }
    }
    Error::several(errors).map_or(Ok(()), Err)
}

/// Removes what a killed process left: nobody else writes here as long as the file is locked.
fn clear(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        if name.to_str().is_some_and(|name| name.starts_with('.') && name.ends_with(".tmp")) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn name(number: u64, verb: Option<&str>) -> String {
    match verb {
        Some(verb) => format!("{number:06}-{verb}.kubeconfig"),
        None => format!("{number:06}.kubeconfig"),
    }
}

/// Number and verb in the name of a copy.
fn parse_name(found: &OsStr) -> Option<(u64, Option<&str>)> {
    let stem = found.to_str()?.strip_suffix(".kubeconfig")?;
    let (digits, verb) = stem.split_once('-').map_or((stem, None), |(digits, verb)| (digits, Some(verb)));
    let number = digits.parse().ok()?;
    (name(number, verb) == found.to_str()? && verb.is_none_or(is_verb)).then_some((number, verb))
}

/// Whether a copy can be named by it: `use-context`.
pub(super) fn is_verb(text: &str) -> bool {
    (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// The copies in a folder, oldest first.
///
/// # Errors
/// Where they can't be read. A folder that is not there has none.
pub(super) fn list(folder: &Path, of: &Path) -> Result<Vec<KeptCopy>> {
    let cannot = |e| private::unreadable(folder, e);
    let entries = match fs::read_dir(folder) {
        Err(e) if e.kind() == IoErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(cannot)?,
    };
    let mut copies = Vec::new();
    for entry in entries {
        let entry = entry.map_err(cannot)?;
        let file_name = entry.file_name();
        let Some((number, verb)) = parse_name(&file_name) else { continue };
        let found = match entry.metadata() {
            // It went meanwhile.
            Err(e) if e.kind() == IoErrorKind::NotFound => continue,
            found => found.map_err(cannot)?,
        };
        if found.is_file() {
            let (path, verb) = (entry.path(), verb.map(str::to_owned));
            let time = found.modified().ok();
            copies.push(KeptCopy { path, of: of.to_owned(), number, time, verb, size: found.len() });
        }
    }
    copies.sort_by(|a, b| a.number.cmp(&b.number).then(a.time.cmp(&b.time)).then_with(|| a.path.cmp(&b.path)));
    Ok(copies)
}
