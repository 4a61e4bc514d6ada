//! Clusters of which somebody said that they are one.

use super::clusters::{ClusterGroup, Tie};
use crate::url::ServerUrl;
use std::path::PathBuf;

/// Joins the clusters of each pair; `files` are those of the configurations. Returns why a pair could not be joined.
pub(super) fn join(
    groups: &mut Vec<ClusterGroup<'_>>,
    files: &[Option<PathBuf>],
    same: &[(String, String)],
) -> Vec<String> {
    let mut problems = Vec::new();
    for (one, other) in same {
        let found = find(groups, files, one).and_then(|one| Ok((one, find(groups, files, other)?)));
        let (first, second) = match found {
            Ok((one, other)) => (one.min(other), one.max(other)),
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        let ids =
            |at: usize| groups.get(at).and_then(|group| Some((group.rancher.as_deref(), group.cluster_id.as_ref()?)));
        let ca = |at: usize| groups.get(at).and_then(|group| group.own_ca);
        let differ = ca(first).is_some() && ca(second).is_some() && ca(first) != ca(second);
        if first != second && ids(first).is_some() && ids(second).is_some() {
            problems.push(format!("{one:?} and {other:?} are two clusters by Rancher's ids of them"));
        } else if differ {
            problems.push(format!("{one:?} and {other:?} are two clusters: each has a CA of its own"));
        } else if first != second {
            let joined = groups.remove(second);
            if let Some(group) = groups.get_mut(first) {
                merge(group, joined);
            }
        }
    }
    problems
}

fn merge<'a>(group: &mut ClusterGroup<'a>, mut other: ClusterGroup<'a>) {
    if let Some(member) = other.members.first_mut() {
        member.tie = Some(Tie::Said);
    }
    if group.rancher.is_none() && other.rancher.is_some() {
        group.name = other.name;
        group.rancher = other.rancher;
    }
    group.cluster_id = group.cluster_id.take().or(other.cluster_id);
    group.own_ca = group.own_ca.or(other.own_ca);
    group.members.extend(other.members);
    group.members.sort_by_key(|member| member.config);
}

/// The cluster of that name: as the report shows it, else by its name, Rancher's id of it, or a context that leads into
/// it.
pub(super) fn find(groups: &[ClusterGroup<'_>], files: &[Option<PathBuf>], name: &str) -> Result<usize, String> {
    let shown = |group: &ClusterGroup<'_>| {
        let host = group.rancher.as_deref().map(|rancher| ServerUrl::of(rancher).host().to_owned());
        let of_files =
            group.members.iter().filter_map(|member| Some(files.get(member.config)?.as_ref()?.display().to_string()));
        let names =
            [Some(group.name.as_str())].into_iter().chain(group.members.iter().map(|member| Some(member.context)));
        let names: Vec<&str> = names.flatten().collect();
        let mut places = host.into_iter().chain(of_files);
        places.any(|place| names.iter().any(|one| format!("{one} ({place})") == name))
    };
    let by: [&dyn Fn(&ClusterGroup<'_>) -> bool; 4] =
        [&shown, &|group| group.name == name, &|group| group.cluster_id.as_deref() == Some(name), &|group| {
            group.members.iter().any(|member| member.context == name)
        }];
    let all = |is_it: &dyn Fn(&ClusterGroup<'_>) -> bool| -> Vec<usize> {
        groups.iter().enumerate().filter(|(_, group)| is_it(group)).map(|(at, _)| at).collect()
    };
    match by.iter().map(|is_it| all(is_it)).find(|found| !found.is_empty()).as_deref() {
        Some([one]) => Ok(*one),
        Some(_) => Err(format!(
            "several clusters are called {name:?}: name one with its Rancher or file behind it, as in {:?}",
            format!("{name} (PLACE)")
        )),
        None => Err(format!("no context leads into a cluster {name:?}")),
    }
}
