//! What is missing, the one command that would mend it today, and how clusters are told apart.

use super::Verdict::{No, Unknown, Yes};
use super::*;
use common::pki::world;
use common::shapes;

fn rancher_token() -> Value {
    token(&format!("kubeconfig-u-abcde12345k9xzp:{SECRET}"))
}

/// The command, and what it is for.
fn mend(cluster: &ClusterVerdict) -> (String, String) {
    let mends: Vec<_> = cluster.missing.iter().filter_map(|m| Some((m.mend.clone()?, m.what.clone()))).collect();
    assert!(mends.len() <= 1, "one command: {cluster:#?}");
    assert_eq!(cluster.missing.iter().position(|m| m.mend.is_some()).unwrap_or(0), 0, "it comes first");
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
    for (what, cluster, command, about) in [
        (
            "only through Rancher",
            behind(|file| file),
            "kubeconfig ace --kubeconfig config prod --fqdn HOST:6443 --ca CA_FILE --credentials-from DOWNLOADED --out FILE",
            "a direct context",
        ),
        (
            "an end that nothing proves",
            behind(|file| file.way("prod-fqdn", fqdn(), "prod")),
            "kubectl --kubeconfig config --context prod -n cattle-system get clusterauthtokens.cluster.cattle.io -o json > FILE",
            "a proof of when the token ends",
        ),
        (
            "the same without the way through Rancher",
            one(&File::new().user("prod", rancher_token()).way("prod-fqdn", fqdn(), "prod")),
            "kubectl --kubeconfig config --context prod-fqdn -n cattle-system get clusterauthtokens.cluster.cattle.io -o json > FILE",
            "a proof of when the token ends",
        ),
        (
            "a token that is over",
            one(&over.way("prod", proxy("c-m-7xk2m9qd"), "prod").way("prod-fqdn", fqdn(), "prod")),
            "rancher clusters kubeconfig c-m-7xk2m9qd > FILE",
            "a token that lives longer",
        ),
        (
            "a login that asks Rancher",
            of_shape("rancher-exec-ace"),
            "rancher clusters kubeconfig c-m-7xk2m9qd > FILE",
            "kubeconfig-generate-token switched on",
        ),
        (
            "RKE, by its CA",
            behind(|file| {
                file.way("prod-cp1", with_ca("https://192.0.2.11:6443", &world().kube_ca.certificate), "prod")
            }),
            "kubectl --kubeconfig config --context prod -n kube-system get secret full-cluster-state -o json > FILE",
            "before RKE 1.4.19 and 1.5.10 it is a ConfigMap",
        ),
        (
            "Rancher's own cluster",
            of_shape("rancher-local"),
            "kubeconfig export --kubeconfig /etc/rancher/k3s/k3s.yaml --server https://HOST:6443 --name local --out FILE",
            "the administrator's file of the cluster Rancher runs in",
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
            "kubeconfig export --kubeconfig /etc/rancher/k3s/k3s.yaml --server https://HOST:6443 --name default --out FILE",
            "(systemctl restart k3s): it renews what ends then",
        ),
        (
            "addresses without brackets",
            of_shape("rancher-ace-nodes-ipv6"),
            "kubectl --context prod -n kube-system get secret full-cluster-state -o json > FILE",
            "the saved state",
        ),
        (
            "the same of another distribution",
            behind(|file| file.way("prod-cp1", server("https://2001:db8::11:6443"), "prod")),
            "kubeconfig export --kubeconfig config --context prod-cp1 --server 'https://[ADDRESS]:6443' --out FILE",
            "the brackets",
        ),
        ("a cloud's", of_shape("eks"), "", ""),
    ] {
        let (found, why) = mend(&cluster);
        assert_eq!(found, command, "{what}: {cluster:#?}");
        assert!(why.contains(about), "{what}: {why}");
    }
}

#[test]
fn contexts_with_the_same_are_told_together() {
    let cluster = behind(|file| {
        (1..=3).fold(file, |file, n| {
            file.way(&format!("prod-cp{n}"), server(&format!("https://192.0.2.{n}:6443")), "prod")
        })
    });
    let told: Vec<(&[String], &str)> =
        cluster.missing.iter().skip(1).map(|missing| (&*missing.contexts, &*missing.what)).collect();
    assert_eq!(told.len(), 2, "{cluster:#?}");
    assert_eq!(told[0], (&["prod".to_owned()][..], "only through Rancher"));
    assert_eq!(told[1].0, ["prod-cp1", "prod-cp2", "prod-cp3"]);
}

#[test]
fn names_of_all_kinds() {
    for name in ["it's $(rm -rf ~)", "a\nb\u{1b}[31m\u{202e}", "", "-n", &"x".repeat(10_000), "R&D \"blue\" \\ \u{fc}"]
    {
        let file = File::new().user(name, rancher_token()).way(name, proxy("c-m-7xk2m9qd"), name);
        let cluster = one(&file);
        assert_verdict(name, &cluster, No);
        assert_eq!(cluster.ways[0].context(), name);
        let (command, what) = mend(&cluster);
        assert!(!command.contains(char::is_control) && !what.contains(char::is_control), "{command:?}");
        assert_eq!(words(&command).as_deref(), Some(name), "{command}");
    }
}

/// What a shell makes of the name in the command; `None` where there is no shell.
fn words(command: &str) -> Option<String> {
    let script = command.replace("kubeconfig ace --kubeconfig config", "show").replace("--", "\n#--");
    let script = format!("show() {{ printf '%s' \"$1\"; }}\n{}", script.split("\n#").next().unwrap());
    // Names that hold two dashes don't come up here.
    let out = std::process::Command::new("bash").arg("-c").arg(script).output().ok()?;
    Some(String::from_utf8(out.stdout).unwrap())
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
