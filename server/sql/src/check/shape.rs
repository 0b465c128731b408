//! Text that is no SQL, whatever its tables are. Only what both the words and a grammar find broken is reported: each of them alone
//! is at times wrong about what some system takes.

use mlwright_source_text::{Diagnostic, Severity, TextRange};

use super::{SYNTAX_ERROR, diagnostic};
use crate::fragment::Reading;
use crate::syntax::Statement;
use crate::tokens::{Token, TokenKind};

/// Longer statements are generated, and not checked.
const STATEMENT_BYTES_MAX: u32 = 100_000;

pub(super) fn diagnostics(reading: &Reading<'_>) -> Vec<Diagnostic> {
    reading.script.statements.iter().flat_map(|statement| of(reading, statement)).collect()
}

fn of(reading: &Reading<'_>, statement: &Statement) -> Vec<Diagnostic> {
    let text = reading.text;
    let tokens = &reading.script.tokens[statement.tokens.clone()];
    // What a program fills in may close what is open.
    let is_template = tokens.iter().any(|token| token.kind == TokenKind::Placeholder && token.text(text).contains('{'));
    if is_template || statement.range.len() > STATEMENT_BYTES_MAX {
        return Vec::new();
    }
    let broken = breaks(text, tokens);
    // Some systems take a backslash before a quote, and then no quote is where it seems.
    let has_escapes = ["\\'", "\\\""].iter().any(|escape| statement.range.of(text).contains(escape));
    if has_escapes || broken.is_empty() || !grammar_objects(statement.range.of(text)) {
        return Vec::new();
    }
    broken
        .into_iter()
        .map(|(range, message)| diagnostic(SYNTAX_ERROR, Severity::Error, range, message, Vec::new()))
        .collect()
}

/// What the words alone show to be broken.
fn breaks(text: &str, tokens: &[Token]) -> Vec<(TextRange, String)> {
    let mut broken = Vec::new();
    let mut open: Vec<&Token> = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let next = tokens.get(index + 1);
        if !token.is_closed {
            let quote = token.text(text).chars().next().unwrap_or('"');
            broken.push((first_line(text, token.range), format!("this {quote} is never closed")));
        }
        if token.kind == TokenKind::Sign {
            match token.text(text) {
                "(" => open.push(token),
                ")" if open.pop().is_none() => broken.push((token.range, "this parenthesis closes nothing".to_owned())),
                "," if next.is_some_and(|next| next.is_sign(text, ",")) => {
                    broken.push((token.range, "something is missing between two commas".to_owned()));
                }
                _ => {}
            }
        }
        broken.extend(
            nothing_behind(text, tokens, index)
                .map(|word| (token.range, format!("something is missing behind {word}"))),
        );
    }
    broken.extend(open.into_iter().map(|token| (token.range, "this parenthesis is never closed".to_owned())));
    broken.sort();
    broken
}

/// The keyword at `index`, when what it needs does not follow.
fn nothing_behind(text: &str, tokens: &[Token], index: usize) -> Option<String> {
    let token = &tokens[index];
    let is_query = tokens.first().is_some_and(|first| {
        ["SELECT", "WITH", "FROM", "("].iter().any(|word| first.text(text).eq_ignore_ascii_case(word))
    });
    let needs = ["FROM", "JOIN", "WHERE", "HAVING", "ON", "BY", "AND", "OR"];
    if !is_query || token.kind != TokenKind::Word || (index > 0 && tokens[index - 1].is_sign(text, ".")) {
        return None;
    }
    let word = token.text(text).to_ascii_uppercase();
    let ends = ["FROM", "JOIN", "WHERE", "HAVING", "ON", "GROUP", "ORDER", "LIMIT", "UNION", "AND", "OR"];
    let next = tokens.get(index + 1);
    let is_end = next.is_none_or(|next| {
        next.is_sign(text, ")") || (next.kind == TokenKind::Word && ends.iter().any(|end| next.is_word(text, end)))
    });
    // FROM alone begins a query in some systems, and is a word between the arguments of functions in all.
    (needs.contains(&word.as_str()) && is_end && !(word == "FROM" && next.is_some_and(|next| next.is_sign(text, ")"))))
        .then_some(word)
}

/// The part of a range that lies on its first line.
fn first_line(text: &str, range: TextRange) -> TextRange {
    let length = range.of(text).find(['\n', '\r']).map_or(range.len(), |length| length as u32);
    TextRange::new(range.start, range.start + length.max(1).min(range.len()))
}

/// Whether the grammar cannot read a statement either.
fn grammar_objects(statement: &str) -> bool {
    let mut parser = tree_sitter::Parser::new();
    parser.set_language(&tree_sitter_sequel::LANGUAGE.into()).expect("a grammar of this version of the parser");
    parser.parse(statement, None).is_some_and(|tree| tree.root_node().has_error())
}
