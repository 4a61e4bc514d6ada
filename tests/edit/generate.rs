//! Documents and changes made from bytes: whatever the bytes are, there is a text, and a change for it.
//!
//! The fuzz target `edit` uses this file too.

use kubeconfig::syntax::{Editor, Step, Value};
use kubeconfig::{Error, ErrorKind};
use serde_json::Value as Json;

/// Choices, one byte each; zeros once there are no more.
pub(crate) struct Choices<'b>(pub(crate) &'b [u8]);

impl Choices<'_> {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        usize::from(*first) % end.max(1)
    }

    fn chance(&mut self, of: usize) -> bool {
        self.below(of) == of - 1
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

/// A text in a style of its own.
pub(crate) struct Text<'c, 'b> {
    choices: &'c mut Choices<'b>,
    out: String,
    step: usize,
    dash: usize,
    item: usize,
    comments: usize,
    /// Anchors there are, and whether they name a map.
    anchors: Vec<(String, bool)>,
    with_anchors: bool,
    with_oddities: bool,
    left: usize,
}

const KEYS: &[&str] = &["a", "b", "name", "cluster", "'q'", "\"d\"", "x-y", "e f", "\"1\"", "server", "0x10", "yes"];
const SCALARS: &[&str] = &[
    "one",
    "two words",
    "1",
    "true",
    "null",
    "~",
    "yes",
    "'single'",
    "\"double\"",
    "'it''s'",
    "\"a\\nb\"",
    "https://x:6443",
    "0x1F",
    "2001-01-01",
    "\"#no\"",
    "''",
    "a#b",
    "é",
];

impl<'c, 'b> Text<'c, 'b> {
    pub(crate) fn generate(choices: &'c mut Choices<'b>) -> String {
        let mut text = Text {
            step: choices.pick(&[2, 2, 4, 1]),
            dash: choices.pick(&[0, 0, 2, 1]),
            item: choices.pick(&[2, 2, 4]),
            with_anchors: choices.chance(3),
            with_oddities: choices.chance(3),
            choices,
            out: String::new(),
            comments: 0,
            anchors: Vec::new(),
            left: 24,
        };
        let newline = text.choices.pick(&["\n", "\n", "\n", "\r\n", "\r"]);
        let ends = !text.choices.chance(4);
        let bom = text.choices.chance(8);
        match text.choices.below(6) {
            0 => text.out.push_str("%YAML 1.1\n---\n"),
            1 => text.out.push_str("---\n"),
            2 => text.out.push_str("--- # c\n"),
            _ => {}
        }
        match text.choices.below(8) {
            0 => {
                let pretty = text.choices.chance(2);
                text.flow(0, pretty, true);
                text.out.push('\n');
            }
            1 => text.list(0, false, 3),
            2 => text.trivia(0),
            _ => text.map(0, false, 3),
        }
        text.trivia(0);
        match text.choices.below(8) {
            0 => text.out.push_str("...\n"),
            1 => text.out.push_str("---\nlater: [\n"),
            _ => {}
        }
        let mut out = std::mem::take(&mut text.out);
        if !ends {
            out.truncate(out.trim_end_matches('\n').len());
        }
        let out = out.replace('\n', newline);
        if bom { format!("\u{feff}{out}") } else { out }
    }

    fn indent(&mut self, column: usize) {
        self.out.extend(std::iter::repeat_n(' ', column));
    }

    fn comment(&mut self) {
        self.comments += 1;
        self.out.push_str(&format!("# c{}: -?:,]}}", self.comments));
    }

    /// Blank lines and comments before a line at `column`.
    fn trivia(&mut self, column: usize) {
        while self.choices.chance(5) {
            match self.choices.below(4) {
                0 => self.out.push('\n'),
                1 => {
                    self.indent(column + 2);
                    self.comment();
                    self.out.push('\n');
                }
                _ => {
                    self.indent(column);
                    self.comment();
                    self.out.push('\n');
                }
            }
        }
    }

    fn end_line(&mut self) {
        if self.choices.chance(5) {
            self.out.push_str("  ");
            self.comment();
        }
        self.out.push('\n');
    }

    fn map(&mut self, column: usize, mut started: bool, depth: usize) {
        for _ in 0..1 + self.choices.below(4) {
            if !std::mem::take(&mut started) {
                self.trivia(column);
                self.indent(column);
            }
            if self.with_anchors && self.choices.chance(6) {
                let maps: Vec<String> = self.anchors.iter().filter(|(_, map)| *map).map(|(n, _)| n.clone()).collect();
                if !maps.is_empty() {
                    let at = self.choices.below(maps.len());
                    self.out.push_str(&format!("<<: *{}", maps[at]));
                    self.end_line();
                    continue;
                }
            }
            // Repeated keys come by themselves: there are few.
            let key = self.choices.pick(KEYS);
            if self.with_oddities && self.choices.chance(6) {
                self.out.push_str(&format!("? {key}"));
                self.end_line();
                if self.choices.chance(3) {
                    continue;
                }
                self.indent(column);
            } else {
                self.out.push_str(key);
            }
            self.out.push(':');
            self.value(column, false, depth);
        }
    }

    fn list(&mut self, column: usize, mut started: bool, depth: usize) {
        for _ in 0..1 + self.choices.below(4) {
            if !std::mem::take(&mut started) {
                self.trivia(column);
                self.indent(column);
            }
            self.out.push('-');
            self.value(column, true, depth);
        }
    }

    /// A value behind the `:` of a key or the `-` of an item at `column`, and the end of its line.
    fn value(&mut self, column: usize, item: bool, depth: usize) {
        let gap = if item { self.item - 1 } else { 1 };
        self.left = self.left.saturating_sub(1);
        let kind = if depth == 0 || self.left == 0 { self.choices.below(8) } else { self.choices.below(14) };
        let mut anchor = String::new();
        if self.with_anchors && self.choices.chance(4) {
            anchor = format!("n{}", self.choices.below(3));
        }
        let named = |text: &mut Self, map: bool| {
            if !anchor.is_empty() {
                text.indent(gap);
                text.out.push_str(&format!("&{anchor}"));
                text.anchors.retain(|(name, _)| *name != anchor);
                text.anchors.push((anchor.clone(), map));
            }
        };
        match kind {
            0 => self.end_line(),
            1 if self.with_anchors && !self.anchors.is_empty() => {
                let at = self.choices.below(self.anchors.len());
                let name = self.anchors[at].0.clone();
                self.indent(gap);
                self.out.push_str(&format!("*{name}"));
                self.end_line();
            }
            2 => {
                named(self, false);
                self.indent(gap);
                self.lines(column + if item { self.item } else { self.step });
            }
            3 if self.with_oddities => {
                self.end_line();
                let deeper = column + 1 + self.choices.below(4);
                self.indent(deeper);
                self.scalar();
                self.end_line();
            }
            4 if self.with_oddities => {
                named(self, false);
                self.indent(gap);
                let words = ["one\n", "\"one\n", "'one\n"][self.choices.below(3)];
                self.out.push_str(words);
                self.indent(column + 3);
                self.out.push_str("two");
                self.out.push_str(match &words[..1] {
                    "o" => "",
                    quote => quote,
                });
                self.end_line();
            }
            1..=7 => {
                named(self, false);
                self.indent(gap);
                if self.with_oddities && self.choices.chance(8) {
                    self.out.push_str("!!str ");
                }
                self.scalar();
                self.end_line();
            }
            8 => {
                self.indent(gap);
                let pretty = self.choices.chance(2);
                self.flow(column + 2, pretty, false);
                self.end_line();
            }
            9 | 10 if item && anchor.is_empty() => {
                self.indent(gap);
                match kind {
                    9 => self.list(column + self.item, true, depth - 1),
                    _ => self.map(column + self.item, true, depth - 1),
                }
            }
            9 | 11 => {
                named(self, false);
                self.end_line();
                let deeper = if item { self.item } else { self.dash };
                self.list(column + deeper, false, depth - 1);
            }
            _ => {
                named(self, true);
                self.end_line();
                self.map(column + if item { self.item } else { self.step }, false, depth - 1);
            }
        }
    }

    fn scalar(&mut self) {
        let scalar = self.choices.pick(SCALARS);
        self.out.push_str(scalar);
    }

    /// A text in lines.
    fn lines(&mut self, column: usize) {
        let head = self.choices.pick(&["|", "|-", "|+", ">", ">-", ">+"]);
        self.out.push_str(head);
        self.end_line();
        for _ in 0..1 + self.choices.below(3) {
            if self.choices.chance(4) {
                self.out.push('\n');
            }
            self.indent(column);
            self.out.push_str(["line\n", "# no comment\n", "- x: y\n"][self.choices.below(3)]);
        }
        if self.choices.chance(3) {
            self.out.push('\n');
        }
    }

    /// A collection in brackets.
    fn flow(&mut self, column: usize, pretty: bool, json: bool) {
        self.left = self.left.saturating_sub(1);
        let map = self.choices.chance(2);
        self.out.push(if map { '{' } else { '[' });
        let count = if self.left == 0 { 0 } else { self.choices.below(4) };
        let gap = self.choices.pick(&[" ", " ", ""]);
        for i in 0..count {
            if pretty {
                if !json && self.choices.chance(4) {
                    self.out.push_str("  ");
                    self.comment();
                }
                self.out.push('\n');
                self.indent(column + 2);
            } else if i > 0 {
                self.out.push_str(gap);
            }
            if map {
                self.out.push_str(["\"a\"", "\"name\"", "\"c\""][self.choices.below(3)]);
                self.out.push(':');
                self.out.push_str(gap);
            }
            match self.choices.below(5) {
                0 => self.flow(column + 2, pretty, json),
                1 if !json => self.out.push_str(["plain", "'s'", "a b", "null"][self.choices.below(4)]),
                1 => self.out.push_str("[]"),
                _ => self.out.push_str(["\"x\"", "1", "true", "\"y\\nz\"", "null"][self.choices.below(5)]),
            }
            if i + 1 < count || !json && self.choices.chance(6) {
                self.out.push(',');
            }
        }
        if pretty && count > 0 {
            if !json && self.choices.chance(4) {
                self.out.push_str("  ");
                self.comment();
            }
            self.out.push('\n');
            self.indent(column);
        }
        self.out.push(if map { '}' } else { ']' });
    }
}

/// What is done at a path.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    Set(Json),
    Remove,
    Insert(usize, Json),
    Rename(String),
}

/// A step that owns its name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum At {
    Key(String),
    Index(usize),
    Entry(String),
}

#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) path: Vec<At>,
    pub(crate) deed: Deed,
}

pub(crate) fn steps(path: &[At]) -> Vec<Step<'_>> {
    let step = |at| match at {
        &At::Index(index) => Step::index(index),
        At::Key(key) => Step::key(key),
        At::Entry(name) => Step::entry(name),
    };
    path.iter().map(step).collect()
}

fn name_of(item: &Json) -> Option<&str> {
    match item {
        Json::Null => Some(""),
        Json::Object(map) => match map.get("name") {
            None | Some(Json::Null) => Some(""),
            Some(name) => name.as_str(),
        },
        _ => None,
    }
}

impl Change {
    /// A change that makes sense in `model`.
    pub(crate) fn choose(choices: &mut Choices<'_>, model: &Json) -> Change {
        let mut path = Vec::new();
        let mut at = model;
        while !choices.chance(4) {
            let next = match at {
                Json::Object(map) if !map.is_empty() => {
                    let i = choices.below(map.len());
                    let Some((key, value)) = map.iter().nth(i) else { break };
                    path.push(At::Key(key.clone()));
                    value
                }
                Json::Array(items) if !items.is_empty() => {
                    let i = choices.below(items.len());
                    let name = name_of(&items[i]).filter(|_| choices.chance(2));
                    let last = |name| items.iter().rposition(|item| name_of(item) == Some(name));
                    let i = name.and_then(last).unwrap_or(i);
                    path.push(name.map_or(At::Index(i), |name| At::Entry(name.to_owned())));
                    &items[i]
                }
                _ => break,
            };
            at = next;
        }
        let deed = match (choices.below(6), at, path.last()) {
            (0 | 1, _, Some(_)) => Deed::Remove,
            (2, _, Some(At::Key(_) | At::Entry(_))) => {
                Deed::Rename(["new", "n w", "yes", "a"][choices.below(4)].into())
            }
            (_, Json::Array(items), _) => Deed::Insert(choices.below(items.len() + 1), new_value(choices, 2)),
            (3, Json::Object(_) | Json::Null, _) => {
                path.push(At::Key(["new", "x y", "name", "0x10"][choices.below(4)].into()));
                Deed::Set(new_value(choices, 2))
            }
            (4, Json::Null, Some(_)) => Deed::Insert(0, new_value(choices, 2)),
            (_, _, Some(_)) => Deed::Set(new_value(choices, 2)),
            (_, Json::Object(_) | Json::Null, None) => {
                path.push(At::Key("new".into()));
                Deed::Set(new_value(choices, 2))
            }
            _ => Deed::Set(new_value(choices, 2)),
        };
        Change { path, deed }
    }

    /// Whether the editor takes it; a name that is taken is refused.
    pub(crate) fn make(&self, editor: &mut Editor<'_>) -> Result<bool, Error> {
        let steps = steps(&self.path);
        let made = match &self.deed {
            Deed::Set(value) => editor.set(&steps, value.clone()),
            Deed::Remove => editor.remove(&steps).map(drop),
            Deed::Insert(index, value) => editor.insert(&steps, *index, value.clone()),
            Deed::Rename(name) => editor.rename(&steps, name),
        };
        match made {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::Refused => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The same to a plain value.
    pub(crate) fn apply(&self, model: &mut Json) {
        let (parent, last) = match (&self.deed, self.path.as_slice()) {
            (Deed::Set(value), []) => return *model = value.clone(),
            (Deed::Insert(index, value), path) => {
                let Some(at) = reach(model, path) else { return };
                if at.is_null() {
                    *at = Json::Array(Vec::new());
                }
                let Json::Array(items) = at else { return };
                items.insert((*index).min(items.len()), value.clone());
                return;
            }
            (_, [parent @ .., last]) => (parent, last),
            (_, []) => return,
        };
        if let Deed::Set(value) = &self.deed {
            if let Some(at) = reach(model, &self.path) {
                *at = value.clone();
                return;
            }
        }
        let Some(parent) = reach(model, parent) else { return };
        match (&self.deed, last, parent) {
            (Deed::Set(value), At::Key(key), parent) => {
                if parent.is_null() {
                    *parent = Json::Object(serde_json::Map::new());
                }
                if let Json::Object(map) = parent {
                    map.insert(key.clone(), value.clone());
                }
            }
            (Deed::Remove, At::Key(key), Json::Object(map)) => drop(map.remove(key)),
            (Deed::Remove, At::Index(index), Json::Array(items)) => drop(items.remove(*index)),
            (Deed::Remove, At::Entry(name), Json::Array(items)) => items.retain(|item| name_of(item) != Some(name)),
            (Deed::Rename(new), At::Key(key), Json::Object(map)) => {
                if let Some(value) = map.remove(key) {
                    map.insert(new.clone(), value);
                }
            }
            (Deed::Rename(new), At::Entry(name), Json::Array(items)) => {
                if let Some(item) = items.iter_mut().rev().find(|item| name_of(item) == Some(name)) {
                    if item.is_null() {
                        *item = Json::Object(serde_json::Map::new());
                    }
                    item["name"] = new.as_str().into();
                }
            }
            _ => {}
        }
    }
}

fn reach<'j>(model: &'j mut Json, path: &[At]) -> Option<&'j mut Json> {
    path.iter().try_fold(model, |at, step| match (step, at) {
        (At::Key(key), Json::Object(map)) => map.get_mut(key),
        (At::Index(index), Json::Array(items)) => items.get_mut(*index),
        (At::Entry(name), Json::Array(items)) => items.iter_mut().rev().find(|item| name_of(item) == Some(name)),
        _ => None,
    })
}

fn new_value(choices: &mut Choices<'_>, depth: usize) -> Json {
    const TEXTS: &[&str] = &[
        "new",
        "a: b",
        "a, b",
        "yes",
        "12",
        "",
        " ",
        "a #b",
        "#",
        "- a",
        "it's",
        "\"",
        "x\ny\n",
        "x\ny",
        "\n",
        " x\n y\n\n",
        "*a",
        "&a",
        "é😀",
        "\u{85}",
        "\u{feff}",
        "\t",
        "2001-01-01",
        "~",
        "---",
        "...",
        "?",
        ":",
        "{",
        "]",
        "%",
        "a:",
        "0x10",
        "x\r\ny",
        "- ",
        "|",
    ];
    match choices.below(if depth == 0 { 6 } else { 9 }) {
        0 => Json::Null,
        1 => choices.chance(2).into(),
        2 => choices.below(100).into(),
        3..=5 => TEXTS[choices.below(TEXTS.len())].into(),
        6 => (0..choices.below(3)).map(|_| new_value(choices, depth - 1)).collect::<Vec<_>>().into(),
        _ => {
            let keys = ["name", "server", "a b", "yes", "12"];
            let pairs = (0..choices.below(4))
                .map(|_| (keys[choices.below(keys.len())].to_owned(), new_value(choices, depth - 1)));
            Json::Object(pairs.collect())
        }
    }
}

/// A value as JSON, whole floats as integers: `3.0` is `3` there.
pub(crate) fn plain(value: &Value) -> Option<Json> {
    fn whole(json: Json) -> Json {
        match json {
            Json::Number(number) if number.is_f64() => {
                match number.to_string().strip_suffix(".0").map(str::parse::<i64>) {
                    Some(Ok(i)) => i.into(),
                    _ => Json::Number(number),
                }
            }
            Json::Array(items) => items.into_iter().map(whole).collect(),
            Json::Object(map) => Json::Object(map.into_iter().map(|(key, value)| (key, whole(value))).collect()),
            other => other,
        }
    }
    value.to_json().ok().map(whole)
}
