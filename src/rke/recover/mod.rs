//! The admin kubeconfig of a cluster, made again from what is left of it. Nothing is connected to.

mod admin;
mod doubts;
mod note;
mod shape;

pub(super) use admin::{Admin, Names, check_key, cluster, user};
pub use note::RecoveryNote;
pub(super) use shape::config;

use super::fileset::{FileSet, Sides, context_of_rke, copies, entries, existing};
use super::input::Input;
use super::saved::{Place, SavedStates};
use super::server_folder::ServerFolder;
use super::state::State;
use crate::cert::{Certificate, rfc3339};
use crate::config::{Context, Kubeconfig};
use crate::error::{Error, ErrorKind, Result};
use crate::load::{Loaded, read_config};
use crate::secret::SecretBytes;
use crate::store::{Finished, Saved, WriteOptions};
use crate::syntax::Limits;
use crate::url::check_new_server;
use rustls_pki_types::UnixTime;
use std::fmt;
use std::path::{Path, PathBuf};

/// Makes the admin kubeconfig of a cluster again.
///
/// ```no_run
/// use kubeconfig::rke::Recovery;
/// use kubeconfig::store::WriteOptions;
///
/// # fn main() -> Result<(), kubeconfig::Error> {
/// let recovered = Recovery::open("cluster.rkestate")?.server("https://k8s.example.com:6443").build()?;
/// for note in recovered.notes() {
///     eprintln!("{note}");
/// }
/// recovered.write("kube_config_cluster.yml", &WriteOptions::new())?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is recovered before `build`"]
pub struct Recovery {
    origin: Origin,
    inputs: Vec<PathBuf>,
    notes: Vec<RecoveryNote>,
    server: Option<String>,
    name: Option<String>,
    now: Option<UnixTime>,
    /// The kubeconfigs that RKE may have written beside what was named.
    kubeconfigs: Vec<PathBuf>,
    older: bool,
}

#[derive(Clone)]
enum Origin {
    State(Box<State>),
    Folder(Box<ServerFolder>),
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::State(state) => state.fmt(f),
            Origin::Folder(folder) => folder.fmt(f),
        }
    }
}

impl State {
    /// The kubeconfig of the cluster's administrator: `kube-admin`'s own certificate and key, and `kube-ca`, from
    /// `currentState`, else from `desiredState`. No clock is asked.
    ///
    /// It is named as RKE names it (`pki/kubeconfig.go`): the first control-plane node has the context `CLUSTER`, with a
    /// cluster of that name and the user `kube-admin-CLUSTER`. Unlike with RKE the other control-plane nodes have contexts too,
    /// `CLUSTER-NODE`, and an IPv6 address stands in brackets. [`Recovery`] tells in addition what may be wrong with it.
    ///
    /// # Errors
    /// As [`Recovery::build`].
    pub fn admin_kubeconfig(&self) -> Result<Kubeconfig> {
        let admin = Admin::of_state(self)?;
        shape::config(&admin, admin.names.of_cluster(), None)
    }
}

impl Recovery {
    /// Looks into a file or folder for what a kubeconfig can be made from:
    /// - whatever holds a state of RKE: see [`SavedStates`]; of several it is the newest;
    /// - a cluster.yml or the kubeconfig RKE wrote, there or lost: the state beside it is read ([`FileSet`]);
    /// - the data folder of a K3s or RKE2 server, or a tar file of it: see [`ServerFolder`].
    ///
    /// # Errors
    /// As [`SavedStates::read`] and [`ServerFolder::read`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let found = if path.is_dir() {
            Ok(Self::of_folder(ServerFolder::read(path)?))
        } else {
            Input::open(path).and_then(Self::of_input).map_err(|e| e.in_file(path))
        };
        match found {
            Ok(recovery) => {
                // Of the set only the kubeconfig may be written over: to replace it is what one is here for.
                let set = FileSet::of(path);
                let mut inputs = vec![path.to_owned(), set.state().to_owned()];
                inputs.extend(set.configs().map(Path::to_owned));
                let kubeconfigs = set.configs().map(|config| FileSet::of(config).kubeconfig()).collect();
                Ok(Recovery { inputs, kubeconfigs, ..recovery })
            }
            Err(error) => Self::beside(path, error),
        }
    }

    /// As [`open`](Recovery::open), for what a file holds. The bytes are wiped.
    ///
    /// # Errors
    /// As [`open`](Recovery::open).
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Result<Self> {
        Self::of_input(Input::of_bytes(bytes.into().into())?)
    }

    /// From a state.
    pub fn of_state(state: State) -> Self {
        Self::new(Origin::State(Box::new(state)))
    }

    /// From the data folder of a server.
    pub fn of_folder(folder: ServerFolder) -> Self {
        Self::new(Origin::Folder(Box::new(folder)))
    }

    fn new(origin: Origin) -> Self {
        Recovery {
            origin,
            inputs: Vec::new(),
            notes: Vec::new(),
            server: None,
            name: None,
            now: None,
            kubeconfigs: Vec::new(),
            older: false,
        }
    }

    fn of_input(input: Input) -> Result<Self> {
        match input {
            Input::Folder(files) => Ok(Self::of_folder(ServerFolder::of_files(files)?)),
            input => Ok(Self::of_saved(SavedStates::of(input)?)),
        }
    }

    fn of_saved(states: SavedStates) -> Self {
        let mut notes = Vec::new();
        let newest = states.newest();
        if newest.place != Place::File {
            notes.push(RecoveryNote::TakenFrom { place: newest.place.clone(), position: newest.position });
        }
        for other in states.iter().filter(|saved| !std::ptr::eq(*saved, newest)) {
            let (place, position) = (other.place.clone(), other.position);
            notes.push(if other.state == newest.state {
                RecoveryNote::Same { place, position }
            } else if !other.state.shares_authority(&newest.state) {
                RecoveryNote::OtherAuthority { place, position }
            } else {
                let finished = newest.state.current.is_empty() && !other.state.current.is_empty();
                RecoveryNote::Older { place, position, finished }
            });
        }
        let unreadable = states.unreadable().iter();
        notes.extend(unreadable.map(|why| RecoveryNote::Unreadable { why: why.clone() }));
        Recovery { notes, ..Self::of_state(states.into_newest().state) }
    }

    /// From the state beside `path`, where there is one; else it is `error`.
    fn beside(path: &Path, error: Error) -> Result<Self> {
        let set = FileSet::of(path);
        // What is broken may be a cluster.yml; a state that is too large is one all the same.
        let is_elsewhere = matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Syntax) || error.is_file_not_found();
        if !is_elsewhere || path.is_dir() || set.state() == path {
            return Err(error);
        }
        if !set.state().is_file() {
            let state = set.state().display();
            let is_written = path.file_name().is_some_and(|name| ["k3s.yaml", "rke2.yaml"].iter().any(|w| name == *w));
            return Err(if is_written && path.is_file() {
                error.with_help("the kubeconfig that K3s or RKE2 wrote is whole as it is: `export --server` copies it with another address; if its certificate has expired, give the server's data folder")
            } else if error.help().is_some() {
                error
            } else {
                error.with_help(format!("nor is {state} there: {}", copies()))
            });
        }
        let mut recovery = Self::open(set.state())?;
        recovery.inputs.push(set.config().to_owned());
        recovery.kubeconfigs = vec![set.kubeconfig()];
        let mut notes = vec![RecoveryNote::Beside { file: set.state().to_owned() }];
        if let Origin::State(state) = &recovery.origin {
            notes.extend(doubts::of_config(set.config(), state));
        }
        notes.append(&mut recovery.notes);
        Ok(Recovery { notes, ..recovery })
    }

    /// Sets the server of the current context: an FQDN, a load balancer. Without it, it is the first control-plane node, or
    /// what the server itself uses with K3s and RKE2. The contexts of the control-plane nodes stay.
    pub fn server(mut self, url: impl Into<String>) -> Self {
        self.server = Some(url.into());
        self
    }

    /// Sets the name: of RKE's it takes the place of the cluster's (`NEW`, `kube-admin-NEW`, `NEW-NODE`), of K3s's and RKE2's that
    /// of `default`.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets whether a kubeconfig with a newer certificate of the administrator may be replaced by what is recovered.
    /// Without it [`Recovered::write`] refuses.
    pub fn older(mut self, older: bool) -> Self {
        self.older = older;
        self
    }

    /// Sets the time by which something has expired; without it it is now.
    pub fn at(mut self, time: UnixTime) -> Self {
        self.now = Some(time);
        self
    }

    /// Makes the kubeconfig, and reads its text back to see that it says the same.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where something is not there: the certificate of the administrator (it says which other client
    /// certificates are), the CA, a server; [`ErrorKind::Certificate`] for PEM that isn't, and a key that belongs to another
    /// certificate; [`ErrorKind::Usage`] for a server that is no URL, or an empty name. None of them holds a secret.
    pub fn build(&self) -> Result<Recovered> {
        if let Some(url) = &self.server {
            check_new_server(url)?;
        }
        if self.name.as_deref() == Some("") {
            return Err(Error::new(ErrorKind::Usage, "the new name is empty"));
        }
        let mut admin = match &self.origin {
            Origin::State(state) => Admin::of_state(state),
            Origin::Folder(folder) => folder.admin(),
        }
        .map_err(|error| match self.inputs.first() {
            Some(file) => error.in_file(file),
            None => error,
        })?;
        let name = self.name.as_deref().unwrap_or(admin.names.of_cluster());
        let config = shape::config(&admin, name, self.server.as_deref())?;
        let yaml = shape::text(&config, &admin.names)?;
        let finished = Finished::with_text(&config, yaml, self.inputs.iter().cloned())?;
        let mut notes = self.notes.clone();
        notes.append(&mut admin.notes);
        let now = self.now.unwrap_or_else(UnixTime::now);
        notes.extend(doubts::of_certificates(&admin, now));
        notes.extend(doubts::of_contexts(&config, &admin, now));
        notes.extend(doubts::of_servers(&config, &admin.serving));
        let sides = match &self.origin {
            Origin::State(state) => Sides::of(state),
            Origin::Folder(_) => Sides::of_recovered(&admin.cluster, admin.certificate.as_ref()),
        };
        let recovered = Recovered { config, finished, certificate: admin.certificate, sides, notes, older: self.older };
        Ok(self.compared(recovered))
    }

    /// With what the kubeconfigs beside the state say.
    fn compared(&self, mut recovered: Recovered) -> Recovered {
        let is_rkes = matches!(self.origin, Origin::State(_));
        for file in self.kubeconfigs.iter().filter(|_| is_rkes) {
            let note = existing(file).and_then(|existing| {
                let Some(existing) = existing else { return Ok(None) };
                let file = file.clone();
                if let Some(until) = recovered.newer_in(&existing)?.filter(|_| !self.older) {
                    return Ok(Some(RecoveryNote::NewerKubeconfig { file, until }));
                }
                let cluster = context_of_rke(existing.config()).and_then(|context| entries(&existing, context).0);
                let is_foreign = cluster.map_or(Ok(false), |cluster| recovered.sides.is_foreign(&cluster))?;
                Ok(is_foreign.then_some(RecoveryNote::OtherKubeconfig { file }))
            });
            let unread = |error: Error| Some(RecoveryNote::Unread { why: error.to_string() });
            recovered.notes.extend(note.unwrap_or_else(unread));
        }
        recovered
    }
}

/// A kubeconfig that was made again, ready to be written.
#[derive(Clone, Debug)]
pub struct Recovered {
    config: Kubeconfig,
    finished: Finished,
    certificate: Option<Certificate>,
    sides: Sides,
    notes: Vec<RecoveryNote>,
    older: bool,
}

impl Recovered {
    /// The kubeconfig.
    pub fn config(&self) -> &Kubeconfig {
        &self.config
    }

    /// The text of the file, secrets and all, in the shape of the tool that wrote the first one: RKE's order and quotes (without
    /// the stray `api-version`), client-go's for K3s and RKE2.
    pub fn to_yaml(&self) -> &str {
        self.finished.to_yaml()
    }

    /// The contexts with their servers, the current one first.
    pub fn contexts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.config.contexts.iter().map(|(name, context)| (name, server_of(&self.config, context)))
    }

    /// The client certificate; none where the user logs in otherwise, as with early K3s.
    pub fn certificate(&self) -> Option<&Certificate> {
        self.certificate.as_ref()
    }

    /// What one should know of it.
    pub fn notes(&self) -> &[RecoveryNote] {
        &self.notes
    }

    /// Whether a note gives reason to doubt that it works.
    pub fn is_doubtful(&self) -> bool {
        self.notes.iter().any(RecoveryNote::is_doubt)
    }

    /// Returns when the administrator's certificate in another kubeconfig ends, if it is newer than the recovered one:
    /// of the same CA and the same name, and ending later. RKE, K3s and RKE2 make another certificate at each renewal.
    /// The files that the kubeconfig names are read; where it names no CA, the name alone counts.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] and [`ErrorKind::Limit`] where a file it names can't be read, so that it may be newer.
    pub fn newer_in(&self, existing: &Loaded) -> Result<Option<UnixTime>> {
        self.sides.newer_in(existing)
    }

    /// Refuses to replace `existing`, which is in `file`, where that [is newer](Recovered::newer_in), or that can't be
    /// told, and no [older](Recovery::older) one is wanted.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`].
    pub fn may_replace(&self, existing: &Loaded, file: &Path) -> Result<()> {
        if self.older {
            return Ok(());
        }
        let Some(until) = self.newer_in(existing).map_err(|error| untold(error, file))? else { return Ok(()) };
        let own = self.certificate.as_ref().map(|own| rfc3339(own.not_after())).unwrap_or_default();
        let message = format!(
            "the kubeconfig there is newer: its administrator's certificate ends on {}, the recovered one on {own}",
            rfc3339(until)
        );
        let help = "keep it, or write to another file with --out; to replace it all the same, add --older";
        Err(Error::new(ErrorKind::Refused, message).in_file(file).with_help(help))
    }

    /// Writes it to a file by the rules of [`store::write`](crate::store::write()), and reads it back.
    ///
    /// # Errors
    /// Those of [`store::write`](crate::store::write()); [`ErrorKind::Refused`] also where the file is what it was made from,
    /// whatever the options say, and where it [may not be replaced](Recovered::may_replace); [`ErrorKind::Io`] where
    /// the file does not hold afterwards what was written.
    pub fn write(&self, path: impl AsRef<Path>, options: &WriteOptions) -> Result<Saved> {
        let path = path.as_ref();
        if !self.older {
            let existing = existing(path).and_then(|existing| is_known(path, existing.as_ref()).map(|()| existing));
            if let Some(existing) = existing.map_err(|error| untold(error, path))? {
                self.may_replace(&existing, path)?;
            }
        }
        self.finished.write(path, options)
    }
}

/// That it is known what a file is: a kubeconfig that is read as a whole, or something that holds no credentials.
fn is_known(file: &Path, existing: Option<&Loaded>) -> Result<()> {
    match existing.map(Loaded::unread) {
        Some(unread) => match unread.first() {
            Some(unread) => Err(Error::new(ErrorKind::Refused, unread.to_string())),
            None => Ok(()),
        },
        None if !file.is_file() => Ok(()),
        None => {
            let text = read_config(file, file, Limits::default().input).map(SecretBytes::from)?;
            let holds = |key: &str| text.windows(key.len()).any(|piece| piece == key.as_bytes());
            match ["client-certificate-data", "client-key-data", "users:", "\"users\""].into_iter().any(holds) {
                true => Err(Error::new(ErrorKind::Refused, "it looks like one, and kubectl can't read it")),
                false => Ok(()),
            }
        }
    }
}

/// That nobody knows whether what is in `file` is newer.
#[cold]
fn untold(error: Error, file: &Path) -> Error {
    let error = error.without_file(file);
    let message = format!("whether the kubeconfig there is newer than the recovered one can't be told: {error}");
    let help = "make it readable, or write to another file with --out; to replace it all the same, add --older";
    Error::new(ErrorKind::Refused, message).in_file(file).with_help(help)
}

fn server_of<'a>(config: &'a Kubeconfig, context: &Context) -> &'a str {
    let cluster = context.cluster.as_deref().and_then(|name| config.clusters.get(name));
    cluster.and_then(|cluster| cluster.server.as_deref()).unwrap_or_default()
}
