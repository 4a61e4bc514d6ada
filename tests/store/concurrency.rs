//! Many processes that change one file at once, kubectl among them.

use super::*;
use crate::common::kubectl::need_kubectl;
use kubeconfig::{Context, Loader};
use std::collections::HashSet;
use std::process::Stdio;
use std::sync::atomic::AtomicBool;
use std::time::{SystemTime, UNIX_EPOCH};

const PROCESSES: usize = 8;
/// Of each process.
const ADDITIONS: usize = 100;
const NAME: &str = "KUBECONFIG_STORE_TEST_NAME";
const BEFORE: &str = "contexts:\n";

/// What the children do: contexts of their own, one after the other.
///
/// One of twenty by [`Store::edit`]. The others as text: to read and compare all that is there again and again would take most
/// of the time, and leave less of it for meeting the others.
pub(crate) fn add(path: &Path) -> Result<(), Error> {
    let name = std::env::var(NAME).unwrap();
    let loader = Loader::new(Environment::new("/")).explicit(path);
    for i in 0..ADDITIONS {
        let name = format!("{name}-{i}");
        let store = Store::from_env().wait(Duration::from_secs(60)).keep(0);
        if i % 20 == 0 {
            store.edit(&loader, |draft| {
                draft.config.contexts.insert(name.as_str(), Context::new("c", "u"));
                Ok(())
            })?;
        } else {
            store.update(&[path], |files| add_text(files, &name))?;
        }
        // Pauses of all at once, or kubectl would never find the file free.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().subsec_millis();
        thread::sleep(Duration::from_millis(u64::from(if now > 700 { 1000 - now } else { 0 })));
    }
    Ok(())
}

fn add_text(files: &mut Files, name: &str) -> Result<(), Error> {
    let text = String::from_utf8(files.old(0).unwrap_or_default().to_vec()).unwrap();
    // kubectl empties a file before it fills it: then there is an error to return, as from anyone who reads it.
    let Some((head, tail)) = text.split_once(BEFORE) else { return Err(Kubeconfig::from_slice(b"[").unwrap_err()) };
    files.set(0, format!("{head}{BEFORE}- {{name: {name}, context: {{cluster: c, user: u}}}}\n{tail}"));
    Ok(())
}

#[test]
fn no_update_is_lost() {
    let folder = Folder::new();
    let path = folder.file("config", &format!("{BEFORE}- {{name: first, context: {{cluster: c}}}}\n"));
    let done = AtomicBool::new(false);
    let (theirs, refused) = thread::scope(|scope| {
        let kubectl = scope.spawn(|| {
            let (mut theirs, mut refused) = (Vec::new(), 0);
            let Some(kubectl) = need_kubectl() else { return (theirs, refused) };
            // At the end it has the file to itself.
            while !done.load(Ordering::Relaxed) || theirs.is_empty() {
                let name = format!("kubectl-{}", theirs.len() + refused);
                match kubectl.config(&path, &["set-context", &name, "--cluster=c"]).status.success() {
                    true => theirs.push(name),
                    // It does not wait for a lock.
                    false => refused += 1,
                }
                thread::sleep(Duration::from_millis(50));
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
    let ours = (0..PROCESSES).flat_map(|i| (0..ADDITIONS).map(move |n| format!("ours-{i}-{n}")));
    let lost: Vec<String> = ours.chain(theirs.iter().cloned()).filter(|name| !found.contains(&**name)).collect();
    eprintln!("{} of kubectl's, which was refused {refused} times", theirs.len());
    assert_eq!(lost, [""; 0], "beside {} of kubectl's", theirs.len());
    assert_eq!(found.len(), 1 + PROCESSES * ADDITIONS + theirs.len());
    assert_eq!(folder.names(), ["config"]);
}
