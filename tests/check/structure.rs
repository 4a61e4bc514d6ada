//! What is wrong with a file before it is read as a kubeconfig.

use super::{Files, Row, checker, good, with_user};
use kubeconfig::finding::Code::*;
use kubeconfig::finding::Severity::{Error, Note, Warning};

pub(super) fn rows() -> Vec<Row> {
    let good = good();
    let changed = |code, severity, line, from, to| Row::changed(code, severity, line, &good, from, to);
    vec![
        changed(Unreadable, Error, "kind:", "kind: Config", "kind: Config: x"),
        changed(Unreadable, Error, "\tnamespace", "    namespace: web", "\tnamespace: web"),
        Row::new(Unreadable, Error, "", Files::one("- a\n- b\n"), Files::one(good.clone())),
        Row::new(Unreadable, Error, "\u{fffd}", Files::one(vec![0xff, 0xff, 0]), Files::one(good.clone())),
        Row::new(EmptyFile, Warning, "", Files::one(""), Files::one(good.clone())),
        Row::new(EmptyFile, Warning, "", Files::one("# nothing\n"), Files::one(good.clone())),
        changed(WrongVersion, Error, "apiVersion: v2", "apiVersion: v1", "apiVersion: v2"),
        changed(WrongVersion, Error, "kind: Cfg", "kind: Config", "kind: Cfg"),
        changed(WrongType, Error, "server: [", "server: https://k8s.example.com:6443", "server: [https://a]"),
        changed(WrongType, Error, "insecure", "    server:", "    insecure-skip-tls-verify: 'yes'\n    server:"),
        changed(
            WrongType,
            Error,
            "contexts: {a",
            "contexts:\n- name: x\n  context:\n    cluster: c\n    user: u\n    namespace: web",
            "contexts: {a: 1}",
        ),
        changed(UnknownField, Note, "x-mine", "namespace: web", "namespace: web\n    x-mine: 1"),
        changed(UnknownField, Warning, "namspace", "namespace: web", "namspace: web"),
        changed(UnknownField, Warning, "token:", "namespace: web", "token: web"),
        changed(UnknownField, Note, "{abc}", "namespace: web", "extensions: [{abc}]"),
        changed(DuplicateKey, Warning, "user: v", "user: u\n    namespace", "user: u\n    user: v\n    namespace"),
        changed(
            DuplicateName,
            Error,
            "name: x # 2",
            "current-context",
            "- name: x # 2\n  context: {cluster: c, user: u}\ncurrent-context",
        ),
        changed(LaterDocument, Warning, "---", "current-context: x\n", "current-context: x\n---\nusers: []\n"),
        changed(LaterDocument, Warning, "...", "current-context: x\n", "current-context: x\n...\nusers: []\n"),
        changed(AmbiguousScalar, Error, "namespace: on", "namespace: web", "namespace: on"),
        changed(AmbiguousScalar, Error, "name: 12", "- name: x", "- name: 12"),
        Row::changed(AmbiguousScalar, Error, "token", &with_user("token: 'x'"), "'x'", "1e3"),
        changed(DanglingCluster, Error, "cluster: d", "cluster: c\n    user", "cluster: d\n    user"),
        changed(DanglingUser, Error, "user: v", "user: u\n    namespace", "user: v\n    namespace"),
        changed(DanglingCurrentContext, Error, "current-context: y", "current-context: x", "current-context: y"),
        changed(NoCurrentContext, Note, "", "current-context: x\n", ""),
        changed(UnusedCluster, Note, "name: d", "users:\n", "- name: d\n  cluster: {server: https://d}\nusers:\n"),
        changed(UnusedUser, Note, "name: v", "contexts:\n", "- name: v\n  user: {token: t}\ncontexts:\n"),
        Row::new(
            ShadowedEntry,
            Warning,
            "name: u",
            // The later file is the one that has the finding.
            Files::one(
                with_user("token: other")
                    .replace("name: x", "name: y")
                    .replace("current-context: x", "current-context: y"),
            )
            .with("a", good.clone())
            .together_reversed(),
            Files::one(good.clone()),
        ),
    ]
}

impl Files {
    /// As [`together`](Files::together), the first of the list being the last of $KUBECONFIG.
    fn together_reversed(self) -> Self {
        let mut files = self.together();
        files.is_reversed = true;
        files
    }
}

#[test]
fn one_bad_entry_never_hides_the_others() {
    let text = "\
apiVersion: v1
clusters:
- name: a
  cluster: {server: [1]}
- name: b
  cluster: {insecure-skip-tls-verify: true}
- just text
- name: 5
  cluster: {server: http://h}
users:
- name: u
  user:
    token: {a: b}
    username: 7
    as-groups: [x]
    exec: [1]
- name: v
  user: {client-key-data: '***', username: me}
contexts:
- name: x
  context: {cluster: a, user: w, namespace: Bad}
- 12
current-context: [x]
";
    let report = checker().bytes("config", text);
    let found: Vec<String> =
        report.findings().map(|f| format!("{} {}", f.position.map(|p| p.line).unwrap_or_default(), f.code)).collect();
    for wanted in [
        "4 wrong-type",
        "6 insecure-skip-tls-verify",
        "7 wrong-type",
        "8 ambiguous-scalar",
        "9 plain-http",
        "13 wrong-type",
        "14 ambiguous-scalar",
        "15 invalid-impersonation",
        "16 wrong-type",
        "18 key-unreadable",
        "18 basic-auth",
        "21 dangling-user",
        "21 invalid-namespace",
        "22 wrong-type",
        "23 wrong-type",
    ] {
        assert!(found.iter().any(|found| found == wanted), "{wanted} is not in {found:#?}");
    }
    // What is bad of an entry is told once: that a server is missing is not, it is only not readable.
    assert!(
        report.findings().all(|f| f.position.is_none_or(|p| p.line != 21) || f.code != DanglingCluster),
        "{report}"
    );
}

#[test]
fn the_nearest_known_field_is_named() {
    for (field, hint) in [
        ("tokne: a", "did you mean token?"),
        ("token-file: a", "did you mean tokenFile?"),
        ("client_certificate: a", "did you mean client-certificate?"),
        ("clientKeyData: a", "did you mean client-key-data?"),
        ("insecure-skip-tls-verify: true", "it is a field of clusters[].cluster"),
        ("namespace: a", "it is a field of contexts[].context"),
    ] {
        let report = checker().bytes("config", with_user(&format!("token: t\n{field}")));
        let found = report.findings().find(|f| f.code == UnknownField).unwrap_or_else(|| panic!("{field}: {report}"));
        assert!(found.help.as_ref().is_some_and(|help| help.starts_with(hint)), "{field}: {:?}", found.help);
        assert_eq!(found.entry.as_deref(), Some("user \"u\""));
    }
}

#[test]
fn fields_and_positions_are_those_of_the_very_field() {
    let text = with_user(
        "exec:\n  apiVersion: client.authentication.k8s.io/v1\n  command: a\n  env:\n  - {name: LD_PRELOAD, value: x}\n  interactiveMode: Now",
    );
    let report = checker().bytes("config", text);
    let places: Vec<_> = report
        .findings()
        .map(|f| (f.code, f.position.unwrap().to_string(), f.end.unwrap().to_string(), f.field.clone().unwrap()))
        .collect();
    let place = |code, start: &str, end: &str, field: &str| (code, start.to_owned(), end.to_owned(), field.to_owned());
    assert_eq!(
        places,
        [
            place(ExecCommand, "13:16", "13:17", "users[0].user.exec.command"),
            place(ExecPathLookup, "13:16", "13:17", "users[0].user.exec.command"),
            place(ExecNotFound, "13:16", "13:17", "users[0].user.exec.command"),
            place(ExecEnv, "15:16", "15:26", "users[0].user.exec.env[0].name"),
            place(InvalidExec, "16:24", "16:27", "users[0].user.exec.interactiveMode"),
        ]
    );
}

#[test]
fn the_unversioned_type_is_read_too() {
    let text = "apiVersion: __internal\nclusters: {c: {server: 'http://h'}}\nusers: {u: {token: t, username: me}}\n\
                contexts: {x: {cluster: c, user: v}}\ncurrent-context: x\n";
    let report = checker().bytes("config", text);
    for code in [PlainHttp, InvalidAuth, DanglingUser] {
        assert!(report.has(code), "{code}: {report}");
    }
}

#[test]
fn aliases_and_merges_are_followed() {
    let text = "\
x-base: &base
  server: https://h:6443
  tls-servername: x
clusters:
- name: c
  cluster:
    <<: *base
- name: d
  cluster: *base
users: &users
- name: u
  user: {token: 12}
contexts: [{name: x, context: {cluster: c, user: u}}, {name: z, context: {cluster: d, user: u}}]
current-context: x
x-again: *users
";
    let report = checker().bytes("config", text);
    let at =
        |code| report.findings().filter(move |f| f.code == code).map(|f| f.position.unwrap().line).collect::<Vec<_>>();
    assert_eq!(at(AmbiguousScalar), [12], "{report}");
    assert!(at(UnknownField).contains(&3), "{report}");
}
