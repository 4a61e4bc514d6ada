//! Bearer tokens: whether a request can carry one, until when it is valid, and for whom it is.

use super::credential::{Credential, End, Login, Proof};
use super::entry::Judged;
use super::note::Note;
use super::placeholder::placeholder;
use super::question::Question;
use super::when::{ago, ahead};
use crate::error::Printable;
use crate::finding::{Code, Effect, Finding};
use crate::jwt::Claims;
use serde_json::Value;
use std::sync::Arc;
use zeroize::Zeroizing;

/// `kubeconfig-…:…`, `token-…:…` and, of Rancher 2.13 and later, `ext/…:…`; Rancher splits at exactly one colon.
pub(crate) fn is_rancher_token(token: &str) -> bool {
    let Some((name, secret)) = token.trim().split_once(':') else { return false };
    let is_of = |prefix: &str| name.strip_prefix(prefix).is_some_and(|id| !id.is_empty() && !id.ends_with('.'));
    let known = ["kubeconfig-", "ext/", "token-"].iter().any(|prefix| is_of(prefix));
    known && !secret.is_empty() && !secret.contains(':')
}

/// Whether Rancher 2.2 to 2.5 made the token for one cluster: `kubeconfig-USER.CLUSTER:…`. Those in a file have no end,
/// and each download gives the same one (`EnsureClusterToken`); logins of its program have such names too, and an end.
pub(crate) fn is_token_of_2_5(token: &str) -> bool {
    let name = token.split_once(':').and_then(|(name, _)| name.strip_prefix("kubeconfig-"));
    is_rancher_token(token) && name.is_some_and(|name| name.contains('.'))
}

/// Judges the token `text` of the field `field`; `what` is its name in messages.
pub(super) fn judge(text: &str, field: &'static str, what: &str, question: &Question) -> Judged {
    let found = unusable(text, what);
    let token = text.trim_end_matches([' ', '\t']);
    let mut judged = match Claims::of(token) {
        Some(claims) if found.is_none() => of_claims(&claims, field, what, question),
        _ if is_rancher_token(token) => Judged::new(Credential::new(Login::RancherToken)),
        _ => Judged::new(Credential::new(Login::Token)),
    };
    judged.notes.extend(found.map(|finding| Note::new(field, finding)));
    judged.token = Some(Arc::new(Zeroizing::new(token.to_owned())));
    judged
}

/// Whether no header can carry the text: Go sends tabs, and no other control character.
pub(super) fn cannot_be_sent(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_control() && c != '\t')
}

/// Returns why no API server takes a token, if its text alone says so; `what` is its name in the message.
pub(crate) fn unusable(token: &str, what: &str) -> Option<Finding> {
    let found = placeholder(token);
    let token = token.trim_end_matches([' ', '\t']);
    let cannot_be_sent = cannot_be_sent(token);
    if let Some(placeholder) = found {
        let message = format!("{what} is {placeholder}: the secret itself is not in the file");
        let effect = if cannot_be_sent { Effect::Refused } else { Effect::Fails };
        return Some(Finding::new(Code::PlaceholderSecret, message).with_effect(effect));
    }
    let invalid = |fault: &str| Some(Finding::new(Code::InvalidToken, format!("{what} {fault}")));
    if cannot_be_sent {
        let finding = invalid("has a line break or another control character in it, which no request can carry");
        return finding.map(|finding| finding.with_effect(Effect::Refused));
    }
    match token.get(..7) {
        Some(scheme) if ["bearer ", "bearer:", "bearer="].iter().any(|word| scheme.eq_ignore_ascii_case(word)) => {
            return invalid("begins with the word Bearer, which kubectl adds itself: remove that word");
        }
        _ => {}
    }
    match () {
        () if token.starts_with(['"', '\'']) => invalid("stands in quotes, which kubectl sends along: remove them"),
        () if token.contains([' ', '\t']) => invalid("has a blank in it, and servers take only what comes before it"),
        () if is_encoded_again(token) => invalid("is a JWT that was encoded in base64 once more: decode it once"),
        () if token.starts_with("LS0tLS1") || token.starts_with("-----BEGIN") => invalid("is PEM, and not a token"),
        () if !token.is_ascii() => invalid("has characters in it that no token has"),
        () => broken_jwt(token).and_then(invalid),
    }
}

/// What keeps a token in the form of a JWT from being one.
fn broken_jwt(token: &str) -> Option<&'static str> {
    let [header, _, signature] = token.split('.').collect::<Vec<_>>()[..] else { return None };
    let is_base64 = |part: &str| part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'='));
    match () {
        () if !token.starts_with("eyJ") => None,
        () if signature.is_empty() => Some("is a JWT without a signature: copy all of it"),
        () if placeholder(signature).is_some() => Some("is a JWT with a placeholder for its signature: copy all of it"),
        () if !token.split('.').all(is_base64) => Some("is a JWT with characters that none has: copy it again"),
        // `{"alg":"none"`
        () if header.starts_with("eyJhbGciOiJub25l") => Some("is a JWT that nobody signed, which no server takes"),
        () => None,
    }
}

/// `{"alg":…}.{…}.…` in base64, and that in base64 again: a token as it stands in a Secret.
fn is_encoded_again(token: &str) -> bool {
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
    let decoded = STANDARD.decode(token).or_else(|_| STANDARD_NO_PAD.decode(token));
    let Ok(decoded) = decoded.map(Zeroizing::new) else { return false };
    std::str::from_utf8(&decoded).is_ok_and(|inner| inner.starts_with("eyJ") && Claims::of(inner.trim()).is_some())
}

fn of_claims(claims: &Claims, field: &'static str, what: &str, question: &Question) -> Judged {
    let is_service_account = claims.text("sub").is_some_and(|sub| sub.starts_with("system:serviceaccount:"));
    let login = if is_service_account { Login::ServiceAccountToken } else { Login::IdToken };
    let mut judged = Judged::new(Credential::new(login));
    judged.credential.from = claims.time("nbf");
    let note = |finding: Finding| Note::new(field, finding);
    if let Some(until) = claims.time("exp") {
        judged.credential.end = End::At(until);
        judged.credential.proof = Some(Proof::Jwt);
        judged.notes.extend(ends(&judged.credential, what, "its exp", question).map(note));
    }
    let limited = limit(claims, is_service_account);
    judged
        .notes
        .extend(limited.map(|limit| note(Finding::new(Code::LimitedToken, limit).with_effect(Effect::Unknown))));
    judged
}

/// What the dates of a token say at that time; `told` is who says so.
pub(crate) fn ends(credential: &Credential, what: &str, told: &str, question: &Question) -> Option<Finding> {
    let at = question.at;
    if let End::At(end) = credential.end {
        if end.as_secs() <= at.as_secs() {
            return Some(Finding::new(Code::TokenExpired, format!("{what} ended {} ({told})", ago(end, at))));
        }
    }
    if let Some(start) = credential.from.filter(|start| start.as_secs() > at.as_secs()) {
        return Some(Finding::new(Code::TokenNotYetValid, format!("{what} is valid from {}", ahead(start, at))));
    }
    let End::At(end) = credential.end else { return None };
    let is_soon = question.within.is_some_and(|within| end.as_secs() - at.as_secs() <= within.as_secs());
    is_soon.then(|| Finding::new(Code::TokenExpiresSoon, format!("{what} ends {} ({told})", ahead(end, at))))
}

/// Why a token may be refused before its end.
fn limit(claims: &Claims, is_service_account: bool) -> Option<String> {
    let issuer = claims.text("iss").filter(|issuer| !issuer.is_empty());
    let is_bound = |to: &str| claims.get("kubernetes.io").and_then(|bound| bound.get(to)).is_some();
    let why = match issuer {
        None => "its token is a JWT without an issuer, and Kubernetes accepts none of those",
        Some(_) if is_bound("pod") || is_bound("node") => {
            "its token lives only as long as the pod or node it is bound to"
        }
        Some(issuer) if is_service_account && !is_for_api_server(claims.get("aud"), issuer) => {
            "its token is for an audience other than the API server"
        }
        // Rancher as an OIDC provider.
        Some(issuer) if issuer.trim_end_matches('/').ends_with("/oidc") => {
            "its token is proved by keys that its issuer hands out, perhaps Rancher"
        }
        Some(_) => return None,
    };
    Some(why.to_owned())
}

/// Whether a service account's token is one for the API server: for its issuer, which is what an API server takes by
/// default, or for a name of Kubernetes' own. The tokens of old had no audience at all.
fn is_for_api_server(audience: Option<&Value>, issuer: &str) -> bool {
    let is_own = |text: &str| {
        let rest = text.strip_prefix("https://kubernetes.default.svc");
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '/', ':']))
    };
    let fits = |audience: &Value| {
        let known = |text: &str| text == issuer || is_own(text);
        audience.as_str().is_some_and(|text| known(text) || matches!(text, "api" | "k3s" | "rke2"))
    };
    match audience {
        None | Some(Value::Null) => true,
        Some(Value::Array(audiences)) => audiences.is_empty() || audiences.iter().any(fits),
        Some(audience) => fits(audience),
    }
}

/// The host that hands out the keys which prove a token.
#[cfg(feature = "rancher")]
pub(crate) fn issuer(token: &str) -> Option<String> {
    let claims = Claims::of(token)?;
    Some(crate::url::ServerUrl::of(claims.text("iss")?).host_key()).filter(|host| !host.is_empty())
}

/// The name of a token file in messages.
pub(super) fn in_file(path: &str) -> String {
    format!("the token in {}", Printable(&crate::secret::without_content(path)))
}
