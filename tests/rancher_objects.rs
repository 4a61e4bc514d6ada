//! Rancher's own objects, as `kubectl get` and the v3 API print them.
#![cfg(feature = "rancher")]

use kubeconfig::access::Examiner;
use kubeconfig::pki_types::UnixTime;
use kubeconfig::rancher::{AuthorizedEndpoint, ManagedCluster, Provisioner};
use kubeconfig::{ErrorKind, Loaded};

fn read(text: &str) -> Vec<ManagedCluster> {
    ManagedCluster::read_all(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// `clusters.management.cattle.io` of that id, with these fields of spec and status.
fn management(id: &str, spec: &str, status: &str) -> String {
    format!(
        "apiVersion: management.cattle.io/v3\nkind: Cluster\nmetadata: {{name: {id}}}\n\
         spec: {{displayName: prod, {spec}}}\nstatus: {{{status}}}\n"
    )
}

fn provisioning(id: &str, spec: &str) -> String {
    format!(
        "apiVersion: provisioning.cattle.io/v1\nkind: Cluster\nmetadata: {{name: prod, namespace: fleet-default}}\n\
         spec: {{{spec}}}\nstatus: {{clusterName: {id}}}\n"
    )
}

fn node(cluster: &str, name: &str, spec: &str, status: &str) -> String {
    format!(
        "apiVersion: management.cattle.io/v3\nkind: Node\nmetadata: {{name: m-{name}, namespace: {cluster}}}\n\
         spec: {{requestedHostname: {name}, controlPlane: true, {spec}}}\nstatus: {{{status}}}\n"
    )
}

#[test]
fn who_made_it() {
    let made = |driver: &str| Provisioner::NodeDriver(driver.into());
    let hosted = |cloud: &str| Provisioner::Hosted(cloud.into());
    let pool = |kind: &str| format!("{{machineConfigRef: {{kind: {kind}}}}}");
    let template =
        |driver: &str| node("c-1", "a", "nodeTemplateName: t", &format!("nodeTemplateSpec: {{driver: {driver}}}"));
    let rke = management("c-1", "rancherKubernetesEngineConfig: {}", "driver: rancherKubernetesEngine, provider: rke");
    for (text, expected, words) in [
        (management("local", "internal: true", "driver: k3s"), Provisioner::Local, "Rancher's own"),
        (management("c-1", "eksConfig: {region: eu}", "driver: EKS"), hosted("EKS"), "hosted (EKS)"),
        (management("c-1", "gkeConfig: null, aksConfig: {}", ""), hosted("AKS"), "hosted (AKS)"),
        (management("c-1", "", "driver: GKE"), hosted("GKE"), "hosted (GKE)"),
        (management("c-1", "aliConfig: {}", ""), hosted("Alibaba"), "hosted (Alibaba)"),
        (management("c-1", "", "driver: Alibaba"), hosted("Alibaba"), ""),
        // Clusters of clouds and of RKE have an object of provisioning too, in which nothing tells who made them.
        (management("c-1", "eksConfig: {}", "") + "---\n" + &provisioning("c-1", ""), hosted("EKS"), ""),
        (provisioning("c-1", "") + "---\n" + &management("c-1", "eksConfig: {}", ""), hosted("EKS"), ""),
        (format!("{rke}---\n{}---\n{}", provisioning("c-1", ""), template("azure")), made("azure"), ""),
        (management("c-1", "genericEngineConfig: {driverName: amazonElasticContainerService}", ""), hosted("EKS"), ""),
        (
            management("c-1", "genericEngineConfig: {driverName: linodekubernetesengine}", ""),
            hosted("linodekubernetesengine"),
            "",
        ),
        (management("c-1", "", "driver: imported, provider: k3s"), Provisioner::Imported, "imported"),
        (management("c-m-1", "", "driver: k3s"), Provisioner::Unknown, "unknown"),
        (management("c-m-1", "", "driver: k3s") + "---\n" + &provisioning("c-m-1", ""), Provisioner::Imported, ""),
        (provisioning("c-m-1", "rkeConfig: {}"), Provisioner::Custom, "custom nodes"),
        (
            provisioning("c-m-1", &format!("rkeConfig: {{machinePools: [{}]}}", pool("Amazonec2Config"))),
            made("amazonec2"),
            "nodes made by Rancher on EC2",
        ),
        (
            provisioning("c-m-1", &format!("rkeConfig: {{machinePools: [{0}, {0}]}}", pool("VmwarevsphereConfig"))),
            made("vmwarevsphere"),
            "nodes made by Rancher on vSphere",
        ),
        (
            provisioning(
                "c-m-1",
                &format!("rkeConfig: {{machinePools: [{}, {}]}}", pool("AzureConfig"), pool("LinodeConfig")),
            ),
            made(""),
            "nodes made by Rancher",
        ),
        (rke.clone(), Provisioner::Unknown, ""),
        (format!("{rke}---\n{}", template("azure")), made("azure"), "nodes made by Rancher on Azure"),
        (format!("{rke}---\n{}", node("c-1", "a", "customConfig: {address: 10.0.0.1}", "")), Provisioner::Custom, ""),
        ("{type: cluster, id: c-1, name: prod, driver: imported, provider: rke2}".into(), Provisioner::Imported, ""),
    ] {
        let clusters = read(&text);
        assert_eq!(clusters.len(), 1, "{text}");
        assert_eq!(clusters[0].provisioner, expected, "{text}");
        assert_eq!(clusters[0].display_name.as_deref(), Some("prod"), "{text}");
        assert!(words.is_empty() || expected.to_string() == words, "{expected}");
        assert_eq!(clusters[0].can_have_endpoint(), !matches!(expected, Provisioner::Hosted(_)), "{text}");
        // Each cloud has a command of its own, or none.
        if let Provisioner::Hosted(cloud) = &expected {
            let error = AuthorizedEndpoint::of(&clusters[0]).unwrap_err();
            let commands = [("EKS", "aws eks "), ("GKE", "gcloud "), ("AKS", "az aks ")];
            let help = error.help().unwrap_or_default();
            assert!(commands.iter().all(|(name, command)| help.contains(command) == (cloud == name)), "{help}");
        }
    }
    assert!(!read(&management("c-1", "", "driver: imported, provider: eks"))[0].can_have_endpoint());
}

#[test]
fn one_object_a_list_a_collection_or_several_documents() {
    let object = r#"{"apiVersion": "management.cattle.io/v3", "kind": "Cluster", "metadata": {"name": "c-1"}, "spec": {"displayName": "a"}}"#;
    let v3 = |id: &str| format!(r#"{{"type": "cluster", "id": "{id}", "name": "a", "actions": {{}}}}"#);
    for (text, count) in [
        (object.to_owned(), 1),
        (format!(r#"{{"apiVersion": "v1", "kind": "List", "items": [{object}, {{"kind": "Pod"}}]}}"#), 1),
        (format!(r#"{{"type": "collection", "data": [{}, {}]}}"#, v3("c-1"), v3("c-2")), 2),
        (format!("# saved\n---\n{object}\n---\n# nothing\n---\n{}\n", v3("c-2")), 2),
        (format!("{object}\n---\n{}\n", v3("c-1")), 1),
        (format!("{}\r\n---\r\n{}\r\n", v3("c-1"), v3("c-3")), 2),
    ] {
        assert_eq!(read(&text).len(), count, "{text}");
    }
    for (text, kind, words) in [
        ("", ErrorKind::NotFound, "no object of a Rancher cluster"),
        ("kind: Pod", ErrorKind::NotFound, "clusters.management.cattle.io"),
        ("[1, 2", ErrorKind::Syntax, "line 1"),
        // Counted from the beginning of the text, not of the document.
        ("a: b\n---\nc: d\n---\n\ne: [\n", ErrorKind::Syntax, "line 7"),
    ] {
        let error = ManagedCluster::read_all(text).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
    // Nodes without their cluster are no cluster.
    assert!(ManagedCluster::read_all(node("c-1", "a", "", "")).is_err());
}

#[test]
fn which_address_a_node_has() {
    let addresses = |list: &str| format!("addresses: [{list}]");
    let (internal, internal_2, external) = (
        "{type: InternalIP, address: 10.0.0.1}",
        "{type: InternalIP, address: 10.0.0.2}",
        "{type: ExternalIP, address: 192.0.2.1}",
    );
    for (list, annotations, expected) in [
        (format!("{internal}, {internal_2}"), "", Some("10.0.0.2")),
        (format!("{internal}, {external}, {{type: ExternalIP, address: 192.0.2.9}}"), "", Some("192.0.2.1")),
        (internal.to_owned(), "rke.cattle.io/external-ip: 192.0.2.7", Some("192.0.2.7")),
        (format!("{external}, {internal}"), "rke.cattle.io/external-ip: 192.0.2.7", Some("192.0.2.1")),
        ("{type: Hostname, address: a}".to_owned(), "", None),
        (String::new(), "", None),
    ] {
        let status = format!("internalNodeStatus: {{{}}}, nodeAnnotations: {{{annotations}}}", addresses(&list));
        let rancher = management("c-1", "", "") + "---\n" + &node("c-1", "a", "", &status);
        let kubernetes = format!(
            "{}---\napiVersion: v1\nkind: Node\nmetadata: {{name: a, annotations: {{{annotations}}}, labels: \
             {{node-role.kubernetes.io/controlplane: 'true'}}}}\nstatus: {{{}}}\n",
            management("c-1", "", ""),
            addresses(&list)
        );
        for text in [rancher, kubernetes] {
            let found = read(&text).remove(0).control_plane;
            let found: Vec<(&str, &str)> = found.iter().map(|node| (&*node.name, &*node.address)).collect();
            assert_eq!(found, expected.map(|address| ("a", address)).into_iter().collect::<Vec<_>>(), "{text}");
        }
    }
    // Up to 2.5: what RKE was told. Workers are no way in.
    let nodes = "appliedSpec: {rancherKubernetesEngineConfig: {nodes: [\
        {address: 192.0.2.1, hostnameOverride: cp1, role: [controlplane, etcd]}, {address: 192.0.2.2, role: [worker]}]}}";
    let found = read(&management("c-1", "", nodes)).remove(0).control_plane;
    assert_eq!((found.len(), &*found[0].name, &*found[0].address), (1, "cp1", "192.0.2.1"));
}

#[test]
fn the_endpoint_it_has() {
    let pem = include_str!("data/ca.pem").replace('\n', "\\n");
    for (endpoint, works) in [
        ("localClusterAuthEndpoint: {enabled: true, fqdn: 'p.example.com:6443'}".to_owned(), Ok(())),
        (format!("localClusterAuthEndpoint: {{enabled: true, fqdn: p.example.com, caCerts: \"{pem}\"}}"), Ok(())),
        ("localClusterAuthEndpoint: {enabled: true, fqdn: p, caCerts: none}".into(), Err(ErrorKind::Certificate)),
        ("localClusterAuthEndpoint: {enabled: false, fqdn: p}".into(), Err(ErrorKind::Refused)),
        ("localClusterAuthEndpoint: null".into(), Err(ErrorKind::Refused)),
        ("description: x".into(), Err(ErrorKind::Refused)),
        ("localClusterAuthEndpoint: {enabled: true}".into(), Err(ErrorKind::NotFound)),
        ("localClusterAuthEndpoint: {enabled: true}, eksConfig: {}".into(), Err(ErrorKind::Refused)),
    ] {
        let cluster = read(&management("c-1", &endpoint, "")).remove(0);
        let got = AuthorizedEndpoint::of(&cluster).map(|_| ()).map_err(|error| error.kind());
        assert_eq!(got, works, "{endpoint}");
    }
}

#[test]
fn secrets_in_an_object_are_not_told() {
    let text = management("c-1", "importedConfig: {kubeConfig: SECRET-CANARY}", "serviceAccountToken: SECRET-CANARY");
    assert!(!format!("{:?}", read(&text)).contains("CANARY"));
    let error = ManagedCluster::read_all(text + "x: 'SECRET-CANARY\n").unwrap_err().to_string();
    assert!(!error.contains("CANARY"), "{error}");
}

/// Rancher's webhook is put by hand into a cluster that was imported: nothing shows that it is there.
#[test]
fn a_cluster_that_was_imported() {
    const ENDPOINT: &str = "localClusterAuthEndpoint: {enabled: true, fqdn: 'p.example.com:6443'}";
    let object = |status: &str| management("c-12345", ENDPOINT, status);
    let source = behind("c-12345");
    for (status, is_imported) in
        [("driver: k3s", true), ("driver: rke2", true), ("driver: rancherKubernetesEngine", false)]
    {
        let endpoint = AuthorizedEndpoint::read(object(status), &source, "prod").unwrap();
        let extended = endpoint.public_ca().add_to(&source, "prod").build().unwrap();
        let said: String = extended.notes().iter().map(|note| format!("{note}\n")).collect();
        assert_eq!(said.contains("kube-api-authn-webhook.yaml"), is_imported, "{status}: {}", said);
        assert_eq!(extended.is_likely_valid(), !is_imported, "{status}: {}", said);
        assert_eq!(extended.to_yaml().contains("kubeconfig-rs/imported"), is_imported, "{status}");
        // What was said of it is said of the file later.
        let again =
            Examiner::at(UnixTime::now()).context(&Loaded::from_config(extended.config().clone(), "/"), "prod-fqdn");
        assert_eq!(again.reasons().join("\n").contains("kube-api-authn-webhook.yaml"), is_imported, "{status}");
    }
    // Hosted ones have none at all.
    let hosted = AuthorizedEndpoint::read(object("driver: Alibaba"), &source, "prod").unwrap_err();
    assert!(hosted.kind() == ErrorKind::Refused && hosted.message().contains("Alibaba"), "{hosted}");
}

/// A file of that cluster, with a token that Rancher 2.5 bound to it.
fn behind(id: &str) -> Loaded {
    let text = format!(
        "{{clusters: [{{name: prod, cluster: {{server: 'https://r.example.com/k8s/clusters/{id}'}}}}],\n\
         users: [{{name: prod, user: {{token: 'kubeconfig-u-abcde.{id}:x'}}}}],\n\
         contexts: [{{name: prod, context: {{cluster: prod, user: prod}}}}], current-context: prod}}"
    );
    Loaded::from_config(text.parse().unwrap(), "/folder")
}
