//! Any bytes as saved tokens, and as a kubeconfig that is drilled, with its comments: nothing panics, a `yes` always has a
//! proof and no need, every answer is that of the best context, and a token in the file does not show.

#![no_main]

use kubeconfig::load::Environment;
use kubeconfig::rancher::outage::{Outage, SavedTokens, Verdict};
use kubeconfig::{Kubeconfig, Loader, cert};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let at = cert::parse_time("2026-11-22").expect("a date");
    let mut outage = Outage::at(at).downloaded(at);
    // Text with a kubeconfig and tokens in it, one after the other, is both.
    match SavedTokens::read_all(bytes) {
        Ok(tokens) => outage = outage.saved_tokens(tokens),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    let loader = Loader::new(Environment::new("/nonexistent")).explicit("-").stdin(bytes);
    let Ok(loaded) = loader.load() else { return };
    if names_files(loaded.config()) {
        return;
    }
    for outage in [Outage::at(at), outage.clone(), outage.on_node(true)] {
        let report = outage.run(&[&loaded, &loaded]);
        for cluster in &report.clusters {
            assert_eq!(Some(cluster.verdict), cluster.ways.iter().map(|way| way.verdict).max());
            assert_eq!(cluster.missing.is_empty(), cluster.verdict == Verdict::Yes);
            for way in &cluster.ways {
                let is_proved = way.proof.is_some() && way.needs().next().is_none() && way.faults.is_empty();
                assert_eq!(is_proved, way.verdict == Verdict::Yes, "{way:?}");
                assert!(way.verdict != Verdict::Yes || way.until.is_none_or(|until| until.as_secs() > at.as_secs()));
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
