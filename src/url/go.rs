//! Go's `url.Parse`, as far as it decides what kubectl accepts and where it connects.

use std::borrow::Cow;

/// The parts of a URL, as they are written.
#[derive(Clone, Copy, Default)]
pub(super) struct Parts<'a> {
    pub(super) scheme: Option<&'a str>,
    /// Without the brackets of IPv6.
    pub(super) host: &'a str,
    pub(super) bracketed: bool,
    pub(super) port: Option<&'a str>,
    pub(super) path: &'a str,
    pub(super) has_userinfo: bool,
    pub(super) has_query: bool,
}

impl Parts<'_> {
    /// Whether Go sees a host, which a port alone is too.
    pub(super) fn has_authority(&self) -> bool {
        !self.host.is_empty() || self.bracketed || self.port.is_some()
    }

    /// Takes an empty port off, where there is another one before it, as `net/http` does it for a request.
    pub(super) fn without_empty_port(self) -> Self {
        let before = self.host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()));
        match before {
            Some((host, port)) if self.port == Some("") && !self.bracketed => Parts { host, port: Some(port), ..self },
            _ => self,
        }
    }
}

/// Reads a URL; `None` where Go refuses it. A `host` that is empty is one that Go sees none in.
pub(super) fn parse(text: &str) -> Option<Parts<'_>> {
    let Some((text, fragment)) = text.split_once('#') else { return parse_whole(text) };
    let parts = parse_whole(text).filter(|_| escapes_are_whole(fragment))?;
    Some(Parts { has_query: true, ..parts })
}

/// Reads a URL that has a path, as client-go does it: there is no fragment, and a `#` is a part of the path.
pub(super) fn with_path(text: &str) -> Option<Parts<'_>> {
    let parts = parse_whole(text).filter(|parts| parts.path.len() > 1)?;
    Some(Parts { has_query: parts.has_query || text.contains('#'), ..parts })
}

fn parse_whole(text: &str) -> Option<Parts<'_>> {
    if text.bytes().any(|b| b < b' ' || b == 0x7f) {
        return None;
    }
    if text == "*" {
        return Some(Parts { path: "*", ..Parts::default() });
    }
    let (scheme, rest) = split_scheme(text)?;
    let (rest, query) = rest.split_once('?').map_or((rest, None), |(rest, query)| (rest, Some(query)));
    let parts = Parts { scheme, has_query: query.is_some(), ..Parts::default() };
    if !rest.starts_with('/') {
        if scheme.is_some() {
            // Opaque, as in mailto:.
            return Some(parts);
        }
        if rest.split('/').next().is_some_and(|segment| segment.contains(':')) {
            return None;
        }
    }
    let with_host = scheme.is_some() || !rest.starts_with("///");
    let (parts, path) = match rest.strip_prefix("//") {
        Some(rest) if with_host => {
            let (authority, path) = rest.split_at_checked(rest.find('/').unwrap_or(rest.len()))?;
            (with_authority(parts, authority)?, path)
        }
        _ => (parts, rest),
    };
    escapes_are_whole(path).then_some(Parts { path, ..parts })
}

/// Reads `host` or `host:port`, as client-go does where there is no scheme or no host: with `http://` in front. A path other
/// than `/` is refused.
pub(super) fn without_scheme(text: &str) -> Option<Parts<'_>> {
    let with_scheme = format!("http://{text}");
    let whole = parse(&with_scheme)?;
    if !matches!(whole.path, "" | "/") {
        return None;
    }
    let (rest, _) = text.split_once(['?', '#']).unwrap_or((text, ""));
    let parts = Parts { has_query: whole.has_query, ..Parts::default() };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    Some(Parts { path, ..with_authority(parts, authority)? })
}

/// The likely parts of what Go refuses, for messages.
pub(super) fn guess(text: &str) -> Parts<'_> {
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) if is_scheme(scheme.trim_start()) => (Some(scheme), rest),
        _ => (None, text),
    };
    // What Go refuses may be a password with a slash in it: the host is then what comes after the last @.
    let has_userinfo = text.contains('@');
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    let (rest, has_query) = match rest.find(['?', '#']) {
        Some(at) => (&rest[..at], true),
        None => (rest, false),
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (host, port, bracketed) = split_port(authority);
    Parts { scheme, host, bracketed, port, path, has_userinfo, has_query }
}

/// Whether it can stand before `://`. What cannot may be a name or a password.
pub(super) fn is_scheme(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

fn split_scheme(text: &str) -> Option<(Option<&str>, &str)> {
    match text.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '+' | '-' | '.')) {
        Some(0) if text.starts_with(':') => None,
        Some(end) if text.get(end..)?.starts_with(':') && text.starts_with(|c: char| c.is_ascii_alphabetic()) => {
            Some((Some(text.get(..end)?), text.get(end + 1..)?))
        }
        _ => Some((None, text)),
    }
}

fn with_authority<'a>(parts: Parts<'a>, authority: &'a str) -> Option<Parts<'a>> {
    let (userinfo, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, authority),
    };
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(c);
    if userinfo.is_some_and(|user| !user.chars().all(is_allowed) || !escapes_are_whole(user)) {
        return None;
    }
    let port = if host.starts_with('[') {
        host.get(host.rfind(']')? + 1..)?
    } else {
        host.rfind(':').and_then(|i| host.get(i..)).unwrap_or_default()
    };
    let is_port = port.is_empty() || port.strip_prefix(':')?.bytes().all(|b| b.is_ascii_digit());
    if !is_port || !is_host(host) {
        return None;
    }
    let (host, port, bracketed) = split_port(host);
    Some(Parts { host, port, bracketed, has_userinfo: userinfo.is_some(), ..parts })
}

/// Host, port and whether the host stood in brackets. The port is what comes after the last colon.
fn split_port(authority: &str) -> (&str, Option<&str>, bool) {
    if let Some((host, port)) = authority.strip_prefix('[').and_then(|rest| rest.rsplit_once(']')) {
        return (host, port.strip_prefix(':'), true);
    }
    match authority.rsplit_once(':') {
        Some((host, port)) => (host, Some(port), false),
        None => (authority, None, false),
    }
}

/// In a host only what is not ASCII may be escaped, and `%25` before the zone of an address in brackets.
fn is_host(host: &str) -> bool {
    let zone = if host.starts_with('[') { host.find("%25") } else { None };
    let (name, zone) = host.split_at_checked(zone.unwrap_or(host.len())).unwrap_or((host, ""));
    let is_plain = |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || "-_.~!$&'()*+,;=:[]<>\"%".contains(c);
    let is_escaped = |text: &str| {
        text.match_indices('%').all(|(i, _)| {
            text.get(i + 1..i + 2).and_then(|high| u8::from_str_radix(high, 16).ok()).is_some_and(|high| high >= 8)
                || text.get(i..i + 3) == Some("%25")
        })
    };
    host.chars().all(is_plain) && escapes_are_whole(host) && is_escaped(name) && (zone.is_empty() || zone.len() > 3)
}

fn escapes_are_whole(text: &str) -> bool {
    text.match_indices('%')
        .all(|(i, _)| text.as_bytes().get(i + 1..i + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)))
}

/// A path as client-go sends it: `%6b` is a letter, and empty steps, `.` and `..` are taken out.
pub(super) fn cleaned(path: &str) -> Cow<'_, str> {
    let is_clean = path.starts_with('/') && !path.contains(['%', '.']) && !path.contains("//");
    if is_clean && (path.len() == 1 || !path.ends_with('/')) {
        return path.into();
    }
    let text = unescaped(path);
    let mut steps = Vec::new();
    for step in text.split('/') {
        match step {
            "" | "." => {}
            ".." => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    format!("/{}", steps.join("/")).into()
}

fn unescaped(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let digits = behind.get(..2).and_then(|digits| std::str::from_utf8(digits).ok()).filter(|_| *first == b'%');
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = behind.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
