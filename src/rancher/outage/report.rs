//! What the outage check found. Nothing in here is secret.

use super::advice::Situation;
use super::maker::Maker;
use super::way::{Missing, Way};
use crate::access::Verdict;
use crate::error::{Error, ErrorKind, Result};
use crate::rancher::clusters::ClusterGroup;
use crate::rancher::objects::ManagedCluster;
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

    /// Returns how many clusters have that answer.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.clusters.iter().filter(|cluster| cluster.verdict == verdict).count()
    }

    /// Returns the best context for a cluster while Rancher is gone: the first of those that the cluster's verdict
    /// rests on. The cluster is named as for [`cluster`](OutageReport::cluster).
    ///
    /// # Errors
    /// Those of [`cluster`](OutageReport::cluster), and [`ErrorKind::Refused`] where no context reaches it, with the
    /// causes.
    pub fn way_into(&self, cluster: &str) -> Result<&Way> {
        let one = self.cluster(cluster)?;
        one.by().next().ok_or_else(|| {
            let causes = one.missing.iter().filter(|missing| missing.mend.is_none());
            let why: Vec<String> = causes.map(Missing::to_string).collect();
            let message = format!("{}: {}", one.unreached(), why.join("; "));
            Error::new(ErrorKind::Refused, message)
        })
    }

    /// Returns the cluster of that name: its name, Rancher's id of it, a context that leads into it, or its entry in
    /// `clusters`.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where there is no such cluster, [`ErrorKind::Usage`] where several are called so.
    pub fn cluster(&self, cluster: &str) -> Result<&ClusterVerdict> {
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
        match &*found {
            [one] => Ok(one),
            [] => {
                let known: Vec<String> = self.clusters.iter().take(10).map(|one| format!("{:?}", one.name)).collect();
                let message = format!("no context leads into a cluster {cluster:?}");
                let error = Error::new(ErrorKind::NotFound, message);
                Err(match known.is_empty() {
                    true => error,
                    false => error.with_help(format!("there are {}", known.join(", "))),
                })
            }
            several => {
                let names: Vec<String> = several.iter().map(|one| format!("{:?}", one.name)).collect();
                let message = format!("several clusters are called {cluster:?}: {}", names.join(", "));
                Err(Error::new(ErrorKind::Usage, message).with_help("name a context that leads into it"))
            }
        }
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
    /// What is missing for a `yes`; empty where it is one. First what is wrong with the contexts there are, then what
    /// to do, with a [`mend`](Missing::mend): one step always, or while [Rancher is down](super::Outage::rancher_down) one
    /// or more.
    pub missing: Vec<Missing>,
}

impl ClusterVerdict {
    pub(super) fn of(
        group: &ClusterGroup<'_>,
        ways: Vec<Way>,
        maker: Maker,
        managed: Option<&ManagedCluster>,
        is_rancher_down: bool,
    ) -> Self {
        let verdict = ways.iter().map(Way::verdict).max().unwrap_or(Verdict::No);
        let missing = match verdict {
            Verdict::Yes => Vec::new(),
            _ => missing(&Situation { group, ways: &ways, maker, managed, is_rancher_down }),
        };
        let ClusterGroup { name, rancher, cluster_id, .. } = group;
        let (name, rancher, cluster_id) = (name.clone(), rancher.clone(), cluster_id.clone());
        ClusterVerdict { name, rancher, cluster_id, verdict, ways, missing }
    }

    /// Returns the sentence that no context reaches the cluster, which has to be true.
    pub fn unreached(&self) -> String {
        format!("no context reaches the cluster \"{}\" without Rancher", crate::config::ShownName(&self.name))
    }

    /// Returns whether `check` says more of what is wrong with the contexts; not where the answer is yes.
    pub fn is_explained_by_check(&self) -> bool {
        self.verdict != Verdict::Yes && self.ways.iter().any(|way| way.access.is_explained_by_check())
    }

    /// The ways that the answer rests on: those that lead in, or those that may. None where it is `no`.
    pub fn by(&self) -> impl Iterator<Item = &Way> {
        self.ways.iter().filter(|way| way.verdict() == self.verdict && self.verdict != Verdict::No)
    }
}

/// What is missing for a `yes`: first the contexts with what is wrong with them, those with the same together, then
/// the advice.
fn missing(situation: &Situation<'_>) -> Vec<Missing> {
    let mut wrong: IndexMap<String, Vec<String>> = IndexMap::new();
    for way in situation.ways {
        wrong.entry(way.access.reasons().join("; ")).or_default().push(way.context().to_owned());
    }
    let wrong = wrong.into_iter().map(|(what, contexts)| Missing { contexts, what, mend: None });
    wrong.chain(situation.steps()).collect()
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
