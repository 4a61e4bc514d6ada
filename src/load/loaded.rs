//! What was read: the merged configuration, the files behind it, and where each entry came from.

use super::merge::merge;
use super::{Environment, Os};
use crate::config::{Entries, Kubeconfig, ShownName};
use crate::error::{Error, Position, Printable};
use crate::syntax::{Document, Node};
use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// The kubeconfigs of a [`Loader`](super::Loader), merged; what each of them says, and where.
///
/// Paths in the configuration are as they were written; [`resolve`](Loaded::resolve) and [`target`](Loaded::target) say
/// what they mean.
#[derive(Clone, Debug)]
pub struct Loaded {
    pub(super) config: Arc<Kubeconfig>,
    sources: Arc<[Source]>,
    missing: Vec<PathBuf>,
    /// The folder of what came from no file.
    pub(super) base: PathBuf,
    pub(super) os: Os,
}

/// A file that was read.
pub struct Source {
    path: PathBuf,
    folder: PathBuf,
    document: Document,
    config: Arc<Kubeconfig>,
    places: Places,
}

/// Something in a configuration that one can ask after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Subject<'a> {
    /// The cluster of that name.
    Cluster(&'a str),
    /// The user of that name.
    User(&'a str),
    /// The context of that name.
    Context(&'a str),
    /// `current-context`
    CurrentContext,
    /// The extension of that name at the top of the file.
    Extension(&'a str),
    /// `preferences.colors`
    PreferencesColors,
    /// The extension of that name under `preferences`.
    PreferencesExtension(&'a str),
}

/// Where something stands.
#[derive(Clone, Copy)]
pub struct Origin<'a> {
    source: &'a Source,
    position: Option<Position>,
}

/// An entry that is not used, because a file before has one of that name.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Shadowed<'a> {
    /// What is there twice.
    pub subject: Subject<'a>,
    /// Where the one stands that is used.
    pub used: Origin<'a>,
    /// Where the other stands.
    pub hidden: Origin<'a>,
    /// Whether the two say the same. Relative paths in them may still mean different files.
    pub equal: bool,
}

impl Loaded {
    /// A configuration of the caller's own, as if read from a file in `folder`: relative paths start there.
    ///
    /// It has no [`sources`](Loaded::sources) and no [`origin`](Loaded::origin).
    pub fn from_config(config: Kubeconfig, folder: impl Into<PathBuf>) -> Self {
        Loaded {
            config: Arc::new(config),
            sources: Arc::new([]),
            missing: Vec::new(),
            base: folder.into(),
            os: Os::current(),
        }
    }

    pub(super) fn from_sources(sources: Vec<Source>, missing: Vec<PathBuf>, environment: &Environment) -> Self {
        let config = match &*sources {
            [one] => one.config.clone(),
            several => Arc::new(merge(several.iter().map(Source::config))),
        };
        Loaded { config, sources: sources.into(), missing, base: environment.cwd().to_owned(), os: environment.rules() }
    }

    pub(super) fn with_config(&self, config: Kubeconfig) -> Self {
        Loaded { config: Arc::new(config), ..self.clone() }
    }

    /// The merged configuration.
    pub fn config(&self) -> &Kubeconfig {
        &self.config
    }

    /// The merged configuration, to keep.
    pub fn into_config(self) -> Kubeconfig {
        let Loaded { config, sources, .. } = self;
        drop(sources);
        Arc::try_unwrap(config).unwrap_or_else(|shared| (*shared).clone())
    }

    /// The files that were read, in the order in which they win.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// The paths that were tried and do not exist, as given.
    pub fn missing(&self) -> &[PathBuf] {
        &self.missing
    }

    /// The files that were read, from the root of the file system.
    pub(crate) fn files(&self) -> impl Iterator<Item = PathBuf> + '_ {
        self.sources.iter().filter_map(|source| Some(source.folder.join(source.path.file_name()?)))
    }

    /// Where something comes from: the first file that has it.
    ///
    /// `None` for what is not in the configuration, and for all of a configuration that came from no file.
    pub fn origin(&self, subject: Subject<'_>) -> Option<Origin<'_>> {
        if !subject.is_in(&self.config) {
            return None;
        }
        let source = self.sources.iter().find(|source| subject.is_in(&source.config))?;
        Some(source.origin(subject))
    }

    /// The folder that relative paths of `subject` start from: that of the file it comes from, symlinks not followed.
    ///
    /// For what came from no file it is the folder given to [`from_config`](Loaded::from_config), else the current one.
    pub fn folder_of(&self, subject: Subject<'_>) -> &Path {
        match self.sources.iter().find(|source| subject.is_in(&source.config)) {
            Some(source) => &source.folder,
            None => &self.base,
        }
    }

    /// The folder that relative paths in the file `path` start from, whether or not it was read.
    pub(crate) fn folder_of_file(&self, path: &Path) -> PathBuf {
        self.os.folder_of(&self.base, path)
    }

    /// What the path `path`, written in `subject`, means: joined to [`folder_of`](Loaded::folder_of) by Go's rules where
    /// it is relative.
    pub fn resolve(&self, subject: Subject<'_>, path: &str) -> PathBuf {
        self.os.resolve(self.folder_of(subject), path)
    }

    /// As [`resolve`](Loaded::resolve) for the command of an exec plugin: a bare name is looked up in `$PATH`, so `None`.
    pub fn resolve_command(&self, subject: Subject<'_>, command: &str) -> Option<PathBuf> {
        command.contains(self.os.separator()).then(|| self.resolve(subject, command))
    }

    /// Clusters, users and contexts of later files that are not used, because an earlier file has one of that name.
    pub fn shadowed(&self) -> Vec<Shadowed<'_>> {
        let mut out = Vec::new();
        self.shadowed_in(&mut out, |config| &config.clusters, Subject::Cluster);
        self.shadowed_in(&mut out, |config| &config.users, Subject::User);
        self.shadowed_in(&mut out, |config| &config.contexts, Subject::Context);
        out
    }

    fn shadowed_in<'a, T: PartialEq + 'a>(
        &'a self,
        out: &mut Vec<Shadowed<'a>>,
        entries: impl Fn(&'a Kubeconfig) -> &'a Entries<T>,
        subject: impl Fn(&'a str) -> Subject<'a>,
    ) {
        let mut first: HashMap<&str, (&Source, &T)> = HashMap::new();
        for source in self.sources.iter() {
            for (name, body) in entries(&source.config).iter() {
                match first.get(name) {
                    None => {
                        first.insert(name, (source, body));
                    }
                    Some((used, winner)) if entries(&self.config).contains(name) => out.push(Shadowed {
                        subject: subject(name),
                        used: used.origin(subject(name)),
                        hidden: source.origin(subject(name)),
                        equal: *winner == body,
                    }),
                    Some(_) => {}
                }
            }
        }
    }

    /// Says in `error` where `subject` stands.
    pub(super) fn placed(&self, error: Error, subject: Subject<'_>) -> Error {
        self.place(subject).of(error)
    }

    pub(super) fn place(&self, subject: Subject<'_>) -> Place {
        let origin = self.origin(subject);
        Place {
            what: subject.to_string(),
            file: origin.map(|origin| origin.path().to_owned()),
            position: origin.and_then(|origin| origin.position),
        }
    }
}

impl Source {
    pub(super) fn new(path: PathBuf, folder: PathBuf, document: Document, config: Kubeconfig) -> Self {
        Source { path, folder, document, config: Arc::new(config), places: Places::default() }
    }

    /// The path as given; `-` for standard input.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The absolute folder that relative paths in it start from: that of the path as given, symlinks not followed.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its text, with positions.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// What it says by itself.
    pub fn config(&self) -> &Kubeconfig {
        &self.config
    }

    /// Where `subject` stands in this file.
    fn origin(&self, subject: Subject<'_>) -> Origin<'_> {
        let offset = match subject {
            Subject::Cluster(name) => self.places.clusters.find(&self.document, &["clusters"], name),
            Subject::User(name) => self.places.users.find(&self.document, &["users"], name),
            Subject::Context(name) => self.places.contexts.find(&self.document, &["contexts"], name),
            Subject::Extension(name) => self.places.extensions.find(&self.document, &["extensions"], name),
            Subject::PreferencesExtension(name) => {
                self.places.preferences.find(&self.document, &["preferences", "extensions"], name)
            }
            Subject::CurrentContext => node(&self.document, &["current-context"]).map(|n| n.span().start),
            Subject::PreferencesColors => node(&self.document, &["preferences", "colors"]).map(|n| n.span().start),
        };
        Origin { source: self, position: offset.map(|offset| self.document.position(offset)) }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("path", &self.path).field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl<'a> Origin<'a> {
    /// The file.
    pub fn source(&self) -> &'a Source {
        self.source
    }

    /// The path of the file, as given.
    pub fn path(&self) -> &'a Path {
        &self.source.path
    }

    /// Where it stands in the file.
    pub fn position(&self) -> Option<Position> {
        self.position
    }
}

/// What an error says of the place of a subject.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    what: String,
    file: Option<PathBuf>,
    position: Option<Position>,
}

impl Place {
    pub(super) fn is_in_a_file(&self) -> bool {
        self.file.is_some()
    }

    /// An error about the subject itself; one about another file is left alone.
    pub(super) fn of(&self, error: Error) -> Error {
        if error.file().is_some() {
            return error;
        }
        let error = match &self.file {
            Some(file) => error.in_file(file),
            None => error,
        };
        match self.position {
            Some(position) => error.at(position),
            None => error,
        }
    }

    /// An error about a file that the subject's field `field` names: the error keeps that file.
    pub(super) fn of_reference(&self, error: Error, field: &str) -> Error {
        let file = self.file.as_deref().map(|file| format!(" in {}", Printable(&file.to_string_lossy())));
        let position = self.position.map(|position| format!(":{position}"));
        let place = file.unwrap_or_default() + &position.unwrap_or_default();
        error.in_field(field).with_help(format!("it is named by {}{place}", self.what))
    }

    /// The file and the place in it.
    pub(super) fn get(&self) -> (Option<&Path>, Option<Position>) {
        (self.file.as_deref(), self.position)
    }
}

impl fmt::Debug for Origin<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Origin").field("path", &self.path()).field("position", &self.position).finish()
    }
}

impl fmt::Display for Subject<'_> {
    /// `cluster "prod"`, safe for a terminal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, name) = match self {
            Subject::Cluster(name) => ("cluster", name),
            Subject::User(name) => ("user", name),
            Subject::Context(name) => ("context", name),
            Subject::Extension(name) => ("extension", name),
            Subject::PreferencesExtension(name) => ("extension of preferences", name),
            Subject::CurrentContext => return f.write_str("current-context"),
            Subject::PreferencesColors => return f.write_str("preferences.colors"),
        };
        write!(f, "{what} \"{}\"", ShownName(name))
    }
}

impl Subject<'_> {
    fn is_in(&self, config: &Kubeconfig) -> bool {
        match self {
            Subject::Cluster(name) => config.clusters.contains(name),
            Subject::User(name) => config.users.contains(name),
            Subject::Context(name) => config.contexts.contains(name),
            Subject::CurrentContext => config.current_context().is_some(),
            Subject::Extension(name) => config.extensions.contains(name),
            Subject::PreferencesColors => config.preferences.colors,
            Subject::PreferencesExtension(name) => config.preferences.extensions.contains(name),
        }
    }
}

/// Where the entries of each list stand: made when first asked, so that asking for each of many stays linear.
#[derive(Default)]
struct Places {
    clusters: Offsets,
    users: Offsets,
    contexts: Offsets,
    extensions: Offsets,
    preferences: Offsets,
}

#[derive(Default)]
struct Offsets(OnceLock<HashMap<String, u32>>);

impl Offsets {
    fn find(&self, document: &Document, list: &[&str], name: &str) -> Option<u32> {
        let offsets = self.0.get_or_init(|| {
            let items = node(document, list).into_iter().flat_map(|list| list.items());
            let name = |item: Node<'_>| item.get("name").and_then(|name| name.as_str()).unwrap_or_default().to_owned();
            items.map(|item| (name(item), item.span().start)).collect()
        });
        offsets.get(name).copied()
    }
}

fn node<'d>(document: &'d Document, path: &[&str]) -> Option<Node<'d>> {
    path.iter().try_fold(document.root()?, |node, key| node.get(key))
}
