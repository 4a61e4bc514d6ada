//! Whether a client certificate can be of the cluster whose CA is known.

use crate::cert::Certificate;

/// How a client certificate stands to the CAs of a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rancher) enum Standing {
    /// Nothing speaks against it.
    Good,
    /// It is said to be of the cluster's CA, and is not: another CA of that name signed it.
    Disowned,
    /// It is of another cluster, or another time, by what the distribution makes of its CAs.
    OfAnother,
}

/// What the CAs `authority`, with which a cluster's servers are checked, have to say of a client certificate, which stands first in
/// `chain`, and of those above it.
pub(in crate::rancher) fn standing(authority: &[Certificate], chain: &[Certificate]) -> Standing {
    let (Some(leaf), Some(top)) = (chain.first(), chain.last()) else { return Standing::Good };
    // The signatures within the chain were looked at when it was put together.
    if chain.iter().skip(1).any(|issuer| authority.contains(issuer)) {
        return Standing::Good;
    }
    let mut namesakes = authority.iter().filter(|ca| ca.subject() == leaf.issuer()).peekable();
    if namesakes.peek().is_some() && !namesakes.any(|ca| leaf.is_issued_by(ca)) {
        return Standing::Disowned;
    }
    // RKE has one CA for servers and clients.
    let is_known = |top: &Certificate| authority.iter().any(|ca| ca == top || top.is_issued_by(ca));
    if authority.iter().any(is_of_rke) && !is_known(top) {
        return Standing::OfAnother;
    }
    // K3s and RKE2 make one for each at the first start, and put the time into both names.
    let servers: Vec<Made<'_>> = authority.iter().filter_map(|ca| Made::of(ca.common_name()?, "-server-ca")).collect();
    if servers.is_empty() {
        return Standing::Good;
    }
    let issuer = leaf.issuer().split(',').find_map(|part| part.trim().strip_prefix("CN=")).unwrap_or_default();
    let fits = match Made::of(issuer, "-client-ca") {
        Some(client) => servers.iter().any(|server| server.is_made_with(&client)),
        // Of somebody's own CA nothing is known.
        None => !matches!(issuer, "kube-ca" | "kubernetes"),
    };
    if fits { Standing::Good } else { Standing::OfAnother }
}

/// Whether it is RKE's, by its name.
pub(super) fn is_of_rke(ca: &Certificate) -> bool {
    ca.common_name() == Some("kube-ca") && ca.organizations().is_empty()
}

/// What is in the name of a CA that K3s or RKE2 made: `k3s-server-ca@1767225600`.
struct Made<'a> {
    distribution: &'a str,
    /// In seconds since 1970.
    at: u64,
}

impl<'a> Made<'a> {
    fn of(name: &'a str, kind: &str) -> Option<Self> {
        let (distribution, at) = name.split_once('@')?;
        let distribution = distribution.strip_suffix(kind).filter(|name| matches!(*name, "k3s" | "rke2"))?;
        Some(Made { distribution, at: at.parse().ok()? })
    }

    /// In one go: it takes seconds, on the slowest board minutes.
    fn is_made_with(&self, other: &Made<'_>) -> bool {
        const LONGEST: u64 = 600;
        self.distribution == other.distribution && self.at.abs_diff(other.at) <= LONGEST
    }
}
