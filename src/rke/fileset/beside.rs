//! What the state beside a kubeconfig says of its contexts.

use super::FileSet;
use super::sides::{Sides, authorities, is_rkes};
use crate::access::Access;
use crate::error::Printable;
use crate::finding::Finding;
use crate::load::{Loaded, Subject};
use crate::rke::SavedStates;
use crate::rke::state::State;
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// The states beside kubeconfigs that RKE wrote (`kube_config_*`). Each is read once.
#[derive(Debug, Default)]
pub(crate) struct StatesBeside(RefCell<HashMap<PathBuf, Option<Rc<State>>>>);

impl StatesBeside {
    /// Adds to the judgement of a context that the state beside its file has another CA.
    ///
    /// Contexts that RKE did not write are not judged by it.
    pub(crate) fn judge(&self, loaded: &Loaded, context: &str, access: &mut Access) {
        if let Some(finding) = self.foreign(loaded, context) {
            access.push(finding.of(Subject::Context(context).to_string()));
        }
    }

    fn foreign(&self, loaded: &Loaded, name: &str) -> Option<Finding> {
        let config = loaded.config();
        let context = config.contexts.get(name)?;
        if !is_rkes(config, name, context) {
            return None;
        }
        let cluster = context.cluster.as_deref()?;
        let source = loaded.origin(Subject::Cluster(cluster))?.source();
        let file = source.folder().join(source.path().file_name()?);
        if !file.file_name()?.to_string_lossy().starts_with(super::KUBECONFIG) {
            return None;
        }
        let set = FileSet::of(&file);
        let state = self.state(set.state())?;
        let mut finding = Sides::of(&state).foreign(&authorities(&loaded.cluster_with_paths(cluster)?))?;
        let shown = set.state().file_name().unwrap_or_default().to_string_lossy();
        finding.message = format!(
            "the CA in the file is not that of the state beside it, {}: one of the two is of another cluster, or of \
             before the CA was rotated",
            Printable(&shown)
        );
        Some(finding)
    }

    fn state(&self, path: &Path) -> Option<Rc<State>> {
        let mut known = self.0.borrow_mut();
        let read = || path.is_file().then(|| SavedStates::read(path).ok()).flatten();
        let entry = known.entry(path.to_owned());
        entry.or_insert_with(|| Some(Rc::new(read()?.into_newest().state))).clone()
    }
}
