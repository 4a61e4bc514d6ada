//! Backups that lack something: contexts whose files are gone, and what kubectl does not read of a file.

use super::*;
use kubeconfig::load::UnreadText;

/// A kubeconfig with a context of each of these names, the cluster and user of which are called the same; `dead` ones name
/// files that are not there.
fn contexts(names: &[(&str, &str, &str)], current: &str) -> String {
    let list = |key: &str, body: &dyn Fn(&(&str, &str, &str)) -> String| {
        let items: String =
            names.iter().map(|one| format!("- name: {}\n  {key}: {{{}}}\n", one.0, body(one))).collect();
        format!("{key}s:\n{items}")
    };
    list("cluster", &|(name, cluster, _)| format!("server: 'https://{name}.example.com:6443', {cluster}"))
        + &list("user", &|(_, _, user)| (*user).to_owned())
        + &list("context", &|(name, _, _)| format!("cluster: {name}, user: {name}"))
        + &format!("current-context: {current}\n")
}

const LIVE: (&str, &str, &str) = ("live", "insecure-skip-tls-verify: true", "token: t");
const DEAD: (&str, &str, &str) = (
    "minikube",
    "certificate-authority: .minikube/ca.crt",
    "client-certificate: .minikube/client.crt, client-key: .minikube/client.key",
);

/// What may be wrong with an entry, by its cluster and user, and what is said of it.
#[test]
fn a_context_that_cannot_be_embedded_is_left_out_and_the_others_are_written() {
    let both = ("both", "certificate-authority: ca, certificate-authority-data: QUJD", "token: t");
    let empty = ("empty", "insecure-skip-tls-verify: true", "tokenFile: blank");
    let folder = ("folder", "certificate-authority: .", "token: t");
    for (dead, said, reasons) in
        [(DEAD, ".minikube/ca.crt", 3), (both, "both the file", 1), (empty, "empty", 1), (folder, "directory", 1)]
    {
        for (text, current) in [
            (contexts(&[dead, LIVE], "live"), "live"),
            (contexts(&[LIVE, dead], dead.0), "live"),
            (contexts(&[LIVE, dead, ("other", LIVE.1, LIVE.2)], "other"), "other"),
        ] {
            let place = Place::new(&text).with("blank", " \n");
            let backup = place.build().unwrap_or_else(|e| panic!("{}: {e}", dead.0));
            let (config, report) = (backup.config(), backup.report());
            assert!(!config.contexts.contains(dead.0) && config.contexts.contains("live"), "{text}");
            assert!(!config.clusters.contains(dead.0) && !config.users.contains(dead.0), "{text}");
            assert_eq!(config.current_context(), Some(current), "{text}");
            let told = report.notes.iter().find_map(|note| match note {
                Note::NotInBackup { contexts, reasons } => Some((contexts.clone(), reasons.clone())),
                _ => None,
            });
            let (contexts, why) = told.unwrap_or_else(|| panic!("{report}"));
            assert_eq!((contexts, why.len()), (vec![dead.0.to_owned()], reasons), "{report}");
            assert!(why[0].contains(said) && !report.is_complete(), "{report}");
            let words = format!("warning: this context is NOT in the backup: {:?}; restore", dead.0);
            assert!(report.to_string().contains(&words), "{report}");
            // By its name it is an error, whoever names it.
            for export in [
                place.load().export().contexts(["live", dead.0]),
                place.load().export().current(dead.0),
                place.load().export().server_of(dead.0, "https://x"),
            ] {
                assert!(export.build().unwrap_err().to_string().contains(said));
            }
            assert!(place.load().export().contexts(["live"]).build().unwrap().report().is_complete());
        }
    }
    // Where nothing is left there is no backup.
    let error = Place::new(&contexts(&[DEAD], "minikube")).build().unwrap_err();
    assert!(error.is_file_not_found() && error.errors().len() == 3, "{error}");
    // A file that several name is told of once, and each of them is left out.
    let shared = "certificate-authority: ca.crt";
    let place = Place::new(&contexts(&[("a", shared, "token: t"), LIVE, ("b", shared, "token: t")], "live"));
    let backup = place.build().unwrap();
    let note = backup.report().notes.iter().find(|note| matches!(note, Note::NotInBackup { .. })).unwrap();
    let Note::NotInBackup { contexts, reasons } = note else { unreachable!() };
    assert_eq!((contexts.as_slice(), reasons.len()), (["a".to_owned(), "b".to_owned()].as_slice(), 1), "{note}");
    assert!(note.to_string().contains("these contexts are NOT in the backup: \"a\", \"b\""), "{note}");
}

/// Texts that hold more than kubectl reads, with the places of what it passes over; `<a>` and `<b>` stand for whole kubeconfigs.
const JOINED: &[(&str, &str, &[&str])] = &[
    ("two documents", "<a>---\n<b>", &["15:1 documents"]),
    ("three documents", "<a>---\n<b>---\n<b>", &["15:1 documents"]),
    ("the first begins with a marker", "---\n<a>---\n<b>", &["16:1 documents"]),
    ("an end and something behind it", "<a>...\n<b>", &["15:1 documents"]),
    ("joined without a marker", "<a><b>", &["5:1 clusters", "8:1 users", "11:1 contexts", "14:1 current-context"]),
    ("a key of an entry", "users: [{name: u, user: {token: a, token: b}}]\n", &["1:26 token"]),
    ("three times", "users: [{name: a}]\nusers: [{name: b}]\nusers: []\n", &["1:1 users", "2:1 users"]),
    ("a key that may be a secret", "x: {SECRET-CANARY: 1, SECRET-CANARY: 2}\n", &["1:5 -"]),
    ("nothing is lost", "<a>---\n# only a comment\n", &[]),
    ("nothing is lost", "<a>---\n---\n", &[]),
    ("the same again", "kind: Config\nkind: Config\n", &[]),
    (
        "nothing was there",
        "users:\nclusters: []\npreferences: {}\nusers: [{name: a}]\nclusters: [{name: a}]\npreferences: {x: 1}\n",
        &[],
    ),
];

fn joined(text: &str) -> String {
    ["a", "b"].iter().fold(text.to_owned(), |text, name| {
        let body = contexts(&[(name, "insecure-skip-tls-verify: true", "token: t")], name);
        text.replace(
            &format!("<{name}>"),
            &format!("apiVersion: v1\nkind: Config\n# {name}\npreferences: {{}}\n{body}"),
        )
    })
}

#[test]
fn what_kubectl_does_not_read() {
    for (what, text, wanted) in JOINED {
        let text = joined(text);
        let place = Place::new(&text);
        let unread = place.load().unread();
        let found: Vec<String> = unread
            .iter()
            .map(|unread| match &unread.text {
                UnreadText::LaterDocument => format!("{} documents", unread.position),
                UnreadText::RepeatedKey { key, .. } => format!("{} {}", unread.position, key.unwrap_or("-")),
                _ => unreachable!(),
            })
            .collect();
        assert_eq!(found, *wanted, "{what}: {text}");
        unread.iter().for_each(|unread| canary::check(what, &format!("{unread} {unread:?}")));
        if !text.contains("contexts:") {
            continue;
        }
        let backup = place.build().unwrap();
        let report = backup.report();
        let told = report.notes.iter().filter(|note| matches!(note, Note::Unread(_))).count();
        assert_eq!((told, report.is_complete()), (wanted.len(), wanted.is_empty()), "{what}: {report}");
    }
}

/// What is asked for may stand where nobody reads it.
#[test]
fn what_is_not_there_may_be_in_a_later_document() {
    for (text, chosen) in [("---\n---\n<b>", &[][..]), ("<a>---\n<b>", &["b"]), ("---\n---\n<b>", &["b"])] {
        let place = Place::new(&joined(text));
        let error = place.load().export().contexts(chosen.iter().copied()).build().unwrap_err().to_string();
        assert!(error.contains(": what follows is not read, "), "{error}");
    }
}

#[cfg(feature = "cli")]
mod program {
    use super::*;
    use crate::common::program::run;

    fn export(folder: &Path, more: &[&str]) -> (Option<i32>, String) {
        let ended = run(folder, &[&["export", "--kubeconfig", "config", "--out", "backup", "--force"], more].concat());
        (ended.code, ended.stderr)
    }

    #[test]
    fn a_dead_entry_does_not_stop_the_backup() {
        let place = Place::new(&contexts(&[DEAD, LIVE], "minikube"));
        let folder = place.folder.path();
        // Nor does it count as a context that depends on something.
        for more in [&[][..], &["--allow-dependent"], &["--direct-only"]] {
            let (code, said) = export(folder, more);
            assert_eq!(code, Some(3), "{said}");
            for words in [
                "wrote backup\n",
                "warning: config:2:3: clusters[minikube].certificate-authority: ",
                "warning: this context is NOT in the backup: \"minikube\"; restore",
                "the current context is live now\n",
                "To see how to fix it: kubeconfig check config\n",
            ] {
                assert!(
                    said.contains(words) || (words.starts_with("wrote") && said.contains("replaced backup")),
                    "{said}"
                );
            }
            let text = fs::read_to_string(folder.join("backup")).unwrap();
            assert!(text.contains("name: live") && !text.contains("minikube"), "{text}");
        }
        fs::remove_file(folder.join("backup")).unwrap();
        for more in [&["--context", "minikube"][..], &["--context", "live", "--context", "minikube"]] {
            let (code, said) = export(folder, more);
            assert_eq!(code, Some(1), "{said}");
            assert!(said.ends_with("nothing was written\n") && !folder.join("backup").exists(), "{said}");
        }
        assert_eq!(export(folder, &["--context", "live", "--allow-dependent"]).0, Some(0));
        fs::write(folder.join("config"), contexts(&[DEAD], "minikube")).unwrap();
        let (code, said) = export(folder, &[]);
        assert!(code == Some(1) && said.ends_with("nothing was written\n"), "{said}");
    }

    #[test]
    fn files_joined_by_cat() {
        for (what, text, wanted) in JOINED.iter().filter(|(_, text, _)| text.contains("<a>")) {
            let place = Place::new(&joined(text));
            let folder = place.folder.path();
            let (code, said) = export(folder, &["--allow-dependent"]);
            assert_eq!(code, Some(if wanted.is_empty() { 0 } else { 3 }), "{what}: {said}");
            let lines: Vec<&str> = said.lines().filter(|line| line.contains("warning: NOT in the backup: ")).collect();
            assert_eq!(lines.len(), wanted.len(), "{what}: {said}");
            for (line, place) in lines.iter().zip(*wanted) {
                let (place, _) = place.split_once(' ').unwrap();
                assert!(line.contains(&format!(": config:{place}: ")), "{what}: {said}");
            }
            let pointer = "To see how to fix it: kubeconfig check config\n";
            assert!(wanted.is_empty() || said.contains(pointer), "{what}: {said}");
            // And there it is said.
            let checked = run(folder, &["check", "config"]);
            let is_told = ["later-document", "duplicate-key"].iter().any(|code| checked.stdout.contains(code));
            assert!(wanted.is_empty() || is_told, "{what}: {}", checked.stdout);
        }
    }
}
