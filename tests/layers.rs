//! Who may know whom: a module uses only those below it, and some words stand nowhere.

mod source;

use source::{File, files, words};
use std::collections::BTreeSet;

/// Each module with those it may use, lowest first. A module that is not listed fails the test: give it its place.
const LAYERS: &[(&str, &[&str])] = &[
    ("calendar", &[]),
    ("secret", &[]),
    ("error", &["secret"]),
    ("finding", &["error", "secret"]),
    ("syntax", &["error", "secret"]),
    ("cert", &["calendar", "error", "secret"]),
    ("jwt", &["error", "secret"]),
    ("config", &["error", "secret", "syntax"]),
    ("load", &["error", "secret", "finding", "syntax", "cert", "config"]),
    ("store", &["calendar", "error", "secret", "syntax", "cert", "config", "load"]),
    ("edit", &["error", "secret", "syntax", "config", "store", "load"]),
    ("export", &["error", "secret", "syntax", "cert", "jwt", "config", "store", "load"]),
    ("merge", &["error", "secret", "syntax", "config", "store", "load", "export"]),
    // Export takes the choice of the current context as a function, so it need not know this.
    ("rke", &["error", "secret", "finding", "syntax", "cert", "config", "store", "load", "export"]),
    ("rancher", &["error", "secret", "syntax", "cert", "jwt", "config", "store", "load", "edit", "export", "rke"]),
    (
        "check",
        &["error", "secret", "finding", "syntax", "cert", "jwt", "config", "store", "load", "export", "rancher", "rke"],
    ),
];

/// Words that stand nowhere in the library, and why.
const NOWHERE: &[(&str, &str)] = &[
    ("unsafe", "the crate is forbid(unsafe_code)"),
    ("todo!", "unfinished"),
    ("unimplemented!", "unfinished"),
    ("dbg!", "left from debugging"),
    ("panic!", "no input makes it panic"),
    (".unwrap()", "no input makes it panic"),
    (".expect(", "no input makes it panic"),
    ("process::Command", "nothing is executed"),
    ("TcpStream", "nothing here connects"),
    ("UdpSocket", "nothing here connects"),
];

/// Words that only the program may use: a library returns, it does not print or exit.
const PROGRAM_ONLY: &[&str] = &["println!", "eprintln!", "print!", "eprint!", "process::exit"];

#[test]
fn the_table_has_no_circle() {
    for (i, (module, below)) in LAYERS.iter().enumerate() {
        for name in *below {
            let at = LAYERS.iter().position(|(other, _)| other == name).unwrap();
            assert!(at < i, "{module} stands below {name} in the table and may not know it");
        }
    }
}

#[test]
fn every_module_knows_only_those_below_it() {
    let files = files();
    let root = files.iter().find(|f| f.path == "lib.rs").unwrap();
    let mut wrong = Vec::new();
    for file in &files {
        let module = file.module();
        if module == "lib" {
            continue;
        }
        if module == "bin" {
            // The program is a crate of its own and can name the public API only; unless it takes the source in.
            for way in ["#[path", "include!"] {
                assert!(!file.code.contains(way), "{}: the program uses the public API only", file.path);
            }
            continue;
        }
        let Some((_, below)) = LAYERS.iter().find(|(name, _)| *name == module) else {
            panic!("{}: the module {module} has no place in the table of layers", file.path);
        };
        for (line, name) in uses(file) {
            let used = defined_in(root, &name);
            if used != module && !below.contains(&used.as_str()) {
                wrong.push(format!("src/{}:{line}: {module} may not know {used} ({name})", file.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn some_words_stand_nowhere() {
    let mut wrong = Vec::new();
    for file in &files() {
        for (word, why) in NOWHERE {
            let hits: Vec<usize> = if word.starts_with('.') {
                file.code.match_indices(word).map(|(at, _)| at).collect()
            } else {
                words(&file.code, word).collect()
            };
            wrong.extend(hits.iter().map(|&at| format!("src/{}:{}: {word}: {why}", file.path, file.line(at))));
        }
        if file.module() != "bin" {
            for word in PROGRAM_ONLY {
                let hits = words(&file.code, word);
                wrong.extend(hits.map(|at| format!("src/{}:{}: {word}: a library returns", file.path, file.line(at))));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The names right below the crate's root that a file uses, by `crate::` or by enough of `super::`.
fn uses(file: &File) -> Vec<(usize, String)> {
    // How many `super::` lead from the file's module to the root.
    let parts = file.path.trim_end_matches(".rs").split('/').filter(|part| *part != "mod").count();
    let mut found = Vec::new();
    for (way, root) in [("crate::", 1), ("super::", parts)] {
        let chain = way.repeat(root);
        for (at, _) in file.code.match_indices(&chain) {
            let before = file.code[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            let rest = &file.code[at + chain.len()..];
            found.extend(heads(rest).into_iter().map(|name| (file.line(at), name)));
        }
    }
    found
}

/// The first names of a path, or of each path in a group in braces.
fn heads(rest: &str) -> Vec<String> {
    let ident = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    if !rest.starts_with('{') {
        return vec![ident(rest)];
    }
    let (mut depth, mut fresh, mut names) = (0, false, Vec::new());
    for (i, c) in rest.char_indices() {
        match c {
            '{' => {
                depth += 1;
                fresh = depth == 1;
            }
            '}' => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
            ',' if depth == 1 => fresh = true,
            c if fresh && !c.is_whitespace() => {
                names.push(ident(&rest[i..]));
                fresh = false;
            }
            _ => {}
        }
    }
    names
}

/// The module behind a name at the root: itself, or where `pub use` in lib.rs takes it from.
fn defined_in(root: &File, name: &str) -> String {
    for statement in root.code.split(';') {
        let Some(at) = words(statement, "use").next() else { continue };
        let path = statement[at + 3..].trim().trim_start_matches("crate::").trim_start_matches("self::");
        let Some((module, names)) = path.split_once("::") else { continue };
        if words(names, name).next().is_some() {
            return module.trim().to_owned();
        }
    }
    name.to_owned()
}

#[test]
fn the_scan_finds_what_it_looks_for() {
    let file = |path: &str, code: &str| File { path: path.into(), code: code.into() };
    let names = |file: &File| uses(file).into_iter().map(|(_, name)| name).collect::<BTreeSet<_>>();
    let one = file("config/data.rs", "use crate::{load, syntax::{a, b}};\nuse super::super::store::x; use super::own;");
    assert_eq!(names(&one), ["load", "store", "syntax"].map(String::from).into());
    let top = file("export.rs", "fn f(_: super::check::Finding, _: &$crate::probe::P) {}");
    assert_eq!(names(&top), ["check", "probe"].map(String::from).into());
    let root = file("lib.rs", "pub mod load; pub use load::{Loaded, Loader}; pub use error::Error;");
    assert_eq!(defined_in(&root, "Loader"), "load");
    assert_eq!(defined_in(&root, "syntax"), "syntax");
}
