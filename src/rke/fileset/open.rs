//! The three files as they are, and what they say of each other.

use super::sides::{Sides, context_of_rke, entries, unserved};
use super::{FileSet, copies, drift};
use crate::access::Pem;
use crate::config::{Entries, Kubeconfig};
use crate::error::{Error, ErrorKind, Result};
use crate::finding::{Code, Finding};
use crate::load::{Loaded, read_reference};
use crate::rke::cluster::of_rancher;
use crate::rke::state::State;
use crate::rke::{ClusterConfig, SavedStates};
use crate::syntax::Document;
use std::path::Path;

/// The three files of a [`FileSet`], as far as they are there, and what is wrong with them as a set.
///
/// `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct OpenFileSet {
    files: FileSet,
    config: Option<ClusterConfig>,
    state: Option<State>,
    kubeconfig: Option<Kubeconfig>,
    findings: Vec<Finding>,
}

/// As many fields that drifted are told one by one.
const FIELDS: usize = 50;

impl FileSet {
    /// Reads the files of the set that `path` belongs to, and compares them. Where it is told from a state, the configuration is
    /// the first of the likely ones that is there.
    ///
    /// What it finds is told as [findings](OpenFileSet::findings): a file that is missing or can't be read, two configurations
    /// that share a state, a kubeconfig of another cluster or an older one than the state, a state older than the
    /// kubeconfig, a cluster.yml that says something else than the state, and a `desiredState` that was not reached.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where none of the three is there.
    pub fn open(path: impl AsRef<Path>) -> Result<OpenFileSet> {
        let path = path.as_ref();
        let mut files = FileSet::of(path);
        let mut configs = files.configs.iter();
        let config = configs.clone().find(|config| config.is_file());
        if let Some(config) = config.or_else(|| configs.find(|config| FileSet::of(config).kubeconfig().is_file())) {
            files.configs = vec![config.clone()];
        }
        let names = [files.config().to_owned(), files.state().to_owned(), files.kubeconfig()];
        if !names.iter().any(|file| file.exists()) {
            let [config, state, kubeconfig] = names.map(|file| file.display().to_string());
            return Err(Error::new(ErrorKind::NotFound, "none of RKE's three files is there")
                .in_file(path)
                .with_help(format!("they would be {config}, {state} and {kubeconfig}")));
        }
        let mut opening = Opening { files: &files, findings: Vec::new(), is_ranchers: false };
        let (config, state) = (opening.config(), opening.state());
        let kubeconfig = opening.kubeconfig(state.is_some());
        opening.collision();
        if let Some(state) = &state {
            opening.finished(state);
            if let Some((config, document)) = config.as_ref().filter(|_| !opening.is_ranchers) {
                opening.drift(config, document, state);
            }
            if let Some(kubeconfig) = &kubeconfig {
                opening.belongs(kubeconfig, state);
            }
        }
        let findings = opening.findings;
        let kubeconfig = kubeconfig.map(Loaded::into_config);
        Ok(OpenFileSet { config: config.map(|(config, _)| config), state, kubeconfig, findings, files })
    }
}

impl OpenFileSet {
    /// Their names.
    pub fn files(&self) -> &FileSet {
        &self.files
    }

    /// The configuration, where it is there and can be read.
    pub fn config(&self) -> Option<&ClusterConfig> {
        self.config.as_ref()
    }

    /// The state, where it is there and can be read.
    pub fn state(&self) -> Option<&State> {
        self.state.as_ref()
    }

    /// The kubeconfig that RKE wrote, where it is there and can be read.
    pub fn kubeconfig(&self) -> Option<&Kubeconfig> {
        self.kubeconfig.as_ref()
    }

    /// What is wrong with them: with each as far as it can't be read, and with the set.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

struct Opening<'a> {
    files: &'a FileSet,
    findings: Vec<Finding>,
    /// The configuration is Rancher's, which keeps the other two itself.
    is_ranchers: bool,
}

impl Opening<'_> {
    fn config(&mut self) -> Option<(ClusterConfig, Document)> {
        let file = self.files.config();
        if !file.exists() {
            let message = "the configuration of the cluster, cluster.yml, is not there";
            let finding = Finding::new(Code::MissingConfig, message).in_file(file);
            self.findings.push(finding.with_help("the state holds what it said, in desiredState.rkeConfig"));
        }
        let (config, document, is_ranchers) = self.read(file, |file| {
            let document = Document::parse(std::mem::take(&mut *read_reference(file)?))?;
            let wrapped = document.root().and_then(of_rancher);
            let config = ClusterConfig::from_node(&document, wrapped.or(document.root()))?;
            let is_ranchers = wrapped.is_some();
            Ok((config, document, is_ranchers))
        })?;
        self.is_ranchers = is_ranchers;
        Some((config, document))
    }

    fn state(&mut self) -> Option<State> {
        let file = self.files.state();
        if !file.exists() && !self.is_ranchers {
            let message = "the state of the cluster is not there, with the keys of all its certificates";
            self.findings.push(Finding::new(Code::MissingState, message).in_file(file).with_help(copies()));
        }
        self.read(file, |file| Ok(SavedStates::read(file)?.into_newest().state))
    }

    fn kubeconfig(&mut self, has_state: bool) -> Option<Loaded> {
        let file = self.files.kubeconfig();
        if !file.exists() && !self.is_ranchers {
            let message = "the kubeconfig that RKE writes is not there";
            let finding = Finding::new(Code::MissingKubeconfig, message).in_file(&file);
            let help = match has_state {
                true => "`recover` makes it again from the state",
                false => "`rke up` makes both the state and the kubeconfig",
            };
            self.findings.push(finding.with_help(help));
        }
        let folder = file.parent().unwrap_or(Path::new(""));
        let read = |file: &Path| Kubeconfig::from_slice(&read_reference(file)?);
        Some(Loaded::from_config(self.read(&file, read)?, folder))
    }

    /// What `read` makes of a file; nothing where there is none, or it can't be read, which is told.
    fn read<T>(&mut self, file: &Path, read: impl Fn(&Path) -> Result<T>) -> Option<T> {
        if !file.exists() {
            return None;
        }
        let is_plain = file.is_file() || file.is_dir();
        let not_plain = || Err(Error::new(ErrorKind::Refused, "is no regular file"));
        match if is_plain { read(file) } else { not_plain() } {
            Ok(read) => Some(read),
            Err(error) => {
                self.findings.extend(error.errors().iter().map(|error| {
                    let mut finding = Finding::new(Code::Unreadable, error.message()).in_file(file);
                    finding.position = error.position();
                    finding.end = error.position();
                    finding.field = error.field().map(str::to_owned);
                    finding.help = error.help().map(str::to_owned);
                    finding
                }));
                None
            }
        }
    }

    /// `prod.yml` and `prod.yaml` side by side.
    fn collision(&mut self) {
        let config = self.files.config();
        let others = ["yml", "yaml"].map(|extension| self.files.state().with_extension(extension));
        for other in others.iter().filter(|other| other.as_path() != config && config.exists() && other.is_file()) {
            let message = format!("{} has the same state as {}", other.display(), config.display());
            self.findings.push(Finding::new(Code::StateNameCollision, message).in_file(self.files.state()));
        }
    }

    /// Whether the last `rke up` went through.
    fn finished(&mut self, state: &State) {
        self.findings.extend(unfinished(state).map(|finding| finding.in_file(self.files.state())));
    }

    /// Whether the state still says what cluster.yml says.
    fn drift(&mut self, config: &ClusterConfig, document: &Document, state: &State) {
        let made = match state.desired.config() {
            Ok(Some(made)) => made,
            Ok(None) => return,
            Err(error) => {
                self.findings.extend(error.errors().iter().map(|error| {
                    let finding = Finding::new(Code::Unreadable, error.message()).in_file(self.files.state());
                    finding.in_field(format!("desiredState.rkeConfig.{}", error.field().unwrap_or_default()))
                }));
                return;
            }
        };
        let found = drift::drift(config, &made);
        for steps in found.iter().take(FIELDS) {
            let field = drift::path(steps);
            let message = format!("{field} is not what the state was made from");
            let mut finding = Finding::new(Code::StateDrift, message).in_file(self.files.config()).in_field(field);
            if let Some(node) = drift::node(document, steps) {
                finding = finding.at(node.position(), document.position(node.span().end));
            }
            self.findings.push(finding);
        }
        if found.len() > FIELDS {
            let message = format!("{} more fields are not what the state was made from", found.len() - FIELDS);
            self.findings.push(Finding::new(Code::StateDrift, message).in_file(self.files.config()));
        }
    }

    /// Whether the kubeconfig is of this cluster, and which of the two is older.
    fn belongs(&mut self, kubeconfig: &Loaded, state: &State) {
        let config = kubeconfig.config();
        let Some(context) = context_of_rke(config) else { return };
        let (cluster, user) = entries(kubeconfig, context);
        let sides = Sides::of(state);
        let of_kubeconfig = |finding: Finding| finding.in_file(&self.files.kubeconfig());
        let mut findings = Vec::new();
        let mut is_foreign = false;
        if let Some((i, cluster)) = place(&config.clusters, &context.cluster).zip(cluster) {
            is_foreign = sides.is_foreign(&cluster).unwrap_or_default();
            if let Some(pem) = Pem::authority(&cluster).filter(|_| is_foreign) {
                let message = "the CA in it is not that of the state: it is the kubeconfig of another cluster, or of \
                               before the CA was rotated";
                let field = format!("clusters[{i}].cluster.{}", pem.field);
                findings.push(of_kubeconfig(Finding::new(Code::ForeignKubeconfig, message)).in_field(field));
            }
            if let Some(finding) = unserved(state, &cluster) {
                findings.push(of_kubeconfig(finding).in_field(format!("clusters[{i}].cluster.server")));
            }
        }
        // What is of another cluster need not be compared further.
        if let Some((i, user)) = place(&config.users, &context.user).zip(user).filter(|_| !is_foreign) {
            let field = Pem::client_certificate(&user).map_or("", |pem| pem.field);
            findings.extend(sides.stale(&user).map(|finding| match finding.code {
                Code::StaleState => finding.in_file(self.files.state()),
                _ => of_kubeconfig(finding).in_field(format!("users[{i}].user.{field}")),
            }));
        }
        self.findings.append(&mut findings);
    }
}

/// The place of the entry of that name.
fn place<T>(entries: &Entries<T>, name: &Option<String>) -> Option<usize> {
    entries.iter().position(|(found, _)| Some(found) == name.as_deref())
}

/// That the last `rke up` did not go through.
pub(crate) fn unfinished(state: &State) -> Option<Finding> {
    if state.current.is_empty() {
        let message = "currentState is empty: `rke up` did not come to its end, or only `rke up --init` was run";
        return Some(Finding::new(Code::EmptyCurrentState, message).in_field("currentState"));
    }
    let differences = state.differences();
    if differences.is_empty() || state.desired.is_empty() {
        return None;
    }
    let more = differences.len().saturating_sub(20);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let message = format!(
        "desiredState and currentState differ in {}{more}: the last `rke up` did not come to its end",
        differences.iter().take(20).cloned().collect::<Vec<_>>().join(", ")
    );
    Some(Finding::new(Code::StateDrift, message).in_field("desiredState"))
}
