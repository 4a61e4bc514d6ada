//! Kinds of keys and signatures, made by openssl: chains of each beside `openssl verify`, facts beside `openssl x509`,
//! and which private key belongs to which certificate.

use crate::common::kubectl::find_kubectl;
use crate::common::openssl;
use crate::common::{pki, skipped};
use crate::go::takes;
use crate::plan::{Case, agree, judge};
use crate::{at, facts, read};
use kubeconfig::ErrorKind;
use kubeconfig::cert::{
    ChainVerdict, KeyMatch, PrivateKeyKind, Purpose, SignatureCheck, Verifier, certificates, leaf, private_key,
};
use std::fs;
use std::sync::OnceLock;
use tempfile::TempDir;

/// A kind of key: how openssl makes it, what it is called here, and whether it is computed with here.
struct Kind {
    args: &'static [&'static str],
    name: &'static str,
    key_match: bool,
    /// Ways to sign with it, and whether that can be checked here.
    signatures: &'static [(&'static [&'static str], &'static str, bool)],
}

const PSS: [&str; 4] = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:-1"];

const fn pss(digest: &'static str) -> [&'static str; 5] {
    [digest, PSS[0], PSS[1], PSS[2], PSS[3]]
}

static KINDS: &[Kind] = &[
    Kind {
        args: &["RSA", "rsa_keygen_bits:2048"],
        name: "RSA 2048",
        key_match: true,
        signatures: &[
            (&["-md5"], "MD5-RSA", false),
            (&["-sha1"], "SHA1-RSA", true),
            (&["-sha224"], "SHA224-RSA", false),
            (&["-sha256"], "SHA256-RSA", true),
            (&["-sha384"], "SHA384-RSA", true),
            (&["-sha512"], "SHA512-RSA", true),
            (&pss("-sha256"), "SHA256-RSAPSS", true),
            (&pss("-sha384"), "SHA384-RSAPSS", true),
            (&pss("-sha512"), "SHA512-RSAPSS", true),
            (&pss("-sha1"), "SHA1-RSAPSS", false),
            // A salt of another length.
            (&["-sha256", PSS[0], PSS[1], PSS[2], "rsa_pss_saltlen:20"], "1.2.840.113549.1.1.10", false),
        ],
    },
    Kind {
        args: &["RSA", "rsa_keygen_bits:1024"],
        name: "RSA 1024",
        key_match: true,
        signatures: &[
            (&["-sha1"], "SHA1-RSA", true),
            (&["-sha256"], "SHA256-RSA", true),
            (&["-sha384"], "SHA384-RSA", false),
            (&["-sha512"], "SHA512-RSA", true),
        ],
    },
    Kind {
        args: &["RSA", "rsa_keygen_bits:512"],
        name: "RSA 512",
        key_match: true,
        signatures: &[(&["-sha256"], "SHA256-RSA", false)],
    },
    Kind {
        args: &["RSA", "rsa_keygen_bits:3072"],
        name: "RSA 3072",
        key_match: true,
        signatures: &[(&["-sha256"], "SHA256-RSA", true)],
    },
    Kind {
        args: &["RSA", "rsa_keygen_bits:2048", "rsa_keygen_primes:3"],
        name: "RSA 2048",
        key_match: true,
        signatures: &[(&["-sha256"], "SHA256-RSA", true)],
    },
    Kind {
        args: &["RSA-PSS", "rsa_keygen_bits:2048"],
        name: "RSA-PSS 2048",
        key_match: false,
        signatures: &[(&pss("-sha256"), "SHA256-RSAPSS", false)],
    },
    Kind {
        args: &["EC", "ec_paramgen_curve:P-256"],
        name: "ECDSA P-256",
        key_match: true,
        signatures: &[
            (&["-sha1"], "ECDSA-SHA1", true),
            (&["-sha224"], "ECDSA-SHA224", false),
            (&["-sha256"], "ECDSA-SHA256", true),
            (&["-sha384"], "ECDSA-SHA384", true),
            (&["-sha512"], "ECDSA-SHA512", true),
        ],
    },
    Kind {
        args: &["EC", "ec_paramgen_curve:P-384"],
        name: "ECDSA P-384",
        key_match: true,
        signatures: &[
            (&["-sha1"], "ECDSA-SHA1", false),
            (&["-sha256"], "ECDSA-SHA256", true),
            (&["-sha384"], "ECDSA-SHA384", true),
            (&["-sha512"], "ECDSA-SHA512", true),
        ],
    },
    Kind {
        args: &["EC", "ec_paramgen_curve:P-521"],
        name: "ECDSA P-521",
        key_match: true,
        signatures: &[
            (&["-sha256"], "ECDSA-SHA256", true),
            (&["-sha384"], "ECDSA-SHA384", true),
            (&["-sha512"], "ECDSA-SHA512", true),
        ],
    },
    Kind {
        args: &["EC", "ec_paramgen_curve:P-224"],
        name: "ECDSA P-224",
        key_match: true,
        signatures: &[(&["-sha256"], "ECDSA-SHA256", false)],
    },
    Kind {
        args: &["EC", "ec_paramgen_curve:secp256k1"],
        name: "ECDSA 1.3.132.0.10",
        key_match: false,
        signatures: &[(&["-sha256"], "ECDSA-SHA256", false)],
    },
    Kind {
        args: &["EC", "ec_paramgen_curve:P-256", "ec_param_enc:explicit"],
        name: "ECDSA without a named curve",
        key_match: false,
        signatures: &[(&["-sha256"], "ECDSA-SHA256", false)],
    },
    Kind { args: &["ED25519"], name: "Ed25519", key_match: true, signatures: &[(&[], "Ed25519", true)] },
    Kind { args: &["ED448"], name: "Ed448", key_match: false, signatures: &[(&[], "Ed448", false)] },
    Kind { args: &["DSA"], name: "DSA 1024", key_match: false, signatures: &[(&["-sha256"], "DSA-SHA256", false)] },
];

impl Kind {
    /// Why kubectl refuses certificates with such a key.
    fn refused(&self) -> Option<&'static str> {
        match self.name {
            "ECDSA 1.3.132.0.10" => Some("its public key is on a curve other than P-224, P-256, P-384 and P-521"),
            "ECDSA without a named curve" => Some("its public key names no elliptic curve"),
            _ => None,
        }
    }
}

/// A key of a kind with the certificate of a CA.
struct Made {
    kind: &'static Kind,
    key: String,
    ca: String,
}

struct World {
    folder: TempDir,
    made: Vec<Made>,
}

impl World {
    /// Those whose certificates kubectl takes.
    fn taken(&self) -> impl Iterator<Item = &Made> {
        self.made.iter().filter(|made| made.kind.refused().is_none())
    }
}

/// One of each, made once; `None` where there is no openssl.
fn world() -> Option<&'static World> {
    static WORLD: OnceLock<Option<World>> = OnceLock::new();
    let make = || {
        let folder = tempfile::tempdir().unwrap();
        let made = KINDS.iter().map(|kind| make(&folder, kind)).collect();
        openssl::run(
            folder.path(),
            &[
                "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "leaf.key", "-subj", "/CN=leaf", "-out",
                "leaf.csr",
            ],
            b"",
        );
        World { folder, made }
    };
    WORLD.get_or_init(|| openssl::available().then(make)).as_ref()
}

fn make(folder: &TempDir, kind: &'static Kind) -> Made {
    let run = |args: &[&str]| openssl::text(folder.path(), args, b"");
    let key = if kind.args[0] == "DSA" {
        run(&["dsaparam", "-noout", "-genkey", "1024"])
    } else {
        let mut args = vec!["genpkey", "-quiet", "-algorithm", kind.args[0]];
        args.extend(kind.args[1..].iter().flat_map(|option| ["-pkeyopt", option]));
        run(&args)
    };
    let name = file(kind);
    fs::write(folder.path().join(format!("{name}.key")), &key).unwrap();
    let key_file = format!("{name}.key");
    let ca = run(&["req", "-x509", "-new", "-key", &key_file, "-sha256", "-days", "3650", "-subj", "/CN=root"]);
    fs::write(folder.path().join(format!("{name}.pem")), &ca).unwrap();
    Made { kind, key, ca }
}

fn file(kind: &Kind) -> String {
    KINDS.iter().position(|other| std::ptr::eq(other, kind)).unwrap().to_string()
}

#[test]
fn signatures_of_all_kinds() {
    let Some(world) = world() else { return };
    for made in &world.made {
        if let Some(refused) = made.kind.refused() {
            let error = certificates(made.ca.as_bytes()).unwrap_err();
            assert_eq!(error.message(), format!("kubectl refuses the certificate at line 1: {refused}"));
        }
    }
    for made in world.taken() {
        let root = read(&made.ca);
        assert_eq!(root.public_key().to_string(), made.kind.name);
        assert_eq!(root.public_key().is_weak(), ["RSA 1024", "RSA 512"].contains(&made.kind.name));
        facts::compare(&root);
        for (args, name, supported) in made.kind.signatures {
            let (ca, key) = (format!("{}.pem", file(made.kind)), format!("{}.key", file(made.kind)));
            let mut sign = vec!["x509", "-req", "-in", "leaf.csr", "-CA", &ca, "-CAkey", &key, "-set_serial", "1"];
            sign.extend(*args);
            let pem = openssl::text(world.folder.path(), &sign, b"");
            let leaf = read(&pem);
            assert_eq!(leaf.signature_algorithm().to_string(), *name, "{}", made.kind.name);
            assert_eq!(leaf.signature_algorithm().is_weak(), name.contains("MD5") || name.contains("SHA1"));
            facts::compare(&leaf);
            let tampered = tampered(&pem);

            let now = crate::common::pki::now();
            let time = kubeconfig::cert::rfc3339(rustls_pki_types::UnixTime::since_unix_epoch(
                std::time::Duration::from_secs(now),
            ));
            let case = Case { cas: &[&made.ca], others: &[], purpose: Purpose::Any, time: &time };
            let judged = judge(&world.folder, &case, &[&pem, &tampered]);
            let cas = [root.clone()];
            let verifier = Verifier::new(&cas);
            let verdict = |pem: &str| verifier.verify(&read(pem), Purpose::Any, at(&time)).verdict();
            let what = format!("{} {name}: openssl {judged:?}", made.kind.name);
            if *supported {
                assert_eq!(leaf.signed_by(&root), SignatureCheck::Good, "{what}");
                assert_eq!(
                    (verdict(&pem), verdict(&tampered)),
                    (ChainVerdict::Trusted, ChainVerdict::BadSignature),
                    "{what}"
                );
                assert!(
                    agree(ChainVerdict::Trusted, &judged[0]) && agree(ChainVerdict::BadSignature, &judged[1]),
                    "{what}"
                );
            } else {
                assert_eq!(leaf.signed_by(&root), SignatureCheck::Unsupported, "{what}");
                assert_eq!(verdict(&pem), ChainVerdict::UnsupportedAlgorithm, "{what}");
                assert_eq!(verdict(&tampered), ChainVerdict::UnsupportedAlgorithm, "{what}");
            }
            // Another's key did not make it, whatever its kind.
            for other in world.taken().filter(|other| other.kind.name != made.kind.name) {
                let other = read(&other.ca);
                assert_ne!(leaf.signed_by(&other), SignatureCheck::Good, "{what}, {}", other.public_key());
            }
        }
    }
}

/// One bit of the signature is another.
fn tampered(certificate: &str) -> String {
    let mut der = read(certificate).der().to_vec();
    let at = der.len() - 9;
    der[at] ^= 0x10;
    pki::pem("CERTIFICATE", &der)
}

/// Each key with each certificate: it belongs to its own and to no other, and where that is not computed nothing is
/// said.
#[test]
fn keys_and_certificates() {
    let Some(world) = world() else { return };
    for one in &world.made {
        let key = private_key(one.key.as_bytes()).unwrap();
        // The size of these two is not looked for in a key.
        let name = if ["DSA", "RSA-PSS"].contains(&one.kind.args[0]) { one.kind.args[0] } else { one.kind.name };
        assert_eq!(key.info().to_string(), name);
        for other in world.taken() {
            let found = key.belongs_to(&read(&other.ca));
            let what = format!("{found:?}: key {:?}, certificate {:?}", one.kind.args, other.kind.args);
            match (one.kind.key_match, std::ptr::eq(one, other)) {
                (true, true) => assert_eq!(found, KeyMatch::Match, "{what}"),
                (false, true) => assert_eq!(found, KeyMatch::Unsupported, "{what}"),
                // Of a curve or an RSA that one of the two does not name exactly, it may be the same.
                (true, false) if other.kind.key_match => assert_eq!(found, KeyMatch::Mismatch, "{what}"),
                (_, false) => assert!(matches!(found, KeyMatch::Mismatch | KeyMatch::Unsupported), "{what}"),
            }
        }
    }
}

/// The same pairs, by kubectl: it takes those whose key belongs to the certificate, and no others. That was so for 1.32
/// and 1.35.
#[test]
fn kubectl_takes_the_same_pairs() {
    let Some(world) = world() else { return };
    let Some(kubectl) = find_kubectl() else { return skipped("kubectl") };
    let folder = tempfile::tempdir().unwrap();
    for certificate in &world.made {
        for key in &world.made {
            let user = format!(
                "client-certificate-data: {}, client-key-data: {}",
                pki::base64(&certificate.ca),
                pki::base64(&key.key)
            );
            let read = leaf(certificate.ca.as_bytes());
            let found = private_key(key.key.as_bytes()).unwrap();
            let belongs = read.is_ok_and(|certificate| found.belongs_to(&certificate) == KeyMatch::Match);
            let taken = takes(&kubectl, folder.path(), "insecure-skip-tls-verify: true", &user);
            assert_eq!(belongs, taken, "key {:?}, certificate {:?}", key.kind.args, certificate.kind.args);
        }
    }
}

/// The forms a key is written in, by openssl, and the same answers from each.
#[test]
fn keys_of_all_forms() {
    let Some(world) = world() else { return };
    let convert = |key: &str, args: &[&str]| openssl::text(world.folder.path(), args, key.as_bytes());
    for made in world.made.iter().filter(|made| made.kind.key_match) {
        let certificate = read(&made.ca);
        let (old, old_form) = match made.kind.name.split(' ').next().unwrap() {
            "RSA" => (Some(convert(&made.key, &["rsa", "-traditional"])), PrivateKeyKind::Pkcs1),
            "ECDSA" => (Some(convert(&made.key, &["ec"])), PrivateKeyKind::Sec1),
            _ => (None, PrivateKeyKind::Other),
        };
        let mut forms = vec![(made.key.clone(), PrivateKeyKind::Pkcs8)];
        forms.extend(old.clone().map(|old| (old, old_form)));
        if made.kind.name.starts_with("ECDSA") {
            forms.push((convert(&made.key, &["ec", "-no_public"]), PrivateKeyKind::Sec1));
            // With the parameters before it, and after another section.
            let parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
            forms.push((format!("{parameters}{}", forms[1].0), PrivateKeyKind::Sec1));
        }
        for (text, form) in forms {
            // The label may be wrong: neither Go nor we go by it. Nor by the ends of lines, or text around.
            let relabelled = text.replace("RSA PRIVATE", "PRIVATE").replace("EC PRIVATE", "PRIVATE");
            for text in [
                text.clone(),
                text.replace('\n', "\r\n"),
                format!("x\n{text}y"),
                relabelled,
                format!("{}{text}", made.ca),
            ] {
                let key = private_key(text.as_bytes()).unwrap();
                assert_eq!(key.form(), form, "{}", made.kind.name);
                assert_eq!(key.info().to_string(), made.kind.name);
                assert_eq!(key.belongs_to(&certificate), KeyMatch::Match, "{} {form:?}", made.kind.name);
            }
        }
        // Encrypted, old and new, and with the wrong label.
        let sealed = convert(&made.key, &["pkcs8", "-topk8", "-passout", "pass:x"]);
        let mut encrypted = vec![sealed.replace("ENCRYPTED PRIVATE", "PRIVATE"), sealed];
        if old.is_some() {
            let kind = if old_form == PrivateKeyKind::Pkcs1 { "rsa" } else { "ec" };
            let traditional: &[&str] = if kind == "rsa" { &["-traditional"] } else { &[] };
            encrypted.push(convert(&made.key, &[&[kind, "-aes128", "-passout", "pass:x"], traditional].concat()));
        }
        for text in encrypted {
            let error = private_key(text.as_bytes()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Certificate);
            assert_eq!(error.message(), "the private key at line 1 is encrypted");
        }
    }
}
