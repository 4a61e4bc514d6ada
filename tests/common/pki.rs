//! Real certificates and keys, made when the test runs. Nothing of it is ever committed.

use base64::Engine;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const DAY: u64 = 24 * 60 * 60;

/// From when until when a certificate is valid, in seconds since 1970.
#[derive(Clone, Copy, Debug)]
pub struct Validity {
    pub from: u64,
    pub until: u64,
}

impl Validity {
    /// From yesterday for that many days.
    pub fn days(days: u64) -> Self {
        let from = now() - DAY;
        Validity { from, until: from + days * DAY }
    }

    /// From two years ago until yesterday.
    pub fn over() -> Self {
        let until = now() - DAY;
        Validity { from: until - 730 * DAY, until }
    }
}

/// Seconds since 1970.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970").as_secs()
}

/// Which keys to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// P-256; written as `EC PRIVATE KEY` (SEC 1), as Go programs do.
    Ec,
    /// 2,048 bits; written as `RSA PRIVATE KEY` (PKCS #1), as RKE does. P-256 where there is no openssl.
    Rsa,
}

/// A certificate with its key, both as PEM.
#[derive(Clone)]
pub struct Pair {
    pub certificate: String,
    pub key: String,
    /// The same key as `PRIVATE KEY` (PKCS #8).
    pub key_pkcs8: String,
}

/// A certificate authority.
pub struct Ca {
    /// Its certificate as PEM.
    pub certificate: String,
    issuer: Issuer<'static, KeyPair>,
    algorithm: Algorithm,
}

impl Ca {
    /// A self-signed CA that is valid for ten years.
    pub fn new(common_name: &str, organization: Option<&str>, algorithm: Algorithm) -> Self {
        Self::valid(common_name, organization, algorithm, Validity::days(3650))
    }

    /// A self-signed CA.
    pub fn valid(common_name: &str, organization: Option<&str>, algorithm: Algorithm, validity: Validity) -> Self {
        let mut params = params(common_name, organization, validity, &[]);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages =
            vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment, KeyUsagePurpose::KeyCertSign];
        let key = new_key(algorithm);
        let certificate = params.self_signed(&key).expect("a self-signed certificate").pem();
        Ca { certificate, issuer: Issuer::new(params, key), algorithm }
    }

    /// A CA that this one signed; `path_length` is how many more may stand below it.
    pub fn authority(&self, common_name: &str, validity: Validity, path_length: Option<u8>) -> Ca {
        let mut params = params(common_name, None, validity, &[]);
        params.is_ca = IsCa::Ca(path_length.map_or(BasicConstraints::Unconstrained, BasicConstraints::Constrained));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = new_key(self.algorithm);
        let certificate = params.signed_by(&key, &self.issuer).expect("a signed certificate").pem();
        Ca { certificate, issuer: Issuer::new(params, key), algorithm: self.algorithm }
    }

    /// A client certificate; `organization` becomes the group.
    pub fn client(&self, common_name: &str, organization: Option<&str>, validity: Validity) -> Pair {
        let mut params = params(common_name, organization, validity, &[]);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.sign(&params)
    }

    /// A server certificate for those names and addresses.
    pub fn server(&self, common_name: &str, names: &[&str], validity: Validity) -> Pair {
        let mut params = params(common_name, None, validity, names);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.sign(&params)
    }

    /// A client certificate for that key. `change` makes it odd.
    pub fn client_with(&self, key: &KeyPair, validity: Validity, change: impl FnOnce(&mut CertificateParams)) -> Pair {
        let mut params = params("kubernetes-admin", Some("dev"), validity, &[]);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        change(&mut params);
        let certificate = params.signed_by(key, &self.issuer).expect("a signed certificate").pem();
        let pem = pem("PRIVATE KEY", &key.serialize_der());
        Pair { certificate, key: pem.clone(), key_pkcs8: pem }
    }

    /// The key of this CA (PKCS #8), for tools that sign with it.
    pub fn key(&self) -> String {
        pem("PRIVATE KEY", &self.issuer.key().serialize_der())
    }

    fn sign(&self, params: &CertificateParams) -> Pair {
        let key = new_key(self.algorithm);
        let certificate = params.signed_by(&key, &self.issuer).expect("a signed certificate").pem();
        let pkcs8 = key.serialize_der();
        Pair { certificate, key: traditional(&key), key_pkcs8: pem("PRIVATE KEY", &pkcs8) }
    }
}

fn params(common_name: &str, organization: Option<&str>, validity: Validity, names: &[&str]) -> CertificateParams {
    let names = names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
    let mut params = CertificateParams::new(names).expect("names that certificates allow");
    params.distinguished_name = rcgen::DistinguishedName::new();
    if let Some(organization) = organization {
        params.distinguished_name.push(DnType::OrganizationName, organization);
    }
    params.distinguished_name.push(DnType::CommonName, common_name);
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    params.not_before = epoch + Duration::from_secs(validity.from);
    params.not_after = epoch + Duration::from_secs(validity.until);
    params
}

/// A new key.
pub fn new_key(algorithm: Algorithm) -> KeyPair {
    if algorithm == Algorithm::Rsa {
        if let Some(pem) = rsa_pkcs8() {
            return KeyPair::from_pem(&pem).expect("an RSA key from openssl");
        }
    }
    KeyPair::generate().expect("a new key")
}

/// Whether RSA keys can be made here; says so, or fails on CI, where not.
pub fn have_rsa() -> bool {
    static HAVE: OnceLock<bool> = OnceLock::new();
    *HAVE.get_or_init(|| {
        let have = Command::new("openssl").arg("version").output().is_ok_and(|out| out.status.success());
        if !have {
            super::skipped("openssl");
        }
        have
    })
}

/// A new RSA key; ring, behind rcgen, makes none.
fn rsa_pkcs8() -> Option<String> {
    if !have_rsa() {
        return None;
    }
    let out = Command::new("openssl")
        .args(["genpkey", "-quiet", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"])
        .output()
        .expect("openssl starts");
    assert!(out.status.success(), "openssl genpkey: {}", String::from_utf8_lossy(&out.stderr));
    Some(String::from_utf8(out.stdout).expect("PEM"))
}

/// The key in the older form of its kind, which Go programs write: SEC 1 for EC, PKCS #1 for RSA.
pub fn traditional(key: &KeyPair) -> String {
    let der = key.serialize_der();
    let inner = pkcs8_key(&der).expect("PKCS #8");
    if key.algorithm() == &rcgen::PKCS_RSA_SHA256 {
        return pem("RSA PRIVATE KEY", inner);
    }
    // ECPrivateKey inside PKCS #8 leaves the curve out; standing alone it names it:
    // SEQUENCE { 1, OCTET STRING key, [0] OID prime256v1, [1] BIT STRING public point }
    let at = inner.windows(4).position(|w| w == [0x02, 0x01, 0x01, 0x04]).expect("a version and a key") + 5;
    let mut sec1 = vec![0x30, 0x77, 0x02, 0x01, 0x01, 0x04, 0x20];
    sec1.extend(&inner[at..at + 32]);
    sec1.extend([0xa0, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07]);
    sec1.extend([0xa1, 0x44, 0x03, 0x42, 0x00]);
    sec1.extend(key.public_key_raw());
    pem("EC PRIVATE KEY", &sec1)
}

/// The `privateKey` field of a PKCS #8 structure.
fn pkcs8_key(der: &[u8]) -> Option<&[u8]> {
    let (_, whole, _) = tlv(der)?;
    let (_, _version, rest) = tlv(whole)?;
    let (_, _algorithm, rest) = tlv(rest)?;
    let (tag, key, _) = tlv(rest)?;
    (tag == 0x04).then_some(key)
}

/// Tag, content and what follows, of the first DER element.
fn tlv(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (first as usize, rest)
    } else {
        let (digits, rest) = rest.split_at_checked((first & 0x7f) as usize)?;
        (digits.iter().fold(0, |n, &d| n << 8 | d as usize), rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// The common name of a certificate's subject.
pub fn common_name(certificate: &[u8]) -> Option<String> {
    let (_, certificate, _) = tlv(certificate)?;
    let (_, mut fields, _) = tlv(certificate)?;
    // [0] version, serial number, signature algorithm, issuer, validity; then the subject.
    for _ in 0..5 {
        (_, _, fields) = tlv(fields)?;
    }
    let (_, mut names, _) = tlv(fields)?;
    loop {
        let (_, set, rest) = tlv(names)?;
        let (_, name, _) = tlv(set)?;
        let (_, kind, value) = tlv(name)?;
        if kind == [0x55, 0x04, 0x03] {
            return String::from_utf8(tlv(value)?.1.to_owned()).ok();
        }
        names = rest;
    }
}

/// PEM with lines of 64 characters, as everyone writes it.
pub fn pem(label: &str, der: &[u8]) -> String {
    let mut out = format!("-----BEGIN {label}-----\n");
    for line in base64(der).as_bytes().chunks(64) {
        out.push_str(std::str::from_utf8(line).expect("base64"));
        out.push('\n');
    }
    out.push_str(&format!("-----END {label}-----\n"));
    out
}

/// Standard base64 with padding, on one line.
pub fn base64(bytes: impl AsRef<[u8]>) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// The certificates the shapes are made from, made once in a process.
pub struct World {
    /// Behind Rancher's own URL (setting `cacerts`).
    pub rancher_ca: Ca,
    /// `kube-ca` of a cluster that Rancher made (EC, K3s's kind).
    pub kube_ca: Ca,
    /// Of the load balancer before a cluster's endpoint.
    pub balancer_ca: Ca,
    /// RKE's: RSA.
    pub rke_ca: Ca,
    pub rke_admin: Pair,
    /// K3s and RKE2 sign servers and clients with different CAs.
    pub k3s_server_ca: Ca,
    pub k3s_client_ca: Ca,
    pub k3s_admin: Pair,
    /// A cluster somebody set up by hand (kubeadm).
    pub plain_ca: Ca,
    pub plain_admin: Pair,
    pub plain_expired: Pair,
    /// A cloud's.
    pub cloud_ca: Ca,
    pub cloud_admin: Pair,
    /// OpenShift's: a CA for each way to the API server, and one for the administrator's certificate.
    pub openshift_cas: [Ca; 3],
    pub openshift_admin: Pair,
    /// minikube's.
    pub minikube_ca: Ca,
    pub minikube_user: Pair,
}

/// [`World`], made at first use.
pub fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| {
        use Algorithm::{Ec, Rsa};
        let masters = Some("system:masters");
        let rke_ca = Ca::new("kube-ca", None, Rsa);
        let k3s_client_ca = Ca::new("k3s-client-ca@1767225600", None, Ec);
        let plain_ca = Ca::new("kubernetes", None, Ec);
        let cloud_ca = Ca::new("ca", None, Rsa);
        let minikube_ca = Ca::new("minikubeCA", None, Rsa);
        let openshift = |name: &str| Ca::new(name, Some("openshift"), Rsa);
        World {
            rancher_ca: Ca::new("dynamiclistener-ca@1767225600", Some("dynamiclistener-org"), Ec),
            kube_ca: Ca::new("kube-ca", None, Ec),
            balancer_ca: Ca::new("Example Corp Internal CA", Some("Example Corp"), Ec),
            rke_admin: rke_ca.client("kube-admin", masters, Validity::days(3650)),
            rke_ca,
            k3s_server_ca: Ca::new("k3s-server-ca@1767225600", None, Ec),
            k3s_admin: k3s_client_ca.client("system:admin", masters, Validity::days(365)),
            k3s_client_ca,
            plain_admin: plain_ca.client("kubernetes-admin", Some("kubeadm:cluster-admins"), Validity::days(365)),
            plain_expired: plain_ca.client("kubernetes-admin", masters, Validity::over()),
            plain_ca,
            cloud_admin: cloud_ca.client("masterclient", masters, Validity::days(730)),
            cloud_ca,
            openshift_admin: openshift("admin-kubeconfig-signer").client("system:admin", masters, Validity::days(3650)),
            openshift_cas: ["lb", "localhost", "service-network"]
                .map(|of| openshift(&format!("kube-apiserver-{of}-signer"))),
            minikube_user: minikube_ca.client("minikube-user", masters, Validity::days(1095)),
            minikube_ca,
        }
    })
}
