//! One judge for one question: would this context still work?
//!
//! An [`Examiner`] looks at a context at one time and gives an [`Access`]: the verdict, the findings it rests on, the
//! credentials with their ends, and what is needed beside the file. `check`, `outage`, `export`, `resolve`, `recover` and `ace`
//! all print this judgement, so that no two of them can contradict each other.
//!
//! ```
//! use kubeconfig::access::{Examiner, Verdict};
//! use kubeconfig::Loaded;
//! # fn main() -> Result<(), kubeconfig::Error> {
//! # let text = r#"{"clusters": [{"name": "k", "cluster": {"server": "https://127.0.0.1:6443"}}],
//! #  "users": [{"name": "u", "user": {"token": "secret"}}],
//! #  "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u"}}]}"#;
//! # let loaded = Loaded::from_config(text.parse()?, "/etc/rancher/k3s");
//! # let now = kubeconfig::pki_types::UnixTime::now();
//! let access = Examiner::at(now).context(&loaded, "c");
//! assert_eq!(access.verdict(), Verdict::No);
//! assert_eq!(access.reasons()[0], "this machine only");
//! # Ok(())
//! # }
//! ```
//!
//! # The three verdicts
//! * [`Yes`](Verdict::Yes): kubectl accepts the context, the server can be reached from other machines, and a credential holds
//!   whose end is known.
//! * [`Unknown`](Verdict::Unknown): it may work, and the files do not prove it.
//! * [`No`](Verdict::No): kubectl refuses it, the server refuses it, or nobody reaches the server.
//!
//! Files prove when something ends. No file shows whether a credential was revoked before, whether the server answers, and
//! what its user may do there.
//!
//! # Features
//! Without `verify` nobody compares keys and checks signatures, and without `cert` nobody reads certificates. A verdict that
//! rests on a certificate is [`Unknown`](Verdict::Unknown) then. To turn a feature on can settle an unknown; it never changes
//! a yes or a no.
//!
#![doc = include_str!("faults.md")]

#[cfg(feature = "cert")]
mod certificate;
#[cfg(feature = "cert")]
mod client;
mod credential;
mod entry;
mod examiner;
#[cfg(feature = "verify")]
mod issuer;
mod judgement;
mod login;
mod need;
mod note;
mod pem;
mod placeholder;
mod question;
mod server;
mod through;
mod token;
#[cfg(feature = "cert")]
mod trust;
#[cfg(not(feature = "cert"))]
mod unread;
mod when;

#[cfg(feature = "check")]
pub(crate) use certificate::{dates, strength};
#[cfg(feature = "check")]
pub(crate) use client::renewal;
pub use credential::{Credential, End, Login, Proof};
#[cfg(feature = "rancher")]
pub(crate) use entry::Judged;
#[cfg(feature = "check")]
pub(crate) use entry::{ClusterFacts, UserFacts};
pub use examiner::Examiner;
pub use judgement::Access;
#[cfg(feature = "rancher")]
pub(crate) use login::{argument, file_name, is_rancher_command, is_token_command};
#[cfg(feature = "check")]
pub(crate) use need::NO_CREDENTIALS;
pub use need::{Need, Verdict};
#[cfg(feature = "check")]
pub(crate) use note::Note;
#[cfg(any(feature = "check", feature = "rke"))]
pub(crate) use pem::Pem;
#[cfg(feature = "rancher")]
pub(crate) use question::Question;
pub(crate) use server::TOKEN_LIFETIME;
#[cfg(feature = "check")]
pub(crate) use server::endpoint_without_ca;
#[cfg(feature = "rancher")]
pub(crate) use server::{IMPORTED, PUBLIC_CA, imported};
pub(crate) use through::through_rancher;
#[cfg(feature = "rancher")]
pub(crate) use token::{
    ends as token_ends, is_rancher_token, is_token_of_2_5, issuer as token_issuer, unusable as unusable_token,
};

#[cfg(feature = "cert")]
use client::Client;
#[cfg(feature = "cert")]
use trust::Trust;
#[cfg(not(feature = "cert"))]
use unread::{Client, Trust};
