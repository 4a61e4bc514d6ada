//! rkestate: read, written byte for byte as RKE does, found where it was saved.

mod common;

use common::rke_state::{Cluster, Json, RkeState, object};
use kubeconfig::ErrorKind;
use kubeconfig::rke::{Place, SavedStates, State};
use std::path::Path;
use std::process::{Command, Stdio};

/// States as RKE writes them: fresh and rotated, of one machine and three, finished and not.
fn states() -> Vec<(&'static str, RkeState)> {
    let clusters = [
        ("three machines", Cluster::three()),
        ("one machine", Cluster::one()),
        ("rotated", Cluster { rotated: true, ..Cluster::three() }),
        ("--init only", Cluster { init_only: true, ..Cluster::three() }),
    ];
    clusters.into_iter().filter_map(|(what, cluster)| Some((what, cluster.state()?))).collect()
}

fn read(text: &str) -> State {
    State::from_slice(text.as_bytes()).unwrap_or_else(|e| panic!("{e}"))
}

fn written(state: &State) -> String {
    state.to_json().unwrap().expose().clone()
}

#[test]
fn rke_s_own_bytes_come_back() {
    for (what, state) in states() {
        let text = state.text();
        assert_eq!(written(&read(&text)), text, "{what}");
        // What other programs make of it holds the same, and is written as RKE would have.
        assert_eq!(written(&read(&state.json().compact())), text, "{what}, compact");
        assert_eq!(written(&read(&format!("\n {text}\r\n"))), text, "{what}, blanks around it");
        assert_eq!(written(&read(&text.replace("\n  ", "\n\t"))), text, "{what}, indented by tabs");
        let sorted: serde_json::Value = serde_json::from_str(&text).unwrap();
        let yaml = serde_yaml::to_string(&sorted).unwrap();
        for other in [serde_json::to_string_pretty(&sorted).unwrap(), yaml] {
            let read_again: serde_json::Value = serde_json::from_str(&written(&read(&other))).unwrap();
            assert_eq!(read_again, sorted, "{what}");
        }
    }
}

#[test]
fn what_is_unknown_and_what_is_absent_stays_so() {
    for text in [
        r#"{
  "desiredState": {},
  "currentState": {}
}"#,
        r#"{
  "desiredState": {
    "rkeConfig": {
      "b": 1.5,
      "a": null,
      "nodes": []
    },
    "newInRke": {
      "x": [
        "y",
        {}
      ]
    }
  },
  "currentState": {
    "certificatesBundle": {
      "a": {
        "certificatePEM": "",
        "keyPEM": "",
        "config": "",
        "name": "a",
        "commonName": "",
        "ouName": "",
        "envName": "",
        "path": "",
        "keyEnvName": "",
        "keyPath": "",
        "configEnvName": "",
        "configPath": "",
        "csrPEM": null
      }
    }
  },
  "version": "2"
}"#,
    ] {
        assert_eq!(written(&read(text)), text);
    }
    // As in Go: the case of keys does not matter, null is nothing, the last of equal keys counts.
    let state = read(
        r#"{"DESIREDSTATE": null, "currentstate": {"RKEConfig": null, "certificatesbundle":
            {"kube-ca": {"certificatepem": "a", "CertificatePEM": "b", "keypem": null}}, "encryptionConfig": ""}}"#,
    );
    assert_eq!(state.current.certificates["kube-ca"].certificate_pem, "b");
    assert_eq!(state.current.rke_config, None);
    assert!(state.desired.is_empty());
    // What an editor may have put in by way of JSON, and YAML has not.
    let odd = "{\"desiredState\": {\"encryptionConfig\": \"a\\/b \\ud83d\\ude00 \u{7f}\u{85}\u{feff}\u{2028}\"}}";
    let config = read(odd).desired.encryption_config.unwrap();
    assert_eq!(config.expose(), "a/b \u{1f600} \u{7f}\u{85}\u{feff}\u{2028}");
}

#[test]
fn a_state_in_parts() {
    let Some(made) = Cluster::three().state() else { return };
    let state = read(&made.text());
    let names: Vec<&str> = state.current.certificates.keys().map(String::as_str).collect();
    assert!(names.is_sorted());
    assert!(names.contains(&"kube-etcd-203-0-113-10"), "{names:?}");
    for (name, fields) in &made.bundle {
        let entry = &state.current.certificates[name];
        let read = [
            &entry.certificate_pem,
            entry.key_pem.expose(),
            entry.config.expose(),
            &entry.name,
            &entry.common_name,
            &entry.ou_name,
            &entry.env_name,
            &entry.path,
            &entry.key_env_name,
            &entry.key_path,
            &entry.config_env_name,
            &entry.config_path,
        ];
        assert_eq!(
            read.map(String::as_str),
            *fields.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>(),
            "{name}"
        );
    }
    assert_eq!(state.current.encryption_config.as_ref().unwrap().expose(), &made.encryption);
    assert_eq!(state, read(&made.json().compact()));
    assert_eq!(state.differences(), Vec::<String>::new());
}

#[test]
fn where_the_two_states_differ() {
    let Some(made) = Cluster::three().state() else { return };
    let mut json = made.json();
    *json.at(&["desiredState", "rkeConfig", "kubernetesVersion"]) = "v1.28".into();
    *json.at(&["desiredState", "certificatesBundle", "kube-admin", "keyPEM"]) = "another".into();
    *json.at(&["desiredState", "certificatesBundle", "kube-node", "config"]) = "rewritten on the way".into();
    json.at(&["desiredState"]).remove("encryptionConfig");
    json.at(&["currentState", "certificatesBundle"]).remove("kube-scheduler");
    let expected = [
        "rkeConfig.kubernetesVersion",
        "certificatesBundle.kube-admin",
        "certificatesBundle.kube-scheduler",
        "encryptionConfig",
    ];
    assert_eq!(read(&json.compact()).differences(), expected);
}

/// A saved object, as `kubectl get -o yaml` prints it.
fn object_yaml(kind: &str, namespace: &str, name: &str, key: &str, value: &str) -> String {
    format!(
        "apiVersion: v1\ndata:\n  {key}: {value}\nkind: {kind}\nmetadata:\n  name: {name}\n  namespace: {namespace}\n  \
         resourceVersion: \"12\"\n"
    )
}

fn object_json(kind: &str, namespace: &str, name: &str, key: &str, value: &str) -> Json {
    let metadata = object([("name", name.into()), ("namespace", namespace.into())]);
    object([
        ("apiVersion", "v1".into()),
        ("data", object([(key, value.into())])),
        ("kind", kind.into()),
        ("metadata", metadata),
    ])
}

const FULL: &str = "full-cluster-state";

#[test]
fn found_where_it_was_saved() {
    let Some(made) = Cluster::one().state() else { return };
    let expected = read(&made.text());
    let compact = made.json().compact();
    let base64 = common::pki::base64(&compact);
    let quoted = format!("'{}'", compact.replace('\'', "''"));
    let secret = object_json("Secret", "kube-system", FULL, FULL, &base64);
    let map = object_json("ConfigMap", "kube-system", FULL, FULL, &compact);
    let other = object_json("Secret", "default", "token", "token", "c2VjcmV0");
    let list = |items: Vec<Json>| object([("kind", "List".into()), ("items", Json::Array(items))]);
    // Rancher: kontainer-engine's record of the cluster, its state a text in it.
    let record = object([
        ("driverName", "rancherKubernetesEngine".into()),
        ("name", "c-x7k2m".into()),
        ("metadata", object([("Config", "{}".into()), ("fullState", compact.as_str().into())])),
    ]);
    let rancher =
        object_json("Secret", "cattle-system", "c-c-x7k2m", "cluster", &common::pki::base64(record.compact()));
    let documents =
        [object_yaml("Secret", "a", "b", "c", "ZA=="), object_yaml("Secret", "kube-system", FULL, FULL, &base64)];
    let kept_secret = "the Secret kube-system/full-cluster-state";
    let kept_map = "the ConfigMap kube-system/full-cluster-state";
    let rke = "Rancher's record of the cluster c-x7k2m";
    for (what, text, place, line) in [
        ("a state", made.text(), "the state itself", 1),
        ("a Secret, YAML", object_yaml("Secret", "kube-system", FULL, FULL, &base64), kept_secret, 3),
        ("a Secret, JSON", secret.indented(), kept_secret, 4),
        ("a Secret, compact", secret.compact(), kept_secret, 1),
        ("a ConfigMap, YAML", object_yaml("ConfigMap", "kube-system", FULL, FULL, &quoted), kept_map, 3),
        ("a ConfigMap, JSON", map.indented(), kept_map, 4),
        ("a list", list(vec![other.clone(), secret.clone()]).indented(), kept_secret, 18),
        ("its items alone", Json::Array(vec![other.clone(), map.clone()]).compact(), kept_map, 1),
        ("documents", documents.join("---\n"), kept_secret, 12),
        ("Rancher's record in a Secret", rancher.compact(), rke, 1),
        ("Rancher's record", record.indented(), rke, 6),
        ("the data alone, base64", base64.clone(), "the state itself", 1),
        ("the data alone, base64 of a quoted text", format!("\"{base64}\"\n"), "the state itself", 1),
        ("the data alone", object([("data", object([(FULL, base64.as_str().into())]))]).compact(), "the object ", 1),
    ] {
        let found = SavedStates::from_bytes(text.as_bytes()).unwrap_or_else(|e| panic!("{what}: {e}"));
        assert_eq!(found.iter().len(), 1, "{what}");
        let found = found.newest();
        assert!(found.state == expected, "{what}");
        assert_eq!(found.place.to_string(), place, "{what}");
        assert_eq!(found.position.unwrap().line, line, "{what}");
    }
}

#[test]
fn of_several_the_newest() {
    let older = Cluster { days: 3000, ..Cluster::one() };
    let (Some(older), Some(newer)) = (older.state(), Cluster::one().state()) else { return };
    let wrap = |state: &RkeState, kind: &str| {
        let text = state.json().compact();
        let text = if kind == "Secret" { common::pki::base64(text) } else { text };
        object_json(kind, "kube-system", FULL, FULL, &text).compact()
    };
    let expected = read(&newer.text());
    for (dump, newest) in [
        ([wrap(&older, "ConfigMap"), wrap(&newer, "Secret")], "the Secret kube-system/full-cluster-state"),
        ([wrap(&newer, "Secret"), wrap(&older, "ConfigMap")], "the Secret kube-system/full-cluster-state"),
        ([wrap(&older, "Secret"), wrap(&newer, "ConfigMap")], "the ConfigMap kube-system/full-cluster-state"),
    ] {
        let found = SavedStates::from_bytes(dump.join("\n---\n").as_bytes()).unwrap();
        assert_eq!(found.iter().len(), 2);
        assert_eq!(found.newest().place.to_string(), newest);
        assert!(found.newest().state == expected);
        assert_eq!(found.iter().map(|saved| saved.position.unwrap().line).collect::<Vec<_>>(), [1, 3]);
        assert!(found.unreadable().is_empty());
    }
    // Of equals it is the one that was finished.
    let mut unfinished = newer.json();
    *unfinished.at(&["currentState"]) = object([]);
    let unfinished = object_json("ConfigMap", "kube-system", FULL, FULL, &unfinished.compact()).compact();
    let dump = [unfinished, wrap(&newer, "ConfigMap")].join("\n---\n");
    let found = SavedStates::from_bytes(dump.as_bytes()).unwrap();
    assert!(!found.newest().state.current.is_empty());

    // A long-lived certificate of another kind does not make an older one newer.
    let mut old = older.json();
    let lasting =
        common::pki::world().rke_ca.server("kube-apiserver", &["10.0.0.1"], common::pki::Validity::days(36500));
    *old.at(&["currentState", "certificatesBundle", "kube-apiserver", "certificatePEM"]) =
        lasting.certificate.as_str().into();
    let old = object_json("ConfigMap", "kube-system", FULL, FULL, &old.compact()).compact();
    let found = SavedStates::from_bytes([old, wrap(&newer, "Secret")].join("\n---\n").as_bytes()).unwrap();
    assert!(found.newest().state == expected);

    // As `kubectl get -o json >> FILE` leaves them.
    let dump = [wrap(&older, "ConfigMap"), wrap(&newer, "Secret")].join("\n");
    let found = SavedStates::from_bytes(dump.as_bytes()).unwrap();
    assert_eq!(found.iter().map(|saved| saved.position.unwrap().line).collect::<Vec<_>>(), [1, 2]);
    assert!(found.newest().state == expected);

    // One that is broken does not hide another, and is told.
    let cut = wrap(&newer, "ConfigMap").replace("\\\"currentState\\\"", "");
    let dump = [cut.clone(), "a: [".into(), wrap(&older, "Secret")].join("\n---\n");
    let found = SavedStates::from_bytes(dump.as_bytes()).unwrap();
    assert_eq!(found.iter().len(), 1);
    let [state, document] = found.unreadable() else { panic!("{:?}", found.unreadable()) };
    assert!(
        state.starts_with("line 1, column ") && state.contains("in the ConfigMap kube-system/full-cluster-state: "),
        "{state}"
    );
    assert!(document.starts_with("line "), "{document}");
    let alone = SavedStates::from_bytes(cut.as_bytes()).unwrap_err();
    assert_eq!(alone.kind(), ErrorKind::Syntax);
}

/// Packs files with Python's `zipfile`, and with `zip` where that is: to a pipe, so that sizes stand behind the data.
fn zip(folder: &Path, method: &str) -> Option<Vec<u8>> {
    let script = format!(
        "import os, sys, zipfile\n\
         class Pipe:\n    def write(self, data): sys.stdout.buffer.write(data); return len(data)\n    def flush(self): pass\n\
         with zipfile.ZipFile(Pipe(), 'w', zipfile.{method}) as z:\n    for n in sorted(os.listdir('.')): z.write(n, 'backup/' + n)"
    );
    let out = Command::new("python3").args(["-c", &script]).current_dir(folder).stderr(Stdio::inherit()).output();
    match out {
        Ok(out) if out.status.success() => Some(out.stdout),
        _ => {
            common::skipped("python3");
            None
        }
    }
}

#[test]
fn found_in_a_snapshot() {
    let Some(made) = Cluster::three().state() else { return };
    let expected = read(&made.text());
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("snap"), vec![0; 3 << 20]).unwrap();
    std::fs::write(folder.path().join("snap.rkestate"), made.text()).unwrap();
    for method in ["ZIP_STORED", "ZIP_DEFLATED"] {
        let Some(bytes) = zip(folder.path(), method) else { return };
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &bytes).unwrap();
        for found in [SavedStates::from_bytes(&bytes[..]).unwrap(), SavedStates::read(file.path()).unwrap()] {
            assert!(found.newest().state == expected, "{method}");
            assert_eq!(found.newest().place, Place::Packed("backup/snap.rkestate".into()));
        }
        // Cut anywhere, or with a byte changed in the state, it is refused, and never wrong.
        for cut in (0..bytes.len()).step_by(bytes.len() / 23) {
            if let Ok(found) = SavedStates::from_bytes(&bytes[..cut]) {
                assert!(found.newest().state == expected);
            }
        }
        let start = bytes.windows(13).rposition(|w| w == b"snap.rkestate").unwrap();
        for at in (0..start).rev().step_by(start / 17) {
            let mut broken = bytes.clone();
            broken[at] ^= 0x55;
            if let Ok(found) = SavedStates::from_bytes(broken) {
                assert!(found.newest().state == expected, "{method}, byte {at}");
            }
        }
    }
    // Older snapshots, and those of K3s, have no state in them.
    std::fs::remove_file(folder.path().join("snap.rkestate")).unwrap();
    let Some(bytes) = zip(folder.path(), "ZIP_DEFLATED") else { return };
    let error = SavedStates::from_bytes(&bytes[..]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("server token") && error.to_string().contains("cluster-reset"), "{error}");
}

#[test]
fn what_holds_no_state() {
    let mut database = vec![0; 8192];
    database[16..20].copy_from_slice(&0xED0C_DAED_u32.to_le_bytes());
    for (what, bytes, kind, says) in [
        (
            "RKE 0.1.x",
            b"---\n# x\n---\n{kind: ConfigMap, metadata: {name: cluster-state}, data: {cluster-state: \"nodes: []\"}}"
                .to_vec(),
            ErrorKind::NotFound,
            "line 4, column 1: this is what RKE before 0.2.0 kept in the cluster",
        ),
        ("etcd's database", database, ErrorKind::NotFound, "--token=TOKEN"),
        ("nothing", b"".to_vec(), ErrorKind::NotFound, "nothing in this file"),
        ("a kubeconfig", b"kind: Config\nclusters: []\n".to_vec(), ErrorKind::NotFound, "no RKE state"),
        ("an empty list", b"kind: List\nitems: []\n".to_vec(), ErrorKind::NotFound, "no RKE state"),
        ("text", b"hello".to_vec(), ErrorKind::NotFound, "no RKE state"),
        ("other bytes", (0..=255).collect(), ErrorKind::Syntax, ""),
        ("gzip of nothing", vec![0x1f, 0x8b, 8, 0], ErrorKind::Syntax, "damaged"),
        ("null", b"desiredState: null".to_vec(), ErrorKind::Io, ""),
    ] {
        match SavedStates::from_bytes(&bytes[..]) {
            Ok(found) => assert!(what == "null" && found.newest().state == State::default(), "{what}"),
            Err(error) => {
                assert_eq!(error.kind(), kind, "{what}: {error}");
                assert!(error.to_string().contains(says), "{what}: {error}");
            }
        }
    }
    let error = State::from_slice(b"{}").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Type);
    assert!(SavedStates::read("/nonexistent").unwrap_err().is_file_not_found());
    assert!(SavedStates::read("/").unwrap_err().is_io());
}

#[test]
fn nothing_stands_behind_the_end() {
    let Some(made) = Cluster::one().state() else { return };
    let text = made.text();
    let lines = text.lines().count();
    for (behind, place) in [
        ("}", Some((lines, 2))),
        ("\n\n  garbage here\n", Some((lines + 2, 3))),
        ("\n=======\n", Some((lines + 1, 1))),
        ("\n\n ", None),
        ("\n# a comment\n", None),
    ] {
        let edited = format!("{text}{behind}");
        let (state, saved) = (State::from_slice(edited.as_bytes()), SavedStates::from_bytes(edited.as_bytes()));
        let Some((line, column)) = place else {
            assert!(state.is_ok() && saved.is_ok(), "{behind:?}");
            continue;
        };
        for error in [state.unwrap_err(), saved.unwrap_err()] {
            assert_eq!(error.kind(), ErrorKind::Syntax, "{behind:?}");
            let position = error.position().unwrap();
            assert_eq!((position.line as usize, position.column as usize), (line, column), "{behind:?}");
        }
    }
}

/// JSON has no limit on keys, and may break the line behind one; YAML has a limit of 1,024 characters.
#[test]
fn keys_of_json() {
    let key = "k".repeat(5000);
    for text in [
        format!("{{\"desiredState\": {{}}, \"currentState\": {{}}, \"{key}\": 1}}"),
        format!("desiredState: {{}}\ncurrentState: {{}}\n? {key}\n: 1\n"),
        "{\"desiredState\"\n: {}, \"currentState\"\n\n:{}, \"x\":\n1}".to_owned(),
    ] {
        let state = read(&text);
        let again = written(&state);
        assert_eq!(written(&read(&again)), again);
        assert!(SavedStates::from_bytes(text.as_bytes()).is_ok());
    }
    assert!(State::from_slice(b"{\"desiredState\" {}}").is_err());
}

#[test]
fn a_packed_state_is_no_bomb() {
    let folder = tempfile::tempdir().unwrap();
    let numbers = "1,".repeat(5_000_000);
    std::fs::write(folder.path().join("a.rkestate"), format!("{{\"desiredState\":{{\"x\":[{numbers}1]}}}}")).unwrap();
    let Some(bytes) = zip(folder.path(), "ZIP_DEFLATED") else { return };
    let error = SavedStates::from_bytes(bytes).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit, "{error}");
}

#[test]
fn errors_say_where() {
    for (text, expected) in [
        (
            "{\"desiredState\": {\"rkeConfig\": []}}",
            "line 1, column 32: desiredState.rkeConfig: something else where a map is expected",
        ),
        (
            "{\n\"currentState\": {\"certificatesBundle\": {\"kube-ca\": {\"keyPEM\": 1}}}}",
            "line 2, column 63: currentState.certificatesBundle.kube-ca.keyPEM: something else where a string is expected",
        ),
        (
            "{\"currentState\": {\"certificatesBundle\": \"x\"}}",
            "line 1, column 41: currentState.certificatesBundle: something else where a map is expected",
        ),
        (
            "{\"currentState\": {\"encryptionConfig\": true}}",
            "line 1, column 39: currentState.encryptionConfig: something else where a string is expected",
        ),
    ] {
        let error = State::from_slice(text.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert_eq!(error.kind(), ErrorKind::Type);
    }
}
