//! The logins that Rancher's program keeps for a user.

use crate::access::End;
use crate::cert::parse_time;
use crate::error::{Error, ErrorKind, Result};
use crate::load::read_reference;
use crate::syntax::{Value, documents, from_document};
use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The logins in `cli2.json` of Rancher's program.
///
/// `rancher token` prints a login from there until it ends, before it asks Rancher (`runCredential` of rancher/cli), so
/// that a direct context goes on working without Rancher. The file is in `~/.rancher`, or in `$RANCHER_CONFIG_DIR`. All
/// in it is secret: `Debug` prints how many logins there are.
#[derive(Clone, Default)]
pub struct CachedLogins {
    /// By the server and by `USER_CLUSTER`, both as the arguments name them.
    logins: HashMap<(String, String), CachedLogin>,
    file: Option<PathBuf>,
}

/// One of them.
#[derive(Clone)]
pub(super) struct CachedLogin {
    pub(super) token: Zeroizing<String>,
    /// [`End::Unknown`] where nobody can read the time.
    pub(super) end: End,
}

impl CachedLogins {
    /// Reads the content of a `cli2.json`.
    ///
    /// # Errors
    /// [`ErrorKind::Syntax`] and [`ErrorKind::Limit`] for what can't be read; [`ErrorKind::NotFound`] for another file.
    pub fn read_all(bytes: impl Into<Vec<u8>>) -> Result<Self> {
        let mut all = CachedLogins::default();
        let document = documents(bytes)?.into_iter().next();
        let root: Option<Value> = document.map(|document| from_document(&document)).transpose()?;
        let servers = root.as_ref().and_then(|root| root.get("Servers")?.as_mapping()).ok_or_else(|| {
            Error::new(ErrorKind::NotFound, "there is no \"Servers\" in it, as the cli2.json of Rancher's program has")
        })?;
        for (server, config) in servers.iter() {
            let logins = config.get("kubeCredentials").and_then(Value::as_mapping);
            for (name, login) in logins.into_iter().flat_map(|logins| logins.iter()) {
                let text = |key: &str| login.get("status")?.get(key)?.as_str().filter(|text| !text.is_empty());
                let Some(token) = text("token") else { continue };
                let end = text("expirationTimestamp")
                    .map_or(End::Never, |time| parse_time(time).map_or(End::Unknown, End::At));
                let login = CachedLogin { token: Zeroizing::new(token.to_owned()), end };
                all.logins.insert((server.to_string(), name.to_string()), login);
            }
        }
        Ok(all)
    }

    /// Reads a file, and remembers its path for the report.
    ///
    /// # Errors
    /// Those of [`read_all`](CachedLogins::read_all), and [`ErrorKind::Io`] and [`ErrorKind::Limit`] as the file is.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let read = read_reference(path).and_then(|bytes| Self::read_all(bytes.to_vec()));
        let read = read.map_err(|error| if error.file().is_some() { error } else { error.in_file(path) })?;
        Ok(CachedLogins { file: Some(path.to_owned()), ..read })
    }

    /// The file they were read from.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    pub(super) fn get(&self, server: &str, user: &str, cluster: &str) -> Option<&CachedLogin> {
        self.logins.get(&(server.to_owned(), format!("{user}_{cluster}")))
    }
}

impl fmt::Debug for CachedLogins {
    /// Their number, and the file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedLogins").field("len", &self.logins.len()).field("file", &self.file).finish()
    }
}
