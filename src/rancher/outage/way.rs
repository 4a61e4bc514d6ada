//! A context in an outage, and what is missing.

use crate::access::{Access, Verdict};
use crate::error::Printable;
use crate::rancher::kind::ContextKind;
use crate::url::{Reach, ServerUrl};
use std::fmt;
use std::net::Ipv6Addr;
use std::path::PathBuf;

/// A context, and whether it works without Rancher.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Way {
    /// The judgement of it.
    pub access: Access,
    /// The file it is in, as given; `None` where the configuration is from no file, or put together from several.
    pub file: Option<PathBuf>,
    /// The file that the context's entry is in, also of a configuration put together from several.
    pub origin: Option<PathBuf>,
    /// What kind of context it is.
    pub kind: ContextKind,
    /// Where the API server is, if the context leads there directly and from other machines.
    pub(super) server: Option<Server>,
}

/// The address of an API server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Server {
    /// With https, and brackets around an IPv6 address.
    pub(super) url: String,
    pub(super) host: String,
    /// Whether it is an IP address, and so a machine.
    pub(super) is_address: bool,
}

impl Server {
    /// Reads a cluster's `server`. An IPv6 address may lack its brackets. One without https has another port there:
    /// that of API servers, unless its own looks like one of https.
    pub(super) fn of(text: &str) -> Option<Self> {
        let server = ServerUrl::of(text);
        if server.fault().is_some() {
            let bare = text.split_once("://").map_or(text, |(_, rest)| rest).trim_end_matches('/');
            return bare.parse::<Ipv6Addr>().ok().and_then(|_| Self::of_node(bare));
        }
        if server.reach() != Reach::Elsewhere {
            return None;
        }
        let origin = server.origin();
        let (scheme, rest) = origin.split_once("://")?;
        let own = server.port().unwrap_or_default();
        let (rest, port) = match scheme == "http" && !own.ends_with("443") {
            true => (rest.strip_suffix(own).map_or(rest, |rest| rest.trim_end_matches(':')), ":6443"),
            false => (rest, ""),
        };
        let host = Printable(&server.host_key()).to_string();
        Some(Server { url: format!("https://{rest}{port}"), host, is_address: server.ip().is_some() })
    }

    /// The API server of a node, at the port that RKE, K3s, RKE2 and kubeadm give it.
    pub(super) fn of_node(address: &str) -> Option<Self> {
        let is_ipv6 = address.parse::<Ipv6Addr>().is_ok();
        Self::of(&if is_ipv6 { format!("https://[{address}]:6443") } else { format!("https://{address}:6443") })
    }
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
                write!(f, "{}{}", if i == 0 { "" } else { ", " }, crate::config::ShownName(context))?;
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
    /// What is wrong with them, or what to do where there is a [`mend`](Missing::mend); safe for a terminal.
    pub what: String,
    /// The commands that would mend it, one a line; words in capitals are to be filled in. `None` where
    /// [`what`](Missing::what) is a cause.
    ///
    /// Names in it are quoted for a POSIX shell, and nothing in it acts on a terminal. See [`shell`](crate::shell).
    pub mend: Option<String>,
}
