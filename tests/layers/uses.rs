//! Which file uses which: every path in the code, followed through `use` and `pub use` to the file that defines its name.

use crate::source::{File, words};
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

/// One file uses a name that another defines. Files stand by their place in the list of files.
#[derive(Clone, Debug)]
pub(crate) struct Use {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) line: usize,
    /// The name as the code spells it.
    pub(crate) name: String,
    /// By `pub use`, to which the file adds nothing: who takes the name there uses the file that defines it.
    pub(crate) is_passed_on: bool,
}

/// The files of the library, each with its module and with what it brings in by `use`.
struct Sources<'a> {
    files: &'a [File],
    by_module: HashMap<Vec<&'a str>, usize>,
    imports: Vec<Vec<Import>>,
}

struct Import {
    at: usize,
    path: Vec<String>,
    /// What it is called in this file.
    alias: String,
    is_public: bool,
}

/// Every use of one file by another. A `mod x;` is none.
pub(crate) fn uses(files: &[File]) -> Vec<Use> {
    let sources = Sources::new(files);
    let mut found = Vec::new();
    for (from, file) in files.iter().enumerate() {
        let own = without_imports(&file.code);
        let brought = sources.imports[from].iter().map(|import| {
            let is_passed_on = import.is_public && words(&own, &import.alias).next().is_none();
            (import.at, import.path.clone(), is_passed_on)
        });
        for (at, path, is_passed_on) in brought.chain(paths(&own).into_iter().map(|(at, path)| (at, path, false))) {
            let (line, name) = (file.line(at), path.join("::"));
            let homes = sources.homes(from, &path).into_iter().filter(|&to| to != from);
            found.extend(homes.map(|to| Use { from, to, line, name: name.clone(), is_passed_on }));
        }
    }
    found
}

impl<'a> Sources<'a> {
    fn new(files: &'a [File]) -> Self {
        let by_module = files.iter().enumerate().map(|(i, file)| (module(file), i)).collect();
        Self { files, by_module, imports: files.iter().map(imports).collect() }
    }

    /// The files that define what `path` names in the file `from`: none for another crate's, and for a mere module.
    fn homes(&self, from: usize, path: &[String]) -> BTreeSet<usize> {
        let mut homes = BTreeSet::new();
        self.follow(from, path, 8, &mut homes);
        homes
    }

    fn follow(&self, from: usize, path: &[String], fuel: usize, homes: &mut BTreeSet<usize>) {
        let here = module(&self.files[from]);
        let mut at: Vec<&str> = here.clone();
        let mut rest = path;
        // Where the path starts.
        match rest.first().map(String::as_str) {
            Some("crate") => {
                at.clear();
                rest = &rest[1..];
            }
            Some("self" | "super") => {
                while let Some(word @ ("self" | "super")) = rest.first().map(String::as_str) {
                    if word == "super" {
                        at.pop();
                    }
                    rest = &rest[1..];
                }
            }
            // One word alone is defined here, or an import that stands for itself.
            _ if rest.len() < 2 => return,
            Some(first) => {
                at.push(first);
                let is_child = self.by_module.contains_key(&at);
                at.pop();
                if !is_child && !self.imports[from].iter().any(|import| import.alias == *first) {
                    return;
                }
            }
            None => return,
        }
        // As far down as there are modules.
        while let Some(next) = rest.first() {
            at.push(next);
            if !self.by_module.contains_key(&at) {
                at.pop();
                break;
            }
            rest = &rest[1..];
        }
        let (Some(name), Some(&file)) = (rest.first(), self.by_module.get(&at)) else { return };
        let mut passed_on = self.imports[file].iter().filter(|import| import.alias == *name).peekable();
        if passed_on.peek().is_none() {
            homes.insert(file);
        }
        for import in passed_on.filter(|_| fuel > 0) {
            self.follow(file, &[&import.path, &rest[1..]].concat(), fuel - 1, homes);
        }
    }
}

/// The names of the modules that lead to a file, from the crate's root.
fn module(file: &File) -> Vec<&str> {
    file.path.trim_end_matches(".rs").split('/').filter(|part| !["mod", "lib"].contains(part)).collect()
}

/// The `use` statements: where each starts and where it ends. (The `use<'a>` of a type is none.)
fn statements(code: &str) -> Vec<(usize, usize)> {
    let starts = words(code, "use").filter(|at| !code[at + "use".len()..].starts_with('<'));
    starts.map(|at| (at, code[at..].find(';').map_or(code.len(), |i| at + i))).collect()
}

fn without_imports(code: &str) -> String {
    let mut out = code.to_owned();
    for (at, end) in statements(code) {
        let blanks: String = code[at..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
        out.replace_range(at..end, &blanks);
    }
    out
}

fn imports(file: &File) -> Vec<Import> {
    let mut found = Vec::new();
    for (at, end) in statements(&file.code) {
        let before = &file.code[file.code[..at].rfind([';', '{', '}']).unwrap_or(0)..at];
        let is_public = words(before, "pub").next().is_some();
        let mut tree = Vec::new();
        branches(&file.code[at + "use".len()..end], "", &mut tree);
        found.extend(tree.into_iter().map(|(path, alias)| {
            let path = path.split("::").map(|part| part.trim().to_owned()).collect();
            Import { at, path, alias, is_public }
        }));
    }
    // `use name;` makes a macro an item of its own file.
    found.retain(|import| import.path.len() > 1);
    found
}

/// Takes the groups in braces apart: each path with the name it gets.
fn branches(tree: &str, before: &str, into: &mut Vec<(String, String)>) {
    let tree = tree.trim();
    if let Some((head, group)) = tree.split_once('{') {
        let group = group.trim_end().strip_suffix('}').unwrap_or(group);
        let (mut depth, before) = (0, format!("{before}{head}"));
        let parts = group.split(|c: char| {
            depth += i32::from(c == '{') - i32::from(c == '}');
            c == ',' && depth == 0
        });
        parts.for_each(|part| branches(part, &before, into));
        return;
    }
    let (path, alias) = tree.split_once(" as ").map_or((tree, None), |(path, alias)| (path, Some(alias.trim())));
    let path = format!("{before}{path}");
    let path = path.strip_suffix("::self").unwrap_or(&path);
    let last = path.rsplit("::").next().unwrap_or(path);
    if !tree.is_empty() {
        into.push((path.to_owned(), alias.unwrap_or(last).to_owned()));
    }
}

/// The paths of two names and more.
fn paths(code: &str) -> Vec<(usize, Vec<String>)> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let mut found = Vec::new();
    let mut at = 0;
    for piece in code.split_inclusive(|c| !is_part(c)) {
        let text = piece.trim_end_matches(|c| !is_part(c));
        // A single colon parts a name from its type.
        for (offset, path) in pieces(text) {
            let names: Vec<String> = path.split("::").map(str::to_owned).filter(|name| !name.is_empty()).collect();
            if names.len() > 1 && !path.starts_with("::") {
                found.push((at + offset, names));
            }
        }
        at += piece.len();
    }
    found
}

/// The text parted at single colons.
fn pieces(text: &str) -> Vec<(usize, &str)> {
    let b = text.as_bytes();
    let is_single = |i: usize| b[i] == b':' && (i == 0 || b[i - 1] != b':') && b.get(i + 1) != Some(&b':');
    let (mut start, mut found) = (0, Vec::new());
    for i in (0..b.len()).filter(|&i| is_single(i)) {
        found.push((start, &text[start..i]));
        start = i + 1;
    }
    found.push((start, &text[start..]));
    found
}

/// The circles among files: for each file that leads back to itself a shortest way, as the uses on it.
pub(crate) fn circles(uses: &[Use]) -> Vec<Vec<&Use>> {
    let mut by_file: BTreeMap<usize, Vec<&Use>> = BTreeMap::new();
    for one in uses {
        by_file.entry(one.from).or_default().push(one);
    }
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for &start in by_file.keys() {
        // Breadth first: how each file was reached.
        let mut reached: HashMap<usize, &Use> = HashMap::new();
        let mut next = VecDeque::from([start]);
        while let Some(file) = next.pop_front() {
            for &one in by_file.get(&file).into_iter().flatten() {
                if let Entry::Vacant(place) = reached.entry(one.to) {
                    place.insert(one);
                    next.push_back(one.to);
                }
            }
        }
        let mut way = Vec::new();
        let mut file = start;
        while let Some(&one) = reached.get(&file).filter(|_| reached.contains_key(&start)) {
            way.insert(0, one);
            file = one.from;
            if file == start {
                break;
            }
        }
        if !way.is_empty() && seen.insert(way.iter().map(|one| one.from).collect::<BTreeSet<_>>()) {
            found.push(way);
        }
    }
    found
}
