//! The changes made, and read again.

use super::Editor;
use super::anchors::keep_aliases;
use super::render::Render;
use super::same::{Side, difference};
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
    /// change without changing something else. The position is that in the document, as it stands, where it fails.
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
        let start = splices.start();
        let mut edited = splices.apply(text);
        if text.len() > 0 && !text.ends_line(text.len()) {
            // The text has no line break at its end, and gets none, unless a value there needs it.
            let end = Text::new(&edited).before_break(edited.len());
            if let Ok(result) = self.read(edited.get(..end).unwrap_or_default(), start) {
                return Ok(result);
            }
            if end == edited.len() {
                edited.push_str(text.line_break());
            }
        }
        self.read(&edited, start)
    }

    /// Reads the text as it would be read from a file, and compares what it says with what it should say. The first change is at
    /// `start`.
    fn read(&self, text: &str, start: usize) -> Result<Document> {
        let bytes = self.document.encoding().encode(text);
        // Where the error is in the new text helps nobody, who has the old one before him.
        let result =
            Document::parse_with(bytes, self.document.limits()).map_err(|error| self.refused(&error, start))?;
        self.compared(result)
    }

    fn compared(&self, result: Document) -> Result<Document> {
        let root = result.root().map_or(Side::Nothing, Side::Node);
        match difference(Side::Plan(&self.root, self.document), root) {
            None => Ok(result),
            Some(offset) => {
                let error = Error::new(ErrorKind::Refused, "something here would say something else");
                Err(self.refused(&error, offset))
            }
        }
    }

    #[cold]
    fn refused(&self, error: &Error, offset: usize) -> Error {
        let kind = if error.kind() == ErrorKind::Limit { ErrorKind::Limit } else { ErrorKind::Refused };
        let message =
            format!("the change can't be made in the text without changing something else: {}", error.message());
        let document = self.document;
        // Behind a scalar, or a bracket, YAML lets anything stand: behind other lines it would become a part of them.
        let loose = document.following().filter(|span| {
            let text = document.text().get(span.start as usize..span.end as usize).unwrap_or_default();
            !text.starts_with("---") && !text.starts_with("...")
        });
        let mut error = Error::new(kind, message).unchanged().at_offset(offset);
        if let Some(span) = loose {
            let line = document.position(span.start).line;
            error = error
                .with_help(format!("line {line} is no part of the document: remove it, or put `---` in front of it"));
        }
        document.locate(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Step;

    /// No text is known for which the splices go wrong; what happens then all the same.
    #[test]
    fn another_meaning_is_refused_with_its_line() {
        let document = Document::parse("a: 1\nb:\n  - x: 1\n    z: 2\n").unwrap();
        let z = [Step::key("b"), Step::index(0), Step::key("z")];
        for (value, edited, line) in [
            (3i64, "a: 1\nb:\n  - x: 1\n    z: 3\n", None),
            (3, "a: 2\nb:\n  - x: 1\n    z: 3\n", Some(1)),
            (3, "a: 1\nb:\n  - x: 2\n    z: 3\n", Some(3)),
            (3, "a: 1\nb:\n  - x: 1\n    z: 3\n  - 1\n", Some(3)),
            // What is written anew has no place; what it lies in has.
            (3, "a: 1\nb:\n  - x: 1\n    z: 2\n", Some(3)),
            (3, "a: 1\nb:\n  - x: 1\n", Some(3)),
            (3, "a: 1\nb: {]\n", Some(4)),
        ] {
            let mut editor = Editor::new(&document).unwrap();
            editor.set(&z, value).unwrap();
            let read = editor.read(edited, document.text().rfind("2").unwrap());
            let found = read.map_err(|error| {
                assert_eq!(error.kind(), ErrorKind::Refused);
                assert!(error.to_string().contains("the change can't be made"), "{error}");
                error.position().unwrap().line
            });
            assert_eq!(found.err(), line, "{edited}");
        }
    }
}
