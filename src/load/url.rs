//! Go's `url.Parse`, as far as it decides what kubectl accepts.

/// What client-go makes of a server: whether it is https, or `None` where it is neither a URL nor `host:port`
/// (`rest/url_utils.go`). No server at all is `localhost` by plain http.
pub(crate) fn server_is_tls(server: &str) -> Option<bool> {
    if let Some(url) = Url::parse(server) {
        if !url.scheme.is_empty() && !url.host.is_empty() {
            return Some(url.scheme == "https");
        }
    }
    let with_scheme = format!("http://{server}");
    let url = Url::parse(&with_scheme)?;
    matches!(url.path, "" | "/").then_some(false)
}

/// Why client-go refuses a proxy's URL, if it does (`parseProxyURL`).
pub(super) fn proxy_fault(proxy: &str) -> Option<String> {
    match Url::parse(proxy) {
        None => Some("could not parse".into()),
        Some(url) => match url.scheme.as_str() {
            "http" | "https" | "socks5" => None,
            // `name:password@host`, and what is left of it when cut off, has the name for a scheme.
            _ if !proxy.contains("://") => Some("unsupported scheme, must be http, https, or socks5".into()),
            scheme => Some(format!("unsupported scheme \"{scheme}\", must be http, https, or socks5")),
        },
    }
}

struct Url<'a> {
    /// In small letters.
    scheme: String,
    /// With the port; without name and password.
    host: &'a str,
    path: &'a str,
}

impl<'a> Url<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (text, fragment) = text.split_once('#').unwrap_or((text, ""));
        if text.bytes().any(|b| b < b' ' || b == 0x7f) || !escapes_are_whole(fragment) {
            return None;
        }
        if text == "*" {
            return Some(Url { scheme: String::new(), host: "", path: "*" });
        }
        let (scheme, rest) = split_scheme(text)?;
        let rest = rest.split_once('?').map_or(rest, |(rest, _)| rest);
        let scheme = scheme.to_ascii_lowercase();
        if !rest.starts_with('/') {
            if !scheme.is_empty() {
                // Opaque, as in mailto:.
                return Some(Url { scheme, host: "", path: "" });
            }
            if rest.split('/').next().is_some_and(|segment| segment.contains(':')) {
                return None;
            }
        }
        let with_host = !scheme.is_empty() || !rest.starts_with("///");
        let (host, path) = match rest.strip_prefix("//") {
            Some(rest) if with_host => {
                let (authority, path) = rest.split_at_checked(rest.find('/').unwrap_or(rest.len()))?;
                (host_of(authority)?, path)
            }
            _ => ("", rest),
        };
        escapes_are_whole(path).then_some(Url { scheme, host, path })
    }
}

fn split_scheme(text: &str) -> Option<(&str, &str)> {
    match text.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '+' | '-' | '.')) {
        Some(0) if text.starts_with(':') => None,
        Some(end) if text.get(end..)?.starts_with(':') && text.starts_with(|c: char| c.is_ascii_alphabetic()) => {
            Some((text.get(..end)?, text.get(end + 1..)?))
        }
        _ => Some(("", text)),
    }
}

fn host_of(authority: &str) -> Option<&str> {
    let host = match authority.rsplit_once('@') {
        Some((user, host)) => {
            let allowed = |c: char| c.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(c);
            if !user.chars().all(allowed) || !escapes_are_whole(user) {
                return None;
            }
            host
        }
        None => authority,
    };
    let port = if host.starts_with('[') {
        host.get(host.rfind(']')? + 1..)?
    } else {
        host.rfind(':').and_then(|i| host.get(i..)).unwrap_or_default()
    };
    let port_is_valid = port.is_empty() || port.strip_prefix(':')?.bytes().all(|b| b.is_ascii_digit());
    (port_is_valid && host_is_valid(host)).then_some(host)
}

/// In a host only what is not ASCII may be escaped, and `%25` before the zone of an address in brackets.
fn host_is_valid(host: &str) -> bool {
    let zone = if host.starts_with('[') { host.find("%25") } else { None };
    let (name, zone) = host.split_at_checked(zone.unwrap_or(host.len())).unwrap_or((host, ""));
    let plain = |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || "-_.~!$&'()*+,;=:[]<>\"%".contains(c);
    let escaped = |text: &str| {
        text.match_indices('%').all(|(i, _)| {
            text.get(i + 1..i + 2).and_then(|high| u8::from_str_radix(high, 16).ok()).is_some_and(|high| high >= 8)
                || text.get(i..i + 3) == Some("%25")
        })
    };
    host.chars().all(plain) && escapes_are_whole(host) && escaped(name) && (zone.is_empty() || zone.len() > 3)
}

fn escapes_are_whole(text: &str) -> bool {
    text.match_indices('%')
        .all(|(i, _)| text.as_bytes().get(i + 1..i + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::without_userinfo;

    #[test]
    fn servers_as_go_reads_them() {
        let rows: &[(&str, Option<bool>)] = &[
            ("", Some(false)),
            ("https://127.0.0.1:6443", Some(true)),
            ("HTTPS://h", Some(true)),
            ("https://h/k8s/clusters/c-1?x=1#f", Some(true)),
            ("https://user:pass@h:6443", Some(true)),
            ("https://[::1]:6443", Some(true)),
            ("https://[fe80::1%25eth0]:6443", Some(true)),
            ("http://h", Some(false)),
            ("ftp://h/x", Some(false)),
            ("h", Some(false)),
            ("h:443", Some(false)),
            ("127.0.0.1:443", Some(false)),
            ("127.0.0.1:443/", Some(false)),
            ("[::1]:443", Some(false)),
            ("h:443/path", None),
            ("h/path", None),
            ("https://[::1", None),
            ("https://h:port", None),
            ("https:///path", None),
            ("https:/h", None),
            ("https:h", None),
            ("https://h h", None),
            ("https://h\n", None),
            ("https://h/%zz", None),
            ("https://h%41", None),
            (":443", Some(false)),
            ("https://", None),
        ];
        for (server, want) in rows {
            assert_eq!(server_is_tls(server), *want, "{server:?}");
        }
    }

    #[test]
    fn proxies_as_client_go_takes_them() {
        for good in ["http://p:3128", "https://p", "socks5://p:1080", "HTTP://p", "http:p", "http://u:p@h"] {
            assert_eq!(proxy_fault(good), None, "{good}");
        }
        for bad in ["127.0.0.1:1", "http://[::1", "http://h:x", "http://u:p/w@h"] {
            assert_eq!(proxy_fault(bad).as_deref(), Some("could not parse"), "{bad}");
        }
        for (bad, scheme) in [("socks5h://h", "scheme \"socks5h\""), ("ftp://h", "scheme \"ftp\"")] {
            assert!(proxy_fault(bad).is_some_and(|e| e.contains(scheme)), "{bad}");
        }
        // What might be a name before a password is not repeated.
        for bad in ["localhost:3128", "proxy", "SECRET-CANARY:p"] {
            assert_eq!(
                proxy_fault(bad).as_deref(),
                Some("unsupported scheme, must be http, https, or socks5"),
                "{bad}"
            );
        }
    }

    #[test]
    fn names_and_passwords_are_hidden_wherever_they_stand() {
        for url in [
            "http://u:SECRET-CANARY@h",
            "u:SECRET-CANARY@h:1",
            "http://u:SECRET-CANARY/x@h",
            "http://u:SECRET-CANARY?x#y@h",
            "SECRET-CANARY:p@h",
        ] {
            assert!(!without_userinfo(url).contains("CANARY"), "{url}");
            assert!(!proxy_fault(url).unwrap_or_default().contains("CANARY"), "{url}");
        }
        assert_eq!(without_userinfo("http://u:p@h:1/x"), "http://[hidden]@h:1/x");
        assert_eq!(without_userinfo("https://h"), "https://h");
    }
}
