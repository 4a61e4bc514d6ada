//! Many processes that change one file at once, kubectl among them.

use super::*;
use crate::common::{kubectl::need_kubectl, on_ci};
use kubeconfig::{Context, Loader};
use std::collections::HashSet;
use std::process::Stdio;
use std::sync::atomic::AtomicBool;

const PROCESSES: usize = 8;

/// Additions of each process; on CI 100.
fn additions() -> usize {
    if on_ci() || std::env::var_os("KUBECONFIG_TEST_ADDITIONS").is_some() { 100 } else { 15 }
}

const NAME: &str = "KUBECONFIG_STORE_TEST_NAME";

/// What the children do: contexts of their own, one after the other.
pub(crate) fn add(path: &Path) -> Result<(), Error> {
    let name = std::env::var(NAME).unwrap();
    let loader = Loader::new(Environment::new("/")).explicit(path).require_explicit(false);
    for i in 0..additions() {
        let store = Store::from_env().wait(Duration::from_secs(120));
        store.edit(&loader, |draft| {
            draft.config.contexts.insert(format!("{name}-{i}"), Context::new("c", "u"));
            Ok(())
        })?;
    }
    Ok(())
}

#[test]
fn no_update_is_lost() {
    let folder = Folder::new();
    let path = folder.file("config", "# keep me\ncontexts: []\n");
    let done = AtomicBool::new(false);
    let (theirs, refused) = thread::scope(|scope| {
        let kubectl = scope.spawn(|| {
            let (mut theirs, mut refused) = (Vec::new(), 0);
            let Some(kubectl) = need_kubectl() else { return (theirs, refused) };
            while !done.load(Ordering::Relaxed) {
                let name = format!("kubectl-{}", theirs.len() + refused);
                match kubectl.config(&path, &["set-context", &name, "--cluster=c"]).status.success() {
                    true => theirs.push(name),
                    // It does not wait for a lock.
                    false => refused += 1,
                }
            }
            (theirs, refused)
        });
        let start = |i: usize| {
            let mut command = command(&["env"], "add", &path);
            command.env(NAME, format!("ours-{i}")).stdout(Stdio::piped()).spawn().unwrap()
        };
        let children: Vec<_> = (0..PROCESSES).map(start).collect();
        for child in children {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        }
        done.store(true, Ordering::Relaxed);
        kubectl.join().unwrap()
    });
    let config = Kubeconfig::from_slice(&fs::read(&path).unwrap()).unwrap();
    let found: HashSet<&str> = config.contexts.names().collect();
    let ours = (0..PROCESSES).flat_map(|i| (0..additions()).map(move |n| format!("ours-{i}-{n}")));
    let lost: Vec<String> = ours.chain(theirs.iter().cloned()).filter(|name| !found.contains(&**name)).collect();
    let total = PROCESSES * additions();
    eprintln!("{total} contexts of ours, {} of kubectl's, which was refused {refused} times", theirs.len());
    assert_eq!(lost, [""; 0], "of {total} and {}", theirs.len());
    assert_eq!(folder.names(), ["config"]);
}
