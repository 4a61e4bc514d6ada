//! What a cluster itself says of Rancher's tokens.

use super::objects::is_true;
use super::token_hash::TokenHash;
use crate::access::End;
use crate::cert::parse_time;
use crate::config::Data;
use crate::error::{Error, ErrorKind, Printable, Result};
use crate::finding::{Code, Effect, Finding, Severity};
use crate::syntax::{Value, documents, from_document};
use rustls_pki_types::UnixTime;
use std::collections::{HashMap, HashSet};
use std::fmt;

/// The objects by which a cluster knows Rancher's tokens, saved together.
///
/// Rancher puts a `ClusterAuthToken` into a cluster for each token that is bound to it, and the cluster goes by it when
/// Rancher is gone. A token opens the direct way while its object is there and enabled, its `expiresAt` is not past,
/// the hash is that of this very token, and the `ClusterUserAttribute` of its user is there and enabled
/// (`v1getAndVerifyUser` of Rancher's kube-api-auth). The hash is in the object or, since Rancher 2.13, in a Secret of
/// the same name.
///
/// A list that is complete says of every other token that the cluster does not know it, an empty list too; an object
/// alone says nothing of others. Where several clusters are judged, a list is of the cluster whose tokens are in it, or
/// of the one that [`of_cluster`](SavedTokens::of_cluster) names.
#[derive(Clone, Default)]
pub struct SavedTokens {
    tokens: HashMap<String, SavedToken>,
    /// Whether each user is enabled.
    users: HashMap<String, bool>,
    /// What is in Secrets with a hash, by their names.
    secrets: HashMap<String, TokenHash>,
    lists_tokens: bool,
    lists_users: bool,
    cluster: Option<String>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SavedToken {
    user: String,
    enabled: bool,
    /// `None` for a token without an end.
    expires: Option<UnixTime>,
    /// Of the secret; several where objects were saved at different times, none where it is in a Secret.
    hashes: HashSet<TokenHash>,
}

/// What is said where nothing is wrong with the token itself: no other token of that user would do.
pub(super) const USER_OFF: &str = "the user of its token is turned off (the saved clusteruserattributes object)";
pub(super) const USER_GONE: &str =
    "the cluster does not know the user of its token (not in the saved list of clusteruserattributes)";
/// What is said where to save the objects again would tell no more.
pub(super) const HASH_UNREADABLE: &str =
    "the hash in the saved clusterauthtokens object can't be read, so it may be of another token of that name";

/// What saved objects say of a token.
pub(super) struct Said {
    pub(super) findings: Vec<Finding>,
    /// When it ends, where there is an object of it.
    pub(super) end: Option<End>,
}

impl SavedTokens {
    /// Reads what `kubectl -n cattle-system get
    /// clusterauthtokens.cluster.cattle.io,clusteruserattributes.cluster.cattle.io` prints with `-o yaml` or `-o json`:
    /// one object, a list, or several documents of those, with the Secrets beside them or not. Objects of other kinds
    /// and namespaces are passed over. An empty list of no kind is one of tokens.
    ///
    /// # Errors
    /// [`ErrorKind::Syntax`] and [`ErrorKind::Limit`] for what can't be read; [`ErrorKind::NotFound`] where there is no
    /// such object and no such list in it.
    pub fn read_all(bytes: impl Into<Vec<u8>>) -> Result<Self> {
        let mut saved = SavedTokens::default();
        for document in documents(bytes)? {
            saved.gather(&from_document(&document)?, "");
        }
        let is_list = saved.lists_tokens || saved.lists_users;
        if !is_list && saved.tokens.is_empty() && saved.users.is_empty() && saved.secrets.is_empty() {
            return Err(Error::new(ErrorKind::NotFound, "there is no clusterauthtokens object in it").with_help(
                "save them with kubectl -n cattle-system get clusterauthtokens.cluster.cattle.io -o json, in the cluster",
            ));
        }
        Ok(saved)
    }

    /// Says of which cluster they are: its name, Rancher's id of it, or a context that leads into it.
    pub fn of_cluster(mut self, cluster: impl Into<String>) -> Self {
        self.cluster = Some(cluster.into());
        self
    }

    /// How many tokens they speak of.
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Whether they speak of none.
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// The cluster that was named.
    pub(super) fn cluster(&self) -> Option<&str> {
        self.cluster.as_deref()
    }

    /// Whether there is an object of the token.
    pub(super) fn has(&self, token: &str) -> bool {
        token.split_once(':').is_some_and(|(name, _)| self.tokens.contains_key(bare(name)))
    }

    /// Whether it is a complete list without the token.
    pub(super) fn lacks(&self, token: &str) -> bool {
        self.lists_tokens && !self.has(token)
    }

    /// The clusters' ids in the names of tokens of Rancher 2.2 to 2.5.
    pub(super) fn cluster_ids(&self) -> impl Iterator<Item = &str> {
        self.tokens.keys().filter_map(|name| Some(name.strip_prefix("kubeconfig-")?.rsplit_once('.')?.1))
    }

    /// Takes in an object, or the objects of a list; those of a list of one kind, which is `known`, need not name it.
    fn gather(&mut self, object: &Value, known: &str) {
        let text = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default();
        let (group, kind) = (text("apiVersion").split('/').next().unwrap_or_default(), text("kind"));
        let kind = if kind.is_empty() { known } else { kind };
        let is_known = group == "cluster.cattle.io" || (group.is_empty() && !known.is_empty());
        let metadata =
            |key: &str| object.get("metadata").and_then(|metadata| metadata.get(key)).and_then(Value::as_str);
        let is_elsewhere = metadata("namespace").is_some_and(|namespace| !matches!(namespace, "" | "cattle-system"));
        let name = metadata("name").filter(|_| !is_elsewhere);
        match (kind, name) {
            ("ClusterAuthToken", Some(name)) if is_known => self.token(name, object),
            ("ClusterUserAttribute", Some(name)) if is_known => {
                let enabled = is_true(object.get("enabled"));
                *self.users.entry(name.to_owned()).or_insert(enabled) &= enabled;
            }
            ("Secret", Some(name)) if group == "v1" => {
                let hash = object.get("data").and_then(|data| Data::from_base64(data.get("hash")?.as_str()?).ok());
                let hash = hash.and_then(|hash| Some(TokenHash::new(std::str::from_utf8(&hash.decode()).ok()?)));
                self.secrets.extend(hash.map(|hash| (name.to_owned(), hash)));
            }
            _ => {}
        }
        let Some(items) = object.get("items").and_then(Value::as_sequence) else { return };
        // Of a page of a list nobody knows what is on the others.
        let is_page = metadata("continue").is_some_and(|rest| !rest.is_empty())
            || object.get("metadata").is_some_and(|metadata| metadata.get("remainingItemCount").is_some());
        let kind_of = |item: &Value| item.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
        let has = |wanted: &str| items.iter().any(|item| kind_of(item) == wanted);
        let of_items = match (group, kind) {
            ("cluster.cattle.io", kind) => kind.strip_suffix("List").unwrap_or_default(),
            _ => "",
        };
        let is_plain = group == "v1" && kind == "List";
        self.lists_tokens |=
            !is_page && (of_items == "ClusterAuthToken" || is_plain && (items.is_empty() || has("ClusterAuthToken")));
        self.lists_users |= !is_page && (of_items == "ClusterUserAttribute" || is_plain && has("ClusterUserAttribute"));
        for item in items {
            self.gather(item, of_items);
        }
    }

    /// Of two objects of one token, saved at different times, the worse counts.
    fn token(&mut self, name: &str, object: &Value) {
        let text = |key: &str| object.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        let hashes = text("hash").map(TokenHash::new).into_iter().collect();
        let user = text("userName").unwrap_or_default().to_owned();
        let enabled = is_true(object.get("enabled"));
        let token = match text("expiresAt").map(parse_time).transpose() {
            Ok(expires) => SavedToken { user, enabled, expires, hashes },
            // kube-api-auth lets nobody in by a time that it can't read.
            Err(_) => SavedToken { user, enabled: false, expires: None, hashes },
        };
        match self.tokens.get_mut(name) {
            Some(known) => known.worsen(&token),
            None => drop(self.tokens.insert(name.to_owned(), token)),
        }
    }

    /// Whether the user is enabled; `Some(None)` where a complete list does not have it, `None` where nothing tells.
    fn user(&self, name: &str) -> Option<Option<bool>> {
        match self.users.get(name) {
            Some(enabled) => Some(Some(*enabled)),
            None => self.lists_users.then_some(None),
        }
    }
}

impl SavedToken {
    fn worsen(&mut self, other: &SavedToken) {
        self.enabled &= other.enabled;
        self.hashes.extend(other.hashes.iter().cloned());
        self.expires = match (self.expires, other.expires) {
            (Some(one), Some(other)) => Some(if other.as_secs() < one.as_secs() { other } else { one }),
            (one, other) => one.or(other),
        };
    }
}

/// What objects say of `token`. None of them is known to be of another cluster than the one that is asked about; those
/// that are known to be of this one have `true` beside them. `None` where they say nothing.
pub(super) fn said(saves: &[(&SavedTokens, bool)], token: &str) -> Option<Said> {
    let (name, secret) = token.split_once(':')?;
    let name = bare(name);
    let with_object = || saves.iter().filter_map(|(save, _)| save.tokens.get(name).map(|object| (*save, object)));
    let is_absent = saves.iter().any(|(save, is_own)| *is_own && save.lacks(token));
    let mut findings = Vec::new();
    let refused = |message: &str| Finding::new(Code::RevokedToken, message).with_severity(Severity::Error);
    let doubtful = |message: String| Finding::new(Code::RevokedToken, message).with_effect(Effect::Unknown);
    let Some(mut object) = with_object().map(|(_, object)| object.clone()).next() else {
        let gone = || refused("the cluster does not know its token (it is not in the saved list of clusterauthtokens)");
        return is_absent.then(|| Said { findings: vec![gone()], end: None });
    };
    with_object().for_each(|(_, other)| object.worsen(other));
    if !object.enabled {
        findings.push(refused("its token is turned off (the saved clusterauthtokens object)"));
    }
    if is_absent {
        findings
            .push(doubtful("one of the saved lists of clusterauthtokens has its token, and another has not".into()));
    }

    let speaks = |(save, is_own): &&(&SavedTokens, bool)| *is_own || save.tokens.contains_key(name);
    let users: Vec<Option<bool>> =
        saves.iter().filter(speaks).filter_map(|(save, _)| save.user(&object.user)).collect();
    match (users.contains(&Some(false)), users.contains(&None), users.contains(&Some(true))) {
        (true, ..) => findings.push(refused(USER_OFF)),
        (_, true, false) => findings.push(refused(USER_GONE)),
        (_, true, true) => findings.push(doubtful(
            "one of the saved lists of clusteruserattributes has the user of its token, and another has not".into(),
        )),
        _ => {}
    }

    let mut hashes = object.hashes;
    if hashes.is_empty() {
        hashes.extend(saves.iter().filter_map(|(save, _)| save.secrets.get(name)).cloned());
    }
    let answers: Vec<_> = hashes.iter().map(|hash| hash.is_of(secret)).collect();
    findings.extend(match (answers.contains(&Some(true)), answers.contains(&Some(false))) {
        (true, false) => None,
        (true, true) => Some(doubtful("the saved clusterauthtokens objects of its token have different hashes".into())),
        (false, true) => Some(refused(
            "the cluster knows another token under its name (the hash in the saved clusterauthtokens object)",
        )),
        (false, false) if hashes.is_empty() => Some(doubtful(format!(
            "the hash of its token is in the Secret {} of cattle-system, which is not among the saved objects",
            Printable(name)
        ))),
        (false, false) => Some(doubtful(HASH_UNREADABLE.into())),
    });
    Some(Said { findings, end: Some(object.expires.map_or(End::Never, End::At)) })
}

/// The name of a token in the cluster: `ext/` is no part of it.
fn bare(name: &str) -> &str {
    name.strip_prefix("ext/").unwrap_or(name)
}

impl fmt::Debug for SavedTokens {
    /// Their number only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SavedTokens").field(&self.len()).finish()
    }
}
