//! States where they were saved: files, objects out of a cluster, snapshots.

use super::archive::Packed;
use super::input::Input;
use super::state::{State, behind, document, is_state, no_end, position};
use crate::config::Data;
use crate::error::{Error, ErrorKind, Position, Printable, Result};
use crate::syntax::stream::{Part, parts};
use crate::syntax::{Document, Node, NodeKind};
use std::fmt;
use std::path::Path;

/// The states in a file: usually one, several in a dump of a cluster or a snapshot.
///
/// They are found in
/// - an rkestate itself, compact or indented, JSON or YAML;
/// - the object `full-cluster-state` of the namespace `kube-system`, as `kubectl get -o yaml` or `-o json` prints it: a Secret
///   (RKE 1.4.19, 1.5.10, 1.6.0 and later) or a ConfigMap (before), alone, in a list, or among several documents; and the
///   data of one, as `-o jsonpath` prints it;
/// - Rancher's own record of a cluster that it made with RKE: the Secret `c-CLUSTER` of the namespace `cattle-system` in the
///   management cluster, or the JSON in it, whose `metadata.fullState` is the state;
/// - the `.rkestate` within an etcd snapshot of RKE, which is a zip file. Not all have one: those made by hand since
///   RKE 1.1.5, recurring ones since rke-tools 0.1.67, but not those of RKE 1.4.19, 1.5.10, 1.6.0 and later with
///   rke-tools before 0.1.108.
///
/// What looks like a state and can't be read is passed over as long as there is another; see
/// [`unreadable`](SavedStates::unreadable).
///
/// ```
/// use kubeconfig::rke::SavedStates;
/// let dump = "\
/// kind: ConfigMap
/// metadata: {name: full-cluster-state, namespace: kube-system}
/// data:
///   full-cluster-state: '{\"desiredState\":{},\"currentState\":{}}'
/// ";
/// let found = SavedStates::from_bytes(dump.as_bytes())?;
/// assert_eq!(found.newest().place.to_string(), "the ConfigMap kube-system/full-cluster-state");
/// # Ok::<(), kubeconfig::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct SavedStates {
    /// Never empty.
    states: Vec<SavedState>,
    newest: usize,
    unreadable: Vec<String>,
}

/// A state, and where it stood.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SavedState {
    /// The state.
    pub state: State,
    /// What held it.
    pub place: Place,
    /// Where that begins in the file; none in a zip file.
    pub position: Option<Position>,
}

/// What held a state.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// The text is the state.
    File,
    /// An object of a cluster, as `kubectl get` prints it: its kind, its namespace and its name, as far as they are there.
    Object {
        /// `Secret` or `ConfigMap`; empty where the text does not say.
        kind: String,
        /// Its namespace, empty where the text does not say.
        namespace: String,
        /// Its name, empty where the text does not say.
        name: String,
    },
    /// Rancher's record of a cluster; its id (`c-xxxxx`), empty where the text does not say.
    Rancher(String),
    /// A file in a zip or tar file.
    Packed(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::File => f.write_str("the state itself"),
            Place::Object { kind, namespace, name } => {
                let kind = if kind.is_empty() { "object" } else { kind };
                let slash = if namespace.is_empty() { "" } else { "/" };
                write!(f, "the {} {}{slash}{}", Printable(kind), Printable(namespace), Printable(name))
            }
            Place::Rancher(id) => write!(f, "Rancher's record of the cluster {}", Printable(id)),
            Place::Packed(path) => write!(f, "{} in the archive", Printable(path)),
        }
    }
}

impl SavedStates {
    /// Reads the states in a file. Of a zip file no more is read than is needed.
    ///
    /// # Errors
    /// [`ErrorKind::Io`], [`ErrorKind::Limit`] (1 GiB of text, 256 MiB out of an archive) and [`ErrorKind::Syntax`] as the file is;
    /// [`ErrorKind::NotFound`] where there is no state in it, saying what it is instead as far as that is known, and
    /// the error of the first state where none can be read.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        Self::of(Input::open(path)?).map_err(|e| e.in_file(path))
    }

    /// Reads the states in what a file holds. The bytes are wiped.
    ///
    /// # Errors
    /// As [`read`](SavedStates::read).
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Result<Self> {
        Self::of(Input::of_bytes(bytes.into().into())?)
    }

    pub(super) fn of(input: Input) -> Result<Self> {
        let mut search = Search { nodes: NODES, ..Search::default() };
        match input {
            Input::Text(text) => search.text(&text),
            Input::Snapshot(files) => files.iter().for_each(|file| search.packed(file)),
            Input::Folder(_) => {
                return Err(Error::new(ErrorKind::NotFound, "this is a tar file, which holds no RKE state"));
            }
        }
        search.finish()
    }

    /// The newest of them, by the certificates: the one whose `kube-admin` ends last, as RKE makes a new one with every `rke up`;
    /// of equals the one with the latest `notAfter` among its other client and server certificates, then one whose
    /// `currentState` is not empty, then the first.
    pub fn newest(&self) -> &SavedState {
        &self.states[self.newest]
    }

    /// The newest of them, to keep.
    pub fn into_newest(mut self) -> SavedState {
        self.states.swap_remove(self.newest)
    }

    /// All of them, in the order of the file.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &SavedState> {
        self.states.iter()
    }

    /// What looks like a state and can't be read: where it stands, and why.
    pub fn unreadable(&self) -> &[String] {
        &self.unreadable
    }
}

impl State {
    /// Reads a state from a file: an rkestate, or what else holds one; see [`SavedStates`]. Of several it is the newest.
    ///
    /// # Errors
    /// As [`SavedStates::read`].
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        Ok(SavedStates::read(path)?.into_newest().state)
    }
}

/// What is in every state, and in every text around one.
const STATE: &[u8] = b"State";

/// So deep a state is looked for: a list of Secrets, with a record of Rancher's, with a state.
const DEPTH: u32 = 4;

/// As many nodes the states of an archive have at most: what is compressed may be a thousand times larger than it looks, and
/// a node takes more room than its text. A state of a thousand nodes has 60,000.
const NODES: usize = 4_000_000;

#[derive(Default)]
struct Search {
    states: Vec<SavedState>,
    errors: Vec<Error>,
    /// Where the cluster.yml of RKE 0.1.x stands, which that version kept in the cluster.
    legacy: Option<Position>,
    /// Whether a kubeconfig was seen.
    kubeconfig: bool,
    /// Whether there was nothing in the text.
    empty: bool,
    /// As many nodes states in an archive may still have.
    nodes: usize,
    /// The position of what is being looked at, where that is in a text within the text.
    outer: Option<Position>,
}

impl Search {
    fn finish(mut self) -> Result<SavedStates> {
        let newest = self.states.iter().enumerate().max_by_key(|(i, saved)| {
            let only_one = self.states.len() == 1;
            (if only_one { (0, 0) } else { saved.state.newest_end() }, !saved.state.current.is_empty(), usize::MAX - i)
        });
        let Some((newest, _)) = newest else {
            let none = match self.legacy {
                Some(position) => legacy().at(position),
                None if self.kubeconfig => kubeconfig(),
                None if self.empty => Error::new(ErrorKind::NotFound, "there is nothing in this file"),
                None => Error::new(ErrorKind::NotFound, "there is no RKE state in this file"),
            };
            return Err(if self.errors.is_empty() { none } else { self.errors.swap_remove(0) });
        };
        let unreadable = self.errors.iter().map(Error::to_string).collect();
        Ok(SavedStates { states: self.states, newest, unreadable })
    }

    /// Looks through the documents of a text. One that can't be read is an error if nothing was found elsewhere.
    fn text(&mut self, text: &[u8]) {
        self.empty = text.trim_ascii().is_empty();
        for Part { text, line } in parts(text) {
            self.part(text, line);
        }
    }

    /// A document, or several values of JSON one behind the other, as `kubectl get -o json >> FILE` leaves them.
    fn part(&mut self, mut text: &[u8], mut line: u32) {
        loop {
            let document = match document(text) {
                Ok(document) => document,
                Err(error) => return self.errors.push(error.below(line)),
            };
            let behind = behind(text);
            let rest = behind.and_then(|at| text.get(at..)).unwrap_or_default();
            let is_another = rest.starts_with(b"{") || rest.starts_with(b"[");
            match behind.map(|at| position(text, at)) {
                Some(position) if !is_another => return self.errors.push(no_end().at(position).below(line)),
                Some(position) => {
                    self.document(&document, line);
                    line = line.saturating_add(position.line - 1);
                    text = rest;
                }
                None => return self.document(&document, line),
            }
        }
    }

    fn document(&mut self, document: &Document, line: u32) {
        let (states, errors, legacy) = (self.states.len(), self.errors.len(), self.legacy.take());
        match document.root() {
            // What `-o jsonpath` prints of a Secret is base64 and nothing else.
            Some(root) if root.kind() == NodeKind::Scalar => self.inner(root, DEPTH, &Place::File),
            Some(root) => self.node(root, DEPTH, &Place::File),
            None => {}
        }
        let further = |position: Position| Position { line: position.line + line, ..position };
        for saved in self.states.iter_mut().skip(states) {
            saved.position = saved.position.map(further);
        }
        self.legacy = legacy.or(self.legacy.map(further));
        let new = self.errors.split_off(errors);
        self.errors.extend(new.into_iter().map(|error| error.below(line)));
    }

    fn packed(&mut self, file: &Packed) {
        let place = Place::Packed(file.path.clone());
        // In PEM none of these stand, so that this is about the number of nodes.
        let nodes = file.bytes.iter().filter(|byte| matches!(byte, b',' | b':' | b'[' | b'{')).count();
        let Some(left) = self.nodes.checked_sub(nodes) else {
            let message = format!("more than {NODES} values in the states of an archive");
            self.errors.push(Error::new(ErrorKind::Limit, message).in_file(Path::new(&file.path)));
            return;
        };
        self.nodes = left;
        match document(&file.bytes).and_then(|document| {
            let root = document.root().filter(|root| is_state(*root));
            let none = || Error::new(ErrorKind::Type, "this is no rkestate");
            State::from_node(root.ok_or_else(none)?).map_err(|e| document.locate(e))
        }) {
            Ok(state) => self.states.push(SavedState { state, place, position: None }),
            Err(error) => self.errors.push(error.in_file(Path::new(&file.path))),
        }
    }

    /// Looks for states in a node and what it holds.
    fn node(&mut self, node: Node<'_>, depth: u32, place: &Place) {
        let Some(depth) = depth.checked_sub(1) else { return };
        if node.resolve().kind() == NodeKind::Sequence {
            node.items().for_each(|item| self.node(item, depth, place));
            return;
        }
        if is_state(node) {
            let position = self.outer.unwrap_or_else(|| node.position());
            match State::from_node(node) {
                Ok(state) => self.states.push(SavedState { state, place: place.clone(), position: Some(position) }),
                Err(error) => self.errors.push(self.wrapped(node.document().locate(error), place)),
            }
            return;
        }
        if let Some(items) = node.get("items") {
            return self.node(items, depth, place);
        }
        let metadata = node.get("metadata");
        let id = || node.get("name").and_then(|name| name.as_str()).unwrap_or_default().to_owned();
        for holder in [metadata, Some(node)].into_iter().flatten() {
            if let Some(state) = holder.get("fullState") {
                return self.inner(state, depth, &Place::Rancher(id()));
            }
        }
        let of = |key: &str| metadata.and_then(|m| m.get(key)?.as_str()).unwrap_or_default().to_owned();
        let kind = node.get("kind").and_then(|kind| kind.as_str()).unwrap_or_default().to_owned();
        self.kubeconfig |= kind == "Config" && node.get("clusters").is_some();
        let place = Place::Object { kind, namespace: of("namespace"), name: of("name") };
        for data in ["data", "stringData"].iter().filter_map(|key| node.get(key)) {
            for key in ["full-cluster-state", "cluster"] {
                if let Some(text) = data.get(key) {
                    let found = self.states.len() + self.errors.len();
                    self.inner(text, depth, &place);
                    // What others keep under these keys is none of our business.
                    let is_nothing = found == self.states.len() + self.errors.len();
                    if is_nothing && key == "full-cluster-state" && of("name") == key {
                        let message = format!("{place} holds no state, or not all of it: is its data cut off?");
                        let at = self.outer.unwrap_or_else(|| text.position());
                        self.errors.push(Error::new(ErrorKind::Syntax, message).at(at));
                    }
                }
            }
            if data.get("cluster-state").is_some() {
                self.legacy = self.legacy.or(Some(node.position()));
            }
        }
    }

    /// Looks into a text, or what is the base64 of one.
    fn inner(&mut self, node: Node<'_>, depth: u32, place: &Place) {
        let Some(text) = node.as_str() else { return self.node(node, depth, place) };
        let decoded = Data::from_base64(text).ok().filter(|data| !data.is_empty()).map(|data| data.decode());
        let bytes = decoded.as_deref().unwrap_or(text.as_bytes());
        let outer = self.outer.replace(self.outer.unwrap_or_else(|| node.position()));
        match document(bytes) {
            Ok(document) => {
                if let Some(root) = document.root() {
                    self.node(root, depth, place);
                }
            }
            // What others keep under these keys is none of our business.
            Err(_) if !bytes.windows(STATE.len()).any(|piece| piece == STATE) => {}
            Err(error) => self.errors.push(self.wrapped(error, place)),
        }
        self.outer = outer;
    }

    /// An error in a text within the text: it stands where that begins, and says of what it is.
    fn wrapped(&self, error: Error, place: &Place) -> Error {
        let Some(outer) = self.outer else { return error };
        Error::new(error.kind(), format!("in {place}: {error}")).at(outer)
    }
}

#[cold]
fn kubeconfig() -> Error {
    Error::new(ErrorKind::NotFound, "this is a kubeconfig, and there is no RKE state in it")
}

#[cold]
fn legacy() -> Error {
    Error::new(ErrorKind::NotFound, "this is what RKE before 0.2.0 kept in the cluster: a cluster.yml, without any certificate")
        .with_help(
            "the certificates and keys of that time are in the Secrets kube-ca and kube-admin of kube-system, on the nodes in \
             /etc/kubernetes/ssl, and in pki.bundle.tar.gz beside the etcd snapshots",
        )
}
