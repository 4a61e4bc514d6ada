//! The outage check: if Rancher and its URL were gone at a given time, which contexts would still reach the clusters?
//!
//! ```
//! use kubeconfig::access::{End, Proof, Verdict};
//! use kubeconfig::rancher::outage::Outage;
//! use kubeconfig::{Loader, cert};
//! # fn main() -> Result<(), kubeconfig::Error> {
//! let loaded = Loader::from_env().explicit("tests/data/rancher-ace.yaml").load()?;
//! let report = Outage::at(cert::parse_time("2026-08-15")?).run(&[&loaded]);
//! let prod = &report.clusters[0];
//! assert_eq!(prod.verdict, Verdict::Yes);
//! let way = prod.by().next().unwrap();
//! assert_eq!(way.context(), "prod-fqdn");
//! let (until, proof) = way.access.until();
//! assert_eq!(until, End::At(cert::parse_time("2100-01-01")?));
//! assert_eq!(proof, Some(Proof::CertificateAuthority));
//! # Ok(())
//! # }
//! ```
//!
//! Each context is judged by [`access`](crate::access), which every other verb asks too; its page has a row for each fault. What
//! is added here is what Rancher's files tell of Rancher's tokens. A cluster's answer is that of its best context.
//!
//! # When a credential ends
//! | credential | end | by |
//! |---|---|---|
//! | client certificate | `notAfter` of the first certificate, as kubectl shows that | RFC 5280 |
//! | token that is a JWT | `exp`, not before `nbf`; nothing is verified | RFC 7519 |
//! | Rancher's token | `expiresAt` of its [saved object](SavedTokens), none: never | Rancher's kube-api-auth |
//! | | `createdTimestamp` and `ttl` in the comments of the file, `ttl: 0`: never | Rancher 2.12 and later |
//! | | none, where [the download](Outage::downloaded) is given and the token names its cluster | Rancher 2.2 to 2.5 |
//! | | [30 days after the download](Outage::downloaded), where that is given | Rancher's default since 2.8 |
//! | Rancher's login command | end of the [login that it keeps](CachedLogins) | rancher/cli |
//!
//! The first that is known counts. A saved object counts only with the hash of this very token, and only while the
//! saved objects do not say that its user is turned off; what a complete list of the cluster does not have is refused
//! ([`SavedTokens`]). Where the file trusts a CA, a way ends with it at the latest. Of several credentials of one user
//! kubectl sends all, so one that holds is enough.
//!
//! A context that logs in by Rancher's program (`rancher token`) works without Rancher until the login that the program
//! keeps ends, if [that is given](Outage::cached_logins); else it is `unknown`.
//!
//! The comments of a file speak for the tokens Rancher wrote into it, and not for those that came in later: they count
//! as long as all tokens in it are of one user of one Rancher, and all users and clusters are named as Rancher names them.
//! An export keeps what they say beside each token ([`keep_lifetimes`]), as comments don't go into another file. What comes into
//! a file later they don't speak for ([`disown_new_tokens`](crate::rancher::disown_new_tokens)).
//!
//! A token opens the direct way only if Rancher bound it to that cluster. A token that several clusters share (the user
//! `rancher` of files for several clusters) is not: `no`. Where neither a context through Rancher with the same token, nor
//! names as Rancher gives them, nor the cluster's id in the token (2.2 to 2.5), nor a saved object shows it: `unknown`.
//!
//! Tokens of service accounts count for what they are: one without `exp` is `unknown`, as it lives as long as its Secret
//! (Kubernetes deletes those it made itself after a year without use), and so is one that is bound to a pod or node,
//! or made for somebody else than the API server.

mod advice;
mod maker;
mod report;
mod way;

pub use report::{ClusterVerdict, OutageReport};
pub use way::{Missing, Way};

use super::binding::Bindings;
use super::choose::direct;
use super::clusters::{ClusterGroup, Member};
use super::kind::ContextKind;
use super::knowledge::{Assumed, Knowledge, file_of, file_of_context};
use super::lifetime::keep_lifetimes;
use super::logins::CachedLogins;
use super::marks::{ENDPOINT_OF, UNPROVEN};
use super::objects::ManagedCluster;
use super::saved_tokens::SavedTokens;
use crate::access::{Access, Examiner, Need, Question, Verdict};
use crate::config::{Kubeconfig, set};
use crate::export::Export;
use crate::finding::{Code, Effect, Finding};
use crate::load::{Loaded, Subject};
use crate::rke::StatesBeside;
use crate::syntax::Value;
use maker::Maker;
use rustls_pki_types::UnixTime;
use way::Server;

/// What to assume for an outage; see the [module](self).
#[derive(Clone, Debug)]
#[must_use = "nothing is judged before `run`"]
pub struct Outage {
    at: UnixTime,
    on_node: bool,
    is_rancher_down: bool,
    assumed: Assumed,
}

impl Outage {
    /// Rancher is gone at that time. The time is the only clock there is.
    pub fn at(time: UnixTime) -> Self {
        Outage { at: time, on_node: false, is_rancher_down: false, assumed: Assumed::default() }
    }

    /// Sets whether the files are used on the node they are from, where a server at a loopback address is the cluster's.
    pub fn on_node(mut self, on_node: bool) -> Self {
        self.on_node = on_node;
        self
    }

    /// Sets whether Rancher is down already: then the advice has only steps that do not need it, and no verdict
    /// changes.
    pub fn rancher_down(mut self, is_down: bool) -> Self {
        self.is_rancher_down = is_down;
        self
    }

    /// Sets the time at which the files were downloaded from Rancher: its tokens end 30 days later, Rancher's default since
    /// 2.8.
    ///
    /// It counts where nothing better tells the end. A Rancher with another `kubeconfig-default-token-ttl-minutes` has
    /// another end; before 2.8 tokens had none.
    pub fn downloaded(mut self, time: UnixTime) -> Self {
        self.assumed.downloaded = Some(time);
        self
    }

    /// Adds saved `clusterauthtokens.cluster.cattle.io` objects, which prove the end of Rancher's tokens. May be called
    /// for several.
    pub fn saved_tokens(mut self, tokens: SavedTokens) -> Self {
        self.assumed.tokens.push(tokens);
        self
    }

    /// Adds the logins that Rancher's program keeps for the user: until they end, contexts that log in by it need no
    /// Rancher.
    pub fn cached_logins(mut self, logins: CachedLogins) -> Self {
        self.assumed.logins = Some(logins);
        self
    }

    /// Says that two clusters are one, each named by its name, Rancher's id of it, or a context that leads into it; one
    /// whose name several have as the report shows it, `local (rancher.example.com)`. May be called for several pairs.
    ///
    /// No file shows which admin file is that of a Rancher's `local`.
    pub fn same(mut self, cluster: impl Into<String>, other: impl Into<String>) -> Self {
        self.assumed.same.push((cluster.into(), other.into()));
        self
    }

    /// Adds what Rancher's saved objects say of clusters: hosted ones have no authorized endpoint, and that of an
    /// imported one works only once Rancher's webhook is on every server.
    pub fn managed(mut self, clusters: impl IntoIterator<Item = ManagedCluster>) -> Self {
        self.assumed.managed.extend(clusters);
        self
    }

    /// What Rancher's saved objects say of that cluster.
    fn managed_as(&self, group: &ClusterGroup<'_>) -> Option<&ManagedCluster> {
        // Every Rancher has a `local`.
        let id = group.cluster_id.as_deref().filter(|id| *id != "local")?;
        self.assumed.managed.iter().find(|managed| managed.id.as_deref() == Some(id))
    }

    fn examiner(&self) -> Examiner {
        Examiner::at(self.at).on_node(self.on_node)
    }

    fn question(&self) -> Question {
        *self.examiner().question()
    }

    /// Judges every cluster of the configurations, in the order of their first contexts.
    ///
    /// Each is one configuration: that of a file, or of several as kubectl merges them. A context of Rancher's own API
    /// (`rancher` in files for several clusters) leads to no cluster and has none of its own in the report.
    ///
    /// It reads the files that the configurations name (certificates, keys, token files), and the state beside a
    /// kubeconfig that RKE wrote (`kube_config_*`): where that has another CA, the file's contexts do not work. It runs
    /// no command and opens no connection. It takes time linear in the number of contexts and the size of what is read.
    pub fn run(&self, configs: &[&Loaded]) -> OutageReport {
        let examiner = self.examiner();
        let knowledge = Knowledge::of(configs, &self.assumed, self.question());
        let beside = StatesBeside::default();
        let is_rancher = |member: &Member<'_>| member.kind.kind == ContextKind::RancherServer;
        let groups = knowledge.bindings.groups();
        let groups = groups.iter().filter(|group| !group.members.iter().all(is_rancher));
        let mut clusters: Vec<ClusterVerdict> = groups
            .map(|group| {
                let ways = group.members.iter().filter_map(|member| {
                    let loaded = configs.get(member.config)?;
                    let mut access = examiner.context(loaded, member.context);
                    knowledge.add(group, member, &mut access);
                    beside.judge(loaded, member.context, &mut access);
                    if member.by_name {
                        access.push(guessed(member.context));
                    }
                    let kind = member.kind.kind.clone();
                    let server = server_of(loaded, &access);
                    let origin = file_of_context(loaded, member.context);
                    Some(Way { access, file: file_of(loaded), origin, kind, server })
                });
                let managed = self.managed_as(group);
                let maker = Maker::of(&examiner, group, configs, knowledge.provisioner(group), managed);
                ClusterVerdict::of(group, ways.collect(), maker, managed, self.is_rancher_down)
            })
            .collect();
        report::tell_apart(&mut clusters);
        OutageReport { at: self.at, clusters, problems: knowledge.problems.clone() }
    }

    /// Begins an export that judges its contexts by this outage. It keeps beside each of Rancher's tokens what the comments of
    /// its file say of its end, as [`keep_lifetimes`] does, and beside each direct context Rancher's id of its cluster.
    ///
    /// ```
    /// use kubeconfig::rancher::outage::Outage;
    /// use kubeconfig::{Loader, cert};
    /// # fn main() -> Result<(), kubeconfig::Error> {
    /// let loaded = Loader::from_env().explicit("tests/data/rancher-ace.yaml").load()?;
    /// let outage = Outage::at(cert::parse_time("2026-08-15")?);
    /// let backup = outage.export(&loaded).direct_only().build()?;
    /// assert!(backup.report().stands_alone());
    /// assert_eq!(backup.config().current_context(), Some("prod-fqdn"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn export<'a>(&'a self, loaded: &'a Loaded) -> Export<'a> {
        let knowledge = Knowledge::of(&[loaded], &self.assumed, self.question());
        let evidence = Evidence::of(&knowledge.bindings);
        let export = loaded.export().at(self.at).amend(move |config| {
            keep_lifetimes(loaded, config);
            evidence.keep(config);
        });
        let beside = StatesBeside::default();
        export.judge(move |context, access| {
            let groups = knowledge.bindings.groups().iter();
            let mut members = groups.flat_map(|group| group.members.iter().map(move |member| (group, member)));
            if let Some((group, member)) = members.find(|(_, member)| member.context == context) {
                knowledge.add(group, member, access);
            }
            beside.judge(loaded, context, access);
        })
    }

    /// Returns the context to use while Rancher is gone, in place of the current one: the best direct context of its cluster. The
    /// current one stays where it is direct itself, and where its cluster has no other. Without a current context it is the
    /// best of the first cluster that can be reached.
    pub fn best_context(&self, loaded: &Loaded) -> Option<String> {
        let report = self.run(&[loaded]);
        let is_of = |cluster: &&ClusterVerdict, name: &str| cluster.ways.iter().any(|way| way.context() == name);
        let best = |cluster: &ClusterVerdict| Some(cluster.by().next()?.context().to_owned());
        match loaded.config().current_context() {
            Some(current) if direct(loaded.config()).contains(&current) => None,
            Some(current) => report.clusters.iter().find(|cluster| is_of(cluster, current)).and_then(best),
            None => report.clusters.iter().find(|cluster| cluster.verdict == Verdict::Yes).and_then(best),
        }
    }
}

/// What the contexts through Rancher tell of the direct ones, which nothing else tells in a backup without them.
struct Evidence {
    /// Direct contexts that are proved to be of a cluster, each with Rancher's id of that.
    ids: Vec<(String, String)>,
    /// Direct contexts whose token is not proved to be valid there.
    unproven: Vec<String>,
}

impl Evidence {
    fn of(bindings: &Bindings<'_>) -> Self {
        let mut evidence = Evidence { ids: Vec::new(), unproven: Vec::new() };
        let members =
            bindings.groups().iter().flat_map(|group| group.members.iter().map(move |member| (group, member)));
        for (group, member) in members {
            if member.kind.kind.is_rancher() {
                continue;
            }
            // Each Rancher has a `local`.
            let id = group.cluster_id.as_deref().filter(|id| *id != "local" && !member.by_name);
            evidence.ids.extend(id.map(|id| (member.context.to_owned(), id.to_owned())));
            if bindings.doubt_of(group, member).is_some() {
                evidence.unproven.push(member.context.to_owned());
            }
        }
        evidence
    }

    fn keep(&self, config: &mut Kubeconfig) {
        let unproven = self.unproven.iter().map(|context| (context, UNPROVEN, Value::from(true)));
        let ids = self.ids.iter().map(|(context, id)| (context, ENDPOINT_OF, Value::string(id)));
        for (context, mark, value) in ids.chain(unproven) {
            if let Some(context) = config.contexts.get_mut(context).filter(|one| !one.extensions.contains(mark)) {
                context.extensions.insert(mark, value);
            }
        }
    }
}

/// The context may work, and nobody knows for which cluster.
fn guessed(context: &str) -> Finding {
    let message = "only its name tells which cluster it leads to";
    let finding = Finding::new(Code::GuessedCluster, message).with_effect(Effect::Unknown);
    finding.of(Subject::Context(context).to_string())
}

/// Where the context finds the API server, unless that is Rancher. Rancher may be its proxy alone.
fn server_of(loaded: &Loaded, access: &Access) -> Option<Server> {
    let cluster = loaded.config().clusters.get(access.cluster()?)?;
    let server = Server::of(set(&cluster.server)?)?;
    let is_rancher = |need: &Need| match need {
        Need::Rancher => true,
        Need::RancherHost(host) => *host == server.host,
        _ => false,
    };
    (!access.needs().any(is_rancher)).then_some(server)
}
