//! Certificates and keys, in kubeconfigs and in files of their own.

use super::common::openssl;
use super::pki::{self, Algorithm, Ca, Validity, base64};
use super::{Files, Row, World, checker, good, with, with_user, world};
use kubeconfig::finding::Code::{self, *};
use kubeconfig::finding::Severity::{self, Error, Note, Warning};
use std::time::Duration;

const CERTIFICATE: &str = "client-certificate-data";
const AUTHORITY: &str = "certificate-authority-data";
const KEY: &str = "client-key-data";

/// A kubeconfig of that CA with a client of it that is valid from until then.
fn of(ca: &Ca, validity: Validity) -> Files {
    let client = ca.client("jane", Some("dev"), validity);
    Files::one(with(&ca.certificate, &client.certificate, &client.key))
}

fn valid(validity: Validity) -> Files {
    of(&world().ca, validity)
}

fn named(validity: Validity) -> Ca {
    Ca::valid("kube-ca", None, Algorithm::Ec, validity)
}

pub(super) fn rows() -> Vec<Row> {
    let World { ca, client } = world();
    let good = || Files::one(good());
    let long = Validity::days(1000);
    let tomorrow = Validity { from: pki::now() + 86_400, until: pki::now() + 2 * 86_400 };
    let other = Ca::new("other-ca", None, Algorithm::Ec);
    let namesake = named(Validity::days(3650));
    let server = ca.server("kube-apiserver", &["k8s.example.com"], long);
    let master = ca.client("admin", Some("system:masters"), long);
    let row = |code: Code, severity: Severity, line, bad: Files| Row::new(code, severity, line, bad, good());
    let files = |ca: &str, certificate: &str, key: &str| Files::one(with(ca, certificate, key));
    // Sent along with the client certificate, which the first of them signed.
    let through = |between: &[&Ca]| {
        let client = between[0].client("jane", Some("dev"), Validity::days(90));
        let sent: String = between.iter().map(|ca| ca.certificate.as_str()).collect();
        files(&ca.certificate, &format!("{}{sent}", client.certificate), &client.key)
    };
    let over = ca.authority("between", Validity::over(), None);
    let current = ca.authority("between", long, None);
    let last = ca.authority("last", long, Some(0));
    let below = last.authority("below", long, None);
    let of_clients = Ca::new("k3s-client-ca@1767225600", None, Algorithm::Ec);
    let by_address = super::good().replace("k8s.example.com", "10.0.0.1");
    let without_ca = by_address.replace("certificate-authority-data", "x-kept");
    let mut rows = vec![
        row(DoubtfulCa, Warning, AUTHORITY, of(&of_clients, long)),
        Row::new(NoCa, Note, "server:", Files::one(without_ca), Files::one(by_address)),
        Row::new(CaExpired, Error, CERTIFICATE, through(&[&over]), through(&[&current])),
        Row::new(NotACa, Error, CERTIFICATE, through(&[&below, &last]), through(&[&last])),
        row(CertExpired, Error, CERTIFICATE, valid(Validity::over())),
        Row::new(CertExpiresSoon, Warning, CERTIFICATE, valid(Validity::days(30)), valid(Validity::days(32))),
        row(CertNotYetValid, Error, CERTIFICATE, valid(tomorrow)),
        row(CaExpired, Error, AUTHORITY, of(&named(Validity::over()), long)),
        Row::new(
            CaExpiresSoon,
            Warning,
            AUTHORITY,
            of(&named(Validity::days(30)), long),
            of(&named(Validity::days(32)), Validity::days(32)),
        ),
        row(CertUnreadable, Error, CERTIFICATE, files(&ca.certificate, "garbage", &client.key)),
        row(CertUnreadable, Error, CERTIFICATE, files(&ca.certificate, &client.key, &client.key)),
        row(CertUnreadable, Error, AUTHORITY, files("garbage", &client.certificate, &client.key)),
        row(
            CertUnreadable,
            Warning,
            AUTHORITY,
            files(&format!("{}{BROKEN}", ca.certificate), &client.certificate, &client.key),
        ),
        Row::changed(
            CertUnreadable,
            Error,
            AUTHORITY,
            &super::good(),
            "certificate-authority-data: ",
            "certificate-authority-data: '#'# ",
        ),
        row(KeyUnreadable, Error, KEY, files(&ca.certificate, &client.certificate, "garbage")),
        row(KeyUnreadable, Error, KEY, files(&ca.certificate, &client.certificate, &encrypted())),
        Row::changed(KeyUnreadable, Error, KEY, &super::good(), "client-key-data: ", "client-key-data: '***'# "),
        row(KeyMismatch, Error, KEY, files(&ca.certificate, &client.certificate, &master.key)),
        row(UnknownIssuer, Warning, CERTIFICATE, files(&other.certificate, &client.certificate, &client.key)),
        row(BadSignature, Error, CERTIFICATE, files(&namesake.certificate, &client.certificate, &client.key)),
        row(NotClientAuth, Error, CERTIFICATE, files(&ca.certificate, &server.certificate, &server.key)),
        row(NotACa, Warning, AUTHORITY, files(&server.certificate, &client.certificate, &client.key)),
        row(OutlivesIssuer, Note, CERTIFICATE, of(&named(Validity::days(100)), Validity::days(200))),
        row(ClusterAdmin, Note, CERTIFICATE, files(&ca.certificate, &master.certificate, &master.key)),
        row(SharedCertificate, Note, CERTIFICATE, twice()),
    ];
    // Files of their own: the line is that of the section.
    let pem = |code, severity, line, bad: String| Row::new(code, severity, line, Files::one(bad), good());
    let expired = ca.client("old", None, Validity::over());
    rows.extend([
        pem(CertExpired, Error, "BEGIN CERT", format!("# a comment\n{}", expired.certificate)),
        pem(CaExpired, Error, "BEGIN CERT", named(Validity::over()).certificate),
        pem(CertUnreadable, Error, "BEGIN CERT", format!("{}{BROKEN}", ca.certificate)),
        pem(KeyUnreadable, Warning, "BEGIN ENC", encrypted()),
        pem(KeyUnreadable, Error, "BEGIN PRIV", pki::pem("PRIVATE KEY", b"no key")),
        pem(KeyMismatch, Error, "PRIVATE KEY", format!("{}{}", client.certificate, master.key)),
    ]);
    if openssl::available() {
        rows.extend(made_by_openssl());
    }
    rows
}

/// Files that Go reads nothing in, though openssl does.
#[test]
fn other_names_of_a_certificate_and_der() {
    let pem = &world().ca.certificate;
    for label in ["X509 CERTIFICATE", "TRUSTED CERTIFICATE"] {
        let report = checker().bytes("ca.pem", pem.replace(" CERTIFICATE", &format!(" {label}")));
        let found: Vec<_> = report.findings().collect();
        assert_eq!(found.len(), 1, "{report}");
        assert_eq!((found[0].code, found[0].severity), (CertUnreadable, Warning), "{report}");
        assert!(found[0].help.as_deref().is_some_and(|help| help.contains("openssl x509")), "{report}");
    }
    // Beside one that is read, another is somebody else's.
    let both = format!("{}{pem}", pem.replace(" CERTIFICATE", " TRUSTED CERTIFICATE"));
    for whole in
        [both, format!("-----BEGIN EC PARAMETERS-----\nAAAA\n-----END EC PARAMETERS-----\n{}", world().client.key)]
    {
        assert!(!checker().bytes("ca.pem", whole).has(CertUnreadable));
    }
    let der = kubeconfig::cert::leaf(pem.as_bytes()).expect("a certificate").der().to_vec();
    let report = checker().bytes("ca.der", der);
    assert!(report.to_string().contains("in DER") && report.unread().next().is_some(), "{report}");
}

const BROKEN: &str = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

fn encrypted() -> String {
    pki::pem("ENCRYPTED PRIVATE KEY", b"whatever")
}

/// Two users with one certificate; the second has the finding.
fn twice() -> Files {
    let text = good();
    let start = text.find("- name: u\n").expect("a user");
    let end = text.find("contexts:").expect("contexts");
    let user = text[start..end].replace("name: u", "name: v").replace("user:\n", "user: # second\n");
    Files::one(format!("{}{user}{}", &text[..end], &text[end..]))
}

/// What rcgen can't make: a short key, a weak signature, a signature of a kind that can't be checked here.
fn made_by_openssl() -> Vec<Row> {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |arguments: &str| openssl::run(folder.path(), &arguments.split(' ').collect::<Vec<_>>(), b"");
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect("a file");
    std::fs::write(folder.path().join("ext"), "extendedKeyUsage=clientAuth\n").expect("a file");
    let signed = |ca: &str, key: &str, digest: &str| {
        run(&format!("req -new -key {key} -subj /CN=jane -out csr"));
        run(&format!("x509 -req -in csr -CA {ca}.crt -CAkey {ca}.key -days 500 {digest}-extfile ext -out client.crt"));
        Files::one(with(&read(&format!("{ca}.crt")), &read("client.crt"), &read(key)))
    };
    run("ecparam -name prime256v1 -genkey -noout -out ca.key");
    run("req -x509 -new -key ca.key -subj /CN=kube-ca -days 1000 -out ca.crt");
    run("genpkey -algorithm ED448 -out ed448.key");
    run("req -x509 -new -key ed448.key -subj /CN=ed448 -days 1000 -out ed448.crt");
    run("genrsa -out short.key 1024");
    run("genrsa -out long.key 2048");
    let good = signed("ca", "long.key", "-sha256 ");
    let short = signed("ca", "short.key", "-sha256 ");
    let sha1 = signed("ca", "long.key", "-sha1 ");
    // Go's TLS has no such keys: kubectl fails to parse it.
    let foreign = signed("ca", "ed448.key", "-sha256 ");
    let ed448 = signed("ed448", "long.key", "");
    vec![
        Row::new(WeakKey, Warning, CERTIFICATE, short, good.clone()),
        Row::new(WeakSignature, Error, CERTIFICATE, sha1, good.clone()),
        Row::new(KeyUnreadable, Error, KEY, foreign, good.clone()),
        Row::new(CertUnsupported, Note, CERTIFICATE, ed448, good),
    ]
}

#[test]
fn a_longer_time_is_soon_too() {
    let text = valid(Validity::days(100));
    assert!(!text.check().has(CertExpiresSoon));
    let folder = text.lay_out();
    let report = checker().within(Duration::from_secs(100 * 86_400)).paths([folder.path().join("config")]);
    assert!(report.has(CertExpiresSoon), "{report}");
    let later = kubeconfig::cert::parse_time("2200-01-01").expect("a time");
    let report = kubeconfig::check::Checker::at(later).paths([folder.path().join("config")]);
    assert!(report.has(CertExpired) && report.has(CaExpired), "{report}");
}

#[test]
fn files_that_are_named_are_looked_into() {
    let World { ca, client } = world();
    let text = with_user("client-certificate: certs/jane.crt\nclient-key: certs/jane.key");
    let old = ca.client("jane", None, Validity::over());
    let files = |certificate: &str, key: &str| {
        Files::one(text.clone()).with("certs/jane.crt", certificate).with("certs/jane.key", key).check()
    };
    let report = files(&client.certificate, &client.key);
    assert_eq!(report.findings().count(), 0, "{report}");
    let report = files(&old.certificate, &client.key);
    assert!(report.has(CertExpired) && report.has(KeyMismatch), "{report}");
    let message = &report.findings().find(|f| f.code == CertExpired).expect("a finding").message;
    assert!(message.contains("certs/jane.crt"), "{message}");
}

#[test]
fn an_old_ca_beside_a_newer_one_is_no_harm() {
    let World { ca, client } = world();
    let old = named(Validity::over());
    let bundle = format!("{}{}", old.certificate, ca.certificate);
    let report = Files::one(with(&bundle, &client.certificate, &client.key)).check();
    assert!(report.has(CaExpired), "{report}");
    assert_eq!(report.worst(), Some(Note), "{report}");
}

#[test]
fn what_fails_in_one_cluster_of_two_is_a_fault_of_that_context() {
    let namesake = named(Validity::days(3650));
    let one_more = |text: &str, ca: &str| {
        let cluster = format!(
            "clusters:\n- name: d\n  cluster:\n    server: https://d.example.com:6443\n    \
             certificate-authority-data: {}\n",
            base64(ca)
        );
        let context = "contexts:\n- name: y\n  context:\n    cluster: d\n    user: u\n    namespace: web\n";
        text.replacen("clusters:\n", &cluster, 1).replacen("contexts:\n", context, 1)
    };
    let text = good();
    let about = |files: Files| {
        let report = files.check();
        let found = report.findings().filter(|finding| finding.code == BadSignature);
        found.filter_map(|finding| finding.entry.clone()).collect::<Vec<_>>()
    };
    assert_eq!(about(Files::one(one_more(&text, &world().ca.certificate))), Vec::<String>::new());
    assert_eq!(about(Files::one(one_more(&text, &namesake.certificate))), ["context \"y\""]);
    let World { client, .. } = world();
    let wrong = with(&namesake.certificate, &client.certificate, &client.key);
    assert_eq!(about(Files::one(one_more(&wrong, &namesake.certificate))), ["user \"u\""]);
}

#[test]
fn a_chain_in_the_wrong_order_is_said_to_be_that() {
    let World { ca, client } = world();
    let chain = format!("{}{}", ca.certificate, client.certificate);
    let report = Files::one(with(&ca.certificate, &chain, &client.key)).check();
    let found = report.findings().find(|f| f.code == KeyMismatch).expect("a finding");
    assert_eq!(found.help.as_deref(), Some("it belongs to certificate 2 of the text: put that one first"));
}

#[test]
fn garbage_in_every_place() {
    let World { ca, client } = world();
    let mut garbage: Vec<Vec<u8>> =
        vec![vec![], vec![0], b"-----BEGIN".to_vec(), b"-----BEGIN CERTIFICATE-----".to_vec(), vec![0xff; 1000]];
    let der = base64::Engine::decode(
        &base64::engine::general_purpose::STANDARD,
        client.certificate.lines().filter(|line| !line.starts_with('-')).collect::<String>(),
    )
    .expect("base64");
    // DER that is almost a certificate: cut, and with a byte changed at every eleventh place.
    for at in (0..der.len()).step_by(11) {
        garbage.push(pki::pem("CERTIFICATE", &der[..at]).into_bytes());
        let mut changed = der.clone();
        changed[at] ^= 0x41;
        garbage.push(pki::pem("CERTIFICATE", &changed).into_bytes());
        garbage.push(pki::pem("PRIVATE KEY", &changed).into_bytes());
    }
    for bytes in garbage {
        let [a, b, c] = [&ca.certificate, &client.certificate, &client.key].map(String::as_str);
        let data = base64(&bytes);
        let texts = [with(a, b, c), with(a, b, c), with(a, b, c)];
        for (text, field) in texts.iter().zip([AUTHORITY, CERTIFICATE, KEY]) {
            let line = text.lines().find(|line| line.trim_start().starts_with(field)).expect("the field");
            let changed = text.replace(line, &format!("    {field}: {data}"));
            let report = checker().bytes("config", changed);
            assert!(report.unread().next().is_none(), "{report}");
        }
        checker().bytes("a.pem", bytes);
    }
}

#[test]
fn a_bundle_of_ten_thousand() {
    let bundle = world().ca.certificate.repeat(10_000);
    let begun = std::time::Instant::now();
    let client = &world().client;
    let report = checker().bytes("config", with(&bundle, &client.certificate, &client.key));
    assert_eq!(report.worst(), None, "{report}");
    checker().bytes("bundle.pem", bundle);
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
}
