//! What kubectl sends to log in.

use crate::calendar;
use crate::error::Printable;
use rustls_pki_types::UnixTime;
use std::fmt;

/// How a context logs in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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
    /// A login plugin of client-go (`auth-provider`), by name.
    Provider(String),
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
            Login::Provider(name) => return write!(f, "login plugin {}", Printable(name)),
        })
    }
}

/// When a credential ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// At that time.
    At(UnixTime),
    /// Never.
    Never,
    /// Nothing says when.
    Unknown,
}

/// What tells when a credential or a context ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Proof {
    /// The client certificate, or one on its way to the CA.
    Certificate,
    /// The claims of the token, which is a JWT.
    Jwt,
    /// The saved object of the token, in the cluster.
    SavedToken,
    /// `createdTimestamp` and `ttl` in the comments of the file.
    Comments,
    /// The time of the download, and Rancher's default of 30 days.
    Download,
    /// The name of a token that was downloaded from Rancher 2.2 to 2.5.
    TokenName,
    /// The login that Rancher's program keeps for this user.
    CachedLogin,
    /// The CA in the file: after that kubectl does not trust the server.
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
            Proof::TokenName => "name of the token: Rancher 2.2 to 2.5 gives those it writes into a file no end",
            Proof::CachedLogin => "login cached in cli2.json by Rancher's program",
            Proof::CertificateAuthority => "CA in the file",
        })
    }
}

/// One of the credentials that kubectl sends.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Credential {
    /// What it is.
    pub login: Login,
    /// The first second at which it is valid, where it says so.
    pub from: Option<UnixTime>,
    /// When it ends.
    pub end: End,
    /// What tells the end; `None` where nothing does.
    pub proof: Option<Proof>,
}

impl Credential {
    pub(crate) fn new(login: Login) -> Self {
        Credential { login, from: None, end: End::Unknown, proof: None }
    }
}

impl fmt::Display for Credential {
    /// `client certificate until 2027-01-01T00:00:00Z`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.login.fmt(f)?;
        match self.end {
            End::At(time) => write!(f, " until {}", calendar::rfc3339(time.as_secs())),
            End::Never => f.write_str(" without an end"),
            End::Unknown => Ok(()),
        }
    }
}
