//! Collections in brackets, JSON among them: on one line, or in lines.

use super::json::{Dialect, quote};
use super::own::{Layout, Writer};
use crate::error::Result;
use crate::syntax::scalar::{Resolved, json_float};
use crate::syntax::spelled::Scalar;
use crate::syntax::value::{Value, not_finite};
use zeroize::Zeroizing;

/// How collections in brackets are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FlowStyle {
    /// JSON: every key and string in double quotes. Else quotes only where they must be.
    pub(crate) json: bool,
    /// Between key and value: `:` and perhaps a blank.
    pub(crate) colon: String,
    /// Behind the comma, where two elements share a line.
    pub(crate) gap: String,
    /// Inside the brackets of a map on one line.
    pub(crate) pad: String,
    /// By how much the lines of a collection are deeper than its brackets; none where all is on one line.
    pub(crate) unit: Option<String>,
}

/// Writes values in a [`FlowStyle`].
pub(crate) struct FlowWriter<'s> {
    style: &'s FlowStyle,
    out: Zeroizing<String>,
    indent: String,
}

impl<'s> FlowWriter<'s> {
    /// For a value that begins on a line with that indentation.
    pub(crate) fn new(style: &'s FlowStyle, indent: &str) -> Self {
        FlowWriter { style, out: Zeroizing::default(), indent: indent.to_owned() }
    }

    /// What was written, without a line break at the end.
    pub(crate) fn finish(self) -> Zeroizing<String> {
        self.out
    }

    pub(crate) fn value(&mut self, value: &Value) -> Result<()> {
        match value {
            Value::Scalar(scalar) => self.scalar(scalar),
            Value::Sequence(items) => self.group(['[', ']'], "", items.iter(), |writer, item| writer.value(item)),
            Value::Mapping(map) => {
                let pairs = map.iter_spelled();
                let style = self.style;
                self.group(['{', '}'], &style.pad, pairs, |writer, (key, spelling, value)| {
                    writer.pair(key, spelling, value)
                })
            }
        }
    }

    pub(crate) fn pair(&mut self, key: &str, spelling: Option<&Scalar>, value: &Value) -> Result<()> {
        self.key(key, spelling)?;
        self.out.push_str(&self.style.colon);
        self.value(value)
    }

    pub(crate) fn key(&mut self, key: &str, spelling: Option<&Scalar>) -> Result<()> {
        if self.style.json {
            quote(&mut self.out, key, Dialect::Own);
            return Ok(());
        }
        let mut writer = Writer::new(Layout { single: true, ..Layout::OWN });
        writer.flow_key(key, spelling);
        self.out.push_str(&writer.finish()?);
        Ok(())
    }

    fn scalar(&mut self, scalar: &Scalar) -> Result<()> {
        if !self.style.json {
            let mut writer = Writer::new(Layout { single: true, ..Layout::OWN });
            writer.flow_scalar(scalar);
            self.out.push_str(&writer.finish()?);
            return Ok(());
        }
        match scalar.resolve() {
            Resolved::Null => self.out.push_str("null"),
            Resolved::Bool(b) => self.out.push_str(if b { "true" } else { "false" }),
            Resolved::Int(i) => self.out.push_str(&i.to_string()),
            Resolved::Uint(u) => self.out.push_str(&u.to_string()),
            Resolved::Float(f) => self.out.push_str(&json_float(f).ok_or_else(not_finite)?),
            Resolved::Str(text) => quote(&mut self.out, text, Dialect::Own),
        }
        Ok(())
    }

    fn group<T>(
        &mut self,
        [open, close]: [char; 2],
        pad: &str,
        items: impl ExactSizeIterator<Item = T>,
        mut each: impl FnMut(&mut Self, T) -> Result<()>,
    ) -> Result<()> {
        self.out.push(open);
        let any = items.len() > 0;
        let outer = self.indent.len();
        let style = self.style;
        if let Some(unit) = &style.unit {
            self.indent.push_str(unit);
        }
        for (i, item) in items.enumerate() {
            if i > 0 {
                self.out.push(',');
            }
            match (&style.unit, i) {
                (Some(_), _) => self.line(),
                (None, 0) => self.out.push_str(pad),
                (None, _) => self.out.push_str(&style.gap),
            }
            each(self, item)?;
        }
        self.indent.truncate(outer);
        match (any, &style.unit) {
            (true, Some(_)) => self.line(),
            (true, None) => self.out.push_str(pad),
            (false, _) => {}
        }
        self.out.push(close);
        Ok(())
    }

    fn line(&mut self) {
        self.out.push('\n');
        self.out.push_str(&self.indent);
    }
}
