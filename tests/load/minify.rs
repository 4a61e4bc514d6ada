use super::{folder, load, loaded};
use kubeconfig::ErrorKind;
use kubeconfig::Kubeconfig;

const TWO: &str = "\
clusters:
- {name: c, cluster: {server: https://c, certificate-authority: ca.crt}}
- {name: d, cluster: {server: https://d, certificate-authority: gone}}
users:
- {name: u, user: {client-certificate: u.crt, client-key: u.key, tokenFile: t, exec: {command: ./x}}}
- {name: v}
contexts:
- {name: x, context: {cluster: c, user: u}}
- {name: other, context: {cluster: d, user: v}}
- {name: none}
- {name: bad-cluster, context: {cluster: nope, user: u}}
- {name: bad-user, context: {cluster: c, user: nope}}
extensions: [{name: e, extension: 1}]
current-context: x
";

fn sizes(config: &Kubeconfig) -> (usize, usize, usize) {
    (config.contexts.len(), config.clusters.len(), config.users.len())
}

#[test]
fn minify_keeps_one_context_and_what_it_needs() {
    let loaded = loaded(TWO);
    let small = loaded.minify(None).unwrap();
    assert_eq!(sizes(small.config()), (1, 1, 1));
    assert!(small.config().extensions.contains("e"));
    let other = loaded.minify(Some("other")).unwrap();
    assert_eq!(other.config().current_context(), Some("other"));
    assert!(other.config().clusters.contains("d") && other.config().users.contains("v"));
    assert_eq!(sizes(loaded.minify(Some("none")).unwrap().config()), (1, 0, 0));
}

#[test]
fn what_minify_cannot_find() {
    let loaded = loaded(TWO);
    for (context, kind, message) in [
        ("bad-cluster", ErrorKind::NotFound, "in.yaml:11:3: cannot locate cluster nope"),
        ("bad-user", ErrorKind::NotFound, "in.yaml:12:3: cannot locate user nope"),
        ("nope", ErrorKind::ContextNotFound, "cannot locate context nope"),
    ] {
        let error = loaded.minify(Some(context)).unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str()), (kind, message));
    }
    let error = super::loaded("current-context: nope").minify(None).unwrap_err();
    assert_eq!(error.to_string(), "in.yaml:1:18: cannot locate context nope");
    let error = super::loaded("contexts: [{name: x}]").minify(None).unwrap_err();
    assert_eq!(error.to_string(), "current-context must exist in order to minify");
    assert!(error.is_context_not_found());
}

#[test]
fn flatten_embeds_what_kubectl_embeds() {
    let dir = folder(&[("sub/in", TWO), ("sub/ca.crt", "CA"), ("sub/u.crt", "CERT"), ("sub/u.key", "")]);
    let flat = load(&dir, "sub/in").minify(None).unwrap().flatten().unwrap();
    let cluster = &flat.config().clusters["c"];
    assert_eq!(cluster.certificate_authority, None);
    assert_eq!(cluster.certificate_authority_data.as_ref().unwrap().decode()[..], *b"CA");
    let user = &flat.config().users["u"];
    assert_eq!(user.client_certificate_data.as_ref().unwrap().decode()[..], *b"CERT");
    // An empty file: neither path nor data.
    assert!(user.client_key.is_none() && user.client_key_data.is_none());
    assert_eq!(user.token_file.as_deref(), Some("t"));
    assert_eq!(user.exec.as_ref().unwrap().command.as_deref(), Some("./x"));
}

#[test]
fn flatten_tells_all_that_is_wrong() {
    let dir = folder(&[("in", TWO), ("ca.crt", "CA"), ("u.crt", "C"), ("u.key", "K")]);
    let error = load(&dir, "in").flatten().unwrap_err();
    assert!(error.is_file_not_found(), "{error}");
    assert_eq!(error.file(), Some(dir.path().join("gone").as_path()));
    let both = "{clusters: [{name: c, cluster: {certificate-authority: x, certificate-authority-data: QQ==}}],
                 users: [{name: u, user: {client-key: x, client-key-data: QQ==}}]}";
    let error = loaded(both).flatten().unwrap_err();
    assert_eq!(error.errors().len(), 2);
    for error in error.errors() {
        assert_eq!(error.message(), "cannot have values for both path and contents");
        assert_eq!(error.kind(), ErrorKind::InvalidConfiguration);
        assert!(error.position().is_some());
    }
}

#[test]
fn flatten_reads_each_file_from_the_folder_it_is_named_in() {
    let ca = |name| format!("{{clusters: [{{name: {name}, cluster: {{certificate-authority: ca}}}}]}}");
    let dir = folder(&[("a/k", &ca("a")), ("b/k", &ca("b")), ("a/ca", "A"), ("b/ca", "B")]);
    let flat = load(&dir, "a/k:b/k").flatten().unwrap();
    for (name, want) in [("a", b"A"), ("b", b"B")] {
        let data = flat.config().clusters[name].certificate_authority_data.as_ref().unwrap().decode();
        assert_eq!(data[..], want[..]);
    }
}
