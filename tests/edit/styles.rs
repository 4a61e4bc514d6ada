//! In whatever style a file is written: to change it and then write it in that style gives the same bytes as to write it in
//! that style and then change it.

use crate::kubeconfig::{FILE, edited};
use kubeconfig::config::{Data, Edit};
use kubeconfig::syntax::Document;
use kubeconfig::{AuthInfo, Cluster, Context, Kubeconfig, Secret};

type Change = fn(&mut Kubeconfig);

const CHANGES: &[(&str, Change)] = &[
    ("use", |config| config.current_context = Some("production".into())),
    ("no current context", |config| config.current_context = None),
    ("a value that needs quotes", |config| {
        config.contexts.get_mut("staging").unwrap().namespace = Some("yes".into());
    }),
    ("a value in brackets", |config| {
        config.contexts.get_mut("production").unwrap().namespace = Some("a, b".into());
    }),
    ("server", |config| config.clusters.get_mut("production").unwrap().server = Some("https://new".into())),
    ("a key more", |config| config.clusters.get_mut("staging").unwrap().insecure_skip_tls_verify = true),
    ("a key less", |config| config.clusters.get_mut("production").unwrap().certificate_authority_data = None),
    ("add", |config| {
        config.clusters.insert("new", Cluster::new("https://new"));
        config.users.insert("new", AuthInfo::with_token("12"));
        config.contexts.insert("new", Context::new("new", "new"));
    }),
    ("a list more", |config| {
        config.clusters.get_mut("staging").unwrap().extensions.insert("e", serde_json::json!({"l": [1]}).into());
    }),
    ("rename", |config| assert!(config.contexts.rename("staging", "stage") && config.users.rename("admin", "root"))),
    ("remove the first", |config| {
        config.clusters.remove("production");
        config.contexts.remove("production");
        config.users.remove("admin");
    }),
    ("remove the last", |config| {
        config.clusters.remove("staging");
        config.contexts.remove("staging");
        config.users.remove("developer");
    }),
    ("remove all", |config| {
        config.clusters.retain(|_, _| false);
        config.contexts.retain(|_, _| false);
        config.users.retain(|_, _| false);
    }),
    ("a text in lines", |config| {
        config.users.get_mut("admin").unwrap().client_key_data = Some(Secret::new(Data::encode(b"new")));
    }),
    ("arguments", |config| {
        let args = config.users.get_mut("developer").unwrap().exec.as_mut().unwrap().args.as_mut().unwrap();
        args.remove(1);
        args.insert(0, Secret::new("get".into()));
    }),
    ("other credentials", |config| *config.users.get_mut("developer").unwrap() = AuthInfo::with_token("t: 1")),
];

/// Texts in one style, changed, against the same texts changed and brought into that style.
fn check(style: &str, text: &str, styled: impl Fn(&str) -> String) {
    for (what, change) in CHANGES {
        let wanted = styled(edited(text, change).text());
        let bytes = styled(text).into_bytes();
        let got = changed(&bytes, *change);
        assert!(
            got == wanted.as_bytes(),
            "{style}, {what}: wanted\n{wanted}\ngot\n{}",
            String::from_utf8_lossy(&got).replace('\r', "<CR>")
        );
    }
}

fn changed(bytes: &[u8], change: Change) -> Vec<u8> {
    let document = Document::parse(bytes.to_vec()).unwrap();
    let config = Kubeconfig::from_document(&document).unwrap();
    let mut wanted = config.clone();
    change(&mut wanted);
    let edited = Edit::of(&document, &config).to(&wanted).unwrap();
    edited.map_or_else(|| bytes.to_vec(), |edited| edited.to_bytes().to_vec())
}

#[test]
fn line_ends() {
    check("CRLF", FILE, |text| text.replace('\n', "\r\n"));
    check("CR", FILE, |text| text.replace('\n', "\r"));
    // A text in lines at the end would need the newline.
    let text = FILE.replace("|\n        S0\n        VZ", "S0VZ").replace("\n# the end\n", "");
    check("no final newline", &text, |text| text.trim_end_matches('\n').into());
    check("no final newline behind a comment", FILE, |text| text.trim_end_matches('\n').into());
    check("blank lines at the end", FILE, |text| format!("{text}\n\n"));
}

#[test]
fn marks_and_other_documents() {
    check("byte order mark", FILE, |text| format!("\u{feff}{text}"));
    check("byte order mark and CRLF", FILE, |text| format!("\u{feff}{}", text.replace('\n', "\r\n")));
    check("a mark before it", FILE, |text| format!("---\n{text}"));
    check("a directive", FILE, |text| format!("%YAML 1.1\n---\n{text}"));
    check("an end", FILE, |text| format!("{text}...\n"));
    check("later documents", FILE, |text| format!("{text}---\n# other\ncontexts: [ ]\n---\n{{ }}"));
    check("what is no YAML behind its end", FILE, |text| format!("{text}...\n---\ncontexts: ]\n"));
}

#[test]
fn indentation() {
    // Behind a list that is gone nobody knows how deep its dashes were.
    let text = FILE.replace("  # - name: old\n  #   context: {cluster: old, user: admin}\n", "");
    check("dashes below the key", &text, dashes_below_the_key);
    check("4 columns", FILE, by_four);
    check("4 columns, dashes below the key", &dashes_below_the_key(&text), by_four);
    check("4 columns and CRLF", FILE, |text| by_four(text).replace('\n', "\r\n"));
}

/// All indentation twice as deep, that behind a dash too.
fn by_four(text: &str) -> String {
    let line = |line: &str| {
        let content = line.trim_start_matches(' ');
        let blanks = " ".repeat(2 * (line.len() - content.len()));
        match content.strip_prefix("- ") {
            Some(item) => format!("{blanks}-   {item}\n"),
            None => format!("{blanks}{content}\n"),
        }
    };
    text.lines().map(line).collect()
}

/// Lists two columns less deep, with all that is in them.
fn dashes_below_the_key(text: &str) -> String {
    // The columns of the lists that are open.
    let mut open: Vec<usize> = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    let mut out = String::new();
    for (i, line) in lines.iter().enumerate() {
        let column = |line: &str| line.len() - line.trim_start_matches(' ').len();
        // A comment is where the next line of content is, unless that has left the list.
        let is_content = |line: &&&str| !line.trim().is_empty() && !line.trim().starts_with('#');
        let next = lines[i..].iter().find(is_content).filter(|next| column(next) == column(line)).unwrap_or(line);
        if !line.trim().is_empty() {
            let is_item = next.trim_start().starts_with("- ");
            open.retain(|&dash| dash < column(line) || is_item && dash == column(line));
            if is_item && open.last() != Some(&column(line)) {
                open.push(column(line));
            }
        }
        let lists = open.iter().filter(|&&dash| dash <= column(line)).count();
        out.push_str(line.get(2 * lists..).unwrap_or_default());
        out.push('\n');
    }
    out
}

/// As kubectl reads it, without comments: lists and maps in brackets.
const JSON: &str = r#"{"kind":"Config","apiVersion":"v1","x-team":"blue","current-context":"staging","clusters":[{"name":"production","cluster":{"server":"https://prod:6443","certificate-authority-data":"Q0EtUFJPRA==","x-owner":"ops"}},{"name":"staging","cluster":{"server":"https://s"}}],"contexts":[{"name":"production","context":{"cluster":"production","user":"admin"}},{"name":"staging","context":{"cluster":"staging","user":"developer","namespace":"shop"}}],"users":[{"name":"admin","user":{"client-certificate-data":"Q0VSVA==","client-key-data":"S0VZ"}},{"name":"developer","user":{"exec":{"command":"login","args":["--a,b","--c","-d"],"env":[],"apiVersion":"client.authentication.k8s.io/v1","interactiveMode":"Never"}}}]}"#;

#[test]
fn json() {
    check("JSON, 2 columns", JSON, |text| spread(text, "  "));
    check("JSON, 4 columns", JSON, |text| spread(text, "    "));
    check("JSON, tabs", JSON, |text| spread(text, "\t") + "\n");
    check("JSON, CRLF", JSON, |text| spread(text, "  ").replace('\n', "\r\n"));
    for (what, change) in CHANGES {
        let edited = edited(JSON, change);
        assert!(serde_json::from_str::<serde_json::Value>(edited.text()).is_ok(), "{what}: {}", edited.text());
        assert!(!edited.text().contains('\n') && edited.text().contains("\"x-team\":\"blue\""), "{what}");
    }
}

/// JSON on one line, brought into lines.
fn spread(json: &str, unit: &str) -> String {
    let (mut out, mut depth, mut in_text) = (String::new(), 0, false);
    let mut characters = json.chars().peekable();
    while let Some(c) = characters.next() {
        in_text ^= c == '"';
        let is_empty = matches!((c, characters.peek()), ('{', Some('}')) | ('[', Some(']')));
        match c {
            _ if in_text => out.push(c),
            '{' | '[' if is_empty => out.extend([Some(c), characters.next()].into_iter().flatten()),
            '{' | '[' | ',' => {
                depth += usize::from(c != ',');
                out.push(c);
                out.push('\n');
                out.push_str(&unit.repeat(depth));
            }
            '}' | ']' => {
                depth -= 1;
                out.push('\n');
                out.push_str(&unit.repeat(depth));
                out.push(c);
            }
            ':' => out.push_str(": "),
            c => out.push(c),
        }
    }
    out
}
