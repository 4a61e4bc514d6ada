//! `kubectl config view --minify` and `--flatten`: client-go's `api/helpers.go`.

use super::{Loaded, Subject, read_reference, validate};
use crate::config::{Data, ShownName, set, set_data, set_secret_data};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;

impl Loaded {
    /// Only one context, with its cluster and its user: client-go's `MinifyConfig`.
    ///
    /// `context` becomes the current one; `None` or an empty name takes the one that is. Extensions and preferences stay.
    ///
    /// # Errors
    /// [`ErrorKind::ContextNotFound`] where there is no such context, [`ErrorKind::NotFound`] where there is no cluster or
    /// no user of the name that it has. It may have none.
    pub fn minify(&self, context: Option<&str>) -> Result<Loaded> {
        let mut config = self.config().clone();
        if let Some(name) = context.filter(|name| !name.is_empty()) {
            config.current_context = Some(name.to_owned());
        }
        let Some(current) = config.current_context().map(str::to_owned) else {
            return Err(Error::new(ErrorKind::ContextNotFound, "current-context must exist in order to minify"));
        };
        let Some(chosen) = config.contexts.get(&current) else {
            let error =
                Error::new(ErrorKind::ContextNotFound, format!("cannot locate context {}", ShownName(&current)));
            let is_current = self.config().current_context() == Some(&current);
            return Err(if is_current { self.placed(error, Subject::CurrentContext) } else { error });
        };
        let cluster = set(&chosen.cluster).map(str::to_owned);
        let user = set(&chosen.user).map(str::to_owned);
        let missing = |what: &str, name: &str| {
            let error = Error::new(ErrorKind::NotFound, format!("cannot locate {what} {}", ShownName(name)));
            Err(self.placed(error, Subject::Context(&current)))
        };
        match (&cluster, &user) {
            (Some(name), _) if !config.clusters.contains(name) => return missing("cluster", name),
            (_, Some(name)) if !config.users.contains(name) => return missing("user", name),
            _ => {}
        }
        config.contexts.retain(|other, _| other == current);
        config.clusters.retain(|other, _| Some(other) == cluster.as_deref());
        config.users.retain(|other, _| Some(other) == user.as_deref());
        Ok(self.with_config(config))
    }

    /// CA, client certificate and client key as data in place of paths: client-go's `FlattenConfig`. Token files and exec
    /// commands stay as they are, as in kubectl. An empty file leaves neither path nor data.
    ///
    /// Files must be regular ones of at most [`REFERENCE_LIMIT`](super::REFERENCE_LIMIT) bytes.
    ///
    /// # Errors
    /// All that is wrong, together: a file that can't be read, and [`ErrorKind::InvalidConfiguration`] where there are
    /// both a path and data.
    pub fn flatten(&self) -> Result<Loaded> {
        let mut config = self.config().clone();
        let mut errors = Vec::new();
        let mut fault = |error: Error, subject, field| {
            let place = self.place(subject);
            errors.push(if error.file().is_some() { place.of_reference(error, field) } else { place.of(error) });
        };
        for (name, user) in config.users.iter_mut() {
            let subject = Subject::User(name);
            match self.content(subject, &user.client_certificate, set_data(&user.client_certificate_data)) {
                Ok(None) => {}
                Ok(Some(data)) => (user.client_certificate, user.client_certificate_data) = (None, data),
                Err(error) => fault(error, subject, "client-certificate"),
            }
            match self.content(subject, &user.client_key, set_secret_data(&user.client_key_data)) {
                Ok(None) => {}
                Ok(Some(data)) => (user.client_key, user.client_key_data) = (None, data.map(Secret::new)),
                Err(error) => fault(error, subject, "client-key"),
            }
        }
        for (name, cluster) in config.clusters.iter_mut() {
            let subject = Subject::Cluster(name);
            match self.content(subject, &cluster.certificate_authority, set_data(&cluster.certificate_authority_data)) {
                Ok(None) => {}
                Ok(Some(data)) => (cluster.certificate_authority, cluster.certificate_authority_data) = (None, data),
                Err(error) => fault(error, subject, "certificate-authority"),
            }
        }
        validate::all(errors)?;
        Ok(self.with_config(config))
    }

    /// What takes the place of a path and its data: `None` where there is no path, `Some(None)` for an empty file.
    fn content(
        &self,
        subject: Subject<'_>,
        path: &Option<String>,
        data: Option<&Data>,
    ) -> Result<Option<Option<Data>>> {
        let Some(path) = set(path) else { return Ok(None) };
        if data.is_some() {
            let message = "cannot have values for both path and contents";
            return Err(Error::new(ErrorKind::InvalidConfiguration, message));
        }
        let content = read_reference(&self.resolve(subject, path))?;
        Ok(Some((!content.is_empty()).then(|| Data::encode(&content))))
    }
}
