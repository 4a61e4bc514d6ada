//! Who made a cluster, and so which files its servers have.

use crate::access::Examiner;
use crate::cert::Certificate;
use crate::load::Loaded;
use crate::rancher::clusters::ClusterGroup;
use crate::rancher::kind::ContextKind;
use crate::rancher::objects::ManagedCluster;
use crate::rancher::provisioner::Provisioner;

/// Who made a cluster, as far as Rancher's objects tell, or the contexts that lead into it without Rancher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Maker {
    /// There is a state with an administrator's certificate in it.
    Rke,
    K3s,
    Rke2,
    Kubeadm,
    /// A cloud, whose servers are out of reach.
    Hosted(String),
    Unknown,
}

impl Maker {
    /// By who provisioned it, by what Rancher detected, by a cloud's own host, by the kinds of the contexts, and by the
    /// names that the distributions give to their CAs.
    pub(super) fn of(
        examiner: &Examiner,
        group: &ClusterGroup<'_>,
        configs: &[&Loaded],
        provisioner: Provisioner,
        managed: Option<&ManagedCluster>,
    ) -> Self {
        if let Provisioner::Hosted(cloud) = provisioner {
            return Maker::Hosted(cloud);
        }
        let detected = match managed.and_then(|managed| managed.provider.as_deref()).unwrap_or_default() {
            "rke" | "rke.windows" => Some(Maker::Rke),
            "k3s" => Some(Maker::K3s),
            "rke2" => Some(Maker::Rke2),
            _ => None,
        };
        if let Some(maker) = detected {
            return maker;
        }
        // With a token of Rancher's the context's kind is that of an authorized endpoint.
        let by_host = group.members.iter().find_map(|member| match member.view.hosted_by_host()?.kind {
            ContextKind::Eks => Some(Maker::Hosted("EKS".into())),
            ContextKind::Gke => Some(Maker::Hosted("GKE".into())),
            ContextKind::Aks => Some(Maker::Hosted("AKS".into())),
            _ => None,
        });
        let by_kind = group.members.iter().find_map(|member| match member.kind.kind {
            ContextKind::RkeAdmin => Some(Maker::Rke),
            ContextKind::K3s => Some(Maker::K3s),
            ContextKind::Rke2 => Some(Maker::Rke2),
            _ => None,
        });
        let by_ca = || {
            group.members.iter().find_map(|member| {
                // A proxy's CA is Rancher's.
                if member.kind.kind.is_rancher() {
                    return None;
                }
                let loaded = configs.get(member.config)?;
                let name = loaded.config().contexts.get(member.context)?.cluster.as_deref()?;
                let cluster = examiner.cluster(name, &loaded.cluster_with_paths(name)?);
                cluster.trust.certificates().iter().find_map(by_name)
            })
        };
        by_host.or(by_kind).or_else(by_ca).unwrap_or(Maker::Unknown)
    }
}

/// Who calls a CA so.
fn by_name(ca: &Certificate) -> Option<Maker> {
    match ca.common_name()? {
        "kube-ca" if ca.organizations().is_empty() => Some(Maker::Rke),
        "kubernetes" => Some(Maker::Kubeadm),
        name if name.starts_with("k3s-server-ca@") => Some(Maker::K3s),
        name if name.starts_with("rke2-server-ca@") => Some(Maker::Rke2),
        _ => None,
    }
}
