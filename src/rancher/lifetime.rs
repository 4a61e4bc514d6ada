//! The comments at the head of a file for several clusters (Rancher 2.12 and later): when it was made, and for how long;
//! and the same kept beside a token, for comments don't go with it into another file.

use super::kind::View;
use crate::access::{TOKEN_LIFETIME, is_rancher_command, is_rancher_token};
use crate::cert::parse_time;
use crate::config::{AuthInfo, Kubeconfig, set_secret};
use crate::load::{Loaded, Source, Subject};
use crate::store::Draft;
use crate::syntax::{Mapping, Value};
use rustls_pki_types::UnixTime;
use std::collections::{HashMap, HashSet};
use std::time::Duration;

/// The user that all clusters without an authorized endpoint share, and that Rancher itself has.
pub(crate) const SHARED_USER: &str = "rancher";

/// Keeps what the comments of the files behind `loaded` say of the tokens in `config`, for
/// [`Export::amend`](crate::Export::amend): as an extension of each user whose token they speak for.
///
/// `config` has the names of `loaded`. The extension names the token (what stands before the colon, which is no secret), so
/// that it says nothing of another one that is put in its place. The drill takes it for what the comments said.
pub fn keep_lifetimes(loaded: &Loaded, config: &mut Kubeconfig) {
    let mut of_source: HashMap<*const Source, Option<Comments<'_>>> = HashMap::new();
    config.users.change_each(|name, user| {
        let source = loaded.origin(Subject::User(name))?.source();
        let read = || {
            let comments = Comments::of(source.document().text()).filter(|comments| comments.lifetime().is_some());
            comments.filter(|_| is_as_written(source.config()))
        };
        let comments = of_source.entry(std::ptr::from_ref(source)).or_insert_with(read);
        let (comments, secret) = (comments.as_ref()?, set_secret(&user.token)?);
        // What was said of it before counts.
        let token = name_of(secret).filter(|_| Lifetime::of_user(user, secret).is_none())?;
        let said = [("token", token), ("createdTimestamp", comments.created), ("ttl", comments.ttl)];
        let said: Mapping = said.into_iter().map(|(key, value)| (key, Value::string(value))).collect();
        let mut user = user.clone();
        user.extensions.insert(TOKEN_LIFETIME, Value::Mapping(said));
        Some(user)
    });
}

/// Says of the tokens that a change brought into a file of Rancher's that the file's comments do not speak for them: each gets the
/// extension of [`keep_lifetimes`] without a time. For changes by [`Store::edit`](crate::store::Store::edit), which leave comments
/// where they are.
pub fn disown_new_tokens(draft: &mut Draft) {
    let sources = draft.loaded().sources();
    if !sources.iter().any(|source| Comments::of(source.document().text()).is_some()) {
        return;
    }
    let old: HashSet<&str> = sources
        .iter()
        .flat_map(|source| source.config().users.iter())
        .filter_map(|(_, user)| set_secret(&user.token))
        .collect();
    let is_new = |user: &AuthInfo| {
        let token = set_secret(&user.token).filter(|token| !old.contains(token))?;
        Lifetime::of_user(user, token).is_none().then(|| name_of(token).map(str::to_owned))?
    };
    let new: Vec<(String, String)> =
        draft.config.users.iter().filter_map(|(name, user)| Some((name.to_owned(), is_new(user)?))).collect();
    for (user, token) in new {
        let said = Mapping::from_iter([("token".to_owned(), Value::from(token))]);
        if let Some(user) = draft.config.users.get_mut(&user) {
            user.extensions.insert(TOKEN_LIFETIME, Value::Mapping(said));
        }
    }
}

/// What stands before the colon of a token of Rancher's.
fn name_of(token: &str) -> Option<&str> {
    token.split_once(':').filter(|_| is_rancher_token(token)).map(|(name, _)| name)
}

/// How long the tokens of the file `text` live, which says `config`, by its comments.
#[cfg(feature = "check")]
pub(crate) fn lifetime_by_comments(text: &str, config: impl FnOnce() -> Option<Kubeconfig>) -> Option<Lifetime> {
    Comments::of(text)?.lifetime().filter(|_| config().as_ref().is_some_and(is_as_written))
}

/// How long a token lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lifetime {
    pub(crate) from: UnixTime,
    /// `None` where it has no end.
    pub(crate) until: Option<UnixTime>,
}

impl Lifetime {
    /// That of the tokens in a file, by its comments where they still speak for them.
    pub(super) fn of_file(source: &Source) -> Option<Self> {
        Comments::of(source.document().text())?.lifetime().filter(|_| is_as_written(source.config()))
    }

    /// That of a user's token, by what was kept of the comments; `Some(None)` where it was kept that they don't tell.
    pub(crate) fn of_user(user: &AuthInfo, token: &str) -> Option<Option<Self>> {
        let kept = user.extensions.get(TOKEN_LIFETIME)?;
        let text = |key: &str| kept.get(key).and_then(Value::as_str);
        let told = || Comments { created: text("createdTimestamp")?, ttl: text("ttl")? }.lifetime();
        (text("token") == name_of(token)).then(told)
    }
}

/// `# Generated by Rancher`, `# createdTimestamp: …` and `# ttl: …`, each once and before anything else.
struct Comments<'a> {
    created: &'a str,
    ttl: &'a str,
}

impl<'a> Comments<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let lines = text.lines().map(str::trim).take_while(|line| line.is_empty() || line.starts_with('#'));
        let (mut is_ranchers, mut created, mut ttl) = (false, None, None);
        for line in lines.filter_map(|line| line.strip_prefix('#')).map(str::trim) {
            let (key, value) = line.split_once(':').unwrap_or((line, ""));
            let slot = match key {
                "Generated by Rancher" => {
                    is_ranchers = true;
                    continue;
                }
                "createdTimestamp" => &mut created,
                "ttl" => &mut ttl,
                _ => continue,
            };
            if slot.replace(value.trim()).is_some() {
                return None;
            }
        }
        Some(Comments { created: created.filter(|_| is_ranchers)?, ttl: ttl? })
    }

    fn lifetime(&self) -> Option<Lifetime> {
        let from = parse_time(self.created).ok()?;
        let until = match self.ttl.parse().ok()? {
            0 => None,
            seconds => Some(after(from, Duration::from_secs(seconds))),
        };
        Some(Lifetime { from, until })
    }
}

/// A time and what comes after it, up to the last second that RFC 3339 has words for.
pub(super) fn after(time: UnixTime, duration: Duration) -> UnixTime {
    const YEAR_9999: u64 = 253_402_300_799;
    let seconds = time.as_secs().saturating_add(duration.as_secs()).min(YEAR_9999);
    UnixTime::since_unix_epoch(Duration::from_secs(seconds))
}

/// Whether all that is in the file can be Rancher's own work: users with a token of one Rancher user, or with Rancher's
/// login command; all of one Rancher; and the users named after the clusters they are for.
fn is_as_written(config: &Kubeconfig) -> bool {
    let mut owner = None;
    let mut users = config.users.iter().map(|(_, user)| user);
    if !users.all(|user| owner_of(user).is_some_and(|found| found.is_empty() || *owner.get_or_insert(found) == found)) {
        return false;
    }
    let views = || config.contexts.names().map(|name| View::of(config, name));
    let mut rancher = None;
    for (origin, _) in views().filter_map(|view| view.through()) {
        if *rancher.get_or_insert_with(|| origin.clone()) != origin {
            return false;
        }
    }
    views().all(|view| match view.through() {
        Some(_) => view.user_name == SHARED_USER || view.user_name == view.cluster_name,
        None if view.cluster_name == SHARED_USER => view.user_name == SHARED_USER,
        None => view.is_named_after_user(),
    })
}

/// Whose the token is, as far as its name tells, without what is random in it; empty for Rancher's login command. `None` for
/// a user that Rancher did not write.
fn owner_of(user: &AuthInfo) -> Option<&str> {
    let Some(token) = set_secret(&user.token) else {
        return user.exec.as_ref().filter(|exec| is_rancher_command(exec)).map(|_| "");
    };
    let is_all = user.exec.is_none() && user.auth_provider.is_none() && user.client_certificate_data.is_none();
    let (name, _) = token.split_once(':').filter(|_| is_all && is_rancher_token(token))?;
    match name.strip_prefix("kubeconfig-") {
        Some(name) => Some(name.get(..name.len().saturating_sub(5)).unwrap_or(name)).filter(|name| !name.is_empty()),
        None => name.starts_with("ext/").then_some("ext/"),
    }
}
