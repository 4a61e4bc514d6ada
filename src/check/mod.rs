//! What is wrong with a file, and what will be: would this file still let me in?
//!
//! A [`Checker`] looks at kubeconfigs, cluster.yml, rkestate and PEM files and gives a [`Report`] of
//! [findings](crate::finding::Finding), each with a code, a severity, a place and a help. What a file is, it tells from the
//! content. It reads what the files refer to (certificates, keys, token files), runs no command, opens no connection and
//! asks no clock: the time to judge by is passed in.
//!
//! ```
//! use kubeconfig::check::Checker;
//! use kubeconfig::finding::{Code, Severity};
//! use kubeconfig::{Loader, cert};
//! # fn main() -> Result<(), kubeconfig::Error> {
//! let loaded = Loader::from_env().explicit("tests/data/rancher-ace.yaml").load()?;
//! let report = Checker::at(cert::parse_time("2026-08-15")?).allow(Code::LoosePermissions).run(&loaded);
//! assert!(report.findings().all(|finding| finding.severity < Severity::Error));
//! # Ok(())
//! # }
//! ```
//!
//! # What is never done
//! No secret is in a finding, nor in the line of source beside it: of a line only the names of known fields and the values of
//! fields known to be harmless are shown, everything else is `[hidden]`, comments and unknown fields among it. A login command
//! is described, never run, and a file that a kubeconfig names is read only if it is a regular one of up to 16 MiB.
//!
#![doc = include_str!("codes.md")]

mod access;
mod clients;
mod excerpt;
mod group;
mod input;
mod inventory;
mod kubeconfig;
mod notes;
mod pem;
mod permissions;
mod rancher;
mod report;
mod rke;
mod rules;
mod security;
mod server_folder;
mod structure;
mod tokens;
mod x509;

pub use clients::Client;
pub use inventory::{FoundCertificate, Inventory, Role};
pub use report::{CheckedFile, FileKind, Human, Omitted, Report, Summary};

use crate::access::{Examiner, through_rancher};
use crate::config::{Kubeconfig, Schema, holds_secrets};
use crate::finding::{Code, Finding};
use crate::load::{Loaded, Loader, Source, Subject};
use crate::rke::FileSet;
use crate::syntax::{Document, Resolved};
use group::Group;
use input::{Content, Input};
use kubeconfig::ConfigFile;
use notes::Notes;
use report::FileFindings;
use rustls_pki_types::UnixTime;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::Duration;
use zeroize::Zeroizing;

/// What to judge by. See the [module](self).
#[derive(Clone)]
#[must_use = "nothing is looked at before one of `run`, `loader`, `paths`, `bytes`"]
pub struct Checker {
    at: UnixTime,
    within: Duration,
    allowed: BTreeSet<Code>,
    client: Client,
    max_findings: usize,
    stdin: Option<Zeroizing<Vec<u8>>>,
}

impl Checker {
    /// Judges as if it were that time.
    pub fn at(time: UnixTime) -> Self {
        const MONTH: Duration = Duration::from_secs(30 * 86_400);
        Checker {
            at: time,
            within: MONTH,
            allowed: BTreeSet::new(),
            client: Client::Go,
            max_findings: 100,
            stdin: None,
        }
    }

    /// What ends within so long a time ends soon; 30 days unless set.
    pub fn within(mut self, time: Duration) -> Self {
        self.within = time;
        self
    }

    /// Leaves out findings of that code. May be called for several.
    pub fn allow(mut self, code: Code) -> Self {
        self.allowed.insert(code);
        self
    }

    /// Looks for what another client than kubectl refuses too: [`Code::RefusedByClient`]. Everything else is told as for
    /// kubectl. [`Client::Go`] unless set, which adds nothing.
    ///
    /// It looks at the certificates and keys of kubeconfigs, and not at the server's, which are in no file.
    pub fn client(mut self, client: Client) -> Self {
        self.client = client;
        self
    }

    /// Keeps so many findings of each code and file at most, the first; 100 unless set, `usize::MAX` for all. What is left
    /// out is counted: [`Report::omitted`], [`Report::summary`], [`Report::worst`].
    ///
    /// Of one file not more than 10,000 are kept, or one for each 64 bytes, whichever is more: findings take more memory
    /// than what they are about.
    pub fn max_findings(mut self, most: usize) -> Self {
        self.max_findings = most;
        self
    }

    /// What the path `-` stands for. Without it `-` is a file of that name.
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = Some(Zeroizing::new(bytes.into()));
        self
    }

    /// Checks a configuration that is loaded, of one file or of several as kubectl merges them.
    ///
    /// One that came from no file ([`Loaded::from_config`]) has findings without a place.
    pub fn run(&self, loaded: &Loaded) -> Report {
        let texts: Vec<Text<'_>> = loaded.sources().iter().map(Text::of_source).collect();
        if texts.is_empty() && loaded.missing().is_empty() {
            let folder = loaded.folder_of(Subject::CurrentContext);
            let mut notes = [Notes::new(self)];
            let file = ConfigFile::of_config(loaded.config(), Path::new(""), folder);
            security::names(&file, &mut notes[0]);
            self.group(&[file], &self.examiner(), &mut notes);
            return Report::of(notes.map(|notes| (None, notes.finish())));
        }
        let found = self.kubeconfigs(&texts, &self.examiner());
        Report::of(texts.iter().map(|text| Some(CheckedFile::of(text.path, Some(FileKind::Kubeconfig)))).zip(found))
    }

    /// Checks the files that kubectl would read, as one configuration. Files that can't be read are findings; a file that
    /// is not there is one only where it was [named](Loader::explicit).
    pub fn loader(&self, loader: &Loader) -> Report {
        self.inputs(&self.inputs_of(loader), true)
    }

    fn examiner(&self) -> Examiner {
        Examiner::at(self.at).within(self.within)
    }

    fn inputs_of(&self, loader: &Loader) -> Vec<Input> {
        let is_optional = |content: &Content| match content {
            Content::Unreadable(error, _) => error.is_file_not_found() && !loader.is_required(),
            _ => false,
        };
        let inputs = loader.paths().into_iter().map(|path| input::kubeconfig(self, &path));
        inputs.filter(|input| !is_optional(&input.content)).collect()
    }

    /// Checks files, each by itself; what each of them is, is told from its content. A folder means every file right in it
    /// that is of a kind known here.
    ///
    /// What can't be read is a finding, [`Code::Unreadable`].
    pub fn paths<P: AsRef<Path>>(&self, paths: impl IntoIterator<Item = P>) -> Report {
        let inputs = paths.into_iter().flat_map(|path| input::read(self, path.as_ref()));
        self.inputs(&inputs.collect::<Vec<_>>(), false)
    }

    /// Lists every certificate in files and folders, as [`paths`](Checker::paths) reads them: of kubeconfigs those embedded and
    /// those in files that they name, each of a bundle, all of a state.
    pub fn certificates<P: AsRef<Path>>(&self, paths: impl IntoIterator<Item = P>) -> Inventory {
        let inputs = paths.into_iter().flat_map(|path| input::read(self, path.as_ref()));
        Inventory::of(self, &inputs.collect::<Vec<_>>())
    }

    /// As [`certificates`](Checker::certificates), of the files that kubectl would read.
    pub fn certificates_of_loader(&self, loader: &Loader) -> Inventory {
        Inventory::of(self, &self.inputs_of(loader))
    }

    /// Checks RKE's three files, as far as they are there, and what they say of each other.
    pub fn file_set(&self, set: &FileSet) -> Report {
        let kubeconfig = set.kubeconfig();
        let files = [set.config(), set.state(), &kubeconfig];
        let there: Vec<&Path> = files.into_iter().filter(|file| file.exists()).collect();
        self.paths(if there.is_empty() { vec![set.config()] } else { there })
    }

    /// Checks what a file holds, as if it were at `path`: relative paths in it start from the folder of that.
    pub fn bytes(&self, path: impl AsRef<Path>, bytes: impl Into<Vec<u8>>) -> Report {
        self.inputs(&[Input::of_bytes(path.as_ref(), bytes.into())], false)
    }

    /// Checks files: the kubeconfigs together, or each by itself.
    fn inputs(&self, inputs: &[Input], together: bool) -> Report {
        let mut sets = file_sets(inputs);
        server_folder::check(inputs, self.at, &mut sets);
        let texts = inputs.iter().zip(&sets).filter_map(|(input, of_set)| Text::of_input(input, of_set));
        let texts: Vec<Text<'_>> = texts.collect();
        let groups = texts.chunks(if together { texts.len().max(1) } else { 1 });
        let examiner = self.examiner();
        let mut kubeconfigs = groups.flat_map(|group| self.kubeconfigs(group, &examiner));
        let of_input = |(input, of_set): (&Input, &Vec<Finding>)| {
            let found = match &input.content {
                Content::Kubeconfig(_) => kubeconfigs.next().unwrap_or_default(),
                _ => self.other(input, of_set),
            };
            (Some(CheckedFile::of(&input.path, input.content.kind())), found)
        };
        Report::of(inputs.iter().zip(&sets).map(of_input))
    }

    /// Checks kubeconfigs that are one configuration.
    fn kubeconfigs(&self, texts: &[Text<'_>], examiner: &Examiner) -> Vec<FileFindings> {
        let schema = Schema::kubeconfig();
        let mut notes: Vec<Notes<'_>> =
            texts.iter().map(|text| Notes::of_document(self, text.path, text.document, schema)).collect();
        let mut files = Vec::with_capacity(texts.len());
        for (text, notes) in texts.iter().zip(&mut notes) {
            if text.document.root().is_none_or(|root| root.resolved() == Some(Resolved::Null)) {
                notes.add(Finding::new(Code::EmptyFile, "there is nothing in the file"), None);
            }
            let file = ConfigFile::read(text.document, text.config, text.path, text.folder, notes);
            for finding in text.place.iter().flat_map(|place| permissions::check(place, file.has_secrets())) {
                notes.add(finding, None);
            }
            text.of_set.iter().for_each(|finding| notes.add_located(finding.clone()));
            files.push(file);
        }
        self.group(&files, examiner, &mut notes);
        notes.into_iter().map(Notes::finish).collect()
    }

    fn group(&self, files: &[ConfigFile<'_>], examiner: &Examiner, notes: &mut [Notes<'_>]) {
        let group = Group::of(files);
        for (i, (file, notes)) in files.iter().zip(notes.iter_mut()).enumerate() {
            rules::check(&group, i, notes);
            tokens::check(file, notes);
            security::check(file, notes);
        }
        let through = through_rancher(&group.config);
        access::check(&group, &through, examiner, notes);
        rancher::check(&group, &through, examiner, notes);
    }

    /// Checks what is no kubeconfig.
    fn other(&self, input: &Input, of_set: &[Finding]) -> FileFindings {
        let path = &input.path;
        let mut notes = match &input.content {
            Content::Cluster(document) => Notes::of_document(self, path, document, crate::rke::cluster_schema()),
            Content::State(_, Some(document)) => Notes::of_document(self, path, document, crate::rke::state_schema()),
            _ => Notes::of_file(self, path),
        };
        let has_secrets = match &input.content {
            Content::Kubeconfig(_) => return FileFindings::default(),
            Content::Unreadable(error, text) => {
                notes.add_unreadable(error, text.as_ref().map(|text| text.as_str()));
                return notes.finish();
            }
            Content::Unknown(error) => {
                notes.add_unreadable(error, None);
                return notes.finish();
            }
            Content::Cluster(document) => {
                rke::cluster(document, &mut notes);
                holds_secrets(document, crate::rke::cluster_schema())
            }
            Content::State(states, document) => {
                for saved in states.iter() {
                    let root = document.as_ref().and_then(|document| document.root());
                    let places = root.map_or(rke::Places::At(saved.position), rke::Places::of);
                    rke::state(&saved.state, &places, &mut notes);
                }
                true
            }
            Content::Pem(content) => {
                pem::check(content, &mut notes);
                pem::has_key(content)
            }
        };
        for finding in input.place.iter().flat_map(|place| permissions::check(place, has_secrets)) {
            notes.add(finding, None);
        }
        of_set.iter().for_each(|finding| notes.add_located(finding.clone()));
        notes.finish()
    }
}

/// What RKE's files say of each other, each finding with the file it is about, or with the one that led to the set.
fn file_sets(inputs: &[Input]) -> Vec<Vec<Finding>> {
    let mut found = vec![Vec::new(); inputs.len()];
    let mut states = HashSet::new();
    let places: HashMap<&Path, usize> =
        inputs.iter().enumerate().filter_map(|(i, input)| Some((input.place.as_deref()?, i))).collect();
    for (i, input) in inputs.iter().enumerate() {
        let Some(place) = input.place.as_ref().filter(|place| rke::is_of_set(place, input.content.kind())) else {
            continue;
        };
        if !states.insert(FileSet::of(place).state().to_owned()) {
            continue;
        }
        for finding in rke::file_set(place, |file| places.contains_key(file)) {
            let about = finding.file.as_deref().and_then(|file| places.get(file));
            found[about.copied().unwrap_or(i)].push(finding);
        }
    }
    found
}

/// A kubeconfig that is to be checked.
struct Text<'a> {
    path: &'a Path,
    folder: &'a Path,
    document: &'a Document,
    /// What was read of it already.
    config: Option<&'a Kubeconfig>,
    /// Where it lies, if it is a file.
    place: Option<PathBuf>,
    /// What the files beside it say of it.
    of_set: &'a [Finding],
}

impl<'a> Text<'a> {
    fn of_source(source: &'a Source) -> Self {
        let (path, folder) = (source.path(), source.folder());
        let place = path.file_name().filter(|_| path != Path::new("-")).map(|name| folder.join(name));
        Text { path, folder, document: source.document(), config: Some(source.config()), place, of_set: &[] }
    }

    fn of_input(input: &'a Input, of_set: &'a [Finding]) -> Option<Self> {
        let Content::Kubeconfig(document) = &input.content else { return None };
        Some(Text {
            path: &input.path,
            folder: &input.folder,
            document,
            config: None,
            place: input.place.clone(),
            of_set,
        })
    }
}

impl std::fmt::Debug for Checker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Checker")
            .field("at", &self.at)
            .field("within", &self.within)
            .field("allowed", &self.allowed)
            .field("client", &self.client)
            .field("max_findings", &self.max_findings)
            .field("stdin", &self.stdin.as_ref().map(|bytes| bytes.len()))
            .finish()
    }
}
