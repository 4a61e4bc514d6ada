//! Which contexts lead into one and the same cluster, across files and under other names.

use super::kind::{Index, View, certificates_in, may_name_distribution};
use super::{ContextKind, Kind, Provisioner};
use crate::cert::Section;
use crate::config::{Cluster, Data, Kubeconfig, set};
use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

/// A cluster, and the contexts that lead into it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ClusterGroup<'a> {
    /// What the files call it: the name of its context through Rancher, else what the names of the others are made from.
    /// Two clusters may have one name: every Rancher has a `local`.
    pub name: String,
    /// Rancher's scheme, host and port, where a context goes through it.
    pub rancher: Option<String>,
    /// Rancher's id of the cluster (`local`, `c-xxxxx`, `c-m-xxxxxxxx`), by its server, token or login command.
    pub cluster_id: Option<String>,
    /// The contexts, in the order of the files; there is at least one.
    pub members: Vec<Member<'a>>,
    /// Which CA of its own it has, by a number.
    pub(super) own_ca: Option<usize>,
}

/// A context of a [`ClusterGroup`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Member<'a> {
    /// Which of the configurations it is in: its index.
    pub config: usize,
    /// Its name there.
    pub context: &'a str,
    /// What kind of context it is.
    pub kind: Kind,
    /// What tells that it belongs to the cluster; `None` for the first.
    pub tie: Option<Tie>,
    /// Whether nothing but names ties it, and those that are tied to it, to the way through Rancher.
    pub(crate) by_name: bool,
    pub(super) view: Arc<View<'a>>,
}

/// What tells that a context leads into the same cluster as another, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Tie {
    /// Both name one cluster entry of one file.
    ClusterEntry,
    /// Rancher's id of the cluster: in the server's path, in a token of Rancher 2.2 to 2.5, in the arguments of `rancher token`;
    /// in what [`AddEndpoint`](super::AddEndpoint) noted down.
    ClusterId,
    /// The CA, one which a cluster makes for itself (`kube-ca`, `k3s-server-ca@…`, `rke2-server-ca@…`, `kubernetes`).
    Ca,
    /// The same host and port, with the same CA or none.
    Server,
    /// The user: Rancher gives one to all contexts of a cluster.
    User,
    /// Somebody said so ([`Outage::same`](super::outage::Outage::same)).
    Said,
    /// The names: `prod-fqdn` and `prod-NODE` are `prod`'s, where only one cluster is called that.
    Name,
}

impl fmt::Display for Tie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Tie::ClusterEntry => "the same cluster entry",
            Tie::ClusterId => "the cluster's id",
            Tie::Ca => "the cluster's CA",
            Tie::Server => "the server",
            Tie::User => "the user",
            Tie::Said => "what was said",
            Tie::Name => "the names",
        })
    }
}

impl ClusterGroup<'_> {
    /// Who made the cluster, as far as kubeconfigs tell: hosted where a context leads to a cloud's own address, Rancher's
    /// own where it is called `local`; else unknown. A [`ManagedCluster`](super::ManagedCluster) knows more.
    pub fn provisioner(&self) -> Provisioner {
        let of = |member: &Member<'_>| match &member.kind.kind {
            ContextKind::Eks => Some(Provisioner::Hosted("EKS".into())),
            ContextKind::Gke => Some(Provisioner::Hosted("GKE".into())),
            ContextKind::Aks => Some(Provisioner::Hosted("AKS".into())),
            kind if kind.is_rancher_local() => Some(Provisioner::Local),
            _ => None,
        };
        self.members.iter().find_map(of).unwrap_or(Provisioner::Unknown)
    }
}

/// Brings the contexts of each cluster together, across configurations and whatever they are called.
///
/// Nothing is brought together by a likeness alone that two clusters may have: `local` is a cluster of each Rancher, a
/// company's CA may stand for many clusters, and names count only where nothing better is known and one cluster has them.
/// Clusters are in the order of their first contexts. It takes time linear in the number of contexts.
///
/// ```
/// use kubeconfig::{Kubeconfig, rancher};
/// # fn main() -> Result<(), kubeconfig::Error> {
/// # let text = std::fs::read_to_string("tests/data/rancher-ace.yaml").unwrap();
/// let config: Kubeconfig = text.parse()?;
/// let clusters = rancher::clusters(&[&config]);
/// assert_eq!(clusters[0].name, "prod");
/// assert_eq!(clusters[0].members[1].context, "prod-fqdn");
/// # Ok(())
/// # }
/// ```
pub fn clusters<'a>(configs: &[&'a Kubeconfig]) -> Vec<ClusterGroup<'a>> {
    let mut found: Vec<Found<'a>> = Vec::new();
    for (config, source) in configs.iter().enumerate() {
        let views: Vec<View<'a>> = source.contexts.names().map(|name| View::of(source, name)).collect();
        let index = Index::of_views(&views);
        // Each is read once, however many clusters have it.
        let mut known: HashMap<_, Rc<Authority<'a>>> = HashMap::new();
        let authorities: HashMap<&str, Rc<Authority<'a>>> = source
            .clusters
            .iter()
            .map(|(name, cluster)| {
                let data = cluster.certificate_authority_data.as_ref().map(Data::as_base64);
                let entry = known.entry((data, set(&cluster.certificate_authority)));
                (name, entry.or_insert_with(|| Rc::new(Authority::of(cluster))).clone())
            })
            .collect();
        for view in views {
            let authority = authorities.get(view.cluster_name).cloned().unwrap_or_default();
            let way = source.clusters.get(view.cluster_name).map(|cluster| Way::of(cluster, &view)).unwrap_or_default();
            found.push(Found { config, kind: index.kind(&view), view, authority, way, is_contradicted: false });
        }
    }
    contradictions(&mut found);
    let mut sets = Sets::new(found.len());
    by_facts(&found, &mut sets);
    by_user(&found, &mut sets);
    let through: Vec<usize> = (0..found.len()).filter(|at| found[*at].view.through().is_some()).collect();
    let through: HashSet<usize> = through.into_iter().map(|at| sets.root(at)).collect();
    let is_through: Vec<bool> = (0..found.len()).map(|at| through.contains(&sets.root(at))).collect();
    by_name(&found, &mut sets);
    groups(found, &mut sets, &is_through)
}

/// A context with all that may tell its cluster.
struct Found<'a> {
    config: usize,
    view: View<'a>,
    kind: Kind,
    authority: Rc<Authority<'a>>,
    way: Way<'a>,
    /// Whether the credentials name a cluster, and are used through Rancher for another one.
    is_contradicted: bool,
}

/// What else parts the clusters behind one host and port: gateways tell them by a path or a name, proxies are each a network of their own.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
struct Way<'a> {
    path: &'a str,
    name: Option<&'a str>,
    proxy: Option<&'a str>,
}

impl<'a> Way<'a> {
    fn of(cluster: &'a Cluster, view: &View<'a>) -> Self {
        let path = view.server().path().trim_end_matches('/');
        Way { path, name: set(&cluster.tls_server_name), proxy: set(&cluster.proxy_url) }
    }
}

/// Rancher's id of a cluster, and its Rancher where the id alone says nothing: each has a `local`.
type Id<'a> = (Option<&'a str>, &'a str);

impl Found<'_> {
    /// A way that Rancher's file has beside the one through Rancher.
    fn is_ace(&self) -> bool {
        matches!(self.kind.kind, ContextKind::AceFqdn | ContextKind::AceNode)
    }

    /// Whether the server and the CA are the cluster's: a proxy's are Rancher's, those of Rancher itself no cluster's.
    fn is_direct(&self) -> bool {
        self.view.through().is_none() && self.kind.kind != ContextKind::RancherServer
    }

    /// The CA that the cluster made for itself.
    fn own_ca(&self) -> Option<&[u8]> {
        self.authority.der.as_deref().filter(|_| self.authority.is_own && self.is_direct())
    }

    fn id(&self) -> Option<Id<'_>> {
        match &self.kind.kind {
            ContextKind::RancherProxy { rancher, cluster_id } if cluster_id == "local" => {
                Some((Some(rancher), "local"))
            }
            ContextKind::RancherProxy { cluster_id, .. } => Some((None, cluster_id)),
            _ => {
                let told = self.view.recorded_id.or_else(|| self.view.cluster_id().filter(|_| !self.is_contradicted));
                told.filter(|id| *id != "local").map(|id| (None, id))
            }
        }
    }

    /// What the contexts of one user share, in one file or, where there is a token, in several.
    fn user(&self) -> Option<User<'_>> {
        match self.view.token() {
            Some(token) => Some(User::Token(token)),
            None if self.view.user_name.is_empty() => None,
            None => Some(User::Named(self.config, self.view.user_name)),
        }
    }

    /// Whether Rancher made the name out of this one: `prod-fqdn` out of `prod`.
    fn is_named_after(&self, name: &str) -> bool {
        self.view.cluster_name.strip_prefix(name).is_some_and(|rest| rest.starts_with('-'))
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum User<'a> {
    Token(&'a str),
    Named(usize, &'a str),
}

/// Whom a cluster entry trusts.
#[derive(Default, PartialEq, Eq, Hash)]
struct Authority<'a> {
    /// The certificate; what can't be read, and a bundle of several, stands as it is.
    der: Option<Vec<u8>>,
    file: Option<&'a str>,
    /// Whether a cluster made this CA for itself, by the names that the distributions give them.
    is_own: bool,
}

impl<'a> Authority<'a> {
    fn of(cluster: &'a Cluster) -> Self {
        let file = set(&cluster.certificate_authority);
        let Some(data) = cluster.certificate_authority_data.as_ref().filter(|data| !data.is_empty()) else {
            return Authority { file, ..Self::default() };
        };
        let pem = data.decode();
        let mut all: Vec<Section> = certificates_in(&pem).collect();
        all.dedup_by(|one, other| one.bytes() == other.bytes());
        // Of a bundle nothing tells which one is the cluster's.
        let [ca] = &*all else { return Authority { der: Some(pem.to_vec()), file, is_own: false } };
        const NAMES: [&str; 4] = ["k3s-server-ca@", "rke2-server-ca@", "kube-ca", "kubernetes"];
        let certificate = may_name_distribution(ca).then(|| ca.certificate().ok()).flatten();
        let is_own = certificate.as_ref().and_then(|ca| ca.common_name()).is_some_and(|name| {
            let [k3s, rke2, rke, kubeadm] = NAMES;
            name.starts_with(k3s) || name.starts_with(rke2) || name == rke || name == kubeadm
        });
        Authority { der: Some(ca.bytes().to_vec()), file, is_own }
    }
}

/// Somebody put the token of one cluster into the user of another: then it does not tell where the user's contexts lead.
fn contradictions<'a>(found: &mut [Found<'a>]) {
    let is_contradiction = |one: &Found<'_>| {
        let (Some(named), ContextKind::RancherProxy { cluster_id, .. }) = (one.view.cluster_id(), &one.kind.kind)
        else {
            return false;
        };
        named != cluster_id
    };
    let user = |one: &Found<'a>| (one.config, one.view.user_name);
    let users: HashSet<(usize, &'a str)> = found.iter().filter(|one| is_contradiction(one)).map(user).collect();
    for one in found {
        one.is_contradicted = users.contains(&user(one));
    }
}

/// Same fact, same cluster.
fn by_facts(found: &[Found<'_>], sets: &mut Sets) {
    #[derive(PartialEq, Eq, Hash)]
    enum Fact<'a> {
        Entry(usize, &'a str),
        Id(Id<'a>),
        Ca(&'a [u8]),
        Server(String, &'a Authority<'a>, Way<'a>),
    }
    let mut ids: HashMap<Id<'_>, usize> = HashMap::new();
    let mut cas: HashMap<&[u8], usize> = HashMap::new();
    for (at, one) in found.iter().enumerate() {
        let number = ids.len();
        sets.id[at] = one.id().map(|id| *ids.entry(id).or_insert(number));
        let number = cas.len();
        sets.ca[at] = one.own_ca().map(|ca| *cas.entry(ca).or_insert(number));
    }
    let mut first: HashMap<Fact<'_>, usize> = HashMap::with_capacity(found.len() * 2);
    for (at, one) in found.iter().enumerate() {
        let mut facts = Vec::new();
        if !one.view.cluster_name.is_empty() {
            facts.push((Fact::Entry(one.config, one.view.cluster_name), Tie::ClusterEntry));
        }
        facts.extend(one.id().map(|id| (Fact::Id(id), Tie::ClusterId)));
        if one.is_direct() {
            facts.extend(one.own_ca().map(|ca| (Fact::Ca(ca), Tie::Ca)));
            let origin = one.view.public_origin();
            facts.extend(origin.map(|origin| (Fact::Server(origin, &one.authority, one.way), Tie::Server)));
        }
        for (fact, tie) in facts {
            match first.entry(fact) {
                Entry::Occupied(other) => sets.join(*other.get(), at, tie),
                Entry::Vacant(slot) => {
                    slot.insert(at);
                }
            }
        }
    }
}

/// Rancher gives one user to the contexts of a cluster. In files of 2.2 it is called like Rancher's user, and several
/// clusters may share it; then names decide.
fn by_user(found: &[Found<'_>], sets: &mut Sets) {
    let mut through: HashMap<User<'_>, Option<usize>> = HashMap::new();
    for (at, one) in found.iter().enumerate().filter(|(_, one)| one.view.through().is_some()) {
        let Some(user) = one.user() else { continue };
        let only = through.entry(user).or_insert(Some(at));
        *only = only.filter(|other| sets.root(*other) == sets.root(at));
    }
    let mut first: HashMap<User<'_>, usize> = HashMap::new();
    for (at, one) in found.iter().enumerate().filter(|(_, one)| one.is_ace()) {
        let Some(user) = one.user() else { continue };
        let id_of_user = ["u-", "user-"].iter().any(|prefix| one.view.user_name.starts_with(prefix));
        match through.get(&user) {
            Some(Some(proxy)) if !id_of_user || one.is_named_after(found[*proxy].view.cluster_name) => {
                sets.join(*proxy, at, Tie::User);
            }
            Some(_) => {}
            None if one.is_named_after(one.view.user_name) => {
                let first = *first.entry(user).or_insert(at);
                sets.join(first, at, Tie::User);
            }
            None => {}
        }
    }
}

/// So many of the dashes of a name may begin that of a node.
const PREFIXES: usize = 32;

/// Direct contexts of which nothing else tells the cluster: the longest name of a cluster that theirs begins with, in the
/// same file rather than in another.
fn by_name(found: &[Found<'_>], sets: &mut Sets) {
    let mut named: HashMap<(Option<usize>, Cow<'_, str>), Option<usize>> = HashMap::new();
    let mut lengths = HashSet::new();
    for (at, one) in found.iter().enumerate().filter(|(_, one)| one.view.through().is_some()) {
        for name in [one.view.cluster_name, one.view.context] {
            let name = unescape(name);
            lengths.insert(name.len());
            for scope in [Some(one.config), None] {
                let only = named.entry((scope, name.clone())).or_insert(Some(at));
                *only = only.filter(|other| sets.root(*other) == sets.root(at));
            }
        }
    }
    for (at, one) in found.iter().enumerate().filter(|(_, one)| one.is_ace()) {
        let root = sets.root(at);
        if sets.id[root].is_some() {
            continue;
        }
        let name = unescape(one.view.cluster_name);
        // Rancher makes the name out of the user's, which is the cluster's: `prod-eu-fqdn` of the user `prod-eu` is not `prod`'s.
        let user = unescape(one.view.user_name);
        let of_user = one.view.is_named_after_user().then_some(user.len());
        let is_possible = |end: &usize| lengths.contains(end) && of_user.is_none_or(|user| *end == user);
        let prefixes = name.match_indices('-').map(|(end, _)| end).filter(is_possible);
        let mut prefixes: Vec<&str> = prefixes.map(|end| &name[..end]).collect();
        prefixes.reverse();
        // What a node is called has few dashes; to try them all would take as long as the name, squared.
        prefixes.truncate(PREFIXES);
        let of = |scope| prefixes.iter().find_map(|prefix| named.get(&(scope, Cow::Borrowed(*prefix))));
        if let Some(Some(owner)) = of(Some(one.config)).or_else(|| of(None)) {
            sets.join(*owner, at, Tie::Name);
        }
    }
}

fn groups<'a>(found: Vec<Found<'a>>, sets: &mut Sets, is_through: &[bool]) -> Vec<ClusterGroup<'a>> {
    let mut groups: Vec<ClusterGroup<'a>> = Vec::new();
    let mut group_of: HashMap<usize, usize> = HashMap::with_capacity(found.len());
    for (at, one) in found.into_iter().enumerate() {
        let group = *group_of.entry(sets.root(at)).or_insert_with(|| {
            groups.push(ClusterGroup {
                name: name_by(&one).to_owned(),
                rancher: None,
                cluster_id: None,
                members: Vec::new(),
                own_ca: None,
            });
            groups.len() - 1
        });
        let group = &mut groups[group];
        let root = sets.root(at);
        group.own_ca = sets.ca[root];
        if let ContextKind::RancherProxy { rancher, .. } = &one.kind.kind {
            if group.rancher.is_none() {
                group.name = one.view.context.to_owned();
                group.rancher = Some(rancher.clone());
            }
        }
        if let (None, Some((_, id))) = (&group.cluster_id, one.id()) {
            group.cluster_id = Some(id.to_owned());
        }
        let Found { config, view, kind, .. } = one;
        let (context, view) = (view.context, Arc::new(view));
        group.members.push(Member { config, context, kind, tie: sets.tie[at], by_name: !is_through[at], view });
    }
    // Where no way leads through Rancher there is nothing to be tied to.
    for group in groups.iter_mut().filter(|group| group.rancher.is_none()) {
        group.members.iter_mut().for_each(|member| member.by_name = false);
    }
    groups
}

/// What the cluster is called, by one context.
fn name_by<'a>(one: &Found<'a>) -> &'a str {
    let view = &one.view;
    match () {
        () if !one.is_ace() => view.context,
        () if one.is_named_after(view.user_name) => view.user_name,
        () => view.context.strip_suffix("-fqdn").unwrap_or(view.context),
    }
}

/// Names as they were before Rancher's HTML template (up to 2.11) escaped them.
pub(crate) fn unescape(name: &str) -> Cow<'_, str> {
    if !name.contains('&') {
        return name.into();
    }
    const ENTITIES: [(&str, &str); 6] =
        [("&lt;", "<"), ("&gt;", ">"), ("&#39;", "'"), ("&#34;", "\""), ("&#43;", "+"), ("&amp;", "&")];
    ENTITIES.iter().fold(name.to_owned(), |name, (entity, character)| name.replace(entity, character)).into()
}

/// Disjoint sets of contexts.
struct Sets {
    parent: Vec<usize>,
    /// Why an element that is not the first of its set is in it.
    tie: Vec<Option<Tie>>,
    /// Of a set's root: which cluster of Rancher's it is.
    id: Vec<Option<usize>>,
    /// Of a set's root: which CA of the cluster's own the direct contexts have.
    ca: Vec<Option<usize>>,
}

impl Sets {
    fn new(len: usize) -> Self {
        Sets { parent: (0..len).collect(), tie: vec![None; len], id: vec![None; len], ca: vec![None; len] }
    }

    /// The first element of the set.
    fn root(&mut self, mut at: usize) -> usize {
        while self.parent[at] != at {
            self.parent[at] = self.parent[self.parent[at]];
            at = self.parent[at];
        }
        at
    }

    /// Makes the sets of both one, unless Rancher says that they are different clusters, or a tie that proves less than a CA
    /// is against what two CAs say.
    fn join(&mut self, a: usize, b: usize, tie: Tie) {
        let (a, b) = (self.root(a), self.root(b));
        let (first, second) = (a.min(b), a.max(b));
        let differ = |of: &[Option<usize>]| matches!((of[first], of[second]), (Some(x), Some(y)) if x != y);
        if first == second || differ(&self.id) || tie > Tie::Ca && differ(&self.ca) {
            return;
        }
        self.parent[second] = first;
        self.id[first] = self.id[first].or(self.id[second]);
        self.ca[first] = self.ca[first].or(self.ca[second]);
        self.tie[second] = Some(tie);
    }
}
