//! What a file is, by how it begins, and reading what is needed of it.

use super::archive::{self, Packed, files_in_tar, files_in_zip, is_gzip, is_tar, is_zip};
use super::wanted::{is_state, is_wanted};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::SecretBytes;
use crate::syntax::Limits;
use std::fs::File;
use std::io::{Cursor, Read, Seek};
use std::path::Path;

/// A file, read as far as it matters.
pub(super) enum Input {
    /// JSON or YAML, as far as one can tell without reading it.
    Text(SecretBytes),
    /// The `.rkestate` files of a zip or tar file.
    Snapshot(Vec<Packed>),
    /// The files of a server's folder out of a tar file.
    Folder(Vec<Packed>),
}

/// As many bytes are looked at to tell what it is: a block of a tar file.
const START: u64 = 512;

impl Input {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let named = |error: Error| error.in_file(path);
        let mut file = File::open(path).map_err(|e| Error::io("cannot open", path, e))?;
        let metadata = file.metadata().map_err(|e| Error::io("cannot read", path, e))?;
        if metadata.is_dir() {
            return Err(Error::new(ErrorKind::Io, "is a directory, where a file is expected").in_file(path));
        }
        let start = start(&mut file).map_err(|e| Error::io("cannot read", path, e))?;
        match Kind::of(&start) {
            // It is read from its end. A pipe has none; what comes through one is small enough to be kept.
            Kind::Zip if !metadata.is_file() => Input::of_bytes(rest(&start, file, 0, path)?).map_err(named),
            Kind::Zip => Input::zip(file).map_err(named),
            Kind::Tar => {
                let whole = Cursor::new(&*start).chain(file);
                Input::tar(whole, &start).map_err(named)
            }
            Kind::Database => Err(named(database())),
            Kind::Compressed(with) => Err(named(compressed(with))),
            Kind::Other => rest(&start, file, metadata.len(), path).map(Input::Text),
        }
    }

    pub(super) fn of_bytes(bytes: SecretBytes) -> Result<Self> {
        match Kind::of(&bytes) {
            Kind::Zip => Input::zip(Cursor::new(&*bytes)),
            Kind::Tar => Input::tar(Cursor::new(&*bytes), &bytes),
            Kind::Database => Err(database()),
            Kind::Compressed(with) => Err(compressed(with)),
            Kind::Other => Ok(Input::Text(bytes)),
        }
    }

    /// The folder of a server, or else states.
    fn tar(source: impl Read, start: &[u8]) -> Result<Self> {
        let files = files_in_tar(source, start, is_wanted)?;
        let (states, files): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| is_state(&file.path));
        Ok(if files.is_empty() && !states.is_empty() { Input::Snapshot(states) } else { Input::Folder(files) })
    }

    fn zip(source: impl Read + Seek) -> Result<Self> {
        let files = files_in_zip(source, is_state)?;
        if files.is_empty() {
            return Err(no_state(Error::new(ErrorKind::NotFound, "there is no .rkestate in this zip file")));
        }
        Ok(Input::Snapshot(files))
    }
}

enum Kind {
    Zip,
    Tar,
    /// bbolt, which is what etcd keeps its data in.
    Database,
    /// With something this program does not unpack; its name.
    Compressed(&'static str),
    Other,
}

impl Kind {
    fn of(start: &[u8]) -> Self {
        // bbolt's meta page has its magic number behind a header of 16 bytes.
        let bolt = start.get(16..20) == Some(&0xED0C_DAED_u32.to_le_bytes());
        match start {
            _ if is_zip(start) => Kind::Zip,
            _ if is_gzip(start) || is_tar(start) => Kind::Tar,
            _ if bolt => Kind::Database,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Kind::Compressed("xz"),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Kind::Compressed("zstd"),
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => Kind::Compressed("bzip2"),
            _ => Kind::Other,
        }
    }
}

/// Which snapshots hold a state (`cluster/etcd.go`, and rke-tools' `etcd-backup`).
pub(super) const SNAPSHOTS: &str = "An etcd snapshot of RKE may hold one: `unzip -l SNAPSHOT` shows a .rkestate then. \
     Those made by hand have it since RKE 1.1.5, recurring ones since rke-tools 0.1.67; recurring ones of RKE 1.4.19, \
     1.5.10, 1.6.0 and later lack it again before rke-tools 0.1.108";

fn no_state(error: Error) -> Error {
    error.with_help(format!(
        "{SNAPSHOTS}. One of K3s or RKE2 holds no key that could be read: the CAs in it are encrypted with the server \
         token. To restore it, run `k3s server --cluster-reset --cluster-reset-restore-path=FILE --token=TOKEN` on a \
         server (or `rke2 server` with the same); or give a server's data folder"
    ))
}

#[cold]
fn database() -> Error {
    no_state(Error::new(ErrorKind::NotFound, "this is an etcd database alone, without keys beside it"))
}

#[cold]
fn compressed(with: &str) -> Error {
    Error::new(ErrorKind::Refused, format!("this is compressed with {with}")).with_help("unpack it first")
}

fn start(file: &mut File) -> std::io::Result<SecretBytes> {
    let mut start = SecretBytes::with_capacity(START as usize + 1);
    file.take(START).read_to_end(&mut start)?;
    Ok(start)
}

/// The start with all that follows it; `size` is what the file system says, 0 of a pipe.
fn rest(start: &[u8], file: File, size: u64, path: &Path) -> Result<SecretBytes> {
    let limit = Limits::default().input;
    let too_large = || Error::new(ErrorKind::Limit, format!("larger than the limit of {limit} bytes")).in_file(path);
    if size > limit {
        return Err(too_large());
    }
    let whole = Cursor::new(start).chain(file).take(limit + 1);
    let bytes = archive::read_to_end(whole, size).map_err(|e| Error::io("cannot read", path, e))?;
    if bytes.len() as u64 > limit { Err(too_large()) } else { Ok(bytes) }
}
