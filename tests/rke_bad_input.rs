//! What is broken, hostile, huge or secret in the files of RKE and K3s: nothing panics, hangs, or shows a secret.

mod common;

use common::canary::{CANARY, check};
use common::pki;
use common::rke_state::{Cluster, Json, RkeState, object};
use kubeconfig::rke::{FileSet, Recovery, RecoveryNote, SavedStates, ServerFolder, State};
use kubeconfig::{Error, ErrorKind};
use proptest::prelude::*;
use std::fmt::Write;
use std::fs;
use std::time::{Duration, Instant};

/// A state with a canary in every place that can hold a secret, and in fields nobody knows.
fn with_canaries(made: &RkeState) -> Json {
    let secret = || Json::from(CANARY);
    let mut json = made.json();
    for side in ["desiredState", "currentState"] {
        for name in made.bundle.keys().filter(|name| *name != "kube-admin") {
            *json.at(&[side, "certificatesBundle", name, "keyPEM"]) = secret();
            *json.at(&[side, "certificatesBundle", name, "config"]) = secret();
            json.at(&[side, "certificatesBundle", name]).push("unknown", secret());
        }
        *json.at(&[side, "encryptionConfig"]) = secret();
        json.at(&[side]).push("unknown", object([("a", Json::Array(vec![secret()]))]));
        let config = json.at(&[side, "rkeConfig"]);
        config.at(&["nodes", "0"]).push("sshKey", secret());
        *config.at(&["bastionHost"]) = object([("address", "10.0.0.1".into()), ("sshKey", secret())]);
        *config.at(&["addons"]) = secret();
        let credentials = ["awsAccessKeyId", "awsSecretAccessKey", "awsAccessToken"].map(|key| (key, secret()));
        let registry =
            object([("url", "r".into()), ("password", secret()), ("ecrCredentialPlugin", object(credentials))]);
        config.push("privateRegistries", Json::Array(vec![registry]));
        let etcd = config.at(&["services", "etcd"]);
        etcd.push("key", secret());
        etcd.push("extraEnv", Json::Array(vec![secret()]));
        *etcd.at(&["extraArgs"]) = object([("a", secret())]);
        let s3 = object([("accessKey", secret()), ("secretKey", secret()), ("endpoint", "e".into())]);
        *etcd.at(&["backupConfig", "s3BackupConfig"]) = s3;
        let keys = object([("keys", Json::Array(vec![object([("name", "k".into()), ("secret", secret())])]))]);
        let providers = Json::Array(vec![object([("aescbc", keys)])]);
        let resources = Json::Array(vec![object([("resources", Json::Array(vec![])), ("providers", providers)])]);
        let custom = object([("enabled", Json::Bool(true)), ("customConfig", object([("resources", resources)]))]);
        config.at(&["services", "kubeApi"]).push("secretsEncryptionConfig", custom);
        config.at(&["network"]).push("weaveNetworkProvider", object([("password", secret())]));
        let aci = ["token", "apicUserKey", "apicUserCrt", "kafkaClientKey"].map(|key| (key, secret()));
        config.at(&["network"]).push("aciNetworkProvider", object(aci));
        *config.at(&["network", "options"]) = object([("aci_apic_user_key", secret())]);
        *config.at(&["cloudProvider"]) = object([
            ("name", "custom".into()),
            ("openstackCloudProvider", object([("global", object([("password", secret())]))])),
            ("vsphereCloudProvider", object([("virtualCenter", object([("v", object([("password", secret())]))]))])),
            ("azureCloudProvider", object([("aadClientSecret", secret()), ("aadClientCertPassword", secret())])),
            ("harvesterCloudProvider", object([("cloudConfig", secret())])),
            ("customCloudProvider", secret()),
        ]);
        let webhook = object([("configFile", secret())]);
        config.at(&["authentication"]).push("webhook", webhook);
        config.push("unknown", object([("b", secret())]));
    }
    json.push("unknown", secret());
    json
}

fn check_error(what: &str, error: &Error) {
    check(what, &format!("{error}\n{error:?}\n{error:#?}\n{:?} {:?} {}", error.help(), error.field(), error.message()));
    assert!(!error.to_string().is_empty(), "{what}");
}

/// All that is made of these bytes, and all that it shows of itself.
fn look_at_all(what: &str, bytes: &[u8]) {
    match State::from_slice(bytes) {
        Ok(state) => {
            check(what, &format!("{state:?} {state:#?} {:?} {:?}", state.desired, state.current.rke_config));
            for (name, entry) in state.desired.certificates.iter().chain(&state.current.certificates) {
                check(what, &format!("{name} {entry:?} {entry:#?} {:?} {:?}", entry.key_pem, entry.other));
            }
            check(what, &format!("{:?} {:?}", state.differences(), state.to_json().unwrap()));
            if let Err(error) = state.admin_kubeconfig() {
                check_error(what, &error);
            }
        }
        Err(error) => check_error(what, &error),
    }
    match SavedStates::from_bytes(bytes) {
        Ok(found) => check(what, &format!("{found:?} {found:#?} {:?}", found.unreadable())),
        Err(error) => check_error(what, &error),
    }
    match Recovery::from_bytes(bytes) {
        Ok(recovery) => {
            check(what, &format!("{recovery:?} {recovery:#?}"));
            match recovery.build() {
                Ok(recovered) => {
                    check(what, &format!("{recovered:?} {recovered:#?}"));
                    for note in recovered.notes() {
                        check(what, &format!("{note} {note:?}"));
                    }
                    // Only what is wanted goes into the file.
                    check(what, recovered.to_yaml());
                }
                Err(error) => check_error(what, &error),
            }
        }
        Err(error) => check_error(what, &error),
    }
}

#[test]
fn no_secret_shows() {
    let Some(made) = Cluster::one().state() else { return };
    let json = with_canaries(&made);
    let (text, compact) = (json.indented(), json.compact());
    assert!(common::canary::found(&text));
    assert!(State::from_slice(text.as_bytes()).unwrap().admin_kubeconfig().is_ok());
    look_at_all("as it is", text.as_bytes());
    let saved = |text: &str| {
        object([
            ("kind", "Secret".into()),
            ("data", object([("full-cluster-state", pki::base64(text).as_str().into())])),
        ])
    };
    look_at_all("saved", saved(&compact).compact().as_bytes());
    // Cut off anywhere.
    for cut in (0..text.len()).step_by(text.len() / 60) {
        let cut = text.floor_char_boundary(cut);
        look_at_all(&format!("cut at {cut}"), &text.as_bytes()[..cut]);
    }
    for cut in (0..compact.len()).step_by(compact.len() / 11) {
        let cut = compact.floor_char_boundary(cut);
        look_at_all(&format!("saved, cut at {cut}"), saved(&compact[..cut]).compact().as_bytes());
    }
    // Something else in the place of each secret: its neighbours must not show either.
    for (i, (at, _)) in text.match_indices(CANARY).enumerate() {
        let with = [
            "1",
            "[\"SECRET-CANARY\"]",
            "{\"SECRET-CANARY\": 1}",
            "\"SECRET-CANARY",
            "\"\\x\"",
            "!!binary \"SECRET-CANARY\"",
            "*SECRET-CANARY",
        ][i % 7];
        let broken = format!("{}{with}{}", &text[..at - 1], &text[at + CANARY.len() + 1..]);
        look_at_all(&format!("secret {i} replaced by {with}"), broken.as_bytes());
    }
    // The admin's own key.
    for key in
        [CANARY.to_owned(), format!("-----BEGIN RSA PRIVATE KEY-----\n{CANARY}\n-----END RSA PRIVATE KEY-----\n")]
    {
        let mut json = json.clone();
        for side in ["desiredState", "currentState"] {
            *json.at(&[side, "certificatesBundle", "kube-admin", "keyPEM"]) = key.as_str().into();
            *json.at(&[side, "certificatesBundle", "kube-admin", "certificatePEM"]) = CANARY.into();
        }
        look_at_all("a key that is none", json.indented().as_bytes());
    }
}

#[test]
fn no_secret_shows_in_what_a_set_says() {
    let Some(made) = Cluster::one().state() else { return };
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("cluster.rkestate", &with_canaries(&made).indented());
    write("kube_config_cluster.yml", &common::canary::kubeconfig());
    for yml in [
        format!(
            "addons: other-{CANARY}\nnodes:\n- ssh_key: other-{CANARY}\n  x: {CANARY}\nservices: {{etcd: {{key: {CANARY}-other}}}}\n"
        ),
        format!("nodes: {CANARY}\n"),
        format!("nodes:\n- ssh_key: [{CANARY}]\n"),
    ] {
        write("cluster.yml", &yml);
        let open = FileSet::open(folder.path().join("cluster.yml")).unwrap();
        check(&yml, &format!("{open:?} {open:#?}").replace(&yml, ""));
        assert!(!open.findings().is_empty());
        for finding in open.findings() {
            check(&yml, &format!("{finding} {finding:?}"));
        }
    }
}

#[test]
fn nesting_without_end() {
    let deep = 200_000;
    for (what, text) in [
        ("lists", format!("{{\"desiredState\": {}", "[".repeat(deep))),
        (
            "closed",
            format!("{{\"desiredState\": {{\"rkeConfig\": {{\"a\": {}{}}}}}}}", "[".repeat(5000), "]".repeat(5000)),
        ),
        ("maps", "{\"desiredState\": ".repeat(deep)),
        ("items", "{\"items\": [".repeat(deep)),
        ("few items", format!("{}{}", "{\"items\": [".repeat(500), "]}".repeat(500))),
        ("quotes", format!("{{\"desiredState\": \"{}", "\\".repeat(deep))),
    ] {
        let error = Recovery::from_bytes(text.as_bytes()).and_then(|recovery| recovery.build()).unwrap_err();
        assert!(!error.to_string().is_empty(), "{what}");
        check_error(what, &error);
    }
    // Texts in texts.
    let mut text = "{\"desiredState\": {}}".to_owned();
    for _ in 0..12 {
        text = object([("data", object([("full-cluster-state", pki::base64(&text).as_str().into())]))]).compact();
    }
    assert_eq!(SavedStates::from_bytes(text.as_bytes()).unwrap_err().kind(), ErrorKind::NotFound);
}

/// A state of so many worker nodes, each with a kubelet's certificate; of 1,000 it has about 50 MB.
fn large(made: &RkeState, nodes: usize) -> String {
    let mut json = made.json();
    for side in ["desiredState", "currentState"] {
        let entry = json.at(&[side, "certificatesBundle", "kube-node"]).clone();
        for i in 0..nodes {
            let mut entry = entry.clone();
            *entry.at(&["config"]) = "x".repeat(20_000).as_str().into();
            json.at(&[side, "certificatesBundle"]).push(&format!("kube-kubelet-10-0-{}-{}", i / 256, i % 256), entry);
            let node = object([
                ("address", format!("10.0.{}.{}", i / 256, i % 256).as_str().into()),
                ("role", Json::Array(vec!["worker".into()])),
            ]);
            match json.at(&[side, "rkeConfig", "nodes"]) {
                Json::Array(nodes) => nodes.push(node),
                _ => unreachable!(),
            }
        }
    }
    json.compact()
}

fn recovered_in(text: &str) -> Duration {
    let start = Instant::now();
    let recovered = Recovery::from_bytes(text.as_bytes()).unwrap().build().unwrap();
    assert_eq!(recovered.contexts().count(), 1);
    start.elapsed()
}

#[test]
fn fifty_megabytes_of_a_thousand_nodes() {
    let Some(made) = Cluster::one().state() else { return };
    let (small, whole) = (large(&made, 100), large(&made, 1000));
    assert!((45_000_000..60_000_000).contains(&whole.len()), "{}", whole.len());
    // Ten times the size takes about ten times as long; a hundred times it would take if anything were quadratic.
    let small = (0..3).map(|_| recovered_in(&small)).min().unwrap();
    let whole = recovered_in(&whole);
    println!("100 nodes: {small:?}, 1,000 nodes: {whole:?}");
    assert!(whole < small * 40, "100 nodes: {small:?}, 1,000 nodes: {whole:?}");
}

#[test]
fn more_control_plane_nodes_than_a_file_can_hold() {
    let Some(mut made) = Cluster::one().state() else { return };
    let node = object([("address", "10.0.0.1".into()), ("role", Json::Array(vec!["controlplane".into()]))]);
    made.config.push("x", Json::Null);
    *made.config.at(&["nodes"]) = Json::Array(vec![node; 5_000]);
    let text = made.json().compact();
    let recovered = Recovery::from_bytes(text.as_bytes()).unwrap().build().unwrap();
    assert_eq!(recovered.contexts().count(), 1000);
    assert!(recovered.notes().contains(&RecoveryNote::NodesLeftOut { count: 4_000 }));
    // Each context repeats the CA.
    made.field_mut("kube-ca", "certificatePEM").push_str(&"x".repeat(1 << 20));
    let text = made.json().compact();
    let recovered = Recovery::from_bytes(text.as_bytes()).unwrap().build().unwrap();
    assert!(recovered.to_yaml().len() < 4 * text.len());
}

/// A zip file of one deflated file that unpacks to zeros, and claims any size.
fn bomb(name: &str, packed: &[u8], crc: u32, size: u32) -> Vec<u8> {
    let numbers = |out: &mut Vec<u8>, fields: &[(u32, usize)]| {
        fields.iter().for_each(|(value, length)| out.extend(&value.to_le_bytes()[..*length]));
    };
    let entry = [
        (20, 2),
        (0, 2),
        (8, 2),
        (0, 4),
        (crc, 4),
        (packed.len() as u32, 4),
        (size, 4),
        (name.len() as u32, 2),
        (0, 2),
    ];
    let mut out = b"PK\x03\x04".to_vec();
    numbers(&mut out, &entry);
    out.extend(name.as_bytes());
    out.extend(packed);
    let directory = out.len() as u32;
    out.extend(b"PK\x01\x02");
    numbers(&mut out, &[(20, 2)]);
    numbers(&mut out, &entry);
    numbers(&mut out, &[(0, 2), (0, 2), (0, 2), (0, 4), (0, 4)]);
    out.extend(name.as_bytes());
    let length = out.len() as u32 - directory;
    out.extend(b"PK\x05\x06");
    numbers(&mut out, &[(0, 2), (0, 2), (1, 2), (1, 2), (length, 4), (directory, 4), (0, 2)]);
    out
}

/// That many zero bytes, deflated or gzipped.
fn squeezed(size: u64, gzip: bool) -> (Vec<u8>, u32) {
    use flate2::Compression;
    use flate2::read::{DeflateEncoder, GzEncoder};
    use std::io::Read;
    let mut out = Vec::new();
    let zeros = std::io::repeat(0).take(size);
    if gzip {
        GzEncoder::new(zeros, Compression::best()).read_to_end(&mut out).unwrap();
        return (out, 0);
    }
    DeflateEncoder::new(zeros, Compression::best()).read_to_end(&mut out).unwrap();
    let mut crc = flate2::Crc::new();
    let block = vec![0; 1 << 20];
    (0..size >> 20).for_each(|_| crc.update(&block));
    (out, crc.sum())
}

#[test]
fn archives_that_unpack_to_much() {
    let (packed, crc) = squeezed(8 << 20, false);
    let error = SavedStates::from_bytes(bomb("a.rkestate", &packed, crc, 300 << 20)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
    assert!(error.to_string().contains("268435456 bytes"), "{error}");
    // What it claims is less than that, and not true.
    for claimed in [1, 9 << 20, 250 << 20] {
        let error = SavedStates::from_bytes(bomb("a.rkestate", &packed, crc, claimed)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Syntax, "{error}");
    }
    let error = SavedStates::from_bytes(bomb("a.rkestate", &packed, crc, 8 << 20)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Syntax, "zeros are no state: {error}");
    // What is not wanted is not unpacked.
    let error = SavedStates::from_bytes(bomb("a.db", &packed, crc, 8 << 20)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");

    // gzip of zeros is a tar file that ends at once.
    let (zeros, _) = squeezed(8 << 20, true);
    let error = Recovery::from_bytes(zeros).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
}

/// A tar header with these fields.
fn header(name: &str, kind: u8, size: &[u8]) -> Vec<u8> {
    let mut block = vec![0; 512];
    block[..name.len()].copy_from_slice(name.as_bytes());
    block[124..124 + size.len()].copy_from_slice(size);
    block[156] = kind;
    block[148..156].fill(b' ');
    let sum: u32 = block.iter().map(|b| u32::from(*b)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}

#[test]
fn tar_files_that_lie() {
    let many: Vec<u8> = (0..1001).flat_map(|i| header(&format!("{i}/tls/client-admin.crt"), b'0', b"0")).collect();
    let pax = |text: &str| {
        [header("x", b'x', format!("{:o}", text.len()).as_bytes()), format!("{text:\0<512}").into_bytes()].concat()
    };
    let file = |size: &[u8]| header("tls/client-admin.crt", b'0', size);
    for (what, bytes, kind) in [
        ("more files than are kept", many, ErrorKind::Limit),
        ("a file larger than is kept", file(b"7777777777"), ErrorKind::Limit),
        ("a size in binary", file(&[0x80, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), ErrorKind::Limit),
        ("a size that is too large", file(&[0xff; 12]), ErrorKind::Syntax),
        ("a size that is none", file(b"hello"), ErrorKind::Syntax),
        ("a name without end", header("x", b'L', b"77777777"), ErrorKind::Limit),
        ("a pax header without end", header("x", b'x', b"77777777"), ErrorKind::Limit),
        ("cut off in a file", file(b"1000"), ErrorKind::Syntax),
        ("cut off in what is passed over", header("x", b'0', b"7777777777"), ErrorKind::Syntax),
        ("pax that is none", [pax("hello world"), file(b"0")].concat(), ErrorKind::NotFound),
        ("pax lengths that lie", [pax("99 path=x\n3 a\n0 \n"), file(b"0")].concat(), ErrorKind::NotFound),
        ("pax with a size", [pax("20 size=99999999999\n"), file(b"0")].concat(), ErrorKind::Limit),
        ("sparse without end", [header("x", b'S', b"0"), vec![1; 5120]].concat(), ErrorKind::Syntax),
        ("noise behind", [header("x", b'0', b"0"), vec![7; 512]].concat(), ErrorKind::Syntax),
    ] {
        let error = Recovery::from_bytes(&bytes[..]).and_then(|recovery| recovery.build().map(drop)).unwrap_err();
        let is_empty_file =
            kind == ErrorKind::NotFound && matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Certificate);
        assert!(error.kind() == kind || is_empty_file, "{what}: {:?} {error}", error.kind());
    }
}

#[test]
fn folders_with_anything_in_them() {
    let folder = tempfile::tempdir().unwrap();
    let tls = folder.path().join("server/tls");
    fs::create_dir_all(tls.join("client-admin.crt")).unwrap();
    assert_eq!(ServerFolder::read(folder.path()).unwrap_err().kind(), ErrorKind::NotFound);
    fs::remove_dir(tls.join("client-admin.crt")).unwrap();
    for (name, text) in [
        ("client-admin.crt", CANARY),
        ("client-admin.key", CANARY),
        ("server-ca.crt", CANARY),
        ("dynamic-cert.json", "{\"data\": {\"tls.crt\": 1}}"),
    ] {
        fs::write(tls.join(name), text).unwrap();
    }
    fs::write(folder.path().join("k3s.yaml"), format!("a: [{CANARY}")).unwrap();
    let read = ServerFolder::read(folder.path()).unwrap();
    check("Debug of a folder", &format!("{read:?} {read:#?}"));
    check_error("a folder", &read.admin_kubeconfig().unwrap_err());
    #[cfg(unix)]
    {
        fs::remove_file(tls.join("client-admin.key")).unwrap();
        std::os::unix::fs::symlink("client-admin.key", tls.join("client-admin.key")).unwrap();
        assert!(ServerFolder::read(folder.path()).unwrap_err().is_io(), "a link to itself");
    }
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{0,8}",
        any::<String>(),
        prop::collection::vec(
            prop::sample::select(vec![
                "<",
                "&",
                "\u{2028}",
                "\u{7f}",
                "\u{85}",
                "\\/",
                "\u{feff}",
                "\"",
                "\n",
                "\u{fffe}",
                "\u{1f600}",
                "\\ud83d",
                "---",
                "é"
            ]),
            0..6
        )
        .prop_map(|pieces| pieces.concat()),
    ]
}

fn json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        any::<i64>().prop_map(Json::Int),
        text().prop_map(Json::Text)
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::Array),
            prop::collection::btree_map(text(), inner, 0..4).prop_map(|map| Json::Object(map.into_iter().collect())),
        ]
    })
}

const FIELDS: [&str; 12] = [
    "certificatePEM",
    "keyPEM",
    "config",
    "name",
    "commonName",
    "ouName",
    "envName",
    "path",
    "keyEnvName",
    "keyPath",
    "configEnvName",
    "configPath",
];

/// One side of a state, as RKE would write it.
fn side() -> impl Strategy<Value = Json> {
    let entry = prop::array::uniform12(text()).prop_map(|texts| object(FIELDS.into_iter().zip(texts.map(Json::Text))));
    let config = prop::option::of(prop::collection::btree_map(text(), json(), 0..4));
    (config, prop::collection::btree_map(text(), entry, 0..3), text()).prop_map(|(config, bundle, encryption)| {
        let mut side = object([]);
        if let Some(config) = config {
            side.push("rkeConfig", Json::Object(config.into_iter().collect()));
        }
        if !bundle.is_empty() {
            side.push("certificatesBundle", Json::Object(bundle.into_iter().collect()));
        }
        if !encryption.is_empty() {
            side.push("encryptionConfig", Json::Text(encryption));
        }
        side
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn whatever_rke_writes_comes_back(desired in side(), current in side()) {
        let json = object([("desiredState", desired), ("currentState", current)]);
        let text = json.indented();
        for source in [&text, &json.compact()] {
            let state = State::from_slice(source.as_bytes()).map_err(|e| TestCaseError::fail(e.to_string()))?;
            let written = state.to_json().unwrap();
            prop_assert_eq!(written.expose(), &text);
        }
        // And in whatever it is saved.
        for value in [json.compact(), pki::base64(json.compact())] {
            let saved = object([("kind", "Secret".into()), ("data", object([("full-cluster-state", value.as_str().into())]))]);
            let mut out = String::new();
            write!(out, "a: b\n---\n{}\n", saved.indented()).unwrap();
            let found = SavedStates::from_bytes(out.as_bytes()).map_err(|e| TestCaseError::fail(e.to_string()))?;
            let written = found.newest().state.to_json().unwrap();
            prop_assert_eq!(written.expose(), &text);
        }
    }

    #[test]
    fn no_bytes_do_harm(bytes in prop::collection::vec(any::<u8>(), 0..600), start in prop::sample::select(vec![&b""[..], b"PK\x03\x04", b"\x1f\x8b\x08", b"{\"desiredState\":", b"kind: Secret\ndata: {full-cluster-state: "])) {
        let bytes = [start, &bytes].concat();
        if let Err(error) = Recovery::from_bytes(&bytes[..]).and_then(|recovery| recovery.build()) {
            prop_assert!(!error.to_string().is_empty());
        }
    }
}
