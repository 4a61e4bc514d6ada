//! A configuration whose paths mean the same from any folder.

use super::{Loaded, Subject};
use crate::config::Kubeconfig;
use crate::error::{Error, ErrorKind, Result};

impl Loaded {
    /// The configuration with absolute paths: what it names, it still names when written to another folder.
    ///
    /// Relative paths are joined to the folder of the file they stand in, by client-go's rules: `certificate-authority`,
    /// `client-certificate`, `client-key`, `tokenFile`, and the command of an exec plugin if there is a separator in it.
    ///
    /// # Errors
    /// [`ErrorKind::Unrepresentable`] for a folder whose name is not UTF-8.
    pub fn rebased(&self) -> Result<Kubeconfig> {
        let mut config = self.config().clone();
        let mut errors = Vec::new();
        let mut rebase = |subject: Subject<'_>, field: &'static str, path: &mut Option<String>| {
            let Some(relative) = path.as_deref().filter(|path| !path.is_empty()) else { return };
            match self.resolve(subject, relative).into_os_string().into_string() {
                Ok(absolute) => *path = Some(absolute),
                Err(_) => {
                    let message = format!("{field} of {subject} starts from a folder whose name is not UTF-8");
                    errors.push(self.placed(Error::new(ErrorKind::Unrepresentable, message), subject));
                }
            }
        };
        for (name, cluster) in config.clusters.iter_mut() {
            rebase(Subject::Cluster(name), "certificate-authority", &mut cluster.certificate_authority);
        }
        for (name, user) in config.users.iter_mut() {
            let subject = Subject::User(name);
            rebase(subject, "client-certificate", &mut user.client_certificate);
            rebase(subject, "client-key", &mut user.client_key);
            rebase(subject, "tokenFile", &mut user.token_file);
            let Some(exec) = &mut user.exec else { continue };
            let is_path =
                exec.command.as_deref().is_some_and(|command| self.resolve_command(subject, command).is_some());
            if is_path {
                rebase(subject, "exec.command", &mut exec.command);
            }
        }
        Error::several(errors).map_or(Ok(config), Err)
    }
}
