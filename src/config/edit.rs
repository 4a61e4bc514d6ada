//! From a changed configuration to a changed text.

use super::fields::{Keys, ToValue, copy_other, text};
use super::read::{Version, header};
use super::{Body, Entries, Kubeconfig, Preferences};
use crate::error::{Error, ErrorKind, Result};
use crate::syntax::{Document, Editor, Mapping, Node, Resolved, Step, from_document, is_value, same_values};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::{HashMap, HashSet};

/// A list of named entries at the top of a kubeconfig.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Section {
    /// `clusters`
    Clusters,
    /// `users`
    Users,
    /// `contexts`
    Contexts,
    /// `extensions`
    Extensions,
}

impl Section {
    /// Its key in the file.
    pub fn key(self) -> &'static str {
        match self {
            Section::Clusters => "clusters",
            Section::Users => "users",
            Section::Contexts => "contexts",
            Section::Extensions => "extensions",
        }
    }
}

/// Makes a document say what a changed configuration says, by changing no more of it than that needs.
///
/// Comments, order, spelling and all the rest stay as [`Editor`] describes. Entries are told by their names, and fields by
/// their keys: what the two configurations have in common is not touched, whatever the document makes of it.
///
/// ```
/// use kubeconfig::Kubeconfig;
/// use kubeconfig::config::Edit;
/// use kubeconfig::syntax::Document;
///
/// let document = Document::parse("# mine\ncontexts:\n- name: a # the old one\n  context: {cluster: c, user: u}\n")?;
/// let config = Kubeconfig::from_document(&document)?;
/// let mut wanted = config.clone();
/// wanted.contexts.rename("a", "b");
/// wanted.current_context = Some("b".into());
/// let edited = Edit::of(&document, &config).to(&wanted)?.expect("it changed");
/// assert_eq!(
///     edited.text(),
///     "# mine\ncontexts:\n- name: b # the old one\n  context: {cluster: c, user: u}\ncurrent-context: b\n"
/// );
/// # Ok::<(), kubeconfig::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Edit<'a> {
    document: &'a Document,
    read: &'a Kubeconfig,
    renamed: Vec<(Section, String, String)>,
}

impl<'a> Edit<'a> {
    /// For a document and the configuration that was read from it.
    pub fn of(document: &'a Document, read: &'a Kubeconfig) -> Self {
        Edit { document, read, renamed: Vec::new() }
    }

    /// Says that the entry `old` is called `new` in the changed configuration, so that its lines and comments stay.
    ///
    /// Without a word an entry is taken for renamed if one of another name stands in its place and says the same.
    pub fn renamed(mut self, section: Section, old: impl Into<String>, new: impl Into<String>) -> Self {
        self.renamed.push((section, old.into(), new.into()));
        self
    }

    /// The document that says `wanted`; none where this one does already. Its bytes are at [`Document::to_bytes`].
    ///
    /// The result was read again, and says just that. New entries stand behind the old ones; the order of entries means
    /// nothing, so another order alone is no change. Where clusters, users or contexts lose their last entry the list is
    /// written as `[]`, since some clients miss it if it is not there. A document of `apiVersion: __internal` is written anew,
    /// as `v1`, like kubectl does it.
    ///
    /// # Errors
    /// Those of [`Editor::finish`]; and those of [`Kubeconfig::from_document`], without a place, where `wanted` is nothing kubectl
    /// could read: another `kind`, say.
    pub fn to(&self, wanted: &Kubeconfig) -> Result<Option<Document>> {
        if same(self.read, wanted) {
            return Ok(None);
        }
        if super::read::is_internal(self.document) {
            return self.anew(wanted).map(Some);
        }
        let mut editor = Editor::new(self.document)?;
        if self.document.root().is_none_or(|root| root.resolved() == Some(Resolved::Null)) {
            // In the order in which new files are written.
            editor.set(&[], wanted.to_value())?;
        } else {
            self.lists(&mut editor, wanted)?;
            let [old, new] = heads(self.read, wanted);
            editor.change_map(&[], &old, &new)?;
        }
        self.checked(editor.finish()?, wanted).map(Some)
    }

    fn lists(&self, editor: &mut Editor<'_>, wanted: &Kubeconfig) -> Result<()> {
        let Edit { read, .. } = self;
        self.list(editor, Section::Clusters, &read.clusters, &wanted.clusters)?;
        self.list(editor, Section::Users, &read.users, &wanted.users)?;
        self.list(editor, Section::Contexts, &read.contexts, &wanted.contexts)?;
        self.list(editor, Section::Extensions, &read.extensions, &wanted.extensions)
    }

    fn list<T: Body + ToValue + PartialEq>(
        &self,
        editor: &mut Editor<'_>,
        section: Section,
        old: &Entries<T>,
        new: &Entries<T>,
    ) -> Result<()> {
        let list = [Step::key(section.key())];
        if new.is_empty() && section == Section::Extensions {
            return if old.is_empty() { Ok(()) } else { editor.remove(&list).map(drop) };
        }
        let sources = self.sources(section, old, new);
        // Names change last: until then the entries have those that are known.
        let mut renames = Vec::new();
        let claimed: HashSet<&str> = sources.values().copied().collect();
        let mut changed = Vec::new();
        for name in new.names() {
            let Some(&source) = sources.get(name) else { continue };
            if source == name && old.is_entry_of(name, new, name) {
                continue;
            }
            let place = editor.place_of(&list, source).ok_or_else(not_read_from_it)?;
            changed.push((place, source, name));
        }
        for gone in old.names().filter(|name| !claimed.contains(name)) {
            editor.remove(&[list[0], Step::entry(gone)])?;
        }
        for (place, source, name) in changed {
            let path = [list[0], Step::place(place)];
            if let (Some(mut before), Some(mut after)) = (old.entry(source), new.entry(name)) {
                before.remove("name");
                after.remove("name");
                editor.change_map(&path, &before, &after)?;
            }
            if source != name {
                renames.push((place, name));
            }
        }
        for (place, name) in renames {
            editor.set(&[list[0], Step::place(place), Step::key("name")], text(name))?;
        }
        for come in new.names().filter(|name| !sources.contains_key(name)) {
            if let Some(entry) = new.entry(come) {
                editor.push(&list, entry)?;
            }
        }
        Ok(())
    }

    /// The old names of the entries that were there before, by their new ones.
    fn sources<'n, T: PartialEq>(
        &'n self,
        section: Section,
        old: &'n Entries<T>,
        new: &'n Entries<T>,
    ) -> HashMap<&'n str, &'n str> {
        let told =
            self.renamed.iter().filter(|(of, from, to)| *of == section && old.contains(from) && new.contains(to));
        let mut sources: HashMap<&str, &str> = told.map(|(_, from, to)| (to.as_str(), from.as_str())).collect();
        let moved: HashSet<&str> = sources.values().copied().collect();
        for name in new.names().filter(|name| old.contains(name) && !moved.contains(name)) {
            sources.entry(name).or_insert(name);
        }
        let claimed: HashSet<&str> = sources.values().copied().collect();
        // Where one went and another one stands in its place.
        let mut found = Vec::new();
        let (mut before, mut after) = (old.names().peekable(), new.names().peekable());
        while before.peek().is_some() && after.peek().is_some() {
            let gone: Vec<&str> = std::iter::from_fn(|| before.next_if(|name| !claimed.contains(name))).collect();
            let come: Vec<&str> = std::iter::from_fn(|| after.next_if(|name| !sources.contains_key(name))).collect();
            found.extend(come.into_iter().zip(gone).filter(|(come, gone)| old.is_entry_of(gone, new, come)));
            before.next();
            after.next();
        }
        sources.extend(found);
        sources
    }

    /// The whole text anew, in the same encoding.
    fn anew(&self, wanted: &Kubeconfig) -> Result<Document> {
        let bytes = self.document.encoding().encode(&zeroize::Zeroizing::new(wanted.to_yaml()?));
        self.checked(Document::parse_with(bytes, self.document.limits())?, wanted)
    }

    fn checked(&self, document: Document, wanted: &Kubeconfig) -> Result<Document> {
        // A place would be one in a text nobody sees.
        let says = says(&document, wanted).map_err(|error| {
            let refused = Error::new(error.kind(), format!("it could not be read again: {}", error.message()));
            match error.field() {
                Some(field) => refused.in_field(field),
                None => refused,
            }
        })?;
        if says {
            return Ok(document);
        }
        let message = "the change can't be made in the text: it would say something else";
        Err(Error::new(ErrorKind::Refused, message).unchanged())
    }
}

#[cold]
fn not_read_from_it() -> Error {
    Error::new(ErrorKind::Usage, "the configuration was not read from this document")
}

/// Whether all but the lists is read as that of `wanted`.
fn head_says(document: &Document, root: Node<'_>, wanted: &Kubeconfig) -> Result<bool> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Head {
        #[serde(rename = "apiVersion")]
        api_version: Option<String>,
        kind: Option<String>,
        preferences: Option<Preferences>,
        #[serde(rename = "current-context")]
        current_context: Option<String>,
    }
    if header(root).map_err(|e| document.locate(e))? != Version::V1 {
        return Ok(false);
    }
    let Head { api_version, kind, preferences, current_context } = from_document(document)?;
    let read = Kubeconfig {
        api_version,
        kind,
        preferences: preferences.unwrap_or_default(),
        current_context,
        ..Kubeconfig::default()
    };
    let wanted_head = Kubeconfig { other: Mapping::new(), ..wanted.clone() };
    if !same_head(&read, &wanted_head) {
        return Ok(false);
    }
    // Unknown fields are compared where they stand.
    let mut unknown = 0;
    for (key, value) in root.entries() {
        let key = key.key();
        if Kubeconfig::KEYS.contains(&&*key) {
            continue;
        }
        unknown += 1;
        if !wanted.other.get(&key).is_some_and(|wanted| is_value(value, wanted)) {
            return Ok(false);
        }
    }
    Ok(unknown == wanted.other.len())
}

/// All but the lists, of both; and but the unknown fields where they are the same.
fn heads(a: &Kubeconfig, b: &Kubeconfig) -> [Mapping; 2] {
    let are_the_same = a.other == b.other;
    [a, b].map(|config| {
        let mut map = head(config);
        if !are_the_same {
            copy_other(&mut map, &config.other);
        }
        map
    })
}

fn head(config: &Kubeconfig) -> Mapping {
    let Kubeconfig {
        api_version,
        kind,
        preferences,
        clusters: _,
        users: _,
        contexts: _,
        current_context,
        extensions: _,
        other: _,
    } = config;
    let mut map = Mapping::new();
    for (key, value) in [("apiVersion", api_version), ("kind", kind), ("current-context", current_context)] {
        if let Some(value) = value {
            map.insert(key, text(value));
        }
    }
    if !preferences.is_empty() {
        map.insert("preferences", preferences.to_value());
    }
    map
}

/// Whether two configurations say the same, however it is spelled.
fn same(a: &Kubeconfig, b: &Kubeconfig) -> bool {
    same_head(a, b)
        && a.clusters.says(&b.clusters)
        && a.users.says(&b.users)
        && a.contexts.says(&b.contexts)
        && a.extensions.says(&b.extensions)
}

fn same_head(a: &Kubeconfig, b: &Kubeconfig) -> bool {
    let [a, b] = heads(a, b);
    same_values(&a.into(), &b.into())
}

/// Whether a document is read as `wanted`. Of its lists one entry is read after the other: what was made of all of them would
/// take as much room as `wanted` again.
fn says(document: &Document, wanted: &Kubeconfig) -> Result<bool> {
    fn list<T: Body + ToValue + PartialEq + Default + DeserializeOwned>(
        root: Node<'_>,
        section: Section,
        wanted: &Entries<T>,
    ) -> Result<bool> {
        let node = root.get(section.key());
        node.map_or(Ok(wanted.is_empty()), |node| wanted.is_said_by(node).map_err(|e| e.inside(section.key())))
    }
    let Some(root) = document.root() else { return Ok(same(&Kubeconfig::default(), wanted)) };
    Ok(head_says(document, root, wanted)?
        && list(root, Section::Clusters, &wanted.clusters)?
        && list(root, Section::Users, &wanted.users)?
        && list(root, Section::Contexts, &wanted.contexts)?
        && list(root, Section::Extensions, &wanted.extensions)?)
}
