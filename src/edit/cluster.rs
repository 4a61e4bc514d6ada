//! `set-cluster`.

use super::context::change;
use super::path;
use crate::config::{Cluster, Data, set};
use crate::error::{Error, ErrorKind, Result};
use crate::load::{Subject, read_reference};
use crate::store::Draft;
use std::path::Path;

/// Fields of a cluster to change: kubectl's `set-cluster`. What is `None` stays, an empty text removes the field.
///
/// What belongs together changes together, as kubectl does it: another server takes `tls-server-name` with it, a CA and no
/// checking of certificates rule each other out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SetCluster {
    /// URL of the API server.
    pub server: Option<String>,
    /// The name to ask for and to check in the server's certificate.
    pub tls_server_name: Option<String>,
    /// Whether the server's certificate is not checked.
    pub insecure_skip_tls_verify: Option<bool>,
    /// Path of the file with the CA's certificates, relative to the folder given to [`apply`](SetCluster::apply). It is
    /// written relative to the kubeconfig's folder where it lies below that, and absolute elsewhere.
    pub certificate_authority: Option<String>,
    /// Whether that file is read and embedded.
    pub embed_certs: bool,
    /// A proxy.
    pub proxy_url: Option<String>,
}

impl SetCluster {
    /// Changes the cluster `name`, or makes it. Returns whether it is new.
    ///
    /// Relative paths start from `folder`: for a program the current one.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] for no name, for a CA together with no checking, and for embedding without a file;
    /// [`ErrorKind::Io`] and [`ErrorKind::Limit`] for a file that can't be read;
    /// [`ErrorKind::Unrepresentable`] for a path that is not UTF-8.
    pub fn apply(&self, draft: &mut Draft, name: &str, folder: &Path) -> Result<bool> {
        if name.is_empty() {
            return Err(Error::new(ErrorKind::Usage, "the name of the cluster is empty"));
        }
        let authority = set(&self.certificate_authority);
        if self.insecure_skip_tls_verify == Some(true) && authority.is_some() {
            let message = "a certificate authority is of no use where certificates are not checked";
            return Err(Error::new(ErrorKind::Usage, message).with_help("choose one of the two"));
        }
        let embedded = match (self.embed_certs, authority) {
            (false, _) => None,
            (true, Some(given)) => Some(embed(given, folder)?),
            (true, None) => return Err(Error::new(ErrorKind::Usage, "no certificate authority is named to embed")),
        };
        let of_file = draft.folder_of(Subject::Cluster(name));
        let written = authority.map(|given| path::of_file(given, folder, &of_file)).transpose()?;

        let is_new = !draft.config.clusters.contains(name);
        if is_new {
            // kubectl writes a server even where there is none.
            draft.config.clusters.insert(name, Cluster::new(""));
        }
        let Some(cluster) = draft.config.clusters.get_mut(name) else { return Ok(is_new) };
        change(&mut cluster.server, &self.server);
        if self.server.is_some() && self.tls_server_name.is_none() {
            cluster.tls_server_name = None;
        }
        change(&mut cluster.tls_server_name, &self.tls_server_name);
        change(&mut cluster.proxy_url, &self.proxy_url);
        if let Some(insecure) = self.insecure_skip_tls_verify {
            cluster.insecure_skip_tls_verify = insecure;
            if insecure {
                cluster.certificate_authority = None;
                cluster.certificate_authority_data = None;
            }
        }
        match (&self.certificate_authority, embedded) {
            (None, _) => {}
            (Some(_), Some(data)) => {
                cluster.certificate_authority = None;
                cluster.certificate_authority_data = Some(data);
                cluster.insecure_skip_tls_verify = false;
            }
            (Some(_), None) => {
                if written.is_some() {
                    cluster.certificate_authority_data = None;
                    cluster.insecure_skip_tls_verify = false;
                }
                change(&mut cluster.certificate_authority, &Some(written.unwrap_or_default()));
            }
        }
        Ok(is_new)
    }
}

/// The bytes of the file `given`, a path from `folder`.
pub(super) fn embed(given: &str, folder: &Path) -> Result<Data> {
    let file = crate::load::Os::current().resolve(folder, given);
    Ok(Data::encode(&read_reference(&file)?))
}
