//! The one step that would help today; and while Rancher is down, the steps that do not need it.

use super::maker::Maker;
use super::way::{Missing, Server, Way};
use crate::access::{End, Login, Need, Proof, Verdict, is_token_of_2_5};
use crate::error::Printable;
use crate::finding::{Code, Effect, Finding};
use crate::rancher::clusters::ClusterGroup;
use crate::rancher::kind::ContextKind;
use crate::rancher::objects::ManagedCluster;
use crate::rancher::provisioner::Provisioner;
use crate::rancher::saved_tokens::{HASH_UNREADABLE, USER_GONE, USER_OFF};
use crate::shell;
use std::cmp::Reverse;
use std::path::Path;

/// A cluster whose verdict is not yes.
pub(super) struct Situation<'a> {
    pub(super) group: &'a ClusterGroup<'a>,
    pub(super) ways: &'a [Way],
    pub(super) maker: Maker,
    /// What Rancher's objects say of it.
    pub(super) managed: Option<&'a ManagedCluster>,
    pub(super) is_rancher_down: bool,
}

/// In place of an address that no file tells.
const UNKNOWN_SERVER: &str = "https://HOST:6443";

impl Situation<'_> {
    /// Returns the steps that help, one at least. While Rancher is there it is one.
    pub(super) fn steps(&self) -> Vec<Missing> {
        if self.is_rancher_down { self.without_rancher() } else { vec![self.with_rancher()] }
    }

    /// What brings most for the least: what the file itself can mend, then an RKE state with an administrator's
    /// certificate of ten years, then what repairs the best of the contexts, a new direct one, and last the file
    /// of a server.
    fn with_rancher(&self) -> Missing {
        let best = self.direct();
        if let Some(step) = best.iter().find_map(|way| self.in_the_file(way)) {
            return step;
        }
        if self.maker == Maker::Rke {
            let works = |way: &&Way| way.verdict() != Verdict::No;
            let through = self.live_proxy().or(self.ways.iter().find(works));
            let is_expired = self.expired_admin().is_some();
            let of_state = || through.map_or_else(|| self.state_of_node(), |way| state(way, is_expired));
            return self.rotation().unwrap_or_else(of_state);
        }
        let repaired = best.iter().find_map(|way| self.repair(way));
        let added = || self.proxy().filter(|_| !self.has_endpoint()).map(|way| self.add_direct(way));
        let step = repaired.or_else(added).or_else(|| self.attempt());
        step.unwrap_or_else(|| self.admin_file(self.proxy()))
    }

    /// First of all what may work as it is, then the files of a server.
    fn without_rancher(&self) -> Vec<Missing> {
        let mut steps: Vec<Missing> = self.attempt().into_iter().collect();
        steps.extend(self.direct().iter().find_map(|way| self.in_the_file(way)));
        match self.maker {
            Maker::Rke => steps.push(self.rotation().unwrap_or_else(|| self.state_of_node())),
            _ => steps.push(self.admin_file(self.proxy())),
        }
        // Rancher calls no cluster of RKE's `c-m-…`. RKE's nodes have no administrator's file.
        let is_perhaps_rke = self.group.cluster_id.as_deref().is_some_and(|id| !id.starts_with("c-m-"));
        if self.maker == Maker::Unknown && is_perhaps_rke {
            steps.push(self.state_of_node());
        }
        steps
    }

    fn proxy(&self) -> Option<&Way> {
        self.ways.iter().find(|way| matches!(way.kind, ContextKind::RancherProxy { .. }))
    }

    /// A context through Rancher that works while Rancher does: nothing else speaks against it, and no other context
    /// of its user shows that Rancher refuses the user.
    fn live_proxy(&self) -> Option<&Way> {
        let is_refused = |finding: &Finding| {
            finding.effect >= Effect::Fails && (finding.code == Code::TokenExpired || finding.message == USER_OFF)
        };
        let is_cached = |way: &Way| way.access.credential().is_some_and(|one| one.proof == Some(Proof::CachedLogin));
        let is_over = |way: &Way| way.access.objections().any(is_refused) && !is_cached(way);
        let is_same = |one: &Way, other: &Way| one.file == other.file && one.access.user() == other.access.user();
        let is_dead = |proxy: &Way| {
            let has_fault = proxy.access.objections().any(|finding| finding.effect >= Effect::Fails);
            let needs = |need: &Need| need.effect() >= Effect::Fails && *need != Need::Rancher;
            let is_refused = self.ways.iter().any(|way| is_same(way, proxy) && is_over(way));
            has_fault || proxy.access.needs().any(needs) || is_refused
        };
        self.ways.iter().find(|way| matches!(way.kind, ContextKind::RancherProxy { .. }) && !is_dead(way))
    }

    /// The contexts that do not go through Rancher, the best first.
    fn direct(&self) -> Vec<&Way> {
        let needs_rancher = |way: &&Way| way.access.needs().any(|need| *need == Need::Rancher);
        let mut best: Vec<&Way> = self.ways.iter().filter(|way| !needs_rancher(way)).collect();
        best.sort_by_key(|way| Reverse(way.verdict()));
        best
    }

    /// Whether a file shows that the authorized cluster endpoint is enabled.
    fn has_endpoint(&self) -> bool {
        self.ways.iter().any(|way| matches!(way.kind, ContextKind::AceFqdn | ContextKind::AceNode))
    }

    /// A server of the cluster: a node, rather than a name that may be a load balancer's.
    fn server(&self) -> Option<Server> {
        let known: Vec<Server> = self.direct().into_iter().filter_map(|way| way.server.clone()).collect();
        let nodes = self.managed.into_iter().flat_map(|managed| &managed.control_plane);
        let of_node = || nodes.filter_map(|node| Server::of_node(&node.address)).next();
        let address = known.iter().find(|server| server.is_address).cloned();
        address.or_else(of_node).or_else(|| known.into_iter().next())
    }

    fn url(&self) -> String {
        self.server().map_or_else(|| UNKNOWN_SERVER.to_owned(), |server| server.url)
    }

    /// ` 192.0.2.11`, where the address of a node is in a file.
    fn node(&self) -> String {
        let node = self.server().filter(|server| server.is_address);
        node.map(|node| format!(" {}", node.host)).unwrap_or_default()
    }

    /// Another server for the context, where that is all that is wrong with it.
    fn in_the_file(&self, way: &Way) -> Option<Missing> {
        if way.access.reasons().len() == 1 { self.other_server(way) } else { None }
    }

    fn other_server(&self, way: &Way) -> Option<Missing> {
        if way.access.needs().any(|need| *need == Need::ThisMachine) {
            let what = "export it with a server that is reached from elsewhere";
            return Some(with_server(way, what, &self.url()));
        }
        let own = way.server.as_ref();
        way.access.objections().find_map(|finding| match finding.code {
            Code::PlainHttp => {
                let url = own.map_or(UNKNOWN_SERVER, |server| &server.url);
                Some(with_server(way, "export it with a server that is https", url))
            }
            Code::UnbracketedIpv6 => {
                let url = own.map_or("https://[ADDRESS]:6443", |server| &server.url);
                Some(with_server(way, "export it with brackets around the address", url))
            }
            _ => None,
        })
    }

    /// What repairs a context, if one thing does. Through the proxy a command gets through today.
    fn repair(&self, way: &Way) -> Option<Missing> {
        if way.access.needs().any(|need| *need == Need::RancherLogin) {
            return Some(self.token_in_file(way));
        }
        if !has_other_faults(way) {
            if let Some(step) = self.other_server(way) {
                return Some(step);
            }
        }
        // What refuses the context comes before what is in doubt.
        let mut objections: Vec<&Finding> = way.access.objections().collect();
        objections.sort_by_key(|finding| Reverse(finding.effect));
        let by_finding = || objections.into_iter().find_map(|finding| self.for_finding(way, finding));
        let credential = way.access.credential();
        let is_unknown = credential.is_some_and(|one| one.login == Login::RancherToken && one.end == End::Unknown);
        let by_end = || {
            let what = "prove when the token ends: save the cluster's own lists of tokens and users, and give them with \
                        --tokens FILE";
            let rest = "-n cattle-system get clusterauthtokens.cluster.cattle.io,\
                        clusteruserattributes.cluster.cattle.io -o json > FILE";
            let is_all = way.access.stands_alone();
            (is_unknown && is_all)
                .then(|| lack(way, what, in_context(self.live_proxy().unwrap_or(way), "kubectl", rest)))
        };
        by_finding().or_else(by_end)
    }

    fn for_finding(&self, way: &Way, finding: &Finding) -> Option<Missing> {
        let proof = way.access.credential().and_then(|one| one.proof);
        let is_of_server = matches!(self.maker, Maker::K3s | Maker::Rke2 | Maker::Kubeadm);
        let is_behind_rancher = self.proxy().is_some() || self.group.cluster_id.is_some();
        Some(match finding.code {
            // Rancher cannot put its webhook there.
            Code::UnboundToken | Code::RevokedToken | Code::TokenExpired if matches!(self.maker, Maker::Hosted(_)) => {
                self.admin_file(Some(way))
            }
            // To save the same objects again would tell no more.
            Code::RevokedToken if finding.message == HASH_UNREADABLE => attempt(way),
            Code::RevokedToken if finding.message == USER_OFF || finding.message == USER_GONE => {
                let what = "switch the user of the token on in Rancher, with the kubeconfig of Rancher's own cluster \
                            (RANCHER_FILE); where the user is gone for good, take an administrator's kubeconfig";
                let patch = "kubectl --kubeconfig RANCHER_FILE patch users.management.cattle.io USER_ID --type merge \
                             -p '{\"enabled\":true}'";
                lack(way, what, patch.to_owned())
            }
            Code::RevokedToken if finding.effect == Effect::Unknown => {
                let what = "prove that it is the token which the cluster knows: save the cluster's own objects, \
                            and give them with --tokens FILE (FILE holds secrets: keep it secret)";
                let rest = "-n cattle-system get clusterauthtokens.cluster.cattle.io,\
                            clusteruserattributes.cluster.cattle.io,secrets -o json > FILE";
                lack(way, what, in_context(self.live_proxy().unwrap_or(way), "kubectl", rest))
            }
            Code::LoginWithoutServer => self.token_in_file(way),
            Code::TokenExpired if proof == Some(Proof::CachedLogin) => self.token_in_file(way),
            Code::RevokedToken | Code::TokenExpired if self.is_old_token(way) => {
                let what = "delete the token in Rancher, then take a fresh kubeconfig: Rancher 2.2 to 2.5 gives the \
                            same token again while it has it";
                self.download(way, what)
            }
            Code::UnboundToken | Code::RevokedToken => self
                .download(way, "get a token that is bound to this cluster: take a fresh kubeconfig of it from Rancher"),
            Code::TokenExpired if matches!(proof, Some(Proof::Comments | Proof::Download | Proof::SavedToken)) => {
                let what = "first raise Rancher's setting kubeconfig-default-token-ttl-minutes (30 days by \
                            default, limited by auth-token-max-ttl-minutes), then take a fresh kubeconfig; an \
                            administrator's certificate lasts longer";
                self.download(way, what)
            }
            Code::NotACa | Code::CaExpired if way.kind == ContextKind::AceFqdn && is_behind_rancher => {
                let what = "correct the CA certificate of the authorized cluster endpoint in Rancher, then take \
                            a fresh kubeconfig";
                self.download(way, what)
            }
            Code::NotACa | Code::CaExpired if way.kind == ContextKind::AceNode && is_behind_rancher => {
                self.download(way, "get the CA of the cluster: take a fresh kubeconfig of it from Rancher")
            }
            Code::CertExpired | Code::CaExpired | Code::NotACa | Code::UnknownIssuer | Code::BadSignature
                if is_of_server =>
            {
                self.admin_file(Some(way))
            }
            _ => return None,
        })
    }

    /// Whether the token is of Rancher 2.2 to 2.5.
    fn is_old_token(&self, way: &Way) -> bool {
        let mut members = self.group.members.iter();
        let member = members.find(|member| member.context == way.context() && member.kind.kind == way.kind);
        member.and_then(|member| member.view.token()).is_some_and(is_token_of_2_5)
    }

    /// In place of a login by Rancher's program.
    fn token_in_file(&self, way: &Way) -> Missing {
        let what =
            "get a token into the file: switch on kubeconfig-generate-token in Rancher, then take a fresh kubeconfig";
        self.download(way, what)
    }

    /// To use the best context whose verdict is unknown.
    fn attempt(&self) -> Option<Missing> {
        let way = self.direct().into_iter().find(|way| way.verdict() == Verdict::Unknown)?;
        Some(attempt(way))
    }

    /// For a cluster that is reached through Rancher only.
    fn add_direct(&self, way: &Way) -> Missing {
        if way.kind.is_rancher_local() || matches!(self.maker, Maker::Hosted(_)) {
            return self.admin_file(Some(way));
        }
        let is_enabled = self.managed.and_then(|managed| managed.endpoint.as_ref()).is_some_and(|one| one.enabled);
        let is_imported = self.managed.is_some_and(|managed| managed.provisioner == Provisioner::Imported);
        let webhook = if is_imported { "put kube-api-authn-webhook.yaml on every server, then " } else { "" };
        let what = match is_enabled {
            true => format!(
                "get a direct context: {webhook}download the kubeconfig again, which has the direct contexts in it: \
                 the authorized cluster endpoint of this cluster is enabled"
            ),
            false => format!(
                "get a direct context: {webhook}enable the authorized cluster endpoint of this cluster in Rancher \
                 (hosted clusters have none), then download its kubeconfig again, which has the direct contexts in it"
            ),
        };
        self.download(way, &what)
    }

    fn download(&self, way: &Way, what: &str) -> Missing {
        // Of a name Rancher's program would have to ask which cluster is meant.
        let id = self.group.cluster_id.as_deref().map_or("CLUSTER_ID".to_owned(), shell::operand);
        lack(way, what, format!("rancher clusters kubeconfig {id} > FILE"))
    }

    /// The administrator's kubeconfig that a server has.
    fn admin_file(&self, way: Option<&Way>) -> Missing {
        let name = shell::option("--name", &self.group.name);
        let export = |file: &str| {
            let server = shell::option("--server", &self.url());
            format!("kubeconfig export --kubeconfig {file} {server} {name} --out FILE")
        };
        let is_expired = self.ways.iter().any(has_expired_certificate);
        let of_service = |service: &str, file: &str| {
            let what = format!("on the server node{}, take the administrator's kubeconfig", self.node());
            match is_expired {
                true => {
                    let restart = format!("systemctl restart {service}\n");
                    (format!("{what}: {service} renews its certificate when it starts"), restart + &export(file))
                }
                false => (what, export(file)),
            }
        };
        let contexts = way.map(|way| way.context().to_owned()).into_iter().collect();
        let (what, command) = match &self.maker {
            Maker::K3s => of_service("k3s", "/etc/rancher/k3s/k3s.yaml"),
            Maker::Rke2 => of_service("rke2-server", "/etc/rancher/rke2/rke2.yaml"),
            Maker::Kubeadm => {
                let what = format!("on the control-plane node{}, take the administrator's kubeconfig", self.node());
                let renew = if is_expired { "kubeadm certs renew admin.conf\n" } else { "" };
                (what, renew.to_owned() + &export("/etc/kubernetes/admin.conf"))
            }
            Maker::Hosted(cloud) => return of_cloud(cloud, contexts),
            Maker::Rke | Maker::Unknown => {
                let what = format!(
                    "on a server node{}, take the administrator's kubeconfig (K3s: /etc/rancher/k3s/k3s.yaml, RKE2: \
                     /etc/rancher/rke2/rke2.yaml, kubeadm: /etc/kubernetes/admin.conf)",
                    self.node()
                );
                (what, export("ADMIN_FILE"))
            }
        };
        Missing { contexts, what, mend: Some(command) }
    }

    /// The state, as each control-plane node may read it: its kubelet's kubeconfig is of the group `system:nodes`, to
    /// which RKE binds the role `system:node` (RKE's `templates/authz.go`), and its image has kubectl in it. The
    /// Secret is there since RKE 1.4.19 and 1.5.10 (`cluster/state.go`), before that it is a ConfigMap.
    fn state_of_node(&self) -> Missing {
        let is_known = self.maker == Maker::Rke;
        let what = format!(
            "{}get the state: cluster.rkestate beside cluster.yml where `rke up` was run; else, as root on the \
             control-plane node{} (state.json holds keys: keep it secret)",
            if is_known { "" } else { "if RKE made the cluster, " },
            self.node()
        );
        let kubectl = "./kubectl --kubeconfig /etc/kubernetes/ssl/kubecfg-kube-node.yaml";
        let commands = recovery("docker cp kubelet:/usr/local/bin/kubectl . && ", kubectl);
        let contexts = self.ways.iter().map(|way| way.context().to_owned()).collect();
        Missing { contexts, what, mend: Some(commands) }
    }

    /// A context of RKE's administrator whose certificate ended.
    fn expired_admin(&self) -> Option<&Way> {
        self.ways.iter().find(|way| way.kind == ContextKind::RkeAdmin && has_expired_certificate(way))
    }

    /// To have RKE issue the administrator's certificate again, where that ended: the state holds the same one.
    fn rotation(&self) -> Option<Missing> {
        // What is behind Rancher has no cluster.yml.
        let way = self.expired_admin().filter(|_| self.group.cluster_id.is_none())?;
        let what = "where `rke up` was run, beside cluster.yml and cluster.rkestate, have RKE issue the certificates \
                    again; then use the new kube_config_cluster.yml";
        Some(lack(way, what, "rke cert rotate --config cluster.yml".to_owned()))
    }
}

fn has_expired_certificate(way: &Way) -> bool {
    way.access.objections().any(|finding| finding.code == Code::CertExpired)
}

/// To use a context whose verdict is unknown.
fn attempt(way: &Way) -> Missing {
    lack(way, "try the direct context", in_context(way, "kubectl", "get nodes"))
}

/// Whether the context fails for more than its server's URL.
fn has_other_faults(way: &Way) -> bool {
    let is_other = |finding: &Finding| finding.effect >= Effect::Fails && finding.code != Code::PlainHttp;
    let needs = |need: &Need| need.effect() >= Effect::Fails && *need != Need::ThisMachine;
    way.access.objections().any(is_other) || way.access.needs().any(needs)
}

/// The state through a context that works. It holds the certificate that has expired until that is rotated.
fn state(way: &Way, is_expired: bool) -> Missing {
    let first = if is_expired { "rotate the certificates of this cluster in Rancher, then " } else { "" };
    let what = format!(
        "{first}get the state of this RKE cluster, out of which `kubeconfig recover` makes an administrator's \
         kubeconfig (state.json holds keys: keep it secret)"
    );
    lack(way, &what, recovery("", in_context(way, "kubectl", "").trim_end()))
}

/// The lines that save a state and recover from it. An old file of that name may be of another cluster, and the state
/// has keys in it. The line of the ConfigMap does nothing where there is a Secret.
fn recovery(before: &str, kubectl: &str) -> String {
    let get = |kind: &str| format!("{kubectl} -n kube-system get {kind} full-cluster-state -o json > state.json");
    let (secret, config_map) = (get("secret"), get("configmap"));
    format!(
        "umask 077 && rm -f state.json\n{before}{secret}\ntest -s state.json || {config_map}\n\
         kubeconfig recover state.json --out FILE"
    )
}

/// What a cloud's own program does without Rancher.
fn of_cloud(cloud: &str, contexts: Vec<String>) -> Missing {
    let command = match cloud {
        "EKS" => "aws eks update-kubeconfig --name CLUSTER --kubeconfig FILE".to_owned(),
        "GKE" => "KUBECONFIG=FILE gcloud container clusters get-credentials CLUSTER".to_owned(),
        "AKS" => "az aks get-credentials --resource-group GROUP --name CLUSTER --file FILE".to_owned(),
        _ => format!("# download it in the console of {}", Printable(cloud)),
    };
    let what = format!("take a kubeconfig from {} itself", Printable(cloud));
    Missing { contexts, what, mend: Some(command) }
}

fn lack(way: &Way, what: &str, mend: String) -> Missing {
    Missing { contexts: vec![way.context().to_owned()], what: what.into(), mend: Some(mend) }
}

fn with_server(way: &Way, what: &str, server: &str) -> Missing {
    let rest = format!("{} --out FILE", shell::option("--server", server));
    lack(way, what, in_context(way, "kubeconfig export", &rest))
}

/// A command on that context.
fn in_context(way: &Way, command: &str, rest: &str) -> String {
    format!("{command}{} {} {rest}", in_file(way), shell::option("--context", way.context()))
}

/// The option that names the file of the context. What came from standard input has no name.
fn in_file(way: &Way) -> String {
    match way.file.as_deref() {
        Some(file) if file == Path::new("-") => " --kubeconfig KUBECONFIG_FILE".to_owned(),
        Some(file) => format!(" --kubeconfig {}", shell::file(file)),
        None => String::new(),
    }
}
