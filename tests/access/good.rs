//! Files with nothing wrong that matters: every verb says yes.

use super::common::openssl;
use super::made::{Rsa, Tool, keys};
use super::pki::{Ca, Validity};
use super::{Case, DAY, GOOD, HOST, base, certificate, good_token, jwt, pki};
use rcgen::{ExtendedKeyUsagePurpose, IsCa, KeyUsagePurpose};
use serde_json::json;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![Case::new(GOOD, "as it is")];
    cases.extend(servers());
    cases.extend(forms());
    cases.extend(certificates());
    cases.extend(tokens());
    if openssl::available() {
        cases.extend(by_openssl());
    }
    cases
}

fn case(name: &str) -> Case {
    Case::new(GOOD, name)
}

fn servers() -> Vec<Case> {
    let at = |url: &str, place: &str| case(&format!("{url:?}")).server(url).at(place);
    let address = |url: &str, names: &[&str], place: &str| {
        let serving = base().ca.server("kube-apiserver", names, Validity::days(365));
        at(url, place).serving(serving)
    };
    vec![
        at("https://k8s.example.com:6443/", "k8s.example.com:6443"),
        at("https://k8s.example.com", "k8s.example.com:443"),
        at("HTTPS://k8s.example.com:6443", "k8s.example.com:6443"),
        at("https://k8s.example.com:", "k8s.example.com:443"),
        at("https://k8s.example.com.:6443", "k8s.example.com.:6443"),
        at("https://k8s.example.com:06443", "k8s.example.com:06443"),
        at("https://k8s.example.com:6443?timeout=1m", "k8s.example.com:6443"),
        at("https://k8s.example.com:6443#main", "k8s.example.com:6443"),
        at("https://k8s.example.com:6443/@127.0.0.1", "k8s.example.com:6443").undecided("the API is not below a path"),
        at("https://k8s.example.com:6443/clusters/one", "k8s.example.com:6443")
            .undecided("the API is not below a path"),
        address("https://k8s_api.example.com:6443", &[], "k8s_api.example.com:6443")
            .undecided("rcgen makes no certificate for that name"),
        address("https://203.0.113.10:6443", &["203.0.113.10"], "203.0.113.10:6443"),
        address("https://10.20.0.11:6443", &["10.20.0.11"], "10.20.0.11:6443"),
        address("https://[2001:db8::11]:6443", &["2001:db8::11"], "[2001:db8::11]:6443"),
        address("https://control-plane.lan:6443", &["control-plane.lan"], "control-plane.lan:6443"),
        case("a server by address with the name in its certificate")
            .cluster(json!({"server": "https://203.0.113.11:6443", "tls-server-name": HOST}))
            .at("203.0.113.11:6443"),
        case("a proxy that is empty").cluster(json!({"proxy-url": ""})),
        case("compression off").cluster(json!({"disable-compression": true})),
        case("checked, and said so").cluster(json!({"insecure-skip-tls-verify": false})),
    ]
}

fn forms() -> Vec<Case> {
    let Validity { from, until } = Validity::days(365);
    let pair = &base().client;
    let ca = &base().ca.certificate;
    let with_text = |pem: &str| format!("subject=CN = somebody\n\n{pem}\ntrailing words\n");
    let crlf = |pem: &str| pem.replace('\n', "\r\n");
    let files = |case: Case| {
        let names = json!({"client-certificate": "pki/admin.crt", "client-key": "./pki/admin.key"});
        case.user(names).file("pki/admin.crt", &pair.certificate).file("pki/admin.key", &pair.key)
    };
    let key_first = format!("{}{}", pair.key, pair.certificate);
    vec![
        case("a CA with words around it").ca(&with_text(ca)),
        case("lines that end as on Windows").ca(&crlf(ca)).user(json!({
            "client-certificate-data": pki::base64(crlf(&pair.certificate)),
            "client-key-data": pki::base64(crlf(&pair.key))})),
        case("PEM without a last line end").ca(ca.trim_end()),
        case("the same CA twice").ca(&format!("{ca}{ca}")),
        case("two CAs").ca(&format!("{ca}{}", pki::world().plain_ca.certificate)),
        case("a key in PKCS #8").user_fields(json!({"client-key-data": pki::base64(&pair.key_pkcs8)})),
        // Go looks at the end of the label.
        case("a key with another word before PRIVATE KEY").user_fields(
            json!({"client-key-data": pki::base64(pair.key.replace("EC PRIVATE KEY", "ADMIN PRIVATE KEY"))}),
        ),
        case("certificate and key in one text").user(json!({"client-certificate-data": pki::base64(&key_first),
                "client-key-data": pki::base64(&key_first)})),
        case("the parameters of the curve before the key").user_fields(json!({"client-key-data":
            pki::base64(format!("-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n{}",
                pair.key))})),
        case("the CA behind the client certificate").user_fields(json!({"client-certificate-data":
            pki::base64(format!("{}{ca}", pair.certificate))})),
        files(case("files")),
        files(case("files, and the CA in one too"))
            .cluster(json!({"certificate-authority-data": null, "certificate-authority": "ca.crt"}))
            .file("ca.crt", ca),
        case("a certificate that ends in two months").client(&base().ca.client(
            "kubernetes-admin",
            Some("dev"),
            Validity { from, until: until - 300 * DAY },
        )),
        case("impersonation of a user and groups")
            .user_fields(json!({"as": "jane", "as-groups": ["dev"]}))
            .undecided("the server of the test gives nobody that right"),
        case("a token that is not needed beside the certificate").user_fields(json!({"token": good_token()})),
        case("a field that nobody knows").user_fields(json!({"colour": "blue"})),
    ]
}

fn certificates() -> Vec<Case> {
    let ca = &base().ca;
    let year = Validity::days(365);
    let [p384, other_p384, ed25519] = keys();
    let of = |name: &str, ca: &Ca, pair: &pki::Pair| {
        case(name).ca(&ca.certificate).served_by(ca).clients_of(&ca.certificate).client(pair)
    };
    let use_of = |name: &str, purposes: &[ExtendedKeyUsagePurpose]| {
        let change = |params: &mut rcgen::CertificateParams| params.extended_key_usages = purposes.to_vec();
        of(name, ca, &ca.client_with(p384, year, change))
    };
    let intermediate = ca.authority("example-ca-2026", Validity::days(700), Some(0));
    let below = intermediate.client("kubernetes-admin", Some("dev"), year);
    let chain = format!("{}{}", below.certificate, intermediate.certificate);
    let lasting = ca.authority("example-ca-below", Validity::days(700), None);
    let below_it = lasting.client("kubernetes-admin", None, year);
    use ExtendedKeyUsagePurpose::{Any, ClientAuth, ServerAuth};
    vec![
        of("a P-384 key", ca, &ca.client_with(p384, year, |_| ())),
        of("another P-384 key", ca, &ca.client_with(other_p384, year, |_| ())),
        of("an Ed25519 key", ca, &ca.client_with(ed25519, year, |_| ())),
        use_of("for clients and servers", &[ServerAuth, ClientAuth]),
        use_of("for anything", &[Any]).undecided("rustls knows no use for anything, which Go takes"),
        use_of("no word of what it is for", &[]),
        of("no usage of the key either", ca, &ca.client_with(p384, year, |params| params.key_usages.clear())),
        of(
            "for signatures alone",
            ca,
            &ca.client_with(p384, year, |params| {
                params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
                params.is_ca = IsCa::ExplicitNoCa;
            }),
        ),
        case("a CA between, sent along").user(json!({"client-certificate-data": pki::base64(chain),
            "client-key-data": pki::base64(&below.key)})),
        case("a CA between, sent along with the root").user(json!({
            "client-certificate-data":
                pki::base64(format!("{}{}{}", below_it.certificate, lasting.certificate, ca.certificate)),
            "client-key-data": pki::base64(&below_it.key)})),
        case("valid for one day more").client(&ca.client("kubernetes-admin", Some("dev"), Validity::days(2))),
    ]
}

fn tokens() -> Vec<Case> {
    let issuer = "https://kubernetes.default.svc.cluster.local";
    vec![
        case("a token of a service account").token(good_token()),
        case("one that ends tomorrow").token(&jwt(json!({"exp": pki::now() + DAY}))),
        case("its end with a fraction").token(&jwt(json!({"exp": (pki::now() + 9 * DAY) as f64 + 0.5}))),
        case("for one audience, not a list").token(&jwt(json!({"aud": issuer}))),
        case("without nbf and iat").token(&jwt(json!({"nbf": null, "iat": null}))),
        case("in a file").user(json!({"tokenFile": "token"})).file("token", good_token()).knows(good_token()),
        case("in a file with a line end")
            .user(json!({"tokenFile": "run/token"}))
            .file("run/token", format!("{}\n", good_token()))
            .knows(good_token()),
        case("in a file, beside an old token")
            .user(json!({"tokenFile": "token", "token": jwt(json!({"exp": pki::now() - DAY}))}))
            .file("token", good_token())
            .knows(good_token()),
        case("a token for a public name without a CA")
            .without_ca()
            .token(good_token())
            .undecided("no public authority signs for the test"),
    ]
}

/// What only openssl makes.
fn by_openssl() -> Vec<Case> {
    let tool = Tool::new();
    let year = 365;
    let key = |bits| tool.rsa(bits);
    let rsa = Rsa::ca(&tool, "example-rsa-ca", "sha256");
    let old_root = Rsa::ca(&tool, "example-sha1-ca", "sha1");
    let v1 = Rsa::v1(&tool, "example-v1-ca");
    let p521 = tool.key(&["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"]);
    let of = |name: &str, ca: &Rsa, key: &str, digest: &str| {
        let pair = ca.client(&tool, key, digest, year);
        let serving = ca.server(&tool, &key_of(&tool));
        case(name).ca(&ca.certificate).serving(serving).clients_of(&ca.certificate).client(&pair)
    };
    vec![
        of("RSA of 2048 bits", &rsa, &key(2048), "sha256"),
        of("RSA of 3072 bits", &rsa, &key(3072), "sha384"),
        of("an EC key under an RSA CA", &rsa, &key_of(&tool), "sha512"),
        of("a P-521 key", &rsa, &p521, "sha256").undecided("ring knows no P-521"),
        of("a CA that signed itself with SHA-1", &old_root, &key(2048), "sha256"),
        of("a CA in the form of X.509 v1", &v1, &key(2048), "sha256").undecided("rustls takes no v1 certificate"),
        case("an RSA certificate of an EC CA").client(&tool.sign(&base().ca, &key(2048), "sha256", year)),
        case("a P-521 certificate of an EC CA")
            .user(certificate(&tool.sign(&base().ca, &p521, "sha256", year)))
            .undecided("ring knows no P-521"),
    ]
}

fn key_of(tool: &Tool) -> String {
    tool.key(&["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"])
}
