//! Logins without a certificate or a token, and contexts that name what is not there.

use super::{Case, base, good_token, pki};
use serde_json::{Value, json};

pub(super) fn cases() -> Vec<Case> {
    [exec(), rancher(), providers(), passwords(), nobody(), impersonation(), headers(), contexts()].concat()
}

const V1: &str = "client.authentication.k8s.io/v1";
const V1BETA1: &str = "client.authentication.k8s.io/v1beta1";
const NO_LOGIN: &str = "what the command prints decides";

fn headers() -> Vec<Case> {
    let of = |name: &str, fields: Value| Case::new("header-unsendable", name).user_fields(fields);
    vec![
        of("as", json!({"as": "a\nb"})),
        of("as-groups", json!({"as": "a", "as-groups": ["x", "y\rz"]})),
        of("as-uid", json!({"as": "a", "as-uid": "1\n"})),
        of("as-user-extra", json!({"as": "a", "as-user-extra": {"k": ["v\n"]}})),
    ]
}

fn exec() -> Vec<Case> {
    let login = |row, name: &str, exec: Value| Case::new(row, name).user(json!({"exec": exec}));
    let refused = |name: &str, exec: Value| login("exec-refused", name, exec);
    let old = |version: &str| json!({"apiVersion": version, "command": "sh", "interactiveMode": "Never"});
    let works = |name: &str, exec: Value| login("exec", name, exec).undecided(NO_LOGIN);
    let gone = |name: &str, exec: Value| login("exec-not-found", name, exec).undecided(NO_LOGIN);
    vec![
        refused("v1alpha1", old("client.authentication.k8s.io/v1alpha1")).code("removed-exec-version"),
        refused(
            "v1alpha1 without a mode",
            json!({"apiVersion": "client.authentication.k8s.io/v1alpha1",
            "command": "aws", "args": ["eks", "get-token"]}),
        )
        .code("removed-exec-version"),
        refused("v2", old("client.authentication.k8s.io/v2")),
        refused("no group", old("v1")),
        refused("another group", old("authentication.k8s.io/v1")),
        refused("no version", json!({"command": "sh", "interactiveMode": "Never"})),
        refused("no command", json!({"apiVersion": V1, "interactiveMode": "Never"})).code("invalid-exec"),
        refused("an empty command", json!({"apiVersion": V1BETA1, "command": ""})).code("invalid-exec"),
        refused("v1 without a mode", json!({"apiVersion": V1, "command": "sh"})).code("invalid-exec"),
        refused(
            "a mode that does not exist",
            json!({"apiVersion": V1, "command": "sh", "interactiveMode": "Sometimes"}),
        )
        .code("invalid-exec"),
        works("v1", json!({"apiVersion": V1, "command": "sh", "interactiveMode": "IfAvailable"})),
        works("v1beta1 without a mode", json!({"apiVersion": V1BETA1, "command": "sh", "args": ["login.sh"]})),
        works("by an absolute path", json!({"apiVersion": V1BETA1, "command": "/bin/sh"})),
        works("beside the file", json!({"apiVersion": V1, "command": "./login.sh", "interactiveMode": "Never"}))
            .file("login.sh", "#!/bin/sh\n"),
        gone("not in PATH", json!({"apiVersion": V1BETA1, "command": "no-such-login-plugin"})),
        gone("not beside the file", json!({"apiVersion": V1, "command": "./bin/login", "interactiveMode": "Never"})),
        gone(
            "by an absolute path",
            json!({"apiVersion": V1BETA1, "command": "/nonexistent/bin/kubelogin",
            "installHint": "ask the team"}),
        ),
        gone(
            "with arguments",
            json!({"apiVersion": V1BETA1, "command": "no-such-eks-login",
            "args": ["get-token", "--cluster", "prod"], "env": [{"name": "STAGE", "value": "prod"}]}),
        ),
    ]
}

fn rancher() -> Vec<Case> {
    let args = ["token", "--server=rancher.example.com", "--user=prod", "--cluster=c-m-7xk2m9qd"];
    let case = |name: &str, command: &str| {
        let exec = json!({"apiVersion": V1BETA1, "command": command, "args": args});
        Case::new("exec-rancher", name).user(json!({"exec": exec})).undecided(NO_LOGIN)
    };
    vec![
        case("in PATH", "rancher"),
        case("by its path", "/usr/local/bin/rancher"),
        case("beside the file", "./rancher"),
        Case::new("exec-version", "v1").undecided(NO_LOGIN).user(json!({"exec": {"apiVersion": V1,
            "command": "rancher", "args": args, "interactiveMode": "IfAvailable"}})),
        no_server("empty", &["token", "--server=", "--user=prod", "--cluster=c-m-7xk2m9qd"]),
        no_server("empty, in two arguments", &["token", "--server", "", "--user", "prod"]),
        no_server("not there", &["token", "--user=prod"]),
        no_server("no user", &["token", "--server=rancher.example.com", "--user=", "--cluster=c-m-7xk2m9qd"]),
    ]
}

/// As Rancher 2.14.1 writes it.
fn no_server(name: &str, args: &[&str]) -> Case {
    let exec = json!({"apiVersion": V1BETA1, "command": "rancher", "args": args});
    Case::new("exec-no-server", name).user(json!({"exec": exec})).undecided(NO_LOGIN)
}

fn providers() -> Vec<Case> {
    let login = |row, name: &str, provider: &str, config: Value| {
        Case::new(row, name).user(json!({"auth-provider": {"name": provider, "config": config}}))
    };
    let issuer = "https://login.example.com";
    let oidc = |name: &str, config: Value| {
        login("provider", name, "oidc", config).undecided("an issuer outside of this machine")
    };
    let bad_ca = json!({"idp-issuer-url": issuer, "client-id": "k", "idp-certificate-authority-data": "bm8gQ0E="});
    vec![
        login("provider-gone", "gcp", "gcp", json!({"cmd-path": "gcloud"})),
        login("provider-gone", "azure", "azure", json!({"environment": "AzurePublicCloud"})),
        login("provider-gone", "openstack", "openstack", json!({})),
        login("provider-gone", "one that never was", "ldap", json!({})),
        login("provider-gone", "oidc in capitals", "OIDC", json!({"idp-issuer-url": issuer, "client-id": "k"})),
        login("provider-invalid", "no settings", "oidc", json!({})),
        login("provider-invalid", "no issuer", "oidc", json!({"client-id": "k"})),
        login("provider-invalid", "no client", "oidc", json!({"idp-issuer-url": issuer})),
        login("provider-invalid", "an empty client", "oidc", json!({"idp-issuer-url": issuer, "client-id": ""})),
        login("provider-invalid", "a CA that is not one", "oidc", bad_ca),
        oidc("without a token", json!({"idp-issuer-url": issuer, "client-id": "k"})),
        oidc(
            "with a refresh token",
            json!({"idp-issuer-url": issuer, "client-id": "k",
            "refresh-token": "kp-refresh-3f9a1c"}),
        ),
        oidc(
            "with a CA",
            json!({"idp-issuer-url": issuer, "client-id": "k",
            "idp-certificate-authority-data": pki::base64(&base().ca.certificate)}),
        ),
    ]
}

fn passwords() -> Vec<Case> {
    let basic = |name: &str, user: Value| Case::new("basic-auth", name).user(user);
    let several = |name: &str, user: Value| Case::new("several-logins", name).user(user);
    let password = "kp-5f4dcc3b5aa765d61d83";
    vec![
        basic("name and password", json!({"username": "admin", "password": password})),
        basic("a name alone", json!({"username": "admin"})),
        basic("an empty password", json!({"username": "admin", "password": ""})),
        several("a token too", json!({"username": "admin", "password": password, "token": good_token()})),
        several("a token and a name", json!({"username": "admin", "token": good_token()})),
        several("a token and a password", json!({"password": password, "token": good_token()})),
        several("a token file too", json!({"username": "admin", "password": password, "tokenFile": "token"}))
            .file("token", good_token()),
        several("beside a certificate", super::certificate(&base().client))
            .user_fields(json!({"username": "admin", "password": password, "token": good_token()})),
    ]
}

fn nobody() -> Vec<Case> {
    let case = |name: &str, user: Value| Case::new("no-credentials", name).user(user);
    vec![
        case("nothing", json!({})),
        case("empty fields", json!({"token": "", "client-certificate-data": "", "username": ""})),
        case("impersonation alone", json!({"as": "jane"})),
        case("a key without a certificate", json!({"client-key-data": pki::base64(&base().client.key)})),
        case("null", json!({"token": null, "exec": null})),
    ]
}

fn impersonation() -> Vec<Case> {
    let case = |name: &str, fields: Value| Case::new("impersonation", name).user_fields(fields);
    vec![
        case("a uid", json!({"as-uid": "1000"})),
        case("groups", json!({"as-groups": ["dev", "ops"]})),
        case("extras", json!({"as-user-extra": {"team": ["a"]}})),
        case("all three", json!({"as-uid": "1000", "as-groups": ["dev"], "as-user-extra": {"team": ["a"]}})),
        case("an empty name", json!({"as": "", "as-groups": ["dev"]})),
        case(
            "with a token",
            json!({"as-groups": ["dev"], "client-certificate-data": null, "client-key-data": null,
            "token": good_token()}),
        ),
    ]
}

fn contexts() -> Vec<Case> {
    let case = |row, name: &str, cluster: &str, user: &str| {
        let mut case = Case::new(row, name);
        case.context = json!({"cluster": cluster, "user": user});
        case
    };
    let here = "something may listen at localhost:8080";
    vec![
        case("dangling-cluster", "another name", "prod", "u").undecided(here),
        case("dangling-cluster", "in capitals", "C", "u").undecided(here),
        case("dangling-cluster", "a blank behind it", "c ", "u").undecided(here),
        case("dangling-user", "another name", "c", "admin"),
        case("dangling-user", "in capitals", "c", "U"),
        case("dangling-user", "the cluster's name", "c", "c"),
    ]
}
