//! The verb, as its users see it.

use super::*;
use common::canary;
use common::program::{Run, run, run_with_input};

fn rancher_token() -> Value {
    token(&format!("kubeconfig-u-abcde12345k9xzp:{SECRET}"))
}

/// The server is not checked, so that nothing ends but the token.
fn classic() -> File {
    File::new().user("prod", rancher_token()).way("prod", proxy("c-m-7xk2m9qd"), "prod").way(
        "prod-fqdn",
        json!({"server": "https://prod.k8s.example.com", "insecure-skip-tls-verify": true}),
        "prod",
    )
}

/// A service account's, until 2100.
fn service_account() -> File {
    let claims = json!({"iss": "https://k", "sub": "system:serviceaccount:a:b", "exp": 4_102_444_800u64});
    File::new().user("admin", token(&jwt(claims))).way("c", json!({"server": "https://c.example.com"}), "admin")
}

fn folder_of(files: &[(&str, String)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// A file of each answer, and what is no kubeconfig.
fn files() -> TempDir {
    folder_of(&[
        ("yes", service_account().text()),
        ("unknown", classic().text()),
        (
            "no",
            File::new().user("old", token("kubeconfig-u-abcde12345other:x")).way("old", proxy("c-old01"), "old").text(),
        ),
        ("broken", "{".into()),
        ("empty", String::new()),
        (
            "objects",
            json!({"apiVersion": "cluster.cattle.io/v3", "kind": "ClusterAuthToken", "enabled": true,
                "metadata": {"name": "kubeconfig-u-abcde12345k9xzp"},
                "hash": "$2:/wECAwAJCAc:H19I0uJ74pKfQaRohNTsyb+GVXuBB3uZigK3fjnt41U"})
            .to_string(),
        ),
    ])
}

/// Downloads from before and after Rancher got another URL are of one cluster, by its own endpoint.
#[test]
fn a_rancher_whose_url_changed() {
    let at = |rancher: &str, token_name: &str| {
        File::new()
            .user("User Cluster 1", token(&format!("kubeconfig-u-abcde12345{token_name}:{SECRET}")))
            .way("User Cluster 1", server(&format!("https://{rancher}/k8s/clusters/c-m-7xk2m9qd")), "User Cluster 1")
            .way("User Cluster 1-fqdn", server("https://uc1.example.com:6443"), "User Cluster 1")
            .text()
    };
    let folder =
        folder_of(&[("old", at("rancher.old.example.com", "k9xzp")), ("new", at("rancher.new.example.com", "zzzzz"))]);
    let out = ends(&folder, &["old", "new", "-o", "json", "--downloaded", "2026-08-01", "--at", "2026-08-15"], 0);
    let answer: Value = serde_json::from_str(&out.stdout).unwrap();
    assert_eq!(answer["clusters"].as_array().map(Vec::len), Some(1), "{}", out.stdout);
    let by = answer["clusters"][0]["by"].as_array().unwrap();
    assert!(by.len() == 2 && by.iter().all(|way| way["context"] == "User Cluster 1-fqdn"), "{}", out.stdout);

    let merged = run(folder.path(), &["merge", "old", "new", "--on-conflict=rename", "--out=-"]);
    assert_eq!(merged.code, Some(0), "{}", merged.stderr);
    for name in ["User Cluster 1-rancher.old.example.com", "User Cluster 1-rancher.new.example.com"] {
        assert!(merged.stdout.contains(&format!("- name: {name}\n")), "{name}\n{}", merged.stdout);
    }
}

#[track_caller]
fn ends(folder: &TempDir, arguments: &[&str], status: i32) -> Run {
    let out = run(folder.path(), &[&["outage"], arguments].concat());
    assert_eq!(out.code, Some(status), "{arguments:?}\n{}\n{}", out.stdout, out.stderr);
    out
}

#[test]
fn statuses() {
    let folder = files();
    let ago = rfc3339(days(-5));
    for (arguments, status) in [
        (&["yes"][..], 0),
        (&["unknown"], 3),
        (&["no"], 1),
        (&["yes", "unknown"], 3),
        (&["yes", "unknown", "no"], 1),
        (&["yes", "yes"], 0),
        (&["--kubeconfig", "yes"], 0),
        (&["yes", "--at", "2100-01-01T00:00:00Z"], 1),
        (&["yes", "--at", "2099-12-31T23:59:59Z"], 0),
        (&["unknown", "--downloaded", &ago], 0),
        (&["unknown", "--downloaded", "2020-01-01"], 1),
        (&["unknown", "--tokens", "objects"], 0),
        (&["unknown", "--tokens", "yes"], 2),
        (&["unknown", "--tokens", "gone"], 2),
        (&["yes", "gone"], 2),
        (&["yes", "broken"], 2),
        (&["yes", "."], 2),
        (&["yes", "objects"], 2),
        (&["empty"], 2),
        (&["yes", "empty"], 0),
        (&["gone"], 2),
        (&[], 2),
        (&["yes", "--at", "tomorrow"], 2),
        (&["yes", "--kubeconfig", "no"], 2),
        (&["yes", "-o", "yaml"], 2),
        (&["yes", "--no-such-flag"], 2),
    ] {
        let out = ends(&folder, arguments, status);
        let is_pointer = |line: &str| line.starts_with("To see ") || line.starts_with("warning: empty: ");
        let is_quiet = out.stderr.lines().all(is_pointer);
        assert_eq!(is_quiet, status != 2, "{arguments:?}: {}", out.stderr);
        assert!(!out.stderr.contains("panicked"));
    }
    // What could be read is judged all the same.
    let out = ends(&folder, &["gone", "yes", "broken"], 2);
    assert!(out.stdout.contains("c         yes"), "{}", out.stdout);
    assert!(out.stderr.contains("gone") && out.stderr.contains("broken"), "{}", out.stderr);
    let objects = ends(&folder, &["objects"], 2);
    assert!(objects.stderr.contains("not the apiVersion of a kubeconfig"), "{}", objects.stderr);
}

#[test]
fn where_files_come_from() {
    let folder = files();
    let text = std::fs::read(folder.path().join("yes")).unwrap();
    let out = run_with_input(folder.path(), &["outage", "-"], &text);
    assert_eq!(out.code, Some(0), "{}", out.stderr);
    let objects = std::fs::read(folder.path().join("objects")).unwrap();
    let out = run_with_input(folder.path(), &["outage", "unknown", "--tokens", "-"], &objects);
    assert_eq!(out.code, Some(0), "{}", out.stderr);

    let with_variable = |list: &str| {
        let mut command = common::program::command(folder.path(), &["outage"]);
        let out = command.env("KUBECONFIG", list).output().unwrap();
        (out.status.code(), String::from_utf8(out.stdout).unwrap(), String::from_utf8(out.stderr).unwrap())
    };
    assert_eq!(with_variable("yes:unknown").0, Some(3));
    let (code, _, stderr) = with_variable("yes:gone");
    assert_eq!((code, stderr.trim()), (Some(0), "warning: gone does not exist"));
    let (code, stdout, stderr) = with_variable("yes:broken");
    assert!(code == Some(2) && stdout.contains("yes") && stderr.contains("broken"), "{stdout}{stderr}");
    // kubectl takes the first of two entries of one name; the other would be missing without a word.
    std::fs::write(folder.path().join("also"), plain(token("x")).text()).unwrap();
    let (_, _, stderr) = with_variable("yes:also");
    assert!(stderr.contains("the user \"admin\" of also is NOT judged"), "{stderr}");
    // Nor is what it does not read of a file.
    let joined = format!("{}\n---\n{}", String::from_utf8(text).unwrap(), plain(token("x")).text());
    std::fs::write(folder.path().join("joined"), joined).unwrap();
    let (code, _, stderr) = with_variable("joined");
    assert!(code == Some(0) && stderr.starts_with("warning: joined:"), "{stderr}");
    assert!(stderr.contains(": what follows is not read, "), "{stderr}");
}

#[test]
fn the_table() {
    let folder = files();
    let out = ends(&folder, &["yes", "unknown", "no", "--at", "2099-12-31"], 1);
    let expected = "\
CLUSTER   ANSWER    CONTEXT     LOGIN                   UNTIL                  AS TOLD BY         FILE
c         yes       c           service account token   2100-01-01T00:00:00Z   exp of the token   yes
prod      unknown   prod-fqdn   Rancher token           ?                      -                  unknown
old       no        -           -                       -                      -

prod: unknown
  prod: only through Rancher
  prod-fqdn: no file says when its token ends; Rancher's default since 2.8 is 30 days after the download
  to fix it: prove when the token ends: save the cluster's own lists of tokens and users, and give them with --tokens FILE
    kubectl --kubeconfig unknown --context prod -n cattle-system get clusterauthtokens.cluster.cattle.io,clusteruserattributes.cluster.cattle.io -o json > FILE

old: no
  old: only through Rancher
  to fix it: get a direct context: enable the authorized cluster endpoint of this cluster in Rancher (hosted clusters \
have none), then download its kubeconfig again, which has the direct contexts in it
    rancher clusters kubeconfig c-old01 > FILE

Without Rancher on 2099-12-31T00:00:00Z: 1 yes, 1 unknown, 1 no
";
    assert_eq!(out.stdout, expected);
    // A token without an end, and nothing to mend.
    let out = ends(&folder, &["unknown", "--tokens", "objects"], 0);
    assert!(out.stdout.contains("no end"), "{}", out.stdout);
    assert!(!out.stdout.contains("missing"), "{}", out.stdout);
}

#[test]
fn as_json() {
    let folder = files();
    let out = ends(&folder, &["yes", "unknown", "no", "-o", "json"], 1);
    let answer: Value = serde_json::from_str(&out.stdout).unwrap();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let sorted = |names: &[&str]| {
        let mut names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(keys(&answer), sorted(&["schema", "time", "rancher_down", "totals", "clusters"]));
    assert_eq!(answer["schema"], 1);
    let clusters = answer["clusters"].as_array().unwrap();
    for cluster in clusters {
        assert_eq!(keys(cluster), sorted(&["name", "cluster_id", "rancher", "files", "verdict", "by", "missing"]));
        for way in cluster["by"].as_array().unwrap() {
            assert_eq!(keys(way), sorted(&["context", "file", "kind", "auth", "until", "until_source", "needs"]));
        }
    }
    assert_eq!(clusters[0]["verdict"], "yes");
    let way = &clusters[0]["by"][0];
    assert_eq!(
        [&way["context"], &way["kind"], &way["auth"], &way["until_source"], &way["needs"]],
        [&json!("c"), &json!("unknown"), &json!("service-account-token"), &json!("exp of the token"), &json!([])]
    );
    assert_eq!(way["until"], "2100-01-01T00:00:00Z");
    assert_eq!(clusters[0]["missing"], json!([]));
    let way = &clusters[1]["by"][0];
    assert_eq!([&way["kind"], &way["auth"]], [&json!("ace-fqdn"), &json!("rancher-token")]);
    assert_eq!([&way["until"], &way["until_source"]], [&Value::Null, &Value::Null]);
    assert_eq!(clusters[2]["by"], json!([]));
    let missing = &clusters[2]["missing"];
    assert_eq!(missing[0], json!({"what": "only through Rancher", "contexts": ["old"], "mend": null}));
    assert_eq!(missing[1]["mend"], "rancher clusters kubeconfig c-old01 > FILE", "{missing}");
    let at = |answer: &Value| parse_time(answer["time"].as_str().unwrap()).unwrap();
    assert!(at(&answer) >= today(), "{answer}");
    assert_eq!(answer["totals"], json!({"yes": 1, "unknown": 1, "no": 1}));
    assert_eq!(answer["rancher_down"], false);
    assert_eq!([&clusters[0]["cluster_id"], &clusters[0]["rancher"]], [&Value::Null, &Value::Null]);
    assert_eq!([&clusters[2]["cluster_id"], &clusters[2]["rancher"]], [&json!("c-old01"), &json!(RANCHER)]);
    assert_eq!([&clusters[0]["by"][0]["file"], &clusters[2]["files"]], [&json!("yes"), &json!(["no"])]);
    let nothing = ends(&folder, &["empty", "-o", "json", "--at", "2030-01-01", "--rancher-down"], 2);
    assert_eq!(
        serde_json::from_str::<Value>(&nothing.stdout).unwrap(),
        json!({"schema": 1, "time": "2030-01-01T00:00:00Z", "rancher_down": true,
            "totals": {"yes": 0, "unknown": 0, "no": 0}, "clusters": []})
    );
}

#[test]
fn nothing_secret_shows() {
    let text = canary::kubeconfig();
    let folder = folder_of(&[("config", text.clone())]);
    for arguments in [&["config"][..], &["config", "-o", "json"], &["--kubeconfig", "config", "--on-node"]] {
        let out = run(folder.path(), &[&["outage"], arguments].concat());
        assert!(out.code.is_some_and(|code| code < 4), "{}", out.stderr);
        canary::check(&format!("{arguments:?}"), &format!("{}{}", out.stdout, out.stderr));
    }
    for variant in canary::broken().into_iter().step_by(7) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config"), &variant.bytes).unwrap();
        let loader = Loader::new(Environment::new(folder.path())).explicit("config");
        let (loaded, _) = loader.load_partial();
        let report = Outage::at(today()).run(&[&loaded]);
        canary::check(&variant.how, &format!("{report:?}"));
        let told = report.clusters.iter().flat_map(|cluster| &cluster.missing);
        canary::check(
            &variant.how,
            &told.map(|missing| format!("{} {:?}", missing.what, missing.mend)).collect::<String>(),
        );
    }
    // In each kind of token, whole and in parts.
    let secret = canary::CANARY;
    for user in [
        token(&format!("kubeconfig-u-abcde:{secret}")),
        token(&jwt(
            json!({"iss": "https://a", "sub": secret, "aud": secret, "exp": 1, "kubernetes.io": {"pod": {"name": secret}}}),
        )),
        token(&jwt(json!({"iss": format!("https://{secret}@a"), "exp": days(1).as_secs()}))),
        token(&format!("{secret}\n")),
    ] {
        let file = plain(user);
        canary::check("a token", &format!("{:?}", one(&file)));
        let folder = folder_of(&[("config", file.text())]);
        let out = run(folder.path(), &["outage", "config"]);
        canary::check("a token", &format!("{}{}", out.stdout, out.stderr));
    }
}

/// Names from a file can't do anything to a terminal, nor break the table.
#[test]
fn names_that_mean_harm() {
    let name = "a\u{1b}[2J\nb\tc\u{202e}";
    let long = "x".repeat(10_000);
    let file = classic().user(name, rancher_token()).way(name, proxy("c-x"), name).way(&long, proxy("c-y"), name);
    let folder = folder_of(&[("config", file.text())]);
    let out = ends(&folder, &["config"], 1);
    assert!(!out.stdout.contains(['\u{1b}', '\t', '\u{202e}']), "{}", out.stdout);
    let rows = out.stdout.lines().take_while(|line| !line.is_empty());
    assert!(rows.clone().count() == 4 && rows.map(str::len).max() < Some(250), "{}", out.stdout);
}

/// `export --direct-only` keeps what survives: the current context is a direct one of the same cluster, and the drill over the
/// backup says what it said over the file.
#[test]
fn what_an_export_keeps() {
    let fqdn =
        |name: &str| json!({"server": format!("https://{name}.k8s.example.com"), "insecure-skip-tls-verify": true});
    let other = || token(&format!("kubeconfig-u-abcde12345other:{SECRET}"));
    let mut file = File::new()
        .made(5, 30 * DAY)
        .user("edge", other())
        .way("edge", proxy("c-m-4hj6n8vb"), "edge")
        .way("edge-fqdn", fqdn("edge"), "edge")
        .user("prod", rancher_token())
        .way("prod", proxy("c-m-7xk2m9qd"), "prod")
        .way("prod-fqdn", fqdn("prod"), "prod");
    file.users.push(json!({"name": "rancher", "user": token(&format!("kubeconfig-u-abcde12345share:{SECRET}"))}));
    file = file.way("test", proxy("c-5tgbn"), "rancher");
    for (current, kept) in
        [("prod", "prod-fqdn"), ("edge", "edge-fqdn"), ("edge-fqdn", "edge-fqdn"), ("test", "edge-fqdn")]
    {
        let text = file.text().replacen("\"kind\"", &format!("\"current-context\": \"{current}\", \"kind\""), 1);
        let folder = folder_of(&[("config", text)]);
        let out = run(folder.path(), &["export", "--kubeconfig", "config", "--direct-only", "--out", "backup"]);
        assert_eq!(out.code, Some(0), "{}", out.stderr);
        let current = run(folder.path(), &["current-context", "--kubeconfig", "backup"]);
        assert_eq!(current.stdout.trim(), kept);
        let (before, after) = (ends(&folder, &["config"], 1), ends(&folder, &["backup"], 0));
        let survives = |text: &str| {
            let lines = text.lines().take_while(|line| !line.is_empty()).filter(|line| line.contains(" yes "));
            lines.map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(survives(&before.stdout), survives(&after.stdout));
        assert_eq!(survives(&after.stdout).len(), 2, "{}", after.stdout);
    }
}

/// What is given beside the files, and the logins that are found for the user.
#[test]
fn what_is_found_beside_the_files() {
    let arguments = ["token", "--server=rancher.example.com", "--user=prod", "--cluster=c-m-7xk2m9qd"];
    let exec = json!({"exec": {"apiVersion": "client.authentication.k8s.io/v1beta1", "command": "rancher", "args": arguments}});
    let login = |canary: &str| {
        json!({"Servers": {"rancher.example.com": {"kubeCredentials": {"prod_c-m-7xk2m9qd": {"status":
            {"token": format!("kubeconfig-u-abcde12345k9xzp:{canary}"), "expirationTimestamp": "2100-01-01T00:00:00Z"}}}}}})
        .to_string()
    };
    let file = File { users: vec![json!({"name": "prod", "user": exec})], ..classic() };
    let local = File::new().user("local", rancher_token()).way("local", proxy("local"), "local");
    // Rancher's own object of it, and that of provisioning, which tells that Rancher did not make it.
    let object = json!({"apiVersion": "v1", "kind": "List", "items": [
        {"apiVersion": "management.cattle.io/v3", "kind": "Cluster", "metadata": {"name": "c-m-7xk2m9qd"},
            "spec": {}, "status": {"driver": "k3s", "provider": "k3s"}},
        {"apiVersion": "provisioning.cattle.io/v1", "kind": "Cluster", "metadata": {"name": "prod"},
            "spec": {}, "status": {"clusterName": "c-m-7xk2m9qd"}}]});
    let folder = folder_of(&[
        ("login", file.text()),
        ("logins.json", login(canary::CANARY)),
        ("broken.json", "{".into()),
        ("local", local.text()),
        ("admin", service_account().text()),
        ("token", classic().text()),
        ("none.json", json!({"apiVersion": "v1", "kind": "List", "items": []}).to_string()),
        ("object.json", object.to_string()),
    ]);
    let at = ["--at", "2099-12-31"];
    let ends = |arguments: &[&str], status: i32| {
        let out = ends(&folder, &[arguments, &at].concat(), status);
        canary::check(&format!("{arguments:?}"), &format!("{}{}", out.stdout, out.stderr));
        out
    };
    let out = ends(&["login"], 3);
    assert!(out.stdout.contains("unless a login in ~/.rancher/cli2.json"), "{}", out.stdout);
    let out = ends(&["login", "--logins", "logins.json"], 0);
    assert!(
        out.stdout.contains("2100-01-01T00:00:00Z") && out.stdout.contains("Rancher's program: logins.json"),
        "{}",
        out.stdout
    );
    ends(&["login", "--logins", "broken.json"], 2);
    ends(&["login", "--logins", "gone.json"], 2);
    // Where nobody logs in by it, nobody looks at it.
    ends(&["admin", "--same", "c=c"], 0);
    // Found for this user it is named.
    std::fs::create_dir(folder.path().join(".rancher")).unwrap();
    let found = folder.path().join(".rancher/cli2.json");
    std::fs::write(&found, login(canary::CANARY)).unwrap();
    for output in ["table", "json"] {
        let out = ends(&["login", "-o", output], 0);
        assert!(out.stdout.contains(&found.display().to_string()), "{}", out.stdout);
    }
    // What can't be read there proves nothing.
    std::fs::write(&found, "{").unwrap();
    let out = ends(&["login"], 3);
    assert!(out.stderr.contains("cli2.json"), "{}", out.stderr);

    ends(&["local", "admin"], 1);
    let out = ends(&["local", "admin", "--same", "local=c"], 0);
    assert!(out.stdout.contains("1 yes, 0 unknown, 0 no"), "{}", out.stdout);
    let out = ends(&["local", "admin", "--same", "local=gone"], 2);
    assert!(out.stderr.contains("no context leads into a cluster \"gone\""), "{}", out.stderr);
    ends(&["local", "--same", "local"], 2);

    ends(&["token", "--tokens", "none.json"], 1);
    ends(&["token", "--tokens", "prod=none.json"], 1);
    let out = ends(&["token", "--tokens", "other=none.json"], 2);
    assert!(out.stderr.contains("no context leads into a cluster \"other\""), "{}", out.stderr);
    let out = ends(&["token", "--objects", "object.json"], 3);
    assert!(out.stdout.contains("kube-api-authn-webhook.yaml"), "{}", out.stdout);
    ends(&["token", "--objects", "none.json"], 2);
}
