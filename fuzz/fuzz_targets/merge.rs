//! Any texts as kubeconfigs, merged by every strategy: each context that stays has its own cluster and credentials, the order
//! of the files does not count for names, and merging the result again changes nothing. Into the first of them too, which keeps
//! its names.

#![no_main]

use kubeconfig::merge::{Merge, Merged, OnConflict};
use kubeconfig::{AuthInfo, Cluster, Error, Kubeconfig, Loaded};
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeMap;

const SEPARATOR: &[u8] = b"\n===\n";

fuzz_target!(|bytes: &[u8]| {
    let mut texts = Vec::new();
    let mut rest = bytes;
    while let Some(at) = rest.windows(SEPARATOR.len()).position(|window| window == SEPARATOR) {
        texts.push(&rest[..at]);
        rest = &rest[at + SEPARATOR.len()..];
    }
    texts.push(rest);
    let configs = texts.iter().take(5).map(|text| Kubeconfig::from_slice(text));
    let Ok(configs) = configs.collect::<Result<Vec<_>, _>>() else { return };
    // Paths in them mean other files in other folders.
    let folders = ["/f", "/g/f", "/f"].into_iter().cycle();
    let inputs: Vec<Loaded> = configs.into_iter().zip(folders).map(|(c, f)| Loaded::from_config(c, f)).collect();

    for on_conflict in [OnConflict::Fail, OnConflict::Keep, OnConflict::Replace, OnConflict::Rename] {
        let merge = |inputs: &mut dyn Iterator<Item = &Loaded>| merge(inputs, on_conflict, Merge::new());
        let merged = match merge(&mut inputs.iter()) {
            Ok(merged) => merged,
            Err(error) => {
                let _ = format!("{error} {error:?}");
                continue;
            }
        };
        let _ = merged.report().to_string();
        keeps_its_own(&merged, &inputs);
        let text = merged.to_yaml();
        let own = Loaded::from_config(text.parse().expect("it was read back"), "/elsewhere");
        let again = merge(&mut std::iter::once(&own).chain(&inputs)).expect("it was merged before");
        assert!(again.to_yaml() == text, "{on_conflict:?}: merging again changes the result");
        if on_conflict == OnConflict::Rename {
            let turned = merge(&mut inputs.iter().rev()).expect("it was merged the other way round");
            assert!(names(&turned) == names(&merged), "the order of the files counts");
        }
    }
    if let [target, others @ ..] = &*inputs {
        into(target, others, &inputs);
    }
});

/// Merges into the first file.
fn into(target: &Loaded, others: &[Loaded], inputs: &[Loaded]) {
    let merge = |target| merge(others.iter(), OnConflict::Rename, Merge::new().target(target));
    let Ok(merged) = merge(target) else { return };
    keeps_its_own(&merged, inputs);
    let (before, after) = (target.config(), merged.config());
    assert!(before.clusters.names().all(|name| after.clusters.contains(name)), "a cluster has another name");
    assert!(before.users.names().all(|name| after.users.contains(name)), "a user has another name");
    for (name, context) in before.contexts.iter() {
        let now = &after.contexts[name];
        assert!(named(&context.cluster) == named(&now.cluster) && named(&context.user) == named(&now.user));
    }
    let own = Loaded::from_config(merged.to_yaml().parse().expect("it was read back"), "/elsewhere");
    let again = merge(&own).expect("it was merged before");
    assert!(again.to_yaml() == merged.to_yaml(), "merging into the file again changes it");
}

fn merge<'a>(inputs: impl Iterator<Item = &'a Loaded>, how: OnConflict, merge: Merge<'a>) -> Result<Merged, Error> {
    inputs.fold(merge, Merge::input).on_conflict(how).build()
}

fn keeps_its_own(merged: &Merged, inputs: &[Loaded]) {
    let result = merged.config();
    assert_eq!(merged.report().contexts.len(), result.contexts.len());
    for context in &merged.report().contexts {
        for from in &context.from {
            let own = inputs[from.place.input - 1].config();
            let (before, after) = (&own.contexts[&*from.name], &result.contexts[&*context.name]);
            let cluster = |config: &Kubeconfig, name: &Option<String>| {
                named(name).map(|n| config.clusters.get(n).map(of_cluster))
            };
            let user =
                |config: &Kubeconfig, name: &Option<String>| named(name).map(|n| config.users.get(n).map(of_user));
            assert!(cluster(own, &before.cluster) == cluster(result, &after.cluster), "another cluster");
            assert!(user(own, &before.user) == user(result, &after.user), "another user");
            assert_eq!(before.namespace.as_deref().unwrap_or_default(), after.namespace.as_deref().unwrap_or_default());
        }
    }
}

fn named(name: &Option<String>) -> Option<&str> {
    name.as_deref().filter(|name| !name.is_empty())
}

/// What matters and is no path: those are made absolute. Empty is as good as absent.
fn of_cluster(cluster: &Cluster) -> Vec<Vec<u8>> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default().into_bytes();
    let ca = cluster.certificate_authority_data.as_ref().map(|data| data.decode().to_vec()).unwrap_or_default();
    let flags = vec![u8::from(cluster.insecure_skip_tls_verify), u8::from(cluster.disable_compression)];
    vec![text(&cluster.server), text(&cluster.tls_server_name), text(&cluster.proxy_url), ca, flags]
}

fn of_user(user: &AuthInfo) -> Vec<Vec<u8>> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default().into_bytes();
    let secret = |s: &Option<kubeconfig::Secret<String>>| {
        s.as_ref().map(|s| s.expose().clone()).unwrap_or_default().into_bytes()
    };
    let key = user.client_key_data.as_ref().map(|data| data.expose().decode().to_vec()).unwrap_or_default();
    let certificate = user.client_certificate_data.as_ref().map(|data| data.decode().to_vec()).unwrap_or_default();
    let arguments = user.exec.iter().flat_map(|exec| exec.arguments()).map(|a| a.expose().clone().into_bytes());
    let mut out = vec![
        secret(&user.token),
        secret(&user.password),
        text(&user.username),
        text(&user.impersonate),
        key,
        certificate,
    ];
    out.extend(arguments);
    out
}

/// Names with what they lead to.
fn names(merged: &Merged) -> BTreeMap<String, (Option<String>, Option<String>)> {
    let config = merged.config();
    let clusters = config.clusters.names().map(|name| (format!("cluster {name}"), (None, None)));
    let users = config.users.names().map(|name| (format!("user {name}"), (None, None)));
    let named = |name: &Option<String>| named(name).map(str::to_owned);
    let contexts = config.contexts.iter().map(|(n, c)| (format!("context {n}"), (named(&c.cluster), named(&c.user))));
    clusters.chain(users).chain(contexts).collect()
}
