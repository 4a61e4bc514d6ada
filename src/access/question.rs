//! What is asked: at what time, and where.

use rustls_pki_types::UnixTime;
use std::time::Duration;

/// The time to judge by, and what is assumed beside it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question {
    pub(crate) at: UnixTime,
    /// What ends within that time is warned of.
    pub(crate) within: Option<Duration>,
    /// Whether a server at a loopback address is the cluster's own.
    pub(crate) on_node: bool,
}
