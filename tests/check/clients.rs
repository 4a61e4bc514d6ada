//! What clients in other languages refuse, each rule beside what rustls itself says.

use super::common::der::{CN, Odd, name, tlv};
use super::common::openssl;
use super::pki::{self, Algorithm, Ca, Validity};
use super::{Files, Row, checker, with, world};
use kubeconfig::check::Client::{self, Go, Python, Rust};
use kubeconfig::finding::Code::RefusedByClient;
use kubeconfig::finding::Severity::Warning;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, RootCertStore};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

const AUTHORITY: &str = "certificate-authority-data";
const CERTIFICATE: &str = "client-certificate-data";
const KEY: &str = "client-key-data";
const HOST: &str = "k8s.example.com";

/// A CA bundle, and a server that kubectl takes by it.
struct Server {
    what: &'static str,
    bundle: String,
    shown: String,
}

struct User {
    what: &'static str,
    certificate: String,
    key: String,
}

/// What openssl makes, once.
struct Made {
    servers: Vec<Server>,
    users: Vec<User>,
}

const BASIC: &str = "basicConstraints=critical,CA:TRUE\n";
const USAGE: &str = "keyUsage=critical,keyCertSign\n";
const KEY_ID: &str = "subjectKeyIdentifier=hash\n";
const LEAF: &str =
    "subjectAltName=DNS:k8s.example.com\nextendedKeyUsage=serverAuth,clientAuth\nbasicConstraints=CA:FALSE\n";

/// As in DER: one less than its number.
fn written(version: u8) -> Vec<u8> {
    tlv(0xa0, &[&tlv(2, &[&[version]])])
}

struct Tool(tempfile::TempDir);

impl Tool {
    fn run(&self, arguments: &str) -> String {
        openssl::text(self.0.path(), &arguments.split(' ').collect::<Vec<_>>(), b"")
    }

    fn put(&self, name: &str, text: &str) {
        std::fs::write(self.0.path().join(name), text).expect("a file");
    }

    /// A certificate for that key (PEM); without `by` signed with itself.
    fn certify(&self, name: &str, key: &str, by: Option<(&str, &str)>, extensions: &str, digest: &str) -> String {
        self.put("key", key);
        self.put("extensions", extensions);
        self.run(&format!("req -new -key key -subj /CN={name} -out csr"));
        let signer = match by {
            None => "-signkey key".to_owned(),
            Some((certificate, key)) => {
                self.put("by.crt", certificate);
                self.put("by.key", key);
                "-CA by.crt -CAkey by.key -set_serial 7".to_owned()
            }
        };
        self.run(&format!("x509 -req -in csr {signer} -days 3000 -{digest} -extfile extensions"))
    }

    /// A certificate for that key whose version is written so. At its signature, which is none, nobody looks.
    fn odd(&self, key: &str, version: Vec<u8>) -> String {
        let public_key_info = openssl::run(self.0.path(), &["pkey", "-pubout", "-outform", "DER"], key.as_bytes());
        let not_after = tlv(0x17, &[b"491231235959Z"]);
        let subject = name(&[&[(CN, 12, b"issuer")]]);
        let odd = Odd { version, not_after, subject, public_key_info, ..Odd::new() };
        pki::pem("CERTIFICATE", &odd.der())
    }
}

fn made() -> &'static Made {
    static MADE: OnceLock<Made> = OnceLock::new();
    MADE.get_or_init(|| {
        let tool = Tool(tempfile::tempdir().expect("a folder"));
        let curve = |name: &str| tool.run(&format!("genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:{name}"));
        let rsa = |bits: u32, primes: u32| {
            let options = format!("-pkeyopt rsa_keygen_bits:{bits} -pkeyopt rsa_keygen_primes:{primes}");
            tool.run(&format!("genpkey -quiet -algorithm RSA {options}"))
        };
        let leaf_key = curve("P-256");
        let all = [BASIC, USAGE, KEY_ID].concat();
        let server = |what, key: &str, extensions: &str, digest| {
            let bundle = tool.certify("ca", key, None, extensions, digest);
            let shown = tool.certify("server", &leaf_key, Some((&bundle, key)), LEAF, "sha256");
            Server { what, bundle, shown }
        };
        let key = curve("P-256");
        let mut servers = vec![
            server("good", &key, &all, "sha256"),
            server("SHA-1 on a root", &key, &all, "sha1"),
            server("no key usage", &key, &[BASIC, KEY_ID].concat(), "sha256"),
            server("not critical", &key, &["basicConstraints=CA:TRUE\n", USAGE, KEY_ID].concat(), "sha256"),
            server("no key id", &key, &[BASIC, USAGE, "subjectKeyIdentifier=none\n"].concat(), "sha256"),
            server("P-384", &curve("P-384"), &all, "sha256"),
            server("P-224", &curve("P-224"), &all, "sha256"),
            server("P-521", &curve("P-521"), &all, "sha256"),
            server("RSA 1024", &rsa(1024, 2), &all, "sha256"),
            server("RSA 2040", &rsa(2040, 2), &all, "sha256"),
            server("RSA 2041", &rsa(2041, 2), &all, "sha256"),
            server("RSA 2048", &rsa(2048, 2), &all, "sha256"),
        ];
        // Below a CA whose signature nobody looks at, as it is in the bundle itself.
        let root = tool.certify("root", &key, None, &all, "sha256");
        let between_key = curve("P-256");
        let between = tool.certify("between", &between_key, Some((&root, &key)), &all, "sha1");
        let shown = tool.certify("server", &leaf_key, Some((&between, &between_key)), LEAF, "sha256");
        servers.push(Server { what: "SHA-1 on one between", bundle: between, shown: shown.clone() });
        servers.push(Server { what: "the server's own", bundle: shown.clone(), shown });
        let own = tool.certify("own", &leaf_key, None, LEAF, "sha256");
        servers.push(Server { what: "the server's own, signed with itself", bundle: own.clone(), shown: own });
        let first = tool.odd(&key, Vec::new());
        let shown = tool.certify("server", &leaf_key, Some((&first, &key)), LEAF, "sha256");
        servers.push(Server { what: "version 1", bundle: first, shown });
        for (what, version) in [("version 1, written", 0), ("version 2", 1)] {
            let good = &servers[0];
            let bundle = format!("{}{}", good.bundle, tool.odd(&key, written(version)));
            servers.push(Server { what, bundle, shown: good.shown.clone() });
        }
        let ca = world();
        let ca = (ca.ca.certificate.clone(), ca.ca.key());
        let user = |what, key: String, extensions: &str| {
            let certificate = tool.certify("jane", &key, Some((&ca.0, &ca.1)), extensions, "sha256");
            User { what, certificate, key }
        };
        let mut users = vec![
            user("good", curve("P-256"), LEAF),
            user("P-384", curve("P-384"), LEAF),
            user("P-521", curve("P-521"), LEAF),
            user("Ed25519", tool.run("genpkey -quiet -algorithm ED25519"), LEAF),
            user("RSA 1024", rsa(1024, 2), LEAF),
            user("RSA 2048", rsa(2048, 2), LEAF),
            user("RSA 2560", rsa(2560, 2), LEAF),
            user("RSA 3072", rsa(3072, 2), LEAF),
            user("RSA 4096", rsa(4096, 2), LEAF),
            user("RSA 4608", rsa(4608, 2), LEAF),
            user("three primes", rsa(2048, 3), LEAF),
        ];
        for (what, version) in [("version 1", Vec::new()), ("version 2", written(1))] {
            let key = curve("P-256");
            users.push(User { what, certificate: tool.odd(&key, version), key });
        }
        Made { servers, users }
    })
}

impl Server {
    fn files(&self) -> Files {
        let client = &world().client;
        Files::one(with(&self.bundle, &client.certificate, &client.key))
    }

    fn is_taken_by_rustls(&self) -> bool {
        let mut roots = RootCertStore::empty();
        let mut bundle = CertificateDer::pem_slice_iter(self.bundle.as_bytes());
        if !bundle.all(|one| roots.add(one.expect("PEM")).is_ok()) {
            return false;
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().expect("roots");
        let shown = CertificateDer::from_pem_slice(self.shown.as_bytes()).expect("a certificate");
        let now = UnixTime::since_unix_epoch(Duration::from_secs(pki::now()));
        let host = ServerName::try_from(HOST).expect("a name");
        verifier.verify_server_cert(&shown, &[], &host, &[], now).is_ok()
    }
}

impl User {
    fn files(&self) -> Files {
        Files::one(with(&world().ca.certificate, &self.certificate, &self.key))
    }

    fn is_taken_by_rustls(&self) -> bool {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let builder = builder.expect("versions").with_root_certificates(RootCertStore::empty());
        let chain = vec![CertificateDer::from_pem_slice(self.certificate.as_bytes()).expect("a certificate")];
        let key = PrivateKeyDer::from_pem_slice(self.key.as_bytes()).expect("a key");
        builder.with_client_auth_cert(chain, key).is_ok()
    }
}

fn found(files: &Files, client: Client) -> bool {
    files.clone().client(client).check().has(RefusedByClient)
}

#[test]
fn rustls_refuses_what_is_said_to_be_refused() {
    if !openssl::available() {
        return;
    }
    let Made { servers, users } = made();
    let servers = servers.iter().map(|one| (one.what, one.is_taken_by_rustls(), one.files()));
    let users = users.iter().map(|one| (one.what, one.is_taken_by_rustls(), one.files()));
    let (mut wrong, mut refused) = (Vec::new(), 0);
    for (what, is_taken, files) in servers.chain(users) {
        if found(&files, Rust) == is_taken {
            wrong.push(format!("{what}: rustls {}", if is_taken { "takes it" } else { "refuses it" }));
        }
        refused += usize::from(!is_taken);
        assert!(!found(&files, Go), "{what}");
    }
    assert!(wrong.is_empty() && refused > 10, "{wrong:#?}");
}

/// As measured with Python 3.11.7 and OpenSSL 3.0.19, strict and with partial chains.
#[test]
fn python_refuses_these() {
    if !openssl::available() {
        return;
    }
    let Made { servers, users } = made();
    let refused = |all: Vec<(&'static str, Files)>| {
        let refused = all.into_iter().filter(|(_, files)| found(files, Python)).map(|(what, _)| what);
        refused.collect::<Vec<_>>()
    };
    let expected =
        ["no key usage", "not critical", "no key id", "RSA 1024", "version 1", "version 1, written", "version 2"];
    assert_eq!(refused(servers.iter().map(|one| (one.what, one.files())).collect()), expected);
    assert_eq!(refused(users.iter().map(|one| (one.what, one.files())).collect()), ["RSA 1024"]);
}

pub(super) fn rows() -> Vec<Row> {
    if !openssl::available() {
        return Vec::new();
    }
    let Made { servers, users } = made();
    let server = |what| servers.iter().find(|one| one.what == what).expect("a case").files();
    let user = |what| users.iter().find(|one| one.what == what).expect("a case").files();
    let row = |client, line, bad: Files, good: Files| {
        Row::new(RefusedByClient, Warning, line, bad.client(client), good.client(client))
    };
    vec![
        row(Rust, AUTHORITY, server("P-521"), server("P-384")),
        row(Rust, AUTHORITY, server("version 2"), server("version 1")),
        row(Rust, AUTHORITY, server("the server's own"), server("good")),
        row(Rust, CERTIFICATE, user("version 1"), user("good")),
        row(Rust, KEY, user("P-521"), user("P-384")),
        row(Rust, KEY, user("three primes"), user("RSA 2048")),
        row(Python, AUTHORITY, server("no key usage"), server("good")),
        row(Python, AUTHORITY, server("version 1"), server("P-521")),
        row(Python, CERTIFICATE, user("RSA 1024"), user("RSA 2048")),
        // kubectl takes them all.
        Row::new(RefusedByClient, Warning, AUTHORITY, server("P-521").client(Rust), server("P-521")),
    ]
}

#[test]
fn each_certificate_of_a_bundle_is_told_of_once() {
    let bare = pki::pem("CERTIFICATE", &Odd { version: written(1), ..Odd::new() }.der());
    let good = Ca::new("kube-ca", None, Algorithm::Ec);
    let client = good.client("jane", None, Validity::days(90));
    let bundle = [&bare, &good.certificate, &bare].map(String::as_str).concat();
    let text = with(&bundle, &client.certificate, &client.key);
    for (client, count) in [(Go, 0), (Rust, 1), (Python, 1)] {
        let report = checker().client(client).bytes("config", text.clone());
        assert_eq!(report.findings().filter(|one| one.code == RefusedByClient).count(), count, "{client}: {report}");
    }
    for client in [Go, Rust, Python] {
        assert_eq!(client.to_string().parse::<Client>().expect("a client"), client);
    }
    assert!("java".parse::<Client>().is_err());
}
