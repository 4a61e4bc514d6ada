//! Which host a certificate is for.

use super::{Certificate, SubjectAltName};
use std::net::IpAddr;

impl Certificate {
    /// Whether a client takes it for the certificate of `host`, a name or an address (IPv6 with or without brackets),
    /// by Go's rules (`x509.Certificate.VerifyHostname`).
    ///
    /// Only [`subject_alt_names`](Certificate::subject_alt_names) count, not the common name. An address must stand
    /// there as an address, `*` stands for the first label of a name, and the case of names does not matter.
    pub fn is_for(&self, host: &str) -> bool {
        let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
        let ip = bare.parse::<IpAddr>().ok().map(|ip| ip.to_canonical());
        let name = host.strip_suffix('.').unwrap_or(host);
        self.subject_alt_names().iter().any(|wanted| match (wanted, ip) {
            (SubjectAltName::Ip(wanted), Some(ip)) => wanted.to_canonical() == ip,
            (SubjectAltName::Dns(pattern), None) => matches(pattern, name),
            _ => false,
        })
    }
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_prefix("*.") {
        None => !name.is_empty() && pattern.eq_ignore_ascii_case(name),
        Some(domain) => {
            name.split_once('.').is_some_and(|(label, rest)| !label.is_empty() && domain.eq_ignore_ascii_case(rest))
        }
    }
}
