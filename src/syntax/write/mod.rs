//! Writing: our own order and spelling (`own`, `json`), and kubectl's bytes (`kubectl`, `json`).

mod flow;
mod json;
mod kubectl;
mod order;
mod own;
mod plain;
mod shape;

use super::scalar::{Resolved, json_float};
use super::value::{Value, not_finite};
use crate::error::{Error, ErrorKind, Result};
use std::borrow::Cow;
use zeroize::Zeroizing;

pub(crate) use flow::{FlowStyle, FlowWriter};
pub(crate) use own::{Layout, Texts, Writer};
pub(crate) use plain::{is_timestamp, means_text};

/// `value` as YAML, in its order and its spelling, with a newline at the end.
///
/// kubectl reads what this writes as the same value. A spelling is kept where it can be: `0777`, `1.10` and `yes` stay
/// as they are, quotes stay quotes, literal blocks stay literal. What can't stand in its style is quoted, control
/// characters are escaped, folded blocks become literal. Long lines are not folded, and the dashes of a list stand under
/// its key, not indented, as kubectl does it.
///
/// ```
/// use kubeconfig::syntax::{Value, to_yaml};
/// let value: Value = serde_json::json!({"a": ["x: y", "yes", true]}).into();
/// assert_eq!(to_yaml(&value)?, "a:\n- \"x: y\"\n- \"yes\"\n- true\n");
/// # Ok::<(), kubeconfig::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::Unrepresentable`] for a number that is infinite or not a number: YAML has words for them, but kubectl makes
/// JSON of what it reads and refuses them.
pub fn to_yaml(value: &Value) -> Result<String> {
    own::write(value)
}

/// `value` as JSON, in its order, indented by two spaces, with a newline at the end.
///
/// Numbers and booleans are resolved as kubectl resolves them: `0777` is 511. What kubectl's reader refuses or changes in
/// raw form (DEL, C1 controls, line separators) is escaped.
///
/// # Errors
/// [`ErrorKind::Unrepresentable`] for a number that is infinite or not a number.
pub fn to_json(value: &Value) -> Result<String> {
    Ok(json::write(&Tree::own(value)?, json::Dialect::Own))
}

/// What is written as kubectl writes it: borrowed as far as possible.
pub(crate) enum Tree<'a> {
    Null,
    Bool(bool),
    /// As Go's `encoding/json` writes it.
    Number(String),
    Text(&'a str),
    /// Text made for this view, which may be a key.
    Owned(Zeroizing<String>),
    List(Vec<Tree<'a>>),
    /// A struct of client-go's: fields in their order, names that errors may show.
    Struct(Vec<(&'static str, Tree<'a>)>),
    /// A map of the user's.
    Map(Vec<(Cow<'a, str>, Tree<'a>)>),
}

impl<'a> Tree<'a> {
    /// A value as Go keeps raw JSON: the keys of its maps sorted bytewise.
    pub(crate) fn raw(value: &'a Value) -> Result<Self> {
        Self::of(value, true)
    }

    /// A value in its own order.
    pub(crate) fn own(value: &'a Value) -> Result<Self> {
        Self::of(value, false)
    }

    fn of(value: &'a Value, sorted: bool) -> Result<Self> {
        Ok(match value {
            Value::Scalar(scalar) => match scalar.resolve() {
                Resolved::Null => Tree::Null,
                Resolved::Bool(b) => Tree::Bool(b),
                Resolved::Int(i) => Tree::Number(i.to_string()),
                Resolved::Uint(u) => Tree::Number(u.to_string()),
                Resolved::Float(f) => Tree::Number(json_float(f).ok_or_else(not_finite)?),
                Resolved::Str(text) => Tree::Text(text),
            },
            Value::Sequence(items) => {
                Tree::List(items.iter().map(|item| Self::of(item, sorted)).collect::<Result<_>>()?)
            }
            Value::Mapping(map) => {
                let mut entries = map
                    .iter()
                    .map(|(key, value)| Ok((Cow::Borrowed(key), Self::of(value, sorted)?)))
                    .collect::<Result<Vec<_>>>()?;
                if sorted {
                    entries.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
                }
                Tree::Map(entries)
            }
        })
    }

    /// kubectl's `-o yaml`.
    pub(crate) fn to_kubectl_yaml(&self) -> Result<String> {
        kubectl::write(self)
    }

    /// JSON as RKE writes it to a file.
    #[cfg(feature = "rke")]
    pub(crate) fn to_rke_json(&self) -> String {
        json::write(self, json::Dialect::Rke)
    }

    /// kubectl's `-o json`.
    pub(crate) fn to_kubectl_json(&self) -> String {
        json::write(self, json::Dialect::Kubectl)
    }
}

#[cold]
fn control_character() -> Error {
    Error::new(
        ErrorKind::Unrepresentable,
        "it holds a control character (DEL, U+0080 to U+009F, U+FFFE or U+FFFF), which kubectl can't write as YAML",
    )
    .with_help("JSON output can hold it")
}
