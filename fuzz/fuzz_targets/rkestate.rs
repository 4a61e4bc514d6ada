//! Any bytes as what a kubeconfig can be recovered from: states, objects out of a cluster, snapshots, tar files. Nothing panics,
//! what was written reads back as the same, and a recovered kubeconfig has a server for each context.

#![no_main]

use kubeconfig::rke::{FileSet, Recovery, SavedStates, State};
use kubeconfig::{Kubeconfig, cert};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    match SavedStates::from_bytes(bytes) {
        Ok(found) => {
            let newest = found.newest();
            let _ = format!("{found:?} {} {:?}", newest.place, found.unreadable());
            assert!(found.iter().any(|saved| saved.state == newest.state));
            found.iter().for_each(|saved| again(&saved.state));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    let now = cert::parse_time("2030-01-01").expect("a date");
    match Recovery::from_bytes(bytes).and_then(|recovery| recovery.at(now).build()) {
        Ok(recovered) => {
            let read: Kubeconfig = recovered.to_yaml().parse().expect("what is to be written reads");
            assert_eq!(&read, recovered.config());
            assert!(recovered.contexts().all(|(context, server)| !context.is_empty() && !server.is_empty()));
            assert!(read.current_context().is_some_and(|name| read.contexts.contains(name)));
            recovered.notes().iter().for_each(|note| assert!(!note.to_string().is_empty()));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    if let Ok(path) = std::str::from_utf8(bytes) {
        let set = FileSet::of(path);
        assert!(set.configs().len() > 0);
        let _ = (set.kubeconfig(), set.certificates());
    }
});

/// A state that was read is written, read and written as the same bytes.
fn again(state: &State) {
    let _ = (format!("{state:?}"), state.differences());
    let Ok(json) = state.to_json() else { return };
    let read = State::from_slice(json.expose().as_bytes()).expect("what was written reads");
    let written = read.to_json().expect("what was read is written");
    // A float that is minus zero comes back as the integer that Go would read.
    if !json.expose().contains("-0") {
        assert_eq!(written.expose(), json.expose());
    }
}
