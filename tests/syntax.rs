//! The reader, through the public API: what a text is taken for, where its nodes stand, what is refused and how.

use kubeconfig::ErrorKind;
use kubeconfig::syntax::{Document, Encoding, Limits, Node, NodeKind, Resolved, Value, from_document, resolve_plain};
use proptest::prelude::*;
use serde_json::json;

fn read(text: &str) -> serde_json::Value {
    let value: Value = from_document(&Document::parse(text).unwrap_or_else(|e| panic!("{text:?}: {e}"))).unwrap();
    value.to_json().unwrap()
}

fn refusal(text: impl Into<Vec<u8>>) -> String {
    let text = text.into();
    let shown = String::from_utf8_lossy(&text).into_owned();
    let result = Document::parse(text).and_then(|document| from_document::<Value>(&document));
    result.err().unwrap_or_else(|| panic!("accepted: {shown:?}")).to_string()
}

#[test]
fn structure() {
    let table = [
        ("", json!(null)),
        ("# only a comment", json!(null)),
        ("---", json!(null)),
        ("--- a\n--- b: [", json!("a")),
        ("a\n...\nb: [", json!("a")),
        ("%YAML 1.1\n---\na: b", json!({"a": "b"})),
        ("a:\n- b\n- c: d\n  e:\n", json!({"a": ["b", {"c": "d", "e": null}]})),
        ("a:\n    - b\n    -   c: d\n        e: f\n", json!({"a": ["b", {"c": "d", "e": "f"}]})),
        ("- - a\n  - b\n-\n  - c", json!([["a", "b"], ["c"]])),
        ("? a\n: b\n? c\n", json!({"a": "b", "c": null})),
        ("{a: 1, \"b\":2, c, ? d : e, }", json!({"a": 1, "b": 2, "c": null, "d": "e"})),
        ("[a, b: c, ? d : e, [], {}]", json!(["a", {"b": "c"}, {"d": "e"}, [], {}])),
        ("[a:b, http://c/d]", json!(["a:b", "http://c/d"])),
        ("a: b # comment\nc: d#e", json!({"a": "b", "c": "d#e"})),
        ("a: b\n  c\n\n  d\n", json!({"a": "b c\nd"})),
        ("a: 'it''s\n  b\n\n  c'", json!({"a": "it's b\nc"})),
        ("a: \"b\\\n   c\\x41\\u00e9\\U0001F600\\n\\L\"", json!({"a": "bcA\u{e9}\u{1f600}\n\u{2028}"})),
        ("a: |\n  b\n   c\n\n  d\n\ne: >-\n  f\n  g\n\n  h\n   i\n", json!({"a": "b\n c\n\nd\n", "e": "f g\nh\n i"})),
        ("a: |+2\n    b\n\nc: |2-\n   d\n", json!({"a": "  b\n\n", "c": " d"})),
        ("a: &x [1]\nb: *x\n", json!({"a": [1], "b": [1]})),
        ("a: &x {p: 1, q: 2}\nb: {q: 0, <<: *x, p: 9}", json!({"a": {"p": 1, "q": 2}, "b": {"q": 2, "p": 9}})),
        ("- &x {p: 1}\n- &y {p: 2, q: 2}\n- <<: [*x, *y]", json!([{"p": 1}, {"p": 2, "q": 2}, {"p": 1, "q": 2}])),
        ("'<<': 1", json!({"<<": 1})),
        ("a: 1\nb: 2\na: 3", json!({"a": 3, "b": 2})),
        ("1e6: a\n1234567.5: b\n1e5: c", json!({"1e+06": "a", "1.2345675e+06": "b", "100000": "c"})),
        ("\u{feff}a: b", json!({"a": "b"})),
        ("1: a\n0x10: b\nyes: c\n1.5: d\n1e30: e", json!({"1": "a", "16": "b", "true": "c", "1.5": "d", "1e+30": "e"})),
        (
            "a: !!str 1\nb: !!float 1\nc: !!bool yes\nd: !mine 2\ne: !!binary aGk=\n!!binary Zg==: g",
            json!({"a": "1", "b": 1.0, "c": true, "d": "2", "e": "hi", "f": "g"}),
        ),
        ("a:\t1\nb: [\t2]\t", json!({"a": 1, "b": [2]})),
        ("a: b\r\nc: d\re: f\u{85}g: h\u{2028}i: j", json!({"a": "b", "c": "d", "e": "f", "g": "h", "i": "j"})),
    ];
    for (text, expected) in table {
        assert_eq!(read(text), expected, "{text:?}");
    }
}

#[test]
fn plain_scalars_mean_what_kubectl_takes_them_for() {
    use Resolved::*;
    let table = [
        ("", Null),
        ("~", Null),
        ("Null", Null),
        ("nULL", Str("nULL")),
        ("y", Bool(true)),
        ("Yes", Bool(true)),
        ("ON", Bool(true)),
        ("yEs", Str("yEs")),
        ("n", Bool(false)),
        ("Off", Bool(false)),
        ("False", Bool(false)),
        ("0", Int(0)),
        ("-1", Int(-1)),
        ("+5", Int(5)),
        ("0777", Int(511)),
        ("0o17", Int(15)),
        ("0xDead", Int(0xdead)),
        ("0b101", Int(5)),
        ("0b-1", Int(-1)),
        ("0b+1", Int(1)),
        ("-0b1", Int(-1)),
        ("1_000", Int(1000)),
        ("0x_1", Int(1)),
        ("9223372036854775807", Int(i64::MAX)),
        ("-9223372036854775808", Int(i64::MIN)),
        ("18446744073709551615", Uint(u64::MAX)),
        ("18446744073709551616", Float(18446744073709551616.0)),
        ("08", Float(8.0)),
        ("1.", Float(1.0)),
        (".5", Float(0.5)),
        ("433e40", Float(433e40)),
        ("1E-3", Float(0.001)),
        ("-.inf", Float(f64::NEG_INFINITY)),
        ("1e999", Str("1e999")),
        ("0x", Str("0x")),
        ("1e", Str("1e")),
        ("_1", Str("_1")),
        ("0o8", Str("0o8")),
        ("1.2.3", Str("1.2.3")),
        ("12:30:45", Str("12:30:45")),
        ("2001-01-01", Str("2001-01-01")),
        ("=", Str("=")),
        ("<<", Str("<<")),
        ("-", Str("-")),
        (".", Str(".")),
        ("+", Str("+")),
        ("infinity", Str("infinity")),
        ("0x1p-2", Str("0x1p-2")),
    ];
    for (text, expected) in table {
        assert_eq!(resolve_plain(text), expected, "{text:?}");
    }
}

#[test]
fn refusals_name_the_place_and_what_to_do() {
    let long = "k".repeat(1025);
    let table: Vec<(Vec<u8>, &str)> = vec![
        (b"a: b\n\tc: d".to_vec(), "line 2, column 1: a tab in the indentation; indent with spaces"),
        (b"a:\n\tb: c".to_vec(), "line 2, column 1: a tab where YAML allows only spaces; indent with spaces"),
        (b"a: b: c".to_vec(), "line 1, column 5: a ':' where no key can end"),
        (b"a: [b\nc: d".to_vec(), "line 2, column 2: a ',' or ']' was expected here"),
        (b"a: 'b".to_vec(), "line 1, column 4: a quote that is never closed"),
        (b"a: \"\\/\"".to_vec(), "line 1, column 5: the escape '\\/' of JSON, which kubectl does not know"),
        (b"a: \"\\ud83d\\ude00\"".to_vec(), "line 1, column 5: an escape that is no Unicode character"),
        (b"a: @b".to_vec(), "line 1, column 4: a value can't begin with this character; put the value in quotes"),
        (b"a: *b".to_vec(), "line 1, column 4: an alias to an anchor that was not defined before it"),
        (b"a: &a [*a]".to_vec(), "line 1, column 8: an alias inside the very value it stands for"),
        (b"<<: 1".to_vec(), "line 1, column 5: only a map, or a list of maps, can be merged with '<<'"),
        (b"%YAML 1.2\n---\na: b".to_vec(), "line 1, column 1: a YAML version other than 1.1"),
        (b"a: b\nc\nd: e".to_vec(), "line 2, column 1: a key without ':' after it"),
        (b"[a]: b".to_vec(), "line 1, column 1: a list or map as a key"),
        (b"~: b".to_vec(), "line 1, column 1: a key that is null"),
        (b"a: .inf".to_vec(), "line 1, column 4: a number that is infinite"),
        (b"a: !!int b".to_vec(), "line 1, column 4: a value that is not what its tag says"),
        (b"a: !!timestamp b".to_vec(), "line 1, column 4: a value that is not what its tag says"),
        (b"a: !!binary b".to_vec(), "line 1, column 4: !!binary that is not base64"),
        (b"a: b\nc: \x01".to_vec(), "line 2, column 4: a control character"),
        (b"a: b\nc: \xff".to_vec(), "line 2, column 4: bytes that are not UTF-8"),
        (b"\xff\xfea".to_vec(), "line 1, column 1: bytes that are not UTF-16"),
        (format!("{long}: b").into_bytes(), "line 1, column 1026: a ':' where no key can end"),
        (format!("{{\"{long}\": b}}").into_bytes(), "line 1, column 1029: a ',' or '}' was expected here"),
    ];
    for (text, expected) in table {
        let error = refusal(text.clone());
        assert!(error.starts_with(expected), "{:?}\n  {error}\n  {expected}", String::from_utf8_lossy(&text));
    }
}

#[test]
fn what_follows_the_first_document_is_not_read() {
    for tail in ["--- [", "...\n\u{1}", "--- &", "---\n\t"] {
        assert_eq!(read(&format!("a: b\n{tail}")), json!({"a": "b"}), "{tail:?}");
    }
}

#[test]
fn a_document_comes_back_byte_for_byte() {
    let text = "a: 'b'\r\n# c\rd: \u{1f600}\n";
    let utf16 = |bom: bool, unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
        let mark = if bom { "\u{feff}" } else { "" };
        mark.encode_utf16().chain(text.encode_utf16()).flat_map(unit).collect()
    };
    let table = [
        (text.as_bytes().to_vec(), Encoding::Utf8),
        ([b"\xEF\xBB\xBF", text.as_bytes()].concat(), Encoding::Utf8Bom),
        (utf16(true, u16::to_le_bytes), Encoding::Utf16Le),
        (utf16(true, u16::to_be_bytes), Encoding::Utf16Be),
    ];
    for (bytes, encoding) in table {
        let document = Document::parse(bytes.clone()).unwrap();
        assert_eq!(document.encoding(), encoding);
        assert_eq!(document.text(), text);
        assert_eq!(document.to_bytes(), bytes);
    }
}

#[test]
fn nodes_know_where_they_stand() {
    let text = "a: &x\n  - 'b c'   # no\n  - {d: *x2, e: \"\\n\"}\nf: |\n  g\n\nh: 1\n".replace("*x2", "1");
    let document = Document::parse(text.as_str()).unwrap();
    let root = document.root().unwrap();
    let part = |node: Node<'_>| text[node.span().start as usize..node.span().end as usize].to_owned();
    let list = root.get("a").unwrap();
    assert_eq!(list.anchor(), Some("x"));
    assert_eq!(list.kind(), NodeKind::Sequence);
    assert_eq!(part(list), "&x\n  - 'b c'   # no\n  - {d: 1, e: \"\\n\"}");
    let items: Vec<_> = list.items().collect();
    assert_eq!(part(items[0]), "'b c'");
    assert_eq!(items[0].as_str(), Some("b c"));
    assert!(items[1].is_flow());
    assert_eq!(part(items[1].get("e").unwrap()), "\"\\n\"");
    assert_eq!(items[1].get("e").unwrap().as_str(), Some("\n"));
    assert_eq!(root.get("f").unwrap().as_str(), Some("g\n"));
    assert_eq!(root.get("h").unwrap().position().to_string(), "7:4");
    let debug = format!("{document:?} {root:?}");
    assert!(!debug.contains("b c") && debug.contains("Mapping at 0.."), "{debug}");
}

#[test]
fn values_keep_their_spelling() {
    let text = "a: 1.10\nb: 0777\nc: yes\nd: ~\n0x10: 'x'\nno: |\n  y\n";
    let value: Value = from_document(&Document::parse(text).unwrap()).unwrap();
    assert_eq!(kubeconfig::syntax::to_yaml(&value).unwrap(), text);
    assert_eq!(value.to_json().unwrap(), json!({"a": 1.1, "b": 511, "c": true, "d": null, "16": "x", "false": "y\n"}));
}

/// Runs `f` on a thread with the 2 MiB stack that `Limits` promises to fit.
fn on_a_small_stack(f: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(2 << 20).spawn(f).unwrap().join().unwrap();
}

#[test]
fn limits_hold_exactly() {
    on_a_small_stack(|| {
        let flow = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        let block = |n: usize| (0..n).map(|i| format!("{}a:\n", " ".repeat(i))).collect::<String>();
        assert!(Document::parse(flow(10_000)).is_ok());
        assert!(Document::parse(block(2_000)).is_ok());
        let error = Document::parse(flow(10_001)).unwrap_err();
        assert!(error.is_limit());
        assert_eq!(error.to_string(), "line 1, column 10002: nested deeper than 10000 levels");

        let depth = Limits::default().value_depth as usize;
        let document = Document::parse(flow(depth)).unwrap();
        let value: Value = from_document(&document).unwrap();
        let again: serde_json::Value = from_document(&document).unwrap();
        assert_eq!(value.to_json().unwrap(), again);
        assert_eq!(value.clone(), value);
        let text = kubeconfig::syntax::to_yaml(&value).unwrap();
        assert_eq!(from_document::<Value>(&Document::parse(text).unwrap()).unwrap(), value);
        let document = Document::parse(flow(depth + 1)).unwrap();
        for error in
            [from_document::<Value>(&document).unwrap_err(), from_document::<serde_json::Value>(&document).unwrap_err()]
        {
            assert!(error.is_limit() && error.to_string().contains("128 levels"), "{error}");
        }
        // The tree itself has no such limit, nor what skips a part of it.
        assert!(from_document::<serde::de::IgnoredAny>(&document).is_ok());
    });
}

#[test]
fn limits_are_the_callers_to_set() {
    let mut limits = Limits::default();
    limits.input = 8;
    limits.depth = 2;
    assert!(Document::parse_with("[[a,b]]", &limits).is_ok());
    assert_eq!(Document::parse_with("[[a, b]]]", &limits).unwrap_err().to_string(), "more than 8 bytes");
    assert!(Document::parse_with("[[[a]]]", &limits).unwrap_err().is_limit());
    let mut limits = Limits::default();
    limits.aliased_nodes = 3;
    assert!(Document::parse_with("[&a [1, 2], *a]", &limits).is_ok());
    let error = Document::parse_with("[&a [1, 2], *a, *a]", &limits).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
    assert!(error.to_string().contains("more than 3 nodes"), "{error}");
}

#[test]
fn alias_bombs_are_refused_and_honest_aliases_are_not() {
    let heavy = format!("a: &a {}\nb: [{}]", "x".repeat(1 << 20), vec!["*a"; 100].join(","));
    let error = Document::parse(heavy).unwrap_err();
    assert!(error.is_limit() && error.to_string().contains("bytes of text"), "{error}");
    let bomb = (1..9).fold("a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned(), |text, i| {
        let aliases = vec![format!("*a{}", i - 1); 9].join(",");
        format!("{text}a{i}: &a{i} [{aliases}]\n")
    });
    let error = Document::parse(bomb).unwrap_err();
    assert!(error.is_limit() && error.to_string().contains("aliases make"), "{error}");
    let honest = format!("a: &a {{x: 1, y: 2}}\nb:\n{}", "- *a\n- z: 1\n".repeat(500));
    assert!(Document::parse(honest).is_ok());
}

#[test]
fn types_are_checked_with_place_and_path_and_without_value() {
    #[derive(Debug, serde::Deserialize)]
    #[allow(dead_code)]
    struct Outer {
        list: Vec<Inner>,
        #[serde(default)]
        kind: Option<Kind>,
    }
    #[derive(Debug, serde::Deserialize)]
    #[allow(dead_code)]
    struct Inner {
        text: String,
        #[serde(default)]
        flag: bool,
        #[serde(default)]
        number: u8,
    }
    #[derive(Debug, serde::Deserialize, PartialEq)]
    enum Kind {
        Plain,
        With(String),
    }
    let read = |text: &str| from_document::<Outer>(&Document::parse(text).unwrap());
    let outer = read("list:\n- {text: SECRET-CANARY, flag: on, number: 0x10}\nkind: {With: a}").unwrap();
    assert!(outer.list[0].flag && outer.list[0].number == 16 && outer.kind == Some(Kind::With("a".into())));
    assert_eq!(read("list: ~\nkind: Plain").unwrap().kind, Some(Kind::Plain));
    let table = [
        (
            "list:\n- text: 0777",
            "line 2, column 9: list[0].text: a number where a string is expected; put it in quotes",
        ),
        ("list:\n- text: on", "line 2, column 9: list[0].text: a boolean where a string is expected; put it in quotes"),
        ("list:\n- {text: [a]}", "line 2, column 10: list[0].text: a list where a string is expected"),
        (
            "list:\n- {text: a, flag: 'SECRET-CANARY'}",
            "line 2, column 19: list[0].flag: a string where a boolean is expected; write true or false without quotes",
        ),
        ("list:\n- {text: a, number: 300}", "line 2, column 21: list[0].number: a number that is not u8"),
        ("list: SECRET-CANARY", "line 1, column 7: list: a string where a list is expected"),
        ("list: [SECRET-CANARY]", "line 1, column 8: list[0]: a string where a map is expected"),
        ("list: []\nkind: SECRET-CANARY", "line 2, column 7: kind: not one of Plain, With"),
        ("list:\n- flag: on", "line 2, column 3: list[0]: missing field `text`"),
    ];
    for (text, expected) in table {
        assert_eq!(read(text).unwrap_err().to_string(), expected, "{text:?}");
    }
}

/// Text made of what YAML cares about.
fn yamlish() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-c]{1,3}",
        2 => prop::sample::select(vec![": ", "- ", "\n", "\n  ", "\n    ", " #", "? ", ", ", "[", "]", "{", "}"]).prop_map(str::to_owned),
        1 => prop::sample::select(vec![
            "'", "\"", "\\", "|", ">", "|-\n", "&a ", "*a", "!", "!!str ", "---\n", "...\n", "%", "\t", "\r\n", "<<: *a", "~", "0x1F", "\u{85}", "\u{2028}", "\u{feff}", "\u{1f600}", "\0",
        ]).prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in yamlish()) {
        if let Ok(document) = Document::parse(text.as_str()) {
            prop_assert_eq!(document.to_bytes(), text.as_bytes());
            for node in document.nodes() {
                let span = node.span();
                prop_assert!(document.text().get(span.start as usize..span.end as usize).is_some(), "{span:?}");
                document.position(span.end);
            }
            if let Ok(value) = from_document::<Value>(&document) {
                let written = kubeconfig::syntax::to_yaml(&value).unwrap();
                let again: Value = from_document(&Document::parse(written.as_str()).unwrap_or_else(|e| panic!("{written:?}: {e}"))).unwrap();
                prop_assert_eq!(again.to_json().unwrap(), value.to_json().unwrap(), "{}", written);
            }
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(document) = Document::parse(bytes.clone()) {
            prop_assert_eq!(document.to_bytes(), bytes);
        }
    }
}
