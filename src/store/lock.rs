//! kubectl's lock: the file `<file>.lock`, whose existence is the lock.

use super::held;
use super::process::Process;
use super::record::{Found, Mark, Record, is_by, look};
use super::target::folder_of;
use super::temporary::{beside, random, tag_of};
use crate::calendar::rfc3339;
use crate::error::{Error, ErrorKind};
use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// What the file of one who waits for a lock has in its name.
const WAITING: &str = "lock";
/// How often one that removes a lock may itself have been killed while doing so.
const MOST_KILLED: u32 = 8;
const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(15);

/// A lock held on a file, as kubectl holds it while it writes: `<file>.lock` exists. Dropped, it is gone.
///
/// [`Store::lock`](super::Store::lock) takes one, and says what a lock is good for.
#[derive(Debug)]
#[must_use = "dropped, the lock is gone"]
pub struct Lock {
    path: PathBuf,
    id: String,
    waited: bool,
}

/// Who asks for locks, and how urgently.
pub(super) struct Request<'a> {
    pub(super) process: &'a Process,
    /// Random: what the locks and temporary files of this request are known by.
    pub(super) id: String,
    pub(super) deadline: Instant,
    /// Whether what is in the way is removed, whoever it belongs to.
    pub(super) break_lock: bool,
}

/// Why there is no lock.
pub(super) enum Refusal {
    /// None can be made here: the folder may not be written to, is missing, or the like.
    Unable(io::Error),
    /// It is held by somebody else, or the like.
    Error(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Refusal::Error(error)
    }
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        Refusal::Unable(error)
    }
}

impl<'a> Request<'a> {
    pub(super) fn new(process: &'a Process, wait: Duration, break_lock: bool) -> Self {
        // A wait too long for the clock is one without end.
        let now = Instant::now();
        let deadline = now.checked_add(wait).unwrap_or(now + Duration::from_secs(1 << 30));
        Request { process, id: random(), deadline, break_lock }
    }

    fn record(&self) -> String {
        Record { id: self.id.clone(), process: self.process.clone() }.to_string()
    }

    /// Whether the one who made this lock is gone beyond doubt.
    pub(super) fn knows_gone(&self, found: &Found) -> bool {
        found.record.as_ref().is_some_and(|record| self.process.knows_gone(&record.process))
    }
}

impl Lock {
    /// Takes the lock file `path`, and waits for it until the deadline.
    pub(super) fn acquire(path: &Path, request: &Request<'_>) -> Result<Self, Refusal> {
        let mut candidate = Candidate::new(path, WAITING, request)?;
        held::expect(path, candidate.mark());
        let mut to_break = request.break_lock;
        let mut pause = FIRST_PAUSE;
        let mut waited = false;
        loop {
            match candidate.become_lock() {
                Ok(()) => return Ok(Lock { path: path.to_owned(), id: request.id.clone(), waited }),
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                Err(e) => return Err(e.into()),
            }
            // None where its holder has just let it go.
            let found = look(path).map_err(|e| unchanged("the lock can't be looked at", path, e))?;
            if let Some(found) = found.as_ref().filter(|found| to_break || request.knows_gone(found)) {
                if remove(path, found, request, MOST_KILLED).map_err(|e| not_removed(path, e))? {
                    // That one was meant, and not those that come after it.
                    to_break = false;
                    continue;
                }
            }
            if waited && Instant::now() >= request.deadline {
                return Err(Refusal::Error(is_held(path, found.as_ref(), request)));
            }
            waited = true;
            thread::sleep(pause.min(request.deadline.saturating_duration_since(Instant::now())));
            // Uneven, so that those who wait together don't try together.
            pause = (pause * 3 / 2 + Duration::from_micros(u64::from(request.process.pid % 997))).min(LONGEST_PAUSE);
        }
    }

    /// The file that is the lock.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether somebody else held it first.
    pub(super) fn waited(&self) -> bool {
        self.waited
    }

    /// Whether it is there still: somebody may have removed it by hand.
    pub(super) fn is_held(&self) -> io::Result<bool> {
        held::is_there(&self.path, &self.id)
    }

    fn is_lost(&self) -> bool {
        self.is_held().is_ok_and(|is_held| !is_held)
    }

    /// Makes it the lock of one who waits for it, without letting it go in between: kubectl, which waits for nothing and may have
    /// read the file before it was changed, finds it taken all the time. Returns whether somebody else has it now.
    ///
    /// Only those who are seen to run are given it: a lock given to a dead process of another system would stay for ever.
    pub(super) fn hand_over(&self, request: &Request<'_>) -> bool {
        for (id, candidate) in waiting(&self.path) {
            let Ok(Some(Found { record: Some(record), .. })) = look(&candidate) else { continue };
            if record.id == id && request.process.knows_gone(&record.process) {
                // It was killed while it waited.
                let _ = fs::remove_file(&candidate);
            }
            if record.id != id || !request.process.knows_running(&record.process) {
                continue;
            }
            // It is held since now, not since that one began to wait.
            let _ = OpenOptions::new().write(true).open(&candidate).and_then(|f| f.set_modified(SystemTime::now()));
            if self.is_lost() {
                return true;
            }
            // Whoever stops waiting removes its file first, so that this fails.
            if fs::rename(&candidate, &self.path).is_ok() {
                return true;
            }
        }
        self.is_lost()
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        held::remove(&self.path, Some(&self.id));
    }
}

/// The files of those who wait for a lock, by their ids; who came first is in front.
fn waiting(lock: &Path) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder_of(lock)).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let tag = name.to_str().and_then(|name| tag_of(lock, name));
        if let Some(id) = tag.and_then(|tag| tag.strip_suffix(WAITING)?.strip_suffix('-')) {
            let since = entry.metadata().and_then(|found| found.modified()).ok();
            found.push((since, id.to_owned(), entry.path()));
        }
    }
    found.sort();
    found.into_iter().map(|(_, id, path)| (id, path)).collect()
}

/// A file with the contents of a lock, under a name that nobody but a holder of that lock looks at: a lock appears with its
/// contents or not at all.
struct Candidate<'a> {
    lock: &'a Path,
    path: PathBuf,
    file: Arc<fs::File>,
    record: String,
    id: String,
    became: bool,
}

impl<'a> Candidate<'a> {
    fn new(lock: &'a Path, kind: &str, request: &Request<'_>) -> io::Result<Self> {
        let path = beside(lock, &format!("{}-{kind}", request.id));
        let file = Arc::new(held::create(&path, || create(&path))?);
        // From here on it is removed, whatever happens.
        let candidate = Candidate { lock, path, file, record: request.record(), id: request.id.clone(), became: false };
        (&*candidate.file).write_all(candidate.record.as_bytes())?;
        Ok(candidate)
    }

    fn mark(&self) -> Mark {
        Mark::new(Arc::clone(&self.file), &self.id)
    }

    fn become_lock(&mut self) -> io::Result<()> {
        held::lock(self.lock, || match fs::hard_link(&self.path, self.lock) {
            Ok(()) => Ok(self.mark()),
            // Its holder gave it to us. Or over a network: the answer to a success may get lost, and the second try finds its own lock.
            Err(e) if is_taken_or_gone(&e) => {
                self.mark().is_at(self.lock).is_ok_and(|is_ours| is_ours).then(|| self.mark()).ok_or(e)
            }
            // FAT and some network shares know no links, and each says so with another error. There a kill in this
            // very moment leaves an empty lock, such as kubectl's are.
            Err(_) => self.write_lock(),
        })?;
        self.became = true;
        Ok(())
    }

    /// Makes the lock under its own name.
    fn write_lock(&self) -> io::Result<Mark> {
        let file = Arc::new(create(self.lock)?);
        match (&*file).write_all(self.record.as_bytes()) {
            Ok(()) => Ok(Mark::new(file, &self.id)),
            Err(e) => {
                let _ = fs::remove_file(self.lock);
                Err(e)
            }
        }
    }
}

impl Drop for Candidate<'_> {
    fn drop(&mut self) {
        held::remove(&self.path, None);
        // In this order: now nobody can give us the lock any more.
        if !self.became {
            held::remove(self.lock, Some(&self.id));
        }
    }
}

fn is_taken_or_gone(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound)
}

/// Others may read who holds a lock, as far as the umask lets them, and its owner whatever the umask is.
fn create(path: &Path) -> io::Result<fs::File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o644);
    let file = options.open(path)?;
    #[cfg(unix)]
    if let Ok(found) = file.metadata() {
        use std::os::unix::fs::PermissionsExt;
        let mode = found.permissions().mode() & 0o777;
        if mode & 0o600 != 0o600 {
            // Where that fails, it is known by its number all the same.
            let _ = file.set_permissions(fs::Permissions::from_mode(mode | 0o600));
        }
    }
    Ok(file)
}

/// Removes the lock that was found at `path`, that one and no other, and what its holder left behind.
///
/// Two may have found it. Were both to remove it, the second would remove the lock that the first one took meanwhile. So who
/// removes a lock first takes a lock on doing so, named by the lock's identity, and then looks again. As long as
/// it holds that, no other process of ours removes this lock; and once this lock is gone, nobody finds it again.
///
/// Returns whether it makes sense to try for the lock right now: not where somebody else is at it.
fn remove(path: &Path, found: &Found, request: &Request<'_>, most_killed: u32) -> io::Result<bool> {
    if found.is_folder {
        // In one step, and no file goes by it: an empty folder alone, as no program's lock is one.
        return fs::remove_dir(path).map(|()| true);
    }
    let mut claim: OsString = path.as_os_str().to_owned();
    claim.push(".");
    claim.push(&found.identity);
    let claim = PathBuf::from(claim);
    let claimed = Candidate::new(&claim, "claim", request)?.become_lock();
    match claimed {
        Ok(()) => {}
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
            let Some(other) = look(&claim)? else { return Ok(true) };
            if most_killed > 0 && request.knows_gone(&other) {
                return remove(&claim, &other, request, most_killed - 1);
            }
            return Ok(false);
        }
        Err(e) => return Err(e),
    }
    let _claim = Lock { path: claim, id: request.id.clone(), waited: false };
    if !is_by(path, &found.identity)? {
        return Ok(true);
    }
    for file in left_behind(path, found) {
        let _ = fs::remove_file(file);
    }
    // kubectl, or a person, knows nothing of claims: what is moved may be another lock after all. Then it goes back.
    let aside = beside(path, &format!("{}-old", request.id));
    match held::create(&aside, || fs::rename(path, &aside)) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(true),
        moved => moved?,
    }
    let is_the_one = is_by(&aside, &found.identity);
    if !matches!(is_the_one, Ok(true)) {
        let _ = fs::hard_link(&aside, path);
    }
    held::remove(&aside, None);
    is_the_one.map(|_| true)
}

/// The temporary files that the holder of a lock of ours had when it was killed.
fn left_behind(lock: &Path, found: &Found) -> Vec<PathBuf> {
    let Some(record) = &found.record else { return Vec::new() };
    let mut files =
        vec![beside(lock, &format!("{}-{WAITING}", record.id)), beside(lock, &format!("{}-claim", record.id))];
    if lock.extension().is_some_and(|extension| extension == "lock") {
        files.push(beside(&lock.with_extension(""), &record.id));
    }
    files
}

fn unchanged(what: &'static str, path: &Path, source: io::Error) -> Error {
    Error::io(what, path, source).unchanged()
}

fn not_removed(path: &Path, source: io::Error) -> Error {
    if source.kind() != io::ErrorKind::DirectoryNotEmpty {
        return unchanged("the lock can't be removed", path, source);
    }
    Error::new(ErrorKind::Refused, "this is a folder with something in it, not a lock")
        .unchanged()
        .in_file(path)
        .with_help("move it away")
}

fn is_held(path: &Path, found: Option<&Found>, request: &Request<'_>) -> Error {
    let since = found.and_then(|found| found.since).and_then(|since| since.duration_since(UNIX_EPOCH).ok());
    let since = since.map_or_else(|| "a time unknown".to_owned(), |since| rfc3339(since.as_secs()));
    let by = match found.and_then(|found| found.record.as_ref()).map(|record| &record.process) {
        None if found.is_none() => "by one after the other".to_owned(),
        None => "by a program that left no name in it, as kubectl does".to_owned(),
        Some(other) if request.process.shares_system_with(other) => format!("by process {}", other.pid),
        Some(other) => {
            let host = other.host.as_deref().unwrap_or("an unknown host");
            let also = match request.process.host == other.host {
                true => " (of that name; in another container, or before it was last started)",
                false => "",
            };
            format!("by process {} on {host}{also}", other.pid)
        }
    };
    Error::new(ErrorKind::Locked, format!("the file is locked since {since} {by}"))
        .in_file(path)
        .unchanged()
        .with_help("wait for it to end; if it has ended, --break-lock removes the lock")
}
