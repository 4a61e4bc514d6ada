//! Kubeconfigs changed as a whole: what is asked of the configuration is done to the files behind it.

use super::route::{Place, Renamed, Routed, default_file, origin, preferences_file, route};
use super::{Changed, Files, Preview, Store, Updated};
use crate::config::{Edit, Entries, Kubeconfig, Section};
use crate::error::{Error, ErrorKind, Result};
use crate::load::{Loaded, Loader, Subject};
use std::fmt;
use std::path::{Path, PathBuf};

/// A configuration that is to be changed: what the files say together, and what they are to say.
///
/// Change [`config`](Draft::config) as you like, and [`rename`](Draft::rename) entries. Which file each change goes to is
/// client-go's rule (`ModifyConfig` in `tools/clientcmd/config.go`):
///
/// | change | goes to |
/// |---|---|
/// | an entry changed, renamed or removed | the first file that has it; one of the same name in a later file is then uncovered |
/// | a new entry | the [default file](Draft::default_file): the first that exists, else the last |
/// | `current-context` set | the default file |
/// | `current-context` cleared | the first file that sets it |
/// | `preferences` | the first file with other ones than those |
/// | extensions and unknown fields at the top | as entries; client-go never writes them |
/// | `kind`, `apiVersion` | the first file that has it, else the default file; only `Config` and `v1` are taken |
pub struct Draft {
    /// What the files are to say together.
    pub config: Kubeconfig,
    loaded: Loaded,
    /// The paths as given.
    paths: Vec<PathBuf>,
    /// Which of the sources of `loaded` belongs to each path.
    sources: Vec<Option<usize>>,
    renamed: Vec<Renamed>,
}

/// What an [`edit`](Store::edit) did.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Edited<T> {
    /// What the change returned.
    pub value: T,
    /// The files that were written.
    pub changed: Vec<Changed>,
    /// What was removed and is there still.
    pub uncovered: Vec<Uncovered>,
    /// What could not be done of keeping old versions, as in [`Updated::warnings`].
    pub warnings: Vec<String>,
}

/// An entry that was removed and is there still: a later file has one of that name too, which was hidden so far.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Uncovered {
    /// The list it stands in; `None` for `current-context`.
    pub section: Option<Section>,
    /// Its name; of `current-context` the value.
    pub name: String,
    /// The file it stands in, as given.
    pub path: PathBuf,
}

impl Store {
    /// Changes the kubeconfigs that `loader` reads: lets `change` change the configuration they are together, and writes the files in
    /// which something is different then.
    ///
    /// Comments, order, spelling and unknown fields stay (see [`Edit`]). Each file that changes is written once,
    /// under kubectl's lock, and not at all where nothing changes; a file that could not be read is never written. Everything
    /// [`update`](Store::update) says holds here, above all that `change` may be called again. A file that is
    /// made, or says nothing yet, gets `apiVersion` and `kind`.
    ///
    /// # Errors
    /// Those of `change`, of [`Loader::load`] (but for a file that does not exist), of [`Edit::to`] and of [`update`](Store::update).
    ///
    /// ```
    /// # let folder = std::env::temp_dir().join(format!("kubeconfig-doc-edit-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder).unwrap();
    /// # std::fs::write(folder.join("config"), "contexts:\n- name: prod # ours\n  context: {cluster: a, user: a}\n").unwrap();
    /// # let environment = kubeconfig::load::Environment::new(&folder).var("HOME", &folder).var("KUBECONFIG", "config");
    /// use kubeconfig::Loader;
    /// use kubeconfig::store::Store;
    ///
    /// // In a program: Store::from_env(), Loader::from_env().
    /// let (store, loader) = (Store::new(&environment), Loader::new(environment));
    /// let edited = store.edit(&loader, |draft| {
    ///     draft.config.current_context = Some("prod".into());
    ///     Ok(())
    /// })?;
    /// assert_eq!(edited.changed[0].path, std::path::Path::new("config"));
    /// # let text = std::fs::read_to_string(folder.join("config")).unwrap();
    /// # assert_eq!(text, "contexts:\n- name: prod # ours\n  context: {cluster: a, user: a}\ncurrent-context: prod\n");
    /// # std::fs::remove_dir_all(&folder).unwrap();
    /// # Ok::<(), kubeconfig::Error>(())
    /// ```
    pub fn edit<T>(&self, loader: &Loader, mut change: impl FnMut(&mut Draft) -> Result<T>) -> Result<Edited<T>> {
        let paths = loader.paths();
        let Updated { value: (value, uncovered), mut changed, warnings } =
            self.update(&located(loader, &paths), |files| apply(loader, &paths, files, &mut change))?;
        for change in &mut changed {
            if let Some(path) = paths.iter().find(|path| loader.locate(path) == change.path) {
                change.path.clone_from(path);
            }
        }
        Ok(Edited { value, changed, uncovered, warnings })
    }

    /// What [`edit`](Store::edit) would do. Nothing is locked and nothing is written.
    ///
    /// # Errors
    /// As [`edit`](Store::edit).
    pub fn preview_edit<T>(
        &self,
        loader: &Loader,
        mut change: impl FnMut(&mut Draft) -> Result<T>,
    ) -> Result<Preview<T>> {
        let paths = loader.paths();
        let Preview { value: (value, _), mut files } =
            self.preview(&located(loader, &paths), |files| apply(loader, &paths, files, &mut change))?;
        for file in &mut files {
            if let Some(path) = paths.iter().find(|path| loader.locate(path) == file.path) {
                file.path.clone_from(path);
            }
        }
        Ok(Preview { value, files })
    }
}

fn located(loader: &Loader, paths: &[PathBuf]) -> Vec<PathBuf> {
    paths.iter().map(|path| loader.locate(path)).collect()
}

/// Asks `change` what the configuration is to be, and gives `files` the texts that say so.
fn apply<T>(
    loader: &Loader,
    paths: &[PathBuf],
    files: &mut Files,
    change: &mut impl FnMut(&mut Draft) -> Result<T>,
) -> Result<(T, Vec<Uncovered>)> {
    let texts = paths.iter().enumerate().map(|(i, path)| (path.clone(), files.old(i)));
    let mut draft = Draft::new(loader.load_texts(texts)?, paths);
    let value = change(&mut draft)?;
    let Routed { wanted, renamed } = draft.route()?;
    for (i, wanted) in wanted.iter().enumerate() {
        let Some(wanted) = wanted else { continue };
        let text = draft.text(i, wanted, renamed.get(i).map_or(&[], Vec::as_slice));
        if let Some(text) = text.map_err(|error| error.in_file(&paths[i]))? {
            files.set(i, text);
        }
    }
    let uncovered = draft.uncovered(&wanted);
    Ok((value, uncovered))
}

impl Draft {
    fn new(loaded: Loaded, paths: &[PathBuf]) -> Self {
        let source = |path: &PathBuf| loaded.sources().iter().position(|source| source.path() == path);
        Draft {
            config: loaded.config().clone(),
            sources: paths.iter().map(source).collect(),
            paths: paths.to_vec(),
            loaded,
            renamed: Vec::new(),
        }
    }

    /// What the files say before the change, and where.
    pub fn loaded(&self) -> &Loaded {
        &self.loaded
    }

    /// Gives an entry another name in [`config`](Draft::config), and remembers that it is the same: its lines and comments stay, in the
    /// file it is in.
    ///
    /// What names it (contexts, `current-context`) is not changed.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where there is no `old`, [`ErrorKind::Refused`] where there is a `new` already.
    pub fn rename(&mut self, section: Section, old: &str, new: &str) -> Result<()> {
        let config = &mut self.config;
        match section {
            Section::Clusters => rename(&mut config.clusters, section, old, new)?,
            Section::Users => rename(&mut config.users, section, old, new)?,
            Section::Contexts => rename(&mut config.contexts, section, old, new)?,
            Section::Extensions => rename(&mut config.extensions, section, old, new)?,
        }
        match self.renamed.iter_mut().find(|renamed| renamed.section == section && renamed.to == old) {
            Some(before) => new.clone_into(&mut before.to),
            None => self.renamed.push(Renamed { section, from: old.to_owned(), to: new.to_owned() }),
        }
        Ok(())
    }

    /// The file for what is new, as given: the first that exists, else the last.
    pub fn default_file(&self) -> &Path {
        self.path(default_file(&self.places()))
    }

    /// The file that a change of `subject` goes to, as given; for something new and for setting `current-context` that is the
    /// [default file](Draft::default_file).
    pub fn file_of(&self, subject: Subject<'_>) -> &Path {
        let places = self.places();
        let file = match subject {
            Subject::Cluster(name) => self.origin(&places, Section::Clusters, name, |config| &config.clusters),
            Subject::User(name) => self.origin(&places, Section::Users, name, |config| &config.users),
            Subject::Context(name) => self.origin(&places, Section::Contexts, name, |config| &config.contexts),
            Subject::Extension(name) => self.origin(&places, Section::Extensions, name, |config| &config.extensions),
            Subject::CurrentContext => None,
            Subject::PreferencesColors | Subject::PreferencesExtension(_) => preferences_file(&places, &self.config),
        };
        self.path(file.unwrap_or_else(|| default_file(&places)))
    }

    /// The folder that relative paths in `subject` start from: that of its [file](Draft::file_of), from the root, symbolic links not
    /// followed.
    pub fn folder_of(&self, subject: Subject<'_>) -> PathBuf {
        self.loaded.folder_of_file(self.file_of(subject))
    }

    fn path(&self, index: usize) -> &Path {
        self.paths.get(index).map_or(Path::new(""), PathBuf::as_path)
    }

    fn origin<T>(
        &self,
        places: &[Place<'_>],
        section: Section,
        name: &str,
        entries: impl Fn(&Kubeconfig) -> &Entries<T>,
    ) -> Option<usize> {
        let renamed = self.renamed.iter().find(|renamed| renamed.section == section && renamed.to == name);
        let name = renamed.map_or(name, |renamed| &renamed.from);
        origin(places, |config| entries(config).contains(name))
    }

    fn places(&self) -> Vec<Place<'_>> {
        let config = |source: &Option<usize>| Some(self.loaded.sources().get((*source)?)?.config());
        self.sources.iter().map(|source| Place { config: config(source) }).collect()
    }

    fn route(&self) -> Result<Routed> {
        if self.paths.is_empty() && self.config != *self.loaded.config() {
            let error = Error::new(ErrorKind::Refused, "there is no file to write to: KUBECONFIG names none");
            return Err(error.with_help("set KUBECONFIG, or name a file (--kubeconfig)"));
        }
        route(&self.places(), self.loaded.config(), &self.config, &self.renamed)
    }

    /// The bytes of a file that is to say `wanted`; `None` where it does.
    fn text(&self, file: usize, wanted: &Kubeconfig, renamed: &[Renamed]) -> Result<Option<Vec<u8>>> {
        let source = self.sources.get(file).copied().flatten().and_then(|source| self.loaded.sources().get(source));
        let Some(source) = source else { return wanted.to_yaml().map(|text| Some(text.into_bytes())) };
        let mut edit = Edit::of(source.document(), source.config());
        for Renamed { section, from, to } in renamed {
            edit = edit.renamed(*section, from, to);
        }
        Ok(edit.to(wanted)?.map(|document| document.to_bytes()))
    }

    /// What was removed, and is in a file still.
    fn uncovered(&self, wanted: &[Option<Kubeconfig>]) -> Vec<Uncovered> {
        let places = self.places();
        let after: Vec<_> = places.iter().zip(wanted).map(|(was, is)| is.as_ref().or(was.config)).collect();
        // One file under two names has what the first is to hold.
        let files: Vec<_> = (0..after.len()).map(|at| self.path(at).canonicalize().ok()).collect();
        let first = |at: usize| files.iter().position(|file| file.is_some() && *file == files[at]).unwrap_or(at);
        let after: Vec<_> = (0..after.len()).map(|at| after[first(at)]).collect();
        let (before, config) = (self.loaded.config(), &self.config);
        let mut out = Vec::new();
        let mut look = |section, name: &str, has: &dyn Fn(&Kubeconfig) -> bool| {
            let file = after.iter().position(|config| config.is_some_and(has));
            let path = file.map(|file| self.path(file).to_owned());
            out.extend(path.map(|path| Uncovered { section, name: name.to_owned(), path }));
        };
        for name in before.clusters.names().filter(|name| !config.clusters.contains(name)) {
            look(Some(Section::Clusters), name, &|config| config.clusters.contains(name));
        }
        for name in before.users.names().filter(|name| !config.users.contains(name)) {
            look(Some(Section::Users), name, &|config| config.users.contains(name));
        }
        for name in before.contexts.names().filter(|name| !config.contexts.contains(name)) {
            look(Some(Section::Contexts), name, &|config| config.contexts.contains(name));
        }
        for name in before.extensions.names().filter(|name| !config.extensions.contains(name)) {
            look(Some(Section::Extensions), name, &|config| config.extensions.contains(name));
        }
        if before.current_context().is_some() && config.current_context().is_none() {
            let left = after.iter().find_map(|config| config.as_ref()?.current_context()).unwrap_or_default();
            look(None, left, &|config| config.current_context().is_some());
        }
        out
    }
}

fn rename<T: Clone>(entries: &mut Entries<T>, section: Section, old: &str, new: &str) -> Result<()> {
    if entries.rename(old, new) || (old == new && entries.contains(old)) {
        return Ok(());
    }
    let (kind, message, name) = match entries.contains(old) {
        false => (ErrorKind::NotFound, "there is no such entry", old),
        true => (ErrorKind::Refused, "there is an entry of that name already", new),
    };
    Err(Error::new(kind, message).in_field(format!("{}[{name:?}]", section.key())))
}

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Draft").field("config", &self.config).field("renamed", &self.renamed).finish_non_exhaustive()
    }
}
