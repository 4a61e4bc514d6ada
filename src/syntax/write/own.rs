//! YAML in our own order and spelling.

use super::plain::is_break;
use super::shape::{Shape, Style};
use crate::error::Result;
use crate::syntax::scalar::{Resolved, ScalarStyle, resolve_plain};
use crate::syntax::spelled::Scalar;
use crate::syntax::value::{Mapping, Value, not_finite};
use std::fmt::Write;
use zeroize::Zeroizing;

/// The longest key, in characters as written, that goes without `?`; go-yaml reads no more than 1024 of them.
const SIMPLE_KEY: usize = 1000;

/// How lines of block style are indented, and what is put in quotes how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    /// Columns from a key to the keys of the map below it.
    pub(crate) step: usize,
    /// Columns from a key to the dashes of the list below it.
    pub(crate) dash: usize,
    /// Columns from a dash to what stands behind it.
    pub(crate) item: usize,
    /// Whether a string that can't be plain gets single quotes where they are enough, as from kubectl.
    pub(crate) single: bool,
    /// Which texts of several lines stand in lines.
    pub(crate) texts: Texts,
}

/// Texts that stand in lines, not in quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Texts {
    /// All that can.
    All,
    /// Those that do not end with an empty line: another one behind it would become part of it.
    WithoutEmptyEnd,
    /// None: what follows would become part of it.
    No,
}

impl Texts {
    fn take(self, text: &str) -> bool {
        match self {
            Texts::All => true,
            Texts::WithoutEmptyEnd => text != "\n" && !text.ends_with("\n\n"),
            Texts::No => false,
        }
    }
}

impl Layout {
    /// That of [`to_yaml`](super::to_yaml), and kubectl's but for quotes.
    pub(crate) const OWN: Layout = Layout { step: 2, dash: 0, item: 2, single: false, texts: Texts::All };
}

pub(super) fn write(value: &Value) -> Result<String> {
    let mut writer = Writer::new(Layout::OWN);
    match value {
        // An empty file would be null too, but looks like a failure.
        Value::Scalar(scalar) if scalar.text().is_empty() && scalar.resolve() == Resolved::Null => {
            writer.out.push_str("null\n");
        }
        value => writer.lines(value, 0),
    }
    writer.finish().map(|mut text| std::mem::take(&mut *text))
}

/// Block style from any column on.
pub(crate) struct Writer {
    out: Zeroizing<String>,
    layout: Layout,
    /// A number was met that YAML has a word for, but kubectl, which makes JSON of everything, has not.
    not_finite: bool,
}

impl Writer {
    pub(crate) fn new(layout: Layout) -> Self {
        Writer { out: Zeroizing::default(), layout, not_finite: false }
    }

    /// What was written; it ends with a line break.
    pub(crate) fn finish(self) -> Result<Zeroizing<String>> {
        if self.not_finite { Err(not_finite()) } else { Ok(self.out) }
    }

    /// A value whose lines begin at column `indent`, the first one too.
    pub(crate) fn lines(&mut self, value: &Value, indent: usize) {
        match value {
            Value::Mapping(map) if !map.is_empty() => self.map(map, indent, false),
            Value::Sequence(items) if !items.is_empty() => self.list(items, indent, false),
            value => {
                self.indent(indent);
                self.inline(value, indent, self.layout.step);
            }
        }
    }

    /// The entries of a map at column `indent`; `started` says that this line is indented already.
    pub(crate) fn map(&mut self, map: &Mapping, indent: usize, mut started: bool) {
        for (key, spelling, value) in map.iter_spelled() {
            if !std::mem::take(&mut started) {
                self.indent(indent);
            }
            self.pair(key, spelling, value, indent);
        }
    }

    /// An entry of a map at column `indent`, on a line that is indented already.
    pub(crate) fn pair(&mut self, key: &str, spelling: Option<&Scalar>, value: &Value, indent: usize) {
        let start = self.out.len();
        self.key(key, spelling);
        if self.out.get(start..).is_some_and(|key| key.len() > SIMPLE_KEY) {
            self.out.insert_str(start, "? ");
            self.out.push('\n');
            self.indent(indent);
        }
        self.out.push(':');
        match value {
            Value::Mapping(map) if !map.is_empty() => {
                self.out.push('\n');
                self.map(map, indent + self.layout.step, false);
            }
            Value::Sequence(items) if !items.is_empty() => {
                self.out.push('\n');
                self.list(items, indent + self.layout.dash, false);
            }
            value => self.behind_indicator(value, indent, 1, self.layout.step),
        }
    }

    /// An entry of the map at the top whose value is a list, which is not empty.
    pub(crate) fn pair_of_items(&mut self, key: &str, items: impl Iterator<Item = Value>) {
        self.key(key, None);
        self.out.push_str(":\n");
        for item in items {
            self.indent(self.layout.dash);
            self.item(&item, self.layout.dash);
        }
    }

    /// A key alone.
    pub(crate) fn key(&mut self, key: &str, spelling: Option<&Scalar>) {
        match spelling {
            Some(scalar) => self.scalar(scalar, Place::Key),
            None => self.scalar(&Scalar::string(key), Place::Key),
        }
    }

    /// The items of a list with its dashes at column `indent`.
    pub(crate) fn list(&mut self, items: &[Value], indent: usize, mut started: bool) {
        for item in items {
            if !std::mem::take(&mut started) {
                self.indent(indent);
            }
            self.item(item, indent);
        }
    }

    /// An item of a list with its dash at column `indent`, on a line that is indented already.
    pub(crate) fn item(&mut self, item: &Value, indent: usize) {
        self.out.push('-');
        let width = self.layout.item;
        match item {
            Value::Mapping(map) if !map.is_empty() => {
                self.indent(width - 1);
                self.map(map, indent + width, true);
            }
            Value::Sequence(items) if !items.is_empty() => {
                self.indent(width - 1);
                self.list(items, indent + width, true);
            }
            value => self.behind_indicator(value, indent, width - 1, width),
        }
    }

    /// A scalar or an empty collection behind `:` or `-` and blanks; a plain nothing stays a nothing. The lines of a text
    /// stand `deeper` than `indent`.
    fn behind_indicator(&mut self, value: &Value, indent: usize, blanks: usize, deeper: usize) {
        if value.as_scalar().is_some_and(is_nothing) {
            self.out.push('\n');
            return;
        }
        self.indent(blanks);
        self.inline(value, indent, deeper);
    }

    /// A scalar or an empty collection, and the end of its line; `indent` is the column of what it belongs to.
    pub(crate) fn inline(&mut self, value: &Value, indent: usize, deeper: usize) {
        match value {
            Value::Scalar(scalar) => {
                self.not_finite |= matches!(scalar.resolve(), Resolved::Float(f) if !f.is_finite());
                self.scalar(scalar, Place::Value { indent, deeper });
            }
            Value::Sequence(_) => self.out.push_str("[]"),
            Value::Mapping(_) => self.out.push_str("{}"),
        }
        if !self.out.ends_with('\n') {
            self.out.push('\n');
        }
    }

    fn indent(&mut self, indent: usize) {
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    fn scalar(&mut self, scalar: &Scalar, place: Place) {
        let text = scalar.text();
        let mut bare = scalar.tag().is_none();
        if let Some(tag) = scalar.tag().and_then(written_tag) {
            self.out.push_str(&tag);
            self.out.push(' ');
            bare = true;
        }
        match (scalar.style(), place) {
            // Without its tag a plain `12` would become a number.
            (ScalarStyle::Plain, _) if bare && can_be_plain(text, place) => self.out.push_str(text),
            (ScalarStyle::SingleQuoted, _) if is_quiet(text) => self.single_quoted(text),
            // Plain is what a string has by default, and a text of several lines is better read in lines.
            (ScalarStyle::Plain | ScalarStyle::Literal | ScalarStyle::Folded, Place::Value { indent, deeper })
                if can_be_literal(text) && self.layout.texts.take(text) =>
            {
                self.literal(text, indent, deeper.min(9));
            }
            (ScalarStyle::Plain, _) if self.layout.single && kubectl_quotes_singly(text) => self.single_quoted(text),
            _ => self.double_quoted(text),
        }
    }

    /// A scalar in a collection in brackets.
    pub(super) fn flow_scalar(&mut self, scalar: &Scalar) {
        self.not_finite |= matches!(scalar.resolve(), Resolved::Float(f) if !f.is_finite());
        if is_nothing(scalar) {
            self.out.push_str("null");
        } else {
            self.scalar(scalar, Place::Flow);
        }
    }

    /// A key in brackets.
    pub(super) fn flow_key(&mut self, key: &str, spelling: Option<&Scalar>) {
        let start = self.out.len();
        match spelling {
            Some(scalar) => self.scalar(scalar, Place::FlowKey),
            None => self.scalar(&Scalar::string(key), Place::FlowKey),
        }
        if self.out.get(start..).is_some_and(|key| key.len() > SIMPLE_KEY) {
            self.out.insert_str(start, "? ");
        }
    }

    fn single_quoted(&mut self, text: &str) {
        self.out.push('\'');
        self.out.push_str(&text.replace('\'', "''"));
        self.out.push('\'');
    }

    fn literal(&mut self, text: &str, indent: usize, deeper: usize) {
        self.out.push('|');
        // Otherwise the first line would be taken for the measure.
        if text.starts_with([' ', '\t', '\n']) {
            self.out.push_str(&deeper.to_string());
        }
        match text.strip_suffix('\n') {
            None => self.out.push('-'),
            Some(body) if body.is_empty() || body.ends_with('\n') => self.out.push('+'),
            Some(_) => {}
        }
        self.out.push('\n');
        for line in text.split_inclusive('\n') {
            if line != "\n" {
                self.indent(indent + deeper);
            }
            self.out.push_str(line);
        }
        if !text.ends_with('\n') {
            self.out.push('\n');
        }
    }

    fn double_quoted(&mut self, text: &str) {
        self.out.push('"');
        let mut rest = text;
        while let Some(at) = rest.find(|c| is_loud(c) || matches!(c, '"' | '\\')) {
            let (raw, special) = rest.split_at(at);
            self.out.push_str(raw);
            let mut chars = special.chars();
            match chars.next() {
                Some('"') => self.out.push_str("\\\""),
                Some('\\') => self.out.push_str("\\\\"),
                Some('\n') => self.out.push_str("\\n"),
                Some('\r') => self.out.push_str("\\r"),
                Some('\t') => self.out.push_str("\\t"),
                Some('\0') => self.out.push_str("\\0"),
                Some('\u{1b}') => self.out.push_str("\\e"),
                // Writing to a String can't fail.
                Some(c @ ..='\u{7f}') => drop(write!(self.out, "\\x{:02X}", u32::from(c))),
                Some(c) => drop(write!(self.out, "\\u{:04X}", u32::from(c))),
                None => {}
            }
            rest = chars.as_str();
        }
        self.out.push_str(rest);
        self.out.push('"');
    }
}

#[derive(Clone, Copy)]
enum Place {
    Key,
    /// In a collection at that column; further lines stand so much deeper.
    Value {
        indent: usize,
        deeper: usize,
    },
    /// In brackets.
    Flow,
    FlowKey,
}

/// Nothing at all, which is null.
fn is_nothing(scalar: &Scalar) -> bool {
    scalar.text().is_empty() && scalar.style() == ScalarStyle::Plain && scalar.tag().is_none()
}

/// Whether kubectl would put a text that can't be plain into single quotes, or knows no reason against plain, as it writes no
/// brackets.
fn kubectl_quotes_singly(text: &str) -> bool {
    is_quiet(text) && matches!(Shape::of(text).style(text, false), Style::Single | Style::Plain)
}

/// Characters that may only stand escaped: those kubectl's reader refuses, folds away or that nobody sees.
fn is_loud(c: char) -> bool {
    c.is_control() || is_break(c) || matches!(c, '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

fn is_quiet(text: &str) -> bool {
    !text.contains(is_loud)
}

/// Whether `text` stands for itself where it is plain.
fn can_be_plain(text: &str, place: Place) -> bool {
    if !matches!(resolve_plain(text), Resolved::Str(_)) {
        // Words and numbers have no characters that mean anything else; the empty text has none at all.
        return !text.is_empty();
    }
    let first = text.chars().next().unwrap_or(' ');
    let lone = |sign: char| text.strip_prefix(sign).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
    is_quiet(text)
        && !text.starts_with(' ')
        && !text.ends_with([' ', ':'])
        && !matches!(
            first,
            ',' | '[' | ']' | '{' | '}' | '#' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`'
        )
        && !['-', '?', ':'].into_iter().any(lone)
        && !text.starts_with("---")
        && !text.starts_with("...")
        && !text.contains(": ")
        && !text.contains(" #")
        && !(matches!(place, Place::Key | Place::FlowKey) && text == "<<")
        // In brackets more characters mean something, and a colon needs no blank behind it.
        && (matches!(place, Place::Key | Place::Value { .. })
            || !(text.contains([',', '[', ']', '{', '}', '?']) || text.starts_with(':')))
}

/// Whether `text` can be written in lines: it has several, none ends in a blank, and all is printable.
fn can_be_literal(text: &str) -> bool {
    text.contains('\n')
        && !text.contains(|c| is_loud(c) && !matches!(c, '\n' | '\t'))
        && !text.split('\n').any(|line| line.ends_with([' ', '\t']))
}

/// The tag as it is written, if it can be: `str` is `!!str`. Those of somebody's own change nothing for kubectl.
fn written_tag(tag: &str) -> Option<String> {
    let safe = |c: char| c.is_ascii_alphanumeric() || "-_.:/;?@&=+$~*'()#".contains(c);
    match tag.strip_prefix('!') {
        Some(name) if name.chars().all(safe) => Some(tag.to_owned()),
        None if tag.contains(':') && tag.chars().all(|c| c == ',' || safe(c)) => Some(format!("!<{tag}>")),
        None if tag.chars().all(|c| c.is_ascii_alphanumeric()) => Some(format!("!!{tag}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(text: &str, style: ScalarStyle, tag: &str) -> Value {
        Value::Scalar(Scalar::spelled(text, style, tag))
    }

    fn written(value: Value) -> String {
        let mut map = Mapping::new();
        map.insert("k", value);
        write(&map.into()).unwrap()
    }

    #[test]
    fn scalars_keep_their_style_where_they_can() {
        use ScalarStyle::{DoubleQuoted, Folded, Literal, Plain, SingleQuoted};
        for (text, style, tag, expected) in [
            ("0777", Plain, "", " 0777"),
            ("1.10", Plain, "", " 1.10"),
            ("~", Plain, "", " ~"),
            ("", Plain, "", ""),
            ("", SingleQuoted, "", " ''"),
            ("", DoubleQuoted, "", " \"\""),
            ("yes", Plain, "", " yes"),
            ("yes", SingleQuoted, "", " 'yes'"),
            ("it's", SingleQuoted, "", " 'it''s'"),
            ("a\tb", SingleQuoted, "", " \"a\\tb\""),
            ("a", DoubleQuoted, "", " \"a\""),
            ("<<", Plain, "", " <<"),
            ("a #b", Plain, "", " \"a #b\""),
            ("a#b", Plain, "", " a#b"),
            ("- a", Plain, "", " \"- a\""),
            ("-a", Plain, "", " -a"),
            ("a:", Plain, "", " \"a:\""),
            ("a:b", Plain, "", " a:b"),
            ("---", Plain, "", " \"---\""),
            ("?", Plain, "", " \"?\""),
            ("a\u{7f}\u{85}\u{feff}\u{2028}😀", Plain, "", " \"a\\x7F\\u0085\\uFEFF\\u2028😀\""),
            ("a\nb\n", Literal, "", " |\n  a\n  b"),
            ("a\nb", Folded, "", " |-\n  a\n  b"),
            (" a\n\n b\n\n", Literal, "", " |2+\n   a\n\n   b\n"),
            ("\n", Literal, "", " |2+\n"),
            ("a \nb", Literal, "", " \"a \\nb\""),
            ("a\r\nb", Literal, "", " \"a\\r\\nb\""),
            ("12", Plain, "str", " !!str 12"),
            ("yes", DoubleQuoted, "bool", " !!bool \"yes\""),
            ("", Plain, "null", " !!null \"\""),
            ("12", Plain, "!mine", " !mine 12"),
            ("12", Plain, "!my tag", " \"12\""),
            ("12", Plain, "tag:example.com,2000:x", " !<tag:example.com,2000:x> 12"),
        ] {
            assert_eq!(written(spelled(text, style, tag)), format!("k:{expected}\n"), "{text:?} {style:?} {tag}");
        }
    }

    #[test]
    fn collections_nest() {
        let json = serde_json::json!([{"a": {"b": [[1, [2]], {"c": [], "d": {}}, null, "x\ny\n"]}}, []]);
        let yaml = "- a:\n    b:\n    - - 1\n      - - 2\n    - c: []\n      d: {}\n    - null\n    - |\n      x\n      y\n- []\n";
        assert_eq!(write(&json.into()).unwrap(), yaml);
        assert_eq!(write(&Value::Mapping(Mapping::new())).unwrap(), "{}\n");
        assert_eq!(write(&spelled("", ScalarStyle::Plain, "")).unwrap(), "null\n");
    }

    #[test]
    fn keys() {
        let long = "x".repeat(1001);
        let mut map = Mapping::new();
        map.insert("a\nb", true);
        map.insert("<<", true);
        map.insert("yes", true);
        map.insert_spelled("16".into(), Some(Scalar::plain("0x10")), true.into());
        map.insert(long.as_str(), vec![Value::from(1i64)]);
        let yaml = format!("\"a\\nb\": true\n\"<<\": true\n\"yes\": true\n0x10: true\n? {long}\n:\n- 1\n");
        assert_eq!(write(&map.into()).unwrap(), yaml);
    }
}
