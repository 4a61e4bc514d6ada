//! One judge: every verb gives the same answer to "would this context still work?"
//!
//! A case is a kubeconfig with one context and one fault. `src/access/faults.md` says what each verb answers to that
//! fault; [`table`] reads it. Every case goes through every verb, and, where it can be decided on this machine, through
//! the real kubectl.

#![cfg_attr(not(feature = "cli"), allow(dead_code, reason = "the verbs are for the program"))]

mod client;
#[path = "../common/mod.rs"]
mod common;
mod features;
mod good;
#[cfg(feature = "cli")]
mod kubectl;
mod login;
mod made;
#[cfg(feature = "cli")]
mod property;
#[cfg(feature = "cli")]
mod recover;
mod server;
mod table;
mod token;
mod trust;
#[cfg(feature = "cli")]
mod verbs;
#[cfg(feature = "cli")]
mod writers;

use common::pki::{self, Algorithm, Ca, Pair, Validity, base64};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

const DAY: u64 = 24 * 60 * 60;
/// Where the cluster is. The name looks public, and nobody has it.
const HOST: &str = "k8s.example.com";
const SERVER: &str = "https://k8s.example.com:6443";
/// The key of [`good`] cases: those in which nothing is wrong.
const GOOD: &str = "good";

/// What the good case is made of.
struct Base {
    ca: Ca,
    client: Pair,
    /// What the cluster's API server shows.
    serving: Pair,
}

fn base() -> &'static Base {
    static BASE: OnceLock<Base> = OnceLock::new();
    BASE.get_or_init(|| {
        let ca = Ca::new("example-ca", None, Algorithm::Ec);
        let client = ca.client("kubernetes-admin", Some("dev"), Validity::days(365));
        let serving = ca.server("kube-apiserver", &[HOST], Validity::days(365));
        Base { ca, client, serving }
    })
}

/// How the real kubectl is asked about a case.
#[derive(Clone, Debug)]
enum Real {
    /// The file as it is, on a network of the test in which the cluster is where the file looks for it.
    Network,
    /// The file with this machine in place of [`HOST`], and no network: the URL alone makes it fail.
    Here,
    /// The same, with a server that takes what comes without TLS, and answers nothing but 401 Unauthorized.
    Plain,
    /// Not at all, and why.
    Undecided(&'static str),
}

/// A kubeconfig with one context, and the row of the table that is true of it.
#[derive(Clone)]
struct Case {
    row: &'static str,
    name: String,
    /// Of the cluster and the user in the file. The context is called like the cluster.
    names: [&'static str; 2],
    cluster: Value,
    user: Value,
    context: Value,
    /// In front of the file.
    comments: String,
    /// Files beside it, by name.
    files: Vec<(String, Vec<u8>)>,
    /// The codes that may be found for it, where they are not all those of the row.
    codes: Vec<&'static str>,
    real: Real,
    /// What the API server shows, and whose client certificates and which token it takes.
    serving: Pair,
    client_ca: Option<String>,
    known_token: Option<String>,
    /// Where the API server is on the network of the test.
    at: Vec<String>,
}

impl Case {
    /// The good kubeconfig, to be changed in one thing.
    fn new(row: &'static str, name: impl Into<String>) -> Case {
        let base = base();
        Case {
            row,
            name: name.into(),
            names: ["c", "u"],
            cluster: json!({"server": SERVER, "certificate-authority-data": base64(&base.ca.certificate)}),
            user: certificate(&base.client),
            context: json!({"cluster": "c", "user": "u"}),
            comments: String::new(),
            files: Vec::new(),
            codes: Vec::new(),
            real: Real::Network,
            serving: base.serving.clone(),
            client_ca: Some(base.ca.certificate.clone()),
            known_token: None,
            at: vec![format!("{HOST}:6443")],
        }
    }

    fn label(&self) -> String {
        format!("{}: {}", self.row, self.name)
    }

    fn server(mut self, url: &str) -> Case {
        self.cluster["server"] = json!(url);
        self
    }

    /// Sets fields of the cluster; `null` removes one.
    fn cluster(mut self, fields: Value) -> Case {
        set(&mut self.cluster, fields);
        self
    }

    fn ca(self, pem: &str) -> Case {
        self.cluster(json!({"certificate-authority-data": base64(pem)}))
    }

    fn without_ca(self) -> Case {
        self.cluster(json!({"certificate-authority-data": null}))
    }

    /// Other credentials.
    fn user(mut self, user: Value) -> Case {
        self.user = user;
        self
    }

    /// Sets fields of the user; `null` removes one.
    fn user_fields(mut self, fields: Value) -> Case {
        set(&mut self.user, fields);
        self
    }

    /// That token in place of the certificate. The API server knows it.
    fn token(self, token: &str) -> Case {
        self.knows(token).user(json!({"token": token}))
    }

    /// That token, and an API server that does not know it.
    fn refused_token(self, token: &str) -> Case {
        self.user(json!({"token": token}))
    }

    /// The API server knows that token.
    fn knows(mut self, token: &str) -> Case {
        self.known_token = Some(token.to_owned());
        self
    }

    fn client(self, pair: &Pair) -> Case {
        self.user(certificate(pair))
    }

    fn file(mut self, name: &str, bytes: impl AsRef<[u8]>) -> Case {
        self.files.push((name.to_owned(), bytes.as_ref().to_owned()));
        self
    }

    fn code(mut self, code: &'static str) -> Case {
        self.codes.push(code);
        self
    }

    fn here(mut self) -> Case {
        self.real = Real::Here;
        self
    }

    fn plain(mut self) -> Case {
        self.real = Real::Plain;
        self
    }

    fn undecided(mut self, why: &'static str) -> Case {
        self.real = Real::Undecided(why);
        self
    }

    /// The API server's certificate is of that CA.
    fn served_by(self, ca: &Ca) -> Case {
        let pair = ca.server("kube-apiserver", &[HOST], Validity::days(365));
        self.serving(pair)
    }

    fn serving(mut self, pair: Pair) -> Case {
        self.serving = pair;
        self
    }

    /// The API server takes client certificates of that CA.
    fn clients_of(mut self, ca: &str) -> Case {
        self.client_ca = Some(ca.to_owned());
        self
    }

    /// Where the API server is, if it is not at [`HOST`] and port 6443.
    fn at(mut self, place: &str) -> Case {
        self.at = vec![place.to_owned()];
        self
    }

    /// Other names in the file.
    fn named(mut self, cluster: &'static str, user: &'static str) -> Case {
        self.names = [cluster, user];
        self.context = json!({"cluster": cluster, "user": user});
        self
    }

    fn value(&self) -> Value {
        let [cluster, user] = self.names;
        json!({"apiVersion": "v1", "kind": "Config", "current-context": cluster,
            "clusters": [{"name": cluster, "cluster": self.cluster}],
            "users": [{"name": user, "user": self.user}],
            "contexts": [{"name": cluster, "context": self.context}]})
    }

    /// The kubeconfig. JSON is YAML too, but for DEL, which JSON does not escape.
    fn text(&self) -> String {
        format!("{}{:#}\n", self.comments, self.value()).replace('\u{7f}', "\\u007f")
    }

    /// Writes it with its files; the path of the kubeconfig.
    fn lay_out(&self, folder: &Path) -> PathBuf {
        for (name, bytes) in &self.files {
            write(&folder.join(name), bytes, if name.ends_with(".sh") { 0o700 } else { 0o600 });
        }
        let path = folder.join("config");
        write(&path, self.text().as_bytes(), 0o600);
        path
    }

    /// Texts that no verb may print.
    fn secrets(&self) -> Vec<String> {
        let text = self.text();
        // Passwords of these tests begin with that.
        let planted = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
        let mut secrets: Vec<String> = planted.filter(|word| word.starts_with("kp-")).map(str::to_owned).collect();
        for field in ["token", "password", "client-key-data"] {
            let Some(text) = self.user[field].as_str() else { continue };
            let is_secret = |c: char| c.is_ascii_alphanumeric() || "-_.+/".contains(c);
            // The key of a certificate begins like every other one.
            let text = if field == "client-key-data" { text.get(120..220).unwrap_or_default() } else { text };
            let longest = text.split(|c| !is_secret(c)).max_by_key(|part| part.len()).unwrap_or_default();
            if longest.len() >= 16 {
                secrets.push(longest.to_owned());
            }
        }
        for (_, bytes) in &self.files {
            let text = String::from_utf8_lossy(bytes);
            if let Some((_, key)) = text.split_once("PRIVATE KEY-----\n") {
                secrets.extend(key.lines().nth(1).filter(|line| line.len() == 64).map(str::to_owned));
            }
        }
        secrets
    }
}

fn set(target: &mut Value, fields: Value) {
    let target: &mut Map<String, Value> = target.as_object_mut().expect("a map");
    for (name, value) in fields.as_object().expect("a map") {
        match value {
            Value::Null => drop(target.remove(name)),
            value => drop(target.insert(name.clone(), value.clone())),
        }
    }
}

/// Writes a file that only its owner reads.
fn write(path: &Path, bytes: &[u8], mode: u32) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a new folder");
    std::fs::write(path, bytes).expect("a new file");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("its mode");
    }
    #[cfg(not(unix))]
    let _ = mode;
}

fn certificate(pair: &Pair) -> Value {
    json!({"client-certificate-data": base64(&pair.certificate), "client-key-data": base64(&pair.key)})
}

/// A JWT with these claims over those of a good token, signed by nobody. `null` removes a claim.
fn jwt(claims: Value) -> String {
    use ::base64::Engine;
    let issuer = "https://kubernetes.default.svc.cluster.local";
    let mut all = json!({"iss": issuer, "aud": [issuer], "sub": "system:serviceaccount:ops:robot",
        "iat": pki::now() - 2 * DAY, "nbf": pki::now() - 2 * DAY, "exp": pki::now() + 300 * DAY,
        "kubernetes.io": {"namespace": "ops", "serviceaccount": {"name": "robot", "uid": "6a1f"}}});
    set(&mut all, claims);
    let encode = |value: &Value| ::base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.c2lnbmF0dXJlLW9mLW5vYm9keQ", encode(&json!({"alg": "RS256", "kid": "k"})), encode(&all))
}

/// A token that is good for 300 days, made once.
fn good_token() -> &'static str {
    static TOKEN: OnceLock<String> = OnceLock::new();
    TOKEN.get_or_init(|| jwt(json!({})))
}

/// Every case, made once.
fn all() -> &'static [Case] {
    static ALL: OnceLock<Vec<Case>> = OnceLock::new();
    ALL.get_or_init(|| {
        let parts = [good::cases(), server::cases(), trust::cases(), client::cases(), token::cases(), login::cases()];
        parts.into_iter().flatten().collect()
    })
}

fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
