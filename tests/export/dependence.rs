//! What a backup says of its contexts.

use super::*;

#[test]
fn what_a_context_depends_on() {
    const EXEC: &str = "exec: {command: login, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}";
    let oidc = "auth-provider: {name: oidc, config: {idp-issuer-url: 'https://i', client-id: x}}";
    let exec_and_token = format!("{EXEC}, token: t");
    let exec_and_name = format!("{EXEC}, username: me");
    // A server that is not checked needs no CA.
    const OPEN: &str = "insecure-skip-tls-verify: true";
    const BASIC: &str = "logs in with a user name and a password, which Kubernetes takes no more since 1.19";
    let proxied = |proxy: &str| format!("{OPEN}, proxy-url: '{proxy}'");
    for (server, cluster, user, line) in [
        ("https://10.0.0.1", OPEN, "token: t", "token; stands alone"),
        ("https://k8s.example.com", "", "token: t", "token; stands alone"),
        ("https://10.0.0.1", "", "token: t", "no CA for an address "),
        ("https://10.0.0.1", OPEN, "username: me, password: p", &format!("user name and password; {BASIC}")),
        ("https://10.0.0.1", OPEN, "", "no credentials: there is nothing to log in with"),
        ("https://10.0.0.1", OPEN, EXEC, "login command; needs login on the machine"),
        // What client-go would not run is not needed.
        ("https://10.0.0.1", OPEN, &exec_and_token, "token; stands alone"),
        ("https://10.0.0.1", OPEN, &exec_and_name, &format!("user name and password; {BASIC}")),
        ("https://10.0.0.1", OPEN, oidc, "login plugin oidc; needs the login plugin oidc (auth-provider)"),
        ("https://127.0.0.1:6443", "", "token: t", "token; this machine only"),
        ("https://[::1]:6443", "", EXEC, "login command; this machine only; needs login on the machine"),
        ("https://localhost", "", "token: t", "token; this machine only"),
        ("https://10.0.0.1", &proxied("socks5://localhost:1080"), "token: t", "token; this machine only"),
        ("https://10.0.0.1", &proxied("http://proxy:3128"), "token: t", "needs the proxy proxy:3128 "),
        // Plain http takes no credentials, and without a server it goes to localhost:8080.
        ("http://10.0.0.1:8080", "", "token: t", "its server is not https "),
        ("10.0.0.1:8080", "", EXEC, "its server has no scheme "),
        ("", "", "token: t", "this machine only "),
        // Without brackets kubectl takes what is behind the last colon for the port, and the rest must be an address then.
        ("https://fd00::1:6443", OPEN, "token: t", "an IPv6 address without brackets "),
        ("https://2001:db8::11", OPEN, "token: t", "kubectl cannot connect: "),
        ("https://fd00::6443", OPEN, "token: t", "kubectl cannot connect: "),
        // What kubectl would refuse is of no use anywhere.
        ("https://10.0.0.1", OPEN, "token: t, username: me", "kubectl refuses it: "),
        ("https://10.0.0.1", OPEN, "client-certificate-data: QUJD", "kubectl refuses it: "),
        ("https://10.0.0.1", OPEN, "auth-provider: {name: gcp}", "kubectl refuses it: "),
        ("https://10.0.0.1", "certificate-authority-data: QUJD", "token: t", "kubectl refuses it: "),
    ] {
        let text = format!(
            "clusters: [{{name: k, cluster: {{server: '{server}', {cluster}}}}}]\nusers: [{{name: u, user: {{{user}}}}}]\n\
             contexts: [{{name: c, context: {{cluster: k, user: u}}}}]"
        );
        let backup = loaded(&text).export().build().unwrap_or_else(|e| panic!("{text}: {e}"));
        let shown = backup.report().contexts[0].to_string();
        match line.strip_suffix(' ') {
            Some(part) => assert!(shown.contains(part), "{shown} lacks {part}"),
            None => assert_eq!(shown, format!("c: {line}"), "{text}"),
        }
        assert_eq!(backup.report().stands_alone(), line.ends_with("stands alone"));
        let noted = backup.report().to_string().contains("no file says when the token of c ends");
        assert_eq!(noted, line == "token; stands alone", "{server}");
    }
}

#[cfg(feature = "verify")]
#[test]
fn until_when() {
    use common::pki::{Algorithm, Ca, Validity, base64};
    use kubeconfig::cert::parse_time;
    let day = |text: &str| parse_time(text).unwrap();
    let validity = |from: &str, until: &str| Validity { from: day(from).as_secs(), until: day(until).as_secs() };
    let ca = Ca::valid("ca", None, Algorithm::Ec, validity("2020-01-01", "2040-01-01"));
    let old_ca = Ca::valid("old", None, Algorithm::Ec, validity("2020-01-01", "2022-01-01"));
    let admin = ca.client("admin", None, validity("2025-01-01", "2026-01-01"));
    let certificate =
        format!("client-certificate-data: {}, client-key-data: {}", base64(&admin.certificate), base64(&admin.key));
    let jwt =
        |claims: &str| format!("e30.{}.sig", base64(claims).trim_end_matches('=').replace('+', "-").replace('/', "_"));
    let token = format!("token: {}", jwt(r#"{"iss": "x", "sub": "system:serviceaccount:a:b", "exp": 1767225600}"#)); // 2026-01-01
    let with_ca = |ca: &Ca| format!("certificate-authority-data: {}", base64(&ca.certificate));
    let bundle = format!("{}{}", old_ca.certificate, ca.certificate);
    let both = format!("{certificate}, token: opaque");
    for (cluster, user, at, line) in [
        (with_ca(&ca), &certificate, "2025-06-01", "client certificate until 2026-01-01T00:00:00Z; stands alone"),
        (
            with_ca(&ca),
            &certificate,
            "2026-01-02",
            "client certificate until 2026-01-01T00:00:00Z; the client certificate ended 2026-01-01T00:00:00Z, 24 hours ago",
        ),
        (with_ca(&ca), &token, "2025-06-01", "service account token until 2026-01-01T00:00:00Z; stands alone"),
        (
            with_ca(&ca),
            &token,
            "2026-06-01",
            "service account token until 2026-01-01T00:00:00Z; the token ended 2026-01-01T00:00:00Z, 151 days ago (its exp)",
        ),
        (
            with_ca(&old_ca),
            &"token: t".into(),
            "2025-06-01",
            "token; kubectl fails when it connects: the CA ended 2022-01-01T00:00:00Z, 1247 days ago",
        ),
        (
            format!("certificate-authority-data: {}", base64(&bundle)),
            &"token: t".into(),
            "2025-06-01",
            "token; the CA CN=old ended 2022-01-01T00:00:00Z, 1247 days ago; no file says when its token ends",
        ),
        // One of two is enough.
        (with_ca(&ca), &both, "2026-06-01", "client certificate until 2026-01-01T00:00:00Z, token; stands alone"),
        (with_ca(&ca), &format!("token: {}", jwt(r#"{"iss": "x"}"#)), "2025-06-01", "ID token; stands alone"),
        (
            with_ca(&ca),
            &format!("token: {}", jwt(r#"{"iss": "x", "exp": 1e300}"#)),
            "2025-06-01",
            "ID token; stands alone",
        ),
        (
            with_ca(&ca),
            &format!("token: {}", jwt(r#"{"iss": "x", "exp": "x"}"#)),
            "2025-06-01",
            "ID token; stands alone",
        ),
    ] {
        let place = one(&cluster, user);
        let backup = place.load().export().at(day(at)).build().unwrap();
        assert_eq!(backup.report().contexts[0].to_string(), format!("c: {line}"));
    }
}
