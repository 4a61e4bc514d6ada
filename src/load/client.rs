//! What client-go refuses of the ways to log in when it builds a client, before any connection: `transport/transport.go`,
//! the auth-providers and the exec plugin.

use super::read_reference;
use super::validate::Fault;
use crate::config::{AuthInfo, AuthProviderConfig, Data, ShownName, set, set_secret};
use crate::error::{Error, ErrorKind, Result};
use crate::finding::Code;
use crate::secret::SecretBytes;
use std::path::Path;

#[cold]
fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidConfiguration, message)
}

/// What client-go refuses of the ways to log in when it builds a client, certificates and token files left aside.
pub(crate) fn login_faults(user: &AuthInfo) -> Vec<Fault> {
    let mut faults = Vec::new();
    if let Some(exec) = &user.exec {
        let version = exec.api_version.as_deref().unwrap_or_default();
        if !matches!(version, "client.authentication.k8s.io/v1" | "client.authentication.k8s.io/v1beta1") {
            let is_old = version == "client.authentication.k8s.io/v1alpha1";
            let code = if is_old { Code::RemovedExecVersion } else { Code::InvalidExec };
            let error = invalid(format!("exec plugin: invalid apiVersion \"{}\"", ShownName(version)))
                .with_help("it must be client.authentication.k8s.io/v1 or client.authentication.k8s.io/v1beta1");
            faults.push(Fault::new(code, "exec.apiVersion", error));
        }
    }
    if let Some(provider) = &user.auth_provider {
        provider_faults(provider, &mut faults);
    }
    let has_token = set_secret(&user.token).is_some() || set(&user.token_file).is_some();
    if has_token && set(&user.username).is_some() {
        let error = invalid("username/password or bearer token may be set, but not both".into());
        faults.push(Fault::new(Code::InvalidAuth, "username", error));
    }
    faults
}

fn provider_faults(provider: &AuthProviderConfig, faults: &mut Vec<Fault>) {
    const NAME: &str = "auth-provider.name";
    let gone = |error: Error| Fault::new(Code::RemovedAuthProvider, NAME, error);
    match provider.name.as_deref().unwrap_or_default() {
        "oidc" => oidc_faults(provider, faults),
        "gcp" => faults.push(gone(
            invalid("The gcp auth plugin has been removed".into())
                .with_help("use the exec plugin gke-gcloud-auth-plugin instead"),
        )),
        "azure" => faults.push(gone(
            invalid("The azure auth plugin has been removed".into()).with_help("use the exec plugin kubelogin instead"),
        )),
        name => faults.push(gone(invalid(format!("no Auth Provider found for name \"{}\"", ShownName(name))))),
    }
}

fn oidc_faults(provider: &AuthProviderConfig, faults: &mut Vec<Fault>) {
    let setting = |key: &str| {
        let value = provider.config.as_ref()?.get(key)?;
        Some(value.expose().as_str()).filter(|value| !value.is_empty())
    };
    let mut fault = |field, error| faults.push(Fault::new(Code::InvalidAuthProvider, field, error));
    for key in ["idp-issuer-url", "client-id"] {
        if setting(key).is_none() {
            fault("auth-provider.config", invalid(format!("Must provide {key}")));
        }
    }
    let data = setting("idp-certificate-authority-data").map(Data::from_base64).transpose();
    // Unlike the other paths of a kubeconfig this one starts from the process's current folder.
    let path = setting("idp-certificate-authority");
    match data.and_then(|data| bytes(data.as_ref(), path)) {
        Ok(None) => {}
        Ok(Some(content)) => check_authority(&content, &mut |error| fault("auth-provider.config", error)),
        Err(error) if error.file().is_some() => fault("auth-provider.config.idp-certificate-authority", error),
        Err(error) => fault("auth-provider.config", error.in_field("idp-certificate-authority-data")),
    }
}

/// An empty text means the system's own authorities.
fn check_authority(content: &[u8], fault: &mut impl FnMut(Error)) {
    let is_label = |line: &[u8]| line.trim_ascii_end() == b"-----BEGIN CERTIFICATE-----";
    if !content.is_empty() && !content.split(|&b| b == b'\n').any(is_label) {
        fault(
            invalid("unable to load root certificates: no certificate found".into())
                .with_help("it must be PEM with at least one CERTIFICATE section"),
        );
    }
}

/// What a pair of data and path comes to: the data, else the file.
fn bytes(data: Option<&Data>, path: Option<&str>) -> Result<Option<SecretBytes>> {
    match (data, path) {
        (Some(data), _) => Ok(Some(data.decode().into_bytes())),
        (None, Some(path)) => read_reference(Path::new(path)).map(Some),
        (None, None) => Ok(None),
    }
}
