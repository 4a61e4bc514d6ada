//! The kubeconfig itself: names, order and text.

use super::admin::{Admin, Names};
use crate::config::{Context, Kubeconfig, View};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;
use crate::syntax::{Mapping, Scalar, ScalarStyle, Value, to_yaml};
use std::collections::HashMap;

/// The configuration: the first server, or `server`, under the name itself, the others with something behind it.
pub(in crate::rke) fn config(admin: &Admin, name: &str, server: Option<&str>) -> Result<Kubeconfig> {
    let user = match admin.names {
        Names::Rke(_) => format!("kube-admin-{name}"),
        Names::Default => name.to_owned(),
    };
    // What K3s and RKE2 write is not another server, but how this one reaches itself.
    let stays = server.is_none() || matches!(admin.names, Names::Rke(_));
    let is_named = |url: &str| server.is_some_and(|server| server.trim_end_matches('/').eq_ignore_ascii_case(url));
    let others = admin.servers.iter().filter(|(_, url)| stays && !is_named(url));
    let mut servers =
        server.map(|url| ("", url)).into_iter().chain(others.map(|(node, url)| (node.as_str(), url.as_str())));
    let (_, first) = servers.next().ok_or_else(no_server)?;

    let mut config = Kubeconfig::new();
    let mut add = |name: String, url: &str| {
        let mut cluster = admin.cluster.clone();
        cluster.server = Some(url.to_owned());
        config.contexts.insert(name.as_str(), Context::new(name.as_str(), user.as_str()));
        config.clusters.insert(name, cluster);
    };
    add(name.to_owned(), first);
    // How often a name was wanted.
    let mut wanted = HashMap::from([(name.to_owned(), 1)]);
    for (node, url) in servers {
        let mut context = format!("{name}-{node}");
        while let Some(times) = wanted.get_mut(&context) {
            *times += 1;
            context = format!("{context}-{times}");
        }
        wanted.insert(context.clone(), 1);
        add(context, url);
    }
    config.users.insert(user, admin.user.clone());
    config.current_context = Some(name.to_owned());
    Ok(config)
}

#[cold]
fn no_server() -> Error {
    Error::new(
        ErrorKind::NotFound,
        "there is no control-plane node in this state, so it is not known where the cluster is",
    )
    .with_help("name a server (--server https://HOST:6443)")
}

/// The text in the shape of the tool whose names it has.
pub(super) fn text(config: &Kubeconfig, names: &Names) -> Result<Secret<String>> {
    match names {
        Names::Rke(_) => Ok(Secret::new(to_yaml(&rke(config))?)),
        Names::Default => Ok(Secret::new(View::of(config).raw(true).to_yaml()?)),
    }
}

/// As RKE's template has it (`pki/kubeconfig.go`), names in quotes, without the `api-version` that strict readers refuse.
fn rke(config: &Kubeconfig) -> Value {
    let quoted = |text: &str| Value::Scalar(Scalar::spelled(text, ScalarStyle::DoubleQuoted, ""));
    let plain = |text: &str| Value::Scalar(Scalar::plain(text));
    let map = |fields: Vec<(&str, Value)>| Value::Mapping(Mapping::from_iter(fields));
    let clusters = config.clusters.iter().map(|(name, cluster)| {
        let mut body = Vec::new();
        body.extend(
            cluster.certificate_authority_data.as_ref().map(|ca| ("certificate-authority-data", plain(ca.as_base64()))),
        );
        body.extend(cluster.server.as_deref().map(|server| ("server", quoted(server))));
        map(vec![("cluster", map(body)), ("name", quoted(name))])
    });
    let contexts = config.contexts.iter().map(|(name, context)| {
        let body = vec![
            ("cluster", quoted(context.cluster.as_deref().unwrap_or_default())),
            ("user", quoted(context.user.as_deref().unwrap_or_default())),
        ];
        map(vec![("context", map(body)), ("name", quoted(name))])
    });
    let users = config.users.iter().map(|(name, user)| {
        let certificate = user.client_certificate_data.as_ref().map(|data| data.as_base64());
        let key = user.client_key_data.as_ref().map(|data| data.expose().as_base64());
        let body = [("client-certificate-data", certificate), ("client-key-data", key)];
        let body = body.into_iter().filter_map(|(key, data)| Some((key, plain(data?)))).collect();
        map(vec![("name", quoted(name)), ("user", map(body))])
    });
    map(vec![
        ("apiVersion", plain("v1")),
        ("kind", plain("Config")),
        ("clusters", Value::Sequence(clusters.collect())),
        ("contexts", Value::Sequence(contexts.collect())),
        ("current-context", quoted(config.current_context().unwrap_or_default())),
        ("users", Value::Sequence(users.collect())),
    ])
}
