//! How files are changed: who we are, how long to wait, how much to keep.

use super::copies::{Copies, is_verb};
use super::lock::{Lock, Refusal, Request};
use super::process::Process;
use super::target::Target;
use super::{failed, locks};
use crate::error::Result;
use crate::load::{Environment, Os};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Changes files: under kubectl's lock, whole or not at all, and with a copy of what they were.
///
/// [`update`](Store::update) changes texts, [`edit`](Store::edit) kubeconfigs, [`restore`](Store::restore) brings a copy back.
///
/// ```
/// # let folder = std::env::temp_dir().join(format!("kubeconfig-doc-store-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder).unwrap();
/// use kubeconfig::load::Environment;
/// use kubeconfig::store::Store;
///
/// # let environment = Environment::new(&folder).var("HOME", &folder);
/// # let path = folder.join("config");
/// // Store::from_env() takes the environment of this process.
/// let store = Store::new(&environment).keep(3);
/// let updated = store.update(&[path], |files| {
///     let old = files.old(0).unwrap_or_default();
///     files.set(0, [old, b"# seen\n"].concat());
///     Ok(())
/// })?;
/// assert_eq!(updated.changed.len(), 1);
/// # std::fs::remove_dir_all(&folder).unwrap();
/// # Ok::<(), kubeconfig::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Store {
    pub(super) process: Process,
    pub(super) state: Option<PathBuf>,
    keep: Option<usize>,
    pub(super) verb: Option<String>,
    pub(super) rolls: bool,
    pub(super) wait: Duration,
    pub(super) break_lock: bool,
    pub(super) linger: Duration,
    now: Option<SystemTime>,
}

impl Store {
    /// With the environment of this process.
    pub fn from_env() -> Self {
        Self::new(&Environment::process())
    }

    /// With copies in the folder `kubeconfig` of `$XDG_STATE_HOME`, else of `~/.local/state` (on Windows of
    /// `%LOCALAPPDATA%`); without any of those, or with a relative one, no copies are kept.
    pub fn new(environment: &Environment) -> Self {
        let folder = |name: &str| environment.get(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let state = match environment.rules() {
            Os::Windows => folder("XDG_STATE_HOME").or_else(|| folder("LOCALAPPDATA")),
            Os::Unix => folder("XDG_STATE_HOME").or_else(|| Some(folder("HOME")?.join(".local").join("state"))),
        };
        Store {
            process: Process::current(),
            state: state.map(|folder| folder.join("kubeconfig")),
            keep: None,
            verb: None,
            rolls: true,
            wait: Duration::from_secs(5),
            break_lock: false,
            linger: Duration::from_millis(250),
            now: None,
        }
    }

    /// How many old versions are kept of each file that is changed, from now on: the number is stored for the file, and
    /// holds for later changes that ask for none. Where none was ever asked for, 5 are.
    ///
    /// With a smaller number than before the oldest are removed, with 0 all. Where a change of one file leaves it as it
    /// is, the number is stored all the same.
    pub fn keep(mut self, versions: usize) -> Self {
        self.keep = Some(versions);
        self
    }

    /// The name of the change, as `use-context`, for [`KeptCopy::verb`](super::KeptCopy::verb). Up to 32 lower-case letters
    /// of ASCII, digits and `-`; any other name is not noted.
    pub fn verb(mut self, name: &str) -> Self {
        self.verb = is_verb(name).then(|| name.to_owned());
        self
    }

    /// How long to wait for locks in all; 5 seconds at first.
    pub fn wait(mut self, time: Duration) -> Self {
        self.wait = time;
        self
    }

    /// Whether a lock in the way is removed, whoever it belongs to: for one left behind by a kubectl that was killed. Its
    /// owner, if there is one still, will write over what is written here.
    pub fn break_lock(mut self, really: bool) -> Self {
        self.break_lock = really;
        self
    }

    /// How long, at most, the locks are held on after a change while others are busy with the file; 250 milliseconds at
    /// first.
    ///
    /// kubectl reads a file before it locks it, and removes what was added between the two. It can't while the lock is held.
    /// So where somebody else held the lock a moment ago, or changed the file within the last two seconds, the lock is
    /// held as long as kubectl needs from the one to the other on a machine that is busy: 100 milliseconds, and 100 more for each
    /// megabyte. One of this crate who waits for it gets it at once.
    pub fn linger(mut self, most: Duration) -> Self {
        self.linger = most;
        self
    }

    /// The time that copies are marked with, instead of the clock's.
    pub fn at(mut self, now: SystemTime) -> Self {
        self.now = Some(now);
        self
    }

    /// The process that locks are taken for, instead of this one.
    pub fn process(mut self, process: Process) -> Self {
        self.process = process;
        self
    }

    /// The folder in which this crate keeps what it needs to remember: mode 0700 once it exists. It is used only where it is
    /// a real folder, and this user's.
    pub fn state_folder(&self) -> Option<&Path> {
        self.state.as_deref()
    }

    /// Takes kubectl's lock on `path`: the file `<path>.lock` beside the file as named, whether or not there is such a file.
    ///
    /// For changes of your own; [`update`](Store::update) takes it by itself. Whoever changes the file in kubectl's way is kept out
    /// until the lock is dropped. The folder must exist.
    ///
    /// # Errors
    /// [`ErrorKind::Locked`](crate::ErrorKind::Locked) where somebody else holds it beyond the [time to wait](Store::wait),
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) where there can be none.
    pub fn lock(&self, path: &Path) -> Result<Lock> {
        Target::find(path)?;
        let lock = locks::beside(path);
        Lock::acquire(&lock, &self.request()).map_err(|refusal| match refusal {
            Refusal::Error(error) => error,
            Refusal::Unable(e) => failed("the lock can't be made", &lock, e),
        })
    }

    pub(super) fn request(&self) -> Request<'_> {
        Request::new(&self.process, self.wait, self.break_lock)
    }

    pub(super) fn now(&self) -> SystemTime {
        self.now.unwrap_or_else(SystemTime::now)
    }

    pub(super) fn kept(&self) -> Copies<'_> {
        Copies {
            root: self.state.as_deref(),
            asked: self.keep,
            verb: self.verb.as_deref(),
            now: self.now(),
            rolls: self.rolls,
        }
    }
}
