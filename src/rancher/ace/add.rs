//! The contexts of an endpoint put into a configuration.

use super::note::AceNote;
use super::token::doubts;
use super::{AuthorizedEndpoint, Reach, Trust, impossible};
use crate::access::{Access, Examiner, IMPORTED, Need, PUBLIC_CA};
use crate::config::{AuthInfo, Cluster, Context, Data, Entries, Kubeconfig, set};
use crate::edit::Added;
use crate::error::{Error, ErrorKind, Result};
use crate::export::{no_context, placed};
use crate::load::{Loaded, Subject};
use crate::rancher::kind::View;
use crate::rancher::knowledge::judge_by_lifetime;
use crate::rancher::lifetime::keep_lifetimes;
use crate::rancher::marks::{ENDPOINT_OF, UNPROVEN};
use crate::rancher::{ClusterGroup, ContextKind, Provisioner, clusters};
use crate::store::{Draft, Finished, Saved, WriteOptions};
use crate::syntax::Value;
use rustls_pki_types::UnixTime;
use std::path::Path;

/// An [`AuthorizedEndpoint`] on its way into a configuration.
#[derive(Clone, Debug)]
#[must_use = "nothing is added before `build`"]
pub struct AddEndpoint<'a> {
    endpoint: AuthorizedEndpoint,
    loaded: &'a Loaded,
    context: String,
    user: Option<String>,
    credentials: Option<&'a Loaded>,
    at: Option<UnixTime>,
}

/// A configuration with the contexts of an endpoint in it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Extended {
    config: Kubeconfig,
    /// The users without what the comments say of them.
    bare: Entries<AuthInfo>,
    finished: Finished,
    contexts: Vec<AceContext>,
    notes: Vec<AceNote>,
    is_complete: bool,
}

/// A context of an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AceContext {
    /// Its name, which is that of its cluster too.
    pub name: String,
    /// Where it leads.
    pub server: String,
    /// The name of its user.
    pub user: String,
    /// Whether it was added; `false` where it was there already.
    pub is_new: bool,
}

impl<'a> AddEndpoint<'a> {
    pub(super) fn new(endpoint: AuthorizedEndpoint, loaded: &'a Loaded, context: String) -> Self {
        AddEndpoint { endpoint, loaded, context, user: None, credentials: None, at: None }
    }

    /// Takes this user of the configuration instead of that of the context.
    pub fn user(mut self, name: impl Into<String>) -> Self {
        self.user = Some(name.into());
        self
    }

    /// Takes the user of another configuration: that of its current context, else its only one. It comes along under its
    /// own name or, where that is taken by other credentials, as `CONTEXT-NAME`.
    pub fn credentials_from(mut self, other: &'a Loaded) -> Self {
        self.credentials = Some(other);
        self
    }

    /// Says of certificates and tokens that have an end whether it is over at that time. There is no other clock.
    pub fn at(mut self, time: UnixTime) -> Self {
        self.at = Some(time);
        self
    }

    /// Puts the contexts in. What is there already stays as it is, so that a second time changes nothing.
    ///
    /// # Errors
    /// Collected into one: [`ErrorKind::ContextNotFound`]; [`ErrorKind::Usage`] for a context that does not go through
    /// Rancher, for a host that is none, for nodes whose CA nobody knows, for two sources of credentials;
    /// [`ErrorKind::Refused`] for a hosted cluster, and where an entry of a name is there with other content;
    /// [`ErrorKind::InvalidConfiguration`] where there are no credentials.
    pub fn build(self) -> Result<Extended> {
        let (id, name) = cluster_of(self.loaded, &self.context)?;
        let source = self.loaded.config();
        let groups = clusters(&[source]);
        let group = groups.iter().find(|group| group.members.iter().any(|member| member.context == self.context));
        if let Some(Provisioner::Hosted(cloud)) = group.map(ClusterGroup::provisioner) {
            return Err(impossible(&cloud));
        }
        let wanted = self.endpoint.contexts(&name)?;
        let mut notes = Vec::new();
        let authority = self.authority(group, &wanted, &mut notes)?;
        let mut config = self.loaded.rebased()?;
        let mut bare = config.users.clone();
        keep_lifetimes(self.loaded, &mut config);
        let user = self.add_user(&mut config, &mut bare, &id, &mut notes)?;

        let mut errors = Vec::new();
        let mut contexts = Vec::new();
        for (name, server) in wanted {
            let mut cluster =
                Cluster { certificate_authority_data: authority.clone(), ..Cluster::new(server.as_str()) };
            if self.endpoint.trust == Trust::Public {
                cluster.extensions.insert(PUBLIC_CA, Value::from(true));
            }
            if self.endpoint.is_imported && !View::of_user(&config, &user).has_certificate() {
                cluster.extensions.insert(IMPORTED, Value::from(true));
            }
            let mut context = Context::new(name.as_str(), user.as_str());
            if notes.iter().any(AceNote::is_of_binding) {
                context.extensions.insert(UNPROVEN, Value::from(true));
            }
            if user != View::of(source, &self.context).user_name && id != "local" {
                context.extensions.insert(ENDPOINT_OF, Value::string(id.as_str()));
            }
            let new_cluster =
                self.insert(&mut config.clusters, Subject::Cluster(&name), cluster, same_cluster, &mut errors);
            let is_again = take_over(&mut config, &name, &context);
            let new_context = is_again
                | self.insert(&mut config.contexts, Subject::Context(&name), context, same_context, &mut errors);
            contexts.push(AceContext { is_new: new_cluster || new_context, user: user.clone(), name, server });
        }
        if let Some(error) = Error::several(errors) {
            return Err(error);
        }
        notes.extend(self.judge(&config, &contexts));
        let unread = self.loaded.unread();
        let is_complete = unread.is_empty();
        let of_credentials = self.credentials.into_iter().flat_map(Loaded::unread);
        notes.extend(unread.into_iter().chain(of_credentials).map(AceNote::Unread));
        let inputs = self.loaded.files().chain(self.credentials.into_iter().flat_map(Loaded::files));
        let finished = Finished::new(&config, inputs)?;
        Ok(Extended { config, bare, finished, contexts, notes, is_complete })
    }

    /// What speaks against the contexts that were added, whatever Rancher bound their token to.
    fn judge(&self, config: &Kubeconfig, contexts: &[AceContext]) -> Vec<AceNote> {
        let loaded = Loaded::from_config(config.clone(), "/");
        let examiner = Examiner::at(self.at.unwrap_or_else(UnixTime::now));
        let mut found: Vec<AceNote> = Vec::new();
        for context in contexts {
            let mut access: Access = examiner.context(&loaded, &context.name);
            judge_by_lifetime(&mut access, config.users.get(&context.user), examiner.question());
            let is_new = |note: &AceNote| !found.contains(note);
            let notes: Vec<AceNote> = access.objections().cloned().map(|one| AceNote::Access(Box::new(one))).collect();
            let notes: Vec<AceNote> = notes.into_iter().filter(is_new).collect();
            found.extend(notes);
            let is_bare = access.needs().any(|need| *need == Need::Person);
            let none = AceNote::NoCredentials { user: context.user.clone() };
            if is_bare && !found.contains(&none) {
                found.push(none);
            }
        }
        found
    }

    /// The CA to write: the one given; for nodes, without one, that of another direct way into the cluster.
    fn authority(
        &self,
        group: Option<&ClusterGroup<'_>>,
        wanted: &[(String, String)],
        notes: &mut Vec<AceNote>,
    ) -> Result<Option<Data>> {
        let is_by_name = matches!(self.endpoint.reach, Reach::Fqdn(_));
        for (_, server) in wanted.iter().filter(|_| is_by_name) {
            let authority = &server["https://".len()..];
            if authority.rsplit_once(':').is_none_or(|(_, port)| port.contains(']')) {
                notes.push(AceNote::NoPort { server: server.clone() });
            }
        }
        match &self.endpoint.trust {
            Trust::Ca(data) => {
                return Ok(Some(data.clone()));
            }
            Trust::Public => return Ok(None),
            Trust::Unsaid => {}
        }
        if is_by_name {
            return Ok(None);
        }
        let source = self.loaded.config();
        let by_node = |member: &&crate::rancher::Member<'_>| {
            matches!(
                member.kind.kind,
                ContextKind::AceNode | ContextKind::RkeAdmin | ContextKind::K3s | ContextKind::Rke2
            )
        };
        let known = group.into_iter().flat_map(|group| &group.members).filter(by_node).find_map(|member| {
            let cluster = source.clusters.get(View::of(source, member.context).cluster_name)?;
            Some((member.context, cluster.certificate_authority_data.clone()?))
        });
        let Some((context, data)) = known else {
            return Err(Error::new(ErrorKind::Usage, "the nodes' certificates are made by the cluster's own CA, and nothing says which it is")
                .with_help("give it with --ca FILE: /etc/kubernetes/ssl/kube-ca.pem on a node of RKE, server/tls/server-ca.crt in the data folder of K3s and RKE2"));
        };
        notes.push(AceNote::CaTaken { context: context.to_owned() });
        Ok(Some(data))
    }

    /// Finds the user, brings it in if it comes from elsewhere, and says what stands against it. Its name in `config`.
    fn add_user(
        &self,
        config: &mut Kubeconfig,
        bare: &mut Entries<AuthInfo>,
        id: &str,
        notes: &mut Vec<AceNote>,
    ) -> Result<String> {
        let source = self.loaded.config();
        let Some(other) = self.credentials else {
            let of_context = View::of(source, &self.context).user_name;
            let name = self.user.as_deref().unwrap_or(of_context);
            if !source.users.contains(name) {
                let message = match name {
                    "" => format!(
                        "the context {:?} has no user, so there are no credentials for the direct way",
                        self.context
                    ),
                    _ => format!("there is no user {name:?}"),
                };
                return Err(Error::new(ErrorKind::InvalidConfiguration, message)
                    .with_help("name another with --user, or a kubeconfig that has one with --credentials-from"));
            }
            notes.extend(doubts(source, name, id));
            return Ok(name.to_owned());
        };
        if self.user.is_some() {
            return Err(Error::new(ErrorKind::Usage, "credentials can't come from --user and --credentials-from both"));
        }
        let mut from = other.rebased()?;
        let name = credentials(other, &from)?;
        let own = from.users.get(&name).cloned().unwrap_or_default();
        keep_lifetimes(other, &mut from);
        let user = from.users.remove(&name).unwrap_or_default();
        notes.extend(doubts(other.config(), &name, id));
        let mut names = [name.clone(), format!("{}-{name}", self.context)].into_iter();
        let is_same = |name: &str| [bare.get(name), config.users.get(name)].contains(&Some(&own));
        let free =
            names.find(|name| !config.users.contains(name) || is_same(name) || config.users.get(name) == Some(&user));
        let Some(free) = free else {
            let message = format!(
                "there are users {name:?} and {:?} already, with other credentials",
                format!("{}-{name}", self.context)
            );
            return Err(Error::new(ErrorKind::Refused, message).with_help("rename one of them"));
        };
        if !config.users.contains(&free) {
            config.users.insert(free.clone(), user);
            bare.insert(free.clone(), own);
        }
        Ok(free)
    }

    /// Adds an entry, unless it is there. Whether it was added.
    fn insert<T: Clone>(
        &self,
        entries: &mut Entries<T>,
        subject: Subject<'_>,
        body: T,
        same: impl Fn(&T, &T) -> bool,
        errors: &mut Vec<Error>,
    ) -> bool {
        let (Subject::Cluster(name) | Subject::Context(name)) = subject else { return false };
        match entries.get(name) {
            None => {
                entries.insert(name, body);
                return true;
            }
            Some(there) if same(there, &body) => {}
            Some(_) => {
                let error = Error::new(ErrorKind::Refused, format!("{subject} already exists with different content"))
                    .with_help("rename it or remove it, if the new one shall have this name");
                errors.push(placed(self.loaded, subject, error));
            }
        }
        false
    }
}

/// Gives a context that was added without proof the other credentials that were asked for since, and takes the mark off unless
/// they are no better. Whether it did.
fn take_over(config: &mut Kubeconfig, name: &str, context: &Context) -> bool {
    let Some(there) = config.contexts.get_mut(name) else { return false };
    let is_meant = there.extensions.contains(UNPROVEN) && set(&there.cluster) == set(&context.cluster);
    if !is_meant || set(&there.user) == set(&context.user) {
        return false;
    }
    there.user.clone_from(&context.user);
    if let Some(id) = context.extensions.get(ENDPOINT_OF) {
        there.extensions.insert(ENDPOINT_OF, id.clone());
    }
    if !context.extensions.contains(UNPROVEN) {
        there.extensions.remove(UNPROVEN);
    }
    true
}

/// The same server with the same trust; whatever else somebody wrote into it stays.
fn same_cluster(a: &Cluster, b: &Cluster) -> bool {
    let pem = |cluster: &Cluster| {
        let data = cluster.certificate_authority_data.as_ref().map(|data| data.decode().trim_ascii().to_vec());
        data.filter(|pem| !pem.is_empty())
    };
    set(&a.server) == set(&b.server) && set(&a.certificate_authority).is_none() && pem(a) == pem(b)
}

fn same_context(a: &Context, b: &Context) -> bool {
    set(&a.cluster) == set(&b.cluster) && set(&a.user) == set(&b.user)
}

/// The user of the current context, else the only one.
fn credentials(other: &Loaded, config: &Kubeconfig) -> Result<String> {
    let of_current = config.current_context().map(|context| View::of(config, context).user_name);
    let mut names = config.users.names();
    let name = match of_current.filter(|name| !name.is_empty()) {
        Some(name) => Some(name),
        None if config.users.len() == 1 => names.next(),
        None => None,
    };
    match name.filter(|name| config.users.contains(name)) {
        Some(name) => Ok(name.to_owned()),
        None => {
            let error =
                Error::new(ErrorKind::InvalidConfiguration, "nothing says which user to take the credentials of")
                    .with_help("set a current context in that file, whose user is meant");
            Err(match other.sources().first() {
                Some(source) => error.in_file(source.path()),
                None => error,
            })
        }
    }
}

/// Rancher's id of the cluster that a context through Rancher leads to, and the name its contexts are made from.
pub(super) fn cluster_of(loaded: &Loaded, context: &str) -> Result<(String, String)> {
    let config = loaded.config();
    if !config.contexts.contains(context) {
        return Err(no_context(loaded, context));
    }
    match crate::rancher::kind_of(config, context).kind {
        ContextKind::RancherProxy { cluster_id, .. } => Ok((cluster_id, context.to_owned())),
        ContextKind::Eks => Err(impossible("EKS")),
        ContextKind::Gke => Err(impossible("GKE")),
        ContextKind::Aks => Err(impossible("AKS")),
        _ => {
            let message = format!(
                "the context {context:?} does not go through Rancher to a cluster, so there is nothing to add beside it"
            );
            Err(Error::new(ErrorKind::Usage, message).with_help("name one whose server ends in /k8s/clusters/ID"))
        }
    }
}

impl Extended {
    /// The configuration, its paths made absolute. Users have what the files' comments said of their tokens
    /// ([`keep_lifetimes`](crate::rancher::keep_lifetimes)), as comments don't go into another file.
    pub fn config(&self) -> &Kubeconfig {
        &self.config
    }

    /// The text of the file, secrets and all.
    pub fn to_yaml(&self) -> &str {
        self.finished.to_yaml()
    }

    /// Writes it to a file by the rules of [`store::write`](crate::store::write()), and reads it back.
    ///
    /// # Errors
    /// As [`Backup::write`](crate::Backup::write): the files it was made from are never overwritten.
    pub fn write(&self, path: impl AsRef<Path>, options: &WriteOptions) -> Result<Saved> {
        self.finished.write(path.as_ref(), options)
    }

    /// Adds the contexts of the endpoint, their clusters and their user to a kubeconfig, which may be the one they were made for. All else in it
    /// stays as it is; for [`Store::edit`](crate::store::Store::edit).
    ///
    /// # Errors
    /// Those of [`edit::add`](crate::edit::add).
    pub fn apply(&self, draft: &mut Draft, replace: bool) -> Result<Added> {
        let mut part = Kubeconfig::default();
        for context in &self.contexts {
            if let Some(body) = self.config.contexts.get(&context.name) {
                take_over(&mut draft.config, &context.name, body);
            }
            // What was found there may say more than what would be added.
            if context.is_new || !draft.config.contexts.contains(&context.name) {
                part.contexts.adopt(&context.name, &self.config.contexts);
                part.clusters.adopt(&context.name, &self.config.clusters);
                // Where the user is, it need not have what the comments say.
                let there = draft.config.users.get(&context.user);
                let is_plain = there.is_some() && there != self.config.users.get(&context.user);
                part.users.adopt(&context.user, if is_plain { &self.bare } else { &self.config.users });
            }
        }
        crate::edit::add(draft, &part, replace)
    }

    /// The contexts of the endpoint, those that were there already among them.
    pub fn contexts(&self) -> &[AceContext] {
        &self.contexts
    }

    /// What one should know of them.
    pub fn notes(&self) -> &[AceNote] {
        &self.notes
    }

    /// Whether nothing speaks against the direct way: no note is a [doubt](AceNote::is_doubt). It is no proof: only Rancher knows its tokens.
    pub fn is_likely_valid(&self) -> bool {
        !self.notes.iter().any(AceNote::is_doubt)
    }

    /// Returns whether [`config`](Extended::config) has all that stands in the files it was made from: nothing in them
    /// is passed over by kubectl, as later documents are.
    pub fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// Whether anything was added.
    pub fn is_changed(&self) -> bool {
        self.contexts.iter().any(|context| context.is_new)
    }
}
