//! What Rancher's files add to the judgement of a context: which tokens are bound to which cluster, and when they end.

use super::binding::{Bindings, perhaps_unbound};
use super::clusters::{ClusterGroup, Member};
use super::kind::{ContextKind, View};
use super::lifetime::{Lifetime, after};
use super::saved_tokens::SavedTokens;
use crate::access::{
    Access, Credential, End, Judged, Login, Need, Proof, Question, is_rancher_token, token_ends, token_issuer,
};
use crate::config::{AuthInfo, Kubeconfig, set};
use crate::finding::{Code, Effect, Finding};
use crate::load::{Loaded, Source, Subject};
use crate::url::ServerUrl;
use rustls_pki_types::UnixTime;
use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

/// Rancher's `kubeconfig-default-token-ttl-minutes` since 2.8.
const DEFAULT_TTL: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// What is known beside the files.
#[derive(Clone, Debug, Default)]
pub(super) struct Assumed {
    pub(super) downloaded: Option<UnixTime>,
    pub(super) tokens: SavedTokens,
}

/// What configurations tell of Rancher's tokens.
pub(super) struct Knowledge<'a> {
    files: Vec<&'a Loaded>,
    pub(super) bindings: Bindings<'a>,
    assumed: &'a Assumed,
    question: Question,
    /// By the comments of each file.
    lifetimes: RefCell<HashMap<*const Source, Option<Lifetime>>>,
}

impl<'a> Knowledge<'a> {
    pub(super) fn of(files: &[&'a Loaded], assumed: &'a Assumed, question: Question) -> Self {
        let configs: Vec<&Kubeconfig> = files.iter().map(|loaded| loaded.config()).collect();
        let bindings = Bindings::of(&configs);
        Knowledge { files: files.to_vec(), bindings, assumed, question, lifetimes: RefCell::default() }
    }

    /// Adds to the judgement of a context what is known of it.
    pub(super) fn add(&self, group: &ClusterGroup<'a>, member: &Member<'a>, access: &mut Access) {
        let view = &*member.view;
        let is_rancher = matches!(member.kind.kind, ContextKind::RancherProxy { .. } | ContextKind::RancherServer);
        if is_rancher || self.bindings.is_rancher(view) {
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
        let field = format!("users[{}].user.token", view.user_name);
        let user = Subject::User(view.user_name).to_string();
        for judged in access.tokens_mut() {
            let before = judged.findings.len();
            self.token(judged, group, member, view);
            for finding in judged.findings.iter_mut().skip(before) {
                *finding = finding.clone().of(user.clone()).in_field(field.clone());
            }
        }
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
        let saved = self.assumed.tokens.of(token);
        if saved.is_none() && !is_rancher_token(token) {
            return;
        }
        judged.credential.login = Login::RancherToken;
        let doubt = self.bindings.doubt(token, group, member);
        if let Some(saved) = saved {
            // The object was saved in the cluster that the token is bound to: the only one it is used for, or nobody knows.
            let is_of_one = self.bindings.is_of_one_cluster(token);
            judged.findings.extend(doubt.filter(|doubt| !(is_of_one && doubt.effect == Effect::Unknown)));
            judged.findings.extend(saved.doubts(token));
            let end = saved.expires.map_or(End::Never, End::At);
            return ends(judged, Proof::SavedToken, None, end, &self.question);
        }
        // What is in a file of its own is not seen by those who look at what a token is used for.
        let is_seen = view.token().is_some();
        judged.findings.extend(doubt.or_else(|| (!is_seen).then(perhaps_unbound)));
        // Keys that people make for themselves in Rancher have the end that they chose.
        let is_of_kubeconfig = token.starts_with("kubeconfig-") || token.starts_with("ext/");
        if let Some(Lifetime { from, until }) = self.lifetime(token, member, view.user_name) {
            ends(judged, Proof::Comments, Some(from), until.map_or(End::Never, End::At), &self.question);
        } else if let Some(from) = self.assumed.downloaded.filter(|_| is_of_kubeconfig) {
            ends(judged, Proof::Download, Some(from), End::At(after(from, DEFAULT_TTL)), &self.question);
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
