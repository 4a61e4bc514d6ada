//! What the outage check found. Nothing in here is secret.

use super::advice;
use super::way::{Missing, Way};
use crate::access::Verdict;
use crate::error::{Error, ErrorKind, Result};
use crate::rancher::clusters::ClusterGroup;
use crate::rancher::provisioner::Provisioner;
use crate::url::ServerUrl;
use indexmap::IndexMap;
use rustls_pki_types::UnixTime;
use std::collections::{HashMap, HashSet};

/// What the outage check found for every cluster.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OutageReport {
    /// The time at which Rancher was taken to be gone.
    pub at: UnixTime,
    /// The clusters, in the order of their first contexts.
    pub clusters: Vec<ClusterVerdict>,
    /// Why something that was said of a cluster was left out: there is no such cluster, or several are called so. Safe
    /// for a terminal.
    pub problems: Vec<String>,
}

impl OutageReport {
    /// The worst of all answers; `None` where there is no cluster.
    pub fn verdict(&self) -> Option<Verdict> {
        self.clusters.iter().map(|cluster| cluster.verdict).min()
    }

    /// The best way into a cluster, for the hour in which Rancher is gone: the first of those that the cluster's verdict rests on.
    ///
    /// The cluster is named by its name, by Rancher's id of it, by a context that leads into it, or by its entry in `clusters`.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where there is no such cluster, [`ErrorKind::Usage`] where several are called so,
    /// [`ErrorKind::Refused`] where there is no way, with what is missing and what would mend it.
    pub fn way_into(&self, cluster: &str) -> Result<&Way> {
        let by: [&dyn Fn(&ClusterVerdict) -> bool; 5] = [
            &|one| one.name == cluster,
            &|one| one.cluster_id.as_deref() == Some(cluster),
            &|one| one.ways.iter().any(|way| way.context() == cluster),
            &|one| one.ways.iter().any(|way| way.access.cluster() == Some(cluster)),
            // `local` for `local (rancher.example.com)`.
            &|one| one.name.strip_prefix(cluster).is_some_and(|rest| rest.starts_with(" (")),
        ];
        let mut found = by.iter().map(|is_it| self.clusters.iter().filter(|one| is_it(one)).collect::<Vec<_>>());
        let found = found.find(|found| !found.is_empty()).unwrap_or_default();
        let one = match &*found {
            [one] => one,
            [] => {
                let known: Vec<String> = self.clusters.iter().take(10).map(|one| format!("{:?}", one.name)).collect();
                let message = format!("no context leads into a cluster {cluster:?}");
                let error = Error::new(ErrorKind::NotFound, message);
                return Err(match known.is_empty() {
                    true => error,
                    false => error.with_help(format!("there are {}", known.join(", "))),
                });
            }
            several => {
                let names: Vec<String> = several.iter().map(|one| format!("{:?}", one.name)).collect();
                let message = format!("several clusters are called {cluster:?}: {}", names.join(", "));
                return Err(Error::new(ErrorKind::Usage, message).with_help("name a context that leads into it"));
            }
        };
        one.by().next().ok_or_else(|| {
            let why: Vec<String> = one.missing.iter().map(Missing::to_string).collect();
            let message = format!("no way leads into the cluster {:?} without Rancher: {}", one.name, why.join("; "));
            let error = Error::new(ErrorKind::Refused, message);
            match one.missing.iter().find_map(|missing| missing.mend.clone()) {
                Some(mend) => error.with_help(mend),
                None => error,
            }
        })
    }
}

/// What the outage check found for a cluster.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ClusterVerdict {
    /// What the files call it; see [`ClusterGroup::name`](crate::rancher::ClusterGroup::name). Where several clusters are
    /// called so, what tells them apart stands behind it: the host of Rancher, or the file, as in `local (rancher.example.com)`.
    pub name: String,
    /// The Rancher it is behind, where a context goes through one: scheme, host and port.
    pub rancher: Option<String>,
    /// Rancher's id of the cluster, where a file tells.
    pub cluster_id: Option<String>,
    /// The answer: that of the best way.
    pub verdict: Verdict,
    /// All contexts of the cluster, in the order of the files.
    pub ways: Vec<Way>,
    /// What is missing for a `yes`; empty where it is one. The first may have a [`mend`](Missing::mend), the others say what is
    /// wrong with the contexts there are.
    pub missing: Vec<Missing>,
}

impl ClusterVerdict {
    pub(super) fn of(group: &ClusterGroup<'_>, ways: Vec<Way>, is_rke: bool, provisioner: &Provisioner) -> Self {
        let verdict = ways.iter().map(Way::verdict).max().unwrap_or(Verdict::No);
        let missing = match verdict {
            Verdict::Yes => Vec::new(),
            _ => missing(group, &ways, is_rke, provisioner),
        };
        let ClusterGroup { name, rancher, cluster_id, .. } = group;
        let (name, rancher, cluster_id) = (name.clone(), rancher.clone(), cluster_id.clone());
        ClusterVerdict { name, rancher, cluster_id, verdict, ways, missing }
    }

    /// The ways that the answer rests on: those that lead in, or those that may. None where it is `no`.
    pub fn by(&self) -> impl Iterator<Item = &Way> {
        self.ways.iter().filter(|way| way.verdict() == self.verdict && self.verdict != Verdict::No)
    }
}

/// What is missing for a `yes`: first the advice, then the contexts with what is wrong with them, those with the same
/// together.
fn missing(group: &ClusterGroup<'_>, ways: &[Way], is_rke: bool, provisioner: &Provisioner) -> Vec<Missing> {
    let mut wrong: IndexMap<String, Vec<String>> = IndexMap::new();
    for way in ways {
        wrong.entry(way.access.reasons().join("; ")).or_default().push(way.context().to_owned());
    }
    let wrong = wrong.into_iter().map(|(what, contexts)| Missing { contexts, what, mend: None });
    advice::advice(group, ways, is_rke, provisioner).into_iter().chain(wrong).collect()
}

/// Every Rancher has a `local`, and every K3s calls itself `default`.
pub(super) fn tell_apart(clusters: &mut [ClusterVerdict]) {
    let mut named: HashMap<&str, usize> = HashMap::new();
    for cluster in &*clusters {
        *named.entry(&cluster.name).or_default() += 1;
    }
    let several: HashSet<String> = named.into_iter().filter(|(_, n)| *n > 1).map(|(name, _)| name.to_owned()).collect();
    for cluster in clusters.iter_mut().filter(|cluster| several.contains(&cluster.name)) {
        let file = || cluster.ways.iter().find_map(|way| Some(way.file.as_ref()?.display().to_string()));
        let rancher = cluster.rancher.as_deref().map(|rancher| ServerUrl::of(rancher).host().to_owned());
        if let Some(place) = rancher.or_else(file) {
            cluster.name = format!("{} ({place})", cluster.name);
        }
    }
}
