//! Which file a change goes to, of several that are read as one: client-go's `ModifyConfig`
//! (`tools/clientcmd/config.go`).

use crate::config::{Entries, Kubeconfig, Section};
use crate::error::{Error, ErrorKind, Result};
use std::collections::{HashMap, HashSet};

/// How a list is reached in a configuration.
struct Lens<T> {
    get: fn(&Kubeconfig) -> &Entries<T>,
    get_mut: fn(&mut Kubeconfig) -> &mut Entries<T>,
}

macro_rules! of {
    ($field:ident) => {
        Lens { get: |config| &config.$field, get_mut: |config| &mut config.$field }
    };
}

/// A file among others, in the order in which they win.
pub(super) struct Place<'a> {
    /// What it says; `None` where it does not exist.
    pub(super) config: Option<&'a Kubeconfig>,
}

/// An entry that got another name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Renamed {
    pub(super) section: Section,
    pub(super) from: String,
    pub(super) to: String,
}

/// What each file is to say.
pub(super) struct Routed {
    /// In the order of the files; `None` where a file stays as it is.
    pub(super) wanted: Vec<Option<Kubeconfig>>,
    /// The renamed entries of each file.
    pub(super) renamed: Vec<Vec<Renamed>>,
}

/// The file for what is new: the first that exists, else the last, as kubectl has it.
pub(super) fn default_file(files: &[Place<'_>]) -> usize {
    files.iter().position(|file| file.config.is_some()).unwrap_or(files.len().saturating_sub(1))
}

/// The first file that has something.
pub(super) fn origin(files: &[Place<'_>], has: impl Fn(&Kubeconfig) -> bool) -> Option<usize> {
    files.iter().position(|file| file.config.is_some_and(&has))
}

/// The file whose preferences are written when they are to be `after`: the first that has others. One that does not exist has empty
/// ones.
pub(super) fn preferences_file(files: &[Place<'_>], after: &Kubeconfig) -> Option<usize> {
    let none = Kubeconfig::default();
    files.iter().position(|file| file.config.unwrap_or(&none).preferences != after.preferences)
}

/// Spreads the difference between `before`, which is what the files say together, and `after`.
///
/// - An entry that was there is changed, renamed or removed where it stands: in the first file that has it.
/// - What is new, and `current-context` if it is set, goes to the [`default_file`].
/// - `current-context` is cleared in the first file that sets it.
/// - Preferences go to the first file whose preferences are not those.
/// - Extensions and unknown fields at the top are treated as entries; client-go does not write them at all. So are `kind` and
///   `apiVersion`.
pub(super) fn route(
    files: &[Place<'_>],
    before: &Kubeconfig,
    after: &Kubeconfig,
    renamed: &[Renamed],
) -> Result<Routed> {
    check_version(before, after)?;
    let mut router = Router {
        files,
        default: default_file(files),
        wanted: files.iter().map(|_| None).collect(),
        renamed: files.iter().map(|_| Vec::new()).collect(),
    };
    router.entries(Section::Clusters, (&before.clusters, &after.clusters), renamed, of!(clusters))?;
    router.entries(Section::Users, (&before.users, &after.users), renamed, of!(users))?;
    router.entries(Section::Contexts, (&before.contexts, &after.contexts), renamed, of!(contexts))?;
    router.entries(Section::Extensions, (&before.extensions, &after.extensions), renamed, of!(extensions))?;
    router.top(before, after);
    Ok(Routed { wanted: router.wanted, renamed: router.renamed })
}

struct Router<'a> {
    files: &'a [Place<'a>],
    default: usize,
    wanted: Vec<Option<Kubeconfig>>,
    renamed: Vec<Vec<Renamed>>,
}

impl Router<'_> {
    /// What the file is to say so far.
    fn wanted(&mut self, file: usize) -> Option<&mut Kubeconfig> {
        let was = self.files.get(file)?.config;
        // A file that is made, or says nothing yet, gets the head that other clients ask for.
        let was = || was.filter(|config| **config != Kubeconfig::default()).cloned().unwrap_or_else(Kubeconfig::new);
        Some(self.wanted.get_mut(file)?.get_or_insert_with(was))
    }

    fn entries<T: Clone + PartialEq>(
        &mut self,
        section: Section,
        (before, after): (&Entries<T>, &Entries<T>),
        renamed: &[Renamed],
        lens: Lens<T>,
    ) -> Result<()> {
        let told = renamed.iter().filter(|r| r.section == section && before.contains(&r.from) && after.contains(&r.to));
        let mut sources: HashMap<&str, &str> = told.map(|r| (r.to.as_str(), r.from.as_str())).collect();
        let moved: HashSet<&str> = sources.values().copied().collect();
        for name in after.names().filter(|name| before.contains(name) && !moved.contains(name)) {
            sources.entry(name).or_insert(name);
        }
        // Without a word an entry counts as renamed if one that says the same stands in its place.
        for (from, to) in before.names().zip(after.names()) {
            let is_new = !sources.contains_key(to) && !after.contains(from);
            if is_new && !moved.contains(from) && before.is_entry_of(from, after, to) {
                sources.insert(to, from);
            }
        }
        let kept: HashSet<&str> = sources.values().copied().collect();
        let first = |name: &str| origin(self.files, |config| (lens.get)(config).contains(name));
        let origins: HashMap<&str, usize> =
            before.names().map(|name| (name, first(name).unwrap_or(self.default))).collect();
        let place = |name: &str| origins.get(name).copied().unwrap_or(self.default);
        // First what goes, so that names are free.
        let mut gone: HashMap<usize, HashSet<&str>> = HashMap::new();
        for name in before.names().filter(|name| !kept.contains(name)) {
            gone.entry(place(name)).or_default().insert(name);
        }
        let mut changes = Vec::new();
        for to in after.names() {
            match sources.get(to) {
                None => changes.push((self.default, None, to)),
                Some(&from) if from != to || !before.is_entry_of(from, after, to) => {
                    changes.push((place(from), Some(from), to));
                }
                Some(_) => {}
            }
        }
        for (file, names) in gone {
            if let Some(wanted) = self.wanted(file) {
                (lens.get_mut)(wanted).retain(|name, _| !names.contains(name));
            }
        }
        // Names that are swapped must not meet on the way.
        let renames = changes.iter().filter(|(_, from, to)| from.is_some_and(|from| from != *to));
        let renames: Vec<_> = renames.copied().collect();
        for (i, (file, from, _)) in renames.iter().enumerate() {
            if let (Some(wanted), Some(from)) = (self.wanted(*file), from) {
                (lens.get_mut)(wanted).rename(from, waiting(i));
            }
        }
        for (i, (file, from, to)) in renames.iter().enumerate() {
            let Some(from) = from else { continue };
            if let Some(wanted) = self.wanted(*file) {
                if !(lens.get_mut)(wanted).rename(&waiting(i), *to) {
                    let message = format!(
                        "another entry of {} is called so in the same file, hidden by one before it",
                        section.key()
                    );
                    return Err(Error::new(ErrorKind::Refused, message).in_field(format!("{}[{to:?}]", section.key())));
                }
            }
            let renamed = Renamed { section, from: (*from).to_owned(), to: (*to).to_owned() };
            self.renamed.get_mut(*file).into_iter().for_each(|list| list.push(renamed.clone()));
        }
        for (file, _, to) in changes {
            if let Some(wanted) = self.wanted(file) {
                (lens.get_mut)(wanted).put(to, after);
            }
        }
        Ok(())
    }

    fn top(&mut self, before: &Kubeconfig, after: &Kubeconfig) {
        if before.current_context() != after.current_context() {
            let file = match after.current_context() {
                Some(_) => Some(self.default),
                None => origin(self.files, |config| config.current_context().is_some()),
            };
            if let Some(wanted) = file.and_then(|file| self.wanted(file)) {
                wanted.current_context.clone_from(&after.current_context);
            }
        }
        if before.preferences != after.preferences {
            let file = preferences_file(self.files, after).unwrap_or(self.default);
            if let Some(wanted) = self.wanted(file) {
                wanted.preferences.clone_from(&after.preferences);
            }
        }
        if before.kind != after.kind {
            let file = origin(self.files, |config| config.kind.is_some()).unwrap_or(self.default);
            if let Some(wanted) = self.wanted(file) {
                wanted.kind.clone_from(&after.kind);
            }
        }
        if before.api_version != after.api_version {
            let file = origin(self.files, |config| config.api_version.is_some()).unwrap_or(self.default);
            if let Some(wanted) = self.wanted(file) {
                wanted.api_version.clone_from(&after.api_version);
            }
        }
        let unknown = |config: &Kubeconfig, key: &str| config.other.get(key).is_some();
        for (key, spelling, value) in after.other.iter_spelled() {
            if before.other.get(key) == Some(value) {
                continue;
            }
            let file = origin(self.files, |config| unknown(config, key)).unwrap_or(self.default);
            if let Some(wanted) = self.wanted(file) {
                wanted.other.insert_spelled(key.to_owned(), spelling.cloned(), value.clone());
            }
        }
        for (key, _) in before.other.iter().filter(|(key, _)| after.other.get(key).is_none()) {
            let file = origin(self.files, |config| unknown(config, key)).unwrap_or(self.default);
            if let Some(wanted) = self.wanted(file) {
                wanted.other.remove(key);
            }
        }
    }
}

/// A name that no file has: YAML forbids the character.
fn waiting(number: usize) -> String {
    format!("\0{number}")
}

/// client-go writes neither; any other value would make the file unreadable.
fn check_version(before: &Kubeconfig, after: &Kubeconfig) -> Result<()> {
    let of = |config: &Kubeconfig| {
        [("kind", config.kind.clone(), "Config"), ("apiVersion", config.api_version.clone(), "v1")]
    };
    for ((key, was, only), (_, is, _)) in of(before).into_iter().zip(of(after)) {
        if was != is && is.is_some_and(|is| is != only) {
            let message = format!("no kubeconfig with another value than {only} can be read");
            return Err(Error::new(ErrorKind::Refused, message).in_field(key).unchanged());
        }
    }
    Ok(())
}
