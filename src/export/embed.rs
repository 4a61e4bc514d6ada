//! Puts the files a configuration names into it.

use super::report::{Embedded, Note, Report};
use crate::config::{AuthInfo, Cluster, Data, ExecConfig, Kubeconfig, set, set_secret};
use crate::error::{Error, ErrorKind, Result};
use crate::load::{Loaded, Subject, read_reference};
use crate::secret::{Secret, SecretBytes};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

/// The fields that name a file to embed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Field {
    Ca,
    Certificate,
    Key,
    Token,
}

impl Field {
    pub(super) fn name(self) -> &'static str {
        match self {
            Field::Ca => "certificate-authority",
            Field::Certificate => "client-certificate",
            Field::Key => "client-key",
            Field::Token => "tokenFile",
        }
    }
}

/// Embeds all files that the entries of `config` name; they are looked up from the folders of `loaded`.
///
/// Every problem is collected, so that all missing files are named at once. Returns the entries that have one.
pub(crate) fn embed(loaded: &Loaded, config: &mut Kubeconfig, report: &mut Report, errors: &mut Vec<Error>) -> Failed {
    let mut embedding = Embedding {
        loaded,
        report,
        errors,
        failed: Failed::default(),
        data: HashMap::new(),
        tokens: HashMap::new(),
        blank: HashMap::new(),
    };
    config.clusters.change_each(|name, cluster| {
        let mut changed = cluster.clone();
        embedding.cluster(name, &mut changed);
        (changed != *cluster).then_some(changed)
    });
    config.users.change_each(|name, user| {
        let mut changed = user.clone();
        embedding.user(name, &mut changed);
        (changed != *user).then_some(changed)
    });
    embedding.failed
}

/// The names of entries with a file that can't be embedded.
#[derive(Default)]
pub(crate) struct Failed {
    pub(super) clusters: HashSet<String>,
    pub(super) users: HashSet<String>,
}

impl Failed {
    fn add(&mut self, of: Subject<'_>) {
        let names = if matches!(of, Subject::Cluster(_)) { &mut self.clusters } else { &mut self.users };
        names.insert(name_of(of).to_owned());
    }
}

struct Embedding<'a> {
    loaded: &'a Loaded,
    report: &'a mut Report,
    errors: &'a mut Vec<Error>,
    failed: Failed,
    /// What was read already: fleets name the same file in every entry. `None` for a file that gave an error, which is
    /// told once.
    data: HashMap<(PathBuf, Field), Option<Data>>,
    tokens: HashMap<PathBuf, Option<Secret<String>>>,
    /// Which token files give no token, where there is another one beside them.
    blank: HashMap<PathBuf, bool>,
}

impl Embedding<'_> {
    fn cluster(&mut self, name: &str, cluster: &mut Cluster) {
        let of = Subject::Cluster(name);
        let Cluster { certificate_authority: path, certificate_authority_data: data, .. } = cluster;
        let taken = data.as_ref().is_some_and(|data| !data.is_empty());
        self.data(of, Field::Ca, path, data, taken, |data| data);
    }

    fn user(&mut self, name: &str, user: &mut AuthInfo) {
        let of = Subject::User(name);
        let AuthInfo { client_certificate: path, client_certificate_data: data, .. } = user;
        let taken = data.as_ref().is_some_and(|data| !data.is_empty());
        self.data(of, Field::Certificate, path, data, taken, |data| data);
        let AuthInfo { client_key: path, client_key_data: data, .. } = user;
        let taken = data.as_ref().is_some_and(|data| !data.expose().is_empty());
        self.data(of, Field::Key, path, data, taken, Secret::new);
        self.token(name, user);
        if let Some(exec) = &mut user.exec {
            self.exec(name, exec);
        }
    }

    fn data<T>(
        &mut self,
        of: Subject<'_>,
        field: Field,
        path: &mut Option<String>,
        data: &mut Option<T>,
        taken: bool,
        wrap: impl FnOnce(Data) -> T,
    ) {
        let Some(named) = set(path) else { return };
        if taken {
            let message = format!("both the file {} and {}-data are given", named, field.name());
            let error = Error::new(ErrorKind::InvalidConfiguration, message);
            let error = error.with_help("kubectl refuses that; remove one of the two");
            self.failed.add(of);
            return self.errors.push(self.placed(of, field, error));
        }
        let file = self.loaded.resolve(of, named);
        if !self.data.contains_key(&(file.clone(), field)) {
            let read = if field == Field::Ca { read_ca(&file) } else { read(&file) };
            let read = read.map(|bytes| Data::encode(&bytes));
            let read = self.told(of, field, &file, read);
            self.data.insert((file.clone(), field), read);
        }
        let Some(Some(embedded)) = self.data.get(&(file.clone(), field)) else { return self.failed.add(of) };
        *path = None;
        if embedded.is_empty() {
            return;
        }
        *data = Some(wrap(embedded.clone()));
        self.embedded(of, field, file);
    }

    /// client-go reads the token file every minute and takes its content, trimmed; where it can't, the `token` beside
    /// it.
    fn token(&mut self, name: &str, user: &mut AuthInfo) {
        let Some(named) = set(&user.token_file) else { return };
        let of = Subject::User(name);
        let file = self.loaded.resolve(of, named);
        let has_token = set_secret(&user.token).is_some();
        if has_token && *self.blank.entry(file.clone()).or_insert_with(|| file_has_no_token(&file)) {
            self.report.notes.push(Note::TokenFileMissing { user: name.to_owned(), file });
            user.token_file = None;
            return;
        }
        if !self.tokens.contains_key(&file) {
            let read = read(&file).and_then(|bytes| token(&bytes));
            let read = self.told(of, Field::Token, &file, read);
            self.tokens.insert(file.clone(), read);
        }
        let Some(Some(token)) = self.tokens.get(&file) else { return self.failed.add(of) };
        user.token = Some(token.clone());
        user.token_file = None;
        if has_token {
            self.report.notes.push(Note::TokenFileWins { user: name.to_owned() });
        }
        self.embedded(of, Field::Token, file);
    }

    /// A command can't be embedded. With a separator in it it's a path, relative to the file's folder.
    fn exec(&mut self, name: &str, exec: &mut ExecConfig) {
        let Some(command) = set(&exec.command) else { return };
        let Some(absolute) = self.loaded.resolve_command(Subject::User(name), command) else { return };
        let absolute = absolute.to_string_lossy().into_owned();
        if absolute == command {
            return;
        }
        self.report.notes.push(Note::CommandMadeAbsolute { user: name.to_owned(), command: absolute.clone() });
        exec.command = Some(absolute);
    }

    fn embedded(&mut self, of: Subject<'_>, field: Field, file: PathBuf) {
        let entry = name_of(of).to_owned();
        self.report.embedded.push(Embedded { file, field: field.name(), entry });
    }

    /// Keeps the error of reading `file` for the end, said of the entry that names it.
    fn told<T>(&mut self, of: Subject<'_>, field: Field, file: &Path, read: Result<T>) -> Option<T> {
        read.map_err(|error| self.errors.push(self.placed(of, field, error.about(file)))).ok()
    }

    fn placed(&self, of: Subject<'_>, field: Field, error: Error) -> Error {
        let list = if matches!(of, Subject::Cluster(_)) { "clusters" } else { "users" };
        super::placed(
            self.loaded,
            of,
            error.in_field(format!("{list}[{}].{}", crate::config::ShownName(name_of(of)), field.name())),
        )
    }
}

fn name_of(of: Subject<'_>) -> &str {
    match of {
        Subject::Cluster(name) | Subject::User(name) | Subject::Context(name) => name,
        _ => "",
    }
}

/// Whether kubectl takes the token beside it.
fn file_has_no_token(file: &Path) -> bool {
    let is_missing = std::fs::metadata(file).is_err_and(|e| e.kind() == std::io::ErrorKind::NotFound);
    is_missing || read_reference(file).is_ok_and(|content| content.trim_ascii().is_empty())
}

fn read(file: &Path) -> Result<SecretBytes> {
    not_blank(read_reference(file)?)
}

/// An empty file leaves it to the authorities of the system, in kubectl too.
fn read_ca(file: &Path) -> Result<SecretBytes> {
    let bytes = read_reference(file)?;
    if bytes.is_empty() { Ok(bytes) } else { not_blank(bytes) }
}

fn not_blank(bytes: SecretBytes) -> Result<SecretBytes> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Error::new(ErrorKind::InvalidConfiguration, "the file is empty"));
    }
    Ok(bytes)
}

/// As client-go reads it: without the blanks around it. What a kubeconfig cannot hold is refused.
fn token(bytes: &[u8]) -> Result<Secret<String>> {
    let not_text = |_| Error::new(ErrorKind::InvalidConfiguration, "the token file is not text");
    Ok(Secret::from(std::str::from_utf8(bytes).map_err(not_text)?.trim()))
}
