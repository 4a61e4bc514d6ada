//! The text of a document, shared by everything read from it and wiped with the last that holds it.

use crate::secret::wipe;
use std::fmt;
use std::sync::Arc;

/// Two buffers: the file as UTF-8, and what scalars decode to where that is not a piece of the file (escapes, folding).
#[derive(Default)]
pub(crate) struct Text {
    pub(crate) source: String,
    pub(crate) decoded: String,
}

impl Drop for Text {
    fn drop(&mut self) {
        wipe(&mut std::mem::take(&mut self.source).into_bytes());
        wipe(&mut std::mem::take(&mut self.decoded).into_bytes());
    }
}

/// A piece of one of the two buffers. Spans are `u32`: a document is smaller than 4 GiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) decoded: bool,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Text {
    pub(crate) fn get(&self, piece: Piece) -> &str {
        let buffer = if piece.decoded { &self.decoded } else { &self.source };
        buffer.get(piece.start as usize..piece.end as usize).unwrap_or_default()
    }
}

/// A piece of a shared text: cheap to clone, and no copy of what it shows.
#[derive(Clone)]
pub(crate) struct Slice {
    text: Arc<Text>,
    piece: Piece,
}

impl Slice {
    pub(crate) fn new(text: Arc<Text>, piece: Piece) -> Self {
        Slice { text, piece }
    }

    pub(crate) fn as_str(&self) -> &str {
        self.text.get(self.piece)
    }
}

impl From<String> for Slice {
    /// Text of its own. Beyond 4 GiB, which no caller of this crate makes, it is empty.
    fn from(source: String) -> Self {
        let end = u32::try_from(source.len()).unwrap_or(0);
        Slice {
            text: Arc::new(Text { source, decoded: String::new() }),
            piece: Piece { decoded: false, start: 0, end },
        }
    }
}

impl fmt::Debug for Slice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes of text", self.as_str().len())
    }
}
