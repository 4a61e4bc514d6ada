//! The files that are read of a folder or an archive, by their names.

pub(super) const AUTHORITY: &str = "server-ca.crt";
pub(super) const CERTIFICATE: &str = "client-admin.crt";
pub(super) const KEY: &str = "client-admin.key";
/// The CA of the clients; the second since 2023, when the first got the chain up to a CA of one's own.
pub(super) const CLIENTS: &[&str] = &["client-ca.crt", "client-ca.nochain.crt"];
/// What kube-apiserver itself shows: of RKE2 to everybody, of K3s to the server alone.
pub(super) const SERVING: &str = "serving-kube-apiserver.crt";
/// What K3s shows to everybody: a Secret as JSON (dynamiclistener).
pub(super) const DYNAMIC: &str = "dynamic-cert.json";
/// Of K3s alone, in the first months of 2019.
pub(super) const EARLY: &str = "token-ca.crt";

pub(super) const WRITTEN: &[&str] = &["k3s.yaml", "rke2.yaml", "kubeconfig-k3s.yaml", "kubeconfig-rke2.yaml"];

/// Whether there is no kubeconfig without it.
pub(super) fn is_needed(name: &str) -> bool {
    [AUTHORITY, CERTIFICATE, KEY].contains(&name)
}

/// Whether a file in `server/tls` is one of those that are read, by its name.
pub(crate) fn is_of_server(name: &str) -> bool {
    [AUTHORITY, CERTIFICATE, KEY, SERVING, DYNAMIC, EARLY].contains(&name) || CLIENTS.contains(&name)
}

/// Whether a file of an archive is one of those that are read.
pub(super) fn is_wanted(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let in_tls = folder.rsplit('/').next().is_some_and(|folder| matches!(folder, "tls" | "" | "."));
    WRITTEN.contains(&name) || is_state(name) || in_tls && is_of_server(name)
}

/// Whether a file is RKE's state, by its name.
pub(super) fn is_state(path: &str) -> bool {
    path.ends_with(".rkestate")
}
