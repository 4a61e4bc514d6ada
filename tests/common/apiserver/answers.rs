//! The API: `/version`, discovery in its old form, namespaces, no pods, and the secret in which helm keeps a release.

use super::Config;
use super::http::{Answer, Asked};
use crate::common::pki::base64;
use serde_json::{Value, json};

/// When everything here was made.
const CREATED: &str = "2026-01-01T00:00:00Z";

/// The answer to that request, of somebody who was let in or was not.
pub(super) fn to(config: &Config, asked: &Asked, let_in: bool) -> Answer {
    if !let_in {
        // Each in its own words.
        return match config.behind {
            Some(_) => answer(401, json!({"type": "error", "status": "401", "message": "must authenticate"})),
            None => failure(401, "Unauthorized", "Unauthorized"),
        };
    }
    if !asked.is_get {
        return failure(405, "MethodNotAllowed", "this server only answers GET");
    }
    let path = asked.path.split('?').next().unwrap_or_default();
    let found = api_path(config, path).and_then(|path| api(&config.name, path, asked.takes_table));
    found.map_or_else(
        || failure(404, "NotFound", "the server could not find the requested resource"),
        |body| answer(200, body),
    )
}

/// The path in the cluster's API, which Rancher has below the cluster's id.
fn api_path<'a>(config: &Config, path: &'a str) -> Option<&'a str> {
    let Some(ids) = &config.behind else { return Some(path) };
    let (id, _) = path.strip_prefix("/k8s/clusters/")?.split_once('/')?;
    ids.iter().any(|known| known == id).then(|| &path["/k8s/clusters/".len() + id.len()..])
}

fn api(name: &str, path: &str, as_table: bool) -> Option<Value> {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    Some(match parts[..] {
        ["version"] => json!({"major": "1", "minor": "32", "gitVersion": "v1.32.3", "platform": "linux/amd64"}),
        ["api"] => json!({"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}),
        ["apis"] => json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": []}),
        ["api", "v1"] => resources(),
        ["api", "v1", "namespaces"] if as_table => table(&namespaces(name)),
        ["api", "v1", "namespaces"] => list("NamespaceList", &namespaces(name)),
        ["api", "v1", "pods"] | ["api", "v1", "namespaces", _, "pods"] => list("PodList", &[]),
        ["api", "v1", "secrets"] => list("SecretList", &[release(name, "default")]),
        ["api", "v1", "namespaces", namespace, "secrets"] => list("SecretList", &[release(name, namespace)]),
        _ => return None,
    })
}

fn resources() -> Value {
    let resource = |name: &str, kind: &str, short: &str, namespaced: bool| {
        json!({"name": name, "singularName": kind.to_lowercase(), "namespaced": namespaced, "kind": kind,
            "verbs": ["get", "list"], "shortNames": [short]})
    };
    json!({"kind": "APIResourceList", "groupVersion": "v1", "resources": [
        resource("namespaces", "Namespace", "ns", false),
        resource("pods", "Pod", "po", true),
        resource("secrets", "Secret", "sec", true),
    ]})
}

fn list(kind: &str, items: &[Value]) -> Value {
    json!({"kind": kind, "apiVersion": "v1", "metadata": {"resourceVersion": "1"}, "items": items})
}

fn namespaces(name: &str) -> Vec<Value> {
    let namespace = |name: &str| {
        json!({"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": name, "creationTimestamp": CREATED},
            "status": {"phase": "Active"}})
    };
    ["default", "kube-system", name].map(namespace).into()
}

/// The same for a client that prints what it is told to print.
fn table(items: &[Value]) -> Value {
    let column = |name: &str| json!({"name": name, "type": "string", "format": "", "description": "", "priority": 0});
    let row = |item: &Value| json!({"cells": [item["metadata"]["name"], "Active", "1d"], "object": item});
    json!({"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": {"resourceVersion": "1"},
        "columnDefinitions": [column("Name"), column("Status"), column("Age")],
        "rows": items.iter().map(row).collect::<Vec<_>>()})
}

/// A chart that was installed: base64 of base64, in which helm takes JSON for what it compresses today.
fn release(name: &str, namespace: &str) -> Value {
    let release = json!({"name": name, "namespace": namespace, "version": 1,
        "info": {"first_deployed": CREATED, "last_deployed": CREATED, "status": "deployed"},
        "chart": {"metadata": {"apiVersion": "v2", "name": "hello", "version": "1.0.0", "appVersion": "1.0.0"}}});
    let secret = format!("sh.helm.release.v1.{name}.v1");
    json!({"kind": "Secret", "apiVersion": "v1", "type": "helm.sh/release.v1",
        "metadata": {"name": secret, "namespace": namespace, "creationTimestamp": CREATED,
            "labels": {"name": name, "owner": "helm", "status": "deployed", "version": "1"}},
        "data": {"release": base64(base64(release.to_string()))}})
}

fn failure(status: u16, reason: &str, message: &str) -> Answer {
    let body = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": message,
        "reason": reason, "code": status});
    answer(status, body)
}

fn answer(status: u16, body: Value) -> Answer {
    Answer { status, body: body.to_string() }
}
