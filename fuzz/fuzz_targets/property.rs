//! Any kubeconfig and any properties set or removed in it, as the verbs do it: nothing is half done, and what is written says
//! what was meant and needs no second change.

#![no_main]

use kubeconfig::config::Edit;
use kubeconfig::edit::{self, Diff, SetContext};
use kubeconfig::syntax::Document;
use kubeconfig::{Error, Kubeconfig};
use libfuzzer_sys::fuzz_target;

const SEPARATOR: &str = "\n===\n";

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Some((deeds, text)) = text.split_once(SEPARATOR) else { return };
    // What can't be parsed is shown too, and hidden with it.
    let _ = Diff::between("config", None, text.as_bytes()).to_string();
    let Ok(document) = Document::parse(text.as_bytes()) else { return };
    let Ok(read) = Kubeconfig::from_document(&document) else { return };
    let mut wanted = read.clone();
    for deed in deeds.lines().take(8) {
        let before = wanted.clone();
        if do_it(&mut wanted, deed).is_err() {
            assert_eq!(wanted, before, "{deed:?} failed, and changed something");
        }
    }
    let written = match Edit::of(&document, &read).to(&wanted) {
        Ok(Some(written)) => written,
        Ok(None) => return,
        Err(error) => {
            let said = error.to_string();
            assert!(!said.contains("would say something else"), "{said}\n{deeds}\n===\n{text}");
            return;
        }
    };
    let shown = Diff::between("config", Some(document.text().as_bytes()), written.text().as_bytes());
    assert!(!shown.is_empty() && shown.to_string().starts_with("--- config\n"), "{deeds}\n===\n{text}");
    let again = Kubeconfig::from_document(&written).expect("it was read again");
    let none = Edit::of(&written, &again).to(&wanted).expect("nothing is to be done");
    assert!(none.is_none(), "a second change\n{deeds}\n===\n{text}\n=== became\n{}", written.text());
});

/// `set PATH=VALUE`, `bytes PATH=VALUE`, `unset PATH`, `user NAME`, `cluster NAME`, `use NAME`, `namespace NAME=VALUE`.
fn do_it(config: &mut Kubeconfig, deed: &str) -> Result<(), Error> {
    let (verb, rest) = deed.split_once(' ').unwrap_or((deed, ""));
    let (name, value) = rest.rsplit_once('=').unwrap_or((rest, ""));
    match verb {
        "set" => edit::set_property(config, name, value),
        "bytes" => edit::set_property_bytes(config, name, value),
        "unset" => edit::unset_property(config, rest),
        "user" => edit::delete_user(config, rest).map(drop),
        "cluster" => edit::delete_cluster(config, rest),
        "use" => edit::use_context(config, rest).map(drop),
        _ => {
            let mut change = SetContext::default();
            change.namespace = Some(value.to_owned());
            change.apply(config, name);
            Ok(())
        }
    }
}
