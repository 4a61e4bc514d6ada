//! Where a path leads, and whether a file may be written there.

use crate::error::{Error, ErrorKind, Result};
use std::fs::{self, FileType, Metadata};
use std::io;
use std::path::{Path, PathBuf};

/// As many links as Linux follows in one path.
const MAX_LINKS: usize = 40;

/// The file that a path leads to.
pub(super) struct Target {
    pub(super) path: PathBuf,
    /// The file that is there now, if any.
    pub(super) old: Option<Metadata>,
}

impl Target {
    /// As [`look`](Target::look), and the folder must be there.
    pub(super) fn find(path: &Path) -> Result<Self> {
        let target = Target::look(path)?;
        if target.old.is_none() {
            check_folder(target.folder())?;
        }
        Ok(target)
    }

    /// Finds the regular file that `path` leads to, or where it would be.
    pub(super) fn look(path: &Path) -> Result<Self> {
        if path.as_os_str().is_empty() {
            return Err(Error::new(ErrorKind::Refused, "the name of the file to write is empty"));
        }
        if names_folder(path) {
            return Err(refused("this names a folder, not a file", path));
        }
        // The system's own look comes first: it knows what our following of links does not, such as pipes behind
        // /dev/stdout and links in shared folders that it distrusts.
        match fs::metadata(path) {
            Ok(found) => check_type(found.file_type(), path)?,
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            Err(e) => return Err(unreachable(path, e)),
        }
        let target = follow(path)?;
        if names_folder(&target.path) {
            return Err(refused("this symbolic link leads to a folder, not to a file", path));
        }
        if let Some(old) = &target.old {
            check_type(old.file_type(), &target.path)?;
        }
        Ok(target)
    }

    pub(super) fn folder(&self) -> &Path {
        folder_of(&self.path)
    }
}

/// The end of the symbolic links that `path` leads through, whether or not something is there.
pub(super) fn follow(path: &Path) -> Result<Target> {
    let mut path = path.to_owned();
    for _ in 0..=MAX_LINKS {
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_symlink() => {
                let link = fs::read_link(&path).map_err(|e| unreachable(&path, e))?;
                path = folder_of(&path).join(link);
            }
            Ok(found) => return Ok(Target { path, old: Some(found) }),
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Target { path, old: None }),
            Err(e) => return Err(unreachable(&path, e)),
        }
    }
    Err(refused("this symbolic link leads through too many others", &path))
}

/// `path` from the root, its folder without symbolic links, as far as that is known.
pub(super) fn absolute(path: &Path) -> PathBuf {
    match (fs::canonicalize(folder_of(path)), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => std::path::absolute(path).unwrap_or_else(|_| path.to_owned()),
    }
}

pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Whether `path` can't be a file by its form: `a/`, `a/.`, `..`. (`Path::file_name` takes the first two for `a`.)
fn names_folder(path: &Path) -> bool {
    let text = path.as_os_str().as_encoded_bytes();
    path.file_name().is_none_or(|name| !text.ends_with(name.as_encoded_bytes()))
}

fn check_type(found: FileType, path: &Path) -> Result<()> {
    if found.is_file() {
        return Ok(());
    }
    if found.is_dir() {
        return Err(refused("this is a folder, not a file", path));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if found.is_fifo() {
            return Err(refused("this is a named pipe, not a file", path));
        }
        if found.is_socket() {
            return Err(refused("this is a socket, not a file", path));
        }
        if found.is_char_device() || found.is_block_device() {
            return Err(refused("this is a device, not a file", path));
        }
    }
    Err(refused("this is not a regular file", path))
}

pub(super) fn check_folder(folder: &Path) -> Result<()> {
    match fs::metadata(folder) {
        Ok(_) => Ok(()),
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            Err(Error::io("the folder to write to does not exist", folder, e).with_help("create it first"))
        }
        Err(e) => Err(unreachable(folder, e)),
    }
}

fn refused(message: &'static str, path: &Path) -> Error {
    Error::new(ErrorKind::Refused, message)
        .in_file(path)
        .unchanged()
        .with_help("give the path of a regular file or of a new one")
}

fn unreachable(path: &Path, source: io::Error) -> Error {
    let what = match source.kind() {
        io::ErrorKind::NotADirectory => "a part of this path is a file, not a folder",
        io::ErrorKind::PermissionDenied => "the way to this file is closed to this user",
        _ if fs::symlink_metadata(path).is_ok_and(|m| m.is_symlink()) => "this symbolic link can't be followed",
        _ => "this path can't be looked up",
    };
    Error::io(what, path, source).unchanged()
}
