//! The temporary file beside a target: created for us alone, removed unless it became the target.

use super::target::Target;
use super::{exists, failed, held};
use crate::error::Result;
use std::fs::{self, File, Metadata, OpenOptions};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

pub(super) struct Temporary {
    path: PathBuf,
    file: File,
    renamed: bool,
}

impl Temporary {
    /// Named by `tag`, which nothing else is named by, or at random.
    pub(super) fn create(target: &Target, tag: Option<&str>) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        // O_EXCL: neither an existing file nor a link somebody laid in the way is opened.
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);

        let mut attempts = 0..16;
        loop {
            let path = beside(&target.path, tag.unwrap_or(&random()));
            match held::create(&path, || options.open(&path)) {
                Ok(file) => return Ok(Temporary { path, file, renamed: false }),
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists && tag.is_none() && attempts.next().is_some() => {}
                Err(e) => return Err(e),
            }
        }
    }

    /// Writes everything and flushes it, with the mode of the file it is to replace.
    pub(super) fn fill(&mut self, contents: &[u8], old: Option<&Metadata>) -> io::Result<()> {
        self.file.write_all(contents)?;
        set_access(&self.file, old)?;
        // Before the name: else a power cut can leave the new name on an empty file.
        self.file.sync_all()
    }

    /// Whether the owner is that of `old`: only root gives files away.
    #[cfg(unix)]
    pub(super) fn has_owner_of(&self, old: Option<&Metadata>) -> bool {
        use std::os::unix::fs::MetadataExt;
        let (Some(old), Ok(new)) = (old, self.file.metadata()) else { return true };
        new.uid() == old.uid()
    }

    #[cfg(unix)]
    pub(super) fn owner(&self) -> io::Result<u32> {
        Ok(std::os::unix::fs::MetadataExt::uid(&self.file.metadata()?))
    }

    #[cfg(not(unix))]
    pub(super) fn has_owner_of(&self, _: Option<&Metadata>) -> bool {
        true
    }

    /// Sets the time the file was last changed.
    pub(super) fn set_modified(&self, time: SystemTime) -> io::Result<()> {
        self.file.set_modified(time)
    }

    /// Gives the file the name `target`; without `force` only if nothing has that name.
    pub(super) fn become_target(mut self, target: &Path, force: bool) -> Result<()> {
        let done = if force { self.replace(target) } else { self.become_new(target) };
        done.map_err(|e| match e.kind() {
            io::ErrorKind::AlreadyExists if !force => exists(target),
            _ => failed("can't be put in its place", target, e),
        })
    }

    /// Gives the file the name `target`; [`AlreadyExists`](io::ErrorKind::AlreadyExists) if something has that name.
    pub(super) fn become_new(&mut self, target: &Path) -> io::Result<()> {
        // A rename would replace a file that appeared meanwhile, a second link never does; the first one is removed
        // on drop.
        match fs::hard_link(&self.path, target) {
            Ok(()) => Ok(()),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Err(e),
            // FAT and some network shares know no links, and each says so with another error.
            Err(_) if fs::symlink_metadata(target).is_ok() => Err(io::ErrorKind::AlreadyExists.into()),
            Err(_) => self.replace(target),
        }
    }

    /// Gives the file the name `target`, whatever has it now.
    pub(super) fn replace(&mut self, target: &Path) -> io::Result<()> {
        fs::rename(&self.path, target)?;
        self.renamed = true;
        held::keep(&self.path);
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.renamed {
            held::remove(&self.path, None);
        }
    }
}

/// Of a longer name only so many bytes are used, so that the whole is short enough for every file system.
const MOST_OF_NAME: usize = 40;

/// `.NAME.TAG.tmp` in the folder of `path`.
pub(super) fn beside(path: &Path, tag: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let end = (0..=MOST_OF_NAME).rev().find(|&i| name.is_char_boundary(i)).unwrap_or(0);
    path.with_file_name(format!(".{}.{tag}.tmp", name.get(..end).unwrap_or(&name)))
}

/// The tag, where `found` is the name of a file [`beside`] `path`; none where another path may have given it that name.
pub(super) fn tag_of<'n>(path: &Path, found: &'n str) -> Option<&'n str> {
    let name = path.file_name()?.to_str().filter(|name| name.len() <= MOST_OF_NAME)?;
    let tag = found.strip_prefix('.')?.strip_prefix(name)?.strip_prefix('.')?.strip_suffix(".tmp")?;
    (!tag.contains('.')).then_some(tag)
}

/// 16 hexadecimal digits that nobody can guess.
pub(super) fn random() -> String {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    // RandomState is keyed by the system's random source: nobody can lay a file at the next name beforehand.
    let mut hasher = RandomState::new().build_hasher();
    hasher.write_u32(std::process::id());
    hasher.write_u64(COUNTER.fetch_add(1, Ordering::Relaxed));
    format!("{:016x}", hasher.finish())
}

/// Mode, group and owner of `old`, as far as one may; mode 0600 without it.
#[cfg(unix)]
fn set_access(file: &File, old: Option<&Metadata>) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};

    let new = file.metadata()?;
    let mut mode = 0o600;
    if let Some(old) = old {
        mode = old.mode() & 0o777;
        if new.gid() != old.gid() && fchown(file, None, Some(old.gid())).is_err() {
            // Our group is not the one that was meant: its members get what everybody gets.
            mode &= 0o707 | ((mode & 0o007) << 3);
        }
    }
    if new.mode() & 0o777 != mode {
        // This is our own file, so that a failure means a file system without modes. 0600 was asked for already.
        let _ = file.set_permissions(fs::Permissions::from_mode(mode));
    }
    if let Some(old) = old {
        // Last, for a file given away may be out of our hands.
        if new.uid() != old.uid() {
            let _ = fchown(file, Some(old.uid()), None);
        }
    }
    Ok(())
}

#[cfg(not(unix))]
fn set_access(_: &File, _: Option<&Metadata>) -> io::Result<()> {
    Ok(())
}
