//! Where string literals end, and where those end that lack their quotes.

use super::literals::Prefix;
use super::mend::{MENDED_NAME, Mend};
use super::scan::{EndsIn, Scanner, is_name_byte};

/// How deep f-strings may nest before their quotes are no longer matched (CPython allows 150).
const MAX_FORMAT_DEPTH: u32 = 16;

/// Where a literal ends.
enum End {
    /// After its quotes.
    At(usize),
    /// Nowhere on its line, or nowhere at all for triple quotes.
    Missing,
}

impl Scanner<'_, '_> {
    /// Bytes before the quote, where a string starts here.
    pub(super) fn string_length(&self) -> Option<usize> {
        for ahead in 0..=2 {
            match self.byte(ahead) {
                b'"' | b'\'' => return Some(ahead),
                byte if b"rRbBfFuUtT".contains(&byte) => {}
                _ => return None,
            }
        }
        None
    }

    /// Takes the string that starts here; one that does not end is closed.
    pub(super) fn string(&mut self) {
        let start = self.at;
        let length = self.string_length().unwrap_or_default();
        let prefix = Prefix::of(&self.text[start..start + length]);
        match string_end(self.bytes, start + length, prefix, 0, &mut self.reach) {
            End::At(end) => self.at = end,
            End::Missing if self.is_before_cursor && self.is_last_line(start + length) => {
                self.at = self.end;
                self.out.ends_in = EndsIn::String(start + length);
            }
            End::Missing => self.close_string(start + length, prefix),
        }
    }

    /// Whether a string that starts at `quote` and does not end goes on up to the end of the text.
    fn is_last_line(&self, quote: usize) -> bool {
        is_triple(self.bytes, quote) || self.line_end(quote) == self.end
    }

    /// Closes a string at the end of its line, or before the bracket or comma that stands where its quote was forgotten.
    fn close_string(&mut self, quote: usize, prefix: Prefix) {
        let is_triple = is_triple(self.bytes, quote);
        let content = quote + if is_triple { 3 } else { 1 };
        let line = &self.bytes[content..];
        let length = line.iter().position(|byte| match byte {
            b'\n' | b'\r' => true,
            b')' | b']' => !is_triple && !prefix.is_format,
            b',' => !is_triple && !prefix.is_format,
            _ => false,
        });
        self.at = content + length.unwrap_or(line.len());
        // A backslash before the quote would take it away.
        let n_backslashes = self.bytes[content..self.at].iter().rev().take_while(|byte| **byte == b'\\').count();
        let mut text = String::new();
        if n_backslashes % 2 == 1 {
            text.push('\\');
        }
        if prefix.is_format {
            let (n_open, is_empty) = open_braces(&self.bytes[content..self.at]);
            if is_empty {
                text.push_str(MENDED_NAME);
            }
            text.extend(std::iter::repeat_n('}', n_open));
        }
        let quotes = if is_triple { 3 } else { 1 };
        text.extend(std::iter::repeat_n(char::from(self.bytes[quote]), quotes));
        self.out.mends.push(Mend { offset: self.at as u32, text: text.into() });
    }
}

/// Where the string ends whose quotes start at `quote`; none where it lacks its end.
pub(crate) fn closed_end(text: &str, quote: usize) -> Option<usize> {
    match string_end(text.as_bytes(), quote, prefix_before(text.as_bytes(), 0, quote), 0, &mut 0) {
        End::At(end) => Some(end),
        End::Missing => None,
    }
}

/// Where a string starts on the line from `at` that lacks its end.
pub(crate) fn open_string(text: &str, mut at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\n' | b'\r' | b'#' => return None,
            b'"' | b'\'' => match closed_end(text, at) {
                Some(end) => at = end,
                None => return Some(at),
            },
            _ => at += 1,
        }
    }
    None
}

/// Whether the string at `quote` is one whose braces hold values, and how many of them are open before `at`.
pub(crate) fn open_values(text: &str, quote: usize, at: usize) -> usize {
    let bytes = text.as_bytes();
    if !prefix_before(bytes, 0, quote).is_format {
        return 0;
    }
    let content = quote + if is_triple(bytes, quote) { 3 } else { 1 };
    bytes.get(content..at).map_or(0, |content| open_braces(content).0)
}

pub(crate) fn is_triple_at(text: &str, quote: usize) -> bool {
    is_triple(text.as_bytes(), quote)
}

/// The letters before a quote, not looking before `start`.
fn prefix_before(bytes: &[u8], start: usize, quote: usize) -> Prefix {
    let before = &bytes[start..quote];
    let n_letters = before.iter().rev().take_while(|byte| b"rRbBfFuUtT".contains(byte)).count();
    // `sort"`: letters of a name before it are no prefix.
    let is_name = n_letters > 2 || before.iter().rev().nth(n_letters).is_some_and(|byte| is_name_byte(*byte));
    if is_name {
        return Prefix::default();
    }
    let letters: String = before[before.len() - n_letters..].iter().map(|byte| char::from(*byte)).collect();
    Prefix::of(&letters)
}

fn is_triple(bytes: &[u8], quote: usize) -> bool {
    let mark = bytes[quote];
    bytes.get(quote + 1) == Some(&mark) && bytes.get(quote + 2) == Some(&mark)
}

/// Number of braces left open, and whether nothing stands after the last.
fn open_braces(content: &[u8]) -> (usize, bool) {
    let (mut n_open, mut index) = (0, 0);
    while let Some(byte) = content.get(index) {
        match byte {
            b'{' if n_open == 0 && content.get(index + 1) == Some(&b'{') => index += 1,
            b'{' => n_open += 1,
            b'}' => n_open = usize::saturating_sub(n_open, 1),
            _ => {}
        }
        index += 1;
    }
    let is_empty = n_open > 0 && content.trim_ascii_end().ends_with(b"{");
    (n_open, is_empty)
}

/// The end of the string whose quotes start at `quote`; `reach` grows to where the text was looked at for it.
fn string_end(bytes: &[u8], quote: usize, prefix: Prefix, depth: u32, reach: &mut usize) -> End {
    let (mark, is_triple) = (bytes[quote], is_triple(bytes, quote));
    let mut at = quote + if is_triple { 3 } else { 1 };
    let end = loop {
        let Some(byte) = bytes.get(at).copied() else { break End::Missing };
        match byte {
            b'\\' => at += if bytes[at..].starts_with(b"\\\r\n") { 3 } else { 2 },
            b'\n' | b'\r' if !is_triple => break End::Missing,
            b'{' if prefix.is_format && bytes.get(at + 1) == Some(&b'{') => at += 2,
            b'{' if prefix.is_format && depth < MAX_FORMAT_DEPTH => {
                match value_end(bytes, at, mark, is_triple, depth, reach) {
                    Some(end) => at = end,
                    None => at += 1,
                }
            }
            _ if byte == mark && !is_triple => break End::At(at + 1),
            _ if byte == mark && bytes.get(at + 1) == Some(&mark) && bytes.get(at + 2) == Some(&mark) => {
                break End::At(at + 3);
            }
            _ => at += 1,
        }
    };
    *reach = at.max(*reach);
    end
}

/// The end of the `{value:format}` that starts at `open`; none where it is not closed on its line, or, for a string in triple
/// quotes, before they come.
fn value_end(bytes: &[u8], open: usize, mark: u8, is_triple: bool, depth: u32, reach: &mut usize) -> Option<usize> {
    let (mut at, mut n_open) = (open, 0);
    let end = loop {
        let Some(byte) = bytes.get(at).copied() else { break None };
        match byte {
            b'{' | b'(' | b'[' => n_open += 1,
            b')' | b']' => n_open -= 1,
            b'}' if n_open == 1 => break Some(at + 1),
            b'}' => n_open -= 1,
            b'\n' | b'\r' if !is_triple => break None,
            b'"' | b'\'' => {
                if is_triple && byte == mark && self::is_triple(bytes, at) {
                    break None;
                }
                match string_end(bytes, at, prefix_before(bytes, open, at), depth + 1, reach) {
                    End::At(end) => {
                        at = end;
                        continue;
                    }
                    End::Missing => break None,
                }
            }
            _ => {}
        }
        at += 1;
    };
    *reach = at.max(*reach);
    end
}
