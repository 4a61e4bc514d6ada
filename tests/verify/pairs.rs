//! Keys that are no keys, are very large, or were changed.

use crate::common::der::{EC_PUBLIC_KEY, Odd, tlv};
use crate::common::openssl;
use kubeconfig::cert::{Certificate, KeyAlgorithm, KeyMatch, PrivateKey, PrivateKeyKind, SignatureCheck, private_key};
use rcgen::KeyPair;
use std::path::Path;
use std::time::{Duration, Instant};

const RSA: &[u8] = &[0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 0x05, 0];

/// An INTEGER out of bytes.
fn integer(bytes: &[u8]) -> Vec<u8> {
    let start = bytes.iter().position(|b| *b != 0).unwrap_or(bytes.len());
    let sign: &[u8] = if bytes.get(start).is_none_or(|b| *b >= 0x80) { &[0] } else { &[] };
    tlv(2, &[sign, &bytes[start..]])
}

/// A certificate for an RSA key.
fn rsa_certificate(n: &[u8], e: &[u8]) -> Certificate {
    let key = tlv(0x30, &[&integer(n), &integer(e)]);
    Odd { public_key_info: tlv(0x30, &[&tlv(0x30, &[RSA]), &tlv(3, &[&[0], &key])]), ..Odd::new() }.read()
}

/// The numbers of a PKCS #1 key: version, n, e, d, p, q, and three more.
fn numbers(der: &[u8]) -> Vec<Vec<u8>> {
    let mut rest = element(der).0;
    let mut numbers = Vec::new();
    while !rest.is_empty() {
        let (value, more) = element(rest);
        numbers.push(value.to_vec());
        rest = more;
    }
    numbers
}

/// The value of the first element, and what follows.
fn element(der: &[u8]) -> (&[u8], &[u8]) {
    let (length, start) = match der[1] {
        0x82 => (usize::from(der[2]) << 8 | usize::from(der[3]), 4),
        0x81 => (usize::from(der[2]), 3),
        short => (usize::from(short), 2),
    };
    (&der[start..start + length], &der[start + length..])
}

fn pkcs1(numbers: &[Vec<u8>]) -> Vec<u8> {
    let numbers: Vec<_> = numbers.iter().map(|number| integer(number)).collect();
    tlv(0x30, &[&numbers.concat()])
}

#[test]
fn an_rsa_key_with_a_wrong_number_is_broken() {
    if !openssl::available() {
        return;
    }
    for (bits, all_checked) in [("2048", true), ("1024", false)] {
        let args = ["genrsa", "-traditional", bits];
        let pem = openssl::text(Path::new("."), &args, b"");
        let der = kubeconfig::cert::sections(pem.as_bytes()).next().unwrap().unwrap().bytes().to_vec();
        let good = numbers(&der);
        assert_eq!((good.len(), pkcs1(&good)), (9, der));
        let certificate = rsa_certificate(&good[1], &good[2]);
        let found = |numbers: &[Vec<u8>]| {
            PrivateKey::from_der(&pkcs1(numbers)).map(|key| key.belongs_to(&certificate)).unwrap()
        };
        assert_eq!(found(&good), KeyMatch::Match);
        for number in 1..9 {
            let mut bad = good.clone();
            // Not the last bit: for the exponent that would be another kind of wrong.
            *bad[number].last_mut().unwrap() ^= 2;
            let expected = match (all_checked, number) {
                (true, _) | (false, 1 | 4 | 5) => KeyMatch::Broken,
                (false, 2) => KeyMatch::Mismatch,
                (false, _) => KeyMatch::Match,
            };
            assert_eq!(found(&bad), expected, "{bits} bits, number {number}");
            // Much too long, which must not take long.
            bad[number] = vec![0x7f; 60_000];
            let start = Instant::now();
            assert_ne!(found(&bad), KeyMatch::Match, "{bits} bits, number {number}");
            assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
        }
    }
}

/// Nobody waits for primes of that size: these are none, which is not looked at.
#[test]
fn very_large_rsa_keys() {
    let e = vec![1, 0, 1];
    for (bits, expected) in [(8_200, KeyMatch::Match), (16_384, KeyMatch::Match), (16_392, KeyMatch::Unsupported)] {
        // A power of two, so that the product is the other one with zeros behind it.
        let p = [vec![1], vec![0; bits / 16]].concat();
        let q = [vec![0xb5], vec![0x5b; bits / 8 - bits / 16 - 1]].concat();
        let n = [q.clone(), vec![0; bits / 16]].concat();
        let key = pkcs1(&[vec![0], n.clone(), e.clone(), vec![5], p.clone(), q, vec![1], vec![1], vec![1]]);
        let key = PrivateKey::from_der(&key).unwrap();
        let certificate = rsa_certificate(&n, &e);
        assert_eq!(key.info().to_string(), format!("RSA {bits}"));
        assert_eq!(certificate.public_key(), key.info());
        let start = Instant::now();
        assert_eq!(key.belongs_to(&certificate), expected, "{bits}");
        assert_eq!(certificate.signed_by(&certificate), SignatureCheck::Bad, "it says ECDSA");
        let other = rsa_certificate(&[n.as_slice(), &[1]].concat(), &e);
        assert_ne!(key.belongs_to(&other), KeyMatch::Match);
        let wrong = pkcs1(&[vec![0], n.clone(), e.clone(), vec![5], p.clone(), p, vec![1], vec![1], vec![1]]);
        assert_ne!(PrivateKey::from_der(&wrong).unwrap().belongs_to(&certificate), KeyMatch::Match);
        assert!(start.elapsed() < Duration::from_secs(20), "{bits} bits: {:?}", start.elapsed());
    }
    // A signature by such a key is not looked at, nor one by a key that is none.
    let sha256_rsa = tlv(0x30, &[&[0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11, 0x05, 0]]);
    let signed = Odd { algorithm: sha256_rsa, ..Odd::new() }.read();
    for n in [vec![0xff; 2048], vec![0xff; 1025], vec![0xff; 64], vec![1], vec![]] {
        assert_eq!(signed.signed_by(&rsa_certificate(&n, &e)), SignatureCheck::Unsupported, "{} bytes", n.len());
    }
    assert_eq!(signed.signed_by(&rsa_certificate(&[0xff; 1024], &e)), SignatureCheck::Bad);
    for e in [vec![], vec![1], vec![2], vec![0xff; 8], vec![0x7f; 4096]] {
        assert_ne!(signed.signed_by(&rsa_certificate(&[0xff; 256], &e)), SignatureCheck::Good);
    }
}

/// ECDSA: the number has to be on the curve, and may have any number of zeros before it.
#[test]
fn numbers_for_curves() {
    let pair = KeyPair::generate().unwrap();
    let pem = rcgen::CertificateParams::new(vec![]).unwrap().self_signed(&pair).unwrap().pem();
    let certificate = crate::read(&pem);
    let pkcs8 = pair.serialize_der();
    let at = pkcs8.windows(4).position(|w| w == [2, 1, 1, 4]).unwrap() + 5;
    let number = &pkcs8[at..at + 32];
    let order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    let order: Vec<u8> = (0..32).map(|i| u8::from_str_radix(&order[2 * i..2 * i + 2], 16).unwrap()).collect();
    let p256 = tlv(0xa0, &[&[0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7]]);
    let sec1 = |number: &[u8], parameters: &[u8]| tlv(0x30, &[&[2, 1, 1], &tlv(4, &[number]), parameters]);
    let found = |der: &[u8]| PrivateKey::from_der(der).map(|key| key.belongs_to(&certificate)).ok();
    for (what, der, expected) in [
        ("as it is", sec1(number, &p256), Some(KeyMatch::Match)),
        ("more zeros", sec1(&[&[0; 9], number].concat(), &p256), Some(KeyMatch::Match)),
        ("zero", sec1(&[0; 32], &p256), Some(KeyMatch::Broken)),
        ("nothing", sec1(&[], &p256), Some(KeyMatch::Broken)),
        ("one", sec1(&[1], &p256), Some(KeyMatch::Mismatch)),
        ("the order", sec1(&order, &p256), Some(KeyMatch::Broken)),
        ("too long", sec1(&[1; 33], &p256), None),
        ("no curve", sec1(number, &[]), Some(KeyMatch::Unsupported)),
        ("its curve in numbers", sec1(number, &tlv(0xa0, &[&tlv(0x30, &[&[2, 1, 1]])])), Some(KeyMatch::Unsupported)),
    ] {
        assert_eq!(found(&der), expected, "{what}");
    }
}

/// A key in another form than that of a certificate is not taken for one, even where it could be.
#[test]
fn keys_in_other_forms_sign_nothing() {
    let root = crate::plan::ca("root").self_signed();
    let leaf = crate::plan::client().signed_by(&root).certificate;
    let point = root.issuer.key().public_key_raw();
    let p256 = [EC_PUBLIC_KEY, &[0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7]].concat();
    let info = |key: &[u8]| tlv(0x30, &[&tlv(0x30, &[&p256]), &tlv(3, &[&[0], key])]);
    let compressed = [&[2 + (point[64] & 1)], &point[1..33]].concat();
    for (what, key, expected) in [
        ("in full", point.to_vec(), SignatureCheck::Good),
        ("compressed", compressed, SignatureCheck::Unsupported),
        ("with its kind", info(point), SignatureCheck::Unsupported),
        ("not on the curve", [point, &[0]].concat(), SignatureCheck::Unsupported),
        ("nothing", vec![], SignatureCheck::Unsupported),
    ] {
        let issuer = Odd { public_key_info: info(&key), ..Odd::new() }.read();
        assert_eq!(leaf.signed_by(&issuer), expected, "{what}");
        let own = PrivateKey::from_der(&root.issuer.key().serialize_der()).unwrap().belongs_to(&issuer);
        assert_eq!(own == KeyMatch::Match, expected == SignatureCheck::Good, "{what}: {own:?}");
    }
}

/// The sample key of RFC 8410, 10.3, and the public key that stands there for it.
#[test]
fn the_ed25519_key_of_the_rfc() {
    let text = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";
    let public = "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1";
    let public: Vec<u8> = (0..32).map(|i| u8::from_str_radix(&public[2 * i..2 * i + 2], 16).unwrap()).collect();
    let key = private_key(text.as_bytes()).unwrap();
    assert_eq!((key.form(), key.info().algorithm()), (PrivateKeyKind::Pkcs8, KeyAlgorithm::Ed25519));
    let info = |public: &[u8]| tlv(0x30, &[&tlv(0x30, &[&[0x06, 3, 0x2b, 0x65, 0x70]]), &tlv(3, &[&[0], public])]);
    let certificate = |public: &[u8]| Odd { public_key_info: info(public), ..Odd::new() }.read();
    assert_eq!(key.belongs_to(&certificate(&public)), KeyMatch::Match);
    assert_eq!(key.belongs_to(&certificate(&public[1..])), KeyMatch::Mismatch);
    assert_eq!(key.belongs_to(&certificate(&[0; 32])), KeyMatch::Mismatch);
}

/// ML-DSA: known by name, and nothing said beyond that.
#[test]
fn kinds_of_the_future() {
    for (last, name) in [(17, "ML-DSA-44"), (18, "ML-DSA-65"), (19, "ML-DSA-87"), (20, "2.16.840.1.101.3.4.3.20")] {
        let algorithm = tlv(0x30, &[&[0x06, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, last]]);
        let public_key_info = tlv(0x30, &[&algorithm, &tlv(3, &[&[0; 1313]])]);
        let certificate = Odd { public_key_info, algorithm: algorithm.clone(), ..Odd::new() }.read();
        assert_eq!(certificate.public_key().to_string(), name);
        assert_eq!(certificate.signature_algorithm().to_string(), name);
        assert_eq!(certificate.signed_by(&certificate), SignatureCheck::Unsupported);
        let key = tlv(0x30, &[&[2, 1, 0], &algorithm, &tlv(4, &[&tlv(0x80, &[&[7; 32]])])]);
        let key = PrivateKey::from_der(&key).unwrap();
        assert_eq!(key.info().to_string(), name);
        assert_eq!(key.belongs_to(&certificate), KeyMatch::Unsupported);
        let elliptic = crate::plan::client().self_signed().certificate;
        assert_eq!(key.belongs_to(&elliptic), if last == 20 { KeyMatch::Unsupported } else { KeyMatch::Mismatch });
    }
}
