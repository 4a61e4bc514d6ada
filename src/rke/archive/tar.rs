//! Tar files as GNU tar, BSD tar, busybox and Go write them: ustar, GNU's long names and sparse files, pax headers.

use super::{Budget, Packed, broken, cut_off, damaged, is_gzip};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::SecretBytes;
use flate2::read::MultiGzDecoder;
use std::io::{self, Read};

const BLOCK: usize = 512;

/// The longest path that is read; Linux has no longer ones.
const PATH_LIMIT: u64 = 4096;

/// The largest pax header.
const PAX_LIMIT: u64 = 1 << 20;

/// As many bytes are read at most of a compressed tar file: 64 GiB, some minutes' work. What it holds does not matter here.
const UNPACKED_LIMIT: u64 = 64 << 30;

/// Whether it begins as a tar file does.
pub(in crate::rke) fn is_tar(start: &[u8]) -> bool {
    start.first_chunk().is_some_and(|block| Header(block).is_one())
}

/// The files whose path is `wanted`, in their order; of several with one path the last counts, as when it is unpacked.
///
/// # Errors
/// As well where it is no tar file.
pub(in crate::rke) fn files(source: impl Read, start: &[u8], wanted: impl Fn(&str) -> bool) -> Result<Vec<Packed>> {
    if is_gzip(start) {
        let unpacked = MultiGzDecoder::new(source).take(UNPACKED_LIMIT);
        let mut reader = Reader { source: unpacked, budget: Budget::new() };
        let files = reader.files(wanted);
        if reader.source.limit() == 0 {
            return Err(Error::new(ErrorKind::Limit, format!("more than {UNPACKED_LIMIT} bytes when unpacked"))
                .with_help("save the folder server/tls alone"));
        }
        return files;
    }
    Reader { source, budget: Budget::new() }.files(wanted)
}

struct Reader<R> {
    source: R,
    budget: Budget,
}

impl<R: Read> Reader<R> {
    fn files(&mut self, wanted: impl Fn(&str) -> bool) -> Result<Vec<Packed>> {
        let mut files: Vec<Packed> = Vec::new();
        let mut next = Next::default();
        while let Some(block) = self.block()? {
            let header = Header(&block);
            if block.iter().all(|b| *b == 0) {
                // The end; what may follow is padding.
                break;
            }
            if !header.is_one() {
                return Err(Error::new(ErrorKind::Syntax, "this is no tar file, or it is damaged")
                    .with_help("if it is one file alone, compressed with gzip, unpack it first"));
            }
            let size = next.size.or(header.size()).ok_or_else(|| damaged("the size of a file can't be read"))?;
            match header.kind() {
                // A long path for the next header.
                b'L' => next.path = Some(text(&self.few(header.size(), PATH_LIMIT)?)),
                b'x' => next.take_pax(&self.few(header.size(), PAX_LIMIT)?),
                b'0' | 0 | b'7' => {
                    let path = next.path.take().unwrap_or_else(|| header.path());
                    next = Next::default();
                    if wanted(&path) {
                        let bytes = self.budget.read(&mut self.source, size, &path)?;
                        self.skip(padding(size))?;
                        files.retain(|file| file.path != path);
                        files.push(Packed { path, bytes });
                    } else {
                        self.skip(size.saturating_add(padding(size)))?;
                    }
                }
                kind => {
                    next = Next::default();
                    // A sparse file of GNU's old form: more blocks of its map come before the data.
                    let mut more = kind == b'S' && block.get(482).is_some_and(|b| *b != 0);
                    while more {
                        more = self.block()?.ok_or_else(cut_off)?.get(504).is_some_and(|b| *b != 0);
                    }
                    self.skip(size.saturating_add(padding(size)))?;
                }
            }
        }
        Ok(files)
    }

    /// The next block; none at the end.
    fn block(&mut self) -> Result<Option<[u8; BLOCK]>> {
        let mut block = [0; BLOCK];
        let mut filled = 0;
        while let Some(room) = block.get_mut(filled..).filter(|room| !room.is_empty()) {
            match self.source.read(room) {
                Ok(0) if filled == 0 => return Ok(None),
                Ok(0) => return Err(cut_off()),
                Ok(read) => filled += read,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(broken(e)),
            }
        }
        Ok(Some(block))
    }

    /// The data of a header that describes the next one.
    fn few(&mut self, size: Option<u64>, limit: u64) -> Result<SecretBytes> {
        match size {
            Some(size) if size <= limit => {
                let bytes = Budget::new().read(&mut self.source, size, "")?;
                self.skip(padding(size))?;
                Ok(bytes)
            }
            _ => Err(Error::new(ErrorKind::Limit, format!("a header of the tar file of more than {limit} bytes"))),
        }
    }

    fn skip(&mut self, size: u64) -> Result<()> {
        let skipped = io::copy(&mut self.source.by_ref().take(size), &mut io::sink()).map_err(broken)?;
        if skipped == size { Ok(()) } else { Err(cut_off()) }
    }
}

/// What headers before it say of the next file.
#[derive(Default)]
struct Next {
    path: Option<String>,
    size: Option<u64>,
}

impl Next {
    /// pax: lines of `LENGTH KEY=VALUE\n`, the length being that of the whole line.
    fn take_pax(&mut self, mut records: &[u8]) {
        while let Some(blank) = records.iter().position(|b| *b == b' ') {
            let length = records.get(..blank).map(text).and_then(|digits| digits.parse::<usize>().ok());
            let Some(record) = length.and_then(|length| records.get(blank + 1..length)) else { return };
            match text(record.strip_suffix(b"\n").unwrap_or(record)).split_once('=') {
                Some(("path", path)) => self.path = Some(path.to_owned()),
                Some(("size", size)) => self.size = size.parse().ok(),
                _ => {}
            }
            records = records.get(blank + 1 + record.len()..).unwrap_or_default();
        }
    }
}

struct Header<'a>(&'a [u8; BLOCK]);

impl Header<'_> {
    fn field(&self, from: usize, to: usize) -> &[u8] {
        self.0.get(from..to).unwrap_or_default()
    }

    /// Whether the checksum fits: the sum of all bytes, its own field taken as blanks.
    fn is_one(&self) -> bool {
        let sum: u64 =
            self.0.iter().enumerate().map(|(i, &b)| if (148..156).contains(&i) { 32 } else { u64::from(b) }).sum();
        octal(self.field(148, 156)) == Some(sum)
    }

    fn kind(&self) -> u8 {
        self.0.get(156).copied().unwrap_or(0)
    }

    /// In octal, or, for large files, in binary with the first bit set.
    fn size(&self) -> Option<u64> {
        match self.field(124, 136) {
            [first, rest @ ..] if first & 0x80 != 0 => {
                let (high, low) = rest.split_at_checked(3)?;
                let fits = first & 0x7f == 0 && high.iter().all(|b| *b == 0);
                fits.then(|| low.iter().fold(0, |n, &b| n << 8 | u64::from(b)))
            }
            digits => octal(digits),
        }
    }

    fn path(&self) -> String {
        let name = text(self.field(0, 100));
        // GNU keeps other things where ustar has the front part of the path.
        match text(self.field(345, 500)) {
            prefix if !prefix.is_empty() && self.field(257, 263) == b"ustar\0" => format!("{prefix}/{name}"),
            _ => name,
        }
    }
}

/// Up to the first zero byte.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.split(|b| *b == 0).next().unwrap_or_default()).into_owned()
}

fn octal(field: &[u8]) -> Option<u64> {
    let digits = field.trim_ascii().split(|b| matches!(b, 0 | b' ')).next().unwrap_or_default();
    if digits.is_empty() {
        return Some(0);
    }
    let text = std::str::from_utf8(digits).ok()?;
    u64::from_str_radix(text, 8).ok()
}

/// Files end at the end of a block.
fn padding(size: u64) -> u64 {
    size.wrapping_neg() % BLOCK as u64
}
