//! Hands what this crate read to the `kube` crate: its `Config` is what a `kube::Client` is made from.
//!
//! `cargo run --example kube_client -- FILE` reads one file, without FILE `$KUBECONFIG` or `~/.kube/config`, and says
//! where the client would connect to. It does not connect.

use kube::config::KubeConfigOptions;
use kubeconfig::load::Target;
use kubeconfig::{Context, Kubeconfig, Loader};
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let mut loader = Loader::from_env();
    if let Some(file) = std::env::args_os().nth(1) {
        loader = loader.explicit(file);
    }
    let target = loader.load()?.target(None)?;
    let config = client_config(&target)?;
    // The host alone: a URL may carry a password.
    println!("host: {}", config.cluster_url.host().unwrap_or_default());
    println!("namespace: {}", config.default_namespace);
    println!("certificates of the CA: {}", config.root_cert.map_or(0, |certificates| certificates.len()));
    Ok(())
}

/// The configuration of a client for that target.
///
/// It is handed over as data, not as text: no second opinion on YAML comes between, and none of the other crate's limits
/// on the size of a file. The paths of a target are absolute, so it does not matter where it was read.
fn client_config(target: &Target) -> Result<kube::Config, Box<dyn Error>> {
    let mut user = target.auth_info().clone();
    if user.token_file.is_some() {
        // client-go prefers the file, kube the token.
        user.token = None;
    }
    let mut context = Context::new("it", "it");
    context.namespace = Some(target.namespace().to_owned());
    let mut one = Kubeconfig::new();
    one.clusters.insert("it", target.cluster().clone());
    one.users.insert("it", user);
    one.contexts.insert("it", context);
    one.current_context = Some("it".to_owned());

    let theirs: kube::config::Kubeconfig = serde_json::from_value(serde_json::to_value(&one)?)?;
    Ok(wait_for(kube::Config::from_custom_kubeconfig(theirs, &KubeConfigOptions::default()))?)
}

/// Runs a future to its end. A program that goes on to make a client has a runtime for this.
fn wait_for<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let std::task::Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        std::thread::yield_now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kubeconfig::load::Loaded;
    use std::path::Path;

    #[test]
    fn the_client_is_configured_as_the_target_says() {
        let text = "
            contexts: [{name: prod, context: {cluster: prod, user: prod, namespace: shop}}]
            current-context: prod
            clusters: [{name: prod, cluster: {server: 'https://prod.example.com:6443', insecure-skip-tls-verify: yes}}]
            users: [{name: prod, user: {token: t0ken}}]
        ";
        let loaded = Loaded::from_config(text.parse().unwrap(), Path::new("/nowhere"));
        let config = client_config(&loaded.target(None).unwrap()).unwrap();
        assert_eq!(config.cluster_url, "https://prod.example.com:6443/");
        assert_eq!(config.default_namespace, "shop");
        assert!(config.accept_invalid_certs);
        assert!(config.auth_info.token.is_some());
    }
}
