//! Certificates: read beside raw `x509-parser`, and 446 pairs of certificate and key, as many as a big state of RKE's holds,
//! checked with signatures.
//!
//! `cargo bench --bench cert --features verify` takes about half a minute, most of it for making keys. The readers take turns in
//! every round, so that what else the machine does hits all alike; the figures are medians.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair as RsaKey, KeySize};
use kubeconfig::cert::{self, Certificate, ChainVerdict, KeyMatch, Purpose, Verifier};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls_pki_types::{PrivatePkcs8KeyDer, UnixTime};
use std::hint::black_box;
use std::time::{Duration, Instant};

const PAIRS: usize = 446;
/// Keys are costly to make, and nothing here remembers one; so there are fewer of them than pairs.
const KEYS: usize = 16;
const ROUNDS: usize = 9;

fn main() {
    println!("median time for a certificate, from PEM; x: as a multiple of the time of kubeconfig\n");
    println!("| certificates | bytes of PEM | kubeconfig | a second | x509-parser |");
    println!("|---|---:|---:|---:|---:|");
    let states = [State::new("RSA 2048", rsa_key), State::new("ECDSA P-256", || KeyPair::generate().expect("a key"))];
    for state in &states {
        let certificates = state.pairs.iter().map(|(certificate, _)| certificate.as_str());
        let (ours, theirs) = take_turns(
            || certificates.clone().map(|pem| read(pem).not_after().as_secs()).sum(),
            || certificates.clone().map(read_with_x509_parser).sum(),
        );
        let (each, size) = (ours / PAIRS as u32, state.pairs[0].0.len());
        let factor = theirs.as_secs_f64() / ours.as_secs_f64();
        println!("| {} | {size} | {each:.2?} | {:.0} | {factor:.2}x |", state.name, 1.0 / each.as_secs_f64());
    }
    println!("\nmedian time for {PAIRS} pairs: read, key compared with certificate, chain verified up to the CA\n");
    println!("| pairs | all | a second | of it key and certificate | of it the chain |");
    println!("|---|---:|---:|---:|---:|");
    for state in &states {
        let (all, _) = take_turns(|| state.check(true, true), || 0);
        let (keys, chains) = take_turns(|| state.check(true, false), || state.check(false, true));
        let second = PAIRS as f64 / all.as_secs_f64();
        println!("| {} | {all:.1?} | {second:.0} | {keys:.1?} | {chains:.1?} |", state.name);
        assert!(all < Duration::from_secs(1), "well under a second is promised");
    }
    bundle();
}

/// A CA, and pairs of certificate and key, all as PEM.
struct State {
    name: &'static str,
    ca: Vec<Certificate>,
    pairs: Vec<(String, String)>,
}

impl State {
    fn new(name: &'static str, new_key: impl Fn() -> KeyPair) -> Self {
        let mut params = params("kube-ca");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca_key = new_key();
        let ca = cert::certificates(params.self_signed(&ca_key).expect("a CA").pem().as_bytes()).expect("a CA");
        let issuer = Issuer::new(params, ca_key);
        let keys: Vec<_> = (0..KEYS).map(|_| new_key()).collect();
        let pair = |i: usize| {
            let key = &keys[i % KEYS];
            let certificate = self::params(&format!("kube-etcd-{i}")).signed_by(key, &issuer).expect("a certificate");
            (certificate.pem(), key.serialize_pem())
        };
        State { name, ca, pairs: (0..PAIRS).map(pair).collect() }
    }

    /// Reads all pairs and checks what is asked; returns the sum of something.
    fn check(&self, keys: bool, chains: bool) -> u64 {
        let verifier = Verifier::new(&self.ca);
        let time = UnixTime::since_unix_epoch(Duration::from_secs(1_795_377_347));
        let mut sum = 0;
        for (certificate, key) in &self.pairs {
            let certificate = read(certificate);
            if keys {
                let key = cert::private_key(key.as_bytes()).expect("a key");
                assert_eq!(key.belongs_to(&certificate), KeyMatch::Match);
            }
            if chains {
                assert_eq!(verifier.verify(&certificate, Purpose::ClientAuth, time).verdict(), ChainVerdict::Trusted);
            }
            sum += certificate.not_after().as_secs();
        }
        sum
    }
}

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    (params.not_before, params.not_after) = (date_time_ymd(2026, 1, 1), date_time_ymd(2036, 1, 1));
    params
}

fn rsa_key() -> KeyPair {
    let key = RsaKey::generate(KeySize::Rsa2048).expect("a key");
    let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&key).expect("PKCS #8");
    let der = PrivatePkcs8KeyDer::from(der.as_ref().to_vec());
    KeyPair::from_pkcs8_der_and_sign_algo(&der, &rcgen::PKCS_RSA_SHA256).expect("a key for rcgen")
}

fn read(pem: &str) -> Certificate {
    cert::leaf(pem.as_bytes()).expect("a certificate")
}

fn read_with_x509_parser(pem: &str) -> u64 {
    let (_, pem) = x509_parser::pem::parse_x509_pem(pem.as_bytes()).expect("PEM");
    let certificate = pem.parse_x509().expect("a certificate");
    u64::try_from(certificate.validity().not_after.timestamp()).expect("after 1970")
}

/// Medians of two ways to do something, which take turns.
fn take_turns(one: impl Fn() -> u64, other: impl Fn() -> u64) -> (Duration, Duration) {
    let mut times = (Vec::new(), Vec::new());
    let time = |work: &dyn Fn() -> u64| {
        let start = Instant::now();
        black_box(work());
        start.elapsed()
    };
    for _ in 0..ROUNDS {
        times.0.push(time(&one));
        times.1.push(time(&other));
    }
    (median(times.0), median(times.1))
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// A bundle of 10,000, in which the CA of a certificate comes last.
fn bundle() {
    let key = KeyPair::generate().expect("a key");
    let ca = |i: u32| {
        let mut params = params(&format!("ca {i}"));
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
    };
    let text: String = (0..10_000).map(|i| ca(i).self_signed(&key).expect("a CA").pem()).collect();
    let leaf = params("leaf").signed_by(&key, &Issuer::new(ca(9_999), &key)).expect("a leaf").pem();
    let leaf = read(&leaf);
    let start = Instant::now();
    let bundle = cert::certificates(text.as_bytes()).expect("a bundle");
    let (read, start) = (start.elapsed(), Instant::now());
    let verifier = Verifier::new(&bundle);
    let (indexed, start) = (start.elapsed(), Instant::now());
    let time = UnixTime::since_unix_epoch(Duration::from_secs(1_795_377_347));
    assert!(verifier.verify(&leaf, Purpose::ClientAuth, time).is_trusted());
    println!(
        "\na bundle of 10,000: read in {read:.1?}, made ready in {indexed:.1?}, a leaf verified in {:.1?}",
        start.elapsed()
    );
}
