//! Where help is, after an answer that is not yes.

use crate::output::say;
use kubeconfig::access::Access;
use kubeconfig::finding::Code;
use kubeconfig::{Loaded, Printable, shell};
use std::collections::HashSet;
use std::path::Path;

/// Says which command tells how to fix what was found in these configurations. Of standard input there is nothing to
/// name.
pub(crate) fn to_check<'a>(loaded: impl IntoIterator<Item = &'a Loaded>, at: Option<&str>) {
    let loaded: Vec<&Loaded> = loaded.into_iter().collect();
    let files = match &*loaded {
        // Put together as kubectl does it: without a name `check` does the same.
        [one] if one.sources().len() > 1 => Vec::new(),
        _ => {
            let mut seen = HashSet::new();
            let files = loaded.iter().flat_map(|one| one.sources()).map(|source| source.path());
            let files: Vec<&Path> = files.filter(|path| is_there_again(path) && seen.insert(*path)).collect();
            if files.is_empty() {
                return;
            }
            files
        }
    };
    let at = at.map(|time| format!(" --at {time}")).unwrap_or_default();
    let files: String = files.into_iter().map(|file| format!(" {}", shell::file(file))).collect();
    say(&format_args!("To see how to fix it: kubeconfig check{at}{files}"));
}

/// Whether a file can be read once more: what came through a pipe (`<(command)`) is gone.
fn is_there_again(file: &Path) -> bool {
    file != Path::new("-") && !["/dev", "/proc"].iter().any(|folder| file.starts_with(folder))
}

/// Says which command tells what a file is that is not a kubeconfig with contexts.
pub(crate) fn to_what_it_is(file: &Path) {
    if is_there_again(file) {
        say(&format_args!("To see what it is: kubeconfig check {}", shell::file(file)));
    }
}

/// Says which states beside the files could not be compared with them, whatever the answer is.
pub(crate) fn to_uncompared<'a>(contexts: impl IntoIterator<Item = &'a Access>) {
    let findings = contexts.into_iter().flat_map(Access::findings);
    for found in findings.filter(|found| found.code == Code::Unreadable) {
        let entry = found.entry.as_deref().unwrap_or_default();
        say(&format_args!("note: {}: {}", Printable(entry), Printable(&found.message)));
    }
}
