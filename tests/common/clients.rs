//! The real kubectl and the real helm, logging in.

use super::kubectl::{find_helm, find_kubectl};
use super::network::Network;
use super::process;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// A client that knows nothing of this machine and remembers nothing.
pub struct Client {
    /// `kubectl get ns` or `helm list`.
    pub words: &'static [&'static str],
    program: PathBuf,
    network: Option<String>,
}

/// What a client said.
#[derive(Debug)]
pub struct Said {
    pub succeeded: bool,
    pub stdout: String,
    pub stderr: String,
}

/// The clients that are here, on that network. Says which are missing; on CI that is a failure.
pub fn need_clients(network: Option<&Network>) -> Vec<Client> {
    let all = [(find_kubectl(), &["kubectl", "get", "ns"][..]), (find_helm(), &["helm", "list"][..])];
    let found = all.into_iter().filter_map(|(program, words)| {
        if program.is_none() {
            super::skipped(words[0]);
        }
        Some(Client { words, program: program?, network: network.map(Network::url) })
    });
    found.collect()
}

impl Client {
    /// `kubectl get ns` or `helm list` with that file and that context of it; the current one where none is named.
    pub fn log_in(&self, kubeconfig: &Path, context: Option<&str>) -> Said {
        let mut arguments = self.words[1..].to_vec();
        if let Some(context) = context {
            arguments.extend([if self.words[0] == "helm" { "--kube-context" } else { "--context" }, context]);
        }
        self.run(kubeconfig, &arguments)
    }

    /// The client with other arguments.
    pub fn run(&self, kubeconfig: &Path, arguments: &[&str]) -> Said {
        // Its caches go below the home: kubectl's know the API for ten minutes, and helm's go there too.
        let home = tempfile::tempdir().expect("a temporary folder");
        let mut command = Command::new(&self.program);
        // No $PATH: nothing else is to be started.
        command.args(arguments).env_clear().env("HOME", home.path()).current_dir(home.path());
        command.env("KUBECONFIG", kubeconfig);
        if let Some(network) = &self.network {
            // Without TLS too, so that a file with another URL than was meant calls nobody outside either.
            command.env("HTTPS_PROXY", network).env("HTTP_PROXY", network);
        }
        let out = process::output(&mut command, Duration::from_secs(60));
        let [stdout, stderr] = [out.stdout, out.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        Said { succeeded: out.status.success(), stdout, stderr }
    }
}
