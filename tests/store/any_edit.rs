//! Any edit of any files: what is read afterwards is what was asked for.

use super::*;
use kubeconfig::config::Section;
use kubeconfig::store::Draft;
use kubeconfig::{AuthInfo, Cluster, Context, Loader};
use proptest::prelude::*;
use std::collections::HashSet;

/// Names of entries, few, so that they meet.
const NAMES: [&str; 4] = ["a", "b", "c", "yes"];

#[derive(Clone, Debug)]
enum Deed {
    Set { list: u8, name: usize, value: u8 },
    Remove { list: u8, name: usize },
    Rename { list: u8, from: usize, to: usize },
    Current { name: Option<usize> },
    Colors(bool),
}

fn deed() -> impl Strategy<Value = Deed> {
    let name = || 0..NAMES.len();
    prop_oneof![
        3 => (0..4u8, name(), any::<u8>()).prop_map(|(list, name, value)| Deed::Set { list, name, value }),
        2 => (0..4u8, name()).prop_map(|(list, name)| Deed::Remove { list, name }),
        2 => (0..4u8, name(), name()).prop_map(|(list, from, to)| Deed::Rename { list, from, to }),
        1 => proptest::option::of(name()).prop_map(|name| Deed::Current { name }),
        1 => any::<bool>().prop_map(Deed::Colors),
    ]
}

const SECTIONS: [Section; 4] = [Section::Clusters, Section::Users, Section::Contexts, Section::Extensions];

fn apply(draft: &mut Draft, deed: &Deed) {
    let config = &mut draft.config;
    match *deed {
        Deed::Set { list, name, value } => match list {
            0 => drop(config.clusters.insert(NAMES[name], Cluster::new(format!("https://{value}")))),
            1 => drop(config.users.insert(NAMES[name], AuthInfo::with_token(value.to_string()))),
            2 => drop(config.contexts.insert(NAMES[name], Context::new(value.to_string(), "u"))),
            _ => drop(config.extensions.insert(NAMES[name], kubeconfig::syntax::Value::string(value.to_string()))),
        },
        Deed::Remove { list, name } => match list {
            0 => drop(config.clusters.remove(NAMES[name])),
            1 => drop(config.users.remove(NAMES[name])),
            2 => drop(config.contexts.remove(NAMES[name])),
            _ => drop(config.extensions.remove(NAMES[name])),
        },
        Deed::Rename { list, from, to } => {
            // Where there is none, or one already, nothing happens.
            let _ = draft.rename(SECTIONS[usize::from(list)], NAMES[from], NAMES[to]);
        }
        Deed::Current { name } => config.current_context = name.map(|name| NAMES[name].to_owned()),
        Deed::Colors(colors) => config.preferences.colors = colors,
    }
}

fn file() -> impl Strategy<Value = Option<Vec<Deed>>> {
    let deeds = proptest::collection::vec(deed().prop_filter("sets", |d| !matches!(d, Deed::Rename { .. })), 0..6);
    proptest::option::weighted(0.8, deeds)
}

/// What is in a configuration, by list and name.
fn entries(config: &Kubeconfig) -> HashSet<(Section, String, String)> {
    let mut out = HashSet::new();
    let mut add = |section, name: &str, body: String| {
        out.insert((section, name.to_owned(), body));
    };
    config.clusters.iter().for_each(|(name, body)| add(Section::Clusters, name, format!("{body:?}")));
    // A token shows nowhere else.
    let token = |user: &AuthInfo| user.token.as_ref().map(|token| token.expose().clone());
    config.users.iter().for_each(|(name, body)| add(Section::Users, name, format!("{:?}", token(body))));
    config.contexts.iter().for_each(|(name, body)| add(Section::Contexts, name, format!("{body:?}")));
    let text = |value: &kubeconfig::syntax::Value| value.as_str().map(str::to_owned);
    config.extensions.iter().for_each(|(name, body)| add(Section::Extensions, name, format!("{:?}", text(body))));
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_read_is_what_was_asked_for(
        files in proptest::collection::vec(file(), 1..4),
        deeds in proptest::collection::vec(deed(), 0..6),
    ) {
        let folder = Folder::new();
        let store = folder.store().linger(Duration::ZERO);
        let environment = |list: &str| Environment::new(&folder.0).var("KUBECONFIG", list);
        let names: Vec<String> = (0..files.len()).map(|i| format!("file{i}")).collect();
        for (name, deeds) in names.iter().zip(&files) {
            let Some(deeds) = deeds else { continue };
            folder.file(name, "# mine\n");
            let edited = store.edit(&Loader::new(environment(name)), |draft| {
                deeds.iter().for_each(|deed| apply(draft, deed));
                Ok(())
            });
            prop_assert!(edited.unwrap().uncovered.is_empty());
        }
        let loader = Loader::new(environment(&names.join(":")));
        let before = loader.load().unwrap();
        let mut wanted = Kubeconfig::new();
        let edited = store.edit(&loader, |draft| {
            deeds.iter().for_each(|deed| apply(draft, deed));
            wanted.clone_from(&draft.config);
            Ok(())
        });
        let edited = match edited {
            Ok(edited) => edited,
            Err(error) => {
                prop_assert!(error.to_string().contains("hidden by one before it"), "{}", error);
                prop_assert_eq!(entries(loader.load().unwrap().config()), entries(before.config()));
                return Ok(());
            }
        };
        let after = loader.load().unwrap();
        let (found, wanted_entries) = (entries(after.config()), entries(&wanted));
        prop_assert!(found.is_superset(&wanted_entries), "{:?} {:?}", found, wanted_entries);
        let more: HashSet<_> = found.difference(&wanted_entries).map(|(s, name, _)| (Some(*s), name.clone())).collect();
        let uncovered = edited.uncovered.iter().filter(|u| u.section.is_some());
        let uncovered: HashSet<_> = uncovered.map(|u| (u.section, u.name.clone())).collect();
        prop_assert_eq!(more, uncovered);
        let left = edited.uncovered.iter().find(|u| u.section.is_none()).map(|u| u.name.as_str());
        prop_assert_eq!(after.config().current_context(), wanted.current_context().or(left));
        let all: HashSet<_> = folder.names().into_iter().collect();
        prop_assert!(all.iter().all(|name| name.starts_with("file")), "{:?}", all);
        prop_assert!(edited.changed.len() <= names.len());
        prop_assert!(!edited.changed.is_empty() || entries(before.config()) == entries(after.config()));
        // The same once more is no change.
        let again = store.edit(&loader, |_| Ok(())).unwrap();
        prop_assert!(again.changed.is_empty());
    }
}
