//! Kept copies found again, and brought back.

use super::copies::{KeptCopy, list};
use super::target::{Target, absolute};
use super::update::{Files, Preview, Updated};
use super::{Store, private};
use crate::calendar::rfc3339;
use crate::config::{AuthInfo, Kubeconfig, set_secret};
use crate::error::{Error, ErrorKind, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// What [`Store::copies_holding`] found.
#[derive(Debug)]
#[non_exhaustive]
pub struct Holding {
    /// The copies that hold the credentials. The newest first of each file; the files in the order of their paths.
    pub copies: Vec<KeptCopy>,
    /// The copies and folders that could not be searched, and why.
    pub unread: Vec<Error>,
}

impl Store {
    /// The copies of the file `path`, the newest first.
    ///
    /// # Errors
    /// Those of looking up `path`. [`ErrorKind::Io`] where the folder with the copies can't be read,
    /// [`ErrorKind::Refused`] where it is not a real folder of this user: then nothing is known of them.
    pub fn copies(&self, path: &Path) -> Result<Vec<KeptCopy>> {
        let file = absolute(&Target::look(path)?.path);
        let Some((root, folder)) = self.kept().place(&file) else { return Ok(Vec::new()) };
        if !private::is_usable(root, &folder)? {
            return Ok(Vec::new());
        }
        let mut copies = list(&folder, &file)?;
        copies.reverse();
        Ok(copies)
    }

    /// The copy of the file `path` with this number.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where there is none; and those of [`copies`](Store::copies).
    pub fn copy_numbered(&self, path: &Path, number: u64) -> Result<KeptCopy> {
        let mut copies = self.copies(path)?;
        if let Some(at) = copies.iter().position(|copy| copy.number == number) {
            return Ok(copies.swap_remove(at));
        }
        let numbers: Vec<String> = copies.iter().map(|copy| copy.number.to_string()).collect();
        if numbers.is_empty() {
            return Err(none_kept(path));
        }
        let message = format!("version {number} of this file is not kept; kept are {}", numbers.join(", "));
        Err(Error::new(ErrorKind::NotFound, message).in_file(path))
    }

    /// The copy of what the file `path` held before `time`: of those that a change at that time or later replaced, the
    /// one that was replaced first.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where no change is known since then, and where the version of that time is no longer
    /// kept; and those of [`copies`](Store::copies).
    pub fn copy_before(&self, path: &Path, time: SystemTime) -> Result<KeptCopy> {
        let copies = self.copies(path)?;
        let is_older = |copy: &KeptCopy| copy.time.is_some_and(|replaced| replaced < time);
        let newer = copies.iter().position(is_older).unwrap_or(copies.len());
        let since = |time: SystemTime| rfc3339(time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs());
        let message = match (copies.first(), newer.checked_sub(1).and_then(|at| copies.get(at))) {
            (None, _) => return Err(none_kept(path)),
            // Of the first version that was ever kept there is no older one to be missed.
            (Some(_), Some(found)) if newer < copies.len() || found.number == 1 => return Ok(found.clone()),
            (Some(_), Some(oldest)) => {
                let until = oldest.time.map_or_else(String::new, |time| format!(", replaced at {}", since(time)));
                let (time, number) = (since(time), oldest.number);
                format!("what this file held before {time} is no longer kept; the oldest is version {number}{until}")
            }
            (Some(newest), None) => {
                let until = newest.time.map_or_else(String::new, |time| format!(" at {}", since(time)));
                let last = format!("the last change that is known replaced version {}{until}", newest.number);
                format!("no change of this file is known since {}; {last}", since(time))
            }
        };
        Err(Error::new(ErrorKind::NotFound, message).in_file(path))
    }

    /// The copies, of any file, that hold these credentials still: a user that equals `user`, or has its token,
    /// password, key, or a token or secret of its auth-provider.
    ///
    /// For saying where credentials are left that were meant to be removed. A copy that is not a kubeconfig is searched
    /// for their text.
    pub fn copies_holding(&self, user: &AuthInfo) -> Holding {
        let mut found = Holding { copies: Vec::new(), unread: Vec::new() };
        if let Some(state) = self.state.as_ref().filter(|_| *user != AuthInfo::default()) {
            let root = state.join("copies");
            let mut folders = vec![root.clone()];
            while let Some(folder) = folders.pop() {
                if let Err(error) = search(state, &root, &folder, user, &mut folders, &mut found) {
                    found.unread.push(error);
                }
            }
        }
        found.copies.sort_by(|a, b| a.of.cmp(&b.of).then(b.number.cmp(&a.number)));
        found
    }

    /// Brings a kept version of `path` back: `copy`, or the newest that says something else than the file does now. Where
    /// there is none but such as say the same, nothing changes.
    ///
    /// What the file holds now is kept as any change keeps it, so that a second `restore` undoes the first; but no copy
    /// is removed, however many there are. The file need not be readable as a kubeconfig, nor exist any more. Its mode
    /// stays.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where there is no such copy; those of [`copies`](Store::copies), and of
    /// [`update`](Store::update).
    pub fn restore(&self, path: &Path, copy: Option<&KeptCopy>) -> Result<Updated<KeptCopy>> {
        let mut store = self.clone();
        store.rolls = false;
        store.verb.get_or_insert_with(|| "restore".to_owned());
        store.update(&[path], |files| self.bring_back(path, copy, files))
    }

    /// What [`restore`](Store::restore) would do. Nothing is locked and nothing is written.
    ///
    /// # Errors
    /// As [`restore`](Store::restore).
    pub fn preview_restore(&self, path: &Path, copy: Option<&KeptCopy>) -> Result<Preview<KeptCopy>> {
        self.preview(&[path], |files| self.bring_back(path, copy, files))
    }

    fn bring_back(&self, path: &Path, copy: Option<&KeptCopy>, files: &mut Files) -> Result<KeptCopy> {
        if let Some(copy) = copy {
            files.set(0, copy.read()?.to_vec());
            return Ok(copy.clone());
        }
        let copies = self.copies(path)?;
        for copy in &copies {
            let bytes = copy.read()?;
            if files.old(0) != Some(&bytes) {
                files.set(0, bytes.to_vec());
                return Ok(copy.clone());
            }
        }
        // The file holds what each of them does.
        copies.into_iter().next().ok_or_else(|| none_kept(path))
    }
}

fn none_kept(path: &Path) -> Error {
    Error::new(ErrorKind::NotFound, "no earlier version of this file is kept").in_file(path)
}

/// Searches one folder, and adds those in it to `folders`.
fn search(
    state: &Path,
    root: &Path,
    folder: &Path,
    user: &AuthInfo,
    folders: &mut Vec<PathBuf>,
    found: &mut Holding,
) -> Result<()> {
    if !private::is_usable(state, folder)? {
        return Ok(());
    }
    for copy in list(folder, &file_of(root, folder))? {
        match holds(&copy, user) {
            Ok(true) => found.copies.push(copy),
            Ok(false) => {}
            Err(error) => found.unread.push(error),
        }
    }
    for entry in fs::read_dir(folder).map_err(|e| private::unreadable(folder, e))? {
        let entry = entry.map_err(|e| private::unreadable(folder, e))?;
        let kind = entry.file_type().map_err(|e| private::unreadable(folder, e))?;
        // A link is not followed; that something may lie behind it is told.
        if kind.is_dir() || kind.is_symlink() {
            folders.push(entry.path());
        }
    }
    Ok(())
}

/// The file that the copies in `folder` are of. (On Windows the drive has lost its colon; the path is for showing.)
fn file_of(root: &Path, folder: &Path) -> PathBuf {
    Path::new(std::path::MAIN_SEPARATOR_STR).join(folder.strip_prefix(root).unwrap_or(folder))
}

fn holds(copy: &KeptCopy, user: &AuthInfo) -> Result<bool> {
    let bytes = copy.read()?;
    let secrets = secrets(user);
    Ok(match Kubeconfig::from_slice(&bytes) {
        Ok(config) => config
            .users
            .iter()
            .any(|(_, other)| other == user || self::secrets(other).iter().any(|secret| secrets.contains(secret))),
        Err(_) => {
            let text = String::from_utf8_lossy(&bytes);
            secrets.iter().any(|secret| text.contains(secret))
        }
    })
}

/// What gives access, as text.
fn secrets(user: &AuthInfo) -> Vec<&str> {
    let provider = ["id-token", "refresh-token", "access-token", "client-secret"].into_iter().filter_map(|key| {
        user.auth_provider.as_ref()?.setting(key).map(|secret| secret.expose().as_str()).filter(|s| !s.is_empty())
    });
    let key = user.client_key_data.as_ref().map(|key| key.expose().as_base64()).filter(|key| !key.is_empty());
    [set_secret(&user.token), set_secret(&user.password), key].into_iter().flatten().chain(provider).collect()
}
