//! Kubeconfigs that are there already, against the recovered one.

use crate::cert::{self, Certificate};
use crate::config::{Cluster, Kubeconfig};
use crate::load::read_reference;
use rustls_pki_types::UnixTime;
use std::path::Path;

/// A kubeconfig in a regular file; what can't be read, or is something else, says nothing.
pub(super) fn read(file: &Path) -> Option<Kubeconfig> {
    let bytes = file.is_file().then(|| read_reference(file).ok()).flatten()?;
    Kubeconfig::from_slice(&bytes).ok()
}

/// When the last certificate of the same administrator in `existing` ends, if that is later than `own` does.
pub(super) fn newer_in(existing: &Kubeconfig, recovered: &Kubeconfig, own: &Certificate) -> Option<UnixTime> {
    let trusted = authorities(recovered);
    let shares_ca = |cluster: &Cluster| of(cluster).iter().any(|ca| trusted.contains(ca));
    let certificates = existing.contexts.iter().filter_map(|(_, context)| {
        existing.clusters.get(context.cluster.as_deref()?).filter(|cluster| shares_ca(cluster))?;
        let user = existing.users.get(context.user.as_deref()?)?;
        let data = user.client_certificate_data.as_ref().filter(|data| !data.is_empty())?;
        cert::leaf(&data.decode()).ok()
    });
    let same = certificates.filter(|found| found.common_name() == own.common_name());
    let last = same.map(|found| found.not_after()).max_by_key(UnixTime::as_secs)?;
    (last.as_secs() > own.not_after().as_secs()).then_some(last)
}

/// Whether both name CAs, and none in common.
pub(super) fn is_of_another_ca(existing: &Kubeconfig, recovered: &Kubeconfig) -> bool {
    let (existing, recovered) = (authorities(existing), authorities(recovered));
    !existing.is_empty() && !recovered.is_empty() && !existing.iter().any(|ca| recovered.contains(ca))
}

fn authorities(config: &Kubeconfig) -> Vec<Certificate> {
    config.clusters.iter().flat_map(|(_, cluster)| of(cluster)).collect()
}

fn of(cluster: &Cluster) -> Vec<Certificate> {
    let data = cluster.certificate_authority_data.as_ref();
    data.and_then(|data| cert::certificates(&data.decode()).ok()).unwrap_or_default()
}
