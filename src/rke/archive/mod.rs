//! Reading what was put into archives: etcd snapshots of RKE are zip files, saved folders are tar files, often gzipped.
//!
//! Only the few files that are wanted are kept, within a limit; all else is passed over. Both readers are small and our own: of
//! these formats little is needed, and the crates for them read names and extensions of any size into memory, which costs who
//! made the archive nothing.

mod tar;
mod zip;

pub(super) use tar::{files as files_in_tar, is_tar};
pub(super) use zip::{files as files_in_zip, is_zip};

use super::wanted::is_state;
use crate::error::{Error, ErrorKind, Result};
use crate::load::REFERENCE_LIMIT;
use crate::secret::SecretBytes;
use std::io::{self, Read};

/// As many bytes of an archive are kept at most: 256 MiB. A state of a thousand nodes has about 50 MB.
pub(super) const LIMIT: u64 = 256 << 20;

/// A file of an archive: its path there, and what is in it.
pub(super) struct Packed {
    pub(super) path: String,
    pub(super) bytes: SecretBytes,
}

/// Whether it begins as gzip does.
pub(super) fn is_gzip(start: &[u8]) -> bool {
    start.starts_with(&[0x1f, 0x8b])
}

/// As many files of an archive are kept at most.
const FILES: usize = 1000;

/// How much may still be kept.
struct Budget {
    bytes: u64,
    files: usize,
}

impl Budget {
    fn new() -> Self {
        Budget { bytes: LIMIT, files: FILES }
    }

    /// Reads `size` bytes to keep; a size is only a claim until they have come.
    fn read(&mut self, source: impl Read, size: u64, path: &str) -> Result<SecretBytes> {
        let too_much = |what| Error::new(ErrorKind::Limit, format!("{path:?} in the archive: {what}"));
        if !is_state(path) && size > REFERENCE_LIMIT {
            return Err(too_much(format!("larger than the limit of {REFERENCE_LIMIT} bytes")));
        }
        self.files = self.files.checked_sub(1).ok_or_else(|| too_much(format!("more than {FILES} such files")))?;
        self.bytes = self.bytes.checked_sub(size).ok_or_else(|| too_much(format!("more than {LIMIT} bytes")))?;
        let bytes = read_to_end(source.take(size), size.min(TRUSTED)).map_err(broken)?;
        if bytes.len() as u64 == size { Ok(bytes) } else { Err(cut_off()) }
    }
}

/// So much room is made at once for a file whose size is only claimed.
const TRUSTED: u64 = 1 << 20;

/// Reads all of it, of which there are about `expected` bytes. Where room has to be made, what stood in the old place is wiped.
pub(super) fn read_to_end(mut source: impl Read, expected: u64) -> io::Result<SecretBytes> {
    // A byte more, to see that nothing follows.
    let mut bytes = SecretBytes::with_capacity(usize::try_from(expected).unwrap_or(0) + 1);
    loop {
        if bytes.len() == bytes.capacity() {
            let mut larger = SecretBytes::with_capacity(bytes.capacity().max(1 << 15) * 2);
            larger.extend_from_slice(&bytes);
            bytes = larger;
        }
        let room = bytes.capacity() - bytes.len();
        if source.by_ref().take(room as u64).read_to_end(&mut bytes)? == 0 {
            return Ok(bytes);
        }
    }
}

fn broken(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => cut_off(),
        // What flate2 says of bad data.
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => damaged("its compressed data can't be read"),
        _ => Error::new(ErrorKind::Io, format!("the archive can't be read: {error}")),
    }
}

#[cold]
fn cut_off() -> Error {
    damaged("it ends too early")
}

#[cold]
fn damaged(what: &'static str) -> Error {
    Error::new(ErrorKind::Syntax, format!("the archive is damaged: {what}"))
        .with_help("fetch it again from where it came")
}

/// A little-endian number of `N` bytes at an offset.
fn number<const N: usize>(bytes: &[u8], at: usize) -> Option<u64> {
    let digits = bytes.get(at..at.checked_add(N)?)?;
    Some(digits.iter().rev().fold(0, |n, &digit| n << 8 | u64::from(digit)))
}
