//! What would change, line by line.

use crate::config::masked;
use crate::error::Printable;
use crate::store::PreviewedFile;
use crate::syntax::Document;
use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// How many lines around a change are shown.
const CONTEXT: usize = 3;

/// The difference between two versions of a kubeconfig, in the form of `diff -u`, without secrets.
///
/// Shown are names and the values known to be harmless, by the rules of [`shown`](crate::config::shown). Tokens,
/// passwords, keys, embedded data, arguments and variables of commands, settings of login plugins, userinfo of URLs,
/// extensions and unknown fields with their keys are `[hidden]`, and so is all of a text that can't be read. A comment
/// among the users is `# (hidden)`, but for those that Rancher writes; elsewhere one is where it may hold a secret. A
/// line that changed is there also where nothing of the change may be shown.
///
/// ```
/// use kubeconfig::edit::Diff;
/// let before = "users:\n- name: ann\n  user: {token: old}\n";
/// let diff = Diff::between("config", Some(before.as_bytes()), before.replace("old", "new").as_bytes());
/// assert_eq!(diff.to_string(), "\
/// --- config
/// +++ config
/// @@ -1,3 +1,3 @@
///  users:
///  - name: ann
/// -  user: {token: [hidden]}
/// +  user: {token: [hidden]}
/// ");
/// ```
#[derive(Clone, Debug)]
pub struct Diff {
    path: PathBuf,
    is_new: bool,
    lines: Vec<Line>,
}

#[derive(Clone, Debug)]
enum Line {
    /// `@@ … @@`
    Hunk(String),
    /// A sign, and what may be shown.
    Text(char, String),
}

impl Diff {
    /// What would become of a file.
    pub fn of(file: &PreviewedFile) -> Self {
        Self::between(&file.path, file.before(), file.after())
    }

    /// Between two versions of the file `path`; `before` is `None` where there is none yet. Takes time linear in the
    /// number of lines, but for sorting.
    pub fn between(path: impl AsRef<Path>, before: Option<&[u8]>, after: &[u8]) -> Self {
        let (old, new) = (Text::of(before.unwrap_or_default()), Text::of(after));
        let lines = hunks(&changes(&old.raw(), &new.raw()), &old.shown(), &new.shown());
        Diff { path: path.as_ref().to_owned(), is_new: before.is_none(), lines }
    }

    /// Whether the two say the same, byte for byte.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }
}

impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.lines.is_empty() {
            return Ok(());
        }
        let path = self.path.to_string_lossy();
        let path = Printable(&path);
        match self.is_new {
            true => writeln!(f, "--- /dev/null")?,
            false => writeln!(f, "--- {path}")?,
        }
        writeln!(f, "+++ {path}")?;
        for line in &self.lines {
            match line {
                Line::Hunk(place) => writeln!(f, "{place}")?,
                Line::Text(sign, text) => match text.strip_suffix('\n') {
                    Some(text) => writeln!(f, "{sign}{}", Printable(text.strip_suffix('\r').unwrap_or(text)))?,
                    None => writeln!(f, "{sign}{}\n\\ No newline at end of file", Printable(text))?,
                },
            }
        }
        Ok(())
    }
}

/// A text as it is, and as it may be shown.
struct Text {
    raw: zeroize::Zeroizing<String>,
    shown: String,
}

impl Text {
    fn of(bytes: &[u8]) -> Self {
        match Document::parse(bytes) {
            Ok(document) => {
                let text = document.text();
                Text { raw: text.to_owned().into(), shown: masked(Some(&document), text) }
            }
            Err(_) => {
                let text = zeroize::Zeroizing::new(String::from_utf8_lossy(bytes).into_owned());
                Text { shown: masked(None, &text), raw: text }
            }
        }
    }

    fn raw(&self) -> Vec<&str> {
        self.raw.split_inclusive('\n').collect()
    }

    fn shown(&self) -> Vec<&str> {
        self.shown.split_inclusive('\n').collect()
    }
}

/// Lines of the old version that give way to lines of the new one.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Change {
    old: Range<usize>,
    new: Range<usize>,
}

/// The places where two lists of lines differ: the patience diff. Lines that stand once in both tell what belongs together, as far as
/// their order is the same; from there equal neighbours do.
fn changes(old: &[&str], new: &[&str]) -> Vec<Change> {
    let mut out = Vec::new();
    let (mut old_at, mut new_at) = (0, 0);
    let ends = std::iter::once((old.len(), new.len()));
    for (old_end, new_end) in anchors(old, new).into_iter().chain(ends) {
        if old_end < old_at || new_end < new_at {
            continue;
        }
        let equal = |(a, b): &(&&str, &&str)| a == b;
        let (gap_old, gap_new) = (&old[old_at..old_end], &new[new_at..new_end]);
        let head = gap_old.iter().zip(gap_new).take_while(equal).count();
        let tail = gap_old[head..].iter().rev().zip(gap_new[head..].iter().rev()).take_while(equal).count();
        let change = Change { old: old_at + head..old_end - tail, new: new_at + head..new_end - tail };
        if !change.old.is_empty() || !change.new.is_empty() {
            out.push(change);
        }
        (old_at, new_at) = (old_end, new_end);
    }
    out
}

/// The longest row of pairs of lines that stand once in each, in the order of both.
fn anchors(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
    let mut places: HashMap<&str, (u32, usize, u32, usize)> = HashMap::new();
    for (at, line) in old.iter().enumerate() {
        let place = places.entry(line).or_default();
        *place = (place.0 + 1, at, 0, 0);
    }
    for (at, line) in new.iter().enumerate() {
        if let Some(place) = places.get_mut(line) {
            *place = (place.0, place.1, place.2 + 1, at);
        }
    }
    let mut pairs: Vec<(usize, usize)> =
        places.into_values().filter(|place| place.0 == 1 && place.2 == 1).map(|place| (place.1, place.3)).collect();
    pairs.sort_unstable();
    // Patience sorting: each pile's top, and for each pair the one before it in the row.
    let mut piles: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (i, (_, new)) in pairs.iter().enumerate() {
        let pile = piles.partition_point(|&top| pairs[top].1 < *new);
        before.push(pile.checked_sub(1).map(|left| piles[left]));
        match piles.get_mut(pile) {
            Some(top) => *top = i,
            None => piles.push(i),
        }
    }
    let mut row: Vec<(usize, usize)> =
        std::iter::successors(piles.last().copied(), |&i| before[i]).map(|i| pairs[i]).collect();
    row.reverse();
    row
}

/// The lines to show: changes with what stands around them, those close to each other together.
fn hunks(changes: &[Change], old: &[&str], new: &[&str]) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut rest = changes;
    while let Some(first) = rest.first() {
        let gap = |pair: &[Change]| pair[1].old.start - pair[0].old.end > 2 * CONTEXT;
        let count = rest.windows(2).position(gap).map_or(rest.len(), |last| last + 1);
        let (hunk, others) = rest.split_at(count);
        rest = others;
        let last = hunk.last().unwrap_or(first);
        let lead = first.old.start.min(CONTEXT);
        let trail = (old.len() - last.old.end).min(CONTEXT);
        let place = |start: usize, end: usize| match end - start {
            0 => format!("{start},0"),
            1 => format!("{}", start + 1),
            lines => format!("{},{lines}", start + 1),
        };
        lines.push(Line::Hunk(format!(
            "@@ -{} +{} @@",
            place(first.old.start - lead, last.old.end + trail),
            place(first.new.start - lead, last.new.end + trail)
        )));
        let mut at = first.old.start - lead;
        let text = |sign: char, line: &&str| Line::Text(sign, (*line).to_owned());
        for change in hunk {
            lines.extend(old[at..change.old.start].iter().map(|line| text(' ', line)));
            lines.extend(old[change.old.clone()].iter().map(|line| text('-', line)));
            lines.extend(new[change.new.clone()].iter().map(|line| text('+', line)));
            at = change.old.end;
        }
        lines.extend(old[at..at + trail].iter().map(|line| text(' ', line)));
    }
    lines
}
