//! Client certificates and their keys.

use super::common::openssl;
use super::made::{Rsa, Tool, changed, cut, der, keys, signed_wrong, spoilt};
use super::pki::{self, Algorithm, Ca, Pair, Validity, base64};
use super::{Case, DAY, base, good_token};
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose};
use serde_json::json;

pub(super) fn cases() -> Vec<Case> {
    let mut all = [unreadable(), twice(), mismatches(), dates(), uses(), issuers(), chains(), sent()].concat();
    if openssl::available() {
        all.extend(by_openssl(&Tool::new()));
    }
    all
}

/// The base file with that certificate and that key, as text.
fn with(row: &'static str, name: &str, certificate: &str, key: &str) -> Case {
    let pair = Pair { certificate: certificate.to_owned(), key: key.to_owned(), key_pkcs8: String::new() };
    Case::new(row, name).client(&pair)
}

fn in_files(row: &'static str, name: &str, certificate: &str, key: &str) -> Case {
    let user = json!({"client-certificate": "admin.crt", "client-key": "admin.key"});
    Case::new(row, name).user(user).file("admin.crt", certificate).file("admin.key", key)
}

fn files(row: &'static str, pair: &Pair) -> Case {
    in_files(row, "two files", &pair.certificate, &pair.key)
}

/// What only the API server would refuse.
fn sent() -> Vec<Case> {
    const OF_GO: &str = "what Go's server does with it";
    let Pair { certificate, key, .. } = &base().client;
    let nobody = base().ca.client("", Some("system:masters"), Validity::days(30));
    let other = &pki::world().plain_admin.certificate;
    let along =
        |name: &str, text: &str| with("sent-unreadable", name, &format!("{certificate}{text}"), key).undecided(OF_GO);
    vec![
        along("spoilt", &spoilt(other)),
        along("nothing of a certificate", &pki::pem("CERTIFICATE", b"no certificate")),
        Case::new("no-common-name", "an empty one").client(&nobody).undecided(OF_GO),
    ]
}

fn unreadable() -> Vec<Case> {
    let Pair { certificate, key, key_pkcs8 } = &base().client;
    let other = &pki::world().plain_admin;
    let crt = |name: &str, text: &str| with("cert-unreadable", name, text, key);
    let private = |name: &str, text: &str| with("key-unreadable", name, certificate, text);
    let frame = |label: &str, pem: &str| pki::pem(label, &der(pem));
    // The common name becomes a PrintableString with `_` in it: 0x0c is UTF8String, 0x13 PrintableString.
    let common_name = b"\x0c\x10kubernetes-admin";
    let printable = changed(certificate, common_name, b"\x13\x10kubernetes_admin");
    let not_utf8 = changed(certificate, common_name, b"\x0c\x10kubernetes\xffadmin");
    vec![
        crt("the key", key),
        crt("cut off", &cut(certificate)),
        crt("DER without its end", &spoilt(certificate)),
        crt("base64 twice", &base64(certificate)),
        crt("words", "ask the team for the certificate\n"),
        crt("a broken one in front", &format!("{}{certificate}", spoilt(&other.certificate))),
        crt("a trusted certificate of openssl", &frame("TRUSTED CERTIFICATE", certificate)),
        crt("a character that a PrintableString has not", &printable),
        crt("a name that is not UTF-8", &not_utf8),
        Case::new("cert-unreadable", "DER without PEM")
            .user_fields(json!({"client-certificate-data": base64(der(certificate))})),
        Case::new("cert-unreadable", "what kubectl prints in its place")
            .user_fields(json!({"client-certificate-data": "DATA+OMITTED"}))
            .code("cert-unreadable")
            .code("placeholder-secret"),
        in_files("cert-unreadable", "two files", &cut(certificate), key),
        in_files("cert-file-empty", "two files", "", key),
        in_files("key-file-empty", "two files", certificate, ""),
        private("the certificate", certificate),
        private("cut off", &cut(key)),
        private("DER without its end", &spoilt(key)),
        private("base64 twice", &base64(key)),
        private("words", "ask the team for the key\n"),
        private("in a wrong frame", &frame("PUBLIC KEY", key_pkcs8)),
        private("of OpenSSH", &pki::pem("OPENSSH PRIVATE KEY", b"openssh-key-v1\0\0\0\0\x04none\0\0\0\x04none")),
        private("PKCS #8 without its end", &spoilt(key_pkcs8)),
        Case::new("key-unreadable", "what kubectl prints in its place")
            .user_fields(json!({"client-key-data": "DATA+OMITTED"}))
            .code("key-unreadable")
            .code("placeholder-secret"),
        in_files("key-unreadable", "two files", certificate, &cut(key)),
    ]
}

fn twice() -> Vec<Case> {
    let Pair { certificate, key, .. } = &base().client;
    let case = |row, name: &str, fields| Case::new(row, name).user_fields(fields);
    let crt = json!({"client-certificate-data": null, "client-certificate": "gone/admin.crt"});
    let private = json!({"client-key-data": null, "client-key": "gone/admin.key"});
    let certificate_alone = json!({"client-certificate-data": base64(certificate)});
    vec![
        case("no-key", "left out", json!({"client-key-data": null})),
        case("no-key", "empty", json!({"client-key-data": ""})),
        case("no-key", "beside a token", json!({"client-key-data": null, "token": good_token()})),
        Case::new("no-key", "the certificate is a file")
            .user(json!({"client-certificate": "admin.crt"}))
            .file("admin.crt", certificate),
        Case::new("no-key", "both in the certificate").user(json!({"client-certificate-data":
            base64(format!("{certificate}{key}"))})),
        Case::new("cert-twice", "the certificate")
            .user_fields(json!({"client-certificate": "admin.crt"}))
            .file("admin.crt", certificate)
            .code("invalid-client-certificate"),
        Case::new("cert-twice", "the key")
            .user_fields(json!({"client-key": "admin.key"}))
            .file("admin.key", key)
            .code("invalid-client-key"),
        Case::new("cert-twice", "both")
            .user_fields(json!({"client-certificate": "admin.crt", "client-key": "admin.key"}))
            .file("admin.crt", certificate)
            .file("admin.key", key),
        Case::new("cert-twice", "another key")
            .user_fields(json!({"client-key": "admin.key"}))
            .file("admin.key", &pki::world().plain_admin.key)
            .code("invalid-client-key"),
        case("cert-missing", "the certificate", crt.clone()).code("invalid-client-certificate"),
        case("cert-missing", "the key", private.clone()).code("invalid-client-key"),
        Case::new("cert-missing", "both").user_fields(crt).user_fields(private),
        Case::new("cert-missing", "the certificate, by an absolute path")
            .user_fields(json!({"client-certificate-data": null, "client-certificate": "/nonexistent/kube/admin.crt"}))
            .code("invalid-client-certificate"),
        Case::new("cert-missing", "the key beside a certificate in a file")
            .user(json!({"client-certificate": "admin.crt", "client-key": "admin.pem"}))
            .file("admin.crt", certificate)
            .code("invalid-client-key"),
        Case::new("cert-missing", "the certificate, and there is a token")
            .user(certificate_alone)
            .user_fields(json!({"client-key": "gone.key", "token": good_token()}))
            .code("invalid-client-key"),
    ]
}

fn mismatches() -> Vec<Case> {
    let ca = &base().ca;
    let year = Validity::days(365);
    let [p384, other_p384, ed25519] = keys();
    let pair = |key: &KeyPair| ca.client_with(key, year, |_| ());
    let (one, two, edwards) = (pair(p384), pair(other_p384), pair(ed25519));
    let other_edwards = pair(&KeyPair::generate_for(&rcgen::PKCS_ED25519).expect("a key"));
    let Pair { certificate, key, key_pkcs8 } = &base().client;
    let other = ca.client("kubernetes-admin", Some("dev"), year);
    let of = |name: &str, certificate: &str, key: &str| with("key-mismatch", name, certificate, key);
    vec![
        of("P-256", certificate, &other.key),
        of("P-256, PKCS #8", certificate, &other.key_pkcs8),
        of("P-384", &one.certificate, &two.key),
        of("Ed25519", &edwards.certificate, &other_edwards.key),
        of("P-256 and P-384", certificate, &one.key),
        of("P-384 and P-256", &one.certificate, key),
        of("P-384 and Ed25519", &one.certificate, &edwards.key),
        of("Ed25519 and P-256", &edwards.certificate, key_pkcs8),
        of("the CA in front", &format!("{}{certificate}", ca.certificate), key),
        of("another certificate in front", &format!("{}{certificate}", other.certificate), key),
        of("another key in front", certificate, &format!("{}{key}", other.key)),
        of("renewed, with the old key behind the new", certificate, &format!("{}{}", other.key, key_pkcs8)),
        of("the key of the CA", certificate, &ca.key()),
        in_files("key-mismatch", "two files", certificate, &other.key),
        in_files("key-mismatch", "two files of Ed25519", &edwards.certificate, &other_edwards.key),
    ]
}

fn dates() -> Vec<Case> {
    let ca = &base().ca;
    let now = pki::now();
    let [p384, _, ed25519] = keys();
    let span = |from: i64, until: i64| {
        let day = |days: i64| now.saturating_add_signed(days * DAY as i64);
        Validity { from: day(from), until: day(until) }
    };
    let of =
        |row, name: &str, validity| Case::new(row, name).client(&ca.client("kubernetes-admin", Some("dev"), validity));
    let over = ca.client("kubernetes-admin", Some("system:masters"), Validity::over());
    vec![
        of("cert-expired", "yesterday", Validity::over()),
        of("cert-expired", "years ago", span(-3000, -1500)),
        of("cert-expired", "for one day", span(-2, -1)),
        of("cert-expired", "an hour ago", Validity { from: now - 90 * DAY, until: now - 3600 }),
        Case::new("cert-expired", "Ed25519").client(&ca.client_with(ed25519, Validity::over(), |_| ())),
        Case::new("cert-expired", "P-384").client(&ca.client_with(p384, span(-800, -20), |_| ())),
        in_files("cert-expired", "two files", &over.certificate, &over.key),
        Case::new("cert-expired", "the CA behind it is good").user(json!({
            "client-certificate-data": base64(format!("{}{}", over.certificate, ca.certificate)),
            "client-key-data": base64(&over.key)})),
        of("cert-not-yet-valid", "from tomorrow", span(1, 365)),
        of("cert-not-yet-valid", "in an hour", Validity { from: now + 3600, until: now + 90 * DAY }),
        of("cert-not-yet-valid", "in years", span(1000, 2000)),
        Case::new("cert-not-yet-valid", "P-384").client(&ca.client_with(p384, span(30, 395), |_| ())),
    ]
}

fn uses() -> Vec<Case> {
    use ExtendedKeyUsagePurpose::{CodeSigning, EmailProtection, OcspSigning, ServerAuth, TimeStamping};
    let ca = &base().ca;
    let for_use = |name: &str, purposes: &[ExtendedKeyUsagePurpose]| {
        let change = |params: &mut CertificateParams| params.extended_key_usages = purposes.to_vec();
        Case::new("not-for-clients", name).client(&ca.client_with(&keys()[0], Validity::days(365), change))
    };
    let serving = ca.server("kube-apiserver", &[super::HOST], Validity::days(365));
    vec![
        for_use("servers", &[ServerAuth]),
        for_use("programs", &[CodeSigning]),
        for_use("mail", &[EmailProtection]),
        for_use("several, and none for clients", &[ServerAuth, TimeStamping, OcspSigning]),
        Case::new("not-for-clients", "the server's own certificate").client(&serving),
        in_files("not-for-clients", "two files", &serving.certificate, &serving.key),
    ]
}

fn issuers() -> Vec<Case> {
    let world = pki::world();
    let year = Validity::days(365);
    let ec = |name: &str| Ca::new(name, None, Algorithm::Ec);
    let admin = |ca: &Ca| ca.client("kubernetes-admin", Some("dev"), year);
    let chain = |pair: &Pair, ca: &Ca| Pair { certificate: pair.certificate.clone() + &ca.certificate, ..pair.clone() };
    // Of the cluster's CA, and with another key: it was made again.
    let again = ec("example-ca");
    let root = ec("kubernetes");
    let rebuilt = ec("kubernetes");
    let bad = |name: &str, pair: &Pair| Case::new("bad-signature", name).client(pair);
    // The certificate names the key of its issuer too, as RKE's and kubeadm's do.
    let made_again = |name: &str| {
        let (old, new) = (ec(name), ec(name));
        let with_key = |params: &mut CertificateParams| params.use_authority_key_identifier_extension = true;
        let case = Case::new("bad-signature", format!("{name} made again, told by its key too"));
        let case = case.ca(&new.certificate).served_by(&new).clients_of(&new.certificate);
        case.client(&old.client_with(&keys()[0], year, with_key))
    };
    let signed_wrong = Pair { certificate: signed_wrong(&base().client.certificate), ..base().client.clone() };
    let other = |name: &str, ca: &Ca| Case::new("other-issuer", name).client(&admin(ca));
    let between = base().ca.authority("example-ca-between", Validity::days(700), None);
    let rancher_pair = |server: &str, client: &str, with_chain: bool, row, name: &str| {
        let (server, client) = (ec(server), ec(client));
        let pair = client.client("system:admin", Some("system:masters"), year);
        let pair = if with_chain { chain(&pair, &client) } else { pair };
        let case = Case::new(row, name).ca(&server.certificate).served_by(&server);
        case.client(&pair).clients_of(&client.certificate)
    };
    let of_servers = |[server, client]: &[String; 2]| {
        let case = Case::new("issuer-of-servers", server);
        let server = ec(server);
        let pair = server.client("system:admin", Some("system:masters"), year);
        let case = case.ca(&server.certificate).served_by(&server);
        case.client(&pair).clients_of(&ec(client).certificate)
    };
    let stamp = "@1767225600";
    let (k3s, rke2) = (
        [format!("k3s-server-ca{stamp}"), format!("k3s-client-ca{stamp}")],
        [format!("rke2-server-ca{stamp}"), format!("rke2-client-ca{stamp}")],
    );
    vec![
        bad("the CA was made again", &admin(&again)),
        bad("the CA was made again, and is sent along", &chain(&admin(&again), &again)),
        bad("a bit of the signature differs", &signed_wrong),
        made_again("example-ca"),
        made_again("kubernetes"),
        made_again("kube-ca"),
        made_again("k3s-server-ca@1767225600"),
        Case::new("bad-signature", "a cluster that was built again")
            .ca(&rebuilt.certificate)
            .served_by(&rebuilt)
            .clients_of(&rebuilt.certificate)
            .client(&admin(&root)),
        files("bad-signature", &admin(&again)),
        Case::new("bad-signature", "for Ed25519").client(&again.client_with(&keys()[2], year, |_| ())),
        other("of another cluster", &world.plain_ca),
        other("of a company", &ec("Example Corp Internal CA")),
        other("of a cloud", &world.cloud_ca),
        other("of a CA below the cluster's that is not in the file", &between),
        Case::new("other-issuer", "with the other CA sent along")
            .client(&chain(&admin(&world.plain_ca), &world.plain_ca)),
        files("other-issuer", &admin(&world.plain_ca)),
        Case::new("other-issuer", "a bundle, and none of it")
            .ca(&format!("{}{}", base().ca.certificate, world.rancher_ca.certificate))
            .client(&admin(&world.plain_ca)),
        rancher_pair(&k3s[0], "k3s-client-ca@1600000000", true, "other-issuer", "K3s of two times"),
        rancher_pair(&k3s[0], &rke2[1], false, "other-issuer", "K3s and RKE2"),
        rancher_pair(&k3s[0], &k3s[1], true, "separate-ca", "K3s"),
        rancher_pair(&k3s[0], &k3s[1], false, "separate-ca", "K3s without the CA of clients"),
        rancher_pair(&rke2[0], &rke2[1], true, "separate-ca", "RKE2"),
        rancher_pair(&rke2[0], &rke2[1], false, "separate-ca", "RKE2 without the CA of clients"),
        of_servers(&k3s),
        of_servers(&rke2),
    ]
}

fn chains() -> Vec<Case> {
    let ca = &base().ca;
    let year = Validity::days(365);
    let below = |name: &str, code: &'static str, between: &Ca, more: &[&Ca]| {
        let pair = between.client("kubernetes-admin", Some("dev"), year);
        let chain: String = more.iter().map(|ca| ca.certificate.as_str()).collect();
        let pair = Pair { certificate: format!("{}{}{chain}", pair.certificate, between.certificate), ..pair };
        Case::new("chain-broken", name).client(&pair).code(code)
    };
    let expired = ca.authority("example-ca-2020", Validity::over(), None);
    let expired_deep = expired.authority("example-ca-deep", Validity::days(800), None);
    let narrow = ca.authority("example-ca-last", Validity::days(800), Some(0));
    let too_deep = narrow.authority("example-ca-too-deep", Validity::days(800), None);
    // A certificate that is not a CA signs another one.
    let [p384, other_p384, _] = keys();
    let leaf_as_ca = |change: fn(&mut CertificateParams)| {
        let mut inner = CertificateParams::default();
        let between = ca.client_with(p384, Validity::days(800), |params| {
            params.distinguished_name = rcgen::DistinguishedName::new();
            params.distinguished_name.push(rcgen::DnType::CommonName, "example-not-a-ca");
            params.extended_key_usages.clear();
            change(params);
            inner = params.clone();
        });
        let issuer = rcgen::Issuer::new(inner, p384);
        let pair = ca.client_with(other_p384, year, |_| ());
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(rcgen::DnType::CommonName, "kubernetes-admin");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(2090, 1, 1);
        let certificate = params.signed_by(other_p384, &issuer).expect("a certificate").pem();
        Pair { certificate: certificate + &between.certificate, ..pair }
    };
    let by_leaf = |name: &str, change| Case::new("chain-broken", name).client(&leaf_as_ca(change)).code("not-a-ca");
    vec![
        below("the CA between has ended", "ca-expired", &expired, &[]),
        below("the upper one of two has ended", "ca-expired", &expired_deep, &[&expired]),
        below("deeper than a CA allows", "not-a-ca", &too_deep, &[&narrow]),
        by_leaf("a leaf signed it", |params| params.is_ca = IsCa::NoCa),
        by_leaf("a certificate signed it that says it is not a CA", |params| params.is_ca = IsCa::ExplicitNoCa),
        by_leaf("a CA signed it whose key is not for that", |params| {
            params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
            params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::CrlSign];
        })
        .undecided("rustls asks for no usage of a CA's key"),
    ]
}

/// What only openssl makes.
fn by_openssl(tool: &Tool) -> Vec<Case> {
    let ca = &base().ca;
    let Pair { certificate, key_pkcs8, .. } = &base().client;
    let rsa_ca = Rsa::ca(tool, "example-rsa-ca", "sha256");
    let (rsa, other_rsa) = (tool.rsa(2048), tool.rsa(2048));
    let ec = |curve: &str| tool.key(&["-algorithm", "EC", "-pkeyopt", &format!("ec_paramgen_curve:{curve}")]);
    let (p521, other_p521) = (ec("P-521"), ec("P-521"));
    let unreadable = |name: &str, key: &str| with("key-unreadable", name, certificate, key);
    let of_kind = |name: &str, key: &str| {
        let pair = tool.sign(ca, key, "sha256", 365);
        with("key-unreadable", name, &pair.certificate, key)
    };
    let mismatch = |name: &str, key: &str, other: &str| {
        with("key-mismatch", name, &tool.sign(ca, key, "sha256", 365).certificate, other)
    };
    let sized = |row, bits: u32| {
        let pair = tool.sign(ca, &tool.rsa(bits), "sha256", 365);
        Case::new(row, format!("{bits} bits")).client(&pair).undecided("ring takes no such key")
    };
    let digest = |name: &str, key: &str, digest: &str| {
        let serving = rsa_ca.server(tool, &ec("P-256"));
        let case = Case::new("weak-signature", name).ca(&rsa_ca.certificate).serving(serving);
        case.clients_of(&rsa_ca.certificate).client(&rsa_ca.client(tool, key, digest, 365))
    };
    let locked = ["pkcs8", "-topk8", "-v2", "aes-256-cbc", "-passout", "pass:kp-correct-horse"];
    let traditional = ["ec", "-aes128", "-passout", "pass:kp-correct-horse"];
    let encrypted = tool.run(&locked, key_pkcs8);
    let header = tool.run(&traditional, key_pkcs8);
    vec![
        unreadable("encrypted", &encrypted),
        unreadable("encrypted in the older way", &header),
        in_files("key-unreadable", "encrypted, in a file", certificate, &encrypted),
        unreadable("a public key", &tool.public(key_pkcs8)),
        unreadable("of X25519", &tool.key(&["-algorithm", "X25519"])).code("key-unreadable").code("key-mismatch"),
        of_kind("secp256k1", &ec("secp256k1")),
        of_kind("a curve of brainpool", &ec("brainpoolP256r1")),
        of_kind("P-224", &ec("P-224")),
        of_kind("Ed448", &tool.key(&["-algorithm", "ED448"])),
        mismatch("RSA", &rsa, &other_rsa),
        mismatch("P-521", &p521, &other_p521),
        mismatch("RSA and P-256", &rsa, key_pkcs8),
        mismatch("P-521 and P-256", &p521, key_pkcs8),
        mismatch("P-521 and RSA", &p521, &rsa),
        with("key-mismatch", "P-256 and RSA", certificate, &rsa),
        with("key-mismatch", "P-256 and P-521", certificate, &p521),
        sized("tiny-key", 512),
        sized("tiny-key", 768),
        sized("tiny-key", 1016),
        sized("weak-key", 1024),
        sized("weak-key", 1536),
        sized("weak-key", 2040),
        digest("SHA-1", &rsa, "sha1"),
        digest("MD5", &other_rsa, "md5"),
        digest("SHA-1 for an EC key", &ec("P-256"), "sha1"),
        Case::new("weak-signature", "SHA-1 of an EC CA").client(&tool.sign(ca, &ec("P-256"), "sha1", 365)),
    ]
}
