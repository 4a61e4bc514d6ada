//! Several kubeconfigs as one, in which every context keeps its own cluster and its own credentials.
//!
//! kubectl merges the files of `$KUBECONFIG` by name, each list for itself: where two files have a user `admin`, the second
//! is dropped without a word, and its contexts log in to their clusters with the credentials of the first. [`Merge`] takes a
//! context together with the cluster and the user it names, and never gives it those of another file.
//!
//! ```
//! use kubeconfig::merge::{Merge, OnConflict};
//! use kubeconfig::Loaded;
//! # fn main() -> Result<(), kubeconfig::Error> {
//! # let k3s = |host: &str| -> Result<Loaded, kubeconfig::Error> {
//! #     let text = format!(r#"{{"clusters": [{{"name": "default", "cluster": {{"server": "https://{host}:6443"}}}}],
//! #         "users": [{{"name": "default", "user": {{"token": "{host}"}}}}],
//! #         "contexts": [{{"name": "default", "context": {{"cluster": "default", "user": "default"}}}}]}}"#);
//! #     Ok(Loaded::from_config(text.parse()?, "/etc/rancher/k3s"))
//! # };
//! # let (one, two) = (k3s("a.example.com")?, k3s("b.example.com")?);
//! // Two files of K3s, which calls everything `default`.
//! let merged = Merge::new().input(&one).input(&two).on_conflict(OnConflict::Rename).build()?;
//! let names: Vec<_> = merged.config().contexts.names().collect();
//! assert_eq!(names, ["default-a.example.com", "default-b.example.com"]);
//! assert_eq!(merged.config().contexts[names[1]].user.as_deref(), Some("default-b.example.com"));
//! # Ok(())
//! # }
//! ```
//!
//! # What is the same
//! Two entries say the same if kubectl would take them for the same: the order and spelling of fields does not count, an
//! empty field is as good as an absent one, base64 counts by its bytes, and a path by the file that it leads to from its
//! own folder. Unknown fields count as well. A context says the same as another if its own fields do, and its cluster and
//! its user too, whatever those two are called. Entries of one name that say the same become one, in the spelling of the
//! first file. (If two files call the cluster or the user of such a context differently, both entries stay, and the context
//! names the one that sorts first.)
//!
//! # What is a conflict
//! Two entries of one name that say different things. [`OnConflict`] decides:
//!
//! | | clusters and users | contexts |
//! |---|---|---|
//! | [`Fail`](OnConflict::Fail), the default | an error with all conflicts and all places | the same |
//! | [`Keep`](OnConflict::Keep) | the first file's has the name | the first file's stays, others are left out |
//! | [`Replace`](OnConflict::Replace) | the last file's has the name | the last file's stays, others are left out |
//! | [`Rename`](OnConflict::Rename) | each gets a name of its own, the first too | each gets a name of its own, the first too |
//!
//! With a [target](Merge::target) `Rename` changes no name there: each entry that comes in under a name that the target
//! has gets another, and one that says the same as an entry of the target, or of an input before, is not added again,
//! whatever it is called ([`Note::AlreadyThere`]). So a second time the same merge changes nothing.
//!
//! With `Keep` and `Replace` a context that stays, but whose cluster or user lost its name, takes it along under a new name,
//! made as with `Rename`. Entries that only left-out contexts use go with them; entries that no context of their own file
//! uses stay unless they lost their name. What is not in the result is in the [`Report`]. With `Rename` nothing is left out.
//!
//! A context may name a cluster or a user that its file does not have. It stays without one: where another file has an
//! entry of that name, the context names `NAME-missing` instead (with `Fail` that is a conflict). To have files complete
//! each other as in `$KUBECONFIG`, load them together: one [`Loaded`] is one input, read as kubectl reads it.
//!
//! # New names
//! They come from templates, tried in turn: [`DEFAULT_TEMPLATES`], or those of [`Merge::name_templates`]. An entry takes the
//! first name that no input uses (unless for an entry that says the same) and that no other entry asks for at the same turn. A
//! template that asks for something an entry does not have is passed over. Where none is left, numbers are put behind the last
//! name, in an order that comes from what the entries say. So a name depends on the inputs alone: in any order they give the
//! same names, and merging the result with the same files again gives the same result.
//!
//! # All the rest
//! - Order: the entries of the first file, then what the second adds, and so on.
//! - `current-context`: what [`Merge::current`] says; else that of the first file that has one (with `Replace` of the last)
//!   and whose context is in the result, under its new name. One that its own file has no context for is passed over.
//! - Paths are made absolute, or as [`Paths`] says. That goes for `exec.command` too if it is a path and not a bare name.
//! - `preferences.colors` is true if any file says so, as in kubectl. Extensions, of the file and of its preferences, and
//!   unknown fields at the top are taken from all files; where they differ, `Fail` names a conflict, `Replace` takes the
//!   last, and `Keep` and `Rename` the first, with a [`Note`]: a program finds them by name, so they can't be renamed.
//! - Unknown fields of an entry and beside it, and extensions in it, are part of it.
//! - `apiVersion: v1` and `kind: Config` are always written. Comments are not kept.
//! - Commands, login plugins, proxies and unchecked server certificates in the result are in [`Report::incoming`]: someone
//!   else's file can bring them in.

mod conflict;
mod content;
mod emit;
mod input;
mod list;
mod merged;
mod names;
mod paths;
mod plan;
mod report;
mod rest;

pub use merged::Merged;
pub use paths::Paths;
pub use report::{EntryKind, Incoming, InputContext, LeftOut, MergedContext, Note, Place, Renamed, Report, Risk};

use crate::config::Kubeconfig;
use crate::error::{Error, ErrorKind, Result};
use crate::load::{Loaded, with_unread};
use names::Template;
use plan::Plan;

/// What becomes of entries that have one name and say different things; see the [module](self).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OnConflict {
    /// Nothing is merged; the error names every conflict with all its places.
    #[default]
    Fail,
    /// The first file wins.
    Keep,
    /// The last file wins.
    Replace,
    /// All stay, each under a name of its own.
    Rename,
}

/// The templates for new names where none are given.
///
/// In a template `{name}` is the name that the entry had, `{cluster}` and `{user}` are the names of the cluster and the user
/// (of a cluster or a user: those of the first context in its file that uses it), `{host}` the host in the cluster's
/// `server`, `{server}` host and port, or host and cluster id where it is a proxy of Rancher's, `{file}` the file's name
/// without `.yaml` or the like, and `{folder}` the name of the folder that the file is in.
pub const DEFAULT_TEMPLATES: &[&str] = &["{name}-{host}", "{name}-{server}", "{name}-{file}", "{name}-{folder}"];

/// What to merge, and how; see the [module](self).
#[derive(Clone, Debug, Default)]
#[must_use = "nothing is merged before `build`"]
pub struct Merge<'a> {
    target: Option<&'a Loaded>,
    inputs: Vec<&'a Loaded>,
    on_conflict: OnConflict,
    templates: Vec<String>,
    paths: Paths,
    current: Option<String>,
    amendments: Vec<fn(&Loaded, &mut Kubeconfig)>,
}

impl<'a> Merge<'a> {
    /// A merge without inputs.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an input behind those there are. One that was loaded from several files counts as one, merged as kubectl does.
    pub fn input(mut self, loaded: &'a Loaded) -> Self {
        self.inputs.push(loaded);
        self
    }

    /// Merges into this configuration: it is the first input, wherever the others were added, and what it has keeps its
    /// names with [`OnConflict::Rename`]. One without any source is not there yet, and not spoken of. For
    /// [`Merged::apply`].
    pub fn target(mut self, loaded: &'a Loaded) -> Self {
        self.target = Some(loaded);
        self
    }

    /// Adds several inputs, as [`input`](Merge::input).
    pub fn inputs(mut self, inputs: impl IntoIterator<Item = &'a Loaded>) -> Self {
        self.inputs.extend(inputs);
        self
    }

    /// What becomes of entries of one name that say different things; [`OnConflict::Fail`] where it isn't called.
    pub fn on_conflict(mut self, on_conflict: OnConflict) -> Self {
        self.on_conflict = on_conflict;
        self
    }

    /// The templates for new names, tried in turn, in the place of [`DEFAULT_TEMPLATES`]. An empty list is as good as none.
    pub fn name_templates<T: Into<String>>(mut self, templates: impl IntoIterator<Item = T>) -> Self {
        self.templates = templates.into_iter().map(Into::into).collect();
        self
    }

    /// What becomes of paths; [`Paths::Absolute`] where it isn't called.
    pub fn paths(mut self, paths: Paths) -> Self {
        self.paths = paths;
        self
    }

    /// Makes this context the current one. It is the name in the result.
    pub fn current(mut self, context: impl Into<String>) -> Self {
        self.current = Some(context.into());
        self
    }

    /// Lets `amend` add to what each input says, before anything is compared: `rancher::keep_lifetimes` for example, for
    /// comments are not kept.
    pub fn amend(mut self, amend: fn(&Loaded, &mut Kubeconfig)) -> Self {
        self.amendments.push(amend);
        self
    }

    /// Merges, and reads the result back to see that it says the same. Takes time in proportion to the size of the inputs.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] for each conflict, all of them together, with [`OnConflict::Fail`]; [`ErrorKind::Usage`] for
    /// a template that is none, or no input at all; [`ErrorKind::EmptyConfig`] where no input has an entry;
    /// [`ErrorKind::ContextNotFound`] where the context of [`current`](Merge::current) is not in the result;
    /// [`ErrorKind::Unrepresentable`] for what can't be written, such as a path that is not UTF-8; with [`Paths::Embed`] those of
    /// [`Export::build`](crate::Export::build) about files that can't be embedded.
    pub fn build(&self) -> Result<Merged> {
        let templates = self.parsed_templates()?;
        let has_target = self.target.is_some();
        let loaded: Vec<&Loaded> = self.target.iter().chain(&self.inputs).copied().collect();
        if loaded.is_empty() {
            return Err(Error::new(ErrorKind::Usage, "there is nothing to merge"));
        }
        let mut report = Report::default();
        let inputs = input::read(&loaded, has_target, &self.paths, &self.amendments, &mut report)?;
        let mut config = Kubeconfig::new();
        let differences = rest::merge(&inputs, self.on_conflict == OnConflict::Replace, &mut config);
        let mut plan = Plan::of(&inputs, has_target);
        if plan.is_empty() {
            let message = "there is no cluster, user or context in what is to be merged";
            return Err(with_unread(Error::new(ErrorKind::EmptyConfig, message), loaded));
        }
        if self.on_conflict == OnConflict::Fail {
            if let Some(error) = Error::several(conflict::of(&plan, &differences)) {
                return Err(error);
            }
        }
        report.notes.extend(differences.into_iter().map(Note::from));
        plan.decide(self.on_conflict, &templates);
        emit::entries(&plan, &mut config, &mut report);
        emit::current(&plan, self.on_conflict, self.current.as_deref(), &mut config, &mut report)?;
        paths::relative(&self.paths, &mut config)?;
        Merged::new(config, report, &loaded)
    }

    fn parsed_templates(&self) -> Result<Vec<Template>> {
        if self.templates.is_empty() {
            return DEFAULT_TEMPLATES.iter().map(|text| Template::parse(text)).collect();
        }
        self.templates.iter().map(|text| Template::parse(text)).collect()
    }
}
