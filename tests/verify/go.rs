//! Odd certificates, with the answers of real kubectls in `data/go/certificates.tsv`: what kubectl takes is taken here,
//! and what it refuses is refused.

use crate::common::der::{EC_PUBLIC_KEY, P256, tlv};
use crate::common::kubectl::find_kubectl;
use crate::common::{openssl, pki, skipped};
use base64::Engine;
use kubeconfig::cert::{ChainVerdict, KeyMatch, Purpose, Verifier, certificates, leaf, private_key};
use rustls_pki_types::UnixTime;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

/// Whether a kubectl takes a certificate as a CA, and as a client certificate; `None` where the key is not known.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Answer {
    authority: bool,
    client: Option<bool>,
}

struct Row {
    name: &'static str,
    der: Vec<u8>,
    /// Of 1.32, which this crate follows.
    followed: Answer,
    /// Of 1.35.
    newest: Answer,
}

fn rows() -> Vec<Row> {
    let lines = include_str!("../data/go/certificates.tsv").lines().filter(|line| !line.starts_with('#'));
    let row = |line: &'static str| {
        let fields: Vec<_> = line.split('\t').collect();
        let [name, der, authority, newest_authority, client, newest_client] = fields[..] else { panic!("{line}") };
        let taken = |answer: &str| match answer {
            "accepted" => Some(true),
            "refused" => Some(false),
            "-" => None,
            _ => panic!("{line}"),
        };
        let answer = |authority, client| Answer { authority: taken(authority).unwrap(), client: taken(client) };
        Row {
            name,
            der: base64::engine::general_purpose::STANDARD.decode(der).unwrap(),
            followed: answer(authority, client),
            newest: answer(newest_authority, newest_client),
        }
    };
    lines.map(row).collect()
}

/// The private key to a certificate of the table: the number 1 on its curve, or a seed of zeros.
fn key(der: &[u8]) -> String {
    let holds = |part: &[u8]| der.windows(part.len()).any(|window| window == part);
    let ed25519 = [6, 3, 0x2b, 0x65, 0x70];
    if holds(&[&[0x30, 5][..], &ed25519].concat()) || holds(&[&[0x30, 7][..], &ed25519].concat()) {
        let algorithm = tlv(0x30, &[&ed25519]);
        let key = tlv(0x30, &[&[2, 1, 0], &algorithm, &tlv(4, &[&tlv(4, &[&[0; 32]])])]);
        return pki::pem("PRIVATE KEY", &key);
    }
    let curves: [(&[u8], usize); 3] =
        [(&[6, 5, 0x2b, 0x81, 4, 0, 33], 28), (&[6, 5, 0x2b, 0x81, 4, 0, 34], 48), (&[6, 5, 0x2b, 0x81, 4, 0, 35], 66)];
    let other = curves.into_iter().find(|(curve, _)| holds(&[EC_PUBLIC_KEY, curve].concat()));
    let (curve, length) = other.unwrap_or((P256, 32));
    let mut number = vec![0; length];
    number[length - 1] = 1;
    pki::pem("EC PRIVATE KEY", &tlv(0x30, &[&[2, 1, 1], &tlv(4, &[&number]), &tlv(0xa0, &[curve])]))
}

#[test]
fn certificates_are_taken_as_kubectl_takes_them() {
    let rows = rows();
    assert!(rows.len() > 300, "{}", rows.len());
    let mut wrong = Vec::new();
    for row in &rows {
        let pem = pki::pem("CERTIFICATE", &row.der);
        let read = leaf(pem.as_bytes());
        assert_eq!(read.is_ok(), certificates(pem.as_bytes()).is_ok(), "{}", row.name);
        let client = row.followed.client.map(|_| {
            let key = private_key(key(&row.der).as_bytes()).unwrap();
            read.as_ref().is_ok_and(|certificate| key.belongs_to(certificate) == KeyMatch::Match)
        });
        let found = Answer { authority: read.is_ok(), client };
        if found != row.followed {
            wrong.push(format!("{}: {found:?}, and kubectl {:?}: {:?}", row.name, row.followed, read.err()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The messages say what is wrong, and never hold bytes of the certificate.
#[test]
fn refusals_say_why() {
    for (name, message) in [
        ("P-256 point beside the curve", "its public key is not a point on the curve P-256"),
        ("P-224 point beside the curve", "its public key is not a point on the curve P-224"),
        ("serial number -1", "the serial number is negative"),
        ("alternative name: host name that is not ASCII", "a subject alternative name is not ASCII"),
        ("URI 'https://a..b/'", "a URI among the subject alternative names is not valid"),
        ("UTF8String that is not UTF-8", "its subject has a UTF8String that is not UTF-8"),
        ("PrintableString with _", "its subject has a character that a PrintableString must not have"),
        ("two signature algorithms", "it names two different signature algorithms"),
        ("extension twice", "it has the same extension twice"),
        ("version 4", "its X.509 version is above 3"),
    ] {
        let row = rows().into_iter().find(|row| row.name == name).unwrap();
        let refused = leaf(pki::pem("CERTIFICATE", &row.der).as_bytes()).unwrap_err();
        assert_eq!(refused.message(), format!("kubectl refuses the certificate at line 1: {message}"));
    }
}

/// Asks the kubectl of this machine for every row, if its answers are recorded.
#[test]
fn kubectl_still_says_so() {
    let Some(kubectl) = find_kubectl() else { return skipped("kubectl") };
    let version = Command::new(&kubectl).args(["version", "--client", "-o", "json"]).output().unwrap();
    let version: serde_json::Value = serde_json::from_slice(&version.stdout).unwrap();
    let expected: fn(&Row) -> Answer = match version["clientVersion"]["minor"].as_str() {
        Some("32") => |row| row.followed,
        Some("35") => |row| row.newest,
        _ => return eprintln!("skipped: the answers of this kubectl are not recorded"),
    };
    let rows = rows();
    let wrong = |rows: &[Row]| {
        let folder = tempfile::tempdir().unwrap();
        let asked = rows.iter().map(|row| {
            let pem = pki::base64(pki::pem("CERTIFICATE", &row.der));
            let authority = takes(&kubectl, folder.path(), &format!("certificate-authority-data: {pem}"), "token: t");
            let client = expected(row).client.map(|_| {
                let user = format!("client-certificate-data: {pem}, client-key-data: {}", pki::base64(key(&row.der)));
                takes(&kubectl, folder.path(), "insecure-skip-tls-verify: true", &user)
            });
            (row, Answer { authority, client })
        });
        let asked = asked.filter(|(row, answer)| *answer != expected(row));
        asked.map(|(row, answer)| format!("{}: {answer:?}, recorded {:?}", row.name, expected(row))).collect::<Vec<_>>()
    };
    let halves = rows.split_at(rows.len() / 2);
    let wrong = thread::scope(|scope| {
        let other = scope.spawn(|| wrong(halves.1));
        [wrong(halves.0), other.join().unwrap()].concat()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Recorded from kubectl 1.32 and 1.35, which agree here: what X.509 version 1 and the extensions make of a certificate
/// of the CA bundle, for a server that shows another one which it signed. The server ran on the same machine.
#[test]
fn what_makes_a_ca() {
    if !openssl::available() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| openssl::text(folder.path(), args, b"");
    for name in ["root", "server"] {
        let key = format!("{name}.key");
        run(&["genpkey", "-quiet", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", &key]);
        let subject = format!("/CN={name}");
        run(&["req", "-new", "-key", &key, "-subj", &subject, "-out", &format!("{name}.csr")]);
    }
    let only_ca = "basicConstraints=CA:TRUE";
    for (version, extensions, works) in [
        (1, "", true),
        (3, "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign", true),
        (3, only_ca, true),
        (3, "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,digitalSignature", false),
        (3, "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature", false),
        (3, "keyUsage=critical,keyCertSign", false),
        (3, "subjectAltName=IP:127.0.0.1", false),
    ] {
        std::fs::write(folder.path().join("root.ext"), extensions).unwrap();
        let extended: &[&str] = if extensions.is_empty() { &[] } else { &["-extfile", "root.ext"] };
        let sign = ["x509", "-req", "-in", "root.csr", "-signkey", "root.key", "-days", "30", "-out", "root.crt"];
        run(&[&sign[..], extended].concat());
        let sign = ["x509", "-req", "-in", "server.csr", "-CA", "root.crt", "-CAkey", "root.key", "-set_serial", "2"];
        let server = leaf(run(&sign).as_bytes()).unwrap();
        let cas = certificates(&std::fs::read(folder.path().join("root.crt")).unwrap()).unwrap();
        assert_eq!((cas[0].version(), cas[0].is_authority()), (version, works), "{extensions}");
        let now = UnixTime::since_unix_epoch(Duration::from_secs(pki::now()));
        let verifier = Verifier::new(&cas);
        let verdict = |certificate| verifier.verify(certificate, Purpose::ServerAuth, now).verdict();
        assert_eq!(verdict(&server), if works { ChainVerdict::Trusted } else { ChainVerdict::NotACa }, "{extensions}");
        // A server that shows the very certificate of the bundle is trusted in any case.
        assert_eq!(verdict(&cas[0]), ChainVerdict::Trusted, "{extensions}");
    }
}

/// Whether kubectl gets as far as to call the server, which is a closed port of this machine.
pub(crate) fn takes(kubectl: &Path, folder: &Path, cluster: &str, user: &str) -> bool {
    let config = folder.join("config");
    let text = format!(
        "clusters: [{{name: a, cluster: {{server: 'https://127.0.0.1:1', {cluster}}}}}]\n\
         users: [{{name: a, user: {{{user}}}}}]\n\
         contexts: [{{name: a, context: {{cluster: a, user: a}}}}]\n\
         current-context: a\n"
    );
    std::fs::write(&config, text).unwrap();
    let mut command = Command::new(kubectl);
    command.args(["get", "--raw", "/", "--request-timeout", "2s"]);
    let output = command.env_clear().env("HOME", folder).env("KUBECONFIG", &config).output().unwrap();
    let printed = String::from_utf8_lossy(&output.stderr);
    let called = printed.contains("127.0.0.1:1 was refused") || printed.contains("connection refused");
    let refused = ["unable to load root certificates", "x509: ", "tls: ", "asn1: "].iter().any(|e| printed.contains(e));
    assert!(called != refused, "{printed}");
    called
}
