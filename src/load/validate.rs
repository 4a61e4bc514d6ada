//! The rules of client-go's `validation.go`, in its words. Names are printed, values are not.

use super::target::{set_data, set_secret_data};
use super::{Loaded, Subject, files, url};
use crate::config::{AuthInfo, Cluster, Context, ExecConfig, Kubeconfig, set, set_secret, without_userinfo};
use crate::error::{Error, ErrorKind, Printable, Result};
use std::path::Path;

impl Loaded {
    /// client-go's `Validate`: every entry, used or not, and the current context.
    ///
    /// # Errors
    /// All that is wrong, together: the current context first, then contexts, users and clusters, each in their order.
    /// [`ErrorKind::EmptyConfig`] where there is nothing at all.
    pub fn validate(&self) -> Result<()> {
        let config = self.config();
        if is_empty(config) {
            return Err(empty_config());
        }
        let mut errors = Vec::new();
        if let Some(name) = config.current_context() {
            if !config.contexts.contains(name) {
                errors.push(self.placed(context_not_found(name), Subject::CurrentContext));
            }
        }
        for (name, body) in config.contexts.iter() {
            self.check_context(name, body, &mut errors);
        }
        for name in config.users.names() {
            self.check_user(name, &mut errors);
        }
        for name in config.clusters.names() {
            self.check_cluster(name, &mut errors);
        }
        all(errors)
    }

    /// client-go's function `ConfirmUsable`: the context `context` (`None` or empty: the current one) with its cluster
    /// and its user. Stricter than [`target`](Loaded::target): both must exist, and the namespace must be one.
    ///
    /// # Errors
    /// All that is wrong, together. [`ErrorKind::EmptyConfig`] where there is nothing at all,
    /// [`ErrorKind::ContextNotFound`] where there is no such context, or none chosen.
    pub fn confirm_usable(&self, context: Option<&str>) -> Result<()> {
        let config = self.config();
        if is_empty(config) {
            return Err(empty_config());
        }
        let chosen = context.filter(|name| !name.is_empty());
        let Some(name) = chosen.or(config.current_context()) else {
            return Err(Error::new(ErrorKind::ContextNotFound, "no context chosen"));
        };
        let Some(body) = config.contexts.get(name) else {
            let error = context_not_found(name);
            return Err(if chosen.is_some() { error } else { self.placed(error, Subject::CurrentContext) });
        };
        let mut errors = Vec::new();
        self.check_context(name, body, &mut errors);
        self.check_user(set(&body.user).unwrap_or_default(), &mut errors);
        self.check_cluster(set(&body.cluster).unwrap_or_default(), &mut errors);
        all(errors)
    }

    fn check_context(&self, name: &str, body: &Context, errors: &mut Vec<Error>) {
        let found = validate_context(name, body, self.config());
        errors.extend(found.into_iter().map(|error| self.placed(error, Subject::Context(name))));
    }

    fn check_user(&self, name: &str, errors: &mut Vec<Error>) {
        if let Some(body) = self.user_with_paths(name) {
            let found = validate_user(name, &body);
            errors.extend(found.into_iter().map(|error| self.placed(error, Subject::User(name))));
        }
    }

    fn check_cluster(&self, name: &str, errors: &mut Vec<Error>) {
        let subject = Subject::Cluster(name);
        match self.cluster_with_paths(name) {
            // One that is not there is as bad as one that says nothing.
            None => errors.push(no_server(name)),
            Some(body) if is_blank(&body) && self.origin(subject).is_none() => errors.push(empty_cluster()),
            Some(body) => {
                let found = validate_cluster(name, &body);
                errors.extend(found.into_iter().map(|error| self.placed(error, subject)));
            }
        }
    }
}

pub(super) fn all(errors: Vec<Error>) -> Result<()> {
    Error::several(errors).map_or(Ok(()), Err)
}

#[cold]
fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidConfiguration, message)
}

#[cold]
pub(super) fn context_not_found(name: &str) -> Error {
    Error::new(ErrorKind::ContextNotFound, format!("context was not found for specified context: {}", Printable(name)))
}

#[cold]
pub(super) fn empty_config() -> Error {
    Error::new(
        ErrorKind::EmptyConfig,
        "no configuration has been provided, try setting KUBERNETES_MASTER environment variable",
    )
}

#[cold]
pub(super) fn empty_cluster() -> Error {
    invalid("cluster has no server defined".into())
}

#[cold]
fn no_server(cluster: &str) -> Error {
    invalid(match cluster {
        "" => "default cluster has no server defined".into(),
        name => format!("no server found for cluster \"{}\"", Printable(name)),
    })
}

/// client-go's `IsConfigEmpty`.
fn is_empty(config: &Kubeconfig) -> bool {
    config.users.is_empty()
        && config.clusters.is_empty()
        && config.contexts.is_empty()
        && config.current_context().is_none()
        && config.preferences.extensions.is_empty()
        && !config.preferences.colors
        && config.extensions.is_empty()
}

/// Whether a cluster says nothing that client-go would see.
pub(super) fn is_blank(cluster: &Cluster) -> bool {
    set(&cluster.server).is_none()
        && set(&cluster.tls_server_name).is_none()
        && !cluster.insecure_skip_tls_verify
        && set(&cluster.certificate_authority).is_none()
        && set_data(&cluster.certificate_authority_data).is_none()
        && set(&cluster.proxy_url).is_none()
        && !cluster.disable_compression
        && cluster.extensions.is_empty()
}

pub(super) fn validate_cluster(name: &str, cluster: &Cluster) -> Vec<Error> {
    let mut errors = Vec::new();
    let shown = Printable(name);
    if set(&cluster.server).is_none() {
        errors.push(no_server(name));
    }
    if let Some(proxy) = set(&cluster.proxy_url) {
        if let Some(fault) = url::proxy_fault(proxy) {
            let proxy = without_userinfo(proxy);
            errors.push(invalid(format!("invalid 'proxy-url' \"{proxy}\" for cluster \"{shown}\": {fault}")));
        }
    }
    if let Some(path) = set(&cluster.certificate_authority) {
        if set_data(&cluster.certificate_authority_data).is_some() {
            errors.push(invalid(format!(
                "certificate-authority-data and certificate-authority are both specified for {shown}"
            )));
        }
        check_open("certificate-authority", path, name, &mut errors);
    }
    errors
}

pub(super) fn validate_user(name: &str, user: &AuthInfo) -> Vec<Error> {
    let mut errors = Vec::new();
    let shown = Printable(name);
    validate_certificate(name, user, &mut errors);
    if let Some(exec) = &user.exec {
        if user.auth_provider.is_some() {
            errors.push(invalid(format!(
                "authProvider cannot be provided in combination with an exec plugin for {shown}"
            )));
        }
        validate_exec(name, exec, &mut errors);
    }
    let basic = set(&user.username).is_some() || set_secret(&user.password).is_some();
    if set_secret(&user.token).is_some() && basic {
        errors.push(invalid(format!(
            "more than one authentication method found for {shown}; found [token basicAuth], only one is allowed"
        )));
    }
    let impersonates = set(&user.impersonate_uid).is_some()
        || !user.impersonate_groups.is_empty()
        || !user.impersonate_user_extra.is_empty();
    if impersonates && set(&user.impersonate).is_none() {
        errors.push(invalid(format!("requesting uid, groups or user-extra for {shown} without impersonating a user")));
    }
    errors
}

/// A key alone is not looked at.
fn validate_certificate(name: &str, user: &AuthInfo, errors: &mut Vec<Error>) {
    let shown = Printable(name);
    let (certificate, certificate_data) =
        (set(&user.client_certificate), set_data(&user.client_certificate_data).is_some());
    let (key, key_data) = (set(&user.client_key), set_secret_data(&user.client_key_data).is_some());
    if certificate.is_none() && !certificate_data {
        return;
    }
    if certificate.is_some() && certificate_data {
        errors.push(invalid(format!("client-cert-data and client-cert are both specified for {shown}")));
    }
    if key.is_some() && key_data {
        errors.push(invalid(format!("client-key-data and client-key are both specified for {shown}")));
    }
    if key.is_none() && !key_data {
        errors.push(invalid(format!(
            "client-key-data or client-key must be specified for {shown} to use the clientCert authentication method"
        )));
    }
    if let Some(path) = certificate {
        check_open("client-cert", path, name, errors);
    }
    if let Some(path) = key {
        check_open("client-key", path, name, errors);
    }
}

fn validate_exec(name: &str, exec: &ExecConfig, errors: &mut Vec<Error>) {
    let shown = Printable(name);
    let mut required = |what: &str, is_set: bool| {
        if !is_set {
            errors.push(invalid(format!("{what} must be specified for {shown} to use exec authentication plugin")));
        }
    };
    required("command", set(&exec.command).is_some());
    required("apiVersion", set(&exec.api_version).is_some());
    required("env variable name", exec.variables().iter().all(|variable| set(&variable.name).is_some()));
    let mode = exec.effective_interactive_mode();
    required("interactiveMode", mode.is_some());
    if let Some(mode) = mode {
        if !matches!(mode, "Never" | "IfAvailable" | "Always") {
            errors.push(
                invalid(format!("invalid interactiveMode for {shown}: \"{}\"", Printable(mode)))
                    .with_help("it must be Never, IfAvailable or Always"),
            );
        }
    }
}

fn validate_context(name: &str, context: &Context, config: &Kubeconfig) -> Vec<Error> {
    let mut errors = Vec::new();
    let shown = Printable(name);
    if name.is_empty() {
        errors.push(invalid("empty context name is not allowed".into()));
    }
    let mut refers = |what: &str, to: Option<&str>, exists: bool| match to {
        None => errors.push(invalid(format!("{what} was not specified for context \"{shown}\""))),
        Some(to) if !exists => {
            let to = Printable(to);
            errors.push(invalid(format!("{what} \"{to}\" was not found for context \"{shown}\"")));
        }
        Some(_) => {}
    };
    let user = set(&context.user);
    refers("user", user, user.is_some_and(|name| config.users.contains(name)));
    let cluster = set(&context.cluster);
    refers("cluster", cluster, cluster.is_some_and(|name| config.clusters.contains(name)));
    if let Some(namespace) = set(&context.namespace) {
        if !is_dns_label(namespace) {
            errors.push(invalid(format!(
                "namespace \"{}\" for context \"{shown}\" does not conform to the kubernetes DNS_LABEL rules",
                Printable(namespace)
            )));
        }
    }
    errors
}

/// RFC 1123: small letters, digits and hyphens, none of these first or last, at most 63.
fn is_dns_label(text: &str) -> bool {
    text.len() <= 63
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
        && !text.is_empty()
}

fn check_open(what: &str, path: &str, name: &str, errors: &mut Vec<Error>) {
    if let Err(error) = files::can_open(Path::new(path)) {
        let (path, name) = (Printable(path), Printable(name));
        errors.push(invalid(format!("unable to read {what} {path} for {name} due to {error}")));
    }
}
