//! Any text as a server or a proxy: nothing panics, no name and no password is shown, and what is shown once stays the same.

#![no_main]

use kubeconfig::url::{ServerUrl, without_userinfo};
use libfuzzer_sys::fuzz_target;

/// What stands in for a name or a password.
const SECRET: &str = "SECRET-CANARY";

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let shown = without_userinfo(text);
    // Without the sign that told where a name ends, more may be hidden, and never less.
    let again = without_userinfo(&shown);
    assert!(again == shown || again.starts_with("[hidden]"), "{text:?}");
    let after_scheme = text.find("://").filter(|at| text[..*at].bytes().all(|b| b.is_ascii_alphanumeric()));
    let rest = &text[after_scheme.map_or(0, |at| at + 3)..];
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let has_userinfo = authority.contains('@');
    assert!(!has_userinfo || shown.contains("[hidden]@"), "{text:?} is shown as {shown:?}");
    // Only a secret that could not stand there for another reason.
    let is_secret =
        |before: &str| before.contains(SECRET) && text.matches(SECRET).count() == before.matches(SECRET).count();
    let hides = authority.rsplit_once('@').is_some_and(|(before, _)| is_secret(before));
    assert!(!hides || !shown.contains(SECRET), "{text:?} is shown as {shown:?}");

    for url in [ServerUrl::of(text), ServerUrl::proxy(text)] {
        let fault = url.fault();
        let _ = (url.request_path(), url.rancher_cluster(), url.reach(), url.is_tls());
        let said = format!("{url:?} {fault:?} {}", url.origin());
        assert!(!hides || !said.to_uppercase().contains(SECRET), "{text:?}: {said}");
        assert!(fault.is_none_or(|fault| !fault.to_string().is_empty()), "{text:?}");
    }
    let url = ServerUrl::of(text);
    if url.fault().is_none() {
        let origin = url.origin();
        assert_eq!(ServerUrl::of(&origin).origin(), origin, "{text:?}");
    }
});
