//! What a context needs beside the file, and the verdict.

use crate::config::ShownName;
use crate::error::Printable;
use crate::finding::Effect;
use std::fmt;

/// Whether a context works. The worst is the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It does not.
    No,
    /// It may; nothing proves it.
    Unknown,
    /// It does, and its end is known.
    Yes,
}

impl Verdict {
    pub(super) fn of(effect: Effect) -> Self {
        match effect {
            Effect::None => Verdict::Yes,
            Effect::Unknown => Verdict::Unknown,
            Effect::Fails | Effect::CannotConnect | Effect::Refused => Verdict::No,
        }
    }
}

impl fmt::Display for Verdict {
    /// `no`, `unknown` or `yes`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verdict::No => "no",
            Verdict::Unknown => "unknown",
            Verdict::Yes => "yes",
        })
    }
}

/// What must be there beside the file and the cluster.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Need {
    /// Rancher: it is the server.
    Rancher,
    /// Rancher: the login command asks it for a token, where it has none that it keeps.
    RancherLogin,
    /// The machine that the file is used on: it is the server, or the proxy.
    ThisMachine,
    /// The cluster's own DNS, which alone knows the name of the server.
    ClusterDns,
    /// The network link of the server, whose address means nothing elsewhere.
    SameLink,
    /// A proxy: its host and port.
    Proxy(String),
    /// A command on the machine, by name.
    Command(String),
    /// A login plugin of client-go (`auth-provider`), by name.
    Provider(String),
    /// A person who types in credentials: there are none in the file.
    Person,
    /// A host where Rancher answers too: Rancher may be in front of the server, or the proxy.
    RancherHost(String),
}

impl Need {
    /// Returns what it means for a context.
    pub fn effect(&self) -> Effect {
        match self {
            Need::Rancher | Need::ThisMachine | Need::Person => Effect::Fails,
            _ => Effect::Unknown,
        }
    }
}

/// What is said where there is nothing to log in with.
pub(crate) const NO_CREDENTIALS: &str = "no credentials: there is nothing to log in with";

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Need::Rancher => f.write_str("only through Rancher"),
            Need::RancherLogin => f.write_str(
                "its login command asks Rancher for a token, unless a login in ~/.rancher/cli2.json has not ended yet",
            ),
            Need::ThisMachine => f.write_str("this machine only"),
            Need::ClusterDns => {
                f.write_str("needs the DNS inside the cluster, which alone knows the name of the server")
            }
            Need::SameLink => {
                f.write_str("needs the network link of the server, whose address means nothing elsewhere")
            }
            Need::Proxy(name) => write!(f, "needs the proxy {}", ShownName(name)),
            Need::Command(name) => write!(f, "needs {} on the machine", ShownName(name)),
            Need::Provider(name) => write!(f, "needs the login plugin {} (auth-provider)", ShownName(name)),
            Need::Person => f.write_str(NO_CREDENTIALS),
            Need::RancherHost(host) => write!(f, "needs {}, where Rancher answers", Printable(host)),
        }
    }
}
