//! What the drill found. Nothing in here is secret.

use crate::cert::rfc3339;
use crate::error::{Error, ErrorKind, Printable, Result};
use crate::rancher::ContextKind;
use rustls_pki_types::UnixTime;
use std::fmt;
use std::path::PathBuf;

/// Whether there is a way into a cluster without Rancher. The worst is the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// There is none.
    No,
    /// There may be one; nothing proves it.
    Unknown,
    /// There is one, and its end is known.
    Yes,
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

/// What the drill found for every cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OutageReport {
    /// The time at which Rancher was taken to be gone.
    pub at: UnixTime,
    /// The clusters, in the order of their first contexts.
    pub clusters: Vec<ClusterVerdict>,
}

impl OutageReport {
    /// The worst of all answers; `None` where there is no cluster.
    pub fn verdict(&self) -> Option<Verdict> {
        self.clusters.iter().map(|cluster| cluster.verdict).min()
    }

    /// The best way into a cluster, for the hour in which Rancher is gone: the first of those that the cluster's verdict rests on.
    ///
    /// The cluster is named by its name, by Rancher's id of it, by a context that leads into it, or by its entry in `clusters`.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where there is no such cluster, [`ErrorKind::Usage`] where several are called so,
    /// [`ErrorKind::Refused`] where there is no way, with what is missing and what would mend it.
    pub fn way_into(&self, cluster: &str) -> Result<&Way> {
        let by: [&dyn Fn(&ClusterVerdict) -> bool; 5] = [
            &|one| one.name == cluster,
            &|one| one.cluster_id.as_deref() == Some(cluster),
            &|one| one.ways.iter().any(|way| way.context == cluster),
            &|one| one.ways.iter().any(|way| way.cluster.as_deref() == Some(cluster)),
            // `local` for `local (rancher.example.com)`.
            &|one| one.name.strip_prefix(cluster).is_some_and(|rest| rest.starts_with(" (")),
        ];
        let mut found = by.iter().map(|is_it| self.clusters.iter().filter(|one| is_it(one)).collect::<Vec<_>>());
        let found = found.find(|found| !found.is_empty()).unwrap_or_default();
        let one = match &*found {
            [one] => one,
            [] => {
                let known: Vec<String> = self.clusters.iter().take(10).map(|one| format!("{:?}", one.name)).collect();
                let message = format!("no context leads into a cluster {cluster:?}");
                let error = Error::new(ErrorKind::NotFound, message);
                return Err(match known.is_empty() {
                    true => error,
                    false => error.with_help(format!("there are {}", known.join(", "))),
                });
            }
            several => {
                let names: Vec<String> = several.iter().map(|one| format!("{:?}", one.name)).collect();
                let message = format!("several clusters are called {cluster:?}: {}", names.join(", "));
                return Err(Error::new(ErrorKind::Usage, message).with_help("name a context that leads into it"));
            }
        };
        one.by().next().ok_or_else(|| {
            let why: Vec<String> = one.missing.iter().map(Missing::to_string).collect();
            let message = format!("no way leads into the cluster {:?} without Rancher: {}", one.name, why.join("; "));
            let error = Error::new(ErrorKind::Refused, message);
            match one.missing.iter().find_map(|missing| missing.mend.clone()) {
                Some(mend) => error.with_help(mend),
                None => error,
            }
        })
    }
}

/// What the drill found for a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClusterVerdict {
    /// What the files call it; see [`ClusterGroup::name`](crate::rancher::ClusterGroup::name). Where several clusters are
    /// called so, what tells them apart stands behind it: the host of Rancher, or the file, as in `local (rancher.example.com)`.
    pub name: String,
    /// The Rancher it is behind, where a context goes through one: scheme, host and port.
    pub rancher: Option<String>,
    /// Rancher's id of the cluster, where a file tells.
    pub cluster_id: Option<String>,
    /// The answer: that of the best way.
    pub verdict: Verdict,
    /// All contexts of the cluster, in the order of the files.
    pub ways: Vec<Way>,
    /// What is missing for a `yes`; empty where it is one. The first may have a [`mend`](Missing::mend), the others say what is
    /// wrong with the contexts there are.
    pub missing: Vec<Missing>,
}

impl ClusterVerdict {
    /// The ways that the answer rests on: those that lead in, or those that may. None where it is `no`.
    pub fn by(&self) -> impl Iterator<Item = &Way> {
        self.ways.iter().filter(|way| way.verdict == self.verdict && way.verdict != Verdict::No)
    }
}

/// A context, and whether it leads in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Way {
    /// Its name.
    pub context: String,
    /// The file it stands in, as given; `None` where the configuration is from no file, or put together from several.
    pub file: Option<PathBuf>,
    /// The name of its entry in `clusters`, where it names one.
    pub cluster: Option<String>,
    /// What kind of context it is.
    pub kind: ContextKind,
    /// Whether it leads in.
    pub verdict: Verdict,
    /// How it logs in: the best of its credentials. `None` where it has none that is used.
    pub login: Option<Login>,
    /// The last moment at which it leads in, as far as known. `None` beside a [`proof`](Way::proof) means that there is
    /// none.
    pub until: Option<UnixTime>,
    /// What says so.
    pub proof: Option<Proof>,
    /// Why it is no `yes`; empty where it is one.
    pub faults: Vec<Fault>,
}

impl Way {
    /// What must be there beside the file and the cluster: a login command by its name, a proxy. A `yes` needs nothing.
    pub fn needs(&self) -> impl Iterator<Item = &str> {
        self.faults.iter().filter_map(|fault| match fault {
            Fault::Needs(what) => Some(what.as_str()),
            _ => None,
        })
    }
}

/// How a context logs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Login {
    /// A client certificate.
    ClientCertificate,
    /// A token that Rancher made.
    RancherToken,
    /// The token of a service account of the cluster.
    ServiceAccountToken,
    /// Another token that is a JWT, as OIDC has them.
    IdToken,
    /// Any other token.
    Token,
    /// User name and password.
    Basic,
    /// A command that prints credentials.
    Command,
    /// A login plugin of client-go (`auth-provider`).
    Provider,
}

impl fmt::Display for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Login::ClientCertificate => "client certificate",
            Login::RancherToken => "Rancher token",
            Login::ServiceAccountToken => "service account token",
            Login::IdToken => "ID token",
            Login::Token => "token",
            Login::Basic => "user name and password",
            Login::Command => "login command",
            Login::Provider => "login plugin",
        })
    }
}

/// What tells when a way ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Proof {
    /// The client certificate.
    Certificate,
    /// The claims of the token, which is a JWT.
    Jwt,
    /// The saved object of the token, in the cluster.
    SavedToken,
    /// `createdTimestamp` and `ttl` in the comments of the file.
    Comments,
    /// [The download](super::Outage::downloaded), and Rancher's default of 30 days.
    Download,
    /// The CA in the file: after that the client does not trust the server.
    CertificateAuthority,
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Proof::Certificate => "client certificate",
            Proof::Jwt => "exp of the token",
            Proof::SavedToken => "expiresAt of the saved clusterauthtokens object",
            Proof::Comments => "createdTimestamp and ttl in the file's comments",
            Proof::Download => "30 days after the download, if Rancher's default since 2.8 is in force",
            Proof::CertificateAuthority => "CA in the file",
        })
    }
}

/// Why a way is no `yes`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Rancher is its server. `no`.
    ThroughRancher,
    /// Its login command asks Rancher. `no`.
    RancherLogin,
    /// Its server is the machine it is used on. `no`.
    ThisMachine,
    /// It names a cluster or a user that is not there. `no`.
    Dangling,
    /// kubectl refuses it; the text says why. `no`.
    Refused(String),
    /// Its server is not https, and kubectl leaves out all credentials. `no`.
    PlainHttp,
    /// It has nothing to log in with. `no`.
    NoCredentials,
    /// It is over, or will be by then. `no`.
    Ended {
        /// What says so.
        proof: Proof,
        /// When it ended.
        at: UnixTime,
    },
    /// It is not valid yet at that time. `no`.
    NotYet {
        /// What says so.
        proof: Proof,
        /// When it begins.
        at: UnixTime,
    },
    /// Its token is Rancher's and not bound to this cluster: it is good only for Rancher. `no`.
    NotBound,
    /// Its token is turned off, by its saved object. `no`.
    Disabled,
    /// The cluster holds another token under the name of this one, by the hash in the saved object. `no`.
    Replaced,
    /// The saved object may be of a later download: before Rancher 2.6 that took the same name. `unknown`.
    PerhapsReplaced,
    /// Nothing shows that Rancher bound its token to this cluster. `unknown`.
    PerhapsNotBound,
    /// Only names tell that it leads into this cluster; another one may be called so too. `unknown`.
    OnlyNamed,
    /// Another CA signed its client certificate than its cluster's: RKE has one for both sides, and K3s and RKE2 make theirs at
    /// the same time. `unknown`.
    OtherIssuer,
    /// Nothing tells when its credentials end. `unknown`.
    EndUnknown(Login),
    /// Its token is tied to something that ends sooner than the token, or is for somebody else than the API server.
    /// `unknown`.
    TokenTied(&'static str),
    /// It needs something beside the file and the cluster: a login command, a proxy. `unknown`.
    Needs(String),
    /// The IPv6 address of its server lacks the brackets. `unknown`.
    NoBrackets,
    /// Its server is an address, and there is no CA in the file: public authorities rarely vouch for addresses.
    /// `unknown`.
    NoAuthority,
}

impl Fault {
    /// What a way with this fault can be at most.
    pub fn verdict(&self) -> Verdict {
        match self {
            Fault::PerhapsNotBound
            | Fault::PerhapsReplaced
            | Fault::OnlyNamed
            | Fault::OtherIssuer
            | Fault::EndUnknown(_)
            | Fault::TokenTied(_)
            | Fault::Needs(_)
            | Fault::NoBrackets
            | Fault::NoAuthority => Verdict::Unknown,
            _ => Verdict::No,
        }
    }
}

impl fmt::Display for Fault {
    /// A sentence about the context, safe for a terminal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fault::ThroughRancher => "leads only through Rancher",
            Fault::RancherLogin => "its login command asks Rancher for a token",
            Fault::ThisMachine => "its server is the machine it is used on",
            Fault::Dangling => "names a cluster or a user that is not there",
            Fault::Refused(why) => return write!(f, "kubectl refuses it: {}", Printable(why)),
            Fault::PlainHttp => "its server is not https, so kubectl sends no credentials",
            Fault::NoCredentials => "has nothing to log in with",
            Fault::Ended { proof, at } => return write!(f, "ended on {} ({proof})", rfc3339(*at)),
            Fault::NotYet { proof: Proof::Jwt, at } => {
                return write!(f, "not valid before {} (nbf of the token)", rfc3339(*at));
            }
            Fault::NotYet { proof, at } => return write!(f, "not valid before {} ({proof})", rfc3339(*at)),
            Fault::NotBound => "its token is Rancher's and not bound to this cluster, so it is good only for Rancher",
            Fault::Disabled => "its token is turned off (the saved clusterauthtokens object)",
            Fault::Replaced => "the cluster knows another token under its name (the hash in the saved clusterauthtokens object)",
            Fault::PerhapsReplaced => {
                "the saved clusterauthtokens object may be of a later download, which took the same name before Rancher 2.6"
            }
            Fault::OnlyNamed => "only its name tells that it leads into this cluster",
            Fault::OtherIssuer => "its client certificate is of another CA than its cluster's, and may be another cluster's",
            Fault::PerhapsNotBound => "nothing shows that Rancher bound its token to this cluster",
            Fault::EndUnknown(Login::RancherToken) => {
                "no file proves when its token ends: by Rancher's default since 2.8 it is 30 days after the download"
            }
            Fault::EndUnknown(Login::ServiceAccountToken) => {
                "its service account token has no end in it and lives as long as its Secret"
            }
            Fault::EndUnknown(Login::Basic) => "Kubernetes takes no passwords since 1.19",
            Fault::EndUnknown(_) => "nothing tells when its token ends",
            Fault::TokenTied(to) => to,
            Fault::Needs(what) => return write!(f, "needs {}", Printable(what)),
            Fault::NoBrackets => {
                "its IPv6 address has no brackets, and a kubectl made with Go 1.26 or later refuses that"
            }
            Fault::NoAuthority => "its server is an address and the file has no CA for it",
        })
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
