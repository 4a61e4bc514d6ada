//! Keys and certificates that [`pki`](super::pki) does not make.

use super::common::openssl;
use super::pki::{Ca, Pair};
use rcgen::{KeyPair, PKCS_ECDSA_P384_SHA384, PKCS_ED25519};
use std::fs;
use std::sync::OnceLock;
use tempfile::TempDir;

/// Two keys of P-384, and one of Ed25519.
pub(super) fn keys() -> &'static [KeyPair; 3] {
    static KEYS: OnceLock<[KeyPair; 3]> = OnceLock::new();
    KEYS.get_or_init(|| {
        let [one, two] = [(); 2].map(|()| KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).expect("a key"));
        [one, two, KeyPair::generate_for(&PKCS_ED25519).expect("a key")]
    })
}

/// What a client certificate says it is for.
const FOR_CLIENTS: &str = "keyUsage=critical,digitalSignature,keyEncipherment\nextendedKeyUsage=clientAuth\n";

/// openssl in a folder of its own.
pub(super) struct Tool {
    folder: TempDir,
}

impl Tool {
    pub(super) fn new() -> Tool {
        Tool { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    pub(super) fn run(&self, arguments: &[&str], input: &str) -> String {
        openssl::text(self.folder.path(), arguments, input.as_bytes())
    }

    fn put(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).expect("a new file");
    }

    /// A key as `openssl genpkey` makes it with these arguments: PKCS #8.
    pub(super) fn key(&self, arguments: &[&str]) -> String {
        self.run(&[&["genpkey", "-quiet"], arguments].concat(), "")
    }

    pub(super) fn rsa(&self, bits: u32) -> String {
        self.key(&["-algorithm", "RSA", "-pkeyopt", &format!("rsa_keygen_bits:{bits}")])
    }

    /// A client certificate of that CA for that key.
    pub(super) fn sign(&self, ca: &Ca, key: &str, digest: &str, days: u32) -> Pair {
        self.certify([&ca.certificate, &ca.key()], key, digest, days, "/CN=kubernetes-admin/O=dev", FOR_CLIENTS)
    }

    fn certify(&self, ca: [&str; 2], key: &str, digest: &str, days: u32, subject: &str, extensions: &str) -> Pair {
        for (name, text) in [("ca.pem", ca[0]), ("ca.key", ca[1]), ("key", key), ("extensions", extensions)] {
            self.put(name, text);
        }
        let request = self.run(&["req", "-new", "-key", "key", "-subj", subject], "");
        let (digest, days) = (format!("-{digest}"), days.to_string());
        let issuer = ["-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial", "4711"];
        let form = ["x509", "-req", &digest, "-days", &days, "-extfile", "extensions"];
        let certificate = self.run(&[&form[..], &issuer].concat(), &request);
        Pair { certificate, key: key.to_owned(), key_pkcs8: key.to_owned() }
    }

    /// The public half of a key.
    pub(super) fn public(&self, key: &str) -> String {
        self.run(&["pkey", "-pubout"], key)
    }

    /// A request for a certificate.
    pub(super) fn request(&self, key: &str) -> String {
        self.put("key", key);
        self.run(&["req", "-new", "-key", "key", "-subj", "/CN=kubernetes-admin/O=dev"], "")
    }
}

/// A CA with an RSA key, made by openssl.
pub(super) struct Rsa {
    pub(super) certificate: String,
    key: String,
}

impl Rsa {
    /// It signs itself with that digest.
    pub(super) fn ca(tool: &Tool, common_name: &str, digest: &str) -> Rsa {
        let key = tool.rsa(2048);
        tool.put("key", &key);
        let (subject, digest) = (format!("/CN={common_name}"), format!("-{digest}"));
        let usage = ["-addext", "keyUsage=critical,keyCertSign,cRLSign"];
        let form = ["req", "-x509", "-new", "-key", "key", "-days", "3650", "-subj", &subject, &digest];
        let certificate = tool.run(&[&form[..], &usage].concat(), "");
        Rsa { certificate, key }
    }

    /// In the form of X.509 v1, which says nothing of CAs.
    pub(super) fn v1(tool: &Tool, common_name: &str) -> Rsa {
        let key = tool.rsa(2048);
        tool.put("key", &key);
        let request = tool.run(&["req", "-new", "-key", "key", "-subj", &format!("/CN={common_name}")], "");
        let certificate = tool.run(&["x509", "-req", "-signkey", "key", "-days", "3650"], &request);
        Rsa { certificate, key }
    }

    /// A client certificate for that key.
    pub(super) fn client(&self, tool: &Tool, key: &str, digest: &str, days: u32) -> Pair {
        tool.certify([&self.certificate, &self.key], key, digest, days, "/CN=kubernetes-admin/O=dev", FOR_CLIENTS)
    }

    /// A certificate for the API server.
    pub(super) fn server(&self, tool: &Tool, key: &str) -> Pair {
        let extensions = format!("extendedKeyUsage=serverAuth\nsubjectAltName=DNS:{}\n", super::HOST);
        tool.certify([&self.certificate, &self.key], key, "sha256", 365, "/CN=kube-apiserver", &extensions)
    }
}

/// PEM whose content is cut off in the middle.
pub(super) fn cut(pem: &str) -> String {
    pem[..pem.len() / 2].to_owned()
}

/// PEM with the same frame around something else: DER without its last bytes.
pub(super) fn spoilt(pem: &str) -> String {
    let der = der(pem);
    super::pki::pem(label(pem), &der[..der.len() - 7])
}

/// PEM around DER in which one byte of the last 20 differs: a signature that is wrong.
pub(super) fn signed_wrong(pem: &str) -> String {
    let mut der = der(pem);
    let at = der.len() - 12;
    der[at] ^= 0x10;
    super::pki::pem(label(pem), &der)
}

/// The DER in the first PEM.
pub(super) fn der(pem: &str) -> Vec<u8> {
    use base64::Engine;
    let lines = pem.lines().skip(1).take_while(|line| !line.starts_with('-'));
    base64::engine::general_purpose::STANDARD.decode(lines.collect::<String>()).expect("base64")
}

fn label(pem: &str) -> &str {
    let first = pem.lines().next().unwrap_or_default();
    first.trim_start_matches("-----BEGIN ").trim_end_matches('-')
}

/// A certificate that Go refuses for one byte of it, in which a parser of DER sees nothing wrong.
pub(super) fn changed(pem: &str, from: &[u8], to: &[u8]) -> String {
    assert_eq!(from.len(), to.len());
    let mut der = der(pem);
    let at = der.windows(from.len()).position(|bytes| bytes == from).expect("the bytes are there");
    der[at..at + to.len()].copy_from_slice(to);
    super::pki::pem(label(pem), &der)
}
