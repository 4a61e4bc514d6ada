//! What is missing, the one command that would mend it today, and how clusters are told apart.

use super::Verdict::{No, Unknown, Yes};
use super::*;
use common::pki::world;
use common::shapes;

pub(super) fn rancher_token() -> Value {
    token(&format!("kubeconfig-u-abcde12345k9xzp:{SECRET}"))
}

/// The step, and what it is for.
pub(super) fn mend(cluster: &ClusterVerdict) -> (String, String) {
    let mends: Vec<_> = cluster.missing.iter().filter_map(|m| Some((m.mend.clone()?, m.what.clone()))).collect();
    assert_eq!(mends.len(), 1, "one step: {cluster:#?}");
    assert!(cluster.missing.iter().rev().skip(1).all(|m| m.mend.is_none()), "the causes come first: {cluster:#?}");
    assert!(cluster.missing.first().is_some_and(|m| m.mend.is_none()), "a cause is named: {cluster:#?}");
    mends.into_iter().next().unwrap_or_default()
}

fn behind(direct: impl FnOnce(File) -> File) -> ClusterVerdict {
    one(&direct(File::new().user("prod", rancher_token()).way("prod", proxy("c-m-7xk2m9qd"), "prod")))
}

#[test]
fn each_lack_has_its_command() {
    let fqdn = || server("https://prod.k8s.example.com:6443");
    let of_shape = |name: &str| {
        let report = Outage::at(today()).run(&[&Loaded::from_config(shapes::named(name).text.parse().unwrap(), "/")]);
        report.clusters.into_iter().next().unwrap()
    };
    let over = File::new().made(40, 30 * DAY).user("prod", rancher_token());
    let k3s = world().k3s_client_ca.client("system:admin", Some("system:masters"), Validity::over());
    let k3s = File::new().user("default", certificate(&k3s)).way(
        "default",
        server("https://k3s.example.com:6443"),
        "default",
    );
    let proof = "prove when the token ends";
    let leaf = world().balancer_ca.server("lb.example.com", &["lb.example.com"], Validity::days(900));
    for (what, cluster, command, about) in [
        (
            "only through Rancher",
            behind(|file| file),
            "rancher clusters kubeconfig c-m-7xk2m9qd > FILE",
            "enable the authorized cluster endpoint of this cluster in Rancher",
        ),
        (
            "an end that nothing proves",
            behind(|file| file.way("prod-fqdn", fqdn(), "prod")),
            "kubectl --kubeconfig config --context prod -n cattle-system get clusterauthtokens.cluster.cattle.io,clusteruserattributes.cluster.cattle.io -o json > FILE",
            proof,
        ),
        (
            "the same without the way through Rancher",
            one(&File::new().user("prod", rancher_token()).way("prod-fqdn", fqdn(), "prod")),
            "kubectl --kubeconfig config --context prod-fqdn -n cattle-system get clusterauthtokens.cluster.cattle.io,clusteruserattributes.cluster.cattle.io -o json > FILE",
            proof,
        ),
        (
            "a token that is over",
            one(&over.way("prod", proxy("c-m-7xk2m9qd"), "prod").way("prod-fqdn", fqdn(), "prod")),
            "rancher clusters kubeconfig c-m-7xk2m9qd > FILE",
            "first raise Rancher's setting kubeconfig-default-token-ttl-minutes",
        ),
        (
            "a login that asks Rancher",
            of_shape("rancher-exec-ace"),
            "rancher clusters kubeconfig c-m-7xk2m9qd > FILE",
            "switch on kubeconfig-generate-token",
        ),
        (
            "a leaf certificate in the place of the CA: the file shows that the endpoint is enabled",
            behind(|file| file.way("prod-fqdn", with_ca("https://prod.example.com:6443", &leaf.certificate), "prod")),
            "rancher clusters kubeconfig c-m-7xk2m9qd > FILE",
            "correct the CA certificate of the authorized cluster endpoint in Rancher",
        ),
        (
            "an endpoint without a CA",
            behind(|file| file.made(1, 0).way("prod-fqdn", json!({"server": "https://prod.example.com"}), "prod")),
            "kubectl --kubeconfig config --context prod-fqdn get nodes",
            "try the direct context",
        ),
        (
            "RKE, by its CA",
            behind(|file| {
                file.way("prod-cp1", with_ca("https://192.0.2.11:6443", &world().kube_ca.certificate), "prod")
            }),
            "umask 077 && rm -f state.json\n\
             kubectl --kubeconfig config --context prod -n kube-system get secret full-cluster-state -o json > \
             state.json\n\
             test -s state.json || kubectl --kubeconfig config --context prod -n kube-system get configmap \
             full-cluster-state -o json > state.json\n\
             kubeconfig recover state.json --out FILE",
            "get the state of this RKE cluster",
        ),
        (
            "Rancher's own cluster",
            of_shape("rancher-local"),
            "kubeconfig export --kubeconfig ADMIN_FILE --server https://HOST:6443 --name local --out FILE",
            "take the administrator's kubeconfig (K3s: /etc/rancher/k3s/k3s.yaml, RKE2: ",
        ),
        (
            "K3s's own file",
            of_shape("k3s"),
            "kubeconfig export --context default --server https://HOST:6443 --out FILE",
            "a server that is reached from elsewhere",
        ),
        (
            "a copy of it that is over",
            one(&k3s),
            "systemctl restart k3s\nkubeconfig export --kubeconfig /etc/rancher/k3s/k3s.yaml --server \
             https://k3s.example.com:6443 --name default --out FILE",
            "k3s renews its certificate when it starts",
        ),
        (
            "plain http",
            one(&File::new().user("u", token("t")).way("c", json!({"server": "http://c.example.com"}), "u")),
            "kubeconfig export --kubeconfig config --context c --server https://c.example.com:6443 --out FILE",
            "https",
        ),
        (
            "no scheme",
            one(&File::new().user("u", token("t")).way("c", json!({"server": "192.0.2.7:6443"}), "u")),
            "kubeconfig export --kubeconfig config --context c --server https://192.0.2.7:6443 --out FILE",
            "https",
        ),
        (
            "no brackets",
            behind(|file| file.way("prod-cp1", server("https://2001:db8::11:6443"), "prod")),
            "kubeconfig export --kubeconfig config --context prod-cp1 --server 'https://[2001:db8::11]:6443' --out \
             FILE",
            "brackets",
        ),
        ("a cloud's", of_shape("eks"), "kubectl --context CONTEXT get nodes", "try the direct context"),
        (
            "broken, and not behind Rancher",
            one(&plain(token(""))),
            "kubeconfig export --kubeconfig ADMIN_FILE --server https://c.example.com:6443 --name c --out FILE",
            "on a server node, take the administrator's kubeconfig",
        ),
    ] {
        let (found, why) = mend(&cluster);
        let command = command.replace("CONTEXT", &shell_word(cluster.ways[0].context()));
        assert_eq!(found, command, "{what}: {cluster:#?}");
        assert!(why.contains(about), "{what}: {why}");
        // A shell finds as many commands as there are lines, at least.
        let count = common::shell::arguments(&found).map(|commands| commands.len());
        assert!(count.is_none_or(|count| count >= found.lines().count()), "{what}: {count:?}");
    }
}

/// That one has no characters that a shell acts on.
fn shell_word(name: &str) -> String {
    assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || "-_./:@".contains(c)), "{name}");
    name.to_owned()
}

#[test]
fn contexts_with_the_same_are_told_together() {
    let cluster = behind(|file| {
        (1..=3).fold(file, |file, n| {
            file.way(&format!("prod-cp{n}"), server(&format!("https://192.0.2.{n}:6443")), "prod")
        })
    });
    let told: Vec<(&[String], &str)> =
        cluster.missing.iter().map(|missing| (&*missing.contexts, &*missing.what)).collect();
    assert_eq!(told.len(), 3, "two causes and a step: {cluster:#?}");
    assert_eq!(told[0], (&["prod".to_owned()][..], "only through Rancher"));
    assert_eq!(told[1].0, ["prod-cp1", "prod-cp2", "prod-cp3"]);
}

#[test]
fn names_of_all_kinds() {
    for name in [
        "it's $(touch x)",
        "a\nb\u{1b}[31m\u{202e}",
        "a\n\n",
        "\n",
        "",
        "-n",
        "--",
        "=a",
        "a b",
        "~",
        "*",
        "`id`",
        "a\\b",
        "R&D \"blue\" \\ \u{fc}",
        &"x".repeat(10_000),
    ] {
        let file = File::new().user("u", token("opaque")).way(name, server("https://a.example.com"), "u");
        let cluster = one(&file);
        assert_eq!(cluster.ways[0].context(), name);
        let (command, what) = mend(&cluster);
        assert!(!command.contains(char::is_control) && !what.contains(char::is_control), "{command:?}");
        let Some(words) = common::shell::words(&command) else { return };
        let joint = format!("--context={name}");
        let is_joint = words.contains(&joint);
        let is_apart = words.windows(2).any(|pair| pair == ["--context", name]);
        assert!(is_apart && !name.starts_with('-') || is_joint, "{command}");
    }
    // Of a cluster's name, and of an id from the path of a URL.
    for id in ["c$(touch x)", "-x", "it's"] {
        let cluster = one(&File::new().user("u", rancher_token()).way("c", proxy(id), "u"));
        let (command, _) = mend(&cluster);
        let Some(words) = common::shell::words(&command) else { return };
        let end: &[&str] = if id.starts_with('-') { &["--", id] } else { &[id] };
        assert_eq!(words, [&["rancher", "clusters", "kubeconfig"][..], end].concat(), "{command}");
    }
}

/// Files whose names mean something to a shell, or are no text.
#[cfg(unix)]
#[test]
fn files_of_all_kinds() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let text = File::new().user("u", token("opaque")).way("c", server("https://a.example.com"), "u").text();
    for name in [&b"$(touch x)"[..], b"-dash", b"a b", b"it's", b"new\nline", b"end\n", b"caf\xe9", b"\xff\xfe\n"] {
        let name = std::ffi::OsStr::from_bytes(name);
        // Not every file system has such names.
        if std::fs::write(folder.path().join(name), &text).is_err() {
            continue;
        }
        let loaded = Loader::new(Environment::new(folder.path())).explicit(name).load().unwrap();
        let report = Outage::at(today()).run(&[&loaded]);
        let (command, _) = mend(&report.clusters[0]);
        let Some(commands) = common::shell::arguments(&command) else { return };
        let named = &commands[0][2];
        let expected = if name.as_bytes().starts_with(b"-") {
            [b"./", name.as_bytes()].concat()
        } else {
            name.as_bytes().to_owned()
        };
        assert_eq!((&*commands[0][1], named), (&b"--kubeconfig"[..], &expected), "{command}");
    }
}

/// Each Rancher has a `local`, each K3s is called `default`.
#[test]
fn clusters_of_one_name_are_told_apart() {
    let of = |host: &str| {
        let server = json!({"server": format!("https://{host}/k8s/clusters/local")});
        File::new().user("local", rancher_token()).way("local", server, "local")
    };
    let folder = tempfile::tempdir().unwrap();
    let mut loaded = vec![
        load(&folder, "us.yaml", &of("rancher.us.example.com").text()),
        load(&folder, "eu.yaml", &of("rancher.eu.example.com").text()),
    ];
    for name in ["a.yaml", "b.yaml"] {
        let default =
            File::new().user("default", token("x")).way("default", server(&format!("https://{name}:6443")), "default");
        loaded.push(load(&folder, name, &default.text()));
    }
    let report = Outage::at(today()).run(&loaded.iter().collect::<Vec<_>>());
    let names: Vec<&str> = report.clusters.iter().map(|cluster| cluster.name.as_str()).collect();
    assert_eq!(
        names,
        ["local (rancher.us.example.com)", "local (rancher.eu.example.com)", "default (a.yaml)", "default (b.yaml)"]
    );
    assert_eq!(report.verdict(), Some(No));
}

/// The way through Rancher in one file, the administrator's in another: one cluster, and a way in.
#[test]
fn files_of_one_cluster() {
    let w = world();
    let downloaded = File::new().user("prod", rancher_token()).way("prod", proxy("c-m-7xk2m9qd"), "prod").way(
        "prod-cp1",
        with_ca("https://192.0.2.11:6443", &w.rke_ca.certificate),
        "prod",
    );
    let admin = File::new().user("kube-admin-prod", certificate(&w.rke_admin)).way(
        "mine",
        with_ca("https://192.0.2.12:6443", &w.rke_ca.certificate),
        "kube-admin-prod",
    );
    assert_verdict("alone", &one(&downloaded), Unknown);
    let report = drill(&Outage::at(today()), &[&downloaded, &admin]);
    assert_eq!(report.clusters.len(), 1, "{report:#?}");
    assert_verdict("both", &report.clusters[0], Yes);
    assert_eq!(report.clusters[0].by().map(|way| way.context()).collect::<Vec<_>>(), ["mine"]);
    assert_eq!(report.verdict(), Some(Yes));
}

#[test]
fn nothing_to_judge() {
    for file in [
        File::new(),
        File::new().user("u", token("x")).cluster("c", server("https://a")),
        // Rancher's own API.
        File::new().user("rancher", rancher_token()).way("rancher", json!({"server": RANCHER}), "rancher"),
    ] {
        let report = drill(&Outage::at(today()), &[&file]);
        assert_eq!((report.verdict(), report.clusters.len()), (None, 0), "{report:#?}");
    }
    assert_eq!(Outage::at(today()).run(&[]).verdict(), None);
}
