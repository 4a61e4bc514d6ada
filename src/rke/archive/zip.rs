//! Zip files: the directory at the end, and the files it names. Stored and deflated ones, ZIP64 too.

use super::{Budget, Packed, broken, cut_off, damaged, number};
use crate::error::{Error, ErrorKind, Result};
use flate2::Crc;
use flate2::read::DeflateDecoder;
use std::io::{Read, Seek, SeekFrom};

/// The largest directory that is read: some 100,000 files.
const DIRECTORY_LIMIT: u64 = 16 << 20;

/// Whether it begins as a zip file with something in it does.
pub(in crate::rke) fn is_zip(start: &[u8]) -> bool {
    start.starts_with(b"PK\x03\x04")
}

/// The files whose path is `wanted`, in the order of the directory.
pub(in crate::rke) fn files(mut source: impl Read + Seek, wanted: impl Fn(&str) -> bool) -> Result<Vec<Packed>> {
    let directory = directory(&mut source)?;
    let mut budget = Budget::new();
    let mut files = Vec::new();
    let mut rest = directory.as_slice();
    while !rest.is_empty() {
        let (entry, length) = Entry::read(rest).ok_or_else(|| damaged("its directory can't be read"))?;
        rest = rest.get(length..).unwrap_or_default();
        if wanted(&entry.path) {
            files.push(entry.unpack(&mut source, &mut budget)?);
        }
    }
    Ok(files)
}

/// The central directory, found by the record at the end of the file, which a comment may follow.
fn directory(source: &mut (impl Read + Seek)) -> Result<Vec<u8>> {
    const RECORD: usize = 22;
    let size = source.seek(SeekFrom::End(0)).map_err(broken)?;
    let tail_at = size.saturating_sub((RECORD + 0xffff) as u64);
    let tail = read_at(source, tail_at, size - tail_at)?;
    let found = (0..=tail.len().saturating_sub(RECORD)).rev().find(|&at| {
        let comment = number::<2>(&tail, at + 20).unwrap_or(u64::MAX);
        tail.get(at..).is_some_and(|r| r.starts_with(b"PK\x05\x06") && r.len() as u64 == RECORD as u64 + comment)
    });
    let at = found.ok_or_else(cut_off)?;
    let record = tail.get(at..).unwrap_or_default();
    let (mut length, mut offset) = (number::<4>(record, 12), number::<4>(record, 16));
    if length == Some(0xffff_ffff) || offset == Some(0xffff_ffff) {
        let locator = (tail_at + at as u64).checked_sub(20).ok_or_else(cut_off)?;
        let locator = read_at(source, locator, 20)?;
        let large = number::<8>(&locator, 8).filter(|_| locator.starts_with(b"PK\x06\x07")).ok_or_else(cut_off)?;
        let large = read_at(source, large, 56)?;
        (length, offset) = (number::<8>(&large, 40), number::<8>(&large, 48));
    }
    match (length, offset) {
        (Some(length), _) if length > DIRECTORY_LIMIT => Err(Error::new(
            ErrorKind::Limit,
            format!("a directory of the zip file of more than {DIRECTORY_LIMIT} bytes"),
        )),
        (Some(length), Some(offset)) => read_at(source, offset, length),
        _ => Err(cut_off()),
    }
}

/// `length` bytes, which the caller knows to be few.
fn read_at(source: &mut (impl Read + Seek), at: u64, length: u64) -> Result<Vec<u8>> {
    source.seek(SeekFrom::Start(at)).map_err(broken)?;
    let mut bytes = Vec::new();
    source.take(length).read_to_end(&mut bytes).map_err(broken)?;
    if bytes.len() as u64 == length { Ok(bytes) } else { Err(cut_off()) }
}

/// What the directory says of a file.
struct Entry {
    path: String,
    encrypted: bool,
    method: u64,
    crc: u64,
    packed: u64,
    size: u64,
    offset: u64,
}

impl Entry {
    /// The first entry of a directory, and how long it is.
    fn read(directory: &[u8]) -> Option<(Self, usize)> {
        const FIXED: usize = 46;
        if !directory.starts_with(b"PK\x01\x02") {
            return None;
        }
        let length = |at| number::<2>(directory, at).map(|n| n as usize);
        let (name, extra, comment) = (length(28)?, length(30)?, length(32)?);
        let path = directory.get(FIXED..FIXED + name)?;
        let mut entry = Entry {
            path: String::from_utf8_lossy(path).into_owned(),
            encrypted: number::<2>(directory, 8)? & 1 != 0,
            method: number::<2>(directory, 10)?,
            crc: number::<4>(directory, 16)?,
            packed: number::<4>(directory, 20)?,
            size: number::<4>(directory, 24)?,
            offset: number::<4>(directory, 42)?,
        };
        entry.take_large_numbers(directory.get(FIXED + name..FIXED + name + extra)?)?;
        Some((entry, FIXED + name + extra + comment))
    }

    /// ZIP64: numbers that don't fit stand in an extra field, in this order.
    fn take_large_numbers(&mut self, mut extra: &[u8]) -> Option<()> {
        while extra.len() >= 4 {
            let (id, length) = (number::<2>(extra, 0)?, number::<2>(extra, 2)? as usize);
            let field = extra.get(4..4 + length)?;
            if id == 1 {
                let mut at = 0;
                for number_to_be in [&mut self.size, &mut self.packed, &mut self.offset] {
                    if *number_to_be == 0xffff_ffff {
                        *number_to_be = number::<8>(field, at)?;
                        at += 8;
                    }
                }
            }
            extra = extra.get(4 + length..)?;
        }
        Some(())
    }

    fn unpack(self, source: &mut (impl Read + Seek), budget: &mut Budget) -> Result<Packed> {
        if self.encrypted {
            return Err(Error::new(ErrorKind::Refused, format!("{:?} in the zip file is encrypted", self.path))
                .with_help("unpack it first"));
        }
        let header = read_at(source, self.offset, 30)?;
        let lengths = number::<2>(&header, 26).zip(number::<2>(&header, 28));
        let (name, extra) =
            lengths.filter(|_| is_zip(&header)).ok_or_else(|| damaged("a file is not where it should be"))?;
        let start = self.offset.checked_add(30 + name + extra).ok_or_else(cut_off)?;
        source.seek(SeekFrom::Start(start)).map_err(broken)?;
        let packed = source.take(self.packed);
        let bytes = match self.method {
            0 => budget.read(packed, self.size, &self.path)?,
            8 => budget.read(DeflateDecoder::new(packed), self.size, &self.path)?,
            _ => {
                let message =
                    format!("{:?} in the zip file is compressed in a way this program does not know", self.path);
                return Err(Error::new(ErrorKind::Refused, message).with_help("unpack it first"));
            }
        };
        let mut crc = Crc::new();
        crc.update(&bytes);
        if u64::from(crc.sum()) != self.crc {
            return Err(damaged("the checksum of a file does not fit"));
        }
        Ok(Packed { path: self.path, bytes })
    }
}
