//! What the state beside a kubeconfig says of its contexts.

use super::FileSet;
use super::sides::{Sides, half_rotated, is_rkes, unserved};
use crate::access::Access;
use crate::error::{Printable, Result};
use crate::finding::{Code, Finding, Severity};
use crate::load::{Loaded, Subject, read_reference};
use crate::rke::state::State;
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// The states beside kubeconfigs that RKE wrote (`kube_config_*`). Each is read once.
///
/// Nobody named them, so that they are read as what a kubeconfig refers to is: regular files of up to
/// [`REFERENCE_LIMIT`](crate::load::REFERENCE_LIMIT), and nothing but a plain state.
#[derive(Debug, Default)]
pub(crate) struct StatesBeside(RefCell<HashMap<PathBuf, Beside>>);

/// The state; `None` where there is none, or it can't be read.
type Beside = Option<Rc<(State, Sides)>>;

impl StatesBeside {
    /// Adds to the judgement of a context that the state beside its file has another CA; as a note, once, that it can't
    /// be read.
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
        let shown = set.state().file_name().unwrap_or_default().to_string_lossy();
        let shown = Printable(&shown);
        match self.sides(set.state()) {
            Ok(known) => {
                let known = known?;
                let (state, sides) = &*known;
                let cluster = loaded.cluster_with_paths(cluster)?;
                if sides.is_foreign(&cluster).ok()? {
                    let message = format!(
                        "the CA in the file is not that of the state beside it, {shown}: one of the two is of another \
                         cluster, or of before the CA was rotated"
                    );
                    return Some(Finding::new(Code::ForeignKubeconfig, message));
                }
                half_rotated(state).or_else(|| unserved(state, &cluster))
            }
            Err(error) => {
                let message = format!("the state beside it, {shown}, was not compared: {}", error.message());
                Some(Finding::new(Code::Unreadable, message).with_severity(Severity::Note))
            }
        }
    }

    /// # Errors
    /// Where the state can't be read; of each the first time.
    fn sides(&self, path: &Path) -> Result<Beside> {
        let mut known = self.0.borrow_mut();
        if let Some(sides) = known.get(path) {
            return Ok(sides.clone());
        }
        let read = read_reference(path).and_then(|text| State::from_slice(&text));
        let read = match read.map(|state| {
            let sides = Sides::of(&state);
            Some(Rc::new((state, sides)))
        }) {
            Err(error) if error.is_file_not_found() => Ok(None),
            read => read,
        };
        known.insert(path.to_owned(), read.as_ref().map_or(None, Option::clone));
        read
    }
}
