//! URIs, domains and mail addresses, as far as Go looks at them when it reads a certificate.

use std::borrow::Cow;
use std::net::IpAddr;

/// Returns whether Go's `url.Parse` takes a URI, and its host is a domain or has no name. The text is ASCII.
///
/// This follows Go 1.23, which kubectl 1.32 is built with. Go 1.25 asks more of a host in brackets.
pub(super) fn is_uri(uri: &[u8]) -> bool {
    let (uri, fragment) = cut(uri, b'#');
    host(uri).is_some_and(|host| is_domain(&host)) && unescape(fragment, Place::Elsewhere).is_some()
}

/// Returns whether a text is a domain to Go: labels between dots, none of them empty, of printable ASCII without
/// blanks. Nothing at all is one too.
pub(super) fn is_domain(domain: &[u8]) -> bool {
    let is_label = |label: &[u8]| !label.is_empty() && label.iter().all(|byte| (33..=126).contains(byte));
    domain.is_empty() || domain.split(|byte| *byte == b'.').all(is_label)
}

/// Returns whether a name constraint is a domain; it may begin with a dot.
pub(super) fn is_domain_constraint(domain: &[u8]) -> bool {
    is_domain(domain.strip_prefix(b".").unwrap_or(domain))
}

/// Returns whether Go's `net.ParseIP` takes a text.
pub(super) fn is_address(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok_and(|text| text.parse::<IpAddr>().is_ok())
}

/// Returns whether a text is a mailbox (RFC 2821) to Go.
pub(super) fn is_mailbox(text: &[u8]) -> bool {
    let rest = match text.strip_prefix(b"\"") {
        Some(quoted) => after_quoted(quoted),
        None => after_atoms(text),
    };
    rest.and_then(|rest| rest.strip_prefix(b"@")).is_some_and(is_domain)
}

/// Returns what follows a quoted local part, whose first quote is gone already.
fn after_quoted(mut rest: &[u8]) -> Option<&[u8]> {
    loop {
        let (first, after) = rest.split_first()?;
        rest = match first {
            b'"' => return Some(after),
            b'\\' => {
                let (escaped, after) = after.split_first()?;
                matches!(escaped, 1..=9 | 11 | 12 | 14..=127).then_some(after)?
            }
            1..=8 | 11 | 12 | 14..=33 | 35..=91 | 93..=127 => after,
            _ => return None,
        }
    }
}

/// Returns what follows a local part without quotes.
fn after_atoms(mut rest: &[u8]) -> Option<&[u8]> {
    let mut local = Vec::new();
    while let Some((first, after)) = rest.split_first() {
        let (taken, after) = match first {
            b'\\' => after.split_first()?,
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => (first, after),
            first if b"!#$%&'*+-/=?^_`{|}~.".contains(first) => (first, after),
            _ => break,
        };
        local.push(*taken);
        rest = after;
    }
    let dots = local.is_empty() || local.starts_with(b".") || local.ends_with(b".");
    (!dots && !local.windows(2).any(|pair| pair == b"..")).then_some(rest)
}

/// Where in a URI an escaped byte (`%41`) is.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Host,
    /// The zone of an IPv6 address in brackets.
    Zone,
    Elsewhere,
}

/// Returns the host and port of a URI without its fragment, unescaped; empty where there is none. `None` where Go does
/// not take the URI.
fn host(uri: &[u8]) -> Option<Cow<'_, [u8]>> {
    const NO_HOST: Cow<'_, [u8]> = Cow::Borrowed(&[]);
    if uri.iter().any(|byte| *byte < b' ' || *byte == 0x7f) {
        return None;
    }
    if uri == b"*" {
        return Some(NO_HOST);
    }
    let (scheme, rest) = scheme(uri)?;
    let (rest, _) = cut(rest, b'?');
    if !rest.starts_with(b"/") {
        let (first, _) = cut(rest, b'/');
        let relative = || !first.contains(&b':') && unescape(rest, Place::Elsewhere).is_some();
        return (!scheme.is_empty() || relative()).then_some(NO_HOST);
    }
    let authority = match rest.strip_prefix(b"//") {
        Some(authority) if !scheme.is_empty() || !rest.starts_with(b"///") => authority,
        _ => return unescape(rest, Place::Elsewhere).map(|_| NO_HOST),
    };
    let at = authority.iter().position(|byte| *byte == b'/').unwrap_or(authority.len());
    let (authority, path) = authority.split_at(at);
    let host = authority_host(authority)?;
    unescape(path, Place::Elsewhere)?;
    Some(host)
}

/// Splits off the scheme; it is empty where there is none. `None` where it is missing before a colon.
fn scheme(uri: &[u8]) -> Option<(&[u8], &[u8])> {
    for (at, byte) in uri.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return None,
            b':' => return Some(cut(uri, b':')),
            _ => break,
        }
    }
    Some((&[], uri))
}

/// `[user[:password]@]host[:port]`
fn authority_host(authority: &[u8]) -> Option<Cow<'_, [u8]>> {
    let Some(at) = authority.iter().rposition(|byte| *byte == b'@') else { return unescape_host(authority) };
    let (user, host) = (authority.get(..at)?, authority.get(at + 1..)?);
    let host = unescape_host(host)?;
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(byte);
    let (name, password) = cut(user, b':');
    unescape(name, Place::Elsewhere)?;
    unescape(password, Place::Elsewhere)?;
    user.iter().all(plain).then_some(host)
}

fn unescape_host(host: &[u8]) -> Option<Cow<'_, [u8]>> {
    if !host.starts_with(b"[") {
        if let Some(colon) = host.iter().rposition(|byte| *byte == b':') {
            is_port(host.get(colon..)?).then_some(())?;
        }
        return unescape(host, Place::Host);
    }
    let end = host.iter().rposition(|byte| *byte == b']')?;
    is_port(host.get(end + 1..)?).then_some(())?;
    match host.get(..end)?.windows(3).position(|three| three == b"%25") {
        None => unescape(host, Place::Host),
        Some(zone) => {
            let before = unescape(host.get(..zone)?, Place::Host)?;
            let inside = unescape(host.get(zone..end)?, Place::Zone)?;
            let after = unescape(host.get(end..)?, Place::Host)?;
            Some(Cow::Owned([before, inside, after].concat()))
        }
    }
}

/// Nothing, or a colon and any number of digits.
fn is_port(port: &[u8]) -> bool {
    match port.split_first() {
        None => true,
        Some((colon, digits)) => *colon == b':' && digits.iter().all(u8::is_ascii_digit),
    }
}

/// Replaces `%41` by the byte it stands for; `None` where Go does not allow that, or the byte itself, in this place.
fn unescape(text: &[u8], place: Place) -> Option<Cow<'_, [u8]>> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'%' {
            if place != Place::Elsewhere && *first < 0x80 && !is_host_byte(*first) {
                return None;
            }
            plain.push(*first);
            continue;
        }
        let (digits, after) = rest.split_at_checked(2)?;
        let digit = |digit: &u8| char::from(*digit).to_digit(16);
        let byte = digits.iter().try_fold(0, |byte, next| Some(byte << 4 | digit(next)?))?;
        let byte = u8::try_from(byte).ok()?;
        let allowed = match place {
            Place::Host => byte >= 0x80 || digits == b"25",
            Place::Zone => digits == b"25" || byte == b' ' || is_host_byte(byte),
            Place::Elsewhere => true,
        };
        if !allowed {
            return None;
        }
        plain.push(byte);
        rest = after;
    }
    Some(Cow::Owned(plain))
}

fn is_host_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!$&'()*+,;=:[]<>\"-_.~".contains(&byte)
}

/// Splits at the first `separator`, which is left out.
fn cut(text: &[u8], separator: u8) -> (&[u8], &[u8]) {
    match text.iter().position(|byte| *byte == separator) {
        Some(at) => (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default()),
        None => (text, &[]),
    }
}
