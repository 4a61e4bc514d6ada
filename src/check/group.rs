//! Kubeconfigs that are one configuration, as those of $KUBECONFIG are: names of one file are known in the others.

use super::kubeconfig::{ConfigFile, Entry, Listed};
use crate::config::{AuthInfo, Cluster, Context, Entries, Kubeconfig, set};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// The files, and what they are together.
pub(super) struct Group<'g, 'd> {
    pub(super) files: &'g [ConfigFile<'d>],
    /// Merged as kubectl does: the first wins.
    pub(super) config: Cow<'g, Kubeconfig>,
    /// Which file an entry of the merged configuration is of, and its place in that.
    clusters: HashMap<&'g str, (usize, usize)>,
    users: HashMap<&'g str, (usize, usize)>,
    contexts: HashMap<&'g str, (usize, usize)>,
    /// The names that contexts use, those of hidden contexts too.
    used_clusters: HashSet<&'g str>,
    used_users: HashSet<&'g str>,
    /// The current context, and the file that names it.
    pub(super) current: Option<(usize, &'g str)>,
}

impl<'g, 'd> Group<'g, 'd> {
    pub(super) fn of(files: &'g [ConfigFile<'d>]) -> Self {
        let config = match files {
            [ConfigFile { config: Some(config), .. }] => Cow::Borrowed(*config),
            _ => Cow::Owned(merged(files)),
        };
        let mut group = Group {
            files,
            clusters: origins::<Cluster>(files),
            users: origins::<AuthInfo>(files),
            contexts: origins::<Context>(files),
            config,
            used_clusters: HashSet::new(),
            used_users: HashSet::new(),
            current: None,
        };
        for context in files.iter().flat_map(|file| &file.contexts) {
            group.used_clusters.extend(set(&context.body.cluster));
            group.used_users.extend(set(&context.body.user));
        }
        let mut currents =
            files.iter().enumerate().filter_map(|(i, file)| Some((i, file.current.as_ref()?.0.as_str())));
        group.current = currents.next();
        if let Cow::Owned(config) = &mut group.config {
            config.current_context = group.current.map(|(_, name)| name.to_owned());
        }
        group
    }

    /// The file whose entry of that list and name is used.
    pub(super) fn file_of<T: Listed>(&self, name: &str) -> Option<usize> {
        self.place_of::<T>(name).map(|(file, _)| file)
    }

    /// The entry of that list and name that is used, and its file.
    pub(super) fn entry_of<T: Listed>(&self, name: &str) -> Option<(usize, &'g Entry<'d, T>)> {
        let (file, at) = self.place_of::<T>(name)?;
        Some((file, T::entries(self.files.get(file)?).get(at)?))
    }

    fn place_of<T: Listed>(&self, name: &str) -> Option<(usize, usize)> {
        let files = match T::LIST {
            "clusters" => &self.clusters,
            "users" => &self.users,
            _ => &self.contexts,
        };
        files.get(name).copied()
    }

    /// Whether a context names it.
    pub(super) fn is_used<T: Listed>(&self, name: &str) -> bool {
        match T::LIST {
            "clusters" => self.used_clusters.contains(name),
            "users" => self.used_users.contains(name),
            _ => true,
        }
    }
}

/// The entries that count: the first of each name.
fn origins<'g, T: Listed>(files: &'g [ConfigFile<'_>]) -> HashMap<&'g str, (usize, usize)> {
    let mut origins = HashMap::with_capacity(files.iter().map(|file| T::entries(file).len()).sum());
    for (i, file) in files.iter().enumerate() {
        for (at, entry) in T::entries(file).iter().enumerate() {
            origins.entry(entry.name.as_str()).or_insert((i, at));
        }
    }
    origins
}

fn merged(files: &[ConfigFile<'_>]) -> Kubeconfig {
    fn merge<T: Listed>(files: &[ConfigFile<'_>], merged: &mut Entries<T>) {
        for entry in files.iter().flat_map(T::entries) {
            if !merged.contains(&entry.name) {
                merged.insert(entry.name.clone(), T::clone(&entry.body));
            }
        }
    }
    let mut config = Kubeconfig::new();
    merge(files, &mut config.clusters);
    merge(files, &mut config.users);
    merge(files, &mut config.contexts);
    config
}
