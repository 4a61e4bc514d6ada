use super::{folder, load, loaded};
use kubeconfig::load::Auth;
use kubeconfig::{ErrorKind, Overrides, Target};

const CONFIG: &str = "\
clusters:
- name: c
  cluster:
    server: https://c
    tls-server-name: name
    certificate-authority-data: QQ==
- {name: d, cluster: {server: https://d, certificate-authority: sub/ca, disable-compression: true}}
- {name: bare}
users:
- name: u
  user: {token: t, as: a, as-groups: [g, h], as-user-extra: {k: [v], l: [w]}}
- name: files
  user: {client-certificate: u.crt, client-key: /abs/u.key, tokenFile: t, exec: {command: bin/x}}
- {name: on-path, user: {exec: {command: x, apiVersion: client.authentication.k8s.io/v1beta1}}}
contexts:
- {name: x, context: {cluster: c, user: u, namespace: ns}}
- {name: other, context: {cluster: d, user: on-path}}
- {name: loose, context: {cluster: nope, user: nope}}
- {name: half}
current-context: x
";

fn with(overrides: Overrides) -> Target {
    loaded(CONFIG).target_with(&overrides).unwrap()
}

#[test]
fn names() {
    let loaded = loaded(
        &CONFIG.replace("sub/ca", "in.yaml/../nothing").replace(", certificate-authority: in.yaml/../nothing", ""),
    );
    let target = loaded.target(None).unwrap();
    let of = |t: &Target| {
        (t.context_name().map(str::to_owned), t.cluster_name().map(str::to_owned), t.user_name().map(str::to_owned))
    };
    let some = |a: &str, b: &str, c: &str| (Some(a.to_owned()), Some(b.to_owned()), Some(c.to_owned()));
    assert_eq!(of(&target), some("x", "c", "u"));
    assert_eq!(target.namespace(), "ns");
    assert_eq!(of(&loaded.target(Some("")).unwrap()), some("x", "c", "u"));
    let target = loaded.target(Some("other")).unwrap();
    assert_eq!(of(&target), some("other", "d", "on-path"));
    assert_eq!(target.namespace(), "default");
    let target = loaded.target_with(&Overrides::new().cluster("d").user("on-path").namespace("ns/o")).unwrap();
    assert_eq!(of(&target), some("x", "d", "on-path"));
    assert_eq!(target.namespace(), "ns/o");
}

#[test]
fn names_of_flags_must_exist() {
    let loaded = loaded(CONFIG);
    for (overrides, message) in [
        (Overrides::new().context("nope"), "context \"nope\" does not exist"),
        (Overrides::new().cluster("nope"), "cluster \"nope\" does not exist"),
        (Overrides::new().user("nope"), "auth info \"nope\" does not exist"),
        (Overrides::new().user("\u{1b}[31m"), "auth info \"\\u{1b}[31m\" does not exist"),
    ] {
        let error = loaded.target_with(&overrides).unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::NotFound, message));
        assert!(!error.is_context_not_found() && !error.is_configuration_invalid());
    }
    let error = loaded.target_with(&Overrides::new().context("n").cluster("n").user("n")).unwrap_err();
    assert_eq!(error.errors().len(), 3);
    assert!(loaded.target(Some("nope")).unwrap_err().is_context_not_found());
}

#[test]
fn names_of_contexts_need_not_exist() {
    let loaded = loaded(CONFIG);
    let overrides = Overrides::new().context("loose").default_server("http://localhost:8080");
    let target = loaded.target_with(&overrides).unwrap();
    assert_eq!(target.cluster().server.as_deref(), Some("http://localhost:8080"));
    assert_eq!((target.user_name(), target.auth()), (Some("nope"), Auth::None));
    // Without the default that kubectl brings along there is nothing to talk to.
    assert!(loaded.target(Some("loose")).unwrap_err().is_empty_config());
    assert!(loaded.target(Some("half")).unwrap_err().is_empty_config());
    // A cluster that was read, but says nothing, is another thing.
    let error = loaded.target_with(&Overrides::new().cluster("bare")).unwrap_err();
    assert_eq!(error.to_string(), "in.yaml:8:3: no server found for cluster \"bare\"");
    assert!(error.is_configuration_invalid() && !error.is_empty_config());
}

#[test]
fn a_dangling_context() {
    let text = CONFIG.replace("current-context: x", "current-context: nope");
    let loaded = loaded(&text);
    let error = loaded.target(None).unwrap_err();
    assert_eq!(error.to_string(), "in.yaml:20:18: context was not found for specified context: nope");
    assert!(error.is_context_not_found() && error.is_configuration_invalid());
    assert!(loaded.target_with(&Overrides::new().cluster("c").user("u")).unwrap_err().is_context_not_found());
    assert!(loaded.target_with(&Overrides::new().context("x")).is_ok());
    assert!(loaded.target(Some("x")).is_ok());
}

#[test]
fn without_a_context() {
    let loaded = loaded(&CONFIG.replace("current-context: x", ""));
    assert!(loaded.target(None).unwrap_err().is_empty_config());
    let target = loaded.target_with(&Overrides::new().cluster("c").user("u")).unwrap();
    assert_eq!((target.context_name(), target.cluster_name(), target.auth()), (None, Some("c"), Auth::Token));
    // The empty name is a name.
    let named = "{clusters: [{name: '', cluster: {server: https://s}}], users: [{name: '', user: {token: t}}]}";
    let target = super::loaded(named).target(None).unwrap();
    assert_eq!((target.cluster_name(), target.user_name(), target.auth()), (Some(""), Some(""), Auth::Token));
    let context =
        "{clusters: [{name: c, cluster: {server: https://s}}], contexts: [{name: '', context: {cluster: c}}]}";
    assert_eq!(super::loaded(context).target(None).unwrap().context_name(), Some(""));
    assert!(super::loaded("").target(None).unwrap_err().is_empty_config());
}

#[test]
fn a_word_about_trust_replaces_all_that_was_configured_about_it() {
    let target = with(Overrides::new().insecure_skip_tls_verify(true));
    assert!(target.cluster().insecure_skip_tls_verify && target.cluster().certificate_authority_data.is_none());
    assert_eq!(target.cluster().tls_server_name.as_deref(), Some("name"));

    let dir = folder(&[("in", &CONFIG.replace("QQ==", "QQ==\n    insecure-skip-tls-verify: true")), ("over.crt", "")]);
    let target = load(&dir, "in").target_with(&Overrides::new().certificate_authority("over.crt")).unwrap();
    // Relative to the current folder.
    assert_eq!(target.cluster().certificate_authority, Some(dir.path().join("over.crt").display().to_string()));
    assert!(target.cluster().certificate_authority_data.is_none() && !target.cluster().insecure_skip_tls_verify);

    let target = with(Overrides::new().insecure_skip_tls_verify(false).certificate_authority(""));
    assert!(target.cluster().certificate_authority_data.is_some());
}

#[test]
fn another_server_has_another_name() {
    let target = with(Overrides::new().server("https://o"));
    assert_eq!(
        (target.cluster().server.as_deref(), target.cluster().tls_server_name.as_deref()),
        (Some("https://o"), None)
    );
    let target = with(Overrides::new().server("https://o").tls_server_name("n"));
    assert_eq!(target.cluster().tls_server_name.as_deref(), Some("n"));
    let target = with(Overrides::new().tls_server_name("n"));
    assert_eq!(
        (target.cluster().server.as_deref(), target.cluster().tls_server_name.as_deref()),
        (Some("https://c"), Some("n"))
    );
    assert_eq!(with(Overrides::new().server("")).cluster().tls_server_name.as_deref(), Some("name"));
}

#[test]
fn fields_of_users() {
    let target = with(
        Overrides::new()
            .token("new")
            .impersonate("b")
            .impersonate_uid("7")
            .impersonate_group("i")
            .impersonate_user_extra("k", "new")
            .impersonate_user_extra("m", "1")
            .impersonate_user_extra("m", "2"),
    );
    let user = target.auth_info();
    assert_eq!(user.token.as_ref().unwrap().expose(), "new");
    assert_eq!((target.impersonate(), user.impersonate_uid.as_deref()), (Some("b"), Some("7")));
    assert_eq!(user.impersonate_groups, ["i"]);
    let extra: Vec<_> = user
        .impersonate_user_extra
        .iter()
        .map(|(k, v)| format!("{k}={}", v.iter().flatten().cloned().collect::<Vec<_>>().join(",")))
        .collect();
    assert_eq!(extra, ["k=new", "l=w", "m=1,2"]);
    let kept = with(Overrides::new().proxy_url("socks5://p").disable_compression(true).default_server("http://no"));
    assert_eq!(kept.auth_info().impersonate_groups, ["g", "h"]);
    assert_eq!(kept.cluster().server.as_deref(), Some("https://c"));
    assert_eq!(kept.cluster().proxy_url.as_deref(), Some("socks5://p"));
    assert!(kept.cluster().disable_compression);
}

#[test]
fn a_token_over_a_name_is_refused() {
    let basic = CONFIG.replace("token: t, ", "username: name, password: SECRET-CANARY, ");
    let error = loaded(&basic).target_with(&Overrides::new().token("SECRET-CANARY")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "in.yaml:10:3: more than one authentication method found for u; found [token basicAuth], only one is allowed"
    );
    let overrides =
        Overrides::new().token("SECRET-CANARY").password("SECRET-CANARY").server("https://u:SECRET-CANARY@h");
    assert!(!format!("{overrides:?}").contains("CANARY"));
}

#[test]
fn paths_are_absolute_in_a_target() {
    let dir = folder(&[("k/in", CONFIG), ("k/sub/ca", "CA"), ("k/u.crt", "")]);
    let loaded = load(&dir, "k/in");
    let at = |path: &str| Some(dir.path().join(path).display().to_string());
    let target = loaded.target(Some("other")).unwrap();
    assert_eq!(target.cluster().certificate_authority, at("k/sub/ca"));
    assert_eq!(target.auth_info().exec.as_ref().unwrap().command.as_deref(), Some("x"));
    let error = loaded.target_with(&Overrides::new().user("files")).unwrap_err();
    assert!(error.to_string().contains("unable to read client-key /abs/u.key for files due to"), "{error}");
    let text =
        CONFIG.replace("/abs/u.key", "./u.crt").replace("bin/x}", "bin/x, apiVersion: v, interactiveMode: Never}");
    std::fs::write(dir.path().join("k/in"), text).unwrap();
    let target = load(&dir, "k/in").target_with(&Overrides::new().user("files")).unwrap();
    let user = target.auth_info();
    assert_eq!((&user.client_certificate, &user.client_key), (&at("k/u.crt"), &at("k/u.crt")));
    assert_eq!((&user.token_file, &user.exec.as_ref().unwrap().command), (&at("k/t"), &at("k/bin/x")));
    // The configuration itself stays as it was written.
    assert_eq!(loaded.config().users["files"].token_file.as_deref(), Some("t"));
}

#[test]
fn overrides_of_certificates_do_not_take_data_away() {
    let dir = folder(&[
        ("in", &CONFIG.replace("token: t", "client-certificate-data: QQ==, client-key-data: QQ==")),
        ("c", ""),
    ]);
    let error = load(&dir, "in").target_with(&Overrides::new().client_certificate("c").client_key("c")).unwrap_err();
    assert_eq!(error.errors().len(), 2, "{error}");
}

#[test]
fn how_a_client_would_identify_itself() {
    let exec = "exec: {command: x, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}";
    let provider = "auth-provider: {name: oidc}";
    let certificate = "client-certificate-data: QQ==, client-key-data: QQ==";
    let rows: &[(&str, &[Auth], bool)] = &[
        ("", &[], true),
        ("token: t", &[Auth::Token], false),
        ("token: ''", &[], true),
        ("tokenFile: t", &[Auth::TokenFile], false),
        ("token: t, tokenFile: t", &[Auth::TokenFile], false),
        ("username: name, password: p", &[Auth::Basic], false),
        ("username: name", &[Auth::Basic], false),
        ("password: p", &[], true),
        (certificate, &[Auth::ClientCertificate], false),
        ("client-key-data: QQ==", &[], true),
        (exec, &[Auth::Exec], false),
        (provider, &[Auth::AuthProvider], false),
        (&format!("{exec}, token: t"), &[Auth::Token], false),
        (&format!("{exec}, username: name"), &[Auth::Basic], false),
        (&format!("{exec}, {certificate}"), &[Auth::ClientCertificate], false),
        (&format!("{provider}, token: t"), &[Auth::Token], false),
        (&format!("{provider}, {certificate}"), &[Auth::ClientCertificate, Auth::AuthProvider], false),
        (&format!("{certificate}, token: t"), &[Auth::ClientCertificate, Auth::Token], false),
    ];
    for (fields, methods, prompts) in rows {
        for (server, tls) in [("https://h", true), ("HTTPS://h", true), ("http://h", false), ("h:443", false)] {
            let text = format!(
                "{{clusters: [{{name: '', cluster: {{server: '{server}'}}}}], users: [{{name: '', user: {{{fields}}}}}]}}"
            );
            let target = loaded(&text).target(None).unwrap();
            assert_eq!(target.is_tls(), tls);
            assert_eq!(target.auth_methods(), if tls { *methods } else { &[] }, "{server} {fields}");
            assert_eq!(target.auth(), if tls { methods.first().copied().unwrap_or(Auth::None) } else { Auth::None });
            assert_eq!(target.prompts(), tls && *prompts, "{server} {fields}");
        }
    }
}

#[test]
fn a_target_shows_nothing_secret() {
    let target = with(Overrides::new().token("SECRET-CANARY").server("https://u:SECRET-CANARY@h"));
    assert!(!format!("{target:?}").contains("CANARY"));
}
