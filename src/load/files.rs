//! Reading files: kubeconfigs, and what kubeconfigs refer to.

use crate::error::{Error, ErrorKind, Result};
use crate::secret::SecretBytes;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;

/// The largest file that is read because a kubeconfig refers to it (certificate, key, token): 16 MiB.
pub const REFERENCE_LIMIT: u64 = 16 << 20;

/// A kubeconfig, whole, read once: a FIFO or `/dev/stdin` will do. Errors name it as `path`.
pub(crate) fn read_config(place: &Path, path: &Path, limit: u64) -> Result<Vec<u8>> {
    let file = File::open(place).map_err(|e| Error::io("cannot open", path, e))?;
    let metadata = file.metadata().map_err(|e| Error::io("cannot read", path, e))?;
    let mut bytes = read(file, &metadata, path, limit)?;
    Ok(std::mem::take(&mut *bytes))
}

/// A file that a kubeconfig refers to. It must be a regular one (or a link to one) and no larger than
/// [`REFERENCE_LIMIT`]: a FIFO or a device in a file of somebody else's making could hang whoever reads it, or never end.
pub(crate) fn read_reference(path: &Path) -> Result<SecretBytes> {
    read_regular(path, REFERENCE_LIMIT)
}

/// As [`read_reference`], with another limit.
pub(crate) fn read_regular(path: &Path, limit: u64) -> Result<SecretBytes> {
    regular(&std::fs::metadata(path).map_err(|e| Error::io("cannot read", path, e))?, path)?;
    let file = File::open(path).map_err(|e| Error::io("cannot open", path, e))?;
    let metadata = file.metadata().map_err(|e| Error::io("cannot read", path, e))?;
    regular(&metadata, path)?;
    read(file, &metadata, path, limit)
}

/// Whether kubectl's check "can it be opened" passes, without hanging where that would: anything that is not a
/// regular file only has to be there.
pub(crate) fn can_open(path: &Path) -> io::Result<()> {
    if std::fs::metadata(path)?.is_file() {
        File::open(path)?;
    }
    Ok(())
}

fn regular(metadata: &Metadata, path: &Path) -> Result<()> {
    if metadata.is_file() {
        return Ok(());
    }
    if metadata.is_dir() {
        return Err(is_folder(path));
    }
    Err(Error::new(ErrorKind::Io, "is not a regular file; no other is read for a kubeconfig").in_file(path))
}

#[cold]
fn is_folder(path: &Path) -> Error {
    Error::new(ErrorKind::Io, "is a directory, where a file is expected").in_file(path)
}

fn read(file: File, metadata: &Metadata, path: &Path, limit: u64) -> Result<SecretBytes> {
    if metadata.is_dir() {
        return Err(is_folder(path));
    }
    if metadata.len() > limit {
        return Err(too_large(path, limit));
    }
    // Room for all of it at once, so that growing leaves no copies of secrets behind; a pipe says 0.
    let size = usize::try_from(metadata.len()).unwrap_or(0).saturating_add(1);
    let mut bytes = SecretBytes::with_capacity(size);
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(|e| Error::io("cannot read", path, e))?;
    if bytes.len() as u64 > limit {
        return Err(too_large(path, limit));
    }
    Ok(bytes)
}

#[cold]
fn too_large(path: &Path, limit: u64) -> Error {
    Error::new(ErrorKind::Limit, format!("larger than the limit of {limit} bytes")).in_file(path)
}
