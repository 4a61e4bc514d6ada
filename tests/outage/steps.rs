//! The step that is printed beside an answer fits its cause.

use super::mending::{mend, rancher_token};
use super::*;
use common::pki::world;
use common::shell;
use kubeconfig::rancher::{ManagedCluster, SavedTokens};

/// Each *no* and each *unknown* has one step, by its cause.
#[test]
fn the_step_fits_the_cause() {
    let w = world();
    let text = format!("kubeconfig-u-abcde12345k9xzp:{SECRET}");
    let ca = &w.k3s_server_ca.certificate;
    let cp1 = || with_ca("https://192.0.2.11:6443", ca);
    let with = |user: Value, cluster: Value| {
        one(&File::new().user("prod", user).way("prod", proxy("c-m-7xk2m9qd"), "prod").way("prod-cp1", cluster, "prod"))
    };
    let changed = |field: &str, value: &str| {
        let mut cluster = cp1();
        cluster.as_object_mut().unwrap().remove("certificate-authority-data");
        cluster[field] = json!(value);
        with(rancher_token(), cluster)
    };
    let saved = |text: &str, objects: Vec<Value>| {
        let list = json!({"apiVersion": "v1", "kind": "List", "items": objects});
        let saved = SavedTokens::read_all(list.to_string()).unwrap().of_cluster("prod");
        let file = File::new().user("prod", token(text)).way("prod", proxy("c-m-7xk2m9qd"), "prod");
        one_with(&file.way("prod-cp1", cp1(), "prod"), &Outage::at(today()).saved_tokens(saved))
    };
    let object = |name: &str, hash: &str, expires: &str| {
        json!({"apiVersion": "cluster.cattle.io/v3", "kind": "ClusterAuthToken", "metadata": {"name": name},
            "userName": "u-abcde12345", "enabled": true, "hash": hash, "expiresAt": expires})
    };
    let user = |name: &str, enabled: bool| {
        json!({"apiVersion": "cluster.cattle.io/v3", "kind": "ClusterUserAttribute", "metadata": {"name": name},
            "enabled": enabled})
    };
    let name = "kubeconfig-u-abcde12345k9xzp";
    let managed = |object: Value, direct: Option<Value>, outage: Outage| {
        let id = object["metadata"]["name"].as_str().unwrap().to_owned();
        let file = File::new().user("prod", rancher_token()).way("prod", proxy(&id), "prod");
        let file = direct.into_iter().fold(file, |file, cluster| file.way("prod-cp1", cluster, "prod"));
        let node = json!({"apiVersion": "management.cattle.io/v3", "kind": "Node", "metadata": {"name": "m-1",
            "namespace": id}, "spec": {"controlPlane": true, "requestedHostname": "n1"},
            "status": {"internalNodeStatus": {"addresses": [{"type": "InternalIP", "address": "192.0.2.99"}]}}});
        let list = json!({"apiVersion": "v1", "kind": "List", "items": [object, node]});
        one_with(&file, &outage.managed(ManagedCluster::read_all(list.to_string()).unwrap()))
    };
    let cluster = |spec: Value, status: Value| {
        json!({"apiVersion": "management.cattle.io/v3", "kind": "Cluster", "metadata": {"name": "c-7xk2m"},
            "spec": spec, "status": status})
    };
    let endpoint = || json!({"localClusterAuthEndpoint": {"enabled": true}});
    let nothing = || json!({});
    let up = || Outage::at(today());
    let down = || up().rancher_down(true);
    let leaf = w.balancer_ca.server("lb.example.com", &["lb.example.com"], Validity::days(900)).certificate;
    let kubeadm = Ca::new("kubernetes", None, Algorithm::Ec);
    let over = |ca: &Ca| certificate(&ca.client("admin", Some("system:masters"), Validity::over()));
    let rke_over = File::new().made(40, 30 * DAY).user("prod", rancher_token()).way("prod", proxy("c-x"), "prod").way(
        "prod-cp1",
        with_ca("https://192.0.2.11:6443", &w.rke_ca.certificate),
        "prod",
    );
    let admin = |file: &str, server: &str| {
        format!("kubeconfig export --kubeconfig {file} --server {server} --name NAME --out FILE")
    };
    let k3s = |server: &str| admin("/etc/rancher/k3s/k3s.yaml", server);
    let any = |server: &str| admin("ADMIN_FILE", server);
    let fresh = |id: &str| format!("rancher clusters kubeconfig {id} > FILE");
    let (own, host) = ("https://192.0.2.11:6443", "https://HOST:6443");
    let try_cp1 = "kubectl --kubeconfig config --context prod-cp1 get nodes".to_owned();
    let switch_on = "kubectl --kubeconfig RANCHER_FILE patch users.management.cattle.io USER_ID --type merge \
        -p '{\"enabled\":true}'";
    for (what, cluster, step, about) in [
        ("a placeholder", with(rancher_token(), with_ca("https://<IP>:6443", ca)), k3s(host), ""),
        ("port 0", with(rancher_token(), with_ca("https://192.0.2.11:0", ca)), k3s(host), ""),
        ("no CA", changed("certificate-authority-data", "eA=="), any(own), ""),
        ("no file of a CA", changed("certificate-authority", "/nowhere"), any(own), ""),
        ("a line break in the token", with(token(&text.replace("k9", "k\n9")), cp1()), k3s(own), ""),
        ("a leaf", one(&File::new().user("u", token("t")).way("c", with_ca(own, &leaf), "u")), any(own), ""),
        ("no credentials", one(&File::new().user("u", nothing()).way("c", cp1(), "u")), k3s(own), ""),
        ("redacted", one(&File::new().user("u", token("REDACTED")).way("c", cp1(), "u")), k3s(own), ""),
        ("no such user", one(&File::new().way("c", cp1(), "gone")), k3s(own), ""),
        ("a JWT", one(&File::new().user("u", token(&jwt(json!({"exp": 1})))).way("c", cp1(), "u")), k3s(own), ""),
        (
            "a certificate of another CA that is over",
            one(&File::new().user("u", over(&kubeadm)).way("c", server(own), "u")),
            any(own),
            "",
        ),
        (
            "a removed plugin",
            one(&File::new().user("u", json!({"auth-provider": {"name": "oidc-old"}})).way("c", cp1(), "u")),
            k3s(own),
            "",
        ),
        (
            "a login command that kubectl refuses",
            one(&File::new()
                .user("u", json!({"exec": {"command": "x", "apiVersion": "client.authentication.k8s.io/v1"}}))
                .way("c", cp1(), "u")),
            k3s(own),
            "",
        ),
        (
            "kubeadm's that is over",
            one(&File::new().user("u", over(&kubeadm)).way("c", with_ca(own, &kubeadm.certificate), "u")),
            format!("kubeadm certs renew admin.conf\n{}", admin("/etc/kubernetes/admin.conf", own)),
            "",
        ),
        (
            "the token is over, so that Rancher takes it neither",
            one(&rke_over),
            "umask 077 && rm -f state.json\ndocker cp kubelet:/usr/local/bin/kubectl . && ./kubectl".to_owned(),
            "on the control-plane node 192.0.2.11",
        ),
        (
            "an administrator of RKE behind Rancher that is over: the state holds the same certificate",
            one_with(
                &File::new()
                    .user("prod", rancher_token())
                    .way("prod", proxy("c-x"), "prod")
                    .user("kube-admin-x", over(&w.rke_ca))
                    .way("x", with_ca(own, &w.rke_ca.certificate), "kube-admin-x"),
                &up().same("prod", "x"),
            ),
            "umask 077 && rm -f state.json\nkubectl --kubeconfig config --context prod -n kube-system".to_owned(),
            "rotate the certificates of this cluster in Rancher, then get the state",
        ),
        (
            "a cloud without a command",
            managed(cluster(json!({"aliConfig": {"clusterName": "x"}}), nothing()), None, up()),
            "# download it in the console of Alibaba".to_owned(),
            "take a kubeconfig from Alibaba itself",
        ),
        (
            "imported, and the endpoint is enabled",
            managed(cluster(endpoint(), json!({"driver": "k3s", "provider": "k3s"})), None, up()),
            fresh("c-7xk2m"),
            "put kube-api-authn-webhook.yaml on every server, then download the kubeconfig again",
        ),
        (
            "the endpoint is enabled",
            managed(cluster(endpoint(), nothing()), None, up()),
            fresh("c-7xk2m"),
            "get a direct context: download the kubeconfig again",
        ),
        (
            "K3s and its node, by objects",
            managed(cluster(nothing(), json!({"provider": "k3s"})), None, down()),
            k3s("https://192.0.2.99:6443"),
            "on the server node 192.0.2.99, ",
        ),
        (
            "RKE2 by objects",
            managed(cluster(nothing(), json!({"provider": "rke2"})), None, down()),
            admin("/etc/rancher/rke2/rke2.yaml", "https://192.0.2.99:6443"),
            "",
        ),
        (
            "RKE by objects",
            managed(cluster(nothing(), json!({"provider": "rke"})), None, down()),
            "umask 077 && rm -f state.json\ndocker cp".to_owned(),
            "on the control-plane node 192.0.2.99 ",
        ),
        (
            "the host of a cloud",
            with(rancher_token(), server("https://X.gr7.eu-central-1.eks.amazonaws.com")),
            "aws eks update-kubeconfig --name CLUSTER --kubeconfig FILE".to_owned(),
            "",
        ),
        (
            "a user that is off",
            saved(&text, vec![object(name, "", ""), user("u-abcde12345", false)]),
            switch_on.to_owned(),
            "switch the user of the token on in Rancher",
        ),
        (
            "a user that is not there",
            saved(&text, vec![object(name, "", ""), user("u-other", true)]),
            switch_on.to_owned(),
            "take an administrator's kubeconfig",
        ),
        (
            "a token of Rancher 2.5 that is over",
            saved(
                &format!("kubeconfig-u-abcde.c-m-7xk2m9qd:{SECRET}"),
                vec![object("kubeconfig-u-abcde.c-m-7xk2m9qd", "", "2020-01-01T00:00:00Z")],
            ),
            fresh("c-m-7xk2m9qd"),
            "delete the token in Rancher, then take a fresh kubeconfig",
        ),
        (
            "a hash that nobody reads",
            saved(&text, vec![object(name, "zzz", ""), user("u-abcde12345", true)]),
            try_cp1.clone(),
            "try the direct context",
        ),
        (
            "through a proxy: the address is known",
            one_with(
                &File::new().made(40, 30 * DAY).user("prod", rancher_token()).way("prod", proxy("c-m-x"), "prod").way(
                    "prod-cp1",
                    {
                        let mut cluster = cp1();
                        cluster["proxy-url"] = json!("http://rancher.example.com:3128");
                        cluster
                    },
                    "prod",
                ),
                &down(),
            ),
            k3s(own),
            "",
        ),
        (
            "IPv6 without brackets",
            with(rancher_token(), with_ca("https://2001:db8::11", ca)),
            k3s("'https://[2001:db8::11]:6443'"),
            "",
        ),
        (
            "the port of http",
            one(&File::new().user("u", token("t")).way("c", json!({"server": "http://192.0.2.5:8080"}), "u")),
            "kubeconfig export --kubeconfig config --context c --server https://192.0.2.5:6443 --out FILE".to_owned(),
            "",
        ),
    ] {
        let (found, why) = mend(&cluster);
        let found = found.replace("--name prod ", "--name NAME ").replace("--name c ", "--name NAME ");
        assert!(found.starts_with(&step), "{what}: {found}\n{cluster:#?}");
        assert!(why.contains(about) && !why.contains("prove when"), "{what}: {why}");
        assert!(!why.contains("kubeconfig-default-token-ttl"), "{what}: {why}");
        shell::arguments(&found);
    }
}
