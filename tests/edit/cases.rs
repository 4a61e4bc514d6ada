//! A change, a text before, and the text after.

use kubeconfig::syntax::{Document, Editor, Step, Value};

fn value(text: &str) -> Value {
    serde_json::from_str::<serde_json::Value>(text).unwrap().into()
}

/// `a.b`, `list[1]`, `list[=name]`.
fn path(text: &str) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    for part in text.split('.').filter(|part| !part.is_empty()) {
        let (key, rest) = part.split_once('[').map_or((part, ""), |(key, rest)| (key, rest));
        if !key.is_empty() {
            steps.push(Step::key(key));
        }
        for index in rest.split('[').map(|index| index.trim_end_matches(']')).filter(|index| !index.is_empty()) {
            steps.push(match index.strip_prefix('=') {
                Some(name) => Step::entry(name),
                None => Step::index(index.parse().unwrap()),
            });
        }
    }
    steps
}

/// `set PATH JSON`, `remove PATH`, `push PATH JSON`, `insert PATH INDEX JSON`, `rename PATH NAME`.
fn change(editor: &mut Editor<'_>, command: &str) {
    let mut words = command.splitn(3, ' ');
    let (verb, at, rest) = (words.next().unwrap(), path(words.next().unwrap()), words.next().unwrap_or_default());
    match verb {
        "set" => editor.set(&at, value(rest)).unwrap(),
        "push" => editor.push(&at, value(rest)).unwrap(),
        "insert" => {
            let (index, json) = rest.split_once(' ').unwrap();
            editor.insert(&at, index.parse().unwrap(), value(json)).unwrap();
        }
        "remove" => assert!(editor.remove(&at).unwrap(), "{command}"),
        "rename" => editor.rename(&at, rest).unwrap(),
        other => panic!("{other}"),
    }
}

/// What is wrong, if anything.
fn check(commands: &str, before: &str, after: &str) -> Option<String> {
    let document = Document::parse(before).unwrap();
    let mut editor = Editor::new(&document).unwrap();
    for command in commands.split("; ") {
        change(&mut editor, command);
    }
    let result = match editor.finish() {
        Ok(result) if result.to_bytes() == after.as_bytes() => return None,
        Ok(result) => result.text().to_owned(),
        Err(error) => error.to_string(),
    };
    Some(format!("{commands}\n--- before\n{before}\n--- wanted\n{after}\n--- got\n{result}\n"))
}

macro_rules! cases {
    ($($name:ident { $($commands:literal: $before:literal => $after:literal;)* })*) => {$(
        #[test]
        fn $name() {
            let wrong: Vec<String> = [$(check($commands, $before, $after)),*].into_iter().flatten().collect();
            assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        }
    )*};
}

cases! {
    scalars {
        "set a 2": "a: 1 # one\nb: 3\n" => "a: 2 # one\nb: 3\n";
        "set a \"x\"": "a:    y   # aligned\n" => "a:    x   # aligned\n";
        "set a \"x\"": "a: \"y\"\n" => "a: \"x\"\n";
        "set a \"it's\"": "a: 'y'\n" => "a: 'it''s'\n";
        "set a \"yes\"": "a: y\n" => "a: \"yes\"\n";
        "set a \"2001-01-01\"": "a: b\n" => "a: \"2001-01-01\"\n";
        "set a \"x: y\"": "a: b\n" => "a: 'x: y'\n";
        "set a true": "a: \"b\"\n" => "a: true\n";
        "set a null": "a: b\n" => "a: null\n";
        "set a 1": "a:\nb: 2\n" => "a: 1\nb: 2\n";
        "set a 1": "a: # nothing yet\nb: 2\n" => "a: 1 # nothing yet\nb: 2\n";
        "set a 16": "a: 0x10\n" => "a: 0x10\n";
        "set a \"x\"": "a:\n    y # below\nb: 2\n" => "a:\n    x # below\nb: 2\n";
        "set a \"x\"": "a: one\n  two\n  three # c\nb: 2\n" => "a: x # c\nb: 2\n";
        "set a \"x\"": "a: |\n  one\n\n  two\n\nb: 2\n" => "a: x\n\nb: 2\n";
        "set a \"x\"": "a: |- # c\n  one\n  two\nb: 2\n" => "a: x # c\nb: 2\n";
        "set a \"x\\ny\\n\"": "a: one # c\nb: 2\n" => "a: | # c\n  x\n  y\nb: 2\n";
        "set a \"x\\ny\\n\"": "a: |-\n    one\nb: 2\n" => "a: |\n  x\n  y\nb: 2\n";
        "set a \"x\"": "a: !!str 12 # c\n" => "a: x # c\n";
        "set a[1] \"x\"": "a:\n- one # 1\n- two # 2\n- three\n" => "a:\n- one # 1\n- x # 2\n- three\n";
        "set a[0] \"x\"": "a:\n-\n- two\n" => "a:\n- x\n- two\n";
        "set a \"b\"": "{\"a\":\"x\",\"b\":1}" => "{\"a\":\"b\",\"b\":1}";
        "set a \"b#c\"": "a: \"x\"#c\n" => "a: \"b#c\"#c\n";
        "set a 1": "a: \"x\"#c\n" => "a: 1 #c\n";
        "set  \"x\\ny\"": "12 #c" => "|- #c\n  x\n  y";
        "set  \"x\\ny\\n\"": "--- 'a'   # c\n---\nb: 1\n" => "--- |   # c\n  x\n  y\n---\nb: 1\n";
        "set  \"x\\ny\"": "a\n  # c\n" => "\"x\\ny\"\n  # c\n";
        "set  1": "\"a\"#c" => "1 #c";
    }

    keys {
        "rename a b": "a: 1\n" => "b: 1\n";
        "rename a b": "\"a\" : 1 # c\n" => "\"b\" : 1 # c\n";
        "rename a yes": "a: 1\n" => "\"yes\": 1\n";
        "set k\nl 2": "? k\n\n l\n" => "? k\n\n l\n: 2\n";
        "set a.k\nl 2": "a:\n  ? k\n\n    l # c\nb: 1\n" => "a:\n  ? k\n\n    l\n  : 2 # c\nb: 1\n";
        "set k\nl\n \"x\\ny\"": "? |\n  k\n  l\n" => "? |\n  k\n  l\n: |-\n  x\n  y\n";
        "set k 2": "? k\n" => "k: 2\n";
        "rename a.x w": "a: {x: 1, z: 2}\n" => "a: {w: 1, z: 2}\n";
        "set b 2": "a: 1\n" => "a: 1\nb: 2\n";
        "set b 2": "a: 1" => "a: 1\nb: 2";
        "set b 2": "# c" => "# c\nb: 2";
        "set b 2": "" => "b: 2\n";
        "set b 2": "# c\n\n" => "# c\n\nb: 2\n";
        "set b 2": "---\n" => "---\nb: 2\n";
        "set b 2": "---" => "---\nb: 2";
        "set b 2": "---\n---\nc: 3\n" => "---\nb: 2\n---\nc: 3\n";
        "set b 2": "null # c\n" => " # c\nb: 2\n";
        "set b 2": "~\n" => "b: 2\n";
        "set b 2": "--- null\n" => "---\nb: 2\n";
        "set b 2": "{}\n" => "{\n  \"b\": 2\n}\n";
        "set b 2": "%YAML 1.1\n---\na: 1 # c\n...\n---\nlater\n" => "%YAML 1.1\n---\na: 1 # c\nb: 2\n...\n---\nlater\n";
        "set a.z 2": "a:\n    x: 1\n    # end\nb: 2\n" => "a:\n    x: 1\n    z: 2\n    # end\nb: 2\n";
    }

    lists {
        "push a 2": "a:\n- 1\nb: 2\n" => "a:\n- 1\n- 2\nb: 2\n";
        "push a 2": "a:\n  - 1 # c\n  # end\nb: 2\n" => "a:\n  - 1 # c\n  - 2\n  # end\nb: 2\n";
        "push a 2": "a:\n- 1" => "a:\n- 1\n- 2";
        "push a 2": "a: [] # none\nb: 1\n" => "a: # none\n- 2\nb: 1\n";
        "push a 2": "a:\nb:\n    - 1\n" => "a:\n    - 2\nb:\n    - 1\n";
        "push a 2": "a: null # none\n" => "a: # none\n- 2\n";
        "push a 2": "a:\r\n- 1\r\nb: 2\r\n" => "a:\r\n- 1\r\n- 2\r\nb: 2\r\n";
        "push a 2": "b:\n- 1\n" => "b:\n- 1\na:\n- 2\n";
        "insert a 0 2": "a:\n# one\n- 1\n" => "a:\n- 2\n# one\n- 1\n";
        "insert a 1 2": "a:\n- 1\n# three\n- 3\n" => "a:\n- 1\n- 2\n# three\n- 3\n";
        "insert a[0] 0 2": "a:\n- - 1\n  - 3\n" => "a:\n- - 2\n  - 1\n  - 3\n";
        "push a 2": "a:\n- 1\n\n- 3\n\nb: 2\n" => "a:\n- 1\n\n- 3\n\n- 2\n\nb: 2\n";
        "push a {\"name\": \"c\", \"x\": {\"w\": 1, \"v\": [1]}}": "a:\n- x:\n    v: 1\n    w: 1\n  name: b\n"
            => "a:\n- x:\n    v: 1\n    w: 1\n  name: b\n- x:\n    v:\n    - 1\n    w: 1\n  name: c\n";
        "push a {\"name\": \"c\", \"x\": {\"w\": 1}}": "a:\n    -   name: b\n        x:\n            w: 2\n"
            => "a:\n    -   name: b\n        x:\n            w: 2\n    -   name: c\n        x:\n            w: 1\n";
        "push a {\"name\": \"c\"}": "a:\n- {name: b}\n" => "a:\n- {name: b}\n- {name: c}\n";
        "remove a[0]": "a:\n- 1\n- 2\n" => "a:\n- 2\n";
        "remove a[0]": "a:\n- 1 # one\n" => "a: []\n";
        "remove a[0]": "a: # these\n- 1 # one\n# other\n\nb: 1\n" => "a: [] # these\n# other\n\nb: 1\n";
        "remove a[1]": "a:\n# one\n- 1\n# two\n# and two\n- 2 # 2\n  # inside\n# three\n- 3\n"
            => "a:\n# one\n- 1\n# three\n- 3\n";
        "remove a[1]": "a:\n- 1\n# not of two\n\n- 2\n\n- 3\n" => "a:\n- 1\n# not of two\n\n\n- 3\n";
        "remove a[1]": "a:\n- 1\n- 2" => "a:\n- 1";
        "remove a[0]; push a 9": "a:\n- 1\nb: 2\n" => "a:\n- 9\nb: 2\n";
        "remove a[0][0]": "a:\n- - 1\n  - 2\n" => "a:\n- - 2\n";
        "remove a[0][0]": "a:\n- - 1\n" => "a:\n- []\n";
        "remove a[0].name": "a:\n- name: b # n\n  # x\n  x: 1\n" => "a:\n- # x\n  x: 1\n";
        "remove a[0].name; remove a[0].x": "a:\n- name: b # n\n\n  # x\n  x: 1\n  y: 2\n" => "a:\n- y: 2\n";
        "remove a[0].name; set a[0].z 1": "a:\n- name: b # n\nc: 1\n" => "a:\n- z: 1\nc: 1\n";
        "set a[=b].x 2": "a:\n- name: b\n- name: c\n" => "a:\n- name: b\n  x: 2\n- name: c\n";
        "set a[=d].x 2": "a:\n- name: b\n" => "a:\n- name: b\n- name: d\n  x: 2\n";
        "rename a[=b] d": "a:\n- name: b # mine\n  x: 1\n- name: c\n" => "a:\n- name: d # mine\n  x: 1\n- name: c\n";
        "rename a[=] d": "a:\n- x: 1\n-\n" => "a:\n- x: 1\n- name: d\n";
        "remove a[=b]": "a:\n- name: b\n- name: c\n- name: b\n" => "a:\n- name: c\n";
        "set a[0] {\"x\": 1}": "a:\n- 1 # c\n- 2\n" => "a:\n- x: 1 # c\n- 2\n";
        "set a[0] {\"x\": 1, \"z\": [1]}": "a:\n-   1 # c\n" => "a:\n-   x: 1 # c\n    z:\n    - 1\n";
        "set a[0] 1": "a:\n- x: 1 # c\n  z: 2\n- 2\n" => "a:\n- 1\n- 2\n";
        "set a 1": "a: # of a\n  x: 1 # c\n  z: 2\nb: 1\n" => "a: 1 # of a\nb: 1\n";
        "set a {\"x\": 1}": "a: 1 # c\n" => "a: # c\n  x: 1\n";
        "set a {\"x\": 1}": "a:\n  1 # c\nb: 1\n" => "a:\n  x: 1\nb: 1\n";
        "set a {\"x\": 1}": "a: |\n  1\nb: 1\n" => "a:\n  x: 1\nb: 1\n";
        "set a {\"x\": 1}": "a: # c\n- 1\nb: 1\n" => "a: # c\n  x: 1\nb: 1\n";
        "set a {}": "a: # c\n- 1\nb: 1\n" => "a: {} # c\nb: 1\n";
    }

    spaced {
        "push a 3": "a:\n- 1\n\n- 2\n\nb: 1\n" => "a:\n- 1\n\n- 2\n\n- 3\n\nb: 1\n";
        "push a 3": "a:\n- 1\n\n- 2\n" => "a:\n- 1\n\n- 2\n\n- 3\n";
        "remove a[2]": "a:\n- 1\n\n- 2\n\n- 3\n\nb: 1\n" => "a:\n- 1\n\n- 2\n\n\nb: 1\n";
        // What a removed one left takes the next one in: the text does not grow.
        "push a 3": "a:\n- 1\n\n- 2\n\n\nb: 1\n" => "a:\n- 1\n\n- 2\n\n- 3\n\nb: 1\n";
        "push a 3; push a 4": "a:\n- 1\n\n- 2\n\n\nb: 1\n" => "a:\n- 1\n\n- 2\n\n- 3\n\n- 4\n\nb: 1\n";
        "push a 3": "a:\n- 1\n\n- 2\n\n" => "a:\n- 1\n\n- 2\n\n- 3\n";
        "push a[1] 3; push a 4": "a:\n- 0\n\n- - 1\n\n  - 2\n\n\nb: 1\n" => "a:\n- 0\n\n- - 1\n\n  - 2\n\n  - 3\n\n- 4\n\nb: 1\n";
        "remove a[0]; remove a[0]": "a:\n# one\n- 1\n\n- 2\n\nb: 1\n" => "a: []\n\nb: 1\n";
        "remove a[1]; remove a[1]": "a:\n- 1\n\n- 2\n\n- 3\n\n- 4\n" => "a:\n- 1\n\n\n- 4\n";
    }

    sections {
        "set new null": "a: 1\na: >+\n  line\n...\n" => "a: 1\na: >+\n  line\nnew: null\n...\n";
        "set new null": "a: >+\n  line\n" => "a: >+\n  line\nnew: null\n";
        "remove b": "a: 1\n# of b\nb:\n  # in b\n  x: 1\n  # also in b\n# of c\nc: 3\n" => "a: 1\n# of c\nc: 3\n";
        "remove a": "# head\na: 1\nb: 2\n" => "# head\nb: 2\n";
        "remove a": "a: 1 # c\n" => "{}\n";
        "remove a": "# head\n\na: 1 # c\n# tail\n" => "# head\n\n{}\n# tail\n";
        "remove b": "a: 1\nb: 2" => "a: 1";
        "remove b": "a: |\n  x\nb: 2" => "a: |\n  x\n";
        "set b 2": "a: |\n  x" => "a: |-\n  x\nb: 2";
        "set b 2": "a: |+2\n   x" => "a: |2-\n   x\nb: 2";
        "remove b": "a: |+\n  x\nb: 1\n\n" => "a: |+\n  x\n";
        "remove b": "a: |+\n  x\nb: >\n  y\n\n" => "a: |+\n  x\n";
        "remove a.c; remove b": "a:\n  n: |+\n    x\n  c: 1\nb: >\n  y\n\n" => "a:\n  n: |+\n    x\n";
        "remove a.c; remove b": "a:\n  n: |+\n    x\n  c: 1 # c\nb: 1\n\n" => "a:\n  n: |+\n    x\n";
        "remove a.c; remove b": "a:\n  n: |+\n    x\n  c: [ # c\n    1\n   ] # c\nb: 1\n" => "a:\n  n: |+\n    x\n";
        "set  {\"a\":\"x\\ny\"}": "\nlist:a- " => "\na: |-\n  x\n  y";
        "set b 2": "a: |+\n  x\n\n" => "a: |+\n  x\n\nb: 2\n";
        "set b 2": "a: |\n  x\n\n\n" => "a: |\n  x\nb: 2\n\n\n";
        "set b \"x\\ny\\n\"": "a: 1" => "a: 1\nb: |\n  x\n  y\n";
        "set b \"x\\ny\"": "a: 1" => "a: 1\nb: |-\n  x\n  y";
        "set b.c 2": "a: 1\n" => "a: 1\nb:\n  c: 2\n";
        "set b.c 2": "a:\n    x: 1\n" => "a:\n    x: 1\nb:\n    c: 2\n";
        "remove a": "a: 1\na: 2\nb: 3\n" => "b: 3\n";
        "set a 3": "a: 1\na: 2\n" => "a: 1\na: 3\n";
        "rename a c": "a: 1\na: 2\n" => "c: 2\n";
        "set a.x 2": "a:\n  ? x\n  : 1\n" => "a:\n  ? x\n  : 2\n";
        "set a.x 2": "a:\n  ? x\n  ? z\n" => "a:\n  x: 2\n  ? z\n";
        "remove a.x": "a:\n  ? x\n  : 1\n  ? z\n" => "a:\n  ? z\n";
        "set a.w 2": "a:\n  ? x\n  ? z\nb: 1\n" => "a:\n  ? x\n  ? z\n  w: 2\nb: 1\n";
    }

    brackets {
        "set a.y 1": "a: {x: 1}\n" => "a: {x: 1, \"y\": 1}\n";
        "push a 2": "a: [1,3] # c\n" => "a: [1,3,2] # c\n";
        "push a 2": "a: [1, 3, ]\n" => "a: [1, 3, 2, ]\n";
        "push a 2": "a: [ 1 ]\n" => "a: [ 1, 2 ]\n";
        "insert a 0 2": "a: [1, 3]\n" => "a: [2, 1, 3]\n";
        "insert a 1 2": "a: [1, 3]\n" => "a: [1, 2, 3]\n";
        "remove a[0]": "a: [1, 3]\n" => "a: [3]\n";
        "remove a[1]": "a: [1, 3]\n" => "a: [1]\n";
        "remove a[1]": "a: [1, 3,]\n" => "a: [1]\n";
        "remove a[1]; push a 2": "a: [1, 3]\n" => "a: [1, 2]\n";
        "remove a[0]; remove a[0]": "a: [1, 3]\n" => "a: []\n";
        "remove a[0]; push a 2": "a: [1]\n" => "a: [2]\n";
        "push a \"x, y\"": "a: [b]\n" => "a: [b, 'x, y']\n";
        "set a.b 2": "a: {b}\n" => "a: {b: 2}\n";
        "set a.b 2": "a: {b: }\n" => "a: {b: 2 }\n";
        "set a.b 2": "a: {c: 1, b: }\n" => "a: {c: 1, b: 2 }\n";
        "set a[0].b 2": "a: [b: 1, c: 2]\n" => "a: [b: 2, c: 2]\n";
        "set a[0].d 2": "a: [b: 1, c: 2]\n" => "a: [{b: 1, d: 2}, c: 2]\n";
        "set a.b {\"c\": [1]}": "a: {x: 1}\n" => "a: {x: 1, b: {c: [1]}}\n";
        "set a.b {\"c\": [1]}": "a: { x: 1 }\n" => "a: { x: 1, b: { c: [1] } }\n";
        "set a [1, 2]": "a: [3, 4] # c\n" => "a: [1, 2] # c\n";
        "push a 4": "a: [\n  1, # one\n  2  # two\n]\n" => "a: [\n  1, # one\n  2,  # two\n  4\n]\n";
        "push a 4": "a: [\n  1, # one\n  2,  # two\n]\n" => "a: [\n  1, # one\n  2,  # two\n  4,\n]\n";
        "insert a 0 4": "a: [\n  # c\n  1,\n  2\n]\n" => "a: [\n  4,\n  # c\n  1,\n  2\n]\n";
        "insert a 1 4": "a: [\n  1, # one\n  # c\n  2\n]\n" => "a: [\n  1, # one\n  4,\n  # c\n  2\n]\n";
        "remove a[0]": "a: [\n  # of one\n  1, # one\n  # of two\n  2  # two\n]\n" => "a: [\n  # of two\n  2  # two\n]\n";
        "remove a[1]": "a: [\n  # of one\n  1, # one\n  # of two\n  2  # two\n]\n" => "a: [\n  # of one\n  1 # one\n]\n";
        "remove a[1]": "a: [\n  1, # one\n  2,  # two\n]\n" => "a: [\n  1, # one\n]\n";
        "remove a[1]; push a 3": "a: [\n  1, # one\n  2  # two\n]\n" => "a: [\n  1, # one\n  3\n]\n";
        "remove a[1]": "a: [1, # one\n  2]\n" => "a: [1 # one\n  ]\n";
        "push a 3": "a: [1, # one\n  2]\n" => "a: [1, # one\n  2, 3]\n";
    }

    json {
        "set a \"x\"": "{\n  \"a\": null\n}\n" => "{\n  \"a\": \"x\"\n}\n";
        "set b {\"c\": [], \"d\": [1]}": "{\n\t\"a\": null\n}" => "{\n\t\"a\": null,\n\t\"b\": {\n\t\t\"c\": [],\n\t\t\"d\": [\n\t\t\t1\n\t\t]\n\t}\n}";
        "push a {\"n\": 1}": "{\n    \"a\": []\n}\n" => "{\n    \"a\": [\n        {\n            \"n\": 1\n        }\n    ]\n}\n";
        "push a {\"n\": 1}": "{\"a\":[]}" => "{\"a\":[{\"n\":1}]}";
        "push a {\"n\": 1}": "{\"a\":[{\"n\":2}]}" => "{\"a\":[{\"n\":2},{\"n\":1}]}";
        "push a {\"n\": 1}": "{\"a\": null}" => "{\"a\": [{\"n\": 1}]}";
        "remove b": "{\n  \"a\": 1,\n  \"b\": 2\n}\n" => "{\n  \"a\": 1\n}\n";
        "remove a": "{\n  \"a\": 1,\n  \"b\": 2\n}\n" => "{\n  \"b\": 2\n}\n";
        "remove a; remove b": "{\n  \"a\": 1,\n  \"b\": 2\n}\n" => "{}\n";
        "set c 3": "{\"a\": 1,\n \"b\": 2}\n" => "{\"a\": 1,\n \"b\": 2, \"c\": 3}\n";
        "rename a yes": "{\"a\":1}" => "{\"yes\":1}";
    }

    anchors {
        "set b.x 2": "a: &a\n  x: 1\n  z: 3\nb: *a # here\nc: *a\n" => "a: &a\n  x: 1\n  z: 3\nb: # here\n  x: 2\n  z: 3\nc: *a\n";
        "set a.x 2": "a: &a\n  x: 1\n  z: 3\nb: *a # here\nc: *a\n" => "a: &a\n  x: 2\n  z: 3\nb: &a # here\n  x: 1\n  z: 3\nc: *a\n";
        "remove a": "a: &a\n  x: 1\nb: *a # here\nc: *a\n" => "b: &a # here\n  x: 1\nc: *a\n";
        "remove a; remove b": "a: &a\n  x: 1\nb: *a # here\nc: *a\n" => "c: &a\n  x: 1\n";
        "set a 2": "a: &a 1\nb: [*a, *a]\n" => "a: 2\nb: [&a 1, *a]\n";
        "set a 2": "a: &a 1\nb:\n- *a\n- *a\n" => "a: 2\nb:\n- &a 1\n- *a\n";
        "remove a[0]": "a:\n- &a\n  x: 1\n- *a\n" => "a:\n- &a\n  x: 1\n";
        "set b.y 2": "a: &a {x: 1, z: 3}\nb:\n  <<: *a\n  w: 4\n" => "a: &a {x: 1, z: 3}\nb:\n  <<: *a\n  w: 4\n  \"y\": 2\n";
        "set b.x 2": "a: &a {x: 1, z: 3}\nb:\n  <<: *a\n  w: 4\n" => "a: &a {x: 1, z: 3}\nb:\n  <<: *a\n  w: 4\n  x: 2\n";
        "set b.x 2": "a: &a {x: 1, z: 3}\nb:\n  x: 0\n  <<: *a\n  w: 4\n" => "a: &a {x: 1, z: 3}\nb:\n  <<: *a\n  w: 4\n  x: 2\n";
        "remove b.x": "a: &a {x: 1, z: 3}\nb:\n  <<: *a\n  w: 4\n" => "a: &a {x: 1, z: 3}\nb:\n  w: 4\n  z: 3\n";
        "rename b.x v": "a: &a {x: 1, z: 3}\nb:\n  <<: *a\n  w: 4\n" => "a: &a {x: 1, z: 3}\nb:\n  w: 4\n  v: 1\n  z: 3\n";
        "set a.x 2": "a: &a {x: 1, z: 3}\nb:\n  <<: *a\n  w: 4\n" => "a: &a {x: 2, z: 3}\nb:\n  <<: &a\n    x: 1\n    z: 3\n  w: 4\n";
        "remove a": "a: &a k\n*a : 1\nb: *a\n" => "k : 1\nb: &a k\n";
        "set b.x 1": "a: &a {x: 1, z: 3}\nb: *a\n" => "a: &a {x: 1, z: 3}\nb: *a\n";
    }

    bytes {
        "set a 2; set b 3": "\u{feff}a: 1\r\n" => "\u{feff}a: 2\r\nb: 3\r\n";
        "set b 3": "a: 1\r" => "a: 1\rb: 3\r";
    }
}
