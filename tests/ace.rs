//! The authorized cluster endpoint: the contexts Rancher would make, and what is said of them.
#![cfg(feature = "rancher")]

mod common;

use common::kubectl::need_kubectl;
use common::pki::{self, Algorithm, Ca, Validity, base64, now, world};
use common::shapes;
use kubeconfig::config::View;
use kubeconfig::rancher::{AceNote, AuthorizedEndpoint, ControlPlaneNode, Extended};
use kubeconfig::{Error, ErrorKind, Kubeconfig, Loaded};
use proptest::prelude::*;
use rustls_pki_types::UnixTime;
use std::fs;
use std::time::Duration;

const PROXY: &str = "https://r.example.com/k8s/clusters/c-m-12345678";

fn loaded(text: &str) -> Loaded {
    Loaded::from_config(text.parse().unwrap(), "/folder")
}

fn shape(name: &str) -> Loaded {
    loaded(&shapes::named(name).text)
}

/// A context `prod` through Rancher, its user having this body, and whatever else.
fn prod(user: &str, more: &str) -> Loaded {
    loaded(&format!(
        "{{clusters: [{{name: prod, cluster: {{server: '{PROXY}'}}}}], users: [{{name: prod, user: {{{user}}}}}],\n\
         contexts: [{{name: prod, context: {{cluster: prod, user: prod}}}}], current-context: prod{more}}}"
    ))
}

fn by_name() -> AuthorizedEndpoint {
    AuthorizedEndpoint::fqdn("p.example.com:6443").public_ca()
}

fn add(endpoint: AuthorizedEndpoint, to: &Loaded) -> Result<Extended, Error> {
    endpoint.add_to(to, "prod").build()
}

/// The rendered notes.
fn notes(extended: &Extended) -> String {
    extended.notes().iter().map(|note| format!("{note}\n")).collect()
}

#[test]
fn the_contexts_rancher_makes() {
    // Rancher's own files, their direct contexts taken out and added again.
    for (name, context, endpoint) in [
        (
            "rancher-ace-fqdn",
            "prod",
            AuthorizedEndpoint::fqdn("prod.k8s.example.com:6443").ca(&world().balancer_ca.certificate),
        ),
        ("rancher-ace-fqdn-public-ca", "prod", Ok(AuthorizedEndpoint::fqdn("prod.k8s.example.com").public_ca())),
        (
            "rancher-ace-html-escaped",
            "R&amp;D",
            AuthorizedEndpoint::fqdn("rnd.k8s.example.com:6443").ca(&world().balancer_ca.certificate),
        ),
        (
            "rancher-ace-nodes",
            "prod",
            AuthorizedEndpoint::nodes(
                [("prod-cp1", "192.0.2.11"), ("cp2", "192.0.2.12"), ("cp3", "192.0.2.13")]
                    .map(|(n, a)| ControlPlaneNode::new(n, a)),
            )
            .ca(&world().kube_ca.certificate),
        ),
        (
            "rancher-ace-nodes-ipv6",
            "prod",
            AuthorizedEndpoint::nodes(
                [("cp1", "2001:db8::11"), ("cp2", "2001:db8::12"), ("cp3", "2001:db8::13")]
                    .map(|(n, a)| ControlPlaneNode::new(n, a)),
            )
            .rancher_spelling()
            .ca(&world().kube_ca.certificate),
        ),
    ] {
        let whole = shape(name);
        let mut bare = whole.config().clone();
        bare.contexts.retain(|name, _| name == context);
        bare.clusters.retain(|name, _| name == context);
        let endpoint = endpoint.unwrap();
        let extended = endpoint.clone().add_to(&Loaded::from_config(bare, "/"), context).build().unwrap();
        let mut got = extended.config().clone();
        // Who says that a certificate is of a public CA says it there.
        let is_public = context == "prod" && name.ends_with("public-ca");
        for (_, cluster) in got.clusters.iter_mut() {
            assert_eq!(
                cluster.extensions.len(),
                usize::from(is_public && !cluster.server.as_deref().unwrap_or_default().contains("/k8s/clusters/"))
            );
            cluster.extensions = Default::default();
        }
        for (name, added) in got.contexts.iter_mut() {
            // Without Rancher's own contexts beside it nothing shows that the token is valid there.
            assert_eq!(added.extensions.len(), usize::from(name != context));
            added.extensions = Default::default();
        }
        assert_eq!(&got, whole.config(), "{name}");
        assert!(extended.is_changed() && !extended.is_likely_valid(), "{name}");
        // All that is there already: nothing changes, and Rancher's own contexts are evidence.
        let again = endpoint.add_to(&whole, context).build().unwrap();
        assert_eq!(again.config(), whole.config(), "{name}");
        assert!(!again.is_changed(), "{name}");
    }
}

#[test]
fn hosts_ports_and_brackets() {
    let loaded = prod("token: 'kubeconfig-u-a:s'", "");
    let server = |endpoint: AuthorizedEndpoint| {
        add(endpoint.public_ca(), &loaded)
            .map(|extended| extended.contexts()[0].server.clone())
            .map_err(|error| error.kind())
    };
    for (host, plain, with_port) in [
        ("p.example.com", "https://p.example.com", "https://p.example.com:6443"),
        ("p.example.com:443", "https://p.example.com:443", "https://p.example.com:443"),
        ("192.0.2.1", "https://192.0.2.1", "https://192.0.2.1:6443"),
        ("fd00::1", "https://[fd00::1]", "https://[fd00::1]:6443"),
        ("[fd00::1]", "https://[fd00::1]", "https://[fd00::1]:6443"),
        ("[fd00::1]:8443", "https://[fd00::1]:8443", "https://[fd00::1]:8443"),
    ] {
        assert_eq!(server(AuthorizedEndpoint::fqdn(host)).as_deref(), Ok(plain));
        assert_eq!(server(AuthorizedEndpoint::fqdn(host).default_port(6443)).as_deref(), Ok(with_port));
    }
    for host in ["", "https://p", "p/x", "p:x", "p:0", "u@p", "p q", "p?x", "[p]"] {
        assert_eq!(server(AuthorizedEndpoint::fqdn(host)), Err(ErrorKind::Usage), "{host}");
    }
    for (name, address, expected) in [
        ("cp1", "10.0.0.1", Ok("https://10.0.0.1:6443")),
        ("cp1", "fd00::1", Ok("https://[fd00::1]:6443")),
        ("", "10.0.0.1", Err(ErrorKind::Usage)),
        ("prod-", "10.0.0.1", Err(ErrorKind::Usage)),
        ("a", "", Err(ErrorKind::Usage)),
    ] {
        let got = server(AuthorizedEndpoint::nodes([ControlPlaneNode::new(name, address)]));
        assert_eq!(got.as_deref().map_err(|kind| *kind), expected, "{name} {address}");
    }
    assert_eq!(server(AuthorizedEndpoint::nodes([])), Err(ErrorKind::Usage));
}

#[test]
fn what_is_said_of_the_token() {
    const UNPROVEN: &str = "nothing shows that the token";
    let ace = |user: &str| {
        format!(
            ", extensions: [], clusters: [{{name: prod, cluster: {{server: '{PROXY}'}}}}, {{name: prod-cp1, cluster: {{server: 'https://10.0.0.1:6443'}}}}],
              contexts: [{{name: prod, context: {{cluster: prod, user: prod}}}}, {{name: prod-cp1, context: {{cluster: prod-cp1, user: {user}}}}}]"
        )
    };
    let shared = format!(
        ", clusters: [{{name: prod, cluster: {{server: '{PROXY}'}}}}, {{name: test, cluster: {{server: 'https://r.example.com/k8s/clusters/c-2'}}}}],
          contexts: [{{name: prod, context: {{cluster: prod, user: prod}}}}, {{name: test, context: {{cluster: test, user: prod}}}}]"
    );
    let admin = &world().plain_admin;
    let (certificate, key) = (base64(&admin.certificate), base64(&admin.key));
    let certificate = format!("client-certificate-data: {certificate}, client-key-data: {key}");
    for (user, more, words) in [
        ("token: 'kubeconfig-u-a12345xyz:s'", "", Some(UNPROVEN)),
        ("token: 'ext/token-abcde:s'", "", Some(UNPROVEN)),
        ("token: 'token-abcde:s'", "", Some(UNPROVEN)),
        // Rancher's own direct context of this user.
        ("token: 'kubeconfig-u-a12345xyz:s'", &*ace("prod"), None),
        ("token: 'kubeconfig-u-a12345xyz:s'", &ace("other"), Some(UNPROVEN)),
        // The id in the token.
        ("token: 'kubeconfig-u-a.c-m-12345678:s'", "", None),
        ("token: 'kubeconfig-u-a.c-other:s'", "", Some("bound to the cluster c-other")),
        ("token: 'kubeconfig-u-a12345xyz:s'", &shared, Some("serves several clusters")),
        // Not in the form of Rancher's, nor signed by the cluster.
        ("token: opaque", "", Some(UNPROVEN)),
        // None of Rancher's: not for it to say.
        (&*format!("token: opaque, {certificate}"), "", None),
        (
            "token: eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiAiaHR0cHM6Ly9rdWJlcm5ldGVzLmRlZmF1bHQuc3ZjIiwgInN1YiI6ICJzeXN0ZW06c2VydmljZWFjY291bnQ6YTpiIn0.c2ln",
            "",
            None,
        ),
        (&*certificate, "", None),
        (
            "exec: {apiVersion: client.authentication.k8s.io/v1, command: rancher, args: [token, --server=r.example.com, --cluster=c-m-12345678], interactiveMode: Never}",
            "",
            Some("asks Rancher"),
        ),
    ] {
        let text = prod(user, more);
        let extended = add(by_name(), &text).unwrap();
        let doubts: Vec<&AceNote> = extended.notes().iter().filter(|note| note.is_doubt()).collect();
        match words {
            None => assert!(extended.notes().is_empty(), "{user}: {}", notes(&extended)),
            Some(words) => {
                assert!(notes(&extended).contains(words), "{user}: {}", notes(&extended));
                assert!(words == "asks Rancher" || notes(&extended).contains("--credentials-from"));
                assert!(!doubts.is_empty(), "{user}");
            }
        }
        assert_eq!(extended.is_likely_valid(), doubts.is_empty());
        // What was added in doubt is no evidence the second time, nor for another endpoint.
        let second = Loaded::from_config(extended.config().clone(), "/folder");
        let other = AuthorizedEndpoint::nodes([ControlPlaneNode::new("cp9", "10.0.0.9")]).public_ca();
        for endpoint in [by_name(), other] {
            assert_eq!(add(endpoint, &second).unwrap().is_likely_valid(), extended.is_likely_valid(), "{user}");
        }
    }
}

#[test]
fn what_is_over_or_of_no_use_is_said() {
    let day = 24 * 60 * 60;
    let at = |seconds: u64| UnixTime::since_unix_epoch(Duration::from_secs(seconds));
    let today = at(now());
    let user = |pair: &pki::Pair, key: &str| {
        let (certificate, key) = (base64(&pair.certificate), base64(key));
        format!("client-certificate-data: {certificate}, client-key-data: {key}")
    };
    let (good, over) = (&world().plain_admin, &world().plain_expired);
    for (what, user, time, words) in [
        ("valid", user(good, &good.key), Some(today), None),
        ("over", user(over, &over.key), Some(today), Some("user \"prod\": the client certificate ended 20")),
        ("over by now", user(over, &over.key), None, Some("the client certificate ended 20")),
        ("over by then", user(good, &good.key), Some(at(now() + 400 * day)), Some("the client certificate ended 20")),
        (
            "not yet",
            user(good, &good.key),
            Some(at(now() - 400 * day)),
            Some("the client certificate is valid from 20"),
        ),
        ("the key of another", user(good, &over.key), None, Some("does not belong to the client certificate")),
        (
            "files that are gone",
            "client-certificate: c, client-key: k".into(),
            None,
            Some("unable to read client-cert"),
        ),
        ("two lines", "token: \"a\\nb\"".into(), None, Some("the token has a line break")),
    ] {
        let text = prod(&user, "");
        let mut adding = by_name().add_to(&text, "prod");
        if let Some(time) = time {
            adding = adding.at(time);
        }
        let extended = adding.build().unwrap();
        match words {
            None => assert!(extended.notes().is_empty() && extended.is_likely_valid(), "{what}: {}", notes(&extended)),
            Some(words) => {
                assert!(notes(&extended).contains(words), "{what}: {}", notes(&extended));
                assert!(!extended.is_likely_valid(), "{what}");
                assert!(!notes(&extended).contains("BEGIN"), "{what}");
            }
        }
        // Once mended, nothing is left that says otherwise.
        assert!(
            words.is_some_and(|words| words.contains("token"))
                || !extended.to_yaml().replace("kubeconfig-rs/public-ca", "").contains("kubeconfig-rs/"),
            "{what}"
        );
        // The same of another file.
        let proxy = prod("token: 'kubeconfig-u-a.c-m-12345678:s'", "");
        let mut adding = by_name().add_to(&proxy, "prod").credentials_from(&text);
        if let Some(time) = time {
            adding = adding.at(time);
        }
        let is_valid = words.is_none();
        assert_eq!(adding.build().unwrap().is_likely_valid(), is_valid, "{what}");
    }
    let text = prod(&user(good, &good.key), "");
    let with_ca = |pem: &str| AuthorizedEndpoint::fqdn("p.example.com:6443").ca(pem).unwrap();
    let old = Ca::valid("old", None, Algorithm::Ec, Validity::over()).certificate;
    let both = format!("{old}{}", world().plain_ca.certificate);
    for (pem, words, is_valid) in [
        (&world().plain_ca.certificate, None, true),
        (&both, Some("the CA CN=old ended 20"), false),
        (
            &good.certificate,
            Some("the CA in the file is a leaf certificate for other names (CA:FALSE): CN=kubernetes-admin"),
            false,
        ),
        (&old, Some("the CA ended 20"), false),
    ] {
        let extended = with_ca(pem).add_to(&text, "prod").at(today).build().unwrap();
        assert_eq!(extended.is_likely_valid(), is_valid, "{}", notes(&extended));
        assert!(
            words.map_or(extended.notes().is_empty(), |words| notes(&extended).contains(words)),
            "{}",
            notes(&extended)
        );
    }
}

#[test]
fn other_credentials() {
    let admin = Ca::new("kube-ca", None, Algorithm::Ec).client("kube-admin", Some("system:masters"), Validity::days(9));
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("keys/admin.pem");
    fs::create_dir(folder.path().join("keys")).unwrap();
    fs::write(&key, &admin.key).unwrap();
    let file = |name: &str, current: &str, body: &str| {
        let text = format!(
            "{{clusters: [{{name: k, cluster: {{server: 'https://10.0.0.1:6443'}}}}], users: [{{name: '{name}', user: {{{body}}}}}],
              contexts: [{{name: c, context: {{cluster: k, user: '{name}'}}}}], current-context: '{current}'}}"
        );
        Loaded::from_config(text.parse().unwrap(), folder.path())
    };
    let certificate = format!("client-certificate-data: {}, client-key: keys/admin.pem", base64(&admin.certificate));
    let rancher = prod("token: 'kubeconfig-u-a:s'", "");
    for (name, current, expected) in
        [("kube-admin", "c", "kube-admin"), ("kube-admin", "", "kube-admin"), ("prod", "c", "prod-prod")]
    {
        let other = file(name, current, &certificate);
        let extended = by_name().add_to(&rancher, "prod").credentials_from(&other).build().unwrap();
        assert_eq!(extended.contexts()[0].user, expected);
        assert!(extended.is_likely_valid(), "{}", notes(&extended));
        // From its own folder, wherever the result goes.
        assert_eq!(extended.config().users[expected].client_key.as_deref(), key.to_str());
        assert_eq!(extended.config().users["prod"], rancher.config().users["prod"]);
        let once_more = Loaded::from_config(extended.config().clone(), "/");
        let again = by_name().add_to(&once_more, "prod").credentials_from(&other).build().unwrap();
        assert_eq!(again.config(), extended.config());
    }
    // A download of today, with Rancher's own direct context, proves its token; one without does not.
    let today = shape("rancher-ace-fqdn");
    let mut config = today.config().clone();
    config.clusters.get_mut("prod").unwrap().server = Some(PROXY.into());
    let today = Loaded::from_config(config.clone(), "/");
    assert!(by_name().add_to(&rancher, "prod").credentials_from(&today).build().unwrap().is_likely_valid());
    config.contexts.remove("prod-fqdn");
    let without = Loaded::from_config(config, "/");
    assert!(!by_name().add_to(&rancher, "prod").credentials_from(&without).build().unwrap().is_likely_valid());

    // What was added without proof takes the credentials that are named afterwards, and is no longer in doubt.
    let unproven = by_name().add_to(&rancher, "prod").build().unwrap();
    assert!(!unproven.is_likely_valid());
    let unproven = Loaded::from_config(unproven.config().clone(), "/");
    let mended = by_name().add_to(&unproven, "prod").credentials_from(&today).build().unwrap();
    assert!(mended.is_likely_valid(), "{}", notes(&mended));
    let context = &mended.config().contexts["prod-fqdn"];
    assert_eq!(context.user.as_deref(), Some(mended.contexts()[0].user.as_str()));
    assert!(!context.extensions.contains("kubeconfig-rs/token-unproven") && mended.contexts()[0].is_new);
    // Nothing in these credentials tells the cluster; that it was added for this one stays known.
    let groups = kubeconfig::rancher::clusters(&[mended.config()]);
    assert!(groups.len() == 1 && groups[0].members.len() == 2, "{groups:#?}");

    let nobody = file("a", "x", "token: t");
    for (error, kind) in [
        (by_name().add_to(&rancher, "prod").user("nobody").build(), ErrorKind::InvalidConfiguration),
        (by_name().add_to(&rancher, "prod").user("prod").credentials_from(&nobody).build(), ErrorKind::Usage),
        (by_name().add_to(&loaded("{}"), "prod").build(), ErrorKind::ContextNotFound),
        (by_name().add_to(&rancher, "prod").credentials_from(&loaded("{}")).build(), ErrorKind::InvalidConfiguration),
    ] {
        assert_eq!(error.unwrap_err().kind(), kind);
    }
    let without_user = loaded(&format!(
        "{{clusters: [{{name: prod, cluster: {{server: '{PROXY}'}}}}], contexts: [{{name: prod, context: {{cluster: prod}}}}]}}"
    ));
    assert!(add(by_name(), &without_user).unwrap_err().to_string().contains("has no user"));
}

#[test]
fn what_is_refused() {
    for (name, context, words) in [
        ("eks", None, "EKS runs its control plane"),
        ("gke", None, "GKE runs its control plane"),
        ("aks-kubelogin", None, "AKS runs its control plane"),
        ("k3s", None, "does not go through Rancher"),
        ("rancher-multi-cluster", Some("rancher"), "does not go through Rancher"),
        ("rancher-multi-cluster", Some("prod-fqdn"), "does not go through Rancher"),
    ] {
        let loaded = shape(name);
        let first = loaded.config().contexts.names().next().unwrap();
        let error = by_name().add_to(&loaded, context.unwrap_or(first)).build().unwrap_err().to_string();
        assert!(error.contains(words), "{name}: {error}");
    }
    // An entry that is there with other content stays, and its place is told.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config");
    std::fs::write(&path, &shapes::named("rancher-ace-fqdn").text).unwrap();
    let there = kubeconfig::Loader::from_env().explicit(&path).load().unwrap();
    let error = add(by_name(), &there).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(error.to_string().contains("config:20:3") && error.to_string().contains("prod-fqdn"), "{error}");

    // Nodes trust the cluster's own CA, and nobody knows it; a balancer may have any certificate.
    let bare = prod("token: 'kubeconfig-u-a:s'", "");
    let nodes = AuthorizedEndpoint::nodes([ControlPlaneNode::new("cp1", "10.0.0.1")]);
    assert!(add(nodes.clone(), &bare).unwrap_err().to_string().contains("--ca FILE"));
    let unsaid = add(AuthorizedEndpoint::fqdn("p.example.com"), &bare).unwrap();
    assert!(
        notes(&unsaid).contains("no CA for an authorized cluster endpoint") && notes(&unsaid).contains("names no port"),
        "{}",
        notes(&unsaid)
    );
    assert_eq!(unsaid.config().clusters["prod-fqdn"].certificate_authority_data, None);
    // The CA of the nodes is taken from another way by node, never for an FQDN.
    let known = shape("rancher-ace-nodes");
    let more =
        AuthorizedEndpoint::nodes([ControlPlaneNode::new("cp4", "192.0.2.14")]).add_to(&known, "prod").build().unwrap();
    let ca = |name: &str| more.config().clusters[name].certificate_authority_data.clone();
    assert_eq!(ca("prod-cp4"), ca("prod-cp1"));
    assert!(
        more.notes().contains(&AceNote::CaTaken { context: "prod-cp1".into() }) || notes(&more).contains("prod-cp1")
    );
    let named = AuthorizedEndpoint::fqdn("p.example.com:6443").add_to(&known, "prod").build().unwrap();
    assert_eq!(named.config().clusters["prod-fqdn"].certificate_authority_data, None);
    assert!(AuthorizedEndpoint::fqdn("p").ca("no certificate").is_err());
}

#[cfg(feature = "rke")]
#[test]
fn from_the_files_of_rke() {
    let ca = &world().kube_ca.certificate;
    let cluster_yml = "nodes:\n- {address: 192.0.2.1, hostname_override: cp1, role: [controlplane, etcd], user: u}\n\
        - {address: 192.0.2.2, role: [worker], user: u}\n- {address: 'fd00::3', role: [controlplane], user: u}\n";
    let state = serde_json::json!({"desiredState": {}, "currentState": {
        "rkeConfig": {"nodes": [{"address": "192.0.2.1", "hostnameOverride": "cp1", "role": ["controlplane"]}]},
        "certificatesBundle": {"kube-ca": {"certificatePEM": ca}}}});
    let loaded = prod("token: 'kubeconfig-u-a.c-m-12345678:s'", "");
    let read = |text: &str| AuthorizedEndpoint::read(text, &loaded, "prod");
    let extended = add(read(&state.to_string()).unwrap(), &loaded).unwrap();
    assert_eq!(extended.contexts().len(), 1);
    assert_eq!(
        (&*extended.contexts()[0].name, &*extended.contexts()[0].server),
        ("prod-cp1", "https://192.0.2.1:6443")
    );
    let written = extended.config().clusters["prod-cp1"].certificate_authority_data.as_ref().unwrap().decode();
    assert_eq!(&*written, ca.as_bytes());
    // cluster.yml knows no CA.
    assert!(add(read(cluster_yml).unwrap(), &loaded).unwrap_err().to_string().contains("--ca FILE"));
    let extended = add(read(cluster_yml).unwrap().ca(ca).unwrap(), &loaded).unwrap();
    let made: Vec<_> = extended.contexts().iter().map(|context| (&*context.name, &*context.server)).collect();
    assert_eq!(made, [("prod-cp1", "https://192.0.2.1:6443"), ("prod-fd00::3", "https://[fd00::3]:6443")]);
    for (text, kind) in
        [("nodes: []", ErrorKind::NotFound), ("nodes: {a: b}", ErrorKind::Type), ("a: b", ErrorKind::NotFound)]
    {
        assert_eq!(read(text).unwrap_err().kind(), kind, "{text}");
    }
}

#[test]
fn kubectl_reads_what_comes_out() {
    let Some(kubectl) = need_kubectl() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.yaml");
    let loaded = shape("rancher-multi-cluster");
    let extended = by_name().add_to(&loaded, "test").build().unwrap();
    extended.write(&path, &kubeconfig::store::WriteOptions::new()).unwrap();
    let seen = kubectl.view_raw_json(&path).unwrap();
    assert_eq!(seen, View::of(extended.config()).raw(true).to_json().unwrap());
    let shared = notes(&extended);
    assert!(shared.contains("serves several clusters") || shared.contains("nothing shows"), "{shared}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever is called how: what was there stays, what is added leads where it should, and a second time changes nothing.
    #[test]
    fn adding_keeps_what_is_there(
        name in ".{1,20}", others in prop::collection::btree_set("[a-c]{1,3}(-fqdn|-cp1)?", 0..5),
        host in "[a-z]{1,8}(\\.[a-z]{1,5}){0,2}(:[1-9][0-9]{0,3})?", by_node in any::<bool>()
    ) {
        prop_assume!(!others.contains(&name));
        let mut config = Kubeconfig::new();
        for other in others.iter().chain([&name]) {
            let server = if other == &name { PROXY.to_owned() } else { format!("https://{other}.example.com") };
            config.clusters.insert(other, kubeconfig::Cluster::new(server));
            config.users.insert(other, kubeconfig::AuthInfo::with_token(format!("kubeconfig-u-{}:s", other.len())));
            config.contexts.insert(other, kubeconfig::Context::new(other, other));
        }
        let loaded = Loaded::from_config(config.clone(), "/");
        let endpoint = match by_node {
            true => AuthorizedEndpoint::nodes([ControlPlaneNode::new("cp1", host)]),
            false => AuthorizedEndpoint::fqdn(host),
        };
        let extended = match endpoint.clone().public_ca().add_to(&loaded, &*name).build() {
            Ok(extended) => extended,
            Err(error) => {
                let known = matches!(error.kind(), ErrorKind::Refused | ErrorKind::Usage | ErrorKind::Unrepresentable);
                prop_assert!(known, "{error}");
                return Ok(());
            }
        };
        let got = extended.config();
        for (name, context) in config.contexts.iter() {
            prop_assert_eq!(got.contexts.get(name), Some(context));
            prop_assert_eq!(got.clusters.get(name), config.clusters.get(name));
            prop_assert_eq!(got.users.get(name), config.users.get(name));
        }
        prop_assert_eq!(got.contexts.len(), config.contexts.len() + extended.contexts().iter().filter(|c| c.is_new).count());
        for context in extended.contexts() {
            prop_assert_eq!(got.clusters[&*context.name].server.as_ref(), Some(&context.server));
            prop_assert_eq!(got.contexts[&*context.name].user.as_ref(), Some(&name));
        }
        let again = endpoint.public_ca().add_to(&Loaded::from_config(got.clone(), "/"), &*name).build().unwrap();
        prop_assert_eq!(again.config(), got);
    }
}
