use super::{folder, load, loaded};
use kubeconfig::load::Loaded;
use kubeconfig::{ErrorKind, Overrides};

/// One context with one cluster and one user, whose fields these are.
fn config(cluster: &str, user: &str) -> String {
    format!(
        "clusters:\n- {{name: c, cluster: {{{cluster}}}}}\nusers:\n- {{name: u, user: {{{user}}}}}\n\
         contexts:\n- {{name: x, context: {{cluster: c, user: u}}}}\ncurrent-context: x\n"
    )
}

const SERVER: &str = "server: https://h";

/// client-go's rules by their numbers: cluster, user, and what each answer holds. Rule 26 is of kuberc, which is not read.
#[test]
fn rules_for_clusters_and_users() {
    let v1 = "apiVersion: client.authentication.k8s.io/v1";
    let rows: &[(&str, &str, &str, &[&str])] = &[
        ("10", "tls-server-name: sni", "", &["2:3: no server found for cluster \"c\""]),
        (
            "11",
            "server: s, proxy-url: 'socks5h://h'",
            "",
            &["2:3: invalid 'proxy-url' \"socks5h://h\" for cluster \"c\": unsupported scheme \"socks5h\""],
        ),
        ("11", "server: s, proxy-url: 'http://[::1'", "", &["could not parse"]),
        ("11", "server: s, proxy-url: 'ftp://u:SECRET-CANARY@h'", "", &["\"ftp://[hidden]@h\""]),
        (
            "12",
            "server: s, certificate-authority: in, certificate-authority-data: QQ==",
            "",
            &["certificate-authority-data and certificate-authority are both specified for c"],
        ),
        (
            "13",
            "server: s, certificate-authority: gone",
            "",
            &["unable to read certificate-authority ", "gone for c due to "],
        ),
        (
            "14",
            SERVER,
            "token: SECRET-CANARY, username: name",
            &["4:3: more than one authentication method found for u; found [token basicAuth], only one is allowed"],
        ),
        ("14", SERVER, "token: t, password: SECRET-CANARY", &["[token basicAuth]"]),
        (
            "14",
            SERVER,
            "token: t, tokenFile: gone, client-key: gone, exec: {command: c, apiVersion: v, interactiveMode: Never}",
            &[],
        ),
        (
            "15",
            SERVER,
            "client-certificate: in, client-certificate-data: QQ==, client-key: in",
            &["client-cert-data and client-cert are both specified for u"],
        ),
        (
            "16",
            SERVER,
            "client-certificate: in, client-key: in, client-key-data: QQ==",
            &["client-key-data and client-key are both specified for u"],
        ),
        (
            "17",
            SERVER,
            "client-certificate: in",
            &["client-key-data or client-key must be specified for u to use the clientCert authentication method"],
        ),
        ("17", SERVER, "client-key: gone, client-key-data: QQ==", &[]),
        (
            "18",
            SERVER,
            "client-certificate: gone, client-key: in",
            &["unable to read client-cert ", "gone for u due to "],
        ),
        ("19", SERVER, "client-certificate: in, client-key: gone", &["unable to read client-key "]),
        (
            "20",
            SERVER,
            &format!("auth-provider: {{}}, exec: {{command: c, {v1}, interactiveMode: Never}}"),
            &["authProvider cannot be provided in combination with an exec plugin for u"],
        ),
        (
            "21",
            SERVER,
            &format!("exec: {{{v1}, interactiveMode: Never}}"),
            &["command must be specified for u to use exec authentication plugin"],
        ),
        ("22", SERVER, "exec: {command: c, interactiveMode: Never}", &["apiVersion must be specified for u"]),
        (
            "23",
            SERVER,
            &format!(
                "exec: {{command: c, {v1}, interactiveMode: Never, env: [{{name: NAME}}, {{value: SECRET-CANARY}}]}}"
            ),
            &["env variable name must be specified for u"],
        ),
        ("24", SERVER, &format!("exec: {{command: c, {v1}}}"), &["interactiveMode must be specified for u"]),
        ("24", SERVER, "exec: {command: c, apiVersion: client.authentication.k8s.io/v1beta1}", &[]),
        (
            "25",
            SERVER,
            &format!("exec: {{command: c, {v1}, interactiveMode: never}}"),
            &["invalid interactiveMode for u: \"never\""],
        ),
        ("27", SERVER, "as-uid: '1'", &["requesting uid, groups or user-extra for u without impersonating a user"]),
        ("27", SERVER, "as-groups: [g]", &["without impersonating"]),
        ("27", SERVER, "as-user-extra: {k: [v]}", &["without impersonating"]),
        ("27", SERVER, "as: a, as-uid: '1', as-groups: [g], as-user-extra: {k: [v]}", &[]),
    ];
    for (rule, cluster, user, parts) in rows {
        let dir = folder(&[("in", &config(cluster, user))]);
        let loaded = load(&dir, "in");
        let answers = [loaded.target(None).map(drop), loaded.validate(), loaded.confirm_usable(None)];
        for answer in answers {
            let Err(error) = answer else {
                assert!(parts.is_empty(), "rule {rule}: {cluster} | {user}");
                continue;
            };
            let text = error.to_string();
            assert_eq!(error.errors().len(), 1, "rule {rule}: {text}");
            assert_eq!(error.kind(), ErrorKind::InvalidConfiguration, "rule {rule}");
            assert!(error.is_configuration_invalid() && !error.is_context_not_found() && !error.is_empty_config());
            assert!(!parts.is_empty() && parts.iter().all(|part| text.contains(part)), "rule {rule}: {text}");
            assert!(text.starts_with("in:") && !text.contains("CANARY"), "rule {rule}: {text}");
        }
    }
}

/// What only `validate` and `confirm_usable` look at.
#[test]
fn rules_for_contexts() {
    let base =
        "{clusters: [{name: c, cluster: {server: s}}], users: [{name: u}], contexts: [CONTEXT], current-context: x}";
    let rows: &[(&str, &str, &str)] = &[
        ("4", "{name: x, context: {cluster: c}}", "user was not specified for context \"x\""),
        ("5", "{name: x, context: {cluster: c, user: nope}}", "user \"nope\" was not found for context \"x\""),
        (
            "8",
            "{name: x, context: {cluster: c, user: u, namespace: -a}}",
            "namespace \"-a\" for context \"x\" does not conform to the kubernetes DNS_LABEL rules",
        ),
        ("8", "{name: x, context: {cluster: c, user: u, namespace: Prod}}", "DNS_LABEL"),
        ("8", "{name: x, context: {cluster: c, user: u, namespace: a.b}}", "DNS_LABEL"),
        ("8", &format!("{{name: x, context: {{cluster: c, user: u, namespace: {}}}}}", "a".repeat(64)), "DNS_LABEL"),
    ];
    for (rule, context, message) in rows {
        let loaded = loaded(&base.replace("CONTEXT", context));
        for answer in [loaded.validate(), loaded.confirm_usable(None), loaded.confirm_usable(Some("x"))] {
            let error = answer.unwrap_err();
            assert!(error.errors().len() == 1 && error.message().contains(message), "rule {rule}: {error}");
            assert!(error.position().is_some());
        }
        assert!(loaded.target(None).is_ok(), "rule {rule} holds for the stricter checks only");
    }
    for good in ["a", "0-a", &"a".repeat(63)] {
        let context = format!("{{name: x, context: {{cluster: c, user: u, namespace: {good}}}}}");
        assert!(loaded(&base.replace("CONTEXT", &context)).validate().is_ok());
    }
    for (rule, context, message) in [
        ("6", "{name: x, context: {user: u}}", "cluster was not specified for context \"x\""),
        ("7", "{name: x, context: {cluster: nope, user: u}}", "cluster \"nope\" was not found for context \"x\""),
    ] {
        let loaded = loaded(&base.replace("CONTEXT", context));
        let error = loaded.validate().unwrap_err();
        assert!(error.errors().len() == 1 && error.message() == message, "rule {rule}: {error}");
        // Of a cluster that is not there ConfirmUsable also says that it has no server.
        assert_eq!(loaded.confirm_usable(None).unwrap_err().errors().len(), 2);
    }
    let unnamed = base
        .replace("CONTEXT", "{name: '', context: {cluster: c, user: u}}, {name: x, context: {cluster: c, user: u}}");
    assert_eq!(loaded(&unnamed).validate().unwrap_err().message(), "empty context name is not allowed");
}

#[test]
fn no_configuration_and_no_context() {
    for text in ["", "{}", "apiVersion: v1", "current-context: ''", "clusters: []"] {
        let loaded = loaded(text);
        for answer in [loaded.target(None).map(drop), loaded.validate(), loaded.confirm_usable(None)] {
            let error = answer.unwrap_err();
            assert!(error.is_empty_config() && error.is_configuration_invalid(), "{error}");
            assert!(error.message().starts_with("no configuration has been provided"));
        }
        let overrides = Overrides::new().default_server("http://localhost:8080");
        assert!(loaded.target_with(&overrides).is_ok(), "with a default server, as kubectl has one, it is enough");
    }
    let dangling = loaded("{current-context: nope, users: [{name: u}]}");
    for answer in [dangling.target(None).map(drop), dangling.validate(), dangling.confirm_usable(None)] {
        let error = answer.unwrap_err();
        assert_eq!(error.to_string(), "in.yaml:1:19: context was not found for specified context: nope");
        assert!(error.is_context_not_found());
    }
    let error = dangling.confirm_usable(Some("other")).unwrap_err();
    assert_eq!(error.to_string(), "context was not found for specified context: other");
    let error = loaded("users: [{name: u}]").confirm_usable(None).unwrap_err();
    assert!(error.message() == "no context chosen" && error.is_context_not_found());
}

/// A cluster that says nothing is another thing when it was read from a file: there it has an origin.
#[test]
fn an_empty_cluster() {
    let text = config("", "");
    let config = text.parse().unwrap();
    let own = Loaded::from_config(config, "/");
    assert_eq!(own.validate().unwrap_err().message(), "cluster has no server defined");
    assert!(own.target(None).unwrap_err().is_empty_config());
    let read = loaded(&text);
    assert_eq!(read.validate().unwrap_err().message(), "no server found for cluster \"c\"");
    assert!(!read.target(None).unwrap_err().is_empty_config());
    let unnamed = loaded("clusters: [{name: ''}]");
    assert_eq!(unnamed.target(None).unwrap_err().message(), "default cluster has no server defined");
}

#[test]
fn all_faults_come_together_in_their_order() {
    let text =
        config("proxy-url: x", "token: t, username: name, as-uid: '1', exec: {}").replace("user: u}", "user: nope}");
    let error = loaded(&text).target_with(&Overrides::new().user("u")).unwrap_err();
    let places: Vec<_> = error.errors().iter().map(|e| e.position().unwrap().line).collect();
    assert_eq!(places, [4, 4, 4, 4, 4, 2, 2], "{error}");
    let all = loaded(&text).validate().unwrap_err();
    assert_eq!(all.errors()[0].message(), "user \"nope\" was not found for context \"x\"");
    assert_eq!(all.errors().len(), 8);
    let first = all.to_string();
    for _ in 0..8 {
        assert_eq!(loaded(&text).validate().unwrap_err().to_string(), first);
    }
}

/// What kubectl refuses when it builds its client, before it connects.
#[test]
fn what_a_client_refuses() {
    let own = rcgen::generate_simple_self_signed(["h".to_owned()]).unwrap();
    let (pem_text, key_text) = (own.cert.pem(), own.signing_key.serialize_pem());
    let broken = "-----BEGIN CERTIFICATE-----\nQQ==\n-----END CERTIFICATE-----\n";
    let data = |text: &str| kubeconfig::config::Data::encode(text.as_bytes()).as_base64().to_owned();
    let (pem, key) = (data(&pem_text), data(&key_text));
    let bundle = data(&format!("junk\n{key_text}{broken}{pem_text}"));
    let ca = format!("{SERVER}, certificate-authority-data: {pem}");
    let exec = |version: &str| format!("exec: {{command: c, apiVersion: {version}, interactiveMode: Never}}");
    let rows: &[(&str, &str, &[&str])] = &[
        (SERVER, "", &[]),
        (&ca, "token: t", &[]),
        (&format!("{SERVER}, certificate-authority-data: {bundle}"), "", &[]),
        (
            &format!("{SERVER}, certificate-authority-data: {}", data(&pem_text.replace("CERT", "X CERT"))),
            "",
            &["unable to load root certificates"],
        ),
        (
            &format!("{ca}, insecure-skip-tls-verify: true"),
            "",
            &["specifying a root certificates file with the insecure flag is not allowed"],
        ),
        (&format!("{SERVER}, certificate-authority: ca, insecure-skip-tls-verify: true"), "", &["insecure flag"]),
        (&format!("{SERVER}, certificate-authority: empty"), "", &[]),
        (&format!("{SERVER}, certificate-authority: text"), "", &["unable to load root certificates"]),
        (&format!("{SERVER}, certificate-authority: ."), "", &["is a directory"]),
        (&format!("{SERVER}, certificate-authority-data: QQ=="), "", &["unable to load root certificates"]),
        (&format!("{SERVER}, certificate-authority-data: {key}"), "", &["unable to load root certificates"]),
        ("server: 'https://[::1'", "", &["host must be a URL or a host:port pair: \"https://[::1\""]),
        ("server: 'https://u:SECRET-CANARY@[::1'", "", &["\"https://[hidden]@[::1\""]),
        (SERVER, "tokenFile: gone", &["in:4:3", "gone: tokenFile: "]),
        (SERVER, "tokenFile: gone, token: t", &[]),
        (SERVER, "tokenFile: text", &[]),
        (SERVER, "tokenFile: text, username: name", &["username/password or bearer token may be set, but not both"]),
        (SERVER, &exec("client.authentication.k8s.io/v1"), &[]),
        (SERVER, &exec("client.authentication.k8s.io/v1beta1"), &[]),
        (
            SERVER,
            &exec("client.authentication.k8s.io/v1alpha1"),
            &["exec plugin: invalid apiVersion \"client.authentication.k8s.io/v1alpha1\""],
        ),
        (SERVER, &format!("token: t, {}", exec("example.com/v1")), &["invalid apiVersion"]),
        (SERVER, "auth-provider: {}", &["no Auth Provider found for name \"\""]),
        (SERVER, "auth-provider: {name: zzz}", &["no Auth Provider found for name \"zzz\""]),
        (SERVER, "auth-provider: {name: gcp}", &["The gcp auth plugin has been removed"]),
        (SERVER, "auth-provider: {name: azure}", &["The azure auth plugin has been removed"]),
        (SERVER, "auth-provider: {name: oidc, config: {client-id: SECRET-CANARY}}", &["Must provide idp-issuer-url"]),
        (SERVER, "auth-provider: {name: oidc, config: {idp-issuer-url: u, client-id: i}}", &[]),
        (
            SERVER,
            "auth-provider: {name: oidc, config: {idp-issuer-url: u, client-id: i, idp-certificate-authority-data: '='}}",
            &["not base64"],
        ),
        (
            SERVER,
            "auth-provider: {name: oidc, config: {idp-issuer-url: u, client-id: i, idp-certificate-authority-data: QQ==}}",
            &["unable to load root certificates"],
        ),
        (
            SERVER,
            "auth-provider: {name: oidc, config: {idp-issuer-url: u, client-id: i, idp-certificate-authority: /gone}}",
            &["/gone", "cannot read"],
        ),
        (SERVER, "auth-provider: {name: oidc}", &["Must provide idp-issuer-url", "Must provide client-id"]),
        (SERVER, &format!("client-certificate-data: {pem}, client-key-data: {key}"), &[]),
        (
            SERVER,
            &format!("client-certificate-data: {key}, client-key-data: {pem}"),
            &["no certificate found", "no private key found"],
        ),
        (SERVER, "client-certificate: text, client-key: text", &["no certificate found"]),
        (SERVER, &format!("client-certificate: text, client-key-data: {key}"), &["no certificate found"]),
    ];
    for (cluster, user, parts) in rows {
        let dir = folder(&[("in", &config(cluster, user)), ("empty", ""), ("text", "x"), ("ca", &pem_text)]);
        let check = |text: &str| {
            std::fs::write(dir.path().join("in"), text).unwrap();
            client(&load(&dir, "in").target(None).unwrap())
        };
        match check(&config(cluster, user)) {
            Ok(()) => assert!(parts.is_empty(), "{cluster} | {user}"),
            Err(error) => {
                let text = error.to_string();
                assert!(!parts.is_empty() && parts.iter().all(|part| text.contains(part)), "{text}");
                assert!(!text.contains("CANARY"), "{text}");
                assert!(error.errors().iter().all(|e| e.position().is_some() || e.help().is_some()), "{text}");
            }
        }
        // Plain http, or no scheme: nothing of that is looked at.
        if cluster.contains(SERVER) {
            for server in ["server: http://h", "server: h:443"] {
                assert!(check(&config(&cluster.replace(SERVER, server), user)).is_ok(), "{server} {cluster} | {user}");
            }
        }
    }
}

#[cfg(unix)]
#[test]
fn a_fifo_as_reference_hangs_nobody() {
    let dir = folder(&[("in", &config("server: https://h, certificate-authority: fifo", "tokenFile: fifo"))]);
    let made = std::process::Command::new("mkfifo").arg(dir.path().join("fifo")).status().unwrap();
    assert!(made.success());
    let error = client(&load(&dir, "in").target(None).unwrap()).unwrap_err();
    assert_eq!(error.errors().len(), 2, "{error}");
    assert!(error.to_string().contains("is not a regular file"), "{error}");
}

#[test]
fn a_server_that_was_not_read_from_the_file_is_not_said_to_stand_there() {
    let loaded = loaded(&config(SERVER, ""));
    let error = client(&loaded.target_with(&Overrides::new().server("h/p")).unwrap()).unwrap_err();
    assert_eq!(error.to_string(), "host must be a URL or a host:port pair: \"h/p\"");
}

/// Whether client-go takes the target.
fn client(target: &kubeconfig::Target) -> Result<(), kubeconfig::Error> {
    kubeconfig::access::Examiner::at(kubeconfig::pki_types::UnixTime::now()).examine(target).check_client()
}
