//! A piece of a text with what was put in so that it parses, and the way from its offsets back to the text's.

use std::borrow::Cow;

use mlwright_source_text::TextRange;

/// Stands where a name or value is missing; becomes [`ExprKind::Missing`](crate::ast::ExprKind::Missing) or an empty name.
pub(crate) const MENDED_NAME: &str = "__not_there__";

/// Something to put in at an offset of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mend {
    pub offset: u32,
    pub text: Cow<'static, str>,
}

/// A piece of a text, mended.
#[derive(Debug)]
pub(super) struct Mended<'t> {
    text: Cow<'t, str>,
    /// Where the piece starts in the whole text.
    start: u32,
    insertions: Vec<Insertion>,
}

#[derive(Debug)]
struct Insertion {
    /// Bytes of the mended piece that are not in the text.
    start: u32,
    end: u32,
    /// Bytes put in up to the end of this one.
    total: u32,
}

impl<'t> Mended<'t> {
    /// `piece` of `text` with `mends`, which lie inside it in the order of their offsets.
    pub(super) fn new(text: &'t str, piece: TextRange, mends: &[Mend]) -> Self {
        let source = piece.of(text);
        if mends.is_empty() {
            return Self { text: source.into(), start: piece.start, insertions: Vec::new() };
        }
        let mut mended = String::with_capacity(source.len() + 16 * mends.len());
        let (mut insertions, mut done, mut total) = (Vec::with_capacity(mends.len()), 0, 0);
        for mend in mends {
            let at = (mend.offset - piece.start) as usize;
            mended.push_str(&source[done..at]);
            done = at;
            let start = mended.len() as u32;
            mended.push_str(&mend.text);
            total += mend.text.len() as u32;
            insertions.push(Insertion { start, end: mended.len() as u32, total });
        }
        mended.push_str(&source[done..]);
        Self { text: mended.into(), start: piece.start, insertions }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The bytes of the whole text that stand for bytes of the mended piece.
    pub(super) fn range(&self, start: usize, end: usize) -> TextRange {
        TextRange::new(self.original(start as u32), self.original(end as u32))
    }

    fn original(&self, offset: u32) -> u32 {
        let before = self.insertions.partition_point(|insertion| insertion.start < offset);
        let shift = match before.checked_sub(1).and_then(|index| self.insertions.get(index)) {
            Some(last) if offset < last.end => last.total - (last.end - offset),
            Some(last) => last.total,
            None => 0,
        };
        self.start + offset - shift
    }
}
