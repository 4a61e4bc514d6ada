//! Whether credentials are good for the direct way into a cluster.

use super::add::UNPROVEN;
use super::note::AceNote;
use crate::cert;
use crate::config::{AuthInfo, Data, Kubeconfig};
use crate::jwt;
use crate::load::Loaded;
use crate::rancher::ContextKind;
use crate::rancher::clusters;
use crate::rancher::kind::{View, is_rancher_token};
use crate::rancher::outage::credential::{Credential, User};
use crate::rancher::outage::end_of_token;
use crate::rancher::outage::standing::{Standing, standing};
use rustls_pki_types::UnixTime;

/// Whether `context` was added here although nothing showed that its token is valid on the direct way.
pub(in crate::rancher) fn is_unproven(config: &Kubeconfig, context: &str) -> bool {
    config.contexts.get(context).is_some_and(|context| context.extensions.contains(UNPROVEN))
}

/// What the credentials of the user `name` say against themselves, and the CAs of the direct way against them.
///
/// `body` has beside its token what the comments said of it.
pub(super) fn faults(
    loaded: &Loaded,
    name: &str,
    body: Option<&AuthInfo>,
    authority: Option<&Data>,
    at: Option<UnixTime>,
) -> Vec<AceNote> {
    let read = User::read(loaded, name);
    if let Some(why) = read.refused {
        return vec![AceNote::Unusable { user: name.to_owned(), why }];
    }
    let mut notes = at.map(|now| ends(&read, name, body, now)).unwrap_or_default();
    let authority = authority.and_then(|pem| cert::certificates(&pem.decode()).ok()).unwrap_or_default();
    if standing(&authority, &read.chain) != Standing::Good {
        notes.push(AceNote::OtherIssuer { user: name.to_owned() });
    }
    notes
}

fn ends(read: &User, name: &str, body: Option<&AuthInfo>, now: UnixTime) -> Vec<AceNote> {
    let user = || name.to_owned();
    let of = |credential: &Credential| match credential {
        Credential::Dated { until: Some(until), .. } if until.as_secs() <= now.as_secs() => {
            Some(AceNote::Ended { user: user(), at: *until })
        }
        Credential::Dated { from: Some(from), .. } if from.as_secs() > now.as_secs() => {
            Some(AceNote::NotYetValid { user: user(), from: *from })
        }
        Credential::Token(_) => {
            let end = body.and_then(|body| end_of_token(body, None)).filter(|end| end.as_secs() <= now.as_secs());
            end.map(|at| AceNote::Ended { user: user(), at })
        }
        _ => None,
    };
    read.credentials.iter().filter_map(of).collect()
}

/// What is to be said of the CAs that were given: no certificate in them is one, or none is valid.
pub(super) fn of_authority(pem: &[u8], at: Option<UnixTime>) -> Option<AceNote> {
    let certificates = cert::certificates(pem).ok()?;
    let last = certificates.iter().max_by_key(|certificate| certificate.not_after().as_secs())?;
    if at.is_some_and(|now| last.not_after().as_secs() <= now.as_secs()) {
        return Some(AceNote::CaEnded { subject: last.subject().to_owned(), at: last.not_after() });
    }
    let is_none = certificates.iter().all(|certificate| !certificate.is_ca());
    is_none.then(|| AceNote::NotACa { subject: last.subject().to_owned() })
}

/// What stands against the user `name` of `config` on the direct way into the cluster with Rancher's id `id`; nothing
/// where there is evidence that it works, or the credentials are none of Rancher's.
pub(super) fn doubts(config: &Kubeconfig, name: &str, id: &str) -> Vec<AceNote> {
    let user = || name.to_owned();
    let view = View::of_user(config, name);
    if view.logs_in_by_rancher() {
        // Rancher's program names the cluster only where the endpoint is enabled.
        return match view.cluster_id() {
            Some(named) if named == id => vec![AceNote::LoginNeedsRancher { user: user() }],
            _ => vec![AceNote::LoginNeedsRancher { user: user() }, AceNote::TokenUnproven { user: user() }],
        };
    }
    // Rancher takes no other tokens than its own, whatever they look like; but the cluster takes those that it signed.
    let is_ranchers = |token: &str| is_rancher_token(token) || jwt::Claims::of(token).is_none();
    if view.has_certificate() || !view.token().is_some_and(is_ranchers) {
        return Vec::new();
    }
    if let Some(named) = view.cluster_id() {
        let other = || AceNote::TokenOfAnotherCluster { user: user(), cluster_id: named.to_owned() };
        return if named == id { Vec::new() } else { vec![other()] };
    }
    let groups = clusters(&[config]);
    let is_users = |context: &str| View::of(config, context).user_name == name;
    let mut ways = groups.iter().flat_map(|group| group.members.iter().map(move |member| (group, member)));
    let is_bound = ways.any(|(group, member)| {
        let is_ace = matches!(member.kind.kind, ContextKind::AceFqdn | ContextKind::AceNode);
        is_ace
            && !is_unproven(config, member.context)
            && group.cluster_id.as_deref() == Some(id)
            && is_users(member.context)
    });
    let mut reached: Vec<&str> = groups
        .iter()
        .filter(|group| group.members.iter().any(|member| is_users(member.context)))
        .filter_map(|group| group.cluster_id.as_deref())
        .collect();
    reached.dedup();
    match () {
        () if reached.len() > 1 => vec![AceNote::TokenShared { user: user() }],
        () if is_bound => Vec::new(),
        () => vec![AceNote::TokenUnproven { user: user() }],
    }
}
