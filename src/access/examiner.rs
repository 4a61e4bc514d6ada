//! Who asks, and remembers what was examined already.

use super::credential::Login;
use super::entry::{ClusterFacts, Judged, UserFacts};
use super::judgement::Access;
use super::need::Need;
use super::note::{Note, only_warn};
use super::pem::{Key, Pem};
use super::question::Question;
use super::through::server_is_rancher;
use super::{Client, Trust, login, server};
use crate::config::{AuthInfo, Cluster, set};
use crate::finding::{Code, Effect, Finding};
use crate::load::{Loaded, Subject, Target, not_found_for};
use rustls_pki_types::UnixTime;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Client certificates, by where they and their keys are.
type Clients = HashMap<(Key, Option<Key>), Arc<Client>>;

/// What was found of a client certificate under a CA, by where the two lie.
type Pairs = HashMap<(*const Trust, *const Client), Arc<[Finding]>>;

/// Judges contexts at one time; see the [module](super).
///
/// It reads the files that a context names (certificates, keys, token files), and nothing else. It runs no command and opens
/// no connection. Each distinct credential, CA and pair of them is examined once, however many contexts share it.
pub struct Examiner {
    question: Question,
    trusts: RefCell<HashMap<Option<Key>, Arc<Trust>>>,
    clients: RefCell<Clients>,
    pairs: RefCell<Pairs>,
    /// The contexts of a configuration that need Rancher.
    through: RefCell<Vec<(Loaded, HashSet<String>)>>,
}

impl Examiner {
    /// Judges as if it were that time.
    pub fn at(time: UnixTime) -> Self {
        Examiner {
            question: Question { at: time, within: None, on_node: false },
            trusts: RefCell::default(),
            clients: RefCell::default(),
            pairs: RefCell::default(),
            through: RefCell::default(),
        }
    }

    /// Sets whether the files are used on the node they are from, where a server at a loopback address is the cluster's own.
    pub fn on_node(mut self, on_node: bool) -> Self {
        self.question.on_node = on_node;
        self
    }

    /// Warns of what ends within that time too. A warning changes no verdict.
    pub fn within(mut self, time: Duration) -> Self {
        self.question.within = Some(time);
        self
    }

    /// Judges a context of a configuration, with the cluster and the user that it names.
    ///
    /// A context that is not there, or that names a cluster or a user that is not there, is one that does not work.
    pub fn context(&self, loaded: &Loaded, name: &str) -> Access {
        let config = loaded.config();
        let Some(context) = config.contexts.get(name) else {
            let message = format!("there is no context \"{}\"", crate::config::ShownName(name));
            return Access::refused(name, Finding::new(Code::InvalidContext, message));
        };
        let mut access = Access::of_context(name, set(&context.cluster), set(&context.user));
        let cluster = context.cluster.as_deref().and_then(|name| loaded.cluster_with_paths(name));
        let user = context.user.as_deref().and_then(|name| loaded.user_with_paths(name));
        // What follows where none is named is said by what is needed then.
        let missing_cluster = set(&context.cluster).filter(|_| cluster.is_none());
        dangling(&mut access, [missing_cluster, set(&context.user).filter(|_| user.is_none())]);
        let through = self.is_through_rancher(loaded, name);
        match cluster {
            Some(cluster) => self.fill(&mut access, &cluster, &user.unwrap_or_default(), through),
            // kubectl takes its default server then, which is on the machine itself.
            None if set(&context.cluster).is_none() => access.need(Need::ThisMachine),
            None => {}
        }
        access.place(loaded);
        access
    }

    fn is_through_rancher(&self, loaded: &Loaded, name: &str) -> bool {
        let mut known = self.through.borrow_mut();
        let is_it = |(other, _): &(Loaded, HashSet<String>)| std::ptr::eq(other.config(), loaded.config());
        let at = known.iter().rposition(is_it).unwrap_or_else(|| {
            let names = server_is_rancher(loaded.config()).into_iter().map(str::to_owned).collect();
            known.push((loaded.clone(), names));
            known.len() - 1
        });
        known.get(at).is_some_and(|(_, names)| names.contains(name))
    }

    /// Judges what a context comes to after overrides.
    pub fn examine(&self, target: &Target) -> Access {
        let name = target.context_name().unwrap_or_default();
        let mut access = Access::of_context(name, target.cluster_name(), target.user_name());
        dangling(&mut access, target.dangling());
        self.fill(&mut access, target.cluster(), target.auth_info(), false);
        access.place_by(target);
        access
    }

    /// Judges every context of a configuration, in their order.
    pub fn contexts(&self, loaded: &Loaded) -> Vec<Access> {
        loaded.config().contexts.names().map(|name| self.context(loaded, name)).collect()
    }

    /// Judges a cluster's entry. Paths in it are absolute.
    pub(crate) fn cluster(&self, name: &str, cluster: &Cluster) -> ClusterFacts {
        server::judge(name, cluster, &self.question, |pem| {
            let mut known = self.trusts.borrow_mut();
            let entry = known.entry(pem.map(Pem::key));
            entry.or_insert_with(|| Arc::new(Trust::read(pem, &self.question))).clone()
        })
    }

    /// Judges a user's entry. Paths in it are absolute.
    pub(crate) fn user(&self, name: &str, user: &AuthInfo) -> UserFacts {
        login::judge(name, user, &self.question, |certificate, key| {
            let mut known = self.clients.borrow_mut();
            let entry = known.entry((certificate.key(), key.map(Pem::key)));
            entry.or_insert_with(|| Arc::new(Client::read(certificate, key, &self.question))).clone()
        })
    }

    /// What the CA of a cluster has to say of the certificate of a user.
    pub(crate) fn pair(&self, cluster: &ClusterFacts, user: &UserFacts) -> Vec<Note> {
        let Some((field, client)) = &user.client else { return Vec::new() };
        // Both are kept here, so that no other takes their place.
        let key = (Arc::as_ptr(&cluster.trust), Arc::as_ptr(client));
        let known = self.pairs.borrow().get(&key).cloned();
        let found = known.unwrap_or_else(|| {
            let found: Arc<[Finding]> = client.under(&cluster.trust, self.question.at).into();
            self.pairs.borrow_mut().insert(key, found.clone());
            found
        });
        let is_other = |one: &Judged| one.credential.login != Login::ClientCertificate && one.effect() < Effect::Fails;
        let other_holds = user.credentials.iter().any(is_other);
        let mut notes: Vec<Note> = found.iter().map(|finding| Note::new(*field, finding.clone())).collect();
        if other_holds {
            only_warn(&mut notes);
        }
        notes
    }

    fn fill(&self, access: &mut Access, cluster: &Cluster, user: &AuthInfo, through_rancher: bool) {
        let cluster = self.cluster(access.cluster().unwrap_or_default(), cluster);
        let user = self.user(access.user().unwrap_or_default(), user);
        let pair = self.pair(&cluster, &user);
        access.fill(cluster, user, pair);
        if through_rancher {
            access.need(Need::Rancher);
        }
        access.doubts_ca();
        access.trusts_without_ca();
    }

    #[cfg(feature = "rancher")]
    pub(crate) fn question(&self) -> &Question {
        &self.question
    }
}

/// Says that the cluster, or the user, which the context names is not there.
fn dangling(access: &mut Access, missing: [Option<&str>; 2]) {
    let name = access.context().to_owned();
    let codes = [("cluster", Code::DanglingCluster), ("user", Code::DanglingUser)];
    for ((what, code), to) in codes.into_iter().zip(missing) {
        let Some(to) = to else { continue };
        let finding = Finding::new(code, not_found_for(what, to, &name)).of(Subject::Context(&name).to_string());
        access.push(finding.in_field(format!("contexts[{}].context.{what}", crate::config::ShownName(&name))));
    }
}

impl fmt::Debug for Examiner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Examiner").field("question", &self.question).finish_non_exhaustive()
    }
}
