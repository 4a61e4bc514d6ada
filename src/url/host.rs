//! What a host tells of itself: where it can be reached from, and whether it can exist.

use super::go::Parts;
use crate::error::Printable;
use std::net::{IpAddr, Ipv4Addr};

/// From where a host can be reached, as far as its name or address tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reach {
    /// Nothing speaks against other machines.
    Elsewhere,
    /// Only the machine that the file is used on: a loopback or unspecified address, or a name for one.
    ThisMachine,
    /// Only the inside of the cluster: a name of its own DNS, such as `kubernetes.default.svc`.
    InsideCluster,
    /// Only the same network link: a link-local address.
    SameLink,
}

/// Names that every machine gives itself.
const OWN_NAMES: &[&str] = &[
    "localhost",
    "localhost.localdomain",
    "localhost4",
    "localhost6",
    "localhost4.localdomain4",
    "localhost6.localdomain6",
    "ip6-localhost",
    "ip6-loopback",
];

/// Domains whose names stand for the machine itself: in its hosts file (Docker Desktop, Lima, Rancher Desktop, OrbStack,
/// minikube, Podman), or in public DNS.
const OWN_DOMAINS: &[&str] = &[
    "localhost",
    "docker.internal",
    "lima.internal",
    "colima.internal",
    "rancher-desktop.internal",
    "minikube.internal",
    "containers.internal",
    "orb.local",
    "lvh.me",
    "localtest.me",
    "lacolhost.com",
    "vcap.me",
];

/// Public domains in which a name stands for the address in it.
const ECHOES: &[&str] = &["nip.io", "sslip.io", "xip.io"];

/// Domains that no public authority vouches for (RFC 2606, 6761, 6762, 8375 and habit).
const PRIVATE_DOMAINS: &[&str] = &[
    "local",
    "localdomain",
    "lan",
    "internal",
    "intranet",
    "private",
    "corp",
    "home",
    "home.arpa",
    "test",
    "invalid",
    "svc",
    "cluster.local",
];

pub(super) fn reach(host: &str, ip: Option<IpAddr>) -> Reach {
    if let Some(ip) = ip {
        return of_address(ip);
    }
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    let is_own = OWN_NAMES.contains(&name.as_str())
        || OWN_DOMAINS.iter().any(|domain| is_under(&name, domain))
        || echoes_loopback(&name)
        || old_address(&name).is_some_and(|ip| ip.is_loopback() || ip.is_unspecified());
    if is_own {
        return Reach::ThisMachine;
    }
    let is_service = ["kubernetes", "kubernetes.default"].contains(&name.as_str())
        || ["svc", "cluster.local"].iter().any(|domain| is_under(&name, domain));
    if is_service { Reach::InsideCluster } else { Reach::Elsewhere }
}

fn of_address(ip: IpAddr) -> Reach {
    let ip = ip.to_canonical();
    // `::127.0.0.1`, a form that RFC 4291 has given up.
    let inner = if let IpAddr::V6(ip) = ip { ip.to_ipv4() } else { None };
    let is_link_local = match ip {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(ip) => ip.segments()[0] & 0xffc0 == 0xfe80,
    };
    // The whole of 0.0.0.0/8 is this machine to Linux.
    let is_here = |ip: Ipv4Addr| ip.is_loopback() || ip.octets()[0] == 0;
    let is_v4_here = matches!(ip, IpAddr::V4(ip) if is_here(ip));
    match () {
        () if ip.is_loopback() || ip.is_unspecified() || is_v4_here || inner.is_some_and(is_here) => Reach::ThisMachine,
        () if is_link_local => Reach::SameLink,
        () => Reach::Elsewhere,
    }
}

/// Whether `name` is `domain` or ends with it; both are in small letters.
fn is_under(name: &str, domain: &str) -> bool {
    name.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// A loopback address in a name that stands for it: `127.0.0.1.nip.io`, `api-127-0-0-1.sslip.io`, `7f000001.nip.io`.
fn echoes_loopback(name: &str) -> bool {
    let Some(domain) = ECHOES.iter().find(|domain| is_under(name, domain)) else { return false };
    let rest = name.strip_suffix(domain).unwrap_or_default().trim_end_matches('.');
    let numbers: Vec<&str> = rest.split(['.', '-']).collect();
    let is_loopback = |four: &[&str]| {
        let octets: Option<Vec<u8>> = four.iter().map(|octet| octet.parse().ok()).collect();
        octets.is_some_and(|octets| octets.first() == Some(&127))
    };
    let is_hex = |label: &&str| label.len() == 8 && label.starts_with("7f") && u32::from_str_radix(label, 16).is_ok();
    numbers.windows(4).any(is_loopback) || numbers.iter().any(is_hex)
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

/// Whether no public authority signs a certificate for the name, which is in small letters.
pub(super) fn is_private_name(name: &str) -> bool {
    !name.contains('.') || PRIVATE_DOMAINS.iter().any(|domain| is_under(name, domain))
}

/// What shows that nobody can have meant the URL: a placeholder, or a slip.
pub(super) fn slip(text: &str, parts: &Parts<'_>) -> Option<String> {
    if let Some(where_) = blank(text) {
        let shown = visible(text);
        let place = if parts.has_userinfo || shown.contains('@') { String::new() } else { format!(" of \"{shown}\"") };
        return Some(format!("there is a blank or an invisible character {where_}{place}"));
    }
    let host = parts.host;
    let shown = Printable(host);
    let after_scheme = text.split_once("://").map_or(text, |(_, rest)| rest);
    let authority = after_scheme.split(['/', '?', '#']).next().unwrap_or_default();
    // A name and a password are not looked at, and not shown.
    let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
    if let Some(what) = placeholder(place) {
        return Some(format!("{} is a placeholder: {what}", Printable(host)));
    }
    let lower = host.to_ascii_lowercase();
    if matches!(lower.as_str(), "http" | "https") && (parts.port.is_some() || parts.path.starts_with("//")) {
        return Some("the scheme is there twice".to_owned());
    }
    if parts.scheme.is_none() && ["http", "https"].iter().any(|s| lower.strip_prefix(s).is_some_and(is_slip_of_scheme))
    {
        return Some("there is no :// after the scheme".to_owned());
    }
    if host.contains([',', ';', '|']) {
        return Some(format!("{shown} is more than one host"));
    }
    if host.contains('\\') || text.contains(":\\") {
        return Some("there are backslashes in the URL".to_owned());
    }
    let is_odd = |c: char| "\"'()*=!&+~$<>[]\u{ff1a}".contains(c);
    if host.contains(is_odd) || host.contains("%25") && !host.contains(':') {
        return Some(format!("{shown} has a character in it that no host has"));
    }
    // Go turns these into the letters, digits and dots that they look like.
    let is_alike = |c: char| matches!(c, '\u{3002}' | '\u{2460}'..='\u{24ff}' | '\u{ff00}'..='\u{ffef}' | '\u{1d400}'..='\u{1d7ff}');
    if host.contains(is_alike) {
        return Some(format!("{shown} has a character in it that only looks like the right one"));
    }
    let is_of_many = |ip: IpAddr| ip.is_multicast() || ip == IpAddr::V4(Ipv4Addr::BROADCAST);
    if host.parse().is_ok_and(is_of_many) {
        return Some(format!("{shown} is not the address of one machine"));
    }
    if is_under(lower.trim_end_matches('.'), "invalid") {
        return Some(format!("{shown} is under .invalid, where there are no names"));
    }
    if is_word(&lower, host) {
        return Some(format!("{shown} is a placeholder"));
    }
    if parts.bracketed && host.is_empty() {
        return Some("there is nothing between the brackets".to_owned());
    }
    if parts.bracketed && !host.contains(':') {
        return Some(format!("{shown} stands in brackets, which only IPv6 addresses do"));
    }
    of_name(host)
}

/// A word in place of a host, as templates and programs have them.
fn is_word(lower: &str, host: &str) -> bool {
    const HOSTS: &[&str] = &[
        "hostname",
        "public-ip",
        "loadbalancer-ip",
        "ip",
        "ipaddress",
        "ip_address",
        "server_address",
        "undefined",
        "null",
        "none",
    ];
    const YOURS: &[&str] = &["your", "yourcompany", "yourdomain", "yourserver", "yourhost", "yourcluster"];
    let is_yours = |label: &str| YOURS.contains(&label) || label.starts_with("your-") || label.starts_with("your_");
    let is_variable = |label: &str| {
        label.contains('_') && label.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    };
    HOSTS.contains(&lower) || lower.split('.').any(is_yours) || host.split('.').any(is_variable)
}

fn is_slip_of_scheme(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with([':', ';', '/'])
}

/// What is wrong with a name or with an IPv4 address.
fn of_name(host: &str) -> Option<String> {
    let shown = Printable(host);
    let name = host.strip_suffix('.').unwrap_or(host);
    if host.contains(':') || host.is_empty() {
        return None;
    }
    let labels: Vec<&str> = name.split('.').collect();
    if labels.iter().any(|label| label.is_empty()) {
        return Some(format!("{shown} has a dot too many"));
    }
    if name.len() > 253 || labels.iter().any(|label| label.len() > 63) {
        return Some("the host is longer than any name in DNS".to_owned());
    }
    if labels.iter().any(|label| label.starts_with('-') || label.ends_with('-')) {
        return Some(format!("{shown} has a - where no name in DNS has one"));
    }
    // No top-level domain is a number, so this was to be an address.
    let is_number = |label: &&str| label.bytes().all(|b| b.is_ascii_digit());
    let is_address = host.parse::<Ipv4Addr>().is_ok();
    if labels.last().is_some_and(is_number) && !is_address && reach(host, None) == Reach::Elsewhere {
        let too_large = labels.iter().find(|label| is_number(label) && label.parse::<u8>().is_err());
        return Some(match too_large {
            Some(octet) if labels.len() == 4 => format!("{shown} is not an address: {} is above 255", Printable(octet)),
            _ => format!("{shown} is not an address"),
        });
    }
    None
}

/// Where a blank or an invisible character stands.
fn blank(text: &str) -> Option<&'static str> {
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    let is_blank = |c: char| {
        let is_invisible = matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}');
        c.is_whitespace() || c.is_control() || is_invisible || matches!(c, '\u{feff}' | '\u{ad}')
    };
    match () {
        () if text.starts_with(is_blank) => Some("at the start"),
        () if text.ends_with(is_blank) => Some("at the end"),
        // A path may hold one.
        () if text.find(is_blank).is_some_and(|at| at < authority_end(text)) => Some("inside"),
        () => None,
    }
}

fn authority_end(text: &str) -> usize {
    let start = text.find("://").map_or(0, |at| at + 3);
    text[start..].find(['/', '?', '#']).map_or(text.len(), |at| start + at)
}

/// Scheme, host and port with the blanks made visible, up to the first one in it: behind it may stand anything. It is
/// not for a URL with a user name or password.
fn visible(text: &str) -> String {
    let text = &text[..authority_end(text)];
    let is_blank = |c: char| c.is_whitespace() || c.is_control();
    let start = text.len() - text.trim_start_matches(is_blank).len();
    let end = text[start..].find(is_blank).map_or(text.len(), |at| start + at);
    let is_more = !text[end..].chars().all(is_blank);
    let blanks = text[end..].chars().take_while(|c| is_blank(*c));
    let shown = text[..end].chars().chain(blanks).map(|c| if is_blank(c) { '\u{2423}' } else { c });
    shown.chain(is_more.then_some('…')).collect()
}

/// Words that stand for a value in templates.
const WORDS: &[&str] = &[
    "ADDRESS",
    "ADDR",
    "API",
    "APISERVER",
    "CHANGE",
    "CHANGEME",
    "CLUSTER",
    "CONTROL",
    "DNS",
    "DOMAIN",
    "ENDPOINT",
    "EXTERNAL",
    "FIXME",
    "FQDN",
    "HERE",
    "HOST",
    "HOSTNAME",
    "INSERT",
    "INTERNAL",
    "IP",
    "KUBERNETES",
    "LB",
    "LOAD",
    "LOADBALANCER",
    "MASTER",
    "ME",
    "MY",
    "NAME",
    "NODE",
    "PLACEHOLDER",
    "PLANE",
    "PORT",
    "PUBLIC",
    "PRIVATE",
    "RANCHER",
    "REPLACE",
    "REPLACEME",
    "SERVER",
    "THE",
    "TODO",
    "URL",
    "WITH",
    "XXX",
    "YOUR",
];

/// Words by which a name without a dot shows that it is to be filled in, in whatever letters.
const TELLING: &[&str] = &["your", "changeme", "replaceme", "placeholder", "todo", "fixme", "insert", "xxx", "tbd"];

/// What kind of placeholder an authority is.
fn placeholder(authority: &str) -> Option<&'static str> {
    const FILL_IN: &str = "write the name or the address of the server there";
    const VARIABLE: &str = "a variable was not replaced; kubectl replaces none";
    let is_pair = |open: char, close: char| {
        authority.find(open).is_some_and(|at| authority.get(at..).is_some_and(|rest| rest.contains(close)))
    };
    if authority.contains("${") || authority.contains("$(") || is_pair('{', '}') || authority.starts_with('$') {
        return Some(VARIABLE);
    }
    if authority.starts_with('%') && authority.get(1..).is_some_and(|rest| rest.contains('%')) {
        return Some(VARIABLE);
    }
    if is_pair('<', '>') || authority.contains("***") || authority.contains("...") || authority.contains('\u{2026}') {
        return Some(FILL_IN);
    }
    let host = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((inner, _)) if !inner.contains(':') => inner,
        Some(_) => return None,
        None => authority.split(':').next().unwrap_or_default(),
    };
    let labels: Vec<&str> = host.split('.').collect();
    let is_x = |label: &&str| !label.is_empty() && label.bytes().all(|b| matches!(b, b'x' | b'X' | b'?'));
    let is_number = |label: &&str| label.bytes().all(|b| b.is_ascii_digit());
    if labels.len() == 4 && labels.iter().any(is_x) && labels.iter().all(|label| is_x(label) || is_number(label)) {
        return Some(FILL_IN);
    }
    if labels.len() > 1 {
        return labels.iter().any(|label| label.starts_with("YOUR")).then_some(FILL_IN);
    }
    let mut words = host.split(['-', '_']).filter(|word| !word.is_empty());
    let is_shout = host.bytes().any(|b| b.is_ascii_uppercase()) && !host.bytes().any(|b| b.is_ascii_lowercase());
    if is_shout && words.clone().all(|word| WORDS.contains(&word)) {
        return Some(FILL_IN);
    }
    let lower = |word: &str| word.to_ascii_lowercase();
    let first = words.next().map(lower).unwrap_or_default();
    let telling = TELLING.contains(&first.as_str())
        || matches!(lower(host).as_str(), "replace-me" | "replace_me" | "change-me" | "change_me");
    let names_kind = matches!(
        lower(host).as_str(),
        "server-ip" | "server_ip" | "ip-address" | "ip_address" | "node-ip" | "master-ip"
    );
    (telling || names_kind).then_some(FILL_IN)
}
