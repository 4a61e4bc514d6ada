//! What an examiner says of a context. Nothing in here is secret.

use super::credential::{Credential, End, Login, Proof};
use super::entry::{ClusterFacts, Judged, UserFacts};
use super::need::{Need, Verdict};
use super::note::Note;
use super::server::endpoint_without_ca;
use super::token::is_token_of_2_5;
use crate::error::{Error, ErrorKind, Printable, Result};
use crate::finding::{Code, Effect, Finding};
use crate::load::{Loaded, Subject, Target};
use rustls_pki_types::UnixTime;
use std::fmt;

/// The judgement of one context; made by an [`Examiner`](super::Examiner).
///
/// `Display` gives one line: the context, how it logs in, and what speaks against it, or `stands alone`.
#[derive(Clone, Debug)]
pub struct Access {
    context: String,
    cluster: Option<String>,
    user: Option<String>,
    /// Of the cluster, of the pair, and of the user as a whole.
    findings: Vec<Finding>,
    needs: Vec<Need>,
    credentials: Vec<Judged>,
    is_tls: bool,
    is_without_ca: bool,
    /// What speaks against the CA, unless Rancher is the server.
    doubts_of_ca: Vec<Note>,
    /// When the first CA ends.
    trust_end: Option<UnixTime>,
}

impl Access {
    pub(super) fn of_context(context: &str, cluster: Option<&str>, user: Option<&str>) -> Self {
        let named = |name: Option<&str>| name.filter(|name| !name.is_empty()).map(str::to_owned);
        Access {
            context: context.to_owned(),
            cluster: named(cluster),
            user: named(user),
            findings: Vec::new(),
            needs: Vec::new(),
            credentials: Vec::new(),
            is_tls: false,
            is_without_ca: false,
            doubts_of_ca: Vec::new(),
            trust_end: None,
        }
    }

    pub(super) fn refused(context: &str, finding: Finding) -> Self {
        let mut access = Access::of_context(context, None, None);
        access.push(finding.with_effect(Effect::Refused));
        access
    }

    pub(super) fn fill(&mut self, cluster: ClusterFacts, user: UserFacts, pair: Vec<Note>) {
        let of_cluster = self.cluster.clone().unwrap_or_default();
        let of_user = self.user.clone().unwrap_or_default();
        let findings = cluster.notes.into_iter().map(|note| note.placed("clusters", "cluster", &of_cluster));
        self.findings.extend(findings);
        self.findings.extend(user.notes.into_iter().map(|note| note.placed("users", "user", &of_user)));
        self.needs.extend(cluster.needs);
        self.is_tls = cluster.is_tls;
        self.is_without_ca = cluster.is_without_ca;
        self.doubts_of_ca = cluster.doubts_of_ca;
        self.trust_end = cluster.trust.until();
        if !self.is_tls {
            return;
        }
        self.findings.extend(user.of_client.into_iter().map(|note| note.placed("users", "user", &of_user)));
        self.credentials = user.credentials;
        // A certificate is sent in the handshake, all else in the header that the URL's user name and password take.
        if cluster.has_userinfo {
            self.credentials.retain(|one| one.credential.login == Login::ClientCertificate);
            let is_lost = self.credentials.is_empty();
            let finding = self.findings.iter_mut().find(|one| one.code == Code::UserinfoInServer).filter(|_| is_lost);
            if let Some(finding) = finding {
                finding.effect = Effect::Fails;
            }
        }
        for judged in &mut self.credentials {
            judged.findings = std::mem::take(&mut judged.notes)
                .into_iter()
                .map(|note| note.placed("users", "user", &of_user))
                .collect();
        }
        let certificate = self.credentials.iter_mut().find(|one| one.credential.login == Login::ClientCertificate);
        match certificate {
            Some(one) => one.findings.extend(pair.into_iter().map(|note| note.placed("users", "user", &of_user))),
            None => debug_assert!(pair.is_empty()),
        }
        // Whoever has nothing to send is asked by kubectl.
        if self.credentials.is_empty() && !self.findings.iter().any(|finding| finding.effect >= Effect::Fails) {
            self.needs.push(Need::Person);
        }
    }

    /// A CA that signs something else is that of Rancher's own server, where Rancher is the server.
    pub(super) fn doubts_ca(&mut self) {
        let doubts = std::mem::take(&mut self.doubts_of_ca);
        if !self.needs.contains(&Need::Rancher) {
            let cluster = self.cluster.clone().unwrap_or_default();
            self.findings.extend(doubts.into_iter().map(|note| note.placed("clusters", "cluster", &cluster)));
        }
    }

    /// The certificate of an authorized cluster endpoint is the cluster's own, or that of a company's load balancer.
    pub(super) fn trusts_without_ca(&mut self) {
        let is_ranchers = self
            .credentials
            .iter()
            .any(|one| one.credential.login == Login::RancherToken || one.needs.contains(&Need::RancherLogin));
        let is_said = self.findings.iter().any(|finding| finding.code == Code::NoCa);
        if self.is_without_ca && is_ranchers && !is_said && self.needs.is_empty() {
            let note = Note::new("server", endpoint_without_ca().with_effect(Effect::Unknown));
            let cluster = self.cluster.clone().unwrap_or_default();
            self.findings.push(note.placed("clusters", "cluster", &cluster));
        }
    }

    /// Says of each finding where its entry stands.
    pub(super) fn place(&mut self, loaded: &Loaded) {
        let (cluster, user) = (self.cluster.clone(), self.user.clone());
        let (cluster, user) = (cluster.as_deref().unwrap_or_default(), user.as_deref().unwrap_or_default());
        let context = self.context.clone();
        let of_credentials = self.credentials.iter_mut().flat_map(|one| &mut one.findings);
        for finding in self.findings.iter_mut().chain(of_credentials) {
            let field = finding.field.as_deref().unwrap_or_default();
            let subject = match () {
                () if field.starts_with("clusters[") => Subject::Cluster(cluster),
                () if field.starts_with("users[") => Subject::User(user),
                () => Subject::Context(&context),
            };
            let Some(origin) = loaded.origin(subject) else { continue };
            if finding.file.is_none() {
                *finding = finding.clone().in_file(origin.path());
                finding.position = finding.position.or(origin.position());
            }
        }
    }

    pub(super) fn place_by(&mut self, target: &Target) {
        let of_credentials = self.credentials.iter_mut().flat_map(|one| &mut one.findings);
        for finding in self.findings.iter_mut().chain(of_credentials) {
            let field = finding.field.as_deref().unwrap_or_default();
            let (file, position) = target.place_of(field);
            if let (None, Some(file)) = (&finding.file, file) {
                *finding = finding.clone().in_file(file);
                finding.position = finding.position.or(position);
            }
        }
    }

    /// Returns the name of the context.
    pub fn context(&self) -> &str {
        &self.context
    }

    /// Returns the name of the context's cluster, if it has one.
    pub fn cluster(&self) -> Option<&str> {
        self.cluster.as_deref()
    }

    /// Returns the name of the context's user, if it has one.
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// Returns whether the context works.
    pub fn verdict(&self) -> Verdict {
        let verdict = Verdict::of(self.effect());
        let is_known = self.best().is_none_or(|best| best.credential.end != End::Unknown);
        if is_known { verdict } else { verdict.min(Verdict::Unknown) }
    }

    /// Returns whether the file is all that is needed: nothing speaks against the context, but that the end of its token may
    /// be unknown.
    pub fn stands_alone(&self) -> bool {
        self.effect() == Effect::None
    }

    fn effect(&self) -> Effect {
        let of_findings = self.findings.iter().map(|finding| finding.effect);
        let of_needs = self.needs.iter().map(Need::effect);
        let of_login = self.best().map(Judged::effect);
        of_findings.chain(of_needs).chain(of_login).max().unwrap_or(Effect::None)
    }

    /// kubectl sends all credentials, so the best of them counts.
    fn best(&self) -> Option<&Judged> {
        let refused = self.credentials.iter().find(|one| one.effect() >= Effect::CannotConnect);
        let rank = |one: &&Judged| {
            let until = match one.credential.end {
                End::At(time) => time.as_secs(),
                End::Never => u64::MAX,
                End::Unknown => 0,
            };
            (std::cmp::Reverse(one.effect()), until)
        };
        // Of several that are as good the first counts.
        refused.or_else(|| self.credentials.iter().rev().max_by_key(rank))
    }

    /// Returns the credentials that kubectl sends, in its order.
    pub fn credentials(&self) -> impl Iterator<Item = &Credential> {
        self.credentials.iter().map(|one| &one.credential)
    }

    /// Returns the credential that the verdict rests on.
    pub fn credential(&self) -> Option<&Credential> {
        self.best().map(|best| &best.credential)
    }

    /// Returns what must be there beside the file.
    pub fn needs(&self) -> impl Iterator<Item = &Need> {
        // Where Rancher is the server, nobody asks how to log in.
        let is_moot = |need: &&Need| **need == Need::RancherLogin && self.needs.contains(&Need::Rancher);
        let all = self.needs.iter().chain(self.best().into_iter().flat_map(|best| &best.needs));
        all.filter(move |need| !is_moot(need))
    }

    /// Returns all findings, those that change nothing too.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().chain(self.credentials.iter().flat_map(|one| &one.findings))
    }

    /// Returns the findings that keep the verdict from yes.
    pub fn objections(&self) -> impl Iterator<Item = &Finding> {
        let of_best = self.best().into_iter().flat_map(|best| &best.findings);
        self.findings.iter().chain(of_best).filter(|finding| finding.effect > Effect::None)
    }

    /// Returns until when the context works, and what says so: the end of the credential or of the first CA, whichever comes
    /// first. [`End::Unknown`] comes without a proof.
    pub fn until(&self) -> (End, Option<Proof>) {
        let Some(best) = self.credential() else { return (End::Unknown, None) };
        match (best.end, self.trust_end) {
            (End::Unknown, _) => (End::Unknown, None),
            (End::At(end), Some(ca)) if ca.as_secs() < end.as_secs() => {
                (End::At(ca), Some(Proof::CertificateAuthority))
            }
            (End::Never, Some(ca)) => (End::At(ca), Some(Proof::CertificateAuthority)),
            (end, _) => (end, best.proof),
        }
    }

    /// Returns why the verdict is not yes, a sentence each, safe for a terminal; empty where it is yes.
    pub fn reasons(&self) -> Vec<String> {
        let needs = self.needs().filter(|need| need.effect() > Effect::None).map(Need::to_string);
        let said = |finding: &Finding| {
            let by_kubectl = match finding.effect {
                _ if finding.message.starts_with("kubectl") => "",
                Effect::Refused => "kubectl refuses it: ",
                Effect::CannotConnect => "kubectl fails when it connects: ",
                _ => "",
            };
            format!("{by_kubectl}{}", Printable(&finding.message))
        };
        // What leads nowhere is the cause of what is needed then.
        let is_cause = |finding: &&Finding| matches!(finding.code, Code::DanglingCluster | Code::DanglingUser);
        let causes = self.objections().filter(is_cause).map(said);
        let others = self.objections().filter(|finding| !is_cause(finding)).map(said);
        // Where it does not work anyway, nobody asks for its end.
        let end = self.best().filter(|best| best.credential.end == End::Unknown && self.effect() < Effect::Fails);
        causes.chain(needs).chain(others).chain(end.and_then(end_unknown)).collect()
    }

    /// Returns whether `check` says more of what speaks against the context: where it is, and how to fix it.
    pub fn is_explained_by_check(&self) -> bool {
        // What was told beside the file, `check` does not know.
        let is_kept_elsewhere =
            |proof: Proof| matches!(proof, Proof::SavedToken | Proof::CachedLogin | Proof::Download | Proof::TokenName);
        let is_of_file = !self.credentials.iter().any(|one| one.credential.proof.is_some_and(is_kept_elsewhere));
        let is_told = |finding: &Finding| match finding.code {
            Code::GuessedCluster | Code::NotVerified | Code::RevokedToken => false,
            Code::TokenExpired => is_of_file,
            _ => true,
        };
        self.objections().any(is_told)
    }

    /// Returns whether client-go accepts the context: it builds a client, and nothing in the files makes the client itself
    /// refuse the handshake.
    ///
    /// # Errors
    /// All that it refuses, together, of kind [`ErrorKind::InvalidConfiguration`].
    pub fn check_client(&self) -> Result<()> {
        let refused = self.findings().filter(|finding| finding.effect >= Effect::CannotConnect);
        let errors: Vec<Error> = refused.map(of_finding).collect();
        Error::several(errors).map_or(Ok(()), Err)
    }

    /// Gives the context, its cluster and its user this one name.
    pub(crate) fn rename(&mut self, name: &str) {
        self.context = name.to_owned();
        self.cluster = self.cluster.take().map(|_| name.to_owned());
        self.user = self.user.take().map(|_| name.to_owned());
    }

    pub(crate) fn push(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// Adds a need, unless it is there already.
    pub(crate) fn need(&mut self, need: Need) {
        if self.needs().all(|one| *one != need) {
            self.needs.push(need);
        }
    }

    /// The logins by Rancher's program.
    #[cfg(feature = "rancher")]
    pub(crate) fn rancher_logins_mut(&mut self) -> impl Iterator<Item = &mut Judged> {
        self.credentials.iter_mut().filter(|one| one.needs.contains(&Need::RancherLogin))
    }

    #[cfg(feature = "rancher")]
    pub(crate) fn tokens_mut(&mut self) -> impl Iterator<Item = &mut Judged> {
        self.credentials.iter_mut().filter(|one| one.token.is_some())
    }

    #[cfg(feature = "rancher")]
    pub(crate) fn is_tls(&self) -> bool {
        self.is_tls
    }
}

fn of_finding(finding: &Finding) -> Error {
    let mut error = Error::new(ErrorKind::InvalidConfiguration, finding.message.clone());
    if let Some(help) = &finding.help {
        error = error.with_help(help.clone());
    }
    if let Some(file) = &finding.file {
        error = error.in_file(file);
    }
    match finding.position {
        Some(position) => error.at(position),
        None => error,
    }
}

/// Why nobody knows when a credential ends. A command and a plugin need something else, which is said.
fn end_unknown(best: &Judged) -> Option<String> {
    let is_old = best.token.as_ref().is_some_and(|token| is_token_of_2_5(token));
    let why = match best.credential.login {
        Login::RancherToken if is_old => {
            "no file says when its token ends: Rancher 2.2 to 2.5 gives those that it writes into a file no end"
        }
        Login::RancherToken => {
            "no file says when its token ends; Rancher's default since 2.8 is 30 days after the download"
        }
        Login::ServiceAccountToken => "its service account token has no end in it and lives as long as its Secret",
        Login::Basic | Login::Command | Login::Provider(_) => return None,
        // That nobody looked into it is said.
        Login::ClientCertificate => return None,
        _ => "no file says when its token ends",
    };
    Some(why.to_owned())
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let credentials: Vec<String> = self.credentials().map(Credential::to_string).collect();
        write!(f, "{}: ", crate::config::ShownName(&self.context))?;
        match credentials.is_empty() {
            // What is not sent is not listed, and why is said.
            true if !self.is_tls || self.needs.contains(&Need::Person) => {}
            true => f.write_str("no credentials; ")?,
            false => write!(f, "{}; ", credentials.join(", "))?,
        }
        match self.stands_alone() {
            true => f.write_str("stands alone"),
            false => f.write_str(&self.reasons().join("; ")),
        }
    }
}
