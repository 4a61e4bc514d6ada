//! What client-go refuses when it builds a client, before any connection: `rest/transport.go`,
//! `transport/transport.go`, the auth-providers and the exec plugin.

use super::target::{set_data, set_secret_data};
use super::{Target, read_reference, url, validate};
use crate::config::{AuthProviderConfig, Data, set, set_secret};
use crate::error::{Error, ErrorKind, Printable, Result};
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
                let shown = url::hidden(server);
                let message = format!("host must be a URL or a host:port pair: \"{}\"", Printable(&shown));
                errors.push(self.cluster_place.of(invalid(message)));
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
            if let Err(error) = read_reference(Path::new(path)) {
                fault(place.of_reference(error, "tokenFile"));
            }
        }
        if let Some(exec) = &user.exec {
            let version = exec.api_version.as_deref().unwrap_or_default();
            if !matches!(version, "client.authentication.k8s.io/v1" | "client.authentication.k8s.io/v1beta1") {
                fault(
                    invalid(format!("exec plugin: invalid apiVersion \"{}\"", Printable(version))).with_help(
                        "it must be client.authentication.k8s.io/v1 or client.authentication.k8s.io/v1beta1",
                    ),
                );
            }
        }
        if let Some(provider) = &user.auth_provider {
            check_provider(provider, &mut fault);
        }
        if self.has_certificate() {
            self.check_certificate(&mut fault);
        }
        let has_token = token.is_some() || set(&user.token_file).is_some();
        if has_token && set(&user.username).is_some() {
            fault(invalid("username/password or bearer token may be set, but not both".into()));
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
            (certificate, "client-certificate", "tls: failed to find any PEM data in certificate input", "CERTIFICATE"),
            (key, "client-key", "tls: failed to find any PEM data in key input", "PRIVATE KEY"),
        ];
        for (content, field, message, label) in parts {
            match content {
                Err(error) => fault(self.user_place.of_reference(error, field)),
                Ok(Some(content)) if !parsed_later && !has_pem(&content, label) => fault(invalid(message.into())),
                Ok(_) => {}
            }
        }
    }

    fn check_cluster(&self, errors: &mut Vec<Error>) {
        let cluster = self.cluster();
        let place = &self.cluster_place;
        let mut fault = |error| errors.push(place.of(error));
        let content = match bytes(set_data(&cluster.certificate_authority_data), set(&cluster.certificate_authority)) {
            Err(error) => return fault(place.of_reference(error, "certificate-authority")),
            Ok(None) => return,
            Ok(Some(content)) => content,
        };
        if cluster.insecure_skip_tls_verify {
            fault(invalid("specifying a root certificates file with the insecure flag is not allowed".into()));
        }
        // An empty file means the system's own CAs.
        if !content.is_empty() && !has_pem(&content, "CERTIFICATE") {
            fault(invalid("unable to load root certificates: unable to parse bytes as PEM block".into()));
        }
    }
}

#[cold]
fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidConfiguration, message)
}

fn check_provider(provider: &AuthProviderConfig, fault: &mut impl FnMut(Error)) {
    match provider.name.as_deref().unwrap_or_default() {
        "oidc" => {
            for key in ["idp-issuer-url", "client-id"] {
                if provider.setting(key).is_none_or(|value| value.expose().is_empty()) {
                    fault(invalid(format!("Must provide {key}")));
                }
            }
        }
        "gcp" => fault(
            invalid("The gcp auth plugin has been removed".into())
                .with_help("use the exec plugin gke-gcloud-auth-plugin instead"),
        ),
        "azure" => fault(
            invalid("The azure auth plugin has been removed".into()).with_help("use the exec plugin kubelogin instead"),
        ),
        name => fault(invalid(format!("no Auth Provider found for name \"{}\"", Printable(name)))),
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

/// Whether there is a PEM section whose label ends in `label`. What it holds is not parsed: that is `cert`'s to do.
fn has_pem(content: &[u8], label: &str) -> bool {
    let find = |from: usize, needle: &str| {
        memchr::memmem::find(content.get(from..).unwrap_or_default(), needle.as_bytes()).map(|i| from + i)
    };
    let mut from = 0;
    while let Some(begin) = find(from, "-----BEGIN ") {
        let Some(end) = find(begin + 11, "-----") else { return false };
        let found = content.get(begin + 11..end).unwrap_or_default();
        if found.ends_with(label.as_bytes()) && find(end, "-----END ").is_some() {
            return true;
        }
        from = end;
    }
    false
}
