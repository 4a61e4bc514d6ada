//! What holds for any files: more than 10,000 random merges, small and full of clashes.

use super::*;
use kubeconfig::{AuthInfo, Cluster, Context, Kubeconfig};
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Few names, among them those that new names are like.
const NAMES: &[&str] =
    &["", "a", "b", "a-h1", "a-h2", "a-one", "a-x", "a-1", "a-x-1", "b-h1-c-1", "a-missing", "b-missing-2", "-h1"];
const SERVERS: &[&str] = &["https://h1", "https://h2:6443", "https://h2", "https://h1/k8s/clusters/c-1", "", "h1"];
const FILES: &[&str] = &["one/x.yaml", "two/x.yaml", "one/y", "x.yaml"];

fn name() -> impl Strategy<Value = &'static str> {
    // The first ones often: else little clashes.
    prop_oneof![3 => select(&NAMES[..4]), 1 => select(NAMES)]
}

fn cluster() -> impl Strategy<Value = Cluster> {
    let ca = select(&[None, Some("ca.pem"), Some("/f/one/ca.pem"), Some("../one/ca.pem")][..]);
    (select(SERVERS), ca, prop::bool::weighted(0.1), prop::bool::weighted(0.1)).prop_map(
        |(server, ca, insecure, odd)| {
            let mut cluster = Cluster::new(server);
            cluster.certificate_authority = ca.map(str::to_owned);
            cluster.insecure_skip_tls_verify = insecure;
            if odd {
                cluster.other.insert("x-unknown", "value");
            }
            cluster
        },
    )
}

fn user() -> impl Strategy<Value = AuthInfo> {
    let file = select(&[None, None, None, Some("token"), Some("/f/one/token")][..]);
    (select(&["t1", "t2", "t3"][..]), file).prop_map(|(token, file)| {
        let mut user = AuthInfo::with_token(token);
        user.token_file = file.map(str::to_owned);
        user
    })
}

fn context() -> impl Strategy<Value = Context> {
    let reference = || prop_oneof![12 => name().prop_map(Some), 1 => Just(None)];
    let namespace = select(&[None, None, None, Some("web")][..]);
    (reference(), reference(), namespace).prop_map(|(cluster, user, namespace)| {
        let mut context = Context::default();
        context.cluster = cluster.map(str::to_owned);
        context.user = user.map(str::to_owned);
        context.namespace = namespace.map(str::to_owned);
        context
    })
}

fn config() -> impl Strategy<Value = Kubeconfig> {
    let clusters = prop::collection::vec((name(), cluster()), 0..3);
    let users = prop::collection::vec((name(), user()), 0..3);
    let contexts = prop::collection::vec((name(), context()), 0..3);
    (clusters, users, contexts, name()).prop_map(|(clusters, users, contexts, current)| {
        let mut config = Kubeconfig::new();
        config.clusters.extend(clusters);
        config.users.extend(users);
        config.contexts.extend(contexts);
        config.current_context = Some(current.to_owned());
        config
    })
}

type Files = Vec<(&'static str, Kubeconfig)>;

/// Two to four files, and another order of them and of the result: the numbers are places among the files, the last is
/// that of the result.
fn files() -> impl Strategy<Value = (Files, Vec<usize>)> {
    let files = prop_oneof![4 => prop::collection::vec((select(FILES), config()), 2..4),
        1 => prop::collection::vec((select(FILES), config()), 4)];
    files.prop_flat_map(|files| {
        let order = Just((0..=files.len()).collect::<Vec<_>>()).prop_shuffle();
        (Just(files), order)
    })
}

/// What an entry means, told by other means than the merge's own: JSON, with its paths joined to the folder.
fn cluster_means(cluster: &Cluster, folder: &Path) -> String {
    let mut cluster = cluster.clone();
    join(&mut cluster.certificate_authority, folder);
    serde_json::to_string(&cluster).unwrap()
}

fn user_means(user: &AuthInfo, folder: &Path) -> String {
    let mut user = user.clone();
    join(&mut user.token_file, folder);
    serde_json::to_string(&user).unwrap()
}

fn join(path: &mut Option<String>, folder: &Path) {
    if let Some(path) = path.as_mut().filter(|path| !path.is_empty()) {
        let joined = folder.join(&*path);
        let joined = joined.to_str().unwrap().replace("/one/../", "/").replace("/two/../", "/").replace("/f/../", "/");
        *path = joined;
    }
}

/// What a context means: its cluster and its user, whatever they are called; `-` for none, `?` for one that is missing.
fn context_means(config: &Kubeconfig, name: &str, folder: &Path) -> [String; 3] {
    let context = &config.contexts[name];
    let named = |name: &Option<String>| name.clone().filter(|name| !name.is_empty());
    let cluster = named(&context.cluster).map(|n| config.clusters.get(&n).map(|c| cluster_means(c, folder)));
    let user = named(&context.user).map(|n| config.users.get(&n).map(|u| user_means(u, folder)));
    let shown = |what: Option<Option<String>>| what.map_or("-".into(), |what| what.unwrap_or("?".into()));
    [shown(cluster), shown(user), context.namespace.clone().unwrap_or_default()]
}

/// Names with what they mean, in one list.
fn all(config: &Kubeconfig) -> BTreeMap<String, String> {
    let root = Path::new("/");
    let clusters = config.clusters.iter().map(|(n, c)| (format!("cluster {n}"), cluster_means(c, root)));
    let users = config.users.iter().map(|(n, u)| (format!("user {n}"), user_means(u, root)));
    let named = |name: &Option<String>| name.clone().unwrap_or_default();
    let contexts = config.contexts.iter().map(|(n, c)| {
        let means = context_means(config, n, root);
        (format!("context {n}"), format!("{means:?} {:?} {:?}", named(&c.cluster), named(&c.user)))
    });
    clusters.chain(users).chain(contexts).collect()
}

/// A folder `/f` that is not there is enough: nothing is read from it.
fn folder_of(file: &str) -> PathBuf {
    Path::new("/f").join(file).parent().unwrap().to_owned()
}

fn load(files: &[(&str, Kubeconfig)]) -> Vec<Loaded> {
    files.iter().map(|(file, config)| Loaded::from_config(config.clone(), folder_of(file))).collect()
}

/// As if the result had been written and read.
fn again(merged: &Merged) -> Loaded {
    Loaded::from_config(merged.to_yaml().parse().unwrap(), "/elsewhere")
}

fn merge(inputs: &[&Loaded], on_conflict: OnConflict) -> Result<Merged, Error> {
    merge_as(inputs.iter().copied(), |merge| merge.on_conflict(on_conflict))
}

fn is_empty(files: &[(&str, Kubeconfig)]) -> bool {
    files.iter().all(|(_, c)| c.clusters.is_empty() && c.users.is_empty() && c.contexts.is_empty())
}

/// Every context that stays has what it had, by the report's own account of where it came from.
fn keeps_its_own(merged: &Merged, files: &[(&str, Kubeconfig)]) -> Result<(), TestCaseError> {
    let config = merged.config();
    prop_assert_eq!(merged.report().contexts.len(), config.contexts.len());
    for context in &merged.report().contexts {
        let means = context_means(config, &context.name, Path::new("/"));
        prop_assert!(!context.from.is_empty());
        for from in &context.from {
            let (file, input) = &files[from.place.input - 1];
            prop_assert_eq!(&means, &context_means(input, &from.name, &folder_of(file)), "{}", &context.name);
        }
    }
    let current = config.current_context();
    prop_assert!(current.is_none_or(|current| config.contexts.contains(current)));
    Ok(())
}

/// With the result among them, wherever, the same files give the same result.
fn is_stable(merged: &Merged, inputs: &[&Loaded], at: usize, on_conflict: OnConflict) -> Result<(), TestCaseError> {
    let own = again(merged);
    let mut with = inputs.to_vec();
    with.insert(at, &own);
    let twice = merge(&with, on_conflict).unwrap();
    prop_assert_eq!(twice.to_yaml(), merged.to_yaml(), "{:?} with the result at {}", on_conflict, at);
    Ok(())
}

/// `PROPTEST_CASES` asks for more.
fn cases(number: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { default.cases } else { number };
    ProptestConfig { cases, failure_persistence: None, ..default }
}

fn rename(files: &[(&str, Kubeconfig)], order: &[usize], inputs: &[Loaded]) -> Result<(), TestCaseError> {
    let inputs: Vec<&Loaded> = inputs.iter().collect();
    let merged = merge(&inputs, OnConflict::Rename).unwrap();
    prop_assert!(merged.report().left_out.is_empty());
    keeps_its_own(&merged, files)?;

    // Nobody is lost: all contexts are accounted for, and all clusters and users are there.
    let found: BTreeSet<_> = merged
        .report()
        .contexts
        .iter()
        .flat_map(|c| c.from.iter().map(|from| (from.place.input, from.name.as_str())))
        .collect();
    let root = Path::new("/");
    let clusters: BTreeSet<_> = merged.config().clusters.iter().map(|(_, c)| cluster_means(c, root)).collect();
    let users: BTreeSet<_> = merged.config().users.iter().map(|(_, u)| user_means(u, root)).collect();
    for (i, (file, config)) in files.iter().enumerate() {
        prop_assert!(config.contexts.names().all(|name| found.contains(&(i + 1, name))));
        prop_assert!(config.clusters.iter().all(|(_, c)| clusters.contains(&cluster_means(c, &folder_of(file)))));
        prop_assert!(config.users.iter().all(|(_, u)| users.contains(&user_means(u, &folder_of(file)))));
    }

    // In another order, with the result among them: the same names for the same things.
    let own = again(&merged);
    let turned: Vec<&Loaded> = order.iter().map(|&i| inputs.get(i).copied().unwrap_or(&own)).collect();
    let other = merge(&turned, OnConflict::Rename).unwrap();
    prop_assert_eq!(all(merged.config()), all(other.config()));
    // Where it stands first, all the files behind it change nothing.
    if order[0] == files.len() {
        prop_assert_eq!(other.to_yaml(), merged.to_yaml());
    }
    Ok(())
}

/// The winner of each context's name is the first file's, or the last one's.
fn one_wins(files: &[(&str, Kubeconfig)], order: &[usize], inputs: &[Loaded]) -> Result<(), TestCaseError> {
    let inputs: Vec<&Loaded> = inputs.iter().collect();
    let on_conflict = if order[0] < order[1] { OnConflict::Keep } else { OnConflict::Replace };
    let merged = merge(&inputs, on_conflict).unwrap();
    keeps_its_own(&merged, files)?;
    let mut winners = BTreeMap::new();
    for (file, config) in files {
        for name in config.contexts.names() {
            let means = context_means(config, name, &folder_of(file));
            if on_conflict == OnConflict::Replace || !winners.contains_key(name) {
                winners.insert(name, means);
            }
        }
    }
    let result: BTreeMap<_, _> =
        merged.config().contexts.names().map(|n| (n, context_means(merged.config(), n, Path::new("/")))).collect();
    prop_assert_eq!(result, winners);
    is_stable(&merged, &inputs, order[2], on_conflict)
}

proptest! {
    // Two merges each, in two orders of the files.
    #![proptest_config(cases(5_000))]

    #[test]
    fn renamed((files, order) in files()) {
        prop_assume!(!is_empty(&files));
        rename(&files, &order, &load(&files))?;
    }
}

proptest! {
    #![proptest_config(cases(600))]

    #[test]
    fn kept_or_replaced((files, order) in files()) {
        prop_assume!(!is_empty(&files));
        one_wins(&files, &order, &load(&files))?;
    }

    /// Where there is no conflict, all strategies come to the same; where there is one, it is said.
    #[test]
    fn failed((files, order) in files()) {
        prop_assume!(!is_empty(&files));
        let inputs = load(&files);
        let inputs: Vec<&Loaded> = inputs.iter().collect();
        let strategies = [OnConflict::Rename, OnConflict::Keep, OnConflict::Replace];
        match merge(&inputs, OnConflict::Fail) {
            Ok(merged) => {
                keeps_its_own(&merged, &files)?;
                is_stable(&merged, &inputs, order[0], OnConflict::Fail)?;
                let other = merge(&inputs, strategies[order[0] % 3]).unwrap();
                prop_assert_eq!(all(other.config()), all(merged.config()));
            }
            Err(error) => {
                prop_assert!(error.errors().iter().all(|e| e.kind() == kubeconfig::ErrorKind::Conflict));
                let renamed = merge(&inputs, OnConflict::Rename).unwrap();
                let report = renamed.report();
                let adopted = report.notes.iter().any(|note| note.to_string().contains("another file has one of that"));
                // A context that names `a-missing` by itself says the same as one that gets that name.
                let is_missing = |name: &Option<String>| name.as_deref().is_some_and(|name| name.ends_with("-missing"));
                let says_the_same = files
                    .iter()
                    .flat_map(|(_, config)| config.contexts.iter())
                    .any(|(_, context)| is_missing(&context.cluster) || is_missing(&context.user));
                prop_assert!(adopted || says_the_same || !report.renamed.is_empty());
            }
        }
    }
}

/// What is merged into: often nothing yet.
fn target() -> impl Strategy<Value = Kubeconfig> {
    prop_oneof![config(), Just(Kubeconfig::new())]
}

/// How often each thing is said in a list.
fn counts(all: impl Iterator<Item = String>) -> BTreeMap<String, usize> {
    all.fold(BTreeMap::new(), |mut counts, one| {
        *counts.entry(one).or_default() += 1;
        counts
    })
}

/// Clusters, users and contexts by what they mean.
fn meanings(config: &Kubeconfig, folder: &Path) -> [BTreeMap<String, usize>; 3] {
    [
        counts(config.clusters.iter().map(|(_, c)| cluster_means(c, folder))),
        counts(config.users.iter().map(|(_, u)| user_means(u, folder))),
        counts(config.contexts.names().map(|name| format!("{:?}", context_means(config, name, folder)))),
    ]
}

/// Merges some of the files into `target`: all that it has stays, under its names, and nothing is added twice.
fn into_target(
    target: &Kubeconfig,
    files: &[(&str, Kubeconfig)],
    inputs: &[&Loaded],
) -> Result<Kubeconfig, TestCaseError> {
    let loaded = Loaded::from_config(target.clone(), "/");
    let merge = inputs.iter().copied().fold(Merge::new().target(&loaded), Merge::input);
    let merged = merge.on_conflict(OnConflict::Rename).build();
    let Ok(merged) = merged else { return Ok(target.clone()) };
    let all_files: Vec<_> = [("", target.clone())].into_iter().chain(files.iter().cloned()).collect();
    let root = Path::new("/");
    let result = merged.config();
    prop_assert!(merged.report().left_out.is_empty());
    for context in &merged.report().contexts {
        let means = context_means(result, &context.name, root);
        for from in &context.from {
            let (file, input) = &all_files[from.place.input - 1];
            let folder = if from.place.input == 1 { root.to_owned() } else { folder_of(file) };
            prop_assert_eq!(&means, &context_means(input, &from.name, &folder), "{}", &context.name);
        }
    }
    // What the target has is there as it was.
    let there = all(result);
    for (entry, means) in all(target) {
        prop_assert_eq!(there.get(&entry), Some(&means), "{}", entry);
    }
    // Nothing is there more often than the target or one of the files has it, and all of it is there.
    let most = all_files
        .iter()
        .enumerate()
        .map(|(i, (file, config))| meanings(config, &if i == 0 { root.to_owned() } else { folder_of(file) }));
    let most: Vec<_> = most.collect();
    // What has no name can't be named by a context, so it does not count as being there.
    let mut named = result.clone();
    named.clusters.remove("");
    named.users.remove("");
    named.contexts.remove("");
    for (list, counts) in meanings(&named, root).iter().enumerate() {
        for (means, count) in counts {
            // Two names that stand for nothing may be different ones.
            let most = most.iter().filter_map(|lists| lists[list].get(means)).max().copied().unwrap_or_default();
            prop_assert!(*count <= most || means.contains("\"?\""), "{} times {}", count, means);
        }
        for means in most.iter().flat_map(|lists| lists[list].keys()) {
            prop_assert!(meanings(result, root)[list].contains_key(means), "{}", means);
        }
    }
    Ok(merged.to_yaml().parse().unwrap())
}

proptest! {
    #![proptest_config(cases(600))]

    /// The same merges into one file, in a loop: each alone, some together. After the first round nothing changes.
    #[test]
    fn merged_into_a_target_again_and_again((files, order) in files(), target in target()) {
        let inputs = load(&files);
        let mut target = target;
        let folder = folder_of(FILES[0]);
        target.clusters.iter_mut().for_each(|(_, cluster)| join(&mut cluster.certificate_authority, &folder));
        target.users.iter_mut().for_each(|(_, user)| join(&mut user.token_file, &folder));
        let together = order[0].min(files.len() - 1);
        let mut rounds: Vec<Vec<String>> = Vec::new();
        for _ in 0..3 {
            let mut round = Vec::new();
            for i in (0..files.len()).filter(|i| *i != together) {
                target = into_target(&target, &files[i..=i], &[&inputs[i]])?;
                round.push(target.to_yaml().unwrap());
                let some = [files[together].clone(), files[i].clone()];
                target = into_target(&target, &some, &[&inputs[together], &inputs[i]])?;
                round.push(target.to_yaml().unwrap());
            }
            rounds.push(round);
        }
        let last = rounds[0].last().unwrap();
        prop_assert!(rounds[1..].iter().flatten().all(|text| text == last), "{:#?}", rounds);
    }

    /// Where the first file wins nothing of the target changes either, and one round is enough.
    #[test]
    fn kept_in_a_target_again_and_again((files, _) in files(), target in target()) {
        let inputs = load(&files);
        let mut target = target;
        let mut rounds: Vec<Vec<String>> = Vec::new();
        for _ in 0..3 {
            let mut round = Vec::new();
            for input in &inputs {
                let loaded = Loaded::from_config(target.clone(), folder_of(FILES[0]));
                let merge = Merge::new().target(&loaded).input(input).on_conflict(OnConflict::Keep);
                if let Ok(merged) = merge.build() {
                    target = merged.to_yaml().parse().unwrap();
                }
                round.push(target.to_yaml().unwrap());
            }
            rounds.push(round);
        }
        let last = rounds[0].last().unwrap();
        prop_assert!(rounds[1..].iter().flatten().all(|text| text == last), "{:#?}", rounds);
    }

    /// Without a target: the result with the same files behind it is the result, however often.
    #[test]
    fn merged_with_the_result_again_and_again((files, _) in files()) {
        prop_assume!(!is_empty(&files));
        let inputs = load(&files);
        let inputs: Vec<&Loaded> = inputs.iter().collect();
        let merged = merge(&inputs, OnConflict::Rename).unwrap();
        is_stable(&merged, &inputs, 0, OnConflict::Rename)?;
    }
}

proptest! {
    #![proptest_config(cases(60))]

    /// As above with real files, whose names get into the new names, some of them equal.
    #[test]
    fn files_with_names((files, order) in files()) {
        prop_assume!(!is_empty(&files));
        let place = Place::new();
        // Each in a folder of its own, of which the test knows nothing: paths are made absolute first.
        let mut absolute = Vec::new();
        let mut inputs = Vec::new();
        for (i, (file, config)) in files.iter().enumerate() {
            let folder = folder_of(file);
            let mut config = config.clone();
            config.clusters.iter_mut().for_each(|(_, cluster)| join(&mut cluster.certificate_authority, &folder));
            config.users.iter_mut().for_each(|(_, user)| join(&mut user.token_file, &folder));
            let name = format!("{i}/{file}");
            place.write(&name, &config.to_yaml().unwrap());
            inputs.push(place.load(&name));
            absolute.push((*file, config));
        }
        rename(&absolute, &order, &inputs)?;
        one_wins(&absolute, &order, &inputs)?;
    }
}
