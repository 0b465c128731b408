//! The parameters of the call that is being written.

use mlwright_source_text::{Signature, TextRange};

use super::fragment::Reading;
use super::functions::{self, Function};
use super::tokens::TokenKind;

/// The parameters of the innermost call around `offset` that is known.
pub(crate) fn signature(reading: &Reading<'_>, offset: u32) -> Option<Signature> {
    let mut before = tokens_before(reading, offset);
    while let Some(call) = call_around(reading, before) {
        if let Some(function) = functions::function(call.name) {
            return Some(of(function, call.n_separators));
        }
        // `(a + b)` inside a call, or one that nobody knows.
        before = call.open;
    }
    None
}

/// How many tokens of the statement end at or before `offset`, counted from the first of all.
fn tokens_before(reading: &Reading<'_>, offset: u32) -> usize {
    reading.script.tokens.partition_point(|token| token.range.start < offset)
}

/// A parenthesis that is open at some place.
pub(crate) struct Open<'t> {
    /// The word before it, empty when there is none.
    pub(crate) name: &'t str,
    /// Position of its token.
    pub(crate) open: usize,
    /// Commas (and AS, FROM, IN of the functions that have them) between it and the place.
    pub(crate) n_separators: usize,
}

/// The innermost parenthesis that is open behind the first `before` tokens, in the same statement.
pub(crate) fn call_around<'t>(reading: &Reading<'t>, before: usize) -> Option<Open<'t>> {
    let (text, tokens) = (reading.text, &reading.script.tokens);
    let (mut depth, mut n_separators, mut n_words) = (0_usize, 0, 0);
    for index in (0..before).rev() {
        let token = &tokens[index];
        match (token.kind, token.text(text)) {
            (TokenKind::Sign, ")" | "]") => depth += 1,
            (TokenKind::Sign, "[") => depth = depth.saturating_sub(1),
            (TokenKind::Sign, "(") if depth > 0 => depth -= 1,
            (TokenKind::Sign, "(") => {
                let name = index
                    .checked_sub(1)
                    .map(|at| &tokens[at])
                    .filter(|name| name.kind == TokenKind::Word)
                    .map_or("", |name| name.text(text));
                let by_words =
                    matches!(name.to_ascii_uppercase().as_str(), "CAST" | "TRY_CAST" | "EXTRACT" | "POSITION");
                return Some(Open {
                    name,
                    open: index,
                    n_separators: n_separators + if by_words { n_words } else { 0 },
                });
            }
            (TokenKind::Sign, ",") if depth == 0 => n_separators += 1,
            (TokenKind::Sign, ";") => return None,
            (TokenKind::Word, word) if depth == 0 => {
                n_words +=
                    usize::from(["AS", "FROM", "IN"].iter().any(|separator| word.eq_ignore_ascii_case(separator)));
                // A query of its own: the call around it is not being written.
                if word.eq_ignore_ascii_case("SELECT") {
                    return None;
                }
            }
            _ => {}
        }
    }
    None
}

fn of(function: &Function, n_separators: usize) -> Signature {
    let (label, places) = function.signature();
    let parameters: Vec<TextRange> =
        places.iter().map(|(start, end)| TextRange::new(*start as u32, *end as u32)).collect();
    let active_parameter = n_separators.min(parameters.len().saturating_sub(1));
    Signature { label, documentation: Some(function.documentation.to_owned()), parameters, active_parameter }
}

#[cfg(test)]
mod tests {
    use crate::fragment::tests::Fixture;

    /// The signature at `$0` with its active parameter in `[…]`-less form: `label | active`.
    fn check(sql: &str, expected: Option<&str>) {
        let fixture = Fixture::new(sql);
        let found = fixture.fragment().signature(fixture.offset, &fixture.source);
        let shown = found.map(|signature| {
            let active =
                signature.parameters.get(signature.active_parameter).map_or("", |range| range.of(&signature.label));
            format!("{} | {active}", signature.label)
        });
        assert_eq!(shown.as_deref(), expected, "{sql}");
    }

    #[test]
    fn the_argument_that_is_written_is_marked() {
        check("SELECT ROUND($0", Some("ROUND(value, [decimals]) | value"));
        check("SELECT ROUND(tenure, $0) FROM telco", Some("ROUND(value, [decimals]) | [decimals]"));
        check("SELECT ROUND(ABS(tenure), $0) FROM telco", Some("ROUND(value, [decimals]) | [decimals]"));
        check("SELECT ROUND((tenure + $0)) FROM telco", Some("ROUND(value, [decimals]) | value"));
        check("SELECT COALESCE(a, b, c, $0", Some("COALESCE(value, …) | …"));
        check("SELECT CAST(a AS $0", Some("CAST(value AS type) | type"));
        check("SELECT PI($0)", Some("PI() | "));
    }

    #[test]
    fn outside_of_calls_there_is_none() {
        check("SELECT ROUND(tenure) $0", None);
        check("SELECT nobody_knows($0)", None);
        check("SELECT ABS((SELECT $0", None);
        check("SELECT ABS(1; SELECT $0", None);
    }
}
