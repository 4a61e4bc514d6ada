//! Advice while Rancher is down: steps that do not need it, and never another answer.

use super::Verdict::{No, Unknown, Yes};
use super::*;
use common::pki::world;
use common::{shapes, shell};
use kubeconfig::rancher::outage::Missing;

fn rancher_token() -> Value {
    token(&format!("kubeconfig-u-abcde12345k9xzp:{SECRET}"))
}

fn behind(id: &str, direct: impl FnOnce(File) -> File) -> File {
    direct(File::new().user("prod", rancher_token()).way("prod", proxy(id), "prod"))
}

fn down() -> Outage {
    Outage::at(today()).rancher_down(true)
}

fn steps(cluster: &ClusterVerdict) -> Vec<(&str, &str)> {
    let of = |missing: &'_ Missing| missing.mend.is_some();
    cluster.missing.iter().filter(|m| of(m)).map(|m| (&*m.what, m.mend.as_deref().unwrap_or_default())).collect()
}

const RKE: &str = "umask 077 && rm -f state.json\n\
    docker cp kubelet:/usr/local/bin/kubectl . && ./kubectl --kubeconfig \
    /etc/kubernetes/ssl/kubecfg-kube-node.yaml -n kube-system get secret full-cluster-state -o json > state.json\n\
    test -s state.json || ./kubectl --kubeconfig /etc/kubernetes/ssl/kubecfg-kube-node.yaml -n kube-system get \
    configmap full-cluster-state -o json > state.json\n\
    kubeconfig recover state.json --out FILE";

#[test]
fn each_cluster_has_steps_without_rancher() {
    let w = world();
    let cp1 = |ca: &str| with_ca("https://192.0.2.11:6443", ca);
    let eks = shapes::named("eks").text.parse().unwrap();
    let eks = down().run(&[&Loaded::from_config(eks, "/")]).clusters.remove(0);
    let over = File::new().made(40, 30 * DAY).user("prod", rancher_token()).way("prod", proxy("c-x"), "prod");
    let local = File::new().user("local", rancher_token()).way("local", proxy("local"), "local");
    let admin = "kubeconfig export --kubeconfig ADMIN_FILE --server https://HOST:6443 --name";
    let try_cp1 = "kubectl --kubeconfig config --context prod-cp1 get nodes";
    let k3s = "kubeconfig export --kubeconfig /etc/rancher/k3s/k3s.yaml --server https://192.0.2.11:6443 --name prod \
        --out FILE";
    for (what, cluster, verdict, expected) in [
        (
            "RKE, by its CA",
            one_with(&behind("c-x", |file| file.way("prod-cp1", cp1(&w.rke_ca.certificate), "prod")), &down()),
            Unknown,
            vec![try_cp1.to_owned(), RKE.to_owned()],
        ),
        (
            "K3s: the server whose address is in the file",
            one_with(&behind("c-m-x", |file| file.way("prod-cp1", cp1(&w.k3s_server_ca.certificate), "prod")), &down()),
            Unknown,
            vec![try_cp1.to_owned(), k3s.to_owned()],
        ),
        (
            "a token that is over",
            one_with(&over.way("prod-cp1", cp1(&w.k3s_server_ca.certificate), "prod"), &down()),
            No,
            vec![k3s.to_owned()],
        ),
        (
            "only through Rancher, of a kind that nothing tells",
            one_with(&behind("c-m-x", |file| file), &down()),
            No,
            vec![format!("{admin} prod --out FILE")],
        ),
        (
            "the same, and perhaps of RKE",
            one_with(&behind("c-x", |file| file), &down()),
            No,
            vec![format!("{admin} prod --out FILE"), RKE.to_owned()],
        ),
        ("Rancher's own", one_with(&local, &down()), No, vec![format!("{admin} local --out FILE"), RKE.to_owned()]),
        (
            "a cloud's",
            eks,
            Unknown,
            vec![
                "kubectl --context CONTEXT get nodes".to_owned(),
                "aws eks update-kubeconfig --name CLUSTER --kubeconfig FILE".to_owned(),
            ],
        ),
    ] {
        assert_eq!(cluster.verdict, verdict, "{what}: {cluster:#?}");
        let found = steps(&cluster);
        let context = cluster.ways[0].context();
        let commands: Vec<String> = found.iter().map(|(_, command)| command.replace(context, "CONTEXT")).collect();
        let expected: Vec<String> = expected.iter().map(|command| command.replace(context, "CONTEXT")).collect();
        assert_eq!(commands, expected, "{what}: {cluster:#?}");
        for (about, command) in found {
            let is_through = command.contains("--context prod ") || command.contains("rancher clusters");
            assert!(!is_through && !about.contains("in Rancher"), "{what}: {about}\n{command}");
            let Some(commands) = shell::arguments(command) else { continue };
            assert!(commands.len() >= command.lines().count(), "{what}: {commands:?}");
        }
    }
}

#[test]
fn the_address_of_the_file_is_named() {
    let file = behind("c-x", |file| {
        file.way("prod-fqdn", server("https://prod.example.com"), "prod").way(
            "prod-cp1",
            with_ca("https://192.0.2.11:6443", &world().rke_ca.certificate),
            "prod",
        )
    });
    let cluster = one_with(&file, &down());
    let (about, _) = steps(&cluster).pop().unwrap();
    assert!(about.contains("on the control-plane node 192.0.2.11 ("), "{about}");
}

/// Whatever the advice, the answers are the same.
#[test]
fn no_verdict_changes() {
    for shape in shapes::all() {
        let loaded = Loaded::from_config(shape.text.parse().unwrap(), "/");
        let (up, down) = (Outage::at(today()).run(&[&loaded]), down().run(&[&loaded]));
        assert_eq!(up.verdict(), down.verdict(), "{}", shape.name);
        for (up, down) in up.clusters.iter().zip(&down.clusters) {
            assert_eq!((up.verdict, &up.name), (down.verdict, &down.name), "{}", shape.name);
            let causes = |cluster: &ClusterVerdict| {
                cluster.missing.iter().filter(|m| m.mend.is_none()).cloned().collect::<Vec<_>>()
            };
            assert_eq!(causes(up), causes(down), "{}", shape.name);
            // Causes first, and no file that another kind of cluster has.
            let kinds = down.missing.iter().map(|m| m.mend.is_some()).collect::<Vec<_>>();
            assert!(kinds.is_sorted(), "{}: {down:#?}", shape.name);
            let text = format!("{:?}", steps(down));
            let is_rke = text.contains("on the control-plane node") && !text.contains("if RKE made");
            assert!(!(is_rke && text.contains("k3s.yaml")), "{}: {text}", shape.name);
        }
    }
}

/// A backup without the context through Rancher still tells the cluster's id.
#[test]
fn a_backup_keeps_the_doubt() {
    // The token is used for two clusters, so Rancher did not bind it to either.
    let file = behind("c-m-7xk2m9qd", |file| {
        let file = file.way("other", proxy("c-m-other"), "prod");
        let file = file.way("prod-fqdn", server("https://prod.example.com:6443"), "prod");
        File { comments: File::new().made(1, 30 * DAY).comments, ..file }
    });
    let loaded = file.load();
    let outage = Outage::at(today());
    assert_ne!(outage.run(&[&loaded]).clusters[0].verdict, Yes);
    let backup = outage.export(&loaded).direct_only().build().unwrap();
    assert!(!backup.report().stands_alone());
    let again = Loaded::from_config(backup.to_yaml().parse().unwrap(), "/");
    let report = outage.run(&[&again]);
    assert_ne!(report.clusters[0].verdict, Yes, "{report:#?}");
    assert!(!outage.export(&again).build().unwrap().report().stands_alone());
}

#[test]
fn a_backup_keeps_the_id() {
    let file = behind("c-m-7xk2m9qd", |file| {
        let file = file.way("prod-fqdn", server("https://prod.example.com:6443"), "prod");
        File { comments: File::new().made(40, 30 * DAY).comments, ..file }
    });
    let loaded = file.load();
    let outage = Outage::at(today());
    let backup = outage.export(&loaded).direct_only().build().unwrap();
    assert_eq!(backup.config().contexts.len(), 1);
    let again = Loaded::from_config(backup.to_yaml().parse().unwrap(), "/");
    let report = outage.run(&[&again]);
    let cluster = &report.clusters[0];
    assert_eq!((cluster.verdict, cluster.cluster_id.as_deref()), (No, Some("c-m-7xk2m9qd")), "{cluster:#?}");
    assert_eq!(steps(cluster)[0].1, "rancher clusters kubeconfig c-m-7xk2m9qd > FILE");
    // Without it there is a word to fill in, never the name.
    let own = File::new().made(40, 30 * DAY).user("prod", rancher_token());
    let cluster = one(&own.way("prod-fqdn", server("https://prod.example.com:6443"), "prod"));
    assert_eq!(steps(&cluster)[0].1, "rancher clusters kubeconfig CLUSTER_ID > FILE", "{cluster:#?}");
    // What only its name ties to a cluster is not said to be that one's.
    let guess = File::new()
        .user("a", rancher_token())
        .way("prod", proxy("c-m-7xk2m9qd"), "a")
        .user("prod", token(&format!("kubeconfig-u-abcde12345other:{SECRET}")))
        .way("prod-fqdn", server("https://prod.example.com:6443"), "prod");
    let loaded = guess.load();
    let backup = outage.export(&loaded).direct_only().build().unwrap();
    assert!(!backup.to_yaml().contains("c-m-7xk2m9qd"), "{}", backup.to_yaml());
}
