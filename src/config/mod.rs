//! The kubeconfig itself: client-go's `v1.Config` as data. No I/O.
//!
//! Field docs follow client-go's `tools/clientcmd/api/v1/types.go`. Every field of it is here, under its name in the
//! file; what is not (unknown to client-go, or newer) is kept in `other` at each level and written back.
//!
//! # Reading
//! `Kubeconfig::from_document` and `FromStr` read by kubectl's rules (YAML 1.1 words, `kind` and `apiVersion`, first
//! document of several, `apiVersion: __internal`). The types also implement `Deserialize` for any other format; then that format's
//! rules hold instead: another YAML crate takes `name: yes` for a string or a boolean by its own rules, may refuse a
//! repeated key, and does not look at `kind`.

mod command;
mod data;
pub(crate) mod describe;
mod edit;
mod entries;
pub(crate) mod fields;
mod internal;
mod mask;
mod masked_text;
mod read;
mod schema;
mod view;
mod words;
mod write;

pub(crate) use command::command_name;
pub use data::{Data, Decoded};
#[cfg(feature = "check")]
pub(crate) use data::{HELP as BASE64_HELP, illegal_byte};
pub use describe::{KubeconfigField, fields};
pub use edit::{Edit, Section};
pub use entries::{Body, Entries, Iter, IterMut};
pub(crate) use mask::ShownName;
pub use mask::shown;
#[cfg(feature = "rke")]
pub(crate) use mask::{HIDDEN, shown_text};
#[cfg(feature = "check")]
pub(crate) use mask::{Mask, holds_secrets};
pub(crate) use masked_text::masked;
#[cfg(feature = "rke")]
pub(crate) use read::fold_char;
#[cfg(feature = "check")]
pub(crate) use read::{Version, header, repeated};
#[cfg(feature = "rke")]
pub(crate) use schema::{Leaf, Schema};
pub use view::View;
#[cfg(feature = "check")]
pub(crate) use words::nearest;

use crate::secret::Secret;
use crate::syntax::Value;
use describe::Form;
use fields::model;
use std::collections::BTreeMap;

/// The versions of the protocol between client-go and a login command.
const PROTOCOLS: &[&str] = &[
    "client.authentication.k8s.io/v1",
    "client.authentication.k8s.io/v1beta1",
    "client.authentication.k8s.io/v1alpha1",
];

pub(crate) const DUPLICATE_NAME: &str = "two entries have the same name";

model! {
    /// A kubeconfig: clusters, users and contexts (a cluster, a user and a namespace under one name).
    ///
    /// `Default` and [`Kubeconfig::new`] differ: the latter names `apiVersion: v1` and `kind: Config`, which a written
    /// file should have.
    pub struct Kubeconfig {
        /// `v1`, or absent. Checked by the readers of this crate.
        "apiVersion" [Form::Word(&["v1", "__internal"])] => pub api_version: Option<String>,
        /// `Config`, or absent. Checked by the readers of this crate.
        "kind" [Form::Word(&["Config"])] => pub kind: Option<String>,
        /// Deprecated since Kubernetes 1.34; nothing reads it.
        "preferences" => pub preferences: Preferences,
        /// The servers, by name.
        "clusters" => pub clusters: Entries<Cluster>,
        /// The credentials, by name; client-go calls them AuthInfos.
        "users" => pub users: Entries<AuthInfo>,
        /// What belongs together, by name.
        "contexts" => pub contexts: Entries<Context>,
        /// The context that is used when none is named. Empty is as good as absent.
        "current-context" => pub current_context: Option<String>,
        /// Whatever programs keep here, by name.
        "extensions" => pub extensions: Entries<Value>,
    }
}

model! {
    /// Deprecated since Kubernetes 1.34.
    pub struct Preferences {
        /// Nothing reads it.
        "colors" => pub colors: bool,
        /// Whatever programs keep here, by name.
        "extensions" => pub extensions: Entries<Value>,
    }
}

model! {
    /// How to reach a cluster.
    pub struct Cluster {
        /// URL of the API server. Without a scheme kubectl speaks plain http and leaves all credentials out.
        "server" [Form::Url] => pub server: Option<String>,
        /// The name to ask for and to check in the server's certificate, where it is not the host of `server`.
        "tls-server-name" => pub tls_server_name: Option<String>,
        /// Do not check the server's certificate. Together with a CA it is an error.
        "insecure-skip-tls-verify" => pub insecure_skip_tls_verify: bool,
        /// Path of a PEM file with the CA's certificates; relative to the kubeconfig's folder.
        "certificate-authority" => pub certificate_authority: Option<String>,
        /// The PEM itself. With `certificate-authority` too it is an error.
        "certificate-authority-data" => pub certificate_authority_data: Option<Data>,
        /// A proxy: `http`, `https` or `socks5`. May carry credentials.
        "proxy-url" [Form::Url] => pub proxy_url: Option<String>,
        /// Don't ask for compressed answers.
        "disable-compression" => pub disable_compression: bool,
        /// Whatever programs keep here; `client.authentication.k8s.io/exec` is handed to exec plugins.
        "extensions" => pub extensions: Entries<Value>,
    }
}

model! {
    /// Credentials: what `user:` holds.
    pub struct AuthInfo {
        /// Path of a PEM file with the client certificate; relative to the kubeconfig's folder.
        "client-certificate" => pub client_certificate: Option<String>,
        /// The PEM itself. With `client-certificate` too it is an error.
        "client-certificate-data" => pub client_certificate_data: Option<Data>,
        /// Path of a PEM file with the private key; relative to the kubeconfig's folder.
        "client-key" => pub client_key: Option<String>,
        /// The PEM itself. With `client-key` too it is an error.
        "client-key-data" => pub client_key_data: Option<Secret<Data>>,
        /// Bearer token. `tokenFile` wins over it when the file can be read.
        "token" => pub token: Option<Secret<String>>,
        /// Path of a file with the bearer token, read again every minute; relative to the kubeconfig's folder.
        "tokenFile" => pub token_file: Option<String>,
        /// The user to impersonate.
        "as" => pub impersonate: Option<String>,
        /// The uid to impersonate; needs `as`.
        "as-uid" => pub impersonate_uid: Option<String>,
        /// The groups to impersonate; needs `as`.
        "as-groups" => pub impersonate_groups: Vec<String>,
        /// Further properties to impersonate; needs `as`. A property without values may be null.
        "as-user-extra" => pub impersonate_user_extra: BTreeMap<String, Option<Vec<String>>>,
        /// Name for basic authentication.
        "username" => pub username: Option<String>,
        /// Password for basic authentication.
        "password" => pub password: Option<Secret<String>>,
        /// An old login plugin of client-go; only `oidc` is left.
        "auth-provider" => pub auth_provider: Option<Box<AuthProviderConfig>>,
        /// A command that prints credentials.
        "exec" => pub exec: Option<Box<ExecConfig>>,
        /// Whatever programs keep here, by name.
        "extensions" => pub extensions: Entries<Value>,
    }
}

model! {
    /// An old login plugin.
    pub struct AuthProviderConfig {
        /// `oidc` is the only one left in client-go; `gcp` and `azure` were removed in 1.26.
        "name" => pub name: Option<String>,
        /// Its settings, sorted by key. Many are secret (`id-token`, `refresh-token`, `client-secret`), so all are treated so.
        /// kubectl shows whether they are absent or empty, so they may be either.
        "config" => pub config: Option<BTreeMap<String, Secret<String>>>,
    }
}

model! {
    /// A command that prints credentials. This crate describes it and never runs it.
    pub struct ExecConfig {
        /// A name looked up in `$PATH`, or a path; one with a separator is relative to the kubeconfig's folder.
        "command" [Form::Command] => pub command: Option<String>,
        /// Its arguments. They may carry secrets, so `Debug` hides them. kubectl shows whether the list is absent or empty,
        /// so it may be either; [`arguments`](ExecConfig::arguments) makes no difference.
        "args" => pub args: Option<Vec<Secret<String>>>,
        /// Variables added to its environment; absent or empty as `args`.
        "env" => pub env: Option<Vec<ExecEnvVar>>,
        /// The protocol: `client.authentication.k8s.io/v1` or `/v1beta1`.
        "apiVersion" [Form::Word(PROTOCOLS)] => pub api_version: Option<String>,
        /// What to tell the user where the command is missing.
        "installHint" => pub install_hint: Option<String>,
        /// Hand the command the cluster's data, CA and proxy among it.
        "provideClusterInfo" => pub provide_cluster_info: bool,
        /// `Never`, `IfAvailable` or `Always`: whether it may ask on the terminal. Needed with `v1`; with `v1beta1` and
        /// `v1alpha1` it is [`IfAvailable`](ExecConfig::effective_interactive_mode) where absent.
        "interactiveMode" [Form::Word(&["Never", "IfAvailable", "Always"])] => pub interactive_mode: Option<String>,
    }
}

model! {
    /// A variable of an exec plugin's environment.
    pub struct ExecEnvVar {
        /// Its name.
        "name" [Form::Variable] => pub name: Option<String>,
        /// Its value.
        "value" => pub value: Option<Secret<String>>,
    }
}

model! {
    /// A cluster, a user and a namespace under one name.
    pub struct Context {
        /// The name of the cluster.
        "cluster" => pub cluster: Option<String>,
        /// The name of the user.
        "user" => pub user: Option<String>,
        /// The namespace used where none is named.
        "namespace" => pub namespace: Option<String>,
        /// Whatever programs keep here, by name.
        "extensions" => pub extensions: Entries<Value>,
    }
}

/// `value` where it is neither absent nor empty: client-go makes no difference between the two.
pub(crate) fn set(value: &Option<String>) -> Option<&str> {
    value.as_deref().filter(|v| !v.is_empty())
}

/// As [`set`], for secrets.
pub(crate) fn set_secret(value: &Option<Secret<String>>) -> Option<&str> {
    value.as_ref().map(|v| v.expose().as_str()).filter(|v| !v.is_empty())
}

/// As [`set`], for data.
pub(crate) fn set_data(data: &Option<Data>) -> Option<&Data> {
    data.as_ref().filter(|data| !data.is_empty())
}

/// As [`set`], for secret data.
pub(crate) fn set_secret_data(data: &Option<Secret<Data>>) -> Option<&Data> {
    data.as_ref().map(|data| data.expose()).filter(|data| !data.is_empty())
}

impl Kubeconfig {
    /// A configuration without entries, with `apiVersion: v1` and `kind: Config`.
    pub fn new() -> Self {
        Kubeconfig { api_version: Some("v1".into()), kind: Some("Config".into()), ..Self::default() }
    }

    /// The cluster that a context names; none where the context, its cluster or the name of it is missing.
    ///
    /// ```
    /// use kubeconfig::{Cluster, Context, Kubeconfig};
    /// let mut config = Kubeconfig::new();
    /// config.clusters.insert("prod", Cluster::new("https://prod.example.com:6443"));
    /// config.contexts.insert("admin@prod", Context::new("prod", "admin"));
    /// assert_eq!(config.server_of("admin@prod"), Some("https://prod.example.com:6443"));
    /// assert!(config.cluster_of("admin@prod").is_some() && config.user_of("admin@prod").is_none());
    /// ```
    pub fn cluster_of(&self, context: &str) -> Option<&Cluster> {
        self.clusters.get(set(&self.contexts.get(context)?.cluster)?)
    }

    /// The user that a context names; none where the context, its user or the name of it is missing.
    pub fn user_of(&self, context: &str) -> Option<&AuthInfo> {
        self.users.get(set(&self.contexts.get(context)?.user)?)
    }

    /// The URL of the server of a context's [cluster](Kubeconfig::cluster_of), as it is written.
    pub fn server_of(&self, context: &str) -> Option<&str> {
        set(&self.cluster_of(context)?.server)
    }

    /// The name of the current context, if one is set.
    pub fn current_context(&self) -> Option<&str> {
        set(&self.current_context)
    }
}

impl Preferences {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Cluster {
    /// A cluster with that URL and nothing else.
    pub fn new(server: impl Into<String>) -> Self {
        Cluster { server: Some(server.into()), ..Self::default() }
    }
}

impl Context {
    /// A context of that cluster and that user.
    pub fn new(cluster: impl Into<String>, user: impl Into<String>) -> Self {
        Context { cluster: Some(cluster.into()), user: Some(user.into()), ..Self::default() }
    }
}

impl AuthInfo {
    /// A user with that bearer token.
    pub fn with_token(token: impl Into<String>) -> Self {
        AuthInfo { token: Some(Secret::new(token.into())), ..Self::default() }
    }
}

impl AuthProviderConfig {
    /// The setting called `key`.
    pub fn setting(&self, key: &str) -> Option<&Secret<String>> {
        self.config.as_ref()?.get(key)
    }
}

impl ExecConfig {
    /// The command without what may be its arguments, to be shown: a command that has them in its name does not run, but they may
    /// be secret all the same.
    pub fn command_name(&self) -> Option<&str> {
        set(&self.command).map(command_name)
    }

    /// The arguments, none where there is no list.
    pub fn arguments(&self) -> &[Secret<String>] {
        self.args.as_deref().unwrap_or_default()
    }

    /// The variables added to the environment, none where there is no list.
    pub fn variables(&self) -> &[ExecEnvVar] {
        self.env.as_deref().unwrap_or_default()
    }

    /// `interactiveMode` as client-go sees it: for `v1alpha1` and `v1beta1` it is `IfAvailable` where absent
    /// (`tools/clientcmd/api/v1/defaults.go`).
    pub fn effective_interactive_mode(&self) -> Option<&str> {
        set(&self.interactive_mode).or(match set(&self.api_version) {
            Some("client.authentication.k8s.io/v1alpha1" | "client.authentication.k8s.io/v1beta1") => {
                Some("IfAvailable")
            }
            _ => None,
        })
    }
}

macro_rules! bodies {
    ($($type:ty: $key:literal)*) => {$(
        impl entries::private::Sealed for $type {}
        impl Body for $type {
            const KEY: &'static str = $key;
        }
    )*};
}

bodies! {
    Cluster: "cluster"
    AuthInfo: "user"
    Context: "context"
}
