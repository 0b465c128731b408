//! What can stand where the cursor is. It is told by the words before, since what follows may not be written yet.

use mlwright_source_text::TextRange;

use crate::fragment::Reading;
use crate::functions;
use crate::signature::call_around;
use crate::syntax::{Clause, Ident, Path, SelectId};
use crate::tokens::{Token, TokenKind};
use crate::words::is_reserved;

/// The cursor's place.
pub(super) struct Spot {
    pub(super) place: Place,
    /// What an offer replaces.
    pub(super) edit: TextRange,
    /// The part of it before the cursor.
    pub(super) prefix: String,
    pub(super) offset: u32,
    /// How many tokens stand before what is being typed.
    pub(super) before: usize,
}

#[derive(Debug)]
pub(super) enum Place {
    /// Where a statement begins.
    Statement,
    /// The name of a table.
    Table { select: Option<SelectId> },
    /// Between quotes where a table or a file is named.
    File { is_quoted_name: bool, select: Option<SelectId> },
    /// Behind `t.`
    Column { select: SelectId, qualifier: Path },
    /// Anything that has a value.
    Operand { select: SelectId, clause: Clause },
    /// Between the quotes of a name.
    QuotedColumn { select: SelectId },
    /// In `USING (…)`.
    Using { select: SelectId },
    /// Right behind `*` or `t.*`.
    Star { select: SelectId, qualifier: Path },
    /// Behind something that has a value, or behind a table.
    Behind { select: SelectId, clause: Clause },
    /// Behind AS in a CAST.
    Type,
    /// In the string that names an endpoint.
    Endpoint,
}

/// What can stand at `offset`; `None` where nothing can be offered.
pub(super) fn spot(reading: &Reading<'_>, offset: u32) -> Option<Spot> {
    let (text, script) = (reading.text, reading.script);
    let is_in = |comment: &Token| {
        let is_line = !comment.text(text).starts_with("/*") && !comment.text(text).starts_with("{#");
        comment.range.start < offset
            && (offset < comment.range.end || (offset == comment.range.end && (is_line || !comment.is_closed)))
    };
    if script.comments.iter().any(is_in) {
        return None;
    }
    let position = script.token_after(offset.saturating_sub(1));
    let current = script.tokens.get(position).filter(|token| {
        let is_inside = token.range.start < offset && offset <= token.range.end;
        let is_behind =
            token.is_closed && offset == token.range.end && matches!(token.kind, TokenKind::String | TokenKind::Quoted);
        is_inside && !is_behind && token.kind != TokenKind::Sign
    });
    // A token that ends at the cursor and is done belongs to what stands before.
    let before = match current {
        Some(_) => position,
        None => script.tokens.partition_point(|token| token.range.end <= offset),
    };
    match current.map(|token| (token.kind, token)) {
        None => unquoted(reading, offset, before, TextRange::empty(offset)),
        Some((TokenKind::Word, token)) => unquoted(reading, offset, before, token.range),
        Some((TokenKind::Quoted, token)) => quoted(reading, offset, before, token),
        Some((TokenKind::String, token)) => string(reading, offset, before, token),
        Some(_) => None,
    }
}

/// The bytes between the quotes, as far as they lie on the cursor's line; of a string that is not closed up to the cursor.
fn content(text: &str, token: &Token, offset: u32) -> Option<TextRange> {
    let content = token.content(text);
    let end = if token.is_closed { content.end } else { offset };
    let range = TextRange::new(content.start, end.max(content.start));
    (range.touches(offset) && !range.of(text).contains(['\n', '\r'])).then_some(range)
}

fn at(text: &str, place: Place, edit: TextRange, offset: u32, before: usize) -> Spot {
    let prefix = TextRange::new(edit.start.min(offset), offset).of(text).to_owned();
    Spot { place, edit, prefix, offset, before }
}

fn string(reading: &Reading<'_>, offset: u32, before: usize, token: &Token) -> Option<Spot> {
    let text = reading.text;
    let range = content(text, token, offset)?;
    let call = call_around(reading, before);
    let select = reading.script.select_at(offset);
    let is_endpoint = call.as_ref().is_some_and(|call| functions::asks_endpoint(call.name) && call.n_separators == 0);
    if is_endpoint {
        return Some(at(text, Place::Endpoint, range, offset, before));
    }
    let reads_file = call.as_ref().is_some_and(|call| functions::reads_file(call.name) && call.n_separators == 0);
    (reads_file || expects_table(reading, before))
        .then(|| at(text, Place::File { is_quoted_name: false, select }, range, offset, before))
}

fn quoted(reading: &Reading<'_>, offset: u32, before: usize, token: &Token) -> Option<Spot> {
    let text = reading.text;
    let range = content(text, token, offset)?;
    let select = reading.script.select_at(offset);
    if expects_table(reading, before) {
        return Some(at(text, Place::File { is_quoted_name: true, select }, range, offset, before));
    }
    let select = select?;
    match qualifier(reading, before) {
        Some((qualifier, _)) => Some(at(text, Place::Column { select, qualifier }, range, offset, before)),
        None => Some(at(text, Place::QuotedColumn { select }, range, offset, before)),
    }
}

fn unquoted(reading: &Reading<'_>, offset: u32, before: usize, edit: TextRange) -> Option<Spot> {
    let (text, script) = (reading.text, reading.script);
    let statement = script.statement_at(edit.start)?;
    let first = statement.tokens.start;
    let done = |place, edit| Some(at(text, place, edit, offset, before));
    let select = script.select_at(edit.start).filter(|id| script.select(*id).range.start < edit.start);
    if let Some((qualifier, start)) = qualifier(reading, before) {
        if expects_table(reading, start) {
            let edit = TextRange::new(script.tokens[start].range.start, edit.end);
            return done(Place::Table { select }, edit);
        }
        return done(Place::Column { select: select?, qualifier }, edit);
    }
    if before <= first {
        return done(Place::Statement, edit);
    }
    let previous = &script.tokens[before - 1];
    if expects_table(reading, before) {
        return done(Place::Table { select }, edit);
    }
    if previous.is_word(text, "AS") {
        let is_cast = call_around(reading, before).is_some_and(|call| call.name.to_ascii_uppercase().ends_with("CAST"));
        return if is_cast { done(Place::Type, edit) } else { None };
    }
    if previous.is_sign(text, "::") {
        return done(Place::Type, edit);
    }
    // `(` that may begin a query, behind AS, FROM, IN.
    let Some(select) = select else {
        return if previous.is_sign(text, "(") || previous.is_sign(text, ")") {
            done(Place::Statement, edit)
        } else {
            None
        };
    };
    if call_around(reading, before).is_some_and(|call| call.name.eq_ignore_ascii_case("USING")) {
        return done(Place::Using { select }, edit);
    }
    let clause = script.select(select).clause_at(edit.start);
    if edit.is_empty()
        && previous.range.end == offset
        && previous.is_sign(text, "*")
        && is_star(reading, before - 1)
        && clause == Clause::Items
    {
        let path = qualifier_of_star(reading, before - 1);
        let start = path.first().map_or(previous.range.start, |part| part.range.start);
        return Some(at(text, Place::Star { select, qualifier: path }, TextRange::new(start, offset), offset, before));
    }
    if ends_operand(reading, before - 1) {
        done(Place::Behind { select, clause }, edit)
    } else {
        done(Place::Operand { select, clause }, edit)
    }
}

/// The chain of names that ends with a dot before token `before`, and the position of its first token.
fn qualifier(reading: &Reading<'_>, before: usize) -> Option<(Path, usize)> {
    let (text, tokens) = (reading.text, &reading.script.tokens);
    let mut path = Path::new();
    let mut at = before;
    while at >= 2 && tokens[at - 1].is_sign(text, ".") {
        let name = &tokens[at - 2];
        if !matches!(name.kind, TokenKind::Word | TokenKind::Quoted | TokenKind::String) {
            break;
        }
        path.insert(0, Ident { name: name.value(text).into(), range: name.range, kind: name.kind });
        at -= 2;
    }
    (!path.is_empty()).then_some((path, at))
}

fn qualifier_of_star(reading: &Reading<'_>, star: usize) -> Path {
    qualifier(reading, star).map(|(path, _)| path).unwrap_or_default()
}

/// Whether the `*` at this position stands for columns, rather than multiplies.
fn is_star(reading: &Reading<'_>, star: usize) -> bool {
    let Some(before) = star.checked_sub(1).map(|at| &reading.script.tokens[at]) else { return false };
    before.is_sign(reading.text, ",")
        || before.is_sign(reading.text, ".")
        || ["SELECT", "DISTINCT", "ALL"].iter().any(|word| before.is_word(reading.text, word))
}

/// Whether the name of a table comes behind the first `before` tokens.
fn expects_table(reading: &Reading<'_>, before: usize) -> bool {
    let (text, script) = (reading.text, reading.script);
    let Some(previous) = before.checked_sub(1).map(|at| &script.tokens[at]) else { return false };
    let is = |word: &str| previous.is_word(text, word);
    if is("FROM") {
        let is_comparison = before >= 2 && script.tokens[before - 2].is_word(text, "DISTINCT");
        let with_from = ["EXTRACT", "SUBSTRING", "TRIM", "OVERLAY"];
        let in_call = call_around(reading, before)
            .is_some_and(|call| with_from.iter().any(|name| call.name.eq_ignore_ascii_case(name)));
        return !is_comparison && !in_call;
    }
    if is("JOIN") || is("INTO") || is("UPDATE") || is("TABLE") || is("DESCRIBE") || is("SUMMARIZE") {
        return true;
    }
    if !previous.is_sign(text, ",") {
        return false;
    }
    // `FROM a, |`: no parenthesis was opened since FROM.
    let Some(select) = script.select_at(previous.range.start) else { return false };
    let select = script.select(select);
    let from = select.clauses.iter().rev().find(|(_, start)| *start < previous.range.start);
    let Some((Clause::From, start)) = from else { return false };
    call_around(reading, before - 1).is_none_or(|call| script.tokens[call.open].range.start < *start)
}

/// Whether what ends with the token at this position has a value, so that no other can follow at once.
fn ends_operand(reading: &Reading<'_>, index: usize) -> bool {
    let (text, token) = (reading.text, &reading.script.tokens[index]);
    match token.kind {
        TokenKind::Word => {
            let word = token.text(text);
            let is_infix =
                ["REGEXP", "RLIKE", "GLOB", "ESCAPE", "TOP"].iter().any(|infix| word.eq_ignore_ascii_case(infix));
            let is_value = ["NULL", "TRUE", "FALSE", "END"].iter().any(|value| word.eq_ignore_ascii_case(value));
            is_value || !(is_infix || is_reserved(word))
        }
        TokenKind::Sign => {
            token.is_sign(text, ")")
                || token.is_sign(text, "]")
                || (token.is_sign(text, "*") && is_star(reading, index))
        }
        TokenKind::Quoted | TokenKind::String | TokenKind::Number | TokenKind::Placeholder => true,
        TokenKind::Comment => false,
    }
}
