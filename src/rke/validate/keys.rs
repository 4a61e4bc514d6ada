//! Keys: those that stand twice, and those that RKE does not know.

use super::locate::place;
use super::{Report, quoted};
use crate::config::fold_char;
use crate::error::ANY_KEY;
use crate::finding::{Code, Finding, Severity};
use crate::rke::cluster::{Kind, fields};
use crate::rke::schema::cluster_schema;
use crate::syntax::{Node, NodeKind, Resolved};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// `is_rewritten`: RKE makes JSON of the file before it reads it. `is_ranchers`: it is below Rancher's key, where Rancher
/// writes the names of the state in its own way: `kube_api`, `ignore_daemon_sets`.
pub(super) fn check(root: Node<'_>, is_rewritten: bool, is_ranchers: bool, report: &mut Report) {
    static SCHEMA: LazyLock<Schema> = LazyLock::new(Schema::new);
    Walk { report, is_rewritten, is_ranchers, seen: HashSet::new() }.map(root, &SCHEMA, &mut String::new());
}

/// The keys RKE knows at a place, and what stands below them.
#[derive(Default)]
struct Schema {
    keys: HashMap<&'static str, Schema>,
    items: Option<Box<Schema>>,
    values: Option<Box<Schema>>,
    /// The key in rkestate.
    json: &'static str,
    /// Read by its JSON keys, in any case.
    any_case: bool,
    is_text: bool,
}

impl Schema {
    fn new() -> Self {
        let mut root = Schema::default();
        for field in fields() {
            let mut schema = &mut root;
            for (yaml, json) in field.yaml.split('.').zip(field.json.split('.')) {
                let (key, lists) = (yaml.trim_end_matches("[]"), yaml.matches("[]").count());
                let any_case = schema.any_case;
                schema = match key {
                    "*" => schema.values.get_or_insert_default(),
                    key => schema.keys.entry(key).or_default(),
                };
                schema.json = json.trim_end_matches("[]");
                schema.any_case = any_case || matches!(key, "update_strategy" | "custom_config");
                for _ in 0..lists {
                    let any_case = schema.any_case;
                    schema = schema.items.get_or_insert_default();
                    schema.any_case = any_case;
                }
            }
            schema.is_text = field.kind == Kind::String;
        }
        root
    }

    fn get(&self, key: &str, is_ranchers: bool) -> Option<&Schema> {
        let is_it = |name: &str, below: &Schema| {
            self.any_case && same(key, name) || is_ranchers && is_snake_of(key, below.json)
        };
        let other = || self.keys.iter().find(|(name, below)| is_it(name, below)).map(|(_, below)| below);
        self.keys.get(key).or_else(other)
    }
}

/// The beginning of a word is one from so many letters on.
const SHORTEST: usize = 4;

struct Walk<'a> {
    report: &'a mut Report,
    is_rewritten: bool,
    is_ranchers: bool,
    /// Where keys stand that were told of: what is merged several times is told of once.
    seen: HashSet<u32>,
}

impl Walk<'_> {
    fn node(&mut self, node: Node<'_>, schema: &Schema, path: &mut String) {
        let length = path.len();
        match (node.resolve().kind(), &schema.items, &schema.values) {
            (NodeKind::Sequence, Some(items), _) => {
                for (i, item) in node.items().enumerate() {
                    path.push_str(&format!("[{i}]"));
                    self.node(item, items, path);
                    path.truncate(length);
                }
            }
            (NodeKind::Mapping, _, Some(values)) => {
                self.repeated(node, schema, path);
                for (_, value) in node.entries() {
                    push(path, ANY_KEY);
                    self.node(value, values, path);
                    path.truncate(length);
                }
            }
            (NodeKind::Mapping, ..) if !schema.keys.is_empty() => self.map(node, schema, path),
            (NodeKind::Scalar, ..) if schema.is_text && !schema.any_case && self.is_rewritten => {
                self.spelling(node, path)
            }
            _ => {}
        }
    }

    /// A number or a boolean where a text belongs: `0644` is usually `0644` to RKE, and `420` in a file with `custom_config`.
    fn spelling(&mut self, node: Node<'_>, path: &str) {
        let is_kept = match node.resolved() {
            Some(Resolved::Float(f)) => node.text() == Some(&f.to_string()),
            Some(Resolved::Null | Resolved::Str(_)) | None => true,
            Some(_) => node.text() == Some(&node.resolve().key()),
        };
        if !is_kept {
            let message = "RKE takes this by its value, not by its spelling, because the file has a custom_config";
            let finding = Finding::new(Code::InvalidCluster, message).with_severity(Severity::Warning);
            self.push(finding.with_help("put it in quotes").in_field(path), node);
        }
    }

    fn map(&mut self, node: Node<'_>, schema: &Schema, path: &mut String) {
        self.repeated(node, schema, path);
        let length = path.len();
        for (key, value) in node.occurrences() {
            let text = key.key();
            match schema.get(&text, self.is_ranchers) {
                Some(below) => {
                    push(path, &text);
                    self.node(value, below, path);
                }
                None => self.unknown(key, value, &text, schema, path),
            }
            path.truncate(length);
        }
    }

    fn repeated(&mut self, node: Node<'_>, schema: &Schema, path: &str) {
        let mut places: HashMap<_, Node<'_>> = HashMap::new();
        for (key, _) in node.resolve().written_pairs() {
            let text = key.key();
            if let Some(first) = places.insert(text.clone(), key).filter(|_| key.text() != Some("<<")) {
                let mut field = path.to_owned();
                let is_shown = schema.get(&text, self.is_ranchers).is_some() || cluster_schema().has_key(&text);
                push(&mut field, if is_shown { &text } else { ANY_KEY });
                let shown = if is_shown { quoted(&text) } else { "here".to_owned() };
                let message = format!("the key {shown} stands at {} already", first.position());
                let finding = Finding::new(Code::DuplicateKey, message)
                    .with_help("keep one of the two: RKE adds up maps, and takes the last of anything else")
                    .in_field(field);
                self.push(finding, key);
            }
        }
    }

    fn unknown(&mut self, key: Node<'_>, value: Node<'_>, text: &str, schema: &Schema, path: &str) {
        if text.starts_with("x-") || text.starts_with('.') || value.anchor().is_some() {
            return;
        }
        if self.report.is_full(Code::DroppedKey) {
            // Nobody will read it.
            self.report.push(Finding::new(Code::DroppedKey, ""));
            return;
        }
        let (removed, meant) = (removed(path, text), Self::meant(text, schema));
        let begun = || Self::begun(text, schema);
        // Any other may be a value, as in `password:abc`.
        let is_shown =
            removed.is_some() || meant.is_some() || cluster_schema().has_key(text) || is_of_known_words(text, schema);
        let (message, help) = match removed {
            Some((message, help)) => (message.to_owned(), Some(help.to_owned())),
            None if is_shown => {
                (format!("RKE does not know the key {} here, and drops it", quoted(text)), meant.or_else(begun))
            }
            None => {
                let message = "RKE does not know this key here, and drops it; it is not shown, as it may be a value";
                (message.to_owned(), begun())
            }
        };
        let mut field = path.to_owned();
        push(&mut field, if is_shown { text } else { ANY_KEY });
        let finding = Finding::new(Code::DroppedKey, message).in_field(field);
        self.push(help.into_iter().fold(finding, Finding::with_help), key);
    }

    /// A key of the same map that is another writing of this one, or a slip away.
    fn meant(text: &str, schema: &Schema) -> Option<String> {
        let is_word = text.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_'));
        if text.len() > 64 || !is_word {
            return None;
        }
        // The same word otherwise written: camel case, dashes, capitals.
        let word = squeezed(text);
        let mut same: Vec<_> =
            schema.keys.iter().filter(|(key, below)| squeezed(key) == word || squeezed(below.json) == word).collect();
        same.sort_by_key(|(key, _)| **key);
        if let Some((key, _)) = same.first() {
            return Some(format!("write {key}"));
        }
        // A slip of the pen.
        let near = schema.keys.keys().map(|key| (distance(text, key), *key)).min();
        if let Some((_, key)) = near.filter(|(distance, key)| *distance <= 2 && distance * 3 <= key.len()) {
            return Some(format!("did you mean {key}?"));
        }
        None
    }

    /// A key of the same map that this one begins with, or that begins with this one: `username` for `user`, `hostname`
    /// for `hostname_override`.
    fn begun(text: &str, schema: &Schema) -> Option<String> {
        if let Some(key) = text.split_once([':', '=']).and_then(|(word, _)| schema.keys.get_key_value(word)) {
            return Some(format!("did you mean {}? Write a colon and a blank behind it", key.0));
        }
        let goes_on = |key: &&&str| {
            let after = text.strip_prefix(**key).filter(|rest| !rest.starts_with(['_', '-']));
            let before = key.strip_prefix(text).filter(|_| text.len() >= SHORTEST);
            after.filter(|_| key.len() >= SHORTEST).or(before).is_some()
        };
        let mut found = schema.keys.keys().filter(goes_on);
        let only = found.next().filter(|_| found.next().is_none());
        only.map(|key| format!("did you mean {key}?"))
    }

    fn push(&mut self, finding: Finding, key: Node<'_>) {
        if self.seen.insert(key.span().start) {
            self.report.push(at(finding, key));
        }
    }
}

fn at(mut finding: Finding, key: Node<'_>) -> Finding {
    place(&mut finding, key);
    finding
}

fn push(path: &mut String, key: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(key);
}

fn same(a: &str, b: &str) -> bool {
    a.chars().map(fold_char).eq(b.chars().map(fold_char))
}

/// Whether `key` is `json` with small letters, and `_` before what were capitals.
fn is_snake_of(key: &str, json: &str) -> bool {
    let mut letters = key.chars();
    let is_next = |c: char| match c.is_ascii_uppercase() {
        true => letters.next() == Some('_') && letters.next() == Some(c.to_ascii_lowercase()),
        false => letters.next() == Some(c),
    };
    json.chars().all(is_next) && letters.next().is_none()
}

/// Whether a key is made of nothing but what is in known keys: `hostname` of `hostname_override`, `username` of `user`
/// and `name`.
fn is_of_known_words(text: &str, schema: &Schema) -> bool {
    let is_known = |word: &str| cluster_schema().has_key(word);
    schema
        .keys
        .keys()
        .any(|key| text.len() >= SHORTEST && key.starts_with(text) || text.strip_prefix(key).is_some_and(is_known))
}

fn squeezed(key: &str) -> String {
    key.chars().filter(|c| !matches!(c, '_' | '-')).map(fold_char).collect()
}

/// Keys of older releases, what became of them, and what to write today.
fn removed(place: &str, key: &str) -> Option<(&'static str, &'static str)> {
    let place = place.split('[').next().unwrap_or_default();
    Some(match (place, key) {
        ("nodes", "machine_name") => ("machine_name is nodeName since RKE 0.1.2", "write nodeName"),
        ("", "hosts") => ("hosts is nodes since RKE 0.1.0", "write nodes"),
        ("system_images", "wave_node") => ("wave_node is weave_node since RKE 0.2.0", "write weave_node"),
        ("system_images", "dashboard" | "heapster" | "grafana" | "influxdb" | "tiller") => {
            ("RKE does not install this since 0.1.6", "remove it")
        }
        ("authentication", "options") => ("authentication has no options since RKE 0.2.0", "remove it"),
        ("cloud_provider", "cloud_config") => {
            ("cloud_config gave way to a block for each cloud in RKE 0.1.8", "write awsCloudProvider and the like")
        }
        ("network", "caliconetworkprovider") => {
            ("its name has underscores since RKE 0.2.0", "write calico_network_provider")
        }
        ("network", "canalnetworkprovider") => {
            ("its name has underscores since RKE 0.2.0", "write canal_network_provider")
        }
        ("network", "flannelnetworkprovider") => {
            ("its name has underscores since RKE 0.2.0", "write flannel_network_provider")
        }
        ("services.kubelet", "pod-infra-container-image") => {
            ("RKE drops pod-infra-container-image, though its own example has it", "write infra_container_image")
        }
        _ => return None,
    })
}

/// Levenshtein's distance, of keys that are not long.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, cb) in b.iter().enumerate() {
            let cost = diagonal + usize::from(ca != *cb);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}
