//! `kubectl config view --minify` and `--flatten`.

use super::Loaded;
use crate::error::Result;

impl Loaded {
    /// `kubectl config view --minify`.
    ///
    /// # Errors
    /// Not found.
    pub fn minify(&self, _context: Option<&str>) -> Result<Loaded> {
        Ok(self.clone())
    }

    /// `kubectl config view --flatten`.
    ///
    /// # Errors
    /// Unreadable.
    pub fn flatten(&self) -> Result<Loaded> {
        Ok(self.clone())
    }
}
