//! Which context was the current one before.

use super::target::{Target, absolute, folder_of};
use super::{Store, WriteOptions, private, write};
use crate::error::{Error, ErrorKind, Result};
use crate::load::read_config;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// Names are no longer than this many bytes.
const LONGEST: u64 = 1 << 16;

impl Store {
    /// The context that was [remembered](Store::remember_context) for the kubeconfig `file`.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where there is none; and where it can't be read, or lies in a folder that is not a real one
    /// of this user.
    pub fn previous_context(&self, file: &Path) -> Result<String> {
        let none = || Error::new(ErrorKind::NotFound, "no previous context is known").with_help("name the context");
        let (root, place) = self.previous(file)?.ok_or_else(none)?;
        if !private::is_usable(root, folder_of(&place))? || !is_file(&place)? {
            return Err(none());
        }
        let name = String::from_utf8(read_config(&place, &place, LONGEST)?);
        name.ok().filter(|name| !name.is_empty()).ok_or_else(none)
    }

    /// Remembers, in the [state folder](Store::state_folder), that `name` was the current context of the kubeconfig `file`.
    /// Where that can't be written, or is not a real folder of this user, nothing is remembered.
    pub fn remember_context(&self, file: &Path, name: &str) {
        let Ok(Some((root, place))) = self.previous(file) else { return };
        let made = private::make(root, folder_of(&place));
        let _ = made.and_then(|()| write(&place, name.as_bytes(), &WriteOptions::new().force(true)));
    }

    /// The state folder, and where in it the previous context of `file` is kept.
    fn previous(&self, file: &Path) -> Result<Option<(&Path, PathBuf)>> {
        let file = absolute(&Target::look(file)?.path);
        let Some(root) = self.state_folder() else { return Ok(None) };
        let mut place = root.join("previous-context");
        place.extend(file.components().filter_map(|component| match component {
            Component::Normal(name) => Some(name),
            _ => None,
        }));
        place.as_mut_os_string().push(".context");
        Ok(Some((root, place)))
    }
}

/// Whether a file is there; what is no file is never opened.
fn is_file(place: &Path) -> Result<bool> {
    match fs::metadata(place) {
        Ok(found) => Ok(found.is_file()),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(e) => Err(Error::io("cannot read", place, e)),
    }
}
