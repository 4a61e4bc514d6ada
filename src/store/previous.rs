//! Which context was the current one before.

use super::target::{Target, absolute, make_private_folder};
use super::{Store, WriteOptions, write};
use crate::error::{Error, ErrorKind, Result};
use crate::load::read_config;
use std::path::{Component, Path, PathBuf};

/// Names are no longer than this many bytes.
const LONGEST: u64 = 1 << 16;

impl Store {
    /// The context that was [remembered](Store::remember_context) for the kubeconfig `file`.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where there is none.
    pub fn previous_context(&self, file: &Path) -> Result<String> {
        let place = self.previous(file).filter(|place| place.is_file());
        let name = place.and_then(|place| read_config(&place, &place, LONGEST).ok());
        let name = name.and_then(|name| String::from_utf8(name).ok()).filter(|name| !name.is_empty());
        name.ok_or_else(|| {
            Error::new(ErrorKind::NotFound, "no previous context is known").with_help("name the context")
        })
    }

    /// Remembers, in the [state folder](Store::state_folder), that `name` was the current context of the kubeconfig `file`. Where that can't
    /// be written nothing is remembered.
    pub fn remember_context(&self, file: &Path, name: &str) {
        let Some(place) = self.previous(file) else { return };
        let made = place.parent().map_or(Ok(()), make_private_folder);
        let _ = made.map(|()| write(&place, name.as_bytes(), &WriteOptions::new().force(true)));
    }

    /// Where the previous context of `file` is kept.
    fn previous(&self, file: &Path) -> Option<PathBuf> {
        let file = absolute(&Target::look(file).ok()?.path);
        let mut place = self.state_folder()?.join("previous-context");
        place.extend(file.components().filter_map(|component| match component {
            Component::Normal(name) => Some(name),
            _ => None,
        }));
        place.as_mut_os_string().push(".context");
        Some(place)
    }
}
