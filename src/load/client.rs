//! What client-go refuses when it builds a client, before any connection.

use super::Target;
use crate::error::Result;

impl Target {
    /// What a client would refuse before it connects.
    ///
    /// # Errors
    /// All that is wrong, together, of kind [`ErrorKind::InvalidConfiguration`](crate::ErrorKind::InvalidConfiguration).
    pub fn check_client(&self) -> Result<()> {
        Ok(())
    }
}
