//! Scalars of values, with their spelling. A short text takes no memory of its own, and each is wiped when it is dropped.

use super::scalar::{Resolved, ScalarStyle};
use super::tag::resolve_tagged;
use super::write::means_text;
use crate::secret::wipe;
use std::fmt;
use zeroize::Zeroize;

/// A scalar: its text, without quotes and escapes, and how it was written.
///
/// `Debug` shows the style, never the text; the text is wiped on drop.
#[derive(Clone, PartialEq, Eq)]
pub struct Scalar {
    text: ShortText,
    style: ScalarStyle,
    /// `str` for `!!str`, the whole tag for others. Few have any.
    tag: Option<Box<Box<str>>>,
}

impl Scalar {
    /// A plain scalar with the spelling `text`: `Scalar::plain("0777")` is the number 511 and is written `0777`.
    ///
    /// A text that can't stand unquoted in YAML is quoted when it is written.
    pub fn plain(text: impl Into<String>) -> Self {
        Scalar { text: text.into().into(), style: ScalarStyle::Plain, tag: None }
    }

    /// A string. It is written plain where kubectl would write it so, and quoted elsewhere: `yes`, `12`, `2001-01-01`.
    pub fn string(text: impl Into<String>) -> Self {
        let text = text.into();
        let style = if means_text(&text) { ScalarStyle::Plain } else { ScalarStyle::DoubleQuoted };
        Scalar { text: text.into(), style, tag: None }
    }

    pub(crate) fn spelled(text: &str, style: ScalarStyle, tag: &str) -> Self {
        let tag = (!tag.is_empty()).then(|| Box::new(tag.into()));
        Scalar { text: text.into(), style, tag }
    }

    /// The text, without quotes, with escapes resolved.
    pub fn text(&self) -> &str {
        self.text.as_str()
    }

    /// How it is written.
    pub fn style(&self) -> ScalarStyle {
        self.style
    }

    /// Its explicit tag, if it has one: `str` for `!!str`, and the whole text for others (`!mine`).
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_ref().map(|tag| &***tag)
    }

    /// The same in another style.
    pub(crate) fn in_style(mut self, style: ScalarStyle) -> Self {
        self.style = style;
        self
    }

    /// What it means to kubectl.
    pub fn resolve(&self) -> Resolved<'_> {
        resolve_tagged(self.text(), self.style, self.tag()).unwrap_or(Resolved::Str(self.text()))
    }
}

impl fmt::Debug for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} scalar", self.style)
    }
}

/// So many bytes are short: with them a text takes as much room as a `String`.
const SHORT: usize = 22;

#[derive(Clone)]
pub(super) enum ShortText {
    Short { length: u8, bytes: [u8; SHORT] },
    Long(Box<str>),
}

impl ShortText {
    pub(super) fn as_str(&self) -> &str {
        match self {
            // What was put there was a text.
            ShortText::Short { length, bytes } => {
                let text = bytes.get(..usize::from(*length)).map(std::str::from_utf8);
                text.and_then(Result::ok).unwrap_or_default()
            }
            ShortText::Long(text) => text,
        }
    }
}

impl From<&str> for ShortText {
    fn from(text: &str) -> Self {
        let mut bytes = [0; SHORT];
        match (u8::try_from(text.len()), bytes.get_mut(..text.len())) {
            (Ok(length), Some(place)) => {
                place.copy_from_slice(text.as_bytes());
                ShortText::Short { length, bytes }
            }
            _ => ShortText::Long(text.into()),
        }
    }
}

impl From<String> for ShortText {
    fn from(mut text: String) -> Self {
        if text.len() > SHORT && text.capacity() == text.len() {
            return ShortText::Long(text.into_boxed_str());
        }
        // Made smaller it would leave a copy behind that nobody wipes.
        let short = ShortText::from(text.as_str());
        text.zeroize();
        short
    }
}

impl PartialEq for ShortText {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for ShortText {}

impl Drop for ShortText {
    fn drop(&mut self) {
        match self {
            ShortText::Short { bytes, .. } => bytes.zeroize(),
            ShortText::Long(text) => wipe(&mut std::mem::take(text).into_string().into_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_every_length_come_back() {
        for length in 0..64 {
            let text: String = "aé☃🦀"
                .chars()
                .cycle()
                .scan(0, |sum, c| {
                    *sum += c.len_utf8();
                    (*sum <= length).then_some(c)
                })
                .collect();
            let mut roomy = String::with_capacity(100);
            roomy.push_str(&text);
            for short in [ShortText::from(text.as_str()), text.clone().into(), roomy.into()] {
                assert_eq!(short.as_str(), text);
                assert!(short == short.clone());
            }
        }
    }
}
