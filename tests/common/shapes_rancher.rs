//! The kubeconfigs Rancher hands out, version by version.
//!
//! Rancher fills a text template: names, servers and tokens in double quotes and not escaped, an empty line before each
//! of `users`, `contexts` and `current-context` (two after a token), CA data folded with backslash and newline.

use super::pki::{base64, world};
use super::shapes::{Auth, Depends, Expected, Shape, context};

const HOST: &str = "rancher.example.com";
const ID: &str = "c-m-7xk2m9qd";
const PROXY: &str = "https://rancher.example.com/k8s/clusters/c-m-7xk2m9qd";
/// Not a token of anybody: Rancher's have 54 small consonants and digits here.
const SECRET: &str = "ffffffffffffffffffffffffffffffffffffffffffffffffffffff";

/// CA data as Rancher folds it: 49 characters, then lines of up to 76 behind six blanks.
pub fn fold(data: &str) -> String {
    let Some((first, rest)) = data.split_at_checked(49) else { return data.to_owned() };
    let mut out = first.to_owned();
    for line in rest.as_bytes().chunks(76) {
        out.push_str("\\\n      ");
        out.push_str(std::str::from_utf8(line).expect("base64"));
    }
    out
}

/// One cluster entry: name, server, CA.
type Entry = (String, String, Option<String>);

fn entry(name: &str, server: &str, ca: Option<&str>) -> Entry {
    (name.to_owned(), server.to_owned(), ca.map(|pem| fold(&base64(pem))))
}

enum Credential<'a> {
    Token(&'a str),
    /// `rancher` with these arguments.
    Exec(&'a [&'a str]),
}

fn write_clusters(text: &mut String, entries: &[Entry]) {
    text.push_str("clusters:\n");
    for (name, server, ca) in entries {
        text.push_str(&format!("- name: \"{name}\"\n  cluster:\n    server: \"{server}\"\n"));
        if let Some(ca) = ca {
            text.push_str(&format!("    certificate-authority-data: \"{ca}\"\n"));
        }
    }
}

fn write_user(text: &mut String, name: &str, credential: &Credential<'_>) {
    text.push_str(&format!("- name: \"{name}\"\n  user:\n"));
    match credential {
        Credential::Token(token) => text.push_str(&format!("    token: \"{token}\"\n\n")),
        Credential::Exec(arguments) => {
            text.push_str("    exec:\n      apiVersion: client.authentication.k8s.io/v1beta1\n      args:\n");
            for argument in *arguments {
                text.push_str(&format!("        - {argument}\n"));
            }
            text.push_str("      command: rancher\n");
        }
    }
}

fn write_contexts<'a>(text: &mut String, contexts: impl IntoIterator<Item = (&'a str, &'a str)>, current: &str) {
    text.push_str("\ncontexts:\n");
    for (name, user) in contexts {
        text.push_str(&format!("- name: \"{name}\"\n  context:\n    user: \"{user}\"\n    cluster: \"{name}\"\n"));
    }
    text.push_str(&format!("\ncurrent-context: \"{current}\"\n"));
}

/// The file of one cluster since 2.3: the proxy first and current, one user for all.
fn classic(cluster: &str, entries: &[Entry], credential: &Credential<'_>) -> String {
    let mut text = "apiVersion: v1\nkind: Config\n".to_owned();
    write_clusters(&mut text, entries);
    text.push_str("\nusers:\n");
    write_user(&mut text, cluster, credential);
    write_contexts(&mut text, entries.iter().map(|(name, ..)| (name.as_str(), cluster)), cluster);
    text
}

fn shape(name: &'static str, text: String, current: &str, contexts: Vec<Expected>) -> Shape {
    Shape { name, file: "prod.yaml", text, files: vec![], current: current.to_owned(), contexts }
}

fn proxy(name: &str, user: &str, auth: Auth) -> Expected {
    context(name, user, PROXY, auth, Depends::OnlyThroughRancher)
}

fn direct(name: &str, user: &str, server: &str) -> Expected {
    context(name, user, server, Auth::Token, Depends::StandsAlone)
}

/// The token in all these files that have one user.
pub fn token() -> String {
    format!("kubeconfig-u-abcde12345k9xzp:{SECRET}")
}

/// All of Rancher's.
pub fn all() -> Vec<Shape> {
    vec![
        proxy_2_0(),
        proxy_2_0_public(),
        proxy_only(),
        proxy_public(),
        proxy_escaped(),
        ace_2_2(),
        ace_2_5(),
        local(),
        ace_escaped(),
        ext_token(),
        ace_fqdn(),
        ace_fqdn_public(),
        ace_nodes(),
        ace_nodes_ipv6(),
        exec_proxy(),
        exec_ace(),
        exec_get_token(),
        multi_cluster(),
        multi_cluster_exec(),
        provisioning_secret(),
    ]
}

fn v2_0(name: &'static str, ca: &str) -> Shape {
    let text = format!(
        "apiVersion: v1\nkind: Config\nclusters:\n- name: \"prod\"\n  cluster:\n    \
         server: \"https://{HOST}/k8s/clusters/c-7xk2m\"\n    api-version: v1\n    certificate-authority-data: \"{ca}\"\n\n\
         users:\n- name: \"user-46tmn\"\n  user:\n    token: \"kubeconfig-user-46tmn:{SECRET}\"\n\ncontexts:\n- name: \"prod\"\n  \
         context:\n    user: \"user-46tmn\"\n    cluster: \"prod\"\n\ncurrent-context: \"prod\"\n"
    );
    let server = format!("https://{HOST}/k8s/clusters/c-7xk2m");
    let expected = context("prod", "user-46tmn", &server, Auth::Token, Depends::OnlyThroughRancher);
    shape(name, text, "prod", vec![expected])
}

/// Rancher 2.0 and 2.1: the proxy only, `api-version`, the user's id as the user's name.
pub fn proxy_2_0() -> Shape {
    v2_0("rancher-2.0", &fold(&base64(&world().rancher_ca.certificate)))
}

/// The same before 2.0.7 with a public CA: the key is there and empty.
pub fn proxy_2_0_public() -> Shape {
    v2_0("rancher-2.0-public-ca", "")
}

/// Since 2.3: the user is called like the cluster.
pub fn proxy_only() -> Shape {
    let entries = [entry("prod", PROXY, Some(&world().rancher_ca.certificate))];
    let text = classic("prod", &entries, &Credential::Token(&token()));
    shape("rancher-proxy", text, "prod", vec![proxy("prod", "prod", Auth::Token)])
}

/// The same where Rancher's certificate is publicly trusted: no CA.
pub fn proxy_public() -> Shape {
    let text = classic("prod", &[entry("prod", PROXY, None)], &Credential::Token(&token()));
    shape("rancher-proxy-public-ca", text, "prod", vec![proxy("prod", "prod", Auth::Token)])
}

/// Up to 2.11 names went through an HTML escape.
pub fn proxy_escaped() -> Shape {
    let name = "R&amp;D &#39;blue&#39;";
    let text = classic(name, &[entry(name, PROXY, None)], &Credential::Token(&token()));
    shape("rancher-proxy-html-escaped", text, name, vec![proxy(name, name, Auth::Token)])
}

/// 2.2: direct contexts, the user's id still the user's name, the cluster's id in the token.
pub fn ace_2_2() -> Shape {
    let w = world();
    let (proxy_url, node) = (format!("https://{HOST}/k8s/clusters/c-7xk2m"), "https://192.0.2.11:6443");
    let entries = [
        entry("prod", &proxy_url, Some(&w.rancher_ca.certificate)),
        entry("prod-node1", node, Some(&w.kube_ca.certificate)),
    ];
    let mut text = "apiVersion: v1\nkind: Config\n".to_owned();
    write_clusters(&mut text, &entries);
    // The template of those days had one empty line after the token.
    text.push_str(&format!(
        "\nusers:\n- name: \"u-46tmn\"\n  user:\n    token: \"kubeconfig-u-46tmn.c-7xk2m:{SECRET}\"\n"
    ));
    write_contexts(&mut text, [("prod", "u-46tmn"), ("prod-node1", "u-46tmn")], "prod");
    let contexts = vec![
        context("prod", "u-46tmn", &proxy_url, Auth::Token, Depends::OnlyThroughRancher),
        direct("prod-node1", "u-46tmn", node),
    ];
    shape("rancher-2.2-ace", text, "prod", contexts)
}

/// 2.3 to 2.5: the user is called like the cluster, the token still names the cluster.
pub fn ace_2_5() -> Shape {
    let w = world();
    let (proxy_url, node) = (format!("https://{HOST}/k8s/clusters/c-7xk2m"), "https://192.0.2.11:6443");
    let entries = [
        entry("prod", &proxy_url, Some(&w.rancher_ca.certificate)),
        entry("prod-node1", node, Some(&w.kube_ca.certificate)),
    ];
    let token = format!("kubeconfig-u-46tmn.c-7xk2m:{SECRET}");
    let text = classic("prod", &entries, &Credential::Token(&token));
    let contexts = vec![
        context("prod", "prod", &proxy_url, Auth::Token, Depends::OnlyThroughRancher),
        direct("prod-node1", "prod", node),
    ];
    shape("rancher-2.5-ace", text, "prod", contexts)
}

/// The cluster Rancher itself runs in.
pub fn local() -> Shape {
    let server = format!("https://{HOST}/k8s/clusters/local");
    let text = classic("local", &[entry("local", &server, None)], &Credential::Token(&token()));
    let expected = context("local", "local", &server, Auth::Token, Depends::OnlyThroughRancher);
    shape("rancher-local", text, "local", vec![expected])
}

/// Up to 2.11, direct contexts of a cluster whose name went through an HTML escape.
pub fn ace_escaped() -> Shape {
    let (name, direct_name) = ("R&amp;D", "R&amp;D-fqdn");
    let fqdn = "https://rnd.k8s.example.com:6443";
    let entries = [entry(name, PROXY, None), entry(direct_name, fqdn, Some(&world().balancer_ca.certificate))];
    let text = classic(name, &entries, &Credential::Token(&token()));
    let contexts = vec![proxy(name, name, Auth::Token), direct(direct_name, name, fqdn)];
    shape("rancher-ace-html-escaped", text, name, contexts)
}

/// 2.15: tokens of the new kind, one cluster by name, without the entry for Rancher itself.
pub fn ext_token() -> Shape {
    let fqdn = "https://prod.k8s.example.com:6443";
    let entries = [entry("prod", PROXY, None), entry("prod-fqdn", fqdn, None)];
    let mut text = HEADER.to_owned();
    write_clusters(&mut text, &entries);
    text.push_str("\nusers:\n");
    write_user(&mut text, "prod", &Credential::Token(&format!("ext/token-x7k2m:{SECRET}")));
    write_contexts(&mut text, [("prod", "prod"), ("prod-fqdn", "prod")], "prod-fqdn");
    let contexts =
        vec![proxy("prod", "prod", Auth::Token), context("prod-fqdn", "prod", fqdn, Auth::Token, Depends::NoCa)];
    shape("rancher-2.15-ext-token", text, "prod-fqdn", contexts)
}

/// An authorized cluster endpoint with a host name, and the CA of what answers there.
pub fn ace_fqdn() -> Shape {
    let w = world();
    let fqdn = "https://prod.k8s.example.com:6443";
    let entries = [
        entry("prod", PROXY, Some(&w.rancher_ca.certificate)),
        entry("prod-fqdn", fqdn, Some(&w.balancer_ca.certificate)),
    ];
    let text = classic("prod", &entries, &Credential::Token(&token()));
    let contexts = vec![proxy("prod", "prod", Auth::Token), direct("prod-fqdn", "prod", fqdn)];
    shape("rancher-ace-fqdn", text, "prod", contexts)
}

/// The same without a CA, and without a port: Rancher adds none.
pub fn ace_fqdn_public() -> Shape {
    let fqdn = "https://prod.k8s.example.com";
    let entries = [entry("prod", PROXY, None), entry("prod-fqdn", fqdn, None)];
    let text = classic("prod", &entries, &Credential::Token(&token()));
    let contexts =
        vec![proxy("prod", "prod", Auth::Token), context("prod-fqdn", "prod", fqdn, Auth::Token, Depends::NoCa)];
    shape("rancher-ace-fqdn-public-ca", text, "prod", contexts)
}

/// What a user in Australia downloads from a Rancher in the US, of a cluster in Australia with an authorized endpoint.
pub fn user_cluster_1() -> Shape {
    let w = world();
    let behind = "https://rancher.us.example.com/k8s/clusters/c-m-9sydn3yx";
    let fqdn = "https://user-cluster-1.au.example.com:6443";
    let entries = [
        entry("User Cluster 1", behind, Some(&w.rancher_ca.certificate)),
        entry("User Cluster 1-fqdn", fqdn, Some(&w.balancer_ca.certificate)),
    ];
    let text = classic("User Cluster 1", &entries, &Credential::Token(&token()));
    let contexts = vec![
        context("User Cluster 1", "User Cluster 1", behind, Auth::Token, Depends::OnlyThroughRancher),
        direct("User Cluster 1-fqdn", "User Cluster 1", fqdn),
    ];
    Shape { file: "user-cluster-1.yaml", ..shape("user-cluster-1", text, "User Cluster 1", contexts) }
}

fn nodes(name: &'static str, addresses: [&str; 3], depends: Depends) -> Shape {
    let w = world();
    let mut entries = vec![entry("prod", PROXY, Some(&w.rancher_ca.certificate))];
    let mut contexts = vec![proxy("prod", "prod", Auth::Token)];
    for (i, address) in addresses.iter().enumerate() {
        let (name, server) = (format!("prod-cp{}", i + 1), format!("https://{address}:6443"));
        entries.push(entry(&name, &server, Some(&w.kube_ca.certificate)));
        contexts.push(context(&name, "prod", &server, Auth::Token, depends.clone()));
    }
    shape(name, classic("prod", &entries, &Credential::Token(&token())), "prod", contexts)
}

/// An authorized cluster endpoint without a host name: a context per control-plane node, with the cluster's own CA.
pub fn ace_nodes() -> Shape {
    nodes("rancher-ace-nodes", ["192.0.2.11", "192.0.2.12", "192.0.2.13"], Depends::StandsAlone)
}

/// The same with IPv6, which Rancher does not put into brackets.
pub fn ace_nodes_ipv6() -> Shape {
    nodes("rancher-ace-nodes-ipv6", ["2001:db8::11", "2001:db8::12", "2001:db8::13"], Depends::Unsaid)
}

/// Setting `kubeconfig-generate-token=false`: no token in the file, Rancher's program fetches one.
pub fn exec_proxy() -> Shape {
    let entries = [entry("prod", PROXY, Some(&world().rancher_ca.certificate))];
    let server = format!("--server={HOST}");
    let text = classic("prod", &entries, &Credential::Exec(&["token", &server, "--user=prod"]));
    shape("rancher-exec", text, "prod", vec![proxy("prod", "prod", Auth::Exec)])
}

fn exec_of(name: &'static str, arguments: &[&str]) -> Shape {
    let w = world();
    let fqdn = "https://prod.k8s.example.com:6443";
    let entries = [
        entry("prod", PROXY, Some(&w.rancher_ca.certificate)),
        entry("prod-fqdn", fqdn, Some(&w.balancer_ca.certificate)),
    ];
    let text = classic("prod", &entries, &Credential::Exec(arguments));
    // Direct as the second one is, its token still comes from Rancher.
    let contexts = vec![
        proxy("prod", "prod", Auth::Exec),
        context("prod-fqdn", "prod", fqdn, Auth::Exec, Depends::OnlyThroughRancher),
    ];
    shape(name, text, "prod", contexts)
}

/// The same with an authorized cluster endpoint: the cluster is named too.
pub fn exec_ace() -> Shape {
    let (server, cluster) = (format!("--server={HOST}"), format!("--cluster={ID}"));
    exec_of("rancher-exec-ace", &["token", &server, "--user=prod", &cluster])
}

/// The newest Rancher (not in a release of 2026-08) calls its program otherwise.
pub fn exec_get_token() -> Shape {
    let (server, cluster) = (format!("--server={HOST}"), format!("--cluster={ID}"));
    let arguments = ["auth", "get-token", &server, &cluster, "--user-id=u-abcde12345", "--auth-provider=local"];
    exec_of("rancher-exec-get-token", &arguments)
}

const HEADER: &str = "\
# Generated by Rancher
# name: kubeconfig-q7w8e
# createdTimestamp: 2026-08-01T09:30:00Z
# ttl: 2592000
apiVersion: v1
kind: Config
";

/// `ext.cattle.io/v1 Kubeconfig` since 2.12: Rancher itself, one cluster behind it, one with an endpoint by name, one by
/// nodes; the current context is a direct one.
pub fn multi_cluster() -> Shape {
    let w = world();
    let ca = Some(w.rancher_ca.certificate.as_str());
    let root = format!("https://{HOST}");
    let behind = |id: &str| format!("https://{HOST}/k8s/clusters/{id}");
    let fqdn = "https://prod.k8s.example.com:6443";
    let node = "https://192.0.2.41:6443";
    let entries = [
        entry("rancher", &root, ca),
        entry("prod", &behind("c-m-7xk2m9qd"), ca),
        entry("prod-fqdn", fqdn, Some(&w.balancer_ca.certificate)),
        entry("staging", &behind("c-m-4hj6n8vb"), ca),
        entry("staging-cp1", node, Some(&w.kube_ca.certificate)),
        entry("test", &behind("c-5tgbn"), ca),
    ];
    let users = ["rancher", "prod", "prod", "staging", "staging", "rancher"];
    let mut text = HEADER.to_owned();
    write_clusters(&mut text, &entries);
    text.push_str("\nusers:\n");
    for (i, user) in ["rancher", "prod", "staging"].iter().enumerate() {
        let token = format!("kubeconfig-u-abcde12345k9xz{i}:{SECRET}");
        write_user(&mut text, user, &Credential::Token(&token));
    }
    write_contexts(&mut text, entries.iter().map(|(name, ..)| name.as_str()).zip(users), "prod-fqdn");
    let contexts = vec![
        // Rancher's own API server: not the proxy to a cluster, and yet nothing without Rancher.
        context("rancher", "rancher", &root, Auth::Token, Depends::Unsaid),
        context("prod", "prod", &behind("c-m-7xk2m9qd"), Auth::Token, Depends::OnlyThroughRancher),
        direct("prod-fqdn", "prod", fqdn),
        context("staging", "staging", &behind("c-m-4hj6n8vb"), Auth::Token, Depends::OnlyThroughRancher),
        direct("staging-cp1", "staging", node),
        context("test", "rancher", &behind("c-5tgbn"), Auth::Token, Depends::OnlyThroughRancher),
    ];
    shape("rancher-multi-cluster", text, "prod-fqdn", contexts)
}

/// The same with Rancher's program, an empty line before `exec`, and the empty `--server=` of 2.12 to 2.14.
pub fn multi_cluster_exec() -> Shape {
    let behind = format!("https://{HOST}/k8s/clusters/c-5tgbn");
    let entries = [entry("test", &behind, Some(&world().rancher_ca.certificate))];
    let mut text = HEADER.to_owned();
    write_clusters(&mut text, &entries);
    text.push_str("\nusers:\n");
    write_user(&mut text, "rancher", &Credential::Exec(&["token", "--server=", "--user=rancher"]));
    let text = text.replace("  user:\n    exec:", "  user:\n\n    exec:");
    let mut text = text;
    write_contexts(&mut text, [("test", "rancher")], "test");
    let expected = context("test", "rancher", &behind, Auth::Exec, Depends::OnlyThroughRancher);
    shape("rancher-multi-cluster-exec", text, "test", vec![expected])
}

/// The file the README exports from: as [`multi_cluster`], with one cluster by name and one by three nodes, and CAs that
/// outlive us all and whose keys are nowhere.
pub fn readme() -> String {
    use super::pki::{Algorithm::Ec, Ca, Validity};
    let until_2100 = Validity { from: 1_767_225_600, until: 4_102_444_800 };
    let ca = |name: &str, organization| Ca::valid(name, organization, Ec, until_2100).certificate;
    let rancher = ca("dynamiclistener-ca@1767225600", Some("dynamiclistener-org"));
    let balancer = ca("Example Corp Internal CA", Some("Example Corp"));
    let kube = ca("rke2-server-ca@1767225600", None);
    let behind = |id: &str| format!("https://{HOST}/k8s/clusters/{id}");
    let entries = [
        entry("prod", &behind("c-m-7xk2m9qd"), Some(&rancher)),
        entry("prod-fqdn", "https://prod.k8s.example.com:6443", Some(&balancer)),
        entry("edge", &behind("c-m-4hj6n8vb"), Some(&rancher)),
        entry("edge-cp1", "https://192.0.2.41:6443", Some(&kube)),
        entry("edge-cp2", "https://192.0.2.42:6443", Some(&kube)),
        entry("edge-cp3", "https://192.0.2.43:6443", Some(&kube)),
    ];
    let users = ["prod", "prod", "edge", "edge", "edge", "edge"];
    // Of a Rancher whose tokens have no end, so that the file says the same in every year.
    let mut text = HEADER.replace("ttl: 2592000", "ttl: 0");
    write_clusters(&mut text, &entries);
    text.push_str("\nusers:\n");
    for (user, id) in [("prod", "u-abcde"), ("edge", "u-abcdf")] {
        write_user(&mut text, user, &Credential::Token(&format!("kubeconfig-{id}:{}", "x".repeat(54))));
    }
    write_contexts(&mut text, entries.iter().map(|(name, ..)| name.as_str()).zip(users), "prod-fqdn");
    text
}

/// The `<cluster>-kubeconfig` secret of provisioning, as client-go writes it: fixed names, a CA without its last newline.
pub fn provisioning_secret() -> Shape {
    let text = format!(
        "apiVersion: v1\nclusters:\n- cluster:\n    certificate-authority-data: {}\n    server: {PROXY}\n  name: cluster\ncontexts:\n\
         - context:\n    cluster: cluster\n    user: user\n  name: default\ncurrent-context: default\nkind: Config\n\
         preferences: {{}}\nusers:\n- name: user\n  user:\n    token: u-abcde12345:{SECRET}\n",
        base64(world().rancher_ca.certificate.trim_end()),
    );
    let mut expected = context("default", "user", PROXY, Auth::Token, Depends::OnlyThroughRancher);
    expected.cluster = "cluster".into();
    shape("rancher-provisioning-secret", text, "default", vec![expected])
}
