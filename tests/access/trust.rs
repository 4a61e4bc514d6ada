//! Whom the context trusts: CA data, CA files, and none.

use super::common::openssl;
use super::made::{Tool, changed, cut, der, keys, spoilt};
use super::pki::{self, Algorithm, Ca, Validity, base64};
use super::{Case, DAY, HOST, base, good_token};
use serde_json::{Value, json};

pub(super) fn cases() -> Vec<Case> {
    let mut all =
        [unreadable(), partly(), twice(), dates(), leaf(), doubtful(), none(), endpoints(), imported(), insecure()]
            .concat();
    if openssl::available() {
        let tool = Tool::new();
        let key = tool.key(&["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]);
        all.push(Case::new("ca-unreadable", "a request for a certificate").ca(&tool.request(&key)));
        all.push(Case::new("ca-unreadable", "a public key").ca(&tool.public(&key)));
    }
    all
}

fn data(bytes: impl AsRef<[u8]>) -> Value {
    json!({"certificate-authority-data": base64(bytes)})
}

fn unreadable() -> Vec<Case> {
    let ca = &base().ca.certificate;
    let case = |name: &str, text: &str| Case::new("ca-unreadable", name).ca(text);
    let off_curve = {
        // The last byte of the point: SEQUENCE { OID P-256 }, BIT STRING { 04, x, y }.
        let der = der(ca);
        let head = [0x03, 0x42, 0x00, 0x04];
        let at = der.windows(4).position(|bytes| bytes == head).expect("a point") + 4;
        let mut y = der[at + 56..at + 64].to_vec();
        let right = y.clone();
        y[7] ^= 1;
        changed(ca, &right, &y)
    };
    let frame = |label: &str| pki::pem(label, &der(ca));
    vec![
        case("the key of the client", &base().client.key),
        case("base64 twice", &base64(ca)),
        case("line ends that were escaped", &ca.replace('\n', "\\n")),
        case("HTML-escaped", &ca.replace('+', "&#43;").replace("-----", "&#45;&#45;&#45;&#45;&#45;")),
        case("cut off", &cut(ca)),
        case("the last line is missing", ca.trim_end().rsplit_once('\n').expect("lines").0),
        case("DER without its end", &spoilt(ca)),
        case("a point that is not on the curve", &off_curve),
        case("all on one line", &ca.replace('\n', " ")),
        case("words", "ask the team for the CA\n"),
        case("nothing but a line end", "\n"),
        case("a trusted certificate of openssl", &frame("TRUSTED CERTIFICATE")),
        case("an X.509 certificate", &frame("X509 CERTIFICATE")),
        case("PEM with a header", &ca.replacen("-----\n", "-----\nName: ca\n\n", 1)),
        Case::new("ca-unreadable", "DER without PEM").cluster(data(der(ca))),
        Case::new("ca-unreadable", "what kubectl prints in its place")
            .cluster(json!({"certificate-authority-data": "DATA+OMITTED"}))
            .code("cert-unreadable")
            .code("placeholder-secret"),
        Case::new("ca-unreadable", "in a file")
            .cluster(json!({"certificate-authority-data": null, "certificate-authority": "ca.crt"}))
            .file("ca.crt", cut(ca)),
        case("with a token", &cut(ca)).token(good_token()),
    ]
}

fn partly() -> Vec<Case> {
    let ca = &base().ca.certificate;
    let other = &pki::world().plain_ca.certificate;
    let case = |name: &str, text: String| Case::new("ca-partly", name).ca(&text);
    vec![
        case("a broken one behind it", format!("{ca}{}", spoilt(other))),
        case("a broken one before it", format!("{}{ca}", spoilt(other))),
        case("one that is cut off behind it", format!("{ca}{}", cut(other))),
        case("the same with a part missing", format!("{ca}{}", spoilt(ca))),
        case("a broken one between two", format!("{ca}{}{other}", spoilt(other))),
        Case::new("ca-partly", "in a file")
            .cluster(json!({"certificate-authority-data": null, "certificate-authority": "ca.crt"}))
            .file("ca.crt", format!("{}{ca}", spoilt(other))),
        case("with a token", format!("{ca}{}", spoilt(other))).token(good_token()),
    ]
}

fn twice() -> Vec<Case> {
    let ca = &base().ca.certificate;
    let insecure = json!({"insecure-skip-tls-verify": true});
    let file = |name: &str| json!({"certificate-authority-data": null, "certificate-authority": name});
    vec![
        Case::new("ca-insecure", "data").cluster(insecure.clone()),
        Case::new("ca-insecure", "data, with a token").cluster(insecure.clone()).token(good_token()),
        Case::new("ca-insecure", "a file").cluster(file("ca.crt")).cluster(insecure.clone()).file("ca.crt", ca),
        Case::new("ca-insecure", "two CAs").ca(&format!("{ca}{ca}")).cluster(insecure),
        Case::new("ca-twice", "the same").cluster(json!({"certificate-authority": "ca.crt"})).file("ca.crt", ca),
        Case::new("ca-twice", "another")
            .cluster(json!({"certificate-authority": "pki/ca.crt"}))
            .file("pki/ca.crt", &pki::world().plain_ca.certificate),
        Case::new("ca-twice", "the file is missing").cluster(json!({"certificate-authority": "ca.crt"})),
        Case::new("ca-missing", "not there").cluster(file("ca.crt")),
        Case::new("ca-missing", "no such folder").cluster(file("pki/../gone/ca.crt")),
        Case::new("ca-missing", "by an absolute path").cluster(file("/nonexistent/kubernetes/ca.crt")),
        Case::new("ca-missing", "below a file").cluster(file("ca/ca.crt")).file("ca", ca),
        Case::new("ca-missing", "with a token").cluster(file("~/ca.crt")).token(good_token()),
    ]
}

fn dates() -> Vec<Case> {
    let ca = &base().ca.certificate;
    let made = |validity| Ca::valid("example-ca", None, Algorithm::Ec, validity);
    let old = Ca::valid("example-ca-2020", None, Algorithm::Ec, Validity::over());
    let older = made(Validity { from: pki::now() - 3000 * DAY, until: pki::now() - 400 * DAY });
    let early = made(Validity { from: pki::now() + 2 * DAY, until: pki::now() + 900 * DAY });
    let earlier = made(Validity { from: pki::now() + DAY, until: pki::now() + 20 * DAY });
    // Client certificates of those CAs would be a fault of their own.
    let with =
        |row, name: &str, text: String, of: &Ca| Case::new(row, name).ca(&text).served_by(of).token(good_token());
    let of = |row, name: &str, ca: &Ca| {
        let client = ca.client("kubernetes-admin", None, Validity::days(90));
        let case = Case::new(row, name).ca(&ca.certificate).served_by(ca);
        case.client(&client).clients_of(&base().ca.certificate)
    };
    vec![
        with("ca-expired", "one", old.certificate.clone(), &old),
        with("ca-expired", "long ago", older.certificate.clone(), &older),
        with("ca-expired", "both", format!("{}{}", old.certificate, older.certificate), &old),
        of("ca-expired", "the CA of the client too", &old),
        with("ca-expired", "in a file", old.certificate.clone(), &old)
            .cluster(json!({"certificate-authority-data": null, "certificate-authority": "ca.crt"}))
            .file("ca.crt", &old.certificate),
        Case::new("ca-partly-expired", "the old one behind").ca(&format!("{ca}{}", old.certificate)),
        Case::new("ca-partly-expired", "the old one in front").ca(&format!("{}{ca}", old.certificate)),
        Case::new("ca-partly-expired", "two of three").ca(&format!("{}{ca}{}", old.certificate, older.certificate)),
        Case::new("ca-partly-expired", "with a token").ca(&format!("{ca}{}", old.certificate)).token(good_token()),
        with("ca-not-yet-valid", "one", early.certificate.clone(), &early),
        with("ca-not-yet-valid", "both", format!("{}{}", early.certificate, earlier.certificate), &earlier),
        with("ca-not-yet-valid", "from tomorrow", earlier.certificate.clone(), &earlier),
    ]
}

fn leaf() -> Vec<Case> {
    let ca = &base().ca;
    let year = Validity::days(365);
    let other = ca.server("other", &["other.example.com", "203.0.113.99"], year);
    // Go looks at no common name.
    let by_common_name = ca.server(HOST, &[], year);
    let own = ca.server("own", &[HOST, "kubernetes"], year);
    let wildcard = ca.server("wildcard", &["*.example.com"], year);
    let address = ca.server("address", &["203.0.113.10"], year);
    let leaf = |name: &str, pem: &str| Case::new("ca-leaf", name).ca(pem).token(good_token());
    let is_server = |name: &str, pair: &pki::Pair| {
        Case::new("ca-is-server", name).ca(&pair.certificate).serving(pair.clone()).token(good_token())
    };
    let self_signed = |names: &[&str]| {
        let mut params = rcgen::CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
            .expect("names");
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(2090, 1, 1);
        let key = &keys()[0];
        let certificate = params.self_signed(key).expect("a certificate").pem();
        let key = pki::pem("PRIVATE KEY", &key.serialize_der());
        pki::Pair { certificate, key: key.clone(), key_pkcs8: key }
    };
    vec![
        leaf("the client certificate", &base().client.certificate),
        leaf("the certificate of another server", &other.certificate),
        leaf("its name only as common name", &by_common_name.certificate).serving(by_common_name.clone()),
        leaf("signed by itself, for another name", &self_signed(&["other.example.com"]).certificate),
        leaf("for the address, and the server is a name", &address.certificate).serving(address.clone()),
        leaf("a wildcard for a name below", &ca.server("w", &["*.k8s.example.com"], year).certificate),
        leaf("two of them", &format!("{}{}", base().client.certificate, other.certificate)),
        Case::new("ca-leaf", "with the client certificate of the CA").ca(&other.certificate),
        is_server("signed by a CA", &own),
        is_server("signed by itself", &self_signed(&[HOST])),
        is_server("by a wildcard", &wildcard),
        is_server("by its address", &address).server("https://203.0.113.10:6443").at("203.0.113.10:6443"),
        is_server("by tls-server-name", &own)
            .cluster(json!({"server": "https://203.0.113.10:6443", "tls-server-name": HOST}))
            .at("203.0.113.10:6443"),
        is_server("without a port", &own).server("https://k8s.example.com").at("k8s.example.com:443"),
    ]
}

fn doubtful() -> Vec<Case> {
    let signed_by_another = "the server of the test is of no other CA";
    let case = |name: &str, organization: Option<&str>| {
        let ca = Ca::new(name, organization, Algorithm::Ec);
        Case::new("ca-doubtful", name).ca(&ca.certificate).token(good_token()).undecided(signed_by_another)
    };
    let client_ca = Ca::new("k3s-client-ca@1700000000", None, Algorithm::Ec);
    let of_its_own = Case::new("ca-doubtful", "the CA of clients with a certificate of it")
        .ca(&client_ca.certificate)
        .client(&client_ca.client("system:admin", Some("system:masters"), Validity::days(300)))
        .undecided(signed_by_another);
    vec![
        case("k3s-client-ca@1767225600", None),
        case("rke2-client-ca@1767225600", None),
        case("etcd-server-ca@1767225600", None),
        case("etcd-peer-ca@1767225600", None),
        case("etcd-ca", None),
        case("dynamiclistener-ca", Some("dynamiclistener-org")),
        case("dynamiclistener-ca@1767225600", Some("dynamiclistener-org")),
        of_its_own,
    ]
}

fn none() -> Vec<Case> {
    let at = |url: &str| {
        let case = Case::new("no-ca", format!("{url:?}")).without_ca().server(url).token(good_token());
        case.undecided("no public authority signs for the test")
    };
    vec![
        at("https://203.0.113.10:6443"),
        at("https://203.0.113.10"),
        at("https://10.0.0.1:6443"),
        at("https://[2001:db8::11]:6443"),
        at("https://k8s.internal:6443"),
        at("https://k8s.corp.local:6443"),
        at("https://control-plane.lan"),
        at("https://control-plane-1:6443"),
        Case::new("no-ca", "a certificate, for an address")
            .without_ca()
            .server("https://203.0.113.10:6443")
            .undecided("no public authority signs for the test"),
    ]
}

/// What `ace` writes for a cluster that was imported into Rancher.
fn imported() -> Vec<Case> {
    let mark = json!({"extensions": [{"name": "kubeconfig-rs/imported", "extension": true}]});
    let case = |name: &str| Case::new("imported", name).cluster(mark.clone());
    vec![case("a certificate"), case("a token").token(good_token())]
}

/// What Rancher writes for an endpoint by name whose certificate is said to be public.
fn endpoints() -> Vec<Case> {
    let secret = "ffffffffffffffffffffffffffffffffffffffffffffffffffffff";
    let case = |name: &str, server: &str, token: &str| {
        let case = Case::new("endpoint-without-ca", name).without_ca().server(server);
        case.token(&format!("{token}:{secret}")).undecided("no public authority signs for the test")
    };
    let server = "https://prod.k8s.example.com";
    vec![
        case("without a port", server, "kubeconfig-u-abcde12345k9xzp"),
        case("with a port", "https://prod.k8s.example.com:6443", "kubeconfig-u-abcde12345k9xzp"),
        case("a token of Rancher 2.3", server, "kubeconfig-user-46tmn.c-7xk2m"),
        case("a token of Rancher 2.15", server, "ext/token-x7k2m"),
        case("the port of https", "https://prod.k8s.example.com:443/", "kubeconfig-u-zyxwv98765q4m2t"),
    ]
}

fn insecure() -> Vec<Case> {
    let insecure = json!({"certificate-authority-data": null, "insecure-skip-tls-verify": true});
    let case = |name: &str| Case::new("insecure", name).cluster(insecure.clone());
    let stranger = pki::world().plain_ca.server("stranger", &["other.example.com"], Validity::days(365));
    vec![
        case("with a certificate"),
        case("with a token").token(good_token()),
        case("an address").server("https://203.0.113.10:6443").token(good_token()).at("203.0.113.10:6443"),
        case("a private name").server("https://k8s.internal").token(good_token()).at("k8s.internal:443"),
        case("with a name to check").cluster(json!({"tls-server-name": "k8s.example.com"})).token(good_token()),
        case("whoever answers").token(good_token()).serving(stranger),
    ]
}
