//! Whether a client certificate is of the cluster whose CA is known.

use crate::cert::{Certificate, ChainVerdict, Purpose, Verifier, rfc3339};
use crate::error::Printable;
use crate::finding::{Code, Effect, Finding, Severity};
use rustls_pki_types::UnixTime;

/// What the CAs `authority`, by which a cluster's servers are checked, have to say of a client certificate. `chain` begins with
/// it and goes on as far as its issuers stand beside it; `sent` is all that stands there.
pub(super) fn judge(
    chain: &[Certificate],
    sent: &[Certificate],
    authority: &[Certificate],
    at: UnixTime,
) -> Vec<Finding> {
    let Some(leaf) = chain.first().filter(|_| !authority.is_empty()) else { return Vec::new() };
    // A certificate that stands in the bundle itself is not signed by it.
    let others: Vec<Certificate>;
    let authority = match authority.contains(leaf) && !leaf.is_authority() {
        true => {
            others = authority.iter().filter(|one| *one != leaf).cloned().collect();
            &others[..]
        }
        false => authority,
    };
    let verifier = Verifier::new(authority).with_intermediates(sent);
    let found = verifier.verify(leaf, Purpose::Any, at);
    let about = found.certificate();
    let subject = Printable(about.subject()).to_string();
    let finding = match found.verdict() {
        ChainVerdict::Trusted => return outlives(found.path()).into_iter().chain(of_servers(leaf)).collect(),
        ChainVerdict::UnknownIssuer | ChainVerdict::SelfSigned | ChainVerdict::BadSignature => {
            return unknown_issuer(chain, sent, authority).into_iter().collect();
        }
        ChainVerdict::Expired if sent.contains(about) && !chain.contains(about) => {
            let message = format!("its way to the CA of the cluster goes through {subject}, which has ended");
            let help =
                "Get the client certificate with a current certificate of its issuer, or replace that one in the file.";
            Finding::new(Code::CaExpired, message).with_help(help)
        }
        ChainVerdict::NotACa | ChainVerdict::PathLength if !chain.contains(about) || about.is_authority() => {
            let message = format!("{subject} on its way to the CA of the cluster {}", found.verdict());
            let help = "Servers refuse such a chain: get a client certificate from a CA that may sign it.";
            Finding::new(Code::NotACa, message).with_severity(Severity::Error).with_help(help)
        }
        // Dates, and what stands in the chain itself, are told of each certificate by itself.
        ChainVerdict::Expired | ChainVerdict::NotYetValid | ChainVerdict::NotACa => return Vec::new(),
        verdict => Finding::new(Code::CertUnsupported, format!("{subject}: {verdict}")).with_effect(Effect::Unknown),
    };
    vec![finding]
}

/// Says that a certificate is valid longer than one of the CAs above it. Programs that make the CA and the certificate
/// in one go, both for ten years, date the second some seconds later.
fn outlives(path: &[&Certificate]) -> Option<Finding> {
    const IN_ONE_GO: u64 = 3600;
    let (leaf, above) = path.split_first()?;
    let first = above.iter().min_by_key(|certificate| certificate.not_after())?;
    if leaf.not_after().as_secs() <= first.not_after().as_secs().saturating_add(IN_ONE_GO) {
        return None;
    }
    let (end, name) = (rfc3339(first.not_after()), Printable(first.subject()));
    let until = rfc3339(leaf.not_after());
    let message = format!("the client certificate is valid until {until}, but {name} above it ends {end}");
    Some(Finding::new(Code::OutlivesIssuer, message))
}

/// Says that the CA which signed a certificate is, by its name, that of K3s's or RKE2's servers. Their API servers take
/// clients of another.
fn of_servers(leaf: &Certificate) -> Option<Finding> {
    let issuer = common_name(leaf.issuer());
    let made = Made::of(issuer, "-server-ca")?;
    let distribution = made.distribution;
    let message = format!(
        "the client certificate is signed by {}, which signs servers: the API server accepts clients of \
         {distribution}-client-ca",
        Printable(issuer)
    );
    Some(Finding::new(Code::UnknownIssuer, message).with_effect(Effect::Unknown))
}

/// Says that the CA in the file did not sign the certificate, unless the names of both are those that a distribution
/// gives to its CAs for servers and for clients.
fn unknown_issuer(chain: &[Certificate], sent: &[Certificate], authority: &[Certificate]) -> Option<Finding> {
    let issuer = chain.first().map_or("", |leaf| leaf.issuer());
    let name = common_name(issuer);
    // A CA that was made again has the name of the old one.
    let is_named = |link: &Certificate| authority.iter().any(|ca| ca.subject() == link.issuer());
    if let Some(link) = chain.iter().find(|link| is_named(link)) {
        let message = format!(
            "the issuer of the client certificate is called {} as the CA of the cluster is, but that CA did not sign it",
            Printable(link.issuer())
        );
        return Some(Finding::new(Code::BadSignature, message));
    }
    // The one sent along that signed it would be in the chain.
    if let Some(ca) = chain.last().and_then(|link| sent.iter().find(|ca| ca.subject() == link.issuer() && *ca != link))
    {
        let message = format!("{}, sent along with the client certificate, did not sign it", Printable(ca.subject()));
        let finding = Finding::new(Code::BadSignature, message);
        return Some(finding.with_severity(Severity::Warning).with_effect(Effect::Unknown));
    }
    if is_separate(name, authority) {
        return None;
    }
    let message =
        format!("the client certificate is signed by {}, which is not the CA of the cluster", Printable(issuer));
    // Others have two CAs as well, but nothing shows that these belong together.
    let finding = Finding::new(Code::UnknownIssuer, message);
    Some(finding.with_effect(Effect::Unknown))
}

fn common_name(subject: &str) -> &str {
    subject.split(',').find_map(|part| part.trim().strip_prefix("CN=")).unwrap_or_default()
}

/// Whether a CA of clients, by its name, belongs to a CA of servers.
fn is_separate(clients: &str, authority: &[Certificate]) -> bool {
    let servers = || authority.iter().filter_map(Certificate::common_name);
    // K3s and RKE2 make a CA for servers and one for clients at the first start, and put the time into both names.
    let of_k3s = |clients: &Made<'_>| {
        servers().filter_map(|name| Made::of(name, "-server-ca")).any(|server| server.is_made_with(clients))
    };
    let is_openshift = |names: &[&str], name: &str| names.iter().any(|known| name.contains(known));
    Made::of(clients, "-client-ca").is_some_and(|clients| of_k3s(&clients))
        || is_openshift(CLIENTS_OF_OPENSHIFT, clients) && servers().any(|name| is_openshift(SERVERS_OF_OPENSHIFT, name))
}

/// CAs of clients in OpenShift, as the installer and the operators call them: `admin-kubeconfig-signer`,
/// `openshift-kube-apiserver-operator_node-system-admin-signer@1700000000`.
const CLIENTS_OF_OPENSHIFT: &[&str] =
    &["admin-kubeconfig-signer", "node-system-admin-signer", "kube-control-plane-signer", "kube-csr-signer_@"];

/// CAs of API servers in OpenShift; a kubeconfig has several of them.
const SERVERS_OF_OPENSHIFT: &[&str] = &[
    "kube-apiserver-lb-signer",
    "kube-apiserver-localhost-signer",
    "kube-apiserver-service-network-signer",
    "loadbalancer-serving-signer",
    "localhost-serving-signer",
    "service-network-serving-signer",
];

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
