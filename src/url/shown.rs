//! URLs for messages.

use super::go;
use super::server::ServerUrl;
use std::borrow::Cow;

/// Returns `https://user:password@host` as `https://[hidden]@host`, and a query as `?[hidden]`; anything else as it is.
///
/// It is for showing a `server` or `proxy-url`, whether it is a URL or not. What might be a password is taken for one.
///
/// ```
/// use kubeconfig::url::without_userinfo;
/// assert_eq!(without_userinfo("https://user:password@proxy:3128"), "https://[hidden]@proxy:3128");
/// assert_eq!(without_userinfo("https://us/er:pass/word@proxy"), "https://[hidden]@proxy");
/// assert_eq!(without_userinfo("https://user:passw"), "https://[hidden]"); // cut off
/// assert_eq!(without_userinfo("https://host/path?token=secret"), "https://host/path?[hidden]");
/// assert_eq!(without_userinfo("https://host:6443/path"), "https://host:6443/path");
/// // The @ of a path does not hide the host that kubectl connects to.
/// assert_eq!(without_userinfo("https://127.0.0.1:6443/@real.example.com"), "https://127.0.0.1:6443/[hidden]");
/// ```
pub fn without_userinfo(text: &str) -> Cow<'_, str> {
    let start = text.find("://").filter(|i| go::is_scheme(text[..*i].trim_start())).map_or(0, |i| i + 3);
    let (scheme, rest) = text.split_at(start);
    let (authority, behind) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    if let Some((_, host)) = rest.rsplit_once('@') {
        if !authority.contains('@') && is_surely_a_host(text) {
            let (authority, mark) = (authority, behind.get(..1).unwrap_or_default());
            return format!("{scheme}{authority}{mark}[hidden]").into();
        }
        // Up to the last @, wherever it stands: a password may hold a slash or a question mark.
        return format!("{scheme}[hidden]@{}", without_query(host)).into();
    }
    let is_port = |port: &str| port.bytes().all(|b| b.is_ascii_hexdigit() || b == b':');
    let in_brackets = authority.starts_with('[') && authority.contains(']');
    match authority.split_once(':').filter(|_| !in_brackets) {
        // A password whose end was cut off: what comes after the colon is not a port. Brackets hold an IPv6 address, and
        // Rancher leaves them out.
        Some((_, port)) if !is_port(port) => format!("{scheme}[hidden]{}", without_query(behind)).into(),
        _ if rest.contains('?') => format!("{scheme}{}", without_query(rest)).into(),
        _ => text.into(),
    }
}

/// Whether what comes before the first slash is what kubectl connects to, and not the begin of a user name.
fn is_surely_a_host(text: &str) -> bool {
    let url = ServerUrl::of(text);
    let has_port = url.port().is_some_and(|port| !port.is_empty()) && !url.host().contains(':');
    !url.is_refused() && (url.ip().is_some() || has_port)
}

fn without_query(rest: &str) -> Cow<'_, str> {
    match rest.split_once('?') {
        Some((path, _)) => format!("{path}?[hidden]").into(),
        None => rest.into(),
    }
}
