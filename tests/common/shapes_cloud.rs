//! The kubeconfigs of the clouds' own programs, of OpenShift, and of clusters on one's own machine.

use super::pki::{Pair, base64, world};
use super::shapes::{Auth, Depends, Shape, client_go, cluster_body, context};

/// `auth/kubeconfig` of openshift-install: a bundle of the CAs of all ways to the API server, and a client of another
/// one.
pub fn openshift() -> Shape {
    let w = world();
    let server = "https://api.ocp.example.com:6443";
    let bundle: String = w.openshift_cas.iter().map(|ca| ca.certificate.as_str()).collect();
    let text = client_go("ocp", "admin", "admin", &cluster_body(&bundle, server), &embedded(&w.openshift_admin));
    let mut expected = context("admin", "admin", server, Auth::Certificate, Depends::StandsAlone);
    expected.cluster = "ocp".into();
    Shape {
        name: "openshift",
        file: "kubeconfig",
        text,
        files: vec![],
        current: "admin".into(),
        contexts: vec![expected],
    }
}

/// `kind create cluster`.
pub fn kind() -> Shape {
    let (name, server) = ("kind-kind", "https://127.0.0.1:36789");
    let w = world();
    let text = client_go(name, name, name, &cluster_body(&w.plain_ca.certificate, server), &embedded(&w.plain_admin));
    let contexts = vec![context(name, name, server, Auth::Certificate, Depends::ThisMachineOnly)];
    Shape { name: "kind", file: "config", text, files: vec![], current: name.into(), contexts }
}

/// `minikube start`: files in place of data, and an extension at the cluster and at the context.
pub fn minikube() -> Shape {
    let w = world();
    let server = "https://192.168.49.2:8443";
    let extension = |name: &str, indent: &str| {
        format!(
            "{indent}extensions:\n{indent}- extension:\n{indent}    last-update: Mon, 02 Mar 2026 10:00:00 CET\n\
             {indent}    provider: minikube.sigs.k8s.io\n{indent}    version: v1.35.0\n{indent}  name: {name}\n"
        )
    };
    let cluster = format!(
        "    certificate-authority: minikube/ca.crt\n{}    server: {server}\n",
        extension("cluster_info", "    ")
    );
    let user = "    client-certificate: minikube/profiles/minikube/client.crt\n    \
                client-key: minikube/profiles/minikube/client.key\n";
    let of_context = format!("    cluster: minikube\n{}    namespace: default\n", extension("context_info", "    "));
    let text = client_go("minikube", "minikube", "minikube", &cluster, user);
    Shape {
        name: "minikube",
        file: "config",
        text: text.replacen("    cluster: minikube\n", &of_context, 1),
        files: vec![
            ("minikube/ca.crt", w.minikube_ca.certificate.clone().into_bytes()),
            ("minikube/profiles/minikube/client.crt", w.minikube_user.certificate.clone().into_bytes()),
            ("minikube/profiles/minikube/client.key", w.minikube_user.key.clone().into_bytes()),
        ],
        current: "minikube".into(),
        contexts: vec![context("minikube", "minikube", server, Auth::Certificate, Depends::StandsAlone)],
    }
}

fn embedded(pair: &Pair) -> String {
    let (certificate, key) = (base64(&pair.certificate), base64(&pair.key));
    format!("    client-certificate-data: {certificate}\n    client-key-data: {key}\n")
}

/// `aws eks update-kubeconfig --profile production`.
pub fn eks() -> Shape {
    let arn = "arn:aws:eks:eu-central-1:111122223333:cluster/prod";
    let server = "https://0123456789ABCDEF0123456789ABCDEF.gr7.eu-central-1.eks.amazonaws.com";
    let text = client_go(
        arn,
        arn,
        arn,
        &cluster_body(&world().cloud_ca.certificate, server),
        "    exec:\n      apiVersion: client.authentication.k8s.io/v1beta1\n      args:\n      - --region\n      \
         - eu-central-1\n      - eks\n      - get-token\n      - --cluster-name\n      - prod\n      - --output\n      - json\n      \
         command: aws\n      env:\n      - name: AWS_PROFILE\n        value: production\n",
    );
    Shape {
        name: "eks",
        file: "config",
        text,
        files: vec![],
        current: arn.into(),
        contexts: vec![context(arn, arn, server, Auth::Exec, Depends::NeedsCommand("aws"))],
    }
}

const GKE: &str = "gke_example-project_europe-west3_prod";

/// `gcloud container clusters get-credentials`; the hint is a plain scalar over two lines.
pub fn gke() -> Shape {
    let text = client_go(
        GKE,
        GKE,
        GKE,
        &cluster_body(&world().cloud_ca.certificate, "https://203.0.113.20"),
        "    exec:\n      apiVersion: client.authentication.k8s.io/v1beta1\n      command: gke-gcloud-auth-plugin\n      \
         installHint: Install gke-gcloud-auth-plugin for use with kubectl by following\n        \
         https://cloud.google.com/blog/products/containers-kubernetes/kubectl-auth-changes-in-gke\n      \
         provideClusterInfo: true\n",
    );
    Shape {
        name: "gke",
        file: "config",
        text,
        files: vec![],
        current: GKE.into(),
        contexts: vec![context(
            GKE,
            GKE,
            "https://203.0.113.20",
            Auth::Exec,
            Depends::NeedsCommand("gke-gcloud-auth-plugin"),
        )],
    }
}

/// The same before 2022: a login plugin that client-go has dropped since.
pub fn gke_provider() -> Shape {
    let text = client_go(
        GKE,
        GKE,
        GKE,
        &cluster_body(&world().cloud_ca.certificate, "https://203.0.113.20"),
        "    auth-provider:\n      config:\n        access-token: ya29.fake-fake-fake\n        \
         cmd-args: config config-helper --format=json\n        cmd-path: /usr/lib/google-cloud-sdk/bin/gcloud\n        \
         expiry: \"2021-03-15T13:14:15Z\"\n        expiry-key: '{.credential.token_expiry}'\n        \
         token-key: '{.credential.access_token}'\n      name: gcp\n",
    );
    Shape {
        name: "gke-auth-provider",
        file: "config",
        text,
        files: vec![],
        current: GKE.into(),
        contexts: vec![context(GKE, GKE, "https://203.0.113.20", Auth::Provider, Depends::NeedsPlugin("gcp"))],
    }
}

const AKS: &str = "https://prod-dns-1a2b3c4d.hcp.westeurope.azmk8s.io:443";

/// `az aks get-credentials`, then `kubelogin convert-kubeconfig`; the hint is a block with an indentation indicator.
pub fn aks_kubelogin() -> Shape {
    let text = client_go(
        "prod",
        "clusterUser_example-group_prod",
        "prod",
        &cluster_body(&world().cloud_ca.certificate, AKS),
        "    exec:\n      apiVersion: client.authentication.k8s.io/v1beta1\n      args:\n      - get-token\n      - --environment\n      \
         - AzurePublicCloud\n      - --server-id\n      - 6dae42f8-4368-4678-94ff-3960e28e3630\n      - --client-id\n      \
         - 80faf920-1908-4b52-b5ef-a8e7bedfc67a\n      - --tenant-id\n      - 00000000-0000-0000-0000-000000000000\n      \
         - --login\n      - devicecode\n      command: kubelogin\n      env: null\n      installHint: |2\n\n        \
         kubelogin is not installed which is required to connect to AAD enabled cluster.\n\n        \
         To learn more, please go to https://aka.ms/aks/kubelogin\n      provideClusterInfo: false\n",
    );
    Shape {
        name: "aks-kubelogin",
        file: "config",
        text,
        files: vec![],
        current: "prod".into(),
        contexts: vec![context(
            "prod",
            "clusterUser_example-group_prod",
            AKS,
            Auth::Exec,
            Depends::NeedsCommand("kubelogin"),
        )],
    }
}

/// `az aks get-credentials --admin`: a client certificate and a token together.
pub fn aks_admin() -> Shape {
    let w = world();
    let text = client_go(
        "prod",
        "clusterAdmin_example-group_prod",
        "prod-admin",
        &cluster_body(&w.cloud_ca.certificate, AKS),
        &format!(
            "    client-certificate-data: {}\n    client-key-data: {}\n    token: {}\n",
            base64(&w.cloud_admin.certificate),
            base64(&w.cloud_admin.key),
            "fake0".repeat(25)
        ),
    );
    let mut expected =
        context("prod-admin", "clusterAdmin_example-group_prod", AKS, Auth::CertificateAndToken, Depends::StandsAlone);
    expected.cluster = "prod".into();
    Shape {
        name: "aks-admin",
        file: "config",
        text,
        files: vec![],
        current: "prod-admin".into(),
        contexts: vec![expected],
    }
}
