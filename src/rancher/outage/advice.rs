//! The one command that would help today.

use super::way::{Missing, Way};
use crate::access::{End, Login, Need, Proof, Verdict};
use crate::finding::{Code, Effect, Finding};
use crate::rancher::clusters::ClusterGroup;
use crate::rancher::kind::ContextKind;
use crate::rancher::provisioner::Provisioner;
use std::cmp::Reverse;
use std::fmt::Write;
use std::path::Path;

/// The advice that brings most for the least: a state with an administrator's certificate of ten years, then what repairs
/// the best of the contexts, and last a new direct one.
pub(super) fn advice(
    group: &ClusterGroup<'_>,
    ways: &[Way],
    is_rke: bool,
    provisioner: &Provisioner,
) -> Option<Missing> {
    let proxy = ways.iter().find(|way| matches!(way.kind, ContextKind::RancherProxy { .. }));
    if is_rke {
        let works = |way: &&Way| way.verdict() != Verdict::No;
        return Some(proxy.or(ways.iter().find(works)).map_or_else(|| state_elsewhere(ways), state));
    }
    let needs_rancher = |way: &&Way| way.access.needs().any(|need| *need == Need::Rancher);
    let mut best: Vec<&Way> = ways.iter().filter(|way| !needs_rancher(way)).collect();
    best.sort_by_key(|way| Reverse(way.verdict()));
    let repaired = best.into_iter().find_map(|way| repair(group, way, proxy));
    let by_cloud = proxy.and_then(|way| hosted(provisioner, way));
    by_cloud.or(repaired).or_else(|| proxy.map(|way| direct(group, way)))
}

/// For a cluster of a cloud, which has no authorized endpoint.
fn hosted(provisioner: &Provisioner, way: &Way) -> Option<Missing> {
    let Provisioner::Hosted(cloud) = provisioner else { return None };
    let what = format!("a kubeconfig of the cloud's own ({})", crate::error::Printable(cloud));
    let command = match cloud.as_str() {
        "EKS" => "aws eks update-kubeconfig --name CLUSTER --kubeconfig FILE",
        "GKE" => "KUBECONFIG=FILE gcloud container clusters get-credentials CLUSTER",
        "AKS" => "az aks get-credentials --resource-group GROUP --name CLUSTER --file FILE",
        _ => return Some(Missing { contexts: vec![way.context().to_owned()], what, mend: None }),
    };
    Some(lack(way, &what, command.to_owned()))
}

/// What repairs a context, if one thing does. Through the proxy a command gets through today.
fn repair(group: &ClusterGroup<'_>, way: &Way, proxy: Option<&Way>) -> Option<Missing> {
    let by_need = way.access.needs().find_map(|need| for_need(group, way, need));
    let by_finding = || way.access.objections().find_map(|finding| for_finding(group, way, proxy, finding));
    let credential = way.access.credential();
    let is_unknown = credential.is_some_and(|one| one.login == Login::RancherToken && one.end == End::Unknown);
    let by_end = || {
        is_unknown.then(|| {
            lack(
                way,
                "a proof of when the token ends: the cluster's own list of tokens, for --tokens FILE",
                in_context(
                    proxy.unwrap_or(way),
                    "kubectl",
                    "-n cattle-system get clusterauthtokens.cluster.cattle.io -o json > FILE",
                ),
            )
        })
    };
    by_need.or_else(by_finding).or_else(by_end)
}

fn for_need(group: &ClusterGroup<'_>, way: &Way, need: &Need) -> Option<Missing> {
    Some(match need {
        Need::RancherLogin => with_token(group, way),
        Need::ThisMachine => with_server(way, "a server that is reached from elsewhere", "https://HOST:6443"),
        _ => return None,
    })
}

fn for_finding(group: &ClusterGroup<'_>, way: &Way, proxy: Option<&Way>, finding: &Finding) -> Option<Missing> {
    let proof = way.access.credential().and_then(|one| one.proof);
    Some(match finding.code {
        Code::RevokedToken if finding.effect == Effect::Unknown => lack(
            way,
            "a proof that the token is the one that the cluster knows: its own objects, for --tokens FILE",
            in_context(
                proxy.unwrap_or(way),
                "kubectl",
                "-n cattle-system get clusterauthtokens.cluster.cattle.io,\
                 clusteruserattributes.cluster.cattle.io,secrets -o json > FILE",
            ),
        ),
        Code::UnboundToken | Code::RevokedToken => {
            download(group, way, "a token that is bound to this cluster: a fresh kubeconfig of it from Rancher")
        }
        Code::LoginWithoutServer => with_token(group, way),
        Code::TokenExpired if proof == Some(Proof::CachedLogin) => with_token(group, way),
        Code::TokenExpired if matches!(proof, Some(Proof::Comments | Proof::Download | Proof::SavedToken)) => {
            download(group, way, "a token that lives longer: a fresh kubeconfig from Rancher")
        }
        Code::PlainHttp => with_server(way, "a server with https", "https://HOST:6443"),
        Code::UnbracketedIpv6 => with_server(way, "the brackets around the address", "'https://[ADDRESS]:6443'"),
        Code::CertExpired | Code::CaExpired | Code::UnknownIssuer => {
            let file = match way.kind {
                ContextKind::K3s => "/etc/rancher/k3s/k3s.yaml",
                ContextKind::Rke2 => "/etc/rancher/rke2/rke2.yaml",
                _ => return None,
            };
            let service = if way.kind == ContextKind::K3s { "k3s" } else { "rke2-server" };
            let what = "a fresh administrator's file, made on a server node";
            let restarted = format!(
                "{what} after its service was restarted (systemctl restart {service}): it renews what ends then"
            );
            on_node(way, if finding.code == Code::CertExpired { &restarted } else { what }, file, &group.name)
        }
        _ => return None,
    })
}

fn lack(way: &Way, what: &str, mend: String) -> Missing {
    Missing { contexts: vec![way.context().to_owned()], what: what.into(), mend: Some(mend) }
}

fn state(way: &Way) -> Missing {
    lack(
        way,
        "the saved state of this RKE cluster, out of which `kubeconfig recover` makes an administrator's kubeconfig \
         (before RKE 1.4.19 and 1.5.10 it is a ConfigMap: get configmap)",
        in_context(way, "kubectl", "-n kube-system get secret full-cluster-state -o json > FILE"),
    )
}

/// Where no context gets at the state any more.
fn state_elsewhere(ways: &[Way]) -> Missing {
    Missing {
        contexts: ways.iter().map(|way| way.context().to_owned()).collect(),
        what: "the state of this RKE cluster: cluster.rkestate beside cluster.yml where `rke up` was run, or an etcd snapshot, which has it \
               in it since RKE 1.1.4; where the certificates in it have ended too, rke cert rotate makes new ones"
            .into(),
        mend: Some("kubeconfig recover STATE --out FILE".into()),
    }
}

fn download(group: &ClusterGroup<'_>, way: &Way, what: &str) -> Missing {
    let cluster = quoted(group.cluster_id.as_deref().unwrap_or(&group.name));
    lack(way, what, format!("rancher clusters kubeconfig {cluster} > FILE"))
}

/// In place of a login by Rancher's program.
fn with_token(group: &ClusterGroup<'_>, way: &Way) -> Missing {
    let what = "a token in the file: a fresh kubeconfig from Rancher, with kubeconfig-generate-token switched on there";
    download(group, way, what)
}

fn with_server(way: &Way, what: &str, server: &str) -> Missing {
    lack(way, what, in_context(way, "kubeconfig export", &format!("--server {server} --out FILE")))
}

fn on_node(way: &Way, what: &str, file: &str, name: &str) -> Missing {
    let name = quoted(name);
    let command = format!("kubeconfig export --kubeconfig {file} --server https://HOST:6443 --name {name} --out FILE");
    lack(way, what, command)
}

/// For a cluster that is reached through Rancher only.
fn direct(group: &ClusterGroup<'_>, way: &Way) -> Missing {
    if way.kind.is_rancher_local() {
        let what = "the administrator's file of the cluster Rancher runs in, made on a server node \
                    (RKE2: /etc/rancher/rke2/rke2.yaml, RKE: kube_config_cluster.yml)";
        return on_node(way, what, "/etc/rancher/k3s/k3s.yaml", &group.name);
    }
    let command = format!(
        "kubeconfig ace{} {} --fqdn HOST:6443 --ca CA_FILE --credentials-from DOWNLOADED --out FILE",
        in_file(way),
        quoted(way.context())
    );
    lack(
        way,
        "a direct context: switch on the authorized cluster endpoint in Rancher (hosted clusters have none), \
         and download a kubeconfig after that",
        command,
    )
}

/// A command on that context.
fn in_context(way: &Way, command: &str, rest: &str) -> String {
    format!("{command}{} --context {} {rest}", in_file(way), quoted(way.context()))
}

/// The option that names the file of the context. What came from standard input has no name.
fn in_file(way: &Way) -> String {
    match way.file.as_deref() {
        Some(file) if file == Path::new("-") => " --kubeconfig KUBECONFIG_FILE".to_owned(),
        Some(file) => format!(" --kubeconfig {}", quoted(&file.to_string_lossy())),
        None => String::new(),
    }
}

/// A word for the shell: as it is where nothing in it means anything there, else in single quotes; what a terminal does not
/// stand as `$'\x1b'`, which bash, zsh and ksh know.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !word.is_empty() && !word.starts_with('-') && word.chars().all(plain) {
        return word.to_owned();
    }
    if crate::error::Printable(word).to_string() == word {
        return format!("'{}'", word.replace('\'', r"'\''"));
    }
    let mut quoted = String::from("$'");
    for byte in word.bytes() {
        let _ = match byte {
            b'\'' | b'\\' => write!(quoted, "\\{}", char::from(byte)),
            b' '..=b'~' => write!(quoted, "{}", char::from(byte)),
            byte => write!(quoted, "\\x{byte:02x}"),
        };
    }
    quoted + "'"
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn words_for_the_shell() {
        for (word, expected) in [
            ("prod", "prod"),
            ("arn:aws:eks:eu-1:1:cluster/a", "arn:aws:eks:eu-1:1:cluster/a"),
            ("", "''"),
            ("a b", "'a b'"),
            ("-n", "'-n'"),
            ("it's", r"'it'\''s'"),
            ("$(id)", "'$(id)'"),
            ("a\nb", r"$'a\x0ab'"),
            ("\u{1b}[31m'\\", r"$'\x1b[31m\'\\'"),
            ("caf\u{e9}", "'caf\u{e9}'"),
            ("\u{202e}x", r"$'\xe2\x80\xaex'"),
        ] {
            assert_eq!(quoted(word), expected);
        }
    }
}
