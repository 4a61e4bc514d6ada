//! The changes made, and read again.

use super::Editor;
use super::anchors::keep_aliases;
use super::render::Render;
use super::same::{Side, same};
use super::text::Text;
use crate::error::{Error, ErrorKind, Result};
use crate::syntax::document::Document;

impl Editor<'_> {
    /// Makes the changes, and reads the result. Encoding, byte order mark and the rest are those of the document; where
    /// nothing changes it is the document itself.
    ///
    /// # Errors
    /// [`ErrorKind::Unrepresentable`] for a value kubectl could not read (infinity), [`ErrorKind::Limit`] where the result is too
    /// large, and [`ErrorKind::Refused`] where it would not be read as what it should say: then this crate has no way to make the
    /// change without changing something else.
    pub fn finish(mut self) -> Result<Document> {
        if !self.is_changed() {
            return Ok(self.document.clone());
        }
        // What aliases stood for has to be seen before it is moved.
        keep_aliases(self.document, &mut self.root)?;
        let splices = Render::splices(self.document, &self.root)?;
        if splices.is_empty() {
            return self.compared(self.document.clone());
        }
        let text = Text::new(self.document.text());
        let mut edited = splices.apply(text);
        if text.len() > 0 && !text.ends_line(text.len()) {
            // The text has no line break at its end, and gets none, unless a value there needs it.
            let end = Text::new(&edited).before_break(edited.len());
            if let Ok(result) = self.read(edited.get(..end).unwrap_or_default()) {
                return Ok(result);
            }
            if end == edited.len() {
                edited.push_str(text.line_break());
            }
        }
        self.read(&edited)
    }

    /// Reads the text as it would be read from a file, and compares what it says with what it should say.
    fn read(&self, text: &str) -> Result<Document> {
        let bytes = self.document.encoding().encode(text);
        let result = Document::parse_with(bytes, self.document.limits()).map_err(|error| refused(&error))?;
        self.compared(result)
    }

    fn compared(&self, result: Document) -> Result<Document> {
        let root = result.root().map_or(Side::Nothing, Side::Node);
        if same(Side::Plan(&self.root, self.document), root) {
            return Ok(result);
        }
        Err(refused(&Error::new(ErrorKind::Refused, "it would say something else")))
    }
}

/// The position would be one in a text nobody sees.
#[cold]
fn refused(error: &Error) -> Error {
    let kind = if error.kind() == ErrorKind::Limit { ErrorKind::Limit } else { ErrorKind::Refused };
    Error::new(
        kind,
        format!("the change can't be made in the text without changing something else: {}", error.message()),
    )
    .with_help("nothing was changed")
}
