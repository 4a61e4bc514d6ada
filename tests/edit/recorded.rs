//! Every file of the recorded cases that kubectl reads, odd as they are: it can be changed, and the rest stays.

use kubeconfig::config::Edit;
use kubeconfig::syntax::Document;
use kubeconfig::{AuthInfo, Cluster, Context, Kubeconfig};
use std::path::{Path, PathBuf};

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.extension().and_then(|e| e.to_str()) {
            _ if path.is_dir() => files.extend(self::files(&path)),
            Some("yaml") => files.push(path),
            _ => {}
        }
    }
    files.sort();
    files
}

/// Changes of each kind that this configuration can have.
fn changes(config: &Kubeconfig) -> Vec<(String, Kubeconfig)> {
    let mut changes = Vec::new();
    let mut add = |what: String, change: &dyn Fn(&mut Kubeconfig)| {
        let mut wanted = config.clone();
        change(&mut wanted);
        changes.push((what, wanted));
    };
    add("use".into(), &|config| config.current_context = Some("yes".into()));
    add("no current context".into(), &|config| config.current_context = None);
    add("colors".into(), &|config| config.preferences.colors = !config.preferences.colors);
    add("add".into(), &|config| {
        config.clusters.insert("new", Cluster::new("https://new"));
        config.users.insert("new", AuthInfo::with_token("12"));
        config.contexts.insert("new", Context::new("new", "new"));
        config.extensions.insert("new", "new".into());
    });
    add("remove all".into(), &|config| {
        config.clusters.retain(|_, _| false);
        config.users.retain(|_, _| false);
        config.contexts.retain(|_, _| false);
        config.extensions.retain(|_, _| false);
    });
    add("change all".into(), &|config| {
        config.clusters.iter_mut().for_each(|(_, cluster)| cluster.server = Some("https://changed".into()));
        config.users.iter_mut().for_each(|(_, user)| user.username = Some("n".into()));
        config.contexts.iter_mut().for_each(|(_, context)| context.namespace = Some("a: b".into()));
    });
    for name in config.clusters.names() {
        add(format!("remove cluster {name}"), &|config| drop(config.clusters.remove(name)));
        add(format!("rename cluster {name}"), &|config| assert!(config.clusters.rename(name, "new name")));
    }
    for name in config.users.names() {
        add(format!("remove user {name}"), &|config| drop(config.users.remove(name)));
        add(format!("empty user {name}"), &|config| *config.users.get_mut(name).unwrap() = AuthInfo::default());
    }
    for name in config.contexts.names() {
        add(format!("remove context {name}"), &|config| drop(config.contexts.remove(name)));
        add(format!("rename context {name}"), &|config| assert!(config.contexts.rename(name, "new name")));
    }
    changes
}

#[test]
fn recorded_files() {
    let folder = std::env::var_os("KUBECONFIG_TEST_CASES").map_or("tests/kubectl/cases".into(), PathBuf::from);
    let mut count = 0;
    for file in files(&folder) {
        let Ok(document) = Document::parse(std::fs::read(&file).unwrap()) else { continue };
        let Ok(config) = Kubeconfig::from_document(&document) else { continue };
        for (what, wanted) in changes(&config) {
            let edited = Edit::of(&document, &config).to(&wanted);
            let edited = edited.unwrap_or_else(|error| panic!("{}: {what}: {error}", file.display()));
            let Some(edited) = edited else { continue };
            count += 1;
            let again = Kubeconfig::from_document(&edited).unwrap();
            assert_eq!(
                again.to_json().ok().map(sorted),
                wanted.to_json().ok().map(sorted),
                "{}: {what}",
                file.display()
            );
            // And back again.
            let back = Edit::of(&edited, &again).to(&config);
            let back = back.unwrap_or_else(|error| panic!("{}: back from {what}: {error}", file.display()));
            let again = Kubeconfig::from_document(&back.unwrap()).unwrap();
            assert_eq!(
                again.to_json().ok().map(sorted),
                config.to_json().ok().map(sorted),
                "{}: {what}",
                file.display()
            );
        }
    }
    assert!(count > 400, "{count}");
}

/// The entries by name: their order means nothing.
fn sorted(json: String) -> serde_json::Value {
    let mut json: serde_json::Value = serde_json::from_str(&json).unwrap();
    for list in ["clusters", "users", "contexts", "extensions"] {
        if let Some(entries) = json.get_mut(list).and_then(|list| list.as_array_mut()) {
            entries.sort_by_key(|entry| entry["name"].to_string());
        }
    }
    json
}
