//! What a plain scalar means: YAML 1.1 as kubectl's reader (the go-yaml v2 lineage of `sigs.k8s.io/yaml`) takes it.

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ScalarStyle {
    /// Without quotes: its text decides what it means (`yes` is a boolean).
    Plain,
    /// `'…'`: always a string.
    SingleQuoted,
    /// `"…"`: always a string.
    DoubleQuoted,
    /// `|`: always a string.
    Literal,
    /// `>`: always a string.
    Folded,
}

/// What a scalar means to kubectl.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Resolved<'a> {
    /// `~`, `null`, `Null`, `NULL`, or nothing at all.
    Null,
    /// `true`, `yes`, `y`, `on` and their opposites, in the spellings `yes`, `Yes`, `YES`.
    Bool(bool),
    /// A whole number: `12`, `0777` (octal), `0x1F`, `0b1`, `1_000`.
    Int(i64),
    /// A whole number above `i64::MAX`.
    Uint(u64),
    /// `1.5`, `1e3`, `433e40`, `08`, `.inf`, `.nan`.
    Float(f64),
    /// Everything else, dates and `12:30:45` among it.
    Str(&'a str),
}

impl Resolved<'_> {
    /// How a person calls it: "a number", "a boolean".
    pub(crate) fn noun(&self) -> &'static str {
        match self {
            Resolved::Null => "null",
            Resolved::Bool(_) => "a boolean",
            Resolved::Int(_) | Resolved::Uint(_) | Resolved::Float(_) => "a number",
            Resolved::Str(_) => "a string",
        }
    }
}

/// What the plain (unquoted, untagged) scalar `text` means.
///
/// The source of the rule is go-yaml v2's `resolve.go`: a table of words, then Go's `ParseInt` with base 0 on the text
/// without underscores, then a float of the form `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`.
pub fn resolve_plain(text: &str) -> Resolved<'_> {
    let Some(&first) = text.as_bytes().first() else { return Resolved::Null };
    match first {
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => {
            word(text).unwrap_or(Resolved::Str(text))
        }
        b'.' => match text {
            ".inf" | ".Inf" | ".INF" => Resolved::Float(f64::INFINITY),
            ".nan" | ".NaN" | ".NAN" => Resolved::Float(f64::NAN),
            _ => leading_dot(text).map_or(Resolved::Str(text), Resolved::Float),
        },
        b'+' | b'-' | b'0'..=b'9' => number(text).unwrap_or(Resolved::Str(text)),
        _ => Resolved::Str(text),
    }
}

fn word(text: &str) -> Option<Resolved<'static>> {
    Some(match text {
        "~" | "null" | "Null" | "NULL" => Resolved::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Resolved::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Resolved::Bool(false),
        _ => return None,
    })
}

fn number(text: &str) -> Option<Resolved<'static>> {
    match text {
        "+.inf" | "+.Inf" | "+.INF" => return Some(Resolved::Float(f64::INFINITY)),
        "-.inf" | "-.Inf" | "-.INF" => return Some(Resolved::Float(f64::NEG_INFINITY)),
        _ => {}
    }
    // Most texts that begin with a digit are no numbers (addresses, hashes, base64): leave them early.
    if !text
        .bytes()
        .all(|b| b.is_ascii_hexdigit() || matches!(b, b'_' | b'+' | b'-' | b'.' | b'x' | b'X' | b'o' | b'O'))
    {
        return None;
    }
    let plain: std::borrow::Cow<'_, str> = if text.contains('_') { text.replace('_', "").into() } else { text.into() };
    integer(&plain).or_else(|| float(&plain).map(Resolved::Float)).or_else(|| {
        // go-yaml's last try: behind `0b` a sign may stand too.
        let digits = plain.strip_prefix("0b")?;
        i64::from_str_radix(digits, 2).ok().map(Resolved::Int)
    })
}

/// Go's `strconv.ParseInt(s, 0, 64)`, then `ParseUint`.
fn integer(text: &str) -> Option<Resolved<'static>> {
    let (negative, digits, signed) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..], true),
        b'+' => (false, &text[1..], true),
        _ => (false, text, false),
    };
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let value = u64::from_str_radix(digits, radix).ok()?;
    if negative {
        return 0i64.checked_sub_unsigned(value).map(Resolved::Int);
    }
    match i64::try_from(value) {
        Ok(value) => Some(Resolved::Int(value)),
        // ParseUint takes no sign.
        Err(_) if signed => None,
        Err(_) => Some(Resolved::Uint(value)),
    }
}

/// A text that begins with a dot goes to Go's `ParseFloat` as it is, which takes underscores between digits only:
/// `.5_0` is a number, `.5_` is none.
fn leading_dot(text: &str) -> Option<f64> {
    if !text.contains('_') {
        return float(text);
    }
    let between = |w: &[u8]| !matches!(w, [a, b'_', b] if !(a.is_ascii_digit() && b.is_ascii_digit()));
    if text.ends_with('_') || !text.as_bytes().windows(3).all(between) {
        return None;
    }
    float(&text.replace('_', ""))
}

/// A float of the form above; out of range is none, as Go's `ParseFloat` fails there.
fn float(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let mut at = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let whole = digits(at);
    at += whole;
    if bytes.get(at) == Some(&b'.') {
        let fraction = digits(at + 1);
        if whole + fraction == 0 {
            return None;
        }
        at += 1 + fraction;
    } else if whole == 0 {
        return None;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        at += 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits(at);
        if exponent == 0 {
            return None;
        }
        at += exponent;
    }
    if at != bytes.len() {
        return None;
    }
    text.parse().ok().filter(|f: &f64| f.is_finite())
}

/// A float as Go's `encoding/json` writes it: plain digits between 1e-6 and 1e21, else with an exponent.
///
/// Returns `None` for infinity and NaN, which JSON has no words for.
pub(crate) fn json_float(value: f64) -> Option<String> {
    if !value.is_finite() {
        return None;
    }
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-6..1e21).contains(&magnitude) {
        // Rust writes `1e-7`, Go `1e-07` and then drops the zero: the same; but `1e21` is `1e+21` there.
        let text = format!("{value:e}");
        return Some(match text.split_once('e') {
            Some((digits, exponent)) if !exponent.starts_with('-') => format!("{digits}e+{exponent}"),
            _ => text,
        });
    }
    Some(format!("{value}"))
}
