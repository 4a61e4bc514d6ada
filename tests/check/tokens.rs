//! Tokens and their files.

use super::{Files, Row, pki, with_user};
use base64::Engine;
use kubeconfig::finding::Code::*;
use kubeconfig::finding::Severity::{Error, Note, Warning};

/// A token that is a JWT with those claims.
pub(super) fn jwt(claims: &str) -> String {
    let part = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.{}", part("{\"alg\":\"RS256\"}"), part(claims), part("signature"))
}

/// One that ends so many seconds from now.
pub(super) fn until(seconds: i64) -> String {
    jwt(&format!("{{\"exp\":{},\"sub\":\"system:serviceaccount:a:b\"}}", pki::now() as i64 + seconds))
}

const DAY: i64 = 86_400;

pub(super) fn rows() -> Vec<Row> {
    let token = |code, severity, bad: &str, good: &str| {
        let of = |token: &str| Files::one(with_user(&format!("token: {token}")));
        Row::new(code, severity, "token:", of(bad), of(good))
    };
    let file = |content: &str| Files::one(with_user("tokenFile: token")).with("token", content);
    let rancher = "kubeconfig-u-abcde12345:2kgnlrzb4q6mzpblskcnbrzkwm8hbvbwpwd6jhtb7v4xv5nqbdnlkc";
    let of_pod = format!(
        r#"{{"iss":"https://kubernetes.default.svc","exp":{},"sub":"system:serviceaccount:a:b","kubernetes.io":{{"namespace":"a","pod":{{"name":"p","uid":"1"}}}}}}"#,
        pki::now() as i64 + 90 * DAY
    );
    vec![
        token(TokenExpired, Error, &until(-DAY), &until(90 * DAY)),
        token(TokenExpiresSoon, Warning, &until(29 * DAY), &until(31 * DAY)),
        token(TokenNotYetValid, Error, &jwt("{\"nbf\":9999999999,\"exp\":9999999999}"), &until(90 * DAY)),
        token(InvalidToken, Error, "\"a\\nb\"", "ab"),
        token(InvalidToken, Error, "\"ab\\n\"", "ab"),
        token(InvalidToken, Error, "a b", "'ab '"),
        Row::new(
            NoCredentials,
            Note,
            "name: u",
            Files::one(with_user("as: someone")),
            Files::one(with_user("token: t\nas: someone")),
        ),
        token(RancherToken, Note, rancher, "abc"),
        token(RancherToken, Note, "ext/token-abcde:secret", "a:b:c"),
        token(UnboundToken, Warning, rancher, "abc"),
        token(PlaceholderSecret, Error, "REDACTED", "abc"),
        token(PlaceholderSecret, Error, "'<token>'", "abc"),
        token(LimitedToken, Warning, &jwt(&of_pod), &jwt(&of_pod.replace("\"pod\"", "\"secret\""))),
        Row::new(TokenExpired, Error, "tokenFile", file(&until(-DAY)), file(&until(90 * DAY))),
        Row::new(TokenExpiresSoon, Warning, "tokenFile", file(&until(DAY)), file(&until(90 * DAY))),
        Row::new(TokenFileMissing, Error, "tokenFile", Files::one(with_user("tokenFile: gone")), file("t")),
        Row::new(TokenFileMissing, Error, "tokenFile", file("\n"), file("t")),
        Row::new(TokenFileMissing, Note, "tokenFile", Files::one(with_user("tokenFile: gone\ntoken: t")), file("t")),
        Row::new(TokenFileAsSecretRead, Warning, "tokenFile", file("-----BEGIN PRIVATE KEY-----\nAAAA\n"), file("t\n")),
        Row::new(TokenFileAsSecretRead, Warning, "tokenFile", file("root:x:0:0\ndaemon:x:1:1\n"), file("t\n")),
        Row::new(
            TokenFileAsSecretRead,
            Warning,
            "tokenFile",
            Files::one(with_user("tokenFile: .ssh/id_rsa")),
            file("t"),
        ),
    ]
}

#[test]
fn a_token_without_an_end_says_nothing() {
    const ISSUED: &str = "\"iss\":\"https://issuer\"";
    let claims = ["", ",\"exp\":\"soon\"", ",\"exp\":-1"].map(|more| format!("{{{ISSUED}{more}}}"));
    let broken = ["{\"exp\":1e400}", "[]", "not json"].map(str::to_owned);
    for claims in claims.into_iter().chain(broken) {
        let report = super::checker().bytes("config", with_user(&format!("token: {}", jwt(&claims))));
        assert_eq!(report.findings().count(), 0, "{claims}: {report}");
    }
}
