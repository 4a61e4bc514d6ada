//! The data folder of a K3s or RKE2 server.

use super::archive::Packed;
use super::input::Input;
use super::recover::{Admin, Names, RecoveryNote, check_key, cluster, user};
use super::wanted::{AUTHORITY, CERTIFICATE, CLIENTS, DYNAMIC, EARLY, KEY, SERVING, WRITTEN, is_needed};
use crate::cert::{self, Certificate};
use crate::config::{AuthInfo, Cluster, Data, Kubeconfig};
use crate::error::{Error, ErrorKind, Result};
use crate::load::read_reference;
use crate::secret::SecretBytes;
use crate::syntax::{Document, Node};
use crate::url::check_new_server;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// What the data folder of a K3s or RKE2 server (`/var/lib/rancher/k3s`, `/var/lib/rancher/rke2`) holds for a client.
///
/// The admin's certificate and key, and the CA of the servers, are in its `server/tls`, under the same names since the middle of
/// 2019 and in all of RKE2: `client-admin.crt` (with the CA of the clients behind it), `client-admin.key`, `server-ca.crt`. The CA in
/// a kubeconfig is not the one that signed the client certificate.
///
/// The address comes from the kubeconfig that the server wrote, where that is there: `k3s.yaml` or `rke2.yaml` (usually in
/// `/etc/rancher`), or `server/kubeconfig-k3s.yaml`, which is written where the other place can't be. It also stands in where
/// the files in `server/tls` are not there; what is embedded in it is taken then, which is a password where K3s before 1.19
/// wrote it.
#[derive(Clone)]
pub struct ServerFolder {
    authority: Option<SecretBytes>,
    certificate: Option<SecretBytes>,
    key: Option<SecretBytes>,
    /// The CAs of the clients.
    clients: Vec<Certificate>,
    /// The kubeconfig the server wrote.
    written: Option<Kubeconfig>,
    serving: Vec<Certificate>,
    notes: Vec<RecoveryNote>,
}

impl fmt::Debug for ServerFolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerFolder")
            .field("written", &self.written)
            .field("serving", &self.serving)
            .finish_non_exhaustive()
    }
}

/// Where `server/tls` may be, seen from the folder that is named.
const TLS: &[&str] = &[
    "server/tls",
    "tls",
    "",
    "k3s/server/tls",
    "rke2/server/tls",
    "rancher/k3s/server/tls",
    "rancher/rke2/server/tls",
    "lib/rancher/k3s/server/tls",
    "lib/rancher/rke2/server/tls",
    "var/lib/rancher/k3s/server/tls",
    "var/lib/rancher/rke2/server/tls",
];

/// Where the written kubeconfig may be.
const BESIDE: &[&str] = &["", "server", "etc/rancher/k3s", "etc/rancher/rke2"];

/// The address K3s and RKE2 write.
const LOOPBACK: &str = "https://127.0.0.1:6443";

impl ServerFolder {
    /// Reads the data folder itself, one above it (`/var/lib/rancher`, a copy of a whole file system), one below it
    /// (`/var/lib/rancher/k3s/server`), or a folder with a copy of the files. A file is read as a tar file of any of them, gzipped
    /// or not; of that no more is kept than is needed.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where the files are not there, saying what was looked for; [`ErrorKind::Usage`] where there are
    /// two servers' folders in it; [`ErrorKind::Io`], [`ErrorKind::Limit`] and [`ErrorKind::Syntax`] as the files are. What is in
    /// the files is looked at when a kubeconfig is made of them.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        if !path.is_dir() {
            return match Input::open(path)? {
                Input::Folder(files) => Self::of_files(files).map_err(|e| e.in_file(path)),
                _ => Err(Error::new(ErrorKind::NotFound, "is neither a folder nor a tar file").in_file(path)),
            };
        }
        let tls = TLS.iter().flat_map(|folder| {
            let names = [AUTHORITY, CERTIFICATE, KEY, SERVING, DYNAMIC, EARLY];
            names.into_iter().chain(CLIENTS.iter().copied()).map(move |name| (*folder, name))
        });
        let written = BESIDE.iter().flat_map(|folder| WRITTEN.iter().map(move |name| (*folder, *name)));
        let (mut files, mut closed, mut notes) = (Vec::new(), None, Vec::new());
        for (folder, name) in tls.chain(written) {
            let file: PathBuf = [path, folder.as_ref(), name.as_ref()].iter().collect();
            match file.symlink_metadata() {
                // What is there and can't be read is an error, unless one can do without; what is not there is not.
                Ok(found) if !found.is_dir() => match read_reference(&file) {
                    Ok(bytes) => files.push(Packed { path: format!("{folder}/{name}"), bytes }),
                    Err(error) if is_needed(name) => return Err(error),
                    Err(error) => notes.push(RecoveryNote::Unread { why: error.to_string() }),
                },
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                    closed = closed.or(Some((file, error)))
                }
                _ => {}
            }
        }
        if let Some((file, error)) = closed {
            let error = Error::io("cannot look for it", &file, error);
            if files.is_empty() {
                return Err(error.with_help("only root can look into a server's folder"));
            }
            notes.push(RecoveryNote::Unread { why: error.to_string() });
        }
        let read = Self::of_files(files).map_err(|error| match notes.first() {
            Some(note) if error.kind() == ErrorKind::NotFound => error.with_help(note.to_string()),
            _ => error,
        });
        read.map(|folder| ServerFolder { notes, ..folder }).map_err(|e| e.in_file(path))
    }

    pub(super) fn of_files(mut files: Vec<Packed>) -> Result<Self> {
        let parent = |path: &str| path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        let named = |path: &str, name: &str| path.rsplit('/').next() == Some(name);
        let mut folders = files.iter().filter(|file| named(&file.path, CERTIFICATE)).map(|file| parent(&file.path));
        let (folder, another) = (folders.next(), folders.next());
        drop(folders);
        if let (Some(one), Some(two)) = (&folder, another) {
            let message = format!("there are two servers' folders in it: {one:?} and {two:?}");
            return Err(Error::new(ErrorKind::Usage, message).with_help("name one of them"));
        }
        let written = files.iter().filter(|file| WRITTEN.iter().any(|name| named(&file.path, name)));
        let written = written.filter_map(|file| Kubeconfig::from_slice(&file.bytes).ok()).next();
        let early = files.iter().any(|file| named(&file.path, EARLY));
        let mut take = |name: &str| {
            let folder = folder.as_deref()?;
            let at = files.iter().position(|file| named(&file.path, name) && parent(&file.path) == folder)?;
            Some(files.swap_remove(at).bytes)
        };
        let (authority, certificate, key) = (take(AUTHORITY), take(CERTIFICATE), take(KEY));
        if certificate.is_none() && written.is_none() {
            return Err(missing(early));
        }
        let leaf = certificate.as_ref().and_then(|pem| cert::leaf(pem).ok());
        let is_rke2 = leaf.is_some_and(|leaf| leaf.issuer().contains("rke2-client-ca"))
            || folder.as_ref().is_some_and(|folder| folder.contains("rke2"));
        // What RKE2 keeps there is for its agents.
        let dynamic = take(DYNAMIC).filter(|_| !is_rke2).and_then(|json| dynamic(&json));
        let serving = dynamic.or_else(|| take(SERVING)).and_then(|pem| cert::leaf(&pem).ok());
        let serving = serving.into_iter().collect();
        let clients = CLIENTS.iter().filter_map(|name| cert::certificates(&take(name)?).ok()).flatten().collect();
        Ok(ServerFolder { authority, certificate, key, clients, written, serving, notes: Vec::new() })
    }

    /// The kubeconfig of the cluster's administrator, named as the server names it: all is `default`. No clock is asked.
    ///
    /// The server is the one of the written kubeconfig, else `https://127.0.0.1:6443`: good on the server itself.
    /// [`Recovery`](super::Recovery) can set another, and names.
    ///
    /// # Errors
    /// As [`Recovery::build`](super::Recovery::build).
    pub fn admin_kubeconfig(&self) -> Result<Kubeconfig> {
        super::recover::config(&self.admin()?, "default", None)
    }

    pub(super) fn admin(&self) -> Result<Admin> {
        let Some(certificate) = &self.certificate else { return self.as_written() };
        let missing = |name: &str| Error::new(ErrorKind::NotFound, format!("there is no {name} beside {CERTIFICATE}"));
        let authority = self.authority.as_ref().ok_or_else(|| missing(AUTHORITY))?;
        let key = self.key.as_ref().ok_or_else(|| missing(KEY))?;
        cert::certificates(authority).map_err(|e| e.in_field(AUTHORITY))?;
        let leaf = cert::leaf(certificate).map_err(|e| e.in_field(CERTIFICATE))?;
        check_key(&leaf, key).map_err(|e| e.in_field(KEY))?;
        Ok(Admin {
            cluster: cluster(authority),
            user: user(certificate, key),
            certificate: Some(leaf),
            names: Names::Default,
            servers: vec![(String::new(), self.server().to_owned())],
            client_authority: self.clients.clone(),
            serving: self.serving.clone(),
            notes: self.notes.clone(),
        })
    }

    /// What the server wrote, for want of the files it was made from: data alone, as a server writes no paths and no commands.
    fn as_written(&self) -> Result<Admin> {
        let none = || Error::new(ErrorKind::NotFound, "the kubeconfig that the server wrote names no cluster and user");
        let (cluster, user) = self.written.as_ref().and_then(current).ok_or_else(none)?;
        let certificate = user.client_certificate_data.as_ref().map(|data| cert::leaf(&data.decode())).transpose()?;
        let key = user.client_key_data.as_ref().map(|data| data.expose().decode());
        match (&certificate, &key) {
            (Some(certificate), Some(key)) => check_key(certificate, key).map_err(|e| e.in_field("client-key-data"))?,
            _ if user.username.is_some() && user.password.is_some() => {}
            _ => return Err(no_credentials()),
        }
        let mut notes = self.notes.clone();
        notes.push(RecoveryNote::AsWritten);
        Ok(Admin {
            cluster: Cluster {
                certificate_authority_data: cluster.certificate_authority_data.clone(),
                ..Cluster::default()
            },
            user: AuthInfo {
                client_certificate_data: user.client_certificate_data.clone(),
                client_key_data: user.client_key_data.clone(),
                username: user.username.clone(),
                password: user.password.clone(),
                ..AuthInfo::default()
            },
            certificate,
            names: Names::Default,
            servers: vec![(String::new(), self.server().to_owned())],
            client_authority: Vec::new(),
            serving: Vec::new(),
            notes,
        })
    }

    /// The address in the written kubeconfig, else what servers write there.
    fn server(&self) -> &str {
        let server = self.written.as_ref().and_then(current).and_then(|(cluster, _)| cluster.server.as_deref());
        server.filter(|server| check_new_server(server).is_ok()).unwrap_or(LOOPBACK)
    }
}

/// Cluster and user of the current context.
fn current(config: &Kubeconfig) -> Option<(&Cluster, &AuthInfo)> {
    let context = config.contexts.get(config.current_context()?)?;
    Some((config.clusters.get(context.cluster.as_deref()?)?, config.users.get(context.user.as_deref()?)?))
}

#[cold]
fn no_credentials() -> Error {
    let message = "the kubeconfig there has neither a certificate with its key nor a password embedded, as one has that a server wrote";
    Error::new(ErrorKind::NotFound, message).with_help("if it works where it came from, `export` makes a copy of it")
}

#[cold]
fn missing(early: bool) -> Error {
    let message = format!("there is no {CERTIFICATE} in this folder, nor a kubeconfig that a server wrote");
    Error::new(ErrorKind::NotFound, message).with_help(if early {
        "it is that of a K3s of early 2019, whose administrator had a password: it is in the k3s.yaml that this server wrote"
    } else {
        "it is looked for in server/tls of the data folder of a server (/var/lib/rancher/k3s or /var/lib/rancher/rke2); an agent \
         has none"
    })
}

/// The certificate in dynamiclistener's file.
fn dynamic(json: &[u8]) -> Option<SecretBytes> {
    let document = Document::parse(json).ok()?;
    of_secret(document.root()?, "tls.crt")
}

fn of_secret(secret: Node<'_>, key: &str) -> Option<SecretBytes> {
    let text = secret.get("data")?.get(key)?.as_str()?.to_owned();
    Some(Data::from_base64(text).ok()?.decode().into_bytes())
}

/// The certificates in a Secret of Kubernetes' type for them, such as `dynamic-cert.json`, and the key.
#[cfg(feature = "check")]
pub(crate) fn tls_secret(root: Node<'_>) -> Option<SecretBytes> {
    let is_secret = root.get("kind").and_then(|kind| kind.as_str()) == Some("Secret");
    let mut pem = of_secret(root, "tls.crt").filter(|pem| is_secret && cert::sections(pem).next().is_some())?;
    if let Some(key) = of_secret(root, "tls.key") {
        pem.push(b'\n');
        pem.extend_from_slice(&key);
    }
    Some(pem)
}

/// The folders with the certificates of a K3s or RKE2 server, seen from its data folder; they may be closed to all but
/// root.
#[cfg(feature = "check")]
pub(crate) fn tls_folders(path: &Path) -> Vec<PathBuf> {
    let is_there = |folder: &PathBuf| {
        let mut found = [AUTHORITY, CERTIFICATE, DYNAMIC].iter().map(|name| folder.join(name).symlink_metadata());
        found.any(|found| found.map_or_else(|error| error.kind() == io::ErrorKind::PermissionDenied, |_| true))
    };
    let named = TLS.iter().map(|below| if below.is_empty() { path.to_owned() } else { path.join(below) });
    named.filter(is_there).collect()
}
