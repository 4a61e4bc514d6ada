//! The kubeconfigs of the clouds' own programs.

use super::pki::{base64, world};
use super::shapes::{Auth, Depends, Shape, client_go, cluster_body, context};

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
