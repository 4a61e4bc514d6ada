//! From a loaded configuration to a backup that stands on its own.
//!
//! [`Loaded::export`] gives an [`Export`], which is told what to keep and what to change; [`Export::build`] gives the
//! [`Backup`], with a [`Report`] of what was read into it and what each context still depends on; [`Backup::write`]
//! writes it, whole or not at all.
//!
//! ```
//! use kubeconfig::Loaded;
//! # fn main() -> Result<(), kubeconfig::Error> {
//! # let text = r#"{"clusters": [{"name": "default", "cluster": {"server": "https://127.0.0.1:6443"}}],
//! #  "users": [{"name": "default", "user": {"token": "secret"}}],
//! #  "contexts": [{"name": "default", "context": {"cluster": "default", "user": "default"}}]}"#;
//! # let loaded = Loaded::from_config(text.parse()?, std::path::Path::new("/etc/rancher/k3s"));
//! // K3s calls everything `default`, at an address that works on its own node only.
//! let backup = loaded.export().server("https://k3s.example.com:6443").name("k3s").build()?;
//! assert!(backup.report().stands_alone());
//! assert_eq!(backup.report().contexts[0].to_string(), "k3s: token; stands alone");
//! # Ok(())
//! # }
//! ```
//!
//! # What it keeps, and what it changes
//! The chosen contexts, their clusters and users and nothing else of those; preferences, extensions and unknown
//! fields at every level; the order. `kind` and `apiVersion` are always written. The files named by
//! `certificate-authority`, `client-certificate`, `client-key` and `tokenFile` are read and embedded, each from the
//! folder of the file its entry came from. A relative path in `exec.command` is made absolute. Nothing is executed,
//! and no connection is made.
//!
//! # Where it differs from `kubectl config view --flatten --minify --raw`
//! - Token files are embedded too. As at run time, the file's token wins over a `token` beside it, and that one is
//!   taken where the file is missing.
//! - An empty file is refused: kubectl leaves it out without a word. Files must be regular and not larger than 16 MiB. What a
//!   file holds is embedded whatever it is, and judged as everything else.
//! - All problems are told at once, each with the place of the entry that names the file.
//! - A context that names a cluster or a user which is not there, or whose files can't be embedded, is refused where it
//!   was chosen by name. Where all are exported it is left out, the others are written, and a [`Note`] says so; kubectl
//!   writes nothing. A context that names no cluster or user is kept.
//! - What kubectl does not read of a file (later documents, keys that come again) gets a [`Note`].

mod backup;
mod embed;
mod replace;
mod report;

pub use crate::store::Saved;
pub use backup::Backup;
pub use report::{Embedded, Note, Report};

use crate::access::{Access, Examiner, through_rancher};
use crate::config::{Entries, Kubeconfig, set};
use crate::error::{Error, ErrorKind, Result};
use crate::load::{Loaded, Subject, not_found_for, with_unread};
use crate::url::check_new_server;
pub(crate) use embed::embed;
use rustls_pki_types::UnixTime;
use std::collections::HashSet;
use std::fmt;

type Keep<'a> = Box<dyn for<'c> Fn(&'c Kubeconfig) -> Vec<&'c str> + 'a>;
type Choose<'a> = Box<dyn for<'c> Fn(&'c Kubeconfig) -> Option<&'c str> + 'a>;
type Amend<'a> = Box<dyn Fn(&mut Kubeconfig) + 'a>;
type Judge<'a> = Box<dyn Fn(&str, &mut Access) + 'a>;

/// What to export, and how; see the [module](self).
#[must_use = "nothing is exported before `build`"]
pub struct Export<'a> {
    loaded: &'a Loaded,
    contexts: Vec<String>,
    filters: Vec<Keep<'a>>,
    current: Option<String>,
    choose: Option<Choose<'a>>,
    judges: Vec<Judge<'a>>,
    amendments: Vec<Amend<'a>>,
    server: Option<String>,
    servers: Vec<(String, String)>,
    name: Option<String>,
    direct_only: bool,
    now: Option<UnixTime>,
}

impl Loaded {
    /// Begins an export of this configuration: a backup that stands on its own.
    pub fn export(&self) -> Export<'_> {
        Export::new(self)
    }
}

impl fmt::Debug for Export<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Export").field("contexts", &self.contexts).field("name", &self.name).finish_non_exhaustive()
    }
}

impl<'a> Export<'a> {
    fn new(loaded: &'a Loaded) -> Self {
        Export {
            loaded,
            contexts: Vec::new(),
            filters: Vec::new(),
            current: None,
            choose: None,
            judges: Vec::new(),
            amendments: Vec::new(),
            server: None,
            servers: Vec::new(),
            name: None,
            direct_only: false,
            now: None,
        }
    }

    /// Chooses contexts; called again it adds to them. Without any, all are exported.
    pub fn contexts<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.contexts.extend(names.into_iter().map(Into::into));
        self
    }

    /// Keeps only those of the chosen contexts that `keep` names, `rancher::direct` for
    /// example. It is asked about the configuration as it was loaded.
    pub fn filter(mut self, keep: impl for<'c> Fn(&'c Kubeconfig) -> Vec<&'c str> + 'a) -> Self {
        self.filters.push(Box::new(keep));
        self
    }

    /// Makes this context the current one. It must be among those kept.
    ///
    /// Without it, and without [`current_by`](Export::current_by), it is the source's if that is kept, else the first
    /// one chosen, else the first one kept.
    pub fn current(mut self, context: impl Into<String>) -> Self {
        self.current = Some(context.into());
        self
    }

    /// Lets `choose` say which context is the current one, `rancher::prefer_direct` for example. It is asked about
    /// the configuration as it will be written; the source's current context is set there if it was kept. Where it
    /// says `None` the choice is as without it.
    pub fn current_by(mut self, choose: impl for<'c> Fn(&'c Kubeconfig) -> Option<&'c str> + 'a) -> Self {
        self.choose = Some(Box::new(choose));
        self
    }

    /// Lets `judge` add to the judgement of each context what it knows, as
    /// [`Outage::export`](https://docs.rs/kubeconfig/latest/kubeconfig/rancher/outage/struct.Outage.html#method.export) does. It
    /// gets the name that the context has in the source.
    pub fn judge(mut self, judge: impl Fn(&str, &mut Access) + 'a) -> Self {
        self.judges.push(Box::new(judge));
        self
    }

    /// Leaves out the contexts that need Rancher, and those whose cluster or user is not there. Where the current context is
    /// left out, and nothing else chooses another, the first one that works becomes the current one.
    pub fn direct_only(mut self) -> Self {
        self.direct_only = true;
        self
    }

    /// Lets `amend` add to what is kept, before anything of it is changed and under the names of the source:
    /// `rancher::keep_lifetimes` for example.
    pub fn amend(mut self, amend: impl Fn(&mut Kubeconfig) + 'a) -> Self {
        self.amendments.push(Box::new(amend));
        self
    }

    /// Sets the server of every context, where [`server_of`](Export::server_of) does not name another.
    ///
    /// `tls-server-name` was for the old server and goes with it, as with kubectl's `--server`; a server that stays
    /// as it is keeps it.
    pub fn server(mut self, url: impl Into<String>) -> Self {
        self.server = Some(url.into());
        self
    }

    /// Sets the server of one context. Where several contexts of a cluster end up with different servers the cluster is
    /// copied: the copy has the name of the first context that needs it, with a number behind if that is taken.
    pub fn server_of(mut self, context: impl Into<String>, url: impl Into<String>) -> Self {
        self.servers.push((context.into(), url.into()));
        self
    }

    /// Gives the context, its cluster and its user this one name. Only for an export of one context.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets the time to judge by; without it it is now.
    pub fn at(mut self, time: UnixTime) -> Self {
        self.now = Some(time);
        self
    }

    /// Reads the files, puts the backup together, and reads it back to see that it says the same.
    ///
    /// # Errors
    /// Of contexts that were not chosen by name, what is wrong with a cluster, a user or a file is an error only where
    /// no context is left; see [`Note::NotInBackup`].
    ///
    /// Collected into one, and nothing is written by this function anyway: [`ErrorKind::EmptyConfig`] where there is
    /// no context at all; [`ErrorKind::ContextNotFound`] for a chosen context that is not there;
    /// [`ErrorKind::NotFound`] where none of the chosen passes the filter; [`ErrorKind::InvalidConfiguration`] for a
    /// reference to a cluster or user that is not there, for a file and data both given, for an empty file;
    /// [`ErrorKind::Io`], [`ErrorKind::Limit`] and [`ErrorKind::Certificate`] for a file that can't be embedded;
    /// [`ErrorKind::Usage`] for a server that is no URL, or a name for several contexts;
    /// [`ErrorKind::Unrepresentable`] for what can't be written.
    pub fn build(&self) -> Result<Backup> {
        let mut report = Report::default();
        let mut kept = self.kept(&mut report)?;
        self.check_arguments(&kept)?;

        let mut config = loop {
            let mut read = Report::default();
            let (config, errors, failed) = self.gather(&kept, &mut read);
            let Some(error) = Error::several(errors) else {
                report.embedded = read.embedded;
                report.notes.append(&mut read.notes);
                break config;
            };
            let is_left = |name: &&str| !failed.contains(*name);
            if failed.is_empty() || !kept.iter().any(is_left) || failed.iter().any(|name| self.is_named(name)) {
                return Err(error);
            }
            let reasons = error.errors().iter().map(Error::to_string).collect();
            let (left, out): (Vec<&str>, Vec<&str>) = kept.into_iter().partition(is_left);
            kept = left;
            let contexts = out.into_iter().map(str::to_owned).collect();
            report.notes.push(Note::NotInBackup { contexts, reasons });
        };
        self.note_what_is_not_in(&config, &mut report);
        replace::servers(&mut config, self.server.as_deref(), &self.servers, &mut report)?;
        let source = self.loaded.config().current_context();
        let judged = self.examine(&config);
        let current = self.chosen_current(&mut config, &judged, source)?;
        let is_another = source != Some(current.as_str());
        config.current_context = Some(current);
        report.contexts = judged;
        if let (Some(new), [old]) = (&self.name, &kept[..]) {
            replace::name(&mut config, old, new);
            report.contexts.iter_mut().for_each(|access| access.rename(new));
        }
        if is_another {
            let context = config.current_context().unwrap_or_default().to_owned();
            report.notes.push(Note::CurrentContextChosen { context });
        }
        Backup::new(config, report, self.loaded)
    }

    /// What someone who named several files may miss in the backup.
    fn note_what_is_not_in(&self, config: &Kubeconfig, report: &mut Report) {
        for file in self.loaded.missing() {
            report.notes.push(Note::SourceMissing { file: file.clone() });
        }
        report.notes.extend(self.loaded.unread().into_iter().map(Note::Unread));
        for shadowed in self.loaded.shadowed().into_iter().filter(|shadowed| !shadowed.equal) {
            let asked_for = match shadowed.subject {
                Subject::Cluster(name) => config.clusters.contains(name),
                Subject::User(name) => config.users.contains(name),
                Subject::Context(name) => config.contexts.contains(name),
                _ => false,
            };
            if asked_for {
                report.notes.push(Note::Shadowed {
                    entry: shadowed.subject.to_string(),
                    file: shadowed.hidden.path().to_owned(),
                    taken: shadowed.used.path().to_owned(),
                });
            }
        }
    }

    /// The names of the contexts to keep: as chosen, or as they stand in the source.
    fn kept(&self, report: &mut Report) -> Result<Vec<&str>> {
        let source = self.loaded.config();
        if source.contexts.is_empty() {
            let error = Error::new(ErrorKind::EmptyConfig, "there is no context to export");
            let error = with_unread(error, [self.loaded]);
            return Err(match self.loaded.sources().first() {
                Some(source) => error.in_file(source.path()),
                None => error,
            });
        }
        let mut seen = HashSet::new();
        let mut errors = Vec::new();
        let mut kept: Vec<&str> = Vec::new();
        for name in self.contexts.iter().map(String::as_str).filter(|name| seen.insert(*name)) {
            if source.contexts.contains(name) { kept.push(name) } else { errors.push(no_context(self.loaded, name)) }
        }
        if let Some(error) = Error::several(errors) {
            return Err(error);
        }
        if self.contexts.is_empty() {
            kept.extend(source.contexts.names());
        }
        let direct = self.direct_only.then(|| direct(source));
        let filtered = self.filters.iter().map(|filter| filter(source).into_iter().collect());
        for passes in direct.into_iter().chain(filtered) {
            let passes: HashSet<&str> = passes;
            let (pass, out): (Vec<&str>, Vec<&str>) = kept.into_iter().partition(|name| passes.contains(name));
            kept = pass;
            if !out.is_empty() {
                report.notes.push(Note::LeftOut { contexts: out.into_iter().map(str::to_owned).collect() });
            }
        }
        if kept.is_empty() {
            return Err(Error::new(ErrorKind::NotFound, "no context is left to export: all were filtered out"));
        }
        Ok(kept)
    }

    fn check_arguments(&self, kept: &[&str]) -> Result<()> {
        let mut errors = Vec::new();
        for url in self.server.iter().chain(self.servers.iter().map(|(_, url)| url)) {
            errors.extend(check_new_server(url).err());
        }
        let set: HashSet<&str> = kept.iter().copied().collect();
        for (context, _) in &self.servers {
            if !set.contains(context.as_str()) {
                let message = format!("a server is given for the context {context:?}, which is not exported");
                errors.push(Error::new(ErrorKind::ContextNotFound, message));
            }
        }
        match &self.name {
            Some(name) if name.is_empty() => errors.push(Error::new(ErrorKind::Usage, "the new name is empty")),
            Some(_) if kept.len() > 1 => {
                let message = format!("one name can't be given to {} contexts", kept.len());
                errors.push(Error::new(ErrorKind::Usage, message).with_help("choose one context"));
            }
            _ => {}
        }
        if let Some(current) = self.current.as_deref().filter(|current| !set.contains(current)) {
            errors.push(not_exported(current));
        }
        Error::several(errors).map_or(Ok(()), Err)
    }

    /// Whether someone asked for this context by its name.
    fn is_named(&self, context: &str) -> bool {
        let servers = self.servers.iter().map(|(context, _)| context);
        self.contexts.iter().chain(servers).chain(&self.current).any(|name| name == context)
    }

    /// The kept contexts with all that they need; what stands against that, and the contexts that it concerns.
    fn gather(&self, kept: &[&str], report: &mut Report) -> (Kubeconfig, Vec<Error>, HashSet<String>) {
        let (mut errors, mut failed) = (Vec::new(), HashSet::new());
        let mut config = self.copy(kept, &mut errors, &mut failed);
        self.amendments.iter().for_each(|amend| amend(&mut config));
        let entries = embed::embed(self.loaded, &mut config, report, &mut errors);
        let is_in = |name: &Option<String>, names: &HashSet<String>| name.as_ref().is_some_and(|n| names.contains(n));
        let uses = config
            .contexts
            .iter()
            .filter(|(_, context)| is_in(&context.cluster, &entries.clusters) || is_in(&context.user, &entries.users));
        failed.extend(uses.map(|(name, _)| name.to_owned()));
        (config, errors, failed)
    }

    /// The kept contexts with what they refer to, in the source's order.
    fn copy(&self, kept: &[&str], errors: &mut Vec<Error>, failed: &mut HashSet<String>) -> Kubeconfig {
        let source = self.loaded.config();
        let mut config = Kubeconfig {
            preferences: source.preferences.clone(),
            extensions: source.extensions.clone(),
            other: source.other.clone(),
            ..Kubeconfig::new()
        };
        let kept: HashSet<&str> = kept.iter().copied().collect();
        let (mut clusters, mut users) = (HashSet::new(), HashSet::new());
        for (name, context) in source.contexts.iter().filter(|(name, _)| kept.contains(name)) {
            config.contexts.adopt(name, &source.contexts);
            let cluster = set(&context.cluster).map(|c| ("cluster", c, source.clusters.contains(c), &mut clusters));
            let user = set(&context.user).map(|u| ("user", u, source.users.contains(u), &mut users));
            for (what, reference, is_there, wanted) in [cluster, user].into_iter().flatten() {
                if is_there {
                    wanted.insert(reference);
                    continue;
                }
                let message = not_found_for(what, reference, name);
                let error = Error::new(ErrorKind::InvalidConfiguration, message)
                    .in_field(format!("contexts[{}].{what}", crate::config::ShownName(name)))
                    .with_help("correct the context, or name the others to export");
                errors.push(placed(self.loaded, Subject::Context(name), error));
                failed.insert(name.to_owned());
            }
        }
        adopt_all(&mut config.clusters, &source.clusters, &clusters);
        adopt_all(&mut config.users, &source.users, &users);
        config
    }

    /// The context to make the current one.
    fn chosen_current(&self, config: &mut Kubeconfig, judged: &[Access], source: Option<&str>) -> Result<String> {
        config.current_context = source.filter(|name| config.contexts.contains(name)).map(str::to_owned);
        let chosen = match (&self.current, &self.choose) {
            (Some(name), _) => Some(name.as_str()),
            (None, Some(choose)) => choose(config),
            (None, None) => None,
        };
        let chosen = chosen.or(config.current_context());
        let works = || judged.iter().rev().max_by_key(|access| access.verdict()).map(Access::context);
        let first = || self.contexts.first().map(String::as_str).or(judged.first().map(Access::context));
        let chosen = chosen.or_else(|| if self.direct_only { works() } else { first() }).unwrap_or_default();
        if config.contexts.contains(chosen) { Ok(chosen.to_owned()) } else { Err(not_exported(chosen)) }
    }

    fn examine(&self, config: &Kubeconfig) -> Vec<Access> {
        // Nothing in it is relative to a folder any more.
        let backup = Loaded::from_config(config.clone(), "/");
        let mut judged = Examiner::at(self.now.unwrap_or_else(UnixTime::now)).contexts(&backup);
        for access in &mut judged {
            let name = access.context().to_owned();
            self.judges.iter().for_each(|judge| judge(&name, access));
        }
        judged
    }
}

/// The contexts that do not need Rancher, and lead somewhere.
fn direct(config: &Kubeconfig) -> HashSet<&str> {
    let through = through_rancher(config);
    let is_there = |context: &crate::config::Context| {
        set(&context.cluster).is_none_or(|name| config.clusters.contains(name))
            && set(&context.user).is_none_or(|name| config.users.contains(name))
    };
    let direct = config.contexts.iter().filter(|(name, context)| !through.contains(name) && is_there(context));
    direct.map(|(name, _)| name).collect()
}

pub(crate) fn no_context(loaded: &Loaded, name: &str) -> Error {
    let contexts = &loaded.config().contexts;
    let help = if contexts.is_empty() {
        "there are no contexts at all: is that the kubeconfig that is meant (--kubeconfig)?".to_owned()
    } else {
        format!("there are {}", report::listed(contexts.names()))
    };
    let error = Error::new(ErrorKind::ContextNotFound, format!("there is no context {name:?}")).with_help(help);
    with_unread(error, [loaded])
}

fn not_exported(current: &str) -> Error {
    let message = format!("the context {current:?} can't be the current one, as it is not exported");
    Error::new(ErrorKind::ContextNotFound, message)
}

/// Says of an error where the entry stands that it is about.
pub(crate) fn placed(loaded: &Loaded, of: Subject<'_>, error: Error) -> Error {
    match loaded.origin(of) {
        Some(origin) => {
            let error = error.in_file(origin.path());
            match origin.position() {
                Some(position) => error.at(position),
                None => error,
            }
        }
        None => error,
    }
}

fn adopt_all<T: Clone>(to: &mut Entries<T>, from: &Entries<T>, names: &HashSet<&str>) {
    for name in from.names().filter(|name| names.contains(name)) {
        to.adopt(name, from);
    }
}
