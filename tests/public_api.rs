//! The public API names only std, serde, rustls-pki-types and `serde_json::Value`: other dependencies can be changed
//! without a new major version.

mod source;

use source::{File, files, is_word, words};

/// Dependencies whose types and traits may stand in the public API.
const ALLOWED: &[&str] = &["serde", "rustls-pki-types"];

/// Items that name another dependency all the same: file, a piece of the item, why. One that is no longer there fails.
const EXCEPTIONS: &[(&str, &str, &str)] = &[];

#[test]
fn the_public_api_names_no_other_dependency() {
    let foreign = foreign_crates();
    let mut excused = vec![false; EXCEPTIONS.len()];
    let mut wrong = Vec::new();
    for file in files().iter().filter(|file| file.module() != "bin") {
        for (line, item) in public_items(file) {
            let Some(name) = foreign_name(&file.code, &item, &foreign) else { continue };
            match EXCEPTIONS.iter().position(|(path, piece, _)| *path == file.path && item.contains(piece)) {
                Some(i) => excused[i] = true,
                None => wrong.push(format!("src/{}:{line}: names {name}: {item}", file.path)),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for (seen, exception) in excused.iter().zip(EXCEPTIONS) {
        assert!(seen, "no longer needed: {exception:?}");
    }
}

/// The names, as written in code, of the dependencies that may not be named.
fn foreign_crates() -> Vec<String> {
    let manifest = include_str!("../Cargo.toml");
    let section = manifest.split("\n[dependencies]\n").nth(1).unwrap().split("\n[").next().unwrap();
    let names = section.lines().filter_map(|line| line.split_once('=').map(|(name, _)| name.trim()));
    let foreign: Vec<String> =
        names.filter(|n| !n.starts_with('#') && !ALLOWED.contains(n)).map(|n| n.replace('-', "_")).collect();
    assert!(foreign.iter().any(|name| name == "indexmap"), "the manifest was not understood");
    foreign
}

/// What an item names that it may not: a path into a foreign crate, or a name the file takes from one with `use`.
fn foreign_name(code: &str, item: &str, foreign: &[String]) -> Option<String> {
    let alias = || private_aliases(code, foreign).into_iter().find(|alias| words(item, alias).next().is_some());
    imported(code, item, foreign).or_else(alias)
}

fn imported(code: &str, item: &str, foreign: &[String]) -> Option<String> {
    for krate in foreign {
        let path = format!("{krate}::");
        for (at, _) in item.match_indices(&path) {
            if is_word(item, at, krate) && !allowed_path(&item[at..]) {
                return Some(krate.clone());
            }
        }
    }
    for statement in code.split(';') {
        let Some(at) = words(statement, "use").last() else { continue };
        let path = statement[at + 3..].trim();
        let Some(krate) = foreign.iter().find(|krate| path.starts_with(&format!("{krate}::"))) else { continue };
        if allowed_path(path) {
            continue;
        }
        let names = path.split(['{', '}', ',', ':']).map(|piece| piece.rsplit(" as ").next().unwrap_or(piece).trim());
        for name in names.filter(|name| !name.is_empty() && *name != krate.as_str() && *name != "self") {
            if name.starts_with(char::is_uppercase) && words(item, name).next().is_some() {
                return Some(format!("{krate}::{name}"));
            }
        }
    }
    None
}

/// The names a file gives to foreign types for itself: `type Bytes = Zeroizing<Vec<u8>>;`.
fn private_aliases(code: &str, foreign: &[String]) -> Vec<String> {
    let aliases = words(code, "type").filter(|&at| at == 0 || code[..at].ends_with('\n'));
    let aliases = aliases.filter_map(|at| code[at..].split(';').next()?.strip_prefix("type")?.split_once('='));
    let of_foreign = aliases.filter(|(_, of)| imported(code, of, foreign).is_some());
    of_foreign.map(|(name, _)| name.split('<').next().unwrap_or(name).trim().to_owned()).collect()
}

fn allowed_path(path: &str) -> bool {
    path.starts_with("serde_json::Value") && is_word(path, "serde_json::".len(), "Value")
}

/// What the public API shows of a file: the signatures of `pub` items, whole enums and traits, heads of `impl` blocks
/// and the associated types in them.
fn public_items(file: &File) -> Vec<(usize, String)> {
    let code = &file.code;
    let mut items = Vec::new();
    for word in ["pub", "impl", "type"] {
        for at in words(code, word) {
            let rest = &code[at..];
            if rest.starts_with("pub(") || (word == "impl" && !at_start_of_line(code, at)) {
                continue;
            }
            // Associated types of trait impls stand indented; `pub type` comes with its `pub`.
            if word == "type" && (!at_start_of_line(code, at) || code[..at].ends_with('\n')) {
                continue;
            }
            items.push((file.line(at), item_at(rest)));
        }
    }
    items
}

fn at_start_of_line(code: &str, at: usize) -> bool {
    code[..at].rsplit('\n').next().is_some_and(|before| before.trim().is_empty())
}

fn item_at(rest: &str) -> String {
    let kind = rest.trim_start_matches("pub").split_whitespace().next().unwrap_or_default();
    let whole = matches!(kind, "enum" | "trait");
    let known = matches!(
        kind,
        "enum" | "trait" | "fn" | "const" | "static" | "async" | "struct" | "type" | "use" | "mod" | "extern"
    ) || rest.starts_with("impl")
        || rest.starts_with("type");
    let (mut braces, mut others) = (0i32, 0i32);
    let mut previous = ' ';
    for (i, c) in rest.char_indices() {
        match c {
            '{' if whole || kind == "use" => braces += 1,
            '{' => return squeeze(&rest[..i]),
            '}' if braces == 0 => return squeeze(&rest[..i]),
            '}' => {
                braces -= 1;
                if braces == 0 && whole {
                    return squeeze(&rest[..=i]);
                }
            }
            // What follows in a tuple struct's brackets is public only where it says `pub`.
            '(' if kind == "struct" => return squeeze(&rest[..i]),
            '(' | '[' | '<' => others += 1,
            '>' if previous == '-' || previous == '=' => {}
            ')' | ']' | '>' if others == 0 => return squeeze(&rest[..i]),
            ')' | ']' | '>' => others -= 1,
            ';' if braces == 0 && others == 0 => return squeeze(&rest[..i]),
            // A field ends at a comma.
            ',' if !known && others == 0 => return squeeze(&rest[..i]),
            _ => {}
        }
        previous = c;
    }
    squeeze(rest)
}

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_scan_finds_what_it_looks_for() {
    let foreign = ["indexmap", "zeroize", "serde_json"].map(String::from);
    let found = |code: &str| {
        let file = File { path: "x.rs".into(), code: code.into() };
        public_items(&file).iter().filter(|(_, item)| foreign_name(code, item, &foreign).is_some()).count()
    };
    assert_eq!(found("pub fn f(&self) -> indexmap::IndexMap<A, B> { zeroize::x() }"), 1);
    assert_eq!(
        found("use zeroize::Zeroizing;\npub fn f() -> Zeroizing<u8> {}\npub(crate) fn g() -> Zeroizing<u8> {}"),
        1
    );
    assert_eq!(found("pub struct A(indexmap::IndexMap<A, B>, pub indexmap::X);"), 1);
    assert_eq!(found("pub struct A { a: indexmap::IndexMap<A, B>, pub b: Vec<u8>, pub c: indexmap::Y }"), 1);
    assert_eq!(found("pub enum A { B(indexmap::X) }\npub trait T { fn f(x: zeroize::X); }"), 2);
    assert_eq!(
        found("use indexmap::{IndexMap as Map, map::Entry};\nimpl From<Map> for X {\n    type Error = Entry;\n}"),
        2
    );
    assert_eq!(found("pub use indexmap::IndexMap;\npub type A = indexmap::IndexMap<B, C>;"), 2);
    assert_eq!(
        found("pub fn f(x: serde_json::Value) {}\npub fn g(x: &serde_json::Map) {}\nfn h(x: indexmap::X) {}"),
        1
    );
}

/// What a program keeps, hands to another thread, or shares between several.
#[test]
fn types_can_be_sent_and_shared() {
    fn is_free<T: Send + Sync + 'static>() {}
    is_free::<kubeconfig::Kubeconfig>();
    is_free::<kubeconfig::Cluster>();
    is_free::<kubeconfig::AuthInfo>();
    is_free::<kubeconfig::Context>();
    is_free::<kubeconfig::ExecConfig>();
    is_free::<kubeconfig::Error>();
    is_free::<kubeconfig::Secret<String>>();
    is_free::<kubeconfig::Loader>();
    is_free::<kubeconfig::Loaded>();
    is_free::<kubeconfig::Target>();
    is_free::<kubeconfig::config::Entries<kubeconfig::Cluster>>();
    is_free::<kubeconfig::syntax::Document>();
    is_free::<kubeconfig::syntax::Value>();
    is_free::<kubeconfig::syntax::Limits>();
    is_free::<kubeconfig::access::Access>();
    is_free::<kubeconfig::merge::Merged>();
    is_free::<kubeconfig::store::Store>();
    is_free::<kubeconfig::store::WriteOptions>();
    is_free::<kubeconfig::url::ServerUrl>();
    #[cfg(feature = "check")]
    {
        is_free::<kubeconfig::check::Checker>();
        is_free::<kubeconfig::check::Report>();
        is_free::<kubeconfig::check::Inventory>();
    }
    #[cfg(feature = "rke")]
    {
        is_free::<kubeconfig::rke::ClusterConfig>();
        is_free::<kubeconfig::rke::State>();
        is_free::<kubeconfig::rke::SavedStates>();
        is_free::<kubeconfig::rke::ServerFolder>();
        is_free::<kubeconfig::rke::Recovery>();
    }
    #[cfg(feature = "cert")]
    is_free::<kubeconfig::cert::Certificate>();
}
