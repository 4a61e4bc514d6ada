//! Certificates and PEM, through the public API. Certificates are made here: with `rcgen`, byte by byte where no tool
//! makes them, and with the `openssl` program as second opinion where it is installed (required where `CI=true`).
#![cfg(feature = "cert")]

mod common;

use common::der::{CN, EC_PUBLIC_KEY, Odd, P256, POINT, extension, name, tlv};
use kubeconfig::ErrorKind;
use kubeconfig::cert::{
    Certificate, Curve, KeyAlgorithm, PrivateKey, PrivateKeyKind, Purpose, SectionKind, SubjectAltName, Validity,
    certificates, leaf, parse_time, private_key, private_key_kind, rfc3339, sections,
};
use proptest::prelude::*;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, SanType, SerialNumber, date_time_ymd};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, UnixTime};
use std::net::IpAddr;
use std::process::Command;
use std::time::{Duration, Instant};

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

fn at(text: &str) -> UnixTime {
    parse_time(text).unwrap()
}

fn seconds(seconds: u64) -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(seconds))
}

fn params(common_name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationName, "system:masters");
    params.distinguished_name.push(DnType::CommonName, common_name);
    params.serial_number = Some(SerialNumber::from(vec![0x0a, 0x1b]));
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(2027, 1, 1);
    params
}

fn self_signed(params: CertificateParams) -> String {
    params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem()
}

/// Leaf and CA in one text, as K3s writes client-certificate-data.
fn chain() -> String {
    let ca_key = KeyPair::generate().unwrap();
    let mut ca = params("k3s-client-ca@1700000000");
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca_pem = ca.self_signed(&ca_key).unwrap().pem();
    let leaf_key = KeyPair::generate().unwrap();
    let leaf = params("system:admin").signed_by(&leaf_key, &Issuer::new(ca, ca_key)).unwrap().pem();
    leaf + &ca_pem
}

/// The lines of `pem` between its first and last.
fn body(pem: &str) -> String {
    let lines: Vec<_> = pem.lines().collect();
    lines[1..lines.len() - 1].join("\n")
}

/// Runs openssl with `input`; `None` where it is not installed.
fn openssl(args: &[&str], input: &[u8]) -> Option<String> {
    use std::io::Write;
    use std::process::Stdio;
    let child =
        Command::new("openssl").args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let Ok(mut child) = child else {
        assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "openssl not found");
        println!("skipped: openssl not found");
        return None;
    };
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "openssl {args:?} on {input:02x?}");
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn facts() {
    let mut params = params("system:admin");
    params.subject_alt_names = vec![
        SanType::DnsName("*.example.com".try_into().unwrap()),
        SanType::IpAddress(IpAddr::from([10, 43, 0, 1])),
        SanType::IpAddress("2001:db8::1".parse().unwrap()),
        SanType::Rfc822Name("a@example.com".try_into().unwrap()),
        SanType::URI("spiffe://x/y".try_into().unwrap()),
    ];
    let pem = self_signed(params);
    let certificate = &certificates(pem.as_bytes()).unwrap()[0];
    assert_eq!(certificate.subject(), "CN=system:admin,O=system:masters");
    assert_eq!(certificate.issuer(), certificate.subject());
    assert_eq!(certificate.common_name(), Some("system:admin"));
    assert_eq!(certificate.organizations(), ["system:masters"]);
    assert_eq!(certificate.serial(), "0A1B");
    assert_eq!(rfc3339(certificate.not_before()), "2026-01-01T00:00:00Z");
    assert_eq!(rfc3339(certificate.not_after()), "2027-01-01T00:00:00Z");
    assert!(!certificate.is_ca());
    assert_eq!(
        certificate.subject_alt_names(),
        [
            SubjectAltName::Dns("*.example.com".into()),
            SubjectAltName::Ip(IpAddr::from([10, 43, 0, 1])),
            SubjectAltName::Ip("2001:db8::1".parse().unwrap()),
            SubjectAltName::Email("a@example.com".into()),
            SubjectAltName::Uri("spiffe://x/y".into()),
        ]
    );
    assert_eq!(certificate.der(), &CertificateDer::from_pem_slice(pem.as_bytes()).unwrap());
    assert_eq!(&Certificate::from_der(certificate.der()).unwrap(), certificate);
    assert_eq!(
        format!("{certificate:?}"),
        "Certificate { subject: \"CN=system:admin,O=system:masters\", issuer: \"CN=system:admin,O=system:masters\", \
         serial: \"0A1B\", not_before: \"2026-01-01T00:00:00Z\", not_after: \"2027-01-01T00:00:00Z\", .. }"
    );
}

#[test]
fn both_ends_of_the_validity_belong_to_it() {
    let certificate = leaf(self_signed(params("x")).as_bytes()).unwrap();
    for (time, validity) in [
        ("1970-01-01", Validity::NotYetValid),
        ("2025-12-31T23:59:59Z", Validity::NotYetValid),
        ("2026-01-01T00:00:00Z", Validity::Valid),
        ("2027-01-01T00:00:00Z", Validity::Valid),
        ("2027-01-01T00:00:01Z", Validity::Expired),
    ] {
        assert_eq!(certificate.is_valid_at(at(time)), validity, "{time}");
    }
    assert_eq!(certificate.is_valid_at(seconds(u64::MAX)), Validity::Expired);
}

#[test]
fn a_chain_is_leaf_first() {
    let pem = chain();
    let bundle = certificates(pem.as_bytes()).unwrap();
    assert_eq!(bundle.iter().map(Certificate::is_ca).collect::<Vec<_>>(), [false, true]);
    assert_eq!(bundle[0].issuer(), bundle[1].subject());
    assert_eq!(leaf(pem.as_bytes()).unwrap(), bundle[0]);
    let other: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes()).map(Result::unwrap).collect();
    assert_eq!(bundle.iter().map(Certificate::der).collect::<Vec<_>>(), other.iter().collect::<Vec<_>>());
}

/// Recorded from kubectl 1.32: whether it takes the text as a certificate authority, and as a client certificate.
#[test]
fn takes_what_kubectl_takes() {
    let pem = &self_signed(params("x"));
    let body = &body(pem);
    let flat = &body.replace('\n', "");
    let each = |f: &dyn Fn(&str) -> String| pem.lines().map(f).collect::<String>();
    let section = |body: &str| format!("{BEGIN}\n{body}\n{END}\n");
    let unended = format!("{BEGIN}\n{body}\n");
    let cases = [
        ("plain", pem.clone(), true, true),
        ("no final newline", pem.trim_end().to_owned(), true, true),
        ("CRLF", pem.replace('\n', "\r\n"), true, true),
        ("CR", pem.replace('\n', "\r"), false, false),
        ("CR CR LF", each(&|l| format!("{l}\r\r\n")), false, false),
        ("CR inside", section(&format!("{}\r{}", &body[..10], &body[10..])), true, true),
        ("junk before", format!("subject=x\nissuer: y\n{pem}"), true, true),
        ("junk between", format!("{pem}junk\n{pem}"), true, true),
        ("byte order mark", format!("\u{feff}{pem}"), false, false),
        ("indented", each(&|l| format!("  {l}\n")), false, false),
        ("indented body", section(&format!("  {}", body.replace('\n', "\n\t"))), true, true),
        ("trailing blanks", each(&|l| format!("{l} \t\n")), true, true),
        ("vertical tabs", each(&|l| format!("{l}\u{b}\n")), false, false),
        ("blank lines", each(&|l| format!("{l}\n\n")), true, true),
        ("body in one line", section(flat), true, true),
        ("all in one line", format!("{BEGIN}{flat}{END}"), false, false),
        ("no end", unended.clone(), false, false),
        ("no end, then good", format!("{unended}{pem}"), true, true),
        ("begin twice", format!("{BEGIN}\n{pem}"), true, true),
        ("end without begin, then good", format!("{END}\n{pem}"), true, true),
        ("begin inside a line, then good", format!("x {BEGIN}\n{pem}"), true, true),
        ("wrong end", format!("{unended}-----END X-----\n"), false, false),
        ("wrong end, then good", format!("{unended}-----END X-----\n{pem}"), true, true),
        ("four dashes at begin", pem.replacen("-----\n", "----\n", 1), false, false),
        ("four dashes at end", format!("{unended}-----END CERTIFICATE----\n"), false, false),
        ("six dashes at end", format!("{unended}{END}-\n"), false, false),
        ("text after end", format!("{unended}{END} x\n"), false, false),
        ("not base64", section("%%%%"), false, false),
        ("not base64, then good", format!("{}{pem}", section("%%%%")), true, true),
        ("good, then not base64", format!("{pem}{}", section("%%%%")), true, true),
        ("no padding", section("AAA"), false, false),
        ("colon inside", section(&body.replacen('\n', "\n:\n", 1)), false, false),
        ("not DER", section("AAAA"), false, false),
        ("not DER, then good", format!("{}{pem}", section("AAAA")), true, false),
        ("empty", String::new(), false, false),
        ("empty section", format!("{BEGIN}\n{END}\n"), false, false),
        ("empty section, then good", format!("{BEGIN}\n{END}\n{pem}"), true, false),
        ("headers", section(&format!("X-A: b\n\n{body}")), false, true),
        ("headers without a blank line", section(&format!("X-A: b\n{body}")), false, true),
        ("another label", pem.replace("CERTIFICATE", "TRUSTED CERTIFICATE"), false, false),
        ("small letters", pem.replace("CERTIFICATE", "certificate"), false, false),
        ("two spaces", pem.replace("BEGIN ", "BEGIN  "), false, false),
        ("key before", format!("{}{pem}", KeyPair::generate().unwrap().serialize_pem()), true, true),
    ];
    for (case, text, authority, client) in cases {
        assert_eq!(certificates(text.as_bytes()).is_ok(), authority, "{case}");
        assert_eq!(leaf(text.as_bytes()).is_ok(), client, "{case}");
    }
}

#[test]
fn errors_name_the_line() {
    let pem = self_signed(params("x"));
    let broken =
        format!("junk\n{BEGIN}\nAAAA\n{BEGIN}\n%\n{END}\n{pem}{BEGIN}\nAAAA\n{END}\n{BEGIN}\n-----END X-----\n{BEGIN}");
    let errors: Vec<_> = sections(broken.as_bytes()).filter_map(|s| s.and_then(|s| s.certificate()).err()).collect();
    let last = 6 + pem.lines().count();
    assert_eq!(
        errors.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [
            "the certificate at line 2 has no END line".to_owned(),
            "the certificate at line 4 is not base64".to_owned(),
            format!("the certificate at line {} is not X.509: can't read its outer structure", last + 1),
            format!("the certificate at line {} ends with the END line of something else", last + 4),
            format!("the certificate at line {} has no END line", last + 6),
        ]
    );
    assert!(errors.iter().all(|e| e.kind() == ErrorKind::Certificate && e.position().is_none()));
    assert_eq!(certificates(broken.as_bytes()).unwrap().len(), 1);

    let none = |text: &str| certificates(text.as_bytes()).unwrap_err().to_string();
    assert_eq!(
        none("text"),
        "no certificate found; it is looked for between the lines -----BEGIN CERTIFICATE----- and -----END \
         CERTIFICATE-----, not indented"
    );
    assert_eq!(
        none("-----BEGIN X-----\n-----END X-----"),
        "no certificate found; the PEM sections in the text are broken, of another kind, or have headers"
    );
    let mut der = Odd::new().der();
    der.push(0);
    assert_eq!(
        Certificate::from_der(&der).unwrap_err().to_string(),
        "kubectl refuses the certificate: more data follows its end"
    );
    let negative = common::pki::pem("CERTIFICATE", &Odd { serial: vec![0xff], ..Odd::new() }.der());
    assert_eq!(
        leaf(negative.as_bytes()).unwrap_err().message(),
        "kubectl refuses the certificate at line 1: the serial number is negative"
    );
}

#[test]
fn sections_have_kinds() {
    let labels = [
        ("CERTIFICATE", SectionKind::Certificate),
        ("RSA PRIVATE KEY", SectionKind::PrivateKey(PrivateKeyKind::Pkcs1)),
        ("EC PRIVATE KEY", SectionKind::PrivateKey(PrivateKeyKind::Sec1)),
        ("PRIVATE KEY", SectionKind::PrivateKey(PrivateKeyKind::Pkcs8)),
        ("ENCRYPTED PRIVATE KEY", SectionKind::PrivateKey(PrivateKeyKind::Encrypted)),
        ("OPENSSH PRIVATE KEY", SectionKind::PrivateKey(PrivateKeyKind::Other)),
        ("X509 CRL", SectionKind::Crl),
        ("CERTIFICATE REQUEST", SectionKind::Csr),
        ("NEW CERTIFICATE REQUEST", SectionKind::Csr),
        ("EC PARAMETERS", SectionKind::Other),
    ];
    let text: String = labels.iter().map(|(l, _)| format!("-----BEGIN {l}-----\naGk=\n-----END {l}-----\n")).collect();
    let found: Vec<_> = sections(text.as_bytes()).map(Result::unwrap).collect();
    assert_eq!(found.iter().map(|s| s.kind()).collect::<Vec<_>>(), labels.map(|(_, kind)| kind));
    assert_eq!(found.iter().map(|s| s.line()).collect::<Vec<_>>(), (0..10).map(|i| 3 * i + 1).collect::<Vec<_>>());
    assert!(found.iter().all(|s| s.bytes() == b"hi" && !s.has_headers()));
    assert_eq!(format!("{:?}", found[0]), "Section { kind: Certificate, line: 1, .. }");
    // Of several keys the first counts, and the last line needs no end.
    assert_eq!(private_key_kind(text.trim_end().as_bytes()).unwrap(), Some(PrivateKeyKind::Pkcs1));
}

#[test]
fn keys_of_all_forms() {
    let kind = |text: &str| private_key_kind(text.as_bytes()).unwrap();
    assert_eq!(kind(&KeyPair::generate().unwrap().serialize_pem()), Some(PrivateKeyKind::Pkcs8));
    assert_eq!(kind(&chain()), None);
    assert_eq!(kind(""), None);
    let encrypted = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\naGk=";
    let encrypted = format!("-----BEGIN EC PRIVATE KEY-----\n{encrypted}\n-----END EC PRIVATE KEY-----");
    assert_eq!(kind(&encrypted), Some(PrivateKeyKind::Encrypted));
    // As in Go the label does no harm if the key is not encrypted.
    let plain = KeyPair::generate().unwrap().serialize_pem();
    for text in [
        plain.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"),
        plain.replacen("-----\n", "-----\nProc-Type: 4,ENCRYPTED\n\n", 1),
    ] {
        assert_eq!(kind(&text), Some(PrivateKeyKind::Encrypted));
        assert_eq!(private_key(text.as_bytes()).unwrap().form(), PrivateKeyKind::Pkcs8);
    }
    let Some(rsa) = openssl(&["genrsa", "-traditional", "2048"], b"") else { return };
    let ec = openssl(&["ecparam", "-genkey", "-name", "prime256v1"], b"").unwrap();
    assert_eq!(kind(&rsa), Some(PrivateKeyKind::Pkcs1));
    assert!(ec.starts_with("-----BEGIN EC PARAMETERS-----"));
    assert_eq!(kind(&ec), Some(PrivateKeyKind::Sec1));
    let pkcs8 = openssl(&["pkcs8", "-topk8", "-nocrypt"], rsa.as_bytes()).unwrap();
    assert_eq!(kind(&pkcs8), Some(PrivateKeyKind::Pkcs8));
    let sealed = openssl(&["pkcs8", "-topk8", "-passout", "pass:x"], rsa.as_bytes()).unwrap();
    assert_eq!(kind(&sealed), Some(PrivateKeyKind::Encrypted));
    let sealed = openssl(&["rsa", "-aes128", "-traditional", "-passout", "pass:x"], rsa.as_bytes()).unwrap();
    assert_eq!(kind(&sealed), Some(PrivateKeyKind::Encrypted));
}

/// Nothing that is printed holds a byte of a broken key, wherever it is broken.
#[test]
fn no_secret_in_errors() {
    let canary = "SECRET-CANARY";
    let label = "RSA PRIVATE KEY";
    for text in [
        format!("-----BEGIN {label}-----\n{canary}\n-----END {label}-----\n"),
        format!("-----BEGIN {label}-----\n{canary}\n"),
        format!("-----BEGIN {label}-----{canary}"),
        format!("-----BEGIN {label} {canary}-----\n{canary}\n-----END {canary}-----"),
        format!("-----BEGIN {canary} PRIVATE KEY-----\n{canary}"),
        format!("-----BEGIN {label}-----\n{canary}: {canary}\n\n{canary}\n-----END {label}-----\n"),
        format!("{BEGIN}\n{canary}\n{END}\n"),
        format!("{BEGIN}\n{canary}\n-----END {label}-----\n"),
        canary.to_owned(),
    ] {
        let pem = text.as_bytes();
        let mut printed =
            format!("{:?} {:?} {:?} {:?}", certificates(pem), leaf(pem), private_key_kind(pem), sections(pem));
        for error in [certificates(pem).err(), leaf(pem).err(), private_key_kind(pem).err()].into_iter().flatten() {
            printed += &format!("{error} {error:?}");
        }
        for section in sections(pem) {
            printed += &format!("{section:?}");
            printed += &section.map(|s| format!("{:?}", s.certificate())).unwrap_or_else(|e| e.to_string());
        }
        printed += &format!("{:?} {:?}", Certificate::from_der(pem), parse_time(&text));
        let bytes = format!("{:?}", canary.as_bytes());
        assert!(!printed.contains("CANARY") && !printed.contains(bytes.trim_matches(['[', ']'])), "{printed}");
    }
}

#[test]
fn dates_of_any_age() {
    for (not_before, not_after, expected) in [
        (
            tlv(0x17, &[b"500101000000Z"]),
            tlv(0x17, &[b"491231235959Z"]),
            ["1970-01-01T00:00:00Z", "2049-12-31T23:59:59Z"],
        ),
        (
            tlv(0x18, &[b"00000101000000Z"]),
            tlv(0x18, &[b"99991231235959Z"]),
            ["1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z"],
        ),
        (
            tlv(0x17, &[b"2601010000Z"]),
            tlv(0x17, &[b"270101010000+0100"]),
            ["2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"],
        ),
    ] {
        let certificate = Odd { not_before, not_after, ..Odd::new() }.read();
        assert_eq!([rfc3339(certificate.not_before()), rfc3339(certificate.not_after())], expected);
        assert_eq!(certificate.is_valid_at(at("2026-06-01")), Validity::Valid);
    }
    // Both dates are shown as 1970, and yet it was over by then.
    let past =
        Odd { not_before: tlv(0x17, &[b"600101000000Z"]), not_after: tlv(0x17, &[b"691231235959Z"]), ..Odd::new() };
    assert_eq!(past.read().is_valid_at(seconds(0)), Validity::Expired);

    let pem = {
        let mut params = params("x");
        (params.not_before, params.not_after) = (date_time_ymd(1950, 1, 1), date_time_ymd(9999, 12, 31));
        self_signed(params)
    };
    assert_eq!(rfc3339(leaf(pem.as_bytes()).unwrap().not_after()), "9999-12-31T00:00:00Z");
    let nonsense = Odd { not_after: tlv(0x17, &[b"261301000000Z"]), ..Odd::new() };
    assert_eq!(
        Certificate::from_der(&nonsense.der()).unwrap_err().message(),
        "not an X.509 certificate: can't read its notAfter date"
    );
}

#[test]
fn serial_numbers_of_any_kind() {
    for (bytes, serial) in [
        (vec![0], "00".to_owned()),
        (vec![1], "01".to_owned()),
        (vec![0, 0xff], "FF".to_owned()),
        (vec![0x7f; 40], "7F".repeat(40)),
    ] {
        let odd = Odd { serial: bytes, ..Odd::new() };
        assert_eq!(odd.read().serial(), serial);
        if let Some(printed) = openssl(&["x509", "-inform", "DER", "-noout", "-serial"], &odd.der()) {
            // openssl breaks long lines.
            assert_eq!(printed.trim_end().replace("\\\n", ""), format!("serial={serial}"));
        }
    }
    for (bytes, message) in [
        (vec![], "not an X.509 certificate: can't read its serial number"),
        (vec![0, 1], "not an X.509 certificate: can't read its serial number"),
        (vec![0xff], "kubectl refuses the certificate: the serial number is negative"),
        (vec![0xff, 0x00], "kubectl refuses the certificate: the serial number is negative"),
    ] {
        let refused = Certificate::from_der(&Odd { serial: bytes, ..Odd::new() }.der()).unwrap_err();
        assert_eq!(refused.message(), message);
    }
}

#[test]
fn names_of_any_kind() {
    const O: &[u8] = &[0x06, 3, 0x55, 4, 10];
    const OU: &[u8] = &[0x06, 3, 0x55, 4, 11];
    const DC: &[u8] = &[0x06, 10, 0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 25];
    const MAIL: &[u8] = &[0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1];
    const UNKNOWN: &[u8] = &[0x06, 4, 0x2a, 3, 4, 5];
    for (subject, text, compare) in [
        (name(&[]), "", false),
        (name(&[&[(DC, 0x16, b"com")], &[(DC, 0x16, b"example")], &[(CN, 12, b"x")]]), "CN=x,DC=example,DC=com", true),
        (name(&[&[(CN, 12, "münchen".as_bytes())]]), "CN=münchen", true),
        (name(&[&[(CN, 20, b"m\xfcnchen")]]), "CN=münchen", true),
        (name(&[&[(CN, 30, b"\0m\0\xfc\x26\x03")]]), "CN=mü☃", true),
        (name(&[&[(CN, 12, b"a+b,c;d\\e\"f<g>h=#i")]]), "CN=a\\+b\\,c\\;d\\\\e\\\"f\\<g\\>h=#i", true),
        (name(&[&[(CN, 12, b" #a ")]]), "CN=\\ #a\\ ", true),
        (name(&[&[(CN, 12, b"#a")]]), "CN=\\#a", true),
        (name(&[&[(CN, 12, b" ")]]), "CN=\\ ", true),
        (name(&[&[(O, 19, b"b"), (OU, 19, b"a")], &[(CN, 19, b"c")]]), "CN=c,O=b+OU=a", false),
        (name(&[&[(MAIL, 0x16, b"a@b")]]), "emailAddress=a@b", true),
        (name(&[&[(UNKNOWN, 12, b"x")]]), "1.2.3.4.5=#0c0178", false),
        (name(&[&[(CN, 12, b"\x1b[31m")]]), "CN=\u{1b}[31m", false),
        (name(&[&[(CN, 30, b"\0a\xd8\0\0\0")]]), "CN=a\u{fffd}", false),
        (name(&[&[], &[(CN, 12, b"x")], &[]]), "CN=x", false),
    ] {
        let odd = Odd { subject, ..Odd::new() };
        assert_eq!(odd.read().subject(), text);
        let args = ["x509", "-inform", "DER", "-noout", "-subject", "-nameopt", "RFC2253,-esc_msb,utf8"];
        if compare {
            if let Some(printed) = openssl(&args, &odd.der()) {
                assert_eq!(printed.trim_end_matches('\n'), format!("subject={text}"));
            }
        }
    }
    for (tag, value, broken) in [
        (12, &b"\xff"[..], "its subject has a UTF8String that is not UTF-8"),
        (18, b"1a", "its subject has a NumericString with something other than digits"),
        (19, b"a_b", "its subject has a character that a PrintableString must not have"),
        (22, b"\xe4", "its subject has an IA5String that is not ASCII"),
        (26, b"x", "its subject has a value of a type that Go does not read"),
        (30, b"\0a\0", "its subject has a BMPString with an odd number of bytes"),
        (4, b"x", "its subject has a value of a type that Go does not read"),
    ] {
        let odd = Odd { subject: name(&[&[(CN, tag, value)]]), ..Odd::new() };
        let refused = Certificate::from_der(&odd.der()).unwrap_err();
        assert_eq!(refused.message(), format!("kubectl refuses the certificate: {broken}"), "{tag}");
    }
    let several = name(&[&[(CN, 12, b"a")], &[(O, 12, b"b")], &[(CN, 12, b"c")], &[(O, 12, b"d")]]);
    let several = Odd { subject: several, ..Odd::new() }.read();
    assert_eq!(several.common_name(), Some("c"));
    assert_eq!(several.organizations(), ["b", "d"]);
    assert_eq!(Odd::new().read().common_name(), None);
}

#[test]
fn versions_and_extensions() {
    // Version 1, which `openssl x509 -req` made for many years, has no extensions, and a CA of that time does not say
    // so.
    let v1 = Odd { version: Vec::new(), ..Odd::new() }.read();
    assert!(!v1.is_ca() && v1.is_authority() && v1.subject_alt_names().is_empty());
    // Go does not look at the extensions that such a certificate has all the same.
    let broken = vec![b"no extension".to_vec()];
    for (version, expected) in [(0, Some(1)), (1, Some(2)), (2, None), (3, None), (0xff, None)] {
        let version = tlv(0xa0, &[&tlv(2, &[&[version]])]);
        let odd = Odd { version, extensions: broken.clone(), ..Odd::new() };
        assert_eq!(Certificate::from_der(&odd.der()).map(|certificate| certificate.version()).ok(), expected);
    }
    assert_eq!((v1.version(), Odd::new().read().version()), (1, 3));
    assert!(!Odd::new().read().is_authority());

    let with =
        |extensions: &[Vec<u8>]| Certificate::from_der(&Odd { extensions: extensions.to_vec(), ..Odd::new() }.der());
    let ca = |value: &[u8]| with(&[extension(19, value)]).map(|c| c.is_ca()).map_err(|e| e.message().to_owned());
    assert_eq!(ca(&[0x30, 0]), Ok(false));
    assert_eq!(ca(&[0x30, 3, 1, 1, 0]), Ok(false));
    assert_eq!(ca(&[0x30, 3, 1, 1, 0xff]), Ok(true));
    assert_eq!(ca(&[0x30, 7, 1, 1, 0xff, 2, 2, 3, 0xe8]), Ok(true)); // a path length of 1,000
    assert_eq!(ca(&[0x30, 3, 1, 1]), Err("not an X.509 certificate: can't read its basic constraints".to_owned()));
    assert!(with(&[extension(19, &[0x30, 0]), extension(19, &[0x30, 3, 1, 1, 0xff])]).is_err());
    let twice = with(&[extension(99, b"anything"), extension(99, b"")]).unwrap_err();
    assert_eq!(twice.message(), "kubectl refuses the certificate: it has the same extension twice");

    let length = |value: &[u8]| with(&[extension(19, value)]).unwrap().path_length();
    assert_eq!(length(&[0x30, 3, 1, 1, 0xff]), None);
    assert_eq!(length(&[0x30, 6, 1, 1, 0xff, 2, 1, 0]), Some(0));
    assert_eq!(length(&[0x30, 7, 1, 1, 0xff, 2, 2, 3, 0xe8]), Some(1000));
    assert!(with(&[extension(19, &[0x30, 14, 1, 1, 0xff, 2, 9, 1, 0, 0, 0, 0, 0, 0, 0, 0])]).is_err());
    assert_eq!(length(&[0x30, 6, 1, 1, 0xff, 2, 1, 0xff]), None, "a path length of -1");

    let authority = |extensions: &[Vec<u8>]| with(extensions).unwrap().is_authority();
    let is_ca = extension(19, &[0x30, 3, 1, 1, 0xff]);
    assert!(authority(std::slice::from_ref(&is_ca)) && !authority(&[extension(19, &[0x30, 0])]));
    assert!(authority(&[is_ca.clone(), extension(15, &[3, 2, 2, 4])]), "keyCertSign");
    assert!(authority(&[is_ca.clone(), extension(15, &[3, 1, 0])]), "an empty key usage");
    assert!(!authority(&[is_ca, extension(15, &[3, 2, 7, 0x80])]), "digitalSignature");

    let usage = |value: &[u8]| with(&[extension(15, value)]).map(|c| c.key_usage().unwrap().to_string());
    assert_eq!(usage(&[3, 2, 5, 0b1010_0000]).unwrap(), "digitalSignature, keyEncipherment");
    assert_eq!(usage(&[3, 3, 7, 0, 0x80]).unwrap(), "decipherOnly");
    // A bit without a name.
    assert_eq!(usage(&[3, 3, 6, 0b0100_0000, 0x40]).unwrap(), "nonRepudiation");
    assert_eq!(usage(&[3, 1, 0]).unwrap(), "");
    let message = |extension: Vec<u8>| with(&[extension]).unwrap_err().message().to_owned();
    let unreadable = |part: &str| format!("not an X.509 certificate: can't read its {part}");
    for value in [&[][..], &[4, 1, 0], &[3, 0], &[3, 2, 9, 0], &[3, 2, 1, 1]] {
        assert_eq!(message(extension(15, value)), unreadable("key usage"), "{value:?}");
    }

    let purposes =
        |value: &[u8]| with(&[extension(37, value)]).map(|c| format!("{:?}", c.extended_key_usage().unwrap()));
    assert_eq!(purposes(&[0x30, 6, 6, 4, 0x55, 0x1d, 0x25, 0]).unwrap(), "[Any]");
    assert_eq!(purposes(&[0x30, 5, 6, 3, 0x2a, 3, 4]).unwrap(), "[Other(1.2.3.4)]");
    for value in [&[][..], &[0x31, 0], &[0x30, 2, 6, 0], &[0x30, 1, 6]] {
        assert_eq!(message(extension(37, value)), unreadable("extended key usage"), "{value:?}");
    }
    // As in Go, none that are allowed are all that are allowed.
    assert!(with(&[extension(37, &[0x30, 0])]).unwrap().allows(Purpose::ClientAuth));
    assert_eq!(message(b"no extension".to_vec()), unreadable("extensions"));

    for value in [&[][..], &[4], &[0x30, 1, 0x80], b"anything"] {
        assert_eq!(message(extension(14, value)), unreadable("subject key identifier"), "{value:?}");
        assert_eq!(message(extension(35, value)), unreadable("authority key identifier"), "{value:?}");
    }
    // An authority may be named in other ways, which Go does not read.
    assert_eq!(with(&[extension(35, &[0x30, 2, 0xa1, 0])]).unwrap().authority_key_id(), None);
    assert_eq!(with(&[extension(35, &[0x30, 3, 0x80, 1, 7])]).unwrap().authority_key_id(), Some(&[7][..]));

    let names = |value: &[u8]| with(&[extension(17, value)]).map(|c| c.subject_alt_names().to_vec());
    // An address for mail in X.400, which nobody reads, stands before a host name.
    assert_eq!(names(&[0x30, 5, 0xa3, 0, 0x82, 1, b'a']).unwrap(), [SubjectAltName::Dns("a".into())]);
    assert!(names(&[0x30, 7, 0x87, 5, 1, 2, 3, 4, 5]).is_err());
    assert_eq!(
        names(&[0x30, 3, 0x82, 1, 0xe4]).unwrap_err().message(),
        "kubectl refuses the certificate: a subject alternative name is not ASCII"
    );
    assert!(names(&[0x30, 4, 0x87, 4, 1, 2]).is_err());
}

/// Keys and signatures that are none: kinds are said as far as they are known, and nothing fails.
#[test]
fn keys_and_signatures_of_any_kind() {
    const RSA: &[u8] = &[0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
    const DSA: &[u8] = &[0x06, 7, 0x2a, 0x86, 0x48, 0xce, 0x38, 4, 1];
    const PSS: &[u8] = &[0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10];
    let read = |algorithm: &[&[u8]], key: &[u8]| {
        let public_key_info = tlv(0x30, &[&tlv(0x30, algorithm), &tlv(3, &[&[0], key])]);
        Certificate::from_der(&Odd { public_key_info, ..Odd::new() }.der())
    };
    let null: &[u8] = &[5, 0];
    let dsa = tlv(0x30, &[&[2, 1, 0x7f, 2, 1, 3, 2, 1, 2]]);
    for (algorithm, key, expected, bits) in [
        (vec![RSA, null], &[0x30, 7, 2, 2, 0, 0x80, 2, 1, 3][..], "RSA 8", Some(8)),
        (vec![RSA, null], &[0x30, 6, 2, 1, 1, 2, 1, 3], "RSA 1", Some(1)),
        (vec![RSA, null], &[0x30, 6, 2, 1, 1, 2, 1, 3, 9], "RSA 1", Some(1)),
        (vec![DSA, &dsa], &[2, 1, 1], "DSA 7", Some(7)),
        (vec![PSS], &[], "RSA-PSS", None),
        (vec![EC_PUBLIC_KEY, P256], POINT, "ECDSA P-256", Some(256)),
        (vec![&[6, 3, 0x2b, 0x65, 0x71]], &[], "Ed448", None),
        (vec![&[6, 3, 0x2b, 0x65, 0x6e]], &[], "1.3.101.110", None),
        (vec![&[6, 2, 0x88, 0x37]], &[], "2.999", None),
    ] {
        let info = read(&algorithm, key).unwrap().public_key();
        assert_eq!((info.to_string().as_str(), info.bits()), (expected, bits));
        assert_eq!(info.is_weak(), expected.starts_with("RSA "), "{expected}");
    }
    let long = read(&[&tlv(6, &[&[0x2a; 70]])], &[]).unwrap().public_key().to_string();
    assert_eq!(long, format!("1.2{}...", ".42".repeat(61)));
    let off_the_curve = [&POINT[..64], &[0]].concat();
    let curve = [6, 5, 0x2b, 0x81, 4, 0, 10];
    for (algorithm, key, broken) in [
        (vec![RSA], &[0x30, 6, 2, 1, 1, 2, 1, 3][..], "the parameters of its RSA key are not NULL"),
        (vec![EC_PUBLIC_KEY], POINT, "its public key names no elliptic curve"),
        (vec![EC_PUBLIC_KEY, &[0x30, 0]], POINT, "its public key names no elliptic curve"),
        (vec![EC_PUBLIC_KEY, P256], &[], "its public key is not a point on the curve P-256"),
        (vec![EC_PUBLIC_KEY, P256], &off_the_curve, "its public key is not a point on the curve P-256"),
        (vec![EC_PUBLIC_KEY, &curve], POINT, "its public key is on a curve other than P-224, P-256, P-384 and P-521"),
        (vec![&[6, 3, 0x2b, 0x65, 0x70]], &[1; 31], "its Ed25519 key is not 32 bytes long"),
        (vec![&[6, 3, 0x2b, 0x65, 0x70], null], &[1; 32], "its Ed25519 key has parameters"),
    ] {
        let refused = read(&algorithm, key).unwrap_err();
        assert_eq!(refused.message(), format!("kubectl refuses the certificate: {broken}"));
    }
    for (algorithm, key, part) in [
        (vec![RSA, null], &[][..], "RSA public key"),
        (vec![RSA, null], b"garbage", "RSA public key"),
        (vec![RSA, null], &[0x30, 6, 2, 1, 0, 2, 1, 3], "RSA public key"),
        (vec![RSA, null], &[0x30, 6, 2, 1, 0xff, 2, 1, 3], "RSA public key"),
        (vec![RSA, null], &[0x30, 6, 2, 1, 1, 2, 1, 0], "RSA public key"),
        (vec![DSA], &[], "DSA public key"),
        (vec![DSA, &[0x30, 3, 2, 1, 0x7f]], &[2, 1, 1], "DSA public key"),
        (vec![DSA, &dsa], &[2, 1, 0], "DSA public key"),
    ] {
        let refused = read(&algorithm, key).unwrap_err();
        assert_eq!(refused.message(), format!("not an X.509 certificate: can't read its {part}"));
    }
    // The hash of the mask has to be the same, and the salt as long as it.
    let sha256 = tlv(0x30, &[&[6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1]]);
    let mgf1 = |hash: &[u8]| tlv(0x30, &[&[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 8], hash]);
    let (hash, mask) = (tlv(0xa0, &[&sha256]), tlv(0xa1, &[&mgf1(&sha256)]));
    let salt = |length| tlv(0xa2, &[&[2, 1, length]]);
    for (parameters, expected) in [
        (vec![], "1.2.840.113549.1.1.10"),
        (vec![tlv(0x30, &[])], "SHA1-RSAPSS"),
        (vec![tlv(0x30, &[&hash, &mask, &salt(32)])], "SHA256-RSAPSS"),
        (vec![tlv(0x30, &[&hash, &mask, &salt(32), &[0xa3, 3, 2, 1, 1]])], "SHA256-RSAPSS"),
        (vec![tlv(0x30, &[&hash, &mask, &salt(20)])], "1.2.840.113549.1.1.10"),
        (vec![tlv(0x30, &[&hash, &salt(32)])], "1.2.840.113549.1.1.10"),
        (vec![tlv(0x30, &[&hash, &tlv(0xa1, &[&mgf1(&[])]), &salt(32)])], "1.2.840.113549.1.1.10"),
        (vec![tlv(0x30, &[&hash, &tlv(0xa1, &[&sha256]), &salt(32)])], "1.2.840.113549.1.1.10"),
        (vec![b"\x05\x00".to_vec()], "1.2.840.113549.1.1.10"),
        (vec![tlv(0x30, &[b"\xa0\x02xx"])], "1.2.840.113549.1.1.10"),
    ] {
        let algorithm = tlv(0x30, &[PSS, &parameters.concat()]);
        let said = Odd { algorithm, ..Odd::new() }.read().signature_algorithm();
        assert_eq!(said.to_string(), expected, "{parameters:02x?}");
        assert_eq!(said.is_weak(), expected.starts_with("SHA1"));
    }
    // A bit string must not say that it leaves out bits that it does not have.
    let mut der = Odd::new().der();
    let last = der.len() - 1;
    der[last] = 2;
    assert!(Certificate::from_der(&der).is_err());
}

#[test]
fn fingerprints() {
    let certificate = Odd::new().read();
    let fingerprint = certificate.fingerprint();
    assert_eq!(format!("{fingerprint}"), format!("{fingerprint:?}"));
    assert_eq!(fingerprint.to_string().len(), 64);
    assert_eq!(fingerprint, Odd::new().read().fingerprint());
    let other = Odd { serial: vec![2], ..Odd::new() }.read();
    assert_ne!(fingerprint, other.fingerprint());
    assert_eq!(certificate.public_key_fingerprint(), other.public_key_fingerprint());
    if let Some(printed) = openssl(&["dgst", "-sha256", "-r"], certificate.der()) {
        assert_eq!(printed.split(' ').next(), Some(fingerprint.to_string().as_str()));
    }
}

/// Private keys without the feature that computes with them.
#[test]
fn what_a_private_key_says() {
    let text = KeyPair::generate().unwrap().serialize_pem();
    let key = private_key(text.as_bytes()).unwrap();
    assert_eq!((key.form(), key.info().to_string().as_str()), (PrivateKeyKind::Pkcs8, "ECDSA P-256"));
    assert_eq!(key.info().algorithm(), KeyAlgorithm::Ecdsa(Curve::P256));
    let error = |text: &str| private_key(text.as_bytes()).unwrap_err().to_string();
    assert_eq!(
        error("text"),
        "no private key found; it is looked for below a line like -----BEGIN PRIVATE KEY-----, not indented"
    );
    let not_a_key = text.replacen("-----\n", "-----\nAAAA", 1);
    assert_eq!(
        error(&format!("text\n{not_a_key}")),
        "the private key at line 2 is not a PKCS #1, PKCS #8 or SEC 1 key"
    );
    assert_eq!(error(&text.replacen("-----\n", "-----\n%", 1)), "the private key at line 1 is not base64");
    for der in
        [&[][..], &[0x30], &[0x30, 0], &[0x30, 3, 2, 1, 0], &[0x30, 6, 2, 1, 0, 2, 1, 0], &[0x30, 5, 2, 1, 0, 0x30, 0]]
    {
        let error = PrivateKey::from_der(der).unwrap_err();
        assert_eq!(error.message(), "the private key is not a PKCS #1, PKCS #8 or SEC 1 key", "{der:02x?}");
    }
    let encrypted = PrivateKey::from_der(&[0x30, 7, 0x30, 3, 6, 1, 0x2a, 4, 0]).unwrap_err();
    assert_eq!(encrypted.message(), "the private key is encrypted");
    assert!(encrypted.help().unwrap().contains("openssl pkey"));
}

#[test]
fn whose_host_it_is() {
    let names = ["a.example.com", "*.apps.example.com", "10.0.0.1", "2001:db8::1", "localhost"].map(str::to_owned);
    let mut params = CertificateParams::new(names.to_vec()).unwrap();
    params.distinguished_name.push(DnType::CommonName, "only-in-the-common-name");
    let certificate = leaf(params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem().as_bytes()).unwrap();
    for (host, is_for) in [
        ("a.example.com", true),
        ("A.Example.COM.", true),
        ("b.example.com", false),
        ("x.apps.example.com", true),
        ("apps.example.com", false),
        ("x.y.apps.example.com", false),
        (".apps.example.com", false),
        ("10.0.0.1", true),
        ("::ffff:10.0.0.1", true),
        ("10.0.0.2", false),
        ("2001:db8::1", true),
        ("[2001:db8:0::1]", true),
        ("[10.0.0.1", false),
        ("localhost", true),
        ("only-in-the-common-name", false),
        ("", false),
        (".", false),
    ] {
        assert_eq!(certificate.is_for(host), is_for, "{host}");
    }
}

#[test]
fn times_as_text() {
    for (text, seconds) in [
        ("1970-01-01", 0),
        ("1970-01-01T00:00:00Z", 0),
        ("1972-02-29", 68_169_600),
        ("2000-02-29T12:00:00Z", 951_825_600),
        ("2000-03-01", 951_868_800),
        ("2026-11-22T19:55:47Z", 1_795_377_347),
        ("2038-01-19T03:14:08Z", 2_147_483_648),
        ("2100-02-28T23:59:59Z", 4_107_542_399),
        ("2100-03-01", 4_107_542_400),
        ("9999-12-31T23:59:59Z", 253_402_300_799),
        ("2027-01-01T02:30:00+02:30", 1_798_761_600),
        ("2026-12-31T12:00:00-12:00", 1_798_761_600),
        ("2027-01-01t00:00:00.999999999z", 1_798_761_600),
        ("2027-01-01 00:00:00Z", 1_798_761_600),
        ("1969-12-31T23:00:00-01:00", 0),
        ("2016-12-31T23:59:60Z", 1_483_228_799),
    ] {
        assert_eq!(at(text).as_secs(), seconds, "{text}");
    }
    for text in [
        "",
        "2027",
        "2027-1-1",
        "2027-02-29",
        "2100-02-29",
        "2027-13-01",
        "2027-00-01",
        "2027-01-00",
        "2027-04-31",
        "2027-01-01T",
        "2027-01-01T00:00Z",
        "2027-01-01T00:00:00",
        "2027-01-01T24:00:00Z",
        "2027-01-01T00:60:00Z",
        "2027-01-01T00:00:61Z",
        "2027-01-01T00:00:00.Z",
        "2027-01-01T00:00:00+1:00",
        "2027-01-01T00:00:00+24:00",
        "2027-01-01T00:00:00Zx",
        " 2027-01-01",
        "2027-01-01 ",
        "+2027-01-01",
        "٢٠٢٧-٠١-٠١",
        "1969-12-31",
        "1970-01-01T00:00:00+00:01",
        "0000-01-01",
        "9999-12-31T23:59:59-00:01",
        "10000-01-01",
        "tomorrow",
    ] {
        let error = parse_time(text).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage, "{text}");
    }
    assert_eq!(
        parse_time("").unwrap_err().to_string(),
        "not a time or a date; write it as 2027-01-31 or 2027-01-31T23:59:59Z"
    );
    assert_eq!(parse_time("1969-12-31").unwrap_err().to_string(), "the time lies outside of the years 1970 to 9999");
    assert_eq!(rfc3339(seconds(253_402_300_800)), "+10000-01-01T00:00:00Z");
    assert!(rfc3339(seconds(u64::MAX)).ends_with("Z"));
}

/// A million bytes read in quadratic time would take many minutes; the limit is far above what a busy machine needs.
#[test]
fn large_texts_are_linear() {
    let junk = "-----BEGIN CERTIFICATE-----\n";
    for pattern in [junk, "-----END CERTIFICATE-----\n", "junk ", "\n", ":\n", "-----BEGIN X-----\n-----END X-----\n"] {
        let text = pattern.repeat((1 << 20) / pattern.len());
        let start = Instant::now();
        assert!(certificates(text.as_bytes()).is_err());
        assert!(certificates(format!("{junk}{text}").as_bytes()).is_err());
        assert!(start.elapsed() < Duration::from_secs(60), "{pattern:?} took {:?}", start.elapsed());
    }
}

proptest! {
    #[test]
    fn nothing_panics(bytes in prop::collection::vec(any::<u8>(), 0..300), text in "\\PC{0,40}|[0-9TZ:+. -]{0,30}") {
        let _ = (certificates(&bytes), leaf(&bytes), private_key_kind(&bytes), private_key(&bytes));
        let _ = (Certificate::from_der(&bytes), PrivateKey::from_der(&bytes));
        let _ = parse_time(&text);
    }

    #[test]
    fn nothing_panics_near_pem(parts in prop::collection::vec(
        prop::sample::select(vec![BEGIN, END, "\n", "\r\n", "AAAA", "-----BEGIN ", "-----END ", "-----", " ", ":", "=", "%"]), 0..40,
    )) {
        let text = parts.concat();
        prop_assert!(sections(text.as_bytes()).count() <= text.matches("-----BEGIN ").count());
        let _ = (certificates(text.as_bytes()), leaf(text.as_bytes()), private_key_kind(text.as_bytes()));
    }

    #[test]
    fn nothing_panics_near_der(flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let mut der = Odd { extensions: vec![extension(17, &[0x30, 3, 0x82, 1, b'a'])], ..Odd::new() }.der();
        for (index, byte) in flips {
            let at = index.index(der.len());
            der[at] = byte;
        }
        if let Ok(certificate) = Certificate::from_der(&der) {
            prop_assert_eq!(certificate.der().as_ref(), &der[..]);
            let _ = format!("{certificate:?} {:?}", certificate.is_valid_at(seconds(0)));
        }
    }

    #[test]
    fn times_survive_the_round_trip(secs in 0u64..=253_402_300_799) {
        let text = rfc3339(seconds(secs));
        prop_assert_eq!(text.len(), "2027-01-01T00:00:00Z".len());
        prop_assert_eq!(parse_time(&text).unwrap(), seconds(secs));
    }

    #[test]
    fn times_sort_as_text(a in 0u64..=253_402_300_799, b in 0u64..=253_402_300_799) {
        prop_assert_eq!(rfc3339(seconds(a)).cmp(&rfc3339(seconds(b))), a.cmp(&b));
    }
}
