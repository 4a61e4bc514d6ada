//! Kubeconfigs read entry by entry, so that a bad one never hides the others.

use super::notes::Notes;
use super::structure::{self, Bad, text_of};
use crate::config::{AuthInfo, Body, Cluster, Context, Entries, Kubeconfig};
use crate::finding::{Code, Finding};
use crate::load::{Os, Subject};
use crate::syntax::de::from_node_without;
use crate::syntax::{Document, Node, NodeKind, Pair, Resolved, Span};
use serde::de::DeserializeOwned;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// A file, as far as it can be read.
pub(super) struct ConfigFile<'d> {
    /// As given.
    pub(super) path: PathBuf,
    /// The folder that its relative paths start from.
    pub(super) folder: PathBuf,
    pub(super) clusters: Vec<Entry<'d, Cluster>>,
    pub(super) users: Vec<Entry<'d, AuthInfo>>,
    pub(super) contexts: Vec<Entry<'d, Context>>,
    pub(super) current: Option<(String, Option<Span>)>,
    /// What was read of it before, by kubectl's rules.
    pub(super) config: Option<&'d Kubeconfig>,
}

/// An entry of one of the lists, and where its fields stand.
pub(super) struct Entry<'d, T> {
    pub(super) name: String,
    pub(super) body: EntryBody<'d, T>,
    /// Its place in the list: 3 for `users[3]`.
    index: usize,
    /// The item of the list; none of what came from no file.
    item: Option<Node<'d>>,
    /// The fields of the body.
    fields: Box<[Pair<'d>]>,
    /// Those that can't be read, which is told of them already.
    bad: Box<[String]>,
}

/// What an entry holds. Of a file without a flaw it is what was read before; those without a body share one.
pub(super) enum EntryBody<'d, T> {
    Read(&'d T),
    Own(Rc<T>),
}

impl<T> Deref for EntryBody<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        match self {
            EntryBody::Read(body) => body,
            EntryBody::Own(body) => body,
        }
    }
}

/// What an entry of a list is.
pub(super) trait Listed: Body + DeserializeOwned + Default + Clone + 'static {
    const LIST: &'static str;
    fn subject(name: &str) -> Subject<'_>;
    fn list(config: &Kubeconfig) -> &Entries<Self>
    where
        Self: Sized;
    fn entries<'f, 'd>(file: &'f ConfigFile<'d>) -> &'f [Entry<'d, Self>]
    where
        Self: Sized;

    /// Reads a field in which something is wrong as far as it goes; whether it did.
    fn salvage(&mut self, _: &str, _: Node<'_>) -> bool {
        false
    }
}

impl Listed for Cluster {
    const LIST: &'static str = "clusters";
    fn subject(name: &str) -> Subject<'_> {
        Subject::Cluster(name)
    }
    fn list(config: &Kubeconfig) -> &Entries<Self> {
        &config.clusters
    }
    fn entries<'f, 'd>(file: &'f ConfigFile<'d>) -> &'f [Entry<'d, Self>] {
        &file.clusters
    }
}

impl Listed for AuthInfo {
    const LIST: &'static str = "users";
    fn subject(name: &str) -> Subject<'_> {
        Subject::User(name)
    }
    fn list(config: &Kubeconfig) -> &Entries<Self> {
        &config.users
    }
    fn entries<'f, 'd>(file: &'f ConfigFile<'d>) -> &'f [Entry<'d, Self>] {
        &file.users
    }

    /// A number where a text belongs hides nothing of what is run to log in.
    fn salvage(&mut self, field: &str, node: Node<'_>) -> bool {
        match field {
            "exec" => self.exec = serde_json::from_value(as_texts(node, 0)).ok().flatten(),
            "auth-provider" => self.auth_provider = serde_json::from_value(as_texts(node, 0)).ok().flatten(),
            _ => return false,
        }
        self.exec.is_some() && field == "exec" || self.auth_provider.is_some() && field == "auth-provider"
    }
}

/// A node with all scalars as the texts they are written as, but for null and for switches.
fn as_texts(node: Node<'_>, depth: usize) -> serde_json::Value {
    /// As deep as what is read here, and no more.
    const DEEPEST: usize = 4;
    let node = node.resolve();
    if depth > DEEPEST {
        return serde_json::Value::Null;
    }
    let map = || node.entries().into_iter().map(|(key, value)| (key.key().into_owned(), as_texts(value, depth + 1)));
    match (node.kind(), node.resolved()) {
        (NodeKind::Mapping, _) => serde_json::Value::Object(map().collect()),
        (NodeKind::Sequence, _) => node.items().map(|item| as_texts(item, depth + 1)).collect(),
        (_, None | Some(Resolved::Null)) => serde_json::Value::Null,
        (_, Some(Resolved::Bool(is))) if depth == 1 => is.into(),
        _ => node.text().map_or(serde_json::Value::Null, serde_json::Value::from),
    }
}

impl Listed for Context {
    const LIST: &'static str = "contexts";
    fn subject(name: &str) -> Subject<'_> {
        Subject::Context(name)
    }
    fn list(config: &Kubeconfig) -> &Entries<Self> {
        &config.contexts
    }
    fn entries<'f, 'd>(file: &'f ConfigFile<'d>) -> &'f [Entry<'d, Self>] {
        &file.contexts
    }
}

impl<'d> ConfigFile<'d> {
    /// Reads a document, and notes what kubectl could not read of it.
    /// `config` is what was read of it already, if that could be done.
    pub(super) fn read(
        document: &'d Document,
        config: Option<&'d Kubeconfig>,
        path: &Path,
        folder: &Path,
        notes: &mut Notes<'_>,
    ) -> Self {
        let Some(bad) = structure::check(document, config.is_some(), notes) else {
            return match Kubeconfig::from_document(document) {
                Ok(config) => ConfigFile::of_config(&config, path, folder),
                Err(error) => {
                    notes.add_error(Code::Unreadable, &error);
                    ConfigFile::of_config(&Kubeconfig::default(), path, folder)
                }
            };
        };
        let current = document.root().and_then(|root| root.get("current-context"));
        let current = current.and_then(|node| Some((text_of(node)?, Some(node.span()))));
        ConfigFile {
            path: path.to_owned(),
            folder: folder.to_owned(),
            clusters: entries(document, config, &bad, notes),
            users: entries(document, config, &bad, notes),
            contexts: entries(document, config, &bad, notes),
            current: current.filter(|(name, _)| !name.is_empty()),
            config,
        }
    }

    /// What has no document, or one whose lists are maps.
    pub(super) fn of_config(config: &Kubeconfig, path: &Path, folder: &Path) -> Self {
        ConfigFile {
            path: path.to_owned(),
            folder: folder.to_owned(),
            clusters: without_places(&config.clusters),
            users: without_places(&config.users),
            contexts: without_places(&config.contexts),
            current: config.current_context().map(|name| (name.to_owned(), None)),
            config: None,
        }
    }

    /// Whether somebody who reads it can log in with it.
    pub(super) fn has_secrets(&self) -> bool {
        self.users.iter().any(|user| {
            let user = &user.body;
            user.token.is_some()
                || user.password.is_some()
                || user.client_key_data.is_some()
                || user.auth_provider.is_some()
        })
    }

    /// Where it lies.
    pub(super) fn place(&self) -> PathBuf {
        self.folder.join(self.path.file_name().unwrap_or_default())
    }

    /// What a path in it means.
    pub(super) fn resolve(&self, path: &str) -> PathBuf {
        Os::current().resolve(&self.folder, path)
    }

    /// As [`resolve`](ConfigFile::resolve), as text.
    pub(super) fn absolute(&self, path: &mut Option<String>) {
        if let Some(relative) = path.as_deref().filter(|path| !path.is_empty()) {
            *path = Some(self.resolve(relative).to_string_lossy().into_owned());
        }
    }
}

fn entries<'d, T: Listed>(
    document: &'d Document,
    config: Option<&'d Kubeconfig>,
    bad: &Bad,
    notes: &mut Notes<'_>,
) -> Vec<Entry<'d, T>> {
    let known = config.map(T::list);
    let list = document.root().and_then(|root| root.get(T::LIST));
    let items = list.into_iter().flat_map(|list| list.items());
    // An item that is no map has been told of.
    let is_entry = |item: &Node<'_>| item.kind() == NodeKind::Mapping || item.resolved() == Some(Resolved::Null);
    let items = items.enumerate().filter(|(_, item)| is_entry(item));
    let mut entries = Vec::with_capacity(list.map_or(0, |list| list.items().count()));
    let empty = Rc::new(T::default());
    entries.extend(items.map(|(i, item)| entry(item, known, i, &empty, bad, notes)));
    entries
}

fn entry<'d, T: Listed>(
    item: Node<'d>,
    known: Option<&'d Entries<T>>,
    index: usize,
    empty: &Rc<T>,
    bad: &Bad,
    notes: &mut Notes<'_>,
) -> Entry<'d, T> {
    let name_node = item.get("name");
    let name = name_node.and_then(text_of).unwrap_or_default();
    let body = item.get(T::KEY);
    let fields = body.map(Node::fields).unwrap_or_default();
    let mut without: Vec<&str> =
        fields.iter().filter(|field| bad.contains(field.value)).map(|field| field.text.as_ref()).collect();
    let known = known.and_then(|list| list.get(&name)).filter(|_| without.is_empty());
    let mut body = loop {
        if let Some(known) = known {
            break EntryBody::Read(known);
        }
        let Some(body) = body else { break EntryBody::Own(Rc::clone(empty)) };
        let error = match from_node_without::<Option<T>>(body, &without) {
            Ok(body) => break EntryBody::Own(body.map_or_else(|| Rc::clone(empty), Rc::new)),
            Err(error) => error,
        };
        // The walk over the structure has seen it, or the whole body is no map.
        if bad.contains(body) && fields.is_empty() {
            break EntryBody::Own(Rc::clone(empty));
        }
        let field = error.field().and_then(|field| field.split(['.', '[']).next()).unwrap_or_default();
        let culprit = fields.iter().find(|one| one.text == field && !without.contains(&one.text.as_ref()));
        let span = culprit.map_or(body.span(), |field| field.value.span());
        structure::unforeseen(&error, &T::subject(&name).to_string(), Some(span), notes);
        match culprit {
            Some(field) => without.push(field.text.as_ref()),
            None => break EntryBody::Own(Rc::clone(empty)),
        }
    };
    let of = |name: &str| fields.iter().find(|field| field.text == name).map(|field| field.value);
    if !without.is_empty() {
        let mut salvaged = body.clone();
        without.retain(|field| !of(field).is_some_and(|node| salvaged.salvage(field, node)));
        body = EntryBody::Own(Rc::new(salvaged));
    }
    let mut unread: Vec<String> = without.into_iter().map(str::to_owned).collect();
    unread.extend(name_node.filter(|name| bad.contains(*name)).map(|_| "name".to_owned()));
    if fields.is_empty() && item.fields().iter().any(|field| field.text == T::KEY && bad.contains(field.value)) {
        unread.push(EVERYTHING.to_owned());
    }
    Entry { name, body, index, item: Some(item), fields: fields.into(), bad: unread.into() }
}

fn without_places<'d, T: Listed + Clone>(entries: &Entries<T>) -> Vec<Entry<'d, T>> {
    let entry = |(i, (name, body)): (usize, (&str, &T))| Entry {
        name: name.to_owned(),
        body: EntryBody::Own(Rc::new(body.clone())),
        index: i,
        item: None,
        fields: Box::default(),
        bad: Box::default(),
    };
    entries.iter().enumerate().map(entry).collect()
}

/// Stands for all fields among those that can't be read.
const EVERYTHING: &str = "*";

impl<'d, T: Listed> Entry<'d, T> {
    /// The document it stands in.
    pub(super) fn document(&self) -> Option<&'d Document> {
        self.item.map(|item| item.document())
    }

    /// Whether a field could not be read, so that nothing can be said of it, not even that it is missing.
    pub(super) fn is_unread(&self, field: &str) -> bool {
        let first = field.split(['.', '[']).next().unwrap_or_default();
        self.bad.iter().any(|bad| bad == first || bad == EVERYTHING && first != "name")
    }

    /// Whether every field could be read.
    pub(super) fn is_whole(&self) -> bool {
        self.bad.is_empty()
    }

    /// A finding about the field `field` of the body (`exec.command`), or about the entry where it is empty.
    pub(super) fn find(&self, finding: Finding, field: &str) -> (Finding, Option<Span>) {
        let path = match field {
            "" => format!("{}[{}]", T::LIST, self.index),
            "name" => format!("{}[{}].name", T::LIST, self.index),
            field => format!("{}[{}].{}.{field}", T::LIST, self.index, T::KEY),
        };
        (finding.of(T::subject(&self.name).to_string()).in_field(path), self.span(field))
    }

    /// Where a field of the body stands; for one that is not there, what would hold it: the map around it, the name.
    fn span(&self, field: &str) -> Option<Span> {
        let name = || Some(self.item?.get("name").or(self.item)?.span());
        let (first, rest) = field.split_at(field.find(['.', '[']).unwrap_or(field.len()));
        let Some(found) = self.fields.iter().find(|field| field.text == first) else { return name() };
        let mut node = found.value;
        for step in rest.split(['.', '[']).filter(|step| !step.is_empty()) {
            let inner = match step.strip_suffix(']').map(str::parse::<usize>) {
                Some(index) => node.items().nth(index.unwrap_or(usize::MAX)),
                None => node.entries().into_iter().find(|(key, _)| key.key() == step).map(|(_, value)| value),
            };
            match inner {
                Some(inner) => node = inner,
                None => break,
            }
        }
        Some(node.span())
    }
}
