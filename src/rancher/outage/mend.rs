//! What is missing, and the one command that would mend it today.

use super::report::{Fault, Login, Missing, Proof, Verdict, Way};
use crate::rancher::{ClusterGroup, ContextKind};
use indexmap::IndexMap;
use std::cmp::Reverse;
use std::fmt::Write;
use std::path::Path;

/// What is missing for a `yes`: first what would mend it, then the contexts with what is wrong with them, those with the
/// same together.
pub(super) fn missing(group: &ClusterGroup<'_>, ways: &[Way], is_rke: bool) -> Vec<Missing> {
    let mut wrong: IndexMap<String, Vec<String>> = IndexMap::new();
    for way in ways {
        wrong.entry(all_faults(way)).or_default().push(way.context.clone());
    }
    let wrong = wrong.into_iter().map(|(what, contexts)| Missing { contexts, what, mend: None });
    mend(group, ways, is_rke).into_iter().chain(wrong).collect()
}

fn all_faults(way: &Way) -> String {
    let mut text = String::new();
    for fault in &way.faults {
        let _ = write!(text, "{}{fault}", if text.is_empty() { "" } else { "; " });
    }
    text
}

/// The mend that brings most for the least: a state with an administrator's certificate of ten years, then what repairs
/// the best of the contexts, and last a new direct one.
fn mend(group: &ClusterGroup<'_>, ways: &[Way], is_rke: bool) -> Option<Missing> {
    let proxy = ways.iter().find(|way| matches!(way.kind, ContextKind::RancherProxy { .. }));
    if is_rke {
        let leads_in = |way: &&Way| way.verdict != Verdict::No;
        return Some(proxy.or(ways.iter().find(leads_in)).map_or_else(|| state_elsewhere(ways), state));
    }
    let mut best: Vec<&Way> = ways.iter().filter(|way| !way.faults.contains(&Fault::ThroughRancher)).collect();
    best.sort_by_key(|way| Reverse(way.verdict));
    let repaired =
        best.into_iter().find_map(|way| way.faults.iter().find_map(|fault| repair(group, way, proxy, fault)));
    repaired.or_else(|| proxy.map(|way| direct(group, way)))
}

/// What repairs a context with this fault, if anything does. Through the proxy a command gets in today.
fn repair(group: &ClusterGroup<'_>, way: &Way, proxy: Option<&Way>, fault: &Fault) -> Option<Missing> {
    Some(match fault {
        Fault::EndUnknown(Login::RancherToken) => lack(
            way,
            "a proof of when the token ends: the cluster's own list of tokens, for --tokens FILE",
            in_context(
                proxy.unwrap_or(way),
                "kubectl",
                "-n cattle-system get clusterauthtokens.cluster.cattle.io -o json > FILE",
            ),
        ),
        Fault::NotBound | Fault::PerhapsNotBound | Fault::Disabled | Fault::Replaced | Fault::PerhapsReplaced => {
            download(group, way, "a token that is bound to this cluster: a fresh kubeconfig of it from Rancher")
        }
        Fault::Ended { proof: Proof::Comments | Proof::Download | Proof::SavedToken, .. } => {
            download(group, way, "a token that lives longer: a fresh kubeconfig from Rancher")
        }
        Fault::RancherLogin => download(
            group,
            way,
            "a token in the file: a fresh kubeconfig from Rancher, with kubeconfig-generate-token switched on there",
        ),
        Fault::ThisMachine => with_server(way, "a server that is reached from elsewhere", "https://HOST:6443"),
        Fault::PlainHttp => with_server(way, "a server with https", "https://HOST:6443"),
        Fault::NoBrackets => with_server(way, "the brackets around the address", "'https://[ADDRESS]:6443'"),
        Fault::Ended { proof: Proof::Certificate | Proof::CertificateAuthority, .. } | Fault::OtherIssuer => {
            let file = match way.kind {
                ContextKind::K3s => "/etc/rancher/k3s/k3s.yaml",
                ContextKind::Rke2 => "/etc/rancher/rke2/rke2.yaml",
                _ => return None,
            };
            on_node(way, "a fresh administrator's file, made on a server node", file, &group.name)
        }
        _ => return None,
    })
}

fn lack(way: &Way, what: &str, mend: String) -> Missing {
    Missing { contexts: vec![way.context.clone()], what: what.into(), mend: Some(mend) }
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
        contexts: ways.iter().map(|way| way.context.clone()).collect(),
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
        "kubeconfig ace {} --fqdn HOST:6443 --ca CA_FILE --credentials-from DOWNLOADED --out FILE",
        quoted(&way.context)
    );
    lack(
        way,
        "a direct context: switch on the authorized cluster endpoint in Rancher (hosted clusters have none), \
         and download a kubeconfig after that",
        in_file(way, command),
    )
}

/// A command on that context.
fn in_context(way: &Way, command: &str, rest: &str) -> String {
    in_file(way, format!("{command} --context {} {rest}", quoted(&way.context)))
}

/// A command that finds its context in the file it is from.
fn in_file(way: &Way, command: String) -> String {
    match way.file.as_deref().filter(|file| *file != Path::new("-")) {
        Some(file) => format!("KUBECONFIG={} {command}", quoted(&file.to_string_lossy())),
        None => command,
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
