//! What someone who recovers a kubeconfig should know of it.

use crate::cert::rfc3339;
use crate::error::{Position, Printable};
use crate::finding::{Code, Finding};
use crate::rke::Place;
use rustls_pki_types::UnixTime;
use std::fmt;
use std::path::PathBuf;

/// Something about a recovered kubeconfig that its user should know. Nothing in it is secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecoveryNote {
    /// The state was found beside the file that was named.
    Beside {
        /// The state's file.
        file: PathBuf,
    },
    /// What held the state, where it is not the state's own file.
    TakenFrom {
        /// What held it.
        place: Place,
        /// Where that begins in the file.
        position: Option<Position>,
    },
    /// An older state in the same file, which was left alone.
    Older {
        /// What holds it.
        place: Place,
        /// Where that begins in the file.
        position: Option<Position>,
        /// Whether it is of an `rke up` that came to its end, and the one that was taken is not.
        finished: bool,
    },
    /// The same state once more in the same file.
    Same {
        /// What holds it.
        place: Place,
        /// Where that begins in the file.
        position: Option<Position>,
    },
    /// A state in the same file with another CA, which was left alone: that of another cluster, or of before the CA was
    /// rotated.
    OtherAuthority {
        /// What holds it.
        place: Place,
        /// Where that begins in the file.
        position: Option<Position>,
    },
    /// Something in the file looks like a state and can't be read.
    Unreadable {
        /// Where it stands, and what is wrong with it.
        why: String,
    },
    /// `currentState` has no certificates, so those of `desiredState` were taken.
    FromDesired,
    /// The certificates of `currentState` can't be used, so those of `desiredState` were taken.
    CurrentUnusable {
        /// What is wrong with them.
        why: String,
    },
    /// `desiredState` and `currentState` differ in what matters for access; `currentState` was taken.
    StatesDiffer {
        /// In what they differ.
        parts: Vec<String>,
    },
    /// The address of a control-plane node can't stand in a URL, so there is no context for it.
    AddressUnusable {
        /// The node.
        node: String,
    },
    /// Not every control-plane node has a context, as the file would become too large.
    NodesLeftOut {
        /// How many have none.
        count: usize,
    },
    /// The cluster.yml that was named is not what the state was made from.
    OtherCluster {
        /// In what they differ.
        parts: Vec<String>,
    },
    /// Two configurations have one state; which of them it was made from is not known.
    SharedState {
        /// The other configuration.
        file: PathBuf,
    },
    /// The kubeconfig beside the state has a newer certificate of the administrator.
    NewerKubeconfig {
        /// The kubeconfig.
        file: PathBuf,
        /// When the certificate in it ends.
        until: UnixTime,
    },
    /// The kubeconfig beside the state has another CA.
    OtherKubeconfig {
        /// The kubeconfig.
        file: PathBuf,
    },
    /// The client certificate was not issued by the CA of the state: the cluster will refuse it.
    NotIssued,
    /// The certificate that servers show was not issued by the CA beside it: clients will refuse the servers.
    ServingNotIssued,
    /// The certificate is not of the group `system:masters`, as that of an administrator is.
    NotAdmin {
        /// Whose it is.
        subject: String,
    },
    /// Whether the servers are in the certificate they show was not checked, as that is not there or can't be read.
    ServersUnchecked,
    /// A server without a port: clients take 443.
    NoPort {
        /// The context that leads there.
        context: String,
    },
    /// A file that is not needed can't be read.
    Unread {
        /// Which, and what is wrong with it.
        why: String,
    },
    /// The files the kubeconfig is made from are not there; it is the one that the server itself wrote.
    AsWritten,
    /// The CA that signed the client certificate has expired: the cluster will refuse it.
    ClientAuthorityExpired {
        /// When that was.
        at: UnixTime,
    },
    /// The certificate of kube-apiserver has expired: clients will refuse the server until it is renewed.
    ServingExpired {
        /// When that was.
        at: UnixTime,
    },
    /// The certificate of kube-apiserver is not for the host of a server.
    NotInCertificate {
        /// The context that leads there.
        context: String,
        /// The host.
        host: String,
        /// What the certificate is for, the first of it.
        names: Vec<String>,
    },
    /// What speaks against a context, as every verb judges it.
    Access(Box<Finding>),
    /// A server is the machine the kubeconfig is used on.
    ThisMachine {
        /// The context that leads there.
        context: String,
    },
}

impl RecoveryNote {
    /// Whether it is a reason to doubt that the kubeconfig works.
    pub fn is_doubt(&self) -> bool {
        use RecoveryNote as Note;
        match self {
            Note::Beside { .. } | Note::TakenFrom { .. } | Note::Same { .. } | Note::AsWritten => false,
            Note::Older { finished, .. } => *finished,
            Note::ServersUnchecked | Note::NoPort { .. } | Note::Unread { .. } => false,
            _ => true,
        }
    }
}

impl fmt::Display for RecoveryNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let placed = |f: &mut fmt::Formatter<'_>, place: &Place, position: &Option<Position>| {
            write!(f, "{place}")?;
            position.as_ref().map_or(Ok(()), |position| write!(f, " (line {})", position.line))
        };
        match self {
            RecoveryNote::Beside { file } => write!(f, "the state is {}", Printable(&file.to_string_lossy())),
            RecoveryNote::TakenFrom { place, position } => {
                f.write_str("the state is in ")?;
                placed(f, place, position)
            }
            RecoveryNote::Older { place, position, finished } => {
                f.write_str("older by its certificates, and left alone: ")?;
                placed(f, place, position)?;
                match finished {
                    true => f.write_str("; but that one is of an `rke up` that came to its end: to take it, save it to a file of its own"),
                    false => Ok(()),
                }
            }
            RecoveryNote::Same { place, position } => {
                f.write_str("the same state once more: ")?;
                placed(f, place, position)
            }
            RecoveryNote::OtherAuthority { place, position } => {
                f.write_str("another cluster's, or of before the CA was rotated, and left alone: ")?;
                placed(f, place, position)?;
                f.write_str("; save the one that is meant to a file of its own")
            }
            RecoveryNote::Unreadable { why } => write!(f, "another state can't be read: {}", Printable(why)),
            RecoveryNote::FromDesired => f.write_str(
                "these are the certificates of desiredState, as currentState has none: the last `rke up` did not come to its \
                 end, or was `--init` alone, and the nodes may have others or none",
            ),
            RecoveryNote::CurrentUnusable { why } => {
                write!(f, "these are the certificates of desiredState, those of currentState can't be used: {}", Printable(why))
            }
            RecoveryNote::StatesDiffer { parts } => write!(
                f,
                "the last `rke up` did not come to its end: desiredState and currentState differ in {}; this is currentState",
                Printable(&parts.join(", "))
            ),
            RecoveryNote::AddressUnusable { node } => {
                write!(f, "the address of the node {} can't stand in a URL, so there is no context for it", Printable(node))
            }
            RecoveryNote::NodesLeftOut { count } => {
                write!(f, "{count} of the control-plane nodes have no context: there are too many of them")
            }
            RecoveryNote::OtherCluster { parts } => write!(
                f,
                "the configuration and the state beside it differ in {}: this is the cluster of the state",
                Printable(&parts.join(", "))
            ),
            RecoveryNote::SharedState { file } => write!(
                f,
                "{} has the same state: which of the two it was made from last is not known",
                Printable(&file.to_string_lossy())
            ),
            RecoveryNote::NewerKubeconfig { file, until } => write!(
                f,
                "the kubeconfig beside the state is newer than this one: the administrator's certificate in {} ends on \
                 {}",
                Printable(&file.to_string_lossy()),
                rfc3339(*until)
            ),
            RecoveryNote::OtherKubeconfig { file } => write!(
                f,
                "the kubeconfig beside the state, {}, has another CA: one of the two is of another cluster, or of \
                 before the CA was rotated",
                Printable(&file.to_string_lossy())
            ),
            RecoveryNote::NotIssued => f.write_str(
                "the client certificate was not issued by the CA of the clients (kube-ca; of K3s and RKE2 client-ca): the cluster will refuse it, unless it trusts another CA too",
            ),
            RecoveryNote::ServingNotIssued => {
                f.write_str("the certificate that the server shows was not issued by the CA beside it: clients will refuse the server")
            }
            RecoveryNote::NotAdmin { subject } => write!(
                f,
                "the certificate is that of {}, who is not of system:masters as an administrator is",
                Printable(subject)
            ),
            RecoveryNote::ServersUnchecked => f.write_str(
                "whether the servers are in the certificate they show was not checked: it is not there, or can't be read",
            ),
            RecoveryNote::NoPort { context } => write!(
                f,
                "{} leads to port 443, as its server names none; kube-apiserver itself listens on 6443",
                Printable(context)
            ),
            RecoveryNote::Unread { why } => write!(f, "left out: {}", Printable(why)),
            RecoveryNote::AsWritten => {
                f.write_str("this is the kubeconfig that the server wrote itself; the files it is made from are not there")
            }
            RecoveryNote::ClientAuthorityExpired { at } => {
                write!(f, "the CA of the client certificate expired on {}: the cluster will refuse it", rfc3339(*at))
            }
            RecoveryNote::ServingExpired { at } => write!(
                f,
                "the certificate of kube-apiserver expired on {}: clients will refuse the server until it is renewed (RKE: rke \
                 cert rotate; K3s and RKE2 do it when they start)",
                rfc3339(*at)
            ),
            RecoveryNote::NotInCertificate { context, host, names } => write!(
                f,
                "{} leads to {}, which the certificate of kube-apiserver is not for: clients will refuse it, unless another \
                 certificate of the same CA is shown there; it is for {}",
                Printable(context),
                Printable(host),
                Printable(&names.join(", "))
            ),
            RecoveryNote::Access(finding) => {
                let of = finding.entry.as_deref().map(|entry| format!("{entry}: ")).unwrap_or_default();
                write!(f, "{}{}", Printable(&of), Printable(&finding.message))?;
                // How K3s and RKE2 renew it.
                let help = finding.help.as_deref().filter(|_| finding.code == Code::CertExpired);
                help.map_or(Ok(()), |help| write!(f, "; {}", Printable(help)))
            }
            RecoveryNote::ThisMachine { context } => write!(
                f,
                "{} leads to the machine it is used on: good on the server itself only; name another server for elsewhere",
                Printable(context)
            ),
        }
    }
}
