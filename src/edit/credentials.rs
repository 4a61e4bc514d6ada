//! `set-credentials`.

use super::cluster::embed;
use super::context::change;
use super::exec::SetExec;
use super::path;
use crate::config::{AuthInfo, AuthProviderConfig, set, set_secret};
use crate::error::{Error, ErrorKind, Result};
use crate::load::Subject;
use crate::secret::Secret;
use crate::store::Draft;
use std::collections::BTreeMap;
use std::path::Path;

/// Fields of a user to change: kubectl's `set-credentials`. What is `None` stays, an empty text removes the field.
///
/// A token and a name with a password rule each other out, so that the one takes the other's place; certificates stand beside both.
/// `Debug` shows no secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SetCredentials {
    /// Path of the file with the client certificate, relative to the folder given to [`apply`](SetCredentials::apply). It is
    /// written relative to the kubeconfig's folder where it lies below that, and absolute elsewhere.
    pub client_certificate: Option<String>,
    /// Path of the file with its key, as the certificate's.
    pub client_key: Option<String>,
    /// Whether those files are read and embedded.
    pub embed_certs: bool,
    /// Bearer token.
    pub token: Option<Secret<String>>,
    /// Name for basic authentication.
    pub username: Option<String>,
    /// Password for basic authentication.
    pub password: Option<Secret<String>>,
    /// The name of the login plugin of old; another one than the user has begins with no settings.
    pub auth_provider: Option<String>,
    /// Settings of the login plugin to set; `None` removes one. Without a plugin they do nothing.
    pub auth_provider_args: Vec<(String, Option<Secret<String>>)>,
    /// The command that prints credentials.
    pub exec: SetExec,
}

impl SetCredentials {
    /// Changes the user `name`, or makes it. Returns whether it is new.
    ///
    /// Relative paths start from `folder`: for a program the current one. That of the exec command starts from the
    /// kubeconfig's folder, as in kubectl.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] for no name, for a token together with a name or a password, and for embedding without a file;
    /// [`ErrorKind::Io`] and [`ErrorKind::Limit`] for a file that can't be read;
    /// [`ErrorKind::Unrepresentable`] for a path that is not UTF-8.
    pub fn apply(&self, draft: &mut Draft, name: &str, folder: &Path) -> Result<bool> {
        if name.is_empty() {
            return Err(Error::new(ErrorKind::Usage, "the name of the user is empty"));
        }
        let has_token = set_secret(&self.token).is_some();
        let has_basic = set(&self.username).is_some() || set_secret(&self.password).is_some();
        if has_token && has_basic {
            let message = "a token and a name with a password are two ways to authenticate, and a user has one";
            return Err(Error::new(ErrorKind::Usage, message).with_help("choose one of the two"));
        }
        let of_file = draft.folder_of(Subject::User(name));
        let certificate = Given::of(&self.client_certificate, self.embed_certs, folder, &of_file)?;
        let key = Given::of(&self.client_key, self.embed_certs, folder, &of_file)?;
        if self.embed_certs && !matches!(certificate, Given::Data(_)) && !matches!(key, Given::Data(_)) {
            return Err(Error::new(ErrorKind::Usage, "neither a client certificate nor a key is named to embed"));
        }
        let exec = self.exec.in_folder(&of_file)?;

        let is_new = !draft.config.users.contains(name);
        if is_new {
            draft.config.users.insert(name, AuthInfo::default());
        }
        let Some(user) = draft.config.users.get_mut(name) else { return Ok(is_new) };
        certificate.put(&mut user.client_certificate, &mut user.client_certificate_data);
        key.put(&mut user.client_key, &mut user.client_key_data);
        change_secret(&mut user.token, &self.token);
        change(&mut user.username, &self.username);
        change_secret(&mut user.password, &self.password);
        if has_token {
            user.username = None;
            user.password = None;
        } else if has_basic {
            user.token = None;
        }
        self.change_provider(user);
        exec.apply(&mut user.exec);
        Ok(is_new)
    }

    fn change_provider(&self, user: &mut AuthInfo) {
        if let Some(name) = &self.auth_provider {
            if user.auth_provider.as_ref().is_none_or(|provider| set(&provider.name) != Some(name)) {
                let config = Some(BTreeMap::new());
                let name = Some(name.clone());
                let provider = AuthProviderConfig { name, config, ..AuthProviderConfig::default() };
                user.auth_provider = Some(Box::new(provider));
            }
        }
        let Some(provider) = &mut user.auth_provider else { return };
        for (key, value) in &self.auth_provider_args {
            match value {
                Some(value) => drop(provider.config.get_or_insert_default().insert(key.clone(), value.clone())),
                None => drop(provider.config.as_mut().map(|config| config.remove(key))),
            }
        }
    }
}

/// A file as it is to stand in an entry.
enum Given<T> {
    Nothing,
    /// Empty where the field is to be removed.
    Path(String),
    Data(T),
}

impl<T: From<crate::config::Data>> Given<T> {
    fn of(given: &Option<String>, embedded: bool, from: &Path, folder: &Path) -> Result<Self> {
        Ok(match given.as_deref() {
            None => Given::Nothing,
            Some("") => Given::Path(String::new()),
            Some(given) if embedded => Given::Data(embed(given, from)?.into()),
            Some(given) => Given::Path(path::of_file(given, from, folder)?),
        })
    }

    fn put(self, path: &mut Option<String>, data: &mut Option<T>) {
        match self {
            Given::Nothing => {}
            Given::Path(given) => {
                if !given.is_empty() {
                    *data = None;
                }
                change(path, &Some(given));
            }
            Given::Data(bytes) => {
                *path = None;
                *data = Some(bytes);
            }
        }
    }
}

/// As [`change`], for secrets.
fn change_secret(field: &mut Option<Secret<String>>, wanted: &Option<Secret<String>>) {
    if wanted.is_some() && set_secret(field) != set_secret(wanted) {
        *field = wanted.clone().filter(|wanted| !wanted.expose().is_empty());
    }
}
