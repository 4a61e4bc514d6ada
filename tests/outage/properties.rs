//! What holds for any mixture of ways and credentials.

use super::Verdict::{No, Unknown, Yes};
use super::*;
use proptest::prelude::*;
use std::collections::HashMap;

/// A way of leading to a cluster of that number, and what it allows at best.
type Route = (fn(usize) -> Value, Verdict);

const ROUTES: &[Route] = &[
    (|n| server(&format!("https://c{n}.example.com:6443")), Yes),
    (|n| server(&format!("https://10.0.0.{n}:6443")), Yes),
    (|n| json!({"server": format!("https://c{n}.example.com")}), Yes),
    (|n| json!({"server": format!("https://10.1.0.{n}:6443"), "insecure-skip-tls-verify": true}), Yes),
    (|n| json!({"server": format!("https://10.2.0.{n}:6443")}), Unknown),
    (|n| server(&format!("https://2001:db8::{n}:6443")), Unknown),
    (
        |n| {
            let mut cluster = server(&format!("https://p{n}.example.com"));
            cluster["proxy-url"] = json!("http://proxy.example.com:3128");
            cluster
        },
        Unknown,
    ),
    (|n| json!({"server": format!("{RANCHER}/k8s/clusters/c-{n:05}")}), No),
    (|n| server(&format!("https://127.0.0.{n}:6443")), No),
    (|n| server(&format!("http://c{n}.example.com")), No),
    (|_| json!({}), No),
];

/// Credentials, and what they allow at best.
type Credentials = (fn() -> Value, Verdict);

const CREDENTIALS: &[Credentials] = &[
    (|| certificate(pair(false)), Yes),
    (|| certificate(pair(true)), No),
    (|| token(&service_account(10)), Yes),
    (|| token(&service_account(-1)), No),
    (
        || {
            json!({"token": service_account(-1), "client-certificate-data": base64(&pair(false).certificate),
        "client-key-data": base64(&pair(false).key)})
        },
        Yes,
    ),
    (|| token("opaque"), Unknown),
    (|| token("token-x7k2m:abc"), Unknown),
    (|| json!({"exec": {"apiVersion": "client.authentication.k8s.io/v1beta1", "command": "aws"}}), Unknown),
    (|| json!({"exec": {"apiVersion": "client.authentication.k8s.io/v1beta1", "command": "rancher"}}), Unknown),
    (|| json!({}), No),
    (|| json!({"tokenFile": "/no/such/file"}), No),
];

fn service_account(end: i64) -> String {
    jwt(
        json!({"iss": "https://kubernetes.default.svc", "sub": "system:serviceaccount:a:b", "exp": days(end).as_secs()}),
    )
}

fn pair(is_over: bool) -> &'static common::pki::Pair {
    static PAIRS: OnceLock<[common::pki::Pair; 2]> = OnceLock::new();
    let pairs = PAIRS.get_or_init(|| {
        [Validity::days(10), Validity::over()].map(|validity| cluster_ca().client("a", None, validity))
    });
    &pairs[usize::from(is_over)]
}

/// Contexts out of any of those parts. The cluster of a number has one entry, the user of a number one.
fn file(contexts: &[(usize, usize)]) -> File {
    let mut file = File::new();
    for (n, (route, credentials)) in contexts.iter().enumerate() {
        let name = format!("n{n}");
        file = file.user(&name, CREDENTIALS[*credentials].0()).way(&name, ROUTES[*route].0(n + 1), &name);
    }
    file
}

fn verdicts(report: &OutageReport) -> HashMap<&str, Verdict> {
    report.clusters.iter().flat_map(|cluster| &cluster.ways).map(|way| (way.context(), way.verdict())).collect()
}

fn parts() -> impl Strategy<Value = Vec<(usize, usize)>> {
    prop::collection::vec((0..ROUTES.len(), 0..CREDENTIALS.len()), 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// A way is as good as the worse of its parts: never better.
    #[test]
    fn a_way_is_as_good_as_its_parts(contexts in parts()) {
        let report = drill(&Outage::at(today()), &[&file(&contexts)]);
        let found = verdicts(&report);
        prop_assert_eq!(found.len(), contexts.len());
        for (n, (route, credentials)) in contexts.iter().enumerate() {
            let expected = ROUTES[*route].1.min(CREDENTIALS[*credentials].1);
            prop_assert_eq!(found[format!("n{n}").as_str()], expected, "n{}: {:?}", n, report);
        }
        for cluster in &report.clusters {
            assert_verdict("any", cluster, cluster.ways.iter().map(|way| way.verdict()).max().unwrap());
        }
    }

    /// The order of the contexts, and the files they stand in, change no answer.
    #[test]
    fn order_and_files_don_t_matter(contexts in parts(), at in 0usize..12) {
        let whole = file(&contexts);
        let mut turned = whole.clone();
        turned.contexts.reverse();
        turned.clusters.rotate_left(at % contexts.len());
        let one = drill(&Outage::at(today()), &[&whole]);
        let other = drill(&Outage::at(today()), &[&turned]);
        prop_assert_eq!(verdicts(&one), verdicts(&other));
        let (mut first, mut second) = (whole.clone(), whole.clone());
        first.contexts.truncate(at % contexts.len());
        second.contexts.drain(..at % contexts.len());
        let parted = drill(&Outage::at(today()), &[&second, &first]);
        prop_assert_eq!(verdicts(&one), verdicts(&parted));
    }

    /// What leads in does so until its end, and not at it.
    #[test]
    fn a_yes_lasts_until_its_end(contexts in parts(), fraction in 0.0f64..1.0) {
        let loaded = file(&contexts).load();
        let report = Outage::at(today()).run(&[&loaded]);
        let ways = report.clusters.iter().flat_map(|cluster| &cluster.ways);
        for way in ways.filter(|way| way.verdict() == Yes) {
            let (start, end) = (report.at.as_secs(), until(way).map_or(u64::MAX >> 1, |until| until.as_secs()));
            prop_assert!(start < end);
            let between = start + ((end - start - 1) as f64 * fraction) as u64;
            for (seconds, expected) in [(between, true), (end - 1, true), (end, false), (end + DAY, false)] {
                let then = Outage::at(UnixTime::since_unix_epoch(Duration::from_secs(seconds))).run(&[&loaded]);
                prop_assert_eq!(verdicts(&then)[way.context()] == Yes, expected, "{} at {}", way.context(), seconds);
            }
        }
    }
}
