//! Places in a text: byte ranges, and lines with columns in the encodings that editors count in.

use serde::Serialize;

/// Half-open range of bytes in a UTF-8 text. Both ends lie on character boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize)]
pub struct TextRange {
    pub start: u32,
    pub end: u32,
}

impl TextRange {
    /// The range from `start` up to, and without, `end`.
    pub fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The range of no bytes at `offset`.
    pub fn empty(offset: u32) -> Self {
        Self { start: offset, end: offset }
    }

    /// Whether `offset` lies inside, or at either end: where a cursor counts as touching.
    pub fn touches(self, offset: u32) -> bool {
        self.start <= offset && offset <= self.end
    }

    /// Whether `other` lies inside this range.
    pub fn contains(self, other: TextRange) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The smallest range that holds both.
    pub fn cover(self, other: TextRange) -> TextRange {
        TextRange::new(self.start.min(other.start), self.end.max(other.end))
    }

    /// Number of bytes.
    pub fn len(self) -> u32 {
        self.end.saturating_sub(self.start)
    }

    /// Whether it holds no byte.
    pub fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// The part of `text` that this range names; empty where it does not fit.
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

/// The unit in which a client counts columns (LSP 3.17, `PositionEncodingKind`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    Utf8,
    #[default]
    Utf16,
    Utf32,
}

/// Line and column, both from zero; the column in the units of an [`Encoding`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Position {
    pub line: u32,
    pub column: u32,
}

/// Where the lines of one text start. Lines end with `\n`, `\r\n` or `\r`, as LSP has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineIndex {
    starts: Vec<u32>,
    length: u32,
}

impl LineIndex {
    /// Reads `text` once.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (index, byte) in bytes.iter().enumerate() {
            let ends = *byte == b'\n' || (*byte == b'\r' && bytes.get(index + 1) != Some(&b'\n'));
            if ends {
                starts.push(index as u32 + 1);
            }
        }
        Self { starts, length: text.len() as u32 }
    }

    /// Number of lines; a text that ends with a line break has an empty last line.
    pub fn n_lines(&self) -> u32 {
        self.starts.len() as u32
    }

    /// The line (from zero) in which `offset` lies.
    pub fn line_of(&self, offset: u32) -> u32 {
        self.starts.partition_point(|start| *start <= offset) as u32 - 1
    }

    /// Bytes of `line` with its line break; empty past the last line.
    pub fn line_range(&self, line: u32) -> TextRange {
        let start = self.starts.get(line as usize).copied().unwrap_or(self.length);
        let end = self.starts.get(line as usize + 1).copied().unwrap_or(self.length);
        TextRange::new(start, end)
    }

    /// Line and column of `offset`; an offset inside a character is moved to its start.
    pub fn position(&self, text: &str, offset: u32, encoding: Encoding) -> Position {
        let mut offset = offset.min(self.length) as usize;
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.line_of(offset as u32);
        let before = &text[self.starts[line as usize] as usize..offset];
        let column = match encoding {
            Encoding::Utf8 => before.len(),
            Encoding::Utf16 => before.encode_utf16().count(),
            Encoding::Utf32 => before.chars().count(),
        };
        Position { line, column: column as u32 }
    }

    /// Byte offset of `position`. A column past the end of its line means the line's end, as LSP demands.
    pub fn offset(&self, text: &str, position: Position, encoding: Encoding) -> u32 {
        let range = self.line_range(position.line);
        let line = range.of(text).trim_end_matches(['\n', '\r']);
        let mut units = 0;
        for (index, character) in line.char_indices() {
            if units >= position.column {
                return range.start + index as u32;
            }
            units += match encoding {
                Encoding::Utf8 => character.len_utf8(),
                Encoding::Utf16 => character.len_utf16(),
                Encoding::Utf32 => 1,
            } as u32;
        }
        range.start + line.len() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_and_offsets_are_inverse_in_each_encoding() {
        let text = "a = 'é𝄞x'\r\nb\rc\n";
        let lines = LineIndex::new(text);
        assert_eq!(lines.n_lines(), 4);
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
            for (offset, _) in text.char_indices().filter(|(_, c)| !matches!(c, '\n' | '\r')) {
                let position = lines.position(text, offset as u32, encoding);
                assert_eq!(lines.offset(text, position, encoding), offset as u32, "{offset} {encoding:?}");
            }
        }
        let x = text.find('x').expect("in the text") as u32;
        assert_eq!(lines.position(text, x, Encoding::Utf8).column, 11);
        assert_eq!(lines.position(text, x, Encoding::Utf16).column, 8);
        assert_eq!(lines.position(text, x, Encoding::Utf32).column, 7);
    }

    #[test]
    fn what_lies_outside_is_moved_inside() {
        let text = "é\nab";
        let lines = LineIndex::new(text);
        assert_eq!(lines.offset(text, Position { line: 0, column: 99 }, Encoding::Utf16), 2);
        assert_eq!(lines.offset(text, Position { line: 9, column: 0 }, Encoding::Utf16), 5);
        assert_eq!(lines.position(text, 1, Encoding::Utf8), Position { line: 0, column: 0 });
    }
}
