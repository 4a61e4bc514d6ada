use super::{environment, folder, load};
use kubeconfig::ErrorKind;
use kubeconfig::load::{Environment, Loader, Os, REFERENCE_LIMIT, Subject};
use kubeconfig::syntax::Limits;
use std::path::{Path, PathBuf};

const A: &str = "clusters: [{name: a, cluster: {server: https://a}}]\n";
const B: &str = "clusters: [{name: b, cluster: {server: https://b}}]\n";

fn names(loaded: &kubeconfig::Loaded) -> Vec<&str> {
    loaded.config().clusters.names().collect()
}

#[test]
fn an_explicit_file_before_the_variable_before_home() {
    let dir = folder(&[("a", A), ("b", B), ("home/.kube/config", "clusters: [{name: home, cluster: {}}]")]);
    let environment = environment(dir.path());
    let with_list = environment.clone().var("KUBECONFIG", "b");
    assert_eq!(names(&Loader::new(with_list.clone()).explicit("a").load().unwrap()), ["a"]);
    assert_eq!(names(&Loader::new(with_list.clone()).explicit("").load().unwrap()), ["b"]);
    assert_eq!(names(&Loader::new(with_list.clone()).explicit("a").explicit("b").load().unwrap()), ["b"]);
    assert_eq!(names(&Loader::new(environment.clone()).load().unwrap()), ["home"]);
    assert_eq!(names(&Loader::new(environment.var("KUBECONFIG", "")).load().unwrap()), ["home"]);
}

#[test]
fn the_list_is_taken_as_it_stands() {
    let rows: &[(Os, &str, &[&str])] = &[
        (Os::Unix, "a:b", &["a", "b"]),
        (Os::Unix, ":", &[]),
        (Os::Unix, ":a::b:", &["a", "b"]),
        (Os::Unix, "a:b:a", &["a", "b"]),
        (Os::Unix, "a:./a", &["a", "./a"]),
        (Os::Unix, "a;b", &["a;b"]),
        (Os::Unix, "~/.kube/config:$HOME/x", &["~/.kube/config", "$HOME/x"]),
        (Os::Unix, "\"a:b\"", &["\"a", "b\""]),
        (Os::Windows, r"C:\a;D:\b", &[r"C:\a", r"D:\b"]),
        (Os::Windows, r#""C:\a;b";c"#, &[r"C:\a;b", "c"]),
        (Os::Windows, r#"a"b;c"#, &["ab;c"]),
        (Os::Windows, ";", &[]),
    ];
    for (os, list, want) in rows {
        let environment = Environment::new("/").os(*os).var("KUBECONFIG", list);
        let want: Vec<PathBuf> = want.iter().map(PathBuf::from).collect();
        assert_eq!(Loader::new(environment).paths(), want, "{os:?} {list}");
    }
}

#[test]
fn the_default_file() {
    let unix = |home: &str| Loader::new(Environment::new("/w").os(Os::Unix).var("HOME", home)).paths();
    assert_eq!(unix("/home/u"), [PathBuf::from("/home/u/.kube/config")]);
    // As in kubectl: without a home it is relative.
    assert_eq!(unix(""), [PathBuf::from(".kube/config")]);
    let windows = Environment::new("C:\\w").os(Os::Windows);
    let with = |vars: &[(&str, &str)]| {
        let environment = vars.iter().fold(windows.clone(), |e, (k, v)| e.var(k, v));
        Loader::new(environment).paths().remove(0)
    };
    let profile = ("UserProfile", r"C:\Users\u");
    let drive = [("HOMEDRIVE", "H:"), ("HOMEPATH", r"\u")];
    assert_eq!(with(&[profile]), PathBuf::from(r"C:\Users\u\.kube\config"));
    assert_eq!(with(&[drive[0], drive[1], profile]), PathBuf::from(r"C:\Users\u\.kube\config"));
    assert_eq!(with(&drive), PathBuf::from(r"H:\u\.kube\config"));
    assert_eq!(with(&[drive[0], profile]), PathBuf::from(r"C:\Users\u\.kube\config"));
    assert_eq!(with(&[("HOME", r"D:\h"), profile]), PathBuf::from(r"D:\h\.kube\config"));
}

#[test]
fn missing_files_are_skipped_and_told() {
    let dir = folder(&[("a", A)]);
    let loaded = load(&dir, "gone:a:gone/too");
    assert_eq!(names(&loaded), ["a"]);
    assert_eq!(loaded.missing(), [PathBuf::from("gone"), PathBuf::from("gone/too")]);
    assert_eq!(loaded.sources().len(), 1);

    let loaded = load(&dir, "gone");
    assert_eq!(loaded.config(), &kubeconfig::Kubeconfig::default());
    let loaded = load(&dir, ":");
    assert!(loaded.sources().is_empty() && loaded.missing().is_empty());
}

#[test]
fn a_missing_explicit_file_is_an_error_unless_the_caller_says_otherwise() {
    let dir = folder(&[]);
    let loader = Loader::new(environment(dir.path())).explicit("gone.yaml");
    let error = loader.load().unwrap_err();
    assert!(error.is_file_not_found() && error.is_io());
    assert_eq!(error.file(), Some(Path::new("gone.yaml")));
    let loaded = loader.require_explicit(false).load().unwrap();
    assert_eq!(loaded.missing(), [PathBuf::from("gone.yaml")]);
}

#[test]
fn errors_come_together_and_the_good_files_are_still_there() {
    let dir = folder(&[("a", A), ("bad", "clusters: 7\n"), ("b", B), ("worse", "users: [\n")]);
    std::fs::create_dir(dir.path().join("d")).unwrap();
    let loader = Loader::new(environment(dir.path()).var("KUBECONFIG", "bad:a:d:worse:b:a/x"));
    let (loaded, error) = loader.load_partial();
    assert_eq!(names(&loaded), ["a", "b"]);
    let error = error.unwrap();
    let files: Vec<_> = error.errors().iter().map(|e| e.file().unwrap().to_str().unwrap()).collect();
    assert_eq!(files, ["bad", "d", "worse", "a/x"]);
    assert_eq!(error.to_string().lines().count(), 4);
    assert!(error.to_string().contains("d: is a directory"), "{error}");
    assert!(error.is_type() && error.is_syntax() && error.is_io());
    assert_eq!(loader.load().unwrap_err().errors().len(), 4);
    assert!(!error.is_file_not_found());
}

#[test]
fn duplicates_in_a_hidden_entry_are_errors_too() {
    let dir = folder(&[("a", A), ("b", "clusters: [{name: a}, {name: a}]")]);
    let error = Loader::new(environment(dir.path()).var("KUBECONFIG", "a:b")).load().unwrap_err();
    assert_eq!(error.file(), Some(Path::new("b")));
}

#[test]
fn limits_hold_before_a_file_is_read_whole() {
    let dir = folder(&[]);
    // Sparse: reading it whole would take a while, and a lot of memory.
    std::fs::File::create(dir.path().join("huge")).unwrap().set_len(1 << 40).unwrap();
    let mut limits = Limits::default();
    limits.input = 1000;
    let error = Loader::new(environment(dir.path())).explicit("huge").limits(limits.clone()).load().unwrap_err();
    assert!(error.is_limit() && error.to_string().contains("1000"), "{error}");
    let error = Loader::new(environment(dir.path())).explicit("huge").load().unwrap_err();
    assert!(error.is_limit(), "{error}");
    let stdin = Loader::new(environment(dir.path())).explicit("-").limits(limits).stdin(vec![b' '; 1001]);
    assert!(stdin.load().unwrap_err().is_limit());
}

#[test]
fn a_dash_is_what_the_caller_gives() {
    let dir = folder(&[("-", B)]);
    let loader = Loader::new(environment(dir.path())).explicit("-");
    assert_eq!(names(&loader.load().unwrap()), ["b"]);
    let loaded = loader.stdin(A).load().unwrap();
    assert_eq!(names(&loaded), ["a"]);
    assert_eq!(loaded.sources()[0].path(), Path::new("-"));
    assert_eq!(loaded.sources()[0].folder(), dir.path());
}

#[cfg(unix)]
#[test]
fn a_fifo_is_read_once_and_a_device_ends() {
    let dir = folder(&[]);
    let fifo = dir.path().join("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let writer = std::thread::spawn({
        let fifo = fifo.clone();
        move || std::fs::write(fifo, A).unwrap()
    });
    assert_eq!(names(&load(&dir, "fifo")), ["a"]);
    writer.join().unwrap();
    let loaded = Loader::new(environment(dir.path())).explicit("/dev/null").load().unwrap();
    assert_eq!(loaded.sources().len(), 1);
    let mut limits = Limits::default();
    limits.input = 4096;
    let endless = Loader::new(environment(dir.path())).explicit("/dev/zero").limits(limits);
    assert!(endless.load().unwrap_err().is_limit());
}

#[cfg(unix)]
#[test]
fn what_a_kubeconfig_refers_to_must_be_a_regular_file() {
    let text = "users: [{name: u, user: {client-certificate: REF, client-key: REF}}]";
    let dir = folder(&[]);
    let fifo = dir.path().join("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    std::fs::create_dir(dir.path().join("d")).unwrap();
    std::fs::File::create(dir.path().join("huge")).unwrap().set_len(REFERENCE_LIMIT + 1).unwrap();
    for (reference, kind) in [
        ("fifo", ErrorKind::Io),
        ("d", ErrorKind::Io),
        ("/dev/zero", ErrorKind::Io),
        ("gone", ErrorKind::Io),
        ("huge", ErrorKind::Limit),
    ] {
        std::fs::write(dir.path().join("in"), text.replace("REF", reference)).unwrap();
        let error = load(&dir, "in").flatten().unwrap_err();
        assert_eq!(error.errors().len(), 2);
        for (error, field) in error.errors().iter().zip(["client-certificate", "client-key"]) {
            assert_eq!(error.kind(), kind, "{error}");
            assert!(error.to_string().contains(&dir.path().join(reference).display().to_string()), "{error}");
            assert_eq!(error.field(), Some(field), "{error}");
        }
    }
}

#[cfg(unix)]
#[test]
fn names_that_are_not_utf_8_and_symlinks() {
    use std::os::unix::ffi::OsStrExt;
    let odd = std::ffi::OsStr::from_bytes(b"k\xff");
    let dir = folder(&[("real/k", "users: [{name: u, user: {tokenFile: t}}]")]);
    std::fs::create_dir(dir.path().join(odd)).unwrap();
    std::os::unix::fs::symlink(dir.path().join("real/k"), dir.path().join(odd).join("link")).unwrap();
    let given = Path::new(odd).join("link");
    let loaded = Loader::new(environment(dir.path()).var("KUBECONFIG", given.clone())).load().unwrap();
    assert_eq!(loaded.sources()[0].path(), given);
    // The folder is the link's, not that of the file it leads to.
    assert_eq!(loaded.resolve(Subject::User("u"), "t"), dir.path().join(odd).join("t"));
}

#[test]
fn the_file_of_old_is_read_where_it_lies() {
    let dir = folder(&[("home/.kube/.kubeconfig", A), ("b", B)]);
    let home = dir.path().join("home/.kube");
    let environment = environment(dir.path()).os(Os::Unix);
    let loaded = Loader::new(environment.clone()).load().unwrap();
    assert_eq!(names(&loaded), ["a"]);
    assert_eq!(loaded.sources()[0].path(), home.join(".kubeconfig"));
    assert_eq!(loaded.sources()[0].folder(), home);
    // kubectl would have copied it first, so the new path means it too.
    let loaded = Loader::new(environment.clone()).explicit("home/.kube/config").load().unwrap();
    assert_eq!(names(&loaded), ["a"]);
    assert_eq!(names(&Loader::new(environment.clone()).explicit("b").load().unwrap()), ["b"]);
    assert!(!home.join("config").exists(), "reading wrote something");

    std::fs::write(home.join("config"), B).unwrap();
    assert_eq!(names(&Loader::new(environment).load().unwrap()), ["b"]);
}

#[test]
fn an_environment_shows_no_values() {
    let environment = Environment::new("/").var("TOKEN", "SECRET-CANARY");
    let loader = Loader::new(environment).stdin("token: SECRET-CANARY");
    assert!(!format!("{loader:?}").contains("CANARY"));
    assert!(format!("{loader:?}").contains("TOKEN"));
}

#[test]
fn what_the_environment_knows_of_servers() {
    let environment = Environment::new("/");
    assert_eq!(environment.default_server(), "http://localhost:8080");
    assert!(!environment.in_cluster_possible());
    assert_eq!(environment.var("KUBERNETES_MASTER", "https://m").default_server(), "https://m");
}
