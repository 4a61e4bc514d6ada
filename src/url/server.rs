//! A server's URL taken apart.

use super::host::Reach;
use super::{go, host};
use crate::error::{Error, ErrorKind, Result};
use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;

/// The `server` of a cluster, or the proxy in front of it, taken apart.
///
/// It can be made of any text. What is not a URL has a [`fault`](ServerUrl::fault), and its other parts are a guess for
/// messages. A user name and a password are left out on purpose, and `Debug` shows neither.
#[derive(Clone, Copy)]
pub struct ServerUrl<'a> {
    text: &'a str,
    parts: go::Parts<'a>,
    kind: Kind,
    refused: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Server,
    Proxy,
}

/// Why nobody reaches a server by its URL.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UrlFault {
    /// client-go refuses the URL when it builds a client; with the likely reason, where there is one.
    Refused(String),
    /// client-go takes the URL, and no connection can succeed: there is no such port, host or protocol.
    CannotConnect(String),
    /// The host cannot exist: it looks like a placeholder or a slip of the pen.
    Slip(String),
}

impl fmt::Display for UrlFault {
    /// A sentence that says what is wrong. It holds the host and the port, never a user name or a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UrlFault::Refused(why) if why.is_empty() => f.write_str("kubectl cannot read it as a URL or as host:port"),
            UrlFault::Refused(why) | UrlFault::Slip(why) => f.write_str(why),
            UrlFault::CannotConnect(why) => write!(f, "kubectl cannot connect: {why}"),
        }
    }
}

/// Whether an IPv6 address stands in the brackets it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Brackets {
    /// It does, or it is not an IPv6 address.
    Fine,
    /// It does not. kubectl connects as long as it is built with a Go before 1.26 (golang/go#75223); Rancher writes it so.
    Missing,
}

impl<'a> ServerUrl<'a> {
    /// Reads a cluster's `server`.
    pub fn of(text: &'a str) -> Self {
        let whole = go::with_path(text).or_else(|| go::parse(text));
        let whole = whole.filter(|parts| parts.scheme.is_some() && parts.has_authority());
        let parts = whole.or_else(|| go::without_scheme(text)).map(go::Parts::without_empty_port);
        let refused = parts.is_none();
        ServerUrl { text, parts: parts.unwrap_or_else(|| go::guess(text)), kind: Kind::Server, refused }
    }

    /// Reads a cluster's `proxy-url`.
    pub fn proxy(text: &'a str) -> Self {
        let parts = go::parse(text).filter(|parts| is_any_of(parts.scheme, &["http", "https", "socks5"]));
        let refused = parts.is_none();
        ServerUrl { text, parts: parts.unwrap_or_else(|| go::guess(text)), kind: Kind::Proxy, refused }
    }

    /// Returns whether client-go refuses the URL.
    pub(crate) fn is_refused(&self) -> bool {
        self.refused
    }

    /// Returns the scheme as it is written; `None` where there is none, which client-go takes for plain `http`.
    pub fn scheme(&self) -> Option<&'a str> {
        self.parts.scheme
    }

    /// Returns whether client-go uses TLS, and so sends credentials: the scheme is `https`.
    pub fn is_tls(&self) -> bool {
        !self.refused && is_any_of(self.parts.scheme, &["https"])
    }

    /// Returns the name or address, as it is written, without the brackets of IPv6.
    pub fn host(&self) -> &'a str {
        self.parts.host
    }

    /// Returns the host in small letters and without a final dot, to compare it with another.
    pub fn host_key(&self) -> String {
        self.parts.host.trim_end_matches('.').to_ascii_lowercase()
    }

    /// Returns the port as it is written; `None` where there is no colon.
    pub fn port(&self) -> Option<&'a str> {
        self.parts.port
    }

    /// Returns what comes after the host, up to a `?`; empty where there is nothing. client-go takes a `#` behind a path
    /// for a part of it.
    pub fn path(&self) -> &'a str {
        self.parts.path
    }

    /// Returns the address, where the host is one and not a name. The zone of an IPv6 address is left out.
    pub fn ip(&self) -> Option<IpAddr> {
        let host = self.parts.host;
        match host.split_once("%25") {
            Some((_, "")) => None,
            Some((address, _zone)) => address.parse().ok().map(IpAddr::V6),
            None => host.parse().ok(),
        }
    }

    /// Returns whether it has a user name or a password in it.
    pub fn has_userinfo(&self) -> bool {
        self.parts.has_userinfo
    }

    /// Returns the path that a request has, as client-go sends it: unescaped, without empty steps, `.` and `..`.
    pub fn request_path(&self) -> Cow<'a, str> {
        go::cleaned(self.parts.path)
    }

    /// Returns Rancher's id of the cluster, where the server is Rancher's proxy: `/k8s/clusters/ID`, however it is spelled.
    /// The id is empty where it was left out.
    pub fn rancher_cluster(&self) -> Option<String> {
        const PROXY: &str = "/k8s/clusters";
        // Most servers have no path.
        if self.parts.path.len() < PROXY.len() {
            return None;
        }
        let path = self.request_path();
        let rest = path.split_once(PROXY)?.1;
        let id = if rest.is_empty() { rest } else { rest.strip_prefix('/')?.split('/').next()? };
        (!self.refused).then(|| id.to_owned())
    }

    /// Returns scheme, host and port in one spelling, to compare servers: `https://rancher.example.com`, without the
    /// scheme's own port.
    pub fn origin(&self) -> String {
        let scheme = self.parts.scheme.unwrap_or("http").to_ascii_lowercase();
        let host = self.host_key();
        let host = if host.contains(':') { format!("[{host}]") } else { host };
        match self.parts.port.filter(|port| !port.is_empty()) {
            Some(port) if default_port(&scheme) != Some(port) => format!("{scheme}://{host}:{port}"),
            _ => format!("{scheme}://{host}"),
        }
    }

    /// Returns from where the host can be reached, as far as it tells.
    pub fn reach(&self) -> Reach {
        // kubectl speaks to no socket, but whoever wrote it meant this machine.
        if is_any_of(self.parts.scheme, &["unix"]) {
            return Reach::ThisMachine;
        }
        if self.parts.host.is_empty() {
            return Reach::ThisMachine;
        }
        host::reach(self.parts.host, self.ip())
    }

    /// Returns whether no public authority vouches for the host: an address, a name without a dot, or one of a private domain.
    pub(crate) fn is_private(&self) -> bool {
        self.ip().is_some() || host::is_private_name(&self.host_key())
    }

    /// Returns why nobody reaches it, where the text alone tells.
    pub fn fault(&self) -> Option<UrlFault> {
        // Where Go cannot tell what is the host, part of a password may be taken for it.
        let slip = if self.refused && self.has_userinfo() { None } else { host::slip(self.text, &self.parts) };
        if self.refused {
            return Some(UrlFault::Refused(match (slip, self.kind) {
                (Some(slip), _) => slip,
                (None, Kind::Server) => String::new(),
                (None, Kind::Proxy) => "it is not a URL of the kind http, https or socks5".to_owned(),
            }));
        }
        let cannot = |why: String| Some(UrlFault::CannotConnect(why));
        if self.kind == Kind::Server && self.parts.scheme.is_some() && !is_any_of(self.parts.scheme, &["http", "https"])
        {
            return cannot("it speaks http and https alone".to_owned());
        }
        // Of a proxy without a host kubectl takes the machine itself.
        if self.parts.host.is_empty() && self.kind == Kind::Server {
            return cannot("there is no host in the URL".to_owned());
        }
        if let Some(port) = self.parts.port.filter(|port| !port.is_empty() && !matches!(port.parse::<u16>(), Ok(1..))) {
            return cannot(format!("there is no port {}, ports go from 1 to 65535", crate::error::Printable(port)));
        }
        if self.parts.host.contains(':') && self.ip().is_none() {
            if self.parts.bracketed {
                return cannot("what stands in the brackets is no IPv6 address".to_owned());
            }
            let is_v6 = [":", "1"].iter().any(|rest| format!("{}{rest}", self.parts.host).parse::<IpAddr>().is_ok());
            return cannot(match is_v6 {
                true => "the IPv6 address has no brackets, so that its last part is taken for the port".to_owned(),
                false => "there are two ports in the URL".to_owned(),
            });
        }
        slip.map(UrlFault::Slip)
    }

    /// Returns whether an IPv6 address lacks its brackets, where kubectl of today still connects.
    pub(crate) fn brackets(&self) -> Brackets {
        let is_bare = self.parts.host.contains(':') && !self.parts.bracketed && self.ip().is_some();
        if is_bare { Brackets::Missing } else { Brackets::Fine }
    }
}

impl fmt::Debug for ServerUrl<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerUrl")
            .field("scheme", &self.scheme())
            .field("host", &self.host())
            .field("port", &self.port())
            .finish_non_exhaustive()
    }
}

fn is_any_of(scheme: Option<&str>, known: &[&str]) -> bool {
    scheme.is_some_and(|scheme| known.iter().any(|known| scheme.eq_ignore_ascii_case(known)))
}

fn default_port(scheme: &str) -> Option<&'static str> {
    match scheme {
        "https" => Some("443"),
        "http" => Some("80"),
        _ => None,
    }
}

/// Returns why client-go refuses a proxy's URL, if it does, in its words (`parseProxyURL`).
pub(crate) fn proxy_fault(proxy: &str) -> Option<String> {
    match go::parse(proxy) {
        None => Some("could not parse".into()),
        Some(parts) if is_any_of(parts.scheme, &["http", "https", "socks5"]) => None,
        Some(parts) => Some(match parts.scheme {
            Some(scheme) if proxy.contains("://") => {
                format!("unsupported scheme \"{}\", must be http, https, or socks5", scheme.to_ascii_lowercase())
            }
            // `name:password@host`, and what is left of it when cut off, has the name for a scheme.
            _ => "unsupported scheme, must be http, https, or socks5".into(),
        }),
    }
}

/// Checks a URL that shall be written as a `server`. It is stricter than kubectl: nothing that would be dropped or taken for
/// something else is let through.
pub(crate) fn check_new_server(text: &str) -> Result<()> {
    let url = ServerUrl::of(text);
    let wrong = |message: &str| Error::new(ErrorKind::Usage, format!("this is no server to write: {message}"));
    if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(wrong("it has blanks or control characters in it"));
    }
    if !text.contains("://") {
        return Err(wrong("it has no scheme, so kubectl would speak plain http and send no credentials")
            .with_help("write https:// before it"));
    }
    if url.has_userinfo() || text.contains('@') {
        return Err(wrong("it has a user name or password in it, which belong in the user's entry"));
    }
    if url.parts.has_query {
        return Err(wrong("it has a query or fragment, which kubectl drops"));
    }
    if url.brackets() == Brackets::Missing || url.parts.bracketed && !matches!(url.ip(), Some(IpAddr::V6(_))) {
        return Err(wrong("an IPv6 address stands in brackets, and nothing else does")
            .with_help("write it in brackets: https://[2001:db8::1]:6443"));
    }
    if url.parts.port == Some("") {
        return Err(wrong("there is no port after the colon"));
    }
    match url.fault() {
        None => Ok(()),
        Some(fault) => Err(wrong(&fault.to_string())),
    }
}
