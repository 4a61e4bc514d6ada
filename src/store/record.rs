//! What a lock says: who holds it, since when.

use super::process::Process;
use std::fmt;
use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// The first line of a lock of ours. kubectl's locks are empty.
const HEAD: &str = "kubeconfig lock 1";
/// No lock of ours is longer.
const LONGEST: u64 = 4096;

/// What a lock of ours says.
pub(super) struct Record {
    /// Random: no two locks have the same.
    pub(super) id: String,
    pub(super) process: Process,
}

impl fmt::Display for Record {
    /// The contents of the lock. What is unknown is left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Process { host, boot, namespace, pid, start } = &self.process;
        writeln!(f, "{HEAD}\nid {}\npid {pid}", self.id)?;
        for (key, value) in [("host", host), ("boot", boot), ("pid-namespace", namespace)] {
            if let Some(value) = value {
                writeln!(f, "{key} {value}")?;
            }
        }
        // The last line: where a file is written piece by piece, what has it is whole.
        start.map_or(Ok(()), |start| writeln!(f, "start {start}"))
    }
}

impl Record {
    fn parse(text: &str) -> Option<Self> {
        let lines = text.strip_prefix(HEAD)?.strip_prefix('\n')?.strip_suffix('\n')?;
        let get = |key: &str| lines.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(' '));
        let text = |key| get(key).map(str::to_owned);
        let id = get("id").filter(|id| id.len() == 16 && id.bytes().all(|b| b.is_ascii_hexdigit()))?;
        let process = Process {
            host: text("host"),
            boot: text("boot"),
            namespace: text("pid-namespace"),
            pid: get("pid")?.parse().ok()?,
            start: get("start").and_then(|start| start.parse().ok()),
        };
        Some(Record { id: id.to_owned(), process })
    }
}

/// A lock that is there.
pub(super) struct Found {
    /// What it says, if it is one of ours. kubectl's say nothing, and can't be opened.
    pub(super) record: Option<Record>,
    pub(super) since: Option<SystemTime>,
    /// No program makes one; a person may.
    pub(super) is_folder: bool,
    /// Tells it from every other lock of this name, before and after.
    pub(super) identity: String,
}

/// The lock `path`; `None` where there is none.
pub(super) fn look(path: &Path) -> io::Result<Option<Found>> {
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(e),
    };
    let since = found.modified().ok();
    let record = match found.is_file() && found.len() <= LONGEST {
        true => read(path)?,
        false => None,
    };
    let identity = match &record {
        Some(record) => record.id.clone(),
        None => {
            let nanos = since.and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default().as_nanos();
            format!("{:x}.{nanos:x}", inode(&found))
        }
    };
    Ok(Some(Found { record, since, is_folder: found.is_dir(), identity }))
}

/// Whether the lock `path` has this identity.
pub(super) fn is_by(path: &Path, identity: &str) -> io::Result<bool> {
    Ok(look(path)?.is_some_and(|found| found.identity == identity))
}

/// What tells a lock of ours from every other: the file that it is, and its id.
///
/// As long as the file is open no other gets its number; so it need not be opened again to be known, which modes, limits
/// and disks can forbid.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    file: Arc<fs::File>,
    id: String,
}

impl Mark {
    pub(super) fn new(file: Arc<fs::File>, id: &str) -> Self {
        Mark { file, id: id.to_owned() }
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Whether the file `path` is this lock.
    pub(super) fn is_at(&self, path: &Path) -> io::Result<bool> {
        let found = match fs::symlink_metadata(path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(false),
            found => found?,
        };
        // Some network file systems give each name of a file a number of its own: there the text decides.
        Ok(is_same(&found, &self.file.metadata()?) || is_by(path, &self.id)?)
    }
}

fn read(path: &Path) -> io::Result<Option<Record>> {
    let file = match fs::File::open(path) {
        Ok(file) => file,
        // Gone meanwhile, or not for us to read.
        Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied) => return Ok(None),
        Err(e) => return Err(e),
    };
    let mut text = Vec::new();
    file.take(LONGEST).read_to_end(&mut text)?;
    Ok(std::str::from_utf8(&text).ok().and_then(Record::parse))
}

#[cfg(unix)]
fn inode(found: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(found)
}

#[cfg(unix)]
fn is_same(a: &fs::Metadata, b: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

#[cfg(not(unix))]
fn inode(_: &fs::Metadata) -> u64 {
    0
}

#[cfg(not(unix))]
fn is_same(_: &fs::Metadata, _: &fs::Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let full = Process {
            host: Some("node-1".into()),
            boot: Some("b".into()),
            namespace: Some("4026531836".into()),
            pid: 17,
            start: Some(99),
        };
        let bare = Process { host: None, boot: None, namespace: None, pid: 17, start: None };
        for process in [full, bare] {
            let text = Record { id: "0123456789abcdef".into(), process: process.clone() }.to_string();
            let read = Record::parse(&text).unwrap();
            assert_eq!((read.id.as_str(), read.process), ("0123456789abcdef", process));
        }
    }

    /// A lock that is cut off says nothing of a start, or nothing at all: it is never taken over.
    #[test]
    fn a_part_of_a_lock_proves_nothing() {
        let process = Process { host: Some("h".into()), boot: None, namespace: None, pid: 17, start: Some(1234) };
        let text = Record { id: "0123456789abcdef".into(), process }.to_string();
        for end in 0..text.len() {
            let read = Record::parse(&text[..end]);
            assert!(read.is_none_or(|record| record.process.start.is_none()), "{:?}", &text[..end]);
        }
        for other in ["", "kubeconfig lock 2\nid 0123456789abcdef\npid 1\n", "kubeconfig lock 1\nid ../../x\npid 1\n"] {
            assert!(Record::parse(other).is_none(), "{other:?}");
        }
    }
}
