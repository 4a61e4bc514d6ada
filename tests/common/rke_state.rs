//! rkestate files by RKE's own rules (`pki/`, `cluster/state.go`), made on the spot: RSA keys as PKCS #1, CAs with the serial
//! number 0, the names, the SANs and the sharing of keys as measured on real files.

use super::pki::{self, Pair, base64, have_rsa, pem};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    SerialNumber,
};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::OnceLock;
use std::time::Duration;

const DAY: u64 = 24 * 60 * 60;

/// A machine of the cluster.
#[derive(Clone)]
pub struct Machine {
    pub address: &'static str,
    pub internal: &'static str,
    pub hostname: &'static str,
    pub roles: &'static [&'static str],
}

impl Machine {
    /// With all roles, and no other address inside.
    pub fn new(address: &'static str, hostname: &'static str) -> Machine {
        Machine { address, internal: address, hostname, roles: &["controlplane", "etcd", "worker"] }
    }

    fn is(&self, role: &str) -> bool {
        self.roles.contains(&role)
    }
}

/// A cluster to make a state of.
#[derive(Clone)]
pub struct Cluster {
    pub name: &'static str,
    pub machines: Vec<Machine>,
    /// `authentication.sans`
    pub sans: Vec<&'static str>,
    /// `rke cert rotate` was run: certificates are newer, and keys that were shared are so no more.
    pub rotated: bool,
    /// `rke up --init` was all: `currentState` is empty.
    pub init_only: bool,
    /// The certificates of the leafs end so many days from now (RKE: 3650).
    pub days: i64,
    /// `rke cert rotate --rotate-ca` was run: another kube-ca with another key.
    pub other_ca: bool,
    /// `rke up --custom-certs`: no key of a CA, one CA for all, and no certificate of service accounts.
    pub custom: bool,
}

impl Cluster {
    /// Three machines with all roles.
    pub fn three() -> Cluster {
        let machines = [("203.0.113.10", "cp1"), ("203.0.113.11", "cp2"), ("203.0.113.12", "cp3")];
        let machines = machines.into_iter().map(|(address, hostname)| Machine::new(address, hostname)).collect();
        Cluster { name: "prod", machines, sans: vec!["k8s.example.com"], ..Cluster::one() }
    }

    /// One machine.
    pub fn one() -> Cluster {
        Cluster {
            name: "local",
            machines: vec![Machine::new("203.0.113.10", "203.0.113.10")],
            sans: vec![],
            rotated: false,
            init_only: false,
            days: 3650,
            other_ca: false,
            custom: false,
        }
    }

    /// The state of this cluster; `None` where RSA keys can't be made.
    pub fn state(&self) -> Option<RkeState> {
        have_rsa().then(|| RkeState::new(self))
    }
}

/// A state in parts.
pub struct RkeState {
    pub cluster: Cluster,
    /// The bundle by name, each entry with its twelve fields in RKE's order.
    pub bundle: BTreeMap<String, Entry>,
    pub config: Json,
    pub encryption: String,
}

pub type Entry = Vec<(&'static str, String)>;

/// A certificate with its key, and what RKE notes of it.
struct Made {
    certificate: String,
    key: String,
}

impl RkeState {
    fn new(cluster: &Cluster) -> RkeState {
        let pki = Pki::new(cluster);
        let mut bundle = BTreeMap::new();
        let mut add = |name: &str, common: &str, organization: &str, made: Made| {
            bundle.insert(name.to_owned(), entry(name, common, organization, &made));
        };
        add("kube-ca", "system:kube-ca", "", pki.ca.made());
        add("kube-apiserver-requestheader-ca", "system:kube-apiserver-requestheader-ca", "", pki.front_ca.made());
        let names =
            pki.names(&cluster.machines.iter().filter(|m| m.is("controlplane")).collect::<Vec<_>>(), &cluster.sans);
        add("kube-apiserver", "system:kube-apiserver", "", pki.leaf("kube-apiserver", "", 2, true, &names));
        let proxy = pki.by_front("kube-apiserver-proxy-client", 5);
        add("kube-apiserver-proxy-client", "system:kube-apiserver-proxy-client", "", proxy);
        for (i, name) in ["kube-controller-manager", "kube-scheduler", "kube-proxy"].into_iter().enumerate() {
            let user = format!("system:{name}");
            add(name, &user, "", pki.leaf(&user, "", if i == 2 { 4 } else { 5 }, false, &[]));
        }
        // RKE takes the key of kube-proxy, until it rotates.
        let key = if cluster.rotated { 5 } else { 4 };
        add("kube-node", "system:node", "system:nodes", pki.leaf("system:node", "system:nodes", key, false, &[]));
        add("kube-admin", "kube-admin", "system:masters", pki.leaf("kube-admin", "system:masters", 3, false, &[]));
        let token = pki.leaf("kube-apiserver", "", 2, true, &names);
        add("kube-service-account-token", "kube-service-account-token", "", token);
        let etcd: Vec<_> = cluster.machines.iter().filter(|m| m.is("etcd")).collect();
        let names = pki.names(&etcd, &[]);
        for machine in &etcd {
            let address = if machine.internal.is_empty() { machine.address } else { machine.internal };
            let name = format!("kube-etcd-{}", address.replace('.', "-").to_lowercase());
            let made = pki.leaf("kube-etcd", "", 5, true, &names);
            add(&name, &format!("system:{name}"), "", made);
        }
        if cluster.custom {
            bundle.remove("kube-service-account-token");
            for name in ["kube-ca", "kube-apiserver-requestheader-ca"] {
                bundle.get_mut(name).unwrap()[1].1.clear();
            }
        }
        // RKE writes the same certificate twice in a fresh state.
        if !cluster.rotated && !cluster.custom {
            let certificate = bundle["kube-apiserver"][0].clone();
            bundle.get_mut("kube-service-account-token").unwrap()[0] = certificate;
        }
        let mut state =
            RkeState { cluster: cluster.clone(), bundle, config: config(cluster), encryption: encryption() };
        *state.field_mut("kube-admin", "config") = state.kubeconfig();
        state
    }

    /// A field of an entry.
    pub fn field(&self, entry: &str, field: &str) -> &str {
        &self.bundle[entry].iter().find(|(key, _)| *key == field).unwrap_or_else(|| panic!("{field}")).1
    }

    /// A field of an entry, to change it.
    pub fn field_mut(&mut self, entry: &str, field: &str) -> &mut String {
        let entry = self.bundle.get_mut(entry).unwrap_or_else(|| panic!("{entry}"));
        &mut entry.iter_mut().find(|(key, _)| *key == field).unwrap_or_else(|| panic!("{field}")).1
    }

    /// An entry as certificate and key.
    pub fn pair(&self, entry: &str) -> Pair {
        let key = self.field(entry, "keyPEM").to_owned();
        let key_pkcs8 = keys().iter().find(|k| k.pkcs1 == key).map(|k| k.pkcs8.clone()).unwrap_or_default();
        Pair { certificate: self.field(entry, "certificatePEM").to_owned(), key, key_pkcs8 }
    }

    /// One of the two states in the file.
    pub fn side(&self) -> Json {
        let entry = |entry: &Entry| object(entry.iter().map(|(key, text)| (*key, Json::from(text.as_str()))));
        let bundle = Json::Object(self.bundle.iter().map(|(name, fields)| (name.clone(), entry(fields))).collect());
        object([
            ("rkeConfig", self.config.clone()),
            ("certificatesBundle", bundle),
            ("encryptionConfig", self.encryption.as_str().into()),
        ])
    }

    /// The whole.
    pub fn json(&self) -> Json {
        let current = if self.cluster.init_only { object([]) } else { self.side() };
        object([("desiredState", self.side()), ("currentState", current)])
    }

    /// The file as RKE writes it.
    pub fn text(&self) -> String {
        self.json().indented()
    }
}

/// The certificates of a cluster.
struct Pki {
    ca: Ca,
    front_ca: Ca,
    until: u64,
    cluster: Cluster,
}

struct Ca {
    certificate: String,
    key: &'static Key,
    issuer: Issuer<'static, KeyPair>,
    from: u64,
}

impl Ca {
    fn new(name: &str, key: usize, from: u64) -> Ca {
        let key = &keys()[key];
        let mut params = params(name, "", from, from + 3650 * DAY);
        params.serial_number = Some(SerialNumber::from_slice(&[0]));
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages =
            vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment, KeyUsagePurpose::KeyCertSign];
        let certificate = params.self_signed(&key.pair()).expect("a CA").pem();
        Ca { certificate, key, issuer: Issuer::new(params, key.pair()), from }
    }

    fn made(&self) -> Made {
        Made { certificate: self.certificate.clone(), key: self.key.pkcs1.clone() }
    }
}

impl Pki {
    fn new(cluster: &Cluster) -> Pki {
        // The cluster is older than its last `rke up`, which is now: a leaf outlives its CA.
        // Of one time in a process: two states of a cluster have one CA.
        static NOW: OnceLock<u64> = OnceLock::new();
        let now = *NOW.get_or_init(pki::now);
        let from = now - 400 * DAY;
        let until = (now as i64 + cluster.days * DAY as i64) as u64;
        let ca = || match cluster {
            Cluster { custom: true, .. } => Ca::new("Example Corp Clusters", 4, from),
            Cluster { other_ca: true, .. } => Ca::new("kube-ca", 4, now - 10 * DAY),
            _ => Ca::new("kube-ca", 0, from),
        };
        let front_ca = if cluster.custom { ca() } else { Ca::new("kube-apiserver-requestheader-ca", 1, from) };
        Pki { ca: ca(), front_ca, until, cluster: cluster.clone() }
    }

    /// The names in certificates of servers on those machines (`GetIPHostAltnamesForRole`).
    fn names(&self, machines: &[&Machine], extra: &[&str]) -> Vec<String> {
        let mut names = Vec::new();
        for machine in machines {
            names.push(machine.address);
            let others = [machine.internal, machine.hostname];
            names.extend(others.into_iter().filter(|name| !name.is_empty() && *name != machine.address));
        }
        names.extend(extra);
        names.extend(["127.0.0.1", "10.43.0.1", "localhost", "kubernetes", "kubernetes.default"]);
        names.extend(["kubernetes.default.svc", "kubernetes.default.svc.cluster.local"]);
        names.into_iter().map(str::to_owned).collect()
    }

    fn leaf(&self, name: &str, organization: &str, key: usize, server: bool, names: &[String]) -> Made {
        sign(&self.ca, name, organization, key, server, names, self.until)
    }

    fn by_front(&self, name: &str, key: usize) -> Made {
        sign(&self.front_ca, name, "", key, true, &[], self.until)
    }
}

fn sign(ca: &Ca, name: &str, organization: &str, key: usize, server: bool, names: &[String], until: u64) -> Made {
    let key = &keys()[key];
    // From when the CA is valid, until ten years from now: so it can end after its CA.
    let mut params = params(name, organization, ca.from, until);
    params.subject_alt_names = CertificateParams::new(names).expect("names").subject_alt_names;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    if server {
        params.extended_key_usages.push(ExtendedKeyUsagePurpose::ServerAuth);
    }
    params.use_authority_key_identifier_extension = true;
    let certificate = params.signed_by(&key.pair(), &ca.issuer).expect("a certificate").pem();
    Made { certificate, key: key.pkcs1.clone() }
}

fn params(name: &str, organization: &str, from: u64, until: u64) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    if !organization.is_empty() {
        params.distinguished_name.push(DnType::OrganizationName, organization);
    }
    params.distinguished_name.push(DnType::CommonName, name);
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    params.not_before = epoch + Duration::from_secs(from);
    params.not_after = epoch + Duration::from_secs(until);
    params
}

/// An RSA key.
struct Key {
    pkcs1: String,
    pkcs8: String,
}

impl Key {
    fn pair(&self) -> KeyPair {
        KeyPair::from_pem(&self.pkcs8).expect("PKCS #8")
    }
}

/// Six keys, made once in a process: making them takes long. Those that the tests don't tell apart share the last.
fn keys() -> &'static [Key] {
    static KEYS: OnceLock<Vec<Key>> = OnceLock::new();
    KEYS.get_or_init(|| {
        let some = || {
            let key = pki::new_key(pki::Algorithm::Rsa);
            Key { pkcs1: pki::traditional(&key), pkcs8: pem("PRIVATE KEY", &key.serialize_der()) }
        };
        let other = std::thread::spawn(move || (0..3).map(|_| some()).collect::<Vec<_>>());
        let mut keys: Vec<Key> = (0..3).map(|_| some()).collect();
        keys.extend(other.join().expect("keys"));
        keys
    })
}

/// `pki.ToCertObject`
fn entry(name: &str, common: &str, organization: &str, made: &Made) -> Entry {
    let env = name.to_uppercase().replace('-', "_");
    let has_config = !["kube-ca", "kube-apiserver", "kube-service-account-token"].contains(&name)
        && !name.contains("kube-etcd")
        && !name.contains("kube-kubelet");
    let path = format!("/etc/kubernetes/ssl/{name}.pem");
    let key_path = format!("/etc/kubernetes/ssl/{name}-key.pem");
    let mut config = String::new();
    let mut config_path = String::new();
    if has_config {
        config = format!(
            "apiVersion: v1\nkind: Config\nclusters:\n- cluster:\n    api-version: v1\n    certificate-authority: \
             /etc/kubernetes/ssl/kube-ca.pem\n    server: \"https://127.0.0.1:6443\"\n  name: \"local\"\ncontexts:\n- context:\n    \
             cluster: \"local\"\n    user: \"{name}-local\"\n  name: \"local\"\ncurrent-context: \"local\"\nusers:\n- name: \
             \"{name}-local\"\n  user:\n    client-certificate: {path}\n    client-key: {key_path}"
        );
        config_path = format!("/etc/kubernetes/ssl/kubecfg-{name}.yaml");
    }
    if name == "kube-admin" {
        // Its config is the whole kubeconfig, which needs the CA.
        config_path = "./kube_config_cluster.yml".to_owned();
    }
    vec![
        ("certificatePEM", made.certificate.clone()),
        ("keyPEM", made.key.clone()),
        ("config", config),
        ("name", name.to_owned()),
        ("commonName", common.to_owned()),
        ("ouName", organization.to_owned()),
        ("envName", env.clone()),
        ("path", path),
        ("keyEnvName", format!("{env}_KEY")),
        ("keyPath", key_path),
        ("configEnvName", format!("KUBECFG_{env}")),
        ("configPath", config_path),
    ]
}

/// `pki.GetKubeConfigX509WithData`: what RKE writes to `kube_config_cluster.yml`.
fn admin_config(cluster: &str, address: &str, ca: &str, admin: &Entry) -> String {
    format!(
        "apiVersion: v1\nkind: Config\nclusters:\n- cluster:\n    api-version: v1\n    certificate-authority-data: {}\n    \
         server: \"https://{address}:6443\"\n  name: \"{cluster}\"\ncontexts:\n- context:\n    cluster: \"{cluster}\"\n    user: \
         \"kube-admin-{cluster}\"\n  name: \"{cluster}\"\ncurrent-context: \"{cluster}\"\nusers:\n- name: \"kube-admin-{cluster}\"\n  \
         user:\n    client-certificate-data: {}\n    client-key-data: {}",
        base64(ca),
        base64(&admin[0].1),
        base64(&admin[1].1),
    )
}

impl RkeState {
    /// The kubeconfig that RKE writes beside this state.
    pub fn kubeconfig(&self) -> String {
        let address = self.cluster.machines.iter().find(|m| m.is("controlplane")).map_or("", |m| m.address);
        admin_config(self.cluster.name, address, self.field("kube-ca", "certificatePEM"), &self.bundle["kube-admin"])
    }
}

/// `rkeConfig`: cluster.yml with defaults, as of RKE 1.6, in its order.
fn config(cluster: &Cluster) -> Json {
    let nodes = cluster.machines.iter().map(|m| {
        object([
            ("nodeName", "".into()),
            ("address", m.address.into()),
            ("port", "22".into()),
            ("internalAddress", m.internal.into()),
            ("role", Json::Array(m.roles.iter().map(|&role| role.into()).collect())),
            ("hostnameOverride", m.hostname.into()),
            ("user", "rke".into()),
            ("sshKeyPath", "~/.ssh/id_rsa".into()),
        ])
    });
    let service = |image: &str| vec![("image", Json::from(image))];
    let mut etcd = service("rancher/mirrored-coreos-etcd:v3.5.9");
    etcd.extend([
        ("extraArgs", object([("election-timeout", "5000".into()), ("heartbeat-interval", "500".into())])),
        ("snapshot", Json::Bool(true)),
        ("retention", "72h0m0s".into()),
        ("creation", "12h0m0s".into()),
        (
            "backupConfig",
            object([
                ("enabled", Json::Bool(true)),
                ("intervalHours", Json::Int(12)),
                ("retention", Json::Int(6)),
                ("s3BackupConfig", Json::Null),
                ("timeout", Json::Int(300)),
            ]),
        ),
    ]);
    let mut api = service("rancher/hyperkube:v1.27.16-rancher1");
    api.extend([("serviceClusterIpRange", "10.43.0.0/16".into()), ("serviceNodePortRange", "30000-32767".into())]);
    object([
        ("nodes", Json::Array(nodes.collect())),
        ("services", object([("etcd", object(etcd)), ("kubeApi", object(api)), ("kubelet", object(service("x")))])),
        (
            "network",
            object([("plugin", "canal".into()), ("options", object([("canal_flannel_backend_port", "8472".into())]))]),
        ),
        (
            "authentication",
            object([
                ("strategy", "x509".into()),
                ("sans", Json::Array(cluster.sans.iter().map(|&san| san.into()).collect())),
            ]),
        ),
        // What Go escapes.
        ("addons", "kind: ConfigMap # a < b && c > d, \u{2028}\u{2029} \u{e9}\u{1f600}\t\"q\" \\".into()),
        ("systemImages", object([("etcd", "rancher/mirrored-coreos-etcd:v3.5.9".into())])),
        ("sshKeyPath", "~/.ssh/id_rsa".into()),
        ("sshAgentAuth", Json::Bool(false)),
        ("authorization", object([("mode", "rbac".into())])),
        ("ignoreDockerVersion", Json::Bool(false)),
        ("enableCriDockerd", Json::Bool(true)),
        ("kubernetesVersion", "v1.27.16-rancher1-1".into()),
        (
            "ingress",
            object([("provider", "nginx".into()), ("httpPort", Json::Int(80)), ("updateStrategy", Json::Null)]),
        ),
        ("clusterName", cluster.name.into()),
        ("cloudProvider", object([])),
        ("addonJobTimeout", Json::Int(45)),
        ("bastionHost", object([])),
        ("restore", object([])),
        ("rotateEncryptionKey", Json::Bool(false)),
        (
            "dns",
            object([(
                "linearAutoscalerParams",
                object([("coresPerReplica", Json::Int(128)), ("preventSinglePointFailure", Json::Bool(true))]),
            )]),
        ),
    ])
}

fn encryption() -> String {
    "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n- resources:\n  - secrets\n  \
     providers:\n  - aescbc:\n      keys:\n      - name: key-abcde\n        secret: QUFB\n  - identity: {}\n"
        .to_owned()
}

/// JSON with its order, written as Go does.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    Int(i64),
    Text(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl From<&str> for Json {
    fn from(text: &str) -> Json {
        Json::Text(text.to_owned())
    }
}

pub fn object<'a>(fields: impl IntoIterator<Item = (&'a str, Json)>) -> Json {
    Json::Object(fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

impl Json {
    /// `json.MarshalIndent(x, "", "  ")`
    pub fn indented(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, Some(0));
        out
    }

    /// `json.Marshal(x)`
    pub fn compact(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, None);
        out
    }

    /// The value at a path of keys, to change it.
    pub fn at(&mut self, path: &[&str]) -> &mut Json {
        path.iter().fold(self, |json, key| match json {
            Json::Object(fields) => {
                &mut fields.iter_mut().find(|(k, _)| k == key).unwrap_or_else(|| panic!("{key} of {path:?}")).1
            }
            Json::Array(items) => &mut items[key.parse::<usize>().expect("an index")],
            _ => panic!("{key} of {path:?}"),
        })
    }

    /// Sets a field, or adds it.
    pub fn set(&mut self, key: &str, value: Json) {
        self.remove(key);
        self.push(key, value);
    }

    /// Adds a field.
    pub fn push(&mut self, key: &str, value: Json) {
        match self {
            Json::Object(fields) => fields.push((key.to_owned(), value)),
            _ => panic!("no object"),
        }
    }

    /// Removes a field.
    pub fn remove(&mut self, key: &str) {
        match self {
            Json::Object(fields) => fields.retain(|(k, _)| k != key),
            _ => panic!("no object"),
        }
    }

    fn write(&self, out: &mut String, indent: Option<usize>) {
        match self {
            Json::Null => out.push_str("null"),
            Json::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
            Json::Int(i) => write!(out, "{i}").expect("a number"),
            Json::Text(text) => quote(text, out),
            Json::Array(items) => {
                group(out, '[', ']', items, indent, |out, item, indent| item.write(out, indent));
            }
            Json::Object(fields) => group(out, '{', '}', fields, indent, |out, (key, value), indent| {
                quote(key, out);
                out.push_str(if indent.is_some() { ": " } else { ":" });
                value.write(out, indent);
            }),
        }
    }
}

fn group<T>(
    out: &mut String,
    open: char,
    close: char,
    items: &[T],
    indent: Option<usize>,
    each: impl Fn(&mut String, &T, Option<usize>),
) {
    out.push(open);
    let deeper = indent.map(|n| n + 1);
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        line(out, deeper);
        each(out, item, deeper);
    }
    if !items.is_empty() {
        line(out, indent);
    }
    out.push(close);
}

fn line(out: &mut String, indent: Option<usize>) {
    if let Some(indent) = indent {
        out.push('\n');
        out.push_str(&"  ".repeat(indent));
    }
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                write!(out, "\\u{:04x}", u32::from(c)).expect("an escape");
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
