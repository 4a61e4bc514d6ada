//! A kubeconfig with a canary in every place a secret can stand, and many ways to break it.

use super::pki::base64;

/// What must not turn up.
pub const CANARY: &str = "SECRET-CANARY";

/// Whether any of it is in `text`: as it is, or in base64 at any of the three alignments.
pub fn found(text: &str) -> bool {
    // The middle of each encoding, free of what stands beside it.
    text.contains(CANARY)
        || (0..3).any(|shift| {
            let padded = format!("{}{CANARY}", "-".repeat(shift));
            let encoded = base64(&padded);
            let start = (shift * 8).div_ceil(6);
            let end = padded.len() * 8 / 6;
            text.contains(&encoded[start..end])
        })
}

/// Fails where the canary is in `text`; shows where it comes from, not more.
pub fn check(what: &str, text: &str) {
    assert!(!found(text), "{what}: a secret shows:\n{text}");
}

/// The kubeconfig; kubectl accepts it.
pub fn kubeconfig() -> String {
    let key = base64(format!("-----BEGIN PRIVATE KEY-----\n{CANARY}\n-----END PRIVATE KEY-----\n"));
    let ca = base64("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    format!(
        "\
apiVersion: v1
kind: Config
x-top: {CANARY}
x-top-list: [1, {CANARY}, {{deep: {CANARY}}}]
preferences:
  colors: true
  x-preference: {CANARY}
  extensions:
  - name: kept
    extension: {{value: {CANARY}}}
extensions:
- name: top
  x-beside: {CANARY}
  extension:
    value: {CANARY}
    list: [{CANARY}]
clusters:
- name: one
  x-entry: {CANARY}
  cluster:
    server: https://admin:{CANARY}@one.example.com:6443
    proxy-url: http://proxy:{CANARY}@proxy.example.com:3128
    tls-server-name: one.example.com
    disable-compression: true
    certificate-authority-data: {ca}
    x-cluster: {CANARY}
    extensions:
    - name: client.authentication.k8s.io/exec
      extension: {{audience: {CANARY}}}
- name: two
  cluster:
    server: https://two.example.com
    insecure-skip-tls-verify: true
users:
- name: token
  x-entry: {CANARY}
  user:
    token: {CANARY}
    as: someone
    as-uid: \"1000\"
    as-groups: [some]
    as-user-extra:
      reason: [test]
    x-user: {CANARY}
    extensions:
    - name: kept
      extension: {CANARY}
- name: basic
  user:
    username: admin
    password: {CANARY}
- name: key
  user:
    client-certificate-data: {ca}
    client-key-data: {key}
- name: provider
  user:
    auth-provider:
      name: oidc
      x-provider: {CANARY}
      config:
        client-secret: {CANARY}
        id-token: \"{CANARY}\"
        refresh-token: '{CANARY}'
- name: exec
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: get-token
      args:
      - --password
      - {CANARY}
      - --token={CANARY}
      env:
      - name: PASSWORD
        value: {CANARY}
        x-env: {CANARY}
      interactiveMode: Never
      provideClusterInfo: true
      installHint: Install it.
      x-exec: {CANARY}
contexts:
- name: one
  x-entry: {CANARY}
  context:
    cluster: one
    user: token
    namespace: web
    x-context: {CANARY}
    extensions:
    - name: kept
      extension: {{value: {CANARY}}}
- name: basic
  context: {{cluster: two, user: basic}}
- name: key
  context: {{cluster: two, user: key}}
- name: provider
  context: {{cluster: two, user: provider}}
- name: exec
  context: {{cluster: two, user: exec}}
current-context: one
"
    )
}

/// A broken variant.
pub struct Broken {
    /// What was done, without secrets.
    pub how: String,
    pub bytes: Vec<u8>,
    /// Whether it must be refused; where not, it may be read, and still nothing may show.
    pub refused: bool,
}

/// Every variant of [`kubeconfig`] that the mutations below make.
pub fn broken() -> Vec<Broken> {
    let whole = kubeconfig();
    let mut all = Vec::new();
    wrong_types(&whole, &mut all);
    duplicates(&whole, &mut all);
    bad_base64(&whole, &mut all);
    syntax(&whole, &mut all);
    truncated(&whole, &mut all);
    all
}

fn push(all: &mut Vec<Broken>, how: String, text: String, refused: bool) {
    all.push(Broken { how, bytes: text.into_bytes(), refused });
}

/// The keys whose value is typed, so that a value of another type is an error.
const TYPED: &[&str] = &[
    "apiVersion",
    "kind",
    "server",
    "proxy-url",
    "tls-server-name",
    "disable-compression",
    "insecure-skip-tls-verify",
    "certificate-authority-data",
    "client-certificate-data",
    "client-key-data",
    "token",
    "as",
    "as-uid",
    "username",
    "password",
    "command",
    "interactiveMode",
    "provideClusterInfo",
    "installHint",
    "namespace",
    "current-context",
    "colors",
    "name",
    "client-secret",
    "id-token",
    "refresh-token",
    "reason",
    "as-groups",
];

/// Replaces each value on a line `key: value` by one of another type that carries the canary.
fn wrong_types(whole: &str, all: &mut Vec<Broken>) {
    let lines: Vec<&str> = whole.lines().collect();
    for (i, line) in lines.iter().enumerate() {
        let Some((head, value)) = line.split_once(": ") else { continue };
        let key = head.trim_start_matches([' ', '-']);
        let typed = TYPED.contains(&key);
        let list = value.starts_with('[');
        for wrong in [
            format!("{{a: {CANARY}}}"),
            format!("[[{CANARY}], {{a: {CANARY}}}]"),
            format!("!!binary {CANARY}="),
            format!("!!float {CANARY}"),
            format!("!!int {CANARY}"),
            format!("!!{CANARY} x"),
            format!("*{CANARY}"),
            "12345".to_owned(),
        ] {
            let mut broken = lines.clone();
            let new = format!("{head}: {wrong}");
            broken[i] = &new;
            let certain = typed && !wrong.starts_with('!') && !(list && wrong.starts_with('['));
            let how = format!("line {}, {key}: {}", i + 1, wrong.replace(CANARY, "…"));
            push(all, how, broken.join("\n") + "\n", certain || wrong.starts_with('*'));
        }
    }
    // Whole blocks of another type: a list for a map, a scalar for a list.
    for key in ["clusters", "users", "contexts", "extensions", "exec", "auth-provider", "config", "args", "env", "user"]
    {
        for wrong in [CANARY.to_owned(), format!("{{a: {CANARY}}}"), format!("[{CANARY}, [{CANARY}]]")] {
            // A second key of that name wins over the first; it goes where the first stands.
            let Some(i) = lines.iter().position(|l| l.trim_start() == format!("{key}:")) else { continue };
            let indent = &lines[i][..lines[i].len() - lines[i].trim_start().len()];
            let end = (i + 1..lines.len()).find(|&j| {
                let other = lines[j];
                let depth = other.len() - other.trim_start().len();
                depth < indent.len() || (depth == indent.len() && !other.trim_start().starts_with('-'))
            });
            let mut broken = lines[..i].to_vec();
            let new = format!("{indent}{key}: {wrong}");
            broken.push(&new);
            broken.extend(&lines[end.unwrap_or(lines.len())..]);
            // A map or an unknown key in it may be what the field takes.
            let certain = !wrong.starts_with('{') || !matches!(key, "exec" | "auth-provider" | "config" | "user");
            push(all, format!("{key} as {}", wrong.replace(CANARY, "…")), broken.join("\n") + "\n", certain);
        }
    }
    for root in
        [CANARY.to_owned(), format!("- {CANARY}\n"), format!("? {{{CANARY}: 1}}\n: x\n"), format!("\"{CANARY}\"")]
    {
        push(all, format!("root {}", root.replace(CANARY, "…")), root, true);
    }
    for (key, value) in
        [("kind", CANARY), ("apiVersion", CANARY), ("apiVersion", "a/b/SECRET-CANARY"), ("KIND", CANARY)]
    {
        let text = whole.replace("apiVersion: v1\nkind: Config\n", &format!("{key}: {value}\n"));
        push(all, format!("{key} of another kind"), text, true);
    }
}

/// Two entries of one name, in each of the lists; names with the canary are no secret, values are.
fn duplicates(whole: &str, all: &mut Vec<Broken>) {
    for (from, to) in [
        ("- name: two\n  cluster:", "- name: one\n  cluster:"),
        ("- name: basic\n  user:", "- name: token\n  user:"),
        ("- name: key\n  user:", "- name: token\n  user:"),
        ("- name: exec\n  user:", "- name: provider\n  user:"),
        ("- name: basic\n  context:", "- name: one\n  context:"),
    ] {
        assert!(whole.contains(from), "{from}");
        push(all, format!("{to:?} twice"), whole.replace(from, to), true);
    }
    for list in ["extensions:\n  - name: kept", "extensions:\n- name: top", "    extensions:\n    - name: kept"] {
        let (indent, name) =
            list.rsplit_once("- name: ").map(|(i, n)| (i.lines().last().unwrap_or(""), n)).expect("a list");
        let twice = list.replacen(
            "- name: ",
            &format!("- name: {name}\n{indent}  extension: {{a: {CANARY}}}\n{indent}- name: "),
            1,
        );
        assert!(whole.contains(list), "{list}");
        push(all, format!("{list:?} twice"), whole.replacen(list, &twice, 1), true);
    }
}

fn bad_base64(whole: &str, all: &mut Vec<Broken>) {
    let lines: Vec<&str> = whole.lines().collect();
    for (i, line) in lines.iter().enumerate() {
        let Some((head, value)) = line.split_once("-data: ") else { continue };
        for wrong in [
            CANARY.to_owned(),
            format!("{value}{CANARY}"),
            format!("\"{value} {CANARY}\""),
            value.trim_end_matches('=')[..value.trim_end_matches('=').len() - 1].to_owned(),
            value.replacen('L', "_", 1),
            format!("|\n      -----BEGIN PRIVATE KEY-----\n      {CANARY}\n      -----END PRIVATE KEY-----"),
            format!("[1, 2, 300, {CANARY}]"),
            format!("!!binary {value}"),
        ] {
            let mut broken = lines.clone();
            let new = format!("{head}-data: {wrong}");
            broken[i] = &new;
            let how = format!("line {}: base64 broken ({} characters)", i + 1, wrong.len());
            push(all, how, broken.join("\n") + "\n", !wrong.starts_with("!!"));
        }
    }
}

/// Breaks the text right before, in and after each canary.
fn syntax(whole: &str, all: &mut Vec<Broken>) {
    for (n, (at, _)) in whole.match_indices(CANARY).enumerate() {
        for (what, offset, insert) in [
            ("an open quote before", 0, "\""),
            ("an open single quote before", 0, "'"),
            ("an open list before", 0, "["),
            ("an open map before", 0, "{"),
            ("a closing bracket before", 0, "]"),
            ("an unknown alias before", 0, "*"),
            ("a reserved sign before", 0, "@"),
            ("a percent sign before", 0, "%"),
            ("a block scalar with a bad header before", 0, "|99 "),
            ("an unknown escape before", 0, "\"\\q"),
            ("a key inside", 6, ": "),
            ("a key behind", CANARY.len(), ": x: y"),
            ("text behind a quote", CANARY.len(), "\" x"),
            ("a control character behind", CANARY.len(), "\u{1}"),
            ("DEL inside", 6, "\u{7f}"),
            ("NUL inside", 6, "\0"),
            ("a tab as indentation behind", CANARY.len(), "\n\t- x"),
            ("less indentation behind", CANARY.len(), "\n x: [\n"),
            ("a line break inside", 6, "\n"),
            ("a document end behind", CANARY.len(), "\n...\nx: [}"),
        ] {
            let mut text = whole.to_owned();
            text.insert_str(at + offset, insert);
            push(all, format!("canary {n}: {what}"), text, false);
        }
        let mut bytes = whole.as_bytes().to_vec();
        bytes.insert(at + 6, 0xff);
        all.push(Broken { how: format!("canary {n}: invalid UTF-8 inside"), bytes, refused: true });
        let mut bytes = whole.as_bytes().to_vec();
        bytes.splice(at + CANARY.len()..at + CANARY.len(), [0xed, 0xa0, 0x80]);
        all.push(Broken { how: format!("canary {n}: a surrogate behind"), bytes, refused: true });
    }
}

/// Cut off at every seventh byte, and one byte before, at and behind each canary.
fn truncated(whole: &str, all: &mut Vec<Broken>) {
    let mut ends: Vec<usize> = (0..whole.len()).step_by(7).collect();
    for (at, _) in whole.match_indices(CANARY) {
        ends.extend([at, at + 1, at + CANARY.len() - 1, at + CANARY.len()]);
    }
    for end in ends {
        let start = whole.as_bytes()[..end].to_vec();
        all.push(Broken { how: format!("cut off at {end}"), bytes: start, refused: false });
    }
}
