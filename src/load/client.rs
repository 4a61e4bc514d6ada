//! What client-go refuses when it builds a client, before any connection: `rest/transport.go`,
//! `transport/transport.go`, the auth-providers and the exec plugin.

use super::pem::{self, Part};
use super::target::{set_data, set_secret_data};
use super::validate::Fault;
use super::{Target, read_reference, url, validate};
use crate::config::{AuthInfo, AuthProviderConfig, Data, set, set_secret, without_userinfo};
use crate::error::{Error, ErrorKind, Printable, Result};
use crate::finding::Code;
use std::path::Path;
use zeroize::Zeroizing;

type Bytes = Zeroizing<Vec<u8>>;

impl Target {
    /// What a client would refuse before it connects: a server that is no URL, `insecure-skip-tls-verify` together with
    /// a CA, a CA or a client certificate that is not PEM, a token file that can't be read, a token beside a name, an
    /// exec plugin of an unknown version, an auth-provider that is gone.
    ///
    /// As in client-go, only the server is looked at where its URL does not say https. The files it reads must be
    /// regular ones of at most [`REFERENCE_LIMIT`](super::REFERENCE_LIMIT) bytes. That a key belongs to its certificate
    /// is not looked at, and an exec plugin is not run.
    ///
    /// # Errors
    /// All that is wrong, together, of kind [`ErrorKind::InvalidConfiguration`], or [`ErrorKind::Io`] and
    /// [`ErrorKind::Limit`] for the files.
    pub fn check_client(&self) -> Result<()> {
        let server = set(&self.cluster().server).unwrap_or_default();
        let mut errors = Vec::new();
        match url::server_is_tls(server) {
            Some(false) => {}
            Some(true) => {
                self.check_user(&mut errors);
                self.check_cluster(&mut errors);
            }
            None => {
                let shown = without_userinfo(server);
                let message = format!("host must be a URL or a host:port pair: \"{}\"", Printable(&shown));
                errors.push(self.server_place.of(invalid(message)));
            }
        }
        validate::all(errors)
    }

    fn check_user(&self, errors: &mut Vec<Error>) {
        let user = self.auth_info();
        let place = &self.user_place;
        let mut fault = |error| errors.push(place.of(error));
        let token = set_secret(&user.token);
        if let (None, Some(path)) = (token, set(&user.token_file)) {
            match read_reference(Path::new(path)) {
                Err(error) => fault(place.of_reference(error, "tokenFile")),
                Ok(content) if content.is_empty() => fault(invalid("the token file is empty".into())),
                Ok(_) => {}
            }
        }
        for found in login_faults(user) {
            fault(match found.error.file() {
                Some(_) => place.of_reference(found.error, found.field.rsplit('.').next().unwrap_or_default()),
                None => found.error,
            });
        }
        if self.has_certificate() {
            self.check_certificate(&mut fault);
        }
    }

    /// Where both are files, client-go parses them when it connects; here they only have to be readable.
    fn check_certificate(&self, fault: &mut impl FnMut(Error)) {
        let user = self.auth_info();
        let certificate = bytes(set_data(&user.client_certificate_data), set(&user.client_certificate));
        let key = bytes(set_secret_data(&user.client_key_data), set(&user.client_key));
        let parsed_later =
            set_data(&user.client_certificate_data).is_none() && set_secret_data(&user.client_key_data).is_none();
        let parts = [
            (
                certificate,
                Part::Certificate,
                "client-certificate",
                "tls: failed to find a certificate in certificate input",
            ),
            (key, Part::Key, "client-key", "tls: failed to find a private key in key input"),
        ];
        for (content, part, field, message) in parts {
            match content {
                Err(error) => fault(self.user_place.of_reference(error, field)),
                Ok(Some(content)) if !parsed_later && !pem::has(&content, part) => fault(invalid(message.into())),
                Ok(_) => {}
            }
        }
    }

    fn check_cluster(&self, errors: &mut Vec<Error>) {
        let cluster = self.cluster();
        let place = &self.cluster_place;
        let mut fault = |error| errors.push(place.of(error));
        match bytes(set_data(&cluster.certificate_authority_data), set(&cluster.certificate_authority)) {
            Err(error) => fault(place.of_reference(error, "certificate-authority")),
            Ok(None) => {}
            Ok(Some(content)) => {
                if cluster.insecure_skip_tls_verify {
                    fault(invalid("specifying a root certificates file with the insecure flag is not allowed".into()));
                }
                check_authority(&content, &mut fault);
            }
        }
    }
}

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
            let error = invalid(format!("exec plugin: invalid apiVersion \"{}\"", Printable(version)))
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
        name => faults.push(gone(invalid(format!("no Auth Provider found for name \"{}\"", Printable(name))))),
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
    if !content.is_empty() && !pem::has(content, Part::Authority) {
        fault(
            invalid("unable to load root certificates: no certificate found".into())
                .with_help("it must be PEM with at least one CERTIFICATE section"),
        );
    }
}

/// What a pair of data and path comes to: the data, else the file.
fn bytes(data: Option<&Data>, path: Option<&str>) -> Result<Option<Bytes>> {
    match (data, path) {
        (Some(data), _) => Ok(Some(data.decode().into_bytes())),
        (None, Some(path)) => read_reference(Path::new(path)).map(Some),
        (None, None) => Ok(None),
    }
}
