//! Reads kubeconfigs of 10, 1,000 and 10,000 contexts beside `serde_yaml` (its living continuation, `yaml_serde`) and the
//! `kube` crate, all in one run, and prints a table.
//!
//! `cargo bench --bench parse` takes about a minute; `-- quick` leaves 10,000 contexts out. The readers take turns in
//! every round, so that what else the machine does hits all alike; the figures are medians. Dropping what was read is
//! part of the time. The texts are made here, from a fixed seed: `cert` has the sizes of an RSA-2048 CA, client
//! certificate and key (5.7 KB a context), `token` those of a Rancher user's entry (310 B).

use kubeconfig::Kubeconfig;
use kubeconfig::syntax::Document;
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

const READERS: [(&str, Reader); 4] =
    [("kubeconfig", ours), ("its Document", document), ("serde_yaml", serde_yaml), ("kube", kube)];

/// The number of contexts read, or that the text was refused.
type Reader = fn(&str) -> Result<usize, ()>;

fn main() {
    let quick = std::env::args().any(|arg| arg == "quick");
    println!("median time for one text, dropping included; `x`: as a multiple of the time of kubeconfig\n");
    let sizes: &[usize] = if quick { &[10, 1_000] } else { &[10, 1_000, 10_000] };
    for kind in [Kind::Cert, Kind::Token] {
        println!("| texts | contexts | MB | {} |", READERS.map(|(name, _)| name).join(" | "));
        println!("|---|---:|---:|{}", "---:|".repeat(READERS.len()));
        for &contexts in sizes {
            let text = kind.text(contexts);
            let medians = measure(&text, contexts);
            println!("| {kind:?} | {contexts} | {:.3} | {} |", text.len() as f64 / 1e6, row(&text, &medians));
        }
        println!();
    }
    println!("time per context, kubeconfig; the sizes take turns, with as many contexts in each turn");
    for kind in [Kind::Cert, Kind::Token] {
        let per_context = linearity(kind, sizes);
        let line: Vec<_> = sizes.iter().zip(&per_context).map(|(n, us)| format!("{n}: {us:.2} us")).collect();
        let (first, last) = (per_context[0], per_context[per_context.len() - 1]);
        println!("{kind:?}: {}; last / first {:.2}", line.join(", "), last / first);
    }
}

/// Microseconds per context for each size, medians.
fn linearity(kind: Kind, sizes: &[usize]) -> Vec<f64> {
    let most = sizes.iter().copied().max().unwrap_or_default();
    let texts: Vec<_> = sizes.iter().map(|&n| kind.text(n)).collect();
    let mut samples = vec![Vec::new(); sizes.len()];
    for _ in 0..7 {
        for ((text, &contexts), times) in texts.iter().zip(sizes).zip(&mut samples) {
            let start = Instant::now();
            for _ in 0..most / contexts {
                assert_eq!(black_box(ours(black_box(text))), Ok(contexts));
            }
            times.push(start.elapsed().as_secs_f64() * 1e6 / most as f64);
        }
    }
    let median = |mut times: Vec<f64>| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    };
    samples.into_iter().map(median).collect()
}

fn row(text: &str, medians: &[Option<Duration>; READERS.len()]) -> String {
    let own = medians[0].map(|time| time.as_secs_f64());
    let cells = medians.map(|median| match (median, own) {
        (None, _) => "refused".to_owned(),
        (Some(time), own) => {
            let seconds = time.as_secs_f64();
            let ratio = own.map_or(String::new(), |own| format!(", {:.2}x", seconds / own));
            format!("{}, {:.0} MB/s{ratio}", duration(seconds), text.len() as f64 / 1e6 / seconds)
        }
    });
    cells.join(" | ")
}

fn duration(seconds: f64) -> String {
    if seconds < 1e-3 { format!("{:.0} us", seconds * 1e6) } else { format!("{:.2} ms", seconds * 1e3) }
}

/// The medians of the readers, `None` for one that refuses the text.
fn measure(text: &str, contexts: usize) -> [Option<Duration>; READERS.len()] {
    // A first time outside of the clock: warms up, and tells who refuses and whether all read the same.
    let accepts = READERS.map(|(name, read)| match read(text) {
        Ok(read) => {
            assert_eq!(read, contexts, "{name} read another number of contexts");
            true
        }
        Err(()) => false,
    });
    // Rounds for about two seconds a reader; at least five.
    let rounds = (20_000_000 / text.len()).clamp(5, 201);
    let mut samples = READERS.map(|_| Vec::with_capacity(rounds));
    for round in 0..rounds {
        for turn in 0..READERS.len() {
            // Another one begins in each round.
            let at = (round + turn) % READERS.len();
            if accepts[at] {
                let start = Instant::now();
                let read = (READERS[at].1)(black_box(text));
                samples[at].push(start.elapsed());
                assert_eq!(black_box(read), Ok(contexts));
            }
        }
    }
    samples.map(|mut times| {
        times.sort_unstable();
        times.get(times.len() / 2).copied()
    })
}

fn ours(text: &str) -> Result<usize, ()> {
    Kubeconfig::from_slice(text.as_bytes()).map(|config| config.contexts.len()).map_err(drop)
}

/// The tree alone, before any field is read: what edits and checks stand on.
fn document(text: &str) -> Result<usize, ()> {
    let document = Document::parse(text).map_err(drop)?;
    Ok(document.root().and_then(|root| root.get("contexts")).map_or(0, |list| list.items().count()))
}

fn serde_yaml(text: &str) -> Result<usize, ()> {
    serde_yaml::from_str::<derived::Config>(text).map(|config| config.contexts.len()).map_err(drop)
}

fn kube(text: &str) -> Result<usize, ()> {
    kube::config::Kubeconfig::from_yaml(text).map(|config| config.contexts.len()).map_err(drop)
}

/// What one would derive for the same data.
mod derived {
    use serde::Deserialize;
    use std::collections::BTreeMap;

    type Other = BTreeMap<String, serde_yaml::Value>;

    macro_rules! model {
        ($($name:ident { $($key:literal $field:ident: $type:ty,)* })*) => {$(
            #[derive(Deserialize)]
            #[allow(dead_code)]
            pub(crate) struct $name {
                $(#[serde(rename = $key, default)] pub(crate) $field: $type,)*
                #[serde(flatten)]
                pub(crate) other: Other,
            }
        )*};
    }

    model! {
        Config {
            "apiVersion" api_version: Option<String>,
            "kind" kind: Option<String>,
            "clusters" clusters: Vec<NamedCluster>,
            "users" users: Vec<NamedUser>,
            "contexts" contexts: Vec<NamedContext>,
            "current-context" current_context: Option<String>,
        }
        NamedCluster { "name" name: String, "cluster" cluster: Option<Cluster>, }
        NamedUser { "name" name: String, "user" user: Option<User>, }
        NamedContext { "name" name: String, "context" context: Option<Context>, }
        Cluster {
            "server" server: Option<String>,
            "tls-server-name" tls_server_name: Option<String>,
            "insecure-skip-tls-verify" insecure_skip_tls_verify: Option<bool>,
            "certificate-authority" certificate_authority: Option<String>,
            "certificate-authority-data" certificate_authority_data: Option<String>,
            "proxy-url" proxy_url: Option<String>,
        }
        User {
            "client-certificate" client_certificate: Option<String>,
            "client-certificate-data" client_certificate_data: Option<String>,
            "client-key" client_key: Option<String>,
            "client-key-data" client_key_data: Option<String>,
            "token" token: Option<String>,
            "tokenFile" token_file: Option<String>,
            "username" username: Option<String>,
            "password" password: Option<String>,
        }
        Context {
            "cluster" cluster: Option<String>,
            "user" user: Option<String>,
            "namespace" namespace: Option<String>,
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Cert,
    Token,
}

impl Kind {
    fn text(self, contexts: usize) -> String {
        let mut random = Random(1);
        let mut out = String::from("apiVersion: v1\nclusters:\n");
        for i in 0..contexts {
            match self {
                Kind::Cert => {
                    let ca = random.base64(1_476);
                    let _ = writeln!(out, "- cluster:\n    certificate-authority-data: {ca}");
                    let _ = writeln!(out, "    server: https://10.0.{}.{}:6443", i / 250, i % 250);
                }
                Kind::Token => {
                    let _ =
                        writeln!(out, "- cluster:\n    server: https://rancher.example.com/k8s/clusters/c-m-{i:08}");
                }
            }
            let _ = writeln!(out, "  name: cluster-{i}");
        }
        out.push_str("contexts:\n");
        for i in 0..contexts {
            let _ = writeln!(out, "- context:\n    cluster: cluster-{i}\n    user: user-{i}\n  name: context-{i}");
        }
        out.push_str("current-context: context-0\nkind: Config\npreferences: {}\nusers:\n");
        for i in 0..contexts {
            let _ = writeln!(out, "- name: user-{i}\n  user:");
            match self {
                Kind::Cert => {
                    let (cert, key) = (random.base64(1_708), random.base64(2_240));
                    let _ = writeln!(out, "    client-certificate-data: {cert}\n    client-key-data: {key}");
                }
                Kind::Token => {
                    let _ = writeln!(out, "    token: kubeconfig-user-{:05}:{}", i % 100_000, random.token(54));
                }
            }
        }
        out
    }
}

/// A linear congruential generator: the same text in every run.
struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below
    }

    /// As many characters of base64, always whole groups of four without padding.
    fn base64(&mut self, length: usize) -> String {
        const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        // PEM begins so, and a real field never begins with a sign.
        let mut text = String::from("LS0t");
        text.extend((0..length / 4 * 4 - 4).map(|_| char::from(DIGITS[self.next(64)])));
        text
    }

    fn token(&mut self, length: usize) -> String {
        const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
        (0..length).map(|_| char::from(LETTERS[self.next(LETTERS.len())])).collect()
    }
}
