//! The kinds of contexts, and what tells them apart.

use super::marks::ENDPOINT_OF;
use crate::access::{argument, file_name, is_rancher_command, is_rancher_token, is_token_command};
use crate::cert::{Section, SectionKind, sections};
use crate::config::{AuthInfo, Cluster, Data, ExecConfig, Kubeconfig, set, set_secret};
use crate::error::Printable;
use crate::url::{Reach, ServerUrl};
use memchr::memmem::Finder;
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

/// What kind of context it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ContextKind {
    /// Through Rancher into a cluster behind it. Rancher's own cluster is called `local` there.
    RancherProxy {
        /// Rancher itself: scheme, host and port.
        rancher: String,
        /// The cluster's id: `local`, `c-xxxxx`, `c-m-xxxxxxxx`.
        cluster_id: String,
    },
    /// Rancher's own API: the entry `rancher` of files for several clusters (Rancher 2.12 and later).
    RancherServer,
    /// The authorized cluster endpoint by its FQDN.
    AceFqdn,
    /// The authorized cluster endpoint by the address of a control-plane node.
    AceNode,
    /// The administrator of a cluster made by RKE (`kube_config_cluster.yml`).
    RkeAdmin,
    /// The administrator of a K3s cluster (`k3s.yaml`).
    K3s,
    /// The administrator of an RKE2 cluster (`rke2.yaml`).
    Rke2,
    /// Amazon EKS.
    Eks,
    /// Google GKE.
    Gke,
    /// Azure AKS.
    Aks,
    /// Nothing in the file tells.
    Unknown,
}

impl ContextKind {
    /// Whether it leads, through Rancher, into the cluster that Rancher itself runs in.
    pub fn is_rancher_local(&self) -> bool {
        matches!(self, ContextKind::RancherProxy { cluster_id, .. } if cluster_id == "local")
    }

    /// Whether Rancher is the server.
    pub(crate) fn is_rancher(&self) -> bool {
        matches!(self, ContextKind::RancherProxy { .. } | ContextKind::RancherServer)
    }
}

/// What a [`ContextKind`] was told by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Evidence {
    /// The path of the server: `/k8s/clusters/ID`.
    ServerPath,
    /// The host of the server, or that it is an address.
    ServerHost,
    /// The server is the Rancher through which another context goes; its name.
    SameServerAs(String),
    /// The token has the form of Rancher's.
    TokenForm,
    /// The command of the user's `exec`.
    Command(String),
    /// The name of the user's `auth-provider`.
    AuthProvider(String),
    /// The user is that of a context through Rancher; its name.
    SameUserAs(String),
    /// Names of the context, the cluster or the user, by the pattern of the tool that wrote them.
    Names,
    /// The subject of the client certificate.
    Subject,
    /// The issuer of the client certificate.
    Issuer,
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Evidence::ServerPath => f.write_str("the server's path"),
            Evidence::ServerHost => f.write_str("the server's host"),
            Evidence::SameServerAs(context) => write!(f, "the context {} goes through this server", Printable(context)),
            Evidence::TokenForm => f.write_str("the form of the token"),
            Evidence::Command(name) => write!(f, "the command {}", Printable(name)),
            Evidence::AuthProvider(name) => write!(f, "the login plugin {}", Printable(name)),
            Evidence::SameUserAs(context) => {
                write!(f, "the user of {}, which goes through Rancher", Printable(context))
            }
            Evidence::Names => f.write_str("the names"),
            Evidence::Subject => f.write_str("the client certificate's subject"),
            Evidence::Issuer => f.write_str("the client certificate's issuer"),
        }
    }
}

/// A kind, and the evidence it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Kind {
    /// What it is.
    pub kind: ContextKind,
    /// What says so, the strongest first; empty for [`ContextKind::Unknown`].
    pub evidence: Vec<Evidence>,
}

impl Kind {
    fn new(kind: ContextKind, evidence: impl IntoIterator<Item = Evidence>) -> Self {
        Kind { kind, evidence: evidence.into_iter().collect() }
    }
}

/// What kind of context `context` is, by what the file alone says.
///
/// A context that is not there, or has no cluster, is [`ContextKind::Unknown`]. It looks at the whole file; for many
/// contexts at once there is [`kinds`].
pub fn kind_of(config: &Kubeconfig, context: &str) -> Kind {
    Index::of(config).kind(&View::of(config, context))
}

/// What kind each of the contexts is, in their order.
pub fn kinds(config: &Kubeconfig) -> Vec<(&str, Kind)> {
    let index = Index::of(config);
    config.contexts.names().map(|name| (name, index.kind(&View::of(config, name)))).collect()
}

/// The contexts through Rancher's proxy, found by what they share with others: by Rancher's address, and by user. The
/// first of the file where there are several.
pub(super) struct Index<'a> {
    by_rancher: HashMap<String, &'a str>,
    by_user: HashMap<&'a str, &'a str>,
    /// What each certificate tells. Looked into once: many users may share one.
    by_certificate: RefCell<HashMap<&'a str, Option<Kind>>>,
}

impl<'a> Index<'a> {
    pub(super) fn of(config: &'a Kubeconfig) -> Self {
        let views: Vec<View<'a>> = config.contexts.names().map(|name| View::of(config, name)).collect();
        Index::of_views(&views)
    }

    pub(super) fn of_views(views: &[View<'a>]) -> Self {
        let mut index =
            Index { by_rancher: HashMap::new(), by_user: HashMap::new(), by_certificate: RefCell::default() };
        for view in views {
            if let Some((rancher, _)) = view.through() {
                index.by_rancher.entry(rancher).or_insert(view.context);
                index.by_user.entry(view.user_name).or_insert(view.context);
            }
        }
        index
    }

    pub(super) fn kind(&self, view: &View<'a>) -> Kind {
        view.proxy()
            .or_else(|| view.rancher_server(self))
            .or_else(|| view.ace(self))
            .or_else(|| view.hosted())
            .or_else(|| view.admin(self))
            .unwrap_or(Kind::new(ContextKind::Unknown, []))
    }
}

/// A context with what it refers to.
pub(super) struct View<'a> {
    pub(super) context: &'a str,
    pub(super) cluster_name: &'a str,
    pub(super) user_name: &'a str,
    server: ServerUrl<'a>,
    /// Rancher's id of the cluster, where the context was added for its endpoint with credentials that don't tell.
    pub(super) recorded_id: Option<&'a str>,
    user: Option<&'a AuthInfo>,
}

impl fmt::Debug for View<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("View").field("context", &self.context).finish_non_exhaustive()
    }
}

impl<'a> View<'a> {
    pub(super) fn of(config: &'a Kubeconfig, context: &'a str) -> Self {
        let body = config.contexts.get(context);
        let cluster_name = body.and_then(|c| set(&c.cluster)).unwrap_or("");
        let user_name = body.and_then(|c| set(&c.user)).unwrap_or("");
        let server = ServerUrl::of(config.clusters.get(cluster_name).map_or("", server_of));
        let recorded_id = body.and_then(|context| context.extensions.get(ENDPOINT_OF)?.as_str());
        let user = config.users.get(user_name);
        View { context, cluster_name, user_name, server, recorded_id, user }
    }

    /// A user alone, in no context.
    pub(super) fn of_user(config: &'a Kubeconfig, name: &'a str) -> Self {
        View {
            context: "",
            cluster_name: "",
            user_name: name,
            server: ServerUrl::of(""),
            recorded_id: None,
            user: config.users.get(name),
        }
    }

    pub(super) fn server(&self) -> &ServerUrl<'a> {
        &self.server
    }

    /// Rancher's scheme, host and port, and the cluster's id, where the server is Rancher's proxy.
    pub(super) fn through(&self) -> Option<(String, String)> {
        let id = self.server().rancher_cluster().filter(|id| !id.is_empty())?;
        Some((self.origin(), id))
    }

    /// Scheme, host and port of a server whose name means the same everywhere: an address, or a name without a dot, may be
    /// another machine at another site.
    pub(super) fn public_origin(&self) -> Option<String> {
        let is_name = self.server().host_key().contains('.') && self.server().ip().is_none();
        (is_name && self.server().reach() != Reach::ThisMachine).then(|| self.origin())
    }

    /// Rancher's id of the cluster where the credentials name it: a token of Rancher 2.2 to 2.5 for an authorized endpoint
    /// (`kubeconfig-USER.CLUSTER:…`), or `rancher token --cluster=ID`.
    pub(super) fn cluster_id(&self) -> Option<&'a str> {
        if let Some(token) = self.token().filter(|token| is_rancher_token(token)) {
            let (name, _) = token.split_once(':')?;
            let (_, id) = name.strip_prefix("kubeconfig-")?.rsplit_once('.')?;
            return Some(id).filter(|id| !id.is_empty());
        }
        if !self.logs_in_by_rancher() {
            return None;
        }
        self.argument("--cluster")
    }

    /// The host of Rancher that the login command asks, in small letters.
    pub(super) fn login_host(&self) -> Option<String> {
        let server = self.argument("--server").filter(|_| self.logs_in_by_rancher())?;
        // Rancher's program takes one without a scheme as well.
        let server = server.split_once("://").map_or(server, |(_, rest)| rest);
        let url = format!("https://{server}");
        Some(ServerUrl::of(&url).host_key()).filter(|host| !host.is_empty())
    }

    /// The value of a flag of the login command.
    fn argument(&self, flag: &str) -> Option<&'a str> {
        argument(self.exec()?, flag).filter(|value| !value.is_empty())
    }

    /// Server, user and cluster in the arguments of `rancher token`, by which it keeps a login.
    pub(super) fn rancher_login(&self) -> Option<(&'a str, &'a str, Option<&'a str>)> {
        self.exec().filter(|exec| is_rancher_command(exec) && is_token_command(exec))?;
        Some((self.argument("--server")?, self.argument("--user")?, self.argument("--cluster")))
    }

    /// Whether Rancher made the cluster's name out of the user's: `prod-fqdn` out of `prod`.
    pub(super) fn is_named_after_user(&self) -> bool {
        self.cluster_name.strip_prefix(self.user_name).is_some_and(|rest| rest.starts_with('-'))
    }

    /// The token, where that is what the user logs in with.
    pub(super) fn token(&self) -> Option<&'a str> {
        self.user.and_then(|user| set_secret(&user.token)).map(str::trim)
    }

    pub(super) fn has_token_file(&self) -> bool {
        self.user.is_some_and(|user| set(&user.token_file).is_some())
    }

    pub(super) fn origin(&self) -> String {
        self.server().origin()
    }

    /// The login command, if one would be run: all other credentials come first in client-go.
    pub(super) fn exec(&self) -> Option<&'a ExecConfig> {
        let user = self.user?;
        let has_certificate = self.has_certificate();
        let has_token = set(&user.token_file).is_some() || set_secret(&user.token).is_some();
        let better = has_certificate || has_token || set(&user.username).is_some() || user.auth_provider.is_some();
        user.exec.as_deref().filter(|_| !better)
    }

    pub(super) fn has_certificate(&self) -> bool {
        let has_one =
            |user: &AuthInfo| set(&user.client_certificate).is_some() || user.client_certificate_data.is_some();
        self.user.is_some_and(has_one)
    }

    /// Whether Rancher's program fetches the token: `rancher token`, of late `rancher auth get-token`.
    pub(super) fn logs_in_by_rancher(&self) -> bool {
        self.exec().is_some_and(is_rancher_command)
    }

    pub(super) fn has_rancher_token(&self) -> bool {
        self.token().is_some_and(is_rancher_token)
    }

    fn proxy(&self) -> Option<Kind> {
        let (rancher, id) = self.through()?;
        let kind = ContextKind::RancherProxy { rancher, cluster_id: id };
        Some(Kind::new(kind, [Evidence::ServerPath]))
    }

    /// The user of this context is one Rancher made: the evidence for it.
    fn rancher_user(&self) -> Option<Evidence> {
        if self.has_rancher_token() {
            return Some(Evidence::TokenForm);
        }
        self.logs_in_by_rancher().then(|| Evidence::Command("rancher".into()))
    }

    fn rancher_server(&self, index: &Index<'_>) -> Option<Kind> {
        let user = self.rancher_user();
        // Another context proves that Rancher answers at this address: whatever is asked of it, and by whom.
        let known = if index.by_rancher.is_empty() { None } else { index.by_rancher.get(&self.origin()) };
        if let Some(context) = known {
            let evidence = [Evidence::SameServerAs((*context).into())].into_iter().chain(user);
            return Some(Kind::new(ContextKind::RancherServer, evidence));
        }
        let user = user?;
        if !self.server().path().trim_end_matches('/').is_empty() {
            return None;
        }
        // Alone in its file it has only its names; an authorized endpoint would have a port or a suffix.
        let named = [self.context, self.cluster_name, self.user_name].iter().all(|name| *name == "rancher");
        (named && self.server().port().is_none())
            .then(|| Kind::new(ContextKind::RancherServer, [Evidence::Names, user]))
    }

    fn ace(&self, index: &Index<'_>) -> Option<Kind> {
        let user = self.rancher_user()?;
        if self.server().host().is_empty() {
            return None;
        }
        let by_name = self.cluster_name.ends_with("-fqdn");
        // Rancher writes the nodes' addresses, never their names.
        let kind = if by_name || self.server().ip().is_none() { ContextKind::AceFqdn } else { ContextKind::AceNode };
        let mut found = Kind::new(kind, [if by_name { Evidence::Names } else { Evidence::ServerHost }, user]);
        if let Some(context) = index.by_user.get(self.user_name) {
            found.evidence.push(Evidence::SameUserAs((*context).into()));
        }
        Some(found)
    }

    /// Whether the server is under a domain of a cloud's.
    pub(super) fn is_hosted(&self) -> bool {
        self.hosted_by_host().is_some()
    }

    /// The cloud under whose domain the server is.
    pub(super) fn hosted_by_host(&self) -> Option<Kind> {
        let host = self.server().host_key();
        let under = |domains: &[&str]| domains.iter().any(|domain| host.ends_with(domain));
        if under(&[".eks.amazonaws.com", ".eks.amazonaws.com.cn"]) {
            return Some(Kind::new(ContextKind::Eks, [Evidence::ServerHost]));
        }
        if under(&[".azmk8s.io", ".azmk8s.us", ".azk8s.cn"]) {
            return Some(Kind::new(ContextKind::Aks, [Evidence::ServerHost]));
        }
        if host.ends_with(".gke.goog") {
            return Some(Kind::new(ContextKind::Gke, [Evidence::ServerHost]));
        }
        None
    }

    fn hosted(&self) -> Option<Kind> {
        if let Some(kind) = self.hosted_by_host() {
            return Some(kind);
        }
        if let Some(exec) = self.exec() {
            let name = base_name(exec);
            let has = |wanted: &str| exec.args.iter().flatten().any(|arg| arg.expose() == wanted);
            let kind = match name {
                "aws-iam-authenticator" => Some(ContextKind::Eks),
                "aws" if has("eks") => Some(ContextKind::Eks),
                "gke-gcloud-auth-plugin" => Some(ContextKind::Gke),
                // kubelogin is also the name of a plugin for any OIDC server; only Azure's has a server id.
                "kubelogin" if has("--server-id") => Some(ContextKind::Aks),
                _ => None,
            };
            if let Some(kind) = kind {
                return Some(Kind::new(kind, [Evidence::Command(name.to_owned())]));
            }
        }
        let provider = self.user?.auth_provider.as_ref().and_then(|p| set(&p.name))?;
        let kind = match provider {
            "gcp" => ContextKind::Gke,
            "azure" => ContextKind::Aks,
            _ => return None,
        };
        Some(Kind::new(kind, [Evidence::AuthProvider(provider.to_owned())]))
    }

    /// The administrator's file of a distribution.
    fn admin(&self, index: &Index<'a>) -> Option<Kind> {
        if let Some(data) = self.user.and_then(|user| user.client_certificate_data.as_ref()) {
            let mut known = index.by_certificate.borrow_mut();
            if let Some(kind) = known.entry(data.as_base64()).or_insert_with(|| by_certificate(data)).clone() {
                return Some(kind);
            }
        }
        let has_certificate =
            self.user.is_some_and(|u| u.client_certificate_data.is_some() || set(&u.client_certificate).is_some());
        let rke = self.user_name.strip_prefix("kube-admin-").is_some_and(|rest| rest == self.cluster_name);
        // Before 0.1.10 the user was `kube-admin` and the context `Default`.
        let old = self.user_name == "kube-admin" && self.context == "Default";
        (has_certificate && (rke || old)).then(|| Kind::new(ContextKind::RkeAdmin, [Evidence::Names]))
    }
}

/// The certificates of a PEM text, not yet read.
pub(super) fn certificates_in(pem: &[u8]) -> impl Iterator<Item = Section> {
    sections(pem).flatten().filter(|section| section.kind() == SectionKind::Certificate)
}

/// Whether a certificate may have the name of a distribution's CA or administrator (`kube-ca`, `k3s-client-ca@…`): names are
/// in it as they are, and to look for them is quicker than to read it.
pub(super) fn may_name_distribution(section: &Section) -> bool {
    static PARTS: LazyLock<[Finder<'static>; 2]> = LazyLock::new(|| [Finder::new("kube"), Finder::new("-ca")]);
    PARTS.iter().any(|part| part.find(section.bytes()).is_some())
}

/// What a client certificate tells.
fn by_certificate(data: &Data) -> Option<Kind> {
    let pem = data.decode();
    let leaf = certificates_in(&pem).next().filter(may_name_distribution)?.certificate().ok()?;
    let (subject, issuer) = (leaf.subject(), leaf.issuer());
    if issuer.contains("k3s-client-ca") {
        return Some(Kind::new(ContextKind::K3s, [Evidence::Issuer]));
    }
    if issuer.contains("rke2-client-ca") {
        return Some(Kind::new(ContextKind::Rke2, [Evidence::Issuer]));
    }
    let admin = subject.split([',', '+']).any(|part| part.trim() == "CN=kube-admin");
    admin.then(|| Kind::new(ContextKind::RkeAdmin, [Evidence::Subject]))
}

fn server_of(cluster: &Cluster) -> &str {
    set(&cluster.server).unwrap_or("")
}

fn base_name(exec: &ExecConfig) -> &str {
    file_name(set(&exec.command).unwrap_or(""))
}
