//! Kubeconfigs as the programs out there write them, to the byte, filled with certificates of [`super::pki`].

use super::pki::{base64, world};
use std::fs;
use std::path::{Path, PathBuf};

/// What a context needs to work on another machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Depends {
    /// Nothing.
    StandsAlone,
    /// A program there.
    NeedsCommand(&'static str),
    /// Rancher being up.
    OnlyThroughRancher,
    /// It works where it was written and nowhere else.
    ThisMachineOnly,
    /// A login plugin of client-go.
    NeedsPlugin(&'static str),
    /// Its client certificate is over.
    Expired,
    /// A certificate that is publicly trusted, as there is no CA in the file.
    NoCa,
    /// Not for these tests to say.
    Unsaid,
}

impl Depends {
    /// The words of the summary for it.
    pub fn words(&self) -> Option<String> {
        match self {
            Depends::StandsAlone => Some("stands alone".into()),
            Depends::NeedsCommand(command) => Some(format!("needs {command} on the machine")),
            Depends::OnlyThroughRancher => Some("Rancher".into()),
            Depends::ThisMachineOnly => Some("this machine only".into()),
            Depends::NeedsPlugin(plugin) => Some(format!("needs the login plugin {plugin}")),
            Depends::Expired => Some("the client certificate ended ".into()),
            Depends::NoCa => Some("no CA for".into()),
            Depends::Unsaid => None,
        }
    }
}

/// How a context authenticates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    None,
    Token,
    TokenFile,
    Certificate,
    CertificateAndToken,
    Exec,
    Provider,
}

impl Auth {
    /// The words of the summary for it.
    pub fn words(self) -> &'static [&'static str] {
        match self {
            Auth::None => &["no credentials"],
            Auth::Token | Auth::TokenFile => &["token"],
            Auth::Certificate => &["client certificate"],
            Auth::CertificateAndToken => &["client certificate", "token"],
            Auth::Exec => &["command"],
            Auth::Provider => &["login plugin"],
        }
    }
}

/// What is expected of one context.
#[derive(Clone, Debug)]
pub struct Expected {
    pub name: String,
    pub cluster: String,
    pub user: String,
    pub server: String,
    pub auth: Auth,
    pub depends: Depends,
}

/// One kubeconfig.
pub struct Shape {
    /// What the tests call it.
    pub name: &'static str,
    /// What its writer calls the file.
    pub file: &'static str,
    pub text: String,
    /// Files beside it that it refers to.
    pub files: Vec<(&'static str, Vec<u8>)>,
    pub current: String,
    /// In the order of the file.
    pub contexts: Vec<Expected>,
}

impl Shape {
    /// Writes it with its files into `folder`; the path of the kubeconfig.
    pub fn lay_out(&self, folder: &Path) -> PathBuf {
        for (name, bytes) in &self.files {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a new folder");
            fs::write(path, bytes).expect("a new file");
        }
        let path = folder.join(self.file);
        fs::write(&path, &self.text).expect("a new file");
        path
    }

    /// Whether each of its contexts works elsewhere; `None` where one of them is not for these tests to say.
    pub fn stands_alone(&self) -> Option<bool> {
        if self.contexts.iter().any(|c| !matches!(c.depends, Depends::StandsAlone | Depends::Unsaid)) {
            return Some(false);
        }
        self.contexts.iter().all(|c| c.depends == Depends::StandsAlone).then_some(true)
    }
}

/// A context whose cluster and user have its own name.
pub(super) fn context(name: &str, user: &str, server: &str, auth: Auth, depends: Depends) -> Expected {
    Expected {
        name: name.to_owned(),
        cluster: name.to_owned(),
        user: user.to_owned(),
        server: server.to_owned(),
        auth,
        depends,
    }
}

/// All shapes.
pub fn all() -> Vec<Shape> {
    let mut all = super::shapes_rancher::all();
    all.extend([
        rke(),
        rke_0_1_2(),
        k3s(),
        rke2(),
        super::shapes_cloud::eks(),
        super::shapes_cloud::gke(),
        super::shapes_cloud::gke_provider(),
        super::shapes_cloud::aks_kubelogin(),
        super::shapes_cloud::aks_admin(),
        super::shapes_cloud::openshift(),
        super::shapes_cloud::kind(),
        super::shapes_cloud::minikube(),
        kubeadm(),
        kubeadm_expired(),
        files(),
        generic(),
        authn_webhook(),
    ]);
    all
}

/// The shape called `name`.
pub fn named(name: &str) -> Shape {
    all().into_iter().find(|s| s.name == name).expect("a shape of that name")
}

/// `kube_config_cluster.yml` as RKE has written it since 0.1.10: a stray `api-version`, names in quotes, PKCS #1 key, no
/// newline at the end.
pub fn rke() -> Shape {
    let w = world();
    let text = format!(
        "apiVersion: v1\nkind: Config\nclusters:\n- cluster:\n    api-version: v1\n    certificate-authority-data: {ca}\n    \
         server: \"https://203.0.113.10:6443\"\n  name: \"prod\"\ncontexts:\n- context:\n    cluster: \"prod\"\n    \
         user: \"kube-admin-prod\"\n  name: \"prod\"\ncurrent-context: \"prod\"\nusers:\n- name: \"kube-admin-prod\"\n  \
         user:\n    client-certificate-data: {cert}\n    client-key-data: {key}",
        ca = base64(&w.rke_ca.certificate),
        cert = base64(&w.rke_admin.certificate),
        key = base64(&w.rke_admin.key),
    );
    Shape {
        name: "rke",
        file: "kube_config_cluster.yml",
        text,
        files: vec![],
        current: "prod".into(),
        contexts: vec![context(
            "prod",
            "kube-admin-prod",
            "https://203.0.113.10:6443",
            Auth::Certificate,
            Depends::StandsAlone,
        )],
    }
}

/// The same up to RKE 0.1.2: other names.
pub fn rke_0_1_2() -> Shape {
    let mut shape = rke();
    shape.name = "rke-0.1.2";
    shape.text = shape
        .text
        .replace("user: \"kube-admin-prod\"\n  name: \"prod\"", "user: \"kube-admin\"\n  name: \"Default\"")
        .replace("current-context: \"prod\"", "current-context: \"Default\"")
        .replace("\"kube-admin-prod\"", "\"kube-admin\"")
        .replace("\"prod\"", "\"local\"");
    shape.current = "Default".into();
    shape.contexts[0].name = "Default".into();
    shape.contexts[0].cluster = "local".into();
    shape.contexts[0].user = "kube-admin".into();
    shape
}

/// A file as client-go writes it, with one cluster, user and context: sorted keys, `preferences: {}`.
pub(super) fn client_go(cluster: &str, user: &str, context: &str, cluster_body: &str, user_body: &str) -> String {
    format!(
        "apiVersion: v1\nclusters:\n- cluster:\n{cluster_body}  name: {cluster}\ncontexts:\n- context:\n    \
         cluster: {cluster}\n    user: {user}\n  name: {context}\ncurrent-context: {context}\nkind: Config\n\
         preferences: {{}}\nusers:\n- name: {user}\n  user:\n{user_body}"
    )
}

pub(super) fn cluster_body(ca: &str, server: &str) -> String {
    format!("    certificate-authority-data: {}\n    server: {server}\n", base64(ca))
}

fn k3s_kind(name: &'static str, file: &'static str) -> Shape {
    let w = world();
    // The certificate field holds the chain: the leaf and the CA of clients, which is not the CA of the server.
    let chain = format!("{}{}", w.k3s_admin.certificate, w.k3s_client_ca.certificate);
    let text = client_go(
        "default",
        "default",
        "default",
        &cluster_body(&w.k3s_server_ca.certificate, "https://127.0.0.1:6443"),
        &format!("    client-certificate-data: {}\n    client-key-data: {}\n", base64(chain), base64(&w.k3s_admin.key)),
    );
    Shape {
        name,
        file,
        text,
        files: vec![],
        current: "default".into(),
        contexts: vec![context(
            "default",
            "default",
            "https://127.0.0.1:6443",
            Auth::Certificate,
            Depends::ThisMachineOnly,
        )],
    }
}

/// `/etc/rancher/k3s/k3s.yaml`.
pub fn k3s() -> Shape {
    k3s_kind("k3s", "k3s.yaml")
}

/// `/etc/rancher/rke2/rke2.yaml`.
pub fn rke2() -> Shape {
    k3s_kind("rke2", "rke2.yaml")
}

fn kubeadm_kind(name: &'static str, expired: bool) -> Shape {
    let w = world();
    let admin = if expired { &w.plain_expired } else { &w.plain_admin };
    let server = "https://192.0.2.30:6443";
    let text = client_go(
        "kubernetes",
        "kubernetes-admin",
        "kubernetes-admin@kubernetes",
        &cluster_body(&w.plain_ca.certificate, server),
        &format!(
            "    client-certificate-data: {}\n    client-key-data: {}\n",
            base64(&admin.certificate),
            base64(&admin.key)
        ),
    );
    let mut expected = context(
        "kubernetes-admin@kubernetes",
        "kubernetes-admin",
        server,
        Auth::Certificate,
        if expired { Depends::Expired } else { Depends::StandsAlone },
    );
    expected.cluster = "kubernetes".into();
    Shape { name, file: "admin.conf", text, files: vec![], current: expected.name.clone(), contexts: vec![expected] }
}

/// `/etc/kubernetes/admin.conf`, the kind of cluster one imports into Rancher.
pub fn kubeadm() -> Shape {
    kubeadm_kind("kubeadm", false)
}

/// The same with a client certificate that ran out yesterday.
pub fn kubeadm_expired() -> Shape {
    kubeadm_kind("kubeadm-expired", true)
}

/// References to files, relative in several spellings, and a token file; a folder below and a file in another.
pub fn files() -> Shape {
    let w = world();
    let text = "\
# By hand.
apiVersion: v1
kind: Config
current-context: admin@bare-metal
clusters:
  - name: bare-metal
    cluster:
      certificate-authority: pki/ca.pem
      server: https://10.20.0.11:6443
users:
  - name: admin
    user:
      client-certificate: ./pki/admin.pem
      client-key: pki/../pki/admin-key.pem
  - name: robot
    user:
      tokenFile: secrets/robot token
contexts:
  - name: admin@bare-metal
    context: {cluster: bare-metal, user: admin}
  - name: robot@bare-metal
    context: {cluster: bare-metal, user: robot, namespace: ci}
"
    .to_owned();
    let server = "https://10.20.0.11:6443";
    let mut contexts = vec![
        context("admin@bare-metal", "admin", server, Auth::Certificate, Depends::StandsAlone),
        context("robot@bare-metal", "robot", server, Auth::TokenFile, Depends::StandsAlone),
    ];
    for c in &mut contexts {
        c.cluster = "bare-metal".into();
    }
    Shape {
        name: "files",
        file: "cluster.kubeconfig",
        text,
        files: vec![
            ("pki/ca.pem", w.plain_ca.certificate.clone().into_bytes()),
            ("pki/admin.pem", w.plain_admin.certificate.clone().into_bytes()),
            ("pki/admin-key.pem", w.plain_admin.key_pkcs8.clone().into_bytes()),
            // Written with an editor: client-go cuts the blanks around it off.
            ("secrets/robot token", format!("{ROBOT_TOKEN}\n").into_bytes()),
        ],
        current: "admin@bare-metal".into(),
        contexts,
    }
}

/// What stands in the token file of [`files`].
pub const ROBOT_TOKEN: &str = "fake.robot.token";

/// Somebody's own file: JSON, a service account's token, an extension as minikube writes it, an unknown field, and an
/// entry nobody uses.
pub fn generic() -> Shape {
    let server = "https://api.example.com:6443";
    let text = format!(
        "{{\n  \"apiVersion\": \"v1\",\n  \"kind\": \"Config\",\n  \"current-context\": \"deploy\",\n  \"clusters\": [\n    \
         {{\"name\": \"example\", \"cluster\": {{\"server\": \"{server}\", \"certificate-authority-data\": \"{ca}\",\n      \
         \"extensions\": [{{\"name\": \"cluster_info\", \"extension\": {{\"provider\": \"minikube.sigs.k8s.io\", \"version\": \
         \"v1.35.0\", \"ports\": [8443, 22]}}}}]}}}},\n    {{\"name\": \"unused\", \"cluster\": {{\"server\": \"https://unused.example.com\"}}}}\n  ],\n  \
         \"users\": [{{\"name\": \"deployer\", \"user\": {{\"token\": \"fake.service.account\", \"x-rotated\": \"2026-05-01\"}}}}],\n  \
         \"contexts\": [{{\"name\": \"deploy\", \"context\": {{\"cluster\": \"example\", \"user\": \"deployer\", \"namespace\": \
         \"web\"}}}}]\n}}\n",
        ca = base64(&world().plain_ca.certificate),
    );
    let mut expected = context("deploy", "deployer", server, Auth::Token, Depends::StandsAlone);
    expected.cluster = "example".into();
    Shape {
        name: "generic",
        file: "config.json",
        text,
        files: vec![],
        current: "deploy".into(),
        contexts: vec![expected],
    }
}

/// `kube-api-authn-webhook.yaml` on control-plane nodes: `insecure-skip-tls-verify` under the user too, where it means
/// nothing; `current-context` before the contexts; an empty first line.
pub fn authn_webhook() -> Shape {
    let text = "
apiVersion: v1
kind: Config
clusters:
- name: Default
  cluster:
    insecure-skip-tls-verify: true
    server: http://127.0.0.1:6440/v1/authenticate
users:
- name: Default
  user:
    insecure-skip-tls-verify: true
current-context: webhook
contexts:
- name: webhook
  context:
    user: Default
    cluster: Default
"
    .to_owned();
    let mut expected =
        context("webhook", "Default", "http://127.0.0.1:6440/v1/authenticate", Auth::None, Depends::ThisMachineOnly);
    expected.cluster = "Default".into();
    Shape {
        name: "authn-webhook",
        file: "kube-api-authn-webhook.yaml",
        text,
        files: vec![],
        current: "webhook".into(),
        contexts: vec![expected],
    }
}
