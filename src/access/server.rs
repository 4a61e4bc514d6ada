//! The way to a server: its URL, the proxy in front of it, and whom kubectl trusts there.

use super::Trust;
use super::entry::ClusterFacts;
use super::need::Need;
use super::note::{Note, of_error};
use super::pem::Pem;
use super::question::Question;
use crate::config::{Cluster, set};
use crate::error::Printable;
use crate::finding::{Code, Effect, Finding, Severity};
use crate::load::validate_cluster;
use crate::url::{Brackets, Reach, ServerUrl, UrlFault};
use std::sync::Arc;

/// Judges a cluster's entry. Paths in it are absolute.
pub(super) fn judge(
    name: &str,
    cluster: &Cluster,
    question: &Question,
    trust: impl Fn(Option<&Pem<'_>>) -> Arc<Trust>,
) -> ClusterFacts {
    let mut facts = ClusterFacts {
        notes: refused(name, cluster),
        needs: Vec::new(),
        is_tls: false,
        has_userinfo: false,
        is_without_ca: false,
        doubts_of_ca: Vec::new(),
        trust: trust(None),
    };
    let Some(text) = set(&cluster.server) else {
        // kubectl takes its default server, which is on the machine itself.
        facts.needs.push(Need::ThisMachine);
        return facts;
    };
    let server = ServerUrl::of(text);
    facts.is_tls = server.is_tls();
    route(&server, text, question, &mut facts);
    proxy(cluster, &mut facts);
    if !facts.is_tls {
        return facts;
    }
    let pem = Pem::authority(cluster);
    facts.trust = trust(pem.as_ref());
    let field = pem.map_or("", |pem| pem.field);
    facts.notes.extend(facts.trust.notes().iter().map(|finding| Note::new(field, finding.clone())));
    let asked = set(&cluster.tls_server_name);
    if let Some(why) = asked.and_then(no_name) {
        facts.notes.push(Note::new("tls-server-name", Finding::new(Code::InvalidServer, why)));
    }
    let name = asked.unwrap_or(server.host());
    facts.notes.extend(facts.trust.for_server(name, field));
    facts.doubts_of_ca = facts.trust.doubts(field);
    if cluster.extensions.contains(IMPORTED) {
        facts.notes.push(Note::new("server", imported()));
    }
    let is_said_to_be_public = cluster.extensions.contains(PUBLIC_CA);
    facts.is_without_ca = facts.trust.is_of_system() && !cluster.insecure_skip_tls_verify && !is_said_to_be_public;
    let shown = asked.map_or(server, ServerUrl::of);
    if facts.is_without_ca && shown.is_private() && facts.needs.is_empty() {
        facts.notes.push(Note::new("server", no_ca(&shown)));
    }
    if cluster.insecure_skip_tls_verify && pem.is_some() {
        let message = "specifying a root certificates file with the insecure flag is not allowed";
        let finding = Finding::new(Code::InvalidCertificateAuthority, message).with_effect(Effect::Refused);
        let help = "remove insecure-skip-tls-verify: the server is checked by the CA";
        facts.notes.push(Note::new("insecure-skip-tls-verify", finding.with_help(help)));
    }
    facts
}

/// Where the server's URL leads.
fn route(server: &ServerUrl<'_>, text: &str, question: &Question, facts: &mut ClusterFacts) {
    let mut note = |finding: Finding| facts.notes.push(Note::new("server", finding));
    match server.fault() {
        None => {}
        Some(UrlFault::Refused(why)) => {
            let shown = crate::config::shown("clusters[].cluster.server", text);
            let why = if why.is_empty() { why } else { format!(": {why}") };
            let message = format!("host must be a URL or a host:port pair: \"{}\"{why}", Printable(&shown));
            note(Finding::new(Code::InvalidServer, message).with_effect(Effect::Refused));
            return;
        }
        Some(fault @ UrlFault::CannotConnect(_)) => {
            note(Finding::new(Code::InvalidServer, fault.to_string()).with_effect(Effect::CannotConnect));
            return;
        }
        Some(fault) => {
            note(Finding::new(Code::InvalidServer, fault.to_string()));
            return;
        }
    }
    if server.brackets() == Brackets::Missing {
        let message = "an IPv6 address without brackets: a kubectl built with Go 1.26 or later refuses it";
        note(Finding::new(Code::UnbracketedIpv6, message).with_effect(Effect::Unknown));
    }
    if server.has_userinfo() {
        let message = "kubectl sends the user name and password of the URL instead of any token";
        note(Finding::new(Code::UserinfoInServer, message));
        facts.has_userinfo = true;
    }
    if server.rancher_cluster().is_some() {
        facts.needs.push(Need::Rancher);
    }
    match server.reach() {
        Reach::ThisMachine if !question.on_node => facts.needs.push(Need::ThisMachine),
        Reach::InsideCluster => facts.needs.push(Need::ClusterDns),
        Reach::SameLink => facts.needs.push(Need::SameLink),
        _ => {}
    }
    if !server.is_tls() {
        facts.notes.push(Note::new("server", plain_http(server)));
    }
}

fn proxy(cluster: &Cluster, facts: &mut ClusterFacts) {
    let Some(text) = set(&cluster.proxy_url) else { return };
    let proxy = ServerUrl::proxy(text);
    match proxy.fault() {
        // client-go's own rule has said so.
        Some(UrlFault::Refused(_)) => {}
        Some(fault) => {
            let effect = match fault {
                UrlFault::CannotConnect(_) => Effect::CannotConnect,
                _ => Effect::Fails,
            };
            let finding = Finding::new(Code::InvalidProxyUrl, format!("the proxy: {fault}")).with_effect(effect);
            facts.notes.push(Note::new("proxy-url", finding));
        }
        None if proxy.reach() == Reach::ThisMachine => facts.needs.push(Need::ThisMachine),
        None => {
            let port = proxy.port().map(|port| format!(":{port}")).unwrap_or_default();
            facts.needs.push(Need::Proxy(format!("{}{port}", proxy.host_key())));
        }
    }
}

/// The extension of a cluster by which somebody said that the certificate of its server is of a public authority.
pub(crate) const PUBLIC_CA: &str = "kubeconfig-rs/public-ca";

/// The extension of a cluster whose authorized endpoint was added, and which was imported into Rancher.
pub(crate) const IMPORTED: &str = "kubeconfig-rs/imported";

/// The extension of a user that keeps what Rancher's comments said of its token: the token's name, `createdTimestamp`
/// and `ttl`; or the name alone, where the comments of its file are not about it.
pub(crate) const TOKEN_LIFETIME: &str = "kubeconfig-rs/token-lifetime";

/// What nobody can see in a file of a cluster that was imported into Rancher.
pub(crate) fn imported() -> Finding {
    let message = "the cluster was imported into Rancher: its authorized endpoint takes Rancher's tokens only once \
                   kube-api-authn-webhook.yaml is on every server, which no file shows";
    Finding::new(Code::EndpointWebhook, message).with_effect(Effect::Unknown)
}

/// What client-go refuses of the entry when it loads the context.
fn refused(name: &str, cluster: &Cluster) -> Vec<Note> {
    let note = |fault: crate::load::Fault| {
        // Where there is no server kubectl takes its default.
        let effect = if fault.code == Code::NoServer { Effect::Fails } else { Effect::Refused };
        Note::new(fault.field, of_error(fault.code, &fault.error).with_effect(effect))
    };
    validate_cluster(name, cluster).into_iter().map(note).collect()
}

fn plain_http(server: &ServerUrl<'_>) -> Finding {
    let message = match server.scheme() {
        Some(_) => "its server is not https, so kubectl sends no credentials",
        None => "its server has no scheme, so kubectl speaks plain http and sends no credentials",
    };
    let finding = Finding::new(Code::PlainHttp, message);
    // Nobody listens in between.
    let finding = if server.reach() == Reach::ThisMachine { finding.with_severity(Severity::Note) } else { finding };
    finding.with_effect(Effect::Fails)
}

/// Why no certificate has that name.
fn no_name(name: &str) -> Option<String> {
    let url = ServerUrl::of(name);
    let is_name = url.host() == name && url.port().is_none() && url.fault().is_none();
    (!is_name && name.parse::<std::net::IpAddr>().is_err())
        .then(|| "the tls-server-name is not a name that a server's certificate can have".to_owned())
}

/// That there is no CA for an authorized cluster endpoint.
pub(crate) fn endpoint_without_ca() -> Finding {
    let message =
        "no CA for an authorized cluster endpoint: the server must show a certificate that is publicly trusted";
    Finding::new(Code::FqdnWithoutCa, message)
}

fn no_ca(server: &ServerUrl<'_>) -> Finding {
    let what = if server.ip().is_some() { "an address" } else { "a private name" };
    let message = format!("no CA for {what}: the server must show a certificate that is publicly trusted");
    Finding::new(Code::NoCa, message).with_effect(Effect::Unknown)
}
