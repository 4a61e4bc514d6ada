//! What a backup says of its contexts.

use super::*;

#[test]
fn what_a_context_depends_on() {
    const EXEC: &str = "exec: {command: login, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}";
    let oidc = "auth-provider: {name: oidc, config: {idp-issuer-url: 'https://i', client-id: x}}";
    let exec_and_token = format!("{EXEC}, token: t");
    let exec_and_name = format!("{EXEC}, username: me");
    for (server, cluster, user, line) in [
        ("https://10.0.0.1", "", "token: t", "token; stands alone"),
        ("https://10.0.0.1", "", "username: me, password: p", "user name and password; stands alone"),
        ("https://10.0.0.1", "", "", "no credentials; needs credentials typed in"),
        ("https://10.0.0.1", "", EXEC, "command; needs login on the machine"),
        // What client-go would not run is not needed.
        ("https://10.0.0.1", "", &exec_and_token, "token; stands alone"),
        ("https://10.0.0.1", "", &exec_and_name, "user name and password; stands alone"),
        ("https://10.0.0.1", "", oidc, "login plugin oidc; needs the login plugin oidc (auth-provider)"),
        ("https://127.0.0.1:6443", "", "token: t", "token; this machine only"),
        ("https://[::1]:6443", "", EXEC, "command; this machine only; needs login on the machine"),
        ("https://localhost", "", "token: t", "token; this machine only"),
        ("https://10.0.0.1", "proxy-url: 'socks5://localhost:1080'", "token: t", "token; this machine only"),
        ("https://10.0.0.1", "proxy-url: 'http://proxy:3128'", "token: t", "token; stands alone"),
        // Plain http takes no credentials, and without a server it goes to localhost:8080.
        ("http://10.0.0.1:8080", "", "token: t", "no credentials; stands alone"),
        ("10.0.0.1:8080", "", EXEC, "no credentials; stands alone"),
        ("", "", "token: t", "no credentials; this machine only"),
        // Without brackets kubectl takes what is behind the last colon for the port, and the rest must be an address then.
        ("https://fd00::1:6443", "", "token: t", "token; stands alone"),
        ("https://2001:db8::11", "", "token: t", "refused by kubectl: "),
        ("https://fd00::6443", "", "token: t", "refused by kubectl: "),
        // What kubectl would refuse is of no use anywhere.
        ("https://10.0.0.1", "", "token: t, username: me", "refused by kubectl: "),
        ("https://10.0.0.1", "", "client-certificate-data: QUJD", "refused by kubectl: "),
        ("https://10.0.0.1", "", "auth-provider: {name: gcp}", "refused by kubectl: "),
        ("https://10.0.0.1", "certificate-authority-data: QUJD", "token: t", "refused by kubectl: "),
    ] {
        let text = format!(
            "clusters: [{{name: k, cluster: {{server: '{server}', {cluster}}}}}]\nusers: [{{name: u, user: {{{user}}}}}]\n\
             contexts: [{{name: c, context: {{cluster: k, user: u}}}}]"
        );
        let backup = loaded(&text).export().build().unwrap_or_else(|e| panic!("{text}: {e}"));
        let shown = backup.report().contexts[0].to_string();
        match line.strip_suffix(' ') {
            Some(part) => assert!(shown.contains(part), "{shown}"),
            None => assert_eq!(shown, format!("c: {line}"), "{text}"),
        }
        assert_eq!(backup.report().stands_alone(), line.ends_with("stands alone"));
        let warned = backup.report().to_string().contains("without brackets");
        assert_eq!(warned, server == "https://fd00::1:6443", "{server}");
    }
}

#[cfg(feature = "cert")]
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
    let token = format!("token: {}", jwt(r#"{"sub": "x", "exp": 1767225600}"#)); // 2026-01-01
    let with_ca = |ca: &Ca| format!("certificate-authority-data: {}", base64(&ca.certificate));
    let bundle = format!("{}{}", old_ca.certificate, ca.certificate);
    let both = format!("{certificate}, token: opaque");
    for (cluster, user, at, line) in [
        (String::new(), &certificate, "2025-06-01", "client certificate until 2026-01-01T00:00:00Z; stands alone"),
        (
            String::new(),
            &certificate,
            "2026-01-02",
            "client certificate until 2026-01-01T00:00:00Z; the client certificate has expired",
        ),
        (with_ca(&ca), &token, "2025-06-01", "token until 2026-01-01T00:00:00Z; stands alone"),
        (with_ca(&ca), &token, "2026-06-01", "token until 2026-01-01T00:00:00Z; the token has expired"),
        (with_ca(&old_ca), &"token: t".into(), "2025-06-01", "token; the CA has expired"),
        (
            format!("certificate-authority-data: {}", base64(&bundle)),
            &"token: t".into(),
            "2025-06-01",
            "token; stands alone",
        ),
        // One of two is enough.
        (String::new(), &both, "2026-06-01", "client certificate until 2026-01-01T00:00:00Z, token; stands alone"),
        (String::new(), &format!("token: {}", jwt("{}")), "2025-06-01", "token; stands alone"),
        (String::new(), &format!("token: {}", jwt(r#"{"exp": 1e300}"#)), "2025-06-01", "token; stands alone"),
        (String::new(), &format!("token: {}", jwt(r#"{"exp": "x"}"#)), "2025-06-01", "token; stands alone"),
    ] {
        let place = one(&cluster, user);
        let backup = place.load().export().at(day(at)).build().unwrap();
        assert_eq!(backup.report().contexts[0].to_string(), format!("c: {line}"));
    }
}
