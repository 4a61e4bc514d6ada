//! STUB of this morning: reads JSON only, through serde_json. The signatures stay.
use super::Kubeconfig;
use crate::error::{Error, ErrorKind, Result};
use crate::syntax::{Document, Limits};

impl Kubeconfig {
    /// Reads a document by kubectl's rules.
    pub fn from_document(document: &Document) -> Result<Self> {
        if document.text().trim().is_empty() {
            return Ok(Self::default());
        }
        serde_json::from_str(document.text()).map_err(|_| Error::new(ErrorKind::Syntax, "stub: not JSON"))
    }
    /// Reads text by kubectl's rules.
    pub fn from_slice(bytes: &[u8]) -> Result<Self> {
        Self::from_document(&Document::parse_with(bytes, &Limits::default())?)
    }
}

impl std::str::FromStr for Kubeconfig {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        Self::from_slice(text.as_bytes())
    }
}
