//! URLs of servers and proxies, with the answers of real kubectls in `data/go`: what kubectl dials, refuses, or never
//! reaches is read so here.

use kubeconfig::url::{Reach, ServerUrl, UrlFault, without_userinfo};
use proptest::prelude::*;
use std::net::IpAddr;

const SERVERS: &str = include_str!("data/go/urls.tsv");
const PROXIES: &str = include_str!("data/go/proxies.tsv");

/// Where this crate says something else than kubectl on purpose, with the reason.
const OTHER_SERVERS: &[(&str, &[&str])] = &[
    ("kubectl takes its default, which is not in the text", &[""]),
    (
        "there is no host: Go dials this machine, and nobody meant that",
        &[
            ":443",
            ":6443/",
            "https://:6443",
            "https://:443",
            "http://:8080",
            "https://u:p@:6443",
            "https://@HOST@:6443",
            "https://[]",
            "https://[]:6443",
        ],
    ),
    (
        "Go dials port 0, where nothing listens",
        &["https://h:0", "h:0", "https://10.0.0.1:0", "http://10.0.0.1:0", "https://[::1]:0"],
    ),
    ("a byte that is not UTF-8 is in no text", &["https://h:6443/%FF"]),
    (
        "Go on Linux looks up no number; other systems take it for this machine, and that is what is said",
        &[
            "0",
            "0:6443",
            "127.1:6443",
            "https://0",
            "https://0:6443",
            "https://0177.0.0.1",
            "https://0177.0.0.1:6443",
            "https://127.0.0.1.",
            "https://127.0.0.1.:6443",
            "https://127.1",
            "https://127.1:6443",
            "https://2130706433",
            "https://2130706433:6443",
        ],
    ),
    (
        "IDNA refuses the name; its tables are not in this crate",
        &["https://\u{2100}:6443", "https://\u{5d0}a:6443", "https://\u{301}h:6443"],
    ),
];

const OTHER_PROXIES: &[(&str, &[&str])] = &[
    ("there is no proxy then", &[""]),
    ("Go dials port 0, where nothing listens", &["http://p:0", "socks5://10.9.9.9:0"]),
    ("Go on Linux looks up no number; other systems take it for this machine", &["http://127.1:3128"]),
];

/// What kubectl does with a URL.
#[derive(Debug)]
enum Outcome {
    Dials {
        /// Not recorded of a proxy.
        scheme: Option<&'static str>,
        host: &'static str,
        port: u16,
        /// Without `/version`; not recorded of a proxy.
        path: Option<&'static str>,
    },
    Refused,
    Cannot,
}

struct Row {
    text: String,
    outcome: Outcome,
    newest: &'static str,
}

fn dials(scheme: Option<&'static str>, address: &'static str, path: Option<&'static str>) -> Outcome {
    let (host, port) = address.rsplit_once(':').unwrap();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    Outcome::Dials { scheme, host, port: port.parse().unwrap(), path }
}

fn rows(table: &'static str) -> Vec<Row> {
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    let row = |line: &'static str| {
        let fields: Vec<_> = line.split('\t').collect();
        let [text, outcome, detail, newest] = fields[..] else { panic!("{line}") };
        let outcome = match outcome {
            "dials" => {
                let (scheme, rest) = detail.split_once(' ').unwrap();
                let (address, path) = rest.split_once(" path ").unwrap_or((rest, "/version"));
                dials(Some(scheme), address, path.strip_suffix("/version"))
            }
            "refused" => Outcome::Refused,
            "cannot" => Outcome::Cannot,
            _ => dials(None, outcome.strip_prefix("dials ").unwrap_or_else(|| panic!("{line}")), None),
        };
        Row { text: serde_json::from_str(text).unwrap(), outcome, newest }
    };
    lines.map(row).collect()
}

/// A path as Go writes it into a request.
fn escaped(path: &str) -> String {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.~$&+,/:;=@".contains(&b);
    path.bytes().map(|b| if is_plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// What this crate says of a URL that kubectl does not say.
fn difference(url: &ServerUrl<'_>, outcome: &Outcome) -> Option<String> {
    let fault = url.fault();
    let Outcome::Dials { scheme, host, port, path } = outcome else {
        let is_refused = matches!(fault, Some(UrlFault::Refused(_)));
        let agrees = if matches!(outcome, Outcome::Refused) { is_refused } else { fault.is_some() };
        return (!agrees).then(|| format!("{fault:?}"));
    };
    if !matches!(fault, None | Some(UrlFault::Slip(_))) {
        return Some(format!("{fault:?}"));
    }
    let found_scheme = url.scheme().unwrap_or("http").to_ascii_lowercase();
    let default = match &*found_scheme {
        "https" => "443",
        "socks5" => "1080",
        _ => "80",
    };
    let found_port = url.port().filter(|port| !port.is_empty()).unwrap_or(default);
    let same_host = match host.split('%').next().unwrap().parse::<IpAddr>() {
        Ok(ip) if url.host().is_ascii() => url.ip().is_some_and(|found| found.to_canonical() == ip),
        // This crate does not turn a name that is not ASCII into punycode.
        _ => url.host() == *host || !url.host().is_ascii() || url.host().contains('%'),
    };
    let found_path = escaped(&url.request_path());
    let same = scheme.is_none_or(|scheme| scheme == found_scheme)
        && same_host
        && found_port.parse() == Ok(*port)
        && path.is_none_or(|path| path == found_path.trim_end_matches('/'));
    (!same).then(|| format!("{found_scheme} {} {found_port} {found_path}", url.host()))
}

fn compare(rows: &[Row], read: fn(&str) -> ServerUrl<'_>, others: &[(&str, &[&str])]) {
    let mut wrong = Vec::new();
    for Row { text, outcome, newest } in rows {
        let url = read(text);
        let is_other = others.iter().any(|(_, texts)| texts.contains(&text.as_str()));
        match difference(&url, outcome) {
            Some(found) if !is_other => wrong.push(format!("{text:?}: {found}, and kubectl {outcome:?}")),
            None if is_other => wrong.push(format!("{text:?} is no exception any more")),
            _ => {}
        }
        if newest.starts_with("refused") && url.fault().is_none() {
            wrong.push(format!("{text:?}: nothing, and the newest kubectl {newest}"));
        }
    }
    for other in others.iter().flat_map(|(_, texts)| texts.iter()) {
        assert!(rows.iter().any(|row| row.text == **other), "there is no row {other:?}");
    }
    assert!(wrong.is_empty(), "{} rows:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn servers_are_read_as_kubectl_reads_them() {
    let rows = rows(SERVERS);
    assert!(rows.len() >= 800, "{}", rows.len());
    compare(&rows, |text| ServerUrl::of(text), OTHER_SERVERS);
}

#[test]
fn proxies_are_read_as_kubectl_reads_them() {
    let rows = rows(PROXIES);
    assert!(rows.len() >= 150, "{}", rows.len());
    compare(&rows, |text| ServerUrl::proxy(text), OTHER_PROXIES);
}

/// What comes after the first slash is a path, and names no host.
#[test]
fn the_host_is_what_kubectl_dials() {
    for (text, host, reach) in [
        ("https://127.0.0.1:6443/@real.example.com", "127.0.0.1", Reach::ThisMachine),
        ("https://127.0.0.1:6443?@real.example.com", "127.0.0.1", Reach::ThisMachine),
        ("https://127.0.0.1:6443#@real.example.com", "127.0.0.1", Reach::ThisMachine),
        ("https://127.0.0.1:6443@real.example.com", "real.example.com", Reach::Elsewhere),
        ("https://real.example.com/@127.0.0.1", "real.example.com", Reach::Elsewhere),
        ("https://user:pw@localhost", "localhost", Reach::ThisMachine),
        ("mailto:admin@real.example.com", "real.example.com", Reach::Elsewhere),
    ] {
        let url = ServerUrl::of(text);
        assert_eq!((url.host(), url.reach()), (host, reach), "{text}");
    }
}

#[test]
fn user_names_and_passwords_are_never_shown() {
    for (text, shown) in [
        ("https://USER:PASSWORD@host", "https://[hidden]@host"),
        ("https://USER@host:6443/path", "https://[hidden]@host:6443/path"),
        ("https://USER:PASS@WORD@host", "https://[hidden]@host"),
        ("https://USER:PASS/WORD@host", "https://[hidden]@host"),
        ("https://USER:PASS?WORD@host", "https://[hidden]@host"),
        ("https://USER:PASS#WORD@host", "https://[hidden]@host"),
        ("https://USER:PASS WORD@host", "https://[hidden]@host"),
        ("https://USER:PASSWORD@<IP>:6443", "https://[hidden]@<IP>:6443"),
        ("https://USER:PASSWORD@h:70000", "https://[hidden]@h:70000"),
        ("USER:PASSWORD@host", "[hidden]@host"),
        ("ftp://USER:PASSWORD@host", "ftp://[hidden]@host"),
    ] {
        assert_eq!(without_userinfo(text), shown);
        for url in [ServerUrl::of(text), ServerUrl::proxy(text)] {
            let fault = url.fault();
            let said = format!(
                "{url:?} {fault:?} {} {}",
                url.origin(),
                fault.as_ref().map(ToString::to_string).unwrap_or_default()
            );
            assert!(url.has_userinfo() && !said.contains("USER") && !said.contains("PASS"), "{text}: {said}");
            assert!(!said.contains("WORD"), "{text}: {said}");
        }
    }
}

#[test]
fn the_proxy_of_rancher_is_seen_however_it_is_spelled() {
    for (text, id) in [
        ("https://r.example.com/k8s/clusters/c-abc", Some("c-abc")),
        ("https://r.example.com/k8s/clusters/c-abc/", Some("c-abc")),
        ("https://r.example.com//k8s//clusters/./c-abc/", Some("c-abc")),
        ("https://r.example.com/k8s/x/../clusters/c-abc", Some("c-abc")),
        ("https://r.example.com/k8s/%63lusters/c-abc", Some("c-abc")),
        ("https://r.example.com/k8s%2Fclusters%2fc-abc", Some("c-abc")),
        ("https://r.example.com/k8s/clusters/%63-abc?x=y", Some("c-abc")),
        ("HTTPS://R.Example.COM:443/k8s/clusters/c-abc", Some("c-abc")),
        ("https://user:pw@r.example.com/k8s/clusters/c-abc", Some("c-abc")),
        ("https://r.example.com/rancher/k8s/clusters/c-abc", Some("c-abc")),
        ("https://r.example.com/k8s/clusters/local/api", Some("local")),
        ("https://[2001:db8::1]/k8s/clusters/c-abc", Some("c-abc")),
        ("https://r.example.com/k8s/clusters/", Some("")),
        ("https://r.example.com/k8s/clusters", Some("")),
        // Paths are not names: their letters count.
        ("https://r.example.com/K8S/clusters/c-abc", None),
        ("https://r.example.com/k8s/clustersc-abc", None),
        ("https://r.example.com/k8s/clusters/../c-abc", None),
        ("https://r.example.com?/k8s/clusters/c-abc", None),
        ("https://r.example.com#/k8s/clusters/c-abc", None),
        ("https://r.example.com", None),
        // client-go takes no path where there is no scheme.
        ("r.example.com/k8s/clusters/c-abc", None),
        ("https://r.example.com /k8s/clusters/c-abc", None),
    ] {
        assert_eq!(ServerUrl::of(text).rancher_cluster().as_deref(), id, "{text}");
    }
}

#[test]
fn where_a_host_is_reached_from() {
    let this_machine = "localhost LOCALHOST. localhost.localdomain ip6-localhost k8s.localhost 127.0.0.1 \
        127.255.255.254 \
        127.1 127.0.1 127.0.0.1. 0x7f.1 0X7F.0.0.1 0x7f000001 0177.0.0.1 017700000001 2130706433 0 0.0.0.0 [::] [::1] \
        [0:0:0:0:0:0:0:1] [::1%25lo] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1] [::ffff:0.0.0.0] \
        host.docker.internal kubernetes.docker.internal host.minikube.internal 127.0.0.1.nip.io api.127-0-0-1.sslip.io \
        7f000001.nip.io lvh.me k8s.localtest.me";
    let inside = "kubernetes kubernetes.default KUBERNETES.default.svc kubernetes.default.svc.cluster.local. \
        rancher.cattle-system.svc api.cluster.local";
    let link = "169.254.169.254 [fe80::1] [fe80::1%25eth0] [febf::1] [::ffff:169.254.1.1]";
    let elsewhere = "10.0.0.1 192.168.1.1 api.example.com localhost.example.com notlocalhost 128.0.0.1 126.255.255.255 \
        [2001:db8::1] [::ffff:10.0.0.1] [fec0::1] 10.0.0.1.nip.io kubernetes.example.com default.svc.example.com \
        127.example 6443 x.x.x.x";
    for (hosts, reach) in [
        (this_machine, Reach::ThisMachine),
        (inside, Reach::InsideCluster),
        (link, Reach::SameLink),
        (elsewhere, Reach::Elsewhere),
    ] {
        for host in hosts.split_whitespace() {
            for text in [format!("https://{host}:6443"), format!("HTTPS://u:p@{host}/path"), host.to_owned()] {
                assert_eq!(ServerUrl::of(&text).reach(), reach, "{text}");
            }
            assert_eq!(ServerUrl::proxy(&format!("socks5://{host}:1080")).reach(), reach, "{host}");
        }
    }
}

/// What stands before the path, the query and the fragment.
fn authority(after_scheme: &str) -> &str {
    after_scheme.split(['/', '?', '#']).next().unwrap_or_default()
}

/// Anything, and what looks like a URL.
fn any_text() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "https",
        "http",
        "socks5",
        "://",
        ":",
        "/",
        "//",
        "@",
        "?",
        "#",
        "[",
        "]",
        "%",
        "%25",
        "%2e",
        ".",
        "..",
        "-",
        "h",
        "127.0.0.1",
        "::1",
        "fe80::",
        "6443",
        "0",
        "\u{e9}",
        " ",
        "\u{200b}",
        "${",
        "}",
        "<",
        ">",
        "[hidden]",
        "k8s/clusters",
        "\\",
        "*",
        "xn--",
        "0x7f",
        "\u{ff1a}",
        ",",
    ]);
    prop_oneof![any::<String>(), prop::collection::vec(part, 0..10).prop_map(|parts| parts.concat())]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the text, all of it can be asked, and what is shown once is shown the same again.
    #[test]
    fn any_text_can_be_asked(text in any_text()) {
        for url in [ServerUrl::of(&text), ServerUrl::proxy(&text)] {
            let _ = (url.fault(), url.request_path(), url.rancher_cluster(), url.reach(), format!("{url:?}"));
            prop_assert!(url.fault().is_none_or(|fault| !fault.to_string().is_empty()));
        }
        let shown = without_userinfo(&text);
        // Without the sign that told where a name ends, more may be hidden, and never less.
        let again = without_userinfo(&shown);
        prop_assert!(again == shown || again.starts_with("[hidden]"), "{} {}", shown, again);
        let after_scheme = text.find("://").filter(|at| text[..*at].bytes().all(|b| b.is_ascii_alphanumeric()));
        if authority(&text[after_scheme.map_or(0, |at| at + 3)..]).contains('@') {
            prop_assert!(shown.contains("[hidden]@"), "{}", shown);
        }
        let url = ServerUrl::of(&text);
        // What cannot be a host has no one spelling.
        if url.fault().is_none() {
            let origin = url.origin();
            prop_assert_eq!(ServerUrl::of(&origin).origin(), origin);
        }
    }

    /// A name and a password are nowhere, whatever stands around them.
    #[test]
    fn userinfo_is_hidden(
        before in "([a-z]{0,6}(:|:/|://|//|:\\\\\\\\))?", name in "CANARY[!-~]{0,4}",
        password in "(:CANARY[ -~]{0,5})?",
        after in any_text()
    ) {
        let text = format!("{before}{name}{password}@{after}");
        prop_assert!(!without_userinfo(&text).contains("CANARY"), "{}", without_userinfo(&text));
        for url in [ServerUrl::of(&text), ServerUrl::proxy(&text)] {
            let said = format!("{url:?} {:?} {}", url.fault(), url.origin());
            // What comes after a / ? or # is no part of the password to Go, and what comes before it a host.
            let is_userinfo = authority(&text[before.len()..]).contains('@');
            prop_assert!(!is_userinfo || !said.contains("CANARY"), "{}", said);
        }
    }
}
