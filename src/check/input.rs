//! Files and folders, and what each file is.

use super::{Checker, FileKind};
use crate::cert;
use crate::error::{Error, ErrorKind, Result};
use crate::load::{Os, read_reference, read_regular};
use crate::rke::{self, SavedStates};
use crate::secret::SecretBytes;
use crate::shell;
use crate::syntax::{Document, Limits, Node, NodeKind, Resolved};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// A file that was asked for, or found in a folder that was.
pub(super) struct Input {
    /// As given.
    pub(super) path: PathBuf,
    /// The folder that relative paths in it start from.
    pub(super) folder: PathBuf,
    /// Where it lies, if it is a file.
    pub(super) place: Option<PathBuf>,
    pub(super) content: Content,
}

/// What is in a file.
pub(super) enum Content {
    Kubeconfig(Document),
    Cluster(Document),
    /// An rkestate, with its text where that is the state and nothing around it.
    State(Box<SavedStates>, Option<Document>),
    Pem(SecretBytes),
    /// It can't be read. The text, where there is one, for the line that is broken.
    Unreadable(Error, Option<Zeroizing<String>>),
    /// It is something else.
    Unknown(Error),
}

impl Input {
    fn of_file(path: &Path, content: Content) -> Self {
        Input { place: Some(path.to_owned()), ..Input::of(path, content) }
    }

    fn of(path: &Path, content: Content) -> Self {
        Input { path: path.to_owned(), folder: folder_of(path), place: None, content }
    }

    /// What a file could hold that need not be there.
    pub(super) fn of_bytes(path: &Path, bytes: Vec<u8>) -> Self {
        Input::of(path, content(path, bytes))
    }
}

impl Content {
    pub(super) fn kind(&self) -> Option<FileKind> {
        match self {
            Content::Kubeconfig(_) => Some(FileKind::Kubeconfig),
            Content::Cluster(_) => Some(FileKind::RkeCluster),
            Content::State(..) => Some(FileKind::RkeState),
            Content::Pem(pem) if super::pem::is_request(pem) => Some(FileKind::CertificateRequest),
            Content::Pem(_) => Some(FileKind::Pem),
            Content::Unreadable(..) | Content::Unknown(_) => None,
        }
    }
}

/// The folder of a file, from the root of the file system. A link is not followed.
fn folder_of(path: &Path) -> PathBuf {
    let current = std::env::current_dir().unwrap_or_default();
    Os::current().folder_of(&current, path)
}

/// Reads a path: a file, a folder, or standard input.
pub(super) fn read(checker: &Checker, path: &Path) -> Vec<Input> {
    if let Some(bytes) = checker.stdin.as_ref().filter(|_| path == Path::new("-")) {
        return vec![Input::of(path, content(path, bytes.to_vec()))];
    }
    if path.is_dir() {
        return match folder(path) {
            Ok(inputs) if inputs.is_empty() => vec![Input::of(path, Content::Unknown(nothing_of_ours()))],
            Ok(inputs) => inputs,
            Err(error) => vec![Input::of(path, Content::Unreadable(error, None))],
        };
    }
    vec![Input::of_file(path, file(path))]
}

/// Reads a file that is to be a kubeconfig.
pub(super) fn kubeconfig(checker: &Checker, path: &Path) -> Input {
    let is_stdin = checker.stdin.is_some() && path == Path::new("-");
    let bytes = match &checker.stdin {
        Some(bytes) if is_stdin => Ok(bytes.to_vec()),
        _ => read_named(path),
    };
    let content = match bytes.and_then(Document::parse) {
        Ok(document) => Content::Kubeconfig(document),
        Err(error) => Content::Unreadable(error, None),
    };
    if is_stdin { Input::of(path, content) } else { Input::of_file(path, content) }
}

/// Reads a file, whatever it is.
fn file(path: &Path) -> Content {
    match read_named(path).map(|bytes| content(path, bytes)) {
        Ok(content @ (Content::State(..) | Content::Unreadable(..))) => content,
        // By its name it is one. What was cut off, or never written, is not something else.
        Ok(_) if is_called_state(path) => Content::Unreadable(no_state(), None),
        Ok(content) => content,
        Err(error) => Content::Unreadable(error, None),
    }
}

/// A named file. A pipe could keep who checks it waiting for ever, and a device may have no end.
fn read_named(path: &Path) -> Result<Vec<u8>> {
    let is_file_or_missing = fs::metadata(path).map_or(true, |found| found.is_file() || found.is_dir());
    let bytes = read_regular(path, Limits::default().input).map_err(|error| match is_file_or_missing {
        true => error,
        false => error.with_help("give what is in it on standard input, and name `-` as the path"),
    });
    Ok(std::mem::take(&mut *bytes?))
}

fn no_state() -> Error {
    Error::new(ErrorKind::Syntax, "there is no state in the file: it is empty, or was cut off").with_help(
        "look for another copy: kubectl -n kube-system get secret full-cluster-state -o json has that of today",
    )
}

fn nothing_of_ours() -> Error {
    let message = "there is no kubeconfig, cluster.yml, rkestate or PEM file in this folder";
    Error::new(ErrorKind::NotFound, message)
        .with_help("name the file or the folder that it is in; folders below are not looked into")
}

/// Every file in a folder that is one of ours, by name, and those of a K3s or RKE2 server, whose data folder it may be.
/// What can't be read, or looks like one of ours and can't be parsed, is among them: nobody should believe that it was
/// looked at. No link to a folder is followed out of this one, nor to what was looked at already.
fn folder(path: &Path) -> Result<Vec<Input>> {
    let failed = |error| Error::io("cannot read the folder", path, error);
    let root = fs::canonicalize(path).map_err(failed)?;
    let of_server = rke::tls_folders(path);
    let mut inputs = files(&entries(path)?, of_server.iter().any(|folder| folder == path));
    let mut seen = Vec::new();
    for folder in of_server {
        let unread = |error: Error| vec![Input::of(&folder, Content::Unreadable(error, None))];
        let (place, paths) = match fs::canonicalize(&folder).map_err(failed).and_then(|at| Ok((at, entries(&folder)?)))
        {
            Ok((place, _)) if !place.starts_with(&root) => {
                let error = Error::new(ErrorKind::Refused, "this leads out of the folder that was named, by a link");
                inputs.extend(unread(error.with_help("name this folder, if it is meant")));
                continue;
            }
            Ok((place, _)) if seen.contains(&place) => continue,
            Ok(read) => read,
            Err(error) => {
                inputs.extend(unread(error.in_file(&folder)));
                continue;
            }
        };
        if place != root {
            inputs.extend(files(&paths, true));
        }
        // What etcd and the other parts have for themselves.
        for below in paths.iter().filter(|path| path.symlink_metadata().is_ok_and(|found| found.is_dir())) {
            let place = place.join(below.file_name().unwrap_or_default());
            if !seen.contains(&place) {
                inputs.extend(entries(below).map_or_else(unread, |paths| files(&paths, true)));
                seen.push(place);
            }
        }
        seen.push(place);
    }
    Ok(inputs)
}

/// What is in a folder, by name.
fn entries(path: &Path) -> Result<Vec<PathBuf>> {
    let failed = |error| Error::io("cannot read the folder", path, error);
    let mut paths = Vec::new();
    for entry in fs::read_dir(path).map_err(failed)? {
        paths.push(entry.map_err(failed)?.path());
    }
    paths.sort();
    Ok(paths)
}

fn is_called_state(path: &Path) -> bool {
    path.to_string_lossy().ends_with(".rkestate")
}

/// Those of the files that are ours; in the folder of a server those too that are so by their names.
fn files(paths: &[PathBuf], of_server: bool) -> Vec<Input> {
    let mut inputs = Vec::new();
    for path in paths {
        if of_server && rke::is_of_server(&path.file_name().unwrap_or_default().to_string_lossy()) {
            inputs.push(Input::of_file(path, of_server_file(path)));
            continue;
        }
        // How an API server asks Rancher's webhook, which is nobody's login.
        if path.file_name().is_some_and(|name| name == "kube-api-authn-webhook.yaml") {
            continue;
        }
        // Pipes and devices could hang; a link to nowhere is no file.
        if !fs::metadata(path).is_ok_and(|metadata| metadata.is_file()) {
            continue;
        }
        let content = match is_text(path) {
            Ok(false) if !is_called_state(path) => continue,
            Ok(_) => file(path),
            Err(error) => Content::Unreadable(Error::io("cannot open", path, error), None),
        };
        let is_ours = match &content {
            Content::Kubeconfig(document) => document.root().is_some_and(is_kubeconfig),
            Content::Cluster(_) | Content::State(..) | Content::Pem(_) => true,
            Content::Unreadable(_, None) => true,
            Content::Unreadable(_, Some(text)) => is_called_as_ours(path) || looks_like_ours(text),
            Content::Unknown(_) => false,
        };
        if is_ours {
            inputs.push(Input::of_file(path, content));
        }
    }
    inputs
}

/// Certificates or a key of a server; pipes and devices are refused.
fn of_server_file(path: &Path) -> Content {
    match read_reference(path).map(|mut bytes| content(path, std::mem::take(&mut *bytes))) {
        Ok(content @ (Content::Pem(_) | Content::Unreadable(..))) => content,
        Ok(_) => {
            let message = "there is no certificate or key in the file: it is empty, damaged, or was cut off";
            let help = "K3s and RKE2 make it again when they start, if it is not there";
            Content::Unreadable(Error::new(ErrorKind::Certificate, message).with_help(help), None)
        }
        Err(error) => Content::Unreadable(error, None),
    }
}

/// Whether a file begins as a text does. Only of those the whole is read.
fn is_text(path: &Path) -> std::io::Result<bool> {
    const START: u64 = 4096;
    let mut start = Vec::new();
    fs::File::open(path)?.take(START).read_to_end(&mut start)?;
    let is_utf16 = start.starts_with(&[0xFF, 0xFE]) || start.starts_with(&[0xFE, 0xFF]);
    Ok(is_utf16 || is_zip(&start) || !start.contains(&0))
}

/// The path with an ending behind it.
fn added(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// What the bytes of a file are.
fn content(path: &Path, bytes: Vec<u8>) -> Content {
    let bytes = SecretBytes::from(bytes);
    if cert::sections(&bytes).next().is_some() {
        return Content::Pem(bytes);
    }
    if is_zip(&bytes) {
        return saved(&bytes);
    }
    if is_der(&bytes) {
        let is_named = path != Path::new("-");
        let file = if is_named { shell::file(path) } else { "FILE".to_owned() };
        let pem = if is_named { shell::file(&added(path, ".pem")) } else { "FILE.pem".to_owned() };
        let help = format!(
            "openssl x509 -inform der -in {file} -out {pem} makes PEM of a certificate; of a key openssl pkey does"
        );
        let error =
            Error::new(ErrorKind::Certificate, "this looks like a certificate or key in DER; PEM is what is read");
        return Content::Unknown(error.with_help(help));
    }
    let text = || Some(Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned()));
    let document = match Document::parse(bytes.to_vec()) {
        Ok(document) => document,
        // Go reads and writes JSON that kubectl's reader does not take.
        Err(error) => match rke::state_document(&bytes).ok().filter(|d| d.root().is_some_and(rke::is_state)) {
            Some(document) => return state(&bytes, Some(document)),
            None => return Content::Unreadable(error, text()),
        },
    };
    let Some(root) = document.root() else { return Content::Kubeconfig(document) };
    if let Some(pem) = rke::tls_secret(root) {
        return Content::Pem(pem);
    }
    if root.resolved() == Some(Resolved::Null) || is_empty_map(root) || is_kubeconfig(root) {
        Content::Kubeconfig(document)
    } else if rke::is_state(root) {
        state(&bytes, Some(document))
    } else if is_cluster(root) {
        Content::Cluster(document)
    } else {
        saved(&bytes)
    }
}

/// A state, or what is wrong with one.
fn state(bytes: &[u8], document: Option<Document>) -> Content {
    match SavedStates::from_bytes(bytes) {
        Ok(states) => of_states(states, document),
        Err(error) => Content::Unreadable(error, None),
    }
}

fn of_states(states: SavedStates, document: Option<Document>) -> Content {
    let is_empty = states.iter().all(|saved| saved.state.desired.is_empty() && saved.state.current.is_empty());
    match is_empty {
        true => Content::Unreadable(no_state(), None),
        false => Content::State(Box::new(states), document),
    }
}

/// A state within something else: an object of a cluster, a snapshot. What is none is nothing that is known.
fn saved(bytes: &[u8]) -> Content {
    match SavedStates::from_bytes(bytes) {
        Ok(states) => of_states(states, None),
        Err(error) if error.kind() != ErrorKind::NotFound => {
            // Others' templates are no YAML either.
            match is_zip(bytes) || looks_like_ours(&String::from_utf8_lossy(bytes)) {
                true => Content::Unreadable(error, None),
                false => Content::Unknown(error),
            }
        }
        Err(_) => {
            let help = "known are kubeconfigs, RKE's cluster.yml and rkestate, and certificates or keys as PEM";
            Content::Unknown(
                Error::new(ErrorKind::Type, "this is not a kubeconfig, cluster.yml, rkestate or PEM file")
                    .with_help(help),
            )
        }
    }
}

/// Whether all of it is one ASN.1 sequence of more than 127 bytes, as certificates and keys are.
fn is_der(bytes: &[u8]) -> bool {
    let length = match bytes {
        [0x30, 0x81, a, ..] => usize::from(*a) + 3,
        [0x30, 0x82, a, b, ..] => (usize::from(*a) << 8 | usize::from(*b)) + 4,
        _ => return false,
    };
    length == bytes.len()
}

fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// Whether it is RKE's cluster.yml: nodes with an address or a role, or several of its words. Objects of Kubernetes and the
/// files of others that have nodes (kind, Docker Compose) name an apiVersion or have other words.
fn is_cluster(root: Node<'_>) -> bool {
    const WORDS: &[&str] = &[
        "cluster_name",
        "kubernetes_version",
        "ssh_key_path",
        "ssh_agent_auth",
        "services",
        "network",
        "ingress",
        "authentication",
        "authorization",
        "addons",
        "addons_include",
        "system_images",
        "private_registries",
        "cloud_provider",
        "prefix_path",
        "bastion_host",
        "monitoring",
        "dns",
        "upgrade_strategy",
        "ignore_docker_version",
        "enable_cri_dockerd",
    ];
    if root.get("rancher_kubernetes_engine_config").is_some() {
        return true;
    }
    let has = |key: &&&str| root.get(key).is_some();
    let is_node = |node: Node<'_>| node.get("address").is_some() || node.get("role").is_some();
    let has_nodes = root.get("nodes").is_some_and(|nodes| nodes.items().any(is_node));
    root.get("apiVersion").is_none() && (has_nodes || WORDS.iter().filter(has).count() >= 3)
}

fn is_empty_map(root: Node<'_>) -> bool {
    root.resolve().kind() == NodeKind::Mapping && root.entries().is_empty()
}

fn is_kubeconfig(root: Node<'_>) -> bool {
    const KEYS: &[&str] = &["clusters", "users", "contexts", "current-context"];
    let is_config = root.get("kind").and_then(|kind| kind.as_str()) == Some("Config");
    is_config || KEYS.iter().any(|key| root.get(key).is_some())
}

/// Whether a file has a name that ours have.
fn is_called_as_ours(path: &Path) -> bool {
    const NAMES: &[&str] =
        &["config", "kubeconfig", "cluster.yml", "cluster.yaml", "rancher-cluster.yml", "rancher-cluster.yaml"];
    const ENDS: &[&str] = &[".rkestate", ".kubeconfig"];
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    NAMES.contains(&&*name) || name.starts_with("kube_config_") || ENDS.iter().any(|end| name.ends_with(end))
}

/// Whether a text that can't be parsed was meant as one of ours, by the words at the beginning of its lines.
fn looks_like_ours(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "clusters",
        "users",
        "contexts",
        "current-context",
        "desiredState",
        "certificatesBundle",
        "full-cluster-state",
        "nodes",
        "cluster_name",
        "services",
        "kubernetes_version",
        "rkeConfig",
    ];
    const LINES: usize = 100_000;
    let starts = |word: &&&str| {
        let begins = |line: &str| {
            let line = line.trim_start_matches(['{', ' ', '\t', '"']);
            line.strip_prefix(**word).is_some_and(|rest| rest.starts_with([':', '"']))
        };
        text.lines().take(LINES).any(begins)
    };
    let is_saved_state = text.contains("\"full-cluster-state\"") || text.contains("full-cluster-state:");
    is_saved_state || WORDS.iter().filter(starts).count() >= 2 || text.trim_start().starts_with("-----BEGIN ")
}
