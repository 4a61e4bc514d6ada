//! What a context comes to: cluster, user and namespace after the overrides.

use super::loaded::Place;
use super::{Loaded, Overrides, Subject, validate};
use crate::config::{AuthInfo, Cluster, Entries, set, set_data, set_secret};
use crate::error::{Error, ErrorKind, Position, Printable, Result};
use crate::url::ServerUrl;
use std::path::Path;

/// How a client would identify itself: one of the ways of [`Target::auth_methods`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Auth {
    /// Not at all: there are no credentials, or the server's URL is not https and client-go leaves them out.
    None,
    /// A client certificate.
    ClientCertificate,
    /// A bearer token.
    Token,
    /// A bearer token from a file. Where the file can't be read, `token` if it is set.
    TokenFile,
    /// Name and password.
    Basic,
    /// What a command prints.
    Exec,
    /// One of client-go's old login plugins.
    AuthProvider,
}

/// The cluster, the user and the namespace that a context comes to, after the overrides, and found usable.
///
/// `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct Target {
    context_name: Option<String>,
    cluster_name: Option<String>,
    user_name: Option<String>,
    namespace: String,
    cluster: Cluster,
    auth_info: AuthInfo,
    /// Whether the context names a cluster, or a user, that is not in the configuration.
    dangling: [bool; 2],
    pub(super) cluster_place: Place,
    /// Nowhere, where the server is not the configured one.
    pub(super) server_place: Place,
    pub(super) user_place: Place,
}

impl Loaded {
    /// What the context `context` comes to; `None` or an empty name is the current one. Without a current context it is
    /// the cluster and the user of the empty name, as in client-go.
    ///
    /// # Errors
    /// Those of [`target_with`](Loaded::target_with).
    pub fn target(&self, context: Option<&str>) -> Result<Target> {
        self.resolve_target(context, &Overrides::default())
    }

    /// What a context comes to with `overrides`: client-go's `ClientConfig`, short of what
    /// [`Access::check_client`](crate::access::Access::check_client) looks at.
    ///
    /// A cluster or a user that the *context* names need not exist; one that an override names must. There is no default
    /// server unless [`Overrides::default_server`] gives one, as kubectl does.
    ///
    /// # Errors
    /// All that is wrong, together: [`ErrorKind::NotFound`] for a name in an override,
    /// [`ErrorKind::ContextNotFound`] for the context, [`ErrorKind::InvalidConfiguration`] for the rules of client-go's
    /// `validation.go`, [`ErrorKind::EmptyConfig`] where there is no cluster and nothing else is wrong.
    pub fn target_with(&self, overrides: &Overrides) -> Result<Target> {
        self.resolve_target(set(&overrides.context), overrides)
    }

    fn resolve_target(&self, context: Option<&str>, overrides: &Overrides) -> Result<Target> {
        let config = self.config();
        let chosen = context.filter(|name| !name.is_empty());
        let context = chosen.or(config.current_context());
        let configured = config.contexts.get(context.unwrap_or_default());
        let user_name = set(&overrides.user).or(configured.and_then(|c| set(&c.user)));
        let cluster_name = set(&overrides.cluster).or(configured.and_then(|c| set(&c.cluster)));

        let (user, cluster) = (user_name.unwrap_or_default(), cluster_name.unwrap_or_default());
        let mut unknown = Vec::new();
        if set(&overrides.user).is_some() && !config.users.contains(user) {
            unknown.push(not_found("auth info", user));
        }
        if let Some(name) = set(&overrides.context) {
            if !config.contexts.contains(name) {
                unknown.push(not_found("context", name));
            }
        }
        if set(&overrides.cluster).is_some() && !config.clusters.contains(cluster) {
            unknown.push(not_found("cluster", cluster));
        }
        validate::all(unknown)?;

        let target = Target {
            context_name: context.map(str::to_owned).or(configured.map(|_| String::new())),
            cluster_name: cluster_name.map(str::to_owned).or(config.clusters.contains("").then(String::new)),
            user_name: user_name.map(str::to_owned).or(config.users.contains("").then(String::new)),
            namespace: set(&overrides.namespace)
                .or(configured.and_then(|c| set(&c.namespace)))
                .unwrap_or("default")
                .to_owned(),
            cluster: self.effective_cluster(cluster, overrides),
            auth_info: self.effective_user(user, overrides),
            dangling: [
                !cluster.is_empty() && !config.clusters.contains(cluster),
                !user.is_empty() && !config.users.contains(user),
            ],
            server_place: match config.clusters.get(cluster).and_then(|c| set(&c.server)) {
                Some(_) if set(&overrides.cluster_info.server).is_none() => self.place(Subject::Cluster(cluster)),
                _ => Place::default(),
            },
            cluster_place: self.place(Subject::Cluster(cluster)),
            user_place: self.place(Subject::User(user)),
        };
        self.confirm(&target, user, cluster, chosen.is_some())?;
        Ok(target)
    }

    /// client-go's method `DirectClientConfig.ConfirmUsable`, which does not look at the context's own fields.
    fn confirm(&self, target: &Target, user: &str, cluster: &str, chosen: bool) -> Result<()> {
        let mut errors = Vec::new();
        let dangling = target.context_name().filter(|name| !self.config().contexts.contains(name));
        if let Some(name) = dangling {
            let error = validate::context_not_found(name);
            errors.push(if chosen { error } else { self.placed(error, Subject::CurrentContext) });
        }
        let found = validate::validate_user(user, &target.auth_info);
        errors.extend(found.into_iter().map(|fault| target.user_place.of(fault.error)));
        if !validate::is_blank(&target.cluster) || target.cluster_place.is_in_a_file() {
            let found = validate::validate_cluster(cluster, &target.cluster);
            errors.extend(found.into_iter().map(|fault| target.cluster_place.of(fault.error)));
        } else if errors.is_empty() {
            return Err(validate::empty_config());
        } else if dangling.is_none() {
            // Without a context there is no cluster either: said once is enough.
            errors.push(validate::empty_cluster());
        }
        validate::all(errors)
    }

    /// The configured cluster with its paths made absolute.
    pub(crate) fn cluster_with_paths(&self, name: &str) -> Option<Cluster> {
        let mut cluster = self.config().clusters.get(name)?.clone();
        self.absolute(Subject::Cluster(name), &mut cluster.certificate_authority);
        Some(cluster)
    }

    /// The configured user with its paths made absolute.
    pub(crate) fn user_with_paths(&self, name: &str) -> Option<AuthInfo> {
        let mut user = self.config().users.get(name)?.clone();
        let subject = Subject::User(name);
        self.absolute(subject, &mut user.client_certificate);
        self.absolute(subject, &mut user.client_key);
        self.absolute(subject, &mut user.token_file);
        if let Some(exec) = &mut user.exec {
            if let Some(path) = self.resolve_command(subject, exec.command.as_deref().unwrap_or_default()) {
                exec.command = Some(path.to_string_lossy().into_owned());
            }
        }
        Some(user)
    }

    fn absolute(&self, subject: Subject<'_>, path: &mut Option<String>) {
        if let Some(relative) = set(path) {
            *path = Some(self.resolve(subject, relative).to_string_lossy().into_owned());
        }
    }

    fn effective_cluster(&self, name: &str, overrides: &Overrides) -> Cluster {
        let over = &overrides.cluster_info;
        let mut cluster = overrides.cluster_defaults.clone();
        self.absolute_here(&mut cluster.certificate_authority);
        if let Some(configured) = self.cluster_with_paths(name) {
            put_cluster(&mut cluster, &configured);
        }
        put_cluster(&mut cluster, over);
        // An overriding word about trust replaces all that was configured about it.
        let has_ca = set(&over.certificate_authority).is_some() || set_data(&over.certificate_authority_data).is_some();
        if over.insecure_skip_tls_verify || has_ca {
            cluster.insecure_skip_tls_verify = over.insecure_skip_tls_verify;
            cluster.certificate_authority.clone_from(&over.certificate_authority);
            cluster.certificate_authority_data.clone_from(&over.certificate_authority_data);
        }
        if set(&over.certificate_authority).is_some() {
            self.absolute_here(&mut cluster.certificate_authority);
        }
        // Another server has another name.
        if set(&over.tls_server_name).is_some() || set(&over.server).is_some() {
            cluster.tls_server_name.clone_from(&over.tls_server_name);
        }
        cluster
    }

    fn effective_user(&self, name: &str, overrides: &Overrides) -> AuthInfo {
        let mut over = overrides.auth_info.clone();
        self.absolute_here(&mut over.client_certificate);
        self.absolute_here(&mut over.client_key);
        self.absolute_here(&mut over.token_file);
        let mut user = self.user_with_paths(name).unwrap_or_default();
        put_user(&mut user, &over);
        user
    }

    /// A path of the caller's: from the current folder, or that of [`Loaded::from_config`].
    fn absolute_here(&self, path: &mut Option<String>) {
        if let Some(relative) = set(path) {
            *path = Some(self.os.resolve(&self.base, relative).to_string_lossy().into_owned());
        }
    }
}

#[cold]
fn not_found(what: &str, name: &str) -> Error {
    Error::new(ErrorKind::NotFound, format!("{what} \"{}\" does not exist", Printable(name)))
}

/// A field that holds anything replaces what was there: client-go's `merge`.
fn put<T: Clone>(to: &mut Option<T>, from: &Option<T>, is_set: bool) {
    if is_set {
        to.clone_from(from);
    }
}

fn put_text(to: &mut Option<String>, from: &Option<String>) {
    put(to, from, set(from).is_some());
}

fn put_entries<T: Clone>(to: &mut Entries<T>, from: &Entries<T>) {
    for (name, body) in from.iter() {
        to.insert(name, body.clone());
    }
}

fn put_unknown(to: &mut crate::syntax::Mapping, from: &crate::syntax::Mapping) {
    for (key, spelling, value) in from.iter_spelled() {
        to.insert_spelled(key.to_owned(), spelling.cloned(), value.clone());
    }
}

fn put_cluster(to: &mut Cluster, from: &Cluster) {
    put_text(&mut to.server, &from.server);
    put_text(&mut to.tls_server_name, &from.tls_server_name);
    to.insecure_skip_tls_verify |= from.insecure_skip_tls_verify;
    put_text(&mut to.certificate_authority, &from.certificate_authority);
    let data = &from.certificate_authority_data;
    put(&mut to.certificate_authority_data, data, set_data(data).is_some());
    put_text(&mut to.proxy_url, &from.proxy_url);
    to.disable_compression |= from.disable_compression;
    put_entries(&mut to.extensions, &from.extensions);
    put_unknown(&mut to.other, &from.other);
}

fn put_user(to: &mut AuthInfo, from: &AuthInfo) {
    put_text(&mut to.client_certificate, &from.client_certificate);
    let data = &from.client_certificate_data;
    put(&mut to.client_certificate_data, data, set_data(data).is_some());
    put_text(&mut to.client_key, &from.client_key);
    let data = &from.client_key_data;
    put(&mut to.client_key_data, data, data.as_ref().is_some_and(|d| !d.expose().is_empty()));
    put(&mut to.token, &from.token, set_secret(&from.token).is_some());
    put_text(&mut to.token_file, &from.token_file);
    put_text(&mut to.impersonate, &from.impersonate);
    put_text(&mut to.impersonate_uid, &from.impersonate_uid);
    if !from.impersonate_groups.is_empty() {
        to.impersonate_groups.clone_from(&from.impersonate_groups);
    }
    for (key, values) in &from.impersonate_user_extra {
        to.impersonate_user_extra.insert(key.clone(), values.clone());
    }
    put_text(&mut to.username, &from.username);
    put(&mut to.password, &from.password, set_secret(&from.password).is_some());
    put(&mut to.auth_provider, &from.auth_provider, from.auth_provider.is_some());
    put(&mut to.exec, &from.exec, from.exec.is_some());
    put_entries(&mut to.extensions, &from.extensions);
    put_unknown(&mut to.other, &from.other);
}

impl Target {
    /// Returns the cluster and the user that the context names, where they are not in the configuration.
    pub(crate) fn dangling(&self) -> [Option<&str>; 2] {
        let [cluster, user] = self.dangling;
        [self.cluster_name().filter(|_| cluster), self.user_name().filter(|_| user)]
    }

    /// The name of the context; `None` where none is named and there is none of the empty name.
    pub fn context_name(&self) -> Option<&str> {
        self.context_name.as_deref()
    }

    /// The name of the cluster, whether or not there is one of that name.
    pub fn cluster_name(&self) -> Option<&str> {
        self.cluster_name.as_deref()
    }

    /// The name of the user, whether or not there is one of that name.
    pub fn user_name(&self) -> Option<&str> {
        self.user_name.as_deref()
    }

    /// The namespace: that of the overrides, else of the context, else `default`.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The effective cluster. Paths are absolute.
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// The effective user. Paths are absolute, the exec command too where it is a path.
    pub fn auth_info(&self) -> &AuthInfo {
        &self.auth_info
    }

    /// Whether the server's URL says https. Where it does not (`http://`, or no scheme at all), client-go leaves out all
    /// credentials, the CA and `tls-server-name`.
    pub fn is_tls(&self) -> bool {
        ServerUrl::of(set(&self.cluster.server).unwrap_or_default()).is_tls()
    }

    /// How a client would identify itself: the first of [`auth_methods`](Target::auth_methods), or [`Auth::None`].
    pub fn auth(&self) -> Auth {
        self.auth_methods().first().copied().unwrap_or(Auth::None)
    }

    /// All the ways in which a client would identify itself at once, as client-go would choose them: a client
    /// certificate beside a token, say. An exec plugin is not run where there is a certificate, a token or a name; an
    /// auth-provider is not asked where there is a token or a name. Empty where [`is_tls`](Target::is_tls) is false.
    ///
    /// No file is read for it: a token file counts as one.
    pub fn auth_methods(&self) -> Vec<Auth> {
        if self.is_tls() { methods(&self.auth_info) } else { Vec::new() }
    }

    /// Whether kubectl would ask for a user name on the terminal: https, and nothing to identify oneself with.
    pub fn prompts(&self) -> bool {
        self.is_tls() && self.auth() == Auth::None
    }

    /// The user to impersonate, if any.
    pub fn impersonate(&self) -> Option<&str> {
        set(&self.auth_info.impersonate)
    }

    /// The file and the place of the entry that a field is about: `users[…` or `clusters[…`.
    pub(crate) fn place_of(&self, field: &str) -> (Option<&Path>, Option<Position>) {
        match () {
            () if field.starts_with("users[") => self.user_place.get(),
            () if field.ends_with(".server") => self.server_place.get(),
            () => self.cluster_place.get(),
        }
    }
}

/// How a client would identify itself with a user, over TLS; see [`Target::auth_methods`].
pub(crate) fn methods(user: &AuthInfo) -> Vec<Auth> {
    let mut methods = Vec::new();
    if set(&user.client_certificate).is_some() || set_data(&user.client_certificate_data).is_some() {
        methods.push(Auth::ClientCertificate);
    }
    let header = if set(&user.token_file).is_some() {
        Some(Auth::TokenFile)
    } else if set_secret(&user.token).is_some() {
        Some(Auth::Token)
    } else if set(&user.username).is_some() {
        Some(Auth::Basic)
    } else {
        None
    };
    methods.extend(header);
    if header.is_none() && user.auth_provider.is_some() {
        methods.push(Auth::AuthProvider);
    }
    if methods.is_empty() && user.exec.is_some() {
        methods.push(Auth::Exec);
    }
    methods
}
