//! The drill over the files of all programs, as they write them.

use super::Verdict::{No, Unknown, Yes};
use super::*;
use crate::common::shapes;

/// The shape with its clusters, and the answer for each: elsewhere, and on the node the file is from.
type Label = (&'static str, &'static [(&'static str, Verdict, Verdict)]);

const LABELS: &[Label] = &[
    ("rancher-2.0", &[("prod", No, No)]),
    ("rancher-2.0-public-ca", &[("prod", No, No)]),
    ("rancher-proxy", &[("prod", No, No)]),
    ("rancher-proxy-public-ca", &[("prod", No, No)]),
    ("rancher-proxy-html-escaped", &[("R&amp;D &#39;blue&#39;", No, No)]),
    ("rancher-2.2-ace", &[("prod", Unknown, Unknown)]),
    ("rancher-2.5-ace", &[("prod", Unknown, Unknown)]),
    ("rancher-local", &[("local", No, No)]),
    ("rancher-ace-html-escaped", &[("R&amp;D", Unknown, Unknown)]),
    ("rancher-2.15-ext-token", &[("prod", Unknown, Unknown)]),
    ("rancher-ace-fqdn", &[("prod", Unknown, Unknown)]),
    ("rancher-ace-fqdn-public-ca", &[("prod", Unknown, Unknown)]),
    ("rancher-ace-nodes", &[("prod", Unknown, Unknown)]),
    ("rancher-ace-nodes-ipv6", &[("prod", Unknown, Unknown)]),
    ("rancher-exec", &[("prod", No, No)]),
    ("rancher-exec-ace", &[("prod", Unknown, Unknown)]),
    ("rancher-exec-get-token", &[("prod", Unknown, Unknown)]),
    ("rancher-multi-cluster", &[("prod", Yes, Yes), ("staging", Yes, Yes), ("test", No, No)]),
    ("rancher-multi-cluster-exec", &[("test", No, No)]),
    ("rancher-provisioning-secret", &[("default", No, No)]),
    ("rke", &[("prod", Yes, Yes)]),
    ("rke-0.1.2", &[("Default", Yes, Yes)]),
    ("k3s", &[("default", No, Yes)]),
    ("rke2", &[("default", No, Yes)]),
    ("eks", &[("arn:aws:eks:eu-central-1:111122223333:cluster/prod", Unknown, Unknown)]),
    ("gke", &[("gke_example-project_europe-west3_prod", Unknown, Unknown)]),
    ("gke-auth-provider", &[("gke_example-project_europe-west3_prod", No, No)]),
    ("aks-kubelogin", &[("prod", Unknown, Unknown)]),
    ("aks-admin", &[("prod-admin", Yes, Yes)]),
    ("openshift", &[("admin", Yes, Yes)]),
    ("kind", &[("kind-kind", No, Yes)]),
    ("minikube", &[("minikube", Yes, Yes)]),
    ("kubeadm", &[("kubernetes-admin@kubernetes", Yes, Yes)]),
    ("kubeadm-expired", &[("kubernetes-admin@kubernetes", No, No)]),
    ("files", &[("admin@bare-metal", Yes, Yes)]),
    ("generic", &[("deploy", Unknown, Unknown)]),
    ("authn-webhook", &[("webhook", No, No)]),
];

#[test]
fn every_shape_has_its_answers() {
    let mut shapes = shapes::all();
    assert_eq!(shapes.len(), LABELS.len(), "each shape has a label");
    for (name, clusters) in LABELS {
        let shape = shapes.iter_mut().find(|shape| shape.name == *name).expect(name);
        // Made yesterday, as its certificates are.
        shape.text = shape.text.replace("2026-08-01T09:30:00Z", &rfc3339(days(-1)));
        let folder = tempfile::tempdir().unwrap();
        let loaded = common::api::load(&shape.lay_out(folder.path())).unwrap();
        for on_node in [false, true] {
            let report = Outage::at(today()).on_node(on_node).run(&[&loaded]);
            let found: Vec<_> =
                report.clusters.iter().map(|cluster| (cluster.name.as_str(), cluster.verdict)).collect();
            let expected = clusters.iter().map(|(name, off, on)| (*name, if on_node { *on } else { *off }));
            assert_eq!(found, expected.collect::<Vec<_>>(), "{name}, on its node: {on_node}: {report:#?}");
            report.clusters.iter().for_each(|cluster| assert_verdict(name, cluster, cluster.verdict));
        }
    }
}
