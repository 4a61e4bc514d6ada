//! What is said of the contexts that were added.

use crate::cert::rfc3339;
use crate::error::Printable;
use rustls_pki_types::UnixTime;
use std::fmt;

/// What one should know of the contexts that were added.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AceNote {
    /// The server has no port, so that clients use 443. Rancher adds none either.
    NoPort {
        /// The server.
        server: String,
    },
    /// Nothing was said of a CA: only a certificate of a public one will be trusted.
    NoCa {
        /// The server.
        server: String,
    },
    /// The CA is that of another direct context of the cluster.
    CaTaken {
        /// That context.
        context: String,
    },
    /// Nothing shows that Rancher bound this user's token to the cluster.
    TokenUnproven {
        /// The user.
        user: String,
    },
    /// The user's token serves several clusters, so it is bound to none.
    TokenShared {
        /// The user.
        user: String,
    },
    /// The user's token is bound to another cluster.
    TokenOfAnotherCluster {
        /// The user.
        user: String,
        /// Rancher's id of that cluster.
        cluster_id: String,
    },
    /// The user's token comes from Rancher at each login: without Rancher there is none.
    LoginNeedsRancher {
        /// The user.
        user: String,
    },
    /// kubectl refuses the user's credentials, or the server will, whatever the cluster.
    Unusable {
        /// The user.
        user: String,
        /// Why.
        why: String,
    },
    /// The user's certificate or token has ended by the time of [`at`](super::AddEndpoint::at).
    Ended {
        /// The user.
        user: String,
        /// When that was.
        at: UnixTime,
    },
    /// The user's certificate or token is not valid yet at the time of [`at`](super::AddEndpoint::at).
    NotYetValid {
        /// The user.
        user: String,
        /// When it will be.
        from: UnixTime,
    },
    /// The user's client certificate is of another CA than the one that was given, by what RKE, K3s and RKE2 make of theirs.
    OtherIssuer {
        /// The user.
        user: String,
    },
    /// A certificate was given for a CA that is none: good only for a server that shows this very certificate.
    NotACa {
        /// Its subject.
        subject: String,
    },
    /// A certificate was given for a CA that has ended by the time of [`at`](super::AddEndpoint::at).
    CaEnded {
        /// Its subject.
        subject: String,
        /// When that was.
        at: UnixTime,
    },
}

impl AceNote {
    /// Whether it says that the direct way may be closed: the credentials may be refused there, or the server not be trusted.
    ///
    /// [`Unusable`](AceNote::Unusable) is none: kubectl says so itself, before it connects.
    pub fn is_doubt(&self) -> bool {
        matches!(
            self,
            AceNote::TokenUnproven { .. }
                | AceNote::TokenShared { .. }
                | AceNote::TokenOfAnotherCluster { .. }
                | AceNote::Ended { .. }
                | AceNote::NotYetValid { .. }
                | AceNote::OtherIssuer { .. }
                | AceNote::CaEnded { .. }
        )
    }

    /// Whether it is about what Rancher bound the user's token to.
    pub(super) fn is_of_binding(&self) -> bool {
        matches!(
            self,
            AceNote::TokenUnproven { .. } | AceNote::TokenShared { .. } | AceNote::TokenOfAnotherCluster { .. }
        )
    }
}

impl fmt::Display for AceNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const INSTEAD: &str = "download a kubeconfig of this cluster now that its endpoint is enabled, or use an \
            administrator's, and name it with --credentials-from";
        match self {
            AceNote::NoPort { server } => {
                write!(f, "{} names no port, so clients use 443; an API server is mostly at 6443", Printable(server))
            }
            AceNote::NoCa { server } => {
                write!(f, "no CA is given for {}: its certificate must be publicly trusted", Printable(server))
            }
            AceNote::CaTaken { context } => write!(f, "the CA is that of the context {}", Printable(context)),
            AceNote::TokenUnproven { user } => write!(
                f,
                "nothing shows that the token of the user {} is valid on the direct way: Rancher binds a token to a \
                 cluster only if its endpoint is enabled by then; {INSTEAD}",
                Printable(user)
            ),
            AceNote::TokenShared { user } => write!(
                f,
                "the user {} serves several clusters, so its token is bound to none and not valid on a direct way; {INSTEAD}",
                Printable(user)
            ),
            AceNote::TokenOfAnotherCluster { user, cluster_id } => write!(
                f,
                "the token of the user {} is bound to the cluster {}, and not valid here; {INSTEAD}",
                Printable(user),
                Printable(cluster_id)
            ),
            AceNote::LoginNeedsRancher { user } => write!(
                f,
                "the user {} logs in by Rancher's program, which needs Rancher: when Rancher is gone this way is closed too; \
                 name lasting credentials with --credentials-from",
                Printable(user)
            ),
            AceNote::Unusable { user, why } => {
                write!(f, "the credentials of the user {} are of no use: {}", Printable(user), Printable(why))
            }
            AceNote::Ended { user, at } => {
                write!(f, "the credentials of the user {} ended on {}", Printable(user), rfc3339(*at))
            }
            AceNote::NotYetValid { user, from } => {
                write!(f, "the credentials of the user {} are not valid before {}", Printable(user), rfc3339(*from))
            }
            AceNote::OtherIssuer { user } => write!(
                f,
                "the client certificate of the user {} is of another CA than the one given, and may be another cluster's",
                Printable(user)
            ),
            AceNote::NotACa { subject } => write!(
                f,
                "the certificate {} is no CA: it is good only for a server that shows this very certificate",
                Printable(subject)
            ),
            AceNote::CaEnded { subject, at } => {
                write!(f, "the CA {} ended on {}: clients will not trust the server", Printable(subject), rfc3339(*at))
            }
        }
    }
}
