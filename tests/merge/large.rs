//! Many files, many contexts, many clashes: time in proportion to the size.

use super::*;
use kubeconfig::{AuthInfo, Cluster, Context, Kubeconfig};
use std::time::Instant;

/// Files of so many contexts; `name` makes the names of each from the numbers of file and context.
fn files(number: usize, contexts: usize, name: impl Fn(usize, usize) -> String) -> Vec<Loaded> {
    let file = |f: usize| {
        let mut config = Kubeconfig::new();
        for c in 0..contexts {
            let name = name(f, c);
            config.clusters.insert(name.as_str(), Cluster::new(format!("https://f{f}.example.com:{}", c + 1)));
            config.users.insert(name.as_str(), AuthInfo::with_token(format!("token-{f}-{c}-{}", "x".repeat(200))));
            config.contexts.insert(name.as_str(), Context::new(name.as_str(), name.as_str()));
        }
        Loaded::from_config(config, "/")
    };
    (0..number).map(file).collect()
}

#[test]
fn two_thousand_contexts() {
    for (what, files, on_conflict) in [
        ("no clash", files(100, 20, |f, c| format!("{f}-{c}")), OnConflict::Fail),
        ("each name in each file", files(100, 20, |_, c| format!("c{c}")), OnConflict::Rename),
        ("each name in each file, first wins", files(100, 20, |_, c| format!("c{c}")), OnConflict::Keep),
        ("one name in two thousand files", files(2_000, 1, |_, _| "default".into()), OnConflict::Rename),
        // Their new names are there already, or asked for by several.
        (
            "names like new names",
            files(100, 20, |f, c| if f % 2 == 0 { format!("c{c}") } else { format!("c-{c}") }),
            OnConflict::Rename,
        ),
    ] {
        let start = Instant::now();
        let merged = merge_as(&files, |merge| merge.on_conflict(on_conflict)).unwrap();
        let expected = if on_conflict == OnConflict::Keep { 20 } else { 2_000 };
        assert_eq!(merged.config().contexts.len(), expected, "{what}");
        assert_eq!(merged.config().users.len(), expected, "{what}");
        // Seconds even where nothing is optimised; hours if it were quadratic anywhere.
        assert!(start.elapsed().as_secs() < 20, "{what}: {:?}", start.elapsed());
        eprintln!("{what}: {:?}", start.elapsed());
    }
    let start = Instant::now();
    let error = merge_as(&files(100, 20, |_, c| format!("c{c}")), |merge| merge).unwrap_err();
    assert_eq!(error.errors().len(), 60);
    assert!(error.to_string().len() < 1 << 20);
    assert!(start.elapsed().as_secs() < 20, "conflicts: {:?}", start.elapsed());
}

/// Everything is asked for by everybody: numbers.
#[test]
fn thousands_of_numbers() {
    let mut config = Kubeconfig::new();
    // The first two thousand numbers are taken.
    for n in 1..=2_000 {
        config.users.insert(format!("u-{n}"), AuthInfo::with_token(format!("{n}")));
    }
    let mut inputs = vec![Loaded::from_config(config, "/")];
    for f in 0..2_000 {
        let mut config = Kubeconfig::new();
        config.users.insert("u", AuthInfo::with_token(format!("other {f}")));
        inputs.push(Loaded::from_config(config, "/"));
    }
    let start = Instant::now();
    let merged = merge_as(&inputs, |merge| merge.on_conflict(OnConflict::Rename)).unwrap();
    assert_eq!(merged.config().users.len(), 4_000);
    assert!(merged.config().users.contains("u-4000"));
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}
