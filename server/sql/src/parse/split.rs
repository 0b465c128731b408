//! Where one statement ends and the next begins.

use std::ops::Range;

use mlwright_source_text::TextRange;

use crate::tokens::{Token, TokenKind};

/// A statement's place.
pub(super) struct Extent {
    pub(super) range: TextRange,
    pub(super) extent: TextRange,
    pub(super) tokens: Range<usize>,
}

/// The statements of the part `range` of `text`. They end with semicolons; a SELECT that begins a line after an empty one, where
/// none can go on, begins a new statement as well, so that one that is being written does not take the next for its own.
pub(super) fn statements(text: &str, range: TextRange, tokens: &[Token]) -> Vec<Extent> {
    let mut statements = Vec::new();
    let (mut first, mut start) = (0, range.start);
    let mut depth = 0_usize;
    let mut has_select = false;
    for (index, token) in tokens.iter().enumerate() {
        if token.kind == TokenKind::Sign {
            match token.text(text) {
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                ";" => {
                    push(&mut statements, tokens, first..index, TextRange::new(start, token.range.start));
                    (first, start, depth, has_select) = (index + 1, token.range.end, 0, false);
                }
                _ => {}
            }
            continue;
        }
        let is_select = token.is_word(text, "SELECT");
        let is_with = token.is_word(text, "WITH");
        if !(is_select || is_with) {
            continue;
        }
        let goes_on = tokens[first..index].last().is_some_and(|before| {
            before.is_sign(text, ")") && !has_select
                || ["UNION", "ALL", "DISTINCT", "EXCEPT", "INTERSECT", "MINUS", "AS", "NAME"]
                    .iter()
                    .any(|word| before.is_word(text, word))
        });
        // Inside a parenthesis only where it has not been closed: SELECT behind something that cannot have one.
        let after = tokens[..index].last().map_or(range.start, |before| before.range.end);
        let gap = TextRange::new(after, token.range.start).of(text);
        let is_apart =
            gap.matches('\n').count() >= 2 && gap.lines().next_back().is_some_and(|line| line.trim().is_empty());
        if index > first && has_select && depth == 0 && !goes_on && is_apart {
            push(&mut statements, tokens, first..index, TextRange::new(start, token.range.start));
            (first, start, has_select) = (index, token.range.start, false);
        }
        has_select |= is_select && depth == 0;
    }
    push(&mut statements, tokens, first..tokens.len(), TextRange::new(start, range.end));
    statements
}

fn push(statements: &mut Vec<Extent>, tokens: &[Token], part: Range<usize>, extent: TextRange) {
    let range = match tokens[part.clone()] {
        [first, .., last] => first.range.cover(last.range),
        [only] => only.range,
        // Nothing but blanks between two semicolons: still a place to write in.
        [] => TextRange::empty(extent.end),
    };
    statements.push(Extent { range, extent, tokens: part });
}
