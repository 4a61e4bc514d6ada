//! The crate's own source as data: its files, with comments and the contents of literals blanked out.

use std::fs;
use std::path::{Path, PathBuf};

/// A source file of the library.
pub(crate) struct File {
    /// Relative to `src/`, with forward slashes.
    pub(crate) path: String,
    /// Its text without comments, literals and `#[cfg(test)]` modules; line numbers are kept.
    pub(crate) code: String,
}

impl File {
    /// The module right below the crate's root that the file belongs to; `lib` for the root itself.
    pub(crate) fn module(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// The line of a byte offset, from 1.
    pub(crate) fn line(&self, offset: usize) -> usize {
        self.code[..offset].matches('\n').count() + 1
    }
}

/// Every file under `src/`, the program's too.
pub(crate) fn files() -> Vec<File> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    collect(&src, &mut paths);
    paths.sort();
    assert!(paths.len() > 10, "the source was not found");
    paths
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            let relative = path.strip_prefix(&src).unwrap().to_str().unwrap().replace('\\', "/");
            File { path: relative, code: without_tests(&bare(&text)) }
        })
        .filter(|file| !file.path.ends_with("tests.rs"))
        .collect()
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "tests") {
                collect(&path, into);
            }
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(path);
        }
    }
}

/// Whether `text` at `at` is the word `word`, not a piece of a longer one.
pub(crate) fn is_word(text: &str, at: usize, word: &str) -> bool {
    let ident = |c: char| c.is_alphanumeric() || c == '_';
    text[at..].starts_with(word)
        && !text[..at].chars().next_back().is_some_and(ident)
        && !text[at + word.len()..].chars().next().is_some_and(ident)
}

/// The offsets at which `word` stands as a word.
pub(crate) fn words<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    text.match_indices(word).map(|(at, _)| at).filter(move |&at| is_word(text, at, word))
}

/// The text with comments and the contents of string and character literals as blanks.
fn bare(text: &str) -> String {
    let b = text.as_bytes();
    let mut out = Vec::with_capacity(b.len());
    let blank = |out: &mut Vec<u8>, from: usize, to: usize| {
        out.extend(b[from..to].iter().map(|&c| if c == b'\n' { b'\n' } else { b' ' }));
    };
    let mut i = 0;
    while i < b.len() {
        let rest = &b[i..];
        let after_word = i > 0 && (b[i - 1].is_ascii_alphanumeric() || b[i - 1] == b'_');
        let end = if rest.starts_with(b"//") {
            i + rest.iter().position(|&c| c == b'\n').unwrap_or(rest.len())
        } else if rest.starts_with(b"/*") {
            block_comment(b, i)
        } else if !after_word && (rest[0] == b'r' || rest.starts_with(b"br")) && raw_string(b, i).is_some() {
            raw_string(b, i).unwrap()
        } else if rest[0] == b'"' {
            quoted(b, i, b'"')
        } else if rest[0] == b'\'' && is_char_literal(text, i) {
            quoted(b, i, b'\'')
        } else {
            out.push(b[i]);
            i += 1;
            continue;
        };
        blank(&mut out, i, end);
        i = end;
    }
    String::from_utf8(out).unwrap()
}

fn block_comment(b: &[u8], start: usize) -> usize {
    let (mut depth, mut i) = (0, start);
    while i < b.len() {
        if b[i..].starts_with(b"/*") {
            depth += 1;
            i += 2;
        } else if b[i..].starts_with(b"*/") {
            depth -= 1;
            i += 2;
            if depth == 0 {
                return i;
            }
        } else {
            i += 1;
        }
    }
    b.len()
}

fn raw_string(b: &[u8], start: usize) -> Option<usize> {
    let from = start + if b[start] == b'b' { 2 } else { 1 };
    let hashes = b[from..].iter().take_while(|&&c| c == b'#').count();
    if b.get(from + hashes) != Some(&b'"') {
        return None;
    }
    let close = [b"\"".as_slice(), &vec![b'#'; hashes]].concat();
    let body = from + hashes + 1;
    let length = b[body..].windows(close.len()).position(|w| w == close).unwrap_or(b.len() - body);
    Some((body + length + close.len()).min(b.len()))
}

fn quoted(b: &[u8], start: usize, quote: u8) -> usize {
    let mut i = start + 1;
    while i < b.len() && b[i] != quote {
        i += if b[i] == b'\\' { 2 } else { 1 };
    }
    (i + 1).min(b.len())
}

/// Tells `'a'` and `'\n'` from the lifetime `'a`.
fn is_char_literal(text: &str, at: usize) -> bool {
    let mut rest = text[at + 1..].chars();
    match rest.next() {
        Some('\\') => true,
        Some(_) => rest.next() == Some('\''),
        None => false,
    }
}

/// The code with the bodies of `#[cfg(test)] mod … { … }` as blanks.
fn without_tests(code: &str) -> String {
    let mut out = code.to_owned();
    let mut from = 0;
    while let Some(at) = out[from..].find("#[cfg(test)]").map(|i| from + i) {
        from = at + 1;
        let Some(item) = out[at..].find(['{', ';']).map(|i| at + i) else { break };
        if out.as_bytes()[item] == b';' {
            continue;
        }
        let mut depth = 0;
        let end = out[item..]
            .bytes()
            .position(|c| {
                depth += i32::from(c == b'{') - i32::from(c == b'}');
                depth == 0
            })
            .map_or(out.len(), |i| item + i + 1);
        let blanks: String = out[at..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
        out.replace_range(at..end, &blanks);
    }
    out
}
