//! What is said of the contexts that were added.

use crate::error::Printable;
use crate::finding::Finding;
use crate::load::Unread;
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
    /// The user has nothing to log in with.
    NoCredentials {
        /// The user.
        user: String,
    },
    /// What speaks against the new context, as every verb judges it.
    Access(Box<Finding>),
    /// Something in a file that kubectl does not read, so that it is not in the result.
    Unread(Unread),
}

impl AceNote {
    /// Whether it says that the direct context may not work: the server may refuse the credentials, or the client the server.
    pub fn is_doubt(&self) -> bool {
        matches!(
            self,
            AceNote::TokenUnproven { .. }
                | AceNote::TokenShared { .. }
                | AceNote::TokenOfAnotherCluster { .. }
                | AceNote::LoginNeedsRancher { .. }
                | AceNote::NoCredentials { .. }
                | AceNote::Access(_)
        )
    }

    /// Returns what it says of a file that is not read as a whole, if that is what it says.
    pub fn unread(&self) -> Option<&Unread> {
        match self {
            AceNote::Unread(unread) => Some(unread),
            _ => None,
        }
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
        const INSTEAD: &str = "a kubeconfig of this cluster downloaded since its endpoint is enabled has the \
                               direct contexts, and needs no `ace`; else name an administrator's kubeconfig with \
                               --credentials-from";
        match self {
            AceNote::NoPort { server } => {
                write!(f, "{} names no port, so clients use 443; an API server is mostly at 6443", Printable(server))
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
                "the user {} logs in by Rancher's program, which asks Rancher once the login that it keeps has ended; \
                 name lasting credentials with --credentials-from",
                Printable(user)
            ),
            AceNote::NoCredentials { user } => {
                write!(f, "the user {} has nothing to log in with; {INSTEAD}", Printable(user))
            }
            AceNote::Access(finding) => {
                let of = finding.entry.as_deref().map(|entry| format!("{entry}: ")).unwrap_or_default();
                write!(f, "{}{}", Printable(&of), Printable(&finding.message))
            }
            AceNote::Unread(unread) => unread.fmt(f),
        }
    }
}
