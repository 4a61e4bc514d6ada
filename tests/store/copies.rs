//! Kept copies: how many, where, of what mode, and the way back.

use super::*;
use kubeconfig::AuthInfo;
use kubeconfig::store::{KeptCopy, Updated};
use std::time::{SystemTime, UNIX_EPOCH};

fn set(store: &Store, path: &Path, contents: &str) -> Option<PathBuf> {
    let updated: Updated<()> = store
        .update(&[path], |files| {
            files.set(0, contents);
            Ok(())
        })
        .unwrap();
    updated.changed[0].kept.clone()
}

/// What the copies hold, the newest first.
fn held(store: &Store, path: &Path) -> Vec<String> {
    store.copies(path).unwrap().iter().map(|copy| fs::read_to_string(&copy.path).unwrap()).collect()
}

fn state(store: &Store) -> &Path {
    store.state_folder().unwrap()
}

#[test]
fn as_many_as_asked_for() {
    for keep in [0, 1, 2, 5] {
        let folder = Folder::new();
        let path = folder.path("config");
        let store = folder.store().keep(keep);
        for version in 1..=4 {
            let kept = set(&store, &path, &version.to_string());
            assert_eq!(kept.is_some(), keep > 0 && version > 1, "{keep} {version}");
        }
        let expected: Vec<_> = (1..4).rev().take(keep).map(|version| version.to_string()).collect();
        assert_eq!(held(&store, &path), expected, "keep {keep}");
        assert_eq!(folder.names(), ["config"], "beside the file lies nothing");
    }
}

#[test]
fn fewer_are_kept_from_the_next_change_on() {
    let folder = Folder::new();
    let path = folder.path("config");
    let store = folder.store().keep(3);
    (1..5).for_each(|version| drop(set(&store, &path, &version.to_string())));
    assert_eq!(held(&store, &path), ["3", "2", "1"]);
    set(&store.clone().keep(1), &path, "5");
    assert_eq!(held(&store, &path), ["4"]);
    set(&store.clone().keep(0), &path, "6");
    assert_eq!(held(&store, &path), [""; 0]);
}

#[test]
fn for_the_owner_only_whatever_the_umask() {
    for umask in ["000", "077", "777"] {
        let folder = Folder::new();
        fs::write(folder.path("config"), "old").unwrap();
        let script = format!("umask {umask}; exec \"$@\"");
        child(&["sh", "-c", &script, "sh"], "append", &folder.path("config")).unwrap();
        let store = folder.store();
        let copy = store.copies(&folder.path("config")).unwrap().remove(0);
        assert_eq!(mode(&copy.path), 0o600, "umask {umask}");
        for folder in copy.path.ancestors().skip(1).take_while(|folder| folder.starts_with(state(&store))) {
            assert_eq!(mode(folder), 0o700, "umask {umask}: {}", folder.display());
        }
    }
}

#[test]
fn a_state_folder_others_may_enter_is_closed() {
    let folder = Folder::new();
    let store = folder.store();
    fs::create_dir_all(state(&store)).unwrap();
    chmod(state(&store), 0o755);
    set(&store, &folder.file("config", "old"), "new");
    assert_eq!(mode(state(&store)), 0o700);
}

#[test]
fn where_they_lie() {
    let folder = Folder::new();
    let path = folder.file("config", "old");
    let link = folder.link("link", "config");
    let kept = set(&folder.store(), &link, "new").unwrap();
    let below = path.canonicalize().unwrap();
    let expected = folder.state().join("kubeconfig/copies").join(below.strip_prefix("/").unwrap());
    assert_eq!(kept, expected.join("000001.kubeconfig"));
    let copies = folder.store().copies(&link).unwrap();
    assert_eq!((copies.len(), &copies[0].of), (1, &below));

    let home = Environment::new("/").var("HOME", folder.path("home"));
    assert_eq!(Store::new(&home).state_folder(), Some(&*folder.path("home/.local/state/kubeconfig")));
    let state = home.clone().var("XDG_STATE_HOME", "/s");
    assert_eq!(Store::new(&state).state_folder(), Some(Path::new("/s/kubeconfig")));
    // By the XDG specification a relative path counts as none.
    let relative = home.var("XDG_STATE_HOME", "s");
    assert_eq!(Store::new(&relative).state_folder(), Some(&*folder.path("home/.local/state/kubeconfig")));
    for nowhere in [Environment::new("/"), Environment::new("/").var("HOME", "home").var("XDG_STATE_HOME", "")] {
        assert_eq!(Store::new(&nowhere).state_folder(), None);
    }
}

#[test]
fn without_a_place_for_them_the_change_goes_on() {
    let folder = Folder::new();
    let path = folder.file("config", "old");
    let in_the_way = folder.file("file", "");
    let stores = [
        Store::new(&Environment::new("/")),
        Store::new(&Environment::new("/").var("XDG_STATE_HOME", &in_the_way)),
        Store::new(&Environment::new("/").var("XDG_STATE_HOME", "/proc/1")),
    ];
    for (i, store) in stores.iter().enumerate() {
        assert_eq!(set(store, &path, &format!("new {i}")), None);
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("new {i}"));
        assert!(store.copies(&path).unwrap().is_empty());
        assert_eq!(store.restore(&path, None).unwrap_err().kind(), ErrorKind::NotFound);
        let holding = store.copies_holding(&AuthInfo::with_token("t"));
        assert!(holding.copies.is_empty() && holding.unread.is_empty());
    }
    assert_eq!(folder.names(), ["config", "file"]);
}

#[test]
fn restoring_is_undone_by_restoring() {
    let folder = Folder::new();
    let path = folder.path("config");
    let store = folder.store();
    for version in ["1", "2"] {
        set(&store, &path, version);
    }
    chmod(&path, 0o640);
    for expected in ["1", "2", "1"] {
        let restored = store.restore(&path, None).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), expected);
        assert_eq!(restored.changed.len(), 1);
        assert_eq!(mode(&path), 0o640);
    }
    assert_eq!(held(&store, &path), ["2", "1", "2", "1"], "what each of them replaced");
}

#[test]
fn the_newest_that_says_something_else_is_restored_or_the_one_named() {
    let folder = Folder::new();
    let path = folder.path("config");
    let store = folder.store().keep(5);
    (1..=4).for_each(|version| drop(set(&store, &path, &version.to_string())));
    // By hand, to what was kept last.
    fs::write(&path, "3").unwrap();
    store.restore(&path, None).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "2");
    let oldest = store.copies(&path).unwrap().pop().unwrap();
    assert_eq!(store.restore(&path, Some(&oldest)).unwrap().value, oldest);
    assert_eq!(fs::read_to_string(&path).unwrap(), "1");
}

#[test]
fn a_file_that_is_broken_or_gone_is_restored() {
    let folder = Folder::new();
    let path = folder.file("config", "current-context: x\n");
    let store = folder.store();
    set(&store, &path, "current-context: y\n");
    fs::write(&path, "clusters: [").unwrap();
    store.restore(&path, None).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "current-context: x\n");
    assert_eq!(held(&store, &path), ["clusters: [", "current-context: x\n"]);
    fs::remove_file(&path).unwrap();
    store.restore(&path, None).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "clusters: [");
    assert_eq!(mode(&path), 0o600);
    let error = store.restore(&folder.path("other"), None).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("no earlier version of this file is kept"), "{error}");
}

#[test]
fn the_time_is_the_callers() {
    let folder = Folder::new();
    let path = folder.file("config", "old");
    let time = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    set(&folder.store().at(time), &path, "new");
    let copies = folder.store().copies(&path).unwrap();
    assert_eq!(copies[0].time, Some(time));
    // A clock that goes backwards changes nothing in their order.
    set(&folder.store().keep(2).at(SystemTime::UNIX_EPOCH), &path, "newer");
    assert_eq!(held(&folder.store(), &path), ["new", "old"]);
}

/// What is known of a copy beside what it holds.
#[test]
fn numbers_verbs_and_sizes() {
    let long = "a".repeat(32);
    let cases = [
        ("use-context", Some("use-context")),
        (&long, Some(&*long)),
        (&"a".repeat(33), None),
        ("", None),
        ("Set", None),
        ("a/b", None),
        ("a.b", None),
        ("\u{e4}", None),
    ];
    let folder = Folder::new();
    let path = folder.file("config", "");
    for (i, (verb, _)) in cases.iter().enumerate() {
        set(&folder.store().keep(20).verb(verb), &path, &"+".repeat(i + 1));
    }
    let mut copies = folder.store().copies(&path).unwrap();
    copies.reverse();
    assert_eq!(copies.len(), cases.len());
    for (i, (copy, (verb, expected))) in copies.iter().zip(cases).enumerate() {
        assert_eq!((copy.number, copy.size, copy.verb.as_deref()), (i as u64 + 1, i as u64, expected), "{verb}");
        assert_eq!(folder.store().copy_numbered(&path, copy.number).unwrap(), *copy);
    }
    // By default a restore says what it is.
    folder.store().restore(&path, None).unwrap();
    assert_eq!(folder.store().copies(&path).unwrap()[0].verb.as_deref(), Some("restore"));
    assert_eq!(folder.store().copy_numbered(&path, 99).unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(folder.store().copy_before(&path, SystemTime::now()).unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn what_was_kept_last_is_not_kept_twice() {
    let folder = Folder::new();
    let path = folder.file("config", "a");
    let store = folder.store().keep(9);
    set(&store, &path, "b");
    fs::write(&path, "a").unwrap();
    set(&store, &path, "c");
    assert_eq!(held(&store, &path), ["a"]);
}

#[test]
fn what_a_killed_process_left_among_them_goes() {
    let folder = Folder::new();
    let path = folder.file("config", "a");
    let kept = set(&folder.store(), &path, "b").unwrap();
    let left = kept.with_file_name(".000002.kubeconfig.0123456789abcdef.tmp");
    fs::write(&left, CANARY).unwrap();
    fs::write(kept.with_file_name("7.kubeconfig"), "not ours").unwrap();
    set(&folder.store(), &path, "c");
    assert!(!left.exists());
    assert_eq!(held(&folder.store(), &path), ["b", "a"]);
}

#[test]
fn credentials_are_found_in_copies_of_any_file() {
    let folder = Folder::new();
    let user = |body: &str| format!("users:\n- name: u\n  user: {body}\n");
    let bodies = [
        ("token", r#"{"token": "SECRET-CANARY-1"}"#, true),
        ("other", r#"{"token": "SECRET-CANARY-2"}"#, false),
        ("escaped", r#"{"token": "SECRET\u002dCANARY-1", "username": "me"}"#, true),
        ("password", r#"{"username": "me", "password": "SECRET-CANARY-1"}"#, true),
        ("provider", r#"{"auth-provider": {"name": "oidc", "config": {"refresh-token": "SECRET-CANARY-1"}}}"#, true),
        ("client", r#"{"auth-provider": {"name": "oidc", "config": {"client-id": "SECRET-CANARY-1"}}}"#, false),
        ("broken", r#"{"token": "SECRET-CANARY-1""#, true),
        ("nobody", "{}", false),
    ];
    let store = folder.store().keep(3);
    for (name, body, _) in bodies {
        let path = folder.file(name, &user(body));
        set(&store, &path, "users: []\n");
    }
    let found = |user: &AuthInfo| -> Vec<String> {
        let holding = store.copies_holding(user);
        assert!(holding.unread.is_empty());
        let copies: Vec<KeptCopy> = holding.copies;
        assert!(!format!("{copies:?}").contains("CANARY"));
        copies.iter().map(|copy| copy.of.file_name().unwrap().to_string_lossy().into_owned()).collect()
    };
    let mut expected: Vec<_> = bodies.iter().filter(|(.., holds)| *holds).map(|(name, ..)| name.to_string()).collect();
    expected.sort();
    assert_eq!(found(&AuthInfo::with_token("SECRET-CANARY-1")), expected);
    assert_eq!(found(&AuthInfo::default()), [""; 0]);
    let mut key = AuthInfo::default();
    key.client_key = Some("key.pem".into());
    assert_eq!(found(&key), [""; 0]);
}
