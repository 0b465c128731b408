//! Statements and what WITH defines in them: the outline, and what runs from above a statement.

use mlwright_source_text::{Command, Lens, Symbol, SymbolKind, TextRange};
use serde_json::json;

use super::fragment::Fragment;
use super::syntax::{Part, QueryId, Script, SourceKind, Statement, path_name};
use super::tokens::TokenKind;

/// One symbol for each statement, with its definitions below.
pub(crate) fn symbols(text: &str) -> Vec<Symbol> {
    let script = Fragment::file(text).parse();
    script
        .statements
        .iter()
        .filter(|statement| !statement.tokens.is_empty())
        .map(|statement| symbol(text, &script, statement))
        .collect()
}

fn symbol(text: &str, script: &Script, statement: &Statement) -> Symbol {
    let first = script.tokens[statement.tokens.start];
    let verb = first.text(text).to_uppercase();
    let (name, kind, selection) = match &statement.creates {
        Some(made) => (format!("CREATE {}", made.name), SymbolKind::Table, made.range),
        None => {
            let sources = statement.query.map_or_else(Vec::new, |query| sources(script, query));
            let from = if sources.is_empty() { String::new() } else { format!(" {}", sources.join(", ")) };
            let verb = if matches!(verb.as_str(), "WITH" | "(" | "FROM") { "SELECT".to_owned() } else { verb };
            (format!("{verb}{from}"), SymbolKind::Stage, first.range)
        }
    };
    let children = statement.query.map_or_else(Vec::new, |query| {
        let cte = |cte: &super::syntax::Cte| Symbol {
            name: cte.name.name.to_string(),
            detail: cte.query.map(|query| sources(script, query).join(", ")).filter(|detail| !detail.is_empty()),
            kind: SymbolKind::Table,
            range: cte.range,
            selection: cte.name.range,
            children: Vec::new(),
        };
        script.query(query).ctes.iter().map(cte).collect()
    });
    Symbol { name, detail: None, kind, range: statement.range, selection, children }
}

/// The names of the tables that a query reads first, without repeats.
fn sources(script: &Script, query: QueryId) -> Vec<String> {
    let mut names = Vec::new();
    for part in &script.query(query).parts {
        let found = match part {
            Part::Select(select) => script
                .select(*select)
                .sources
                .iter()
                .filter_map(|source| match &source.kind {
                    SourceKind::Table(path) => Some(path_name(path)),
                    SourceKind::Function(_, Some(file)) => Some(file.name.to_string()),
                    _ => None,
                })
                .collect(),
            Part::Query(query) => sources(script, *query),
            Part::Other => Vec::new(),
        };
        for name in found {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

/// "Run" above each statement that only reads and needs nothing filled in.
pub(crate) fn lenses(text: &str) -> Vec<Lens> {
    let script = Fragment::file(text).parse();
    let runs = script.statements.iter().filter(|statement| can_run(text, &script, statement));
    runs.map(|statement| {
        let sql = statement.range.of(text);
        let range = TextRange::new(statement.range.start, statement.range.start);
        Lens {
            range,
            title: "Run".to_owned(),
            command: Some(Command { operation: "query", input: json!({ "sql": sql }) }),
        }
    })
    .collect()
}

fn can_run(text: &str, script: &Script, statement: &Statement) -> bool {
    let tokens = &script.tokens[statement.tokens.clone()];
    let Some(first) = tokens.iter().find(|token| !token.is_sign(text, "(")) else { return false };
    let reads = ["SELECT", "WITH", "FROM"].iter().any(|word| first.is_word(text, word));
    let is_whole = statement.query.is_some_and(|query| {
        !script.query(query).parts.is_empty() && script.query(query).range.contains(statement.range)
    });
    reads && is_whole && tokens.iter().all(|token| token.is_closed && token.kind != TokenKind::Placeholder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_symbols(sql: &str, expected: &[&str]) {
        let shown: Vec<String> = symbols(sql)
            .iter()
            .map(|symbol| {
                assert!(symbol.range.contains(symbol.selection), "{sql}");
                let children: Vec<&str> = symbol.children.iter().map(|child| child.name.as_str()).collect();
                if children.is_empty() {
                    symbol.name.clone()
                } else {
                    format!("{} [{}]", symbol.name, children.join(", "))
                }
            })
            .collect();
        assert_eq!(shown, expected, "{sql}");
    }

    fn check_lenses(sql: &str, expected: &[&str]) {
        let found = lenses(sql);
        let shown: Vec<&str> = found
            .iter()
            .map(|lens| {
                let command = lens.command.as_ref().expect("a command");
                assert_eq!((lens.title.as_str(), command.operation), ("Run", "query"));
                command.input["sql"].as_str().expect("text")
            })
            .collect();
        assert_eq!(shown, expected, "{sql}");
    }

    #[test]
    fn statements_and_definitions_are_listed() {
        check_symbols("SELECT 1; -- x\nSELECT * FROM a JOIN 'b.csv' ON true;\n", &["SELECT", "SELECT a, b.csv"]);
        check_symbols("WITH a AS (SELECT 1), b AS (SELECT * FROM a) SELECT * FROM b", &["SELECT b [a, b]"]);
        check_symbols(
            "CREATE OR REPLACE TABLE IF NOT EXISTS s.made AS SELECT 1; DROP TABLE made",
            &["CREATE made", "DROP"],
        );
        check_symbols("", &[]);
    }

    #[test]
    fn what_only_reads_can_be_run() {
        check_lenses(
            "SELECT 1;\n\n-- then\nWITH a AS (SELECT 1 AS x)\nSELECT ';' FROM a -- end\n;\nDELETE FROM a; (SELECT 2)",
            &["SELECT 1", "WITH a AS (SELECT 1 AS x)\nSELECT ';' FROM a", "(SELECT 2)"],
        );
        check_lenses("SELECT * FROM t WHERE id = ?; SELECT * FROM {{ ref('x') }}; SELECT 'a", &[]);
        check_lenses("SELECT a FROM t\n\nSELECT b FROM u", &["SELECT a FROM t", "SELECT b FROM u"]);
        check_lenses("WITH a AS (SELECT 1)", &[]);
    }
}
