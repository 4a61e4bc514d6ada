//! The last step of a change: new contents take the place of old ones, in one step wherever that can be.

use super::copies::Copies;
use super::failed;
use super::snapshot::Snapshot;
use super::temporary::Temporary;
use crate::error::{Error, Result};
use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// How contents came into a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum How {
    /// There was no such file.
    Created,
    /// In one step: readers saw the old contents or the new.
    Replaced,
    /// Written over the old contents, for the folder may not be written to, the file is a mount point of its own, or it is
    /// another owner's, whose a new one would not be. Readers may have seen a mixture, and after a kill or a power cut the file may have been one; therefore a copy was kept.
    InPlace,
}

/// A file all of whose new contents are on disk, under another name; or that has to be written in place.
pub(super) struct Prepared<'a> {
    pub(super) file: &'a Snapshot,
    new: &'a [u8],
    /// None where the folder takes no new files, or a new one would be another owner's.
    temporary: Option<Temporary>,
    pub(super) kept: Option<PathBuf>,
    /// Why no copy was kept, where one was wanted.
    pub(super) unkept: Option<Error>,
}

impl<'a> Prepared<'a> {
    /// Writes `new` beside the file, under a name made of `tag`, and keeps a copy of what the file holds.
    pub(super) fn new(file: &'a Snapshot, new: &'a [u8], tag: &str, copies: &Copies<'_>) -> Result<Self> {
        // Whoever may not write a file may not replace it either, though the folder would allow it.
        if file.bytes().is_some() {
            match open(file) {
                // It went since it was read; whoever looks whether it is as it was sees that.
                Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                opened => drop(opened.map_err(|e| failed("this user may not write the file", file.target(), e))?),
            }
        }
        let cannot = |e| failed("no file can be created in its folder", file.target(), e);
        let temporary = match Temporary::create(file.as_target(), Some(tag)) {
            Ok(mut temporary) => {
                temporary.fill(new, file.metadata()).map_err(|e| failed("cannot be written", file.target(), e))?;
                Some(temporary)
            }
            Err(e) if file.bytes().is_some() && is_for_in_place(&e) => None,
            Err(e) => return Err(cannot(e)),
        };
        let mut prepared = Prepared { file, new, temporary, kept: None, unkept: None };
        let is_ours = prepared.temporary.as_ref().is_none_or(|temporary| temporary.has_owner_of(file.metadata()));
        if prepared.is_in_place() || copies.are_wanted(file.identity()) || !is_ours {
            prepared.keep(copies);
        }
        // Written over, it stays whose it is. Without a copy that would risk more than it saves.
        if !is_ours && prepared.kept.is_some() {
            prepared.temporary = None;
        }
        Ok(prepared)
    }

    pub(super) fn is_in_place(&self) -> bool {
        self.temporary.is_none()
    }

    fn keep(&mut self, copies: &Copies<'_>) {
        if let (None, Some(old)) = (&self.kept, self.file.bytes()) {
            // Without a place for copies the change goes on all the same.
            match copies.keep(self.file.identity(), old) {
                Ok(kept) => self.kept = kept,
                Err(error) => self.unkept = Some(error),
            }
        }
    }

    /// Puts the new contents in their place. `None`: somebody else created the file meanwhile.
    pub(super) fn commit(&mut self, copies: &Copies<'_>) -> Result<Option<How>> {
        let target = self.file.target();
        if let Some(mut temporary) = self.temporary.take() {
            let done = match self.file.bytes() {
                Some(_) => temporary.replace(target).map(|()| How::Replaced),
                None => temporary.become_new(target).map(|()| How::Created),
            };
            match done {
                Ok(how) => return Ok(Some(how)),
                Err(e) if self.file.bytes().is_none() && e.kind() == io::ErrorKind::AlreadyExists => return Ok(None),
                Err(e) if self.file.bytes().is_some() && is_for_in_place(&e) => {}
                Err(e) => return Err(unchanged("can't be put in its place", target, e)),
            }
        }
        self.keep(copies);
        self.write_in_place().map(|()| Some(How::InPlace))
    }

    fn write_in_place(&mut self) -> Result<()> {
        let target = self.file.target();
        let old = self.file.bytes().unwrap_or_default();
        if self.kept.is_none() {
            let message =
                "the file can't be replaced in one step here, and no copy can be kept for writing it in place";
            return Err(Error::new(crate::ErrorKind::Refused, message)
                .in_file(target)
                .unchanged()
                .with_help("set XDG_STATE_HOME to a folder that can be written to"));
        }
        let mut handle = open(self.file).map_err(|e| unchanged("cannot be written", target, e))?;
        let Err(e) = overwrite(&mut handle, old, self.new) else { return Ok(()) };
        match restore(&mut handle, old) {
            Ok(()) => Err(unchanged("cannot be written, and holds what it held", target, e)),
            Err(_) => {
                let kept = self.kept.as_deref().unwrap_or(target).display();
                Err(Error::io("half written, and its old contents can't be put back", target, e)
                    .after_change([target])
                    .with_help(format!("they are kept in {kept}")))
            }
        }
    }
}

/// Other files may be changed already; then [`Store::update`](super::Store::update) says so instead.
fn unchanged(what: &'static str, path: &Path, source: io::Error) -> Error {
    Error::io(what, path, source).unchanged()
}

fn open(file: &Snapshot) -> io::Result<File> {
    OpenOptions::new().write(true).open(file.target())
}

/// Where a file can't be replaced but may be written: the folder is closed to us, has the sticky bit, or the file is a
/// mount point of its own, as in containers.
fn is_for_in_place(error: &io::Error) -> bool {
    use io::ErrorKind::{CrossesDevices, PermissionDenied, ReadOnlyFilesystem, ResourceBusy};
    matches!(error.kind(), PermissionDenied | ReadOnlyFilesystem | ResourceBusy | CrossesDevices)
}

/// Writes `new` over `old`. What needs room on the disk comes first, so that a full one is noticed before anything is lost.
fn overwrite(file: &mut File, old: &[u8], new: &[u8]) -> io::Result<()> {
    let (head, tail) = new.split_at(old.len().min(new.len()));
    file.seek(SeekFrom::Start(head.len() as u64))?;
    file.write_all(tail)?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(head)?;
    file.set_len(new.len() as u64)?;
    file.sync_all()
}

fn restore(file: &mut File, old: &[u8]) -> io::Result<()> {
    file.seek(SeekFrom::Start(0))?;
    file.write_all(old)?;
    file.set_len(old.len() as u64)?;
    file.sync_all()
}
