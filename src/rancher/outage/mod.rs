//! The drill: if Rancher and its URL were gone at a given time, which contexts would still lead into the clusters?
//!
//! ```
//! use kubeconfig::rancher::outage::{Outage, Verdict};
//! use kubeconfig::{Loader, cert};
//! # fn main() -> Result<(), kubeconfig::Error> {
//! let loaded = Loader::from_env().explicit("tests/data/rancher-ace.yaml").load()?;
//! let report = Outage::at(cert::parse_time("2026-08-15")?).run(&[&loaded]);
//! let prod = &report.clusters[0];
//! assert_eq!(prod.verdict, Verdict::Yes);
//! let way = prod.by().next().unwrap();
//! assert_eq!(way.context, "prod-fqdn");
//! assert_eq!(cert::rfc3339(way.until.unwrap()), "2026-08-31T09:30:00Z");
//! # Ok(())
//! # }
//! ```
//!
//! # The three answers
//! * [`Yes`](Verdict::Yes): route and credentials need nothing of Rancher and nothing else that the file does not hold, and
//!   their end is known and later than the time asked for.
//! * [`Unknown`](Verdict::Unknown): it may work, and nothing proves it. A token of Rancher's whose end no file proves, a
//!   login command that needs something else, a proxy, an address that only some kubectl understands.
//! * [`No`](Verdict::No): only through Rancher, a login command that asks Rancher, expired or not valid yet, refused by
//!   kubectl, dangling, nothing to log in with, or a server that is the machine itself.
//!
//! A cluster's answer is that of its best context. Files prove when something ends; that it was revoked, deleted or
//! turned off before, no file can show, nor that the server answers, still has its certificate, or lets its user do
//! anything there. An impersonated user (`as`) changes nothing in the answer.
//!
//! # When a credential ends
//! | credential | end | by |
//! |---|---|---|
//! | client certificate | `notAfter` of the first certificate, as kubectl shows that | RFC 5280 |
//! | token that is a JWT | `exp`, not before `nbf`; nothing is verified | RFC 7519 |
//! | Rancher's token | `expiresAt` of its [saved object](SavedTokens), none: never | Rancher's kube-api-auth |
//! | | `createdTimestamp` and `ttl` in the comments of the file, `ttl: 0`: never | Rancher 2.12 and later |
//! | | [30 days after the download](Outage::downloaded), where that is given | Rancher's default since 2.8 |
//!
//! The first that is known counts, and a saved object with the hash of another token (feature `verify`) lets nobody in. Where
//! the file trusts a CA, a way ends with it at the latest. Of several credentials of one user kubectl sends all, so one that
//! holds is enough.
//!
//! The comments of a file speak for the tokens Rancher wrote into it, and not for those that came in later: they count
//! as long as all tokens in it are of one user of one Rancher, and all users and clusters are named as Rancher names them.
//! An export keeps what they say beside each token ([`keep_lifetimes`]), as comments don't go into another file. What comes into
//! a file later they don't speak for ([`disown_new_tokens`]).
//!
//! A token opens the direct way only if Rancher bound it to that cluster. A token that several clusters share (the user
//! `rancher` of files for several clusters) is not: `no`. Where neither a context through Rancher with the same token, nor
//! names as Rancher gives them, nor the cluster's id in the token (2.2 to 2.5), nor a saved object shows it: `unknown`.
//!
//! Tokens of service accounts count for what they are: one without `exp` is `unknown`, as it lives as long as its Secret
//! (Kubernetes deletes those it made itself after a year without use), and so is one that is bound to a pod or node,
//! or made for somebody else than the API server.

pub(super) mod credential;
mod hash;
mod judge;
mod mend;
mod notes;
mod report;
mod route;
pub(super) mod standing;
mod tokens;

#[cfg(feature = "check")]
pub(crate) use notes::end_by_comments;
pub(crate) use notes::end_of_token;
pub use notes::{disown_new_tokens, keep_lifetimes};
pub use report::{ClusterVerdict, Fault, Login, Missing, OutageReport, Proof, Verdict, Way};
pub use tokens::SavedTokens;

use crate::load::Loaded;
use rustls_pki_types::UnixTime;

/// What to assume in the drill; see the [module](self).
#[derive(Clone, Debug)]
#[must_use = "nothing is judged before `run`"]
pub struct Outage {
    at: UnixTime,
    on_node: bool,
    downloaded: Option<UnixTime>,
    tokens: SavedTokens,
}

impl Outage {
    /// Rancher is gone at that time. The time is the only clock there is.
    pub fn at(time: UnixTime) -> Self {
        Outage { at: time, on_node: false, downloaded: None, tokens: SavedTokens::default() }
    }

    /// Whether the files are used on the node they are from, where a server at a loopback address is the cluster's.
    pub fn on_node(mut self, on_node: bool) -> Self {
        self.on_node = on_node;
        self
    }

    /// The files were downloaded from Rancher at that time: its tokens end 30 days later, Rancher's default since 2.8.
    ///
    /// It counts where nothing better tells the end. A Rancher with another `kubeconfig-default-token-ttl-minutes` has
    /// another end; before 2.8 tokens had none.
    pub fn downloaded(mut self, time: UnixTime) -> Self {
        self.downloaded = Some(time);
        self
    }

    /// Saved `clusterauthtokens.cluster.cattle.io` objects, which prove the end of Rancher's tokens; called again it adds
    /// to them.
    pub fn saved_tokens(mut self, tokens: SavedTokens) -> Self {
        self.tokens.extend(tokens);
        self
    }

    /// Judges every cluster of the configurations, in the order of their first contexts.
    ///
    /// Each is one configuration: that of a file, or of several as kubectl merges them. A context of Rancher's own API
    /// (`rancher` in files for several clusters) leads into no cluster and has none of its own in the report.
    ///
    /// It reads the files that the configurations name (certificates, keys, token files), and nothing else; it runs no
    /// command and opens no connection. It takes time linear in the number of contexts and the size of what is read.
    pub fn run(&self, configs: &[&Loaded]) -> OutageReport {
        judge::run(self, configs)
    }
}
