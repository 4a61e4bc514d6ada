//! The files a kubeconfig names: embedded, or refused.

use super::*;

#[test]
fn token_files() {
    let jwt = "a.b.c";
    for (user, file, expected) in [
        ("tokenFile: t", Some("  from-file \r\n\n"), Ok(("from-file", None))),
        ("tokenFile: ./x/../t", Some(jwt), Ok((jwt, None))),
        ("tokenFile: t, token: old", Some("new"), Ok(("new", Some(Note::TokenFileWins { user: "u".into() })))),
        ("tokenFile: '', token: old", None, Ok(("old", None))),
        ("tokenFile: t", None, Err("No such file")),
        ("tokenFile: t", Some(" \n"), Err("empty")),
        // What no request can carry is embedded and judged, as beside it.
        ("tokenFile: t", Some("two\nlines"), Ok(("two\nlines", None))),
    ] {
        let mut place = one("", user);
        if let Some(file) = file {
            place = place.with("t", file);
        }
        match (place.build(), expected) {
            (Ok(backup), Ok((token, note))) => {
                let entry = &backup.config().users["u"];
                assert_eq!(entry.token.as_ref().map(|t| t.expose().as_str()), Some(token), "{user}");
                assert_ne!(entry.token_file.as_deref(), Some("t"), "{user}");
                assert_eq!(backup.report().notes, Vec::from_iter(note), "{user}");
                let embedded: Vec<_> = backup.report().embedded.iter().map(|e| (e.file.clone(), e.field)).collect();
                let there = file.map(|_| (place.folder.path().join("t"), "tokenFile"));
                assert_eq!(embedded, Vec::from_iter(there), "{user}");
            }
            (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{user}: {error}"),
            (got, _) => panic!("{user}: {got:?}"),
        }
    }
    // As at run time, the token beside a file that is not there is used.
    let place = one("", "tokenFile: t, token: old");
    let backup = place.build().unwrap();
    let file = place.folder.path().join("t");
    assert_eq!(backup.report().notes, [Note::TokenFileMissing { user: "u".into(), file }]);
    assert_eq!(backup.config().users["u"].token.as_ref().unwrap().expose(), "old");
}

#[test]
fn all_missing_files_at_once_with_their_places() {
    let place = one("certificate-authority: ca.pem", "client-certificate: c.pem, client-key: k.pem");
    let error = place.build().unwrap_err();
    let folder = place.folder.path();
    assert!(error.is_file_not_found());
    let texts: Vec<String> = error.errors().iter().map(ToString::to_string).collect();
    let config = place.config.display();
    for (text, (place, file)) in texts.iter().zip([
        (format!("{config}:2:3: clusters[k].certificate-authority: "), "ca.pem"),
        (format!("{config}:5:3: users[u].client-certificate: "), "c.pem"),
        (format!("{config}:5:3: users[u].client-key: "), "k.pem"),
    ]) {
        assert!(text.starts_with(&place), "{text}");
        assert!(text.contains(&folder.join(file).display().to_string()), "{text}");
    }
    assert_eq!(texts.len(), 3);
    // A file that a whole fleet names is told of once.
    let text = "clusters:\n- name: a\n  cluster: {certificate-authority: ca}\n- name: b\n  cluster: {certificate-authority: ca}\n\
                contexts:\n- name: a\n  context: {cluster: a}\n- name: b\n  context: {cluster: b}\n";
    assert_eq!(Place::new(text).build().unwrap_err().errors().len(), 1);
}

#[test]
fn files_that_are_refused() {
    let w = world();
    let cases: &[(&str, &str, &str, &str)] = &[
        ("", "tokenFile: f", " \n", "empty"),
        ("certificate-authority: f, certificate-authority-data: QUJD", "", &w.plain_ca.certificate, "both"),
        ("", "client-key: f, client-key-data: QUJD", &w.plain_admin.key, "both"),
    ];
    for (cluster, user, content, part) in cases {
        let place = one(cluster, user).with("f", content);
        let error = place.build().expect_err(part);
        let text = error.to_string();
        assert!(text.contains(part), "{text}");
        assert!(text.starts_with(&place.config.display().to_string()), "{text}");
        canary::check("error", &text);
    }
    // What is in a file is embedded whatever it is, and judged.
    // EncryptedPrivateKeyInfo: an algorithm and bytes. The label alone says nothing to kubectl.
    let encrypted = common::pki::pem("ENCRYPTED PRIVATE KEY", &[0x30, 7, 0x30, 3, 6, 1, 0x2a, 4, 0]);
    let pair = format!("client-certificate-data: {}, client-key: f", common::pki::base64(&w.plain_admin.certificate));
    for (cluster, user, content) in [
        ("certificate-authority: f", "token: t", "SECRET-CANARY"),
        ("certificate-authority: f", "token: t", w.plain_admin.key.as_str()),
        ("", &pair, w.plain_admin.certificate.as_str()),
        ("", &pair, if cfg!(feature = "cert") { &encrypted } else { "SECRET-CANARY" }),
    ] {
        let backup = one(cluster, user).with("f", content).build().unwrap();
        let access = &backup.report().contexts[0];
        assert_eq!(access.verdict(), kubeconfig::access::Verdict::No, "{access}");
        canary::check("report", &backup.report().to_string());
    }
    // A pair of an empty *-data and a file is none, as in kubectl.
    let place =
        one("certificate-authority: f, certificate-authority-data: ''", "token: t").with("f", &w.plain_ca.certificate);
    let backup = place.build().unwrap();
    let data = backup.config().clusters["k"].certificate_authority_data.as_ref().unwrap();
    assert_eq!(&*data.decode(), w.plain_ca.certificate.as_bytes());
}

#[cfg(unix)]
#[test]
fn only_regular_files_of_a_sane_size() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let huge = folder.path().join("huge");
    fs::File::create(&huge).unwrap().set_len(17 << 20).unwrap();
    for (path, part) in [
        (folder.path().to_owned(), "directory"),
        (pipe, "not a regular file"),
        (huge, "16777216"),
        (PathBuf::from("/dev/zero"), "not a regular file"),
        (folder.path().join("huge/below"), "directory"),
    ] {
        for (cluster, user) in [("certificate-authority: ", ""), ("", "tokenFile: "), ("", "client-key: ")] {
            let quoted = |key: &str| if key.is_empty() { String::new() } else { format!("{key}'{}'", path.display()) };
            let text = one(&quoted(cluster), &quoted(user)).build().unwrap_err().to_string();
            assert!(text.to_lowercase().contains(part), "{text}");
        }
    }
}

#[test]
fn paths_start_from_each_entrys_own_file() {
    let w = world();
    let folder = tempfile::tempdir().unwrap();
    let below = folder.path().join("below");
    fs::create_dir(&below).unwrap();
    let text = |n: &str| {
        format!(
            "clusters:\n- name: k{n}\n  cluster: {{server: 'https://k', certificate-authority: ca}}\n\
             users:\n- name: u{n}\n  user: {{exec: {{command: bin/../login, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}}}}\n\
             contexts:\n- name: c{n}\n  context: {{cluster: k{n}, user: u{n}}}\n"
        )
    };
    fs::write(folder.path().join("a"), text("1")).unwrap();
    fs::write(below.join("b"), text("2")).unwrap();
    fs::write(folder.path().join("ca"), &w.plain_ca.certificate).unwrap();
    fs::write(below.join("ca"), &w.cloud_ca.certificate).unwrap();
    let environment =
        Environment::new(folder.path()).var("KUBECONFIG", if cfg!(windows) { "a;below/b" } else { "a:below/b" });
    let backup = Loader::new(environment).load().unwrap().export().build().unwrap();
    for (n, folder, ca) in [("1", folder.path(), &w.plain_ca), ("2", &below, &w.cloud_ca)] {
        let data = backup.config().clusters[format!("k{n}").as_str()].certificate_authority_data.as_ref().unwrap();
        assert_eq!(&*data.decode(), ca.certificate.as_bytes());
        let user = format!("u{n}");
        let command = backup.config().users[user.as_str()].exec.as_ref().unwrap().command.clone().unwrap();
        assert_eq!(Path::new(&command), folder.join("login"));
        let told = Note::CommandMadeAbsolute { user, command: command.clone() };
        assert!(backup.report().notes.contains(&told), "{:?}", backup.report().notes);
        let report = backup.report().contexts.iter().find(|c| c.context() == format!("c{n}")).unwrap();
        assert!(report.needs().eq([&Need::Command(command)]), "{report}");
    }
}
