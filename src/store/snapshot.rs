//! A file as it was when it was read.

use super::private::make_private_folder;
use super::target::{Target, absolute, check_folder, folder_of};
use crate::error::{Error, Result};
use crate::load::read_config;
use crate::syntax::Limits;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// A file as it was when it was read, or its absence.
pub(super) struct Snapshot {
    path: PathBuf,
    target: Target,
    /// The folders of `target` without symbolic links: two paths to one file have this in common.
    identity: PathBuf,
    bytes: Option<Zeroizing<Vec<u8>>>,
}

impl Snapshot {
    /// # Errors
    /// What is not a regular file is refused before it is opened; a file that is not there is no error.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let target = Target::look(path)?;
        let bytes = match &target.old {
            None => None,
            Some(_) => match read_config(&target.path, path, Limits::MAX_INPUT) {
                Ok(bytes) => Some(Zeroizing::new(bytes)),
                // It went while we looked.
                Err(error) if error.is_file_not_found() => None,
                Err(error) => return Err(error),
            },
        };
        let identity = absolute(&target.path);
        Ok(Snapshot { path: path.to_owned(), target, identity, bytes })
    }

    /// Whether the file is still as it was.
    pub(super) fn is_current(&self) -> Result<bool> {
        let now = Self::read(&self.path)?;
        Ok(now.bytes == self.bytes && now.identity == self.identity)
    }

    /// The path as given.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The end of the symbolic links.
    pub(super) fn target(&self) -> &Path {
        &self.target.path
    }

    pub(super) fn identity(&self) -> &Path {
        &self.identity
    }

    pub(super) fn as_target(&self) -> &Target {
        &self.target
    }

    pub(super) fn bytes(&self) -> Option<&[u8]> {
        self.bytes.as_ref().map(|bytes| bytes.as_slice())
    }

    pub(super) fn into_parts(self) -> (PathBuf, Option<Zeroizing<Vec<u8>>>) {
        (self.path, self.bytes)
    }

    pub(super) fn metadata(&self) -> Option<&Metadata> {
        self.target.old.as_ref()
    }

    /// Makes the folder of a file that does not exist yet, as kubectl does (with mode 0755), for its owner only. What a
    /// symbolic link leads to is not made.
    pub(super) fn make_folder(&self) -> Result<()> {
        if self.bytes.is_none() {
            let folder = folder_of(&self.path);
            make_private_folder(folder).map_err(|e| Error::io("the folder can't be made", folder, e))?;
        }
        check_folder(self.target.folder())
    }
}
