//! The text as it may be once the word at the cursor is typed, for what has to be known while it is typed.

use mlwright_source_text::TextRange;

use super::lower::mend::Mend;
use super::lower::scan::{Before, EndsIn, Scanned};
use super::lower::strings;

/// Name that stands at the cursor where a name or value has yet to be typed.
pub const PLACEHOLDER: &str = "__mlwright_cursor__";

/// A text that is well formed around the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repaired {
    /// Up to the cursor the same text.
    pub text: String,
    /// Where the [`PLACEHOLDER`] stands, if one was needed; it starts at the cursor.
    pub placeholder: Option<TextRange>,
}

/// `text` with the statement around `offset` made well formed: a string that is open there closed after the word, brackets
/// closed, and a [`PLACEHOLDER`] put where a name or value is missing. Nothing before the cursor changes.
pub(crate) fn repair(text: &str, offset: u32, scanned: &mut Scanned) -> Repaired {
    let mut cursor = (offset as usize).min(text.len());
    while !text.is_char_boundary(cursor) {
        cursor -= 1;
    }
    let mut repaired = Repaired { text: text.to_owned(), placeholder: None };
    match scanned.before_cursor(&text[..cursor]) {
        EndsIn::Comment | EndsIn::Magic => return repaired,
        EndsIn::String(quote) => repaired.complete_string(quote, cursor),
        EndsIn::Code(before) => {
            if lacks_value(before, &text[..cursor], &text[cursor..]) {
                repaired.place(cursor);
            }
        }
    }
    repaired.complete_statement(cursor, scanned);
    repaired
}

impl Repaired {
    fn place(&mut self, cursor: usize) {
        self.text.insert_str(cursor, PLACEHOLDER);
        self.placeholder = Some(TextRange::new(cursor as u32, (cursor + PLACEHOLDER.len()) as u32));
    }

    fn complete_string(&mut self, quote: usize, cursor: usize) {
        let n_values = strings::open_values(&self.text, quote, cursor);
        if n_values > 0 {
            let ends_open =
                self.text[..cursor].trim_end().ends_with(['.', '{', '(', '[', ',', '=', '+', '-', '*', '/']);
            if ends_open && !self.text[cursor..].starts_with(is_name) {
                self.place(cursor);
            }
        }
        let is_closed = match strings::closed_end(&self.text, quote) {
            // The quote that ends it may be the first of another string, which then lacks its own end.
            Some(end) => strings::is_triple_at(&self.text, quote) || strings::open_string(&self.text, end).is_none(),
            None => false,
        };
        if is_closed {
            return;
        }
        let from = self.placeholder.map_or(cursor, |range| range.end as usize);
        let rest = &self.text[from..];
        let word = rest.find(|character| !is_name(character)).unwrap_or(rest.len());
        let mut end = "}".repeat(n_values);
        let n_quotes = if strings::is_triple_at(&self.text, quote) { 3 } else { 1 };
        end.push_str(&self.text[quote..quote + 1].repeat(n_quotes));
        self.text.insert_str(from + word, &end);
    }

    /// Puts in what the statement lacks after the cursor.
    fn complete_statement(&mut self, cursor: usize, scanned: &mut Scanned) {
        let scan = scanned.scan(&self.text);
        let cursor = cursor as u32;
        let Some(line) =
            scan.lines.iter().find(|line| line.range.touches(cursor) && line.range.end > cursor).or(scan.lines.last())
        else {
            return;
        };
        let inside = |mend: &&Mend| cursor <= mend.offset && mend.offset <= line.range.end;
        // From the last to the first, so that the offsets of those before stay; at one offset the first stays in front.
        for mend in scan.mends.iter().filter(inside).collect::<Vec<_>>().into_iter().rev() {
            self.text.insert_str(mend.offset as usize, &mend.text);
        }
    }
}

/// Whether a name or value has to stand between `text` and `rest`.
fn lacks_value(before: Before, text: &str, rest: &str) -> bool {
    if text.ends_with(is_name) || rest.starts_with(is_name) {
        return false;
    }
    if before == Before::Value {
        return false;
    }
    let next = rest.trim_start_matches([' ', '\t']).chars().next();
    let next_is_value =
        next.is_some_and(|next| is_name(next) || matches!(next, '"' | '\'' | '(' | '[' | '{' | '-' | '~'));
    before == Before::Dot || !next_is_value
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

#[cfg(test)]
mod tests;
