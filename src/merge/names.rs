//! New names: templates, and who gets which.

use crate::error::{Error, ErrorKind, Result};
use crate::url::ServerUrl;
use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};

/// A template for names, as in `{name}-{host}`.
pub(super) struct Template(Vec<Part>);

enum Part {
    Text(String),
    Field(Field),
}

#[derive(Clone, Copy)]
enum Field {
    Name,
    Cluster,
    User,
    Host,
    Server,
    File,
    Folder,
}

const FIELDS: &[(&str, Field)] = &[
    ("name", Field::Name),
    ("cluster", Field::Cluster),
    ("user", Field::User),
    ("host", Field::Host),
    ("server", Field::Server),
    ("file", Field::File),
    ("folder", Field::Folder),
];

/// What a template can tell of an entry. Empty is as good as none.
pub(super) struct Facts<'a> {
    pub(super) name: &'a str,
    pub(super) cluster: Option<&'a str>,
    pub(super) user: Option<&'a str>,
    /// The URL.
    pub(super) server: Option<&'a str>,
    pub(super) file: &'a str,
    pub(super) folder: &'a str,
}

impl Template {
    pub(super) fn parse(text: &str) -> Result<Self> {
        let wrong = |what: &str| {
            let fields: Vec<String> = FIELDS.iter().map(|(name, _)| format!("{{{name}}}")).collect();
            Error::new(ErrorKind::Usage, format!("{text:?} is no template for names: {what}"))
                .with_help(format!("it may hold {}", fields.join(", ")))
        };
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, field) = rest.split_at(at);
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            let inner = field.strip_prefix('{').and_then(|field| field.split_once('}'));
            let (name, behind) = inner.ok_or_else(|| wrong("its braces don't match"))?;
            let known = FIELDS.iter().find(|(known, _)| *known == name);
            let (_, field) = known.ok_or_else(|| wrong(&format!("{name:?} is nothing that is known of an entry")))?;
            parts.push(Part::Field(*field));
            rest = behind;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        if parts.is_empty() { Err(wrong("it is empty")) } else { Ok(Template(parts)) }
    }

    /// The name it makes; `None` if it asks for something that is not there.
    pub(super) fn expand(&self, facts: &Facts<'_>) -> Option<String> {
        let mut name = String::new();
        for part in &self.0 {
            let field = match part {
                Part::Text(text) => {
                    name.push_str(text);
                    continue;
                }
                Part::Field(field) => field,
            };
            match field {
                Field::Name => name.push_str(facts.name),
                Field::Cluster => name.push_str(there(facts.cluster)?),
                Field::User => name.push_str(there(facts.user)?),
                Field::Host => name.push_str(host(facts.server?)?.host()),
                Field::Server => {
                    let server = host(facts.server?)?;
                    name.push_str(server.host());
                    let cluster = rancher_cluster(&server);
                    if let Some(more) = cluster.as_deref().or(server.port()) {
                        name.push('-');
                        name.push_str(more);
                    }
                }
                Field::File => name.push_str(there(Some(facts.file))?),
                Field::Folder => name.push_str(there(Some(facts.folder))?),
            }
        }
        Some(name)
    }
}

fn there(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

/// The server, if its host is one without doubt: what might be a password whose end was cut off does not get into a name.
fn host(url: &str) -> Option<ServerUrl<'_>> {
    let server = ServerUrl::of(url);
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    let is_host = server.ip().is_some() || server.host().chars().all(is_name);
    let is_port = server.port().is_none_or(|port| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()));
    (is_port && !server.host().is_empty() && is_host).then_some(server)
}

/// The cluster's id in the path of Rancher's proxy.
fn rancher_cluster(server: &ServerUrl<'_>) -> Option<String> {
    server.rancher_cluster().filter(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
}

/// An entry that needs a new name.
pub(super) struct Pending<'a> {
    pub(super) name: &'a str,
    pub(super) content: usize,
    /// What each template makes of it.
    pub(super) wishes: Vec<Option<String>>,
}

/// The names that are not free: `Some` with what all the inputs mean by it, `None` where they disagree or it is kept free
/// on purpose.
pub(super) type Taken<'a> = HashMap<&'a str, Option<usize>>;

/// Gives each a name that stands for nothing else, in any input or among those given here.
///
/// It does not depend on the order of `pending`, and if the names it gave are taken (by what got them) it gives the same ones
/// again. For this a name that several ask for in one turn is given to nobody, in later turns either.
pub(super) fn give(
    pending: &[Pending<'_>],
    taken: &Taken<'_>,
    compare: impl Fn(usize, usize) -> Ordering,
) -> Vec<String> {
    let turns = pending.iter().map(|p| p.wishes.len()).max().unwrap_or_default();
    let mut names: Vec<Option<String>> = vec![None; pending.len()];
    // What was asked for so far: `Some` with what got it, `None` if nobody did.
    let mut asked: HashMap<&str, Option<usize>> = HashMap::new();
    for turn in 0..turns {
        let mut asking: HashMap<&str, Option<usize>> = HashMap::new();
        let wishes = || {
            let open = pending.iter().zip(&names).enumerate().filter(|(_, (_, name))| name.is_none());
            open.filter_map(|(i, (p, _))| Some((i, p.content, p.wishes.get(turn)?.as_deref()?)))
        };
        for (_, content, wish) in wishes() {
            let asks = asking.entry(wish).or_insert(Some(content));
            if *asks != Some(content) {
                *asks = None;
            }
        }
        let is_free = |content: usize, wish: &str| {
            *taken.get(wish).or(asked.get(wish)).or(asking.get(wish)).unwrap_or(&None) == Some(content)
        };
        let given: Vec<_> = wishes().filter(|(_, content, wish)| is_free(*content, wish)).collect();
        let given: Vec<_> = given.into_iter().map(|(i, _, wish)| (i, wish.to_owned())).collect();
        for (i, name) in given {
            names[i] = Some(name);
        }
        for (wish, asks) in asking {
            asked.entry(wish).or_insert(asks);
        }
    }
    number(pending, &mut names, taken, &asked, compare);
    names.into_iter().map(Option::unwrap_or_default).collect()
}

/// Puts numbers behind the last wish of those that have no name yet. No two wishes lead to one name so: what stands before
/// the last dash is the wish.
fn number(
    pending: &[Pending<'_>],
    names: &mut [Option<String>],
    taken: &Taken<'_>,
    asked: &HashMap<&str, Option<usize>>,
    compare: impl Fn(usize, usize) -> Ordering,
) {
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (i, p) in pending.iter().enumerate().filter(|(i, _)| names[*i].is_none()) {
        let last = p.wishes.iter().rev().find_map(Option::as_deref).unwrap_or(p.name);
        groups.entry(last).or_default().push(i);
    }
    for (base, mut group) in groups {
        group.sort_by(|a, b| compare(pending[*a].content, pending[*b].content));
        let mut number = 0;
        let mut last: Option<(usize, String)> = None;
        for i in group {
            let content = pending[i].content;
            let name = match &last {
                Some((same, name)) if *same == content => name.clone(),
                _ => loop {
                    number += 1;
                    let name = format!("{base}-{number}");
                    let stands_for = taken.get(name.as_str()).or(asked.get(name.as_str()));
                    if stands_for.is_none_or(|it| *it == Some(content)) {
                        break name;
                    }
                },
            };
            names[i] = Some(name.clone());
            last = Some((content, name));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts<'a>(server: &'a str) -> Facts<'a> {
        Facts { name: "n", cluster: Some("c"), user: None, server: Some(server), file: "f", folder: "" }
    }

    #[test]
    fn templates() {
        for (template, server, name) in [
            ("{name}", "", Some("n")),
            ("{cluster}/{file}", "", Some("c/f")),
            ("a{name}{name}b", "", Some("annb")),
            ("{name}-{user}", "", None),
            ("{folder}", "", None),
            ("{host}", "https://h.example.com:6443", Some("h.example.com")),
            ("{server}", "https://h.example.com:6443", Some("h.example.com-6443")),
            ("{server}", "https://h.example.com", Some("h.example.com")),
            ("{server}", "https://r/k8s/clusters/c-m-1", Some("r-c-m-1")),
            ("{server}", "https://r:8443/x/k8s/clusters/local/", Some("r-local")),
            ("{server}", "https://[fd00::1]:6443", Some("fd00::1-6443")),
            ("{host}", "https://u:SECRET-CANARY@h", Some("h")),
            ("{server}", "https://h/SECRET-CANARY?SECRET-CANARY", Some("h")),
            ("{host}", "https://u:SECRET-CANARY", None),
            ("{host}", "https://u SECRET-CANARY", None),
            ("{host}", "", None),
        ] {
            let made = Template::parse(template).unwrap().expand(&facts(server));
            assert_eq!(made.as_deref(), name, "{template} of {server}");
        }
        for wrong in ["", "{", "}", "{name", "name}", "{Name}", "{}", "{token}", "{{name}}"] {
            let error = Template::parse(wrong).err().expect(wrong);
            assert_eq!(error.kind(), ErrorKind::Usage, "{wrong}");
        }
    }

    /// The contents are their own order.
    fn given(pending: &[(usize, &[&str])], taken: &[(&str, Option<usize>)]) -> Vec<String> {
        let wishes = |wishes: &[&str]| wishes.iter().map(|wish| Some((*wish).to_owned())).collect();
        let pending: Vec<_> =
            pending.iter().map(|(content, w)| Pending { name: "n", content: *content, wishes: wishes(w) }).collect();
        give(&pending, &taken.iter().copied().collect(), |a, b| a.cmp(&b))
    }

    #[test]
    fn who_gets_which() {
        type Row<'a> = (&'a [(usize, &'a [&'a str])], &'a [(&'a str, Option<usize>)], &'a [&'a str]);
        let rows: &[Row<'_>] = &[
            (&[(1, &["a"]), (2, &["b"])], &[], &["a", "b"]),
            // Two ask for one name: nobody gets it, then or later.
            (&[(1, &["a", "b"]), (2, &["a", "c"]), (3, &["d", "a"])], &[], &["b", "c", "d"]),
            (&[(1, &["a", "b"]), (2, &["a", "c"]), (3, &["b", "a"])], &[], &["b-1", "c", "b"]),
            (&[(1, &["a", "b"]), (2, &["a", "c"]), (3, &["t", "a"])], &[("t", None)], &["b", "c", "a-1"]),
            // One and the same may share it.
            (&[(1, &["a"]), (1, &["a"])], &[], &["a", "a"]),
            // A name of the inputs is free only for what it stands for.
            (&[(1, &["a", "b"]), (2, &["a", "b"])], &[("a", Some(2))], &["b", "a"]),
            (&[(1, &["a"])], &[("a", None)], &["a-1"]),
            (&[(2, &["a"]), (1, &["a"])], &[("a-1", Some(9)), ("a-3", None)], &["a-4", "a-2"]),
            (&[(2, &["a"]), (1, &["a"])], &[("a-2", Some(2))], &["a-2", "a-1"]),
            (&[(1, &[]), (2, &[])], &[("n", None)], &["n-1", "n-2"]),
        ];
        for (pending, taken, names) in rows {
            assert_eq!(given(pending, taken), *names, "{pending:?} {taken:?}");
            let turned: Vec<_> = pending.iter().rev().copied().collect();
            let names: Vec<_> = names.iter().rev().copied().collect();
            assert_eq!(given(&turned, taken), names, "the other way round: {pending:?} {taken:?}");
        }
    }
}
