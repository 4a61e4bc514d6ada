//! Any bytes as Rancher's objects, and as a kubeconfig whose contexts are classified, brought together and extended: nothing
//! panics, every context has one cluster, and what is added twice is there once.

#![no_main]

use kubeconfig::rancher::{self, AuthorizedEndpoint, ManagedCluster};
use kubeconfig::{Kubeconfig, Loaded};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    match ManagedCluster::read_all(bytes) {
        Ok(clusters) => {
            for cluster in &clusters {
                let _ = (format!("{cluster:?} {}", cluster.provisioner), AuthorizedEndpoint::of(cluster));
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    let Ok(config) = Kubeconfig::from_slice(bytes) else { return };
    let groups = rancher::clusters(&[&config, &config]);
    assert_eq!(groups.iter().map(|group| group.members.len()).sum::<usize>(), 2 * config.contexts.len());
    assert_eq!(rancher::kinds(&config).len(), config.contexts.len());
    let _ = rancher::prefer_direct(&config);
    let loaded = Loaded::from_config(config, "/");
    for context in loaded.config().contexts.names().take(3) {
        let endpoint = AuthorizedEndpoint::fqdn("p.example.com:6443").public_ca();
        let Ok(extended) = endpoint.clone().add_to(&loaded, context).build() else { continue };
        let again = Loaded::from_config(extended.config().clone(), "/");
        let again = endpoint.add_to(&again, context).build().expect("a second time");
        assert_eq!(again.config(), extended.config());
    }
});
