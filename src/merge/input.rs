//! The inputs, each with its paths made independent of its folder.

use super::paths::{self, Paths};
use super::report::{Note, Place, Report};
use crate::config::{Context, Kubeconfig, set};
use crate::error::{Error, Result};
use crate::load::{Loaded, Subject};
use std::collections::HashMap;
use std::path::Path;

pub(super) struct Input<'a> {
    loaded: &'a Loaded,
    /// From 1.
    number: usize,
    /// Whether it is the target, and not there yet.
    pub(super) is_absent: bool,
    /// What it says, paths absolute or their files embedded.
    pub(super) config: Kubeconfig,
    /// The file's name without `.yaml` or the like, empty if it has none.
    pub(super) file: String,
    /// The name of the folder that the file is in, empty if it has none.
    pub(super) folder: String,
}

/// Reads all of them; problems with files to embed are told together.
pub(super) fn read<'a>(
    inputs: &[&'a Loaded],
    has_target: bool,
    paths: &Paths,
    amendments: &[fn(&Loaded, &mut Kubeconfig)],
    report: &mut Report,
) -> Result<Vec<Input<'a>>> {
    let mut errors = Vec::new();
    let mut read = Vec::with_capacity(inputs.len());
    for (i, loaded) in inputs.iter().enumerate() {
        let mut config = paths::independent(loaded, paths, report, &mut errors);
        amendments.iter().for_each(|amend| amend(loaded, &mut config));
        let (file, folder) = names(loaded);
        let is_absent = has_target && i == 0 && loaded.sources().is_empty();
        let input = Input { loaded, number: i + 1, is_absent, config, file, folder };
        if !is_absent {
            input.note_what_is_not_in_it(report);
        }
        if !(has_target && i == 0) {
            report.notes.extend(loaded.unread().into_iter().map(Note::Unread));
        }
        read.push(input);
    }
    Error::several(errors).map_or(Ok(read), Err)
}

impl<'a> Input<'a> {
    pub(super) fn place(&self, subject: Subject<'_>) -> Place {
        let origin = self.loaded.origin(subject);
        let only = self.loaded.sources().first().filter(|_| self.loaded.sources().len() == 1);
        let file = origin.map(|origin| origin.path()).or(only.map(|source| source.path()));
        Place {
            input: self.number,
            file: file.map(Path::to_owned),
            position: origin.and_then(|origin| origin.position()),
        }
    }

    /// The place of an unknown field, by its path.
    pub(super) fn place_of_field(&self, path: &[&str]) -> Place {
        let mut places = self.loaded.sources().iter().filter_map(|source| {
            let node = path.iter().try_fold(source.document().root()?, |node, key| node.get(key))?;
            Some((source.path().to_owned(), node.position()))
        });
        let (file, position) = places.next().unzip();
        Place { input: self.number, file, position }
    }

    pub(super) fn uses(&self) -> Uses<'_> {
        let mut uses = Uses::default();
        for (_, context) in self.config.contexts.iter() {
            if let Some(cluster) = set(&context.cluster) {
                uses.of_cluster.entry(cluster).or_insert(context);
            }
            if let Some(user) = set(&context.user) {
                uses.of_user.entry(user).or_insert(context);
            }
        }
        uses
    }

    /// The URL of the server that a context leads to.
    pub(super) fn server(&self, context: &Context) -> Option<&str> {
        set(&self.config.clusters.get(set(&context.cluster)?)?.server)
    }

    fn note_what_is_not_in_it(&self, report: &mut Report) {
        let config = self.loaded.config();
        if config.clusters.is_empty() && config.users.is_empty() && config.contexts.is_empty() {
            report.notes.push(Note::Nothing { place: self.place(Subject::CurrentContext) });
        }
        for file in self.loaded.missing() {
            report.notes.push(Note::Missing { file: file.clone() });
        }
        for shadowed in self.loaded.shadowed().into_iter().filter(|shadowed| !shadowed.equal) {
            report.notes.push(Note::Shadowed {
                entry: shadowed.subject.to_string(),
                file: shadowed.hidden.path().to_owned(),
                taken: shadowed.used.path().to_owned(),
            });
        }
    }
}

/// The first context of a file that uses a cluster, or a user.
#[derive(Default)]
pub(super) struct Uses<'a> {
    pub(super) of_cluster: HashMap<&'a str, &'a Context>,
    pub(super) of_user: HashMap<&'a str, &'a Context>,
}

/// The names of file and folder. A pipe has none: what `/dev/fd/63` is called says nothing.
fn names(loaded: &Loaded) -> (String, String) {
    const ENDINGS: &[&str] = &["yaml", "yml", "json", "conf", "config", "cfg", "kubeconfig", "txt"];
    let Some(source) = loaded.sources().first() else { return Default::default() };
    let is_pipe = ["/dev", "/proc"].iter().any(|folder| source.folder().starts_with(folder));
    let Some(name) = source.path().file_name().filter(|_| !is_pipe && source.path() != Path::new("-")) else {
        return Default::default();
    };
    let name = name.to_string_lossy();
    let file = match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && ENDINGS.contains(&ending) => stem,
        _ => &*name,
    };
    let folder = source.folder().file_name().map(|folder| folder.to_string_lossy().into_owned());
    (file.to_owned(), folder.unwrap_or_default())
}
