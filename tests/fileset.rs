//! RKE's three files as one set: names, and what they say of each other.

use kubeconfig::rke::FileSet;
use std::path::{Path, PathBuf};

#[test]
fn names_by_rke_s_rules() {
    for (config, kubeconfig, state, certificates) in [
        ("cluster.yml", "kube_config_cluster.yml", "cluster.rkestate", "cluster_certs"),
        ("rancher-cluster.yml", "kube_config_rancher-cluster.yml", "rancher-cluster.rkestate", "rancher-cluster_certs"),
        ("prod.yaml", "kube_config_prod.yaml", "prod.rkestate", "prod_certs"),
        ("prod", "kube_config_prod", "prod.rkestate", "prod_certs"),
        ("eu.prod.yml", "kube_config_eu.prod.yml", "eu.prod.rkestate", "eu.prod_certs"),
        // The last extension goes, whatever it is.
        ("eu.prod", "kube_config_eu.prod", "eu.rkestate", "eu_certs"),
        ("prod.yml.bak", "kube_config_prod.yml.bak", "prod.yml.rkestate", "prod.yml_certs"),
        ("prod.", "kube_config_prod.", "prod.rkestate", "prod_certs"),
        // Dots of folders do no harm.
        ("conf.d/prod", "conf.d/kube_config_prod", "conf.d/prod.rkestate", "conf.d/prod_certs"),
        ("../a.b/prod.yml", "../a.b/kube_config_prod.yml", "../a.b/prod.rkestate", "../a.b/prod_certs"),
        ("/x.yml", "/kube_config_x.yml", "/x.rkestate", "/x_certs"),
        (".yml", "kube_config_.yml", ".rkestate", "_certs"),
        ("é x.yml", "kube_config_é x.yml", "é x.rkestate", "é x_certs"),
    ] {
        for given in [config, kubeconfig] {
            let set = FileSet::of(given);
            assert_eq!(set.config(), Path::new(config), "of {given}");
            assert_eq!(set.kubeconfig(), Path::new(kubeconfig), "of {given}");
            assert_eq!(set.state(), Path::new(state), "of {given}");
            assert_eq!(set.certificates(), Path::new(certificates), "of {given}");
            assert_eq!(set.configs().len(), 1, "of {given}");
        }
        // A state does not tell whose it is; what is likely is told.
        let set = FileSet::of(state);
        assert_eq!((set.state(), &set.certificates()), (Path::new(state), &PathBuf::from(certificates)));
        let likely: Vec<&Path> = set.configs().collect();
        let unlikely = ["eu.prod", "prod.yml.bak", "prod."];
        assert_eq!(likely.contains(&Path::new(config)), !unlikely.contains(&config), "of {state}: {likely:?}");
    }
    assert_eq!(FileSet::of("prod.yml").state(), FileSet::of("prod.yaml").state());
    let names: Vec<PathBuf> = FileSet::of("a/prod.rkestate").configs().map(Path::to_owned).collect();
    assert_eq!(names, ["a/prod.yml", "a/prod.yaml", "a/prod"].map(PathBuf::from));
}

#[test]
fn odd_paths() {
    for path in ["", "/", ".", "..", "a/..", "kube_config_", ".rkestate", "a.rkestate/", "kube_config_x.rkestate"] {
        let set = FileSet::of(path);
        let _ = (set.config().to_owned(), set.kubeconfig(), set.certificates());
        assert!(set.configs().len() >= 1);
    }
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        let path = Path::new(std::ffi::OsStr::from_bytes(b"a/\xff.yml"));
        assert_eq!(FileSet::of(path).state().as_os_str().as_bytes(), b"a/\xff.rkestate");
        assert_eq!(FileSet::of(path).kubeconfig().as_os_str().as_bytes(), b"a/kube_config_\xff.yml");
    }
}
