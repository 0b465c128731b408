//! Incremental changes of a text, as `didChange` brings them.

use std::borrow::Cow;

use lsp_types::TextDocumentContentChangeEvent;
use mlwright_language::{Encoding, LineIndex};

use crate::convert;

/// The text after all of `changes`, each made on what the one before left. `lines` are those of `text`.
///
/// Editors send the changes of many cursors from the last to the first. Lines above every change so far are where they
/// were, so only a change further down needs the lines to be looked for again.
pub(crate) fn apply(
    text: &str,
    lines: &LineIndex,
    changes: Vec<TextDocumentContentChangeEvent>,
    encoding: Encoding,
) -> String {
    let mut text = text.to_owned();
    let mut lines = Cow::Borrowed(lines);
    let mut n_lines_unchanged = u32::MAX;
    for change in changes {
        let Some(range) = change.range else {
            text = change.text;
            n_lines_unchanged = 0;
            continue;
        };
        if range.start.line.max(range.end.line) >= n_lines_unchanged {
            lines = Cow::Owned(LineIndex::new(&text));
        }
        let start = lines.offset(&text, convert::position(range.start), encoding) as usize;
        let end = lines.offset(&text, convert::position(range.end), encoding) as usize;
        text.replace_range(start.min(end)..start.max(end), &change.text);
        n_lines_unchanged = range.start.line.min(range.end.line);
    }
    text
}

#[cfg(test)]
mod tests {
    use lsp_types::{Position, Range};

    use super::*;

    fn change(start: (u32, u32), end: (u32, u32), text: &str) -> TextDocumentContentChangeEvent {
        let at = |(line, character)| Position { line, character };
        TextDocumentContentChangeEvent {
            range: Some(Range { start: at(start), end: at(end) }),
            range_length: None,
            text: text.to_owned(),
        }
    }

    fn check(text: &str, changes: Vec<TextDocumentContentChangeEvent>, expected: &str) {
        // One after the other, with nothing remembered, is how the protocol defines it.
        let mut plain = text.to_owned();
        for change in changes.clone() {
            plain = apply(&plain, &LineIndex::new(&plain), vec![change], Encoding::Utf16);
        }
        assert_eq!(plain, expected);
        assert_eq!(apply(text, &LineIndex::new(text), changes, Encoding::Utf16), expected);
    }

    #[test]
    fn changes_build_on_each_other_whatever_their_order() {
        check(
            "a\nb\nc\n",
            vec![change((2, 0), (2, 1), "C"), change((1, 0), (1, 1), "B\nB"), change((0, 0), (0, 0), "x")],
            "xa\nB\nB\nC\n",
        );
        check(
            "a\nb\nc\n",
            vec![change((0, 1), (0, 1), "1\n2"), change((3, 1), (3, 1), "!"), change((1, 0), (3, 0), "")],
            "a1\nc!\n",
        );
        check(
            "a\nb",
            vec![change((1, 1), (1, 1), "\n"), change((2, 0), (2, 0), "d"), change((9, 9), (9, 9), "e")],
            "a\nb\nde",
        );
        check("aé𝄞b", vec![change((0, 2), (0, 4), "-"), change((0, 1), (0, 2), "")], "a-b");
        check("a\rb", vec![change((1, 0), (1, 0), "\n"), change((0, 1), (1, 0), " ")], "a b");
    }

    #[test]
    fn a_whole_text_replaces_everything() {
        let whole =
            |text: &str| TextDocumentContentChangeEvent { range: None, range_length: None, text: text.to_owned() };
        check("a\nb\n", vec![change((0, 0), (1, 0), ""), whole("x\ny\n"), change((1, 0), (1, 1), "z")], "x\nz\n");
    }
}
