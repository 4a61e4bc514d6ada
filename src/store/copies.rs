//! Kept copies: what a file held before it was changed.

use super::target::{Target, for_owner_only, make_private_folder};
use super::temporary::Temporary;
use crate::config::Kubeconfig;
use crate::error::Result;
use crate::load::read_config;
use crate::syntax::Limits;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, ErrorKind as IoErrorKind};
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;
use zeroize::Zeroizing;

/// An old version of a file, kept when the file was changed.
///
/// Copies lie in the folder `copies` of the [state folder](super::Store::state_folder), each under the path of the file it is of,
/// numbered: `…/kubeconfig/copies/home/me/.kube/config/000001.kubeconfig`. Folders have mode 0700, copies 0600.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeptCopy {
    /// The copy.
    pub path: PathBuf,
    /// The file it is of, from the root, at the end of symbolic links.
    pub of: PathBuf,
    /// When it was kept: the time of the change that replaced this version.
    pub time: Option<SystemTime>,
    pub(super) number: u64,
}

impl KeptCopy {
    /// The configuration in it.
    ///
    /// # Errors
    /// Those of reading a file, and of [`Kubeconfig::from_slice`].
    pub fn config(&self) -> Result<Kubeconfig> {
        Kubeconfig::from_slice(&self.read()?).map_err(|error| error.in_file(&self.path))
    }

    pub(super) fn read(&self) -> Result<Zeroizing<Vec<u8>>> {
        read_config(&self.path, &self.path, Limits::MAX_INPUT).map(Zeroizing::new)
    }
}

/// The copies of all files.
pub(super) struct Copies<'a> {
    root: Option<&'a Path>,
    keep: usize,
    now: SystemTime,
}

impl<'a> Copies<'a> {
    pub(super) fn new(root: Option<&'a Path>, keep: usize, now: SystemTime) -> Self {
        Copies { root, keep, now }
    }

    /// Whether an ordinary change keeps a copy.
    pub(super) fn are_wanted(&self) -> bool {
        self.keep > 0
    }

    /// The folder with the copies of `file`, an absolute path.
    pub(super) fn folder(&self, file: &Path) -> Option<PathBuf> {
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
        Some(folder)
    }

    /// Keeps `old`, what `file` holds, unless that is what was kept last.
    pub(super) fn keep(&self, file: &Path, old: &[u8]) -> io::Result<PathBuf> {
        let folder = self.folder(file).ok_or(IoErrorKind::NotFound)?;
        self.make_folder(&folder)?;
        let newest = list(&folder, file).pop();
        let number = match newest {
            Some(newest) if newest.read().is_ok_and(|bytes| *bytes == old) => return Ok(newest.path),
            Some(newest) => newest.number.saturating_add(1),
            None => 1,
        };
        for number in number..number.saturating_add(16) {
            let target = Target { path: folder.join(name(number)), old: None };
            let mut temporary = Temporary::create(&target, None)?;
            temporary.fill(old, None)?;
            // What can't be marked with a time has one all the same.
            let _ = temporary.set_modified(self.now);
            match temporary.become_new(&target.path) {
                Ok(()) => {
                    // A copy that a power cut may undo is better than none.
                    let _ = File::open(&folder).and_then(|folder| folder.sync_all());
                    return Ok(target.path);
                }
                // Somebody else, who could not lock the file either.
                Err(e) if e.kind() == IoErrorKind::AlreadyExists => {}
                Err(e) => return Err(e),
            }
        }
        Err(IoErrorKind::AlreadyExists.into())
    }

    /// Removes all but the newest copies of `file`. What can't be removed stays.
    pub(super) fn prune(&self, file: &Path) {
        let Some(folder) = self.folder(file) else { return };
        let copies = list(&folder, file);
        let superfluous = copies.len().saturating_sub(self.keep);
        for copy in copies.into_iter().take(superfluous) {
            let _ = fs::remove_file(copy.path);
        }
        // What a killed process left: nobody else writes here as long as the file is locked.
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            if name.to_str().is_some_and(|name| name.starts_with('.') && name.ends_with(".tmp")) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    /// Makes it for us alone; the state folder is closed if others may enter it.
    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        make_private_folder(folder)?;
        self.root.map_or(Ok(()), for_owner_only)
    }
}

fn name(number: u64) -> String {
    format!("{number:06}.kubeconfig")
}

fn number(name: &OsStr) -> Option<u64> {
    let digits = name.to_str()?.strip_suffix(".kubeconfig")?;
    let number = digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten()?;
    (self::name(number) == name.to_str()?).then_some(number)
}

/// The copies in a folder, oldest first. None where it can't be read.
pub(super) fn list(folder: &Path, of: &Path) -> Vec<KeptCopy> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut copies: Vec<KeptCopy> = entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let number = number(&entry.file_name())?;
            let found = entry.metadata().ok().filter(fs::Metadata::is_file)?;
            Some(KeptCopy { path: entry.path(), of: of.to_owned(), time: found.modified().ok(), number })
        })
        .collect();
    copies.sort_by_key(|copy| copy.number);
    copies
}
