//! What is known of a cluster's entry, and of a user's.

use super::credential::Credential;
use super::need::Need;
use super::note::Note;
use super::{Client, Trust};
use crate::finding::{Effect, Finding};
use std::fmt;
use std::sync::Arc;
use zeroize::Zeroizing;

/// A cluster's entry.
#[derive(Clone)]
pub(crate) struct ClusterFacts {
    pub(crate) notes: Vec<Note>,
    pub(crate) needs: Vec<Need>,
    pub(crate) is_tls: bool,
    /// Whether the URL has a user name or password, which kubectl sends instead of a token.
    pub(crate) has_userinfo: bool,
    /// What speaks against the CA, unless Rancher is the server.
    pub(crate) doubts_of_ca: Vec<Note>,
    /// Whether the authorities of the system decide about the server.
    pub(crate) is_without_ca: bool,
    pub(crate) trust: Arc<Trust>,
}

/// A user's entry.
#[derive(Clone)]
pub(crate) struct UserFacts {
    /// About the entry as a whole: what kubectl refuses when it loads the context.
    pub(crate) notes: Vec<Note>,
    /// The same, of what kubectl looks at only where the server is https.
    pub(crate) of_client: Vec<Note>,
    /// What kubectl sends, in its order.
    pub(crate) credentials: Vec<Judged>,
    /// The client certificate, where there is one, whether it can be read or not.
    pub(crate) client: Option<(&'static str, Arc<Client>)>,
}

/// A credential with what is to be said of it.
#[derive(Clone)]
pub(crate) struct Judged {
    pub(crate) credential: Credential,
    pub(crate) notes: Vec<Note>,
    /// The notes, once they have a place.
    pub(crate) findings: Vec<Finding>,
    pub(crate) needs: Vec<Need>,
    pub(crate) token: Option<Arc<Zeroizing<String>>>,
}

impl Judged {
    pub(super) fn new(credential: Credential) -> Self {
        Judged { credential, notes: Vec::new(), findings: Vec::new(), needs: Vec::new(), token: None }
    }

    pub(super) fn effect(&self) -> Effect {
        let of_notes = self.notes.iter().map(|note| note.finding.effect);
        let of_findings = self.findings.iter().map(|finding| finding.effect);
        of_notes.chain(of_findings).chain(self.needs.iter().map(Need::effect)).max().unwrap_or(Effect::None)
    }
}

impl fmt::Debug for Judged {
    /// Without the token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let findings = self.findings.iter().chain(self.notes.iter().map(|note| &note.finding));
        f.debug_struct("Judged")
            .field("credential", &self.credential)
            .field("findings", &findings.collect::<Vec<_>>())
            .field("needs", &self.needs)
            .finish_non_exhaustive()
    }
}
