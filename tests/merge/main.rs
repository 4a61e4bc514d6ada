//! Merge: every context keeps its own cluster and its own credentials.

#[path = "../common/mod.rs"]
mod common;
mod files;
mod large;
#[cfg(feature = "cli")]
mod program;
mod properties;
mod rest;
mod strategies;
mod target;

use kubeconfig::load::Environment;
use kubeconfig::merge::{Merge, Merged, OnConflict};
use kubeconfig::{Error, Loaded, Loader};
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

/// A folder of files to merge.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Place(tempfile::tempdir().unwrap())
    }

    /// With these files, folders made as needed.
    fn of(files: &[(&str, &str)]) -> Self {
        let place = Place::new();
        for (name, text) in files {
            place.write(name, text);
        }
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Loads a file by its name in the folder.
    fn load(&self, name: &str) -> Loaded {
        Loader::new(Environment::new(self.0.path())).explicit(name).load().unwrap()
    }

    fn merge(&self, names: &[&str], on_conflict: OnConflict) -> Result<Merged, Error> {
        self.merge_as(names, |merge| merge.on_conflict(on_conflict))
    }

    fn merge_as(&self, names: &[&str], how: impl FnOnce(Merge<'_>) -> Merge<'_>) -> Result<Merged, Error> {
        let loaded: Vec<Loaded> = names.iter().map(|name| self.load(name)).collect();
        merge_as(&loaded, how)
    }
}

fn merge_as<'a>(
    inputs: impl IntoIterator<Item = &'a Loaded>,
    how: impl FnOnce(Merge<'a>) -> Merge<'a>,
) -> Result<Merged, Error> {
    how(inputs.into_iter().fold(Merge::new(), Merge::input)).build()
}

/// A kubeconfig in JSON: clusters as `NAME=HOST`, users as `NAME=TOKEN`, contexts as `NAME=CLUSTER/USER`.
fn text(clusters: &str, users: &str, contexts: &str) -> String {
    fn pairs(list: &str) -> Vec<(&str, &str)> {
        list.split_whitespace().map(|pair| pair.split_once('=').unwrap()).collect()
    }
    let clusters: Vec<_> = pairs(clusters)
        .into_iter()
        .map(|(name, host)| serde_json::json!({"name": name, "cluster": {"server": format!("https://{host}")}}))
        .collect();
    let users: Vec<_> = pairs(users)
        .into_iter()
        .map(|(name, token)| serde_json::json!({"name": name, "user": {"token": token}}))
        .collect();
    let contexts: Vec<_> = pairs(contexts)
        .into_iter()
        .map(|(name, context)| {
            let (cluster, user) = context.split_once('/').unwrap();
            serde_json::json!({"name": name, "context": {"cluster": cluster, "user": user}})
        })
        .collect();
    serde_json::json!({"clusters": clusters, "users": users, "contexts": contexts}).to_string()
}

/// The contexts of a result as `NAME=HOST/TOKEN`, with `?` for what is not there and nothing for what is not named.
fn shown(merged: &Merged) -> Vec<String> {
    let config = merged.config();
    let contexts = config.contexts.iter().map(|(name, context)| {
        let cluster = context.cluster.as_deref().filter(|name| !name.is_empty());
        let host = cluster.map_or(String::new(), |name| match config.clusters.get(name) {
            Some(cluster) => cluster.server.as_deref().unwrap().trim_start_matches("https://").to_owned(),
            None => format!("{name}?"),
        });
        let user = context.user.as_deref().filter(|name| !name.is_empty());
        let token = user.map_or(String::new(), |name| match config.users.get(name) {
            Some(user) => user.token.as_ref().unwrap().expose().clone(),
            None => format!("{name}?"),
        });
        format!("{name}={host}/{token}")
    });
    contexts.collect()
}

fn names<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    names
}
