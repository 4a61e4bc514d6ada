//! Who may know whom: a module uses only those below it, and some words stand nowhere.

#[path = "../source/mod.rs"]
mod source;
mod uses;

use source::{File, files, words};
use std::collections::BTreeSet;
use uses::{Use, circles, uses};

/// Each module with those it may use, lowest first. A module that is not listed fails the test: give it its place.
const LAYERS: &[(&str, &[&str])] = &[
    ("calendar", &[]),
    ("secret", &[]),
    ("error", &["secret"]),
    ("shell", &["error"]),
    ("jwt", &[]),
    ("url", &["error"]),
    ("finding", &["error", "secret"]),
    ("syntax", &["error", "secret"]),
    ("cert", &["calendar", "error", "secret"]),
    ("config", &["error", "secret", "url", "syntax"]),
    ("load", &["error", "secret", "url", "finding", "syntax", "config"]),
    ("store", &["calendar", "error", "secret", "syntax", "config", "load"]),
    ("edit", &["error", "secret", "url", "syntax", "config", "load", "store"]),
    // The one judge. It gives its judgement to those below, which add to it what they know.
    ("access", &["calendar", "error", "secret", "jwt", "url", "finding", "cert", "config", "load"]),
    ("export", &["error", "secret", "url", "cert", "config", "load", "store", "access"]),
    ("merge", &["error", "secret", "url", "syntax", "config", "load", "store", "access", "export"]),
    ("rke", &["error", "secret", "url", "finding", "syntax", "cert", "config", "load", "store", "access"]),
    (
        "rancher",
        &[
            "error", "secret", "shell", "jwt", "url", "finding", "syntax", "cert", "config", "load", "store", "edit",
            "access", "export", "rke",
        ],
    ),
    (
        "check",
        &["error", "secret", "shell", "url", "finding", "syntax", "cert", "config", "load", "access", "rancher", "rke"],
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
    let files = library();
    let module = |file: usize| File::module(&files[file]);
    let below = |module: &str| LAYERS.iter().find(|(name, _)| *name == module).map(|(_, below)| *below);
    for file in files.iter().filter(|file| file.path != "lib.rs") {
        assert!(below(file.module()).is_some(), "{}: its module has no place in the table of layers", file.path);
    }
    let uses = uses(&files);
    let wrong = uses.iter().filter(|one| {
        let (from, to) = (module(one.from), module(one.to));
        from != "lib" && from != to && !below(from).is_some_and(|below| below.contains(&to))
    });
    let wrong: Vec<String> = wrong.map(|one| told(&files, one)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Of two files of one module at most one knows the other, directly or through others. A `mod.rs` does not count: it is the
/// face of its folder, made of the files below it, and they may take a type that stands there.
#[test]
fn the_files_of_a_module_make_no_circle() {
    let files = library();
    let is_face = |file: usize| files[file].path.ends_with("mod.rs");
    let mut uses = uses(&files);
    uses.retain(|one| files[one.from].module() == files[one.to].module());
    uses.retain(|one| !one.is_passed_on && !is_face(one.from) && !is_face(one.to));
    let told = |circle: Vec<&Use>| circle.into_iter().map(|one| told(&files, one)).collect::<Vec<_>>().join("\n");
    let found: Vec<String> = circles(&uses).into_iter().map(told).collect();
    assert!(found.is_empty(), "{} circles:\n{}", found.len(), found.join("\n\n"));
}

/// The program is a crate of its own and can name the public API only; unless it takes the source in.
#[test]
fn the_program_uses_the_public_api_only() {
    for file in files().iter().filter(|file| file.module() == "bin") {
        // A test of its own that counts what all of it allocates.
        let code = file.code.replace("#[cfg(test)]\n#[path", "");
        for way in ["#[path", "include!"] {
            assert!(!code.contains(way), "{}: {way}", file.path);
        }
    }
}

/// The files of the library, without the program's.
fn library() -> Vec<File> {
    files().into_iter().filter(|file| file.module() != "bin").collect()
}

fn told(files: &[File], one: &Use) -> String {
    format!("src/{}:{} knows {} ({})", files[one.from].path, one.line, files[one.to].path, one.name)
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

#[test]
fn the_scan_finds_what_it_looks_for() {
    let file = |path: &str, code: &str| File { path: path.into(), code: code.into() };
    let files = [
        file("lib.rs", "mod a; mod b; pub use b::{Outer, three::Three as Renamed}; pub use other as crate_of_others;"),
        file("a.rs", "use crate::{Outer, b::{Inner as I, one::{self, One}}};\nfn f() { one::two(); std::mem::take() }"),
        file("b/mod.rs", "mod one; mod two; mod three; pub use one::Outer; pub(crate) use two::Inner; fn own() {}"),
        file("b/one.rs", "use super::{two, three::Three}; fn f(x: two::X) { super::own(); super::Inner::new() }"),
        file("b/two.rs", "fn f() { crate::Renamed::new() }"),
        file("b/three.rs", "use super::Outer;"),
    ];
    let mut uses = uses(&files);
    assert!(uses.iter().any(|one| one.from == 2 && one.is_passed_on));
    uses.retain(|one| !one.is_passed_on);
    let pairs: BTreeSet<_> = uses.iter().map(|one| (&*files[one.from].path, &*files[one.to].path)).collect();
    let expected = [
        ("a.rs", "b/one.rs"),
        ("a.rs", "b/two.rs"),
        ("b/one.rs", "b/mod.rs"),
        ("b/one.rs", "b/three.rs"),
        ("b/one.rs", "b/two.rs"),
        ("b/three.rs", "b/one.rs"),
        ("b/two.rs", "b/three.rs"),
    ];
    assert_eq!(pairs, expected.into());
    let circles = circles(&uses);
    let ways: BTreeSet<Vec<&str>> =
        circles.iter().map(|way| way.iter().map(|one| &*files[one.from].path).collect()).collect();
    assert_eq!(ways, [vec!["b/one.rs", "b/three.rs"], vec!["b/two.rs", "b/three.rs", "b/one.rs"]].into());
}
