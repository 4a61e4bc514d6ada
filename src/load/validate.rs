//! client-go's `validation.go`.

use super::{Loaded, Target};
use crate::error::{Error, ErrorKind, Printable, Result};

#[cold]
pub(super) fn context_not_found(name: &str) -> Error {
    Error::new(ErrorKind::ContextNotFound, format!("context was not found for specified context: {}", Printable(name)))
}

pub(super) fn target(_target: &Target, _user: &str, _cluster: &str) -> Result<()> {
    Ok(())
}

impl Loaded {
    /// client-go's `Validate`: every entry, used or not, and the current context.
    ///
    /// # Errors
    /// All that is wrong, together, in the order of the entries.
    pub fn validate(&self) -> Result<()> {
        Ok(())
    }

    /// client-go's function `ConfirmUsable`: the context `context` (`None`: the current one) with its cluster and user,
    /// stricter than [`target`](Loaded::target): both must exist, and the namespace must be one.
    ///
    /// # Errors
    /// All that is wrong, together.
    pub fn confirm_usable(&self, _context: Option<&str>) -> Result<()> {
        Ok(())
    }
}
