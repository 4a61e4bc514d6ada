//! Any bytes as a kubeconfig: reading, showing and viewing it never panics, and a redacted view holds no secret.

#![no_main]

use kubeconfig::Kubeconfig;
use kubeconfig::config::View;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let config = match Kubeconfig::from_slice(bytes) {
        Ok(config) => config,
        Err(error) => {
            let _ = format!("{error} {error:?}");
            return;
        }
    };
    let shown = format!("{config:?}");
    let view = View::of(&config);
    let redacted = [view.to_yaml(), view.to_json()].map(Result::unwrap_or_default);
    let raw = View::of(&config).raw(true);
    let _ = (raw.to_yaml(), raw.to_json());
    for (_, user) in config.users.iter() {
        // Only a secret that could not stand there for another reason.
        let secrets = [&user.token, &user.password].into_iter().flatten().map(|s| s.expose().as_str());
        for secret in secrets.filter(|s| s.contains("SECRET-CANARY")) {
            let elsewhere = String::from_utf8_lossy(bytes).matches(secret).count() > 1;
            assert!(elsewhere || !shown.contains(secret), "Debug shows a secret");
            assert!(elsewhere || !redacted.iter().any(|text| text.contains(secret)), "a view shows a secret");
        }
    }
    // What was read can be written, or the reason is that YAML has no words for it; and is then read again.
    if let Ok(text) = config.to_yaml() {
        let again = Kubeconfig::from_slice(text.as_bytes()).expect("what is written is read");
        assert_eq!(again.users.len(), config.users.len());
        assert!(again.clusters.names().eq(config.clusters.names()));
        assert!(again.contexts.names().eq(config.contexts.names()));
    }
});
