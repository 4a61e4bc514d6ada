//! The URL in `server` and `proxy-url`, taken apart far enough to say where it leads.

use crate::error::{Error, ErrorKind, Result};
use std::net::{IpAddr, Ipv4Addr};

/// The parts of a server's URL. Userinfo is left out on purpose.
#[derive(Clone, Copy)]
pub(crate) struct Server<'a> {
    /// What stands before `://`; client-go takes a `server` without one for plain http.
    pub(crate) scheme: Option<&'a str>,
    /// Name or address, without the brackets of IPv6.
    pub(crate) host: &'a str,
    pub(crate) port: Option<&'a str>,
    /// From the first `/` to the query, empty if there is none.
    pub(crate) path: &'a str,
    has_userinfo: bool,
    has_query: bool,
    bracketed: bool,
}

/// Whether an IPv6 address stands in the brackets it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Brackets {
    /// It does, or it is none.
    Fine,
    /// It doesn't, and some clients understand it all the same.
    Missing,
    /// It doesn't, and every client goes elsewhere.
    Misleading,
}

impl<'a> Server<'a> {
    /// Takes any text: what is no URL has an empty host.
    pub(crate) fn of(text: &'a str) -> Self {
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (Some(scheme), rest),
            None => (None, text),
        };
        // A password may hold a slash or a question mark: all up to the last @ is userinfo.
        let (has_userinfo, rest) = match rest.rsplit_once('@') {
            Some((_, rest)) => (true, rest),
            None => (false, rest),
        };
        let (rest, has_query) = match rest.find(['?', '#']) {
            Some(at) => (&rest[..at], true),
            None => (rest, false),
        };
        let (address, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let bracketed = address.starts_with('[');
        let (host, port) = match address.strip_prefix('[').and_then(|a| a.split_once(']')) {
            Some((host, port)) => (host, port.strip_prefix(':')),
            // Rancher writes IPv6 addresses without brackets. Go takes what stands behind the last colon for the port.
            None => match address.rsplit_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (address, None),
            },
        };
        Server { scheme, host, port, path, has_userinfo, has_query, bracketed }
    }

    /// What is wrong with an IPv6 address without brackets. Rancher writes nodes' so, always with a port: kubectl dials
    /// those as long as it is made with a Go before 1.26 (`urlstrictcolons`, golang/go#75223). Without a port the last part
    /// of the address is taken for one, and nobody gets there.
    pub(crate) fn brackets(&self) -> Brackets {
        match self.bracketed || !self.host.contains(':') {
            true => Brackets::Fine,
            false if self.ip().is_some() => Brackets::Missing,
            false => Brackets::Misleading,
        }
    }

    /// The address, if `host` is one and not a name.
    pub(crate) fn ip(&self) -> Option<IpAddr> {
        let address = self.host.split_once('%').map_or(self.host, |(address, _zone)| address);
        address.parse().ok()
    }

    /// Whether it leads to the machine it is used on: loopback, the unspecified address (k3d writes `0.0.0.0`), a Unix
    /// socket, or a name that only Docker Desktop's hosts file knows (`kubernetes.docker.internal`).
    pub(crate) fn is_this_machine(&self) -> bool {
        if self.scheme.is_some_and(|s| s.eq_ignore_ascii_case("unix")) {
            return true;
        }
        if let Some(ip) = self.ip() {
            let ip = ip.to_canonical();
            // `::127.0.0.1`, which RFC 4291 has given up.
            let inner = if let IpAddr::V6(ip) = ip { ip.to_ipv4() } else { None };
            return ip.is_loopback() || ip.is_unspecified() || inner.is_some_and(|ip| ip.is_loopback());
        }
        let name = self.host.trim_end_matches('.').to_ascii_lowercase();
        const NAMES: &[&str] =
            &["localhost", "localhost.localdomain", "localhost4", "localhost6", "ip6-localhost", "ip6-loopback"];
        const UNDER: &[&str] = &[".localhost", ".docker.internal", ".lima.internal", ".rancher-desktop.internal"];
        // Public names that stand for the address in them.
        const ECHOES: &[&str] = &[".nip.io", ".sslip.io", ".xip.io"];
        let echoes_loopback = ECHOES.iter().any(|domain| name.ends_with(domain))
            && ["127.0.0.1", "127-0-0-1"].iter().any(|address| name.contains(address));
        // A URL without a host is this machine to Go's dialer; `127.1`, `0` and `2130706433` are to many resolvers.
        (self.scheme.is_some() && name.is_empty())
            || NAMES.contains(&name.as_str())
            || echoes_loopback
            || UNDER.iter().any(|domain| name.ends_with(domain))
            || old_address(&name).is_some_and(|ip| ip.is_loopback() || ip.is_unspecified())
    }
}

impl Server<'_> {
    /// Whether it has a port that there is not. None behind the colon is the scheme's own.
    #[cfg(feature = "rancher")]
    pub(crate) fn has_impossible_port(&self) -> bool {
        self.port.is_some_and(|port| !port.is_empty() && !matches!(port.parse::<u16>(), Ok(1..)))
    }

    /// What only some machines can do with the host: a name of a cluster's own DNS, or an address of one link.
    #[cfg(feature = "rancher")]
    pub(crate) fn local_to(&self) -> Option<&'static str> {
        let name = self.host.trim_end_matches('.').to_ascii_lowercase();
        let is_service = ["kubernetes", "kubernetes.default"].contains(&name.as_str())
            || [".svc", ".svc.cluster.local"].iter().any(|domain| name.ends_with(domain));
        let is_link_local = match self.ip().map(|ip| ip.to_canonical()) {
            Some(IpAddr::V4(ip)) => ip.is_link_local(),
            Some(IpAddr::V6(ip)) => ip.segments()[0] & 0xffc0 == 0xfe80,
            None => false,
        };
        match () {
            () if is_service => Some("the DNS inside the cluster, the only one that knows the name of its server"),
            () if is_link_local => Some("the network link of its server, whose address is good nowhere else"),
            () => None,
        }
    }
}

/// An IPv4 address in the forms of `inet_aton`: one to four numbers, decimal, octal or hexadecimal, the last of which fills
/// what is left.
fn old_address(text: &str) -> Option<Ipv4Addr> {
    let parts: Vec<&str> = text.split('.').collect();
    let number = |part: &str| match part.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None if part.len() > 1 && part.starts_with('0') => u32::from_str_radix(part, 8).ok(),
        None => part.parse().ok(),
    };
    let (last, first) = parts.split_last()?;
    if first.len() > 3 {
        return None;
    }
    let mut address = 0u32;
    for part in first {
        address = address << 8 | number(part).filter(|n| *n < 256)?;
    }
    let bits = 32 - 8 * first.len() as u32;
    let last = number(last).filter(|n| u64::from(*n) < 1u64 << bits)?;
    let address = if bits == 32 { last } else { address << bits | last };
    Some(Ipv4Addr::from(address))
}

/// Checks a URL that shall go into a backup as `server`.
pub(crate) fn check(url: &str) -> Result<()> {
    let server = Server::of(url);
    let wrong = |message: &'static str| Error::new(ErrorKind::Usage, format!("this is no server to write: {message}"));
    match server.scheme {
        None => {
            return Err(wrong("it has no scheme, so kubectl would speak plain http and leave all credentials out")
                .with_help("write https:// before it"));
        }
        Some(s) if !s.eq_ignore_ascii_case("https") && !s.eq_ignore_ascii_case("http") => {
            return Err(wrong("its scheme is neither https nor http"));
        }
        Some(_) => {}
    }
    if url.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(wrong("it has blanks or control characters in it"));
    }
    if server.has_userinfo {
        return Err(wrong("it carries a user name or password, which belong in the user's entry"));
    }
    if server.has_query {
        return Err(wrong("it has a query or fragment, which kubectl drops"));
    }
    if server.host.is_empty() {
        return Err(wrong("it has no host"));
    }
    if server.host.contains(':') != server.bracketed || server.bracketed && server.ip().is_none() {
        return Err(
            wrong("its IPv6 address is not written as one").with_help("write it in brackets: https://[::1]:6443")
        );
    }
    match server.port.map(str::parse::<u16>) {
        None | Some(Ok(1..)) if crate::load::is_server(url) => Ok(()),
        None | Some(Ok(1..)) => Err(wrong("kubectl can't read it as a URL")),
        Some(_) => Err(wrong("its port is not a number from 1 to 65535")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        for (text, scheme, host, port, path) in [
            ("https://a.example.com:6443/x?q", Some("https"), "a.example.com", Some("6443"), "/x"),
            ("https://u:SECRET-CANARY@a/", Some("https"), "a", None, "/"),
            ("https://[fd00::1]:6443", Some("https"), "fd00::1", Some("6443"), ""),
            ("https://fd00::1:6443", Some("https"), "fd00::1", Some("6443"), ""),
            ("https://2001:db8::11", Some("https"), "2001:db8:", Some("11"), ""),
            ("localhost:8080", None, "localhost", Some("8080"), ""),
            ("", None, "", None, ""),
            ("https://", Some("https"), "", None, ""),
            ("[", None, "[", None, ""),
        ] {
            let s = Server::of(text);
            assert_eq!((s.scheme, s.host, s.port, s.path), (scheme, host, port, path), "{text}");
        }
    }

    #[test]
    fn this_machine() {
        for text in [
            "https://127.0.0.1:6443",
            "https://127.8.9.1",
            "https://[::1]:6443",
            "https://::1:6443",
            "https://0.0.0.0:40123",
            "https://[::]:6443",
            "https://[::ffff:127.0.0.1]",
            "https://localhost",
            "HTTPS://LOCALHOST.:6443",
            "localhost:8080",
            "https://x.localhost",
            "unix:///run/k.sock",
            "https://kubernetes.docker.internal:6443",
            "socks5://localhost:1080",
            "https://[::1%lo]:6443",
            "https://[::127.0.0.1]:6443",
            "https://127.0.0.1.nip.io:6443",
            "https://api-127-0-0-1.sslip.io",
        ] {
            assert!(Server::of(text).is_this_machine(), "{text}");
        }
        for text in [
            "https://10.0.0.1:6443",
            "https://localhost.example.com",
            "https://127.0.0.1.example.com",
            "https://10.0.0.1.nip.io",
            "https://[::2]",
            "https://128.0.0.1",
            "https://[fd00::1]",
            "https://user@10.0.0.1",
            "https://127.0.0.1@10.0.0.1",
            "https://notlocalhost",
            "",
        ] {
            assert!(!Server::of(text).is_this_machine(), "{text}");
        }
    }

    #[test]
    fn urls_to_write() {
        for good in ["https://a", "https://a:1/k8s/clusters/c-1", "http://10.0.0.1:8080", "https://[::1]:6443"] {
            assert!(check(good).is_ok(), "{good}");
        }
        for bad in [
            "a:6443",
            "",
            "ftp://a",
            "https://",
            "https://:6443",
            "https://a b",
            "https://SECRET-CANARY:p@a",
            "https://a?x=SECRET-CANARY",
            "https://fd00::1:6443",
            "https://a:0",
            "https://a:65536",
            "https://a:x",
            "https://[::1",
            "https://[a]:6443",
            "https://a\n",
        ] {
            let error = check(bad).unwrap_err().to_string();
            assert!(!error.contains("CANARY"), "{error}");
        }
    }
}
