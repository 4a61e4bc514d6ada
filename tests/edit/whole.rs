//! Documents as a whole: encodings, size, depth; any two configurations.

use kubeconfig::config::{Edit, View};
use kubeconfig::syntax::{Document, Editor, Encoding, Limits, Mapping, Step, Value};
use kubeconfig::{AuthInfo, Cluster, Context, ErrorKind, ExecConfig, Kubeconfig, Secret};
use proptest::prelude::*;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(unit).collect()
}

#[test]
fn encodings_stay() {
    let (before, after) = ("a: \u{e9} # \u{1f600}\r\n", "a: \u{e9}\u{1f600} # \u{1f600}\r\nb: x\r\n");
    let bom = |text: &str| format!("\u{feff}{text}").into_bytes();
    for (encoding, before, after) in [
        (Encoding::Utf8, before.as_bytes().to_vec(), after.as_bytes().to_vec()),
        (Encoding::Utf8Bom, bom(before), bom(after)),
        (Encoding::Utf16Le, utf16(before, u16::to_le_bytes), utf16(after, u16::to_le_bytes)),
        (Encoding::Utf16Be, utf16(before, u16::to_be_bytes), utf16(after, u16::to_be_bytes)),
    ] {
        let document = Document::parse(before).unwrap();
        let mut editor = Editor::new(&document).unwrap();
        editor.set(&[Step::key("a")], "\u{e9}\u{1f600}").unwrap();
        editor.set(&[Step::key("b")], "x").unwrap();
        let edited = editor.finish().unwrap();
        assert_eq!(edited.encoding(), encoding);
        assert!(edited.to_bytes() == after, "{encoding:?}");
    }
}

#[test]
fn no_change_is_no_copy() {
    let document = Document::parse("a:   0x10 # c\n").unwrap();
    let mut editor = Editor::new(&document).unwrap();
    editor.set(&[Step::key("a")], 16i64).unwrap();
    assert!(!editor.remove(&[Step::key("b"), Step::key("c")]).unwrap());
    assert!(!editor.is_changed());
    assert!(std::ptr::eq(editor.finish().unwrap().text(), document.text()));
}

#[test]
fn what_can_not_be() {
    let document = Document::parse("a: 1\nl:\n- name: x\n- name: z\nm: {k: v}\n").unwrap();
    let (key, entry) = (Step::key, Step::entry);
    let mut editor = Editor::new(&document).unwrap();
    let check = |kind, message: &str, result: Result<(), kubeconfig::Error>| {
        let error = result.unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str()), (kind, message));
    };
    check(
        ErrorKind::Type,
        "line 1, column 4: a: a number where a map is expected",
        editor.set(&[key("a"), key("b")], 1i64),
    );
    check(ErrorKind::Type, "line 5, column 4: m: a map where a list is expected", editor.push(&[key("m")], 1i64));
    check(
        ErrorKind::Type,
        "line 3, column 1: l: a list where a map is expected",
        editor.remove(&[key("l"), key("b")]).map(drop),
    );
    check(ErrorKind::NotFound, "l[7]: there is no such item", editor.set(&[key("l"), Step::index(7)], 1i64));
    check(ErrorKind::NotFound, "l[\"q\"]: there is nothing to rename", editor.rename(&[key("l"), entry("q")], "z"));
    check(ErrorKind::Refused, "l[\"z\"]: the name is taken already", editor.rename(&[key("l"), entry("x")], "z"));
    check(ErrorKind::Refused, "l: the name is taken already", editor.rename(&[key("a")], "l"));
    check(ErrorKind::Usage, "only a key or an entry of a list has a name", editor.rename(&[], "l"));
    check(ErrorKind::Usage, "the whole document can't be removed", editor.remove(&[]).map(drop));
    assert!(!editor.is_changed());
    let mut editor = Editor::new(&document).unwrap();
    editor.set(&[key("b")], f64::NAN).unwrap();
    assert_eq!(editor.finish().unwrap_err().kind(), ErrorKind::Unrepresentable);
}

/// YAML ends a document behind a scalar and a bracket whatever follows: behind other lines it would belong to them.
#[test]
fn text_that_no_marker_parts_from_the_document() {
    for (text, made) in [
        ("x # c\n\n- name: z\n", None),
        ("~\n# none\n-c:\n", None),
        ("x # c\n---\n- name: z\n", Some(" # c\na: 1\n---\n- name: z\n")),
        ("{b: 2}\n- name: z\n", Some("{a: 1}\n- name: z\n")),
    ] {
        let document = Document::parse(text).unwrap();
        let mut editor = Editor::new(&document).unwrap();
        editor
            .set(&[], Value::from(kubeconfig::syntax::Mapping::from_iter([("a".to_owned(), Value::from(1i64))])))
            .unwrap();
        match (editor.finish(), made) {
            (Ok(result), Some(made)) => assert_eq!(result.text(), made),
            (Err(error), None) => {
                assert_eq!(error.kind(), ErrorKind::Refused);
                let help = "line 3 is no part of the document: remove it, or put `---` in front of it";
                assert_eq!(error.help(), Some(help), "{text}");
            }
            (result, _) => panic!("{text}: {result:?}"),
        }
    }
}

#[test]
fn an_edit_keeps_to_the_limits() {
    let mut limits = Limits::default();
    limits.input = 20;
    let document = Document::parse_with("a: 1\n", &limits).unwrap();
    let mut editor = Editor::new(&document).unwrap();
    editor.set(&[Step::key("b")], "a text that is too long").unwrap();
    assert!(editor.finish().unwrap_err().is_limit());

    let deep = (0..200).fold(Value::null(), |value, _| vec![value].into());
    let document = Document::parse("a: 1\n").unwrap();
    let mut editor = Editor::new(&document).unwrap();
    assert!(editor.set(&[Step::key("b")], deep).unwrap_err().is_limit());
    let path = vec![Step::key("b"); 200];
    assert!(editor.set(&path, 1i64).unwrap_err().is_limit());

    // The first alias would get a copy, but lies too deep for one: it is said where.
    let text = format!("a: &a 1\nb: 2\nc: {}*a {}\n", "[".repeat(200), "]".repeat(200));
    let document = Document::parse(text).unwrap();
    let mut editor = Editor::new(&document).unwrap();
    editor.set(&[Step::key("a")], 3i64).unwrap();
    let error = editor.finish().unwrap_err();
    assert!(error.is_limit(), "{error}");
    assert_eq!(error.position().map(|at| at.line), Some(3), "{error}");
}

/// What is deep stays where it is, and is no danger to the stack.
#[test]
fn deep_documents() {
    for (open, close) in [("[", "]"), ("{a: ", "}"), ("- ", "")] {
        let inner = format!("{}x{}", open.repeat(9_000), close.repeat(9_000));
        let text = match open {
            "- " => format!("deep:\n  {inner}\nanchor: &a 1\nalias: *a\n"),
            _ => format!("deep: {inner}\nanchor: &a 1\nalias: *a\n"),
        };
        let document = Document::parse(text.as_bytes()).unwrap();
        let mut editor = Editor::new(&document).unwrap();
        editor.set(&[Step::key("anchor")], 2i64).unwrap();
        editor.set(&[Step::key("new"), Step::key("map")], 3i64).unwrap();
        let edited = editor.finish().unwrap();
        let expected = text.replace("&a 1", "2").replace("*a", "&a 1") + "new:\n  map: 3\n";
        assert!(edited.text() == expected, "{open}");
    }
}

fn many(entries: usize) -> String {
    let mut text = "contexts:\n".to_owned();
    for i in 0..entries {
        write!(text, "# of c{i}\n- name: c{i}\n  context: {{cluster: c{i}, user: u}} # {i}\n").unwrap();
    }
    text
}

/// Seconds where nothing is optimised; hours if it were quadratic anywhere.
#[test]
fn a_hundred_thousand_entries() {
    const ENTRIES: usize = 100_000;
    const SINGLY: usize = 5_000;
    let start = Instant::now();
    let text = many(SINGLY);
    let document = Document::parse(text.as_bytes()).unwrap();
    let list = Step::key("contexts");
    let names: Vec<String> = (0..SINGLY).map(|i| format!("c{i}")).collect();
    type Each = fn(&mut Editor<'_>, Step<'_>, &str) -> Result<(), kubeconfig::Error>;
    let deeds: [(&str, Each); 6] = [
        ("rename", |editor, list, name| editor.rename(&[list, Step::entry(name)], &format!("{name}x"))),
        ("set", |editor, list, name| {
            editor.set(&[list, Step::entry(name), Step::key("context"), Step::key("namespace")], name)
        }),
        ("replace", |editor, list, name| editor.set(&[list, Step::entry(name)], named(name))),
        ("remove", |editor, list, name| editor.remove(&[list, Step::entry(name)]).map(drop)),
        ("push", |editor, list, name| editor.push(&[list], named(&format!("{name}x")))),
        ("add keys", |editor, _, name| editor.set(&[Step::key(name)], true)),
    ];
    for (what, each) in deeds {
        let mut editor = Editor::new(&document).unwrap();
        for name in &names {
            each(&mut editor, list, name).unwrap();
        }
        let edited = editor.finish().unwrap();
        assert!(edited.text() != text, "{what}");
    }
    // And by what differs.
    let document = Document::parse(many(ENTRIES)).unwrap();
    let config = Kubeconfig::from_document(&document).unwrap();
    let mut wanted = config.clone();
    wanted.contexts.retain(|name, _| name.ends_with('7'));
    for (name, context) in wanted.contexts.iter_mut() {
        context.namespace = Some(name.to_owned());
    }
    wanted.contexts.extend((0..SINGLY).map(|i| (format!("d{i}"), Context::new("c", "u"))));
    let edited = Edit::of(&document, &config).to(&wanted).unwrap().unwrap();
    assert!(
        edited.text().contains("# of c7\n- name: c7\n  context: {cluster: c7, user: u, namespace: c7} # 7\n# of c17\n")
    );
    wanted.contexts.retain(|_, _| false);
    let edited = Edit::of(&document, &config).to(&wanted).unwrap().unwrap();
    assert_eq!(edited.text(), "contexts: []\n");
    assert!(start.elapsed() < Duration::from_secs(600), "{:?}", start.elapsed());
}

fn named(name: &str) -> Value {
    let pairs = [("name", Value::string(name)), ("context", Value::string("x"))];
    Value::Mapping(pairs.into_iter().collect())
}

/// JSON on one line, of many megabytes: no line of it is looked for again and again.
#[test]
fn one_long_line() {
    let json = format!(
        "{{\"contexts\":[{}{{\"name\":\"last\"}}]}}",
        "{\"name\":\"c\",\"context\":{\"user\":\"u\"}},".repeat(50_000)
    );
    let document = Document::parse(json.as_bytes()).unwrap();
    let mut editor = Editor::new(&document).unwrap();
    for i in 0..50_000 {
        editor.set(&[Step::key("contexts"), Step::index(i), Step::key("context"), Step::key("user")], "v").unwrap();
    }
    let edited = editor.finish().unwrap();
    assert!(edited.text() == json.replace("\"u\"", "\"v\""));
}

const TEXTS: &[&str] =
    &["a", "b", "yes", "12", "x: y", "a\nb\n", "", "https://a:6443", "#", "- ", "\u{1f600}", "\u{85}", "[a, b]"];

fn text() -> impl Strategy<Value = String> {
    proptest::sample::select(TEXTS).prop_map(String::from)
}

/// Names are few, so that two configurations have some in common.
fn config() -> impl Strategy<Value = Kubeconfig> {
    let entry = (0..6usize, text(), proptest::option::of(text()), 0..4usize);
    (proptest::collection::vec(entry, 0..6), proptest::option::of(text())).prop_map(|(entries, current)| {
        let mut config = Kubeconfig::new();
        config.current_context = current;
        for (name, one, two, kind) in entries {
            let name = TEXTS[name];
            let mut context = Context::new(one.as_str(), name);
            context.namespace = two.clone();
            config.contexts.insert(name, context);
            if kind > 0 {
                let mut cluster = Cluster::new(one.as_str());
                cluster.insecure_skip_tls_verify = kind == 1;
                if let Some(two) = &two {
                    cluster
                        .extensions
                        .insert(two.as_str(), serde_json::json!({one.as_str(): [two, 1, null, {}]}).into());
                }
                config.clusters.insert(name, cluster);
            }
            let mut user = AuthInfo::with_token(one.as_str());
            if kind == 2 {
                user.token = None;
                let mut exec = ExecConfig::default();
                exec.command = Some(one.clone());
                exec.args = two.as_ref().map(|two| vec![Secret::new(two.clone()), Secret::new(one.clone())]);
                user.exec = Some(Box::new(exec));
                user.impersonate_groups = vec![one.clone(), name.to_owned()];
                user.impersonate_user_extra.insert(one.clone(), two.clone().map(|two| vec![two]));
                user.other.insert("x-unknown", serde_json::json!({"k": [one]}));
            }
            config.users.insert(name, user);
            if kind == 3 {
                config.extensions.insert(name, Value::string(one.as_str()));
                config.preferences.colors = true;
                config.other.insert("x-top", Value::string(one));
            }
        }
        config
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn from_any_configuration_to_any_other(one in config(), other in config(), form in 0..4usize) {
        let text = match form {
            0 => one.to_yaml().unwrap(),
            // kubectl can't write all that it reads.
            1 => View::of(&one).raw(true).to_yaml().or_else(|_| one.to_yaml()).unwrap(),
            2 => one.to_json().unwrap(),
            _ => serde_json::to_string(&serde_json::from_str::<serde_json::Value>(&one.to_json().unwrap()).unwrap()).unwrap(),
        };
        // What serde_json writes kubectl may not read.
        let Ok(document) = Document::parse(text.as_bytes()) else { return Ok(()) };
        let read = Kubeconfig::from_document(&document).unwrap();
        let edited = Edit::of(&document, &read).to(&other);
        prop_assert!(edited.is_ok(), "{}\n{text}\n{}", edited.unwrap_err(), other.to_yaml().unwrap());
        let edited = edited.unwrap().unwrap_or(document);
        let again = Kubeconfig::from_document(&edited).unwrap();
        let (mut wanted, mut got) = (View::of(&other).raw(true).to_json(), View::of(&again).raw(true).to_json());
        prop_assert_eq!(wanted.as_mut().unwrap(), got.as_mut().unwrap(), "\n{}\n---- became\n{}", text, edited.text());
        let data = |other: &Mapping| Value::from(other.clone()).to_json().unwrap();
        prop_assert_eq!(data(&again.other), data(&other.other));
        for (name, user) in other.users.iter() {
            prop_assert_eq!(data(&again.users[name].other), data(&user.other));
        }
        // A second time there is nothing left to do.
        prop_assert!(Edit::of(&edited, &again).to(&other).unwrap().is_none());
    }
}
