//! Any sequence of writes, against a map in memory.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
enum Deed {
    Write { name: u8, contents: Vec<u8>, force: bool },
    Chmod { name: u8, mode: u32 },
    Remove { name: u8 },
}

fn deed() -> impl Strategy<Value = Deed> {
    let contents = prop_oneof![Just(Vec::new()), proptest::collection::vec(any::<u8>(), 0..300)];
    prop_oneof![
        4 => (0..3u8, contents, any::<bool>()).prop_map(|(name, contents, force)| Deed::Write { name, contents, force }),
        1 => (0..3u8, 0..0o1000u32).prop_map(|(name, mode)| Deed::Chmod { name, mode: mode | 0o400 }),
        1 => (0..3u8).prop_map(|name| Deed::Remove { name }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// The folder always holds what a map of names to contents and modes holds.
    #[test]
    fn a_folder_is_a_map(deeds in proptest::collection::vec(deed(), 1..12)) {
        let folder = Folder::new();
        let mut model: BTreeMap<String, (Vec<u8>, u32)> = BTreeMap::new();
        for deed in deeds {
            match deed {
                Deed::Write { name, contents, force } => {
                    let name = format!("file{name}");
                    let result = write(folder.path(&name), &contents, &WriteOptions::new().force(force));
                    let old = model.get(&name).map(|(_, mode)| *mode);
                    if old.is_some() && !force {
                        prop_assert_eq!(result.unwrap_err().kind(), ErrorKind::Refused);
                    } else {
                        prop_assert_eq!(result.unwrap().replaced, old.is_some());
                        model.insert(name, (contents, old.unwrap_or(0o600)));
                    }
                }
                Deed::Chmod { name, mode } => {
                    if let Some((name, (_, old))) = model.iter_mut().nth(name.into()) {
                        chmod(&folder.path(name), mode);
                        *old = mode;
                    }
                }
                Deed::Remove { name } => {
                    let name = format!("file{name}");
                    prop_assert_eq!(fs::remove_file(folder.path(&name)).is_ok(), model.remove(&name).is_some());
                }
            }
            let found: BTreeMap<_, _> = folder.names().into_iter().map(|name| {
                let path = folder.path(&name);
                (name, (fs::read(&path).unwrap(), mode(&path)))
            }).collect();
            prop_assert_eq!(&found, &model);
        }
    }
}
