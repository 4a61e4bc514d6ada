//! The rules of client-go's `validation.go`, in its words. Names are printed, values are not.

use super::{Loaded, Subject, files};
use crate::config::{
    AuthInfo, Cluster, Context, ExecConfig, Kubeconfig, ShownName, set, set_data, set_secret, set_secret_data,
};
use crate::error::{Error, ErrorKind, Printable, Result};
use crate::finding::Code;
use crate::secret::without_content;
use crate::url::proxy_fault;
use std::path::Path;

/// A broken rule of client-go's: the error that tells of it, and for those who look into files its code, and the field that
/// it is about.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) code: Code,
    pub(crate) field: &'static str,
    pub(crate) error: Error,
}

impl Fault {
    pub(super) fn new(code: Code, field: &'static str, error: Error) -> Self {
        Fault { code, field, error }
    }
}

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
        let config = self.config();
        let found =
            validate_context(name, body, |user| config.users.contains(user), |name| config.clusters.contains(name));
        errors.extend(found.into_iter().map(|fault| self.placed(fault.error, Subject::Context(name))));
    }

    fn check_user(&self, name: &str, errors: &mut Vec<Error>) {
        if let Some(body) = self.user_with_paths(name) {
            let found = validate_user(name, &body);
            errors.extend(found.into_iter().map(|fault| self.placed(fault.error, Subject::User(name))));
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
                errors.extend(found.into_iter().map(|fault| self.placed(fault.error, subject)));
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
    Error::new(ErrorKind::ContextNotFound, format!("context was not found for specified context: {}", ShownName(name)))
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
        name => format!("no server found for cluster \"{}\"", ShownName(name)),
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

/// client-go's `validateClusterInfo`. Paths in it are to be absolute.
pub(crate) fn validate_cluster(name: &str, cluster: &Cluster) -> Vec<Fault> {
    let mut faults = Vec::new();
    let shown = ShownName(name);
    if set(&cluster.server).is_none() {
        faults.push(Fault::new(Code::NoServer, "server", no_server(name)));
    }
    if let Some(proxy) = set(&cluster.proxy_url) {
        if let Some(fault) = proxy_fault(proxy) {
            let proxy = crate::config::shown("clusters[].cluster.proxy-url", proxy);
            let error = invalid(format!("invalid 'proxy-url' \"{proxy}\" for cluster \"{shown}\": {fault}"));
            faults.push(Fault::new(Code::InvalidProxyUrl, "proxy-url", error));
        }
    }
    if let Some(path) = set(&cluster.certificate_authority) {
        if set_data(&cluster.certificate_authority_data).is_some() {
            let error = format!("certificate-authority-data and certificate-authority are both specified for {shown}");
            faults.push(Fault::new(Code::InvalidCertificateAuthority, "certificate-authority", invalid(error)));
        }
        let error = cannot_open("certificate-authority", path, name);
        faults.extend(error.map(|e| Fault::new(Code::InvalidCertificateAuthority, "certificate-authority", e)));
    }
    faults
}

/// client-go's `validateAuthInfo`. Paths in it are to be absolute.
pub(crate) fn validate_user(name: &str, user: &AuthInfo) -> Vec<Fault> {
    let mut faults = Vec::new();
    let shown = ShownName(name);
    validate_certificate(name, user, &mut faults);
    if let Some(exec) = &user.exec {
        if user.auth_provider.is_some() {
            let error = format!("authProvider cannot be provided in combination with an exec plugin for {shown}");
            faults.push(Fault::new(Code::InvalidExec, "auth-provider", invalid(error)));
        }
        validate_exec(name, exec, &mut faults);
    }
    let basic = set(&user.username).is_some() || set_secret(&user.password).is_some();
    if set_secret(&user.token).is_some() && basic {
        let error = invalid(format!(
            "more than one authentication method found for {shown}; found [token basicAuth], only one is allowed"
        ));
        faults.push(Fault::new(Code::InvalidAuth, "token", error));
    }
    let impersonates = if set(&user.impersonate_uid).is_some() {
        Some("as-uid")
    } else if !user.impersonate_groups.is_empty() {
        Some("as-groups")
    } else {
        (!user.impersonate_user_extra.is_empty()).then_some("as-user-extra")
    };
    if let (Some(field), None) = (impersonates, set(&user.impersonate)) {
        let error = invalid(format!("requesting uid, groups or user-extra for {shown} without impersonating a user"));
        faults.push(Fault::new(Code::InvalidImpersonation, field, error));
    }
    faults
}

/// A key alone is not looked at.
fn validate_certificate(name: &str, user: &AuthInfo, faults: &mut Vec<Fault>) {
    let shown = ShownName(name);
    let (certificate, certificate_data) =
        (set(&user.client_certificate), set_data(&user.client_certificate_data).is_some());
    let (key, key_data) = (set(&user.client_key), set_secret_data(&user.client_key_data).is_some());
    if certificate.is_none() && !certificate_data {
        return;
    }
    if certificate.is_some() && certificate_data {
        let error = invalid(format!("client-cert-data and client-cert are both specified for {shown}"));
        faults.push(Fault::new(Code::InvalidClientCertificate, "client-certificate", error));
    }
    if key.is_some() && key_data {
        let error = invalid(format!("client-key-data and client-key are both specified for {shown}"));
        faults.push(Fault::new(Code::InvalidClientKey, "client-key", error));
    }
    if key.is_none() && !key_data {
        let field = if certificate_data { "client-certificate-data" } else { "client-certificate" };
        let error = invalid(format!(
            "client-key-data or client-key must be specified for {shown} to use the clientCert authentication method"
        ));
        faults.push(Fault::new(Code::InvalidClientKey, field, error));
    }
    if let Some(error) = certificate.and_then(|path| cannot_open("client-cert", path, name)) {
        faults.push(Fault::new(Code::InvalidClientCertificate, "client-certificate", error));
    }
    if let Some(error) = key.and_then(|path| cannot_open("client-key", path, name)) {
        faults.push(Fault::new(Code::InvalidClientKey, "client-key", error));
    }
}

fn validate_exec(name: &str, exec: &ExecConfig, faults: &mut Vec<Fault>) {
    let shown = ShownName(name);
    let mut required = |what: &str, field: &'static str, is_set: bool| {
        if !is_set {
            let error = invalid(format!("{what} must be specified for {shown} to use exec authentication plugin"));
            faults.push(Fault::new(Code::InvalidExec, field, error));
        }
    };
    required("command", "exec.command", set(&exec.command).is_some());
    required("apiVersion", "exec.apiVersion", set(&exec.api_version).is_some());
    let named = exec.variables().iter().all(|variable| set(&variable.name).is_some());
    required("env variable name", "exec.env", named);
    let mode = exec.effective_interactive_mode();
    required("interactiveMode", "exec.interactiveMode", mode.is_some());
    if let Some(mode) = mode {
        if !matches!(mode, "Never" | "IfAvailable" | "Always") {
            let error = invalid(format!("invalid interactiveMode for {shown}: \"{}\"", ShownName(mode)))
                .with_help("it must be Never, IfAvailable or Always");
            faults.push(Fault::new(Code::InvalidExec, "exec.interactiveMode", error));
        }
    }
}

/// client-go's `validateContext`; whether the user and the cluster are there is for the caller to say.
pub(crate) fn validate_context(
    name: &str,
    context: &Context,
    is_user: impl Fn(&str) -> bool,
    is_cluster: impl Fn(&str) -> bool,
) -> Vec<Fault> {
    let mut faults = Vec::new();
    let shown = ShownName(name);
    if name.is_empty() {
        let error = invalid("empty context name is not allowed".into());
        faults.push(Fault::new(Code::InvalidContext, "name", error));
    }
    let mut refers = |what: &'static str, to: Option<&str>, dangling: Code, is_there: &dyn Fn(&str) -> bool| match to {
        None => {
            let error = invalid(format!("{what} was not specified for context \"{shown}\""));
            faults.push(Fault::new(Code::InvalidContext, what, error));
        }
        Some(to) if !is_there(to) => {
            faults.push(Fault::new(dangling, what, invalid(not_found_for(what, to, name))));
        }
        Some(_) => {}
    };
    refers("user", set(&context.user), Code::DanglingUser, &is_user);
    refers("cluster", set(&context.cluster), Code::DanglingCluster, &is_cluster);
    if let Some(namespace) = set(&context.namespace) {
        if !is_dns_label(namespace) {
            let error = invalid(format!(
                "namespace \"{}\" for context \"{shown}\" does not conform to the kubernetes DNS_LABEL rules",
                ShownName(namespace)
            ));
            faults.push(Fault::new(Code::InvalidNamespace, "namespace", error));
        }
    }
    faults
}

/// That an entry which a context names is not there, in client-go's words.
pub(crate) fn not_found_for(what: &str, to: &str, context: &str) -> String {
    format!("{what} \"{}\" was not found for context \"{}\"", ShownName(to), ShownName(context))
}

/// RFC 1123: small letters, digits and hyphens, none of these first or last, at most 63.
fn is_dns_label(text: &str) -> bool {
    text.len() <= 63
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
        && !text.is_empty()
}

fn cannot_open(what: &str, path: &str, name: &str) -> Option<Error> {
    let error = files::can_open(Path::new(path)).err()?;
    let (path, name) = (without_content(path), ShownName(name));
    let path = Printable(&path);
    Some(invalid(format!("unable to read {what} {path} for {name} due to {error}")))
}
