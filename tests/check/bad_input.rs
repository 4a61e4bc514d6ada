//! Certificates and files as nobody should make them: no panic, no long wait, nothing a terminal would act on.

use super::common::canary;
use super::common::der::{CN, Odd, name, tlv};
use super::pki::{self, base64};
use super::{World, checker, good, with, world};
use kubeconfig::check::{Checker, Report};
use kubeconfig::finding::Code::*;
use proptest::prelude::*;
use proptest::sample::Index;
use std::time::{Duration, Instant};

fn pem(odd: &Odd) -> String {
    pki::pem("CERTIFICATE", &odd.der())
}

/// In the place of the client certificate, of the CA, and in a file of its own.
fn everywhere(certificate: &str) -> [Report; 3] {
    let World { ca, client } = world();
    [
        checker().bytes("config", with(&ca.certificate, certificate, &client.key)),
        checker().bytes("config", with(certificate, &client.certificate, &client.key)),
        checker().bytes("a.pem", certificate),
    ]
}

/// All the forms of a report, and that each is whole and safe for a terminal.
fn print(report: &Report) {
    let human = report.to_string();
    assert!(!human.contains(|c: char| c.is_control() && c != '\n'), "{human:?}");
    let json: serde_json::Value = serde_json::from_str(&report.to_json()).expect("JSON");
    assert_eq!(json["findings"].as_array().map(Vec::len), Some(report.findings().len()));
    let sarif: serde_json::Value = serde_json::from_str(&report.to_sarif()).expect("JSON");
    assert_eq!(sarif["runs"][0]["results"].as_array().map(Vec::len), Some(report.findings().len()));
    for text in [report.to_json(), report.to_sarif()] {
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
    }
}

#[test]
fn serial_numbers_of_any_kind() {
    for serial in [vec![0], vec![0xff], vec![0x80, 0, 0], vec![0x7f; 21], vec![0xff; 100], vec![]] {
        for report in everywhere(&pem(&Odd { serial: serial.clone(), ..Odd::new() })) {
            assert!(report.unread().next().is_none(), "{serial:?}: {report}");
            // Go refuses a negative one.
            let refused = serial.first().is_none_or(|first| *first >= 0x80);
            assert_eq!(report.has(CertUnreadable), refused, "{serial:?}: {report}");
            print(&report);
        }
    }
}

#[test]
fn dates_before_1970_and_beyond_2050() {
    let dates = |from: &[u8], until: &[u8]| {
        let time = |text: &[u8]| tlv(if text.len() == 13 { 0x17 } else { 0x18 }, &[text]);
        pem(&Odd { not_before: time(from), not_after: time(until), ..Odd::new() })
    };
    for (from, until, expected, time) in [
        (&b"19500101000000Z"[..], &b"19600101000000Z"[..], Some(CertExpired), "2026-11-23"),
        (b"500101000000Z", b"991231235959Z", Some(CertExpired), "2026-11-23"),
        (b"500101000000Z", b"99991231235959Z", None, "2026-11-23"),
        (b"20600101000000Z", b"99991231235959Z", Some(CertNotYetValid), "2026-11-23"),
        (b"20600101000000Z", b"99991231235959Z", None, "2061-01-01"),
        (b"20600101000000Z", b"99991231235959Z", Some(CertExpiresSoon), "9999-12-20"),
        (b"99991231235959Z", b"00000101000000Z", Some(CertNotYetValid), "2026-11-23"),
    ] {
        let checker = Checker::at(kubeconfig::cert::parse_time(time).expect("a time"));
        let report = checker.bytes("a.pem", dates(from, until));
        let found: Vec<_> = report.findings().map(|finding| finding.code).filter(|code| *code != WeakKey).collect();
        assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{time}: {report}");
        print(&report);
    }
}

#[test]
fn names_that_a_terminal_would_act_on() {
    let subject = name(&[&[(CN, 12, "\u{1b}]0;title\u{7}\u{1b}[2J\r\n\u{202e}x\u{9b}".as_bytes())]]);
    let certificate = pem(&Odd { subject, not_after: tlv(0x17, &[b"260201000000Z"]), ..Odd::new() });
    let mut told = 0;
    for report in everywhere(&certificate) {
        print(&report);
        told += usize::from(report.to_string().contains("\\u{1b}"));
    }
    assert!(told >= 2, "{told}");
    #[cfg(feature = "cli")]
    {
        let folder = super::Files::named("a.pem", certificate).lay_out();
        for arguments in [&["certs", "a.pem"][..], &["certs", "a.pem", "-o", "json"], &["check", "a.pem"]] {
            let run = super::common::program::run(folder.path(), arguments);
            assert!(!run.stdout.contains(|c: char| c.is_control() && c != '\n'), "{:?}", run.stdout);
            assert!(run.stdout.contains("2J"), "{}", run.stdout);
        }
    }
}

/// Nobody waits for primes of that size: this key has none, which shows only where somebody computes with it.
#[test]
fn a_key_of_16384_bits() {
    let rsa: &[u8] = &[0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0];
    let modulus = [vec![0], vec![0xb5; 2048]].concat();
    let key = tlv(0x30, &[&tlv(2, &[&modulus]), &tlv(2, &[&[1, 0, 1]])]);
    let public_key_info = tlv(0x30, &[&tlv(0x30, &[rsa]), &tlv(3, &[&[0], &key])]);
    let sha256_rsa = tlv(0x30, &[&[0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11, 5, 0]]);
    let certificate = pem(&Odd { public_key_info, algorithm: sha256_rsa, ..Odd::new() });
    let begun = Instant::now();
    for report in everywhere(&certificate) {
        assert!(!report.has(CertUnreadable) && !report.has(WeakKey), "{report}");
        print(&report);
    }
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[test]
fn many_of_everything_take_no_long_time() {
    let entries = |count: usize| -> String {
        let list = |item: &dyn Fn(usize) -> String| (0..count).map(item).collect::<String>();
        format!(
            "clusters:\n{}users:\n{}contexts:\n{}",
            list(&|i| format!("- {{name: c{i}, cluster: {{server: \"http://h{i}\", x: 1}}}}\n")),
            list(&|i| format!("- {{name: u{i}, user: {{token: 12, tokne: a, username: x}}}}\n")),
            list(&|i| format!("- {{name: x{i}, context: {{cluster: c{}, user: u{i}}}}}\n", i + 1)),
        )
    };
    for text in [
        entries(600),
        "a: b\n".repeat(5_000),
        format!("users: [{}]", "{name: a, user: {token: 1}}, ".repeat(1000)),
        format!("users: [{}]", "{name: \"a\\e\", user: {as: \"\\e\"}}, ".repeat(1000)),
        format!("clusters: &a [{}]\nusers: *a", "{name: a, cluster: {server: 1}}, ".repeat(1000)),
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".repeat(2_000),
        "-----BEGIN PRIVATE KEY-----\n".repeat(5_000),
        format!("{}{}", "[".repeat(50_000), "]".repeat(50_000)),
    ] {
        let begun = Instant::now();
        let report = checker().bytes("config", text.clone());
        assert!(report.findings().len() > 0);
        print(&report);
        let start: String = text.chars().take(40).collect();
        assert!(begun.elapsed() < Duration::from_secs(30), "{start}: {:?}", begun.elapsed());
    }
}

/// A change of some bytes of a text.
#[derive(Clone, Debug)]
enum Change {
    Cut(Index, Index),
    Write(Index, String),
    Repeat(Index, Index),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let piece = prop_oneof![
        "[-:,{}\\[\\]#&*!|>'\"%@` \n\t]{1,3}",
        "\\PC{0,6}",
        Just("\u{1b}[2J".to_owned()),
        Just("\n---\n".to_owned()),
        Just("-----BEGIN CERTIFICATE-----\n".to_owned()),
        Just("<<: *a".to_owned()),
        Just("!!binary ".to_owned()),
        Just("clusters:\n- name: c\n".to_owned()),
    ];
    let change = prop_oneof![
        any::<(Index, Index)>().prop_map(|(a, b)| Change::Cut(a, b)),
        (any::<Index>(), piece).prop_map(|(at, piece)| Change::Write(at, piece)),
        any::<(Index, Index)>().prop_map(|(a, b)| Change::Repeat(a, b)),
    ];
    proptest::collection::vec(change, 1..6)
}

fn apply(text: &str, changes: &[Change]) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for change in changes {
        let at = |index: &Index, chars: &[char]| index.index(chars.len() + 1);
        match change {
            Change::Cut(from, length) => {
                let from = at(from, &chars);
                let to = (from + length.index(40)).min(chars.len());
                chars.drain(from..to);
            }
            Change::Write(place, piece) => {
                let place = at(place, &chars);
                chars.splice(place..place, piece.chars());
            }
            Change::Repeat(from, length) => {
                let from = at(from, &chars);
                let to = (from + length.index(200)).min(chars.len());
                let piece = chars[from..to].to_vec();
                chars.splice(to..to, piece);
            }
        }
    }
    chars.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whatever is done to a file: every finding lies in it, says something and what to do, and can be printed; nothing changes
    /// from one time to the next; and a code that is allowed takes its own findings with it, and no others.
    #[test]
    fn changed_files_are_told_of_in_order(changes in changes(), of_secrets in any::<bool>()) {
        let text = apply(&if of_secrets { canary::kubeconfig() } else { good() }, &changes);
        let report = checker().bytes("config", text.clone());
        print(&report);
        let lines = text.chars().filter(|c| matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')).count() + 1;
        let mut last = None;
        for finding in report.findings() {
            prop_assert!(!finding.message.is_empty() && finding.help.is_some(), "{finding:?}");
            prop_assert!(last <= finding.position);
            last = finding.position;
            let (Some(start), Some(end)) = (finding.position, finding.end) else { continue };
            prop_assert!(start <= end && start.column >= 1 && start.line >= 1 && end.line as usize <= lines + 1, "{finding:?}");
        }
        prop_assert_eq!(checker().bytes("config", text.clone()).to_json(), report.to_json());
        if let Some(code) = report.findings().next().map(|finding| finding.code) {
            let others = report.findings().filter(|finding| finding.code != code).count();
            prop_assert_eq!(checker().allow(code).bytes("config", text).findings().len(), others);
        }
    }

    /// Anything at all, as a file and in the place of a certificate.
    #[test]
    fn any_bytes_are_checked(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        print(&checker().bytes("file", bytes.clone()));
        let World { ca, client } = world();
        let text = with(&ca.certificate, &client.certificate, &client.key);
        print(&checker().bytes("config", text.replace(&base64(&client.certificate), &base64(&bytes))));
    }
}
