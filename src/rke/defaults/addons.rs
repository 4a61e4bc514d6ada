//! The defaults of what runs in the cluster.

use super::Defaults;
use crate::rke::cluster::{
    ClusterConfig, Dns, Ingress, IntOrString, LinearAutoscalerParams, RollingUpdate, UpdateStrategy,
};
use crate::rke::version::KubeVersion;

impl Defaults {
    pub(super) fn addons(self, config: &mut ClusterConfig, version: Option<&KubeVersion>) {
        self.ingress(&mut config.ingress, version);
        self.daemon_set(&mut config.network.update_strategy);
        self.dns(&mut config.dns, version);
        self.text(&mut config.monitoring.provider, "metrics-server");
        self.deployment(&mut config.monitoring.update_strategy);
        self.set(&mut config.monitoring.replicas, 1);
    }

    fn ingress(self, ingress: &mut Ingress, version: Option<&KubeVersion>) {
        self.text(&mut ingress.provider, "nginx");
        self.daemon_set(&mut ingress.update_strategy);
        self.number(&mut ingress.http_port, 80);
        self.number(&mut ingress.https_port, 443);
        self.set(&mut ingress.default_ingress_class, true);
        if let Some(version) = version {
            let is_later = version.is_at_least(1, 21, 0);
            self.text(&mut ingress.network_mode, if is_later { "hostPort" } else { "hostNetwork" });
            self.set(&mut ingress.default_backend, !is_later);
        }
    }

    fn dns(self, dns: &mut Option<Dns>, version: Option<&KubeVersion>) {
        // Without a version the provider can't be told, and it decides the rest.
        let default = version.map(|v| if v.is_at_least(1, 14, 0) { "coredns" } else { "kube-dns" });
        let given = dns.as_ref().and_then(|dns| dns.provider.clone()).filter(|provider| !provider.is_empty());
        let Some(provider) = given.as_deref().or(default) else { return };
        self.start(dns);
        if let Some(dns) = dns {
            self.dns_strategy(&mut dns.update_strategy, provider);
            let params = LinearAutoscalerParams {
                cores_per_replica: Some(128.0),
                nodes_per_replica: Some(4.0),
                min: Some(1),
                prevent_single_point_failure: Some(true),
                ..LinearAutoscalerParams::default()
            };
            self.set(&mut dns.linear_autoscaler_params, params);
            if let Some(default) = default {
                self.text(&mut dns.provider, default);
            }
        }
        self.end(dns, &Dns::default());
    }

    fn daemon_set(self, strategy: &mut Option<UpdateStrategy>) {
        let default = rolling(Some(IntOrString::Int(1)), None);
        let is_replaced = strategy.as_ref().is_none_or(|strategy| {
            let max = strategy.rolling_update.as_ref().and_then(|rolling| rolling.max_unavailable.as_ref());
            is_rolling(strategy) && max.is_none()
        });
        match self {
            Defaults::Fill if is_replaced => *strategy = Some(default),
            Defaults::Strip if is_replaced || *strategy == Some(default) => *strategy = None,
            _ => {}
        }
    }

    fn deployment(self, strategy: &mut Option<UpdateStrategy>) {
        let share = || Some(IntOrString::String("25%".to_owned()));
        self.rolling(strategy, share(), share(), rolling(share(), share()), is_rolling);
    }

    /// CoreDNS may lose one pod, kube-dns none. RKE takes a strategy without a name for a rolling one here.
    fn dns_strategy(self, strategy: &mut Option<UpdateStrategy>, provider: &str) {
        let (unavailable, surge) = match provider {
            "coredns" => (IntOrString::Int(1), IntOrString::Int(0)),
            "kube-dns" => (IntOrString::Int(0), IntOrString::String("10%".to_owned())),
            _ => return,
        };
        let whole = rolling(Some(unavailable.clone()), Some(surge.clone()));
        let is_coredns = provider == "coredns";
        let (unavailable, surge) = (is_coredns.then_some(unavailable), (!is_coredns).then_some(surge));
        self.rolling(strategy, unavailable, surge, whole, |strategy| {
            is_rolling(strategy) || strategy.strategy.as_deref().unwrap_or_default().is_empty()
        });
    }

    /// `whole` where there is nothing, `unavailable` and `surge` where only they are missing.
    fn rolling(
        self,
        strategy: &mut Option<UpdateStrategy>,
        unavailable: Option<IntOrString>,
        surge: Option<IntOrString>,
        whole: UpdateStrategy,
        applies: fn(&UpdateStrategy) -> bool,
    ) {
        if self == Defaults::Strip {
            if *strategy == Some(whole) {
                *strategy = None;
            }
            return;
        }
        match strategy {
            Some(strategy) if !applies(strategy) => {}
            Some(UpdateStrategy { rolling_update: Some(rolling), .. }) => {
                rolling.max_unavailable = rolling.max_unavailable.take().or(unavailable);
                rolling.max_surge = rolling.max_surge.take().or(surge);
            }
            strategy => *strategy = Some(whole),
        }
    }
}

fn is_rolling(strategy: &UpdateStrategy) -> bool {
    strategy.strategy.as_deref() == Some("RollingUpdate")
}

fn rolling(unavailable: Option<IntOrString>, surge: Option<IntOrString>) -> UpdateStrategy {
    let rolling = RollingUpdate { max_unavailable: unavailable, max_surge: surge, ..RollingUpdate::default() };
    UpdateStrategy {
        strategy: Some("RollingUpdate".to_owned()),
        rolling_update: Some(rolling),
        ..UpdateStrategy::default()
    }
}
