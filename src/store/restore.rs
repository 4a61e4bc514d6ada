//! Kept copies found again, and brought back.

use super::Store;
use super::copies::{KeptCopy, list};
use super::target::{Target, absolute};
use super::update::{Files, Preview, Updated};
use crate::config::{AuthInfo, Kubeconfig, set_secret};
use crate::error::{Error, ErrorKind, Result};
use std::fs;
use std::path::{Path, PathBuf};

impl Store {
    /// The copies of the file `path`, the newest first.
    pub fn copies(&self, path: &Path) -> Result<Vec<KeptCopy>> {
        let file = absolute(&Target::look(path)?.path);
        let mut copies = self.kept().folder(&file).map(|folder| list(&folder, &file)).unwrap_or_default();
        copies.reverse();
        Ok(copies)
    }

    /// The copies, of any file, that hold these credentials still: a user that equals `user`, or has its token, password, key,
    /// or a token or secret of its auth-provider. The newest first of each file; the files in the order of their paths.
    ///
    /// For saying where credentials are left that were meant to be removed. A copy that can't be read as a kubeconfig is
    /// searched for their text.
    pub fn copies_holding(&self, user: &AuthInfo) -> Vec<KeptCopy> {
        let mut found = Vec::new();
        if let Some(root) = self.state.as_ref().filter(|_| *user != AuthInfo::default()) {
            let root = root.join("copies");
            let mut folders = vec![root.clone()];
            while let Some(folder) = folders.pop() {
                let of = file_of(&root, &folder);
                found.extend(list(&folder, &of).into_iter().rev().filter(|copy| holds(copy, user)));
                let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
                folders.extend(entries.filter(|e| e.file_type().is_ok_and(|t| t.is_dir())).map(|e| e.path()));
            }
        }
        found.sort_by(|a, b| a.of.cmp(&b.of).then(b.number.cmp(&a.number)));
        found
    }

    /// Brings a kept version of `path` back: `copy`, or the newest that says something else than the file does now.
    ///
    /// What the file holds now is kept as any change keeps it, so that a second `restore` undoes the first. The file need not be
    /// readable as a kubeconfig, nor exist any more. Its mode stays.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where there is no such copy; and those of [`update`](Store::update).
    pub fn restore(&self, path: &Path, copy: Option<&KeptCopy>) -> Result<Updated<KeptCopy>> {
        self.update(&[path], |files| self.bring_back(path, copy, files))
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
        for copy in self.copies(path)? {
            let bytes = copy.read()?;
            if files.old(0) != Some(&bytes) {
                files.set(0, bytes.to_vec());
                return Ok(copy);
            }
        }
        Err(Error::new(ErrorKind::NotFound, "no earlier version of this file is kept").in_file(path))
    }
}

/// The file that the copies in `folder` are of. (On Windows the drive has lost its colon; the path is for showing.)
fn file_of(root: &Path, folder: &Path) -> PathBuf {
    Path::new(std::path::MAIN_SEPARATOR_STR).join(folder.strip_prefix(root).unwrap_or(folder))
}

fn holds(copy: &KeptCopy, user: &AuthInfo) -> bool {
    let Ok(bytes) = copy.read() else { return false };
    let secrets = secrets(user);
    match Kubeconfig::from_slice(&bytes) {
        Ok(config) => config
            .users
            .iter()
            .any(|(_, other)| other == user || self::secrets(other).iter().any(|secret| secrets.contains(secret))),
        Err(_) => {
            let text = String::from_utf8_lossy(&bytes);
            secrets.iter().any(|secret| text.contains(secret))
        }
    }
}

/// What gives access, as text.
fn secrets(user: &AuthInfo) -> Vec<&str> {
    let provider = ["id-token", "refresh-token", "access-token", "client-secret"].into_iter().filter_map(|key| {
        user.auth_provider.as_ref()?.setting(key).map(|secret| secret.expose().as_str()).filter(|s| !s.is_empty())
    });
    let key = user.client_key_data.as_ref().map(|key| key.expose().as_base64()).filter(|key| !key.is_empty());
    [set_secret(&user.token), set_secret(&user.password), key].into_iter().flatten().chain(provider).collect()
}
