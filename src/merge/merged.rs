//! The result of a merge.

use super::report::{EntryKind, Report};
use crate::config::{Entries, Kubeconfig, Section};
use crate::error::Result;
use crate::load::Loaded;
use crate::store::{Draft, Finished, Saved, WriteOptions};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

/// Several kubeconfigs as one.
///
/// `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct Merged {
    config: Kubeconfig,
    finished: Finished,
    report: Report,
}

impl Merged {
    pub(super) fn new(config: Kubeconfig, report: Report, inputs: &[&Loaded]) -> Result<Self> {
        // Fleets name the same file in every entry.
        let embedded: HashSet<PathBuf> = report.embedded.iter().map(|embedded| embedded.file.clone()).collect();
        let finished = Finished::new(&config, inputs.iter().flat_map(|loaded| loaded.files()).chain(embedded))?;
        Ok(Merged { config, finished, report })
    }

    /// The configuration.
    pub fn config(&self) -> &Kubeconfig {
        &self.config
    }

    /// What was renamed, left out and found on the way.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// The text of the file, secrets and all.
    pub fn to_yaml(&self) -> &str {
        self.finished.to_yaml()
    }

    /// Makes a kubeconfig say what was merged: the one that was the [target](crate::Merge::target) of the merge or its
    /// first input, as [`Draft::loaded`], or one that says nothing yet.
    ///
    /// What it has and the result has too stays as it is, its paths relative or not, and so do comments; entries that got another name
    /// keep theirs. For [`Store::edit`](crate::store::Store::edit):
    ///
    /// ```
    /// # let folder = std::env::temp_dir().join(format!("kubeconfig-doc-merge-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder).unwrap();
    /// # std::fs::write(folder.join("config"), "clusters: [] # none yet\n").unwrap();
    /// # let environment = kubeconfig::load::Environment::new(&folder).var("HOME", &folder).var("KUBECONFIG", "config");
    /// use kubeconfig::{Cluster, Kubeconfig, Loaded, Loader, Merge};
    /// use kubeconfig::store::Store;
    ///
    /// let mut new = Kubeconfig::new();
    /// new.clusters.insert("prod", Cluster::new("https://prod.example.com:6443"));
    /// let new = Loaded::from_config(new, "/");
    /// // In a program: Store::from_env(), Loader::from_env().
    /// let (store, loader) = (Store::new(&environment), Loader::new(environment));
    /// store.edit(&loader, |draft| {
    ///     let merged = Merge::new().target(draft.loaded()).input(&new).build()?;
    ///     merged.apply(draft);
    ///     Ok(())
    /// })?;
    /// assert!(loader.load()?.config().clusters.contains("prod"));
    /// # std::fs::remove_dir_all(&folder).unwrap();
    /// # Ok::<(), kubeconfig::Error>(())
    /// ```
    pub fn apply(&self, draft: &mut Draft) {
        let before = draft.loaded().clone();
        let mut old_names: HashMap<(EntryKind, &str), &str> = HashMap::new();
        for renamed in self.report.renamed.iter().filter(|renamed| renamed.places.iter().any(|place| place.input == 1))
        {
            let section = match renamed.kind {
                EntryKind::Cluster => Section::Clusters,
                EntryKind::User => Section::Users,
                EntryKind::Context => Section::Contexts,
            };
            if draft.rename(section, &renamed.from, &renamed.to).is_ok() {
                old_names.insert((renamed.kind, &renamed.to), &renamed.from);
            }
        }
        let old_name = |kind, name| old_names.get(&(kind, name)).copied().unwrap_or(name);
        let (config, new) = (&mut draft.config, &self.config);
        take(&mut config.clusters, &new.clusters, |name| before.cluster_with_paths(old_name(EntryKind::Cluster, name)));
        take(&mut config.users, &new.users, |name| before.user_with_paths(old_name(EntryKind::User, name)));
        take(&mut config.contexts, &new.contexts, |_| None);
        config.preferences.clone_from(&new.preferences);
        config.extensions.clone_from(&new.extensions);
        config.other.clone_from(&new.other);
        if new.current_context().is_some() && config.current_context() != new.current_context() {
            config.current_context.clone_from(&new.current_context);
        }
    }

    /// Writes it to a file by the rules of [`store::write`](crate::store::write()), and reads it back.
    ///
    /// # Errors
    /// Those of [`store::write`](crate::store::write()); [`ErrorKind::Refused`](crate::ErrorKind::Refused) also where
    /// the file is one of the inputs or was embedded, whatever the options say: it may hold comments, and with some
    /// strategies entries, that the result does not have. [`ErrorKind::Io`](crate::ErrorKind::Io) where the file does not hold
    /// afterwards what was written.
    pub fn write(&self, path: impl AsRef<Path>, options: &WriteOptions) -> Result<Saved> {
        self.finished.write(path.as_ref(), options)
    }
}

/// Gives `entries` those of `new`, and leaves alone what says the same with its paths made absolute.
fn take<'n, T: Clone + PartialEq>(
    entries: &mut Entries<T>,
    new: &'n Entries<T>,
    absolute: impl Fn(&'n str) -> Option<T>,
) {
    entries.retain(|name, _| new.contains(name));
    for (name, body) in new.iter() {
        if entries.contains(name) && absolute(name).is_some_and(|there| there == *body) {
            continue;
        }
        entries.put(name, new);
    }
}
