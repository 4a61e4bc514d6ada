//! The kubeconfig as `kubectl config view` prints it.

use super::{
    AuthInfo, AuthProviderConfig, Cluster, Context, Data, Entries, ExecConfig, ExecEnvVar, Kubeconfig, Preferences,
    set, set_secret,
};
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::syntax::Value;
use crate::syntax::write::Tree;
use std::borrow::Cow;
use std::collections::BTreeMap;

const REDACTED: Tree<'static> = Tree::Text("REDACTED");
const OMITTED: Tree<'static> = Tree::Text("DATA+OMITTED");

/// A kubeconfig as `kubectl config view` prints it, byte for byte (kubectl 1.32): entries sorted by name, client-go's
/// defaults filled in, fields that client-go does not know left out.
///
/// Unless it is [`raw`](View::raw), tokens and passwords are `REDACTED`, and keys and certificates `DATA+OMITTED`. As in
/// kubectl that does not cover the arguments and variables of exec plugins, the settings of an `auth-provider`,
/// credentials in URLs and extensions.
///
/// ```
/// use kubeconfig::config::View;
/// use kubeconfig::{AuthInfo, Kubeconfig};
/// let mut config = Kubeconfig::new();
/// config.users.insert("admin", AuthInfo::with_token("s3cr3t"));
/// assert!(View::of(&config).to_yaml()?.contains("token: REDACTED\n"));
/// assert!(View::of(&config).raw(true).to_json()?.contains("\"token\": \"s3cr3t\"\n"));
/// # Ok::<(), kubeconfig::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    config: &'a Kubeconfig,
    raw: bool,
}

impl<'a> View<'a> {
    /// The view of `config`, with its secrets redacted.
    pub fn of(config: &'a Kubeconfig) -> Self {
        View { config, raw: false }
    }

    /// Whether secrets are shown, as with kubectl's `--raw`.
    #[must_use]
    pub fn raw(self, raw: bool) -> Self {
        View { raw, ..self }
    }

    /// What `kubectl config view` prints, and what kubectl writes into the file when it changes it.
    ///
    /// Where kubectl's own writer alters a text (U+0085 becomes a blank), so does this. Keys of more than 1024
    /// characters, which kubectl can't write, are written.
    ///
    /// # Errors
    /// [`ErrorKind::Unrepresentable`](crate::ErrorKind::Unrepresentable) for a control character (DEL, U+0080 to U+009F
    /// but U+0085, U+FFFE, U+FFFF) or an infinite number; kubectl fails there too.
    pub fn to_yaml(&self) -> Result<String> {
        self.tree()?.to_kubectl_yaml()
    }

    /// What `kubectl config view -o json` prints.
    ///
    /// # Errors
    /// [`ErrorKind::Unrepresentable`](crate::ErrorKind::Unrepresentable) for an infinite number in an extension.
    pub fn to_json(&self) -> Result<String> {
        Ok(self.tree()?.to_kubectl_json())
    }

    fn tree(&self) -> Result<Tree<'a>> {
        let config = self.config;
        let mut fields = Fields::new();
        fields.always("kind", Tree::Text("Config"));
        fields.always("apiVersion", Tree::Text("v1"));
        fields.always("preferences", preferences(&config.preferences)?);
        let raw = self.raw;
        fields.always("clusters", list(&config.clusters, "cluster", "clusters", |body| cluster(body, raw))?);
        fields.always("users", list(&config.users, "user", "users", |body| user(body, raw))?);
        fields.always("contexts", list(&config.contexts, "context", "contexts", context)?);
        fields.always("current-context", plain(&config.current_context));
        fields.extensions(&config.extensions)?;
        Ok(fields.done())
    }
}

/// The fields of one struct, in Go's order.
struct Fields<'a>(Vec<(&'static str, Tree<'a>)>);

impl<'a> Fields<'a> {
    fn new() -> Self {
        Fields(Vec::with_capacity(8))
    }

    fn always(&mut self, key: &'static str, value: Tree<'a>) {
        self.0.push((key, value));
    }

    fn text(&mut self, key: &'static str, value: &'a Option<String>) {
        if let Some(text) = set(value) {
            self.always(key, Tree::Text(text));
        }
    }

    fn flag(&mut self, key: &'static str, value: bool) {
        if value {
            self.always(key, Tree::Bool(true));
        }
    }

    fn secret(&mut self, key: &'static str, value: &'a Option<Secret<String>>, raw: bool) {
        if let Some(text) = set_secret(value) {
            self.always(key, if raw { Tree::Text(text) } else { REDACTED });
        }
    }

    fn data(&mut self, key: &'static str, value: Option<&'a Data>, raw: bool) {
        if let Some(data) = value.filter(|data| !data.is_empty()) {
            self.always(key, if raw { base64(data) } else { OMITTED });
        }
    }

    fn extensions(&mut self, extensions: &'a Entries<Value>) -> Result<()> {
        if !extensions.is_empty() {
            self.always("extensions", list(extensions, "extension", "extensions", Tree::raw)?);
        }
        Ok(())
    }

    fn done(mut self) -> Tree<'a> {
        // There may be very many of them.
        self.0.shrink_to_fit();
        Tree::Struct(self.0)
    }
}

/// A string that is written even if it is empty.
fn plain(value: &Option<String>) -> Tree<'_> {
    Tree::Text(value.as_deref().unwrap_or_default())
}

/// As Go encodes the bytes.
fn base64(data: &Data) -> Tree<'_> {
    data.canonical().map_or(Tree::Text(data.as_base64()), Tree::Owned)
}

/// A list of named entries, sorted by name; null without any.
fn list<'a, T>(
    entries: &'a Entries<T>,
    key: &'static str,
    field: &'static str,
    body: impl Fn(&'a T) -> Result<Tree<'a>>,
) -> Result<Tree<'a>> {
    if entries.is_empty() {
        return Ok(Tree::Null);
    }
    let mut sorted: Vec<_> = entries.iter().collect();
    sorted.sort_unstable_by_key(|(name, _)| *name);
    let named = |(name, value): (&'a str, &'a T)| {
        let inner = body(value).map_err(|e: Error| e.in_field(format!("{field}[{name}].{key}")))?;
        Ok(Tree::Struct(vec![("name", Tree::Text(name)), (key, inner)]))
    };
    Ok(Tree::List(sorted.into_iter().map(named).collect::<Result<_>>()?))
}

fn preferences(preferences: &Preferences) -> Result<Tree<'_>> {
    let mut fields = Fields::new();
    fields.flag("colors", preferences.colors);
    fields.extensions(&preferences.extensions)?;
    Ok(fields.done())
}

fn cluster(cluster: &Cluster, raw: bool) -> Result<Tree<'_>> {
    let mut fields = Fields::new();
    fields.always("server", plain(&cluster.server));
    fields.text("tls-server-name", &cluster.tls_server_name);
    fields.flag("insecure-skip-tls-verify", cluster.insecure_skip_tls_verify);
    fields.text("certificate-authority", &cluster.certificate_authority);
    fields.data("certificate-authority-data", cluster.certificate_authority_data.as_ref(), raw);
    fields.text("proxy-url", &cluster.proxy_url);
    fields.flag("disable-compression", cluster.disable_compression);
    fields.extensions(&cluster.extensions)?;
    Ok(fields.done())
}

fn user(user: &AuthInfo, raw: bool) -> Result<Tree<'_>> {
    let mut fields = Fields::new();
    fields.text("client-certificate", &user.client_certificate);
    fields.data("client-certificate-data", user.client_certificate_data.as_ref(), raw);
    fields.text("client-key", &user.client_key);
    match &user.client_key_data {
        // kubectl overwrites what is there, be it empty.
        Some(_) if !raw => fields.always("client-key-data", OMITTED),
        key => fields.data("client-key-data", key.as_ref().map(Secret::expose), raw),
    }
    fields.secret("token", &user.token, raw);
    fields.text("tokenFile", &user.token_file);
    fields.text("as", &user.impersonate);
    fields.text("as-uid", &user.impersonate_uid);
    if !user.impersonate_groups.is_empty() {
        fields.always("as-groups", texts(&user.impersonate_groups));
    }
    if !user.impersonate_user_extra.is_empty() {
        fields.always(
            "as-user-extra",
            map(&user.impersonate_user_extra, |values| or_null(values, |text| Tree::Text(text))),
        );
    }
    fields.text("username", &user.username);
    fields.secret("password", &user.password, raw);
    if let Some(provider) = &user.auth_provider {
        fields.always("auth-provider", auth_provider(provider));
    }
    if let Some(command) = &user.exec {
        fields.always("exec", exec(command));
    }
    fields.extensions(&user.extensions)?;
    Ok(fields.done())
}

fn context(context: &Context) -> Result<Tree<'_>> {
    let mut fields = Fields::new();
    fields.always("cluster", plain(&context.cluster));
    fields.always("user", plain(&context.user));
    fields.text("namespace", &context.namespace);
    fields.extensions(&context.extensions)?;
    Ok(fields.done())
}

fn auth_provider(provider: &AuthProviderConfig) -> Tree<'_> {
    let mut fields = Fields::new();
    fields.always("name", plain(&provider.name));
    fields.always("config", provider.config.as_ref().map_or(Tree::Null, |config| map(config, secret)));
    fields.done()
}

fn exec(exec: &ExecConfig) -> Tree<'_> {
    let mut fields = Fields::new();
    fields.always("command", plain(&exec.command));
    fields.always("args", or_null(&exec.args, secret));
    fields.always("env", or_null(&exec.env, variable));
    fields.text("apiVersion", &exec.api_version);
    fields.text("installHint", &exec.install_hint);
    fields.always("provideClusterInfo", Tree::Bool(exec.provide_cluster_info));
    if let Some(mode) = exec.effective_interactive_mode() {
        fields.always("interactiveMode", Tree::Text(mode));
    }
    fields.done()
}

fn variable(variable: &ExecEnvVar) -> Tree<'_> {
    let value = variable.value.as_ref().map_or("", |value| value.expose());
    Tree::Struct(vec![("name", plain(&variable.name)), ("value", Tree::Text(value))])
}

fn secret(secret: &Secret<String>) -> Tree<'_> {
    Tree::Text(secret.expose())
}

fn texts(texts: &[String]) -> Tree<'_> {
    Tree::List(texts.iter().map(|text| Tree::Text(text)).collect())
}

/// Go's nil slice is null, its empty one `[]`.
fn or_null<'a, T>(items: &'a Option<Vec<T>>, each: impl Fn(&'a T) -> Tree<'a>) -> Tree<'a> {
    items.as_ref().map_or(Tree::Null, |items| Tree::List(items.iter().map(each).collect()))
}

fn map<'a, T>(entries: &'a BTreeMap<String, T>, each: impl Fn(&'a T) -> Tree<'a>) -> Tree<'a> {
    Tree::Map(entries.iter().map(|(key, value)| (Cow::Borrowed(key.as_str()), each(value))).collect())
}
