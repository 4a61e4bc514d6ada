//! What a cluster itself says of Rancher's tokens.

use super::token_hash::TokenHash;
use crate::cert::parse_time;
use crate::error::{Error, ErrorKind, Result};
use crate::finding::{Code, Effect, Finding, Severity};
use crate::syntax::{Value, documents, from_document};
use rustls_pki_types::UnixTime;
use std::collections::HashMap;
use std::fmt;

/// Saved `clusterauthtokens.cluster.cattle.io` objects of any number of clusters.
///
/// Rancher puts one into a cluster for each token that is bound to it, and the cluster goes by it when Rancher is gone:
/// a token whose object is there, enabled and not past its `expiresAt` opens the direct way (the rules of Rancher's
/// `kube-api-auth`). It is found by the name of the token. With the feature `verify` the object's `hash`, where there is one
/// in SHA-256 or SHA3-512 (Rancher 2.6 and later), shows whether it is of this very token: before 2.6 a new download put
/// another in its place, under the same name.
#[derive(Clone, Default)]
pub struct SavedTokens(HashMap<String, SavedToken>);

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SavedToken {
    pub(super) enabled: bool,
    /// `None` for a token without an end.
    pub(super) expires: Option<UnixTime>,
    /// Of the secret; several where objects were saved at different times.
    hashes: Vec<TokenHash>,
}

impl SavedToken {
    /// What the object says against `token`, whose name it has.
    pub(super) fn doubts(&self, token: &str) -> Vec<Finding> {
        let mut found = Vec::new();
        if !self.enabled {
            let message = "its token is turned off (the saved clusterauthtokens object)";
            found.push(Finding::new(Code::RevokedToken, message).with_severity(Severity::Error));
        }
        let Some((name, secret)) = token.split_once(':') else { return found };
        let answers: Vec<_> = self.hashes.iter().map(|hash| hash.is_of(secret)).collect();
        let (same, other) = (answers.contains(&Some(true)), answers.contains(&Some(false)));
        let takes_same_name = name.strip_prefix("kubeconfig-").is_some_and(|rest| rest.contains('.'));
        let replaced = || {
            let message =
                "the cluster knows another token under its name (the hash in the saved clusterauthtokens object)";
            Finding::new(Code::RevokedToken, message).with_severity(Severity::Error)
        };
        let perhaps = || {
            let message = "the saved clusterauthtokens object may be of a later download, which took the same name before \
                           Rancher 2.6";
            Finding::new(Code::RevokedToken, message).with_effect(Effect::Unknown)
        };
        found.extend(match (same, other) {
            (false, true) => Some(replaced()),
            (true, true) => Some(perhaps()),
            (true, false) => None,
            (false, false) => (takes_same_name && !answers.is_empty()).then(perhaps),
        });
        found
    }
}

impl SavedTokens {
    /// Reads what `kubectl -n cattle-system get clusterauthtokens.cluster.cattle.io` prints with `-o yaml` or `-o json`: one
    /// object, a list, or several documents of those. Objects of other kinds are passed over.
    ///
    /// # Errors
    /// [`ErrorKind::Syntax`] and [`ErrorKind::Limit`] for what can't be read; [`ErrorKind::NotFound`] where there is no
    /// such object in it.
    pub fn read_all(bytes: impl Into<Vec<u8>>) -> Result<Self> {
        let mut tokens = SavedTokens::default();
        for document in documents(bytes)? {
            tokens.gather(&from_document(&document)?, false);
        }
        if tokens.is_empty() {
            return Err(Error::new(ErrorKind::NotFound, "there is no clusterauthtokens object in it").with_help(
                "save them with kubectl -n cattle-system get clusterauthtokens.cluster.cattle.io -o json, in the cluster",
            ));
        }
        Ok(tokens)
    }

    /// How many tokens they speak of.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether they speak of none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is known of `token`: what stands before its colon is its name, and `ext/` is no part of that.
    pub(super) fn of(&self, token: &str) -> Option<&SavedToken> {
        let (name, _) = token.split_once(':')?;
        self.0.get(name.strip_prefix("ext/").unwrap_or(name))
    }

    pub(super) fn extend(&mut self, other: SavedTokens) {
        other.0.into_iter().for_each(|(name, token)| self.add(name, token));
    }

    /// Of two objects of one token, saved at different times, the worse counts.
    fn add(&mut self, name: String, token: SavedToken) {
        let known = self.0.entry(name).or_insert_with(|| token.clone());
        known.enabled &= token.enabled;
        for hash in token.hashes {
            if !known.hashes.contains(&hash) {
                known.hashes.push(hash);
            }
        }
        known.expires = match (known.expires, token.expires) {
            (Some(one), Some(other)) => Some(if other.as_secs() < one.as_secs() { other } else { one }),
            (one, other) => one.or(other),
        };
    }

    /// Takes in an object, or the objects of a list; those of a list of their own kind need not name it.
    fn gather(&mut self, object: &Value, is_known: bool) {
        let text = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default();
        let is_of_group = text("apiVersion").split('/').next() == Some("cluster.cattle.io");
        if (is_of_group && text("kind") == "ClusterAuthToken") || (is_known && text("kind").is_empty()) {
            self.token(object);
        }
        let is_list = is_of_group && text("kind") == "ClusterAuthTokenList";
        for item in object.get("items").and_then(Value::as_sequence).unwrap_or_default() {
            self.gather(item, is_list);
        }
    }

    fn token(&mut self, object: &Value) {
        let name = object.get("metadata").and_then(|metadata| metadata.get("name")).and_then(Value::as_str);
        let Some(name) = name else { return };
        let is_true =
            |value: &Value| value.as_scalar().is_some_and(|s| s.resolve() == crate::syntax::Resolved::Bool(true));
        let enabled = object.get("enabled").is_some_and(is_true);
        let expires = object.get("expiresAt").and_then(Value::as_str).filter(|text| !text.is_empty());
        let hash = object.get("hash").and_then(Value::as_str).filter(|text| !text.is_empty());
        let hashes = hash.map(TokenHash::new).into_iter().collect();
        let token = match expires.map(parse_time).transpose() {
            Ok(expires) => SavedToken { enabled, expires, hashes },
            // kube-api-auth lets nobody in by a time that it can't read.
            Err(_) => SavedToken { enabled: false, expires: None, hashes },
        };
        self.add(name.to_owned(), token);
    }
}

impl fmt::Debug for SavedTokens {
    /// Their number only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SavedTokens").field(&self.len()).finish()
    }
}
