//! What Rancher's files add to the judgement of a context: which tokens are bound to which cluster, and when they end.

use super::binding::{Bindings, perhaps_unbound, unbound};
use super::clusters::{ClusterGroup, Member, clusters};
use super::kind::{ContextKind, View};
use super::lifetime::{Lifetime, after};
use super::logins::CachedLogins;
use super::objects::ManagedCluster;
use super::provisioner::Provisioner;
use super::same;
use super::saved_tokens::{SavedTokens, said};
use crate::access::{
    Access, Credential, End, Judged, Login, Need, Proof, Question, imported, is_rancher_token, is_token_of_2_5,
    token_ends, token_issuer, unusable_token,
};
use crate::config::{AuthInfo, Kubeconfig, set};
use crate::finding::{Code, Effect, Finding};
use crate::load::{Loaded, Source, Subject};
use crate::url::ServerUrl;
use rustls_pki_types::UnixTime;
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

/// Rancher's `kubeconfig-default-token-ttl-minutes` since 2.8.
const DEFAULT_TTL: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// What is known beside the files.
#[derive(Clone, Debug, Default)]
pub(super) struct Assumed {
    pub(super) downloaded: Option<UnixTime>,
    pub(super) tokens: Vec<SavedTokens>,
    pub(super) logins: Option<CachedLogins>,
    /// Pairs of names of one cluster.
    pub(super) same: Vec<(String, String)>,
    pub(super) managed: Vec<ManagedCluster>,
}

/// Of which cluster saved objects are.
#[derive(Clone, Copy, PartialEq)]
enum Owner {
    /// The one of that number.
    Group(usize),
    /// One that is not judged.
    Another,
    Unknown,
}

/// What configurations tell of Rancher's tokens.
pub(super) struct Knowledge<'a> {
    files: Vec<&'a Loaded>,
    pub(super) bindings: Bindings<'a>,
    assumed: &'a Assumed,
    question: Question,
    /// Of the saved objects, in their order.
    owners: Vec<Owner>,
    /// Of the clusters, in their order.
    provisioners: Vec<Provisioner>,
    numbers: HashMap<*const ClusterGroup<'a>, usize>,
    /// What was assumed of clusters that are not there.
    pub(super) problems: Vec<String>,
    /// By the comments of each file.
    lifetimes: RefCell<HashMap<*const Source, Option<Lifetime>>>,
}

impl<'a> Knowledge<'a> {
    pub(super) fn of(files: &[&'a Loaded], assumed: &'a Assumed, question: Question) -> Self {
        let configs: Vec<&Kubeconfig> = files.iter().map(|loaded| loaded.config()).collect();
        let mut groups = clusters(&configs);
        let paths: Vec<_> = files.iter().map(|loaded| file_of(loaded)).collect();
        let mut problems = same::join(&mut groups, &paths, &assumed.same);
        let named: Vec<_> =
            assumed.tokens.iter().map(|saved| Some(same::find(&groups, &paths, saved.cluster()?))).collect();
        let bindings = Bindings::with(&configs, groups);
        let mut owners = Vec::new();
        for (saved, named) in assumed.tokens.iter().zip(named) {
            owners.push(match named {
                None => owner(saved, &bindings),
                Some(Ok(group)) => Owner::Group(group),
                Some(Err(problem)) => {
                    problems.push(problem);
                    Owner::Another
                }
            });
        }
        let groups = || bindings.groups().iter();
        let numbers = groups().enumerate().map(|(number, group)| (std::ptr::from_ref(group), number)).collect();
        Knowledge {
            files: files.to_vec(),
            provisioners: groups().map(|group| provisioner(group, &assumed.managed)).collect(),
            numbers,
            bindings,
            assumed,
            question,
            owners,
            problems,
            lifetimes: RefCell::default(),
        }
    }

    /// Who made a cluster, by Rancher's objects or by the contexts.
    pub(super) fn provisioner(&self, group: &ClusterGroup<'a>) -> Provisioner {
        let number = self.numbers.get(&std::ptr::from_ref(group));
        number.and_then(|number| self.provisioners.get(*number)).cloned().unwrap_or_default()
    }

    /// The saved objects that may be of this cluster, and whether they are known to be.
    fn saved(&self, group: &ClusterGroup<'a>) -> Vec<(&'a SavedTokens, bool)> {
        let of_all = self.assumed.tokens.iter().zip(&self.owners);
        let number = self.numbers.get(&std::ptr::from_ref(group)).copied();
        let of_this = of_all.filter_map(|(saved, owner)| match *owner {
            Owner::Group(owner) => (Some(owner) == number).then_some((saved, true)),
            Owner::Another => None,
            Owner::Unknown => Some((saved, false)),
        });
        of_this.collect()
    }

    /// Adds to the judgement of a context what is known of it.
    pub(super) fn add(&self, group: &ClusterGroup<'a>, member: &Member<'a>, access: &mut Access) {
        let view = &*member.view;
        if member.kind.kind.is_rancher() || self.bindings.is_rancher(view) {
            access.need(Need::Rancher);
        }
        if access.needs().any(|need| *need == Need::Rancher) {
            return;
        }
        for host in self.hosts(member, view).into_iter().filter(|host| self.bindings.is_rancher_host(host)) {
            access.need(Need::RancherHost(host));
        }
        if !access.is_tls() {
            return;
        }
        let place = |judged: &mut Judged, before: usize, field: &str| {
            let field = format!("users[{}].user.{field}", view.user_name);
            for finding in judged.findings.iter_mut().skip(before) {
                *finding = finding.clone().of(Subject::User(view.user_name).to_string()).in_field(field.clone());
            }
        };
        let provisioner = self.provisioner(group);
        for judged in access.tokens_mut() {
            let before = judged.findings.len();
            self.token(judged, group, member, view);
            let is_ranchers = judged.credential.login == Login::RancherToken;
            judged.findings.extend(of_endpoint(&provisioner).filter(|_| is_ranchers));
            place(judged, before, "token");
        }
        for judged in access.rancher_logins_mut() {
            let before = judged.findings.len();
            self.login(judged, group, member, view);
            judged.findings.extend(of_endpoint(&provisioner));
            place(judged, before, "exec");
        }
    }

    /// Until the login that Rancher's program keeps has ended, it asks nobody.
    fn login(&self, judged: &mut Judged, group: &ClusterGroup<'a>, member: &Member<'a>, view: &View<'a>) {
        let (Some(logins), Some((server, user, cluster))) = (&self.assumed.logins, view.rancher_login()) else {
            return;
        };
        let login = logins.get(server, user, cluster.unwrap_or_default());
        let Some(login) = login.filter(|login| login.end != End::Unknown) else { return };
        judged.needs.retain(|need| *need != Need::RancherLogin);
        judged.findings.extend(unusable_token(&login.token, "the token that Rancher's program keeps"));
        // Without a cluster in its arguments it gets a token that is good for Rancher alone.
        let doubt = cluster.map_or_else(|| Some(unbound()), |_| self.bindings.doubt(&login.token, group, member));
        judged.findings.extend(doubt);
        let said = said(&self.saved(group), &login.token);
        let saved_end = said.as_ref().and_then(|said| said.end);
        judged.findings.extend(said.into_iter().flat_map(|said| said.findings));
        let (end, proof) = match (login.end, saved_end) {
            (End::At(one), Some(End::At(other))) if other.as_secs() < one.as_secs() => {
                (End::At(other), Proof::SavedToken)
            }
            (End::Never, Some(end @ End::At(_))) => (end, Proof::SavedToken),
            (end, _) => (end, Proof::CachedLogin),
        };
        ends(judged, proof, None, end, &self.question);
    }

    /// The hosts on the way: server and proxy.
    fn hosts(&self, member: &Member<'a>, view: &View<'a>) -> Vec<String> {
        let config = self.files.get(member.config).map(|loaded| loaded.config());
        let cluster = config.and_then(|config| config.clusters.get(view.cluster_name));
        let proxy = cluster.and_then(|cluster| set(&cluster.proxy_url)).map(|url| ServerUrl::proxy(url).host_key());
        [view.server().host_key()].into_iter().chain(proxy).collect()
    }

    fn token(&self, judged: &mut Judged, group: &ClusterGroup<'a>, member: &Member<'a>, view: &View<'a>) {
        let Some(token) = judged.token.clone() else { return };
        let token = token.as_str();
        if token_issuer(token).is_some_and(|issuer| self.bindings.is_rancher_host(&issuer)) {
            judged.findings.retain(|finding| finding.code != Code::LimitedToken);
            let message = "its token is proved by keys that Rancher hands out";
            judged.findings.push(Finding::new(Code::LimitedToken, message).with_effect(Effect::Unknown));
        }
        let saved = self.saved(group);
        let said = said(&saved, token);
        let has_object = said.as_ref().is_some_and(|said| said.end.is_some());
        if !has_object && !is_rancher_token(token) {
            return;
        }
        judged.credential.login = Login::RancherToken;
        let doubt = self.bindings.doubt(token, group, member);
        if let Some(said) = said {
            judged.findings.extend(said.findings);
            if let Some(end) = said.end {
                // The object was saved in the cluster that the token is bound to: the only one it is used for, or
                // nobody knows.
                let is_of_one = self.bindings.is_of_one_cluster(token);
                judged.findings.extend(doubt.filter(|doubt| !(is_of_one && doubt.effect == Effect::Unknown)));
                return ends(judged, Proof::SavedToken, None, end, &self.question);
            }
        }
        // What is in a file of its own is not seen by those who look at what a token is used for.
        let is_seen = view.token().is_some();
        judged.findings.extend(doubt.or_else(|| (!is_seen).then(perhaps_unbound)));
        // Keys that people make for themselves in Rancher have the end that they chose.
        let is_of_kubeconfig = token.starts_with("kubeconfig-") || token.starts_with("ext/");
        if let Some(Lifetime { from, until }) = self.lifetime(token, member, view.user_name) {
            ends(judged, Proof::Comments, Some(from), until.map_or(End::Never, End::At), &self.question);
        } else if self.assumed.downloaded.is_some() && is_token_of_2_5(token) {
            ends(judged, Proof::TokenName, None, End::Never, &self.question);
        } else if let Some(from) = self.assumed.downloaded.filter(|_| is_of_kubeconfig) {
            ends(judged, Proof::Download, Some(from), End::At(after(from, DEFAULT_TTL)), &self.question);
        } else if saved.iter().any(|(save, is_own)| !is_own && save.lacks(token)) {
            let message = "a saved list of clusterauthtokens does not have its token, and nothing shows of which cluster the \
                           list is (--tokens CLUSTER=FILE says it)";
            judged.findings.push(Finding::new(Code::RevokedToken, message).with_effect(Effect::Unknown));
        }
    }

    /// By what was kept beside the token, or by the comments of the file that it is in.
    fn lifetime(&self, token: &str, member: &Member<'a>, user: &str) -> Option<Lifetime> {
        let loaded = self.files.get(member.config)?;
        let kept = loaded.config().users.get(user).and_then(|user| Lifetime::of_user(user, token));
        kept.unwrap_or_else(|| {
            let source = loaded.origin(Subject::User(user))?.source();
            let mut known = self.lifetimes.borrow_mut();
            *known.entry(std::ptr::from_ref(source)).or_insert_with(|| Lifetime::of_file(source))
        })
    }
}

/// Who made a cluster, by Rancher's objects or by the contexts.
fn provisioner(group: &ClusterGroup<'_>, managed: &[ManagedCluster]) -> Provisioner {
    // Every Rancher has a `local`.
    let id = group.cluster_id.as_deref().filter(|id| *id != "local");
    match managed.iter().find(|managed| id.is_some() && managed.id.as_deref() == id) {
        Some(told) if !told.can_have_endpoint() && !matches!(told.provisioner, Provisioner::Hosted(_)) => {
            Provisioner::Hosted(told.provider.clone().unwrap_or_default().to_uppercase())
        }
        Some(told) if told.provisioner != Provisioner::Unknown => told.provisioner.clone(),
        _ => group.provisioner(),
    }
}

/// What speaks against a token of Rancher's on the direct way into a cluster that was made so.
fn of_endpoint(provisioner: &Provisioner) -> Option<Finding> {
    match provisioner {
        Provisioner::Hosted(_) => Some(unbound()),
        Provisioner::Imported => Some(imported()),
        _ => None,
    }
}

/// The file, where all of the configuration is from one.
pub(super) fn file_of(loaded: &Loaded) -> Option<PathBuf> {
    match loaded.sources() {
        [one] => Some(one.path().to_owned()),
        _ => None,
    }
}

/// The file that a context is in.
pub(super) fn file_of_context(loaded: &Loaded, context: &str) -> Option<PathBuf> {
    Some(loaded.origin(Subject::Context(context))?.source().path().to_owned())
}

/// A list is of the cluster whose tokens it has, or that its tokens name, or of the only one that is reached with a
/// token of Rancher's.
fn owner(saved: &SavedTokens, bindings: &Bindings<'_>) -> Owner {
    let groups = || bindings.groups().iter().enumerate();
    let only = |mut found: Vec<usize>| {
        found.dedup();
        <[usize; 1]>::try_from(found).ok().map(|[one]| Owner::Group(one))
    };
    let mut holders = Vec::new();
    let mut candidates = Vec::new();
    for (at, group) in groups() {
        for member in &group.members {
            let view = &member.view;
            let token = view.token();
            if token.is_some_and(|token| saved.has(token)) {
                holders.push(at);
            }
            let is_login = view.has_token_file() || view.logs_in_by_rancher();
            let is_ranchers = is_login || token.is_some_and(is_rancher_token);
            if is_ranchers && view.through().is_none() && member.kind.kind != ContextKind::RancherServer {
                candidates.push(at);
            }
        }
    }
    if !holders.is_empty() {
        return only(holders).unwrap_or(Owner::Unknown);
    }
    let mut ids: Vec<&str> = saved.cluster_ids().collect();
    ids.sort_unstable();
    ids.dedup();
    if let [id] = ids[..] {
        let with_id = groups().find(|(_, group)| group.cluster_id.as_deref() == Some(id));
        return with_id.map_or(Owner::Another, |(at, _)| Owner::Group(at));
    }
    only(candidates).unwrap_or(Owner::Unknown)
}

/// Judges the tokens of a context by what was kept beside them of the comments of their file.
pub(super) fn judge_by_lifetime(access: &mut Access, user: Option<&AuthInfo>, question: &Question) {
    for judged in access.tokens_mut() {
        let token = judged.token.clone();
        let kept = user.zip(token).and_then(|(user, token)| Lifetime::of_user(user, &token)).flatten();
        if let Some(Lifetime { from, until }) = kept {
            ends(judged, Proof::Comments, Some(from), until.map_or(End::Never, End::At), question);
        }
    }
}

fn ends(judged: &mut Judged, proof: Proof, from: Option<UnixTime>, end: End, question: &Question) {
    let Credential { from: begins, end: ends, proof: told, .. } = &mut judged.credential;
    (*begins, *ends, *told) = (from, end, Some(proof));
    judged.findings.extend(token_ends(&judged.credential, "the token", &proof.to_string(), question));
}
