//! Files written whole or not at all, and changed under kubectl's lock.
//!
//! [`write()`] makes a file or replaces one. It never opens the target itself: the contents go to a temporary file in the
//! same folder, are flushed to disk, and take the target's name in one step. Whoever reads the target meanwhile sees the
//! old contents or the new, never a part, and so does the next reader after a full disk, a `kill -9` or a power cut.
//! kubectl, by contrast, truncates the file and then fills it.
//!
//! [`Store`] changes files that others change too: [`Store::edit`] kubeconfigs, [`Store::update`] any text.
//!
//! # The lock
//! It is kubectl's: the file `<file>.lock`, whose existence is the lock. kubectl makes it empty and with mode 000, fails at once where there is
//! one, and leaves it behind when it is killed or interrupted. Here it is taken for files that are to be written only, is waited for, and appears
//! with its contents (it is written under another name, which `link(2)` then turns into the lock), so that no kill leaves an empty one:
//!
//! ```text
//! kubeconfig lock 1
//! id 8d1c0a5f3b7e2946
//! pid 4711
//! host node-1
//! boot 2b1e7d0c-7f0f-4a70-9a0e-0f6f9a1f6d5e
//! pid-namespace 4026531836
//! start 183402
//! ```
//!
//! (`start` is that of the process, in clock ticks since the boot.) Such a lock is taken over where host, boot and namespace are those of the
//! one who finds it, all of them known, and no process with that number and start is left; from another host or container
//! never. To take it over one must first hold a lock on doing so, named by its `id`; then one looks again, and moves it
//! away. So two can't both win, and one that is killed in the middle of it is in nobody's way. Where the system can't tell
//! whether a process is left (`/proc` of Linux can) nothing is taken over. A lock of kubectl's is never removed without
//! being told to ([`Store::break_lock`]).
//!
//! Where others of this crate wait for a lock, its holder makes it theirs with a `rename(2)`, so that it is never free between them: kubectl, which waits for
//! nothing and may have read the file before it was changed, finds it taken. It is given only to who is seen to run, on this host, boot
//! and namespace.
//!
//! The lock goes with its holder: after an error, with a panic, and on SIGINT, SIGTERM and SIGHUP in programs that ask for it
//! (`end_on_signals`, with the feature `signals`; or [`release_before_exit`]).
//!
//! # Old versions
//! What a file held before a change is kept in the [state folder](Store::state_folder), so that [`Store::restore`] brings it
//! back: the last five versions of each file, or as many as [`Store::keep`] said last for it. The number is in the file
//! `versions-to-keep` beside the [copies](KeptCopy). The folder is used only where it and those in it are real folders of
//! this user; where no copy can be kept the change goes on, and [`Updated::warnings`] say why.
//!
//! # What a killed process leaves behind
//! A failure removes the temporary files. A process that is killed, or ended by a signal nobody handles, can't. The files are
//! named `.NAME.TAG.tmp`, NAME being the target's name (of a long one the first 40 bytes) and TAG beginning with 16 hexadecimal
//! digits. One of [`write()`] may hold the new contents, secrets included, and its mode is 0600 (or already that of the file it
//! was about to replace); nothing reads it, and it may be deleted once no writer is running. One of a [`Store`]
//! goes when the lock is taken over. Those called `.NAME.lock.TAG.tmp`, and `NAME.lock.ID` of one killed while it took over a
//! lock, hold what a lock holds, no secrets; they are in nobody's way.

mod copies;
mod edit;
mod finished;
mod git;
mod held;
mod lock;
mod locks;
mod options;
mod previous;
mod private;
mod process;
mod record;
mod replace;
mod restore;
mod route;
#[cfg(all(unix, feature = "signals"))]
mod signals;
mod snapshot;
mod target;
mod temporary;
mod update;

pub use copies::KeptCopy;
pub use edit::{Draft, Edited, Uncovered};
pub(crate) use finished::Finished;
pub use finished::Saved;
pub use git::git_work_tree;
pub use held::release_before_exit;
pub use lock::Lock;
pub use options::Store;
pub use process::Process;
pub use replace::How;
pub use restore::Holding;
#[cfg(all(unix, feature = "signals"))]
pub use signals::end_on_signals;
pub use update::{Changed, Files, Preview, PreviewedFile, Updated};

use crate::config::Kubeconfig;
use crate::error::{Error, ErrorKind, Result};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use target::Target;
use temporary::Temporary;

/// How [`write()`] treats what it finds.
///
/// ```
/// let options = kubeconfig::store::WriteOptions::new().force(true);
/// ```
#[derive(Clone, Debug, Default)]
pub struct WriteOptions {
    force: bool,
}

impl WriteOptions {
    /// The default: nothing is overwritten.
    pub fn new() -> Self {
        WriteOptions::default()
    }

    /// Whether a file that exists already is replaced. `false` at first.
    pub fn force(mut self, force: bool) -> Self {
        self.force = force;
        self
    }
}

/// What [`write()`] did.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Written {
    /// The file that holds the contents now: the path as given, or the end of the symbolic links it leads through.
    pub path: PathBuf,
    /// Whether there was a file of this name before.
    pub replaced: bool,
}

/// Writes `contents` to the file `path`, whole or not at all.
///
/// - A symbolic link is followed, not replaced, also one whose end does not exist yet.
/// - The folder must exist, and one must be allowed to create files in it.
/// - A file that exists is replaced only with [`WriteOptions::force`]. Without it the file is kept even if it appears
///   while this function runs. (Where the file system knows no hard links, as FAT, the name is looked up once more right
///   before the last step, and a file created after that look is replaced.)
/// - On Unix a new file has mode 0600, whatever the umask is. A replaced file hands its permission bits on, and its owner
///   and group as far as the process may set them; where the group can't be kept, its members get no more than everybody
///   else. Access control lists and extended attributes are not carried over (with such a list the group's bits are
///   its mask), other hard links to the old file keep the old contents, and a read-only file is replaced too: what
///   counts is the right to write to its folder. On a file system without modes the mount decides.
/// - Contents, mode and name are on disk when it returns.
///
/// # Errors
/// [`ErrorKind::Refused`]: the file exists and may not be overwritten, or the path names a folder, a device, a named pipe
/// or a socket. [`ErrorKind::Io`]: the operating system said no; its error is in [`Error::io_error`].
///
/// After an error the target is as it was, and the temporary file is gone. One error is of another kind, and its
/// [`progress`](Error::progress) says so: the file is in its place, but the disk failed while its folder was flushed.
///
/// ```
/// # let folder = std::env::temp_dir().join(format!("kubeconfig-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder).unwrap();
/// use kubeconfig::ErrorKind;
/// use kubeconfig::store::{WriteOptions, write};
///
/// let path = folder.join("prod.kubeconfig");
/// assert!(!write(&path, b"kind: Config\n", &WriteOptions::new())?.replaced);
/// let error = write(&path, b"other", &WriteOptions::new()).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Refused);
/// assert!(write(&path, b"other", &WriteOptions::new().force(true))?.replaced);
/// # std::fs::remove_dir_all(&folder).unwrap();
/// # Ok::<(), kubeconfig::Error>(())
/// ```
pub fn write(path: impl AsRef<Path>, contents: &[u8], options: &WriteOptions) -> Result<Written> {
    let path = path.as_ref();
    let target = Target::find(path)?;
    if target.old.is_some() && !options.force {
        return Err(exists(&target.path));
    }
    let mut temporary = Temporary::create(&target, None)
        .map_err(|e| failed("no file can be created in its folder", &target.path, e))?;
    temporary.fill(contents, target.old.as_ref()).map_err(|e| failed("cannot be written", &target.path, e))?;
    temporary.become_target(&target.path, options.force)?;
    flush(target.folder()).map_err(|error| error.after_change([target.path.as_path()]))?;
    Ok(Written { replaced: target.old.is_some(), path: target.path })
}

impl Kubeconfig {
    /// Writes it to a file by the rules of [`write()`]: whole or not at all, a new one with mode 0600.
    ///
    /// To change a file and keep its comments see [`Store::edit`].
    ///
    /// # Errors
    /// Those of [`to_yaml`](Kubeconfig::to_yaml) and of [`write()`].
    ///
    /// ```
    /// # let folder = std::env::temp_dir().join(format!("kubeconfig-doc-save-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder).unwrap();
    /// use kubeconfig::store::WriteOptions;
    /// use kubeconfig::{Cluster, Kubeconfig};
    ///
    /// let mut config = Kubeconfig::new();
    /// config.clusters.insert("prod", Cluster::new("https://prod.example.com:6443"));
    /// let path = folder.join("prod.kubeconfig");
    /// config.write(&path, &WriteOptions::new())?;
    /// assert!(Kubeconfig::read(&path)? == config);
    /// # std::fs::remove_dir_all(&folder).unwrap();
    /// # Ok::<(), kubeconfig::Error>(())
    /// ```
    pub fn write(&self, path: impl AsRef<Path>, options: &WriteOptions) -> Result<Written> {
        write(path, zeroize::Zeroizing::new(self.to_yaml()?).as_bytes(), options)
    }
}

/// Makes a new name in `folder` last. Where folders can't be flushed (Windows, some network shares, a folder one may
/// write to but not read) that is no failure: the file is in its place.
fn flush(folder: &Path) -> Result<()> {
    let Ok(handle) = File::open(folder) else { return Ok(()) };
    match handle.sync_all() {
        Err(e) if !matches!(e.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => {
            let what = "flushing this folder to disk failed, so that a power cut may undo the change";
            Err(Error::io(what, folder, e))
        }
        _ => Ok(()),
    }
}

fn exists(path: &Path) -> Error {
    Error::new(ErrorKind::Refused, "the file exists already")
        .in_file(path)
        .unchanged()
        .with_help("choose another name, or allow overwriting (--force)")
}

/// An error of the operating system before the last step, with advice where the reason is a common one.
fn failed(what: &'static str, path: &Path, source: io::Error) -> Error {
    let (what, help) = match source.kind() {
        io::ErrorKind::StorageFull => ("the disk is full", "free some space, or write elsewhere"),
        io::ErrorKind::QuotaExceeded => ("the disk quota is used up", "write elsewhere"),
        io::ErrorKind::FileTooLarge => {
            ("the file would be larger than files may be here", "raise the limit, or write elsewhere")
        }
        io::ErrorKind::ReadOnlyFilesystem => ("the file system is read-only", "write elsewhere"),
        _ => return Error::io(what, path, source).unchanged(),
    };
    Error::io(what, path, source).unchanged().with_help(help)
}
