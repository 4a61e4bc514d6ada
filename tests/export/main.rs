//! Export: what goes into a backup, what it says of itself, and what is refused.

mod choosing;
#[path = "../common/mod.rs"]
mod common;
mod dependence;
mod files;
mod partial;

use common::canary;
use common::pki::world;
use common::shapes::{self, Shape};
use kubeconfig::access::Need;
use kubeconfig::export::{Backup, Export, Note};
use kubeconfig::finding::Code;
use kubeconfig::load::Environment;
use kubeconfig::store::WriteOptions;
use kubeconfig::{Error, ErrorKind, Kubeconfig, Loaded, Loader};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A folder with a kubeconfig in it.
struct Place {
    folder: TempDir,
    config: PathBuf,
}

impl Place {
    fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config");
        fs::write(&config, text).unwrap();
        Place { folder, config }
    }

    fn of(shape: &Shape) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = shape.lay_out(folder.path());
        Place { folder, config }
    }

    fn with(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        fs::write(self.folder.path().join(name), bytes).unwrap();
        self
    }

    fn load(&self) -> Loaded {
        Loader::new(Environment::new(self.folder.path())).explicit(&self.config).load().unwrap()
    }

    fn build(&self) -> Result<Backup, Error> {
        self.load().export().build()
    }
}

/// A kubeconfig with the context `c`, whose cluster and user have these bodies in flow style.
fn one(cluster: &str, user: &str) -> Place {
    Place::new(&format!(
        "clusters:\n- name: k\n  cluster: {{server: 'https://10.0.0.1:6443', {cluster}}}\nusers:\n- name: u\n  user: {{{user}}}\n\
         contexts:\n- name: c\n  context: {{cluster: k, user: u}}\ncurrent-context: c\n"
    ))
}

fn loaded(text: &str) -> Loaded {
    Loaded::from_config(text.parse().unwrap(), "/nowhere")
}

/// Three contexts over two clusters and two users, and one of each that nobody needs.
const THREE: &str = "
x-top: kept
preferences: {colors: true}
extensions: [{name: e, extension: {n: 0x10}}]
current-context: b
contexts:
- name: a
  x-entry: 1
  context: {cluster: one, user: u1, x-context: yes}
- name: b
  context: {cluster: two, user: u2, namespace: web}
- name: c
  context: {cluster: one, user: u2}
clusters:
- name: unused
  cluster: {server: 'https://unused'}
- name: one
  x-entry: 0777
  cluster: {server: 'https://one:6443', tls-server-name: kubernetes, x-cluster: '1.10'}
- name: two
  cluster: {server: 'https://two:6443'}
users:
- name: u2
  user: {token: t2}
- name: u1
  user: {token: t1, x-user: ~}
- name: unused
  user: {token: t3}
";

#[test]
fn every_shape() {
    let kubectl = common::kubectl::need_kubectl();
    for shape in shapes::all() {
        let what = shape.name;
        let place = Place::of(&shape);
        let loaded = place.load();
        let build = |loaded: &Loaded| loaded.export().build().unwrap_or_else(|e| panic!("{what}: {e}"));
        let backup = build(&loaded);
        let config = backup.config();
        assert_eq!(config.current_context(), Some(shape.current.as_str()), "{what}");
        let names: Vec<_> = shape.contexts.iter().map(|c| c.name.as_str()).collect();
        assert!(config.contexts.names().eq(names.iter().copied()), "{what}: order");
        for (expected, report) in shape.contexts.iter().zip(&backup.report().contexts) {
            assert_eq!(report.context(), expected.name, "{what}");
            assert_eq!(report.cluster(), Some(expected.cluster.as_str()), "{what}");
            assert_eq!(report.user(), Some(expected.user.as_str()), "{what}");
            // Without these features nobody looks into certificates.
            if !cfg!(feature = "verify") && report.findings().any(|finding| finding.code == Code::NotVerified) {
                assert!(!report.stands_alone(), "{what}: {report}");
                continue;
            }
            if let Some(words) = expected.depends.words() {
                assert!(report.to_string().contains(&words), "{what}: {report} lacks {words}");
                assert_eq!(report.stands_alone(), expected.depends == shapes::Depends::StandsAlone, "{what}: {report}");
            }
        }
        no_references(what, config);

        // Once more, from the backup: nothing changes.
        let file = place.folder.path().join("backup");
        backup.write(&file, &WriteOptions::new()).unwrap();
        let again = Loader::new(Environment::new("/")).explicit(&file).load().unwrap();
        let again = build(&again);
        assert_eq!(again.to_yaml(), backup.to_yaml(), "{what}");
        assert_eq!(again.report().to_string(), shown(&backup), "{what}");
        assert_eq!(again.report().embedded, [], "{what}");

        if let Some(kubectl) = kubectl {
            let theirs = kubectl.view_raw_json(&file).unwrap_or_else(|e| panic!("{what}: {e}"));
            let ours = kubeconfig::config::View::of(config).raw(true).to_json().unwrap();
            assert_eq!(theirs, ours, "{what}");
        }
    }
}

/// What is said of the contexts, without what was read and changed.
fn shown(backup: &Backup) -> String {
    let mut report = backup.report().clone();
    report.embedded.clear();
    report.notes.clear();
    report.to_string()
}

fn no_references(what: &str, config: &Kubeconfig) {
    assert!(config.clusters.iter().all(|(_, c)| c.certificate_authority.is_none()), "{what}");
    for (_, user) in config.users.iter() {
        assert_eq!((&user.client_certificate, &user.client_key, &user.token_file), (&None, &None, &None), "{what}");
    }
}

#[test]
fn writing() {
    let w = world();
    let place =
        one("certificate-authority: ca", "tokenFile: token").with("ca", &w.plain_ca.certificate).with("token", "t");
    let backup = place.build().unwrap();
    let folder = place.folder.path();
    let options = WriteOptions::new();
    let force = WriteOptions::new().force(true);

    let target = folder.join("backup");
    let saved = backup.write(&target, &options).unwrap();
    assert_eq!(fs::read_to_string(&target).unwrap(), backup.to_yaml());
    assert_eq!((saved.written.replaced, saved.git_work_tree), (false, None));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(backup.write(&target, &options).unwrap_err().kind(), ErrorKind::Refused);
    assert!(backup.write(&target, &force).unwrap().written.replaced);

    // Not over what it was made from, by whatever way.
    let mut ways = vec![folder.join("config"), folder.join("ca"), folder.join("./token")];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("config", folder.join("link")).unwrap();
        fs::hard_link(folder.join("token"), folder.join("hard")).unwrap();
        ways.extend([folder.join("link"), folder.join("hard")]);
    }
    let before = common::listing(folder);
    for way in ways {
        let error = backup.write(&way, &force).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused, "{error}");
        assert!(error.to_string().contains("made from"), "{error}");
    }
    assert_eq!(common::listing(folder), before);

    fs::create_dir(folder.join(".git")).unwrap();
    fs::write(folder.join(".git/HEAD"), "ref: refs/heads/main\n").unwrap();
    let saved = backup.write(folder.join("in-git"), &options).unwrap();
    assert!(saved.git_work_tree.is_some());
}

#[test]
fn nothing_secret_shows() {
    let place = Place::new(&canary::kubeconfig());
    let loaded = place.load();
    let backup = loaded.export().build().unwrap();
    assert!(canary::found(backup.to_yaml()));
    canary::check("report", &backup.report().to_string());
    canary::check("debug", &format!("{backup:?} {:?}", backup.report()));
    let path = place.folder.path().join("out");
    let saved = backup.write(&path, &WriteOptions::new()).unwrap();
    canary::check("saved", &format!("{saved:?}"));
    canary::check("again", &backup.write(&path, &WriteOptions::new()).unwrap_err().to_string());

    let files = one("certificate-authority: f", "client-certificate: f, client-key: f");
    for content in
        ["SECRET-CANARY", "-----BEGIN CERTIFICATE-----\nSECRET-CANARY\n", "-----BEGIN PRIVATE KEY-----\nSECRET-CANARY"]
    {
        fs::write(files.folder.path().join("f"), content).unwrap();
        if let Err(error) = files.build() {
            canary::check("file", &format!("{error} {error:?}"));
        }
    }
    let token = one("", "tokenFile: f").with("f", "SECRET-CANARY\nSECRET-CANARY");
    let backup = token.build().unwrap();
    canary::check("token", &format!("{} {backup:?}", backup.report()));
}

/// Names that would paint the terminal.
#[test]
fn names_are_made_harmless() {
    let text = "contexts: [{name: \"\\e[31mred\", context: {cluster: \"k\\r\", user: u}}]\n\
                clusters: [{name: \"k\\r\", cluster: {server: 'https://k'}}]\n\
                users: [{name: u, user: {exec: {command: \"a\\e[0m\", apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}}}]";
    let loaded = loaded(text);
    let backup = loaded.export().server_of("\u{1b}[31mred", "https://x").build().unwrap();
    let mut shown = backup.report().to_string();
    shown.push_str(&loaded.export().contexts(["x"]).build().unwrap_err().to_string());
    assert!(!shown.contains('\u{1b}') && !shown.contains('\r'), "{shown:?}");
}

#[test]
fn ten_thousand_contexts() {
    let w = world();
    let mut config = Kubeconfig::new();
    for n in 0..10_000 {
        let name = format!("c{n}");
        let mut cluster = kubeconfig::Cluster::new(format!("https://c{n}:6443"));
        cluster.certificate_authority = Some("ca".into());
        config.clusters.insert(name.as_str(), cluster);
        config.users.insert(name.as_str(), kubeconfig::AuthInfo::with_token(format!("kubeconfig-u-abcde:{n}")));
        config.contexts.insert(name.as_str(), kubeconfig::Context::new(name.as_str(), name.as_str()));
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("ca"), &w.plain_ca.certificate).unwrap();
    let loaded = Loaded::from_config(config, folder.path());
    let start = std::time::Instant::now();
    let export = loaded.export().server_of("c7", "https://x");
    #[cfg(feature = "rancher")]
    let export = export.filter(kubeconfig::rancher::direct).current_by(kubeconfig::rancher::prefer_direct);
    let backup = export.build().unwrap();
    assert_eq!(backup.report().contexts.len(), 10_000);
    // Seconds even where nothing is optimised; hours if it were quadratic anywhere.
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
    eprintln!("10,000 contexts: {:?}", start.elapsed());
}
