//! Any bytes as saved tokens, logins and objects, and as a kubeconfig that is drilled, with its comments: nothing panics, a `yes` has no need
//! and nothing against it, no other verb contradicts it, every answer is that of the best context, and a token in the
//! file does not show.

#![no_main]

use kubeconfig::access::Verdict;
use kubeconfig::check::Checker;
use kubeconfig::finding::Severity;
use kubeconfig::load::{Environment, Subject};
use kubeconfig::rancher::outage::{Outage, Way};
use kubeconfig::rancher::{CachedLogins, ManagedCluster, SavedTokens};
use kubeconfig::{Kubeconfig, Loader, cert};
use libfuzzer_sys::fuzz_target;
use std::collections::HashSet;

fuzz_target!(|bytes: &[u8]| {
    let at = cert::parse_time("2026-11-22").expect("a date");
    let mut outage = Outage::at(at).downloaded(at);
    // Text with a kubeconfig and tokens in it, one after the other, is both.
    match SavedTokens::read_all(bytes) {
        Ok(tokens) => outage = outage.saved_tokens(tokens),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    if let Ok(logins) = CachedLogins::read_all(bytes) {
        outage = outage.cached_logins(logins);
    }
    if let Ok(clusters) = ManagedCluster::read_all(bytes) {
        outage = outage.managed(clusters);
    }
    let loader = Loader::new(Environment::new("/nonexistent")).explicit("-").stdin(bytes);
    let Ok(loaded) = loader.load() else { return };
    if names_files(loaded.config()) {
        return;
    }
    let checked = Checker::at(at).bytes("-", bytes);
    let errors: HashSet<&str> = checked
        .findings()
        .filter(|finding| finding.severity == Severity::Error)
        .filter_map(|finding| finding.entry.as_deref())
        .collect();
    for outage in [Outage::at(at), outage.clone(), outage.on_node(true)] {
        let report = outage.run(&[&loaded, &loaded]);
        for cluster in &report.clusters {
            assert_eq!(Some(cluster.verdict), cluster.ways.iter().map(|way| way.verdict()).max());
            assert_eq!(cluster.missing.is_empty(), cluster.verdict == Verdict::Yes);
            for way in &cluster.ways {
                agrees(way, &errors);
            }
        }
        let shown = format!("{report:?}");
        for (_, user) in loaded.config().users.iter() {
            let token = user.token.as_ref().map(|token| token.expose().as_str()).unwrap_or_default();
            // Short ones are found anywhere, and what is a name too is no secret.
            let secret = token.split_once(':').map_or(token, |(_, secret)| secret);
            let is_name = || format!("{:?}", loaded.config().contexts.names().collect::<Vec<_>>()).contains(secret);
            assert!(secret.len() < 24 || !shown.contains(secret) || is_name());
        }
    }
});

/// A yes, with what else is said of the context.
fn agrees(way: &Way, errors: &HashSet<&str>) {
    let access = &way.access;
    if access.verdict() != Verdict::Yes {
        return;
    }
    assert!(access.needs().next().is_none() && access.objections().next().is_none(), "{access:?}");
    assert!(access.stands_alone() && access.check_client().is_ok(), "{access:?}");
    assert!(access.credential().is_some(), "{access:?}");
    for subject in [access.cluster().map(Subject::Cluster), access.user().map(Subject::User)] {
        let entry = subject.expect("both are there").to_string();
        assert!(!errors.contains(entry.as_str()), "{entry}: {access:?}");
    }
}

/// What it reads is the input alone.
fn names_files(config: &Kubeconfig) -> bool {
    let of_cluster = config.clusters.iter().any(|(_, cluster)| cluster.certificate_authority.is_some());
    let of_user = config.users.iter().any(|(_, user)| {
        user.client_certificate.is_some()
            || user.client_key.is_some()
            || user.token_file.is_some()
            || user.auth_provider.is_some()
    });
    of_cluster || of_user
}
