//! Keys that are no keys, are very large, or were changed.

use crate::common::der::{EC_PUBLIC_KEY, Odd, p256_key, tlv};
use crate::common::openssl;
use kubeconfig::cert::{
    Certificate, KeyAlgorithm, KeyMatch, PrivateKey, PrivateKeyKind, SignatureCheck, leaf, private_key,
};
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
    for bits in ["2048", "1024", "512"] {
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
        assert_eq!(found(&good[..6]), KeyMatch::Match, "without the numbers that only save time");
        let other_exponent = rsa_certificate(&good[1], &[3]);
        let key = PrivateKey::from_der(&pkcs1(&good)).unwrap();
        assert_eq!(key.belongs_to(&other_exponent), KeyMatch::Mismatch, "kubectl takes it, and no server does");
        for number in 1..9 {
            let mut bad = good.clone();
            // Not the last bit: for the exponent that would be another kind of wrong.
            *bad[number].last_mut().unwrap() ^= 2;
            assert_eq!(found(&bad), KeyMatch::Broken, "{bits} bits, number {number}");
            // Much too long, which must not take long.
            bad[number] = vec![0x7f; 60_000];
            let start = Instant::now();
            assert_ne!(found(&bad), KeyMatch::Match, "{bits} bits, number {number}");
            assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
        }
    }
}

/// Nobody waits for primes of that size: these are not primes, which is not looked at.
#[test]
fn very_large_rsa_keys() {
    let e = vec![1, 0, 1];
    for bits in [8_200, 16_384, 16_392] {
        // A power of two and an odd number, so that the product is the other one with zeros behind it. With one for the
        // exponents e·d is 1 modulo anything, but Go wants more than one for e.
        let p = [vec![1], vec![0; bits / 16]].concat();
        let q = [vec![0xb5], vec![0x5b; bits / 8 - bits / 16 - 1]].concat();
        let n = [q.clone(), vec![0; bits / 16]].concat();
        let key = |d: &[u8]| {
            let key =
                pkcs1(&[vec![0], n.clone(), e.clone(), d.to_vec(), p.clone(), q.clone(), vec![1], vec![1], vec![1]]);
            PrivateKey::from_der(&key).unwrap()
        };
        let certificate = rsa_certificate(&n, &e);
        assert_eq!(key(&[5]).info().to_string(), format!("RSA {bits}"));
        assert_eq!(certificate.public_key(), key(&[5]).info());
        let expected = if bits > 16_384 { KeyMatch::Unsupported } else { KeyMatch::Broken };
        for d in [&[5][..], &n, &n[1..]] {
            let start = Instant::now();
            assert_eq!(key(d).belongs_to(&certificate), expected, "{bits}");
            assert!(start.elapsed() < Duration::from_secs(20), "{bits} bits: {:?}", start.elapsed());
        }
        assert_eq!(certificate.signed_by(&certificate), SignatureCheck::Bad, "it says ECDSA");
    }
    // A signature by such a key is not looked at, nor one by a key that is none.
    let sha256_rsa = tlv(0x30, &[&[0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11, 0x05, 0]]);
    let signed = Odd { algorithm: sha256_rsa, ..Odd::new() }.read();
    for n in [vec![0xff; 2048], vec![0xff; 1025], vec![0xff; 64], vec![1]] {
        assert_eq!(signed.signed_by(&rsa_certificate(&n, &e)), SignatureCheck::Unsupported, "{} bytes", n.len());
    }
    assert_eq!(signed.signed_by(&rsa_certificate(&[0xff; 1024], &e)), SignatureCheck::Bad);
    for e in [vec![1], vec![2], vec![0x7f; 8]] {
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
        ("another version", tlv(0x30, &[&[2, 1, 0], &tlv(4, &[number]), &p256]), None),
        ("something after it", [&sec1(number, &p256)[..], &[0]].concat(), Some(KeyMatch::Match)),
        ("another curve", sec1(number, &tlv(0xa0, &[&[6, 5, 0x2b, 0x81, 4, 0, 10]])), Some(KeyMatch::Mismatch)),
        ("the order", sec1(&order, &p256), Some(KeyMatch::Broken)),
        ("too long", sec1(&[1; 33], &p256), None),
        ("no curve", sec1(number, &[]), Some(KeyMatch::Unsupported)),
        ("its curve in numbers", sec1(number, &tlv(0xa0, &[&tlv(0x30, &[&[2, 1, 1]])])), Some(KeyMatch::Unsupported)),
    ] {
        assert_eq!(found(&der), expected, "{what}");
    }
}

/// The number 1 on P-224: its public key is the generator. The library for the other curves does not know this one.
#[test]
fn small_numbers_on_p224() {
    let generator = [
        "b70e0cbd6bb4bf7f321390b94a03c1d356c21122343280d6115c1d21",
        "bd376388b5f723fb4c22dfe6cd4375a05a07476444d5819985007e34",
    ];
    let bytes = |hex: &str| -> Vec<u8> {
        (0..hex.len() / 2).map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap()).collect()
    };
    let [x, y] = generator.map(bytes);
    let p224 = [6, 5, 0x2b, 0x81, 4, 0, 33];
    let certificate = |y: &[u8]| {
        let algorithm = tlv(0x30, &[EC_PUBLIC_KEY, &p224]);
        let public_key_info = tlv(0x30, &[&algorithm, &tlv(3, &[&[0, 4], &x, y])]);
        Odd { public_key_info, ..Odd::new() }.read()
    };
    let found = |number: &[u8], certificate: &Certificate| {
        let der = tlv(0x30, &[&[2, 1, 1], &tlv(4, &[number]), &tlv(0xa0, &[&p224])]);
        PrivateKey::from_der(&der).unwrap().belongs_to(certificate)
    };
    let order = bytes("ffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3d");
    let mut last = order.clone();
    last[27] -= 1;
    // The prime is 2^224 - 2^96 + 1.
    let negative = bytes("42c89c774a08dc04b3dd201932bc8a5ea5f8b89bbb2a7e667aff81cd");
    for (number, public, expected) in [
        (&[1][..], certificate(&y), KeyMatch::Match),
        (&[2], certificate(&y), KeyMatch::Mismatch),
        (&last, certificate(&negative), KeyMatch::Match),
        (&last, certificate(&y), KeyMatch::Mismatch),
        (&[0], certificate(&y), KeyMatch::Broken),
        (&order, certificate(&y), KeyMatch::Broken),
        (&[0xff; 28], certificate(&y), KeyMatch::Broken),
    ] {
        assert_eq!(found(number, &public), expected, "{number:02x?}");
    }
}

/// A key in another form than that of a certificate is refused, even where others would take it.
#[test]
fn keys_in_other_forms_are_refused() {
    let root = crate::plan::ca("root").self_signed();
    let leaf = crate::plan::client().signed_by(&root).certificate;
    let point = root.issuer.key().public_key_raw();
    let compressed = [&[2 + (point[64] & 1)], &point[1..33]].concat();
    for (what, key, taken) in [
        ("in full", point.to_vec(), true),
        ("compressed", compressed, false),
        ("with its kind", p256_key(point), false),
        ("a byte too much", [point, &[0]].concat(), false),
        ("nothing", vec![], false),
    ] {
        let issuer = Certificate::from_der(&Odd { public_key_info: p256_key(&key), ..Odd::new() }.der());
        assert_eq!(issuer.is_ok(), taken, "{what}");
        let Ok(issuer) = issuer else { continue };
        assert_eq!(leaf.signed_by(&issuer), SignatureCheck::Good, "{what}");
        let own = PrivateKey::from_der(&root.issuer.key().serialize_der()).unwrap();
        assert_eq!(own.belongs_to(&issuer), KeyMatch::Match, "{what}");
    }
}

/// Points are judged here by arithmetic of this crate. aws-lc, behind rcgen and `belongs_to`, is the second opinion.
#[test]
fn points_of_new_keys() {
    for algorithm in [&rcgen::PKCS_ECDSA_P256_SHA256, &rcgen::PKCS_ECDSA_P384_SHA384] {
        for _ in 0..50 {
            let pair = KeyPair::generate_for(algorithm).unwrap();
            let made = rcgen::CertificateParams::new(vec![]).unwrap().self_signed(&pair).unwrap();
            let key = PrivateKey::from_der(&pair.serialize_der()).unwrap();
            assert_eq!(key.belongs_to(&crate::read(&made.pem())), KeyMatch::Match);
            let mut der = made.der().to_vec();
            let point = pair.public_key_raw();
            let at = der.windows(point.len()).position(|window| window == point).unwrap();
            der[at + point.len() - 1] ^= 1;
            assert!(Certificate::from_der(&der).unwrap_err().message().contains("is not a point on the curve P-"));
        }
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
    assert_eq!(key.belongs_to(&certificate(&[0; 32])), KeyMatch::Mismatch);
}

/// Which key of a text counts, and which labels: recorded from kubectl 1.32 and 1.35, which agree here.
#[test]
fn texts_with_keys_as_kubectl_takes_them() {
    let new = || {
        let pair = KeyPair::generate().unwrap();
        (rcgen::CertificateParams::new(vec![]).unwrap().self_signed(&pair).unwrap().pem(), pair.serialize_pem())
    };
    let ((own, key), (other, other_key)) = (new(), new());
    let labelled = |label: &str| key.replace("PRIVATE KEY", label);
    let section = |body: &str| format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n{key}");
    let with_header = |header: &str| key.replacen("-----\n", &format!("-----\n{header}\n\n"), 1);
    for (what, certificates, keys, taken) in [
        ("one key", own.clone(), key.clone(), true),
        ("its key first", own.clone(), format!("{key}{other_key}"), true),
        ("its key second", own.clone(), format!("{other_key}{key}"), false),
        ("not base64 first", own.clone(), section("%"), true),
        ("not a key first", own.clone(), section("AAAA"), false),
        ("a certificate first", own.clone(), format!("{other}{key}"), true),
        ("its certificate first", format!("{own}{other}"), key.clone(), true),
        ("its certificate second", format!("{other}{own}"), key.clone(), false),
        ("another word before PRIVATE KEY", own.clone(), labelled("SOME PRIVATE KEY"), true),
        ("the label of OpenSSH", own.clone(), labelled("OPENSSH PRIVATE KEY"), true),
        ("the label of encrypted keys", own.clone(), labelled("ENCRYPTED PRIVATE KEY"), true),
        ("the header of encrypted keys", own.clone(), with_header("Proc-Type: 4,ENCRYPTED"), true),
        ("another header", own.clone(), with_header("X: y"), true),
        ("no blank before PRIVATE KEY", own.clone(), labelled("SOMEPRIVATE KEY"), false),
        ("small letters", own.clone(), labelled("private key"), false),
        ("the label of public keys", own.clone(), labelled("PUBLIC KEY"), false),
        ("the two texts exchanged", key.clone(), own.clone(), false),
    ] {
        let read = leaf(certificates.as_bytes()).ok().zip(private_key(keys.as_bytes()).ok());
        let found = read.is_some_and(|(certificate, key)| key.belongs_to(&certificate) == KeyMatch::Match);
        assert_eq!(found, taken, "{what}");
    }
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
