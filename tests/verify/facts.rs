//! What a certificate says, beside `openssl x509`.

use crate::common::openssl;
use crate::common::pki;
use kubeconfig::cert::{
    Certificate, Curve, ExtendedKeyUsage, KeyAlgorithm, KeyUsage, SubjectAltName, certificates, rfc3339,
};
use rustls_pki_types::pem::{PemObject, SectionKind};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// What is compared: name of the fact, value in openssl's words.
type Facts = BTreeMap<&'static str, String>;

/// Compares all facts; the first line of what is wrong names the certificate.
pub(crate) fn compare(certificate: &Certificate) {
    let mut theirs = theirs(certificate);
    let mut ours = ours(certificate);
    for name in ["subject", "issuer"] {
        // It knows more types of names than Go does. `tests/cert.rs` has a table of names.
        if ours[name].contains("=#") {
            theirs.remove(name);
            ours.remove(name);
        }
    }
    let different: Vec<_> = ours.iter().filter(|(fact, value)| theirs.get(*fact) != Some(value)).collect();
    let missing: Vec<_> = theirs.keys().filter(|fact| !ours.contains_key(*fact)).collect();
    let subject = certificate.subject();
    assert!(different.is_empty() && missing.is_empty(), "{subject}\nours: {different:#?}\nopenssl: {theirs:#?}");
}

fn theirs(certificate: &Certificate) -> Facts {
    let args = [
        "x509",
        "-noout",
        "-serial",
        "-startdate",
        "-enddate",
        "-dateopt",
        "iso_8601",
        "-fingerprint",
        "-sha256",
        "-text",
        "-pubkey",
        "-nameopt",
        "RFC2253,-esc_msb,utf8",
        "-certopt",
        "no_sigdump",
    ];
    let pem = pki::pem("CERTIFICATE", certificate.der());
    let printed = String::from_utf8_lossy(&openssl::run(Path::new("."), &args, pem.as_bytes())).into_owned();
    let lines: Vec<&str> = printed.lines().map(str::trim).collect();
    let after =
        |prefix: &str| lines.iter().find_map(|line| line.strip_prefix(prefix)).map(|rest| rest.trim().to_owned());
    // The value of an extension stands below its name.
    let below = |name: &str| {
        let at = lines.iter().position(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(':')))?;
        Some(lines[at + 1].to_owned())
    };
    let spki = rustls_pki_types::SubjectPublicKeyInfoDer::from_pem_slice(printed.as_bytes()).unwrap();
    let spki = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &spki);
    let key = match (after("Public Key Algorithm:"), after("NIST CURVE:"), after("ASN1 OID:"), after("Public-Key:")) {
        (_, Some(curve), ..) => curve,
        (_, None, Some(curve), _) => curve,
        (Some(kind), None, None, Some(bits)) => format!("{kind} {bits}"),
        (Some(kind), ..) => kind,
        _ => panic!("{printed}"),
    };
    let facts = [
        ("serial", after("serial=").map(|serial| serial.replace('\\', ""))),
        ("subject", after("Subject:")),
        ("issuer", after("Issuer:")),
        ("not before", after("notBefore=")),
        ("not after", after("notAfter=")),
        ("sha256", after("sha256 Fingerprint=")),
        ("public key's sha256", Some(hex(spki.as_ref()))),
        ("key", Some(key)),
        ("signature", after("Signature Algorithm:")),
        // That the extension is there and says no is the same to us as its absence.
        ("basic constraints", below("X509v3 Basic Constraints").filter(|said| said != "CA:FALSE")),
        ("key usage", below("X509v3 Key Usage")),
        ("extended key usage", below("X509v3 Extended Key Usage")),
        ("subject alternative names", below("X509v3 Subject Alternative Name").map(known_names)),
        ("subject key identifier", below("X509v3 Subject Key Identifier")),
        // Issuer and serial number may follow, or stand there instead.
        ("authority key identifier", below("X509v3 Authority Key Identifier").filter(|id| !id.starts_with("DirName"))),
    ];
    let facts =
        facts.into_iter().filter_map(|(fact, value)| Some((fact, value?.replace("serialNumber=", "SERIALNUMBER="))));
    facts.map(|(fact, value)| (fact, value.strip_prefix("keyid:").unwrap_or(&value).to_owned())).collect()
}

/// Without directories' names, which are left out here.
fn known_names(names: String) -> String {
    let known = |name: &&str| ["DNS:", "IP Address:", "email:", "URI:"].iter().any(|kind| name.starts_with(kind));
    names.split(", ").filter(known).collect::<Vec<_>>().join(", ")
}

fn ours(certificate: &Certificate) -> Facts {
    let time = |time| rfc3339(time).replace('T', " ");
    let names: Vec<_> = certificate.subject_alt_names().iter().map(alt_name).collect();
    let facts = [
        ("serial", Some(certificate.serial().to_owned())),
        ("subject", Some(certificate.subject().to_owned())),
        ("issuer", Some(certificate.issuer().to_owned())),
        ("not before", Some(time(certificate.not_before()))),
        ("not after", Some(time(certificate.not_after()))),
        ("sha256", Some(hex(certificate.fingerprint().as_bytes()))),
        ("public key's sha256", Some(hex(certificate.public_key_fingerprint().as_bytes()))),
        ("key", Some(key(certificate))),
        ("signature", Some(signature(certificate))),
        ("basic constraints", basic_constraints(certificate)),
        ("key usage", certificate.key_usage().map(key_usage)),
        (
            "extended key usage",
            certificate.extended_key_usage().map(|all| all.iter().map(purpose).collect::<Vec<_>>().join(", ")),
        ),
        ("subject alternative names", (!names.is_empty()).then(|| names.join(", "))),
        ("subject key identifier", certificate.subject_key_id().map(hex)),
        ("authority key identifier", certificate.authority_key_id().map(hex)),
    ];
    facts.into_iter().filter_map(|(fact, value)| Some((fact, value?))).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02X}")).collect::<Vec<_>>().join(":")
}

fn key(certificate: &Certificate) -> String {
    let info = certificate.public_key();
    let bits = || format!("({} bit)", info.bits().unwrap());
    match info.algorithm() {
        KeyAlgorithm::Rsa => format!("rsaEncryption {}", bits()),
        KeyAlgorithm::RsaPss => format!("rsassaPss {}", bits()),
        KeyAlgorithm::Dsa => format!("dsaEncryption {}", bits()),
        KeyAlgorithm::Ecdsa(Curve::Other(oid)) if oid.to_string() == "1.3.132.0.10" => "secp256k1".to_owned(),
        KeyAlgorithm::Ecdsa(Curve::Unnamed) => "id-ecPublicKey (256 bit)".to_owned(),
        KeyAlgorithm::Ecdsa(curve) => curve.to_string(),
        other => format!("{other:?}").to_uppercase(),
    }
}

fn signature(certificate: &Certificate) -> String {
    let said = certificate.signature_algorithm().to_string();
    match (said.split_once('-'), said.as_str()) {
        (Some((hash, "RSA")), _) => format!("{}WithRSAEncryption", hash.to_lowercase()),
        (Some((_, "RSAPSS")), _) | (_, "1.2.840.113549.1.1.10") => "rsassaPss".to_owned(),
        (Some(("ECDSA", hash)), _) => format!("ecdsa-with-{hash}"),
        (Some(("DSA", "SHA1")), _) => "dsaWithSHA1".to_owned(),
        (Some(("DSA", hash)), _) => format!("dsa_with_{hash}"),
        _ => said.to_uppercase(),
    }
}

fn basic_constraints(certificate: &Certificate) -> Option<String> {
    let length = certificate.path_length().map_or(String::new(), |n| format!(", pathlen:{n}"));
    certificate.is_ca().then(|| format!("CA:TRUE{length}"))
}

fn key_usage(usage: KeyUsage) -> String {
    let names = [
        (KeyUsage::DIGITAL_SIGNATURE, "Digital Signature"),
        (KeyUsage::NON_REPUDIATION, "Non Repudiation"),
        (KeyUsage::KEY_ENCIPHERMENT, "Key Encipherment"),
        (KeyUsage::DATA_ENCIPHERMENT, "Data Encipherment"),
        (KeyUsage::KEY_AGREEMENT, "Key Agreement"),
        (KeyUsage::KEY_CERT_SIGN, "Certificate Sign"),
        (KeyUsage::CRL_SIGN, "CRL Sign"),
        (KeyUsage::ENCIPHER_ONLY, "Encipher Only"),
        (KeyUsage::DECIPHER_ONLY, "Decipher Only"),
    ];
    names.iter().filter(|(bit, _)| usage.contains(*bit)).map(|(_, name)| *name).collect::<Vec<_>>().join(", ")
}

fn purpose(purpose: &ExtendedKeyUsage) -> String {
    match purpose {
        ExtendedKeyUsage::Any => "Any Extended Key Usage",
        ExtendedKeyUsage::ServerAuth => "TLS Web Server Authentication",
        ExtendedKeyUsage::ClientAuth => "TLS Web Client Authentication",
        ExtendedKeyUsage::CodeSigning => "Code Signing",
        ExtendedKeyUsage::EmailProtection => "E-mail Protection",
        ExtendedKeyUsage::TimeStamping => "Time Stamping",
        ExtendedKeyUsage::OcspSigning => "OCSP Signing",
        other => return format!("{other:?}").trim_start_matches("Other(").trim_end_matches(')').to_owned(),
    }
    .to_owned()
}

fn alt_name(name: &SubjectAltName) -> String {
    match name {
        SubjectAltName::Dns(name) => format!("DNS:{name}"),
        SubjectAltName::Email(name) => format!("email:{name}"),
        SubjectAltName::Uri(name) => format!("URI:{name}"),
        SubjectAltName::Ip(std::net::IpAddr::V4(ip)) => format!("IP Address:{ip}"),
        SubjectAltName::Ip(std::net::IpAddr::V6(ip)) => {
            format!("IP Address:{}", ip.segments().map(|s| format!("{s:X}")).join(":"))
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn everything_a_certificate_can_say() {
    if !openssl::available() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| openssl::text(folder.path(), args, b"");
    fs::write(folder.path().join("key"), run(&["ecparam", "-genkey", "-name", "secp521r1"])).unwrap();
    let base = ["req", "-x509", "-new", "-key", "key", "-days", "36500", "-subj", "/DC=example/O=system:masters/CN=a"];
    let usages = "keyUsage=critical,digitalSignature,nonRepudiation,keyEncipherment,dataEncipherment,keyAgreement,\
        keyCertSign,cRLSign,encipherOnly,decipherOnly";
    let purposes = "extendedKeyUsage=clientAuth,serverAuth,codeSigning,emailProtection,timeStamping,OCSPSigning,\
        anyExtendedKeyUsage,1.2.3.4";
    let names = "subjectAltName=DNS:*.a.b,IP:10.43.0.1,IP:fe80::1,email:x@y,URI:spiffe://a/b";
    for extensions in [
        &[][..],
        &[usages, purposes, names, "basicConstraints=critical,CA:TRUE,pathlen:3"],
        &["keyUsage=decipherOnly", "basicConstraints=CA:FALSE"],
        &["keyUsage=keyCertSign", "basicConstraints=CA:TRUE,pathlen:0", "subjectKeyIdentifier=00"],
        &["extendedKeyUsage=clientAuth", "authorityKeyIdentifier=keyid:always,issuer:always"],
        &["subjectKeyIdentifier=none", "authorityKeyIdentifier=none", "subjectAltName=DNS:a"],
    ] {
        let mut args = base.to_vec();
        args.extend(extensions.iter().flat_map(|extension| ["-addext", extension]));
        let made = run(&args);
        compare(&certificates(made.as_bytes()).unwrap()[0]);
    }
}

/// The roots this machine trusts: Amazon's and everybody else's. They are not in the repository, so they may be
/// missing.
#[test]
fn roots_of_the_world() {
    let Ok(bundle) = fs::read("/etc/ssl/certs/ca-certificates.crt") else {
        println!("skipped: no bundle of the system found");
        return;
    };
    let all = certificates(&bundle).unwrap();
    let sections =
        rustls_pki_types::pem::SliceIter::new(&bundle).filter(|s: &Result<(SectionKind, Vec<u8>), _>| s.is_ok());
    assert_eq!(all.len(), sections.count());
    for root in &all {
        assert!(root.is_ca(), "{}", root.subject());
        assert!(root.is_self_signed(), "{}", root.subject());
        assert!(!root.public_key().is_weak(), "{}", root.subject());
        if openssl::available() {
            compare(root);
        }
    }
}
