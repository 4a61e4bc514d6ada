//! Folders of this user alone: the state folder, and those in it.

use crate::error::{Error, ErrorKind, Result};
use std::fs;
use std::io;
use std::path::Path;

/// Makes `folder` and those above it that are missing, for their owner only, whatever the umask is.
pub(super) fn make_private_folder(folder: &Path) -> io::Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    if let Some(above) = folder.parent() {
        make_private_folder(above)?;
    }
    match fs::create_dir(folder) {
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => return Ok(()),
        made => made?,
    }
    set_mode(folder, |_| 0o700)
}

/// Whether `folder`, which is `root` or in it, is there. All from `root` on must be real folders of this user.
///
/// # Errors
/// [`ErrorKind::Refused`] where one is something else or somebody else's: what lies there is not to be trusted, and
/// nothing of it is changed. [`ErrorKind::Io`] where one can't be looked at: what lies there is not known.
pub(super) fn is_usable(root: &Path, folder: &Path) -> Result<bool> {
    let user = user().map_err(|e| unreadable(root, e))?;
    let mut place = root.to_owned();
    let mut below = folder.strip_prefix(root).unwrap_or(Path::new("")).components();
    loop {
        if !is_own_folder(&place, user)? {
            return Ok(false);
        }
        match below.next() {
            Some(name) => place.push(name),
            None => return Ok(true),
        }
    }
}

/// Makes `folder`, which is `root` or in it, as far as it is missing, and closes `root` to others.
///
/// # Errors
/// Those of [`is_usable`]; and where a folder can't be made.
pub(super) fn make(root: &Path, folder: &Path) -> Result<()> {
    let cannot = |e| Error::io("this folder can't be made", folder, e);
    if !is_usable(root, folder)? {
        refuse_in_anothers(folder)?;
        make_private_folder(folder).map_err(cannot)?;
        if !is_usable(root, folder)? {
            return Err(cannot(io::ErrorKind::NotFound.into()));
        }
    }
    // A right that its owner took from himself stays taken.
    set_mode(root, |mode| mode & 0o700).map_err(|e| Error::io("this folder can't be closed to others", root, e))
}

/// Whether there is a folder of that name, a real one and of this user.
fn is_own_folder(folder: &Path, user: u32) -> Result<bool> {
    let found = match fs::symlink_metadata(folder) {
        // Something above it is missing, or is no folder.
        Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => return Ok(false),
        found => found.map_err(|e| unreadable(folder, e))?,
    };
    if !found.is_dir() {
        let what = if found.is_symlink() { "this is a symbolic link" } else { "this is not a folder" };
        let message = format!("{what}; only a real folder of this user is used");
        let help = "remove it, or set XDG_STATE_HOME to another folder";
        return Err(Error::new(ErrorKind::Refused, message).in_file(folder).with_help(help));
    }
    match owner(&found) {
        Some(owner) if owner != user => Err(anothers(folder, owner)),
        _ => Ok(true),
    }
}

pub(super) fn unreadable(folder: &Path, source: io::Error) -> Error {
    Error::io("this folder can't be read", folder, source)
}

fn anothers(folder: &Path, owner: u32) -> Error {
    let message = format!("this folder belongs to another user (uid {owner}) and is not used");
    let help = "set XDG_STATE_HOME to a folder of this user";
    Error::new(ErrorKind::Refused, message).in_file(folder).with_help(help)
}

/// Refuses to make a folder where root would make it in the home of somebody else, who then could not use it.
#[cfg(unix)]
fn refuse_in_anothers(folder: &Path) -> Result<()> {
    use std::os::unix::fs::MetadataExt;
    let nearest = folder.ancestors().find_map(|above| Some((above, fs::metadata(above).ok()?)));
    let Some((above, found)) = nearest else { return Ok(()) };
    // /tmp and the like are for everybody.
    let is_home = found.uid() != 0 && found.mode() & 0o002 == 0;
    match is_home && user().map_err(|e| unreadable(above, e))? == 0 {
        true => Err(anothers(above, found.uid())),
        false => Ok(()),
    }
}

#[cfg(not(unix))]
fn refuse_in_anothers(_: &Path) -> Result<()> {
    Ok(())
}

#[cfg(unix)]
fn owner(found: &fs::Metadata) -> Option<u32> {
    Some(std::os::unix::fs::MetadataExt::uid(found))
}

#[cfg(not(unix))]
fn owner(_: &fs::Metadata) -> Option<u32> {
    None
}

/// The user whose rights this process has: whose the files are that it makes.
#[cfg(unix)]
fn user() -> io::Result<u32> {
    use super::target::Target;
    use super::temporary::Temporary;
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    // The real, the effective, the saved one, and that for files.
    let ids = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    match ids.and_then(|ids| ids.split_whitespace().nth(1)?.parse().ok()) {
        Some(user) => Ok(user),
        // Where there is no /proc, a file tells that is made for it.
        None => Temporary::create(&Target { path: std::env::temp_dir().join("owner"), old: None }, None)?.owner(),
    }
}

#[cfg(not(unix))]
fn user() -> io::Result<u32> {
    Ok(0)
}

#[cfg(unix)]
fn set_mode(folder: &Path, new: impl Fn(u32) -> u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(folder)?.permissions().mode() & 0o777;
    match new(mode) {
        new if new == mode => Ok(()),
        new => fs::set_permissions(folder, fs::Permissions::from_mode(new)),
    }
}

#[cfg(not(unix))]
fn set_mode(_: &Path, _: impl Fn(u32) -> u32) -> io::Result<()> {
    Ok(())
}
