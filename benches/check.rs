//! `check` and the drill over 10,000 contexts, in terms of reading the same file.
//!
//! `cargo bench --bench check --all-features`. Figures are medians of turns. In `equal` every context has a cluster and a user
//! of its own, all with the same CA, certificate and key; in `token` tokens of Rancher's; in `distinct` each context has its own
//! CA, certificate and key (ECDSA P-256). For that, `signatures` says how long it takes to read these certificates and keys,
//! to verify each signature and to compare each key: what nobody who judges them can save.

#[allow(dead_code, unreachable_pub)]
#[path = "../tests/common/pki.rs"]
mod pki;
#[allow(unreachable_pub)]
mod timing;

use kubeconfig::cert::{ChainVerdict, KeyMatch, Purpose, Verifier, certificates, leaf, parse_time, private_key};
use kubeconfig::check::Checker;
use kubeconfig::finding::{Code, Severity};
use kubeconfig::load::Environment;
use kubeconfig::pki_types::UnixTime;
use kubeconfig::rancher::outage::Outage;
use kubeconfig::{Loaded, Loader};
use pki::{Algorithm, Ca, Validity, base64};
use std::fmt::Write as _;
use std::path::Path;
use timing::{median, milliseconds, timed};

const SIZES: [usize; 2] = [1_000, 10_000];
const ROUNDS: usize = 7;

/// Where [`pki`] says what it misses.
fn skipped(what: &str) {
    eprintln!("{what} not found");
}

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("config");
    println!(
        "| file | contexts | load | check | in loads | outage | in loads | signatures | check without, in loads |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|");
    for kind in [Kind::Equal, Kind::Token, Kind::Distinct] {
        for contexts in SIZES {
            let (text, identities) = kind.text(contexts);
            std::fs::write(&path, &text).expect("a new file");
            let [mut loading, mut checking, mut drilling, mut signatures] = [const { Vec::new() }; 4];
            for _ in 0..ROUNDS {
                let loaded = timed(&mut loading, || load(&path));
                timed(&mut checking, || check(&loaded));
                timed(&mut drilling, || Outage::at(now()).run(&[&loaded]));
                timed(&mut signatures, || verify(&identities));
            }
            let [load, check, outage] = [median(loading), median(checking), median(drilling)];
            let signatures = if identities.is_empty() { 0.0 } else { median(signatures) };
            println!(
                "| {kind:?} | {contexts} | {} | {} | {:.1} | {} | {:.1} | {} | {:.1} |",
                milliseconds(load),
                milliseconds(check),
                check / load,
                milliseconds(outage),
                outage / load,
                milliseconds(signatures),
                (check - signatures) / load
            );
        }
    }
}

fn now() -> UnixTime {
    parse_time("2026-11-22").expect("a date")
}

fn load(path: &Path) -> Loaded {
    Loader::new(Environment::new("/")).explicit(path).load().expect("a kubeconfig")
}

fn check(loaded: &Loaded) {
    let report = Checker::at(now()).allow(Code::LoosePermissions).run(loaded);
    assert!(report.findings().all(|finding| finding.severity < Severity::Error), "{report}");
}

/// What cannot be saved.
fn verify(identities: &[Identity]) {
    for identity in identities {
        let ca = certificates(identity.ca.as_bytes()).expect("a CA");
        let client = leaf(identity.certificate.as_bytes()).expect("a certificate");
        let key = private_key(identity.key.as_bytes()).expect("a key");
        let verifier = Verifier::new(&ca);
        let verdict = verifier.verify(&client, Purpose::Any, now()).verdict();
        assert!(verdict == ChainVerdict::Trusted && key.belongs_to(&client) == KeyMatch::Match);
    }
}

struct Identity {
    ca: String,
    certificate: String,
    key: String,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Equal,
    Token,
    Distinct,
}

impl Kind {
    fn text(self, contexts: usize) -> (String, Vec<Identity>) {
        let new = || {
            let validity = Validity { from: 1_767_225_600, until: 4_102_444_800 };
            let ca = Ca::valid("Example CA", None, Algorithm::Ec, validity);
            let pair = ca.client("admin", Some("dev"), validity);
            Identity { ca: ca.certificate.clone(), certificate: pair.certificate, key: pair.key }
        };
        let count = if matches!(self, Kind::Distinct) { contexts } else { 1 };
        let identities: Vec<Identity> = (0..count).map(|_| new()).collect();
        let (mut clusters, mut users, mut names) = (String::new(), String::new(), String::new());
        for (n, identity) in (0..contexts).zip(identities.iter().cycle()) {
            let user = match self {
                Kind::Token => format!("token: kubeconfig-u-abcde12345{n:05}:{}", "f".repeat(54)),
                _ => format!(
                    "client-certificate-data: {}\n    client-key-data: {}",
                    base64(&identity.certificate),
                    base64(&identity.key)
                ),
            };
            let ca = base64(&identity.ca);
            let _ = write!(
                clusters,
                "- cluster:\n    certificate-authority-data: {ca}\n    server: https://c{n}.example.com:6443\n  name: c{n}\n"
            );
            let _ = write!(users, "- name: c{n}\n  user:\n    {user}\n");
            let _ = write!(names, "- context:\n    cluster: c{n}\n    user: c{n}\n  name: c{n}\n");
        }
        let text = format!(
            "apiVersion: v1\nkind: Config\nclusters:\n{clusters}contexts:\n{names}current-context: c0\nusers:\n{users}"
        );
        (text, identities)
    }
}
