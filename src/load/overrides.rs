//! What a caller puts over the configuration: kubectl's flags.

use crate::config::{AuthInfo, Cluster};
use crate::secret::Secret;

/// client-go's `ConfigOverrides`: what kubectl's flags put over the configuration.
///
/// An empty text is as good as none. Relative paths start from the current folder, not from a kubeconfig's. `Debug`
/// shows no secret.
///
/// ```
/// use kubeconfig::Overrides;
/// let overrides = Overrides::new().context("prod").server("https://10.0.0.1:6443");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Overrides {
    /// `--context`: the context; it must exist.
    pub context: Option<String>,
    /// `--cluster`: the cluster in place of the context's; it must exist.
    pub cluster: Option<String>,
    /// `--user`: the user in place of the context's; it must exist.
    pub user: Option<String>,
    /// `--namespace`. It is taken as it is; kubectl does not strip `ns/` from it either.
    pub namespace: Option<String>,
    /// What holds where the configured cluster says nothing; client-go's `ClusterDefaults`.
    pub cluster_defaults: Cluster,
    /// What is put over the configured cluster; client-go's `ClusterInfo`.
    pub cluster_info: Cluster,
    /// What is put over the configured user; client-go's `AuthInfo`.
    pub auth_info: AuthInfo,
}

impl Overrides {
    /// None at all.
    pub fn new() -> Self {
        Self::default()
    }

    /// `--context`
    pub fn context(mut self, name: impl Into<String>) -> Self {
        self.context = Some(name.into());
        self
    }

    /// `--cluster`
    pub fn cluster(mut self, name: impl Into<String>) -> Self {
        self.cluster = Some(name.into());
        self
    }

    /// `--user`
    pub fn user(mut self, name: impl Into<String>) -> Self {
        self.user = Some(name.into());
        self
    }

    /// `--namespace`
    pub fn namespace(mut self, name: impl Into<String>) -> Self {
        self.namespace = Some(name.into());
        self
    }

    /// The server where the configuration names none. kubectl has one:
    /// [`Environment::default_server`](super::Environment::default_server). Without it that is an error.
    pub fn default_server(mut self, url: impl Into<String>) -> Self {
        self.cluster_defaults.server = Some(url.into());
        self
    }

    /// `--server`. As in kubectl it takes the configured `tls-server-name` away.
    pub fn server(mut self, url: impl Into<String>) -> Self {
        self.cluster_info.server = Some(url.into());
        self
    }

    /// `--tls-server-name`
    pub fn tls_server_name(mut self, name: impl Into<String>) -> Self {
        self.cluster_info.tls_server_name = Some(name.into());
        self
    }

    /// `--insecure-skip-tls-verify`. As in kubectl it takes a configured CA away; `false` changes nothing.
    pub fn insecure_skip_tls_verify(mut self, insecure: bool) -> Self {
        self.cluster_info.insecure_skip_tls_verify = insecure;
        self
    }

    /// `--certificate-authority`. As in kubectl it takes configured CA data and `insecure-skip-tls-verify` away.
    pub fn certificate_authority(mut self, path: impl Into<String>) -> Self {
        self.cluster_info.certificate_authority = Some(path.into());
        self
    }

    /// `--proxy-url`, which kubectl has for `config set-cluster` only.
    pub fn proxy_url(mut self, url: impl Into<String>) -> Self {
        self.cluster_info.proxy_url = Some(url.into());
        self
    }

    /// `--disable-compression`; `false` changes nothing.
    pub fn disable_compression(mut self, disable: bool) -> Self {
        self.cluster_info.disable_compression = disable;
        self
    }

    /// `--client-certificate`. Over configured data it is an error, as in kubectl before 1.35.
    pub fn client_certificate(mut self, path: impl Into<String>) -> Self {
        self.auth_info.client_certificate = Some(path.into());
        self
    }

    /// `--client-key`. Over configured data it is an error, as in kubectl before 1.35.
    pub fn client_key(mut self, path: impl Into<String>) -> Self {
        self.auth_info.client_key = Some(path.into());
        self
    }

    /// `--token`
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.auth_info.token = Some(Secret::new(token.into()));
        self
    }

    /// `--username`
    pub fn username(mut self, name: impl Into<String>) -> Self {
        self.auth_info.username = Some(name.into());
        self
    }

    /// `--password`
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.auth_info.password = Some(Secret::new(password.into()));
        self
    }

    /// `--as`
    pub fn impersonate(mut self, name: impl Into<String>) -> Self {
        self.auth_info.impersonate = Some(name.into());
        self
    }

    /// `--as-uid`
    pub fn impersonate_uid(mut self, uid: impl Into<String>) -> Self {
        self.auth_info.impersonate_uid = Some(uid.into());
        self
    }

    /// `--as-group`, one more; together they replace the configured ones.
    pub fn impersonate_group(mut self, group: impl Into<String>) -> Self {
        self.auth_info.impersonate_groups.push(group.into());
        self
    }

    /// `--as-user-extra key=value`, one more; a key replaces the configured values of that key.
    pub fn impersonate_user_extra(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.auth_info.impersonate_user_extra.entry(key.into()).or_default().get_or_insert_default().push(value.into());
        self
    }
}
