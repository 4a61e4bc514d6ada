//! Lines and columns of a text.

use crate::error::Position;

/// A place whose line and column are known: the start of each line, and every so often within long ones.
pub(super) struct Mark {
    pub(super) offset: u32,
    pub(super) position: Position,
}

/// Bytes between the marks of a long line: so many have to be counted at most to find a column.
const MARK_EVERY: usize = 4096;

const CHUNK: usize = 32;

/// Whether these are characters of one byte, without an end of a line.
fn is_plain(chunk: &[u8]) -> bool {
    chunk.iter().fold(true, |all, byte| all & (0x20..0x80).contains(byte))
}

pub(super) fn marks(text: &str) -> Vec<Mark> {
    let bytes = text.as_bytes();
    let mut position = Position { line: 1, column: 1 };
    let mut marks = vec![Mark { offset: 0, position }];
    let (mut at, mut marked) = (0, 0);
    while let Some(&byte) = bytes.get(at) {
        // Whole chunks within a line first: nearly all of every long line.
        if let Some(chunk) = bytes.get(at..at + CHUNK).filter(|chunk| is_plain(chunk)) {
            at += chunk.len();
            position.column += CHUNK as u32;
            if at - marked >= MARK_EVERY {
                marked = at;
                marks.push(Mark { offset: at as u32, position });
            }
            continue;
        }
        let next = |ahead: usize| bytes.get(at + ahead).copied();
        let line_break = match byte {
            b'\r' if next(1) == Some(b'\n') => 2,
            b'\n' | b'\r' => 1,
            0xC2 if next(1) == Some(0x85) => 2,
            0xE2 if next(1) == Some(0x80) && matches!(next(2), Some(0xA8 | 0xA9)) => 3,
            _ => 0,
        };
        if line_break > 0 {
            at += line_break;
            position = Position { line: position.line + 1, column: 1 };
        } else {
            at += 1;
            while bytes.get(at).is_some_and(|b| b & 0xC0 == 0x80) {
                at += 1;
            }
            position.column += 1;
        }
        if line_break > 0 || at - marked >= MARK_EVERY {
            marked = at;
            marks.push(Mark { offset: at as u32, position });
        }
    }
    marks
}

pub(super) fn position_after(marks: &[Mark], text: &str, offset: u32) -> Position {
    let index = marks.partition_point(|mark| mark.offset <= offset).saturating_sub(1);
    let Some(mark) = marks.get(index) else { return Position { line: 1, column: 1 } };
    let between = text.get(mark.offset as usize..offset as usize).map_or(0, |text| text.chars().count());
    Position { line: mark.position.line, column: mark.position.column + between as u32 }
}

/// Line and column of the byte `offset` of `text`, where there is no document yet.
pub(super) fn position_in(text: &str, offset: usize) -> Position {
    let before = text.get(..offset).unwrap_or(text);
    position_after(&marks(before), before, before.len() as u32)
}
