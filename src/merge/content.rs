//! What an entry says, whatever its spelling: what entries are compared by.

use crate::access::TOKEN_LIFETIME;
use crate::config::fields::{Keys, ToValue};
use crate::config::{AuthInfo, Cluster, Context, Data};
use crate::secret::Secret;
use crate::syntax::{Mapping, Resolved, Value};
use indexmap::IndexSet;
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use zeroize::Zeroizing;

/// The meaning of an entry as bytes: equal for two that say the same. They hold its secrets, and are wiped.
#[derive(PartialEq, Eq)]
struct Content(Zeroizing<Vec<u8>>);

impl Hash for Content {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.as_slice().hash(state);
    }
}

/// All contents, each once, by number.
#[derive(Default)]
pub(super) struct Contents(IndexSet<Content>);

impl Contents {
    /// The number of what `body` says, with the unknown fields `beside` it.
    pub(super) fn number<T: Body>(&mut self, body: &T, beside: Option<&Mapping>) -> usize {
        let content = encoded(|out| {
            fields(&body.value(), out);
            if let Some(beside) = beside {
                exact_map(beside, out);
            }
        });
        self.0.insert_full(Content(content)).0
    }

    /// An order of contents that comes from what they say, and not from their numbers.
    pub(super) fn compare(&self, a: usize, b: usize) -> Ordering {
        let bytes = |number| self.0.get_index(number).map(|content: &Content| content.0.as_slice());
        bytes(a).cmp(&bytes(b))
    }
}

/// The body of a cluster, user or context.
pub(super) trait Body: ToValue + Keys {
    /// What counts of it when it is compared.
    fn value(&self) -> Mapping;
}

impl Body for Cluster {
    fn value(&self) -> Mapping {
        let mut map = mapping(self);
        data(&mut map, "certificate-authority-data", self.certificate_authority_data.as_ref());
        map
    }
}

impl Body for AuthInfo {
    /// Without what was kept of Rancher's comments: a file with them and a copy without say the same.
    fn value(&self) -> Mapping {
        let mut map = if self.extensions.contains(TOKEN_LIFETIME) {
            let mut bare = self.clone();
            bare.extensions.remove(TOKEN_LIFETIME);
            mapping(&bare)
        } else {
            mapping(self)
        };
        data(&mut map, "client-certificate-data", self.client_certificate_data.as_ref());
        data(&mut map, "client-key-data", self.client_key_data.as_ref().map(Secret::expose));
        // client-go's default, which every rewrite by kubectl spells out.
        if let (Some(Value::Mapping(exec)), Some(command)) = (map.get_mut("exec"), &self.exec) {
            if let Some(mode) = command.effective_interactive_mode() {
                exec.insert("interactiveMode", mode);
            }
        }
        map
    }
}

impl Body for Context {
    /// Its own fields: not the names of its cluster and its user count, but what those are.
    fn value(&self) -> Mapping {
        mapping(&Context { cluster: None, user: None, ..self.clone() })
    }
}

/// What was kept of Rancher's comments, if it says when the token ends.
pub(super) fn lifetime(user: &AuthInfo) -> Option<&Value> {
    user.extensions.get(TOKEN_LIFETIME).filter(|kept| kept.get("ttl").is_some())
}

fn mapping(body: &impl ToValue) -> Mapping {
    match body.to_value() {
        Value::Mapping(map) => map,
        _ => Mapping::new(),
    }
}

/// Bits of base64 that mean nothing don't count.
fn data(map: &mut Mapping, key: &str, data: Option<&Data>) {
    if let Some(canonical) = data.and_then(Data::canonical) {
        map.insert(key, canonical.as_str());
    }
}

/// The names of the fields in which two entries differ. Those this crate does not know go by one word for all.
pub(super) fn differences<T: Body>(a: (&T, Option<&Mapping>), b: (&T, Option<&Mapping>)) -> Vec<&'static str> {
    let (mut first, mut second) = (a.0.value(), b.0.value());
    let field = |map: &Mapping, key: &str| {
        let one: Mapping = map.get(key).map(|value| (key, value.clone())).into_iter().collect();
        encoded(|out| fields(&one, out))
    };
    let mut differ: Vec<&'static str> =
        T::KEYS.iter().copied().filter(|key| field(&first, key) != field(&second, key)).collect();
    for key in T::KEYS {
        first.remove(key);
        second.remove(key);
    }
    let beside = |map: Option<&Mapping>| map.map(|map| encoded(|out| exact_map(map, out))).unwrap_or_default();
    if encoded(|out| fields(&first, out)) != encoded(|out| fields(&second, out)) || beside(a.1) != beside(b.1) {
        differ.push("unknown field");
    }
    differ
}

/// Whether two values mean the same.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    encoded(|out| exact(a, out)) == encoded(|out| exact(b, out))
}

fn encoded(write: impl FnOnce(&mut Bytes)) -> Zeroizing<Vec<u8>> {
    let mut out = Bytes(Zeroizing::new(Vec::with_capacity(1 << 10)));
    write(&mut out);
    // No more than it takes: there is one for each entry.
    let mut exact = Zeroizing::new(Vec::with_capacity(out.0.len()));
    exact.extend_from_slice(&out.0);
    exact
}

/// Bytes that leave no copies behind when they grow.
struct Bytes(Zeroizing<Vec<u8>>);

impl Bytes {
    fn put(&mut self, bytes: &[u8]) {
        let length = self.0.len() + bytes.len();
        if length > self.0.capacity() {
            let mut larger = Zeroizing::new(Vec::with_capacity(length.saturating_mul(2)));
            larger.extend_from_slice(&self.0);
            self.0 = larger;
        }
        self.0.extend_from_slice(bytes);
    }
}

/// The fields of a struct of client-go's: sorted, and an empty one is as good as none.
fn fields(map: &Mapping, out: &mut Bytes) {
    let mut sorted: Vec<(&str, &Value)> = map.iter().filter(|(_, value)| !is_empty(value)).collect();
    sorted.sort_unstable_by_key(|(key, _)| *key);
    start(b'M', sorted.len(), out);
    for (key, value) in sorted {
        text(key, out);
        match (key, value) {
            ("exec" | "auth-provider", Value::Mapping(inner)) => fields(inner, out),
            // Named, so their order says nothing.
            ("extensions", Value::Sequence(items)) => {
                let mut items: Vec<_> = items.iter().map(|item| encoded(|out| exact(item, out))).collect();
                items.sort_unstable_by(|a, b| a.as_slice().cmp(b.as_slice()));
                start(b'L', items.len(), out);
                items.iter().for_each(|item| out.put(item));
            }
            _ => exact(value, out),
        }
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Scalar(scalar) => matches!(scalar.resolve(), Resolved::Null | Resolved::Str("")),
        Value::Sequence(items) => items.is_empty(),
        Value::Mapping(_) => false,
    }
}

fn exact(value: &Value, out: &mut Bytes) {
    match value {
        Value::Scalar(scalar) => match scalar.resolve() {
            Resolved::Null => out.put(b"N"),
            Resolved::Bool(b) => out.put(&[b'B', u8::from(b)]),
            Resolved::Int(i) => number(i128::from(i), out),
            Resolved::Uint(u) => number(i128::from(u), out),
            Resolved::Float(f) => {
                out.put(b"F");
                out.put(&f.to_bits().to_be_bytes());
            }
            Resolved::Str(s) => text(s, out),
        },
        Value::Sequence(items) => {
            start(b'L', items.len(), out);
            items.iter().for_each(|item| exact(item, out));
        }
        Value::Mapping(map) => exact_map(map, out),
    }
}

fn exact_map(map: &Mapping, out: &mut Bytes) {
    let mut sorted: Vec<(&str, &Value)> = map.iter().collect();
    sorted.sort_unstable_by_key(|(key, _)| *key);
    start(b'M', sorted.len(), out);
    for (key, value) in sorted {
        text(key, out);
        exact(value, out);
    }
}

fn number(number: i128, out: &mut Bytes) {
    out.put(b"I");
    out.put(&number.to_be_bytes());
}

fn text(text: &str, out: &mut Bytes) {
    start(b'S', text.len(), out);
    out.put(text.as_bytes());
}

/// Every part says how long it is, so that no two values have the same bytes.
fn start(kind: u8, length: usize, out: &mut Bytes) {
    out.put(&[kind]);
    out.put(&(length as u64).to_be_bytes());
}
