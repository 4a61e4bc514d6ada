//! Whatever is done to a good kubeconfig: no verb contradicts another.

use super::common::shapes_rancher;
use super::made::{keys, spoilt};
use super::pki::{self, Validity, base64};
use super::verbs::ask;
use super::{Case, GOOD, base, good_token, jwt, write};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::OnceLock;

/// One change of the tree of a kubeconfig with two contexts.
#[derive(Clone, Debug)]
enum Edit {
    /// Removes a field of an entry.
    Drop { list: usize, entry: usize, field: usize },
    /// Swaps a field of two entries.
    Swap { list: usize, field: usize },
    /// Replaces a piece of the server.
    Server { entry: usize, piece: usize },
    /// Cuts text off, or replaces a character.
    Garble { list: usize, entry: usize, field: usize, at: usize, cut: bool },
    /// Puts other data in a field.
    Data { entry: usize, which: usize },
    /// Adds a field.
    Add { entry: usize, which: usize },
}

const LISTS: [(&str, &str); 3] = [("clusters", "cluster"), ("users", "user"), ("contexts", "context")];
const SERVERS: [&str; 18] = [
    "http://k8s.example.com:6443",
    "k8s.example.com:6443",
    "https://127.0.0.1:6443",
    "https://[::1]",
    "https://k8s.example.com:0",
    "https://k8s.example.com:99999",
    "https://k8s.example.com:6443:6443",
    "https://<IP>:6443",
    "https://10.0.0.256:6443",
    "https://https://k8s.example.com",
    "ftp://k8s.example.com",
    "https://2001:db8::1:6443",
    "https://k8s.internal",
    "https://203.0.113.10",
    "https://rancher.example.com/k8s/clusters/c-7xk2m",
    "https://kubernetes.default.svc",
    "https://u:p@k8s.example.com:6443",
    "",
];

/// Other certificates, keys, tokens and logins, as fields of a user or a cluster.
fn data() -> &'static [(usize, Value)] {
    static DATA: OnceLock<Vec<(usize, Value)>> = OnceLock::new();
    DATA.get_or_init(|| {
        let ca = &base().ca;
        let year = Validity::days(365);
        let world = pki::world();
        let mut data = Vec::new();
        for authority in [&world.plain_ca, &world.k3s_client_ca, &world.k3s_server_ca, &world.rancher_ca] {
            data.push((0, json!({"certificate-authority-data": base64(&authority.certificate)})));
        }
        let over = pki::Ca::valid("example-ca", None, pki::Algorithm::Ec, Validity::over());
        for text in [&over.certificate, &base().client.certificate, &base().client.key, &spoilt(&ca.certificate)] {
            data.push((0, json!({"certificate-authority-data": base64(text)})));
        }
        let mut pairs = vec![
            ca.client("old", None, Validity::over()),
            ca.client("early", None, Validity { from: pki::now() + 999, until: pki::now() + 9_999_999 }),
            ca.server("server", &["k8s.example.com"], year),
            world.plain_admin.clone(),
            world.k3s_admin.clone(),
        ];
        pairs.extend(keys().iter().map(|key| ca.client_with(key, year, |_| ())));
        for pair in pairs {
            data.push((1, super::certificate(&pair)));
            data.push((1, json!({"client-key-data": base64(&pair.key)})));
            data.push((1, json!({"client-certificate-data": base64(&pair.certificate)})));
        }
        let tokens = [
            good_token().to_owned(),
            jwt(json!({"exp": 1_500_000_000})),
            jwt(json!({"nbf": pki::now() + 9999})),
            jwt(json!({"aud": ["vault"]})),
            "REDACTED".to_owned(),
            format!("Bearer {}", good_token()),
            "two\nlines".to_owned(),
            shapes_rancher::token(),
        ];
        data.extend(tokens.into_iter().map(|token| (1, json!({"token": token}))));
        data
    })
}

/// Fields that make something of an entry that it was not.
fn additions() -> [(usize, Value); 12] {
    [
        (0, json!({"insecure-skip-tls-verify": true})),
        (0, json!({"certificate-authority": "gone.crt"})),
        (0, json!({"proxy-url": "http://proxy.example.com:3128"})),
        (0, json!({"proxy-url": "ftp://proxy.example.com"})),
        (0, json!({"tls-server-name": "other.example.com"})),
        (1, json!({"username": "admin", "password": "kp-5f4dcc3b5aa765d61d83"})),
        (1, json!({"tokenFile": "gone"})),
        (1, json!({"exec": {"apiVersion": "client.authentication.k8s.io/v1alpha1", "command": "aws"}})),
        (1, json!({"auth-provider": {"name": "gcp"}})),
        (1, json!({"as-groups": ["dev"]})),
        (2, json!({"namespace": "web"})),
        (2, json!({"extensions": []})),
    ]
}

/// Two contexts: one with a certificate, one with a token.
fn good() -> Value {
    let mut config = Case::new(GOOD, "").value();
    let other = Case::new(GOOD, "").token(good_token());
    let lists = [other.cluster, other.user, json!({"cluster": "d", "user": "d"})];
    for ((list, field), value) in LISTS.into_iter().zip(lists) {
        let entries = config[list].as_array_mut().expect("a list");
        entries.push(json!({"name": "d", field: value}));
    }
    config
}

/// The name of the field at that place, of those that are there.
fn field_name(entry: &Value, field: usize) -> Option<String> {
    let names: Vec<&String> = entry.as_object()?.keys().collect();
    Some((*names.get(field.checked_rem(names.len())?)?).clone())
}

fn apply(config: &mut Value, edit: &Edit) {
    let at = |list: usize, entry: usize| (LISTS[list].0, entry, LISTS[list].1);
    let put = |config: &mut Value, list: usize, entry: usize, fields: &Value| {
        let (list, entry, inner) = at(list, entry);
        super::set(&mut config[list][entry][inner], fields.clone());
    };
    match *edit {
        Edit::Drop { list, entry, field } => {
            let (list, entry, inner) = at(list, entry);
            let target = &mut config[list][entry][inner];
            if let Some(name) = field_name(target, field) {
                super::set(target, json!({ name: null }));
            }
        }
        Edit::Swap { list, field } => {
            let (list, _, inner) = at(list, 0);
            let Some(name) = field_name(&config[list][0][inner], field) else { return };
            let [one, two] = [0, 1].map(|entry| config[list][entry][inner][&name].clone());
            super::set(&mut config[list][0][inner], json!({ &name: two }));
            super::set(&mut config[list][1][inner], json!({ name: one }));
        }
        Edit::Server { entry, piece } => put(config, 0, entry, &json!({"server": SERVERS[piece % SERVERS.len()]})),
        Edit::Garble { list, entry, field, at: place, cut } => {
            let (list, entry, inner) = at(list, entry);
            let target = &mut config[list][entry][inner];
            let Some(name) = field_name(target, field) else { return };
            let Some(text) = target[&name].as_str() else { return };
            let mut letters: Vec<char> = text.chars().collect();
            let Some(place) = place.checked_rem(letters.len()) else { return };
            match cut {
                // Base64 stays base64.
                true => letters.truncate(place / 4 * 4),
                false => letters[place] = if letters[place] == 'A' { 'B' } else { 'A' },
            }
            target[&name] = json!(String::from_iter(letters));
        }
        Edit::Data { entry, which } => {
            let (list, fields) = &data()[which % data().len()];
            put(config, *list, entry, fields);
        }
        Edit::Add { entry, which } => {
            let all = additions();
            let (list, fields) = &all[which % all.len()];
            put(config, *list, entry, fields);
        }
    }
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let (list, entry, any) = (0..3usize, 0..2usize, 0..10_000usize);
    let one = prop_oneof![
        (list.clone(), entry.clone(), any.clone()).prop_map(|(list, entry, field)| Edit::Drop { list, entry, field }),
        (list.clone(), any.clone()).prop_map(|(list, field)| Edit::Swap { list, field }),
        (entry.clone(), any.clone()).prop_map(|(entry, piece)| Edit::Server { entry, piece }),
        (list.clone(), entry.clone(), any.clone(), any.clone(), prop::bool::ANY)
            .prop_map(|(list, entry, field, at, cut)| Edit::Garble { list, entry, field, at, cut }),
        (entry.clone(), any.clone()).prop_map(|(entry, which)| Edit::Data { entry, which }),
        (entry, any).prop_map(|(entry, which)| Edit::Add { entry, which }),
    ];
    prop::collection::vec(one, 1..4)
}

/// The verbs on the first or the second context alone, as `view --minify` leaves it.
fn contradictions(config: &Value, entry: usize) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut config = config.clone();
    let context = config["contexts"][entry].clone();
    config["current-context"] = context["name"].clone();
    config["contexts"] = json!([context]);
    for (list, field) in [("clusters", "cluster"), ("users", "user")] {
        let name = &context["context"][field];
        let named = config[list].as_array().expect("a list").iter().find(|entry| &entry["name"] == name);
        config[list] = named.map_or_else(|| json!([]), |entry| json!([entry]));
    }
    write(&folder.path().join("config"), config.to_string().as_bytes(), 0o600);
    let answers = ask(folder.path());
    // A file that is refused as a whole has no verdict.
    if answers.outage.is_empty() {
        return if answers.export == Some(0) {
            vec!["export takes what outage refuses".to_owned()]
        } else {
            Vec::new()
        };
    }
    answers.contradictions()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, max_shrink_iters: 100,
        ..ProptestConfig::default() })]

    #[test]
    fn no_verb_contradicts_another(edits in edits()) {
        let mut config = good();
        edits.iter().for_each(|edit| apply(&mut config, edit));
        for entry in [0, 1] {
            let faults = contradictions(&config, entry);
            prop_assert!(faults.is_empty(), "context {entry}: {faults:?}\n{config:#}");
        }
    }
}

/// One change at a time, each of them: the same in every run.
#[test]
fn no_single_change_makes_a_contradiction() {
    let mut edits: Vec<Edit> = (0..SERVERS.len()).map(|piece| Edit::Server { entry: 0, piece }).collect();
    for entry in [0, 1] {
        edits.extend((0..data().len()).map(|which| Edit::Data { entry, which }));
        edits.extend((0..additions().len()).map(|which| Edit::Add { entry, which }));
        for list in 0..LISTS.len() {
            edits.extend((0..2).map(|field| Edit::Drop { list, entry, field }));
        }
    }
    edits.extend([(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)].map(|(list, field)| Edit::Swap { list, field }));
    super::assert_none(&super::verbs::judge(&edits, |edit| {
        let mut config = good();
        apply(&mut config, edit);
        let both = [0, 1].map(|entry| contradictions(&config, entry)).concat();
        both.into_iter().map(|fault| format!("{edit:?}: {fault}")).collect()
    }));
}
