//! Changes to a document that leave all other bytes as they are.
//!
//! From change to splice: `plan` is what the document is to become, a tree laid over its nodes; `walk` finds places in it, and
//! `diff` makes changes of two values. `anchors` sees to aliases. `render` goes through the plan, and `block`, `replace` and
//! `flow` make splices of what differs, with `geometry` and `text` to say where things stand, and `style` how new ones are
//! written. `finish` reads the result again, and `same` compares it with the plan.

mod anchors;
mod block;
mod diff;
mod finish;
mod flow;
mod geometry;
mod names;
mod plan;
mod render;
mod replace;
mod same;
mod splice;
mod style;
mod text;
mod walk;

use super::document::Document;
use super::effective::check_json;
use super::value::Value;
use crate::error::{Error, ErrorKind, Result};
pub(crate) use diff::{is_value, same_values};
use plan::Plan;
use same::{Side, same};
use std::fmt;

/// A step of a path to a place in a document.
///
/// ```
/// use kubeconfig::syntax::Step;
/// let server = [Step::key("clusters"), Step::entry("prod"), Step::key("cluster"), Step::key("server")];
/// # let _ = server;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step<'a>(Kind<'a>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind<'a> {
    Key(&'a str),
    Index(usize),
    Entry(&'a str),
    /// An item by its place among all there were, removed ones included: it stays the same however the list changes.
    Place(usize),
}

impl<'a> Step<'a> {
    /// The value of a key of a map, as kubectl spells keys: numbers and booleans are text.
    pub fn key(key: &'a str) -> Self {
        Step(Kind::Key(key))
    }

    /// The item of a list at `index`, counted from 0.
    pub fn index(index: usize) -> Self {
        Step(Kind::Index(index))
    }

    /// The item of a list that is a map with this text under the key `name`; of several the last. An item without `name`, or
    /// null, is called by the empty text.
    pub fn entry(name: &'a str) -> Self {
        Step(Kind::Entry(name))
    }

    pub(crate) fn place(place: usize) -> Self {
        Step(Kind::Place(place))
    }
}

impl<'a> From<&'a str> for Step<'a> {
    fn from(key: &'a str) -> Self {
        Step::key(key)
    }
}

impl From<usize> for Step<'_> {
    fn from(index: usize) -> Self {
        Step::index(index)
    }
}

/// A path as it is shown: `clusters["prod"].cluster.server`.
struct Path<'a>(&'a [Step<'a>]);

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, step) in self.0.iter().enumerate() {
            match step.0 {
                Kind::Key(key) if i == 0 => f.write_str(key)?,
                Kind::Key(key) => write!(f, ".{key}")?,
                Kind::Entry(name) => write!(f, "[{name:?}]")?,
                Kind::Index(index) | Kind::Place(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// Collects changes to a [`Document`], and makes them in one pass over its text, each as a splice of as few bytes as it needs.
///
/// What the changes do not mean stays: comments, blank lines, order, quotes, indentation, line ends, the encoding and its byte
/// order mark, the final newline or its absence, unknown fields, directives, and further documents. The result was read
/// again, and says what it should.
///
/// ```
/// use kubeconfig::syntax::{Document, Editor, Step};
///
/// let document = Document::parse("# mine\ncontexts:\n- name: a   # old\ncurrent-context: a\n")?;
/// let mut editor = Editor::new(&document)?;
/// editor.rename(&[Step::key("contexts"), Step::entry("a")], "b")?;
/// editor.set(&[Step::key("current-context")], "b")?;
/// assert_eq!(editor.finish()?.text(), "# mine\ncontexts:\n- name: b   # old\ncurrent-context: b\n");
/// # Ok::<(), kubeconfig::Error>(())
/// ```
///
/// Each change sees those before it. The time is linear in the size of the document and the number of changes; only a
/// [`Step::index`] behind a removed item counts the items each time.
///
/// # In whose style
/// - A value that replaces another stands in its place; where that one was a string in quotes, so is this. Other new strings
///   get quotes only where kubectl would put them.
/// - New lines are indented as their neighbours are: dashes below their key or deeper, by two columns or by four. A new entry
///   of a list has its keys in the order of its neighbour's, and a blank line before it where the others have one.
/// - What stands in brackets stays in brackets, on one line or in lines as it was. JSON stays JSON.
/// - A collection that loses its last entry becomes `[]` or `{}`. Such a one, or null, gets lines with its first entry, unless
///   it stands in brackets itself.
///
/// # Which comments belong to an entry
/// Those at the end of its lines, those inside it (below its last line too, if they are indented deeper than the entry), and
/// the lines right above it with its own indentation, without a blank line between. They go with it when it is removed. A
/// comment at the head of the document stays, and so do blank lines, but for those between two entries that both go.
///
/// # Aliases, merge keys, repeated keys
/// No other place changes its meaning. What is changed through an alias, or in what `<<` brings into a map, is written out
/// there. Where the value of an anchor is changed or removed, the first alias that is left gets a copy of what it was, and the
/// anchor. Of keys that come twice the last one counts, as in kubectl.
pub struct Editor<'d> {
    document: &'d Document,
    root: Plan,
}

impl<'d> Editor<'d> {
    /// An editor without changes.
    ///
    /// # Errors
    /// [`ErrorKind::Syntax`] for what YAML has and kubectl refuses: a list as a key, infinity.
    pub fn new(document: &'d Document) -> Result<Self> {
        check_json(document).map_err(|e| document.locate(e))?;
        let root = document.root().map_or_else(Plan::nothing, |root| Plan::Kept(root.index()));
        Ok(Editor { document, root })
    }

    /// Whether there is something at `path`; null is something.
    pub fn contains(&mut self, path: &[Step<'_>]) -> bool {
        matches!(self.find(path), Ok(Some(_)))
    }

    /// Sets the value at `path`. Keys and entries that are missing on the way are added, at the end; so is a map or list
    /// where there is null.
    ///
    /// Where the value is there already, however it is spelled, nothing changes.
    ///
    /// # Errors
    /// [`ErrorKind::Type`] where the path leads into a value that has no such parts, [`ErrorKind::NotFound`] for an index behind
    /// the end of a list, [`ErrorKind::Limit`] for a path or a value deeper than [`Limits::value_depth`](super::Limits::value_depth).
    pub fn set(&mut self, path: &[Step<'_>], value: impl Into<Value>) -> Result<()> {
        let value = self.checked(value.into())?;
        let there = self.find(path)?;
        if there.is_some_and(|there| same(there, Side::Value(&value))) {
            return Ok(());
        }
        // To look at all names again for each entry that is set would take long.
        let is_key = matches!(path.last(), Some(Step(Kind::Key(_))));
        let renames = is_key || there.and_then(Side::name) != Side::Value(&value).name();
        *self.reach(path)? = Plan::New(value);
        if renames {
            self.names_change(path);
        }
        Ok(())
    }

    /// Adds an item at the end of the list at `path`; a list that is missing, or null, is added.
    ///
    /// # Errors
    /// As [`set`](Editor::set).
    pub fn push(&mut self, path: &[Step<'_>], value: impl Into<Value>) -> Result<()> {
        self.insert(path, usize::MAX, value)
    }

    /// Adds an item to the list at `path`, in front of the one at `index`, or at the end.
    ///
    /// # Errors
    /// As [`set`](Editor::set).
    pub fn insert(&mut self, path: &[Step<'_>], index: usize, value: impl Into<Value>) -> Result<()> {
        let value = self.checked(value.into())?;
        self.is_list_or_nothing(path)?;
        let document = self.document;
        let plan = self.reach(path)?;
        if Side::Plan(plan, document).is_null() {
            *plan = Plan::New(Vec::new().into());
        }
        if let Some(list) = plan.open_list(document) {
            list.insert(document, index, Plan::New(value));
        }
        Ok(())
    }

    /// Removes what is at `path`: a key with all its repetitions, an item, or all entries of that name. Returns whether there
    /// was something.
    ///
    /// # Errors
    /// [`ErrorKind::Type`] where the path leads into a value that has no such parts, [`ErrorKind::Usage`] for the empty path.
    pub fn remove(&mut self, path: &[Step<'_>]) -> Result<bool> {
        let [parent @ .., last] = path else {
            return Err(Error::new(ErrorKind::Usage, "the whole document can't be removed"));
        };
        if self.find(path)?.is_none() {
            return Ok(false);
        }
        let document = self.document;
        let plan = self.reach(parent)?;
        match last.0 {
            Kind::Key(key) => {
                if let Some(map) = plan.open_map(document) {
                    map.remove(document, key);
                }
                self.names_change(path);
            }
            Kind::Entry(name) => {
                if let Some(list) = plan.open_list(document) {
                    list.remove_named(document, name);
                }
            }
            Kind::Index(index) => {
                if let Some(list) = plan.open_list(document) {
                    let place = list.place(index);
                    place.into_iter().for_each(|place| list.remove(place));
                }
            }
            Kind::Place(place) => {
                if let Some(list) = plan.open_list(document) {
                    list.remove(place);
                }
            }
        }
        Ok(true)
    }

    /// Gives what is at `path` another name: a key of a map, or an entry of a list by its `name`.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where there is nothing at `path`, [`ErrorKind::Refused`] where the new name is taken,
    /// [`ErrorKind::Usage`] for a path that does not end in a key or an entry.
    pub fn rename(&mut self, path: &[Step<'_>], new: &str) -> Result<()> {
        let document = self.document;
        let [parent @ .., last] = path else { return Err(not_a_name()) };
        let (sibling, same_name) = match last.0 {
            Kind::Key(key) => (Step::key(new), key == new),
            Kind::Entry(name) => (Step::entry(new), name == new),
            Kind::Index(_) | Kind::Place(_) => return Err(not_a_name()),
        };
        if self.find(path)?.is_none() {
            return Err(Error::new(ErrorKind::NotFound, "there is nothing to rename").in_field(Path(path).to_string()));
        }
        if same_name {
            return Ok(());
        }
        let taken = [parent, &[sibling]].concat();
        if self.find(&taken)?.is_some() {
            return Err(Error::new(ErrorKind::Refused, "the name is taken already").in_field(Path(&taken).to_string()));
        }
        if let Kind::Entry(old) = last.0 {
            let plan = self.reach(&[path, &[Step::key("name")]].concat())?;
            *plan = Plan::New(crate::syntax::Value::string(new));
            if let Some(list) = self.reach(parent)?.open_list(document) {
                list.renamed(document, old, new);
            }
        } else if let (Kind::Key(old), Some(map)) = (last.0, self.reach(parent)?.open_map(document)) {
            map.rename(document, old, new);
            self.names_change(path);
            self.names_change(&taken);
        }
        Ok(())
    }

    /// Whether a change was made that [`finish`](Editor::finish) would write.
    pub fn is_changed(&self) -> bool {
        match self.document.root() {
            Some(_) => self.root.changes(),
            None => !Side::Plan(&self.root, self.document).is_null(),
        }
    }

    fn checked(&self, value: Value) -> Result<Value> {
        let depth = self.document.value_depth();
        if is_deeper(&value, depth) {
            return Err(Error::new(ErrorKind::Limit, format!("a value nested deeper than {depth} levels")));
        }
        Ok(value)
    }
}

fn is_deeper(value: &Value, levels: u32) -> bool {
    let below = |value: &Value| levels.checked_sub(1).is_none_or(|levels| is_deeper(value, levels));
    match value {
        Value::Scalar(_) => false,
        Value::Sequence(items) => levels == 0 || items.iter().any(below),
        Value::Mapping(map) => levels == 0 || map.iter().any(|(_, value)| below(value)),
    }
}

#[cold]
fn not_a_name() -> Error {
    Error::new(ErrorKind::Usage, "only a key or an entry of a list has a name")
}
