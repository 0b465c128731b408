//! Keywords by place, functions, types.

use mlwright_source_text::CompletionKind;

use super::columns::conditions;
use super::place::Spot;
use super::{Offer, Offers, rank};
use crate::fragment::Reading;
use crate::functions::{FUNCTIONS, FunctionKind};
use crate::signature::call_around;
use crate::syntax::{Clause, SelectId};
use crate::tokens::TokenKind;

/// `word` in the case in which the text writes its keywords.
pub(super) fn cased(reading: &Reading<'_>, word: &str) -> String {
    let keyword = reading.script.tokens.iter().find(|token| {
        token.kind == TokenKind::Word
            && ["SELECT", "FROM", "WITH", "WHERE"].iter().any(|keyword| token.is_word(reading.text, keyword))
    });
    match keyword {
        Some(token) if token.text(reading.text).chars().all(char::is_lowercase) => word.to_lowercase(),
        _ => word.to_owned(),
    }
}

fn push(reading: &Reading<'_>, offers: &mut Offers, words: &[&str], rank: u32) {
    for (index, word) in words.iter().enumerate() {
        let word = cased(reading, word);
        offers.push(Offer { rank: rank + index as u32, ..Offer::new(&word, CompletionKind::Keyword) });
    }
}

/// Words that begin a statement.
pub(super) fn statement(reading: &Reading<'_>, offers: &mut Offers) {
    push(reading, offers, &["SELECT", "WITH", "FROM"], 0);
}

pub(super) fn types(reading: &Reading<'_>, offers: &mut Offers) {
    let types = [
        "INTEGER", "BIGINT", "DOUBLE", "FLOAT", "VARCHAR", "BOOLEAN", "DATE", "TIMESTAMP", "TIME", "SMALLINT",
        "TINYINT", "REAL", "DECIMAL(10, 2)",
    ];
    push(reading, offers, &types, 0);
}

/// Functions that can stand in a clause; aggregates first where only they make sense.
pub(super) fn functions(reading: &Reading<'_>, clause: Clause, offers: &mut Offers) {
    for function in &FUNCTIONS {
        let rank = match (function.kind, clause) {
            (FunctionKind::Aggregate, Clause::Having) => rank::FIRST,
            (FunctionKind::Aggregate, Clause::Items | Clause::OrderBy | Clause::Qualify) => rank::AGGREGATE,
            (FunctionKind::Aggregate | FunctionKind::Window, Clause::Where | Clause::On | Clause::GroupBy) => continue,
            _ => rank::FUNCTION,
        };
        let name = cased(reading, function.name);
        let text = if function.parameters.is_empty() { format!("{name}()") } else { name.clone() };
        let (signature, _) = function.signature();
        offers.push(Offer {
            text,
            detail: Some(signature),
            documentation: Some(function.documentation.to_owned()),
            rank,
            ..Offer::new(&name, CompletionKind::Function)
        });
    }
}

/// Keywords that begin something with a value.
pub(super) fn operand(reading: &Reading<'_>, clause: Clause, spot: &Spot, offers: &mut Offers) {
    let previous = spot.before.checked_sub(1).map(|at| &reading.script.tokens[at]);
    let is_behind = |word: &str| previous.is_some_and(|token| token.is_word(reading.text, word));
    let is_open = previous.is_some_and(|token| token.is_sign(reading.text, "("));
    if clause == Clause::Items && (is_behind("SELECT") || is_behind("DISTINCT")) {
        push(reading, offers, &["DISTINCT"], rank::KEYWORD);
        offers.push(Offer {
            detail: Some("all columns".to_owned()),
            rank: rank::SOURCE,
            ..Offer::new("*", CompletionKind::Value)
        });
    }
    if is_open {
        let call = call_around(reading, spot.before).map_or("", |call| call.name);
        if call.eq_ignore_ascii_case("OVER") {
            push(reading, offers, &["PARTITION BY", "ORDER BY"], 0);
        } else if call.eq_ignore_ascii_case("COUNT") {
            offers.push(Offer {
                detail: Some("rows".to_owned()),
                rank: rank::FIRST,
                ..Offer::new("*", CompletionKind::Value)
            });
            push(reading, offers, &["DISTINCT"], rank::SOURCE);
        } else {
            push(reading, offers, &["SELECT"], rank::KEYWORD + 50);
        }
    }
    if is_behind("IS") {
        push(reading, offers, &["NULL", "NOT NULL", "TRUE", "FALSE", "DISTINCT FROM"], 0);
        return;
    }
    push(reading, offers, &["CASE WHEN", "NOT", "NULL", "TRUE", "FALSE", "EXISTS", "INTERVAL"], rank::KEYWORD + 10);
}

const COMPARISONS: [&str; 10] =
    ["AND", "OR", "IS NULL", "IS NOT NULL", "IN", "NOT IN", "LIKE", "ILIKE", "NOT LIKE", "BETWEEN"];
const JOINS: [&str; 8] =
    ["JOIN", "LEFT JOIN", "INNER JOIN", "RIGHT JOIN", "FULL JOIN", "CROSS JOIN", "SEMI JOIN", "ANTI JOIN"];
const SETS: [&str; 4] = ["UNION ALL", "UNION", "EXCEPT", "INTERSECT"];

/// Keywords behind something with a value, or behind a table.
pub(super) fn behind(reading: &Reading<'_>, select: SelectId, clause: Clause, spot: &Spot, offers: &mut Offers) {
    let of = reading.script.select(select);
    let start =
        of.clauses.iter().rev().find(|(_, start)| *start < spot.edit.start).map_or(of.range.start, |(_, start)| *start);
    let call = call_around(reading, spot.before).filter(|call| reading.script.tokens[call.open].range.start >= start);
    let since = |word: &str| {
        reading.script.tokens[..spot.before]
            .iter()
            .rev()
            .take_while(|token| token.range.start >= start)
            .any(|token| token.is_word(reading.text, word))
    };
    let in_case = since("CASE")
        && !reading.script.tokens[..spot.before].last().is_some_and(|token| token.is_word(reading.text, "END"));
    if in_case {
        push(reading, offers, &["WHEN", "THEN", "ELSE", "END"], 0);
        push(reading, offers, &COMPARISONS, 100);
        return;
    }
    if let Some(call) = call {
        let words: &[&str] = match call.name.to_ascii_uppercase().as_str() {
            "OVER" => &["ORDER BY", "PARTITION BY", "DESC", "ASC", "ROWS BETWEEN"],
            "CAST" | "TRY_CAST" => &["AS"],
            "EXTRACT" => &["FROM"],
            _ => &[],
        };
        push(reading, offers, words, 0);
        push(reading, offers, &COMPARISONS, rank::KEYWORD);
        return;
    }
    let ends_call =
        reading.script.tokens.get(spot.before.wrapping_sub(1)).is_some_and(|token| token.is_sign(reading.text, ")"));
    let has_from = of.clauses.iter().any(|(clause, _)| *clause == Clause::From);
    match clause {
        Clause::Items => {
            push(reading, offers, if has_from { &["AS"] } else { &["FROM", "AS"] }, 0);
            if ends_call {
                push(reading, offers, &["OVER (", "FILTER (WHERE"], 50);
            }
            push(reading, offers, &COMPARISONS, 100);
        }
        Clause::From => {
            let sources = &of.sources;
            let last = sources.iter().rposition(|source| source.range.start < spot.offset);
            if last.is_some_and(|last| sources[last].join.is_join) {
                for condition in conditions(reading, select, spot.offset) {
                    let label = format!("{} {condition}", cased(reading, "ON"));
                    offers.push(Offer {
                        rank: 0,
                        detail: Some("join".to_owned()),
                        ..Offer::new(&label, CompletionKind::Value)
                    });
                }
                push(reading, offers, &["ON", "USING ("], 1);
            }
            push(reading, offers, &["WHERE", "GROUP BY", "ORDER BY", "LIMIT", "AS"], 50);
            push(reading, offers, &JOINS, 100);
            push(reading, offers, &["HAVING", "QUALIFY"], 150);
            push(reading, offers, &SETS, 200);
        }
        Clause::On => {
            push(reading, offers, &["AND", "OR", "WHERE", "GROUP BY", "ORDER BY", "LIMIT"], 0);
            push(reading, offers, &JOINS, 50);
            push(reading, offers, &COMPARISONS, 100);
        }
        Clause::Where | Clause::Having | Clause::Qualify => {
            push(reading, offers, &COMPARISONS, 0);
            push(reading, offers, &["GROUP BY", "HAVING", "QUALIFY", "ORDER BY", "LIMIT"], 50);
            push(reading, offers, &SETS, 100);
        }
        Clause::GroupBy => {
            push(reading, offers, &["HAVING", "QUALIFY", "ORDER BY", "LIMIT"], 0);
            push(reading, offers, &SETS, 100);
        }
        Clause::OrderBy => push(reading, offers, &["DESC", "ASC", "NULLS FIRST", "NULLS LAST", "LIMIT"], 0),
        Clause::Window => push(reading, offers, &["AS ("], 0),
        Clause::Tail => push(reading, offers, &["OFFSET"], 0),
    }
}
