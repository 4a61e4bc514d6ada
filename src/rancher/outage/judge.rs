//! From contexts to ways, and from ways to answers.

use super::Outage;
use super::credential::{Credential, User};
use super::mend;
use super::notes::{Lifetime, SHARED_USER, after};
use super::report::{ClusterVerdict, Fault, Login, OutageReport, Proof, Verdict, Way};
use super::route::{Route, host};
use super::standing::Standing;
use crate::config::{Kubeconfig, set};
use crate::export::Server;
use crate::load::{Loaded, Source, Subject};
use crate::rancher::ace::is_unproven;
use crate::rancher::kind::{View, is_rancher_token};
use crate::rancher::{ClusterGroup, ContextKind, Member, clusters};
use rustls_pki_types::UnixTime;
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

/// Rancher's `kubeconfig-default-token-ttl-minutes` since 2.8.
const DEFAULT_TTL: Duration = Duration::from_secs(30 * 24 * 60 * 60);

pub(super) fn run(outage: &Outage, files: &[&Loaded]) -> OutageReport {
    let configs: Vec<&Kubeconfig> = files.iter().map(|loaded| loaded.config()).collect();
    let groups = clusters(&configs);
    let mut judge = Judge {
        outage,
        files,
        uses: uses(&configs, &groups),
        disputed: disputed(&configs, &groups),
        ranchers: groups.iter().filter_map(|group| group.rancher.clone()).collect(),
        rancher_hosts: groups.iter().filter_map(|group| Some(host(&Server::of(group.rancher.as_deref()?)))).collect(),
        routes: HashMap::new(),
        users: HashMap::new(),
        standings: HashMap::new(),
        lifetimes: HashMap::new(),
    };
    // Rancher may be known by its own entry, or by a login command, alone.
    for member in groups.iter().flat_map(|group| &group.members) {
        let Some(config) = configs.get(member.config) else { continue };
        let view = View::of(config, member.context);
        let is_server = member.kind.kind == ContextKind::RancherServer;
        let own = is_server.then(|| host(&view.server)).filter(|host| !host.is_empty());
        judge.rancher_hosts.extend(own.into_iter().chain(view.login_host()));
    }
    let leads_somewhere =
        |group: &&ClusterGroup<'_>| group.members.iter().any(|member| member.kind.kind != ContextKind::RancherServer);
    let mut clusters: Vec<_> = groups.iter().filter(leads_somewhere).map(|group| judge.cluster(group)).collect();
    tell_apart(&mut clusters);
    OutageReport { at: outage.at, clusters }
}

/// Every Rancher has a `local`, and every K3s calls itself `default`.
fn tell_apart(clusters: &mut [ClusterVerdict]) {
    let mut named: HashMap<&str, usize> = HashMap::new();
    for cluster in &*clusters {
        *named.entry(&cluster.name).or_default() += 1;
    }
    let several: HashSet<String> = named.into_iter().filter(|(_, n)| *n > 1).map(|(name, _)| name.to_owned()).collect();
    for cluster in clusters.iter_mut().filter(|cluster| several.contains(&cluster.name)) {
        let file = || cluster.ways.iter().find_map(|way| Some(way.file.as_ref()?.display().to_string()));
        let rancher = cluster.rancher.as_deref().map(|rancher| Server::of(rancher).host.to_owned());
        if let Some(place) = rancher.or_else(file) {
            cluster.name = format!("{} ({place})", cluster.name);
        }
    }
}

struct Judge<'a> {
    outage: &'a Outage,
    files: &'a [&'a Loaded],
    /// What the contexts through Rancher use each token for.
    uses: HashMap<&'a str, Use>,
    /// Every Rancher there is a context of: scheme, host and port.
    ranchers: HashSet<String>,
    rancher_hosts: HashSet<String>,
    /// The clusters' entries that contexts of several clusters use.
    disputed: HashSet<(*const Kubeconfig, &'a str)>,
    // Looked at once each, by configuration and name.
    routes: HashMap<(usize, &'a str), Rc<Route>>,
    users: HashMap<(usize, &'a str), Rc<User>>,
    /// Of users' certificates to clusters' CAs: by configuration, cluster and user.
    standings: HashMap<(usize, &'a str, &'a str), Standing>,
    lifetimes: HashMap<*const Source, Option<Lifetime>>,
}

/// What a token is used for.
struct Use {
    through: Through,
    /// Whether a user through Rancher is called like its cluster, as Rancher calls users with a token of their own.
    own: bool,
    /// The one cluster it is used for, by number; `None` for several.
    group: Option<usize>,
}

/// Where a token goes through Rancher.
#[derive(PartialEq)]
enum Through {
    Nowhere,
    /// Into one cluster: its id, and its Rancher where the id alone tells nothing.
    One(Option<String>, String),
    /// Into several, or to Rancher itself.
    Several,
}

fn uses<'a>(configs: &[&'a Kubeconfig], groups: &[ClusterGroup<'a>]) -> HashMap<&'a str, Use> {
    let mut uses: HashMap<&str, Use> = HashMap::new();
    let members =
        groups.iter().enumerate().flat_map(|(at, group)| group.members.iter().map(move |member| (at, member)));
    for (group, member) in members {
        let Some(config) = configs.get(member.config) else { continue };
        let view = View::of(config, member.context);
        let Some(token) = view.token() else { continue };
        let new = || Use { through: Through::Nowhere, own: false, group: Some(group) };
        let known = uses.entry(token).or_insert_with(new);
        known.group = known.group.filter(|other| *other == group);
        let through = match &member.kind.kind {
            ContextKind::RancherProxy { rancher, cluster_id } => of_rancher(rancher, cluster_id),
            ContextKind::RancherServer => Through::Several,
            _ => continue,
        };
        known.own |= view.user_name == view.cluster_name && view.user_name != SHARED_USER;
        if known.through == Through::Nowhere {
            known.through = through;
        } else if known.through != through {
            known.through = Through::Several;
        }
    }
    uses
}

fn disputed<'a>(configs: &[&'a Kubeconfig], groups: &[ClusterGroup<'a>]) -> HashSet<(*const Kubeconfig, &'a str)> {
    let mut of_entry = HashMap::new();
    let mut disputed = HashSet::new();
    for (at, group) in groups.iter().enumerate() {
        for member in &group.members {
            let Some(config) = configs.get(member.config) else { continue };
            let entry = (std::ptr::from_ref(*config), View::of(config, member.context).cluster_name);
            if *of_entry.entry(entry).or_insert(at) != at {
                disputed.insert(entry);
            }
        }
    }
    disputed
}

/// A cluster's id, which is the same in every Rancher for the cluster that it runs in itself.
fn of_rancher(rancher: &str, cluster_id: &str) -> Through {
    Through::One((cluster_id == "local").then(|| rancher.to_owned()), cluster_id.to_owned())
}

impl<'a> Judge<'a> {
    fn cluster(&mut self, group: &ClusterGroup<'a>) -> ClusterVerdict {
        let ways: Vec<Way> = group.members.iter().map(|member| self.way(group, member)).collect();
        let verdict = ways.iter().map(|way| way.verdict).max().unwrap_or(Verdict::No);
        let is_rke = group.members.iter().any(|member| self.is_rke(member));
        let missing = match verdict {
            Verdict::Yes => Vec::new(),
            _ => mend::missing(group, &ways, is_rke),
        };
        let ClusterGroup { name, rancher, cluster_id, .. } = group;
        ClusterVerdict {
            name: name.clone(),
            rancher: rancher.clone(),
            cluster_id: cluster_id.clone(),
            verdict,
            ways,
            missing,
        }
    }

    /// Whether RKE made the cluster: then there is a state with an administrator's certificate in it.
    fn is_rke(&self, member: &Member<'a>) -> bool {
        let Some(config) = self.files.get(member.config).map(|loaded| loaded.config()) else { return false };
        let name = View::of(config, member.context).cluster_name;
        let is_direct = !matches!(member.kind.kind, ContextKind::RancherProxy { .. } | ContextKind::RancherServer);
        let ca = || self.routes.get(&(member.config, name)).is_some_and(|route| route.is_rke);
        member.kind.kind == ContextKind::RkeAdmin || is_direct && ca()
    }

    fn way(&mut self, group: &ClusterGroup<'a>, member: &Member<'a>) -> Way {
        let mut way = Way {
            context: member.context.to_owned(),
            file: None,
            cluster: None,
            kind: member.kind.kind.clone(),
            verdict: Verdict::Yes,
            login: None,
            until: None,
            proof: None,
            faults: Vec::new(),
        };
        if let Some(loaded) = self.files.get(member.config) {
            way.file = file_of(loaded);
            let cluster = View::of(loaded.config(), member.context).cluster_name;
            way.cluster = Some(cluster).filter(|name| !name.is_empty()).map(str::to_owned);
            self.judge(loaded, group, member, &mut way);
        }
        way.verdict = verdict_of(&way.faults);
        way
    }

    fn judge(&mut self, loaded: &'a Loaded, group: &ClusterGroup<'a>, member: &Member<'a>, way: &mut Way) {
        let config = loaded.config();
        let view = View::of(config, member.context);
        let is_proxy = matches!(way.kind, ContextKind::RancherProxy { .. } | ContextKind::RancherServer);
        if is_proxy || self.ranchers.contains(&view.origin()) {
            way.faults.push(Fault::ThroughRancher);
            return;
        }
        let Some(cluster) = config.clusters.get(view.cluster_name) else {
            way.faults.push(Fault::Dangling);
            return;
        };
        let key = (member.config, view.cluster_name);
        let outage = self.outage;
        let route = self.routes.entry(key);
        let route = route.or_insert_with(|| Rc::new(Route::read(loaded, view.cluster_name, cluster, outage))).clone();
        way.faults.extend(route.faults.iter().cloned());
        let of_rancher = route.hosts.iter().find(|host| self.rancher_hosts.contains(*host));
        way.faults.extend(of_rancher.map(|host| Fault::Needs(format!("{host}, where Rancher answers"))));
        if way.faults.contains(&Fault::PlainHttp) {
            return;
        }
        if !config.users.contains(view.user_name) {
            let is_named = config.contexts.get(member.context).is_some_and(|context| set(&context.user).is_some());
            way.faults.push(if is_named { Fault::Dangling } else { Fault::NoCredentials });
            return;
        }
        let key = (member.config, view.user_name);
        let user = self.users.entry(key).or_insert_with(|| Rc::new(User::read(loaded, view.user_name))).clone();
        self.log_in(&user, loaded, group, &view, way);
        if member.by_name {
            way.faults.push(Fault::OnlyNamed);
        }
        if way.login == Some(Login::ClientCertificate) {
            let pair = (member.config, view.cluster_name, view.user_name);
            way.faults.extend(match self.standings.entry(pair).or_insert_with(|| route.standing(&user.chain)) {
                Standing::Good => None,
                Standing::Disowned => Some(Fault::Refused(
                    "its client certificate names the cluster's CA as its issuer, and that CA did not sign it".into(),
                )),
                Standing::OfAnother => Some(Fault::OtherIssuer),
            });
        }
        // Whoever does not trust the server any more can't log in either.
        if let (Some(ca), Some(_)) = (route.until, way.proof) {
            if way.until.is_none_or(|until| ca.as_secs() < until.as_secs()) {
                way.until = Some(ca);
                way.proof = Some(Proof::CertificateAuthority);
                if ca.as_secs() <= outage.at.as_secs() {
                    way.faults.push(Fault::Ended { proof: Proof::CertificateAuthority, at: ca });
                }
            }
        }
    }

    /// The best of the user's credentials: kubectl sends them all.
    fn log_in(&mut self, user: &User, loaded: &'a Loaded, group: &ClusterGroup<'a>, view: &View<'a>, way: &mut Way) {
        if let Some(why) = &user.refused {
            way.faults.push(Fault::Refused(why.clone()));
            return;
        }
        let rank = |entry: &Entry| {
            (verdict_of(&entry.faults), entry.proof.is_some(), entry.until.map_or(u64::MAX, |until| until.as_secs()))
        };
        let mut best: Option<Entry> = None;
        for credential in &user.credentials {
            let entry = self.entry(credential, loaded, group, view);
            if best.as_ref().is_none_or(|best| rank(best) < rank(&entry)) {
                best = Some(entry);
            }
        }
        let Some(entry) = best else {
            way.faults.push(Fault::NoCredentials);
            return;
        };
        way.login = Some(entry.login);
        way.until = entry.until;
        way.proof = entry.proof;
        way.faults.extend(entry.faults);
    }

    fn entry(
        &mut self,
        credential: &Credential,
        loaded: &'a Loaded,
        group: &ClusterGroup<'a>,
        view: &View<'a>,
    ) -> Entry {
        match credential {
            Credential::Dated { login, proof, from, until, doubts } => {
                let mut entry = Entry::new(*login);
                let issuer = doubts.issuer.as_deref().map(|issuer| host(&Server::of(issuer)));
                let is_ranchers = issuer.is_some_and(|issuer| self.rancher_hosts.contains(&issuer));
                let ranchers = is_ranchers.then_some("its token is proved by keys that Rancher hands out");
                entry.faults.extend(ranchers.or(doubts.tied).map(Fault::TokenTied));
                match until {
                    Some(_) => entry.ends(*proof, *from, *until, self.outage.at),
                    None => entry.faults.push(Fault::EndUnknown(*login)),
                }
                entry
            }
            Credential::Token(token) => self.token(token, loaded, group, view),
            Credential::Basic => Entry::with(Login::Basic, Fault::EndUnknown(Login::Basic)),
            Credential::RancherCommand => Entry::with(Login::Command, Fault::RancherLogin),
            Credential::Command(name) => Entry::with(Login::Command, Fault::Needs(name.clone())),
            Credential::Provider(name) => {
                Entry::with(Login::Provider, Fault::Needs(format!("the login plugin {name}")))
            }
        }
    }

    fn token(&mut self, token: &str, loaded: &'a Loaded, group: &ClusterGroup<'a>, view: &View<'a>) -> Entry {
        let at = self.outage.at;
        let saved = self.outage.tokens.of(token);
        if saved.is_none() && !is_rancher_token(token) {
            return Entry::with(Login::Token, Fault::EndUnknown(Login::Token));
        }
        let mut entry = Entry::new(Login::RancherToken);
        let binding = self.binding(token, loaded.config(), group, view);
        if let Some(saved) = saved {
            // The object was saved in the cluster that the token is bound to: the only one it is used for, or nobody knows.
            let is_of_one = self.uses.get(token).is_none_or(|known| known.group.is_some());
            entry.faults.extend(binding.filter(|fault| !(is_of_one && *fault == Fault::PerhapsNotBound)));
            entry.faults.extend((!saved.enabled).then_some(Fault::Disabled));
            entry.faults.extend(saved.doubt(token));
            entry.ends(Proof::SavedToken, None, saved.expires, at);
            return entry;
        }
        // What stands in a file of its own is not seen by those who look at what a token is used for.
        let is_seen = view.token().is_some();
        entry.faults.extend(binding.or((!is_seen).then_some(Fault::PerhapsNotBound)));
        // Keys that people make for themselves in Rancher have the end that they chose.
        let is_of_kubeconfig = token.starts_with("kubeconfig-") || token.starts_with("ext/");
        if let Some(Lifetime { from, until }) = self.lifetime(token, loaded, view.user_name) {
            entry.ends(Proof::Comments, Some(from), until, at);
        } else if let Some(from) = self.outage.downloaded.filter(|_| is_of_kubeconfig) {
            entry.ends(Proof::Download, Some(from), Some(after(from, DEFAULT_TTL)), at);
        } else {
            entry.faults.push(Fault::EndUnknown(Login::RancherToken));
        }
        entry
    }

    /// What speaks against Rancher having bound the token to this cluster.
    fn binding(&self, token: &str, config: &Kubeconfig, group: &ClusterGroup<'a>, view: &View<'a>) -> Option<Fault> {
        if let Some(id) = view.cluster_id() {
            // With tokens of two clusters on one way, one of them is wrong.
            let is_disputed = self.disputed.contains(&(std::ptr::from_ref(config), view.cluster_name));
            return match group.cluster_id.as_deref() {
                Some(known) if known == id => is_disputed.then_some(Fault::PerhapsNotBound),
                _ => Some(Fault::NotBound),
            };
        }
        // A cloud's own address is that of a hosted cluster, where Rancher can't put its webhook.
        if view.is_hosted() {
            return Some(Fault::NotBound);
        }
        let is_made_by_rancher = !is_unproven(config, view.context);
        let this = group.rancher.as_deref().zip(group.cluster_id.as_deref());
        let is_this = |through: &Through| this.is_some_and(|(rancher, id)| *through == of_rancher(rancher, id));
        match self.uses.get(token) {
            Some(Use { through: Through::Several, .. }) => Some(Fault::NotBound),
            Some(Use { through: Through::One(..), .. })
                if view.user_name == SHARED_USER && !view.is_named_after_user() =>
            {
                Some(Fault::NotBound)
            }
            Some(Use { through: one @ Through::One(..), own: true, .. })
                if is_this(one) && is_made_by_rancher && view.is_named_after_user() =>
            {
                None
            }
            Some(Use { through: Through::One(..), .. }) => Some(Fault::PerhapsNotBound),
            _ if view.is_named_after_user() && is_made_by_rancher => None,
            _ => Some(Fault::PerhapsNotBound),
        }
    }

    /// By what was kept beside the token, or by the comments of the file that it stands in.
    fn lifetime(&mut self, token: &str, loaded: &'a Loaded, user: &str) -> Option<Lifetime> {
        let kept = loaded.config().users.get(user).and_then(|user| Lifetime::of_user(user, token));
        kept.unwrap_or_else(|| {
            let source = loaded.origin(Subject::User(user))?.source();
            *self.lifetimes.entry(std::ptr::from_ref(source)).or_insert_with(|| Lifetime::of_file(source))
        })
    }
}

/// What one credential comes to.
struct Entry {
    login: Login,
    until: Option<UnixTime>,
    proof: Option<Proof>,
    faults: Vec<Fault>,
}

impl Entry {
    fn new(login: Login) -> Self {
        Entry { login, until: None, proof: None, faults: Vec::new() }
    }

    fn with(login: Login, fault: Fault) -> Self {
        Entry { faults: vec![fault], ..Entry::new(login) }
    }

    /// Its end is known: `until`, or never. It must be later than the time that counts.
    fn ends(&mut self, proof: Proof, from: Option<UnixTime>, until: Option<UnixTime>, now: UnixTime) {
        self.proof = Some(proof);
        self.until = until;
        match (from.filter(|from| now.as_secs() < from.as_secs()), until) {
            (Some(at), _) => self.faults.push(Fault::NotYet { proof, at }),
            (_, Some(at)) if at.as_secs() <= now.as_secs() => self.faults.push(Fault::Ended { proof, at }),
            _ => {}
        }
    }
}

fn verdict_of(faults: &[Fault]) -> Verdict {
    faults.iter().map(Fault::verdict).min().unwrap_or(Verdict::Yes)
}

/// The file, where all of the configuration is from one.
fn file_of(loaded: &Loaded) -> Option<PathBuf> {
    match loaded.sources() {
        [one] => Some(one.path().to_owned()),
        _ => None,
    }
}
