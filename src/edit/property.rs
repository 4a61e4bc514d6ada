//! `set` and `unset`: a property by its path.

use crate::config::{
    AuthInfo, AuthProviderConfig, Cluster, Context, Data, Entries, ExecConfig, Kubeconfig, Preferences,
};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::{Secret, names_secret};
use crate::syntax::Value;

/// Sets what `path` names: a text, `true` or `false`, or base64 for a `*-data` field.
///
/// The paths are kubectl's: names joined with dots, as in `current-context`, `clusters.prod.server`, `preferences.colors`; the fields are
/// those of client-go's internal types, so `users.NAME.act-as` is what a file calls `as`. An entry that is missing is made. Nothing is
/// checked and nothing else is changed, other than with [`SetCluster`](super::SetCluster) and its like.
///
/// A name ends where a field follows. Here kubectl takes the first that might be one, so that it can't reach an entry called
/// `my.server.prod`. This function takes the reading that leads to an entry that is there, then the first that makes sense.
/// `clusters["my.server.prod"].server` leaves no doubt.
///
/// # Errors
/// [`ErrorKind::Usage`] for a path that leads nowhere, a property that is no single value, an empty `value` and one that is
/// no boolean; [`ErrorKind::Base64`] for data that is not base64.
///
/// ```
/// use kubeconfig::{Kubeconfig, edit};
/// let mut config = Kubeconfig::new();
/// edit::set_property(&mut config, "clusters.10.0.0.1.server", "https://10.0.0.1:6443")?;
/// assert_eq!(config.clusters["10.0.0.1"].server.as_deref(), Some("https://10.0.0.1:6443"));
/// # Ok::<(), kubeconfig::Error>(())
/// ```
pub fn set_property(config: &mut Kubeconfig, path: &str, value: &str) -> Result<()> {
    if value.is_empty() {
        return Err(Error::new(ErrorKind::Usage, "a property can't be set to nothing").with_help("unset it instead"));
    }
    set(config, path, value, |value| Data::from_base64(value))
}

/// As [`set_property`], but the value of a `*-data` field is the bytes themselves, not their base64: kubectl's
/// `--set-raw-bytes`.
///
/// # Errors
/// Those of [`set_property`].
pub fn set_property_bytes(config: &mut Kubeconfig, path: &str, value: &str) -> Result<()> {
    if value.is_empty() {
        return set_property(config, path, value);
    }
    set(config, path, value, |value| Ok(Data::encode(value.as_bytes())))
}

/// Removes what `path` names: a field, an entry, an extension, or a whole list.
///
/// The paths are those of [`set_property`]. To remove what is not there is no error, but for a field of a missing entry. Other
/// than with kubectl, which reports it and does nothing, extensions at the top are removed.
///
/// # Errors
/// [`ErrorKind::Usage`] for a path that leads nowhere, [`ErrorKind::NotFound`] for a field of a missing entry.
pub fn unset_property(config: &mut Kubeconfig, path: &str) -> Result<()> {
    match Root::of(path)? {
        (Root::ApiVersion, None) => config.api_version = None,
        (Root::Kind, None) => config.kind = None,
        (Root::CurrentContext, None) => config.current_context = None,
        (Root::Preferences, None) => config.preferences = Preferences::default(),
        (Root::Preferences, Some(rest)) => unset_field(&mut config.preferences, rest, path)?,
        (Root::Clusters, rest) => unset_entry(&mut config.clusters, rest, path)?,
        (Root::Users, rest) => unset_entry(&mut config.users, rest, path)?,
        (Root::Contexts, rest) => unset_entry(&mut config.contexts, rest, path)?,
        (Root::Extensions, None) => config.extensions = Entries::new(),
        (Root::Extensions, Some(name)) => drop(config.extensions.remove(Name::of(name)?.whole(name))),
        (Root::ApiVersion | Root::Kind | Root::CurrentContext, Some(_)) => return Err(leads_on(path)),
    }
    Ok(())
}

fn set(config: &mut Kubeconfig, path: &str, value: &str, data: impl Fn(&str) -> Result<Data>) -> Result<()> {
    let done = match Root::of(path)? {
        (Root::ApiVersion, None) => Field::Text(&mut config.api_version).set(value, data),
        (Root::Kind, None) => Field::Text(&mut config.kind).set(value, data),
        (Root::CurrentContext, None) => Field::Text(&mut config.current_context).set(value, data),
        (Root::Preferences, Some(rest)) => set_field(&mut config.preferences, rest, path, value, data),
        (Root::Clusters, Some(rest)) => set_in_entry(&mut config.clusters, rest, path, value, data),
        (Root::Users, Some(rest)) => set_in_entry(&mut config.users, rest, path, value, data),
        (Root::Contexts, Some(rest)) => set_in_entry(&mut config.contexts, rest, path, value, data),
        (Root::ApiVersion | Root::Kind | Root::CurrentContext, Some(_)) => Err(leads_on(path)),
        (Root::Clusters | Root::Users | Root::Contexts | Root::Extensions | Root::Preferences, _) => Err(no_value()),
    };
    done.map_err(|error| error.in_field(shown(path)))
}

const ROOTS: &str =
    "a property begins with clusters, users, contexts, current-context, preferences, extensions, kind or apiVersion";

/// A path for an error: without what stands behind the name of a secret, as in `users.ann.token=abc`.
fn shown(path: &str) -> &str {
    match path.find(['=', ':']).filter(|_| names_secret(path, |_| false)) {
        Some(at) => path.get(..at).unwrap_or_default(),
        None => path,
    }
}

/// What a path begins with.
enum Root {
    ApiVersion,
    Kind,
    CurrentContext,
    Preferences,
    Clusters,
    Users,
    Contexts,
    Extensions,
}

impl Root {
    /// The root of a path, and what follows it.
    fn of(path: &str) -> Result<(Self, Option<&str>)> {
        let end = path.find(['.', '[']).unwrap_or(path.len());
        let (first, rest) = path.split_at(end);
        let root = match first {
            "apiVersion" => Root::ApiVersion,
            "kind" => Root::Kind,
            "current-context" => Root::CurrentContext,
            "preferences" => Root::Preferences,
            "clusters" => Root::Clusters,
            "users" => Root::Users,
            "contexts" => Root::Contexts,
            "extensions" => Root::Extensions,
            "" => return Err(Error::new(ErrorKind::Usage, "no property is named").with_help(ROOTS)),
            _ => {
                return Err(Error::new(ErrorKind::Usage, "there is no such property")
                    .in_field(shown(path))
                    .with_help(ROOTS));
            }
        };
        // A shell has taken the quotes away. Behind a dot it is a name that begins so, as to kubectl.
        if rest.starts_with('[') && !rest.starts_with("[\"") {
            return Err(Error::new(ErrorKind::Usage, "a name in brackets stands in double quotes")
                .in_field(shown(path))
                .with_help("write [\"NAME\"], all of it in single quotes for the shell"));
        }
        Ok((root, (!rest.is_empty()).then(|| rest.strip_prefix('.').unwrap_or(rest))))
    }
}

/// A field of the model, to change it.
enum Field<'c> {
    Text(&'c mut Option<String>),
    Secret(&'c mut Option<Secret<String>>),
    Data(&'c mut Option<Data>),
    SecretData(&'c mut Option<Secret<Data>>),
    Switch(&'c mut bool),
    Extensions(&'c mut Entries<Value>),
    /// What can only be removed as a whole, and the flags that change its parts.
    Whole(&'c mut dyn Clear, &'static str),
}

trait Clear {
    fn clear(&mut self);
}

impl<T: Default> Clear for T {
    fn clear(&mut self) {
        *self = T::default();
    }
}

impl Field<'_> {
    fn set(self, value: &str, data: impl Fn(&str) -> Result<Data>) -> Result<()> {
        match self {
            Field::Text(field) => *field = Some(value.to_owned()),
            Field::Secret(field) => *field = Some(value.into()),
            Field::Data(field) => *field = Some(data(value)?),
            Field::SecretData(field) => *field = Some(data(value)?.into()),
            Field::Switch(field) => *field = boolean(value)?,
            Field::Extensions(_) => return Err(no_value()),
            Field::Whole(_, help) => return Err(no_value().with_help(help)),
        }
        Ok(())
    }

    fn clear(self) {
        match self {
            Field::Text(field) => *field = None,
            Field::Secret(field) => *field = None,
            Field::Data(field) => *field = None,
            Field::SecretData(field) => *field = None,
            Field::Switch(field) => *field = false,
            Field::Extensions(field) => *field = Entries::new(),
            Field::Whole(field, _) => field.clear(),
        }
    }
}

/// Go's `strconv.ParseBool`.
fn boolean(text: &str) -> Result<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err(Error::new(ErrorKind::Usage, "the value is neither true nor false")),
    }
}

/// A struct with fields that have names.
trait Fields: Clone + Default {
    /// All of them, for who misspelt one.
    const NAMES: &[&str];

    /// client-go's name for it.
    fn field(&mut self, name: &str) -> Option<Field<'_>>;

    /// A new one, with what kubectl writes even where there is nothing.
    fn fresh() -> Self {
        Self::default()
    }
}

const SET_EXEC: &str = "parts of it are set by set-credentials --exec-command, --exec-arg, --exec-env and so on";
const SET_PROVIDER: &str = "parts of it are set by set-credentials --auth-provider and --auth-provider-arg";
const SET_NOWHERE: &str = "it can be removed as a whole; its parts are changed in the file";

impl Fields for Preferences {
    const NAMES: &[&str] = &["colors", "extensions"];

    fn field(&mut self, name: &str) -> Option<Field<'_>> {
        Some(match name {
            "colors" => Field::Switch(&mut self.colors),
            "extensions" => Field::Extensions(&mut self.extensions),
            _ => return None,
        })
    }
}

impl Fields for Cluster {
    const NAMES: &[&str] = &[
        "server",
        "tls-server-name",
        "insecure-skip-tls-verify",
        "certificate-authority",
        "certificate-authority-data",
        "proxy-url",
        "disable-compression",
        "extensions",
    ];

    fn fresh() -> Self {
        Cluster::new("")
    }

    fn field(&mut self, name: &str) -> Option<Field<'_>> {
        Some(match name {
            "server" => Field::Text(&mut self.server),
            "tls-server-name" => Field::Text(&mut self.tls_server_name),
            "insecure-skip-tls-verify" => Field::Switch(&mut self.insecure_skip_tls_verify),
            "certificate-authority" => Field::Text(&mut self.certificate_authority),
            "certificate-authority-data" => Field::Data(&mut self.certificate_authority_data),
            "proxy-url" => Field::Text(&mut self.proxy_url),
            "disable-compression" => Field::Switch(&mut self.disable_compression),
            "extensions" => Field::Extensions(&mut self.extensions),
            _ => return None,
        })
    }
}

impl Fields for AuthInfo {
    const NAMES: &[&str] = &[
        "client-certificate",
        "client-certificate-data",
        "client-key",
        "client-key-data",
        "token",
        "tokenFile",
        "act-as",
        "act-as-uid",
        "act-as-groups",
        "act-as-user-extra",
        "username",
        "password",
        "auth-provider",
        "exec",
        "extensions",
    ];

    fn field(&mut self, name: &str) -> Option<Field<'_>> {
        let exec: &mut Option<Box<ExecConfig>> = &mut self.exec;
        let provider: &mut Option<Box<AuthProviderConfig>> = &mut self.auth_provider;
        Some(match name {
            "client-certificate" => Field::Text(&mut self.client_certificate),
            "client-certificate-data" => Field::Data(&mut self.client_certificate_data),
            "client-key" => Field::Text(&mut self.client_key),
            "client-key-data" => Field::SecretData(&mut self.client_key_data),
            "token" => Field::Secret(&mut self.token),
            "tokenFile" => Field::Text(&mut self.token_file),
            "act-as" => Field::Text(&mut self.impersonate),
            "act-as-uid" => Field::Text(&mut self.impersonate_uid),
            "act-as-groups" => Field::Whole(&mut self.impersonate_groups, SET_NOWHERE),
            "act-as-user-extra" => Field::Whole(&mut self.impersonate_user_extra, SET_NOWHERE),
            "username" => Field::Text(&mut self.username),
            "password" => Field::Secret(&mut self.password),
            "auth-provider" => Field::Whole(provider, SET_PROVIDER),
            "exec" => Field::Whole(exec, SET_EXEC),
            "extensions" => Field::Extensions(&mut self.extensions),
            _ => return None,
        })
    }
}

impl Fields for Context {
    const NAMES: &[&str] = &["cluster", "user", "namespace", "extensions"];

    fn fresh() -> Self {
        Context::new("", "")
    }

    fn field(&mut self, name: &str) -> Option<Field<'_>> {
        Some(match name {
            "cluster" => Field::Text(&mut self.cluster),
            "user" => Field::Text(&mut self.user),
            "namespace" => Field::Text(&mut self.namespace),
            "extensions" => Field::Extensions(&mut self.extensions),
            _ => return None,
        })
    }
}

/// The field that `rest` begins with, and what follows its name.
fn field_of<'c, 'p, T: Fields>(of: &'c mut T, rest: &'p str, path: &str) -> Result<(Field<'c>, Option<&'p str>)> {
    let end = rest.find(['.', '[']).unwrap_or(rest.len());
    let (name, behind) = rest.split_at(end);
    match of.field(name) {
        Some(field) => Ok((field, (!behind.is_empty()).then(|| behind.strip_prefix('.').unwrap_or(behind)))),
        None => Err(no_field::<T>().in_field(shown(path))),
    }
}

fn set_field<T: Fields>(
    of: &mut T,
    rest: &str,
    path: &str,
    value: &str,
    data: impl Fn(&str) -> Result<Data>,
) -> Result<()> {
    match field_of(of, rest, path)? {
        (field, None) => field.set(value, data),
        (Field::Whole(_, help), Some(_)) => Err(no_value().with_help(help)),
        (Field::Extensions(_), Some(_)) => Err(no_value()),
        (_, Some(_)) => Err(leads_on(path)),
    }
}

fn unset_field<T: Fields>(of: &mut T, rest: &str, path: &str) -> Result<()> {
    match field_of(of, rest, path)? {
        (field, None) => field.clear(),
        (Field::Extensions(extensions), Some(name)) => drop(extensions.remove(Name::of(name)?.whole(name))),
        (Field::Whole(..), Some(_)) => {
            return Err(Error::new(ErrorKind::Usage, "only the whole of it can be removed").in_field(shown(path)));
        }
        (_, Some(_)) => return Err(leads_on(path)),
    }
    Ok(())
}

fn set_in_entry<T: Fields>(
    entries: &mut Entries<T>,
    rest: &str,
    path: &str,
    value: &str,
    data: impl Fn(&str) -> Result<Data>,
) -> Result<()> {
    let Reading { name, field: Some(field) } = read(entries, rest, false)? else {
        // `NAME.FIELD` with a field that is none.
        let is_of = |(at, _): (usize, &str)| rest.get(..at).is_some_and(|name| entries.contains(name));
        return Err(if rest.match_indices('.').any(is_of) { no_field::<T>() } else { no_value() });
    };
    match entries.get_mut(name) {
        Some(entry) => set_field(entry, field, path, value, data),
        None => {
            let mut entry = T::fresh();
            set_field(&mut entry, field, path, value, data)?;
            entries.insert(name, entry);
            Ok(())
        }
    }
}

fn unset_entry<T: Fields>(entries: &mut Entries<T>, rest: Option<&str>, path: &str) -> Result<()> {
    let Some(rest) = rest else {
        *entries = Entries::new();
        return Ok(());
    };
    match read(entries, rest, true)? {
        Reading { name, field: None } => {
            entries.remove(name);
            Ok(())
        }
        Reading { name, field: Some(field) } => match entries.get_mut(name) {
            Some(entry) => unset_field(entry, field, path),
            None => Err(Error::new(ErrorKind::NotFound, "there is no entry of that name").in_field(shown(path))),
        },
    }
}

/// What may be meant by a name and what follows it.
#[derive(Clone, Copy)]
struct Reading<'p> {
    name: &'p str,
    field: Option<&'p str>,
}

/// The reading of `rest` that leads to an entry that is there; else the first that makes sense; else kubectl's.
fn read<'p, T: Fields>(entries: &Entries<T>, rest: &'p str, may_be_entry: bool) -> Result<Reading<'p>> {
    if let Name::Quoted { name, behind } = Name::of(rest)? {
        return Ok(Reading { name, field: behind });
    }
    let mut probe = T::default();
    let mut first = None;
    let mut sensible = None;
    for (at, _) in rest.match_indices('.') {
        let reading = Reading { name: &rest[..at], field: Some(&rest[at + 1..]) };
        let leads_somewhere = match field_of(&mut probe, &rest[at + 1..], "") {
            Ok((Field::Whole(..) | Field::Extensions(_), _) | (_, None)) => true,
            Ok(_) => false,
            Err(_) => continue,
        };
        first = first.or(Some(reading));
        if leads_somewhere {
            if entries.contains(reading.name) {
                return Ok(reading);
            }
            sensible = sensible.or(Some(reading));
        }
    }
    let whole = Reading { name: rest, field: None };
    if may_be_entry && entries.contains(rest) {
        return Ok(whole);
    }
    Ok(sensible.or(first).unwrap_or(whole))
}

/// A name at the start of a path.
enum Name<'p> {
    /// `["name"]`
    Quoted {
        name: &'p str,
        behind: Option<&'p str>,
    },
    Plain,
}

impl<'p> Name<'p> {
    fn of(rest: &'p str) -> Result<Self> {
        let Some(quoted) = rest.strip_prefix("[\"") else { return Ok(Name::Plain) };
        let end = quoted.rfind("\"]").filter(|end| matches!(quoted.as_bytes().get(end + 2), None | Some(b'.')));
        let Some(end) = end else {
            return Err(Error::new(ErrorKind::Usage, "a name in brackets has no end").with_help("write [\"NAME\"]"));
        };
        let behind = &quoted[end + 2..];
        Ok(Name::Quoted { name: &quoted[..end], behind: behind.strip_prefix('.') })
    }

    /// The name, where nothing may follow it.
    fn whole(self, rest: &'p str) -> &'p str {
        match self {
            Name::Quoted { name, behind: None } => name,
            _ => rest,
        }
    }
}

#[cold]
fn no_field<T: Fields>() -> Error {
    let help = format!("its fields are {}", T::NAMES.join(", "));
    Error::new(ErrorKind::Usage, "there is no such property").with_help(help)
}

#[cold]
fn no_value() -> Error {
    Error::new(ErrorKind::Usage, "this is no single value, so it can't be set to one")
}

#[cold]
fn leads_on(path: &str) -> Error {
    Error::new(ErrorKind::Usage, "the path leads on behind a value").in_field(shown(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_that_of_a_field() {
        fn of<T: Fields>() -> bool {
            T::NAMES.iter().all(|name| T::default().field(name).is_some())
        }
        assert!(of::<Preferences>() && of::<Cluster>() && of::<AuthInfo>() && of::<Context>());
    }
}
