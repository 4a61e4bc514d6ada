//! A context in an outage, and what is missing.

use crate::access::{Access, Verdict};
use crate::error::Printable;
use crate::rancher::kind::ContextKind;
use std::fmt;
use std::path::PathBuf;

/// A context, and whether it works without Rancher.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Way {
    /// The judgement of it.
    pub access: Access,
    /// The file it is in, as given; `None` where the configuration is from no file, or put together from several.
    pub file: Option<PathBuf>,
    /// What kind of context it is.
    pub kind: ContextKind,
}

impl Way {
    /// Returns the name of the context.
    pub fn context(&self) -> &str {
        self.access.context()
    }

    /// Returns whether it works without Rancher.
    pub fn verdict(&self) -> Verdict {
        self.access.verdict()
    }
}

impl fmt::Display for Missing {
    /// What is wrong, with the contexts it is about.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.mend.is_none() {
            for (i, context) in self.contexts.iter().enumerate() {
                write!(f, "{}{}", if i == 0 { "" } else { ", " }, Printable(context))?;
            }
            f.write_str(if self.contexts.is_empty() { "" } else { ": " })?;
        }
        f.write_str(&self.what)
    }
}

/// Something that is missing for a `yes`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Missing {
    /// The contexts it is about.
    pub contexts: Vec<String>,
    /// What is wrong with them, safe for a terminal.
    pub what: String,
    /// The one command that would mend it today, while Rancher is there. Words in capitals are to be filled in.
    ///
    /// Names in it are quoted for the shells of Unix, control characters in a way that terminals stand.
    pub mend: Option<String>,
}
